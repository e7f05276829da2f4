"""One list from file to database: read → normalise → match → diff → apply. The command and the admin call this."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from agreements.models import ImportRun, Listing, Snapshot
from jurisdictions.models import DataVersion

from . import folded, held
from .apply import Applied, ReadList, apply_list, entries_of, fold_list, order
from .columns import find_columns
from .dating import NAME_SAYS_ANOTHER_KIND, date_sheet
from .diff import Change, contradictions, diff, lost_columns, many_changed, many_vanished
from .fold import Step
from .matching import Question
from .placing import Placer
from .prints import readable
from .rows import FIRST_YEAR, Row, RowError, kind_of, normalise, printed
from .sheet import NotASheet, Sheet, read_sheet


class OutOfDate(RuntimeError):
    """The public facts changed since a plan was made. `str()` is one sentence for the person who made it."""


@dataclass(slots=True)
class ImportPlan:
    """What loading a list would do. Nothing is written until `commit`.

    `version` is that of the public facts with which the list was compared.
    """

    read: ReadList
    placer: Placer
    version: int
    held_as: Snapshot | None = None
    step: Step | None = None
    changes: list[Change] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    is_older: bool = False  # than a list that we hold

    @property
    def folds_anew(self) -> bool:
        """Whether all lists are folded anew with this one: it is older than one held, or people decided anew."""
        return self.held_as is None and self.step is None

    def commit(self, *, by=None, doubts_settled: Iterable[str] = ()) -> Counter[str]:
        """Write it, whole or not at all; counts of the new events by kind. A list already held changes nothing.

        OutOfDate if public facts changed since the plan was made: it may say the wrong thing by now.
        """
        if self.held_as:
            return Counter()
        with collector_paused(), transaction.atomic():
            if DataVersion.objects.take_turn() != self.version:
                name = self.read.sheet.file_name
                raise OutOfDate(f"The portal's facts changed since {name} was compared with them; load it again.")
            return self.apply(by=by, doubts_settled=doubts_settled).counts

    def apply(self, *, by=None, doubts_settled: Iterable[str] = (), run: ImportRun | None = None) -> Applied:
        """As `commit`, within the caller's transaction and turn; a list already held must not be applied."""
        return apply_list(
            self.read,
            self.step,
            placer=self.placer,
            questions=self.questions,
            by=by,
            doubts_settled=doubts_settled,
            run=run,
        )


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave out Python's cycle collector: an import builds many small values and hardly a cycle; it costs a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def plan_file(path: Path, *, kind: str | None = None, published: date | None = None) -> ImportPlan:
    """Read a workbook and say what it would change. NotASheet, in one sentence, if it is none of ICE's lists."""
    with collector_paused():
        sheet = read_sheet(path)
    return plan_sheet(sheet, kind=kind, published=published)


def plan_sheet(sheet: Sheet, *, kind: str | None = None, published: date | None = None) -> ImportPlan:
    """As `plan_file`, for a list already read. `kind` and `published` are a person's answers to doubts."""
    with collector_paused():
        return _plan(sheet, kind, published)


def _plan(sheet: Sheet, kind: str | None, published: date | None) -> ImportPlan:
    version = DataVersion.objects.current().number  # before anything else is read
    printed_kind = kind_of(sheet)
    entries = entries_of(sheet)
    known = held.standing_rows(printed_kind)
    new = tuple(row for row, (_number, digest) in zip(sheet.rows, entries, strict=True) if digest not in known)
    # A row that the newest list prints letter for letter was read before.
    normalised = normalise(replace(sheet, rows=new), kind=printed_kind, corrections=held.corrections())
    read_before = [known[digest] for _number, digest in entries if digest in known]
    today = timezone.localdate()
    rows = [*normalised.rows, *read_before]
    dating = date_sheet(sheet.file_name, sheet, rows, published=published, today=today)
    if dating.published_on is None:
        raise NotASheet(" ".join(dating.doubts))
    if dating.published_on.year < FIRST_YEAR:
        raise NotASheet(
            f"{sheet.file_name} would be of {dating.published_on}, before the law of {FIRST_YEAR}; "
            "--published YYYY-MM-DD says when ICE published it."
        )
    if dating.published_on > today:
        raise NotASheet(
            f"{sheet.file_name} would be of {dating.published_on}, a day that has not come; "
            "--published YYYY-MM-DD says when ICE published it."
        )
    doubts = list(dating.doubts)
    if kind == printed_kind:
        # A person has said which list it is: what the file's name says no longer matters.
        doubts = [doubt for doubt in doubts if not doubt.startswith(NAME_SAYS_ANOTHER_KIND)]
    elif kind:
        doubts.append(
            f"You say that this is the {kind} list, but "
            + (
                "it says when each agreement was signed."
                if printed_kind == "participating"
                else "it has no SIGNED column."
            )
        )
    kind = printed_kind
    read = ReadList(sheet, kind, dating, normalised, entries)
    placer = Placer.from_database()
    if same := Snapshot.objects.filter(sha256=sheet.sha256).first():
        return ImportPlan(read, placer, version, held_as=same)
    if other := Snapshot.objects.filter(kind=kind, position=read.position).first():
        raise NotASheet(
            f"{sheet.file_name} would stand at the very place of {other.file_name}, of the same half day; "
            "add _b to its name if it came after that, and load it again."
        )
    before, columns_before = (
        Snapshot.objects.filter(kind=kind, position__lt=dating.position)
        .order_by("-position")
        .values_list("row_count", "columns")
        .first()
    ) or (None, ())
    showing = sum(map(readable, normalised.rows)) + sum(row.agreement is not None for row in read_before)
    undated = sum(row.signed_on is None for row in (*normalised.rows, *read_before))
    doubts += lost_columns(columns_before, sheet.columns)
    doubts += contradictions(kind, len(sheet.rows), before, showing, undated)
    plan = ImportPlan(read, placer, version, doubts=doubts)
    newest = max((order(*row) for row in Snapshot.objects.values_list("kind", "position")), default=None)
    plan.is_older = newest is not None and read.order < newest
    if newest is None or (not plan.is_older and not folded.since().folds_anew):
        fold = held.fold_at_the_frontier(same_area=placer.same_area)
        plan.step = fold_list(fold, read)
        _look_up_what_stopped(plan.step)
        plan.changes = diff(plan.step)
        normalised.errors.extend(_repeats_of_known_rows(read, plan.step, known))
        plan.doubts += many_vanished(kind, plan.changes, before)
        plan.doubts += many_changed(kind, plan.changes, before)
        plan.questions = list(fold.register.questions)
    return plan


def _repeats_of_known_rows(read: ReadList, step: Step, known: Mapping[str, held.ReadBefore]) -> list[RowError]:
    """Rows that stand beside another of the same agreement which the list before prints too.

    The normaliser tells those among new rows; it does not see the rows that were read before.
    """
    first: dict[str, int] = {}
    repeats = []
    for number, digest in read.entries:
        earlier = first.setdefault(digest, number)
        if earlier != number and digest in known:
            repeats.append((number, earlier))
    standing = {run.pair: first[run.digest] for run in step.continued if run.pair}
    repeats += [(run.row.number, standing[run.pair]) for run in step.begun if run.row and run.pair in standing]
    place = find_columns(read.sheet.columns)["agency"]
    printed_in = {row.number: printed(row.cells[place]) for row in read.sheet.rows}
    return [
        RowError(
            number,
            read.sheet.columns[place],
            printed_in[number][:100],
            f"This row repeats row {earlier}: the same agreement. Both are kept.",
        )
        for number, earlier in sorted(repeats)
    ]


def _look_up_what_stopped(step: Step) -> None:
    """Give the rows that stop what they said, for the comparison with those that begin."""
    stopped = Listing.objects.in_bulk([run.listing_id for run in step.stopped])
    for run in step.stopped:
        row = stopped.get(run.listing_id)
        if row and row.agreement_id:
            run.row = Row(
                0,
                row.state,
                row.state,
                row.agency_name,
                row.agency_type,
                row.county,
                row.program_model,
                row.signed_on,
                "",
                row.moa_url,
                row.addendum_url,
                tuple(row.corrected),
            )
