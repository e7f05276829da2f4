"""Whatever a stranger sends: a described answer or problem details, never an error of ours, on both databases.

The requests are those of tests/fuzz/hostile.py; `make fuzz` sends more of them, to all facts.
"""

import json

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
from tests.fuzz import hostile
from tests.fuzz.wire import Application, Call

API = "/api/v1/"


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


def wrong(calls) -> dict[str, list[str]]:
    """What is wrong with the answer to each call, by what the call is."""
    portal = Application()
    answered = {f"{call.name}: {call.method} {call.target[:80]!r}": (call, portal.answer(call)) for call in calls}
    assert answered
    return {name: found for name, (call, answer) in answered.items() if (found := hostile.faults(call, answer))}


def test_no_value_of_any_parameter_breaks_an_answer(stranger, addresses):
    assert wrong(hostile.with_values({path.encode(): known(stranger, path) for path in addresses}, singly=False)) == {}


@pytest.mark.parametrize("value", ["a NUL", "a word for a number", "the last moment of all"])
def test_a_value_that_a_parameter_cannot_have_is_refused_by_its_name(stranger, addresses, value):
    portal = Application()
    for path in addresses:
        for name in known(stranger, path):
            call = Call(value, f"{API}{path}?{name}=".encode() + hostile.VALUES[value])
            answer = portal.answer(call)
            assert hostile.faults(call, answer) == [], (path, name)
            if answer.status == 400:
                assert name in {each["parameter"] for each in json.loads(answer.body)["errors"]}, (path, name)


def test_no_list_of_words_that_comes_thousands_of_times_breaks_an_answer(addresses):
    assert wrong(hostile.with_words_again_and_again([b"agreements/", b"laws/", b"stats/agreements/"])) == {}


def test_no_header_and_no_method_breaks_an_answer(addresses):
    assert wrong(hostile.with_headers_and_methods([b"agreements/", b"lookup/", b"jurisdictions/12011/answer/"])) == {}


@pytest.mark.django_db
def test_what_is_no_address_is_told_so():
    assert wrong(hostile.to_no_address()) == {}


def known(stranger, path) -> list[str]:
    return stranger.get(f"{API}{path}?nonsense=1").json()["known_parameters"]


@pytest.mark.django_db
def test_a_parameter_given_twice_is_refused_by_its_name(stranger):
    refused = stranger.get(f"{API}agreements/?state=FL&state=TX")
    assert refused.status_code == 400
    assert [each["parameter"] for each in refused.json()["errors"]] == ["state"]


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


def test_no_body_breaks_the_lookup(addresses):
    portal = Application()
    for call in hostile.with_bodies():
        answer, status = portal.answer(call), hostile.BODIES[call.name][2]
        assert hostile.faults(call, answer) == [], call.name
        assert status in (None, answer.status), call.name


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
