"""/about/privacy/: each sentence held against what the program does; one without a test fails the last test."""

import logging
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core import signing
from django.test import Client
from django.utils import timezone

from agreements import days
from portal import reports
from portal.accounts.counts import keyed
from portal.api.counts import HEAD, ROW, Counts
from portal.middleware.access_log import WithoutZipCodes
from portal.models import MistakeReport
from tests.factories import CountyFactory, StateFactory
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

HELD = set()
READER = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Quixote/5.0", "HTTP_REFERER": "https://lamancha.example/"}
LISTS = ("/agencies/", "/agreements/", "/laws/", "/policies/", "/changes/")
PAGES = ("/", "/us/", "/us/fl/", "/us/fl/broward-county/", "/embed/us/fl/", "/about/", "/report/", "/no-such-page/")
NOT_OURS = "What we cannot do"
"""The heading of what is said of browsers and networks, which no test of ours can hold."""


def holds(*beginnings: str):
    """Marks a test with how the sentences begin that it holds."""
    HELD.update(beginnings)
    return lambda test: test


@pytest.fixture(autouse=True)
def broward():
    florida = StateFactory(name="Florida", usps="FL", slug="fl")
    return CountyFactory(name="Broward County", short_name="Broward", slug="broward-county", state=florida)


@pytest.fixture
def logged(caplog):
    """What stands in the log, as it is written."""
    caplog.set_level(logging.DEBUG)
    writer = WithoutZipCodes("%(asctime)s %(levelname)s %(name)s %(message)s")
    return lambda: "\n".join(writer.format(record) for record in caplog.records)


def report(client, monkeypatch, **said):
    """Sends a report as a person does, half a minute after the form was opened."""
    with monkeypatch.context() as patch:
        moment = timezone.now().timestamp() - 30
        patch.setattr(signing.time, "time", lambda: moment)
        stamp = reports.stamp()
    form = {"page": "/us/fl/broward-county/", "fact": "law", "wrong": "The year is wrong.", "stamp": stamp} | said
    assert client.post("/report/", form, **READER).status_code == 303
    return MistakeReport.objects.get()


# -- What you type ----------------------------------------------------------------------------------------------------


@holds("Where you look for a ZIP code", "Answers to what you type are not kept.")
def test_what_is_typed_into_the_field_is_in_no_address_log_or_copy(client, logged):
    for page in ("/", "/find/", "/us/compare/"):
        form = re.search(r'<form class="find"[^>]+>', client.get(page).text)[0]
        assert 'method="post"' in form, page
    for address, typed in [("/find/", "33324"), ("/find/", "Quixote 33324"), ("/find/suggest/", "Quixo")]:
        answer = client.post(address, {"q": typed}, **READER)
        assert "no-store" in answer["Cache-Control"]
        assert typed not in answer.headers.get("Location", "")
    assert "POST '/find/'" in logged()
    assert "33324" not in logged()
    assert "uixo" not in logged()


@holds("The page that you read next has the name of the place in its address.")
def test_the_address_of_a_place_names_it(client, broward):
    assert broward.get_absolute_url() == "/us/fl/broward-county/"
    assert client.post("/find/", {"q": "Broward County, Florida"})["Location"] == "/us/fl/broward-county/"


@holds("The lists of agencies, agreements, laws, policies and changes put the words")
def test_lists_are_searched_by_their_address_which_is_not_in_the_log(client, logged):
    for address in LISTS:
        forms = re.findall(r"<form[^>]*>", client.get(address).text)
        assert forms, address
        assert not any("post" in form for form in forms), address
        client.get(address, {"q": "quixote 33324"}, **READER)
        assert f"GET '{address}'" in logged()
    assert "quixote" not in logged()
    assert "33324" not in logged()


@holds("Programs of other people may ask our data service for a ZIP code")
def test_a_program_that_asks_for_a_zip_code_leaves_none_behind(client, logged):
    answer = client.get("/api/v1/lookup/?zip=33324", **READER)
    assert "no-store" in answer["Cache-Control"]
    assert "GET '/api/v1/lookup/'" in logged()
    assert "33324" not in logged()


# -- What we keep of a visit ------------------------------------------------------------------------------------------


@holds("Our log has a line for each page", "The log has nothing of who asked")
def test_a_line_of_the_log_is_what_the_page_says_and_no_more(client, logged):
    client.get("/us/fl/broward-county/?as_of=2026-02-01&q=quixote", **READER)
    client.get("/us/fl/33324/", **READER)
    lines = [line for line in logged().splitlines() if " portal.access " in line]
    line = r"[\d-]{10} [\d:,]{12} INFO portal\.access GET '%s' %d [\d.]+ ms [\d.]+ kB"
    assert re.fullmatch(line % ("/us/fl/broward-county/", 200), lines[0])
    assert re.fullmatch(line % (r"/us/fl/\[5 digits\]/", 404), lines[1])
    for trace in (*READER.values(), "quixote", "33324"):
        assert trace not in logged(), trace


@holds("If a page breaks, the log also has the error.")
def test_the_log_has_the_error_of_a_page_that_breaks_with_five_digits_crossed_out(monkeypatch, logged):
    def broken(*_, **__):
        raise RuntimeError("no such thing as 33324")

    monkeypatch.setattr("portal.views.places.answer_for", broken)
    client = Client(raise_request_exception=False)
    assert client.get("/us/fl/broward-county/?q=quixote", **READER).status_code == 500
    assert "RuntimeError: no such thing as [5 digits]" in logged()
    for trace in (*READER.values(), "quixote", "33324"):
        assert trace not in logged(), trace


@holds("You can read this site without an account, a cookie or a script.", "Readers get no cookie.")
def test_readers_get_no_cookie_and_staff_cookies_stay_with_the_staffs_pages(client, monkeypatch, settings):
    for page in (*PAGES, *LISTS, "/api/v1/", "/find/"):
        assert not client.get(page).cookies, page
    report(client, monkeypatch)
    client.post("/find/", {"q": "33324"})
    assert not client.cookies
    staffs = client.get("/admin/account/login/").cookies
    assert {cookie["path"] for cookie in staffs.values()} == {settings.SESSION_COOKIE_PATH} == {"/admin/"}


@holds("So that nobody floods us", "Key, code and count are in the memory of the server alone.")
def test_reports_and_calls_are_counted_in_memory_by_a_code_whose_key_changes_each_day(client, monkeypatch, tmp_path):
    from portal import settings as as_read

    assert as_read.COUNTS_DIR == "/dev/shm", "which Linux keeps in memory"
    assert "throttle" not in as_read.CACHES
    counts = Counts(tmp_path / "calls")
    monkeypatch.setattr("portal.api.throttling.counts", lambda: counts)
    for page in (*PAGES, *LISTS):
        client.get(page, **READER)
    client.post("/find/", {"q": "33324"}, **READER)
    assert rows(counts) == set(), "the reading of pages is counted"
    client.get("/api/v1/status/", **READER)
    report(client, monkeypatch)
    first = rows(counts)
    assert len(first) == 2, "a count each"
    assert b"203.0.113" not in bytes(counts)
    monkeypatch.setattr("portal.api.throttling.today", lambda: days.today().replace(year=2030))
    client.get("/api/v1/status/", **READER)
    assert len(rows(counts)) == 1
    assert rows(counts).isdisjoint(first)


def rows(counts: Counts) -> set[bytes]:
    """The codes under which anybody is counted."""
    return {who for who, _ends, calls in ROW.iter_unpack(bytes(counts)[HEAD.size :]) if calls}


@holds("When staff sign in, we count wrong passwords by a code that is stored.")
def test_wrong_passwords_are_counted_under_a_code():
    assert re.fullmatch("[0-9a-f]{64}", keyed("login_failed:ip:203.0.113.77", "", 1))


@holds("Your browser, and machines on the way, may keep a copy of a page for a while.")
def test_a_page_is_the_same_for_everybody(client):
    page = client.get("/us/fl/broward-county/")
    other = {"HTTP_COOKIE": "sessionid=x", "HTTP_ACCEPT_LANGUAGE": "es", "REMOTE_ADDR": "198.51.100.9"}
    again = client.get("/us/fl/broward-county/?utm_source=x", **other)
    assert "public" in page["Cache-Control"]
    assert (page.content, page["ETag"]) == (again.content, again["ETag"])
    assert set(page.headers.get("Vary", "Accept-Encoding").split(", ")) == {"Accept-Encoding"}


# -- Reports ----------------------------------------------------------------------------------------------------------


@holds("We keep what you write, the page and the fact it is about", "We ask for no name and keep no network address.")
def test_what_is_kept_of_a_report_is_what_the_page_says(client, monkeypatch):
    said = {"as_of": "2026-02-01", "proof": "https://example.org/", "contact": "quixote@example.org"}
    kept = {name: value for name, value in vars(report(client, monkeypatch, **said)).items() if name != "_state"}
    of_the_reader = {"page", "record", "as_of", "language", "fact", "wrong", "proof_url", "contact", "sent_at"}
    of_ours = {"id", "state", "note", "handled_by_id", "closed_at", "digest"}
    assert set(kept) == of_the_reader | of_ours
    assert not {"203.0.113.77", "Quixote/5.0", "https://lamancha.example/"} & {str(value) for value in kept.values()}


@holds("A short code of all this makes the same report sent twice count once.", "The code goes when somebody takes up")
def test_the_code_of_a_report_goes_when_it_is_taken_up(client, monkeypatch):
    taken = report(client, monkeypatch)
    assert report(client, monkeypatch) == taken
    assert taken.digest
    taken.settle("in_hand", by=None)
    taken.refresh_from_db()
    assert taken.digest is None


@holds("An e-mail address or phone number is yours to give.", "The report itself stays, with what we did about it.")
def test_closing_a_report_deletes_the_contact_everywhere_and_keeps_the_rest(client, monkeypatch):
    sent = report(client, monkeypatch, contact="quixote@example.org")
    staff = Client()
    signed_in(staff, "editor")
    staff.post(f"/admin/portal/mistakereport/{sent.pk}/change/", {"state": "mended", "note": "Mended."})
    sent.refresh_from_db()
    assert (sent.contact, sent.wrong, sent.note) == ("", "The year is wrong.", "Mended.")
    assert not any("quixote" in f"{entry} {entry.change_message}" for entry in LogEntry.objects.all())


# -- Other sites, leaving ---------------------------------------------------------------------------------------------


@holds("Our pages load nothing from anybody else.")
def test_the_policy_of_every_page_forbids_other_sites(client):
    for page in (*PAGES, *LISTS, "/embed/", "/map/"):
        policy = client.get(page)["Content-Security-Policy"]
        sources = {source for part in policy.split(";") for source in part.split()[1:] if "frame-ancestors" not in part}
        assert all(re.fullmatch(r"'none'|'self'|data:|'sha256-.+'", source) for source in sources), page


@holds("When you follow a link, your browser does not tell the other site")
def test_no_page_sends_a_referrer(client):
    for page in (*PAGES, *LISTS, "/embed/us/fl/broward-county/"):
        assert client.get(page)["Referrer-Policy"] == "no-referrer", page


@holds("Other sites may show our answer for a place as a card.", "We do not keep on which site you saw it.")
def test_nobody_notes_on_which_site_a_card_stands(client, logged):
    card = client.get("/embed/us/fl/broward-county/", **READER)
    assert card.content == client.get("/embed/us/fl/broward-county/").content
    assert "lamancha" not in logged()


@holds("“Leave this site”, at the top of each page", "It clears nothing")
@pytest.mark.parametrize("address", [*PAGES[:4], "/es/report/", "/es/about/privacy/", "/no-such-page/"])
def test_each_page_has_the_way_out_that_the_operator_chose(client, settings, address):
    settings.LEAVE_URL = "https://news.example/today"
    page = client.get(address).text
    assert re.search(r'<a class="leave" href="https://news\.example/today" rel="noreferrer">', page)
    assert "takes you to news.example" in client.get("/about/privacy/").text


# -- The page itself --------------------------------------------------------------------------------------------------


def test_each_sentence_of_the_page_is_held_by_a_test(client):
    main = client.get("/about/privacy/").text.split("<h1>")[1].split('<p class="quiet cite">')[0]
    ours = main.split(f">{NOT_OURS}</h2>")[0]
    assert ours != main
    said = [
        " ".join(re.sub("<[^>]+>", "", text).split()) for text in re.findall(r"<(?:p|li)[ >].*?</(?:p|li)>", ours, re.S)
    ]
    assert [text for text in said if not any(text.startswith(beginning) for beginning in HELD)] == []
    assert [beginning for beginning in HELD if not any(beginning in text for text in said)] == []
