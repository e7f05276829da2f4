"""Feeds of what changed: of everything, of a state, of a place, in each language; as Atom and as JSON Feed."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import date, datetime
from itertools import product

import pytest

from agreements import feeds
from jurisdictions.models import DataVersion
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    PlaceFactory,
    SnapshotFactory,
    StateFactory,
    StateLawFactory,
)

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FEED_QUERIES = 5


def read(response) -> ET.Element:
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)


def links(element: ET.Element) -> dict[tuple[str, str], str]:
    return {(link.get("rel"), link.get("hreflang")): link.get("href") for link in element.findall(f"{ATOM}link")}


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]


def read_json(response) -> dict:
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    return json.loads(response.content)


FORMS = ["feed/", "feed.json"]


@pytest.fixture
def davie():
    SnapshotFactory()
    broward = CountyFactory(geoid="12011", name="Broward County")
    place = PlaceFactory(short_name="Davie", slug="davie", counties=[broward])
    for name, covers, placement in [
        ("Davie Police", [place], "decided"),
        ("Broward Sheriff", [broward], "decided"),
        ("Highway Patrol", [], "statewide"),
        ("Clay Sheriff", [CountyFactory()], "decided"),
    ]:
        agency = AgencyFactory(name=name, covers=covers, placement=placement)
        ChangeEventFactory(agreement=AgreementFactory(agency=agency), took_effect_on=date(2026, 5, 9))
    law = StateLawFactory(title="SB 168")
    ChangeEventFactory(
        agreement=None, agency=None, law=law, kind="in_effect", seen_on=date(2019, 7, 1),
        took_effect_on=date(2019, 7, 1), origin="record",
    )  # fmt: skip
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    ChangeEventFactory(agreement=AgreementFactory(agency=AgencyFactory(name="Harris Sheriff", state=texas)))
    DataVersion.objects.bump()
    return place


def test_a_feed_has_what_the_standard_asks(client, davie):
    root = read(client.get("/changes/feed/"))
    assert root.tag == f"{ATOM}feed"
    assert root.get(XML_LANG) == "en"
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Local police and ICE"
    assert links(root) == {
        ("self", "en"): "http://testserver/changes/feed/",
        ("alternate", "en"): "http://testserver/changes/",
        ("alternate", "es"): "http://testserver/es/changes/feed/",
    }
    entries = root.findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries) == 6
    for entry in entries:
        assert entry.findtext(f"{ATOM}id").startswith("tag:testserver,2026:change:")
        for name in ("published", "updated"):
            assert datetime.fromisoformat(entry.findtext(f"{ATOM}{name}")).tzinfo
        assert entry.findtext(f"{ATOM}summary").endswith(".")


def test_an_entry_is_the_fixed_sentence_and_leads_to_the_page_of_its_change(client, davie):
    entry = read(client.get("/us/fl/davie/feed/")).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Appeared on ICE's list: Broward Sheriff (FL)"
    assert entry.findtext(f"{ATOM}summary") == (
        "Broward Sheriff joined ICE's list of 18 May 2026: street enforcement (Task Force Model), signed 9 May 2026."
    )
    assert entry.findtext(f"{ATOM}published") == "2026-05-18T00:00:00-04:00"
    page = links(entry)["alternate", "en"].removeprefix("http://testserver")
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/changes/feed/", {"Davie Police", "Broward Sheriff", "Highway Patrol", "Clay Sheriff", "Harris Sheriff"}),
        ("/us/fl/feed/", {"Davie Police", "Broward Sheriff", "Highway Patrol", "Clay Sheriff"}),
        ("/us/fl/davie/feed/", {"Davie Police", "Broward Sheriff", "Highway Patrol"}),
        ("/us/tx/feed/", {"Harris Sheriff"}),
    ],
)
def test_a_feed_tells_of_what_its_page_tells(client, davie, address, names):
    told = titles(read(client.get(address)))
    assert {title.partition(": ")[2].partition(" (")[0] for title in told} - {"SB 168"} == names
    assert ("In effect: SB 168 (FL)" in told) == (address != "/us/tx/feed/")


def test_a_feed_of_one_kind_tells_of_nothing_else(client, davie):
    whole, law = read(client.get("/us/fl/feed/")), read(client.get("/us/fl/feed/?kind=in_effect"))
    assert titles(law) == ["In effect: SB 168 (FL)"]
    assert len(titles(whole)) > 1
    assert law.findtext(f"{ATOM}title") == "Local police and ICE: what changed in Florida: In effect"
    assert law.findtext(f"{ATOM}id") != whole.findtext(f"{ATOM}id")
    assert links(law) == {
        ("self", "en"): "http://testserver/us/fl/feed/?kind=in_effect",
        ("alternate", "en"): "http://testserver/changes/?view=days&kind=in_effect&jurisdiction=12",
        ("alternate", "es"): "http://testserver/es/us/fl/feed/?kind=in_effect",
    }
    page = client.get("/changes/?view=days&kind=in_effect&jurisdiction=12").content.decode()
    assert page.count("/us/fl/feed/?kind=in_effect") == 2  # for readers, and for programs that look for a feed
    assert client.get("/us/FL/feed/?kind=in_effect")["Location"] == "/us/fl/feed/?kind=in_effect"
    assert titles(read(client.get("/changes/feed/?kind=ended"))) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_kind_of_change_that_there_is_not_is_refused_with_a_sentence(client, davie, form):
    for address in ("/changes/", "/es/us/fl/", "/us/fl/davie/"):
        refused = client.get(f"{address}{form}?kind=fell")
        assert (refused.status_code, refused["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert "fell" in refused.content.decode()


def test_spanish_has_a_feed_of_its_own(client, davie):
    root = read(client.get("/es/us/fl/davie/feed/"))
    assert root.get(XML_LANG) == "es"
    assert root.findtext(f"{ATOM}title") == "Policía local e ICE: qué cambió para Davie, Florida"
    entry = root.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}summary").startswith(
        "Broward Sheriff entró en la lista de ICE del 18 de mayo de 2026"
    )
    assert links(entry)["alternate", "es"].startswith("http://testserver/es/changes/")
    english = read(client.get("/us/fl/davie/feed/")).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"{english.findtext(f'{ATOM}id')}:es"


def test_an_entry_keeps_its_id_when_its_words_are_mended(client, davie):
    def ids():
        return [entry.findtext(f"{ATOM}id") for entry in read(client.get("/us/tx/feed/")).findall(f"{ATOM}entry")]

    before = ids()
    AgencyFactory._meta.model.objects.filter(name="Harris Sheriff").update(name="Harris County Sheriff")
    DataVersion.objects.bump()
    assert ids() == before


@pytest.mark.parametrize("form", FORMS)
def test_a_reader_who_holds_the_feed_is_told_that_nothing_changed(client, davie, django_assert_num_queries, form):
    address = f"/us/fl/{form}"
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    with django_assert_num_queries(1):
        assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with django_assert_num_queries(2):  # and the state
        same = client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert same.status_code == 304
    assert same.content == b""
    for answer in (first, same, client.get(f"{address}?kind=fell")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*", "a page elsewhere may read it with its script"
    head = client.head(address)
    assert (head.content, dict(head.headers)) == (b"", dict(first.headers))
    DataVersion.objects.bump()
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_feed_holds_the_newest(client, davie, monkeypatch):
    monkeypatch.setattr(feeds, "NEWEST", 2)
    ChangeEventFactory(seen_on=date(2020, 1, 1))
    root = read(client.get("/changes/feed/"))
    assert len(root.findall(f"{ATOM}entry")) == 2
    assert "2020" not in root.find(f"{ATOM}entry").findtext(f"{ATOM}published")


@pytest.mark.parametrize("more", [0, 40])
def test_a_feed_costs_the_same_whatever_its_length(client, davie, more, django_assert_max_num_queries):
    for _each in range(more):
        ChangeEventFactory()
    DataVersion.objects.bump()
    for address in ("/changes/feed/", "/us/fl/feed/", "/us/fl/davie/feed/", "/us/fl/davie/feed.json"):
        with django_assert_max_num_queries(FEED_QUERIES):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("name", ["Bell\x07 & <Sons> \x00Police", "Police \ud7ff\uffff ]]>", '="x" & Co'])
def test_a_name_with_anything_in_it_leaves_the_feed_well_formed(client, davie, name):
    agency = AgencyFactory(name=name.replace("\x00", ""))
    ChangeEventFactory(agreement=AgreementFactory(agency=agency), after={"name": name.replace("\x00", "")})
    DataVersion.objects.bump()
    told = titles(read(client.get("/changes/feed/")))
    assert "Police" in "".join(told)
    assert [item["title"] for item in read_json(client.get("/changes/feed.json"))["items"]] == told


@pytest.mark.parametrize("area", ["/us/xx/", "/us/fl/nowhere/", "/us/feed/"])
def test_what_is_no_area_has_no_feed(client, davie, area):
    for form in FORMS:
        assert client.get(area + form).status_code == 404


def test_another_writing_of_the_address_leads_to_the_feed(client, davie):
    assert client.get("/us/FL/feed/").headers["Location"] == "/us/fl/feed/"
    assert client.get("/es/us/fl/Davie/feed/").headers["Location"] == "/es/us/fl/davie/feed/"
    city = CountyFactory(geoid="12086", name="Miami-Dade County")
    PlaceFactory(short_name="Twin", slug="twin", same_as=city)
    assert client.get("/us/fl/twin/feed/").headers["Location"] == "/us/fl/miami-dade-county/feed/"
    assert client.get("/us/FL/feed.json?kind=ended").headers["Location"] == "/us/fl/feed.json?kind=ended"
    assert client.get("/es/us/fl/twin/feed.json").headers["Location"] == "/es/us/fl/miami-dade-county/feed.json"


def test_a_feed_sets_no_cookie_and_asks_for_none(client, davie):
    response = client.get("/changes/feed/?utm_source=x", headers={"Cookie": "sessionid=1"})
    assert response.cookies == {}
    assert "Cookie" not in response.headers.get("Vary", "")
    assert b"utm_source" not in response.content


# -- The same as JSON Feed ------------------------------------------------------------------------------------------


def test_a_json_feed_has_what_its_version_asks(client, davie):
    told = read_json(client.get("/us/fl/feed.json?kind=in_effect"))
    (item,) = told.pop("items")
    assert told == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Local police and ICE: what changed in Florida: In effect",
        "home_page_url": "http://testserver/changes/?view=days&kind=in_effect&jurisdiction=12",
        "feed_url": "http://testserver/us/fl/feed.json?kind=in_effect",
        "description": "What we saw change, with the day. ICE does not say why a list changes.",
        "user_comment": "Data: CC BY 4.0. US government documents: public domain.",
        "language": "en",
        "authors": [{"name": "Local police and ICE", "url": "http://testserver/"}],
    }
    assert item["tags"] == ["in_effect", "FL"]
    assert item["date_published"] == "2019-07-01T00:00:00-04:00"
    assert client.get(item["url"].removeprefix("http://testserver")).status_code == 200


def test_both_forms_hold_the_same_entries_under_the_same_ids(client, davie):
    pages = ("/changes/", "/us/fl/", "/us/fl/davie/", "/es/changes/", "/es/us/fl/davie/")
    for page, query in product(pages, ("", "?kind=appeared")):
        atom = read(client.get(f"{page}feed/{query}"))
        told = read_json(client.get(f"{page}feed.json{query}"))
        for name, in_atom in (("title", "title"), ("description", "subtitle"), ("user_comment", "rights")):
            assert told[name] == atom.findtext(f"{ATOM}{in_atom}")
        language = told["language"]
        assert (language, told["home_page_url"]) == (atom.get(XML_LANG), links(atom)["alternate", language])
        entries = [
            {
                "id": entry.findtext(f"{ATOM}id"),
                "url": links(entry)["alternate", language],
                "title": entry.findtext(f"{ATOM}title"),
                "content_text": entry.findtext(f"{ATOM}summary"),
                "date_published": entry.findtext(f"{ATOM}published"),
                "date_modified": entry.findtext(f"{ATOM}updated"),
                "tags": [category.get("term") for category in entry.findall(f"{ATOM}category")],
            }
            for entry in atom.findall(f"{ATOM}entry")
        ]
        assert told["items"] == entries, (page, query)
        assert len(entries) >= 3


def test_the_pages_of_changes_and_of_data_name_both_forms(client, davie):
    for page, feed in (("/changes/?state=FL&kind=in_effect", "/us/fl/feed"), ("/es/data/", "/es/changes/feed")):
        body = client.get(page).content.decode()
        for address in (f"{feed}/", f"{feed}.json"):
            shown = re.findall(f'href="({re.escape(address)}(?:[?][^"]*)?)"', body)
            assert shown, (page, address)
            assert client.get(shown[0]).status_code == 200
