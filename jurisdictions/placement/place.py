"""Where an agency is: by its name, kind and state; ICE's county is evidence, never an answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..gazetteer import Area, Gazetteer
from ..names import tidy
from . import kinds, reasons
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
from .words import STATE_NAMES, read

DECIDED, IN_QUESTION, STATEWIDE = "decided", "in_question", "statewide"
WHOLE, PART = "whole", "part"
BY_NAME, BY_ICE_COUNTY, BY_STATUTE = "name", "ice_county", "statute"

AT_A_CITY = re.compile(r"\b(?:college|university) at (?P<city>.+?)(?: (?:campus )?(?:police|public safety)\b.*)?$")
COUNTY_KINDS = frozenset({kinds.SHERIFF, kinds.COUNTY_POLICE, kinds.CORRECTIONS, kinds.PROSECUTOR})
TOWN_KINDS = frozenset({kinds.MUNICIPAL_POLICE, kinds.TOWNSHIP_POLICE, kinds.MARSHAL})


@dataclass(frozen=True, slots=True)
class Covered:
    """An area that an agency covers: `extent` whole or part, `why` name, ice_county or statute.

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
    `reason` is a sentence or two for the agency's page, one of `reasons`.
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
        return Placement(kind, STATEWIDE, (), reasons.WHOLE_STATE % {"state": STATE_NAMES.get(state, state)})
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
        Covered(
            area.canonical if (area := gazetteer.area(geoid)) else geoid,
            extent,
            BY_STATUTE,
            known.note,
            known.source_url,
        )
        for geoid, extent in known.places
    )
    return Placement(known.kind, DECIDED, coverages, reasons.BY_SOURCE % {"source": known.source_title})


class _Placer:
    """One agency's name, with what ICE prints beside it."""

    def __init__(
        self,
        name: str,
        kind: str,
        agency_type: str,
        prints: tuple[str, ...],
        state: str,
        gazetteer: Gazetteer,
    ):
        self.name, self.kind, self.agency_type, self.state = name, kind, agency_type, state
        self.state_name = STATE_NAMES.get(state, state)
        self.gazetteer = gazetteer
        self.reading = read(name, state)
        self.prints = prints
        # The counties that ICE's prints name, the newest first, each once.
        named = (printed_county(text, state, gazetteer) for text in prints)
        self.counties: list[Area] = list(dict.fromkeys(filter(None, named)))

    def place(self) -> Placement:
        if not self.gazetteer.in_state(self.state):
            return self.question(reasons.UNKNOWN_STATE)
        if self.kind == kinds.CONSTABLE:
            return self.constable()
        if self.kind in COUNTY_KINDS:
            return self.of_county()
        if self.kind in TOWN_KINDS:
            return self.of_town()
        if self.kind == kinds.PORT_TRANSIT:
            return self.of_port()
        if self.kind == kinds.CAMPUS:
            return self.of_campus()
        if self.kind == kinds.JOINT_POLICE:
            return self.question(reasons.SEVERAL_GOVERNMENTS)
        if self.kind == kinds.SCHOOL:
            return self.question(reasons.SCHOOLS)
        if self.kind == kinds.TRIBAL:
            return self.question(reasons.TRIBES)
        return self.of_government()

    # -- By kind ------------------------------------------------------------------------------------------------------

    def of_county(self) -> Placement:
        """Sheriffs, county police, jails, prosecutors: the county their name names."""
        if {"regional", "judicial", "circuit"} & set(self.reading.words.split()):
            return self.question(reasons.SEVERAL_COUNTIES)
        words = county_words(self.reading.stems, self.state) or _without_kind(self.reading.stems)
        return self.in_county(words, WHOLE) if words else self.question(reasons.NO_COUNTY_NAMED)

    def in_county(self, words: str, extent: str, note: str = "") -> Placement:
        """The one county that `words` name; of several (Richmond) the one ICE prints; a slip of the pen mended."""
        meant = counties_meant(words, self.state, self.gazetteer)
        if not meant and "'s " in tidy(self.name) and words.endswith("s county"):
            # "Lyon's County": the county of Lyon.
            meant = counties_meant(f"{words.removesuffix('s county')} county", self.state, self.gazetteer)
        if meant:
            return self.chosen(meant, extent, note)
        if self.kind == kinds.SHERIFF and (placed := self.sheriff_of_city(words)):
            return placed
        if self.kind == kinds.COUNTY_POLICE and (places := self.gazetteer.places_named(self.state, words)):
            # A city and county in one: "Athens-Clarke County Police Department".
            return self.chosen(places, extent, note)
        misspelt = self.misspelt(words, of_kind(self.state, self.gazetteer, "county"), extent, note)
        return misspelt or self.question(reasons.NO_SUCH_COUNTY_NAME)

    def sheriff_of_city(self, words: str) -> Placement | None:
        """A sheriff named for a city is its county's, where ICE prints that: "Jacksonville Sheriff's Office"."""
        cities = places_meant(words, self.state, self.gazetteer)
        if len(cities) != 1 or len(cities[0].counties) != 1 or len(self.counties) != 1:
            return None
        county = self.counties[0]
        if cities[0].counties != (county.geoid,):
            return None
        return self.decided(county, WHOLE, BY_NAME, "", reasons.CITY_SHERIFF, city=full_name(cities[0]))

    def of_town(self, extent: str = WHOLE, note: str = "", *, either: bool = False) -> Placement:
        """City, town, village, borough and township police, marshals: the place their name names.

        With `either` a bare name may be a township's too.
        """
        if self.state == "DC":
            return self.chosen(self.gazetteer.counties_named("DC", "District of Columbia"), extent, note)
        if self.kind == kinds.MARSHAL and self.reading.division and not self.reading.stems:
            return self.numbered()
        if not self.reading.stems:
            return self.question(reasons.NO_PLACE_NAMED)
        stem, *hints = self.reading.stems
        areas = places_meant(stem, self.state, self.gazetteer, either=either)
        if not areas and f"{stem} city marshals" in self.reading.words:
            # "Bossier City Marshal": the city's name, not the city marshal of Bossier.
            areas = places_meant(f"{stem} city", self.state, self.gazetteer, either=either)
        if not areas:
            return self.unheard_of(stem, extent, note)
        if len(areas) > 1 and (hinted := self.hinted(areas, hints)):
            return self.decided(hinted, extent, BY_NAME, note)
        if len(areas) == 1 and self.has_rival(areas[0], stem):
            return self.question(reasons.RIVAL, county=self.counties[0].name, area=self.where(areas[0]))
        return self.chosen(areas, extent, note)

    def hinted(self, areas: Sequence[Area], hints: Sequence[str]) -> Area | None:
        """The one in the county that the rest of the name names: "Mahoning TWP Police Department - Montour"."""
        counties = [county for hint in hints for county in counties_meant(hint, self.state, self.gazetteer)]
        return choose(areas, counties).area if counties else None

    def has_rival(self, area: Area, stem: str) -> bool:
        """Whether ICE prints a county where something else bears the name, a township or a settlement."""
        if not self.counties or any(county.geoid in area.counties for county in self.counties):
            return False
        others = [
            *self.gazetteer.subdivisions_named(self.state, stem),
            *(other.leads_to for other in self.gazetteer.other_names(self.state, stem)),
        ]
        printed = self.counties[0].geoid
        return any(printed in other.counties and other.canonical != area.canonical for other in others)

    def unheard_of(self, stem: str, extent: str, note: str) -> Placement:
        """No city or town bears the name: a county's police, a township by its bare name, a slip of the pen."""
        # Hawaii has no cities or towns: its counties keep the police.
        if self.kind == kinds.MUNICIPAL_POLICE and (self.agency_type == "county" or self.state == "HI"):
            meant = self.gazetteer.counties_named(self.state, stem)
            if len(meant) == 1:
                self.kind = kinds.COUNTY_POLICE
                return self.decided(meant[0], extent, BY_NAME, note)
        if self.state in TOWNSHIP_STATES:
            townships = self.gazetteer.subdivisions_named(self.state, stem)
            if len(townships) == 1 and any(county.geoid in townships[0].counties for county in self.counties):
                return self.decided(townships[0], extent, BY_NAME, note)
        for settlement in self.gazetteer.other_names(self.state, stem):
            return self.question(
                reasons.NO_GOVERNMENT, settlement=settlement.name, area=self.where(settlement.leads_to)
            )
        searched = ("county_subdivision",) if "township" in stem.split() else ("place",)
        if self.state in TOWNS_BESIDE_PLACES:
            searched = ("place", "county_subdivision")
        bare = " ".join(word for word in stem.split() if word not in ("township", "borough"))
        for prefix in ("city of ", "town of ", "village of "):
            bare = bare.removeprefix(prefix)
        misspelt = self.misspelt(bare, of_kind(self.state, self.gazetteer, *searched), extent, note)
        return misspelt or self.question(reasons.NO_SUCH_PLACE_NAME)

    def constable(self) -> Placement:
        """Constables: of a county's precinct or district, of a township, a borough, a ward."""
        reading, note = self.reading, self.unit_note()
        if words := county_words(reading.stems, self.state):
            # Tennessee's are elected by district and serve the county; Pennsylvania's serve one of its municipalities.
            part = (reading.division and self.state != "TN") or self.state == "PA"
            return self.in_county(words, PART if part else WHOLE, note)
        if reading.division and not reading.stems:
            return self.numbered()
        return self.of_town(PART if reading.division else WHOLE, note, either=True)

    def numbered(self) -> Placement:
        """A ward, precinct or district by number alone: any county may have one, so ICE's county chooses."""
        if len(self.counties) != 1:
            return self.question(reasons.ANY_NUMBER)
        extent = WHOLE if self.state == "TN" else PART
        return self.decided(self.counties[0], extent, BY_ICE_COUNTY, self.unit_note(), reasons.BY_NUMBER)

    def unit_note(self) -> str:
        reading = self.reading
        return reasons.UNITS[reading.unit] % {"number": reading.division} if reading.division else ""

    def of_port(self) -> Placement:
        """Airports and ports: a part of the county that they are named for, or of the city's, where ICE agrees."""
        stem = " ".join(word for word in " ".join(self.reading.stems).split() if word not in PORT_WORDS)
        meant = counties_meant(stem, self.state, self.gazetteer) or places_meant(stem, self.state, self.gazetteer)
        counties = {county for area in meant for county in area.counties}
        if len(self.counties) == 1 and self.counties[0].geoid in counties:
            return self.decided(self.counties[0], PART, BY_NAME, reasons.OWN_GROUNDS)
        return self.question(reasons.GROUNDS)

    def of_campus(self) -> Placement:
        """A part of where its grounds are: a settlement that the Census counts, a city it says it is at, ICE's county.

        A university's own name is no proof of a place, and most bear the state's.
        """
        counties = {
            settlement.leads_to
            for stem in self.reading.stems[:1]
            for settlement in self.gazetteer.other_names(self.state, stem)
            if settlement.cdp_geoid and settlement.leads_to.kind == "county"
        }
        if len(counties) == 1:
            return self.decided(counties.pop(), PART, BY_NAME, reasons.OWN_GROUNDS)
        if at := AT_A_CITY.search(self.reading.words):
            cities = places_meant(at["city"], self.state, self.gazetteer)
            if len(cities) == 1:
                return self.decided(cities[0], PART, BY_NAME, reasons.OWN_GROUNDS)
        if len(self.counties) == 1:
            county = self.gazetteer.canonical(self.counties[0])
            said = reasons.GROUNDS_BY_COUNTY % {"county": self.counties[0].name}
            covered = Covered(county.geoid, PART, BY_ICE_COUNTY, reasons.OWN_GROUNDS)
            return Placement(self.kind, DECIDED, (covered,), said)
        return self.question(reasons.CAMPUSES)

    def of_government(self) -> Placement:
        """Anything else: only where the name is nothing but a government's, "East Donegal Township"."""
        words = self.reading.words
        areas: list[Area] = []
        if words.endswith((" township", " borough")):
            areas = places_meant(words, self.state, self.gazetteer)
        elif county_words([words], self.state) == words:
            areas = counties_meant(words, self.state, self.gazetteer)
        return self.chosen(areas, WHOLE, "") if areas else self.question(reasons.UNCLEAR)

    # -- Answers ------------------------------------------------------------------------------------------------------

    def decided(
        self, area: Area, extent: str, why: str, note: str = "", reason: str = reasons.BY_NAME, **slots: str
    ) -> Placement:
        """The agency covers `area`. A printed county that does not fit is said beside the reason."""
        said = reason % {"area": self.where(area), "county": area.name, **slots}
        area = self.gazetteer.canonical(area)
        if self.prints:
            county = printed_county(self.prints[0], self.state, self.gazetteer)
            if county is None:
                said += " " + reasons.NO_SUCH_COUNTY % {"printed": self.prints[0], "state": self.state_name}
            elif county.geoid not in area.counties:
                said += " " + reasons.MISFIT % {"county": county.name}
        return Placement(self.kind, DECIDED, (Covered(area.geoid, extent, why, note),), said)

    def chosen(self, areas: Sequence[Area], extent: str, note: str) -> Placement:
        """The one area of the name, or of several the one in ICE's county; or the question which."""
        choice = choose(areas, self.counties)
        if choice.area and not choice.county:
            return self.decided(choice.area, extent, BY_NAME, note)
        if choice.area:
            area = self.gazetteer.canonical(choice.area)
            reason = reasons.BY_COUNTY_ITSELF if area == choice.county else reasons.BY_COUNTY
            said = reason % {
                "count": len(areas),
                "state": self.state_name,
                "county": choice.county.name,
                "area": full_name(choice.area),
            }
            return Placement(self.kind, DECIDED, (Covered(area.geoid, extent, BY_ICE_COUNTY, note),), said)
        fits = _listed([self.in_its_county(area) for area in areas])
        if choice.others:
            now, before = choice.others[0].name, _listed([county.name for county in choice.others[1:]])
            return self.question(reasons.WAVERED, areas=fits, county=now, before=before)
        if not self.counties:
            return self.question(reasons.NO_PRINT, areas=fits)
        return self.question(reasons.NOT_SETTLED, areas=fits, county=self.counties[0].name)

    def misspelt(self, words: str, areas: Iterable[Area], extent: str, note: str) -> Placement | None:
        """A slip in the name: only where one name alone is near and ICE prints, rightly spelt, the county of one.

        A county misspelt alike in both columns is no evidence: "Wichita County" under Oklahoma is of another state.
        """
        if not self.prints or not self.counties:
            return None
        county = self.counties[0]
        if not names_exactly(self.prints[0], county, self.state, self.gazetteer):
            return None
        inside = [area for area in near(bare_county(words), areas) if county.geoid in area.counties]
        if len(inside) != 1:
            return None
        area = self.gazetteer.canonical(inside[0])
        said = reasons.SLIP % {"state": self.state_name, "area": full_name(area), "county": county.name}
        return Placement(self.kind, DECIDED, (Covered(area.geoid, extent, BY_ICE_COUNTY, note),), said)

    def question(self, reason: str, **slots: str) -> Placement:
        return Placement(self.kind, IN_QUESTION, (), reason % {"state": self.state_name, **slots})

    def where(self, area: Area) -> str:
        """An area, with its county where the name alone would not tell: "Carroll township (York County)"."""
        return self.in_its_county(area) if area.kind == "county_subdivision" else full_name(area)

    def in_its_county(self, area: Area) -> str:
        county = self.gazetteer.area(area.counties[0]) if area.counties else None
        return f"{full_name(area)} ({county.name})" if county and county != area else full_name(area)


# What an airport's or a port's name says beside the place it is named for.
PORT_WORDS = frozenset(
    {
        *("international", "regional", "municipal", "executive", "airport", "airports", "port", "seaport", "transit"),
        *("authority", "board", "department", "police"),
    }
)


def _without_kind(stems: Sequence[str]) -> str:
    """The first stem up to the words for jails and prosecutors: "miami dade corrections and …" -> "miami dade"."""
    words = stems[0] if stems else ""
    for pattern in (kinds.CORRECTIONS_WORDS, kinds.PROSECUTOR_WORDS):
        if found := pattern.search(words):
            words = words[: found.start()].strip()
    for ending in (" criminal", " department of", " division of", " bureau of", " department"):
        words = words.removesuffix(ending)
    return "" if words in ("office of", "office of the", "department of") else words


def _listed(names: Sequence[str]) -> str:
    """ "A, B and C"; of more than three the first two and how many more, since a reason holds 300 characters."""
    names = list(dict.fromkeys(names))
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
