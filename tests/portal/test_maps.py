"""Maps of the country and of each state: what is drawn, what is said beside it, and that both say the same."""

import csv
import re
from datetime import date
from html import unescape

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.models import Jurisdiction
from jurisdictions.shapes import drawings
from portal.answers import state_answer
from portal.answers.counties import Country, Shade, shade_of
from portal.maps.map import area_of, corners_of, path_of, smallest_last
from portal.middleware.headers import style_hash
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CountyFactory,
    PlaceFactory,
    SnapshotFactory,
    StateFactory,
)
from tests.portal.reading import heading, text_of

TODAY = date(2026, 11, 25)
LARGEST_MAP = 9_000  # bytes of Texas, compressed

# -- Drawing ---------------------------------------------------------------------------------------------------------

CORNERS = st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=3, max_size=12, unique=True)


def read(path: str) -> list[tuple]:
    """The rings of a path of steps, as a browser reads them."""
    rings, x, y = [], 0, 0
    for part in path.split("z")[:-1]:
        steps = [int(step) for step in re.findall(r"-?\d+", part)]
        ring = []
        for across, down in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + across, y + down
            ring.append((x, y))
        x, y = ring[0]
        rings.append((*ring, ring[0]))
    return rings


@given(st.lists(CORNERS, max_size=5))
def test_a_path_leads_through_its_rings_and_no_further(shapes):
    rings = [(*corners, corners[0]) for corners in shapes]
    path = path_of(rings)
    assert read(path) == [corners for corners in map(corners_of, rings) if len(corners) > 2]
    assert re.fullmatch(r"[mlz\d -]*", path)


@pytest.mark.parametrize(
    ("ring", "path"),
    [
        pytest.param(((0, 0), (3, 0), (9, 0), (9, 9), (0, 0)), "m0 0l9 0 0 9z", id="straight on"),
        pytest.param(((0, 0), (9, 0), (3, 0), (3, 9), (0, 0)), "m0 0l9 0-6 0 0 9z", id="there and back"),
        pytest.param(((5, 5), (5, 5)), "", id="one point"),
    ],
)
def test_a_path_names_no_point_at_which_nothing_turns(ring, path):
    assert path_of([ring]) == path


def test_what_is_too_small_to_press_is_drawn_over_its_neighbours():
    large = [((0, 0), (9, 0), (9, 9), (0, 9), (0, 0))]
    small = [((1, 1), (7, 1), (7, 7), (1, 7), (1, 1))]
    assert [name for name, _rings in smallest_last([("a", small), ("b", large)])] == ["b", "a"]
    assert (area_of(large), area_of(small)) == (81, 36)


@pytest.mark.parametrize(
    ("models", "shade"),
    [
        ([], Shade.NONE),
        (["JEM"], Shade.JAIL),
        (["WSO", "JEM"], Shade.JAIL),
        (["TFM"], Shade.STREET),
        (["TFM", "WSO"], Shade.STREET_AND_JAIL),
        (["Border Model"], Shade.OTHER),
        (["Border Model", "TFM"], Shade.STREET),
    ],
)
def test_a_county_is_drawn_by_the_kinds_of_agreement_in_it(models, shade):
    assert shade_of(models) == shade
    assert shade_of(models, in_question=True) == (Shade.QUESTION if shade is Shade.NONE else shade)


# -- A small world ---------------------------------------------------------------------------------------------------


@pytest.fixture
def florida():
    SnapshotFactory(published_on=date(2021, 1, 13))
    SnapshotFactory()
    broward = CountyFactory(geoid="12011", name="Broward County")
    clay = CountyFactory(geoid="12019", name="Clay County")
    CountyFactory(geoid="12001", name="Alachua County")
    AgreementFactory(agency=AgencyFactory(name="Broward Sheriff", covers=[broward]), program_model="WSO")
    AgreementFactory(agency=AgencyFactory(name="Davie Police", covers=[PlaceFactory(counties=[broward])]))
    AgreementFactory(
        agency=AgencyFactory(name="Clay Campus Police", placement="in_question", printed_county=clay, kind="campus")
    )
    return broward.state


def drawn_on(response) -> dict[str, str]:
    """The counties of a state's map by name, each with how it is drawn."""
    found = re.findall(
        r'<a href="[^"]+"><title>(.+?): (.+?)</title><path(?: fill="url\(#(\w)\)")? d="m[^"]+z"/></a>',
        response.content.decode(),
    )
    for name, label, shade in found:
        assert Shade(shade or "n").label == unescape(label), name
    return {unescape(name): shade or "n" for name, _label, shade in found}


@pytest.mark.django_db
def test_a_state_is_drawn_by_county_with_unknown_never_drawn_as_no(client, florida):
    response = client.get("/map/fl/")
    assert drawn_on(response) == {"Alachua County": "n", "Broward County": "b", "Clay County": "q"}
    text = text_of(response)
    assert "1 of 3 counties have an agency of their own, or one in them." in text
    assert "Clay Campus Police Street enforcement · ICE prints Clay County" in text
    assert "Alachua County 0 0 No local agency on the list" in text
    assert "Broward County 1 1 Street enforcement, Jail warrants" in text
    assert "Clay County 0 0 Not certain: an agency that may be here" in text


@pytest.mark.django_db
def test_the_country_has_one_area_for_each_class_and_a_sign_for_agencies_of_a_state(client, florida):
    before = client.get("/map/").content.decode()
    assert re.findall(r'<path fill="url\(#(\w)\)" d="m', before) == ["b", "q"]
    assert 'class="sign' not in before.split("</svg>")[0]
    AgreementFactory(agency=AgencyFactory(name="Highway Patrol", placement="statewide"), program_model="JEM")
    jail = client.get("/map/")
    assert jail.content.decode().split("<figcaption")[0].count('class="sign hollow"') == 1
    assert "With another kind of agreement only (hollow sign): Florida." in text_of(jail)
    AgreementFactory(agency=AgencyFactory(name="Fish and Wildlife", placement="statewide"))
    street = client.get("/map/")
    assert street.content.decode().split("<figcaption")[0].count('class="sign"') == 1
    assert "With a street agreement (filled sign): Florida." in text_of(street)
    assert "Florida 3 1 0 0 1 1 2" in text_of(street), "counties, both, street, jail, none, not certain, of the state"


@pytest.mark.django_db
def test_a_model_that_ice_adds_is_not_drawn_as_no_agency(client, florida):
    county = CountyFactory(geoid="12003", name="Baker County")
    AgreementFactory(agency=AgencyFactory(name="Baker Sheriff", covers=[county]), program_model="Border Model")
    response = client.get("/map/fl/")
    assert drawn_on(response)["Baker County"] == "o"
    assert "Baker County 1 0 Border Model" in text_of(response)
    assert "Only another kind of agreement: 1 county" in text_of(client.get("/map/"))


@pytest.mark.django_db
def test_a_territory_is_told_in_words_and_as_a_table(client, florida):
    guam = StateFactory(geoid="66", name="Guam", usps="GU")
    AgreementFactory(agency=AgencyFactory(name="Guam Customs", state=guam, placement="statewide"))
    CountyFactory(geoid="66010", name="Guam", state=guam)
    country = text_of(client.get("/map/"))
    assert (
        "The Census Bureau's map leaves these territories out: Guam: 1 agency on the list (works in all of it)"
        in country
    )
    response = client.get("/map/gu/")
    assert "<svg" not in response.content.decode()
    text = text_of(response)
    assert "leaves this territory out" in text
    assert "They work in all of Guam. Guam Customs Street enforcement" in text


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/map/", "/map/fl/"])
def test_before_the_first_list_nothing_is_drawn_as_none(client, florida, address):
    response = client.get(f"{address}?as_of=2020-06-01")
    assert response.status_code == 200
    assert "We hold no list before 13 January 2021." in text_of(response)
    assert "<svg" not in response.content.decode()
    assert "No local agency" not in text_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/map/", "/map/fl/", "/us/"])
def test_a_day_that_cannot_be_shown_is_refused_with_todays_page(client, florida, address):
    response = client.get(f"{address}?as_of=2999-01-01")
    assert response.status_code == 400
    assert "This page shows today." in text_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/map/", "/map/fl/", "/us/"])
def test_links_of_an_earlier_day_stay_on_that_day(client, florida, address):
    body = client.get(f"{address}?as_of=2026-05-20").content.decode()
    main = body[body.index("<main") : body.index("</main>")]
    links = set(re.findall(r'href="(/(?:us|map|agencies|agreements)/[^"]*)"', main)) - {"/us/", "/map/", "/map/fl/"}
    links = {link for link in links if "rows=lists" not in link}
    assert links
    assert [link for link in links if "as_of=" not in link] == []


@pytest.mark.django_db
def test_capitals_lead_to_the_address_and_unknown_states_have_no_map(client, florida):
    assert client.get("/map/FL/?as_of=2026-05-20").headers["Location"] == "/map/fl/?as_of=2026-05-20"
    assert client.get("/es/map/FL/").headers["Location"] == "/es/map/fl/"
    assert client.get("/map/zz/").status_code == 404


SPARE = 2
"""Far fewer than the agencies: one query for each of them would show."""


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "queries"), [("/map/", 8), ("/map/fl/", 8), ("/us/", 12)])
@pytest.mark.parametrize("more", [0, 12])
def test_a_map_costs_the_same_whatever_the_number_of_agencies(
    client, florida, django_assert_max_num_queries, address, queries, more
):
    for number in range(more):
        county = CountyFactory()
        AgreementFactory(agency=AgencyFactory(name=f"Sheriff {number}", covers=[county]))
        AgreementFactory(agency=AgencyFactory(name=f"Police {number}", covers=[PlaceFactory(counties=[county])]))
        AgreementFactory(agency=AgencyFactory(name=f"Patrol {number}", placement="statewide"))
        AgreementFactory(agency=AgencyFactory(name=f"Campus {number}", placement="in_question", printed_county=county))
    client.get(address)  # what a process reads once is no cost of the page
    with django_assert_max_num_queries(queries + SPARE):
        assert client.get(address).status_code == 200


# -- The page of the country -----------------------------------------------------------------------------------------


@pytest.fixture
def two_states(florida):
    georgia = StateFactory(geoid="13", name="Georgia", usps="GA")
    for number in range(4):
        AgreementFactory(agency=AgencyFactory(name=f"Georgia Police {number}", state=georgia), program_model="JEM")
    StateFactory(geoid="24", name="Maryland", usps="MD")


def states_of(response) -> list[str]:
    body = response.content.decode()
    table = body[body.index('id="states"') :].split("</table>")[0]
    return re.findall(r'<th scope="row"><a href="/us/(\w\w)/', table)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ordering", "states"),
    [
        ("", ["fl", "ga", "md"]),
        ("-name", ["md", "ga", "fl"]),
        ("-agencies", ["ga", "fl", "md"]),
        ("agencies", ["md", "fl", "ga"]),
        ("-TFM", ["fl", "ga", "md"]),
        ("-JEM", ["ga", "fl", "md"]),
    ],
)
def test_the_states_can_be_put_in_order(client, two_states, ordering, states):
    assert states_of(client.get(f"/us/?ordering={ordering}")) == states


@pytest.mark.django_db
def test_a_heading_says_how_the_table_is_ordered_and_turns_the_order_round(client, two_states):
    body = client.get("/us/?ordering=-agencies").content.decode()
    assert 'aria-sort="descending"><a href="?ordering=agencies#states">Agencies ↓</a>' in body
    body = client.get("/us/?ordering=agencies").content.decode()
    assert 'aria-sort="ascending"><a href="?ordering=-agencies#states">Agencies ↑</a>' in body


@pytest.mark.django_db
def test_an_order_that_does_not_exist_is_refused_and_the_page_stands(client, two_states):
    response = client.get("/us/?ordering=pk&format=csv")
    assert response.status_code == 400
    assert "The table cannot be put in this order." in text_of(response)
    assert states_of(response) == ["fl", "ga", "md"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("rows=lists&state=zz", "No state or territory has this abbreviation."),
        ("rows=agencies", "There is no such table."),
        ("rows=lists&as_of=soon", "Write the day as year-month-day"),
    ],
)
def test_a_file_that_cannot_be_made_is_refused_in_a_sentence(client, two_states, asked, sentence):
    response = client.get(f"/us/?format=csv&{asked}")
    assert response.status_code == 400
    assert sentence in text_of(response)
    assert states_of(response) == ["fl", "ga", "md"]


@pytest.mark.django_db
def test_the_table_is_taken_away_as_it_is_shown(client, two_states):
    response = client.get("/us/?ordering=-agencies&format=csv")
    rows = list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))
    assert [(row["state"], row["agencies"], row["JEM"], row["statewide_agencies"]) for row in rows] == [
        ("GA", "4", "4", "0"),
        ("FL", "3", "0", "0"),
        ("MD", "0", "0", "0"),
    ]
    assert rows[1]["page"] == "http://testserver/us/fl/"


@pytest.mark.facts
def test_the_country_names_states_whose_law_requires_or_forbids_agreements(client):
    """What the comparison of laws says of the same day, state by state."""
    text = text_of(client.get("/us/"))
    section = text[text.index("State law on agreements") :]
    compared = text_of(client.get("/laws/?topic=287g"))
    for word in ("Requires", "Forbids"):
        named = re.search(rf" {word} ((?:[A-Z][a-z]+(?: [A-Z][a-z]+)*(?:, )?)+)", section).group(1)
        assert f"{word} {named}"[:60] in compared
        assert "," in named
    assert "Florida" in re.search(r"Requires (.*?) Forbids", section).group(1)


# -- All facts -------------------------------------------------------------------------------------------------------


@pytest.mark.facts
@pytest.mark.parametrize("usps", ["FL", "TX", "VA", "PA", "CT", "LA", "MA", "GU", "MD"])
def test_the_maps_count_as_the_pages_of_states_do(usps):
    country = Country.read(TODAY)
    answer = state_answer(Jurisdiction.objects.get(usps=usps), TODAY)
    for row in answer.counties:
        facts = country.county(row.county.pk)
        assert (facts.own, facts.inside, facts.models) == (row.own, row.inside, row.models), row.county
    facts = country.state(answer.area.pk)
    assert facts.agencies == len(answer.listed)
    assert dict(facts.models) == answer.models
    assert {each.agency for each in facts.statewide} == {
        entry.agency for entry in answer.listed if entry.agency.is_statewide
    }
    assert {each.agency for each in facts.in_question} == {
        entry.agency for entry in answer.listed if entry.agency.is_in_question
    }


@pytest.mark.facts
@pytest.mark.parametrize("usps", ["tx", "va", "la", "ct", "ak", "pa"])
def test_map_and_table_say_the_same_and_every_county_leads_to_its_page(client, usps):
    response = client.get(f"/map/{usps}/")
    drawn = drawn_on(response)
    body = response.content.decode()
    table = re.findall(
        r'<th scope="row"><a href="/us/\w\w/([^/]+)/">([^<]+)</a></th><td>(\d+)</td><td>(\d+)</td>'
        r"<td>([^<]*)</td>",
        body,
    )
    assert len(drawn) == len(table) == len(drawings()[Jurisdiction.objects.get(usps=usps.upper()).pk].rings)
    for slug, name, own, inside, kinds in table:
        shade = Shade(drawn[unescape(name)])
        street, jail = "Street enforcement" in kinds, "Jail" in kinds
        assert shade == shade_of(["TFM"] * street + ["JEM"] * jail, in_question="Not certain" in kinds), name
        assert (int(own) + int(inside) > 0) == (street or jail), name
        assert body.count(f'href="/us/{usps}/{slug}/"') == 2, "on the map and in the table"
    slugs = set(Jurisdiction.objects.counties().filter(state__usps=usps.upper()).values_list("slug", flat=True))
    assert {slug for slug, *_rest in table} == slugs


@pytest.mark.facts
def test_the_table_of_the_country_adds_up_to_what_is_drawn(client):
    text = text_of(client.get("/map/"))
    body = client.get("/map/").content.decode()
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', body[body.index('id="table"') :])
    numbers = [list(map(int, re.findall(r"<td>(?:<a[^>]*>)?(\d+)", row))) for row in rows]
    counties, both, street, jail, none, question, _statewide = (sum(column) for column in zip(*numbers, strict=True))
    assert len(rows) == 56
    assert counties == both + street + jail + none + question == 3235
    for label, count in (
        ("Street and jail agreements", both),
        ("Street agreements only", street),
        ("Jail agreements only", jail),
        ("No local agency on the list", none),
    ):
        assert f"{label}: {count:,} counties" in text
    assert f"{both + street + jail} of 3,235 counties" in text


@pytest.mark.facts
def test_no_state_map_has_a_county_without_a_shape_or_without_a_page(client):
    for state in Jurisdiction.objects.states():
        response = client.get(f"/map/{state.slug}/")
        assert response.status_code == 200
        counties = Jurisdiction.objects.counties().with_pages().filter(state=state).count()
        assert len(drawn_on(response)) == (counties if state.pk in drawings() else 0), state


def compressed(text: bytes) -> int:
    """As the site sends pages, at the quality of its middleware."""
    return len(brotli.compress(text, quality=5))


@pytest.mark.facts
@pytest.mark.parametrize("language", ["", "/es"])
def test_the_largest_state_is_drawn_in_few_bytes_of_whole_pixels(client, language):
    body = client.get(f"{language}/map/tx/").content.decode()
    svg = re.search(r'(?s)<svg class="map.*?</svg>', body).group()
    assert svg.count("<a ") == 254
    assert compressed(svg.encode()) <= LARGEST_MAP
    assert not re.search(r'd="m[^"]*\.', svg)


@pytest.mark.facts
@pytest.mark.parametrize("address", ["/map/", "/map/tx/", "/us/", "/map/pr/"])
@pytest.mark.parametrize("language", ["", "/es"])
def test_a_map_is_whole_without_script_style_attribute_or_other_hosts(client, address, language):
    response = client.get(f"{language}{address}")
    body = response.content.decode()
    for style in re.findall(r"(?s)<style>(.*?)</style>", body):
        assert style_hash(style) in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?! type=)|\s(style|on\w+)=", body)  # of our file, or data for machines
    assert len(re.findall(r"<h1[\s>]", body)) == 1
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert len(ids) == len(set(ids))
    named = set(re.findall(r'(?:aria-labelledby|aria-describedby)="([^"]+)"', body)) | set(
        re.findall(r"url\(#(\w)\)", body)
    )
    assert named <= set(ids)
    assert body.count("<table") == len(re.findall(r"<caption>\s*\S", body))


@pytest.mark.facts
def test_in_spanish_counties_are_called_as_in_spanish(client):
    response = client.get("/es/map/fl/")
    assert heading(response) == "Florida por condado"
    assert 'href="/es/us/fl/broward-county/"><title>Condado de Broward: ' in response.content.decode()
    assert 'href="/es/map/tx/"' in client.get("/es/map/").content.decode()


@pytest.mark.facts
def test_a_map_of_an_earlier_day_is_that_days_list(client):
    text = text_of(client.get("/map/md/?as_of=2026-02-12"))
    assert "On ICE's list of 12 February 2026" in text
    assert "0 of 24 counties" not in text
    assert "0 of 24 counties" in text_of(client.get("/map/md/"))


@pytest.mark.facts
def test_held_facts_cost_no_query_until_they_change(django_assert_num_queries):
    from jurisdictions.models import DataVersion

    version = DataVersion.objects.current()
    assert Country.of(version, TODAY).agreements == 1843
    with django_assert_num_queries(0):
        Country.of(version, TODAY)
    version.number += 1
    with django_assert_num_queries(4):
        Country.of(version, TODAY)
