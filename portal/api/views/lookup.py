"""What a ZIP code or a name means."""

from __future__ import annotations

from django import forms
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from agreements.api.base import Answer
from agreements.api.problems import BadParameters
from agreements.api.rule_serializers import TextRecord
from agreements.days import today
from agreements.filters import StateField
from jurisdictions.api.serializers import AgencyBrief, AreaBrief
from portal.answers.compare import answers_differ
from portal.api.said import Said, agency_record, in_both_languages
from portal.find import Found, Hit, Problem, find

MOST_COMPARED = 8
MOST_CANDIDATES = 500
"""Of a name: more than any name of a place has; only a common word of agencies' names has more."""


class Candidate(serializers.Serializer):
    """An area or an agency that may be meant."""

    jurisdiction = AreaBrief(allow_null=True)
    agency = AgencyBrief(allow_null=True)
    state = serializers.CharField(help_text="Postal abbreviation.")
    title = TextRecord(help_text="Its name with its state: “Davie, Florida”.")
    details = TextRecord(many=True, help_text="What tells it from others: “Town in Broward County”, “105,691 people”.")
    name_typed = serializers.CharField(allow_null=True, help_text="The name that led here, where it is another one.")
    cdp_geoid = serializers.CharField(allow_null=True, help_text="Of a place without a government of its own.")
    share = serializers.FloatField(allow_null=True, help_text="Of the ZIP code's addresses, 0 to 1.")
    url = serializers.CharField(help_text="The page.")
    answer_url = serializers.CharField(allow_null=True, help_text="The answer as data.")


class LookupRecord(serializers.Serializer):
    """What was found. `ambiguous`: several are possible. `differs`: their answers are not the same today."""

    ambiguous = serializers.BooleanField()
    differs = serializers.BooleanField(
        allow_null=True,
        help_text="Whether, names left out, the answers of the candidates differ today: the state; model, reach and"
        " kind of the local agencies on the list; statuses of policy topics and federal labels. Null where there is"
        f" nothing to compare: one candidate, agencies, or more than {MOST_COMPARED} areas of one state.",
    )
    count = serializers.IntegerField(help_text=f"How many there are; at most {MOST_CANDIDATES} are listed.")
    post_office_city = serializers.CharField(
        allow_null=True, help_text="The post office's name for the ZIP code, which is no municipality."
    )
    candidates = Candidate(many=True, help_text="The likeliest first; counties of a ZIP code by their share.")
    suggestions = Candidate(many=True, help_text="Where nothing has that name: what may have been meant.")
    problem = serializers.ChoiceField(
        choices=[problem.value for problem in Problem], allow_null=True, help_text="Why there is none."
    )


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
        if "zip" in request.query_params:
            raise BadParameters({"zip": "What is asked stands in the body of a POST."}, known)
        if not hasattr(asked, "items") or not all(isinstance(value, str) for value in asked.values()):
            raise BadParameters({"body": 'Send an object such as {"q": "davie fl"}, its values text.'}, known)
        if unknown := sorted(set(asked) - known):
            raise BadParameters(dict.fromkeys(unknown, "There is no such parameter here."), known)
        if twice := [name for name in known if len(getattr(asked, "getlist", lambda _name: ())(name)) > 1]:
            raise BadParameters(dict.fromkeys(twice, "It is given more than once."), known)
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
        found = find(text, state=state, most=MOST_CANDIDATES)
        if parameter == "zip" and not found.zip:
            found = Found(problem=Problem.ZIP_UNKNOWN)
        record = {
            "ambiguous": found.hit_count > 1,
            "differs": differ(found),
            "count": found.hit_count,
            "post_office_city": found.post_office_city or None,
            **in_both_languages(
                lambda _language: {
                    "candidates": [self.candidate(hit) for hit in found.hits],
                    "suggestions": [self.candidate(hit) for hit in found.suggestions],
                }
            ),
            "problem": found.problem and found.problem.value,
        }
        return Response({**record, "meta": self.meta})

    def candidate(self, hit: Hit) -> dict:
        absolute, area, agency = self.request.build_absolute_uri, hit.area, hit.agency
        return {
            "jurisdiction": area and {"geoid": area.pk, "kind": area.kind, "name": area.name},
            "agency": agency and agency_record(agency),
            "state": hit.state.usps,
            "title": Said(hit.label),
            "details": [Said(each) for each in hit.details],
            "name_typed": hit.other_name and hit.other_name.name,
            "cdp_geoid": (hit.other_name and hit.other_name.cdp_geoid) or None,
            "share": hit.share,
            "url": absolute(hit.get_absolute_url()),
            "answer_url": absolute(f"/api/v1/jurisdictions/{area.pk}/answer/") if area else None,
        }


def differ(found: Found) -> bool | None:
    """Whether today's answers of the areas differ; None for one, for agencies, or for too many to compare."""
    areas = [hit.area for hit in found.hits if hit.area]
    if len(areas) < 2 or len(areas) != found.hit_count:
        return None
    if len({hit.state.pk for hit in found.hits}) > 1:
        return True
    return answers_differ(areas, today()) if len(areas) <= MOST_COMPARED else None
