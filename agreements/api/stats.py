"""Numbers of agreements. The docstrings of the views are the public description of the API."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import django_filters as filters
import orjson
from django import forms
from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from agreements.days import today
from agreements.filters import AgreementFilter, DayFilter
from agreements.models import Agreement, Status
from agreements.statistics import (
    By,
    Group,
    Key,
    People,
    Period,
    Point,
    Populations,
    Statistics,
    people_covered,
    periods,
)

from .base import OF_EVERY_ADDRESS, Answer, Filters
from .files import file_of
from .problems import BadParameters

MOST_ROWS = 20_000
"""Of a series: ten years by week and state."""
OF_A_DAY = ("status", "signed_from", "signed_to", "as_of", "updated_since", "ordering")
"""Filters that speak of one day, and have no meaning through time."""


class GroupsField(forms.CharField):
    """Names of groups with commas between them."""

    default_error_messages = {"unknown": "One can tell apart state, model and kind, with commas between them."}

    def clean(self, value):
        names = [name for name in super().clean(value).split(",") if name]
        if not set(names) <= {*Group.values}:
            raise forms.ValidationError(self.error_messages["unknown"], "unknown")
        return [group for group in Group if group in names]


class GroupsFilter(filters.Filter):
    field_class = GroupsField


class SeriesFilter(AgreementFilter):
    """The filters of agreements/ that do not speak of one day, with the periods that are asked for."""

    status = signed_from = signed_to = as_of = updated_since = ordering = None
    by = filters.ChoiceFilter(method="nothing_more", choices=By.choices, required=True, label="A number for each")
    group = GroupsFilter(method="nothing_more", label="What is told apart: state, model, kind")

    class Meta:
        model = Agreement
        fields = []

    def filter_queryset(self, queryset):
        """Without a day: what stood when is counted afterwards."""
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset


# "from" is a word of Python's own and cannot stand in the class.
SeriesFilter.base_filters["from"] = DayFilter(method="nothing_more", future=False, label="From the period of")
SeriesFilter.base_filters["to"] = DayFilter(method="nothing_more", future=False, label="To the period of")

OF_THE_TOTALS = {name: each for name, each in AgreementFilter.base_filters.items() if name != "ordering"}
STATS_PARAMETERS = [
    *(OpenApiParameter(name, description=str(each.label)) for name, each in OF_THE_TOTALS.items()),
    OpenApiParameter("by", enum=By.values, description="A series with a number for each day, week or month."),
    OpenApiParameter("from", date, description="Only with `by`: the series begins with the period of this day."),
    OpenApiParameter("to", date, description="Only with `by`: the series ends on this day; today unless given."),
    OpenApiParameter(
        "group", str, description="Only with `by`: what is told apart: state, model, kind, with commas between them."
    ),
]
MODELS_IN_CSV = ("JEM", "WSO", "TFM")


class PeopleCounts(serializers.Serializer):
    """Who lives in counties that agencies on ICE's list cover, where their population is known.

    An agency covers what its placement says today; one of the whole state, and one whose area is in question, covers
    no county here. `own`: in counties that an agency covers whole as the county's own, such as a sheriff, a jail,
    county police. `inside`: in further counties, in a part of which an agency works, such as a city's police, a
    constable's precinct, a campus; most people of such a county may live elsewhere in it. A county counts once. It
    does not mean that each of these people meets the agency.
    """

    own = serializers.IntegerField()
    inside = serializers.IntegerField()
    own_counties = serializers.IntegerField()
    inside_counties = serializers.IntegerField()
    unknown = serializers.ListField(
        child=serializers.CharField(),
        help_text="GEOIDs of those of these counties whose population is not known: in neither number of people.",
    )


class ModelCounts(serializers.Serializer):
    """Numbers of agreements, agencies and states."""

    agreements = serializers.IntegerField()
    agencies = serializers.IntegerField()
    states = serializers.IntegerField(help_text="States and territories with at least one of them.")
    by_model = serializers.DictField(child=serializers.IntegerField(), help_text="Agreements by program model.")


class StateCounts(serializers.Serializer):
    """Numbers of one state."""

    state = serializers.CharField()
    agreements = serializers.IntegerField()
    agencies = serializers.IntegerField()
    by_model = serializers.DictField(child=serializers.IntegerField())


class StateTotals(StateCounts):
    """Numbers of one state, and the query that lists what was counted."""

    query = serializers.CharField()


class Totals(ModelCounts):
    """Agreements on a day, counted. Each query lists what a number counts."""

    by_status = serializers.DictField(child=serializers.IntegerField())
    by_state = StateTotals(many=True)
    people_in_covered_counties = PeopleCounts(help_text="Of the agencies with an agreement on the list that counts.")
    populations_of = serializers.ListField(child=serializers.IntegerField(), help_text="Years of the estimates.")
    queries = serializers.DictField(
        child=serializers.CharField(), help_text="By number: agreements, agencies, status:listed …, model:TFM …"
    )


class PointQueries(serializers.Serializer):
    """What lists the rows that were counted. `count` of each answer is the number.

    `joined` are rows of `agreements` that are not in `before`; `left` are rows of `before` not in `agreements`. The
    `counties` and `jurisdictions` of `agencies` are the covered counties.
    """

    agreements = serializers.CharField()
    agencies = serializers.CharField()
    pending_agreements = serializers.CharField()
    pending_agencies = serializers.CharField()
    before = serializers.CharField(help_text="Agreements that stood on the day before the period.")


class PointRecord(serializers.Serializer):
    """What stood on the last day of a period."""

    period = serializers.CharField(help_text="2025-03-06, 2025-W10 or 2025-03.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day of the period.")
    as_of = serializers.DateField(
        help_text="The day that is counted: the last of the period; of the last period `to`, or today."
    )
    list = serializers.DateField(help_text="The newest list of participating agencies by `as_of`.")
    pending_list = serializers.DateField(allow_null=True, help_text="The newest list of pending agencies by `as_of`.")
    state = serializers.CharField(allow_null=True, help_text="Null where states are not told apart.")
    model = serializers.CharField(allow_null=True, help_text="Null where models are not told apart.")
    kind = serializers.CharField(allow_null=True, help_text="Of agency; null where kinds are not told apart.")
    agreements = serializers.IntegerField(help_text="On ICE's list.")
    agencies = serializers.IntegerField(help_text="With an agreement on ICE's list.")
    by_model = serializers.DictField(child=serializers.IntegerField(), help_text="Agreements on the list by model.")
    pending_agreements = serializers.IntegerField(
        allow_null=True, help_text="Null before the first list of pending agencies that we hold."
    )
    pending_agencies = serializers.IntegerField(allow_null=True)
    joined = serializers.IntegerField(
        allow_null=True,
        help_text="Agreements on the list on `as_of` and not on the day before the period; null in the first one.",
    )
    left = serializers.IntegerField(
        allow_null=True, help_text="Agreements on the list on the day before the period and not on `as_of`."
    )
    people_in_covered_counties = PeopleCounts()
    queries = PointQueries()


class Series(serializers.Serializer):
    """Agreements through time. Of states, models and kinds that are told apart, periods without any are left out."""

    by = serializers.ChoiceField(choices=By.choices)
    group = serializers.ListField(child=serializers.ChoiceField(choices=Group.choices))
    populations_of = serializers.ListField(child=serializers.IntegerField(), help_text="Years of the estimates.")
    count = serializers.IntegerField()
    results = PointRecord(many=True)


class AgreementStats(Answer, APIView):
    """How many agreements there are on a day, or through time, by status, program model and state.

    Takes the filters of agreements/. An agreement is an agency and a program model; an agency with two agreements
    counts once among agencies. Without `status`, agreements of every status count: add `status=listed` for those on
    ICE's list.

    With `by=day`, `by=week` or `by=month` a series from the first list that we hold on: for each period what stood on
    its last day, what joined and left in it, and how many people live in covered counties. Weeks are those of ISO 8601,
    from Monday to Sunday. The period in which `from` lies is told whole, the last one as of `to`, or today.
    `group=state,model,kind` tells these apart. `format=csv` and `format=jsonl` give the rows of a series.
    """

    basename = "statistics"

    @cached_property
    def is_series(self) -> bool:
        return "by" in self.request.query_params

    @property
    def speaks_of_a_day(self) -> bool:
        return not self.is_series

    @property
    def filterset_class(self) -> type[AgreementFilter]:
        return SeriesFilter if self.is_series else AgreementFilter

    @cached_property
    def known_parameters(self) -> set[str]:
        own = SeriesFilter.base_filters if self.is_series else {*OF_THE_TOTALS, "by"}
        return {*OF_EVERY_ADDRESS, *own}

    @extend_schema(
        responses=PolymorphicProxySerializer("AgreementStatistics", [Totals, Series], resource_type_field_name=None),
        parameters=STATS_PARAMETERS,
    )
    def get(self, request) -> HttpResponseBase:
        if self.is_series:
            return self.series()
        if self.is_a_file:
            message = "Only a series has rows. Ask for one with by=month, or for JSON."
            raise BadParameters({"format": message}, self.known_parameters)
        return Response({**self.totals(), "meta": self.meta, **self.coverage})

    @property
    def is_a_file(self) -> bool:
        return hasattr(self.request.accepted_renderer, "lines")

    def totals(self) -> dict[str, Any]:
        agreements = Filters().filter_queryset(self.request, Agreement.objects.all(), self)
        rows = list(
            agreements.order_by().values_list("agency__state__usps", "program_model", "status", "agency_id").distinct()
        )
        by_state: dict[str, list[tuple]] = defaultdict(list)
        for row in rows:
            by_state[row[0]].append(row)
        by_status = Counter(status for _state, _model, status, _agency in rows)
        listed = {agency for _state, _model, status, agency in rows if status == Status.LISTED}
        whole, populations = counted(rows), Populations()
        asked = self.asked | {"as_of": self.day.isoformat()}
        return {
            **whole,
            "states": len(by_state),
            "by_status": dict(sorted(by_status.items())),
            "by_state": [
                {"state": state, **counted(own), "query": self.query("agreements", asked | {"state": state})}
                for state, own in sorted(by_state.items())
            ],
            "people_in_covered_counties": people_record(people_covered(listed, populations)),
            "populations_of": populations.years,
            "queries": {
                "agreements": self.query("agreements", asked),
                "agencies": self.query("agencies", asked),
                **{f"status:{each}": self.query("agreements", asked | {"status": each}) for each in sorted(by_status)},
                **{f"model:{each}": self.query("agreements", asked | {"model": each}) for each in whole["by_model"]},
            },
        }

    @property
    def asked(self) -> dict[str, str]:
        """The filters that were given, in their order, as a query carries them on."""
        given = self.request.query_params
        return {name: given[name].strip() for name in AgreementFilter.base_filters if given.get(name, "").strip()}

    def query(self, records: str, asked: dict[str, str]) -> str:
        # Not by the name of its address: this package stands below the one that puts addresses together.
        return self.request.build_absolute_uri(f"/api/v1/{records}/?{urlencode(asked)}")

    def series(self) -> HttpResponseBase:
        # Asks no database until it is gone through.
        agreements = Filters().filter_queryset(self.request, Agreement.objects.all(), self)
        said = SeriesFilter(self.request.query_params).form
        said.is_valid()
        by, groups = By(said.cleaned_data["by"]), said.cleaned_data["group"]
        first, last = said.cleaned_data["from"], said.cleaned_data["to"]
        if first and last and last < first:
            raise BadParameters({"to": "This day lies before that of from."}, self.known_parameters)
        wanted = self.wanted(by, first, last)
        populations = Populations()
        statistics = Statistics(agreements, wanted, groups, populations)
        if len(wanted) * len(statistics.counts if wanted else ()) > MOST_ROWS:
            message = f"That would be more than {MOST_ROWS:,} rows. Narrow it with from and to, or ask for weeks."
            raise BadParameters({"by": message}, self.known_parameters)
        rows = (self.point_record(point) for point in statistics)
        if self.is_a_file:
            return self.file(rows)
        # Each is written at once: twenty thousand records in memory would keep the collector busy.
        results = [orjson.Fragment(orjson.dumps(row)) for row in rows]
        record = {
            "by": by.value,
            "group": [group.value for group in groups],
            "populations_of": populations.years,
            "count": len(results),
            "results": results,
            "meta": self.meta,
        }
        return Response(record | self.coverage)

    def wanted(self, by: By, first: date | None, last: date | None) -> list[Period]:
        """The periods that are asked for, from that of the first list on."""
        if self.lists.first is None:
            return []
        return periods(by, max(first or self.lists.first, self.lists.first), last or today())

    @property
    def coverage(self) -> dict[str, Any]:
        """Of a series from which day on there can be one."""
        if not self.is_series:
            return super().coverage
        return {"coverage": {"from": self.lists.first and self.lists.first.isoformat()}}

    def point_record(self, point: Point) -> dict[str, Any]:
        state, model, kind = point.key
        agreements, agencies, pending_agreements, pending_agencies = self.addresses(point.key)
        as_of = point.period.as_of.isoformat()
        return {
            "period": point.period.name,
            "starts_on": point.period.starts_on.isoformat(),
            "ends_on": point.period.ends_on.isoformat(),
            "as_of": as_of,
            "list": point.listed_on and point.listed_on.isoformat(),
            "pending_list": point.pending_on and point.pending_on.isoformat(),
            "state": state,
            "model": model,
            "kind": kind,
            "agreements": point.agreements,
            "agencies": point.agencies,
            "by_model": point.models,
            "pending_agreements": point.pending_agreements,
            "pending_agencies": point.pending_agencies,
            "joined": point.joined,
            "left": point.left,
            "people_in_covered_counties": people_record(point.people),
            "queries": {
                "agreements": agreements + as_of,
                "agencies": agencies + as_of,
                "pending_agreements": pending_agreements + as_of,
                "pending_agencies": pending_agencies + as_of,
                "before": agreements + point.before.isoformat(),
            },
        }

    def addresses(self, key: Key) -> list[str]:
        """What lists agreements and agencies of a state, model and kind, listed and pending: up to the day.

        Twenty thousand rows have five of them each, and are as long in making as their addresses are.
        """
        if key not in self.made_addresses:
            told_apart = zip(("state", "model", "kind"), key, strict=True)
            asked = self.of_all | {name: value for name, value in told_apart if value is not None}
            self.made_addresses[key] = [
                self.query(records, asked | {"status": status.value, "as_of": ""})
                for status in (Status.LISTED, Status.PENDING)
                for records in ("agreements", "agencies")
            ]
        return self.made_addresses[key]

    @cached_property
    def made_addresses(self) -> dict[Key, list[str]]:
        return {}

    @cached_property
    def of_all(self) -> dict[str, str]:
        """The filters that hold for every row."""
        return {name: value for name, value in self.asked.items() if name not in OF_A_DAY}

    def file(self, points: Iterator[dict]) -> HttpResponseBase:
        renderer = self.request.accepted_renderer
        columns = FLAT if renderer.has_cells else [*PointRecord().fields]
        lines = renderer.lines(map(flat, points) if renderer.has_cells else points, columns)
        response = file_of(renderer, lines if self.request.method == "GET" else None, columns)
        response.headers["Content-Disposition"] = f'attachment; filename="{self.basename}.{renderer.format}"'
        return response


def counted(rows: list[tuple]) -> dict:
    return {
        "agreements": len(rows),
        "agencies": len({agency for *_row, agency in rows}),
        "by_model": dict(sorted(Counter(model for _state, model, *_row in rows).items())),
    }


def people_record(people: People) -> dict[str, Any]:
    return {
        "own": people.own,
        "inside": people.inside,
        "own_counties": people.own_counties,
        "inside_counties": people.inside_counties,
        "unknown": [*people.unknown],
    }


PLAIN = (
    "period", "starts_on", "ends_on", "as_of", "list", "pending_list", "state", "model", "kind", "agreements",
    "agencies", "pending_agreements", "pending_agencies", "joined", "left",
)  # fmt: skip
FLAT = (
    *PLAIN, *MODELS_IN_CSV, "other_models", "people_own", "people_inside", "own_counties", "inside_counties",
    "counties_of_unknown_population", "query",
)  # fmt: skip
"""The columns of a series as CSV."""


def flat(point: dict[str, Any]) -> dict[str, Any]:
    """A point in one line."""
    by_model, people = point["by_model"], point["people_in_covered_counties"]
    return {
        **{name: point[name] for name in PLAIN},
        **{model: by_model.get(model, 0) for model in MODELS_IN_CSV},
        "other_models": sum(count for model, count in by_model.items() if model not in MODELS_IN_CSV),
        "people_own": people["own"],
        "people_inside": people["inside"],
        "own_counties": people["own_counties"],
        "inside_counties": people["inside_counties"],
        "counties_of_unknown_population": len(people["unknown"]),
        "query": point["queries"]["agreements"],
    }
