"""The pages of counties, cities, towns and townships."""

from datetime import date, timedelta

import pytest
from django.test import Client

from agreements.days import today
from jurisdictions.models import Agency, DataVersion
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    AreaNameFactory,
    ChangeEventFactory,
    CountyFactory,
    PlaceFactory,
    SnapshotFactory,
    StateFactory,
    SubdivisionFactory,
)
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.django_db

PAGE_QUERIES = 8  # and six for laws, policies, labels, checks and powers, once for each version of the facts


@pytest.fixture
def broward():
    SnapshotFactory(published_on=date(2021, 1, 13))
    SnapshotFactory()
    county = CountyFactory(geoid="12011", name="Broward County")
    sheriff = AgencyFactory(name="Broward Sheriff", covers=[county])
    AgreementFactory(agency=sheriff)
    return county


@pytest.fixture
def davie(broward):
    return PlaceFactory(geoid="1216475", short_name="Davie", counties=[broward])


@pytest.fixture
def page(client):
    return lambda address: client.get(address)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/us/fl/broward-county/", "Broward County Florida"),
        ("/us/fl/davie/", "Davie in Broward County, Florida"),
        ("/es/us/fl/davie/", "Davie"),
    ],
)
def test_each_area_has_a_page_headed_by_its_name(page, davie, address, title):
    response = page(address)
    assert response.status_code == 200
    assert heading(response).startswith(title)


def test_a_township_has_a_page_where_nothing_is_recorded(page, broward):
    SubdivisionFactory(name="Burton township", short_name="Burton", slug="burton-township", counties=[broward])
    response = page("/us/fl/burton-township/")
    assert "Burton township" in heading(response)
    assert "We have not checked this yet." in text_of(response)


def test_the_answer_comes_before_its_meaning_its_agencies_and_its_sources(page, davie):
    text = text_of(page("/us/fl/davie/"))
    order = [
        "Broward Sheriff (street enforcement) has an agreement with ICE.",
        "What it means",
        "Who has an agreement here",
        "Written local policy",
        "The law of Florida",
        "What changed here",
        "Sources List of participating agencies, 18 May 2026.",
    ]
    found = [text.index(words) for words in order]
    assert found == sorted(found)


def test_the_document_and_the_day_of_signing_stand_beside_the_agency(page, broward):
    response = page("/us/fl/broward-county/")
    assert 'href="https://www.ice.gov/doclib/287gMOA/document.pdf"' in response.content.decode()
    assert "signed 26 February 2025" in text_of(response)


def test_a_county_without_agreement_is_not_said_to_refuse(page, broward):
    CountyFactory(name="Clay County")
    text = text_of(page("/us/fl/clay-county/"))
    assert (
        "No agency of Clay County, or of a place in it, was on ICE's list of 18 May 2026. This does not mean that they"
        " never help ICE." in text
    )


def test_other_places_of_a_county_are_not_said_to_have_police(page, davie):
    text = text_of(page("/us/fl/broward-county/"))
    assert (
        "No agency of these places is on ICE's list of 18 May 2026. We do not know which have their own police. That"
        " does not mean no cooperation." in text
    )


def test_an_agency_in_question_stands_apart_and_is_not_counted(page, broward):
    agency = AgencyFactory(name="Atlantic Police", placement="in_question", printed_county=broward)
    AgreementFactory(agency=agency)
    text = text_of(page("/us/fl/broward-county/"))
    assert "ICE prints Broward County beside these agencies, or their names fit it." in text
    assert "No agency that reaches this place" not in text
    assert text.index("Atlantic Police") > text.index("In question")


def test_before_the_first_list_the_page_says_so_and_never_no(page, davie):
    text = text_of(page("/us/fl/davie/?as_of=2021-01-12"))
    assert "We hold no list before 13 January 2021." in text
    assert "Not on the list" not in text
    assert "You are reading what was known for 12 January 2021." in text


@pytest.mark.parametrize("wrong", ["yesterday", "2025-02-30", "2999-01-01", "20260518"])
def test_a_day_that_cannot_be_shown_gets_today_a_sentence_and_a_way_back(page, davie, wrong):
    response = page(f"/us/fl/davie/?as_of={wrong}")
    assert response.status_code == 400
    text = text_of(response)
    assert "This page shows today." in text
    assert "Go to today's page" in text
    assert response.headers["Cache-Control"] == "no-store"


def test_the_age_of_the_newest_list_follows_the_clock(page, davie):
    newest = SnapshotFactory(published_on=today() - timedelta(days=15))
    assert "It is 15 days old." in text_of(page("/us/fl/davie/"))
    newest.delete()
    SnapshotFactory(published_on=today() - timedelta(days=14))
    assert "days old" not in text_of(page("/us/fl/davie/"))


def test_the_other_number_of_a_government_leads_to_its_one_page(page, broward):
    virginia = StateFactory(geoid="51", name="Virginia", usps="VA")
    city = CountyFactory(geoid="51760", name="Richmond city", state=virginia)
    PlaceFactory(geoid="5167000", short_name="Richmond", state=virginia, same_as=city)
    response = page("/us/va/richmond/?as_of=2026-05-18&utm_source=x")
    assert response.status_code == 301
    assert response.headers["Location"] == "/us/va/richmond-city/?as_of=2026-05-18"
    assert page("/es/us/va/richmond/").headers["Location"] == "/es/us/va/richmond-city/"


def test_capitals_lead_to_the_address(page, davie):
    assert page("/us/FL/Davie/").headers["Location"] == "/us/fl/davie/"


@pytest.mark.parametrize("address", ["/us/fl/nowhere/", "/us/xx/davie/", "/us/fl/12011/"])
def test_what_is_no_area_has_no_page(page, davie, address):
    assert page(address).status_code == 404


@pytest.mark.parametrize(
    ("usps", "note", "sentence"),
    [
        pytest.param(
            "MD", "", "Catonsville has no city government; Baltimore County governs it.", id="a county governs"
        ),
        pytest.param(
            "NY",
            "part of a town or township",
            "Catonsville has no city government. It is part of a town or township in Baltimore County; we do not know"
            " which.",
            id="a town governs, not known which",
        ),
        pytest.param("AZ", "voters made it a town on 2025-08-05", "Catonsville: voters made it a town", id="a note"),
    ],
)
def test_who_comes_from_a_place_without_government_is_told_who_governs_it(page, broward, usps, note, sentence):
    state = StateFactory(geoid="24", name="Some State", usps=usps)
    county = CountyFactory(name="Baltimore County", state=state)
    AreaNameFactory(leads_to=county, cdp_geoid="2414125", note=note)
    address = f"/us/{usps.lower()}/baltimore-county/"
    assert sentence in text_of(page(f"{address}?from=2414125"))
    assert "Catonsville" not in text_of(page(address))
    lost = page(f"{address}?from=9999999")
    assert lost.status_code == 400
    assert "No place with the number 9999999 leads to this page." in text_of(lost)


@pytest.mark.parametrize("junk", ["%00", "24%0014125", "abc", "２４"])
def test_a_number_that_is_none_is_refused_on_each_database(page, davie, junk):
    response = page(f"/us/fl/davie/?from={junk}")
    assert response.status_code == 400
    assert "\0" not in response.content.decode()


def test_changes_of_another_day_lead_to_those_by_that_day(page, broward):
    agency = Agency.objects.get(name="Broward Sheriff")
    ChangeEventFactory(agency=agency, seen_on=date(2025, 3, 6))
    link = '/changes/?jurisdiction=12011&amp;to=2025-12-31&amp;view=days"'
    assert link in page("/us/fl/broward-county/?as_of=2025-12-31").text
    assert '/changes/?jurisdiction=12011&amp;view=days"' in page("/us/fl/broward-county/").text


def test_a_place_and_a_state_name_their_feed_to_browsers_and_to_readers(page, broward):
    for address in ("/us/fl/broward-county/", "/es/us/fl/broward-county/", "/us/fl/"):
        body = page(address).text
        assert 'type="application/atom+xml" title="' in body
        assert body.count(f'href="{address}feed/"') == 2


def test_areas_of_one_name_point_at_each_other(page, broward):
    PlaceFactory(name="Broward city", short_name="Broward", slug="broward")
    assert "Not Broward city?" in text_of(page("/us/fl/broward-county/"))


@pytest.mark.parametrize("more", [0, 15])
def test_a_page_costs_the_same_whatever_the_number_of_agencies(davie, broward, django_assert_max_num_queries, more):
    for number in range(more):
        town = PlaceFactory(counties=[broward])
        police = AgencyFactory(name=f"Police {number}", kind=Agency.Kind.MUNICIPAL_POLICE, covers=[town])
        ChangeEventFactory(agreement=AgreementFactory(agency=police))
    DataVersion.objects.bump()
    Client().get("/us/fl/broward-county/")
    for address in ("/us/fl/broward-county/", "/us/fl/davie/"):
        with django_assert_max_num_queries(PAGE_QUERIES):
            assert Client().get(address).status_code == 200


def test_a_reader_who_has_the_page_is_told_that_nothing_changed(client, davie, django_assert_num_queries):
    first = client.get("/us/fl/davie/")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    with django_assert_num_queries(1):
        again = client.get("/us/fl/davie/?utm_source=x", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other_day = client.get("/us/fl/davie/?as_of=2026-05-18", headers={"If-None-Match": first.headers["ETag"]})
    assert other_day.status_code == 200
    spanish = client.get("/es/us/fl/davie/", headers={"If-None-Match": first.headers["ETag"]})
    assert spanish.status_code == 200


def test_a_change_of_facts_makes_a_new_page(client, davie):
    first = client.get("/us/fl/davie/")
    DataVersion.objects.bump()
    assert client.get("/us/fl/davie/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_links_carry_the_day_and_nothing_unknown(page, davie):
    body = page("/us/fl/davie/?as_of=2026-05-18&utm_source=newsletter").content.decode()
    assert 'href="/es/us/fl/davie/?as_of=2026-05-18"' in body
    assert "newsletter" not in body


def test_names_from_a_list_are_never_markup(page, broward):
    AgreementFactory(agency=AgencyFactory(name="<script>alert(1)</script> Sheriff", covers=[broward]))
    body = page("/us/fl/broward-county/").content.decode()
    assert "<script>" not in body
    assert "&lt;script&gt;" in body


def test_a_page_is_for_reading_only(client, davie):
    assert client.post("/us/fl/davie/").status_code == 405
