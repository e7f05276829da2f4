"""The guide for editors: facts, powers, the timeline and the glossary, each with its sources on one page."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from ..models import (
    EventCitation,
    FactCitation,
    GlossaryTerm,
    GuideFact,
    ModelPower,
    PowerCitation,
    TermCitation,
    TimelineEvent,
)
from .proposing import ProposingForm
from .rules import EDITORIAL_HELP, CitationAdmin, CitationInline, RuleAdmin

SPANISH_HELP = {name: text for name, text in EDITORIAL_HELP.items() if name != "summary_es"}


class GuideForm(ProposingForm):
    """A record of the guide."""

    class Meta:
        help_texts = SPANISH_HELP


class GuideAdmin(RuleAdmin):
    """What the guide's records share. They are no rules: nothing of them is told on the page of changes."""

    form = GuideForm
    readonly_fields = ["page", "updated_at"]
    autocomplete_fields = ["main_source"]

    def note_events(self, obj, form) -> None:
        """The guide tells what others did; an edit of it changes nothing that ICE, a state or a county did."""


class TextBoxes:
    """Mixed into an admin: sentences are written in boxes, not in lines."""

    formfield_overrides = {
        **RuleAdmin.formfield_overrides,
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 100})},
    }


# -- Facts ----------------------------------------------------------------------------------------------------------


class FactCitationInline(CitationInline):
    model = FactCitation
    fields = ["source", "quote", "page", "field"]


@admin.register(GuideFact)
class GuideFactAdmin(TextBoxes, GuideAdmin):
    list_display = ["key", "sentence_en", "as_of", "verdict", "state", "confidence", "translation"]
    list_filter = ["section", "verdict", "state", "confidence", "translation"]
    search_fields = ["=key", "sentence_en", "sentence_es", "claim_en", "main_source__title"]
    inlines = [FactCitationInline]
    fieldsets = [
        ("The fact", {"fields": ["section", "key", "as_of", "sentence_en", "sentence_es", "translation", "shown_by"]}),
        (
            "What is often said",
            {
                "fields": ["claim_en", "claim_es", "verdict"],
                "description": "A claim and what became of it. What is not confirmed is on the page of claims only.",
            },
        ),
        RuleAdmin.DOUBT,
        RuleAdmin.PUBLISHING,
    ]


@admin.register(FactCitation)
class FactCitationAdmin(CitationAdmin):
    list_display = ["fact", "source", "page", "field"]
    list_select_related = ["fact", "source"]
    search_fields = ["=fact__key", "fact__sentence_en", "source__title", "quote"]
    autocomplete_fields = ["fact", "source"]


# -- Powers ---------------------------------------------------------------------------------------------------------


class PowerCitationInline(CitationInline):
    model = PowerCitation
    fields = ["source", "quote", "page", "field"]


@admin.register(ModelPower)
class ModelPowerAdmin(GuideAdmin):
    list_display = ["power_en", "model", "setting", "allowed", "told_at", "state", "confidence", "translation"]
    list_filter = ["model", "setting", "allowed", "told_at", "state", "confidence", "translation"]
    search_fields = ["=key", "power_en", "note_en", "sentence_en", "main_source__title"]
    inlines = [PowerCitationInline]
    fieldsets = [
        (
            "The power",
            {
                "fields": ["model", "setting", "act", "place", "key", "power_en", "power_es", "allowed"],
                "description": "A yes is a ceiling: it says what officers may do, and state law may forbid it. What no "
                "source settles has low confidence, and is shown as not settled.",
            },
        ),
        ("On what it depends", {"fields": ["note_en", "note_es"]}),
        (
            "What it means, on pages of places, agencies and agreements",
            {
                "fields": ["told_at", "sentence_en", "sentence_es", "translation"],
                "description": "Its source there is the further source whose field is “sentence”, else the main one.",
            },
        ),
        RuleAdmin.DOUBT,
        RuleAdmin.PUBLISHING,
    ]


@admin.register(PowerCitation)
class PowerCitationAdmin(CitationAdmin):
    list_display = ["power", "source", "page", "field"]
    list_select_related = ["power", "source"]
    search_fields = ["=power__key", "power__power_en", "source__title", "quote"]
    autocomplete_fields = ["power", "source"]


# -- Timeline -------------------------------------------------------------------------------------------------------


class EventCitationInline(CitationInline):
    model = EventCitation
    fields = ["source", "quote", "page", "field"]


@admin.register(TimelineEvent)
class TimelineEventAdmin(TextBoxes, GuideAdmin):
    list_display = ["happened_on", "sentence_en", "state", "confidence", "translation"]
    list_filter = ["state", "confidence", "translation"]
    search_fields = ["=key", "sentence_en", "main_source__title"]
    inlines = [EventCitationInline]
    fieldsets = [
        ("The event", {"fields": ["happened_on", "key", "sentence_en", "sentence_es", "translation", "shown_by"]}),
        RuleAdmin.DOUBT,
        RuleAdmin.PUBLISHING,
    ]


@admin.register(EventCitation)
class EventCitationAdmin(CitationAdmin):
    list_display = ["event", "source", "page", "field"]
    list_select_related = ["event", "source"]
    search_fields = ["=event__key", "event__sentence_en", "source__title", "quote"]
    autocomplete_fields = ["event", "source"]


# -- Glossary -------------------------------------------------------------------------------------------------------


class TermCitationInline(CitationInline):
    model = TermCitation
    fields = ["source", "quote", "page", "field"]


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(TextBoxes, GuideAdmin):
    list_display = ["term_en", "term_es", "definition_en", "state", "translation"]
    list_filter = ["state", "confidence", "translation"]
    search_fields = ["=key", "term_en", "term_es", "definition_en"]
    inlines = [TermCitationInline]
    fieldsets = [
        (
            "The term",
            {"fields": ["key", "term_en", "definition_en", "term_es", "definition_es", "translation"]},
        ),
        RuleAdmin.DOUBT,
        RuleAdmin.PUBLISHING,
    ]

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["term_en"]


@admin.register(TermCitation)
class TermCitationAdmin(CitationAdmin):
    list_display = ["term", "source", "page", "field"]
    list_select_related = ["term", "source"]
    search_fields = ["=term__key", "term__term_en", "source__title", "quote"]
    autocomplete_fields = ["term", "source"]
