"""Areas, agencies and sources as the API shows them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jurisdictions.models import Agency, Coverage, Jurisdiction, LiesIn, Source


class Record(serializers.Serializer):
    """A record as the API shows it. `fields` in the context keeps some of them, `expand` shows parts in full."""

    expandable: dict[str, type[serializers.BaseSerializer]] = {}

    def get_fields(self):
        fields = super().get_fields()
        outermost = self.parent if isinstance(self.parent, serializers.ListSerializer) else self
        if outermost.parent is not None:
            return fields
        for name in self.context.get("expand", ()):
            fields[name] = self.expandable[name]()
        if wanted := self.context.get("fields"):
            fields = {name: field for name, field in fields.items() if name in wanted}
        return fields

    def absolute(self, path: str) -> str:
        """The full address of a page or an answer of ours."""
        request = self.context.get("request")
        return request.build_absolute_uri(path) if request else path


class SourceRecord(serializers.Serializer):
    """Where a fact was read. Our copy of a list of ICE's is known by its file's name and `snapshot`."""

    title = serializers.CharField()
    publisher = serializers.CharField()
    url = serializers.CharField(allow_null=True, help_text="The document's address, where it has one.")
    published_on = serializers.DateField(allow_null=True)
    retrieved_on = serializers.DateField(allow_null=True, help_text="The day it was read, where it is known.")
    file_name = serializers.CharField(allow_null=True, help_text="Of a list, as ICE named it.")
    snapshot = serializers.CharField(allow_null=True, help_text="Id of the list, for snapshots/{id}/.")


def source(title: str, publisher: str, **more: Any) -> dict[str, Any]:
    """A source as SourceRecord shows it; what is not given is None."""
    empty = dict.fromkeys(("url", "published_on", "retrieved_on", "file_name", "snapshot"))
    return {"title": title, "publisher": publisher, **empty, **more}


def held_source(held: Source) -> dict[str, Any]:
    """A Source of the database."""
    return source(
        held.title,
        held.publisher,
        url=held.url or None,
        published_on=held.published_on,
        retrieved_on=held.retrieved_on,
    )


CENSUS = "US Census Bureau"
GEOGRAPHY_SOURCES = {
    "state": source("List of states and territories, 2020", CENSUS),
    "county": source("County population estimates, 2023 (Connecticut: planning regions of 2022)", CENSUS),
    "place": source("2020 Census blocks and lists of places", CENSUS),
    "county_subdivision": source("Open Civic Data division identifiers, about 2012 to 2015", "Open Civic Data"),
}


class AreaBrief(serializers.Serializer):
    """An area by its id and name."""

    geoid = serializers.CharField(source="pk")
    kind = serializers.ChoiceField(choices=Jurisdiction.Kind.choices)
    name = serializers.CharField()


class JurisdictionRecord(Record):
    """A state, county, place or county subdivision."""

    geoid = serializers.CharField(source="pk", help_text="Census id: 2, 5, 7 or 10 digits.")
    kind = serializers.ChoiceField(choices=Jurisdiction.Kind.choices)
    name = serializers.CharField(help_text="As the Census prints it.")
    short_name = serializers.CharField()
    legal_type = serializers.CharField(help_text="The kind as printed, such as “town”.")
    state = serializers.SerializerMethodField(help_text="Postal abbreviation.")
    counties = serializers.SerializerMethodField(
        help_text="GEOIDs of the counties it lies in, the one where most of its people live first."
    )
    ocd_id = serializers.CharField(help_text="Open Civic Data division id; empty where that list has none.")
    population = serializers.IntegerField(allow_null=True)
    population_year = serializers.IntegerField(allow_null=True)
    same_as = serializers.CharField(
        source="same_as_id", allow_null=True, help_text="The GEOID that speaks for this government, where it has two."
    )
    also = serializers.SerializerMethodField(help_text="Other GEOIDs of the same government.")
    url = serializers.SerializerMethodField(help_text="The page.")
    sources = serializers.SerializerMethodField()
    updated_at = serializers.SerializerMethodField(help_text="Always null: the vintage stands in `sources`.")

    prefetches = (
        Prefetch("lies_in", LiesIn.objects.peopled().order_by("rank"), to_attr="peopled"),
        Prefetch("also", Jurisdiction.objects.only("pk", "same_as").order_by("pk"), to_attr="twins"),
    )

    def get_state(self, area: Jurisdiction) -> str:
        return area.usps if area.is_state else area.state.usps

    def get_counties(self, area: Jurisdiction) -> list[str]:
        return [area.pk] if area.is_county else [part.county_id for part in area.peopled]

    def get_also(self, area: Jurisdiction) -> list[str]:
        return [other.pk for other in area.twins]

    def get_url(self, area: Jurisdiction) -> str:
        return self.absolute(area.get_absolute_url())

    @extend_schema_field(SourceRecord(many=True))
    def get_sources(self, area: Jurisdiction) -> list[dict]:
        return [GEOGRAPHY_SOURCES[area.kind]] if area.kind in GEOGRAPHY_SOURCES else []

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_updated_at(self, area: Jurisdiction) -> None:
        return None


class AgencyBrief(serializers.Serializer):
    """An agency by its id, name, kind and state."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Agency.Kind.choices)
    state = serializers.CharField(source="state.usps")
    placement = serializers.ChoiceField(choices=Agency.Placement.choices)


class CoverageRecord(serializers.Serializer):
    """An area that an agency covers, and why we say so."""

    geoid = serializers.CharField(source="jurisdiction_id")
    kind = serializers.ChoiceField(source="jurisdiction.kind", choices=Jurisdiction.Kind.choices)
    name = serializers.CharField(source="jurisdiction.name")
    extent = serializers.ChoiceField(choices=Coverage.Extent.choices)
    why = serializers.ChoiceField(choices=Coverage.Why.choices)
    note = serializers.CharField()


class SpellingRecord(serializers.Serializer):
    """A spelling of the agency's name on ICE's lists."""

    name = serializers.CharField()
    state_printed = serializers.CharField()
    first_printed_on = serializers.DateField()
    last_printed_on = serializers.DateField()
    reason = serializers.CharField(help_text="Why this spelling is this agency.")


def agency_prefetches(at: str = "") -> tuple:
    """What AgencyRecord shows from other tables; `at` is the way there, such as "agency__"."""
    return (
        f"{at}former_ids",
        f"{at}aliases",
        Prefetch(f"{at}coverages", Coverage.objects.select_related("jurisdiction", "source")),
        Prefetch(f"{at}coverages__jurisdiction__lies_in", LiesIn.objects.peopled().order_by("rank"), to_attr="peopled"),
    )


class AgencyRecord(Record):
    """A law enforcement agency that ICE prints on a list."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Agency.Kind.choices)
    state = serializers.CharField(source="state.usps")
    placement = serializers.ChoiceField(choices=Agency.Placement.choices)
    placement_reason = serializers.CharField()
    jurisdictions = CoverageRecord(source="coverages", many=True)
    counties = serializers.SerializerMethodField(help_text="Counties it reaches, by GEOID; none if statewide.")
    printed_county = serializers.CharField(
        source="printed_county_id", allow_null=True, help_text="The county that ICE prints: evidence, not an answer."
    )
    spellings = SpellingRecord(source="aliases", many=True)
    merged_into = serializers.SerializerMethodField(
        help_text="Always null: a record stands for itself. An id that became another's answers 301 and names it so."
    )
    former_ids = serializers.SerializerMethodField(help_text="Ids that lead here.")
    url = serializers.SerializerMethodField(help_text="The page.")
    sources = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField()

    def get_counties(self, agency: Agency) -> list[str]:
        if agency.placement != Agency.Placement.DECIDED:
            return []
        reached: dict[str, None] = {}
        for coverage in agency.coverages.all():
            area = coverage.jurisdiction
            reached |= dict.fromkeys([area.pk] if area.is_county else [part.county_id for part in area.peopled])
        return list(reached)

    def get_merged_into(self, agency: Agency) -> str | None:
        return None

    def get_former_ids(self, agency: Agency) -> list[str]:
        return [former.public_id for former in agency.former_ids.all()]

    def get_url(self, agency: Agency) -> str:
        return self.absolute(agency.get_absolute_url())

    @extend_schema_field(SourceRecord(many=True))
    def get_sources(self, agency: Agency) -> list[dict]:
        """Statutes and pages that say what it covers; the lists that print it are added by those who know them."""
        named = {coverage.source_id: coverage.source for coverage in agency.coverages.all() if coverage.source}
        return [held_source(held) for held in named.values()]
