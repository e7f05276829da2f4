"""/guide/numbers/: what stood on ICE's lists through time, each number the one that its link counts."""

import csv
import html
import re
from datetime import date

import pytest

from agreements.models import Snapshot
from agreements.sentences import day_in_words
from portal.answers.series import ThroughTime
from tests.factories import NEWEST_LIST, AgencyFactory, AgreementFactory, SnapshotFactory, StandingFactory, StateFactory
from tests.portal.reading import text_of

bundled = pytest.mark.facts
YEARS = 5
"""From 2021 to 2025 each has a last list."""
LINKED = re.compile(r'<a href="([^"]+)">([\d,]+)</a>')


def rows_of(body: str, table: str) -> dict[str, list[int]]:
    """The numbers of a table by the head of their row; `table` is the id of its caption."""
    return {
        plain(head): [number(cell) for cell in re.findall(r'<td class="n">(.*?)</td>', cells)]
        for head, cells in lines_of(body, table)
    }


def lines_of(body: str, table: str) -> list[tuple[str, str]]:
    """The rows of a table as HTML: the head, and all of its cells."""
    whole = re.search(rf'(?s)<caption id="{table}">.*?</table>', body)[0]
    return re.findall(r'(?s)<tr><th scope="row">(.*?)</th>(.*?)</tr>', whole)


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def number(markup: str) -> int:
    return int(plain(markup).replace(",", ""))


def counted_at(client, address: str) -> int:
    """How many agreements the list at an address holds."""
    page, _, query = html.unescape(address).partition("?")
    return client.get(f"/api/v1{page}?{query}").json()["count"]


@bundled
def test_the_numbers_that_are_often_named_are_found_by_counting(client):
    rows = rows_of(client.get("/guide/numbers/").content.decode(), "t-named")
    assert {head: cells[0] for head, cells in rows.items()} == {
        "On ICE's list of 13 January 2021": 150,
        "On ICE's list of 18 December 2024": 135,
        "Signed by 10 April 2025, on ICE's list of 6 June 2025": 456,
        "On ICE's list of 6 June 2025": 649,
        "On ICE's list of pending agencies of 6 June 2025": 79,
        "On ICE's list of 9 September 2025": 1000,
        "On ICE's list of 18 May 2026": 1843,
    }
    for head, (every, *models) in rows.items():
        assert sum(models) == every, head


@bundled
def test_every_number_of_the_states_is_what_the_list_behind_it_holds(client):
    body = client.get("/guide/numbers/").content.decode()
    cells = {plain(head): cells for head, cells in lines_of(body, "t-states")}
    for state in ("Texas", "Maryland", "All states"):
        links = LINKED.findall(cells[state])
        assert len(links) >= YEARS
        for address, printed in links:
            assert counted_at(client, address) == number(printed), address
    rows = rows_of(body, "t-states")
    country = rows.pop("All states")
    assert [sum(column) for column in zip(*rows.values(), strict=True)] == country


@bundled
def test_states_stand_from_the_most_agreements_on_the_newest_list_down(client):
    body = client.get("/guide/numbers/").content.decode()
    rows = rows_of(body, "t-states")
    rows.pop("All states")
    newest = [counts[-1] for counts in rows.values()]
    assert newest == sorted(newest, reverse=True)
    bars = [float(length) for length in re.findall(r'<rect width="([\d.]+)%"', body)]
    assert bars == [round(100 * count / newest[0], 1) for count in newest]


@bundled
def test_the_file_holds_every_state_on_the_last_list_of_each_month(client):
    body = b"".join(client.get("/guide/numbers/?format=csv").streaming_content).decode()
    lines = list(csv.DictReader(body.splitlines()))
    held = Snapshot.objects.participating().values_list("published_on", flat=True).distinct()
    last = {(day.year, day.month): day for day in sorted(held)}
    assert {line["list"] for line in lines} == {day.isoformat() for day in last.values()}
    newest = [line for line in lines if line["list"] == "2026-05-18"]
    country = ThroughTime.read().country.newest
    assert sum(int(line["agreements"]) for line in newest) == country.agreements
    assert sum(int(line["agencies"]) for line in newest) == country.agencies
    for line in lines:
        assert sum(int(line[model]) for model in ("TFM", "JEM", "WSO")) == int(line["agreements"])


def test_a_portal_without_lists_says_so(client, db):
    response = client.get("/guide/numbers/")
    assert response.status_code == 200
    assert "We hold no list of ICE's yet." in text_of(response)
    rows = b"".join(client.get("/guide/numbers/?format=csv").streaming_content).decode().splitlines()
    assert rows == ["list,state,agencies,agreements"]


def test_days_whose_list_is_not_held_are_left_out_and_the_newest_list_is_named(client, db):
    snapshot = SnapshotFactory(published_on=date(2025, 6, 6))
    agency = AgencyFactory(state=StateFactory())
    StandingFactory(agreement=AgreementFactory(agency=agency), starts_on=snapshot.published_on, ends_on=None)
    rows = rows_of(client.get("/guide/numbers/").content.decode(), "t-named")
    assert list(rows) == [
        "Signed by 10 April 2025, on ICE's list of 6 June 2025",
        "On ICE's list of 6 June 2025",
        "On ICE's list of pending agencies of 6 June 2025",
        f"On ICE's list of {day_in_words(NEWEST_LIST)}",
    ]
