"""The answer for a county, place or county subdivision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.lists import Lists
from agreements.models import Agreement, ChangeEvent, Check
from agreements.powers import Powers
from agreements.programs import by_model
from agreements.querysets import SPECIAL_KINDS, Reach
from agreements.sentences import CURRENT, day_in_words
from jurisdictions.models import Coverage, Jurisdiction, LiesIn

from .agencies import GROUP_ORDER, Entry, entries_of, may_cover, reach_of
from .changes import changes_near
from .labels import Labels, labels_of
from .lines import Line, Mark, Topic, before_the_first_list, in_a_row, models_in_words
from .meaning import RELEVANT, Meaning, meaning_of
from .policies import PolicyBook, policy_book
from .rules import Doubt, LawBook, Rule, doubts_of, law_book
from .shelf import Shelf

NAMED_AT_MOST = 3
"""Agencies that a headline names; of more it gives the number."""

SENTENCES_AT_MOST = 4
NAMESAKES_AT_MOST = 4


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
    """Agencies whose area is not certain, and for which ICE prints this county, or whose name fits it or a part of it.

    They reach nothing, but while they are on the list nobody can say that no agency of the area is.
    """
    changes: tuple[ChangeEvent, ...]
    """The newest by the day, of agencies that reach the area other than statewide, of those in question, and in law."""
    statewide_changes: tuple[ChangeEvent, ...]
    """The newest of agencies of the whole state."""
    law: LawBook
    """The law of the state."""
    policies: PolicyBook
    """Local policies of the area, of its counties, and of places in a county."""
    labels: Labels
    """Federal labels of the area, its counties and its state."""
    powers: Powers
    """What officers under each model may do."""
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

    @property
    def all_in_question(self) -> tuple[Entry, ...]:
        return self.in_question

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
        """Places and subdivisions of the county none of whose agencies is on the list, nor may be."""
        covered = {
            coverage.jurisdiction_id for entry in self.of(Reach.INSIDE) if entry.listed for coverage in entry.coverages
        }
        doubtful = [entry.agency for entry in self.in_question if entry.listed]
        return tuple(
            part
            for part in self.parts
            if part.pk not in covered and not any(may_cover(agency, part) for agency in doubtful)
        )

    @cached_property
    def perhaps_here(self) -> tuple[Entry, ...]:
        """Of the agencies in question those on the list that would count as police or sheriff here."""
        return tuple(
            entry
            for entry in self.in_question
            if entry.listed and (self.area.is_county or entry.agency.kind not in SPECIAL_KINDS)
        )

    @property
    def of_nobody(self) -> str:
        """Said where no agency that reaches the area was on the list, nor may be; else nothing."""
        if not self.lists.is_covered or self.groups or self.perhaps_here:
            return ""
        return _("No agency that reaches this place was on ICE's list of %(day)s.") % {"day": self._list_in_words}

    @property
    def of_parts_without(self) -> str:
        """What can be said of `parts_without`, and no more."""
        sentence = _(
            "No agency of these places is on ICE's list of %(day)s. We do not know which have their own police. That"
            " does not mean no cooperation."
        )
        return sentence % {"day": self._list_in_words}

    @property
    def of_those_in_question(self) -> str:
        sentence = _(
            "ICE prints %(area)s beside these agencies, or their names fit it. We are not certain which area they"
            " cover, so they are not counted above."
        )
        return sentence % {"area": self.area.full_name}

    @property
    def of_no_change(self) -> str:
        return "" if self.changes else _("We saw no change for this place in ICE's lists.")

    @property
    def _list_in_words(self) -> str:
        return day_in_words(self.lists.listed)

    def unsaid(self) -> PlaceAnswer:
        """The same facts with no sentence made yet: sentences are made once, in the language of that moment."""
        return replace(self, law=replace(self.law), policies=replace(self.policies), labels=replace(self.labels))

    @cached_property
    def lines(self) -> tuple[Line, Line, Line, Line]:
        return (
            local_line(self),
            state_agencies_line(self.area.state, self.of(Reach.STATEWIDE), self.lists),
            self.law.line,
            self.policies.line,
        )

    @property
    def line(self) -> dict[str, Line]:
        return {line.topic.value: line for line in self.lines}

    @cached_property
    def meaning(self) -> tuple[Meaning, ...]:
        """What it means at a stop, at booking, at release: each sentence with what says so."""
        return meaning_of(self.models, self.law, self.policies.current, self.powers, self.lists)

    @cached_property
    def law_beside(self) -> tuple[Rule, ...]:
        """The state's rules on agreements that limit or forbid what an agency here has, or had, on ICE's lists.

        They stand beside the agreements as facts with dates of their own: neither is said to cancel the other.
        """
        has_any = any(entry.reach != Reach.STATEWIDE for entry in (*self.entries, *self.in_question))
        return self.law.restricting if has_any else ()

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Where sources disagree or a detail is not certain, of the records that this answer rests on."""
        return doubts_of([*self.law.doubtful(self.law.on(*RELEVANT)), *self.policies.doubtful])

    @cached_property
    def substance(self) -> frozenset:
        """What has to be equal for two answers to be one and the same, names left out.

        The state; model, reach and kind of each agency on the list; status of each policy topic and federal label.
        """
        agencies = frozenset(
            (model, entry.reach, entry.agency.kind)
            for entry in self.of(Reach.OWN, Reach.COUNTY, Reach.INSIDE)
            for model in entry.models
        )
        return frozenset({self.area.state_id, agencies, self.policies.substance, self.labels.substance})


def answer_for(area: Jurisdiction, day: date, *, lists: Lists | None = None, shelf: Shelf | None = None) -> PlaceAnswer:
    """The answer for a county, place or subdivision; `area` with its `state` at hand.

    Five queries, one more for a place, and that of `lists` and those of `shelf` where they are not given.
    """
    lists = lists or Lists.on(day)
    shelf = shelf or Shelf.read()
    counties: tuple[Jurisdiction, ...] = ()
    if not area.is_county:
        lies_in = LiesIn.objects.peopled().filter(jurisdiction=area).select_related("county").order_by("rank")
        counties = tuple(each.county for each in lies_in)
    parts, namesakes = parts_and_namesakes(area, counties)
    # One object for the state, so that addresses need no query.
    for each in (*counties, *parts, *namesakes):
        each.state = area.state

    near = {area.pk, *(each.pk for each in counties), *(each.pk for each in parts)}
    agencies = Q(agency__placement="statewide", agency__state=area.state_id)
    agencies |= Q(agency__in=Coverage.objects.filter(jurisdiction__in=near).values("agency"))
    agencies |= Q(agency__placement="in_question", agency__state=area.state_id)
    agreements = list(Agreement.objects.on(day).filter(agencies).select_related("agency", "ended_source"))

    coverages: dict[int, list[Coverage]] = defaultdict(list)
    for coverage in Coverage.objects.filter(
        jurisdiction__in=near, agency__in={agreement.agency_id for agreement in agreements}
    ).select_related("jurisdiction"):
        coverage.jurisdiction.state = area.state
        coverages[coverage.agency_id].append(coverage)

    reached, doubtful, may_fit = {}, {}, {}
    named = parts if area.is_county else (area,)
    for agreement in agreements:
        agency = agreement.agency
        agency.state = area.state
        if agency.is_in_question:
            if area.is_county and agency.printed_county_id == area.pk:
                doubtful[agency.pk] = (None, ())
            elif agreement.status in CURRENT and any(may_cover(agency, each) for each in named):
                may_fit[agency.pk] = (None, ())
        elif found := reach_of(agency, coverages[agency.pk], area, [each.pk for each in counties]):
            reached[agency.pk] = found
    entries = entries_of(agreements, reached, lists)

    areas = (area, *counties)
    of_state, local = newest_checks(area.state, areas, shelf)
    law = law_book(area.state, day, of_state, shelf)
    policies = policy_book(day, areas, parts, local, shelf)
    labels = labels_of(day, (*areas, area.state), shelf)
    nearby = [pk for pk, (reach, _coverages) in reached.items() if reach != Reach.STATEWIDE]
    changes, statewide_changes = changes_near(
        day,
        Q(agency__in=[*nearby, *doubtful])
        | Q(law__jurisdiction=area.state)
        | Q(policy__in=[each.policy.pk for each in policies.policies])
        | Q(designation__in=[designation.pk for _area, designation in labels.found]),
        Q(agency__placement="statewide", agency__state=area.state_id),
    )
    return PlaceAnswer(
        area=area,
        lists=lists,
        counties=counties,
        parts=parts,
        entries=tuple(entries),
        in_question=tuple(entries_of(agreements, doubtful | may_fit, lists)),
        changes=changes,
        statewide_changes=statewide_changes,
        law=law,
        policies=policies,
        labels=labels,
        powers=shelf.powers,
        namesakes=namesakes,
    )


def parts_and_namesakes(
    area: Jurisdiction, counties: Sequence[Jurisdiction]
) -> tuple[tuple[Jurisdiction, ...], tuple[Jurisdiction, ...]]:
    """The places in a county, by name, and a few other areas of the state with the same bare name. One query."""
    wanted = Q(state=area.state_id, short_name=area.short_name)
    held = LiesIn.objects.peopled().filter(county=area).values("jurisdiction")
    if area.is_county:
        wanted |= Q(pk__in=held)
    found = (
        Jurisdiction.objects.with_pages()
        .filter(wanted)
        .annotate(is_part=Exists(held.filter(jurisdiction=OuterRef("pk"))))
    )
    found = list(found.exclude(pk__in=[area.pk, *(each.pk for each in counties)]).order_by("short_name", "geoid"))
    parts = tuple(each for each in found if area.is_county and each.is_part)
    return parts, tuple(each for each in found if each.short_name == area.short_name)[:NAMESAKES_AT_MOST]


def newest_checks(
    state: Jurisdiction, areas: Sequence[Jurisdiction], shelf: Shelf
) -> tuple[dict[str, Check], dict[str, Check]]:
    """The newest checks of the state by subject, and those for a local policy by GEOID."""
    of_state = {check.subject: check for check in shelf.checks.get(state.pk, ())}
    local = {
        area.pk: check
        for area in areas
        for check in shelf.checks.get(area.pk, ())
        if check.subject == Check.LOCAL_POLICY
    }
    return of_state, local


# -- The headline ---------------------------------------------------------------------------------------------------


def local_line(answer: PlaceAnswer) -> Line:
    """Police and sheriff here: yes if any agency that covers the area, its county or a part of it is on the list."""
    lists = answer.lists
    if not lists.is_covered:
        return before_the_first_list(Topic.LOCAL, lists)
    listed = [entry for entry in answer.local if entry.listed]
    if listed:
        mark, word, sentences = Mark.YES, _("Yes"), [who_has_agreements(answer, listed)]
    elif answer.perhaps_here:
        mark, word, sentences = Mark.UNCHECKED, _("In question"), perhaps_somebody(answer)
    else:
        mark, word, sentences = Mark.NO, _("Not on the list"), [nobody_here(answer)]
    for entry in answer.local:
        if not entry.listed and entry.stands:
            sentences.append(entry.told[0][1])
    return Line(Topic.LOCAL, mark, word, tuple(sentences[:SENTENCES_AT_MOST]), len(listed))


def nobody_here(answer: PlaceAnswer) -> str:
    words = {"area": answer.area.full_name, "list": day_in_words(answer.lists.listed)}
    if answer.area.is_county:
        sentence = _("No agency of %(area)s, or of a place in it, was on ICE's list of %(list)s.")
    else:
        sentence = _("No agency of %(area)s, or of its county, was on ICE's list of %(list)s.")
    return sentence % words + " " + _("This does not mean that they never help ICE.")


def perhaps_somebody(answer: PlaceAnswer) -> list[str]:
    """Neither yes nor no: an agency on the list may be of this area, or of another one."""
    words = {"area": answer.area.full_name, "list": day_in_words(answer.lists.listed)}
    sentence = _("%(agency)s was on ICE's list of %(list)s. We are not certain which area it covers.")
    sentences = [sentence % {**words, "agency": entry.agency.name} for entry in answer.perhaps_here[:NAMED_AT_MOST]]
    if answer.area.is_county:
        others = _("No other agency of %(area)s, or of a place in it, was on that list.")
    else:
        others = _("No other agency of %(area)s, or of its county, was on that list.")
    if len(answer.perhaps_here) <= NAMED_AT_MOST:
        sentences.append(others % words)
    return sentences


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
    if state.is_one_of_the_50:
        sentence = _("No agency of the state of %(state)s was on ICE's list of %(list)s.") % words
    else:
        sentence = _("No agency of the government of %(state)s was on ICE's list of %(list)s.") % words
    sentence += " " + _("This does not mean that they never help ICE.")
    return Line(Topic.STATE_AGENCIES, Mark.NO, _("Not on the list"), (sentence,))
