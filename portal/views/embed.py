"""/embed/us/…: the answer as a card in other people's pages, and /embed/, where they find the line that puts it there.

The cards are the only pages that may be framed: portal/middleware/headers.py says so for every answer of these two
addresses, also one without a body (304). A card has no script, no form and no cookie, and its links open outside the
frame. Nobody counts who frames one.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agreements.caching import public_page
from agreements.days import today
from agreements.filters import asked_day
from agreements.lists import Lists
from jurisdictions.models import Jurisdiction
from portal.answers import PlaceAnswer, StateAnswer, answer_for, state_answer
from portal.answers.series import ThroughTime
from portal.answers.shelf import Shelf
from portal.find import areas_of_geoid
from portal.templatetags.pages import in_language
from portal.views.places import area_at, moved, state_at

HEIGHT = 720
"""Of the frame, in pixels: Broward County's card at 600 pixels. In a narrower frame a long card scrolls."""


@public_page("as_of")
def state_card(request: HttpRequest, state: str) -> HttpResponse:
    """The answer of a state or territory."""
    try:
        area = state_at(state)
    except Http404:
        return no_card(request)
    if state != area.slug:
        return moved(request, area, below="/embed")
    day, refusal = asked_day(request.known_parameters)
    version = request.data_version
    answer = state_answer(area, day, shelf=Shelf.of(version), through_time=ThroughTime.of(version))
    return card(request, area, area.name, answer, refusal)


@public_page("as_of")
def place_card(request: HttpRequest, state: str, slug: str) -> HttpResponse:
    """The answer of a county, place or county subdivision; the other GEOID of a government leads to its card."""
    try:
        area = area_at(state, slug)
    except Http404:
        return no_card(request)
    if area.same_as or (state, slug) != (area.state.slug, area.slug):
        return moved(request, area.canonical, below="/embed")
    day, refusal = asked_day(request.known_parameters)
    answer = answer_for(area, day, shelf=Shelf.of(request.data_version))
    return card(request, area, full_name(area), answer, refusal)


def card(
    request: HttpRequest, area: Jurisdiction, name: str, answer: PlaceAnswer | StateAnswer, refusal: str
) -> HttpResponse:
    page = request.build_absolute_uri(in_language(area.get_absolute_url(), get_language()))
    if answer.lists.is_past:
        page += f"?as_of={answer.lists.day.isoformat()}"
    context = {"name": name, "answer": answer, "lists": answer.lists, "page": page, "refusal": refusal}
    return render(request, "portal/embed_card.html", context, status=400 if refusal else 200)


def no_card(request: HttpRequest) -> HttpResponse:
    """404 in the size of a card: the page of the portal for it belongs in no frame."""
    page = request.build_absolute_uri(reverse("find"))
    return render(request, "portal/embed_card.html", {"name": _("No such place"), "page": page}, status=404)


@public_page("geoid")
def embed(request: HttpRequest) -> HttpResponse:
    """How a card is put into a page; with a GEOID, the line for that place and how it will look."""
    geoid = request.known_parameters.get("geoid", "")
    is_number = geoid.isascii() and geoid.isdigit()  # PostgreSQL refuses to look for a NUL
    area = next(iter(areas_of_geoid(geoid)), None) if is_number else None
    context = {
        "lists": Lists.on(today()),
        "geoid": geoid,
        "area": area,
        "states": Jurisdiction.objects.states().order_by("name"),
    }
    if area:
        name = area.name if area.is_state else full_name(area)
        address = in_language(f"/embed{area.get_absolute_url()}", get_language())
        title = _("%(place)s: local police and ICE") % {"place": name}
        context |= {"name": name, "address": address, "title": title, "height": HEIGHT}
        context["line"] = format_html(
            '<iframe src="{}" title="{}" width="100%" height="{}" style="border:0;max-width:40rem" loading="lazy">'
            "</iframe>",
            request.build_absolute_uri(address),
            title,
            HEIGHT,
        )
    return render(request, "portal/embed.html", context, status=400 if geoid and not area else 200)


def full_name(area: Jurisdiction) -> str:
    return f"{area.full_name}, {area.state.name}"
