"""A log that shows how the site is doing and nothing of who read what.

A line has the method, the path, the status, the time and the size. It never has the query (it may hold what somebody
typed), an address or a browser's name: a path and an address together are a trail. Under /admin/ the account stands
on the line, since staff answer for what they do there.
"""

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from . import is_admin

access = logging.getLogger("portal.access")
ZIP_CODE = re.compile(r"(?<!\d)\d{5}(?:-\d{4})?(?!\d)")


class WithoutZipCodes(logging.Formatter):
    """Replaces five digits standing alone (a ZIP code, and county GEOIDs with them) by a mark, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return ZIP_CODE.sub("[5 digits]", super().format(record))


class AccessLogMiddleware:
    """One line for each answer, except files that whitenoise serves and the questions of a load balancer."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        start = time.perf_counter()
        response = self.get_response(request)
        if request.path_info.startswith(("/static/", "/healthz", "/readyz")):
            return response
        milliseconds = (time.perf_counter() - start) * 1000
        # In kB: five digits would be taken for a ZIP code.
        size = "streamed" if response.streaming else f"{len(response.content) / 1000:.1f} kB"
        user = getattr(request, "user", None) if is_admin(request) else None
        by = f" by {user.get_username()}" if user is not None and user.is_authenticated else ""
        # %r: a path with a line break in it cannot forge a second line.
        access.info("%s %r %s %.1f ms %s%s", request.method, request.path, response.status_code, milliseconds, size, by)
        return response
