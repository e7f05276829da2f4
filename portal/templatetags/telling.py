"""What base.html asks for the head of a page, and for the line by which a page is cited."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from agreements.days import today
from portal import telling

register = template.Library()


@register.simple_block_tag
def plain(content: str) -> str:
    """`{% plain as page_title %}{% block title %}{% endblock %}{% endplain %}`: a block's text, to be used twice."""
    return telling.plain(content)


@register.simple_block_tag
def kept(content: str) -> SafeString:
    """The same with its markup."""
    return content


@register.filter
def in_short(text: str) -> str:
    """A description: at most 160 characters, whole sentences where they fit."""
    return telling.in_short(text)


@register.simple_tag(takes_context=True)
def page_address(context: Context, language: str = "") -> str:
    """The page's one address, absolute, in `language`, else in its own."""
    return telling.address_of(context["request"], language)


@register.simple_tag(takes_context=True)
def picture_address(context: Context, name: str) -> str:
    return telling.picture_of(context["request"], name)


@register.simple_tag(takes_context=True)
def page_as_data(context: Context) -> SafeString:
    """The page for machines (schema.org), from what base.html kept of its blocks."""
    return telling.as_data(
        context["request"],
        context,
        title=context["page_title"],
        description=context["page_description"],
        trail=context["page_trail"],
    )


@register.simple_tag(takes_context=True)
def cited_address(context: Context) -> str:
    return telling.cited_address(context["request"], context.get("lists"), is_list="found" in context)


@register.simple_tag(takes_context=True)
def cited_day(context: Context):
    """The day that the page is of."""
    lists = context.get("lists")
    return lists.day if lists else today()
