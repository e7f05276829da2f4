"""What applying ICE's lists costs, and what readers notice of it. Run by hand, with the folder of ICE's workbooks:

    python -m tests.bench.bench_desk folder/participating

Three ratios, each from one run on this machine:

1. the 24 core lists applied one after another, to what openpyxl's ordinary mode takes to read them;
2. one and the same step, applied where all earlier lists are held, to where only the one before it is held;
3. the 95th percentile of readers' waiting while the 24 lists are taken at the desk, one after another, to that of the
   same readers afterwards, when the pages are as full as they get and nothing is applied.

The readers ask the production server (one worker) over the same SQLite file, page after page with a short rest between
them, by an address that the caches of the server do not know yet in one of four cases. A page that fails is counted.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

NAMES = (  # of the core lists, in order of their true days
    "03062025am", "05222025pm", "06162025pm", "07082025pm", "07242025am", "08132025am", "08262025am", "08022025pm",
    "09052025am", "09152025pm", "09262025am", "10072025am", "10152025am", "10242025am", "11032025am", "11122025",
    "11252025pm", "12122025pm", "01152026am", "01302026am", "02122026pm", "03122026am", "04132026am", "05182026am",
)  # fmt: skip
CORE = {f"participatingAgencies{name}.xlsx": None for name in NAMES} | {
    "participatingAgencies08022025pm.xlsx": date(2025, 9, 2)
}
"""Their files; the day where the name says another."""

PAGES = (
    "/",
    "/us/",
    "/us/tx/",
    "/us/fl/",
    "/us/fl/broward-county/",
    "/us/md/baltimore-county/",
    "/us/tx/harris-county/",
    "/agreements/?state=FL",
    "/agencies/?state=TX",
    "/changes/",
    "/laws/",
    "/map/",
    "/api/v1/agreements/?state=FL",
    "/api/v1/jurisdictions/12011/answer/",
    "/api/v1/status/",
)
REST = 0.06  # seconds between two questions of the reader
IDLE = 20  # seconds
TURNS = 5


def main(folder: Path) -> None:
    if missing := [name for name in CORE if not (folder / name).exists()]:
        sys.exit(f"{folder} lacks {', '.join(missing)}.")
    with tempfile.TemporaryDirectory() as work:
        os.environ.setdefault("SECRET_KEY", "only for this bench")
        environment = {**os.environ, "DATA_DIR": work, "BENCH_FOLDER": str(folder)}
        for part in (prepare, applied_against_openpyxl, start_and_end_of_the_series, readers_meanwhile):
            if part is readers_meanwhile:
                readers_meanwhile(work, environment)
            else:
                run(part.__name__, work, environment)


def run(part: str, work: str, environment: dict) -> subprocess.CompletedProcess:
    """A part in a process of its own, with its own database."""
    name = {"start_and_end_of_the_series": "full", "prepare": "full"}.get(part, "empty")
    url = f"sqlite:///{work}/{name}.sqlite3"
    return subprocess.run([sys.executable, "-m", "tests.bench.bench_desk", f"--{part}"], check=True, env={
        **environment, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings",
    })  # fmt: skip


def setup() -> Path:
    import django

    django.setup()
    return Path(os.environ["BENCH_FOLDER"])


def prepare() -> None:
    """Two databases: with all bundled facts, and with all but the lists."""
    setup()
    import shutil

    from django.core.management import call_command
    from django.db import connection

    from agreements.imports.apply import withdraw_list
    from agreements.models import AgreementFormerId, Snapshot
    from jurisdictions.models import AgencyFormerId

    call_command("migrate", verbosity=0)
    call_command("load_facts", verbosity=0)
    path = Path(connection.settings_dict["NAME"])
    connection.close()
    shutil.copyfile(path, path.with_name("empty.sqlite3"))
    with other_database(path.with_name("empty.sqlite3")):
        withdraw_list(*Snapshot.objects.all())
        AgreementFormerId.objects.all().delete()  # as before any list was ever loaded
        AgencyFormerId.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
    shutil.copyfile(path.with_name("empty.sqlite3"), path.with_name("served.sqlite3"))


@contextmanager
def other_database(path: Path):
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    yield
    connection.close()
    connection.settings_dict["NAME"] = before


def applied_against_openpyxl() -> None:
    folder = setup()
    import openpyxl

    from agreements.imports.pipeline import plan_file

    ours = theirs = 0.0
    for name, day in CORE.items():
        start = time.perf_counter()
        plan_file(folder / name, published=day).commit()
        ours += time.perf_counter() - start
        start = time.perf_counter()
        openpyxl.load_workbook(folder / name)
        theirs += time.perf_counter() - start
    print(f"24 lists applied in {ours:.2f} s, openpyxl reads them in {theirs:.2f} s: ratio {ours / theirs:.2f}")


def start_and_end_of_the_series() -> None:
    """The newest list, laid on the whole series and on the one list before it."""
    folder = setup()
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from agreements.imports.apply import withdraw_list
    from agreements.imports.pipeline import plan_file
    from agreements.models import Snapshot

    newest = folder / list(CORE)[-1]
    lists = Snapshot.objects.filter(kind="participating").order_by("-position")

    def step() -> tuple[float, int]:
        times = []
        for turn in range(TURNS + 1):
            with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                start = time.perf_counter()
                plan_file(newest).commit()
                if turn:  # the first one reads the geography
                    times.append(time.perf_counter() - start)
                transaction.set_rollback(True)
        return statistics.median(times), len(queries)

    withdraw_list(lists[0])
    held = Snapshot.objects.count()
    at_the_end, statements = step()
    withdraw_list(*Snapshot.objects.exclude(pk=lists[0].pk))
    at_the_start, few = step()
    print(
        f"the same step on {held} lists {at_the_end:.3f} s ({statements} statements), on one list {at_the_start:.3f} s"
        f" ({few}): ratio {at_the_end / at_the_start:.2f}"
    )


# -- Readers ----------------------------------------------------------------------------------------------------------


def readers_meanwhile(work: str, environment: dict) -> None:
    from tests import site

    url = f"sqlite:///{work}/served.sqlite3"
    with site.served(url, Path(work)) as address:
        ask_until(address, until=time.monotonic() + 5)  # the server warms up
        applying = subprocess.Popen([sys.executable, "-m", "tests.bench.bench_desk", "--apply"], env={
            **environment, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings",
        })  # fmt: skip
        meanwhile = ask_until(address, while_running=applying)
        if applying.wait():
            sys.exit("the lists could not be applied")
        ask_until(address, until=time.monotonic() + 3)
        idle = ask_until(address, until=time.monotonic() + IDLE)
    one, other = p95(idle), p95(meanwhile)
    failed = sum(status != 200 for status, _ in idle + meanwhile)
    print(
        f"readers: {len(meanwhile)} pages meanwhile, p95 {other:.0f} ms; {len(idle)} afterwards, p95 {one:.0f} ms: "
        f"ratio {other / one:.2f}; medians {p50(meanwhile):.0f} and {p50(idle):.0f} ms; slowest "
        f"{max(ms for _, ms in meanwhile):.0f} ms; failed {failed}"
    )


def apply() -> None:
    """Each list at the desk, as staff take it: read by a child, compared, decided on, applied."""
    folder = setup()
    from django.contrib.auth import get_user_model

    from agreements.desk import decisions, runs

    person = get_user_model().objects.create_superuser("bench", "", None)
    for name, day in CORE.items():
        run = runs.open_run((folder / name).read_bytes(), name, by=person, published=day)
        if run.doubts_open:
            runs.settle(run, "A bench.", by=person)
        decisions.accept_certain(run, by=person)
        for change in run.proposed.open():
            decisions.decide(change, "later", by=person)
        runs.apply_run(run, by=person)


def ask_until(address: str, *, until: float = 0, while_running: subprocess.Popen | None = None) -> list:
    """Each answer's status and milliseconds, until a moment or while a process runs."""
    parts = urlsplit(address)
    found = []
    while time.monotonic() < until or (while_running and while_running.poll() is None):
        for number, path in enumerate(PAGES):
            address = (
                path if number % 4 else f"{path}{'&' if '?' in path else '?'}as_of=2026-05-{1 + len(found) % 28:02}"
            )
            if path.startswith("/api/v1/status") or path in ("/", "/changes/"):
                address = path
            start = time.perf_counter()
            connection = http.client.HTTPConnection(parts.netloc, timeout=30)
            try:
                connection.request("GET", address)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except OSError:
                status = 0
            finally:
                connection.close()
            found.append((status, 1000 * (time.perf_counter() - start)))
            time.sleep(REST)
    return found


def p95(answers: list) -> float:
    return statistics.quantiles([ms for _, ms in answers], n=20)[-1]


def p50(answers: list) -> float:
    return statistics.median([ms for _, ms in answers])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1].startswith("--"):
        globals()[sys.argv[1].removeprefix("--")]()
    else:
        main(Path(sys.argv[1]))
