"""Where the agencies of the newest bundled list are."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from agreements.management.commands.placement_report import newest_entries
from agreements.models import Snapshot

pytestmark = pytest.mark.facts


@pytest.fixture
def entries():
    return newest_entries(Snapshot.objects.participating().order_by("-position").first())


def test_of_fifty_agencies_at_most_one_is_in_question(entries):
    statuses = Counter(entry.status for entry in entries)
    assert statuses["in_question"] <= len(entries) * 0.02
    assert all(entry.areas for entry in entries if entry.status == "decided")
    assert not any(entry.areas for entry in entries if entry.status != "decided")
    assert all(entry.reason for entry in entries)


def test_florida_has_twelve_state_agencies_and_no_college_among_them(entries):
    statewide = [entry.name for entry in entries if entry.state == "FL" and entry.status == "statewide"]
    assert len(statewide) == 12
    assert not any("College" in name or "State Attorney" in name for name in statewide)


def test_browards_seven_are_decided_and_florida_atlantic_is_apart(entries):
    cities = "Davie ", "Hollywood ", "Coconut Creek ", "Lighthouse Point ", "Pembroke "
    broward = {
        entry.name: entry
        for entry in entries
        if entry.state == "FL" and (entry.printed == "Broward County" or entry.name.startswith(cities))
    }
    in_question = [name for name, entry in broward.items() if entry.status == "in_question"]
    assert in_question == ["Florida Atlantic Police Department"]
    assert len(broward) == 8


def test_the_report_says_counts_questions_and_a_sample_that_stays_the_same():
    def report():
        out = StringIO()
        call_command("placement_report", sample=5, seed=1, stdout=out)
        return out.getvalue()

    assert report() == report()
    assert "Florida Atlantic Police Department" in report()
    assert report().count("\n| ") > 30
