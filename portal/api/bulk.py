"""All public records as files: CSV, JSON Lines and GeoJSON, with a manifest that says what each file holds.

The records are those of the API's lists, made by the same functions, so that the files cannot say anything else
(bulk_tables.py). A version is a folder that is written beside the others and then put in place at once; the last few
stay, so that a download which has begun can end.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils import timezone, translation
from rest_framework.utils import json

from agreements.api.base import LICENCE, LICENCE_URL
from agreements.caching import release
from agreements.days import today
from agreements.lists import Lists
from jurisdictions.models import DataVersion

from . import ledger
from .bulk_forms import TWINS, Form, Output, Spreadsheet
from .bulk_tables import DICTIONARY_COLUMNS, SCHEMA, TABLES, Reading, Table, dictionary_rows, schemas
from .renderers import in_chunks

MANIFEST = "manifest.json"
CURRENT = "current"
"""The name of the link to the folder that is served."""
KEPT = 5
"""Versions that stay, the current one among them."""
TRIES = 3
ROWS_AT_ONCE = 500
"""Records that are written together: never more than these are held in memory."""
VERSION = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\.(?P<number>[0-9]{1,6})(-[0-9a-f]{8})?")
"""A day, which version of that day, and a digest of what its files hold. Before there was a digest, names had none."""


class NotBuilt(Exception):
    """There are no files yet, or not this one."""


class BeingBuilt(Exception):
    """Another process is writing files at this moment."""


def folder() -> Path:
    return Path(settings.DATA_DIR) / "bulk"


def site_of_settings(port: int | None = None) -> str:
    """How addresses begin for the first name that the portal answers to; `port` counts on the own machine only."""
    host = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
    if not settings.IS_LOCAL:
        return f"https://{host}"
    return f"http://{host}:{port}" if port else f"http://{host}"


def site_of_files() -> str:
    """How addresses begin in the files that are served; "" before the first, or if the portal has another name by now.

    So a timer that names no site goes on with that of the start.
    """
    try:
        site = manifest()["site"]
    except NotBuilt:
        return ""
    return site if validate_host(urlsplit(site).hostname or "", settings.ALLOWED_HOSTS) else ""


# -- Writing --------------------------------------------------------------------------------------------------------


def build(site: str, *, force: bool = False, wait: bool = True) -> dict:
    """Write a new version and put it in place; the manifest. The current one stays if nothing has changed since.

    `site` is how addresses in the files begin, https://portal.example. All files speak of one data version: if facts
    change meanwhile, it begins anew, and after a few times raises RuntimeError. One process writes at a time: another
    one waits, or raises BeingBuilt if it is not to `wait`.
    """
    with one_at_a_time(wait=wait), translation.override("en"):
        for left in folder().glob("building-*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        for _try in range(TRIES):
            turn = ledger.catch_up()
            version = DataVersion.objects.current()
            if turn.data_version != version.number:
                continue
            basis = basis_of(version, site)
            held = manifest() if is_built() else {}
            if not force and all(held.get(name) == value for name, value in basis.items()):
                return held
            work = Path(tempfile.mkdtemp(prefix="building-", dir=folder()))
            try:
                files = write_all(work, Reading(today(), site.rstrip("/")))
                if basis_of(DataVersion.objects.current(), site) != basis:
                    continue
                newest = Lists.on(today()).newest
                contents = {
                    "version": next_version(files),
                    "built_at": timezone.now().isoformat(timespec="seconds"),
                    **basis,
                    "newest_list": newest and newest.isoformat(),
                    "changes_cursor": str(ledger.Cursor.at(turn)),
                    "geography": ledger.geography(),
                    "licence": LICENCE,
                    "licence_url": LICENCE_URL,
                    "files": files,
                    "schemas": schemas(),
                }
                (work / MANIFEST).write_text(json.dumps(contents, ensure_ascii=False, indent=1), encoding="utf-8")
                put_in_place(work, contents["version"])
                return contents
            finally:
                shutil.rmtree(work, ignore_errors=True)
    raise RuntimeError("The facts changed while the files were written, each time. Try again when an import is over.")


@contextmanager
def one_at_a_time(*, wait: bool) -> Iterator[None]:
    """The right to write, which ends with the process at the latest."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise BeingBuilt from None
        yield


def basis_of(version: DataVersion, site: str) -> dict[str, Any]:
    """What the files follow from."""
    return {
        "data_version": version.number,
        "changed_at": version.changed_at.isoformat(),
        "as_of": today().isoformat(),
        "release": release(),
        "site": site.rstrip("/"),
    }


def write_all(work: Path, reading: Reading) -> list[dict[str, Any]]:
    """Every file; what the manifest says of each."""
    files = []
    for table in TABLES:
        with closing(noted(table, reading)) as rows:  # what it reads from the database, too, where writing breaks off
            files += write(work, table.name, table.columns, table.forms, rows)
    files += write(work, "dictionary", DICTIONARY_COLUMNS, (Spreadsheet,), dictionary_rows(), is_described=False)
    return files + [write_schema(work, table, schema) for table, schema in schemas().items()]


def write_schema(work: Path, table: str, schema: dict[str, Any]) -> dict[str, Any]:
    output = Output(work / f"{table}.{SCHEMA}")
    output.write(json.dumps(schema, ensure_ascii=False, indent=1).encode())
    return {
        "name": output.path.name,
        "table": table,
        "format": SCHEMA,
        "media_type": "application/schema+json",
        "rows": 1,
        **output.finish(),
        "schema": None,
    }


def noted(table: Table, reading: Reading) -> Iterator[dict[str, Any]]:
    """The rows of the table; the documents that they rest on are noted as they pass."""
    for row in table.rows(reading):
        if table.notes_sources:
            reading.note_sources(table.name, row)
        yield row


def write(
    work: Path,
    name: str,
    columns: Iterable[str],
    forms: Iterable[type[Form]],
    rows: Iterable[dict[str, Any]],
    *,
    is_described: bool = True,
) -> list[dict[str, Any]]:
    """Write rows, read once, in each of these forms; what the manifest says of each file."""
    outputs = [(form(columns), Output(work / f"{name}.{form.extension}")) for form in forms]
    count = 0
    try:
        for form, output in outputs:
            output.write(form.head())
        for batch in in_chunks(rows, ROWS_AT_ONCE):
            count += len(batch)
            for form, output in outputs:
                output.write(form.body(batch))
        described = []
        for form, output in outputs:
            output.write(form.tail())
            described.append(
                {
                    "name": output.path.name,
                    "table": name,
                    "format": form.extension,
                    "media_type": form.media_type,
                    "rows": count,
                    **output.finish(),
                    "schema": name if is_described else None,
                }
            )
        return described
    finally:
        for _form, output in outputs:
            output.close()


def next_version(files: list[dict[str, Any]]) -> str:
    """The day, how many versions it has had, and what the files hold.

    Where the folder was lost, the same day begins to count anew: with the digest a name never means other files than
    those that somebody had under it.
    """
    day = today().isoformat()
    numbers = [number for of_day, number in map(place_of, versions()) if of_day == day]
    held = "\n".join(f"{each['name']} {each['sha256']}" for each in files)
    digest = hashlib.blake2s(held.encode(), digest_size=4).hexdigest()
    return f"{day}.{max(numbers, default=0) + 1}-{digest}"


def put_in_place(work: Path, version: str) -> None:
    """A reader sees the old files or the new ones, never some of each; nor half of them after the power failed."""
    for path in [*work.iterdir(), work]:
        onto_disk(path)
    work.chmod(0o755)
    work.rename(folder() / version)
    onto_disk(folder())  # first the files under their name, then the link to it
    link = folder() / f"{CURRENT}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(folder() / CURRENT)
    onto_disk(folder())
    for old in versions()[:-KEPT]:
        if old != version:  # which is not the newest by name where the clock was ahead and has been put right
            shutil.rmtree(folder() / old, ignore_errors=True)


def onto_disk(path: Path) -> None:
    """Come back when the file, or the names in the folder, are where they outlast the machine."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


# -- Reading --------------------------------------------------------------------------------------------------------


def versions() -> list[str]:
    """Those that are held, oldest first."""
    held = [each.name for each in folder().glob("*.*") if each.is_dir() and VERSION.fullmatch(each.name)]
    return sorted(held, key=place_of)


def place_of(version: str) -> tuple[str, int]:
    """Its day and its number on that day."""
    named = VERSION.fullmatch(version)
    return named["day"], int(named["number"])


def is_built() -> bool:
    return (folder() / CURRENT / MANIFEST).is_file()


def newest_version() -> str:
    """That which is served; "" before the first one."""
    return (folder() / CURRENT).readlink().name if is_built() else ""


def manifest(version: str = CURRENT) -> dict:
    """What a version holds; raises NotBuilt."""
    if version != CURRENT and not VERSION.fullmatch(version):
        raise NotBuilt
    try:
        return json.loads((folder() / version / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuilt from None


def twin_of(path: Path, coding: str | None) -> Path:
    """The file as it is held in this coding of HTTP; the file itself where it is in none."""
    return path.with_name(path.name + TWINS[coding]) if coding else path


def file_of(name: str, version: str = CURRENT) -> tuple[dict, Path]:
    """A file of a version, and what its manifest says of it; raises NotBuilt. No name leads out of the folder."""
    held = manifest(version)
    described = next((each for each in held["files"] if each["name"] == name), None)
    if described is None:
        raise NotBuilt
    return described, folder() / held["version"] / name
