"""A request as it goes over the wire, byte for byte, and the answer to it: in this process, or over a socket."""

from __future__ import annotations

import http.client
import io
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections

SECONDS = 60  # that a server may take for one answer


@dataclass(frozen=True)
class Call:
    """A request line, headers and a body; `target` is what stands between the method and HTTP/1.1."""

    name: str
    target: bytes
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition(b"?")[0].decode("latin-1")


@dataclass(frozen=True)
class Answer:
    """Status, headers by their lower-case names, and the body."""

    status: int
    headers: dict[str, list[str]]
    body: bytes
    error: str = ""
    """The exception behind a 500, where the application ran in this process."""

    def header(self, name: str) -> str:
        return ", ".join(self.headers.get(name.lower(), []))

    @property
    def media_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()


class Application:
    """The portal as WSGI. It reads each answer to its end, as a server does, and remembers the last exception."""

    def __init__(self):
        self.handler = WSGIHandler()
        self.error = ""
        got_request_exception.connect(self.remember)

    def remember(self, **kwargs) -> None:
        self.error = traceback.format_exc(limit=-4)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        self.error = ""
        with connections_kept():
            answer = self.handler(environ, start_response)
            try:
                return [b"".join(answer)]
            finally:
                answer.close()

    def answer(self, call: Call) -> Answer:
        """What a call gets; its target and headers reach the application as PEP 3333 says."""
        path, _mark, query = call.target.partition(b"?")
        environ = {
            "REQUEST_METHOD": call.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.1",
            "HTTP_HOST": "localhost",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(call.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(call.body)),
        }
        for name, value in call.headers:
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        begun: list[tuple[int, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list, exc_info=None) -> None:
            begun.append((int(status.split(" ", 1)[0]), headers))

        body = b"".join(self(environ, start_response))
        status, headers = begun[-1]
        by_name: dict[str, list[str]] = {}
        for name, value in headers:
            by_name.setdefault(name.lower(), []).append(value)
        return Answer(status, by_name, body, self.error)


@contextmanager
def connections_kept() -> Iterator[None]:
    """A test's transaction outlives its calls, as with Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def sent(host: str, port: int, call: Call, more: tuple[tuple[str, str], ...] = ()) -> Answer | None:
    """The answer of a server. None: it closed the connection, as it may with what is no HTTP."""
    with socket.create_connection((host, port), timeout=SECONDS) as connection:
        lines = [b"%s %s HTTP/1.1" % (call.method.encode(), call.target), b"Host: %s:%d" % (host.encode(), port)]
        given = {name.lower() for name, _value in call.headers}
        lines += [
            f"{name}: {value}".encode("latin-1")
            for name, value in (*call.headers, *((name, value) for name, value in more if name.lower() not in given))
        ]
        if call.body:
            lines.append(b"Content-Length: %d" % len(call.body))
        lines.append(b"Connection: close")
        return told(connection, b"\r\n".join(lines) + b"\r\n\r\n" + call.body, call.method)


def told(connection: socket.socket, message: bytes, method: str = "GET", *, shut: bool = False) -> Answer | None:
    """The answer to these bytes; None if there is none. `shut` says at the end that no more bytes will come."""
    try:
        connection.sendall(message)
        if shut:
            connection.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        body = response.read()
    except (OSError, http.client.HTTPException, ValueError):
        return None
    headers: dict[str, list[str]] = {}
    for name, value in response.getheaders():
        headers.setdefault(name.lower(), []).append(value)
    return Answer(response.status, headers, body)
