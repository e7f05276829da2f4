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
    """The `d` of a path through closed rings, in steps: "m5 5l9 0 0 9-9 1z"."""
    text = ""
    x = y = 0
    for ring in rings:
        (a, b), *rest = ring
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


def _pair(x: int, y: int) -> str:
    return f"{x}{y}" if y < 0 else f"{x} {y}"


def smallest_last(shapes: Iterable[tuple[T, list[Ring]]]) -> list[tuple[T, list[Ring]]]:
    """Shapes in their order, but those too small to be drawn as they are at the end, over their neighbours."""
    return sorted(shapes, key=lambda shape: area_of(shape[1]) <= SMALL)


def area_of(rings: Iterable[Ring]) -> float:
    """Square pixels within rings; a hole runs the other way round."""
    return abs(sum(x * b - a * y for ring in rings for (x, y), (a, b) in pairwise(ring))) / 2
