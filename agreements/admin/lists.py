"""ICE's lists, the agreements they show, and people's decisions about them, for editors."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from agreements.days import today
from jurisdictions.admin import FromLists, PublicRecordAdmin, ReadOnly, state_filter
from jurisdictions.models import DataVersion

from ..models import (
    Agreement,
    AgreementCitation,
    AgreementFormerId,
    ChangeEvent,
    Listing,
    Snapshot,
    SourceCorrection,
    Standing,
    Verdict,
)

WITHOUT_ROWS = ["rows", "columns"]
"""The largest columns of a list, which no table of it needs."""

# -- Agreements -----------------------------------------------------------------------------------------------------


class StandingInline(ReadOnly, admin.TabularInline):
    model = Standing
    extra = 0
    fields = ["status", "starts_on", "ends_on", "since", "last_listed_on", "signed_on", "moa_url"]
    verbose_name_plural = "status over time, derived from the lists"


class CitationInline(admin.StackedInline):
    model = AgreementCitation
    extra = 0
    autocomplete_fields = ["source"]


@admin.register(Agreement)
class AgreementAdmin(FromLists, PublicRecordAdmin):
    list_display = ["agency", "usps", "program_model", "first_listed_on", "ended_on", "updated_at"]
    list_filter = ["program_model", ("ended_on", admin.EmptyFieldListFilter), state_filter("agency__state")]
    list_select_related = ["agency__state"]
    search_fields = ["agency__name", "=public_id", "agency__aliases__name"]
    readonly_fields = [
        "agency", "program_model", "public_id", "first_listed_on", "first_known_on", "page", "ended_on", "ended_source",
    ]  # fmt: skip
    inlines = [CitationInline, StandingInline]
    fieldsets = [
        (None, {"fields": ["agency", "program_model", "first_listed_on", "first_known_on", "public_id", "page"]}),
        (
            "End",
            {
                "fields": ["ended_on", "ended_source"],
                "description": "Only where a source says that it ended. One person proposes it (“It ended …” above), "
                "another approves it.",
            },
        ),
    ]

    def get_queryset(self, request):
        # For the choices while typing, too.
        return super().get_queryset(request).select_related("agency__state")

    @admin.display(description="state", ordering="agency__state__name")
    def usps(self, agreement: Agreement) -> str:
        return agreement.agency.state.usps

    @admin.display(description="public page")
    def page(self, agreement: Agreement) -> str:
        return format_html('<a href="{0}">{0}</a>', agreement.get_absolute_url())


@admin.register(AgreementCitation)
class AgreementCitationAdmin(admin.ModelAdmin):
    list_display = ["agreement", "source", "page", "field"]
    list_select_related = ["agreement__agency", "source"]
    search_fields = ["agreement__agency__name", "source__title", "quote"]
    autocomplete_fields = ["agreement", "source"]

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        DataVersion.objects.bump()

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        DataVersion.objects.bump()

    def delete_queryset(self, request, queryset) -> None:
        super().delete_queryset(request, queryset)
        DataVersion.objects.bump()


@admin.register(AgreementFormerId)
class AgreementFormerIdAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["public_id", "agreement"]
    list_select_related = ["agreement__agency"]
    search_fields = ["=public_id", "agreement__agency__name"]


@admin.register(Standing)
class StandingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["agreement", "status", "starts_on", "ends_on", "since", "signed_on"]
    list_filter = ["status", ("ends_on", admin.EmptyFieldListFilter), state_filter("agreement__agency__state")]
    list_select_related = ["agreement__agency"]
    search_fields = ["agreement__agency__name", "=agreement__public_id"]
    date_hierarchy = "starts_on"
    show_full_result_count = False


@admin.register(ChangeEvent)
class ChangeEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["seen_on", "kind", "agency", "agreement_model", "origin", "took_effect_on"]
    list_filter = ["kind", "origin", state_filter("agency__state")]
    list_select_related = ["agency", "agreement"]
    search_fields = ["agency__name", "=key", "=agreement__public_id"]
    date_hierarchy = "seen_on"
    show_full_result_count = False

    @admin.display(description="model", ordering="agreement__program_model")
    def agreement_model(self, event: ChangeEvent) -> str:
        return event.agreement.program_model if event.agreement else ""

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*[f"snapshot__{name}" for name in WITHOUT_ROWS])


# -- ICE's lists ----------------------------------------------------------------------------------------------------


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["published_on", "half", "kind", "row_count", "file_name", "loaded_at"]
    list_filter = ["kind"]
    search_fields = ["file_name", "^sha256"]
    date_hierarchy = "published_on"
    ordering = ["-position"]
    exclude = ["rows"]
    readonly_fields = ["printed_rows"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("rows")

    @admin.display(description="rows as printed")
    def printed_rows(self, snapshot: Snapshot) -> str:
        address = f"/api/v1/snapshots/{snapshot.sha256[:12]}/rows/"
        return format_html('<a href="{}?format=csv">as CSV</a>, <a href="{}">as JSON</a>', address, address)


@admin.register(Listing)
class ListingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["agency_name", "state", "program_model", "kind", "county", "signed_on", "match_rule"]
    list_filter = ["kind", "match_rule", "agency_type", ("agreement", admin.EmptyFieldListFilter)]
    search_fields = ["agency_name", "=state", "county", "=agreement__public_id", "moa_url"]
    show_full_result_count = False


# -- People's decisions ---------------------------------------------------------------------------------------------


@admin.register(Verdict)
class VerdictAdmin(PublicRecordAdmin):
    list_display = ["name", "state", "answer", "other_name", "decided_on", "decided_by"]
    list_filter = ["answer", "decided_on"]
    list_select_related = ["decided_by"]
    search_fields = ["name", "other_name", "reason", "=state"]
    autocomplete_fields = ["source"]
    readonly_fields = ["decided_by"]
    fieldsets = [
        (
            None,
            {
                "fields": ["answer", "state", "name", "reason", "source", "decided_on", "decided_by"],
                "description": "Read by every later import. It acts on the lists that we hold with the next one, or "
                "at once with the command refold.",
            },
        ),
        ("The same or different", {"fields": ["other_state", "other_name"]}),
        ("Covers these areas", {"fields": ["agency_kind", "placement", "places"]}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        return {"decided_on": today(), **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change) -> None:
        obj.decided_by = request.user
        super().save_model(request, obj, form, change)


class NeededFilter(admin.SimpleListFilter):
    """Whether the newest lists still print the wrong value."""

    title = "needed"
    parameter_name = "needed"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("no", "no longer: the newest lists do not print the wrong value"), ("yes", "still")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("yes", "no"):
            return queryset
        unneeded = SourceCorrection.objects.no_longer_needed().values("pk")
        return queryset.filter(pk__in=unneeded) if self.value() == "no" else queryset.exclude(pk__in=unneeded)


@admin.register(SourceCorrection)
class SourceCorrectionAdmin(PublicRecordAdmin):
    list_display = ["agency", "state", "program_model", "field", "wrong", "right"]
    list_filter = ["field", NeededFilter]
    search_fields = ["agency", "wrong", "right", "reason", "=state"]
    autocomplete_fields = ["source"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "state", "agency", "program_model", "signed_on", "field", "wrong", "right", "reason", "source",
                ],
                "description": "Keyed on what ICE prints, so it falls silent once ICE mends it. It acts on the lists "
                "that we hold with the next import, or at once with the command refold.",
            },
        )
    ]  # fmt: skip
