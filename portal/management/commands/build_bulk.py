import os
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.http.request import validate_host

from portal.api import bulk, ledger


class Command(BaseCommand):
    help = (
        "Write all public records as CSV, JSON Lines and GeoJSON files for /api/v1/bulk/ and /data/. Does nothing where"
        " nothing has changed since the last time; meant for a timer."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--site",
            default="",
            help="How addresses in the files begin, such as https://portal.example; else from ALLOWED_HOSTS.",
        )
        parser.add_argument("--force", action="store_true", help="Write a new version though nothing has changed.")

        parser.add_argument(
            "--background",
            action="store_true",
            help="Give way to every other process, and leave it where another one is writing.",
        )

    def handle(self, *, site, force, background, **options):
        site = site or bulk.site_of_settings()
        if "://" not in site:
            raise CommandError(f"{site} is no beginning of an address; write it like https://portal.example.")
        if not validate_host(urlsplit(site).hostname or "", settings.ALLOWED_HOSTS):
            raise CommandError(f"The portal does not answer to {site}: add its name to ALLOWED_HOSTS.")
        if background:
            ledger.catch_up()  # first: who waits for others must not keep them waiting
            os.nice(19)
        try:
            held = bulk.build(site, force=force, wait=not background)
        except bulk.BeingBuilt:
            self.stdout.write("Another process is writing them.")
            return
        except RuntimeError as refusal:
            raise CommandError(str(refusal)) from None
        for each in held["files"] if not background else ():
            self.stdout.write(f"{each['name']:<22} {each['rows']:>7,} rows {each['bytes'] / 1e6:>7.2f} MB")
        self.stdout.write(f"Files of all records: version {held['version']}, of data version {held['data_version']}.")
