"""Answers that a worker made already: when they are given again, and when never."""

import gzip
from datetime import date, timedelta

import brotli
import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test.utils import CaptureQueriesContext

from agreements.api.held import HeldAnswer, HeldAnswers, held_answers
from agreements.api.selections import members, missed, selections
from jurisdictions.api.shapes import written
from jurisdictions.models import DataVersion
from portal.api.renderers import to_json
from portal.middleware import compression
from tests.factories import AgreementFactory, CountyFactory

API = "/api/v1/"


@pytest.fixture
def version(db):
    DataVersion.objects.bump()


@pytest.mark.parametrize("address", ["agreements/", "agreements/?format=csv", "jurisdictions/12011/answer/", "status/"])
def test_an_answer_that_was_made_costs_one_query_and_is_the_same(client, version, django_assert_num_queries, address):
    AgreementFactory()
    CountyFactory(geoid="12011", name="Broward County")
    first = client.get(API + address)
    body = b"".join(first) if first.streaming else first.content
    with django_assert_num_queries(1):
        again = client.get(API + address)
    assert (again.status_code, again.content) == (200, body)
    told = {"RateLimit-Remaining", "RateLimit-Reset"}
    assert {name: first[name] for name in first.headers if name not in told} == {
        name: again[name] for name in again.headers if name not in told and name != "Content-Length"
    } | ({"Content-Length": first["Content-Length"]} if "Content-Length" in first else {})


def test_what_changes_is_seen_at_once(client, version):
    assert client.get(f"{API}agreements/").json()["count"] == 0
    AgreementFactory()
    DataVersion.objects.bump()
    assert client.get(f"{API}agreements/").json()["count"] == 1


def test_a_new_day_and_a_new_release_are_answered_anew(client, version, monkeypatch, django_assert_num_queries):
    client.get(f"{API}agreements/")
    for name, new in (("today", date(2026, 6, 1)), ("release", "the next one")):
        monkeypatch.setattr(f"agreements.api.base.{name}", lambda new=new: new)
        client.get(f"{API}agreements/")
        with django_assert_num_queries(1):
            client.get(f"{API}agreements/")
    assert len(held_answers._held) == 3


@pytest.mark.parametrize("address", ["agreements/?stat=FL", "agreements/zzzzzz/", "nothing/", "lookup/?zip=33324"])
def test_no_problem_and_no_look_up_is_held(client, version, address):
    for _ in range(2):
        client.get(API + address)
    assert not held_answers._held


def test_two_hosts_have_two_answers(client, version, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    CountyFactory(geoid="12011")
    urls = {
        client.get(f"{API}jurisdictions/12011/", headers={"Host": host}).json()["url"]
        for host in settings.ALLOWED_HOSTS
    }
    assert len(urls) == 2


def test_a_spanish_page_about_the_api_makes_no_answer_of_it_spanish(client, version):
    AgreementFactory(program_model="TFM")
    assert client.get(f"/es{API}docs/addresses/agreements/").status_code == 200
    for query in ("?status=listed&ordering=-signed_on&page_size=1", "", "?format=csv"):
        response = client.get(f"{API}agreements/{query}")
        body = b"".join(response) if response.streaming else response.content
        assert b"Task Force Model" in body, query
        assert b"modelo" not in body, query


def test_a_held_answer_still_counts_as_a_call(client, version):
    remaining = [int(client.get(f"{API}status/")["RateLimit-Remaining"]) for _ in range(3)]
    assert remaining == [remaining[0], remaining[0] - 1, remaining[0] - 2]


def test_who_holds_the_answer_is_told_so_before_it_is_made(client, version, django_assert_num_queries):
    etag = client.get(f"{API}agreements/")["ETag"]
    held_answers.clear()
    with django_assert_num_queries(1):
        unchanged = client.get(f"{API}agreements/", headers={"If-None-Match": f'"another", W/{etag}'})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", etag)
    assert client.get(f"{API}agreements/?stat=FL", headers={"If-None-Match": etag}).status_code == 400
    assert client.get(f"{API}agreements/", headers={"If-Match": '"another"'}).status_code == 412


def test_before_the_first_load_nothing_is_held(client, db):
    client.get(f"{API}agreements/")
    assert not held_answers._held


# -- Lists put together from what is kept -----------------------------------------------------------------------------

LISTS = (
    "agreements/?state=VA&page_size=10",
    "agreements/?state=VA&page_size=10&page=2",
    "agreements/?state=VA&ordering=-signed_on,model&page_size=60",
    "agreements/?state=VA&format=csv",
    "agreements/?state=VA&format=csv&fields=status,id",
    "agreements/?state=VA&format=jsonl",
    "agreements/?state=VA&format=jsonl&fields=url",
    "agreements/?state=VA&fields=id,agency",
    "agreements/?state=VA&expand=agency",
    "agreements/?state=VA&as_of=2025-06-15",
    "agreements/?jurisdiction=51&reach=statewide&status=listed",
    "agencies/?state=VA&format=csv",
    "agencies/?state=VA&expand=agreements&page_size=5",
    "laws/?state=VA&fields=id,standing",
    "laws/?state=VA&as_of=2025-06-15",
    "policies/?state=VA&format=jsonl",
    "designations/?state=VA",
)


def forget_lists():
    for kept in (held_answers, selections, members, missed):
        kept.clear()


def forget_everything():
    forget_lists()
    written.clear()


@pytest.mark.facts
def test_a_list_says_the_same_whatever_a_worker_was_asked_before(client):
    anew = {}
    for address in LISTS:
        forget_everything()
        anew[address] = client.get(API + address).content
    forget_everything()
    for address in reversed(LISTS):
        assert client.get(API + address).content == anew[address], address
    held_answers.clear()
    for address in LISTS:
        assert client.get(API + address).content == anew[address], address


@pytest.mark.facts
def test_another_page_or_form_of_a_list_asks_for_the_version_alone(client, django_assert_num_queries):
    client.get(f"{API}agreements/?state=VA&page_size=1000")
    for form in ("&page_size=10&page=2", "&format=csv", "&format=csv&fields=status,id", "&format=jsonl", "&fields=url"):
        with django_assert_num_queries(1):
            assert client.get(f"{API}agreements/?state=VA{form}").status_code == 200


COMBINED = (
    # What is asked for together, or the first of the filters that are a condition of their own; then the others.
    ("agreements/?", ("state=TX", "status=listed"), ""),
    ("agreements/?", ("state=TX", "kind=sheriff", "model=TFM", "status=listed"), "&ordering=-signed_on"),
    ("agreements/?", ("q=county", "state=TX", "status=listed"), "&ordering=-status,model"),
    ("agreements/?as_of=2025-06-15&", ("jurisdiction=48&reach=all", "model=WSO"), ""),
    ("agreements/?as_of=2025-06-15&", ("state=TX", "status=missing"), "&ordering=-status"),
    ("agreements/?", ("signed_from=2025-03-01&signed_to=2025-04-01", "kind=municipal_police", "status=listed"), ""),
    ("agencies/?", ("state=TX", "kind=sheriff", "placement=decided"), "&ordering=-agency"),
    ("agencies/?", ("model=JEM&status=listed", "state=TX"), ""),
    ("agencies/?as_of=2026-01-01&", ("model=TFM&status=no_longer_listed", "kind=constable"), ""),
)


@pytest.mark.facts
@pytest.mark.parametrize(("records", "parts", "order"), COMBINED)
def test_a_list_with_several_filters_is_what_the_lists_of_each_have_in_common(
    client, django_assert_num_queries, records, parts, order
):
    address = f"{API}{records}{'&'.join(parts)}{order}&page_size=1000"
    asked = client.get(address).content
    forget_lists()
    for number, part in enumerate(parts):
        client.get(f"{API}{records}{part}{'' if number else order}")
    with django_assert_num_queries(1):
        assert client.get(address).content == asked


@pytest.mark.facts
def test_what_one_filter_keeps_is_asked_for_when_it_was_missed_twice(client):
    """So that a first call costs no more than to ask for its list, and most combinations cost nothing."""
    client.get(f"{API}agreements/?page_size=1000&fields=id")
    told = []
    for state, status in (("TX", "listed"), ("TX", "missing"), ("VA", "missing"), ("VA", "listed"), ("TX", "ended")):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{API}agreements/?state={state}&status={status}&page_size=1&fields=id")
        told.append(len(queries) - 1)
    assert told == [1, 1, 1, 2, 1]


@pytest.mark.facts
@pytest.mark.parametrize("state", ["VA" + " " * 1_000, "V" * 1_000])
def test_an_address_that_is_long_takes_no_room_in_a_worker(client, state):
    forget_lists()
    asked = {"state": state, "status": "listed"}
    assert client.get(f"{API}agreements/", asked).status_code in {200, 400}
    assert (selections.size, members.size, missed.size) == (0, 0, 0)


def test_what_is_wrong_is_refused_though_the_list_is_kept(client, version):
    for address in ("agreements/?state=FL", "agreements/?state=FL&page=2", "agreements/?state=FL&fields=colour",
                    "agreements/?state=FL&state=TX", "agreements/?state=FL&format=csv&page=1"):  # fmt: skip
        assert client.get(API + address).status_code == (200 if address == "agreements/?state=FL" else 400)


def test_a_list_follows_what_changes_though_its_records_are_kept(client, version):
    agreement = AgreementFactory()
    DataVersion.objects.bump()
    for name in ("One Sheriff", "Another Sheriff"):
        type(agreement.agency).objects.update(name=name)
        DataVersion.objects.bump()
        assert client.get(f"{API}agreements/").json()["results"][0]["agency"]["name"] == name


# -- The room that they take ------------------------------------------------------------------------------------------


def answer(size: int) -> HeldAnswer:
    return HeldAnswer({}, b"x" * size)


def test_what_nobody_asked_for_lately_makes_room():
    held = HeldAnswers(together=100, largest=60)
    for name in "abc":
        held.put(name, answer(30))
    assert held.get("a")
    held.put("d", answer(30))
    assert [name for name in "abcd" if held.get(name)] == ["a", "c", "d"]
    held.put("c", answer(10))
    assert held.size == 70
    held.put("e", answer(61))
    assert held.get("e") is None


def test_short_answers_take_no_room_without_end():
    held = HeldAnswers(most=2)
    for name in "abc":
        held.put(name, answer(0))
    assert [name for name in "abc" if held.get(name)] == ["b", "c"]


def test_a_long_file_that_is_sent_bit_by_bit_is_not_held():
    held = HeldAnswers()
    response = StreamingHttpResponse(iter([b"abc", b"def"]))
    held.keep("long", response)
    assert b"".join(response) == b"abcdef"
    assert held.get("long") is None
    held.keep("whole", HttpResponse(b"abc", headers={"X-Data-Version": "3"}))
    assert held.answer("whole")["X-Data-Version"] == "3"


@pytest.mark.django_db
@pytest.mark.parametrize(("coding", "plain"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_an_answer_is_made_smaller_once(client, version, monkeypatch, coding, plain):
    made = []
    make = compression.WHOLE[coding]
    monkeypatch.setitem(compression.WHOLE, coding, lambda content: made.append(content) or make(content))
    AgreementFactory()
    for _time in range(3):
        response = client.get(f"{API}agreements/", headers={"Accept-Encoding": coding})
        assert (response["Content-Encoding"], int(response["Content-Length"])) == (coding, len(response.content))
        assert plain(response.content) == client.get(f"{API}agreements/").content
    assert len(made) == 1
    DataVersion.objects.bump()
    client.get(f"{API}agreements/", headers={"Accept-Encoding": coding})
    assert len(made) == 2


def test_smaller_forms_take_room_too():
    held = HeldAnswers(together=10)
    held.keep("one", response := HttpResponse(b"a long one"))
    assert response.in_coding("br", lambda body: body[:4]) == b"a lo"
    assert (held.get("one"), held.size) == (None, 4)


# -- JSON -------------------------------------------------------------------------------------------------------------


def test_json_says_the_same_whatever_writes_it():
    record = {
        "day": date(2026, 5, 18),
        "long": timedelta(seconds=90),
        "text": "Doña Ana \u2028 </script>",
        "none": None,
    }
    assert to_json(record).decode() == (
        '{"day":"2026-05-18","long":"90.0","text":"Doña Ana \u2028 </script>","none":null}'
    )
    assert to_json({"huge": 2**70}) == b'{"huge":1180591620717411303424}'
    assert to_json({12: "a name that is no text"}) == b'{"12":"a name that is no text"}'
