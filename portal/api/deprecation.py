"""What of the API will be gone, and how its answers say so beforehand.

An address, a parameter or a field that is deprecated gets a line in DEPRECATIONS and an entry in docs/api-changes.md.
From then on its answers carry `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a link to the change log, and the
description marks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern
from django.utils.http import http_date

CHANGE_LOG = "/api/v1/docs/changes/"


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A promise that something stays until a day, and not longer."""

    operation: str
    """Its name in the description, such as list_agreements."""
    route: str
    """The name of its address in portal/api/urls.py, such as agreement-list."""
    since: date
    until: date
    """The first day on which it may be gone: 12 months later at the earliest."""
    parameter: str = ""
    """Where only a parameter is: its answers say so to those who use it."""
    field: str = ""
    """Where only a field of the record is: answers say so unless `fields` leaves it out."""

    def meets(self, request: HttpRequest) -> bool:
        """Whether the answer to this request rests on what will be gone."""
        if self.parameter:
            return self.parameter in request.GET
        wanted = request.GET.get("fields", "")
        return not self.field or not wanted or self.field in wanted.split(",")


DEPRECATIONS: tuple[Deprecation, ...] = ()
"""Nothing is deprecated."""


def announced(routes: Iterable[URLPattern], deprecations: Iterable[Deprecation] = DEPRECATIONS) -> list[URLPattern]:
    """The addresses, those that are deprecated with the headers that say so. The others cost nothing more."""
    by_route: dict[str, list[Deprecation]] = {}
    for each in deprecations:
        by_route.setdefault(each.route, []).append(each)
    routes = list(routes)
    for route in routes:
        if own := by_route.get(route.name or ""):
            route.callback = saying_so(route.callback, own)
    return routes


def saying_so(view: Callable, deprecations: list[Deprecation]) -> Callable:
    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        met = [each for each in deprecations if each.meets(request)]
        if met:
            since, until = min(each.since for each in met), min(each.until for each in met)
            response.headers["Deprecation"] = f"@{seconds(since)}"
            response.headers["Sunset"] = http_date(seconds(until))
            links = [response.headers.get("Link"), f'<{CHANGE_LOG}>; rel="deprecation"; type="text/html"']
            response.headers["Link"] = ", ".join(filter(None, links))
            exposed = response.headers.get("Access-Control-Expose-Headers")
            if exposed:
                response.headers["Access-Control-Expose-Headers"] = f"{exposed}, Deprecation, Sunset"
        return response

    return answer


def seconds(day: date) -> int:
    """The day's first moment in UTC, as seconds since 1970."""
    return int(datetime.combine(day, time.min, UTC).timestamp())
