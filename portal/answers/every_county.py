"""The headline of every county on a day, without its sentences: the same marks as on its page, for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from agreements.lists import Lists
from jurisdictions.models import Jurisdiction, LiesIn
from jurisdictions.names import fold

from .agencies import may_cover
from .counties import Country, InCounty, InState
from .labels import Labels, labels_of
from .lines import Mark
from .place import newest_checks
from .policies import PolicyBook, policy_book
from .rules import LawBook, law_book
from .shelf import Shelf


@dataclass(frozen=True)
class InShort:
    """What the page of a county says in its headline, and of federal lists."""

    area: Jurisdiction
    lists: Lists
    on_list: InCounty
    state: InState
    may_be_here: int
    """Agencies on the list whose area is not certain, and for which ICE prints the county or whose name fits it."""
    law: LawBook
    policies: PolicyBook
    labels: Labels

    @property
    def local_mark(self) -> Mark:
        """Police and sheriff here."""
        if not self.lists.is_covered:
            return Mark.UNCHECKED
        if self.on_list.agencies:
            return Mark.YES
        return Mark.UNCHECKED if self.may_be_here else Mark.NO

    @property
    def state_agencies_mark(self) -> Mark:
        if not self.lists.is_covered:
            return Mark.UNCHECKED
        return Mark.YES if self.state.statewide else Mark.NO

    @cached_property
    def law_marks(self) -> dict[str, Mark]:
        """Of the state's law, by topic."""
        return {topic.topic.value: topic.mark for topic in self.law.topics}

    @property
    def label_marks(self) -> dict[str, Mark]:
        """Of the county itself, by federal list; none of a list that does not say."""
        marks: dict[str, Mark] = {}
        for label in self.labels.labels:
            if label.area.pk == self.area.pk and marks.get(label.list) != Mark.YES:
                marks[label.list.value] = label.mark
        return marks


def every_county(day: date, shelf: Shelf) -> Iterator[InShort]:
    """Counties and their equivalents that have a page of their own, by GEOID. Seven queries, whatever their number."""
    lists = Lists.on(day)
    country = Country.read(day)
    parts = parts_that_may_be_meant(country)
    laws: dict[str, LawBook] = {}
    labelled = Labelled(shelf)
    counties = Jurisdiction.objects.counties().with_pages().select_related("state").order_by("geoid")
    for area in counties.iterator():
        of_state, local = newest_checks(area.state, (area,), shelf)
        if area.state_id not in laws:
            laws[area.state_id] = law_book(area.state, day, of_state, shelf)
        yield InShort(
            area=area,
            lists=lists,
            on_list=country.county(area.pk),
            state=country.state(area.state_id),
            may_be_here=perhaps_in(area, country.state(area.state_id), parts.get(area.pk, ())),
            law=laws[area.state_id],
            policies=policy_book(day, (area,), (), local, shelf),
            labels=labels_of(day, (area, area.state), labelled.shelf_for(area)),
        )


class Labelled:
    """Federal labels by area, so that those of one county need no look at all others."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf
        self.by_area: dict[str, set[int]] = defaultdict(set)
        for at, row in enumerate(shelf.designations):
            for geoid in {row.jurisdiction_id, row.jurisdiction.same_as_id} - {None}:
                self.by_area[geoid].add(at)
        # The first of each list says that the list is held, and since when.
        firsts = {row.list: at for at, row in reversed([*enumerate(shelf.designations)])}
        self.firsts = frozenset(firsts.values())

    def shelf_for(self, area: Jurisdiction) -> Shelf:
        """The same records, of federal labels those that the area and its state need."""
        wanted = sorted(self.firsts | self.by_area[area.pk] | self.by_area[area.state_id])
        return replace(self.shelf, designations=tuple(self.shelf.designations[at] for at in wanted))


def perhaps_in(area: Jurisdiction, state: InState, parts: Sequence[Jurisdiction]) -> int:
    return sum(
        each.agency.printed_county_id == area.pk or any(may_cover(each.agency, part) for part in parts)
        for each in state.in_question
    )


def parts_that_may_be_meant(country: Country) -> Mapping[str, list[Jurisdiction]]:
    """By county: places and subdivisions in it whose name stands in that of an agency of their state in question."""
    names: dict[str, list[str]] = {
        geoid: [f" {fold(each.agency.name)} " for each in state.in_question]
        for geoid, state in country.states.items()
        if state.in_question
    }
    lies_in = LiesIn.objects.peopled().filter(
        jurisdiction__in=Jurisdiction.objects.with_pages().filter(state__in=names).values("pk")
    )
    found = defaultdict(list)
    for each in lies_in.select_related("jurisdiction").iterator():
        part = each.jurisdiction
        folded = f" {fold(part.short_name)} "
        if any(folded in name for name in names[part.state_id]):
            found[each.county_id].append(part)
    return found
