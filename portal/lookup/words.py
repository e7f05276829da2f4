"""What somebody typed, as words: folded, with short forms written out. Pure, and past every cache of the process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from jurisdictions.names import WHOLE_WORDS, fold

Words = tuple[str, ...]

# What people write short at the end of a name: "St. Mary Par", "Burton Twp", "Broward Co".
SHORT_TYPES = {
    "co": "county", "cnty": "county", "cty": "county", "cnt": "county", "par": "parish", "twp": "township",
    "twnshp": "township", "tshp": "township", "tp": "township", "boro": "borough", "vlg": "village", "vill": "village",
    "mun": "municipio",
}  # fmt: skip
# At the beginning: "N. Las Vegas", "So. San Francisco".
DIRECTIONS = {"n": "north", "no": "north", "s": "south", "so": "south", "e": "east", "w": "west"}
# Anywhere: "W Palm Bch", "Colo Spgs". As the post office and road signs have them.
SHORT_WORDS = {
    "bch": "beach", "ch": "court house", "ctr": "center", "frk": "fork", "grv": "grove", "hbr": "harbor",
    "hts": "heights", "hls": "hills", "is": "island", "jct": "junction", "lk": "lake", "mtn": "mountain", "pk": "park",
    "pt": "point", "spg": "spring", "spgs": "springs", "vly": "valley",
}  # fmt: skip
COUNTIES = frozenset({"county", "parish", "borough", "municipio", "municipality"})
"""What counties and their equivalents are called: people say "Orleans County"."""
TYPES = COUNTIES | {"township", "town", "village", "city", "district", "plantation", "charter"}
SMALL_WORDS = frozenset({"of", "the", "in", "for", "and", "at"})

AGENCY_WORDS = frozenset(
    {
        "police", "sheriff", "sheriffs", "sherriff", "sherrif", "sherif", "pd", "so", "dps", "doc", "patrol",
        "department", "dept", "office", "constable", "constables", "marshal", "marshals", "marshall", "corrections",
        "jail", "detention", "trooper", "troopers", "agency", "guard", "attorney", "prosecutor",
    }
)  # fmt: skip
"""Words which say that an agency is meant."""
SHORT_AGENCY_WORDS = {
    "pd": ["police"], "so": ["sheriff"], "dept": ["dep"], "sheriffs": ["sheriff"], "sherriff": ["sheriff"],
    "sherrif": ["sheriff"], "sherif": ["sheriff"], "dps": ["public", "safety"], "doc": ["corrections"],
}  # fmt: skip
SHORTEST_MENDED = 4  # letters of a word in which one may be wrong
NO_PLACE = AGENCY_WORDS | {"highway"}
NAMELESS = AGENCY_WORDS | TYPES | SMALL_WORDS | {"state"}
"""A text of such words alone names nobody."""
CAMPUS_WORDS = frozenset({"university", "college", "campus"})
STATELESS = NAMELESS | {"public", "safety", "highway"}
"""A name of such words alone may be that of an agency of many states, though one of them prints it so."""

# What a reader of Spanish writes before a name. The English words stand before it too: "police Davie" is read as well.
_OF = r"(?: de la| de los| de las| del| de)?"
_SPANISH = [
    (
        re.compile(
            rf"(?:(?:el|la) )?(?:(?:oficina|departamento){_OF} )?(?:alguacil|s[hc]?h?erif+){_OF}"
            rf"(?: condado{_OF})? ",
            re.IGNORECASE,
        ),
        "sheriff ",
    ),
    (re.compile(rf"(?:(?:el|la) )?(?:departamento{_OF} )?polic[ií]a(?: municipal)?{_OF} ", re.IGNORECASE), "police "),
    *(
        (re.compile(rf"(?:(?:el|la|las|los) )?{spanish}(?: de| del)? ", re.IGNORECASE), f"{english} of ")
        for spanish, english in [
            ("condado", "county"), ("ciudad", "city"), ("pueblo", "town"), ("villa", "village"),
            ("parroquia", "parish"), ("municipio", "municipio"), ("estado", "state"),
        ]
    ),
]  # fmt: skip
_ARTICLE = re.compile(r"(?<= )(?:el|la|los|las) ", re.IGNORECASE)


def in_english(text: str) -> Iterator[str]:
    """ "condado de Broward" → "county of Broward", "policía de Miami" → "police Miami"; nothing for other texts."""
    for spanish, english in _SPANISH:
        found = spanish.match(text)
        rest = text[found.end() :] if found else ""
        # "sheriff broward" and "municipio of Lares" are English already.
        if rest and not rest.lower().startswith("of ") and (english != "sheriff " or found[0].lower() != english):
            yield english + rest
            if (without := _ARTICLE.sub("", f" {rest}").strip()) != rest:
                yield english + without  # "estado de la Florida", but "condado de Los Ángeles"
            return


def words_of(text: str) -> Words:
    # Past fold's cache: what somebody typed is kept nowhere.
    return tuple(fold.__wrapped__(text).split())


def squeezed(text: str) -> str:
    """Folded and without blanks, so that "De Kalb", "DeKalb" and "dekalb" are one name."""
    return fold.__wrapped__(text).replace(" ", "")


def squeezed_as_typed(text: str) -> str:
    """The same, with the last word as it stands: who types "st" may be on the way to Stockton."""
    front, _blank, last = text.rpartition(" ")
    last = fold.__wrapped__(f"{last}x")[:-1]
    return squeezed(front) + last.replace(" ", "")


def joined(words: Iterable[str]) -> str:
    return "".join(words)


WHOLE_WORD = re.compile(rf"\b(?:{'|'.join(WHOLE_WORDS)})\b")
TO_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"}


def all_squeezed(names: Sequence[str]) -> list[str]:
    """`squeezed` of each name, for tens of thousands of them in a twentieth of a second."""
    if not names:  # a portal into which no facts were loaded yet
        return []
    plain = [name if name.isascii() and "\n" not in name else "" for name in names]
    text = "\n".join(plain).replace("'", "").replace("`", "").lower().translate(TO_BLANKS)
    keys = WHOLE_WORD.sub(lambda word: WHOLE_WORDS[word[0]], text).replace(" ", "").split("\n")
    return [key or squeezed(name) for key, name in zip(keys, names, strict=True)]


def other_forms(words: Words) -> Iterator[Words]:
    """The same name as the index may have it: of "Burton Twp", "Town of Davie", "N. Las Vegas", "State of Ohio"."""
    if not words:
        return
    if words[-1] in SHORT_TYPES:
        longer = (*words[:-1], SHORT_TYPES[words[-1]])
        yield from other_forms(longer)
        yield longer
    if (longer := written_out(words)) != words:
        yield longer
        yield from other_forms(longer)
    if len(words) > 2 and words[1] == "of" and words[0] in TYPES:
        yield (*words[2:], words[0])
        yield words[2:]
    if len(words) > 1 and words[-1] in {"township", "municipality"}:
        yield (*words[:-1], "charter", words[-1])
        yield words[:-1]
    if len(words) > 2 and words[:2] == ("state", "of"):
        yield words[2:]
    if len(words) > 1 and words[-1] == "state":
        yield words[:-1]


def written_out(words: Words) -> Words:
    """The same words without short forms inside the name."""
    long = [SHORT_WORDS.get(word, word) for word in words]
    if len(words) > 1:
        # The first word of "Is la ..." is no island; a short direction stands first only.
        long[0] = DIRECTIONS.get(words[0], words[0])
    else:
        long = [*words]
    return tuple(" ".join(long).split())


def without_type(words: Words) -> Words:
    """ "Davie County" → "Davie", "County of Davie" → "Davie"; () where no word says what kind of area is meant."""
    if len(words) > 1 and words[-1] in TYPES:
        return words[:-1]
    if len(words) > 2 and words[0] in TYPES and words[1] == "of":
        return words[2:]
    return ()


def agency_words(words: Words) -> list[str]:
    """The words to look for in names of agencies: "city of miami pd" → miami, police. Empty if none tells which."""
    if words[:1] and words[0] in TYPES and words[1:2] == ("of",):
        words = words[2:]
    found = [each for word in words for each in SHORT_AGENCY_WORDS.get(word, [word]) if word not in SMALL_WORDS]
    return found if set(found) - AGENCY_WORDS - TYPES - {"state", "dep"} else []


def names_an_agency(words: Words) -> bool:
    """Whether a word says that an agency is meant, perhaps with a letter wrong: "polcie"."""
    return any(
        word in AGENCY_WORDS
        or (len(word) > SHORTEST_MENDED and process.extractOne(word, AGENCY_WORDS, scorer=OSA.distance, score_cutoff=1))
        for word in words
    )
