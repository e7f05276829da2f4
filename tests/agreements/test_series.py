"""The whole series of lists: whatever the order in which they come, the end is the same, and each can be rebuilt."""

import json
import os
import random
from pathlib import Path

import pytest
from django.db import transaction

from agreements.facts import tables
from agreements.facts.export import export_facts
from agreements.facts.load import _Load, load_facts
from agreements.imports.apply import drop_what_no_list_shows, refold, withdraw_list
from agreements.imports.pipeline import plan_sheet
from agreements.imports.placing import Placer
from agreements.imports.refresh import refresh_derived
from agreements.imports.sheet import read_sheet
from agreements.models import Agreement, ImportRun, Snapshot
from jurisdictions.imports.geography import load_geography
from jurisdictions.models import BundledRecord
from tests.agreements.dump import differences, public_facts
from tests.agreements.sheets import bundled_snapshots, sheet_of

SAMPLED = 25  # every 25th list: fifteen over five years, each laid in its place among the others
SHUFFLED_WITH = 287


def load_list(snapshot):
    plan = plan_sheet(sheet_of(snapshot), published=tables.day_in(snapshot["published_on"]))
    plan.commit()
    return plan


def load_in(order):
    """Public facts after loading these lists into an empty database, which is emptied again."""
    with transaction.atomic():
        for snapshot in order:
            load_list(snapshot)
        facts = public_facts()
        transaction.set_rollback(True)
    return facts


@pytest.fixture
def empty_portal(db):
    """Geography and people's decisions, and no list."""
    load_geography()
    _Load(tables.DATA, lambda step: None).decisions()


def test_lists_in_order_shuffled_or_twice_end_in_the_same_facts(empty_portal):
    sample = sorted(bundled_snapshots(), key=lambda snapshot: int(snapshot["position"]))[::SAMPLED]
    in_order = load_in(sample)
    assert len(in_order["snapshots"]) == len(sample)
    shuffled = sample[:]
    random.Random(SHUFFLED_WITH).shuffle(shuffled)
    assert differences(in_order, load_in([*shuffled, *shuffled])) == {}


def test_the_same_list_twice_changes_nothing(copy_of_facts):
    newest = max(bundled_snapshots(), key=lambda snapshot: int(snapshot["position"]))
    runs = ImportRun.objects.count()
    plan = load_list(newest)
    assert plan.held_as is not None
    assert ImportRun.objects.count() == runs


def test_folding_the_whole_series_anew_gives_the_bundled_facts(copy_of_facts):
    """Printed cells, verdicts and corrections are all there is: names, placements and statuses follow from them."""
    before = public_facts()
    placer = Placer.from_database()
    refold(placer)
    refresh_derived(placer=placer)
    drop_what_no_list_shows()
    assert differences(before, public_facts()) == {}


def test_a_list_withdrawn_and_loaded_again_leaves_no_trace(copy_of_facts):
    before = public_facts()
    in_the_middle = Snapshot.objects.participating().order_by("position")[90]
    newest = Snapshot.objects.participating().order_by("-position").first()
    bundled = {snapshot["sha256"]: snapshot for snapshot in bundled_snapshots()}
    for snapshot in (newest, in_the_middle):
        sha256 = snapshot.sha256
        withdraw_list(snapshot)
        assert not Snapshot.objects.filter(sha256=sha256).exists()
        assert differences(before, public_facts()) != {}
        load_list(bundled[sha256])
        assert differences(before, public_facts()) == {}


@pytest.mark.facts
def test_what_is_exported_is_what_was_loaded(tmp_path):
    export_facts(tmp_path)
    for table in tables.COLUMNS:
        assert list(tables.read_table(table, tmp_path)) == list(tables.read_table(table)), table
        assert tables.path_of(table, tmp_path).read_bytes() == tables.path_of(table).read_bytes()


@pytest.mark.facts
def test_each_sheet_rebuilds_row_for_row():
    for snapshot in bundled_snapshots()[::20]:
        sheet = sheet_of(snapshot)
        held = Snapshot.objects.get(sha256=snapshot["sha256"])
        rebuilt = [
            (number, tuple(cells), {int(column): url for column, url in links.items()})
            for number, cells, links in held.printed_rows()
        ]
        assert rebuilt == [(row.number, row.cells, dict(row.links)) for row in sheet.rows]


@pytest.mark.skipif("ICE_SHEETS_DIR" not in os.environ, reason="ICE_SHEETS_DIR names no folder of ICE's workbooks")
def test_the_bundle_holds_ices_workbooks_cell_for_cell():
    snapshots = {snapshot["sha256"]: snapshot for snapshot in bundled_snapshots()}
    files = sorted(Path(os.environ["ICE_SHEETS_DIR"]).glob("*/*.xlsx"))
    assert len(files) == len(snapshots)
    for path in files:
        printed = read_sheet(path)
        held = sheet_of(snapshots.pop(printed.sha256))
        assert (held.worksheet, held.columns, held.rows) == (printed.worksheet, printed.columns, printed.rows), (
            path.name
        )
    assert not snapshots


def test_loading_the_bundle_again_changes_nothing(copy_of_facts):
    assert not load_facts().changed


def test_a_database_in_use_gains_the_lists_it_lacks_and_keeps_what_staff_chose(copy_of_facts):
    """A portal that lacks a list, and whose editor renamed an agency, takes the bundle."""
    before = public_facts()
    withdraw_list(Snapshot.objects.participating().order_by("-position").first())
    agreement = Agreement.objects.select_related("agency").filter(agency__state__usps="FL").first()
    agency = agreement.agency
    printed, agency.name, agency.name_is_editors = agency.name, "A name that an editor chose", True
    agency.save()
    BundledRecord.objects.filter(table="bundle").delete()
    done = load_facts()
    assert done.left == []  # the bundle says what it said when it was loaded: no question to ask
    agency.refresh_from_db()
    assert agency.name == "A name that an editor chose"
    agency.name, agency.name_is_editors = printed, False
    agency.save()
    assert differences(before, public_facts()) == {}


def test_cells_keep_their_types(db):
    """A date is not a text, an error not a name: what JSON holds is what the sheet printed."""
    kinds = set()
    for row in tables.read_table("listings"):
        kinds |= {
            next(iter(cell)) if isinstance(cell, dict) else type(cell).__name__ for cell in json.loads(row["cells"])
        }
    assert {"d", "e", "str", "NoneType"} <= kinds
