"""The public page of a record as a proposed change would make it."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import get_urlconf, set_urlconf
from django.utils import translation

from jurisdictions.models import DataVersion

from .. import actions
from ..models import EditorialState, Revision

ABOUT_THE_SERVER = (
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "HTTP_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "wsgi.url_scheme",
)


def as_public(request: HttpRequest, revision: Revision, language: str) -> HttpResponse:
    """What a reader would be sent for the record's address in `language` once `revision` is approved.

    The change is applied, the page is asked for as a stranger asks for it, and the change is taken back; no trace
    stays, in the database or in a cache, since each cache hangs on the version of the facts. A draft is shown as if
    it were published. ValidationError where the change cannot be applied to the record as it stands.
    """
    with transaction.atomic():
        DataVersion.objects.take_turn()
        record = type(revision.record).objects.get(pk=revision.record.pk)
        changes = dict(revision.changes)
        if record.state == EditorialState.DRAFT:
            changes.setdefault("state", EditorialState.PUBLISHED)
        actions.make_public(record, changes, by=request.user, reason=revision.reason)
        response = _asked_for(request, ("/es" if language == "es" else "") + record.get_absolute_url())
        transaction.set_rollback(True)
    response.headers["Cache-Control"] = "no-store, private"
    response.headers.pop("ETag", None)
    return response


def _asked_for(request: HttpRequest, address: str) -> HttpResponse:
    """The answer of this portal to a stranger who asks for a public address."""
    path, _, _mark = address.partition("#")
    path, _, query = path.partition("?")
    environ = {name: value for name, value in request.META.items() if name in ABOUT_THE_SERVER}
    environ |= {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": request.scheme,
    }
    urlconf = get_urlconf()
    try:
        with translation.override(translation.get_language()):
            return _handler().get_response(WSGIRequest(environ))
    finally:
        set_urlconf(urlconf)


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler
