"""Maps as SVG: outlines of whole pixels in, text out. Pure; colours and patterns are the style sheet's."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar

from jurisdictions.shapes import Ring

T = TypeVar("T")

SMALL = 40
"""Square pixels: a little more than the square that stands for a county too small to be seen."""


def path_of(rings: Iterable[Ring]) -> str:
    """The `d` of a path through closed rings, in steps: "m5 5l9 0 0 9-9 1z". A ring that is one point is left out."""
    text = ""
    x = y = 0
    for ring in map(corners_of, rings):
        (a, b), *rest = ring
        if len(rest) < 2:
            continue
        text += f"m{_pair(a - x, b - y)}"
        x, y = a, b
        between = "l"
        for a, b in rest[:-1]:
            step = _pair(a - x, b - y)
            text += step if step.startswith("-") and between == " " else between + step
            x, y, between = a, b, " "
        text += "z"
        x, y = ring[0]  # a closed path stands where it began
    return text


def corners_of(ring: Ring) -> Ring:
    """The ring without the points at which it goes straight on; where it begins and ends stays."""
    corners = [ring[0]]
    for point in ring[1:]:
        if point == corners[-1]:
            continue
        if len(corners) > 1:
            (a, b), (x, y) = corners[-2:]
            before, after = (x - a, y - b), (point[0] - x, point[1] - y)
            is_straight = before[0] * after[1] == before[1] * after[0]
            if is_straight and before[0] * after[0] + before[1] * after[1] > 0:
                corners.pop()
        corners.append(point)
    return tuple(corners)


def _pair(x: int, y: int) -> str:
    return f"{x}{y}" if y < 0 else f"{x} {y}"


def smallest_last(shapes: Iterable[tuple[T, list[Ring]]]) -> list[tuple[T, list[Ring]]]:
    """Shapes in their order, but those too small to be drawn as they are at the end, over their neighbours."""
    return sorted(shapes, key=lambda shape: area_of(shape[1]) <= SMALL)


def area_of(rings: Iterable[Ring]) -> float:
    """Square pixels within rings; a hole runs the other way round."""
    return abs(sum(x * b - a * y for ring in rings for (x, y), (a, b) in pairwise(ring))) / 2
