"""The lookup of the API: what a ZIP code or a name means, and that nobody learns who asked."""

import logging

import pytest

from jurisdictions.models import ZipArea
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
