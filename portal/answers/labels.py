"""Federal lists of "sanctuary jurisdictions": a federal claim about a place, never proof of a policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.localised import in_language
from agreements.models import FederalDesignation
from jurisdictions.labels import area_name
from jurisdictions.models import Jurisdiction, Source

from .lines import Mark
from .sentences import label_sentence, not_on_list
from .shelf import Shelf

List = FederalDesignation.List


@dataclass(frozen=True, slots=True)
class Label:
    """What a federal list says of an area on a day. `designation` is None where a complete list leaves the area out."""

    area: Jurisdiction
    list: List
    mark: Mark
    sentence: str
    source: Source
    designation: FederalDesignation | None = None


@dataclass(frozen=True, slots=True)
class OfOneList:
    """What one list says, as a page tells it: areas of the same dates in one sentence."""

    list: List
    name: str
    sentences: tuple[tuple[Mark, str, tuple[Source, ...]], ...]
    doubts: tuple[SafeString, ...]


@dataclass(frozen=True)
class Labels:
    """Federal labels of an area, its counties and its state on a day."""

    day: date
    areas: tuple[Jurisdiction, ...]
    """The area, its counties, its state."""
    found: tuple[tuple[Jurisdiction, FederalDesignation], ...]
    """Published designations of these areas listed by the day, each with its area."""
    first: FederalDesignation | None
    """The Justice Department's list, which is complete: its first entry by the day. None if none is held."""

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """The area itself is always spoken of where the complete list is held; the others if they are or were on it."""
        labels = []
        for area in self.areas:
            for whose, designation in self.found:
                if whose.pk == area.pk:
                    sentence = label_sentence([named(area, designation)], designation, self.day)
                    labels.append(
                        Label(
                            area,
                            List(designation.list),
                            self.mark_of(designation),
                            sentence,
                            designation.main_source,
                            designation,
                        )
                    )
            is_first = area.pk == self.areas[0].pk
            if is_first and self.first and not any(label.list == List.DOJ for label in labels):
                source = self.first.main_source
                sentence = not_on_list(area.full_name, self.first.listed_on, source.retrieved_on)
                labels.append(Label(area, List.DOJ, Mark.NO, sentence, source))
        return tuple(labels)

    def mark_of(self, designation: FederalDesignation) -> Mark:
        if designation.listed_by(self.day):
            return Mark.YES
        # A list that is gone, and is held in part, says neither yes nor no afterwards.
        return Mark.NO if designation.list_is_complete else Mark.UNCHECKED

    @property
    def by_list(self) -> list[OfOneList]:
        found = []
        for each in List:
            labels = [label for label in self.labels if label.list == each]
            if not labels:
                continue
            absent = [(label.mark, label.sentence, (label.source,)) for label in labels if label.designation is None]
            together: dict[tuple, list[Label]] = defaultdict(list)
            for label in labels:
                if label.designation:
                    together[label.designation.listed_on, label.designation.removed_on].append(label)
            present = [
                (
                    group[0].mark,
                    label_sentence(
                        [named(label.area, label.designation) for label in group], group[0].designation, self.day
                    ),
                    tuple(dict.fromkeys(label.source for label in group)),
                )
                for group in together.values()
            ]
            in_doubt = {
                (label.designation.doubt_en, label.designation.doubt_es): label.designation
                for label in labels
                if label.designation and label.designation.doubt_en
            }
            doubts = tuple(in_language(designation, "doubt") for designation in in_doubt.values())
            found.append(OfOneList(each, str(each.label), (*absent, *present), doubts))
        return found

    @property
    def nothing(self) -> str:
        """Said where no federal list is held that speaks for the day; else nothing."""
        return "" if self.labels else _("We hold no federal list for this day.")

    @property
    def substance(self) -> frozenset:
        return frozenset(
            (label.list, label.area.kind, label.designation.listed_by(self.day))
            for label in self.labels
            if label.designation is not None
        )


def named(area: Jurisdiction, designation: FederalDesignation) -> str:
    """As the list names it: New Orleans, although Orleans Parish is the same government."""
    if area.is_state:
        return _("the state of %(state)s") % {"state": area.name} if area.is_one_of_the_50 else area.name
    return area_name(designation.printed_name)


def labels_of_state(day: date, state: Jurisdiction, shelf: Shelf) -> Labels:
    """Of the state itself and of every government in it that is or was on a list."""
    rows = sorted(
        (row for row in shelf.designations if row.listed_on <= day),
        key=lambda row: (row.list, row.printed_name, row.key),
    )
    found = {}
    for row in rows:
        area = row.jurisdiction.canonical
        if area.pk == state.pk or area.state_id == state.pk:
            if area.pk != state.pk:
                area.state = state
            found.setdefault((area.pk, row.list, row.listed_on), (area, row))
    first = next((row for row in rows if row.list == List.DOJ), None)
    areas = dict.fromkeys([state, *(area for area, _row in found.values())])
    return Labels(day, tuple(areas), tuple(found.values()), first)


def labels_of(day: date, areas: Sequence[Jurisdiction], shelf: Shelf) -> Labels:
    """`areas`: the area, its counties, its state."""
    by_pk = {area.pk: area for area in areas}
    rows = [row for row in shelf.designations if row.listed_on <= day]
    found: dict[tuple, tuple[Jurisdiction, FederalDesignation]] = {}
    for row in rows:
        area = by_pk.get(row.jurisdiction_id) or by_pk.get(row.jurisdiction.same_as_id)
        if area:
            found.setdefault((area.pk, row.list, row.listed_on), (area, row))
    first = next((row for row in rows if row.list == List.DOJ), None)
    return Labels(day, tuple(areas), tuple(found.values()), first)
