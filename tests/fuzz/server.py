"""The corpus over a socket, and messages that are no HTTP, to the production server: it must go on to answer."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from tests.site import served

from .described import Findings
from .hostile import API, faults
from .wire import Call, sent, told

STATUS = b"GET /api/v1/status/ HTTP/1.1\r\nHost: localhost\r\n"
MESSAGES: dict[str, bytes] = {
    "nothing": b"",
    "line ends": b"\r\n" * 1_000,
    "bytes": bytes(range(256)) * 100,
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500,
    "no version": b"GET /api/v1/status/\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n",
    "HTTP/9.9": b"GET /api/v1/status/ HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 50,
    "no Host": b"GET /api/v1/status/ HTTP/1.1\r\n\r\n",
    "two Hosts": STATUS + b"Host: example.org\r\nConnection: close\r\n\r\n",
    "the Host of somebody else": b"GET /api/v1/status/ HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n",
    "a Host of bytes": b"GET /api/v1/status/ HTTP/1.1\r\nHost: \xff\xfe%00\r\nConnection: close\r\n\r\n",
    "a whole address": b"GET http://localhost/api/v1/status/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "another scheme": b"GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "CONNECT": b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n",
    "a NUL in the address": b"GET /api/v1/\x00/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "a blank in the address": b"GET /api/v1/a b/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "an address of 100,000 letters": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "1,000 headers": STATUS + b"".join(b"X-%d: a\r\n" % n for n in range(1_000)) + b"Connection: close\r\n\r\n",
    "a header of 500,000 letters": STATUS + b"X: " + b"a" * 500_000 + b"\r\nConnection: close\r\n\r\n",
    "a header without a name": STATUS + b": a\r\nConnection: close\r\n\r\n",
    "a header over two lines": STATUS + b"X: a\r\n b\r\nConnection: close\r\n\r\n",
    "a NUL in a header": STATUS + b"X: a\x00b\r\nConnection: close\r\n\r\n",
    "line ends without returns": STATUS.replace(b"\r", b"") + b"Connection: close\n\n",
    "a length that is none": STATUS + b"Content-Length: x\r\nConnection: close\r\n\r\n",
    "a length below nought": STATUS + b"Content-Length: -1\r\nConnection: close\r\n\r\n",
    "a length of 30 digits": STATUS + b"Content-Length: " + b"9" * 30 + b"\r\nConnection: close\r\n\r\n",
    "two lengths": STATUS + b"Content-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
    "a length and chunks": STATUS + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks that are none": STATUS + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
    "a chunk of 2⁶⁴ bytes": STATUS + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab\r\n",
    "another transfer": STATUS + b"Transfer-Encoding: gzip, identity\r\nConnection: close\r\n\r\n",
    "an upgrade": STATUS + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n",
    "an expectation": STATUS + b"Expect: 200-maybe\r\nConnection: close\r\n\r\n",
}
PIPELINED = 20
BODY_CUT = b"POST /api/v1/lookup/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"
ANY_ADDRESS = "198.51.{}.{}"
"""Each call comes from another address, or the limit of calls a minute would answer for the portal."""


def run(findings: Findings, database_url: str, calls: Iterable[Call]) -> None:
    """Send all of it to a server of our own; each fault is told, also that it no longer answers."""
    with (
        patch.dict(os.environ, PROXIES="1"),
        tempfile.TemporaryDirectory() as folder,
        served(database_url, Path(folder)) as url,
    ):
        host, port = urlsplit(url).hostname, urlsplit(url).port
        for number, call in enumerate(calls):
            judge(findings, host, port, call, number)
        for title, message in MESSAGES.items():
            with closing(socket.create_connection((host, port), timeout=3)) as connection:
                answer = told(connection, message, shut=not message.endswith(b"\r\n\r\n"))
            findings.count("a message that is no HTTP", answer.status if answer else 0)
            if answer and answer.status >= 500:
                findings.blame("a message that is no HTTP", f"{title}: {answer.status}", repr(message[:200]))
            alive(findings, host, port, title)
        hang_up(host, port)
        alive(findings, host, port, "a body that ends too early")
        if (count := pipelined(host, port)) != PIPELINED:
            findings.blame("several calls at once", f"{count} answers to {PIPELINED} calls", "GET status/")
        alive(findings, host, port, "several calls at once")
        log = (Path(folder) / "server.log").read_text(errors="replace")
        if "Traceback" in log or "panicked" in log:
            at = max(log.find("Traceback"), log.find("panicked"))
            findings.blame("the log of the server", "an error", log[max(0, at - 500) : at + 3_000])


def judge(findings: Findings, host: str, port: int, call: Call, number: int) -> None:
    address = ANY_ADDRESS.format(number // 250 % 250, number % 250)
    answer = sent(host, port, call, (("X-Forwarded-For", address),))
    label = f"{call.method[:10]} over a socket"
    findings.count(label, answer.status if answer else 0)
    # Without a body it was the server that refused: it knows nothing of the portal's problem details.
    if answer and (answer.header("access-control-allow-origin") or answer.status >= 500):
        for fault in faults(call, answer):
            findings.blame(label, fault, f"{call.name}: {call.method} {call.target[:300]!r}")


def alive(findings: Findings, host: str, port: int, after: str) -> None:
    answer = sent(host, port, Call("alive", b"/healthz"))
    if not answer or answer.status != 200:
        findings.blame("the server", f"does not answer after {after}", str(answer))


def hang_up(host: str, port: int) -> None:
    """Half a body and a closed connection, and a reader of a long list that goes away after its first bytes."""
    for message in (BODY_CUT, b"GET " + API + b"agreements/?format=csv HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        for _ in range(5):
            with closing(socket.create_connection((host, port), timeout=10)) as connection:
                connection.sendall(message)
                if message is not BODY_CUT:
                    connection.recv(100)


def pipelined(host: str, port: int) -> int:
    """How many answers come to calls sent one after another without waiting."""
    with closing(socket.create_connection((host, port), timeout=30)) as connection:
        last = STATUS + b"Connection: close\r\n\r\n"
        connection.sendall((STATUS + b"\r\n") * (PIPELINED - 1) + last)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    return received.count(b"HTTP/1.1 200")
