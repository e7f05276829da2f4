"""The bundled tables of reference geography hold what the Census and HUD say."""

from collections import Counter, defaultdict

import pytest
import us

from jurisdictions import slugs, tables
from jurisdictions.geoids import NOT_COVERED, STATE_FIPS, STATE_USPS, kind_of, state_fips
from jurisdictions.imports.build.leads import PART_OF_A_TOWN, TOWN_STATES


def records(table):
    return [dict(zip(tables.COLUMNS[table], row, strict=True)) for row in tables.read_table(table)]


@pytest.fixture(scope="module")
def areas():
    return {row["geoid"]: row for row in records("jurisdictions")}


@pytest.fixture(scope="module")
def parts():
    return records("lies_in")


@pytest.fixture(scope="module")
def names():
    by_name = defaultdict(list)
    for row in records("area_names"):
        by_name[STATE_USPS[row["state"]], row["name"]].append(row)
    return by_name


@pytest.fixture(scope="module")
def zips():
    by_zip = defaultdict(list)
    for row in records("zip_areas"):
        by_zip[row["zip"]].append(row)
    return by_zip


def test_there_are_so_many_of_each_kind(areas):
    assert Counter(row["kind"] for row in areas.values()) == {
        "state": 56,
        "county": 3_235,
        "place": 19_517,
        "county_subdivision": 16_540,
    }


def test_a_geoid_is_as_long_as_its_kind_and_begins_with_its_state(areas):
    for geoid, row in areas.items():
        assert kind_of(geoid) == row["kind"]
        assert row["state"] == ("" if row["kind"] == "state" else geoid[:2])


def test_states_agree_with_the_package_of_states(areas):
    expected = {(s.fips, s.abbr, s.name) for s in (*us.states.STATES, us.states.DC, *us.states.TERRITORIES)}
    held = {(row["geoid"], row["usps"], row["name"]) for row in areas.values() if row["kind"] == "state"}
    assert held == expected
    assert {usps: fips for fips, usps, _ in held} == STATE_FIPS


@pytest.mark.parametrize(
    ("geoid", "name"),
    [
        ("12011", "Broward County"),
        ("29510", "St. Louis city"),
        ("29189", "St. Louis County"),
        ("24510", "Baltimore city"),
        ("24005", "Baltimore County"),
        ("32510", "Carson City"),
        ("35013", "Doña Ana County"),
        ("22059", "LaSalle Parish"),
        ("17099", "LaSalle County"),
        ("18091", "LaPorte County"),
        ("48123", "DeWitt County"),
        ("28033", "DeSoto County"),
        ("24033", "Prince George's County"),
        ("46102", "Oglala Lakota County"),
        ("02158", "Kusilvak Census Area"),
        ("02063", "Chugach Census Area"),
        ("02066", "Copper River Census Area"),
        ("51019", "Bedford County"),
        ("51670", "Hopewell city"),
        ("11001", "District of Columbia"),
        ("72127", "San Juan Municipio"),
        ("66010", "Guam"),
        ("69110", "Saipan Municipality"),
        *[
            (f"091{number}0", f"{name} Planning Region")
            for number, name in enumerate(
                [
                    "Capitol",
                    "Greater Bridgeport",
                    "Lower Connecticut River Valley",
                    "Naugatuck Valley",
                    "Northeastern Connecticut",
                    "Northwest Hills",
                    "South Central Connecticut",
                    "Southeastern Connecticut",
                    "Western Connecticut",
                ],
                start=1,
            )
        ],
    ],
)
def test_a_county_goes_by_the_name_that_the_census_prints(areas, geoid, name):
    assert (areas[geoid]["kind"], areas[geoid]["name"]) == ("county", name)


@pytest.mark.parametrize("geoid", ["46113", "02270", "02261", "51515", "09001", "09015"])
def test_a_county_that_is_no_more_is_only_a_name(areas, names, geoid):
    assert geoid not in areas
    usps = STATE_USPS[geoid[:2]]
    assert {row["kind"] for row in names[usps, geoid]} == {"former_geoid"}


def test_connecticut_has_planning_regions_only(areas):
    assert sorted(g for g in areas if g.startswith("09") and len(g) == 5) == [f"09{n}" for n in range(110, 200, 10)]


@pytest.mark.parametrize(
    ("geoid", "short_name", "legal_type", "slug"),
    [
        ("12011", "Broward", "County", "broward-county"),
        ("24510", "Baltimore", "city", "baltimore-city"),
        ("22059", "LaSalle", "Parish", "lasalle-parish"),
        ("35013", "Doña Ana", "County", "dona-ana-county"),
        ("32510", "Carson City", "", "carson-city"),
        ("02220", "Sitka", "City and Borough", "sitka-city-and-borough"),
        ("78010", "St. Croix", "Island", "st-croix-island"),
        ("60030", "Rose Island", "", "rose-island"),
        ("66010", "Guam", "", "guam"),
        ("1216475", "Davie", "town", "davie"),
        ("2503690", "Barnstable", "Town city", "barnstable"),
        ("5467108", "Ravenswood", "city", "ravenswood"),
        ("4752006", "Nashville-Davidson", "metropolitan government (balance)", "nashville-davidson"),
        ("1836003", "Indianapolis", "city (balance)", "indianapolis"),
        ("3460900", "Princeton", "", "princeton"),
        ("2502109175", "Brookline", "town", "brookline"),
        ("2602147600", "Lincoln", "charter township", "lincoln-charter-township"),
        ("12", "Florida", "", "fl"),
    ],
)
def test_a_name_is_parted_into_bare_name_and_type(areas, geoid, short_name, legal_type, slug):
    row = areas[geoid]
    assert (row["short_name"], row["legal_type"], row["slug"]) == (short_name, legal_type, slug)


def test_no_two_areas_of_a_state_share_an_address_and_none_is_reserved(areas):
    taken = Counter((row["state"], row["slug"]) for row in areas.values())
    assert [key for key, count in taken.items() if count > 1] == []
    assert {slug for _, slug in taken} & slugs.RESERVED == set()
    assert {slug for _, slug in taken if slug != slugs.slug(slug)} == set()


def test_a_counties_address_is_its_full_name(areas):
    for row in areas.values():
        if row["kind"] == "county":
            assert row["slug"] == slugs.slug(row["name"])


def test_every_place_and_subdivision_lies_in_counties_that_exist(areas, parts):
    first = {part["geoid"] for part in parts if part["rank"] == "1"}
    assert first == {g for g, row in areas.items() if row["kind"] in {"place", "county_subdivision"}}
    assert {areas[part["county_geoid"]]["kind"] for part in parts} == {"county"}
    assert sum(areas[part["geoid"]]["kind"] == "place" for part in parts) == 20_748


def test_a_subdivision_lies_in_the_county_of_its_geoid(areas, parts):
    for part in parts:
        if len(part["geoid"]) == 10:
            assert part["county_geoid"] == part["geoid"][:5]


def test_herndon_keeps_its_empty_strip_on_file(parts):
    herndon = [(p["county_geoid"], p["population_2020"]) for p in parts if p["geoid"] == "5136648"]
    assert herndon == [("51059", "24655"), ("51107", "0")]


def test_population_is_of_a_named_year(areas):
    assert (areas["12011"]["population"], areas["12011"]["population_year"]) == ("1962531", "2023")
    assert areas["12"]["population_year"] == "2023"
    assert (areas["5136648"]["population"], areas["5136648"]["population_year"]) == ("24655", "2020")
    assert areas["09110"]["population_year"] == "2023"
    assert (areas["66"]["population"], areas["66"]["population_year"]) == ("", "")
    for row in areas.values():
        assert bool(row["population"]) == bool(row["population_year"])


def test_one_government_with_two_geoids_has_one_page(areas):
    for other, canonical in [
        ("1150000", "11001"),
        ("2404000", "24510"),
        ("2965000", "29510"),
        ("3209700", "32510"),
        ("4260000", "42101"),
        ("0667000", "06075"),
        ("1349008", "13021"),
        ("2501943790", "25019"),
        ("2501724925", "2524960"),
    ]:
        assert areas[other]["same_as"] == canonical, other
    same = [row for row in areas.values() if row["same_as"]]
    # 62 with their county, and six towns that became cities after the list of towns was made.
    assert len(same) == 68
    assert all(areas[row["same_as"]]["same_as"] == "" for row in same)


@pytest.mark.parametrize("geoid", ["1235000", "1304204", "1836003", "2148006", "4752006"])
def test_a_consolidated_city_with_other_towns_in_its_county_keeps_its_own_page(areas, geoid):
    assert areas[geoid]["same_as"] == ""


def test_ocd_ids_are_the_lists_own(areas):
    assert areas["1216475"]["ocd_id"] == "ocd-division/country:us/state:fl/place:davie"
    assert areas["35013"]["ocd_id"] == "ocd-division/country:us/state:nm/county:doña_ana"
    assert areas["46102"]["ocd_id"] == "ocd-division/country:us/state:sd/county:oglala_lakota"
    assert areas["0911001080"]["ocd_id"] == "ocd-division/country:us/state:ct/place:andover"
    assert areas["72"]["ocd_id"] == "ocd-division/country:us/territory:pr"
    for without in ("02158", "09110", "11", "11001", "66010", "4752006", "2148006"):
        assert areas[without]["ocd_id"] == "", without
    held = [row["ocd_id"] for row in areas.values() if row["ocd_id"]]
    assert len(held) == len(set(held)) == 39_348 - 156


def answers(rows):
    return sorted((row["kind"], row["leads_to"]) for row in rows)


@pytest.mark.parametrize(
    ("state", "name", "leads_to"),
    [
        pytest.param("MD", "Catonsville", ["24005"], id="its county governs"),
        pytest.param("TX", "The Woodlands", ["48201", "48339"], id="two counties"),
        pytest.param("CT", "West Hartford", ["0911082590"], id="a town by its new code"),
        pytest.param("MA", "Brookline", ["2502109175"], id="a town of the same name"),
        pytest.param("NJ", "Toms River", ["3402973125"], id="a township of the same name"),
        pytest.param("NY", "Levittown", ["3605934000"], id="in the Town of Hempstead"),
        pytest.param("NJ", "Iselin", ["3402382000"], id="in Woodbridge Township"),
        pytest.param("PA", "Levittown", ["42017"], id="over several boroughs and townships"),
        pytest.param("PR", "Adjuntas", ["72001"], id="a zona urbana"),
        pytest.param("HI", "Urban Honolulu", ["15003"], id="Hawaii has no cities"),
    ],
)
def test_a_census_designated_place_leads_to_whoever_governs_it(names, state, name, leads_to):
    assert answers(names[state, name]) == [("cdp", geoid) for geoid in leads_to]


def test_every_census_designated_place_has_an_answer(names, areas):
    cdps = [row for rows in names.values() for row in rows if row["kind"] == "cdp"]
    assert len({row["cdp_geoid"] for row in cdps}) == 12_391
    assert {row["leads_to"] for row in cdps} <= set(areas)


def test_where_towns_govern_a_county_is_never_called_the_only_government(names, areas):
    for rows in names.values():
        for row in rows:
            if row["kind"] == "cdp" and row["state"] in TOWN_STATES and areas[row["leads_to"]]["kind"] == "county":
                # Nantucket's town and county are one, and so is its page.
                assert PART_OF_A_TOWN in row["note"] or row["leads_to"] == "25019", row


def test_alaskas_census_areas_are_no_governments(names):
    (row,) = names["AK", "Tok"]
    assert (row["leads_to"], row["note"]) == ("02240", "in a census area, which has no government of its own")


@pytest.mark.parametrize(
    ("state", "name", "answer"),
    [
        ("FL", "Dade", ("former_name", "12086")),
        ("AK", "Barrow", ("former_place", "0281920")),
        ("AK", "0205200", ("former_geoid", "0281920")),
        ("FL", "Lake Worth", ("former_place", "1239081")),
        ("KY", "Louisville", ("former_place", "2148006")),
        ("GA", "Macon", ("former_place", "13021")),
        ("SD", "Shannon County", ("former_name", "46102")),
        ("AK", "02261", ("former_geoid", "02066")),
        ("CT", "0901301080", ("former_geoid", "0911001080")),
        ("CA", "Ventura", ("other_name", "0665042")),
        ("NV", "Las Vegas Strip", ("community", "32003")),
        ("NY", "Brooklyn", ("borough", "36047")),
    ],
)
def test_another_name_leads_to_the_area(names, state, name, answer):
    assert answer in answers(names[state, name])


def test_a_compiled_name_counts_with_and_without_its_state(names):
    regions = [("old_county", f"09{region}") for region in (120, 140, 190)]
    assert answers(names["CT", "Fairfield County"]) == answers(names["CT", "Fairfield County CT"]) == regions


def test_every_connecticut_towns_printed_code_is_kept(names, areas):
    codes = [row for (state, name), rows in names.items() for row in rows if state == "CT" and name.isdigit()]
    towns = [row for row in codes if len(row["name"]) == 10 and row["name"][:5] < "09100"]
    assert len(towns) == 169
    governed_by = Counter(areas[row["leads_to"]]["kind"] for row in towns)
    assert governed_by == {"county_subdivision": 149, "place": 20}


def test_a_town_that_is_one_with_its_city_leads_to_the_city(names):
    ansonia = answers(names["CT", "0900901220"])
    assert ansonia == answers(names["CT", "0914001220"]) == [("former_geoid", "0901150")]


def test_no_name_leads_to_the_other_geoid_of_a_government(names, areas):
    assert [row for rows in names.values() for row in rows if areas[row["leads_to"]]["same_as"]] == []


def test_zip_codes_and_their_counties(zips, areas):
    assert len(zips) == 39_494
    assert sum(map(len, zips.values())) == 54_571
    assert sum(len(rows) > 1 for rows in zips.values()) == 11_369
    known = {*areas, *NOT_COVERED}
    assert all(row["county_geoid"] in known for rows in zips.values() for row in rows)


@pytest.mark.parametrize(
    ("code", "counties", "city"),
    [
        ("33324", [("12011", "1")], "Fort Lauderdale"),
        ("21228", [("24005", "0.995563"), ("24510", "0.004437")], "Catonsville"),
        ("00601", [("72001", "0.997053"), ("72081", "0.002947")], "Adjuntas"),
        ("96799", [("60", "1")], "Pago Pago"),
        ("96941", [("64", "1")], "Pohnpei"),
        ("00501", [("36103", "1")], "Holtsville"),
        ("87901", [("35051", "1")], "Truth or Consequences"),
    ],
)
def test_a_zip_code_leads_to_every_county_that_it_touches(zips, code, counties, city):
    rows = zips[code]
    assert [(row["county_geoid"], row["share"]) for row in rows] == counties
    assert rows[0]["post_office_city"] == city


def test_shares_of_a_zip_make_one_and_none_is_lost(zips):
    for code, rows in zips.items():
        shares = [float(row["share"]) for row in rows]
        assert min(shares) > 0, code
        assert sum(shares) == pytest.approx(1, abs=1e-4), code


def test_a_zip_of_post_office_boxes_has_no_homes(zips):
    assert [row["residential_share"] for row in zips["00501"]] == ["0"]


@pytest.mark.parametrize(
    ("state", "fips"), [("FL", "12"), ("fl", "12"), (" 12 ", "12"), ("PR", "72"), ("64", ""), ("", "")]
)
def test_a_state_is_known_by_letters_or_digits(state, fips):
    assert state_fips(state) == fips


@pytest.mark.parametrize(
    ("geoid", "kind"), [("12", "state"), ("1216475", "place"), ("123", ""), ("1201x", ""), ("", "")]
)
def test_the_length_of_a_geoid_says_its_kind(geoid, kind):
    assert kind_of(geoid) == kind
