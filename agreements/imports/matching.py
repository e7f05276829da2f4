"""Match: whose each printed row is. Pure: no database, no clock, no files.

ICE prints names, never ids, and half of what looks like an ending is spelling. A `Register` holds every name printed so
far and whose it is; `take` lays one more list at the end and answers for each new row by the first rule that speaks:

1. exact: the name is known in that state (case, accents and punctuation aside);
2. verdict: a person has decided that it is the agency of another name;
3. same words: it differs only in words that do not tell agencies apart ("City of", "Dept."), and from one agency only;
4. near name, same signing: a slip of the pen, while the agreement of that model and day of signing under the old name
   left the list at the very step at which this one appears. Pending lists print no day: there only a slip within one
   word counts, or from a request to the agreement that it became;
5. same document: it has the document that only an agency now gone had.

Otherwise it is a new agency. Likeness alone never decides: "Levy County" is 94.5 % "Lee County". What looks alike but
is not decided becomes a `Question` for a person, whose answer is a verdict.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from jurisdictions.names import FORMS, AgencyName, fold, read_agency_name, tidy

from .rows import Kind, Row

EXACT, VERDICT, SAME_WORDS = "exact", "verdict", "same words"
NEAR_NAME, SAME_DOCUMENT, NEW = "near name, same signing", "same document", "new"

CLOSE = 85  # of 100: from here on two names are put before a person
LONGEST_REASON = 200

SameArea = Callable[[str, str, str], bool | None]
"""(state, name, other name) -> whether both name one real area; False: two different ones; None: not known."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's decision on two names: `same` or `different`. It holds both ways, and `same` from name to name."""

    answer: str
    state: str
    name: str
    other_state: str
    other_name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name under which an agency was printed, and the position of the last list that did."""

    agency: int
    state: str
    name: str
    last_position: int


@dataclass(frozen=True, slots=True)
class LastRow:
    """What one agreement printed on lists of one kind: a name with its date and document, and the last list with it."""

    agency: int
    state: str
    name: str
    kind: Kind
    program_model: str
    signed_on: date | None
    moa_url: str
    last_position: int


@dataclass(frozen=True, slots=True)
class Match:
    """Whose a row is (the register's key of the agency), by which rule, and why in a sentence."""

    agency: int
    rule: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Two names that look like one agency, for a person: one appeared and one vanished at the same step."""

    state: str
    appeared: str
    vanished: str
    evidence: str


@dataclass(slots=True)
class Known:
    """An agency of the register: its spellings, and how each reads."""

    spellings: dict[tuple[str, str], int] = field(default_factory=dict)
    names: dict[tuple[str, str], AgencyName] = field(default_factory=dict)


@dataclass(slots=True)
class Agreement:
    """What the lists printed for one agency and model: names, and by kind of list dates, documents, last position."""

    names: set[tuple[str, str]] = field(default_factory=set)
    signed: set[date] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    last: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Newcomer:
    """A name on the list being taken that rules 1 to 3 do not know, with all its rows."""

    state: str
    name: str
    rows: list[Row]
    read: AgencyName

    @property
    def signings(self) -> set[tuple[str, date]]:
        return {(row.program_model, row.signed_on) for row in self.rows if row.signed_on}

    @property
    def documents(self) -> set[tuple[str, str]]:
        return {(row.program_model, document) for row in self.rows if (document := document_of(row.moa_url))}

    @property
    def models(self) -> set[str]:
        return {row.program_model for row in self.rows}


Pair = tuple[int, str]  # agency, program model


class Register:
    """The agencies known so far. Lists are taken in the order of their positions, both kinds together.

    `same_area` tells whether two names are of different real areas of a state; without it that is not known.
    ValueError if the verdicts contradict each other.
    """

    def __init__(self, verdicts: Iterable[Verdict] = (), same_area: SameArea | None = None):
        self.questions: list[Question] = []
        self._same_area = same_area
        self._verdicts = Verdicts(verdicts)
        self._known: dict[int, Known] = {}
        self._exact: dict[tuple[str, str], int] = {}
        self._by_words: dict[tuple[str, tuple[str, ...] | str], set[int]] = defaultdict(set)
        self._agreements: dict[Pair, Agreement] = {}
        self._positions: dict[str, list[int]] = {"participating": [], "pending": []}
        self._unread: Callable[[], Iterable[LastRow]] | None = None

    @classmethod
    def resume(
        cls,
        verdicts: Iterable[Verdict],
        spellings: Iterable[Spelling],
        last_rows: Iterable[LastRow] | Callable[[], Iterable[LastRow]],
        positions: Mapping[str, Iterable[int]] | None = None,
        same_area: SameArea | None = None,
    ) -> Register:
        """The register as if it had taken all earlier lists itself.

        `last_rows` may be a function, called only once a name is not known. `positions` are those of all earlier lists
        by kind; without them they are read off the rows, where a list without rows does not show.
        """
        register = cls(verdicts, same_area)
        for spelling in spellings:
            register._learn(spelling.agency, spelling.state, spelling.name, spelling.last_position)
        for kind, earlier in (positions or {}).items():
            register._positions[kind] = sorted(set(earlier))
        if callable(last_rows):
            register._unread = last_rows
        else:
            register._remember(last_rows)
        return register

    # -- What it holds, to be resumed from ----------------------------------------------------------------------------

    def spellings(self) -> list[Spelling]:
        return [
            Spelling(agency, state, name, last)
            for agency, known in sorted(self._known.items())
            for (state, name), last in sorted(known.spellings.items())
        ]

    def positions(self) -> dict[str, list[int]]:
        return {kind: list(held) for kind, held in self._positions.items()}

    # -- Taking a list ------------------------------------------------------------------------------------------------

    def take(
        self, position: int, kind: Kind, rows: Sequence[Row], settled: Mapping[int, Pair] | None = None
    ) -> list[Match]:
        """Whose each of `rows` is, in their order. The order changes no answer.

        `settled` are the other rows of the list, those that the list before printed too: row number -> agency, model.
        ValueError if a list of that kind with a later position was taken before.
        """
        earlier = self._positions[kind]
        if earlier and position < earlier[-1]:
            raise ValueError(f"A list at {position} comes before {earlier[-1]}, which was taken already.")
        here: set[Pair] = set((settled or {}).values())
        by_name: dict[tuple[str, str], Match] = {}
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            groups[row.state, fold(row.agency)].append(row)

        strangers: list[Newcomer] = []
        for key in sorted(groups):
            if match := self._by_name(key, groups[key]):
                by_name[key] = match
                here |= {(match.agency, row.program_model) for row in groups[key]}
            else:
                name = min(row.agency for row in groups[key])
                strangers.append(Newcomer(key[0], name, groups[key], read_agency_name(name, key[0])))
        if strangers:
            self._answer(strangers, kind, here, by_name)

        matches = [by_name[row.state, fold(row.agency)] for row in rows]
        for row, match in zip(rows, matches, strict=True):
            self._learn(match.agency, row.state, row.agency, position)
            self._note(
                LastRow(
                    match.agency, row.state, row.agency, kind, row.program_model, row.signed_on, row.moa_url, position
                )
            )
        for pair in (settled or {}).values():
            self._agreements.setdefault(pair, Agreement()).last[kind] = position
        if not earlier or position > earlier[-1]:
            earlier.append(position)
        return matches

    # -- Rules 1 to 3: by the name alone ------------------------------------------------------------------------------

    def _by_name(self, key: tuple[str, str], rows: Sequence[Row]) -> Match | None:
        if agency := self._exact.get(key):
            return Match(agency, EXACT)
        for other, reason in self._verdicts.same_as(key):
            if agency := self._exact.get(other):
                return Match(agency, VERDICT, clipped(reason))
        state = key[0]
        name = min(row.agency for row in rows)
        read = read_agency_name(name, state)
        alike = [agency for agency in self._in_same_words(state, read) if not self._differs(key, agency)]
        if len(alike) == 1:
            return Match(alike[0], SAME_WORDS, same_words_reason(self._a_name(alike[0], state, read)))
        return None

    def _in_same_words(self, state: str, read: AgencyName) -> list[int]:
        if not state or not read.words:
            return []
        found = self._by_words.get((state, read.key), set()) | self._by_words.get((state, read.squeezed), set())
        return sorted(agency for agency in found if self._governments_agree(read, agency))

    def _governments_agree(self, read: AgencyName, agency: int) -> bool:
        """ "City of Monroe" may be "Monroe", but not "Town of Monroe"."""
        said = {name.government for name in self._known[agency].names.values()} - {""}
        return not read.government or not said or read.government in said

    def _differs(self, key: tuple[str, str], agency: int) -> bool:
        """Whether a person has said that the name is not this agency, under any name of it."""
        return any(self._verdicts.different(key, (state, fold(name))) for state, name in self._known[agency].spellings)

    def _a_name(self, agency: int, state: str, read: AgencyName) -> str:
        """The spelling of the agency that reads like `read`, the last in the alphabet (capitals come first)."""
        names = self._known[agency].names
        alike = [name for (where, name), other in names.items() if where == state and other.squeezed == read.squeezed]
        return max(alike or [name for _state, name in names])

    # -- Rules 4 and 5: by what left the list as the name came --------------------------------------------------------

    def _answer(
        self, strangers: Sequence[Newcomer], kind: Kind, here: set[Pair], by_name: dict[tuple[str, str], Match]
    ) -> None:
        """Settles names that rules 1 to 3 do not know; `here` grows by their agreements."""
        self._read()
        step = Step(self, kind, here)
        parties = self._gathered(strangers)
        left = list(parties)
        for rule in (self._near_name, self._same_document):
            claims = {id(party): rule(party, step, parties) for party in left}
            claimed = [agency for found in claims.values() for agency in found]
            for party in list(left):
                found = claims[id(party)]
                if len(found) == 1 and claimed.count(next(iter(found))) == 1:
                    ((agency, match),) = found.items()
                    left.remove(party)
                    self._settle(party, match, by_name)
                    here |= {(agency, model) for member in party for model in member.models}
        for party in left:
            self._ask(party[0], step)
        for party in left:
            agency = max(self._known, default=0) + 1
            self._settle(party, Match(agency, NEW), by_name)
            here |= {(agency, model) for member in party for model in member.models}

    def _gathered(self, strangers: Sequence[Newcomer]) -> list[list[Newcomer]]:
        """The newcomers by agency: names on one list that are one in the same words or by a verdict go together."""
        parties: list[list[Newcomer]] = []
        for stranger in strangers:
            own = [party for party in parties if any(self._one_agency(stranger, member) for member in party)]
            apart = own and any(self._verdicts.different(key_of(stranger), key_of(member)) for member in own[0])
            if len(own) == 1 and not apart:
                own[0].append(stranger)
            else:
                parties.append([stranger])
        return parties

    def _one_agency(self, one: Newcomer, other: Newcomer) -> bool:
        if self._verdicts.same(key_of(one), key_of(other)):
            return True
        governments = {one.read.government, other.read.government} - {""}
        return (
            one.state == other.state != ""
            and bool(one.read.words)
            and (one.read.key == other.read.key or one.read.squeezed == other.read.squeezed)
            and len(governments) < 2
        )

    def _settle(self, party: Sequence[Newcomer], match: Match, by_name: dict[tuple[str, str], Match]) -> None:
        for place, member in enumerate(party):
            by_name[key_of(member)] = (
                match if place == 0 else Match(match.agency, SAME_WORDS, same_words_reason(party[0].name))
            )
            for name in sorted({row.agency for row in member.rows}):
                self._learn(match.agency, member.state, name, 0)

    def _near_name(
        self, party: Sequence[Newcomer], step: Step, parties: Sequence[Sequence[Newcomer]]
    ) -> dict[int, Match]:
        """Agencies of which an agreement vanished at this step, whose name is a slip away from the party's."""
        found: dict[int, Match] = {}
        for member in party:
            for (agency, model), requested in step.vanished(member.state, member.models):
                agreement = self._agreements[agency, model]
                signed = {(model, day) for day in agreement.signed} & member.signings
                for state, name in sorted(agreement.names):
                    if state != member.state or agency in found:
                        continue
                    read = read_agency_name(name, state)
                    if signed and not requested:
                        alike = near(member.read, read)
                        because = f"same model and day of signing, {min(day for _model, day in signed)}"
                    else:
                        alike = (step.kind == "pending" or requested) and one_slip(member.read, read)
                        because = "same model, and no other such request" if requested else "same request"
                    if alike and self._may_be_one(member, agency, state, name):
                        reason = f'Printed "{name}" before, which left the list as this name came; {because}.'
                        found[agency] = Match(agency, NEAR_NAME, clipped(reason))
        return found

    def _same_document(
        self, party: Sequence[Newcomer], step: Step, parties: Sequence[Sequence[Newcomer]]
    ) -> dict[int, Match]:
        """The agency, wholly gone from the list at this step, that alone had the party's document."""
        found: dict[int, Match] = {}
        for member in party:
            for model, document in sorted(member.documents):
                if any((model, document) in other.documents for p in parties if p is not party for other in p):
                    continue
                holders = {agency for agency, _model in step.holders(document)}
                if len(holders) != 1:
                    continue
                agency = holders.pop()
                pair = (agency, model)
                if pair not in step.holders(document) or not step.left(pair) or step.is_here(agency):
                    continue
                for state, name in sorted(self._agreements[pair].names):
                    read = read_agency_name(name, state)
                    alike = (
                        read.key == member.read.key
                        if state != member.state
                        else read.kinds == member.read.kinds and shares_own_word(read, member.read)
                    )
                    if alike and self._may_be_one(member, agency, state, name):
                        reason = f'Has the document of "{name}", which left the list as this name came.'
                        found[agency] = Match(agency, SAME_DOCUMENT, clipped(reason))
                        break
        return found

    def _may_be_one(self, member: Newcomer, agency: int, state: str, name: str) -> bool:
        """False where a person said otherwise or the two names are of two real areas."""
        if self._differs(key_of(member), agency):
            return False
        if state != member.state or self._same_area is None:
            return True
        return self._same_area(state, member.name, name) is not False

    # -- What a person is asked ---------------------------------------------------------------------------------------

    def _ask(self, member: Newcomer, step: Step) -> None:
        """Puts before a person what vanished at the same step and looks like this new name."""
        asked: set[int] = set()
        for pair, _requested in step.vanished(None, member.models):
            agency, model = pair
            agreement = self._agreements[pair]
            if agency in asked or self._differs(key_of(member), agency):
                continue
            for state, name in sorted(agreement.names):
                evidence = likeness(member, model, agreement, state, name)
                if evidence:
                    self.questions.append(Question(member.state, member.name, name, evidence))
                    asked.add(agency)
                    break

    # -- What it remembers --------------------------------------------------------------------------------------------

    def _learn(self, agency: int, state: str, name: str, position: int) -> None:
        known = self._known.setdefault(agency, Known())
        printed = (state, tidy(name))
        known.spellings[printed] = max(position, known.spellings.get(printed, 0))
        if printed in known.names:
            return
        read = known.names[printed] = read_agency_name(name, state)
        self._exact.setdefault((state, fold(name)), agency)
        if state and read.words:
            self._by_words[state, read.key].add(agency)
            self._by_words[state, read.squeezed].add(agency)

    def _note(self, row: LastRow) -> None:
        agreement = self._agreements.setdefault((row.agency, row.program_model), Agreement())
        agreement.names.add((row.state, tidy(row.name)))
        if row.signed_on:
            agreement.signed.add(row.signed_on)
        if document := document_of(row.moa_url):
            agreement.documents.add(document)
        agreement.last[row.kind] = max(row.last_position, agreement.last.get(row.kind, row.last_position))

    def _remember(self, rows: Iterable[LastRow]) -> None:
        for row in rows:
            self._note(row)
            held = self._positions[row.kind]
            place = bisect_right(held, row.last_position)
            if not place or held[place - 1] != row.last_position:
                held.insert(place, row.last_position)

    def _read(self) -> None:
        if self._unread is not None:
            rows, self._unread = self._unread, None
            self._remember(rows())


class Step:
    """What left as one list of `kind` came: the agreements on the list before it that are not `here`."""

    def __init__(self, register: Register, kind: Kind, here: set[Pair]):
        self.kind = kind
        self._agreements = register._agreements
        self._positions = register._positions
        self._here = here
        self._holders: dict[str, set[Pair]] | None = None

    def left(self, pair: Pair) -> bool:
        """Whether the agreement stood on the list before this one and does not stand on this one."""
        earlier = self._positions[self.kind]
        last = self._agreements[pair].last.get(self.kind)
        return bool(earlier) and last == earlier[-1] and pair not in self._here

    def requested(self, pair: Pair) -> bool:
        """Whether it was only ever asked for, and still was when the participating list before this one came out."""
        last = self._agreements[pair].last
        if self.kind != "participating" or "pending" not in last or "participating" in last or pair in self._here:
            return False
        pending, participating = self._positions["pending"], self._positions["participating"]
        place = bisect_right(pending, last["pending"])
        return place == len(pending) or not participating or pending[place] > participating[-1]

    def vanished(self, state: str | None, models: set[str]) -> Iterator[tuple[Pair, bool]]:
        """Agreements of these models that left, and (True) requests that may have become an agreement."""
        for pair, agreement in sorted(self._agreements.items(), key=itemgetter(0)):
            if pair[1] not in models or not (state is None or any(where == state for where, _name in agreement.names)):
                continue
            if self.left(pair):
                yield pair, False
            elif self.requested(pair):
                yield pair, True

    def is_here(self, agency: int) -> bool:
        return any(agency == present for present, _model in self._here)

    def holders(self, document: str) -> set[Pair]:
        """The agreements that ever had this document."""
        if self._holders is None:
            self._holders = defaultdict(set)
            for pair, agreement in self._agreements.items():
                for held in agreement.documents:
                    self._holders[held].add(pair)
        return self._holders.get(document, set())


class Verdicts:
    """People's decisions, symmetrical; `same` also from name to name. ValueError if two contradict each other."""

    def __init__(self, verdicts: Iterable[Verdict]):
        self._same: dict[tuple[str, str], dict[tuple[str, str], str]] = defaultdict(dict)
        self._different: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for verdict in verdicts:
            one, other = (verdict.state, fold(verdict.name)), (verdict.other_state, fold(verdict.other_name))
            if verdict.answer == "same":
                self._same[one].setdefault(other, verdict.reason)
                self._same[other].setdefault(one, verdict.reason)
            elif verdict.answer == "different":
                self._different[one].add(other)
                self._different[other].add(one)
        for one, others in self._different.items():
            for other in others:
                if self.same(one, other):
                    raise ValueError(f"{one[1]} ({one[0]}) and {other[1]} ({other[0]}) were decided both ways.")

    def same_as(self, key: tuple[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
        """All names decided to be the same agency, the nearest first, each with the reason of its last step."""
        seen, waiting = {key}, [key]
        for here in waiting:
            for other, reason in self._same.get(here, {}).items():
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
                    yield other, reason

    def same(self, one: tuple[str, str], other: tuple[str, str]) -> bool:
        return any(name == other for name, _reason in self.same_as(one))

    def different(self, one: tuple[str, str], other: tuple[str, str]) -> bool:
        """Decided so, for these names or for names that are the same agency as they."""
        if not self._different:
            return False
        ones = {one, *(name for name, _reason in self.same_as(one))}
        others = {other, *(name for name, _reason in self.same_as(other))}
        return any(self._different.get(name, set()) & others for name in ones)


# -- Likeness ---------------------------------------------------------------------------------------------------------


def near(one: AgencyName, other: AgencyName) -> bool:
    """A slip away: two letters at most (one in a short name), or a form of government said by one of them only.

    "Lampass County", "Lampasas County"; "Hopewell Sheriff's Office", "Hopewell County Sheriff's Office".
    """
    if not comparable(one, other):
        return False
    common, other_common = set(one.words) - set(one.own), set(other.words) - set(other.own)
    if not (common ^ other_common <= FORMS and (common <= other_common or other_common <= common)):
        return False
    mine, theirs = "".join(one.own or one.words), "".join(other.own or other.words)
    return OSA.distance(mine, theirs) <= (1 if min(len(mine), len(theirs)) < 5 else 2)


def one_slip(one: AgencyName, other: AgencyName) -> bool:
    """The same words but for one letter in one or two of them, never the first: "Barndall", "Green Forks"."""
    if not comparable(one, other) or len(one.words) != len(other.words):
        return False
    slips = [pair for pair in zip(one.words, other.words, strict=True) if pair[0] != pair[1]]
    return len(slips) <= 2 and all(
        mine[0] == theirs[0] and min(len(mine), len(theirs)) >= 4 and OSA.distance(mine, theirs) == 1
        for mine, theirs in slips
    )


def comparable(one: AgencyName, other: AgencyName) -> bool:
    governments = {one.government, other.government} - {""}
    return one.kinds == other.kinds and one.numbers == other.numbers and len(governments) < 2


def shares_own_word(one: AgencyName, other: AgencyName) -> bool:
    return bool(set(one.own) & set(other.own))


def likeness(member: Newcomer, model: str, agreement: Agreement, state: str, name: str) -> str:
    """What speaks for two names being one agency, in a few words; "" if too little does."""
    read = read_agency_name(name, state)
    signing = any(of == model and day in agreement.signed for of, day in member.signings)
    document = any(of == model and held in agreement.documents for of, held in member.documents)
    found = ["same model and day of signing"] * signing + ["same document"] * document
    if state != member.state:
        return ", ".join([f"same name under {state}", *found]) if read.own and read.key == member.read.key else ""
    score = round(fuzz.ratio(read.squeezed, member.read.squeezed))
    if score >= CLOSE and read.numbers == member.read.numbers:
        return ", ".join([*found, f"names {score} % alike"])
    mine, theirs = set(member.read.own), set(read.own)
    if mine and theirs and (mine <= theirs or theirs <= mine):
        return ", ".join([*found, "a name in common"])
    return ", ".join(found) if document or (signing and read.kinds == member.read.kinds) else ""


def document_of(url: str) -> str:
    """The file's name, by which a document is known wherever ICE moves it; "" for no address."""
    return PurePosixPath(unquote(urlsplit(url).path)).name.casefold() if url else ""


def key_of(newcomer: Newcomer) -> tuple[str, str]:
    return newcomer.state, fold(newcomer.name)


def same_words_reason(name: str) -> str:
    return clipped(f'The same words as "{name}", but for words that do not tell agencies apart.')


def clipped(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
