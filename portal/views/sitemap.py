"""/sitemap.xml: every page that a search engine may show, in both languages (sitemaps.org, with hreflang).

The index names a part for the pages of the site, one for each kind of record, and one for the areas of each state. The
largest, that of Illinois, has some 5,700 addresses, far below the 50,000 that a part may hold. Parts are sent while
they are read, so that none is ever in memory as a whole.

A single change, a comparison and a list that was narrowed are not there: a record's own page leads to its changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from agreements.caching import public_page
from agreements.models import Agreement, LocalPolicy, StateLaw
from jurisdictions.models import Agency, Jurisdiction
from portal.guide import PAGES
from portal.middleware.language import SPANISH

NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"',
    'xmlns:xhtml="http://www.w3.org/1999/xhtml"',
)
OF_FACTS = (
    "home",
    "states",
    "country-map",
    "agencies",
    "agreements",
    "laws",
    "policies",
    "changes",
    "guide",
    "glossary",
    "numbers",
    "earlier",
    "rights",
    "method",
    "errors",
)
"""Pages that change with the facts, by the names of their addresses."""
OF_THE_SITE = ("find", "about", "privacy", "embed", "data", "api-docs")
"""Pages that change only with the portal itself. Nobody can say when, so they have no day."""

ROWS_AT_ONCE = 500
"""Records that are read, and addresses that are sent, at a time."""


Entry = tuple[str, date | None]
"""The path of a page in English, and the last day on which it changed, None where that is not known."""


class Part:
    """Reads the pages of a part. `changed` is the last day on which any fact did.

    What a page of an agency, an agreement or a place says rests on all of ICE's lists, and whatever changes a list, a
    name or a placement changes the version of the data: they have its day. A law's or a policy's page rests on its own
    record.
    """

    def __init__(self, changed: date | None) -> None:
        self.changed = changed

    def pages(self) -> Iterator[Entry]:
        with translation.override("en"):
            paths = [(reverse(name), self.changed) for name in OF_FACTS]
            paths += [(reverse("guide-page", args=[slug]), self.changed) for slug in PAGES]
            paths += [(reverse(name), None) for name in OF_THE_SITE]
        yield from paths
        for slug in Jurisdiction.objects.states().order_by("slug").values_list("slug", flat=True):
            yield f"/us/{slug}/", self.changed
            yield f"/map/{slug}/", self.changed

    def agencies(self) -> Iterator[Entry]:
        agencies = Agency.objects.order_by("public_id").only("public_id", "name")
        for agency in agencies.iterator(chunk_size=ROWS_AT_ONCE):
            yield agency.get_absolute_url(), self.changed

    def agreements(self) -> Iterator[Entry]:
        ids = Agreement.objects.order_by("public_id").values_list("public_id", flat=True)
        for public_id in ids.iterator(chunk_size=ROWS_AT_ONCE):
            yield f"/agreements/{public_id}/", self.changed

    def laws(self) -> Iterator[Entry]:
        yield from self._rules(StateLaw)

    def policies(self) -> Iterator[Entry]:
        yield from self._rules(LocalPolicy)

    def _rules(self, model: type[StateLaw | LocalPolicy]) -> Iterator[Entry]:
        rules = model.objects.published().order_by("key").only("key", "updated_at")
        for rule in rules.iterator(chunk_size=ROWS_AT_ONCE):
            yield rule.get_absolute_url(), day_of(rule.updated_at)

    def areas_of(self, state: str) -> Iterator[Entry]:
        """The counties, places and subdivisions of a state by its slug that have a page of their own."""
        areas = Jurisdiction.objects.with_pages().exclude(kind="state").filter(state__slug=state).order_by("slug")
        for slug in areas.values_list("slug", flat=True).iterator(chunk_size=ROWS_AT_ONCE):
            yield f"/us/{state}/{slug}/", self.changed


PARTS: dict[str, Callable[[Part], Iterator[Entry]]] = {
    "pages": Part.pages,
    "agencies": Part.agencies,
    "agreements": Part.agreements,
    "laws": Part.laws,
    "policies": Part.policies,
}
OF_A_STATE = "places-"


@public_page()
def index(request: HttpRequest) -> StreamingHttpResponse:
    """The parts, each with the day on which the facts last changed."""
    states = Jurisdiction.objects.states().order_by("slug").values_list("slug", flat=True)
    names = [*PARTS, *(f"{OF_A_STATE}{slug}" for slug in states)]
    day = lastmod(day_of(request.data_version.changed_at))
    entries = (
        f"<sitemap><loc>{address(request, reverse('sitemap-part', args=[name]))}</loc>{day}</sitemap>" for name in names
    )
    return xml("sitemapindex", entries)


@public_page()
def part(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The pages of one part, each in English and in Spanish."""
    found = Part(day_of(request.data_version.changed_at))
    if name.startswith(OF_A_STATE):
        state = name.removeprefix(OF_A_STATE)
        if not Jurisdiction.objects.states().filter(slug=state).exists():
            raise Http404
        entries = found.areas_of(state)
    elif name in PARTS:
        entries = PARTS[name](found)
    else:
        raise Http404
    return xml("urlset", (in_both_languages(request, *entry) for entry in entries))


def in_both_languages(request: HttpRequest, path: str, changed: date | None) -> str:
    """A page in both languages, each of which names the other, as the pages themselves do."""
    both = {"en": address(request, path), "es": address(request, f"/{SPANISH}{path}")}
    named = both | {"x-default": both["en"]}
    others = "".join(f'<xhtml:link rel="alternate" hreflang="{code}" href="{url}"/>' for code, url in named.items())
    return "".join(f"<url><loc>{url}</loc>{lastmod(changed)}{others}</url>" for url in both.values())


def address(request: HttpRequest, path: str) -> str:
    return escape(request.build_absolute_uri(path), {'"': "&quot;"})


def day_of(moment: datetime | None) -> date | None:
    """The day in Washington, as everywhere in the portal."""
    return timezone.localdate(moment) if moment else None


def lastmod(day: date | None) -> str:
    return f"<lastmod>{day}</lastmod>" if day else ""


def xml(root: str, entries: Iterable[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse(lines(root, entries), content_type="application/xml; charset=utf-8")


def lines(root: str, entries: Iterable[str]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {" ".join(NAMESPACES)}>\n'
    entries = iter(entries)
    while some := list(islice(entries, ROWS_AT_ONCE)):
        yield "\n".join(some) + "\n"
    yield f"</{root}>\n"
