"""What readers come for, walked from the first page on: phone and desk, with and without script, in both languages.

All that a walk asked for is read afterwards: no other host, no cookie, no referrer, no ZIP code in an address or a
title. What the server wrote down meanwhile is read last.
"""

import re
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, expect

from portal import reports
from tests.pages.kinds import LANGUAGES

pytestmark = pytest.mark.browser

FIELD = "ZIP code, county, city or agency"
ZIP_CODES = ("21228", "90265", "60007", "33314")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
READERS = {
    "phone-bare-en": (PHONE, False, "en"),
    "desk-script-es": (DESK, True, "es"),
    "phone-script-es": (PHONE, True, "es"),
    "desk-bare-en": (DESK, False, "en"),
}
"""The size of the screen, whether scripts run, the language."""
TWO, FOUR = list(READERS)[:2], list(READERS)
STATUS = re.compile(r"^(?:GET|POST|HEAD) '[^'?]*' \d{3} [\d.]+ ms (?:[\d.]+ kB|streamed)$")


class Reader:
    """Somebody at a browser, who knows what things are called in their language."""

    def __init__(self, page, language: str) -> None:
        self.page, self.language = page, language
        self.prefix = LANGUAGES[language]
        self.titles: list[str] = []
        self.asked: list[tuple[str, str | None]] = []
        page.on("request", lambda request: self.asked.append((request.url, request.headers.get("referer"))))

    def says(self, text: str) -> str:
        """A text of the pages in the reader's language."""
        with translation.override(self.language):
            return gettext(text)

    def starts(self) -> None:
        self.page.goto(f"{self.prefix}/")
        expect(self.page.get_by_label(self.says(FIELD))).to_be_visible()

    def finds(self, typed: str) -> None:
        field = self.page.get_by_label(self.says(FIELD))
        field.fill(typed)
        self.page.get_by_role("button", name=self.says("Find"), exact=True).click()

    def presses(self, name: str | re.Pattern) -> None:
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def is_at(self, path: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(self.prefix + path) + "$"))
        expect(self.heading).to_be_visible()
        self.titles.append(self.page.title())

    def is_asked_about(self, typed: str) -> None:
        """The field answers with a page of its own, which repeats what was typed in its heading only."""
        expect(self.heading).to_contain_text(typed)
        self.titles.append(self.page.title())

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")


@pytest.fixture(params=TWO)
def reader(request, _chromium, site_url):
    size, script, language = READERS[request.param]
    context = _chromium.new_context(base_url=site_url, viewport=size, java_script_enabled=script)
    somebody = Reader(context.new_page(), language)
    yield somebody
    cookies = context.cookies()
    context.close()
    assert cookies == []
    assert [url for url, _referrer in somebody.asked if not url.startswith((site_url, "data:"))] == []
    assert {referrer for _url, referrer in somebody.asked if referrer} == set()
    written = [unquote_plus(url) for url, _referrer in somebody.asked] + somebody.titles
    assert [text for text in written if any(code in text for code in ZIP_CODES)] == []


# -- Find ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", FOUR, indirect=True)
def test_a_zip_code_of_one_county_is_one_step_from_the_answer(reader):
    reader.starts()
    reader.finds("33314")
    reader.is_at("/us/fl/broward-county/")
    expect(reader.page.locator(".answer")).to_contain_text("Broward County Sheriff's Office")
    expect(reader.page.locator(".answer")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("code", "counties", "comparison"),
    [
        ("21228", ["Baltimore County", "Baltimore city"], "?a=24005&b=24510"),
        ("90265", ["Los Angeles County", "Ventura County"], "?a=06037&b=06111"),
        ("60007", ["Cook County", "DuPage County"], "?a=17031&b=17043"),
    ],
)
def test_a_zip_code_on_a_border_asks_and_who_is_not_sure_reads_both_answers(reader, code, counties, comparison):
    reader.starts()
    reader.finds(code)
    reader.is_asked_about(code)
    choices = reader.page.locator(".choices").first.get_by_role("listitem")
    expect(choices).to_have_count(2)
    for choice, county in zip(choices.all(), counties, strict=True):
        expect(choice).to_contain_text(county.removesuffix(" County").removesuffix(" city"))
    expect(reader.page.get_by_role("heading", name=reader.says("I am not sure"))).to_be_visible()
    reader.page.locator(".choices a[href*='/us/compare/']").click()
    reader.is_at(f"/us/compare/{comparison}")
    expect(reader.page.locator(".answer").first).to_be_visible()


def test_a_county_typed_wrongly_is_offered(reader):
    reader.starts()
    reader.finds("brwoard")
    expect(reader.page.get_by_role("heading", name=reader.says("Did you mean"))).to_be_visible()
    reader.presses(re.compile("Broward"))
    reader.is_at("/us/fl/broward-county/")


def test_a_name_without_a_government_of_its_own_leads_to_the_county_and_says_so(reader):
    reader.starts()
    reader.finds("Catonsville")
    reader.is_at("/us/md/baltimore-county/?from=2414125")
    expect(reader.main).to_contain_text("Catonsville")


def test_what_nobody_knows_ends_in_what_to_do_next(reader):
    reader.starts()
    reader.finds("zzqx")
    reader.is_asked_about("zzqx")
    reader.page.get_by_label(reader.says("See all places of a state")).select_option("fl")
    reader.page.get_by_role("button", name=reader.says("Show"), exact=True).click()
    expect(reader.page).to_have_url(re.compile(r"/find/\?state=fl$"))
    expect(reader.heading).to_contain_text("Florida")


# -- From a fact to its document -------------------------------------------------------------------------------------


def test_from_an_agency_to_its_agreement_and_the_document(reader):
    reader.starts()
    reader.finds("florida atlantic")
    reader.is_at("/agencies/z6esmk-florida-atlantic-police-department/")
    reader.page.locator("main a[href$='/agreements/xjgqdj/']").first.click()
    reader.is_at("/agreements/xjgqdj/")
    document = reader.main.get_by_role("link", name="PDF").first
    assert document.get_attribute("href").startswith("https://www.ice.gov/")
    assert document.get_attribute("rel") == "noreferrer"


def test_from_a_state_to_its_law_and_the_laws_source(reader):
    reader.starts()
    reader.page.get_by_role("combobox", name=reader.says("Or choose a state")).select_option("tx")
    reader.page.get_by_role("button", name=reader.says("Go"), exact=True).click()
    reader.is_at("/us/tx/")
    reader.page.locator("main a[href$='/laws/tx-sb-8-2025/']").first.click()
    reader.is_at("/laws/tx-sb-8-2025/")
    source = reader.page.locator("main a[href^='https://']").first
    expect(source).to_be_visible()
    assert "noreferrer" in source.get_attribute("rel")


def test_from_the_map_of_the_country_to_a_county(reader):
    reader.starts()
    reader.presses(re.compile(f"^{re.escape(reader.says('Map by county'))}"))
    reader.is_at("/map/")
    reader.page.locator("table a[href$='/map/va/'], table a[href$='/us/va/']").first.click()
    expect(reader.page).to_have_url(re.compile("/va/$"))
    expect(reader.heading).to_contain_text("Virginia")
    reader.page.locator("table a[href$='/us/va/accomack-county/']").first.click()
    reader.is_at("/us/va/accomack-county/")


# -- Days and languages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", FOUR, indirect=True)
def test_a_day_is_kept_from_page_to_page_and_into_the_other_language_until_today_is_asked_for(reader):
    page, other = reader.page, "es" if reader.language == "en" else "en"
    page.goto(f"{reader.prefix}/us/fl/davie/")
    page.get_by_label(reader.says("See this page on another day")).fill("2025-03-01")
    page.get_by_role("button", name=reader.says("Show"), exact=True).click()
    reader.is_at("/us/fl/davie/?as_of=2025-03-01")
    banner = page.locator("main .note").first
    expect(banner).to_contain_text("2025")
    expect(page.locator(".answer")).not_to_contain_text("Davie Police Department")
    page.locator(f"header a[hreflang={other}]").click()
    expect(page).to_have_url(re.compile(re.escape(f"{LANGUAGES[other]}/us/fl/davie/?as_of=2025-03-01") + "$"))
    expect(page.locator("html")).to_have_attribute("lang", other)
    page.locator(f"header a[hreflang={reader.language}]").click()
    reader.is_at("/us/fl/davie/?as_of=2025-03-01")
    page.get_by_role("link", name=reader.says("Back to today")).click()
    reader.is_at("/us/fl/davie/")
    expect(page.locator(".answer")).to_contain_text("Davie Police Department")


def test_the_file_of_a_list_holds_the_rows_that_are_shown(reader):
    page = reader.page
    page.goto(f"{reader.prefix}/agreements/?state=MD&status=listed&as_of=2026-02-12")
    shown = page.locator("main tbody tr")
    expect(page.locator(".count strong")).to_have_text("9")
    expect(shown).to_have_count(9)
    names = {row.get_by_role("link").first.inner_text() for row in shown.all()}
    with page.expect_download() as download:
        page.get_by_role("link", name=reader.says("All of them as CSV")).click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 1 + 9
    assert all(any(name in line for line in lines) for name in names)


# -- Telling us ------------------------------------------------------------------------------------------------------


def test_a_mistake_is_told_without_a_name(reader):
    page = reader.page
    page.goto(f"{reader.prefix}/us/fl/davie/?as_of=2025-03-01")
    reader.page.locator("main a[href*='fact=agencies']").click()
    expect(page).to_have_url(re.compile("/report/"))
    expect(reader.main).to_contain_text("Davie")
    page.get_by_label(reader.says("What is wrong?")).fill("The department's name has changed.")
    page.wait_for_timeout((reports.QUICKEST + timedelta(seconds=0.2)).total_seconds() * 1000)  # a program is quicker
    page.get_by_role("button", name=reader.says("Send"), exact=True).click()
    reader.is_at("/report/thanks/")


# -- By keyboard -----------------------------------------------------------------------------------------------------


def tabs_to(page, wanted: Locator, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError("no key leads there")


@pytest.mark.parametrize("reader", ["desk-script-es", "desk-bare-en"], indirect=True)
def test_by_keyboard_alone_from_the_field_to_the_answer_on_another_day(reader):
    page = reader.page
    reader.starts()
    tabs_to(page, page.get_by_label(reader.says(FIELD)))
    page.keyboard.type("21228")
    page.keyboard.press("Enter")
    reader.is_asked_about("21228")
    tabs_to(page, page.locator(".choices a").first)
    page.keyboard.press("Enter")
    reader.is_at("/us/md/baltimore-county/")
    tabs_to(page, page.locator("#as_of"), most=150)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/us/md/baltimore-county/\?as_of=20\d\d-\d\d-\d\d$"))


# -- What the server wrote down --------------------------------------------------------------------------------------


def test_the_log_holds_no_question_no_zip_code_and_no_reader(reader, site_log):
    reader.starts()
    reader.finds("21228")
    reader.is_asked_about("21228")
    reader.finds("Davie police")
    reader.is_at("/agencies/gznggc-davie-police-department/")
    answer = reader.page.request.post(f"{reader.prefix}/find/", form={"q": "21228"})
    assert answer.headers["cache-control"] == "no-store"
    reader.page.goto(f"{reader.prefix}/agencies/?q=Davie+police&utm_source=newsletter")
    expect(reader.heading).to_be_visible()
    lines = [line.split(" portal.access ", 1)[1] for line in site_log().splitlines() if " portal.access " in line]
    assert f"POST '{reader.prefix}/find/' 200" in "\n".join(lines)
    public = [line for line in lines if "'/admin/" not in line]
    assert [line for line in public if not STATUS.match(line)] == []
    written = site_log()
    for secret in (*ZIP_CODES, "127.0.0.1 ", "Davie", "newsletter", "Mozilla", "HeadlessChrome"):
        assert secret not in written, secret
