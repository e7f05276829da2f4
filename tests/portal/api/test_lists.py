"""Lists and records of the API: their form, their parameters, their days, and what each costs."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.days import today
from agreements.models import AgreementFormerId, Status
from jurisdictions.models import AgencyFormerId, DataVersion
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CountyFactory,
    ListingFactory,
    PlaceFactory,
    SnapshotFactory,
    SourceFactory,
    StandingFactory,
    StateFactory,
)

API = "/api/v1/"


@pytest.fixture
def get(client):
    """GET an address of the API; returns the response, JSON already read into `.data`."""

    def ask(address, status=200, **headers):
        response = client.get(API + address, headers=headers)
        assert response.status_code == status, response.text
        return response

    return ask


def listed(agency=None, **standing):
    """An agreement on ICE's newest list."""
    standing = {f"standing__{name}": value for name, value in standing.items()}
    return AgreementFactory(**({"agency": agency} if agency else {}), **standing)


@pytest.mark.django_db
def test_a_list_has_count_neighbours_results_and_what_holds_for_all(get):
    for _ in range(3):
        listed()
    first = get("agreements/?page_size=2").json()
    assert first["count"] == 3
    assert len(first["results"]) == 2
    assert first["previous"] is None
    second = get(first["next"].split(API)[1]).json()
    assert len(second["results"]) == 1
    assert {each["id"] for each in first["results"]}.isdisjoint(each["id"] for each in second["results"])
    assert first["meta"]["newest_list"] == "2026-05-18"
    assert "CC BY 4.0" in first["meta"]["licence"]


@pytest.mark.django_db
def test_an_agreement_carries_its_agency_status_dates_documents_lists_and_sources(get):
    broward = CountyFactory(geoid="12011", name="Broward County")
    agreement = listed(AgencyFactory(name="Broward County Sheriff's Office", covers=[broward]))
    record = get(f"agreements/{agreement.public_id}/").json()
    assert record["agency"]["name"] == "Broward County Sheriff's Office"
    assert record["agency"]["state"] == "FL"
    assert (record["status"], record["program_model"], record["signed_on"]) == ("listed", "TFM", "2025-02-26")
    assert record["first_snapshot"]["published_on"] == record["last_snapshot"]["published_on"] == "2026-05-18"
    assert record["url"] == f"http://testserver/agreements/{agreement.public_id}/"
    assert [source["publisher"] for source in record["sources"]] == ["U.S. Immigration and Customs Enforcement"] * 2
    assert record["sources"][0]["file_name"] == "participatingAgencies05182026.xlsx"
    assert record["sources"][1]["url"] == record["moa_url"]
    assert record["updated_at"]


@pytest.mark.django_db
def test_an_agency_says_what_it_covers_and_why_and_which_counties_that_reaches(get):
    broward, palm_beach = CountyFactory(geoid="12011"), CountyFactory(geoid="12099")
    town = PlaceFactory(geoid="1200001", counties=[broward, palm_beach])
    agency = listed(AgencyFactory(kind="municipal_police", covers=[town])).agency
    record = get(f"agencies/{agency.public_id}/").json()
    assert record["counties"] == ["12011", "12099"]
    assert record["jurisdictions"][0]["geoid"] == "1200001"
    assert record["jurisdictions"][0]["why"] == "name"
    assert record["spellings"][0]["name"] == agency.name
    assert record["sources"][0]["published_on"] == "2026-05-18"


@pytest.mark.django_db
@pytest.mark.parametrize("placement", ["statewide", "in_question"])
def test_an_agency_of_no_county_reaches_none(get, placement):
    agency = listed(AgencyFactory(placement=placement)).agency
    assert get(f"agencies/{agency.public_id}/").json()["counties"] == []


@pytest.mark.django_db
def test_a_former_id_leads_to_the_record(get):
    agreement = listed()
    AgreementFormerId.objects.create(public_id="aaaaaa", agreement=agreement)
    AgencyFormerId.objects.create(public_id="bbbbbb", agency=agreement.agency)
    moved = get("agreements/aaaaaa/?as_of=2026-05-18", status=301)
    assert moved["Location"] == f"/api/v1/agreements/{agreement.public_id}/?as_of=2026-05-18"
    assert get("agencies/bbbbbb/", status=301)["Location"] == f"/api/v1/agencies/{agreement.agency.public_id}/"


@pytest.mark.django_db
def test_a_merged_agency_says_which_one_it_became(get):
    stays = listed().agency
    AgencyFormerId.objects.create(public_id="cccccc", agency=stays)
    assert get("agencies/cccccc/", status=301).json() == {"id": "cccccc", "merged_into": stays.public_id}
    assert [each["id"] for each in get("agencies/").json()["results"]] == [stays.public_id]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["agencies/dddddd/", "agreements/eeeeee/"])
def test_an_id_whose_record_is_gone_answers_410(get, address):
    AgencyFormerId.objects.create(public_id="dddddd")
    AgreementFormerId.objects.create(public_id="eeeeee", program_model="TFM")
    assert get(address, status=410).json()["title"] == "The record is gone"


# -- Days -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def history(db):
    """On the list of March 2025, gone from that of May 2026."""
    old, new = SnapshotFactory(published_on=date(2025, 3, 6)), SnapshotFactory()
    agreement = AgreementFactory(standing=None)
    listing = ListingFactory(agreement=agreement, last_snapshot=old)
    facts = {"agreement": agreement, "listing": listing}
    StandingFactory(**facts, starts_on=old.published_on, ends_on=new.published_on)
    StandingFactory(
        **facts, starts_on=new.published_on, status=Status.MISSING, last_listed_on=old.published_on, moa_url=""
    )
    return agreement


@pytest.mark.parametrize(
    ("day", "status"), [("2025-03-06", "listed"), ("2026-05-17", "listed"), ("2026-05-18", "missing")]
)
def test_a_status_is_that_of_the_day(get, history, day, status):
    record = get(f"agreements/{history.public_id}/?as_of={day}").json()
    assert record["status"] == status
    assert record["last_snapshot"]["published_on"] == "2025-03-06"
    assert get(f"agreements/?as_of={day}&status={status}").json()["count"] == 1


def test_before_the_first_list_nothing_is_known_and_the_answer_says_from_when(get, history):
    answer = get("agreements/?as_of=2025-03-05").json()
    assert answer["results"] == []
    assert answer["coverage"] == {"from": "2025-03-06"}
    assert "coverage" not in get("agreements/").json()
    assert get("stats/agreements/?as_of=2025-03-05").json()["coverage"] == {"from": "2025-03-06"}
    get(f"agreements/{history.public_id}/?as_of=2025-03-05", status=404)


@pytest.mark.parametrize("address", ["agreements/", "agencies/", "stats/agreements/", "jurisdictions/12/answer/"])
def test_a_day_to_come_is_refused(get, history, address):
    problem = get(f"{address}?as_of={today() + timedelta(days=1)}", status=400).json()
    assert problem["errors"][0]["parameter"] == "as_of"


# -- Parameters -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        pytest.param("agreements/?stat=FL", "stat", id="unknown"),
        pytest.param("agreements/?state=XX", "state", id="no state"),
        pytest.param("agreements/?state=FL&state=GA", "state", id="given twice"),
        pytest.param("agreements/?status=active", "status", id="no status"),
        pytest.param("agreements/?as_of=yesterday", "as_of", id="no day"),
        pytest.param("agreements/?as_of=2026-02-30", "as_of", id="no such day"),
        pytest.param("agreements/?jurisdiction=99999", "jurisdiction", id="no area"),
        pytest.param("agreements/?reach=own", "reach", id="reach of nothing"),
        pytest.param("agreements/?ordering=colour", "ordering", id="no order"),
        pytest.param("agreements/?page=0", "page", id="no page"),
        pytest.param("agreements/?page=2", "page", id="past the last page"),
        pytest.param("agreements/?page_size=1001", "page_size", id="too much"),
        pytest.param("agreements/?page_size=all", "page_size", id="no number"),
        pytest.param("agreements/?fields=id,colour", "fields", id="no field"),
        pytest.param("agreements/?expand=listings", "expand", id="no part"),
        pytest.param("agreements/?format=xml", "format", id="no form"),
        pytest.param("agreements/?format=csv&page=1", "page", id="a page of a file"),
        pytest.param("agencies/?placement=guessed", "placement", id="agencies"),
        pytest.param("jurisdictions/?kind=town", "kind", id="jurisdictions"),
        pytest.param("snapshots/?kind=all", "kind", id="snapshots"),
        pytest.param("jurisdictions/12/answer/?page=1", "page", id="answer"),
        pytest.param("status/?as_of=2026-05-18", "as_of", id="status"),
        pytest.param("?q=1", "q", id="root"),
        pytest.param("stats/agreements/?ordering=state", "ordering", id="stats"),
    ],
)
def test_an_unknown_parameter_or_bad_value_is_a_problem_that_names_it(get, address, parameter):
    StateFactory()
    response = get(address, status=400)
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 400
    assert [error["parameter"] for error in problem["errors"]] == [parameter]
    assert problem["errors"][0]["detail"]


@pytest.mark.django_db
def test_a_problem_lists_the_parameters_that_there_are(get):
    known = get("agreements/?stat=FL", status=400).json()["known_parameters"]
    assert {"state", "as_of", "status", "page_size", "format", "fields", "expand", "ordering"} <= set(known)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["nothing/", "agreements/zzzzzz/", "jurisdictions/99/", "snapshots/000000000000/"])
def test_what_is_not_here_is_a_problem_too(get, address):
    response = get(address, status=404)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["agreements/", "agencies/", "jurisdictions/", "snapshots/", "status/", ""])
def test_nothing_can_be_written(client, address):
    for method in (client.post, client.put, client.patch, client.delete):
        response = method(API + address)
        assert response.status_code == 405
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_fields_keeps_some_and_expand_shows_a_part_in_full(get):
    agreement = listed(AgencyFactory(covers=[CountyFactory(geoid="12011")]))
    (record,) = get("agreements/?fields=id,agency&expand=agency").json()["results"]
    assert list(record) == ["id", "agency"]
    assert record["agency"]["counties"] == ["12011"]
    (agency,) = get("agencies/?expand=agreements&fields=agreements").json()["results"]
    assert [each["id"] for each in agency["agreements"]] == [agreement.public_id]


@pytest.mark.django_db
def test_ordering_sorts(get):
    for day in (date(2025, 3, 1), date(2025, 5, 1), date(2025, 4, 1)):
        listed(signed_on=day)
    days = [each["signed_on"] for each in get("agreements/?ordering=-signed_on").json()["results"]]
    assert days == ["2025-05-01", "2025-04-01", "2025-03-01"]


# -- Forms ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def body(client):
    def read(address):
        response = client.get(API + address)
        return response, response.content.decode()

    return read


@pytest.mark.django_db
def test_csv_and_json_lines_hold_the_whole_list(body):
    for _ in range(3):
        listed()
    response, text = body("agreements/?format=csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == 3
    assert {row["status"] for row in rows} == {"listed"}
    response, text = body("agreements/?format=jsonl")
    records = [json.loads(line) for line in text.splitlines()]
    assert [record["id"] for record in records] == [row["id"] for row in rows]
    assert response["X-Newest-List"] == "2026-05-18"


@pytest.mark.django_db
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_never_becomes_a_formula(body, start):
    listed(AgencyFactory(name=f'{start}HYPERLINK("https://example.org")'))
    _response, text = body("agencies/?format=csv&fields=name")
    assert list(csv.reader(io.StringIO(text, newline="")))[1][0].startswith(f"'{start}")


@pytest.mark.django_db
def test_a_file_has_the_fields_asked_for(body):
    agreement = listed()
    _response, text = body("agreements/?format=csv&fields=id,status")
    assert text == f"id,status\r\n{agreement.public_id},listed\r\n"


# -- Lists of ICE's -------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet(db):
    """A list of three rows, one printed twice."""
    snapshot = SnapshotFactory(columns=["STATE", "LAW ENFORCEMENT AGENCY", "", "MOA"], row_count=3, sha256="ab" * 32)
    first = ListingFactory(
        last_snapshot=snapshot,
        cells=["FLORIDA", "Broward County Sheriff's Office ", {"d": "2025-02-26T00:00:00"}, "link"],
        links={"3": "https://gcc02.safelinks.protection.outlook.com/?url=x"},
    )
    second = ListingFactory(last_snapshot=snapshot, cells=["FLORIDA", "=evil", None, None])
    snapshot.rows = [[2, first.pk], [3, second.pk], [5, first.pk]]
    snapshot.save()
    return snapshot, first


def test_a_list_rebuilds_row_for_row_as_printed(get, sheet):
    snapshot, first = sheet
    assert [each["id"] for each in get("snapshots/").json()["results"]] == ["abababababab"]
    answer = get("snapshots/abababababab/rows/").json()
    assert answer["count"] == 3
    assert [row["number"] for row in answer["results"]] == [2, 3, 5]
    assert answer["results"][0]["cells"] == first.cells
    assert answer["results"][0]["links"] == first.links
    assert answer["results"][0]["agreement"] == first.agreement.public_id
    assert get(f"snapshots/{snapshot.sha256}/").json()["columns"] == snapshot.columns


def test_a_list_as_json_lines_has_the_same_rows(get, body, sheet):
    _response, text = body("snapshots/abababababab/rows/?format=jsonl")
    assert [json.loads(line) for line in text.splitlines()] == get("snapshots/abababababab/rows/").json()["results"]


def test_a_list_as_csv_has_its_own_columns(body, sheet):
    _response, text = body("snapshots/abababababab/rows/?format=csv")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["row", "STATE", "LAW ENFORCEMENT AGENCY", "(column 3)", "MOA", "link of MOA"]
    assert rows[1][:4] == ["2", "FLORIDA", "Broward County Sheriff's Office ", "2025-02-26T00:00:00"]
    assert rows[2][2] == "'=evil"
    assert len(rows) == 4


# -- Caches, other sites, callers -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["agreements/", "agreements/?format=csv", "status/", "jurisdictions/12/answer/", "schema/"]
)
def test_an_answer_that_is_still_good_is_not_sent_again(get, address):
    StateFactory()
    DataVersion.objects.bump()
    first = get(address)
    again = get(address, status=304, **{"If-None-Match": first["ETag"]})
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    get(address, status=304, **{"If-Modified-Since": first["Last-Modified"]})
    DataVersion.objects.bump()
    assert get(address, **{"If-None-Match": first["ETag"]})["ETag"] != first["ETag"]


@pytest.mark.django_db
def test_another_release_of_the_code_has_other_etags(get, monkeypatch):
    DataVersion.objects.bump()
    etag = get("agreements/")["ETag"]
    monkeypatch.setattr("agreements.api.base.release", lambda: "the next one")
    assert get("agreements/", **{"If-None-Match": etag})["ETag"] != etag


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["jurisdictions/?kind=county&ordering=name", "snapshots/?ordering=row_count"])
def test_pages_of_equal_rows_never_overlap(get, address):
    """The order of rows ends in what only one of them has."""
    if address.startswith("jurisdictions"):
        for number in range(9):
            CountyFactory(name="Lake County", slug=f"lake-county-{number}")
    else:
        for number in range(9):
            SnapshotFactory(row_count=5, published_on=date(2026, 1, 1 + number))
    with CaptureQueriesContext(connection) as asked:
        pages = [get(f"{address}&page_size=3&page={number}").json()["results"] for number in (1, 2, 3)]
    ids = [row.get("geoid") or row["published_on"] for page in pages for row in page]
    assert len(ids) == len(set(ids)) == 9
    last = "geoid" if address.startswith("jurisdictions") else "sha256"
    (listing, *_more) = [each["sql"] for each in asked.captured_queries if "LIMIT 3" in each["sql"]]
    columns, order = listing.partition(" FROM ")[0].split(", "), listing.rpartition("ORDER BY")[2]
    ends_in = order.partition(" LIMIT")[0].split(", ")[-1].split()[0]
    assert f'"{last}"' in (columns[int(ends_in) - 1] if ends_in.isdigit() else ends_in)


@pytest.mark.django_db
def test_two_addresses_have_two_etags(get):
    DataVersion.objects.bump()
    assert get("agreements/?state=FL")["ETag"] != get("agreements/?state=GA")["ETag"]


@pytest.mark.django_db
def test_an_answer_not_held_costs_one_query(get, django_assert_num_queries):
    DataVersion.objects.bump()
    etag = get("agreements/")["ETag"]
    with django_assert_num_queries(1):
        get("agreements/", status=304, **{"If-None-Match": etag})


@pytest.mark.django_db
def test_other_sites_may_read_it(client):
    response = client.get(API + "status/", headers={"Origin": "https://example.org"})
    assert response["Access-Control-Allow-Origin"] == "*"
    preflight = client.options(API + "lookup/")
    assert preflight.status_code == 204
    assert "POST" in preflight["Access-Control-Allow-Methods"]


@pytest.mark.django_db
def test_no_answer_sets_a_cookie_or_varies_by_one(get):
    for address in ("", "status/", "agreements/", "schema/"):
        response = get(address)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_an_ipv6_household_counts_as_one():
    from portal.api.throttling import networks

    assert networks("2001:db8:1:2:3:4:5:6") == networks("2001:db8:1:2::1") != networks("2001:db8:1:3::1")
    assert networks("::ffff:192.0.2.1") == networks("192.0.2.1")
    assert networks("not an address")[0] == ""


# -- What it costs --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("agreements/", 8),
        ("agreements/?expand=agency", 13),
        ("agencies/", 11),
        ("agencies/?expand=agreements", 11),
        ("jurisdictions/", 6),
        ("stats/agreements/", 6),  # version, newest list, rows; coverages, parts and populations of covered counties
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(get, django_assert_max_num_queries, address, most):
    source = SourceFactory()
    for _ in range(12):
        agency = AgencyFactory(covers=[PlaceFactory(counties=[CountyFactory()])])
        agency.coverages.update(why="statute", source=source)
        listed(agency)
    with django_assert_max_num_queries(most):
        assert get(address).json()


# -- The published figures, on the bundled facts --------------------------------------------------------------------


@pytest.mark.facts
def test_the_newest_list_has_the_published_figures(get):
    assert get("agreements/?as_of=2026-05-18&status=listed&page_size=1").json()["count"] == 1843
    counts = get("stats/agreements/?as_of=2026-05-18&status=listed").json()
    assert counts["by_model"] == {"JEM": 182, "TFM": 1162, "WSO": 499}
    assert counts["agencies"] == 1549


@pytest.mark.facts
@pytest.mark.parametrize(
    ("day", "count"),
    [("2026-01-15", 8), ("2026-02-12", 9), ("2026-03-12", 2), ("2026-04-13", 2), ("2026-05-18", 0)],
)
def test_maryland_left_the_list_step_by_step(get, day, count):
    assert get(f"agreements/?as_of={day}&status=listed&state=MD").json()["count"] == count


@pytest.mark.facts
def test_december_2024_has_the_published_figures(get):
    counts = get("stats/agreements/?as_of=2024-12-18&status=listed").json()
    assert (counts["agreements"], counts["states"], counts["by_model"]) == (135, 21, {"JEM": 60, "WSO": 75})


@pytest.mark.facts
def test_june_2025_has_the_published_figures_less_a_row_that_repeats_an_agreement(get):
    """ICE printed 649 rows in 40 states (102, 232, 315); Zephyrhills stood there under two names."""
    counts = get("stats/agreements/?as_of=2025-06-06&status=listed").json()
    assert (counts["agreements"], counts["states"]) == (648, 40)
    assert counts["by_model"] == {"JEM": 102, "TFM": 314, "WSO": 232}
    counts = get("stats/agreements/?as_of=2025-06-16&status=listed&signed_to=2025-04-10").json()
    assert counts["agreements"] == 456


@pytest.mark.facts
def test_every_list_rebuilds_to_the_number_of_its_rows(get):
    for kind in ("participating", "pending"):
        (newest,) = get(f"snapshots/?kind={kind}&page_size=1").json()["results"]
        assert get(f"snapshots/{newest['id']}/rows/?page_size=1").json()["count"] == newest["row_count"]


@pytest.mark.facts
@pytest.mark.parametrize(("kind", "rows"), [("participating", 649), ("pending", 79)])
def test_the_lists_of_june_2025_have_the_rows_that_the_press_counted(get, kind, rows):
    lists = get(f"snapshots/?kind={kind}&published_to=2025-06-06&page_size=1").json()["results"]
    assert lists[0]["row_count"] == rows
    assert get(f"snapshots/{lists[0]['id']}/rows/?page_size=1").json()["count"] == rows


@pytest.mark.facts
def test_both_geoids_of_a_government_are_known(get):
    city = get("jurisdictions/4260000/").json()
    assert city["same_as"] == "42101"
    assert "4260000" in get("jurisdictions/42101/").json()["also"]
    assert get("jurisdictions/4260000/answer/").json()["jurisdiction"]["geoid"] == "42101"


@pytest.mark.facts
def test_broward_has_its_sheriffs_two_agreements_and_the_states_agencies(get):
    answer = get("jurisdictions/12011/answer/?as_of=2026-05-18").json()
    own = [entry for entry in answer["agencies"] if entry["reach"] == "own"]
    assert [entry["agency"]["name"] for entry in own] == ["Broward County Sheriff's Office"]
    assert sorted(each["program_model"] for each in own[0]["agreements"]) == ["TFM", "WSO"]
    assert answer["headline"][0]["mark"] == "yes"
    assert {entry["reach"] for entry in answer["agencies"]} == {"own", "inside", "statewide"}
