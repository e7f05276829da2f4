"""Which of ICE's lists speak for a day, and how old the newest one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Max, Min, Q

from jurisdictions.models import DataVersion

from .days import is_stale, today
from .models import Snapshot


@dataclass(frozen=True, slots=True)
class Lists:
    """What is held of ICE's lists, seen from `day`. None where there is no such list."""

    day: date
    today: date
    first: date | None
    """The oldest participating list. Before it we can say nothing."""
    listed: date | None
    """The newest participating list published by `day`: the one that statuses of that day rest on."""
    pending: date | None
    """The newest pending list published by `day`."""
    newest: date | None
    """The newest participating list there is."""

    @classmethod
    def on(cls, day: date) -> Lists:
        """One query."""
        now = today()
        participating, pending = Q(kind="participating"), Q(kind="pending")
        held = Snapshot.objects.aggregate(
            first=Min("published_on", filter=participating),
            listed=Max("published_on", filter=participating & Q(published_on__lte=day)),
            pending=Max("published_on", filter=pending & Q(published_on__lte=day)),
            newest=Max("published_on", filter=participating & Q(published_on__lte=now)),
        )
        return cls(day, now, **held)

    @classmethod
    def of(cls, day: date, version: DataVersion) -> Lists:
        """The same, kept in memory for as long as it is the facts' version; before the first load nothing is kept."""
        if not version.number:
            return cls.on(day)
        return kept_lists(str(connection.settings_dict["NAME"]), version.number, version.changed_at, day, today())

    @property
    def is_covered(self) -> bool:
        """Whether a list speaks for the day: without one there is no yes and no no."""
        return self.listed is not None

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    @property
    def age_in_days(self) -> int | None:
        """Of the newest list, today."""
        return (self.today - self.newest).days if self.newest else None

    @property
    def is_stale(self) -> bool:
        return self.newest is not None and is_stale(self.newest, self.today)


@lru_cache(maxsize=32)
def kept_lists(database: str, number: int, changed_at: datetime, day: date, now: date) -> Lists:
    return Lists.on(day)
