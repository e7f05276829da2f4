"""What loading the newest list costs, beside openpyxl's ordinary reading of the same workbook. Run by hand:

    python -m tests.bench.bench_import workbook.xlsx

The database is a fresh SQLite file with all bundled facts but that list, made by another process. Each turn reads,
matches, diffs and writes in a transaction that is rolled back, so that every turn does the whole work. Time is the best
of several turns, as a ratio; memory is what the process grows by in the first turn, modules already loaded.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

TURNS = 7


def main(workbook: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ.setdefault("SECRET_KEY", "only for this bench")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(prepare, (workbook,))
        setup()
        measure(workbook)


def setup() -> None:
    import django

    django.setup()


def prepare(workbook: Path) -> None:
    """All bundled facts but this list."""
    setup()
    import hashlib

    from django.core.management import call_command

    from agreements.imports.apply import withdraw_list
    from agreements.models import Snapshot

    call_command("migrate", verbosity=0)
    call_command("load_facts", verbosity=0)
    held = Snapshot.objects.filter(sha256=hashlib.sha256(workbook.read_bytes()).hexdigest()).first()
    if held:
        withdraw_list(held)


def measure(workbook: Path) -> None:
    import openpyxl
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from agreements.imports import placing
    from agreements.imports.pipeline import plan_file

    connection.ensure_connection()
    ours, theirs, grown = [], [], None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _turn in range(TURNS):
        placing._geography.cache_clear()  # a command starts without it
        with transaction.atomic():
            start = time.perf_counter()
            plan = plan_file(workbook)
            counts = plan.commit()
            ours.append(time.perf_counter() - start)
            transaction.set_rollback(True)
        grown = grown or (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        start = time.perf_counter()
        openpyxl.load_workbook(workbook)
        theirs.append(time.perf_counter() - start)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        plan_file(workbook).commit()
        transaction.set_rollback(True)
    print(f"rows {len(plan.read.sheet.rows):,}, events {sum(counts.values())}, statements {len(queries)}")
    print(f"import {min(ours):.3f} s, openpyxl's read {min(theirs):.3f} s, ratio {min(ours) / min(theirs):.2f}")
    print(f"memory over start {grown:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
