"""What a person decides on a proposed change. Nothing public changes before the run is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from agreements.imports import held
from agreements.imports.matching import Contradiction, Verdicts
from agreements.imports.matching import Verdict as Decided
from agreements.imports.rows import COLUMN_OF_FIELD
from agreements.models import ImportRun, ProposedChange, Verdict
from jurisdictions.models import Agency
from jurisdictions.names import fold

from .consequences import WRITES, Consequences
from .people import hold_to_another, hold_to_edit, hold_to_publish
from .workbook import unpack

Decision = ProposedChange.Decision
NEEDS_NO_REASON = {Decision.OPEN, Decision.ACCEPTED, Decision.LATER}


@transaction.atomic
def decide(
    change: ProposedChange,
    decision: str,
    *,
    by: AbstractBaseUser,
    choice: Mapping | None = None,
    note: str = "",
) -> ProposedChange:
    """Decide on a change, or (`open`) take a decision back. Returns the change as it is now.

    `choice`: for `linked`, and for `same` and `different` where there are several candidates, {"public_id"}; for
    `placed` {"kind", "placement", "places": [[geoid, "whole" or "part"], …]}; for `edited` {"field", "right"}.
    ValidationError, in a sentence: where the run is no longer under review, this kind of change cannot be decided so,
    the reason or the choice is missing, or it contradicts what was decided before.
    """
    hold_to_edit(by)
    change = _locked(change)
    if decision != Decision.OPEN and decision not in change.allowed_decisions:
        label = Decision(decision).label.lower() if decision in Decision.values else decision
        raise ValidationError(f"“{label}” is no answer to “{change.get_kind_display()}”.", code="decision")
    note = note.strip()
    if not note and decision not in NEEDS_NO_REASON:
        raise ValidationError({"note": "Say why in a sentence; later imports and the public's records rest on it."})
    if len(note) > 300:
        raise ValidationError({"note": "Keep the reason to 300 characters."})
    change.decision, change.note = decision, note
    change.choice = _choice(change, dict(choice or {}))
    change.decided_by, change.decided_at = (None, None) if decision == Decision.OPEN else (by, timezone.now())
    change.seconded_by, change.seconded_at, change.alone_because = None, None, ""
    change.needs_second = _needs_second(change)
    if decision in WRITES:
        _hold_against_others(change)
    elif decision == Decision.ACCEPTED and change.run.is_applied:
        change.written_at = timezone.now()  # it was put off, and stands as the list says
    change.save()
    if decision in (Decision.SAME, Decision.DIFFERENT, Decision.LINKED):
        _answered(change, by)
    return change


@transaction.atomic
def accept_certain(run: ImportRun, *, by: AbstractBaseUser | None, kinds: Iterable[str] | None = None) -> int:
    """Accept every open change that needs no judgment (of these kinds); returns how many.

    `by` is None where a command applies a list of which nothing is doubtful.
    """
    if by is not None:
        hold_to_edit(by)
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    _hold_under_review(run)
    changes = run.proposed.open().certain()
    if kinds is not None:
        changes = changes.filter(kind__in=list(kinds))
    return changes.update(decision=Decision.ACCEPTED, decided_by=by, decided_at=timezone.now())


@transaction.atomic
def second(change: ProposedChange, *, by: AbstractBaseUser, alone_because: str = "") -> ProposedChange:
    """Confirm what another person decided. ValidationError: nothing to second, own decision, or not a publisher.

    An administrator may second their own where nobody else could; `alone_because` says why, and the public reads it.
    """
    hold_to_publish(by)
    change = _locked(change)
    if not change.waits_for_a_second:
        raise ValidationError("This change does not wait for a second person.", code="second")
    hold_to_another(by, change.decided_by_id, alone_because, did="You decided this yourself", act="second it")
    change.seconded_by, change.seconded_at = by, timezone.now()
    change.alone_because = alone_because.strip()[:300] if change.decided_by_id == by.pk else ""
    change.save()
    return change


def _locked(change: ProposedChange) -> ProposedChange:
    run = ImportRun.objects.select_for_update().get(pk=change.run_id)
    change = ProposedChange.objects.filter(pk=change.pk).first()
    if change is None:
        raise ValidationError("This change is gone: the list was compared again. Look at it anew.", code="gone")
    change.run = run
    if not (run.is_applied and change.written_at is None):
        _hold_under_review(run)
    return change


def _hold_under_review(run: ImportRun) -> None:
    if not run.is_under_review:
        raise ValidationError(f"This list was already {run.get_state_display().lower()}.", code="state")


# -- What was chosen --------------------------------------------------------------------------------------------------


def _choice(change: ProposedChange, choice: dict) -> dict:
    """The choice as it is kept, checked."""
    if change.decision in (Decision.SAME, Decision.DIFFERENT, Decision.LINKED):
        return _agency_chosen(change, choice)
    if change.decision == Decision.PLACED:
        return _place_chosen(choice)
    if change.decision == Decision.EDITED:
        return _value_chosen(change, choice)
    return {}


def _agency_chosen(change: ProposedChange, choice: dict) -> dict:
    """{"public_id", "state", "name"}: the agency, and the printed name of it that the verdict will name."""
    if change.kind == "renamed":
        return {"public_id": change.agency and change.agency.public_id, "state": change.state} | {
            "name": change.before["name"]
        }
    public_id = choice.get("public_id", "")
    if not public_id and change.decision != Decision.LINKED and len(change.candidates) == 1:
        public_id = change.candidates[0]["public_id"]
    if not public_id:
        raise ValidationError({"choice": "Choose which agency it is."})
    if candidate := next((one for one in change.candidates if one["public_id"] == public_id), None):
        return {name: candidate[name] for name in ("public_id", "state", "name")}
    agency = Agency.objects.filter(public_id=public_id).first()
    if agency is None:
        raise ValidationError({"choice": f"We hold no agency {public_id}."})
    if agency.pk == change.agency_id:
        raise ValidationError({"choice": "That is the very agency of this row."})
    alias = agency.aliases.exclude(state_printed="").order_by("-last_printed_on", "name").first()
    if alias is None:
        raise ValidationError({"choice": f"ICE never printed a name of {agency}, so nothing can be linked to it."})
    return {"public_id": public_id, "state": alias.state_printed, "name": alias.name}


def _place_chosen(choice: dict) -> dict:
    places = [list(place) for place in choice.get("places") or ()]
    if any(len(place) != 2 for place in places):
        raise ValidationError({"choice": "Give each area by its GEOID and say whether it is covered whole or in part."})
    placement = choice.get("placement") or (Agency.Placement.DECIDED if places else "")
    chosen = {"kind": choice.get("kind", ""), "placement": placement, "places": places}
    Verdict(
        answer=Verdict.Answer.PLACED,
        state="XX",
        name="-",
        agency_kind=chosen["kind"],
        placement=placement,
        places=places,
    ).clean()
    return chosen


def _value_chosen(change: ProposedChange, choice: dict) -> dict:
    name, right = choice.get("field", ""), str(choice.get("right", "")).strip()
    if name not in COLUMN_OF_FIELD:
        raise ValidationError({"choice": "Choose which cell of the row is wrong."})
    return {"field": name, "right": right}


def _needs_second(change: ProposedChange) -> bool:
    """Two agencies that we hold become one, or one becomes two: never on one person's word."""
    if change.kind in ("merged", "split"):
        return True
    if change.decision in (Decision.SAME, Decision.LINKED):
        holder = Agency.objects.filter(
            aliases__state_printed=change.state, aliases__folded=fold(change.agency_name)
        ).first()
        held_as = change.agency or holder
        return held_as is not None and held_as.public_id != change.choice["public_id"]
    return change.kind == "renamed" and change.decision == Decision.DIFFERENT and _was_held(change)


def _was_held(change: ProposedChange) -> bool:
    """Whether the name that this list prints was held as the agency's before."""
    return bool(change.agency_id) and change.agency.aliases.filter(folded=fold(change.agency_name)).exists()


def _hold_against_others(change: ProposedChange) -> None:
    """ValidationError where the decision cannot be written, or contradicts another."""
    consequences = Consequences(unpack(change.run.workbook))
    mine = consequences.of(change)
    for record in mine:
        record.clean()
    others = change.run.proposed.filter(decision__in=["same", "different", "linked"]).exclude(pk=change.pk)
    decided = [record for other in others for record in consequences.of(other)]
    names = [record for record in [*decided, *mine] if isinstance(record, Verdict) and record.other_name]
    if not names:
        return
    try:
        Verdicts(
            [
                *held.verdicts(),
                *(Decided(one.answer, one.state, one.name, one.other_state, one.other_name) for one in names),
            ]
        )
    except Contradiction as contradiction:
        raise ValidationError(str(contradiction), code="contradiction") from None


def _answered(change: ProposedChange, by: AbstractBaseUser) -> None:
    """The lines that only waited for this answer: the same name as a newcomer, the other as missing."""
    if not change.run.is_under_review:
        return
    lines = change.run.proposed.open().filter(state=change.state).exclude(pk=change.pk)
    names = {fold(change.agency_name), fold(change.choice.get("name", ""))}
    waited = [
        line.pk
        for line in lines.filter(
            kind__in=["appeared", "missing", "back", "model_added", "model_dropped", "pending", "placement"]
        )
        if fold(line.agency_name) in names
    ]
    ProposedChange.objects.filter(pk__in=waited).update(
        decision=Decision.ACCEPTED,
        decided_by=by,
        decided_at=timezone.now(),
        note=f"Follows from the answer to change {change.number}.",
    )
