"""Names as people print them: tidied for keeping, folded for comparing, and read for what they say of an agency."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import us
from rapidfuzz.distance import OSA

PRINTED = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "ʻ": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"',
     "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-"}
    # What nobody sees: of no width, of writing direction, soft hyphens.
    | dict.fromkeys("\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e", "")
)  # fmt: skip
WHOLE_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


def tidy(text: object) -> str:
    """One line of text: 'Clay County\\xa0 Sheriff’s Office ' -> "Clay County Sheriff's Office"."""
    return " ".join(str("" if text is None else text).translate(PRINTED).split())


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The form in which two spellings of a name are equal: "St. Mary's–Doña Ana" -> "saint marys dona ana".

    ASCII, lower case, no punctuation, single spaces; St, Ste, Ft and Mt as a word of their own are written out.
    """
    plain = tidy(text).replace("'", "")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return " ".join(WHOLE_WORDS.get(word, word) for word in re.findall(r"[a-z0-9]+", plain.lower()))


# -- Agencies ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgencyName:
    """What the words of an agency's name say, respellings evened out.

    `kinds` is what sort of office it is (sheriff, police, constable, corrections …; several for "Board of County
    Commissioners / Department of Corrections"): names whose kinds differ are never one agency by their words.
    `words` are all words that tell it from others, kinds included, in printed order; `own` are those of them that are
    no kind, no form of government and not the state's name: the place's own. `numbers` are precincts and districts
    ("precinct3"). `government` is city, town, village, borough or county where the name says so, else "".
    """

    kinds: frozenset[str]
    words: tuple[str, ...]
    own: tuple[str, ...]
    numbers: tuple[str, ...]
    government: str

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for two spellings in the same words, whatever their order: "Constable Unity Township"."""
        return tuple(sorted(set(self.words)))

    @property
    def squeezed(self) -> str:
        """Equal for two spellings that differ in blanks only: "De Kalb County Sheriff", "DeKalb County Sheriff"."""
        return "".join(self.words)


@lru_cache(maxsize=16384)
def read_agency_name(name: str, state: str = "") -> AgencyName:
    """What `name` says, printed under `state` (USPS): "Unity Township Constable, PA" is "Constable Unity Township".

    Read over are City of and Town of, Office and Department, the state's own name before a state agency's, Dept., PD,
    Twp. and their like, plurals, possessives and slips of the pen in such words; "County" where the office has no
    other kind of place to be of (a sheriff's or a county jail), but never with police: "Monroe Police Department" and
    "Monroe County Police" are two.
    """
    words = _written_out(fold(_without_state_code(tidy(name), state)).split())
    words = _numbered(_without_state_name(words, _state_name(state)))
    if state == "LA":  # its counties are parishes
        words = ["county" if word == "parish" else word for word in words]
    kinds = frozenset(kind for kind, signs in KINDS.items() if any(_says(words, sign) for sign in signs))
    government, words = _government(words)
    if kinds and kinds <= OF_COUNTIES and "county" in words and not _also_a_city(words, state):
        government = government or "county"
        words = [word for word in words if word != "county"]
    words = [word for word in words if word not in FILLERS]
    numbers = tuple(sorted(word for word in words if word[-1].isdigit()))
    passed_over = {*COMMON_WORDS, *numbers, *_state_name(state)}
    own = tuple(word for word in words if word not in passed_over)
    return AgencyName(kinds, tuple(words), own, numbers, government)


KINDS: dict[str, tuple[str, ...]] = {
    "attorney": ("attorney", "prosecutor", "solicitor"),
    "commissioners": ("commissioners",),
    "constable": ("constable",),
    "corrections": ("corrections", "jail", "prison", "detention", "penitentiary"),
    "guard": ("guard",),
    "marshal": ("marshal",),
    "patrol": ("patrol",),
    "police": ("police",),
    "public safety": ("public safety",),
    "sheriff": ("sheriff",),
    "task force": ("task force",),
    "trustees": ("trustees",),
}
OF_COUNTIES = frozenset({"attorney", "commissioners", "corrections", "sheriff"})
"""Offices that belong to a county as a matter of course, so that saying "County" adds nothing."""

FILLERS = frozenset({"a", "an", "and", "at", "department", "division", "for", "of", "office", "the"})
GOVERNMENTS = frozenset({"city", "town", "village", "borough"})
NUMBERED = frozenset({"circuit", "district", "place", "precinct", "ward", "zone"})
FORMS = GOVERNMENTS | {"county", "parish", "state", "township"}
SAID_OR_NOT = frozenset({"city", "state", "town", "village"})
"""Words that a name may end on or not: "Ashdown City Police". A township is another government than a borough."""
COMMON_WORDS = FORMS | NUMBERED | {
    "agency", "airport", "attorney", "authority", "board", "bureau", "center", "college", "commission",
    "commissioners", "constable", "corrections", "court", "criminal", "detention", "drug", "enforcement", "facility",
    "force", "general", "guard", "highway", "investigation", "investigations", "jail", "judicial", "law", "marshal",
    "metropolitan", "national", "patrol", "police", "prison", "prosecutor", "public", "regional", "rehabilitation",
    "safety", "services", "sheriff", "special", "task", "trustees", "university",
}  # fmt: skip
"""Words that many agencies share: they say what an agency is, not which."""

ABBREVIATIONS: dict[str, str] = {
    "attorneys": "attorney",
    "bocc": "board county commissioners",
    "cnty": "county",
    "co": "county",
    "constables": "constable",
    "correction": "corrections",
    "correctional": "corrections",
    "countys": "county",
    "cty": "county",
    "departments": "department",
    "dept": "department",
    "depts": "department",
    "div": "division",
    "doc": "department corrections",
    "dps": "department public safety",
    "generals": "general",
    "hwy": "highway",
    "marshals": "marshal",
    "ofc": "office",
    "offices": "office",
    "pct": "precinct",
    "pd": "police department",
    "prec": "precinct",
    "prosecuting": "prosecutor",
    "prosecutors": "prosecutor",
    "sheriffs": "sheriff",
    "so": "sheriff office",
    "twp": "township",
    "univ": "university",
}
NEVER_FIRST = frozenset({"co", "div"})
ONLY_LAST = frozenset({"so"})  # "So" is South elsewhere
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip
ORDINALS = {word: str(number) for number, word in enumerate(_ORDINALS, start=1)}
MENDED = (
    "attorney", "commissioners", "constable", "corrections", "county", "department", "detention", "district",
    "judicial", "office", "police", "sheriff", "township", "university",
)  # fmt: skip
"""Words of which a slip of the pen is mended: no place's name is that near to them but the real words below."""
REAL_WORDS = frozenset({"country", "dietrich", "distrito", "officer", "officers"})


def _written_out(words: list[str]) -> list[str]:
    """Abbreviations and ordinals written out, slips in the usual words mended."""
    written: list[str] = []
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if number := re.fullmatch(r"0*(\d+?)(?:st|nd|rd|th)?", word):
            written.append(number[1])
        elif word in ORDINALS:
            written.append(ORDINALS[word])
        elif word.startswith("marshall") and (word == "marshalls" or not last) and words[place + 1 :][:1] == ["office"]:
            written.append("marshal")  # Marshall is a place unless it has an office
        elif (
            word in ABBREVIATIONS and not (word in NEVER_FIRST and place == 0) and not (word in ONLY_LAST and not last)
        ):
            written.extend(ABBREVIATIONS[word].split())
        else:
            written.append(_mended(word))
    # "Police Services Department" is what a few cities call theirs.
    return re.sub(r"\bpolice services department\b", "police department", " ".join(written)).split()


@lru_cache(maxsize=16384)
def _mended(word: str) -> str:
    if len(word) < 5 or word in REAL_WORDS or word in MENDED:
        return word
    for usual in MENDED:
        allowed = 2 if len(usual) >= 7 else 1
        for form in (usual, usual + "s"):
            if word[0] == form[0] and OSA.distance(word, form, score_cutoff=allowed) <= allowed:
                return usual
    return word


def _numbered(words: list[str]) -> list[str]:
    """ "precinct 1", "4 ward" as one word each, so that "Precinct 1 Place 2" is not "Precinct 2 Place 1"."""
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if (word.isdigit() and before in NUMBERED) or (word in NUMBERED and before.isdigit()):
            joined[-1] = before + word if word.isdigit() else word + before
        else:
            joined.append(word)
    return joined


def _says(words: list[str], sign: str) -> bool:
    if sign == "marshal" and "fire" in words:
        return False  # a fire marshal is no marshal
    return f" {sign} " in f" {' '.join(words)} "


def _government(words: list[str]) -> tuple[str, list[str]]:
    """City, town, village or borough where the name says so before "of" or, for a borough, before the kind."""
    for place, word in enumerate(words[:-2]):
        if word in GOVERNMENTS and words[place + 1] == "of":
            return word, words[:place] + words[place + 2 :]
        if word == "borough" and place > 0 and words[place + 1] in ("police", "constable"):
            return word, words[:place] + words[place + 1 :]
    if len(words) > 2 and words[-2] == "borough" and words[-1] in ("police", "constable"):
        return "borough", [*words[:-2], words[-1]]
    return "", words


def _without_state_code(text: str, state: str) -> str:
    """ "Arnaudville Police Department, LA", "MT Dept of Justice", "Troy Township PA State Constable" without the code.

    Inside a name only in capitals, and not where all is in capitals: "LA SALLE PARISH". Of P.D. only the dots go.
    """
    text = re.sub(r"\b([A-Z])\.(?=[A-Z]\b)", r"\1", text)
    text = re.sub(r"\(addendum\)", " ", text, flags=re.IGNORECASE)
    if not state:
        return text
    text = re.sub(rf",\s*{state}\.?$", "", text, flags=re.IGNORECASE)
    return text if text.isupper() else re.sub(rf"(?<![\w'.&-]){state}(?![\w'.&-])", " ", text)


OF_STATES = frozenset(
    {"alcohol", "attorney", "board", "bureau", "commission", "department", "division", "fish", "gaming", "highway",
     "military", "national", "office", "state"}
)  # fmt: skip
ENDS_OF_NAMES = frozenset({"corrections", "department", "general", "office", "patrol", "police", "safety"})


@lru_cache(maxsize=64)
def _state_name(state: str) -> tuple[str, ...]:
    found = us.states.lookup(state, field="abbr") if state else None
    return tuple(fold(found.name).split()) if found else ()


def _without_state_name(words: list[str], name: tuple[str, ...]) -> list[str]:
    """The state's name left out before a state agency's own words and at the end: "Alaska Department of Corrections".

    Not where it is a place's name or part of one: "Texas City Police", "Oklahoma County Sheriff", "Florida Police".
    """
    size = len(name)
    if not size:
        return words
    kept: list[str] = []
    place = 0
    while place < len(words):
        if tuple(words[place : place + size]) == name:
            after = words[place + size] if place + size < len(words) else ""
            before = [word for word in kept if word not in ("of", "the")]
            if after in OF_STATES or (not after and before and before[-1] in ENDS_OF_NAMES):
                place += size
                continue
        kept.append(words[place])
        place += 1
    return kept


def _also_a_city(words: list[str], state: str) -> bool:
    """Whether "County" tells a county from a city that is none of it: Virginia's cities, Baltimore, St. Louis."""
    if state == "VA":
        return True
    return (state == "MD" and "baltimore" in words) or (state == "MO" and words[:2] == ["saint", "louis"])


def near(one: AgencyName, other: AgencyName) -> bool:
    """A slip away: two letters at most (fewer in a short name), or a word of government said by one of them only.

    "Lampass County", "Lampasas County"; "Ashdown Police", "Ashdown City Police"; in Virginia, where cities have
    sheriffs, "Hopewell Sheriff's Office", "Hopewell County Sheriff's Office".
    """
    if not _comparable(one, other):
        return False
    common, other_common = set(one.words) - set(one.own), set(other.words) - set(other.own)
    said_once = common ^ other_common
    passable = SAID_OR_NOT | {"county"} if one.kinds and one.kinds <= OF_COUNTIES else SAID_OR_NOT
    if not said_once <= passable or (said_once and (one.government or other.government)):
        return False
    if not (common <= other_common or other_common <= common):
        return False
    shorter = min(len("".join(name.own or name.words)) for name in (one, other))
    return slips(one, other) <= (0 if shorter < 4 else 1 if shorter < 5 else 2)


def one_slip(one: AgencyName, other: AgencyName) -> bool:
    """The same words but for one letter in one or two of them, never the first: "Barndall", "Green Forks"."""
    if not _comparable(one, other) or len(one.words) != len(other.words):
        return False
    slipped = [pair for pair in zip(one.words, other.words, strict=True) if pair[0] != pair[1]]
    return len(slipped) <= 2 and all(
        mine[0] == theirs[0] and min(len(mine), len(theirs)) >= 4 and OSA.distance(mine, theirs) == 1
        for mine, theirs in slipped
    )


def slips(one: AgencyName, other: AgencyName) -> int:
    """Letters more, less, other or changed about in what tells the two agencies from others, blanks aside."""
    mine, theirs = (one.own, other.own) if one.own and other.own else (one.words, other.words)
    return OSA.distance("".join(mine), "".join(theirs))


def _comparable(one: AgencyName, other: AgencyName) -> bool:
    governments = {one.government, other.government} - {""}
    return one.kinds == other.kinds and one.numbers == other.numbers and len(governments) < 2
