"""Find the areas that words of a name may mean, and choose among them by the counties ICE prints. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from ..gazetteer import Area, Gazetteer
from ..names import fold, tidy
from .words import mend, other_spellings

# Here a city or village and the town around it may bear one name, and each may have police that go by it.
TOWNS_BESIDE_PLACES = frozenset({"CT", "MA", "ME", "NH", "NJ", "NY", "RI", "VT"})
# Here townships govern and keep police too, but say "Township" in their names.
TOWNSHIP_STATES = frozenset({"MI", "MN", "PA", "WI"})

COUNTY_TYPES = r"county|parish|census area|planning region|municipio"
GOVERNMENT = re.compile(r"^(city|town|village|borough) of (.+)$|^(.+) (city|town|village)$")
TOWNSHIP = re.compile(r"\btownship\b")


def full_name(area: Area) -> str:
    """How a sentence names it: "Broward County", "Davie", "Carroll township"."""
    return area.short_name if area.kind == "place" else area.name


# -- Counties ---------------------------------------------------------------------------------------------------------


def county_words(stems: Iterable[str], state: str) -> str:
    """The words that name a county in a name's stems: "escambia county board of county commissioners" -> "escambia
    county"; "" if none do."""
    types = COUNTY_TYPES + ("|borough|municipality" if state == "AK" else "")
    for stem in stems:
        if found := re.match(rf"(?:(?:county|parish) of [\w ]+|.+? (?:{types}))\b", stem):
            return found[0]
    return ""


def counties_meant(words: str, state: str, gazetteer: Gazetteer) -> list[Area]:
    """The counties or equivalents that `words` name: as they stand, then by the bare name.

    A county word that does not fit yields to the equivalent of that name: "Lafourche County" in Louisiana, "Portsmouth
    County" for the independent city. Where a county of the name exists the word counts: "Baltimore County". A county
    and city in one may add "Metropolitan".
    """
    if found := gazetteer.counties_named(state, words):
        return found
    if words.startswith("metropolitan "):
        return counties_meant(words.removeprefix("metropolitan "), state, gazetteer)
    bare = re.sub(rf"^(?:county|parish) of | (?:{COUNTY_TYPES})$", "", words)
    return gazetteer.counties_named(state, bare) if bare != words else []


def printed_county(text: str, state: str, gazetteer: Gazetteer) -> Area | None:
    """The county of `state` that ICE's COUNTY names: exactly, or misspelt so that one name alone is near. None if none.

    "Pulaksi County" is Pulaski; "Bowie County" is not in Arkansas.
    """
    words = " ".join(mend(word) for word in fold(tidy(text)).split())
    if not words or words in {"county", "parish"}:
        return None
    meant = counties_meant(words, state, gazetteer)
    if len(meant) == 1:
        return meant[0]
    found = [] if meant else near(bare_county(words), of_kind(state, gazetteer, "county"), nearest=True)
    return found[0] if len(found) == 1 else None


def names_exactly(text: str, area: Area, state: str, gazetteer: Gazetteer) -> bool:
    """Whether ICE's COUNTY is the county's own name, not a misspelling of it."""
    meant = counties_meant(" ".join(mend(word) for word in fold(tidy(text)).split()), state, gazetteer)
    return [county.geoid for county in meant] == [area.geoid]


def of_kind(state: str, gazetteer: Gazetteer, *kinds: str) -> list[Area]:
    return [area for area in gazetteer.in_state(state) if area.kind in kinds]


def bare_county(words: str) -> str:
    return re.sub(rf"^(?:county|parish) of | (?:{COUNTY_TYPES}|borough)$", "", words)


# -- Places and county subdivisions -----------------------------------------------------------------------------------


def places_meant(stem: str, state: str, gazetteer: Gazetteer, *, either: bool = False) -> list[Area]:
    """The cities, towns, villages, boroughs and townships that a stem names.

    A township must be called one. Elsewhere a bare name is the city's or village's; where towns go by it too, and for
    officers whom townships elect as well (`either`), both are meant.
    """
    for words in (stem, *other_spellings(stem)):
        if found := _places_meant(words, state, gazetteer, either=either):
            return found
    return []


def _places_meant(stem: str, state: str, gazetteer: Gazetteer, *, either: bool) -> list[Area]:
    if TOWNSHIP.search(stem):
        return gazetteer.subdivisions_named(state, stem)
    typed = GOVERNMENT.match(stem)
    either = either or state in TOWNS_BESIDE_PLACES or bool(typed and "town" in (typed[1], typed[4]))
    places = gazetteer.places_named(state, stem)
    towns = gazetteer.subdivisions_named(state, stem) if either else []
    if places or towns:
        return _one_each([*places, *towns])
    if typed and state not in TOWNS_BESIDE_PLACES | TOWNSHIP_STATES:
        # "Village of X" where X is a town: the word is wrong, the name may still be one place's alone. Not where town,
        # village and city are different governments.
        places = [] if typed[1] == "borough" else gazetteer.places_named(state, typed[2] or typed[3])
    return _one_each(places)


def _one_each(areas: Iterable[Area]) -> list[Area]:
    """Each government once: one with two GEOIDs stands in the list only as the one that speaks for it."""
    return list({area.canonical: area for area in areas}.values())


def near(words: str, areas: Iterable[Area], *, nearest: bool = False) -> list[Area]:
    """The areas of the one bare name that is `words` but for a slip of the pen; empty if no name is, or several are.

    A slip in a name under eight letters, two in a longer one, never in the first letter ("North" is not Worth);
    transposed neighbours are one slip. With `nearest` a name one slip away outweighs those two away. Several areas may
    bear the name: "Southhampton" is four Southamptons.
    """
    if len(words) < 3:
        return []
    most = 1 if len(words) < 8 else 2
    names: dict[str, list[Area]] = {}
    slips: dict[str, int] = {}
    for area in areas:
        name = fold(area.short_name)
        if name[:1] != words[0]:
            continue
        if (distance := OSA.distance(words, name, score_cutoff=most)) <= most:
            names.setdefault(name, []).append(area)
            slips[name] = distance
    if nearest and len(names) > 1:
        names = {name: found for name, found in names.items() if slips[name] == 1}
    return next(iter(names.values())) if len(names) == 1 else []


# -- Choosing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """The area chosen among those of one name, None if none could be, and the county that chose it, None if the name
    alone did. `others` are the counties, the newest print first, where ICE's prints chose differently over time."""

    area: Area | None
    county: Area | None
    others: tuple[Area, ...] = ()


def choose(areas: Sequence[Area], counties: Sequence[Area]) -> Choice:
    """Among areas of one name the one in the printed county; `counties` are ICE's prints, the newest first.

    One area alone needs no county. If ICE's prints chose different ones over time, or one print fits several, none.
    """
    if len(areas) == 1:
        return Choice(areas[0], None)
    chosen: dict[str, tuple[Area, Area]] = {}
    for county in counties:
        inside = [area for area in areas if county.geoid in area.counties]
        if len(inside) > 1:
            return Choice(None, None)
        if inside:
            chosen.setdefault(inside[0].geoid, (inside[0], county))
    if len(chosen) != 1:
        return Choice(None, None, tuple(county for _area, county in chosen.values()))
    return Choice(*next(iter(chosen.values())))
