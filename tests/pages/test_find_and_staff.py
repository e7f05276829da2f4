"""Finding a place as a reader does, and the staff's rooms, in a browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]


def ask(page, typed, prefix=""):
    page.goto(f"{prefix}/find/")
    page.locator("#q").fill(typed)
    page.locator("main form").first.get_by_role("button").click()


def test_a_zip_code_on_a_county_line_asks_which_county_and_stays_out_of_the_address(page):
    ask(page, "21228")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Which one are you in?")
    assert page.url.endswith("/find/")
    assert "21228" not in page.title()
    page.get_by_role("link", name="Baltimore County, Maryland").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Baltimore County")
    assert "21228" not in page.url


def test_a_name_leads_to_its_page_in_the_readers_language(page):
    ask(page, "davie fl", "/es")
    expect(page).to_have_url(re.compile("/es/us/fl/davie/$"))


def test_a_misspelt_name_is_one_press_from_the_page(page):
    ask(page, "brwoard")
    page.get_by_role("link", name="Broward County, Florida").click()
    expect(page).to_have_url(re.compile("/us/fl/broward-county/$"))


def test_a_common_name_is_narrowed_by_its_state(page):
    ask(page, "Washington")
    page.get_by_label("State").select_option("PA")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Washington County, Pennsylvania").click()
    expect(page).to_have_url(re.compile("/us/pa/washington-county/$"))


def test_the_staffs_pages_work_under_their_own_policy(page):
    complaints = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/admin/")
    expect(page.get_by_label("Username")).to_be_visible()
    assert "/admin/account/login/" in page.url
    assert complaints == []
