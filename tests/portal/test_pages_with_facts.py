"""The pages over the bundled facts: what the world is known to be."""

import re
from datetime import date

import pytest

from agreements.days import today
from agreements.models import StateLaw
from agreements.querysets import Reach, agencies_reaching
from jurisdictions.models import Agency, Jurisdiction
from portal.answers import Mark, answer_for, state_answer
from tests.portal.reading import text_of

pytestmark = pytest.mark.facts

PLACES_CHECKED = [
    "/us/fl/broward-county/",
    "/us/tx/harris-county/",
    "/us/il/cook-county/",
    "/us/ca/los-angeles-county/",
    "/us/md/baltimore-county/",
    "/us/md/baltimore-city/",
    "/us/nm/bernalillo-county/",
    "/us/wa/king-county/",
    "/us/tn/davidson-county/",
    "/us/la/orleans-parish/",
    "/us/ct/capitol-planning-region/",
    "/us/ny/new-york/",
    "/us/mt/petroleum-county/",
]
"""Read sentence by sentence in docs/checks-of-places.md."""


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


@pytest.mark.parametrize("address", ["/us/fl/broward-county/", "/us/tx/harris-county/", "/us/tx/houston/"])
def test_a_place_costs_at_most_eight_queries(client, django_assert_max_num_queries, address):
    client.get("/us/")
    client.get("/us/md/baltimore-county/")  # laws, policies, hard words: read once for each version of the facts
    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200


# -- The days of laws, policies and labels ----------------------------------------------------------------------------


def law_of(usps: str, day: str) -> tuple[str, ...]:
    return state_answer(Jurisdiction.objects.get(usps=usps), date.fromisoformat(day)).line["state_law"].sentences


def test_marylands_ban_comes_with_its_day_and_what_one_source_alone_says_is_not_certain(client):
    ban = "Maryland law forbids 287(g) agreements since 17 February 2026: SB 245 / HB 444 (2026)."
    assert ban not in law_of("MD", "2026-02-16")
    assert "SB 245" not in client.get("/us/md/?as_of=2026-02-16").content.decode()
    assert ban in law_of("MD", "2026-02-17")
    assert "HB 1575" not in client.get("/us/md/?as_of=2026-05-31").content.decode()
    text = text_of(client.get("/us/md/?as_of=2026-06-01"))
    assert "Perhaps in force, since 1 June 2026 SB 791 / HB 1575 (2026)" in text
    assert "rests on one advocacy page" in text
    assert text.index("Garrett County Sheriff's Office was on") < text.index(f"The law beside these agreements {ban}")


def test_texas_asks_sheriffs_to_sign_from_2026_on(client):
    assert not [sentence for sentence in law_of("TX", "2025-12-31") if "287(g)" in sentence]
    assert "Not yet in force, from 1 January 2026" in text_of(client.get("/us/tx/?as_of=2025-12-31"))
    assert law_of("TX", "2026-01-01")[0] == (
        "Texas law requires signing or seeking 287(g) agreements (for sheriffs and jails) since 1 January 2026 (Tex."
        " Gov't Code ch. 753)."
    )


def test_florida_requires_agreements_and_what_a_court_blocked_is_said_so(client):
    answer = state_answer(Jurisdiction.objects.get(usps="FL"), today())
    assert answer.line["state_law"].word == "Requires agreements"
    blocked = {rule.law.key for rule in answer.law.rules if rule.standing == "blocked"}
    assert blocked == {"fl-sb-4-c-2025", "fl-sb-1718-2023"}
    assert "Blocked by a court · Fla. Stat. §§ 811.101-811.103, dated 13 February 2025" in text_of(
        client.get("/us/fl/broward-county/")
    )


def test_on_a_past_day_nobody_says_that_florida_s_laws_were_blocked_already(client):
    """They were blocked in May 2024 and April 2025 by what their sources tell; no record has the day."""
    page = client.get("/us/fl/broward-county/?as_of=2025-02-20")
    text = text_of(page)
    assert "dated 13 February 2025; the day it was blocked is not known to us" in text
    assert "dated 1 July 2023; the day it was blocked is not known to us" in text
    assert 'href="/laws/fl-sb-4-c-2025/?as_of=2025-02-20"' in page.content.decode()
    assert "is not known to us" not in text_of(client.get("/us/fl/broward-county/"))


@pytest.mark.parametrize(
    ("address", "documents"),
    [
        ("/us/ca/los-angeles-county/", ["ACLU of Southern California", "Legiplex", "Fresno County"]),
        ("/us/il/cook-county/", ["Public Act 101-0019"]),
        ("/us/la/orleans-parish/", ["The Usufruct on Louisiana SB 208"]),
        ("/us/ny/new-york/", ["Office of the Governor of New York on New York Executive Order 170"]),
    ],
)
def test_a_page_cites_the_document_that_bears_out_a_part_of_a_law(client, address, documents):
    response = client.get(address, follow=True)
    sources = text_of(response).partition(" Sources ICE")[2] or text_of(response)
    for document in documents:
        assert document in sources, document


def test_new_mexicos_ban_is_younger_than_the_newest_list(client):
    newer = "The newest list that we hold for this day, of 18 May 2026, is older than this rule."
    before, after = (text_of(client.get(f"/us/nm/curry-county/?as_of=2026-05-{day}")) for day in (19, 20))
    assert "Curry County Sheriff's Office (jail warrants) has an agreement with ICE." in before
    assert "Not in force before 20 May 2026: a rule on 287(g) agreements, HB 9 (2026)." in before
    assert newer not in before
    assert "Curry County Sheriff's Office (jail warrants) has an agreement with ICE." in after
    assert "New Mexico law forbids 287(g) agreements since 20 May 2026" in after
    assert newer in after


def test_baltimore_countys_label_comes_and_goes_and_its_memorandum_stands(client):
    before, on, off = (
        text_of(client.get(f"/us/md/baltimore-county/?as_of=2025-{day}")) for day in ("08-04", "08-05", "10-31")
    )
    assert "Justice Department's list under" not in before
    assert "Baltimore County is on this list since 5 August 2025." in on
    assert "Memorandum of understanding with ICE" not in on
    assert "Baltimore County was put on this list on 5 August 2025 and taken off on 31 October 2025." in off
    assert "Memorandum of understanding with ICE on release notice Agreement or memorandum · 25 October 2025" in off
    assert "Executive order" not in off


@pytest.mark.parametrize("address", ["/us/ny/", "/us/wi/", "/us/hi/", "/us/va/", "/us/ca/los-angeles-county/"])
def test_bills_stand_among_what_is_not_in_force(client, address):
    body = client.get(address).content.decode()
    for law in StateLaw.objects.filter(legal_status__in=["proposed", "vetoed", "expired"]):
        for found in re.finditer(re.escape(f"/laws/{law.key}/"), body):
            summary = body.rfind("<summary>", 0, found.start())
            assert body[summary:].startswith("<summary>Bills, vetoes and past rules: not in force"), law.key


def test_every_number_of_a_page_leads_to_a_document(client):
    for address in PLACES_CHECKED:
        response = client.get(address)
        assert response.status_code == 200, address
        body = response.content.decode()
        named = {int(number) for number in re.findall(r'href="#s(\d+)"', body)}
        held = {int(number) for number in re.findall(r'<li id="s(\d+)"', body)}
        assert named - {1} == held - {1}, address
