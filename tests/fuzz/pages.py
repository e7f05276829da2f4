"""Query strings and bodies that hypothesis makes, for the public pages of both languages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote_from_bytes

import hypothesis
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from .described import Findings, quiet
from .hostile import VALUES
from .known import ZIPS
from .wire import Application, Call

FORMS = {
    b"/find/": ("q", "state"),
    b"/find/suggest/": ("q",),
    b"/report/": ("about", "page", "wrong", "right", "source", "email", "message", "website"),
}
QUERIES = {
    b"/find/": ("q", "state", "zip"),
    b"/us/compare/": ("a", "b", "c", "d"),
    b"/embed/": ("place", "lang", "q"),
    b"/report/": ("about", "page", "path", "field"),
    b"/changes/": ("from", "to", "state", "kind", "page"),
    b"/changes/feed/": ("kind", "state"),
    b"/us/fl/feed.json": ("kind", "state"),
    b"/agreements/": ("q", "state", "model", "status", "as_of", "page", "ordering", "format"),
    b"/agencies/": ("q", "state", "kind", "reach", "page", "ordering", "format"),
    b"/laws/": ("q", "topic", "effect", "as_of", "format", "page"),
    b"/policies/": ("q", "stance", "state", "as_of", "format"),
    b"/us/": ("as_of", "ordering"),
    b"/us/fl/": ("as_of", "date", "page"),
    b"/us/fl/broward-county/": ("as_of", "date"),
    b"/embed/us/fl/broward-county/": ("lang", "as_of"),
    b"/map/": ("as_of", "model", "layer"),
    b"/map/fl/": ("as_of", "model"),
    b"/guide/numbers/": ("by", "from", "to", "state"),
    b"/guide/earlier/": ("state", "page", "q"),
    b"/glossary/": ("q", "letter"),
    b"/data/": ("version",),
    b"/healthz": ("a",),
    b"/sitemap.xml": ("page",),
}

text = st.one_of(
    st.sampled_from([*VALUES.values()]),
    st.sampled_from([zip_code.encode() for zip_code in ZIPS]),
    st.binary(max_size=30).map(lambda raw: quote_from_bytes(raw).encode()),
    st.text(max_size=40).map(lambda words: quote_from_bytes(words.encode("utf-8", "surrogatepass")).encode()),
    st.dates().map(lambda day: day.isoformat().encode()),
    st.integers().map(lambda number: str(number).encode()),
    st.sampled_from([b"fl", b"12011", b"4835000", b"davie", b"miami%20fl", b"sheriff"]),
)


def pairs(names: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    name = st.one_of(st.sampled_from([name.encode() for name in names]), text)
    return st.lists(st.tuples(name, text).map(b"=".join), max_size=5).map(b"&".join)


def asked(parameters: dict[bytes, tuple[str, ...]]) -> st.SearchStrategy[tuple[bytes, bytes]]:
    """A path, in English or Spanish, and pairs of names and values for it."""
    return st.sampled_from(sorted(parameters)).flatmap(
        lambda path: st.tuples(st.sampled_from([path, b"/es" + path]), pairs(parameters[path]))
    )


def known_parameters() -> dict[bytes, tuple[str, ...]]:
    """QUERIES with all parameters that the views say they know."""

    def walk(resolver: URLResolver, prefix: str = "") -> None:
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern, route)
            elif isinstance(pattern, URLPattern) and "<" not in route:
                path = f"/{route}".encode()
                known = tuple(getattr(pattern.callback, "parameters", ()))
                if known and not route.startswith(("api/", "admin/", "es/")):
                    found[path] = tuple({*found.get(path, ()), *known})

    found = dict(QUERIES)
    walk(get_resolver())
    return {path: tuple(sorted(names)) for path, names in found.items()}


def run(findings: Findings, application: Application, *, most: int, seed: int | None = None) -> None:
    """Up to `most` calls with a query and half as many with a form. Without a seed they are the same each time."""
    made = settings(most)
    queries = made(hypothesis.given(asked(known_parameters()))(lambda each: get(findings, application, *each)))
    forms = settings(most // 2)(hypothesis.given(asked(FORMS))(lambda each: post(findings, application, *each)))
    with quiet():
        for test in (queries, forms):
            (test if seed is None else hypothesis.seed(seed)(test))()


def settings(most: int) -> Callable:
    return hypothesis.settings(
        max_examples=most,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def get(findings: Findings, application: Application, path: bytes, query: bytes) -> None:
    judge(findings, application, Call("a query", path + b"?" + query))


def post(findings: Findings, application: Application, path: bytes, body: bytes) -> None:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    judge(findings, application, Call("a form", path, "POST", headers, body))


def judge(findings: Findings, application: Application, call: Call) -> None:
    answer = application.answer(call)
    label = f"{call.method} {call.path}"
    findings.count(label, answer.status)
    shown = f"{call.method} {call.target.decode('latin-1')[:300]} {call.body[:300]!r}"
    if answer.status >= 500:
        findings.blame(label, f"{answer.status}: {answer.error.strip().splitlines()[-1:]}", f"{shown}\n{answer.error}")
    if answer.header("set-cookie"):
        findings.blame(label, "a cookie", shown)
