"""The API's description as people read it: sections, parameters, answers, and what each field means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from .description import TAGS, description
from .examples import Example

INNER = ("PartOf", "Paginated")
SELF_EVIDENT = {"Meta", "Coverage", "Problem", "Moved"}
"""Explained once, on the page of all addresses."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a type in words; `record` names the table that explains it, "" where none does."""

    text: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a field. `choices`: the values that it can have, each with what it means where that is said."""

    name: str
    kind: tuple[Piece, ...]
    meaning: str
    choices: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    is_deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that an operation can have."""

    status: str
    meaning: str
    forms: tuple[str, ...]
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and an address, in words."""

    name: str
    method: str
    path: str
    title: str
    paragraphs: tuple[str, ...]
    parameters: tuple[Row, ...]
    answers: tuple[Answer, ...]
    shows: tuple[Piece, ...]
    is_deprecated: bool
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Record:
    """What an answer holds, field by field."""

    name: str
    meaning: str
    fields: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The addresses of one kind of record, and the records that they show."""

    name: str
    meaning: str
    operations: tuple[Operation, ...]
    records: tuple[Record, ...]


@cache
def sections() -> dict[str, Section]:
    """By name, in the order in which they are read."""
    operations: dict[str, list[tuple[str, str, dict]]] = {name: [] for name in TAGS}
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            operations[operation["tags"][0]].append((method, path, operation))
    return {
        name: Section(
            name,
            TAGS[name],
            tuple(operation_in_words(*each) for each in held),
            tuple(record(each) for each in records_of([operation for *_rest, operation in held])),
        )
        for name, held in operations.items()
    }


def operation_in_words(method: str, path: str, operation: dict) -> Operation:
    answers = []
    for status, answer in operation["responses"].items():
        answer = resolved(answer)
        answers.append(
            Answer(status, answer["description"], tuple(answer.get("content", ())), tuple(answer.get("headers", ())))
        )
    shown = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        title=operation["summary"],
        paragraphs=tuple(" ".join(each.split()) for each in operation.get("description", "").split("\n\n")),
        parameters=tuple(row(each["name"], each | {"required": False}, each) for each in operation["parameters"]),
        answers=tuple(answers),
        shows=tuple(pieces(shown)),
        is_deprecated=operation.get("deprecated", False),
    )


def row(name: str, told: dict, parameter: dict | None = None) -> Row:
    schema = parameter["schema"] if parameter else told
    meanings = dict(CHOICE.findall("\n".join(texts_of(told))))
    return Row(
        name,
        tuple(pieces(schema)),
        " ".join(CHOICE.sub("", str(told.get("description", ""))).split()),
        tuple((value, meanings.get(value, "")) for value in choices(schema)),
        bool(parameter and parameter.get("required")),
        told.get("deprecated", False),
    )


CHOICE = re.compile(r"^\* `([^`]+)` - (.*)$", re.M)
"""A line in which drf-spectacular tells what a value means."""


def texts_of(schema: dict) -> Iterator[str]:
    """The descriptions of a schema and of the vocabularies that it refers to."""
    yield str(schema.get("description", ""))
    for each in (schema, schema.get("items", {}), *alternatives(schema)):
        if "$ref" in each and "enum" in resolved(each):
            yield str(resolved(each).get("description", ""))


def record(name: str) -> Record:
    schema = description()["components"]["schemas"][name]
    if "properties" not in schema:  # one of several
        return Record(name, "One of these: " + ", ".join(each.text for each in pieces(schema)) + ".", ())
    rows = tuple(row(each, told) for each, told in schema["properties"].items())
    return Record(name, " ".join(schema.get("description", "").split()), rows)


def records_of(operations: list[dict]) -> list[str]:
    """Names of the records that these operations show, each after those that hold it."""
    found: dict[str, None] = {}
    waiting = [
        name
        for operation in operations
        for answer in operation["responses"].values()
        if "content" in answer
        for each in answer["content"].values()
        for name in named(each.get("schema", {}))
    ]
    while waiting:
        name = waiting.pop(0)
        schema = description()["components"]["schemas"][name]
        if name in found or name in SELF_EVIDENT or "enum" in schema:
            continue
        if not name.startswith(INNER):
            found[name] = None
        waiting += [each for each in named(schema) if each not in found]
    return [*found]


def named(schema: object) -> Iterator[str]:
    """The components that a schema refers to, from its beginning to its end."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for each in schema.values():
            yield from named(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from named(each)


def resolved(schema: dict) -> dict:
    """What a reference leads to."""
    while "$ref" in schema:
        *_rest, kind, name = schema["$ref"].split("/")
        schema = description()["components"][kind][name]
    return schema


FORMATS = {"date": "day", "date-time": "moment", "uri": "address"}
KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def pieces(schema: dict) -> Iterator[Piece]:
    """The type of a value in words."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name.startswith("Paginated"):
        yield Piece("a page of ")
        yield from pieces(description()["components"]["schemas"][name]["properties"]["results"]["items"])
    elif name and "enum" not in resolved(schema):
        yield Piece(name, "" if name in SELF_EVIDENT or name.startswith(INNER) else name)
    elif name or "enum" in schema:
        yield Piece("text")
    elif several := [each for each in alternatives(schema) if not is_partial(each)]:
        for number, each in enumerate(several):
            if number:
                yield Piece(" or ")
            yield from pieces(each)
    elif schema.get("type") == "array":
        yield Piece("list of ")
        yield from pieces(schema["items"])
    elif schema.get("type") == "object":
        yield Piece("names with values" if "additionalProperties" in schema else "object")
    else:
        kinds = schema.get("type", "any value")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        words = [FORMATS.get(schema.get("format", ""), KINDS.get(kind, kind)) for kind in kinds if kind != "null"]
        yield Piece(" or ".join([*words, *(["null"] if "null" in kinds else [])]))


def alternatives(schema: dict) -> list[dict]:
    """Of what may be one thing or another. A record and what every answer adds to it is the record."""
    if "allOf" in schema:
        return [each for each in schema["allOf"] if "properties" not in each]
    return schema.get("anyOf") or schema.get("oneOf") or []


def is_partial(schema: dict) -> bool:
    name = schema.get("$ref", "").rpartition("/")[2]
    return name.startswith(INNER) or name == "BlankEnum"


def choices(schema: dict) -> Iterator[str]:
    """The values that a field can have, also in a list; none where it can have any."""
    if "items" in schema:
        yield from choices(schema["items"])
    elif "$ref" in schema:
        yield from map(str, resolved(schema).get("enum", ()))
    elif "enum" in schema:
        yield from map(str, schema["enum"])
    else:
        for each in alternatives(schema):
            yield from choices(each) if "$ref" in each or "enum" in each else ()
