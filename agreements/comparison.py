"""What differs between two of ICE's lists: not the sum of what happened in between, but the one laid beside the other.

`compare` is pure. A row is known by what ICE prints (state, name, kind of agreement); whose it is follows from what we
hold today, people's decisions included. So a name that changed is no departure, and a date, type, county or link that
ICE changed is one that stands in a row which both lists print under the same name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property, lru_cache

from django.db import connection
from django.db.models import Q

from jurisdictions.models import Agency, DataVersion
from jurisdictions.names import fold

from .imports.columns import find_columns
from .imports.rows import normalise
from .imports.sheet import Sheet, SheetRow
from .models import Listing, ListKind, Snapshot
from .programs import by_model


class Group(StrEnum):
    """In what way an agreement or a row differs, in the order in which pages tell it."""

    JOINED = "joined"
    LEFT = "left"
    DROPPED = "dropped"
    SWITCHED = "switched"
    RENAMED = "renamed"
    STATE = "state"
    DATE = "date"
    TYPE = "type"
    COUNTY = "county"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row as ICE prints it, before any correction of ours, and the agreement that we hold it to be."""

    agency: int
    model: str
    """The agreement's; a row printed under another kind, which we corrected, is the agreement's all the same."""
    state: str = ""
    name: str = ""
    printed_model: str = ""
    agency_type: str = ""
    county: str = ""
    signed_on: date | None = None
    moa_url: str = ""
    addendum_url: str = ""
    agreement: str = ""
    """Its public id."""
    digest: str = ""
    corrected: tuple[tuple[str, str, str], ...] = ()
    """What we read otherwise than it is printed: field, the print, what we use instead."""

    @property
    def pair(self) -> tuple[int, str]:
        return self.agency, self.model

    @property
    def key(self) -> tuple[str, str, str]:
        """By what a reader of the list knows the row."""
        return self.state, self.name, self.printed_model


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a comparison, of one agreement; where a kind was switched, of the two."""

    group: Group
    agency: int
    models: tuple[str, ...]
    before: Mapping[str, str] = field(default_factory=dict, hash=False)
    after: Mapping[str, str] = field(default_factory=dict, hash=False)
    agreement: str = ""
    """Its public id; of a switch that of the later one."""
    keeps: tuple[str, ...] = ()
    """Other kinds of agreement of the agency: on both lists, or of one that dropped some, on the later list."""
    also: frozenset[Group] = frozenset()
    """What else changed in the row of an agency that was renamed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that one of the two lists prints and that we read otherwise, by a correction of ours."""

    agency: int
    model: str
    field: str
    printed: str
    used: str
    on_later_list: bool


@dataclass(frozen=True)
class Comparison:
    """What two lists do not have in common. `agreements` counts what stands on the earlier and on the later one."""

    differences: tuple[Difference, ...]
    readings: tuple[Reading, ...] = ()
    agreements: tuple[int, int] = (0, 0)
    agencies: Mapping[int, Agency] = field(default_factory=dict)

    def __iter__(self):
        return iter(self.differences)

    @cached_property
    def groups(self) -> dict[Group, tuple[Difference, ...]]:
        """Those that are not empty, in their order."""
        found: dict[Group, list[Difference]] = {group: [] for group in Group}
        for difference in self.differences:
            found[difference.group].append(difference)
        return {group: tuple(lines) for group, lines in found.items() if lines}

    def count(self, group: Group) -> int:
        """Agencies that left the list, agencies that are printed under another name, agreements or rows of all else."""
        lines = self.groups.get(group, ())
        return len({line.agency for line in lines}) if group in (Group.LEFT, Group.RENAMED) else len(lines)

    def narrowed(self, keep: Callable[[Difference | Reading], bool]) -> Comparison:
        """Only the lines that `keep` takes."""
        return replace(self, differences=tuple(filter(keep, self)), readings=tuple(filter(keep, self.readings)))


FIELDS = {
    Group.DATE: ("signed_on",),
    Group.TYPE: ("agency_type",),
    Group.COUNTY: ("county",),
    Group.LINK: ("moa_url", "addendum_url"),
}


def compare(
    before: Iterable[PrintedRow], after: Iterable[PrintedRow], fields: Iterable[Group] = tuple(FIELDS)
) -> Comparison:
    """Lay two lists beside one another. The same list twice: no difference. The order of rows does not matter.

    `fields`: what both lists print of a row. Older lists have no column for the county, which is no change of it.
    """
    earlier, later = _Side(before), _Side(after)
    differences = [*_presence(earlier, later)]
    for pair in sorted(earlier.rows.keys() & later.rows.keys()):
        if (line := _renamed(pair, earlier, later, fields)) is not None:
            differences.append(line)
    for key in sorted(earlier.by_key.keys() & later.by_key.keys()):
        differences += _row_changes(earlier.by_key[key], later.by_key[key], fields)
    same = earlier.digests & later.digests
    readings = [
        Reading(row.agency, row.model, *correction, on_later_list=side is later)
        for side in (earlier, later)
        for row in sorted(side.all, key=lambda row: (row.key, row.digest))
        if row.digest not in same
        for correction in row.corrected
    ]
    return Comparison(tuple(differences), tuple(readings), (len(earlier.rows), len(later.rows)))


class _Side:
    """One of the two lists, by agreement and by what is printed."""

    def __init__(self, rows: Iterable[PrintedRow]):
        self.all = list(rows)
        self.digests = {row.digest for row in self.all}
        self.rows: dict[tuple[int, str], list[PrintedRow]] = defaultdict(list)
        self.models: dict[int, set[str]] = defaultdict(set)
        by_key: dict[tuple[str, str, str], list[PrintedRow]] = defaultdict(list)
        for row in self.all:
            self.rows[row.pair].append(row)
            self.models[row.agency].add(row.model)
            by_key[row.key].append(row)
        self.by_key = {key: spokesman(found) for key, found in by_key.items()}

    def keys(self, pair: tuple[int, str]) -> set[tuple[str, str, str]]:
        return {row.key for row in self.rows[pair]}

    def row(self, pair: tuple[int, str]) -> PrintedRow:
        return spokesman(self.rows[pair])


def spokesman(rows: Sequence[PrintedRow]) -> PrintedRow:
    """Of rows that print one agreement twice, the one that speaks for it: the later signing, then one with a link."""
    return max(rows, key=lambda row: (row.signed_on or date.min, bool(row.moa_url), row.digest))


def _presence(earlier: _Side, later: _Side) -> Iterable[Difference]:
    """Agencies and kinds of agreement that one list has and the other has not."""
    for agency in sorted(earlier.models.keys() | later.models.keys()):
        was, now = earlier.models.get(agency, set()), later.models.get(agency, set())
        lost, gained = sorted(was - now, key=by_model), sorted(now - was, key=by_model)
        switched = min(len(lost), len(gained))
        for left, joined in zip(lost[:switched], gained[:switched], strict=True):
            row = later.row((agency, joined))
            yield Difference(
                Group.SWITCHED,
                agency,
                (left, joined),
                {"program_model": left},
                {"program_model": joined, "signed_on": _day(row.signed_on)},
                row.agreement,
                tuple(sorted(was & now, key=by_model)),
            )
        stays = tuple(sorted(was & now, key=by_model))
        for model in gained[switched:]:
            row = later.row((agency, model))
            after = {"name": row.name, "signed_on": _day(row.signed_on)}
            yield Difference(Group.JOINED, agency, (model,), {}, after, row.agreement, stays)
        for model in lost[switched:]:
            row = earlier.row((agency, model))
            before = {"name": row.name, "signed_on": _day(row.signed_on)}
            group = Group.DROPPED if now else Group.LEFT
            yield Difference(group, agency, (model,), before, {}, row.agreement, tuple(sorted(now, key=by_model)))


def _renamed(pair: tuple[int, str], earlier: _Side, later: _Side, fields: Iterable[Group]) -> Difference | None:
    """An agreement of both lists whose old print is not on the later list, nor its new one on the earlier.

    Where ICE printed one agency's agreement under the name of another that has its own, no name changed.
    """
    was, now = earlier.keys(pair), later.keys(pair)
    if was & now or was & later.by_key.keys() or now & earlier.by_key.keys():
        return None
    old, new = earlier.row(pair), later.row(pair)
    also = {group for group in fields if any(getattr(old, name) != getattr(new, name) for name in FIELDS[group])}
    before, after = {"name": old.name}, {"name": new.name}
    group = Group.RENAMED
    if old.state != new.state:
        before["state"], after["state"] = old.state, new.state
        if old.name == new.name:
            group, before, after = Group.STATE, {"state": old.state}, {"state": new.state}
    elif old.name == new.name:
        before, after = {"program_model": old.printed_model}, {"program_model": new.printed_model}
    return Difference(group, pair[0], (pair[1],), before, after, new.agreement, also=frozenset(also))


def _row_changes(old: PrintedRow, new: PrintedRow, fields: Iterable[Group]) -> Iterable[Difference]:
    """What ICE changed in a row that both lists print under the same name."""
    for group in fields:
        before = {name: _text(getattr(old, name)) for name in FIELDS[group] if getattr(old, name) != getattr(new, name)}
        if before:
            after = {name: _text(getattr(new, name)) for name in before}
            yield Difference(group, new.agency, (new.model,), before, after, new.agreement)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _text(value: date | str | None) -> str:
    return _day(value) if isinstance(value, date) else value or ""


# -- From the lists that are held -----------------------------------------------------------------------------------


def comparison_of(first: Snapshot, second: Snapshot, version: DataVersion) -> Comparison:
    """Two participating lists laid beside one another: two queries, and none while the facts stay as they are."""
    if first.pk == second.pk:
        return Comparison((), (), (first.row_count, first.row_count))
    if not version.number:
        return _read(first.position, second.position, _fields(first, second))
    lists = (first.position, second.position, _fields(first, second))
    return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at, *lists)


@lru_cache(maxsize=24)
def _held(
    database: str, number: int, changed_at: datetime, first: int, second: int, fields: tuple[Group, ...]
) -> Comparison:
    return _read(first, second, fields)


COLUMN_OF = {Group.DATE: "signed", Group.TYPE: "type", Group.COUNTY: "county", Group.LINK: "moa"}


def _fields(first: Snapshot, second: Snapshot) -> tuple[Group, ...]:
    """What both lists have a column for."""
    both = find_columns(first.columns).keys() & find_columns(second.columns).keys()
    return tuple(group for group, column in COLUMN_OF.items() if column in both)


COLUMNS = (
    "agreement__agency_id", "agreement__program_model", "state", "agency_name", "program_model", "agency_type",
    "county", "signed_on", "moa_url", "addendum_url", "agreement__public_id", "digest",
)  # fmt: skip


def _read(first: int, second: int, fields: tuple[Group, ...]) -> Comparison:
    on_first = Q(first_position__lte=first, last_position__gte=first)
    on_second = Q(first_position__lte=second, last_position__gte=second)
    held = Listing.objects.filter(on_first | on_second, kind=ListKind.PARTICIPATING).exclude(agreement=None)
    sides: tuple[list[PrintedRow], list[PrintedRow]] = ([], [])
    corrected = _as_printed(held.exclude(corrected=[]).select_related("first_snapshot", "agreement"))
    for pk, begin, end, *values in held.values_list("pk", "first_position", "last_position", *COLUMNS):
        row = corrected.get(pk) or PrintedRow(*values)
        for side, position in zip(sides, (first, second), strict=True):
            if begin <= position <= end:
                side.append(row)
    found = compare(*sides, fields)
    agencies = Agency.objects.select_related("state").in_bulk(
        {each.agency for each in (*found.differences, *found.readings)}
    )

    def place(line: Difference | Reading) -> tuple:
        agency = agencies[line.agency]
        return agency.state.name, fold(agency.name), line.agency

    return Comparison(
        tuple(sorted(found.differences, key=place)),
        tuple(sorted(found.readings, key=place)),
        found.agreements,
        agencies,
    )


READ_FIELDS = {
    "state": "state",
    "agency": "agency_name",
    "agency_type": "agency_type",
    "county": "county",
    "program_model": "program_model",
    "signed_on": "signed_on",
    "moa_url": "moa_url",
    "addendum_url": "addendum_url",
}
"""A field that a correction names, and where the row keeps what we use instead."""


def _as_printed(listings: Iterable[Listing]) -> dict[int, PrintedRow]:
    """Rows that a correction of ours changed, read once more without it."""
    rows = {}
    for listing in listings:
        cells = tuple(listing.cells)
        links = {int(column): url for column, url in listing.links.items()}
        columns = tuple(str(column or "") for column in listing.first_snapshot.columns)
        sheet = Sheet("", "", "", columns, (SheetRow(2, cells, links),))
        (read,) = normalise(sheet, kind=listing.kind).rows
        rows[listing.pk] = PrintedRow(
            listing.agreement.agency_id,
            listing.agreement.program_model,
            read.state,
            read.agency,
            read.program_model,
            read.agency_type,
            read.county,
            read.signed_on,
            read.moa_url,
            read.addendum_url,
            listing.agreement.public_id,
            listing.digest,
            tuple(
                (name, _text(getattr(read, name)), _text(getattr(listing, READ_FIELDS[name])))
                for name in listing.corrected
                if name in READ_FIELDS
            ),
        )
    return rows
