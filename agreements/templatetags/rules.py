"""What templates ask of laws and policies: their texts in the reader's language, dates and codes in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import stringfilter
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from agreements import rules
from agreements.days import today
from agreements.filters import asked_day
from agreements.localised import in_language, spanish_of
from agreements.models import Bound, Effect, RuleStanding
from agreements.topics import Topic

register = template.Library()

MARKS = {
    RuleStanding.IN_FORCE: "yes",
    RuleStanding.NOT_YET: "no",
    RuleStanding.ENDED: "no",
    RuleStanding.NEVER: "no",
}
"""Standings with a shape of their own; of the others, which are neither yes nor no, only the word speaks."""


@register.filter
def said(record: Any, field: str) -> SafeString:
    """`{{ law|said:"summary" }}`: the text in the reader's language, English marked as such."""
    return in_language(record, field)


@register.filter
def has_spanish(record: Any, field: str) -> bool:
    return bool(spanish_of(record, field))


@register.filter
def standing_mark(standing: str) -> str:
    return MARKS.get(standing, "")


@register.filter
def when(rule: Any, day: date | None = None) -> str:
    """ "since 6 March 2025", or "from 1 December 2026". Takes a law, policy or part with its `standing` on `day`."""
    return rules.when(rule, rule.standing, day)


@register.filter
def standing_word(rule: Any, standing: RuleStanding) -> str:
    """ "In force", and of a policy "In force when last seen"."""
    return rules.standing_word(rule, standing)


@register.simple_tag(takes_context=True)
def as_of_here(context: Context, joined_by: str = "?") -> SafeString:
    """ "?as_of=2026-01-01" for links from the page of a past day to pages that can be of that day too, else nothing."""
    asked = getattr(getattr(context, "request", None), "known_parameters", {})
    day, _refusal = asked_day(asked)
    return format_html("{}as_of={}", joined_by, day.isoformat()) if day < today() else SafeString()


@register.filter
@stringfilter
def date_as_known(text: str) -> str:
    """ "2025; the day is not known"."""
    return rules.date_as_known(text)


@register.filter
@stringfilter
def effect_word(effect: str) -> str:
    """ "Requires"."""
    return capfirst(str(Effect(effect).label))


@register.filter
@stringfilter
def topic_word(topic: str) -> str:
    """ "Holding people on a detainer"."""
    return str(Topic(topic).label)


@register.filter
def bound_in_words(codes: list[str]) -> str:
    """ "sheriffs and jails, local police"; the names of codes that are new stay as they are."""
    return ", ".join(str(Bound(code).label) if code in Bound.values else code for code in codes)
