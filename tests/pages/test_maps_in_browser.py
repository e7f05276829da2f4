"""Maps, charts and the page of the country in a browser: small screens, large text, keyboard, contrast, no script."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def tab_with(_chromium, site_url):
    """Opens a tab with options of its own: `tab_with(color_scheme="dark")`."""
    contexts = []

    def opened(**options):
        contexts.append(_chromium.new_context(base_url=site_url, **options))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def test_a_county_on_the_map_leads_to_its_page(page):
    page.set_viewport_size(WIDE)
    page.goto("/map/")
    page.locator(".map a[href='/map/tx/']").click(position={"x": 90, "y": 60})
    expect(page).to_have_url(re.compile("/map/tx/$"))
    page.get_by_role("link", name=re.compile("^Presidio County: ")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Presidio County")


def test_a_city_too_small_to_see_can_be_pressed_on_its_states_map(page):
    page.set_viewport_size(WIDE)
    page.goto("/map/va/")
    city = page.locator(".map a[href='/us/va/falls-church-city/']")
    assert min(city.bounding_box()["width"], city.bounding_box()["height"]) >= 6
    city.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Falls Church")


def test_the_keyboard_reaches_counties_and_shows_where_it_is(page):
    page.goto("/map/va/")
    skip = page.get_by_role("link", name="Skip the map: the same facts as a table")
    skip.focus()
    page.keyboard.press("Tab")
    county = page.locator(".map a").first
    expect(county).to_be_focused()
    other = page.locator(".map a").nth(1)
    fill = "each => getComputedStyle(each.querySelector('path')).fill"
    assert county.evaluate(fill) != other.evaluate(fill)
    assert "url" not in county.evaluate(fill), "one plain colour, whatever the pattern was"
    skip.press("Enter")
    expect(page).to_have_url(re.compile("#table$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_classes_differ_by_pattern_and_by_brightness(tab_with, scheme):
    tab = tab_with(color_scheme=scheme)
    tab.goto("/map/")
    tints = tab.evaluate(
        """() => ['b', 's', 'j'].map(each => getComputedStyle(document.querySelector(`.f-${each} rect`)).fill)"""
    )
    brightness = sorted(sum(map(int, re.findall(r"\d+", tint)[:3])) for tint in tints)
    assert min(high - low for low, high in pairwise(brightness)) > 80
    lines = tab.evaluate(
        "() => ['b', 's', 'j'].map(each => document.querySelector(`.f-${each} path`).getAttribute('d'))"
    )
    assert len(set(lines)) == 3


def test_forced_colours_keep_the_patterns(tab_with):
    tab = tab_with(forced_colors="active")
    for address, selector in (("/map/", ".f-b path"), ("/map/", ".f-s path"), ("/us/", ".plot .TFM")):
        tab.goto(address)
        stroke = tab.locator(selector).first.evaluate("each => getComputedStyle(each).stroke")
        ink = tab.evaluate("getComputedStyle(document.body).color")
        assert stroke == ink, selector


def test_paper_gets_the_map_and_the_table(page):
    page.goto("/map/va/")
    page.emulate_media(media="print")
    expect(page.locator(".map")).to_be_visible()
    expect(page.locator("table")).to_be_visible()
    expect(page.locator("header.top nav")).to_be_hidden()


def test_letters_of_a_chart_keep_their_size_on_a_phone(page):
    sizes = []
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        page.goto("/us/")
        sizes.append(page.locator(".plot text").first.bounding_box()["height"])
        inside = page.locator(".plot text").evaluate_all(
            "found => found.every(each => each.getBoundingClientRect().right <= window.innerWidth)"
        )
        assert inside
    assert sizes[0] == pytest.approx(sizes[1], abs=1)
    assert sizes[0] >= 12


def test_the_table_of_states_is_ordered_by_its_headings_without_script(tab_with):
    tab = tab_with(java_script_enabled=False)
    tab.goto("/us/")
    tab.get_by_role("link", name="Agencies", exact=True).nth(1).click()
    expect(tab.get_by_role("columnheader", name="Agencies ↓")).to_be_visible()
    expect(tab.locator("#states ~ .scroll tbody th").first).to_have_text("Texas")
    assert tab.context.cookies() == []
