"""Whatever a stranger sends to the API: an answer or problem details, never an error of ours, on both databases."""

import pytest
from django.test import Client

from portal.api.throttling import ByAddress
from tests.factories import (
    AgreementFactory,
    CountyFactory,
    LocalPolicyFactory,
    PlaceFactory,
    SnapshotFactory,
    StateLawFactory,
)

API = "/api/v1/"
VALUES = {
    "a NUL": "%00",
    "bytes that are no text": "%ff%fe",
    "half a character": "%ED%A0%80",
    "more than 64 bits": "9223372036854775808",
    "a word for a number": "true",
    "1,500 words": "+".join(["w"] * 1500),
    "the first day of all": "0001-01-01T00:00:00%2B14:00",
    "the last day of all": "9999-12-31T23:59:59-14:00",
}
NO_ADDRESSES = [
    "nothing",
    "nothing/",
    "/agencies/",
    "agreements/%00/",
    "agreements/%ff%fe/",
    "agreements/abc%0Adef/",
    "agreements/..%2f/",
    "jurisdictions/99999999999999999999/",
    "jurisdictions/1201/answer/",
    "laws/%C3%A9/",
    "a" * 5000 + "/",
    "a%00",
]
BODIES = {
    "no JSON": (b"{", "application/json", 400),
    "no UTF-8": (b"\xff", "application/json", 400),
    "100,000 brackets": (b"[" * 100_000, "application/json", 400),
    "a number of 5,000 digits": (b"1" * 5_000, "application/json", 400),
    "an infinite number": (b'{"q": 1e999}', "application/json", 400),
    "a list": (b"[]", "application/json", 400),
    "nothing": (b"", "application/json", 400),
    "a NUL in a name": (rb'{"q": "\u0000"}', "application/json", 200),
    "half a character": (rb'{"q": "\ud800"}', "application/json", 200),
    "1,500 words": (b'{"q": "' + b"w " * 1_500 + b'"}', "application/json", 200),
    "a NUL as the state": (rb'{"q": "a", "state": "\u0000"}', "application/json", 400),
    "a charset of its own": (b"q=a", "application/x-www-form-urlencoded; charset=klingon", None),
    "a form of bytes": (b"q=%ff", "application/x-www-form-urlencoded", 200),
    "text": (b"q", "text/plain", 415),
}


@pytest.fixture(autouse=True)
def _as_often_as_we_like(monkeypatch):
    monkeypatch.setattr(ByAddress, "allow_request", lambda *args: True)


@pytest.fixture
def stranger():
    return Client(raise_request_exception=False)


@pytest.fixture
def addresses(db):
    """Of each kind of answer one."""
    snapshot = SnapshotFactory()
    county = CountyFactory(geoid="12011", name="Broward County")
    PlaceFactory(geoid="1200001", counties=[county])
    agreement = AgreementFactory()
    return [
        *("status/", "lookup/", "stats/agreements/", "jurisdictions/", "jurisdictions/12011/answer/"),
        *("agencies/", "agreements/", f"agreements/{agreement.public_id}/"),
        *("laws/", f"laws/{StateLawFactory().key}/", "policies/", f"policies/{LocalPolicyFactory().key}/"),
        *("designations/", "snapshots/", f"snapshots/{snapshot.sha256[:12]}/rows/"),
    ]


def is_an_answer(response) -> bool:
    """Data, or problem details that say the same status as the header."""
    if response.status_code in {200, 204}:
        return True
    return (
        400 <= response.status_code < 500
        and response["Content-Type"] == "application/problem+json"
        and response.json()["status"] == response.status_code
    )


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_value_of_any_parameter_breaks_an_answer(stranger, addresses, value):
    for address in addresses:
        known = stranger.get(f"{API}{address}?nonsense=1").json()["known_parameters"]
        for name in known:
            response = stranger.get(f"{API}{address}?{name}={value}")
            assert is_an_answer(response), (address, name, response.status_code, response.get("Content-Type"))
            if response.status_code == 400:
                assert name in {each["parameter"] for each in response.json()["errors"]}, (address, name)


@pytest.mark.django_db
def test_a_parameter_given_twice_is_refused_by_its_name(stranger):
    refused = stranger.get(f"{API}agreements/?state=FL&state=TX")
    assert refused.status_code == 400
    assert [each["parameter"] for each in refused.json()["errors"]] == ["state"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", NO_ADDRESSES, ids=lambda path: path[:40])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_what_is_no_address_is_404_as_problem_details(stranger, path, method):
    response = getattr(stranger, method)(API + path)
    assert response.status_code == 404
    assert is_an_answer(response)
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
def test_an_address_without_its_last_slash_leads_to_it_with_its_query(stranger):
    response = stranger.get(f"{API}agreements?state=FL&q=%C3%A9")
    assert response.status_code == 301
    assert response["Location"] == f"{API}agreements/?state=FL&q=%C3%A9"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/", "/api/v2/agreements/", "/api"])
def test_there_is_no_page_for_people_among_the_answers_for_programs(stranger, path):
    response = stranger.get(path)
    assert response.status_code in {301, 404}
    assert response.status_code == 301 or is_an_answer(response)


@pytest.mark.parametrize(("body", "kind", "status"), BODIES.values(), ids=BODIES)
def test_no_body_breaks_the_lookup(stranger, addresses, body, kind, status):
    response = stranger.generic("POST", f"{API}lookup/", body, content_type=kind)
    assert is_an_answer(response), (response.status_code, response.get("Content-Type"))
    assert status in (None, response.status_code)


def test_no_method_breaks_an_answer(stranger, addresses):
    for address in addresses:
        for method in ("post", "put", "patch", "delete", "trace", "options"):
            response = getattr(stranger, method)(API + address)
            assert is_an_answer(response), (address, method, response.status_code)
        head, got = stranger.head(API + address), stranger.get(API + address)
        assert (head.status_code, head.content) == (got.status_code, b""), address
        assert head.get("ETag") == got.get("ETag"), address


@pytest.mark.django_db
def test_an_error_of_ours_is_told_as_problem_details_too(stranger, monkeypatch):
    def broken(*args):
        raise ValueError("something of ours")

    monkeypatch.setattr("portal.api.views.status.Status.get", broken)
    response = stranger.get(f"{API}status/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "something of ours" not in response.text


def test_a_place_is_no_county_to_look_for_places_in(stranger, addresses):
    refused = stranger.get(f"{API}jurisdictions/?county=1200001")
    assert refused.status_code == 400
    assert [each["parameter"] for each in refused.json()["errors"]] == ["county"]
    assert stranger.get(f"{API}jurisdictions/?county=12").status_code == 400
    assert stranger.get(f"{API}jurisdictions/?county=12011").json()["count"] == 1
