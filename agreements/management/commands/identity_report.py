from collections.abc import Iterator
from datetime import date

from django.core.management.base import BaseCommand

from agreements.imports.report import Printed, PrintedKey, as_table, series_report
from agreements.models import Listing, Snapshot
from jurisdictions.names import fold


class Command(BaseCommand):
    help = "Say month by month how many agreements the lists dropped, and how many of these only changed their name."

    def add_arguments(self, parser):
        parser.add_argument("--kind", choices=["participating", "pending"], default="participating")

    def handle(self, *, kind, **options):
        self.stdout.write(as_table(series_report(printed_lists(kind))))


def printed_lists(kind: str) -> Iterator[tuple[date, dict[PrintedKey, Printed]]]:
    """Each list of a kind as printed agreements, in order: two queries."""
    listings = {
        pk: ((state, fold(name), model), Printed(agency, rule))
        for pk, state, name, model, agency, rule in Listing.objects.filter(kind=kind)
        .exclude(agreement=None)
        .values_list("pk", "state", "agency_name", "program_model", "agreement__agency", "match_rule")
    }
    snapshots = Snapshot.objects.filter(kind=kind).order_by("position").values_list("published_on", "rows")
    for published_on, rows in snapshots:
        yield published_on, dict(listings[pk] for _number, pk in rows if pk in listings)
