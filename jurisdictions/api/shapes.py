"""How areas and agencies become records of the API: from rows of the database, without objects in between.

A record has one shape: `Shape.show` makes it, and the class that the shape names in `record` describes it. The columns
of a file and the API's description follow from that class, and a test holds each shape to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from datetime import date, datetime
from functools import cache
from itertools import chain, islice
from typing import Any, ClassVar, Protocol

import orjson
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from jurisdictions.models import (
    Agency,
    AgencyAlias,
    AgencyFormerId,
    Coverage,
    DataVersion,
    Jurisdiction,
    LiesIn,
    Source,
)
from jurisdictions.models.agency import agency_path
from jurisdictions.models.jurisdiction import area_path

from .kept import Facts, Kept, Key, compact
from .serializers import GEOGRAPHY_SOURCES, AgencyRecord, JurisdictionRecord, Record, source

ROWS_AT_ONCE = 1_000
"""Of a list, read before what belongs to them is. A longer list reads the other tables whole, once."""


class Shape:
    """The records of one kind on a day, with addresses at `origin` (https://portal.example; "": paths alone).

    What a record shows from other tables is read for many at once, so that the number of queries never grows.
    """

    record: ClassVar[type[Record]]
    """What describes a record: the name, type and meaning of each field, in their order."""
    columns: ClassVar[tuple[str, ...]]
    """What is read of the record's own table and of those that it points to."""
    queryset: ClassVar[QuerySet]
    """All public records, in the order of the list."""
    id_column: ClassVar[str] = "public_id"
    """The one that the API knows a record by."""
    is_kept: ClassVar[bool] = False
    """Whether a worker keeps the records that it wrote, for as long as the facts stay as they are: a few thousand."""

    def __init__(self, day: date, origin: str = "", expand: Collection[str] = (), version: DataVersion | None = None):
        """`version`, where it is known to be that of the facts, allows to keep in memory what changes with it."""
        self.day = day
        self.origin = origin
        self.version = version
        self.expand = frozenset(expand)

    def known(self) -> QuerySet:
        """Those known by the day."""
        return self.queryset.all()

    def of_ids(self, ids: Collection[str]) -> QuerySet:
        """Those of them that the API knows by these ids."""
        return self.known().filter(**{f"{self.id_column}__in": ids})

    def rows(self, queryset: QuerySet) -> QuerySet:
        """What `show` takes, for each record."""
        return queryset.values_list(*self.columns, named=True)

    def fetch(self, pks: Collection | None) -> None:
        """Read what these records (None: all) show from other tables."""

    def show(self, row: Any) -> dict[str, Any]:
        """A record, of what JSON has: text, numbers, true and false, null, lists, records. Parts may be shared."""
        raise NotImplementedError

    def shown(self, rows: Collection) -> list[dict[str, Any]]:
        """The records of a page."""
        self.fetch([row.pk for row in rows])
        return [self.show(row) for row in rows]

    def stream(self, queryset: QuerySet) -> Iterator[dict[str, Any]]:
        """The records of a list however long."""
        rows = self.rows(queryset).iterator(chunk_size=ROWS_AT_ONCE)
        first = list(islice(rows, ROWS_AT_ONCE))
        self.fetch([row.pk for row in first] if len(first) < ROWS_AT_ONCE else None)
        yield from map(self.show, chain(first, rows))

    @property
    def facts(self) -> Facts | None:
        """Which facts the records are of, where a worker keeps what it wrote; None where it does not."""
        if not self.is_kept or self.version is None or not self.version.number:
            return None
        return str(connection.settings_dict["NAME"]), self.version.number, self.version.changed_at

    def written(self, pks: Iterable, form: Form) -> list[bytes]:
        """Those of these records that there are, as they go out. What the worker wrote already is not made again."""
        table = self.table(form)
        if missing := [pk for pk in pks if pk not in table]:
            table = table | self.rewritten(missing, form)
            if unmade := [pk for pk in missing if pk not in table]:
                are_few = len(unmade) < ROWS_AT_ONCE
                table |= self.write(self.known().filter(pk__in=unmade) if are_few else self.known(), form)
        return [line for line in map(table.get, pks) if line is not None]

    def rewritten(self, pks: Iterable, form: Form) -> dict[Any, bytes]:
        """By key those that the worker wrote as JSON, in this other form."""
        as_json = {} if form is AS_JSON else self.table(AS_JSON)
        held = [pk for pk in pks if pk in as_json]
        lines = dict(zip(held, form.write(orjson.loads(as_json[pk]) for pk in held), strict=True))
        self.keep(form, lines)
        return lines

    def write(self, queryset: QuerySet, form: Form) -> dict[Any, bytes]:
        """Records made anew, by key and in their order. The worker keeps them, as JSON too."""
        rows = list(self.rows(queryset))
        pks = [row.pk for row in rows]
        self.fetch(pks if len(pks) < ROWS_AT_ONCE else None)
        as_json: dict[Any, bytes] = {}

        def records() -> Iterator[dict[str, Any]]:
            # One by one: thousands of records at once would keep the collector busy.
            for row in rows:
                record = self.show(row)
                as_json[row.pk] = orjson.dumps(record)
                yield record

        is_kept_twice = form is not AS_JSON and self.facts is not None
        lines = dict(zip(pks, form.write(records() if is_kept_twice else map(self.show, rows)), strict=True))
        self.keep(form, lines)
        self.keep(AS_JSON, as_json)
        return lines

    def table(self, form: Form) -> dict[Any, bytes]:
        """What the worker has written of the records of this day, origin and expansion, by key. Not to be changed."""
        key = self.key_of(form)
        return (key and written.get(key)) or {}

    def keep(self, form: Form, lines: dict[Any, bytes]) -> None:
        """Keep these beside those that are kept."""
        if lines and (key := self.key_of(form)):
            # A new table each time: threads that read the one before see it whole.
            table = self.table(form) | {pk: compact(line) for pk, line in lines.items()}
            written.put(key, table, sum(map(len, table.values())) + BESIDE_A_LINE * len(table))

    def key_of(self, form: Form) -> Key | None:
        return self.facts and (self.facts, (type(self), self.day, self.origin, self.expand, form.key))


class Form(Protocol):
    """How records are written."""

    key: Hashable
    """Tells forms apart."""

    def write(self, records: Iterable[dict[str, Any]]) -> Iterable[bytes]:
        """Each record, without what stands between two."""


class AsJson:
    """Records whole, as JSON."""

    key = "json"

    @staticmethod
    def write(records: Iterable[dict[str, Any]]) -> Iterable[bytes]:
        return map(orjson.dumps, records)


AS_JSON = AsJson()
BESIDE_A_LINE = 200
"""Bytes that a line takes in memory beside its own: its key, its place in the table."""
written: Kept[dict[Any, bytes]] = Kept(together=48_000_000)
"""Records as they go out, by kind, day, origin, expansion and form. All of today as JSON and CSV take some 10 MB."""


@cache
def fields_of(record: type[Record], expand: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names of a record's fields, in their order; a part that is expanded and no field before comes last."""
    names = record().get_fields()
    return tuple(dict.fromkeys((*names, *sorted(expand))))


def of(pks: Collection | None, column: str) -> dict[str, Collection]:
    """The condition that keeps rows of these records; none for all."""
    return {} if pks is None else {f"{column}__in": pks}


def grouped(pairs: Iterable[tuple]) -> dict[Any, list]:
    """The second of each pair by the first, in their order."""
    groups: dict[Any, list] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def day_or_none(day: date | None) -> str | None:
    return day and day.isoformat()


def moment(value: datetime) -> str:
    # Not by way of localtime, which asks each time which zone this thread has: it takes a sixth of making a record.
    return value.astimezone(timezone.get_default_timezone()).isoformat()


def counties_of(areas: dict[str, Collection] | None = None) -> dict[str, list[str]]:
    """The counties of places and subdivisions, the one where most of their people live first. One query."""
    lies_in = LiesIn.objects.peopled().filter(**(areas or {})).order_by("jurisdiction_id", "rank")
    return grouped(lies_in.values_list("jurisdiction_id", "county_id"))


def former_ids(former: type[Model], owner: str, pks: Collection | None) -> dict[int, list[str]]:
    """The ids that lead to each of these records. One query."""
    held = former.objects.filter(**of(pks, owner), **{f"{owner}__isnull": False})
    return grouped(held.order_by("pk").values_list(owner, "public_id"))


SOURCE_COLUMNS = ("title", "publisher", "url", "published_on", "retrieved_on")


def source_columns(way: str) -> tuple[str, ...]:
    """The columns that `source_of` takes, of the Source that `way` leads to."""
    return tuple(f"{way}__{name}" for name in SOURCE_COLUMNS)


def source_of(
    title: str, publisher: str, url: str, published_on: date | None, retrieved_on: date | None
) -> dict[str, Any]:
    """A Source of the database, by its columns."""
    days = {"published_on": day_or_none(published_on), "retrieved_on": day_or_none(retrieved_on)}
    return source(title, publisher, url=url or None, **days)


def held_source(held: Source) -> dict[str, Any]:
    """A Source of the database."""
    return source_of(*(getattr(held, name) for name in SOURCE_COLUMNS))


class JurisdictionShape(Shape):
    """Areas by GEOID. Their sources and their vintage are the same on every day."""

    record = JurisdictionRecord
    queryset = Jurisdiction.objects.order_by("geoid")
    columns = (
        "pk", "kind", "name", "short_name", "legal_type", "slug", "usps", "state__usps", "state__slug", "ocd_id",
        "population", "population_year", "same_as_id", "same_as__slug", "same_as__state__slug",
    )  # fmt: skip
    id_column = "geoid"

    def fetch(self, pks) -> None:
        self.counties = counties_of(of(pks, "jurisdiction"))
        twins = Jurisdiction.objects.filter(**of(pks, "same_as"), same_as__isnull=False).order_by("pk")
        self.also = grouped(twins.values_list("same_as_id", "pk"))

    def show(self, row) -> dict[str, Any]:
        if row.kind == "state":
            path = area_path(row.slug)
        elif row.same_as_id:
            path = area_path(row.same_as__slug, row.same_as__state__slug)
        else:
            path = area_path(row.slug, row.state__slug)
        return {
            "geoid": row.pk,
            "kind": row.kind,
            "name": row.name,
            "short_name": row.short_name,
            "legal_type": row.legal_type,
            "state": row.usps if row.kind == "state" else row.state__usps,
            "counties": [row.pk] if row.kind == "county" else self.counties.get(row.pk, []),
            "ocd_id": row.ocd_id,
            "population": row.population,
            "population_year": row.population_year,
            "same_as": row.same_as_id,
            "also": self.also.get(row.pk, []),
            "url": self.origin + path,
            "sources": [GEOGRAPHY_SOURCES[row.kind]] if row.kind in GEOGRAPHY_SOURCES else [],
            "updated_at": None,
        }


class AgencyShape(Shape):
    """Agencies with what they cover and the documents that say so."""

    record = AgencyRecord
    queryset = Agency.objects.order_by("state__name", "name", "public_id")
    columns = (
        "pk", "public_id", "name", "kind", "state__usps", "placement", "placement_reason", "printed_county_id",
        "updated_at",
    )  # fmt: skip

    def fetch(self, pks) -> None:
        self.former = former_ids(AgencyFormerId, "agency", pks)
        aliases = AgencyAlias.objects.filter(**of(pks, "agency")).order_by("agency_id", "first_printed_on", "name")
        self.spellings = grouped(
            (agency, spelling(*columns))
            for agency, *columns in aliases.values_list(
                "agency_id", "name", "state_printed", "first_printed_on", "last_printed_on", "reason"
            )
        )
        coverages = Coverage.objects.filter(**of(pks, "agency")).order_by("agency_id", "jurisdiction_id")
        self.coverages: dict[int, list[dict]] = defaultdict(list)
        self.documents: dict[int, dict[int, dict]] = defaultdict(dict)
        for agency, geoid, kind, name, extent, why, note, held, *columns in coverages.values_list(
            "agency_id", "jurisdiction_id", "jurisdiction__kind", "jurisdiction__name", "extent", "why", "note",
            "source_id", *source_columns("source"),
        ):  # fmt: skip
            self.coverages[agency].append(
                {"geoid": geoid, "kind": kind, "name": name, "extent": extent, "why": why, "note": note}
            )
            if held:
                self.documents[agency][held] = source_of(*columns)
        self.counties = counties_of({"jurisdiction__in": coverages.order_by().values("jurisdiction_id")})

    def show(self, row) -> dict[str, Any]:
        covered = self.coverages.get(row.pk, [])
        return {
            "id": row.public_id,
            "name": row.name,
            "kind": row.kind,
            "state": row.state__usps,
            "placement": row.placement,
            "placement_reason": row.placement_reason,
            "jurisdictions": covered,
            "counties": self.reached(covered) if row.placement == Agency.Placement.DECIDED else [],
            "printed_county": row.printed_county_id,
            "spellings": self.spellings.get(row.pk, []),
            "merged_into": None,
            "former_ids": self.former.get(row.pk, []),
            "url": self.origin + agency_path(row.public_id, row.name),
            "sources": self.sources(row),
            "updated_at": moment(row.updated_at),
        }

    def reached(self, covered: list[dict]) -> list[str]:
        """The counties of these areas, each once."""
        counties: dict[str, None] = {}
        for area in covered:
            here = [area["geoid"]] if area["kind"] == "county" else self.counties.get(area["geoid"], [])
            counties |= dict.fromkeys(here)
        return list(counties)

    def sources(self, row) -> list[dict]:
        """Statutes and pages that say what it covers; the lists that print it are added by those who know them."""
        return list(self.documents[row.pk].values()) if row.pk in self.documents else []


def spelling(name: str, state: str, first: date, last: date, reason: str) -> dict[str, Any]:
    """A spelling as SpellingRecord describes it."""
    return {
        "name": name,
        "state_printed": state,
        "first_printed_on": first.isoformat(),
        "last_printed_on": last.isoformat(),
        "reason": reason,
    }
