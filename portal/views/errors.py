"""The pages for 400, 404 and 500, in the language of the path; under /api/ problem details (RFC 9457) instead.

None of them needs the database.
"""

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseNotFound,
    HttpResponseServerError,
    JsonResponse,
)
from django.template.loader import render_to_string

from agreements.api.problems import TITLES

DETAILS = {
    400: "Its address, its headers or its body are malformed.",
    404: "See /api/v1/ for the addresses that there are.",
    500: "Something broke on our side. The same call may work in a minute; if not, please tell us.",
}


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
    """500: the page is rendered without a context, so that whatever broke cannot break it too."""
    if is_of_the_api(request):
        return problem(500)
    return unstored(HttpResponseServerError(render_to_string("500.html")))


def is_of_the_api(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith("/api/")


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
