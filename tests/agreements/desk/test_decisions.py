"""What a person may decide on each kind of change, and what each decision becomes."""

import pytest
from django.core.exceptions import ValidationError

from agreements.desk import decisions, runs
from agreements.models import Agreement, Listing, ProposedChange, SourceCorrection, Verdict
from agreements.models.desk import ALLOWED
from jurisdictions.models import Agency, AgencyFormerId
from tests.agreements.desk.conftest import row, sheet
from tests.agreements.dump import differences, public_facts

CLAY = row("Clay County Sheriff's Office", county="Clay County")
LEE = row("Lee County Sheriff's Office", county="Lee County")
LEVY = row("Levy County Sheriff's Office", county="Levy County")
HASKELL_POLICE = row("Haskell Police Department", "TX", signed="2025-08-01", kind="Municipality")
HASKELL_SHERIFF = row("Haskell County Sheriff's Office", "TX", signed="2025-08-01", county="Haskell County")
DOCUMENT = "https://www.ice.gov/doclib/287gMOA/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(load, editor):
    """Puts a second list under review after a first one was applied."""

    def review(first, second, **options):
        load(first)
        return runs.open_sheet(sheet(second, 1, **options), by=editor)

    return review


def test_every_kind_of_change_has_its_answers():
    assert ALLOWED.keys() == set(ProposedChange.Kind.values)
    assert {answer for answers in ALLOWED.values() for answer in answers} <= set(ProposedChange.Decision.values)
    assert all("later" in answers for answers in ALLOWED.values())


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        pytest.param([CLAY], [CLAY, LEE], {"appeared": "certain"}, id="a new name"),
        pytest.param([CLAY, LEE], [CLAY], {"missing": "certain"}, id="left the list"),
        pytest.param(
            [CLAY], [row(CLAY[1], model="WSO", county="Clay County")], {"model_switched": "certain"}, id="swap"
        ),
        pytest.param(
            [CLAY, row(CLAY[1], model="WSO", county="Clay County")], [CLAY], {"model_dropped": "certain"}, id="dropped"
        ),
        pytest.param(
            [CLAY],
            [row("Clay County Sheriffs Dept.", county="Clay County")],
            {"renamed": "certain"},
            id="in the same words",
        ),
        pytest.param(
            [row("Southampton Township Police", "PA")],
            [row("Southhampton Township Police", "PA")],
            {"renamed": "certain"},
            id="a slip of the pen",
        ),
        pytest.param(
            [HASKELL_POLICE],
            [HASKELL_SHERIFF],
            {"renamed_perhaps": "doubtful", "appeared": "doubtful", "missing": "doubtful"},
            id="another office of the place",
        ),
        pytest.param(
            [CLAY], [row(CLAY[1], county="Clay County", signed="2025-03-07")], {"date_changed": "certain"}, id="day"
        ),
        pytest.param(
            [CLAY], [row(CLAY[1], county="Clay County", signed="2025-12-07")], {"re_signed": "certain"}, id="signed"
        ),
        pytest.param([CLAY], [row(CLAY[1], county="Lee County")], {"county_changed": "certain"}, id="county"),
        pytest.param(
            [CLAY], [row(CLAY[1], county="Clay County", kind="Municipality")], {"type_changed": "certain"}, id="type"
        ),
        pytest.param(
            [CLAY],
            [row(CLAY[1], county="Clay County", moa=DOCUMENT + "a.pdf")],
            {"link_posted": "certain"},
            id="posted",
        ),
        pytest.param(
            [row(CLAY[1], county="Clay County", moa=DOCUMENT + "a.pdf")], [CLAY], {"link_lost": "certain"}, id="lost"
        ),
        pytest.param(
            [row(CLAY[1], county="Clay County", moa=DOCUMENT + "a.pdf")],
            [row(CLAY[1], county="Clay County", moa=DOCUMENT + "b.pdf")],
            {"link_replaced": "certain"},
            id="replaced",
        ),
        pytest.param([CLAY], [CLAY, row("X", "NOUTH DAKOTA")], {"junk_row": "doubtful"}, id="no state"),
        pytest.param(
            [CLAY],
            [CLAY, row(CLAY[1], county="Clay County", signed="2025-03-07")],
            {"repeated_row": "certain"},
            id="printed twice",
        ),
        pytest.param(
            [CLAY],
            [CLAY, row("Regional Enforcement Bureau", kind="Municipality")],
            {"appeared": "certain", "placement": "doubtful"},
            id="nobody knows where",
        ),
    ],
)
def test_each_change_of_a_list_is_proposed_with_what_is_certain_about_it(review, first, second, kinds):
    run = review(first, second)
    found = {change.kind: "certain" if change.is_certain else "doubtful" for change in run.proposed.all()}
    found.pop("date_changed", None) if "repeated_row" in kinds else None
    found.pop("placement", None) if "placement" not in kinds else None
    assert found == kinds
    assert all(0 <= change.confidence <= 1 for change in run.proposed.all())


def test_a_change_says_what_was_and_what_is_and_where_it_stands(review):
    run = review([CLAY, LEE], [LEE, row(CLAY[1], county="Clay County", signed="2025-03-07")])
    change = run.proposed.get()
    assert (change.before, change.after) == ({"signed_on": "2025-03-06"}, {"signed_on": "2025-03-07"})
    assert (change.row, change.state, change.program_model) == (3, "FL", "TFM")
    assert change.agency == Agency.objects.get(name=CLAY[1])


def test_a_question_names_its_candidate_with_evidence(review):
    change = review([HASKELL_POLICE], [HASKELL_SHERIFF]).proposed.get(kind="renamed_perhaps")
    (candidate,) = change.candidates
    assert candidate["public_id"] == Agency.objects.get().public_id
    assert candidate["name"] == "Haskell Police Department"
    assert "same model and day of signing" in candidate["evidence"]
    assert 0 < candidate["score"] < 1


def test_a_new_name_comes_with_the_names_that_are_like_it(review):
    change = review([LEE, CLAY], [LEE, CLAY, LEVY]).proposed.get(kind="appeared")
    assert change.candidates[0]["name"] == "Lee County Sheriff's Office"
    assert "on this list too" in change.candidates[0]["evidence"]
    assert change.is_certain  # Lee County stands on the list beside it: likeness decides nothing


def test_the_same_agency_keeps_its_id_under_the_new_name(review, editor, publisher):
    run = review([HASKELL_POLICE], [HASKELL_SHERIFF])
    public_id = Agency.objects.get().public_id
    question = run.proposed.get(kind="renamed_perhaps")
    decisions.decide(question, "same", by=editor, note="The sheriff took it over.")
    # What only waited for the answer is answered with it.
    assert not run.proposed.open().exists()
    runs.apply_run(run, by=publisher)
    agency = Agency.objects.get()
    assert (agency.public_id, agency.name) == (public_id, "Haskell County Sheriff's Office")
    verdict = Verdict.objects.get()
    assert (verdict.answer, verdict.name, verdict.other_name) == (
        "same",
        "Haskell County Sheriff's Office",
        "Haskell Police Department",
    )
    assert verdict.history.get().history_change_reason.startswith("review of participatingAgencies01122026.xlsx")


def test_a_decision_shows_what_follows_from_it_when_the_list_is_compared_again(review, editor, publisher):
    run = review([HASKELL_POLICE], [HASKELL_SHERIFF])
    decisions.decide(run.proposed.get(kind="renamed_perhaps"), "same", by=editor, note="One office.")
    run = runs.compare(run)
    names = run.proposed.filter(kind__in=["renamed_perhaps", "renamed", "appeared", "missing"])
    assert dict(names.values_list("kind", "decision")) == {"renamed_perhaps": "same", "renamed": "accepted"}
    runs.apply_run(run, by=publisher)
    assert Agency.objects.count() == 1


def test_different_agencies_are_not_asked_about_again(review, load, editor, publisher):
    run = review([HASKELL_POLICE], [HASKELL_SHERIFF])
    decisions.decide(run.proposed.get(kind="renamed_perhaps"), "different", by=editor, note="A city's and a county's.")
    runs.apply_run(run, by=publisher)
    assert Agency.objects.count() == 2
    load([HASKELL_POLICE], 2)
    again = runs.open_sheet(sheet([HASKELL_SHERIFF], 3), by=editor)
    assert not again.proposed.filter(kind="renamed_perhaps").exists()


def test_a_new_name_is_linked_to_any_agency(review, editor, publisher):
    run = review([CLAY, HASKELL_POLICE], [HASKELL_POLICE, row("Orange Park Deputies", county="Clay County")])
    change = run.proposed.get(kind="appeared")
    clay = Agency.objects.get(name=CLAY[1])
    with pytest.raises(ValidationError, match="Choose which agency"):
        decisions.decide(change, "linked", by=editor, note="Clay's own.")
    with pytest.raises(ValidationError, match="We hold no agency zzzzzz"):
        decisions.decide(change, "linked", by=editor, note="Clay's own.", choice={"public_id": "zzzzzz"})
    decisions.decide(change, "linked", by=editor, note="Clay's own.", choice={"public_id": clay.public_id})
    decisions.accept_certain(run, by=editor)
    runs.apply_run(run, by=publisher)
    clay.refresh_from_db()
    assert clay.name == "Orange Park Deputies"
    assert Agency.objects.count() == 2


def test_an_agency_that_comes_back_as_another_needs_a_second_person(review, load, editor, publisher, other_publisher):
    load([CLAY, LEE])
    load([CLAY], 1)
    run = runs.open_sheet(sheet([CLAY, LEE], 2), by=editor)
    clay, lee = Agency.objects.get(name=CLAY[1]), Agency.objects.get(name=LEE[1])
    change = run.proposed.get(kind="back")
    change = decisions.decide(change, "linked", by=publisher, note="One office.", choice={"public_id": clay.public_id})
    assert change.waits_for_a_second
    with pytest.raises(ValidationError, match="waits for a second person"):
        runs.apply_run(run, by=publisher)
    with pytest.raises(ValidationError, match="somebody else has to second it"):
        decisions.second(change, by=publisher)
    with pytest.raises(ValidationError, match="Only a publisher"):
        decisions.second(change, by=editor)
    decisions.second(change, by=other_publisher)
    runs.apply_run(run, by=publisher)
    heir = Agency.objects.get()
    assert AgencyFormerId.objects.get().agency == heir
    assert {heir.public_id, AgencyFormerId.objects.get().public_id} == {clay.public_id, lee.public_id}
    assert heir.changes.get(kind="merged").after["public_id"] == heir.public_id
    before_undo = {heir.public_id}
    run.refresh_from_db()
    runs.undo_run(run, by=publisher, because="They are two.")
    assert set(Agency.objects.values_list("public_id", flat=True)) == {clay.public_id, lee.public_id} > before_undo
    assert not AgencyFormerId.objects.exists()


def test_an_edited_cell_is_read_as_the_editor_says_while_ice_prints_it_so(review, load, editor, publisher):
    run = review([CLAY], [CLAY, row("Lee County Sheriff's Office", county="Frankin County")])
    change = run.proposed.get(kind="appeared")
    with pytest.raises(ValidationError, match="Choose which cell"):
        decisions.decide(change, "edited", by=editor, note="Misprint.", choice={"field": "colour", "right": "red"})
    decisions.decide(change, "edited", by=editor, note="Misprint.", choice={"field": "county", "right": "Lee County"})
    decisions.accept_certain(run, by=editor)
    for other in run.proposed.open():
        decisions.decide(other, "accepted", by=editor)
    runs.apply_run(run, by=publisher)
    listing = Listing.objects.get(agency_name="Lee County Sheriff's Office")
    assert (listing.county, listing.corrected, listing.cells[3]) == ("Lee County", ["county"], "Frankin County")
    assert SourceCorrection.objects.get().wrong == "Frankin County"


@pytest.mark.parametrize(
    ("changed", "kind", "field", "held"),
    [
        ({"signed": "2025-03-07"}, "date_changed", "signed_on", "2025-03-06"),
        ({"county": "Lee County"}, "county_changed", "county", "Clay County"),
        ({"kind": "Municipality"}, "type_changed", "agency_type", "county"),
        ({"moa": ""}, "link_lost", "moa_url", DOCUMENT + "a.pdf"),
        ({"moa": DOCUMENT + "b.pdf"}, "link_replaced", "moa_url", DOCUMENT + "a.pdf"),
    ],
)
def test_a_rejected_change_goes_back_to_the_value_before(review, editor, publisher, changed, kind, field, held):
    before = {"county": "Clay County", "moa": DOCUMENT + "a.pdf"}
    run = review([row(CLAY[1], **before)], [row(CLAY[1], **before | changed)])
    decisions.decide(run.proposed.get(kind=kind), "rejected", by=editor, note="The document says otherwise.")
    for other in run.proposed.open():
        decisions.decide(other, "accepted", by=editor)
    runs.apply_run(run, by=publisher)
    newest = Listing.objects.order_by("-first_position").first()
    assert str(getattr(newest, field)) == held
    assert not Agreement.objects.get().changes.filter(snapshot__sha256=run.sha256).exists()


def test_a_place_is_decided_at_the_desk(review, editor, publisher):
    run = review([CLAY], [CLAY, row("Regional Enforcement Bureau", kind="Municipality")])
    change = run.proposed.get(kind="placement")
    place = {"kind": "joint_police", "placement": "decided"}
    with pytest.raises(ValidationError, match="no area with the GEOID 99999"):
        decisions.decide(
            change, "placed", by=editor, note="Its page says so.", choice=place | {"places": [["99999", "whole"]]}
        )
    choice = place | {"places": [["12019", "whole"], ["12071", "part"]]}
    decisions.decide(change, "placed", by=editor, note="Its page says so.", choice=choice)
    decisions.accept_certain(run, by=editor)
    runs.apply_run(run, by=publisher)
    agency = Agency.objects.get(name="Regional Enforcement Bureau")
    assert (agency.placement, agency.kind) == ("decided", "joint_police")
    assert sorted(agency.coverages.values_list("jurisdiction", "extent", "why")) == [
        ("12019", "whole", "editor"),
        ("12071", "part", "editor"),
    ]


def test_a_change_put_off_stays_open_and_is_written_when_it_is_decided(review, editor, publisher):
    run = review([HASKELL_POLICE], [HASKELL_SHERIFF])
    question = run.proposed.get(kind="renamed_perhaps")
    decisions.decide(question, "later", by=editor)
    for other in run.proposed.open():
        decisions.decide(other, "accepted", by=editor)
    runs.apply_run(run, by=publisher)
    assert list(ProposedChange.objects.put_off()) == [question]
    assert Agency.objects.count() == 2
    with pytest.raises(ValidationError, match="Nothing that was put off"):
        runs.apply_later(run, by=publisher)
    before = public_facts()
    change = decisions.decide(question, "same", by=editor, note="The sheriff took it over.")
    assert change.waits_for_a_second  # by now both are held
    decisions.second(change, by=publisher)
    runs.apply_later(run, by=publisher)
    assert Agency.objects.count() == 1
    assert not ProposedChange.objects.put_off().exists()
    assert differences(before, public_facts()) != {}


def test_decisions_that_contradict_each_other_are_refused_at_once(review, editor):
    run = review([HASKELL_POLICE], [HASKELL_SHERIFF])
    Verdict.objects.create(
        answer="different",
        state="TX",
        name="Haskell Police Department",
        other_state="TX",
        other_name="Haskell County Sheriff's Office",
        reason="Looked.",
        decided_on="2026-01-01",
    )
    with pytest.raises(ValidationError, match="decided both ways"):
        decisions.decide(run.proposed.get(kind="renamed_perhaps"), "same", by=editor, note="One.")


def test_a_decision_that_does_not_fit_the_change_is_refused(review, editor):
    run = review([CLAY], [CLAY, LEE])
    with pytest.raises(ValidationError, match="“placed” is no answer to “Appeared”"):
        decisions.decide(run.proposed.get(), "placed", by=editor, note="There.")


def test_a_decision_can_be_taken_back(review, editor):
    run = review([CLAY], [CLAY, LEE])
    change = decisions.decide(run.proposed.get(), "rejected", by=editor, note="Not so.")
    change = decisions.decide(change, "open", by=editor)
    assert (change.decision, change.decided_by, change.note) == ("open", None, "")


def test_an_earlier_decision_that_gave_way_comes_back_with_undo(review, load, editor, publisher):
    Verdict.objects.create(
        answer="placed",
        state="FL",
        name="Regional Enforcement Bureau",
        agency_kind="other",
        placement="in_question",
        reason="Nobody knew.",
        decided_on="2026-01-01",
    )
    run = review([CLAY], [CLAY, row("Regional Enforcement Bureau", kind="Municipality")])
    choice = {"kind": "joint_police", "placement": "decided", "places": [["12019", "whole"]]}
    decisions.decide(run.proposed.get(kind="placement"), "placed", by=editor, note="Its page.", choice=choice)
    decisions.accept_certain(run, by=editor)
    runs.apply_run(run, by=publisher)
    assert Verdict.objects.get().placement == "decided"
    run.refresh_from_db()
    runs.undo_run(run, by=publisher, because="Wrong file.")
    verdict = Verdict.objects.get()
    assert (verdict.placement, verdict.reason, str(verdict.decided_on)) == ("in_question", "Nobody knew.", "2026-01-01")
