"""State laws, local policies and federal labels for editors: a record, its provisions and its sources on one page."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html

from agreements.days import today
from jurisdictions.admin import HTTPS_UNLESS_SAID, AreaChoice, PublicRecordAdmin, area_label, state_filter
from jurisdictions.models import DataVersion

from ..models import (
    Bound,
    Check,
    DesignationCitation,
    EditorialState,
    FederalDesignation,
    LawCitation,
    LocalPolicy,
    PolicyCitation,
    Provision,
    StateLaw,
    Translation,
)
from ..rule_events import note_standing, refresh_rule_events
from ..topics import LAW_TOPICS, OF_POLICY, Topic
from .drafting import DraftingAdmin, DraftingInline, PartAdmin
from .proposing import ProposingAdmin, ProposingForm

# -- What the forms share -------------------------------------------------------------------------------------------

DATES = "As the source gives it: 2025, 2025-03 or 2025-03-06. Leave empty what no source says."


EDITORIAL_HELP = {
    "summary_es": "The same in plain US Spanish; names of laws and agencies stay in English.",
    "translation": "Reviewed means that a second person read it. A change of the English alone makes it out of date.",
    "doubt_es": "The same in Spanish.",
    "state": "Draft: seen by staff. Published: everybody. Withdrawn: no longer shown, its key is kept. Whichever you "
    "choose, another person approves it first.",
    "next_check_on": "When somebody should read the source again.",
    "confidence": "High: the text itself or two independent sources. What is low stays a draft.",
}


class Several(forms.TypedMultipleChoiceField):
    """A list of codes in a JSON column, chosen by ticking boxes."""

    widget = forms.CheckboxSelectMultiple


class RuleForm(ProposingForm):
    """A law, a policy or a label. Its permanent key begins with its state, so that keys of two states never clash."""

    state_field = "jurisdiction"

    def clean_key(self):
        key, state = self.cleaned_data["key"], self.cleaned_data.get(self.state_field)
        if state and not key.startswith(f"{state.usps.lower()}-"):
            raise ValidationError(f"Begin the key with “{state.usps.lower()}-”, the state it belongs to.")
        return key

    def clean(self):
        cleaned = super().clean()
        self.refuse_an_end_before_the_start(cleaned)
        return cleaned

    def refuse_an_end_before_the_start(self, cleaned: dict) -> None:
        start = cleaned.get("effective_on") or cleaned.get("enacted_on") or cleaned.get("adopted_on") or ""
        end = cleaned.get("ended_on") or ""
        shared = min(len(start), len(end))
        # Dates of one form compare as texts; a year and a day within it say nothing against each other.
        if shared and end[:shared] < start[:shared]:
            self.add_error("ended_on", f"It cannot end ({end}) before it starts ({start}).")


class RuleAdmin(ProposingAdmin, DraftingAdmin, PublicRecordAdmin):
    """What laws, policies and labels share: who says so, since when we know, and what is still unsure."""

    date_hierarchy = "checked_on"
    permanent: tuple[str, ...] = ("key",)
    readonly_fields = ["days", "page", "updated_at"]
    PUBLISHING = (
        "Publishing",
        {
            "fields": ["state", "main_source", "checked_on", "next_check_on", "confidence", "page", "updated_at"],
            "description": "A draft is seen by staff only. Nothing is published without a source: choose the public "
            "document that proves the record, or enter it with the plus sign, in words of our own.",
        },
    )
    DOUBT = (
        "What is not certain",
        {
            "fields": ["doubt_en", "doubt_es"],
            "description": "Readers see this sentence on the record. Say what was not seen, and when somebody looked.",
        },
    )

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        kept = super().get_readonly_fields(request, obj)
        return [*kept, *self.permanent] if obj else kept

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        return {"checked_on": today(), **super().get_changeform_initial_data(request)}

    @admin.display(description="days meant")
    def days(self, record) -> str:
        if not record.pk:
            return "Worked out from the dates when you save."
        start = f"from {record.start_first:%Y-%m-%d}" if record.start_first else "start not known"
        if record.start_first and record.start_last is None:
            start = f"perhaps from {record.start_first:%Y-%m-%d}, when its source is from; never certain"
        elif record.start_last != record.start_first:
            start = f"starts between {record.start_first:%Y-%m-%d} and {record.start_last:%Y-%m-%d}"
        if not record.end_first:
            return f"{start}; no end known"
        if record.end_first == record.end_last:
            return f"{start}; not in force from {record.end_first:%Y-%m-%d}"
        return f"{start}; ends between {record.end_first:%Y-%m-%d} and {record.end_last:%Y-%m-%d}"

    @admin.display(description="public page")
    def page(self, record) -> str:
        if not record.pk or not record.is_published:
            return "Once it is published."
        return format_html('<a href="{0}">{0}</a>', record.get_absolute_url())

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Only a draft is deleted, on its page. What was published once is withdrawn: its key is never used again."""
        is_draft = obj is not None and obj.state == EditorialState.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def _create_formsets(self, request, obj, change):
        # Kept for save_model: an edit of a record and of its parts is one row of the record's history.
        formsets, instances = super()._create_formsets(request, obj, change)
        request.forms_of_parts = [form for formset in formsets for form in formset.forms]
        return formsets, instances

    def save_model(self, request, obj, form, change) -> None:
        parts = getattr(request, "forms_of_parts", ())
        if change and "translation" not in form.changed_data and any(map(left_spanish_behind, (form, *parts))):
            obj.translation = Translation.OUT_OF_DATE
        super().save_model(request, obj, form, change)
        self.note_events(obj, form)

    def note_events(self, obj, form) -> None:
        """Tell the public, on the page of changes, what the record now says happened."""
        refresh_rule_events([obj])
        if "legal_status" in form.changed_data:
            note_standing(obj, obj.checked_on or today())


def left_spanish_behind(form: forms.ModelForm) -> bool:
    """Whether an English text was changed beside a Spanish one that was not."""
    return any(
        name.endswith("_en")
        and f"{name[:-3]}_es" not in form.changed_data
        and getattr(form.instance, f"{name[:-3]}_es", "")
        for name in form.changed_data
    )


class CitationInline(DraftingInline, admin.StackedInline):
    extra = 0
    autocomplete_fields = ["source"]
    formfield_overrides = HTTPS_UNLESS_SAID
    verbose_name = "further source"
    verbose_name_plural = "further sources, beside the main one"
    HELP = {
        "source": "Another public document that says so; type its title or publisher.",
        "quote": "Its words that prove the fact, kept short.",
        "page": "Where in the document: page 3, § 2.",
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in self.HELP:
            field.help_text = self.HELP[db_field.name]
        return field

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("source")


class CitationAdmin(PartAdmin, admin.ModelAdmin):
    """Citations are written on their record's page; here they are searched."""


# -- State laws -----------------------------------------------------------------------------------------------------


class ProvisionForm(forms.ModelForm):
    topic = forms.ChoiceField(
        choices=[("", "---------"), *[(topic.value, topic.label) for topic in LAW_TOPICS]],
        help_text="The act that the provision speaks of.",
    )
    binds = Several(choices=Bound.choices, help_text="Only those named here are bound; choose all that the text names.")

    class Meta:
        model = Provision
        fields = ["topic", "effect", "binds", "section", "effective_on", "statement_en", "statement_es", "place"]
        help_texts = {
            "effect": "What it does to the act that the topic names: a law that bans local policies that limit "
            "cooperation “forbids” under that topic.",
            "section": "Only where a source names it, such as Fla. Stat. 908.105.",
            "statement_en": "One plain sentence, at most 200 characters, in words of our own. Of a bill: “Would …”.",
            "statement_es": "The same in plain Spanish; names of laws stay in English.",
        }


class ProvisionInline(DraftingInline, admin.StackedInline):
    model = Provision
    form = ProvisionForm
    extra = 0


class LawCitationInline(CitationInline):
    model = LawCitation
    fields = ["source", "quote", "page", "field"]


class StateLawForm(RuleForm):
    class Meta:
        help_texts = EDITORIAL_HELP | {
            "jurisdiction": "The state whose law it is; type its name.",
            "title": "The name in common use, such as “Texas Senate Bill 8 (2025)”.",
            "citation": "Bill, chapter or code section as a source gives it.",
            "instrument": "A bill that is not law yet is a bill, whatever it is called.",
            "stance": "Of the instrument, not of the state.",
            "legal_status": "Enacted only where a source shows the signing, the override or the text in a code.",
            "summary_en": "One or two plain sentences in words of our own.",
            "effect_on_287g": "Only of a law that is enacted and speaks of 287(g) agreements.",
        }


@admin.register(StateLaw)
class StateLawAdmin(RuleAdmin):
    form = StateLawForm
    list_display = ["title", "usps", "legal_status", "stance", "effective_on", "state", "confidence", "checked_on"]
    list_filter = [
        "state", "legal_status", "stance", "instrument", "confidence", "translation", state_filter("jurisdiction"),
    ]  # fmt: skip
    list_select_related = ["jurisdiction"]
    search_fields = ["title", "citation", "=key", "summary_en", "^jurisdiction__name"]
    autocomplete_fields = ["jurisdiction", "main_source"]
    inlines = [ProvisionInline, LawCitationInline]
    fieldsets = [
        ("The law", {"fields": ["jurisdiction", "key", "title", "citation", "instrument", "stance", "effect_on_287g"]}),
        (
            "Standing and dates",
            {
                "fields": ["legal_status", "is_unconfirmed", "enacted_on", "effective_on", "ended_on", "days"],
                "description": DATES,
            },
        ),
        ("In words", {"fields": ["summary_en", "summary_es", "translation"]}),
        RuleAdmin.DOUBT,
        RuleAdmin.PUBLISHING,
    ]

    def get_queryset(self, request):
        # For the choices while typing, too.
        return super().get_queryset(request).select_related("jurisdiction")

    @admin.display(description="state", ordering="jurisdiction__name")
    def usps(self, law: StateLaw) -> str:
        return law.jurisdiction.usps


@admin.register(Provision)
class ProvisionAdmin(PartAdmin, PublicRecordAdmin):
    """Provisions are written on their law's page; here they are searched across laws."""

    list_display = ["law", "topic", "effect", "section", "statement_en"]
    list_filter = ["topic", "effect", "law__legal_status", state_filter("law__jurisdiction")]
    list_select_related = ["law__jurisdiction"]
    search_fields = ["law__title", "=law__key", "section", "statement_en"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("law__jurisdiction")


@admin.register(LawCitation)
class LawCitationAdmin(CitationAdmin):
    list_display = ["law", "source", "page", "field"]
    list_select_related = ["law__jurisdiction", "source"]
    search_fields = ["law__title", "=law__key", "source__title", "quote"]
    autocomplete_fields = ["law", "provision", "source"]


# -- Local policies -------------------------------------------------------------------------------------------------

PRINTED = {topic: printed for printed, topic in OF_POLICY.items()}


class LocalPolicyForm(RuleForm):
    state_field = "state_area"
    printed_topics = Several(
        label="topics",
        choices=[(PRINTED.get(topic, topic.value), topic.label) for topic in Topic],
        help_text="The acts that the policy speaks of.",
    )

    class Meta:
        help_texts = EDITORIAL_HELP | {
            "state_area": "The state in which the government lies; type its name.",
            "instrument": "What it is by its form. Board policies are resolutions.",
            "ended_on": "The first day no longer in force.",
            "jurisdictions": "A city and its county are two governments: name the one that adopted it.",
            "title": "The formal title where a source gives one, else a plain description.",
            "citation": "Code section or number as a source gives it.",
            "stance": "Of the policy, not of the place.",
            "legal_status": "In force means that no source read says otherwise. Proposed: adoption not seen.",
            "summary_en": "At most 280 characters, with a date or the statement that none was found.",
        }


class PolicyCitationInline(CitationInline):
    model = PolicyCitation
    fields = ["source", "quote", "page", "field"]


@admin.register(LocalPolicy)
class LocalPolicyAdmin(RuleAdmin):
    form = LocalPolicyForm
    list_display = ["title", "government", "usps", "legal_status", "stance", "adopted_on", "state", "confidence"]
    list_filter = [
        "state", "legal_status", "stance", "instrument", "confidence", "translation", state_filter("state_area"),
    ]  # fmt: skip
    list_select_related = ["state_area"]
    search_fields = ["title", "government", "citation", "=key", "summary_en", "^state_area__name"]
    autocomplete_fields = ["state_area", "jurisdictions", "main_source"]
    inlines = [PolicyCitationInline]
    fieldsets = [
        (
            "The policy",
            {
                "fields": [
                    "state_area", "key", "jurisdictions", "government", "government_type", "title", "citation",
                    "instrument", "stance", "printed_topics",
                ]
            },
        ),
        (
            "Standing and dates",
            {"fields": ["legal_status", "adopted_on", "ended_on", "days"], "description": DATES},
        ),
        ("In words", {"fields": ["summary_en", "summary_es", "translation"]}),
        RuleAdmin.DOUBT,
        RuleAdmin.PUBLISHING,
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("state_area")

    @admin.display(description="state", ordering="state_area__name")
    def usps(self, policy: LocalPolicy) -> str:
        return policy.state_area.usps


@admin.register(PolicyCitation)
class PolicyCitationAdmin(CitationAdmin):
    list_display = ["policy", "source", "page", "field"]
    list_select_related = ["policy", "source"]
    search_fields = ["policy__title", "=policy__key", "source__title", "quote"]
    autocomplete_fields = ["policy", "source"]


# -- Federal labels and checks --------------------------------------------------------------------------------------


class DesignationForm(ProposingForm):
    class Meta:
        help_texts = EDITORIAL_HELP | {
            "list": "Which list names the place.",
            "jurisdiction": "The area that is meant; type its name or GEOID.",
            "printed_name": "The place as the list prints it.",
            "listed_on": "The day of the list, or of the addition to it.",
        }

    def clean(self):
        cleaned = super().clean()
        listed, removed = cleaned.get("listed_on"), cleaned.get("removed_on")
        if listed and removed and removed <= listed:
            self.add_error("removed_on", "It cannot be taken off the list before it was put on it.")
        return cleaned


class DesignationCitationInline(CitationInline):
    model = DesignationCitation
    fields = ["source", "quote", "page", "field"]


@admin.register(FederalDesignation)
class FederalDesignationAdmin(RuleAdmin):
    form = DesignationForm
    list_display = ["printed_name", "list", "area", "listed_on", "removed_on", "state", "confidence"]
    list_filter = ["list", "state", "printed_type", "confidence", ("removed_on", admin.EmptyFieldListFilter)]
    list_select_related = ["jurisdiction__state"]
    search_fields = ["printed_name", "=key", "=jurisdiction__geoid"]
    autocomplete_fields = ["jurisdiction", "main_source"]
    readonly_fields = ["updated_at"]
    inlines = [DesignationCitationInline]
    fieldsets = [
        (
            "The label",
            {
                "fields": ["list", "key", "jurisdiction", "printed_name", "printed_type", "listed_on", "removed_on"],
                "description": "Being on a federal list is a federal claim, not proof of a local policy.",
            },
        ),
        RuleAdmin.DOUBT,
        (
            "Publishing",
            {
                "fields": ["state", "main_source", "checked_on", "next_check_on", "confidence", "updated_at"],
                "description": RuleAdmin.PUBLISHING[1]["description"],
            },
        ),
    ]

    @admin.display(description="area", ordering="jurisdiction__name")
    def area(self, designation: FederalDesignation) -> str:
        return area_label(designation.jurisdiction)


@admin.register(DesignationCitation)
class DesignationCitationAdmin(CitationAdmin):
    list_display = ["designation", "source", "page", "field"]
    list_select_related = ["designation", "source"]
    search_fields = ["designation__printed_name", "=designation__key", "source__title", "quote"]
    autocomplete_fields = ["designation", "source"]


@admin.register(Check)
class CheckAdmin(admin.ModelAdmin):
    list_display = ["area", "subject", "looked_on", "found", "where"]
    list_filter = ["found", "subject", state_filter("jurisdiction__state")]
    list_select_related = ["jurisdiction__state"]
    search_fields = ["jurisdiction__name", "=jurisdiction__geoid", "where"]
    autocomplete_fields = ["jurisdiction"]
    date_hierarchy = "looked_on"
    show_full_result_count = False

    def get_form(self, request, obj=None, **kwargs):
        return super().get_form(request, obj, **{"form": CheckForm, **kwargs})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        return {"looked_on": today(), **super().get_changeform_initial_data(request)}

    @admin.display(description="area", ordering="jurisdiction__name")
    def area(self, check: Check) -> str:
        return area_label(check.jurisdiction)

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        DataVersion.objects.bump()

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        DataVersion.objects.bump()

    def delete_queryset(self, request, queryset) -> None:
        super().delete_queryset(request, queryset)
        DataVersion.objects.bump()


class CheckForm(forms.ModelForm):
    subject = forms.ChoiceField(
        choices=[
            (Check.LOCAL_POLICY, "A local policy"),
            *Topic.choices,
            *FederalDesignation.List.choices,
        ],
        help_text="What somebody looked for.",
    )

    class Meta:
        model = Check
        fields = ["jurisdiction", "subject", "looked_on", "where", "found"]
        field_classes = {"jurisdiction": AreaChoice}
        help_texts = {
            "jurisdiction": "The area for which somebody looked; type its name or GEOID.",
            "looked_on": "The day of looking.",
            "where": "Where somebody looked, so that another can look again.",
            "found": "“Nothing found” is shown with its date and is never a “no”.",
        }
