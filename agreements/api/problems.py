"""What the API answers when it cannot answer: problem details (RFC 9457) that name the parameter at fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from rest_framework import exceptions
from rest_framework.response import Response

from agreements.caching import heed_our_date_alone

TITLES = {
    400: "The request cannot be understood",
    401: "This key is not in force",
    404: "There is nothing at this address",
    410: "The record is gone",
    405: "This address does not take this method",
    412: "The answer is another one by now",
    413: "The request is too large",
    415: "The request's body is of a kind that is not read here",
    416: "The file has no such part",
    429: "Too many requests",
    500: "An error of ours",
    503: "The portal cannot answer at the moment",
}


class BadParameters(exceptions.APIException):
    """A parameter that is not known here, or a value that it cannot have."""

    status_code = 400

    def __init__(self, errors: Mapping[str, str | Iterable[str]], known: Iterable[str] = ()):
        """`errors`: a sentence for each parameter at fault; `known`: the parameters that this address takes."""
        self.errors = [
            {"parameter": readable(name), "detail": readable(sentence)}
            for name, sentences in errors.items()
            for sentence in ([sentences] if isinstance(sentences, str) else sentences)
        ]
        self.known = sorted(known)
        super().__init__(" ".join(f"{each['parameter']}: {each['detail']}" for each in self.errors))


def readable(text: str) -> str:
    """The text with a question mark for each half of a character: JSON can name one, and UTF-8 cannot."""
    return str(text).encode(errors="replace").decode()


class Gone(exceptions.APIException):
    """An id that was given up, of a record that nothing took the place of."""

    status_code = 410
    default_detail = "No list that we hold shows this record any more. If one does again, this address answers again."


class TooLarge(exceptions.APIException):
    """A body of more than settings.DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = 413
    default_detail = "What is asked here fits in a few words."


class Unchanged(exceptions.APIException):
    """Nothing is wrong: the caller holds the answer already."""

    status_code = 304


def unmet_condition(request: HttpRequest, *, etag: str, last_modified: int | None = None) -> HttpResponse | None:
    """What a caller's conditions leave of an answer that is in order: 304, 412, or None, where they let it stand."""
    heed_our_date_alone(request, last_modified)
    response = get_conditional_response(request, etag=etag, last_modified=last_modified)
    if response is None or response.status_code == 304:
        return response
    detail = "You wanted it only as you know it (If-Match, If-Unmodified-Since), and it has changed."
    body = {"type": "about:blank", "title": TITLES[412], "status": 412, "detail": detail}
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(body, status=412, headers=headers, content_type="application/problem+json")


def problem(exception: Exception, context: dict) -> Response | None:
    """DRF's exception handler. None lets an error of ours go on to the log and the page for 500."""
    if isinstance(exception, Http404):
        exception = exceptions.NotFound(*exception.args)
    if isinstance(exception, RequestDataTooBig):
        exception = TooLarge()
    if isinstance(exception, RecursionError):
        exception = exceptions.ParseError("The body is nested too deeply.")
    if not isinstance(exception, exceptions.APIException):
        return None
    status = exception.status_code
    if isinstance(exception, Unchanged):
        return Response(status=status)
    detail = exception.detail if isinstance(exception.detail, str) else "The body is not what it should be."
    body = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": str(detail)}
    if isinstance(exception, BadParameters):
        body["errors"] = exception.errors
        body["known_parameters"] = exception.known
    headers = {"Cache-Control": "no-store"}
    if challenge := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(max(1, ceil(wait)))
    return Response(body, status=status, headers=headers, content_type="application/problem+json")
