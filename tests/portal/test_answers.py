"""The answer for a place or a state on a day."""

from datetime import date

import pytest
from django.utils import translation

from agreements.querysets import Reach, agencies_reaching
from jurisdictions.models import Agency, Jurisdiction
from portal.answers import CHANGES_SHOWN, Mark, Topic, answer_for, state_answer
from portal.answers.changes import STATEWIDE_SHOWN
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    DesignationFactory,
    LocalPolicyFactory,
    ModelPowerFactory,
    PlaceFactory,
    ProvisionFactory,
    SnapshotFactory,
    StandingFactory,
    StateFactory,
    SubdivisionFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
# Lists, counties, parts or namesakes, agreements, coverages, changes; laws, provisions, what these cite, policies,
# labels, checks, powers and what these cite.
PLACE_QUERIES = 14
# Lists, agreements, coverages, changes, counties, places in them, policies and whose they are; laws, provisions, what
# these cite, policies, labels, checks, powers.
STATE_QUERIES = 15
THE_LIST = "ICE's list of 18 May 2026"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def broward():
    SnapshotFactory()
    SnapshotFactory(published_on=date(2021, 1, 13))
    return CountyFactory(geoid="12011", name="Broward County")


@pytest.fixture
def davie(broward):
    return PlaceFactory(geoid="1216475", short_name="Davie", counties=[broward])


def listed(name: str, *, models: tuple[str, ...] = ("TFM",), extent: str = "whole", **fields) -> Agency:
    agency = AgencyFactory(name=name, covers__extent=extent, **fields)
    for model in models:
        AgreementFactory(agency=agency, program_model=model)
    return agency


@pytest.fixture
def agencies(broward, davie):
    """One of each way to reach Broward County or Davie, and what reaches neither."""
    other = CountyFactory(name="Clay County")
    georgia = StateFactory(geoid="13", name="Georgia", usps="GA")
    return {
        "sheriff": listed("Broward Sheriff", covers=[broward], models=("TFM", "WSO")),
        "police": listed("Davie Police", kind="municipal_police", covers=[davie]),
        "constable": listed("Broward Constable Precinct 2", kind="constable", covers=[broward], extent="part"),
        "campus": listed("Davie College Police", kind="campus", covers=[davie], extent="part"),
        "patrol": listed("Highway Patrol", kind="state_police", placement="statewide"),
        "in question": listed("Atlantic Police", placement="in_question", printed_county=broward),
        "other county": listed("Clay Sheriff", covers=[other]),
        "other state": listed("Georgia State Patrol", kind="state_police", placement="statewide", state=georgia),
    }


def reaches(area) -> dict[str, str]:
    return {entry.agency.name: entry.reach.value for entry in answer_for(area, TODAY).entries}


def test_a_county_is_reached_by_its_own_by_those_inside_and_by_the_state(agencies, broward):
    assert reaches(broward) == {
        "Broward Sheriff": "own",
        "Davie Police": "inside",
        "Broward Constable Precinct 2": "inside",
        "Davie College Police": "inside",
        "Highway Patrol": "statewide",
    }


def test_a_town_is_reached_by_its_own_its_county_its_campus_and_the_state(agencies, davie):
    assert reaches(davie) == {
        "Davie Police": "own",
        "Broward Sheriff": "county",
        "Broward Constable Precinct 2": "county",
        "Davie College Police": "special",
        "Highway Patrol": "statewide",
    }


@pytest.mark.parametrize("geoid", ["12011", "1216475"])
def test_pages_and_filters_mean_the_same_by_reach(agencies, geoid):
    area = Jurisdiction.objects.get(pk=geoid)
    answer = answer_for(area, TODAY)
    for reach in Reach:
        by_filter = set(Agency.objects.filter(pk__in=agencies_reaching(area, reach)).values_list("name", flat=True))
        assert by_filter == {entry.agency.name for entry in answer.of(reach)}, reach


def test_an_agency_in_question_reaches_nothing_and_stands_apart_in_the_county_that_ice_prints(agencies, broward, davie):
    answer = answer_for(broward, TODAY)
    assert [entry.agency.name for entry in answer.in_question] == ["Atlantic Police"]
    assert "Atlantic Police" not in reaches(broward)
    assert answer_for(davie, TODAY).in_question == ()


def test_while_an_agency_in_question_may_be_of_the_area_nobody_says_no(broward):
    """Burton Township's police is on the list, and there are two Burton townships: neither page may say no."""
    here = SubdivisionFactory(short_name="Burton", legal_type="township", slug="burton-1", counties=[broward])
    clay = CountyFactory(name="Clay County")
    there = SubdivisionFactory(short_name="Burton", legal_type="township", slug="burton-2", counties=[clay])
    city = PlaceFactory(short_name="Burton", legal_type="city", counties=[clay])
    agency = listed("Burton Township Police", placement="in_question", kind="township_police")
    for area in (here, there, broward, clay):
        answer = answer_for(area, TODAY)
        line = answer.line["local"]
        assert (line.mark, line.word, line.agencies) == (Mark.UNCHECKED, "In question", 0)
        assert line.sentences[0] == (
            "Burton Township Police was on ICE's list of 18 May 2026. We are not certain which area it covers."
        )
        assert line.sentences[1].startswith(f"No other agency of {area.full_name}, or of ")
        assert [entry.agency for entry in answer.in_question] == [agency]
        assert answer.entries == ()
        assert not {here, there}.intersection(answer.parts_without)
    assert city in answer_for(clay, TODAY).parts_without
    assert answer_for(city, TODAY).line["local"].mark == Mark.NO
    agency.agreements.get().standings.update(status="no_longer_listed")
    assert answer_for(here, TODAY).line["local"].mark == Mark.NO


def test_an_agency_in_question_takes_nothing_from_a_yes(agencies, broward):
    line = answer_for(broward, TODAY).line["local"]
    assert line.mark == Mark.YES
    assert not any("Atlantic" in sentence for sentence in line.sentences)


def test_a_campus_in_question_leaves_the_police_of_its_city_where_they_are(broward):
    city = PlaceFactory(short_name="Tallahassee", counties=[broward])
    listed("Tallahassee State College Police", placement="in_question", kind="campus")
    assert answer_for(city, TODAY).line["local"].mark == Mark.NO
    assert answer_for(city, TODAY).in_question
    assert answer_for(broward, TODAY).line["local"].mark == Mark.UNCHECKED


def test_the_nearest_agencies_are_named_first(agencies, davie):
    line = answer_for(davie, TODAY).line["local"]
    assert line.sentences[0] == (
        "Davie Police (street enforcement), Broward Sheriff (street enforcement, jail warrants) and Broward Constable"
        " Precinct 2 (street enforcement) have agreements with ICE."
    )


def test_a_county_counts_the_agencies_inside_it(agencies, broward):
    line = answer_for(broward, TODAY).line["local"]
    assert line.agencies == 4
    assert line.sentences[0] == (
        "Broward Sheriff (street enforcement, jail warrants) and 3 agencies in the county (street enforcement) have"
        " agreements with ICE."
    )


def test_yes_stands_only_on_the_line_it_belongs_to(broward, davie):
    listed("Highway Patrol", kind="state_police", placement="statewide")
    answer = answer_for(davie, TODAY)
    assert {topic: line.mark for topic, line in answer.line.items()} == {
        Topic.LOCAL: Mark.NO,
        Topic.STATE_AGENCIES: Mark.YES,
        Topic.STATE_LAW: Mark.UNCHECKED,
        Topic.LOCAL_POLICY: Mark.UNCHECKED,
    }
    assert answer.line["state_agencies"].sentences == (
        "1 agency of the state has an agreement with ICE. It works in all of Florida.",
    )


def test_no_is_said_of_the_list_and_never_of_cooperation(davie):
    local = answer_for(davie, TODAY).line["local"]
    assert local.sentences == (
        f"No agency of Davie, or of its county, was on {THE_LIST}. This does not mean that they never help ICE.",
    )


def test_what_is_not_recorded_is_not_checked_yet(davie):
    answer = answer_for(davie, TODAY)
    for topic in ("state_law", "local_policy"):
        assert answer.line[topic].sentences == ("We have not checked this yet.",)


def test_before_the_first_list_nothing_is_denied(agencies, broward):
    answer = answer_for(broward, date(2021, 1, 12))
    for topic in ("local", "state_agencies"):
        assert answer.line[topic].mark == Mark.UNCHECKED
        assert answer.line[topic].sentences == ("We hold no list before 13 January 2021.",)
    assert not answer.lists.is_covered


def test_the_answer_is_that_of_the_day(broward):
    sheriff = AgencyFactory(name="Broward Sheriff", covers=[broward])
    agreement = AgreementFactory(agency=sheriff, standing=None)
    SnapshotFactory(published_on=date(2025, 3, 6))
    StandingFactory(agreement=agreement, starts_on=date(2025, 3, 6), ends_on=date(2026, 5, 18))
    StandingFactory(
        agreement=agreement, starts_on=date(2026, 5, 18), status="missing", last_listed_on=date(2026, 5, 11)
    )
    assert answer_for(broward, date(2025, 3, 5)).line["local"].mark == Mark.NO
    assert answer_for(broward, date(2026, 5, 17)).line["local"].mark == Mark.YES
    newest = answer_for(broward, TODAY)
    assert newest.line["local"].mark == Mark.NO
    assert newest.line["local"].sentences[1] == (
        "Broward Sheriff was on ICE's list until 11 May 2026 and not on the list of 18 May 2026. ICE does not say why."
    )
    assert [entry.agency.name for entry in newest.groups[Reach.OWN]] == ["Broward Sheriff"]


@pytest.mark.parametrize(
    ("status", "stands"),
    [("listed", True), ("missing", True), ("pending", True), ("no_longer_listed", False), ("no_longer_pending", False)],
)
def test_agencies_of_the_past_are_kept_apart(broward, status, stands):
    agency = AgencyFactory(covers=[broward])
    AgreementFactory(agency=agency, standing__status=status, standing__last_listed_on=date(2026, 4, 1))
    answer = answer_for(broward, TODAY)
    assert bool(answer.groups) is stands
    assert bool(answer.former) is not stands


def test_an_agency_that_keeps_one_agreement_is_not_said_to_have_left(broward):
    agency = listed("Broward Sheriff", covers=[broward])
    AgreementFactory(
        agency=agency, program_model="JEM", standing__status="missing", standing__last_listed_on=date(2026, 5, 11)
    )
    (entry,) = answer_for(broward, TODAY).groups[Reach.OWN]
    assert [sentence for _agreement, sentence in entry.told] == [
        "Broward Sheriff has a street enforcement (Task Force Model) agreement with ICE, signed 26 February 2025."
        f" It was on {THE_LIST}.",
        "The jail screening (Jail Enforcement Model) agreement of Broward Sheriff was on ICE's list until 11 May 2026"
        " and not on the list of 18 May 2026. ICE does not say why.",
    ]


def test_a_town_in_two_counties_is_reached_from_both_and_an_empty_strip_counts_for_nothing(broward):
    second, empty = CountyFactory(name="Palm Beach County"), CountyFactory(name="Hendry County")
    town = PlaceFactory(short_name="Twinville", counties=[broward, second, empty])
    town.lies_in.filter(county=empty).update(population_2020=0)
    for county in (broward, second, empty):
        listed(f"{county.short_name} Sheriff", covers=[county])
    answer = answer_for(town, TODAY)
    assert [county.short_name for county in answer.counties] == ["Broward", "Palm Beach"]
    assert {entry.agency.name for entry in answer.of(Reach.COUNTY)} == {"Broward Sheriff", "Palm Beach Sheriff"}
    assert answer_for(empty, TODAY).parts == ()


def test_places_without_an_agency_on_the_list_are_named(agencies, broward, davie):
    hollywood = PlaceFactory(short_name="Hollywood", counties=[broward])
    assert answer_for(broward, TODAY).parts_without == (hollywood,)


def test_what_changed_near_the_place_by_the_day_is_told(broward, davie):
    police = listed("Davie Police", kind="municipal_police", covers=[davie])
    patrol = listed("Highway Patrol", placement="statewide")
    for agency, kind, seen_on in [
        (police, "appeared", date(2025, 3, 6)),
        (police, "link_changed", date(2025, 4, 1)),
        (police, "missing", date(2026, 5, 18)),
        (patrol, "appeared", date(2025, 3, 6)),
    ]:
        ChangeEventFactory(agreement=agency.agreements.get(), kind=kind, seen_on=seen_on)
    answer = answer_for(davie, date(2026, 1, 1))
    assert [event.kind for event in answer.changes] == ["appeared"]
    assert [event.kind for event in answer_for(broward, TODAY).changes] == ["missing", "appeared"]
    assert [event.agency for event in answer.statewide_changes] == [patrol]


def test_agencies_of_the_whole_state_do_not_crowd_out_what_changed_near(broward, davie):
    police = listed("Davie Police", kind="municipal_police", covers=[davie])
    ChangeEventFactory(agreement=police.agreements.get(), seen_on=date(2025, 3, 6))
    for number in range(CHANGES_SHOWN + 1):
        patrol = listed(f"Patrol {number}", placement="statewide")
        ChangeEventFactory(agreement=patrol.agreements.get(), seen_on=date(2026, 5, 18))
    answer = answer_for(davie, TODAY)
    assert [event.agency for event in answer.changes] == [police]
    assert len(answer.statewide_changes) == STATEWIDE_SHOWN


def test_answers_are_one_and_the_same_if_they_differ_in_names_alone(broward):
    first, second, third = (CountyFactory(name=f"{name} County") for name in ("Alpha", "Beta", "Gamma"))
    listed("Alpha Sheriff", covers=[first])
    listed("Beta Sheriff", covers=[second])
    listed("Gamma Sheriff", covers=[third], models=("WSO",))
    alpha, beta, gamma = (answer_for(county, TODAY).substance for county in (first, second, third))
    assert alpha == beta
    assert alpha != gamma


@pytest.mark.parametrize("more", [0, 12])
def test_a_place_costs_the_same_whatever_the_number_of_its_agencies(
    agencies, broward, davie, django_assert_num_queries, more
):
    ModelPowerFactory(model="none", told_at="booking", sentence_en="Fingerprints go on to Homeland Security.")
    for number in range(more):
        town = PlaceFactory(counties=[broward])
        listed(f"Police {number}", kind="municipal_police", covers=[town])
        ProvisionFactory()
        for area in (broward, davie, town):
            LocalPolicyFactory(jurisdictions=[area])
        DesignationFactory(jurisdiction=town)
    for area in (broward, davie):
        area = Jurisdiction.objects.select_related("state").get(pk=area.pk)
        with django_assert_num_queries(PLACE_QUERIES - area.is_county):
            answer = answer_for(area, TODAY)
            assert len(answer.lines) == 4
            assert [entry.told for entry in answer.entries]
            assert [part.get_absolute_url() for part in (*answer.parts, *answer.counties)]
            assert [event.agency.state.usps for event in answer.changes] == []
            assert [saying.sentence for each in answer.meaning for saying in each.sayings]
            assert bool(answer.policies.inside_by_place) is bool(more and area.is_county)
            assert answer.doubts == ()


def test_a_state_counts_each_agency_once_and_shows_its_counties(agencies, broward):
    answer = state_answer(broward.state, TODAY)
    assert len(answer.listed) == 7
    assert answer.agreements == 8
    assert answer.models == {"TFM": 7, "WSO": 1}
    assert [entry.agency.name for entry in answer.statewide] == ["Highway Patrol"]
    assert [entry.agency.name for entry in answer.in_question] == ["Atlantic Police"]
    rows = {row.county.name: (row.own, row.inside, row.models) for row in answer.counties}
    assert rows == {"Broward County": (1, 3, ("TFM", "WSO")), "Clay County": (1, 0, ("TFM",))}
    assert answer.line["local"].sentences == (f"6 local agencies in Florida were on {THE_LIST}.",)


def test_a_township_police_counts_for_the_county_of_its_township(broward):
    listed("Burton Police", kind="township_police", covers=[SubdivisionFactory(counties=[broward])])
    (row,) = state_answer(broward.state, TODAY).counties
    assert (row.own, row.inside) == (0, 1)


def test_a_state_is_told_through_time_by_the_last_list_of_each_month(broward):
    for day in (date(2026, 4, 13), date(2026, 4, 30)):
        SnapshotFactory(published_on=day)
    agreement = AgreementFactory(agency=AgencyFactory(covers=[broward]), standing=None)
    StandingFactory(agreement=agreement, starts_on=date(2026, 4, 13), ends_on=date(2026, 5, 18))
    series = state_answer(broward.state, TODAY).series
    assert [(each.day, each.agencies) for each in series.months] == [
        (date(2026, 5, 18), 0),
        (date(2026, 4, 30), 1),
        (date(2021, 1, 13), 0),
    ]


@pytest.mark.parametrize("more", [0, 12])
def test_a_state_costs_the_same_whatever_the_number_of_its_agencies(agencies, broward, django_assert_num_queries, more):
    for number in range(more + 1):
        ProvisionFactory()
        LocalPolicyFactory(jurisdictions=[broward])
        DesignationFactory(jurisdiction=CountyFactory())
        listed(f"Police {number}", kind="municipal_police", covers=[PlaceFactory(counties=[broward])])
    with django_assert_num_queries(STATE_QUERIES):
        answer = state_answer(broward.state, TODAY)
        assert len(answer.lines) == 3
        assert answer.gone_sentences == ()
        assert answer.policies.count == more + 1
        assert len(answer.labels.labels) == more + 2
        assert [row.county.get_absolute_url() for row in answer.counties]
