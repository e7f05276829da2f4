"""A list as it was read, kept with its run so that it can be compared and loaded again. Pure."""

from __future__ import annotations

import json
import zlib
from datetime import datetime

from agreements.imports.sheet import Sheet, SheetRow
from agreements.models import Snapshot


def pack(sheet: Sheet) -> bytes:
    """The list as bytes: compressed JSON, the same for the same list."""
    said = {
        "file_name": sheet.file_name,
        "sha256": sheet.sha256,
        "worksheet": sheet.worksheet,
        "columns": sheet.columns,
        "rows": [[row.number, row.cells, sorted(row.links.items())] for row in sheet.rows],
        "modified": sheet.modified and sheet.modified.isoformat(),
    }
    return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def unpack(data: bytes | memoryview) -> Sheet:
    """The list that was packed."""
    said = json.loads(zlib.decompress(bytes(data)))
    return Sheet(
        said["file_name"],
        said["sha256"],
        said["worksheet"],
        tuple(said["columns"]),
        tuple(SheetRow(number, tuple(cells), dict(links)) for number, cells, links in said["rows"]),
        datetime.fromisoformat(said["modified"]) if said["modified"] else None,
    )


def sheet_of(snapshot: Snapshot) -> Sheet:
    """A list that we hold, as its workbook printed it; the workbook's stamp is not held."""
    rows = tuple(
        SheetRow(number, tuple(cells), {int(column): url for column, url in links.items()})
        for number, cells, links in snapshot.printed_rows()
    )
    return Sheet(snapshot.file_name, snapshot.sha256, snapshot.worksheet, tuple(snapshot.columns), rows)
