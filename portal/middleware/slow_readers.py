"""A reader who takes a long answer slowly keeps other long answers waiting, and no page.

What is in one piece the server sends without the help of a thread, in its own time. Of an answer in many pieces a
thread waits until its reader has taken nearly all: 20 MB over a telephone, or a download that somebody leaves lying. A
worker has few threads, and lends all but one of them to answers in pieces and to bodies that are being sent.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from threading import BoundedSemaphore
from weakref import finalize

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from agreements.api.problems import TITLES
from portal import lent

IN_ONE_PIECE = 2_000_000
"""Bytes up to which a file goes out in one piece."""
AT_REST = 4_000_000
"""Bytes up to which an answer that is in one piece stays so. The server keeps it until its reader has taken all."""
A_PIECE = 64 * 1024
"""Bytes of a longer one that go out at once."""
A_MOMENT = 0.5
"""Seconds in which a reader with a good line, as a proxy has, takes the longest file several times over."""
AFTER_A_WAIT_IN_VAIN = 10
"""Seconds in which nobody waits again."""


class SlowReadersMiddleware:
    """Makes one piece of a short file, and lends a thread to a long one, if there is one to lend; else 503."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        self._in_vain_at = -math.inf

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            return response
        if not response.streaming:
            if len(response.content) <= AT_REST:
                return response
            response = in_pieces(response)
        if int(response.headers.get("Content-Length", IN_ONE_PIECE + 1)) <= IN_ONE_PIECE:
            response.streaming_content = [b"".join(response.streaming_content)]
        elif self._has_borrowed():
            response.streaming_content = Lent(response.streaming_content, lent.lent)
        else:
            for close in response._resource_closers:  # not close() itself, which says that the request is over
                close()
            return refusal(request)
        return response

    def _has_borrowed(self) -> bool:
        """Whether there was a thread to lend, at once or in a moment: most files are taken in less.

        Who waits does so on the worker's last thread. Where nobody has given one back meanwhile its readers are slow,
        and the next ones are refused at once, so that they keep no page waiting.
        """
        if lent.lent.acquire(blocking=False):
            return True
        if time.monotonic() - self._in_vain_at < AFTER_A_WAIT_IN_VAIN:
            return False
        if lent.lent.acquire(timeout=A_MOMENT):
            return True
        self._in_vain_at = time.monotonic()
        return False


class Lent:
    """An answer in pieces, which gives its thread back when it is closed or forgotten."""

    def __init__(self, pieces: Iterable[bytes], threads: BoundedSemaphore) -> None:
        self.pieces = iter(pieces)
        self.close = finalize(self, threads.release)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self.pieces)


def in_pieces(response: HttpResponse) -> StreamingHttpResponse:
    content = response.content
    pieces = (content[start : start + A_PIECE] for start in range(0, len(content), A_PIECE))
    taken_apart = StreamingHttpResponse(pieces, status=response.status_code, headers=response.headers)
    taken_apart.headers["Content-Length"] = str(len(content))
    taken_apart.cookies = response.cookies
    return taken_apart


def refusal(request: HttpRequest) -> HttpResponse:
    """503: too many long answers are on their way."""
    sentence = _("Others are fetching long files at this moment. Please try again in a minute.")
    headers = {"Cache-Control": "no-store", "Retry-After": "60"}
    if request.path_info.startswith("/api/"):
        problem = {"type": "about:blank", "title": TITLES[503], "status": 503, "detail": sentence}
        headers |= {"Content-Type": "application/problem+json", "Access-Control-Allow-Origin": "*"}
        return HttpResponse(json.dumps(problem), status=503, headers=headers)
    return HttpResponse(sentence, status=503, headers=headers | {"Content-Type": "text/plain; charset=utf-8"})
