"""What is sent with a POST is read before the portal is asked.

A worker has a few threads, and reading a body holds one until its last byte is there. One thread is therefore never
lent to bodies: who sends theirs a letter a minute keeps other forms waiting, and no page. A body that comes in chunks
gets the length that it turned out to have: without one Django reads nothing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.api.problems import TITLES
from portal.middleware.language import SPANISH

LARGEST_UPLOAD = 100 * 1024 * 1024
"""Bytes that staff may send: as many sheets as are taken at once, of the largest size that is read."""
READ_AT_ONCE = 64 * 1024  # bytes
A_MOMENT = 0.05
"""Seconds in which a body that was sent in one go is read many times over."""


class BodiesFirst:
    """Wrapped around the portal's WSGI application. `lent`: the threads that may wait (see portal.lent)."""

    def __init__(self, application: Callable, lent: BoundedSemaphore) -> None:
        self.application = application
        self._lent = lent

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"].upper() != "POST":  # Django takes "post" for it, too
            return self.application(environ, start_response)  # nothing of the portal reads its body
        if not self._lent.acquire(timeout=A_MOMENT):
            return busy(environ["PATH_INFO"], start_response)
        try:
            read_body(environ)
        finally:
            self._lent.release()
        with environ["wsgi.input"]:
            return self.application(environ, start_response)


def read_body(environ: dict[str, Any]) -> None:
    """Put what is sent in the place of what would have to be read, and say how long it is.

    Of a body that is too large only the length is passed on, for which Django refuses it.
    """
    largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if environ["PATH_INFO"].startswith("/admin/"):
        largest = LARGEST_UPLOAD
    body, length = io.BytesIO(), largest + 1
    if "HTTP_TRANSFER_ENCODING" not in environ:  # of a body in chunks nobody knows yet
        declared = environ.get("CONTENT_LENGTH") or ""
        length = int(declared) if declared.isdecimal() else 0
    if length <= largest or "HTTP_TRANSFER_ENCODING" in environ:
        body = taken(environ["wsgi.input"], length)
        length = body.seek(0, io.SEEK_END)
        body.seek(0)
        if length > largest:
            body.close()
            body = io.BytesIO()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)


def taken(sent: BinaryIO, length: int) -> BinaryIO:
    """Up to so many bytes of what is sent; in memory, unless it is an upload."""
    if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1:
        return io.BytesIO(b"".join(portions(sent, length)))
    body = TemporaryFile()  # noqa: SIM115  (closed after the portal has answered)
    body.writelines(portions(sent, length))
    return body


def portions(sent: BinaryIO, length: int) -> Iterable[bytes]:
    while length > 0 and (portion := sent.read(min(length, READ_AT_ONCE))):
        length -= len(portion)
        yield portion


def busy(path: str, start_response: Callable) -> list[bytes]:
    """503: too many bodies are on their way, and slow."""
    headers = [("Cache-Control", "no-store"), ("Retry-After", "5"), ("X-Content-Type-Options", "nosniff")]
    with translation.override(SPANISH if path.startswith(f"/{SPANISH}/") else "en"):
        sentence = _("Too much is being sent to us at this moment. Please send it again in a few seconds.")
    if path.startswith("/api/"):
        problem = {"type": "about:blank", "title": TITLES[503], "status": 503, "detail": sentence}
        body, kind = json.dumps(problem).encode(), "application/problem+json"
        headers.append(("Access-Control-Allow-Origin", "*"))
    else:
        body, kind = sentence.encode(), "text/plain; charset=utf-8"
    start_response("503 Service Unavailable", [*headers, ("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
