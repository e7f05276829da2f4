"""Local policies: the list, its filters, the page of each, their changes and those of federal labels."""

import csv
import io
import re
from datetime import date

import pytest

from agreements.models import PolicyCitation
from agreements.views import ROWS_ON_A_PAGE
from tests.factories import (
    ChangeEventFactory,
    CountyFactory,
    DesignationFactory,
    LocalPolicyFactory,
    PlaceFactory,
    SourceFactory,
    StateFactory,
)
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.django_db

LIST_QUERIES = 5  # data version, count, a page of policies, their governments, states of the form
PAGE_QUERIES = 5  # data version, the policy, its governments, citations, changes


@pytest.fixture
def broward():
    return CountyFactory(geoid="12011", name="Broward County")


@pytest.fixture
def davie(broward):
    return PlaceFactory(geoid="1216475", short_name="Davie", slug="davie", counties=[broward])


def count(client, query: str) -> str:
    text = text_of(client.get(f"/policies/?{query}"))
    return text.split(" record")[0].rsplit(" ", 1)[-1]


def test_a_page_says_whose_it_is_what_it_says_and_who_says_so(client, davie):
    policy = LocalPolicyFactory(
        jurisdictions=[davie], government="Davie", title="Ordinance 7", printed_topics=["287g_ban", "detainers"],
        main_source=SourceFactory(title="Minutes of 1 May 2018", publisher="Town of Davie"),
    )  # fmt: skip
    PolicyCitation.objects.create(policy=policy, source=SourceFactory(title="News"), page="2")
    response = client.get(policy.get_absolute_url())
    text = text_of(response)
    assert heading(response) == "Ordinance 7 Davie, Florida · Ordinance"
    for said in (
        "On this day In force when last seen Adopted: 1 May 2018. No source that we read says that it has ended.",
        "Whose policy Davie",
        "Topics 287(g) agreements · Holding people on a detainer",
        "Stance Limits cooperation of this policy, not of the place",
        "Adopted 1 May 2018",
        "Minutes of 1 May 2018. Town of Davie. Read 24 November 2026.",
        "News. A public body. Read 24 November 2026. Page: 2.",
    ):
        assert said in text, said
    assert 'href="/us/fl/davie/"' in response.text


@pytest.mark.parametrize(
    ("policy", "day", "standing", "said"),
    [
        ({"legal_status": "proposed"}, "2026-01-01", "Never in force", "Proposed; outcome not confirmed."),
        ({"legal_status": "challenged"}, "2026-01-01", "Challenged in court", "We do not know the outcome."),
        ({"adopted_on": ""}, "2026-11-24", "Perhaps in force", "We know no date of its start."),
        ({"adopted_on": "2018"}, "2018-06-01", "Perhaps in force", "Its start: 2018; the day is not known."),
        ({}, "2018-04-30", "Not yet in force", "Not in force on 30 April 2018."),
        ({"legal_status": "repealed", "ended_on": "2020"}, "2021-01-01", "No longer in force", "Its end: 2020;"),
        ({"legal_status": "superseded"}, "2026-11-24", "No longer in force", "The day of its end is not known."),
    ],
)  # fmt: skip
def test_a_day_is_told_as_far_as_the_record_goes(client, davie, policy, day, standing, said):
    policy = LocalPolicyFactory(jurisdictions=[davie], **policy)
    text = text_of(client.get(f"{policy.get_absolute_url()}?as_of={day}"))
    assert f"On this day {standing}" in text
    assert said in text


def test_the_list_says_of_a_policy_only_that_it_held_when_last_seen(client, davie):
    LocalPolicyFactory(jurisdictions=[davie], title="Ordinance 7")
    text = text_of(client.get("/policies/"))
    assert "Florida In force when last seen since 1 May 2018" in text
    assert "“In force when last seen” means that no source that we read says that it ended." in text
    assert not re.search("In force (?!when|on)", text.replace("Only what was in force", "")), text


def test_links_from_a_past_day_lead_to_that_day(client, davie):
    policy = LocalPolicyFactory(jurisdictions=[davie])
    own = policy.get_absolute_url()
    assert f'href="{own}?as_of=2020-01-01"' in client.get("/policies/?as_of=2020-01-01").text
    for address in ("/us/fl/davie/", "/us/fl/", "/policies/"):
        assert f'href="{address}?as_of=2020-01-01"' in client.get(f"{own}?as_of=2020-01-01").text, address
    for today in ("/policies/", "/policies/?as_of=2999-01-01", "/policies/?as_of=yesterday"):
        assert f'href="{own}"' in client.get(today).text or client.get(today).status_code == 400


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_published_has_no_page_and_is_in_no_list(client, davie, state):
    policy = LocalPolicyFactory(jurisdictions=[davie], state=state)
    assert client.get(policy.get_absolute_url()).status_code == 404
    assert count(client, "") == "0"


@pytest.mark.parametrize(
    "query",
    ["state=FL", "topic=detainers", "stance=limits_cooperation", "legal_status=in_force", "q=ordinance+davie",
     "instrument=ordinance", "jurisdiction=1216475", "jurisdiction=12011", "jurisdiction=12", "as_of=2019-01-01"],
)  # fmt: skip
def test_each_filter_finds_the_policy(client, davie, query):
    LocalPolicyFactory(jurisdictions=[davie], government="Davie")
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    LocalPolicyFactory(state_area=texas, title="Rule", instrument="police_policy", legal_status="proposed",
                       stance="mixed", printed_topics=["data_privacy"], government="Austin")  # fmt: skip
    text = text_of(client.get(f"/policies/?{query}"))
    assert "1 record " in text
    assert "Ordinance" in text
    assert "Rule" not in text


def test_a_topic_is_the_one_that_laws_have_too(client, davie):
    LocalPolicyFactory(jurisdictions=[davie], printed_topics=["287g_ban"])
    assert count(client, "topic=287g") == "1"
    assert client.get("/policies/?topic=287g_ban").status_code == 400


def test_an_area_has_its_own_those_inside_it_and_if_asked_its_countys(client, broward, davie):
    LocalPolicyFactory(jurisdictions=[davie])
    LocalPolicyFactory(jurisdictions=[broward])
    asked = {
        "jurisdiction=12011": "2", "jurisdiction=12011&reach=own": "1", "jurisdiction=12011&reach=inside": "1",
        "jurisdiction=1216475": "1", "jurisdiction=1216475&reach=all": "2", "jurisdiction=1216475&reach=county": "1",
    }  # fmt: skip
    assert {query: count(client, query) for query in asked} == asked
    assert client.get("/policies/?reach=own").status_code == 400


def test_the_file_holds_exactly_what_the_list_shows(client, davie):
    LocalPolicyFactory.create_batch(ROWS_ON_A_PAGE + 1, jurisdictions=[davie])
    LocalPolicyFactory(jurisdictions=[davie], legal_status="proposed")
    response = client.get("/policies/?legal_status=in_force&format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == ROWS_ON_A_PAGE + 1 == int(count(client, "legal_status=in_force"))
    assert {(row["geoids"], row["topics"], row["standing"]) for row in rows} == {("1216475", "detainers", "in_force")}


def test_pages_cost_the_same_however_much_there_is(client, broward, davie, django_assert_num_queries):
    policies = LocalPolicyFactory.create_batch(9, jurisdictions=[broward, davie])
    for _ in range(3):
        PolicyCitation.objects.create(policy=policies[0], source=SourceFactory())
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/policies/")
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(policies[0].get_absolute_url())


def test_changes_of_policies_and_labels_stand_among_the_changes(client, broward, davie):
    policy = LocalPolicyFactory(jurisdictions=[davie], government="Davie", title="Ordinance 7")
    label = DesignationFactory(jurisdiction=broward)
    adopted = ChangeEventFactory(agreement=None, agency=None, policy=policy, kind="enacted", seen_on=date(2018, 5, 1))
    listed = ChangeEventFactory(agreement=None, agency=None, designation=label, kind="label_listed")
    for query in ("", "?state=FL", "?jurisdiction=12011"):
        text = text_of(client.get(f"/changes/{query}"))
        assert "Davie, Ordinance 7, FL" in text
        assert "Put on a federal list: Broward County, FL" in text
    assert "Ordinance 7" in heading(client.get(adopted.get_absolute_url()))
    page = client.get(listed.get_absolute_url())
    assert heading(page) == "Put on a federal list Broward County, Florida"
    assert 'href="/us/fl/broward-county/"' in page.text
