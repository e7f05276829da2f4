"""/sitemap.xml: what search engines may show, every page in both languages."""

import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from agreements.models import StateLaw
from jurisdictions.models import DataVersion, Jurisdiction
from portal.views import sitemap

pytestmark = pytest.mark.facts
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
MOST = 50_000


def paths(client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/xml")
    return [urlsplit(each.text).path for each in ET.fromstring(response.getvalue()).iter(f"{SITE}loc")]


def days(client, part: str) -> dict[str, str]:
    """Path and last day of change of the entries of a part; "" for one without."""
    entries = ET.fromstring(client.get(f"/sitemap/{part}.xml").getvalue()).iter(f"{SITE}url")
    return {urlsplit(each.findtext(f"{SITE}loc")).path: each.findtext(f"{SITE}lastmod", "") for each in entries}


def test_robots_are_told_where_it_is(client):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").text.splitlines()


def test_every_place_stands_in_the_part_of_its_state_once_in_each_language(client):
    found = []
    for part in paths(client, "/sitemap.xml"):
        if "/places-" in part:
            own = paths(client, part)
            assert len(own) <= MOST
            found += own
    areas = Jurisdiction.objects.with_pages().exclude(kind="state").select_related("state", "same_as")
    english = {area.get_absolute_url() for area in areas}
    assert len(found) == len(set(found))
    assert set(found) == english | {f"/es{path}" for path in english}


@pytest.mark.parametrize("part", ["pages", "agencies", "agreements", "laws", "policies", "places-ct"])
def test_what_a_part_names_are_pages(client, part):
    own = paths(client, f"/sitemap/{part}.xml")
    for path in {own[0], own[1], own[len(own) // 2], own[-1]}:
        assert client.get(path).status_code == 200, path


def test_every_page_that_is_of_no_record_is_there(client):
    own = paths(client, "/sitemap/pages.xml")
    assert all(client.get(path).status_code == 200 for path in own if path.count("/") <= 3 and "/map/" not in path)
    assert {"/", "/es/", "/us/", "/us/fl/", "/es/map/tx/", "/laws/", "/about/privacy/"} <= set(own)


def test_a_page_names_itself_in_the_other_language(client):
    first = ET.fromstring(client.get("/sitemap/places-fl.xml").getvalue()).find(f"{SITE}url")
    links = {link.get("hreflang"): urlsplit(link.get("href")).path for link in first.iter(LINK)}
    own = first.find(f"{SITE}loc").text.removeprefix("http://testserver")
    assert links == {"en": own, "es": f"/es{own}", "x-default": own}


@pytest.mark.parametrize("part", ["pages", "agencies", "laws", "places-de"])
def test_what_it_names_are_the_addresses_that_pages_give_themselves(client, part):
    for path in paths(client, f"/sitemap/{part}.xml")[::97]:
        assert f'<link rel="canonical" href="http://testserver{path}">' in client.get(path).text


def test_a_page_of_facts_has_the_day_on_which_facts_changed_and_a_law_its_own(client):
    changed = timezone.localdate(DataVersion.objects.current().changed_at).isoformat()
    assert set(days(client, "agencies").values()) == {changed}
    assert set(days(client, "places-de").values()) == {changed}
    pages = days(client, "pages")
    assert pages["/us/fl/"] == pages["/es/agreements/"] == changed
    assert pages["/about/"] == pages["/es/about/privacy/"] == ""
    law = StateLaw.objects.published().first()
    updated = timezone.localdate(law.updated_at).isoformat()
    assert days(client, "laws")[f"/es{law.get_absolute_url()}"] == updated


def test_a_part_is_made_bit_by_bit(rf, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(sitemap, "ROWS_AT_ONCE", 100)
    with django_assert_num_queries(3):
        response = sitemap.part(rf.get("/sitemap/places-tx.xml"), "places-tx")
        pieces = [len(piece) for piece in response.streaming_content]
    assert len(pieces) > 15
    assert max(pieces) < sum(pieces) / 10


def test_a_part_that_is_not_there_is_not_found(client):
    assert client.get("/sitemap/places-zz.xml").status_code == 404
    assert client.get("/sitemap/nothing.xml").status_code == 404


def test_a_part_asked_for_again_has_not_changed(client):
    etag = client.get("/sitemap/laws.xml")["ETag"]
    assert client.get("/sitemap/laws.xml", headers={"If-None-Match": etag}).status_code == 304
