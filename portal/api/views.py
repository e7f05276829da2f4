"""Answers that join areas, agencies and agreements: areas with their answer, lookup, status, root, schema, docs."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import django_filters as filters
from django import forms
from django.db.models import Q
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import render
from django.urls import resolve
from django.utils.cache import get_conditional_response
from django.utils.http import escape_leading_slashes
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from agreements.api.base import Answer, RecordViewSet
from agreements.api.problems import BadParameters
from agreements.api.serializers import AgreementBrief, ListBrief, list_brief
from agreements.api.views import AS_OF, FIELDS
from agreements.days import STALE_AFTER, today
from agreements.filters import AreaField, Ordering, StateField, StateFilter
from agreements.models import Snapshot
from jurisdictions.api.serializers import AgencyBrief, AreaBrief, JurisdictionRecord
from jurisdictions.models import Jurisdiction, LiesIn
from portal.answers import Entry, PlaceAnswer, StateAnswer, answer_for, state_answer
from portal.answers.compare import answers_differ
from portal.answers.shelf import Shelf
from portal.api import bulk
from portal.api.description import description_as_json, sections
from portal.api.rules_of_answer import CheckRecord, LabelOnTheDay, LawsOfTopic, PolicyInForce, rules_of
from portal.find import Found, Hit, areas_of_geoid, find

COUNTY_DIGITS = 5

# -- Areas ----------------------------------------------------------------------------------------------------------


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


# -- Lookup ---------------------------------------------------------------------------------------------------------


class Candidate(serializers.Serializer):
    """An area or an agency that may be meant."""

    jurisdiction = AreaBrief(allow_null=True)
    agency = AgencyBrief(allow_null=True)
    state = serializers.CharField()
    name_typed = serializers.CharField(allow_null=True, help_text="The name that led here, where it is another one.")
    cdp_geoid = serializers.CharField(allow_null=True, help_text="Of a place without a government of its own.")
    share = serializers.FloatField(allow_null=True, help_text="Of the ZIP code's addresses, 0 to 1.")
    url = serializers.CharField(help_text="The page.")
    answer_url = serializers.CharField(allow_null=True, help_text="The answer as data.")


class LookupRecord(serializers.Serializer):
    """What was found. `ambiguous`: several are possible. `differs`: their answers are not the same today."""

    ambiguous = serializers.BooleanField()
    differs = serializers.BooleanField(allow_null=True, help_text="Null where there is nothing to compare.")
    count = serializers.IntegerField(help_text="How many there are; of a common name only the largest are listed.")
    candidates = Candidate(many=True)
    suggestions = Candidate(many=True, help_text="Where nothing has that name: what may have been meant.")
    problem = serializers.CharField(allow_null=True, help_text="Why there is none, such as zip_unknown.")


MOST_COMPARED = 8
QUESTION = inline_serializer(
    "Question",
    {
        "q": serializers.CharField(required=False, help_text="A ZIP code, place, state, agency or GEOID."),
        "zip": serializers.CharField(required=False, help_text="A ZIP code, with or without +4."),
        "state": serializers.CharField(required=False, help_text="Keeps a name to one state (USPS)."),
    },
)


class Lookup(Answer, APIView):
    """Which areas or agencies a ZIP code or a name means.

    POST `{"q": "davie fl"}` or `{"zip": "33324"}`. A ZIP code may also stand in the address, `?zip=33324`; such
    addresses are kept out of our logs, and POST keeps them out of everybody else's. Nothing is stored.
    """

    parameters = ("zip",)
    is_kept = False

    @extend_schema(
        parameters=[OpenApiParameter("zip", str, required=True, description="A ZIP code, with or without +4.")],
        responses=LookupRecord,
    )
    def get(self, request) -> Response:
        """The counties that a ZIP code touches."""
        return self.found_by(request.query_params.get("zip", ""), "zip")

    @extend_schema(request=QUESTION, responses=LookupRecord)
    def post(self, request) -> Response:
        """The areas or agencies that a ZIP code or a name means."""
        asked = request.data
        known = {"q", "zip", "state"}
        if not hasattr(asked, "items") or not all(isinstance(value, str) for value in asked.values()):
            raise BadParameters({"body": 'Send an object such as {"q": "davie fl"}, its values text.'}, known)
        if unknown := sorted(set(asked) - known):
            raise BadParameters(dict.fromkeys(unknown, "There is no such parameter here."), known)
        if ("q" in asked) == ("zip" in asked):
            raise BadParameters({"q": "Give either q or zip."}, known)
        name = "zip" if "zip" in asked else "q"
        try:
            state = StateField(required=False).clean(asked.get("state", ""))
        except forms.ValidationError as refusal:
            raise BadParameters({"state": refusal.messages}, known) from None
        return self.found_by(asked[name], name, state)

    def found_by(self, text: str, parameter: str, state: str = "") -> Response:
        digits = text.strip().replace("-", "").replace(" ", "")
        if parameter == "zip" and not (digits.isascii() and digits.isdigit() and len(digits) in {5, 9}):
            raise BadParameters({"zip": "A ZIP code has five digits, with ZIP+4 nine."}, self.known_parameters)
        found = find(text, state=state)
        if parameter == "zip" and not found.zip:
            found = Found(problem="zip_unknown")
        record = {
            "ambiguous": found.hit_count > 1,
            "differs": differ(found),
            "count": found.hit_count,
            "candidates": [self.candidate(hit) for hit in found.hits],
            "suggestions": [self.candidate(hit) for hit in found.suggestions],
            "problem": found.problem,
        }
        return Response({**LookupRecord(record).data, "meta": self.meta})

    def candidate(self, hit: Hit) -> dict:
        absolute = self.request.build_absolute_uri
        return {
            "jurisdiction": hit.area,
            "agency": hit.agency,
            "state": hit.state.usps,
            "name_typed": hit.other_name and hit.other_name.name,
            "cdp_geoid": (hit.other_name and hit.other_name.cdp_geoid) or None,
            "share": hit.share,
            "url": absolute(hit.get_absolute_url()),
            "answer_url": absolute(f"/api/v1/jurisdictions/{hit.area.pk}/answer/") if hit.area else None,
        }


def differ(found: Found) -> bool | None:
    """Whether today's answers of the areas differ; None for one, for agencies, or for too many to compare."""
    areas = [hit.area for hit in found.hits if hit.area]
    if len(areas) < 2 or len(areas) != found.hit_count:
        return None
    if len({hit.state.pk for hit in found.hits}) > 1:
        return True
    return answers_differ(areas, today()) if len(areas) <= MOST_COMPARED else None


# -- About the data and the API -------------------------------------------------------------------------------------


class StatusRecord(serializers.Serializer):
    """How fresh the data is."""

    data_version = serializers.IntegerField(help_text="Grows with every change of public facts.")
    changed_at = serializers.DateTimeField()
    today = serializers.DateField(help_text="In Washington, DC.")
    newest_participating = ListBrief(allow_null=True)
    newest_pending = ListBrief(allow_null=True)
    age_in_days = serializers.IntegerField(allow_null=True, help_text="Of the newest list of participating agencies.")
    is_stale = serializers.BooleanField(help_text=f"Older than {STALE_AFTER.days} days.")
    first_list = serializers.DateField(allow_null=True, help_text="The oldest list that we hold.")
    lists = serializers.DictField(child=serializers.IntegerField(), help_text="How many lists we hold, by kind.")


class Status(Answer, APIView):
    """The data version, the newest lists that we hold, and how old they are."""

    @extend_schema(responses=StatusRecord)
    def get(self, request) -> Response:
        held = list(Snapshot.objects.only("kind", "published_on", "position", "sha256").order_by("position"))
        newest = {snapshot.kind: snapshot for snapshot in held}
        record = {
            "data_version": self.version.number,
            "changed_at": self.version.changed_at,
            "today": today(),
            "newest_participating": list_brief(newest.get("participating")),
            "newest_pending": list_brief(newest.get("pending")),
            "age_in_days": self.lists.age_in_days,
            "is_stale": self.lists.is_stale,
            "first_list": self.lists.first,
            "lists": {kind: sum(each.kind == kind for each in held) for kind in ("participating", "pending")},
        }
        return Response({**StatusRecord(record).data, "meta": self.meta})


class Root(Answer, APIView):
    """Where everything is."""

    @extend_schema(exclude=True)
    def get(self, request) -> Response:
        def url(name: str, **kwargs) -> str:
            return request.build_absolute_uri(reverse(f"api:{name}", kwargs=kwargs))

        return Response(
            {
                "agreements": url("agreement-list"),
                "agencies": url("agency-list"),
                "jurisdictions": url("jurisdiction-list"),
                "answer": url("jurisdiction-answer", geoid="12011"),
                "laws": url("law-list"),
                "policies": url("policy-list"),
                "designations": url("designation-list"),
                "snapshots": url("snapshot-list"),
                "lookup": url("lookup"),
                "stats": url("agreement-stats"),
                "status": url("status"),
                "bulk": url("bulk"),
                "schema": url("schema"),
                "docs": url("docs"),
                "meta": self.meta,
            }
        )


class Bulk(Answer, APIView):
    """All records as files, CSV and JSON Lines: which there are, how many rows, the sha256 and the schema of each.

    The names without a version lead to the newest files; the last versions stay for downloads that have begun.
    """

    is_kept = False

    @extend_schema(operation_id="bulk_retrieve", responses={200: OpenApiTypes.OBJECT})
    def get(self, request) -> Response:
        """The manifest of the newest files. Before the first ones, `version` is null."""
        held = bulk.manifest() if bulk.is_built() else {"version": None, "files": [], "schemas": {}}
        for each in held["files"]:
            path = reverse("api:bulk-version-file", args=[held["version"], each["name"]])
            each["url"] = request.build_absolute_uri(path)
        return Response({**held, "versions": bulk.versions()})


@extend_schema(exclude=True)
class BulkManifest(Bulk):
    """The same under the name that mirrors look for."""


class BulkFile(Answer, APIView):
    """A file of all records."""

    is_kept = False

    @extend_schema(exclude=True)
    def get(self, request, name: str, version: str = bulk.CURRENT) -> HttpResponseBase:
        try:
            described, path = bulk.file_of(name, version)
            etag = f'"{described["sha256"]}"'
            unchanged = get_conditional_response(request, etag=etag)
            if unchanged is not None:
                return unchanged
            packed = "gzip" in request.headers.get("Accept-Encoding", "")
            opened = Path(f"{path}.gz" if packed else path).open("rb")  # noqa: SIM115 - the answer closes it
        except (bulk.NotBuilt, FileNotFoundError):
            raise NotFound("There is no such file. See /api/v1/bulk/ for those that there are.") from None
        response = FileResponse(
            opened, as_attachment=True, filename=name, content_type=f"{described['media_type']}; charset=utf-8"
        )
        if packed:
            response.headers["Content-Encoding"] = "gzip"
            etag = f"W/{etag}"
        response.headers["ETag"] = etag
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def dispatch(self, request, *args, **kwargs) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code in {200, 304}:
            # The files of a version never change; the newest files are asked after.
            age = "max-age=31536000, immutable" if "version" in kwargs else "no-cache"
            response.headers["Cache-Control"] = f"public, {age}"
        return response


class NotHere(Answer, APIView):
    """What has no address in the API."""

    is_kept = False

    def initial(self, request, *args, **kwargs) -> None:
        """No method and no parameter makes an address of it."""
        super().initial(request, *args, **kwargs)
        raise NotFound("See /api/v1/ for the addresses that there are.")

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs) -> HttpResponseBase:
        """Never reached."""

    def refuse_bad_parameters(self, request) -> None:
        """Whatever it is asked with."""

    def dispatch(self, request, *args, **kwargs) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"} and not request.path_info.endswith("/"):
            with_slash = resolve(f"{request.path_info}/")
            if getattr(with_slash.func, "cls", None) is not type(self):
                moved = HttpResponsePermanentRedirect(with_a_slash(request))
                moved.headers["Access-Control-Allow-Origin"] = "*"
                return moved
        return super().dispatch(request, *args, **kwargs)


def with_a_slash(request: HttpRequest) -> str:
    """The address asked for with the slash that ends ours."""
    query = request.META.get("QUERY_STRING", "")
    return f"{escape_leading_slashes(quote(request.path))}/{'?' if query else ''}{query}"


class Schema(Answer, APIView):
    """The description of this API, OpenAPI 3, as JSON."""

    @extend_schema(exclude=True)
    def get(self, request) -> HttpResponse:
        return HttpResponse(description_as_json(), content_type="application/vnd.oai.openapi+json")


@cache_control(public=True, max_age=3600)
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The API as a page to read: its addresses, their parameters, and calls to try."""
    base = request.build_absolute_uri("/api/v1/")
    return render(request, "api/docs.html", {"sections": sections(), "base": base})
