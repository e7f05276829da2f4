"""The forms of an answer: JSON, and for lists CSV and JSON Lines, sent row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.utils import json
from rest_framework.utils.encoders import JSONEncoder

from agreements.tables import FORMULA_STARTS, harmless

ROWS_IN_A_CHUNK = 100
# What stands for a record within a record, in a cell of one line.
NAMES_OF_A_RECORD = ("id", "geoid", "url", "name", "title")


def to_json(value: Any) -> bytes:
    """The value as compact JSON in UTF-8."""
    try:
        return orjson.dumps(value, default=_plainer, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:  # a number of more than 64 bits, a name that is no text
        return json.dumps(value, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()


_plainer = JSONEncoder().default


class JSON(JSONRenderer):
    charset = None  # JSON is UTF-8

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context=None) -> bytes:
        return b"" if data is None else to_json(data)


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
            yield b"\n".join([*map(to_json, batch), b""])


class CSV(Streamed):
    media_type = "text/csv"
    format = "csv"

    def stream(self, rows, columns):
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([harmless(name) for name in columns])
        for batch in in_chunks(rows):
            writer.writerows([[cell(row.get(name)) for name in columns] for row in batch])
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
        yield out.getvalue().encode()


def cell(value: Any) -> Any:
    """What a cell of one line says: a record by its id, several by theirs with blanks between; never a formula."""
    if value is None:
        return ""
    said = value if type(value) is str else named(value)
    if type(said) is str:
        return f"'{said}" if said.startswith(FORMULA_STARTS) else said
    return harmless(said)


def named(value: Any) -> Any:
    """A value in one line, not yet harmless."""
    kind = type(value)  # in the order of how often a cell has them: a long file has a hundred thousand cells
    if kind is str:
        return value
    if isinstance(value, dict):
        for name in NAMES_OF_A_RECORD:
            if found := value.get(name):
                return named(found)
        return None
    if kind is bool:
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return " ".join([str(named(each)) for each in value if each is not None])
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
