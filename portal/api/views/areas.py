"""Areas (states, counties, places, county subdivisions) with the answer of each, as its page gives it."""

from __future__ import annotations

from functools import cached_property

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from agreements.api.base import RecordViewSet
from agreements.api.views import AS_OF, FIELDS
from agreements.filters import AreaField, Ordering, Parameters, StateFilter
from jurisdictions.api.shapes import JurisdictionShape
from jurisdictions.geoids import state_fips
from jurisdictions.models import Jurisdiction, LiesIn
from portal.answers import answer_for, state_answer
from portal.answers.shelf import Shelf
from portal.api.answer import AnswerRecord, answer_record
from portal.api.renderers import JSON
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


class JurisdictionFilter(Parameters):
    """Areas of a state, a county or a kind, or by a part of their name."""

    q = filters.CharFilter("name", lookup_expr="icontains", max_length=100, label="A part of the name")
    state = StateFilter(method="in_state", label="State (USPS)")
    county = CountyFilter(method="in_county", label="GEOID of a county that it lies in")
    kind = filters.ChoiceFilter("kind", choices=Jurisdiction.Kind.choices, label="Kind of area")
    ordering = OrderingByGeoid(fields=[("geoid", "geoid"), ("name", "name"), ("population", "population")])

    def in_state(self, queryset, name, usps):
        fips = state_fips(usps)
        return queryset.filter(Q(state=fips) | Q(pk=fips))  # by their keys, which the database has in order

    def in_county(self, queryset, name, county):
        return queryset.filter(pk__in=LiesIn.objects.peopled().filter(county=county).values("jurisdiction"))


@extend_schema(parameters=[FIELDS])
class JurisdictionViewSet(RecordViewSet):
    """States, counties, places and county subdivisions, by GEOID.

    A government with two GEOIDs (Philadelphia, Virginia's cities) has a record for each; `same_as` says which speaks
    for both. The GEOID of a place without a government of its own is understood too: see lookup/.
    """

    shape_class = JurisdictionShape
    filterset_class = JurisdictionFilter
    lookup_value_regex = r"\d{2}|\d{5}|\d{7}|\d{10}"
    lookup_field = "geoid"

    @property
    def speaks_of_a_day(self) -> bool:
        return self.action == "answer"

    @cached_property
    def known_parameters(self) -> set[str]:
        return {"format", "as_of"} if self.action == "answer" else super().known_parameters

    def one(self) -> QuerySet:
        """The area of the GEOID; a code of an older list is the same government's."""
        geoid = self.kwargs["geoid"]
        found = self.get_queryset().filter(pk=geoid)
        if found.exists():
            return found
        # A place without a government has an answer elsewhere.
        led_to = areas_of_geoid(geoid)
        if len(led_to) != 1 or geoid not in former_codes(led_to[0]):
            places = ", ".join(f"{each} ({each.pk})" for each in led_to)
            raise Http404(f"This is no government's GEOID. It leads to {places}." if places else "No such GEOID.")
        return self.get_queryset().filter(pk=led_to[0].pk)

    def retrieve(self, request, *args, **kwargs):
        """One area by its GEOID."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(responses=AnswerRecord, parameters=[AS_OF, OpenApiParameter("fields", exclude=True)], filters=False)
    @action(detail=True, renderer_classes=[JSON])
    def answer(self, request, *args, **kwargs) -> Response:
        """Who of an area works with ICE on a day, in fixed sentences and as data: what its page says, and no more.

        For a place or county: agencies by how they reach it (its own, its county's, inside it, campus or port, the
        state's). For a state: all agencies in it. Every sentence is there in English and in Spanish, every fact with
        its documents; the text of the state's rules in full stands on the page of the state.
        """
        area = self.one().select_related("state", "same_as__state").get().canonical
        shelf = Shelf.of(self.version)
        if area.is_state:
            found = state_answer(area, self.day, shelf=shelf)
        else:
            found = answer_for(area, self.day, lists=self.lists, shelf=shelf)
        return Response({**answer_record(found, request), "meta": self.meta} | self.coverage)


def former_codes(area: Jurisdiction) -> set[str]:
    return set(area.other_names.filter(kind="former_geoid").values_list("name", flat=True))
