"""Two lists laid beside one another, from the rows alone."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.comparison import Group, PrintedRow, compare

MARION = PrintedRow(1, "JEM", "AR", "Marion County Sheriff's Office", "JEM", signed_on=date(2026, 3, 31), digest="a")
BUTLER = PrintedRow(2, "WSO", "KY", "Butler County Sheriff's Office", "WSO", digest="b")


def another(row: PrintedRow, **changes) -> PrintedRow:
    """The row as another list prints it."""
    return replace(row, **{"digest": f"{row.digest}'", **changes})


def of_model(row: PrintedRow, model: str) -> PrintedRow:
    return another(row, model=model, printed_model=model, digest=row.digest + model)


def found(before: list[PrintedRow], after: list[PrintedRow]) -> Counter:
    return Counter(line.group.value for line in compare(before, after))


@pytest.mark.parametrize(
    ("before", "after", "groups"),
    [
        pytest.param([], [MARION], {"joined": 1}, id="a new agency"),
        pytest.param([MARION], [], {"left": 1}, id="an agency is gone"),
        pytest.param([MARION], [MARION], {}, id="the same row"),
        pytest.param([MARION], [MARION, of_model(MARION, "TFM")], {"joined": 1}, id="one kind more"),
        pytest.param([MARION, of_model(MARION, "TFM")], [MARION], {"dropped": 1}, id="one kind fewer"),
        pytest.param([MARION], [of_model(MARION, "WSO")], {"switched": 1}, id="another kind"),
        pytest.param(
            [BUTLER, of_model(BUTLER, "JEM")],
            [of_model(BUTLER, "TFM")],
            {"switched": 1, "dropped": 1},
            id="two kinds make way for one",
        ),
        pytest.param([MARION], [another(MARION, name="Marion Sheriff")], {"renamed": 1}, id="another name"),
        pytest.param([MARION], [another(MARION, state="TX")], {"state": 1}, id="under another state"),
        pytest.param([MARION], [another(MARION, signed_on=date(2026, 4, 1))], {"date": 1}, id="another date"),
        pytest.param([MARION], [another(MARION, agency_type="state")], {"type": 1}, id="another type"),
        pytest.param([MARION], [another(MARION, county="Marion County")], {"county": 1}, id="a county came"),
        pytest.param([MARION], [another(MARION, moa_url="https://www.ice.gov/a.pdf")], {"link": 1}, id="a link came"),
        pytest.param(
            [MARION],
            [another(MARION, moa_url="https://www.ice.gov/a.pdf", county="Marion", signed_on=None)],
            {"date": 1, "county": 1, "link": 1},
            id="three things of one row",
        ),
    ],
)
def test_each_difference_has_its_group(before, after, groups):
    assert found(before, after) == Counter(groups)


def test_two_agreements_of_an_agency_that_left_are_one_agency():
    comparison = compare([BUTLER, of_model(BUTLER, "JEM")], [])
    assert len(comparison.differences) == 2
    assert comparison.count(Group.LEFT) == 1


def test_what_an_agency_keeps_is_told_with_what_it_dropped():
    (line,) = compare([BUTLER, of_model(BUTLER, "TFM")], [of_model(BUTLER, "TFM")])
    assert (line.models, line.keeps) == (("WSO",), ("TFM",))


def test_what_else_changed_in_a_renamed_row_is_told_there_and_not_counted_twice():
    (line,) = compare([MARION], [another(MARION, name="Marion Sheriff", moa_url="https://www.ice.gov/a.pdf")])
    assert line.group == Group.RENAMED
    assert line.also == {Group.LINK}


def test_a_row_that_stood_under_a_name_with_its_own_agreement_is_no_renaming():
    """ICE printed the county attorney's agreement as the district attorney's, who has one of his own since."""
    wrong = PrintedRow(
        1, "TFM", "TX", "District Attorney", "TFM", signed_on=date(2026, 4, 5), digest="c",
        corrected=(("agency", "District Attorney", "County Attorney"),),
    )  # fmt: skip
    right = another(wrong, name="County Attorney", corrected=())
    own = PrintedRow(2, "TFM", "TX", "District Attorney", "TFM", signed_on=date(2026, 4, 30), digest="d")
    comparison = compare([wrong], [right, own])
    assert Counter(line.group.value for line in comparison) == {"joined": 1, "date": 1}
    (reading,) = comparison.readings
    assert (reading.printed, reading.used, reading.on_later_list) == ("District Attorney", "County Attorney", False)


def test_a_correction_of_a_row_that_both_lists_print_alike_is_no_difference():
    row = replace(MARION, corrected=(("signed_on", "2016-03-19", "2026-03-19"),))
    assert compare([row], [row]).readings == ()


def test_a_row_printed_twice_counts_once():
    twice = another(MARION, signed_on=date(2026, 4, 14))
    comparison = compare([MARION], [MARION, twice])
    assert [line.group for line in comparison] == [Group.DATE]  # the later signing speaks for the agreement
    assert comparison.agreements == (1, 1)


def test_what_only_one_of_the_lists_has_a_column_for_is_no_change():
    county_came = another(MARION, county="Marion County")
    assert not compare([MARION], [county_came], fields=(Group.DATE, Group.LINK)).differences


ROWS = st.lists(
    st.builds(
        PrintedRow,
        agency=st.integers(1, 4),
        model=st.sampled_from(["JEM", "WSO", "TFM"]),
        state=st.sampled_from(["AR", "KY"]),
        name=st.sampled_from(["A", "B", "C"]),
        printed_model=st.sampled_from(["JEM", "WSO", "TFM"]),
        county=st.sampled_from(["", "X"]),
        signed_on=st.sampled_from([None, date(2026, 1, 1), date(2026, 2, 1)]),
        digest=st.uuids().map(str),
    ),
    max_size=8,
)


@given(ROWS)
def test_a_list_beside_itself_differs_in_nothing(rows):
    assert compare(rows, rows[::-1]).differences == ()


@given(ROWS, ROWS)
def test_the_counts_lead_from_one_list_to_the_other(before, after):
    comparison = compare(before, after)
    lines = Counter(line.group for line in comparison)
    was, now = comparison.agreements
    assert was + lines[Group.JOINED] - lines[Group.LEFT] - lines[Group.DROPPED] == now


@given(ROWS, ROWS)
def test_the_other_way_round_what_joined_has_left(before, after):
    there, back = compare(before, after), compare(after, before)
    lines, reverse = (Counter(line.group for line in way) for way in (there, back))
    assert lines[Group.JOINED] == reverse[Group.LEFT] + reverse[Group.DROPPED]
    assert lines[Group.SWITCHED] == reverse[Group.SWITCHED]
    assert lines[Group.RENAMED] + lines[Group.STATE] == reverse[Group.RENAMED] + reverse[Group.STATE]
    assert lines[Group.DATE] == reverse[Group.DATE]
