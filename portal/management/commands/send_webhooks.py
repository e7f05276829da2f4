from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.http.request import validate_host

from portal.api import bulk, webhooks


class Command(BaseCommand):
    help = (
        "Tell the partners who asked for it which records became different, and try again what they did not take."
        " Meant for a timer, each minute; two at once do no harm."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--site",
            default="",
            help=(
                "How addresses in the messages begin, such as https://portal.example; else as in the files of all"
                " records, or from ALLOWED_HOSTS."
            ),
        )

    def handle(self, *, site, **options):
        site = site or bulk.site_of_files() or bulk.site_of_settings()
        try:
            host = urlsplit(site).hostname if "://" in site else None
        except ValueError:  # https://[portal.example
            host = None
        if not host:
            raise CommandError(f"{site} is no beginning of an address; write it like https://portal.example.")
        if not validate_host(host, settings.ALLOWED_HOSTS):
            raise CommandError(f"The portal does not answer to {site}: add its name to ALLOWED_HOSTS.")
        try:
            counts = webhooks.Round(site).run()
        except DatabaseError as error:
            raise CommandError(f"The database does not answer, or lacks its tables: {error}") from None
        if counts["broke"]:
            raise CommandError("Not all could be done; the log says why. What was left is done next time.")
        if counts["delivered"] or counts["failed"] or options["verbosity"] > 1:
            self.stdout.write(f"{counts['delivered']} delivered, {counts['failed']} not taken.")
