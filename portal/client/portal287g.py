#!/usr/bin/env python3
"""What do a county, a city and a state do about federal immigration enforcement? Ask a portal from the command line.

One file, Python 3.9 or newer, nothing to install. Each portal hands it out with its own address in it:

    curl -O https://portal.example/api/v1/docs/portal287g.py
    python3 portal287g.py lookup 33130
    python3 portal287g.py answer 12086

It talks to that portal and to nobody else. What it prints is what the API says; this file adds no fact.
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import ssl
import sys
import tempfile
import textwrap
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

SITE = "http://127.0.0.1:8000"  # a portal that hands this file out writes its own address here
VERSION = "1.0"

OK, NOT_FOUND, BAD_USE, NO_ANSWER, NOT_KEPT = range(5)
STOPPED, PIPE_CLOSED = 130, 141  # as shells have it for Ctrl+C and for a reader who went away

EXIT_CODES = """\
exit codes:
  0  done (a list may be empty)
  1  nothing was found, or several places are possible
  2  the question is not right: a wrong option, value, key or address
  3  no answer: network, too many calls, an error of the portal
  4  a file cannot be written, or a copy is not whole

environment:
  PORTAL287G_SITE  the portal to ask, like --site
  PORTAL287G_KEY   a partner's key, which lifts the limit of calls; sent to that portal only, over https
"""

API = "/api/v1/"
TRIES = 3
LARGEST_ANSWER = 64 * 1024 * 1024  # bytes; the largest answer that is read whole is far below one
READ_AT_ONCE = 64 * 1024
STALE_AFTER = 14  # days, as on the pages of the portal

Record = dict[str, Any]


class Trouble(Exception):
    """What ends a command: a sentence for the reader, and the exit code."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Refused(Trouble):
    """The portal's own refusal (RFC 9457 problem details)."""

    def __init__(self, status: int, problem: Record) -> None:
        self.status = status
        self.errors = {str(each.get("parameter")): each.get("detail") for each in problem.get("errors") or ()}
        lines = [f"{option(name)}: {detail}" for name, detail in self.errors.items()]
        if lines and problem.get("known_parameters"):
            known = (each for each in problem["known_parameters"] if each not in NOT_ASKED_FOR)
            lines.append(wrapped(f"Known here: {' '.join(map(option, known))}", 80))
        code = NOT_FOUND if status in {404, 410} else NO_ANSWER if status >= 500 or status == 429 else BAD_USE
        title, detail = str(problem.get("title") or status), str(problem.get("detail") or "")
        told = detail if detail.startswith(title) else f"{title}: {detail}"
        super().__init__(code, "\n".join(lines) or told)


def option(parameter: str) -> str:
    """How a parameter of the API is written here."""
    return f"--{parameter.replace('_', '-')}"


NOT_ASKED_FOR = {"format", "page", "page_size"}
"""Parameters that this client gives by itself."""
RENEW = f"Fetch the client anew from its own portal: {API}docs/portal287g.py"


class CutOff(Exception):
    """The connection ended before the answer did."""


# -- The portal -------------------------------------------------------------------------------------------------------


def origin_of(address: str) -> str:
    """https://portal.example of what somebody wrote as the portal's address. Raises Trouble for what is none."""
    written = address.strip() if "://" in address else f"https://{address.strip()}"
    try:
        parts = urlsplit(written)
        named, _port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        named = b""
    if not named or parts.scheme not in {"http", "https"} or parts.username is not None or not written.isprintable():
        raise Trouble(BAD_USE, f"{address!r} is no address of a portal. Write it like https://portal.example")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Trouble(BAD_USE, f"Give the address of the portal alone: {parts.scheme}://{parts.netloc}")
    return f"{parts.scheme}://{parts.netloc.lower()}"


class WithinTheSite(HTTPRedirectHandler):
    """Follows the portal to another of its addresses (a merged record, a city that is also a county); nowhere else."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # the names are urllib's
        there, here = urlsplit(newurl), urlsplit(req.full_url)
        if (there.scheme, there.netloc.lower()) != (here.scheme, here.netloc.lower()):
            site = f"{there.scheme}://{there.netloc}"
            raise Trouble(NO_ANSWER, f"The portal leads to {site}. If you trust it, ask it with --site {site}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Reply:
    """An answer whose body is read piece by piece, unpacked, and known to be whole at its end."""

    def __init__(self, status: int, headers: HTTPMessage, stream: Any) -> None:
        self.status, self.headers, self._stream = status, headers, stream

    def chunks(self) -> Iterator[bytes]:
        """The body. Raises CutOff where the connection ended before it did."""
        unpack = zlib.decompressobj(31) if self.headers.get("Content-Encoding") == "gzip" else None
        announced, came = self.headers.get("Content-Length"), 0
        try:
            with contextlib.closing(self._stream):
                while chunk := self._stream.read(READ_AT_ONCE):
                    came += len(chunk)
                    yield unpack.decompress(chunk) if unpack else chunk
        except (OSError, HTTPException, zlib.error) as broken:
            raise CutOff from broken
        if (announced and came != int(announced)) or (unpack and not unpack.eof):
            raise CutOff

    def lines(self) -> Iterator[bytes]:
        """The body line by line, without the line breaks."""
        rest = b""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            yield rest

    def whole(self) -> bytes:
        body = b""
        for chunk in self.chunks():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise Trouble(NO_ANSWER, "The answer is larger than any of a portal should be.")
        return body


class Portal:
    """A portal, asked politely: within its limit of calls, again after a hitch, no longer than one is patient."""

    def __init__(self, site: str, *, key: str = "", timeout: float = 30, patience: float = 120, say=lambda _: None):
        """`patience`: seconds that all waits of a run may take together. `say` is given what a reader should know."""
        self.site, self.timeout, self.patience, self.say = origin_of(site), timeout, patience, say
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise Trouble(BAD_USE, "PORTAL287G_KEY holds what no key has: spaces, line breaks or other characters.")
        is_own_machine = urlsplit(self.site).hostname in {"localhost", "127.0.0.1", "::1"}
        if key and not is_own_machine and not self.site.startswith("https://"):
            raise Trouble(BAD_USE, f"A key is sent over https only, and {self.site} is not. Unset PORTAL287G_KEY.")
        self._headers = {"User-Agent": f"portal287g/{VERSION}", "Accept-Encoding": "gzip"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._opener = build_opener(WithinTheSite)
        self._free_at = 0.0  # by time.monotonic(): when the portal takes calls again

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        body: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer of an address below /api/v1/, 304 among them. Raises Refused, or Trouble where there is none."""
        url = f"{self.site}{API}{path}{'?' if query else ''}{urlencode(query or {})}"
        data = None if body is None else json.dumps(body).encode()
        sent = {**self._headers, **(headers or {})}
        if data is not None:
            sent["Content-Type"] = "application/json"
        for tried in range(1, TRIES + 1):
            self._wait_for_the_limit()
            request = Request(url, data=data, headers=sent)
            try:
                answer = self._opener.open(request, timeout=self.timeout)
                self._note_limit(answer.headers)
                return Reply(answer.status, answer.headers, answer)
            except HTTPError as refusal:
                self._note_limit(refusal.headers)
                if refusal.code == 304:
                    refusal.close()
                    return Reply(304, refusal.headers, refusal)
                pause = seconds_of(refusal.headers.get("Retry-After"))
                if refusal.code in {429, 502, 503, 504} and tried < TRIES:
                    refusal.close()
                    why = "It takes no more calls just now" if refusal.code == 429 else f"It answers {refusal.code}"
                    self.wait(2**tried if pause is None else pause, why)
                    continue
                raise self._refused(refusal) from None
            except (OSError, HTTPException) as broken:
                told, pause = self._told(broken), 2 ** (tried - 1)
                if tried == TRIES or pause > self.patience or not is_passing(broken):
                    raise Trouble(NO_ANSWER, told) from None
                self.wait(pause, told)
        raise AssertionError("unreachable")

    def json(self, path: str, query: Mapping[str, str | int] | None = None, **options: Any) -> Record:
        """The answer as an object, asked for again where it broke off."""
        return self.json_of(self.ask(path, query, **options), lambda: self.ask(path, query, **options))

    def json_of(self, reply: Reply, again) -> Record:
        for tried in range(1, TRIES + 1):
            try:
                found = json.loads(reply.whole())
                if isinstance(found, dict):
                    return found
                break
            except CutOff:
                if tried < TRIES:
                    self.wait(2 ** (tried - 1), "The answer broke off")
                    reply = again()
            except ValueError:
                break
        else:
            raise Trouble(NO_ANSWER, f"{self.site}: the answer broke off each time.")
        raise Trouble(NO_ANSWER, f"{self.site} does not answer as such a portal does. Is the address right?")

    def wait(self, seconds: float, why: str) -> None:
        """Pause; raises Trouble where that would take longer than one is ready to wait."""
        if seconds > self.patience:
            raise Trouble(NO_ANSWER, f"{why}. Ask again in {round(seconds)} seconds, or allow longer waits with --wait")
        if seconds > 0:
            self.patience -= seconds
            self.say(f"{why.rstrip('.')}: waiting {max(1, round(seconds))} s.")
            time.sleep(seconds)

    def _wait_for_the_limit(self) -> None:
        self.wait(self._free_at - time.monotonic(), "All calls of this minute are used")
        self._free_at = 0.0

    def _note_limit(self, headers: HTTPMessage) -> None:
        if headers.get("RateLimit-Remaining") == "0":
            # A second more than it says, which it has rounded.
            self._free_at = time.monotonic() + (seconds_of(headers.get("RateLimit-Reset")) or 0) + 1

    def _refused(self, refusal: HTTPError) -> Trouble:
        with contextlib.suppress(CutOff, ValueError):
            problem = json.loads(Reply(refusal.code, refusal.headers, refusal).whole())
            if isinstance(problem, dict) and "problem+json" in refusal.headers.get("Content-Type", ""):
                return Refused(refusal.code, problem)
        return Trouble(
            NO_ANSWER, f"{self.site} answers {refusal.code}, not as such a portal does. Is the address right?"
        )

    def _told(self, broken: Exception) -> str:
        reason = broken.reason if isinstance(broken, URLError) else broken
        if isinstance(reason, ssl.SSLCertVerificationError):
            sentence = f"{self.site} cannot prove that it is the one: {reason.verify_message}."
            if sys.platform == "darwin":
                sentence += ' On a Mac with Python of python.org, run "Install Certificates.command" once.'
            return sentence
        if isinstance(reason, ssl.SSLError):
            return f"{self.site} does not speak https as it should: {str(reason.reason).replace('_', ' ').lower()}."
        if isinstance(reason, (TimeoutError, socket.timeout)):
            return f"{self.site} did not answer within {self.timeout:g} seconds."
        return f"{self.site} cannot be reached: {getattr(reason, 'strerror', None) or reason}."


def seconds_of(header: str | None) -> float | None:
    """Of Retry-After: seconds, or a date. None for what is neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError):
        return None


def is_passing(broken: Exception) -> bool:
    """Whether trying again may help."""
    return not isinstance(getattr(broken, "reason", broken), ssl.SSLCertVerificationError)


# -- What is printed --------------------------------------------------------------------------------------------------

# Signs that steer a terminal or turn the direction of a line: data must not. Line breaks and tabs stay.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def tame(text: str) -> str:
    """The text without signs that would steer a terminal."""
    return STEERING.sub("\ufffd", text)


def on_one_line(text: str) -> str:
    return tame(" ".join(text.split()))


def complain(sentence: str) -> None:
    """A line for the reader, beside what is printed. Nobody may be listening."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.buffer.write(f"{tame(sentence)}\n".encode())
        sys.stderr.buffer.flush()


class Output:
    """Standard output, or a file that is there when it is whole. UTF-8 whatever the locale says."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.is_terminal = stream, stream.isatty()
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    @property
    def width(self) -> int:
        """Columns of the terminal; 0 for a file or a pipe, where nothing is cut."""
        return shutil.get_terminal_size().columns if self.is_terminal else 0

    def say(self, text: str) -> None:
        """A line to read."""
        self._stream.write(f"{tame(text)}\n".encode())

    def pass_on(self, data: bytes) -> None:
        """Data as it came; only a terminal is spared what would steer it."""
        if self.is_terminal:
            data = tame(self._decode(data).replace("\r\n", "\n")).encode()
        self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()


@contextlib.contextmanager
def output_to(name: str | None) -> Iterator[Output]:
    """Standard output, or a file put in place once all of it is written; what stood there stays till then."""
    if not name or name == "-":
        if sys.stdout is None:
            raise Trouble(NOT_KEPT, "There is no standard output to print to.")
        output = Output(sys.stdout.buffer)
        yield output
        output.flush()
        return
    path = Path(name)
    if path.exists() and not path.is_file():  # /dev/null, a named pipe
        if path.is_dir():
            raise Trouble(BAD_USE, f"{name} is a folder. Name a file in it.")
        with path.open("wb") as stream:
            yield Output(stream)
        return
    with written_whole(path) as stream:
        yield Output(stream)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when the block ends well, and outlasts the machine from then on."""
    try:
        number, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}.")
    except OSError as refused:  # named by the file that was asked for
        raise OSError(refused.errno, refused.strerror, str(path)) from None
    try:
        with os.fdopen(number, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(beside).chmod(0o666 & ~umask)  # mkstemp's files are for their owner alone
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise


def brief(value: Any) -> str:
    """A value in a cell: of a record in it its name, of a text in two languages the English one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        for name in ("name", "title", "en", "file_name", "published_on", "id", "geoid"):
            if value.get(name):
                return brief(value[name])
        return ", ".join(f"{name} {brief(part)}" for name, part in value.items() if part not in (None, "", [], {}))
    if isinstance(value, list):
        return "; ".join(filter(None, map(brief, value)))
    return on_one_line(str(value))


def cell(record: Record, column: str) -> str:
    """What stands in a column: "agency.name", or of "agency.name|law" the first that says something."""
    for way in column.split("|"):
        value: Any = record
        for name in way.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if said := brief(value):
            return said
    return ""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """The rows under their headings, numbers to the right. On a narrow terminal wide columns give way, but for ids."""
    columns = list(zip(headings, *rows))
    widths = [max(map(len, column)) for column in columns]
    gives = [place for place, name in enumerate(headings) if name not in {"id", "geoid"} and widths[place] > NARROWEST]
    while width and gives and sum(widths) + 2 * (len(widths) - 1) > width:
        widths[max(gives, key=widths.__getitem__)] -= 1
        gives = [place for place in gives if widths[place] > NARROWEST]
    numbers = [name in NUMBERS for name in headings]
    for row in (headings, *rows):
        cells = [text if len(text) <= most else f"{text[: most - 1]}…" for text, most in zip(row, widths)]
        aligned = (f"{text:{'>' if is_one else '<'}{most}}" for text, most, is_one in zip(cells, widths, numbers))
        yield "  ".join(aligned).rstrip()


NARROWEST = 12  # characters; below that a name says nothing
NUMBERS = {"rows", "population", "agreements", "agencies", "joined", "left"}


def wrapped(text: str, width: int, indent: str = "", hanging: str = "") -> str:
    """A sentence over several lines; addresses are not broken."""
    return textwrap.fill(
        on_one_line(text),
        max(40, min(width or 100, 100)),
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else brief(value)


# -- Looking up a place -----------------------------------------------------------------------------------------------

WHY_NOTHING = {
    "blank": "Say what to look for: a ZIP code, a county, a city, an agency.",
    "too_long": "That is too long for a name.",
    "zip_unknown": "This ZIP code is not in the table that the portal has (new and military ones are not). Try a name.",
    "zip_not_covered": "This ZIP code is of Micronesia, the Marshall Islands or Palau, which are not covered.",
    "no_such_agency": "No agency here has this name.",
    "nothing": "Nothing here has this name.",
}


def lookup(portal: Portal, options: argparse.Namespace) -> int:
    """Print all that a ZIP code or a name may mean."""
    found = looked_up(portal, " ".join(options.text), options.state)
    with output_to(options.output) as output:
        if options.format == "json":
            output.pass_on(pretty(found))
        else:
            words = WORDS[options.lang]
            if found["post_office_city"]:
                output.say(words["post_office"].format(city=found["post_office_city"]))
            for candidate in found["candidates"]:
                say_candidate(output, candidate, options.lang)
            if found["count"] > len(found["candidates"]):
                output.say(words["and_more"].format(count=found["count"] - len(found["candidates"])))
            if found["differs"] is not None:
                output.say(f"\n{words['differ' if found['differs'] else 'same']}")
    if not found["candidates"]:
        complain(WHY_NOTHING.get(found["problem"], WHY_NOTHING["nothing"]))
        for candidate in found["suggestions"]:
            complain(f"Did you mean {candidate['title'][options.lang]}? {name_of(candidate)}")
    return OK if found["candidates"] else NOT_FOUND


def looked_up(portal: Portal, text: str, state: str = "") -> Record:
    """Sent in the body of a POST, so that what somebody typed stands in no address and in no log."""
    return portal.json("lookup/", body={"q": text, **({"state": state} if state else {})})


def name_of(candidate: Record) -> str:
    """By what the next command knows it."""
    if candidate["agency"]:
        return f"agency {candidate['agency']['id']}"
    return f"GEOID {candidate['jurisdiction']['geoid']}"


def say_candidate(output: Output, candidate: Record, language: str) -> None:
    details = "; ".join(each[language] for each in candidate["details"])
    led = f" ({candidate['name_typed']})" if candidate["name_typed"] else ""
    output.say(f"{candidate['title'][language]}{led}{': ' if details else ''}{details}")
    output.say(f"    {name_of(candidate)}  {candidate['url']}")


# -- The answer for a place -------------------------------------------------------------------------------------------

MARKS = {"yes": "●", "no": "○", "looked": "?", "unchecked": "…"}
WORDS = {
    "en": {
        "post_office": "The post office calls it {city}, which need not be the city that governs there.",
        "and_more": "… and {count} more: add the state.",
        "differ": "Their answers differ.",
        "same": "Their answers are the same today.",
        "as_of": "on {day}",
        "meaning": "What it means",
        "agencies": "Who has an agreement here",
        "in_question": "In question",
        "law_beside": "The law on agreements",
        "local_policies": "Written local policy",
        "state_law": "The law of {state}",
        "not_in_force": "Bills, vetoes and past rules: not in force",
        "labels": "Federal labels",
        "changes": "What changed here",
        "doubts": "Sources disagree, or a detail is not certain",
        "sources": "Sources",
        "published": "published {day}",
        "read": "read {day}",
        "more": "More, with who signed what and every source: add --full",
    },
    "es": {
        "post_office": "El correo lo llama {city}; puede que no sea la ciudad que gobierna allí.",
        "and_more": "… y {count} más: agregue el estado.",
        "differ": "Sus respuestas son distintas.",
        "same": "Sus respuestas son iguales hoy.",
        "as_of": "el {day}",
        "meaning": "Qué significa",
        "agencies": "Quién tiene un acuerdo aquí",
        "in_question": "En duda",
        "law_beside": "La ley sobre los acuerdos",
        "local_policies": "Política local escrita",
        "state_law": "La ley de {state}",
        "not_in_force": "Proyectos de ley, vetos y reglas pasadas: no están en vigor",
        "labels": "Etiquetas federales",
        "changes": "Qué cambió aquí",
        "doubts": "Las fuentes no coinciden, o no hay certeza sobre un detalle",
        "sources": "Fuentes",
        "published": "publicado el {day}",
        "read": "leído el {day}",
        "more": "Más, con quién firmó qué y todas las fuentes: agregue --full",
    },
}
PAGE = re.compile(r"(?:https?://[^/]+)?/?(?:es/)?us/([a-z]{2})(?:/([a-z0-9-]+))?/?(?:[?#].*)?")
DAY_OF_PAGE = re.compile(r"[?&]as_of=([^&#]+)")
GEOID = re.compile(r"\d{2}|\d{5}|\d{7}|\d{10}")


def answer(portal: Portal, options: argparse.Namespace) -> int:
    """Print what the page of a place says, each sentence with its sources."""
    place = " ".join(options.place)
    geoid = geoid_of(portal, place, options.lang)
    of_the_page = DAY_OF_PAGE.search(place)
    day = options.as_of or (of_the_page[1] if of_the_page else "")
    found = portal.json(f"jurisdictions/{geoid}/answer/", {"as_of": day} if day else {})
    with output_to(options.output) as output:
        if options.format == "json":
            output.pass_on(pretty(found))
        else:
            for line in [*Told(found, options.lang, output.width).lines(options.full)]:
                output.say(line)
    return OK


def geoid_of(portal: Portal, place: str, language: str) -> str:
    """The GEOID of what was written: itself, the address of a page, or a name that only one area has."""
    if page := PAGE.fullmatch(place.strip().lower()):
        return geoid_of_page(portal, *page.groups())
    code = GEOID.fullmatch(place.strip())
    if code and len(place.strip()) != 5:
        return place.strip()
    # Five digits may be a ZIP code in the wrong place: they go into no address before they are known to be a county's.
    found = looked_up(portal, f"geoid {place.strip()}" if code else place)
    areas = [each for each in found["candidates"] if each["jurisdiction"]]
    if len(areas) == 1 and found["count"] == 1:
        return areas[0]["jurisdiction"]["geoid"]
    if code and not areas:
        raise Trouble(NOT_FOUND, f"No area has the GEOID {place.strip()}. If it is a ZIP code: lookup {place.strip()}")
    for candidate in found["candidates"] or found["suggestions"]:
        complain(f"{candidate['title'][language]}: {name_of(candidate)}")
    if found["count"] == 1:
        raise Trouble(NOT_FOUND, f"That is an agency: show {name_of(found['candidates'][0])}")
    if found["count"]:
        raise Trouble(NOT_FOUND, f"{found['count']} are possible. Ask for one by its GEOID.")
    raise Trouble(NOT_FOUND, WHY_NOTHING.get(found["problem"], WHY_NOTHING["nothing"]))


def geoid_of_page(portal: Portal, state: str, slug: str | None) -> str:
    """The GEOID of the area whose page is /us/<state>/<slug>/."""
    path = f"/us/{state}/{slug}/" if slug else f"/us/{state}/"
    query = {"state": state.upper(), "fields": "geoid,url", "format": "jsonl"}
    with contextlib.suppress(Refused):  # such as of a state that is none
        for each in records_of(portal.ask("jurisdictions/", query)):
            if urlsplit(each["url"]).path == path:
                return each["geoid"]
    raise Trouble(NOT_FOUND, f"No place has the page {path} today. lookup finds it by its name.")


class Told:
    """An answer in sentences, in one language. Documents are numbered as they come."""

    def __init__(self, found: Record, language: str, width: int) -> None:
        self.found, self.language, self.words, self.width = found, language, WORDS[language], width
        self.documents: dict[tuple, int] = {}

    def lines(self, full: bool) -> Iterator[str]:
        area, state = self.found["jurisdiction"], self.found["state"]
        name = self.said(area["title"])
        yield name if area["geoid"] == state["geoid"] else f"{name}, {self.said(state['title'])}"
        yield f"GEOID {area['geoid']}, {self.words['as_of'].format(day=self.found['as_of'])}"
        yield self.found["url"]
        yield ""
        for line in self.found["headline"]:
            word = f": {self.said(line['word'])}" if self.said(line["word"]) else ""
            yield f"{MARKS[line['mark']]} {self.said(line['title'])}{word}"
            texts = [self.said(each) for each in line["texts"]]
            yield self.sentence("\n".join(texts), line["sources"], "  ")
        yield ""
        for text in self.found["lists"]["texts"]:
            yield wrapped(self.said(text), self.width)
        yield from self.rest() if full else ["", self.words["more"]]
        yield ""
        yield self.words["sources"]
        for document, place in self.documents.items():
            yield wrapped(f"[{place}] {self.document(dict(document))}", self.width, "  ", "    ")

    def rest(self) -> Iterator[str]:
        """All that stands on the page below its first answer."""
        found, said = self.found, self.said
        yield from self.part("meaning", self.meaning())
        yield from self.part("agencies", self.agencies(found["agencies"]))
        yield from self.part("in_question", self.agencies(found["in_question"]))
        beside = (
            (f"{said(each['text'])} {said(each['list_is_older'])}", each["sources"]) for each in found["law_beside"]
        )
        yield from self.part("law_beside", (self.sentence(*each, "  ") for each in beside))
        yield from self.part("local_policies", self.policies())
        yield from self.part("state_law", self.law(), state=said(found["state"]["title"]))
        past = (f"{each['title']}: {said(each['legal_status_title'])}. {each['url']}" for each in found["not_in_force"])
        yield from self.part("not_in_force", (self.sentence(each, (), "  ") for each in past))
        yield from self.part("labels", self.labels())
        yield from self.part("changes", self.changes())
        doubts = ((said(each["text"]), "; ".join(r["title"] for r in each["records"])) for each in found["doubts"])
        yield from self.part(
            "doubts", (self.sentence(f"{of}: {text}" if of else text, (), "  ") for text, of in doubts)
        )
        if found["notes"]:
            yield ""
            for note in found["notes"]:
                yield self.sentence(said(note["text"]), (), "")

    def part(self, name: str, lines: Iterable[str], **words: str) -> Iterator[str]:
        """Lines under their heading; nothing where there is none."""
        held = list(lines)
        if held:
            yield from ("", self.words[name].format(**words), *held)

    def meaning(self) -> Iterator[str]:
        for moment in self.found["meaning"]:
            yield f"  {self.said(moment['title'])}"
            for saying in moment["sayings"]:
                yield self.sentence(self.said(saying["text"]), saying["sources"], "    ")
            if self.said(moment["absent"]):
                yield self.sentence(self.said(moment["absent"]), (), "    ")

    def agencies(self, entries: Iterable[Record]) -> Iterator[str]:
        for entry in entries:
            yield f"  {on_one_line(entry['agency']['name'])} ({entry['agency']['id']})"
            for agreement in entry["agreements"]:
                yield self.sentence(self.said(agreement["text"]), agreement["sources"], "    ")
            if self.said(entry.get("reason")):
                yield self.sentence(self.said(entry["reason"]), (), "    ")

    def policies(self) -> Iterator[str]:
        for policy in (*self.found["local_policies"], *self.found["other_policies"]):
            standing = f"{self.said(policy['standing_title'])}{', ' if policy['since'] else ''}{policy['since']}"
            told = f"{policy['government']}: {policy['title']} ({standing}). {self.said(policy['summary'])}"
            yield self.sentence(told, policy["sources"], "  ")
        for nothing in self.found["without_policy"]:
            yield self.marked(nothing["mark"], nothing["text"], ())

    def law(self) -> Iterator[str]:
        for topic in self.found["state_law"]:
            if not topic["rules"]:
                continue
            yield f"  {self.said(topic['title'])}"
            for rule in topic["rules"]:
                standing = "" if rule["standing"] == "in_force" else f"{self.said(rule['standing_title'])}. "
                told = (
                    f"{standing}{self.said(rule['statement'])} ({rule['citation']}, {self.said(rule['since_title'])})"
                )
                yield self.sentence(told, rule["sources"], "    ")
        for nothing in self.found["state_law_nothing"]:
            yield self.marked(nothing["mark"], nothing["text"], ())

    def labels(self) -> Iterator[str]:
        for label in self.found["labels"]:
            yield f"  {self.said(label['title'])}"
            for each in label["sentences"]:
                told = f"{MARKS[each['mark']]} {self.said(each['text'])}"
                yield self.sentence(told, each["sources"], "    ")
            for doubt in label["doubts"]:
                yield self.sentence(self.said(doubt), (), "    ")

    def changes(self) -> Iterator[str]:
        for each in self.found["changes"]:
            model = f", {self.said(each['program_model_title'])}" if each["program_model"] else ""
            yield self.sentence(f"{each['seen_on']} {self.said(each['title'])}: {each['subject']}{model}", (), "  ")

    def said(self, text: Any) -> str:
        """A text in the language asked for; in English where it is not translated."""
        return (text.get(self.language) or text.get("en") or "") if isinstance(text, dict) else ""

    def marked(self, mark: str, text: Any, sources: Sequence[Record]) -> str:
        return self.sentence(f"{MARKS[mark]} {self.said(text)}", sources, "  ")

    def sentence(self, text: str, sources: Sequence[Record], indent: str) -> str:
        """The sentence with the numbers of its documents."""
        numbers = "".join(f"[{self.numbered(each)}]" for each in sources)
        return wrapped(f"{text} {numbers}" if numbers else text, self.width, indent)

    def numbered(self, document: Record) -> int:
        return self.documents.setdefault(tuple(document.items()), len(self.documents) + 1)

    def document(self, source: Record) -> str:
        parts = [source["title"], source["publisher"]]
        for day, word in (("published_on", "published"), ("retrieved_on", "read")):
            if source[day]:
                parts.append(self.words[word].format(day=source[day]))
        return f"{', '.join(filter(None, parts))}. {source['url'] or source['file_name'] or ''}".strip()


def pretty(record: Record) -> bytes:
    return f"{json.dumps(record, ensure_ascii=False, indent=2)}\n".encode()


def as_line(record: Record) -> bytes:
    return f"{json.dumps(record, ensure_ascii=False, separators=(',', ':'))}\n".encode()


# -- Lists and records ------------------------------------------------------------------------------------------------

COLUMNS = {
    "agreements": {
        "state": "agency.state",
        "agency": "agency.name",
        "model": "program_model",
        "status": "status",
        "signed_on": "signed_on",
        "id": "id",
    },
    "agencies": {"state": "state", "name": "name", "kind": "kind", "id": "id"},
    "laws": {"id": "id", "standing": "standing", "title": "title"},
    "policies": {"id": "id", "standing": "standing", "title": "title"},
    "designations": {
        "id": "id",
        "listed_on": "listed_on",
        "removed_on": "removed_on",
        "place": "jurisdiction.name",
    },
    "snapshots": {
        "published_on": "published_on",
        "kind": "kind",
        "rows": "row_count",
        "file_name": "file_name",
        "id": "id",
    },
    "events": {
        "seen_on": "seen_on",
        "state": "state",
        "kind": "kind",
        "of": "agency.name|law|policy|designation",
        "id": "id",
    },
    "jurisdictions": {
        "geoid": "geoid",
        "state": "state",
        "name": "name",
        "kind": "kind",
        "population": "population",
    },
}
"""Of a table to look at: headings, and where in a record each cell comes from. `fields` chooses others."""
SINGULAR = {"agencies": "agency", "policies": "policy"} | {
    name: name[:-1] for name in COLUMNS if name not in {"agencies", "policies"}
}
FORMATS = ("table", "csv", "jsonl", "json")


def records_of(reply: Reply) -> Iterator[Record]:
    """The records of a list in JSON Lines."""
    try:
        for line in reply.lines():
            if line:
                yield json.loads(line)
    except CutOff:
        raise Trouble(NO_ANSWER, "The list broke off before its end. Ask again.") from None
    except ValueError:
        raise Trouble(NO_ANSWER, "This is no list of such a portal. Is the address right?") from None


def list_records(portal: Portal, options: argparse.Namespace) -> int:
    """Print a list of the API, whole."""
    form = options.format or form_of(options.output)
    path = f"{options.kind}/"
    if options.kind == "rows":
        if not options.snapshot:
            raise Trouble(BAD_USE, "Say of which list: --snapshot ID. The ids: list snapshots")
        path = f"snapshots/{quote(options.snapshot, safe='')}/rows/"
    print_list(portal, path, dict(options.filters), form, options.output, COLUMNS.get(options.kind, {}))
    return OK


def form_of(name: str | None) -> str:
    """The format that the name of a file asks for."""
    ending = Path(name or "").suffix[1:].lower()
    return ending if ending in FORMATS else "table"


def print_list(
    portal: Portal,
    path: str,
    query: dict[str, str],
    form: str,
    name: str | None,
    columns: Mapping[str, str],
    *,
    has_fields: bool = True,
) -> None:
    """Print the list at this address. A table asks for what it shows and no more, where the list takes `fields`."""
    asked = {**query, "format": "csv" if form == "csv" else "jsonl"}
    if "fields" in query:
        columns = {each: each for each in query["fields"].split(",") if each}
    elif form == "table" and columns and has_fields:
        tops = (way.split(".")[0] for ways in columns.values() for way in ways.split("|"))
        asked["fields"] = ",".join(dict.fromkeys(tops))
    reply = portal.ask(path, asked)
    with output_to(name) as output:
        count = FORMS[form](reply, output, columns)
    if not count:
        say_why_empty(portal, path, query)
    say_how_old(portal, reply.headers.get("X-Newest-List"))


def as_csv(reply: Reply, output: Output, _columns: Mapping[str, str]) -> int:
    """As it comes: one heading, cells that a spreadsheet would run marked by the portal. The number of its rows."""
    lines = 0
    try:
        for chunk in reply.chunks():
            output.pass_on(chunk)
            lines += chunk.count(b"\n")
    except CutOff:
        raise Trouble(NO_ANSWER, "The list broke off before its end. Ask again.") from None
    return max(0, lines - 1)


def as_json_lines(reply: Reply, output: Output, _columns: Mapping[str, str]) -> int:
    count = 0
    for record in records_of(reply):
        count += 1
        output.pass_on(as_line(record))
    return count


def as_json(reply: Reply, output: Output, _columns: Mapping[str, str]) -> int:
    count = 0
    for record in records_of(reply):
        output.pass_on((b",\n" if count else b"[\n") + as_line(record).rstrip())
        count += 1
    output.pass_on(b"\n]\n" if count else b"[]\n")
    return count


def as_table(reply: Reply, output: Output, columns: Mapping[str, str]) -> int:
    records = list(records_of(reply))
    if records:
        shown = columns or {name: name for name in records[0]}
        rows = [[cell(record, ways) for ways in shown.values()] for record in records]
        for line in table(list(shown), rows, output.width):
            output.say(line)
    return len(records)


FORMS = {"table": as_table, "csv": as_csv, "jsonl": as_json_lines, "json": as_json}


def say_why_empty(portal: Portal, path: str, query: Mapping[str, str]) -> None:
    """Beside an empty list: that none was found, or that nothing is known of the day."""
    portal.say("The list is empty.")
    if "as_of" in query:
        found = portal.json(path, {**query, "page_size": 1})
        if first := (found.get("coverage") or {}).get("from"):
            portal.say(f"It holds no list before {first}: what was so is not known, which is not the same as none.")


def say_how_old(portal: Portal, newest: str | None) -> None:
    """Stale lists are said aloud, from the clock."""
    try:
        age = (datetime.now(timezone.utc).date() - date.fromisoformat(newest or "")).days
    except ValueError:
        return
    if age > STALE_AFTER:
        portal.say(f"ICE's newest list here is of {newest}, {age} days old. ICE may have published more since.")


def show(portal: Portal, options: argparse.Namespace) -> int:
    """Print one record as its own address shows it."""
    kinds = {one: many for many, one in SINGULAR.items()}
    path = f"{kinds.get(options.kind, options.kind)}/{quote(options.id, safe='')}/"
    found = portal.json(path, dict(options.filters))
    with output_to(options.output) as output:
        output.pass_on(pretty(found))
    return OK


def stats(portal: Portal, options: argparse.Namespace) -> int:
    """Print how many agreements and agencies there are: on a day, or through time with --by."""
    query = dict(options.filters)
    form = options.format or form_of(options.output)
    path = "stats/agreements/"
    if form in {"csv", "jsonl"} or (form == "table" and "by" in query):
        parted = [name for name in ("state", "model", "kind") if name in query.get("group", "")]
        columns = ("period", "list", *parted, "agreements", "agencies", "joined", "left")
        print_list(portal, path, query, form, options.output, {name: name for name in columns}, has_fields=False)
        return OK
    found = portal.json(path, query)
    with output_to(options.output) as output:
        if form == "json":
            output.pass_on(pretty(found))
            return OK
        output.say(f"{number(found['agreements'])} agreements of {number(found['agencies'])} agencies")
        where = "1 state or territory" if found["states"] == 1 else f"{found['states']} states and territories"
        output.say(f"in {where}, known by {found['meta']['as_of']}")
        for heading, counts in (("by model", found["by_model"]), ("by status", found["by_status"])):
            output.say(f"\n{heading}")
            for name, count in counts.items():
                output.say(f"  {name:<18} {number(count):>6}")
        rows = [
            [each["state"], number(each["agreements"]), number(each["agencies"]), brief(each["by_model"])]
            for each in found["by_state"]
        ]
        output.say("")
        for line in table(["state", "agreements", "agencies", "by model"], rows, output.width):
            output.say(line)
    say_how_old(portal, found["meta"].get("newest_list"))
    return OK


def status(portal: Portal, options: argparse.Namespace) -> int:
    """Print how fresh the portal's data is."""
    found = portal.json("status/")
    with output_to(options.output) as output:
        if options.format == "json":
            output.pass_on(pretty(found))
            return OK
        lines = [portal.site]
        for kind in ("participating", "pending"):
            newest = found[f"newest_{kind}"]
            day = newest["published_on"] if newest else "none"
            lines.append(f"newest list of {kind} agencies: {day} ({found['lists'][kind]} held)")
        if found["age_in_days"] is not None:
            lines.append(f"age: {found['age_in_days']} days{', which is old' if found['is_stale'] else ''}")
        lines.append(f"first list: {found['first_list'] or 'none'}")
        lines.append(f"data version: {found['data_version']}, of {found['changed_at'][:19].replace('T', ' ')}")
        lines.append(f"licence: {found['meta']['licence']}")
        for line in lines:
            output.say(line)
    return OK


# -- What became different --------------------------------------------------------------------------------------------

CHANGES_AT_ONCE = 1000  # the most that an answer holds


class LostCursor(Exception):
    """The portal, as it is now, did not give out this cursor: it was put back to an older state, or is another one."""


class Page(NamedTuple):
    """An answer of changes/."""

    results: list[Record]
    cursor: str
    etag: str
    geography: str
    data_version: int


def pages_of_changes(
    portal: Portal, after: str, query: Mapping[str, str] | None = None, *, etag: str = ""
) -> Iterator[Page]:
    """The answers of changes/ until nothing follows; none where the first still has this ETag. Raises LostCursor."""
    while True:
        asked = {"page_size": CHANGES_AT_ONCE, **(query or {}), **({"after": after} if after else {})}
        headers = {"If-None-Match": etag} if etag else {}
        try:
            reply = portal.ask("changes/", asked, headers=headers)
            if reply.status == 304:
                return
            said = portal.json_of(reply, lambda asked=asked: portal.ask("changes/", asked))
        except Refused as refusal:
            if refusal.status == 410 or (refusal.status == 400 and "after" in refusal.errors):
                raise LostCursor from None
            raise
        cursor, etag = said["next_cursor"], ""
        yield Page(
            said["results"], cursor, reply.headers.get("ETag") or "", said["geography"], said["meta"]["data_version"]
        )
        if not said["has_more"]:
            return
        if cursor == after:
            raise Trouble(NO_ANSWER, "The portal says that more follows, and does not go on.")
        after = cursor


def changes(portal: Portal, options: argparse.Namespace) -> int:
    """Print which records were created, changed, merged or withdrawn since a cursor."""
    kept = Path(options.cursor) if options.cursor else None
    after = options.after or (kept.read_text(encoding="utf-8").strip() if kept and kept.exists() else "")
    count, cursor = 0, after
    form = options.format or ("jsonl" if form_of(options.output) == "jsonl" else "table")
    with output_to(options.output) as output:
        try:
            for page in pages_of_changes(portal, after, dict(options.filters)):
                for each in page.results:
                    count += 1
                    if form == "jsonl":
                        output.pass_on(as_line(each))
                    else:
                        output.say(change_on_a_line(each))
                cursor = page.cursor
        except LostCursor:
            sentence = "This portal did not give out this cursor, or was put back to an older state. Begin without"
            raise Trouble(NOT_FOUND, f"{sentence} {'the file of --cursor' if kept else '--after'}.") from None
    if not count:
        portal.say("Nothing has changed.")
    if kept:
        with written_whole(kept) as stream:
            stream.write(f"{cursor}\n".encode())
    else:
        portal.say(f"Next time: changes --after {cursor}")
    return OK


def change_on_a_line(change: Record) -> str:
    into = f"into {change['merged_into']}" if change["merged_into"] else subject_of(change["record"] or {})
    return f"{change['change']:<9}  {change['kind']:<11}  {change['id']}  {into}".rstrip()


def subject_of(record: Record) -> str:
    """What a record is of, in a few words."""
    ways = ("agency.name|title|name|jurisdiction.name|file_name|law|policy|designation", "program_model")
    return ", ".join(filter(None, (cell(record, way) for way in ways)))


# -- A copy of everything ---------------------------------------------------------------------------------------------

RECORDS = {
    "agency": "agencies",
    "agreement": "agreements",
    "law": "laws",
    "policy": "policies",
    "designation": "designations",
    "snapshot": "snapshots",
    "event": "events",
}
"""What changes/ tells of, by the kind that it names, and the list and file that hold it."""
AREAS = "jurisdictions"
FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.[a-z0-9]+")
VERSION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
COPY_NAME = re.compile(r"copy-([0-9]{1,9})")
OUR_NAMES = re.compile(r"building|copy-[0-9]{1,9}")
STATE = "mirror.json"
AS_PUBLISHED = "files"


class Damaged(Exception):
    """A file of the copy is not what was written."""


class Mirror:
    """A copy of all records in a folder: `current` leads to one that is whole, at every moment.

    current -> copy-7     a link; where a system has none, a file that holds the name
    copy-7/mirror.json    of which portal, up to which cursor, and the sha256 of each file
    copy-7/laws.jsonl     records as the lists of the API show them: one in a line, kept exact by changes/
    copy-7/files/         the other files of the portal's newest version, as published
    copy-6/               the copy before, for whoever has it open
    .coming/              downloads that have begun, for the next run to go on with
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.link, self.coming = folder, folder / "current", folder / ".coming"

    def copy(self) -> Path | None:
        """The folder of the copy; None before there is one."""
        if self.link.is_symlink():
            name = self.link.readlink().name
        elif self.link.is_file():
            name = self.link.read_text(encoding="utf-8").strip()
        else:
            return None
        return self.folder / name if COPY_NAME.fullmatch(name) and (self.folder / name / STATE).is_file() else None

    def state(self) -> Record | None:
        """What the copy says of itself; None where there is none that can be read."""
        copy = self.copy()
        try:
            state = json.loads((copy / STATE).read_text(encoding="utf-8")) if copy else None
        except ValueError:
            return None
        return state if isinstance(state, dict) and state.keys() >= STATED else None

    @contextlib.contextmanager
    def for_one_run(self) -> Iterator[None]:
        """The right to write, which ends with the process at the latest."""
        if self.folder.exists() and not self.folder.is_dir():
            raise Trouble(BAD_USE, f"{self.folder} is no folder.")
        if self.folder.exists() and not self.link.is_symlink() and not self.link.exists():
            others = sorted(each.name for each in self.folder.iterdir() if not each.name.startswith("."))
            if strange := next((name for name in others if not OUR_NAMES.fullmatch(name)), None):
                raise Trouble(BAD_USE, f"{self.folder} holds other things ({strange}). Name a folder for the copy.")
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            if not locked(lock):
                raise Trouble(NOT_KEPT, f"Another run is at work on {self.folder} just now.")
            yield

    def put_in_place(self, building: Path, state: Record) -> None:
        """Make the new copy the current one: whoever opens `current` finds the old one or the new one, whole."""
        (building / STATE).write_bytes(pretty(state))
        for path in [*building.rglob("*"), building]:
            onto_disk(path)
        before = self.copy()
        numbers = [int(found[1]) for each in self.folder.iterdir() if (found := COPY_NAME.fullmatch(each.name))]
        copy = building.rename(self.folder / f"copy-{max(numbers, default=0) + 1}")
        self.lead_to(copy.name)
        onto_disk(self.folder)
        for each in self.folder.iterdir():
            if COPY_NAME.fullmatch(each.name) and each not in {before, copy}:
                shutil.rmtree(each, ignore_errors=True)
        shutil.rmtree(self.coming, ignore_errors=True)

    def lead_to(self, name: str) -> None:
        new = self.folder / "building"
        try:
            new.symlink_to(name)
        except OSError:  # Windows lets few accounts make links
            new.write_text(f"{name}\n", encoding="utf-8")
        new.replace(self.link)


def locked(file: Any) -> bool:
    """Whether this process has the file to itself now."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def onto_disk(path: Path) -> None:
    """Come back when the file or folder is where it outlasts the machine."""
    if os.name != "posix":
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class Vanished(Exception):
    """A file of a version that the portal holds no more."""


class Moment(NamedTuple):
    """Where in the portal's changes a copy stands."""

    cursor: str
    geography: str
    data_version: int
    changes_etag: str
    """Of the answer that nothing has changed since the cursor; empty where none was given."""


STATED = {"site", "records", "version", "manifest_etag", "files", *Moment._fields}
"""What a copy says of itself."""
News = dict[str, dict[str, "Record | None"]]
"""By list and id: the record as it is now, or None where there is none any more."""


def mirror(portal: Portal, options: argparse.Namespace) -> int:
    """Bring the copy in a folder up to date, or make it."""
    held = Mirror(Path(options.folder))
    with held.for_one_run():
        BringingUpToDate(portal, held, records_only=options.records_only).run()
    return OK


class BringingUpToDate:
    """One run. Nothing of the copy is touched before all that makes the next one is at hand."""

    def __init__(self, portal: Portal, held: Mirror, *, records_only: bool) -> None:
        self.portal, self.mirror, self.records_only = portal, held, records_only
        self.state = held.state()
        if self.state and self.state["site"] != portal.site:
            raise Trouble(BAD_USE, f"{held.folder} is a copy of {self.state['site']}. Name another folder.")

    def run(self) -> None:
        if self.state:
            try:
                return self.follow(self.state, self.mirror.copy())
            except LostCursor:
                complain("The portal was put back to an older state, or is another one: beginning anew.")
            except Damaged as damage:
                complain(f"{damage} is not what was written: beginning anew.")
        elif self.mirror.link.exists() or self.mirror.link.is_symlink():
            complain("The copy cannot be read: beginning anew.")
        self.state = None
        for _try in range(TRIES):
            try:
                return self.begin()
            except Vanished:
                complain("The portal has newer files by now: beginning with them.")
        raise Trouble(NO_ANSWER, "The portal's files changed during each try. Try again later.")

    def begin(self) -> None:
        """From the files of the newest version, and what changed since."""
        manifest = self.manifest()
        if manifest is None:
            raise Trouble(NO_ANSWER, "The portal has not written its files yet. They come soon after its first start.")
        self.portal.say(f"Files of version {manifest['version']}.")
        bases = {name: self.fetched(manifest, name) for name in RECORD_FILES}
        moment = Moment(manifest["changes_cursor"], manifest["geography"], manifest["data_version"], "")
        try:
            told, moment = self.told_since(moment)
        except LostCursor:  # the portal was put back, and has not written its files anew yet
            bases = {AREA_FILE: bases[AREA_FILE]}
            told, moment = self.told_since(moment._replace(cursor=""))
        self.build(bases, told, moment, manifest)

    def follow(self, state: Record, copy: Path) -> None:
        """From the copy that is there, and what changed since."""
        before = Moment(*(state[name] for name in Moment._fields))
        manifest = None if self.records_only else self.manifest(state["manifest_etag"])
        told, moment = self.told_since(before)
        has_new_files = manifest is not None and manifest["version"] != state["version"]
        if told or has_new_files or moment.geography != before.geography:
            for name, written in state["records"].items():
                if not is_whole(copy / name, written):
                    raise Damaged(name)
            self.build({name: copy / name for name in state["records"]}, told, moment, manifest)
            return
        if moment != before:
            with written_whole(copy / STATE) as stream:
                stream.write(pretty({**state, **moment._asdict()}))
        self.portal.say(f"Up to date: nothing has changed since data version {moment.data_version}.")

    # -- What the portal is asked

    def manifest(self, etag: str = "") -> Record | None:
        """What the newest files are; None while it has this ETag, or before there are any."""
        reply = self.portal.ask("bulk/manifest.json", headers={"If-None-Match": etag} if etag else {})
        if reply.status == 304:
            return None
        manifest = self.portal.json_of(reply, lambda: self.portal.ask("bulk/manifest.json"))
        if manifest.get("version") is None:
            return None
        known = VERSION_NAME.fullmatch(manifest["version"]) and all(map(is_described, manifest["files"]))
        if not known or not {each["name"] for each in manifest["files"]}.issuperset(RECORD_FILES):
            raise Trouble(NO_ANSWER, f"The portal describes its files otherwise than this client knows. {RENEW}")
        return {**manifest, "etag": reply.headers.get("ETag") or ""}

    def told_since(self, before: Moment) -> tuple[News, Moment]:
        """What became of records since. Raises LostCursor."""
        told: News = {}
        moment = before
        for page in pages_of_changes(self.portal, before.cursor, etag=before.changes_etag):
            for each in page.results:
                if each["kind"] in RECORDS:  # a later portal may tell of more
                    told.setdefault(f"{RECORDS[each['kind']]}.jsonl", {})[each["id"]] = each["record"]
            stands = page.cursor == moment.cursor and not page.results
            moment = Moment(page.cursor, page.geography, page.data_version, page.etag if stands else "")
        return told, moment

    def fetched(self, manifest: Record, name: str) -> Path:
        """A file of the version, whole and proven by its sha256. What a run before began to fetch is gone on with."""
        described = next(each for each in manifest["files"] if each["name"] == name)
        folder = self.mirror.coming / manifest["version"]
        folder.mkdir(parents=True, exist_ok=True)
        path, part = folder / name, folder / f"{name}.part"
        if is_whole(path, described):
            return path
        for tried in range(1, TRIES + 1):
            try:
                self.fetch(f"bulk/{manifest['version']}/{name}", part, described)
            except CutOff:
                if tried == TRIES:
                    raise Trouble(NO_ANSWER, f"{name} broke off each time. The next run goes on with it.") from None
                self.portal.wait(2 ** (tried - 1), f"{name} broke off")
                continue
            except Refused as refusal:
                if refusal.status == 404:
                    shutil.rmtree(folder)
                    raise Vanished from None
                if refusal.status != 416:
                    raise
            if is_whole(part, described):
                return part.replace(path)
            part.unlink()
        raise Trouble(NOT_KEPT, f"{name} does not have the sha256 that the manifest gives. Nothing was changed.")

    def fetch(self, path: str, part: Path, described: Record) -> None:
        """Add to a part what it lacks. Raises CutOff."""
        begun = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={begun}-", "If-Range": f'"{described["sha256"]}"'} if begun else {}
        reply = self.portal.ask(path, headers=headers)
        goes_on = reply.status == 206 and reply.headers.get("Content-Range", "").startswith(f"bytes {begun}-")
        size = begun if goes_on else 0
        with part.open("ab" if goes_on else "wb") as stream:
            for chunk in reply.chunks():
                size += len(chunk)
                if size > described["bytes"]:
                    return  # is_whole says so
                stream.write(chunk)

    # -- The next copy

    def build(self, bases: Mapping[str, Path], told: News, moment: Moment, manifest: Record | None) -> None:
        """Write the copy of this moment beside the one that is there, and put it in place."""
        building = self.mirror.folder / "building"
        if building.is_dir() and not building.is_symlink():
            shutil.rmtree(building)  # of a run that was stopped
        building.unlink(missing_ok=True)
        building.mkdir()
        of_bases = self.state["geography"] if self.state else manifest["geography"]
        records = {}
        for name in RECORD_FILES:
            if name == AREA_FILE and moment.geography != of_bases:
                records[name] = self.areas(building / name, moment, manifest)
            else:
                records[name] = merged(bases.get(name), told.get(name, {}), building / name)
        files, version, etag = self.files(building / AS_PUBLISHED, manifest)
        state = {
            "site": self.portal.site,
            **moment._asdict(),
            "records": records,
            "version": version,
            "manifest_etag": etag,
            "files": files,
        }
        self.mirror.put_in_place(building, state)
        total = sum(each["rows"] for each in records.values())
        different = sum(map(len, told.values()))
        self.portal.say(f"{self.mirror.link} is whole: {total:,} records, {different:,} of them brought up to date;")
        self.portal.say(f"data version {moment.data_version}{f', files of version {version}' if version else ''}.")

    def areas(self, path: Path, moment: Moment, manifest: Record | None) -> Record:
        """States, counties and places are not among the changes: from a file of the same geography, or the list."""
        if manifest and manifest["geography"] == moment.geography:
            return merged(self.fetched(manifest, AREA_FILE), {}, path)
        reply = self.portal.ask(f"{AREAS}/", {"format": "jsonl"})
        return write_lines((line + b"\n" for line in whole_lines(reply)), path)

    def files(self, folder: Path, manifest: Record | None) -> tuple[Record, str, str]:
        """The other files of the version, as published: those that are here already, and new ones."""
        if self.records_only:
            return {}, "", ""
        folder.mkdir()
        held, copy = (self.state or {}).get("files", {}), self.mirror.copy()
        if manifest is None:
            for name in held:
                link_or_copy(copy / AS_PUBLISHED / name, folder / name)
            return held, (self.state or {}).get("version", ""), (self.state or {}).get("manifest_etag", "")
        files = {}
        for each in manifest["files"]:
            name = each["name"]
            if name in RECORD_FILES:
                continue
            files[name] = {part: each[part] for part in ("sha256", "bytes", "rows")}
            here = copy / AS_PUBLISHED / name if copy and held.get(name) == files[name] else None
            if here is None or not is_whole(here, files[name]):
                here = self.fetched(manifest, name)
            link_or_copy(here, folder / name)
        return files, manifest["version"], manifest["etag"]


def is_described(file: Record) -> bool:
    """Whether an entry of the manifest is one that can be relied on, and its name leads nowhere else."""
    numbers = isinstance(file.get("bytes"), int) and isinstance(file.get("rows"), int)
    proof = re.fullmatch("[0-9a-f]{64}", str(file.get("sha256")))
    return bool(numbers and proof and FILE_NAME.fullmatch(str(file.get("name"))))


RECORD_FILES = tuple(f"{name}.jsonl" for name in (*RECORDS.values(), AREAS))
AREA_FILE = f"{AREAS}.jsonl"


def merged(base: Path | None, told: Mapping[str, Record | None], path: Path) -> Record:
    """Write the records of `base` with what was told of them in its place; what the file is then."""
    if base is not None and not told:
        link_or_copy(base, path)
        return described(path)
    left = dict(told)

    def lines() -> Iterator[bytes]:
        if base is not None:
            with base.open("rb") as stream:
                for line in stream:
                    record_id = json.loads(line)["id"]
                    if record_id not in left:
                        yield line if line.endswith(b"\n") else line + b"\n"
                    elif record := left.pop(record_id):
                        yield as_line(record)
        yield from (as_line(record) for record in left.values() if record)

    return write_lines(lines(), path)


def write_lines(lines: Iterable[bytes], path: Path) -> Record:
    with path.open("wb") as stream:
        stream.writelines(lines)
    return described(path)


def whole_lines(reply: Reply) -> Iterator[bytes]:
    try:
        yield from filter(None, reply.lines())
    except CutOff:
        raise Trouble(NO_ANSWER, "The list broke off before its end. Ask again.") from None


def described(path: Path) -> Record:
    """Size, sha256 and rows of a file with a record in each line."""
    digest, size, rows = hashlib.sha256(), 0, 0
    with path.open("rb") as stream:
        while chunk := stream.read(READ_AT_ONCE):
            digest.update(chunk)
            size, rows = size + len(chunk), rows + chunk.count(b"\n")
    return {"sha256": digest.hexdigest(), "bytes": size, "rows": rows}


def is_whole(path: Path, expected: Record) -> bool:
    """Whether the file has the size and the sha256 that it should have."""
    if not path.is_file() or path.stat().st_size != expected["bytes"]:
        return False
    return described(path)["sha256"] == expected["sha256"]


def link_or_copy(path: Path, to: Path) -> None:
    """The same bytes under another name, without a second place on the disk where the system can do that."""
    try:
        os.link(path, to)
    except OSError:
        shutil.copyfile(path, to)


def verify(portal: Portal, options: argparse.Namespace) -> int:
    """Say whether each file of a copy is what was written; with --live, whether its records are what the API says."""
    held = Mirror(Path(options.folder))
    state, copy = held.state(), held.copy()
    if state is None or copy is None:
        raise Trouble(NOT_KEPT, f"{options.folder} holds no copy that can be read. Make one: mirror {options.folder}")
    wanted = {**state["records"], **{f"{AS_PUBLISHED}/{name}": each for name, each in state["files"].items()}}
    damaged = [name for name, each in wanted.items() if not is_whole(copy / name, each)]
    if damaged:
        raise Trouble(NOT_KEPT, f"Not what was written: {', '.join(sorted(damaged))}. mirror mends it.")
    rows = sum(each["rows"] for each in state["records"].values())
    with output_to(None) as output:
        output.say(
            f"{len(wanted)} files are whole: {rows:,} records of {state['site']}, data version {state['data_version']}."
        )
        if options.live:
            if state["site"] != portal.site:
                raise Trouble(BAD_USE, f"It is a copy of {state['site']}. Ask that one: --site {state['site']}")
            differ = {name: count for name in RECORDS.values() if (count := differing(portal, copy, name))}
            if differ:
                told = ", ".join(f"{count} of {name}" for name, count in differ.items())
                raise Trouble(NOT_KEPT, f"Not as the API shows them now: {told}. mirror brings them up to date.")
            output.say("Each record is as the API shows it now.")
    return OK


def differing(portal: Portal, copy: Path, name: str) -> int:
    """How many records of a list are not in the copy as the API shows them, or not in the API at all."""
    with (copy / f"{name}.jsonl").open("rb") as stream:
        held = {record["id"]: record for record in map(json.loads, stream)}
    shown = {record["id"]: record for record in records_of(portal.ask(f"{name}/", {"format": "jsonl"}))}
    return sum(held.get(each) != shown.get(each) for each in held.keys() | shown.keys())


# -- The command line -------------------------------------------------------------------------------------------------

EXAMPLES = """examples:
  portal287g.py lookup 33130                      which county a ZIP code lies in
  portal287g.py lookup springfield --state IL     a town, a county, a state, an agency
  portal287g.py answer 12011                      who works with ICE there: by GEOID,
  portal287g.py answer us/fl/davie --lang es      by the address of its page, in Spanish
  portal287g.py list agreements --state FL --status listed -o florida.csv
  portal287g.py list agreements --state TX --as-of 2025-12-31
  portal287g.py list laws --topic detainers --format json
  portal287g.py show agreement 2e3hdj
  portal287g.py stats --by month --group model
  portal287g.py mirror copy                       all of it, and later what changed

"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    try:
        options = read(list(sys.argv[1:] if arguments is None else arguments))
        portal = Portal(
            options.site or os.environ.get("PORTAL287G_SITE") or SITE,
            key=os.environ.get("PORTAL287G_KEY", "").strip(),
            timeout=options.timeout,
            patience=options.wait,
            say=(lambda _sentence: None) if options.quiet else complain,
        )
        return options.run(portal, options)
    except Trouble as trouble:
        complain(f"portal287g: {trouble}")
        return trouble.code
    except KeyError as missing:
        complain(f"portal287g: The portal's answer lacks {missing}, which this client relies on. {RENEW}")
        return NO_ANSWER
    except (AttributeError, IndexError, TypeError) as strange:  # a list where a text should be, and the like
        complain(f"portal287g: The portal's answer is not as this client knows it ({strange}). {RENEW}")
        return NO_ANSWER
    except KeyboardInterrupt:
        complain("\nStopped. A copy stays as it was; mirror goes on with what it has fetched.")
        return STOPPED
    except BrokenPipeError:
        # Who read has enough. Python would complain when it closes standard output: it has none then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except OSError as broken:
        where = f"{broken.filename}: " if broken.filename else ""
        complain(f"portal287g: {where}{broken.strerror or broken}.")
        return NOT_KEPT


def read(arguments: list[str]) -> argparse.Namespace:
    """The command and its options. What `list`, `show`, `stats` and `changes` do not know is for the API to judge."""
    parser = command_line()
    filters: list[tuple[str, str]] = []
    if command_of(arguments) in WITH_FILTERS:
        arguments, filters = without_filters(arguments, parser)
    unless_said = argparse.Namespace(site="", timeout=30.0, wait=120.0, quiet=False, filters=filters)
    return parser.parse_args(arguments, unless_said)


def command_of(arguments: Sequence[str]) -> str:
    """The first word that is neither an option nor the value of one."""
    left = iter(arguments)
    for each in left:
        if not each.startswith("-"):
            return each
        if OWN_OPTIONS.get(each):
            next(left, None)
    return ""


def without_filters(arguments: list[str], parser: argparse.ArgumentParser) -> tuple[list[str], list[tuple[str, str]]]:
    """The arguments that are ours, and those that the API knows: --signed-from 2025-01-01 as ("signed_from", …)."""
    ours, filters = [], []
    left = iter(arguments)
    for each in left:
        name, has_value, value = each.partition("=")
        if not each.startswith("--") or name in OWN_OPTIONS or each == "--":
            ours.append(each)
            if name in OWN_OPTIONS and OWN_OPTIONS[name] and not has_value:
                ours.extend(value for value in [next(left, None)] if value is not None)
            continue
        if not has_value:
            value = next(left, None)
            if value is None:
                parser.error(f"{name} needs a value")
        known = name[2:].replace("-", "_")
        if known in NOT_ASKED_FOR:
            parser.error(f"{name} is not needed: lists come whole")
        if any(known == other for other, _value in filters):
            parser.error(f"{name} is given twice")
        filters.append((known, value))
    return ours, filters


WITH_FILTERS = {"list", "show", "stats", "changes"}
OWN_OPTIONS = {
    "--site": True,
    "--timeout": True,
    "--wait": True,
    "--quiet": False,
    "--help": False,
    "--version": False,
    "--format": True,
    "--output": True,
    "--snapshot": True,
    "--after": True,
    "--cursor": True,
}
"""Whether a value follows."""


def command_line() -> argparse.ArgumentParser:
    shaped = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    general = common.add_argument_group("for every command")
    for name, kind, shown, about in (
        ("--site", str, "URL", f"the portal to ask (this file's own: {SITE})"),
        ("--timeout", seconds, "SECONDS", "how long one call may take to answer (30)"),
        ("--wait", seconds, "SECONDS", "how long to wait in all when the portal asks for patience (120)"),
    ):
        general.add_argument(name, type=kind, metavar=shown, default=argparse.SUPPRESS, help=about)
    general.add_argument("--quiet", action="store_true", default=argparse.SUPPRESS, help="say only what went wrong")
    parser = argparse.ArgumentParser(
        prog="portal287g.py",
        description="What do a county, a city and a state do about federal immigration enforcement?\n"
        "Agreements with ICE under section 287(g), state laws, local policies, each with its source.",
        epilog=EXAMPLES + EXIT_CODES,
        parents=[common],
        **shaped,
    )
    parser.add_argument("--version", action="version", version=f"portal287g {VERSION}, for {SITE}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, dest="command")

    def command(name: str, run: Any, about: str, *, says: str = "", formats: Sequence[str] = ()) -> Any:
        told = {"help": about, "description": f"{about[0].upper()}{about[1:]}.", "epilog": says}
        made = commands.add_parser(name, parents=[common], **told, **shaped)
        made.set_defaults(run=run)
        if formats:
            unless_said = f"{formats[0]}, or as the name of FILE ends" if formats is FORMATS else formats[0]
            made.add_argument("--format", choices=formats, help=f"how to print it ({unless_said})")
            made.add_argument("-o", "--output", metavar="FILE", help="write it to a file, once all of it has come")
        return made

    made = command(
        "lookup", lookup, "what a ZIP code, place or agency may mean: every candidate", formats=("text", "json")
    )
    made.add_argument("text", nargs="+", metavar="TEXT", help="33130, davie fl, broward sheriff")
    made.add_argument("--state", default="", help="keep a name to one state: FL")
    made.add_argument("--lang", choices=("en", "es"), default="en", help="the language of the answer (en)")

    made = command("answer", answer, "what holds in a place: sentences with their sources", formats=("text", "json"))
    made.add_argument("place", nargs="+", metavar="PLACE", help=PLACE)
    made.add_argument("--lang", choices=("en", "es"), default="en", help="the language of the answer (en)")
    made.add_argument("--as-of", metavar="DAY", help="on a day since January 2021: 2025-12-31")
    made.add_argument(
        "--full", action="store_true", help="who signed what, what it means, laws, policies, federal lists, changes"
    )

    made = command("list", list_records, "a list, whole", formats=FORMATS, says=FILTERS)
    made.add_argument("kind", choices=(*COLUMNS, "rows"), metavar="KIND", help=KINDS)
    made.add_argument("--snapshot", metavar="ID", help="whose rows")

    made = command("show", show, "one record with all that is known of it, as JSON", formats=("json",))
    made.add_argument(
        "kind", choices=(*SINGULAR.values(), *SINGULAR), metavar="KIND", help=", ".join(SINGULAR.values())
    )
    made.add_argument("id", metavar="ID", help="as lists and pages show it; of a jurisdiction its GEOID")

    about = "how many agreements and agencies, on a day or through time"
    command("stats", stats, about, formats=FORMATS, says=FILTERS_OF_STATS)

    made = command(
        "changes", changes, "which records were created, changed, merged or withdrawn", formats=("table", "jsonl")
    )
    made.add_argument("--after", default="", metavar="CURSOR", help="since this cursor (else from the beginning)")
    made.add_argument(
        "--cursor", metavar="FILE", help="go on from the cursor in this file, and keep the next one there"
    )

    made = command("mirror", mirror, "make a copy of everything in a folder, or bring it up to date")
    made.add_argument("folder", metavar="FOLDER", help="a folder for the copy; FOLDER/current is always whole")
    made.add_argument("--records-only", action="store_true", help="leave out the CSV, GeoJSON and other files")

    made = command("verify", verify, "whether a copy is whole")
    made.add_argument("folder", metavar="FOLDER", help="the folder of the copy")
    made.add_argument("--live", action="store_true", help="ask the portal whether each record is as it shows it now")

    command("status", status, "how fresh the portal's data is", formats=("text", "json"))
    return parser


KINDS = f"{', '.join(COLUMNS)}; or rows, of one of ICE's lists as it was printed"
PLACE = "a GEOID (12011), the address of its page (us/fl/davie), or a name that only one place has (davie fl)"
FILTERS = """\
filters (the API refuses those that a list does not know, and names the others):
  --state FL  --jurisdiction GEOID  --reach all  --model TFM  --status listed
  --kind sheriff  --topic detainers  --effect forbids  --stance ...  --q TEXT
  --signed-from DAY  --signed-to DAY  --updated-since DAY  --legal-status ...
  --as-of DAY  --ordering -signed_on  --fields id,status
"""
FILTERS_OF_STATS = """\
filters: those of list agreements; --by day, week or month makes it a series,
--group state, model or kind parts it
"""


def seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError("from 0 to 86400")
    return value


if __name__ == "__main__":
    sys.exit(main())
