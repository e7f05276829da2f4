"""Where counties lie: their outlines in longitude and latitude, as geometries of GeoJSON (RFC 7946).

Read from `data/outlines.csv.gz`, which `build_geography` makes. A few uninhabited islands have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import tables
from .shapes import packed, unpacked

UNITS = 10_000
"""The table counts in parts of a degree, of which so many make one: about ten metres."""

Ring = tuple[tuple[int, int], ...]
Polygon = tuple[Ring, ...]
"""The ring around it, then one around each hole. Each ends with the point that it began with."""


def held_outlines() -> dict[str, str]:
    """The outline of each county as it is held, by GEOID; about a megabyte."""
    return dict(tables.read_table("outlines"))


def geometry(held: str | None) -> dict[str, Any] | None:
    """A Polygon or MultiPolygon in degrees of WGS 84; None for a county without an outline."""
    if held is None:
        return None
    polygons = [[[[x / UNITS, y / UNITS] for x, y in ring] for ring in polygon] for polygon in polygons_of(held)]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def polygons_of(held: str) -> tuple[Polygon, ...]:
    return tuple(tuple(unpacked(ring) for ring in polygon.split(";")) for polygon in held.split("|"))


def to_hold(polygons: Iterable[Polygon]) -> str:
    """As the table writes an outline: polygons, their rings, a first point and the steps from it."""
    return "|".join(";".join(packed(ring) for ring in polygon) for polygon in polygons)
