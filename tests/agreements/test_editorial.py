"""Laws, policies and labels: the database refuses a published record without a source; what can be said on a day."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agreements.models import FederalDesignation, LocalPolicy, RuleStanding, StateLaw
from jurisdictions.models import Source
from tests.factories import StateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return Source.objects.create(title="A page", publisher="A publisher", retrieved_on=date(2026, 11, 24))


def law(**fields):
    defaults = {
        "key": "md-hb-444-2026",
        "jurisdiction": StateFactory(geoid="24", name="Maryland", usps="MD"),
        "title": "An act",
        "instrument": "statute",
        "stance": "prohibits_cooperation",
        "legal_status": "enacted",
        "effective_on": "2026-02-17",
        "state": "published",
    }
    return StateLaw(**defaults | fields)


def policy(**fields):
    defaults = {
        "key": "md-baltimore-2025",
        "state_area": StateFactory(geoid="24", name="Maryland", usps="MD"),
        "government": "Baltimore County",
        "government_type": "county",
        "title": "A memorandum",
        "instrument": "resolution",
        "stance": "limits_cooperation",
        "legal_status": "in_force",
        "adopted_on": "2025-10",
        "printed_topics": ["287g_ban", "inquiry_ban"],
        "state": "published",
    }
    return LocalPolicy(**defaults | fields)


def test_the_database_refuses_to_publish_a_law_without_a_source():
    with pytest.raises(IntegrityError), transaction.atomic():
        law().save()
    law(state="draft").save()


def test_the_database_refuses_to_publish_a_policy_or_a_label_without_a_source():
    with pytest.raises(IntegrityError), transaction.atomic():
        policy().save()
    with pytest.raises(IntegrityError), transaction.atomic():
        FederalDesignation.objects.create(
            key="doj-24", list="doj-eo-14287", listed_on=date(2025, 8, 5), state="published",
            jurisdiction=StateFactory(), printed_name="Florida", printed_type="state",
        )  # fmt: skip


def test_the_refusal_is_said_in_words():
    with pytest.raises(ValidationError, match="Choose the main source first"):
        law().validate_constraints()


def test_a_law_is_in_force_from_its_day_on(source):
    act = law(main_source=source)
    act.save()
    assert [act.standing_on(date(2026, 2, day)) for day in (16, 17)] == [RuleStanding.NOT_YET, RuleStanding.IN_FORCE]
    assert list(StateLaw.objects.published().standing_on(date(2026, 2, 17))) == [act]
    assert not StateLaw.objects.published().standing_on(date(2026, 2, 16)).exists()


@pytest.mark.parametrize("status", ["proposed", "vetoed", "expired"])
def test_what_never_became_law_never_is_in_force(source, status):
    act = law(main_source=source, legal_status=status)
    act.save()
    assert act.standing_on(date(2026, 6, 1)) == RuleStanding.NEVER
    assert not StateLaw.objects.standing_on(date(2026, 6, 1)).exists()


def test_a_blocked_law_is_never_said_to_be_in_force(source):
    act = law(main_source=source, legal_status="enjoined")
    act.save()
    assert act.standing_on(date(2026, 6, 1)) == RuleStanding.BLOCKED


def test_an_undated_law_is_uncertain_from_the_day_of_its_source(source):
    act = law(main_source=source, effective_on="")
    act.save()
    assert act.standing_on(date(2026, 11, 23)) == RuleStanding.NOT_YET
    assert act.standing_on(date(2026, 11, 24)) == RuleStanding.UNCERTAIN


def test_a_repealed_law_whose_end_nobody_names_may_have_ended_at_any_time(source):
    act = law(main_source=source, legal_status="repealed")
    act.save()
    assert act.standing_on(date(2026, 3, 1)) == RuleStanding.UNCERTAIN
    assert act.standing_on(date(2026, 11, 24)) == RuleStanding.ENDED


def test_policies_share_the_laws_vocabulary_of_topics(source):
    rule = policy(main_source=source)
    rule.save()
    assert rule.topics == ["287g", "status_inquiries"]
    assert rule.standing_on(date(2025, 10, 15)) == RuleStanding.UNCERTAIN
    assert rule.standing_on(date(2025, 10, 31)) == RuleStanding.IN_FORCE
    assert policy(main_source=source, legal_status="challenged", adopted_on="2020").dates_on(date(2026, 1, 1))
