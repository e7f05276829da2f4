"""Areas, agencies and sources for editors. What is derived or reference is shown and cannot be changed."""

from __future__ import annotations

from contextlib import nullcontext

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from .models import (
    Agency,
    AgencyAlias,
    AgencyFormerId,
    AreaName,
    BundledRecord,
    Coverage,
    DataVersion,
    Jurisdiction,
    LiesIn,
    Source,
    ZipArea,
)


class StateFilter(admin.SimpleListFilter):
    """States by name, in one query; Django's own filter would offer every area there is."""

    title = "state"
    parameter_name = "state"
    path = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return list(Jurisdiction.objects.states().order_by("name").values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


def state_filter(path: str) -> type[StateFilter]:
    """A StateFilter on a state that is further away, such as "agency__state"."""
    return type("StateFilter", (StateFilter,), {"path": path})


HTTPS_UNLESS_SAID = {models.URLField: {"assume_scheme": "https"}}
"""An address typed as "www.ice.gov/…" is taken for https."""


class ReadOnly:
    """Mixed into an admin or an inline: what lists and tables say, to be looked at."""

    formfield_overrides = HTTPS_UNLESS_SAID

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class FromLists:
    """Mixed into an admin: records that ICE's lists bring. Nobody adds one by hand, and none is ever deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class PublicRecordAdmin(SimpleHistoryAdmin):
    """Records that the public sees: each change is in their history, and makes cached answers old."""

    list_per_page = 50
    formfield_overrides = HTTPS_UNLESS_SAID

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        DataVersion.objects.bump()

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """An earlier state, to look at or to bring back: all of what that changes, or nothing.

        django-simple-history lets everybody bring one back who may look at it.
        """
        if request.method == "POST" and self.revert_disabled(request, self.get_object(request, object_id)):
            raise PermissionDenied
        with transaction.atomic() if request.method == "POST" else nullcontext():
            return super().history_form_view(request, object_id, version_id, extra_context)

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        DataVersion.objects.bump()

    def delete_queryset(self, request, queryset) -> None:
        for record in queryset:  # one by one: a bulk delete would leave no history
            record.delete()
        DataVersion.objects.bump()


class AreaChoice(forms.ModelChoiceField):
    """An area by name, state and GEOID: many states have a Washington County."""

    def label_from_instance(self, area: Jurisdiction) -> str:
        return area_label(area)


def area_label(area: Jurisdiction) -> str:
    return f"{area.full_name}, {area.state.name} ({area.pk})" if area.state else f"{area.name} ({area.pk})"


# -- Agencies -------------------------------------------------------------------------------------------------------


class CoverageInline(admin.StackedInline):
    """What the agency covers. A change here is an editor's decision, which later lists leave alone.

    Not as a table: Django gives the fields of one no labels of their own, which screen readers need.
    """

    model = Coverage
    extra = 0
    autocomplete_fields = ["jurisdiction", "source"]
    verbose_name_plural = "covers"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("jurisdiction__state", "source")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "jurisdiction":
            kwargs |= {"form_class": AreaChoice, "queryset": Jurisdiction.objects.select_related("state")}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AliasInline(ReadOnly, admin.TabularInline):
    model = AgencyAlias
    extra = 0
    fields = ["name", "state_printed", "first_printed_on", "last_printed_on", "reason"]
    verbose_name_plural = "spellings on ICE's lists"


@admin.register(Agency)
class AgencyAdmin(FromLists, PublicRecordAdmin):
    list_display = ["name", "usps", "kind", "placement", "is_editors", "updated_at"]
    list_filter = ["placement", "kind", "name_is_editors", "placement_is_editors", StateFilter]
    list_select_related = ["state"]
    search_fields = ["name", "=public_id", "aliases__name", "^state__name"]
    autocomplete_fields = ["state"]
    readonly_fields = ["public_id", "printed_county", "page"]
    inlines = [CoverageInline, AliasInline]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "name_is_editors", "public_id", "page"],
                "description": "Change the name only where the newest list's spelling is wrong. It then stays yours; "
                "untick the box to take the lists' spelling again with the next import.",
            },
        ),
        (
            "Where it works",
            {
                "fields": [
                    "kind",
                    "state",
                    "placement",
                    "placement_reason",
                    "printed_county",
                    "placement_is_editors",
                ],
                "description": "By its name, kind and state first; the county that ICE prints is evidence only. Where "
                "you are not sure, leave it in question: it then reaches nothing.",
            },
        ),
    ]

    PLACEMENT = frozenset({"kind", "state", "placement", "placement_reason"})

    def get_queryset(self, request):
        # For the choices while typing, too.
        return super().get_queryset(request).select_related("state")

    def choice_label(self, agency: Agency) -> str:
        return f"{agency.name}, {agency.state.usps}"

    @admin.display(description="state", ordering="state__name")
    def usps(self, agency: Agency) -> str:
        return agency.state.usps

    @admin.display(description="editor's", boolean=True)
    def is_editors(self, agency: Agency) -> bool:
        return agency.name_is_editors or agency.placement_is_editors

    @admin.display(description="public page")
    def page(self, agency: Agency) -> str:
        return format_html('<a href="{0}">{0}</a>', agency.get_absolute_url())

    def _create_formsets(self, request, obj, change):
        # Kept for save_model: one edit of an agency and of what it covers is one row of the agency's history.
        formsets, instances = super()._create_formsets(request, obj, change)
        request.formsets_of_agency = formsets
        return formsets, instances

    def save_model(self, request, obj, form, change) -> None:
        if "name" in form.changed_data:
            obj.name_is_editors = True
        covers_anew = any(
            formset.model is Coverage and formset.has_changed()
            for formset in getattr(request, "formsets_of_agency", ())
        )
        if covers_anew or self.PLACEMENT.intersection(form.changed_data):
            obj.placement_is_editors = True
        super().save_model(request, obj, form, change)


@admin.register(Coverage)
class CoverageAdmin(PublicRecordAdmin):
    list_display = ["agency", "area", "extent", "why", "note"]
    list_filter = ["why", "extent", state_filter("agency__state")]
    list_select_related = ["agency", "jurisdiction__state"]
    search_fields = ["agency__name", "jurisdiction__name", "=jurisdiction__geoid"]
    autocomplete_fields = ["agency", "jurisdiction", "source"]

    @admin.display(description="covers", ordering="jurisdiction__name")
    def area(self, coverage: Coverage) -> str:
        return area_label(coverage.jurisdiction)

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        decided_by_an_editor(obj.agency)

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        decided_by_an_editor(obj.agency)

    def delete_queryset(self, request, queryset) -> None:
        agencies = list(Agency.objects.filter(coverages__in=queryset).distinct())
        super().delete_queryset(request, queryset)
        for agency in agencies:
            decided_by_an_editor(agency)


def decided_by_an_editor(agency: Agency) -> None:
    """From now on lists leave alone where the agency works."""
    if not agency.placement_is_editors:
        agency.placement_is_editors = True
        agency.save()


@admin.register(AgencyAlias)
class AgencyAliasAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "state_printed", "agency", "first_printed_on", "last_printed_on", "reason"]
    list_filter = [state_filter("agency__state")]
    list_select_related = ["agency"]
    search_fields = ["name", "agency__name"]
    date_hierarchy = "last_printed_on"


@admin.register(AgencyFormerId)
class AgencyFormerIdAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["public_id", "agency"]
    list_select_related = ["agency"]
    search_fields = ["=public_id", "agency__name"]


# -- Sources --------------------------------------------------------------------------------------------------------


@admin.register(Source)
class SourceAdmin(PublicRecordAdmin):
    list_display = ["title", "publisher", "published_on", "retrieved_on"]
    list_filter = ["publisher", "language"]
    search_fields = ["title", "publisher", "url"]
    date_hierarchy = "retrieved_on"


# -- Reference geography --------------------------------------------------------------------------------------------


@admin.register(Jurisdiction)
class JurisdictionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "geoid", "kind", "state", "population", "same_as"]
    list_filter = ["kind", StateFilter]
    list_select_related = ["state", "same_as"]
    search_fields = ["name", "^geoid", "=usps", "other_names__name"]
    show_full_result_count = False

    def get_queryset(self, request):
        # For the choices while typing, too.
        return super().get_queryset(request).select_related("state")

    def choice_label(self, area: Jurisdiction) -> str:
        return area_label(area)


@admin.register(LiesIn)
class LiesInAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["jurisdiction", "county", "rank", "population_2020"]
    list_filter = [state_filter("jurisdiction__state")]
    list_select_related = ["jurisdiction", "county"]
    search_fields = ["jurisdiction__name", "county__name", "=jurisdiction__geoid", "=county__geoid"]
    show_full_result_count = False


@admin.register(AreaName)
class AreaNameAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "kind", "state", "leads_to", "cdp_geoid", "note"]
    list_filter = ["kind", StateFilter]
    list_select_related = ["state", "leads_to"]
    search_fields = ["name", "=cdp_geoid", "leads_to__name"]
    show_full_result_count = False


@admin.register(ZipArea)
class ZipAreaAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["zip", "county", "share", "residential_share", "post_office_city", "state_usps"]
    list_filter = [state_filter("county__state")]
    list_select_related = ["county"]
    search_fields = ["^zip", "post_office_city", "county__name"]
    show_full_result_count = False


# -- The data itself ------------------------------------------------------------------------------------------------


@admin.register(DataVersion)
class DataVersionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "changed_at"]


@admin.register(BundledRecord)
class BundledRecordAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["table", "key", "digest"]
    list_filter = ["table"]
    search_fields = ["key"]
    show_full_result_count = False
