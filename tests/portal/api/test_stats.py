"""Numbers of agreements on a day and through time: each is the count of its query, and those of the charts."""

import csv
import io
from datetime import date
from itertools import pairwise

import pytest

from agreements.api.base import Answer
from agreements.models import Standing
from agreements.statistics import By, period_of, periods
from jurisdictions.models import DataVersion, Jurisdiction
from portal.answers.counties import Country
from portal.answers.series import ThroughTime
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CountyFactory,
    PlaceFactory,
    SnapshotFactory,
    StandingFactory,
)

STATS = "/api/v1/stats/agreements/"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    """A test that follows every query asks more often than a caller may."""
    monkeypatch.setattr(Answer, "get_throttles", lambda self: [], raising=False)


@pytest.fixture
def get(client):
    """GET the statistics with these parameters."""

    def ask(answers=200, **asked):
        response = client.get(STATS, {name.rstrip("_"): value for name, value in asked.items()})
        assert response.status_code == answers, response.text
        return response.json()

    return ask


@pytest.fixture
def count(client):
    """How many rows a query of an answer lists, and their ids."""

    def ask(query):
        found = client.get(f"{query}&fields=id&page_size=1000").json()
        assert found["next"] is None or found["count"] > 1000
        return found["count"], {each["id"] for each in found["results"]}

    return ask


# -- Periods ----------------------------------------------------------------------------------------------------------

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("by", "day", "period"),
    [
        pytest.param("day", "2025-03-06", ("2025-03-06", "2025-03-06", "2025-03-06", "2025-03-06"), id="a day"),
        pytest.param("week", "2025-03-06", ("2025-W10", "2025-03-03", "2025-03-09", "2025-03-09"), id="a week"),
        pytest.param("week", "2024-12-31", ("2025-W01", "2024-12-30", "2025-01-05", "2025-01-05"), id="of next year"),
        pytest.param("week", "2027-01-03", ("2026-W53", "2026-12-28", "2027-01-03", "2026-11-25"), id="of last year"),
        pytest.param("month", "2024-02-10", ("2024-02", "2024-02-01", "2024-02-29", "2024-02-29"), id="a leap month"),
        pytest.param("month", "2026-11-01", ("2026-11", "2026-11-01", "2026-11-30", "2026-11-25"), id="this month"),
    ],
)
def test_a_period_is_counted_on_its_last_day_or_the_last_that_counts(by, day, period):
    found = period_of(By(by), date.fromisoformat(day), TODAY)
    assert (found.name, *map(str, (found.starts_on, found.ends_on, found.as_of))) == period


@pytest.mark.parametrize("by", By)
def test_periods_follow_one_another_without_a_gap(by):
    found = periods(by, date(2023, 11, 15), date(2025, 2, 3))
    assert found[0].starts_on <= date(2023, 11, 15) <= found[0].ends_on
    assert found[-1].starts_on <= date(2025, 2, 3) <= found[-1].ends_on
    for one, after in pairwise(found):
        assert (after.starts_on - one.as_of).days == 1
    assert found[-1].as_of == date(2025, 2, 3)


# -- A small world ----------------------------------------------------------------------------------------------------


@pytest.fixture
def world(db):
    """A sheriff, a town's police in the same county and one in another, the state's patrol; lists of three months."""
    for month in (1, 2, 3):
        SnapshotFactory(published_on=date(2025, month, 10))
    SnapshotFactory(published_on=date(2025, 2, 12), kind="pending")
    broward = CountyFactory(geoid="12011", name="Broward County", population=1_900_000, population_year=2023)
    clay = CountyFactory(geoid="12019", name="Clay County", population=230_000, population_year=2023)
    unknown = CountyFactory(geoid="12999", name="New County", population=None)
    davie = PlaceFactory(geoid="1216475", counties=[broward, unknown])
    agencies = {
        "sheriff": AgencyFactory(name="Broward Sheriff", covers=[broward]),
        "davie": AgencyFactory(name="Davie Police", kind="municipal_police", covers=[davie]),
        "clay": AgencyFactory(name="Clay Constable", kind="constable", covers=[clay], covers__extent="part"),
        "patrol": AgencyFactory(name="Highway Patrol", kind="state_police", placement="statewide"),
        "question": AgencyFactory(name="Somewhere Police", placement="in_question"),
    }
    for name, model, runs in [
        ("sheriff", "WSO", [("listed", "2025-01-10", None)]),
        ("sheriff", "TFM", [("listed", "2025-02-10", None)]),
        ("davie", "TFM", [("pending", "2025-02-12", "2025-03-10"), ("listed", "2025-03-10", None)]),
        ("clay", "TFM", [("listed", "2025-01-10", "2025-02-10"), ("missing", "2025-02-10", None)]),
        ("patrol", "TFM", [("listed", "2025-01-10", None)]),
        ("question", "TFM", [("listed", "2025-02-10", None)]),
    ]:
        agreement = AgreementFactory(agency=agencies[name], program_model=model)
        Standing.objects.filter(agreement=agreement).delete()
        for status, starts_on, ends_on in runs:
            StandingFactory(
                agreement=agreement,
                status=status,
                starts_on=date.fromisoformat(starts_on),
                since=date.fromisoformat(starts_on),
                ends_on=ends_on and date.fromisoformat(ends_on),
            )
    return agencies


NUMBERS = ("agreements", "agencies", "pending_agreements", "pending_agencies", "joined", "left")


def test_each_month_tells_what_stood_what_waited_what_came_and_what_went(get, world):
    months = get(by="month", to="2025-03-31")["results"]
    assert {each["period"]: tuple(each[name] for name in NUMBERS) for each in months} == {
        "2025-01": (3, 3, None, None, None, None),  # no list speaks for the day before, none of pending agencies for it
        "2025-02": (4, 3, 1, 1, 2, 1),
        "2025-03": (5, 4, 0, 0, 1, 0),
    }
    assert months[1]["by_model"] == {"TFM": 3, "WSO": 1}
    assert (months[1]["list"], months[1]["pending_list"]) == ("2025-02-10", "2025-02-12")


def test_people_count_once_for_each_covered_county_and_what_is_not_known_is_named(get, world):
    people = {
        each["period"]: each["people_in_covered_counties"] for each in get(by="month", to="2025-03-31")["results"]
    }
    assert people["2025-01"] == {
        "own": 1_900_000, "inside": 230_000, "own_counties": 1, "inside_counties": 1, "unknown": [],
    }  # fmt: skip
    # Davie lies in Broward, whose sheriff covers it already, and in a county of unknown population. The patrol covers
    # the whole state, and nobody knows what the agency in question covers: neither covers a county.
    assert people["2025-03"] == {
        "own": 1_900_000, "inside": 0, "own_counties": 1, "inside_counties": 1, "unknown": ["12999"],
    }  # fmt: skip
    assert get(status="listed", as_of="2025-03-31")["people_in_covered_counties"] == people["2025-03"]


def test_every_number_is_the_count_of_its_query(get, count, world):
    for asked in (
        {"by": "week", "from": "2025-02-05", "to": "2025-02-12"},
        {"by": "month", "group": "state,model,kind", "from": "2025-02-01", "to": "2025-02-28"},
        {"by": "month", "jurisdiction": "12011", "from": "2025-03-01"},
    ):
        for point in get(**{"to": "2025-03-31"} | asked)["results"]:
            listed = count(point["queries"]["agreements"])
            before = count(point["queries"]["before"])
            assert point["agreements"] == listed[0] == sum(point["by_model"].values())
            assert point["agencies"] == count(point["queries"]["agencies"])[0]
            assert point["pending_agreements"] in (None, count(point["queries"]["pending_agreements"])[0])
            assert point["pending_agencies"] in (None, count(point["queries"]["pending_agencies"])[0])
            assert point["joined"] in (None, len(listed[1] - before[1]))
            assert point["left"] in (None, len(before[1] - listed[1]))


def test_what_is_told_apart_stands_in_each_row_and_empty_ones_are_left_out(get, world):
    rows = get(by="month", group="kind,model", to="2025-03-31")["results"]
    assert [(each["state"], each["model"], each["kind"]) for each in rows if each["period"] == "2025-02"] == [
        (None, "TFM", "constable"),  # it left in this month
        (None, "TFM", "municipal_police"),
        (None, "TFM", "sheriff"),
        (None, "TFM", "state_police"),
        (None, "WSO", "sheriff"),
    ]
    assert not [each for each in rows if each["period"] == "2025-03" and each["kind"] == "constable"]


def test_a_series_begins_with_the_first_list_and_ends_with_today(get, world):
    months = get(by="month", from_="2019-05-01")
    assert months["results"][0]["period"] == "2025-01"
    assert months["coverage"] == {"from": "2025-01-10"}
    assert months["results"][-1]["as_of"] == months["meta"]["as_of"]
    assert months["count"] == len(months["results"])
    assert get(by="month", from_="2025-02-14", to="2025-02-14")["count"] == 1
    assert get(by="month", from_="2025-02-14", to="2025-02-14")["results"][0]["joined"] == 2


@pytest.mark.django_db
def test_without_any_list_a_series_is_empty(get):
    assert get(by="week")["results"] == []


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"by": "year"}, "by"),
        ({"by": ""}, "by"),
        ({"by": "month", "as_of": "2025-03-01"}, "as_of"),
        ({"by": "month", "status": "listed"}, "status"),
        ({"by": "month", "group": "state,colour"}, "group"),
        ({"by": "month", "from": "2999-01-01"}, "from"),
        ({"by": "month", "from": "2025-03-01", "to": "2025-02-01"}, "to"),
        ({"from": "2025-03-01"}, "from"),
        ({"group": "state"}, "group"),
        ({"format": "csv"}, "format"),
        ({"by": "month", "reach": "own"}, "reach"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_by_name(client, world, asked, parameter):
    response = client.get(STATS, asked)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_more_rows_than_anybody_can_use_are_refused(get, world, monkeypatch):
    monkeypatch.setattr("agreements.api.stats.MOST_ROWS", 2)
    assert get(400, by="month", to="2025-03-31")["errors"][0]["parameter"] == "by"
    assert get(by="month", to="2025-02-10")["count"] == 2


def test_a_series_is_a_table_of_one_line_for_each_period(client, get, world):
    lines = client.get(STATS, {"by": "month", "to": "2025-03-31", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(lines.content.decode())))
    points = get(by="month", to="2025-03-31")["results"]
    assert [(row["period"], int(row["agreements"]), int(row["TFM"]), int(row["people_own"])) for row in rows] == [
        (each["period"], each["agreements"], each["by_model"]["TFM"], each["people_in_covered_counties"]["own"])
        for each in points
    ]
    assert (rows[0]["joined"], rows[0]["query"]) == ("", points[0]["queries"]["agreements"])
    lines = client.get(STATS, {"by": "month", "to": "2025-03-31", "format": "jsonl"})
    assert len(lines.content.splitlines()) == 3


# -- The bundled facts ------------------------------------------------------------------------------------------------

SERIES_QUERIES = 7  # version, first list, lists, what came and went, populations, coverages, parts of counties


@pytest.mark.facts
def test_a_series_is_that_of_the_charts(get):
    through_time = ThroughTime.read()
    last_of_month = {(point.day.year, point.day.month): point for point in through_time.country.points}
    florida = {point.day: point for point in through_time.state("12").points}
    shown = {(each["period"], each["state"]): each for each in get(by="month", group="state")["results"]}
    for each in get(by="month")["results"]:
        day = date.fromisoformat(each["as_of"])
        if point := last_of_month.get((day.year, day.month)):
            assert each["list"] == point.day.isoformat()
            assert (each["agreements"], each["agencies"]) == (point.agreements, point.agencies), day
            assert each["by_model"] == {model: count for model, count in point.models.items() if count}
            in_florida = shown.get((each["period"], "FL"))
            assert (in_florida["agreements"] if in_florida else 0) == florida[point.day].agreements


@pytest.mark.facts
def test_the_newest_list_has_the_published_figures_and_the_counties_of_the_map(get, count):
    (month,) = get(by="month", from_="2026-05-18", to="2026-05-18")["results"]
    assert (month["agreements"], month["by_model"]) == (1843, {"JEM": 182, "TFM": 1162, "WSO": 499})
    people = month["people_in_covered_counties"]
    country = Country.read(date(2026, 5, 18))
    own = {geoid for geoid, county in country.counties.items() if county.own}
    inside = {geoid for geoid, county in country.counties.items() if county.inside} - own
    assert (people["own_counties"], people["inside_counties"]) == (len(own), len(inside))
    population = dict(Jurisdiction.objects.counties().values_list("pk", "population"))
    assert people["own"] == sum(population[geoid] or 0 for geoid in own)
    assert people["inside"] == sum(population[geoid] or 0 for geoid in inside)
    assert set(people["unknown"]) == {geoid for geoid in own | inside if population[geoid] is None}


@pytest.mark.facts
def test_the_agencies_of_a_point_name_the_covered_counties(client, get):
    (month,) = get(by="month", from_="2025-06-20", to="2025-06-20", state="PA")["results"]
    agencies = client.get(f"{month['queries']['agencies']}&page_size=1000&fields=id,counties").json()["results"]
    people = month["people_in_covered_counties"]
    assert len({county for agency in agencies for county in agency["counties"]}) == (
        people["own_counties"] + people["inside_counties"]
    )


@pytest.mark.facts
def test_numbers_of_the_bundled_facts_are_the_counts_of_their_queries(get, count):
    points = get(by="month", group="state,model", from_="2025-01-01")["results"]
    for point in points[:: len(points) // 6]:
        assert point["agreements"] == count(point["queries"]["agreements"])[0]
        assert point["agencies"] == count(point["queries"]["agencies"])[0]
    totals = get(status="listed", state="TX", as_of="2026-05-18")
    assert totals["agreements"] == count(totals["queries"]["agreements"])[0]
    assert totals["agencies"] == count(totals["queries"]["agencies"])[0]
    assert totals["by_model"]["WSO"] == count(totals["queries"]["model:WSO"])[0]
    assert totals["by_state"][0]["agreements"] == count(totals["by_state"][0]["query"])[0]


@pytest.mark.facts
@pytest.mark.parametrize("by", ["month", "week"])
def test_the_whole_of_history_costs_a_handful_of_queries(client, django_assert_max_num_queries, by):
    assert DataVersion.objects.current().number
    with django_assert_max_num_queries(SERIES_QUERIES):
        assert client.get(STATS, {"by": by}).status_code == 200
