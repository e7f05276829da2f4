"""Write the public facts of this database as the bundle that comes with the project."""

from pathlib import Path

from django.core.management.base import BaseCommand

from agreements.facts import tables
from agreements.facts.export import export_facts


class Command(BaseCommand):
    help = "Writes every public record as the bundle's own compressed CSV; loading it gives the same database again."

    def add_arguments(self, parser):
        parser.add_argument("--to", dest="folder", type=Path, default=tables.DATA, help="the folder to write into")

    def handle(self, *, folder: Path, **options):
        written = export_facts(folder)
        self.stdout.write("Wrote: " + ", ".join(f"{count:,} {table}" for table, count in written.items()))
