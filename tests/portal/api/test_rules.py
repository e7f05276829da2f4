"""Laws, policies and federal labels in the API: their form, their days, their parameters, what each costs."""

from datetime import date

import pytest

from agreements.filters import DesignationFilter, LawFilter, PolicyFilter
from tests.factories import (
    CheckFactory,
    CountyFactory,
    DesignationFactory,
    LocalPolicyFactory,
    PlaceFactory,
    ProvisionFactory,
    SourceFactory,
    StateFactory,
    StateLawFactory,
)

pytestmark = pytest.mark.django_db

API = "/api/v1/"


@pytest.fixture
def get(client):
    """GET an address of the API."""

    def ask(address, status=200):
        response = client.get(API + address)
        assert response.status_code == status, response.text
        return response.json()

    return ask


def ids(answer) -> list[str]:
    return [each["id"] for each in answer["results"]]


def test_a_law_carries_its_provisions_dates_standing_and_sources(get):
    law = StateLawFactory(key="fl-sb-168-2019", title="SB 168", effective_on="2019-07", doubt_en="Page 3 is missing.")
    ProvisionFactory(law=law, place=1, effective_on="2030-01-01")
    record = get("laws/fl-sb-168-2019/")
    assert {
        name: record[name] for name in ("id", "state", "legal_status", "standing", "enacted_on", "effective_on")
    } == {
        "id": "fl-sb-168-2019",
        "state": "FL",
        "legal_status": "enacted",
        "standing": "in_force",
        "enacted_on": "2019-06-14",
        "effective_on": "2019-07",
    }
    assert record["starts"] == {"first_day": "2019-07-01", "last_day": "2019-07-31"}
    assert record["ends"] == {"first_day": None, "last_day": None}
    assert record["summary"] == {"en": law.summary_en, "es": law.summary_es}
    assert record["doubt"]["en"] == "Page 3 is missing."
    assert record["url"] == "http://testserver/laws/fl-sb-168-2019/"
    assert [source["title"] for source in record["sources"]] == [law.main_source.title]
    assert record["updated_at"]
    (provision,) = record["provisions"]
    assert (provision["id"], provision["topic"], provision["effect"]) == ("fl-sb-168-2019:1", "detainers", "requires")
    assert (provision["binds"], provision["standing"]) == (["sheriffs_and_jails"], "not_yet")


def test_a_policy_carries_whose_it_is_and_its_topics_in_the_shared_words(get):
    davie = PlaceFactory(geoid="1216475", name="Davie town")
    policy = LocalPolicyFactory(jurisdictions=[davie], printed_topics=["287g_ban"], legal_status="challenged")
    record = get(f"policies/{policy.key}/")
    assert record["jurisdictions"] == [{"geoid": "1216475", "kind": "place", "name": "Davie town"}]
    assert (record["topics"], record["standing"], record["adopted_on"]) == (["287g"], "challenged", "2018-05-01")
    assert record["sources"]


def test_a_label_says_from_when_to_when_and_whether_its_list_is_whole(get):
    broward = CountyFactory(geoid="12011", name="Broward County")
    label = DesignationFactory(jurisdiction=broward, removed_on=date(2025, 10, 31))
    record = get(f"designations/{label.key}/?as_of=2025-10-30")
    assert (record["id"], record["is_listed"], record["list_is_complete"]) == ("doj-eo-14287-12011", True, True)
    assert get(f"designations/{label.key}/?as_of=2025-10-31")["is_listed"] is False
    assert get("designations/?as_of=2025-10-31")["count"] == 0
    assert get("designations/?as_of=2025-10-30&state=FL")["count"] == 1
    assert get("designations/")["count"] == 1


@pytest.mark.parametrize("address", ["laws/", "policies/", "designations/"])
def test_what_is_not_published_is_not_there(get, address):
    for make in (StateLawFactory, LocalPolicyFactory, DesignationFactory):
        for state in ("draft", "withdrawn"):
            record = make(state=state)
            get(f"{address}{record.key}/", status=404)
    assert get(address)["results"] == []


@pytest.mark.parametrize(
    ("law", "as_of", "standing"),
    [
        ({}, "2020-01-01", "in_force"),
        ({"effective_on": "2020"}, "2020-01-01", "uncertain"),
        ({"legal_status": "enjoined"}, "2020-01-01", "blocked"),
        ({"effective_on": "2021"}, "2020-01-01", None),
        ({"legal_status": "proposed"}, "2020-01-01", None),
        ({"legal_status": "vetoed"}, "2020-01-01", None),
        ({"legal_status": "repealed", "ended_on": "2019-12"}, "2020-01-01", None),
    ],
)
def test_a_day_keeps_what_is_or_may_be_in_force_and_each_row_says_which(get, law, as_of, standing):
    law = StateLawFactory(**law)
    found = {each["id"]: each["standing"] for each in get(f"laws/?as_of={as_of}")["results"]}
    assert found == ({law.key: standing} if standing else {})
    assert ids(get("laws/")) == [law.key]


def test_a_record_that_is_not_in_force_that_day_says_so_instead_of_hiding(get):
    law = StateLawFactory(effective_on="2021")
    assert get(f"laws/{law.key}/?as_of=2020-01-01")["standing"] == "not_yet"
    policy = LocalPolicyFactory(adopted_on="2021")
    assert get(f"policies/{policy.key}/?as_of=2020-01-01")["standing"] == "not_yet"


def test_lists_of_rules_know_days_before_the_first_list_of_ices(get):
    law = StateLawFactory(enacted_on="1990-05-01")
    answer = get("laws/?as_of=2000-01-01")
    assert ids(answer) == [law.key]
    assert "coverage" not in answer


@pytest.mark.parametrize("address", ["laws/", "policies/", "designations/"])
@pytest.mark.parametrize(
    ("query", "parameter"),
    [("topi=detainers", "topi"), ("state=ZZ", "state"), ("as_of=2999-01-01", "as_of"), ("fields=colour", "fields"),
     ("jurisdiction=99999", "jurisdiction"), ("ordering=colour", "ordering"), ("updated_since=soon", "updated_since")],
)  # fmt: skip
def test_what_is_unknown_or_bad_is_refused_and_named(get, address, query, parameter):
    problem = get(f"{address}?{query}", status=400)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]
    assert "known_parameters" in problem


@pytest.mark.parametrize(
    ("page", "address", "filterset"),
    [
        ("/laws/", "laws/", LawFilter),
        ("/policies/", "policies/", PolicyFilter),
        (None, "designations/", DesignationFilter),
    ],
)  # fmt: skip
def test_the_pages_take_the_parameters_of_the_api_and_find_the_same(client, get, page, address, filterset):
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    for state in (StateFactory(), texas):
        ProvisionFactory(law=StateLawFactory(jurisdiction=state))
        ProvisionFactory(law=StateLawFactory(jurisdiction=state, legal_status="proposed"), topic="data_privacy")
        area = CountyFactory(state=state)
        LocalPolicyFactory(state_area=state, jurisdictions=[area])
        LocalPolicyFactory(state_area=state, legal_status="proposed", printed_topics=["inquiry_ban"])
        DesignationFactory(jurisdiction=area)
    known = get(f"{address}?no=1", status=400)["known_parameters"]
    assert set(filterset.base_filters) <= set(known)
    if page is None:
        return
    for query in ("", "state=TX", "topic=detainers", "topic=status_inquiries", "as_of=2020-01-01&state=FL",
                  "legal_status=proposed", "jurisdiction=48", "q=2019", "stance=mixed"):  # fmt: skip
        answer = get(f"{address}?{query}")
        response = client.get(f"{page}?view=list&format=csv&{query}")
        lines = b"".join(response.streaming_content).decode().splitlines()[1:]
        assert sorted(line.split(",")[0] for line in lines) == sorted(ids(answer)), query


@pytest.mark.parametrize("address", ["laws/", "policies/", "designations/"])
def test_a_list_costs_the_same_however_long_it_is(client, address, django_assert_max_num_queries):
    for _ in range(7):
        law = StateLawFactory()
        ProvisionFactory(law=law)
        law.citations.create(source=SourceFactory())
        LocalPolicyFactory(jurisdictions=[CountyFactory()]).citations.create(source=SourceFactory())
        DesignationFactory().citations.create(source=SourceFactory())
    with django_assert_max_num_queries(6):  # data version, count, records, what belongs to them (2), newest list
        assert client.get(f"{API}{address}").json()["count"] == 7


@pytest.mark.parametrize("address", ["laws/", "policies/", "designations/"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_whole_list_is_one_file(client, address, form):
    StateLawFactory.create_batch(3)
    LocalPolicyFactory.create_batch(3)
    DesignationFactory.create_batch(3)
    body = client.get(f"{API}{address}?format={form}&fields=id,url").content.decode()
    assert len(body.splitlines()) == (4 if form == "csv" else 3)


# -- Inside the answer of an area -----------------------------------------------------------------------------------


@pytest.fixture
def davie():
    broward = CountyFactory(geoid="12011", name="Broward County")
    return PlaceFactory(geoid="1216475", name="Davie town", short_name="Davie", counties=[broward])


def test_the_answer_of_a_place_holds_its_states_law_policies_labels_and_checks(get, davie):
    broward = davie.counties.get()
    law = StateLawFactory(key="fl-sb-168-2019", effective_on="2019-07-01")
    ProvisionFactory(law=law)
    CheckFactory(subject="data_privacy")
    CheckFactory(jurisdiction=davie, subject="local_policy")
    LocalPolicyFactory(jurisdictions=[broward], key="fl-broward-detainers-2018")
    LocalPolicyFactory(jurisdictions=[davie], legal_status="proposed")
    DesignationFactory(jurisdiction=broward, removed_on=date(2025, 10, 31))
    answer = get("jurisdictions/1216475/answer/?as_of=2025-10-30")
    topics = {each["topic"]: each for each in answer["state_law"]}
    assert len(topics) == 13
    assert topics["detainers"]["mark"] == "yes"
    (rule,) = topics["detainers"]["rules"]
    assert (rule["law"], rule["effect"], rule["standing"], rule["since"]) == (
        "fl-sb-168-2019",
        "requires",
        "in_force",
        "2019-07-01",
    )
    assert rule["url"] == "http://testserver/laws/fl-sb-168-2019/"
    assert (topics["data_privacy"]["mark"], topics["data_privacy"]["looked_on"]) == ("looked", "2026-11-24")
    assert topics["jail_transfers"]["mark"] == "unchecked"
    assert [(each["policy"], each["geoid"], each["standing"]) for each in answer["local_policies"]] == [
        ("fl-broward-detainers-2018", "12011", "in_force")
    ]
    listed = {each["jurisdiction"]["geoid"]: each for each in answer["designations"]}["12011"]
    assert (listed["mark"], listed["listed_on"], listed["removed_on"]) == ("yes", "2025-08-05", None)
    assert {(each["geoid"], each["subject"], each["found"]) for each in answer["checks"]} == {
        ("12", "data_privacy", "nothing"),
        ("1216475", "local_policy", "nothing"),
    }
    later = get("jurisdictions/1216475/answer/?as_of=2025-10-31")["designations"]
    assert {each["jurisdiction"]["geoid"]: (each["mark"], each["removed_on"]) for each in later}["12011"] == (
        "no",
        "2025-10-31",
    )


def test_the_answer_of_a_state_holds_every_policy_in_it(get, davie):
    LocalPolicyFactory(jurisdictions=[davie], key="fl-davie-detainers-2018")
    answer = get("jurisdictions/12/answer/")
    assert [each["policy"] for each in answer["local_policies"]] == ["fl-davie-detainers-2018"]
    assert len(answer["state_law"]) == 13


def test_no_answer_shows_what_is_no_rule_as_one(get, davie):
    for legal_status in ("proposed", "vetoed", "expired"):
        ProvisionFactory(law=StateLawFactory(legal_status=legal_status))
    ProvisionFactory(law=StateLawFactory(legal_status="enjoined"))
    (topic,) = [each for each in get("jurisdictions/1216475/answer/")["state_law"] if each["topic"] == "detainers"]
    assert [rule["standing"] for rule in topic["rules"]] == ["blocked"]
    assert topic["mark"] != "yes"
