"""Numbers through time, counted from ICE's lists, and the charts that are drawn from them."""

import csv
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Agreement, Snapshot
from portal.answers.series import ThroughTime
from portal.maps.chart import HEIGHT, chart, percent, scale, steps
from tests.factories import (
    NEWEST_LIST,
    AgencyFactory,
    AgreementFactory,
    SnapshotFactory,
    StandingFactory,
    StateFactory,
)
from tests.portal.reading import text_of

# -- Drawing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("highest", "step", "top"),
    [(0, 1, 1), (1, 1, 1), (4, 1, 4), (5, 2, 6), (8, 2, 8), (9, 5, 10), (21, 10, 30), (1162, 500, 1500)],
)
def test_a_chart_has_few_lines_at_round_numbers_and_the_highest_count_below_the_top(highest, step, top):
    assert scale(highest) == (step, top)


@given(st.integers(0, 10**7))
def test_whatever_the_count_it_fits_under_four_lines(highest):
    step, top = scale(highest)
    assert highest <= top
    assert top // step <= 4
    assert str(step).strip("0") in {"1", "2", "5"}


def read(path: str) -> list[tuple[int, int]]:
    """The corners of a path of steps."""
    (x, y) = map(int, re.match(r"M(-?\d+) (-?\d+)", path).groups())
    corners = [(x, y)]
    for command, value in re.findall(r"([hv])(-?\d+)", path):
        x, y = (x + int(value), y) if command == "h" else (x, y + int(value))
        corners.append((x, y))
    return corners


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 200)), min_size=2, max_size=30))
def test_a_line_stands_still_from_each_list_to_the_next_and_steps_there(points):
    places, at = [], 0
    for gap, _height in points:
        at += gap
        places.append(at)
    heights = [height for _gap, height in points]
    corners = read(steps(places, heights))
    assert (corners[0], corners[-1]) == ((places[0], heights[0]), (places[-1], heights[-1]))
    reached = dict(corners)  # of two corners of one day the later
    for place, height in reached.items():
        assert heights[places.index(place)] == height


def test_the_axis_counts_days_so_a_long_gap_is_long():
    days = [date(2021, 1, 13), date(2021, 1, 23), date(2025, 1, 13)]
    drawn = chart(days, [("TFM", [0, 5, 10])])
    assert drawn.width == 1461
    assert drawn.lines[0].path == f"M0 {HEIGHT}h10v-100h1451v-100"
    assert drawn.lists == "M0 0v1m10-1v1m1451-1v1"
    assert [(tick.label, tick.at) for tick in drawn.years] == [
        (2022, "24.16%"),
        (2023, "49.14%"),
        (2024, "74.13%"),
        (2025, "99.18%"),
    ]
    assert [tick.is_last for tick in drawn.years] == [False, False, False, True]


def test_one_list_makes_no_line():
    assert chart([date(2021, 1, 13)], [("TFM", [3])]) is None
    assert chart([], []) is None


def test_percentages_are_as_short_as_they_can_be():
    assert [percent(9), percent(33.3333), percent(50.5)] == ["9%", "33.33%", "50.5%"]


# -- Counting --------------------------------------------------------------------------------------------------------


@pytest.fixture
def three_lists():
    for day in (date(2025, 3, 6), date(2025, 3, 6), date(2025, 4, 1), NEWEST_LIST):
        SnapshotFactory(published_on=day)
    return StateFactory()


def runs(agreement, *days):
    for start, end in days:
        StandingFactory(agreement=agreement, starts_on=start, ends_on=end)


@pytest.mark.django_db
def test_each_list_is_counted_once_a_day_and_an_agency_once(three_lists):
    agency = AgencyFactory()
    runs(AgreementFactory(agency=agency, standing=None), (date(2025, 3, 6), date(2025, 4, 1)), (NEWEST_LIST, None))
    runs(AgreementFactory(agency=agency, program_model="WSO", standing=None), (date(2025, 3, 6), None))
    series = ThroughTime.read().country
    assert [(each.day, each.agencies, each.agreements, each.models) for each in series.points] == [
        (date(2025, 3, 6), 1, 2, {"TFM": 1, "WSO": 1}),
        (date(2025, 4, 1), 1, 1, {"TFM": 0, "WSO": 1}),
        (NEWEST_LIST, 1, 2, {"TFM": 1, "WSO": 1}),
    ]


@pytest.mark.django_db
def test_what_is_not_listed_does_not_count(three_lists):
    AgreementFactory(standing__status="pending", standing__starts_on=date(2025, 3, 6))
    AgreementFactory(agency__name="Gone Police", standing__status="missing", standing__starts_on=date(2025, 3, 6))
    assert ThroughTime.read().country.is_empty


@pytest.mark.django_db
def test_a_run_between_two_lists_is_on_neither(three_lists):
    runs(AgreementFactory(standing=None), (date(2025, 4, 2), date(2025, 5, 1)))
    assert ThroughTime.read().country.is_empty


@pytest.mark.django_db
def test_a_state_without_agencies_has_the_same_lists_with_nothing_on_them(three_lists):
    AgreementFactory(standing__starts_on=date(2025, 3, 6))
    ohio = StateFactory(geoid="39", name="Ohio", usps="OH")
    through_time = ThroughTime.read()
    assert [each.agreements for each in through_time.state(three_lists.pk).points] == [1, 1, 1]
    assert [each.agreements for each in through_time.state(ohio.pk).points] == [0, 0, 0]
    assert through_time.state(ohio.pk).chart is None


@pytest.mark.django_db
def test_a_month_like_the_one_before_it_is_left_out_of_the_table(three_lists):
    runs(AgreementFactory(standing=None), (NEWEST_LIST, None))
    assert [each.day for each in ThroughTime.read().country.months] == [NEWEST_LIST, date(2025, 3, 6)]


@pytest.mark.django_db
def test_a_model_that_ice_adds_has_a_line_of_its_own_by_its_printed_name(client, three_lists):
    runs(AgreementFactory(standing=None, program_model="Border <Model>"), (date(2025, 4, 1), None))
    body = client.get("/us/").content.decode()
    assert "Border &lt;Model&gt;: <b>1</b>" in body
    assert 'href="/agreements/?model=Border%20%3CModel%3E&amp;status=listed&amp;as_of=2026-05-18"' in body
    assert '<path class="other"' in body


# -- The real lists --------------------------------------------------------------------------------------------------

# Day, agreements, states, JEM, WSO, TFM: as published or counted elsewhere (where None, only the total).
PUBLISHED = [
    ("2021-01-13", 150, None, None, None, 0),
    ("2024-12-18", 135, 21, 60, 75, 0),
    ("2025-02-19", 145, None, None, None, None),
    ("2025-03-06", 308, 29, 73, 125, 110),
    ("2025-04-29", 506, None, None, None, None),
    ("2025-06-06", 648, 40, 102, 232, 314),
    ("2025-09-09", 1000, None, None, None, None),
    ("2025-12-12", 1245, 40, 144, 440, 661),
    ("2026-03-12", 1519, 41, 153, 475, 891),
    ("2026-05-18", 1843, 40, 182, 499, 1162),
]


@pytest.mark.facts
def test_the_published_figures_come_out():
    """On 6 June 2025 ICE's list has 649 rows: one agency stands twice, with the same model, under two names."""
    points = {each.day.isoformat(): each for each in ThroughTime.read().country.points}
    for day, *published in PUBLISHED:
        point = points[day]
        counted = (point.agreements, point.states, *(point.models[model] for model in ("JEM", "WSO", "TFM")))
        assert [want if want is None else have for want, have in zip(published, counted, strict=True)] == published, day


@pytest.mark.facts
def test_each_point_is_what_the_list_of_that_day_shows():
    series = ThroughTime.read().country
    days = set(Snapshot.objects.participating().values_list("published_on", flat=True))
    assert [each.day for each in series.points] == sorted(days)
    for point in series.points[::15]:
        listed = Agreement.objects.listed_on(point.day)
        assert point.agreements == listed.count()
        assert point.agencies == listed.values("agency").distinct().count()
        assert point.states == listed.order_by().values("agency__state").distinct().count()


@pytest.mark.facts
def test_every_number_of_the_country_leads_to_the_list_that_has_as_many_rows(client):
    body = client.get("/us/").content.decode()
    table = body[body.index("The numbers behind the chart") :].split("</table>")[0]
    links = re.findall(r'href="(/(?:agreements|agencies)/[^"]*)">([\d,]+)</a>', table)
    assert len(links) > 100
    for address, shown in links[3::29]:
        api = "/api/v1" + address.replace("&amp;", "&")
        assert client.get(api).json()["count"] == int(shown.replace(",", "")), address


@pytest.mark.facts
def test_a_chart_says_in_words_what_it_draws(client):
    text = text_of(client.get("/us/md/"))
    assert "on 13 January 2021, 0 on 18 May 2026. Each mark below the lines is a list that we hold: 146 in all." in text
    text = text_of(client.get("/us/ca/"))
    assert "No list that we hold, from 13 January 2021 to 18 May 2026, shows an agreement here." in text


@pytest.mark.facts
def test_on_an_earlier_day_the_chart_ends_at_the_list_of_that_day(client):
    text = text_of(client.get("/us/?as_of=2025-06-10"))
    assert "150 agreements on 13 January 2021, 648 on 6 June 2025." in text
    assert "1,843" not in text


@pytest.mark.facts
def test_every_list_can_be_taken_away_for_the_country_and_for_a_state(client):
    def rows(address):
        response = client.get(address)
        return list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))

    country = rows("/us/?format=csv&rows=lists")
    assert {row["list"]: row["agreements"] for row in country}["2024-12-18"] == "135"
    florida = rows("/us/?format=csv&rows=lists&state=fl")
    assert [row["list"] for row in florida] == [row["list"] for row in country]
    assert (florida[-1]["state"], florida[-1]["agreements"], florida[-1]["TFM"]) == ("FL", "348", "274")
    california = rows("/us/?format=csv&rows=lists&state=CA")
    assert {row["agreements"] for row in california} == {"0"}


@pytest.mark.facts
def test_held_numbers_cost_no_query_until_the_facts_change(django_assert_num_queries):
    from jurisdictions.models import DataVersion

    version = DataVersion.objects.current()
    assert ThroughTime.of(version).country.newest.agreements == 1843
    with django_assert_num_queries(0):
        ThroughTime.of(version)
    version.changed_at += timedelta(seconds=1)
    with django_assert_num_queries(2):
        ThroughTime.of(version)
