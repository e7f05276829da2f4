"""A list's day is its name's only if what is inside agrees; else the likely day is named, with what settles it."""

import csv
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from agreements.imports.dating import date_sheet
from agreements.imports.rows import Row, kind_of, normalise
from agreements.imports.sheet import Sheet, read_sheet

from .workbooks import PARTICIPATING, PENDING

REAL = os.environ.get("ICE_SHEETS_DIR", "")


def dated(file_name, *, saved=None, signed=(), kind="participating", sha256="0" * 64, published=None, today=None):
    """The dating of a list with this name, stamp (a day) and days of signing."""
    stamp = datetime(saved.year, saved.month, saved.day, 15, tzinfo=UTC) if saved else None
    columns = PARTICIPATING if kind == "participating" else PENDING
    sheet = Sheet(file_name, sha256, "Sheet1", columns, (), stamp)
    rows = [Row(number, "FL", "FLORIDA", "A", "", "", "TFM", day, "", "", "") for number, day in enumerate(signed, 2)]
    return date_sheet(file_name, sheet, rows, published=published, today=today)


@pytest.mark.parametrize(
    ("file_name", "day", "half", "moment"),
    [
        ("participatingAgencies05182026am.xlsx", date(2026, 5, 18), "am", 20260518080000),
        ("participatingAgencies11202025mid.xlsx", date(2025, 11, 20), "mid", 20251120120000),
        ("participatingAgencies11252025pm.xlsx", date(2025, 11, 25), "pm", 20251125160000),
        ("participatingAgencies11122025.xlsx", date(2025, 11, 12), "", 20251112120000),
        ("participatingAgencies05122025amB.xlsx", date(2025, 5, 12), "am", 20250512080001),
        ("participatingAgencies07242025pm_b.xlsx", date(2025, 7, 24), "pm", 20250724160001),
        ("participatingAgencies12042025pm2.xlsx", date(2025, 12, 4), "pm", 20251204160001),
        ("participatingAgencies12042025pm3.xlsx", date(2025, 12, 4), "pm", 20251204160002),
        ("participatingAgencies05182026am_0.xlsx", date(2026, 5, 18), "am", 20260518080000),
        ("participatingAgencies-20250327195954.xlsx", date(2025, 3, 27), "", 20250327195954),
        ("ParticipatingEntities-20210113002027.xlsx", date(2021, 1, 13), "", 20210113002027),
        ("upload/PARTICIPATINGAGENCIES05182026AM.XLSX", date(2026, 5, 18), "am", 20260518080000),
        ("participatingAgencies05182026am (1).xlsx", date(2026, 5, 18), "am", 20260518080000),
        ("participatingAgencies_05-18-2026_am.xlsx", date(2026, 5, 18), "am", 20260518080000),
        ("Participating Agencies 5.18.2026.xlsx", date(2026, 5, 18), "", 20260518120000),
    ],
)
def test_every_form_of_name_gives_the_day_and_the_order(file_name, day, half, moment):
    dating = dated(file_name, saved=None if "-2" in file_name else day)
    assert (dating.published_on, dating.half, dating.position // 1000) == (day, half, moment)
    assert dating.doubts == []


def test_a_stamp_before_several_signatures_is_no_witness():
    signed = [date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)]
    dating = dated("participatingAgencies03202015am.xlsx", saved=date(2015, 3, 20), signed=signed)
    assert "but an agreement in it was signed on 2025-09-0" in dating.doubts[0]


def test_a_day_that_a_person_said_is_held_against_the_signatures():
    """2025 typed for 2026."""
    signed = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    name, day = "participatingAgencies05182026am.xlsx", date(2025, 5, 18)
    said = dated(name, saved=date(2026, 5, 18), signed=signed, published=day)
    assert said.published_on == day
    assert said.doubts == ["You say 2025-05-18, but 3 agreements in it were signed later, the newest on 2026-04-01."]
    assert dated(name, signed=signed, published=date(2026, 5, 18)).doubts == []


def test_a_stamp_of_a_day_to_come_is_that_of_a_wrong_clock():
    name, day = "participatingAgencies05182026am.xlsx", date(2026, 5, 18)
    dating = dated(name, saved=date(2099, 1, 1), signed=[date(2026, 5, 15)] * 2, today=date(2026, 5, 20))
    assert (dating.published_on, dating.doubts) == (day, [])


def test_lists_of_one_moment_are_ordered_by_their_hash():
    day = date(2025, 7, 24)
    first, second = (
        dated("participatingAgencies07242025pm.xlsx", saved=day, sha256=hash_ * 8) for hash_ in ("00000001", "00000002")
    )
    assert second.position == first.position + 1
    assert (
        dated("participatingAgencies07242025pm.xlsx", saved=day, sha256="f" * 64).position % 1000 == 0xFFFFFFFF % 1000
    )


@pytest.mark.parametrize(
    ("file_name", "facts", "likely"),
    [
        pytest.param(
            "participatingAgencies01092025pm.xlsx",
            {"saved": date(2026, 1, 8), "signed": [date(2026, 1, 8)]},
            date(2026, 1, 9),
            id="last year's number in January",
        ),
        pytest.param(
            "pendingAgencies01052025pm.xlsx",
            {"saved": date(2026, 1, 5), "kind": "pending"},
            date(2026, 1, 5),
            id="the same on a pending list, which has no signatures",
        ),
        pytest.param(
            "participatingAgencies08022025pm.xlsx",
            {"saved": date(2025, 9, 2), "signed": [date(2025, 8, 28)]},
            date(2025, 9, 2),
            id="last month's number",
        ),
        pytest.param(
            "participatingAgencies090022025am.xlsx",
            {"saved": date(2025, 9, 2), "signed": [date(2025, 8, 28)]},
            date(2025, 9, 2),
            id="nine digits",
        ),
        pytest.param(
            "participatingAgencies13402025am.xlsx", {"saved": date(2025, 9, 2)}, date(2025, 9, 2), id="no day of a year"
        ),
        pytest.param("list (final).xlsx", {"saved": date(2026, 6, 1)}, date(2026, 6, 1), id="a name of its own"),
        pytest.param("", {"saved": date(2026, 6, 1)}, date(2026, 6, 1), id="no name"),
        pytest.param(
            "list.xlsx", {"signed": [date(2026, 6, 1), date(2026, 6, 2)]}, date(2026, 6, 1), id="only signatures"
        ),
        pytest.param(
            "list.xlsx",
            {"saved": date(2026, 6, 1), "signed": [date(2025, 1, 1)]},
            date(2025, 1, 1),
            id="saved again long after its newest signature",
        ),
        pytest.param(
            "participatingAgencies06182026am.xlsx",
            {"saved": date(2026, 5, 18)},
            date(2026, 5, 18),
            id="an old workbook under a new name",
        ),
        pytest.param(
            "participatingAgencies06182026am.xlsx",
            {"signed": [date(2026, 3, 1), date(2026, 3, 1)]},
            date(2026, 3, 1),
            id="no stamp, and no signature for months",
        ),
        pytest.param(
            "ParticipatingEntities-20210113002027.xlsx",
            {"signed": [date(2021, 6, 1), date(2021, 6, 1)]},
            date(2021, 6, 1),
            id="signed after it was archived",
        ),
    ],
)
def test_a_name_that_disagrees_with_what_is_inside_raises_a_doubt(file_name, facts, likely):
    dating = dated(file_name, **facts)
    assert dating.published_on == likely
    (doubt,) = dating.doubts
    assert f"--published {likely}" in doubt
    assert str(likely) in doubt.partition("--published")[0]
    assert doubt.endswith(".")


def test_without_any_witness_there_is_no_day():
    dating = dated("list.xlsx", kind="pending")
    assert (dating.published_on, dating.position) == (None, 0)
    assert "--published YYYY-MM-DD" in dating.doubts[0]


@pytest.mark.parametrize(
    ("file_name", "facts"),
    [
        pytest.param(
            "participatingAgencies07082025pm.xlsx",
            {"saved": date(2025, 7, 8), "signed": [date(2025, 12, 7), date(2025, 7, 7)]},
            id="one signature in the future is a slip of the pen",
        ),
        pytest.param(
            "participatingAgencies08262025am.xlsx",
            {"saved": date(2025, 8, 18), "signed": [date(2025, 8, 7)]},
            id="saved eight days before",
        ),
        pytest.param(
            "ParticipatingEntities-20240630044634.xlsx",
            {"saved": date(2025, 4, 17), "signed": [date(2020, 7, 24)]},
            id="an archive's workbook is written later, of a list that did not grow for years",
        ),
        pytest.param(
            "participatingAgencies05182026am.xlsx",
            {"saved": date(2026, 5, 17), "signed": [date(2026, 5, 18), date(2026, 5, 1)]},
            id="signed on the very day",
        ),
        pytest.param("pendingAgencies11102025am.xlsx", {"saved": date(2025, 11, 10), "kind": "pending"}, id="pending"),
        pytest.param("pendingAgencies11102025am.xlsx", {"kind": "pending"}, id="pending without a stamp"),
    ],
)
def test_small_disagreements_raise_none(file_name, facts):
    assert dated(file_name, **facts).doubts == []


@pytest.mark.parametrize(
    ("file_name", "kind"),
    [("participatingAgencies09222025pm.xlsx", "pending"), ("pendingAgencies09222025pm.xlsx", "participating")],
)
def test_a_name_of_the_wrong_kind_raises_a_doubt(file_name, kind):
    dating = dated(file_name, saved=date(2025, 9, 22), kind=kind)
    (doubt,) = dating.doubts
    assert f"this is a {kind} list" in doubt
    assert "--published 2025-09-22" in doubt


def test_a_persons_word_settles_the_day_and_every_doubt():
    dating = dated("participatingAgencies08022025pm.xlsx", saved=date(2025, 9, 2), published=date(2025, 9, 2))
    assert (dating.published_on, dating.half, dating.position // 1000) == (date(2025, 9, 2), "pm", 20250902160000)
    assert dating.doubts == []
    kind = dated("participatingAgencies09222025pm.xlsx", kind="pending", published=date(2025, 9, 22))
    assert kind.doubts == []


@pytest.mark.parametrize(
    ("published", "moment"),
    [(date(2025, 3, 27), 20250327195954), (date(2025, 3, 26), 20250326120000)],
    ids=["the archive's day", "another day"],
)
def test_an_archives_time_of_day_counts_on_its_own_day_only(published, moment):
    assert dated("participatingAgencies-20250327195954.xlsx", published=published).position // 1000 == moment


@pytest.mark.skipif(not REAL, reason="ICE_SHEETS_DIR names no folder of ICE's workbooks")
def test_the_misnamed_among_the_real_lists_are_noticed_and_no_others():
    with (Path(REAL) / "SERIES.csv").open(newline="") as stream:
        series = list(csv.DictReader(stream))
    doubted, positions = set(), {"participating": [], "pending": []}
    for known in series:
        sheet = read_sheet(Path(REAL) / known["kind"] / known["file"])
        kind = kind_of(sheet)
        dating = date_sheet(known["file"], sheet, normalise(sheet, kind=kind).rows)
        assert str(dating.published_on) == known["true_date"], known["file"]
        if dating.doubts:
            doubted.add(known["file"])
        if kind == known["kind"]:
            positions[kind].append(dating.position)
    assert doubted == {
        "participatingAgencies01092025pm.xlsx",
        "participatingAgencies08022025pm.xlsx",
        "participatingAgencies090022025am.xlsx",
        "participatingAgencies09222025pm.xlsx",  # a pending list
        "pendingAgencies01052025pm.xlsx",
        "pendingAgencies01062025pm.xlsx",
        "pendingAgencies01092025pm.xlsx",
    }
    for order in positions.values():
        assert order == sorted(order)
        assert len(order) == len(set(order))
