"""The lists of agencies and agreements, and the page of each."""

import csv
import io
from datetime import date

import pytest

from agreements.models import AgreementFormerId
from agreements.tables import harmless
from agreements.views import ROWS_ON_A_PAGE
from jurisdictions.models import AgencyAlias, AgencyFormerId
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CountyFactory,
    ListingFactory,
    SnapshotFactory,
    SourceFactory,
    StandingFactory,
    StateFactory,
)
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.django_db

LIST_QUERIES = 6  # data version, states of the form, lists, count, one page of rows; for agencies their agreements …
AGENCY_LIST_QUERIES = 9  # … and what they cover


@pytest.fixture
def broward():
    SnapshotFactory(published_on=date(2021, 1, 13))
    SnapshotFactory()
    return CountyFactory(geoid="12011", name="Broward County")


@pytest.fixture
def sheriff(broward):
    agency = AgencyFactory(public_id="a7k2mq", name="Broward County Sheriff's Office", covers=[broward])
    AgreementFactory(public_id="b8m3nr", agency=agency)
    return agency


def rows_of(response) -> list[dict]:
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


# -- Lists


def test_the_table_shows_what_was_asked_for_and_says_how_much(client, sheriff):
    AgreementFactory(
        agency=AgencyFactory(name="Harris Sheriff", state=StateFactory(geoid="48", name="Texas", usps="TX"))
    )
    text = text_of(client.get("/agreements/?state=FL&status=listed"))
    assert "1 agreement ·" in text
    assert "Broward County Sheriff's Office Florida Street enforcement On ICE's list signed 26 February 2025" in text
    assert "Harris Sheriff" not in text


@pytest.mark.parametrize("page", ["/agreements/", "/agencies/", "/changes/"])
def test_a_bad_value_gets_the_page_a_sentence_on_the_field_and_status_400(client, sheriff, page):
    response = client.get(f"{page}?state=XX")
    assert response.status_code == 400
    assert "This list cannot be shown as asked. state: No state or territory has this abbreviation." in text_of(
        response
    )
    assert "Broward" not in text_of(response).replace("Broward County, Florida", "")


@pytest.mark.parametrize("query", ["as_of=2999-01-01", "as_of=soon", "ordering=color", "page=0", "page=7", "page=two"])
def test_other_bad_values_are_refused_too(client, sheriff, query):
    assert client.get(f"/agreements/?{query}").status_code == 400


def test_unknown_parameters_are_ignored_and_not_carried_on(client, sheriff):
    AgreementFactory.create_batch(ROWS_ON_A_PAGE)
    response = client.get("/agreements/?utm_source=letter&status=listed")
    assert response.status_code == 200
    body = response.content.decode()
    assert "letter" not in body
    assert 'href="?status=listed&amp;page=2"' in body


def test_the_list_is_cut_into_pages_that_hold_every_row_once(client, sheriff):
    AgreementFactory.create_batch(ROWS_ON_A_PAGE)
    seen = []
    for page in (1, 2):
        body = client.get(f"/agreements/?page={page}").content.decode()
        seen += body.split('<th scope="row">')[1:]
    assert len(seen) == ROWS_ON_A_PAGE + 1
    assert "Page 2 of 2" in text_of(client.get("/agreements/?page=2"))


def test_the_file_holds_exactly_what_the_page_shows(client, sheriff):
    AgreementFactory(standing__status="missing")
    AgreementFactory.create_batch(ROWS_ON_A_PAGE)
    response = client.get("/agreements/?status=listed&format=csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = rows_of(response)
    assert len(rows) == ROWS_ON_A_PAGE + 1
    assert f"{len(rows)} agreements" in text_of(client.get("/agreements/?status=listed"))
    (row,) = [row for row in rows if row["agency_id"] == "a7k2mq"]
    assert row | {"as_of": "", "page": ""} == {
        "state": "FL",
        "agency": "Broward County Sheriff's Office",
        "agency_kind": "sheriff",
        "program_model": "TFM",
        "status": "listed",
        "status_since": "2025-03-06",
        "signed_on": "2025-02-26",
        "first_listed_on": "2025-03-06",
        "last_listed_on": "",
        "moa_url": "https://www.ice.gov/doclib/287gMOA/document.pdf",
        "addendum_url": "",
        "agency_id": "a7k2mq",
        "agreement_id": "b8m3nr",
        "as_of": "",
        "page": "",
    }


def test_agencies_are_a_file_too(client, sheriff):
    (agency,) = rows_of(client.get("/agencies/?q=broward&format=csv"))
    assert (agency["covers"], agency["agreements"]) == ("12011", "TFM:listed")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_cell_cannot_be_a_formula(cell):
    assert harmless(cell) == f"'{cell}"


def test_a_name_that_is_a_formula_is_harmless_in_the_file(client, broward):
    AgreementFactory(agency=AgencyFactory(name='=HYPERLINK("http://evil.example")'))
    (row,) = rows_of(client.get("/agreements/?format=csv"))
    assert row["agency"].startswith("'=")


def test_an_area_narrows_the_list_and_is_named(client, sheriff):
    AgreementFactory(agency=AgencyFactory(name="Clay Sheriff", covers=[CountyFactory()]))
    text = text_of(client.get("/agreements/?jurisdiction=12011"))
    assert "Area: Broward County, Florida. Everywhere" in text
    assert "1 agreement ·" in text
    assert 'name="jurisdiction" value="12011"' in client.get("/agreements/?jurisdiction=12011").content.decode()


def test_the_list_of_an_earlier_day_says_so(client, sheriff):
    text = text_of(client.get("/agreements/?as_of=2025-03-05"))
    assert "You are reading what was known for 5 March 2025." in text
    assert "0 agreements" in text
    assert "We hold no list before 13 January 2021." in text_of(client.get("/agencies/?as_of=2020-01-01"))


@pytest.mark.parametrize(("page", "queries"), [("/agreements/", LIST_QUERIES), ("/agencies/", AGENCY_LIST_QUERIES)])
@pytest.mark.parametrize("more", [0, 40])
def test_a_list_does_not_query_per_row(client, sheriff, django_assert_max_num_queries, page, queries, more):
    for number in range(more):
        AgreementFactory(agency=AgencyFactory(name=f"Sheriff {number}", covers=[CountyFactory()]))
    with django_assert_max_num_queries(queries):
        assert client.get(page).status_code == 200


# -- An agency


def test_an_agencys_page_tells_its_agreements_in_fixed_sentences(client, sheriff):
    response = client.get("/agencies/a7k2mq-broward-county-sheriffs-office/")
    assert heading(response) == "Broward County Sheriff's Office Sheriff · Florida"
    assert (
        "Broward County Sheriff's Office has a street enforcement (Task Force Model) agreement with ICE, signed 26"
        " February 2025. It was on ICE's list of 18 May 2026." in text_of(response)
    )


@pytest.mark.parametrize("address", ["/agencies/a7k2mq/", "/agencies/a7k2mq-another-name/"])
def test_the_id_alone_finds_an_agency(client, sheriff, address):
    response = client.get(f"{address}?as_of=2026-05-18&x=1")
    assert response.status_code == 301
    assert response.headers["Location"] == "/agencies/a7k2mq-broward-county-sheriffs-office/?as_of=2026-05-18"


def test_merged_and_former_ids_lead_to_the_agency(client, sheriff):
    AgencyFormerId.objects.create(public_id="d2r5tu", agency=sheriff)
    for address in ("/agencies/d2r5tu-broward-so/", "/agencies/d2r5tu-x/", "/agencies/d2r5tu/"):
        assert client.get(address).headers["Location"] == "/agencies/a7k2mq-broward-county-sheriffs-office/"
    spanish = client.get("/es/agencies/d2r5tu/")
    assert spanish.headers["Location"] == "/es/agencies/a7k2mq-broward-county-sheriffs-office/"
    assert client.get("/agencies/zzzzzz-nobody/").status_code == 404


@pytest.mark.parametrize("address", ["/agencies/d2r5tu-broward-so/", "/agreements/e3s6wx/", "/es/agreements/e3s6wx/"])
def test_an_id_whose_record_is_gone_says_so(client, db, address):
    AgencyFormerId.objects.create(public_id="d2r5tu")
    AgreementFormerId.objects.create(public_id="e3s6wx", program_model="TFM")
    response = client.get(address)
    assert response.status_code == 410
    assert response.headers["Cache-Control"] == "no-store"


def test_each_spelling_and_why_it_is_this_agency_is_shown(client, sheriff):
    AgencyAlias.objects.create(
        agency=sheriff,
        state_printed="FL",
        name="Broward Co. Sheriff",
        folded="broward co sheriff",
        first_printed_on=date(2021, 1, 13),
        last_printed_on=date(2022, 3, 5),
        reason="same words",
    )
    text = text_of(client.get("/agencies/a7k2mq-broward-county-sheriffs-office/"))
    assert "2 spellings" in text
    assert "Broward Co. Sheriff 13 January 2021 5 March 2022 same words" in text


def test_where_it_works_is_said_with_the_source(client, sheriff):
    source = SourceFactory(title="Florida Statutes 30.15", publisher="Florida Legislature")
    sheriff.coverages.update(why="statute", source=source)
    text = text_of(client.get("/agencies/a7k2mq-broward-county-sheriffs-office/"))
    assert "Why: a statute or official page. Florida Statutes 30.15, Florida Legislature, read 24 November 2026" in text


def test_an_agency_in_question_is_said_to_be_counted_nowhere(client, broward):
    agency = AgencyFactory(public_id="e3s6uw", name="Atlantic Police", placement="in_question")
    AgreementFactory(agency=agency)
    assert "it is counted for no county or city" in text_of(client.get(agency.get_absolute_url()))


def test_history_shows_the_gaps(client, broward):
    agency = AgencyFactory(name="Clay Sheriff", covers=[broward])
    agreement = AgreementFactory(agency=agency, standing=None)
    for start, end, status in [
        (date(2021, 1, 13), date(2021, 6, 1), "listed"),
        (date(2021, 6, 1), date(2022, 1, 1), "listed"),  # another row of the same agreement
        (date(2022, 1, 1), date(2022, 3, 5), "missing"),
        (date(2022, 3, 5), None, "listed"),
    ]:
        StandingFactory(
            agreement=agreement, starts_on=start, ends_on=end, status=status, last_listed_on=date(2021, 12, 1)
        )
    text = text_of(client.get(agency.get_absolute_url()))
    assert (
        "Street enforcement On ICE's list From: 5 March 2022 To: today Missing from the newest list"
        " From: 1 January 2022 To: 4 March 2022 On ICE's list From: 13 January 2021 To: 31 December 2021" in text
    )
    earlier = text_of(client.get(f"{agency.get_absolute_url()}?as_of=2021-07-01"))
    assert "Street enforcement On ICE's list From: 13 January 2021 To: this day" in earlier


def test_an_agency_before_it_was_printed(client, sheriff):
    address = "/agencies/a7k2mq-broward-county-sheriffs-office/"
    assert "No list that we hold had printed this agency by that day." in text_of(
        client.get(f"{address}?as_of=2022-01-01")
    )
    assert "We hold no list before 13 January 2021." in text_of(client.get(f"{address}?as_of=2020-01-01"))
    assert client.get(f"{address}?as_of=2999-01-01").status_code == 400


# -- An agreement


def test_an_agreement_shows_every_date_and_document_that_ice_printed(client, broward):
    agreement = AgreementFactory(public_id="b8m3nr", standing=None, agency=AgencyFactory(name="Clay Sheriff"))
    old, new = SnapshotFactory(published_on=date(2025, 3, 6)), SnapshotFactory()
    columns = ["STATE", "LAW ENFORCEMENT AGENCY", "MOA"]
    for snapshot in (old, new):
        snapshot.columns = columns
        snapshot.save()
    clean = "https://www.ice.gov/doclib/287gMOA/clay.pdf"
    wrapped = (
        "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2Fdoclib%2F287gMOA%2Fclay.pdf"
    )
    ListingFactory(agreement=agreement, last_snapshot=old, signed_on=date(2025, 2, 25))
    listing = ListingFactory(
        agreement=agreement,
        last_snapshot=new,
        signed_on=date(2025, 2, 26),
        moa_url=clean,
        links={"2": wrapped},
        cells=["FLORIDA", "Clay Sheriff", "link"],
    )
    StandingFactory(agreement=agreement, listing=listing)
    response = client.get("/agreements/b8m3nr/")
    text = text_of(response)
    assert heading(response) == "Street enforcement (Task Force Model) Clay Sheriff, Florida"
    assert "26 February 2025 18 May 2026 18 May 2026 25 February 2025 6 March 2025 6 March 2025" in text
    assert f'href="{clean}"' in response.content.decode()
    assert "ICE's own link is wrapped; we cleaned it" in text
    assert wrapped in text
    assert f'href="{wrapped}"' not in response.content.decode()
    assert client.get("/agreements/nobody/").status_code == 404


def test_an_agreement_on_an_earlier_day_knows_nothing_later(client, sheriff):
    text = text_of(client.get("/agreements/b8m3nr/?as_of=2024-01-01"))
    assert "No list that we hold had printed this agreement by that day." in text
    assert "18 May 2026" not in text.replace("ICE's newest list that we hold is of 18 May 2026", "")
