"""What holds for every address of the API, and that its lists count what the pages count."""

import csv
import io

import pytest

from agreements.api.base import Answer
from agreements.models import Agreement, ChangeEvent, FederalDesignation, LocalPolicy, Snapshot, StateLaw
from jurisdictions.models import Agency
from portal.api.urls import urlpatterns

API = "/api/v1/"

pytestmark = pytest.mark.facts


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    """A test that tries every address asks more often than a caller may."""
    monkeypatch.setattr(Answer, "get_throttles", lambda self: [], raising=False)


def first(records, field: str) -> str:
    return getattr(records.objects.order_by("pk").first(), field)


def examples() -> dict[str, str]:
    """One address of each kind, by the name that it has among the API's addresses."""
    snapshot = first(Snapshot, "sha256")[:12]
    return {
        "root": "",
        "changes": "changes/",
        "lookup": "lookup/",
        "agreement-stats": "stats/agreements/",
        "status": "status/",
        "bulk": "bulk/",
        "bulk-manifest": "bulk/manifest.json",
        "bulk-file": "bulk/agreements.csv",
        "bulk-version-file": "bulk/2026-05-20.1/agreements.csv",
        "schema": "schema/",
        "jurisdiction-list": "jurisdictions/",
        "jurisdiction-detail": "jurisdictions/12011/",
        "jurisdiction-answer": "jurisdictions/12011/answer/",
        "agency-list": "agencies/",
        "agency-detail": f"agencies/{first(Agency, 'public_id')}/",
        "agreement-list": "agreements/",
        "agreement-detail": f"agreements/{first(Agreement, 'public_id')}/",
        "law-list": "laws/",
        "law-detail": f"laws/{first(StateLaw, 'key')}/",
        "policy-list": "policies/",
        "policy-detail": f"policies/{first(LocalPolicy, 'key')}/",
        "designation-list": "designations/",
        "designation-detail": f"designations/{first(FederalDesignation, 'key')}/",
        "snapshot-list": "snapshots/",
        "snapshot-detail": f"snapshots/{snapshot}/",
        "snapshot-rows": f"snapshots/{snapshot}/rows/",
        "event-list": "events/",
        "event-detail": f"events/{first(ChangeEvent, 'key')}/",
    }


def is_for_programs(name: str) -> bool:
    """A page for people ignores what it does not know; what is no address has no parameters."""
    return name != "nothing" and not name.startswith("docs")


def test_every_address_refuses_what_it_does_not_know_and_what_is_given_twice_by_name(client):
    addresses = examples()
    assert {pattern.name for pattern in urlpatterns if is_for_programs(pattern.name)} == set(addresses)
    for name, address in addresses.items():
        for query, refused in (
            ("colour=red", "colour"),
            ("colour=red&colour=blue", "colour"),
            ("format=json&format=json", "format"),
            ("as_of=tomorrow", "as_of"),
            ("format=xml", "format"),
        ):
            response = client.get(f"{API}{address}?{query}")
            assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json"), (name, query)
            problem = response.json()
            assert [error["parameter"] for error in problem["errors"]] == [refused], name
            assert problem["errors"][0]["detail"]


def test_no_kind_of_record_answers_for_an_id_that_there_is_not(client):
    for name, address in examples().items():
        if not name.endswith("-detail"):
            continue
        kind = address.split("/")[0]
        unknown = {"jurisdictions": "99999", "snapshots": "0" * 12, "agencies": "zzzzzz", "agreements": "zzzzzz"}
        response = client.get(f"{API}{kind}/{unknown.get(kind, 'no-such-key')}/")
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json"), name


def test_every_list_counts_orders_and_shows_the_fields_asked_for(client):
    for name, address in examples().items():
        if not name.endswith("-list"):
            continue
        known = client.get(f"{API}{address}?colour=red").json()["known_parameters"]
        in_any_order = {"ordering"} if name != "event-list" else set()  # what happened stands in the order of time
        assert {"fields", "page", "page_size", *in_any_order} <= set(known), name
        answer = client.get(f"{API}{address}?page_size=2").json()
        assert answer["count"] > 2
        assert len(answer["results"]) == 2
        assert answer["next"]
        column = next(iter(answer["results"][0]))  # the id comes first
        only = client.get(f"{API}{address}?page_size=2&fields={column}").json()["results"]
        assert only == [{column: each[column]} for each in answer["results"]], name


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        (
            "agreements",
            ("", "status=listed", "state=TX&model=WSO&status=listed", "jurisdiction=12011&reach=all",
             "q=sheriff&as_of=2025-06-20", "kind=constable", "signed_from=2025-02-01&signed_to=2025-02-28",
             "jurisdiction=4835000&status=listed", "status=no_longer_listed&state=MD"),
        ),
        (
            "agencies",
            ("status=listed&state=FL", "jurisdiction=42029", "placement=in_question", "model=JEM&as_of=2024-12-05"),
        ),
        ("laws", ("", "state=TX", "topic=detainers&effect=requires", "as_of=2026-05-20", "legal_status=proposed")),
        (
            "policies",
            ("", "state=CA", "topic=detainers", "jurisdiction=06037&reach=all", "as_of=2019-06-01",
             "stance=limits_cooperation"),
        ),
    ],
)  # fmt: skip
def test_a_list_counts_what_its_page_lists(client, page, queries):
    for query in queries:
        found = client.get(f"{API}{page}/?page_size=1&{query}").json()
        listed = client.get(f"/{page}/?format=csv&view=list&{query}")
        assert listed["Content-Type"].startswith("text/csv"), query
        assert found["count"] == rows_of(listed.getvalue().decode()), query


def rows_of(table: str) -> int:
    """How many rows a CSV file has below its headings; a cell may have several lines."""
    return sum(1 for _row in csv.reader(io.StringIO(table))) - 1
