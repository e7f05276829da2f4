"""All records of the API, for whoever needs them outside of an answer: the files of all records, the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from jurisdictions.api.shapes import JurisdictionShape, Shape, fields_of

from .events import EventShape
from .rule_shapes import DesignationShape, LawShape, PolicyShape
from .shapes import AgencyWithListsShape, AgreementShape, SnapshotShape

KINDS: dict[str, type[Shape]] = {
    "jurisdictions": JurisdictionShape,
    "agencies": AgencyWithListsShape,
    "agreements": AgreementShape,
    "laws": LawShape,
    "policies": PolicyShape,
    "designations": DesignationShape,
    "snapshots": SnapshotShape,
    "events": EventShape,
}
"""What makes the records of each list, by the list's name in an address."""


def records(
    kind: str, *, day: date, origin: str, ids: Collection[str] | None = None, expand: Collection[str] = ()
) -> Iterator[dict[str, Any]]:
    """The public records of a kind that were known by `day`, as the API shows them, in the order of its list.

    `origin` is where the addresses in them lead ("https://portal.example"), `ids` keeps those that the API knows by
    these ids. The number of queries does not depend on that of records. Parts of records may be shared: they are not
    to be changed.
    """
    shape = KINDS[kind](day, origin, expand)
    return shape.stream(shape.known() if ids is None else shape.of_ids(ids))


def columns(kind: str) -> tuple[str, ...]:
    """The names of the fields of these records, in their order."""
    return fields_of(KINDS[kind].record)
