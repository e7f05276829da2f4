"""What holds for every address of the API: other sites may read it, HEAD is GET without a body, what is still good is
not sent again, and what is sent is small where the caller takes that.
"""

import gzip
from datetime import timedelta

import brotli
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import http_date

from jurisdictions.models import AgencyFormerId, DataVersion
from portal.api.throttling import ByAddress
from tests.factories import AgencyFactory, StateFactory
from tests.portal.api.test_addresses import examples

API = "/api/v1/"
ELSEWHERE = {"Origin": "https://newsroom.example"}
LISTS_AS_FILES = ("agreements/?state=GA&format=csv", "laws/?format=jsonl", "agencies/?state=FL&format=csv")
OF_THE_CALL = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}


@pytest.fixture(autouse=True)
def _as_often_as_we_like(monkeypatch):
    monkeypatch.setattr(ByAddress, "allow_request", lambda *_args: True)


@pytest.fixture
def refused(monkeypatch):
    """Callers have called too often."""
    monkeypatch.setattr(ByAddress, "allow_request", lambda *_args: False)
    monkeypatch.setattr(ByAddress, "wait", lambda self: 7)


@pytest.fixture
def addresses(portal_with_facts):
    """One of each kind that answers with the bundled facts, in milliseconds.

    Without files, which are there only once they were built, and without the description, whose examples are answers
    themselves: it is looked at with a few facts.
    """
    left_out = ("bulk-", "schema")
    return [f"{API}{path}" for name, path in examples().items() if not name.startswith(left_out)]


def known_at(client, address: str) -> list[str]:
    """The parameters that an address takes."""
    return client.get(f"{address}?colour=red").json()["known_parameters"]


def without(headers, *names: str) -> dict:
    return {name: value for name, value in headers.items() if name not in {*OF_THE_CALL, *names}}


# -- Other sites ----------------------------------------------------------------------------------------------------


def readable_elsewhere(response) -> bool:
    return response["Access-Control-Allow-Origin"] == "*" and "Access-Control-Allow-Credentials" not in response


@pytest.mark.facts
def test_a_page_of_another_site_reads_every_address_and_why_it_got_no_answer(client, addresses):
    for address in addresses:
        known = client.head(address, headers=ELSEWHERE)
        assert (known.status_code, readable_elsewhere(known)) == (400 if "lookup" in address else 200, True), address
        assert "ETag" in known["Access-Control-Expose-Headers"], address
        unknown = client.get(f"{address}?colour=red", headers=ELSEWHERE)
        assert (unknown.status_code, readable_elsewhere(unknown)) == (400, True), address
        other_method = client.delete(address, headers=ELSEWHERE)
        assert (other_method.status_code, readable_elsewhere(other_method)) == (405, True), address
        if address != API:
            moved = client.get(address.removesuffix("/"), headers=ELSEWHERE)
            assert (moved.status_code, readable_elsewhere(moved)) == (301, True), address
    nothing = client.get(f"{API}nothing/", headers=ELSEWHERE)
    assert (nothing.status_code, readable_elsewhere(nothing)) == (404, True)


@pytest.mark.django_db
def test_a_page_of_another_site_learns_that_an_id_was_given_up_and_that_it_asked_too_often(client, refused):
    assert client.get(f"{API}status/", headers=ELSEWHERE).status_code == 429
    told = client.post(f"{API}lookup/", {"q": "Davie"}, "application/json", headers=ELSEWHERE)
    assert (told.status_code, readable_elsewhere(told), told["Cache-Control"]) == (429, True, "no-store")
    assert "Retry-After" in told["Access-Control-Expose-Headers"]


@pytest.mark.facts
def test_a_browser_that_asks_first_is_told_what_it_may_send(client, addresses, refused):
    """The question is no call: it counts for nothing and is answered to whoever called too often."""
    asks = ELSEWHERE | {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,if-none-match",
    }
    for address in (*addresses, f"{API}bulk/agreements.csv", f"{API}nothing/", f"{API}status/?colour=red"):
        response = client.options(address, headers=asks)
        assert (response.status_code, response.content, readable_elsewhere(response)) == (204, b"", True), address
        methods = response["Access-Control-Allow-Methods"].split(", ")
        assert ("POST" in methods) == ("lookup" in address), address
        assert {"GET", "HEAD", "OPTIONS"} <= set(methods), address
        assert response["Allow"] == response["Access-Control-Allow-Methods"], address
        allowed = response["Access-Control-Allow-Headers"].lower().split(", ")
        assert {"authorization", "content-type", "if-none-match", "if-modified-since", "range"} <= set(allowed), address
        assert "Content-Length" not in response, address
        assert "Content-Type" not in response, address


# -- HEAD -----------------------------------------------------------------------------------------------------------


@pytest.mark.facts
def test_head_says_what_get_says_without_the_body(client, addresses):
    short = [f"{each}?page_size=2" if "page_size" in known_at(client, each) else each for each in addresses]
    for address in (*short, *(API + each for each in LISTS_AS_FILES), f"{API}agencies/zzzzzz/"):
        # Before the answer is held, and after: HEAD, GET, HEAD.
        first, full, again = client.head(address), client.get(address), client.head(address)
        for head in (first, again):
            assert (head.status_code, head.getvalue()) == (full.status_code, b""), address
            # Of a whole list HEAD does not say how long it would be: nobody has made it.
            is_unmade = "format=" in address and "Content-Length" not in head
            left_out = ["Content-Length"] if is_unmade else []
            assert without(head.headers, *left_out) == without(full.headers, *left_out), address
        assert full.getvalue(), address


@pytest.mark.facts
@pytest.mark.parametrize("address", LISTS_AS_FILES)
def test_head_of_a_whole_list_reads_no_row_of_it(client, address):
    with CaptureQueriesContext(connection) as asked:
        client.head(API + address).getvalue()
    assert not [each["sql"] for each in asked if "public_id" in each["sql"] or "statement" in each["sql"]]


# -- What is still good ---------------------------------------------------------------------------------------------

KEPT = (
    "",
    "status/",
    "agreements/",
    "agreements/?format=csv",
    "laws/?format=jsonl",
    "jurisdictions/12/answer/",
    "schema/",
)


@pytest.fixture
def some_facts(db):
    StateFactory(geoid="12")
    DataVersion.objects.bump()


@pytest.mark.parametrize("address", KEPT)
def test_the_etag_is_known_again_in_each_way_of_writing_it(client, some_facts, address):
    full = client.get(API + address)
    etag, modified = full["ETag"], full["Last-Modified"]
    told = {"If-None-Match": [etag, f"W/{etag}", f'"another", W/{etag}', "*"], "If-Modified-Since": [modified]}
    for method in (client.get, client.head):
        for name, value in [(name, value) for name, values in told.items() for value in values]:
            response = method(API + address, headers={name: value})
            assert (response.status_code, response.getvalue()) == (304, b""), (name, value)
            for header in ("ETag", "Last-Modified", "Cache-Control", "X-Data-Version", "Access-Control-Allow-Origin"):
                assert response[header] == full[header], header
            assert response["Vary"] == "Accept-Encoding"
            assert "Content-Length" not in response
    # An ETag that is another wins over a day that would do (RFC 9110, 13.1.3).
    both = {"If-None-Match": '"another"', "If-Modified-Since": modified}
    assert client.get(API + address, headers=both).status_code == 200
    earlier = http_date((timezone.now() - timedelta(days=400)).timestamp())
    for name, value in [("If-Modified-Since", earlier), ("If-Modified-Since", "soon"), ("If-None-Match", etag[1:-1])]:
        assert client.get(API + address, headers={name: value}).status_code == 200, value


@pytest.mark.parametrize("address", [*(API + each for each in KEPT), "/us/fl/feed/"])
def test_a_date_alone_is_heeded_only_if_it_is_that_of_the_very_answer(client, some_facts, monkeypatch, address):
    def modified() -> str:
        """The answer's, once the second has come that it names."""
        monkeypatch.setattr("agreements.caching.clock", lambda: DataVersion.objects.current().changed_at.timestamp())
        return client.get(address)["Last-Modified"]

    def status(date: str) -> int:
        return client.get(address, headers={"If-Modified-Since": date}).status_code

    dates = [modified()]
    assert (status(dates[0]), status(http_date(timezone.now().timestamp() + 90))) == (304, 200)
    for _change in range(2):  # in the same second
        DataVersion.objects.bump()
        dates.append(modified())
    assert len(set(dates)) == 3
    assert [status(date) for date in dates] == [200, 200, 304]
    later = DataVersion.objects.current().changed_at.timestamp() + 2
    monkeypatch.setattr("agreements.caching.clock", lambda: later)
    monkeypatch.setattr("agreements.caching.SERVING_SINCE", later)  # another release
    assert status(dates[-1]) == 200


def test_a_date_that_has_not_come_is_not_given(client, some_facts):
    DataVersion.objects.update(changed_at=timezone.now() + timedelta(hours=1))
    response = client.get(f"{API}status/")
    assert (response.status_code, "Last-Modified" in response) == (200, False)


@pytest.mark.parametrize("address", KEPT)
def test_who_wants_only_what_they_know_is_told_that_it_has_changed(client, some_facts, address):
    etag, modified = client.get(API + address)["ETag"], client.get(API + address)["Last-Modified"]
    earlier = http_date((timezone.now() - timedelta(days=400)).timestamp())
    for name, value, status in [
        ("If-Match", etag, 200),
        ("If-Match", "*", 200),
        ("If-Match", '"another"', 412),
        ("If-Unmodified-Since", modified, 200),
        ("If-Unmodified-Since", earlier, 412),
    ]:
        response = client.get(API + address, headers={name: value})
        assert (response.status_code, readable_elsewhere(response)) == (status, True), (name, value)
        if status == 412:
            assert (response["Content-Type"], response.json()["status"]) == ("application/problem+json", 412)
            assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("agencies/zzzzzz/", 404),
        ("laws/no-such-law/", 404),
        ("jurisdictions/99999/answer/", 404),
        ("agreements/?state=ZZ", 400),
        ("agreements/?page=99", 400),
        ("agreements/?colour=red", 400),
        ("nothing/", 404),
    ],
)
def test_no_condition_makes_something_of_nothing(client, some_facts, address, status):
    tomorrow = http_date((timezone.now() + timedelta(days=1)).timestamp())
    for headers in ({"If-None-Match": "*"}, {"If-Modified-Since": tomorrow}, {"If-Match": '"another"'}):
        for method in (client.get, client.head):
            assert method(API + address, headers=headers).status_code == status, headers


def test_an_id_that_was_given_up_leads_on_whatever_the_caller_knows(client, some_facts):
    address = f"{API}agencies/aaaaaa/"
    AgencyFormerId.objects.create(public_id="aaaaaa", agency=AgencyFactory())
    held = client.get(f"{API}status/")["ETag"]
    for headers in ({"If-None-Match": held}, {"If-None-Match": "*"}, ELSEWHERE):
        moved = client.get(address, headers=headers)
        assert (moved.status_code, readable_elsewhere(moved)) == (301, True), headers


# -- Size -----------------------------------------------------------------------------------------------------------

RESTORED = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.mark.facts
@pytest.mark.parametrize(
    "address",
    ["agreements/?state=FL", "jurisdictions/12011/answer/", "agreements/?state=FL&format=csv",
     "agreements/?state=FL&format=jsonl", "stats/agreements/"],
)  # fmt: skip
def test_an_answer_is_as_small_as_its_caller_takes_it_and_says_the_same(client, address):
    plain = client.get(API + address)
    said = plain.getvalue()
    for accepted, coding in [
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.1, gzip;q=0.8", "gzip"),
        ("gzip;q=0, *", "br"),
        ("identity, gzip;q=0.5", None),
        ("zstd", None),
    ]:
        response = client.get(API + address, headers={"Accept-Encoding": accepted})
        body = response.getvalue()
        assert response.get("Content-Encoding") == coding, accepted
        assert response["Vary"] == "Accept-Encoding", accepted
        assert RESTORED[coding](body) == said, accepted
        assert len(body) < len(said) / 3 or coding is None, accepted
        assert response["ETag"] == (f"W/{plain['ETag']}" if coding else plain["ETag"]), accepted
        again = {"Accept-Encoding": accepted, "If-None-Match": response["ETag"]}
        unchanged = client.get(API + address, headers=again)
        assert (unchanged.status_code, unchanged["ETag"]) == (304, response["ETag"]), accepted
        assert "Content-Encoding" not in unchanged


@pytest.mark.facts
def test_the_form_is_what_the_address_says_whatever_accept_says(client):
    for accepted in ("text/csv", "text/html", "application/xml;q=0.9, */*;q=0.1", "nonsense", "image/png"):
        response = client.get(f"{API}status/", headers={"Accept": accepted})
        assert (response.status_code, response["Content-Type"]) == (200, "application/json"), accepted
        assert "Accept," not in f"{response.get('Vary', '')},".replace("Accept-Encoding", "")
