"""The lists laid end to end, in order of position over both kinds: which rows begin, go on and stop. Pure.

A run is one printed row over consecutive lists of its kind. Only a row that begins a run asks whose it is; a row that
goes on is the same agreement as before. So one list costs what it changes, and all of them cost what they ever changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .matching import Register
from .rows import Row

Entry = tuple[int, str]  # row number in the sheet, digest of the row as printed


def row_digest(columns: Sequence[str], cells: Sequence, links: Mapping) -> str:
    """Names a printed row by its header, cells and links, so that two rows are one exactly if printed alike."""
    printed = [list(columns), list(cells), sorted((int(column), url) for column, url in links.items())]
    text = json.dumps(printed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(slots=True, eq=False)
class OpenRun:
    """A printed row over consecutive lists, whose it is and by which rule. `row` is None if it could not be read."""

    kind: str
    digest: str
    first_position: int
    last_position: int
    agency: int | None = None
    program_model: str = ""
    row: Row | None = None
    rule: str = ""
    reason: str = ""
    listing_id: int | None = None

    @property
    def pair(self) -> tuple[int, str] | None:
        """Agency and model: the agreement. None if the row could not be read."""
        return None if self.agency is None else (self.agency, self.program_model)


@dataclass(slots=True)
class Step:
    """What one list changes among the runs of its kind."""

    kind: str
    position: int
    begun: list[OpenRun] = field(default_factory=list)
    continued: list[OpenRun] = field(default_factory=list)
    stopped: list[OpenRun] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


class Fold:
    """The state between two lists: the register of names, and the runs that stand on the newest list of each kind."""

    def __init__(self, register: Register, standing: Iterable[OpenRun] = ()):
        self.register = register
        self.standing: dict[str, dict[str, OpenRun]] = {"participating": {}, "pending": {}}
        for run in standing:
            self.standing[run.kind][run.digest] = run

    def take(self, kind: str, position: int, entries: Sequence[Entry], read: Callable[[str, int], Row | None]) -> Step:
        """Lay one more list at the end. `read(digest, number)` gives the row under that number, None if unreadable."""
        before = self.standing[kind]
        step = Step(kind, position, entries=list(entries))
        now: dict[str, OpenRun] = {}
        settled: dict[int, tuple[int, str]] = {}
        rows: list[Row] = []
        asked: list[OpenRun] = []
        for number, digest in entries:
            if digest in now:
                continue  # printed twice, letter for letter: one run
            if run := before.get(digest):
                run.last_position = position
                step.continued.append(run)
                if run.pair:
                    settled[number] = run.pair
            else:
                run = OpenRun(kind, digest, position, position)
                step.begun.append(run)
                run.row = read(digest, number)
                if run.row is not None:
                    run.program_model = run.row.program_model
                    rows.append(run.row if run.row.number == number else replace(run.row, number=number))
                    asked.append(run)
            now[digest] = run
        step.stopped = [run for digest, run in before.items() if digest not in now]
        for run, match in zip(asked, self.register.take(position, kind, rows, settled=settled), strict=True):
            run.agency, run.rule, run.reason = match.agency, match.rule, match.reason
        self.standing[kind] = now
        return step
