"""Agreements, agencies and the people of covered counties, counted on the last day of each day, week or month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.db import models

from jurisdictions.models import Agency, Coverage, Jurisdiction, LiesIn

from .models import Snapshot, Standing, Status
from .programs import by_model
from .querysets import SPECIAL_KINDS
from .timeline import Tally, span

A_DAY = timedelta(days=1)


class By(models.TextChoices):
    DAY = "day", "Day"
    WEEK = "week", "Week"
    MONTH = "month", "Month"


class Group(models.TextChoices):
    STATE = "state", "State"
    MODEL = "model", "Kind of agreement"
    KIND = "kind", "Kind of agency"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, an ISO week (Monday to Sunday) or a month. What stands is counted on `as_of`, usually its last day."""

    name: str
    """ "2025-03-06", "2025-W10", "2025-03"."""
    starts_on: date
    ends_on: date
    as_of: date


def periods(by: By, first: date, last: date) -> list[Period]:
    """Those in which the days from `first` to `last` lie: the first one whole, the last one as of `last`."""
    found = []
    day = first
    while day <= last:
        period = period_of(by, day, last)
        found.append(period)
        day = period.ends_on + A_DAY
    return found


def period_of(by: By, day: date, last: date) -> Period:
    """The one of a day; nothing after `last` is counted."""
    match by:
        case By.DAY:
            name, starts_on, ends_on = day.isoformat(), day, day
        case By.WEEK:
            starts_on = day - timedelta(days=day.weekday())
            year, week, _weekday = day.isocalendar()
            name, ends_on = f"{year}-W{week:02}", starts_on + timedelta(days=6)
        case By.MONTH:
            starts_on = day.replace(day=1)
            ends_on = (starts_on + timedelta(days=31)).replace(day=1) - A_DAY
            name = f"{day:%Y-%m}"
    return Period(name, starts_on, ends_on, min(ends_on, last))


# -- Counties ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Covered:
    """Counties, by GEOID, that an agency covers: whole, as the county's own; or that it works in a part of."""

    own: frozenset[str]
    inside: frozenset[str]


def covered_counties() -> dict[int, Covered]:
    """By agency, as its placement is held today. None of an agency of a whole state, or in question. Two queries."""
    county = Jurisdiction.Kind.COUNTY
    parts = Coverage.objects.exclude(jurisdiction__kind=county)
    around: dict[str, list[str]] = defaultdict(list)
    lies_in = LiesIn.objects.peopled().filter(jurisdiction__in=parts.values("jurisdiction"))
    for part, lies in lies_in.values_list("jurisdiction", "county"):
        around[part].append(lies)
    own: dict[int, set[str]] = defaultdict(set)
    inside: dict[int, set[str]] = defaultdict(set)
    coverages = Coverage.objects.filter(agency__placement=Agency.Placement.DECIDED)
    for agency, agency_kind, area, kind, extent in coverages.values_list(
        "agency", "agency__kind", "jurisdiction", "jurisdiction__kind", "extent"
    ):
        if kind != county:
            inside[agency].update(around[area])
        elif extent == Coverage.Extent.WHOLE and agency_kind not in SPECIAL_KINDS:
            own[agency].add(area)
        else:
            inside[agency].add(area)
    return {
        agency: Covered(frozenset(own[agency]), frozenset(inside[agency] - own[agency]))
        for agency in own.keys() | inside.keys()
    }


@dataclass(frozen=True, slots=True)
class People:
    """Who lives in covered counties, as far as their population is known."""

    own: int
    """In counties that an agency of their own covers whole: a sheriff, a jail, county police."""
    inside: int
    """In further counties, in a part of which an agency works: of a city, a precinct, a campus."""
    own_counties: int
    inside_counties: int
    unknown: tuple[str, ...]
    """Of these counties those of unknown population, by GEOID: their people are in neither number."""


class Populations:
    """Of counties and their equivalents. One query."""

    def __init__(self):
        rows = Jurisdiction.objects.counties().values_list("pk", "population", "population_year")
        self.known = {geoid: people for geoid, people, _year in rows if people is not None}
        self.years = sorted({year for _geoid, people, year in rows if people is not None and year})


# -- Through time -----------------------------------------------------------------------------------------------------

Key = tuple[str | None, str | None, str | None]
"""State, program model, kind of agency: each None where it is not told apart."""


@dataclass(frozen=True, slots=True)
class Point:
    """What stood on the last day of a period, of one state, model and kind where these are told apart.

    None where no list speaks: of pending agreements before the first list of them, of what came and went in the first
    period that a list speaks for.
    """

    period: Period
    key: Key
    listed_on: date
    """The newest list of participating agencies by the period's `as_of`."""
    pending_on: date | None
    agreements: int
    agencies: int
    models: Mapping[str, int]
    """Agreements on the list by model; without those of which there is none."""
    pending_agreements: int | None
    pending_agencies: int | None
    joined: int | None
    """Agreements that stand here and did not on the day before the period."""
    left: int | None
    people: People

    @property
    def before(self) -> date:
        """The day before the period."""
        return self.period.starts_on - A_DAY


@dataclass
class Counts:
    """The tallies of one state, model and kind, where these are told apart."""

    size: int
    listed: Tally = field(init=False)
    agencies: Tally = field(init=False)
    pending: Tally = field(init=False)
    pending_agencies: Tally = field(init=False)
    models: dict[str, Tally] = field(init=False, default_factory=dict)

    def __post_init__(self):
        self.listed, self.agencies, self.pending, self.pending_agencies = (Tally(self.size) for _table in range(4))

    def add(self, agreement: int, agency: int, model: str, status: str, first: int, beyond: int) -> None:
        if status == Status.PENDING:
            self.pending.add(agreement, first, beyond)
            self.pending_agencies.add(agency, first, beyond)
            return
        self.listed.add(agreement, first, beyond)
        self.agencies.add(agency, first, beyond)
        self.models.setdefault(model, Tally(self.size)).add(agreement, first, beyond)


class Statistics:
    """Agreements through time: for each period, and each state, model and kind that `groups` tells apart.

    `agreements` are those that count. Reads what it needs in four queries, whatever the number of periods.
    """

    def __init__(
        self,
        agreements: models.QuerySet,
        wanted: Sequence[Period],
        groups: Iterable[Group],
        populations: Populations,
    ):
        self.agreements = agreements
        self.populations = populations
        self.periods = wanted
        self.groups = frozenset(groups)

    @cached_property
    def points(self) -> list[date]:
        """The day before the first period, to know what came in it, then the last day of each."""
        return [self.periods[0].starts_on - A_DAY, *(period.as_of for period in self.periods)]

    @cached_property
    def counts(self) -> dict[Key, Counts]:
        """By state, model and kind, in this order. One query."""
        by = self.groups
        runs = Standing.objects.filter(
            status__in=(Status.LISTED, Status.PENDING), agreement__in=self.agreements.order_by().values("pk")
        ).values_list(
            "agreement", "agreement__agency", "agreement__agency__state__usps", "agreement__program_model",
            "agreement__agency__kind", "status", "starts_on", "ends_on",
        )  # fmt: skip
        found: dict[Key, Counts] = {}
        for agreement, agency, state, model, kind, status, starts_on, ends_on in runs.iterator(chunk_size=5000):
            first, beyond = span(self.points, starts_on, ends_on)
            if first == beyond:
                continue
            key = (
                state if Group.STATE in by else None,
                model if Group.MODEL in by else None,
                kind if Group.KIND in by else None,
            )
            if key not in found:
                found[key] = Counts(len(self.points))
            found[key].add(agreement, agency, model, status, first, beyond)
        if not by and not found:
            found[None, None, None] = Counts(len(self.points))
        return dict(sorted(found.items(), key=lambda item: tuple(part or "" for part in item[0])))

    def __iter__(self) -> Iterator[Point]:
        """Period by period; of those told apart only what stood, came or went."""
        if not self.periods:
            return
        first_pending, listed_on, pending_on = self._lists
        reach = covered_counties()
        told = [(key, _columns(counts, reach, self.populations)) for key, counts in self.counts.items()]
        for number, period in enumerate(self.periods, start=1):
            before_any = not listed_on[number - 1]
            for key, columns in told:
                models = {model: column[number] for model, column in columns["models"].items() if column[number]}
                row = {name: columns[name][number] for name in ("agreements", "agencies", "came", "left")}
                waiting = columns["pending"][number], columns["pending_agencies"][number]
                if self.groups and not any((*row.values(), *waiting)):
                    continue
                is_asked = first_pending is not None and first_pending <= period.as_of
                yield Point(
                    period=period,
                    key=key,
                    listed_on=listed_on[number],
                    pending_on=pending_on[number],
                    agreements=row["agreements"],
                    agencies=row["agencies"],
                    models=models,
                    pending_agreements=waiting[0] if is_asked else None,
                    pending_agencies=waiting[1] if is_asked else None,
                    joined=None if before_any else row["came"],
                    left=None if before_any else row["left"],
                    people=columns["people"](number),
                )

    @property
    def _lists(self) -> tuple[date | None, list[date | None], list[date | None]]:
        """The first list of pending agencies; at each point the newest list of participating ones, and of pending."""
        days: dict[str, list[date]] = {"participating": [], "pending": []}
        for kind, day in Snapshot.objects.order_by("published_on").values_list("kind", "published_on"):
            days[kind].append(day)

        def newest(kind: str) -> list[date | None]:
            found, place = [], 0
            for point in self.points:
                while place < len(days[kind]) and days[kind][place] <= point:
                    place += 1
                found.append(days[kind][place - 1] if place else None)
            return found

        return (days["pending"] or [None])[0], newest("participating"), newest("pending")


def _columns(counts: Counts, reach: Mapping[int, Covered], populations: Populations) -> dict:
    """Of each number one value for each point."""
    own, inside = Tally(counts.size), Tally(counts.size)
    for agency, standing in counts.agencies.standing.items():
        if covered := reach.get(agency):
            for county in covered.own:
                own.include(county, standing)
            for county in covered.inside:
                inside.include(county, standing)
    for county, standing in own.standing.items():  # a county that its own agency covers is not counted again
        if county in inside.standing:
            inside.standing[county] &= ~standing
    people_own, people_inside = own.count(populations.known), inside.count(populations.known)
    counties_own, counties_inside = own.count(), inside.count()
    unknown = Tally(counts.size)
    for tally in (own, inside):
        for county, standing in tally.standing.items():
            if county not in populations.known:
                unknown.include(county, standing)

    def people(point: int) -> People:
        return People(
            people_own[point],
            people_inside[point],
            counties_own[point],
            counties_inside[point],
            tuple(sorted(unknown.at(point))),
        )

    return {
        "agreements": counts.listed.count(),
        "agencies": counts.agencies.count(),
        "came": counts.listed.come(),
        "left": counts.listed.gone(),
        "models": {model: counts.models[model].count() for model in sorted(counts.models, key=by_model)},
        "pending": counts.pending.count(),
        "pending_agencies": counts.pending_agencies.count(),
        "people": people,
    }


def people_covered(agencies: Iterable[int], populations: Populations) -> People:
    """People of the counties that these agencies cover, each told by its number in the database."""
    counts = Counts(1)
    for agency in agencies:
        counts.agencies.add(agency, 0, 1)
    return _columns(counts, covered_counties(), populations)["people"](0)
