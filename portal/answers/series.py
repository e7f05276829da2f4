"""Numbers through time: what stood on each of ICE's participating lists, for the country and for each state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from django.db import connection

from agreements.models import Snapshot, Standing, Status
from agreements.programs import PLAIN_NAMES, by_model
from agreements.timeline import Tally, span
from jurisdictions.models import DataVersion
from portal.maps.chart import Chart, chart


@dataclass(frozen=True, slots=True)
class OnList:
    """What stood on the last list of a day."""

    day: date
    agreements: int
    agencies: int
    states: int
    """States and territories with at least one of them."""
    models: Mapping[str, int]
    """Agreements by model; 0 where the list shows none."""

    @property
    def numbers(self) -> tuple:
        return self.agencies, self.states, self.models


@dataclass(frozen=True)
class Series:
    """The lists that we hold, the oldest first."""

    points: tuple[OnList, ...]

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models that any of the lists shows, in the order of pages."""
        shown = {model for point in self.points for model, count in point.models.items() if count}
        return tuple(sorted(shown, key=by_model))

    @property
    def first(self) -> OnList | None:
        return self.points[0] if self.points else None

    @property
    def newest(self) -> OnList | None:
        return self.points[-1] if self.points else None

    @property
    def is_empty(self) -> bool:
        """Whether no list shows anything."""
        return not any(point.agreements for point in self.points)

    def until(self, day: date) -> Series:
        """The lists published by `day`."""
        return Series(tuple(point for point in self.points if point.day <= day))

    @cached_property
    def months(self) -> tuple[OnList, ...]:
        """The last list of each month, the newest first; a month that repeats the one before it is left out."""
        last = {(point.day.year, point.day.month): point for point in self.points}
        return tuple(reversed(self._news(last.values())))

    @property
    def rows(self) -> list[tuple[OnList, list[tuple[str, int]]]]:
        """The months as a table: each with its agreements of each model."""
        return [(point, [(model, point.models[model]) for model in self.models]) for point in self.months]

    @staticmethod
    def _news(points: Iterable[OnList]) -> list[OnList]:
        kept: list[OnList] = []
        for point in points:
            if not kept or point.numbers != kept[-1].numbers:
                kept.append(point)
        return kept

    @cached_property
    def chart(self) -> Chart | None:
        """A line for each model; None where there is nothing to draw."""
        if self.is_empty:
            return None
        rows = [(line_name(model), [point.models[model] for point in self.points]) for model in self.models]
        return chart([point.day for point in self.points], rows)

    @property
    def key(self) -> list[tuple[str, str, int]]:
        """Of each model its line's name, its code and its number on the newest list."""
        return [(line_name(model), model, self.points[-1].models[model]) for model in self.models]


def line_name(model: str) -> str:
    """What the style sheet calls the line of a model; all that are new to us share one."""
    return model if model in PLAIN_NAMES else "other"


@dataclass(frozen=True, slots=True)
class ThroughTime:
    """The lists of the whole country, and those of each state that ever had an agency on one."""

    country: Series
    states: Mapping[str, Series]
    """By the state's GEOID."""

    def state(self, geoid: str) -> Series:
        return self.states.get(geoid) or Series(
            tuple(OnList(point.day, 0, 0, 0, dict.fromkeys(point.models, 0)) for point in self.country.points)
        )

    @classmethod
    def read(cls) -> ThroughTime:
        """Two queries."""
        days = list(
            Snapshot.objects.participating().order_by("published_on").values_list("published_on", flat=True).distinct()
        )
        runs = Standing.objects.filter(status=Status.LISTED).values_list(
            "agreement__agency__state", "agreement__agency", "agreement__program_model", "starts_on", "ends_on"
        )
        by_state: dict[str, list[tuple[int, str, int, int]]] = defaultdict(list)
        for state, agency, model, starts_on, ends_on in runs.iterator(chunk_size=5000):
            first, beyond = span(days, starts_on, ends_on)
            if first < beyond:
                by_state[state].append((agency, model, first, beyond))
        models = sorted({model for rows in by_state.values() for _agency, model, *_days in rows}, key=by_model)
        states = {state: _series(days, models, rows) for state, rows in by_state.items()}
        return cls(_sum(days, models, states.values()), states)

    @classmethod
    def of(cls, version: DataVersion) -> ThroughTime:
        """As of a version of the facts, held in memory."""
        if not version.number:
            return cls.read()
        return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at)


@lru_cache(maxsize=2)
def _held(database: str, number: int, changed_at: datetime) -> ThroughTime:
    return ThroughTime.read()


def _series(days: list[date], models: list[str], runs: Iterable[tuple[int, str, int, int]]) -> Series:
    """Count runs of (agency, model, first list, the list beyond the last); an agency of several models counts once."""
    of_model = {model: Tally(len(days)) for model in models}
    of_agency = Tally(len(days))
    for agency, model, first, beyond in runs:
        of_model[model].add(agency, first, beyond)
        of_agency.add(agency, first, beyond)
    agencies = of_agency.count()
    counts = {model: tally.count() for model, tally in of_model.items()}
    points = []
    for number, day in enumerate(days):
        here = {model: counts[model][number] for model in models}
        agreements = sum(here.values())
        points.append(OnList(day, agreements, agencies[number], int(agreements > 0), here))
    return Series(tuple(points))


def _sum(days: list[date], models: list[str], states: Iterable[Series]) -> Series:
    """An agency belongs to one state, so the country's numbers are the sums of its states'."""
    columns = list(zip(*(series.points for series in states), strict=True)) or [()] * len(days)
    return Series(
        tuple(
            OnList(
                day,
                sum(point.agreements for point in column),
                sum(point.agencies for point in column),
                sum(point.states for point in column),
                {model: sum(point.models[model] for point in column) for model in models},
            )
            for day, column in zip(days, columns, strict=True)
        )
    )
