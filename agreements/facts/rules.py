"""Laws with their provisions, local policies, federal labels and checks: from the bundle into a database.

A record is held against the bundle together with what belongs to it, its provisions and further citations: whoever
changed one of them changed the record. What staff changed stays, and what the bundle says instead waits for review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models

from agreements.actions import set_provisions
from agreements.models import (
    Check,
    DesignationCitation,
    FederalDesignation,
    LawCitation,
    LocalPolicy,
    PolicyCitation,
    Provision,
    Revision,
    StateLaw,
)
from agreements.rule_events import refresh_rule_events
from agreements.wholes import as_json, taken

from . import export, tables

if TYPE_CHECKING:
    from .load import _Load

Row = Mapping[str, str]
Record = models.Model
"""Written by editors: it has a `key`, a `main_source`, `citations`, and `derive()`."""
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that editors write: its table, what fills it, and how a citation names it."""

    name: str
    table: str
    model: type[Record]
    citations: type[models.Model]
    rows: Callable[[], Iterator[dict]]


KINDS = (
    Kind("law", "state_laws", StateLaw, LawCitation, export.law_rows),
    Kind("policy", "local_policies", LocalPolicy, PolicyCitation, export.policy_rows),
    Kind("designation", "designations", FederalDesignation, DesignationCitation, export.designation_rows),
)


@dataclass(slots=True)
class Whole:
    """A record's row with the rows of what belongs to it."""

    row: Row
    provisions: list[Row]
    citations: list[Row]

    def digest(self) -> str:
        return tables.row_digest({**self.row, "provisions": self.provisions, "citations": self.citations})


class RulesLoad:
    """The part of a load that brings laws, policies, labels and checks; shares its ledger, sources and report."""

    def __init__(self, load: _Load):
        self.load = load

    def settle(self) -> None:
        self.load.progress("laws, policies and labels")
        provisions, citations = self.load.table("provisions"), self.load.table("rule_citations")
        held_provisions, held_citations = written(export.provision_rows()), written(export.rule_citation_rows())
        for kind in KINDS:
            bundled = whole_records(kind, self.load.table(kind.table), provisions, citations)
            held = whole_records(kind, written(kind.rows()), held_provisions, held_citations)
            self.settle_kind(kind, bundled, held)
        refresh_rule_events()
        self.load.settle("checks", self.load.table("checks"), _check_key, export.check_rows, Check)

    def settle_kind(self, kind: Kind, bundled: Mapping[str, Whole], held: Mapping[str, Whole]) -> None:
        """Create what is new, update what nobody touched, leave what staff edited, keep what the bundle dropped."""
        ledger = self.load.ledger[kind.table]
        create: list[Whole] = []
        for key, whole in bundled.items():
            digest, known = whole.digest(), ledger.get(key)
            now = held[key].digest() if key in held else None
            self.load.digests[kind.table, key] = digest
            if digest in (now, known):
                continue  # the same, or not changed by the bundle since staff edited or removed it
            if now is None and known is None:
                create.append(whole)
            elif now is not None and now == known:
                self.update(kind, kind.model.objects.get(key=key), whole)
            else:
                self.load.done.left.append(f"{kind.table}: {key}")
                if now is not None:
                    self.ask(kind, kind.model.objects.get(key=key), held[key], whole)
        self.create(kind, create)
        self.load.done.gone += [f"{kind.table}: {key}" for key in sorted(ledger.keys() - bundled.keys())]

    def values(self, kind: Kind, row: Row) -> dict[str, object]:
        return self.load.values(kind.model, {name: text for name, text in row.items() if name != "jurisdictions"})

    def create(self, kind: Kind, wholes: Iterable[Whole]) -> None:
        """New records with what belongs to them, in bulk and without history."""
        records = {}
        for whole in wholes:
            record = kind.model(**self.values(kind, whole.row))
            record.derive()
            records[whole.row["key"]] = record
        kind.model.objects.bulk_create(records.values(), batch_size=BATCH)
        by_place = {}
        if kind.model is LocalPolicy:
            areas = LocalPolicy.jurisdictions.through
            areas.objects.bulk_create(
                (
                    areas(localpolicy=records[whole.row["key"]], jurisdiction_id=geoid)
                    for whole in wholes
                    for geoid in whole.row["jurisdictions"].split()
                ),
                batch_size=BATCH,
            )
        elif kind.model is StateLaw:
            for whole in wholes:
                for row in whole.provisions:
                    by_place[row["law"], row["place"]] = self.provision(row, records[row["law"]])
            Provision.objects.bulk_create(by_place.values(), batch_size=BATCH)
        kind.citations.objects.bulk_create(
            (
                self.citation(kind, row, records[row["key"]], by_place.get((row["key"], row.get("provision", ""))))
                for whole in wholes
                for row in whole.citations
            ),
            batch_size=BATCH,
        )

    def update(self, kind: Kind, record: Record, whole: Whole) -> None:
        """A record as the bundle has it now: one row of history for it, and one for each provision that changed."""
        for name, value in self.values(kind, whole.row).items():
            setattr(record, name, value)
        record.save()
        by_place = {}
        if kind.model is LocalPolicy:
            record.jurisdictions.set(whole.row["jurisdictions"].split())
        elif kind.model is StateLaw:
            by_place = set_provisions(record, (self.provision(row, record) for row in whole.provisions))
        record.citations.all().delete()
        kind.citations.objects.bulk_create(
            self.citation(kind, row, record, by_place.get(row.get("provision", ""))) for row in whole.citations
        )

    def provision(self, row: Row, law: StateLaw) -> Provision:
        values = self.load.values(Provision, {name: text for name, text in row.items() if name != "law"})
        return Provision(law=law, **values)

    def citation(self, kind: Kind, row: Row, record: Record, provision: Provision | None) -> models.Model:
        named = {"provision": provision} if kind.model is StateLaw else {}
        return kind.citations(
            **{kind.name: record},
            **named,
            source=self.load.sources[row["source"]],
            field=row["field"],
            page=row["page"],
            quote=row["quote"],
        )

    def ask(self, kind: Kind, record: Record, held: Whole, bundled: Whole) -> None:
        """What the bundle says instead of what staff wrote, as a change for somebody to review."""
        changed = {name: text for name, text in bundled.row.items() if held.row[name] != text}
        areas = changed.pop("jurisdictions", None)
        changes = {
            name.removesuffix("_id"): as_json(value)
            for name, value in self.load.values(kind.model, changed).items()
            if value != getattr(record, name)
        }
        if areas is not None:
            changes["jurisdictions"] = areas.split()
        if held.provisions != bundled.provisions:
            changes["provisions"] = [
                self.load.values(Provision, {name: text for name, text in row.items() if name != "law"})
                for row in bundled.provisions
            ]
        if not changes:
            return
        Revision.objects.create(
            **{kind.name: record},
            changes=changes,
            before={name: value for name, value in taken(record).items() if name in changes},
            base_version=record.updated_at,
            reason="The facts that come with the project say otherwise than this record, which staff here edited.",
            state=Revision.State.IN_REVIEW,
        )


def whole_records(
    kind: Kind, rows: Iterable[Row], provisions: Iterable[Row], citations: Iterable[Row]
) -> dict[str, Whole]:
    """The records of a kind by key, each with the rows of what belongs to it."""
    by_law, by_record = defaultdict(list), defaultdict(list)
    if kind.model is StateLaw:
        for row in provisions:
            by_law[row["law"]].append(row)
    for row in citations:
        if row["record"] == kind.name:
            by_record[row["key"]].append(row)
    return {row["key"]: Whole(row, by_law[row["key"]], by_record[row["key"]]) for row in rows}


def written(rows: Iterable[dict]) -> list[Row]:
    """Rows of the database as the files would have them."""
    return [{column: tables.as_text(value) for column, value in row.items()} for row in rows]


def _check_key(row: Row) -> str:
    return " | ".join(row[name] for name in ("jurisdiction", "subject", "looked_on"))
