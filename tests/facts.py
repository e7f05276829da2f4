"""A database filled with the bundled facts, built once and kept until the facts or the code that loads them change.

Loading everything takes about a minute, so it happens once for all processes and, while nothing changes, for all
runs: in var/tests/ for SQLite, as databases named facts_… for PostgreSQL. Tests read one shared database that refuses
to be written, or get a copy of their own.
"""

import copy
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.db.utils import load_backend

ROOT = settings.BASE_DIR
FOLDER = ROOT / "var" / "tests"
DIGEST = "FACTS_DIGEST"
KEPT = 3  # databases built from older files, which another run may still read


def digest() -> str:
    """Changes whenever the bundled facts, the tables, or the code that fills them change.

    conftest.py puts it into the environment at the start, so that all processes of a run agree on it.
    """
    if DIGEST in os.environ:
        return os.environ[DIGEST]
    total = hashlib.sha256()
    for app in ("jurisdictions", "agreements"):
        for path in sorted((ROOT / app).rglob("*")):
            within = path.relative_to(ROOT / app)
            if path.suffix in {".py", ".csv", ".gz", ".json"} and within.parts[0] not in {
                "api",
                "admin",
                "templatetags",
            }:
                total.update(str(within).encode() + b"\0" + path.read_bytes())
    for path in sorted((ROOT / "portal" / "migrations").glob("*.py")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def read_only() -> dict:
    """Settings of a connection to the shared database of facts, built now if there is none. It refuses writes."""
    name = built() if settings.USES_SQLITE else f"{built()}_read"
    return connection_settings(name, writable=False)


@contextmanager
def own_copy() -> Iterator[dict]:
    """Settings of a connection to a fresh copy of the facts, dropped at the end."""
    suffix = f"{os.getpid()}_{time.monotonic_ns()}"
    template = built()
    if settings.USES_SQLITE:
        name = template.replace(".sqlite3", f"-{suffix}.sqlite3")
        shutil.copyfile(template, name)
        yield connection_settings(name)
        remove_sqlite(Path(name))
    else:
        name = f"copy_{suffix}"
        with administration() as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
            yield connection_settings(name)
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def as_default(database: dict) -> Iterator[None]:
    """Within the block, `default` is the database with these settings, in this thread."""
    before = connections["default"]
    connections["default"] = load_backend(database["ENGINE"]).DatabaseWrapper(database, "default")
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before
        ContentType.objects.clear_cache()


def address(database: dict) -> str:
    """A DATABASE_URL for another process, from the settings of a connection."""
    if settings.USES_SQLITE:
        return f"sqlite:///{quote(database['NAME'])}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database['NAME']}"))


def connection_settings(name: str, *, writable: bool = True) -> dict:
    database = copy.deepcopy(settings.DATABASES["default"])
    database["NAME"] = name
    if not writable and settings.USES_SQLITE:
        database["OPTIONS"]["init_command"] += "PRAGMA query_only=ON;"
    elif not writable:
        database.setdefault("OPTIONS", {})["options"] = "-c default_transaction_read_only=on"
    return database


def built() -> str:
    """The name of the database that holds today's facts. The first process to ask builds it, the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "facts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return built_on_sqlite() if settings.USES_SQLITE else built_on_postgresql()


def built_on_sqlite() -> str:
    ready = FOLDER / f"facts-{digest()}.sqlite3"
    if not ready.exists():
        kept = FOLDER.glob(f"facts-{'?' * len(digest())}.sqlite3")  # not the copies that another run works on
        for old in sorted(kept, key=lambda path: path.stat().st_mtime)[:-KEPT]:
            remove_sqlite(old)
        building = FOLDER / f"building-{os.getpid()}.sqlite3"
        try:
            fill(connection_settings(str(building)))
            building.rename(ready)  # closed by its last process, it has no -wal beside it
        finally:
            remove_sqlite(building)
    return str(ready)


def built_on_postgresql() -> str:
    ready = f"facts_{digest()}"
    with administration() as server:
        names = [name for (name,) in server.execute("SELECT datname FROM pg_database ORDER BY oid")]
        if f"{ready}_read" not in names:
            abandoned = [name for name in names if name.startswith("building_")]
            outdated = [name for name in names if name.startswith("facts_")][: -2 * KEPT]
            for old in abandoned + outdated:
                server.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            building = f"building_{os.getpid()}"
            server.execute(f'CREATE DATABASE "{building}"')
            fill(connection_settings(building))
            server.execute(f'ALTER DATABASE "{building}" RENAME TO "{ready}"')
            # A template may have no connection while it is copied: readers use a database of their own.
            server.execute(f'CREATE DATABASE "{ready}_read" TEMPLATE "{ready}" STRATEGY FILE_COPY')
    return ready


def fill(database: dict) -> None:
    """Make the tables and load the bundled facts, as `make run` does, in a process of its own."""
    for command in (["migrate", "--verbosity=0"], ["load_facts"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": address(database)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {command[0]} failed:\n{done.stdout}\n{done.stderr}")


@contextmanager
def administration() -> Iterator[psycopg.Connection]:
    """A connection to the PostgreSQL server itself, to make and drop databases."""
    server = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres"))
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        yield connection


def remove_sqlite(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
