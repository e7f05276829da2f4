"""Areas (states, counties, places, county subdivisions) with the answer of each, as its page gives it."""

from __future__ import annotations

from functools import cached_property

import django_filters as filters
from django import forms
from django.db.models import Q
from django.http import (
    Http404,
)
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from agreements.api.base import RecordViewSet
from agreements.api.serializers import AgreementBrief
from agreements.api.views import AS_OF, FIELDS
from agreements.filters import AreaField, Ordering, StateFilter
from jurisdictions.api.serializers import AgencyBrief, AreaBrief, JurisdictionRecord
from jurisdictions.models import Jurisdiction, LiesIn
from portal.answers import Entry, PlaceAnswer, StateAnswer, answer_for, state_answer
from portal.answers.shelf import Shelf
from portal.api.rules_of_answer import CheckRecord, LabelOnTheDay, LawsOfTopic, PolicyInForce, rules_of
from portal.find import areas_of_geoid

COUNTY_DIGITS = 5


class OrderingByGeoid(Ordering):
    last = "geoid"


class CountyField(AreaField):
    """A county or its equivalent by its GEOID; cleaned to the Jurisdiction whose page speaks for it."""

    default_error_messages = {"no_county": "This is no county's GEOID; a county's has 5 digits, such as 12011."}

    def clean(self, value):
        county = super().clean(value)
        if county and not (county.is_county or len(str(value).strip()) == COUNTY_DIGITS):
            raise forms.ValidationError(self.error_messages["no_county"], "no_county")
        return county


class CountyFilter(filters.Filter):
    field_class = CountyField


class JurisdictionFilter(filters.FilterSet):
    """Areas of a state, a county or a kind, or by a part of their name."""

    q = filters.CharFilter("name", lookup_expr="icontains", max_length=100, label="A part of the name")
    state = StateFilter(method="in_state", label="State (USPS)")
    county = CountyFilter(method="in_county", label="GEOID of a county that it lies in")
    kind = filters.ChoiceFilter("kind", choices=Jurisdiction.Kind.choices, label="Kind of area")
    ordering = OrderingByGeoid(fields=[("geoid", "geoid"), ("name", "name"), ("population", "population")])

    def in_state(self, queryset, name, usps):
        return queryset.filter(Q(state__usps=usps) | Q(usps=usps))

    def in_county(self, queryset, name, county):
        return queryset.filter(pk__in=LiesIn.objects.peopled().filter(county=county).values("jurisdiction"))


class LineRecord(serializers.Serializer):
    """One line of the headline. `mark`: yes, no, looked (and found nothing), unchecked."""

    topic = serializers.CharField()
    label = serializers.CharField(source="topic.label")
    mark = serializers.ChoiceField(choices=["yes", "no", "looked", "unchecked"])
    sentences = serializers.ListField(child=serializers.CharField())
    agencies = serializers.IntegerField(help_text="Agencies of this line on ICE's list.")


class EntryRecord(serializers.Serializer):
    """An agency that reaches the area, and its agreements."""

    agency = AgencyBrief()
    reach = serializers.CharField(allow_null=True, help_text="own, county, inside, special, statewide")
    agreements = AgreementBrief(many=True)


class ListsRecord(serializers.Serializer):
    """The lists that the answer rests on."""

    listed = serializers.DateField(allow_null=True, help_text="Newest list of participating agencies by `as_of`.")
    pending = serializers.DateField(allow_null=True, help_text="Newest list of pending agencies by `as_of`.")
    newest = serializers.DateField(allow_null=True, help_text="Newest list of participating agencies that we hold.")
    age_in_days = serializers.IntegerField(allow_null=True)
    is_stale = serializers.BooleanField()


class AnswerRecord(serializers.Serializer):
    """Who of an area works with ICE on a day, and which rules bear on it: the page of the area as data."""

    jurisdiction = AreaBrief()
    url = serializers.CharField(help_text="The page.")
    as_of = serializers.DateField()
    headline = LineRecord(many=True)
    agencies = EntryRecord(many=True, help_text="Agencies that reach the area, or of a state all in it.")
    in_question = EntryRecord(
        many=True,
        help_text="Agencies whose area is not certain; ICE prints this county, or their name fits. They do not count.",
    )
    state_law = LawsOfTopic(many=True, help_text="All thirteen topics.")
    local_policies = PolicyInForce(
        many=True, help_text="Its own and its county's, of a county those inside it too, of a state all in it."
    )
    designations = LabelOnTheDay(many=True)
    checks = CheckRecord(many=True, help_text="When somebody last looked for laws of the state and policies here.")
    lists = ListsRecord()


@extend_schema(parameters=[FIELDS])
class JurisdictionViewSet(RecordViewSet):
    """States, counties, places and county subdivisions, by GEOID.

    A government with two GEOIDs (Philadelphia, Virginia's cities) has a record for each; `same_as` says which speaks
    for both. The GEOID of a place without a government of its own is understood too: see lookup/.
    """

    queryset = Jurisdiction.objects.select_related("state", "same_as__state").order_by("geoid")
    serializer_class = JurisdictionRecord
    filterset_class = JurisdictionFilter
    lookup_value_regex = r"\d{2}|\d{5}|\d{7}|\d{10}"
    lookup_field = "geoid"

    @property
    def speaks_of_a_day(self) -> bool:
        return self.action == "answer"

    @cached_property
    def known_parameters(self) -> set[str]:
        return {"format", "as_of"} if self.action == "answer" else super().known_parameters

    def get_prefetches(self):
        return JurisdictionRecord.prefetches

    def get_object(self) -> Jurisdiction:
        geoid = self.kwargs["geoid"]
        area = self.get_queryset().filter(pk=geoid).first()
        if area is None:
            # A code of an older list is the same government's; a place without a government has an answer elsewhere.
            led_to = areas_of_geoid(geoid)
            if len(led_to) != 1 or geoid not in former_codes(led_to[0]):
                places = ", ".join(f"{each} ({each.pk})" for each in led_to)
                raise Http404(f"This is no government's GEOID. It leads to {places}." if places else "No such GEOID.")
            area = self.get_queryset().get(pk=led_to[0].pk)
        return area

    def retrieve(self, request, *args, **kwargs):
        """One area by its GEOID."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(responses=AnswerRecord, parameters=[AS_OF, OpenApiParameter("fields", exclude=True)], filters=False)
    @action(detail=True)
    def answer(self, request, *args, **kwargs) -> Response:
        """Who of an area works with ICE on a day, in fixed sentences and as data.

        For a place or county: agencies by how they reach it (its own, its county's, inside it, campus or port, the
        state's). For a state: all agencies in it.
        """
        area = self.get_object().canonical
        shelf = Shelf.of(self.version)
        if area.is_state:
            found = state_answer(area, self.day, shelf=shelf)
        else:
            found = answer_for(area, self.day, lists=self.lists, shelf=shelf)
        return Response(
            {**AnswerRecord(answer_record(found, request), context={"request": request}).data, "meta": self.meta}
            | self.coverage
        )


def former_codes(area: Jurisdiction) -> set[str]:
    return set(area.other_names.filter(kind="former_geoid").values_list("name", flat=True))


def answer_record(found: PlaceAnswer | StateAnswer, request) -> dict:
    lists = found.lists
    entries = [entry for entry in found.entries if entry.agency.placement != "in_question"]
    return {
        "jurisdiction": found.area,
        "url": request.build_absolute_uri(found.area.get_absolute_url()),
        "as_of": found.day,
        "headline": found.lines,
        "agencies": [entry_record(entry) for entry in entries],
        "in_question": [entry_record(entry) for entry in found.in_question],
        **rules_of(found, request),
        "lists": {
            "listed": lists.listed,
            "pending": lists.pending,
            "newest": lists.newest,
            "age_in_days": lists.age_in_days,
            "is_stale": lists.is_stale,
        },
    }


def entry_record(entry: Entry) -> dict:
    return {
        "agency": entry.agency,
        "reach": "statewide" if entry.agency.is_statewide else entry.reach,
        "agreements": entry.agreements,
    }
