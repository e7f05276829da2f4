"""Names that people type but that are no government's own, and where each leads."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from ...geoids import STATE_USPS, kind_of, state_of
from ...names import fold
from .areas import Area, Inputs, place_types, split_name

# Here a town or township governs where there is no city, so a county is never a CDP's only government.
TOWN_STATES = frozenset({"09", "23", "25", "26", "27", "33", "34", "36", "42", "44", "50", "55"})  # fmt: skip
PART_OF_A_TOWN = "part of a town or township"
CENSUS_AREA = "in a census area, which has no government of its own"

CDP_TYPES = ("CDP", "comunidad", "zona urbana")

Row = tuple[str, str, str, str, str, str]


def area_names(inputs: Inputs, by_geoid: Mapping[str, Area]) -> list[Row]:
    """Rows of the area_names table, sorted. Several rows of one name are several answers."""
    towns = Towns(inputs, by_geoid)
    cdps = list(cdp_names(inputs, by_geoid, towns))
    told = {(fold(name), state, cdp_county) for (name, _, state, *_), cdp_county in cdps}
    rows = {row for row, _ in cdps}
    rows.update(aliases(inputs, by_geoid, told))
    rows.update(former_places(inputs, by_geoid))
    rows.update(former_geoids(inputs, by_geoid))
    rows.update(names_in_brackets(by_geoid))
    return sorted(rows, key=lambda row: (row[2], row[0], row[3], row[1], row[5]))


class Towns:
    """Finds the town or township that governs a CDP, where a source names it."""

    def __init__(self, inputs: Inputs, by_geoid: Mapping[str, Area]):
        self.by_geoid = by_geoid
        self.new_geoids = inputs.ct_new_geoids()
        self.in_county: dict[tuple[str, str], list[str]] = defaultdict(list)
        for area in by_geoid.values():
            if area.kind == "county_subdivision":
                self.in_county[area.geoid[:5], fold(area.short_name)].append(area.geoid)
        # The compiled names say of some CDPs "CDP in the Town of Hempstead", "CDP in Woodbridge Township".
        self.said: dict[tuple[str, str], str] = {}
        for row in inputs.aliases:
            found = re.match(r"CDP (?:\d{7} )?in (?:the Town of ([\w .]+)|([\w .]+) Township)", row["note"])
            if found:
                self.said[fold(row["alias"]), row["geoid"]] = (found[1] or found[2]).strip()

    def governing(self, row: Mapping[str, str], short_name: str) -> list[tuple[str, str]]:
        """The towns of a CDP's part in one county, as pairs of GEOID and note; empty if no source names one."""
        named = re.match(r"town of the same name: ([\d ]+)", row["note"])
        if named:
            geoids = [self.current(geoid) for geoid in named[1].split()]
            return [(geoid, "town of the same name") for geoid in geoids if geoid]
        if said := self.said.get((fold(short_name), row["county_geoid"])):
            geoids = self.in_county.get((row["county_geoid"], fold(said)), [])
            if len(geoids) == 1:
                return [(geoids[0], PART_OF_A_TOWN)]
        return []

    def current(self, printed: str) -> str:
        """A printed GEOID of a town → the one that governs now; "" if it is none of ours."""
        geoid = self.new_geoids.get(printed, printed)
        return self.by_geoid[geoid].canonical if geoid in self.by_geoid else ""


def cdp_names(inputs: Inputs, by_geoid: Mapping[str, Area], towns: Towns) -> Iterable[tuple[Row, str]]:
    """Each census designated place → who governs it, with the county that the row is about.

    One row for each county where some of it lives; a strip where nobody lives is left out.
    """
    for row in inputs.place_counties:
        if row["kind"] != "cdp" or (int(row["rank"]) > 1 and row["pop_2020"] == "0"):
            continue
        geoid, county = row["place_geoid"], row["county_geoid"]
        state = state_of(geoid)
        short_name, _ = split_name(row["name"], CDP_TYPES)
        of_town = row["note"].startswith("town of the same name")
        extra = "" if of_town else row["note"]
        answers = [(county, "")]
        if state in TOWN_STATES:
            answers = towns.governing(row, short_name) or [(county, PART_OF_A_TOWN)]
        elif by_geoid[county].legal_type == "Census Area":
            answers = [(county, CENSUS_AREA)]
        for leads_to, note in answers:
            yield (
                (short_name, "cdp", state, by_geoid[leads_to].canonical, geoid, "; ".join(filter(None, (note, extra)))),
                county,
            )


def aliases(inputs: Inputs, by_geoid: Mapping[str, Area], told: set[tuple[str, str, str]]) -> Iterable[Row]:
    """The compiled names. "Hartford County CT" counts with and without its state at the end.

    A community that the list of CDPs leads from already (`told`) is left to it.
    """
    for row in inputs.aliases:
        state = state_of(row["geoid"])
        if row["kind"] == "community" and (fold(row["alias"]), state, row["geoid"]) in told:
            continue
        names = {row["alias"], row["alias"].removesuffix(f" {STATE_USPS[state]}")}
        for name in names:
            yield name, row["kind"], state, by_geoid[row["geoid"]].canonical, "", row["note"]


def former_places(inputs: Inputs, by_geoid: Mapping[str, Area]) -> Iterable[Row]:
    """Names and codes that are no place any more → the place each became, else its county or counties."""
    for row in inputs.place_counties:
        if row["kind"] != "other":
            continue
        geoid, state, note = row["place_geoid"], state_of(row["place_geoid"]), row["note"]
        successor = re.search(r"(?:^now|: see) (\d{7})\b", note)
        leads_to = by_geoid[successor[1] if successor else row["county_geoid"]].canonical
        if not successor and state in TOWN_STATES:
            note = f"{note}; {PART_OF_A_TOWN}"
        short_name, _ = split_name(row["name"], place_types(geoid))
        if short_name != by_geoid[leads_to].short_name:
            yield short_name, "former_place", state, leads_to, "", note
        yield geoid, "former_geoid", state, leads_to, "", note


def former_geoids(inputs: Inputs, by_geoid: Mapping[str, Area]) -> Iterable[Row]:
    """Codes that lists of other years print for towns and counties → what they are now."""
    for row in inputs.ct_towns:
        old, new = row["cousub_geoid_old"], row["cousub_geoid_2022"]
        # A town that is one with its city has the city's place code.
        area = by_geoid[new] if new in by_geoid else the_city(row["town"], by_geoid)
        codes = {old: f"{row['town']}'s code under its former county"}
        if area.geoid != new:
            codes[new] = f"{row['town']}'s code as a town"
        for code, note in codes.items():
            yield code, "former_geoid", area.state, area.canonical, "", note
    for row in inputs.aliases:
        if row["kind"] in {"former_name", "old_county"}:
            for code in re.findall(r"\b\d{5}\b", row["note"]):
                if kind_of(code) == "county" and code not in by_geoid:
                    state = state_of(row["geoid"])
                    yield code, "former_geoid", state, by_geoid[row["geoid"]].canonical, "", row["note"]


def the_city(town: str, by_geoid: Mapping[str, Area]) -> Area:
    """Connecticut's city or borough that is one with the town of this name; ValueError unless there is just one."""
    (city,) = (a for a in by_geoid.values() if a.kind == "place" and a.state == "09" and a.short_name == town)
    return city


def names_in_brackets(by_geoid: Mapping[str, Area]) -> Iterable[Row]:
    """ "San Buenaventura (Ventura)" goes by either name."""
    for area in by_geoid.values():
        if both := re.fullmatch(r"(.+) \((.+)\)", area.short_name):
            for name in both.groups():
                yield name, "other_name", area.state, area.canonical, "", f"printed as {area.name}"
