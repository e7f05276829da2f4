"""The names of all agencies, and every spelling that ICE printed: exact, by their words, and nearly so."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA

from jurisdictions.models import Agency, AgencyAlias
from jurisdictions.names import fold

from .trigrams import NearNames, edits_allowed
from .words import SHORTEST_MENDED

SHORTEST_INITIALS = 3
WITHOUT_INITIAL = frozenset({"of", "and", "the", "for"})
NEAREST_WORDS = 4


def initials(name: str) -> str:
    """ "Florida Department of Law Enforcement" -> "fdle"."""
    return "".join(word[0] for word in fold(name).split() if word not in WITHOUT_INITIAL)


class AgencyNames:
    """About 1,800 names of 1,700 agencies."""

    def __init__(self, names: Iterable[tuple[str, int, str, bool]]):
        """`names`: a name, the agency that it leads to, the state's FIPS, and whether the agency is a statewide one.

        Statewide agencies are known by their initials too: FDLE, FHP.
        """
        exact: dict[str, dict[int, str]] = defaultdict(dict)
        by_initials: list[tuple[str, int, str]] = []
        self._states: dict[int, str] = {}
        self._initials: dict[str, dict[int, None]] = defaultdict(dict)
        self._worded: list[tuple[str, int, str]] = []
        having: dict[str, set[int]] = defaultdict(set)
        for name, agency, state, is_statewide in sorted(set(names)):
            folded = fold(name)
            exact[folded.replace(" ", "")][agency] = state
            for word in folded.split():
                having[word].add(len(self._worded))
            self._worded.append((f" {folded} ", agency, state))
            self._states[agency] = state
            if len(short := initials(name)) >= SHORTEST_INITIALS:
                self._initials[short][agency] = None
                if is_statewide:
                    by_initials.append((short, agency, state))
        self._names = sorted(exact)
        for short, agency, state in by_initials:
            exact[short][agency] = state
        self._exact = dict(exact)
        self._having = dict(having)
        """The names, by their place in `_worded`, that have a word."""
        self._words = sorted(having)
        self._words_by_length: dict[int, list[str]] = {}
        for word in self._words:
            self._words_by_length.setdefault(len(word), []).append(word)

    @classmethod
    def from_database(cls) -> AgencyNames:
        """Two queries."""
        named = chain(
            Agency.objects.order_by().values_list("name", "pk", "state", "placement"),
            AgencyAlias.objects.order_by().values_list("name", "agency", "agency__state", "agency__placement"),
        )
        return cls(
            (name, agency, state, placement == Agency.Placement.STATEWIDE) for name, agency, state, placement in named
        )

    def exact(self, key: str, state: str = "") -> list[int]:
        return [agency for agency, own in self._exact.get(key, {}).items() if not state or own == state]

    def state_of(self, agency: int) -> str:
        """FIPS of an agency's state."""
        return self._states[agency]

    def with_initials(self, key: str) -> list[int]:
        """The agencies whose name begins word for word with these letters: "bcso", of which there are many."""
        return [*self._initials.get(key, ())]

    def beginning(self, key: str, state: str = "", *, limit: int) -> list[int]:
        """The agencies with a name that starts so, in the order of the alphabet."""
        start = bisect_left(self._names, key)
        found: dict[int, None] = {}
        for name in self._names[start : bisect_left(self._names, key + "\uffff", lo=start)]:
            found.update(dict.fromkeys(self.exact(name, state)))
            if len(found) >= limit:
                break
        return [*found][:limit]

    def with_words(self, words: Sequence[str], state: str = "") -> list[int]:
        """The agencies with each of these words, or words that start so, in a name; the shortest names first.

        Where a name has the words themselves, names with longer ones are not meant: "harris" is not Harrison.
        """
        return self._having_all(words, [self._starting(word) for word in words], state)

    def with_these_words(self, words: Sequence[str], state: str = "") -> list[int]:
        """The agencies with each of these words in a name, whole."""
        return self._having_all(words, [self._having.get(word, set()) for word in words], state)

    def with_words_nearly(self, words: Sequence[str], state: str = "") -> list[int]:
        """The same, where a letter in some of the words may be wrong: "davei police"."""
        having = []
        for word in words:
            found = self._starting(word)
            if len(word) >= SHORTEST_MENDED:
                edits = min(2, edits_allowed(word))
                long = range(len(word) - edits, len(word) + edits + 1)
                likely = [each for length in long for each in self._words_by_length.get(length, ())]
                near = process.extract(word, likely, scorer=OSA.distance, score_cutoff=edits, limit=NEAREST_WORDS)
                found = found.union(*(self._having[each] for each, _edits, _place in near))
            having.append(found)
        return self._having_all(words, having, state)

    def near(self, key: str, edits: int, state: str = "", *, limit: int = 20) -> list[tuple[int, int]]:
        """The agencies whose name differs in so many letters at most, with the number of letters."""
        return [
            (edits, agency)
            for edits, place in self._near.near(key, edits, limit=limit)
            for agency in self.exact(self._names[place], state)
        ]

    def ready(self) -> AgencyNames:
        """Build now what is otherwise built when it is first asked for."""
        _ = self._near
        return self

    @cached_property
    def _near(self) -> NearNames:
        return NearNames(self._names)

    def _starting(self, word: str) -> set[int]:
        """The names with a word that starts so."""
        start = bisect_left(self._words, word)
        words = self._words[start : bisect_left(self._words, word + "\uffff", lo=start)]
        return set().union(*(self._having[each] for each in words))

    def _having_all(self, words: Sequence[str], having: Sequence[set[int]], state: str) -> list[int]:
        found: dict[int, tuple[int, int]] = {}
        for place in set.intersection(*having) if having else ():
            name, agency, own = self._worded[place]
            if not state or own == state:
                order = (-sum(f" {word} " in name for word in words), len(name))
                found[agency] = min(order, found.get(agency, order))
        most = min((same for same, _length in found.values()), default=0)
        return sorted((agency for agency in found if found[agency][0] == most), key=lambda each: (found[each], each))
