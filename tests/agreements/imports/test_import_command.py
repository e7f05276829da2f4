"""`import_ice_sheet`: a dry run, a commit, refusals in one sentence, and nothing half done."""

import json
import re
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements.imports.pipeline import OutOfDate, plan_file
from agreements.models import Agreement, ChangeEvent, ImportRun, Listing, Snapshot, SourceCorrection, Verdict
from jurisdictions.models import Agency, AgencyFormerId, DataVersion
from tests.agreements.imports.workbooks import PARTICIPATING, PENDING, clay, workbook
from tests.factories import CountyFactory, StateFactory

pytestmark = pytest.mark.django_db

MARCH = datetime(2025, 3, 6)  # noqa: DTZ001  spreadsheet dates have no zone
JUNE = datetime(2025, 6, 6)  # noqa: DTZ001


@pytest.fixture
def florida():
    state = StateFactory()
    return CountyFactory(geoid="12019", name="Clay County", state=state)


@pytest.fixture
def sheet(tmp_path):
    """Write a workbook under a name such as ICE gives it; returns its path."""

    def write(name="participatingAgencies03062025am.xlsx", rows=None, stamp=MARCH, **kwargs):
        path = tmp_path / name
        path.write_bytes(workbook([clay()] if rows is None else rows, modified=stamp, **kwargs))
        return path

    return write


def run(*args):
    out = StringIO()
    call_command("import_ice_sheet", *map(str, args), stdout=out)
    return out.getvalue()


def test_a_dry_run_says_what_would_change_and_writes_nothing(florida, sheet):
    said = run(sheet())
    assert "appeared: FL Clay County Sheriff's Office, TFM" in said
    assert "Nothing was written" in said
    assert not Snapshot.objects.exists()
    assert not Agency.objects.exists()


def test_a_commit_holds_the_list_with_the_agency_placed_and_the_agreement_listed(florida, sheet):
    run(sheet(), "--commit")
    agreement = Agreement.objects.get()
    assert (agreement.agency.name, agreement.agency.kind) == ("Clay County Sheriff's Office", "sheriff")
    assert [coverage.jurisdiction_id for coverage in agreement.agency.coverages.all()] == ["12019"]
    assert Agreement.objects.listed_on(MARCH.date()).get() == agreement
    assert ImportRun.objects.get().snapshot == Snapshot.objects.get()
    assert DataVersion.objects.current().number == 1


def test_the_same_file_twice_changes_nothing(florida, sheet):
    run(sheet(), "--commit")
    said = run(sheet(), "--commit")
    assert "already held" in said
    assert (Snapshot.objects.count(), Listing.objects.count(), ImportRun.objects.count()) == (1, 1, 1)
    assert DataVersion.objects.current().number == 1


def test_an_older_list_takes_its_place_and_ids_stay(florida, sheet):
    run(
        sheet("participatingAgencies06062025am.xlsx", [clay(), clay(SUPPORT_TYPE="Warrant Service Officer")], JUNE),
        "--commit",
    )
    ids = set(Agreement.objects.values_list("public_id", flat=True))
    run(sheet(), "--commit")
    assert set(Agreement.objects.values_list("public_id", flat=True)) == ids
    assert {row.program_model: row.first_listed_on for row in Agreement.objects.all()} == {
        "TFM": MARCH.date(),
        "WSO": JUNE.date(),
    }
    assert [event.kind for event in ChangeEvent.objects.all()] == ["model_added"]


def test_several_files_go_in_the_order_of_their_dates(florida, sheet):
    later = sheet(
        "participatingAgencies06062025am.xlsx", [clay(LAW_ENFORCEMENT_AGENCY="Clay County Sheriffs Office")], JUNE
    )
    run(later, sheet(), "--commit")
    agency = Agency.objects.get()
    assert agency.name == "Clay County Sheriffs Office"
    assert [alias.name for alias in agency.aliases.all()] == [
        "Clay County Sheriff's Office",
        "Clay County Sheriffs Office",
    ]


def test_a_pending_list_is_known_by_what_is_inside(florida, sheet):
    pending = [{key: value for key, value in clay().items() if key in PENDING and key != "MOA"}]
    path = sheet("participatingAgencies03062025pm.xlsx", pending, columns=PENDING[:-1])
    with pytest.raises(CommandError, match="pending list"):
        run(path, "--commit")
    assert not Snapshot.objects.exists()
    run(path, "--commit", "--kind", "pending")
    assert Snapshot.objects.get().kind == "pending"
    assert Agreement.objects.on(MARCH.date()).get().status == "pending"


def test_a_misnamed_file_stops_until_a_person_says_the_day(florida, sheet):
    path = sheet("participatingAgencies03062024am.xlsx")
    out = StringIO()
    # A dry run prints its doubts and fails, so that a script notices.
    with pytest.raises(CommandError, match=r"In doubt: participatingAgencies03062024am\.xlsx\. Nothing was written"):
        call_command("import_ice_sheet", str(path), stdout=out)
    assert "--published 2025-03-06" in out.getvalue()
    with pytest.raises(CommandError, match="--published 2025-03-06"):
        run(path, "--commit")
    assert not Snapshot.objects.exists()
    run(path, "--commit", "--published", "2025-03-06")
    assert Snapshot.objects.get().published_on == MARCH.date()


def test_a_fall_of_more_than_a_tenth_stops_until_a_person_settles_it(florida, sheet):
    many = [clay(LAW_ENFORCEMENT_AGENCY=f"Precinct {number} Police Department") for number in range(20)]
    run(sheet(rows=many), "--commit")
    fewer = sheet("participatingAgencies06062025am.xlsx", many[:15], JUNE)
    with pytest.raises(CommandError, match="25 % fewer"):
        run(fewer, "--commit")
    assert Snapshot.objects.count() == 1
    run(fewer, "--commit", "--settle", "ICE says so in its notice of that day.")
    assert ImportRun.objects.first().doubts_settled[-1] == "ICE says so in its notice of that day."


def test_an_empty_pending_list_is_valid_and_an_empty_participating_one_stops(florida, sheet):
    run(sheet("pendingAgencies03062025am.xlsx", [], columns=PENDING[:-1]), "--commit")
    assert Snapshot.objects.get().row_count == 0
    with pytest.raises(CommandError, match="no rows"):
        run(sheet("participatingAgencies03062025pm.xlsx", []), "--commit")
    assert Snapshot.objects.count() == 1


def test_a_bad_cell_is_reported_by_row_and_the_rest_goes_on(florida, sheet):
    path = sheet(rows=[clay(STATE="NOWHERE"), clay(SIGNED="soon")])
    said = json.loads(run(path, "--commit", "--json"))
    assert [(problem["row"], problem["column"]) for problem in said["lists"][0]["problems"]] == [
        (2, "STATE"),
        (3, "SIGNED"),
    ]
    assert Listing.objects.count() == 2
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("list.pdf", b"%PDF-1.7\n1 0 obj\n", id="PDF"),
        pytest.param("list.csv", b"STATE,LAW ENFORCEMENT AGENCY\nFLORIDA,Clay\n", id="CSV"),
        pytest.param("empty.xlsx", b"", id="empty file"),
        pytest.param("cut.xlsx", workbook()[:900], id="truncated zip"),
        pytest.param("other.xlsx", workbook([{"a": 1}], columns=["a", "b", "c"]), id="another table"),
        pytest.param("blank.xlsx", workbook([], columns=[]), id="empty workbook"),
        pytest.param(
            "lost.xlsx",
            workbook(columns=["LAW ENFORCEMENT AGENCY", "TYPE", "SUPPORT TYPE", "SIGNED"]),
            id="lost column",
        ),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence_and_nothing_is_written(florida, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        run(path, "--commit")
    said = str(refusal.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert not Snapshot.objects.exists()
    assert not ImportRun.objects.exists()


def test_one_wrong_file_among_several_stops_them_all(florida, sheet, tmp_path):
    wrong = tmp_path / "list.pdf"
    wrong.write_bytes(b"%PDF-1.7")
    with pytest.raises(CommandError, match=r"list\.pdf"):
        run(sheet(), wrong, "--commit")
    assert not Snapshot.objects.exists()


def test_a_list_of_a_day_to_come_is_refused(florida, sheet):
    with pytest.raises(CommandError, match="has not come"):
        run(sheet(), "--published", "2099-01-01", "--commit")


def test_a_renamed_agency_writes_one_line_of_history_and_a_first_load_none(florida, sheet):
    run(sheet(), "--commit")
    assert Agency.history.count() == 0
    run(
        sheet(
            "participatingAgencies06062025am.xlsx",
            [clay(LAW_ENFORCEMENT_AGENCY="Clay County Sheriff’s  Department")],
            JUNE,
        ),
        "--commit",
    )
    assert Agency.history.count() == 1
    assert Agency.history.get().name == "Clay County Sheriff's Department"


# -- What stops for a person ------------------------------------------------------------------------------------------


def precincts(count, **cells):
    return [clay(LAW_ENFORCEMENT_AGENCY=f"Precinct {number} Police Department", **cells) for number in range(count)]


def test_a_list_of_which_many_rows_cannot_be_read_stops_though_it_has_as_many_rows(florida, sheet):
    """As where a state stands only on the first of its rows, in a merged cell."""
    run(sheet(rows=precincts(40)), "--commit")
    merged = sheet("participatingAgencies06062025am.xlsx", [*precincts(1), *precincts(40, STATE=None)[1:]], JUNE)
    with pytest.raises(CommandError, match="In 39 of its 40 rows no state"):
        run(merged, "--commit")
    assert Snapshot.objects.count() == 1


def test_a_list_on_which_many_agreements_are_others_stops_though_it_has_as_many_rows(florida, sheet):
    run(sheet(rows=precincts(40)), "--commit")
    renamed = sheet("participatingAgencies06062025am.xlsx", precincts(40, SUPPORT_TYPE="Street Model"), JUNE)
    with pytest.raises(CommandError, match="40 agreements of the 40 rows of the list before it are not on this one"):
        run(renamed, "--commit")
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("later", "says"),
    [
        pytest.param({"SIGNED": "Signed in May"}, "In 40 of its 40 rows no day of signing can be read", id="no day"),
        pytest.param({"SIGNED": JUNE}, "40 agreements of the 40 rows .* have another day of signing", id="other days"),
        pytest.param({"MOA": None}, "40 agreements of the 40 rows .* have another link", id="links lost"),
        pytest.param({"COUNTY": "County"}, "40 agreements of the 40 rows .* have another COUNTY", id="columns slipped"),
    ],
)
def test_a_column_that_says_something_else_in_many_rows_stops_for_a_person(florida, sheet, later, says):
    run(sheet(rows=precincts(40)), "--commit")
    changed = sheet("participatingAgencies06062025am.xlsx", precincts(40, **later), JUNE)
    with pytest.raises(CommandError, match=says):
        run(changed, "--commit")
    assert Snapshot.objects.count() == 1


def test_a_column_that_the_list_before_had_stops_for_a_person(florida, sheet):
    run(sheet(), "--commit")
    columns = ["TYP" if name == "TYPE" else name for name in PARTICIPATING]
    narrower = sheet("participatingAgencies06062025am.xlsx", [clay()], JUNE, columns=columns)
    with pytest.raises(CommandError, match=r"has a column TYPE; this one has none \(headings .* do not know: TYP\)"):
        run(narrower, "--commit")


def test_a_list_cannot_be_older_than_the_law(florida, sheet):
    with pytest.raises(CommandError, match="would be of 1825-03-06, before the law of 1996"):
        run(sheet(), "--commit", "--published", "1825-03-06")


def test_a_row_repeated_beside_one_that_stood_before_is_reported(florida, sheet):
    run(sheet(), "--commit")
    later = clay(SIGNED=datetime(2025, 5, 1))  # noqa: DTZ001
    said = run(sheet("participatingAgencies06062025am.xlsx", [clay(), clay(), later], JUNE))
    assert said.count("repeats row 2: the same agreement. Both are kept.") == 2
    assert "row 3, LAW ENFORCEMENT AGENCY “Clay County Sheriff's Office”" in said


def test_a_row_that_moves_to_another_state_is_said(florida, sheet):
    georgia = StateFactory(geoid="13", name="Georgia", usps="GA")
    CountyFactory(geoid="13001", name="Appling County", state=georgia)
    run(sheet(), "--commit")
    said = run(sheet("participatingAgencies06062025am.xlsx", [clay(STATE="GEORGIA")], JUNE))
    assert "changed: GA Clay County Sheriff's Office, TFM: state FL → GA" in said


def test_what_looks_like_an_agency_that_left_is_asked_in_a_sentence(florida, sheet):
    run(sheet(rows=[clay(LAW_ENFORCEMENT_AGENCY="Levy County Sheriff's Office")]), "--commit")
    other = clay(LAW_ENFORCEMENT_AGENCY="Lee County Sheriff's Office", SIGNED=JUNE, MOA=None)
    said = run(sheet("participatingAgencies06062025am.xlsx", [other], JUNE))
    assert "is “Lee County Sheriff's Office” (FL), which came, “Levy County Sheriff's Office”, which left?" in said
    assert "appeared: FL Lee County Sheriff's Office, TFM (new)" in said


def test_two_lists_of_the_same_place_are_refused(florida, sheet, monkeypatch):
    """The digits of its hash that tell lists of one half day apart may be the same: once in a thousand."""
    monkeypatch.setattr("agreements.imports.dating._position", lambda day, name, sha256: 20250306080000000)
    run(sheet(), "--commit")
    with pytest.raises(CommandError, match="add _b to its name"):
        run(sheet("participatingAgencies03062025am (1).xlsx", [clay(TYPE="Municipality")]), "--commit")


def test_a_plan_made_before_the_facts_changed_is_not_carried_out(florida, sheet):
    plan = plan_file(sheet("participatingAgencies06062025am.xlsx", stamp=JUNE))
    run(sheet(), "--commit")
    with pytest.raises(OutOfDate, match="load it again"):
        plan.commit()
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.xlsx"], "There is no file nowhere.xlsx."),
        (["/"], "is a folder"),
        (["/proc/self/mem"], "/proc/self/mem cannot be read: "),
        (["x.xlsx", "--published", "18 May"], "write it as YYYY-MM-DD"),
        (["x.xlsx", "--manifest", "/proc/self/mem"], "needs the columns kind, file, true_date"),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_sentence(arguments, says):
    with pytest.raises(CommandError, match=says):
        run(*arguments)


def test_a_long_file_name_is_kept_as_far_as_it_fits(florida, sheet):
    run(sheet(f"participatingAgencies{'x' * 150}.xlsx"), "--commit", "--published", "2025-03-06")
    assert len(Snapshot.objects.get().file_name) == 120


# -- People's decisions -----------------------------------------------------------------------------------------------


def decide(answer, name, other="", **more):
    state = "FL" if other else ""
    return Verdict.objects.create(
        answer=answer,
        state="FL",
        name=name,
        other_state=state,
        other_name=other,
        reason="Somebody looked.",
        decided_on=JUNE.date(),
        **more,
    )


@pytest.fixture
def two_names(florida, sheet):
    """An agency and its jail on one list: two agencies until a person says otherwise."""
    jail = clay(LAW_ENFORCEMENT_AGENCY="Clay County Jail", SUPPORT_TYPE="Jail Enforcement Model")
    run(sheet(rows=[clay(), jail]), "--commit")
    return clay(), jail


def refold(*args):
    out = StringIO()
    call_command("refold", *args, stdout=out)
    return out.getvalue()


def test_refold_says_what_todays_decisions_change_and_writes_it_only_if_asked(two_names):
    ids = set(Agency.objects.values_list("public_id", flat=True))
    decide("same", "Clay County Jail", "Clay County Sheriff's Office")
    SourceCorrection.objects.create(
        state="FL",
        agency="Clay County Jail",
        field="signed_on",
        wrong="2025-02-26",
        right="2025-02-25",
        reason="Looked.",
    )
    version = DataVersion.objects.current().number
    said = refold()
    assert re.search("gone: FL Clay County .*, now one with FL Clay County ", said)
    assert "Nothing was written" in said
    assert (Agency.objects.count(), DataVersion.objects.current().number) == (2, version)
    refold("--commit")
    agency = Agency.objects.get()
    former = AgencyFormerId.objects.get()
    assert (former.agency, {former.public_id, agency.public_id}) == (agency, ids)
    assert {row.program_model for row in agency.agreements.all()} == {"JEM", "TFM"}
    assert str(Listing.objects.get(program_model="JEM").signed_on) == "2025-02-25"
    assert DataVersion.objects.current().number == version + 1
    assert "Nothing changes." in refold()


def test_the_next_import_acts_on_decisions_of_names_already_known(two_names, sheet):
    decide("same", "Clay County Jail", "Clay County Sheriff's Office")
    said = run(sheet("participatingAgencies06062025am.xlsx", two_names, JUNE), "--commit")
    assert "all lists were read again" in said
    assert Agency.objects.count() == 1
    again = [two_names[0], two_names[1] | {"TYPE": "Municipality"}]
    said = run(sheet("participatingAgencies06072025am.xlsx", again, JUNE), "--commit")
    assert "all lists were read again" not in said


def test_the_next_import_acts_on_a_decision_on_where_an_agency_is(two_names, sheet):
    other = CountyFactory(geoid="12021", name="Collier County", state=StateFactory())
    decide("placed", "Clay County Jail", agency_kind="corrections", placement="decided", places=[["12021", "part"]])
    run(sheet("participatingAgencies06062025am.xlsx", two_names, JUNE), "--commit")
    covered = Agency.objects.get(name="Clay County Jail").coverages.get()
    assert (covered.jurisdiction, covered.extent, covered.why) == (other, "part", "editor")


def test_decisions_that_contradict_each_other_are_named(two_names, sheet):
    decide("same", "Clay County Jail", "Clay County Sheriff's Office")
    decide("different", "Clay County Jail", "Clay County Sheriff's Office")
    with pytest.raises(CommandError, match=r"decided both ways, same and different: remove one .* Nothing was written"):
        run(sheet("participatingAgencies06062025am.xlsx", two_names, JUNE), "--commit")
    with pytest.raises(CommandError, match="remove one of these verdicts"):
        refold()
    assert Snapshot.objects.count() == 1


def test_a_list_is_put_under_review_for_the_desk(florida, sheet):
    run(sheet(), "--commit")
    rows = [clay(), clay(LAW_ENFORCEMENT_AGENCY="Clay County Jail")]
    said = run(sheet("participatingAgencies06062025am.xlsx", rows, JUNE), "--review")
    assert "participating list of 2025-06-06 is under review; changes: 1, of which 0 need a person" in said
    review = ImportRun.objects.get(state="reviewing")
    assert (review.uploaded_by, review.proposed.get().agency_name) == (None, "Clay County Jail")
    assert Snapshot.objects.count() == 1
    with pytest.raises(CommandError, match="leave out --commit"):
        run(sheet("participatingAgencies06072025am.xlsx", rows, JUNE), "--review", "--commit")


def test_a_list_that_is_held_is_not_put_under_review(florida, sheet):
    file = sheet("participatingAgencies06062025am.xlsx", [clay()], JUNE)
    run(file, "--commit")
    with pytest.raises(CommandError, match="already applied, as the participating list of 2025-06-06"):
        run(file, "--review")
