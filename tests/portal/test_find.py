"""One field, and where it leads: on small worlds for each rule, on the bundled facts for what people really type."""

import logging

import pytest

from jurisdictions.models import ZipArea
from portal.answers.compare import answers_differ
from portal.find import LONGEST, MOST_SHOWN, Problem, find
from portal.lookup import names_held
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
    response = client.post("/find/", {"q": "33021"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert 'href="/us/fl/broward-county/"' in response.text
    assert 'href="/us/fl/miami-dade-county/"' in response.text
    assert "96 % of the addresses" in response.text


def test_a_choice_says_so_where_the_answer_is_the_same(client, border_zip):
    SnapshotFactory()
    assert "the same for each" in client.post("/find/", {"q": "33021"}).text
    AgreementFactory(agency=AgencyFactory(covers=[border_zip[0]]))
    assert "the same for each" not in client.post("/find/", {"q": "33021"}).text


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
        ("broward sheriff", "-broward-county-sheriffs-office/"),
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
