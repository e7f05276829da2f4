"""Reference tables about the time that our own lists do not cover: looked at, not changed."""

from __future__ import annotations

from django.contrib import admin

from jurisdictions.admin import ReadOnly, state_filter

from ..models import EarlierAgreement, LaterList


@admin.register(EarlierAgreement)
class EarlierAgreementAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["agency_name", "state", "program_model", "attested_from", "attested_to", "ended_on", "confidence"]
    list_filter = ["program_model", "confidence", state_filter("state")]
    list_select_related = ["state"]
    search_fields = ["=key", "agency_name", "named_in", "note"]
    date_hierarchy = "attested_from"


@admin.register(LaterList)
class LaterListAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["published_on", "file_name", "row_count", "source"]
    list_select_related = ["source"]
    search_fields = ["file_name"]
    date_hierarchy = "published_on"
