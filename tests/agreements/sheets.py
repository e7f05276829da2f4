"""The lists of the bundle as sheets again, to be taken by the importer as if they had been read from workbooks."""

import json
from functools import cache

from agreements.facts.tables import read_table
from agreements.imports.sheet import Sheet, SheetRow


@cache
def _printed() -> dict[int, tuple]:
    return {
        int(row["number"]): (
            tuple(json.loads(row["cells"])),
            {int(column): url for column, url in json.loads(row["links"]).items()},
        )
        for row in read_table("listings")
    }


def bundled_snapshots() -> list[dict]:
    """The bundle's rows of snapshots, in order of kind and position."""
    return list(read_table("snapshots"))


def sheet_of(snapshot: dict) -> Sheet:
    """A snapshot's rows as its workbook printed them."""
    printed = _printed()
    rows = tuple(SheetRow(number, *printed[listing]) for number, listing in json.loads(snapshot["rows"]))
    columns = tuple(json.loads(snapshot["columns"]))
    return Sheet(snapshot["file_name"], snapshot["sha256"], snapshot["worksheet"], columns, rows, None)
