"""The API's description (OpenAPI 3), made once from its code, and the same as text for the page that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django import forms
from drf_spectacular.extensions import OpenApiFilterExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_parameter_type
from rest_framework.utils import json
from rest_framework.utils.encoders import JSONEncoder

META = {
    "type": "object",
    "description": "What holds for the whole answer.",
    "required": ["data_version", "as_of", "newest_list", "licence", "licence_url"],
    "properties": {
        "data_version": {"type": "integer", "description": "Grows with every change of public facts."},
        "as_of": {"type": "string", "format": "date", "description": "The day that the answer speaks of."},
        "newest_list": {
            "type": "string",
            "format": "date",
            "nullable": True,
            "description": "The newest list of participating agencies that we hold.",
        },
        "licence": {"type": "string"},
        "licence_url": {"type": "string", "format": "uri"},
    },
}
PROBLEM = {
    "type": "object",
    "description": "Problem details, RFC 9457.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "What is wrong with each parameter.",
            "items": {
                "type": "object",
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "known_parameters": {"type": "array", "items": {"type": "string"}},
    },
}


class FilterParameters(OpenApiFilterExtension):
    """The parameters of a list, from the very form fields that read them."""

    target_class = "agreements.api.base.Filters"

    def get_schema_operation_parameters(self, auto_schema: Any, *args, **kwargs) -> list[dict]:
        filterset = getattr(auto_schema.view, "filterset_class", None)
        return parameters_of(filterset(queryset=auto_schema.view.queryset).form) if filterset else []


def parameters_of(form: forms.Form) -> list[dict]:
    return [
        build_parameter_type(name, schema_of(field), location="query", description=str(field.label or ""))
        for name, field in form.fields.items()
    ]


def schema_of(field: forms.Field) -> dict:
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if choices := [value for value, _label in getattr(field, "choices", ()) if value]:
        return {"type": "string", "enum": [str(value) for value in choices]}
    return {"type": "string"}


def with_what_all_answers_share(result: dict, generator: Any, request: Any, public: bool) -> dict:
    """A hook of drf-spectacular: the parts that no serializer has."""
    result["components"]["schemas"] |= {"Meta": META, "Problem": PROBLEM}
    for methods in result["paths"].values():
        for operation in methods.values():
            operation["responses"]["400"] = {
                "description": "An unknown parameter, or a value that it cannot have; the answer names it.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    return result


@cache
def description() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def description_as_json() -> bytes:
    return json.dumps(description(), cls=JSONEncoder, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and an address, in words."""

    method: str
    path: str
    title: str
    text: str
    parameters: list[dict]


@dataclass(frozen=True, slots=True)
class Section:
    """The addresses of one kind of record."""

    name: str
    operations: list[Operation] = field(default_factory=list)


@cache
def sections() -> list[Section]:
    by_name: dict[str, Section] = {}
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            name = operation["tags"][0]
            title, _blank, text = operation.get("description", "").partition("\n\n")
            section = by_name.setdefault(name, Section(name))
            section.operations.append(
                Operation(method.upper(), path, title.replace("\n", " "), text, operation.get("parameters", []))
            )
    return list(by_name.values())
