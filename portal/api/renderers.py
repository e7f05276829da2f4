"""The forms of an answer: JSON, and for lists CSV and JSON Lines, sent row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.utils import json
from rest_framework.utils.encoders import JSONEncoder

from agreements.tables import csv_lines, harmless

ROWS_IN_A_CHUNK = 100
# What stands for a record within a record, in a cell of one line.
NAMES_OF_A_RECORD = ("id", "geoid", "url", "name", "title")


class JSON(JSONRenderer):
    charset = None  # JSON is UTF-8
    ensure_ascii = False


class Streamed(BaseRenderer):
    """A form in which a list goes out whole; errors stay JSON."""

    charset = "utf-8"

    def stream(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[bytes]:
        """The file in chunks."""
        raise NotImplementedError

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context=None) -> bytes:
        """What is no list: a problem."""
        return JSON().render(data)


class JSONLines(Streamed):
    media_type = "application/x-ndjson"
    format = "jsonl"

    def stream(self, rows, columns):
        for batch in in_chunks(rows):
            lines = (json.dumps(row, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":")) for row in batch)
            yield "".join(f"{line}\n" for line in lines).encode()


class CSV(Streamed):
    media_type = "text/csv"
    format = "csv"

    def stream(self, rows, columns):
        cells = ([cell(row.get(name)) for name in columns] for row in rows)
        for batch in in_chunks(csv_lines([harmless(name) for name in columns], cells)):
            yield "".join(batch).encode()


def cell(value: Any) -> Any:
    """A value for one cell: a record is told by its id, several by their ids with blanks between them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return cell(next((value[name] for name in NAMES_OF_A_RECORD if value.get(name)), None))
    if isinstance(value, (list, tuple)):
        return " ".join(str(cell(each)) for each in value if each is not None)
    return value


def in_chunks(rows: Iterable, size: int = ROWS_IN_A_CHUNK) -> Iterator[list]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
