"""A change to a published record: by whom it may be approved, against which version, and what it does."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError

from agreements.actions import approve, refuse
from agreements.models import ChangeEvent, FederalDesignation, LocalPolicy, Provision, Revision, StateLaw
from agreements.rule_events import refresh_rule_events
from jurisdictions.models import DataVersion
from tests.factories import CountyFactory, SourceFactory, StateFactory

pytestmark = pytest.mark.django_db


def staff(name, *groups, **more):
    user = User.objects.create_user(name, is_staff=True, **more)
    user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    return user


@pytest.fixture
def law():
    law = StateLaw.objects.create(
        key="md-act-2026",
        jurisdiction=StateFactory(geoid="24", name="Maryland", usps="MD"),
        title="An act",
        instrument="statute",
        stance="prohibits_cooperation",
        legal_status="enacted",
        enacted_on="2026-02",
        effective_on="2026-02-17",
        summary_en="It bans agreements.",
        state="published",
        main_source=SourceFactory(),
        checked_on=date(2026, 11, 24),
    )
    refresh_rule_events([law])
    return law


def proposed(record, author, **changes):
    name = {StateLaw: "law", LocalPolicy: "policy", FederalDesignation: "designation"}[type(record)]
    return Revision.objects.create(
        **{name: record},
        changes=changes,
        base_version=record.updated_at,
        author=author,
        reason="The chapter says so.",
        state="in_review",
    )


def test_an_approved_change_is_the_record_with_one_row_of_history(law):
    author, publisher = staff("author", "editor"), staff("publisher", "publisher")
    version = DataVersion.objects.current().number
    rows = law.history.count()
    revision = proposed(law, author, effective_on="2026-06-01", summary_en="It bans new agreements.")
    record = approve(revision, by=publisher)
    law.refresh_from_db()
    assert (law.effective_on, law.summary_en) == ("2026-06-01", "It bans new agreements.")
    assert record == law
    assert law.start_first == date(2026, 6, 1)
    newest = law.history.first()
    assert law.history.count() == rows + 1
    assert (newest.history_user, newest.history_change_reason) == (publisher, "The chapter says so.")
    revision.refresh_from_db()
    assert (revision.state, revision.reviewer) == ("approved", publisher)
    assert revision.decided_at
    assert DataVersion.objects.current().number == version + 1
    assert list(law.changes.values_list("kind", "took_effect_on")) == [("in_effect", date(2026, 6, 1))]


def test_provisions_are_replaced_as_a_set(law):
    publisher = staff("publisher", "publisher")
    rows = [
        {"place": place, "topic": topic, "effect": "forbids", "binds": ["local_police"], "statement_en": f"No {topic}."}
        for place, topic in ((1, "287g"), (2, "detainers"))
    ]
    approve(proposed(law, None, provisions=rows), by=publisher)
    first = Provision.objects.get(place=1)
    law.refresh_from_db()
    approve(proposed(law, None, provisions=[{**rows[0], "effect": "limits"}]), by=publisher)
    assert [(provision.pk, provision.effect) for provision in law.provisions.all()] == [(first.pk, "limits")]


def test_a_policy_may_get_another_government():
    state = StateFactory()
    here, there = CountyFactory(state=state), CountyFactory(state=state)
    policy = LocalPolicy.objects.create(
        key="fl-here-2025",
        state_area=state,
        government="Here",
        government_type="county",
        title="A memorandum",
        instrument="resolution",
        stance="limits_cooperation",
        legal_status="in_force",
        printed_topics=["detainers"],
        summary_en="A memorandum.",
    )
    policy.jurisdictions.set([here])
    approve(proposed(policy, None, jurisdictions=[there.pk]), by=staff("publisher", "publisher"))
    assert list(policy.jurisdictions.all()) == [there]


def test_a_day_and_a_source_of_a_label_are_set_from_the_change():
    label = FederalDesignation.objects.create(
        key="doj-eo-14287-24005",
        list="doj-eo-14287",
        listed_on=date(2025, 8, 5),
        jurisdiction=CountyFactory(),
        printed_name="Baltimore County",
        printed_type="county",
        state="published",
        main_source=SourceFactory(),
        checked_on=date(2026, 11, 24),
    )
    source = SourceFactory()
    approve(proposed(label, None, removed_on="2025-10-31", main_source=source.pk), by=staff("publisher", "publisher"))
    label.refresh_from_db()
    assert (label.removed_on, label.main_source) == (date(2025, 10, 31), source)
    assert set(label.changes.values_list("kind", flat=True)) == {"label_listed", "label_removed"}


def test_a_change_written_against_an_older_version_is_refused_in_words(law):
    revision = proposed(law, None, summary_en="Late.")
    law.title = "An act, as amended"
    law.save()
    with pytest.raises(ValidationError, match="after this change was written"):
        approve(revision, by=staff("publisher", "publisher"))
    law.refresh_from_db()
    assert law.summary_en == "It bans agreements."
    revision.refresh_from_db()
    assert revision.state == "in_review"


def test_nobody_approves_their_own_change_while_somebody_else_could(law):
    author = staff("author", "publisher", "administrator")
    staff("other", "publisher")
    with pytest.raises(ValidationError, match="somebody else"):
        approve(proposed(law, author, summary_en="Mine."), by=author, alone_because="in a hurry")


def test_the_only_administrator_may_with_a_reason_that_the_public_can_read(law):
    author = staff("author", is_superuser=True)
    revision = proposed(law, author, summary_en="Mine.")
    with pytest.raises(ValidationError, match="Say why"):
        approve(revision, by=author)
    approve(revision, by=author, alone_because="There is one editor until January.")
    revision.refresh_from_db()
    assert revision.alone_because == "There is one editor until January."


def test_the_only_publisher_asks_an_administrator(law):
    author = staff("author", "publisher")
    with pytest.raises(ValidationError, match="Ask an administrator"):
        approve(proposed(law, author, summary_en="Mine."), by=author, alone_because="alone")


def test_a_researcher_decides_nothing(law):
    for name, decide in (("approve", approve), ("refuse", partial(refuse, because="No."))):
        with pytest.raises(ValidationError, match="Only a publisher"):
            decide(proposed(law, None, summary_en="No."), by=staff(name, "researcher"))


def test_a_decided_or_unfinished_change_is_not_decided_again(law):
    publisher = staff("publisher", "publisher")
    revision = refuse(proposed(law, None, summary_en="No."), by=publisher, because="Not what the source says.")
    with pytest.raises(ValidationError, match="already refused"):
        approve(revision, by=publisher)
    draft = proposed(law, None, summary_en="No.")
    draft.state = "draft"
    draft.save()
    with pytest.raises(ValidationError, match="not handed it in"):
        approve(draft, by=publisher)
    law.refresh_from_db()
    assert law.summary_en == "It bans agreements."


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"main_source": None}, "Nothing is published without a source"),
        ({"effective_on": "next spring"}, "is no date"),
        ({"colour": "green"}, "no field colour"),
        ({"provisions": [{"place": 1, "topic": "weather", "effect": "forbids", "statement_en": "No."}]}, "weather"),
    ],
)
def test_a_change_that_makes_no_valid_record_is_refused_whole(law, changes, says):
    revision = proposed(law, None, **{"summary_en": "New.", **changes})
    with pytest.raises(ValidationError, match=says):
        approve(revision, by=staff("publisher", "publisher"))
    law.refresh_from_db()
    assert law.summary_en == "It bans agreements."
    assert law.main_source
    assert not law.provisions.exists()


def test_a_law_seen_blocked_says_so_from_the_day_it_was_seen_and_is_no_longer_in_effect(law):
    revision = proposed(law, None, legal_status="enjoined", checked_on="2026-11-30")
    approve(revision, by=staff("publisher", "publisher"))
    event = law.changes.get()
    assert (event.kind, event.seen_on, event.took_effect_on) == ("enjoined", date(2026, 11, 30), None)
    refresh_rule_events()
    assert law.changes.get() == event


def test_a_withdrawn_record_has_no_events(law):
    law.refresh_from_db()
    approve(proposed(law, None, state="withdrawn"), by=staff("publisher", "publisher"))
    assert not law.changes.exists()


def test_no_event_before_the_source_was_read_after_its_day(law):
    """What is announced for later may still be stopped: it is no event until somebody has looked again."""
    law.effective_on = (law.checked_on + timedelta(days=1)).isoformat()
    law.save()
    assert refresh_rule_events([law]) == []
    assert not law.changes.exists()
    law.checked_on += timedelta(days=1)
    law.save()
    assert [event.kind for event in refresh_rule_events([law])] == ["in_effect"]


def test_refreshing_one_record_leaves_the_events_of_others(law):
    other = StateLaw.objects.create(
        key="md-other-2025",
        jurisdiction=law.jurisdiction,
        title="Another act",
        instrument="statute",
        stance="limits_cooperation",
        legal_status="enacted",
        enacted_on="2025-03-06",
        summary_en="Another.",
        state="published",
        main_source=law.main_source,
        checked_on=law.checked_on,
    )
    refresh_rule_events([other])
    assert ChangeEvent.objects.count() == 2
    other.enacted_on = "2025"
    other.save()
    refresh_rule_events([other])
    assert list(ChangeEvent.objects.values_list("law", flat=True)) == [law.pk]
