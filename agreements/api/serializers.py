"""Agreements, the agencies that signed them, and ICE's lists as the API shows them."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agreements import programs
from agreements.models import Agreement, AgreementCitation, Listing, ListKind, Snapshot, Status
from jurisdictions.api.serializers import AgencyBrief, AgencyRecord, Record, SourceRecord, held_source, source
from jurisdictions.models import Agency

ICE = "U.S. Immigration and Customs Enforcement"
ID_LENGTH = 12  # characters of a list's sha256


def snapshot_id(snapshot: Snapshot) -> str:
    """The first characters of the file's sha256: whoever holds the file can work it out."""
    return snapshot.sha256[:ID_LENGTH]


def list_source(snapshot: Snapshot) -> dict:
    title = "287(g) participating agencies" if snapshot.is_participating else "287(g) pending agencies"
    return source(
        title,
        ICE,
        published_on=snapshot.published_on,
        file_name=snapshot.file_name,
        snapshot=snapshot_id(snapshot),
    )


LISTINGS = Prefetch(
    "listings",
    Listing.objects.only("agreement_id", "kind", "first_snapshot_id", "last_snapshot_id").order_by("pk"),
    to_attr="printed",
)
"""The printed rows without their cells: in which lists an agreement stood."""


class ListBrief(serializers.Serializer):
    """One of ICE's lists."""

    id = serializers.CharField(help_text="For snapshots/{id}/.")
    kind = serializers.ChoiceField(choices=ListKind.choices)
    published_on = serializers.DateField()


def list_brief(snapshot: Snapshot | None) -> dict | None:
    if snapshot is None:
        return None
    return {"id": snapshot_id(snapshot), "kind": snapshot.kind, "published_on": snapshot.published_on}


class AgreementRecord(Record):
    """A 287(g) agreement with its status on the day asked for."""

    id = serializers.CharField(source="public_id")
    agency = AgencyBrief()
    program_model = serializers.CharField(help_text="JEM, WSO, TFM, or what else ICE prints.")
    program_model_name = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Status.choices, help_text="On `as_of`.")
    status_since = serializers.DateField()
    signed_on = serializers.DateField(
        allow_null=True, help_text="As printed on the newest list by `as_of`, after our corrections."
    )
    moa_url = serializers.CharField(help_text="The memorandum of agreement; empty where ICE links none.")
    addendum_url = serializers.CharField()
    ended_on = serializers.SerializerMethodField(help_text="Only where a source says so.")
    first_listed_on = serializers.SerializerMethodField(help_text="The first list of participating agencies with it.")
    last_listed_on = serializers.DateField(
        allow_null=True, help_text="The last list that showed it, once it is absent; null while it is on the newest."
    )
    first_snapshot = serializers.SerializerMethodField(help_text="The first list of either kind that printed it.")
    last_snapshot = serializers.SerializerMethodField(help_text="The newest list by `as_of` that printed it.")
    former_ids = serializers.SerializerMethodField(help_text="Ids that lead here.")
    url = serializers.SerializerMethodField(help_text="The page.")
    sources = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField()

    expandable = {"agency": AgencyRecord}
    prefetches = (
        LISTINGS,
        "former_ids",
        Prefetch("citations", AgreementCitation.objects.select_related("source").order_by("pk")),
    )

    def get_program_model_name(self, agreement: Agreement) -> str:
        return str(programs.NAMES.get(agreement.program_model, agreement.program_model))

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_ended_on(self, agreement: Agreement):
        return agreement.ended_on if agreement.status == Status.ENDED else None

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_first_listed_on(self, agreement: Agreement):
        first = agreement.first_listed_on
        return first if first and first <= self.context["day"] else None

    @extend_schema_field(ListBrief(allow_null=True))
    def get_first_snapshot(self, agreement: Agreement) -> dict | None:
        return list_brief(self.context["snapshots"].first_of(agreement.printed))

    @extend_schema_field(ListBrief(allow_null=True))
    def get_last_snapshot(self, agreement: Agreement) -> dict | None:
        return list_brief(self.context["snapshots"].last_of(agreement.printed))

    def get_former_ids(self, agreement: Agreement) -> list[str]:
        return [former.public_id for former in agreement.former_ids.all()]

    def get_url(self, agreement: Agreement) -> str:
        return self.absolute(agreement.get_absolute_url())

    @extend_schema_field(SourceRecord(many=True))
    def get_sources(self, agreement: Agreement) -> list[dict]:
        last = self.context["snapshots"].last_of(agreement.printed)
        sources = [list_source(last)] if last else []
        if agreement.moa_url:
            sources.append(source("Memorandum of agreement", ICE, url=agreement.moa_url))
        if agreement.addendum_url:
            sources.append(source("Addendum to the memorandum of agreement", ICE, url=agreement.addendum_url))
        if agreement.status == Status.ENDED and agreement.ended_source:
            sources.append(held_source(agreement.ended_source))
        return sources + [held_source(citation.source) for citation in agreement.citations.all()]


class AgreementBrief(serializers.Serializer):
    """An agreement of an agency that is shown itself."""

    id = serializers.CharField(source="public_id")
    program_model = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    status_since = serializers.DateField()
    signed_on = serializers.DateField(allow_null=True)
    moa_url = serializers.CharField()
    addendum_url = serializers.CharField()


def known_agreements(day: date) -> Prefetch:
    """The agreements of agencies that were known by `day`, with their status then."""
    known = Agreement.objects.on(day).prefetch_related(LISTINGS).order_by("program_model")
    return Prefetch("agreements", known, to_attr="known")


class AgencyWithLists(AgencyRecord):
    """A law enforcement agency that ICE prints on a list."""

    expandable = {"agreements": lambda: AgreementBrief(source="known", many=True)}

    @extend_schema_field(SourceRecord(many=True))
    def get_sources(self, agency: Agency) -> list[dict]:
        printed = [listing for agreement in agency.known for listing in agreement.printed]
        last = self.context["snapshots"].last_of(printed)
        return ([list_source(last)] if last else []) + super().get_sources(agency)


class SnapshotRecord(Record):
    """One of ICE's lists as published at one moment."""

    id = serializers.SerializerMethodField(help_text="The first 12 characters of the file's sha256.")
    kind = serializers.ChoiceField(choices=ListKind.choices)
    published_on = serializers.DateField()
    half = serializers.CharField(help_text="am, mid or pm, where the file's name says.")
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    worksheet = serializers.CharField()
    columns = serializers.ListField(child=serializers.JSONField(), help_text="The header's cells as printed.")
    row_count = serializers.IntegerField()
    rows_url = serializers.SerializerMethodField(help_text="The rows as printed.")
    url = serializers.SerializerMethodField(help_text="The page of changes, which this list may have brought.")
    sources = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField(source="loaded_at")

    def get_id(self, snapshot: Snapshot) -> str:
        return snapshot_id(snapshot)

    def get_rows_url(self, snapshot: Snapshot) -> str:
        return self.absolute(f"/api/v1/snapshots/{snapshot_id(snapshot)}/rows/")

    def get_url(self, snapshot: Snapshot) -> str:
        return self.absolute(f"/changes/?view=days&from={snapshot.published_on}&to={snapshot.published_on}")

    @extend_schema_field(SourceRecord(many=True))
    def get_sources(self, snapshot: Snapshot) -> list[dict]:
        return [list_source(snapshot)]


class PrintedRow(serializers.Serializer):
    """A row as ICE printed it, and what we read in it.

    `cells` stand under the headings of the list. A cell is text, a number, true, false or null as it is in the sheet,
    {"d": …} for a moment, {"f": …} for a formula, {"e": …} for an error of the spreadsheet.
    """

    number = serializers.IntegerField(help_text="As the spreadsheet counts: the header is row 1.")
    cells = serializers.ListField(child=serializers.JSONField(allow_null=True))
    links = serializers.DictField(child=serializers.CharField(), help_text="Raw addresses by column, from 0.")
    agreement = serializers.CharField(allow_null=True, help_text="Null where the row could not be read.")
    match_rule = serializers.CharField(help_text="By which rule the row is this agreement's.")
    corrected = serializers.ListField(child=serializers.CharField(), help_text="Fields that we read otherwise.")
