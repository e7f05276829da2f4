"""Where an agency is: by its name, kind and state; ICE's county is evidence, never an answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..gazetteer import Area, Gazetteer
from ..names import tidy
from . import kinds
from .areas import (
    TOWNS_BESIDE_PLACES,
    TOWNSHIP_STATES,
    bare_county,
    choose,
    counties_meant,
    county_words,
    full_name,
    names_exactly,
    near,
    of_kind,
    places_meant,
    printed_county,
)
from .special import Special, SpecialAgency, key, load_special
from .words import STATE_NAMES, Reading, read

DECIDED, IN_QUESTION, STATEWIDE = "decided", "in_question", "statewide"
WHOLE, PART = "whole", "part"
BY_NAME, BY_ICE_COUNTY, BY_STATUTE = "name", "ice_county", "statute"

COUNTY_KINDS = frozenset({kinds.SHERIFF, kinds.COUNTY_POLICE, kinds.CORRECTIONS, kinds.PROSECUTOR})
TOWN_KINDS = frozenset({kinds.MUNICIPAL_POLICE, kinds.TOWNSHIP_POLICE, kinds.MARSHAL})


@dataclass(frozen=True, slots=True)
class Covered:
    """An area that an agency covers: `extent` whole or part, `why` name, ice_county, editor or statute.

    `source_url` is the statute or page that says so, one of the special agencies' sources; "" unless why is statute.
    """

    geoid: str
    extent: str
    why: str
    note: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """What an agency is and where. `status` is decided, in_question or statewide; only a decided one has coverages.

    `kind` is what was asked, but where the name's area shows better: "Miami-Dade Police Department" is a county's.
    `reason` is a sentence or two for the agency's page.
    """

    kind: str
    status: str
    coverages: tuple[Covered, ...]
    reason: str


def place(
    name: str,
    *,
    kind: str = "",
    agency_type: str = "",
    counties_printed: Iterable[str] = (),
    state: str,
    gazetteer: Gazetteer,
    special: Special | None = None,
) -> Placement:
    """Where the agency is that ICE prints as `name` under `state` (USPS).

    `kind` is from classify(), which is asked if it is not given. `counties_printed` are ICE's COUNTY cells over time,
    the newest first, without blanks. `special` are the agencies of statutes and official pages (default: the
    project's own table). Never guesses: what name and evidence do not settle is in question, with the reason.
    """
    special = load_special() if special is None else special
    if known := special.get(key(state, name)):
        return _from_source(known, gazetteer)
    kind = kind or kinds.classify(name, agency_type=agency_type, state=state)
    if kinds.is_state_body(name, agency_type=agency_type, state=state):
        return Placement(
            kind, STATEWIDE, (), f"An agency of the whole of {STATE_NAMES.get(state, state)}, by its name."
        )
    return _Placer(name, kind, agency_type, tuple(counties_printed), state, gazetteer).place()


def same_area(state: str, name_a: str, name_b: str, gazetteer: Gazetteer) -> bool | None:
    """Whether two names of one state name the same area; None if either does not settle it by itself."""
    a, b = (place(name, state=state, gazetteer=gazetteer) for name in (name_a, name_b))
    if a.status != DECIDED or b.status != DECIDED:
        return None
    return {(c.geoid, c.extent) for c in a.coverages} == {(c.geoid, c.extent) for c in b.coverages}


def _from_source(known: SpecialAgency, gazetteer: Gazetteer) -> Placement:
    if not known.places:
        return Placement(known.kind, IN_QUESTION, (), known.note)
    coverages = tuple(
        Covered(area.canonical if (area := gazetteer.area(geoid)) else geoid, extent, BY_STATUTE, known.note,
                known.source_url)
        for geoid, extent in known.places
    )  # fmt: skip
    return Placement(known.kind, DECIDED, coverages, f"Its area is given by {known.source_title}.")


class _Placer:
    """One agency's name, with what ICE prints beside it."""

    def __init__(self, name, kind, agency_type, counties_printed, state, gazetteer):
        self.name: str = name
        self.kind: str = kind
        self.agency_type: str = agency_type
        self.state: str = state
        self.state_name = STATE_NAMES.get(state, state)
        self.gazetteer: Gazetteer = gazetteer
        self.reading: Reading = read(name, state)
        self.prints: tuple[str, ...] = counties_printed
        self.counties: list[Area] = []
        for text in counties_printed:
            county = printed_county(text, state, gazetteer)
            if county and county not in self.counties:
                self.counties.append(county)

    def place(self) -> Placement:
        if not self.gazetteer.in_state(self.state):
            return self.question("We do not know the state that ICE prints.")
        if self.kind == kinds.CONSTABLE:
            return self.constable()
        if self.kind in COUNTY_KINDS:
            return self.of_county()
        if self.kind in TOWN_KINDS:
            return self.of_town()
        if self.kind == kinds.PORT_TRANSIT:
            return self.of_port()
        if self.kind == kinds.JOINT_POLICE:
            return self.question("Several governments run it together; its name does not say which.")
        if self.kind == kinds.CAMPUS:
            return self.question("Its name does not say where its campuses are.")
        if self.kind == kinds.SCHOOL:
            return self.question("We hold no bounds of school districts.")
        if self.kind == kinds.TRIBAL:
            return self.question("We hold no tribal areas yet.")
        return self.of_government()

    # -- By kind ------------------------------------------------------------------------------------------------------

    def of_county(self) -> Placement:
        """Sheriffs, county police, jails, prosecutors: the county their name names."""
        words = county_words(self.reading.stems, self.state)
        if "regional" in self.reading.words.split() or "judicial" in self.reading.words.split():
            return self.question("It serves several counties; its name does not say which.")
        if not words:
            words = _without_kind(self.reading)
        if not words:
            return self.question("Its name names no county.")
        return self.in_county(words, extent=WHOLE)

    def in_county(self, words: str, *, extent: str, note: str = "") -> Placement:
        meant = counties_meant(words, self.state, self.gazetteer)
        if not meant and "'s " in tidy(self.name) and words.endswith("s county"):
            # "Lyon's County": the county of Lyon.
            meant = counties_meant(words.removesuffix("s county") + " county", self.state, self.gazetteer)
        if len(meant) == 1:
            return self.decided(meant[0], extent, BY_NAME, note)
        if meant:
            return self.chosen(meant, bare_county(words), extent, note)
        if self.kind == kinds.SHERIFF and (county := self.county_of_city(words)):
            return county
        return self.misspelt(words, of_kind(self.state, self.gazetteer, "county"), extent, note) or self.question(
            f"{self.state_name} has no county of the name it bears."
        )

    def county_of_city(self, words: str) -> Placement | None:
        """A sheriff named for a city is the county's: "Jacksonville Sheriff's Office", where ICE's county agrees."""
        cities = places_meant(words, self.state, self.gazetteer)
        if len(cities) == 1 and len(cities[0].counties) == 1 and self.counties:
            county = self.gazetteer.area(cities[0].counties[0])
            if county and self.counties == [county]:
                note = (
                    f"{full_name(cities[0])} lies in {county.name}, which ICE prints; a sheriff is a county’s officer."
                )
                return self.decided(county, WHOLE, BY_NAME, note)
        return None

    def of_town(self, *, extent: str = WHOLE, note: str = "", either: bool = False) -> Placement:
        """City, town, village, borough and township police, marshals: the place their name names."""
        if self.state == "DC":
            return self.decided(self.gazetteer.area("11001"), extent, BY_NAME, note)
        if self.kind == kinds.MARSHAL and self.reading.division and not self.reading.stems:
            return self.numbered()
        if not self.reading.stems:
            return self.question("Its name names no place.")
        stem, *hints = self.reading.stems
        areas = places_meant(stem, self.state, self.gazetteer, either=either)
        if not areas:
            return self.unheard_of(stem, extent, note)
        if len(areas) > 1 and (hinted := self.hinted(areas, hints)):
            return self.decided(hinted, extent, BY_NAME, note)
        if len(areas) == 1 and (rival := self.rival(areas[0], stem)):
            return self.question(rival)
        if len(areas) == 1:
            return self.decided(areas[0], extent, BY_NAME, note)
        return self.chosen(areas, stem, extent, note)

    def hinted(self, areas: Sequence[Area], hints: Sequence[str]) -> Area | None:
        """The one in the county that the rest of the name names: "Mahoning TWP Police Department - Montour"."""
        counties = [county for hint in hints for county in counties_meant(hint, self.state, self.gazetteer)]
        return choose(areas, counties).area if counties else None

    def rival(self, area: Area, stem: str) -> str:
        """Why the one place of the name may not be meant: ICE prints a county where something else bears it."""
        if not self.counties or any(county.geoid in area.counties for county in self.counties):
            return ""
        printed = self.counties[0]
        others = [
            *self.gazetteer.subdivisions_named(self.state, stem),
            *(other.leads_to for other in self.gazetteer.other_names(self.state, stem)),
        ]
        if any(printed.geoid in other.counties and other.canonical != area.canonical for other in others):
            return (
                f"ICE prints {printed.name}, where a settlement bears the name too; {self.where(area)} lies elsewhere."
            )
        return ""

    def unheard_of(self, stem: str, extent: str, note: str) -> Placement:
        """No government bears the name: a county's police, a township called by its bare name, a slip of the pen."""
        if self.kind == kinds.MUNICIPAL_POLICE and self.agency_type == "county":
            meant = self.gazetteer.counties_named(self.state, stem)
            if len(meant) == 1:
                self.kind = kinds.COUNTY_POLICE
                return self.decided(meant[0], extent, BY_NAME, note)
        if self.state in TOWNSHIP_STATES:
            townships = self.gazetteer.subdivisions_named(self.state, stem)
            if len(townships) == 1 and any(county.geoid in townships[0].counties for county in self.counties):
                return self.decided(townships[0], extent, BY_NAME, note)
        settlements = self.gazetteer.other_names(self.state, stem)
        if settlements:
            governs = settlements[0].leads_to
            return self.question(
                f"{settlements[0].name} has no government of its own; {self.where(governs)} governs it."
                if settlements[0].cdp_geoid or settlements[0].kind == "community"
                else f"{settlements[0].name} is no government’s name; it leads to {self.where(governs)}."
            )
        kinds_of_area = ("county_subdivision",) if "township" in stem.split() else ("place",)
        if self.state in TOWNS_BESIDE_PLACES:
            kinds_of_area = ("place", "county_subdivision")
        bare = " ".join(word for word in stem.split() if word not in ("township", "borough"))
        bare = bare.removeprefix("city of ").removeprefix("town of ").removeprefix("village of ")
        misspelt = self.misspelt(bare, of_kind(self.state, self.gazetteer, *kinds_of_area), extent, note)
        return misspelt or self.question(f"{self.state_name} has no city, town or township of the name it bears.")

    def constable(self) -> Placement:
        """Constables: of a county's precinct or district, of a township, a borough, a ward."""
        reading = self.reading
        note = f"{reading.unit.capitalize()} {reading.division}." if reading.division else ""
        if words := county_words(reading.stems, self.state):
            # Tennessee's are elected by district and serve the county; Pennsylvania's serve one of its municipalities.
            part = (bool(reading.division) and self.state != "TN") or self.state == "PA"
            return self.in_county(words, extent=PART if part else WHOLE, note=note)
        if reading.division and not reading.stems:
            return self.numbered()
        return self.of_town(extent=PART if reading.division else WHOLE, note=note, either=True)

    def numbered(self) -> Placement:
        """A ward, precinct or district by number alone: each county may have one, so ICE's county chooses."""
        unit = f"{self.reading.unit} {self.reading.division}"
        if len(self.counties) != 1:
            return self.question(f"Many counties of {self.state_name} may have a {unit}.")
        extent = WHOLE if self.state == "TN" else PART
        return self.decided(self.counties[0], extent, BY_ICE_COUNTY, f"{unit.capitalize()}.")

    def of_port(self) -> Placement:
        """Airports and ports: a part of the county that they are named for, or of the city's, where ICE agrees."""
        stem = " ".join(word for word in " ".join(self.reading.stems).split() if word not in PORT_NAMES)
        meant = counties_meant(stem, self.state, self.gazetteer) if stem else []
        cities = [] if meant or not stem else places_meant(stem, self.state, self.gazetteer)
        counties = {county for area in (*meant, *cities) for county in area.counties}
        if len(self.counties) == 1 and self.counties[0].geoid in counties:
            return self.decided(self.counties[0], PART, BY_NAME, "Its own grounds only.")
        return self.question("Its name does not settle which county its grounds are in.")

    def of_government(self) -> Placement:
        """Anything else: only where the name is nothing but a government's."""
        if len(self.reading.stems) == 1 and self.reading.stems[0] == self.reading.words:
            words = self.reading.words
            if words.endswith((" township", " borough")) or county_words([words], self.state) == words:
                areas = [
                    *counties_meant(words, self.state, self.gazetteer),
                    *places_meant(words, self.state, self.gazetteer),
                ]
                if areas:
                    return self.chosen(areas, words, WHOLE, "")
        return self.question("Its name does not say which area it serves.")

    # -- Answers ------------------------------------------------------------------------------------------------------

    def decided(self, area: Area, extent: str, why: str, note: str = "") -> Placement:
        area = self.gazetteer.canonical(area)
        reason = (
            f"Its name says {self.where(area)}."
            if why == BY_NAME
            else f"Several areas of {self.state_name} fit its name; ICE prints {self.counties[0].name}."
        )
        printed = self.prints[0] if self.prints else ""
        county = printed_county(printed, self.state, self.gazetteer) if printed else None
        if county and area.kind != "state" and county.geoid not in area.counties:
            reason += f" ICE prints {county.name}, which does not fit."
        elif printed and not county:
            reason += f" ICE prints “{printed}”, which is no county of {self.state_name}."
        return Placement(self.kind, DECIDED, (Covered(area.canonical, extent, why, note),), reason)

    def chosen(self, areas: Sequence[Area], stem: str, extent: str, note: str) -> Placement:
        """One of several of a name, by ICE's county; or the question which."""
        choice = choose(areas, self.counties)
        if choice.area and not choice.county:
            return self.decided(choice.area, extent, BY_NAME, note)
        if choice.area:
            counted = f"{len(areas)} areas of {self.state_name} bear its name"
            area = self.gazetteer.canonical(choice.area)
            return Placement(
                self.kind,
                DECIDED,
                (Covered(area.canonical, extent, BY_ICE_COUNTY, note),),
                f"{counted}; ICE prints {choice.county.name}, where one lies: {full_name(area)}.",
            )
        said = _listed([self.where(area) for area in areas])
        if choice.wavered:
            return self.question(f"Its name fits {said}; ICE printed now one county, now another.")
        if not self.counties:
            return self.question(f"Its name fits {said}; ICE prints no county of {self.state_name}.")
        return self.question(f"Its name fits {said}; ICE prints {self.counties[0].name}, which does not settle it.")

    def misspelt(self, words: str, areas: Iterable[Area], extent: str, note: str) -> Placement | None:
        """A slip in the name: only where one name alone is near and ICE prints, rightly spelt, the county of one."""
        found = near(bare_county(words), areas)
        inside = [
            area
            for area in found
            if any(
                names_exactly(text, county, self.state, self.gazetteer)
                for text in self.prints[:1]
                for county in self.counties[:1]
                if county.geoid in area.counties
            )
        ]
        if len(inside) != 1:
            return None
        slip = f"ICE’s spelling of {full_name(inside[0])}, in {self.counties[0].name}, which ICE prints."
        placed = self.decided(inside[0], extent, BY_NAME, f"{note} {slip}".strip())
        return Placement(
            placed.kind, placed.status, placed.coverages, f"No area of {self.state_name} bears its name: {slip}"
        )

    def question(self, reason: str) -> Placement:
        return Placement(self.kind, IN_QUESTION, (), reason)

    def where(self, area: Area) -> str:
        """An area with its county where the name alone would not tell: "Carroll township (York County)"."""
        if area.kind == "county_subdivision" and (county := self.gazetteer.area(area.counties[0])):
            return f"{area.name} ({county.name})"
        return full_name(area)


PORT_NAMES = frozenset(
    "international regional municipal county executive airport airports port authority police department seaport board"
    " transit".split()
) - {"county"}  # fmt: skip


def _without_kind(reading: Reading) -> str:
    """The first stem without the words of jails and prosecutors: "miami dade corrections and rehabilitation"."""
    if not reading.stems:
        return ""
    words = reading.stems[0]
    for pattern in (kinds.CORRECTIONS_WORDS, kinds.PROSECUTOR_WORDS):
        if found := pattern.search(words):
            words = words[: found.start()]
    words = words.strip()
    for ending in (" criminal", " department of", " division of", " bureau of", " department"):
        words = words.removesuffix(ending)
    return "" if words in ("office of", "department of") else words


def _listed(names: Sequence[str]) -> str:
    """ "A and B"; the first few of many."""
    names = list(dict.fromkeys(names))
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
