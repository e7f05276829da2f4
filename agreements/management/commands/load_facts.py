"""Fill the portal with the facts that come with it."""

from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection
from tqdm import tqdm

from agreements.facts import tables
from agreements.facts.load import load_facts
from jurisdictions.signals import say_that_facts_changed

STEPS = 11  # of a first load: geography, decisions, agencies, agreements, lists, rows and what is derived from them


class Command(BaseCommand):
    help = "Loads the bundled facts: geography, ICE's lists, agencies, agreements. Run again, it only adds what is new."

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="folder", type=Path, default=tables.DATA, help="another bundle's folder")

    def handle(self, *, folder: Path, verbosity: int, **options):
        with tqdm(total=STEPS, desc="Loading facts", unit="step", disable=verbosity == 0 or None, leave=False) as bar:

            def progress(step: str) -> None:
                bar.set_postfix_str(step)
                bar.update(1)

            done = load_facts(folder, progress)
        if not done.changed:
            say_that_facts_changed()  # they may show otherwise since yesterday, or under this release
        if done.changed:
            # The database plans its queries by what it knows of the tables' contents; PostgreSQL would look at them
            # some minutes later, SQLite never.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        if not verbosity:
            return
        if not done.changed:
            self.stdout.write("The bundled facts are already loaded.")
            return
        self.stdout.write("Loaded: " + ", ".join(f"{count:,} {table}" for table, count in done.rows.items()))
        for record in done.left:
            self.stdout.write(f"Left as staff edited it, the bundle says otherwise: {record}")
        for record in done.gone:
            self.stdout.write(f"Kept, though the bundle no longer has it: {record}")
