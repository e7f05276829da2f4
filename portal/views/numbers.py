"""/guide/numbers/: agreements on ICE's lists through time, by model and by state, each number linked to its list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.caching import public_page
from agreements.counted import counted
from agreements.days import today
from agreements.programs import PLAIN_NAMES
from agreements.sentences import day_in_words
from agreements.tables import csv_response
from agreements.views.listing import asked_format
from jurisdictions.models import DataVersion, Jurisdiction
from portal.answers.series import OnList, Series, ThroughTime

ON_LIST = _("On ICE's list of %(list)s")


@dataclass(frozen=True, slots=True)
class OftenNamed:
    """A count that speeches and articles name: the day of its list, and what of the list is counted."""

    list_day: date
    counts: str = "rows?status=listed"
    """A unit of agreements.counted and the list's query, without its day."""
    sentence: str | Promise = ON_LIST
    signed_to: date | None = None

    @property
    def label(self) -> str:
        signed = day_in_words(self.signed_to) if self.signed_to else ""
        return self.sentence % {"list": day_in_words(self.list_day), "signed": signed}

    def count(self, version: DataVersion, model: str = "") -> SafeString:
        """The number as a link to what was counted, of all models or of one."""
        signed = f"&signed_to={self.signed_to}" if self.signed_to else ""
        of_model = f"&model={model}" if model else ""
        return counted(f"{{{self.counts}{of_model}{signed}&as_of={self.list_day}}}", version)


OFTEN_NAMED = (
    OftenNamed(date(2021, 1, 13)),
    OftenNamed(date(2024, 12, 18)),
    OftenNamed(
        date(2025, 6, 6),
        "agreements?status=listed",
        _("Signed by %(signed)s, on ICE's list of %(list)s"),
        signed_to=date(2025, 4, 10),
    ),
    OftenNamed(date(2025, 6, 6)),
    OftenNamed(date(2025, 6, 6), "rows?status=pending", _("On ICE's list of pending agencies of %(list)s")),
    OftenNamed(date(2025, 9, 9)),
)
"""Days, never numbers: those are counted. Rows are counted as ICE prints them, as those who name the numbers do."""


@dataclass(frozen=True, slots=True)
class NamedRow:
    label: str
    count: SafeString
    models: list[SafeString]


@dataclass(frozen=True, slots=True)
class StateRow:
    """A state that ever had an agreement on one of the lists. `counts` are its agreements on the days of the table."""

    area: Jurisdiction
    counts: list[tuple[date, int]]
    share: str
    """Its newest count as a part of the highest one among the states, for the length of a bar."""


@public_page("format")
def numbers(request: HttpRequest) -> HttpResponseBase:
    """The page; with `?format=csv` every state on the last list of each month."""
    through_time = ThroughTime.of(request.data_version)
    series = through_time.country.until(today())
    if asked_format(request):
        return csv_response("states-through-time", columns(series), csv_rows(through_time, series))
    days = [point.day for point in last_of_years(series)]
    context = {
        "series": series,
        "models": list(PLAIN_NAMES),
        "named": list(often_named(series, request.data_version)),
        "days": days,
        "country": counts_on(series, days),
        "states": by_state(through_time, days),
    }
    return render(request, "guide/numbers.html", context)


def often_named(series: Series, version: DataVersion) -> Iterator[NamedRow]:
    """The counts that are often named, and the newest list. A day whose list we do not hold is left out."""
    held = {point.day for point in series.points}
    newest = [OftenNamed(series.newest.day)] if series.newest else []
    for each in dict.fromkeys((*OFTEN_NAMED, *newest)):
        if each.list_day in held:
            yield NamedRow(each.label, each.count(version), [each.count(version, model) for model in PLAIN_NAMES])


def last_of_years(series: Series) -> list[OnList]:
    """The first list, and the last one of each year; of this year it is the newest."""
    last = {point.day.year: point for point in series.points}
    return sorted({point.day: point for point in (*series.points[:1], *last.values())}.values(), key=lambda at: at.day)


def last_of_months(series: Series) -> list[OnList]:
    return list({(point.day.year, point.day.month): point for point in series.points}.values())


def counts_on(series: Series, days: Iterable[date]) -> list[tuple[date, int]]:
    on = {point.day: point.agreements for point in series.points}
    return [(day, on[day]) for day in days]


def by_state(through_time: ThroughTime, days: list[date]) -> list[StateRow]:
    """States from the most agreements on the newest list down; those with as many go by name."""
    if not days:
        return []
    found = [(geoid, counts_on(series, days)) for geoid, series in through_time.states.items()]
    areas = Jurisdiction.objects.in_bulk([geoid for geoid, _counts in found])
    highest = max((counts[-1][1] for _geoid, counts in found), default=0) or 1
    rows = [StateRow(areas[geoid], counts, f"{100 * counts[-1][1] / highest:.1f}%") for geoid, counts in found]
    return sorted(rows, key=lambda row: (-row.counts[-1][1], row.area.name))


def columns(series: Series) -> tuple[str, ...]:
    return ("list", "state", "agencies", "agreements", *series.models)


def csv_rows(through_time: ThroughTime, series: Series) -> Iterator[tuple]:
    """A row for each state and month in which its list shows an agreement there."""
    areas = Jurisdiction.objects.in_bulk(list(through_time.states))
    months = {point.day for point in last_of_months(series)}
    by_name = sorted(through_time.states.items(), key=lambda each: areas[each[0]].name)
    for geoid, of_state in by_name:
        for point in of_state.points:
            if point.day in months and point.agreements:
                numbers = (point.models[model] for model in series.models)
                yield (point.day, areas[geoid].usps, point.agencies, point.agreements, *numbers)
