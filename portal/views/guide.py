"""/guide/ and its pages, and the way from a fact to the page that tells it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from agreements.caching import public_page
from agreements.days import today
from agreements.lists import Lists
from portal.answers.series import ThroughTime
from portal.guide import PAGES, Page, Reading, Said
from portal.guide.claims import claims_of
from portal.guide.pages import CLAIMS, is_on_the_card, page_of
from portal.guide.powers import COLUMNS, table_of


@public_page()
def index(request: HttpRequest) -> HttpResponse:
    """The path through the guide."""
    return render(request, "guide/index.html", {"pages": PAGES.values(), "lists": Lists.on(today())})


@public_page()
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the guide: its parts, their facts, and the documents behind them."""
    found = PAGES.get(slug)
    if found is None:
        raise Http404
    reading = Reading(request.data_version)
    # What stands first on the page is read first, so that its sources have the first numbers.
    before_the_facts = _more(found, reading)
    context = {
        "page": found,
        "chapters": reading.chapters(found.parts),
        "reading": reading,
        "lists": Lists.on(today()),
        **before_the_facts,
        **_neighbours(found),
    }
    return render(request, f"guide/{found.template}.html", context)


def _more(page: Page, reading: Reading) -> dict:
    """What a page has before its facts."""
    match page.template:
        case "models":
            return {"models": COLUMNS, "table": table_of(reading)}
        case "history":
            return {
                "events": list(_timeline(reading)),
                "series": ThroughTime.of(reading.version).country.until(today()),
            }
        case "claims":
            return {"claims": claims_of(reading)}
    return {}


def _timeline(reading: Reading) -> Iterator[tuple[Said, int | None]]:
    """Each event; with the first of a year how many agencies documents show in it, if our own lists do not."""
    own = Lists.on(today()).first
    told = set()
    for event in reading.guide.events:
        year = event.when.first_day.year
        is_before = own is None or year < own.year
        shown = reading.guide.shown_by_year.get(year) if is_before and year not in told else None
        told.add(year)
        yield reading.said(event), shown


def _neighbours(page: Page) -> dict[str, Page | None]:
    """The pages before and after it on the path."""
    path = list(PAGES.values())
    at = path.index(page)
    return {"before": path[at - 1] if at else None, "after": path[at + 1] if at + 1 < len(path) else None}


@public_page()
def fact(request: HttpRequest, key: str) -> HttpResponse:
    """Leads to the page that tells the fact, whichever that is now."""
    found = Reading(request.data_version).guide.facts.get(key)
    if found is None:
        raise Http404
    if found.stands and page_of(key) is None and is_on_the_card(key):
        return HttpResponseRedirect(f"{reverse('rights')}#{key}")
    page = (page_of(key) if found.stands else None) or (CLAIMS if found.verdict else None)
    if page is None:
        raise Http404
    return HttpResponseRedirect(f"{reverse('guide-page', args=[page.slug])}#{key}")
