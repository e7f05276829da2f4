"""The markup of every kind of page in both languages: in order by the HTML standard, and when it is read aloud."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests.pages.kinds import KINDS, LANGUAGES, TYPED, pages
from tests.pages.markup import faults
from tests.pages.sent import answered, sent

FEEDS = {"feed", "state-feed", "place-feed"}
NO_PAGES = {"suggest", "guide-fact", *FEEDS, *(f"{name}-json" for name in FEEDS)}
"""Routes under the languages that answer with something else than a page: proposals, feeds, the way to another page."""


@pytest.mark.once
@pytest.mark.facts
def test_the_markup_of_every_kind_of_page_is_in_order_in_both_languages():
    found = []
    for language, prefix in LANGUAGES.items():
        for kind, address in pages():
            page = sent(prefix + address)
            assert page.status == kind.status, prefix + address
            assert page.headers["Content-Language"] == language
            found += [(prefix + address, fault) for fault in faults(page.text, language)]
        for kind in TYPED:
            found += [(prefix + kind, fault) for fault in faults(answered(kind, prefix).text, language)]
    assert found == []


def named_routes(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named_routes(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern.name


def test_no_route_of_the_public_pages_is_without_a_kind():
    (with_languages,) = [
        each for each in get_resolver().url_patterns if type(each.pattern).__name__ == "LocalePrefixPattern"
    ]
    assert set(named_routes(with_languages)) - NO_PAGES == {kind.route for kind in KINDS if kind.route}


# -- The checks themselves find what they are made for ---------------------------------------------------------------

GOOD = """<h1>Broward</h1><nav aria-label="Main"><ul><li><a href="#x">Map</a></li></ul></nav>
<table id="x"><caption>Agencies</caption><thead><tr><th scope="col">Name</th></tr></thead>
<tbody><tr><th scope="row">Davie</th></tr></tbody></table>
<form><label for="q">Name</label><input id="q" name="q"><button>Find</button></form>"""


def page_of(main: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Davie</title></head>'
        f"<body><main>{main}</main></body></html>"
    )


def test_a_page_in_order_has_no_fault():
    assert faults(page_of(GOOD), "en") == []


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        pytest.param("<p>a<ul><li>b</li></ul></p>", "unexpected-end-tag", id="a list in a paragraph"),
        pytest.param("<p>a &foo; b</p>", "expected-named-entity", id="a sign that is none"),
        pytest.param('<p id="x">a</p>', "2 elements with the id x", id="an id twice"),
        pytest.param('<p aria-describedby="y">a</p>', "aria-describedby names y", id="a name of nothing"),
        pytest.param('<p><a href="#nowhere">a</a></p>', "a link leads to #nowhere", id="a link to nothing"),
        pytest.param("<h3>a</h3>", "an h3 comes after an h1", id="a level left out"),
        pytest.param("<h1>a</h1>", "with 2 of the first level", id="a second title"),
        pytest.param("<h2></h2>", "an empty h2", id="an empty heading"),
        pytest.param("<table><tbody><tr><td>1</td></tr></tbody></table>", "without a caption", id="no caption"),
        pytest.param(
            "<table><caption>a</caption><tbody><tr><th>1</th></tr></tbody></table>", "without scope", id="no scope"
        ),
        pytest.param(
            '<table><caption>a</caption><tbody><tr><th scope="row">1</th></tr><tr><td>2</td><td>3</td></tr></tbody>'
            "</table>",
            "whose rows are [1, 2] wide",
            id="a cell too many",
        ),
        pytest.param('<form><input name="z"></form>', "a field without a label: z", id="no label"),
        pytest.param('<a href="/"><span aria-hidden="true">→</span></a>', "a a that says nothing", id="an arrow"),
        pytest.param('<p><img src="/a.png"></p>', "a picture without words", id="no words"),
        pytest.param('<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>', "a drawing without a name", id="a drawing"),
        pytest.param("<nav><ul><li>a</li></ul></nav>", "one of them without a name", id="a second menu"),
        pytest.param('<a href="/">b<button>a</button></a>', "['button'] within a a", id="a button in a link"),
        pytest.param("<span>a<div>b</div></span>", "['div'] within a span", id="a block in a word"),
        pytest.param("<ul><p>a</p></ul>", "['p'] directly in a ul", id="no item"),
        pytest.param("<details><p>a</p></details>", "details without a summary", id="details"),
        pytest.param('<p style="color:red">a</p>', "style in a p", id="an inline style"),
        pytest.param("<script>alert(1)</script>", "a script within the page", id="an inline script"),
        pytest.param('<p lang="fr">a</p>', "lang=fr", id="a third language"),
    ],
)
def test_a_fault_is_found(more, fault):
    assert any(fault in line for line in faults(page_of(GOOD + more), "en"))


def test_a_page_in_the_wrong_language_is_found():
    assert faults(page_of(GOOD), "es") == ["the page's lang is en"]


# -- A second opinion ------------------------------------------------------------------------------------------------

VALIDATOR = settings.BASE_DIR / "tests/html/node_modules/.bin/html-validate"


@pytest.mark.once
@pytest.mark.facts
@pytest.mark.skipif(not VALIDATOR.exists(), reason="html-validate is not installed: `make html` installs it")
def test_html_validate_finds_nothing_on_any_kind_of_page(tmp_path):
    for language, prefix in LANGUAGES.items():
        for number, (kind, address) in enumerate(pages()):
            (tmp_path / f"{language} {number:03} {kind}.html").write_text(sent(prefix + address).text)
        for kind in TYPED:
            (tmp_path / f"{language} find {kind}.html").write_text(answered(kind, prefix).text)
    rules = VALIDATOR.parents[2] / ".htmlvalidate.json"
    told = tmp_path / "told.json"
    with told.open("w") as file:  # into a pipe Node would end in the middle of a long answer
        command = [VALIDATOR, "--config", rules, "--formatter", "json", *sorted(tmp_path.glob("*.html"))]
        subprocess.run(command, stdout=file, check=False)
    checked = json.loads(told.read_text())
    found = [
        (Path(page["filePath"]).stem, each["line"], each["ruleId"], each["message"])
        for page in checked
        for each in page["messages"]
    ]
    assert found == []
