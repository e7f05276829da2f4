from django.core.management.base import BaseCommand, CommandError
from django.db.models import Prefetch

from agreements.models import Listing, Snapshot
from jurisdictions.models import Agency, Coverage
from jurisdictions.placement import report


class Command(BaseCommand):
    help = "Say where the agencies on the newest participating list are: counts, those in question, a sample to check."

    def add_arguments(self, parser):
        parser.add_argument("--sample", type=int, default=0, help="So many agencies at random, as a table to fill in.")
        parser.add_argument("--seed", type=int, default=287, help="The same seed draws the same agencies.")

    def handle(self, *, sample, seed, **options):
        newest = Snapshot.objects.participating().order_by("-position").first()
        if newest is None:
            raise CommandError("No participating list is loaded.")
        entries = newest_entries(newest)
        self.stdout.write(
            f"{newest}: {len(entries)} agencies\n\n{report.counts(entries)}\n\n{report.in_question(entries)}"
        )
        if sample:
            self.stdout.write(f"\n{report.to_check(report.sample(entries, sample, seed))}")


def newest_entries(newest: Snapshot) -> list[report.Entry]:
    listed = Listing.objects.filter(pk__in={listing for _number, listing in newest.rows})
    agencies = (
        Agency.objects.filter(pk__in=listed.values("agreement__agency"))
        .select_related("state", "printed_county")
        .prefetch_related(Prefetch("coverages", Coverage.objects.select_related("jurisdiction")))
    )
    return [
        report.Entry(
            agency.state.usps,
            agency.name,
            agency.kind,
            agency.placement,
            ", ".join(
                ("part of " if coverage.extent == "part" else "") + coverage.jurisdiction.name
                for coverage in agency.coverages.all()
            ),
            agency.placement_reason,
            agency.printed_county.name if agency.printed_county else "",
        )
        for agency in agencies
    ]
