"""Whatever people do at the desk, in whatever order: each list rebuilds row for row and each public id answers."""

import itertools
import os
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agreements.actions import approve, refuse
from agreements.desk import decisions, merges, runs
from agreements.imports.apply import fold_anew
from agreements.imports.fold import row_digest
from agreements.models import (
    Agreement,
    AgreementFormerId,
    FoldedDecisions,
    ImportRun,
    Listing,
    ProposedChange,
    Snapshot,
)
from jurisdictions.models import Agency, AgencyFormerId
from tests.agreements.desk.conftest import person, row, sheet
from tests.agreements.dump import differences, public_facts

STEPS = int(os.environ.get("DESK_STEPS", "12"))
EXAMPLES = int(os.environ.get("DESK_EXAMPLES", "6"))

ROWS = [
    row("Clay County Sheriff's Office", county="Clay County"),
    row("Clay County Sheriff's Office", model="WSO", county="Clay County"),
    row("Clay County Sheriffs Dept.", county="Clay County"),
    row("Clay County Jail", model="JEM", county="Clay County", signed="2025-04-02"),
    row("Clay County Board of County Commissioners", county="Clay County", signed="2025-05-02"),
    row("Levy County Sheriff's Office", county="Levy County"),
    row("Lee County Sheriff's Office", county="Lee County"),
    row("Lee County Sheriff's Office", county="Lee County", signed="2025-03-07"),
    row("Haskell Police Department", "TX", signed="2025-08-01", kind="Municipality"),
    row("Haskell County Sheriff's Office", "TX", signed="2025-08-01", county="Haskell County"),
    row("Regional Enforcement Bureau", kind="Municipality"),
    row("Nobody", "NOUTH DAKOTA"),
]
LISTS = st.lists(st.integers(0, len(ROWS) - 1), min_size=2, max_size=8, unique=True).map(
    lambda places: [ROWS[place] for place in places]
)
REASON = "Somebody looked."


class Desk(RuleBasedStateMachine):
    """Two publishers and an editor over a small world. `seen` are all public ids that ever stood."""

    @initialize(rows=LISTS)
    def begin(self, rows):
        self.weeks = itertools.count(1)
        self.agencies: set[str] = set()
        self.agreements: set[str] = set()
        self.printed: dict[str, list] = {}
        self.editor = person("Edith", "editor")
        self.paula, self.peter = person("Paula", "publisher"), person("Peter", "publisher")
        self.client = Client()
        self.open_a_list(rows, 0)
        self.accept_the_rest()
        self.apply()

    def open_a_list(self, rows, week):
        one = sheet(rows, week)
        self.printed[one.sha256] = [(each.number, list(each.cells), dict(each.links)) for each in one.rows]
        return runs.open_sheet(one, by=self.editor)

    # -- What people do -----------------------------------------------------------------------------------------------

    @rule(rows=LISTS, later=st.booleans())
    def upload(self, rows, later):
        """A newer list, or one that falls between those held."""
        week = next(self.weeks)
        with suppress(ValidationError):  # the same list is held already
            self.open_a_list(rows, 2 * week if later else 2 * week - 3)

    def reviewed(self) -> ImportRun | None:
        return ImportRun.objects.filter(state="reviewing").order_by("pk").first()

    @precondition(lambda self: self.reviewed())
    @rule(data=st.data())
    def decide(self, data):
        changes = list(self.reviewed().proposed.all())
        if not changes:
            return
        change = data.draw(st.sampled_from(changes))
        answer = data.draw(st.sampled_from(change.allowed_decisions))
        agencies = list(Agency.objects.order_by("public_id").values_list("public_id", flat=True))
        choice = {
            "public_id": data.draw(st.sampled_from(agencies)) if agencies else "",
            "kind": "joint_police",
            "placement": "decided",
            "places": [["12019", "whole"]],
            "field": "county",
            "right": "Lee County",
        }
        with suppress(ValidationError):  # it contradicts another decision, or says what is printed
            decisions.decide(change, answer, by=self.editor, choice=choice, note=REASON)

    @precondition(lambda self: self.reviewed())
    @rule()
    def accept_the_rest(self):
        run = self.reviewed()
        decisions.accept_certain(run, by=self.editor)
        for change in run.proposed.open():
            easy = "accepted" if "accepted" in change.allowed_decisions else "later"
            decisions.decide(change, easy, by=self.editor, note=REASON)
        for change in run.proposed.unseconded():
            decisions.second(change, by=self.peter)

    @precondition(lambda self: self.reviewed())
    @rule()
    def compare(self):
        with suppress(ValidationError):
            runs.compare(self.reviewed())

    @precondition(lambda self: self.reviewed())
    @rule()
    def apply(self):
        run = self.reviewed()
        before = public_facts()
        try:
            if run.is_stale:
                run = runs.compare(run)
            if run.doubts_open:
                run = runs.settle(run, REASON, by=self.editor)
            runs.apply_run(run, by=self.paula)
        except ValidationError:
            assert differences(before, public_facts()) == {}

    @precondition(lambda self: self.reviewed())
    @rule()
    def discard(self):
        runs.discard_run(self.reviewed(), by=self.editor)

    @precondition(lambda self: ImportRun.objects.filter(state="applied").count() > 1)
    @rule(data=st.data())
    def undo(self, data):
        run = data.draw(st.sampled_from(list(ImportRun.objects.filter(state="applied").order_by("pk"))))
        runs.undo_run(run, by=self.paula, because=REASON)

    @precondition(lambda self: ImportRun.objects.filter(state="undone").exists())
    @rule(data=st.data())
    def reopen(self, data):
        run = data.draw(st.sampled_from(list(ImportRun.objects.filter(state="undone").order_by("pk"))))
        with suppress(ValidationError):  # it was opened and applied again already
            runs.reopen(run, by=self.editor)

    @precondition(lambda self: Agency.objects.count() > 1)
    @rule(data=st.data())
    def merge(self, data):
        one, other = data.draw(st.permutations(list(Agency.objects.order_by("public_id"))))[:2]
        self.propose(lambda: merges.propose_merge(one, other, by=self.editor, reason=REASON))

    @precondition(lambda self: AgencyFormerId.objects.exclude(agency=None).exists())
    @rule(data=st.data())
    def unmerge(self, data):
        former = data.draw(st.sampled_from(list(AgencyFormerId.objects.exclude(agency=None).order_by("public_id"))))
        self.propose(lambda: merges.propose_unmerge(former, by=self.editor, reason=REASON))

    def propose(self, proposing):
        before = public_facts()
        try:
            revision = proposing()
        except ValidationError:
            return
        try:
            approve(revision, by=self.paula)
        except ValidationError:
            assert differences(before, public_facts()) == {}
            refuse(revision, by=self.paula, because=REASON)

    @precondition(lambda self: ProposedChange.objects.put_off().exists())
    @rule(data=st.data())
    def decide_what_was_put_off(self, data):
        change = data.draw(st.sampled_from(list(ProposedChange.objects.put_off().order_by("pk"))))
        answer = "different" if "different" in change.allowed_decisions else "accepted"
        try:
            change = decisions.decide(change, answer, by=self.editor, note=REASON)
            if change.waits_for_a_second:
                decisions.second(change, by=self.peter)
            if change.written_at is None:
                runs.apply_later(change.run, by=self.paula)
        except ValidationError:
            pass

    # -- What holds whatever they do ----------------------------------------------------------------------------------

    @invariant()
    def every_list_rebuilds_row_for_row(self):
        for snapshot in Snapshot.objects.all():
            rebuilt = [
                (number, cells, {int(column): url for column, url in links.items()})
                for number, cells, links in snapshot.printed_rows()
            ]
            assert rebuilt == self.printed[snapshot.sha256]
            for number, pk in snapshot.rows:
                listing = Listing.objects.get(pk=pk)
                assert listing.digest == row_digest(snapshot.columns, listing.cells, listing.links), number

    @invariant()
    def every_public_id_answers(self):
        self.agencies |= set(Agency.objects.values_list("public_id", flat=True))
        self.agreements |= set(Agreement.objects.values_list("public_id", flat=True))
        for kind, ids, model, former in (
            ("agencies", self.agencies, Agency, AgencyFormerId),
            ("agreements", self.agreements, Agreement, AgreementFormerId),
        ):
            now = set(model.objects.values_list("public_id", flat=True))
            given_up = set(former.objects.values_list("public_id", flat=True))
            assert ids <= now | given_up
            assert not now & given_up
            for public_id in sorted(ids - now)[:2]:
                assert self.client.get(f"/{kind}/{public_id}/").status_code in (301, 410)

    @invariant()
    def the_facts_are_what_all_lists_and_decisions_say(self):
        before = public_facts()
        FoldedDecisions.objects.all().delete()
        fold_anew()
        assert differences(before, public_facts()) == {}


@pytest.mark.django_db
def test_any_sequence_of_steps_keeps_lists_and_ids(world):
    class Alone(Desk):
        """Each example starts from the same small world."""

        def __init__(self):
            super().__init__()
            self.example = transaction.atomic()
            self.example.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    run_state_machine_as_test(
        Alone,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize="DESK_EXAMPLES" not in os.environ,
            print_blob=True,
        ),
    )
