"""One search box over ZIP codes, places, the names that lead to them, and agencies. Nothing typed is kept.

`find` answers a question that somebody has finished, `suggest` one that is still being typed. Both read the database,
and write nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import log10

from jurisdictions.names import tidy

from .lookup import Named, Names, Rank, edits_allowed, names_held
from .lookup.codes import GEOID, ZIP_CODE, ZIP_CODE_FIRST, areas_found, areas_of_geoid, by_code, by_zip
from .lookup.hits import Found, Hit, Problem, agency_hits, area_hits
from .lookup.readings import Reading, bolder_readings, readings_of, readings_of_a_beginning
from .lookup.words import (
    AGENCY_WORDS,
    CAMPUS_WORDS,
    COUNTIES,
    NAMELESS,
    NO_PLACE,
    STATELESS,
    agency_words,
    in_english,
    joined,
    names_an_agency,
    other_forms,
    squeezed_as_typed,
    without_type,
)

__all__ = ["LONGEST", "Found", "Hit", "Problem", "areas_found", "areas_of_geoid", "find", "suggest"]

LONGEST = 120  # characters; the longest name of an agency has 93
MOST_SHOWN = 30  # choices of a name that many states have, until the state is chosen
MOST_SUGGESTED = 10
# A state's name means the state, though a village elsewhere has it too ("Florida", New York); where another area of
# that name has more than a twentieth of its people ("New York", "Washington", "Utah"), we ask.
STATE_OUTWEIGHS = 20
COUNTRY = re.compile(
    r"^unincorporated (?=.)|(?<=.)[ ,]+(?:usa|u\.s\.a|us|u\.s|united states(?: of america)?|ee\.? ?uu|estados unidos)$",
    re.IGNORECASE,
)
"""What tells no place from another: "Broward County, FL, USA", "unincorporated Dade"."""
STATE_DIGITS, COUNTY_DIGITS, SUBDIVISION_DIGITS = 2, 5, 10


def find(q: str, *, state: str = "", most: int = MOST_SHOWN) -> Found:
    """What somebody means by `q`: a ZIP code, a place, a state, an agency, a GEOID or an OCD-ID.

    `state` (USPS or FIPS) keeps a name to one state. Of a name that many states have come the `most` likeliest areas,
    and as many agencies.
    """
    asked = cleaned(q)
    if not asked:
        return Found(problem=Problem.BLANK)
    if len(asked) > LONGEST:
        return Found(asked=asked[:LONGEST], problem=Problem.TOO_LONG)
    if found := by_zip_and_name(asked) or by_code(asked):
        return found
    return by_name(asked, state, most)


def cleaned(q: str) -> str:
    """One line without control characters, which a database may refuse."""
    plain = unicodedata.normalize("NFKC", q[: 4 * LONGEST])  # "３３３２４"
    visible = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in plain)
    asked = tidy(visible).strip(" ,.;-")
    return COUNTRY.sub("", asked) or asked


# -- A ZIP code with a name beside it -------------------------------------------------------------------------------


def by_zip_and_name(asked: str) -> Found | None:
    """ "33324 Davie", "Davie FL 33324": the place, if it lies in a county of the ZIP code.

    If it lies elsewhere, both are offered. None if there is no ZIP code that we know, or no name beside it.
    """
    if GEOID.fullmatch(asked):  # "GEOID 12011"
        return None
    if code := ZIP_CODE_FIRST.fullmatch(asked):
        zip_code, text = code[1], code[2]
    elif code := ZIP_CODE.search(asked):
        zip_code, text = code[1], asked[: code.start()].strip(" ,")
    if not code or not text:
        return None
    found = by_zip(asked, zip_code)
    if not found.hits:
        return None
    here = frozenset(hit.area.pk for hit in found.hits)
    names = names_held()
    elsewhere: list[Named] = []
    for ending in endings(text):
        for reading in readings_of(ending, names.areas, ""):
            named = named_exactly(reading, names)
            if inside := within(here, named, names):
                hits = area_hits(inside, names)
                return Found(asked=asked, hits=hits, hit_count=len(hits))
            # Without its state a name of a street may be that of a town anywhere.
            elsewhere = elsewhere or (named if reading.state and len(named) == 1 else [])
    hits = (*found.hits, *area_hits([one for one in elsewhere if len(one.geoid) > STATE_DIGITS], names))
    if len(hits) == len(found.hits):
        return found
    return Found(asked=asked, hits=hits, hit_count=len(hits))


def endings(text: str) -> Iterator[str]:
    """ "100 Main St, Davie FL", "Main St, Davie FL", … "Davie FL", "FL": what stands before it may be a street."""
    words = text.split()
    for start in range(len(words)):
        yield " ".join(words[start:])


def within(counties: Collection[str], named: Sequence[Named], names: Names) -> list[Named]:
    """Those of the areas that are one of these counties, or lie in one."""
    return [one for one in named if not {one.geoid, *names.areas.counties_of(one.geoid)}.isdisjoint(counties)]


# -- Names ----------------------------------------------------------------------------------------------------------


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


def by_name(asked: str, state: str, most: int) -> Found:
    names = names_held()
    fips = names.areas.state_named(state) if state else ""
    readings = list(readings_of(asked, names.areas, fips))
    for text in (asked, *in_english(asked)):
        said = readings if text == asked else list(readings_of(text, names.areas, fips))
        matches, reading = meant(text, said, names)
        if matches:
            matches.add(Matches(namesakes_elsewhere(reading, matches, names)))
            return presented(asked, matches, names, narrowed=bool(state), most=most)
    for text in in_english(asked):
        readings += readings_of(text, names.areas, fips)
    return suggested(asked, readings, names)


def meant(asked: str, readings: Sequence[Reading], names: Names) -> tuple[Matches, Reading | None]:
    """What has that name, by the likeliest reading under which anything has; that reading."""
    for reading in readings:
        if matches := exact(reading, names):
            if reading.other:
                matches.add(exact(reading.other, names))
            if not matches.areas and STATELESS.issuperset(reading.words):
                # "DPS": one state prints its agency's name without saying which state's it is.
                matches.add(Matches(agencies=names.agencies.with_words(agency_words(reading.words), reading.state)))
            return matches, reading
    for reading in readings:
        if AGENCY_WORDS.intersection(reading.words) and (found := agencies_with_words(reading, names)):
            return Matches(agencies=found), reading
    for reading in readings:
        if found := counties_by_another_kind(reading, names):
            return Matches(found), reading
    for reading in bolder_readings(asked, readings, names.areas):
        if found := named_exactly(reading, names):
            return Matches(found), reading
    # "florida atlantic": two words or more that an agency's name has, though none says that an agency is meant. ICE
    # leaves "University" out where everybody says it.
    for left_out in (frozenset(), CAMPUS_WORDS):
        for reading in readings:
            words = [word for word in agency_words(reading.words) if word not in left_out]
            if len(words) < 2 or reading.counties:
                continue
            if found := names.agencies.with_these_words(words, reading.state):
                return Matches(agencies=found), reading
    return Matches(), None


def namesakes_elsewhere(reading: Reading | None, matches: Matches, names: Names) -> list[Named]:
    """Areas in other states after which the agencies may be named too, if nothing else says which is meant.

    We hold only agencies that ICE lists. "Houston Police Department" is one of Missouri, but who asks for it may well
    live in Texas: of one agency each namesake with more than a twentieth of the people of its own place is offered
    beside it, of several those larger than all of theirs. A sheriff is a county's, police a town's unless a county is
    named.
    """
    if reading is None or not matches.agencies or matches.areas or reading.state or reading.counties:
        return []
    words = tuple(word for word in reading.words if word not in NO_PLACE)
    if not words or words == reading.words:
        return []
    of_a_county = any(word in COUNTIES or word.startswith("sher") or word == "so" for word in reading.words)
    # San Francisco is a county and a city in one.
    cities = {one.geoid for one in names.areas.exact(joined((*words, "city")))}
    found = named_exactly(replace(reading, words=words), names)
    here = {names.agencies.state_of(agency) for agency in matches.agencies}
    own = max((one.population for one in found if one.state in here), default=0)
    enough = own / STATE_OUTWEIGHS if len(matches.agencies) == 1 else own
    return [
        one
        for one in found
        if one.state not in here
        and one.population > enough
        and len(one.geoid) != STATE_DIGITS
        and (len(one.geoid) == COUNTY_DIGITS if of_a_county else len(one.geoid) > COUNTY_DIGITS or one.geoid in cities)
    ]


def agencies_with_words(reading: Reading, names: Names) -> list[int]:
    words = agency_words(reading.words)
    return names.agencies.with_words(words, reading.state) if words else []


def exact(reading: Reading, names: Names) -> Matches:
    """Areas, and agencies if no county is named, of that very name; else the areas of another form of it."""
    if reading.counties:
        return Matches(named_exactly(reading, names))
    matches = Matches(names.areas.exact(reading.key, reading.state), names.agencies.exact(reading.key, reading.state))
    return matches or Matches(named_exactly(reading, names))


def named_exactly(reading: Reading, names: Names) -> list[Named]:
    """The areas of that very name, or else of another form of it: "Burton Twp", "N. Las Vegas"."""
    for words in (reading.words, *other_forms(reading.words)):
        found = names.areas.exact(joined(words), reading.state)
        if found and reading.counties:
            found = within(reading.counties, found, names)
        if found:
            return found
    return []


def counties_by_another_kind(reading: Reading, names: Names) -> list[Named]:
    """ "Orleans County" is a parish, "Anchorage Borough" a municipality."""
    if not reading.words or reading.words[-1] not in COUNTIES:
        return []
    found = names.areas.exact(joined(reading.words[:-1]), reading.state)
    return [one for one in found if len(one.geoid) == COUNTY_DIGITS]


def presented(asked: str, matches: Matches, names: Names, *, narrowed: bool, most: int = MOST_SHOWN) -> Found:
    """The matches as hits, the likeliest first, capped where many states have the name."""
    if (state := state_meant(matches.areas)) and not matches.agencies:
        matches = Matches([state])
    largest: dict[str, int] = {}
    for one in matches.areas:
        largest[one.state] = max(largest.get(one.state, 0), one.population)
    shown = by_population(matches.areas)
    shown = shown if narrowed else shown[:most]
    shown.sort(key=lambda one: (-largest[one.state], one.state))
    agencies = matches.agencies[:most]
    states = ()
    if len(shown) < len(matches.areas):
        states = tuple(sorted((names.states[fips] for fips in largest), key=lambda state: state.name))
    return Found(
        asked=asked,
        hits=(*area_hits(shown, names), *agency_hits(agencies, names)),
        hit_count=len(matches.areas) + len(matches.agencies),
        states=states,
    )


def by_population(areas: Iterable[Named]) -> list[Named]:
    return sorted(areas, key=lambda one: (-one.population, one.rank, one.geoid))


def state_meant(areas: Sequence[Named]) -> Named | None:
    """The state, if its name means it rather than a far smaller area of the same name."""
    first, *others = sorted(areas, key=lambda one: -one.population) or [None]
    if first is None or len(first.geoid) > STATE_DIGITS or first.rank != Rank.OWN:
        return None
    return first if all(one.population * STATE_OUTWEIGHS < first.population for one in others) else None


# -- What may have been meant ---------------------------------------------------------------------------------------

SHORTEST_GUESSED = 3  # letters; of fewer, every other name is a near one
SHORTEST_CONTINUED = 2  # letters after which we propose how a name goes on
MOST_EDITS = 3
# What is more likely costs less. A letter wrong weighs as much as a thousandth of the people would.
COST_OF_AN_EDIT = 1.0
COST_OF_ANOTHER_FIRST_LETTER = 0.5  # people seldom mistake it
COST_OF_GOING_ON = 0.9
COST_OF_GOING_ON_NEARLY = 1.4
COST_OF_OTHER_WORDS = 1.1
COST_OF_A_STATE_BEGUN = 4.0  # "grand m" may be a Grand in Michigan, but first Grand Marais
WORTH_OF_PEOPLE = 0.33  # for ten times as many
PEOPLE_OF_AN_AGENCY = 20_000  # it is looked for about as often as a town of so many


@dataclass(slots=True)
class Guesses:
    """What may have been meant, each with what speaks against it."""

    areas: dict[str, tuple[float, Named]] = field(default_factory=dict)
    agencies: dict[int, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.areas) + len(self.agencies)

    def add_areas(self, likely: Iterable[tuple[float, Named]]) -> None:
        for cost, one in likely:
            cost -= WORTH_OF_PEOPLE * log10(one.population + 10)
            if one.geoid not in self.areas or cost < self.areas[one.geoid][0]:
                self.areas[one.geoid] = cost, one

    def add_agencies(self, likely: Iterable[tuple[float, int]]) -> None:
        for cost, agency in likely:
            cost -= WORTH_OF_PEOPLE * log10(PEOPLE_OF_AN_AGENCY)
            self.agencies[agency] = min(cost, self.agencies.get(agency, cost))

    def best(self, most: int) -> list[Named | int]:
        """Areas and agencies, the likeliest first."""
        ordered = [(cost, one.geoid, one) for cost, one in self.areas.values()]
        ordered += [(cost, str(agency), agency) for agency, cost in self.agencies.items()]
        return [one for _cost, _id, one in sorted(ordered, key=lambda each: each[:2])[:most]]


def suggested(asked: str, readings: Sequence[Reading], names: Names) -> Found:
    """Nothing has that name: the place without the words for an agency, else what is spelt nearly so or begins so."""
    for reading in readings:
        if not AGENCY_WORDS.intersection(reading.words):
            continue
        place = replace(reading, words=tuple(word for word in reading.words if word not in NO_PLACE))
        if place.words and (found := named_exactly(place, names)):
            hits = presented(asked, Matches(found), names, narrowed=False).hits[:MOST_SUGGESTED]
            return Found(asked=asked, problem=Problem.NO_SUCH_AGENCY, suggestions=hits)
    if initialled := names.agencies.with_initials(readings[0].key if readings else ""):
        hits = agency_hits(initialled, names)
        return Found(asked=asked, problem=Problem.NOTHING, suggestions=hits)
    guesses = Guesses()
    for reading in readings:
        if len(reading.key) >= SHORTEST_GUESSED and not NAMELESS.issuperset(reading.words):
            guess_beginnings(reading, names, guesses)
    guess_nearly(readings, names, guesses)
    return Found(asked=asked, problem=Problem.NOTHING, suggestions=hits_of(guesses.best(MOST_SUGGESTED), names))


def suggest(q: str, *, state: str = "", most: int = MOST_SUGGESTED) -> tuple[Hit, ...]:
    """What somebody may be about to ask for who has typed `q` so far, the likeliest first.

    What has that very name comes first, then names that go on from there and names spelt nearly so.
    """
    asked = cleaned(q)
    if not asked or len(asked) > LONGEST:
        return ()
    if found := by_zip_and_name(asked) or by_code(asked):
        return found.hits[:most]
    if asked.isdigit():
        return ()
    names = names_held()
    readings = list(readings_of(asked, names.areas, names.areas.state_named(state) if state else ""))
    matches, reading = meant(asked, readings, names)
    if not matches:
        # "condado de bro": as an English text it goes on to Broward; as it stands it is near to names nobody means.
        for text in in_english(asked):
            if found := suggest(text, state=state, most=most):
                return found
    if reading:
        readings = [reading]
    exactly = by_population(matches.areas)[:most]
    guesses = Guesses()
    if len(exactly) < most:
        for reading in readings:
            guess_beginnings(reading, names, guesses, asked=asked)
        if not matches and len(guesses) < most:
            for reading in readings_of_a_beginning(asked, names.areas):
                guess_beginnings(reading, names, guesses, cost=COST_OF_GOING_ON + COST_OF_A_STATE_BEGUN)
        guess_nearly(readings, names, guesses, is_going_on=True)
    chosen: dict[str | int, Named | int] = {one.geoid: one for one in exactly}
    chosen |= {agency: agency for agency in matches.agencies[: most - len(chosen)]}
    for one in guesses.best(2 * most):
        chosen.setdefault(one.geoid if isinstance(one, Named) else one, one)
    return hits_of([*chosen.values()][:most], names)


def guess_beginnings(
    reading: Reading, names: Names, guesses: Guesses, *, asked: str = "", cost: float = COST_OF_GOING_ON
) -> None:
    """Names that go on from what was typed. `asked`: all of it, where the last word may not be a whole one."""
    if reading.counties or len(reading.key) < SHORTEST_CONTINUED:
        return
    keys = {reading.key}
    if reading.words[1:2] == ("of",) and (bare := joined(without_type(reading.words))):
        keys.add(bare)  # "county of bro"
    if asked and not reading.state:
        keys.add(squeezed_as_typed(asked))  # "st" may become Stockton, though as a whole word it is Saint
    for key in keys:
        areas = names.areas.beginning(key, reading.state, limit=MOST_SUGGESTED)
        guesses.add_areas((cost, one) for one in areas)
        agencies = names.agencies.beginning(key, reading.state, limit=MOST_SUGGESTED)
        guesses.add_agencies((cost, agency) for agency in agencies)


def guess_nearly(readings: Sequence[Reading], names: Names, guesses: Guesses, *, is_going_on: bool = False) -> None:
    """Names that differ from what was typed in a letter or two, by the reading that comes nearest."""
    # What has no name in it, such as "police", is near to names that nobody means.
    readings = [
        reading
        for reading in readings
        if len(reading.key) >= SHORTEST_GUESSED and not NAMELESS.issuperset(reading.words)
    ]
    near, goes_on = False, bool(len(guesses))
    # Beside names that go on from what was typed, only the nearest others are of use to somebody still typing.
    for edits in range(1, 2 if is_going_on and goes_on else MOST_EDITS + 1):
        near = near or any(guess_names(reading, edits, names, guesses) for reading in readings)
    for reading in readings:
        words = agency_words(reading.words)
        if len(words) > 1 and (not near or names_an_agency(reading.words)):
            agencies = names.agencies.with_words_nearly(words, reading.state)[:MOST_SUGGESTED]
            guesses.add_agencies((COST_OF_OTHER_WORDS, agency) for agency in agencies)
        if is_going_on and not near and not goes_on and not reading.counties:
            likely = names.areas.beginning_nearly(reading.key, reading.state)
            guesses.add_areas((COST_OF_GOING_ON_NEARLY + edits, one) for edits, one in likely)


def guess_names(reading: Reading, edits: int, names: Names, guesses: Guesses) -> bool:
    """Whether there are names so many letters from the name in the reading, or from another form of it."""
    for key in keys_compared(reading):
        if edits > edits_allowed(key):
            continue
        near = names.areas.near(key, edits, reading.state)
        if reading.counties:
            inside = {one.geoid for one in within(reading.counties, [one for _edits, one in near], names)}
            near = [(edits, one) for edits, one in near if one.geoid in inside]
        agencies = names.agencies.near(key, edits, reading.state)
        guesses.add_areas((cost_of(edits, key, one.key), one) for edits, one in near)
        guesses.add_agencies((COST_OF_AN_EDIT * edits, agency) for edits, agency in agencies)
        if near or agencies:
            return True
    return False


def keys_compared(reading: Reading) -> list[str]:
    """The name as typed, in its longer forms, and without the word for its kind: "Brwoard Co", "Brwoard Parish"."""
    forms = [reading.words, *other_forms(reading.words)]
    forms += [bare for words in forms if (bare := without_type(words))]
    return [key for key in dict.fromkeys(map(joined, forms)) if len(key) >= SHORTEST_GUESSED]


def cost_of(edits: int, typed: str, name: str) -> float:
    return COST_OF_AN_EDIT * edits + (COST_OF_ANOTHER_FIRST_LETTER if typed[0] != name[0] else 0)


def hits_of(chosen: Sequence[Named | int], names: Names) -> tuple[Hit, ...]:
    """Areas and agencies as hits, in that order."""
    areas = area_hits([one for one in chosen if isinstance(one, Named)], names)
    agencies = agency_hits([one for one in chosen if isinstance(one, int)], names)
    held = {hit.area.pk: hit for hit in areas} | {hit.agency.pk: hit for hit in agencies}
    keys = [one.geoid if isinstance(one, Named) else one for one in chosen]
    return tuple(held[key] for key in keys if key in held)
