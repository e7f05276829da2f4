"""What the API says of areas, agencies and sources: each field's name, type and meaning."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from jurisdictions.models import Agency, Coverage, Jurisdiction


class Record(serializers.Serializer):
    """Describes a record of the API; a Shape makes it."""

    expandable: tuple[str, ...] = ()
    """The parts that `expand` shows in full."""


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


CENSUS = "US Census Bureau"
GEOGRAPHY_SOURCES = {
    "state": source("List of states and territories, 2020", CENSUS),
    "county": source("County population estimates, 2023 (Connecticut: planning regions of 2022)", CENSUS),
    "place": source("2020 Census blocks and lists of places", CENSUS),
    "county_subdivision": source("Open Civic Data division identifiers, about 2012 to 2015", "Open Civic Data"),
}


class AreaBrief(serializers.Serializer):
    """An area by its id and name."""

    geoid = serializers.CharField()
    kind = serializers.ChoiceField(choices=Jurisdiction.Kind.choices)
    name = serializers.CharField()


class JurisdictionRecord(Record):
    """A state, county, place or county subdivision."""

    geoid = serializers.CharField(help_text="Census id: 2, 5, 7 or 10 digits.")
    kind = serializers.ChoiceField(choices=Jurisdiction.Kind.choices)
    name = serializers.CharField(help_text="As the Census prints it.")
    short_name = serializers.CharField()
    legal_type = serializers.CharField(help_text="The kind as printed, such as “town”.")
    state = serializers.CharField(help_text="Postal abbreviation.")
    counties = serializers.ListField(
        child=serializers.CharField(),
        help_text="GEOIDs of the counties it lies in, the one where most of its people live first.",
    )
    ocd_id = serializers.CharField(help_text="Open Civic Data division id; empty where that list has none.")
    population = serializers.IntegerField(allow_null=True)
    population_year = serializers.IntegerField(allow_null=True)
    same_as = serializers.CharField(
        allow_null=True, help_text="The GEOID that speaks for this government, where it has two."
    )
    also = serializers.ListField(child=serializers.CharField(), help_text="Other GEOIDs of the same government.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True)
    updated_at = serializers.DateTimeField(allow_null=True, help_text="Always null: the vintage stands in `sources`.")


class AgencyBrief(serializers.Serializer):
    """An agency by its id, name, kind and state."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Agency.Kind.choices)
    state = serializers.CharField()
    placement = serializers.ChoiceField(choices=Agency.Placement.choices)


class CoverageRecord(serializers.Serializer):
    """An area that an agency covers, and why we say so."""

    geoid = serializers.CharField()
    kind = serializers.ChoiceField(choices=Jurisdiction.Kind.choices)
    name = serializers.CharField()
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


class AgencyRecord(Record):
    """A law enforcement agency that ICE prints on a list."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Agency.Kind.choices)
    state = serializers.CharField()
    placement = serializers.ChoiceField(choices=Agency.Placement.choices)
    placement_reason = serializers.CharField()
    jurisdictions = CoverageRecord(many=True)
    counties = serializers.ListField(
        child=serializers.CharField(), help_text="Counties it reaches, by GEOID; none if statewide."
    )
    printed_county = serializers.CharField(
        allow_null=True, help_text="The county that ICE prints: evidence, not an answer."
    )
    spellings = SpellingRecord(many=True)
    merged_into = serializers.CharField(
        allow_null=True,
        help_text="Always null: a record stands for itself. An id that became another's answers 301 and names it so.",
    )
    former_ids = serializers.ListField(child=serializers.CharField(), help_text="Ids that lead here.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True)
    updated_at = serializers.DateTimeField()
