"""The forms of the files of all records, written batch by batch: CSV, JSON Lines, GeoJSON; with compressed twins."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import brotli

from agreements.tables import harmless

from .renderers import CSV, JSONLines, cell, to_json

GEOMETRY = "geometry"
"""The name under which a record has its place on the map; a member of its own in GeoJSON, left out of other forms."""

GZIP_LEVEL = 6
BROTLI_QUALITY = 6
BROTLI_WINDOW = 20
"""Step 9 in the usual window of 2**22 bytes would save a thirtieth of the bytes, and take 45 MB for each file that is
open instead of 7."""

TWINS = {"br": ".br", "gzip": ".gz"}
"""Codings that a file is held in beside its own, by what HTTP calls them, and how their names end. The best first."""


class Form:
    """How records become bytes: what stands before the first, the records, what stands after the last."""

    extension: ClassVar[str]
    media_type: ClassVar[str]

    def __init__(self, columns: Sequence[str]):
        self.columns = columns

    def head(self) -> bytes:
        return b""

    def body(self, records: Iterable[Mapping[str, Any]]) -> bytes:
        raise NotImplementedError

    def tail(self) -> bytes:
        return b""


class Spreadsheet(Form):
    extension, media_type = CSV.format, CSV.media_type

    def head(self) -> bytes:
        return self._lines([[harmless(name) for name in self.columns]])

    def body(self, records) -> bytes:
        return self._lines([[cell(record.get(name)) for name in self.columns] for record in records])

    @staticmethod
    def _lines(rows: Iterable[Sequence]) -> bytes:
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        return out.getvalue().encode()


class Lines(Form):
    extension, media_type = JSONLines.format, JSONLines.media_type

    def body(self, records) -> bytes:
        return b"".join([to_json({name: record.get(name) for name in self.columns}) + b"\n" for record in records])


class GeoJSON(Form):
    """A FeatureCollection (RFC 7946) with a feature in each line; a record without a place has no geometry."""

    extension, media_type = "geojson", "application/geo+json"

    def __init__(self, columns: Sequence[str]):
        super().__init__(columns)
        self.is_first = True

    def head(self) -> bytes:
        return b'{"type":"FeatureCollection","features":['

    def body(self, records) -> bytes:
        lines = []
        for record in records:
            lines += [b"\n" if self.is_first else b",\n", to_json(self.feature(record))]
            self.is_first = False
        return b"".join(lines)

    def tail(self) -> bytes:
        return b"\n]}\n"

    def feature(self, record: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "type": "Feature",
            "id": record["geoid"],
            "geometry": record[GEOMETRY],
            "properties": {name: record.get(name) for name in self.columns},
        }


class Output:
    """A file that is being written, and its twins."""

    def __init__(self, path: Path):
        self.path = path
        self.plain = path.open("wb")
        self.gzipped = path.with_name(f"{path.name}.gz").open("wb")
        self.gzip = gzip.GzipFile("", "wb", GZIP_LEVEL, self.gzipped, mtime=0)
        self.brotlied = path.with_name(f"{path.name}.br").open("wb")
        self.brotli = brotli.Compressor(mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW)
        self.digest = hashlib.sha256()

    def write(self, content: bytes) -> None:
        self.plain.write(content)
        self.gzip.write(content)
        self.brotlied.write(self.brotli.process(content))
        self.digest.update(content)

    def finish(self) -> dict[str, Any]:
        """What there is to say of the file: its size, its sha256, the sizes of its twins."""
        self.gzip.close()
        self.brotlied.write(self.brotli.finish())
        plain, *packed = (file.tell() for file in (self.plain, self.brotlied, self.gzipped))
        self.close()
        return {
            "bytes": plain,
            "sha256": self.digest.hexdigest(),
            "compressed_bytes": dict(zip(TWINS, packed, strict=True)),
        }

    def close(self) -> None:
        for file in (self.plain, self.brotlied, self.gzipped):
            file.close()
