"""Agreements of the years before our lists: shown apart, counted nowhere else, each with its documents."""

import csv
import re
from datetime import date

import pytest

from agreements.models import Agreement, EarlierAgreement, LaterList
from portal.views.earlier import by_year
from tests.factories import (
    NEWEST_LIST,
    AgencyFactory,
    AgreementFactory,
    CountyFactory,
    EarlierAgreementFactory,
    LaterListFactory,
    SnapshotFactory,
    StateFactory,
)
from tests.portal.reading import heading, text_of

PUBLISHED = [  # days of ICE's lists and audits, with the agreements that these count
    (date(2008, 1, 17), 34),
    (date(2009, 2, 1), 67),
    (date(2010, 10, 29), 71),
    (date(2012, 10, 16), 57),
    (date(2012, 12, 31), 39),
    (date(2014, 8, 13), 35),
    (date(2021, 1, 13), 150),
    (date(2024, 12, 18), 135),
]


@pytest.mark.facts
@pytest.mark.parametrize(("day", "count"), PUBLISHED)
def test_on_these_days_there_are_as_many_as_was_published(day, count):
    assert EarlierAgreement.objects.attested_on(day).count() == count


@pytest.mark.facts
def test_an_agency_with_two_eras_counts_once_in_a_year():
    years = {each.year: each for each in by_year(EarlierAgreement.objects.all())}
    assert list(years) == list(range(2002, 2025))
    assert (years[2002].agencies, years[2006].agencies) == (1, 9)
    assert sum(years[2012].models) == years[2012].agencies + 10


@pytest.mark.facts
def test_the_timeline_says_once_a_year_how_many_agencies_documents_show_before_our_lists(client):
    shown = EarlierAgreement.objects.agencies_by_year()
    assert (shown[2002], shown[2006], shown[2020]) == (1, 9, 149)
    text = text_of(client.get("/guide/history/"))
    assert text.count("1 agency in 2002") == 1
    assert text.count(f"{shown[2012]} agencies in 2012") == 1
    assert "agencies in 2021" not in text


@pytest.mark.facts
def test_what_an_archive_says_of_later_lists_is_told_with_the_method_and_is_no_list_of_ours(client):
    assert LaterList.objects.after(date(2026, 5, 18)).count() == 33
    text = text_of(client.get("/about/method/"))
    assert "ICE has published lists of 33 days since then" in text
    assert "the last of 9 October 2026. It has 2,654 rows by that archive's count." in text
    assert "We do not hold these lists, so nothing here comes from them." in text


@pytest.mark.django_db
def test_a_later_list_that_we_hold_now_is_told_no_more(client):
    LaterListFactory()
    assert "by an independent archive" in text_of(client.get("/about/method/"))
    SnapshotFactory(published_on=date(2026, 10, 9))
    assert "by an independent archive" not in text_of(client.get("/about/method/"))


@pytest.mark.django_db
def test_a_state_shows_each_with_its_days_and_documents_and_a_day_of_end_only_where_a_source_gives_one(client):
    county = CountyFactory(name="Orange County", slug="orange-county")
    EarlierAgreementFactory(counties=[county.pk], ended_how="not on ICE's list as of 2012-10-16")
    EarlierAgreementFactory(agency_name="Polk County Sheriff", ended_on=date(2012, 9, 18), confidence="low")
    response = client.get("/guide/earlier/?state=fl")
    text = text_of(response)
    assert heading(response) == "Earlier agreements: Florida"
    assert "2 July 2002 to 2 October 2012" in text
    assert "not on ICE's list as of 2012-10-16" in text
    assert "18 September 2012" in text
    assert text.count("One document alone shows it.") == 1
    body = response.content.decode()
    assert body.count('href="https://www.ice.gov/an-agreement.pdf"') == 2
    assert 'href="/us/fl/orange-county/"' in body


@pytest.mark.django_db
def test_only_the_very_name_that_ices_lists_print_leads_to_an_agency(client):
    AgencyFactory(name="Orange County Sheriffs Office")
    AgencyFactory(name="Polk County Sheriff's Office")
    EarlierAgreementFactory()
    EarlierAgreementFactory(agency_name="Polk County Police")
    body = client.get("/guide/earlier/?state=FL").content.decode()
    assert len(re.findall(r'href="/agencies/\w', body)) == 1
    assert "orange-county-sheriffs-office" in body


@pytest.mark.django_db
def test_they_change_no_number_of_the_site(client):
    SnapshotFactory()
    EarlierAgreementFactory()
    assert Agreement.objects.count() == 0
    assert "0 agreements" in text_of(client.get("/agreements/"))


@pytest.mark.django_db
def test_a_file_has_exactly_what_the_page_shows(client):
    EarlierAgreementFactory(state=StateFactory(geoid="48", name="Texas", usps="TX"))
    here = EarlierAgreementFactory(counties=["12095"], signed_on=["2002-07-02", "2009-10-15"])
    response = client.get("/guide/earlier/?state=FL&format=csv")
    rows = list(csv.DictReader(b"".join(response.streaming_content).decode().lstrip("\ufeff").splitlines()))
    assert [row["key"] for row in rows] == [here.key]
    assert rows[0]["signed"] == "2002-07-02;2009-10-15"
    everything = b"".join(client.get("/guide/earlier/?format=csv").streaming_content).decode()
    assert len(everything.splitlines()) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["zz", "Florida", "%00"])
def test_a_state_without_any_is_answered_in_words(client, asked):
    EarlierAgreementFactory()
    response = client.get(f"/guide/earlier/?state={asked}")
    assert response.status_code == 400
    assert "We know of no earlier agreement in a state of this abbreviation." in text_of(response)


@pytest.mark.django_db
def test_an_agency_and_its_state_lead_to_what_documents_show_before_our_lists(client):
    sheriff = AgencyFactory(name="Orange County Sheriff's Office")
    AgreementFactory(agency=sheriff)
    EarlierAgreementFactory(key="fl-orange-tfm")
    EarlierAgreementFactory(key="fl-orange-jem", program_model="JEM", attested_to=NEWEST_LIST)
    EarlierAgreementFactory(
        key="fl-orange-wso", program_model="WSO", attested_from=NEWEST_LIST, attested_to=NEWEST_LIST
    )
    response = client.get(f"/agencies/{sheriff.public_id}-{sheriff.slug}/")
    sentence = "Street enforcement: other documents show an agreement from 2 July 2002 to 2 October 2012."
    assert sentence in text_of(response)
    goes_on = "Jail screening: other documents show an agreement since 2 July 2002, before our lists begin."
    assert goes_on in text_of(response)
    body = response.content.decode()
    assert 'href="/guide/earlier/?state=FL#fl-orange-tfm"' in body
    assert "#fl-orange-wso" not in body  # our lists tell of it
    assert 'href="/guide/earlier/?state=FL"' in client.get("/us/fl/").content.decode()


@pytest.mark.django_db
def test_a_name_that_two_agencies_of_a_state_have_had_leads_from_neither(client):
    EarlierAgreementFactory()
    agencies = [AgencyFactory(name=name) for name in ("Orange County Sheriff's Office", "Orange Sheriff")]
    for agency in agencies:
        agency.aliases.create(
            name="Orange County Sheriff's Office",
            folded="orange county sheriffs office",
            first_printed_on=NEWEST_LIST,
            last_printed_on=NEWEST_LIST,
        )
    for agency in agencies:
        assert EarlierAgreement.objects.printed_as(agency) == []


@pytest.mark.django_db
def test_a_state_without_any_has_no_way_to_them(client):
    AgreementFactory()
    assert "/guide/earlier/?state" not in client.get("/us/fl/").content.decode()
