import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions import slugs


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Doña Ana County", "dona-ana-county"),
        ("Prince George's County", "prince-georges-county"),
        ("Prince George’s County", "prince-georges-county"),
        ("St. Louis city", "st-louis-city"),
        ("Louisville/Jefferson County", "louisville-jefferson-county"),
        ("Islamorada, Village of Islands", "islamorada-village-of-islands"),
        ("San Buenaventura (Ventura)", "san-buenaventura-ventura"),
    ],
)
def test_a_slug_is_plain_ascii_words(name, expected):
    assert slugs.slug(name) == expected


@given(st.text())
def test_a_slug_of_a_slug_is_itself(text):
    assert slugs.slug(slugs.slug(text)) == slugs.slug(text)


def form(short_name, legal_type, geoid, county="adams-county"):
    return slugs.forms(short_name, legal_type, county, geoid)


def test_a_name_of_its_own_stands_bare():
    assert slugs.assign({"1": form("Davie", "town", "1")}, {}) == {"1": "davie"}


def test_a_place_wins_the_bare_name_over_a_township():
    chosen = slugs.assign({"1": form("Burton", "village", "1")}, {"2": form("Burton", "township", "2")})
    assert chosen == {"1": "burton", "2": "burton-township"}


def test_two_places_of_one_name_go_by_their_type_and_leave_the_bare_name_to_nobody():
    chosen = slugs.assign(
        {"1": form("Lake", "city", "1"), "2": form("Lake", "town", "2")}, {"3": form("Lake", "township", "3")}
    )
    assert chosen == {"1": "lake-city", "2": "lake-town", "3": "lake-township"}


def test_townships_of_one_name_go_by_their_county():
    chosen = slugs.assign(
        {}, {"1": form("Burton", "township", "1"), "2": form("Burton", "township", "2", "mchenry-county")}
    )
    assert chosen == {"1": "burton-township-adams-county", "2": "burton-township-mchenry-county"}


def test_two_of_one_name_type_and_county_go_by_their_geoid():
    chosen = slugs.assign(
        {}, {"17001": form("Burton", "township", "17001"), "17002": form("Burton", "township", "17002")}
    )
    assert chosen == {
        "17001": "burton-township-adams-county-17001",
        "17002": "burton-township-adams-county-17002",
    }


def test_an_area_never_takes_a_slug_that_is_another_ones_bare_name():
    places = {
        "1": form("Grant Town", "town", "1"),
        "2": form("Grant", "town", "2"),
        "3": form("Grant", "city", "3"),
    }
    assert slugs.assign(places, {}) == {"1": "grant-town", "2": "grant-town-adams-county", "3": "grant-city"}


@pytest.mark.parametrize("word", sorted(slugs.RESERVED))
def test_a_reserved_word_is_no_area(word):
    assert slugs.assign({"1": form(word.title(), "city", "1")}, {}) == {"1": f"{word}-city"}


def test_a_county_keeps_its_slug():
    chosen = slugs.assign({"1": form("Carson City", "", "1", "carson-city")}, {}, taken={"carson-city"})
    assert chosen == {"1": "carson-city-carson-city"}


def test_it_refuses_to_give_one_slug_twice():
    only = form("Burton", "township", "1")
    with pytest.raises(ValueError, match="no slug is left for 1"):
        slugs.assign({}, {"1": only}, taken=set(only))


NAMES = st.sampled_from(["Lake", "Lake City", "Grant", "Map", "Union"])
TYPES = st.sampled_from(["city", "town", "township", ""])
COUNTIES = st.sampled_from(["adams-county", "lake-county"])


@given(st.lists(st.tuples(NAMES, TYPES, COUNTIES, st.booleans()), max_size=12))
def test_slugs_are_never_shared(areas):
    wanted = {True: {}, False: {}}
    for number, (name, legal_type, county, is_place) in enumerate(areas):
        wanted[is_place][str(number)] = form(name, legal_type, str(number), county)
    chosen = slugs.assign(wanted[True], wanted[False], taken={"lake-county"})
    assert len(set(chosen.values())) == len(areas)
    assert not {*slugs.RESERVED, "lake-county"} & set(chosen.values())
