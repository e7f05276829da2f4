"""Every name that leads to an area or an agency, held in memory to be looked up by what somebody typed.

A name is compared squeezed: folded (case, accents, punctuation, St and Saint do not matter) and without its spaces, so
that "De Kalb", "DeKalb" and "dekalb" are one name. About 50,000 names of 39,000 areas take 8 MB in each worker.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import chain, groupby

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

from jurisdictions.geoids import STATE_FIPS, STATE_USPS, kind_of, state_fips, state_of
from jurisdictions.models import Agency, AgencyAlias, AreaName, BundledRecord, DataVersion, Jurisdiction
from jurisdictions.names import fold


class Rank(IntEnum):
    """How well a name fits the area that it leads to."""

    OWN = 0  # "Davie", "Broward County"
    TYPED = 1  # "Davie town": only if no area's own name is the same ("Kansas City" is not Kansas city, Alabama)
    OTHER = 2  # "NYC", "Dade"
    WITHIN = 3  # "Catonsville": a part of the area, which counts for nothing beside it


# As newspapers and older people write them: "Miami, Fla."
STATES_IN_SHORT = {
    "ala": "AL", "ariz": "AZ", "ark": "AR", "cal": "CA", "calif": "CA", "colo": "CO", "conn": "CT", "del": "DE",
    "fla": "FL", "ill": "IL", "ind": "IN", "kan": "KS", "kans": "KS", "mass": "MA", "mich": "MI", "minn": "MN",
    "miss": "MS", "mont": "MT", "neb": "NE", "nebr": "NE", "nev": "NV", "nmex": "NM", "okla": "OK", "ore": "OR",
    "penn": "PA", "penna": "PA", "tenn": "TN", "tex": "TX", "wash": "WA", "wva": "WV", "wis": "WI", "wisc": "WI",
    "wyo": "WY",
}  # fmt: skip
WITHIN_KINDS = frozenset({"cdp", "community", "former_place"})


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


def squeezed(text: str) -> str:
    # Past fold's cache: what somebody typed is kept nowhere.
    return fold.__wrapped__(text).replace(" ", "")


SHORTEST_INITIALS = 3
WITHOUT_INITIAL = frozenset({"of", "and", "the", "for"})


def initials(name: str) -> str:
    """ "Florida Department of Law Enforcement" -> "fdle"."""
    return "".join(word[0] for word in fold(name).split() if word not in WITHOUT_INITIAL)


def edits_allowed(key: str) -> int:
    """How many letters may be wrong, missing or swapped in a name before it is another one."""
    return 1 if len(key) < 6 else 2 if len(key) < 12 else 3


class AreaNames:
    """The names of all areas: exact, by their beginning, and nearly so."""

    def __init__(self, areas: Iterable[tuple], other_names: Iterable[tuple]):
        """`areas`: GEOID, kind, name, short name, population, same_as. `other_names`: name, kind, leads_to."""
        key = cache(squeezed)  # many areas share a name; gone with this function
        self._geoids: list[str] = []
        self._population = array("I")
        position: dict[str, int] = {}
        same_as: dict[str, str] = {}
        state_names: dict[str, str] = {}
        counties: list[tuple[str, str]] = []
        pairs: set[tuple[str, str, Rank]] = set()
        self.states: dict[str, str] = {usps.lower(): fips for usps, fips in STATE_FIPS.items()}
        for geoid, kind, name, short_name, population, twin in areas:
            position[geoid] = len(self._geoids)
            self._geoids.append(geoid)
            self._population.append(population or 0)
            if twin:
                same_as[geoid] = twin
            pairs.add((key(short_name), geoid, Rank.OWN))
            if name != short_name:
                pairs.add((key(name), geoid, Rank.TYPED if kind == "place" else Rank.OWN))
            if kind == "state":
                state_names[geoid] = name
                self.states[key(name)] = geoid
                for other in (STATE_USPS[geoid], f"{name} State", f"State of {name}"):
                    pairs.add((key(other), geoid, Rank.OTHER))
            elif kind == "county":
                counties.append((geoid, name))
        for name, kind, geoid in other_names:
            if geoid in position:
                pairs.add((key(name), geoid, Rank.WITHIN if kind in WITHIN_KINDS else Rank.OTHER))
                if kind_of(geoid) == "state":
                    self.states.setdefault(key(name), geoid)
        # The District of Columbia and Guam are a state and its county under one name: one page, the county's.
        self._county_of_state = {
            state_of(geoid): geoid for geoid, name in counties if state_names.get(state_of(geoid)) == name
        }
        rows = sorted((name, position[same_as.get(geoid, geoid)], rank) for name, geoid, rank in pairs)
        self._keys = [name for name, _area, _rank in rows]
        self._areas = array("I", (area for _name, area, _rank in rows))
        self._ranks = bytes(rank for _name, _area, rank in rows)
        self._names = [name for name, _same in groupby(self._keys)]

    @classmethod
    def from_database(cls) -> AreaNames:
        columns = "geoid", "kind", "name", "short_name", "population", "same_as_id"
        return cls(
            Jurisdiction.objects.order_by().values_list(*columns).iterator(),
            AreaName.objects.exclude(kind="former_geoid")
            .order_by()
            .values_list("name", "kind", "leads_to_id")
            .iterator(),
        )

    def exact(self, key: str, state: str = "") -> list[Named]:
        """The areas of that very name, the best fitting form of each; `state` (FIPS) keeps to one state."""
        return self._best(self._between(bisect_left(self._keys, key), bisect_right(self._keys, key)), state)

    def beginning(self, key: str, state: str = "") -> list[Named]:
        """The areas with a name that starts so."""
        start = bisect_left(self._keys, key)
        named = self._between(start, bisect_left(self._keys, key + "\uffff", lo=start))
        return self._best(named, state)

    def near(self, key: str, state: str = "", limit: int = 400) -> list[tuple[int, Named]]:
        """The areas whose name differs in a letter or two, with the number of letters."""
        found = process.extract(
            key, self._names, scorer=OSA.distance, score_cutoff=edits_allowed(key), limit=limit, processor=None
        )
        return [(edits, one) for name, edits, _position in found for one in self.exact(name, state)]

    def _between(self, start: int, end: int) -> Iterator[Named]:
        for row in range(start, end):
            rank, area = Rank(self._ranks[row]), self._areas[row]
            geoid = self._county_of_state.get(self._geoids[area], self._geoids[area])
            yield Named(self._keys[row], geoid, rank, 0 if rank == Rank.WITHIN else self._population[area])

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


class AgencyNames:
    """The names of all agencies, and every spelling that ICE printed."""

    def __init__(self, names: Iterable[tuple[str, int, str, bool]]):
        """`names`: a name, the agency that it leads to, the state's FIPS, and whether the agency is a statewide one.

        Statewide agencies are known by their initials too: FDLE, FHP.
        """
        self._exact: dict[str, dict[int, str]] = defaultdict(dict)
        self._worded: list[tuple[str, int, str]] = []
        by_initials: list[tuple[str, int, str]] = []
        for name, agency, state, is_statewide in sorted(set(names)):
            self._exact[squeezed(name)][agency] = state
            self._worded.append((f" {fold(name)}", agency, state))
            if is_statewide and len(short := initials(name)) >= SHORTEST_INITIALS:
                by_initials.append((short, agency, state))
        self._names = list(self._exact)
        for short, agency, state in by_initials:
            self._exact[short][agency] = state

    @classmethod
    def from_database(cls) -> AgencyNames:
        named = chain(
            Agency.objects.order_by().values_list("name", "pk", "state", "placement"),
            AgencyAlias.objects.order_by().values_list("name", "agency", "agency__state", "agency__placement"),
        )
        return cls(
            (name, agency, state, placement == Agency.Placement.STATEWIDE)
            for name, agency, state, placement in named
        )

    def exact(self, key: str, state: str = "") -> list[int]:
        return [agency for agency, own in self._exact.get(key, {}).items() if not state or own == state]

    def with_words(self, words: Sequence[str], state: str = "") -> list[int]:
        """The agencies with each of these words, or words that start so, in a name; the shortest names first.

        Where a name has the words themselves, names with longer ones are not meant: "harris" is not Harrison.
        """
        found: dict[int, tuple[int, int]] = {}
        for name, agency, own in self._worded:
            if (not state or own == state) and all(f" {word}" in name for word in words):
                order = (-sum(f" {word} " in f"{name} " for word in words), len(name))
                found[agency] = min(order, found.get(agency, order))
        most = min((same for same, _length in found.values()), default=0)
        return sorted((agency for agency in found if found[agency][0] == most), key=found.get)

    def near(self, key: str, state: str = "", limit: int = 20) -> list[tuple[int, int]]:
        found = process.extract(
            key, self._names, scorer=OSA.distance, score_cutoff=edits_allowed(key), limit=limit, processor=None
        )
        return [(edits, agency) for name, edits, _position in found for agency in self.exact(name, state)]


@dataclass(slots=True)
class Held:
    version: object = None
    names: object = None


_areas, _agencies, _building = Held(), Held(), threading.Lock()


def area_names() -> AreaNames:
    """The index of areas; built anew when another reference geography was loaded."""
    digest = BundledRecord.objects.filter(table="geography").values_list("digest", flat=True).first()
    return _held(_areas, digest, AreaNames.from_database)


def agency_names() -> AgencyNames:
    """The index of agencies; built anew whenever public facts changed."""
    version = DataVersion.objects.filter(pk=DataVersion.ONLY).values_list("number", "changed_at").first()
    return _held(_agencies, version, AgencyNames.from_database)


def _held(held: Held, version: object, build: Callable[[], AreaNames | AgencyNames]) -> AreaNames | AgencyNames:
    """What is held, if it is of this version; a database that tells no version is read each time."""
    if version is None:
        return build()
    version = (connection.settings_dict["NAME"], version)
    with _building:
        if held.version != version:
            held.names, held.version = build(), version
        return held.names


def state_named(name: str, states: dict[str, str]) -> str:
    """FIPS of "FL", "florida", "Nuevo México"; "" for what is no state."""
    key = squeezed(name)
    return states.get(key) or state_fips(STATES_IN_SHORT.get(key, name))
