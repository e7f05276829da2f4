"""The pages for 400, 404 and 500, in the language of the path. None of them needs the database."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound, HttpResponseServerError
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself cannot be understood (an unknown host, a malformed form)."""
    return unstored(HttpResponseBadRequest(render_to_string("400.html", request=request)))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing at this address."""
    return unstored(HttpResponseNotFound(render_to_string("404.html", request=request)))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the page is rendered without a context, so that whatever broke cannot break it too."""
    return unstored(HttpResponseServerError(render_to_string("500.html")))


def unstored(response: HttpResponse) -> HttpResponse:
    """An error is true for now only: the next try may answer."""
    response.headers["Cache-Control"] = "no-store"
    return response
