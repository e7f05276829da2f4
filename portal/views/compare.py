"""/us/compare/: two to four places side by side, and what differs between them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agreements.caching import public_page
from agreements.filters import asked_day
from jurisdictions.models import Jurisdiction
from portal.answers import Sources
from portal.answers.compare import Comparison, answers_for
from portal.answers.shelf import Shelf
from portal.find import LONGEST, areas_of_geoid
from portal.templatetags.pages import in_language

LETTERS = ("a", "b", "c", "d")
MOST_PLACES = len(LETTERS)
FEWEST_PLACES = 2
GEOID_SHOWN = 12  # characters of what is no number of a place


def compare_address(geoids: Iterable[str], **parameters: str) -> str:
    """The page that compares these areas, without a language prefix."""
    asked = dict(zip(LETTERS, geoids, strict=False)) | {name: value for name, value in parameters.items() if value}
    return f"/us/compare/?{urlencode(asked)}" if asked else "/us/compare/"


@public_page(*LETTERS, "as_of")
def compare(request: HttpRequest) -> HttpResponse:
    """With fewer than two places, the page asks for one more. A GEOID of the same government leads to the one known."""
    day, refusal = asked_day(request.known_parameters)
    asked = [request.known_parameters[letter] for letter in LETTERS if letter in request.known_parameters]
    areas, wrong = places_of(asked)
    as_of = request.known_parameters.get("as_of", "")
    if not wrong and [area.pk for area in areas] != asked:
        address = compare_address((area.pk for area in areas), as_of=as_of)
        return HttpResponsePermanentRedirect(in_language(address, get_language()))
    comparison = None
    if len(areas) >= FEWEST_PLACES:
        comparison = Comparison(tuple(answers_for(areas, day, shelf=Shelf.of(request.data_version))))
    context = {
        "comparison": comparison,
        "lists": comparison and comparison.lists,
        "areas": areas,
        "beside": [area.pk for area in areas],
        "places": places_with_ways_out(comparison, as_of) if comparison else [],
        "letters": [*zip(LETTERS, areas, strict=False)],
        "may_add": len(areas) < MOST_PLACES,
        "wrong": wrong,
        "refusal": refusal,
        "sources": Sources(),
        "longest": LONGEST,
    }
    return render(request, "portal/compare.html", context, status=400 if wrong or refusal else 200)


def places_of(geoids: Iterable[str]) -> tuple[list[Jurisdiction], list[str]]:
    """The areas that speak for these GEOIDs, each once; and a sentence on each that is none of a place."""
    geoids = list(dict.fromkeys(geoids))
    held = Jurisdiction.objects.select_related("state", "same_as__state").in_bulk(
        [geoid for geoid in geoids if geoid.isascii() and geoid.isdigit()]  # PostgreSQL refuses to look for a NUL
    )
    areas: dict[str, Jurisdiction] = {}
    wrong = []
    for geoid in geoids:
        area = held[geoid].canonical if geoid in held else only_area_of(geoid)
        if area is None:
            shown = geoid[:GEOID_SHOWN] if geoid.isprintable() else "?"
            wrong.append(_("We know no place with the number %(geoid)s.") % {"geoid": shown})
        elif area.is_state:
            wrong.append(
                _("%(state)s is a state. Here counties, cities, towns and townships are compared.")
                % {"state": area.name}
            )
        else:
            areas[area.pk] = area
    return list(areas.values()), wrong


def only_area_of(geoid: str) -> Jurisdiction | None:
    """The area that an older GEOID, or that of a place without a government, leads to; None if there are several."""
    if not (geoid.isascii() and geoid.isdigit()):
        return None
    found = areas_of_geoid(geoid)
    return found[0] if len(found) == 1 else None


def places_with_ways_out(comparison: Comparison, as_of: str) -> list[tuple]:
    """Each area with its name here, and the address of the comparison without it; "" where only one would be left."""
    areas = [answer.area for answer in comparison.answers]
    return [
        (
            area,
            name,
            in_language(
                compare_address((other.pk for other in areas if other.pk != area.pk), as_of=as_of), get_language()
            )
            if len(areas) > FEWEST_PLACES
            else "",
        )
        for area, name in zip(areas, comparison.names, strict=True)
    ]
