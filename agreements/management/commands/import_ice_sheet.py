"""Load ICE's lists of participating and pending agencies, or see what they would change."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from agreements.desk.runs import open_sheet
from agreements.imports import folded
from agreements.imports.apply import fold_anew, order
from agreements.imports.dating import date_sheet
from agreements.imports.diff import Change
from agreements.imports.matching import Contradiction
from agreements.imports.pipeline import ImportPlan, collector_paused, plan_sheet
from agreements.imports.rows import kind_of, normalise
from agreements.imports.sheet import NotASheet, Sheet, read_sheet
from agreements.models import Snapshot
from jurisdictions.models import DataVersion


@dataclass(frozen=True, slots=True)
class Given:
    """A workbook that was read, and what a person says of it."""

    path: Path
    sheet: Sheet
    kind: str | None
    published: date | None


class Command(BaseCommand):
    help = (
        "Reads ICE's participating or pending lists and prints what they would change. Nothing is written without "
        "--commit. Several files are taken in the order of their dates, all or none; with --review they are put before "
        "the staff at the desk."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--kind", choices=["participating", "pending"], help="which list it is, if in doubt")
        parser.add_argument("--published", type=_day, metavar="DATE", help="the day ICE published it, YYYY-MM-DD")
        parser.add_argument(
            "--manifest",
            type=Path,
            metavar="CSV",
            help="kind and day of each file by its name: columns kind, file, true_date",
        )
        parser.add_argument(
            "--settle", metavar="REASON", help="go on in spite of the doubts printed; why, for the record"
        )
        parser.add_argument("--commit", action="store_true", help="write it")
        parser.add_argument(
            "--review", action="store_true", help="put it under review at the desk instead; staff decide and apply"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, files, kind, published, manifest, settle, commit, review, **options):
        given = self._read(files, kind, published, _manifest(manifest) if manifest else {})
        if review:
            if commit or settle:
                raise CommandError("--review leaves it to the desk what is written: leave out --commit and --settle.")
            self._review(given, as_json=options["json"])
            return
        results = []
        with transaction.atomic():
            DataVersion.objects.take_turn()
            if Snapshot.objects.exists() and folded.since().folds_anew:
                self._fold_anew()
                if not options["json"]:
                    self.stdout.write("People decided anew since the last list: all lists were read again.")
            for one in given:
                try:
                    plan = plan_sheet(one.sheet, kind=one.kind, published=one.published)
                except NotASheet as refusal:
                    raise CommandError(str(refusal)) from None
                except Contradiction as contradiction:
                    raise CommandError(f"{contradiction} Nothing was written.") from None
                if plan.doubts and not settle and (commit or len(given) > 1):
                    raise CommandError(f"{one.path.name}: {' '.join(plan.doubts)} Nothing was written.")
                writes = commit or len(given) > 1 or plan.folds_anew
                events = plan.commit(doubts_settled=[*plan.doubts, settle] if plan.doubts else ()) if writes else {}
                results.append(_result(plan, events))
                if not options["json"]:
                    self._print(results[-1], plan, brief=len(given) > 3)
            if not commit:
                transaction.set_rollback(True)
        if options["json"]:
            self.stdout.write(json.dumps({"committed": commit, "lists": results}, ensure_ascii=False, default=str))
        elif not commit:
            self.stdout.write("Nothing was written. Add --commit to load it.")
        if not commit and not settle and (doubtful := [result["file"] for result in results if result["doubts"]]):
            raise CommandError(f"In doubt: {', '.join(doubtful)}. Nothing was written.")

    def _review(self, given: list[Given], *, as_json: bool) -> None:
        """Put each list under review, in the order of their dates. One that is held or refused stops no other."""
        said, refused = [], []
        for one in given:
            try:
                run = open_sheet(one.sheet, kind=one.kind, published=one.published)
            except NotASheet as refusal:
                refused.append(f"{one.path.name}: {refusal}")
                continue
            except ValidationError as refusal:
                refused.append(f"{one.path.name}: {' '.join(refusal.messages)}")
                continue
            changes = run.proposed.count()
            waiting = run.proposed.open().filter(is_certain=False).count()
            said.append(
                {
                    "file": run.file_name,
                    "run": run.pk,
                    "kind": run.kind,
                    "published_on": run.published_on,
                    "changes": changes,
                    "need_a_person": waiting,
                    "doubts": run.doubts,
                }
            )
            if not as_json:
                self.stdout.write(
                    f"{run.file_name}: {run.kind} list of {run.published_on} is under review; "
                    f"changes: {changes:,}, of which {waiting:,} need a person"
                )
                for doubt in run.doubts:
                    self.stdout.write(f"  doubt: {doubt}")
        if as_json:
            self.stdout.write(json.dumps({"under_review": said, "refused": refused}, ensure_ascii=False, default=str))
        if refused:
            raise CommandError(" ".join(refused))

    def _fold_anew(self) -> None:
        """Bring the lists we hold in line with what people decided since the last one."""
        try:
            with collector_paused():
                fold_anew()
        except Contradiction as contradiction:
            raise CommandError(f"{contradiction} Nothing was written.") from None

    def _read(self, files, kind, published, manifest) -> list[Given]:
        if published and len(files) > 1:
            raise CommandError("--published is the day of one list: give one file, or --manifest for several.")
        given = []
        for path in files:
            said = manifest.get(path.stem, {})
            try:
                sheet = read_sheet(path)
            except FileNotFoundError:
                raise CommandError(f"There is no file {path}.") from None
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from None
            except NotASheet as refusal:
                raise CommandError(str(refusal) if len(files) == 1 else f"{path.name}: {refusal}") from None
            given.append(Given(path, sheet, kind or said.get("kind"), published or said.get("published")))
        return sorted(given, key=_order)

    def _print(self, result: dict, plan: ImportPlan, *, brief: bool) -> None:
        write = self.stdout.write
        write(f"{result['file']}: {result['kind']} list of {result['published_on']}, {result['rows']:,} rows")
        for doubt in plan.doubts:
            write(f"  doubt: {doubt}")
        if plan.held_as:
            held_as = plan.held_as
            write(f"  already held, as the {held_as.kind} list of {held_as.published_on}; nothing to do")
            return
        if plan.is_older:
            write("  older than a list already held: put in its place, and everything derived again")
        for error in () if brief else result["problems"]:
            write(f"  row {error['row']}, {error['column']} “{error['value']}”: {error['message']}")
        for change in () if brief else plan.changes:
            write(f"  {_line(change)}")
        for question in () if brief else plan.questions:
            write(f"  a question for a person: {question}")
        if result["events"]:
            write("  " + ", ".join(f"{kind} {count}" for kind, count in sorted(result["events"].items())))


def _order(given: Given) -> tuple:
    """Position of a list by what its file and a person say; the plan dates it again with all that is inside."""
    kind = kind_of(given.sheet)
    rows = normalise(given.sheet, kind=kind).rows
    dating = date_sheet(given.sheet.file_name, given.sheet, rows, published=given.published, today=timezone.localdate())
    return order(kind, dating.position)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day; write it as YYYY-MM-DD, such as 2026-05-18.") from None


def _manifest(path: Path) -> dict[str, dict]:
    """What a person says of each file, by its name without the ending."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return {
                Path(row["file"]).stem: {"kind": row["kind"], "published": date.fromisoformat(row["true_date"])}
                for row in csv.DictReader(file)
            }
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise CommandError(f"The manifest {path} needs the columns kind, file, true_date: {error!r}.") from None


def _result(plan: ImportPlan, events) -> dict:
    read = plan.read
    return {
        "file": read.sheet.file_name,
        "kind": read.kind,
        "published_on": read.dating.published_on,
        "rows": len(read.sheet.rows),
        "already_held": plan.held_as is not None,
        "doubts": plan.doubts,
        "problems": [
            {"row": error.number, "column": error.column, "value": error.value, "message": error.message}
            for error in read.normalised.errors
        ],
        "changes": [
            {
                "kind": change.kind,
                "state": change.state,
                "agency": change.name,
                "program_model": change.program_model,
                "matched_by": change.rule,
                "because": change.reason,
                "fields": {name: list(pair) for name, pair in change.fields.items()},
            }
            for change in plan.changes
        ],
        "questions": [str(question) for question in plan.questions],
        "events": dict(events),
    }


def _line(change: Change) -> str:
    what = f"{change.kind}: {change.state} {change.name}, {change.program_model}"
    details: Iterator[str] = (
        f"{name} {before or '—'} → {after or '—'}" for name, (before, after) in change.fields.items()
    )
    if change.fields:
        what += ": " + "; ".join(details)
    if change.kind == "appeared" and change.rule:
        what += f" ({change.rule}{': ' + change.reason if change.reason else ''})"
    return what
