"""A record that editors write as one value: its fields, the areas, provisions and citations that belong to it.

Values are as a Revision keeps them: a day as 2026-05-18, another record by its id, areas as a list of GEOIDs,
provisions and citations as lists of rows. Rows have no ids: an id says nothing about the law.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import models

Value = object
Whole = dict[str, Value]

PROVISION_FIELDS = ("place", "topic", "effect", "binds", "section", "effective_on", "statement_en", "statement_es")
CITATION_FIELDS = ("source", "quote", "page", "field")
AREAS, PROVISIONS, CITATIONS = "jurisdictions", "provisions", "citations"
"""Names under which what belongs to a record stands among its fields."""


def taken(record: models.Model) -> Whole:
    """The record as it stands in the database, with what belongs to it; KeyError never, DoesNotExist if it is gone."""
    record = type(record).objects.get(pk=record.pk)
    whole = {field.name: as_json(field.value_from_object(record)) for field in written_fields(type(record))}
    if hasattr(record, AREAS):
        whole[AREAS] = sorted(record.jurisdictions.values_list("pk", flat=True))
    if hasattr(record, PROVISIONS):
        whole[PROVISIONS] = [
            {name: getattr(each, name) for name in PROVISION_FIELDS}
            for each in record.provisions.order_by("place", "pk")
        ]
    whole[CITATIONS] = [citation_row(each) for each in citations_of(record)]
    return whole


def written_fields(model: type[models.Model]) -> list[models.Field]:
    """The columns that editors write; what is worked out from them, and clock times, are not among them."""
    return [field for field in model._meta.concrete_fields if field.editable and not field.primary_key]


def citations_of(record: models.Model) -> models.QuerySet:
    citations = record.citations.order_by("pk")
    return citations.select_related("provision") if hasattr(record, PROVISIONS) else citations


def citation_row(citation: models.Model) -> dict[str, Value]:
    """A citation without its id; one of a provision names the provision's place within the law."""
    row = {name: as_json(citation._meta.get_field(name).value_from_object(citation)) for name in CITATION_FIELDS}
    provision = getattr(citation, "provision", None)
    return row | {"provision": provision.place} if provision else row


def difference(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[Whole, Whole]:
    """What of `after` is another value than in `before`, and those values in `before`."""
    changed = [name for name, value in after.items() if before.get(name) != value]
    return {name: after[name] for name in changed}, {name: before.get(name) for name in changed}


def as_json(value: Value) -> Value:
    """A field's value as a Revision keeps it."""
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value
