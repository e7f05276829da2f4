"""What each decision becomes on apply: verdicts on names and places, corrections of what ICE prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from agreements.days import today
from agreements.imports.columns import find_columns
from agreements.imports.rows import COLUMN_OF_FIELD, address_in, date_in, printed, state_of
from agreements.imports.sheet import Sheet, SheetRow
from agreements.models import ImportRun, ProposedChange, SourceCorrection, Verdict
from agreements.programs import program_model

Written = Verdict | SourceCorrection

VALUES = {
    "re_signed": ("signed_on",),
    "date_changed": ("signed_on",),
    "type_changed": ("agency_type",),
    "county_changed": ("county",),
    "state_changed": ("state",),
    "link_posted": ("moa_url", "addendum_url"),
    "link_lost": ("moa_url", "addendum_url"),
    "link_replaced": ("moa_url", "addendum_url"),
}
"""The fields of a row that a kind of change is about."""

WRITES = {"same", "different", "linked", "placed", "edited", "rejected"}
"""Decisions that become rows; the others let the list stand as it is."""


@dataclass(frozen=True)
class PrintedRow:
    """One row of a sheet by our names of its fields, as printed."""

    sheet: Sheet
    row: SheetRow

    @cached_property
    def places(self) -> Mapping[str, int]:
        return find_columns(self.sheet.columns)

    def __getitem__(self, name: str) -> str:
        """What is printed under a field of Row (docs of `Correction`); "" where there is nothing."""
        place = self.places.get(COLUMN_OF_FIELD[name])
        if place is None:
            return ""
        if name in ("moa_url", "addendum_url"):
            return address_in(self.row, place)
        return printed(self.row.cells[place])

    @property
    def state(self) -> str:
        return state_of(self["state"])[0]

    @property
    def model(self) -> str:
        return program_model(self["program_model"])


class Consequences:
    """The rows that a run's decisions become. `sheet` is the list under review."""

    def __init__(self, sheet: Sheet):
        self.sheet = sheet
        self.rows = {row.number: row for row in sheet.rows}

    def of(self, change: ProposedChange) -> list[Written]:
        """Unsaved verdicts and corrections; empty if the decision lets the list stand. ValidationError if none can."""
        write = getattr(self, f"_{change.decision}", None)
        return write(change) if write else []

    # -- Each decision ------------------------------------------------------------------------------------------------

    def _same(self, change: ProposedChange) -> list[Written]:
        return [self._verdict(change, Verdict.Answer.SAME)]

    _linked = _same

    def _different(self, change: ProposedChange) -> list[Written]:
        return [self._verdict(change, Verdict.Answer.DIFFERENT)]

    def _verdict(self, change: ProposedChange, answer: str) -> Verdict:
        return Verdict(
            answer=answer,
            state=change.state,
            name=change.agency_name,
            other_state=change.choice["state"],
            other_name=change.choice["name"],
            reason=change.note,
            decided_on=today(),
        )

    def _placed(self, change: ProposedChange) -> list[Written]:
        return [
            Verdict(
                answer=Verdict.Answer.PLACED,
                state=change.state,
                name=change.agency_name,
                agency_kind=change.choice["kind"],
                placement=change.choice["placement"],
                places=change.choice["places"],
                reason=change.note,
                decided_on=today(),
            )
        ]

    def _edited(self, change: ProposedChange) -> list[Written]:
        return [
            self._correction(change, change.choice["field"], change.choice["right"], row)
            for row in self._rows_of(change)
        ]

    def _rejected(self, change: ProposedChange) -> list[Written]:
        if change.kind not in VALUES:
            return [
                self._correction(change, SourceCorrection.Field.ROW, "", row, dated=True)
                for row in self._rows_of(change)
            ]
        return [
            self._correction(change, name, str(change.before[name] or ""), row)
            for name in VALUES[change.kind]
            if name in change.before
            for row in self._rows_of(change)
        ]

    def _rows_of(self, change: ProposedChange) -> list[PrintedRow]:
        if change.row not in self.rows:
            raise ValidationError(f"“{change}” has no row on this list that could be corrected.", code="row")
        return [PrintedRow(self.sheet, self.rows[change.row])]

    def _correction(
        self, change: ProposedChange, name: str, right: str, row: PrintedRow, *, dated: bool = False
    ) -> SourceCorrection:
        # A row that is set aside is told by its day of signing: another row of the agency stays.
        wrong = row["signed_on"] if name == SourceCorrection.Field.ROW else row[name]
        return SourceCorrection(
            state=row.state or row["state"],
            agency=row["agency"],
            program_model="" if name == "program_model" else row.model,
            signed_on=date_in(row["signed_on"]) if dated else None,
            field=name,
            wrong=wrong,
            right=right,
            reason=change.note,
        )


def write(
    run: ImportRun, changes: Iterable[ProposedChange], consequences: Consequences, *, by: AbstractBaseUser
) -> int:
    """Write what the decisions become, marked with the run if it is saved; returns how many rows.

    What stands already stays.
    An earlier decision on the same question gives way and is kept in `run.replaced`, which the caller saves.
    """
    count = 0
    for change in changes:
        for record in consequences.of(change):
            record.run = run if run.pk else None
            if isinstance(record, Verdict):
                record.decided_by = by
            earlier = _same_question(record)
            if earlier is not None:
                if _says(earlier) == _says(record):
                    continue
                run.replaced.append(_kept(earlier))
                _signed(earlier, by, run).delete()
            record.full_clean(exclude=["run", "decided_by"])
            _signed(record, by, run).save()
            count += 1
    return count


def take_back(run: ImportRun, *, by: AbstractBaseUser) -> None:
    """Remove what the run's decisions became, and put back what had given way to them."""
    for record in [*run.verdicts.all(), *run.corrections.all()]:
        _signed(record, by, run).delete()
    for kept in run.replaced:
        model = {"verdict": Verdict, "correction": SourceCorrection}[kept["record"]]
        fields = {field.attname: field for field in model._meta.concrete_fields}
        values = {
            name: fields[name].to_python(value) if not fields[name].is_relation else value
            for name, value in kept["values"].items()
        }
        record = model(**values)
        if _same_question(record) is None:  # somebody may have decided anew since
            _signed(record, by, run).save(force_insert=True)
    run.replaced = []


def _same_question(record: Written) -> Written | None:
    key = (
        ("answer", "state", "name", "other_state", "other_name")
        if isinstance(record, Verdict)
        else ("state", "agency", "program_model", "field", "wrong")
    )
    return type(record).objects.filter(**{name: getattr(record, name) for name in key}).first()


_APART = {"id", "run_id", "revision_id", "decided_on", "decided_by_id", "reason", "source_id"}


def _says(record: models.Model) -> dict:
    return {
        field.attname: getattr(record, field.attname)
        for field in record._meta.concrete_fields
        if field.attname not in _APART
    }


def _kept(record: Written) -> dict:
    values = {}
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        values[field.attname] = value.isoformat() if hasattr(value, "isoformat") else value
    return {"record": "verdict" if isinstance(record, Verdict) else "correction", "values": values}


def _signed(record: models.Model, by: AbstractBaseUser, run: ImportRun) -> models.Model:
    """The record, so that its row of history names the person and the list."""
    record._history_user = by
    record._change_reason = f"review of {run.file_name}, {timezone.localdate():%Y-%m-%d}"[:100]
    return record
