"""Numbers of agreements. The docstrings of the views are the public description of the API."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from agreements.filters import AgreementFilter
from agreements.models import Agreement

from .base import OF_EVERY_ADDRESS, Answer, Filters

STATS_PARAMETERS = [
    OpenApiParameter(name, description=str(each.label))
    for name, each in AgreementFilter.base_filters.items()
    if name != "ordering"
]


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


class AgreementCounts(ModelCounts):
    """Agreements on a day, counted."""

    by_status = serializers.DictField(child=serializers.IntegerField())
    by_state = StateCounts(many=True)


class AgreementStats(Answer, APIView):
    """How many agreements there are on a day, by status, program model and state.

    Takes the filters of agreements/. An agreement is an agency and a program model; an agency with two agreements
    counts once among agencies. Without `status`, agreements of every status count: add `status=listed` for those on
    ICE's list.
    """

    filterset_class = AgreementFilter
    speaks_of_a_day = True

    @cached_property
    def known_parameters(self) -> set[str]:
        return {*OF_EVERY_ADDRESS, *AgreementFilter.base_filters} - {"ordering"}

    @extend_schema(responses=AgreementCounts, parameters=STATS_PARAMETERS)
    def get(self, request) -> Response:
        agreements = Filters().filter_queryset(request, Agreement.objects.all(), self)
        rows = list(
            agreements.order_by().values_list("agency__state__usps", "program_model", "status", "agency_id").distinct()
        )
        by_state: dict[str, list[tuple]] = defaultdict(list)
        for row in rows:
            by_state[row[0]].append(row)
        counts = {
            **counted(rows),
            "states": len(by_state),
            "by_status": dict(sorted(Counter(status for _state, _model, status, _agency in rows).items())),
            "by_state": [{"state": state, **counted(own)} for state, own in sorted(by_state.items())],
        }
        return Response({**AgreementCounts(counts).data, "meta": self.meta, **self.coverage})


def counted(rows: list[tuple]) -> dict:
    return {
        "agreements": len(rows),
        "agencies": len({agency for *_row, agency in rows}),
        "by_model": dict(sorted(Counter(model for _state, model, *_row in rows).items())),
    }
