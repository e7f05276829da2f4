"""Lists as files, and how the records of an answer are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

import orjson
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from .held import LARGEST

IN_A_CHUNK = 64 * 1024  # bytes, about


class Renderer(Protocol):
    """A form in which a list goes out whole, a line for each record: CSV, JSON Lines."""

    media_type: str
    format: str
    end: bytes
    """What stands behind each line."""
    has_cells: bool
    """Whether a line has a cell for each column; otherwise it is the record as JSON."""

    def head(self, columns: Sequence[str]) -> list[bytes]:
        """The lines that stand before the records."""

    def lines(self, records: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterator[bytes]:
        """Each record, without the end of its line."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Records as lines with a cell for each of these fields."""

    renderer: Renderer
    names: tuple[str, ...]

    @property
    def key(self) -> tuple:
        return self.renderer.format, self.names

    def write(self, records: Iterable[dict[str, Any]]) -> Iterable[bytes]:
        return self.renderer.lines(records, self.names)


@dataclass(frozen=True, slots=True)
class SomeFields:
    """Records as JSON, with these fields alone."""

    names: tuple[str, ...]

    @property
    def key(self) -> tuple:
        return "json", self.names

    def write(self, records: Iterable[dict[str, Any]]) -> Iterable[bytes]:
        return (orjson.dumps({name: record[name] for name in self.names}) for record in records)


def file_of(renderer: Renderer, lines: Iterable[bytes] | None, columns: Sequence[str]) -> HttpResponseBase:
    """These lines as a file. None: its headers alone.

    A file goes out whole, with its length, unless it is long: the server sends what it has without the help of a
    thread, but of what is made bit by bit a thread waits for the reader.
    """
    kind = f"{renderer.media_type}; charset=utf-8"
    if lines is None:
        return StreamingHttpResponse((), content_type=kind)
    if isinstance(lines, list):  # in memory already, and there to stay
        return HttpResponse(renderer.end.join([*renderer.head(columns), *lines, b""]), content_type=kind)
    chunks = joined(chain(renderer.head(columns), lines), renderer.end)
    first, size = [], 0
    for chunk in chunks:
        first.append(chunk)
        size += len(chunk)
        if size > LARGEST:
            return StreamingHttpResponse(both(first, chunks), content_type=kind)
    return HttpResponse(b"".join(first), content_type=kind)


def both(first: Iterable[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    """One after the other. A reader who breaks off closes `rest`, and with it what reads the database."""
    yield from first
    yield from rest


def joined(lines: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """The lines with their ends, in chunks."""
    batch, size = [], 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if size > IN_A_CHUNK:
            yield end.join([*batch, b""])
            batch, size = [], 0
    if batch:
        yield end.join([*batch, b""])
