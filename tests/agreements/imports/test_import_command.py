"""`import_ice_sheet`: a dry run, a commit, refusals in one sentence, and nothing half done."""

import json
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements.models import Agreement, ChangeEvent, ImportRun, Listing, Snapshot
from jurisdictions.models import Agency, DataVersion
from tests.agreements.imports.workbooks import PENDING, clay, workbook
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
        path.write_bytes(workbook(rows or [clay()], modified=stamp, **kwargs))
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
    assert "--published 2025-03-06" in run(path)
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


def test_an_empty_pending_list_is_valid_and_an_empty_participating_one_a_doubt(florida, sheet):
    run(sheet("pendingAgencies03062025am.xlsx", [], columns=PENDING[:-1]), "--commit")
    assert Snapshot.objects.get().row_count == 1 or Snapshot.objects.get().row_count == 0


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
