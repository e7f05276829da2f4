"""What became of the names that the lists dropped, month by month."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from agreements.imports.matching import EXACT, NEAR_NAME, NEW, SAME_WORDS, VERDICT
from agreements.imports.report import Month, Printed, as_table, series_report

JULY, AUGUST = date(2025, 7, 1), date(2025, 8, 1)


def key(name, model="TFM"):
    return ("FL", name, model)


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        pytest.param({key("a"): Printed(1, NEW)}, {key("a"): Printed(1, EXACT)}, {}, id="it stays"),
        pytest.param({}, {key("a"): Printed(1, NEW)}, {"appeared": 1}, id="it comes"),
        pytest.param({key("a"): Printed(1, NEW)}, {}, {"vanished": 1, "gone": 1}, id="it goes"),
        pytest.param({key("a"): Printed(1, NEW)}, {key("b"): Printed(1, NEAR_NAME)},
                     {"appeared": 1, "vanished": 1, "by_rule": 1}, id="respelt"),
        pytest.param({key("a"): Printed(1, NEW)}, {key("b"): Printed(1, VERDICT)},
                     {"appeared": 1, "vanished": 1, "by_verdict": 1}, id="a person saw it"),
        pytest.param({key("a"): Printed(1, SAME_WORDS)}, {key("b"): Printed(1, NEW)},
                     {"appeared": 1, "vanished": 1, "by_rule": 1}, id="back under the first name"),
        pytest.param({key("a"): Printed(1, NEW), key("b"): Printed(1, SAME_WORDS)}, {key("b"): Printed(1, EXACT)},
                     {"vanished": 1, "by_rule": 1}, id="it stood under two names"),
        pytest.param({key("a"): Printed(1, NEW)}, {key("a", "WSO"): Printed(1, EXACT)},
                     {"appeared": 1, "vanished": 1, "switched": 1}, id="another model"),
    ],
)  # fmt: skip
def test_each_dropped_name_is_counted_once(before, after, counted):
    (month,) = series_report([(JULY, before), (AUGUST, after)])
    assert month == Month("2025-08", lists=1, **counted)


def test_the_first_list_is_no_step_and_lists_of_one_month_are_summed():
    a, b = {key("a"): Printed(1, NEW)}, {key("b"): Printed(2, NEW)}
    (month,) = series_report([(JULY, a), (JULY, b), (JULY, a)])
    assert month == Month("2025-07", lists=2, appeared=2, vanished=2, gone=2)
    assert series_report([(JULY, a)]) == []


def test_the_table_ends_with_the_sum():
    months = [Month("2025-07", lists=2, gone=3, vanished=3), Month("2025-08", lists=1, gone=1, vanished=1)]
    assert as_table(months).splitlines()[-1] == "| all | 3 | 0 | 4 | 0 | 0 | 0 | 4 |"


@pytest.mark.facts
def test_of_the_bundled_lists_dropped_names_close_to_half_only_changed_their_spelling():
    out = StringIO()
    call_command("identity_report", stdout=out)
    label, *counts = (cell.strip() for cell in out.getvalue().strip().splitlines()[-1].strip("|").split("|"))
    _lists, _appeared, vanished, by_rule, by_verdict, switched, gone = map(int, counts)
    assert label == "all"
    assert vanished == by_rule + by_verdict + switched + gone
    assert 0.4 < (by_rule + by_verdict) / vanished < 0.5
