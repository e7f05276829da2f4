"""Writes that touch several rows: what a reviewer does with a change that somebody proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from jurisdictions.models import Agency, AgencyFormerId, DataVersion

from .days import today
from .desk import merges
from .desk.people import ADMINISTRATOR, PUBLISHER
from .imports.refresh import refresh_derived
from .models import Agreement, FederalDesignation, LocalPolicy, Provision, Revision, StateLaw
from .rule_events import note_standing, refresh_rule_events

PROVISION_FIELDS = ("place", "topic", "effect", "binds", "section", "effective_on", "statement_en", "statement_es")


Record = StateLaw | LocalPolicy | FederalDesignation | Agency | Agreement


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
        _by_another(revision, by, alone_because)
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
        revision.alone_because = alone_because if revision.author_id == by.pk else ""
        revision.save(update_fields=["state", "reviewer", "decided_at", "alone_because"])
        DataVersion.objects.bump()
    return record


def _approved(record: Record, revision: Revision, by: AbstractBaseUser) -> Record:
    """Apply the change to its record; returns the record that stands for it now."""
    changes = revision.changes
    if isinstance(record, Agency):
        if public_id := changes.get(merges.UNMERGED):
            former = AgencyFormerId.objects.filter(public_id=public_id).first()
            if former is None:
                raise ValidationError("This id is an agency of its own already.", code="gone")
            return merges.unmerge(former, by=by, reason=revision.reason, revision=revision)
        into = Agency.objects.filter(public_id=changes[merges.MERGED_INTO]).first()
        if into is None:
            raise ValidationError("The agency that it was to become is gone.", code="gone")
        return merges.merge(record, into, by=by, revision=revision)
    status = getattr(record, "legal_status", "")
    apply_changes(record, changes, by=by, reason=revision.reason)
    if isinstance(record, Agreement):
        refresh_derived([record.agency_id])
        return record
    refresh_rule_events([record])
    if getattr(record, "legal_status", "") != status:
        note_standing(record, record.checked_on or today())
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


def apply_changes(record: models.Model, changes: Mapping[str, object], *, by: AbstractBaseUser, reason: str) -> None:
    """Set fields to the values of a Revision, with one row of history for the record.

    Values are as JSON has them: a day as 2026-05-18, another record by its id, `jurisdictions` as a list of GEOIDs,
    `provisions` as all the provisions of the law, each with PROVISION_FIELDS. ValidationError if the result is
    not valid.
    """
    changes = dict(changes)
    areas, provisions = changes.pop("jurisdictions", None), changes.pop("provisions", None)
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
    if areas is not None:
        record.jurisdictions.set(areas)
    if provisions is not None:
        wanted = [Provision(law=record, **row) for row in provisions]
        for provision in wanted:
            provision.full_clean()
        set_provisions(record, wanted)


def set_provisions(law: StateLaw, wanted: Iterable[Provision]) -> dict[str, Provision]:
    """Make these the law's provisions, each in the row that had its place; returns them by place as text."""
    held = {provision.place: provision for provision in law.provisions.all()}
    by_place = {}
    for provision in wanted:
        before = held.pop(provision.place, None)
        if before is None:
            provision.save()
        elif any(getattr(before, name) != getattr(provision, name) for name in PROVISION_FIELDS):
            provision.pk = before.pk
            provision.save(force_update=True)
        else:
            provision = before
        by_place[str(provision.place)] = provision
    for provision in held.values():
        provision.delete()
    return by_place


def reviewers() -> models.QuerySet:
    """Everybody who may approve a change."""
    staff = get_user_model().objects.filter(is_active=True, is_staff=True)
    return staff.filter(Q(is_superuser=True) | Q(groups__name__in=[PUBLISHER, ADMINISTRATOR])).distinct()


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


def _by_another(revision: Revision, user: AbstractBaseUser, alone_because: str) -> None:
    if revision.author_id != user.pk:
        return
    if reviewers().count() > 1:
        raise ValidationError("You wrote this change, so somebody else has to approve it.", code="own_change")
    if not (user.is_superuser or user.groups.filter(name=ADMINISTRATOR).exists()):
        raise ValidationError(
            "You wrote this change and nobody else may approve it. Ask an administrator.", code="own_change"
        )
    if not alone_because.strip():
        raise ValidationError(
            "You wrote this change yourself. Say why nobody else could review it; the public will see it.",
            code="own_change",
        )
