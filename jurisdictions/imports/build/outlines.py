"""Outline every county in longitude and latitude, from the Census's boundaries, so that strict readers take it.

The boundaries were drawn for maps: rounded so far that narrow places fold up and borders of bends cross. Here each ring
becomes rings that touch themselves nowhere, which run as RFC 7946 says: counterclockwise around land, clockwise around
a hole. The Census cuts the Aleutians where longitude changes its sign. The steps are pure but for reading the input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ... import outlines
from ...outlines import Polygon, Ring
from .shapes import arcs_of, area, document_of, is_inside, joined

FILE = "counties-10m.json"

Point = tuple[int, int]


def outline_rows(path: Path) -> Iterator[tuple[str, str]]:
    """Rows of the table, by GEOID. A county that the drawing has shrunk to a line has none."""
    document = document_of(path, FILE)
    arcs = [tuple((round(x * outlines.UNITS), round(y * outlines.UNITS)) for x, y in arc) for arc in arcs_of(document)]
    for county in sorted(document["objects"]["counties"]["geometries"], key=lambda each: each["id"]):
        parts = [county["arcs"]] if county["type"] == "Polygon" else county["arcs"]
        polygons = [polygon for rings in parts for polygon in polygons_in([joined(arcs, ring) for ring in rings])]
        if polygons:
            yield county["id"], outlines.to_hold(polygons)


def polygons_in(rings: Sequence[Sequence[Point]]) -> list[Polygon]:
    """The polygons that a ring and its holes make, once both are free of folds; none if it was nothing but folds."""
    around, *holes = rings
    lands = [counterclockwise(ring) for ring in untangled(around)]
    if not lands:
        return []
    largest = max(lands, key=area)
    cut_out = [counterclockwise(part)[::-1] for hole in holes for part in untangled(hole)]
    return [(land, *cut_out) if land is largest else (land,) for land in lands]


def counterclockwise(ring: Ring) -> Ring:
    return ring if area(ring) > 0 else ring[::-1]


def untangled(ring: Sequence[Point]) -> list[Ring]:
    """The rings that it is made of where it touches or crosses itself.

    Where borders cross, one of them bends within less than the drawing can show: the small loop that this makes runs
    the other way round than the rest, or lies within it, and is left out.
    """
    points = unfolded(ring)
    if len(points) < 3:
        return []
    at = meeting(points)
    if at is None:
        return [(*points, points[0])]
    first, second, point = at
    loops = [[point, *points[first + 1 : second + 1]], [point, *points[second + 1 :], *points[: first + 1]]]
    parts = [part for loop in loops for part in untangled([*loop, point])]
    if not parts:
        return []
    largest = max(parts, key=lambda part: abs(area(part)))
    return [part for part in parts if part is largest or is_beside(part, largest)]


def is_beside(ring: Ring, larger: Ring) -> bool:
    """Whether a ring that meets a larger one at its own first corner is land beside it."""
    runs_alike = (area(ring) > 0) == (area(larger) > 0)
    return runs_alike and not any(is_inside(larger, corner) for corner in ring[1:-1])


def unfolded(ring: Sequence[Point]) -> list[Point]:
    """The corners of the ring without any that stands twice in a row, or from which its border runs back on itself."""
    points = list(ring[:-1] if ring[0] == ring[-1] else ring)
    at = 0
    while len(points) > 2 and at < len(points):
        before, here, after = points[at - 1], points[at], points[(at + 1) % len(points)]
        if here in (before, after) or (turn(before, here, after) == 0 and runs_back(before, here, after)):
            del points[at]
            at = max(0, at - 2)
        else:
            at += 1
    return points


def turn(a: Point, b: Point, c: Point) -> int:
    """Positive where the way from a over b to c turns left, 0 where it goes straight on or straight back."""
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def runs_back(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0


def meeting(points: Sequence[Point]) -> tuple[int, int, Point] | None:
    """Two sides, by their first corners, that meet elsewhere than at a corner they share, and where; None: none do."""
    sides = [
        (*bounds_of(a, b), a, b, at) for at, (a, b) in enumerate(zip(points, [*points[1:], points[0]], strict=True))
    ]
    sides.sort()
    open_sides: list[tuple] = []
    for side in sides:
        left, _right, bottom, top, a, b, at = side
        open_sides = [each for each in open_sides if each[1] >= left]
        for _left, _right, low, high, c, d, other in open_sides:
            if low <= top and high >= bottom:
                first, second = sorted((at, other))
                if second - first in (1, len(points) - 1):
                    continue
                point = common_point(a, b, c, d)
                if point is not None:
                    return first, second, point
        open_sides.append(side)
    return None


def bounds_of(a: Point, b: Point) -> tuple[int, int, int, int]:
    return min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1])


def common_point(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """A point of both lines, as near as whole numbers come to it; a corner if one lies on the other line."""
    for corner, start, end in ((a, c, d), (b, c, d), (c, a, b), (d, a, b)):
        if turn(start, corner, end) == 0 and not is_beyond(corner, start, end):
            return corner
    over, under = turn(a, b, c), turn(a, b, d)
    left, right = turn(c, d, a), turn(c, d, b)
    if (over > 0) == (under > 0) or (left > 0) == (right > 0):
        return None
    part = left / (left - right)
    return round(a[0] + part * (b[0] - a[0])), round(a[1] + part * (b[1] - a[1]))


def is_beyond(point: Point, start: Point, end: Point) -> bool:
    left, right, bottom, top = bounds_of(start, end)
    return not (left <= point[0] <= right and bottom <= point[1] <= top)
