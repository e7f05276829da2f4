"""What changed, one record for each change that we saw. The docstrings of the views are the API's description."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from agreements.filters import ChangeFilter
from agreements.models import ChangeEvent, Snapshot
from jurisdictions.api.serializers import AgencyBrief, Record, SourceRecord
from jurisdictions.api.shapes import Shape, day_or_none, moment, source_columns, source_of

from .base import RecordViewSet
from .serializers import ListBrief, list_brief, list_source
from .views import FIELDS


class EventRecord(Record):
    """Something that changed, as we saw it: on a list of ICE's, in a law, policy or federal list, or by us."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=ChangeEvent.Kind.choices)
    state = serializers.CharField(help_text="Postal abbreviation.")
    agency = AgencyBrief(allow_null=True)
    agreement = serializers.CharField(allow_null=True, help_text="Id of the agreement, where it is about one.")
    law = serializers.CharField(allow_null=True, help_text="Id of the law.")
    policy = serializers.CharField(allow_null=True, help_text="Id of the policy.")
    designation = serializers.CharField(allow_null=True, help_text="Id of the federal label.")
    seen_on = serializers.DateField(help_text="The day of the list or record in which we saw it.")
    took_effect_on = serializers.DateField(allow_null=True, help_text="Where it is known, as the day of signing.")
    origin = serializers.ChoiceField(choices=ChangeEvent.Origin.choices)
    snapshot = ListBrief(allow_null=True, help_text="The list in which we saw it.")
    before = serializers.DictField(help_text="What was said before, of what changed.")
    after = serializers.DictField(help_text="What is said since.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True)
    updated_at = serializers.DateTimeField()


WRITTEN = ("law", "policy", "designation")
SOURCES = {
    "agreement__ended_source": source_columns("agreement__ended_source"),
    **{name: source_columns(f"{name}__main_source") for name in WRITTEN},
}


class EventShape(Shape):
    """Changes as we saw them. They are the same on every day."""

    record = EventRecord
    queryset = ChangeEvent.objects.for_listing().newest_first()
    id_column = "key"
    columns = (
        "pk", "key", "kind", "seen_on", "took_effect_on", "origin", "snapshot_id", "before", "after", "recorded_at",
        "agency__public_id", "agency__name", "agency__kind", "agency__state__usps", "agency__placement",
        "agreement__public_id", "law__key", "law__jurisdiction__usps", "policy__key", "policy__state_area__usps",
        "designation__key", "designation__jurisdiction__usps", "designation__jurisdiction__state__usps",
        *(column for columns in SOURCES.values() for column in columns),
    )  # fmt: skip

    def fetch(self, pks) -> None:
        lists = Snapshot.objects.values_list("pk", "kind", "published_on", "file_name", "sha256", named=True)
        self.lists = {row.pk: (list_brief(row), list_source(row)) for row in lists}

    def show(self, row) -> dict[str, Any]:
        brief, printed = self.lists[row.snapshot_id] if row.snapshot_id else (None, None)
        states = (
            row.law__jurisdiction__usps,
            row.policy__state_area__usps,
            row.designation__jurisdiction__usps,
            row.designation__jurisdiction__state__usps,
            row.agency__state__usps,
        )
        return {
            "id": row.key,
            "kind": row.kind,
            "state": next(filter(None, states)),
            "agency": row.agency__public_id
            and {
                "id": row.agency__public_id,
                "name": row.agency__name,
                "kind": row.agency__kind,
                "state": row.agency__state__usps,
                "placement": row.agency__placement,
            },
            "agreement": row.agreement__public_id,
            "law": row.law__key,
            "policy": row.policy__key,
            "designation": row.designation__key,
            "seen_on": row.seen_on.isoformat(),
            "took_effect_on": day_or_none(row.took_effect_on),
            "origin": row.origin,
            "snapshot": brief,
            "before": row.before,
            "after": row.after,
            "url": f"{self.origin}/changes/{row.key}/",
            "sources": [printed] if printed else self.sources(row),
            "updated_at": moment(row.recorded_at),
        }

    def sources(self, row) -> list[dict[str, Any]]:
        """Of a change that no list showed: the document that says so, or that its record rests on."""
        if row.kind == ChangeEvent.Kind.ENDED:
            named = "agreement__ended_source"
        else:
            named = next((name for name in WRITTEN if getattr(row, f"{name}__key")), None)
        columns = [getattr(row, column) for column in SOURCES.get(named, ())]
        return [source_of(*columns)] if columns and columns[0] is not None else []


@extend_schema(parameters=[FIELDS])
class EventViewSet(RecordViewSet):
    """What changed, newest first: each change on the day of the list or record in which we saw it.

    These are the changes that `/changes/` tells of. A change that a later list or a correction shows otherwise is
    rewritten or goes; `changes/?kind=event` says so, too. We say where we saw a change, never why it happened.
    """

    shape_class = EventShape
    filterset_class = ChangeFilter
    lookup_field = "key"
    lookup_value_regex = "[0-9a-z]{1,16}"

    def one(self) -> QuerySet:
        return self.get_queryset().filter(key=self.kwargs["key"])

    @extend_schema(parameters=[])
    def retrieve(self, request, *args, **kwargs):
        """One change by its id."""
        return super().retrieve(request, *args, **kwargs)
