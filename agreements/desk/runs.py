"""A list at the desk, from upload to undo: open, compare, settle, apply, undo, discard."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from agreements.imports.apply import fold_anew, withdraw_list
from agreements.imports.columns import column_key, find_columns
from agreements.imports.diff import lost_columns
from agreements.imports.matching import Contradiction
from agreements.imports.pipeline import ImportPlan, collector_paused, plan_sheet
from agreements.imports.sandbox import read_in_child
from agreements.imports.sheet import NotASheet, Sheet
from agreements.models import ImportRun, ProposedChange, Snapshot
from jurisdictions.models import Agency, DataVersion

from .consequences import WRITES, Consequences, take_back, write
from .merges import note_merge
from .people import hold_to_edit, hold_to_publish
from .reading import Before, Proposal, merged, proposals, told_elsewhere
from .workbook import pack, sheet_of, unpack

State, Decision = ImportRun.State, ProposedChange.Decision


# -- Open and compare -------------------------------------------------------------------------------------------------


def open_run(
    data: bytes,
    file_name: str,
    *,
    by: AbstractBaseUser | None = None,
    kind: str | None = None,
    published: date | None = None,
) -> ImportRun:
    """Read a workbook, put it under review and compare it with what is held. The same file twice is one run.

    `by` is None where a command fetched it. NotASheet, in one sentence, for a file that is none of ICE's lists or
    cannot be placed in time; ValidationError where it was applied already.
    """
    if by is not None:
        hold_to_edit(by)
    try:
        return open_sheet(read_in_child(data, file_name), by=by, kind=kind, published=published)
    except NotASheet as refusal:
        raise NotASheet(_for_the_desk(str(refusal))) from None


def open_sheet(
    sheet: Sheet, *, by: AbstractBaseUser | None = None, kind: str | None = None, published: date | None = None
) -> ImportRun:
    """As `open_run`, for a list already read."""
    with transaction.atomic():
        DataVersion.objects.take_turn()
        if under_review := ImportRun.objects.filter(sha256=sheet.sha256, state=State.REVIEWING).first():
            return under_review
        _refuse_what_is_held(sheet)
        earlier = ImportRun.objects.filter(sha256=sheet.sha256).order_by("-pk").first()
        run = ImportRun(
            state=State.REVIEWING,
            file_name=sheet.file_name[:120],
            sha256=sheet.sha256,
            workbook=pack(sheet),
            row_count=len(sheet.rows),
            uploaded_by=by,
        )
        return _compare(run, sheet, kind=kind, published=published, decided=_decided(earlier))


def reopen(run: ImportRun, *, by: AbstractBaseUser) -> ImportRun:
    """Put a list that was undone or discarded under review again, as a new run with the decisions taken then."""
    hold_to_edit(by)
    run.refresh_from_db()
    if run.state not in (State.UNDONE, State.DISCARDED):
        raise ValidationError("Only a list that was undone or discarded is opened again.", code="state")
    # A day on which it was held was looked at then.
    published = run.said_published_on or (run.published_on if run.applied_at else None)
    return open_sheet(unpack(run.workbook), by=by, kind=run.said_kind or None, published=published)


def compare(run: ImportRun, *, kind: str | None = None, published: date | None = None) -> ImportRun:
    """Compare a list under review anew with what is held now, and with what was decided on it so far.

    Decisions on changes that are still proposed as they were are kept. `kind` and `published` are a person's answers
    to doubts. ValidationError if it is no longer under review or can no longer be loaded.
    """
    with transaction.atomic():
        DataVersion.objects.take_turn()
        run = _locked(run)
        _hold_under_review(run)
        sheet = unpack(run.workbook)
        try:
            return _compare(run, sheet, kind=kind, published=published, decided=_decided(run))
        except NotASheet as refusal:
            raise ValidationError(_for_the_desk(str(refusal)), code="not_a_sheet") from None


def _refuse_what_is_held(sheet: Sheet) -> None:
    held = Snapshot.objects.filter(sha256=sheet.sha256).first()
    if held:
        raise ValidationError(
            f"This list was already applied, as the {held.kind} list of {held.published_on}. Nothing is to be done.",
            code="held",
        )


Decided = dict[str, ProposedChange]


def _decided(run: ImportRun | None) -> Decided:
    """What was decided on a run so far, by subject."""
    if run is None:
        return {}
    return {change.subject: change for change in run.proposed.exclude(decision=Decision.OPEN)}


def _compare(run: ImportRun, sheet: Sheet, *, kind: str | None, published: date | None, decided: Decided) -> ImportRun:
    run.said_kind = kind or run.said_kind
    run.said_published_on = published or run.said_published_on
    plan, found, elsewhere = _rehearsed(run, sheet)
    kept = [
        decided[one.subject] for one in found if one.subject in decided and _is_as_it_was(one, decided[one.subject])
    ]
    deciding = [change for change in kept if change.decision in WRITES]
    following: list[Proposal] = []
    if deciding:
        plan, following, elsewhere = _rehearsed(run, sheet, deciding)
    _fill_in(run, plan, elsewhere)
    before = {one.subject for one in found}
    answered = {change.subject for change in deciding}
    now = {one.subject for one in following}
    shown = [one for one in found if not deciding or one.subject in answered or one.subject in now]
    fresh = {one.subject: one for one in following}
    shown = [fresh.get(one.subject, one) if one.subject not in answered else one for one in shown]
    shown += [one for one in following if one.subject not in before]
    _keep(run, shown, decided, follow=now - before)
    return run


def _is_as_it_was(one: Proposal, change: ProposedChange) -> bool:
    return (one.before, one.after) == (change.before, change.after)


def _rehearsed(
    run: ImportRun, sheet: Sheet, decided: Iterable[ProposedChange] = ()
) -> tuple[ImportPlan, list[Proposal], int]:
    """Hold the list with these decisions, read off what that changes, and take everything back.

    Last, how many changes of other lists it tells otherwise.
    """
    with collector_paused(), transaction.atomic():
        before = Before()
        if decided:
            write(ImportRun(file_name=run.file_name), decided, Consequences(sheet), by=None)
        plan = _plan(run, sheet)
        applied = plan.apply(run=ImportRun())
        found = proposals(applied, before)
        elsewhere = told_elsewhere(applied, before)
        transaction.set_rollback(True)
    return plan, found, elsewhere


def _plan(run: ImportRun, sheet: Sheet) -> ImportPlan:
    try:
        plan = plan_sheet(sheet, kind=run.said_kind or None, published=run.said_published_on)
    except Contradiction as contradiction:
        raise ValidationError(str(contradiction), code="contradiction") from None
    if plan.held_as:
        _refuse_what_is_held(sheet)
    return plan


def _fill_in(run: ImportRun, plan: ImportPlan, elsewhere: int) -> None:
    dating = plan.read.dating
    run.kind, run.published_on, run.half = plan.read.kind, dating.published_on, dating.half
    run.doubts = [_for_the_desk(doubt) for doubt in plan.doubts]
    run.problems = [[error.number, error.column, error.value, error.message] for error in plan.read.normalised.errors]
    run.checks = list(_checks(run, plan, elsewhere))
    run.base_version = DataVersion.objects.current().number
    run.compared_at = timezone.now()
    run.save()


def _keep(run: ImportRun, found: list[Proposal], decided: Decided, *, follow: set[str]) -> None:
    """Make these the run's changes, each with what was decided on it. `follow` are consequences of decisions."""
    changes = []
    for number, one in enumerate(found, start=1):
        change = ProposedChange(
            run=run,
            number=number,
            kind=one.kind,
            subject=one.subject,
            agency_id=one.agency_id,
            agency_name=one.agency_name[:200],
            state=one.state,
            program_model=one.program_model,
            row=one.row,
            before=one.before,
            after=one.after,
            confidence=one.confidence,
            reason=one.reason[:400],
            candidates=one.candidates,
            is_certain=one.is_certain,
            needs_second=one.needs_second,
        )
        earlier = decided.get(one.subject)
        if earlier and _is_as_it_was(one, earlier):
            for name in ("decision", "choice", "note", "decided_by_id", "decided_at", "seconded_by_id", "seconded_at",
                         "alone_because"):  # fmt: skip
                setattr(change, name, getattr(earlier, name))
            change.needs_second = change.needs_second or earlier.needs_second
        elif one.subject in follow and one.is_certain:
            change.decision, change.decided_at = Decision.ACCEPTED, timezone.now()
            change.note = "Follows from what was decided on this list."
        changes.append(change)
    run.counts = dict(Counter(change.kind for change in changes))
    run.save(update_fields=["counts"])
    run.proposed.all().delete()
    ProposedChange.objects.bulk_create(changes, batch_size=500)


def _checks(run: ImportRun, plan: ImportPlan, elsewhere: int) -> Iterable[dict]:
    read = plan.read
    earlier = Snapshot.objects.filter(kind=read.kind, position__lt=read.position).order_by("-position").first()
    rows = len(read.sheet.rows)
    beside = f"; {earlier.row_count:,} on the list before it, of {earlier.published_on}" if earlier else ""
    yield _check("rows", rows > 0 or read.kind == "pending", f"{rows:,} rows{beside}.")

    known = len(find_columns(read.sheet.columns))
    lost = lost_columns(earlier.columns if earlier else (), read.sheet.columns)
    strange = [heading for heading in read.sheet.columns if heading.strip() and not column_key(heading)]
    says = f"{known} known columns; not known: {', '.join(strange)[:120]}." if strange else f"{known} known columns."
    yield _check("columns", not lost and not strange, " ".join(lost) or says)

    dating = set(read.dating.doubts)
    falls = [doubt for doubt in plan.doubts if doubt not in dating and doubt not in lost]
    few = "It does not fall by a tenth; few agreements leave it, and few say something else."
    yield _check("fall", not falls, " ".join(falls) or few)
    dates = [doubt for doubt in plan.doubts if doubt in dating]
    day = read.dating.published_on
    agree = f"{day}, as a person said." if run.said_published_on else f"{day}: what the file says of its day agrees."
    yield _check("date", not dates, _for_the_desk(" ".join(dates)) or agree)
    yield _check("held", True, "We do not hold this list yet.")
    older = (
        "It is older than a list that we hold: it takes its place among them. "
        f"Changes of other lists that are told otherwise with it: {elsewhere:,}."
    )
    yield _check("older", not plan.is_older, older if plan.is_older else "It is newer than every list that we hold.")


def _check(name: str, ok: bool, says: str) -> dict:
    return {"name": name, "ok": ok, "says": says}


_COMMAND = re.compile(
    r"[;,] --published \S+ "
    r"(?:settles it \(or another YYYY-MM-DD\)|settles it|takes it as one|says when ICE published it)"
)


def _for_the_desk(sentence: str) -> str:
    """A doubt without the option by which a command would settle it."""
    return _COMMAND.sub("", sentence)


# -- Settle, apply, undo ----------------------------------------------------------------------------------------------


@transaction.atomic
def settle(run: ImportRun, reason: str, *, by: AbstractBaseUser) -> ImportRun:
    """Say why the list is right in spite of its doubts; the reason is kept with the run."""
    hold_to_edit(by)
    run = _locked(run)
    _hold_under_review(run)
    if not run.doubts_open:
        raise ValidationError("Nothing about this list is in doubt.", code="doubts")
    if not reason.strip():
        raise ValidationError("Say why the list is right all the same.", code="reason")
    run.doubts_settled = [*run.doubts, f"{reason.strip()} ({by})"]
    run.save()
    return run


def apply_run(run: ImportRun, *, by: AbstractBaseUser | None) -> Counter[str]:
    """Hold the list with all that was decided on it, in one transaction; counts of the new events by kind.

    `by` is None where a command applies a list of which nothing is doubtful. ValidationError, with a sentence for each
    thing that stands in the way, and nothing changed.
    """
    if by is not None:
        hold_to_publish(by)
    with collector_paused(), transaction.atomic():
        DataVersion.objects.take_turn()
        run = _locked(run)
        if in_the_way := run.may_apply:
            raise ValidationError(in_the_way, code="may_not_apply")
        sheet = unpack(run.workbook)
        before = Before()
        run.replaced = []
        write(run, run.proposed.filter(decision__in=WRITES).order_by("number"), Consequences(sheet), by=by)
        plan = _plan(run, sheet)
        if unsettled := [doubt for doubt in map(_for_the_desk, plan.doubts) if doubt not in run.doubts_settled]:
            raise ValidationError(unsettled, code="doubts")
        applied = plan.apply(by=by, run=run)
        found = proposals(applied, before)
        _hold_to_what_was_seen(run, found)
        _note_merges(found)
        run.proposed.exclude(decision=Decision.LATER).update(written_at=timezone.now())
    return applied.counts


def _note_merges(found: Iterable[Proposal]) -> None:
    """Tell the public which agencies that we held became one."""
    for one in found:
        if one.kind == "merged":
            note_merge(one.before["public_id"], one.before["name"], _agency(one.after["public_id"]))


def _agency(public_id: str) -> Agency:
    return Agency.objects.get(public_id=public_id)


def _hold_to_what_was_seen(run: ImportRun, now: Iterable[Proposal]) -> None:
    """ValidationError if the decisions, taken together, bring something that nobody has decided on."""
    seen = set(run.proposed.values_list("subject", flat=True))
    seconded = set(run.proposed.exclude(seconded_at=None).values_list("choice__public_id", flat=True))
    unseen = [
        one
        for one in now
        if one.kind in ("renamed_perhaps", "merged", "split")
        and one.subject not in seen
        and not seconded & {one.before.get("public_id"), one.after.get("public_id")} - {None}
    ]
    if unseen:
        names = ", ".join(f"“{one.agency_name}”" for one in unseen[:3])
        raise ValidationError(
            f"What was decided brings something that nobody has seen yet ({names}). Compare the list again.",
            code="unseen",
        )


def undo_run(run: ImportRun, *, by: AbstractBaseUser, because: str) -> ImportRun:
    """Take back a list that was applied, with all that was decided on it: facts are as if it had never come.

    Lists that came after it stay. ValidationError if it is not applied, without a reason, or not by a publisher.
    """
    hold_to_publish(by)
    if not because.strip():
        raise ValidationError("Say why it is undone.", code="reason")
    with collector_paused(), transaction.atomic():
        DataVersion.objects.take_turn()
        run = _locked(run)
        if not run.is_applied or run.snapshot is None:
            raise ValidationError("Only a list that is applied can be undone.", code="state")
        snapshot = run.snapshot
        if not run.workbook:
            run.workbook = pack(sheet_of(snapshot))
        take_back(run, by=by)
        run.state, run.snapshot = State.UNDONE, None
        run.undone_by, run.undone_at, run.undone_because = by, timezone.now(), because.strip()[:300]
        run.save()
        withdraw_list(snapshot)
    return run


@transaction.atomic
def discard_run(run: ImportRun, *, by: AbstractBaseUser) -> ImportRun:
    """Put a list under review away without applying it."""
    hold_to_edit(by)
    run = _locked(run)
    _hold_under_review(run)
    run.state, run.undone_by, run.undone_at = State.DISCARDED, by, timezone.now()
    run.save()
    return run


def apply_later(run: ImportRun, *, by: AbstractBaseUser) -> Counter[str]:
    """Write what has since been decided on changes that were put off when the list was applied.

    All lists are folded anew with it; counts of the new events by kind. ValidationError if there is nothing to write.
    """
    hold_to_publish(by)
    with collector_paused(), transaction.atomic():
        DataVersion.objects.take_turn()
        run = _locked(run)
        before = Before()
        changes = run.proposed.decided_since().order_by("number")
        if not changes:
            raise ValidationError("Nothing that was put off has been decided since.", code="state")
        if changes.unseconded():
            raise ValidationError("A change waits for a second person.", code="second")
        write(run, list(changes), Consequences(unpack(run.workbook)), by=by)
        run.save()
        changes.update(written_at=timezone.now())
        try:
            events = fold_anew()
        except Contradiction as contradiction:
            raise ValidationError(str(contradiction), code="contradiction") from None
        _note_merges(merged(before))
    return Counter(event.kind for event in events)


def _locked(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _hold_under_review(run: ImportRun) -> None:
    if not run.is_under_review:
        raise ValidationError(f"This list was already {run.get_state_display().lower()}.", code="state")
