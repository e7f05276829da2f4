"""What templates of public pages ask for: days and numbers in words, addresses in the reader's language, signs."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, QueryDict
from django.template.defaultfilters import stringfilter
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agreements import feeds, programs
from agreements.models import Status
from agreements.rules import date_in_words
from agreements.sentences import day_in_words
from jurisdictions import labels
from jurisdictions.placement import reasons
from portal.answers import SIGNS, Mark, Rule, Sources, sentences
from portal.middleware import headers
from portal.middleware.language import SPANISH

register = template.Library()

MARK_OF_STATUS = {Status.LISTED: Mark.YES}
"""A complete list held for the day says yes to what it prints and no to what it does not."""


@register.filter
def day(value: date | None) -> str:
    """ "18 May 2026"; nothing for no day."""
    return day_in_words(value) if value else ""


@register.filter
def day_before(value: date) -> date:
    """The last day of a run whose end is the first day on which it no longer holds."""
    return value - timedelta(days=1)


@register.filter
def json_feed(address: str) -> str:
    """The address of the JSON Feed beside an Atom feed."""
    return feeds.json_address(address)


FIELD_NAMES = {
    "name": _("Name"),
    "agency": _("Name"),
    "state": _("State"),
    "signed_on": _("Signed"),
    "moa_url": _("Agreement (PDF)"),
    "addendum_url": _("Addendum (PDF)"),
    "agency_type": _("Type, as ICE prints it"),
    "county": _("County"),
    "program_model": _("Kind of agreement"),
}


@register.filter
@stringfilter
def field_name(name: str) -> str:
    """What a field of a change is called."""
    return str(FIELD_NAMES.get(name, name))


@register.filter
@stringfilter
def event_value(text: str) -> str:
    """A value of a change as people read it: a day in words, a model by its plain name, a document as a link."""
    if text.startswith("https://www.ice.gov/"):
        return format_html('<a href="{}" rel="noreferrer">{}</a>', text, text.rpartition("/")[2])
    try:
        return day_in_words(date.fromisoformat(text))
    except ValueError:
        return programs.full_name(text) if text in programs.NAMES else english(text)


@register.filter
def number(value: int) -> str:
    """1843 -> "1,843", as the United States write it in both languages."""
    return f"{value:,}"


@register.filter
def address(record: Any) -> str:
    """The page of an area, agency, agreement or change, in the language of this page."""
    return in_language(record.get_absolute_url(), get_language())


@register.filter
def path(address: str) -> str:
    """A path of ours, in the language of this page."""
    return in_language(address, get_language())


def in_language(path: str, language: str) -> str:
    return f"/{SPANISH}{path}" if language == SPANISH else path


@register.simple_tag(takes_context=True)
def in_other_language(context: dict, language: str) -> str:
    """This page's address in `language`: the same path and the parameters that are its own."""
    request: HttpRequest | None = context.get("request")
    path = request.path if request else "/"
    if path.startswith(f"/{SPANISH}/"):
        path = path.removeprefix(f"/{SPANISH}")
    asked: QueryDict | None = getattr(request, "known_parameters", None)
    return in_language(path, language) + (f"?{asked.urlencode()}" if asked else "")


@register.simple_tag(takes_context=True)
def report_address(context: dict, fact: str = "") -> str:
    """Where a mistake in this page is reported: the form then knows the page, its day and the fact."""
    request: HttpRequest | None = context.get("request")
    if request is None or context.get("private"):
        return reverse("report")
    lists = context.get("lists")
    asked = {"page": request.path, "fact": fact, "as_of": lists.day.isoformat() if lists and lists.is_past else ""}
    return f"{reverse('report')}?{urlencode({name: said for name, said in asked.items() if said}, safe='/')}"


@register.simple_tag(takes_context=True)
def report_link(context: dict, fact: str) -> SafeString:
    """The same from a part of the page, which has said its facts just before."""
    words = _("Something wrong here?")
    return format_html('<p class="wrong"><a href="{}" rel="nofollow">{}</a></p>', report_address(context, fact), words)


@register.simple_tag
def leave_address() -> str:
    """Where "Leave this site" leads: a page about nothing of this, which the operator may choose."""
    return settings.LEAVE_URL


@register.simple_tag
def inline_style(path: str) -> SafeString:
    """A style sheet within the page, which saves it a request: one of settings.CSP_INLINE_STYLES."""
    return mark_safe(f"<style>{headers.inline_style(path)}</style>")


@register.simple_tag
@cache
def sign() -> SafeString:
    """static/icon.svg as a data: address, which saves each page a request."""
    text = Path(finders.find("icon.svg")).read_text(encoding="utf-8").strip().replace('"', "'")
    return mark_safe("data:image/svg+xml," + quote(text, safe="/:='"))


@register.simple_tag
def mark(which: str) -> SafeString:
    """The shape of a status, for eyes only: a word that says the same always stands beside it."""
    return format_html('<span class="m m-{}" aria-hidden="true">{}</span>', which, SIGNS[Mark(which)])


@register.simple_tag
def cite(sources: Sources, source: Any) -> SafeString:
    """A reference to a document of the page, which gets its number when it is first named."""
    number = sources.number(source)
    return format_html('<sup><a href="#s{0}" aria-label="{1}">{0}</a></sup>', number, _("Source %(n)s") % {"n": number})


@register.simple_tag
def rule_mark(rule: Rule) -> SafeString:
    """Only what was in force for certain has a shape; of all else the word speaks."""
    return mark(Mark.YES) if rule.is_plain else SafeString()


register.filter(sentences.from_the_list)
register.filter(sentences.of_a_past_day)
register.filter(sentences.how_old)
register.filter(sentences.older_than_the_rule)


@register.filter
@stringfilter
def printed_date(text: str) -> str:
    """ "2025", "March 2025", "6 March 2025": as much as the source gives."""
    return date_in_words(text)


@register.filter
@stringfilter
def lowered(label: str) -> str:
    """A label inside a sentence."""
    return sentences.lowered(label)


@register.simple_tag
def status_mark(status: str) -> SafeString:
    return mark(MARK_OF_STATUS.get(status, Mark.NO))


@register.filter
@stringfilter
def status_word(status: str) -> str:
    """ "On ICE's list" for listed."""
    return str(Status(status).label)


@register.filter
@stringfilter
def plain_name(code: str) -> str:
    """ "Street enforcement" for TFM."""
    return str(programs.plain_name(code))


@register.filter
@stringfilter
def full_name(code: str) -> str:
    """ "Street enforcement (Task Force Model)" for TFM."""
    return programs.full_name(code)


@register.filter
@stringfilter
def area_name(name: str) -> str:
    """ "Broward County" or "Condado de Broward"."""
    return labels.area_name(name)


@register.filter
@stringfilter
def english(text: str) -> str:
    """A name or a text that is English on every page, marked as such where the page is not."""
    return text if get_language() == "en" else format_html('<span lang="en">{}</span>', text)


@register.filter
@stringfilter
def reason(text: str) -> str:
    """Why an agency is placed where it is, in the reader's language; what an editor wrote stays English."""
    said = reasons.translated(text)
    return english(text) if text and said == text else said


@register.simple_tag(takes_context=True)
def with_parameters(context: dict, **changes: Any) -> str:
    """ "?state=FL&page=2": the page's own parameters with these changed; one that is None or "" is left out."""
    asked: QueryDict = context["request"].known_parameters.copy()
    for name, value in changes.items():
        if value in (None, ""):
            asked.pop(name, None)
        else:
            asked[name] = value
    return f"?{asked.urlencode()}" if asked else "."
