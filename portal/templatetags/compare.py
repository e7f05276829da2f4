"""What templates of choices and comparisons ask for: signs of sameness, where a choice leads."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.find import Hit
from portal.templatetags.pages import in_language
from portal.views.compare import compare_address

register = template.Library()


@register.simple_tag
def differs_mark(differs: bool) -> SafeString:
    """A word with a shape beside it: whether something is the same for all places."""
    sign, word, kind = ("≠", _("Different"), "d ne") if differs else ("=", _("The same"), "d")
    return format_html('<span class="{}"><span aria-hidden="true">{}</span> {}</span>', kind, sign, word)


@register.simple_tag
def place_of(places: Sequence[tuple], index: int) -> SafeString:
    """The place of a cell, where a narrow screen has no columns to say it."""
    return format_html('<b class="l">{}</b>', places[index][1])


@register.simple_tag
def choice_address(hit: Hit, beside: Sequence[str] | None) -> str:
    """The page of a choice; `beside`: GEOIDs of the places with which it is to be compared, None for no comparison."""
    if beside is None:
        return in_language(hit.get_absolute_url(), get_language())
    return in_language(compare_address([*beside, hit.area.pk]), get_language())


@register.filter
def localised(path: str) -> str:
    """An address of ours in the language of the page."""
    return in_language(path, get_language())
