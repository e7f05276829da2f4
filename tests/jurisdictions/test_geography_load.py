import gzip

import pytest
from django.db import connection

from jurisdictions import tables
from jurisdictions.gazetteer import Gazetteer
from jurisdictions.imports.geography import load_geography
from jurisdictions.models import AreaName, BundledRecord, Jurisdiction, LiesIn, ZipArea

pytestmark = pytest.mark.django_db

FLORIDA = ("12", "state", "Florida", "Florida", "", "fl", "", "FL", "", "22610726", "2023", "")
BROWARD = (
    "12011",
    "county",
    "Broward County",
    "Broward",
    "County",
    "broward-county",
    "12",
    "",
    "",
    "1962531",
    "2023",
    "",
)
DAVIE = ("1216475", "place", "Davie town", "Davie", "town", "davie", "12", "", "", "", "", "")
IN_BROWARD = ("1216475", "12011", 1, 105691)
CALLED_BSO = ("St. Broward’s", "nickname", "12", "12011", "", "")
PLANTATION_ZIP = ("33324", "12011", "1", "0.5", "Fort Lauderdale", "FL")
POHNPEI_ZIP = ("96941", "64", "1", "0", "Pohnpei", "FM")


@pytest.fixture
def folder(tmp_path):
    """Writes small tables: `folder(jurisdictions=[…])` changes one of them."""

    def write(**changed):
        rows = {
            "jurisdictions": [FLORIDA, BROWARD, DAVIE],
            "lies_in": [IN_BROWARD],
            "area_names": [CALLED_BSO],
            "zip_areas": [PLANTATION_ZIP, POHNPEI_ZIP],
        } | changed
        for table, of_table in rows.items():
            tables.write_table(table, of_table, tmp_path)
        return tmp_path

    return write


def test_loading_fills_the_four_tables(folder):
    done = load_geography(folder=folder())
    assert done.changed
    assert done.rows == {"jurisdictions": 3, "lies_in": 1, "area_names": 1, "zip_areas": 2}
    davie = Jurisdiction.objects.get(geoid="1216475")
    assert (davie.kind, davie.state.usps, davie.population, davie.get_absolute_url()) == (
        "place",
        "FL",
        None,
        "/us/fl/davie/",
    )
    assert [county.name for county in davie.counties.all()] == ["Broward County"]
    assert Jurisdiction.objects.get(geoid="12").state is None
    assert AreaName.objects.get().folded == "saint browards"
    assert ZipArea.objects.get(zip="33324").residential_share == 0.5


def test_a_zip_of_a_country_that_we_do_not_cover_has_no_county(folder):
    load_geography(folder=folder())
    pohnpei = ZipArea.objects.get(zip="96941")
    assert (pohnpei.county, pohnpei.state_usps) == (None, "FM")


def test_loading_the_same_tables_twice_changes_nothing(folder, django_assert_num_queries):
    load_geography(folder=folder())
    held = list(LiesIn.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        done = load_geography(folder=folder())
    assert not done.changed
    assert list(LiesIn.objects.values_list("pk", flat=True)) == held


def test_newer_tables_change_areas_in_place_and_replace_the_rest(folder):
    load_geography(folder=folder())
    # What points at an area must go on pointing at it.
    Jurisdiction.objects.create(
        geoid="129", kind="tribal_area", name="x", short_name="x", slug="x", same_as_id="1216475"
    )
    grown = (*DAVIE[:9], "110000", "2030", "")
    done = load_geography(folder=folder(jurisdictions=[FLORIDA, BROWARD, grown], area_names=[]))
    assert done.changed
    assert Jurisdiction.objects.get(geoid="1216475").population == 110_000
    assert Jurisdiction.objects.get(geoid="129").same_as.short_name == "Davie"
    assert AreaName.objects.count() == 0
    assert (LiesIn.objects.count(), ZipArea.objects.count()) == (1, 2)


def test_an_area_that_left_the_tables_stays_and_is_told(folder):
    load_geography(folder=folder())
    done = load_geography(folder=folder(jurisdictions=[FLORIDA, BROWARD], lies_in=[]))
    assert done.gone == ("1216475",)
    assert Jurisdiction.objects.filter(geoid="1216475").exists()


def test_a_load_that_fails_leaves_everything_as_it_was(folder):
    load_geography(folder=folder())
    before = BundledRecord.objects.get().digest
    broken = folder(area_names=[])
    tables.path_of("zip_areas", broken).write_bytes(gzip.compress(b"zip,county\n33324,12011\n"))
    with pytest.raises(ValueError, match="zip_areas: expected the columns"):
        load_geography(folder=broken)
    assert (AreaName.objects.count(), ZipArea.objects.count()) == (1, 2)
    assert BundledRecord.objects.get().digest == before


def test_progress_hears_of_every_row(folder):
    heard = []
    load_geography(lambda table, count: heard.append((table, count)), folder=folder())
    assert heard == [("jurisdictions", 3), ("lies_in", 1), ("area_names", 1), ("zip_areas", 2)]


def test_the_bundled_tables_load_and_the_gazetteer_reads_the_same_from_the_database(django_assert_num_queries):
    done = load_geography()
    connection.check_constraints()
    assert done.rows == {"jurisdictions": 39_348, "lies_in": 37_288, "area_names": 13_332, "zip_areas": 54_571}
    from_tables = Gazetteer.from_tables()
    with django_assert_num_queries(3):
        from_database = Gazetteer.from_database()
    for area in from_tables.in_state("VA") + from_tables.in_state("PR"):
        assert from_database.area(area.geoid) == area
    assert from_database.counties_named("FL", "Dade") == from_tables.counties_named("FL", "Dade")
    some = Gazetteer.from_database(["DE", "44"])
    assert some.in_state("DE") == from_tables.in_state("DE")
    assert [len(some.in_state("RI")), len(some.in_state("VA"))] == [len(from_tables.in_state("RI")), 0]
    assert not load_geography().changed
