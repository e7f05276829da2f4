"""Names spelt nearly as something that was typed: candidates by shared trigrams, ranked by the edits between them."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

LOST_BY_AN_EDIT = 4
"""Trigrams that one edit can spoil: two letters changed about stand in four."""
SHORT = 4
"""A name of so few letters may lose every trigram by one edit: all names of about its length are compared."""
MOST_CANDIDATES = 6_000
"""Where more than one letter is wrong, common trigrams ("own", "nty") are passed over beyond so many names."""


def edits_allowed(key: str) -> int:
    """How many letters may be wrong, missing or swapped in a name before it is another one."""
    return 1 if len(key) < 6 else 2 if len(key) < 12 else 3


class NearNames:
    """An index of names, by their position in the sequence given. Half a million trigrams take a tenth of a second."""

    def __init__(self, names: Sequence[str]):
        self._names = names
        holding: dict[str, list[int]] = defaultdict(list)
        short: list[int] = []
        for position, name in enumerate(names):
            for trigram in trigrams(name):
                holding[trigram].append(position)
            if len(name) <= SHORT + 1:
                short.append(position)
        self._holding = {trigram: array("I", positions) for trigram, positions in holding.items()}
        self._short = array("I", short)
        self._lengths = bytes(min(len(name), 255) for name in names)

    def near(self, typed: str, edits: int, *, limit: int = 200) -> list[tuple[int, int]]:
        """Names at most so many edits from `typed`, as (edits, position), the nearest first. Complete for one edit."""
        candidates = self._sharing(typed, edits)
        lengths, least, most = self._lengths, len(typed) - edits, len(typed) + edits
        close = [each for each in candidates if least <= lengths[each] <= most]
        return self._ranked(typed, [self._names[each] for each in close], close, edits, limit)

    def beginning_nearly(self, typed: str, *, limit: int = 200) -> list[tuple[int, int]]:
        """Names whose beginning is one edit from `typed`, which somebody is still typing, as (1, position)."""
        size = len(typed)
        candidates = self._sharing(typed, 1, is_whole=False)
        longer = [each for each in candidates if self._lengths[each] > size]
        return self._ranked(typed, [self._names[each][:size] for each in longer], longer, 1, limit)

    def _sharing(self, typed: str, edits: int, *, is_whole: bool = True) -> Sequence[int]:
        """Positions of names with one of the rarest trigrams of `typed`.

        Of so many trigrams as `edits` can spoil and one more, a name that near must have one.
        """
        if len(typed) <= SHORT and is_whole:
            return self._short
        own = sorted((self._holding.get(each, EMPTY) for each in trigrams(typed, is_whole=is_whole)), key=len)
        found: set[int] = set()
        for count, positions in enumerate(own[: LOST_BY_AN_EDIT * edits + 1]):
            if count > LOST_BY_AN_EDIT and len(found) + len(positions) > MOST_CANDIDATES:
                break
            found.update(positions)
        return [*found]

    @staticmethod
    def _ranked(typed: str, names: list[str], positions: list[int], edits: int, limit: int) -> list[tuple[int, int]]:
        found = process.extract(typed, names, scorer=OSA.distance, score_cutoff=edits, limit=limit, processor=None)
        return [(distance, positions[index]) for _name, distance, index in found]


EMPTY = array("I")


def trigrams(name: str, *, is_whole: bool = True) -> set[str]:
    """ "miami" → "^mi", "mia", "iam", "ami", "mi$". Of a name still being typed nobody knows the end."""
    framed = f"^{name}$" if is_whole else f"^{name}"
    return {framed[start : start + 3] for start in range(len(framed) - 2)}
