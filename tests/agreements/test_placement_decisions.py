"""Where people decided that an agency is, as bundled with the verdicts."""

import json
from datetime import date

import pytest

from agreements.facts.tables import read_table
from jurisdictions.gazetteer import Gazetteer
from jurisdictions.placement import DECIDED, IN_QUESTION, KINDS, place


@pytest.fixture(scope="module")
def decisions():
    return [row | {"places": json.loads(row["places"])} for row in read_table("verdicts") if row["answer"] == "placed"]


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer.from_tables()


def test_each_decision_names_areas_of_its_state_that_speak_for_themselves(decisions, gazetteer):
    for row in decisions:
        assert row["answer"] == "placed"
        assert row["agency_kind"] in KINDS
        places = row["places"]
        assert row["placement"] == (DECIDED if places else IN_QUESTION)
        state = {area.geoid: area for area in gazetteer.in_state(row["state"])}
        assert all(state[geoid].canonical == geoid for geoid, _extent in places), row["name"]


def test_each_decision_gives_its_reason_and_day(decisions):
    assert decisions
    for row in decisions:
        assert 0 < len(row["reason"]) <= 300
        assert date.fromisoformat(row["decided_on"])


def test_a_decision_is_kept_only_where_the_name_alone_does_not_settle_it(decisions, gazetteer):
    for row in decisions:
        assert place(row["name"], state=row["state"], gazetteer=gazetteer).status == IN_QUESTION, row["name"]


def test_florida_atlantic_stays_in_question(decisions):
    [row] = [row for row in decisions if row["name"] == "Florida Atlantic Police Department"]
    assert (row["agency_kind"], row["placement"], row["places"]) == ("campus", "in_question", [])
    assert "Broward" in row["reason"]
