"""The page of changes over the bundled facts: the numbers that anybody can count in ICE's own two lists."""

import csv
import io
import re
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from agreements.models import Agreement, ChangeEvent, Snapshot
from tests.portal.reading import text_of

pytestmark = pytest.mark.facts
LARGEST_PAGE = 20_000  # bytes, compressed
LARGEST_BODY = 120_000

SPRING = "/changes/?from=2026-04-13&to=2026-05-18"


@pytest.fixture
def rows(client):
    response = client.get(f"{SPRING}&format=csv")
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_april_and_may_2026_in_short(client):
    text = text_of(client.get(SPRING))
    assert (
        "203 agreements joined · 6 agencies left the list · 5 agreements dropped by agencies that keep another kind · 1"
        " switched kind · 2 renamed · 3 dates changed by ICE · 95 links changed by ICE" in text
    )
    assert "The list of 13 April 2026 has 1,651 agreements, that of 18 May 2026 has 1,843." in text
    assert "94 posted, 1 replaced" in text


def test_each_line_of_april_and_may_2026(rows):
    told = Counter(row["change"] for row in rows if row["compared_with"])
    assert told == {
        "joined": 203, "left": 6, "dropped": 5, "switched": 1, "renamed": 2, "date": 3, "link": 95,
    }  # fmt: skip
    of = {
        change: sorted((row["state"], row["agency"], row["program_model"]) for row in rows if row["change"] == change)
        for change in ("left", "dropped", "switched", "renamed", "date")
    }
    assert of["left"] == [
        ("MD", "Garrett County Sheriff's Office", "WSO"),
        ("MD", "Washington County Sheriff's Office", "WSO"),
        ("MO", "Saint Mary Police Department", "TFM"),
        ("NC", "Albemarle District Jail", "WSO"),
        ("NH", "Grafton County Sheriff's Office", "TFM"),
        ("PA", "Milford Borough Police Department", "TFM"),
    ]
    assert of["dropped"] == [
        ("KY", "Butler County Sheriff's Office", "JEM"),
        ("KY", "Butler County Sheriff's Office", "WSO"),
        ("KY", "Carroll County Sheriff's Office", "WSO"),
        ("KY", "Daviess County Sheriff's Office", "WSO"),
        ("KY", "Kenton County Sheriff's Office", "WSO"),
    ]
    assert of["switched"] == [("AR", "Marion County Sheriff's Office", "WSO")]
    assert [name for _state, name, _model in of["renamed"]] == [
        "Haskell County Sheriff's Office",
        "Southhampton Twp. Cumberland City, Constables Office",
    ]
    assert [state for state, _name, _model in of["date"]] == ["SC", "TX", "TX"]


def test_marylands_law_stands_beside_its_two_sheriffs(client):
    text = text_of(client.get(SPRING))
    beside = text.partition("The law beside what left")[2]
    assert beside.lstrip().startswith("Maryland:")
    assert "since 17 February 2026" in beside[:400]


def test_any_two_lists_add_up(client):
    """What stood, what came and what went make what stands: on the first and last list of each year."""
    held = Snapshot.objects.participating().order_by("position")
    lists = [held[number] for number in range(0, held.count(), 16)]
    for earlier, later in pairwise(lists):
        told = client.get(f"/changes/?from={earlier.published_on}&to={later.published_on}&format=json").json()
        rows = Counter(row["change"] for row in told["results"] if row["compared_with"])
        was, now = (Agreement.objects.listed_on(each.published_on).count() for each in (earlier, later))
        assert was + rows["joined"] - rows["left"] - rows["dropped"] == now, later


def test_a_comparison_over_all_the_years_stays_a_page(client):
    response = client.get("/changes/?from=2021-01-13", headers={"Accept-Encoding": "br"})
    assert len(response.content) < LARGEST_PAGE
    assert "These are too many to name on one page." in text_of(client.get("/changes/?from=2021-01-13"))
    for address in ("/changes/?from=2021-01-13", "/changes/?from=2021-01-13&state=TX", SPRING, "/changes/"):
        assert len(client.get(address).content) < LARGEST_BODY, address


def test_the_county_column_came_and_no_county_changed_by_it(client):
    told = client.get("/changes/?from=2021-01-13&to=2026-05-18&format=json").json()
    assert told["counts"]["county"] == 0


def test_every_change_of_the_newest_list_has_a_page_that_shows_its_row(client):
    newest = Snapshot.objects.participating().newest_on(date(2026, 5, 18))
    events = ChangeEvent.objects.filter(snapshot=newest)
    kinds = {}
    for event in events:
        kinds.setdefault(event.kind, event)
    assert len(kinds) >= 3
    for event in kinds.values():
        text = text_of(client.get(event.get_absolute_url()))
        assert re.search(r"List of 18 May 2026(, row \d+|: no row)", text), event
        assert "LAW ENFORCEMENT AGENCY" in text


def test_feeds_of_places_with_many_changes(client):
    for address in ("/changes/feed/", "/us/tx/feed/", "/us/fl/broward-county/feed/", "/es/us/fl/davie/feed/"):
        response = client.get(address)
        assert response.content.count(b"<entry>") in range(20, 101), address
