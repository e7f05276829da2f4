"""How fresh the data is, and where everything is."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from agreements.api.base import Answer
from agreements.api.serializers import ListBrief, list_brief
from agreements.days import STALE_AFTER, today
from agreements.models import Snapshot


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
                "events": url("event-list"),
                "changes": url("changes"),
                "lookup": url("lookup"),
                "stats": url("agreement-stats"),
                "status": url("status"),
                "bulk": url("bulk"),
                "schema": url("schema"),
                "docs": url("docs"),
                "meta": self.meta,
            }
        )
