"""The command-line client: what it asks, what it prints, and that its copy of everything is what the API shows."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from email.message import Message
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs
from urllib.request import HTTPHandler, Request, addinfourl, build_opener, urlopen

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from agreements.desk import runs
from jurisdictions.models import Agency
from portal.api import bulk, ledger
from portal.client import for_site, portal287g, text
from tests.agreements.desk.conftest import FIRST_DAY
from tests.portal.api import test_mirror
from tests.portal.api.test_mirror import JAIL, LEE, LEVY, SHERIFF, SITE

COMMANDS = (settings.BASE_DIR / "docs" / "command-line.md").read_text(encoding="utf-8")
OLDEST_PYTHON = (3, 9)
small_portal = test_mirror.portal  # the fixture


# -- A portal without a network ---------------------------------------------------------------------------------------


class Answered(HTTPHandler):
    """Stands where urllib would open a connection: each call is answered by a function, and kept to look at."""

    def __init__(self, respond: Callable[[Request], tuple[int, dict[str, str], bytes]]) -> None:
        super().__init__()
        self.respond, self.asked = respond, []

    def http_open(self, request: Request) -> addinfourl:
        self.asked.append(request)
        status, headers, body = self.respond(request)
        message = Message()
        for name, value in headers.items():
            message[name] = value
        answer = addinfourl(io.BytesIO(body), message, request.full_url, status)
        answer.msg = "as told"
        return answer

    @property
    def paths(self) -> list[str]:
        return [request.selector.removeprefix("/api/v1/") for request in self.asked]


callers = count(1)


def by_the_portal(request: Request) -> tuple[int, dict[str, str], bytes]:
    """As the portal answers, each time to another caller, so that no limit is met."""
    number = next(callers)
    answer = Client().generic(
        request.get_method(),
        request.selector,
        request.data or b"",
        request.get_header("Content-type", ""),
        REMOTE_ADDR=f"10.9.{number // 250}.{number % 250}",
        headers={name: value for name, value in request.header_items() if name not in {"Content-type", "Host"}},
        HTTP_HOST="testserver",
    )
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, dict(answer.headers), body


@pytest.fixture
def answered(monkeypatch):
    """Lets a function answer in place of the network; gives the calls."""
    monkeypatch.setenv("PORTAL287G_SITE", SITE)
    monkeypatch.delenv("PORTAL287G_KEY", raising=False)
    monkeypatch.setenv("no_proxy", "*")

    def by(respond=by_the_portal) -> Answered:
        handler = Answered(respond)
        monkeypatch.setattr(portal287g, "build_opener", lambda *others: build_opener(handler, *others))
        return handler

    return by


@pytest.fixture
def naps(monkeypatch) -> list[float]:
    """How long the client slept, in a test that does not wait for it."""
    taken: list[float] = []
    monkeypatch.setattr(portal287g.time, "sleep", taken.append)
    return taken


@pytest.fixture
def run(capsysbinary):
    """Runs a command: its exit code, what it printed, and what it said beside."""

    def in_this_process(*arguments: str) -> tuple[int, str, str]:
        try:
            code = portal287g.main(arguments)
        except SystemExit as refused:  # argparse
            code = refused.code
        printed, said = capsysbinary.readouterr()
        return code, printed.decode(), said.decode()

    return in_this_process


def said_by_the_api(path: str, **asked) -> dict | bytes:
    answer = Client().get(f"/api/v1/{path}", asked, REMOTE_ADDR=f"10.8.0.{next(callers) % 250}")
    return answer.json() if answer["Content-Type"] == "application/json" else b"".join(answer)


JSON = {"Content-Type": "application/json"}
STATUS = {
    "newest_participating": {"published_on": "2026-05-18"},
    "newest_pending": None,
    "lists": {"participating": 160, "pending": 215},
    "age_in_days": 3,
    "is_stale": False,
    "first_list": "2021-01-13",
    "data_version": 7,
    "changed_at": "2026-05-18T12:00:00-04:00",
    "meta": {"licence": "CC BY 4.0"},
}


def in_turn(*answers: tuple[int, dict[str, str], bytes]) -> Callable:
    """One answer after the other."""
    left = iter(answers)
    return lambda _request: next(left)


def good(record: dict, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return (
        200,
        {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}},
        json.dumps(record).encode(),
    )


# -- The file itself --------------------------------------------------------------------------------------------------


def test_the_portal_hands_it_out_with_its_own_address_in_it(client):
    answer = client.get("/api/v1/docs/portal287g.py", headers={"host": "localhost:8123"})
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="portal287g.py"'
    own = [line for line in answer.content.decode().splitlines() if line.startswith("SITE = ")]
    assert own == ['SITE = "http://localhost:8123"']
    assert answer.content.decode().splitlines()[40:] == text().splitlines()[40:][:None] or len(own) == 1
    again = client.get(
        "/api/v1/docs/portal287g.py", headers={"host": "localhost:8123", "if-none-match": answer["ETag"]}
    )
    assert again.status_code == 304
    other = client.head("/api/v1/docs/portal287g.py", headers={"host": "testserver"})
    assert (other.status_code, other.content) == (200, b"")
    assert other["ETag"] != answer["ETag"]
    assert client.post("/api/v1/docs/portal287g.py").status_code == 405


def test_it_needs_only_the_standard_library_of_python_3_9():
    tree = ast.parse(text(), feature_version=OLDEST_PYTHON)
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([each.name for each in node.names] if isinstance(node, ast.Import) else [node.module])
    }
    assert imported <= {*sys.stdlib_module_names}
    assert isinstance(tree.body[1], ast.ImportFrom)  # annotations are not evaluated, so they may be of a newer Python
    assert tree.body[1].module == "__future__"


def test_no_name_of_a_portal_can_break_out_of_the_text():
    strange = 'https://portal.example"\nimport os  # \\'
    own = next(line for line in for_site(strange).splitlines() if line.startswith("SITE = "))
    assert ast.literal_eval(own.removeprefix("SITE = ")) == strange


# -- The command line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "filters"),
    [
        pytest.param("list agreements --state FL", {"state": "FL"}, id="two words"),
        pytest.param("list agreements --state=FL", {"state": "FL"}, id="one word"),
        pytest.param("list --signed-from 2025-01-01 laws", {"signed_from": "2025-01-01"}, id="before the kind"),
        pytest.param("list agreements --ordering -signed_on", {"ordering": "-signed_on"}, id="a value with a dash"),
        pytest.param("list agreements --q -o -o x.csv", {"q": "-o"}, id="a value like an option"),
        pytest.param("--site list list agreements --q=", {"q": ""}, id="an option's value like a command"),
        pytest.param("stats --by month --format csv", {"by": "month"}, id="ours stay ours"),
        pytest.param("show agreement 2e3hdj --expand agency", {"expand": "agency"}, id="of one record"),
    ],
)
def test_what_the_client_does_not_know_is_for_the_api(arguments, filters):
    assert dict(portal287g.read(arguments.split()).filters) == filters


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("list agreements --state", "--state needs a value"),
        ("list agreements --state FL --state GA", "--state is given twice"),
        ("list agreements --page-size 5", "lists come whole"),
        ("list nothing", "invalid choice"),
        ("list agreements --format xml", "invalid choice"),
        ("lookup", "required"),
        ("lookup davie --full", "unrecognized arguments: --full"),
        ("list rows", "--snapshot ID"),
        ("", "required"),
        ("status --timeout soon", "invalid seconds value"),
        ("--site ftp://portal.example status", "no address of a portal"),
        ("--site https://me:secret@portal.example status", "no address of a portal"),
        ("--site https://portal.example/us/ status", "the address of the portal alone: https://portal.example"),
        ("--site http://[::1 status", "no address of a portal"),
        ("--site https://a..b status", "no address of a portal"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(answered, run, arguments, sentence):
    portal = answered()
    code, printed, said = run(*arguments.split())
    assert (code, printed, portal.asked) == (2, "", [])
    assert sentence in said


def test_an_option_counts_before_the_command_and_after_it(answered, run):
    portal = answered(lambda _request: good(STATUS))
    for arguments in (["--site", "http://a.example", "status"], ["status", "--site", "http://a.example"]):
        assert run(*arguments)[0] == 0
    assert {request.full_url for request in portal.asked} == {"http://a.example/api/v1/status/"}


# -- What can go wrong ------------------------------------------------------------------------------------------------

SLOW_DOWN = (429, {"Retry-After": "7"}, b"")


def test_it_waits_as_long_as_the_portal_says_and_asks_again(answered, run, naps):
    answered(in_turn(SLOW_DOWN, (503, {"Retry-After": "2"}, b""), good(STATUS)))
    code, printed, said = run("status")
    assert (code, naps) == (0, [7, 2])
    assert "newest list of participating agencies: 2026-05-18 (160 held)" in printed
    assert said.splitlines() == ["It takes no more calls just now: waiting 7 s.", "It answers 503: waiting 2 s."]


def test_it_does_not_wait_longer_than_one_is_patient(answered, run, naps):
    portal = answered(lambda _request: SLOW_DOWN)
    code, printed, said = run("status", "--wait", "5")
    assert (code, printed, naps, len(portal.asked)) == (3, "", [], 1)
    assert "Ask again in 7 seconds" in said


def test_with_the_last_call_of_a_minute_used_it_waits_before_the_next(answered, naps):
    answered(in_turn(good(STATUS, RateLimit_Remaining="0", RateLimit_Reset="40"), good(STATUS), good(STATUS)))
    client = portal287g.Portal(SITE)
    for _call in range(3):
        client.json("status/")
    assert naps == [pytest.approx(40, abs=5)]


@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        pytest.param((404, {"Content-Type": "text/html"}, b"<h1>no</h1>"), 3, "Is the address right?", id="no portal"),
        pytest.param((200, {"Content-Type": "text/html"}, b"<h1>hi</h1>"), 3, "Is the address right?", id="a web page"),
        pytest.param(good({}), 3, "lacks 'newest_participating'", id="another portal"),
        pytest.param(good({"newest_participating": 5}), 3, "is not as this client knows it", id="other values"),
        pytest.param(
            (
                401,
                {"Content-Type": "application/problem+json"},
                b'{"title": "No key", "detail": "It was revoked.", "status": 401}',
            ),
            2,
            "No key: It was revoked.",
            id="a key that is not in force",
        ),
        pytest.param((500, {}, b""), 3, "answers 500", id="an error of the portal"),
        pytest.param((200, {"Content-Length": "9999"}, b'{"a": 1}'), 3, "broke off each time", id="cut off"),
        pytest.param(
            (200, {"Content-Encoding": "gzip"}, gzip.compress(b'{"a": 1}')[:-6]),
            3,
            "broke off each time",
            id="cut gzip",
        ),
    ],
)
def test_trouble_has_its_code_and_says_what_it_is(answered, run, naps, answer, code, sentence):
    answered(lambda _request: answer)
    found, printed, said = run("status")
    assert (found, printed) == (code, "")
    assert sentence in said
    assert "Traceback" not in said


def test_a_portal_that_cannot_be_reached(answered, run, naps):
    def refuse(_request):
        raise ConnectionRefusedError(111, "Connection refused")

    portal = answered(refuse)
    code, _printed, said = run("status")
    assert (code, len(portal.asked), naps) == (3, 3, [1, 2])
    assert said.splitlines()[-1] == f"portal287g: {SITE} cannot be reached: Connection refused."
    answered(lambda _request: (_ for _ in ()).throw(TimeoutError("timed out")))
    assert "did not answer within 30 seconds" in run("status")[2]


def test_the_key_goes_to_the_portal_and_to_nobody_that_it_leads_to(answered, run, monkeypatch):
    monkeypatch.setenv("PORTAL287G_KEY", "k3y")
    monkeypatch.setenv("PORTAL287G_SITE", "http://localhost:8000")
    portal = answered(in_turn((301, {"Location": "/api/v1/status/?x"}, b""), good(STATUS)))
    assert run("status")[0] == 0
    assert [request.get_header("Authorization") for request in portal.asked] == ["Bearer k3y"] * 2
    for elsewhere in (
        "http://evil.example/api/v1/status/",
        "//evil.example/",
        "http://localhost:8001/",
        "https://localhost/",
    ):
        portal = answered(in_turn((302, {"Location": elsewhere}, b""), good(STATUS)))
        code, _printed, said = run("status")
        assert (code, len(portal.asked)) == (3, 1), elsewhere
        assert "leads to" in said
    monkeypatch.setenv("PORTAL287G_SITE", "http://portal.example")
    portal = answered()
    code, _printed, said = run("status")
    assert (code, portal.asked) == (2, [])
    assert "over https only" in said
    monkeypatch.setenv("PORTAL287G_KEY", "k3y\r\nHost: evil.example")
    assert run("--site", "https://portal.example", "status")[0] == 2


def test_a_file_stays_as_it_was_until_the_new_one_is_whole(answered, run, tmp_path, naps):
    path = tmp_path / "laws.csv"
    path.write_text("as it was")
    answered(lambda _request: (200, {"Content-Length": "50"}, b"id,title\na,b\n"))
    code, _printed, said = run("list", "laws", "-o", str(path))
    assert (code, path.read_text()) == (3, "as it was")
    assert "broke off" in said
    assert [each.name for each in tmp_path.iterdir()] == ["laws.csv"]
    answered(lambda _request: (200, {"Content-Length": "13"}, b"id,title\na,b\n"))
    assert run("list", "laws", "-o", str(path))[0] == 0
    assert path.read_bytes() == b"id,title\na,b\n"
    assert run("list", "laws", "-o", str(tmp_path))[0] == 2
    in_no_folder = str(tmp_path / "none" / "x.csv")
    code, _printed, said = run("list", "laws", "-o", in_no_folder)
    assert (code, said) == (4, f"portal287g: {in_no_folder}: No such file or directory.\n")


def test_data_cannot_steer_a_terminal(monkeypatch):
    class Terminal(io.BytesIO):
        def isatty(self):
            return True

    steering = "Davie\x1b[2J\x9b31m\u202epolice\x07\ntown ñ"
    shown, kept = Terminal(), io.BytesIO()
    for stream in (shown, kept):
        output = portal287g.Output(stream)
        for byte in steering.encode():  # a character may come in two pieces
            output.pass_on(bytes([byte]))
    assert shown.getvalue().decode() == "Davie�[2J�31m�police�\ntown ñ"
    assert kept.getvalue().decode() == steering
    output = portal287g.Output(kept)
    output.say(steering)
    assert "\x1b" not in kept.getvalue().decode().removeprefix(steering)


def test_a_table_fits_a_narrow_terminal_and_never_cuts_an_id():
    rows = [["Florida Department of Environmental Protection", "1,843", "al-birmingham-sanctuary-resolution-2017"]]
    for line in portal287g.table(["agency", "rows", "id"], rows, 72):
        assert len(line) <= 72
    assert line == "Florida Department of E…  1,843  al-birmingham-sanctuary-resolution-2017"
    (_heading, whole) = portal287g.table(["agency", "rows", "id"], rows, 0)
    assert whole.startswith(rows[0][0])


# -- What it says -----------------------------------------------------------------------------------------------------


@pytest.mark.facts
def test_it_finds_what_is_meant(answered, run):
    portal = answered()
    code, printed, _said = run("lookup", "12083")
    assert code == 0
    assert [line for line in printed.splitlines() if "New York" in line] == [
        "Greene County, New York: 66.6 % of the addresses",
        "Albany County, New York: 33.4 % of the addresses",
    ]
    assert "GEOID 36039  http://testserver/us/ny/greene-county/" in printed
    code, printed, _said = run("lookup", "broward", "sheriff")
    assert (code, "agency 8rd3dn" in printed) == (0, True)
    code, printed, said = run("lookup", "baltimor")
    assert (code, printed) == (1, "")
    assert "Did you mean Baltimore County, Maryland? GEOID 24005" in said
    assert json.loads(run("lookup", "davie", "fl", "--format", "json")[1])["count"] == 1
    # What was typed stands in no address.
    assert set(portal.paths) == {"lookup/"}
    assert {request.get_method() for request in portal.asked} == {"POST"}


@pytest.mark.facts
@pytest.mark.parametrize(
    ("place", "geoid", "language"),
    [("us/fl/davie/", "1216475", "es"), ("12011", "12011", "en"), ("us/il", "17", "es"), ("06", "06", "en")],
)
def test_an_answer_has_the_sentences_of_the_page_and_their_sources(answered, run, place, geoid, language):
    answered()
    answer = said_by_the_api(f"jurisdictions/{geoid}/answer/")
    code, printed, _said = run("answer", place, "--lang", language, "--full")
    assert code == 0
    told = " ".join(re.sub(r"\[\d+\]", "", printed).split())
    expected = [line["title"] for line in answer["headline"]] + answer["lists"]["texts"]
    expected += [text for line in answer["headline"] for text in line["texts"]]
    expected += [agreement["text"] for entry in answer["agencies"] for agreement in entry["agreements"]]
    expected += [rule["statement"] for topic in answer["state_law"] for rule in topic["rules"]]
    expected += [saying["text"] for moment in answer["meaning"] for saying in moment["sayings"]]
    expected += [each["text"] for label in answer["labels"] for each in label["sentences"]]
    expected += [each["summary"] for each in answer["local_policies"]]
    expected += [each["text"] for each in (*answer["law_beside"], *answer["notes"], *answer["without_policy"])]
    assert all(each["url"] in told for each in answer["not_in_force"])
    for text_of in expected:
        assert " ".join((text_of[language] or text_of["en"]).split()) in told
    cited, listed = (set(map(int, re.findall(pattern, printed, re.M))) for pattern in (r"\[(\d+)\]", r"^  \[(\d+)\]"))
    assert cited == listed == set(range(1, len(listed) + 1))
    short = run("answer", place, "--lang", language)[1]
    assert len(short.splitlines()) < len(printed.splitlines())
    for source in answer["headline"][0]["sources"]:
        assert source["url"] or source["file_name"] in short


def test_its_headings_are_those_of_the_page_in_both_languages():
    """The file must do without our catalogue, and yet say the same."""
    english, spanish = portal287g.WORDS["en"], portal287g.WORDS["es"]
    assert english.keys() == spanish.keys()
    of_pages = (
        "meaning",
        "agencies",
        "in_question",
        "local_policies",
        "not_in_force",
        "labels",
        "changes",
        "doubts",
        "sources",
    )
    with translation.override("es"):
        assert {name: spanish[name] for name in of_pages} == {name: gettext(english[name]) for name in of_pages}


@pytest.mark.facts
def test_of_several_places_it_asks_for_one(answered, run):
    portal = answered()
    for place, sentence in [
        ("springfield", "Ask for one by its GEOID"),
        ("33130", "No area has the GEOID 33130. If it is a ZIP code: lookup 33130"),
        ("broward sheriff", "show agency 8rd3dn"),
        ("us/fl/nowhere", "No place has the page"),
        ("us/zz/davie", "No place has the page"),
        ("99", "No such GEOID"),
    ]:
        code, printed, said = run("answer", place)
        assert (code, printed) == (1, ""), place
        assert sentence in said
    assert not any("33130" in path for path in portal.paths)
    assert run("answer", "davie fl")[1].startswith("Davie, Florida\nGEOID 1216475, on ")
    assert run("answer", f"{SITE}/es/us/fl/broward-county/")[1].startswith("Broward County, Florida\n")
    assert "GEOID 12011, on 2025-06-01\n" in run("answer", "/us/fl/broward-county/?as_of=2025-06-01#law")[1]


@pytest.mark.facts
def test_a_list_is_what_the_api_gives_in_each_form(answered, run, tmp_path):
    answered()
    asked = {"state": "AL", "status": "listed"}
    arguments = ["list", "agreements", "--state", "AL", "--status", "listed"]
    assert run(*arguments, "--format", "csv")[1].encode() == said_by_the_api("agreements/", **asked, format="csv")
    records = said_by_the_api("agreements/", **asked, page_size=1000)["results"]
    assert [json.loads(line) for line in run(*arguments, "--format", "jsonl")[1].splitlines()] == records
    assert json.loads(run(*arguments, "--format", "json")[1]) == records
    heading, *rows = run(*arguments)[1].splitlines()
    assert heading.split() == ["state", "agency", "model", "status", "signed_on", "id"]
    assert [row.split()[-1] for row in rows] == [record["id"] for record in records]
    for name in ("al.csv", "al.jsonl", "al.json"):
        assert run(*arguments, "-o", str(tmp_path / name))[0] == 0
    rows = csv.DictReader(io.StringIO((tmp_path / "al.csv").read_text("utf-8"), newline=""))
    assert [row["id"] for row in rows] == [record["id"] for record in records]
    assert json.loads((tmp_path / "al.json").read_text("utf-8")) == records


@pytest.mark.facts
def test_an_empty_list_says_whether_that_means_none(answered, run):
    answered()
    code, printed, said = run("list", "agreements", "--as-of", "2020-01-01")
    assert (code, printed) == (0, "")
    assert "It holds no list before 2021-01-13: what was so is not known, which is not the same as none." in said
    code, printed, said = run("list", "agreements", "--q", "nobody at all", "--format", "json")
    assert (code, printed) == (0, "[]\n")
    assert "The list is empty." in said
    assert run("--quiet", "list", "agreements", "--q", "nobody at all")[1:] == ("", "")


@pytest.mark.facts
def test_a_wrong_filter_is_named_with_those_that_there_are(answered, run):
    answered()
    code, printed, said = run("list", "agreements", "--stat", "FL")
    assert (code, printed) == (2, "")
    assert said.startswith("portal287g: --stat: There is no such parameter here.\nKnown here: --as-of --expand")
    assert "--page" not in said
    assert run("show", "agreement", "zzzzzz")[0] == 1


# -- A copy of everything ---------------------------------------------------------------------------------------------


def copied(folder: Path) -> dict[tuple[str, str], dict]:
    """The records of the copy by kind and id."""
    held = {}
    for kind, name in portal287g.RECORDS.items():
        for line in (folder / "current" / f"{name}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            assert (kind, record["id"]) not in held
            held[kind, record["id"]] = record
    return held


def state_of(folder: Path) -> dict:
    return json.loads((folder / "current" / "mirror.json").read_text("utf-8"))


@pytest.mark.django_db
def test_a_copy_is_what_the_api_shows_after_whatever_happened(small_portal, answered, run, tmp_path):
    portal, calls, folder = small_portal, answered(), tmp_path / "copy"
    bulk.build(SITE)

    def up_to_date(*, noted: bool = True) -> None:
        """Bring it up to date, and compare it with each list of the API."""
        if noted:
            ledger.catch_up()
        code, _printed, said = run("mirror", str(folder))
        assert code == 0, said
        portal.records = copied(folder)
        portal.compare()

    up_to_date()
    names = {each["name"] for each in bulk.manifest()["files"]}
    assert {each.name for each in (folder / "current" / "files").iterdir()} == names - {*portal287g.RECORD_FILES}

    portal.day = FIRST_DAY + timedelta(days=8)
    later = portal.load([SHERIFF, LEE, LEVY], 1)
    portal.edit(portal.law, title="Otra ley", effective_on="2026-01-20")
    up_to_date()
    portal.edit(portal.policy, state="withdrawn")
    sheriff, jail = Agency.objects.get(name=SHERIFF[1]), Agency.objects.get(name=JAIL[1])
    portal.merge(jail.public_id, sheriff.public_id)
    up_to_date(noted=False)  # told all the same, and undone below before anybody has noted it
    assert ("agency", jail.public_id) not in portal.records
    portal.unmerge(jail.public_id)
    runs.undo_run(later, by=portal.publisher, because="It was the wrong file.")
    up_to_date()
    code, printed, _said = run("verify", str(folder), "--live")
    assert (code, "Each record is as the API shows it now." in printed) == (0, True)

    assert run("mirror", str(folder))[2].startswith("Up to date")
    calls.asked.clear()
    assert run("mirror", str(folder))[2].startswith("Up to date")
    assert [path.partition("?")[0] for path in calls.paths] == ["bulk/manifest.json", "changes/"]
    assert calls.asked[1].get_header("If-none-match") == state_of(folder)["changes_etag"] != ""

    portal.edit(portal.law, title="A third act")
    code, _printed, said = run("verify", str(folder), "--live")
    assert (code, "1 of laws" in said) == (4, True)


class Publisher:
    """What a copy rests on, of a portal that is made up: files, what changed since, and where that stands."""

    def __init__(self) -> None:
        self.version, self.cursor, self.geography, self.known = "2026-01-05.1", "c1", "g1", {"c1"}
        self.files = dict.fromkeys(portal287g.RECORD_FILES, b'{"id":"a1","title":"ni\xc3\xb1o"}\n{"id":"a2"}\n')
        self.files["laws.csv"] = b"id,title\na1,one\n"
        self.told: list[dict] = []
        self.overwritten: dict = {}
        """By name of a file: what the manifest says of it otherwise than it is."""

    def change(self, cursor: str, kind: str, record_id: str, record: dict | None) -> None:
        self.told.append({"kind": kind, "id": record_id, "record": record})
        self.cursor = cursor

    def __call__(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        path, _, query = request.selector.removeprefix("/api/v1/").partition("?")
        if path == "bulk/manifest.json":
            return good(self.manifest())
        if path == "changes/":
            return self.changes(parse_qs(query).get("after", [""])[0])
        if path == "jurisdictions/":
            return 200, {}, b'{"id":"new"}\n'
        version, _, name = path.removeprefix("bulk/").partition("/")
        if version != self.version:
            return 404, {"Content-Type": "application/problem+json"}, b'{"title": "No", "detail": "Gone."}'
        return self.file(name, request.get_header("Range"), request.get_header("If-range"))

    def manifest(self) -> dict:
        files = [
            {"name": name, "bytes": len(body), "rows": body.count(b"\n"), "sha256": sha256(body).hexdigest()}
            for name, body in self.files.items()
        ]
        for each in files:
            each.update(self.overwritten.get(each["name"], {}))
        about = {"version": self.version, "changes_cursor": "c1", "geography": self.geography, "data_version": 1}
        return {**about, "files": files}

    def changes(self, after: str) -> tuple[int, dict[str, str], bytes]:
        if after and after not in self.known:
            return 410, {"Content-Type": "application/problem+json"}, b'{"title": "Gone", "detail": "Begin anew."}'
        page = {"results": [] if after == self.cursor else self.told, "has_more": False, "next_cursor": self.cursor}
        return good({**page, "geography": self.geography, "meta": {"data_version": len(self.told)}}, ETag='"e"')

    def file(self, name: str, part: str | None, condition: str | None) -> tuple[int, dict[str, str], bytes]:
        body = self.files[name]
        if part and condition == f'"{sha256(body).hexdigest()}"':
            first = int(part[len("bytes=") : -1])
            return 206, {"Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}"}, body[first:]
        return 200, {"Content-Length": str(len(body))}, body


@pytest.fixture
def publisher(answered) -> Publisher:
    made = Publisher()
    made.handler = answered(made)
    return made


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "copy"


def file_of(folder: Path, name: str) -> str:
    return (folder / "current" / name).read_text("utf-8")


def test_a_copy_takes_what_changed_in_its_place(publisher, run, folder):
    assert run("mirror", str(folder))[0] == 0
    first = (folder / "current").readlink()
    before = (folder / "current" / "laws.jsonl").read_bytes()
    publisher.change("c2", "law", "a1", {"id": "a1", "title": "ñandú"})
    publisher.change("c2", "law", "a2", None)
    publisher.change("c2", "law", "a3", {"id": "a3"})
    publisher.change("c2", "ordinance", "a9", {"id": "a9"})  # a kind of a later portal
    code, _printed, said = run("mirror", str(folder))
    assert (code, "is whole" in said) == (0, True)
    assert file_of(folder, "laws.jsonl") == '{"id":"a1","title":"ñandú"}\n{"id":"a3"}\n'
    assert state_of(folder)["cursor"] == "c2"
    assert (folder / first / "laws.jsonl").read_bytes() == before  # for whoever has it open
    publisher.known.add("c2")
    publisher.change("c3", "law", "a3", None)
    run("mirror", str(folder))
    assert sorted(each.name for each in folder.iterdir() if each.name.startswith("copy-")) == ["copy-2", "copy-3"]
    assert run("verify", str(folder))[0] == 0


def test_newer_files_come_with_the_next_run_and_those_that_stay_are_not_fetched_again(publisher, run, folder):
    run("mirror", str(folder))
    publisher.version, publisher.files["laws.csv"] = "2026-01-06.1-0a1b2c3d", b"id,title\na1,uno\n"
    publisher.files["policies.csv"] = publisher.files["laws.csv"]
    run("mirror", str(folder))
    publisher.version = "2026-01-07.1"
    publisher.handler.asked.clear()
    assert run("mirror", str(folder))[0] == 0
    assert [path.partition("?")[0] for path in publisher.handler.paths] == ["bulk/manifest.json", "changes/"]
    assert (file_of(folder, "files/laws.csv"), state_of(folder)["version"]) == ("id,title\na1,uno\n", "2026-01-07.1")
    assert run("verify", str(folder))[0] == 0


def test_areas_are_taken_anew_when_they_changed_and_the_copy_before_keeps_its_own(publisher, run, folder):
    run("mirror", str(folder), "--records-only")
    assert not (folder / "current" / "files").exists()
    before, old = (folder / "current").readlink(), file_of(folder, "jurisdictions.jsonl")
    publisher.geography = "g2"
    assert run("mirror", str(folder), "--records-only")[0] == 0
    assert (file_of(folder, "jurisdictions.jsonl"), state_of(folder)["geography"]) == ('{"id":"new"}\n', "g2")
    assert (folder / before / "jurisdictions.jsonl").read_text("utf-8") == old


def test_a_copy_begins_anew_where_its_cursor_is_lost(publisher, run, folder):
    run("mirror", str(folder))
    publisher.change("c2", "law", "a9", {"id": "a9"})
    run("mirror", str(folder))  # c2 is not known: the portal is put back
    publisher.told, publisher.cursor = [], "c1"
    code, _printed, said = run("mirror", str(folder))
    assert (code, "put back to an older state" in said) == (0, True)
    assert (file_of(folder, "laws.jsonl").encode(), state_of(folder)["cursor"]) == (publisher.files["laws.jsonl"], "c1")
    publisher.known.clear()  # and its files are older still
    publisher.change("n1", "law", "n1", {"id": "n1"})
    code, _printed, said = run("mirror", str(folder))
    assert (code, file_of(folder, "laws.jsonl"), file_of(folder, "agencies.jsonl")) == (0, '{"id":"n1"}\n', "")


def test_a_damaged_copy_is_told_of_and_mended(publisher, run, folder):
    run("mirror", str(folder))
    (folder / "current" / "laws.jsonl").write_text("")
    code, _printed, said = run("verify", str(folder))
    assert (code, said) == (4, "portal287g: Not what was written: laws.jsonl. mirror mends it.\n")
    publisher.change("c2", "policy", "a1", None)
    code, _printed, said = run("mirror", str(folder))
    assert (code, "laws.jsonl is not what was written: beginning anew." in said) == (0, True)
    assert run("verify", str(folder))[0] == 0
    (folder / "current" / "mirror.json").write_text("{")
    assert run("verify", str(folder))[0] == 4
    assert "The copy cannot be read: beginning anew." in run("mirror", str(folder))[2]
    assert run("verify", str(folder))[0] == 0
    assert run("verify", str(folder.parent))[0] == 4


def test_a_download_that_broke_off_is_gone_on_with_in_this_run_and_the_next(publisher, run, naps, folder):
    events, cut = [], 4

    def breaks_off(request: Request) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = publisher(request)
        if request.selector.endswith("/events.jsonl"):
            events.append(request.get_header("Range"))
            if len(events) <= cut:
                return status, {**headers, "Content-Length": str(len(body))}, body[:5]
        return status, headers, body

    publisher.handler.respond = breaks_off
    code, _printed, said = run("mirror", str(folder))
    assert (code, "The next run goes on with it." in said) == (3, True)
    assert not (folder / "current").exists()
    assert run("mirror", str(folder))[0] == 0
    assert events == [None, "bytes=5-", "bytes=10-", "bytes=15-", "bytes=20-"]
    assert (folder / "current" / "events.jsonl").read_bytes() == publisher.files["events.jsonl"]
    assert not (folder / ".coming").exists()


def test_files_that_were_replaced_meanwhile_are_begun_with_anew(publisher, run, folder):
    def replaced(request: Request) -> tuple[int, dict[str, str], bytes]:
        if request.selector.endswith("/laws.jsonl"):
            publisher.version = "2026-01-06.1"
        return publisher(request)

    publisher.handler.respond = replaced
    code, _printed, said = run("mirror", str(folder))
    assert (code, "newer files by now" in said, state_of(folder)["version"]) == (0, True, "2026-01-06.1")


@pytest.mark.parametrize(
    ("name", "said_otherwise", "code", "sentence"),
    [
        pytest.param("laws.jsonl", {"sha256": "0" * 64}, 4, "does not have the sha256", id="other bytes"),
        pytest.param("laws.jsonl", {"bytes": 3}, 4, "does not have the sha256", id="longer than it should be"),
        pytest.param("laws.csv", {"name": "../../laws.csv"}, 3, "describes its files otherwise", id="leads out"),
        pytest.param("laws.csv", {"bytes": "many"}, 3, "describes its files otherwise", id="no size"),
        pytest.param("laws.jsonl", {"name": "law.jsonl"}, 3, "describes its files otherwise", id="a file is missing"),
    ],
)
def test_what_the_manifest_does_not_vouch_for_is_not_kept(publisher, run, folder, name, said_otherwise, code, sentence):
    publisher.overwritten = {name: said_otherwise}
    found, _printed, said = run("mirror", str(folder))
    assert found == code
    assert sentence in said
    assert not (folder / "current").exists()


def test_a_run_that_is_stopped_leaves_the_copy_as_it_was(publisher, run, folder):
    run("mirror", str(folder))
    before = (folder / "current").readlink(), file_of(folder, "mirror.json")
    publisher.version = "2026-01-06.1"
    publisher.files["laws.csv"] = b"id,title\n"

    def stopped(request: Request) -> tuple[int, dict[str, str], bytes]:
        if request.selector.endswith("/laws.csv"):
            raise KeyboardInterrupt
        return publisher(request)

    publisher.handler.respond = stopped
    code, _printed, said = run("mirror", str(folder))
    assert (code, "Stopped. A copy stays as it was" in said) == (130, True)
    assert ((folder / "current").readlink(), file_of(folder, "mirror.json")) == before
    publisher.handler.respond = publisher
    assert run("mirror", str(folder))[0] == 0
    assert file_of(folder, "files/laws.csv") == "id,title\n"


def test_a_folder_is_one_portals_copy_and_one_run_works_on_it(publisher, run, folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    code, _printed, said = run("mirror", str(folder))
    assert (code, "holds other things (notes.txt)" in said) == (2, True)
    (folder / "notes.txt").unlink()
    run("mirror", str(folder))
    code, _printed, said = run("--site", "http://other.example", "mirror", str(folder))
    assert (code, f"is a copy of {SITE}" in said) == (2, True)
    with portal287g.Mirror(folder).for_one_run():
        code, _printed, said = run("mirror", str(folder))
        assert (code, "Another run is at work" in said) == (4, True)


def test_where_a_system_has_no_links_a_file_names_the_copy(publisher, run, folder, monkeypatch):
    def refuse(*_names):
        raise OSError("no links here")

    for module, name in ((Path, "symlink_to"), (portal287g.os, "link")):
        monkeypatch.setattr(module, name, refuse)
    assert run("mirror", str(folder))[0] == 0
    publisher.change("c2", "law", "a1", None)
    assert run("mirror", str(folder))[0] == 0
    assert (folder / "current").read_text("utf-8") == "copy-2\n"
    assert run("verify", str(folder))[0] == 0


# -- As its text says, against the real server ------------------------------------------------------------------------


@pytest.mark.once
def test_the_commands_of_the_text_work_as_they_are_printed(site_url, monkeypatch, tmp_path, run):
    """Those that read; the copy's are run above."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORTAL287G_SITE", site_url)
    printed = "\n".join(re.findall(r"^```sh\n(.*?)^```$", COMMANDS, re.M | re.S)).splitlines()
    assert printed[0] == "curl -sO https://portal.example/api/v1/docs/portal287g.py"
    commands = [line.removeprefix("python3 portal287g.py ").split() for line in printed[1:] if line]
    assert len(commands) > 15
    for command in commands:
        if command[0] not in {"mirror", "verify"}:
            code, told, said = run(*command)
            assert code == 0, (command, said)
            assert told or "-o" in command, command
    assert (tmp_path / "florida.csv").read_text("utf-8").startswith("id,agency,")
    assert (tmp_path / "last.cursor").read_text("utf-8").strip()
    assert run("changes", "--kind", "law,policy", "--cursor", "last.cursor")[1] == ""


@pytest.mark.once
def test_whoever_fetches_it_can_ask_its_portal_at_once(site_url, tmp_path):
    with urlopen(f"{site_url}/api/v1/docs/portal287g.py") as answer:
        (tmp_path / "portal287g.py").write_bytes(answer.read())

    def ask(command: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path,
            env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
            capture_output=True,
            timeout=60,
            check=False,
        )

    done = ask(f"{sys.executable} -W error portal287g.py answer us/tx/harris-county --lang es; echo $?")
    assert "● Policía y sheriff de aquí: Sí" in done.stdout.decode()
    assert (done.stdout.splitlines()[-1], done.stderr) == (b"0", b"")
    done = ask(f"({sys.executable} portal287g.py changes; echo $? >code) | read line; read code <code; echo $code")
    assert (done.stdout.strip(), done.stderr) == (b"141", b"")
