"""The pages for 400, 404, 500 and 503, in the language of the path; under /api/ problem details (RFC 9457) instead.

None of them needs the database.
"""

import sqlite3
import sys
from collections.abc import Callable
from functools import wraps

from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    HttpResponseNotFound,
    JsonResponse,
)
from django.template.loader import render_to_string

from agreements.api.problems import TITLES

DETAILS = {
    400: "Its address, its headers or its body are malformed.",
    404: "See /api/v1/ for the addresses that there are.",
    405: "It is a page to read. Ask for it with GET or HEAD.",
    500: "Something broke on our side. The same call may work in a minute; if not, please tell us.",
    503: "Our database does not answer at the moment. The same call will work again as soon as it does.",
}
RETRY_AFTER = 10
"""Seconds after which it is worth asking again where the database was away: it restarts in a few."""
TOO_MUCH_FOR_IT = "54"
"""The class of PostgreSQL's states for what is more than the database can do: our mistake, not its absence."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself cannot be understood (an unknown host, a malformed form)."""
    if is_of_the_api(request):
        return problem(400)
    return unstored(HttpResponseBadRequest(render_to_string("400.html", request=request)))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing at this address."""
    if is_of_the_api(request):
        return problem(404)
    return unstored(HttpResponseNotFound(render_to_string("404.html", request=request)))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the page is rendered without a context, so that whatever broke cannot break it too.

    503 where it was the database that did not answer: nothing is broken, and the same call works again afterwards.
    """
    if database_is_away(sys.exception()):
        response = problem(503) if is_of_the_api(request) else page(503, "503.html")
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    if is_of_the_api(request):
        return problem(500)
    return page(500, "500.html")


def database_is_away(exception: BaseException | None) -> bool:
    """Whether this says that the database is stopped, full, locked or unreachable, not that we asked it nonsense."""
    if not isinstance(exception, OperationalError | InterfaceError):
        return False
    cause = exception.__cause__
    if isinstance(cause, sqlite3.Error):
        # Of a query that names what there is not, SQLite says "error" and no more.
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF != sqlite3.SQLITE_ERROR
    return not (getattr(cause, "sqlstate", None) or "").startswith(TOO_MUCH_FOR_IT)


def is_of_the_api(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith("/api/")


def among_answers(view: Callable) -> Callable:
    """Decorate a page that stands under /api/: another method is refused there in the form of every refusal."""

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refused = problem(405)
        refused.headers["Allow"] = response.headers["Allow"]
        return refused

    return answer


def page(status: int, template: str) -> HttpResponse:
    return unstored(HttpResponse(render_to_string(template), status=status))


def problem(status: int) -> HttpResponse:
    """What a program can read, and a page of another site may."""
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": DETAILS[status]}
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return unstored(response)


def unstored(response: HttpResponse) -> HttpResponse:
    """An error is true for now only: the next try may answer."""
    response.headers["Cache-Control"] = "no-store"
    return response
