"""The files of all records: what the lists say, whole, with a manifest that can be checked; and the page about them."""

import csv
import gzip
import hashlib
import io
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from jurisdictions.models import DataVersion
from portal.api import bulk
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CountyFactory,
    LocalPolicyFactory,
    PlaceFactory,
    StateLawFactory,
)

SITE = "http://testserver"
BULK = "/api/v1/bulk/"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def world(db):
    """A county with a sheriff on the list, a law and a policy."""
    county = CountyFactory(geoid="12011", name="Broward County")
    PlaceFactory(counties=[county])
    AgreementFactory(agency=AgencyFactory(name='The "Broward"\nSheriff', covers=[county]))
    StateLawFactory()
    LocalPolicyFactory()
    DataVersion.objects.bump()


def whole(response) -> bytes:
    return b"".join(response.streaming_content)


def test_each_file_has_what_its_list_says_and_what_its_manifest_promises(client, world):
    bulk.build(SITE)
    held = client.get(BULK).json()
    assert {each["name"] for each in held["files"]} >= {"agreements.csv", "laws.jsonl", "counties.csv"}
    for each in held["files"]:
        content = whole(client.get(each["url"]))
        assert hashlib.sha256(content).hexdigest() == each["sha256"], each["name"]
        assert len(content) == each["bytes"]
        if each["format"] == "csv":
            assert len(list(csv.DictReader(io.StringIO(content.decode())))) == each["rows"], each["name"]
        else:
            assert len(content.splitlines()) == each["rows"], each["name"]
    for table in ("agreements", "agencies", "laws", "policies", "jurisdictions"):
        rows = [json.loads(line) for line in whole(client.get(f"{BULK}{table}.jsonl")).splitlines()]
        assert rows == client.get(f"/api/v1/{table}/?page_size=1000").json()["results"], table
        assert set(held["schemas"][table]["properties"]) == set(rows[0]), table


def test_each_county_has_the_agencies_that_its_answer_counts(client, world):
    bulk.build(SITE)
    (county,) = [json.loads(line) for line in whole(client.get(f"{BULK}counties.jsonl")).splitlines()]
    assert (county["geoid"], county["own_agencies"], county["models"]) == ("12011", 1, ["TFM"])
    assert county["list"] == "2026-05-18"
    answer = client.get(county["answer_url"]).json()
    assert [entry["reach"] for entry in answer["agencies"]] == ["own"]


def test_the_dictionary_has_a_meaning_for_what_each_file_holds(client, world):
    bulk.build(SITE)
    rows = list(csv.DictReader(io.StringIO(whole(client.get(f"{BULK}dictionary.csv")).decode())))
    described = {(row["table"], row["column"]) for row in rows}
    for table in ("agreements", "counties", "laws"):
        header = next(csv.reader(io.StringIO(whole(client.get(f"{BULK}{table}.csv")).decode())))
        assert described >= {(table, column) for column in header}


def test_nothing_new_makes_no_new_version_and_a_change_makes_one(world):
    first = bulk.build(SITE)["version"]
    assert bulk.build(SITE)["version"] == first
    DataVersion.objects.bump()
    assert bulk.build(SITE)["version"] != first
    assert len(bulk.versions()) == 2


def test_the_last_versions_stay_and_what_is_asked_for_by_its_version_never_changes(client, world):
    first = bulk.build(SITE)["version"]
    before = whole(client.get(f"{BULK}{first}/agreements.csv"))
    AgreementFactory()
    for _ in range(bulk.KEPT - 1):
        newest = bulk.build(SITE, force=True)["version"]
    assert whole(client.get(f"{BULK}{first}/agreements.csv")) == before
    assert whole(client.get(f"{BULK}{newest}/agreements.csv")) != before
    bulk.build(SITE, force=True)
    assert len(bulk.versions()) == bulk.KEPT
    assert client.get(f"{BULK}{first}/agreements.csv").status_code == 404
    assert not list(bulk.folder().glob("building-*"))


def test_files_that_break_off_leave_those_before_in_place(client, world, monkeypatch):
    version = bulk.build(SITE)["version"]

    def broken(*args):
        raise OSError("no space left")

    monkeypatch.setattr(bulk, "county_rows", broken)
    with pytest.raises(OSError, match="no space"):
        bulk.build(SITE, force=True)
    assert client.get(BULK).json()["version"] == version
    assert bulk.versions() == [version]
    assert not list(bulk.folder().glob("building-*"))


def test_facts_that_change_meanwhile_are_never_mixed(world, monkeypatch):
    rows = bulk.county_rows

    def changing(site):
        DataVersion.objects.bump()
        return rows(site)

    monkeypatch.setattr(bulk, "county_rows", changing)
    with pytest.raises(RuntimeError, match="changed"):
        bulk.build(SITE)
    assert not bulk.versions()


def test_a_file_is_sent_compressed_and_not_again_to_whom_has_it(client, world):
    bulk.build(SITE)
    plain = whole(client.get(f"{BULK}agreements.csv"))
    packed = client.get(f"{BULK}agreements.csv", headers={"accept-encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(whole(packed)) == plain
    again = client.get(f"{BULK}agreements.csv", headers={"if-none-match": packed["ETag"]})
    assert again.status_code == 304
    assert again["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["agreements.csv", "2026-05-18.1/agreements.csv", "2026-05-18.1/%2e%2e/x.csv", "no.csv"],
)
def test_before_the_first_files_and_for_any_other_name_it_is_404(client, path):
    held = client.get(f"{BULK}manifest.json").json()
    assert (held["version"], held["files"]) == (None, [])
    response = client.get(BULK + path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_the_command_says_what_it_wrote_and_refuses_a_site_that_is_not_ours(world):
    out = StringIO()
    call_command("build_bulk", site=SITE, stdout=out)
    assert "agreements.csv" in out.getvalue()
    with pytest.raises(CommandError, match="ALLOWED_HOSTS"):
        call_command("build_bulk", site="https://elsewhere.example")


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_page_shows_the_true_answer_and_each_file(client, world, prefix):
    page = client.get(f"{prefix}/data/")
    assert page.status_code == 200
    before = page["ETag"]
    bulk.build(SITE)
    page = client.get(f"{prefix}/data/", headers={"if-none-match": before})
    assert page.status_code == 200, "new files are no 304"
    answer = json.dumps(client.get("/api/v1/jurisdictions/12011/answer/").json(), ensure_ascii=False, indent=2)
    assert page.context["answer"] == "\n".join(answer.splitlines()[:40])
    for each in bulk.manifest()["files"]:
        assert f"{BULK}{each['name']}" in page.text
