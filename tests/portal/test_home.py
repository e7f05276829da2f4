"""The first page, and what the site says of itself."""

from datetime import date, timedelta

import pytest

from agreements.days import today
from portal.maps import tiles
from tests.factories import AgencyFactory, AgreementFactory, ChangeEventFactory, SnapshotFactory, StateFactory
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists():
    SnapshotFactory(published_on=date(2021, 1, 13))
    SnapshotFactory()
    sheriff = AgencyFactory(name="Broward Sheriff")
    AgreementFactory(agency=sheriff)
    AgreementFactory(agency=sheriff, program_model="WSO")
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    AgreementFactory(agency=AgencyFactory(name="Harris Sheriff", state=texas), program_model="JEM")
    AgreementFactory(agency=AgencyFactory(), standing__status="missing")


def test_one_field_is_sent_by_post_and_nothing_typed_is_kept(client, lists):
    body = client.get("/").content.decode()
    assert '<form class="find" action="/find/" method="post"' in body
    assert "We do not save what you type." in body


def test_each_number_of_the_country_leads_to_the_list_that_proves_it(client, lists):
    body = client.get("/").content.decode()
    for link, number in [
        ("/agreements/?status=listed", 3),
        ("/agencies/?status=listed", 2),
        ("/us/", 2),
        ("/agreements/?model=TFM&amp;status=listed", 1),
        ("/agreements/?model=WSO&amp;status=listed", 1),
        ("/agreements/?model=JEM&amp;status=listed", 1),
    ]:
        assert f'<a href="{link}"><b>{number}</b>' in body


def test_the_numbers_are_those_of_the_lists_they_lead_to(client, lists):
    assert "3 agreements" in text_of(client.get("/agreements/?status=listed"))
    assert "2 agencies" in text_of(client.get("/agencies/?status=listed"))


def test_each_state_has_a_tile_that_says_how_many_of_its_agencies_are_on_the_list(client, lists):
    body = client.get("/").content.decode()
    assert '<a href="/us/fl/" class="t1"><title>Florida: 1 agency on the list</title>' in body
    assert body.count('class="t1"><title>') == 2
    StateFactory(geoid="30", name="Montana", usps="MT")
    assert (
        '<a href="/us/mt/" class="t0"><title>Montana: 0 agencies on the list</title>'
        in client.get("/").content.decode()
    )


@pytest.mark.parametrize(("agencies", "shade"), [(0, 0), (1, 1), (9, 1), (10, 2), (49, 2), (50, 3), (305, 3)])
def test_a_tile_is_darker_with_more_agencies_and_hollow_with_none(agencies, shade):
    assert tiles.tiles([StateFactory(geoid="48", name="Texas", usps="TX")], {"TX": agencies})[0].shade == shade


def test_no_two_tiles_lie_on_each_other_and_none_is_forgotten():
    assert len(set(tiles.PLACES.values())) == len(tiles.PLACES) == 50 + 1 + 5  # with DC and the territories


def test_an_old_list_is_said_to_be_old_and_a_new_one_is_not(client, lists):
    age = (today() - date(2026, 5, 18)).days
    assert f"ICE's newest list that we hold is of 18 May 2026. It is {age} days old." in text_of(client.get("/"))
    SnapshotFactory(published_on=today() - timedelta(days=1))
    assert "ICE may have published more since" not in text_of(client.get("/"))


def test_the_latest_changes_that_tell_something_are_shown(client, lists):
    ChangeEventFactory(agency=AgencyFactory(name="Davie Police"), kind="appeared")
    ChangeEventFactory(agency=AgencyFactory(name="Hollywood Police"), kind="link_changed")
    text = text_of(client.get("/"))
    assert "Davie Police, FL" in text
    assert "Hollywood Police" not in text


def test_choosing_a_state_leads_to_its_page(client, lists):
    assert client.get("/?state=TX").headers["Location"] == "/us/tx/"
    assert client.get("/es/?state=tx").headers["Location"] == "/es/us/tx/"
    lost = client.get("/?state=zz")
    assert lost.status_code == 400
    assert "There is no state or territory with that abbreviation." in text_of(lost)


def test_the_first_page_works_before_any_list_is_loaded(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "Find out if police" in heading(response)


@pytest.mark.parametrize("address", ["/about/", "/about/privacy/", "/about/method/", "/es/about/method/"])
def test_the_site_says_what_it_is_also_before_any_list_is_loaded(client, address):
    assert client.get(address).status_code == 200


def test_each_definition_stands_beside_todays_number(client, lists):
    text = text_of(client.get("/about/method/"))
    assert "Agreement 3 One agency and one kind of agreement." in text
    assert "Agency 2 A police department" in text
    assert "Missing from the newest list 1 Was on a list" in text
    assert "from 13 January 2021 to 18 May 2026" in text


def test_the_other_language_is_the_same_page(client, lists):
    assert 'href="/es/about/method/" hreflang="es"' in client.get("/about/method/?x=1").content.decode()
    spanish = client.get("/es/about/method/").content.decode()
    assert 'href="/about/method/" hreflang="en"' in spanish
    assert '<html lang="es">' in spanish
