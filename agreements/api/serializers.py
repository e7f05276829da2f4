"""What the API says of agreements, agencies and ICE's lists: the name, type and meaning of each field."""

from __future__ import annotations

from rest_framework import serializers

from agreements.models import ListKind, Snapshot, Status
from jurisdictions.api.serializers import AgencyBrief, AgencyRecord, Record, SourceRecord, source

ICE = "U.S. Immigration and Customs Enforcement"
ID_LENGTH = 12  # characters of a list's sha256


def snapshot_id(snapshot: Snapshot) -> str:
    """The first characters of the file's sha256: whoever holds the file can work it out."""
    return snapshot.sha256[:ID_LENGTH]


def list_source(snapshot: Snapshot) -> dict:
    return source(
        f"287(g) {snapshot.kind} agencies",
        ICE,
        published_on=snapshot.published_on.isoformat(),
        file_name=snapshot.file_name,
        snapshot=snapshot_id(snapshot),
    )


class ListBrief(serializers.Serializer):
    """One of ICE's lists."""

    id = serializers.CharField(help_text="For snapshots/{id}/.")
    kind = serializers.ChoiceField(choices=ListKind.choices)
    published_on = serializers.DateField()


def list_brief(snapshot: Snapshot | None) -> dict | None:
    if snapshot is None:
        return None
    return {"id": snapshot_id(snapshot), "kind": snapshot.kind, "published_on": snapshot.published_on.isoformat()}


class AgreementRecord(Record):
    """A 287(g) agreement with its status on the day asked for."""

    id = serializers.CharField()
    agency = AgencyBrief()
    program_model = serializers.CharField(help_text="JEM, WSO, TFM, or what else ICE prints.")
    program_model_name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices, help_text="On `as_of`.")
    status_since = serializers.DateField()
    signed_on = serializers.DateField(
        allow_null=True, help_text="As printed on the newest list by `as_of`, after our corrections."
    )
    moa_url = serializers.CharField(help_text="The memorandum of agreement; empty where ICE links none.")
    addendum_url = serializers.CharField()
    ended_on = serializers.DateField(allow_null=True, help_text="Only where a source says so.")
    first_listed_on = serializers.DateField(
        allow_null=True, help_text="The first list of participating agencies with it."
    )
    last_listed_on = serializers.DateField(
        allow_null=True, help_text="The last list that showed it, once it is absent; null while it is on the newest."
    )
    first_snapshot = ListBrief(allow_null=True, help_text="The first list of either kind that printed it.")
    last_snapshot = ListBrief(allow_null=True, help_text="The newest list by `as_of` that printed it.")
    former_ids = serializers.ListField(child=serializers.CharField(), help_text="Ids that lead here.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True)
    updated_at = serializers.DateTimeField()

    expandable = ("agency",)


class AgreementBrief(serializers.Serializer):
    """An agreement of an agency that is shown itself."""

    id = serializers.CharField()
    program_model = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    status_since = serializers.DateField()
    signed_on = serializers.DateField(allow_null=True)
    moa_url = serializers.CharField()
    addendum_url = serializers.CharField()


class AgencyWithLists(AgencyRecord):
    """A law enforcement agency that ICE prints on a list."""

    expandable = ("agreements",)


class SnapshotRecord(Record):
    """One of ICE's lists as published at one moment."""

    id = serializers.CharField(help_text="The first 12 characters of the file's sha256.")
    kind = serializers.ChoiceField(choices=ListKind.choices)
    published_on = serializers.DateField()
    half = serializers.CharField(help_text="am, mid or pm, where the file's name says.")
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    worksheet = serializers.CharField()
    columns = serializers.ListField(child=serializers.JSONField(), help_text="The header's cells as printed.")
    row_count = serializers.IntegerField()
    rows_url = serializers.CharField(help_text="The rows as printed.")
    url = serializers.CharField(help_text="The page of changes, which this list may have brought.")
    sources = SourceRecord(many=True)
    updated_at = serializers.DateTimeField()


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
