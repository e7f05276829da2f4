"""The names of all areas: exact, by their beginning, and nearly so."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from heapq import nlargest
from itertools import accumulate

from rapidfuzz import process
from rapidfuzz.distance import OSA

from jurisdictions.geoids import STATE_FIPS, STATE_USPS, state_fips, state_of
from jurisdictions.models import AreaName, Jurisdiction, LiesIn

from .trigrams import NearNames
from .words import all_squeezed, squeezed


class Rank(IntEnum):
    """How well a name fits the area that it leads to."""

    OWN = 0  # "Davie", "Broward County"
    TYPED = 1  # "Davie town": only if no area's own name is the same ("Kansas City" is not Kansas city, Alabama)
    OTHER = 2  # "NYC", "Dade"
    WITHIN = 3  # "Catonsville": a part of the area, which counts for nothing beside it


RANKS = tuple(Rank)
RANK_BITS, RANK_MASK = 2, 3
STATE_DIGITS = 2

# As newspapers and older people write them: "Miami, Fla."
STATES_IN_SHORT = {
    "ala": "AL", "ariz": "AZ", "ark": "AR", "cal": "CA", "calif": "CA", "colo": "CO", "conn": "CT", "del": "DE",
    "fla": "FL", "ill": "IL", "ind": "IN", "kan": "KS", "kans": "KS", "mass": "MA", "mich": "MI", "minn": "MN",
    "miss": "MS", "mont": "MT", "neb": "NE", "nebr": "NE", "nev": "NV", "nmex": "NM", "okla": "OK", "ore": "OR",
    "penn": "PA", "penna": "PA", "tenn": "TN", "tex": "TX", "wash": "WA", "wva": "WV", "wis": "WI", "wisc": "WI",
    "wyo": "WY",
}  # fmt: skip
WITHIN_KINDS = frozenset({"cdp", "community", "former_place"})
SHORTEST_STATE_GUESSED = 5  # letters; "Ohoi" may be a town
LONG_STATE_NAME = 8  # letters, of which two may be wrong
MANY = 1_000
"""So many rows begin alike that it is quicker to go through all rows, the most populous first."""


@dataclass(frozen=True, slots=True)
class Named:
    """An area that a name leads to, by the GEOID of its page."""

    key: str  # the name, squeezed
    geoid: str
    rank: Rank
    population: int  # 0 where none is known, and for a part

    @property
    def state(self) -> str:
        return state_of(self.geoid)


class AreaNames:
    """About 50,000 names of 39,000 areas, and which counties each of these lies in."""

    def __init__(self, areas: Iterable[tuple], other_names: Iterable[tuple], lies_in: Iterable[tuple[str, str]] = ()):
        """`areas`: GEOID, kind, name, short name, population, same_as; in the order of their GEOIDs.

        `other_names`: name, kind, leads_to. `lies_in`: an area and a county of it, its main one first.
        """
        self._geoids: list[str] = []
        self._population = array("I")
        self.states: dict[str, str] = {usps.lower(): fips for usps, fips in STATE_FIPS.items()}
        position: dict[str, int] = {}
        spoken_for: dict[str, str] = {}
        # A name, the area, and its rank, as two columns: tuples would cost a tenth of a second.
        names: list[str] = []
        rows: list[int] = []
        own, typed, other, within = (rank.value for rank in Rank)
        state_names: dict[str, str] = {}
        counties: list[tuple[str, str]] = []
        for place, (geoid, kind, name, short_name, population, twin) in enumerate(areas):
            position[geoid] = place
            self._geoids.append(geoid)
            self._population.append(population or 0)
            if twin:
                spoken_for[geoid] = twin
            names.append(short_name)
            rows.append(place << RANK_BITS | own)
            if name != short_name:
                names.append(name)
                rows.append(place << RANK_BITS | (typed if kind == "place" else own))
            if kind == "state":
                state_names[geoid] = name
                self.states[squeezed(name)] = geoid
                names.append(STATE_USPS[geoid])
                rows.append(place << RANK_BITS | other)
            elif kind == "county":
                counties.append((geoid, name))
        for name, kind, geoid in other_names:
            if geoid in position:
                names.append(name)
                rows.append(position[geoid] << RANK_BITS | (within if kind in WITHIN_KINDS else other))
                if len(geoid) == STATE_DIGITS:
                    self.states.setdefault(squeezed(name), geoid)
        # The District of Columbia and Guam are a state and its county under one name: one page, the county's.
        for geoid, name in counties:
            if state_names.get(state_of(geoid)) == name:
                spoken_for[state_of(geoid)] = geoid
        speaks = array("I", range(len(self._geoids)))
        """The area whose page speaks for the one at this place."""
        for geoid, speaker in spoken_for.items():
            speaks[position[geoid]] = position[speaker]

        self._county_names = dict(counties)
        self._main_county = array("I", [0]) * len(self._geoids)
        """The place of the county, and one more; 0 for none."""
        self._further_counties: dict[str, list[str]] = {}
        for geoid, county in lies_in:
            place = position[geoid]
            if not self._main_county[place]:
                self._main_county[place] = position[county] + 1
            else:
                self._further_counties.setdefault(geoid, []).append(county)

        keys = keys_of(names)
        held: dict[str, list[int]] = {}
        for key, row in zip(keys, rows, strict=True):
            held.setdefault(key, []).append(row)
        self._names = sorted(held)
        ordered = [row for name in self._names for row in held[name]]
        self._areas = array("I", [speaks[row >> RANK_BITS] for row in ordered])
        self._ranks = bytes([row & RANK_MASK for row in ordered])
        self._starts = array("I", accumulate((len(held[name]) for name in self._names), initial=0))
        """Where the rows of each name begin; one more at the end."""

    @classmethod
    def from_database(cls) -> AreaNames:
        """Three queries."""
        columns = "geoid", "kind", "name", "short_name", "population", "same_as_id"
        return cls(
            Jurisdiction.objects.order_by("geoid").values_list(*columns).iterator(),
            AreaName.objects.exclude(kind="former_geoid")
            .order_by()
            .values_list("name", "kind", "leads_to_id")
            .iterator(),
            LiesIn.objects.peopled().order_by("rank").values_list("jurisdiction_id", "county_id").iterator(),
        )

    def counties_of(self, geoid: str) -> list[str]:
        """GEOIDs of the counties that a place or subdivision lies in, its main one first; none for other areas."""
        place = bisect_left(self._geoids, geoid)
        if place == len(self._geoids) or self._geoids[place] != geoid or not self._main_county[place]:
            return []
        return [self._geoids[self._main_county[place] - 1], *self._further_counties.get(geoid, ())]

    def county_name(self, geoid: str) -> str:
        """As the Census prints it."""
        return self._county_names[geoid]

    def exact(self, key: str, state: str = "") -> list[Named]:
        """The areas of that very name, the best fitting form of each; `state` (FIPS) keeps to one state."""
        place = bisect_left(self._names, key)
        if place == len(self._names) or self._names[place] != key:
            return []
        return self._best(self._rows(place, place + 1), state)

    def beginning(self, key: str, state: str = "", *, limit: int) -> list[Named]:
        """The most populous areas with a name that starts so, and about `limit` of them."""
        start, end = self._range(key)
        first, last = self._starts[start], self._starts[end]
        if last - first > MANY and not state:
            chosen = []
            for row in self._by_population:
                if first <= row < last:
                    chosen.append(row)
                    if len(chosen) == 2 * limit:  # an area may have two names that start so
                        break
        elif state:
            chosen = [row for row in range(first, last) if self._geoids[self._areas[row]].startswith(state)]
            chosen = nlargest(2 * limit, chosen, key=self._population_of_row)
        else:
            chosen = nlargest(2 * limit, range(first, last), key=self._population_of_row)
        return self._best((self._named(row) for row in chosen), state)[:limit]

    def near(self, key: str, edits: int, state: str = "", *, limit: int = 200) -> list[tuple[int, Named]]:
        """The areas whose name differs in so many letters at most, with the number of letters."""
        return [
            (edits, one)
            for edits, place in self._near.near(key, edits, limit=limit)
            for one in self._best(self._rows(place, place + 1), state)
        ]

    def beginning_nearly(self, key: str, state: str = "", *, limit: int = 200) -> list[tuple[int, Named]]:
        """The areas whose name begins nearly so."""
        return [
            (edits, one)
            for edits, place in self._near.beginning_nearly(key, limit=limit)
            for one in self._best(self._rows(place, place + 1), state)
        ]

    def ready(self) -> AreaNames:
        """Build now what is otherwise built when it is first asked for."""
        _ = self._near, self._by_population
        return self

    @cached_property
    def _near(self) -> NearNames:
        return NearNames(self._names)

    @cached_property
    def _by_population(self) -> array:
        """All rows, the most populous first."""
        return array("I", sorted(range(len(self._areas)), key=self._population_of_row, reverse=True))

    def _population_of_row(self, row: int) -> int:
        return 0 if self._ranks[row] == Rank.WITHIN else self._population[self._areas[row]]

    def _range(self, key: str) -> tuple[int, int]:
        start = bisect_left(self._names, key)
        return start, bisect_left(self._names, key + "\uffff", lo=start)

    def _rows(self, start: int, end: int) -> Iterator[Named]:
        for place in range(start, end):
            for row in range(self._starts[place], self._starts[place + 1]):
                yield self._named(row, self._names[place])

    def _named(self, row: int, name: str = "") -> Named:
        name = name or self._names[self._place_of(row)]
        return Named(name, self._geoids[self._areas[row]], RANKS[self._ranks[row]], self._population_of_row(row))

    def _place_of(self, row: int) -> int:
        """The name to which a row belongs."""
        place = bisect_left(self._starts, row)
        return place if self._starts[place] == row else place - 1

    @staticmethod
    def _best(named: Iterable[Named], state: str) -> list[Named]:
        best: dict[str, Named] = {}
        for one in named:
            if state and one.state != state:
                continue
            if one.geoid not in best or one.rank < best[one.geoid].rank:
                best[one.geoid] = one
        if any(one.rank == Rank.OWN for one in best.values()):
            return [one for one in best.values() if one.rank != Rank.TYPED]
        return list(best.values())

    # -- States -----------------------------------------------------------------------------------------------------

    def state_named(self, name: str) -> str:
        """FIPS of "FL", "florida", "Fla.", "Nuevo México"; "" for what is no state."""
        key = squeezed(name)
        return self.states.get(key) or state_fips(STATES_IN_SHORT.get(key, name))

    def state_nearly(self, name: str) -> str:
        """FIPS of "Flordia"; "" unless exactly one state is spelt nearly so."""
        key = squeezed(name)
        if len(key) < SHORTEST_STATE_GUESSED:
            return ""
        names = [each for each in self.states if len(each) >= SHORTEST_STATE_GUESSED - 1]
        cutoff = 2 if len(key) >= LONG_STATE_NAME else 1
        found = process.extract(key, names, scorer=OSA.distance, score_cutoff=cutoff, limit=3)
        nearest = {self.states[each] for each, edits, _place in found if edits == found[0][1]}
        return nearest.pop() if len(nearest) == 1 else ""

    def states_beginning(self, name: str) -> set[str]:
        """FIPS of the states of which somebody is typing the name."""
        key = squeezed(name)
        return {fips for each, fips in self.states.items() if key and each.startswith(key)}


def keys_of(names: list[str]) -> list[str]:
    """The names, squeezed; each distinct one is squeezed once."""
    distinct = [*dict.fromkeys(names)]
    squeezed_of = dict(zip(distinct, all_squeezed(distinct), strict=True))
    return [squeezed_of[name] for name in names]
