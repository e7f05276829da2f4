"""Partial dates: what a year, a month or a day may mean, and what is certain on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.periods import InForce, PartialDate, in_force_on


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-02-17", date(2026, 2, 17), date(2026, 2, 17)),
    ],
)
def test_a_partial_date_means_any_of_its_days(text, first, last):
    found = PartialDate.parse(text)
    assert (found.first_day, found.last_day, found.text) == (first, last, text)
    assert found.is_exact == (first == last)


def test_no_text_is_no_date():
    assert PartialDate.parse("") is None


@pytest.mark.parametrize("text", ["May 2025", "2025-13", "2025-02-30", "25", "2025-2-3", "2025/02/03"])
def test_what_is_no_date_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"“.*” is no .*\."):
        PartialDate.parse(text)


def rule(start, end=""):
    starts, ends = PartialDate.parse(start), PartialDate.parse(end)
    return {
        "start_first": starts.first_day,
        "start_last": starts.last_day,
        "end_first": ends and ends.first_day,
        "end_last": ends and ends.last_day,
    }


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 2, 16), InForce.NOT_YET),
        (date(2026, 2, 17), InForce.CERTAIN),
        (date(2026, 6, 1), InForce.CERTAIN),
    ],
)
def test_a_law_of_a_day_is_in_force_from_that_day_on(day, said):
    assert in_force_on(day, **rule("2026-02-17")) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2024, 12, 31), InForce.NOT_YET),
        (date(2025, 1, 1), InForce.UNCERTAIN),
        (date(2025, 12, 30), InForce.UNCERTAIN),
        (date(2025, 12, 31), InForce.CERTAIN),
        (date(2026, 3, 1), InForce.UNCERTAIN),
        (date(2026, 3, 30), InForce.UNCERTAIN),
        (date(2026, 3, 31), InForce.ENDED),
    ],
)
def test_within_the_days_that_its_dates_may_mean_nothing_is_certain(day, said):
    assert in_force_on(day, **rule("2025", "2026-03")) == said


def test_without_a_start_nothing_is_certain_from_the_day_of_its_source_on():
    dates = {"start_first": date(2026, 1, 1), "start_last": None, "end_first": None, "end_last": None}
    assert in_force_on(date(2025, 12, 31), **dates) == InForce.NOT_YET
    assert in_force_on(date(2030, 1, 1), **dates) == InForce.UNCERTAIN


DAYS = st.dates(date(2020, 1, 1), date(2027, 1, 1))
PARTS = st.sampled_from([4, 7, 10])


@given(DAYS, PARTS, st.integers(0, 900), PARTS)
def test_certain_only_if_every_reading_of_the_dates_says_so(start, start_part, lasting, end_part):
    end = start + timedelta(days=lasting)
    dates = rule(start.isoformat()[:start_part], end.isoformat()[:end_part])
    for offset in range(-400, 1300, 37):
        day = start + timedelta(days=offset)
        said = in_force_on(day, **dates)
        surely = dates["start_last"] <= day < dates["end_first"]
        surely_not = day < dates["start_first"] or day >= dates["end_last"]
        assert (said == InForce.CERTAIN) == (surely and not surely_not)
        assert (said in (InForce.NOT_YET, InForce.ENDED)) == surely_not
