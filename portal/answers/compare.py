"""Answers of several places side by side: whether they differ, and in what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from agreements.lists import Lists
from jurisdictions.models import DataVersion, Jurisdiction

from .place import PlaceAnswer, answer_for
from .shelf import Shelf


def answers_differ(areas: Sequence[Jurisdiction], day: date) -> bool:
    """Whether a reader must say which of `areas` is meant, or all have the same answer on `day`.

    Names left out, two answers differ if the states do, or the set of model, reach and kind of the local agencies on
    the list, or the status of any policy topic or federal label. Nothing is compared where a state is among them.
    """
    if len({area.pk if area.is_state else area.state_id for area in areas}) > 1 or any(area.is_state for area in areas):
        return len(areas) > 1
    return len({substance_of(answer) for answer in answers_for(areas, day)}) > 1


def answers_for(areas: Sequence[Jurisdiction], day: date, *, shelf: Shelf | None = None) -> list[PlaceAnswer]:
    """The answer of each of the areas on one day."""
    lists = Lists.on(day)
    shelf = shelf or Shelf.of(DataVersion.objects.current())
    return [answer_for(area, day, lists=lists, shelf=shelf) for area in areas]


def substance_of(answer: PlaceAnswer) -> tuple:
    """What an answer says, names left out; with the headline's marks, which also tell of agencies in question."""
    return answer.substance, tuple((line.mark, line.word) for line in answer.lines)
