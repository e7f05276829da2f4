"""A copy of all records, kept as docs/mirror.md says, is what the API shows: after whatever happened meanwhile."""

from __future__ import annotations

import io
import itertools
import json
import os
import random
import re
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.exceptions import ValidationError
from django.core.signals import request_finished
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agreements.actions import approve, propose
from agreements.api.held import held_answers
from agreements.api.rule_shapes import LawShape
from agreements.desk import merges, runs
from agreements.imports.apply import fold_anew
from agreements.models import FederalDesignation, ImportRun, StateLaw
from agreements.rule_events import refresh_rule_events
from agreements.wholes import taken
from jurisdictions.api.shapes import written
from jurisdictions.models import Agency, AgencyFormerId, DataVersion, Source
from portal.api import bulk, ledger
from portal.api.substance import substance
from portal.middleware.noting import NotedAfterTheAnswer, note_what_changed
from tests.agreements.desk.conftest import FIRST_DAY, areas, person, row, sheet
from tests.factories import DesignationFactory, LocalPolicyFactory, StateLawFactory

SITE = "http://testserver"
STEPS = int(os.environ.get("MIRROR_STEPS", "4"))
SHERIFF = row("Clay County Sheriff's Office", county="Clay County")
JAIL = row("Clay County Jail", model="JEM", county="Clay County", signed="2025-04-02")
BOARD = row("Clay County Board of County Commissioners", county="Clay County", signed="2025-05-02")
LEE = row("Lee County Sheriff's Office", county="Lee County")
LEVY = row("Levy County Sheriff's Office", county="Levy County", moa="https://www.ice.gov/doclib/287gMOA/Levy.pdf")

pytestmark = pytest.mark.django_db


class Portal:
    """A small portal with its staff, on a day of its own; and a mirror of it, kept by the code of docs/mirror.md."""

    def __init__(self):
        areas()
        self.day = FIRST_DAY + timedelta(days=2)
        self.editor, self.publisher = person("Edith", "editor"), person("Paula", "publisher")
        self.asked = itertools.count(1)
        self.records, self.cursor, self.told = {}, "", []
        guide = Path(configured.BASE_DIR, "docs", "mirror.md").read_text(encoding="utf-8")
        self.code: dict = {}
        exec(re.search(r"```python\n(.*?)```", guide, re.S)[1], self.code)
        self.code |= {"SITE": SITE, "PAGE_SIZE": 4, "urlopen": self.open}

    # -- What people and time do

    def load(self, rows, week=0, **options) -> ImportRun:
        run = runs.open_sheet(sheet(rows, week, **options))
        run.proposed.open().update(decision="accepted")
        if run.doubts_open:
            runs.settle(run, "It is a small world.", by=self.publisher)
        runs.apply_run(run, by=self.publisher)
        return run

    def edit(self, record, **changes) -> None:
        record.refresh_from_db()
        before = taken(record)
        revision = propose(record, before, before | changes, by=self.editor, reason="The chapter says so.")
        approve(revision, by=self.publisher)

    def merge(self, one: str, into: str) -> None:
        agencies = Agency.objects.get(public_id=one), Agency.objects.get(public_id=into)
        approve(merges.propose_merge(*agencies, by=self.editor, reason="One office."), by=self.publisher)

    def unmerge(self, public_id: str) -> None:
        former = AgencyFormerId.objects.get(public_id=public_id)
        approve(merges.propose_unmerge(former, by=self.editor, reason="Two offices."), by=self.publisher)

    # -- What a partner does

    def get(self, address: str, status: int = 200, **headers):
        """As from another place each time, so that no limit is met."""
        number = next(self.asked)
        caller = f"10.0.{number // 250}.{number % 250}"
        response = Client().get(address.removeprefix(SITE), REMOTE_ADDR=caller, headers=headers)
        assert response.status_code == status, response.content
        return response

    def open(self, address: str) -> io.BytesIO:
        response = self.get(address)
        content = b"".join(response) if response.streaming else response.content
        if "/changes/" in address:
            self.told += json.loads(content)["results"]
        return io.BytesIO(content)

    def changes(self, **asked) -> dict:
        return self.get("/api/v1/changes/?" + "&".join(f"{name}={value}" for name, value in asked.items())).json()

    def begin(self) -> None:
        """With the files."""
        bulk.build(SITE)
        self.records, self.cursor = self.code["begin"]()
        self.compare()

    def follow(self, *, noted: bool = True) -> set[tuple[str, str]]:
        """Follow the changes, see that the mirror is exact, and say what was told, beside events.

        `noted`: the ledger was brought up to date before, as it is once a change is committed.
        """
        if noted:
            ledger.catch_up()
        self.told = []
        before, cursor = dict(self.records), self.cursor
        self.cursor = self.code["follow"](self.records, cursor)
        self.compare()
        self.compare_substance(before, cursor)
        return {(each["kind"], each["change"]) for each in self.told if each["kind"] != "event"}

    def compare(self) -> None:
        lists = {}
        for kind, name in self.code["FILES"].items():
            for record in self.get(f"/api/v1/{name}/?page_size=1000").json()["results"]:
                lists[kind, record["id"]] = record
        assert self.records == lists

    def compare_substance(self, before: dict, cursor: str) -> None:
        """What is said to be renewed alone is so, and `substantial` gives all the rest."""
        told: dict[tuple[str, str], bool] = {}
        for each in self.told:
            key = each["kind"], each["id"]
            told[key] = told.get(key, False) or each["substantial"]
        for key in [key for key, is_substantial in told.items() if not is_substantial]:
            assert substance(key[0], before[key]) == substance(key[0], self.records[key]), key
        if not all(told.values()):
            kept = self.changes(after=cursor, substantial="true", page_size=1000)["results"]
            assert {(each["kind"], each["id"]) for each in kept} == {key for key, kept in told.items() if kept}


@pytest.fixture
def portal(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    portal = Portal()
    whenever = ledger.today.__globals__["timezone"].localdate
    monkeypatch.setattr(
        "django.utils.timezone.localdate", lambda value=None, zone=None: whenever(value, zone) if value else portal.day
    )
    portal.load([SHERIFF, JAIL, LEVY])
    portal.load([BOARD], kind="pending")
    portal.law = StateLawFactory(key="fl-act", title="An act", effective_on="2026-04-01")
    portal.policy = LocalPolicyFactory()
    DesignationFactory()
    refresh_rule_events(StateLaw.objects.all())
    DataVersion.objects.bump()
    return portal


def test_a_mirror_stays_exact_through_all_that_happens(portal):
    portal.begin()
    assert portal.follow() == set()
    sheriff, jail = Agency.objects.get(name=SHERIFF[1]), Agency.objects.get(name=JAIL[1])

    portal.day = FIRST_DAY + timedelta(days=8)
    later = portal.load([SHERIFF, LEE, LEVY], 1)
    assert portal.follow() >= {("agency", "created"), ("agreement", "created"), ("agreement", "updated")}

    portal.edit(portal.law, title="Another act", effective_on="2026-01-20")
    assert portal.follow() == {("law", "updated")}

    portal.day = date(2026, 1, 20)  # nobody does anything, and the law comes into force
    assert portal.follow() == {("law", "updated")}
    assert portal.records["law", "fl-act"]["standing"] == "in_force"

    portal.edit(portal.policy, state="withdrawn")
    assert portal.follow() == {("policy", "withdrawn")}
    portal.edit(portal.policy, state="published")
    assert portal.follow() == {("policy", "created")}

    source = FederalDesignation.objects.get().main_source
    Source.objects.filter(pk=source.pk).update(title="The list as printed")
    DataVersion.objects.bump()
    assert ("designation", "updated") in portal.follow()

    portal.merge(jail.public_id, sheriff.public_id)
    assert ("agency", "merged") in portal.follow()
    (merged,) = [each for each in portal.told if each["change"] == "merged"]
    assert (merged["id"], merged["merged_into"], merged["record"]) == (jail.public_id, sheriff.public_id, None)
    assert portal.get(merged["url"], status=301)["Location"].endswith(f"/{sheriff.public_id}/")
    portal.unmerge(jail.public_id)
    assert portal.follow() >= {("agency", "created"), ("agency", "updated")}

    runs.undo_run(later, by=portal.publisher, because="It was the wrong file.")
    assert ("snapshot", "withdrawn") in portal.follow()
    fold_anew()
    portal.follow()

    portal.day = date(2026, 5, 1)  # a list of pending agencies counts for sixty days
    assert ("agreement", "updated") in portal.follow()
    for each in portal.changes(page_size=1000)["results"]:
        if each["record"] and each["kind"] != "event":
            alone = portal.get(each["url"]).json()
            alone.pop("meta")
            assert alone == each["record"]


def test_a_mirror_stays_exact_whatever_comes_first(portal):
    """Steps in an order that nobody chose; MIRROR_STEPS says how many."""
    chance = random.Random(287)
    weeks = itertools.count(1)
    rows = [SHERIFF, JAIL, BOARD, LEE, LEVY, row("Clay County Sheriffs Dept.", county="Clay County")]

    def load():
        week = next(weeks)
        portal.day = max(portal.day, FIRST_DAY + timedelta(weeks=week, days=1))
        kind = chance.choice(["participating", "participating", "pending"])
        portal.load(chance.sample(rows, chance.randint(2, 5)), week, kind=kind)

    def undo():
        applied = ImportRun.objects.filter(state="applied").order_by("pk")
        runs.undo_run(chance.choice(applied), by=portal.publisher, because="It was the wrong file.")

    def merge():
        portal.merge(*(each.public_id for each in chance.sample([*Agency.objects.order_by("pk")], 2)))

    def unmerge():
        portal.unmerge(chance.choice(AgencyFormerId.objects.order_by("pk")).public_id)

    def edit():
        portal.edit(portal.law, title=f"An act, read {chance.randint(0, 3)} times")

    def withdraw():
        state = "withdrawn" if chance.random() < 0.5 else "published"
        portal.edit(chance.choice([portal.law, portal.policy]), state=state)

    def wait():
        portal.day += timedelta(days=chance.randint(1, 40))

    for number in range(STEPS):
        for step in chance.choices(
            [load, undo, merge, unmerge, edit, withdraw, wait, fold_anew], k=chance.randint(1, 2)
        ):
            with suppress(ValidationError, Agency.DoesNotExist, IndexError, ValueError):
                step()
        if number % 3 == 0:
            portal.begin()
        portal.follow(noted=chance.random() < 0.5)


def test_without_a_cursor_it_begins_at_the_beginning(portal):
    """Who never had a file gets there, too, in pages that neither skip nor double a record."""
    portal.follow()
    told = [(each["kind"], each["id"]) for each in portal.told]
    assert len(told) == len(set(told)) == len(portal.records)
    assert {each["change"] for each in portal.told} == {"created"}
    some = portal.changes(kind="event,law", page_size=1000)["results"]
    assert {(each["kind"], each["id"]) for each in some} == {key for key in told if key[0] in {"event", "law"}}


def test_pages_go_on_where_they_were_while_facts_change(portal):
    first = portal.changes(page_size=5, kind="agency,agreement,law")
    assert first["has_more"]
    portal.records = {(each["kind"], each["id"]): each["record"] for each in first["results"]}
    portal.edit(portal.law, title="Another act")
    Agency.objects.filter(name=LEVY[1]).update(name="Levy Sheriff")
    DataVersion.objects.bump()
    portal.cursor = first["next_cursor"]
    told = portal.follow()
    assert ("law", "created") in told or ("law", "updated") in told
    assert portal.records["law", "fl-act"]["title"] == "Another act"


def test_what_only_a_new_list_renews_is_told_apart_from_what_changed(portal):
    portal.follow()
    portal.day = FIRST_DAY + timedelta(days=8)
    cursor = portal.cursor
    portal.load([SHERIFF, JAIL, LEVY, LEE], 1)
    assert portal.follow() >= {("agreement", "updated"), ("agreement", "created"), ("snapshot", "created")}
    renewed = {each["id"] for each in portal.told if not each["substantial"]}
    agreements = {
        record["id"] for (kind, _id), record in portal.records.items()
        if kind == "agreement" and record["agency"]["name"] in {SHERIFF[1], JAIL[1], LEVY[1]}
    }  # fmt: skip
    assert agreements < renewed
    told = portal.changes(after=cursor, substantial="true")["results"]
    assert {(each["kind"], each["change"]) for each in told} == {
        ("snapshot", "created"), ("agency", "created"), ("agreement", "created"), ("event", "created"),
    }  # fmt: skip


def test_a_change_before_the_same_record_was_printed_again_is_not_forgotten(portal):
    """Who looks once a week is told that a record changed, though the last that was noted of it was a new list."""
    portal.follow()
    before, levy = portal.cursor, Agency.objects.get(name=LEVY[1])
    Agency.objects.filter(pk=levy.pk).update(placement_reason="As the sheriff's page says.")
    DataVersion.objects.bump()
    portal.follow()
    between = portal.cursor
    portal.day = FIRST_DAY + timedelta(days=8)
    portal.load([SHERIFF, JAIL, LEVY], 1)
    for noted in (False, True):  # before and after it is noted that the list printed it
        if noted:
            ledger.catch_up()
        for cursor, is_told in ((before, True), (between, False)):
            told = portal.changes(after=cursor, substantial="true", kind="agency")["results"]
            assert (levy.public_id in {each["id"] for each in told}) == is_told
            assert len(portal.changes(after=cursor, kind="agency")["results"]) >= 3


def test_another_reckoning_of_what_lists_renew_makes_no_record_come_again(portal, monkeypatch):
    portal.follow()
    monkeypatch.setattr("portal.api.ledger.release", lambda: "the next one")
    monkeypatch.setattr("portal.api.ledger.substance", lambda kind, record: {**record, "updated_at": "always"})
    assert portal.follow() == set()
    sheriff = ledger.LedgerEntry.objects.filter(kind="agency").first()
    shown = next(iter(ledger.shown("agency", ids=[sheriff.record])))
    assert sheriff.substance == ledger.digest({**shown, "updated_at": "always"})


def test_a_new_release_that_shows_records_otherwise_is_told_of(portal, monkeypatch):
    portal.follow()
    monkeypatch.setattr("portal.api.ledger.release", lambda: "the next one")
    assert portal.follow() == set()
    for module in ("portal.api.ledger", "agreements.api.base"):
        monkeypatch.setattr(f"{module}.release", lambda: "the one after")
    show = LawShape.show
    monkeypatch.setattr(LawShape, "show", lambda self, law: show(self, law) | {"short_title": law.title[:9]})
    written.clear()  # a new release is a new process
    assert portal.follow() == {("law", "updated")}


def test_a_record_is_the_same_whatever_language_was_spoken_before(portal):
    turn = ledger.catch_up()
    DataVersion.objects.bump()
    with translation.override("es"):
        ledger.catch_up()
    assert not ledger.LedgerEntry.objects.filter(turn__gt=turn.number).exists()


def test_a_portal_put_back_to_an_older_backup_says_so_to_who_has_read_further(portal):
    portal.follow()
    old = portal.cursor
    turn = ledger.LedgerTurn.objects.newest()
    portal.edit(portal.law, title="Another act")
    portal.follow()
    ledger.LedgerEntry.objects.filter(turn__gt=turn.number).update(turn=turn)
    ledger.LedgerTurn.objects.filter(number__gt=turn.number).delete()
    DataVersion.objects.bump()
    problem = portal.get(f"/api/v1/changes/?after={portal.cursor}", status=410)
    assert problem["Content-Type"] == "application/problem+json"
    assert "Begin anew: with the files of bulk/" in problem.json()["detail"]
    assert portal.changes(after=old)["has_more"] is False


NO_CURSORS = ["x", "%00", "é", "Li4u", "-1", "A" * 5000, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5LmFi", "MS4AAA", "MS54LjUuNg"]
OF_ANOTHER_PORTAL = ["MS5h", "MS5hYmMuNQ", "MS5hYn4wMTIzNDU2N35sYXcuYS1ifmxhdy5hLWI", "MS5hYn4wMTIzNDU2N35-Kg"]
OF_AN_EARLIER_RELEASE = ["MS5hYmMuMDEyMzQ1NjcubGF3LmFsLXNiLTE"]


def test_what_is_no_cursor_of_ours_is_refused_with_a_sentence(client, db):
    for text in NO_CURSORS + OF_ANOTHER_PORTAL + OF_AN_EARLIER_RELEASE:
        refused = client.get(f"/api/v1/changes/?after={text}")
        assert refused.status_code == (400 if text in NO_CURSORS else 410), text
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("page_size=0", "from 1 to 1,000"),
        ("page_size=true", "from 1 to 1,000"),
        ("kind=county", "There are agency, agreement"),
        ("as_of=2026-01-01", "There is no such parameter here."),
        ("page=2", "There is no such parameter here."),
        ("substantial=1", "Write true or false."),
    ],
)
def test_a_parameter_that_it_cannot_read_is_named(client, asked, sentence):
    refused = client.get(f"/api/v1/changes/?{asked}")
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["parameter"], sentence in error["detail"]) == (asked.partition("=")[0], True)


def test_while_nothing_changes_it_costs_little_and_is_not_sent_again(portal, django_assert_num_queries):
    portal.follow()
    address = f"/api/v1/changes/?after={portal.cursor}"
    first = portal.get(address)
    with django_assert_num_queries(2):  # the version of the facts, the newest turn
        portal.get(address, status=304, **{"If-None-Match": first["ETag"]})
    turns = ledger.LedgerTurn.objects.count()
    with django_assert_num_queries(2):
        portal.get(address)
    held_answers.clear()
    with django_assert_num_queries(7):  # among them, at the end, whether the version is still the same
        portal.get(address)
    assert ledger.LedgerTurn.objects.count() == turns
    DataVersion.objects.bump()
    assert portal.get(address)["ETag"] != first["ETag"]


def test_what_is_not_noted_yet_is_told_all_the_same_and_reading_it_writes_nothing(portal):
    """A day has begun, or a process broke off before it noted what it had changed."""
    portal.follow()
    portal.edit(portal.law, title="Another act")
    portal.load([SHERIFF, LEE, LEVY], 0, kind="pending", name="pendingAgencies01062026.xlsx")
    cursor = portal.cursor
    with CaptureQueriesContext(connection) as asked:
        told = portal.follow(noted=False)
    assert told >= {("law", "updated"), ("agency", "created"), ("agreement", "created")}
    assert len(portal.told) > portal.code["PAGE_SIZE"]
    assert len(portal.told) == len({(each["kind"], each["id"]) for each in portal.told})
    writing = {"INSERT", "UPDATE", "DELETE", "SAVEPOINT", "BEGIN", "SET"}
    assert not writing & {query["sql"].split()[0] for query in asked.captured_queries}
    assert portal.cursor != cursor  # which remembers them
    assert portal.follow(noted=False) == set()
    assert portal.follow() == told  # once more, as they were noted
    assert portal.follow() == set()
    assert len(portal.cursor) < len(cursor) + 3


def test_what_was_told_and_is_gone_before_it_is_noted_is_taken_back(portal):
    portal.follow()
    sheriff, jail = Agency.objects.get(name=SHERIFF[1]), Agency.objects.get(name=JAIL[1])
    portal.merge(jail.public_id, sheriff.public_id)
    assert ("agency", "merged") in portal.follow(noted=False)
    portal.unmerge(jail.public_id)
    assert portal.follow() >= {("agency", "updated")}
    portal.edit(portal.policy, state="withdrawn")
    assert portal.follow(noted=False) == {("policy", "withdrawn")}
    portal.edit(portal.law, title="Another act")
    assert portal.follow(noted=False) == {("policy", "withdrawn"), ("law", "updated")}
    assert portal.follow(noted=False) == set()
    portal.edit(portal.policy, state="published")
    assert ("policy", "updated") in portal.follow(noted=False)
    portal.follow()
    assert portal.follow() == set()


def call_all_agencies(after: str) -> None:
    """With this behind their names."""
    for agency in Agency.objects.all():
        Agency.objects.filter(pk=agency.pk).update(name=agency.name.partition(" II")[0] + after)
    DataVersion.objects.bump()


def test_what_was_told_page_by_page_is_taken_back_too(portal):
    """Several pages of what is not noted, then it goes while they are read."""
    portal.code["PAGE_SIZE"] = 1
    portal.follow()
    cursor = portal.cursor
    call_all_agencies(" II")
    for _page in range(2):
        answer = portal.changes(after=cursor, page_size=1)
        for each in answer["results"]:
            portal.records[each["kind"], each["id"]] = each["record"]
        cursor = answer["next_cursor"]
    call_all_agencies("")
    portal.cursor = cursor
    assert portal.follow(noted=False) == {("agency", "updated")}
    assert portal.follow() == set()


def test_what_is_noted_and_shown_as_it_is_now_is_taken_back_too(portal):
    """A record comes since it was noted, and is another again by now."""
    portal.follow()
    call_all_agencies(" II")
    ledger.catch_up()
    call_all_agencies("")
    answer = portal.changes(after=portal.cursor, page_size=1)
    for each in answer["results"]:
        portal.records[each["kind"], each["id"]] = each["record"]
    portal.cursor = answer["next_cursor"]
    call_all_agencies(" II")  # as it was noted
    portal.follow(noted=False)
    portal.follow()


def test_facts_that_change_while_an_answer_is_made_are_never_told_with_the_cursor_of_others(portal, monkeypatch):
    portal.follow()
    call_all_agencies(" II")
    shown, meanwhile = ledger.shown, iter([lambda: call_all_agencies("")])

    def and_meanwhile(*asked):
        if asked[2:]:  # for the answer
            next(meanwhile, lambda: None)()
        return shown(*asked)

    with monkeypatch.context() as others_write:
        others_write.setattr(ledger, "shown", and_meanwhile)
        told = portal.changes(after=portal.cursor)
    assert (told["results"], told["meta"]["data_version"]) == ([], DataVersion.objects.current().number)


def test_who_was_told_too_much_to_remember_begins_anew_if_it_was_never_noted(portal, monkeypatch):
    monkeypatch.setattr(ledger, "ROOM", 10)
    portal.follow()
    call_all_agencies(" II")
    portal.follow(noted=False)
    before = portal.cursor
    portal.follow()  # noted as it was told
    call_all_agencies("")
    portal.follow(noted=False)
    assert portal.changes(after=before)["results"]
    call_all_agencies(" II")
    problem = portal.get(f"/api/v1/changes/?after={portal.cursor}", status=410)
    assert "Begin anew" in problem.json()["detail"]


def test_nobody_can_make_up_what_a_cursor_remembers(client, db):
    turn = ledger.catch_up()
    for kind, record in (("event", "a-b"), ("law", "%"), ("county", "12011"), ("event", "a" * 3000)):
        made_up = ledger.Cursor(turn.number, turn.mark, None, ledger.Told("01234567", ((kind, record),)))
        assert client.get(f"/api/v1/changes/?after={made_up}").status_code == 400, kind


def test_who_is_in_the_midst_of_what_is_not_noted_loses_nothing_when_it_changes_or_is_noted(portal):
    first = portal.changes(page_size=3)
    portal.records = {(each["kind"], each["id"]): each["record"] for each in first["results"]}
    portal.edit(portal.law, title="Another act")
    second = portal.changes(page_size=3, after=first["next_cursor"])
    assert second["results"][0]["id"] == first["results"][0]["id"]  # facts are others: from the beginning
    third = portal.changes(page_size=3, after=second["next_cursor"])
    assert not {each["id"] for each in third["results"]} & {each["id"] for each in second["results"]}
    portal.cursor = third["next_cursor"]
    portal.records |= {(each["kind"], each["id"]): each["record"] for each in second["results"] + third["results"]}
    portal.follow()


def test_a_change_is_noted_once_it_is_committed_and_no_failure_undoes_it(portal, monkeypatch, caplog):
    portal.follow()
    with TestCase.captureOnCommitCallbacks(execute=True):
        portal.edit(portal.law, title="Another act")
    assert ledger.LedgerEntry.objects.get(record="fl-act").turn == ledger.LedgerTurn.objects.newest()

    def in_vain(self):
        raise OperationalError("database is locked")

    with TestCase.captureOnCommitCallbacks() as callbacks:
        portal.edit(portal.law, title="A third act")
    monkeypatch.setattr(type(DataVersion.objects), "take_turn", in_vain)
    for callback in callbacks:
        callback()
    assert "Facts are being written just now" in caplog.text
    assert portal.follow(noted=False) == {("law", "updated")}
    assert portal.records["law", "fl-act"]["title"] == "A third act"


def test_who_makes_a_change_has_the_answer_before_it_is_noted(portal, rf, monkeypatch):
    portal.follow()
    monkeypatch.setattr(request_finished, "receivers", [])  # one of which closes a test's connection

    def save(request) -> HttpResponse:
        portal.edit(portal.law, title=f"An act of {request.path}")
        note_what_changed()  # as once it is committed
        return HttpResponse("Saved.")

    site, before = NotedAfterTheAnswer(save), ledger.LedgerTurn.objects.newest()
    response = site(rf.post("/admin/one"))
    assert ledger.LedgerTurn.objects.newest() == before
    response.close()
    after = ledger.LedgerTurn.objects.newest()
    assert after != before

    def others_write(self):
        raise OperationalError("database is locked")

    response = site(rf.post("/admin/two"))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(type(DataVersion.objects), "take_turn", others_write)
        response.close()
    assert ledger.LedgerTurn.objects.newest() == after
    note_what_changed()  # by whoever comes next, a command too
    assert ledger.LedgerTurn.objects.newest() != after
    assert portal.follow() == {("law", "updated")}


def test_facts_that_change_while_the_ledger_is_compared_are_noted_as_they_are_then(portal, monkeypatch):
    turn = ledger.catch_up()
    call_all_agencies(" II")
    compared, meanwhile = ledger.unnoted, iter([lambda: call_all_agencies(" III")])

    def and_meanwhile(*asked):
        found = compared(*asked)
        next(meanwhile, lambda: None)()
        return found

    monkeypatch.setattr(ledger, "unnoted", and_meanwhile)
    assert ledger.catch_up().number > turn.number
    entry = ledger.LedgerEntry.objects.filter(kind="agency").first()
    assert entry.digest == ledger.digest(next(ledger.shown("agency", ids=[entry.record])))


def broken_off() -> ledger.Future:
    looked = ledger.Future()
    looked.set_exception(OperationalError("the connection was lost"))
    return looked


def test_readers_of_the_same_ask_once_and_nobody_waits_for_long(portal, monkeypatch):
    turn = ledger.catch_up()
    portal.edit(portal.law, title="Another act")
    basis = ledger._follows_from(turn)
    under_way = ledger.Future()
    monkeypatch.setitem(ledger._under_way, basis, under_way)
    under_way.set_result(another := ledger.Unnoted(basis))
    assert ledger.unnoted(turn) is another
    for in_vain in (ledger.Future(), broken_off()):
        ledger._under_way[basis] = in_vain
        monkeypatch.setattr(ledger, "LONGEST_FOR_ANOTHER", 0.01)
        assert [each.key for each in ledger.unnoted(turn).differences if each.key[0] == "law"] == [("law", "fl-act")]
        ledger._kept.clear()


def test_the_root_leads_to_it(client):
    root = client.get("/api/v1/").json()
    assert client.get(root["changes"]).json()["results"] == []
    assert client.get(root["events"]).json()["count"] == 0


def test_an_event_has_its_own_address_and_its_document(portal):
    portal.follow()
    portal.day = FIRST_DAY + timedelta(days=8)
    portal.load([SHERIFF, JAIL, LEVY, LEE], 1)
    portal.follow()
    events = [record for (kind, _id), record in portal.records.items() if kind == "event"]
    (event,) = [each for each in events if each["kind"] == "appeared"]
    assert event["agency"]["name"] == LEE[1]
    assert event["snapshot"]["published_on"] == "2026-01-12"
    assert event["sources"][0]["snapshot"] == event["snapshot"]["id"]
    alone = portal.get(f"/api/v1/events/{event['id']}/").json()
    assert {name: value for name, value in alone.items() if name != "meta"} == event
    assert portal.get(event["url"]).status_code == 200
    of_law = [each["sources"][0]["title"] for each in events if each["law"] == "fl-act"]
    assert set(of_law) == {portal.law.main_source.title}
    kept = portal.get("/api/v1/events/?kind=appeared&fields=id,before,after").json()["results"]
    assert kept == [{name: event[name] for name in ("id", "before", "after")}]
