"""A record's text in the reader's language; English where the Spanish is missing or behind, and marked as English."""

from __future__ import annotations

from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from .models import Translation

UP_TO_DATE = frozenset({Translation.MACHINE, Translation.REVIEWED})


def spanish_of(record: Any, field: str) -> str:
    """The Spanish text, or "" where there is none that says what the English says now.

    A provision's translation is its law's: both were translated together.
    """
    whole = getattr(record, "law", record)
    return getattr(record, f"{field}_es") if whole.translation in UP_TO_DATE else ""


def in_language(record: Any, field: str) -> SafeString:
    """`summary`, `statement` or `doubt` of a record for a page in the reader's language, ready for HTML."""
    english = getattr(record, f"{field}_en")
    if get_language() == "en" or not english:
        return conditional_escape(english)
    if spanish := spanish_of(record, field):
        return conditional_escape(spanish)
    return format_html('<span lang="en">{}</span>', english)
