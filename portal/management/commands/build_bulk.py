import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.http.request import validate_host

from portal.api import bulk, ledger

STAYS = "The files that there were stay, and are served."


class Command(BaseCommand):
    help = (
        "Write all public records as CSV, JSON Lines and GeoJSON files for /api/v1/bulk/ and /data/. Does nothing where"
        " nothing has changed since the last time; meant for a timer."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--site",
            default="",
            help=(
                "How addresses in the files begin, such as https://portal.example; else as in the files that there are,"
                " or from ALLOWED_HOSTS."
            ),
        )
        parser.add_argument("--force", action="store_true", help="Write a new version though nothing has changed.")
        parser.add_argument(
            "--background",
            action="store_true",
            help="Give way to every other process, and leave it where another one is writing.",
        )

    def handle(self, *, site, force, background, **options):
        site = site or bulk.site_of_files() or bulk.site_of_settings()
        if "://" not in site:
            raise CommandError(f"{site} is no beginning of an address; write it like https://portal.example.")
        if not validate_host(urlsplit(site).hostname or "", settings.ALLOWED_HOSTS):
            raise CommandError(f"The portal does not answer to {site}: add its name to ALLOWED_HOSTS.")
        refusal = None
        try:
            with interrupted_when_ended():
                held = self.build(site, force=force, background=background)
        except KeyboardInterrupt:
            refusal = CommandError(f"Stopped. {STAYS}", returncode=130)
        except OSError as error:
            refusal = CommandError(f"{bulk.folder()} cannot be written to: {error.strerror or error}. {STAYS}")
        except RuntimeError as error:
            refusal = CommandError(str(error))
        if refusal:
            raise refusal  # only here, so that it does not keep alive what was being read
        if held is None:
            self.stdout.write("Another process is writing them.")
            return
        for each in held["files"] if not background else ():
            self.stdout.write(f"{each['name']:<22} {each['rows']:>7,} rows {each['bytes'] / 1e6:>7.2f} MB")
        self.stdout.write(f"Files of all records: version {held['version']}, of data version {held['data_version']}.")

    def build(self, site: str, *, force: bool, background: bool) -> dict | None:
        """The manifest; None where another process is writing and this one is not to wait."""
        if background:
            ledger.catch_up()  # first: who waits for others must not keep them waiting
            os.nice(19)
        try:
            return bulk.build(site, force=force, wait=False)
        except bulk.BeingBuilt:
            if background:
                return None
        self.stdout.write("Waiting for another process that is writing them.")
        return bulk.build(site, force=force)


@contextmanager
def interrupted_when_ended() -> Iterator[None]:
    """A signal to end is as Ctrl+C meanwhile: what was begun is cleared away."""
    usual = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)
