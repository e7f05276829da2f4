"""Names as people print them: tidied for keeping, folded for comparing, and read for what they say of an agency."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import us
from rapidfuzz.distance import OSA

PRINTED = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "ʻ": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"',
     "‐": "-", "‑": "-", "–": "-", "—": "-", "\u200b": "", "\ufeff": ""}
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
    plain = text.translate(PRINTED).replace("'", "")
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
    no kind and no form of government, the place's or state's own name; `numbers` the precinct or district.
    `government` is city, town, village or borough where the name says so ("City of Monroe"), else "".
    """

    kinds: frozenset[str]
    words: tuple[str, ...]
    own: tuple[str, ...]
    numbers: tuple[str, ...]
    government: str

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for two spellings in the same words, whatever their order: "Constable Unity Township"."""
        return tuple(sorted(self.words))

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
    words = fold(_without_state_code(tidy(name), state)).split()
    words = _written_out(words)
    words = _without_state_name(words, state)
    government, words = _government(words)
    kinds = frozenset(kind for kind, signs in KINDS.items() if any(_says(words, sign) for sign in signs))
    if state == "LA":  # its counties are parishes
        words = ["county" if word == "parish" else word for word in words]
    if kinds and kinds <= OF_COUNTIES and not _also_a_city(words, state):
        words = [word for word in words if word != "county"]
    words = [word for word in words if word not in FILLERS]
    numbers = tuple(sorted(word for word in words if word.isdigit()))
    own = tuple(word for word in words if not (word in COMMON_WORDS or word.isdigit() or word in _state_name(state)))
    return AgencyName(kinds, tuple(words), own, numbers, government)


KINDS: dict[str, tuple[str, ...]] = {
    "attorney": ("attorney", "prosecutor", "solicitor"),
    "constable": ("constable",),
    "corrections": ("corrections", "jail", "prison", "detention", "penitentiary"),
    "commissioners": ("commissioners",),
    "marshal": ("marshal",),
    "patrol": ("patrol",),
    "police": ("police",),
    "public safety": ("public safety",),
    "sheriff": ("sheriff",),
    "task force": ("task force",),
    "trustees": ("trustees",),
    "guard": ("guard",),
}
OF_COUNTIES = frozenset({"attorney", "commissioners", "corrections", "sheriff"})
"""Offices that belong to a county as a matter of course, so that saying "County" adds nothing."""

FILLERS = frozenset({"a", "an", "and", "at", "department", "division", "for", "of", "office", "the"})
GOVERNMENTS = frozenset({"city", "town", "village", "borough"})
FORMS = frozenset(
    {"city", "county", "parish", "township", "town", "village", "borough", "state", "precinct", "district", "ward"}
)
COMMON_WORDS = FORMS | frozenset(
    {
        "agency", "attorney", "authority", "board", "bureau", "center", "college", "commission", "commissioners",
        "constable", "corrections", "detention", "facility", "force", "general", "guard", "highway", "jail", "judicial",
        "circuit", "court", "law", "enforcement", "marshal", "national", "patrol", "police", "prison", "prosecutor",
        "public", "regional", "rehabilitation", "safety", "services", "sheriff", "special", "task", "trustees",
        "university", "metropolitan", "criminal", "investigation", "investigations", "airport", "drug",
    }
)  # fmt: skip
"""Words that many agencies share: they say what an agency is, not which."""

ABBREVIATIONS: dict[str, str] = {
    "bocc": "board county commissioners",
    "cnty": "county",
    "correction": "corrections",
    "correctional": "corrections",
    "dept": "department",
    "departments": "department",
    "depts": "department",
    "div": "division",
    "doc": "department corrections",
    "dps": "department public safety",
    "hwy": "highway",
    "offices": "office",
    "pct": "precinct",
    "pd": "police department",
    "prec": "precinct",
    "twp": "township",
    "twnship": "township",
    "univ": "university",
    "constables": "constable",
    "countys": "county",
    "marshals": "marshal",
    "prosecutors": "prosecutor",
    "prosecuting": "prosecutor",
    "attorneys": "attorney",
    "sheriffs": "sheriff",
    "so": "sheriff office",
    "co": "county",
    "cty": "county",
}  # fmt: skip
ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
         "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
         "twentieth"],
        start=1,
    )
}  # fmt: skip
# Words of which a slip of the pen is mended: none has another word or a place's name one slip away, but Country.
MENDED = ("attorney", "commissioners", "constable", "corrections", "county", "department", "detention", "office",
          "police", "sheriff", "township", "university")  # fmt: skip
REAL_WORDS = frozenset({"country", "counts", "polite", "officer", "offices", "sheriffs", "constables"})
# "So" and "Co" are words of their own unless they stand last ("Clay So", "Clay Co Sheriff").
ONLY_LAST = frozenset({"so"})


def _written_out(words: list[str]) -> list[str]:
    """Abbreviations and ordinals written out, slips in the usual words mended."""
    written: list[str] = []
    for place, word in enumerate(words):
        if number := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word):
            written.append(number[1])
        elif word.isdigit():
            written.append(word.lstrip("0") or "0")
        elif word in ORDINALS:
            written.append(ORDINALS[word])
        elif word in ONLY_LAST and place != len(words) - 1:
            written.append(word)
        elif word in ABBREVIATIONS and (place > 0 or word not in ("co", "div")):
            written.extend(ABBREVIATIONS[word].split())
        else:
            written.append(_mended(word))
    # "Police Services Department" is what a few cities call theirs.
    return re.sub(r"\bpolice services department\b", "police department", " ".join(written)).split()


@lru_cache(maxsize=16384)
def _mended(word: str) -> str:
    if len(word) < 5 or word in REAL_WORDS or word in MENDED:
        return ABBREVIATIONS.get(word, word)
    for usual in MENDED:
        slips = 2 if len(usual) >= 7 else 1
        for form in (usual, usual + "s"):
            if word[0] == form[0] and OSA.distance(word, form, score_cutoff=slips) <= slips:
                return usual
    return word


def _says(words: list[str], sign: str) -> bool:
    if sign == "marshal" and "fire" in words:
        return False  # a fire marshal is no marshal
    return f" {sign} " in f" {' '.join(words)} "


def _government(words: list[str]) -> tuple[str, list[str]]:
    """City, town, village or borough where the name says so before "of" or, for a borough, before the kind."""
    for place, word in enumerate(words[:-2]):
        if word in GOVERNMENTS and words[place + 1] == "of":
            return word, words[:place] + words[place + 2 :]
    for place, word in enumerate(words):
        if word == "borough" and 0 < place < len(words) - 1 and words[place + 1] in ("police", "constable"):
            return word, words[:place] + words[place + 1 :]
    return "", words


def _without_state_code(text: str, state: str) -> str:
    """ "Arnaudville Police Department, LA", "MT Dept of Justice", "Troy Township PA State Constable" without the code.

    Only in capitals, and not in a name that is all capitals: "LA SALLE PARISH".
    """
    text = re.sub(r"\((?:addendum|county)\)", " ", text, flags=re.IGNORECASE)
    if not state:
        return text
    text = re.sub(rf",\s*{state}\.?$", "", text, flags=re.IGNORECASE)
    if text.isupper():
        return text
    return re.sub(rf"(?<![A-Za-z]){state}(?![A-Za-z.'])(?!-)", " ", text)


OF_STATES = frozenset(
    {"alcohol", "attorney", "board", "bureau", "commission", "department", "division", "fish", "gaming", "highway",
     "military", "national", "office", "state"}
)  # fmt: skip


@lru_cache(maxsize=64)
def _state_name(state: str) -> tuple[str, ...]:
    found = us.states.lookup(state, field="abbr") if state else None
    return tuple(fold(found.name).split()) if found else ()


def _without_state_name(words: list[str], state: str) -> list[str]:
    """The state's name left out before a state agency's own words: "Alaska Department of Corrections".

    Not where it is a place's name or part of one: "Texas City Police", "Oklahoma County Sheriff", "Florida Police".
    """
    name = list(_state_name(state))
    if not name:
        return words
    size = len(name)
    kept: list[str] = []
    place = 0
    while place < len(words):
        if words[place : place + size] == name and OF_STATES & set(words[place + size : place + size + 1]):
            place += size
        kept.append(words[place])
        place += 1
    return kept


def _also_a_city(words: list[str], state: str) -> bool:
    """Whether "County" tells a county from a city that is none of it: Virginia's cities, Baltimore, St. Louis."""
    if state == "VA":
        return True
    return (state == "MD" and "baltimore" in words) or (state == "MO" and words[:2] == ["saint", "louis"])


def near(one: AgencyName, other: AgencyName) -> bool:
    """A slip away: two letters at most (one in a short name), or a form of government said by one of them only.

    "Lampass County", "Lampasas County"; "Hopewell Sheriff's Office", "Hopewell County Sheriff's Office".
    """
    if not _comparable(one, other):
        return False
    common, other_common = set(one.words) - set(one.own), set(other.words) - set(other.own)
    if not (common ^ other_common <= FORMS and (common <= other_common or other_common <= common)):
        return False
    return slips(one, other) <= (1 if min(len("".join(name.own)) for name in (one, other)) < 5 else 2)


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
