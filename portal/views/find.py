"""/find/: one field that takes a ZIP code, a place or an agency and leads to its page.

What somebody types is read from the body of a POST and is kept nowhere: not in an address, a log, a title or a cache.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from agreements.days import today
from agreements.models import Snapshot
from jurisdictions.models import Jurisdiction
from portal.find import LONGEST, Found, Problem, answers_differ, find
from portal.templatetags.pages import in_language

SEE_OTHER = 303
# Nearly all ZIP codes touch no more than five counties; beyond this many, answers are not compared.
MOST_COMPARED = 8


@csrf_exempt  # changes nothing, needs no account, sets no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def find_page(request: HttpRequest) -> HttpResponse:
    """The form; what was asked for, if there is only one (303); else the choice, or what to do next."""
    if request.method != "POST":
        return page(request, "form", Found(), states=Jurisdiction.objects.states().order_by("name"))
    found = find(request.POST.get("q", ""), state=request.POST.get("state", ""))
    if found.only:
        return see_other(found.only.get_absolute_url())
    if not found.hits:
        bad_input = found.problem in {Problem.BLANK, Problem.TOO_LONG}
        return page(request, "nothing", found, status=400 if bad_input else 200)
    areas = [hit.area for hit in found.hits if hit.area]
    is_comparable = len(areas) == found.hit_count <= MOST_COMPARED
    return page(
        request,
        "choice",
        found,
        same_answer=is_comparable and not answers_differ(areas, today()),
        newest=Snapshot.objects.participating().newest_on(today()),
    )


def page(request: HttpRequest, template: str, found: Found, *, status: int = 200, **context) -> HttpResponse:
    context |= {
        "found": found,
        "longest": LONGEST,
        "private": True,  # the page names no address of its own: there is none that leads back to it
    }
    response = render(request, f"find/{template}.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def see_other(path: str) -> HttpResponse:
    """Leads to a page in the reader's language; `path` has no language prefix."""
    response = HttpResponseRedirect(in_language(path, get_language()), status=SEE_OTHER)
    response.headers["Cache-Control"] = "no-store"
    return response
