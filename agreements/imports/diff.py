"""Diff: what one list changes against the one before it, and what about it contradicts what we know. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .columns import PRINTED, column_key
from .fold import OpenRun, Step
from .rows import Row

LARGEST_FALL = 0.1  # of the rows on the list before it, or of its own; more stops for a person
FEW = 10  # agreements that may go at once from a short list
COMPARED = ("state", "agency", "agency_type", "county", "signed_on", "moa_url", "addendum_url")


@dataclass(frozen=True, slots=True)
class Change:
    """One agreement that a list adds, drops or prints differently. `fields` maps a name to (before, after)."""

    kind: str  # appeared | vanished | changed
    agency: int
    program_model: str
    name: str
    state: str
    rule: str = ""
    reason: str = ""
    fields: dict[str, tuple] = field(default_factory=dict, hash=False)


def diff(step: Step) -> list[Change]:
    """What turns the list before into this one, in order of state and name. The same list twice: an empty list."""
    begun, stopped = _by_agreement(step.begun), _by_agreement(step.stopped)
    going_on = {run.pair for run in step.continued}
    changes = []
    for pair in begun.keys() | stopped.keys():
        before, after = stopped.get(pair), begun.get(pair)
        if before and after:
            fields = _differences(before.row, after.row)
            if fields:
                changes.append(_change("changed", after, fields))
        elif pair not in going_on:
            changes.append(_change("appeared" if after else "vanished", after or before))
    return sorted(changes, key=lambda change: (change.kind, change.state, change.name, change.program_model))


def _by_agreement(runs: Sequence[OpenRun]) -> dict[tuple[int, str], OpenRun]:
    return {run.pair: run for run in runs if run.pair is not None}


def _differences(before: Row | None, after: Row | None) -> dict[str, tuple]:
    if before is None or after is None:
        return {}
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in COMPARED}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _change(kind: str, run: OpenRun, fields: dict[str, tuple] | None = None) -> Change:
    row = run.row
    name, state = (row.agency, row.state) if row else ("", "")
    return Change(kind, run.agency, run.program_model, name, state, run.rule, run.reason, fields or {})


def lost_columns(before: Iterable[str], headings: Iterable[str]) -> list[str]:
    """A reason to stop where the list before has a column that this one, by its headings, has not.

    Held to for both kinds: ICE has only ever added columns.
    """
    strange = [heading for heading in headings if heading.strip() and not column_key(heading)]
    lost = {column_key(heading) for heading in before} - {column_key(heading) for heading in headings} - {""}
    if not lost:
        return []
    named = " and ".join(printed for key, printed in PRINTED.items() if key in lost)
    unknown = f" (headings that we do not know: {', '.join(strange)[:120]})" if strange else ""
    return [f"The list before it has a column {named}; this one has none{unknown}."]


def contradictions(kind: str, rows: int, before: int | None, readable: int, undated: int = 0) -> list[str]:
    """Reasons to stop and ask a person, each a sentence.

    `before` is the count on the list before, None if first; `readable` of the rows name a state, an agency and a model,
    `undated` have no day of signing that can be read.
    Only the participating list is held to this: the pending list is short, often halves, and may be empty.
    """
    if kind != "participating":
        return []
    if rows == 0:
        return ["The list has no rows: ICE has never published an empty list of participating agencies."]
    found = []
    if before and rows < before * (1 - LARGEST_FALL):
        share = round(100 * (before - rows) / before)
        found.append(f"The list has {rows:,} rows, {share} % fewer than the {before:,} of the list before it.")
    if (unread := rows - readable) > max(rows * LARGEST_FALL, FEW):
        found.append(f"In {unread:,} of its {rows:,} rows no state, no agency or no model can be read.")
    if undated > max(rows * LARGEST_FALL, FEW):
        found.append(f"In {undated:,} of its {rows:,} rows no day of signing can be read.")
    return found


def many_vanished(kind: str, changes: Sequence[Change], before: int | None) -> list[str]:
    """A reason to stop where more agreements vanish than ever did, though others may have come in their stead."""
    vanished = sum(change.kind == "vanished" for change in changes)
    if kind != "participating" or vanished <= max((before or 0) * LARGEST_FALL, FEW):
        return []
    return [f"{vanished:,} agreements of the {before:,} rows of the list before it are not on this one."]


# What of a standing row a list may change for few agreements only; the sentence begins with the count.
_SELDOM_CHANGED = {
    "agency": "are printed under another name",
    "signed_on": "have another day of signing, or none",
    "agency_type": "have another TYPE, or none",
    "county": "have another COUNTY, or none",
    "moa_url": "have another link to their MOA, or none",
}


def many_changed(kind: str, changes: Sequence[Change], before: int | None) -> list[str]:
    """Reasons to stop where a column says something else for more agreements than ever did: it may have slipped.

    A value that comes where none stood is news of another kind: ICE fills columns in.
    """
    if kind != "participating":
        return []
    counts = Counter(
        name
        for change in changes
        if change.kind == "changed"
        for name, (was, _now) in change.fields.items()
        if was and name in _SELDOM_CHANGED
    )
    few = max((before or 0) * LARGEST_FALL, FEW)
    return [
        f"{counts[name]:,} agreements of the {before or 0:,} rows of the list before it {says}."
        for name, says in _SELDOM_CHANGED.items()
        if counts[name] > few
    ]
