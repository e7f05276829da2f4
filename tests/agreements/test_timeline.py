"""Counts through time, beside a count of each point by itself."""

from datetime import date
from random import Random

import pytest

from agreements.timeline import Tally, span, spans

POINTS = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "found"),
    [
        pytest.param("2025-01-31", None, (0, 3), id="from the first point on, not over"),
        pytest.param("2025-02-01", "2025-03-31", (1, 2), id="over on the day of a point: it no longer holds that day"),
        pytest.param("2025-02-01", "2025-04-01", (1, 3), id="holds on the day of the last point"),
        pytest.param("2025-02-01", "2025-02-20", (1, 1), id="between two points"),
        pytest.param("2025-04-01", None, (3, 3), id="after all points"),
    ],
)
def test_a_run_of_days_covers_the_points_within_it(starts_on, ends_on, found):
    assert span(POINTS, date.fromisoformat(starts_on), ends_on and date.fromisoformat(ends_on)) == found


def test_spans_are_the_runs_of_ones():
    assert list(spans(0)) == []
    assert list(spans(0b1011100)) == [(2, 5), (6, 7)]


@pytest.mark.parametrize("seed", range(20))
def test_a_tally_counts_what_each_point_by_itself_would(seed):
    random = Random(seed)
    size = random.randint(1, 12)
    stands = {thing: set() for thing in "abcdef"}
    tally = Tally(size)
    for _ in range(15):
        thing, (first, beyond) = random.choice("abcdef"), sorted(random.choices(range(size + 1), k=2))
        stands[thing] |= set(range(first, beyond))
        tally.add(thing, first, beyond)
    weights = {"a": 5, "b": 7}
    at = [{thing for thing in stands if point in stands[thing]} for point in range(size)]
    assert tally.count() == [len(things) for things in at]
    assert tally.count(weights) == [sum(weights.get(thing, 0) for thing in things) for things in at]
    assert tally.come() == [len(now - before) for before, now in zip([set(), *at], at, strict=False)]
    assert tally.gone() == [len(before - now) for before, now in zip([set(), *at], at, strict=False)]
    assert [tally.at(point) for point in range(size)] == at


def test_a_thing_whose_runs_touch_came_once():
    tally = Tally(3)
    tally.add("agreement", 0, 2)
    tally.add("agreement", 2, 3)
    assert tally.come() == [1, 0, 0]
