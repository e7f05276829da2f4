"""Two agencies that are one, one that is two, and agreements that ended: proposed by one person, approved by another.

Each is a Revision, approved or refused like any other (`agreements.actions`). A merge becomes a Verdict that two names
are one agency, and all lists are folded anew with it; taking it apart removes that verdict or says the contrary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from agreements.days import today
from agreements.imports import held
from agreements.imports.apply import fold_anew
from agreements.imports.ids import names_of
from agreements.imports.matching import Contradiction, Verdicts
from agreements.imports.matching import Verdict as Decided
from agreements.models import Agreement, ChangeEvent, Revision, Verdict
from jurisdictions.models import Agency, AgencyAlias, AgencyFormerId, DataVersion, Source
from jurisdictions.names import fold

from .people import hold_to_edit, hold_to_publish

MERGED_INTO, UNMERGED = "merged_into", "unmerged"
"""Keys of a Revision's `changes`: the public id of the agency that stays; the former id that is to stand again."""


# -- Proposed by one person -------------------------------------------------------------------------------------------


def propose_merge(agency: Agency, into: Agency, *, by: AbstractBaseUser, reason: str) -> Revision:
    """Propose that `agency` is the same agency as `into`, whose id stays. ValidationError, in a sentence, if not."""
    hold_to_edit(by)
    if agency.pk == into.pk:
        raise ValidationError("An agency is not merged with itself.", code="same")
    verdict = _same(agency, into)
    try:
        Verdicts([*held.verdicts(), verdict])
    except Contradiction as contradiction:
        raise ValidationError(str(contradiction), code="contradiction") from None
    return _proposed(agency, {MERGED_INTO: into.public_id}, by, reason)


def propose_unmerge(former: AgencyFormerId, *, by: AbstractBaseUser, reason: str) -> Revision:
    """Propose that an id that was given up in a merge is an agency of its own again."""
    hold_to_edit(by)
    if former.agency is None:
        raise ValidationError(
            "No list shows the names of this id any more, so nothing can be taken apart.", code="gone"
        )
    _hold_to_be_parted(former)
    return _proposed(former.agency, {UNMERGED: former.public_id}, by, reason)


def propose_end(
    agreement: Agreement, ended_on: date | None, source: Source | None, *, by: AbstractBaseUser, reason: str
) -> Revision:
    """Propose the day on which a source says that an agreement ended; None and no source: that it did not end."""
    hold_to_edit(by)
    if (ended_on is None) != (source is None):
        raise ValidationError("Name the day and the source that says so.", code="source")
    if ended_on and ended_on > today():
        raise ValidationError({"ended_on": "That day has not come. An end is written down once it has."})
    if (ended_on, source) == (agreement.ended_on, agreement.ended_source):
        raise ValidationError("That is what the record says already.", code="same")
    changes = {"ended_on": ended_on and ended_on.isoformat(), "ended_source": source and source.pk}
    return _proposed(agreement, changes, by, reason)


def _proposed(record: Agency | Agreement, changes: dict, by: AbstractBaseUser, reason: str) -> Revision:
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence for the person who approves it."})
    about = {"agency" if isinstance(record, Agency) else "agreement": record}
    waiting = Revision.objects.filter(**about, changes=changes, state=Revision.State.IN_REVIEW)
    if waiting.exists():
        raise ValidationError("This was already proposed and waits for review.", code="proposed")
    revision = Revision(
        **about,
        named=str(record)[:300],
        changes=changes,
        base_version=record.updated_at,
        author=by,
        reason=reason.strip(),
        state=Revision.State.IN_REVIEW,
    )
    revision.full_clean()
    revision.save()
    return revision


# -- Applied when another approves ------------------------------------------------------------------------------------


def merge(agency: Agency, into: Agency, *, by: AbstractBaseUser, revision: Revision) -> Agency:
    """Make two agencies one, under the id of `into`; returns it. Called by `actions.approve`, in its transaction."""
    decided = _same(agency, into)
    verdict = Verdict(
        answer=Verdict.Answer.SAME,
        state=decided.state,
        name=decided.name,
        other_state=decided.other_state,
        other_name=decided.other_name,
        reason=revision.reason,
        decided_on=today(),
        decided_by=by,
        revision=revision,
    )
    verdict.full_clean(exclude=["revision", "decided_by"])
    _signed(verdict, by, revision).save()
    _fold_anew(stays=[into.pk])
    former = AgencyFormerId.objects.filter(public_id=agency.public_id, agency=into).first()
    if former is None:
        raise ValidationError(
            "The lists do not let these two be one: what was decided before on their names stands against it.",
            code="not_merged",
        )
    note_merge(agency.public_id, agency.name, into)
    return Agency.objects.get(pk=into.pk)


def unmerge(former: AgencyFormerId, *, by: AbstractBaseUser, reason: str, revision: Revision | None = None) -> Agency:
    """Let an id that was given up stand for an agency again; returns it, with what editors had chosen of it.

    The verdicts that made the two one are removed; where a rule makes them one, a verdict says that they differ.
    ValidationError, in a sentence, where the lists print both under one name.
    """
    hold_to_publish(by)
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence."})
    with transaction.atomic():
        DataVersion.objects.take_turn()
        former = AgencyFormerId.objects.select_related("agency").filter(pk=former.pk).first()
        if former is None or former.agency is None:
            raise ValidationError("This id does not lead to another agency (any more).", code="gone")
        own, others = _hold_to_be_parted(former)
        for verdict in Verdict.objects.filter(answer=Verdict.Answer.SAME):
            if _joins(verdict, own, others):
                _signed(verdict, by, revision, reason).delete()
        stays = [former.agency_id]
        _fold_anew(stays)
        again = Agency.objects.filter(public_id=former.public_id).first()
        if again is None:
            for state, name, other_state, other_name in _spelt(own, others):
                verdict = Verdict(
                    answer=Verdict.Answer.DIFFERENT,
                    state=state,
                    name=name,
                    other_state=other_state,
                    other_name=other_name,
                    reason=reason.strip(),
                    decided_on=today(),
                    decided_by=by,
                    revision=revision,
                )
                verdict.full_clean(exclude=["revision", "decided_by"])
                _signed(verdict, by, revision, reason).save()
            _fold_anew(stays)
            again = Agency.objects.filter(public_id=former.public_id).first()
        if again is None:
            raise ValidationError(
                "The lists print both under one name, so they cannot be taken apart by their names.", code="one_name"
            )
    return again


def note_merge(public_id: str, name: str, into: Agency) -> ChangeEvent:
    """Tell the public, and whoever mirrors the data, that an id leads to another record from today."""
    identity = f"merged|{public_id}|{into.public_id}|{today().isoformat()}"
    event, _made = ChangeEvent.objects.update_or_create(
        key=hashlib.blake2b(identity.encode(), digest_size=6).hexdigest(),
        defaults={
            "agency": into,
            "kind": ChangeEvent.Kind.MERGED,
            "seen_on": today(),
            "origin": ChangeEvent.Origin.CORRECTION,
            "before": {"public_id": public_id, "name": name},
            "after": {"public_id": into.public_id, "name": into.name},
        },
    )
    return event


def _fold_anew(stays: Iterable[int]) -> None:
    try:
        fold_anew(stays=stays)
    except Contradiction as contradiction:
        raise ValidationError(str(contradiction), code="contradiction") from None


def _same(agency: Agency, into: Agency) -> Decided:
    """The verdict that makes them one, by the newest printed name of each."""
    names = []
    for one in (agency, into):
        alias = one.aliases.exclude(state_printed="").order_by("-last_printed_on", "name").first()
        if alias is None:
            raise ValidationError(f"ICE never printed a name of {one}, so it cannot be merged.", code="no_name")
        names += [alias.state_printed, alias.name]
    return Decided("same", *names)


Names = set[tuple[str, str]]


def _hold_to_be_parted(former: AgencyFormerId) -> tuple[Names, Names]:
    """The names that the id had, and those of its heir beside them. ValidationError where one set is empty."""
    aliases = AgencyAlias.objects.filter(agency=former.agency)
    now = set(aliases.values_list("state_printed", "folded"))
    own = names_of(former) & now
    if not own or not now - own:
        raise ValidationError(
            "The lists print both under one name, so they cannot be taken apart by their names.", code="one_name"
        )
    return own, now - own


def _joins(verdict: Verdict, own: Names, others: Names) -> bool:
    one = verdict.state, fold(verdict.name)
    other = verdict.other_state, fold(verdict.other_name)
    return (one in own and other in others) or (one in others and other in own)


def _spelt(own: Names, others: Names) -> list[tuple[str, str, str, str]]:
    """Each printed name of the one with each of the other, as printed."""
    printed = {}
    for state, name, folded in AgencyAlias.objects.values_list("state_printed", "name", "folded"):
        if (state, folded) in own | others:
            printed[state, folded] = name
    return [(one[0], printed[one], other[0], printed[other]) for one in sorted(own) for other in sorted(others)]


def _signed(record, by: AbstractBaseUser, revision: Revision | None, reason: str = ""):
    """The record, so that its row of history names the person and why."""
    record._history_user = by
    record._change_reason = (reason or (revision.reason if revision else ""))[:100]
    return record
