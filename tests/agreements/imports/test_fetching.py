"""New lists are found on a page and kept, within bounds; whatever a server does wrong is one sentence."""

import gzip
import json
import threading
import time
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from agreements.desk import runs
from agreements.imports import fetching
from agreements.imports.fetching import FetchError, Shelf, fetch_lists, get, last_fetch, lists_on
from agreements.models import Agreement, ImportRun, Snapshot
from tests.agreements.desk.conftest import areas, person
from tests.agreements.imports.workbooks import PENDING, clay, workbook

LIST = workbook([clay()], modified=datetime(2026, 5, 18, tzinfo=UTC))
WAITING = workbook([clay(LAW_ENFORCEMENT_AGENCY="Lee County Sheriff's Office")], PENDING, links={})
NAME = "participatingAgencies05182026am.xlsx"
PAGE = f"""<html><body><a href="/doclib/287g/{NAME}">Participating agencies</a>
<a href="/doclib/287g/pendingAgencies05182026am.xlsx">Pending</a> <a href="/other.xlsx">Budget</a></body></html>"""


class Server:
    """A web server on this machine. `pages` maps a path to bytes, or to a function that answers by itself."""

    def __init__(self):
        self.pages, self.asked = {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                page = outer.pages.get(self.path)
                if callable(page):
                    page(self)
                elif page is None:
                    self.send_error(404)
                else:
                    outer.answer(self, page)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # a client that hangs up is what some of these tests are about
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=[0.05], daemon=True).start()

    @staticmethod
    def answer(handler, body, status=200, **headers):
        """`headers` are written with _ for -: Content_Type="text/html"."""
        handler.send_response(status)
        kind = "text/html; charset=utf-8" if body[:1] == b"<" else "application/octet-stream"
        for name, value in ({"Content_Type": kind, "Content_Length": str(len(body))} | headers).items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    def publish(self, page=PAGE, participating=LIST, pending=WAITING):
        self.pages["/287g"] = page.encode()
        self.pages[f"/doclib/287g/{NAME}"] = participating
        self.pages["/doclib/287g/pendingAgencies05182026am.xlsx"] = pending


@pytest.fixture
def server():
    one = Server()
    yield one
    one.http.shutdown()
    one.http.server_close()


def with_tag(body, tag='"v1"'):
    """A page with an ETag, which is sent once to who knows it."""

    def answer(handler):
        if handler.headers.get("If-None-Match") == tag:
            Server.answer(handler, b"", 304, ETag=tag, Content_Length="")
        else:
            Server.answer(handler, body, ETag=tag)

    return answer


def failure(server, path="/x", **options):
    options = {"hosts": ["127.0.0.1"], "largest": 1024**2, "seconds": 5} | options
    with pytest.raises(FetchError) as failed:
        get(path if "://" in path else server.address + path, **options)
    sentence = str(failed.value)
    assert sentence.endswith(".")
    assert ". " not in sentence, "one sentence"
    return sentence


# -- One call ---------------------------------------------------------------------------------------------------------


def test_a_page_is_asked_for_politely(server):
    server.pages["/x"] = b"<html>"
    answer = get(f"{server.address}/x", hosts=["127.0.0.1"], largest=99, agent="reader/1 (staff@example.org)")
    assert (answer.body, answer.kind) == (b"<html>", "text/html")
    ((_, headers),) = server.asked
    assert headers["User-Agent"] == "reader/1 (staff@example.org)"
    assert headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in headers


def test_what_has_not_changed_is_not_sent_again(server):
    server.pages["/x"] = with_tag(b"<html>")
    first = get(f"{server.address}/x", hosts=["127.0.0.1"], largest=99)
    assert get(f"{server.address}/x", hosts=["127.0.0.1"], largest=99, etag=first.etag).body is None


def test_a_redirect_on_an_allowed_host_is_followed(server):
    server.pages["/x"] = lambda handler: Server.answer(handler, b"", 302, Location="/y?a=b c")
    server.pages["/y?a=b%20c"] = b"<p>"
    assert get(f"{server.address}/x", hosts=["127.0.0.1"], largest=99).url == f"{server.address}/y?a=b c"


@pytest.mark.parametrize(
    ("where", "says"),
    [
        pytest.param("http://169.254.169.254/latest/", "not on a host", id="another host"),
        pytest.param("https://www.ice.gov.evil.example/", "not on a host", id="a host that looks like it"),
        pytest.param("//evil.example/x.xlsx", "not on a host", id="another host without a scheme"),
        pytest.param("https://127.0.0.1@evil.example/", "no web address", id="a host as a name of a user"),
        pytest.param("file:///etc/passwd", "no web address", id="a file"),
        pytest.param("http://[/", "no web address", id="no address"),
        pytest.param("http://127.0.0.1:99999/", "no web address", id="no port"),
        pytest.param("/x", "on and on", id="itself"),
        pytest.param("", "not where to", id="nowhere"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(server, where, says):
    server.pages["/x"] = lambda handler: Server.answer(handler, b"", 302, Location=where)
    assert says in failure(server)
    assert len(server.asked) <= fetching.MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("http://www.ice.gov/287g", "only https", id="plain http"),
        pytest.param("https://www.ice.gov:8443/287g", "only https", id="another port"),
        pytest.param("ftp://www.ice.gov/287g", "no web address", id="another protocol"),
        pytest.param("https://user:word@www.ice.gov/", "no web address", id="a password"),
        pytest.param("https://ice.example/", "not on a host", id="another host"),
    ],
)
def test_only_https_on_allowed_hosts_is_called(server, url, says):
    assert says in failure(server, url, hosts=["www.ice.gov"])


@pytest.mark.parametrize("status", [204, 206, 403, 404, 429, 500, 503])
def test_any_other_answer_is_a_failure_with_its_number(server, status):
    server.pages["/x"] = lambda handler: Server.answer(handler, b"" if status == 204 else b"<html>", status)
    assert str(status) in failure(server)


def test_a_body_that_never_ends_is_left(server):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    server.pages["/x"] = endless
    assert "more than 1 MB" in failure(server)


def test_a_body_that_says_it_is_too_large_is_not_read(server):
    server.pages["/x"] = lambda handler: Server.answer(handler, b"x", Content_Length=str(10**12))
    assert "more than 1 MB" in failure(server)


def drip(first, piece):
    def answer(handler):
        handler.wfile.write(first)
        while True:
            handler.wfile.write(piece)
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "slow",
    [
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"), id="a header"),
        pytest.param(drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="answers before the answer"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), id="a body"),
        pytest.param(
            drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"), id="size"
        ),
        pytest.param(lambda handler: time.sleep(3), id="nothing"),
    ],
)
def test_a_server_that_gives_a_byte_now_and_then_is_left(server, slow):
    server.pages["/x"] = slow
    start = time.monotonic()
    assert "does not answer in time" in failure(server, seconds=1)
    assert time.monotonic() - start < 3


def test_a_packed_answer_is_unpacked_within_bounds(server):
    packed = gzip.compress(b"<p>" * 9)
    server.pages["/x"] = lambda handler: Server.answer(handler, packed, Content_Encoding="gzip")
    assert get(f"{server.address}/x", hosts=["127.0.0.1"], largest=99).body == b"<p>" * 9
    server.pages["/x"] = lambda handler: Server.answer(
        handler, gzip.compress(bytes(64 * 1024**2)), Content_Encoding="gzip"
    )
    assert "more than 1 MB" in failure(server)


@pytest.mark.parametrize(
    ("body", "headers", "says"),
    [
        pytest.param(b"<p>", {"Content_Encoding": "gzip"}, "damaged", id="not packed at all"),
        pytest.param(
            gzip.compress(b"<p>" * 99)[:-9], {"Content_Encoding": "gzip"}, "cut short", id="packed, cut short"
        ),
        pytest.param(b"<p>", {"Content_Encoding": "br"}, "not asked for", id="packed otherwise"),
        pytest.param(b"<p>", {"Content_Length": "9"}, "cut short", id="cut short"),
    ],
)
def test_a_damaged_answer_is_a_failure(server, body, headers, says):
    server.pages["/x"] = lambda handler: Server.answer(handler, body, **headers)
    assert says in failure(server)


def test_noise_and_a_closed_door_are_failures(server):
    server.pages["/x"] = lambda handler: handler.wfile.write(b"\x00\xff noise\r\n\r\n")
    assert "cannot be reached or breaks off" in failure(server)
    assert "cannot be reached or breaks off" in failure(server, "http://127.0.0.1:9/x")
    assert "cannot be reached or breaks off" in failure(server, server.address.replace("http:", "https:"))


# -- The page ---------------------------------------------------------------------------------------------------------


def found(html):
    return [(link.url, link.kind) for link in lists_on(html.encode(), "https://www.ice.gov/287g")]


@pytest.mark.parametrize(
    ("html", "link"),
    [
        pytest.param(
            '<a href="/d/participatingAgencies.xlsx">here</a>', "/d/participatingAgencies.xlsx", id="by the file"
        ),
        pytest.param("<a href='/d/a.XLSX'>Participating <b>agencies</b></a>", "/d/a.XLSX", id="by the words"),
        pytest.param('<A HREF=" /d/a.xlsx?v=2#x " title="participating">x</A>', "/d/a.xlsx?v=2", id="by the title"),
        pytest.param('<a href="/d/a%20participating.xlsx">x', "/d/a%20participating.xlsx", id="a link never closed"),
        pytest.param('<base href="/d/"><a href="participating.xlsx">x</a>', "/d/participating.xlsx", id="a base"),
        pytest.param(
            '<a href="/d/participating.xlsx">x</a><a href="/d/participating.xlsx">y</a>',
            "/d/participating.xlsx",
            id="twice",
        ),
        pytest.param('<a href="http://[">x</a><a href="/participating.xlsx">x</a>', "/participating.xlsx", id="noise"),
    ],
)
def test_a_list_is_found_by_what_the_link_and_the_file_say(html, link):
    assert found(html) == [(f"https://www.ice.gov{link}", "participating")]


def test_the_files_own_name_counts_before_the_words():
    html = '<a href="/participating.xlsx">a</a><a href="/pendingAgencies.xlsx">Participating, soon</a>'
    assert [kind for _, kind in found(html)] == ["participating", "pending"]


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<html>Access denied</html>", id="no link"),
        pytest.param('<a href="/pending.xlsx">pending</a>', id="the pending list alone"),
        pytest.param('<a href="/list.xlsx">Our list</a>', id="a link that does not say which"),
        pytest.param('<a href="/list.xlsx">Participating and pending</a>', id="a link that says both"),
        pytest.param('<a href="/participating.pdf">Participating</a>', id="another kind of file"),
        pytest.param("".join(f'<a href="/participating{n}.xlsx">x</a>' for n in range(40)), id="far too many"),
    ],
)
def test_a_page_of_another_shape_is_a_failure(html):
    with pytest.raises(FetchError, match="shape has changed"):
        found(html)


# -- What is kept -----------------------------------------------------------------------------------------------------


@pytest.fixture
def fetch(server, tmp_path):
    def run():
        return fetch_lists(
            f"{server.address}/287g", Shelf(tmp_path / "sheets"), hosts=["127.0.0.1"], pause=0, seconds=5
        )

    return run


def test_each_list_is_kept_as_it_came_by_its_hash(server, fetch):
    server.publish()
    fetched = fetch()
    assert [(one.link.kind, one.file_name, one.is_new) for one in fetched] == [
        ("participating", NAME, True),
        ("pending", "pendingAgencies05182026am.xlsx", True),
    ]
    assert fetched[0].path.read_bytes() == LIST
    assert fetched[0].path.name == f"{fetched[0].sha256}.xlsx"
    assert [one.is_new for one in fetch()] == [False, False]


def test_the_second_time_nothing_is_sent_that_did_not_change(server, fetch):
    server.publish()
    server.pages = {path: with_tag(body) for path, body in server.pages.items()}
    first = fetch()
    server.asked.clear()
    assert [one.sha256 for one in fetch()] == [one.sha256 for one in first]
    assert [headers.get("If-None-Match") for _, headers in server.asked] == ['"v1"'] * 3


def test_a_kept_list_that_is_lost_or_spoilt_is_asked_for_whole(server, fetch):
    server.publish()
    server.pages = {path: with_tag(body) for path, body in server.pages.items()}
    path = fetch()[0].path
    path.write_bytes(b"spoilt")
    path.unlink()
    assert fetch()[0].path.read_bytes() == LIST


def test_a_server_that_claims_nothing_changed_to_who_asked_for_all_is_a_failure(server, fetch):
    server.pages["/287g"] = lambda handler: Server.answer(handler, b"", 304, Content_Length="")
    with pytest.raises(FetchError, match="not asked"):
        fetch()


def test_calls_are_spaced(server, tmp_path):
    server.publish()
    start = time.monotonic()
    fetch_lists(f"{server.address}/287g", Shelf(tmp_path), hosts=["127.0.0.1"], pause=0.3)
    assert time.monotonic() - start >= 0.6


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"<!doctype html><html>Not found</html>", "a web page where a workbook", id="web page"),
        pytest.param(b"STATE,COUNTY\r\n", "something else where a workbook", id="CSV"),
    ],
)
def test_what_is_no_workbook_is_a_failure_and_not_kept(server, fetch, tmp_path, body, says):
    server.publish(participating=body)
    with pytest.raises(FetchError, match=says):
        fetch()
    assert list((tmp_path / "sheets").glob("*.xlsx")) == []


def test_a_list_on_another_host_is_a_failure(server, fetch):
    server.publish(page='<a href="https://evil.example/participating.xlsx">Participating</a>')
    with pytest.raises(FetchError, match="not on a host that may be called"):
        fetch()


def test_a_page_that_is_no_page_is_a_failure(server, fetch):
    server.pages["/287g"] = b"\x00\x01"
    with pytest.raises(FetchError, match="instead of a web page"):
        fetch()


def test_one_fetch_runs_at_a_time(tmp_path):
    with Shelf(tmp_path).alone(), pytest.raises(FetchError, match="Another fetch"), Shelf(tmp_path).alone():
        pass


# -- The command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(db, server, settings, tmp_path):
    areas()
    settings.DATA_DIR = tmp_path
    settings.ICE_LISTS_PAGE = f"{server.address}/287g"
    settings.FETCH_HOSTS, settings.FETCH_PAUSE, settings.FETCH_APPLIES = ["127.0.0.1"], 0, False

    def run():
        out = StringIO()
        call_command("fetch_ice_sheets", stdout=out)
        return out.getvalue()

    server.publish(page=f'<a href="/doclib/287g/{NAME}">Participating</a>')
    return run


def test_a_new_list_is_put_under_review_and_nothing_is_public(command, tmp_path):
    assert f"{NAME}: under review" in command()
    run = ImportRun.objects.get()
    assert (run.state, run.kind, run.published_on, run.uploaded_by) == (
        "reviewing",
        "participating",
        date(2026, 5, 18),
        None,
    )
    assert not Agreement.objects.exists()
    word = last_fetch(tmp_path / "sheets")
    assert word["ok"]
    assert word["lists"][0]["sha256"] == run.sha256
    command()
    assert ImportRun.objects.count() == 1


def test_a_list_that_staff_put_away_is_not_opened_again(command):
    command()
    runs.discard_run(ImportRun.objects.get(), by=person("Edith", "editor"))
    assert "put away by the staff" in command()
    assert ImportRun.objects.count() == 1


def test_where_it_is_allowed_a_list_without_a_doubt_is_applied_once(command, settings):
    settings.FETCH_APPLIES = True
    assert "applied: " in command()
    assert Agreement.objects.get().agency.name == "Clay County Sheriff's Office"
    assert (ImportRun.objects.get().state, ImportRun.objects.get().applied_by) == ("applied", None)
    assert "already held, as the participating list of 2026-05-18" in command()
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        pytest.param(workbook([clay()], modified=datetime(2025, 1, 5, tzinfo=UTC)), "under review", id="its date"),
        pytest.param(workbook([clay(SIGNED="soon")], modified=datetime(2026, 5, 18, tzinfo=UTC)), "cell", id="a cell"),
        pytest.param(WAITING, "The page calls it participating, but it reads as pending.", id="its kind"),
    ],
)
def test_a_doubtful_list_is_left_to_the_staff_even_where_applying_is_allowed(command, server, settings, sheet, says):
    settings.FETCH_APPLIES = True
    server.pages[f"/doclib/287g/{NAME}"] = sheet
    assert says in command()
    assert ImportRun.objects.get().state == "reviewing"
    assert not Snapshot.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        pytest.param("/287g", b"<html>New design</html>", "shape has changed", id="the page changed"),
        pytest.param("/287g", None, "status 404", id="the page is gone"),
        pytest.param(f"/doclib/287g/{NAME}", b"<html>", "web page where a workbook", id="a web page as a list"),
        pytest.param(f"/doclib/287g/{NAME}", LIST[:-300], f"{NAME}: .*damaged", id="a list cut short"),
    ],
)
def test_a_failure_is_loud_and_the_staff_can_see_it(command, server, tmp_path, path, body, says):
    server.pages[path] = body
    with pytest.raises(CommandError, match=says):
        command()
    word = last_fetch(tmp_path / "sheets")
    assert not word["ok"]
    assert word["says"].endswith(".")
    assert not ImportRun.objects.exists()
    server.publish()
    command()
    assert last_fetch(tmp_path / "sheets")["ok"]


def test_a_folder_that_cannot_be_written_is_one_sentence(command, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.DATA_DIR = tmp_path / "file"
    with pytest.raises(CommandError, match="cannot be kept in"):
        command()


def test_a_spoilt_memory_of_the_last_time_is_no_memory(command, tmp_path):
    command()
    (tmp_path / "sheets" / "seen.json").write_text("[]")
    assert "under review" in command()
    assert json.loads((tmp_path / "sheets" / "seen.json").read_text())
