"""What the API's answers cost, in one run over the bundled facts, held against three others. Run by hand:

    python -m tests.bench.bench_api [--rounds N] [--datasette PYTHON]

- the same list as an ordinary app of Django REST framework has it (plain_api.py), in this very process;
- a Django view that reads one row and does nothing else, behind the same middleware;
- Datasette over one table with the same rows, its nested parts as text, in a process of its own.

Every figure is the median of processor time of whole calls: ours and the first two through the WSGI application, with
all middleware and the counting of calls; Datasette through its ASGI application. `--datasette` names a Python that has
Datasette; without it one is installed into a folder that is thrown away. Ours stand there four times, by what the
worker still has in memory when it is asked:

- "first": nothing, as after a change of the facts;
- "asked anew": the records as it wrote them; which of them the list has is asked of the database;
- "made anew": which records each filter keeps, too; the list is cut from these and put together;
- "held": the answer itself.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from wsgiref.util import setup_testing_defaults

DATASETTE = "datasette==0.65.5"
LIST = "status=listed&state=FL"
COUNTY = "12011"
WANTED = {  # what costs more, what costs less: by how much at least, and what we aim at
    ("the list in plain DRF", "the list, made anew"): (4, 8),
    ("the list in Datasette", "the list, made anew"): (1.5, 4),
    ("the county's answer, made anew", "the county's answer, 304"): (20, 20),
    ("the CSV in Datasette", "the CSV, made anew"): (6, 6),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--datasette", type=Path, help="a Python that has Datasette")
    options = parser.parse_args()
    os.environ |= {"SECRET_KEY": "only for this bench", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    os.environ |= {"ACCESS_LOG": "0", "ALLOWED_HOSTS": "localhost"}
    import django

    django.setup()
    from django.conf import settings

    from tests import facts

    settings.ROOT_URLCONF = "tests.bench.plain_api"
    with facts.as_default(facts.read_only()), tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "facts.sqlite3")
        table_for_datasette(database)
        python = options.datasette or with_datasette(Path(folder, "environment"))
        paths = {
            "the list in Datasette": f"/facts/agreements.json?_shape=array&_size=100&{LIST}",
            "the CSV in Datasette": "/facts/agreements.csv?_stream=on&_size=max&status=listed",
        }
        figures = ours(options.rounds)
        figures |= theirs(python, database, options.rounds, paths)
    tell(figures)


# -- Ours, and what stands beside it in the same process --------------------------------------------------------------


def ours(rounds: int) -> dict[str, tuple[float, int]]:
    """The median in milliseconds and the length in bytes, by name. The cases take turns in each round."""
    from django.core.wsgi import get_wsgi_application

    from agreements import lists
    from agreements.api import shapes
    from agreements.api.held import held_answers
    from agreements.api.selections import members, missed, selections
    from jurisdictions.api.shapes import written

    caller = Caller(get_wsgi_application())
    answer, listed = f"/api/v1/jurisdictions/{COUNTY}/answer/", f"/api/v1/agreements/?{LIST}&page_size=100"
    etag = caller.get(answer)[1]["ETag"]
    csv = "/api/v1/agreements/?status=listed&format=csv"
    held = lambda: None  # noqa: E731  (as it comes)

    def forget_lists() -> None:
        for kept in (held_answers, selections, members, missed):
            kept.clear()

    def forget_all() -> None:
        forget_lists()
        for forget in (written.clear, lists.kept_lists.cache_clear, shapes.kept_lists.cache_clear):
            forget()

    def know_the_parts() -> None:
        forget_lists()
        for part in LIST.split("&"):
            caller.get(f"/api/v1/agreements/?{part}&page_size=1")

    cases: dict[str, tuple[Callable[[], None], str, dict[str, str]]] = {
        "the list in plain DRF": (held, f"/plain/agreements/?{LIST}", {}),
        "the list, first": (forget_all, listed, {}),
        "the list, asked anew": (forget_lists, listed, {}),
        "the list, made anew": (know_the_parts, listed, {}),
        "the list, held": (lambda: caller.get(listed), listed, {}),
        "one row in Django": (held, f"/plain/jurisdictions/{COUNTY}/", {}),
        "the county's answer, made anew": (held_answers.clear, answer, {}),
        "the county's answer, held": (lambda: caller.get(answer), answer, {}),
        "the county's answer, 304": (held_answers.clear, answer, {"HTTP_IF_NONE_MATCH": etag}),
        "the CSV, first": (forget_all, csv, {}),
        "the CSV, asked anew": (forget_lists, csv, {}),
        "the CSV, made anew": (held_answers.clear, csv, {}),
        "the CSV, held": (lambda: caller.get(csv), csv, {}),
    }
    taken: dict[str, list[float]] = {name: [] for name in cases}
    sizes = {}
    for number in range(rounds + 1):
        if number == 1:  # what a worker keeps stands; the collector need not walk over it while others are timed
            gc.collect()
            gc.freeze()
        for name, (before, address, headers) in cases.items():
            before()
            start = time.process_time()
            size = len(caller.get(address, headers)[2])
            took = time.process_time() - start
            if number:  # the first call of each fills what a worker keeps
                taken[name].append(took)
            sizes[name] = size
    return {name: (statistics.median(times) * 1000, sizes[name]) for name, times in taken.items()}


class Caller:
    """Calls a WSGI application as a server does, each time from another address, so that nobody's limit is met."""

    def __init__(self, application: Callable):
        self.application = application
        self.calls = 0

    def get(self, address: str, headers: dict[str, str] | None = None) -> tuple[str, dict[str, str], bytes]:
        self.calls += 1
        path, _, query = address.partition("?")
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "localhost", **(headers or {})}
        environ["REMOTE_ADDR"] = f"10.{self.calls >> 16 & 255}.{self.calls >> 8 & 255}.{self.calls & 255}"
        setup_testing_defaults(environ)
        begun: list = []
        answer = self.application(environ, lambda *status_and_headers: begun.append(status_and_headers))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        status, sent = begun[0]
        if status[:3] not in {"200", "304"}:
            raise RuntimeError(f"{address}: {status} {body[:300]!r}")
        return status, dict(sent), body


# -- Datasette ------------------------------------------------------------------------------------------------------


def table_for_datasette(path: Path) -> None:
    """The agreements as our list shows them, a column for each field; what is nested stands there as JSON."""
    from agreements.api.records import columns, records
    from agreements.days import today

    names = columns("agreements")
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE agreements (id TEXT PRIMARY KEY, state TEXT, {', '.join(names[1:])})")
        for record in records("agreements", day=today(), origin="http://localhost"):
            cells = [
                value if isinstance(value, str) or value is None else json.dumps(value) for value in record.values()
            ]
            marks = ", ".join("?" * (len(cells) + 1))
            row = [cells[0], record["agency"]["state"], *cells[1:]]
            database.execute(f"INSERT INTO agreements VALUES ({marks})", row)
        database.execute("CREATE INDEX by_state_and_status ON agreements (state, status)")
        database.execute("CREATE INDEX by_status ON agreements (status)")
    database.close()


def with_datasette(folder: Path) -> Path:
    """A Python that has Datasette and nothing of ours."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", DATASETTE], check=True)
    return python


def theirs(python: Path, database: Path, rounds: int, paths: dict[str, str]) -> dict[str, tuple[float, int]]:
    script = Path(__file__).with_name("datasette_pages.py")
    run = [python, script, database, str(rounds), *paths.values()]
    told = subprocess.run(run, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}).stdout
    lines = [line.split() for line in told.splitlines()]
    return {name: (float(time), int(size)) for name, (time, size) in zip(paths, lines, strict=True)}


# -- What came out --------------------------------------------------------------------------------------------------


def tell(figures: dict[str, tuple[float, int]]) -> None:
    for name, (milliseconds, size) in figures.items():
        print(f"{name:32} {milliseconds:8.2f} ms {size:10,} bytes")
    print()
    for (more, less), (least, goal) in WANTED.items():
        ratio = figures[more][0] / figures[less][0]
        print(f"{ratio:6.1f} ×  {more} : {less}  (at least {least}, aim {goal})")
    for what in ("list", "CSV"):
        for less in ("first", "asked anew", "held"):
            ratio = figures[f"the {what} in Datasette"][0] / figures[f"the {what}, {less}"][0]
            print(f"{ratio:6.1f} ×  the {what} in Datasette : the {what}, {less}")
    ratio = figures["the county's answer, held"][0] / figures["one row in Django"][0]
    print(f"{ratio:6.2f} ×  the county's answer, held : one row in Django  (at most 1.25)")


if __name__ == "__main__":
    sys.exit(main())
