"""Dates as sources give them: a year, a month or a day. Pure.

A law of "2025" was enacted on some day of that year. Whether it was in force on a day within it is not certain, and is
said so instead of guessed: each partial date has a first and a last day that it may mean.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """The days that "2025", "2025-03" or "2025-03-06" may mean."""

    first_day: date
    last_day: date
    text: str

    @classmethod
    def parse(cls, text: str) -> PartialDate | None:
        """None for ""; ValueError, in a sentence, for anything that is no year, month or day."""
        if not text:
            return None
        if not (found := FORM.fullmatch(text)):
            raise ValueError(f"“{text}” is no date. Write 2025, 2025-03 or 2025-03-06.")
        year, month, day = (int(part) if part else None for part in found.groups())
        try:
            first = date(year, month or 1, day or 1)
            last_month = month or 12
            last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
        except ValueError:
            raise ValueError(f"“{text}” is no day of the calendar.") from None
        return cls(first, last, text)

    @property
    def is_exact(self) -> bool:
        return self.first_day == self.last_day


class InForce(StrEnum):
    """Whether a rule was in force on a day, as far as its dates tell."""

    NOT_YET = "not_yet"
    UNCERTAIN = "uncertain"
    CERTAIN = "certain"
    ENDED = "ended"


def in_force_on(
    day: date, *, start_first: date | None, start_last: date | None, end_first: date | None, end_last: date | None
) -> InForce:
    """Certain from the last day that the start may mean until the first day that the end may mean.

    `start_last` None: no start is known; then nothing is certain, and `start_first` is the day of its source.
    The end is the first day not in force; `end_first` None: no end is known.
    """
    if end_last and end_last <= day:
        return InForce.ENDED
    if start_first is None or day < start_first:
        return InForce.NOT_YET
    if start_last is None or day < start_last or (end_first and end_first <= day):
        return InForce.UNCERTAIN
    return InForce.CERTAIN
