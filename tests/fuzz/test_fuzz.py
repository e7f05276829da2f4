"""A small part of `make fuzz`, the same calls each time, over one record of each kind."""

from datetime import date
from random import Random

import pytest
from schemathesis import GenerationMode

from portal.api.throttling import ByAddress
from tests.factories import (
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    DesignationFactory,
    LocalPolicyFactory,
    PlaceFactory,
    SnapshotFactory,
    StateLawFactory,
)
from tests.fuzz import described, known, laws
from tests.fuzz.wire import Application

pytestmark = pytest.mark.django_db
CALLS = 2
"""Of each operation and mode: of those that the description allows, and of those that it forbids."""


@pytest.fixture
def world(monkeypatch):
    """A record or a few of each kind; gives the values that calls can name."""
    monkeypatch.setattr(ByAddress, "allow_request", lambda *args: True)
    SnapshotFactory(published_on=date(2021, 1, 13), sha256="1f" * 32)
    SnapshotFactory(sha256="2e" * 32)
    PlaceFactory(counties=[CountyFactory(geoid="12011", name="Broward County")])
    agreements = [AgreementFactory() for _ in range(3)]
    StateLawFactory()
    LocalPolicyFactory()
    DesignationFactory()
    ChangeEventFactory(agency=agreements[0].agency)
    return known.values()


def test_a_call_that_the_description_allows_or_forbids_gets_an_answer_that_it_describes(world):
    findings = described.Findings()
    every = described.operations()
    for operation in every:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            described.run(findings, operation, mode, world, most=CALLS)
    assert findings.faults == {}
    assert {operation.label for operation in every} == set(findings.by_operation)
    assert {200, 400, 404} <= set(findings.statuses)


def test_a_call_at_the_limit_of_a_parameter_gets_an_answer_that_the_description_has(world):
    findings = described.Findings()
    for operation in described.operations(lambda label: label == "GET /api/v1/changes/"):
        for case in described.limits(operation, world):
            described.send(findings, case)
    assert findings.faults == {}
    assert {200, 400} <= set(findings.statuses)


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_answers_agree_with_each_other(world, law):
    reader = laws.Reader(Application())
    assert [each for kind in laws.LISTS for each in laws.broken(reader, law, kind, Random(287))] == []
