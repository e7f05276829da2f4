"""Fetch: look for ICE's lists on its page, and keep each workbook as it came.

Nothing here knows the database; what becomes of a workbook is the desk's business. Everything that comes from the
network is bounded: hosts, redirects, bytes as sent and as unpacked, seconds. What fails, fails with FetchError and one
sentence: a page that no longer links a list is a failure, never "nothing new".
"""

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import re
import socket
import ssl
import tempfile
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from .sheet import MAX_FILE

AGENT = "287g-lists-reader/1.0 (reads this page and its lists once a day)"
MAX_PAGE = 4 * 1024**2  # bytes, unpacked
MAX_REDIRECTS = 5
MAX_LISTS = 8  # that one page may link
SECONDS = 60  # for one answer, from the call to its last byte
SILENCE = 20  # seconds without a byte
PAUSE = 3  # seconds between two calls

_HERE = {"127.0.0.1", "localhost", "::1"}  # plain http is for a server on this machine alone
_REDIRECTS = {301, 302, 303, 307, 308}


class FetchError(Exception):
    """A page or a list could not be fetched. `str()` is one sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is None where the server says that nothing changed. `url` is where it came from in the end."""

    url: str
    body: bytes | None
    kind: str = ""  # its Content-Type, without parameters
    etag: str = ""
    last_modified: str = ""


# -- One call ---------------------------------------------------------------------------------------------------------


def get(
    url: str,
    *,
    hosts: Iterable[str],
    largest: int,
    etag: str = "",
    last_modified: str = "",
    agent: str = AGENT,
    seconds: float = SECONDS,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """What stands at an address. Redirects are followed while they stay on `hosts`. Raises FetchError."""
    allowed = {host.lower().rstrip(".") for host in hosts}
    until = time.monotonic() + seconds
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    headers |= {name: value for name, value in conditions.items() if value}
    for _ in range(MAX_REDIRECTS + 1):
        answer, moved_to = _call(url, allowed, headers, largest, until, context)
        if answer is not None:
            return answer
        try:
            url = urljoin(url, moved_to)
        except ValueError:
            raise FetchError(f"{_said(url)} says that it moved to what is no web address.") from None
    raise FetchError(f"{_said(url)} leads on and on: more than {MAX_REDIRECTS} redirects.")


def _call(
    url: str,
    allowed: set[str],
    headers: Mapping[str, str],
    largest: int,
    until: float,
    context: ssl.SSLContext | None,
) -> tuple[Answer | None, str]:
    """An answer, or the address to which it was moved."""
    connection, target = _connection(url, allowed, until, context)
    watch = None
    try:
        connection.connect()
        # A server that gives a byte now and then never falls silent: at the end of the time the line is cut.
        watch = threading.Timer(max(0.0, until - time.monotonic()), _cut, [connection.sock])
        watch.daemon = True
        watch.start()
        connection.request("GET", target, headers=dict(headers))
        with connection.getresponse() as response:
            status = response.status
            if status in _REDIRECTS:
                moved_to = response.getheader("Location", "")
                if not moved_to:
                    raise FetchError(f"{_said(url)} says that it moved, but not where to.")
                return None, moved_to
            etag, modified = response.getheader("ETag", ""), response.getheader("Last-Modified", "")
            if status == 304:
                return Answer(url, None, etag=etag, last_modified=modified), ""
            if status != 200:
                raise FetchError(f"{_said(url)} answers with status {status} instead of a page or a list.")
            body = _body(response, largest, url, until)
            kind = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
            return Answer(url, body, kind, etag[:200], modified[:60]), ""
    except FetchError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= until or isinstance(error, TimeoutError):
            raise FetchError(f"{_said(url)} does not answer in time.") from error
        if isinstance(error, ssl.SSLCertVerificationError):
            raise FetchError(f"{_said(url)} cannot show that it is what it claims to be (its certificate).") from error
        raise FetchError(f"{_said(url)} cannot be reached or breaks off.") from error
    finally:
        if watch:
            watch.cancel()
        connection.close()


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _connection(
    url: str, allowed: set[str], until: float, context: ssl.SSLContext | None
) -> tuple[http.client.HTTPConnection, str]:
    """A connection that may be used for this address, and what to ask it for."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        raise FetchError(f"{_said(url)} is no web address.") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise FetchError(f"{_said(url)} is no web address that may be called.")
    if host not in allowed:
        raise FetchError(f"{_said(url)} is not on a host that may be called ({', '.join(sorted(allowed))}).")
    if host not in _HERE and (parts.scheme != "https" or port not in (None, 443)):
        raise FetchError(f"{_said(url)} is not called: only https is.")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    target = urlunsplit(("", "", path, quote(parts.query, safe="/%:@!$&'()*+,;=~?"), ""))
    wait = max(0.1, min(SILENCE, until - time.monotonic()))
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=wait), target
    context = context or ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=wait, context=context), target


def _body(response: http.client.HTTPResponse, largest: int, url: str, until: float) -> bytes:
    """The body, unpacked, within bounds of what is sent and of what that swells to."""
    too_large = f"{_said(url)} gives more than {largest // 1024**2} MB, which neither the page nor a list is."
    if (response.length or 0) > largest:
        raise FetchError(too_large)
    declared = response.length
    packing = response.getheader("Content-Encoding", "").strip().lower()
    if packing in ("gzip", "x-gzip"):
        unpack = zlib.decompressobj(wbits=31)
    elif packing in ("", "identity"):
        unpack = None
    else:
        raise FetchError(f"{_said(url)} is packed in a way that was not asked for ({packing[:20]}).")
    body, sent = bytearray(), 0
    while piece := response.read1(1 << 16):
        sent += len(piece)
        if time.monotonic() >= until:
            raise TimeoutError
        if unpack:
            try:
                piece = unpack.decompress(piece, largest + 1 - len(body))
            except zlib.error:
                raise FetchError(f"{_said(url)} is damaged or cut short.") from None
        body += piece
        if len(body) > largest or sent > largest:
            raise FetchError(too_large)
    if time.monotonic() >= until:
        raise TimeoutError
    if (declared is not None and sent != declared) or (unpack and not unpack.eof):
        raise FetchError(f"{_said(url)} is cut short.")
    return bytes(body)


def _said(url: str) -> str:
    """An address as a sentence shows it: no query, no fragment, not endless."""
    plain = "".join(letter for letter in url.partition("?")[0].partition("#")[0] if letter.isprintable())
    return plain if len(plain) <= 120 else f"{plain[:120]}…"


# -- The page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """A workbook that the page links: `kind` is "participating" or "pending", by what the link and the file say."""

    url: str
    kind: str

    @property
    def file_name(self) -> str:
        return unquote(urlsplit(self.url).path).rpartition("/")[2]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.base = ""
        self._target: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "base" and not self.base:
            self.base = given.get("href", "")
        elif tag == "a" and "href" in given:
            self._close()
            self._target = given["href"]
            self._text = [given.get("title", ""), given.get("aria-label", "")]

    def handle_data(self, data: str) -> None:
        if self._target is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._close()

    def close(self) -> None:
        super().close()
        self._close()

    def _close(self) -> None:
        if self._target is not None:
            self.found.append((self._target.strip(), " ".join(" ".join(self._text).split())))
        self._target = None


def lists_on(page: bytes, url: str) -> list[Link]:
    """The workbooks of either kind that a page links, in its order. Raises FetchError if its shape has changed."""
    parser = _Links()
    parser.feed(page.decode("utf-8", "replace"))
    parser.close()
    base = urljoin(url, parser.base)
    found: dict[str, Link] = {}
    for target, text in parser.found:
        try:
            parts = urlsplit(urljoin(base, target))
        except ValueError:
            continue
        if not parts.path.lower().endswith(".xlsx"):
            continue
        address = urlunsplit(parts._replace(fragment=""))
        if kind := _kind(unquote(parts.path).rpartition("/")[2]) or _kind(text):
            found.setdefault(address, Link(address, kind))
    links = list(found.values())
    if not any(link.kind == "participating" for link in links):
        raise FetchError(
            f"{_said(url)} links no workbook of participating agencies any more: its shape has changed, so look at it "
            "and load the list by hand."
        )
    if len(links) > MAX_LISTS:
        raise FetchError(f"{_said(url)} links {len(links)} lists where two are expected: its shape has changed.")
    return links


def _kind(text: str) -> str:
    """ "participating" or "pending", "" for a text that speaks of neither or of both."""
    kinds = {kind for kind in ("participating", "pending") if re.search(kind, text, re.IGNORECASE)}
    return kinds.pop() if len(kinds) == 1 else ""


# -- What is kept -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FetchedList:
    """A workbook that the page links now. `is_new` if its bytes were not kept before."""

    link: Link
    sha256: str
    path: Path
    is_new: bool

    @property
    def file_name(self) -> str:
        return self.link.file_name


@dataclass
class Shelf:
    """The folder in which fetched workbooks lie by their SHA-256, with what the servers said of them.

    `seen` holds, for each address, its ETag and Last-Modified; for the page the links it had, for a workbook its hash.
    """

    folder: Path
    seen: dict[str, dict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seen = _json(self.folder / "seen.json")

    def path_of(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.xlsx"

    def keep(self, body: bytes) -> tuple[str, bool]:
        """The hash of a workbook, now kept, and whether it was not before."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path_of(sha256)
        is_new = not path.exists()
        if is_new:
            _write(path, body)
        return sha256, is_new

    def holds(self, sha256: str) -> bool:
        """Whether the workbook is here, whole."""
        try:
            return hashlib.sha256(self.path_of(sha256).read_bytes()).hexdigest() == sha256
        except OSError:
            return False

    def note(self, address: str, answer: Answer, **more: object) -> None:
        self.seen[address] = {"etag": answer.etag, "last_modified": answer.last_modified, **more}

    def save(self, addresses: Iterable[str]) -> None:
        """Remember what was said of these addresses; others are no longer linked."""
        self.seen = {address: self.seen[address] for address in addresses if address in self.seen}
        _write(self.folder / "seen.json", json.dumps(self.seen, indent=1).encode())

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One fetch at a time. Raises FetchError while another runs."""
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise FetchError("Another fetch is running; this one leaves it alone.") from None
            yield


def fetch_lists(
    page: str,
    shelf: Shelf,
    *,
    hosts: Iterable[str],
    agent: str = AGENT,
    pause: float = PAUSE,
    seconds: float = SECONDS,
    context: ssl.SSLContext | None = None,
) -> list[FetchedList]:
    """Look at the page and keep every workbook that it links. Raises FetchError; what was kept by then stays."""
    hosts = list(hosts)

    def ask(address: str, largest: int, known: Mapping[str, object]) -> Answer:
        said = {name: str(known.get(name) or "") for name in ("etag", "last_modified")}
        return get(address, hosts=hosts, largest=largest, agent=agent, seconds=seconds, context=context, **said)

    known = shelf.seen.get(page, {})
    answer = ask(page, MAX_PAGE, known if known.get("links") else {})
    if answer.body is None:
        if not known.get("links"):
            raise FetchError(f"{_said(page)} says that nothing changed, though it was not asked.")
        links = [Link(url, kind) for url, kind in known["links"]]
    else:
        if answer.kind not in ("text/html", "application/xhtml+xml"):
            raise FetchError(f"{_said(page)} gives {answer.kind[:40] or 'something unnamed'} instead of a web page.")
        links = lists_on(answer.body, answer.url)
        shelf.note(page, answer, links=[[link.url, link.kind] for link in links])

    fetched = []
    for link in links:
        time.sleep(pause)
        known = shelf.seen.get(link.url, {})
        sha256 = str(known.get("sha256", ""))
        answer = ask(link.url, MAX_FILE, known if shelf.holds(sha256) else {})
        is_new = False
        if answer.body is not None:
            if not answer.body.startswith(b"PK"):
                what = "a web page" if b"<html" in answer.body[:4096].lower() else "something else"
                raise FetchError(f"{_said(link.url)} gives {what} where a workbook should be.")
            sha256, is_new = shelf.keep(answer.body)
            shelf.note(link.url, answer, sha256=sha256)
        elif not shelf.holds(sha256):
            raise FetchError(f"{_said(link.url)} says that nothing changed, though it was not asked.")
        fetched.append(FetchedList(link, sha256, shelf.path_of(sha256), is_new))
    shelf.save([page, *(link.url for link in links)])
    return fetched


# -- What staff see of it ---------------------------------------------------------------------------------------------


def note_fetch(folder: Path, *, ok: bool, says: str, lists: list[dict]) -> None:
    """Leave word of a fetch: when, whether it went well, one sentence, and what became of each list."""
    word = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "ok": ok, "says": says, "lists": lists}
    _write(folder / "last-fetch.json", json.dumps(word, ensure_ascii=False, indent=1).encode())


def last_fetch(folder: Path) -> dict:
    """What `note_fetch` left last: {"at", "ok", "says", "lists"}; {} if nothing was ever fetched."""
    return _json(folder / "last-fetch.json")


def _json(path: Path) -> dict:
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        try:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).replace(path)
        except OSError:
            Path(stream.name).unlink(missing_ok=True)
            raise
