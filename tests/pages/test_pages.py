"""The pages in a browser: as a reader gets them from the production server, without script, on a small screen."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.once]


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
    expect(bare_page).to_have_url(re.compile("/us/fl/davie/$"))
    bare_page.get_by_role("link", name="Español").click()
    expect(bare_page).to_have_url(re.compile("/es/us/fl/davie/$"))


def test_a_state_is_chosen_without_script(bare_page):
    bare_page.goto("/")
    bare_page.get_by_role("combobox", name="Or choose a state").select_option("Texas")
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
    expect(bare_page).to_have_url(re.compile("view=days"))
    bare_page.locator(".changes a").first.click()
    expect(bare_page.get_by_role("heading", level=2, name="As ICE printed it")).to_be_visible()


def test_paper_gets_the_answer_and_not_the_menu(page):
    page.goto("/us/fl/broward-county/")
    page.emulate_media(media="print")
    expect(page.locator("header.top nav")).to_be_hidden()
    expect(page.locator(".answer")).to_be_visible()
