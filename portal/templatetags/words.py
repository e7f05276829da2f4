"""Hard words where they stand, and what they mean at the end of the page."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from agreements.localised import in_language
from jurisdictions.models import DataVersion
from portal.guide.words import Explained

register = template.Library()


def _explained(context: Context) -> Explained:
    request = context["request"]
    if not hasattr(request, "explained"):
        # A page that staff see before it is published is no `public_page`, and has no version on its request.
        version = getattr(request, "data_version", None) or DataVersion.objects.current()
        request.explained = Explained(version, get_language())
    return request.explained


@register.simple_tag(takes_context=True)
def explain(context: Context, sentence: str) -> SafeString:
    """A sentence whose hard words lead to their meaning, each where the page first has it."""
    return _explained(context).text(sentence)


@register.inclusion_tag("components/words.html", takes_context=True)
def words_here(context: Context) -> dict:
    """The meaning of each word that the page has met so far, for readers and for paper."""
    met = _explained(context).met
    return {"words": [(term, in_language(term, "term"), in_language(term, "definition")) for term in met]}
