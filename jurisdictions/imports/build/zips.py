"""USPS ZIP codes and the counties they touch: HUD's crosswalk, read out of the package that carries it."""

import csv
import io
import re
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ...geoids import NOT_COVERED
from .areas import Area

CROSSWALK = "ZIP_COUNTY_122025.csv"
SMALL_WORDS = re.compile(r"(?<=\s)(?:And|At|For|In|Of|On|Or|The)(?=\s)")


def read_crosswalk(path: Path) -> str:
    """The crosswalk's text, from the file itself or from a wheel or source archive that holds it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return archive.read(the_member(archive.namelist(), path)).decode()
    if tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            return archive.extractfile(the_member(archive.getnames(), path)).read().decode()
    return path.read_text(encoding="utf-8")


def the_member(names: Iterable[str], path: Path) -> str:
    """FileNotFoundError if the archive does not hold the crosswalk."""
    for name in names:
        if name.rpartition("/")[2] == CROSSWALK:
            return name
    raise FileNotFoundError(f"{path.name} holds no {CROSSWALK}")


def zip_areas(path: Path, by_geoid: Mapping[str, Area]) -> Iterable[tuple]:
    """Rows of the zip_areas table, by ZIP and falling share. ValueError for a code that is no area of ours.

    The file's codes have lost their leading zero. Four are bare territories: American Samoa's is kept as the
    territory's own GEOID, those of Micronesia, the Marshall Islands and Palau mean that we cover no part of the ZIP.
    """
    rows = []
    for row in csv.DictReader(io.StringIO(read_crosswalk(path))):
        code = row["COUNTY"]
        geoid = code if len(code) == 2 else code.zfill(5)
        if geoid not in by_geoid and geoid not in NOT_COVERED:
            raise ValueError(f"ZIP {row['ZIP']}: {geoid} is no county of the table")
        share, homes = float(row["TOT_RATIO"]), float(row["RES_RATIO"])
        city = SMALL_WORDS.sub(lambda word: word[0].lower(), row["USPS_ZIP_PREF_CITY"].title())
        rows.append((row["ZIP"].zfill(5), geoid, share, homes, city, row["USPS_ZIP_PREF_STATE"]))
    rows.sort(key=lambda row: (row[0], -row[2], row[1]))
    for zip_code, geoid, share, homes, city, state in rows:
        yield zip_code, geoid, short(share), short(homes), city, state


def short(ratio: float) -> str:
    """ "0.997053", "1", "0". Six decimals: the smallest share that the crosswalk prints is 0.000027."""
    return f"{ratio:.6f}".rstrip("0").rstrip(".")
