"""The files of all records: what the lists say, whole, with a manifest that can be checked; and the page about them."""

import csv
import errno
import gzip
import hashlib
import io
import json
import os
import shutil
import signal
from io import StringIO
from itertools import islice

import brotli
import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from agreements.days import today
from jurisdictions import outlines
from jurisdictions.models import DataVersion
from portal.answers import answer_for
from portal.answers.every_county import every_county
from portal.answers.shelf import Shelf
from portal.api import bulk, bulk_tables
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CheckFactory,
    CountyFactory,
    DesignationFactory,
    EarlierAgreementFactory,
    LaterListFactory,
    LocalPolicyFactory,
    PlaceFactory,
    ProvisionFactory,
    StateLawFactory,
)

SITE = "http://testserver"
BULK = "/api/v1/bulk/"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(bulk, "onto_disk", lambda path: None)  # which may take seconds on a busy machine


@pytest.fixture
def world(db):
    """A county with a sheriff on the list, a law and a policy."""
    county = CountyFactory(geoid="12011", name="Broward County")
    CountyFactory(geoid="60030", name="Rose Island")
    PlaceFactory(counties=[county])
    AgreementFactory(agency=AgencyFactory(name='The "Broward"\nSheriff', covers=[county]))
    ProvisionFactory(law=StateLawFactory())
    LocalPolicyFactory()
    DesignationFactory()
    CheckFactory()
    EarlierAgreementFactory()
    LaterListFactory()
    DataVersion.objects.bump()


@pytest.fixture(scope="module")
def written_once(tmp_path_factory):
    return tmp_path_factory.mktemp("written")


@pytest.fixture
def files(world, written_once, settings):
    """The files of such a world; written by the first test that asks for them."""
    settings.DATA_DIR = written_once
    if not bulk.is_built():
        bulk.build(SITE)
    return bulk.manifest()


@pytest.fixture
def one_table(monkeypatch):
    """Where it does not matter what is in the files."""
    monkeypatch.setattr(bulk, "TABLES", bulk_tables.TABLES[:1])


def whole(response) -> bytes:
    return b"".join(response.streaming_content)


def rows_of(client, name: str) -> list[dict]:
    return [json.loads(line) for line in whole(client.get(f"{BULK}{name}.jsonl")).splitlines()]


def test_each_file_has_what_its_list_says_and_what_its_manifest_promises(client, world):
    bulk.build(SITE)
    held = client.get(BULK).json()
    for each in held["files"]:
        described, path = bulk.file_of(each["name"])
        content = path.read_bytes()
        assert {**described, "url": each["url"]} == each
        assert each["url"] == f"{SITE}{BULK}{held['version']}/{each['name']}"
        assert hashlib.sha256(content).hexdigest() == each["sha256"], each["name"]
        assert len(content) == each["bytes"]
        rows = {
            "csv": lambda content: len(list(csv.DictReader(io.StringIO(content.decode())))),
            "jsonl": lambda content: len(content.splitlines()),
            "geojson": lambda content: len(json.loads(content)["features"]),
            "schema": lambda content: 1,
        }[each["format"]](content)
        assert rows == each["rows"], each["name"]
        for coding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            packed = bulk.twin_of(path, coding).read_bytes()
            assert len(packed) == each["compressed_bytes"][coding]
            assert unpack(packed) == content, each["name"]
    for table in ("agreements", "agencies", "laws", "policies", "designations", "snapshots", "events", "jurisdictions"):
        rows = rows_of(client, table)
        assert rows == client.get(f"/api/v1/{table}/?page_size=1000").json()["results"], table
        assert rows or table == "events"


def test_there_is_a_table_for_each_kind_of_record(files):
    names = {each["table"]: each["rows"] for each in files["files"] if each["format"] == "csv"}
    assert names.keys() == {
        "agencies", "agreements", "checks", "counties", "designations", "dictionary", "earlier", "events",
        "jurisdictions", "later", "laws", "policies", "provisions", "snapshots", "sources",
    }  # fmt: skip
    assert all(rows for name, rows in names.items() if name != "events")


def test_each_record_is_as_its_schema_says(client, files):
    for table in bulk_tables.TABLES:
        schema = json.loads(whole(client.get(f"{BULK}{table.name}.schema")))
        assert schema == files["schemas"][table.name]
        Draft202012Validator.check_schema(schema)
        for row in rows_of(client, table.name):
            Draft202012Validator(schema).validate(row)
            assert list(row) == list(schema["properties"]), table.name
    broken = {**rows_of(client, "counties")[0], "own_agencies": "one"}
    assert not Draft202012Validator(files["schemas"]["counties"]).is_valid(broken)


@pytest.mark.facts
def test_the_bundled_records_are_as_their_schemas_say():
    """Some of each kind; of the counties those up to Florida's, with what their own pages say in the headline."""
    reading, shelf = bulk_tables.Reading(today(), SITE), Shelf.read()
    counties = {each.area.pk: each for each in islice(every_county(reading.day, shelf), 400)}
    rows = {table.name: islice(table.rows(reading), 0, 200, 10) for table in bulk_tables.TABLES}
    rows["counties"] = (bulk_tables.county_row(each, reading) for each in islice(counties.values(), 0, 400, 20))
    for table in bulk_tables.TABLES:
        validator = Draft202012Validator(bulk_tables.schemas()[table.name])
        for row in rows[table.name]:
            validator.validate(row)
    for geoid in ("02016", "04013", "06037", "06075", "08031", "12011", "12086"):
        short, answer = counties[geoid], answer_for(counties[geoid].area, reading.day, shelf=shelf)
        marks = [short.local_mark, short.state_agencies_mark, short.law.line.mark, short.policies.line.mark]
        assert marks == [line.mark for line in answer.lines], geoid
        assert (short.on_list.agencies, short.may_be_here) == (answer.lines[0].agencies, len(answer.perhaps_here))
        assert short.label_marks == {
            label.list: label.mark for label in answer.labels.labels if label.area.pk == geoid
        }, geoid


def test_each_county_has_what_its_answer_says(client, world):
    bulk.build(SITE)
    (county,) = [each for each in rows_of(client, "counties") if each["geoid"] == "12011"]
    assert (county["geoid"], county["own_agencies"], county["models"]) == ("12011", 1, ["TFM"])
    assert county["list"] == "2026-05-18"
    answer = client.get(county["answer_url"]).json()
    assert [entry["reach"] for entry in answer["agencies"]] == ["own"]
    topics = ("local_mark", "state_agencies_mark", "state_law_mark", "local_policy_mark")
    assert [county[topic] for topic in topics] == [line["mark"] for line in answer["headline"]]
    assert county["policies"] == [policy["id"] for policy in answer["local_policies"]]
    assert {topic["topic"]: topic["mark"] for topic in answer["state_law"]} == {
        name.removeprefix("law_"): value for name, value in county.items() if name.startswith("law_")
    }


def test_counties_lie_where_they_are_on_the_map(client, files):
    document = json.loads(whole(client.get(f"{BULK}counties.geojson")))
    assert document["type"] == "FeatureCollection"
    features = {feature["id"]: feature for feature in document["features"]}
    broward, rose_island = features["12011"], features["60030"]
    assert (broward["type"], broward["properties"]["name"]) == ("Feature", "Broward County")
    assert [feature["properties"] for feature in document["features"]] == rows_of(client, "counties")
    assert broward["geometry"] == outlines.geometry(outlines.held_outlines()["12011"])
    west, east = (edge(x for x, _y in broward["geometry"]["coordinates"][0]) for edge in (min, max))
    assert -81 < west < east < -80
    assert rose_island["geometry"] is None, "no outline is held"


def test_documents_are_listed_once_with_what_rests_on_them(client, files):
    sources = rows_of(client, "sources")
    assert len({(each["url"], each["title"], each["snapshot"]) for each in sources}) == len(sources)
    (printed,) = [each for each in sources if each["snapshot"]]
    assert set(printed["cited_by"]) == {"agreements", "agencies", "snapshots"}
    cited = {source["title"] for law in rows_of(client, "laws") for source in law["sources"]}
    assert cited == {each["title"] for each in sources if "laws" in each["cited_by"]}


def test_parts_of_laws_stand_with_their_law(client, files):
    (law,) = rows_of(client, "laws")
    (provision,) = rows_of(client, "provisions")
    assert (provision["law"], provision["citation"]) == (law["id"], law["citation"])
    assert provision["statement_en"] == law["provisions"][0]["statement"]["en"]


def test_the_dictionary_has_a_meaning_for_what_each_file_holds(client, files):
    rows = list(csv.DictReader(io.StringIO(whole(client.get(f"{BULK}dictionary.csv")).decode())))
    described = {(row["table"], row["column"]) for row in rows}
    for table in bulk_tables.TABLES:
        header = next(csv.reader(io.StringIO(whole(client.get(f"{BULK}{table.name}.csv")).decode())))
        assert described >= {(table.name, column) for column in header}
        if table.own_columns:
            assert all(row["meaning"] for row in rows if row["table"] == table.name)


def test_nothing_new_makes_no_new_version_and_a_change_makes_one(world, one_table):
    first = bulk.build(SITE)["version"]
    assert bulk.build(SITE)["version"] == first
    DataVersion.objects.bump()
    assert bulk.build(SITE)["version"] != first
    assert len(bulk.versions()) == 2


def test_a_version_is_never_the_name_of_two_sets_of_files(client, world, one_table):
    """Not even where the folder was lost, and the same day begins to count anew."""
    names = set()
    for number in range(3):
        names.add(bulk.build(SITE)["version"])
        shutil.rmtree(bulk.folder())
        if number:
            AgreementFactory()
            DataVersion.objects.bump()
    assert {bulk.place_of(name) for name in names} == {(today().isoformat(), 1)}
    assert len(names) == 2, "the same files have the same name"
    version = bulk.build(SITE)["version"]
    assert version not in names
    gone = names.pop()
    assert client.get(f"{BULK}{gone}/agreements.csv").status_code == 404
    assert client.head(f"{BULK}{version}/agreements.csv").status_code == 200


def test_versions_of_which_the_name_has_no_digest_are_served_and_counted_on(client, world, one_table):
    held = bulk.build(SITE)
    earlier = held["version"].partition("-" + held["version"][-8:])[0]
    assert earlier == f"{today().isoformat()}.1"
    (bulk.folder() / held["version"]).rename(bulk.folder() / earlier)
    manifest = bulk.folder() / earlier / bulk.MANIFEST
    manifest.write_text(json.dumps({**held, "version": earlier}), encoding="utf-8")
    (bulk.folder() / bulk.CURRENT).unlink()
    (bulk.folder() / bulk.CURRENT).symlink_to(earlier)
    address = f"{BULK}{earlier}/agreements.csv"
    assert client.get(BULK).json()["files"][0]["url"] == SITE + address
    AgreementFactory()
    DataVersion.objects.bump()
    later = bulk.build(SITE)["version"]
    assert bulk.place_of(later) == (today().isoformat(), 2)
    assert bulk.versions() == [earlier, later]
    assert client.head(address).status_code == 200


def test_the_last_versions_stay_and_what_is_asked_for_by_its_version_never_changes(client, world, one_table):
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


def test_files_that_break_off_leave_those_before_in_place(client, world, one_table, monkeypatch):
    version = bulk.build(SITE)["version"]
    (bulk.folder() / "building-by-a-process-that-was-killed").mkdir()

    def broken(*args):
        raise OSError("no space left")

    monkeypatch.setattr(bulk, "dictionary_rows", broken)
    with pytest.raises(OSError, match="no space"):
        bulk.build(SITE, force=True)
    assert client.get(BULK).json()["version"] == version
    assert bulk.versions() == [version]
    assert not list(bulk.folder().glob("building-*"))


def test_facts_that_change_meanwhile_are_never_mixed(world, one_table, monkeypatch):
    rows = bulk.dictionary_rows

    def changing():
        DataVersion.objects.bump()
        return rows()

    monkeypatch.setattr(bulk, "dictionary_rows", changing)
    with pytest.raises(RuntimeError, match="changed"):
        bulk.build(SITE)
    assert not bulk.versions()


def test_two_never_write_at_once(world, one_table):
    with bulk.one_at_a_time(wait=True), pytest.raises(bulk.BeingBuilt):
        bulk.build(SITE, wait=False)
    assert bulk.build(SITE, wait=False)["version"]


def test_a_file_is_sent_compressed_and_not_again_to_whom_has_it(client, files):
    plain = client.get(f"{BULK}agreements.csv")
    assert int(plain["Content-Length"]) == len(whole(plain))
    packed = client.get(f"{BULK}agreements.csv", headers={"accept-encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "br"
    assert brotli.decompress(whole(packed))
    again = client.get(f"{BULK}agreements.csv", headers={"if-none-match": packed["ETag"]})
    assert again.status_code == 304
    assert again["ETag"] == plain["ETag"]
    assert again["Access-Control-Allow-Origin"] == "*"
    head = client.head(f"{BULK}agreements.csv")
    assert (head.content, head["Content-Length"], head["ETag"]) == (b"", plain["Content-Length"], plain["ETag"])


def test_the_manifest_is_not_sent_again_to_whom_has_it(client, files):
    held = client.get(f"{BULK}manifest.json")
    again = client.get(f"{BULK}manifest.json", headers={"if-none-match": held["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, held["ETag"])
    assert client.get(BULK)["ETag"] != held["ETag"], "another address"


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-5", -5, None), ("bytes=3-99999999", 3, None)],
)
def test_a_download_goes_on_where_it_broke_off(client, files, asked, first, end):
    plain = client.get(f"{BULK}agreements.csv")
    content = whole(plain)
    headers = {"range": asked, "if-range": plain["ETag"], "accept-encoding": "gzip, br"}
    part = client.get(f"{BULK}agreements.csv", headers=headers)
    assert part.status_code == 206
    assert not part.has_header("Content-Encoding"), "parts are of the file itself"
    assert whole(part) == content[first:end]
    begin = first % len(content)
    last = begin + len(content[first:end]) - 1
    assert part["Content-Range"] == f"bytes {begin}-{last}/{len(content)}"


def test_no_part_is_sent_of_another_file_than_the_caller_began_with(client, files):
    headers = {"range": "bytes=5-", "if-range": '"another"'}
    size = bulk.file_of("agreements.csv")[0]["bytes"]
    assert len(whole(client.get(f"{BULK}agreements.csv", headers=headers))) == size
    for nonsense in ("bytes=", "bytes=-", "bytes=9-3", "bytes=0-1,4-5", "lines=1-2", "bytes=x-"):
        assert len(whole(client.get(f"{BULK}agreements.csv", headers={"range": nonsense}))) == size, nonsense
    beyond = client.get(f"{BULK}agreements.csv", headers={"range": "bytes=999999999-"})
    assert (beyond.status_code, beyond["Content-Type"]) == (416, "application/problem+json")
    assert beyond["Content-Range"] == f"bytes */{size}"


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


def no_room():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupted():
    raise KeyboardInterrupt


def ended():
    os.kill(os.getpid(), signal.SIGTERM)
    return bulk_tables.dictionary_rows()


@pytest.mark.parametrize(
    ("happens", "sentence", "code"),
    [
        pytest.param(no_room, "cannot be written to: No space left on device.", 1, id="a full disk"),
        pytest.param(interrupted, "Stopped.", 130, id="Ctrl+C"),
        pytest.param(ended, "Stopped.", 130, id="the server ends"),
    ],
)
def test_a_command_that_breaks_off_says_why_and_leaves_nothing_half_done(
    client, world, one_table, monkeypatch, happens, sentence, code
):
    version = bulk.build(SITE)["version"]
    monkeypatch.setattr(bulk, "dictionary_rows", happens)
    with pytest.raises(CommandError) as refusal:
        call_command("build_bulk", "--force", site=SITE)
    assert sentence in str(refusal.value)
    assert "The files that there were stay, and are served." in str(refusal.value)
    assert refusal.value.returncode == code
    assert client.head(f"{BULK}agreements.csv").status_code == 200
    assert (bulk.versions(), list(bulk.folder().glob("building-*"))) == ([version], [])


def test_a_folder_that_cannot_be_written_to_is_named(world, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "taken"
    settings.DATA_DIR.write_text("")
    with pytest.raises(CommandError, match=r"taken/bulk cannot be written to: Not a directory\."):
        call_command("build_bulk", site=SITE)


def test_who_gives_way_leaves_it_where_another_is_writing(world, one_table, monkeypatch):
    monkeypatch.setattr(os, "nice", lambda by: by)
    out = StringIO()
    with bulk.one_at_a_time(wait=True):
        call_command("build_bulk", "--background", site=SITE, stdout=out)
    assert out.getvalue() == "Another process is writing them.\n"
    assert not bulk.is_built()


def test_a_timer_that_names_no_site_goes_on_with_that_of_the_files(world, one_table, settings):
    version = bulk.build("http://localhost:8123")["version"]
    call_command("build_bulk", stdout=StringIO())
    assert bulk.manifest()["version"] == version
    settings.ALLOWED_HOSTS, settings.IS_LOCAL = ["portal.example"], False
    call_command("build_bulk", stdout=StringIO())
    assert bulk.manifest()["site"] == "https://portal.example"


@pytest.mark.parametrize(("prefix", "whose"), [("", "for Broward County:"), ("/es", "(Condado de Broward):")])
def test_the_page_shows_the_true_answer_and_each_file(client, world, prefix, whose):
    page = client.get(f"{prefix}/data/")
    assert page.status_code == 200
    assert whose in page.text
    before = page["ETag"]
    bulk.build(SITE)
    page = client.get(f"{prefix}/data/", headers={"if-none-match": before})
    assert page.status_code == 200, "new files are no 304"
    answer = json.dumps(client.get("/api/v1/jurisdictions/12011/answer/").json(), ensure_ascii=False, indent=2)
    assert page.context["answer"] == "\n".join(answer.splitlines()[:40])
    for each in bulk.manifest()["files"]:
        assert f"{BULK}{each['name']}" in page.text
