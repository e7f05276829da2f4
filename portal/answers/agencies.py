"""The agencies that reach an area, with their agreements on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agreements.lists import Lists
from agreements.models import Agreement, Status
from agreements.programs import by_model
from agreements.querysets import SPECIAL_KINDS, Reach
from agreements.sentences import CURRENT, about
from jurisdictions.models import Agency, Coverage, Jurisdiction
from jurisdictions.names import fold


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


def may_cover(agency: Agency, area: Jurisdiction) -> bool:
    """Whether the name of an agency in question fits a place or subdivision: "Union Township Police" each of that name.

    Of these areas nobody may say that no agency of theirs is on the list.
    """
    name = f" {fold(agency.name)} "
    if f" {fold(area.short_name)} " not in name:
        return False
    return " township " not in name or "township" in area.legal_type.lower()


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
