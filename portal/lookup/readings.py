"""The ways to read what was typed: a name, and the state or county to look in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .areas import AreaNames
from .words import SHORT_TYPES, Words, joined, without_type, words_of

STATE_AT_THE_END = re.compile(r"\w\W+([A-Za-z]{2})$")
LONGEST_STATE_NAME = 4  # words; "District of Columbia" has three
LONGEST_COUNTY_NAME = 3
COUNTY_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was typed: a name, and the state (FIPS) to look in; "" for all."""

    words: Words
    state: str = ""
    other: Reading | None = None
    """What may be meant as well: "Aurora Co" is in Colorado, or a county."""
    counties: frozenset[str] = frozenset()
    """GEOIDs of the counties to look in; none for all."""

    @property
    def key(self) -> str:
        return joined(self.words)


def readings_of(asked: str, areas: AreaNames, state: str) -> Iterator[Reading]:
    """The likeliest first: "davie, fl" has its state after the comma, "Kansas City" has none.

    `state` (FIPS): the one that was chosen beside the name, "" for none.
    """
    words = words_of(asked)
    whole = Reading(words, state)
    if not words:
        return
    if state:
        yield from within_a_county(asked, areas, state)
        yield whole
        return
    front, comma, last = asked.rpartition(",")
    if comma and (fips := areas.state_named(last)) and words_of(front):
        yield from within_a_county(front, areas, fips)
        yield Reading(words_of(front), fips)
        yield whole
        return
    yield from within_a_county(asked, areas, "")
    # "Clinton IA" is in Iowa and no Clintonia; "Butte MT" is in Montana, though elsewhere "Mt" stands for Mount.
    if len(words) > 1 and (fips := state_at_the_end(asked, areas)):
        yield Reading(words[:-1], fips, whole if words[-1] in SHORT_TYPES else None)
    yield whole
    for length in range(min(len(words) - 1, LONGEST_STATE_NAME), 0, -1):
        # "University of Florida" is no place named University in Florida.
        if words[-length - 1] != "of" and (fips := areas.state_named(" ".join(words[-length:]))):
            yield Reading(words[:-length], fips)
    for length in range(min(len(words) - 1, LONGEST_STATE_NAME), 0, -1):
        if fips := areas.state_named(" ".join(words[:length])):
            yield Reading(words[length:], fips)


def within_a_county(asked: str, areas: AreaNames, state: str) -> Iterator[Reading]:
    """ "Springfield Township, Bucks County": the county stands after a comma."""
    front, comma, last = asked.rpartition(",")
    if comma and words_of(front) and (counties := counties_named(words_of(last), areas, state)):
        yield Reading(words_of(front), state, counties=counties)


def counties_named(words: Words, areas: AreaNames, state: str) -> frozenset[str]:
    return frozenset(one.geoid for one in areas.exact(joined(words), state) if len(one.geoid) == COUNTY_DIGITS)


def bolder_readings(asked: str, readings: Sequence[Reading], areas: AreaNames) -> Iterator[Reading]:
    """Where none of the readings names anything: a state misspelt, a county that no comma parts from the name."""
    front, comma, last = asked.rpartition(",")
    if comma and words_of(front) and not areas.state_named(last) and (fips := areas.state_nearly(last)):
        yield Reading(words_of(front), fips)
    for reading in readings:
        if reading.state or reading.counties or comma:
            continue
        for length in range(min(len(reading.words) - 1, LONGEST_COUNTY_NAME), 0, -1):
            if "of" in reading.words[-length - 1 : len(reading.words) - length + 1]:
                continue
            if fips := areas.state_nearly(" ".join(reading.words[-length:])):
                yield Reading(reading.words[:-length], fips)
    for reading in readings:
        for length in range(min(len(reading.words) - 1, LONGEST_COUNTY_NAME), 0, -1):
            words, tail = reading.words[:-length], reading.words[-length:]
            # "Miami Springs" is no Miami in a county of Springs: the tail must say that it is a county.
            if without_type(tail) and (counties := counties_named(tail, areas, reading.state)):
                yield replace(reading, words=words, counties=counties, other=None)


def readings_of_a_beginning(asked: str, areas: AreaNames) -> Iterator[Reading]:
    """ "davie, f": somebody is still typing the state."""
    front, comma, last = asked.rpartition(",")
    if not comma:
        front, _blank, last = asked.rpartition(" ")
    if words_of(front) and words_of(last) and not areas.state_named(last):
        for fips in sorted(areas.states_beginning(last)):
            yield Reading(words_of(front), fips)


def state_at_the_end(asked: str, areas: AreaNames) -> str:
    """FIPS of the postal abbreviation after a name, as in "Butte MT"; "" if there is none."""
    ending = STATE_AT_THE_END.search(asked)
    return areas.states.get(ending[1].lower(), "") if ending else ""
