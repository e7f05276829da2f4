"""Feeds of what changed: of everything, of a state, of a place; in English and in Spanish.

Each comes as Atom (RFC 4287) and as JSON Feed (version 1.1) with the same entries under the same ids.
`?kind=no_longer_listed` narrows each of them to one kind of change.

An entry is a change, under an id that stays when its words are mended. It is published on the day of the list or record
in which we saw the change, and updated when we wrote it down.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from jurisdictions.models import Jurisdiction

from .caching import heed_our_date_alone, last_modified, public_page
from .filters import ChangeFilter
from .models import ChangeEvent
from .sentences import about_change

NEWEST = 100
"""Entries of a feed."""

TAGGED_SINCE = 2026
"""The year of our tag URIs (RFC 4151), the same for ever."""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document may hold; a name on a list may."""


# -- Three views, each of two forms ---------------------------------------------------------------------------------


def for_programs(view: Callable) -> Callable:
    """Decorate a view whose answers pages of other sites may read with their scripts, like those of the API."""

    @wraps(view)
    def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


@for_programs
@public_page("kind")
def feed(request: HttpRequest, form: str) -> HttpResponse:
    """The newest changes everywhere. `form`: a key of FORMS."""
    return answer(request, form, _("Local police and ICE: what changed"), reverse("changes"))


@for_programs
@public_page("kind")
def state_feed(request: HttpRequest, form: str, state: str) -> HttpResponse:
    """The newest changes in a state."""
    area = Jurisdiction.objects.states().filter(slug=state.lower()).first()
    if area is None:
        raise Http404("no state has this address")
    if state != area.slug:
        return HttpResponsePermanentRedirect(with_kind(request, FORMS[form].address("state-feed", area.slug)))
    title = _("Local police and ICE: what changed in %(area)s") % {"area": area.name}
    return answer(request, form, title, reverse("state", args=[area.slug]), area)


@for_programs
@public_page("kind")
def place_feed(request: HttpRequest, form: str, state: str, slug: str) -> HttpResponse:
    """The newest changes for a county, place or county subdivision: of all that its page tells of."""
    areas = Jurisdiction.objects.filter(state__slug=state.lower(), slug=slug.lower())
    area = areas.select_related("state", "same_as__state").order_by(F("same_as").asc(nulls_first=True)).first()
    if area is None:
        raise Http404("no area has this address")
    its = (area.canonical.state.slug, area.canonical.slug)
    if (state, slug) != its:
        return HttpResponsePermanentRedirect(with_kind(request, FORMS[form].address("place-feed", *its)))
    words = {"area": area.full_name, "state": area.state.name}
    title = _("Local police and ICE: what changed for %(area)s, %(state)s") % words
    return answer(request, form, title, reverse("place", args=its), area)


def with_kind(request: HttpRequest, path: str) -> str:
    """The path with the kind of change that is asked for."""
    query = request.known_parameters.urlencode()
    return f"{path}?{query}" if query else path


def answer(request: HttpRequest, form: str, title: str, page: str, area: Jurisdiction | None = None) -> HttpResponse:
    """The feed, or 304 for a reader that holds it already, by its ETag (`public_page`) or its day and time.

    `page` is the path of the page that tells of the same changes. A kind of change that there is not is 400, with a
    sentence.
    """
    kind = request.known_parameters.get("kind", "")
    of_kind = ChangeFilter({"kind": kind}, ChangeEvent.objects.for_listing())
    if not of_kind.is_valid():
        refusal = " ".join(of_kind.errors["kind"])
        return HttpResponse(refusal, status=400, content_type="text/plain; charset=utf-8")
    changed_at = request.data_version.changed_at
    modified = last_modified(request.data_version)
    heed_our_date_alone(request, modified)
    response = get_conditional_response(request, last_modified=modified) if modified else None
    if response is None:
        if kind:
            title, page = f"{title}: {ChangeEvent.Kind(kind).label}", page_of_kind(kind, area)
        events = ChangeFilter({"jurisdiction": area.pk}, of_kind.qs).qs if area else of_kind.qs
        told = Feed(
            address=with_kind(request, request.path),
            title=clean(title),
            page=request.build_absolute_uri(page),
            updated=changed_at or timezone.now(),
            entries=[entry(request, event) for event in events.newest_first()[:NEWEST]],
        )
        written = FORMS[form]
        response = HttpResponse(written.write(request, told), content_type=f"{written.media_type}; charset=utf-8")
    if modified:
        response.headers["Last-Modified"] = http_date(modified)
    return response


def page_of_kind(kind: str, area: Jurisdiction | None) -> str:
    """The page that tells of the same changes."""
    asked = {"view": "days", "kind": kind} | ({"jurisdiction": area.pk} if area else {})
    return f"{reverse('changes')}?{urlencode(asked)}"


# -- What both forms tell -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A change as each form of a feed tells it."""

    id: str
    title: str
    summary: str
    address: str
    published: datetime
    updated: datetime
    categories: dict[str, str]
    """Its kind and its state: codes, and what they are called."""


@dataclass(frozen=True)
class Feed:
    """Entries, newest first. `address` is the path by which this form and language is asked for."""

    address: str
    title: str
    page: str
    updated: datetime
    entries: list[Entry]


def entry(request: HttpRequest, event: ChangeEvent) -> Entry:
    language = "" if get_language() == settings.LANGUAGE_CODE.partition("-")[0] else f":{get_language()}"
    return Entry(
        id=tag(request, f"change:{event.key}{language}"),
        title=clean(f"{event.get_kind_display()}: {event.subject_name} ({event.state.usps})"),
        summary=clean(about_change(event)),
        address=request.build_absolute_uri(reverse("change", args=[event.key])),
        published=seen_at(event.seen_on),
        updated=event.recorded_at.astimezone(UTC),
        categories={event.kind: str(event.get_kind_display()), event.state.usps: event.state.name},
    )


def clean(text: str) -> str:
    """Without signs that one of the forms cannot hold: both say the same."""
    return NOT_XML.sub("", text)


def seen_at(day: date) -> datetime:
    """The beginning of the day, in the time zone of the site."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def tag(request: HttpRequest, name: str) -> str:
    """A tag URI (RFC 4151): the site's name, and what it names, whatever the address becomes."""
    host = request.get_host().partition(":")[0].strip("[]") or "localhost"
    return f"tag:{host},{TAGGED_SINCE}:{name}"


def languages_of(path: str) -> list[tuple[str, str]]:
    """The address of this feed in each language."""
    bare = re.sub(r"^/es(?=/)", "", path)
    return [("en", bare), ("es", f"/es{bare}")]


def subtitle() -> str:
    return _("What we saw change, with the day. ICE does not say why a list changes.")


def rights() -> str:
    return _("Data: CC BY 4.0. US government documents: public domain.")


def author(request: HttpRequest) -> tuple[str, str]:
    """The name and the address of the site."""
    return _("Local police and ICE"), request.build_absolute_uri(reverse("home"))


# -- Atom -----------------------------------------------------------------------------------------------------------


def atom(request: HttpRequest, told: Feed) -> bytes:
    language = get_language()
    out = io.StringIO()
    write = _Writer(out, "utf-8")
    write.startDocument()
    write.startElement("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": language})
    write.element("id", tag(request, f"feed:{told.address}"))
    write.element("title", told.title)
    write.element("subtitle", subtitle())
    write.element("updated", told.updated.astimezone(UTC).isoformat())
    write.author(*author(request))
    write.element("rights", rights())
    write.link("self", request.build_absolute_uri(told.address), ATOM.media_type, language)
    write.link("alternate", told.page, "text/html", language)
    for other, path in languages_of(told.address):
        if other != language:
            write.link("alternate", request.build_absolute_uri(path), ATOM.media_type, other)
    for each in told.entries:
        write.startElement("entry", {})
        write.element("id", each.id)
        write.element("title", each.title)
        write.element("published", each.published.isoformat())
        write.element("updated", each.updated.isoformat())
        write.link("alternate", each.address, "text/html", language)
        for term, label in each.categories.items():
            write.element("category", "", {"term": term, "label": label})
        write.element("summary", each.summary, {"type": "text"})
        write.endElement("entry")
    write.endElement("feed")
    write.endDocument()
    return out.getvalue().encode()


class _Writer(SimplerXMLGenerator):
    def element(self, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
        self.addQuickElement(name, str(text), attributes)

    def link(self, rel: str, href: str, kind: str, language: str) -> None:
        self.element("link", "", {"rel": rel, "href": href, "type": kind, "hreflang": language})

    def author(self, name: str, address: str) -> None:
        self.startElement("author", {})
        self.element("name", name)
        self.element("uri", address)
        self.endElement("author")


# -- JSON Feed ------------------------------------------------------------------------------------------------------


def json_feed(request: HttpRequest, told: Feed) -> bytes:
    """It has no field for rights: they stand where somebody looks who reads the file itself."""
    name, home = author(request)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": told.title,
        "home_page_url": told.page,
        "feed_url": request.build_absolute_uri(told.address),
        "description": subtitle(),
        "user_comment": rights(),
        "language": get_language(),
        "authors": [{"name": name, "url": home}],
        "items": [
            {
                "id": each.id,
                "url": each.address,
                "title": each.title,
                "content_text": each.summary,
                "date_published": each.published.isoformat(),
                "date_modified": each.updated.isoformat(),
                "tags": [*each.categories],
            }
            for each in told.entries
        ],
    }
    return json.dumps(document, ensure_ascii=False).encode()


# -- The forms ------------------------------------------------------------------------------------------------------


class Form(NamedTuple):
    """A way to write a feed. A route's name is that of the Atom feed with `suffix` behind it."""

    media_type: str
    write: Callable[[HttpRequest, Feed], bytes]
    suffix: str

    def address(self, name: str, *words: str) -> str:
        return reverse(f"{name}{self.suffix}", args=words)


ATOM = Form("application/atom+xml", atom, "")
FORMS = {"atom": ATOM, "json": Form("application/feed+json", json_feed, "-json")}


def json_address(address: str) -> str:
    """The address of the JSON Feed beside an Atom feed: /us/fl/feed.json of /us/fl/feed/."""
    path, sign, query = address.partition("?")
    return f"{path.removesuffix('/')}.json{sign}{query}"
