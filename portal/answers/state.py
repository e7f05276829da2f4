"""The answer for a state or territory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.lists import Lists
from agreements.models import Agreement, ChangeEvent, EarlierAgreement, Status
from agreements.programs import by_model
from agreements.querysets import SPECIAL_KINDS
from agreements.sentences import day_in_words
from jurisdictions.models import Agency, Coverage, Jurisdiction, LiesIn

from .agencies import Entry, entries_of
from .changes import changes_by
from .labels import Labels, labels_of_state
from .lines import Line, Mark, Topic, before_the_first_list
from .place import newest_checks, state_agencies_line
from .policies import PoliciesOfState, policies_of_state
from .rules import Doubt, LawBook, Rule, doubts_of, law_book
from .series import Series, ThroughTime
from .shelf import Shelf

GONE_SHOWN = 20
"""Of the agreements no longer on a list, how many a state's page tells of."""


@dataclass(frozen=True, slots=True)
class CountyRow:
    """A county in the state's table, and how many agencies on the list reach it from within."""

    county: Jurisdiction
    own: int
    inside: int
    models: tuple[str, ...]

    @property
    def agencies(self) -> int:
        return self.own + self.inside


@dataclass(frozen=True)
class StateAnswer:
    """What is known for a state on a day."""

    area: Jurisdiction
    lists: Lists
    entries: tuple[Entry, ...]
    """Every agency of the state known by the day."""
    counties: tuple[CountyRow, ...]
    """Every county, by name."""
    changes: tuple[ChangeEvent, ...]
    law: LawBook
    policies: PoliciesOfState
    """Local policies of every government in the state."""
    labels: Labels
    """Federal labels of the state and of every government in it."""
    through_time: ThroughTime | None = None
    """Numbers through time as they are held; None: they are read when they are asked for."""

    @property
    def day(self) -> date:
        return self.lists.day

    @cached_property
    def series(self) -> Series:
        """What stood on each list by the day."""
        return (self.through_time or ThroughTime.read()).state(self.area.pk).until(self.day)

    @cached_property
    def has_earlier(self) -> bool:
        """Whether other documents show an agreement here before the end of 2024."""
        return EarlierAgreement.objects.filter(state=self.area).exists()

    @cached_property
    def listed(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.listed)

    @cached_property
    def agreements(self) -> int:
        """On the list."""
        return sum(len(entry.listed) for entry in self.listed)

    @cached_property
    def models(self) -> dict[str, int]:
        """Agreements on the list by model."""
        count = Counter(model for entry in self.listed for model in entry.models)
        return {model: count[model] for model in sorted(count, key=by_model)}

    @cached_property
    def statewide(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.agency.is_statewide and entry.stands)

    @cached_property
    def in_question(self) -> tuple[Entry, ...]:
        """Agencies whose area is not certain, with an agreement that stands or may stand."""
        return tuple(entry for entry in self.entries if entry.agency.is_in_question and entry.stands)

    @property
    def all_in_question(self) -> tuple[Entry, ...]:
        """Those too whose agreements are all of the past."""
        return tuple(entry for entry in self.entries if entry.agency.is_in_question)

    @cached_property
    def pending(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.with_status(Status.PENDING))

    @cached_property
    def missing(self) -> tuple[Entry, ...]:
        """Agencies with an agreement that is missing from the newest list."""
        return tuple(entry for entry in self.entries if entry.with_status(Status.MISSING))

    @cached_property
    def former(self) -> tuple[Entry, ...]:
        """Agencies with an agreement that is no longer listed, or that ended."""
        return tuple(entry for entry in self.entries if entry.with_status(Status.NO_LONGER_LISTED, Status.ENDED))

    @cached_property
    def no_longer_listed(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.with_status(Status.NO_LONGER_LISTED))

    @cached_property
    def ended(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.with_status(Status.ENDED))

    @cached_property
    def told_gone(self) -> tuple[str, ...]:
        """The fixed sentence of each agreement that is missing, no longer listed or ended, the latest first."""
        gone = (Status.MISSING, Status.NO_LONGER_LISTED, Status.ENDED)
        told = [
            (agreement, sentence)
            for entry in dict.fromkeys((*self.missing, *self.former))
            for agreement, sentence in entry.told
            if agreement.status in gone
        ]
        told.sort(key=lambda each: each[0].status_since, reverse=True)
        return tuple(dict.fromkeys(sentence for _agreement, sentence in told))

    @property
    def gone_sentences(self) -> tuple[str, ...]:
        return self.told_gone[:GONE_SHOWN]

    @property
    def more_gone(self) -> bool:
        return len(self.told_gone) > GONE_SHOWN

    @cached_property
    def counties_with(self) -> tuple[CountyRow, ...]:
        return tuple(row for row in self.counties if row.agencies)

    @cached_property
    def counties_without(self) -> tuple[CountyRow, ...]:
        return tuple(row for row in self.counties if not row.agencies)

    @cached_property
    def law_beside(self) -> tuple[Rule, ...]:
        """The state's rules on agreements, to stand beside those listed and those no longer listed.

        They are facts with dates of their own: a law does not end an agreement here until a source says so.
        """
        return self.law.on_agreements if self.entries else ()

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        return doubts_of(self.law.doubtful(self.law.rules))

    @property
    def of_no_change(self) -> str:
        return "" if self.changes else _("We saw no change for this state in ICE's lists.")

    @property
    def of_those_in_question(self) -> str:
        return _(
            "We are not certain which area these agencies cover. They are counted for the state, but for no county or"
            " city."
        )

    def unsaid(self) -> StateAnswer:
        """The same facts with no sentence made yet: sentences are made once, in the language of that moment."""
        return replace(self, law=replace(self.law), labels=replace(self.labels))

    @cached_property
    def lines(self) -> tuple[Line, Line, Line]:
        statewide = [entry for entry in self.entries if entry.agency.is_statewide]
        return state_local_line(self), state_agencies_line(self.area, statewide, self.lists), self.law.line

    @property
    def line(self) -> dict[str, Line]:
        return {line.topic.value: line for line in self.lines}


def state_local_line(answer: StateAnswer) -> Line:
    """Cities, counties and campuses of the state."""
    lists = answer.lists
    if not lists.is_covered:
        return before_the_first_list(Topic.LOCAL, lists)
    local = [entry for entry in answer.listed if not entry.agency.is_statewide]
    words = {"count": len(local), "state": answer.area.name, "list": day_in_words(lists.listed)}
    if local:
        sentence = ngettext(
            "%(count)s local agency in %(state)s was on ICE's list of %(list)s.",
            "%(count)s local agencies in %(state)s were on ICE's list of %(list)s.",
            len(local),
        )
        return Line(Topic.LOCAL, Mark.YES, _("Yes"), (sentence % words,), len(local))
    sentence = _("No local agency in %(state)s was on ICE's list of %(list)s.") % words
    sentence += " " + _("This does not mean that they never help ICE.")
    return Line(Topic.LOCAL, Mark.NO, _("Not on the list"), (sentence,))


def state_answer(
    state: Jurisdiction, day: date, *, shelf: Shelf | None = None, through_time: ThroughTime | None = None
) -> StateAnswer:
    """The answer for a state or territory. The number of queries does not grow with its agencies."""
    lists = Lists.on(day)
    shelf = shelf or Shelf.read()
    agreements = list(
        Agreement.objects.on(day).filter(agency__state=state).select_related("agency__printed_county", "ended_source")
    )
    coverages: dict[int, list[Coverage]] = defaultdict(list)
    for coverage in Coverage.objects.filter(agency__state=state).select_related("jurisdiction"):
        coverage.jurisdiction.state = state
        coverages[coverage.agency_id].append(coverage)
    reached = {}
    for agreement in agreements:
        agreement.agency.state = state
        if agreement.agency.printed_county:
            agreement.agency.printed_county.state = state
        reached[agreement.agency_id] = (None, tuple(coverages[agreement.agency_id]))
    entries = tuple(entries_of(agreements, reached, lists))
    of_state, _local = newest_checks(state, (), shelf)
    changes = changes_by(
        day,
        Q(agency__state=state)
        | Q(law__jurisdiction=state)
        | Q(policy__state_area=state)
        | Q(designation__jurisdiction=state)
        | Q(designation__jurisdiction__state=state),
    )
    return StateAnswer(
        area=state,
        lists=lists,
        entries=entries,
        counties=tuple(county_rows(state, entries)),
        changes=changes,
        law=law_book(state, day, of_state, shelf),
        policies=policies_of_state(state, day),
        labels=labels_of_state(day, state, shelf),
        through_time=through_time,
    )


def county_rows(state: Jurisdiction, entries: Iterable[Entry]) -> list[CountyRow]:
    """Every county of the state with the agencies on the list that are its own, or inside it. Two queries."""
    counties = list(Jurisdiction.objects.counties().with_pages().filter(state=state).order_by("name"))
    around: dict[str, list[str]] = defaultdict(list)
    lies_in = LiesIn.objects.peopled().filter(
        jurisdiction__in={
            coverage.jurisdiction_id
            for entry in entries
            if entry.listed
            for coverage in entry.coverages
            if not coverage.jurisdiction.is_county
        }
    )
    for part, county in lies_in.values_list("jurisdiction_id", "county_id"):
        around[part].append(county)
    own: dict[str, set[int]] = defaultdict(set)
    inside: dict[str, set[int]] = defaultdict(set)
    models: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        agency = entry.agency
        if not entry.listed or agency.placement != Agency.Placement.DECIDED:
            continue
        for coverage in entry.coverages:
            if not coverage.jurisdiction.is_county:
                for county in around[coverage.jurisdiction_id]:
                    inside[county].add(agency.pk)
                    models[county].update(entry.models)
                continue
            whole = coverage.extent == Coverage.Extent.WHOLE and agency.kind not in SPECIAL_KINDS
            (own if whole else inside)[coverage.jurisdiction_id].add(agency.pk)
            models[coverage.jurisdiction_id].update(entry.models)
    rows = []
    for county in counties:
        county.state = state
        row_models = tuple(sorted(models[county.pk], key=by_model))
        rows.append(CountyRow(county, len(own[county.pk]), len(inside[county.pk] - own[county.pk]), row_models))
    return rows
