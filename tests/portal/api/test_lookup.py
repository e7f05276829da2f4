"""The lookup of the API: what a ZIP code or a name means, and that nobody learns who asked."""

import logging
from urllib.parse import urlsplit

import pytest

from jurisdictions.models import ZipArea
from portal.views.compare import compare_address
from tests.factories import AgencyFactory, AgreementFactory, AreaNameFactory, CountyFactory, SnapshotFactory

LOOKUP = "/api/v1/lookup/"


@pytest.fixture
def border(db):
    broward, dade = (
        CountyFactory(geoid="12011", name="Broward County"),
        CountyFactory(geoid="12086", name="Miami-Dade County"),
    )
    for county, share in ((broward, 0.96), (dade, 0.04)):
        ZipArea.objects.create(zip="33021", county=county, share=share, residential_share=share)
    SnapshotFactory()
    return broward, dade


def test_a_zip_code_in_the_address_or_the_body_leads_to_its_counties(client, border):
    answers = [
        client.get(LOOKUP, {"zip": "33021"}),
        client.post(LOOKUP, {"zip": "33021"}, content_type="application/json"),
        client.post(LOOKUP, {"q": "33021-1234"}, content_type="application/json"),
        client.post(LOOKUP, "zip=33021", content_type="application/x-www-form-urlencoded"),
    ]
    for response in answers:
        found = response.json()
        assert found["ambiguous"] is True
        assert found["differs"] is False
        assert [(each["jurisdiction"]["geoid"], each["share"]) for each in found["candidates"]] == [
            ("12011", 0.96),
            ("12086", 0.04),
        ]
        assert found["candidates"][0]["answer_url"].endswith("/api/v1/jurisdictions/12011/answer/")


def test_says_whether_the_answers_differ(client, border):
    AgreementFactory(agency=AgencyFactory(covers=[border[0]]))
    assert client.get(LOOKUP, {"zip": "33021"}).json()["differs"] is True


def test_a_name_leads_to_areas_and_agencies(client, border):
    AreaNameFactory(name="Gladeview", leads_to=border[0], cdp_geoid="1225987")
    agency = AgencyFactory(name="Florida Highway Patrol", placement="statewide")
    (place,) = client.post(LOOKUP, {"q": "gladeview fl"}, content_type="application/json").json()["candidates"]
    assert (place["jurisdiction"]["geoid"], place["name_typed"], place["cdp_geoid"]) == (
        "12011",
        "Gladeview",
        "1225987",
    )
    (patrol,) = client.post(LOOKUP, {"q": "highway patrol"}, content_type="application/json").json()["candidates"]
    assert patrol["agency"]["id"] == agency.public_id


def test_nothing_found_says_why_and_what_may_have_been_meant(client, border):
    found = client.post(LOOKUP, {"q": "brwoard"}, content_type="application/json").json()
    assert (found["problem"], found["candidates"]) == ("nothing", [])
    assert found["suggestions"][0]["jurisdiction"]["geoid"] == "12011"
    assert client.get(LOOKUP, {"zip": "99999"}).json()["problem"] == "zip_unknown"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "q"),
        ({"q": "davie", "zip": "33021"}, "q"),
        ({"zip": "3302"}, "zip"),
        ({"zip": "abcde"}, "zip"),
        ({"place": "davie"}, "place"),
        ({"q": "davie", "state": "ZZ"}, "state"),
        ({"q": 33021}, "body"),
        ([1], "body"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(client, body, parameter):
    response = client.post(LOOKUP, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == parameter


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["{", "", b"\xff", '"' * 50])
def test_a_body_that_is_no_json_is_refused(client, body):
    response = client.post(LOOKUP, body, content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_body_that_is_far_too_large_is_refused_as_such(client):
    response = client.post(LOOKUP, {"q": "x" * 2_000_000}, content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_get_takes_a_zip_code_and_no_name(client):
    for query in ({}, {"q": "davie"}, {"zip": "33"}):
        assert client.get(LOOKUP, query).status_code == 400


def test_nobody_keeps_what_was_asked(client, border, caplog):
    caplog.set_level(logging.DEBUG)
    for response in (
        client.get(LOOKUP, {"zip": "33021"}),
        client.get(LOOKUP, {"zip": "99999"}),
        client.post(LOOKUP, {"q": "33021"}, content_type="application/json"),
    ):
        assert response["Cache-Control"] == "no-store"
        assert "ETag" not in response
        assert "33021" not in str(response.headers)
        assert not response.cookies
    assert "33021" not in caplog.text
    assert "99999" not in caplog.text


# -- The bundled facts ------------------------------------------------------------------------------------------------


@pytest.fixture
def look_up(client):
    def ask(**body):
        return client.post(LOOKUP, body, content_type="application/json").json()

    return ask


def geoids(found) -> list[str]:
    return [each["jurisdiction"]["geoid"] for each in found["candidates"]]


@pytest.mark.facts
@pytest.mark.parametrize(
    ("body", "found", "differs", "problem"),
    [
        pytest.param({"zip": "90265"}, ["06037", "06111"], True, None, id="Malibu, a small part in Ventura County"),
        pytest.param({"zip": "21228"}, ["24005", "24510"], True, None, id="Catonsville, an edge in Baltimore city"),
        pytest.param({"zip": "20001"}, ["11001"], None, None, id="of one county"),
        pytest.param({"zip": "96960"}, [], None, "zip_not_covered", id="the Marshall Islands"),
        pytest.param({"zip": "00000"}, [], None, "zip_unknown", id="no ZIP code"),
        pytest.param({"q": "Catonsville"}, ["24005"], None, None, id="a place without a government of its own"),
        pytest.param({"q": "02261"}, ["02063", "02066"], False, None, id="a county that became two"),
        pytest.param(
            {"q": "Fairfield County CT"}, ["09190", "09140", "09120"], False, None, id="one that is now three"
        ),
        pytest.param({"q": "Dade County"}, ["12086", "13083", "29057"], True, None, id="an old name, and two counties"),
        pytest.param({"q": "Florida"}, ["12"], None, None, id="a state"),
    ],
)
def test_every_candidate_is_told_and_whether_their_answers_differ(look_up, body, found, differs, problem):
    answer = look_up(**body)
    assert (geoids(answer), answer["differs"], answer["problem"]) == (found, differs, problem)
    assert (answer["count"], answer["ambiguous"]) == (len(found), len(found) > 1)


@pytest.mark.facts
def test_shares_are_of_all_addresses_of_a_zip_code_however_small(look_up):
    answer = look_up(zip="21228")
    assert sum(each["share"] for each in answer["candidates"]) == pytest.approx(1, abs=1e-4)
    assert answer["candidates"][1]["share"] < 0.01
    assert answer["post_office_city"] == "Catonsville"


@pytest.mark.facts
def test_of_a_common_name_every_place_is_a_candidate(look_up):
    answer = look_up(q="Washington township")
    assert answer["count"] == len(set(geoids(answer))) > 100
    assert answer["differs"] is True
    assert len({each["title"]["en"] for each in answer["candidates"]}) > 10


@pytest.mark.facts
@pytest.mark.parametrize("typed", ["90265", "21228", "20001", "02261", "Fairfield County CT", "33139"])
def test_a_reader_is_asked_to_choose_just_where_the_answers_differ(client, look_up, typed):
    answer = look_up(q=typed)
    page = client.post("/find/", {"q": typed})
    assert page.status_code == (200 if answer["differs"] else 303)
    if answer["differs"]:
        assert all(f'href="{urlsplit(each["url"]).path}' in page.text for each in answer["candidates"])
    elif answer["ambiguous"]:
        assert page["Location"] == compare_address(geoids(answer))
    else:
        assert page["Location"] == urlsplit(answer["candidates"][0]["url"]).path


@pytest.mark.facts
def test_a_candidate_is_told_in_both_languages_and_leads_to_its_answer(client, look_up):
    (place,) = look_up(q="davie fl")["candidates"]
    assert place["title"] == {"en": "Davie, Florida", "es": "Davie, Florida"}
    assert place["details"][0] == {"en": "Town in Broward County", "es": "Pueblo (Condado de Broward)"}
    assert client.get(place["answer_url"]).json()["jurisdiction"]["geoid"] == place["jurisdiction"]["geoid"]


@pytest.mark.parametrize(
    ("address", "body", "parameter"),
    [
        (LOOKUP, "q=davie&q=miami", "q"),
        (LOOKUP, "zip=33021&zip=33324", "zip"),
        (f"{LOOKUP}?zip=33021", "q=davie", "zip"),
    ],
)
def test_what_is_asked_twice_is_refused_by_its_name(client, db, address, body, parameter):
    refused = client.post(address, body, content_type="application/x-www-form-urlencoded")
    assert refused.status_code == 400
    assert [each["parameter"] for each in refused.json()["errors"]] == [parameter]
