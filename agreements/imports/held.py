"""What the database holds, as the pure steps need it: read once into plain values, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Max

from agreements.models import Listing, Snapshot, SourceCorrection, Verdict

from .derive import ListPoint, Run, Series
from .fold import Fold, OpenRun
from .matching import LastRow, Register
from .matching import Spelling as KnownSpelling
from .matching import Verdict as Decision
from .rows import Correction

CORRECTION_FIELDS = ("state", "agency", "program_model", "field", "wrong", "right", "signed_on", "reason")
KINDS = ("participating", "pending")


def series() -> dict[str, Series]:
    """Both series of lists."""
    points: dict[str, list[ListPoint]] = {kind: [] for kind in KINDS}
    for row in Snapshot.objects.order_by("position").values_list("pk", "kind", "position", "published_on", "sha256"):
        points[row[1]].append(ListPoint(*row))
    return {kind: Series(held) for kind, held in points.items()}


def corrections() -> list[Correction]:
    """Our corrections of what ICE prints, as the normaliser reads them."""
    return [Correction(*values) for values in SourceCorrection.objects.order_by("pk").values_list(*CORRECTION_FIELDS)]


def as_correction(record: SourceCorrection) -> Correction:
    """A correction as the normaliser reads it."""
    return Correction(*(getattr(record, name) for name in CORRECTION_FIELDS))


def verdicts(without: int | None = None) -> list[Decision]:
    """People's decisions on names, as the register reads them; one may be left out by its pk."""
    decided = Verdict.objects.exclude(answer=Verdict.Answer.PLACED).exclude(pk=without).order_by("pk")
    return [
        Decision(*values)
        for values in decided.values_list("answer", "state", "name", "other_state", "other_name", "reason")
    ]


def fold_at_the_frontier(same_area=None) -> Fold:
    """The fold as it stands after the newest lists, so that one more can be laid on."""
    columns = "agreement__agency", "state", "agency_name"
    printed = Listing.objects.exclude(agreement=None).values_list(*columns).order_by(*columns).distinct()
    spellings = [KnownSpelling(*row) for row in printed]
    positions: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, position in Snapshot.objects.order_by("position").values_list("kind", "position"):
        positions[kind].append(position)
    register = Register.resume(verdicts(), spellings, last_rows, positions, same_area)
    return Fold(register, standing_runs())


def last_rows() -> Iterator[LastRow]:
    """All that each agency's rows ever said, with the last list that did; asked for only when a name is new.

    Rows that say the same are one here: a long series costs little more than a short one.
    """
    said = ("agreement__agency", "state", "agency_name", "kind", "program_model", "signed_on", "moa_url")
    rows = Listing.objects.exclude(agreement=None).order_by().values_list(*said).annotate(Max("last_position"))
    for row in rows.iterator():
        yield LastRow(*row)


class ReadBefore(NamedTuple):
    """What is asked of a row read before: its day of signing, and the agreement it shows (None if unreadable)."""

    signed_on: date | None
    agreement: int | None


def standing_rows(kind: str) -> dict[str, ReadBefore]:
    """The rows of the newest list of a kind by their digest."""
    newest = Snapshot.objects.filter(kind=kind).order_by("-position").values("position")[:1]
    rows = Listing.objects.filter(kind=kind, last_position__in=newest)
    return {digest: ReadBefore(*read) for digest, *read in rows.values_list("digest", "signed_on", "agreement")}


def standing_runs() -> Iterator[OpenRun]:
    """The rows that the newest list of each kind prints."""
    for kind in KINDS:
        newest = Snapshot.objects.filter(kind=kind).order_by("-position").values_list("position", flat=True).first()
        if newest is None:
            continue
        rows = Listing.objects.filter(kind=kind, last_position=newest).values_list(
            "pk", "digest", "first_position", "last_position", "agreement__agency", "program_model"
        )
        for pk, digest, first, last, agency, model in rows:
            yield OpenRun(kind, digest, first, last, agency, model, listing_id=pk)


RUN_FIELDS = (
    "pk",
    "kind",
    "first_position",
    "last_position",
    "program_model",
    "agency_name",
    "state",
    "agency_type",
    "county",
    "signed_on",
    "moa_url",
    "addendum_url",
    "digest",
    "match_reason",
)


def runs_by_agency(agencies: Iterable[int] | None = None) -> dict[int, list[Run]]:
    """Every run of the agencies named (None: of all), in a fixed order."""
    rows = Listing.objects.exclude(agreement=None)
    if agencies is not None:
        rows = rows.filter(agreement__agency__in=list(agencies))
    found: dict[int, list[Run]] = {}
    for agency, *values in rows.order_by("kind", "first_position", "digest").values_list(
        "agreement__agency", *RUN_FIELDS
    ):
        found.setdefault(agency, []).append(Run(*values))
    return found
