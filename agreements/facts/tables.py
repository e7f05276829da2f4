"""The bundle as files: one normalised CSV for each kind of record, the same bytes for the same facts.

Records name each other by identity, never by a database's id: an agency or agreement by its public id, a snapshot by
its sha256, a source by address, title and day, a listing by its number in the file.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"

# What every record that editors write has (models/editorial.py).
EDITORIAL = (
    "state",
    "main_source",
    "checked_on",
    "next_check_on",
    "confidence",
    "translation",
    "doubt_en",
    "doubt_es",
)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sources": ("url", "title", "retrieved_on", "publisher", "published_on", "language", "archived_url", "sha256"),
    "verdicts": (
        "answer",
        "state",
        "name",
        "other_state",
        "other_name",
        "agency_kind",
        "placement",
        "places",
        "reason",
        "decided_on",
        "source",
    ),
    "source_corrections": (
        "state",
        "agency",
        "program_model",
        "signed_on",
        "field",
        "wrong",
        "right",
        "reason",
        "source",
    ),
    "agencies": (
        "public_id",
        "state",
        "name",
        "name_is_editors",
        "kind",
        "placement",
        "placement_reason",
        "placement_basis",
        "placement_is_editors",
        "printed_county",
    ),
    "coverages": ("agency", "jurisdiction", "extent", "why", "note", "source"),
    "agreements": ("public_id", "agency", "program_model", "ended_on", "ended_source"),
    "former_ids": ("record", "public_id", "heir", "program_model", "names", "was"),
    "snapshots": (
        "sha256",
        "kind",
        "published_on",
        "half",
        "position",
        "file_name",
        "worksheet",
        "columns",
        "rows",
    ),
    "listings": (
        "number",
        "first_snapshot",
        "last_snapshot",
        "cells",
        "links",
        "state",
        "agency_name",
        "agency_type",
        "county",
        "program_model",
        "signed_on",
        "moa_url",
        "addendum_url",
        "corrected",
        "problems",
        "agreement",
        "match_rule",
        "match_reason",
    ),
    "state_laws": (
        "key",
        "jurisdiction",
        "title",
        "citation",
        "instrument",
        "stance",
        "legal_status",
        "enacted_on",
        "effective_on",
        "ended_on",
        "is_unconfirmed",
        "summary_en",
        "summary_es",
        "effect_on_287g",
        *EDITORIAL,
    ),
    "provisions": (
        "law",
        "place",
        "topic",
        "effect",
        "binds",
        "section",
        "effective_on",
        "statement_en",
        "statement_es",
    ),
    "local_policies": (
        "key",
        "state_area",
        "jurisdictions",
        "government",
        "government_type",
        "title",
        "citation",
        "instrument",
        "stance",
        "printed_topics",
        "legal_status",
        "adopted_on",
        "ended_on",
        "summary_en",
        "summary_es",
        *EDITORIAL,
    ),
    "designations": (
        "key",
        "list",
        "listed_on",
        "removed_on",
        "jurisdiction",
        "printed_name",
        "printed_type",
        *EDITORIAL,
    ),
    "rule_citations": ("record", "key", "provision", "source", "field", "page", "quote"),
    "checks": ("jurisdiction", "subject", "looked_on", "where", "found"),
    "guide_facts": (
        "key",
        "section",
        "as_of",
        "sentence_en",
        "sentence_es",
        "shown_by",
        "claim_en",
        "claim_es",
        "verdict",
        *EDITORIAL,
    ),
    "model_powers": (
        "key",
        "model",
        "setting",
        "act",
        "place",
        "power_en",
        "power_es",
        "allowed",
        "note_en",
        "note_es",
        "told_at",
        "sentence_en",
        "sentence_es",
        *EDITORIAL,
    ),
    "timeline_events": ("key", "happened_on", "sentence_en", "sentence_es", "shown_by", *EDITORIAL),
    "glossary_terms": ("key", "term_en", "definition_en", "term_es", "definition_es", *EDITORIAL),
    "earlier_agreements": (
        "key",
        "state",
        "agency_name",
        "agency_kind",
        "counties",
        "program_model",
        "signed_on",
        "attested_from",
        "attested_to",
        "ended_on",
        "ended_how",
        "named_in",
        "document_url",
        "confidence",
        "note",
        "source",
    ),
    "later_lists": ("published_on", "file_name", "row_count", "source"),
    "guide_citations": ("record", "key", "source", "field", "page", "quote"),
}

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


# Short and written by people: kept as plain text, so that a change can be read.
PLAIN = {"verdicts", "source_corrections", "former_ids"}


def path_of(table: str, folder: Path = DATA) -> Path:
    return folder / (f"{table}.csv" if table in PLAIN else f"{table}.csv.gz")


def read_table(table: str, folder: Path = DATA) -> Iterator[dict[str, str]]:
    """Each row by column; ValueError if the file's heading is another than this version's."""
    path = path_of(table, folder)
    with (open if table in PLAIN else gzip.open)(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        heading = tuple(next(rows, ()))
        if heading != COLUMNS[table]:
            raise ValueError(f"{path.name} has the columns {heading}, not {COLUMNS[table]}.")
        for row in rows:
            yield dict(zip(heading, row, strict=True))


def write_table(table: str, rows: Iterable[Mapping[str, object]], folder: Path = DATA) -> int:
    """Write a table; returns the number of rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    count = 0
    for row in rows:
        writer.writerow([as_text(row[column]) for column in COLUMNS[table]])
        count += 1
    if table in PLAIN:
        path_of(table, folder).write_text(text.getvalue(), encoding="utf-8", newline="")
        return count
    # Neither a file name nor a time in the header of the archive: the same facts are the same bytes.
    with path_of(table, folder).open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    return count


def as_text(value: object) -> str:
    """A value as a cell: nothing is "", a claim 1 or 0, a day 2026-05-18, a list or mapping JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def day_in(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def row_digest(row: Mapping[str, object]) -> str:
    """Names what a bundled row says, so that a later bundle can tell what changed and what staff changed."""
    text = json.dumps([[column, as_text(value)] for column, value in sorted(row.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def bundle_digest(folder: Path = DATA) -> str:
    """One sha256 over all files: two folders with the same digest hold the same facts."""
    total = hashlib.sha256()
    for table in COLUMNS:
        total.update(hashlib.sha256(path_of(table, folder).read_bytes()).digest())
    return total.hexdigest()
