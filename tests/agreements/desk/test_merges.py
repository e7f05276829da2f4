"""Two agencies become one and part again, agreements end: proposed by one person, approved by another."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from agreements.actions import approve, refuse
from agreements.desk import merges, runs
from agreements.facts.export import former_id_rows
from agreements.imports.refresh import refresh_derived
from agreements.models import Agreement, AgreementCitation, AgreementFormerId, ChangeEvent, Revision, Verdict
from jurisdictions.models import Agency, AgencyFormerId
from tests.agreements.desk.conftest import row, sheet
from tests.agreements.dump import differences, public_facts
from tests.factories import SourceFactory

SHERIFF = row("Clay County Sheriff's Office", county="Clay County")
JAIL = row("Clay County Jail", model="JEM", county="Clay County", signed="2025-04-02")
BOARD = row("Clay County Board of County Commissioners", county="Clay County", signed="2025-05-02")

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(load):
    """The sheriff and the jail of a county, on three lists."""
    load([SHERIFF, JAIL])
    load([SHERIFF, JAIL, row("Lee County Sheriff's Office", county="Lee County")], 1)
    load([SHERIFF, JAIL], 2)
    return Agency.objects.get(name=SHERIFF[1]), Agency.objects.get(name=JAIL[1])


def ids() -> dict[str, str]:
    return dict(Agency.objects.values_list("public_id", "name"))


def test_a_merge_is_approved_by_another_person_and_keeps_the_id_that_was_chosen(two, editor, publisher):
    sheriff, jail = two
    revision = merges.propose_merge(jail, sheriff, by=editor, reason="The sheriff runs the jail.")
    assert Agency.objects.count() == 3
    approve(revision, by=publisher)
    assert jail.public_id not in ids()
    assert AgencyFormerId.objects.get().agency == sheriff
    assert {agreement.program_model for agreement in sheriff.agreements.all()} == {"TFM", "JEM"}
    assert Verdict.objects.get().revision == revision
    event = ChangeEvent.objects.get(kind="merged")
    assert (event.agency, event.before) == (sheriff, {"public_id": jail.public_id, "name": "Clay County Jail"})
    revision.refresh_from_db()
    assert (revision.state, revision.reviewer, revision.record) == ("approved", publisher, None)
    assert "Clay County Jail" in str(revision)


@pytest.mark.parametrize("stays", [0, 1])
def test_whichever_stays_the_other_leads_to_it(two, editor, publisher, client, stays):
    heir, lost = two[stays], two[1 - stays]
    approve(merges.propose_merge(lost, heir, by=editor, reason="One office."), by=publisher)
    assert set(ids()) >= {heir.public_id}
    assert AgencyFormerId.objects.get(public_id=lost.public_id).agency == heir
    answer = client.get(f"/agencies/{lost.public_id}/")
    assert (answer.status_code, answer["Location"]) == (301, Agency.objects.get(pk=heir.pk).get_absolute_url())


def test_nobody_approves_a_merge_of_their_own(two, publisher, other_publisher):
    revision = merges.propose_merge(two[1], two[0], by=publisher, reason="One office.")
    with pytest.raises(ValidationError, match="somebody else has to approve"):
        approve(revision, by=publisher)
    assert Agency.objects.count() == 3
    with pytest.raises(ValidationError, match="Say why it is refused"):
        refuse(revision, by=other_publisher, because=" ")
    refuse(revision, by=other_publisher, because="They are two.")
    assert Revision.objects.get().state == "refused"


def test_an_unmerge_gives_both_their_ids_facts_and_what_editors_had_chosen(two, editor, publisher):
    sheriff, jail = two
    jail.name, jail.name_is_editors = "Clay County Detention Center", True
    jail.save()
    source = SourceFactory()
    agreement = jail.agreements.get()
    agreement.ended_on, agreement.ended_source = date(2026, 1, 15), source
    agreement.save()
    refresh_derived([jail.pk])
    AgreementCitation.objects.create(agreement=agreement, source=source, page="3", quote="ends")
    before, public_ids = public_facts(), ids()
    agreement_ids = set(Agreement.objects.values_list("public_id", flat=True))
    approve(merges.propose_merge(jail, sheriff, by=editor, reason="One office."), by=publisher)
    former = AgencyFormerId.objects.get()
    approve(merges.propose_unmerge(former, by=editor, reason="They are two offices."), by=publisher)
    assert ids() == public_ids
    assert set(Agreement.objects.values_list("public_id", flat=True)) == agreement_ids
    assert differences(before, public_facts()) == {}
    again = Agency.objects.get(public_id=jail.public_id)
    assert (again.pk, again.name_is_editors) == (jail.pk, True)
    assert again.agreements.get().citations.get().page == "3"
    assert not AgencyFormerId.objects.exists()
    assert not ChangeEvent.objects.filter(kind="merged").exists()


def test_an_agreement_of_both_leads_on_and_comes_back(load, editor, publisher, client):
    load([SHERIFF, BOARD])
    sheriff, board = Agency.objects.get(name=SHERIFF[1]), Agency.objects.get(name=BOARD[1])
    kept, lost = sheriff.agreements.get(), board.agreements.get()
    approve(merges.propose_merge(board, sheriff, by=editor, reason="One office."), by=publisher)
    assert AgreementFormerId.objects.get().agreement == kept
    assert client.get(f"/agreements/{lost.public_id}/")["Location"] == f"/agreements/{kept.public_id}/"
    approve(merges.propose_unmerge(AgencyFormerId.objects.get(), by=editor, reason="Two."), by=publisher)
    assert client.get(f"/agreements/{lost.public_id}/").status_code == 200
    assert not AgreementFormerId.objects.exists()


def test_three_that_became_one_part_one_by_one(load, editor, publisher):
    load([SHERIFF, JAIL, BOARD])
    names = {agency.name: agency for agency in Agency.objects.all()}
    sheriff, jail, board = names[SHERIFF[1]], names[JAIL[1]], names[BOARD[1]]
    before, public_ids = public_facts(), ids()
    approve(merges.propose_merge(jail, board, by=editor, reason="One."), by=publisher)
    approve(merges.propose_merge(Agency.objects.get(pk=board.pk), sheriff, by=editor, reason="One."), by=publisher)
    assert {former.agency for former in AgencyFormerId.objects.all()} == {sheriff}
    former = AgencyFormerId.objects.get(public_id=board.public_id)
    approve(merges.propose_unmerge(former, by=editor, reason="Two."), by=publisher)
    # The jail had become one with the board, and goes with it.
    assert AgencyFormerId.objects.get().agency == Agency.objects.get(public_id=board.public_id)
    approve(merges.propose_unmerge(AgencyFormerId.objects.get(), by=editor, reason="Three."), by=publisher)
    assert ids() == public_ids
    assert differences(before, public_facts()) == {}


def test_what_a_rule_made_one_is_parted_by_a_verdict(load, editor, publisher):
    run = load([SHERIFF])
    assert run.is_applied
    load([SHERIFF, row("Clay County Sheriff's Department", model="WSO", county="Clay County")], 1)
    (agency,) = Agency.objects.all()
    former = AgencyFormerId.objects.create(
        public_id="a7k2mq", agency=agency, names=[["FL", "clay county sheriff s department"]]
    )
    names = {alias.folded for alias in agency.aliases.all()}
    former.names = [["FL", name] for name in names if "department" in name]
    former.save()
    approve(merges.propose_unmerge(former, by=editor, reason="The department is the city's."), by=publisher)
    assert Agency.objects.get(public_id="a7k2mq").name == "Clay County Sheriff's Department"
    assert Verdict.objects.get().answer == "different"


def test_what_is_printed_under_one_name_is_not_parted(load, editor):
    load([SHERIFF])
    (agency,) = Agency.objects.all()
    names = [["FL", agency.aliases.get().folded]]
    former = AgencyFormerId.objects.create(public_id="a7k2mq", agency=agency, names=names)
    with pytest.raises(ValidationError, match="both under one name"):
        merges.propose_unmerge(former, by=editor, reason="Two.")


def test_a_merge_that_people_decided_against_is_refused(two, editor):
    Verdict.objects.create(
        answer="different",
        state="FL",
        name=SHERIFF[1],
        other_state="FL",
        other_name=JAIL[1],
        reason="Looked.",
        decided_on="2026-01-01",
    )
    with pytest.raises(ValidationError, match="decided both ways"):
        merges.propose_merge(two[1], two[0], by=editor, reason="One.")


def test_an_end_is_approved_by_another_person_and_can_be_taken_back(two, editor, publisher):
    agreement = two[1].agreements.get()
    source = SourceFactory()
    with pytest.raises(ValidationError, match="Name the day and the source"):
        merges.propose_end(agreement, date(2026, 1, 10), None, by=editor, reason="The county says so.")
    with pytest.raises(ValidationError, match="That day has not come"):
        merges.propose_end(agreement, date(2999, 1, 1), source, by=editor, reason="The county says so.")
    before = public_facts()
    revision = merges.propose_end(agreement, date(2026, 1, 20), source, by=editor, reason="The county says so.")
    assert differences(before, public_facts()) == {}
    approve(revision, by=publisher)
    agreement.refresh_from_db()
    assert (agreement.ended_on, agreement.ended_source) == (date(2026, 1, 20), source)
    assert agreement.standings.order_by("starts_on").last().status == "ended"
    assert agreement.changes.filter(kind="ended").exists()
    assert agreement.history.first().history_user == publisher
    approve(merges.propose_end(agreement, None, None, by=editor, reason="It was renewed."), by=publisher)
    assert differences(before, public_facts()) == {}


def test_the_same_proposal_waits_only_once(two, editor):
    merges.propose_merge(two[1], two[0], by=editor, reason="One.")
    with pytest.raises(ValidationError, match="already proposed"):
        merges.propose_merge(two[1], two[0], by=editor, reason="One, I say.")


def test_a_gone_id_answers_and_comes_back_with_its_list(load, publisher, editor, client):
    load([SHERIFF])
    run = load([SHERIFF, JAIL], 1)
    jail = Agency.objects.get(name=JAIL[1])
    agreement = jail.agreements.get()
    runs.undo_run(run, by=publisher, because="Wrong file.")
    for address in (f"/agencies/{jail.public_id}/", f"/agreements/{agreement.public_id}/"):
        assert client.get(address).status_code == 410
        assert client.get(f"/api/v1{address}").status_code == 410
    assert [(row["record"], row["heir"]) for row in former_id_rows()] == [("agency", None), ("agreement", None)]
    # Another list brings it back under its own id.
    again = runs.open_sheet(sheet([SHERIFF, JAIL], 3), by=editor)
    again.proposed.update(decision="accepted")
    runs.apply_run(again, by=publisher)
    assert Agency.objects.get(name=JAIL[1]).public_id == jail.public_id
    assert Agreement.objects.get(program_model="JEM").public_id == agreement.public_id
