"""What a page says of itself to those who have not opened it: search engines, and whoever is sent a link to it.

Its one address, the same page in the other language, a sentence, a picture, and the page as data (schema.org). All of
it follows from what the page shows; addresses are absolute, on the host by which the portal was asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agreements.days import today
from agreements.filters import asked_day
from agreements.lists import Lists
from agreements.models import LocalPolicy, StateLaw
from jurisdictions.models import Agency, Jurisdiction
from portal.middleware.language import SPANISH

LONGEST = 160
"""Characters of a description: more are not shown by any search engine."""

# -- Addresses ------------------------------------------------------------------------------------------------------

NOT_THE_PAGES = {
    "home": {"state"},  # leads to another page
    "place": {"from"},  # how the reader came
    "states": {"rows", "state"},  # of its files alone
}
"""Parameters that a view knows and that make no page of their own, by its name. `format` makes none anywhere."""

SELECTED_BY_DAY = frozenset({"laws", "policies"})
"""Lists of which `as_of` keeps what was in force: today's is another list than that without a day."""


def view_of(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def parameters_of(request: HttpRequest) -> QueryDict:
    """Those of the address that change what the page shows, in the order of its view."""
    own = getattr(request, "known_parameters", QueryDict()).copy()
    view = view_of(request)
    for name in ("format", *NOT_THE_PAGES.get(view, ())):
        own.pop(name, None)
    if own.get("page") == "1":
        del own["page"]
    if "as_of" in own:
        day, refusal = asked_day(own)
        if refusal or (day >= today() and view not in SELECTED_BY_DAY):
            del own["as_of"]
    return own


def address_of(request: HttpRequest, language: str = "", **more: str) -> str:
    """The page's one address in `language`, else in its own, with these parameters added."""
    path = request.path.removeprefix(f"/{SPANISH}") if request.path.startswith(f"/{SPANISH}/") else request.path
    if (language or get_language()) == SPANISH:
        path = f"/{SPANISH}{path}"
    asked = parameters_of(request)
    for name, value in more.items():
        asked[name] = value
    return request.build_absolute_uri(f"{path}?{asked.urlencode()}" if asked else path)


def cited_address(request: HttpRequest, lists: Lists | None, is_list: bool) -> str:
    """The address at which the page will always be as it is: with its day, where the page can be of a day."""
    takes_a_day = "as_of" in getattr(request.resolver_match and request.resolver_match.func, "parameters", ())
    if lists is None or not takes_a_day or (is_list and view_of(request) in SELECTED_BY_DAY):
        return address_of(request)
    return address_of(request, as_of=lists.day.isoformat())


# -- Words ----------------------------------------------------------------------------------------------------------

# A full stop, but not that of "Tex. Gov't Code", "St. Louis" or "EE. UU.": a short word before it may be one of those.
END = re.compile(r"(?<![\s.(][A-Z])(?<![\s.(][A-Z].)(?<![\s.(][A-Z][a-z].)(?<![\s.(][A-Z][a-z]{3})[.!?](?=\s)")


def plain(markup: str) -> str:
    """The text of a piece of a page, on one line."""
    return " ".join(unescape(strip_tags(markup)).split())


def in_short(text: str, longest: int = LONGEST) -> str:
    """As many whole sentences as fit, if they fill half the room; else as many words, and "…"."""
    if len(text) <= longest:
        return text
    ends = [found.end() for found in END.finditer(text) if longest / 2 <= found.end() <= longest]
    if ends:
        return text[: ends[-1]]
    return text[:longest].rpartition(" ")[0].rstrip(" ,;:(–") + "…"


# -- Pictures -------------------------------------------------------------------------------------------------------

NATION = "us"


@cache
def has_picture(name: str) -> bool:
    return finders.find(f"share/{name}.png") is not None


def picture_of(request: HttpRequest, name: str) -> str:
    """The address of a state's picture, by its slug; of one that has none, that of the country."""
    return request.build_absolute_uri(static(f"share/{name if has_picture(name) else NATION}.png"))


# -- The page as data -----------------------------------------------------------------------------------------------

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


class Links(HTMLParser):
    """The links of a trail: (words, path), in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.path: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.path = dict(attrs).get("href")
            self.found.append(("", self.path or ""))

    def handle_data(self, data: str) -> None:
        if self.path is not None:
            words, path = self.found[-1]
            self.found[-1] = (words + data, path)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.path = None


def links_of(trail: str) -> list[tuple[str, str]]:
    reader = Links()
    reader.feed(trail)
    return reader.found


def breadcrumbs(request: HttpRequest, trail: str, title: str) -> dict | None:
    """The trail above the page, with the page at its end; None for a page that stands under no other."""
    steps = [
        {"@type": "ListItem", "position": place, "name": words, "item": request.build_absolute_uri(path)}
        for place, (words, path) in enumerate(links_of(trail), 1)
    ]
    if not steps:
        return None
    steps.append({"@type": "ListItem", "position": len(steps) + 1, "name": title})
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def of_area(found: Jurisdiction) -> dict:
    told = {"@type": "AdministrativeArea", "name": found.full_name, "identifier": found.geoid}
    if not found.is_state:
        return told | {"containedInPlace": {"@type": "AdministrativeArea", "name": found.state.name}}
    return told | {"@type": "State"} if found.is_one_of_the_50 else told


def of_agency(found: Agency) -> dict:
    return {
        "@type": "GovernmentOrganization",
        "name": found.name,
        "identifier": found.public_id,
        "address": {"@type": "PostalAddress", "addressRegion": found.state.usps, "addressCountry": "US"},
    }


def of_rule(found: StateLaw | LocalPolicy) -> dict:
    of = found.jurisdiction.name if isinstance(found, StateLaw) else f"{found.government}, {found.state_area.name}"
    told = {"@type": "Legislation", "name": found.title, "legislationJurisdiction": of}
    return told | {"legislationIdentifier": found.citation} if found.citation else told


ABOUT: Mapping[str, tuple[str, Callable[[Any], dict]]] = {
    "state": ("area", of_area),
    "place": ("area", of_area),
    "state-map": ("area", of_area),
    "agency": ("agency", of_agency),
    "law": ("rule", of_rule),
    "policy": ("rule", of_rule),
}
"""What the page of a view is about: the name of the record in its context, and how that is told."""

FILES = {
    "agencies": "",
    "agreements": "",
    "policies": "",
    "states": "",
    "laws": "view=list&",
    "changes": "view=days&",
    "errors": "",
    "earlier": "",
}
"""Views whose page has all of its rows as a file, with what that is asked with besides `format`."""

BULK = "data"
"""The view whose page offers all records as files, once they were built; their manifest names each of them."""
MANIFEST = "/api/v1/bulk/manifest.json"


def file_of(request: HttpRequest) -> dict:
    if view_of(request) == BULK:
        kind, address = "application/json", request.build_absolute_uri(MANIFEST)
    else:
        kind, address = "text/csv", f"{address_of(request)}?{FILES[view_of(request)]}format=csv"
    return {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": address}


def dataset(request: HttpRequest, title: str, description: str, lists: Lists | None) -> dict:
    """All rows of a list as a data set. A list that was narrowed is no data set of its own."""
    told = {
        "@type": "Dataset",
        "name": title,
        "description": description,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "creator": {
            "@type": "Organization",
            "name": _("Local police and ICE"),
            "url": request.build_absolute_uri(reverse("home")),
        },
        "spatialCoverage": "US",
        "distribution": file_of(request),
    }
    if lists and lists.first and lists.newest:
        told["temporalCoverage"] = f"{lists.first}/{lists.newest}"
    if version := getattr(request, "data_version", None):
        told["version"] = str(version.number)
        told["dateModified"] = version.changed_at.date().isoformat()
    return told


def as_data(request: HttpRequest, context: Mapping, *, title: str, description: str, trail: str) -> SafeString:
    """A data block for the page's head, "" where there is nothing to tell. Browsers run no block of this type."""
    told: dict[str, Any] = {}
    view = view_of(request)
    if view in ABOUT:
        name, tell = ABOUT[view]
        told["about"] = tell(context[name])
    if found := breadcrumbs(request, trail, title):
        told["breadcrumb"] = found
    has_file = view in FILES or (view == BULK and context.get("held"))
    if has_file and not parameters_of(request):
        told["mainEntity"] = dataset(request, title, description, context.get("lists"))
    if not told:
        return SafeString()
    text = json.dumps(
        {"@context": "https://schema.org", "@type": "WebPage", **told}, ensure_ascii=False, separators=(",", ":")
    )
    return mark_safe(f'<script type="application/ld+json">{unbreakable(text)}</script>\n')


def unbreakable(text: str) -> str:
    """JSON that cannot end the element it stands in, whatever a name holds: "<" only ever stands in strings there."""
    return text.translate({ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"})
