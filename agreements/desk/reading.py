"""What holding a list changes, as proposals for a person. Read off the database in which the list was just applied.

`Before` is taken before, `proposals` after; the caller rolls back. So what the desk shows is what applying does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz

from agreements.imports.apply import Applied
from agreements.imports.columns import find_columns
from agreements.imports.matching import EXACT, NEAR_NAME, NEW, SAME_DOCUMENT, SAME_WORDS, VERDICT, Question
from agreements.models import Agreement, ChangeEvent, Listing, Snapshot
from agreements.programs import NAMES as PROGRAM_MODELS
from jurisdictions.models import Agency, AgencyAlias, AgencyFormerId, Coverage
from jurisdictions.names import fold, near, read_agency_name

CONFIDENCE = {EXACT: 1.0, VERDICT: 1.0, SAME_WORDS: 0.97, NEAR_NAME: 0.92, SAME_DOCUMENT: 0.8}
"""How sure each rule of docs/identity.md is that a name is the agency's."""

CERTAIN = 0.9
"""From here on a rule's answer needs no person."""

ALIKE = 0.8  # share of letters from which a name is put beside a new one as a candidate
CANDIDATES = 5

LINKS = ("moa_url", "addendum_url")


@dataclass(slots=True)
class Proposal:
    """One proposed change; fields as the model ProposedChange."""

    kind: str
    agency_id: int | None = None
    agency_name: str = ""
    state: str = ""
    program_model: str = ""
    row: int | None = None
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    confidence: float = 1.0
    reason: str = ""
    candidates: list[dict] = field(default_factory=list)
    is_certain: bool = True
    needs_second: bool = False
    about: str = ""  # tells apart two changes of one kind, agency and model

    @property
    def subject(self) -> str:
        parts = (self.kind, self.state, fold(self.agency_name), self.program_model, self.about)
        return "|".join(parts)[:400]


@dataclass(frozen=True, slots=True)
class Known:
    """An agency as it was held before the list."""

    public_id: str
    name: str
    state: str
    placement: str


class Before:
    """What was held before a list: agencies, their spellings and places, and whose each printed row was."""

    def __init__(self):
        agencies = Agency.objects.values_list("pk", "public_id", "name", "state__usps", "placement")
        self.agencies = {pk: Known(*values) for pk, *values in agencies}
        self.spellings: dict[int, list[tuple[str, str]]] = defaultdict(list)
        names = AgencyAlias.objects.order_by("last_printed_on", "name")
        for agency, state, name in names.values_list("agency", "state_printed", "name"):
            self.spellings[agency].append((state, name))
        self.areas = _areas()
        self.owners = dict(Listing.objects.exclude(agreement=None).values_list("pk", "agreement__agency"))
        self.former = set(AgencyFormerId.objects.values_list("public_id", flat=True))
        self.events = _events()

    @cached_property
    def names_of_state(self) -> dict[str, list[tuple[int, str]]]:
        """Every spelling by its state, with whose it is."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for agency, spellings in self.spellings.items():
            for state, name in spellings:
                found[state].append((agency, name))
        return found


def _events() -> dict[str, int | None]:
    """The key of each event that follows from a list, with the list."""
    return dict(ChangeEvent.objects.filter(origin="ice_list").values_list("key", "snapshot"))


def told_elsewhere(applied: Applied, before: Before) -> int:
    """How many changes of other lists are told otherwise now: new ones, and ones that go."""
    now = _events()
    return len({key for key, snapshot in now.items() if snapshot != applied.snapshot.pk} ^ before.events.keys())


def _areas() -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for agency, area in Coverage.objects.values_list("agency", "jurisdiction"):
        found[agency].add(area)
    return found


def proposals(applied: Applied, before: Before) -> list[Proposal]:
    """What the list changed, in the order in which a person reviews it: doubtful things first."""
    reading = _Reading(applied, before)
    found = [
        *reading.questions(),
        *merged(before),
        *reading.splits(),
        *reading.junk_rows(),
        *reading.placements(),
        *reading.repeated_rows(),
        *reading.spellings(),
        *reading.states(),
        *reading.events(),
    ]
    order = {kind: place for place, kind in enumerate(ORDER)}
    unlike = {proposal.subject: proposal for proposal in reversed(found)}
    return sorted(
        unlike.values(),
        key=lambda one: (order[one.kind], one.is_certain, one.state, one.agency_name, one.program_model, one.about),
    )


def merged(before: Before) -> Iterator[Proposal]:
    """Agencies held before that are one record now."""
    former = AgencyFormerId.objects.exclude(public_id__in=before.former).select_related("agency")
    by_id = {known.public_id: pk for pk, known in before.agencies.items()}
    for lost in former:
        if lost.agency is None or lost.public_id not in by_id:
            continue
        known = before.agencies[by_id[lost.public_id]]
        yield Proposal(
            "merged",
            agency_id=by_id[lost.public_id],
            agency_name=known.name,
            state=known.state,
            before={"public_id": known.public_id, "name": known.name},
            after={"public_id": lost.agency.public_id, "name": lost.agency.name},
            confidence=0.5,
            reason="A decision makes two agencies that we hold one. The address of the one leads to the other.",
            is_certain=False,
            needs_second=True,
            about=lost.public_id,
        )


ORDER = (
    "renamed_perhaps",
    "merged",
    "split",
    "junk_row",
    "placement",
    "repeated_row",
    "renamed",
    "state_changed",
    "model_switched",
    "missing",
    "model_dropped",
    "no_longer_listed",
    "back",
    "appeared",
    "model_added",
    "pending",
    "no_longer_pending",
    "re_signed",
    "date_changed",
    "type_changed",
    "county_changed",
    "link_lost",
    "link_replaced",
    "link_posted",
)


class _Reading:
    def __init__(self, applied: Applied, before: Before):
        self.applied, self.before = applied, before
        self.snapshot = applied.snapshot
        rows = Listing.objects.select_related("agreement").in_bulk({pk for _number, pk in self.snapshot.rows})
        self.printed: list[tuple[int, Listing]] = [(number, rows[pk]) for number, pk in self.snapshot.rows]
        self.by_agreement: dict[int, list[tuple[int, Listing]]] = defaultdict(list)
        self.by_agency: dict[int, list[tuple[int, Listing]]] = defaultdict(list)
        for number, row in self.printed:
            if row.agreement_id:
                self.by_agreement[row.agreement_id].append((number, row))
                self.by_agency[row.agreement.agency_id].append((number, row))
        self.previous = (
            Snapshot.objects.filter(kind=self.snapshot.kind, position__lt=self.snapshot.position)
            .order_by("-position")
            .first()
        )
        self.state_of = dict(Agency.objects.values_list("pk", "state__usps"))
        self.models = dict(Agreement.objects.values_list("pk", "program_model"))

    @cached_property
    def doubted(self) -> set[tuple[str, str]]:
        """Names that a question is about, as state and folded name."""
        asked = self.applied.questions
        return {(one.state, fold(one.appeared)) for one in asked} | {(one.state, fold(one.vanished)) for one in asked}

    @cached_property
    def earlier(self) -> dict[int, Listing]:
        """For each agreement its row on the list before this one."""
        if self.previous is None:
            return {}
        rows = Listing.objects.in_bulk({pk for _number, pk in self.previous.rows})
        return {row.agreement_id: row for row in rows.values() if row.agreement_id}

    def began(self, row: Listing) -> bool:
        """Whether the list before did not print this row."""
        return row.first_position == self.snapshot.position

    @cached_property
    def strange_models(self) -> set[str]:
        """Models that this list prints and that we know from nowhere else."""
        strange = {row.program_model for _number, row in self.printed} - {*PROGRAM_MODELS, ""}
        before = Listing.objects.filter(program_model__in=strange, first_position__lt=self.snapshot.position)
        return strange - set(before.values_list("program_model", flat=True))

    def held(self, agency: int | None) -> int | None:
        """The agency, if it was held before this list."""
        return agency if agency in self.before.agencies else None

    def about(self, agency: int, number: int | None = None, row: Listing | None = None) -> dict:
        """How a proposal names an agency: as this list prints it, else as it was held."""
        known = self.before.agencies.get(agency)
        name = row.agency_name if row else known.name if known else ""
        state = row.state if row else self.state_of.get(agency) or (known.state if known else "")
        return {"agency_id": self.held(agency), "agency_name": name, "state": state, "row": number}

    # -- Names --------------------------------------------------------------------------------------------------------

    def questions(self) -> Iterator[Proposal]:
        """Names that came as another left, which only a person can tell apart or together."""
        for question in self.applied.questions:
            number, row = next(
                (
                    (number, row)
                    for number, row in self.printed
                    if row.state == question.state and fold(row.agency_name) == fold(question.appeared)
                ),
                (None, None),
            )
            candidate = self._candidate(question)
            yield Proposal(
                "renamed_perhaps",
                agency_name=question.appeared,
                state=question.state,
                program_model=row.program_model if row else "",
                row=number,
                before={"name": question.vanished},
                after={"name": question.appeared},
                confidence=candidate["score"] if candidate else 0.5,
                reason=f"“{question.vanished}” left the list as this name came: {question.evidence}.",
                candidates=[candidate] if candidate else [],
                is_certain=False,
                about=fold(question.vanished),
            )

    def _candidate(self, question: Question) -> dict | None:
        for agency, name in self.before.names_of_state.get(question.state, ()):
            if name == question.vanished:
                return self._scored(agency, question.state, name, question.appeared, question.evidence)
        for agency, spellings in self.before.spellings.items():
            for state, name in spellings:
                if name == question.vanished:
                    return self._scored(agency, state, name, question.appeared, question.evidence)
        return None

    def _scored(self, agency: int, state: str, name: str, asked: str, evidence: str) -> dict:
        known = self.before.agencies[agency]
        return {
            "public_id": known.public_id,
            "name": name,
            "state": state,
            "evidence": evidence,
            "score": round(alike(name, asked, state), 2),
        }

    def candidates(self, row: Listing) -> list[dict]:
        """Agencies held before whose name is much like a new one's, the likest first."""
        best: dict[int, tuple[float, str]] = {}
        for agency, name in self.before.names_of_state.get(row.state, ()):
            score = alike(name, row.agency_name, row.state)
            if score >= ALIKE and score > best.get(agency, (0.0, ""))[0]:
                best[agency] = (score, name)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[1][1]))[:CANDIDATES]
        return [
            self._scored(agency, row.state, name, row.agency_name, self._evidence(agency, row))
            for agency, (_score, name) in ranked
        ]

    def _evidence(self, agency: int, row: Listing) -> str:
        """What speaks for and against a candidate, in a few words."""
        here = self.by_agency.get(agency)
        said = ["on this list too, under its own name" if here else "not on this list"]
        models = {other.program_model: other for _number, other in here or ()}
        if row.program_model in models:
            said.append("with the same model")
        return ", ".join(said)

    def spellings(self) -> Iterator[Proposal]:
        """Names under which this list prints a known agency for the first time, and names that changed back."""
        renamed = {
            event.agency_id: event
            for event in self.applied.events
            if event.kind == "renamed" and event.snapshot_id == self.snapshot.pk
        }
        for agency, rows in self.by_agency.items():
            if agency not in self.before.agencies:
                continue
            known = {fold(name) for state, name in self.before.spellings[agency] if state == rows[0][1].state}
            told = False
            for number, row in rows:
                new = self.began(row) and row.match_rule not in (EXACT, NEW) and fold(row.agency_name) not in known
                event = renamed.get(agency)
                if not new and not (event and event.after.get("name") == row.agency_name):
                    continue
                if told and not new:
                    continue
                told = True
                rule = row.match_rule if self.began(row) else EXACT
                confidence = CONFIDENCE.get(rule, 1.0)
                was = event.before["name"] if event else self.before.spellings[agency][-1][1]
                yield Proposal(
                    "renamed",
                    **self.about(agency, number, row),
                    before={"name": was},
                    after={"name": row.agency_name},
                    confidence=confidence,
                    reason=row.match_reason or "A spelling that this agency had before.",
                    is_certain=confidence >= CERTAIN,
                )
                known.add(fold(row.agency_name))

    def splits(self) -> Iterator[Proposal]:
        """Agencies that take over rows that another had."""
        moved: dict[int, int] = {}
        now = Listing.objects.exclude(agreement=None).values_list("pk", "agreement__agency")
        for row, agency in now:
            owner = self.before.owners.get(row)
            if owner and owner != agency and agency not in self.before.agencies:
                moved.setdefault(agency, owner)
        for agency in Agency.objects.filter(pk__in=moved).select_related("state"):
            owner = self.before.agencies[moved[agency.pk]]
            yield Proposal(
                "split",
                agency_name=agency.name,
                state=agency.state.usps,
                before={"public_id": owner.public_id, "name": owner.name},
                after={"name": agency.name},
                confidence=0.5,
                reason=f"A decision parts this agency from “{owner.name}”.",
                is_certain=False,
                needs_second=True,
                about=owner.public_id,
            )

    # -- Rows ---------------------------------------------------------------------------------------------------------

    def junk_rows(self) -> Iterator[Proposal]:
        """Rows that name no state, agency or model, where the list before did not print them."""
        for number, row in self.printed:
            if row.agreement_id or not self.began(row):
                continue
            shown = " · ".join(str(cell) for cell in row.cells if isinstance(cell, str | int | float))
            yield Proposal(
                "junk_row",
                agency_name=_print_of(row, self.snapshot)[:200],
                row=number,
                after={"printed": shown[:300]},
                confidence=0.5,
                reason=" ".join(sentence for _column, sentence in row.problems)[:400] or "Nothing in it can be read.",
                is_certain=False,
                about=row.digest,
            )

    def repeated_rows(self) -> Iterator[Proposal]:
        """Agreements that stand on more than one row, where the list before had them once."""
        repeated = defaultdict(set)
        if self.previous:
            rows = Listing.objects.in_bulk({pk for _number, pk in self.previous.rows})
            for number, pk in self.previous.rows:
                repeated[rows[pk].agreement_id].add(number)
        for agreement, rows in self.by_agreement.items():
            if len(rows) < 2 or len(repeated[agreement]) >= len(rows):
                continue
            (number, row), *others = rows
            yield Proposal(
                "repeated_row",
                **self.about(row.agreement.agency_id, number, row),
                program_model=row.program_model,
                after={
                    "rows": [number for number, _row in rows],
                    "names": sorted({row.agency_name for _n, row in rows}),
                },
                confidence=0.95,
                reason=f"Row {number} is repeated in {_rows([other for other, _row in others])}; it counts once.",
            )

    def states(self) -> Iterator[Proposal]:
        """Agreements that this list prints under another state than the list before."""
        for agreement, rows in self.by_agreement.items():
            number, row = rows[-1]
            earlier = self.earlier.get(agreement)
            if earlier and earlier.state != row.state and self.began(row):
                yield Proposal(
                    "state_changed",
                    **self.about(row.agreement.agency_id, number, row),
                    program_model=row.program_model,
                    before={"state": earlier.state},
                    after={"state": row.state},
                    confidence=0.6,
                    reason=row.match_reason or "The same name under another state.",
                    is_certain=False,
                )

    # -- Places -------------------------------------------------------------------------------------------------------

    def placements(self) -> Iterator[Proposal]:
        """New agencies whose place is in question, and agencies that this list moves."""
        areas = _areas()
        rows = Agency.objects.filter(pk__in=self.by_agency).select_related("printed_county")
        for agency in rows.order_by("name"):
            known = self.before.agencies.get(agency.pk)
            if known is None and not agency.is_in_question:
                continue
            was = (known.placement, self.before.areas[agency.pk]) if known else None
            now = (agency.placement, areas[agency.pk])
            if was == now:
                continue
            number, row = self.by_agency[agency.pk][0]
            yield Proposal(
                "placement",
                **self.about(agency.pk, number, row),
                before={"placement": was[0], "areas": sorted(was[1])} if was else {},
                after={
                    "placement": agency.placement,
                    "kind": agency.kind,
                    "areas": sorted(now[1]),
                    "printed_county": agency.printed_county_id,
                },
                confidence=0.3 if agency.is_in_question else 0.9,
                reason=agency.placement_reason[:400],
                is_certain=not agency.is_in_question,
            )

    # -- Events -------------------------------------------------------------------------------------------------------

    def events(self) -> Iterator[Proposal]:
        """What the public would read as a change."""
        for event in self.applied.events:
            if event.snapshot_id != self.snapshot.pk or event.kind == "renamed":
                continue
            rows = self.by_agreement.get(event.agreement_id, [])
            number, row = rows[-1] if rows else (None, None)
            model = row.program_model if row else self.models.get(event.agreement_id, "")
            about = self.about(event.agency_id, number, row)
            if not about["agency_name"]:
                about["agency_name"] = event.before.get("name", "")
            if event.kind == "link_changed":
                yield from self._links(event, about, model)
                continue
            proposal = Proposal(
                event.kind,
                **about,
                program_model=model,
                before=event.before,
                after=event.after,
                reason=self._why(event, row),
            )
            if (about["state"], fold(about["agency_name"])) in self.doubted:
                proposal.is_certain, proposal.confidence = False, 0.5
                proposal.reason = "Another name may be this agency: see the question above."
            elif event.kind in ("appeared", "pending") and about["agency_id"] is None and row:
                self._weigh(proposal, row)
            elif row and self.began(row) and event.kind in ("back", "model_added", "appeared", "pending"):
                proposal.confidence = CONFIDENCE.get(row.match_rule, 1.0)
                proposal.is_certain = proposal.confidence >= CERTAIN
            if row and self.began(row) and row.program_model in self.strange_models:
                proposal.is_certain, proposal.confidence = False, 0.5
                proposal.reason = f"No list before has a model “{row.program_model}”: a new one, or a misprint."
            yield proposal

    def _weigh(self, proposal: Proposal, row: Listing) -> None:
        """How sure it is that a new name is a new agency, by the names that are like it."""
        proposal.candidates = self.candidates(row)
        read = read_agency_name(row.agency_name, row.state)
        close = [
            one
            for one in proposal.candidates
            if near(read, read_agency_name(one["name"], one["state"])) and "under its own name" not in one["evidence"]
        ]
        best = max((one["score"] for one in proposal.candidates), default=0.0)
        proposal.confidence = round(min(1.0, 1.5 - best), 2) if proposal.candidates else 1.0
        proposal.is_certain = not close
        proposal.reason = (
            f"Nearly “{close[0]['name']}”, which is not on this list."
            if close
            else "A name that no agency we hold has."
        )

    def _links(self, event: ChangeEvent, about: Mapping, model: str) -> Iterator[Proposal]:
        for name in LINKS:
            was, now = event.before.get(name, ""), event.after.get(name, "")
            if was != now:
                kind = "link_replaced" if was and now else "link_posted" if now else "link_lost"
                yield Proposal(
                    kind, **about, program_model=model, before={name: was}, after={name: now}, about=name, reason=""
                )

    def _why(self, event: ChangeEvent, row: Listing | None) -> str:
        if row and row.match_reason and self.began(row):
            return row.match_reason
        return WHY.get(event.kind, "")


WHY = {
    "missing": "On the list before this one, and not on this one. That is not an end.",
    "no_longer_listed": "Absent from at least three lists over fourteen days or more.",
    "model_dropped": "The agency is on this list with another model.",
    "model_switched": "One model left the list and another came for the same agency.",
    "back": "It was on an earlier list.",
    "re_signed": "The printed day of signing moved by more than a month.",
    "date_changed": "The printed day of signing moved by a month or less.",
}


def alike(one: str, other: str, state: str) -> float:
    """How much two names are alike, 0 to 1, words that do not tell agencies apart left out. No proof of anything."""
    a, b = read_agency_name(one, state), read_agency_name(other, state)
    score = fuzz.ratio(a.squeezed, b.squeezed) / 100
    return score if a.numbers == b.numbers else score * 0.8


def _print_of(row: Listing, snapshot: Snapshot) -> str:
    place = find_columns(snapshot.columns).get("agency")
    return str(row.cells[place] or "") if place is not None and place < len(row.cells) else ""


def _rows(numbers: Iterable[int]) -> str:
    numbers = list(numbers)
    return f"row {numbers[0]}" if len(numbers) == 1 else "rows " + ", ".join(map(str, numbers))
