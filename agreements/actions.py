"""Writes that touch several rows: what a reviewer does with a change that somebody proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from jurisdictions.models import Agency, AgencyFormerId, DataVersion

from .days import today
from .desk import merges
from .desk.people import hold_to_another, may_edit, may_publish, reviewers
from .imports.refresh import refresh_derived
from .models import (
    Agreement,
    EditorialState,
    FederalDesignation,
    GlossaryTerm,
    GuideFact,
    LocalPolicy,
    ModelPower,
    Provision,
    Revision,
    StateLaw,
    TimelineEvent,
)
from .rule_events import SUBJECTS, note_standing, refresh_rule_events
from .wholes import AREAS, CITATIONS, PROVISION_FIELDS, PROVISIONS, Whole, citation_row, citations_of, difference, taken

Written = StateLaw | LocalPolicy | FederalDesignation | GuideFact | ModelPower | TimelineEvent | GlossaryTerm
Record = Written | Agency | Agreement
State = Revision.State
REASON_AT_MOST = Revision._meta.get_field("reason").max_length


# -- Proposed by one person -------------------------------------------------------------------------------------------


def propose(record: Written, before: Whole, after: Whole, *, by: AbstractBaseUser | None, reason: str) -> Revision:
    """Hand in a change to a record for review: nothing of it is public before somebody else approves it.

    `before` is the record as it stands and `after` as it would be. ValidationError, in a sentence, without a reason
    or without a difference.
    """
    changes, were = difference(before, after)
    if not changes:
        raise ValidationError("Nothing was changed, so nothing was proposed.", code="nothing")
    return Revision.objects.create(
        **{Revision.name_of(type(record)): record},
        changes=changes,
        before=were,
        base_version=type(record).objects.values_list("updated_at", flat=True).get(pk=record.pk),
        author=by,
        reason=_reason(reason),
        state=State.IN_REVIEW,
    )


def rewrite(revision: Revision, before: Whole, after: Whole, *, by: AbstractBaseUser, reason: str) -> Revision:
    """The author's waiting change, written anew against the record as it stands now."""
    with transaction.atomic():
        DataVersion.objects.take_turn()
        revision = _open(revision)
        _hold_to_author(revision, by)
        changes, were = difference(before, after)
        if not changes:
            raise ValidationError("Nothing would change any more. Take the change back instead.", code="nothing")
        revision.changes, revision.before, revision.reason = changes, were, _reason(reason)
        revision.base_version = revision.record.updated_at
        revision.save(update_fields=["changes", "before", "reason", "base_version"])
    return revision


def rebuild(revision: Revision, *, by: AbstractBaseUser) -> Revision:
    """Set a change whose record was changed meanwhile against the record as it stands now; what it says stays.

    Its page then shows again what stands and what would stand. ValidationError where nothing of it is left to do.
    """
    if not (may_edit(by) or revision.author_id == by.pk):
        raise ValidationError("Only an editor, a publisher or an administrator may do this.", code="not_an_editor")
    with transaction.atomic():
        DataVersion.objects.take_turn()
        revision = _open(revision)
        if not revision.is_of_written:
            raise ValidationError("Only a change to a written record is set against it anew.", code="kind")
        record = revision.record
        changes, were = difference(taken(record), taken(record) | revision.changes)
        if not changes:
            raise ValidationError("The record says all of this already. Take the change back.", code="nothing")
        revision.changes, revision.before, revision.base_version = changes, were, record.updated_at
        revision.save(update_fields=["changes", "before", "base_version"])
    return revision


def take_back(revision: Revision, *, by: AbstractBaseUser) -> Revision:
    """The author's own waiting change is withdrawn; the record stays as it is."""
    with transaction.atomic():
        revision = _open(revision)
        _hold_to_author(revision, by)
        revision.state, revision.reviewer, revision.decided_at = State.REFUSED, by, timezone.now()
        revision.refused_because = "Taken back by its author."
        revision.save(update_fields=["state", "reviewer", "decided_at", "refused_because"])
    return revision


def propose_undo(revision: Revision, *, by: AbstractBaseUser) -> Revision:
    """Propose that what an approved change replaced stands again: a new change, reviewed like any other.

    ValidationError where it was not applied, keeps no values to go back to, or the record has them again.
    """
    if not may_edit(by):
        raise ValidationError("Only an editor, a publisher or an administrator may do this.", code="not_an_editor")
    if revision.state != State.APPROVED or not revision.is_of_written:
        raise ValidationError("Only an approved change to a written record is undone here.", code="kind")
    if not revision.before:
        raise ValidationError(
            "What this change replaced was not kept. Bring the earlier state back from the record's history.",
            code="not_kept",
        )
    with transaction.atomic():
        DataVersion.objects.take_turn()
        record = revision.record
        before = taken(record)
        was = dict(revision.before)
        if was.get("state") == EditorialState.DRAFT:
            was["state"] = EditorialState.WITHDRAWN  # What was public once is never a draft again.
        if difference(before, was)[0] == {}:
            raise ValidationError("The record says again what it said before this change.", code="nothing")
        reason = f"Takes back the change of {timezone.localtime(revision.decided_at):%Y-%m-%d}: {revision.reason}"
        return propose(record, before, before | was, by=by, reason=reason[:REASON_AT_MOST])


def may_publish_alone(user: AbstractBaseUser, record: Written) -> bool:
    """Whether `user` makes this draft public without a second person: a publisher who wrote nothing of it."""
    if not may_publish(user) or record.history.filter(history_user=user).exists():
        return False
    parts = getattr(record, PROVISIONS, None)
    return parts is None or not Provision.history.filter(law_id=record.pk, history_user=user).exists()


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError("Say why, in a sentence.", code="reason")
    return text.strip()[:REASON_AT_MOST]


def _hold_to_author(revision: Revision, user: AbstractBaseUser) -> None:
    if revision.author_id != user.pk:
        raise ValidationError("Only the person who wrote a change writes it anew or takes it back.", code="not_mine")


# -- Decided by another -----------------------------------------------------------------------------------------------


def approve(revision: Revision, *, by: AbstractBaseUser, alone_because: str = "") -> Record:
    """Apply a proposed change to its record and say so to the public; returns the record as it is now.

    ValidationError, in a sentence for the reviewer, and nothing changed: where the change was decided already, the
    record was changed after it was written, the result would not be valid, or the reviewer wrote it. An administrator
    may approve a change of their own where nobody else could, and `alone_because` says why; the public can read it.
    """
    with transaction.atomic():
        DataVersion.objects.take_turn()
        revision = _open(revision)
        _may_decide(by)
        hold_to_another(by, revision.author_id, alone_because, act="approve it")
        if revision.record is None:
            raise ValidationError("The record that this change is of is gone.", code="gone")
        record = type(revision.record).objects.select_for_update().get(pk=revision.record.pk)
        if record.updated_at != revision.base_version:
            raise ValidationError(
                f"The record was changed on {timezone.localtime(record.updated_at):%Y-%m-%d %H:%M}, after this change "
                "was written. Compare the two and write it again.",
                code="stale",
            )
        record = _approved(record, revision, by)
        revision.state, revision.reviewer, revision.decided_at = Revision.State.APPROVED, by, timezone.now()
        revision.alone_because = alone_because.strip()[:REASON_AT_MOST] if revision.author_id == by.pk else ""
        revision.save(update_fields=["state", "reviewer", "decided_at", "alone_because"])
    return record


def _approved(record: Record, revision: Revision, by: AbstractBaseUser) -> Record:
    """Apply the change to its record; returns the record that stands for it now."""
    changes = revision.changes
    if isinstance(record, Agency):
        if public_id := changes.get(merges.UNMERGED):
            former = AgencyFormerId.objects.filter(public_id=public_id).first()
            if former is None:
                raise ValidationError("This id is an agency of its own already.", code="gone")
            DataVersion.objects.bump()
            return merges.unmerge(former, by=by, reason=revision.reason, revision=revision)
        into = Agency.objects.filter(public_id=changes[merges.MERGED_INTO]).first()
        if into is None:
            raise ValidationError("The agency that it was to become is gone.", code="gone")
        DataVersion.objects.bump()
        return merges.merge(record, into, by=by, revision=revision)
    return make_public(record, changes, by=by, reason=revision.reason)


def make_public(record: Record, changes: Mapping[str, object], *, by: AbstractBaseUser, reason: str) -> Record:
    """The one function that applies a change to a record, with all that follows from it. Call it in a transaction."""
    status, was_public = getattr(record, "legal_status", ""), getattr(record, "is_published", True)
    apply_changes(record, changes, by=by, reason=reason)
    if isinstance(record, Agreement):
        refresh_derived([record.agency_id])
    elif type(record) in SUBJECTS:
        refresh_rule_events([record])
        if getattr(record, "legal_status", "") != status or not was_public:
            note_standing(record, record.checked_on or today())
    DataVersion.objects.bump()
    return record


def refuse(revision: Revision, *, by: AbstractBaseUser, because: str) -> Revision:
    """Decide against a proposed change, with a reason for its author; the record stays as it is.

    ValidationError without a reason, or if it was decided already.
    """
    if not because.strip():
        raise ValidationError("Say why it is refused; its author will read it.", code="reason")
    with transaction.atomic():
        revision = _open(revision)
        _may_decide(by)
        revision.state, revision.reviewer, revision.decided_at = Revision.State.REFUSED, by, timezone.now()
        revision.refused_because = because.strip()[:300]
        revision.save()
    return revision


def apply_changes(
    record: models.Model,
    changes: Mapping[str, object],
    *,
    by: AbstractBaseUser,
    reason: str,
    is_rehearsal: bool = False,
) -> None:
    """Set fields to the values of a Revision, with one row of history for the record.

    Values are as JSON has them (see `agreements.wholes`): `jurisdictions`, `provisions` and `citations` are all that
    the record then has of them. ValidationError if the result is not valid. In a rehearsal, which the caller undoes,
    new rows get ids below zero, the same each time, so that a form that was made in one finds them in the next.
    """
    changes = dict(changes)
    areas, provisions, citations = (changes.pop(name, None) for name in (AREAS, PROVISIONS, CITATIONS))
    if unknown := [name for name in changes if name not in {field.name for field in record._meta.fields}]:
        raise ValidationError(f"This kind of record has no field {', '.join(unknown)}.", code="field")
    for name, value in changes.items():
        field = record._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            setattr(record, field.attname, value)
        else:
            setattr(record, name, None if value is None else field.to_python(value))
    record.full_clean()
    record._history_user, record._change_reason = by, reason[:100]
    record.save()
    ids = count(-1, -1) if is_rehearsal else None
    if areas is not None:
        record.jurisdictions.set(areas)
    if provisions is not None:
        wanted = [Provision(law=record, **row) for row in provisions]
        for provision in wanted:
            provision.full_clean()
        set_provisions(record, wanted, ids)
    if citations is not None:
        set_citations(record, citations, ids)


def set_provisions(
    law: StateLaw, wanted: Iterable[Provision], ids: Iterable[int] | None = None
) -> dict[str, Provision]:
    """Make these the law's provisions, each in the row that had its place; returns them by place as text.

    Of several at one place the first stands in the first row, and so on.
    """
    held = dict(_numbered(law.provisions.order_by("place", "pk")))
    by_place = {}
    for key, provision in _numbered(wanted):
        before = held.pop(key, None)
        if before is None:
            provision.pk = next(ids) if ids else None
            provision.save(force_insert=True)
        elif any(getattr(before, name) != getattr(provision, name) for name in PROVISION_FIELDS):
            provision.pk = before.pk
            provision.save(force_update=True)
        else:
            provision = before
        by_place.setdefault(str(provision.place), provision)
    for provision in held.values():
        provision.delete()
    return by_place


def _numbered(provisions: Iterable[Provision]) -> Iterator[tuple[tuple[int, int], Provision]]:
    """Each with its place and its number among those at this place."""
    seen = Counter()
    for provision in provisions:
        yield (provision.place, seen[provision.place]), provision
        seen[provision.place] += 1


def set_citations(record: Written, rows: Iterable[Mapping], ids: Iterable[int] | None = None) -> None:
    """Make these the record's further sources; those that stay as they are keep their rows.

    ValidationError where a source or a provision that a row names is gone.
    """
    held = [(citation_row(citation), citation) for citation in citations_of(record)]
    parts = record.provisions.order_by("-place", "-pk") if hasattr(record, PROVISIONS) else ()
    places = {each.place: each for each in parts}
    model = record.citations.model
    for row in rows:
        kept = next((pair for pair in held if pair[0] == row), None)
        if kept:
            held.remove(kept)
            continue
        fields = dict(row)
        citation = model(**{record.citations.field.name: record})
        if (place := fields.pop("provision", None)) is not None:
            if place not in places:
                raise ValidationError(f"A source is of a provision that is gone, number {place}.", code="provision")
            citation.provision = places[place]
        citation.source_id = fields.pop("source")
        for name, value in fields.items():
            setattr(citation, name, value)
        citation.full_clean()
        citation.pk = next(ids) if ids else None
        citation.save(force_insert=True)
    for _row, citation in held:
        citation.delete()


def _open(revision: Revision) -> Revision:
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    if revision.state == Revision.State.DRAFT:
        raise ValidationError("Its author has not handed it in for review yet.", code="draft")
    if revision.state != Revision.State.IN_REVIEW:
        raise ValidationError(f"This change was already {revision.get_state_display().lower()}.", code="decided")
    return revision


def _may_decide(user: AbstractBaseUser) -> None:
    if not reviewers().filter(pk=user.pk).exists():
        raise ValidationError("Only a publisher or an administrator decides on changes.", code="not_a_publisher")
