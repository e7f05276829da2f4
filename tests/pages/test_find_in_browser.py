"""Finding and comparing places in a browser: with and without script, by keyboard, in both languages."""

import re
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import expect

from tests.pages.looking import violations

pytestmark = [pytest.mark.browser, pytest.mark.once]

FIELD = "ZIP code, county, city or agency"
NARROWEST = 320  # CSS pixels
BALTIMORE = "/us/compare/?a=24005&b=24510"


@pytest.fixture(params=["light", "dark"])
def open_page(request, _chromium, site_url):
    """A tab into which a test may put a script of its own, which the page's policy would forbid."""
    context = _chromium.new_context(
        base_url=site_url, color_scheme=request.param, bypass_csp=True, viewport={"width": 360, "height": 740}
    )
    yield context.new_page()
    context.close()


def options(page):
    """What is proposed; the states of a form are options too."""
    return page.locator(".suggestions").get_by_role("option")


def type_slowly(page, text):
    field = page.get_by_label(FIELD)
    field.click()
    field.press_sequentially(text)
    options(page).first.wait_for()
    return field


# -- Proposals -------------------------------------------------------------------------------------------------------


def test_names_are_proposed_while_somebody_types_and_chosen_by_keyboard(page):
    complaints = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.goto("/")
    field = type_slowly(page, "brwoard")
    expect(field).to_have_attribute("role", "combobox")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text("suggestion")
    page.keyboard.press("ArrowDown")
    first = options(page).first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/us/fl/broward-county/$"))
    assert complaints == []


def test_a_proposal_can_be_pressed_and_is_in_the_readers_language(page):
    page.goto("/es/")
    page.locator("#q").press_sequentially("davie fl")
    options(page).filter(has_text="Davie, Florida").click()
    expect(page).to_have_url(re.compile("/es/us/fl/davie/$"))


def test_escape_and_leaving_the_field_close_the_list_and_enter_alone_sends_the_question(page):
    page.goto("/find/")
    field = type_slowly(page, "davie fl")
    listbox = page.get_by_role("listbox", include_hidden=True)
    page.keyboard.press("Escape")
    expect(listbox).to_be_hidden()
    expect(field).to_have_value("davie fl")
    page.keyboard.press("ArrowDown")
    expect(listbox).to_be_visible()
    page.keyboard.press("Tab")
    expect(listbox).to_be_hidden()
    field.press("Enter")
    expect(page).to_have_url(re.compile("/us/fl/davie/$"))


def test_what_is_typed_goes_into_no_address_and_only_the_last_answer_is_shown(page):
    asked = []
    page.on("request", lambda request: asked.append((request.method, unquote_plus(request.url), request.post_data)))
    page.goto("/")
    type_slowly(page, "21228")
    page.get_by_label(FIELD).fill("catonsv")
    expect(options(page)).to_have_count(1)
    expect(options(page)).to_contain_text("Catonsville in Baltimore County, Maryland")
    assert {method for method, url, _body in asked if url.endswith("/find/suggest/")} == {"POST"}
    assert not any("21228" in url or "catonsv" in url for _method, url, _body in asked)
    assert any(body == "q=21228" for _method, _url, body in asked)


def test_without_a_network_the_form_stays_as_it_is(page):
    page.goto("/")
    page.route("**/find/suggest/", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_label(FIELD).press_sequentially("davie")
    expect(page.get_by_role("listbox", include_hidden=True)).to_be_hidden()


def test_the_list_keeps_nobody_out(open_page):
    open_page.set_viewport_size({"width": NARROWEST, "height": 640})
    for address in ("/", "/find/"):
        open_page.goto(address)
        type_slowly(open_page, "wash")
        open_page.keyboard.press("ArrowDown")
        assert violations(open_page) == []
        assert open_page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
        for option in options(open_page).all():
            assert option.bounding_box()["height"] >= 24


# -- Comparing -------------------------------------------------------------------------------------------------------


def test_from_a_zip_code_on_a_border_to_both_answers_without_script(bare_page):
    bare_page.goto("/")
    bare_page.get_by_label(FIELD).fill("21228")
    bare_page.get_by_role("button", name="Find").click()
    expect(bare_page.get_by_role("heading", level=1)).to_have_text("21228 is in 2 places. Which one are you in?")
    assert "21228" not in bare_page.url
    assert "21228" not in bare_page.title()
    bare_page.get_by_role("link", name="Baltimore County · Baltimore city").click()
    expect(bare_page).to_have_url(re.compile(re.escape(BALTIMORE) + "$"))
    expect(bare_page.locator(".answer")).to_contain_text("Different")
    assert "21228" not in bare_page.content()


def test_a_place_is_added_and_left_out_again_without_script(bare_page):
    bare_page.goto("/us/fl/broward-county/")
    bare_page.get_by_role("link", name="Compare with another place").click()
    bare_page.get_by_label("ZIP code, county, city or town").fill("palm beach county")
    bare_page.get_by_role("button", name="Find").click()
    expect(bare_page).to_have_url(re.compile(r"/us/compare/\?a=12011&b=12099$"))
    bare_page.get_by_label("ZIP code, county, city or town").fill("davie")
    bare_page.get_by_role("button", name="Find").click()
    bare_page.get_by_role("link", name="Davie, Florida").click()
    expect(bare_page).to_have_url(re.compile("a=12011&b=12099&c=1216475$"))
    bare_page.locator("main").get_by_role("link", name="Palm Beach County").last.click()
    expect(bare_page).to_have_url(re.compile("a=12011&b=1216475$"))


def test_a_place_is_added_by_a_proposal(page):
    page.goto("/us/compare/?a=12011")
    page.locator("#q").press_sequentially("palm beach cou")
    options(page).first.click()
    expect(page).to_have_url(re.compile(r"/us/compare/\?a=12011&b=12099$"))


def test_narrow_screens_name_the_place_of_each_cell_and_wide_ones_have_columns(page):
    page.goto(BALTIMORE)
    cell = page.locator(".vs .l").first
    expect(cell).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(cell).to_be_hidden()
    expect(page.get_by_role("columnheader", name="Baltimore city").first).to_be_visible()
