"""One search box over ZIP codes, places, the names that lead to them, and agencies. Nothing typed is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from operator import itemgetter

from django.utils.translation import gettext_lazy as _

from agreements.lists import Lists
from jurisdictions.models import Agency, AreaName, DataVersion, Jurisdiction, LiesIn, ZipArea
from jurisdictions.names import fold, tidy

from .answers import answer_for
from .answers.shelf import Shelf
from .name_index import (
    AgencyNames,
    AreaNames,
    Named,
    Rank,
    agency_names,
    area_names,
    edits_allowed,
    squeezed,
    state_named,
)

LONGEST = 120  # characters; the longest name of an agency has 93
MOST_SHOWN = 30  # choices of a name that many states have, until the state is chosen
MOST_SUGGESTED = 8
LONG = 8  # choices, more of which stand under the names of their states
# A state's name means the state, though a village elsewhere has it too ("Florida", New York); where another area of
# that name has more than a twentieth of its people ("New York", "Washington", "Utah"), we ask.
STATE_OUTWEIGHS = 20
FIRST = itemgetter(0)
SHORTEST_GUESSED = 3  # letters; of fewer, every other name is a near one
SMALLEST_SHARE = 0.001  # of the addresses of a ZIP code, that we say as a number
STATE_DIGITS, COUNTY_DIGITS = 2, 5

# The last five digits, also in "Davie FL 33324-1234" and "333241234"; a house number before them is not a ZIP code.
ZIP_CODE = re.compile(r"(?:^|[\s,])(\d{5})(?:[-\s]?\d{4})?$")
GEOID = re.compile(r"(?:(geoid|fips)\W*)?(\d{2}|\d{5}|\d{7}|\d{10})", re.IGNORECASE)
# Of the armed forces; the same five digits may be a county's GEOID (09110 in Connecticut, 34001 in New Jersey).
MILITARY_ZIP_CODE = re.compile(r"09[0-8]\d\d|340\d\d|96[2-6]\d\d")
STATE_AT_THE_END = re.compile(r"\w\W+([A-Za-z]{2})$")
OCD_ID = re.compile(r"ocd-division/[\w:/~.-]+")

# What people write short. Only the last word of a name: "St. Mary Par", "Burton Twp", "Broward Co".
SHORT_TYPES = {
    "co": "county", "cnty": "county", "cty": "county", "par": "parish", "twp": "township", "twnshp": "township",
    "tshp": "township", "boro": "borough", "vlg": "village",
}  # fmt: skip
DIRECTIONS = {"n": "north", "s": "south", "e": "east", "w": "west"}
TYPES = frozenset(
    {
        "county", "parish", "borough", "township", "town", "village", "city", "municipio", "municipality", "district",
        "plantation", "charter",
    }
)  # fmt: skip
SMALL_WORDS = frozenset({"of", "the", "in", "for", "and", "at"})
SHORT_AGENCY_WORDS = {
    "pd": ["police"], "so": ["sheriff"], "dept": ["dep"], "sheriffs": ["sheriff"], "sherriff": ["sheriff"],
    "sherrif": ["sheriff"], "sherif": ["sheriff"], "dps": ["public", "safety"], "doc": ["corrections"],
}  # fmt: skip
AGENCY_WORDS = frozenset(
    {
        "police", "sheriff", "sheriffs", "sherriff", "sherrif", "sherif", "pd", "so", "dps", "doc", "patrol",
        "department", "dept", "office", "constable", "constables", "marshal", "marshals", "marshall", "corrections",
        "jail", "detention", "trooper", "troopers", "agency", "guard", "attorney", "prosecutor",
    }
)  # fmt: skip
NO_PLACE = AGENCY_WORDS | {"highway"}
NAMELESS = AGENCY_WORDS | TYPES | SMALL_WORDS | {"state"}


KINDS = {
    ("county", "city"): _("Independent city, a county of its own"),
    ("county", "parish"): "",
    ("county", "borough"): "",
    ("county", "municipio"): "",
    ("place", "city"): _("City"),
    ("place", "town"): _("Town"),
    ("place", "village"): _("Village"),
    ("place", "borough"): _("Borough"),
    ("county_subdivision", "town"): _("Town"),
    ("county_subdivision", "township"): _("Township"),
    ("county_subdivision", "charter township"): _("Township"),
}
"""Kind and legal type of an area in a word; others go by their kind alone."""


class Problem(StrEnum):
    """Why nothing was found, so that the page can say what to do next."""

    BLANK = "blank"
    TOO_LONG = "too_long"
    ZIP_UNKNOWN = "zip_unknown"
    ZIP_NOT_COVERED = "zip_not_covered"
    NO_SUCH_AGENCY = "no_such_agency"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Hit:
    """An area or an agency that was asked for, and how it came to be an answer."""

    area: Jurisdiction | None = None
    agency: Agency | None = None
    other_name: AreaName | None = None  # the name that was typed, where it is no government's own
    counties: tuple[str, ...] = ()  # of a place or township, to tell it from others of its name
    share: float | None = None  # of the ZIP code's addresses, 0 to 1

    @property
    def state(self) -> Jurisdiction:
        if self.agency:
            return self.agency.state
        return self.area if self.area.is_state else self.area.state

    @property
    def kind(self) -> str:
        """What it is, in a word or two: "Town", "Independent city"; "" for a county, whose name says it."""
        if self.agency:
            return self.agency.get_kind_display()
        if self.area.is_county and self.area.legal_type in {"", "County"}:
            return ""
        return str(KINDS.get((self.area.kind, self.area.legal_type.lower()), self.area.get_kind_display()))

    @property
    def is_its_state(self) -> bool:
        """Whether its name is all there is to say: "Florida", "District of Columbia"."""
        return self.area is not None and self.area.full_name == self.state.name

    def get_absolute_url(self) -> str:
        """The address of its page, without a language prefix; a CDP's county says whose page it is."""
        if self.agency:
            return self.agency.get_absolute_url()
        path = self.area.get_absolute_url()
        return f"{path}?from={self.other_name.cdp_geoid}" if self.is_cdp else path

    @property
    def share_percent(self) -> str:
        """ "99.6", "<0.1" …; "" for what is no part of a ZIP code."""
        if self.share is None:
            return ""
        return f"{100 * self.share:.1f}".removesuffix(".0") if self.share >= SMALLEST_SHARE else "<0.1"

    @property
    def is_cdp(self) -> bool:
        """Whether the typed name is a place without a government of its own."""
        return bool(self.other_name and self.other_name.cdp_geoid)

    @property
    def is_governing(self) -> bool:
        """Whether we may say that the county governs the CDP: not where a town does, or nobody, or a city since."""
        return self.is_cdp and self.area.is_county and not self.other_name.note


@dataclass(frozen=True)
class Found:
    """What find() found: `hits`, the best first; if there are none, a `problem` and perhaps `suggestions`.

    `hit_count` is larger than len(hits) where only the most likely ones are given; `states` then are those among which
    a reader may choose.
    """

    asked: str = ""
    zip: str = ""
    post_office_city: str = ""
    hits: tuple[Hit, ...] = ()
    hit_count: int = 0
    states: tuple[Jurisdiction, ...] = ()
    problem: Problem | None = None
    suggestions: tuple[Hit, ...] = ()

    @property
    def only(self) -> Hit | None:
        """The one answer; None if there are several or none."""
        return self.hits[0] if len(self.hits) == self.hit_count == 1 else None

    @property
    def left_out(self) -> int:
        return self.hit_count - len(self.hits)

    @property
    def is_long(self) -> bool:
        """Whether the choices are easier to overlook state by state."""
        return len(self.hits) > LONG

    @cached_property
    def by_state(self) -> list[tuple[Jurisdiction, list[Hit]]]:
        """The areas of each state together, the state with the likeliest one first."""
        groups: dict[str, list[Hit]] = {}
        for hit in self.hits:
            if hit.area:
                groups.setdefault(hit.state.pk, []).append(hit)
        return [(hits[0].state, hits) for hits in groups.values()]

    @cached_property
    def agencies(self) -> list[Hit]:
        return [hit for hit in self.hits if hit.agency]


def find(q: str, *, state: str = "") -> Found:
    """Find what somebody means by `q`: a ZIP code, a place, a state, an agency, a GEOID or an OCD-ID.

    `state` (USPS or FIPS) keeps a name to one state. Reads the database, writes nothing.
    """
    asked = cleaned(q)
    if not asked:
        return Found(problem=Problem.BLANK)
    if len(asked) > LONGEST:
        return Found(asked=asked[:LONGEST], problem=Problem.TOO_LONG)
    if found := by_code(asked):
        return found
    return by_name(asked, state)


def cleaned(q: str) -> str:
    """One line without control characters, which a database may refuse."""
    visible = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in q[: 4 * LONGEST])
    return tidy(visible).strip(" ,.;")


def by_code(asked: str) -> Found | None:
    """ZIP code, GEOID or OCD-ID; None if it is none of these. Five digits are a ZIP code first, then a county."""
    code = GEOID.fullmatch(asked)
    if code and code[1]:
        return by_geoid(asked, code[2])
    if zip_code := ZIP_CODE.search(asked):
        found = by_zip(asked, zip_code[1])
        if found.hits or zip_code[1] != asked:
            return found
        county = by_geoid(asked, asked)
        if county and MILITARY_ZIP_CODE.fullmatch(asked):
            return replace(found, suggestions=county.hits)
        return county or found
    if code:
        return by_geoid(asked, code[2])
    if OCD_ID.fullmatch(asked.lower()):
        area = (
            Jurisdiction.objects.filter(ocd_id=asked.lower())
            .order_by("geoid")
            .select_related("state", "same_as__state")
            .first()
        )
        return areas_found(asked, [area.canonical]) if area else None
    return None


def by_zip(asked: str, zip_code: str) -> Found:
    """The counties that a ZIP code touches, however small the share of its addresses."""
    parts = list(ZipArea.objects.filter(zip=zip_code).select_related("county__state", "county__same_as__state"))
    city = parts[0].post_office_city if parts else ""
    if not any(part.county for part in parts):
        problem = Problem.ZIP_NOT_COVERED if parts else Problem.ZIP_UNKNOWN
        return Found(asked=asked, zip=zip_code, post_office_city=city, problem=problem)
    hits = tuple(Hit(area=part.county.canonical, share=part.share) for part in parts if part.county)
    return Found(asked=asked, zip=zip_code, post_office_city=city, hits=hits, hit_count=len(hits))


def by_geoid(asked: str, geoid: str) -> Found | None:
    return areas_found(asked, areas) if (areas := areas_of_geoid(geoid)) else None


def areas_of_geoid(geoid: str) -> list[Jurisdiction]:
    """The area of a GEOID, also one of an older list; for a CDP's, those that govern it. Empty if there is none."""
    if area := Jurisdiction.objects.select_related("state", "same_as__state").filter(pk=geoid).first():
        return [area.canonical]
    names = AreaName.objects.filter(cdp_geoid=geoid) | AreaName.objects.filter(kind="former_geoid", name=geoid)
    led_to = Jurisdiction.objects.filter(pk__in=names.values("leads_to")).select_related("state", "same_as__state")
    return list({area.canonical.pk: area.canonical for area in led_to}.values())


def areas_found(asked: str, areas: Iterable[Jurisdiction]) -> Found:
    hits = tuple(Hit(area=area) for area in areas)
    return Found(asked=asked, hits=hits, hit_count=len(hits))


# -- Names ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was typed: a name, and the state (FIPS) to look in; "" for all."""

    words: tuple[str, ...]
    state: str = ""
    other: Reading | None = None  # what may be meant as well: "Aurora Co" is in Colorado, or a county

    @property
    def key(self) -> str:
        return squeezed(" ".join(self.words))


@dataclass(slots=True)
class Matches:
    areas: list[Named] = field(default_factory=list)
    agencies: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.areas or self.agencies)

    def add(self, more: Matches) -> None:
        """Take in what is not here yet."""
        here = {one.geoid for one in self.areas}
        self.areas += [one for one in more.areas if one.geoid not in here]
        self.agencies += [agency for agency in more.agencies if agency not in self.agencies]


def by_name(asked: str, state: str) -> Found:
    areas, agencies = area_names(), agency_names()
    readings = list(readings_of(asked, areas, state_named(state, areas.states) if state else ""))
    for reading in readings:
        if matches := exact(reading, areas, agencies):
            if reading.other:
                matches.add(exact(reading.other, areas, agencies))
            return presented(asked, matches, narrowed=bool(state))
    for reading in readings:
        if matches := agencies_with_words(reading, agencies):
            return presented(asked, matches, narrowed=bool(state))
    return suggested(asked, readings, areas, agencies)


def readings_of(asked: str, areas: AreaNames, state: str) -> Iterable[Reading]:
    """The ways to read it, the likeliest first: "davie, fl" has its state after the comma, "Kansas City" has none."""
    words = words_of(asked)
    whole = Reading(words, state)
    if not words:
        return
    if state:
        yield whole
        return
    front, comma, last = asked.rpartition(",")
    if comma and (fips := state_named(last, areas.states)) and words_of(front):
        yield Reading(words_of(front), fips)
        yield whole
        return
    # "Clinton IA" is in Iowa and no Clintonia; "Butte MT" is in Montana, though elsewhere "Mt" stands for Mount.
    if len(words) > 1 and (fips := state_at_the_end(asked, areas.states)):
        yield Reading(words[:-1], fips, whole if words[-1] in SHORT_TYPES else None)
    yield whole
    for length in range(min(len(words) - 1, 4), 0, -1):  # "District of Columbia" has three words
        if fips := state_named(" ".join(words[-length:]), areas.states):
            yield Reading(words[:-length], fips)
    for length in range(min(len(words) - 1, 4), 0, -1):
        if fips := state_named(" ".join(words[:length]), areas.states):
            yield Reading(words[length:], fips)


def state_at_the_end(asked: str, states: dict[str, str]) -> str:
    """FIPS of the postal abbreviation after a name, as in "Butte MT"; "" if there is none."""
    ending = STATE_AT_THE_END.search(asked)
    return states.get(ending[1].lower(), "") if ending else ""


def words_of(text: str) -> tuple[str, ...]:
    # Past fold's cache: what somebody typed is kept nowhere.
    return tuple(fold.__wrapped__(text).split())


def exact(reading: Reading, areas: AreaNames, agencies: AgencyNames) -> Matches:
    matches = Matches(areas.exact(reading.key, reading.state), agencies.exact(reading.key, reading.state))
    if matches:
        return matches
    for words in other_forms(reading.words):
        if found := areas.exact(squeezed(" ".join(words)), reading.state):
            return Matches(found)
    return matches


def other_forms(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """ "Burton Twp", "Town of Davie", "N. Las Vegas" and "Broward Co" have another form, which the index knows."""
    if not words:
        return
    if words[-1] in SHORT_TYPES:
        yield from other_forms((*words[:-1], SHORT_TYPES[words[-1]]))
        yield (*words[:-1], SHORT_TYPES[words[-1]])
    if len(words) > 1 and words[0] in DIRECTIONS:
        yield (DIRECTIONS[words[0]], *words[1:])
    if len(words) > 2 and words[1] == "of" and words[0] in TYPES:
        yield (*words[2:], words[0])
        yield words[2:]
    if len(words) > 1 and words[-1] in {"township", "municipality"}:
        yield (*words[:-1], "charter", words[-1])
        yield words[:-1]


def agencies_with_words(reading: Reading, agencies: AgencyNames) -> Matches:
    """ "broward sheriff", "city of miami pd": a word says that an agency is meant, and another says which."""
    if not AGENCY_WORDS.intersection(reading.words):
        return Matches()
    words = reading.words[2:] if reading.words[0] in TYPES and reading.words[1:2] == ("of",) else reading.words
    words = [each for word in words for each in SHORT_AGENCY_WORDS.get(word, [word]) if word not in SMALL_WORDS]
    if not set(words) - AGENCY_WORDS - TYPES - {"state", "dep"}:
        return Matches()
    return Matches(agencies=agencies.with_words(words, reading.state))


def presented(asked: str, matches: Matches, *, narrowed: bool) -> Found:
    """The matches as hits, the likeliest first, capped where many states have the name."""
    if (state := state_meant(matches.areas)) and not matches.agencies:
        matches = Matches([state])
    largest: dict[str, int] = {}
    for one in matches.areas:
        largest[one.state] = max(largest.get(one.state, 0), one.population)
    areas = sorted(matches.areas, key=lambda one: (-one.population, one.rank, one.geoid))
    shown = areas if narrowed else areas[:MOST_SHOWN]
    shown.sort(key=lambda one: (-largest[one.state], one.state))
    agencies = matches.agencies[:MOST_SHOWN]
    states = ()
    if len(shown) < len(matches.areas):
        states = tuple(Jurisdiction.objects.states().filter(pk__in=largest).order_by("name"))
    return Found(
        asked=asked,
        hits=(*area_hits(shown), *agency_hits(agencies)),
        hit_count=len(matches.areas) + len(matches.agencies),
        states=states,
    )


def state_meant(areas: Sequence[Named]) -> Named | None:
    """The state, if its name means it rather than a far smaller area of the same name."""
    first, *others = sorted(areas, key=lambda one: -one.population) or [None]
    if first is None or len(first.geoid) > STATE_DIGITS or first.rank != Rank.OWN:
        return None
    return first if all(one.population * STATE_OUTWEIGHS < first.population for one in others) else None


def area_hits(areas: Sequence[Named]) -> tuple[Hit, ...]:
    """Hits with what tells them apart: the county of a place, the other name that led to it. Three queries."""
    geoids = [one.geoid for one in areas]
    held = Jurisdiction.objects.select_related("state").in_bulk(geoids)
    led = {one.geoid: one.key for one in areas if one.rank in (Rank.OTHER, Rank.WITHIN)}
    others: dict[str, AreaName] = {}
    # A CDP's row comes last and stays: its page says who governs it.
    for name in AreaName.objects.filter(leads_to__in=led).order_by("cdp_geoid") if led else ():
        if squeezed(name.name) == led[name.leads_to_id]:
            others[name.leads_to_id] = name
    counties: dict[str, list[str]] = {}
    parts = [geoid for geoid in geoids if len(geoid) > COUNTY_DIGITS]
    lying = LiesIn.objects.peopled().filter(jurisdiction__in=parts).select_related("county").order_by("rank")
    for part in lying if parts else ():
        counties.setdefault(part.jurisdiction_id, []).append(part.county.full_name)
    return tuple(
        Hit(area=held[geoid], other_name=others.get(geoid), counties=tuple(counties.get(geoid, ())))
        for geoid in geoids
        if geoid in held
    )


def agency_hits(agencies: Sequence[int]) -> tuple[Hit, ...]:
    held = Agency.objects.select_related("state").in_bulk(agencies) if agencies else {}
    return tuple(Hit(agency=held[agency]) for agency in agencies if agency in held)


def suggested(asked: str, readings: Sequence[Reading], areas: AreaNames, agencies: AgencyNames) -> Found:
    """Nothing has that name: the place without the words for an agency, else what is spelt nearly so or begins so."""
    for reading in readings:
        if not AGENCY_WORDS.intersection(reading.words):
            continue
        place = Reading(tuple(word for word in reading.words if word not in NO_PLACE), reading.state)
        if place.words and (found := exact(place, areas, agencies)).areas:
            hits = presented(asked, found, narrowed=False).hits[:MOST_SUGGESTED]
            return Found(asked=asked, problem=Problem.NO_SUCH_AGENCY, suggestions=hits)
    best: dict[str | int, tuple] = {}  # by GEOID or agency: what to sort it by, and what it is
    for reading in readings:
        # What has no name in it, such as "police", is near to names that nobody means.
        if len(reading.key) < SHORTEST_GUESSED or NAMELESS.issuperset(reading.words):
            continue
        # A name that goes on counts like one with as many mistakes as we allow.
        likely = [(edits, one) for edits, one in areas.near(reading.key, reading.state)]
        likely += [(edits_allowed(reading.key), one) for one in areas.beginning(reading.key, reading.state)]
        for edits, one in likely:
            place = ((edits, -one.population, one.geoid), one)
            best[one.geoid] = min(place, best.get(one.geoid, place), key=FIRST)
        for edits, agency in agencies.near(reading.key, reading.state):
            place = ((edits, 0, str(agency)), agency)
            best[agency] = min(place, best.get(agency, place), key=FIRST)
    chosen = [likely for _order, likely in sorted(best.values(), key=FIRST)[:MOST_SUGGESTED]]
    hits = area_hits([one for one in chosen if isinstance(one, Named)])
    hits += agency_hits([one for one in chosen if isinstance(one, int)])
    return Found(asked=asked, problem=Problem.NOTHING, suggestions=hits)


# -- Do the answers differ? -----------------------------------------------------------------------------------------


def answers_differ(areas: Sequence[Jurisdiction], day: date) -> bool:
    """Whether a reader must say which of `areas` is meant, or all have the same answer on `day`'s list.

    Names left out, they differ if the states do, or the set of (model, reach, kind of agency) of local agencies does.
    """
    if len({area.pk if area.is_state else area.state_id for area in areas}) > 1 or any(area.is_state for area in areas):
        return len(areas) > 1
    lists = Lists.on(day)
    shelf = Shelf.of(DataVersion.objects.current())
    first, *others = areas
    substance = answer_for(first, day, lists=lists, shelf=shelf).substance
    return any(answer_for(area, day, lists=lists, shelf=shelf).substance != substance for area in others)
