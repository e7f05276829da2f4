import gc
import gzip
import io
import logging
import sys

import brotli
import pytest
from django.db import OperationalError
from django.http import FileResponse, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import translation

from portal.lent import lending
from portal.middleware import access_log, admin_only, compression, language, slow_readers, whole

LONG = "the same words again and again " * 50


def through(middleware, response, path="/us/fl/", **headers):
    """What `middleware` makes of `response` to a GET of `path`."""
    return middleware(lambda request: response)(RequestFactory().get(path, headers=headers))


# -- Compression ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=0.5, br;q=0.1", "gzip"),
        ("GZIP ; Q=1.0 , BR;q=0.999", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0", None),
        ("br;q=a lot, gzip;q=2", None),
        ("*", "br"),
        ("br;q=0, *;q=0.3", "gzip"),
        ("identity", None),
        ("identity, br;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("*;q=0", None),
        ("", None),
    ],
)
def test_the_coding_is_the_one_that_the_browser_would_rather_have(accepted, coding):
    assert compression.chosen_coding(accepted) == coding


@pytest.mark.parametrize(("coding", "restore"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
@pytest.mark.parametrize("streamed", [False, True])
def test_compressed_text_is_smaller_and_restores(coding, restore, streamed):
    response = StreamingHttpResponse(iter([LONG[:700], LONG[700:]])) if streamed else HttpResponse(LONG)
    response.headers["ETag"] = '"abc"'
    response = through(compression.CompressionMiddleware, response, accept_encoding=coding)
    body = response.getvalue()
    assert restore(body).decode() == LONG
    assert len(body) < len(LONG) / 5
    assert response.headers["Content-Encoding"] == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["ETag"] == 'W/"abc"'
    assert response.headers.get("Content-Length") == (None if streamed else str(len(body)))


@pytest.mark.parametrize(
    ("content_type", "lines", "is_pressed_harder"),
    [
        pytest.param("text/html; charset=utf-8", 6000, True, id="a page longer than the first flight"),
        pytest.param("text/html; charset=utf-8", 100, False, id="a page"),
        pytest.param("application/json", 6000, False, id="an answer of the API, of which time counts more"),
    ],
)
def test_a_page_that_needs_a_second_flight_is_worth_more_time(content_type, lines, is_pressed_harder):
    page = "".join(
        f"<tr><td>{number * number * 7919 % 1000003} agreements</td></tr>" for number in range(lines)
    ).encode()
    response = HttpResponse(page, content_type=content_type)
    body = through(compression.CompressionMiddleware, response, accept_encoding="br").content
    usual = compression.brotli_whole(page)
    assert brotli.decompress(body) == page
    assert (len(body) < len(usual)) == is_pressed_harder
    assert is_pressed_harder or body == usual


def test_a_browser_that_takes_no_coding_still_gets_vary_so_that_caches_keep_them_apart():
    response = through(compression.CompressionMiddleware, HttpResponse(LONG))
    assert response.content.decode() == LONG
    assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(("accepted", "etag"), [("br, gzip", 'W/"abc"'), ("", '"abc"')])
def test_not_modified_names_what_the_browser_holds(accepted, etag):
    response = HttpResponseNotModified(headers={"ETag": '"abc"'})
    response = through(compression.CompressionMiddleware, response, accept_encoding=accepted)
    assert (response.headers["ETag"], response.headers["Vary"]) == (etag, "Accept-Encoding")


@pytest.mark.parametrize(
    ("response", "path"),
    [
        pytest.param(HttpResponse(LONG), "/admin/agreements/", id="a staff page, which holds a form token"),
        pytest.param(HttpResponse("short"), "/", id="too short"),
        pytest.param(HttpResponse(LONG, content_type="application/zip"), "/", id="not text"),
        pytest.param(HttpResponse(LONG, headers={"Content-Encoding": "x"}), "/", id="coded already"),
        pytest.param(HttpResponseNotModified(), "/", id="not modified"),
    ],
)
def test_left_alone(response, path):
    before = response.content
    after = through(compression.CompressionMiddleware, response, path, accept_encoding="br, gzip")
    assert after.content == before
    assert after.headers.get("Content-Encoding") in (None, "x")


# -- Language -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [("/", "en"), ("/us/fl/", "en"), ("/es/", "es"), ("/es", "es"), ("/es/us/fl/", "es"), ("/essex/", "en")],
)
def test_the_path_alone_decides_the_language(path, code):
    seen = []
    view = language.LanguageFromPathMiddleware(
        lambda request: seen.append(translation.get_language()) or HttpResponse()
    )
    other = "es" if code == "en" else "en"
    with translation.override(other):
        response = view(RequestFactory().get(path, headers={"accept-language": other}))
    assert seen == [code]
    assert response.headers["Content-Language"] == code
    assert "Vary" not in response.headers


# -- Accounts under /admin/ only ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "middleware",
    [
        admin_only.SessionMiddleware,
        admin_only.CsrfViewMiddleware,
        admin_only.AuthenticationMiddleware,
        admin_only.MessageMiddleware,
        admin_only.HistoryRequestMiddleware,
    ],
)
def test_a_public_request_gets_no_session_user_or_messages(middleware):
    request = RequestFactory().post("/find/", {"q": "Davie"})
    before = set(vars(request))
    assert middleware(lambda request: HttpResponse("found"))(request).content == b"found"
    assert set(vars(request)) == before


def test_a_public_form_needs_no_token():
    checker = admin_only.CsrfViewMiddleware(lambda request: HttpResponse())
    request = RequestFactory(enforce_csrf_checks=True).post("/find/", {"q": "Davie"})
    assert checker.process_view(request, None, (), {}) is None


# -- Logs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def access_lines(caplog):
    logger = logging.getLogger("portal.access")
    logger.propagate = True
    with caplog.at_level(logging.INFO, logger="portal.access"):
        yield lambda: caplog.messages
    logger.propagate = False


def test_the_access_log_knows_the_page_and_not_the_reader(client, access_lines):
    client.get(
        "/no-such-page/?q=33324", REMOTE_ADDR="203.0.113.9", headers={"User-Agent": "Phone", "Referer": "http://x/"}
    )
    [line] = access_lines()
    assert line.startswith("GET '/no-such-page/' ")
    for trail in ("33324", "203.0.113.9", "Phone", "http://x/"):
        assert trail not in line


def test_the_size_of_a_large_answer_is_not_taken_for_a_zip_code(rf, access_lines):
    middleware = access_log.AccessLogMiddleware(lambda request: HttpResponse(b"x" * 23_456))
    middleware(rf.get("/us/"))
    [line] = access_lines()
    assert line.endswith(" 23.5 kB")
    record = logging.LogRecord("portal.access", logging.INFO, "", 0, line, (), None)
    assert access_log.WithoutZipCodes("%(message)s").format(record) == line


def test_a_form_that_is_far_too_large_is_one_line_and_no_traceback(client, db, caplog):
    response = client.post("/find/", {"q": "x" * 2_000_000}, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert not [record for record in caplog.records if record.name.startswith("django")]


def test_a_line_break_in_a_path_cannot_forge_a_line(client, access_lines):
    client.get("/a%0AGET%20/b")
    [line] = access_lines()
    assert "\n" not in line


def test_static_files_and_probes_are_not_logged(client, access_lines):
    client.get("/healthz")
    client.get("/static/none.css")
    assert access_lines() == []


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        ("no county for 33324", "no county for [5 digits]"),
        ("33324-1234, 00601", "[5 digits], [5 digits]"),
        ("1234 123456 2026-11-25", "1234 123456 2026-11-25"),
    ],
)
def test_zip_codes_never_reach_a_log(message, logged):
    record = logging.LogRecord("any", logging.ERROR, "", 0, "%s", (message,), None)
    assert access_log.WithoutZipCodes("%(message)s").format(record) == logged


def test_zip_codes_are_taken_out_of_tracebacks_too():
    try:
        {}["33324"]
    except KeyError:
        record = logging.LogRecord("any", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    logged = access_log.WithoutZipCodes("%(message)s").format(record)
    assert "KeyError: '[5 digits]'" in logged


# -- Whole answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batches", [1, 300])
def test_an_answer_made_bit_by_bit_has_its_length(batches):
    made = StreamingHttpResponse(b"a row\n" * 2_000 for _ in range(batches))
    response = through(whole.WholeAnswerMiddleware, made)
    body = response.getvalue()
    for close in response._resource_closers:  # as response.close() does, which closes the database, too
        close()
    assert body == b"a row\n" * 2_000 * batches
    assert response.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("times", [1, 200_000])
def test_nothing_leaves_of_an_answer_that_breaks_half_way(times):
    def rows():
        yield b"the first rows\n" * times
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        through(whole.WholeAnswerMiddleware, StreamingHttpResponse(rows()))


def test_a_file_with_its_length_goes_out_as_it_is(monkeypatch):
    monkeypatch.setattr(whole, "drawn_from", None)
    response = FileResponse(io.BytesIO(b"all rows"))
    assert through(whole.WholeAnswerMiddleware, response).getvalue() == b"all rows"
    assert response.headers["Content-Length"] == "8"


# -- Slow readers ---------------------------------------------------------------------------------------------------


@pytest.fixture
def fetched(monkeypatch):
    """What a reader gets of an answer of so many bytes, in a worker of three threads."""
    monkeypatch.setattr(slow_readers.lent, "lent", lending(threads=3))
    monkeypatch.setattr(slow_readers, "A_MOMENT", 0.01)

    def fetch(size, path="/api/v1/bulk/areas.csv"):
        answer = FileResponse(io.BytesIO(b"x" * size), headers={"Content-Length": str(size)})
        return through(slow_readers.SlowReadersMiddleware, answer, path=path)

    return fetch


LONG_FILE = slow_readers.IN_ONE_PIECE + 1


def test_readers_of_long_answers_never_take_the_last_thread(fetched):
    first, second = fetched(LONG_FILE), fetched(LONG_FILE)
    refused = fetched(LONG_FILE)
    assert (first.status_code, second.status_code, refused.status_code) == (200, 200, 503)
    assert (refused["Retry-After"], refused["Content-Type"]) == ("60", "application/problem+json")
    assert fetched(LONG_FILE, path="/data/areas.csv")["Content-Type"].startswith("text/plain")
    assert fetched(slow_readers.IN_ONE_PIECE).status_code == 200
    assert len(first.getvalue()) == LONG_FILE
    for close in first._resource_closers:
        close()
    assert fetched(LONG_FILE).status_code == 200


def test_who_asks_while_others_read_fast_waits_a_moment_and_nobody_waits_again_for_slow_ones(monkeypatch):
    waits, gives_back = [], [True, False]

    class Threads:
        def acquire(self, blocking=True, timeout=None):
            if not blocking:
                return False
            waits.append(timeout)
            return gives_back.pop(0)

        def release(self):
            pass

    monkeypatch.setattr(slow_readers.lent, "lent", Threads())
    worker = slow_readers.SlowReadersMiddleware(lambda _request: StreamingHttpResponse(iter([b"a row"])))
    asked = [worker(RequestFactory().get("/api/v1/bulk/areas.csv")).status_code for _time in range(4)]
    assert asked == [200, 503, 503, 503]
    assert waits == [slow_readers.A_MOMENT] * 2, "one that is given back, one in vain, and then nobody waits"


def test_a_long_answer_that_is_forgotten_gives_its_thread_back(monkeypatch):
    monkeypatch.setattr(slow_readers.lent, "lent", lending(threads=2))
    for _time in range(3):
        pieces = StreamingHttpResponse(iter([b"a row"]))  # nobody knows how many more
        assert through(slow_readers.SlowReadersMiddleware, pieces).status_code == 200
        del pieces
        gc.collect()


def test_of_very_long_answers_a_worker_has_few_in_memory(monkeypatch):
    monkeypatch.setattr(slow_readers.lent, "lent", lending(threads=2))
    monkeypatch.setattr(slow_readers, "A_MOMENT", 0.01)
    longest = b"0123456789" * (slow_readers.AT_REST // 10)
    answers = [
        through(slow_readers.SlowReadersMiddleware, HttpResponse(content, status=201, headers={"ETag": '"1"'}))
        for content in (longest, longest + b"x", longest + b"x")
    ]
    assert [(each.status_code, each.streaming) for each in answers] == [(201, False), (201, True), (503, False)]
    assert (answers[1]["Content-Length"], answers[1]["ETag"]) == (str(len(longest) + 1), '"1"')
    assert answers[1].getvalue() == longest + b"x"


def test_a_short_file_goes_out_in_one_piece(fetched):
    assert [len(piece) for piece in fetched(slow_readers.IN_ONE_PIECE)] == [slow_readers.IN_ONE_PIECE]
