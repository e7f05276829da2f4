"""The page of all states and the page of a state."""

from datetime import date

import pytest

from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CountyFactory,
    PlaceFactory,
    SnapshotFactory,
    SourceFactory,
    StandingFactory,
    StateFactory,
)
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.django_db

PAGE_QUERIES = 19  # data version, state, and the seventeen of the answer


@pytest.fixture
def florida():
    SnapshotFactory(published_on=date(2021, 1, 13))
    SnapshotFactory()
    florida = StateFactory()
    county = CountyFactory(geoid="12011", name="Broward County")
    AgreementFactory(agency=AgencyFactory(name="Broward Sheriff", covers=[county]))
    AgreementFactory(agency=AgencyFactory(name="Highway Patrol", placement="statewide", kind="state_police"))
    AgreementFactory(
        agency=AgencyFactory(name="Atlantic Police", placement="in_question", printed_county=county, kind="campus")
    )
    AgreementFactory(
        agency=AgencyFactory(name="Clay Sheriff", covers=[CountyFactory(name="Clay County")]),
        program_model="WSO",
        standing__status="no_longer_listed",
        standing__last_listed_on=date(2026, 2, 12),
        standing__since=date(2026, 2, 27),
    )
    return florida


def test_every_figure_of_a_state_leads_to_the_list_that_proves_it(client, florida):
    body = client.get("/us/fl/").content.decode()
    assert '<a href="/agencies/?state=FL&amp;status=listed"><b>3</b>' in body
    assert '<a href="/agreements/?state=FL&amp;status=listed"><b>3</b>' in body
    assert '<a href="/agreements/?state=FL&amp;model=TFM&amp;status=listed"><b>3</b>' in body
    assert '<a href="/agencies/?state=FL&amp;status=no_longer_listed"><b>1</b>' in body


def test_a_figure_of_one_is_one(client, florida):
    body = client.get("/us/fl/").content.decode()
    assert "<b>3</b> agencies on the list" in body
    assert "<b>1</b> agency with an agreement no longer listed" in body
    assert "<b>1</b> agencia con un acuerdo que ya no aparece en la lista" in client.get("/es/us/fl/").content.decode()


@pytest.mark.parametrize(
    ("geoid", "usps", "name", "sentence"),
    [
        ("66", "GU", "Guam", "No agency of the government of Guam was on ICE&#x27;s list"),
        ("30", "MT", "Montana", "No agency of the state of Montana was on ICE&#x27;s list"),
    ],
)
def test_a_territory_is_not_called_a_state(client, florida, geoid, usps, name, sentence):
    StateFactory(geoid=geoid, name=name, usps=usps)
    assert sentence in client.get(f"/us/{usps.lower()}/").content.decode()


def test_what_ended_is_a_figure_of_its_own(client, florida):
    """So that the list behind each figure has as many rows as the figure says."""
    for status, count in (("ended", 2), ("no_longer_listed", 1)):
        for number in range(count):
            agreement = AgreementFactory(
                agency=AgencyFactory(name=f"{status} {number} Police"), standing__status=status
            )
            if status == "ended":
                agreement.ended_source = SourceFactory()
                agreement.save()
    body = client.get("/us/fl/").content.decode()
    for status in ("ended", "no_longer_listed"):
        count = client.get(f"/api/v1/agencies/?state=FL&status={status}").json()["count"]
        assert count == 2
        assert f'<a href="/agencies/?state=FL&amp;status={status}"><b>{count}</b>' in body


def test_figures_of_another_day_lead_to_the_lists_of_that_day(client, florida):
    body = client.get("/us/fl/?as_of=2026-05-20").content.decode()
    assert 'href="/agencies/?state=FL&amp;status=listed&amp;as_of=2026-05-20"' in body


def test_a_state_shows_its_own_agencies_its_counties_what_is_in_question_and_what_left(client, florida):
    text = text_of(client.get("/us/fl/"))
    for words in (
        "2 local agencies in Florida were on ICE's list of 18 May 2026.",
        "1 agency of the state has an agreement with ICE. It works in all of Florida.",
        "Broward County 1 0 Street enforcement",
        "1 county with no agency on the list",
        "Atlantic Police ICE prints Broward County",
        "Clay Sheriff was on ICE's list until 12 February 2026 and on no list since 27 February 2026. ICE does not say"
        " why.",
        "The law of Florida We have not checked this yet.",
    ):
        assert words in text, words


def test_a_state_without_agencies_is_not_said_to_refuse(client, florida):
    StateFactory(geoid="24", name="Maryland", usps="MD")
    text = text_of(client.get("/us/md/"))
    assert "No local agency in Maryland was on ICE's list of 18 May 2026. This does not mean that they never" in text


def test_before_the_first_list_the_page_says_so(client, florida):
    text = text_of(client.get("/us/fl/?as_of=2020-06-01"))
    assert "We hold no list before 13 January 2021." in text
    assert "Not on the list" not in text


def test_a_day_that_cannot_be_shown_is_refused_with_todays_page(client, florida):
    response = client.get("/us/fl/?as_of=soon")
    assert response.status_code == 400
    assert "Write the day as year-month-day" in text_of(response)


def test_capitals_lead_to_the_address(client, florida):
    assert client.get("/us/FL/").headers["Location"] == "/us/fl/"
    assert client.get("/us/zz/").status_code == 404


def test_all_states_stand_on_one_page_with_their_numbers(client, florida):
    StateFactory(geoid="24", name="Maryland", usps="MD")
    response = client.get("/us/")
    assert heading(response) == "The United States"
    text = text_of(response)
    assert "3 agreements of 3 agencies in 1 state or territory" in text
    assert "Florida 3 3 3 0 0 Maryland 0 0 0 0 0" in text


def test_all_states_on_an_earlier_day(client, florida):
    agreement = AgreementFactory(standing=None, agency=AgencyFactory(name="Early Sheriff"))
    StandingFactory(agreement=agreement, starts_on=date(2021, 1, 13), ends_on=date(2022, 1, 1))
    assert "Florida 1 1" in text_of(client.get("/us/?as_of=2021-06-01"))
    before = text_of(client.get("/us/?as_of=2020-06-01"))
    assert "Florida –" in before
    assert "We hold no list before 13 January 2021." in before


@pytest.mark.parametrize("more", [0, 15])
def test_a_page_costs_the_same_whatever_the_number_of_agencies(client, florida, django_assert_max_num_queries, more):
    for number in range(more):
        county = CountyFactory()
        AgreementFactory(agency=AgencyFactory(name=f"Sheriff {number}", covers=[county]))
        AgreementFactory(agency=AgencyFactory(name=f"Police {number}", covers=[PlaceFactory(counties=[county])]))
        AgreementFactory(agency=AgencyFactory(name=f"Patrol {number}", placement="statewide"))
    with django_assert_max_num_queries(PAGE_QUERIES):
        assert client.get("/us/fl/").status_code == 200
