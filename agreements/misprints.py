"""What is wrong in ICE's lists, as far as the lists themselves show it: counted from the rows as printed.

Each finding has its number, the first and the last list that shows it, and a few examples, each with its list and row.
Whatever cannot be seen in a list (that a real county is not the agency's, say) stands among our corrections only.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import AgencyAlias, DataVersion
from jurisdictions.placement import printed_county
from jurisdictions.placement.areas import names_exactly

from .imports.columns import find_columns
from .imports.dating import day_in_name
from .imports.placing import Placer
from .models import ChangeEvent, Listing, Snapshot, SourceCorrection
from .querysets import ChangeEventQuerySet

EXAMPLES = 4
Kind = ChangeEvent.Kind
DIGIT = re.compile("[0-9]")
WHOLE_DATE = re.compile("[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{2}|[0-9]{4})|[0-9]{4}-[0-9]{2}-[0-9]{2}")

ON_ROWS = {
    "county_missing": (
        _("County missing"),
        _("ICE writes “#N/A”, “#NA” or nothing where the county belongs. We place the agency by its name."),
    ),
    "county_misspelt": (_("County misspelt"), _("The print is no county of the state, but one name alone is near.")),
    "county_unknown": (_("No county of that state"), _("The print is no county of the state, and near none.")),
    "state_corrected": (
        _("Wrong state"),
        _("The row stands under another state than the agency's. A person saw it, and we corrected it."),
    ),
    "state_misspelt": (_("State misspelt"), _("A slip of the pen in the state's name, which leaves no doubt.")),
    "doubled": (_("One agreement on two rows"), _("One list prints the agreement twice. We count it once.")),
    "date_malformed": (
        _("Date that is no date"),
        _("The signing date is typed as text, in a form that no calendar has."),
    ),
    "date_impossible": (
        _("Wrong signing date"),
        _("A slip in the year or the day. A person saw it by the document or the lists, and we corrected it."),
    ),
    "unreadable": (_("Cell that cannot be read"), _("Nothing could be read where a date or a link belongs.")),
    "wrapped_links": (
        _("Link that is wrapped"),
        _("The link leads through a mail filter, a browser's add-on or a broken address. We link the document itself."),
    ),
}
"""What can be wrong in a row, in the order of the page: a title and what it means."""

BETWEEN_LISTS = {
    "links_lost": (_("Document link lost"), _("The list before linked the agreement's document. This one does not.")),
    "links_replaced": (_("Document link replaced"), _("Another document is linked than on the list before.")),
    "dates_changed": (
        _("Signing date changed"),
        _("By a month or less, or to an earlier day. A later date by more than a month counts as signed again."),
    ),
    "counties_changed": (_("County changed"), _("Another county is printed, or none any more.")),
    "types_changed": (_("Type changed"), _("County, municipality or state agency: the type is not reliable.")),
    "renamed": (_("Name changed"), _("The same agency is printed under another name than on the list before.")),
}
"""What can change from one list to the next without anything having changed in the world."""


class Example(NamedTuple):
    """A printed row that shows it."""

    agency: str
    state: str
    page: str
    """Where it is shown with all else: the rows of the agreement, or the change."""
    printed: str
    read: str
    """What we read instead; "" where nothing can be read, or nothing has to be."""
    listed_on: date
    snapshot: str
    """The list's id in the API."""
    row: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of fault, how often, since when, up to when, and a few of them, the newest first."""

    key: str
    count: int
    first: date | None = None
    last: date | None = None
    on_newest: int | None = None
    """How many of them stand on the newest list; None where that is not asked."""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A file whose name says another day than that on which ICE published it."""

    file_name: str
    kind: str
    named: date
    published_on: date


@dataclass(frozen=True, slots=True)
class Misprints:
    """All of it, for one version of the facts."""

    findings: dict[str, Finding]
    misnamed: tuple[Misnamed, ...]
    corrections: tuple[SourceCorrection, ...]
    lists: int
    rows: int
    first: date | None
    newest: date | None

    @property
    def on_rows(self) -> list[tuple[str, str, Finding]]:
        """Title, meaning and finding, of faults that were found."""
        return self._told(ON_ROWS)

    @property
    def between_lists(self) -> list[tuple[str, str, Finding]]:
        return self._told(BETWEEN_LISTS)

    def _told(self, words: dict[str, tuple[str, str]]) -> list[tuple[str, str, Finding]]:
        return [(*words[key], self.findings[key]) for key in words if self.findings[key].count]


def misprints(version: DataVersion) -> Misprints:
    """Counted once for each version of the facts, then held."""
    if not version.number:
        return count()
    return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at)


@lru_cache(maxsize=2)
def _held(database: str, number: int, changed_at: datetime) -> Misprints:
    return count()


# -- Counting -------------------------------------------------------------------------------------------------------


class Printed(NamedTuple):
    """A row over the lists that print it."""

    pk: int
    agreement: int
    public_id: str
    agency: int
    state: str
    name: str
    county: str
    signed_on: date | None
    moa_url: str
    cells: list
    links: dict
    problems: list
    corrected: list
    first: Snapshot
    last: Snapshot


def count() -> Misprints:
    """Some thirty queries, whatever the number of rows."""
    snapshots = {each.pk: each for each in Snapshot.objects.participating().order_by("position")}
    rows = printed_rows(snapshots)
    newest = next(reversed(snapshots.values()), None)
    counter = _Counter(rows, snapshots, newest)
    events = ChangeEvent.objects.exclude(agency=None)
    findings = [
        counter.county_missing(),
        *counter.county_misspelt(),
        counter.state_corrected(),
        counter.state_misspelt(),
        counter.doubled(),
        counter.wrapped_links(),
        counter.date_malformed(),
        counter.date_impossible(),
        counter.unreadable(),
        of_events("links_lost", events.links_lost()),
        of_events("links_replaced", events.links_replaced()),
        of_events("dates_changed", events.of_kind(Kind.DATE_CHANGED)),
        of_events("types_changed", events.of_kind(Kind.TYPE_CHANGED)),
        of_events("counties_changed", events.of_kind(Kind.COUNTY_CHANGED).exclude(before__county="")),
        of_events("renamed", events.of_kind(Kind.RENAMED)),
        spellings(),
    ]
    return Misprints(
        {finding.key: finding for finding in findings},
        tuple(misnamed()),
        tuple(SourceCorrection.objects.select_related("source").order_by("state", "agency", "field", "wrong")),
        len(snapshots),
        sum(each.row_count for each in snapshots.values()),
        next((each.published_on for each in snapshots.values()), None),
        newest.published_on if newest else None,
    )


def printed_rows(snapshots: dict[int, Snapshot]) -> list[Printed]:
    """Every row of the participating lists that could be read, the oldest first."""
    columns = (
        "pk", "agreement", "agreement__public_id", "agreement__agency", "state", "agency_name", "county", "signed_on",
        "moa_url", "cells", "links", "problems", "corrected", "first_snapshot", "last_snapshot",
    )  # fmt: skip
    held = Listing.objects.participating().exclude(agreement=None).order_by("first_position", "pk")
    return [Printed(*values[:-2], *(snapshots[pk] for pk in values[-2:])) for values in held.values_list(*columns)]


class _Counter:
    def __init__(self, rows: Sequence[Printed], snapshots: dict[int, Snapshot], newest: Snapshot | None):
        self.rows, self.snapshots, self.newest = rows, snapshots, newest
        self.places = {pk: find_columns(each.columns) for pk, each in snapshots.items()}
        self.numbers: dict[int, dict[int, int]] = {}

    def cell(self, row: Printed, column: str) -> object:
        """What stands in a column; None where the list has no such column."""
        place = self.places[row.first.pk].get(column)
        return None if place is None or place >= len(row.cells) else row.cells[place]

    def number(self, row: Printed) -> int | None:
        """The row's number on the first list that prints it."""
        if row.first.pk not in self.numbers:
            self.numbers[row.first.pk] = {listing: number for number, listing in row.first.rows}
        return self.numbers[row.first.pk].get(row.pk)

    def finding(
        self,
        key: str,
        rows: Iterable[Printed],
        *,
        per: Callable[[Printed], object] = lambda row: row.agreement,
        printed: Callable[[Printed], object] = lambda row: "",
        read: Callable[[Printed], str] = lambda row: "",
    ) -> Finding:
        """A finding of these rows, counted once for each value of `per`: an agreement that long prints it is one."""
        rows = list(rows)
        if not rows:
            return Finding(key, 0, on_newest=0)
        by_one = {per(row): row for row in rows}  # of each the newest row
        standing = {per(row) for row in rows if row.last is self.newest}
        examples = []
        for row in sorted(by_one.values(), key=lambda row: (row.first.position, row.name), reverse=True):
            if len(examples) == EXAMPLES:
                break
            if all(shown(printed(row)) != example.printed for example in examples) or not printed(row):
                examples.append(
                    Example(
                        row.name,
                        row.state,
                        f"/agreements/{row.public_id}/",
                        shown(printed(row)),
                        read(row),
                        row.first.published_on,
                        row.first.sha256[:12],
                        self.number(row),
                    )
                )
        first = min(row.first.published_on for row in rows)
        last = max(row.last.published_on for row in rows)
        return Finding(key, len(by_one), first, last, len(standing), tuple(examples))

    # -- Counties

    def county_missing(self) -> Finding:
        """A row without a county, on lists that have a column for it; ICE writes #N/A, #NA or nothing."""
        rows = (row for row in self.rows if not row.county and "county" in self.places[row.first.pk])
        return self.finding("county_missing", rows, printed=lambda row: self.cell(row, "county"))

    def county_misspelt(self) -> tuple[Finding, Finding]:
        """A county that is not spelt as any of the state, but near one; and one that is none of the state."""
        geography = Placer.from_database().geography
        geography.prepare({row.state for row in self.rows if row.state})
        meant: dict[tuple[str, str], str | None] = {}
        for row in self.rows:
            key = (row.state, row.county)
            if row.county and row.state and key not in meant:
                gazetteer = geography.gazetteer(row.state)
                area = printed_county(row.county, row.state, gazetteer)
                exact = area is not None and names_exactly(row.county, area, row.state, gazetteer)
                meant[key] = None if exact else area.name if area else ""
        misspelt = [row for row in self.rows if meant.get((row.state, row.county))]
        unknown = [row for row in self.rows if meant.get((row.state, row.county)) == ""]
        return (
            self.finding(
                "county_misspelt",
                misspelt,
                per=lambda row: (row.agency, row.county),
                printed=lambda row: row.county,
                read=lambda row: meant[row.state, row.county],
            ),
            self.finding(
                "county_unknown",
                unknown,
                per=lambda row: (row.agency, row.county),
                printed=lambda row: row.county,
            ),
        )

    # -- States, rows, links, dates

    def state_corrected(self) -> Finding:
        """A row under another state than its agency's: seen by a person, kept as a correction of ours."""
        rows = (row for row in self.rows if "state" in row.corrected)
        return self.finding("state_corrected", rows, printed=lambda r: self.cell(r, "state"), read=lambda r: r.state)

    def state_misspelt(self) -> Finding:
        """A state with a slip of the pen that was read over."""
        rows = (row for row in self.rows if any(map(is_slip, row.problems)))
        return self.finding("state_misspelt", rows, printed=lambda r: self.cell(r, "state"), read=lambda r: r.state)

    def doubled(self) -> Finding:
        """An agreement that one list prints on two rows."""
        by_pk = {row.pk: row for row in self.rows}
        twice: list[Printed] = []
        for snapshot in self.snapshots.values():
            times: dict[int, list[Printed]] = defaultdict(list)
            for _number, pk in snapshot.rows:
                if pk in by_pk:
                    times[by_pk[pk].agreement].append(by_pk[pk])
            for found in times.values():
                if len(found) > 1:
                    twice += [replace_lists(row, snapshot) for row in found[1:]]
        return self.finding("doubled", twice)

    def wrapped_links(self) -> Finding:
        """A link that leads by way of a mail filter, a browser or no address at all, and had to be cleaned."""
        rows = (row for row in self.rows if row.moa_url and row.links and row.moa_url not in row.links.values())
        return self.finding("wrapped_links", rows)

    def date_malformed(self) -> Finding:
        """A day of signing typed as text in a form that no calendar has: 05/082025."""

        def is_malformed(row: Printed) -> bool:
            cell = self.cell(row, "signed")
            return isinstance(cell, str) and DIGIT.search(cell) is not None and not WHOLE_DATE.fullmatch(cell.strip())

        return self.finding(
            "date_malformed",
            filter(is_malformed, self.rows),
            printed=lambda row: self.cell(row, "signed"),
            read=lambda row: row.signed_on.isoformat() if row.signed_on else "",
        )

    def date_impossible(self) -> Finding:
        """A day of signing that a person saw to be a slip of the pen, kept as a correction of ours."""
        rows = (row for row in self.rows if "signed_on" in row.corrected)
        return self.finding(
            "date_impossible",
            rows,
            printed=lambda row: self.cell(row, "signed"),
            read=lambda row: row.signed_on.isoformat() if row.signed_on else "",
        )

    def unreadable(self) -> Finding:
        """A cell that could not be read at all."""

        rows = (row for row in self.rows if not all(map(is_slip, row.problems)))
        return self.finding("unreadable", rows, printed=lambda row: unread(row)[0], read=lambda row: unread(row)[1])


def is_slip(problem: list) -> bool:
    """Whether a note on a cell says that a slip of the pen was read over, not that nothing could be read."""
    return problem[1].startswith("Read as")


def unread(row: Printed) -> list:
    """The first cell that could not be read: its column and why."""
    return next(problem for problem in row.problems if not is_slip(problem))


def replace_lists(row: Printed, snapshot: Snapshot) -> Printed:
    """The row as one list has it."""
    return row._replace(first=snapshot, last=snapshot)


def shown(cell: object) -> str:
    """A cell's print: a date as 2025-05-08, an error as its sign."""
    if isinstance(cell, dict):
        return str(cell.get("d", cell.get("e", cell.get("v", "")))).partition("T")[0]
    return "" if cell is None else str(cell).strip()


def of_events(key: str, events: ChangeEventQuerySet) -> Finding:
    """A fault that shows from one list to the next. Two queries."""
    totals = events.aggregate(first=Min("seen_on"), last=Max("seen_on"))
    newest = events.for_listing().order_by("-seen_on", "key")
    number = events.count()
    examples = tuple(
        Example(
            event.agency.name,
            event.agency.state.usps,
            event.get_absolute_url(),
            value_of(event.before),
            value_of(event.after),
            event.seen_on,
            event.snapshot.sha256[:12] if event.snapshot else "",
            None,
        )
        for event in newest[:EXAMPLES]
    )
    return Finding(key, number, totals["first"], totals["last"], None, examples)


def value_of(state: dict) -> str:
    return next((str(value) for value in state.values() if value), "")


def spellings() -> Finding:
    """Agencies that ICE printed under more than one name."""
    names = Counter(AgencyAlias.objects.order_by().values_list("agency", flat=True))
    return Finding("spellings", sum(number > 1 for number in names.values()))


def misnamed() -> list[Misnamed]:
    """Files whose name says another day, of both kinds, the newest first."""
    held = Snapshot.objects.order_by("-published_on", "kind").values_list("file_name", "kind", "published_on")
    found = ((name, kind, day_in_name(name), published_on) for name, kind, published_on in held)
    return [Misnamed(name, kind, named, on) for name, kind, named, on in found if named and named != on]
