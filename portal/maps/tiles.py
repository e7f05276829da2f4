"""The states and territories as tiles of one size, each near where it lies, so that small ones are seen as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jurisdictions.models import Jurisdiction

STEP = 40  # from one tile to the next, in units of the drawing
PLAN = """
AK .  .  .  .  .  .  .  .  .  ME
.  .  .  .  .  .  .  .  .  VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT .
CA UT CO NE MO KY WV VA MD DE .
MP AZ NM KS AR TN NC SC DC .  .
GU .  .  OK LA MS AL GA .  .  .
HI AS .  TX .  .  .  FL .  PR VI
"""
PLACES = {
    usps: (column * STEP, row * STEP)
    for row, line in enumerate(PLAN.strip().splitlines())
    for column, usps in enumerate(line.split())
    if usps != "."
}
WIDTH = (1 + max(x for x, _y in PLACES.values()) // STEP) * STEP
HEIGHT = (1 + max(y for _x, y in PLACES.values()) // STEP) * STEP
STEPS = (1, 10, 50)
"""The fewest agencies of each darker tile; with none it is hollow."""


@dataclass(frozen=True, slots=True)
class Tile:
    state: Jurisdiction
    agencies: int
    x: int
    y: int

    @property
    def shade(self) -> int:
        """0 for a state without an agency on the list, then 1 to 3."""
        return sum(self.agencies >= least for least in STEPS)


def tiles(states: Iterable[Jurisdiction], agencies: Mapping[str, int]) -> list[Tile]:
    """A tile for each of `states`, from north to south. `agencies` counts by USPS code; what is not in it has none."""
    found = [Tile(state, agencies.get(state.usps, 0), *PLACES[state.usps]) for state in states if state.usps in PLACES]
    return sorted(found, key=lambda tile: (tile.y, tile.x))
