"""With which decisions of people the lists that we hold were folded, and whether those taken since change the fold.

A decision on a name that no list prints yet, or a correction of a value that none prints, cannot change what was read
in the lists that we hold: a newer list is then laid at the end as ever. Only a decision that speaks of what is held
folds all lists anew.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q

from agreements.models import FoldedDecisions, Listing, SourceCorrection, Verdict
from jurisdictions.names import fold, read_agency_name

from .matching import words_of
from .prints import prints_of, read_as

Name = tuple[str, str]
"""State (USPS) and folded name."""

_APART = {"id", "decided_on", "decided_by_id", "run_id", "revision_id"}


@dataclass(frozen=True, slots=True)
class Since:
    """What people decided since the lists were folded.

    `folds_anew`: it may change how the lists that we hold are read. `placed`: the names on whose place it speaks.
    """

    folds_anew: bool = False
    placed: set[Name] = field(default_factory=set)


def keep() -> None:
    """Write down that the lists we hold are folded with the decisions of today."""
    FoldedDecisions.objects.update_or_create(pk=FoldedDecisions.ONLY, defaults={"decisions": sorted(_decisions())})


def since() -> Since:
    """What people decided since the lists that we hold were folded."""
    known = FoldedDecisions.objects.filter(pk=FoldedDecisions.ONLY).values_list("decisions", flat=True).first()
    if known is None:
        return Since(folds_anew=Listing.objects.exists())
    before, now = set(known), _decisions()
    if before == now:
        return Since()
    changed = [json.loads(text) for text in before ^ now]
    verdicts = [values for model, values in changed if model == "Verdict"]
    placed = [values for values in verdicts if values["answer"] == Verdict.Answer.PLACED]
    names = [values for values in verdicts if values["answer"] != Verdict.Answer.PLACED]
    corrections = [values for model, values in changed if model == "SourceCorrection"]
    every = [values for model, values in map(json.loads, before | now) if model == "Verdict"]
    held = _Held()
    return Since(
        folds_anew=(
            any(held.is_spoken_of(verdict, every) for verdict in names)
            or (bool(corrections) and held.reads_otherwise(corrections))
        ),
        placed={(values["state"], fold(values["name"])) for values in placed},
    )


def _decisions() -> set[str]:
    """All that people decided on names, places and ICE's wrong prints, each as text."""
    return {
        json.dumps([model.__name__, values], sort_keys=True, default=str)
        for model in (Verdict, SourceCorrection)
        for values in model.objects.values(
            *(column.attname for column in model._meta.concrete_fields if column.attname not in _APART)
        )
    }


class _Held:
    """The names that the lists we hold print, as read."""

    @cached_property
    def spelt(self) -> set[tuple[str, str]]:
        """State and name, as printed."""
        rows = Listing.objects.exclude(agreement=None).order_by()
        return set(rows.values_list("state", "agency_name").distinct())

    @cached_property
    def keys(self) -> set[Name]:
        return {(state, fold(name)) for state, name in self.spelt}

    @cached_property
    def _by_state(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for state, name in self.spelt:
            found[state].append(name)
        return found

    def prints_the_words_of(self, key: Name) -> bool:
        """Whether a name held is the same as this one but for words that do not tell agencies apart."""
        read = read_agency_name(key[1], key[0])
        words = {read.key, read.squeezed}
        return any(
            words & {held.key, held.squeezed}
            for held in (read_agency_name(name, key[0]) for name in self._by_state[key[0]])
        )

    def is_spoken_of(self, verdict: dict, every: Iterable[dict]) -> bool:
        """Whether a verdict on two names may change whose a row held is. `every`: all verdicts, old and new.

        It cannot if one of its names is new: no list prints it or its words, and it links to nothing else.
        """
        others = [other for other in every if other != verdict and other["answer"] != Verdict.Answer.PLACED]
        return not any(self._is_new(key, verdict, others) for key in _names_of(verdict))

    def _is_new(self, key: Name, verdict: dict, others: Iterable[dict]) -> bool:
        if key in self.keys or self.prints_the_words_of(key):
            return False
        answers = {
            other["answer"]
            for other in others
            for name in _names_of(other)
            if name == key or (name[0] == key[0] and words_of(name) == words_of(key))
        }
        return answers <= ({"different"} if verdict["answer"] == "different" else set())

    def reads_otherwise(self, corrections: Iterable[dict]) -> bool:
        """Whether a row held would be read otherwise with today's corrections than it was."""
        agencies = {fold(correction["agency"]) for correction in corrections}
        names = [name for _state, name in self.spelt if fold(name) in agencies]
        # A row that was corrected, or in which nothing was read, may print another name than the one it is kept under.
        others = Q(agreement=None) | ~Q(corrected=[])
        rows = list(Listing.objects.filter(Q(agency_name__in=names) | others))
        prints = prints_of(rows)
        empty = Listing()
        for row in rows:
            found = prints[row.digest]
            read = read_as(found.row)
            if found.problems != row.problems or any(
                getattr(row, name) != read.get(name, getattr(empty, name)) for name in READ
            ):
                return True
        return False


READ = (
    "state",
    "agency_name",
    "agency_type",
    "county",
    "program_model",
    "signed_on",
    "moa_url",
    "addendum_url",
    "corrected",
)


def _names_of(verdict: dict) -> Iterator[Name]:
    yield verdict["state"], fold(verdict["name"])
    yield verdict["other_state"], fold(verdict["other_name"])
