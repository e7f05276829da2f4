"""What changed in law, from the records: laws enacted and in effect, policies adopted and ended, labels put on and off.

An event stands only on a day that a published record's source names: no event from a year or a month, none of a law
that is not confirmed to be in force, and none of a day later than the last reading of the source, since a court may
still stop what is announced. Such an event is dated by its own day, as is everything that we say of the law;
when we read of it stands on the record (`checked_on`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Q

from jurisdictions.periods import PartialDate

from .models import ChangeEvent, FederalDesignation, LocalPolicy, StateLaw

Record = StateLaw | LocalPolicy | FederalDesignation
Kind = ChangeEvent.Kind
BATCH = 2_000
# The field of ChangeEvent that names such a record.
SUBJECTS = {StateLaw: "law", LocalPolicy: "policy", FederalDesignation: "designation"}
FIELDS = ("law_id", "policy_id", "designation_id", "kind", "took_effect_on", "seen_on", "origin")
ENDS = {
    LocalPolicy.LegalStatus.REPEALED: Kind.REPEALED,
    LocalPolicy.LegalStatus.SUPERSEDED: Kind.SUPERSEDED,
}


def refresh_rule_events(records: Iterable[Record] | None = None) -> list[ChangeEvent]:
    """Derive the events of these records anew (None: of all); returns those that are new. Call it in a transaction.

    Events that come out the same are not written. One that was noted without a day (see `note_standing`) stays until
    its day is known.
    """
    existing = ChangeEvent.objects.filter(agency=None)
    if records is None:
        records = [record for model in SUBJECTS for record in model.objects.select_related("main_source")]
    else:
        records = list(records)
        theirs = Q(pk__in=[])
        for record in records:
            theirs |= Q(**{SUBJECTS[type(record)]: record})
        existing = existing.filter(theirs)
    held = {event.key: event for event in existing}
    create, update = [], []
    for record in records:
        for kind, day in dated(record):
            event = ChangeEvent(
                key=event_key(record, kind),
                kind=kind,
                took_effect_on=day,
                seen_on=day,
                origin=ChangeEvent.Origin.RECORD,
                **{SUBJECTS[type(record)]: record},
            )
            before = held.pop(event.key, None)
            if before is None:
                create.append(event)
            elif any(getattr(before, name) != getattr(event, name) for name in FIELDS):
                event.pk, event.recorded_at = before.pk, before.recorded_at
                update.append(event)
    public = {(SUBJECTS[type(record)], record.pk) for record in records if record.is_published}
    gone = [
        event.pk
        for event in held.values()
        if event.took_effect_on or not any((name, getattr(event, f"{name}_id")) in public for name in SUBJECTS.values())
    ]
    ChangeEvent.objects.filter(pk__in=gone).delete()
    ChangeEvent.objects.bulk_update(update, [name.removesuffix("_id") for name in FIELDS], batch_size=BATCH)
    ChangeEvent.objects.bulk_create(create, batch_size=BATCH)
    return create


def dated(record: Record) -> Iterator[tuple[str, date]]:
    """What the record says happened, each with its day: at most one event of a kind."""
    if not record.is_published:
        return
    read_on = record.checked_on or (record.main_source and record.main_source.retrieved_on)
    for kind, day in _claims(record):
        if day and read_on and day <= read_on:
            yield kind, day


def _claims(record: Record) -> Iterator[tuple[str, date | None]]:
    if isinstance(record, FederalDesignation):
        yield Kind.LABEL_LISTED, record.listed_on
        yield Kind.LABEL_REMOVED, record.removed_on
    elif isinstance(record, LocalPolicy):
        if record.legal_status != LocalPolicy.LegalStatus.PROPOSED:
            yield Kind.ENACTED, _exact(record.adopted_on)
        if record.legal_status in ENDS:
            yield ENDS[record.legal_status], _exact(record.ended_on)
    elif record.is_rule and not record.is_unconfirmed:
        yield Kind.ENACTED, _exact(record.enacted_on)
        if record.legal_status != StateLaw.LegalStatus.ENJOINED:
            # A law that a court has blocked may never have been in effect, whatever date it names.
            yield Kind.IN_EFFECT, _exact(record.effective_on)
        if record.legal_status == StateLaw.LegalStatus.REPEALED:
            yield Kind.REPEALED, _exact(record.ended_on)


def note_standing(record: Record, seen_on: date) -> ChangeEvent | None:
    """Say that a published rule was seen blocked, repealed or superseded, where no source names the day it happened."""
    kinds = {"enjoined": Kind.ENJOINED, "repealed": Kind.REPEALED, "superseded": Kind.SUPERSEDED}
    kind = kinds.get(getattr(record, "legal_status", ""))
    if kind is None or not record.is_published:
        return None
    key = event_key(record, kind)
    if kind in dict(dated(record)):
        return None
    named = {"kind": kind, "seen_on": seen_on, "origin": ChangeEvent.Origin.RECORD, SUBJECTS[type(record)]: record}
    event, _created = ChangeEvent.objects.update_or_create(key=key, defaults=named)
    return event


def event_key(record: Record, kind: str) -> str:
    """The event's name in its address: the same wherever and whenever it is derived, also after a date is mended."""
    return hashlib.blake2b(f"{SUBJECTS[type(record)]}|{record.key}|{kind}".encode(), digest_size=6).hexdigest()


def _exact(text: str) -> date | None:
    found = PartialDate.parse(text)
    return found.first_day if found and found.is_exact else None
