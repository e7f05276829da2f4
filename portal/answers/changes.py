"""What changed, as a place's page tells it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

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


STATEWIDE_SHOWN = 4
"""Of the agencies of the whole state, which would crowd out what is near."""


def changes_by(day: date, subjects: Q) -> tuple[ChangeEvent, ...]:
    """The newest changes of these subjects that were seen by the day. One query."""
    return tuple(_newest(day, subjects)[:CHANGES_SHOWN])


def changes_near(day: date, near: Q, statewide: Q) -> tuple[tuple[ChangeEvent, ...], tuple[ChangeEvent, ...]]:
    """The newest changes of what is near, and apart from them those of agencies of the whole state. One query."""
    found = _newest(
        day,
        Q(pk__in=_newest(day, near)[:CHANGES_SHOWN].values("pk"))
        | Q(pk__in=_newest(day, statewide)[:STATEWIDE_SHOWN].values("pk")),
    )
    apart: tuple[list[ChangeEvent], list[ChangeEvent]] = ([], [])
    for event in found:
        apart[bool(event.agency and event.agency.is_statewide)].append(event)
    return tuple(apart[0]), tuple(apart[1])


def _newest(day: date, subjects: Q) -> QuerySet:
    events = ChangeEvent.objects.for_listing().filter(subjects, kind__in=TELLING_CHANGES, seen_on__lte=day)
    return events.newest_first()
