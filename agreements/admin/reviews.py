"""Lawyers' readings of the rights card."""

from __future__ import annotations

from django.contrib import admin

from jurisdictions.admin import PublicRecordAdmin

from ..models import LegalReview


@admin.register(LegalReview)
class LegalReviewAdmin(PublicRecordAdmin):
    """Who of the bar has read the card, and when. The newest is printed on it."""

    list_display = ["reviewer", "reviewed_on"]
    search_fields = ["reviewer", "note"]
    date_hierarchy = "reviewed_on"
    fieldsets = [
        (
            None,
            {
                "fields": ["reviewer", "reviewed_on", "note"],
                "description": "Enter a review only once it is in hand in writing. When a sentence of the card "
                "changes afterwards, ask for another.",
            },
        )
    ]
