"""What one person proposes and another approves, on pages: field by field, merges, endings."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agreements.desk import runs
from agreements.models import Agreement, Revision, StateLaw
from jurisdictions.models import Agency, AgencyFormerId
from tests.agreements.desk.conftest import row, sheet
from tests.factories import AgreementFactory, CountyFactory, SourceFactory, StateFactory, StateLawFactory
from tests.staff import member, signed_in

pytestmark = pytest.mark.django_db


def at(screen, *args) -> str:
    return reverse(f"admin:agreements_revision_{screen}", args=args)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def browser(role):
    """A browser in which a new member of the role is signed in, as `user`."""
    client = Client()
    client.user = signed_in(client, role)
    return client


@pytest.fixture
def editor(db):
    return browser("editor")


@pytest.fixture
def publisher(db):
    return browser("publisher")


@pytest.fixture
def law(db):
    return StateLawFactory(title="Florida SB 168 (2019)", legal_status="enacted")


def proposed(law, author, **changes):
    return Revision.objects.create(
        law=law,
        changes=changes,
        base_version=law.updated_at,
        author=author,
        reason="A court blocked it.",
        state="in_review",
    )


# -- A change field by field ------------------------------------------------------------------------------------------


def test_a_change_shows_each_field_before_and_after_in_words(editor, publisher, law):
    revision = proposed(law, editor.user, title="Florida SB 168 (2020)", legal_status="enjoined")
    text = publisher.get(at("change", revision.pk)).text
    assert "<del>2019</del>" in text
    assert "<ins>2020</ins>" in text
    assert str(StateLaw.LegalStatus("enjoined").label) in text
    assert "A court blocked it." in text


def test_another_person_approves_and_then_it_is_public(editor, publisher, law):
    revision = proposed(law, editor.user, title="Florida SB 168 (2020)")
    publisher.post(at("change", revision.pk), {"approve": "1"})
    law.refresh_from_db()
    revision.refresh_from_db()
    assert (law.title, revision.state, revision.reviewer) == ("Florida SB 168 (2020)", "approved", publisher.user)


def test_a_change_is_refused_and_the_record_stays(editor, publisher, law):
    revision = proposed(law, editor.user, title="Another")
    publisher.post(at("change", revision.pk), {"refuse": "1", "because": "The source says otherwise."})
    law.refresh_from_db()
    revision.refresh_from_db()
    assert (law.title, revision.state) == ("Florida SB 168 (2019)", "refused")
    assert "The source says otherwise." in editor.get(at("change", revision.pk)).text


def test_an_editor_looks_and_cannot_approve(editor, law):
    revision = proposed(law, member("publisher"), title="Another")
    assert "Waits for a publisher" in editor.get(at("change", revision.pk)).text
    assert editor.post(at("change", revision.pk), {"approve": "1"}).status_code == 403
    revision.refresh_from_db()
    assert revision.state == "in_review"


def test_nobody_approves_their_own_where_another_could(publisher, law):
    member("publisher")
    revision = proposed(law, publisher.user, title="Another")
    page = publisher.get(at("change", revision.pk))
    assert "somebody else has to approve it" in page.text
    assert 'name="approve"' not in page.text
    assert (
        "somebody else has to approve"
        in said(publisher.post(at("change", revision.pk), {"approve": "1"}, follow=True))[0]
    )


def test_the_only_reviewer_says_why_nobody_else_could(law):
    alone = browser("administrator")
    revision = proposed(law, alone.user, title="Another")
    assert "one reviewer" in alone.get(at("change", revision.pk)).text
    assert "Say why nobody else" in said(alone.post(at("change", revision.pk), {"approve": "1"}, follow=True))[0]
    alone.post(at("change", revision.pk), {"approve": "1", "alone_because": "The others are ill."})
    revision.refresh_from_db()
    assert (revision.state, revision.alone_because) == ("approved", "The others are ill.")


def test_a_record_changed_meanwhile_is_said_and_the_change_cannot_be_approved(editor, publisher, law):
    revision = proposed(law, editor.user, title="Another")
    law.citation = "Ch. 2019-102"
    law.save()
    page = publisher.get(at("change", revision.pk))
    assert "after this was written" in page.text
    assert 'name="approve"' not in page.text


# -- Endings ----------------------------------------------------------------------------------------------------------


def test_an_end_is_proposed_with_its_source_and_holds_once_another_approves(editor, publisher):
    agreement, source = AgreementFactory(), SourceFactory(title="Letter of the sheriff")
    page = at("end", agreement.pk)
    assert (
        "Name the day and the source"
        in said(editor.post(page, {"ended_on": "2026-06-01", "reason": "A letter."}, follow=True))[0]
    )
    found = editor.post(page, {"seek": "source", "seek_source": "letter", "ended_on": "2026-06-01"})
    assert f'name="source" value="{source.pk}"' in found.text
    editor.post(page, {"ended_on": "2026-06-01", "source": source.pk, "reason": "A letter."})
    revision = Revision.objects.get()
    assert Agreement.objects.on(date(2026, 6, 1)).get(pk=agreement.pk).status == "listed"
    assert "Letter of the sheriff" in publisher.get(at("change", revision.pk)).text
    publisher.post(at("change", revision.pk), {"approve": "1"})
    assert Agreement.objects.on(date(2026, 6, 1)).get(pk=agreement.pk).status == "ended"


def test_a_day_to_come_is_refused(editor):
    agreement, source = AgreementFactory(), SourceFactory()
    form = {"ended_on": "2999-01-01", "source": source.pk, "reason": "A plan."}
    assert "That day has not come." in said(editor.post(at("end", agreement.pk), form, follow=True))[0]
    assert not Revision.objects.exists()


@pytest.mark.parametrize("screen", ["merge", "end"])
def test_who_may_not_edit_proposes_nothing(screen):
    agreement = AgreementFactory()
    pk = agreement.agency_id if screen == "merge" else agreement.pk
    assert browser("translator").get(at(screen, pk)).status_code == 403


# -- Merges -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(editor):
    """Two agencies from a list: the one of the county, and the same under another name."""
    CountyFactory(geoid="12019", name="Clay County", state=StateFactory(geoid="12", name="Florida", usps="FL"))
    names = ("Clay County Sheriff's Office", "Green Cove Springs Joint Unit")
    run = runs.open_sheet(sheet([row(name, county="Clay County") for name in names]))
    run.proposed.update(decision="accepted")
    chief = member("publisher")
    if run.doubts_open:
        runs.settle(run, "A small world.", by=chief)
    runs.apply_run(run, by=chief)
    return [Agency.objects.get(name=name) for name in names]


def test_two_agencies_are_merged_by_two_people_and_taken_apart_again(editor, publisher, two):
    office, unit = two
    found = editor.post(at("merge", unit.pk), {"seek": "agency", "seek_agency": "clay county"})
    assert f'value="{office.public_id}"' in found.text
    editor.post(at("merge", unit.pk), {"agency": office.public_id, "reason": "One office."})
    revision = Revision.objects.get()
    assert Agency.objects.count() == 2
    text = publisher.get(at("change", revision.pk)).text
    assert "Its id will lead to the other" in text
    publisher.post(at("change", revision.pk), {"approve": "1"})
    assert Agency.objects.get().public_id == office.public_id
    assert Client().get(f"/agencies/{unit.public_id}/").status_code == 301

    former = AgencyFormerId.objects.get(public_id=unit.public_id)
    agency_page = reverse("admin:jurisdictions_agency_change", args=[former.agency_id])
    assert at("unmerge", former.pk) in publisher.get(agency_page).text
    editor.post(at("unmerge", former.pk), {"reason": "Two offices after all."})
    publisher.post(at("change", Revision.objects.get(state="in_review").pk), {"approve": "1"})
    assert set(Agency.objects.values_list("public_id", flat=True)) == {office.public_id, unit.public_id}


def test_the_id_that_stays_is_chosen(editor, two):
    office, unit = two
    form = {"agency": office.public_id, "stays": "this", "reason": "One office."}
    editor.post(at("merge", unit.pk), form)
    revision = Revision.objects.get()
    assert (revision.agency, revision.changes) == (office, {"merged_into": unit.public_id})


def test_without_the_other_agency_or_a_reason_nothing_is_proposed(editor, two):
    office, unit = two
    assert "Choose the other agency." in said(editor.post(at("merge", unit.pk), {"reason": "x"}, follow=True))
    form = {"agency": office.public_id, "reason": " "}
    assert "Say why" in said(editor.post(at("merge", unit.pk), form, follow=True))[0]
    assert not Revision.objects.exists()
