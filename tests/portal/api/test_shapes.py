"""Records are made by one function for each kind, and described by one class: both say the same. What they cost."""

import re
from datetime import date
from functools import cache
from itertools import islice

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from agreements.api.records import KINDS, columns, records
from agreements.api.serializers import AgreementBrief
from agreements.models import Agreement, FederalDesignation, LocalPolicy, StateLaw
from jurisdictions.api.serializers import AgencyRecord
from jurisdictions.models import Agency, Jurisdiction
from tests.factories import AgencyFactory, AgreementFactory, CountyFactory, PlaceFactory

API = "/api/v1/"
ORIGIN = "https://portal.example"
DAY = date(2026, 5, 18)
PAST = date(2025, 6, 15)
MANY = 1_000
FEW = {"jurisdictions": ["12", "12011", "1216475", "51600", "42101", "4260000", "72", "2603522500"]}
EXPANDED = {("agreements", "agency"): AgencyRecord(), ("agencies", "agreements"): AgreementBrief(many=True)}


def unlike(value, field: serializers.Field, at: str) -> list[str]:
    """Where a value is not what its description says."""
    if value is None:
        return [] if field.allow_null else [f"{at}: null"]
    if isinstance(field, serializers.ListSerializer):
        return [each for place, part in enumerate(value) for each in unlike(part, field.child, f"{at}[{place}]")]
    if isinstance(field, serializers.Serializer):
        fields = fields_in(type(field))
        if list(value) != list(fields):
            return [f"{at}: {list(value)} instead of {list(fields)}"]
        return [each for name, part in value.items() for each in unlike(part, fields[name], f"{at}.{name}")]
    if isinstance(field, serializers.ListField):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [each for place, part in enumerate(value) for each in unlike(part, field.child, f"{at}[{place}]")]
    return [] if is_of(value, field) else [f"{at}: {value!r} is no {type(field).__name__}"]


@cache
def fields_in(record: type[serializers.Serializer]) -> dict[str, serializers.Field]:
    return record().get_fields()


def is_of(value, field: serializers.Field) -> bool:
    match field:
        case serializers.ChoiceField():
            return value in field.choices
        case serializers.BooleanField():
            return isinstance(value, bool)
        case serializers.IntegerField():
            return isinstance(value, int) and not isinstance(value, bool)
        case serializers.DateTimeField():
            return parse_datetime(value).tzinfo is not None
        case serializers.DateField():
            return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))
        case serializers.CharField():
            return isinstance(value, str)
        case serializers.DictField():
            return isinstance(value, dict)
    return isinstance(field, serializers.JSONField)


@pytest.mark.facts
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_what_its_description_says(kind):
    """Of a thousand records of each kind: their fields in order, and the type and values of each."""
    record, wrong, count = KINDS[kind].record(), [], 0
    for shown in islice(records(kind, day=DAY, origin=ORIGIN, ids=FEW.get(kind)), MANY):
        count += 1
        assert tuple(shown) == columns(kind)
        wrong += unlike(shown, record, shown.get("id") or shown["geoid"])
    assert count >= 7
    assert wrong == []


@pytest.mark.facts
@pytest.mark.parametrize(("kind", "part"), EXPANDED)
def test_an_expanded_part_is_what_its_description_says(kind, part):
    field, wrong, count = EXPANDED[kind, part], [], 0
    for shown in records(kind, day=PAST, origin=ORIGIN, expand={part}):
        count += bool(shown[part])
        wrong += unlike(shown[part], field, f"{shown['id']}.{part}")
    assert count > 100
    assert wrong == []


@pytest.mark.facts
@pytest.mark.parametrize(
    ("kind", "model", "ids"),
    [
        ("agencies", Agency, None),
        ("agreements", Agreement, None),
        ("laws", StateLaw, None),
        ("policies", LocalPolicy, None),
        ("designations", FederalDesignation, None),
        ("jurisdictions", Jurisdiction, FEW["jurisdictions"]),
    ],
)
def test_a_record_names_its_page(kind, model, ids):
    """The addresses that records get from rows are those that the objects themselves have."""
    shape = KINDS[kind]
    some = islice(records(kind, day=DAY, origin=ORIGIN, ids=ids), 40)
    shown = {next(iter(each.values())): each["url"] for each in some}
    objects = model.objects.in_bulk(list(shown), field_name=shape.id_column)
    assert shown
    assert shown == {each: ORIGIN + found.get_absolute_url() for each, found in objects.items()}


@pytest.mark.django_db
def test_records_of_some_ids_are_those_and_no_others():
    one, _other, third = (AgreementFactory() for _ in range(3))
    found = records("agreements", day=DAY, origin="", ids=[one.public_id, third.public_id, "zzzzzz"])
    assert {each["id"] for each in found} == {one.public_id, third.public_id}
    assert [*records("agencies", day=date(2020, 1, 1), origin="")] == []


# -- What they cost -------------------------------------------------------------------------------------------------


@pytest.mark.facts
@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize(
    ("asked", "most"),
    [
        ("agreements/?status=listed", 7),
        ("agreements/?expand=agency", 12),
        ("agencies/?expand=agreements", 10),
        ("laws/?", 6),
        ("policies/?", 6),
        ("designations/?", 5),
        ("snapshots/?", 4),
        ("events/?", 5),
        ("jurisdictions/?state=FL", 6),
    ],
)
def test_the_number_of_queries_is_the_same_for_one_record_and_for_all(client, asked, most, form):
    client.get(f"{API}status/")  # what is read once for each version of the facts
    told = []
    sizes = ["&page_size=1", "&page_size=10", "&page_size=100"] if form == "json" else ["", "&updated_since=2020-01-01"]
    if form != "json" and asked.partition("/")[0] in {"snapshots", "jurisdictions", "events"}:
        sizes = [""]
    for size in sizes:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(f"{API}{asked}{size}&format={form}")
            length = len(b"".join(response)) if response.streaming else len(response.content)
        assert (response.status_code, length > 100) == (200, True), response
        told.append(len(queries))
    assert max(told[1:] or told) <= most
    assert len(set(told[1:])) <= 1


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_records_of_a_file(client, django_assert_max_num_queries):
    for count in (1, 9, 30):
        for _ in range(count):
            agency = AgencyFactory(covers=[PlaceFactory(counties=[CountyFactory()])])
            AgreementFactory(agency=agency)
        for kind, most in (("agreements", 7), ("agencies", 10)):
            with django_assert_max_num_queries(most):
                assert len(b"".join(client.get(f"{API}{kind}/?format=csv")).splitlines()) > count
