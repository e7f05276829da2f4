"""Charts through time as SVG: days and counts in, text out. Pure; words, links and colours are the template's.

A chart stretches with its page while its letters keep their size: the lines are drawn in a box of their own, one unit
to a day, which is stretched to the width, and the letters stand beside it at a percentage. Between two lists nothing is
known, so a line stands still until the next list and steps there; a mark below it shows each list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

HEIGHT = 200
"""Of the box of lines, in its own units."""
TOP, BOTTOM = 9, 86
"""Where the box begins and ends, in percent of the chart's height; above and below stand letters."""
GRID_LINES = 4
WIDE_ENOUGH = 92
"""Percent of the width: a year that begins beyond it has no room for its number on the right."""


@dataclass(frozen=True, slots=True)
class Line:
    """One of the lines: a name for the style sheet, and a path of steps."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A number beside a line of the grid. `at` is a percentage, as text."""

    at: str
    label: int
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """What a template needs to draw one. `width` is the number of days from the first list to the last."""

    width: int
    lines: tuple[Line, ...]
    levels: tuple[Tick, ...]
    years: tuple[Tick, ...]
    lists: str
    """A path with a mark for each list."""

    height = HEIGHT
    top, bottom = f"{TOP}%", f"{BOTTOM}%"
    tall = f"{BOTTOM - TOP}%"
    marks = f"{BOTTOM + 1}%"


def chart(days: Sequence[date], counts: Sequence[tuple[str, Sequence[int]]]) -> Chart | None:
    """A line for each (name, count on each day); days in order, each once. None where a line has no length."""
    if len(days) < 2:
        return None
    first = days[0]
    places = [(day - first).days for day in days]
    width = places[-1]
    step, top = scale(max((max(row) for _name, row in counts), default=0))
    return Chart(
        width=width,
        lines=tuple(Line(name, steps(places, [HEIGHT - round(HEIGHT * n / top) for n in row])) for name, row in counts),
        levels=tuple(Tick(percent(BOTTOM - (BOTTOM - TOP) * n / top), n) for n in range(step, top + 1, step)),
        years=tuple(
            Tick(percent(at), year, at > WIDE_ENOUGH)
            for year in range(first.year + 1, days[-1].year + 1)
            for at in [100 * (date(year, 1, 1) - first).days / width]
        ),
        lists=ticks(places),
    )


def scale(highest: int) -> tuple[int, int]:
    """The distance between lines of the grid, and the top one, at or above the highest count: round numbers.

    >>> scale(1162), scale(7), scale(0)
    ((500, 1500), (2, 8), (1, 1))
    """
    step = 1
    while step * GRID_LINES < highest:
        step = next(each for each in _round_numbers(step) if each > step)
    return step, max(step, -(-highest // step) * step)


def _round_numbers(near: int) -> list[int]:
    power = 10 ** (len(str(near)) - 1)
    return [power, 2 * power, 5 * power, 10 * power]


def steps(places: Sequence[int], heights: Sequence[int]) -> str:
    """A path that goes right at one height until the next place, and there up or down to its own."""
    path = [f"M{places[0]} {heights[0]}"]
    at, height = places[0], heights[0]
    for place, new in zip(places[1:], heights[1:], strict=True):
        if new != height:
            path.append(f"h{place - at}v{new - height}")
            at, height = place, new
    if at != places[-1]:
        path.append(f"h{places[-1] - at}")
    return "".join(path)


def ticks(places: Sequence[int]) -> str:
    """A path with a short line down at each place. By the ways between them, which repeat and so cost fewer bytes."""
    return "M0 0v1" + "".join(f"m{place - before}-1v1" for before, place in pairwise(places))


def percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
