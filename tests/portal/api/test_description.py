"""The API describes itself: a valid OpenAPI document, and a page made from it."""

import re

import pytest
from drf_spectacular.validation import validate_schema

from portal.api.description import description


def test_the_description_is_valid_openapi_without_a_doubt(capsys):
    document = description()
    validate_schema(document)
    assert capsys.readouterr().err == ""


def test_every_address_is_described_in_words():
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], (method, path)
            assert all(parameter.get("description") or parameter["name"] == "format" or parameter["in"] == "path"
                       for parameter in operation.get("parameters", [])), (method, path)  # fmt: skip


def test_the_parameters_described_are_those_that_are_read(client, db):
    described = {each["name"] for each in description()["paths"]["/api/v1/agreements/"]["get"]["parameters"]}
    known = client.get("/api/v1/agreements/?stat=FL").json()["known_parameters"]
    assert described == set(known)


@pytest.mark.django_db
def test_the_root_names_every_address(client):
    root = client.get("/api/v1/").json()
    for name, address in root.items():
        if name not in {"meta", "answer", "lookup"}:
            assert client.get(address).status_code == 200, name


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_page_shows_each_address_and_asks_nothing_of_others(client, prefix):
    response = client.get(f"{prefix}/api/v1/docs/")
    assert response.status_code == 200
    for path in description()["paths"]:
        assert path in response.text
    assert not re.search(r"<script(?! type=.module. src=./static/)", response.text)
