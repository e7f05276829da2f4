"""The review desk's pages: upload, decide, apply, undo; who may; what is said when something does not go."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.admin.words import marked
from agreements.desk import decisions, runs
from agreements.models import Agreement, ChangeEvent, ImportRun, Snapshot, SourceCorrection, Verdict
from jurisdictions.models import Agency, DataVersion
from tests.agreements.desk.conftest import row, sheet
from tests.agreements.dump import differences, public_facts
from tests.agreements.imports.workbooks import clay, workbook
from tests.staff import member, signed_in

CLAY = row("Clay County Sheriff's Office", county="Clay County")
LEE = row("Lee County Sheriff's Office", county="Lee County")
HASKELL_POLICE = row("Haskell Police Department", "TX", signed="2025-08-01", kind="Municipality")
HASKELL_SHERIFF = row("Haskell County Sheriff's Office", "TX", signed="2025-08-01", county="Haskell County")
NOWHERE = row("Northern Lights Joint Response Unit")

pytestmark = pytest.mark.django_db
SHEETS = reverse("admin:agreements_importrun_changelist")


def at(run, screen="change", *args) -> str:
    return reverse(f"admin:agreements_importrun_{screen}", args=[run.pk, *args])


@pytest.fixture
def desk(client):
    """A browser in which an editor is signed in."""
    signed_in(client, "editor")
    return client


@pytest.fixture
def press():
    """A browser in which a publisher is signed in."""
    client = Client()
    client.user = signed_in(client, "publisher")
    return client


def said(response) -> list[str]:
    """What the page says above everything else."""
    return [str(message) for message in response.context["messages"]]


def upload(browser, *files, **fields):
    sheets = [SimpleUploadedFile(name, data) for name, data in files]
    return browser.post(reverse("admin:agreements_importrun_upload"), {"sheets": sheets, **fields}, follow=True)


def answer(browser, run, change, decision, *, query="", **fields):
    """Save one line of the review."""
    form = {"line": [change.pk], "save": change.pk, f"decision-{change.pk}": decision}
    form |= {f"{name}-{change.pk}": value for name, value in fields.items()}
    return browser.post(f"{at(run)}{query}", form, follow=True)


def a_workbook(**cells):
    return workbook([clay(**cells)], modified=datetime(2025, 2, 28, tzinfo=UTC))


# -- Upload -----------------------------------------------------------------------------------------------------------


def test_a_list_is_uploaded_and_leads_to_its_review(world, desk):
    page = upload(desk, ("participatingAgencies03012025.xlsx", a_workbook()))
    run = ImportRun.objects.get()
    assert page.redirect_chain[-1][0] == f"{at(run)}?show=needs"
    assert said(page) == ["participatingAgencies03012025.xlsx: 1 rows are under review. Nothing is public yet."]
    assert not Snapshot.objects.exists()


def test_of_several_files_the_good_ones_come_in_by_their_day_and_the_others_say_why_not(world, desk):
    later = a_workbook(STATE="TEXAS")
    page = upload(
        desk,
        ("participatingAgencies03082025.xlsx", later),
        ("notes.xlsx", b"<html>not found</html>"),
        ("participatingAgencies03012025.xlsx", a_workbook()),
    )
    assert [run.file_name for run in ImportRun.objects.order_by("pk")] == [
        "participatingAgencies03012025.xlsx",
        "participatingAgencies03082025.xlsx",
    ]
    (refusal,) = [sentence for sentence in said(page) if sentence.startswith("notes.xlsx: ")]
    assert refusal.count(".") <= 3
    assert page.redirect_chain[-1][0] == SHEETS


def test_a_file_that_is_far_too_large_is_refused_before_it_is_read(world, desk, monkeypatch):
    monkeypatch.setattr("agreements.admin.desk.MAX_FILE", 100)
    assert "MB" in said(upload(desk, ("participatingAgencies03012025.xlsx", a_workbook())))[0]
    assert not ImportRun.objects.exists()


def test_the_form_says_what_is_taken_and_that_nothing_is_public_yet(desk):
    text = desk.get(SHEETS).text
    assert "at most 10 at a time and 8 MB each" in text
    assert "Nothing is public before somebody applies it." in text


@pytest.mark.parametrize("role", ["researcher", "translator", ""])
def test_others_look_and_bring_nothing(world, load, client, role):
    load([CLAY])
    run = runs.open_sheet(sheet([CLAY, LEE], 1))
    signed_in(client, role)
    assert upload(client, ("participatingAgencies03012025.xlsx", a_workbook())).status_code == 403
    if role:
        page = client.get(at(run))
        assert page.status_code == 200
        assert 'name="save"' not in page.text
    change = run.proposed.get()
    assert answer(client, run, change, "accepted").status_code == 403
    change.refresh_from_db()
    assert change.is_open


# -- Review -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(load):
    """A list with a name in question, a new agency without a place, and what needs no judgment."""
    load([CLAY, HASKELL_POLICE])
    return runs.open_sheet(sheet([CLAY, LEE, HASKELL_SHERIFF, NOWHERE], 1))


def test_a_line_shows_before_and_after_with_the_words_that_differ_its_row_and_how_sure_we_are(desk, run):
    text = desk.get(f"{at(run)}?kind=renamed_perhaps").text
    assert "Haskell <del>Police Department</del>" in text
    assert "Haskell <ins>County Sheriff&#x27;s Office</ins>" in text
    assert f'href="{at(run, "row", 4)}">row 4</a>' in text
    assert re.search(r"unsure 0\.\d\d|likely 0\.\d\d", text)
    assert "left the list as this name came" in text


def test_each_kind_has_a_tab_with_its_count_and_shows_only_its_lines(desk, run):
    tabs = {tab.label: tab.count for tab in desk.get(at(run)).context["review"].tabs}
    assert tabs["Renamed, perhaps"] == tabs["Place in question"] == 1
    assert tabs["All"] == run.proposed.count()
    lines = desk.get(f"{at(run)}?kind=placement").context["lines"]
    assert [line.change.kind for line in lines] == ["placement"]


def test_what_needs_judgment_is_apart_from_what_is_certain(desk, run):
    kinds = {line.change.kind for line in desk.get(f"{at(run)}?show=needs").context["lines"]}
    assert {"renamed_perhaps", "placement"} <= kinds
    assert all(not line.change.is_certain for line in desk.get(f"{at(run)}?show=needs").context["lines"])


def test_only_what_may_be_decided_is_offered(desk, run):
    change = run.proposed.get(kind="renamed_perhaps")
    text = desk.get(f"{at(run)}?kind=renamed_perhaps").text
    offered = re.findall(rf'name="decision-{change.pk}" value="(\w+)"', text)
    assert offered == ["same", "different", "later"]
    everything = re.findall(rf'name="decision-{change.pk}" value="(\w+)"', desk.get(at(run, "line", change.pk)).text)
    assert everything == list(change.allowed_decisions)


def test_a_line_is_decided_with_its_reason_and_can_be_taken_back(desk, run):
    change = run.proposed.get(kind="renamed_perhaps")
    page = answer(desk, run, change, "same", note="The county took it over.", query="?show=needs")
    change.refresh_from_db()
    assert (change.decision, change.note) == ("same", "The county took it over.")
    assert page.redirect_chain[-1][0].startswith(f"{at(run)}?show=needs")
    answer(desk, run, change, "open")
    change.refresh_from_db()
    assert change.is_open


def test_a_decision_without_its_reason_is_refused_beside_its_line_and_what_was_typed_stays(desk, run):
    change = run.proposed.get(kind="renamed_perhaps")
    page = answer(desk, run, change, "different")
    (line,) = page.context["lines"]
    assert line.errors == ["Say why in a sentence; later imports and the public's records rest on it."]
    assert line.chosen == "different"
    change.refresh_from_db()
    assert change.is_open


def test_a_page_is_saved_at_once_and_lines_that_nobody_touched_stay_open(desk, run):
    one, other = run.proposed.filter(is_certain=True)[:2]
    form = {"line": [one.pk, other.pk], "save": "page", f"decision-{one.pk}": "accepted"}
    assert "1 line saved." in said(desk.post(at(run), form, follow=True))
    assert [run.proposed.get(pk=pk).decision for pk in (one.pk, other.pk)] == ["accepted", "open"]


def test_the_script_gets_the_saved_line_and_those_that_follow_from_it(desk, run):
    question = run.proposed.get(kind="renamed_perhaps")
    lines = list(run.proposed.values_list("pk", flat=True))
    form = {"line": lines, "save": question.pk, f"decision-{question.pk}": "same", f"note-{question.pk}": "One office."}
    text = desk.post(at(run), form, headers={"X-Part": "lines"}).text
    followed = run.proposed.filter(note__startswith="Follows from").values_list("pk", flat=True)
    assert followed
    assert {int(pk) for pk in re.findall(r'id="change-(\d+)"', text)} == {question.pk, *followed}
    assert 'id="counts"' in text
    assert "<html" not in text


def test_a_list_compared_again_meanwhile_says_so_instead_of_deciding_on_another_line(desk, run):
    change = run.proposed.get(kind="renamed_perhaps")
    runs.compare(run)
    page = answer(desk, run, change, "same", note="One office.")
    assert "1 lines are gone: the list was compared again. Look at it anew." in said(page)
    assert not run.proposed.exclude(decision="open").exists()


def test_everything_certain_is_accepted_of_one_kind_or_of_all(desk, run):
    page = desk.post(at(run, "certain"), {"kind": "appeared"}, follow=True)
    assert "accepted" in said(page)[0]
    assert set(run.proposed.filter(decision="accepted").values_list("kind", flat=True)) == {"appeared"}
    desk.post(at(run, "certain"))
    assert not run.proposed.open().certain().exists()


def test_a_row_is_linked_to_another_agency_that_was_found_by_typing(desk, run):
    change = run.proposed.get(kind="appeared", agency_name__startswith="Northern")
    clay_office = Agency.objects.get(name__startswith="Clay")
    page = at(run, "line", change.pk)
    found = desk.post(page, {f"seek_agency-{change.pk}": "Clay County", "seek": "agency"})
    assert f'name="agency-{change.pk}" value="{clay_office.public_id}"' in found.text
    change.refresh_from_db()
    assert change.is_open  # looking decides nothing
    form = {f"decision-{change.pk}": "linked", f"agency-{change.pk}": clay_office.public_id}
    assert "Say why" in desk.post(page, form).text
    assert desk.post(page, form | {f"note-{change.pk}": "Its joint unit."}).status_code == 302
    change.refresh_from_db()
    assert (change.decision, change.choice["public_id"]) == ("linked", clay_office.public_id)


def test_what_is_typed_finds_agencies_and_areas_for_the_script_too(desk, run):
    found = desk.get(reverse("admin:agreements_importrun_find", args=["areas"]), {"q": "Levy", "line": "7"}).text
    assert 'name="area-7" value="12075"' in found
    assert "<html" not in found
    assert desk.get(reverse("admin:agreements_importrun_find", args=["secrets"])).status_code == 404


def test_an_agency_is_placed_on_the_lines_page(desk, press, run):
    change = run.proposed.get(kind="placement")
    form = {
        f"decision-{change.pk}": "placed",
        f"kind-{change.pk}": "joint_police",
        f"placement-{change.pk}": "decided",
        f"area-{change.pk}": ["12075"],
        f"extent-12075-{change.pk}": "part",
        f"note-{change.pk}": "Its own page says so.",
    }
    assert desk.post(at(run, "line", change.pk), form).status_code == 302
    change.refresh_from_db()
    assert change.choice == {"kind": "joint_police", "placement": "decided", "places": [["12075", "part"]]}
    assert "Levy County (12075)" in desk.get(f"{at(run)}?kind=placement").text


def test_a_cell_is_corrected_on_the_lines_page(desk, press, load):
    load([CLAY])
    run = runs.open_sheet(
        sheet([CLAY, row("Lee County Sheriff's Office", county="Lea County", signed="2016-01-20")], 1)
    )
    change = run.proposed.get(kind="appeared")
    form = {
        f"decision-{change.pk}": "edited",
        f"field-{change.pk}": "signed_on",
        f"right-{change.pk}": "2026-01-02",
        f"note-{change.pk}": "The year is a misprint.",
    }
    assert desk.post(at(run, "line", change.pk), form).status_code == 302
    assert "signing date is “2026-01-02”" in desk.get(f"{at(run)}?kind=appeared").text
    desk.post(at(run, "certain"))
    press.post(at(run, "apply"))
    assert SourceCorrection.objects.get().right == "2026-01-02"


def test_the_row_is_shown_as_printed_with_its_neighbours(desk, run):
    page = desk.get(at(run, "row", 4))
    assert [shown["number"] for shown in page.context["rows"]] == [2, 3, 4, 5]
    assert "Haskell County Sheriff&#x27;s Office" in page.text
    assert "2025-08-01" in page.text
    assert desk.get(at(run, "row", 400)).status_code == 404


def test_a_script_in_a_cell_stays_text(desk, load):
    load([CLAY])
    run = runs.open_sheet(sheet([CLAY, row("<script>alert(1)</script> Police Department")], 1))
    line = run.proposed.get(kind="appeared")
    for page in (at(run), at(run, "row", 3), at(run, "line", line.pk)):
        assert "<script>alert" not in desk.get(page).text


def test_the_review_costs_the_same_however_many_changes_there_are(desk, load):
    def queries(run):
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(at(run)).status_code == 200
        return len(captured)

    load([CLAY])
    few = runs.open_sheet(sheet([CLAY, LEE], 1))
    many = runs.open_sheet(
        sheet([CLAY, *(row(f"Town {number} Police Department", kind="Municipality") for number in range(120))], 1)
    )
    queries(few)
    assert queries(many) <= queries(few) + 1  # the names of areas, where a change has some


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Lee", "Levy", ("<del>Lee</del>", "<ins>Levy</ins>")),
        ("Clay Co. Sheriff", "Clay Sheriff", ("Clay <del>Co. </del>Sheriff", "Clay Sheriff")),
        ("", "new", ("", "new")),
        ("<b>", "<b>", ("&lt;b&gt;", "&lt;b&gt;")),
        ("same", "same", ("same", "same")),
    ],
)
def test_words_that_differ_are_marked_and_the_others_are_not(before, after, shown):
    assert marked(before, after) == shown


# -- Stale, in doubt --------------------------------------------------------------------------------------------------


def test_a_list_whose_base_changed_says_so_and_keeps_its_decisions_when_compared_again(desk, run):
    answer(desk, run, run.proposed.get(kind="renamed_perhaps"), "different", note="Both exist.")
    DataVersion.objects.bump()
    assert "The facts changed since this list was compared with them" in desk.get(at(run)).text
    page = desk.post(at(run, "compare"), follow=True)
    assert "The facts changed since" not in page.text
    assert run.proposed.get(kind="renamed_perhaps").decision == "different"


def test_a_doubt_is_settled_with_a_reason_and_another_day(desk, load):
    load([row(f"Town {number} Police Department", kind="Municipality") for number in range(30)])
    run = runs.open_sheet(sheet([CLAY], 1))
    assert "In doubt" in desk.get(at(run)).text
    form = {"published": "2026-01-13", "kind": "participating", "reason": ""}
    assert "Say why the list is right all the same." in said(desk.post(at(run, "settle"), form, follow=True))
    run.refresh_from_db()
    assert run.doubts_open
    desk.post(at(run, "settle"), form | {"reason": "ICE ended them all."})
    run.refresh_from_db()
    assert (run.doubts_open, f"{run.published_on}") == ([], "2026-01-13")
    assert any("ICE ended them all." in sentence for sentence in run.doubts_settled)


# -- Apply, undo, discard ---------------------------------------------------------------------------------------------


@pytest.fixture
def decided(run, desk):
    """The list with everything decided."""
    answer(desk, run, run.proposed.get(kind="renamed_perhaps"), "same", note="The county took it over.")
    for change in run.proposed.open():
        decisions.decide(change, "accepted", by=member("editor"))
    return run


def test_the_page_of_applying_says_what_stands_in_the_way_with_the_way_to_it(press, run):
    page = press.get(at(run, "apply"))
    assert f'{at(run)}?show=open">Deal with it' in page.text
    assert "Apply this list" not in page.text


def test_an_editor_does_not_apply_and_a_publisher_does(desk, press, decided):
    page = desk.get(at(decided, "apply"))
    assert "A publisher or an administrator applies it." in page.text
    assert "Only a publisher" in said(desk.post(at(decided, "apply"), follow=True))[0]
    assert not Snapshot.objects.filter(sha256=decided.sha256).exists()
    page = press.post(at(decided, "apply"), follow=True)
    assert "are public now" in said(page)[0]
    assert Snapshot.objects.filter(sha256=decided.sha256).exists()
    assert Verdict.objects.get().name == "Haskell County Sheriff's Office"
    assert "/changes/?from=2026-01-05&amp;to=2026-01-12" in page.text


def test_an_applied_list_is_undone_with_a_reason_and_can_come_back(press, decided):
    before = public_facts()
    press.post(at(decided, "apply"))
    assert "Say why it is undone." in said(press.post(at(decided, "undo"), {"because": " "}, follow=True))
    assert differences(before, public_facts()) != {}
    assert "1 decision on names and places" in press.get(at(decided, "undo")).text
    press.post(at(decided, "undo"), {"because": "The wrong file."})
    assert differences(before, public_facts()) == {}
    press.post(at(decided, "reopen"))
    again = ImportRun.objects.get(state="reviewing")
    assert again.proposed.get(kind="renamed_perhaps").decision == "same"


def test_a_list_is_discarded_and_opened_again(desk, run):
    desk.post(at(run, "discard"))
    run.refresh_from_db()
    assert run.state == "discarded"
    desk.post(at(run, "reopen"))
    assert ImportRun.objects.filter(state="reviewing").count() == 1


def test_what_was_put_off_is_decided_later_and_then_written(desk, press, run):
    question = run.proposed.get(kind="renamed_perhaps")
    answer(desk, run, question, "later")
    for change in run.proposed.open():
        decisions.decide(change, "accepted", by=press.user)
    press.post(at(run, "apply"))
    answer(desk, run, question, "same", note="The county took it over.")
    page = press.get(at(run))
    assert "Write what was decided since" in page.text
    question.refresh_from_db()
    if question.waits_for_a_second:
        press.post(at(run, "second"), {"second": question.pk})
    press.post(at(run, "apply_later"))
    assert Verdict.objects.get().answer == "same"


def test_two_records_become_one_only_when_another_person_agrees(desk, press, load):
    load([CLAY, LEE])
    run = runs.open_sheet(sheet([CLAY, LEE, row("Clay Co. Sheriffs Office North", county="Clay County")], 1))
    change = run.proposed.get(kind="appeared")
    desk_form = {
        f"decision-{change.pk}": "linked",
        f"agency-{change.pk}": Agency.objects.get(name__startswith="Clay County").public_id,
        f"note-{change.pk}": "One office.",
    }
    desk.post(at(run, "line", change.pk), desk_form)
    run.proposed.filter(pk=change.pk).update(needs_second=True)
    assert "Waits for a second person" in desk.get(at(run)).text
    assert "second it" not in desk.get(at(run)).text
    assert "waits for a second person" in press.get(at(run, "apply")).text
    assert "I agree: second it" in press.get(at(run)).text
    press.post(at(run, "second"), {"second": change.pk})
    assert run.proposed.get(pk=change.pk).seconded_by == press.user
    assert f"seconded by {press.user}" in desk.get(at(run)).text


def test_every_act_wants_a_form_of_ours(desk, run):
    for screen in ("certain", "compare", "settle", "second", "apply_later"):
        assert desk.get(at(run, screen)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    signed_in(strict, "publisher")
    assert strict.post(at(run, "apply")).status_code == 403


def test_a_public_page_never_shows_a_list_under_review(desk, run, client):
    assert "Northern Lights" not in Client().get("/agencies/").text
    assert not ChangeEvent.objects.filter(agency__name__startswith="Northern").exists()
    assert not Agreement.objects.filter(agency__name__startswith="Northern").exists()


def test_an_administrator_who_is_alone_seconds_their_own_decision_and_readers_are_told_why(load, publisher):
    load([CLAY, LEE])
    load([CLAY], 1)
    alone = Client()
    person = signed_in(alone, "administrator")
    run = runs.open_sheet(sheet([CLAY, LEE], 2))
    change = run.proposed.get(kind="back")
    linked = {"public_id": Agency.objects.get(name=CLAY[1]).public_id}
    decisions.decide(change, "linked", by=person, note="One office.", choice=linked)
    form = {"second": change.pk, f"alone_because-{change.pk}": "The other publisher has left."}
    assert "somebody else has to second it" in said(alone.post(at(run, "second"), form, follow=True))[0]
    publisher.is_active = False
    publisher.save()
    assert "Nobody else could, because" in alone.get(at(run), {"show": "second"}).text
    assert "Say why nobody else could" in said(alone.post(at(run, "second"), {"second": change.pk}, follow=True))[0]
    alone.post(at(run, "second"), form)
    change.refresh_from_db()
    assert (change.seconded_by, change.alone_because) == (person, "The other publisher has left.")
    assert "The other publisher has left." not in Client().get("/about/").text
    runs.apply_run(run, by=person)
    assert "The other publisher has left." in Client().get("/about/").text


@pytest.mark.parametrize("forged", ["😀", "9" * 30, "-1", ""])
def test_a_line_that_is_no_line_is_not_seconded(load, press, forged):
    run = runs.open_sheet(sheet([CLAY]))
    assert "That line is gone" in said(press.post(at(run, "second"), {"second": forged}, follow=True))[0]
