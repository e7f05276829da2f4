"""The pages over the bundled facts: what the world is known to be, budgets, and both languages."""

import re

import brotli
import pytest
from django.conf import settings

from agreements.days import today
from agreements.querysets import Reach, agencies_reaching
from jurisdictions.models import Agency, Jurisdiction
from portal.answers import Mark, answer_for, state_answer
from tests.portal.reading import text_of

pytestmark = pytest.mark.facts

FIRST_FLIGHT = 14_000  # bytes that a server may send before it hears from the reader
PAGES = [
    "/",
    "/us/",
    "/us/tx/",
    "/us/tx/harris-county/",
    "/us/fl/broward-county/",
    "/us/fl/davie/",
    "/us/pa/allegheny-county/",
    "/us/md/baltimore-county/",
    "/agencies/",
    "/agreements/",
    "/changes/",
    "/about/",
    "/about/method/",
    "/about/privacy/",
]


def names(entries) -> set[str]:
    return {entry.agency.name for entry in entries if entry.listed}


def area(geoid: str) -> Jurisdiction:
    return Jurisdiction.objects.select_related("state").get(pk=geoid)


@pytest.mark.parametrize(
    ("geoid", "agency"),
    [
        ("42029", "Pennsylvania State Constable Office Honey Brook Precinct 1"),
        ("4235528", "Pennsylvania State Constable Office Honey Brook Precinct 1"),
        ("36065", "Camden Police Department"),
        ("3611847", "Camden Police Department"),
    ],
)
def test_no_page_says_no_of_a_place_whose_name_an_agency_in_question_bears(geoid, agency):
    answer = answer_for(area(geoid), today())
    assert answer.line["local"].mark == Mark.UNCHECKED
    assert agency in answer.line["local"].sentences[0]


def test_broward_has_its_sheriff_six_towns_one_agency_in_question_and_the_states_twelve():
    answer = answer_for(area("12011"), today())
    assert names(answer.of(Reach.OWN)) == {"Broward County Sheriff's Office"}
    assert names(answer.of(Reach.INSIDE)) == {
        f"{town} Police Department"
        for town in ("Coconut Creek", "Davie", "Hollywood", "Lighthouse Point", "Pembroke Park", "Pembroke Pines")
    }
    (sheriff,) = answer.of(Reach.OWN)
    assert set(sheriff.models) == {"TFM", "WSO"}
    assert names(answer.in_question) == {"Florida Atlantic Police Department"}
    statewide = names(answer.of(Reach.STATEWIDE))
    assert len(statewide) == 12
    assert not [name for name in statewide if "State Attorney" in name or "College" in name]


def test_maryland_empties_through_the_spring_of_2026(client):
    for day, listed in [("2026-01-15", 8), ("2026-02-12", 9), ("2026-03-12", 2), ("2026-04-13", 2), ("2026-05-18", 0)]:
        body = client.get(f"/us/md/?as_of={day}").content.decode()
        assert f"<b>{listed}</b> agreements" in body, day


def test_the_country_stands_on_the_first_page_as_published(client):
    text = text_of(client.get("/"))
    for number in ("1,843 agreements", "1,162 Street enforcement", "499 Jail warrants", "182 Jail screening"):
        assert number in text


@pytest.mark.parametrize("usps", ["FL", "PA", "VA", "MA"])
def test_pages_and_filters_mean_the_same_by_reach(usps):
    state = Jurisdiction.objects.get(usps=usps)
    counties = list(Jurisdiction.objects.counties().with_pages().filter(state=state).order_by("geoid")[:4])
    towns = list(Jurisdiction.objects.local_governments().filter(state=state, coverages__isnull=False).distinct()[:6])
    assert counties
    for one in (*counties, *towns):
        answer = answer_for(area(one.pk), today())
        for reach in Reach:
            found = {entry.agency.pk for entry in answer.of(reach)}
            known = Agency.objects.filter(pk__in=agencies_reaching(one, reach), agreements__standings__isnull=False)
            assert found == set(known.values_list("pk", flat=True)), (one, reach)


def test_a_states_table_of_counties_counts_what_each_countys_page_shows():
    answer = state_answer(Jurisdiction.objects.get(usps="PA"), today())
    for row in answer.counties_with[:10]:
        county = answer_for(area(row.county.pk), today())
        assert row.own == len(names(county.of(Reach.OWN))), row.county
        assert row.inside == len(names(county.of(Reach.INSIDE))), row.county


@pytest.mark.parametrize("address", PAGES)
def test_a_page_with_its_style_fits_into_the_first_flight(client, address):
    response = client.get(address, headers={"Accept-Encoding": "br"})
    assert response.status_code == 200
    style = brotli.compress((settings.BASE_DIR / "static" / "css" / "portal.css").read_bytes())
    assert len(response.content) + len(style) <= FIRST_FLIGHT


@pytest.mark.parametrize("address", [*PAGES, *(f"/es{page}" for page in PAGES)])
def test_a_page_is_whole_without_script_style_attribute_or_other_hosts(client, address):
    body = client.get(address).content.decode()
    assert "<script" not in body
    assert not re.search(r"\s(style|on\w+)=", body)
    assert len(re.findall(r"<h1[\s>]", body)) == 1
    loaded = re.findall(r'(?:src|<link rel="(?:stylesheet|icon)" href)="([^"]+)"', body)
    assert len(loaded) == 2  # with the page itself, three requests
    assert all(one.startswith("/static/") for one in loaded)


@pytest.mark.parametrize("address", PAGES)
def test_the_tables_have_captions_and_scopes_and_fields_have_labels(client, address):
    body = client.get(address).content.decode()
    assert body.count("<table") == len(re.findall(r"<caption>\s*\S", body))
    assert not re.findall(r"<th(?! scope=)[\s>]", body)
    fields = set(re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', body))
    assert fields == set(re.findall(r'<label for="([^"]+)"', body))
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", ["/us/fl/broward-county/", "/us/tx/harris-county/", "/us/tx/houston/"])
def test_a_place_costs_at_most_fourteen_queries(client, django_assert_max_num_queries, address):
    with django_assert_max_num_queries(14):
        assert client.get(address).status_code == 200
