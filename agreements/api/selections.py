"""Which records a list has. A worker keeps that by what was asked for, as long as the facts stay as they are."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

from django.db.models import QuerySet

from agreements.days import today
from jurisdictions.api.kept import Facts, Kept, Key

Asked = tuple[tuple[str, str], ...]
"""Filters that a list is asked with: their names and what they say."""

BESIDE_KEYS = 1_000
"""Bytes that keys take in memory beside themselves: what was asked for."""
LONGEST = 400
"""Characters of what was asked for; of more nothing is kept, so that a worker's memory is not filled by addresses."""
BESIDE_A_MEMBER = 100
"""Bytes that a key takes in a set."""

selections: Kept[array] = Kept(together=6_000_000)
"""The keys of lists, in their order."""
members: Kept[frozenset] = Kept(together=6_000_000)
"""The keys of what one filter keeps, to see whether a key is among them."""
missed: Kept[bool] = Kept(together=2_000)
"""What would have been of use and was not there."""


class Selection:
    """The keys of the records of a list, in its order.

    Where filters are each a condition of its own, a list has what the lists of each have in common: a worker that knows
    what is in Florida, and what is listed, asks no database for what is listed in Florida.
    """

    def __init__(
        self,
        facts: Facts | None,
        kind: type,
        asked: Mapping[str, str],
        apart: Sequence[str],
        filtered: Callable[[Mapping[str, str]], QuerySet],
    ):
        """`asked`: the filters by name. `apart`: which are a condition of their own. `filtered`: what they ask for.

        `filtered` raises where something is wrong with a filter. None as `facts`: nothing is kept.
        """
        self.facts = facts if sum(map(len, asked.values())) <= LONGEST else None
        self.kind, self.filtered, self.today = kind, filtered, today()
        self.whole: Asked = tuple(asked.items())
        day = [(name, asked[name]) for name in ("as_of",) if name in asked]
        order = [(name, asked[name]) for name in ("ordering",) if name in asked]
        alone = [[(name, asked[name])] for name in apart if name in asked]
        together = [pair for pair in self.whole if pair[0] not in (*apart, "as_of", "ordering")]
        first, *others = [together, *alone] if together or not alone else alone
        self.first: Asked = (*first, *day, *order)
        self.others: list[Asked] = [(*other, *day) for other in others]

    def keys(self) -> Sequence[int]:
        if self.facts is None:
            return self.ask(self.whole)
        selected = selections.get(self.key(self.whole))
        if selected is None:
            selected = self.cut()
        if selected is None:
            selected = self.ask(self.whole)
            self.keep(self.whole, selected)
        return selected

    def cut(self) -> array | None:
        """What the lists of the parts have in common. None where they are not at hand and were not missed before."""
        if not self.others:
            return None
        first = selections.get(self.key(self.first))
        sets = {part: self.known_members(part) for part in self.others}
        missing = [part for part, found in {self.first: first, **sets}.items() if found is None]
        if missing:
            missed_before = [self.was_missed(part) for part in missing]
            if not all(missed_before):
                return None
            self.filtered(dict(self.whole))  # tells all that is wrong at once
            if first is None:
                self.keep(self.first, first := self.ask(self.first))
            sets = {part: self.ask_members(part) if found is None else found for part, found in sets.items()}
        selected = first
        for among in sets.values():
            selected = [key for key in selected if key in among]
        selected = array("q", selected)
        self.keep(self.whole, selected)
        return selected

    def known_members(self, part: Asked) -> frozenset | None:
        found = members.get(self.key(part))
        if found is None and (in_order := selections.get(self.key(part))) is not None:
            found = self.keep_members(part, frozenset(in_order))
        return found

    def was_missed(self, part: Asked) -> bool:
        """Whether this part was missed before; it is by now."""
        before = missed.get(self.key(part))
        missed.put(self.key(part), True, 1)
        return before is not None

    def ask(self, asked: Asked) -> array:
        return array("q", self.filtered(dict(asked)).values_list("pk", flat=True))

    def ask_members(self, part: Asked) -> frozenset:
        return self.keep_members(part, frozenset(self.filtered(dict(part)).order_by().values_list("pk", flat=True)))

    def keep(self, asked: Asked, keys: array) -> None:
        selections.put(self.key(asked), keys, keys.itemsize * len(keys) + BESIDE_KEYS)

    def keep_members(self, part: Asked, keys: frozenset) -> frozenset:
        members.put(self.key(part), keys, BESIDE_A_MEMBER * len(keys) + BESIDE_KEYS)
        return keys

    def key(self, asked: Asked) -> Key:
        return self.facts, (self.kind, self.today, asked)
