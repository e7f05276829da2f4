"""A published record is changed on its page by one person and made public by another; until then nothing moves."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from agreements import actions
from agreements.models import LawCitation, Provision, Revision, StateLaw
from jurisdictions.models import DataVersion
from portal import roles
from tests.agreements.test_revision_screens import at, browser, said
from tests.factories import (
    AgreementFactory,
    CountyFactory,
    DesignationFactory,
    GlossaryTermFactory,
    GuideFactFactory,
    LocalPolicyFactory,
    ModelPowerFactory,
    ProvisionFactory,
    SourceFactory,
    StateLawFactory,
    TimelineEventFactory,
)
from tests.staff import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(db):
    return browser("editor")


@pytest.fixture
def publisher(db):
    return browser("publisher")


@pytest.fixture
def law(db):
    """A published law with two parts and a further source for the second."""
    law = StateLawFactory(title="Senate Bill 168", key="fl-sb-168-2019")
    ProvisionFactory(law=law, place=1, statement_en="Jails must hold.")
    second = ProvisionFactory(law=law, place=2, topic="sanctuary_ban", effect="forbids", statement_en="No bans.")
    LawCitation.objects.create(law=law, provision=second, source=SourceFactory(title="The chapter"), page="3")
    return law


def page_of(record, name="change"):
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{name}", args=[record.pk])


def sent_by(response) -> dict:
    """What the browser would send from a record's page if somebody pressed Save: the form as it is shown."""
    context = response.context
    inlines = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form, *(form for inline in inlines for form in [inline.management_form, *inline])]
    sent = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                sent[field.html_name] = getattr(value, "pk", value)
    return sent


def write(browser, record, reason="The chapter says so.", query="", **changes):
    """Open the record's page, change it, save it; the answer, after redirects."""
    page = page_of(record) + query
    sent = sent_by(browser.get(page)) | {"reason": reason} | changes
    return browser.post(page, sent, follow=True)


def public(record) -> tuple:
    """What the public and mirrors see of everything: pages, API, version of the facts, and history of the record."""
    stranger = Client()
    pages = [record.get_absolute_url(), "/es" + record.get_absolute_url(), "/api/v1/laws/", "/changes/"]
    return (
        [stranger.get(page).content for page in pages],
        DataVersion.objects.current().number,
        list(record.history.values_list("history_id", flat=True)),
    )


# -- Proposed ---------------------------------------------------------------------------------------------------------


def test_a_change_of_fields_parts_and_sources_waits_and_nothing_public_moves_until_another_approves(
    editor, publisher, law
):
    before = public(law)
    other = SourceFactory(title="The session law")
    first, second = law.provisions.all()
    response = write(
        editor, law, title="Senate Bill 168 (2019)", legal_status="enjoined",
        **{"provisions-0-statement_en": "Jails must hold for 48 hours.", "provisions-1-DELETE": "on",
           "provisions-TOTAL_FORMS": 3, "provisions-2-topic": "detainers", "provisions-2-effect": "limits",
           "provisions-2-binds": ["courts"], "provisions-2-statement_en": "Courts look first.",
           "provisions-2-place": 3, "citations-TOTAL_FORMS": 2, "citations-1-source": other.pk,
           "citations-1-page": "7"},
    )  # fmt: skip
    assert "Handed in for review" in said(response)[0]
    assert public(law) == before
    revision = Revision.objects.get()
    assert response.redirect_chain[-1][0] == at("change", revision.pk)
    assert (revision.author, revision.reason, revision.state) == (editor.user, "The chapter says so.", "in_review")
    assert set(revision.changes) == {"title", "legal_status", "translation", "provisions", "citations"}
    assert revision.before["title"] == "Senate Bill 168"

    text = publisher.get(at("change", revision.pk)).text
    for words in ("Courts look first.", "Blocked by a court", "The session law", "48", "The chapter says so."):
        assert words in text
    assert public(law) == before

    publisher.post(at("change", revision.pk), {"approve": "1"})
    law.refresh_from_db()
    assert (law.title, law.legal_status) == ("Senate Bill 168 (2019)", "enjoined")
    assert next((each.pk, each.statement_en) for each in law.provisions.all()) == (
        first.pk,
        "Jails must hold for 48 hours.",
    )
    assert [each.statement_en for each in law.provisions.all()] == [
        "Jails must hold for 48 hours.",
        "Courts look first.",
    ]
    assert not Provision.objects.filter(pk=second.pk).exists()
    assert [(each.source, each.page) for each in law.citations.all()] == [(other, "7")]
    assert law.history.count() == len(before[2]) + 1
    newest = law.history.first()
    assert (newest.history_user, newest.history_change_reason) == (publisher.user, "The chapter says so.")
    assert DataVersion.objects.current().number == before[1] + 1
    assert law.changes.filter(kind="enjoined").exists()
    assert "Senate Bill 168 (2019)" in Client().get("/laws/fl-sb-168-2019/").text


def test_a_refused_change_leaves_nothing(editor, publisher, law):
    before = public(law)
    write(editor, law, title="Another", **{"provisions-0-DELETE": "on"})
    publisher.post(at("change", Revision.objects.get().pk), {"refuse": "1", "because": "The source says otherwise."})
    assert public(law) == before
    assert law.provisions.count() == 2
    assert "The source says otherwise." in editor.get(at("change", Revision.objects.get().pk)).text


@pytest.mark.parametrize(
    "make",
    [
        LocalPolicyFactory, DesignationFactory, GuideFactFactory, ModelPowerFactory, TimelineEventFactory,
        GlossaryTermFactory,
    ],
    ids=lambda factory: factory._meta.model.__name__,
)  # fmt: skip
def test_every_kind_of_written_record_waits_for_a_second_person(editor, publisher, make):
    record = make()
    rows = record.history.count()
    write(editor, record, doubt_en="Nobody saw the signing.", doubt_es="Nadie vio la firma.")
    record.refresh_from_db()
    assert record.doubt_en == ""
    assert record.history.count() == rows
    publisher.post(at("change", Revision.objects.get().pk), {"approve": "1"})
    record.refresh_from_db()
    assert record.doubt_en == "Nobody saw the signing."
    assert record.history.count() == rows + 1


def test_the_government_of_a_policy_is_proposed_with_it(editor, publisher):
    here, there = CountyFactory(name="Here County"), CountyFactory(name="There County")
    policy = LocalPolicyFactory(jurisdictions=[here])
    write(editor, policy, jurisdictions=[there.pk])
    assert list(policy.jurisdictions.all()) == [here]
    revision = Revision.objects.get()
    assert revision.changes == {"jurisdictions": [there.pk]}
    text = publisher.get(at("change", revision.pk)).text
    assert "Here" in text
    assert "There" in text
    publisher.post(at("change", revision.pk), {"approve": "1"})
    assert list(policy.jurisdictions.all()) == [there]


def test_without_a_reason_or_a_difference_nothing_is_proposed(editor, law):
    assert "Say why, in a sentence" in write(editor, law, reason=" ", title="Another").text
    assert "Nothing was changed" in said(write(editor, law))[0]
    assert not Revision.objects.exists()


def test_what_was_public_once_is_withdrawn_and_never_a_draft_again(editor, publisher, law):
    assert "never a draft again" in write(editor, law, state="draft").text
    write(editor, law, state="withdrawn")
    assert Client().get(law.get_absolute_url()).status_code == 200
    publisher.post(at("change", Revision.objects.get().pk), {"approve": "1"})
    assert Client().get(law.get_absolute_url()).status_code == 404


def test_a_page_opened_before_somebody_elses_change_is_not_saved_over_it(editor, law):
    sent = sent_by(editor.get(page_of(law)))
    law.citation = "Ch. 2019-102"
    law.save()
    refused = editor.post(page_of(law), sent | {"reason": "Late.", "title": "Late"})
    assert "Somebody changed this record while you wrote" in refused.text
    assert not Revision.objects.exists()


def test_an_earlier_state_is_brought_back_through_a_second_person(publisher, law):
    law.title = "Mistyped"
    law.save()
    earlier = law.history.last()
    page = f"{page_of(law, 'history')}{earlier.pk}/"
    sent = sent_by(publisher.get(page_of(law))) | {"title": "Senate Bill 168", "reason": "As it was."}
    assert publisher.get(page).status_code == 200
    publisher.post(page, sent)
    law.refresh_from_db()
    assert law.title == "Mistyped"
    assert Revision.objects.get().changes == {"title": "Senate Bill 168"}


# -- Its author -------------------------------------------------------------------------------------------------------


def test_the_author_writes_a_waiting_change_anew_with_its_new_parts(editor, publisher, law):
    write(
        editor, law, title="A",
        **{"provisions-TOTAL_FORMS": 3, "provisions-2-topic": "detainers", "provisions-2-effect": "limits",
           "provisions-2-binds": ["courts"], "provisions-2-statement_en": "Courts look.", "provisions-2-place": 3},
    )  # fmt: skip
    revision = Revision.objects.get()
    assert "waits for review" in editor.get(page_of(law)).text
    query = f"?revision={revision.pk}"
    shown = sent_by(editor.get(page_of(law) + query))
    assert (shown["title"], shown["provisions-2-statement_en"]) == ("A", "Courts look.")
    assert shown["reason"] == "The chapter says so."
    write(editor, law, query=query, title="B", **{"provisions-2-statement_en": "Courts look first."})
    again = Revision.objects.get()
    assert (again.pk, again.changes["title"]) == (revision.pk, "B")
    assert [row["statement_en"] for row in again.changes["provisions"]] == [
        "Jails must hold.", "No bans.", "Courts look first.",
    ]  # fmt: skip
    assert law.provisions.count() == 2
    publisher.post(at("change", again.pk), {"approve": "1"})
    assert law.provisions.count() == 3


def test_only_the_author_writes_it_anew_or_takes_it_back(editor, publisher, law):
    write(editor, law, title="A")
    revision = Revision.objects.get()
    assert publisher.get(f"{page_of(law)}?revision={revision.pk}").status_code == 403
    assert "Only the person who wrote" in said(
        publisher.post(at("change", revision.pk), {"take_back": "1"}, follow=True)
    )[0]  # fmt: skip
    assert "Write it anew" in editor.get(at("change", revision.pk)).text
    editor.post(at("change", revision.pk), {"take_back": "1"})
    revision.refresh_from_db()
    assert (revision.state, revision.refused_because) == ("refused", "Taken back by its author.")


@pytest.mark.parametrize("role", ["publisher", "administrator", "superuser"])
def test_nobody_approves_what_they_wrote(publisher, law, role):
    author = browser(role)
    write(author, law, title="Mine")
    revision = Revision.objects.get()
    assert 'name="approve"' not in author.get(at("change", revision.pk)).text
    author.post(at("change", revision.pk), {"approve": "1", "alone_because": "In a hurry."})
    law.refresh_from_db()
    assert law.title == "Senate Bill 168"


def test_a_translator_proposes_the_spanish_and_nothing_else(publisher, law):
    translator = browser("translator")
    write(translator, law, title="Mine", summary_es="Las cárceles deben ayudar.")
    assert Revision.objects.get().changes == {"summary_es": "Las cárceles deben ayudar."}
    law.refresh_from_db()
    assert law.summary_es != "Las cárceles deben ayudar."


def test_a_researcher_proposes_nothing_to_a_published_record(law):
    assert browser("researcher").post(page_of(law), {"title": "Mine", "reason": "x"}).status_code == 403


# -- Drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_saved_at_once_and_published_by_another_than_who_wrote_it(editor, publisher):
    draft = StateLawFactory(state="draft", title="A bill")
    write(editor, draft, reason="", title="An act")
    draft.refresh_from_db()
    assert draft.title == "An act"
    write(editor, draft, reason="It was signed.", state="published")
    draft.refresh_from_db()
    assert draft.state == "draft"
    revision = Revision.objects.get()
    assert revision.changes == {"state": "published"}
    assert "An act" in publisher.get(at("preview", revision.pk)).text
    publisher.post(at("change", revision.pk), {"approve": "1"})
    assert Client().get(draft.get_absolute_url()).status_code == 200
    assert draft.changes.filter(kind="enacted").exists()


def test_a_publisher_publishes_anothers_draft_as_it_stands_and_not_one_that_they_touched(editor, publisher):
    theirs, shared = StateLawFactory(state="draft"), StateLawFactory(state="draft")
    write(publisher, theirs, state="published")
    theirs.refresh_from_db()
    assert theirs.is_published
    assert not Revision.objects.exists()
    write(publisher, shared, title="My words", state="published")
    shared.refresh_from_db()
    assert (shared.state, shared.title) == ("draft", "My words")
    assert Revision.objects.get().author == publisher.user


def test_a_new_record_is_a_draft_until_another_publishes_it(publisher):
    source, like = SourceFactory(), StateLawFactory()
    add = reverse("admin:agreements_statelaw_add")
    sent = sent_by(publisher.get(add)) | {
        "jurisdiction": like.jurisdiction_id, "key": "fl-hb-1-2026", "title": "House Bill 1", "instrument": "statute",
        "stance": "requires_cooperation", "legal_status": "enacted", "summary_en": "It says so.",
        "state": "published", "main_source": source.pk, "confidence": "high", "reason": "Signed.",
    }  # fmt: skip
    publisher.post(add, sent)
    law = StateLaw.objects.get(key="fl-hb-1-2026")
    assert law.state == "draft"
    assert Revision.objects.get().record == law


# -- Preview ----------------------------------------------------------------------------------------------------------


def test_the_preview_is_the_public_page_as_it_then_is_and_leaves_no_trace(editor, publisher, law):
    write(editor, law, title="Senate Bill 168 (2019)", summary_es="En español.")
    revision, before = Revision.objects.get(), public(law)
    previews = [publisher.get(at(name, revision.pk)) for name in ("preview", "preview_es")]
    assert [preview.status_code for preview in previews] == [200, 200]
    assert "no-store" in previews[0]["Cache-Control"]
    assert not previews[0].cookies
    assert public(law) == before
    publisher.post(at("change", revision.pk), {"approve": "1"})
    assert [preview.content for preview in previews] == [
        Client().get(language + law.get_absolute_url()).content for language in ("", "/es")
    ]


def test_strangers_and_decided_changes_have_no_preview(client, editor, publisher, law):
    write(editor, law, title="Another")
    revision = Revision.objects.get()
    assert client.get(at("preview", revision.pk))["Location"].startswith("/admin/account/login/")
    publisher.post(at("change", revision.pk), {"refuse": "1", "because": "No."})
    assert publisher.get(at("preview", revision.pk)).status_code == 404


# -- A base that moved, and back again --------------------------------------------------------------------------------


def test_of_two_changes_to_one_record_the_second_is_set_against_the_first(editor, publisher, law):
    write(editor, law, title="First")
    write(editor, law, citation="Ch. 2019-102")
    second, first = Revision.objects.all()
    publisher.post(at("change", first.pk), {"approve": "1"})
    page = publisher.get(at("change", second.pk)).text
    assert "after this was written" in page
    assert 'name="approve"' not in page
    assert "after this change was written" in said(
        publisher.post(at("change", second.pk), {"approve": "1"}, follow=True)
    )[0]  # fmt: skip
    editor.post(at("change", second.pk), {"rebuild": "1"})
    publisher.post(at("change", second.pk), {"approve": "1"})
    law.refresh_from_db()
    assert (law.title, law.citation) == ("First", "Ch. 2019-102")


def test_a_change_that_the_record_already_says_is_not_set_against_it(editor, publisher, law):
    write(editor, law, title="Same")
    write(editor, law, title="Same")
    second, first = Revision.objects.all()
    publisher.post(at("change", first.pk), {"approve": "1"})
    response = editor.post(at("change", second.pk), {"rebuild": "1"}, follow=True)
    assert "The record says all of this already" in said(response)[0]


def test_an_applied_change_is_undone_by_one_person_and_a_second(editor, publisher, law):
    as_it_was = [list(law.provisions.values_list("statement_en")), list(law.citations.values_list("page"))]
    write(editor, law, title="Wrong", **{"provisions-1-DELETE": "on"})
    revision = Revision.objects.get()
    publisher.post(at("change", revision.pk), {"approve": "1"})
    law.refresh_from_db()
    assert [law.title, law.provisions.count(), law.citations.count()] == ["Wrong", 1, 0]
    editor.post(at("change", revision.pk), {"undo": "1"})
    back = Revision.objects.get(state="in_review")
    assert (back.author, back.reason.startswith("Takes back the change of")) == (editor.user, True)
    law.refresh_from_db()
    assert law.title == "Wrong"
    publisher.post(at("change", back.pk), {"approve": "1"})
    law.refresh_from_db()
    assert law.title == "Senate Bill 168"
    assert [list(law.provisions.values_list("statement_en")), list(law.citations.values_list("page"))] == as_it_was


def test_publishing_is_undone_by_withdrawing(editor, publisher):
    draft = StateLawFactory(state="draft")
    write(editor, draft, state="published")
    revision = Revision.objects.get()
    publisher.post(at("change", revision.pk), {"approve": "1"})
    editor.post(at("change", revision.pk), {"undo": "1"})
    assert Revision.objects.get(state="in_review").changes == {"state": "withdrawn"}


# -- One reviewer -----------------------------------------------------------------------------------------------------


def test_where_one_person_alone_approves_readers_are_told_so(law):
    alone = browser("administrator")
    write(alone, law, title="Senate Bill 168 (2019)")
    revision = Revision.objects.get()
    alone.post(at("change", revision.pk), {"approve": "1", "alone_because": "The second editor is on leave."})
    text = Client().get(law.get_absolute_url()).text
    assert "One reviewer" in text
    assert "The second editor is on leave." in text
    assert "The second editor is on leave." in Client().get("/about/").text


# -- Forged forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forged", ["😀", "\u202e", "9" * 20, "-1", "²"])
def test_a_source_that_is_no_source_is_refused_in_words(editor, forged):
    agreement = AgreementFactory()
    form = {"ended_on": "2026-06-01", "source": forged, "reason": "A letter."}
    assert "Name the day and the source" in said(editor.post(at("end", agreement.pk), form, follow=True))[0]
    assert editor.post(at("end", agreement.pk), form | {"seek": "source"}).status_code == 200
    assert not Revision.objects.exists()


def test_a_revision_has_no_second_address(editor):
    assert editor.get("/admin/agreements/revision/1/").status_code == 404


def test_a_forged_number_of_a_change_is_not_found_or_the_records_page(editor, law):
    assert editor.get(f"{page_of(law)}?revision=999999").status_code == 404
    assert editor.get(f"{page_of(law)}?revision=%F0%9F%98%80").status_code == 200


# -- Two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share the tests' SQLite, in memory")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_does_and_the_other_is_told():
    roles.grant()
    law = StateLawFactory()
    revision = Revision.objects.create(
        law=law, changes={"title": "Once"}, base_version=law.updated_at, reason="So it is.", state="in_review"
    )
    people, start, told = [member("publisher"), member("publisher")], Barrier(2), []

    def approve(person):
        start.wait()
        try:
            actions.approve(Revision.objects.get(pk=revision.pk), by=person)
            told.append("approved")
        except ValidationError as refusal:
            told.append(refusal.messages[0])
        finally:
            connection.close()

    threads = [Thread(target=approve, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["This change was already approved.", "approved"]
    assert law.history.count() == 2


def test_the_database_itself_refuses_that_an_author_approves_without_a_reason(editor, law):
    write(editor, law, title="Mine")
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.update(state="approved", reviewer=editor.user)
    Revision.objects.update(state="approved", reviewer=editor.user, alone_because="Nobody else is left.")
