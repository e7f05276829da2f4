"""The API describes itself: a valid OpenAPI document, pages made from it, a contract that is not broken unsaid."""

import json
import re
import time
from datetime import date
from functools import cache
from threading import Thread
from urllib.parse import parse_qsl

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from portal.api import description as described
from portal.api import prose
from portal.api.deprecation import Deprecation, announced
from portal.api.description import A_FORMAT, OPERATIONS, TAGS, description, mark_deprecated
from portal.api.examples import Caller, description_with_examples, examples
from portal.api.meanings import MEANINGS
from portal.api.reading import sections
from portal.api.urls import urlpatterns
from tests.portal.api.contract import contract, held, lost, newest_entry

SITE = "http://testserver"
PAGES_TO_READ = {"docs", "docs-client", "docs-text", "docs-section", "nothing"}
WITHOUT_AN_EXAMPLE = {"list_changes", "get_schema", "get_manifest", "get_file", "get_file_of_version"}
"""The first only while the ledger is up to date; the others are no JSON of ours, or another's."""


def operations(document: dict):
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, address, operation


# -- The document -----------------------------------------------------------------------------------------------------


def test_the_description_is_valid_openapi_3_1_without_a_doubt(capsys):
    described.made_once.cache_clear()
    document = description()
    validate_schema(document)
    assert document["openapi"].startswith("3.1")
    assert capsys.readouterr().err == ""


def test_the_description_is_english_also_where_a_spanish_page_asks_first():
    english = description()
    described.made_once.cache_clear()
    with translation.override("es"):
        assert description() == english


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", None),
        ("mailto:desk@portal.example", {"email": "desk@portal.example"}),
        ("https://portal.example/about/", {"url": "https://portal.example/about/"}),
    ],
)
def test_whom_to_ask_stands_there_only_where_the_operator_says_so(settings, address, told):
    settings.CONTACT = address
    document = SchemaGenerator().get_schema(request=None, public=True)
    assert document["info"].get("contact") == told


def test_every_address_is_described():
    patterns = [str(each.pattern) for each in urlpatterns if each.name not in PAGES_TO_READ]
    plain = {re.sub(r"\(\?P<(\w+)>.*?\)(?=/|\$)", r"{\1}", each) for each in patterns}
    plain = {re.sub(r"\\Z|[\\^$]", "", each) for each in plain}
    assert {address.removeprefix("/api/v1/") for address in description()["paths"]} == plain


def test_every_operation_has_a_name_of_its_own_a_title_and_words():
    names = [operation["operationId"] for _method, _address, operation in operations(description())]
    assert sorted(names) == sorted({name for name, _title in OPERATIONS.values()})
    for method, address, operation in operations(description()):
        assert operation["summary"], (method, address)
        assert operation["description"], (method, address)
        assert set(operation["tags"]) <= set(TAGS), (method, address)
        for parameter in operation["parameters"]:
            assert parameter.get("description"), (method, address, parameter["name"])


def test_every_field_is_explained():
    without = [
        f"{name}.{field}"
        for name, schema in description()["components"]["schemas"].items()
        if not name.startswith("PartOf")
        for field, told in schema.get("properties", {}).items()
        if not told.get("description")
    ]
    assert without == []


def test_every_meaning_is_of_a_field_that_there_is():
    fields = {
        each
        for name, schema in description()["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        for each in (f"{name}.{field}", field)
        if told.get("description") == MEANINGS.get(each)
    }
    assert set(MEANINGS) - fields == set()


def test_every_answer_names_its_statuses_and_headers():
    for method, address, operation in operations(description()):
        answers = operation["responses"]
        assert {"200", "400", "405", "429", "500"} <= set(answers), (method, address)
        assert ("304" in answers) == ("ETag" in answers["200"]["headers"] or "bulk/{" in address), (method, address)
        assert ("404" in answers) == ("{" in address), (method, address)
        assert ("415" in answers) == (method == "post"), (method, address)
        assert "RateLimit-Remaining" in answers["200"]["headers"], (method, address)


@pytest.mark.facts
def test_the_parameters_described_are_those_that_are_read(client):
    shown = {each.operation: each.address.partition("?")[0] for each in examples(SITE) if each.method == "GET"}
    for method, _address, operation in operations(description()):
        address = shown.get(operation["operationId"])
        if method == "get" and address and operation["operationId"] != "get_statistics":
            known = set(client.get(f"{address}?nonsense=1").json()["known_parameters"])
            told = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
            assert known - {"expand", "ordering"} <= told <= known, address


@pytest.mark.facts
def test_the_statistics_take_what_is_described_of_a_day_and_of_a_series(client):
    operation = description()["paths"]["/api/v1/stats/agreements/"]["get"]
    of_a_day = client.get("/api/v1/stats/agreements/?nonsense=1").json()["known_parameters"]
    of_a_series = client.get("/api/v1/stats/agreements/?by=month&nonsense=1").json()["known_parameters"]
    assert {each["name"] for each in operation["parameters"]} == {*of_a_day, *of_a_series}


@pytest.mark.facts
def test_every_form_that_is_described_comes_as_what_it_is():
    call = Caller(SITE)
    shown = {each.operation: each for each in examples(SITE) if each.method == "GET" and each.status == 200}
    for _method, _address, operation in operations(description()):
        forms = next((each["schema"]["enum"] for each in operation["parameters"] if each["name"] == "format"), [])
        example = shown.get(operation["operationId"])
        for form in forms if example else ():
            path, _mark, query = example.address.removeprefix("/api/v1/").partition("?")
            asked = {name: value for name, value in parse_qsl(query) if name not in {"page_size", "format"}}
            response = call(path, asked | {"format": form})
            media_type = response.headers["Content-Type"].partition(";")[0]
            assert (response.status_code, media_type) == (200, A_FORMAT[form]), (operation["operationId"], form)
            assert media_type in operation["responses"]["200"]["content"]


# -- Examples ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def document():
    return description_with_examples(SITE)


def what_is_wrong(document: dict, pointer: str, value: object) -> list[str]:
    """What the JSON schema at `pointer` of the document has against a value."""
    registry = Registry().with_resource("urn:api", Resource(document, DRAFT202012))
    schema = {"$ref": f"urn:api#{pointer}"}
    validator = Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())
    return [f"{each.json_path}: {each.message[:200]}" for each in validator.iter_errors(value)]


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


@pytest.mark.facts
def test_every_example_is_what_the_description_says_and_no_more(document):
    met = set()
    for method, address, operation in operations(document):
        for status, answer in operation["responses"].items():
            for media, content in answer.get("content", {}).items():
                at = f"/paths/{escaped(address)}/{method}/responses/{status}/content/{escaped(media)}/schema"
                if "schema" not in content:
                    continue
                for name, example in content.get("examples", {}).items():
                    met.add(operation["operationId"])
                    wrong = what_is_wrong(document, at, example["value"])
                    wrong += [
                        f"{each} is not described"
                        for each in undescribed(document, content["schema"], example["value"])
                    ]
                    assert wrong == [], (method, address, status, name)
    assert {name for name, _title in OPERATIONS.values()} - WITHOUT_AN_EXAMPLE <= met


def undescribed(document: dict, schema: dict, value: object, at: str = "") -> list[str]:
    """Fields of the value of which its schema knows nothing."""
    every = [*alternatives(document, schema)]
    if isinstance(value, list):
        items = [each["items"] for each in every if "items" in each]
        return [
            name for one in value for name in (undescribed(document, {"anyOf": items}, one, f"{at}[]") if items else [])
        ]
    if not isinstance(value, dict) or any("additionalProperties" in each or each == {} for each in every):
        return []
    known: dict[str, list] = {}
    for each in every:
        for name, told in each.get("properties", {}).items():
            known.setdefault(name, []).append(told)
    if not known:
        return []
    found = []
    for name, one in value.items():
        found += (
            undescribed(document, {"anyOf": known[name]}, one, f"{at}.{name}") if name in known else [f"{at}.{name}"]
        )
    return found


def alternatives(document: dict, schema: dict):
    """The plain schemas that a schema is made of."""
    if "$ref" in schema:
        *_rest, kind, name = schema["$ref"].split("/")
        yield from alternatives(document, document["components"][kind][name])
        return
    yield {name: each for name, each in schema.items() if name not in {"anyOf", "oneOf", "allOf"}} or {"properties": {}}
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from alternatives(document, each)


@pytest.mark.facts
def test_examples_are_answers_of_today_with_the_callers_name_of_the_portal(client):
    document = client.get("/api/v1/schema/", headers={"host": "localhost"}).json()
    shown = document["paths"]["/api/v1/agreements/"]["get"]["responses"]["200"]["content"]["application/json"]
    call, answer = (shown["examples"]["answer1"][name] for name in ("summary", "value"))
    asked = client.get(call.removeprefix("GET "), headers={"host": "localhost"}).json()
    assert answer["results"][0]["id"] == asked["results"][0]["id"]
    assert answer["count"] == asked["count"]
    assert answer["results"][0]["url"].startswith("http://localhost/")
    refused = document["paths"]["/api/v1/agreements/"]["get"]["responses"]["400"]["content"]["application/problem+json"]
    assert [each["value"]["errors"][0]["parameter"] for each in refused["examples"].values()] == ["stat"]


@pytest.mark.django_db
def test_where_nothing_is_held_the_description_has_the_examples_that_are_left(client):
    document = client.get("/api/v1/schema/").json()
    listed = document["paths"]["/api/v1/agreements/"]["get"]["responses"]["200"]["content"]["application/json"]
    assert listed["examples"]["answer1"]["value"]["results"] == []
    assert "examples" not in document["paths"]["/api/v1/agreements/{public_id}/"]["get"]["responses"]["200"]["content"]


@pytest.mark.facts
def test_labels_of_an_answer_are_english_whatever_language_is_active():
    call = Caller(SITE)
    answers = []
    for language in ("en", "es"):
        with translation.override(language):
            answers.append(
                (
                    [line["label"] for line in call.asked("jurisdictions/12011/answer/")["headline"]],
                    call.asked("agreements/", {"page_size": "1"})["results"][0]["program_model_name"],
                )
            )
    english, spanish = answers
    assert spanish == english


# -- Pages to read ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_root_names_every_address(client):
    root = client.get("/api/v1/").json()
    for name, address in root.items():
        if name not in {"meta", "answer", "lookup"}:
            assert client.get(address).status_code == 200, name


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_first_page_leads_to_each_address_and_asks_nothing_of_others(client, prefix):
    response = client.get(f"{prefix}/api/v1/docs/")
    assert response.status_code == 200
    for address in description()["paths"]:
        assert address in response.text
    assert re.findall(r'<script[^>]*src="(?!/static/)', response.text) == []
    for name in TAGS:
        assert f'{prefix}/api/v1/docs/addresses/{name}/"' in response.text


@pytest.mark.facts
def test_each_section_explains_parameters_statuses_fields_and_shows_answers(client):
    known = examples(SITE)
    for name, section in sections().items():
        page = client.get(f"/api/v1/docs/addresses/{name}/").text
        for operation in section.operations:
            assert f'id="{operation.name}"' in page
            for each in (*operation.parameters, *(row for record in section.records for row in record.fields)):
                assert f"<code>{each.name}</code>" in page, (name, each.name)
            for example in known:
                if example.operation == operation.name:
                    assert example.address.replace("&", "&amp;") in page
    assert client.get("/api/v1/docs/addresses/nothing/").status_code == 404


@pytest.mark.django_db
def test_the_change_log_and_the_walk_throughs_are_pages(client):
    changes = client.get("/api/v1/docs/changes/").text
    assert f">{newest_entry(prose.text('changes'))}</h3>" in changes
    assert "12 months" in changes
    mirror = client.get("/api/v1/docs/mirror/").text
    assert "def follow(records, cursor):" in mirror
    assert not re.search(r'href="[^"]*\.md', mirror), "a page leads to a page"
    walks = client.get("/es/api/v1/docs/walkthroughs/").text
    assert "http://testserver/api/v1/status/" in walks
    assert prose.SITE not in walks
    assert 'href="/api/v1/docs/mirror/"' in walks


# -- What will be gone, and what is never lost unsaid -----------------------------------------------------------------


def test_what_is_deprecated_says_so_with_every_answer():
    def view(request):
        return HttpResponse("{}", headers={"Link": '<l>; rel="license"', "Access-Control-Expose-Headers": "ETag"})

    of_a_field = Deprecation("list_agreements", "agreement-list", date(2026, 1, 1), date(2027, 1, 1), field="moa_url")
    of_a_parameter = Deprecation("list_laws", "law-list", date(2026, 1, 1), date(2027, 6, 1), parameter="stance")
    routes = [path(name, view, name=name) for name in ("agreement-list", "law-list", "status")]
    by_field, by_parameter, other = (each.callback for each in announced(routes, [of_a_field, of_a_parameter]))
    asked = RequestFactory().get
    answer = by_field(asked("/"))
    assert answer["Deprecation"] == "@1767225600"
    assert answer["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert answer["Link"] == '<l>; rel="license", </api/v1/docs/changes/>; rel="deprecation"; type="text/html"'
    assert answer["Access-Control-Expose-Headers"] == "ETag, Deprecation, Sunset"
    assert "Deprecation" in by_field(asked("/?fields=id,moa_url"))
    assert "Deprecation" not in by_field(asked("/?fields=id"))
    assert "Deprecation" in by_parameter(asked("/?stance=mixed"))
    assert "Deprecation" not in by_parameter(asked("/"))
    assert other is view


def test_what_is_deprecated_is_marked_in_the_description(monkeypatch):
    document = json.loads(described.as_json(description()))
    gone = {"since": date(2026, 1, 1), "until": date(2027, 1, 1)}
    deprecations = (
        Deprecation("list_laws", "law-list", **gone, parameter="stance"),
        Deprecation("get_agreement", "agreement-detail", **gone, field="moa_url"),
        Deprecation("get_status", "status", **gone),
    )
    monkeypatch.setattr(described, "DEPRECATIONS", deprecations)
    mark_deprecated(document)
    of_laws = document["paths"]["/api/v1/laws/"]["get"]
    assert [each["name"] for each in of_laws["parameters"] if each.get("deprecated")] == ["stance"]
    assert document["components"]["schemas"]["AgreementRecord"]["properties"]["moa_url"]["deprecated"]
    assert document["paths"]["/api/v1/status/"]["get"]["deprecated"]
    assert "Sunset" in of_laws["responses"]["200"]["headers"]


def test_nothing_of_the_contract_changes_without_an_entry_in_the_change_log():
    before, now = held(), contract(description())
    assert [*lost(before, now)] == [], "tell of it in docs/api-changes.md, then write contract.json (see contract.py)"
    assert now == {name: before[name] for name in now}, "something is new: write contract.json (see contract.py)"
    assert before["entry"] == newest_entry(prose.text("changes")) == settings.SPECTACULAR_SETTINGS["VERSION"]


def test_a_field_that_is_lost_or_changed_is_seen():
    before = contract(description())
    now = json.loads(json.dumps(before))
    del now["records"]["AgreementRecord"]["moa_url"]
    now["records"]["LawRecord"]["title"] = '{"type":"integer"}'
    del now["operations"]["GET /api/v1/laws/"]["parameter topic"]
    del now["operations"]["GET /api/v1/status/"]
    assert len([*lost(before, now)]) == 4
    assert [*lost(now, before)] == ['LawRecord: title was {"type":"integer"}, is {"type":"string"}']


def test_the_description_is_made_once_however_many_ask_at_once(monkeypatch):
    made = []

    class Slow:
        def get_schema(self, **_asked):
            made.append(self)
            time.sleep(0.05)
            return {}

    monkeypatch.setattr(described, "SchemaGenerator", Slow)
    monkeypatch.setattr(described, "made_once", cache(described.made_once.__wrapped__))
    askers = [Thread(target=described.description) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(made) == 1
