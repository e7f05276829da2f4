"""Agencies whose area a statute or an official page gives: circuits, districts, regional jails, joint police."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .words import NUMBERS, spelled_out

TABLE = Path(__file__).parent.parent / "data" / "special_agencies.csv"
COLUMNS = ("state", "name", "kind", "places", "note", "source_title", "source_publisher", "source_url", "read_on")


@dataclass(frozen=True, slots=True)
class SpecialAgency:
    """One row: `places` are pairs of GEOID and extent ("whole", "part"); none where no source gives its area."""

    state: str
    name: str
    kind: str
    places: tuple[tuple[str, str], ...]
    note: str
    source_title: str
    source_publisher: str
    source_url: str
    read_on: str


Special = Mapping[tuple[str, str], SpecialAgency]


def parse_places(text: str) -> tuple[tuple[str, str], ...]:
    """ "12101:whole;12103:part" -> (("12101", "whole"), ("12103", "part")). ValueError for another extent."""
    pairs = []
    for item in filter(None, text.split(";")):
        geoid, _, extent = item.partition(":")
        if extent not in ("whole", "part"):
            raise ValueError(f"{item}: an area is followed by :whole or :part")
        pairs.append((geoid, extent))
    return tuple(pairs)


def key(state: str, name: str) -> tuple[str, str]:
    """By state and words: "Sixth Judical Circuit" and "6th Judicial Circuit" are one."""
    words = spelled_out(name, state).replace("|", " ").split()
    return state, " ".join(
        f"{NUMBERS[word]}{ORDINAL.get(NUMBERS[word], 'th')}" if word in NUMBERS else word for word in words
    )


ORDINAL = {1: "st", 2: "nd", 3: "rd"}


def by_name(agencies: Iterable[SpecialAgency]) -> dict[tuple[str, str], SpecialAgency]:
    return {key(agency.state, agency.name): agency for agency in agencies}


@lru_cache(maxsize=1)
def load_special(path: Path = TABLE) -> Special:
    """The table that comes with the project, by `key`. ValueError if its heading differs."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        heading = tuple(next(rows))
        if heading != COLUMNS:
            raise ValueError(f"{path.name}: expected the columns {COLUMNS}, found {heading}")
        return by_name(
            SpecialAgency(state, name, kind, parse_places(places), *rest) for state, name, kind, places, *rest in rows
        )
