"""All public records as files: CSV and JSON Lines, with a manifest that says what each file holds.

The files are the API's own lists, written by its own views, so that they cannot say anything else. A version is a
folder that is written beside the others and then put in place at once; the last few stay, so that a download which has
begun can end.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.utils import json

from agreements.api.base import LICENCE, LICENCE_URL
from agreements.caching import release
from agreements.days import today
from agreements.lists import Lists
from jurisdictions.models import DataVersion, Jurisdiction

from . import ledger
from .renderers import CSV, JSONLines

MANIFEST = "manifest.json"
CURRENT = "current"
"""The name of the link to the folder that is served."""
KEPT = 5
"""Versions that stay, the current one among them."""
TRIES = 3
FORMATS = {"csv": CSV, "jsonl": JSONLines}
VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,6}")

COUNTIES = "counties"
COUNTY_COLUMNS = {
    "geoid": ("string", "Census id of the county, 5 digits."),
    "state": ("string", "Postal abbreviation."),
    "name": ("string", "As the Census prints it."),
    "population": ("integer", "Empty where no count is held."),
    "as_of": ("string", "The day of the answer."),
    "list": ("string", "The newest list of participating agencies by that day; empty where none is held."),
    "own_agencies": ("integer", "Agencies on that list which cover the whole county: the sheriff, the jail."),
    "agencies_inside": ("integer", "Agencies on that list which cover a part of it: cities, towns, campuses."),
    "models": ("array", "Models of their agreements."),
    "agencies_in_question": ("integer", "ICE prints the county for them; their area is not certain. Counted nowhere."),
    "statewide_agencies": ("integer", "Agencies of the whole state on that list. They work here too."),
    "answer_url": ("string", "The whole answer."),
}


class NotBuilt(Exception):
    """There are no files yet, or not this one."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list of the API as files. `record` names its schema in the API's description."""

    name: str
    record: str

    @property
    def view(self):
        # Asked for here, not above: the addresses import the views, and a view serves these files.
        from .urls import router

        viewset = next(viewset for prefix, viewset, _basename in router.registry if prefix == self.name)
        return viewset.as_view({"get": "list"}, basename=self.name, throttle_classes=[])

    def lines(self, form: str, site: str) -> Iterator[bytes]:
        asked = RequestFactory().get(f"/api/v1/{self.name}/", {"format": form}, **origin(site))
        response = self.view(asked)
        if response.status_code != 200:
            raise RuntimeError(f"{self.name}/ answers {response.status_code}")
        return iter(response.streaming_content)


TABLES = [
    Table("agreements", "AgreementRecord"),
    Table("agencies", "AgencyWithLists"),
    Table("laws", "LawRecord"),
    Table("policies", "PolicyRecord"),
    Table("designations", "DesignationRecord"),
    Table("snapshots", "SnapshotRecord"),
    Table("events", "EventRecord"),
    Table("jurisdictions", "JurisdictionRecord"),
]


def folder() -> Path:
    return Path(settings.DATA_DIR) / "bulk"


def origin(site: str) -> dict[str, Any]:
    """What a request to `site` (https://portal.example) carries, so that addresses in the files are whole."""
    scheme, _, host = site.rstrip("/").partition("://")
    return {"HTTP_HOST": host, "secure": scheme == "https"}


# -- Writing --------------------------------------------------------------------------------------------------------


def build(site: str, *, force: bool = False) -> dict:
    """Write a new version and put it in place; the manifest. The current one stays if nothing has changed since.

    All files speak of one data version: if facts change meanwhile, it begins anew.
    """
    folder().mkdir(parents=True, exist_ok=True)
    for _try in range(TRIES):
        turn = ledger.catch_up()
        version = DataVersion.objects.current()
        if turn.data_version != version.number:
            continue
        basis = {
            "data_version": version.number,
            "changed_at": version.changed_at.isoformat(),
            "as_of": today().isoformat(),
            "release": release(),
            "site": site.rstrip("/"),
        }
        held = manifest() if is_built() else {}
        if not force and all(held.get(name) == value for name, value in basis.items()):
            return held
        work = Path(tempfile.mkdtemp(prefix="building-", dir=folder()))
        try:
            files = [write(work, table.name, form, table.lines(form, site)) for table in TABLES for form in FORMATS]
            counties = list(county_rows(site))
            for form, renderer in FORMATS.items():
                files.append(write(work, COUNTIES, form, renderer().stream(counties, list(COUNTY_COLUMNS))))
            files.append(write(work, "dictionary", "csv", dictionary_lines()))
            if DataVersion.objects.current().number != version.number:
                continue
            newest = Lists.on(today()).newest
            contents = {
                "version": next_version(),
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


def write(work: Path, name: str, form: str, chunks: Iterable[bytes]) -> dict[str, Any]:
    """Write a file and its compressed twin while its rows come; what the manifest says of it."""
    path = work / f"{name}.{form}"
    digest, size, rows = hashlib.sha256(), 0, Rows(form)
    with path.open("wb") as plain, gzip.GzipFile(f"{path}.gz", "wb", 6, mtime=0) as packed:
        for chunk in chunks:
            for out in (plain, packed):
                out.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            rows.add(chunk)
    return {
        "name": path.name,
        "table": name,
        "format": form,
        "media_type": FORMATS[form].media_type,
        "rows": rows.count,
        "bytes": size,
        "sha256": digest.hexdigest(),
        "schema": name if name != "dictionary" else None,
    }


class Rows:
    """Counts records as they pass: a line break inside quotes ends no row of CSV, and a heading is no record."""

    def __init__(self, form: str):
        self.is_csv = form == "csv"
        self.ends = 0
        self.is_quoted = False

    def add(self, chunk: bytes) -> None:
        if not self.is_csv:
            self.ends += chunk.count(b"\n")
            return
        for number, part in enumerate(chunk.split(b'"')):
            if number:
                self.is_quoted = not self.is_quoted
            if not self.is_quoted:
                self.ends += part.count(b"\n")

    @property
    def count(self) -> int:
        return max(0, self.ends - 1) if self.is_csv else self.ends


def next_version() -> str:
    """The day, and how many versions it has had."""
    day = today().isoformat()
    numbers = [int(name.rpartition(".")[2]) for name in versions() if name.startswith(day)]
    return f"{day}.{max(numbers, default=0) + 1}"


def put_in_place(work: Path, version: str) -> None:
    """A reader sees the old files or the new ones, never some of each."""
    work.chmod(0o755)
    work.rename(folder() / version)
    link = folder() / f"{CURRENT}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(folder() / CURRENT)
    for old in versions()[:-KEPT]:
        shutil.rmtree(folder() / old, ignore_errors=True)


def county_rows(site: str) -> Iterator[dict[str, Any]]:
    """Each county with what stands on the newest list for it, as the map and its table say. Five queries."""
    from portal.answers.counties import Country

    country, lists = Country.read(today()), Lists.on(today())
    counties = Jurisdiction.objects.filter(kind=Jurisdiction.Kind.COUNTY).select_related("state").order_by("geoid")
    for county in counties:
        here = country.county(county.pk)
        yield {
            "geoid": county.pk,
            "state": county.state.usps,
            "name": county.name,
            "population": county.population,
            "as_of": today().isoformat(),
            "list": lists.listed and lists.listed.isoformat(),
            "own_agencies": here.own,
            "agencies_inside": here.inside,
            "models": list(here.models),
            "agencies_in_question": here.in_question,
            "statewide_agencies": len(country.state(county.state_id).statewide),
            "answer_url": f"{site.rstrip('/')}/api/v1/jurisdictions/{county.pk}/answer/",
        }


@cache
def schemas() -> dict[str, dict]:
    """The schema of a record of each table, from the API's description."""
    from .description import description

    known = description()["components"]["schemas"]
    counties = {name: {"type": kind, "description": text} for name, (kind, text) in COUNTY_COLUMNS.items()}
    return {table.name: known[table.record] for table in TABLES} | {
        COUNTIES: {"type": "object", "properties": counties}
    }


def dictionary_lines() -> Iterator[bytes]:
    """The data dictionary: what each column means."""
    out = io.StringIO()
    write_row = csv.writer(out).writerow
    write_row(["table", "column", "type", "meaning"])
    for table, schema in schemas().items():
        for name, column in schema["properties"].items():
            kind = column.get("type") or ("record" if "$ref" in str(column) else "")
            write_row([table, name, kind, " ".join(str(column.get("description", "")).split())])
    yield out.getvalue().encode()


# -- Reading --------------------------------------------------------------------------------------------------------


def versions() -> list[str]:
    """Those that are held, oldest first."""
    held = [each.name for each in folder().glob("*.*") if each.is_dir() and VERSION.fullmatch(each.name)]
    return sorted(held, key=lambda name: (name[:10], int(name[11:])))


def is_built() -> bool:
    return (folder() / CURRENT / MANIFEST).is_file()


def manifest(version: str = CURRENT) -> dict:
    """What a version holds; raises NotBuilt."""
    if version != CURRENT and not VERSION.fullmatch(version):
        raise NotBuilt
    try:
        return json.loads((folder() / version / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuilt from None


def file_of(name: str, version: str = CURRENT) -> tuple[dict, Path]:
    """A file of a version, and what its manifest says of it; raises NotBuilt. No name leads out of the folder."""
    held = manifest(version)
    described = next((each for each in held["files"] if each["name"] == name), None)
    if described is None:
        raise NotBuilt
    return described, folder() / held["version"] / name
