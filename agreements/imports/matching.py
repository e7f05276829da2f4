"""Match: whose each printed row is. Pure: no database, no clock, no files.

ICE prints names, never ids, and half of what looks like an ending is spelling. A `Register` holds every name printed so
far and whose it is; `take` lays one more list at the end and answers for each new row by the first rule that speaks:

1. exact: the name is known in that state (case, accents and punctuation aside);
2. verdict: a person has decided that it is the agency of another name;
3. same words: it differs only in words that do not tell agencies apart ("City of", "Dept."), from one agency only;
4. near name, same signing: a slip of the pen, while the agreement of that model and day of signing under the old name
   has just left the list. Where no day is printed, on pending lists and from a request to the agreement that it
   became, only a letter within a word counts;
5. same document: it has the document that only an agency now gone had.

Otherwise it is a new agency. Likeness alone never decides: "Levy County" is 94.5 % "Lee County". What looks alike but
is not decided becomes a `Question` for a person, whose answer is a verdict. docs/identity.md tells the whole of it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import unquote

from rapidfuzz import fuzz

from jurisdictions.names import AgencyName, fold, near, one_slip, read_agency_name, slips, tidy

from .rows import Kind, Row

EXACT, VERDICT, SAME_WORDS = "exact", "verdict", "same words"
NEAR_NAME, SAME_DOCUMENT, NEW = "near name, same signing", "same document", "new"

CLOSE = 85  # of 100: from here on two names are put before a person
JUST_LEFT = 3  # lists: a row may be gone for a day or two before it is back respelt
MENDED_DAY = timedelta(days=31)  # ICE mends a printed day by less; more is another signing
LONGEST_REASON = 200

Key = tuple[str, str]
"""State (USPS) and folded name."""
Pair = tuple[int, str]
"""Agency and program model: an agreement."""
SameArea = Callable[[str, str, str], bool | None]
"""(state, name, other name) -> whether both names name one real area; False: two different ones; None: not known."""


class Contradiction(ValueError):
    """Two verdicts cannot both hold. `str()` is one sentence that says which and what to do."""


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
    """A name under which an agency was printed."""

    agency: int
    state: str
    name: str


@dataclass(frozen=True, slots=True)
class LastRow:
    """What an agreement printed on lists of one kind: a name with its date and document, and the last list with it.

    All that it ever printed counts, not only the newest.
    """

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
    """Two names that look like one agency, for a person: one appeared when the other had just vanished."""

    state: str
    appeared: str
    vanished: str
    evidence: str

    def __str__(self):
        return (
            f"is “{self.appeared}” ({self.state}), which came, “{self.vanished}”, which left? {self.evidence}. "
            "A verdict, same or different, answers it."
        )


@dataclass(slots=True)
class Agreement:
    """What the lists ever printed for one agency and model, and the last list of each kind with it."""

    names: set[tuple[str, str]] = field(default_factory=set)
    signed: set[date] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    last: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Newcomer:
    """A name on the list being taken that rules 1 to 3 do not know, with all its rows."""

    key: Key
    name: str
    rows: list[Row]
    read: AgencyName

    @property
    def state(self) -> str:
        return self.key[0]

    @property
    def models(self) -> set[str]:
        return {row.program_model for row in self.rows}

    def signed(self, model: str) -> set[date]:
        return {row.signed_on for row in self.rows if row.signed_on and row.program_model == model}

    def documents(self, model: str) -> set[str]:
        return {document_of(row.moa_url) for row in self.rows if row.moa_url and row.program_model == model}


Party = list[Newcomer]
"""The newcomers of one list that are one agency."""


class Register:
    """The agencies known so far. Lists are taken in the order of their positions, both kinds together.

    `same_area` tells whether two names are of different real areas of a state; without it that is not known.
    Contradiction if the verdicts contradict each other.
    """

    def __init__(self, verdicts: Iterable[Verdict] = (), same_area: SameArea | None = None):
        self.questions: list[Question] = []
        self._same_area = same_area
        self._verdicts = Verdicts(verdicts)
        self._exact: dict[Key, int] = {}
        self._names: dict[int, dict[tuple[str, str], AgencyName | None]] = defaultdict(dict)
        self._unindexed: list[tuple[int, str, str]] = []
        self._by_words: dict[tuple, set[int]] = defaultdict(set)
        self._agreements: dict[Pair, Agreement] = defaultdict(Agreement)
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
            register._learn(spelling.agency, spelling.state, spelling.name)
        for kind, earlier in (positions or {}).items():
            register._positions[kind] = sorted(set(earlier))
        if callable(last_rows):
            register._unread = last_rows
        else:
            register._remember(last_rows)
        return register

    def take(
        self, position: int, kind: Kind, rows: Sequence[Row], settled: Mapping[int, Pair] | None = None
    ) -> list[Match]:
        """Whose each of `rows` is, in their order. The order changes no answer.

        `settled` are the other rows of the list, those that the list before printed too: row number -> agency, model.
        ValueError if a later list of that kind was taken before.
        """
        if self._positions[kind] and position < self._positions[kind][-1]:
            raise ValueError(f"A list at {position} comes before {self._positions[kind][-1]}, which was taken already.")
        here = set((settled or {}).values())
        groups: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            groups[row.state, fold(row.agency)].append(row)

        matches: dict[Key, Match] = {}
        strangers: list[Newcomer] = []
        for key, own_rows in sorted(groups.items(), key=lambda group: group[0]):
            name = min(row.agency for row in own_rows)
            if match := self._by_name(key, name):
                matches[key] = match
                here |= {(match.agency, row.program_model) for row in own_rows}
            else:
                strangers.append(Newcomer(key, name, own_rows, read_agency_name(name, key[0])))
        if strangers:
            matches |= self._answer(strangers, Step(self, kind, here, rows))

        answers = [matches[row.state, fold(row.agency)] for row in rows]
        for row, match in zip(rows, answers, strict=True):
            self._learn(match.agency, row.state, row.agency)
            self._note(match.agency, row.state, row.agency, row.program_model, row.signed_on, row.moa_url)
        for pair in here:
            self._agreements[pair].last[kind] = position
        self._hold_position(kind, position)
        return answers

    # -- Rules 1 to 3: by the name alone ------------------------------------------------------------------------------

    def _by_name(self, key: Key, name: str) -> Match | None:
        if agency := self._exact.get(key):
            return Match(agency, EXACT)
        for other, reason in self._verdicts.same_as(key).items():
            known = self._exact.get(other)
            alike = [known] if known else self._in_same_words(other[0], read_agency_name(other[1], other[0]))
            if len(alike) == 1:
                return Match(alike[0], VERDICT, clipped(reason))
        read = read_agency_name(name, key[0])
        alike = [agency for agency in self._in_same_words(key[0], read) if not self._differs(key, agency)]
        if len(alike) == 1:
            return Match(alike[0], SAME_WORDS, same_words(self._likest(alike[0], key[0], read)))
        return None

    def _in_same_words(self, state: str, read: AgencyName) -> list[int]:
        if not state or not read.words:
            return []
        self._index()
        found = self._by_words.get((state, read.key), set()) | self._by_words.get((state, read.squeezed), set())
        return sorted(agency for agency in found if self._governments_agree(read, agency))

    def _governments_agree(self, read: AgencyName, agency: int) -> bool:
        """ "City of Monroe" may be "Monroe", but not "Town of Monroe"."""
        said = {name.government for name in self._readings(agency).values()} - {""}
        return not read.government or not said or read.government in said

    def _differs(self, key: Key, agency: int) -> bool:
        """Whether a person has said that the name is not this agency, under any name of it."""
        return any(self._verdicts.different(key, (state, fold(name))) for state, name in self._names[agency])

    def _likest(self, agency: int, state: str, read: AgencyName) -> str:
        """The spelling of the agency that reads most like `read`."""
        readings = self._readings(agency).items()
        return min((where != state, slips(read, other), name) for (where, name), other in readings)[-1]

    # -- Rules 4 and 5: by what left the list as the name came --------------------------------------------------------

    def _answer(self, strangers: Sequence[Newcomer], step: Step) -> dict[Key, Match]:
        """Whose the names are that rules 1 to 3 do not know. A claim that two make, or on two, is none."""
        self._read()
        matches: dict[Key, Match] = {}
        left = self._gathered(strangers)
        for rule in (self._near_name, self._same_document):
            claims = [(party, rule(party, step)) for party in left]
            claimed = [agency for _party, found in claims for agency in found]
            left = []
            for party, found in claims:
                if len(found) == 1 and claimed.count(next(iter(found))) == 1:
                    ((agency, reason),) = found.items()
                    matches |= self._settle(party, Match(agency, RULE_NAMES[rule.__name__], reason), step)
                else:
                    left.append(party)
        for party in left:
            self._ask(party, step)
        for party in left:
            matches |= self._settle(party, Match(max(self._names, default=0) + 1, NEW), step)
        return matches

    def _gathered(self, strangers: Sequence[Newcomer]) -> list[Party]:
        """The newcomers by agency: names on one list that are one in the same words or by a verdict go together."""
        parties: list[Party] = []
        by_sign: dict[Hashable, set[int]] = defaultdict(set)  # a first list has a thousand newcomers: no pairs of all
        for stranger in strangers:
            words = {(stranger.state, stranger.read.key), (stranger.state, stranger.read.squeezed)}
            decided = self._verdicts.same_as(stranger.key)
            alike = sorted(set().union(*(by_sign.get(sign, ()) for sign in (*words, *decided))))
            own = [place for place in alike if self._is_one_with(stranger, parties[place])]
            if len(own) == 1:
                place = own[0]
            else:
                place = len(parties)
                parties.append([])
            parties[place].append(stranger)
            for sign in words | {stranger.key}:
                by_sign[sign].add(place)
        return parties

    def _is_one_with(self, stranger: Newcomer, party: Party) -> bool:
        alike = any(
            (stranger.state == member.state != "" and in_same_words(stranger.read, member.read))
            or self._verdicts.same(stranger.key, member.key)
            for member in party
        )
        return alike and not any(self._verdicts.different(stranger.key, member.key) for member in party)

    def _settle(self, party: Party, match: Match, step: Step) -> dict[Key, Match]:
        settled: dict[Key, Match] = {}
        for place, member in enumerate(party):
            settled[member.key] = match if place == 0 else Match(match.agency, SAME_WORDS, same_words(party[0].name))
            self._learn(match.agency, member.state, member.name)
            step.here |= {(match.agency, model) for model in member.models}
        return settled

    def _near_name(self, party: Party, step: Step) -> dict[int, str]:
        """Agencies of which an agreement has just left the list and whose name is a slip from the party's, and why."""
        found: dict[int, str] = {}
        for member in party:
            for agency, model in step.vanished(member.models):
                agreement = self._agreements[agency, model]
                signing = signing_of(member.signed(model), agreement.signed)
                alike = near if signing == "same" else one_slip
                for state, name in sorted(agreement.names):
                    if (
                        signing != "another"
                        and state == member.state
                        and alike(member.read, read_agency_name(name, state))
                        and self._may_be_one(member, agency, state, name)
                    ):
                        printed = self._likest(agency, state, member.read)
                        reason = f'Nearly "{printed}", which left the list as this name came; {BECAUSE[signing]}.'
                        found[agency] = clipped(reason)
        return found

    def _same_document(self, party: Party, step: Step) -> dict[int, str]:
        """The agency, wholly gone from the list, that alone had the party's document, and why."""
        found: dict[int, str] = {}
        for member in party:
            for agency, model in step.vanished(member.models):
                agreement = self._agreements[agency, model]
                shared = member.documents(model) & agreement.documents
                if (
                    not shared
                    or any(here == agency for here, _model in step.here)
                    or not any(step.is_only_of(document, agency, party) for document in shared)
                ):
                    continue
                for state, name in sorted(agreement.names):
                    read = read_agency_name(name, state)
                    if state == member.state:
                        alike = read.kinds == member.read.kinds and set(read.own) & set(member.read.own)
                    else:  # a state misprinted
                        alike = in_same_words(read, member.read)
                    if alike and self._may_be_one(member, agency, state, name):
                        found[agency] = clipped(f'Has the document of "{name}", which left the list as this name came.')
        return found

    def _may_be_one(self, member: Newcomer, agency: int, state: str, name: str) -> bool:
        """False where a person said otherwise or the two names are of two real areas."""
        if self._differs(member.key, agency):
            return False
        if state != member.state or self._same_area is None:
            return True
        return self._same_area(state, member.name, name) is not False

    def _is_real(self, state: str, name: str) -> bool:
        """Whether the name is known to be of a real area of the state."""
        return self._same_area is not None and self._same_area(state, name, name) is True

    def _ask(self, party: Party, step: Step) -> None:
        """Puts before a person what vanished as the name came and looks like it."""
        asked: set[int] = set()
        for member in party:
            for agency, model in step.vanished(member.models):
                if agency in asked or self._differs(member.key, agency):
                    continue
                agreement = self._agreements[agency, model]
                for state, name in sorted(agreement.names):
                    evidence = likeness(member, model, agreement, state, name)
                    if evidence and (state == member.state or len(evidence) > 1 or not self._is_real(state, name)):
                        self.questions.append(Question(member.state, member.name, name, ", ".join(evidence)))
                        asked.add(agency)
                        break

    # -- What it remembers --------------------------------------------------------------------------------------------

    def _learn(self, agency: int, state: str, name: str) -> None:
        name = tidy(name)
        if (state, name) not in self._names[agency]:
            self._names[agency][state, name] = None
            self._exact.setdefault((state, fold(name)), agency)
            self._unindexed.append((agency, state, name))

    def _index(self) -> None:
        """Reads the names learnt since, which most lists never need."""
        for agency, state, name in self._unindexed:
            read = self._names[agency][state, name] = read_agency_name(name, state)
            if state and read.words:
                self._by_words[state, read.key].add(agency)
                self._by_words[state, read.squeezed].add(agency)
        self._unindexed.clear()

    def _readings(self, agency: int) -> Mapping[tuple[str, str], AgencyName]:
        self._index()
        return self._names[agency]

    def _note(self, agency: int, state: str, name: str, model: str, signed_on: date | None, moa_url: str) -> None:
        agreement = self._agreements[agency, model]
        agreement.names.add((state, tidy(name)))
        if signed_on:
            agreement.signed.add(signed_on)
        if moa_url:
            agreement.documents.add(document_of(moa_url))

    def _remember(self, rows: Iterable[LastRow]) -> None:
        for row in rows:
            self._note(row.agency, row.state, row.name, row.program_model, row.signed_on, row.moa_url)
            last = self._agreements[row.agency, row.program_model].last
            last[row.kind] = max(row.last_position, last.get(row.kind, row.last_position))
            self._hold_position(row.kind, row.last_position)

    def _read(self) -> None:
        """Reads the rows that a resumed register was promised."""
        if self._unread is not None:
            rows, self._unread = self._unread, None
            self._remember(rows())

    def _hold_position(self, kind: str, position: int) -> None:
        held = self._positions[kind]
        place = bisect_right(held, position)
        if not place or held[place - 1] != position:
            insort(held, position)

    # -- What it can be resumed from ----------------------------------------------------------------------------------

    def spellings(self) -> list[Spelling]:
        """Every name of every agency."""
        return [Spelling(agency, *name) for agency, names in sorted(self._names.items()) for name in sorted(names)]

    def positions(self) -> dict[str, list[int]]:
        """Those of the lists taken, by kind."""
        return {kind: held[:] for kind, held in self._positions.items()}


RULE_NAMES = {"_near_name": NEAR_NAME, "_same_document": SAME_DOCUMENT}


class Step:
    """What leaves as one list comes. `here` are the agreements on it as far as they are known; it grows."""

    def __init__(self, register: Register, kind: Kind, here: set[Pair], rows: Sequence[Row]):
        self.here = here
        self._kind = kind
        self._agreements = register._agreements
        self._positions = register._positions
        self._rows = rows

    def vanished(self, models: set[str]) -> list[Pair]:
        """Agreements of these models that have just left, and requests that may have become one."""
        return [pair for pair in self._gone if pair[1] in models and pair not in self.here]

    @cached_property
    def _gone(self) -> list[Pair]:
        """What the lists before this one showed last; looked up at the first name that is not known."""
        return sorted(
            pair
            for pair, agreement in self._agreements.items()
            if pair not in self.here and (self._left(agreement) or self._requested(agreement))
        )

    def _left(self, agreement: Agreement) -> bool:
        """Whether it stood on one of the last few lists of this kind."""
        return agreement.last.get(self._kind) in self._positions[self._kind][-JUST_LEFT:]

    def _requested(self, agreement: Agreement) -> bool:
        """Whether it was only ever asked for, and still was when the participating list before this one came out."""
        last = agreement.last
        if self._kind != "participating" or "pending" not in last or "participating" in last:
            return False
        pending, participating = self._positions["pending"], self._positions["participating"]
        place = bisect_right(pending, last["pending"])
        return place == len(pending) or not participating or pending[place] > participating[-1]

    def is_only_of(self, document: str, agency: int, party: Party) -> bool:
        """Whether no other agency ever had the document, and on this list none but the party has it."""
        if any(document in held.documents for (other, _model), held in self._agreements.items() if other != agency):
            return False
        keys = {member.key for member in party}
        return all((row.state, fold(row.agency)) in keys for row in self._rows if document_of(row.moa_url) == document)


class Verdicts:
    """People's decisions, symmetrical; `same` also from name to name, and for names in the same words as those decided.

    Contradiction if two contradict each other.
    """

    def __init__(self, verdicts: Iterable[Verdict]):
        self._same: dict[Key, dict[Key, str]] = defaultdict(dict)
        self._different: dict[Key, set[Key]] = defaultdict(set)
        self._in_words: dict[tuple, list[Key]] = defaultdict(list)
        self._led_to: dict[Key, dict[Key, str]] = {}
        for verdict in verdicts:
            one, other = (verdict.state, fold(verdict.name)), (verdict.other_state, fold(verdict.other_name))
            if verdict.answer == "same":
                self._same[one].setdefault(other, verdict.reason)
                self._same[other].setdefault(one, verdict.reason)
            elif verdict.answer == "different":
                self._different[one].add(other)
                self._different[other].add(one)
        for key in self._same:
            self._in_words[words_of(key)].append(key)
        for one, others in self._different.items():
            for other in others & self._decided(one).keys():
                raise Contradiction(
                    f"“{one[1]}” ({one[0]}) and “{other[1]}” ({other[0]}) were decided both ways, same and different: "
                    "remove one of these verdicts."
                )

    def _decided(self, key: Key) -> dict[Key, str]:
        """The name itself and all that people's decisions lead to from it, the nearest first, each with its reason."""
        reached, waiting = {key: ""}, [key]
        for here in waiting:
            for name, reason in self._same.get(here, {}).items():
                if name not in reached:
                    reached[name] = reason
                    waiting.append(name)
        return reached

    def same_as(self, key: Key) -> Mapping[Key, str]:
        """All other names of the same agency by a decision, the nearest first, each with the reason of its last step.

        Found once for each name: a series of lists asks about the same names again and again.
        """
        if key not in self._led_to:
            self._led_to[key] = self._names_led_to(key)
        return self._led_to[key]

    def _names_led_to(self, key: Key) -> dict[Key, str]:
        reached = self._decided(key)
        waiting = list(reached)
        for here in waiting:
            for name in self._in_words.get(words_of(here), ()):
                more = self._decided(name)
                apart = set().union(*(self._different.get(known, set()) for known in reached))
                if name not in reached and not apart & more.keys():
                    more[name] = reached[here]
                    reached = more | reached
                    waiting += more
        return {name: reason for name, reason in reached.items() if reason}

    def same(self, one: Key, other: Key) -> bool:
        return other in self.same_as(one)

    def different(self, one: Key, other: Key) -> bool:
        """Decided so, for these names or for names that are the same agency as they."""
        if not self._different:
            return False
        others = {other, *self.same_as(other)}
        return any(self._different.get(name, set()) & others for name in (one, *self.same_as(one)))


def words_of(key: Key) -> tuple:
    return key[0], read_agency_name(key[1], key[0]).key


# -- Evidence ---------------------------------------------------------------------------------------------------------

BECAUSE = {
    "same": "same model and day of signing",
    "mended": "same model, signed within a month",
    "none": "same model, asked for once",
}


def signing_of(printed: set[date], held: set[date]) -> str:
    """Whether days of signing are the `same`, near enough to be one `mended`, `another`; `none` without days."""
    if not printed or not held:
        return "none"
    if printed & held:
        return "same"
    return "mended" if any(abs(day - other) <= MENDED_DAY for day in printed for other in held) else "another"


def in_same_words(one: AgencyName, other: AgencyName) -> bool:
    governments = {one.government, other.government} - {""}
    return bool(one.words) and (one.key == other.key or one.squeezed == other.squeezed) and len(governments) < 2


def likeness(member: Newcomer, model: str, agreement: Agreement, state: str, name: str) -> list[str]:
    """What speaks for two names being one agency, in a few words each; empty if too little does."""
    read = read_agency_name(name, state)
    signing = bool(member.signed(model) & agreement.signed)
    document = bool(member.documents(model) & agreement.documents)
    found = ["same model and day of signing"] * signing + ["same document"] * document
    if state != member.state:
        return [f"same name under {state}", *found] if read.own and read.key == member.read.key else []
    score = round(fuzz.ratio(read.squeezed, member.read.squeezed))
    if score >= CLOSE and read.numbers == member.read.numbers:
        return [*found, f"names {score} % alike"]
    mine, theirs = set(member.read.own), set(read.own)
    within = mine <= theirs or theirs <= mine if found else mine == theirs
    if mine and theirs and within and read.numbers == member.read.numbers:
        return [*found, "a name in common"]
    return found if document or (signing and read.kinds == member.read.kinds) else []


def document_of(url: str) -> str:
    """The file's name, by which a document is known wherever ICE moves it; "" for no address."""
    path = url.partition("?")[0].partition("#")[0]
    return unquote(path.rpartition("/")[2]).casefold()


def same_words(name: str) -> str:
    return clipped(f'The same words as "{name}", but for words that do not tell agencies apart.')


def clipped(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
