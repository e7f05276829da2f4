"""The reference geography as it comes with the project: six compressed CSV tables in `data/`.

`build_geography` writes them; `load_geography`, the gazetteer, the maps and the files of all counties read them.
docs/geography.md says what each holds.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"

COLUMNS = {
    "jurisdictions": (
        "geoid",
        "kind",
        "name",
        "short_name",
        "legal_type",
        "slug",
        "state",
        "usps",
        "ocd_id",
        "population",
        "population_year",
        "same_as",
    ),
    "lies_in": ("geoid", "county_geoid", "rank", "population_2020"),
    "area_names": ("name", "kind", "state", "leads_to", "cdp_geoid", "note"),
    "zip_areas": ("zip", "county_geoid", "share", "residential_share", "post_office_city", "state"),
    "shapes": ("map", "what", "value"),
    "outlines": ("geoid", "outline"),
}
DRAWN = {"shapes", "outlines"}
"""Tables that are drawn from and never loaded into a database."""


def path_of(table: str, folder: Path = DATA) -> Path:
    return folder / f"{table}.csv.gz"


def read_table(table: str, folder: Path = DATA) -> Iterator[list[str]]:
    """Yield the rows of a table, in the order of its COLUMNS; ValueError if the file's own heading differs."""
    with gzip.open(path_of(table, folder), "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        heading = tuple(next(rows, ()))
        if heading != COLUMNS[table]:
            raise ValueError(f"{table}: expected the columns {COLUMNS[table]}, found {heading}")
        yield from rows


def write_table(table: str, rows: Iterable[tuple], folder: Path = DATA) -> int:
    """Write a table, byte for byte the same for the same rows; return how many there were."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    # No file name and no time in the gzip header: both would differ from run to run.
    with path_of(table, folder).open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    return count


def digest(folder: Path = DATA) -> str:
    """One sha256 over the tables that a database holds: two folders with the same one hold the same geography."""
    total = hashlib.sha256()
    for table in COLUMNS:
        if table not in DRAWN:
            total.update(hashlib.sha256(path_of(table, folder).read_bytes()).digest())
    return total.hexdigest()
