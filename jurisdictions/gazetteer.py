"""The areas of the reference geography held in memory, to be asked by name. Pure but for where it is read from.

A name is compared folded: case, accents, apostrophes, hyphens, St and Saint, Ft and Fort do not matter, and if nothing
fits so, neither do spaces ("De Kalb", "DeKalb"). A name counts inside its state only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from . import tables
from .geoids import state_fips
from .names import fold

# Other names that say where something is, not what a county or town is called.
WHEREABOUTS = frozenset({"cdp", "community", "former_place", "former_geoid"})


@dataclass(frozen=True, slots=True)
class Area:
    """A state, county, place or county subdivision, as in the jurisdictions table.

    `counties` are the GEOIDs of the counties it lies in, the one where most of its people live first; a strip where
    nobody lives is left out. A county's is itself; a state has none. `population` is None where it is not known.
    """

    geoid: str
    kind: str
    name: str
    short_name: str
    legal_type: str
    state: str
    counties: tuple[str, ...]
    population: int | None
    same_as: str

    @property
    def canonical(self) -> str:
        """The GEOID that speaks for this government, where it has two."""
        return self.same_as or self.geoid


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name that is no government's own, and the area that it leads to. Kinds: docs/geography.md."""

    name: str
    kind: str
    leads_to: Area
    cdp_geoid: str
    note: str


class Gazetteer:
    def __init__(self, areas: Iterable[Area], other_names: Iterable[tuple[str, str, str, str, str, str]] = ()):
        """`other_names` are rows as in the area_names table; those that lead to an area not given are left out."""
        self._areas = {area.geoid: area for area in areas}
        self._by_state: dict[str, list[Area]] = defaultdict(list)
        self._twins: dict[str, list[Area]] = defaultdict(list)
        for area in self._areas.values():
            self._by_state[area.state or area.geoid].append(area)
            if area.same_as:
                self._twins[area.same_as].append(area)
        self._names_by_state: dict[str, list[OtherName]] = defaultdict(list)
        for name, kind, state, leads_to, cdp_geoid, note in other_names:
            if area := self._areas.get(leads_to):
                self._names_by_state[state].append(OtherName(name, kind, area, cdp_geoid, note))
        # Indexes of one state each, made when the state is first asked about.
        self._indexes: dict[str, StateIndex] = {}

    @classmethod
    def from_tables(cls, folder: Path = tables.DATA) -> Gazetteer:
        """Read the tables that come with the project."""
        counties = counties_in_order(
            (geoid, county) for geoid, county, rank, people in tables.read_table("lies_in", folder)
            if rank == "1" or people != "0"
        )  # fmt: skip
        return cls(
            (
                Area(
                    geoid,
                    kind,
                    name,
                    short_name,
                    legal_type,
                    state,
                    (geoid,) if kind == "county" else counties.get(geoid, ()),
                    int(population) if population else None,
                    same_as,
                )
                for geoid, kind, name, short_name, legal_type, _slug, state, _usps, _ocd_id, population, _year, same_as
                in tables.read_table("jurisdictions", folder)
            ),
            tables.read_table("area_names", folder),
        )  # fmt: skip

    @classmethod
    def from_database(cls, states: Iterable[str] | None = None) -> Gazetteer:
        """Read the loaded geography: three queries. `states` (USPS or FIPS) keeps to some states."""
        from .models import AreaName, Jurisdiction, LiesIn

        areas, parts, names = Jurisdiction.objects.all(), LiesIn.objects.peopled(), AreaName.objects.all()
        if states is not None:
            wanted = [state_fips(state) for state in states]
            areas = areas.filter(state__in=wanted) | areas.filter(geoid__in=wanted)
            parts = parts.filter(jurisdiction__state__in=wanted)
            names = names.filter(state__in=wanted)
        counties = counties_in_order(
            parts.order_by("jurisdiction_id", "rank").values_list("jurisdiction_id", "county_id").iterator()
        )
        columns = "geoid", "kind", "name", "short_name", "legal_type", "state_id", "population", "same_as_id"
        return cls(
            (
                Area(
                    geoid,
                    kind,
                    name,
                    short_name,
                    legal_type,
                    state or "",
                    (geoid,) if kind == "county" else counties.get(geoid, ()),
                    population,
                    same_as or "",
                )
                for geoid, kind, name, short_name, legal_type, state, population, same_as
                in areas.order_by("geoid").values_list(*columns).iterator()
            ),
            names.order_by("pk").values_list("name", "kind", "state_id", "leads_to_id", "cdp_geoid", "note").iterator(),
        )  # fmt: skip

    def area(self, geoid: str) -> Area | None:
        return self._areas.get(geoid)

    def canonical(self, area: Area) -> Area:
        """The area that speaks for this government: "Baltimore city", the place -> the county equivalent."""
        return self._areas[area.canonical]

    def in_state(self, state: str) -> list[Area]:
        """The state itself and every area in it, by GEOID; empty for a state that is none. USPS or FIPS."""
        return list(self._by_state.get(state_fips(state), ()))

    def counties_named(self, state: str, name: str) -> list[Area]:
        """Counties of that bare or full name: "Baltimore" finds two, "Baltimore County" one. Then by other names."""
        return self._named(state, name, "county")

    def places_named(self, state: str, name: str) -> list[Area]:
        """Cities, towns, villages, boroughs: "Davie", "Davie town", "Town of Davie". Then by other names."""
        return self._named(state, name, "place")

    def subdivisions_named(self, state: str, name: str) -> list[Area]:
        """Towns and townships: "Burton", "Burton township", in every county of the state that has one."""
        return self._named(state, name, "county_subdivision")

    def other_names(self, state: str, name: str) -> list[OtherName]:
        """Where a name that is no government's own leads: CDPs, nicknames, former names and codes; a row an answer."""
        return self._index(state).names.get(squeezed(name), [])[:]

    def _named(self, state: str, name: str, kind: str) -> list[Area]:
        index = self._index(state)
        found = index.exact(kind, fold(name)) or index.squeezed(kind).get(squeezed(name))
        if found:
            return found[:]
        led_to: dict[str, Area] = {}
        for other in index.names.get(squeezed(name), ()):
            if other.kind not in WHEREABOUTS:
                for area in (other.leads_to, *self._twins.get(other.leads_to.geoid, ())):
                    if area.kind == kind:
                        led_to[area.geoid] = area
        return list(led_to.values())

    def _index(self, state: str) -> StateIndex:
        fips = state_fips(state)
        if fips not in self._indexes:
            self._indexes[fips] = StateIndex(self._by_state.get(fips, ()), self._names_by_state.get(fips, ()))
        return self._indexes[fips]


class StateIndex:
    """The names of one state: for each kind of area by folded and by squeezed name, and the other names.

    Each index is made as it is needed, the one by folded name a first letter at a time: a sheriff asks for the counties
    of one letter, and to read all names of a state takes longer than to answer.
    """

    def __init__(self, areas: Iterable[Area], other_names: Iterable[OtherName]):
        self._areas: dict[str, list[Area]] = defaultdict(list)
        for area in areas:
            self._areas[area.kind].append(area)
        self._other_names = tuple(other_names)
        self._by_letter: dict[str, dict[str, list[Area]]] = {}
        self._exact: dict[tuple[str, str], dict[str, list[Area]]] = {}
        self._squeezed: dict[str, dict[str, list[Area]]] = {}

    def exact(self, kind: str, folded: str) -> list[Area]:
        """Areas one of whose spellings is `folded`."""
        for bare in {folded, folded.rpartition(" of ")[2]}:  # "town of davie" stands under d
            if found := self._under(kind, bare[:1]).get(folded):
                return found
        return []

    def _under(self, kind: str, letter: str) -> dict[str, list[Area]]:
        if kind not in self._by_letter:
            by_letter = self._by_letter[kind] = defaultdict(list)
            for area in self._areas[kind]:
                for first in first_letters(area):
                    by_letter[first].append(area)
        if (kind, letter) not in self._exact:
            found = self._exact[kind, letter] = defaultdict(list)
            for area in self._by_letter[kind].get(letter, ()):
                for key in folded_spellings(area):
                    found[key].append(area)
        return self._exact[kind, letter]

    def squeezed(self, kind: str) -> dict[str, list[Area]]:
        if kind not in self._squeezed:
            found: dict[str, dict[str, Area]] = defaultdict(dict)
            for area in self._areas[kind]:
                for key in folded_spellings(area):
                    found[key.replace(" ", "")][area.geoid] = area
            self._squeezed[kind] = {key: [areas[geoid] for geoid in sorted(areas)] for key, areas in found.items()}
        return self._squeezed[kind]

    @cached_property
    def names(self) -> dict[str, list[OtherName]]:
        found: dict[str, list[OtherName]] = defaultdict(list)
        for other in self._other_names:
            found[squeezed(other.name)].append(other)
        return found


def first_letters(area: Area) -> set[str]:
    """The letters that an area's bare names begin with: two of "San Buenaventura (Ventura)"."""
    names = {area.short_name, area.name, *area.short_name.removesuffix(")").split(" (")[1:]}
    return {first.lower() if (first := name[:1]).isascii() and first.isalpha() else fold(name)[:1] for name in names}


def folded_spellings(area: Area) -> set[str]:
    """ "davie", "davie town", "town of davie"; both names of "San Buenaventura (Ventura)"; all folded."""
    bare = fold(area.short_name)
    found = {bare}
    # Each word of a type alone too: "charter township", "Town city", "city (balance)".
    for legal_type in types_in(area.legal_type):
        found |= {f"{bare} {legal_type}", f"{legal_type} of {bare}"}
    if area.name != f"{area.short_name} {area.legal_type}":
        found.add(fold(area.name))
    if area.short_name.endswith(")") and (both := re.fullmatch(r"(.+) \((.+)\)", area.short_name)):
        found |= {fold(name) for name in both.groups()}
    return found


@cache
def types_in(legal_type: str) -> tuple[str, ...]:
    return tuple(sorted({fold(word) for word in (legal_type, *re.findall(r"[A-Za-z]+", legal_type))} - {""}))


def squeezed(name: str) -> str:
    return fold(name).replace(" ", "")


def counties_in_order(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Pairs of area and county, in the order of their ranks → the counties of each area."""
    counties: dict[str, tuple[str, ...]] = {}
    for geoid, county in pairs:
        counties[geoid] = (*counties.get(geoid, ()), county)
    return counties
