"""Feeds of what changed (Atom, RFC 4287): of everything, of a state, of a place; in English and in Spanish.

`?kind=no_longer_listed` narrows each of them to one kind of change.

An entry is a change, under an id that stays when its words are mended. It is published on the day of the list or record
in which we saw the change, and updated when we wrote it down.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from jurisdictions.models import Jurisdiction

from .caching import public_page
from .filters import ChangeFilter
from .models import ChangeEvent
from .sentences import about_change

NEWEST = 100
"""Entries of a feed."""

ATOM = "http://www.w3.org/2005/Atom"
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
TAGGED_SINCE = 2026
"""The year of our tag URIs (RFC 4151), the same for ever."""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document may hold; a name on a list may."""


# -- Three views ----------------------------------------------------------------------------------------------------


@public_page("kind")
def feed(request: HttpRequest) -> HttpResponse:
    """The newest changes everywhere."""
    return answer(request, _("Local police and ICE: what changed"), reverse("changes"))


@public_page("kind")
def state_feed(request: HttpRequest, state: str) -> HttpResponse:
    """The newest changes in a state."""
    area = Jurisdiction.objects.states().filter(slug=state.lower()).first()
    if area is None:
        raise Http404("no state has this address")
    if state != area.slug:
        return HttpResponsePermanentRedirect(with_kind(request, reverse("state-feed", args=[area.slug])))
    title = _("Local police and ICE: what changed in %(area)s") % {"area": area.name}
    return answer(request, title, reverse("state", args=[area.slug]), area)


@public_page("kind")
def place_feed(request: HttpRequest, state: str, slug: str) -> HttpResponse:
    """The newest changes for a county, place or county subdivision: of all that its page tells of."""
    areas = Jurisdiction.objects.filter(state__slug=state.lower(), slug=slug.lower())
    area = areas.select_related("state", "same_as__state").order_by(F("same_as").asc(nulls_first=True)).first()
    if area is None:
        raise Http404("no area has this address")
    its = (area.canonical.state.slug, area.canonical.slug)
    if (state, slug) != its:
        return HttpResponsePermanentRedirect(with_kind(request, reverse("place-feed", args=its)))
    words = {"area": area.full_name, "state": area.state.name}
    title = _("Local police and ICE: what changed for %(area)s, %(state)s") % words
    return answer(request, title, reverse("place", args=its), area)


def with_kind(request: HttpRequest, path: str) -> str:
    """The path with the kind of change that is asked for."""
    query = request.known_parameters.urlencode()
    return f"{path}?{query}" if query else path


def answer(request: HttpRequest, title: str, page: str, area: Jurisdiction | None = None) -> HttpResponse:
    """The feed, or 304 for a reader that holds it already, by its ETag (`public_page`) or its day and time.

    A kind of change that there is not is 400, with a sentence.
    """
    kind = request.known_parameters.get("kind", "")
    of_kind = ChangeFilter({"kind": kind}, ChangeEvent.objects.for_listing())
    if not of_kind.is_valid():
        refusal = " ".join(of_kind.errors["kind"])
        return HttpResponse(refusal, status=400, content_type="text/plain; charset=utf-8")
    changed_at = request.data_version.changed_at
    modified = int(changed_at.timestamp()) if changed_at else None
    response = get_conditional_response(request, last_modified=modified) if modified else None
    if response is None:
        if kind:
            title, page = f"{title}: {ChangeEvent.Kind(kind).label}", page_of_kind(kind, area)
        events = ChangeFilter({"jurisdiction": area.pk}, of_kind.qs).qs if area else of_kind.qs
        newest = events.newest_first()[:NEWEST]
        response = HttpResponse(atom(request, title, page, newest), content_type=CONTENT_TYPE)
    if modified:
        response.headers["Last-Modified"] = http_date(modified)
    return response


def page_of_kind(kind: str, area: Jurisdiction | None) -> str:
    """The page that tells of the same changes."""
    asked = {"view": "days", "kind": kind} | ({"jurisdiction": area.pk} if area else {})
    return f"{reverse('changes')}?{urlencode(asked)}"


# -- Atom -----------------------------------------------------------------------------------------------------------


def atom(request: HttpRequest, title: str, page: str, events: QuerySet) -> bytes:
    """The document. `page` is the path of the page that tells of the same changes."""
    out = io.StringIO()
    write = _Writer(out, "utf-8")
    write.startDocument()
    write.startElement("feed", {"xmlns": ATOM, "xml:lang": get_language()})
    address = with_kind(request, request.path)
    write.element("id", tag(request, f"feed:{address}"))
    write.element("title", title)
    write.element("subtitle", _("What we saw change, with the day. ICE does not say why a list changes."))
    write.element("updated", (request.data_version.changed_at or timezone.now()).astimezone(UTC).isoformat())
    write.author(request)
    write.element("rights", _("Data: CC BY 4.0. US government documents: public domain."))
    write.link("self", request.build_absolute_uri(address), "application/atom+xml", get_language())
    write.link("alternate", request.build_absolute_uri(page), "text/html", get_language())
    for language, path in languages_of(address):
        if language != get_language():
            write.link("alternate", request.build_absolute_uri(path), "application/atom+xml", language)
    for event in events:
        _entry(write, request, event)
    write.endElement("feed")
    write.endDocument()
    return out.getvalue().encode()


def _entry(write: _Writer, request: HttpRequest, event: ChangeEvent) -> None:
    address = request.build_absolute_uri(reverse("change", args=[event.key]))
    language = "" if get_language() == settings.LANGUAGE_CODE.partition("-")[0] else f":{get_language()}"
    write.startElement("entry", {})
    write.element("id", tag(request, f"change:{event.key}{language}"))
    write.element("title", f"{event.get_kind_display()}: {event.subject_name} ({event.state.usps})")
    write.element("published", seen_at(event.seen_on).isoformat())
    write.element("updated", event.recorded_at.astimezone(UTC).isoformat())
    write.link("alternate", address, "text/html", get_language())
    write.element("category", "", {"term": event.kind, "label": str(event.get_kind_display())})
    write.element("category", "", {"term": event.state.usps, "label": event.state.name})
    write.element("summary", about_change(event), {"type": "text"})
    write.endElement("entry")


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


class _Writer(SimplerXMLGenerator):
    def element(self, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
        clean = {key: NOT_XML.sub("", value) for key, value in (attributes or {}).items()}
        self.addQuickElement(name, NOT_XML.sub("", str(text)), clean)

    def link(self, rel: str, href: str, kind: str, language: str) -> None:
        self.element("link", "", {"rel": rel, "href": href, "type": kind, "hreflang": language})

    def author(self, request: HttpRequest) -> None:
        self.startElement("author", {})
        self.element("name", _("Local police and ICE"))
        self.element("uri", request.build_absolute_uri(reverse("home")))
        self.endElement("author")
