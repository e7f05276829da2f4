"""/sitemap.xml: every page that a search engine may show, in both languages (sitemaps.org, with hreflang).

The index names a part for the pages of the site, one for each kind of record, and one for the areas of each state; the
largest has some 4,000 pages, far below the 50,000 that a part may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from agreements.caching import public_page
from agreements.models import Agreement, LocalPolicy, StateLaw
from jurisdictions.models import Agency, Jurisdiction
from portal.middleware.language import SPANISH

NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"',
    'xmlns:xhtml="http://www.w3.org/1999/xhtml"',
)
PAGES = ("home", "states", "country-map", "agencies", "agreements", "laws", "policies", "changes", "api-docs")
ABOUT = ("about", "method", "errors", "privacy")


def pages() -> Iterator[str]:
    """The pages that are of no record, and those of the states."""
    with translation.override("en"):
        yield from (reverse(name) for name in (*PAGES, *ABOUT))
    for slug in Jurisdiction.objects.states().order_by("slug").values_list("slug", flat=True):
        yield f"/us/{slug}/"
        yield f"/map/{slug}/"


def agencies() -> Iterator[str]:
    return (agency.get_absolute_url() for agency in Agency.objects.order_by("public_id").only("public_id", "name"))


def agreements() -> Iterator[str]:
    return (
        f"/agreements/{each}/" for each in Agreement.objects.order_by("public_id").values_list("public_id", flat=True)
    )


def laws() -> Iterator[str]:
    return (law.get_absolute_url() for law in StateLaw.objects.published().order_by("key").only("key"))


def policies() -> Iterator[str]:
    return (policy.get_absolute_url() for policy in LocalPolicy.objects.published().order_by("key").only("key"))


def areas_of(state: str) -> Iterator[str]:
    """The counties, places and subdivisions of a state by its slug that have a page of their own."""
    areas = Jurisdiction.objects.with_pages().exclude(kind="state").filter(state__slug=state).order_by("slug")
    return (f"/us/{state}/{slug}/" for slug in areas.values_list("slug", flat=True))


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "pages": pages,
    "agencies": agencies,
    "agreements": agreements,
    "laws": laws,
    "policies": policies,
}
OF_A_STATE = "places-"


@public_page()
def index(request: HttpRequest) -> HttpResponse:
    """The parts, each with the day on which the facts last changed."""
    states = Jurisdiction.objects.states().order_by("slug").values_list("slug", flat=True)
    names = [*PARTS, *(f"{OF_A_STATE}{slug}" for slug in states)]
    changed = request.data_version.changed_at
    day = f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else ""
    entries = (
        f"<sitemap><loc>{_address(request, reverse('sitemap-part', args=[name]))}</loc>{day}</sitemap>"
        for name in names
    )
    return _xml("sitemapindex", entries)


@public_page()
def part(request: HttpRequest, name: str) -> HttpResponse:
    """The pages of one part, each in English and in Spanish."""
    if name.startswith(OF_A_STATE):
        state = name.removeprefix(OF_A_STATE)
        if not Jurisdiction.objects.states().filter(slug=state).exists():
            raise Http404
        paths = areas_of(state)
    elif name in PARTS:
        paths = PARTS[name]()
    else:
        raise Http404
    return _xml("urlset", (_entries(request, path) for path in paths))


def _entries(request: HttpRequest, path: str) -> str:
    """A page in both languages, each of which names the other."""
    both = {"en": _address(request, path), "es": _address(request, f"/{SPANISH}{path}")}
    others = "".join(f'<xhtml:link rel="alternate" hreflang="{code}" href="{url}"/>' for code, url in both.items())
    return "".join(f"<url><loc>{url}</loc>{others}</url>" for url in both.values())


def _address(request: HttpRequest, path: str) -> str:
    return escape(request.build_absolute_uri(path), {'"': "&quot;"})


def _xml(root: str, entries: Iterable[str]) -> HttpResponse:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{root} {' '.join(NAMESPACES)}>", *entries, f"</{root}>"]
    return HttpResponse("\n".join(lines) + "\n", content_type="application/xml; charset=utf-8")
