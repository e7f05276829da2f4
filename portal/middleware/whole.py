"""An answer is whole before its first byte leaves.

A file made row by row, whose database goes away half-way, must not look like the whole of it. The server ends an answer
of unknown length in good order whatever happened, so that a program takes 31,000 rows of 39,348 for all that there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from tempfile import TemporaryFile
from typing import BinaryIO

from django.http import HttpRequest, HttpResponseBase

IN_MEMORY = 2_000_000
"""Bytes of one answer; what is longer waits in a file without a name, in the system's folder for such."""
ON_DISK = 64 * 1024
"""Bytes that are read at once of such a file."""


class WholeAnswerMiddleware:
    """Draws an answer that is made bit by bit up to its end, then sends it with its length.

    What breaks on the way is an error like any other (503, 500). A file that lies on a disk has its length already.
    """

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.streaming or response.has_header("Content-Length") or request.method == "HEAD":
            return response
        drawn, length = drawn_from(response.streaming_content)
        response.headers["Content-Length"] = str(length)
        response.streaming_content = drawn
        return response


def drawn_from(chunks: Iterable[bytes]) -> tuple[Iterable[bytes], int]:
    """All of an answer, and its length. A short one is in one piece: the server then needs no thread to send it."""
    held, length, chunks = [], 0, iter(chunks)
    for chunk in chunks:
        held.append(chunk)
        length += len(chunk)
        if length > IN_MEMORY:
            break
    else:
        return [b"".join(held)], length
    file = TemporaryFile()  # noqa: SIM115  (whoever sends it closes it)
    try:
        file.writelines(chain(held, chunks))
    except BaseException:
        file.close()
        raise
    length = file.tell()
    file.seek(0)
    return Pieces(file), length


class Pieces:
    """What a file holds, in pieces; whoever sends it closes it."""

    def __init__(self, file: BinaryIO) -> None:
        self.close = file.close
        self._read = partial(file.read, ON_DISK)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._read, b"")
