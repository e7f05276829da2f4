"""Printed rows that we hold, read anew with the corrections of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from agreements.models import Listing, Snapshot

from . import held
from .rows import WHOLE_ROW, Correction, Normalised, Row, normalise
from .sheet import Sheet, SheetRow


@dataclass(slots=True)
class Print:
    """A row as printed and as read, wherever it stands. `row` is None if no agreement can be read in it."""

    printed: SheetRow
    columns: tuple[str, ...]
    row: Row | None = None
    problems: list = field(default_factory=list)


def readable(row: Row) -> bool:
    """Whether a row names an agency of a state and a model, and nobody set it aside."""
    return bool(row.state and row.agency and row.program_model) and WHOLE_ROW not in row.corrected


def problems_by_row(normalised: Normalised) -> dict[int, list[list[str]]]:
    """What could not be taken as printed, by row: [column, sentence]. A repetition is not a row's own fault."""
    found: dict[int, list[list[str]]] = defaultdict(list)
    for error in normalised.errors:
        if not error.message.startswith("This row repeats"):
            found[error.number].append([error.column, error.message])
    return found


def prints_of(listings: Iterable[Listing], sheets: Iterable[tuple[str, Sheet, list]] = ()) -> dict[str, Print]:
    """Each distinct printed row by its digest: those held, and those of lists not held yet (kind, sheet, entries)."""
    columns_of = {pk: tuple(columns) for pk, columns in Snapshot.objects.values_list("pk", "columns")}
    prints: dict[str, Print] = {}
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, SheetRow]]] = defaultdict(list)
    for row in listings:
        if row.digest not in prints:
            columns = columns_of[row.first_snapshot_id]
            links = {int(column): url for column, url in row.links.items()}
            prints[row.digest] = Print(SheetRow(0, tuple(row.cells), links), columns)
            groups[row.kind, columns].append((row.digest, prints[row.digest].printed))
    for kind, sheet, entries in sheets:
        for (_number, digest), printed in zip(entries, sheet.rows, strict=True):
            if digest not in prints:
                prints[digest] = Print(printed, sheet.columns)
                groups[kind, sheet.columns].append((digest, printed))
    corrections = held.corrections()
    for (kind, columns), found in groups.items():
        numbered = tuple(
            SheetRow(number, printed.cells, printed.links) for number, (_digest, printed) in enumerate(found, start=2)
        )
        normalised = normalise(Sheet("", "", "", columns, numbered), kind=kind, corrections=corrections)
        problems = problems_by_row(normalised)
        for row in normalised.rows:
            if readable(row):
                prints[found[row.number - 2][0]].row = row
        for number, (digest, _printed) in enumerate(found, start=2):
            prints[digest].problems = problems.get(number, [])
    return prints


def read_as(row: Row | None) -> Mapping[str, object]:
    """What a Listing keeps of a row as it was read; nothing of one in which no agreement can be read."""
    if row is None:
        return {}
    return {
        "state": row.state,
        "agency_name": row.agency,
        "agency_type": row.agency_type,
        "county": row.county,
        "program_model": row.program_model,
        "signed_on": row.signed_on,
        "moa_url": row.moa_url,
        "addendum_url": row.addendum_url,
        "corrected": list(row.corrected),
    }


def corrections_at_work(snapshots: Iterable[Snapshot]) -> set[Correction]:
    """The corrections that give a row of these lists, the newest of their kinds, another value than ICE prints."""
    found: set[Correction] = set()
    corrections = held.corrections()
    for snapshot in snapshots:
        printed = Listing.objects.filter(kind=snapshot.kind, last_position=snapshot.position)
        listings = printed.filter(~Q(corrected=[]) | Q(agreement=None))
        rows = tuple(
            SheetRow(number, tuple(row.cells), {int(column): url for column, url in row.links.items()})
            for number, row in enumerate(listings, start=2)
        )
        sheet = Sheet("", "", "", tuple(snapshot.columns), rows)
        normalised = normalise(sheet, kind=snapshot.kind, corrections=corrections)
        found |= {correction for _number, correction in normalised.corrected}
    return found
