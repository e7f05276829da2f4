"""The forms of an answer: JSON, and for lists CSV and JSON Lines, which have a line for each record."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
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


class Lines(BaseRenderer):
    """A form in which a list goes out whole, a line for each record; errors stay JSON."""

    charset = "utf-8"
    end: bytes
    """What stands behind each line."""
    has_cells: bool
    """Whether a line has a cell for each column; otherwise it is the record as JSON."""

    def head(self, columns: Sequence[str]) -> list[bytes]:
        """The lines that stand before the records."""
        return []

    def lines(self, records: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[bytes]:
        """Each record, without the end of its line."""
        raise NotImplementedError

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context=None) -> bytes:
        """What is no list: a problem."""
        return JSON().render(data)


class JSONLines(Lines):
    media_type = "application/x-ndjson"
    format = "jsonl"
    end = b"\n"
    has_cells = False

    def lines(self, records, columns):
        return map(to_json, records)


class CSV(Lines):
    media_type = "text/csv"
    format = "csv"
    end = b"\r\n"
    has_cells = True

    def head(self, columns):
        return [*self.written([[harmless(name) for name in columns]])]

    def lines(self, records, columns):
        return self.written([cell(record.get(name)) for name in columns] for record in records)

    def written(self, rows: Iterable[Sequence]) -> Iterator[bytes]:
        """Each row as a line. The writer calls `write` once for each."""
        line: list[str] = []
        writer = csv.writer(SimpleNamespace(write=line.append), lineterminator="\r\n")
        for row in rows:
            writer.writerow(row)
            yield line.pop().removesuffix("\r\n").encode()


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
