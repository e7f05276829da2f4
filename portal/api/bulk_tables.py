"""What the files of all records hold: the API's lists, and tables that are made for reading in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Model

from agreements.api.records import columns as columns_of
from agreements.api.records import records
from agreements.models import Check, EarlierAgreement, FederalDesignation, LaterList
from agreements.topics import LAW_TOPICS
from jurisdictions import outlines
from portal.answers.every_county import InShort, every_county
from portal.answers.lines import Mark
from portal.answers.shelf import Shelf

from .bulk_forms import GEOMETRY, Form, GeoJSON, Lines, Spreadsheet

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


# -- Columns of the tables that are no list of the API ----------------------------------------------------------------


def text(meaning: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": meaning, **more}


def number(meaning: str) -> dict[str, Any]:
    return {"type": "integer", "description": meaning}


def day(meaning: str) -> dict[str, Any]:
    return text(meaning, format="date")


def several(meaning: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": meaning}


def maybe(column: dict[str, Any]) -> dict[str, Any]:
    return {**column, "type": [column["type"], "null"]} | (
        {"enum": [*column["enum"], None]} if "enum" in column else {}
    )


def mark(meaning: str) -> dict[str, Any]:
    return text(meaning, enum=[each.value for each in Mark])


LISTS = list(FederalDesignation.List)

COUNTY_COLUMNS = {
    "geoid": text("Census id of the county, 5 digits."),
    "state": text("Postal abbreviation."),
    "name": text("As the Census prints it."),
    "population": maybe(number("Empty where no count is held.")),
    "as_of": day("The day of the answer."),
    "list": maybe(day("The newest list of participating agencies by that day; empty where none is held.")),
    "local_mark": mark("Police and sheriff here on that list: yes, no, or unchecked, where an agency may be here."),
    "own_agencies": number("Agencies on that list which cover the whole county: the sheriff, the jail."),
    "agencies_inside": number("Agencies on that list which cover a part of it: cities, towns, campuses."),
    "models": several("Models of their agreements."),
    "agencies_in_question": number("ICE prints the county for them; their area is not certain. Counted nowhere."),
    "agencies_that_may_be_here": number("These, and those whose name fits the county or a place in it."),
    "state_agencies_mark": mark("Agencies of the whole state on that list. They work here too."),
    "statewide_agencies": number("How many of these."),
    "state_law_mark": mark("Rules of the state in force: looked means that somebody looked and found none."),
    "state_law": text("What the state's law does to agreements, in a word or two; empty where only sentences can say."),
    "local_policy_mark": mark("A written policy of the county in force."),
    "local_policy": text("What it does, in a word or two; empty where only sentences can say."),
    "policies": several("Ids of the county's policies that hold or may hold, for policies/{id}/."),
    **{
        f"label_{each.name.lower()}": maybe(mark(f"{each.label}: whether it names the county. Empty: we cannot say."))
        for each in LISTS
    },
    **{f"law_{topic.value}": mark(f"State law, {topic.label}: whether a rule is in force.") for topic in LAW_TOPICS},
    "answer_url": text("The whole answer."),
}

PROVISION_COLUMNS = {
    "id": text("The law's id and its place in it."),
    "law": text("For laws/{id}/."),
    "state": text("Postal abbreviation."),
    "law_title": text("Of the law."),
    "citation": text("Of the law."),
    "legal_status": text("Of the law."),
    "topic": text("What act it speaks of."),
    "effect": text("What it does to the act that its topic names."),
    "binds": several("Whom it binds."),
    "section": text("Where in the law it stands."),
    "effective_on": text("As the source gives it: a year, a month or a day. Empty: the law's own."),
    "standing": text("How it stands on the day of the files."),
    "statement_en": text("What it says, in English."),
    "statement_es": text("The same in Spanish."),
    "url": text("The page of its law."),
}

SOURCE_COLUMNS = {
    "title": text("Of the document."),
    "publisher": text("Who published it."),
    "url": maybe(text("Its address, where it has one.")),
    "published_on": maybe(day("As it says itself.")),
    "retrieved_on": maybe(day("The day it was read.")),
    "file_name": maybe(text("Of a list, as ICE named it.")),
    "snapshot": maybe(text("Id of the list, for snapshots/{id}/.")),
    "cited_by": several("Tables of these files with a record that rests on it."),
}

CHECK_COLUMNS = {
    "jurisdiction": text("GEOID of the state, county or place."),
    "subject": text("What was looked for: a topic of state law, local_policy, a federal list."),
    "looked_on": day("When somebody looked."),
    "where": text("Where they looked."),
    "found": text("nothing: no record was found, which is never a no.", enum=[*Check.Found.values]),
}

EARLIER_COLUMNS = {
    "key": text("State, agency and model."),
    "state": text("Postal abbreviation."),
    "agency": text("As the documents name it. Not matched with today's agencies."),
    "agency_kind": text("Sheriff, municipal police …"),
    "counties": several("GEOIDs of today's counties."),
    "model": text("JEM, TFM, WSO, or mixed."),
    "signed_on": several("Every signing and renewal that was found."),
    "attested_from": day("The first day on which a document shows it."),
    "attested_to": day("The last such day, which is not the day it ended."),
    "ended_on": maybe(day("Only where a source gives the day.")),
    "ended_how": text("What a source says, or which list lacks it."),
    "named_in": text("The documents that name it."),
    "document_url": text("One of them, not opened by us."),
    "confidence": text("high, medium or low."),
    "note": text("What else there is to say."),
}

LATER_COLUMNS = {
    "published_on": day("The day of the list."),
    "file_name": text("As ICE named it."),
    "row_count": maybe(number("Where the archive says it.")),
    "source_url": text("The archive that holds it. We do not."),
}


# -- Tables -----------------------------------------------------------------------------------------------------------


@dataclass
class Reading:
    """One reading of all facts: the day, how addresses begin, and the documents that records were seen to rest on."""

    day: date
    origin: str
    """https://portal.example"""
    cited: dict[tuple, dict[str, Any]] = field(default_factory=dict)

    def note_sources(self, table: str, record: Mapping[str, Any]) -> None:
        for source in record["sources"]:
            document = self.cited.get(key := tuple(source.values()))
            if document is None:
                document = self.cited[key] = {**source, "cited_by": []}
            if table not in document["cited_by"]:
                document["cited_by"].append(table)


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of record as files. Those of the API's lists have the schema of `record` in its description."""

    name: str
    rows: Callable[[Reading], Iterable[dict[str, Any]]]
    record: str = ""
    own_columns: Mapping[str, dict[str, Any]] | None = None
    forms: tuple[type[Form], ...] = (Spreadsheet, Lines)

    @property
    def columns(self) -> tuple[str, ...]:
        return columns_of(self.name) if self.own_columns is None else tuple(self.own_columns)

    @property
    def notes_sources(self) -> bool:
        # Of areas the API names the same few lists each time: docs/geography.md has them in full.
        return bool(self.record) and self.name != "jurisdictions"


def of_list(name: str, record: str) -> Table:
    return Table(name, lambda reading: records(name, day=reading.day, origin=reading.origin), record)


def county_rows(reading: Reading) -> Iterator[dict[str, Any]]:
    """Each county with what its page says in short, and its outline."""
    held = outlines.held_outlines()
    for county in every_county(reading.day, Shelf.read()):
        yield county_row(county, reading) | {GEOMETRY: outlines.geometry(held.get(county.area.pk))}


def county_row(county: InShort, reading: Reading) -> dict[str, Any]:
    area, law, policy, labels = county.area, county.law.line, county.policies.line, county.label_marks
    return {
        "geoid": area.pk,
        "state": area.state.usps,
        "name": area.name,
        "population": area.population,
        "as_of": reading.day.isoformat(),
        "list": county.lists.listed and county.lists.listed.isoformat(),
        "local_mark": county.local_mark.value,
        "own_agencies": county.on_list.own,
        "agencies_inside": county.on_list.inside,
        "models": [*county.on_list.models],
        "agencies_in_question": county.on_list.in_question,
        "agencies_that_may_be_here": county.may_be_here,
        "state_agencies_mark": county.state_agencies_mark.value,
        "statewide_agencies": len(county.state.statewide),
        "state_law_mark": law.mark.value,
        "state_law": law.word,
        "local_policy_mark": policy.mark.value,
        "local_policy": policy.word,
        "policies": [each.policy.key for each in county.policies.current],
        **{f"label_{each.name.lower()}": labels.get(each.value) for each in LISTS},
        **{f"law_{topic}": mark.value for topic, mark in county.law_marks.items()},
        "answer_url": f"{reading.origin}/api/v1/jurisdictions/{area.pk}/answer/",
    }


def provision_rows(reading: Reading) -> Iterator[dict[str, Any]]:
    for law in records("laws", day=reading.day, origin=reading.origin):
        for provision in law["provisions"]:
            own = ("id", "topic", "effect", "binds", "section", "effective_on", "standing")
            yield {
                **{name: provision[name] for name in own},
                "law": law["id"],
                "law_title": law["title"],
                **{name: law[name] for name in ("state", "citation", "legal_status", "url")},
                "statement_en": provision["statement"]["en"],
                "statement_es": provision["statement"]["es"],
            }


def source_rows(reading: Reading) -> Iterator[dict[str, Any]]:
    """Comes after the tables whose records name them."""
    yield from sorted(reading.cited.values(), key=lambda each: (each["publisher"], each["title"], str(each["url"])))


def rows_of(model: type[Model], columns: Mapping[str, str]) -> Callable[[Reading], Iterator[dict[str, Any]]]:
    """Rows of a table of the database: the columns of the file, and what each is called there."""

    def rows(reading: Reading) -> Iterator[dict[str, Any]]:
        for values in model.objects.order_by(*model._meta.ordering).values_list(*columns.values()).iterator():
            yield {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in zip(columns, values, strict=True)
            }

    return rows


def same(names: Iterable[str], **others: str) -> dict[str, str]:
    return {name: others.get(name, name) for name in names}


TABLES = [
    of_list("agreements", "AgreementRecord"),
    of_list("agencies", "AgencyWithLists"),
    Table("counties", county_rows, own_columns=COUNTY_COLUMNS, forms=(Spreadsheet, Lines, GeoJSON)),
    of_list("laws", "LawRecord"),
    Table("provisions", provision_rows, own_columns=PROVISION_COLUMNS),
    of_list("policies", "PolicyRecord"),
    of_list("designations", "DesignationRecord"),
    Table("checks", rows_of(Check, same(CHECK_COLUMNS)), own_columns=CHECK_COLUMNS),
    of_list("snapshots", "SnapshotRecord"),
    of_list("events", "EventRecord"),
    of_list("jurisdictions", "JurisdictionRecord"),
    Table("sources", source_rows, own_columns=SOURCE_COLUMNS),
    Table(
        "earlier",
        rows_of(
            EarlierAgreement, same(EARLIER_COLUMNS, state="state__usps", agency="agency_name", model="program_model")
        ),
        own_columns=EARLIER_COLUMNS,
    ),
    Table("later", rows_of(LaterList, same(LATER_COLUMNS, source_url="source__url")), own_columns=LATER_COLUMNS),
]
"""In the order in which they are written and shown."""


SCHEMA = "schema"
"""The form, and the end of the name, of a file that says what the records of a table are like."""
FORMS = [*dict.fromkeys(form.extension for table in TABLES for form in table.forms), SCHEMA]


# -- Schemas ----------------------------------------------------------------------------------------------------------


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of a record of each table, each whole in itself."""
    from .description import description

    known = description()["components"]["schemas"]
    return {table.name: schema_of(table, known) for table in TABLES}


def schema_of(table: Table, known: Mapping[str, dict]) -> dict[str, Any]:
    if table.own_columns is not None:
        properties = dict(table.own_columns)
        return {
            "$schema": JSON_SCHEMA,
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    parts: dict[str, Any] = {}
    # What the API shows only where it is asked to is no part of the files.
    properties = {name: known[table.record]["properties"][name] for name in table.columns}
    record = standing_alone({**known[table.record], "properties": properties}, known, parts)
    return {"$schema": JSON_SCHEMA, **record} | ({"$defs": parts} if parts else {})


def standing_alone(schema: Any, known: Mapping[str, dict], parts: dict[str, Any]) -> Any:
    """The schema with what it refers to brought along in `parts`."""
    if isinstance(schema, list):
        return [standing_alone(each, known, parts) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {}
    for name, value in schema.items():
        if name == "$ref" and isinstance(value, str):
            part = value.rpartition("/")[2]
            if part not in parts:
                parts[part] = None  # a part may refer to itself
                parts[part] = standing_alone(known[part], known, parts)
            found[name] = f"#/$defs/{part}"
        else:
            found[name] = standing_alone(value, known, parts)
    return found


def dictionary_rows() -> Iterator[dict[str, str]]:
    """The data dictionary: what each column means."""
    for table, schema in schemas().items():
        for name, column in schema["properties"].items():
            kind = column.get("type") or ("record" if "$ref" in str(column) else "")
            yield {
                "table": table,
                "column": name,
                "type": " or ".join(kind) if isinstance(kind, list) else kind,
                "meaning": " ".join(str(column.get("description", "")).split()),
            }


DICTIONARY_COLUMNS = ("table", "column", "type", "meaning")
