"""The columns of ICE's lists, found by what their header says, never by where they stand.

The lists have had five to eight columns: COUNTY came in March 2025, ADDENDUM in July 2025, TYPE in February 2025.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

PRINTED: Mapping[str, str] = {
    "state": "STATE",
    "agency": "LAW ENFORCEMENT AGENCY",
    "type": "TYPE",
    "county": "COUNTY",
    "model": "SUPPORT TYPE",
    "signed": "SIGNED",
    "moa": "MOA",
    "addendum": "ADDENDUM",
}
"""Our key for a column and ICE's heading for it."""

NEEDED = ("state", "agency", "model")
"""What every list of either kind has had since January 2021."""

ENOUGH = 3  # headings that a row must hold to be taken for the header of such a list

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "state": ("state", "state or territory", "state territory"),
    "agency": (
        "law enforcement agency",
        "law enforcement agencies",
        "law enforcement agency name",
        "agency",
        "agency name",
        "participating agency",
        "participating law enforcement agency",
        "lea",
        "lea name",
    ),
    "type": ("type", "agency type", "type of agency", "lea type"),
    "county": ("county", "counties", "county name", "county or parish", "county parish", "parish"),
    "model": (
        "support type",
        "type of support",
        "program model",
        "program type",
        "program",
        "model",
        "model type",
        "agreement type",
        "type of agreement",
    ),
    "signed": (
        "signed",
        "signed on",
        "date signed",
        "signed date",
        "signature date",
        "date of signature",
        "moa signed",
        "moa signed on",
        "date moa signed",
        "moa signed date",
        "moa date signed",
    ),
    "moa": ("moa", "moas", "moa link", "link to moa", "memorandum of agreement", "memoranda of agreement"),
    "addendum": ("addendum", "addenda", "addendum link", "moa addendum"),
}
_ASIDE = re.compile(r"^\W*287\W*g\b|\([^()]*\)|\[[^\[\]]*\]")
_KEY_OF = {name: key for key, names in _SYNONYMS.items() for name in names}


def column_key(header: str) -> str:
    """The key of the column under `header` ("  Support  type" -> "model"), "" for a heading we do not know.

    Marks that nobody sees (of writing direction, of no width, soft hyphens) and wide letters change nothing, nor does
    the program's name in front, nor what stands in brackets: "Law Enforcement Agency (LEA)", "287(g) Model".
    """
    if not header.isascii():
        header = "".join(mark for mark in unicodedata.normalize("NFKC", header) if unicodedata.category(mark) != "Cf")
    return _KEY_OF.get(" ".join(re.findall(r"[a-z0-9]+", _ASIDE.sub(" ", header.casefold()))), "")


def find_columns(headers: Iterable[str]) -> dict[str, int]:
    """Where each known column stands, counted from 0. Of two columns with one meaning the first counts."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        if key := column_key(header):
            places.setdefault(key, place)
    return places


def repeated_columns(headers: Iterable[str]) -> list[str]:
    """ICE's headings of the columns that stand more than once: which of them counts is not ours to guess."""
    keys = [key for header in headers if (key := column_key(header))]
    return [PRINTED[key] for key in dict.fromkeys(keys) if keys.count(key) > 1]
