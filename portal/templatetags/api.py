"""Filters of the pages that explain the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from portal.api.prose import inline

register = template.Library()


@register.filter
def with_code(words: str) -> SafeString:
    """A sentence of the description, in which `signs` stand as code."""
    return mark_safe(inline(words))


@register.filter
def of(held: Mapping[str, Any], name: str) -> Any:
    """What is held under a name that another variable holds."""
    return held[name]
