"""A list at the desk: opened, compared, decided, applied and undone."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from agreements.desk import decisions, runs
from agreements.desk.workbook import pack, unpack
from agreements.models import Agreement, ChangeEvent, ImportRun, ProposedChange, Snapshot, SourceCorrection, Verdict
from jurisdictions.models import Agency, DataVersion
from tests.agreements.desk.conftest import person, row, sheet
from tests.agreements.dump import differences, public_facts
from tests.agreements.imports.workbooks import clay, workbook

CLAY = row("Clay County Sheriff's Office", county="Clay County")
LEE = row("Lee County Sheriff's Office", county="Lee County")
HASKELL_POLICE = row("Haskell Police Department", "TX", signed="2025-08-01", kind="Municipality")
HASKELL_SHERIFF = row("Haskell County Sheriff's Office", "TX", signed="2025-08-01", county="Haskell County")

pytestmark = pytest.mark.django_db


def proposed(run) -> list[tuple]:
    return [(change.kind, change.agency_name, change.decision) for change in run.proposed.all()]


def test_a_list_keeps_every_cell_while_it_waits():
    one = sheet([CLAY, row("St. Cloud", moa="https://www.ice.gov/doclib/287gMOA/StCloud.pdf")])
    assert unpack(pack(one)) == one


def test_nothing_public_changes_before_a_list_is_applied(load, editor):
    load([CLAY])
    before, version = public_facts(), DataVersion.objects.current().number
    run = runs.open_sheet(sheet([CLAY, LEE], 1), by=editor)
    decisions.accept_certain(run, by=editor)
    assert differences(before, public_facts()) == {}
    assert DataVersion.objects.current().number == version
    assert proposed(run) == [("appeared", "Lee County Sheriff's Office", "accepted")]


def test_a_workbook_is_opened_once_and_refused_once_it_is_applied(world, editor, publisher):
    data = workbook([clay()], modified=datetime(2025, 2, 28, tzinfo=UTC))
    run = runs.open_run(data, "participatingAgencies03012025.xlsx", by=editor)
    assert (run.kind, run.published_on, run.row_count) == ("participating", date(2025, 3, 1), 1)
    assert runs.open_run(data, "again.xlsx", by=editor) == run
    decisions.accept_certain(run, by=editor)
    runs.apply_run(run, by=publisher)
    with pytest.raises(ValidationError, match="already applied, as the participating list of 2025-03-01"):
        runs.open_run(data, "again.xlsx", by=editor)


def test_applying_makes_exactly_what_was_proposed(load, editor, publisher):
    load([CLAY, HASKELL_POLICE])
    run = runs.open_sheet(sheet([CLAY, LEE, row("Clay County Sheriff's Office", model="WSO")], 1), by=editor)
    shown = sorted((change.kind, change.program_model) for change in run.proposed.all())
    decisions.accept_certain(run, by=editor)
    runs.apply_run(run, by=publisher)
    made = ChangeEvent.objects.filter(snapshot__sha256=run.sha256)
    assert sorted(made.values_list("kind", "agreement__program_model")) == shown
    assert shown == [("appeared", "TFM"), ("missing", "TFM"), ("model_added", "WSO")]


def test_undo_leaves_the_facts_as_they_were_and_redo_brings_them_back_with_the_same_ids(load, editor, publisher):
    load([CLAY, HASKELL_POLICE])
    before = public_facts()
    run = runs.open_sheet(sheet([CLAY, LEE, HASKELL_SHERIFF], 1), by=editor)
    decisions.decide(run.proposed.get(kind="renamed_perhaps"), "same", by=editor, note="The county took it over.")
    decisions.accept_certain(run, by=editor)
    runs.apply_run(run, by=publisher)
    after, ids = public_facts(), set(Agency.objects.values_list("public_id", flat=True))
    assert Verdict.objects.get().run == run
    runs.undo_run(run, by=publisher, because="ICE sent the wrong file.")
    assert differences(before, public_facts()) == {}
    assert not Verdict.objects.exists()
    again = runs.reopen(run, by=editor)
    assert again.may_apply == []
    runs.apply_run(again, by=publisher)
    assert differences(after, public_facts()) == {}
    assert set(Agency.objects.values_list("public_id", flat=True)) == ids


def test_undoing_a_list_leaves_those_that_came_after_it(load, publisher):
    first = load([CLAY])
    second = load([CLAY, LEE], 1)
    load([LEE], 2)
    runs.undo_run(second, by=publisher, because="Never published.")
    assert list(Snapshot.objects.values_list("published_on", flat=True)) == [
        first.published_on,
        date(2026, 1, 19),
    ]
    assert ChangeEvent.objects.get(kind="appeared").seen_on == date(2026, 1, 19)


def test_a_list_that_a_command_loaded_can_be_undone_and_opened_again(load, editor, publisher):
    load([CLAY])
    before = public_facts()
    run = load([CLAY, LEE], 1)
    ImportRun.objects.filter(pk=run.pk).update(workbook=None)
    runs.undo_run(run, by=publisher, because="Wrong.")
    assert differences(before, public_facts()) == {}
    assert proposed(runs.reopen(run, by=editor)) == [("appeared", "Lee County Sheriff's Office", "accepted")]


def test_of_two_lists_under_review_the_second_is_compared_again_and_keeps_its_decisions(load, editor, publisher):
    load([CLAY, HASKELL_POLICE])
    one = runs.open_sheet(sheet([CLAY, LEE, HASKELL_POLICE], 1), by=editor)
    two = runs.open_sheet(sheet([CLAY, LEE, HASKELL_SHERIFF], 2), by=editor)
    decisions.decide(two.proposed.get(kind="renamed_perhaps"), "different", by=editor, note="Both exist.")
    assert not two.is_stale
    decisions.accept_certain(one, by=editor)
    runs.apply_run(one, by=publisher)
    decisions.accept_certain(two, by=editor)
    with pytest.raises(ValidationError, match="Compare it again"):
        runs.apply_run(two, by=publisher)
    two = runs.compare(two)
    assert not two.is_stale
    assert ("renamed_perhaps", "Haskell County Sheriff's Office", "different") in proposed(two)
    # Lee County came with the first list: the second has nothing to say of it any more.
    assert not two.proposed.filter(agency_name__startswith="Lee").exists()
    decisions.accept_certain(two, by=editor)
    runs.apply_run(two, by=publisher)
    assert Agency.objects.count() == 4


def test_an_open_change_or_doubt_stands_in_the_way_of_applying(load, editor, publisher):
    load([row(f"Town {number} Police Department", kind="Municipality") for number in range(30)])
    run = runs.open_sheet(sheet([CLAY], 1), by=editor)
    says = " ".join(run.may_apply)
    assert "fewer than the 30" in says
    assert "wait for a decision" in says
    decisions.accept_certain(run, by=editor)
    for change in run.proposed.open():
        decisions.decide(change, "accepted", by=editor)
    with pytest.raises(ValidationError, match="fewer than the 30"):
        runs.apply_run(run, by=publisher)
    with pytest.raises(ValidationError, match="Say why"):
        runs.settle(run, " ", by=editor)
    run = runs.settle(run, "ICE ended them all.", by=editor)
    runs.apply_run(run, by=publisher)
    assert ImportRun.objects.get(pk=run.pk).doubts_settled[-1] == "ICE ended them all. (Edith)"


def test_a_model_that_no_list_had_before_needs_a_person_once(load, editor, publisher):
    load([CLAY])
    new = row("Lee County Sheriff's Office", model="Tribal Task Force Model", county="Lee County")
    run = runs.open_sheet(sheet([CLAY, new], 1), by=editor)
    change = run.proposed.get()
    assert not change.is_certain
    assert "No list before has a model “Tribal Task Force Model”" in change.reason
    decisions.decide(change, "accepted", by=editor)
    runs.apply_run(run, by=publisher)
    another = row("Levy County Sheriff's Office", model="Tribal Task Force Model", county="Levy County")
    again = runs.open_sheet(sheet([CLAY, new, another], 2), by=editor)
    assert "No list before" not in again.proposed.get(kind="appeared").reason


def test_only_a_publisher_applies_and_undoes(load, editor, publisher, db):
    load([CLAY])
    run = runs.open_sheet(sheet([CLAY, LEE], 1), by=editor)
    decisions.accept_certain(run, by=editor)
    with pytest.raises(ValidationError, match="Only a publisher"):
        runs.apply_run(run, by=editor)
    with pytest.raises(ValidationError, match="Only an editor"):
        decisions.accept_certain(run, by=person("Rita", "researcher"))
    runs.apply_run(run, by=publisher)
    run.refresh_from_db()
    with pytest.raises(ValidationError, match="Only a publisher"):
        runs.undo_run(run, by=editor, because="Wrong.")


def test_a_discarded_list_changes_nothing_and_can_be_opened_again(load, editor):
    load([CLAY])
    before = public_facts()
    run = runs.open_sheet(sheet([CLAY, LEE], 1), by=editor)
    run = runs.discard_run(run, by=editor)
    with pytest.raises(ValidationError, match="already discarded"):
        runs.compare(run)
    assert differences(before, public_facts()) == {}
    assert runs.reopen(run, by=editor).is_under_review


def test_a_correction_of_the_sheets_day_moves_the_list(load, editor):
    load([CLAY])
    run = runs.open_sheet(sheet([CLAY, LEE], 1), by=editor)
    run = runs.compare(run, published=date(2026, 1, 14))
    assert (run.published_on, run.said_published_on) == (date(2026, 1, 14), date(2026, 1, 14))
    assert runs.compare(run).published_on == date(2026, 1, 14)


def test_a_rejected_row_makes_no_agreement_and_stays_as_printed(load, editor, publisher):
    load([CLAY])
    run = runs.open_sheet(sheet([CLAY, LEE], 1), by=editor)
    change = run.proposed.get(kind="appeared")
    with pytest.raises(ValidationError, match="Say why"):
        decisions.decide(change, "rejected", by=editor)
    decisions.decide(change, "rejected", by=editor, note="A test row of ICE's own.")
    runs.apply_run(run, by=publisher)
    assert Agreement.objects.count() == 1
    assert SourceCorrection.objects.get().field == "row"
    printed = Snapshot.objects.get(sha256=run.sha256).printed_rows()
    assert [cells[1] for _number, cells, _links in printed] == [
        "Clay County Sheriff's Office",
        "Lee County Sheriff's Office",
    ]
    assert ProposedChange.objects.get(pk=change.pk).decision == "rejected"


def test_a_list_older_than_those_held_says_what_it_changes_elsewhere(load, editor, publisher):
    load([CLAY])
    load([CLAY, LEE], 2)
    run = runs.open_sheet(sheet([CLAY, LEE], 1), by=editor)
    older = next(check for check in run.checks if check["name"] == "older")
    assert not older["ok"]
    # Lee County came a week earlier than we knew: it is new on this list, and no longer on the next.
    assert "told otherwise with it: 1." in older["says"]
    assert proposed(run) == [("appeared", "Lee County Sheriff's Office", "open")]
    decisions.accept_certain(run, by=editor)
    runs.apply_run(run, by=publisher)
    assert ChangeEvent.objects.get().seen_on == date(2026, 1, 12)


def test_what_a_list_changes_of_an_agency_names_the_list_and_the_person(load, publisher):
    load([CLAY])
    load([row("Clay County Sheriffs Dept.", county="Clay County")], 1)
    change = Agency.objects.get().history.first()
    assert (change.history_user, change.history_change_reason) == (
        publisher,
        "as participatingAgencies01122026.xlsx prints it",
    )
