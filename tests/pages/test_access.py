"""Every kind of page in a browser: small screens, large letters, fingers, screen readers, colours, requests.

Each page is opened once in each language and held against all of it: opening is what takes the time.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.kinds import KINDS, LANGUAGES, TYPED, Kind
from tests.pages.looking import violations

pytestmark = [pytest.mark.browser, pytest.mark.once]

SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.2
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
DARK = ("home", "county", "compare", "map", "laws", "guide page")
"""Kinds that have between them all the colours."""
BROAD = "document.documentElement.scrollWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
# Links inside a sentence are as high as its line; the rule leaves them out.
PRESSED = "header a, .trail a, nav a, button, input, select, summary, .numbers a, .key a, .past a, td a, th a, dt a"
TOO_SMALL = f"""found => found.map(each => [each.textContent.trim(), each.getBoundingClientRect()])
    .filter(([text, box]) => box.width && box.x >= 0)
    .filter(([text, box]) => box.height < {SMALLEST_TARGET} || (box.width < {SMALLEST_TARGET} && !/^\\d+$/.test(text)))
    .map(([text, box]) => [text, box.width, box.height])"""  # a number in a table has its row to itself


@pytest.fixture
def tab_with(_chromium, site_url):
    """Opens a tab with options of its own, into which a test may put a script that the page's policy would forbid."""
    contexts = []

    def opened(**options) -> Page:
        contexts.append(_chromium.new_context(base_url=site_url, bypass_csp=True, **options))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        assert context.cookies() == []
        context.close()


def named(name: str) -> Kind:
    (found,) = [kind for kind in KINDS if kind.name == name]
    return found


def kept_out(tab: Page) -> list:
    """What keeps somebody out of the page that the tab shows, its folded parts opened."""
    tab.evaluate(OPEN_ALL)
    tab.set_viewport_size(NARROW)
    found = []
    if tab.evaluate(BROAD) > NARROW["width"]:
        found.append("past the edge of a narrow screen")
    found += tab.locator(PRESSED).evaluate_all(TOO_SMALL)
    found += violations(tab)
    tab.set_viewport_size(WIDE)
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    if tab.evaluate(BROAD) > WIDE["width"]:
        found.append("past the edge in letters of twice the size")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page_is_open_to_everybody_and_asks_for_few_things(tab_with, site_url, language):
    tab = tab_with()
    asked, found = [], []
    tab.on("request", lambda request: asked.append(request.url))
    for kind in KINDS:
        # In Spanish the heavier of a kind, where it has two.
        address = LANGUAGES[language] + kind.addresses[min(list(LANGUAGES).index(language), len(kind.addresses) - 1)]
        asked.clear()
        tab.goto(address)
        found += [(address, what) for what in kept_out(tab)]
        fetched = [url for url in asked if not url.startswith("data:")]
        if len(fetched) > kind.requests or not all(url.startswith(site_url) for url in fetched):
            found.append((address, fetched))
    assert found == []


def test_what_the_field_answers_is_open_to_everybody(tab_with):
    tab = tab_with()
    found = []
    for kind, typed in TYPED.items():
        tab.goto("/find/")
        tab.locator("#q").fill(typed)
        with tab.expect_navigation():
            tab.locator("main form").first.get_by_role("button").click()
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        found += [(kind, what) for what in kept_out(tab)]
    assert found == []


def test_letters_are_plain_to_see_in_the_dark(tab_with):
    tab = tab_with(color_scheme="dark")
    found = []
    for name in DARK:
        tab.goto(named(name).typical)
        tab.evaluate(OPEN_ALL)
        found += [(name, what) for what in violations(tab, "color-contrast")]
    assert found == []


def test_in_the_readers_own_colours_nothing_is_told_by_a_colour_of_ours(tab_with):
    """Forced colours take ours away: statuses keep their signs and words, links their lines, the answer its frame."""
    tab = tab_with(forced_colors="active")
    for name in ("county", "state", "home"):
        tab.goto(named(name).typical)
        ink = tab.evaluate("getComputedStyle(document.body).color")
        linked = tab.locator("main a").first.evaluate("each => getComputedStyle(each).color")
        assert linked != ink
    tab.goto(named("county").typical)
    answer = tab.locator(".answer")
    assert answer.evaluate("each => parseFloat(getComputedStyle(each).borderTopWidth)") > 0
    expect(answer).to_contain_text("●")
    expect(answer).to_contain_text("Yes")
