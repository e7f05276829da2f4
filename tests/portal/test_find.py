"""One field, and where it leads: on small worlds for each rule, on the bundled facts for what people really type."""

import logging
import random
from unittest.mock import Mock

import pytest
from django.db import DatabaseError
from rapidfuzz.distance import OSA

from jurisdictions.models import AreaName, DataVersion, Jurisdiction, ZipArea
from portal.answers.compare import answers_differ
from portal.find import LONGEST, MOST_SHOWN, MOST_SUGGESTED, Problem, find, suggest
from portal.lookup import held as held_names
from portal.lookup import names_held
from portal.lookup.trigrams import NearNames
from portal.lookup.words import all_squeezed, squeezed
from portal.views import find as find_views
from tests.factories import (
    NEWEST_LIST,
    AgencyFactory,
    AgreementFactory,
    AreaNameFactory,
    CountyFactory,
    PlaceFactory,
    SnapshotFactory,
    StateFactory,
    SubdivisionFactory,
)


@pytest.fixture
def florida(db):
    """Broward County with Davie in it, Doña Ana's like in Florida, and Davie County in North Carolina."""
    broward = CountyFactory(geoid="12011", name="Broward County", population=1_962_531)
    PlaceFactory(geoid="1216475", short_name="Davie", legal_type="town", population=105_691, counties=[broward])
    carolina = StateFactory(geoid="37", name="North Carolina", usps="NC")
    CountyFactory(geoid="37059", name="Davie County", state=carolina, population=45_000)
    return broward


def paths(found):
    return [hit.get_absolute_url() for hit in found.hits]


@pytest.mark.parametrize(
    "typed",
    [
        "davie fl",
        "Davie, FL",
        "davie, florida",
        "DAVIE FLORIDA",
        "Florida Davie",
        "Town of Davie",
        "Davie town",
        "1216475",
    ],
)
def test_a_name_with_its_state_or_kind_leads_to_one_page(florida, typed):
    assert find(typed).only.get_absolute_url() == "/us/fl/davie/"


def test_a_name_that_two_states_have_leads_to_a_choice_with_the_larger_first(florida):
    assert paths(find("Davie")) == ["/us/fl/davie/", "/us/nc/davie-county/"]


def test_a_chosen_state_narrows_a_name(florida):
    assert find("Davie", state="NC").only.get_absolute_url() == "/us/nc/davie-county/"


@pytest.mark.parametrize("typed", ["Broward", "broward county", "Broward Co", " BROWARD ", "Broward,", "geoid 12011"])
def test_a_county_is_found_by_bare_full_and_shortened_name(florida, typed):
    assert find(typed).only.get_absolute_url() == "/us/fl/broward-county/"


@pytest.mark.parametrize("typed", ["Doña Ana", "Dona Ana", "doña  ana county", "DOÑA-ANA"])
def test_accents_case_and_hyphens_do_not_matter(db, typed):
    CountyFactory(geoid="35013", name="Doña Ana County", state=StateFactory(geoid="35", name="New Mexico", usps="NM"))
    assert find(typed).only.get_absolute_url() == "/us/nm/dona-ana-county/"


def test_a_census_place_without_a_government_leads_to_the_county_and_says_so(florida):
    name = AreaNameFactory(name="Gladeview", leads_to=florida, cdp_geoid="1225987")
    hit = find("gladeview").only
    assert hit.get_absolute_url() == "/us/fl/broward-county/?from=1225987"
    assert hit.other_name == name
    assert hit.is_governing
    assert find("1225987").only.get_absolute_url() == "/us/fl/broward-county/"


def test_an_areas_own_name_and_another_that_leads_to_it_are_one_answer(florida):
    AreaNameFactory(name="Broward", leads_to=florida, cdp_geoid="1299999")
    assert find("Broward").only.get_absolute_url() == "/us/fl/broward-county/"


def test_the_second_geoid_of_a_government_leads_to_its_page(florida):
    city = CountyFactory(geoid="12999", name="Unity city", short_name="Unity", slug="unity-city")
    PlaceFactory(geoid="1299998", short_name="Unity", legal_type="city", same_as=city)
    for typed in ("Unity", "1299998", "12999"):
        assert find(typed).only.get_absolute_url() == "/us/fl/unity-city/"


@pytest.mark.parametrize("typed", ["FL", "fl", "florida", "Florida"])
def test_a_state_is_found_by_name_and_abbreviation(florida, typed):
    assert find(typed).only.get_absolute_url() == "/us/fl/"


def test_a_states_name_means_the_state_where_a_far_smaller_place_has_it_too(florida):
    state = StateFactory(geoid="48", name="Texas", usps="TX", population=30_000_000)
    missouri = StateFactory(geoid="29", name="Missouri", usps="MO", population=6_000_000)
    CountyFactory(geoid="29215", name="Texas County", state=missouri, population=25_000)
    assert find("texas").only.area == state
    assert find("texas mo").only.get_absolute_url() == "/us/mo/texas-county/"
    city = PlaceFactory(short_name="Texas", legal_type="city", state=state, population=8_000_000)
    assert {hit.area.pk for hit in find("texas").hits} == {"48", "29215", city.pk}


def test_a_state_that_is_one_county_has_one_page(db):
    guam = StateFactory(geoid="66", name="Guam", usps="GU")
    CountyFactory(geoid="66010", name="Guam", short_name="Guam", slug="guam", state=guam)
    assert find("Guam").only.get_absolute_url() == find("GU").only.get_absolute_url() == "/us/gu/guam/"


def test_a_citys_own_name_is_not_taken_for_another_citys_name_and_kind(db):
    kansas = StateFactory(geoid="20", name="Kansas", usps="KS")
    PlaceFactory(short_name="Kansas City", legal_type="city", state=kansas)
    PlaceFactory(short_name="Kansas", legal_type="city")
    assert find("Kansas City").only.get_absolute_url() == "/us/ks/kansas-city/"


def test_townships_of_one_name_are_told_apart_by_their_county(db):
    for name in ("Adams County", "Pike County"):
        SubdivisionFactory(short_name="Burton", slug=f"burton-{name[:4]}", counties=[CountyFactory(name=name)])
    found = find("Burton Twp")
    assert [hit.counties for hit in found.hits] == [("Adams County",), ("Pike County",)]


@pytest.fixture
def montana(db):
    """Butte in Montana, and what else might be read in "Butte MT" and its like."""
    state = StateFactory(geoid="30", name="Montana", usps="MT")
    PlaceFactory(short_name="Butte", legal_type="city", state=state)
    iowa, colorado = (
        StateFactory(geoid="19", name="Iowa", usps="IA"),
        StateFactory(geoid="08", name="Colorado", usps="CO"),
    )
    PlaceFactory(short_name="Clinton", legal_type="city", state=iowa)
    SubdivisionFactory(short_name="Clintonia")
    PlaceFactory(short_name="Aurora", legal_type="city", state=colorado)
    CountyFactory(name="Aurora County")
    PlaceFactory(short_name="Mount Olive", legal_type="town")
    PlaceFactory(short_name="North Port", legal_type="city")
    return state


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Butte MT", ["/us/mt/butte/"]),  # "Mt" is no mountain here
        ("MT", ["/us/mt/"]),
        ("Mt Olive", ["/us/fl/mount-olive/"]),
        ("Clinton ia", ["/us/ia/clinton/"]),  # and not Clintonia, which has the same letters
        ("N. Port", ["/us/fl/north-port/"]),
        ("Montana State", ["/us/mt/"]),
        ("State of Montana", ["/us/mt/"]),
    ],
)
def test_short_words_are_read_as_people_mean_them(montana, typed, expected):
    assert paths(find(typed)) == expected


def test_co_after_a_name_is_colorado_or_a_county(montana):
    assert set(paths(find("Aurora Co"))) == {"/us/co/aurora/", "/us/fl/aurora-county/"}
    assert find("Aurora, CO").only.get_absolute_url() == "/us/co/aurora/"


def test_a_name_with_the_very_words_leaves_out_longer_ones(db):
    harris = AgencyFactory(name="Harris County Sheriff's Office")
    AgencyFactory(name="Harrison County Sheriff's Office")
    assert find("harris sheriff").only.agency == harris
    assert len(find("harri sheriff").agencies) == 2


# -- Agencies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["Florida Highway Patrol", "florida highway patrol", "Highway Patrol Florida", "highway patrol"]
)
def test_an_agency_is_found_by_its_name_or_words_of_it(db, typed):
    agency = AgencyFactory(name="Florida Highway Patrol", placement="statewide", kind="state_police")
    AgencyFactory(name="Davie Police Department")
    assert find(typed).only.get_absolute_url() == agency.get_absolute_url()


def test_an_agency_is_found_by_any_spelling_ice_printed(db):
    agency = AgencyFactory(name="Davie Police Department", spelling="Davie Police Departent")
    assert find("davie police departent").only.agency == agency


def test_short_words_for_police_and_sheriff_are_understood(florida):
    sheriff = AgencyFactory(name="Broward County Sheriff's Office", covers=[florida])
    police = AgencyFactory(name="Davie Police Department")
    assert find("broward sheriff").only.agency == find("broward so").only.agency == sheriff
    assert find("davie pd").only.agency == find("Davie police FL").only.agency == police
    assert find("sheriff of Broward County").only.agency == sheriff
    assert find("Town of Davie Police").only.agency == police


def test_a_statewide_agency_is_found_by_its_initials(florida):
    patrol = AgencyFactory(name="Florida Highway Patrol", placement="statewide")
    AgencyFactory(name="Fellsmere Hometown Police", covers=[florida])
    assert find("FHP").only.agency == patrol


def test_initials_of_local_agencies_are_a_question_never_an_answer(florida):
    sheriff = AgencyFactory(name="Broward County Sheriff's Office", covers=[florida])
    found = find("BCSO")
    assert (found.hits, [hit.agency for hit in found.suggestions]) == ((), [sheriff])


def test_an_agencys_name_that_a_larger_town_elsewhere_has_too_is_asked(florida):
    """We hold only agencies that ICE lists: that of the larger town may be meant, and not be listed."""
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    larger = PlaceFactory(geoid="4816475", state=texas, short_name="Davie", legal_type="city", population=900_000)
    police = AgencyFactory(name="Davie Police Department")
    for typed in ("Davie Police Department", "davie pd", "policía de Davie"):
        assert [hit.area or hit.agency for hit in find(typed).hits] == [larger, police]
    assert find("davie pd fl").only.agency == police


def test_an_agency_that_names_no_state_is_asked_among_those_that_do(florida):
    for state in (StateFactory(geoid="28", name="Mississippi", usps="MS"), florida.state):
        name = "Department of Public Safety" if state.usps == "MS" else "Florida Department of Public Safety"
        AgencyFactory(name=name, state=state, placement="statewide")
    assert [hit.state.usps for hit in find("DPS").hits] == ["MS", "FL"]


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("condado de Broward", "/us/fl/broward-county/"),
        ("Condado Broward", "/us/fl/broward-county/"),
        ("condado de Broward, Florida", "/us/fl/broward-county/"),
        ("pueblo de Davie", "/us/fl/davie/"),
        ("la ciudad de Davie FL", "/us/fl/davie/"),
        ("estado de la Florida", "/us/fl/"),
        ("Broward County, FL, USA", "/us/fl/broward-county/"),
        ("Davie, Florida, EE. UU.", "/us/fl/davie/"),
        ("unincorporated Broward", "/us/fl/broward-county/"),
        ("１２１６４７５", "/us/fl/davie/"),
    ],
)
def test_words_around_a_name_are_read_in_both_languages(florida, typed, path):
    assert find(typed).only.get_absolute_url() == path


@pytest.mark.parametrize(
    "typed", ["alguacil de Broward", "sheriff del condado de Broward", "Oficina del Alguacil del condado de Broward"]
)
def test_a_sheriff_is_found_in_spanish(florida, typed):
    sheriff = AgencyFactory(name="Broward County Sheriff's Office", covers=[florida])
    assert find(typed).only.agency == sheriff
    assert [hit.agency for hit in suggest(typed)] == [sheriff]


def test_a_word_for_police_alone_names_no_agency(florida):
    AgencyFactory(name="Davie Police Department")
    assert find("the police").hits == ()


def test_an_agency_on_no_list_leads_on_to_the_place_it_is_named_after(florida):
    found = find("Broward County police")
    assert found.problem == Problem.NO_SUCH_AGENCY
    assert [hit.get_absolute_url() for hit in found.suggestions] == ["/us/fl/broward-county/"]


# -- ZIP codes ------------------------------------------------------------------------------------------------------


@pytest.fixture
def border_zip(florida):
    other = CountyFactory(geoid="12086", name="Miami-Dade County")
    ZipArea.objects.create(
        zip="33021", county=florida, share=0.96, residential_share=0.97, post_office_city="Hollywood"
    )
    ZipArea.objects.create(zip="33021", county=other, share=0.04, residential_share=0.03, post_office_city="Hollywood")
    return florida, other


@pytest.mark.parametrize("typed", ["33021", " 33021 ", "33021-4455", "330214455", "100 Main St, Hollywood FL 33021"])
def test_a_zip_code_leads_to_each_county_it_touches_with_its_share(border_zip, typed):
    found = find(typed)
    assert found.zip == "33021"
    assert found.post_office_city == "Hollywood"
    assert [(hit.area.pk, hit.share_percent) for hit in found.hits] == [("12011", "96"), ("12086", "4")]


def test_a_zip_code_of_one_county_leads_there(florida):
    ZipArea.objects.create(zip="33324", county=florida, share=1, residential_share=1)
    assert find("33324").only.get_absolute_url() == "/us/fl/broward-county/"


def test_five_digits_are_a_countys_geoid_only_if_they_are_no_zip_code(florida):
    assert find("12011").only.get_absolute_url() == "/us/fl/broward-county/"
    ZipArea.objects.create(
        zip="12011", county=CountyFactory(geoid="36001", name="Albany County"), share=1, residential_share=1
    )
    assert find("12011").only.area.pk == "36001"
    assert find("GEOID 12011").only.area.pk == "12011"


@pytest.mark.parametrize("typed", ["09001", "34003", "96271"])
def test_a_zip_code_of_the_armed_forces_is_no_countys_geoid_but_may_be_meant_so(db, typed):
    county = CountyFactory(geoid=typed, name="Bergen County")
    found = find(typed)
    assert (found.hits, found.problem) == ((), Problem.ZIP_UNKNOWN)
    assert [hit.area for hit in found.suggestions] == [county]
    assert find(f"geoid {typed}").only.area == county


def test_an_unknown_zip_code_and_one_of_another_country_are_told_apart(db):
    ZipArea.objects.create(
        zip="96941", county=None, share=1, residential_share=0, post_office_city="Pohnpei", state_usps="FM"
    )
    assert find("99999").problem == Problem.ZIP_UNKNOWN
    assert find("96941").problem == Problem.ZIP_NOT_COVERED


@pytest.mark.parametrize(
    "typed",
    ["33021 Davie", "Davie 33021", "davie, fl 33021-1234", "33021, Davie FL", "12 Lake Rd, Davie, Florida 33021"],
)
def test_a_place_beside_its_zip_code_wins(border_zip, typed):
    assert find(typed).only.get_absolute_url() == "/us/fl/davie/"
    assert [hit.get_absolute_url() for hit in suggest(typed)] == ["/us/fl/davie/"]


def test_a_name_beside_a_zip_code_of_elsewhere_is_offered_too_if_its_state_is_said(border_zip):
    CountyFactory(geoid="12001", name="Alachua County")
    assert paths(find("33021 Alachua, FL"))[2:] == ["/us/fl/alachua-county/"]
    assert find("33021 Alachua, FL").zip == ""
    assert len(find("33021 Alachua").hits) == 2


def test_a_number_before_a_name_that_is_no_zip_code_is_read_as_a_street(florida):
    assert find("99999 Broward County").hits == ()
    assert find("99999 Broward County").suggestions == ()


# -- Nothing found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("brwoard", "12011"), ("Browerd", "12011"), ("brow", "12011"), ("Davvie", "1216475"), ("brwoard fl", "12011")],
)
def test_a_misspelt_name_brings_what_may_have_been_meant(florida, typed, expected):
    found = find(typed)
    assert found.problem == Problem.NOTHING
    assert found.suggestions[0].area.pk == expected


def test_one_area_suggested_for_two_names_of_it_is_suggested_once(florida):
    AreaNameFactory(name="Davoy", kind="nickname", leads_to=find("davie fl").only.area)
    assert [hit.area.pk for hit in find("Davoe, FL").suggestions] == ["1216475"]


@pytest.mark.parametrize("typed", ["police", "county sheriff", "the city"])
def test_words_that_name_nobody_suggest_nobody(florida, typed):
    PlaceFactory(short_name="Polices", population=10)
    PlaceFactory(short_name="County Line")
    assert find(typed).suggestions == ()


def test_an_unknown_state_agency_leads_on_to_its_state(florida):
    found = find("North Carolina Highway Patrol")
    assert found.problem == Problem.NO_SUCH_AGENCY
    assert [hit.get_absolute_url() for hit in found.suggestions] == ["/us/nc/"]


@pytest.mark.parametrize("typed", ["", "   ", "\x00\x01\x7f", ",", "\u200b"])
def test_a_blank_says_what_to_type(db, typed):
    assert find(typed).problem == Problem.BLANK


@pytest.mark.parametrize("typed", ["💥", "'; DROP TABLE", "%", "((((", "x", "…", "ß" * 20, "a\x00b", "\ud800"])
def test_odd_input_finds_nothing_and_breaks_nothing(florida, typed):
    assert find(typed).hits == ()


def test_a_text_longer_than_any_name_is_refused(db):
    assert find("a" * (LONGEST + 1)).problem == Problem.TOO_LONG


# -- Other forms of a name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Davie, Flordia", "davie floirda", "Davie, Floridda", "davie fla", "Davie Fla."])
def test_a_state_may_be_misspelt_or_shortened(florida, typed):
    assert find(typed).only.get_absolute_url() == "/us/fl/davie/"


@pytest.mark.parametrize(
    "typed", ["Davie, Broward County", "Davie, Broward", "davie broward county", "Davie, Broward, FL"]
)
def test_a_place_is_told_from_its_namesakes_by_its_county(florida, typed):
    assert find(typed).only.get_absolute_url() == "/us/fl/davie/"


def test_a_county_that_the_place_does_not_lie_in_finds_nothing_there(florida):
    CountyFactory(geoid="12086", name="Miami-Dade County")
    assert find("Davie, Miami-Dade County").hits == ()


@pytest.mark.parametrize(
    ("typed", "name", "legal_type"),
    [
        ("W Palm Bch", "West Palm Beach", "city"),
        ("Ft. Myers", "Fort Myers", "city"),
        ("So. Bay", "South Bay", "city"),
        ("Altamonte Spgs", "Altamonte Springs", "city"),
        ("Saint Cloud", "St. Cloud", "city"),
        ("City of Tampa", "Tampa", "city"),
    ],
)
def test_short_forms_are_read_in_full(db, typed, name, legal_type):
    place = PlaceFactory(short_name=name, legal_type=legal_type)
    PlaceFactory(short_name="Bay Palm", legal_type="city")
    assert find(typed).only.area == place


def test_a_county_is_found_under_another_word_for_county(db):
    state = StateFactory(geoid="22", name="Louisiana", usps="LA")
    parish = CountyFactory(geoid="22071", name="Orleans Parish", short_name="Orleans", legal_type="Parish", state=state)
    PlaceFactory(short_name="Orleans", legal_type="city")
    assert find("orleans county la").only.area == parish
    assert find("Orleans County").only.area == parish


def test_two_words_of_an_agencys_name_are_enough(florida):
    campus = AgencyFactory(name="Florida Atlantic University Police Department")
    AgencyFactory(name="Atlantic Beach Police Department")
    assert find("florida atlantic").only.agency == campus
    assert find("florida atlan").hits == ()


# -- Proposals while somebody types ----------------------------------------------------------------------------------


def proposed(typed, **options):
    return [hit.get_absolute_url() for hit in suggest(typed, **options)]


@pytest.mark.parametrize("typed", ["da", "dav", "davie", "davie,", "davie, f", "davie flo", "dvaie", "davvie fl"])
def test_a_name_is_proposed_from_its_second_letter_on_whatever_slips(florida, typed):
    assert "/us/fl/davie/" in proposed(typed)


def test_the_very_name_comes_before_larger_ones_that_go_on(florida):
    PlaceFactory(short_name="Daviesville", legal_type="city", population=5_000_000)
    assert proposed("davie")[:3] == ["/us/fl/davie/", "/us/nc/davie-county/", "/us/fl/daviesville/"]


def test_a_larger_place_comes_first_among_equally_near_ones(db):
    small, large = (
        PlaceFactory(short_name=name, population=size) for name, size in [("Merion", 90), ("Marion", 90_000)]
    )
    assert proposed("Mrion") == [large.get_absolute_url(), small.get_absolute_url()]


@pytest.mark.parametrize("typed", ["county of brow", "condado de bro", "el condado de Browa"])
def test_a_name_goes_on_behind_the_word_for_its_kind(florida, typed):
    assert suggest(typed)[0].area == florida


def test_a_name_and_a_slip_that_is_still_being_typed_is_understood(florida):
    assert proposed("brwoar") == ["/us/fl/broward-county/"]


def test_an_abbreviation_that_may_become_another_word_is_read_both_ways(db):
    saint, stock = PlaceFactory(short_name="St. Cloud"), PlaceFactory(short_name="Stockton")
    assert set(proposed("st")) == {saint.get_absolute_url(), stock.get_absolute_url()}


def test_an_agency_is_proposed_by_its_beginning_and_with_a_slip(florida):
    police = AgencyFactory(name="Davie Police Department")
    for typed in ("davie pol", "davie polcie", "davei police"):
        assert police.get_absolute_url() in proposed(typed), typed


def test_a_whole_zip_code_proposes_its_counties_and_digits_alone_nothing(border_zip):
    assert proposed("33021") == ["/us/fl/broward-county/", "/us/fl/miami-dade-county/"]
    assert proposed("3302") == []


@pytest.mark.parametrize("typed", ["", " ", "x", "a" * 500, "💥", "((((", "\x00", "\ud800"])
def test_nothing_is_proposed_for_what_says_nothing(florida, typed):
    assert suggest(typed) == ()


def test_no_more_are_proposed_than_can_be_overlooked(db):
    for number in range(MOST_SUGGESTED + 5):
        PlaceFactory(short_name=f"Oak{'abcdefghijklmnopqrs'[number]}")
    assert len(suggest("oak")) == MOST_SUGGESTED


def test_proposals_are_json_in_the_readers_language_and_nowhere_kept(client, florida, caplog):
    AgencyFactory(name="Davie Police Department")
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    answer = client.post("/es/find/suggest/", {"q": "davie"})
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    place, county, agency = answer.json()["found"]
    assert place == {
        "label": "Davie, Florida",
        "detail": "Pueblo (Condado de Broward) · 105,691 habitantes",
        "url": "/es/us/fl/davie/",
    }
    assert (county["label"], agency["lang"]) == ("Condado de Davie, North Carolina", "en")
    assert answer.json()["status"] == "3 sugerencias. Use las flechas del teclado."
    assert "davie" not in caplog.text.lower()
    assert client.post("/find/suggest/", {"q": "zzqx"}).json()["found"] == []


def test_proposals_are_asked_for_by_post_only(client, db):
    assert client.get("/find/suggest/?q=davie").status_code == 405


# -- A place beside others -------------------------------------------------------------------------------------------


def test_a_place_that_is_looked_for_to_be_compared_leads_to_the_comparison(client, florida):
    first = client.post("/find/", {"q": "broward", "with": ""})
    assert (first.status_code, first["Location"]) == (303, "/us/compare/?a=12011")
    second = client.post("/es/find/", {"q": "davie", "with": ["", "12011"], "state": "FL"})
    assert second["Location"] == "/es/us/compare/?a=12011&b=1216475"
    choice = client.post("/find/", {"q": "davie", "with": ["", "12011"]})
    assert 'href="/us/compare/?a=12011&amp;b=1216475"' in choice.text
    assert 'href="/us/compare/?a=12011&amp;b=37059"' in choice.text
    (found,) = client.post("/find/suggest/", {"q": "broward", "with": ""}).json()["found"]
    assert found["url"] == "/us/compare/?a=12011"


def test_agencies_states_and_what_is_there_already_are_not_compared(client, florida):
    AgencyFactory(name="Davie Police Department")
    for typed in ("davie police", "florida", "broward"):
        response = client.post("/find/", {"q": typed, "with": ["", "12011"]})
        assert "We found no other place" in response.text, typed
    assert client.post("/find/suggest/", {"q": "davie pol", "with": ["", "12011"]}).json()["found"] == []
    assert client.post("/find/", {"q": "davie fl", "with": ["x", "\x00"]})["Location"] == "/us/compare/?a=1216475"


# -- All places of a state -------------------------------------------------------------------------------------------


def test_all_places_of_a_state_are_listed_by_name(client, florida):
    text = client.get("/find/", {"state": "fl"}).text
    assert text.index("Broward County") < text.index('href="/us/fl/davie/"')
    assert "Town in Broward County" in text
    assert client.get("/find/", {"state": "zz"}).status_code == 400


def test_those_of_a_large_state_are_listed_letter_by_letter(client, florida, monkeypatch):
    monkeypatch.setattr(find_views, "MOST_ON_A_PAGE", 1)
    text = client.get("/find/", {"state": "fl"}).text
    assert "Broward County" in text
    assert '<a href="/find/?state=fl&amp;letter=d">D</a>' in text
    assert 'href="/us/fl/davie/"' not in text
    assert 'href="/us/fl/davie/"' in client.get("/find/", {"state": "fl", "letter": "d"}).text


# -- The names held --------------------------------------------------------------------------------------------------


@pytest.mark.facts
def test_all_names_are_squeezed_together_as_each_is_alone():
    names = [*Jurisdiction.objects.values_list("name", flat=True), *AreaName.objects.values_list("name", flat=True)]
    names += ["Two\nlines", "", "O`Brien", "Doña  Ana", "St"]
    assert all_squeezed(names) == [squeezed(name) for name in names]


@pytest.mark.facts
def test_an_index_finds_every_name_within_one_edit():
    chance = random.Random(1)
    names = sorted({squeezed(name) for name in Jurisdiction.objects.values_list("short_name", flat=True)})
    index = NearNames(names)
    for typed in chance.sample([name for name in names if len(name) > 2], 60):
        place = chance.randrange(len(typed))
        typed = typed[:place] + chance.choice(["", "q", typed[place] * 2]) + typed[place + 1 :]
        expected = {place for place, name in enumerate(names) if OSA.distance(typed, name) <= 1}
        assert {place for _edits, place in index.near(typed, 1, limit=10_000)} == expected, typed


def test_a_portal_without_facts_finds_nothing_and_says_so(db):
    assert all_squeezed([]) == []
    assert find("Broward").problem == Problem.NOTHING
    assert suggest("Brow") == ()


def test_names_follow_the_facts(copy_of_facts):
    assert find("Zzyzx Harbor Police").hits == ()
    held = names_held()
    AgencyFactory(name="Zzyzx Harbor Police", state=Jurisdiction.objects.get(pk="12"))
    DataVersion.objects.bump()
    assert find("Zzyzx Harbor Police").only.agency.name == "Zzyzx Harbor Police"
    assert names_held().areas is held.areas
    assert names_held() is names_held()


def test_a_new_worker_reads_the_names_in_the_background_and_survives_a_database_without_tables(monkeypatch, caplog):
    monkeypatch.setattr(held_names, "names_held", Mock(side_effect=DatabaseError("no such table")))
    held_names.warm().join()
    assert "could not be read yet: DatabaseError" in caplog.text


# -- Do the answers differ? -----------------------------------------------------------------------------------------


def test_two_counties_of_a_state_differ_only_if_what_their_agencies_signed_does(border_zip):
    SnapshotFactory()
    assert not answers_differ(border_zip, NEWEST_LIST)
    for county in border_zip:
        AgreementFactory(agency=AgencyFactory(covers=[county]), program_model="WSO")
    assert not answers_differ(border_zip, NEWEST_LIST)
    AgreementFactory(agency=AgencyFactory(covers=[border_zip[1]]), program_model="TFM")
    assert answers_differ(border_zip, NEWEST_LIST)


def test_places_of_two_states_always_differ(florida):
    assert answers_differ([hit.area for hit in find("Davie").hits], NEWEST_LIST)


# -- The page -------------------------------------------------------------------------------------------------------


def test_one_answer_redirects_in_the_readers_language_and_is_not_stored(client, florida):
    for prefix in ("", "/es"):
        response = client.post(f"{prefix}/find/", {"q": "broward"})
        assert response.status_code == 303
        assert response["Location"] == f"{prefix}/us/fl/broward-county/"
        assert response["Cache-Control"] == "no-store"


def test_a_choice_is_a_page_of_plain_links_that_is_not_stored(client, border_zip):
    SnapshotFactory()
    AgreementFactory(agency=AgencyFactory(covers=[border_zip[0]]))
    response = client.post("/find/", {"q": "33021"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert 'href="/us/fl/broward-county/"' in response.text
    assert 'href="/us/fl/miami-dade-county/"' in response.text
    assert "96 % of the addresses" in response.text


def test_whoever_is_not_sure_reads_the_answers_side_by_side(client, border_zip):
    SnapshotFactory()
    AgreementFactory(agency=AgencyFactory(covers=[border_zip[0]]))
    for prefix in ("", "/es"):
        response = client.post(f"{prefix}/find/", {"q": "33021"})
        assert f'href="{prefix}/us/compare/?a=12011&amp;b=12086"' in response.text


def test_where_the_answer_is_the_same_nobody_is_asked(client, border_zip):
    SnapshotFactory()
    for prefix in ("", "/es"):
        response = client.post(f"{prefix}/find/", {"q": "33021"})
        assert (response.status_code, response["Location"]) == (303, f"{prefix}/us/compare/?a=12011&b=12086")
        assert response["Cache-Control"] == "no-store"


def test_of_more_than_four_places_with_one_answer_the_choice_says_so(client, florida):
    SnapshotFactory()
    for number in range(5):
        county = CountyFactory(name=f"County {number}")
        ZipArea.objects.create(zip="33999", county=county, share=0.2, residential_share=0.2)
    text = client.post("/find/", {"q": "33999"}).text
    assert "the answer is the same for each" in text
    assert text.count('<span class="quiet">20 % of the addresses') == 5


def test_a_name_of_many_places_is_capped_until_a_state_is_chosen(client, db):
    for fips, usps, name in [("12", "FL", "Florida"), ("48", "TX", "Texas")]:
        state = StateFactory(geoid=fips, usps=usps, name=name)
        for number in range(MOST_SHOWN):
            county = CountyFactory(geoid=f"{fips}{number:03}", name=f"County {number}", state=state)
            SubdivisionFactory(
                geoid=f"{fips}{number:03}00001",
                short_name="Union",
                slug=f"union-{number}",
                state=state,
                counties=[county],
            )
    response = client.post("/find/", {"q": "Union"})
    assert response.text.count("/union-") == MOST_SHOWN
    assert '<option value="TX">' in response.text
    narrowed = client.post("/find/", {"q": "Union", "state": "TX"})
    assert narrowed.text.count('href="/us/tx/union-') == MOST_SHOWN
    assert "<option" not in narrowed.text


@pytest.mark.parametrize(("typed", "status"), [("99999", 200), ("brwoard", 200), ("", 400), ("a" * 500, 400)])
def test_nothing_found_is_a_page_that_leads_on(client, florida, typed, status):
    response = client.post("/find/", {"q": typed})
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert 'name="q"' in response.text
    assert 'href="/us/"' in response.text


def test_the_form_ignores_what_an_address_carries(client, florida):
    response = client.get("/find/", {"q": "33021"})
    assert response.status_code == 200
    assert "33021" not in response.text


def test_what_was_typed_is_in_no_title_address_header_cookie_or_log(client, border_zip, caplog):
    AgreementFactory(agency=AgencyFactory(covers=[border_zip[0]]))
    caplog.set_level(logging.DEBUG)
    for typed in ("33021", "99999", "Davie"):
        response = client.post("/find/", {"q": typed})
        title = response.text.split("<title>")[1].split("</title>")[0]
        assert typed not in title
        assert typed not in str(response.headers)
        assert not response.cookies
        assert typed not in caplog.text


def test_what_was_typed_is_escaped(client, florida):
    assert "<script>alert" not in client.post("/find/", {"q": "<script>alert(1)</script>"}).text


def test_other_methods_are_refused(client, db):
    assert client.put("/find/").status_code == 405


# -- What people type, on the bundled facts -------------------------------------------------------------------------


@pytest.mark.facts
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("33324", "/us/fl/broward-county/"),
        ("davie fl", "/us/fl/davie/"),
        ("Broward", "/us/fl/broward-county/"),
        ("Doña Ana", "/us/nm/dona-ana-county/"),
        ("Dona Ana", "/us/nm/dona-ana-county/"),
        ("LaSalle Parish", "/us/la/lasalle-parish/"),
        ("St Louis city", "/us/mo/st-louis-city/"),
        ("Miami-Dade", "/us/fl/miami-dade-county/"),
        ("Dade county fl", "/us/fl/miami-dade-county/"),
        ("Catonsville", "/us/md/baltimore-county/?from=2414125"),
        ("NYC", "/us/ny/new-york/"),
        ("Guam", "/us/gu/guam/"),
        ("Washington DC", "/us/dc/district-of-columbia/"),
        ("Florida", "/us/fl/"),
        ("TX", "/us/tx/"),
        ("Nuevo México", "/us/nm/"),
        ("Kansas City, Kansas", "/us/ks/kansas-city/"),
        ("Saint Lucie", "/us/fl/st-lucie-county/"),
        ("ocd-division/country:us/state:fl/county:broward", "/us/fl/broward-county/"),
        ("Florida Highway Patrol", "-division-of-highway-patrol/"),
        ("Davie Police", "-davie-police-department/"),
        ("33324 Davie", "/us/fl/davie/"),
        ("Davie FL 33324", "/us/fl/davie/"),
        ("Catonsville MD 21228", "/us/md/baltimore-county/?from=2414125"),
        ("florida atlantic", "-florida-atlantic-police-department/"),
        ("Springfield Township, Bucks County, PA", "/us/pa/springfield-township-bucks-county/"),
        ("orleans county la", "/us/la/orleans-parish/"),
        ("W Palm Bch", "/us/fl/west-palm-beach/"),
        ("davie flordia", "/us/fl/davie/"),
        ("broward sheriff", "-broward-county-sheriffs-office/"),
        ("condado de los angeles", "/us/ca/los-angeles-county/"),
        ("University of Central Florida", "-university-of-central-florida-police-department/"),
        ("Florida Atlantic University", "-florida-atlantic-police-department/"),
    ],
)
def test_ends_on_the_page_a_person_expects(typed, expected):
    assert find(typed).only.get_absolute_url().endswith(expected)


@pytest.mark.facts
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Davie", ["/us/fl/davie/", "/us/nc/davie-county/"]),
        ("St Louis", ["/us/mo/st-louis-county/", "/us/mo/st-louis-city/", "/us/mn/st-louis-county/"]),
        ("21228", ["/us/md/baltimore-county/", "/us/md/baltimore-city/"]),
        ("90265", ["/us/ca/los-angeles-county/", "/us/ca/ventura-county/"]),
        ("60007", ["/us/il/cook-county/", "/us/il/dupage-county/"]),
        ("00601", ["/us/pr/adjuntas-municipio/", "/us/pr/lares-municipio/"]),
        ("Brooklyn", ["/us/ny/kings-county/", "/us/oh/brooklyn/"]),
        ("LA", ["/us/la/", "/us/ca/los-angeles/"]),
        ("New York", ["/us/ny/", "/us/ny/new-york/", "/us/ny/new-york-county/"]),
        ("Washington", ["/us/wa/", "/us/dc/district-of-columbia/"]),
        ("Houston Police Department", ["/us/tx/houston/"]),
        ("Orange County Sheriff", ["/us/ca/orange-county/"]),
    ],
)
def test_offers_a_choice_in_the_order_a_person_expects(typed, first):
    assert paths(find(typed))[: len(first)] == first


@pytest.mark.facts
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("brwoard", "/us/fl/broward-county/"),
        ("catonsvile", "/us/md/baltimore-county/?from=2414125"),
        ("sn francisco", "/us/ca/san-francisco-county/"),
        ("baltimore county police", "/us/md/baltimore-county/"),
    ],
)
def test_suggests_what_a_person_meant(typed, first):
    assert find(typed).suggestions[0].get_absolute_url() == first


@pytest.mark.facts
def test_the_names_of_the_whole_country_are_read_once(django_assert_max_num_queries):
    find("brwoard")
    with django_assert_max_num_queries(8):
        find("brwoard")
    assert names_held() is names_held()
