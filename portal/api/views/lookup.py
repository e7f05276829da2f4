"""What a ZIP code or a name means."""

from __future__ import annotations

from django import forms
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from agreements.api.base import Answer
from agreements.api.problems import BadParameters
from agreements.days import today
from agreements.filters import StateField
from jurisdictions.api.serializers import AgencyBrief, AreaBrief
from portal.answers.compare import answers_differ
from portal.find import Found, Hit, find


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
