"""The pages of places: a state, and every county, place and county subdivision."""

from __future__ import annotations

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agreements.caching import public_page
from agreements.filters import asked_day
from jurisdictions.models import AreaName, Jurisdiction
from portal.answers import Sources, answer_for, state_answer
from portal.answers.series import ThroughTime
from portal.answers.shelf import Shelf
from portal.templatetags.pages import in_language

# Where a place without a city government is part of a town or township, which governs it.
TOWN_STATES = frozenset({"CT", "MA", "ME", "MI", "MN", "NH", "NJ", "NY", "PA", "RI", "VT", "WI"})
PLAIN_NOTES = frozenset({"", "part of a town or township", "town of the same name"})


@public_page("as_of")
def state(request: HttpRequest, state: str) -> HttpResponse:
    """A state or territory."""
    area = state_at(state)
    if state != area.slug:
        return moved(request, area)
    day, refusal = asked_day(request.known_parameters)
    version = request.data_version
    answer = state_answer(area, day, shelf=Shelf.of(version), through_time=ThroughTime.of(version))
    context = {"answer": answer, "lists": answer.lists, "area": area, "refusal": refusal, "sources": Sources()}
    return render(request, "portal/state.html", context, status=400 if refusal else 200)


@public_page("as_of", "from")
def place(request: HttpRequest, state: str, slug: str) -> HttpResponse:
    """A county, place or county subdivision. The other GEOID of one and the same government leads to its page."""
    area = area_at(state, slug)
    if area.same_as or (state, slug) != (area.state.slug, area.slug):
        return moved(request, area.canonical)
    day, refusal = asked_day(request.known_parameters)
    arrival, lost = arrival_by(request.known_parameters.get("from", ""), area)
    answer = answer_for(area, day, shelf=Shelf.of(request.data_version))
    context = {
        "answer": answer,
        "lists": answer.lists,
        "area": area,
        "refusal": refusal,
        "arrival": arrival,
        "lost": lost,
        "sources": Sources(),
    }
    return render(request, "portal/place.html", context, status=400 if refusal or lost else 200)


def state_at(state: str) -> Jurisdiction:
    """The state of an address, which may be written in capitals. Http404 if there is none."""
    return get_object_or_404(Jurisdiction.objects.states(), slug=state.lower())


def area_at(state: str, slug: str) -> Jurisdiction:
    """The county, place or county subdivision of an address; of two by one name the government, not the other GEOID.

    Http404 if there is none.
    """
    areas = Jurisdiction.objects.filter(state__slug=state.lower(), slug=slug.lower())
    area = areas.select_related("state", "same_as__state").order_by(F("same_as").asc(nulls_first=True)).first()
    if area is None:
        raise Http404("no area has this address")
    return area


def moved(request: HttpRequest, area: Jurisdiction, below: str = "") -> HttpResponse:
    """The page, or what stands `below` another address for it, has moved: lead there, with what was asked of it."""
    address = in_language(below + area.get_absolute_url(), get_language())
    asked = request.known_parameters.urlencode()
    return HttpResponsePermanentRedirect(f"{address}?{asked}" if asked else address)


def arrival_by(geoid: str, area: Jurisdiction) -> tuple[AreaName | None, str]:
    """The place without a government of its own that led here, and a sentence if there is none of that number."""
    if not geoid:
        return None, ""
    is_number = geoid.isascii() and geoid.isdigit()  # PostgreSQL refuses to look for a NUL
    name = AreaName.objects.filter(cdp_geoid=geoid, leads_to=area).first() if is_number else None
    if name is None:
        shown = geoid[:12] if geoid.isprintable() else "?"
        return None, _("No place with the number %(geoid)s leads to this page.") % {"geoid": shown}
    name.leads_to = area
    name.is_plain = name.note in PLAIN_NOTES
    name.town_unknown = area.is_county and area.state.usps in TOWN_STATES
    return name, ""
