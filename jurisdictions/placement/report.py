"""What the placements of a list come to: counts, those in question, and a sample to check by hand. Pure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .place import IN_QUESTION


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One agency. `areas` says in words what it covers: "Davie", "part of Bexar County"; "" if in question."""

    state: str
    name: str
    kind: str
    status: str
    areas: str
    reason: str
    printed: str = ""


def counts(entries: Iterable[Entry]) -> str:
    """How many of each status, and of each kind, as two tables."""
    entries = list(entries)
    by_status, by_kind = Counter(entry.status for entry in entries), Counter(entry.kind for entry in entries)
    lines = ["| placement | agencies | part |", "| --- | ---: | ---: |"]
    lines += [f"| {status} | {n:,} | {n / len(entries):.1%} |" for status, n in by_status.most_common()]
    lines += ["", "| kind | agencies |", "| --- | ---: |", *(f"| {kind} | {n} |" for kind, n in by_kind.most_common())]
    return "\n".join(lines)


def in_question(entries: Iterable[Entry]) -> str:
    chosen = sorted(entry for entry in entries if entry.status == IN_QUESTION)
    lines = ["| state | agency | ICE prints | why |", "| --- | --- | --- | --- |"]
    lines += [f"| {e.state} | {e.name} | {e.printed or 'no county'} | {e.reason} |" for e in chosen]
    return "\n".join(lines)


def sample(entries: Iterable[Entry], size: int, seed: int) -> list[Entry]:
    """`size` of them at random, the same for the same entries and seed, in order of state and name."""
    return sorted(random.Random(seed).sample(sorted(entries), size))


def to_check(entries: Sequence[Entry]) -> str:
    """A table with a row for each to be read by a person, who fills the last two columns."""
    lines = [
        "| state | agency | ICE prints | kind | we say | checked how | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {e.state} | {e.name} | {e.printed or '–'} | {e.kind} | {e.areas or e.status.replace('_', ' ')} | | |"
        for e in entries
    ]
    return "\n".join(lines)
