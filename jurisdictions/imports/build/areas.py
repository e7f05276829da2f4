"""States, counties, places and county subdivisions, with the counties that each lies in."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import us

from ... import slugs
from ...geoids import STATE_FIPS, STATE_USPS, state_of
from ...names import fold

CENSUS_YEAR = 2020
ESTIMATES_YEAR = 2023

# Suffixes that are a kind of government, longest first. "Carson City" and "Princeton" have none.
COUNTY_TYPES = (
    "City and Borough", "Planning Region", "Census Area", "Municipality", "Municipio", "District", "Borough", "Parish",
    "County", "city",
)  # fmt: skip
PLACE_TYPES = (
    "consolidated government (balance)", "metropolitan government (balance)", "unified government (balance)",
    "metro government (balance)", "metropolitan government", "consolidated government", "unified government",
    "city and borough", "city (balance)", "metro township", "urban county", "municipality", "corporation", "(balance)",
    "township", "borough", "village", "County", "city", "town",
)  # fmt: skip
SUBDIVISION_TYPES = ("charter township", "plantation", "township", "town")
# Massachusetts prints a town that took a city's form as "Barnstable Town city".
MASSACHUSETTS_TYPES = ("Town city", *PLACE_TYPES)
# The Virgin Islands' county equivalents; "Rose Island" and "Swains Island" of American Samoa are called just that.
VIRGIN_ISLANDS_TYPES = ("Island",)

# Where every spot lies in exactly one town or city, a town and a city of one name are one government: the list of towns
# is older than the day the town became a city (Framingham, Sanford).
TOWNS_BECOME_CITIES = frozenset({"23", "25"})

# The list of OCD-IDs still has South Dakota's Oglala Lakota County under the code of its former name, Shannon.
RENUMBERED = {"46113": "46102"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The vendored files as lists of rows, each a mapping from column to text."""

    county_population: list[dict[str, str]]
    ocd: list[dict[str, str]]
    place_counties: list[dict[str, str]]
    ct_towns: list[dict[str, str]]
    coextensive: list[dict[str, str]]
    aliases: list[dict[str, str]]

    @classmethod
    def read(cls, geo: Path) -> "Inputs":
        """Read the folder; FileNotFoundError names a file that is missing."""

        def rows(name: str) -> list[dict[str, str]]:
            with (geo / name).open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        return cls(
            county_population=rows("county_population_2023.csv"),
            ocd=rows("ocd_census_places.csv"),
            place_counties=rows("place_counties.csv"),
            ct_towns=rows("ct_town_region.csv"),
            coextensive=rows("coextensive.csv"),
            aliases=rows("aliases.csv"),
        )

    def ocd_by_geoid(self) -> Iterable[tuple[str, str, str]]:
        """Yield GEOID as printed, OCD-ID and name. The list writes every GEOID as "place-…"."""
        for row in self.ocd:
            yield row["census_geoid"].rpartition("-")[2], row["id"], row["name"]

    def ct_new_geoids(self) -> dict[str, str]:
        """A Connecticut town's GEOID under its former county → the one under its planning region."""
        return {row["cousub_geoid_old"]: row["cousub_geoid_2022"] for row in self.ct_towns}


@dataclass(frozen=True, slots=True)
class Part:
    """A county that a place or subdivision lies in; population_2020 is None where it is not known."""

    geoid: str
    county_geoid: str
    rank: int
    population_2020: int | None

    def row(self) -> tuple:
        return self.geoid, self.county_geoid, self.rank, blank_if_none(self.population_2020)


@dataclass(slots=True)
class Area:
    """One row of the jurisdictions table."""

    geoid: str
    kind: str
    name: str
    short_name: str
    legal_type: str
    slug: str = ""
    usps: str = ""
    ocd_id: str = ""
    population: int | None = None
    population_year: int | None = None
    same_as: str = ""

    @property
    def state(self) -> str:
        return "" if self.kind == "state" else state_of(self.geoid)

    @property
    def canonical(self) -> str:
        return self.same_as or self.geoid

    def row(self) -> tuple:
        return (
            self.geoid,
            self.kind,
            self.name,
            self.short_name,
            self.legal_type,
            self.slug,
            self.state,
            self.usps,
            self.ocd_id,
            blank_if_none(self.population),
            blank_if_none(self.population_year),
            self.same_as,
        )


def blank_if_none(number: int | None) -> int | str:
    return "" if number is None else number


def split_name(name: str, types: Iterable[str]) -> tuple[str, str]:
    """ "Davie town" -> ("Davie", "town"); a name without one of the types keeps all its words."""
    for legal_type in types:
        if name.endswith(f" {legal_type}"):
            return name.removesuffix(f" {legal_type}"), legal_type
    return name, ""


def county_types(geoid: str) -> tuple[str, ...]:
    return VIRGIN_ISLANDS_TYPES if geoid.startswith("78") else COUNTY_TYPES


def place_types(geoid: str) -> tuple[str, ...]:
    return MASSACHUSETTS_TYPES if geoid.startswith("25") else PLACE_TYPES


def lies_in(inputs: Inputs) -> list[Part]:
    """Every county of every place and subdivision, by GEOID and rank; strips where nobody lives are among them."""
    parts = [
        Part(
            row["place_geoid"], row["county_geoid"], int(row["rank"]), int(row["pop_2020"]) if row["pop_2020"] else None
        )
        for row in inputs.place_counties
        if row["kind"] == "place"
    ]
    new_geoids = inputs.ct_new_geoids()
    for printed, _, _ in inputs.ocd_by_geoid():
        if len(printed) == 10:
            geoid = new_geoids.get(printed, printed)
            parts.append(Part(geoid, geoid[:5], 1, None))
    return sorted(parts, key=lambda part: (part.geoid, part.rank))


def areas(inputs: Inputs, parts: Iterable[Part], known_slugs: Mapping[str, str]) -> list[Area]:
    """All areas by GEOID, with `same_as` and slugs."""
    records = [
        *states(inputs),
        *counties(inputs),
        *places(inputs),
        *subdivisions(inputs),
    ]
    by_geoid = {area.geoid: area for area in records}
    join_coextensive(inputs, by_geoid)
    give_ocd_ids(inputs, by_geoid)
    give_slugs(by_geoid, {part.geoid: part.county_geoid for part in parts if part.rank == 1}, known_slugs)
    return sorted(records, key=lambda area: area.geoid)


def states(inputs: Inputs) -> Iterable[Area]:
    """The 50 states, the District of Columbia and the five territories."""
    population = {
        row["STATE"].zfill(2): int(row["POPESTIMATE2023"]) for row in inputs.county_population if is_state(row)
    }
    for state in (*us.states.STATES, us.states.DC, *us.states.TERRITORIES):
        area = Area(state.fips, "state", state.name, state.name, "", slug=state.abbr.lower(), usps=state.abbr)
        if state.fips in population:
            area.population, area.population_year = population[state.fips], ESTIMATES_YEAR
        yield area


def is_state(row: Mapping[str, str]) -> bool:
    return int(row["COUNTY"]) == 0


def counties(inputs: Inputs) -> Iterable[Area]:
    """Counties and equivalents: the Census's estimates of 2023 for the states, the package `us` for the territories."""
    for row in inputs.county_population:
        if not is_state(row):
            geoid = row["STATE"].zfill(2) + row["COUNTY"].zfill(3)
            short_name, legal_type = split_name(row["CTYNAME"], COUNTY_TYPES)
            yield Area(
                geoid,
                "county",
                row["CTYNAME"],
                short_name,
                legal_type,
                population=int(row["POPESTIMATE2023"]),
                population_year=ESTIMATES_YEAR,
            )
    for territory in us.states.TERRITORIES:
        for county in territory.counties:
            yield Area(county.fips, "county", county.name, *split_name(county.name, county_types(county.fips)))


def places(inputs: Inputs) -> Iterable[Area]:
    """Incorporated places and consolidated governments; their people are counted over all their counties."""
    names: dict[str, str] = {}
    people: dict[str, list[int]] = defaultdict(list)
    for row in inputs.place_counties:
        if row["kind"] == "place":
            names[row["place_geoid"]] = row["name"]
            if row["pop_2020"]:
                people[row["place_geoid"]].append(int(row["pop_2020"]))
    for geoid, name in names.items():
        area = Area(geoid, "place", name, *split_name(name, place_types(geoid)))
        if geoid in people:
            area.population, area.population_year = sum(people[geoid]), CENSUS_YEAR
        yield area


def subdivisions(inputs: Inputs) -> Iterable[Area]:
    """Towns, townships and plantations that govern themselves; Connecticut's under their planning regions."""
    new_geoids = inputs.ct_new_geoids()
    for printed, _, name in inputs.ocd_by_geoid():
        if len(printed) == 10:
            geoid = new_geoids.get(printed, printed)
            yield Area(geoid, "county_subdivision", name, *split_name(name, SUBDIVISION_TYPES))


def join_coextensive(inputs: Inputs, by_geoid: dict[str, Area]) -> None:
    """Set `same_as` where two GEOIDs are one government: the county's is canonical, else the place's."""
    for row in inputs.coextensive:
        if row["place_geoid"]:
            by_geoid[row["place_geoid"]].same_as = row["county_geoid"]
    cities = {
        (area.state, fold(area.short_name)): area
        for area in by_geoid.values()
        if area.kind == "place" and area.state in TOWNS_BECOME_CITIES
    }
    for area in by_geoid.values():
        if area.kind == "county_subdivision" and (city := cities.get((area.state, fold(area.short_name)))):
            area.same_as = city.canonical


def give_ocd_ids(inputs: Inputs, by_geoid: dict[str, Area]) -> None:
    """Set the OCD-IDs that the list has. A state's is the leading part of the ids of its counties."""
    new_geoids = {**inputs.ct_new_geoids(), **RENUMBERED}
    for printed, ocd_id, _ in inputs.ocd_by_geoid():
        if area := by_geoid.get(new_geoids.get(printed, printed)):
            area.ocd_id = ocd_id
            parent = re.match(r"ocd-division/country:us/(?:state|territory):(\w\w)(?=/)", ocd_id)
            if parent:
                by_geoid[STATE_FIPS[parent[1].upper()]].ocd_id = parent[0]


def give_slugs(by_geoid: Mapping[str, Area], first_county: Mapping[str, str], known_slugs: Mapping[str, str]) -> None:
    """Set the slug of every county, place and subdivision; those of an earlier edition stay.

    An area that is the same as another comes last: its address only leads on to the other's page.
    """
    for area in by_geoid.values():
        area.slug = area.slug or known_slugs.get(area.geoid, "")
        if area.kind == "county" and not area.slug:
            area.slug = slugs.slug(area.name)
    groups: dict[str, list[Area]] = defaultdict(list)
    for area in by_geoid.values():
        groups[area.state].append(area)
    for state in STATE_USPS:
        for leads_on in (False, True):
            wanted: dict[str, dict[str, tuple[str, ...]]] = {"place": {}, "county_subdivision": {}}
            for area in groups[state]:
                if not area.slug and bool(area.same_as) == leads_on:
                    county = by_geoid[first_county[area.geoid]]
                    wanted[area.kind][area.geoid] = slugs.forms(
                        area.short_name, area.legal_type, county.slug, area.geoid
                    )
            taken = {area.slug for area in groups[state] if area.slug}
            for geoid, chosen in slugs.assign(wanted["place"], wanted["county_subdivision"], taken).items():
                by_geoid[geoid].slug = chosen
        given = [area.slug for area in groups[state]]
        if len(given) != len(set(given)):
            raise ValueError(f"two areas of state {state} have one slug")
