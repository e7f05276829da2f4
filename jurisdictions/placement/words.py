"""Read an agency's printed name: which words are the kind of agency, and which are left to name an area. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import us
from rapidfuzz.distance import OSA

from ..names import fold, tidy

STATE_NAMES = {state.abbr: state.name for state in (*us.states.STATES_AND_TERRITORIES, us.states.DC)}

ABBREVIATIONS = {
    "twp": "township",
    "twsp": "township",
    "boro": "borough",
    "dept": "department",
    "dep": "department",
    "depts": "department",
    "dps": "department of public safety",
    "doc": "department of corrections",
    "bocc": "board of county commissioners",
    "pct": "precinct",
    "prec": "precinct",
    "countys": "county",
    "sheriff": "sheriffs",
    "constable": "constables",
    "marshal": "marshals",
    "univ": "university",
    "intl": "international",
}
# As the last word only: elsewhere "so" is South and "pd" could be anything.
LAST_WORDS = {"pd": "police department", "so": "sheriffs office"}

# Words of agencies that ICE misspells (Departement, Polce, Constbales, Couny, Judical): mended where no other of these
# is as near. A town's own name is never mended to one: "Country Club Hills", "Marshall", "Paris".
MENDED = (
    "police", "department", "sheriffs", "office", "county", "constables", "township", "borough", "corrections",
    "judicial", "district", "precinct",
)  # fmt: skip
NOT_MENDED = frozenset({"country", "districts", "precincts", "townships"})

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
NUMBERS = {word: number for number, word in enumerate(ORDINALS, start=1)}
# Two spellings of one ending: the Census's "Middlesborough" signs as Middlesboro.
ENDINGS = {"boro": "borough", "burg": "burgh"}
DIRECTIONS = {"so": "south", "no": "north", "n": "north", "s": "south", "e": "east", "w": "west"}

# What stands for the agency itself. Longest first: each is cut out of the name, and what is left names the area.
AGENCY_PHRASES = re.compile(
    r"\b(?:"
    r"(?:pennsylvania |tennessee |pa )?state constables(?: office)?"
    r"|office of (?:the )?constables|constables office|constables"
    r"|office of (?:the )?sheriffs|sheriffs (?:office|department)|sheriffs"
    r"|(?:office of (?:the )?)?(?:ward |city |town |village )?marshals(?: office| department)?"
    r"|(?:special |metropolitan |metro )?police (?:services )?(?:department|bureau|division|force|agency|office)"
    r"|(?:department|division|bureau) of (?:police|public safety|law enforcement)(?: and security)?"
    r"|(?:police|public safety) services|public safety(?: department| office| agency)?"
    r"|law enforcement(?: department| agency| center)?|police"
    r")\b"
)
DIVISION = re.compile(
    r"\b(?:(?:precinct|ward|district|place) (?:no |number )?(\d{1,3})"
    r"|(\d{1,3})(?:st|nd|rd|th) (?:precinct|ward|district)"
    rf"|({'|'.join(NUMBERS)}) (?:precinct|ward|district))\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A name taken apart. `words` is the whole of it, folded, abbreviations written out, parts divided by "|".

    `stems` are the parts left when the words for the agency are cut out: "Southampton Twp. Cumberland City, Constables
    Office" -> ("southampton township", "cumberland city"). `division` is the number of a precinct, ward or district,
    "" for none; `unit` which of them.
    """

    words: str
    stems: tuple[str, ...]
    division: str
    unit: str


@lru_cache(maxsize=8192)
def read(name: str, state: str) -> Reading:
    """Take `name` apart. `state` (USPS) is cut off its end: "Unity Township Constable, PA"."""
    words = spelled_out(name, state)
    division, unit = "", ""
    if found := DIVISION.search(words):
        number = found[1] or found[2] or str(NUMBERS[found[3]])
        division, unit = number, next(unit for unit in ("precinct", "ward", "district", "place") if unit in found[0])
    rest = AGENCY_PHRASES.sub(" | ", DIVISION.sub(" | ", words))
    stems = []
    for part in rest.split("|"):
        # "X Township | Cumberland City": a township is named by what stands up to that word.
        for stem in re.split(r"(?<= township)\s+(?=\w)", part.strip()):
            stem = re.sub(r"^(?:of|for|the|office of)\s+|\s+(?:of|for|the|office)$", "", stem.strip())
            if stem and stem not in {"of", "for", "the", "office", "and", state.lower()}:
                stems.append(stem)
    return Reading(words, tuple(stems), division, unit)


def spelled_out(name: str, state: str) -> str:
    """One line in the folded form, abbreviations written out, agency words mended, "|" where a part ends.

    "Mahoning TWP Police Department - Montour" -> "mahoning township police department | montour".
    """
    text = re.sub(r"\s*[,;/()]\s*|\s+-\s*|-\s+", " | ", tidy(name).replace("&", " and "))
    text = re.sub(rf"[\s|]+(?:{state}|{re.escape(STATE_NAMES.get(state, state))})\s*$", "", text) if state else text
    # A precinct's number may stick to its word: "Pct.1".
    text = re.sub(r"(?i)\b(pct|precinct|ward|district)\.?(?=\d)", r"\1 ", text)
    parts = []
    for part in text.split("|"):
        words = fold(part).split()
        if words and words[-1] in LAST_WORDS and len(words) > 1:
            words[-1] = LAST_WORDS[words[-1]]
        words = words[:1] + ["county" if word == "co" else word for word in words[1:]]
        words = [ABBREVIATIONS.get(word, word) for word in words]
        words = [ABBREVIATIONS.get(mended := mend(word), mended) for word in " ".join(words).split()]
        if words:
            parts.append(" ".join(words))
    return " | ".join(parts)


@lru_cache(maxsize=8192)
def mend(word: str) -> str:
    """An agency word that is misspelt, put right; any other word as it is."""
    if len(word) < 5 or word in MENDED or word in NOT_MENDED:
        return word
    near = [right for right in MENDED if OSA.distance(word, right) <= (1 if len(right) < 8 else 2)]
    return near[0] if len(near) == 1 else word


def other_spellings(stem: str) -> list[str]:
    """How else a stem may be meant, to be tried where nothing bears it as it stands.

    "cut n shoot" -> "cut and shoot", "so middleton township" -> "south middleton township", "middlesboro" ->
    "middlesborough", "pittsburgh" -> "pittsburg".
    """
    spellings = []
    if " n " in stem:
        spellings.append(stem.replace(" n ", " and "))
    first, _, rest = stem.partition(" ")
    if rest and first in DIRECTIONS:
        spellings.append(f"{DIRECTIONS[first]} {rest}")
    for short, long in ENDINGS.items():
        for one, other in ((short, long), (long, short)):
            if (turned := re.sub(rf"(?<=\w\w){one}\b", other, stem)) != stem:
                spellings.append(turned)
    return spellings


def own_names(state: str) -> tuple[str, ...]:
    """What a state's or territory's own agencies call it, folded: "west virginia"; "cnmi"."""
    name = fold(STATE_NAMES.get(state, ""))
    own = [name, f"state of {name}", f"commonwealth of {name}"] if name else []
    if state == "MP":
        own += ["cnmi", "commonwealth of the northern mariana islands"]
    return tuple(own)
