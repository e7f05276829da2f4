"""The pages in a browser: as a reader gets them from the production server, without script, on a small screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/us/",
    "/us/tx/",
    "/us/fl/broward-county/",
    "/us/fl/davie/",
    "/us/md/?as_of=2026-02-12",
    "/us/ca/",
    "/us/md/baltimore-county/",
    "/us/ny/new-york/",
    "/agencies/?state=FL",
    "/agreements/?state=MD",
    "/changes/",
    "/changes/?from=2026-04-13&to=2026-05-18",
    "/changes/?view=days&state=MD",
    "/changes/?from=2020-01-01",
    "/about/errors/",
    "/laws/",
    "/laws/?view=list",
    "/laws/tx-sb-8-2025/",
    "/policies/?state=CA",
    "/about/method/",
    "/find/",
    "/us/fl/davie/?as_of=soon",
]
SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.2
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def bare_page(_chromium, site_url):
    """A tab of a browser that runs no script, at phone width."""
    context = _chromium.new_context(
        base_url=site_url, viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    yield context.new_page()
    assert context.cookies() == []
    context.close()


def first_agency(page) -> str:
    page.goto("/agencies/?q=Broward+County+Sheriff")
    return page.locator("tbody th a").first.get_attribute("href")


@pytest.mark.parametrize("language", ["", "/es"])
def test_pages_fit_a_narrow_screen_and_large_text(page, language):
    width = "document.documentElement.scrollWidth"
    for address in PAGES:
        page.set_viewport_size(NARROW)
        page.goto(f"{language}{address}")
        assert page.evaluate(width) <= NARROW["width"], address
        page.set_viewport_size(WIDE)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(width) <= WIDE["width"], address


def test_what_can_be_pressed_is_large_enough(page):
    # Links inside a sentence are as high as its line; the rule leaves them out.
    pressed = "header a, .trail a, nav a, button, input, select, summary, .numbers a, td a, th a"
    sizes = """found => found.map(each => [each.textContent, each.getBoundingClientRect()])
        .filter(([text, box]) => box.width && box.x >= 0).map(([text, box]) => [text, box.width, box.height])"""
    for address in PAGES:
        page.goto(address)
        for text, width, height in page.locator(pressed).evaluate_all(sizes):
            assert height >= SMALLEST_TARGET, (address, text)
            # A number in a table has its row to itself.
            assert width >= SMALLEST_TARGET or text.strip().isdigit(), (address, text)


def test_the_first_key_leads_past_the_menu_and_focus_is_seen(page):
    page.goto("/us/fl/davie/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the answer")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert skip.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    expect(page.locator("main")).to_be_focused()


def test_from_the_field_to_the_answer_and_back_in_time_without_script(bare_page):
    bare_page.goto("/")
    bare_page.get_by_label("ZIP code, county, city or agency").fill("Davie, FL")
    bare_page.get_by_role("button", name="Find").click()
    expect(bare_page).to_have_url(re.compile("/us/fl/davie/$"))
    expect(bare_page.locator(".answer")).to_contain_text("Davie Police Department (street enforcement)")
    bare_page.get_by_label("See this page on another day").fill("2025-03-01")
    bare_page.get_by_role("button", name="Show").click()
    expect(bare_page.locator(".answer")).to_contain_text(
        "Broward County Sheriff's Office (street enforcement, jail warrants) has an agreement with ICE."
    )
    bare_page.get_by_role("link", name="Back to today").click()
    bare_page.get_by_role("link", name="Español").click()
    expect(bare_page).to_have_url(re.compile("/es/us/fl/davie/$"))


def test_a_state_is_chosen_without_script(bare_page):
    bare_page.goto("/")
    bare_page.get_by_label("Or choose a state").select_option("Texas")
    bare_page.get_by_role("button", name="Go", exact=True).click()
    expect(bare_page.get_by_role("heading", level=1)).to_contain_text("Texas")


def test_each_number_of_the_first_page_is_the_number_of_its_list(bare_page):
    bare_page.goto("/")
    numbers = [
        (link.get_attribute("href"), link.locator("b").inner_text()) for link in bare_page.locator(".numbers a").all()
    ]
    assert len(numbers) == 6
    for href, number in numbers:
        if href != "/us/":
            bare_page.goto(href)
            expect(bare_page.locator(".count strong")).to_have_text(number)


def test_lists_are_narrowed_and_taken_away_without_script(bare_page):
    bare_page.goto("/agreements/")
    bare_page.get_by_label("State", exact=True).select_option("Maryland")
    bare_page.get_by_label("As of").fill("2026-02-12")
    bare_page.get_by_label("Status").select_option("On ICE's list")
    bare_page.get_by_role("button", name="Show").click()
    expect(bare_page.locator(".count strong")).to_have_text("9")
    with bare_page.expect_download() as download:
        bare_page.get_by_role("link", name="All of them as CSV").click()
    assert len(download.value.path().read_text().splitlines()) == 1 + 9


def test_two_days_are_compared_and_taken_away_without_script(bare_page):
    bare_page.goto("/changes/")
    bare_page.get_by_label("From").fill("2026-04-13")
    bare_page.get_by_label("To", exact=True).fill("2026-05-18")
    bare_page.get_by_role("button", name="Compare").click()
    expect(bare_page.locator(".short")).to_contain_text("203 agreements joined · 6 agencies left the list")
    bare_page.locator("#joined ~ details summary").first.click()
    expect(bare_page.get_by_role("link", name="McAdoo Borough Police Department")).to_be_visible()
    with bare_page.expect_download() as download:
        bare_page.get_by_role("link", name="CSV", exact=True).click()
    assert sum(",joined," in line for line in download.value.path().read_text().splitlines()) == 203
    bare_page.get_by_label("State", exact=True).select_option("Maryland")
    bare_page.get_by_role("button", name="Compare").click()
    expect(bare_page.locator(".short")).to_have_text("2 agencies left the list")
    bare_page.get_by_role("link", name="Each change on its day").click()
    bare_page.locator(".changes a").first.click()
    expect(bare_page.get_by_role("heading", level=2, name="As ICE printed it")).to_be_visible()


def test_paper_gets_the_answer_and_not_the_menu(page):
    page.goto("/us/fl/broward-county/")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator(".answer")).to_be_visible()


def test_a_page_asks_for_three_things_at_most(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for address in PAGES:
        asked.clear()
        page.goto(address, wait_until="networkidle")
        assert len(asked) <= 3, asked


def test_an_agency_its_agreement_and_a_change_fit_too(page):
    page.set_viewport_size(NARROW)
    page.goto(first_agency(page))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    for selector in (".line dd a[href*='/agreements/']", ".changes a"):
        page.goto(page.locator(selector).first.get_attribute("href"))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.fixture(params=["light", "dark"])
def open_page(request, _chromium, site_url):
    """A tab into which a test may put a script of its own, which the page's policy would forbid."""
    context = _chromium.new_context(base_url=site_url, color_scheme=request.param, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_that_keeps_anybody_out(open_page):
    agency = first_agency(open_page)
    open_page.goto(agency)
    agreement = open_page.locator(".line dd a[href*='/agreements/']").first.get_attribute("href")
    open_page.goto("/changes/?view=days&kind=renamed")
    change = open_page.locator(".changes a").first.get_attribute("href")
    for address in (*PAGES, agency, agreement, change):
        open_page.goto(address)
        found = Axe().run(open_page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], address
