"""What is sent with a POST, before the portal is asked."""

import io
import json
from threading import Event, Thread

import pytest
from django.conf import settings
from django.test.utils import override_settings

from portal.bodies import BodiesFirst
from portal.lent import lending

SOON = 10  # seconds; a test that fails must end


def seen(environ, start_response):
    """A portal that tells what it was sent."""
    start_response("200 OK", [])
    return [environ["CONTENT_LENGTH"].encode(), environ["wsgi.input"].read()]


def post(body, path="/api/v1/lookup/", portal=None, **environ):
    """Status, headers and body of the answer."""
    answer = {}

    def start_response(status, headers):
        answer.update(status=int(status[:3]), headers=dict(headers))

    sent = body if hasattr(body, "read") else io.BytesIO(body)
    asked = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "wsgi.input": sent, **environ}
    content = (portal or BodiesFirst(seen, lending(threads=3)))(asked, start_response)
    return answer["status"], answer["headers"], list(content)


def test_a_body_is_passed_on_as_it_was_sent():
    assert post(b"q=davie and what follows", CONTENT_LENGTH="7")[2] == [b"7", b"q=davie"]


def test_a_body_in_chunks_has_the_length_that_it_turned_out_to_have():
    assert post(b"q=davie", HTTP_TRANSFER_ENCODING="chunked")[2] == [b"7", b"q=davie"]


@pytest.mark.parametrize("declared", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "x"}, {"CONTENT_LENGTH": "-1"}])
def test_without_a_length_there_is_no_body(declared):
    assert post(b"q=davie", **declared)[2] == [b"0", b""]


@pytest.mark.parametrize("declared", [{"CONTENT_LENGTH": "101"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_of_a_body_that_is_too_large_only_its_length_is_passed_on(declared):
    assert post(b"q" * 5_000, **declared)[2] == [b"101", b""]


def test_staff_may_send_more_than_readers():
    sheets = b"sheet" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = str(len(sheets))
    assert post(sheets, path="/admin/", CONTENT_LENGTH=length)[2] == [length.encode(), sheets]
    assert post(sheets, path="/find/", CONTENT_LENGTH=length)[2] == [length.encode(), b""]


class Slow:
    """A body whose end does not come until it may."""

    def __init__(self):
        self.is_awaited, self.may_end = Event(), Event()

    def read(self, size):
        self.is_awaited.set()
        self.may_end.wait(SOON)
        return b""


@pytest.mark.parametrize("method", ["POST", "post"])
def test_slow_bodies_never_take_the_last_thread(method):
    portal = BodiesFirst(seen, lending(threads=3))
    slow = [Slow(), Slow()]
    senders = [Thread(target=post, args=[each, "/find/", portal], kwargs={"CONTENT_LENGTH": "9"}) for each in slow]
    for sender, each in zip(senders, slow, strict=True):
        sender.start()
        assert each.is_awaited.wait(SOON)
    status, headers, body = post(b"q=davie", portal=portal, CONTENT_LENGTH="7", REQUEST_METHOD=method)
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(body[0])["status"] == 503
    assert headers["Retry-After"] == "5"
    assert headers["Access-Control-Allow-Origin"] == "*"
    status, headers, body = post(b"q=davie", "/es/find/", portal, CONTENT_LENGTH="7", REQUEST_METHOD=method)
    assert (status, headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert "segundos" in body[0].decode()
    assert post(b"", portal=portal, REQUEST_METHOD="GET", CONTENT_LENGTH="")[0] == 200
    for sender, each in zip(senders, slow, strict=True):
        each.may_end.set()
        sender.join(SOON)
    assert post(b"q=davie", portal=portal, CONTENT_LENGTH="7", REQUEST_METHOD=method)[0] == 200
