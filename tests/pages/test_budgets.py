"""What a page costs a reader: bytes over the line, things asked for, script. Every kind of page, both languages."""

import re

import brotli
import pytest
from django.conf import settings

from portal.stylesheets import minified
from tests.pages.kinds import KINDS, LANGUAGES, LARGEST, TYPED, Kind, pages
from tests.pages.sent import Sent, answered, sent

OURS = re.compile(r"/static/|(?:/es)?/embed/us/")
MOST_SCRIPT = 6_000  # bytes, as they are written
ASSETS = re.compile(
    r"""<(?:script|img|iframe|source|embed|object|audio|video|input)\b[^>]*?\s(?:src|data|srcset)="(?!data:)([^"]+)"
    |<link\s(?=[^>]*rel="(?:stylesheet|icon|preload|modulepreload|manifest|apple-touch-icon)")[^>]*?href="(?!data:)([^"]+)"
    |\burl\(["']?(?!\#|data:)([^"')]+)""",
    re.X,
)
"""What a browser fetches by itself because the page says so."""


def asked_for(page: Sent) -> list[str]:
    return [first or second or third for first, second, third in ASSETS.findall(page.text)]


def written(path: str) -> str:
    return (settings.BASE_DIR / "static" / path).read_text()


def style_bytes() -> int:
    """The style sheet of all pages as it is sent: minified, and compressed once and for all."""
    return len(brotli.compress(minified(written("css/portal.css")).encode()))


def every_page() -> list[tuple[Kind, str, Sent]]:
    """Each page: its kind, its address, and what is sent."""
    (find,) = [kind for kind in KINDS if kind.name == "find"]
    return [
        entry
        for prefix in LANGUAGES.values()
        for entry in (
            *((kind, prefix + address, sent(prefix + address)) for kind, address in pages()),
            *((find, f"{prefix}/find/: {typed}", answered(typed, prefix)) for typed in TYPED),
        )
    ]


@pytest.mark.once
@pytest.mark.facts
def test_every_page_arrives_with_its_style_in_its_budget_and_asks_for_no_more_than_it_may():
    style, heavy, asking = style_bytes(), [], []
    for kind, address, page in every_page():
        if page.bytes + style > kind.most:
            heavy.append((address, page.bytes + style, kind.most))
        assets = asked_for(page)
        if 1 + len(assets) > kind.requests or not all(OURS.match(each) for each in assets):
            asking.append((address, assets))
    assert heavy == []
    assert asking == []


def test_no_budget_is_larger_than_what_a_page_may_have():
    assert max(kind.most for kind in KINDS) == LARGEST


def test_the_style_asks_for_nothing_more():
    for sheet in (settings.BASE_DIR / "static/css").glob("*.css"):
        assert re.findall(r"@import|@font-face|url\((?!#|[\"']?data:)", sheet.read_text()) == [], sheet.name


def test_script_is_small_and_fetches_nothing_but_proposals():
    script = written("js/portal.js")
    assert len(script.encode()) <= MOST_SCRIPT
    assert not re.search(
        r"\bimport\b|https?://|\b(?:cookie|localStorage|sessionStorage|sendBeacon|indexedDB)\b", script
    )


@pytest.mark.parametrize(
    ("markup", "asked"),
    [
        ('<script type="module" src="/static/js/portal.js"></script>', ["/static/js/portal.js"]),
        ('<link rel="stylesheet" href="/static/css/portal.css">', ["/static/css/portal.css"]),
        ('<link rel="icon" href="data:image/svg+xml,x">', []),
        ('<link rel="canonical" href="https://example.org/">', []),
        ('<img alt="" src="https://example.org/pixel.gif">', ["https://example.org/pixel.gif"]),
        ("<style>p{background:url(/a.png)}</style>", ["/a.png"]),
        ('<path fill="url(#b)"/>', []),
    ],
)
def test_what_a_page_asks_for_is_seen(markup, asked):
    assert asked_for(Sent(200, markup, 0, {})) == asked
