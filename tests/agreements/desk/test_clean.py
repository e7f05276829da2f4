"""Decisions that could not be acted on are refused in a sentence; corrections that rest are named."""

import pytest
from django.core.exceptions import ValidationError

from agreements.models import SourceCorrection, Verdict
from tests.agreements.desk.conftest import row

NAMES = {"state": "FL", "name": "Clay Jail", "other_state": "FL", "other_name": "Clay Prison"}
PLACE = {"state": "FL", "name": "Clay Jail", "agency_kind": "corrections", "placement": "decided"}
VALUE = {"state": "FL", "agency": "Clay Jail", "field": "county", "wrong": "Cley", "right": "Clay County"}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (NAMES | {"answer": "same", "other_name": "CLAY  jail"}, "Both names are the same"),
        (NAMES | {"answer": "different", "other_name": ""}, "Name the other agency"),
        (PLACE | {"answer": "placed", "places": [["99999", "whole"]]}, "no area with the GEOID 99999"),
        (PLACE | {"answer": "placed", "places": []}, "at least one area"),
        (PLACE | {"answer": "placed", "places": [["12019", "all"]]}, "GEOID and"),
        (PLACE | {"answer": "placed", "places": [["12019", "whole"], ["12019", "part"]]}, "named twice"),
        (PLACE | {"answer": "placed", "agency_kind": "bakery", "places": [["12019", "whole"]]}, "what kind of agency"),
        (PLACE | {"answer": "placed", "placement": "statewide", "places": [["12019", "whole"]]}, "place is decided"),
        (PLACE | {"answer": "placed", "places": "12019"}, "GEOID and"),
    ],
)
def test_a_verdict_that_cannot_be_acted_on_is_refused(world, values, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Verdict(reason="Looked.", decided_on="2026-01-01", **values).full_clean()


def test_a_verdict_against_an_earlier_one_is_refused_and_itself_may_be_saved_again(world):
    held = Verdict.objects.create(answer="same", reason="Looked.", decided_on="2026-01-01", **NAMES)
    held.full_clean()
    with pytest.raises(ValidationError, match="decided both ways"):
        Verdict(answer="different", reason="Looked.", decided_on="2026-01-01", **NAMES).full_clean()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"right": "CLEY"}, "what ICE prints"),
        ({"field": "agency", "right": ""}, "right agency name"),
        ({"field": "state", "right": "Floridia Keys Republic"}, "no state or territory"),
        ({"field": "signed_on", "wrong": "2025-01-01", "right": "some day"}, "2026-01-20"),
        ({"field": "agency_type", "right": "Castle"}, "County, Municipality and State Agency"),
        ({"field": "moa_url", "right": "https://example.org/a.pdf"}, "www.ice.gov"),
        ({"field": "row", "wrong": "", "right": "x"}, "leave it empty"),
    ],
)
@pytest.mark.django_db
def test_a_correction_that_cannot_be_acted_on_is_refused(values, sentence):
    with pytest.raises(ValidationError, match=sentence):
        SourceCorrection(reason="Looked.", **VALUE | values).full_clean()


@pytest.mark.parametrize("values", [{}, {"right": ""}, {"field": "row", "wrong": "", "right": ""}, {"wrong": ""}])
@pytest.mark.django_db
def test_a_correction_may_say_that_there_is_nothing(values):
    SourceCorrection(reason="Looked.", **VALUE | values).full_clean()


@pytest.mark.django_db
def test_a_correction_that_ice_has_mended_is_no_longer_needed(load):
    clay = "Clay County Sheriff's Office"
    county = SourceCorrection.objects.create(**VALUE | {"agency": clay, "wrong": "Cley"}, reason="Looked.")
    aside = SourceCorrection.objects.create(
        **VALUE | {"agency": "Test Office", "field": "row", "wrong": "", "right": ""}, reason="A test."
    )
    load([row(clay, county="Cley"), row("Test Office", county="Clay County")])
    assert not SourceCorrection.objects.no_longer_needed().exists()
    load([row(clay, county="Clay County"), row("Test Office", county="Clay County")], 1)
    assert list(SourceCorrection.objects.no_longer_needed()) == [county]
    load([row(clay, county="Clay County")], 2)
    assert set(SourceCorrection.objects.no_longer_needed()) == {county, aside}


@pytest.mark.facts
def test_every_bundled_decision_can_be_acted_on():
    for decision in [*Verdict.objects.all(), *SourceCorrection.objects.all()]:
        decision.clean()
