"""What changed, one record for each change that we saw. The docstrings of the views are the API's description."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from agreements.filters import ChangeFilter
from agreements.models import ChangeEvent
from jurisdictions.api.serializers import AgencyBrief, Record, SourceRecord, held_source

from .base import RecordViewSet
from .serializers import ListBrief, list_brief, list_source
from .views import FIELDS

MOMENT = serializers.DateTimeField()


class EventRecord(Record):
    """Something that changed, as we saw it: on a list of ICE's, in a law, policy or federal list, or by us."""

    id = serializers.CharField(source="key")
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
    url = serializers.SerializerMethodField(help_text="The page.")
    sources = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField(source="recorded_at")

    def get_url(self, event: ChangeEvent) -> str:
        return self.absolute(event.get_absolute_url())

    @extend_schema_field(SourceRecord(many=True))
    def get_sources(self, event: ChangeEvent) -> list[dict]:
        return sources(event)

    def to_representation(self, event: ChangeEvent) -> dict[str, Any]:
        """Without a field object for each value: there are many events."""
        agency, agreement = event.agency, event.agreement
        record = {
            "id": event.key,
            "kind": event.kind,
            "state": event.state.usps,
            "agency": agency
            and {
                "id": agency.public_id,
                "name": agency.name,
                "kind": agency.kind,
                "state": agency.state.usps,
                "placement": agency.placement,
            },
            "agreement": agreement and agreement.public_id,
            "law": event.law and event.law.key,
            "policy": event.policy and event.policy.key,
            "designation": event.designation and event.designation.key,
            "seen_on": event.seen_on,
            "took_effect_on": event.took_effect_on,
            "origin": event.origin,
            "snapshot": list_brief(event.snapshot),
            "before": event.before,
            "after": event.after,
            "url": self.get_url(event),
            "sources": sources(event),
            "updated_at": MOMENT.to_representation(event.recorded_at),
        }
        wanted = self.context.get("fields")
        return {name: value for name, value in record.items() if name in wanted} if wanted else record


def sources(event: ChangeEvent) -> list[dict[str, Any]]:
    """The list in which it was seen, else the document that its record rests on."""
    if event.snapshot:
        return [list_source(event.snapshot)]
    if event.kind == ChangeEvent.Kind.ENDED and event.agreement and event.agreement.ended_source:
        return [held_source(event.agreement.ended_source)]
    written = event.law or event.policy or event.designation
    return [held_source(written.main_source)] if written and written.main_source else []


@extend_schema(parameters=[FIELDS])
class EventViewSet(RecordViewSet):
    """What changed, newest first: each change on the day of the list or record in which we saw it.

    These are the changes that `/changes/` tells of. A change that a later list or a correction shows otherwise is
    rewritten or goes; `changes/?kind=event` says so, too. We say where we saw a change, never why it happened.
    """

    queryset = (
        ChangeEvent.objects.for_listing()
        .select_related("law__main_source", "policy__main_source", "designation__main_source")
        .newest_first()
    )
    serializer_class = EventRecord
    filterset_class = ChangeFilter
    lookup_field = "key"
    lookup_value_regex = "[0-9a-z]{1,16}"

    @extend_schema(parameters=[])
    def retrieve(self, request, *args, **kwargs):
        """One change by its id."""
        return super().retrieve(request, *args, **kwargs)
