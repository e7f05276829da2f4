"""The first page of the staff: what needs someone today, and the way from a public page to its record."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.days import today
from agreements.imports.fetching import note_fetch
from agreements.models import ImportRun, ProposedChange, Revision
from agreements.waiting import waiting_for
from portal.models import MistakeReport
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    DesignationFactory,
    GlossaryTermFactory,
    GuideFactFactory,
    LocalPolicyFactory,
    ModelPowerFactory,
    SnapshotFactory,
    StateLawFactory,
    TimelineEventFactory,
)
from tests.staff import member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(db):
    """A list of today, so that nothing is old."""
    return SnapshotFactory(published_on=today())


def sentences(person=None) -> list[str]:
    return [one.says for one in waiting_for(person or member("editor"))]


def reviewed(day, *decisions, needs_second=False, **fields):
    run = ImportRun.objects.create(
        file_name="list.xlsx", sha256=f"{day}", state="reviewing", kind="participating", published_on=day, **fields
    )
    for number, decision in enumerate(decisions, start=1):
        ProposedChange.objects.create(
            run=run, number=number, kind="appeared", subject=str(number), decision=decision, is_certain=False,
            needs_second=needs_second,
        )  # fmt: skip
    return run


def test_where_nothing_waits_the_page_says_so(client, fresh):
    signed_in(client, "editor")
    assert "Nothing waits." in client.get("/admin/").text


def test_an_old_list_stands_first(client, db):
    SnapshotFactory(published_on=today() - timedelta(days=15))
    AgencyFactory(placement="in_question")
    first, second = waiting_for(member("editor"))
    assert "15 days ago" in first.says
    assert (first.is_late, second.is_late) == (True, False)


def test_without_any_list_the_page_asks_for_one(db):
    assert sentences() == ["We hold none of ICE's lists yet. Upload one."]


def test_a_list_under_review_is_told_by_what_it_needs(fresh):
    reviewed(today(), "open", "open", "accepted")
    assert sentences() == [
        f"ICE's list of participating agencies of {today()} is under review: 2 changes to decide on, "
        "2 of them not certain."
    ]


def test_a_list_that_is_decided_waits_to_be_applied_or_for_a_second_person(fresh):
    reviewed(today(), "accepted")
    reviewed(today() - timedelta(days=1), "linked", needs_second=True)
    second, apply = sentences()
    assert "waits for a second person on 1 change" in second
    assert "waits to be applied" in apply


def test_what_was_put_off_on_an_applied_list_still_waits(fresh):
    run = reviewed(today(), "later", "later")
    ImportRun.objects.filter(pk=run.pk).update(state="applied")
    assert sentences() == [f"2 changes of the list of {today()} were put off."]


def test_what_was_decided_after_the_list_was_applied_waits_to_be_written(fresh):
    run = reviewed(today(), "same")
    ImportRun.objects.filter(pk=run.pk).update(state="applied")
    assert sentences() == [f"1 change of the list of {today()}, decided after it was applied, waits to be written."]


def test_a_look_for_new_lists_that_failed_is_told_until_one_goes_well(fresh, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "sheets").mkdir()
    note_fetch(tmp_path / "sheets", ok=False, says="The page names no lists.", lists=[])
    (said,) = waiting_for(member("editor"))
    assert said.is_late
    assert "The page names no lists." in said.says
    note_fetch(tmp_path / "sheets", ok=True, says="Nothing new.", lists=[])
    assert sentences() == []


def test_a_readers_report_waits_for_who_may_see_it(client, fresh):
    MistakeReport.objects.create(page="/us/fl/", wrong="The date is another.")
    signed_in(client, "editor")
    assert "1 reader reports a mistake." in client.get("/admin/").text


def test_revisions_are_told_apart_by_whose_they_are(fresh):
    law, me = StateLawFactory(), member("publisher")
    for author in (me, member("editor"), None):
        Revision.objects.create(
            law=law, changes={}, base_version=law.updated_at, author=author, reason="r", state="in_review"
        )
    assert sentences(me) == [
        "2 changes that others proposed wait for you.",
        "1 change that you proposed waits for somebody else.",
    ]


def test_agencies_in_question_and_records_to_check_again_wait(fresh):
    AgencyFactory(placement="in_question")
    StateLawFactory(next_check_on=today())
    LocalPolicyFactory(next_check_on=today() + timedelta(days=1))
    assert sentences() == [
        "1 state law should have been checked again by today.",
        "1 agency is in question: where it works is not decided.",
    ]


def test_each_sentence_leads_to_a_page(client, fresh):
    signed_in(client, "publisher")
    reviewed(today(), "open")
    reviewed(today() - timedelta(days=2), "accepted")
    AgencyFactory(placement="in_question")
    StateLawFactory(next_check_on=today())
    waiting = waiting_for(member("editor"))
    assert len(waiting) == 4
    for one in waiting:
        assert client.get(one.link).status_code == 200, one.link


def test_the_first_page_costs_the_same_however_much_waits(client, fresh):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/")
        return len(captured)

    signed_in(client, "editor")
    reviewed(today(), "open")
    queries()
    before = queries()
    for days in range(1, 6):
        reviewed(today() - timedelta(days=days), "open", "open")
    assert queries() == before


# -- From a public page to its record ---------------------------------------------------------------------------------


def records() -> list[tuple[str, str, object]]:
    agreement = AgreementFactory()
    law, policy, county = StateLawFactory(), LocalPolicyFactory(), CountyFactory()
    label, snapshot = DesignationFactory(), SnapshotFactory()
    event = ChangeEventFactory(agreement=agreement, snapshot=snapshot)
    fact, power, of_timeline, term = (
        make() for make in (GuideFactFactory, ModelPowerFactory, TimelineEventFactory, GlossaryTermFactory)
    )
    return [
        ("fact", fact.key, fact),
        ("power", power.key, power),
        ("event", of_timeline.key, of_timeline),
        ("term", term.key, term),
        ("agency", agreement.agency.public_id, agreement.agency),
        ("agreement", agreement.public_id, agreement),
        ("law", law.key, law),
        ("policy", policy.key, policy),
        ("designation", label.key, label),
        ("place", county.geoid, county),
        ("snapshot", snapshot.sha256[:12], snapshot),
        ("change", event.key, event),
    ]


def test_each_kind_of_record_is_opened_by_its_public_name(client, db):
    signed_in(client, "researcher")
    for kind, name, record in records():
        meta = record._meta
        page = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])
        assert client.get(f"/admin/open/{kind}/{name}/")["Location"] == page
        assert client.get(page).status_code == 200


@pytest.mark.parametrize("address", ["agency/aaaaaa", "secrets/1", "law/none-such"])
def test_what_is_not_held_is_not_found(client, db, address):
    signed_in(client, "researcher")
    assert client.get(f"/admin/open/{address}/").status_code == 404


def test_a_stranger_signs_in_first(client, db):
    assert client.get("/admin/open/agency/aaaaaa/")["Location"].startswith("/admin/account/login/")


@pytest.mark.parametrize("prefix", ["", "/es", "https://example.org", "https://example.org/es"])
def test_the_address_of_a_public_page_opens_its_record(client, db, prefix):
    signed_in(client, "researcher")
    agreement, law, county = AgreementFactory(), StateLawFactory(), CountyFactory()
    for record in (agreement.agency, agreement, law, county, county.state, GuideFactFactory()):
        answer = client.get("/admin/open/", {"page": f"{prefix}{record.get_absolute_url()}"})
        assert answer["Location"].endswith(f"/{record.pk}/change/")


def test_an_address_of_no_record_is_said_in_words(client, db):
    signed_in(client, "researcher")
    page = client.get("/admin/open/", {"page": "/about/"}, follow=True)
    assert "No record belongs to the address" in page.text
