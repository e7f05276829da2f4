"""A bundle that meets a database in use: what staff chose stays, what the bundle adds is added, all or nothing."""

import shutil
from datetime import date

import pytest

from agreements.facts import load, tables
from agreements.facts.load import load_facts
from agreements.models import Agreement, SourceCorrection, Verdict
from jurisdictions.models import Agency, AgencyFormerId, BundledRecord, DataVersion, Source
from tests.agreements.dump import differences, public_facts


@pytest.fixture
def newer_bundle(tmp_path):
    """A copy of the bundle, to be changed: `newer_bundle(table, change)` with a function on its list of rows."""
    folder = tmp_path / "data"
    shutil.copytree(tables.DATA, folder)

    def change(table, edit):
        rows = list(tables.read_table(table, folder))
        tables.write_table(table, edit(rows), folder)
        return folder

    change.folder = folder
    return change


def break_off(*_arguments, **_named):
    raise RuntimeError("the machine stops")


def as_if_it_had_loaded_every_list_itself():
    """Without the bundle's ledger, and with other public ids."""
    BundledRecord.objects.exclude(table="geography").delete()
    for model in (Agency, Agreement):
        for number, pk in enumerate(model.objects.order_by("pk").values_list("pk", flat=True)):
            model.objects.filter(pk=pk).update(public_id=f"x{number:05}")


def test_a_database_that_loaded_the_lists_itself_keeps_its_ids_and_what_its_staff_chose(copy_of_facts):
    before = public_facts()
    bundled_id = Agency.objects.get(state__usps="FL", name="Broward County Sheriff's Office").public_id
    as_if_it_had_loaded_every_list_itself()
    court = Source.objects.create(title="An order", publisher="A court", retrieved_on=date(2026, 6, 1))
    renamed = Agency.objects.get(state__usps="FL", name="Broward County Sheriff's Office")
    own_id, renamed.name, renamed.name_is_editors = renamed.public_id, "Broward Sheriff", True
    renamed.save()
    placed = Agency.objects.get(state__usps="FL", name="Davie Police Department")
    placed.placement, placed.placement_reason, placed.placement_is_editors = "in_question", "An editor asks.", True
    placed.save()
    placed.coverages.all().delete()
    ended = Agreement.objects.filter(agency__state__usps="TX").first()
    ended.ended_on, ended.ended_source = date(2026, 6, 1), court
    ended.save()

    done = load_facts()

    renamed.refresh_from_db()
    placed.refresh_from_db()
    ended.refresh_from_db()
    assert (renamed.name, renamed.name_is_editors, renamed.public_id) == ("Broward Sheriff", True, own_id)
    assert AgencyFormerId.objects.get(public_id=bundled_id).agency == renamed
    assert (placed.placement, list(placed.coverages.all())) == ("in_question", [])
    assert (ended.ended_on, ended.ended_source) == (date(2026, 6, 1), court)
    assert done.left == []  # the bundle chose nothing of these itself
    found = differences(before, public_facts())
    assert set(found) <= {"agencies", "coverages", "aliases", "agreements", "listings", "standings", "events"}
    assert not load_facts().changed


def test_a_newer_bundle_brings_what_changed_and_reports_what_staff_edited_and_what_it_dropped(
    copy_of_facts, newer_bundle, monkeypatch
):
    lee = "Lee County Sheriff's Office"
    edited = Verdict.objects.get(answer="different", name=lee)
    edited.reason = "Ours."
    edited.save()
    with_address = Source.objects.exclude(url="").order_by("pk")
    retitled = with_address.filter(verdicts__isnull=False).first() or with_address.first()
    named = f"{retitled.retrieved_on} {retitled.url} {retitled.title}"
    retitled.title = "The title that staff gave it"
    retitled.save()
    dropped = SourceCorrection.objects.get(agency="Grundy County Sheriff's Office")

    def other_reasons(rows):
        rows = [row | {"reason": "The bundle's new reason."} if row["name"] == lee else row for row in rows]
        first = next(row for row in rows if row["name"] == "Madison County Sheriff's Office")
        first |= {"reason": "Two counties of Alabama.", "source": named}
        return rows

    newer_bundle("verdicts", other_reasons)
    newer_bundle("source_corrections", lambda rows: [row for row in rows if row["agency"] != dropped.agency])
    version, before = DataVersion.objects.current().number, public_facts()

    # Half way the machine stops: nothing has happened.
    with monkeypatch.context() as broken:
        broken.setattr(load._Load, "editors_choices", break_off)
        with pytest.raises(RuntimeError, match="the machine stops"):
            load_facts(newer_bundle.folder)
    assert differences(before, public_facts()) == {}
    assert not Verdict.objects.filter(reason="Two counties of Alabama.").exists()
    assert DataVersion.objects.current().number == version

    done = load_facts(newer_bundle.folder)

    assert Verdict.objects.get(pk=edited.pk).reason == "Ours."
    assert [record for record in done.left if record.startswith("verdicts")] == [
        f"verdicts: different | FL | {lee} | FL | Levy County Sheriff's Office"
    ]
    taken = Verdict.objects.get(answer="different", name="Madison County Sheriff's Office")
    assert (taken.reason, taken.source) == ("Two counties of Alabama.", retitled)
    assert SourceCorrection.objects.filter(pk=dropped.pk).exists()
    assert any(dropped.agency in record for record in done.gone)
    assert DataVersion.objects.current().number == version + 1
    assert not load_facts(newer_bundle.folder).changed
