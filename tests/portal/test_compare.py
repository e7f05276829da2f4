"""Places side by side: on small worlds for each rule, on the bundled facts for the pages people meet."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.answers.compare import Comparison, answers_differ, answers_for
from portal.views.compare import compare_address
from tests.factories import (
    NEWEST_LIST,
    AgencyFactory,
    AgreementFactory,
    AreaNameFactory,
    CheckFactory,
    CountyFactory,
    DesignationFactory,
    LocalPolicyFactory,
    PlaceFactory,
    ProvisionFactory,
    SnapshotFactory,
    StateFactory,
    StateLawFactory,
    SubdivisionFactory,
)
from tests.portal.reading import text_of

COMPARE = "/us/compare/"


@pytest.fixture
def pair(db):
    """Two counties of Florida of which nothing is known but ICE's list."""
    SnapshotFactory()
    return CountyFactory(geoid="12011", name="Broward County"), CountyFactory(geoid="12086", name="Miami-Dade County")


def compared(*areas, day=NEWEST_LIST) -> Comparison:
    return Comparison(tuple(answers_for(areas, day)))


def rows(comparison) -> dict[str, bool]:
    """By title whether the row says that something differs."""
    found = [*comparison.lines, *comparison.meaning, *comparison.agencies, *comparison.law]
    return {row.title: row.differs for row in [*found, comparison.labels]}


# -- What differs ----------------------------------------------------------------------------------------------------


def test_places_of_which_the_same_is_known_have_one_answer(pair):
    comparison = compared(*pair)
    assert comparison.is_same
    assert not answers_differ(pair, NEWEST_LIST)
    assert not any(rows(comparison).values())


def test_the_same_agreements_of_agencies_of_one_kind_are_one_answer_though_names_differ(pair):
    for county in pair:
        AgreementFactory(agency=AgencyFactory(kind="sheriff", covers=[county]), program_model="WSO")
    comparison = compared(*pair)
    assert comparison.is_same
    own = comparison.agencies[0]
    assert not own.differs
    assert len(own.cells) == 2


@pytest.mark.parametrize(
    ("what", "differing"),
    [
        ("agreement", {"Police and sheriff here", "Stopped on the street", "Its own agencies"}),
        ("policy", {"Local policy", "Due to be released"}),
        ("label", {"Federal labels"}),
        ("check", {"Local policy"}),
    ],
)
def test_what_one_place_has_and_the_other_has_not_is_marked_and_nothing_else(pair, what, differing):
    match what:
        case "agreement":
            AgreementFactory(agency=AgencyFactory(kind="sheriff", covers=[pair[0]]))
        case "policy":
            LocalPolicyFactory(jurisdictions=[pair[0]], government="Broward County")
        case "label":
            DesignationFactory(jurisdiction=pair[0])
        case "check":
            CheckFactory(jurisdiction=pair[0], subject="local_policy", looked_on=NEWEST_LIST)
    comparison = compared(*pair)
    assert {title for title, differs in rows(comparison).items() if differs} == differing
    assert not comparison.is_same
    assert answers_differ(pair, NEWEST_LIST)


def test_an_agency_in_question_keeps_two_answers_apart(pair):
    AgreementFactory(agency=AgencyFactory(placement="in_question", printed_county=pair[0]))
    assert answers_differ(pair, NEWEST_LIST)


def test_two_states_differ_in_their_laws_topic_by_topic(pair):
    georgia = StateFactory(geoid="13", name="Georgia", usps="GA")
    there = CountyFactory(geoid="13121", name="Fulton County", state=georgia)
    for state in (pair[0].state, georgia):
        ProvisionFactory(law=StateLawFactory(jurisdiction=state), topic="detainers", effect="requires")
    ProvisionFactory(law=StateLawFactory(jurisdiction=georgia), topic="287g", effect="requires")
    comparison = compared(pair[0], there)
    assert {row.title: (row.differs, len(row.cells)) for row in comparison.law} == {
        "287(g) agreements": (True, 2),
        "Holding people on a detainer": (False, 2),
    }
    assert comparison.title == "Broward County (Florida) and Fulton County (Georgia)"


def test_namesakes_of_one_state_are_told_apart_by_their_county(pair):
    first, second = (SubdivisionFactory(name="Burton township", short_name="Burton", slug=f"burton-{county.pk}",
                                        counties=[county]) for county in pair)  # fmt: skip
    assert compared(first, second).names == ("Burton township (Broward County)", "Burton township (Miami-Dade County)")


def test_the_shared_answer_tells_each_sentence_once(pair):
    (local, state_agencies, *_rest) = compared(*pair).shared_lines
    assert len(local.sentences) == 2
    assert len(state_agencies.sentences) == 1


def test_a_comparison_is_of_its_day(pair):
    AgreementFactory(agency=AgencyFactory(covers=[pair[0]]), standing__starts_on=NEWEST_LIST)
    SnapshotFactory(published_on=NEWEST_LIST.replace(year=2025), position=1)
    assert compared(*pair, day=NEWEST_LIST.replace(month=1)).is_same
    assert not compared(*pair).is_same


# -- The page --------------------------------------------------------------------------------------------------------


def test_one_answer_for_all_is_told_once_under_all_names(client, pair):
    response = client.get(COMPARE, {"a": "12011", "b": "12086"})
    assert "<title>Broward County and Miami-Dade County compared" in response.text
    text = text_of(response)
    assert "The answer is the same for all of them." in text
    assert "≠" not in response.text


def test_differences_are_marked_in_words_and_shapes(client, pair):
    AgreementFactory(agency=AgencyFactory(name="Broward County Sheriff", kind="sheriff", covers=[pair[0]]))
    response = client.get(COMPARE, {"a": "12011", "b": "12086"})
    text = text_of(response)
    assert "Different Police and sheriff here The same State agencies" in text
    assert "The answer is the same" not in text
    assert "Broward County Sheriff (street enforcement) has an agreement with ICE." in text
    for path in ("/us/fl/broward-county/", "/us/fl/miami-dade-county/"):
        assert f'href="{path}"' in response.text


def test_spanish_leads_to_spanish_pages(client, pair):
    text = client.get(f"/es{COMPARE}", {"a": "12011", "b": "12086"}).text
    assert 'href="/es/us/fl/broward-county/"' in text
    assert "La respuesta es igual para todos ellos." in text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"a": "99999", "b": "12011"}, "We know no place with the number 99999."),
        ({"a": "12011", "b": "Broward"}, "We know no place with the number Broward."),
        ({"a": "12011", "b": "1\x00"}, "We know no place with the number ?."),
        ({"a": "12011", "b": "12"}, "Florida is a state."),
        ({"a": "٣", "b": "12011"}, "We know no place with the number"),
        ({"a": "12011", "b": "12086", "as_of": "soon"}, "This page shows today."),
        ({"a": "12011", "b": "12086", "as_of": "2999-01-01"}, "This page shows today."),
    ],
)
def test_a_bad_value_brings_the_page_a_sentence_and_400(client, pair, asked, sentence):
    response = client.get(COMPARE, asked)
    assert response.status_code == 400
    assert sentence in text_of(response)
    assert 'name="q"' in response.text


def test_what_is_wrong_does_not_hide_what_is_right(client, pair):
    response = client.get(COMPARE, {"a": "12011", "b": "12086", "c": "x"})
    assert response.status_code == 400
    assert "The answer is the same for all of them." in text_of(response)


@pytest.mark.parametrize("asked", [{}, {"a": "12011"}, {"z": "12011"}])
def test_fewer_than_two_places_ask_for_one_more(client, pair, asked):
    response = client.get(COMPARE, asked)
    assert response.status_code == 200
    assert '<input type="hidden" name="with" value="">' in response.text
    assert ('<input type="hidden" name="with" value="12011">' in response.text) == ("a" in asked)


def test_four_places_are_full_and_one_can_be_left_out(client, pair):
    more = [CountyFactory(geoid=f"1209{number}", name=f"County {number}") for number in range(2)]
    address = compare_address(area.pk for area in (*pair, *more))
    text = client.get(address).text
    assert 'name="q"' not in text
    assert 'href="/us/compare/?a=12086&amp;b=12090&amp;c=12091"' in text


def test_the_second_geoid_a_cdp_an_old_code_and_a_doubled_place_lead_to_the_one_address(client, pair):
    PlaceFactory(geoid="1299998", short_name="Unity", same_as=pair[1])
    AreaNameFactory(name="Gladeview", leads_to=pair[1], cdp_geoid="1225987")
    AreaNameFactory(name="12025", kind="former_geoid", leads_to=pair[1])
    for other in ("1299998", "1225987", "12025"):
        response = client.get(f"/es{COMPARE}", {"a": "12011", "b": other, "as_of": "2026-05-18"})
        assert response.status_code == 301
        assert response["Location"] == "/es/us/compare/?a=12011&b=12086&as_of=2026-05-18"
    assert client.get(COMPARE, {"a": "12011", "b": "12011"})["Location"] == "/us/compare/?a=12011"


def test_a_code_that_leads_to_several_places_is_no_place(client, pair):
    for area in pair:
        AreaNameFactory(name="Gladeview", leads_to=area, cdp_geoid="1225987")
    assert client.get(COMPARE, {"a": "1225987", "b": "12011"}).status_code == 400


def test_unknown_parameters_take_no_part(client, pair):
    first, second = (client.get(COMPARE, {"a": "12011", "b": "12086"} | more) for more in ({}, {"utm": "x"}))
    assert first["ETag"] == second["ETag"]
    assert "utm" not in second.text


def test_another_day_is_asked_for_and_said(client, pair):
    response = client.get(COMPARE, {"a": "12011", "b": "12086", "as_of": "2026-06-01"})
    assert "You are reading what was known for 1 June 2026." in text_of(response)
    assert 'href="?a=12011&amp;b=12086">Back to today' in response.text
    assert 'href="/us/fl/broward-county/?as_of=2026-06-01"' in response.text


def test_the_queries_do_not_grow_with_agencies_and_rules(client, pair, django_assert_num_queries):
    def fill(count):
        for county in pair:
            for _number in range(count):
                agency = AgencyFactory(covers=[county])
                AgreementFactory(agency=agency, program_model="TFM")
                AgreementFactory(agency=agency, program_model="WSO")
                LocalPolicyFactory(jurisdictions=[county])
                ProvisionFactory(law=StateLawFactory(jurisdiction=county.state))

    fill(1)
    address = compare_address(area.pk for area in pair)
    with CaptureQueriesContext(connection) as counted:
        client.get(address)
    fill(4)
    with django_assert_num_queries(len(counted)):
        client.get(address)


# -- On the bundled facts --------------------------------------------------------------------------------------------


@pytest.mark.facts
@pytest.mark.parametrize("typed", ["21228", "90265", "60007"])
def test_a_zip_code_on_a_border_brings_a_choice_and_both_answers(client, typed):
    choice = client.post("/find/", {"q": typed})
    assert choice.status_code == 200
    address = re.search(r'href="(/us/compare/[^"]+)"', choice.text)[1].replace("&amp;", "&")
    assert typed not in address
    response = client.get(address)
    assert response.status_code == 200
    assert '<span aria-hidden="true">≠</span> Different' in response.text
    assert typed not in response.text


@pytest.mark.facts
def test_baltimore_county_and_city_differ_in_policy_and_label(client):
    text = text_of(client.get(COMPARE, {"a": "24005", "b": "24510"}))
    assert "Different Local policy Federal labels The same Police and sheriff here State agencies State law" in text


@pytest.mark.facts
@pytest.mark.parametrize("geoids", [("24005", "24510"), ("48201", "06037", "17031", "12086"), ("48201", "48113")])
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_heaviest_comparisons_stay_light(client, geoids, prefix):
    response = client.get(f"{prefix}{compare_address(geoids)}", headers={"Accept-Encoding": "br"})
    assert response["Content-Encoding"] == "br"
    assert len(response.content) < 12_000


@pytest.mark.facts
def test_every_sentence_has_a_source_of_the_page(client):
    text = client.get(COMPARE, {"a": "48201", "b": "06037", "c": "17031"}).text
    cited = set(re.findall(r'href="#s(\d+)"', text))
    assert cited
    assert cited <= set(re.findall(r'<li id="s(\d+)"', text))
