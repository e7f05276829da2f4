import pytest

from jurisdictions.gazetteer import Area, Gazetteer


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer.from_tables()


def geoids(areas):
    return [area.geoid for area in areas]


@pytest.mark.parametrize(
    ("state", "name", "expected"),
    [
        pytest.param("FL", "Broward", ["12011"], id="bare name"),
        pytest.param("fl", "BROWARD COUNTY", ["12011"], id="case"),
        pytest.param("12", "County of Broward", ["12011"], id="type first"),
        pytest.param("MD", "Baltimore", ["24005", "24510"], id="county and independent city"),
        pytest.param("MD", "Baltimore County", ["24005"], id="the county only"),
        pytest.param("MD", "Baltimore City", ["24510"], id="the city only"),
        pytest.param("NM", "Dona Ana", ["35013"], id="accent"),
        pytest.param("MD", "Prince Georges County", ["24033"], id="apostrophe"),
        pytest.param("MD", "Prince George’s", ["24033"], id="curly apostrophe"),
        pytest.param("LA", "La Salle", ["22059"], id="space"),
        pytest.param("MS", "De Soto County", ["28033"], id="space in the full name"),
        pytest.param("FL", "Saint Lucie", ["12111"], id="Saint"),
        pytest.param("FL", "Miami Dade", ["12086"], id="hyphen"),
        pytest.param("FL", "Dade County", ["12086"], id="former name"),
        pytest.param("GA", "Dade County", ["13083"], id="a county of its own in another state"),
        pytest.param("CT", "Fairfield County", ["09120", "09140", "09190"], id="a county that was divided"),
        pytest.param("MD", "Catonsville", [], id="a place without government is no county"),
        pytest.param("FL", "Davie", [], id="a town is no county"),
        pytest.param("ZZ", "Broward", [], id="no state"),
    ],
)
def test_counties_by_name(gazetteer, state, name, expected):
    assert geoids(gazetteer.counties_named(state, name)) == expected


@pytest.mark.parametrize(
    ("state", "name", "expected"),
    [
        pytest.param("FL", "Davie", ["1216475"], id="bare name"),
        pytest.param("FL", "Town of Davie", ["1216475"], id="type first"),
        pytest.param("FL", "St Petersburg", ["1263000"], id="St without full stop"),
        pytest.param("FL", "Ft. Lauderdale", ["1224000"], id="Ft"),
        pytest.param("CA", "La Canada Flintridge", ["0639003"], id="accent"),
        pytest.param("CA", "Ventura", ["0665042"], id="name in brackets"),
        pytest.param("MA", "Barnstable", ["2503690"], id="a town in a city's form"),
        pytest.param("MA", "Barnstable Town", ["2503690"], id="with its type"),
        pytest.param("TN", "Nashville", ["4752006"], id="consolidated"),
        pytest.param("IN", "City of Indianapolis", ["1836003"], id="balance of a consolidated city"),
        pytest.param("GA", "Macon", ["1349008"], id="the place of a consolidated county"),
        pytest.param("VA", "Alexandria", ["5101000"], id="independent city"),
        pytest.param("AK", "Barrow", ["0281920"], id="former name leads on to a place"),
        pytest.param("TX", "Reno", ["4861592", "4861604"], id="two of one name"),
        pytest.param("SD", "Lily", [], id="a town that dissolved"),
        pytest.param("MD", "Catonsville", [], id="no government"),
        pytest.param("FL", "", [], id="nothing"),
    ],
)
def test_places_by_name(gazetteer, state, name, expected):
    assert geoids(gazetteer.places_named(state, name)) == expected


@pytest.mark.parametrize(
    ("state", "name", "expected"),
    [
        pytest.param("CT", "West Hartford", ["0911082590"], id="Connecticut by its planning region"),
        pytest.param("OH", "Burton Township", ["3905510464"], id="with its type"),
        pytest.param("PA", "Township of Upper Merion", ["4209179136"], id="type first"),
        pytest.param("MI", "Lincoln Charter Township", ["2602147600"], id="charter township"),
    ],
)
def test_subdivisions_by_name(gazetteer, state, name, expected):
    assert geoids(gazetteer.subdivisions_named(state, name)) == expected


def test_a_charter_township_answers_to_township_too(gazetteer):
    found = geoids(gazetteer.subdivisions_named("MI", "Lincoln township"))
    assert "2602147600" in found
    assert len(found) == 8


def test_a_strip_where_nobody_lives_is_not_the_places_own(gazetteer):
    assert gazetteer.area("5136648").counties == ("51059",)


def test_counties_stand_in_the_order_of_where_people_live(gazetteer):
    counties = gazetteer.area("4835000").counties
    assert counties[0] == "48201"
    assert set(counties) == {"48201", "48157", "48339"}


def test_a_county_lies_in_itself_and_a_state_in_none(gazetteer):
    assert gazetteer.area("12011").counties == ("12011",)
    assert gazetteer.area("12").counties == ()


def test_one_government_has_one_canonical_area(gazetteer):
    washington = gazetteer.area("1150000")
    assert washington.canonical == "11001"
    assert gazetteer.canonical(washington).name == "District of Columbia"
    davie = gazetteer.area("1216475")
    assert gazetteer.canonical(davie) is davie


def test_unknown_geoid_is_none(gazetteer):
    assert gazetteer.area("46113") is None


def test_in_state_has_the_state_first_and_nothing_of_others(gazetteer):
    delaware = gazetteer.in_state("DE")
    assert delaware == gazetteer.in_state("10")
    assert delaware[0].name == "Delaware"
    assert [area.name for area in delaware if area.kind == "county"] == [
        "Kent County",
        "New Castle County",
        "Sussex County",
    ]
    assert {area.geoid[:2] for area in delaware} == {"10"}


def test_other_names_say_where_they_lead_and_why(gazetteer):
    (catonsville,) = gazetteer.other_names("MD", "catonsville")
    assert (catonsville.kind, catonsville.leads_to.name, catonsville.cdp_geoid) == (
        "cdp",
        "Baltimore County",
        "2414125",
    )
    assert gazetteer.other_names("VA", "catonsville") == []


def test_a_caller_may_change_the_list_it_was_given(gazetteer):
    gazetteer.places_named("FL", "Davie").clear()
    gazetteer.other_names("MD", "Catonsville").clear()
    assert geoids(gazetteer.places_named("FL", "Davie")) == ["1216475"]
    assert gazetteer.other_names("MD", "Catonsville")


def test_it_can_be_made_of_a_few_areas():
    broward = Area("12011", "county", "Broward County", "Broward", "County", "12", ("12011",), 1, "")
    rows = [("BSO land", "nickname", "12", "12011", "", ""), ("Dade", "former_name", "12", "12086", "", "")]
    small = Gazetteer([broward], rows)
    assert small.counties_named("FL", "BSO Land") == [broward]
    assert small.other_names("FL", "Dade") == []
