"""Counts through time. Pure: what stood from one point to another goes in, how much stood at each point comes out.

A point is a day at which is counted: that of a list, or the last one of a month.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate


def span(points: Sequence[date], starts_on: date, ends_on: date | None) -> tuple[int, int]:
    """The points within [starts_on, ends_on): the number of the first, and of the one beyond the last.

    `points` ascend; without `ends_on` it is not over. Both are the same where no point lies within.
    """
    first = bisect_left(points, starts_on)
    return first, max(first, bisect_left(points, ends_on) if ends_on else len(points))


class Tally:
    """Things that stand at some of `size` points. Spans of one thing may touch and overlap: it counts once."""

    def __init__(self, size: int):
        self.size = size
        self.standing: dict[Hashable, int] = defaultdict(int)
        """Of each thing a number whose bit n says whether it stands at point n."""

    def add(self, thing: Hashable, first: int, beyond: int) -> None:
        if first < beyond:
            self.standing[thing] |= (1 << beyond) - (1 << first)

    def include(self, thing: Hashable, standing: int) -> None:
        """What stands wherever another does that is counted elsewhere."""
        self.standing[thing] |= standing

    def count(self, weights: Mapping[Hashable, int] | None = None) -> list[int]:
        """How many stand at each point, or the sum of their weights."""
        change = [0] * (self.size + 1)
        for thing, standing in self.standing.items():
            weight = 1 if weights is None else weights.get(thing, 0)
            for first, beyond in spans(standing):
                change[first] += weight
                change[beyond] -= weight
        return list(accumulate(change[: self.size]))

    def come(self) -> list[int]:
        """How many stand at each point and not at the one before; of the first point all that stand there."""
        counts = [0] * self.size
        for standing in self.standing.values():
            for first, _beyond in spans(standing):
                counts[first] += 1
        return counts

    def gone(self) -> list[int]:
        """How many stand at the point before and not at this one."""
        counts = [0] * (self.size + 1)
        for standing in self.standing.values():
            for _first, beyond in spans(standing):
                counts[beyond] += 1
        return counts[: self.size]

    def at(self, point: int) -> set[Hashable]:
        return {thing for thing, standing in self.standing.items() if standing >> point & 1}


def spans(standing: int) -> Iterator[tuple[int, int]]:
    """The runs of ones in a number: where each begins, and the place beyond its end."""
    place = 0
    while standing:
        zeros = (standing & -standing).bit_length() - 1
        standing >>= zeros
        ones = (~standing & (standing + 1)).bit_length() - 1
        yield place + zeros, place + zeros + ones
        standing >>= ones
        place += zeros + ones
