"""Applies a list in processes that are killed on the way, and says what each left behind. Run by test_killed.py.

DATABASE_URL names an empty database of its own. Prints a JSON list: for each process after which statement it was
killed, whether the public facts and the decisions are those before the apply, those after it, or something between.
"""

import hashlib
import json
import os
import signal
import sys

import django


def main(moments: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from agreements.models import FoldedDecisions, ImportRun, ProposedChange, SourceCorrection, Verdict
    from tests.agreements.dump import public_facts

    call_command("migrate", verbosity=0)
    run, publisher = world_with_a_list_under_review()

    def state() -> str:
        """Everything that an apply writes."""
        decisions = [
            sorted(map(repr, model.objects.values_list(*columns)))
            for model, columns in (
                (Verdict, ("answer", "name", "other_name")),
                (SourceCorrection, ("agency", "field", "wrong", "right")),
                (FoldedDecisions, ("decisions",)),
                (ImportRun, ("sha256", "state")),
                (ProposedChange, ("subject", "decision")),
            )
        ]
        return hashlib.sha256(repr((public_facts(), decisions)).encode()).hexdigest()

    reader, writer = os.pipe()

    def in_a_process(statement: int | None) -> int:
        """Apply in a process that ends itself after so many statements (0: after the apply). How it ended.

        None: it only counts the statements and takes everything back.
        """
        connection.close()
        child = os.fork()
        if child == 0:
            from agreements.desk import runs

            done = 0

            def count(execute, sql, params, many, context):
                nonlocal done
                result = execute(sql, params, many, context)
                done += 1
                if done == statement:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            with connection.execute_wrapper(count):
                if statement is None:
                    from django.db import transaction

                    with transaction.atomic():
                        runs.apply_run(run, by=publisher)
                        transaction.set_rollback(True)
                    os.write(writer, str(done).encode())
                    os._exit(0)
                runs.apply_run(run, by=publisher)
            os.kill(os.getpid(), signal.SIGKILL)
        return os.waitpid(child, 0)[1]

    before = state()
    in_a_process(None)
    statements = int(os.read(reader, 20)) - 2  # the trial's own savepoint, set and released
    assert state() == before
    left = []
    for moment in range(1, moments + 1):
        statement = 1 + (statements - 1) * (moment - 1) // (moments - 1)
        ended = in_a_process(statement)
        assert os.WTERMSIG(ended) == signal.SIGKILL
        left.append([statement, "before" if state() == before else "between"])
    assert os.WTERMSIG(in_a_process(0)) == signal.SIGKILL
    applied = ImportRun.objects.get(pk=run.pk).is_applied
    left.append([0, "after" if applied and state() != before else "between"])
    print(json.dumps(left))


def world_with_a_list_under_review():
    """A list that merges two agencies, adds one, sets a row aside, and places another; and the publisher."""
    from agreements.desk import decisions, runs
    from jurisdictions.models import Agency
    from tests.agreements.desk.conftest import areas, person, row, sheet

    areas()
    editor, publisher, other = person("Edith", "editor"), person("Paula", "publisher"), person("Peter", "publisher")
    clay = row("Clay County Sheriff's Office", county="Clay County")
    lee = row("Lee County Sheriff's Office", county="Lee County")
    police = row("Haskell Police Department", "TX", signed="2025-08-01", kind="Municipality")
    sheriff = row("Haskell County Sheriff's Office", "TX", signed="2025-08-01", county="Haskell County")
    for week, rows in enumerate(([clay, lee, police], [clay, police])):
        run = runs.open_sheet(sheet(rows, week), by=editor)
        run.proposed.open().update(decision="accepted")
        if run.doubts_open:
            run = runs.settle(run, "A small world.", by=editor)
        runs.apply_run(run, by=publisher)
    bureau = row("Regional Enforcement Bureau", kind="Municipality")
    run = runs.open_sheet(sheet([clay, lee, sheriff, bureau, row("Test Office", county="Lee County")], 2), by=editor)
    note = "Somebody looked."
    proposed = run.proposed
    decisions.decide(proposed.get(kind="renamed_perhaps"), "same", by=editor, note=note)
    into = {"public_id": Agency.objects.get(name=clay[1]).public_id}
    back = decisions.decide(proposed.get(kind="back"), "linked", by=editor, note=note, choice=into)
    decisions.second(back, by=other)
    test_row = proposed.get(kind="appeared", agency_name="Test Office")
    decisions.decide(test_row, "rejected", by=editor, note=note)
    place = {"kind": "joint_police", "placement": "decided", "places": [["12019", "whole"]]}
    bureau_place = proposed.get(kind="placement", agency_name="Regional Enforcement Bureau")
    decisions.decide(bureau_place, "placed", by=editor, note=note, choice=place)
    for change in proposed.open():
        decisions.decide(change, "accepted", by=editor)
    assert run.may_apply == [], run.may_apply
    return run, publisher


if __name__ == "__main__":
    main(int(sys.argv[1]))
