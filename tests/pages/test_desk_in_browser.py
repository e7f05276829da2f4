"""The weekly job at the desk as an editor does it: sign in, upload, decide, apply, read what the public reads, undo."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from playwright.sync_api import expect

from agreements.imports.apply import withdraw_list
from agreements.models import Snapshot, SourceCorrection, Verdict
from tests import facts, site, staff
from tests.agreements.dump import differences, public_facts
from tests.agreements.imports.workbooks import saved
from tests.agreements.sheets import bundled_snapshots, sheet_of
from tests.pages.looking import looked_at

pytestmark = pytest.mark.browser

TOLD = (
    "203 agreements joined · 6 agencies left the list · 5 agreements dropped by agencies that keep another kind"
    " · 1 switched kind · 2 renamed · 3 dates changed by ICE · 95 links changed by ICE"
)
BASE = date(2026, 3, 12)
"""The day of the newest list held when the walk begins."""
LISTS = {
    "participatingAgencies04132026am.xlsx": date(2026, 4, 13),
    "participatingAgencies05182026am.xlsx": date(2026, 5, 18),
}


def workbook(file_name: str) -> bytes:
    """ICE's own workbook where the folder of them is named; else one of the same rows, links and stamp of time."""
    if folder := os.environ.get("ICE_SHEETS_DIR"):
        return (Path(folder) / "participating" / file_name).read_bytes()
    stem = file_name.removesuffix(".xlsx")
    sheet = sheet_of(next(row for row in bundled_snapshots() if Path(row["file_name"]).stem == stem))
    book = Workbook()
    page = book.active
    for column, heading in enumerate(sheet.columns, start=1):
        page.cell(1, column, heading)
    for row in sheet.rows:
        for column, value in enumerate(row.cells, start=1):
            page.cell(row.number, column, _as_typed(value))
        for column, address in row.links.items():
            cell = page.cell(row.number, column + 1)
            cell._hyperlink = Hyperlink(ref=cell.coordinate, target=address)
    day = LISTS[file_name]
    return saved(book, modified=datetime(day.year, day.month, day.day))  # noqa: DTZ001  a workbook's stamp has no zone


def _as_typed(value):
    if isinstance(value, dict):
        return datetime.fromisoformat(value["d"]) if "d" in value else value.get("e") or value["f"]
    return value


def as_of_the_base() -> dict[str, list]:
    """Take the later lists out, and what people decided about them since; returns all public facts as they are then."""
    withdraw_list(*Snapshot.objects.filter(published_on__gt=BASE))
    Verdict.objects.filter(name__startswith="Haskell").delete()
    SourceCorrection.objects.filter(agency__startswith="Haskell").delete()
    withdraw_list()
    assert Snapshot.objects.filter(kind="participating").latest("position").published_on == BASE
    return public_facts()


class Desk:
    """The portal on a database whose newest list is of BASE, and a way to ask that database."""

    def __init__(self, database: dict, url: str, unblocked):
        self.url = url
        self._database, self._unblocked = database, unblocked

    def ask(self, function, *arguments):
        """In a thread of its own: in this one Playwright's event loop runs, under which Django asks no database."""

        def call():
            with self._unblocked(), facts.as_default(self._database):
                return function(*arguments)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(call).result()


@pytest.fixture
def desk(facts_database, django_db_blocker, tmp_path):
    with facts.own_copy() as database:
        held = Desk(database, "", django_db_blocker.unblock)
        held.before = held.ask(as_of_the_base)
        with site.served(facts.address(database), tmp_path) as url:
            held.url = url
            yield held


@pytest.fixture
def tab(_chromium, desk):
    context = _chromium.new_context(base_url=desk.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def seen(tab, name: str, heading: str) -> None:
    """The admin's own header and filters are Django's: axe looks at the content."""
    looked_at(tab, name, heading, within="#content")


def open_list(tab, file_name: str) -> None:
    tab.goto("/admin/agreements/importrun/")
    tab.get_by_role("row", name=file_name).get_by_role("link").first.click()


def accept_what_is_certain(tab) -> None:
    tab.get_by_role("button", name="Accept the").click()
    expect(tab.get_by_text("changes accepted.")).to_be_visible()


def apply(tab) -> None:
    tab.get_by_role("link", name="Apply …").click()
    seen(tab, "apply", "Apply")
    tab.get_by_role("button", name="Apply this list").click()
    expect(tab.get_by_text("changes are public now.")).to_be_visible()


def undo(tab, file_name: str) -> None:
    open_list(tab, file_name)
    tab.get_by_role("link", name="Undo this list …").click()
    seen(tab, "undo", "Undo")
    tab.get_by_label("Why it is undone").fill("A trial")
    tab.get_by_role("button", name="Undo this list").click()
    expect(tab.get_by_text("Undone").first).to_be_visible()


def test_the_weekly_job_from_the_sign_in_to_the_undoing(tab, desk):
    tab.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    first, second = LISTS
    tab.goto("/admin/")
    staff.sign_in(tab, desk.ask(staff.account, "publisher"))
    seen(tab, "first-page", "Today")
    tab.goto("/admin/agreements/importrun/")
    files = [{"name": name, "mimeType": "application/octet-stream", "buffer": workbook(name)} for name in LISTS]
    tab.locator("input[type=file]").set_input_files(files)
    tab.get_by_role("button", name="Upload and compare").click()

    expect(tab.get_by_text("rows are under review")).to_have_count(2)
    seen(tab, "lists", "Sheets")

    open_list(tab, first)
    seen(tab, "review", "2026")
    accept_what_is_certain(tab)
    apply(tab)

    open_list(tab, second)
    expect(tab.get_by_text("The facts changed since this list was compared with them")).to_be_visible()
    tab.get_by_role("button", name="Compare again").click()
    expect(tab.get_by_text("Compared with what is held now.")).to_be_visible()
    expect(tab.get_by_text("The facts changed since")).to_have_count(0)

    # The one question, by keyboard: j chooses the line, s says "the same agency", the reason is asked for.
    tab.goto(tab.url.split("?")[0] + "?show=needs")
    question = tab.locator(".line").filter(has_text="Renamed, perhaps")
    expect(question).to_have_count(1)
    seen(tab, "question", "2026")
    expect(question).to_contain_text("Haskell Police Department")
    expect(question).to_contain_text("Haskell County Sheriff's Office")
    tab.keyboard.press("j")
    tab.keyboard.press("s")
    tab.keyboard.type("The same date and document: it is the sheriff's agreement.")
    tab.keyboard.press("Enter")
    expect(tab.locator(".line.open")).to_have_count(0)
    accept_what_is_certain(tab)
    apply(tab)

    tab.get_by_role("link", name="What the public reads about it").click()
    expect(tab).to_have_url(re.compile("/changes/"))
    tab.goto("/changes/?from=2026-04-13&to=2026-05-18")
    assert TOLD in " ".join(tab.locator("main").inner_text().split())

    undo(tab, second)
    undo(tab, first)
    assert differences(desk.before, desk.ask(public_facts)) == {}
