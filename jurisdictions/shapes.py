"""The outlines of counties and states as they are drawn, in whole pixels: on the nation's map, on each state's own.

Read from `data/shapes.csv.gz`, which `build_geography` makes. Counties and states only, without the territories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from . import tables

NATION = "us"
"""The map of the nation's counties."""
STATES = "states"
"""Its states, in the same frame."""

Point = tuple[int, int]
Ring = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Areas as closed rings of arcs. A ring names arcs in order; ~n is arc n backwards."""

    arcs: tuple[tuple[Point, ...], ...]
    rings: Mapping[str, tuple[tuple[int, ...], ...]]
    """By the area's GEOID."""
    width: int
    height: int
    middles: Mapping[str, Point] = field(default_factory=dict)
    """On the map of states: where in each there is most room for a sign."""

    def outline(self, areas: Iterable[str]) -> list[Ring]:
        """The rings around these areas taken together: borders that two of them share are left out.

        Each ring ends where it began, and says so by its last point. Areas without a shape are passed over.
        """
        around: set[int] = set()
        for geoid in areas:
            for ring in self.rings.get(geoid, ()):
                for number in ring:
                    if ~number in around:
                        around.remove(~number)
                    else:
                        around.add(number)
        return list(self._closed(around))

    def _closed(self, around: set[int]) -> Iterable[Ring]:
        """Directed arcs put together to rings. Each point is left as often as it is entered, so all of them close."""
        leaving: dict[Point, list[int]] = defaultdict(list)
        for number in sorted(around, reverse=True):
            leaving[self._points(number)[0]].append(number)
        for number in sorted(around):
            start = self._points(number)[0]
            if number not in leaving[start]:
                continue
            leaving[start].remove(number)
            ring = list(self._points(number))
            while ring[-1] != start:
                ring.extend(self._points(leaving[ring[-1]].pop())[1:])
            yield tuple(ring)

    def _points(self, number: int) -> tuple[Point, ...]:
        return self.arcs[number] if number >= 0 else self.arcs[~number][::-1]


@lru_cache(maxsize=1)
def drawings() -> Mapping[str, Drawing]:
    """Every map by its name: NATION, STATES, or a state's GEOID for its own counties. Read once."""
    arcs: dict[str, list[tuple[Point, ...]]] = defaultdict(list)
    rings: dict[str, dict[str, tuple[tuple[int, ...], ...]]] = defaultdict(dict)
    boxes: dict[str, tuple[int, int]] = {}
    middles: dict[str, dict[str, Point]] = defaultdict(dict)
    for name, what, value in tables.read_table("shapes"):
        if what == "box":
            width, height = map(int, value.split())
            boxes[name] = (width, height)
        elif what.startswith("middle "):
            x, y = map(int, value.split())
            middles[name][what.removeprefix("middle ")] = (x, y)
        elif what == "arc":
            arcs[name].append(unpacked(value))
        else:
            rings[name][what] = tuple(tuple(map(int, ring.split())) for ring in value.split(";"))
    return {name: Drawing(tuple(arcs[name]), rings[name], *box, middles[name]) for name, box in boxes.items()}


def packed(points: Iterable[Point]) -> str:
    """The first point, then steps."""
    x = y = 0
    steps = []
    for a, b in points:
        steps += [a - x, b - y]
        x, y = a, b
    return " ".join(map(str, steps))


def unpacked(text: str) -> tuple[Point, ...]:
    steps = [int(step) for step in text.split()]
    x = y = 0
    points = []
    for a, b in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + a, y + b
        points.append((x, y))
    return tuple(points)
