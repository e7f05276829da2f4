"""The page of the country: every state with its numbers, the numbers through time, what works in a whole state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from agreements.caching import public_page
from agreements.filters import StateField, asked_day
from agreements.lists import Lists
from agreements.models import Effect, RuleStanding
from agreements.programs import PLAIN_NAMES
from agreements.tables import csv_response
from agreements.topics import Topic
from agreements.views.listing import all_states, asked_format
from agreements.views.rules import StateOnTopic, states_on_topic
from jurisdictions.geoids import state_fips
from jurisdictions.models import Jurisdiction
from portal.answers.counties import Country, InState
from portal.answers.series import ThroughTime


@dataclass(frozen=True, slots=True)
class StateRow:
    """A state or territory in the table of the country."""

    area: Jurisdiction
    facts: InState
    law: StateOnTopic

    @property
    def models(self) -> list[tuple[str, int]]:
        """Agreements of each model that the table has a column for."""
        return [(model, self.facts.models.get(model, 0)) for model in PLAIN_NAMES]


ORDERS: dict[str, Callable[[StateRow], object]] = {
    "name": lambda row: row.area.name,
    "agencies": lambda row: row.facts.agencies,
    "agreements": lambda row: row.facts.agreements,
    **{model: lambda row, model=model: row.facts.models.get(model, 0) for model in PLAIN_NAMES},
}
"""What the table may be ordered by; with "-" before it from the largest down. States with one number go by name."""


@public_page("as_of", "ordering", "format", "rows", "state")
def country(request: HttpRequest) -> HttpResponseBase:
    """/us/: the country on the list of the day. As CSV its states, or with `rows=lists` the lists through time."""
    asked = request.known_parameters
    day, refusal = asked_day(asked)
    order, disorder = asked_order(asked.get("ordering", "name"))
    usps, unknown = asked_state(asked.get("state", ""))
    if asked.get("rows", "lists") != "lists":
        unknown = _("There is no such table. It can be left out, or be “lists”.")
    is_refused = bool(refusal or disorder or unknown)
    series = ThroughTime.of(request.data_version)
    if asked_format(request) and "rows" in asked and not is_refused:
        return lists_as_csv(series, usps)
    facts = Country.of(request.data_version, day)
    laws = {row.state.pk: row for row in states_on_topic(Topic.AGREEMENTS, day)}
    rows = [StateRow(area, facts.state(area.pk), laws[area.pk]) for area in all_states()]
    rows.sort(key=ORDERS[order.removeprefix("-")], reverse=order.startswith("-"))
    if asked_format(request) and not is_refused:
        return csv_response("states", STATE_COLUMNS, state_rows(request, rows, day))
    context = {
        "lists": Lists.on(day),
        "refusal": refusal,
        "refusals": [sentence for sentence in (disorder, unknown) if sentence],
        "country": facts,
        "rows": rows,
        "order": order,
        "with_agencies": sum(bool(row.facts.agencies) for row in rows),
        "statewide": [(row.area, row.facts.statewide) for row in rows if row.facts.statewide],
        "series": series.country.until(day),
        "effects": effects_of(rows),
    }
    return render(request, "portal/states.html", context, status=400 if is_refused else 200)


def asked_order(asked: str) -> tuple[str, str]:
    """The order of the table and "", or the order by name and a sentence that says why it cannot be that order."""
    by = asked.removeprefix("-")
    if by in ORDERS:
        return asked, ""
    return "name", _("The table cannot be put in this order. It is in the order of names.")


def asked_state(asked: str) -> tuple[str, str]:
    """The state's postal abbreviation and "", or "" and a sentence that says why there is no such state."""
    try:
        return StateField(required=False).clean(asked), ""
    except ValidationError as refusal:
        return "", refusal.messages[0]


def effects_of(rows: list[StateRow]) -> list[tuple[str, list[Jurisdiction]]]:
    """States by what their law does to agreements that day; apart those where that is not plain."""
    by_name = sorted((row.law for row in rows if row.law.provisions), key=lambda law: law.state.name)
    does = [(Effect(each).label, [law.state for law in by_name if each in law.effects]) for each in Effect.values]
    unclear = (RuleStanding.UNCERTAIN, RuleStanding.CHALLENGED, RuleStanding.BLOCKED, RuleStanding.NOT_YET)
    does += [
        (each.label, [law.state for law in by_name if not law.effects and law.standing == each]) for each in unclear
    ]
    return [(label, states) for label, states in does if states]


STATE_COLUMNS = (
    "state", "name", "geoid", "agencies", "agreements", *PLAIN_NAMES, "other_models", "statewide_agencies",
    "agencies_in_question", "law_on_agreements", "as_of", "page",
)  # fmt: skip


def state_rows(request: HttpRequest, rows: list[StateRow], day) -> Iterator[tuple]:
    for row in rows:
        yield (
            row.area.usps, row.area.name, row.area.geoid, row.facts.agencies, row.facts.agreements,
            *(count for _model, count in row.models), row.facts.other_models, len(row.facts.statewide),
            len(row.facts.in_question), " ".join(row.law.effects), day,
            request.build_absolute_uri(row.area.get_absolute_url()),
        )  # fmt: skip


def lists_as_csv(through_time: ThroughTime, usps: str) -> HttpResponseBase:
    """Every participating list that we hold and what stood on it, in the country or in one state."""
    geoid = state_fips(usps) if usps else ""
    series = through_time.state(geoid) if geoid else through_time.country
    models = through_time.country.models
    rows = (
        (point.day, usps, point.states, point.agencies, point.agreements, *(point.models[model] for model in models))
        for point in series.points
    )
    name = f"lists-{usps.lower()}" if usps else "lists"
    return csv_response(name, ("list", "state", "states", "agencies", "agreements", *models), rows)
