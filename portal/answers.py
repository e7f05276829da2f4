"""The answer for a place or a state on a day: the headline, who reaches it and how, what is in question, what changed.

Pages and the API show the same objects. A place costs six queries and a state eight, however many agencies
reach it; an answer is a function of what is held, the day, and the language that is active.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements.lists import Lists
from agreements.models import Agreement, ChangeEvent, Snapshot, Standing, Status
from agreements.programs import by_model
from agreements.querysets import SPECIAL_KINDS, Reach
from agreements.sentences import CURRENT, about, day_in_words, model_in_a_sentence
from jurisdictions.models import Agency, Coverage, Jurisdiction, LiesIn

TELLING_CHANGES = (
    ChangeEvent.Kind.PENDING,
    ChangeEvent.Kind.APPEARED,
    ChangeEvent.Kind.MISSING,
    ChangeEvent.Kind.NO_LONGER_LISTED,
    ChangeEvent.Kind.BACK,
    ChangeEvent.Kind.ENDED,
    ChangeEvent.Kind.MODEL_ADDED,
    ChangeEvent.Kind.MODEL_DROPPED,
    ChangeEvent.Kind.MODEL_SWITCHED,
    ChangeEvent.Kind.RE_SIGNED,
    ChangeEvent.Kind.CORRECTED,
)
"""What tells a reader of a place something; mended links, dates and spellings are on the page of changes."""

CHANGES_SHOWN = 8
"""The newest ones; the page of changes has the rest."""

MONTHS_SHOWN = 12

GONE_SHOWN = 20
"""Of the agreements no longer on a list, how many a state's page tells of."""

NAMED_AT_MOST = 3
"""Agencies that a headline names; of more it gives the number."""


class Mark(StrEnum):
    """The four statuses of a fact, and no more."""

    YES = "yes"
    NO = "no"
    LOOKED = "looked"
    UNCHECKED = "unchecked"


SIGNS = {Mark.YES: "●", Mark.NO: "○", Mark.LOOKED: "?", Mark.UNCHECKED: "…"}


class Topic(StrEnum):
    """The lines of a headline, in their order."""

    LOCAL = "local"
    STATE_AGENCIES = "state_agencies"
    STATE_LAW = "state_law"
    LOCAL_POLICY = "local_policy"

    @property
    def label(self) -> str:
        return str(TOPIC_LABELS[self])


TOPIC_LABELS = {
    Topic.LOCAL: gettext_lazy("Police and sheriff here"),
    Topic.STATE_AGENCIES: gettext_lazy("State agencies"),
    Topic.STATE_LAW: gettext_lazy("State law"),
    Topic.LOCAL_POLICY: gettext_lazy("Local policy"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the headline. YES stands only on the line it belongs to."""

    topic: Topic
    mark: Mark
    word: str
    """The answer in a word or two: "Yes", "Not on the list"."""
    sentences: tuple[str, ...]
    agencies: int = 0
    """How many agencies of this line are on the list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An agency that reaches the area, with its agreements known by the day, those that stand first.

    `agreements` come from `AgreementQuerySet.on(day)`. `coverages` are the areas for which it counts here; none for an
    agency of the whole state, or one in question.
    """

    agency: Agency
    agreements: tuple[Agreement, ...]
    lists: Lists
    reach: Reach | None = None
    coverages: tuple[Coverage, ...] = ()

    def with_status(self, *statuses: str) -> tuple[Agreement, ...]:
        return tuple(agreement for agreement in self.agreements if agreement.status in statuses)

    @property
    def listed(self) -> tuple[Agreement, ...]:
        return self.with_status(Status.LISTED)

    @property
    def models(self) -> tuple[str, ...]:
        """Of the agreements on the list."""
        return tuple(agreement.program_model for agreement in self.listed)

    @property
    def stands(self) -> bool:
        """Whether an agreement is listed, missing or pending; the others are of the past."""
        return bool(self.with_status(*CURRENT))

    @property
    def status(self) -> str:
        """The status that says most."""
        return min((agreement.status for agreement in self.agreements), key=STATUS_ORDER.index)

    @property
    def told(self) -> list[tuple[Agreement, str]]:
        """Each agreement with its fixed sentence."""
        return [
            (
                agreement,
                about(agreement, self.lists, has_another_listed=bool(self.listed) and agreement not in self.listed),
            )
            for agreement in self.agreements
        ]


STATUS_ORDER = [*Status.values]
GROUP_ORDER = [Reach.OWN, Reach.COUNTY, Reach.INSIDE, Reach.SPECIAL, Reach.STATEWIDE]


def entries_of(
    agreements: Iterable[Agreement],
    reached: Mapping[int, tuple[Reach | None, tuple[Coverage, ...]]],
    lists: Lists,
) -> list[Entry]:
    """Agreements put together by agency, those listed first, then by name; of agencies that `reached` names."""
    together: dict[int, list[Agreement]] = defaultdict(list)
    for agreement in agreements:
        if agreement.agency_id in reached:
            together[agreement.agency_id].append(agreement)
    entries = []
    for agency_id, own in together.items():
        own.sort(key=lambda each: (STATUS_ORDER.index(each.status), by_model(each.program_model)))
        reach, coverages = reached[agency_id]
        entries.append(Entry(own[0].agency, tuple(own), lists, reach, coverages))
    return sorted(entries, key=order_of_entry)


def order_of_entry(entry: Entry) -> tuple:
    """Nearest first, then what is on the list, then what covers a whole area before precincts, then by name."""
    reach = GROUP_ORDER.index(entry.reach) if entry.reach else len(GROUP_ORDER)
    is_part = all(coverage.extent == Coverage.Extent.PART for coverage in entry.coverages)
    return (reach, STATUS_ORDER.index(entry.status), is_part, entry.agency.name, entry.agency.public_id)


@dataclass(frozen=True)
class PlaceAnswer:
    """What is known for a county, place or county subdivision on a day."""

    area: Jurisdiction
    lists: Lists
    counties: tuple[Jurisdiction, ...]
    """Those that a place or subdivision lies in, the one where most of its people live first; none for a county."""
    parts: tuple[Jurisdiction, ...]
    """Places and subdivisions that lie in a county, by name; none for a place."""
    entries: tuple[Entry, ...]
    """Agencies that reach the area, of whatever status."""
    in_question: tuple[Entry, ...]
    """Agencies for which ICE prints this county while their area is not certain. They reach nothing."""
    changes: tuple[ChangeEvent, ...]
    """The newest by the day, of the agencies that reach the area other than statewide, and of those in question."""
    has_more_changes: bool
    namesakes: tuple[Jurisdiction, ...] = ()
    """Other areas of the state with the same bare name, for which a reader may mistake this one."""

    @property
    def day(self) -> date:
        return self.lists.day

    @property
    def county(self) -> Jurisdiction | None:
        """Where it lies, or most of its people live; None for a county."""
        return self.counties[0] if self.counties else None

    def of(self, *reaches: Reach) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.reach in reaches)

    @cached_property
    def groups(self) -> dict[Reach, tuple[Entry, ...]]:
        """Agencies with an agreement that stands or may stand, by reach, nearest first. Empty groups are left out."""
        groups = {reach: tuple(entry for entry in self.of(reach) if entry.stands) for reach in GROUP_ORDER}
        return {reach: entries for reach, entries in groups.items() if entries}

    @cached_property
    def former(self) -> tuple[Entry, ...]:
        """Agencies all of whose agreements are of the past: no longer listed, ended, no longer pending."""
        return tuple(entry for entry in self.entries if not entry.stands)

    @cached_property
    def local(self) -> tuple[Entry, ...]:
        """Police and sheriff here: what covers the area, its county, or a part of it."""
        return self.of(Reach.OWN, Reach.COUNTY, Reach.INSIDE)

    @cached_property
    def models(self) -> dict[str, tuple[Entry, ...]]:
        """For each model on the list, the agencies that have it."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            for model in entry.models:
                found[model].append(entry)
        return {model: tuple(found[model]) for model in sorted(found, key=by_model)}

    @cached_property
    def parts_without(self) -> tuple[Jurisdiction, ...]:
        """Places and subdivisions of the county none of whose agencies is on the list."""
        covered = {
            coverage.jurisdiction_id for entry in self.of(Reach.INSIDE) if entry.listed for coverage in entry.coverages
        }
        return tuple(part for part in self.parts if part.pk not in covered)

    @cached_property
    def lines(self) -> tuple[Line, Line, Line, Line]:
        return (
            local_line(self),
            state_agencies_line(self.area.state, self.of(Reach.STATEWIDE), self.lists),
            *unchecked_lines(),
        )

    @property
    def line(self) -> dict[str, Line]:
        return {line.topic.value: line for line in self.lines}

    @cached_property
    def substance(self) -> frozenset:
        """What has to be equal for two answers to be one and the same: state; model, reach and kind of each agency."""
        return frozenset(
            (self.area.state_id, model, entry.reach, entry.agency.kind)
            for entry in self.of(Reach.OWN, Reach.COUNTY, Reach.INSIDE)
            for model in entry.models
        ) | {(self.area.state_id,)}


def answer_for(area: Jurisdiction, day: date, *, lists: Lists | None = None) -> PlaceAnswer:
    """The answer for a county, place or subdivision; `area` with its `state` at hand. Six queries."""
    lists = lists or Lists.on(day)
    if area.is_county:
        counties = ()
        parts = tuple(
            Jurisdiction.objects.in_county(area).with_pages().select_related(None).order_by("short_name", "geoid")
        )
    else:
        lies_in = LiesIn.objects.peopled().filter(jurisdiction=area).select_related("county").order_by("rank")
        counties, parts = tuple(each.county for each in lies_in), ()
    # One object for the state, so that addresses of parts and counties need no query.
    for each in (*counties, *parts):
        each.state = area.state
    namesakes = Jurisdiction.objects.with_pages().filter(state=area.state_id, short_name=area.short_name)
    namesakes = tuple(namesakes.exclude(pk=area.pk).exclude(pk__in=[each.pk for each in counties])[:4])
    for each in namesakes:
        each.state = area.state

    near = {area.pk, *(each.pk for each in counties), *(each.pk for each in parts)}
    agencies = Q(agency__placement="statewide", agency__state=area.state_id)
    agencies |= Q(agency__in=Coverage.objects.filter(jurisdiction__in=near).values("agency"))
    if area.is_county:
        agencies |= Q(agency__placement="in_question", agency__printed_county=area)
    agreements = list(Agreement.objects.on(day).filter(agencies).select_related("agency", "ended_source"))

    coverages: dict[int, list[Coverage]] = defaultdict(list)
    for coverage in Coverage.objects.filter(
        jurisdiction__in=near, agency__in={agreement.agency_id for agreement in agreements}
    ).select_related("jurisdiction"):
        coverage.jurisdiction.state = area.state
        coverages[coverage.agency_id].append(coverage)

    reached, doubtful = {}, {}
    for agreement in agreements:
        agency = agreement.agency
        agency.state = area.state
        if agency.is_in_question:
            if area.is_county and agency.printed_county_id == area.pk:
                doubtful[agency.pk] = (None, ())
        elif found := reach_of(agency, coverages[agency.pk], area, [each.pk for each in counties]):
            reached[agency.pk] = found
    entries = entries_of(agreements, reached, lists)

    nearby = [pk for pk, (reach, _coverages) in reached.items() if reach != Reach.STATEWIDE]
    changes = ChangeEvent.objects.filter(agency__in=[*nearby, *doubtful], kind__in=TELLING_CHANGES, seen_on__lte=day)
    changes = list(changes.for_listing().order_by("-seen_on", "agency__name", "kind", "key")[: CHANGES_SHOWN + 1])
    return PlaceAnswer(
        area=area,
        lists=lists,
        counties=counties,
        parts=parts,
        entries=tuple(entries),
        in_question=tuple(entries_of(agreements, doubtful, lists)),
        changes=tuple(changes[:CHANGES_SHOWN]),
        has_more_changes=len(changes) > CHANGES_SHOWN,
        namesakes=namesakes,
    )


def reach_of(
    agency: Agency, coverages: Sequence[Coverage], area: Jurisdiction, counties: Collection[str]
) -> tuple[Reach, tuple[Coverage, ...]] | None:
    """By what the agency reaches the area, and the coverages that say so; None if it does not.

    The same rule as `agreements.querysets.agencies_reaching`, for one agency whose coverages near the area are at hand.
    """
    if agency.is_statewide:
        return (Reach.STATEWIDE, ()) if agency.state_id == area.state_id else None
    special = agency.kind in SPECIAL_KINDS
    here = tuple(each for each in coverages if each.jurisdiction_id == area.pk)
    if area.is_county:
        if not special and (whole := tuple(each for each in here if each.extent == Coverage.Extent.WHOLE)):
            return Reach.OWN, whole
        return (Reach.INSIDE, tuple(coverages)) if coverages else None
    if here:
        return (Reach.SPECIAL if special else Reach.OWN), here
    around = tuple(
        each
        for each in coverages
        if each.jurisdiction_id in counties and not (special and each.extent == Coverage.Extent.PART)
    )
    return (Reach.COUNTY, around) if around else None


# -- The headline ---------------------------------------------------------------------------------------------------


def local_line(answer: PlaceAnswer) -> Line:
    """Police and sheriff here: yes if any agency that covers the area, its county or a part of it is on the list."""
    lists = answer.lists
    if not lists.is_covered:
        return before_the_first_list(Topic.LOCAL, lists)
    listed = [entry for entry in answer.local if entry.listed]
    sentences = [who_has_agreements(answer, listed) if listed else nobody_here(answer)]
    for entry in answer.local:
        if not entry.listed and entry.stands:
            sentences.append(entry.told[0][1])
    mark = Mark.YES if listed else Mark.NO
    return Line(Topic.LOCAL, mark, _("Yes") if listed else _("Not on the list"), tuple(sentences[:4]), len(listed))


def nobody_here(answer: PlaceAnswer) -> str:
    words = {"area": answer.area.full_name, "list": day_in_words(answer.lists.listed)}
    if answer.area.is_county:
        sentence = _("No agency of %(area)s, or of a place in it, was on ICE's list of %(list)s.")
    else:
        sentence = _("No agency of %(area)s, or of its county, was on ICE's list of %(list)s.")
    return sentence % words + " " + _("This does not mean that they never help ICE.")


def who_has_agreements(answer: PlaceAnswer, listed: Sequence[Entry]) -> str:
    """ "Davie Police (street enforcement) and 2 agencies in the county (jail warrants) have agreements with ICE." """
    nearest = [entry for entry in listed if entry.reach != Reach.INSIDE]
    inside = [entry for entry in listed if entry.reach == Reach.INSIDE]
    subjects = [f"{entry.agency.name} ({models_in_words(entry.models)})" for entry in nearest[:NAMED_AT_MOST]]
    if not nearest and len(inside) <= NAMED_AT_MOST:
        subjects = [f"{entry.agency.name} ({models_in_words(entry.models)})" for entry in inside]
        inside = []
    more = len(nearest) - NAMED_AT_MOST
    if more > 0:
        subjects.append(ngettext("%(count)s more agency", "%(count)s more agencies", more) % {"count": more})
    if inside:
        models = sorted({model for entry in inside for model in entry.models}, key=by_model)
        sentence = ngettext(
            "%(count)s agency in the county (%(models)s)", "%(count)s agencies in the county (%(models)s)", len(inside)
        )
        subjects.append(sentence % {"count": len(inside), "models": models_in_words(models)})
    return ngettext("%(who)s has an agreement with ICE.", "%(who)s have agreements with ICE.", len(listed)) % {
        "who": in_a_row(subjects)
    }


def state_agencies_line(state: Jurisdiction, statewide: Sequence[Entry], lists: Lists) -> Line:
    if not lists.is_covered:
        return before_the_first_list(Topic.STATE_AGENCIES, lists)
    count = sum(bool(entry.listed) for entry in statewide)
    words = {"count": count, "state": state.name, "list": day_in_words(lists.listed)}
    if count:
        sentence = ngettext(
            "%(count)s agency of the state has an agreement with ICE. It works in all of %(state)s.",
            "%(count)s agencies of the state have agreements with ICE. They work in all of %(state)s.",
            count,
        )
        return Line(Topic.STATE_AGENCIES, Mark.YES, _("Yes"), (sentence % words,), count)
    sentence = _("No agency of the state of %(state)s was on ICE's list of %(list)s.") % words
    sentence += " " + _("This does not mean that they never help ICE.")
    return Line(Topic.STATE_AGENCIES, Mark.NO, _("Not on the list"), (sentence,))


def unchecked_lines() -> tuple[Line, Line]:
    """State law and local policy, of which nothing is recorded."""
    unchecked = Mark.UNCHECKED, _("Not checked yet"), (_("We have not checked this yet."),)
    return Line(Topic.STATE_LAW, *unchecked), Line(Topic.LOCAL_POLICY, *unchecked)


def before_the_first_list(topic: Topic, lists: Lists) -> Line:
    """No list speaks for the day, so neither yes nor no can be said."""
    sentence = (
        _("We hold no list before %(first)s.") % {"first": day_in_words(lists.first)}
        if lists.first
        else _("We hold no list of ICE's yet.")
    )
    return Line(topic, Mark.UNCHECKED, _("We do not know"), (sentence,))


def models_in_words(models: Iterable[str]) -> str:
    """ "street enforcement, jail warrants": without ICE's names for them, which stand elsewhere on the page."""
    return ", ".join(model_in_a_sentence(model).split(" (")[0] for model in models)


def in_a_row(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = words
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last


# -- A state --------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class ListedOn:
    """How many agencies and agreements of a state stood on the list of a day."""

    day: date
    agencies: int
    agreements: int


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
    has_more_changes: bool
    history: tuple[ListedOn, ...]
    """The last list of each month by the day, newest first."""

    @property
    def day(self) -> date:
        return self.lists.day

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
    def gone_sentences(self) -> tuple[str, ...]:
        """The fixed sentence of each agreement that is missing, no longer listed or ended, the latest first."""
        gone = (Status.MISSING, Status.NO_LONGER_LISTED, Status.ENDED)
        told = [
            (agreement, sentence)
            for entry in dict.fromkeys((*self.missing, *self.former))
            for agreement, sentence in entry.told
            if agreement.status in gone
        ]
        told.sort(key=lambda each: each[0].status_since, reverse=True)
        return tuple(dict.fromkeys(sentence for _agreement, sentence in told[:GONE_SHOWN]))

    @property
    def more_gone(self) -> bool:
        return len(self.missing) + len(self.former) > GONE_SHOWN

    @cached_property
    def counties_with(self) -> tuple[CountyRow, ...]:
        return tuple(row for row in self.counties if row.agencies)

    @cached_property
    def counties_without(self) -> tuple[CountyRow, ...]:
        return tuple(row for row in self.counties if not row.agencies)

    @cached_property
    def lines(self) -> tuple[Line, Line, Line]:
        law, _policy = unchecked_lines()
        statewide = [entry for entry in self.entries if entry.agency.is_statewide]
        return state_local_line(self), state_agencies_line(self.area, statewide, self.lists), law

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


def state_answer(state: Jurisdiction, day: date) -> StateAnswer:
    """The answer for a state or territory. The number of queries does not grow with its agencies."""
    lists = Lists.on(day)
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
    changes = ChangeEvent.objects.filter(agency__state=state, kind__in=TELLING_CHANGES, seen_on__lte=day)
    changes = list(changes.for_listing().order_by("-seen_on", "agency__name", "kind", "key")[: CHANGES_SHOWN + 1])
    return StateAnswer(
        area=state,
        lists=lists,
        entries=entries,
        counties=tuple(county_rows(state, entries)),
        changes=tuple(changes[:CHANGES_SHOWN]),
        has_more_changes=len(changes) > CHANGES_SHOWN,
        history=tuple(listed_through_time(state, day)),
    )


def listed_through_time(state: Jurisdiction, day: date) -> list[ListedOn]:
    """What stood on the last list of each of the last months by `day`, newest first. Two queries."""
    days = Snapshot.objects.participating().filter(published_on__lte=day).order_by("-position")
    last_of_month: dict[tuple[int, int], date] = {}
    for published_on in days.values_list("published_on", flat=True):
        last_of_month.setdefault((published_on.year, published_on.month), published_on)
        if len(last_of_month) == MONTHS_SHOWN:
            break
    runs = Standing.objects.filter(agreement__agency__state=state, status=Status.LISTED).values_list(
        "starts_on", "ends_on", "agreement__agency"
    )
    runs = list(runs)
    through_time = []
    for published_on in last_of_month.values():
        agencies = [agency for start, end, agency in runs if start <= published_on and (not end or published_on < end)]
        through_time.append(ListedOn(published_on, len(set(agencies)), len(agencies)))
    return through_time


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
