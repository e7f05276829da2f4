"""The API's description (OpenAPI 3.1), made once from its code.

Serializers and forms say what an answer holds and what a parameter may be; this adds what none of them can: the
statuses, headers and media types that all addresses share, names for those who generate clients, files, deprecations.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from threading import Lock
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django_filters.fields import BaseCSVField
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiFilterExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_parameter_type
from rest_framework.utils import json
from rest_framework.utils.encoders import JSONEncoder

from agreements.api.serializers import AgreementBrief
from agreements.filters import AgreementFilter, AreaField, DayField, ModelField, SinceFilter, StateField
from agreements.statistics import Group
from jurisdictions.api.serializers import AgencyRecord
from jurisdictions.geoids import STATE_USPS

from .deprecation import DEPRECATIONS
from .ledger_models import LedgerEntry
from .meanings import MEANINGS, PARAMETERS
from .webhook_description import webhooks

BASE = "/api/v1/"
PROBLEM_TYPE = "application/problem+json"
SCHEMA_TYPE = "application/vnd.oai.openapi+json"
A_GEOID = r"^(\d{2}|\d{5}|\d{7}|\d{10})$"
A_FORMAT = {"json": "application/json", "csv": "text/csv", "jsonl": "application/x-ndjson"}
LARGEST_NUMBER = 999_999_999  # of a page, as the paginator reads it

OPERATIONS = {
    ("get", ""): ("root", "List the addresses"),
    ("get", "agreements/"): ("list_agreements", "List agreements"),
    ("get", "agreements/{public_id}/"): ("get_agreement", "One agreement"),
    ("get", "agencies/"): ("list_agencies", "List agencies"),
    ("get", "agencies/{public_id}/"): ("get_agency", "One agency"),
    ("get", "jurisdictions/"): ("list_jurisdictions", "List areas"),
    ("get", "jurisdictions/{geoid}/"): ("get_jurisdiction", "One area"),
    ("get", "jurisdictions/{geoid}/answer/"): ("get_answer", "The answer for an area"),
    ("get", "laws/"): ("list_laws", "List state laws"),
    ("get", "laws/{key}/"): ("get_law", "One law"),
    ("get", "policies/"): ("list_policies", "List local policies"),
    ("get", "policies/{key}/"): ("get_policy", "One policy"),
    ("get", "designations/"): ("list_designations", "List federal labels"),
    ("get", "designations/{key}/"): ("get_designation", "One federal label"),
    ("get", "snapshots/"): ("list_snapshots", "List ICE's lists"),
    ("get", "snapshots/{id}/"): ("get_snapshot", "One of ICE's lists"),
    ("get", "snapshots/{id}/rows/"): ("list_snapshot_rows", "The rows of a list as printed"),
    ("get", "events/"): ("list_events", "List what changed"),
    ("get", "events/{key}/"): ("get_event", "One change"),
    ("get", "changes/"): ("list_changes", "What became different since you looked"),
    ("get", "lookup/"): ("lookup_zip", "What a ZIP code means"),
    ("post", "lookup/"): ("lookup", "What a ZIP code or a name means"),
    ("get", "stats/agreements/"): ("get_statistics", "Numbers of agreements"),
    ("get", "status/"): ("get_status", "How fresh the data is"),
    ("get", "bulk/"): ("get_bulk", "The manifest of the files"),
    ("get", "bulk/manifest.json"): ("get_manifest", "The manifest under its usual name"),
    ("get", "bulk/{name}"): ("get_file", "The newest file of a table"),
    ("get", "bulk/{version}/{name}"): ("get_file_of_version", "A file of one version"),
    ("get", "schema/"): ("get_schema", "This description"),
}
"""The name of each operation, which clients that are generated call it by, and its title."""

TAGS = {
    "jurisdictions": "Areas (states, counties, places, county subdivisions), and the answer for each.",
    "agreements": "287(g) agreements with their status on a day.",
    "agencies": "Law enforcement agencies that ICE prints on a list.",
    "laws": "State laws, orders, rulings and bills.",
    "policies": "Written policies of counties, cities, towns and other local governments.",
    "designations": "Places named on a federal list of “sanctuary jurisdictions”.",
    "snapshots": "ICE's lists as published, row for row.",
    "events": "What changed, as we saw it.",
    "changes": "What a mirror needs to stay in step.",
    "stats": "Numbers of agreements on a day and through time.",
    "lookup": "What a ZIP code or a name means.",
    "bulk": "All records as files.",
    "status": "How fresh the data is, and where everything is.",
}
"""The sections, in the order in which they are read."""

FORMS_OF_NO_LIST = (
    "jurisdictions/{geoid}/answer/",
    "changes/",
    "lookup/",
    "status/",
    "bulk/",
    "bulk/manifest.json",
    "",
)

META = {
    "type": "object",
    "description": "What holds for the whole answer.",
    "required": ["data_version", "as_of", "newest_list", "licence", "licence_url"],
    "properties": {
        "data_version": {"type": "integer", "description": "Grows with every change of public facts."},
        "as_of": {"type": "string", "format": "date", "description": "The day that the answer speaks of."},
        "newest_list": {
            "type": ["string", "null"],
            "format": "date",
            "description": "The newest list of participating agencies that we hold.",
        },
        "licence": {"type": "string", "description": "Under which the data may be used."},
        "licence_url": {"type": "string", "format": "uri", "description": "Where the licence can be read."},
    },
}
COVERAGE = {
    "type": "object",
    "description": "From which day on we hold lists. Before it nothing is known, which is not none.",
    "required": ["from"],
    "properties": {
        "from": {
            "type": ["string", "null"],
            "format": "date",
            "description": "The day of the first list; null while none is held.",
        }
    },
}
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Always about:blank: the status says what kind of problem it is."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong here."},
        "errors": {
            "type": "array",
            "description": "Of a 400: what is wrong with each parameter.",
            "items": {
                "type": "object",
                "required": ["parameter", "detail"],
                "properties": {
                    "parameter": {"type": "string", "description": "Its name."},
                    "detail": {"type": "string", "description": "What is wrong with it."},
                },
            },
        },
        "known_parameters": {
            "type": "array",
            "description": "Of a 400: the parameters that this address takes.",
            "items": {"type": "string"},
        },
    },
}
MOVED = {
    "type": "object",
    "description": "An id that was given up, and the record that it became.",
    "required": ["id", "merged_into"],
    "properties": {
        "id": {"type": "string", "description": "The id that was asked for."},
        "merged_into": {"type": "string", "description": "The id of the record that stands for it."},
    },
}
ADDRESSES = {
    "type": "object",
    "description": "Addresses by name.",
    "required": ["meta"],
    "properties": {"meta": {"$ref": "#/components/schemas/Meta", "description": META["description"]}},
    "additionalProperties": {"type": "string", "format": "uri"},
}

HEADERS = {
    "ETag": ("Names this state of the answer. Send it back as If-None-Match.", {"type": "string"}),
    "Last-Modified": ("When the facts changed last, the day began, or this release.", {"type": "string"}),
    "X-Data-Version": ("Grows with every change of public facts.", {"type": "integer"}),
    "X-Newest-List": ("The newest list of participating agencies that we hold.", {"type": "string", "format": "date"}),
    "RateLimit-Limit": ("How many calls a minute may have.", {"type": "integer"}),
    "RateLimit-Remaining": ("How many are left.", {"type": "integer"}),
    "RateLimit-Reset": ("Seconds until there are more.", {"type": "integer"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer"}),
    "WWW-Authenticate": ("Bearer: how a key is sent.", {"type": "string"}),
    "Content-Range": ("Which bytes of the file these are, or how many it has.", {"type": "string"}),
    "Accept-Ranges": ("That parts of the file can be asked for.", {"type": "string"}),
    "Location": ("The address that stands for this one.", {"type": "string"}),
    "Deprecation": ("Since when the address or a part of it is deprecated (RFC 9745).", {"type": "string"}),
    "Sunset": ("When it will be gone (RFC 8594).", {"type": "string"}),
}
OF_A_LIMIT = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
OF_KEPT = ("ETag", "Last-Modified", "X-Data-Version", "X-Newest-List")
OF_UNCHANGED = ("ETag", "Last-Modified", "X-Data-Version")

REFUSALS = {
    "400": "An unknown parameter, one given twice, or a value that it cannot have; `errors` names it.",
    "401": "You sent a key that is not in force. Without one you need none.",
    "404": "There is no such record, or not yet on the day of `as_of`.",
    "405": "Another method than GET, HEAD and OPTIONS (of lookup/ also POST).",
    "410": "The id was given up, and no record took its place.",
    "412": "You asked with If-Match or If-Unmodified-Since, and it has changed.",
    "413": "The body is too large.",
    "415": "The body is neither JSON nor a form.",
    "416": "The file has no such part; `Content-Range` says how long it is.",
    "429": "Too many calls; `Retry-After` says how long to wait.",
    "500": "An error of ours. It is in our log.",
    "503": "Our database is away, or too much is sent at once; `Retry-After` says when to try again.",
}


# -- Parameters -------------------------------------------------------------------------------------------------------


class FilterParameters(OpenApiFilterExtension):
    """The parameters of a list, from the very form fields that read them."""

    target_class = "agreements.api.base.Filters"

    def get_schema_operation_parameters(self, auto_schema: Any, *args, **kwargs) -> list[dict]:
        filterset = getattr(auto_schema.view, "filterset_class", None)
        return parameters_of(filterset(queryset=auto_schema.view.queryset).form) if filterset else []


def parameters_of(form: forms.Form) -> list[dict]:
    found = []
    for name, field in form.fields.items():
        more = {"explode": False, "style": "form"} if isinstance(field, BaseCSVField) else {}
        label = "\n".join([str(field.label or name.capitalize()), *choices_of(field)])
        found.append(build_parameter_type(name, schema_of(field), location="query", description=label) | more)
    return found


def choices_of(field: forms.Field) -> Iterator[str]:
    """A line for each value that a field takes, as drf-spectacular writes them of a record's fields."""
    if not isinstance(field, BaseCSVField):
        for value, label in getattr(field, "choices", ()):
            if value:
                yield f"* `{value}` - {label}"


def schema_of(field: forms.Field) -> dict:
    """What a form field takes."""
    if isinstance(field, DayField):
        return {"type": "string", "format": "date"}
    if isinstance(field, SinceFilter.Field):
        return {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
    if isinstance(field, StateField):
        return {"type": "string", "enum": sorted(STATE_USPS.values())}
    if isinstance(field, AreaField):
        return {"type": "string", "pattern": A_GEOID}
    if isinstance(field, ModelField):
        return {"type": "string"}
    choices = [str(value) for value, _label in getattr(field, "choices", ()) if value]
    if isinstance(field, BaseCSVField):
        return {"type": "array", "items": {"type": "string", "enum": choices}}
    if choices:
        return {"type": "string", "enum": choices}
    longest = getattr(field, "max_length", None)
    return {"type": "string", "maxLength": longest} if longest else {"type": "string"}


EXPANDED = {
    ("AgreementRecord", "agency"): AgencyRecord(),
    ("AgencyWithLists", "agreements"): AgreementBrief(many=True),
}
"""What a part is with `expand`, by record and field."""


class Key(OpenApiAuthenticationExtension):
    """A partner's key, which nobody needs."""

    target_class = "portal.api.keys.ByKey"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Optional: a key that the operator gave you lifts the limit of calls and nothing else.",
        }


class ExpandableRecords(OpenApiSerializerExtension):
    """A record with the parts that `expand` shows in full."""

    target_class = "jurisdictions.api.serializers.Record"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        for name in self.target.expandable:
            whole = auto_schema._map_serializer_field(EXPANDED[type(self.target).__name__, name], direction)
            brief = schema["properties"].get(name)
            if brief is None:
                schema["properties"][name] = {**whole, "description": f"Only with `expand={name}`."}
            else:
                text = brief.get("description", "")
                schema["properties"][name] = {
                    "anyOf": [{name: value for name, value in brief.items() if name != "description"}, whole],
                    "description": f"{text} In full with `expand={name}`.".strip(),
                }
        return schema


# -- The whole --------------------------------------------------------------------------------------------------------


def with_what_all_answers_share(result: dict, generator: Any, request: Any, public: bool) -> dict:
    """A hook of drf-spectacular: the parts that no serializer has."""
    components = result["components"]
    components["schemas"] |= {
        "Meta": META, "Coverage": COVERAGE, "Problem": PROBLEM, "Moved": MOVED, "Addresses": ADDRESSES,
    }  # fmt: skip
    components["headers"] = {name: {"description": text, "schema": schema} for name, (text, schema) in HEADERS.items()}
    components["responses"] = {status: refusal(status) for status in REFUSALS}
    result["paths"] |= {BASE: {"get": of_root()}, f"{BASE}schema/": {"get": of_schema()}, **paths_of_files()}
    result["webhooks"] = webhooks()
    result["servers"] = [{"url": "/", "description": "This portal."}]
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    if settings.CONTACT:
        result["info"]["contact"] = contact()
    schemas = components["schemas"]
    for name, schema in schemas.items():
        explain(name, schema)
    for path, method, operation in operations(result):
        name, title = OPERATIONS[method, path]
        operation["operationId"], operation["summary"] = name, title
        operation["security"] = [{}, {"key": []}]
        complete_parameters(operation, path, schemas)
        complete_answers(operation, path, method, schemas)
    for name, schema in schemas.items():
        if name.startswith("Paginated"):
            tidy_page(schema)
    mark_deprecated(result)
    result["paths"] = dict(sorted(result["paths"].items(), key=lambda each: in_reading_order(*each)))
    return result


def explain(record: str, schema: dict) -> None:
    """Give each field a meaning that its serializer gives none."""
    for name, told in schema.get("properties", {}).items():
        if not told.get("description") and (meaning := MEANINGS.get(f"{record}.{name}", MEANINGS.get(name))):
            told["description"] = meaning


def operations(document: dict) -> Iterator[tuple[str, str, dict]]:
    """Each operation with its path, from below /api/v1/, and its method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path.removeprefix(BASE), method, operation


def in_reading_order(path: str, methods: dict) -> tuple[int, str]:
    tag = next(iter(methods.values()))["tags"][0]
    return [*TAGS].index(tag), path


def contact() -> dict[str, str]:
    """Of whoever runs this portal: a mailto: or https: address from the environment."""
    kind, _colon, address = settings.CONTACT.partition(":")
    return {"email": address} if kind == "mailto" else {"url": settings.CONTACT}


OF_REFUSALS = {
    "401": ("WWW-Authenticate",),
    "416": ("Content-Range",),
    "429": ("Retry-After", *OF_A_LIMIT),
    "503": ("Retry-After",),
}


def refusal(status: str) -> dict:
    headers = {name: header(name) for name in OF_REFUSALS.get(status, ())}
    return {
        "description": REFUSALS[status],
        **({"headers": headers} if headers else {}),
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def header(name: str) -> dict:
    return {"$ref": f"#/components/headers/{name}"}


def complete_parameters(operation: dict, path: str, schemas: dict) -> None:
    """What is true of a parameter wherever it stands."""
    parameters = operation.setdefault("parameters", [])
    if path in FORMS_OF_NO_LIST and not any(each["name"] == "format" for each in parameters):
        parameters.append({"in": "query", "name": "format", "schema": {"type": "string", "enum": ["json"]}})
    record = schemas.get(record_of(operation, schemas) or "", {})
    alike = {each["name"]: each for each in parameters_of(AgreementFilter().form)} if path.startswith("stats/") else {}
    for each in parameters:
        name = each["name"]
        each["schema"] = schema = dict(alike.get(name, each)["schema"])
        if each["in"] == "query" and (path, name) not in NEVER_EMPTY and name != "format":
            each["allowEmptyValue"] = True
        if name in PARAMETERS and each["in"] == "query":
            _label, line, choices = str(each.get("description", "")).partition("\n")
            each["description"] = PARAMETERS[name] + line + choices
        if name == "format":
            schema["enum"] = [form for form in A_FORMAT if form in schema["enum"]]
            schema["default"] = "json"
        elif name == "page":
            schema |= {"minimum": 1, "maximum": LARGEST_NUMBER, "default": 1}
        elif name == "page_size":
            schema |= {"minimum": 1, "maximum": 1_000, "default": 100}
        elif name in {"fields", "expand"} and record:
            each |= several([*record["properties"]] if name == "fields" else expandable(record))
        elif (path, name) == ("changes/", "kind"):
            each |= several(LedgerEntry.Kind.values)
        elif name == "group":
            each |= several(Group.values)
        elif name == "zip":
            schema["pattern"] = r"^\d{5}(-?\d{4})?$"
        elif each["in"] == "path":
            each["description"] = PATH_PARAMETERS[name]
            if name == "geoid":
                schema["pattern"] = A_GEOID
    parameters.sort(key=lambda each: (each["in"] != "path", IN_ORDER.get(each["name"], 0)))


def several(names: list[str]) -> dict:
    """A parameter that takes some of these names, with commas between them."""
    schema = {"type": "array", "items": {"type": "string", "enum": names}}
    return {"schema": schema, "style": "form", "explode": False}


NEVER_EMPTY = {("lookup/", "zip"), ("stats/agreements/", "by")}
"""Elsewhere a parameter without a value counts as not given."""
PATH_PARAMETERS = {
    "public_id": "Its id: six characters, such as an agreement and an agency keep for ever.",
    "geoid": "The Census id of the area: 2, 5, 7 or 10 digits.",
    "key": "Its id.",
    "id": "The first 12 characters of the file's sha256, or more of it.",
    "name": "The name of a file of the manifest.",
    "version": "A version of the manifest.",
}
IN_ORDER = {"ordering": 1, "fields": 2, "expand": 3, "page": 4, "page_size": 5, "format": 6}
"""What every list takes comes after the filters."""


def record_of(operation: dict, schemas: dict) -> str | None:
    """The name of the schema of a record that an operation shows, one or a list of them."""
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    if "Paginated" in schema.get("$ref", ""):
        schema = schemas[schema["$ref"].rpartition("/")[2]]["properties"]["results"]["items"]
    while several := schema.get("allOf") or schema.get("anyOf"):
        schema = several[0]
    return schema.get("$ref", "").rpartition("/")[2] or None


def expandable(record: dict) -> list[str]:
    return [name for name, each in record["properties"].items() if f"`expand={name}`" in each.get("description", "")]


def complete_answers(operation: dict, path: str, method: str, schemas: dict) -> None:
    """Every status that an operation can have, with headers and bodies."""
    responses = operation["responses"]
    is_file, is_manifest = path.startswith("bulk/{"), path in {"bulk/", "bulk/manifest.json"}
    is_kept = not path.startswith(("lookup/", "bulk/"))
    limits = {name: header(name) for name in OF_A_LIMIT}
    good = responses["200"]
    own = OF_KEPT if is_kept else ("ETag", "Last-Modified", "Accept-Ranges") if is_file else ("ETag",) * is_manifest
    good["headers"] = {name: header(name) for name in own} | limits
    good["description"] = good.get("description") or "The answer."
    complete_bodies(operation, path, good, schemas)
    if is_kept or is_file or is_manifest:
        headers = {name: header(name) for name in (OF_UNCHANGED if is_kept else ("ETag",))} | limits
        responses["304"] = {
            "description": "Nothing has changed since the ETag or the day that you sent.",
            "headers": headers,
        }
    if "{public_id}" in path:
        responses["301"] = {
            "description": "The id was given up; `Location` leads to the record that stands for it.",
            "headers": {"Location": header("Location"), **limits},
            "content": {
                media: {"schema": {"$ref": "#/components/schemas/Moved"}}
                for media in good.get("content", {"application/json": {}})
            },
        }
    if is_file:
        responses["206"] = {
            "description": "The part of the file that `Range` asks for, never compressed.",
            "headers": {name: header(name) for name in ("Content-Range", "ETag", "Last-Modified")} | limits,
            "content": deepcopy(good["content"]),
        }
        responses["416"] = {"$ref": "#/components/responses/416"}
    refused = ["400", "401", "405", "429", "500", "503"]
    refused += ["404"] if "{" in path else []
    refused += ["410"] if "{public_id}" in path or path == "changes/" else []
    refused += ["412"] if "304" in responses else []
    refused += ["413", "415"] if method == "post" else []
    responses |= {status: {"$ref": f"#/components/responses/{status}"} for status in refused}
    operation["responses"] = dict(sorted(responses.items()))


def complete_bodies(operation: dict, path: str, good: dict, schemas: dict) -> None:
    """Of a list and its records: what an answer adds to the record, and what `fields` leaves of it."""
    content = good.get("content", {})
    for media in ("text/csv", "application/x-ndjson"):
        if media in content:
            content[media] = {"schema": {"type": "string", "description": TEXTS[media]}}
    if "application/json" not in content or path in {"", "schema/", "bulk/", "bulk/manifest.json"}:
        return
    schema = content["application/json"]["schema"]
    record = record_of(operation, schemas)
    if schema.get("$ref", "").rpartition("/")[2].startswith("Paginated"):
        if any(each["name"] == "fields" for each in operation["parameters"]):
            page = schemas[schema["$ref"].rpartition("/")[2]]
            page["properties"]["results"]["items"] = {"anyOf": [reference(record), some_fields(record, schemas)]}
        return
    if record is None:
        return
    shown = reference(record)
    if any(each["name"] == "fields" for each in operation["parameters"]):
        shown = {"anyOf": [shown, some_fields(record, schemas)]}
    whole = {"type": "object", "required": ["meta"], "properties": {"meta": WITH_A_PAGE["meta"]}}
    if any(each["name"] == "as_of" for each in operation["parameters"]):
        whole["properties"]["coverage"] = WITH_A_PAGE["coverage"]
    content["application/json"]["schema"] = {"allOf": [shown, whole]}


TEXTS = {
    "text/csv": "A heading, then a record in each row; the whole list, without pages.",
    "application/x-ndjson": "A record in each line; the whole list, without pages.",
}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def some_fields(record: str, schemas: dict) -> dict[str, str]:
    """The record when `fields` keeps some of it."""
    name = f"PartOf{record}"
    whole = schemas[record]
    schemas.setdefault(
        name,
        {
            "type": "object",
            "description": f"Those fields of {record} that `fields` names.",
            "properties": {
                field: {key: value for key, value in deepcopy(each).items() if key != "description"}
                for field, each in whole["properties"].items()
            },
        },
    )
    return reference(name)


WITH_A_PAGE = {
    "meta": {**reference("Meta"), "description": META["description"]},
    "coverage": {**reference("Coverage"), "description": COVERAGE["description"]},
}


def tidy_page(schema: dict) -> None:
    """A page of a list as ours is. drf-spectacular's has made-up addresses as its examples."""
    texts = {
        "count": "How many records there are on all pages.",
        "next": "The address of the next page; null on the last.",
        "previous": "The address of the page before; null on the first.",
        "results": "The records of this page.",
    }
    for name, text in texts.items():
        schema["properties"][name]["description"] = text
    for name in ("next", "previous"):
        address = {"type": ["string", "null"], "format": "uri", "description": texts[name]}
        schema["properties"][name] = address
    schema["properties"] |= WITH_A_PAGE
    schema["required"] = ["count", "next", "previous", "results", "meta"]
    schema["description"] = "A page of a list."


# -- Addresses that no serializer describes ---------------------------------------------------------------------------


def of_root() -> dict:
    return {
        "tags": ["status"],
        "description": "Where everything is: the addresses of the API by name.",
        "responses": {"200": {"content": {"application/json": {"schema": reference("Addresses")}}, "description": ""}},
    }


def of_schema() -> dict:
    return {
        "tags": ["status"],
        "description": "This description, OpenAPI 3.1, with examples that are answers of today.",
        "parameters": [{"in": "query", "name": "format", "schema": {"type": "string", "enum": ["json"]}}],
        "responses": {
            "200": {"content": {SCHEMA_TYPE: {"schema": {"type": "object"}}}, "description": "The description."}
        },
    }


TYPES_OF_FILES = ("text/csv", "application/x-ndjson", "application/geo+json", "application/schema+json")


def paths_of_files() -> dict:
    """The manifest under its other name, and the files."""
    manifest = {
        "tags": ["bulk"],
        "description": "The manifest of the newest files under the name that mirrors look for: the same as bulk/.",
        "responses": {
            "200": {"content": {"application/json": {"schema": reference("ManifestRecord")}}, "description": ""}
        },
    }
    got = {
        "200": {
            "description": "The file, compressed where `Accept-Encoding` allows it.",
            "content": {
                kind: {"schema": {"type": "object" if kind.endswith("+json") else "string"}} for kind in TYPES_OF_FILES
            },
        }
    }

    def parameter(name: str, pattern: str) -> dict:
        return {"in": "path", "name": name, "required": True, "schema": {"type": "string", "pattern": pattern}}

    name = parameter("name", r"^[a-z]+\.[a-z]+$")
    version = parameter("version", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,6}(-[0-9a-f]{8})?$")
    newest = {
        "tags": ["bulk"],
        "description": "The newest file of a table. Ask by version where several files belong together.",
        "parameters": [name],
        "responses": got,
    }
    of_version = {
        "tags": ["bulk"],
        "description": "A file of one version: all files of a version speak of one state of the facts.",
        "parameters": [version, name],
        "responses": deepcopy(got),
    }
    return {
        f"{BASE}bulk/manifest.json": {"get": manifest},
        f"{BASE}bulk/{{name}}": {"get": newest},
        f"{BASE}bulk/{{version}}/{{name}}": {"get": of_version},
    }


# -- What will be gone ------------------------------------------------------------------------------------------------


def mark_deprecated(document: dict) -> None:
    """What DEPRECATIONS names: an address, a parameter of it or a field of its record."""
    schemas = document["components"]["schemas"]
    for _path, _method, operation in operations(document):
        for each in DEPRECATIONS:
            if each.operation != operation["operationId"]:
                continue
            answers = operation["responses"]
            answers["200"]["headers"] |= {"Deprecation": header("Deprecation"), "Sunset": header("Sunset")}
            if not (each.field or each.parameter):
                operation["deprecated"] = True
            for parameter in operation["parameters"]:
                if parameter["name"] == each.parameter:
                    parameter["deprecated"] = True
            record = record_of(operation, schemas)
            if each.field and record:
                schemas[record]["properties"][each.field]["deprecated"] = True


# -- Asked for --------------------------------------------------------------------------------------------------------


MAKING = Lock()
"""drf-spectacular notes in the views' classes what it is at: two threads at once would take that from each other."""


def description() -> dict:
    """The description without examples, which need no database. In English, whoever asks for it first."""
    with MAKING:
        return made_once()


@cache
def made_once() -> dict:
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


def as_json(document: dict) -> bytes:
    return json.dumps(document, cls=JSONEncoder, ensure_ascii=False).encode()
