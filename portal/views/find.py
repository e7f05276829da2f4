"""/find/: one field that takes a ZIP code, a place or an agency and leads to its page.

What somebody types is read from the body of a POST and is kept nowhere: not in an address, a log, a title or a cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from agreements.caching import known
from agreements.days import today
from agreements.models import Snapshot
from jurisdictions.models import Jurisdiction
from jurisdictions.names import fold
from portal.answers.compare import answers_differ
from portal.find import LONGEST, Found, Hit, Problem, find, suggest
from portal.lookup import Named, Rank, names_held
from portal.lookup.hits import area_hits
from portal.templatetags.pages import in_language
from portal.views.compare import MOST_PLACES, compare_address, places_of

SEE_OTHER = 303
# Nearly all ZIP codes touch no more than five counties; beyond this many, answers are not compared.
MOST_COMPARED = 8
MOST_ON_A_PAGE = 400
"""Places of a state; of more, those of one letter are shown at a time."""


@csrf_exempt  # changes nothing, needs no account, sets no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def find_page(request: HttpRequest) -> HttpResponse:
    """The form; what was asked for, if there is only one, or one answer for all (303); else the choice, or what next.

    A POST with `with` looks for a place to compare with these GEOIDs, none or several.
    """
    if request.method != "POST":
        request.known_parameters = known(request.GET, ("state", "letter"))
        return all_places(request) or page(request, "form", Found(), states=states())
    found = find(request.POST.get("q", ""), state=request.POST.get("state", ""))
    beside = places_beside(request)
    if beside is not None:
        found = only_places(found, beside)
    if found.only:
        return see_other(address_of(found.only, beside))
    if not found.hits:
        bad_input = found.problem in {Problem.BLANK, Problem.TOO_LONG}
        return page(request, "nothing", found, status=400 if bad_input else 200, beside=beside, states=states())
    areas = list({hit.area.pk: hit.area for hit in found.hits if hit.area}.values())
    is_comparable = beside is None and len(found.hits) == found.hit_count == len(areas) <= MOST_COMPARED
    same_answer = is_comparable and not answers_differ(areas, today())
    if same_answer and len(areas) <= MOST_PLACES:
        return see_other(compare_address(area.pk for area in areas))
    return page(
        request,
        "choice",
        found,
        beside=beside,
        same_answer=same_answer,
        # Whoever is not sure reads the answers of all, or of those with most of the addresses.
        compared=areas[:MOST_PLACES] if found.zip and beside is None else [],
        comparison=compare_address(area.pk for area in areas[:MOST_PLACES]),
        newest=Snapshot.objects.participating().newest_on(today()),
    )


@csrf_exempt
@require_POST
def suggestions(request: HttpRequest) -> HttpResponse:
    """What the text in the field may become, as JSON: `found` with label, detail, address; `status` in words."""
    hits: Sequence[Hit] = suggest(request.POST.get("q", ""), state=request.POST.get("state", ""))
    beside = places_beside(request)
    if beside is not None:
        hits = only_places(Found(hits=tuple(hits), hit_count=len(hits)), beside).hits
    found = [
        {
            "label": hit.label,
            "detail": " · ".join(hit.details),
            "url": in_language(address_of(hit, beside), get_language()),
        }
        | ({"lang": "en"} if hit.agency else {})
        for hit in hits
    ]
    if found:
        told = ngettext("%(n)s suggestion. Use the arrow keys.", "%(n)s suggestions. Use the arrow keys.", len(found))
    else:
        told = _("No suggestions. You can still press Find.")
    return unkept(JsonResponse({"status": told % {"n": len(found)}, "found": found}))


# -- A place beside others ------------------------------------------------------------------------------------------


def places_beside(request: HttpRequest) -> list[str] | None:
    """GEOIDs of the places with which another is to be compared; None if that is not what is asked."""
    if "with" not in request.POST:
        return None
    asked = [geoid for geoid in request.POST.getlist("with") if geoid]
    areas, _wrong = places_of(asked[:MOST_PLACES])
    return [area.pk for area in areas][: MOST_PLACES - 1]


def only_places(found: Found, beside: Sequence[str]) -> Found:
    """Without agencies, states, and the places that are there already."""

    def fits(hit: Hit) -> bool:
        return bool(hit.area and not hit.area.is_state and hit.area.pk not in beside)

    hits = tuple(filter(fits, found.hits))
    problem = found.problem if hits or found.problem else Problem.NOTHING
    left_out = found.hit_count - len(found.hits)
    return replace(
        found,
        hits=hits,
        hit_count=len(hits) + (left_out if hits else 0),
        problem=problem,
        suggestions=tuple(filter(fits, found.suggestions)),
    )


def address_of(hit: Hit, beside: Sequence[str] | None) -> str:
    """Without a language prefix."""
    return hit.get_absolute_url() if beside is None else compare_address([*beside, hit.area.pk])


# -- All places of a state ------------------------------------------------------------------------------------------


def states() -> Sequence[Jurisdiction]:
    return Jurisdiction.objects.states().order_by("name")


def all_places(request: HttpRequest) -> HttpResponse | None:
    """`?state=fl`: every county, city, town and township of a state, by name; of a large one those of a letter.

    None if no state is asked for; a state that there is none of is told on the form.
    """
    asked = request.GET.get("state", "").strip()
    if not asked:
        return None
    state = states().filter(slug=asked.lower()).first() if asked.isalpha() else None
    if state is None:
        lost = _("There is no state or territory with that abbreviation.")
        return page(request, "form", Found(), status=400, states=states(), lost=lost)
    areas = Jurisdiction.objects.with_pages().filter(state=state).order_by("short_name", "geoid")
    names = list(areas.values_list("geoid", "short_name"))
    initials = sorted({fold(name)[:1].upper() for _geoid, name in names})
    letter = ""
    if len(names) > MOST_ON_A_PAGE:
        letter = request.GET.get("letter", "").strip().upper()[:1]
        letter = letter if letter in initials else initials[0]
        names = [(geoid, name) for geoid, name in names if fold(name)[:1].upper() == letter]
    hits = area_hits([Named("", geoid, Rank.OWN, 0) for geoid, _name in names], names_held())
    return page(request, "places", Found(), state=state, hits=hits, letter=letter, initials=initials if letter else [])


# -- Answers --------------------------------------------------------------------------------------------------------


def page(request: HttpRequest, template: str, found: Found, *, status: int = 200, **context) -> HttpResponse:
    context |= {
        "found": found,
        "longest": LONGEST,
        # An answer to a form names no address of its own: there is none that leads back to it.
        "private": request.method == "POST",
    }
    return unkept(render(request, f"find/{template}.html", context, status=status))


def see_other(path: str) -> HttpResponse:
    """Leads to a page in the reader's language; `path` has no language prefix."""
    return unkept(HttpResponseRedirect(in_language(path, get_language()), status=SEE_OTHER))


def unkept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
