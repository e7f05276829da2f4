"""Answers of several places side by side: whether they differ, and in what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.lists import Lists
from agreements.powers import Moment
from agreements.querysets import Reach
from agreements.sentences import day_in_words
from jurisdictions.models import DataVersion, Jurisdiction

from .agencies import Entry
from .labels import OfOneList
from .lines import Line, Mark, Topic, in_a_row
from .meaning import Saying
from .place import PlaceAnswer, answer_for
from .policies import PolicyHere
from .rules import TopicRules
from .shelf import Shelf


def answers_differ(areas: Sequence[Jurisdiction], day: date) -> bool:
    """Whether a reader must say which of `areas` is meant, or all have the same answer on `day`.

    Names left out, two answers differ if the states do, or the set of model, reach and kind of the local agencies on
    the list, or the status of any policy topic or federal label. Nothing is compared where a state is among them.
    """
    if len({area.pk if area.is_state else area.state_id for area in areas}) > 1 or any(area.is_state for area in areas):
        return len(areas) > 1
    return len({substance_of(answer) for answer in answers_for(areas, day)}) > 1


def answers_for(areas: Sequence[Jurisdiction], day: date, *, shelf: Shelf | None = None) -> list[PlaceAnswer]:
    """The answer of each of the areas on one day."""
    lists = Lists.on(day)
    shelf = shelf or Shelf.of(DataVersion.objects.current())
    return [answer_for(area, day, lists=lists, shelf=shelf) for area in areas]


def substance_of(answer: PlaceAnswer) -> Hashable:
    """What an answer says, names left out; with the headline's marks, which also tell of agencies in question."""
    return answer.substance, tuple((line.mark, line.word) for line in answer.lines)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the comparison. `cells`: what each place has here; one cell stands for all where nothing differs."""

    title: str
    differs: bool
    cells: tuple

    @property
    def is_shared(self) -> bool:
        return len(self.cells) == 1


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about a moment, and the document that says so; none where ICE's list itself does."""

    sentence: SafeString
    source: object = None


@dataclass(frozen=True, slots=True)
class Moments:
    """What it means at one moment: for all places, and for each of them besides."""

    title: str
    shared: tuple[Told, ...]
    own: tuple[tuple[Told, ...], ...]

    @property
    def differs(self) -> bool:
        return any(self.own)


@dataclass(frozen=True, slots=True)
class PoliciesOfPlace:
    """The written policies of a place and its counties, and a sentence on each of these that has none."""

    policies: tuple[PolicyHere, ...]
    without: tuple[tuple[Mark, str], ...]


@dataclass(frozen=True)
class Comparison:
    """Two to four places on a day."""

    answers: tuple[PlaceAnswer, ...]

    @property
    def lists(self) -> Lists:
        return self.answers[0].lists

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What tells the places from one another: with their state if they lie in several, else with the county."""
        areas = [answer.area for answer in self.answers]
        if len(self.states) > 1:
            return tuple(f"{area.full_name} ({area.state.name})" for area in areas)
        many = Counter(area.full_name for area in areas)
        return tuple(
            f"{answer.area.full_name} ({answer.county.full_name})"
            if many[answer.area.full_name] > 1 and answer.county
            else answer.area.full_name
            for answer in self.answers
        )

    @property
    def title(self) -> str:
        """ "Baltimore County and Baltimore city"."""
        return in_a_row(self.names)

    @cached_property
    def states(self) -> tuple[Jurisdiction, ...]:
        return tuple(dict.fromkeys(answer.area.state for answer in self.answers))

    @cached_property
    def is_same(self) -> bool:
        """Whether all have one answer, names left out."""
        return len({substance_of(answer) for answer in self.answers}) == 1

    def _row(self, title: str, key: Callable[[PlaceAnswer], Hashable], cell: Callable, *, by_name: bool = False) -> Row:
        """A row whose cells differ if their keys do; `by_name`: each place keeps its own words even if they do not."""
        differs = len({key(answer) for answer in self.answers}) > 1
        cells = tuple(cell(answer) for answer in self.answers)
        is_shared = not differs and (not by_name or len(set(cells)) == 1)
        return Row(title, differs, cells[:1] if is_shared else cells)

    # -- Rows, in the order of the page -----------------------------------------------------------------------------

    @cached_property
    def lines(self) -> tuple[Row, ...]:
        """The headline, topic by topic; each cell is a Line."""
        return tuple(
            self._row(
                topic.label,
                lambda answer, topic=topic: line_key(answer, topic),
                lambda answer, topic=topic: answer.line[topic.value],
                by_name=True,
            )
            for topic in Topic
        )

    @property
    def shared_lines(self) -> tuple[Line, ...]:
        """Of places with one answer: each line once, with the sentences of all of them."""
        return tuple(
            Line(
                first.topic,
                first.mark,
                first.word,
                tuple(dict.fromkeys(sentence for line in lines for sentence in line.sentences)),
                first.agencies,
            )
            for first, *more in zip(*(answer.lines for answer in self.answers), strict=True)
            for lines in [(first, *more)]
        )

    @property
    def different(self) -> tuple[str, ...]:
        """The titles of what differs in the headline and the federal labels."""
        return tuple(row.title for row in (*self.lines, self.labels) if row.differs)

    @property
    def alike(self) -> tuple[str, ...]:
        return tuple(row.title for row in (*self.lines, self.labels) if not row.differs)

    @cached_property
    def meaning(self) -> tuple[Moments, ...]:
        """What it means at a stop, at booking, at release."""
        moments = []
        for meanings in zip(*(answer.meaning for answer in self.answers), strict=True):
            told = [
                tuple(dict.fromkeys(told_at(meaning.moment, meaning.sayings, answer)))
                for meaning, answer in zip(meanings, self.answers, strict=True)
            ]
            shared = tuple(each for each in told[0] if all(each in others for others in told))
            own = tuple(tuple(each for each in ours if each not in shared) for ours in told)
            moments.append(Moments(meanings[0].title, shared, own))
        return tuple(moments)

    @cached_property
    def agencies(self) -> tuple[Row, ...]:
        """Agencies on the list by what they cover, each cell a tuple of entries; what nobody has is left out."""
        titles = {
            Reach.OWN: _("Its own agencies"),
            Reach.COUNTY: _("Agencies of its county"),
            Reach.SPECIAL: _("Campus, port and transit"),
            Reach.INSIDE: _("Agencies of places in the county"),
            Reach.STATEWIDE: _("State agencies"),
        }
        rows = [
            self._row(
                title,
                lambda answer, reach=reach: kinds_of(listed(answer, reach), answer, reach),
                lambda answer, reach=reach: listed(answer, reach),
                by_name=True,
            )
            for reach, title in titles.items()
        ]
        return tuple(row for row in rows if any(row.cells))

    @cached_property
    def policies(self) -> Row:
        """Each cell: the written policies here, and for each area without one what is known."""
        return self._row(_("Local policy"), lambda answer: answer.policies.substance, policies_of_place, by_name=True)

    @cached_property
    def law(self) -> tuple[Row, ...]:
        """The law, topic by topic, where any of the states has a rule; each cell is a TopicRules."""
        by_topic: dict[str, list[TopicRules]] = defaultdict(list)
        for answer in self.answers:
            for topic in answer.law.topics:
                by_topic[topic.topic].append(topic)
        return tuple(
            Row(str(found[0].topic.label), differs, tuple(found if differs or len(self.states) > 1 else found[:1]))
            for found in by_topic.values()
            if any(topic.rules for topic in found)
            for differs in [len({rule_kinds(topic) for topic in found}) > 1]
        )

    @property
    def nothing_in_law(self) -> bool:
        return not self.law

    @cached_property
    def labels(self) -> Row:
        """Each cell: what the federal lists say of the place, its counties and its state."""
        return self._row(
            _("Federal labels"),
            lambda answer: answer.labels.substance,
            lambda answer: labels_of_place(answer),
            by_name=True,
        )


def line_key(answer: PlaceAnswer, topic: Topic) -> Hashable:
    """What a line of the headline says, names left out."""
    line = answer.line[topic.value]
    match topic:
        case Topic.LOCAL:
            local = answer.of(Reach.OWN, Reach.COUNTY, Reach.INSIDE)
            said = frozenset((model, each.reach, each.agency.kind) for each in local for model in each.models)
        case Topic.STATE_AGENCIES:
            said = (answer.area.state_id, line.agencies) if line.agencies else None
        case Topic.STATE_LAW:
            said = frozenset((rule.topic, rule.effect, rule.standing) for rule in answer.law.rules)
        case Topic.LOCAL_POLICY:
            said = answer.policies.substance
    return line.mark, line.word, said


def told_at(moment: Moment, sayings: Sequence[Saying], answer: PlaceAnswer) -> list[Told]:
    told = [Told(saying.sentence, saying.source) for saying in sayings]
    if moment == Moment.STREET and "TFM" not in answer.models and answer.lists.is_covered:
        sentence = _("No agency that reaches this place has a street agreement on ICE's list of %(day)s.")
        told.append(Told(conditional_escape(sentence % {"day": day_in_words(answer.lists.listed)})))
    return told


def listed(answer: PlaceAnswer, reach: Reach) -> tuple[Entry, ...]:
    return tuple(entry for entry in answer.of(reach) if entry.listed)


def kinds_of(entries: Sequence[Entry], answer: PlaceAnswer, reach: Reach) -> Hashable:
    """Model and kind of agency; of the agencies of a state which state it is."""
    kinds = frozenset((model, entry.agency.kind) for entry in entries for model in entry.models)
    return (kinds, answer.area.state_id) if reach == Reach.STATEWIDE else kinds


def policies_of_place(answer: PlaceAnswer) -> PoliciesOfPlace:
    without = tuple(
        (
            Mark.LOOKED if looked_on else Mark.UNCHECKED,
            (
                _("%(area)s: we looked on %(day)s and found no written policy that was in force.")
                if looked_on
                else _("%(area)s: we have not checked this yet.")
            )
            % {"area": names, "day": day_in_words(looked_on) if looked_on else ""},
        )
        for names, looked_on in answer.policies.without
    )
    return PoliciesOfPlace(answer.policies.current, without)


def rule_kinds(topic: TopicRules) -> Hashable:
    """What the law does on a topic, and since when it was looked for where it does nothing."""
    return topic.mark, frozenset((rule.effect, rule.standing, frozenset(rule.provision.binds)) for rule in topic.rules)


def labels_of_place(answer: PlaceAnswer) -> tuple[OfOneList, ...]:
    return tuple(answer.labels.by_list)
