"""A decision on what no list prints folds nothing anew; whatever does not, the end is that of a full fold."""

import pytest

from agreements.imports import folded
from agreements.imports.apply import fold_anew
from agreements.imports.pipeline import plan_sheet
from agreements.models import FoldedDecisions, SourceCorrection, Verdict
from tests.agreements.desk.conftest import row, sheet
from tests.agreements.dump import differences, public_facts

CLAY = row("Clay County Sheriff's Office", county="Clay County")
LEE = row("Lee County Sheriff's Office", county="Lee County")
HASKELL_POLICE = row("Haskell Police Department", "TX", signed="2025-08-01", kind="Municipality")
HASKELL_SHERIFF = row("Haskell County Sheriff's Office", "TX", signed="2025-08-01", county="Haskell County")

pytestmark = pytest.mark.django_db


def verdict(answer, name, other="", state="FL", other_state="FL", **values):
    return Verdict.objects.create(
        answer=answer,
        state=state,
        name=name,
        other_state=other_state if other else "",
        other_name=other,
        reason="Looked.",
        decided_on="2026-01-01",
        **values,
    )


def correction(agency, field, wrong, right, **values):
    return SourceCorrection.objects.create(
        state="FL", agency=agency, field=field, wrong=wrong, right=right, reason="Looked.", **values
    )


@pytest.fixture
def held(load):
    load([CLAY, LEE, HASKELL_POLICE])
    load([CLAY, HASKELL_POLICE], 1)


@pytest.mark.parametrize(
    ("decide", "folds_anew"),
    [
        pytest.param(lambda: verdict("same", "Clay Detention", CLAY[1]), False, id="a new name is a known agency"),
        pytest.param(lambda: verdict("different", "Clay Detention", CLAY[1]), False, id="a new name is not it"),
        pytest.param(lambda: verdict("same", CLAY[1], LEE[1]), True, id="two known names are one"),
        pytest.param(lambda: verdict("different", CLAY[1], LEE[1]), True, id="two known names are two"),
        pytest.param(
            lambda: verdict("same", "Clay County Sheriffs Department", LEE[1]), True, id="a new name in known words"
        ),
        pytest.param(
            lambda: (verdict("same", "Clay Detention", CLAY[1]), verdict("same", "Clay Detention", LEE[1])),
            True,
            id="a new name joins two known ones",
        ),
        pytest.param(
            lambda: (verdict("same", "Clay Detention", CLAY[1]), verdict("different", "Clay Detention", LEE[1])),
            True,
            id="a new name keeps two known ones apart",
        ),
        pytest.param(
            lambda: (verdict("different", "Clay Detention", CLAY[1]), verdict("different", "Clay Detention", LEE[1])),
            False,
            id="a new name is neither",
        ),
        pytest.param(
            lambda: verdict("placed", CLAY[1], agency_kind="sheriff", placement="in_question"), False, id="a place"
        ),
        pytest.param(lambda: correction(CLAY[1], "county", "Clay", "Clay County"), False, id="a print of no list"),
        pytest.param(lambda: correction(CLAY[1], "county", "Clay County", "Lee County"), True, id="a held print"),
        pytest.param(
            lambda: correction(CLAY[1], "signed_on", "2025-03-06", "2025-03-05", program_model="WSO"),
            False,
            id="a model that it never had",
        ),
        pytest.param(lambda: correction(LEE[1], "row", "", ""), True, id="a row set aside"),
        pytest.param(lambda: correction("Nobody's Office", "row", "", ""), False, id="nobody's row set aside"),
    ],
)
def test_only_a_decision_on_what_is_held_folds_all_lists_anew(held, decide, folds_anew):
    decide()
    assert folded.since().folds_anew is folds_anew
    before = public_facts()
    if not folds_anew and not folded.since().placed:
        fold_anew()
        assert differences(before, public_facts()) == {}


def test_taking_back_a_decision_on_what_is_held_folds_anew(held):
    one = verdict("same", CLAY[1], LEE[1])
    fold_anew()
    assert folded.since() == folded.Since()
    one.delete()
    assert folded.since().folds_anew


def test_a_new_list_laid_at_the_end_is_what_a_full_fold_gives(held):
    """New names decided on, a place, a new misprint: the quick way and the long one end in the same facts."""
    verdict("same", HASKELL_SHERIFF[1], HASKELL_POLICE[1], "TX", "TX")
    verdict("placed", CLAY[1], agency_kind="sheriff", placement="decided", places=[["12071", "whole"]])
    correction(LEE[1], "county", "Lea County", "Lee County")
    correction("Test Office", "row", "", "")
    rows = [CLAY, HASKELL_SHERIFF, row(LEE[1], county="Lea County"), row("Test Office", county="Lee County")]
    plan = plan_sheet(sheet(rows, 2))
    assert not plan.folds_anew
    plan.commit()
    quick = public_facts()
    assert any("12071" in coverage and "editor" in coverage for coverage in quick["coverages"])
    FoldedDecisions.objects.all().delete()
    assert folded.since().folds_anew
    fold_anew()
    assert differences(quick, public_facts()) == {}
