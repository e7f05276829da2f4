"""What changed, as a place's page tells it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from agreements.models import ChangeEvent

TELLING_CHANGES = (
    ChangeEvent.Kind.PENDING,
    ChangeEvent.Kind.APPEARED,
    ChangeEvent.Kind.MISSING,
    ChangeEvent.Kind.NO_LONGER_LISTED,
    ChangeEvent.Kind.BACK,
    ChangeEvent.Kind.ENDED,
    ChangeEvent.Kind.MODEL_ADDED,
    ChangeEvent.Kind.MODEL_DROPPED,
    ChangeEvent.Kind.MODEL_SWITCHED,
    ChangeEvent.Kind.RE_SIGNED,
    ChangeEvent.Kind.CORRECTED,
    ChangeEvent.Kind.ENACTED,
    ChangeEvent.Kind.IN_EFFECT,
    ChangeEvent.Kind.ENJOINED,
    ChangeEvent.Kind.AMENDED,
    ChangeEvent.Kind.REPEALED,
    ChangeEvent.Kind.SUPERSEDED,
    ChangeEvent.Kind.LABEL_LISTED,
    ChangeEvent.Kind.LABEL_REMOVED,
)
"""What tells a reader of a place something; mended links, dates and spellings are on the page of changes."""

CHANGES_SHOWN = 8
"""The newest ones; the page of changes has the rest."""


def changes_by(day: date, subjects: Q) -> tuple[ChangeEvent, ...]:
    """The newest changes of these subjects that were seen by the day. One query."""
    events = ChangeEvent.objects.for_listing().filter(subjects, kind__in=TELLING_CHANGES, seen_on__lte=day)
    return tuple(events.newest_first()[:CHANGES_SHOWN])
