"""Requests that no description allows, and what an answer to one must be.

One corpus for three places: tests/portal/api/test_hostile.py sends a part of it to the portal in its own process,
`make fuzz` sends all of it, with all facts on both databases, and to the production server over a socket.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache

from portal.api.description import description

from .wire import Answer, Call

API = b"/api/v1/"
WORD_COUNT = 1_500
LARGE = 2 * 1024 * 1024

VALUES: dict[str, bytes] = {
    "a NUL": b"%00",
    "a NUL among letters": b"a%00b",
    "bytes that are no text": b"%ff%fe",
    "half a character": b"%ED%A0%80",
    "a character of four bytes": b"%F0%9F%98%80",
    "an overlong slash": b"%c0%af",
    "a broken escape": b"%zz%",
    "a percent sign twice": b"%2500",
    "bytes outside ASCII, not escaped": b"\xc3\xa9\xff",
    "more than 64 bits": b"9223372036854775808",
    "less than 64 bits": b"-9223372036854775809",
    "400 digits": b"9" * 400,
    "5,000 digits": b"7" * 5_000,
    "a power of ten": b"1e309",
    "not a number": b"nan",
    "minus zero": b"-0",
    "nought": b"0",
    "digits of another script": b"%D9%A3%D9%A0",
    "a word for a number": b"true",
    "no value": b"",
    "blanks": b"%20%09%0a",
    "1,500 words": b"+".join([b"w"] * WORD_COUNT),
    "1,500 commas": b"," * WORD_COUNT,
    "signs of LIKE": b"%25_%5C%25",
    "signs of SQL": b"'%20OR%201=1--",
    "signs of a pattern": b"(((((((((a%2B)%2B)%2B%24%5B",
    "a tag": b"%3Cscript%3E",
    "a formula": b"=1%2B1",
    "a template": b"{{7*7}}%7B%25",
    "a path": b"../../etc/passwd",
    "a line break for headers": b"x%0d%0aSet-Cookie:%20a=b",
    "the first day of all": b"0001-01-01",
    "the first moment of all": b"0001-01-01T00:00:00%2B14:00",
    "the last moment of all": b"9999-12-31T23:59:59-14:00",
    "a day that never was": b"2026-02-30",
    "a day of the year 10000": b"10000-01-01",
    "an object": b"%7B%22a%22:1%7D",
    "a list": b"[]",
    "marks that turn the text around": b"%E2%80%AE%EF%BB%BF",
    "a letter with 500 accents": b"e" + b"%CC%81" * 500,
}

NO_ADDRESSES: dict[str, bytes] = {
    "a name that nothing has": b"nothing",
    "a name that nothing has, with a slash": b"nothing/",
    "two slashes": b"/agencies/",
    "a NUL for an id": b"agreements/%00/",
    "no text for an id": b"agreements/%ff%fe/",
    "bytes outside ASCII for an id": b"agreements/\xff\xfe/",
    "half a character for an id": b"agreements/%ED%A0%80/",
    "a line break in an id": b"agreements/abc%0Adef/",
    "a line break at the end of an id": b"agreements/abcdef%0A/",
    "a way out": b"agreements/..%2f/",
    "a way out with dots": b"agreements/../../../etc/passwd",
    "a tag for an id": b"agreements/%3Cscript%3E/",
    "a semicolon": b"agreements/;a=b/",
    "digits of another script for a GEOID": b"jurisdictions/%D9%A1%D9%A2/",
    "20 digits for a GEOID": b"jurisdictions/99999999999999999999/",
    "four digits for a GEOID": b"jurisdictions/1201/answer/",
    "a list with 5,000 digits for an id": b"snapshots/" + b"0" * 5_000 + b"/",
    "a letter outside ASCII for a key": b"laws/%C3%A9/",
    "a NUL for a key": b"laws/a%00b/",
    "a file outside the folder": b"bulk/..%2f..%2fmanage.py",
    "a file of no version": b"bulk/9999-99-99.999999/agreements.csv",
    "a file that is not made": b"bulk/nothing.csv",
    "a NUL for a file": b"bulk/agreements%00.csv",
    "5,000 letters": b"a" * 5_000 + b"/",
    "1,000 folders": b"a/" * 1_000,
    "a NUL": b"a%00",
}

ELSEWHERE: dict[str, bytes] = {
    "an asterisk": b"*",
    "nothing": b"",
    "no slash": b"us/fl/",
    "only slashes": b"////",
    "a NUL": b"/%00",
    "no text": b"/%ff%fe/",
    "bytes outside ASCII": b"/\xff\xfe/",
    "Spanish without its slash": b"/es",
    "Spanish and two slashes": b"/es//",
    "Spanish and a NUL": b"/es/%00/",
    "a state with a NUL": b"/us/f%00/",
    "a state that is no text": b"/us/%ff/",
    "a place with a line break": b"/us/fl/davie%0A/",
    "a place of 5,000 letters": b"/us/fl/" + b"a" * 5_000 + b"/",
    "an agency with a NUL": b"/agencies/%00-sheriff/",
    "a feed of nothing": b"/us/zz/feed/",
    "a map of nothing": b"/map/zz/",
    "a page of the guide with a way out": b"/guide/..%2f..%2fREADME/",
    "a static file with a NUL": b"/static/%00",
    "a static file with a way out": b"/static/../../manage.py",
    "a static file with a hidden way out": b"/static/%2e%2e/%2e%2e/manage.py",
    "the staff's pages with a NUL": b"/admin/%00/",
    "a way to nowhere for the staff": b"/admin/open/agency/%ff/",
    "a site map of nothing": b"/sitemap/%00.xml",
}
"""Addresses outside the API."""

HEADERS: dict[str, tuple[tuple[str, str], ...]] = {
    "an Accept that nothing fits": (("Accept", "image/webp"),),
    "an Accept that is none": (("Accept", ";;;q=,,*/*/*;q=nan"),),
    "an Accept of 1,000 kinds": (("Accept", ", ".join(f"a/b{n};q=0.{n}" for n in range(1_000))),),
    "an Accept-Encoding that is none": (("Accept-Encoding", "gzip;q=nan, br;q=, \xff, *;q=9999999999"),),
    "an Accept-Encoding that refuses all": (("Accept-Encoding", "identity;q=0, *;q=0"),),
    "an Accept-Language that is none": (("Accept-Language", "\xff;q=2," * 500),),
    "an If-None-Match that is none": (("If-None-Match", '"' + "\xff" * 500),),
    "an If-None-Match of 1,000 tags": (("If-None-Match", ", ".join(f'W/"{n}"' for n in range(1_000))),),
    "an If-None-Match of anything": (("If-None-Match", "*"),),
    "an If-Match that nothing has": (("If-Match", '"nothing"'),),
    "an If-Modified-Since that is no day": (("If-Modified-Since", "Thu, 99 Foo 99999 99:99:99 GMT"),),
    "an If-Modified-Since of the year 0": (("If-Modified-Since", "Mon, 01 Jan 0000 00:00:00 GMT"),),
    "an If-Unmodified-Since of long ago": (("If-Unmodified-Since", "Mon, 01 Jan 1990 00:00:00 GMT"),),
    "a Range that is none": (("Range", "bytes=9999999999999999999-,-,5-1,--"),),
    "a Range of nothing": (("Range", "bytes=-0"),),
    "a Range that ends before it begins": (("Range", "bytes=5-1"),),
    "a Range of digits of another script": (("Range", "bytes=\xb2-\xb3"),),
    "a Range of 5,000 digits": (("Range", "bytes=" + "9" * 5_000 + "-"),),
    "1,000 ranges": (("Range", "bytes=" + ",".join(f"{n}-{n}" for n in range(1_000))),),
    "a Range if a day that is none": (("Range", "bytes=0-9"), ("If-Range", "Thu, 99 Foo 99999 99:99:99 GMT")),
    "a Range of its own unit": (("Range", "rows=0-1"), ("If-Range", '"x"')),
    "an Authorization that is no key": (("Authorization", "Bearer \xff\xfe"),),
    "an Authorization of 8,000 letters": (("Authorization", "Bearer " + "k" * 8_000),),
    "an Authorization that is Basic": (("Authorization", "Basic ////"),),
    "an Authorization without a word": (("Authorization", ""),),
    "a key of bytes": (("X-Api-Key", "\xff\xfe\x7f"), ("Api-Key", "' OR 1=1--")),
    "an Origin that is none": (("Origin", "null"), ("Access-Control-Request-Method", "GE T\xff")),
    "a Cookie": (("Cookie", "sessionid=\xff; csrftoken=" + "a" * 4_000),),
    "an address that is none": (("X-Forwarded-For", "::::, 999.1.1.1, \xff"), ("X-Real-IP", "\xff")),
    "another method": (("X-HTTP-Method-Override", "DELETE"), ("X-Method", "PUT")),
    "a Content-Type that is none": (("Content-Type", "///;;charset=\xff"),),
    "a Content-Type without a boundary": (("Content-Type", "multipart/form-data"),),
    "an Expect": (("Referer", "\xff"), ("User-Agent", "\x7f" * 2_000)),
}

METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY", "get", "X" * 200)

JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
BODIES: dict[str, tuple[bytes, str, int | None]] = {
    "no JSON": (b"{", JSON_TYPE, 400),
    "no UTF-8": (b"\xff", JSON_TYPE, 400),
    "no UTF-8 in a name": (b'{"q": "\xff\xfe"}', JSON_TYPE, 400),
    "UTF-16": ('{"q": "davie"}'.encode("utf-16"), JSON_TYPE, 400),
    "a mark of the byte order": (b'\xef\xbb\xbf{"q": "davie"}', JSON_TYPE, 400),
    "100,000 brackets": (b"[" * 100_000, JSON_TYPE, 400),
    "100,000 objects": (b'{"q":' * 100_000, JSON_TYPE, 400),
    "a name 10,000 lists deep": (b'{"q":' + b"[" * 10_000 + b"]" * 10_000 + b"}", JSON_TYPE, 400),
    "a number of 5,000 digits": (b"1" * 5_000, JSON_TYPE, 400),
    "a name that is a number": (b'{"q": 33324}', JSON_TYPE, 400),
    "an infinite number": (b'{"q": 1e999}', JSON_TYPE, 400),
    "no number": (b'{"q": NaN}', JSON_TYPE, 400),
    "a list": (b"[]", JSON_TYPE, 400),
    "a text": (b'"davie"', JSON_TYPE, 400),
    "null": (b"null", JSON_TYPE, 400),
    "a name that is null": (b'{"q": null}', JSON_TYPE, 400),
    "an object for a name": (b'{"q": {"q": "a"}}', JSON_TYPE, 400),
    "nothing": (b"", JSON_TYPE, 400),
    "a name twice": (b'{"q": "davie", "q": "miami"}', JSON_TYPE, None),
    "both": (b'{"q": "davie", "zip": "33324"}', JSON_TYPE, 400),
    "what nobody asked for": (b'{"q": "davie", "__proto__": "x"}', JSON_TYPE, 400),
    "a NUL in a name": (rb'{"q": "\u0000"}', JSON_TYPE, 200),
    "half a character": (rb'{"q": "\ud800"}', JSON_TYPE, 200),
    "half a character the other way round": (rb'{"q": "\udc00\ud800 fl"}', JSON_TYPE, 200),
    "a NUL as a ZIP code": (rb'{"zip": "\u0000"}', JSON_TYPE, 400),
    "digits of another script as a ZIP code": ('{"zip": "٣٣٣٢٤"}'.encode(), JSON_TYPE, 400),
    "half a character as a name of a part": (rb'{"\ud800": "a"}', JSON_TYPE, 400),
    "1,500 words": (b'{"q": "' + b"w " * WORD_COUNT + b'"}', JSON_TYPE, 200),
    "signs of LIKE": (b'{"q": "%_\\\\"}', JSON_TYPE, 200),
    "half a million letters": (b'{"q": "' + b"a" * 500_000 + b'"}', JSON_TYPE, None),
    "two million bytes": (b'{"q": "' + b"a" * LARGE + b'"}', JSON_TYPE, 413),
    "a NUL as the state": (rb'{"q": "a", "state": "\u0000"}', JSON_TYPE, 400),
    "a state that there is not": (b'{"q": "a", "state": "ZZ"}', JSON_TYPE, 400),
    "a charset that there is not": (b'{"q": "a"}', f"{JSON_TYPE}; charset=klingon", None),
    "a charset that is no text": (b'{"q": "a"}', f"{JSON_TYPE}; charset=base64", None),
    "a charset that packs": (gzip.compress(b'{"q": "a"}'), f"{JSON_TYPE}; charset=zlib", None),
    "a form in a charset that there is not": (b"q=a", f"{FORM_TYPE}; charset=klingon", None),
    "a form of bytes": (b"q=%ff", FORM_TYPE, 200),
    "a form with a name twice": (b"q=davie&q=miami", FORM_TYPE, None),
    "a form of 5,000 fields": (b"&".join(b"a%d=b" % n for n in range(5_000)), FORM_TYPE, 400),
    "a form of two million bytes": (b"q=" + b"a" * LARGE, FORM_TYPE, 413),
    "a form in parts": (b"--x\r\n\r\n", "multipart/form-data; boundary=x", 415),
    "XML": (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "application/xml", 415),
    "text": (b"q", "text/plain", 415),
    "no kind": (b'{"q": "a"}', "", None),
    "a kind that is none": (b'{"q": "a"}', "////", None),
}


def calls(known: dict[bytes, list[str]]) -> Iterator[Call]:
    """The whole corpus: `known` has addresses that answer, below the API, with the parameters that each takes."""
    yield from with_values(known, singly=True)
    yield from with_words_again_and_again(known)
    yield from with_headers_and_methods(known)
    yield from to_no_address()
    yield from with_bodies()


def with_values(known: dict[bytes, list[str]], *, singly: bool) -> Iterator[Call]:
    """Each value in all parameters at once, as the name of one, and if `singly` in each alone."""
    for path, parameters in known.items():
        names = [name.encode() for name in parameters]
        for title, value in VALUES.items():
            everything = b"&".join(name + b"=" + value for name in names)
            yield Call(f"{title} as everything", API + path + b"?" + everything)
            yield Call(f"{title} as the name of a parameter", API + path + b"?" + value + b"=1")
            for name in names if singly else ():
                yield Call(f"{title} as {name.decode()}", API + path + b"?" + name + b"=" + value)
        for name in names:
            yield Call(f"{name.decode()} twice", API + path + b"?" + name + b"=1&" + name + b"=2")
        yield Call("5,000 parameters", API + path + b"?" + b"&".join(b"a%d=b" % n for n in range(5_000)))


def with_words_again_and_again(paths: Iterable[bytes]) -> Iterator[Call]:
    """Words that a parameter may have, thousands of times and among commas."""
    for path in paths:
        for name, words in choices(path.decode()):
            for word in words:
                start = API + path + b"?" + name.encode() + b"="
                yield Call(f"{word} 3,000 times", start + b",".join([word.encode()] * 3_000))
                yield Call(f"{word} among commas", start + b",," + word.encode() + b",")


def with_headers_and_methods(paths: Iterable[bytes]) -> Iterator[Call]:
    for path in paths:
        for title, headers in HEADERS.items():
            yield Call(title, API + path, headers=headers)
        for method in METHODS:
            yield Call(f"the method {method[:20]}", API + path, method)
        yield Call("a body with GET", API + path, headers=(("Content-Type", JSON_TYPE),), body=b"{" * 1_000)


def to_no_address() -> Iterator[Call]:
    for title, path in NO_ADDRESSES.items():
        for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
            yield Call(title, API + path, method)
    for title, target in ELSEWHERE.items():
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            yield Call(title, target, method)


def with_bodies() -> Iterator[Call]:
    for title, (body, kind, _status) in BODIES.items():
        yield Call(title, API + b"lookup/", "POST", (("Content-Type", kind),) if kind else (), body)


def choices(path: str) -> Iterator[tuple[str, list[str]]]:
    """The parameters of an address that take one of a few words, or several of them, and two such words."""
    for _template, pattern, methods in described_paths():
        if pattern.fullmatch(f"/api/v1/{path}") and "get" in methods:
            for parameter in methods["get"].get("parameters", ()):
                schema = parameter.get("schema", {})
                words = schema.get("enum") or schema.get("items", {}).get("enum")
                if parameter["in"] == "query" and words:
                    yield parameter["name"], [str(words[0]), str(words[-1])]
            yield from (("ordering", ["geoid", "-signed_on"]), ("fields", ["id", "geoid"]), ("expand", ["agency"]))


def faults(call: Call, answer: Answer) -> list[str]:
    """What is wrong with an answer to a stranger; nothing for documented ones."""
    if answer.status >= 500:
        return [f"{answer.status}: {answer.error.strip().splitlines()[-1] if answer.error else ''}"]
    if not call.target.startswith(b"/api/"):
        return []  # a page, or the sentence that there is none
    found = []
    if answer.header("access-control-allow-origin") != "*":
        found.append("no Access-Control-Allow-Origin")
    if answer.header("set-cookie"):
        found.append("a cookie")
    if answer.status not in documented(call):
        found.append(f"{answer.status} is not described")
    if answer.status >= 400:
        found += problem_faults(call, answer)
    elif answer.status == 200 and call.method != "HEAD" and not well_formed(answer):
        found.append(f"the body is no {answer.media_type}")
    return found


def problem_faults(call: Call, answer: Answer) -> list[str]:
    if answer.media_type != "application/problem+json":
        return [f"{answer.status} as {answer.media_type or 'nothing'}"]
    if call.method == "HEAD":
        return []
    problem = json.loads(answer.body)
    if problem["status"] != answer.status or not problem["title"] or not isinstance(problem["detail"], str):
        return ["problem details that do not say what the header says"]
    return []


def well_formed(answer: Answer) -> bool:
    try:
        if answer.header("content-encoding"):
            return True
        if answer.media_type.endswith("json"):
            json.loads(answer.body)
        elif answer.media_type == "application/x-ndjson":
            [json.loads(line) for line in answer.body.splitlines()]
        else:
            answer.body.decode()
    except ValueError:
        return False
    return answer.media_type in {
        *("application/json", "application/x-ndjson", "application/vnd.oai.openapi+json", "application/geo+json"),
        *("text/csv", "text/html", "application/atom+xml"),
    }


OF_NO_OPERATION = {301, 404, 405}
"""What an address without a description may answer."""


def documented(call: Call) -> set[int]:
    """The statuses that the description gives for the operation called, 405 for a method that it does not name."""
    if call.method == "OPTIONS":  # what browsers ask first; told once for all addresses
        return {200, 204, 404, 429}
    for template, pattern, methods in described_paths():
        if pattern.fullmatch(call.path):
            method = call.method.lower()
            operation = methods.get("get" if method == "head" else method)
            if operation:
                return {int(code) for code in operation["responses"]}
            return {404, 405} if "{" in template else {405}
    if call.path in UNDESCRIBED:
        return OF_NO_OPERATION | {200, 304, 400}
    return OF_NO_OPERATION


UNDESCRIBED = {f"/api/v1/{name}" for name in ("", "schema/", "docs/", "bulk/manifest.json")}
"""Addresses that answer and are no operation: the root, the description itself and its page, the manifest."""


@cache
def described_paths() -> list[tuple[str, re.Pattern[str], dict[str, dict]]]:
    """Each address with {names}, what fits it, and its operations by method."""
    return [
        (path, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), methods)
        for path, methods in description()["paths"].items()
    ]
