"""What each parameter of the lists means, on pages and in the API alike."""

from datetime import date

import pytest
from django.http import QueryDict

from agreements.filters import AgencyFilter, AgreementFilter, ChangeFilter
from agreements.models import Agreement, ChangeEvent
from jurisdictions.models import Agency
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    PlaceFactory,
    StandingFactory,
    StateFactory,
)

pytestmark = pytest.mark.django_db


def agreements(query: str) -> list[str]:
    found = AgreementFilter(QueryDict(query), Agreement.objects.for_listing())
    assert found.is_valid(), found.sentences
    return [f"{each.agency.name} {each.program_model}" for each in found.qs]


def agencies(query: str) -> list[str]:
    found = AgencyFilter(QueryDict(query), Agency.objects.all())
    assert found.is_valid(), found.sentences
    return [each.name for each in found.qs.order_by("name")]


@pytest.fixture
def broward():
    return CountyFactory(geoid="12011", name="Broward County")


@pytest.fixture
def lists(broward):
    """Four agencies: a sheriff with two agreements, a town's police, one that left the list, one of Texas."""
    davie = PlaceFactory(geoid="1216475", short_name="Davie", counties=[broward])
    sheriff = AgencyFactory(name="Broward County Sheriff's Office", covers=[broward])
    AgreementFactory(agency=sheriff, program_model="TFM")
    AgreementFactory(agency=sheriff, program_model="WSO", standing__signed_on=date(2019, 9, 9))
    police = AgencyFactory(name="Davie Police Department", kind="municipal_police", covers=[davie])
    AgreementFactory(agency=police, standing__starts_on=date(2025, 6, 6))
    gone = AgencyFactory(name="Clay County Sheriff's Office", covers=[CountyFactory()])
    AgreementFactory(agency=gone, program_model="JEM", standing__status="no_longer_listed")
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    AgreementFactory(agency=AgencyFactory(name="St. Mary's Constable", kind="constable", state=texas))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("state=fl&status=listed", 3, id="a state in small letters"),
        pytest.param("model=TFM", 3, id="a model"),
        pytest.param("model=tfm&state=TX", 1, id="two parameters narrow"),
        pytest.param("status=no_longer_listed", 1, id="a status"),
        pytest.param("kind=constable", 1, id="a kind of agency"),
        pytest.param("q=saint marys", 1, id="a name spelt another way"),
        pytest.param("q=sheriff broward", 2, id="words in any order"),
        pytest.param("signed_to=2019-12-31", 1, id="signed by a day"),
        pytest.param("signed_from=2025-02-26&signed_to=2025-02-26&status=listed", 3, id="signed on a day"),
        pytest.param("as_of=2025-03-05", 0, id="before anything was known"),
        pytest.param("as_of=2025-04-01", 4, id="known by a day"),
        pytest.param("jurisdiction=12011", 3, id="a county: its own and those inside"),
        pytest.param("jurisdiction=12011&reach=own", 2, id="its own only"),
        pytest.param("jurisdiction=1216475", 1, id="a town: its own"),
        pytest.param("jurisdiction=1216475&reach=county", 2, id="its county's"),
        pytest.param("jurisdiction=1216475&reach=all", 3, id="whatever reaches it"),
        pytest.param("jurisdiction=12", 4, id="a state: all of it"),
        pytest.param("utm_source=somewhere", 5, id="an unknown parameter changes nothing"),
    ],
)
def test_a_parameter_narrows_the_agreements(lists, query, found):
    assert len(agreements(query)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("status=listed", 3, id="agencies, not agreements"),
        pytest.param("status=listed&model=JEM", 0, id="status and model are of one agreement"),
        pytest.param("model=WSO&signed_from=2020-01-01", 0, id="model and date are of one agreement"),
        pytest.param("as_of=2025-03-05", 0, id="known by a day"),
        pytest.param("jurisdiction=12011", 2, id="in an area"),
        pytest.param("q=davie", 1, id="named"),
    ],
)
def test_a_parameter_narrows_the_agencies(lists, query, found):
    assert len(agencies(query)) == found


def test_rows_are_in_the_order_asked_for(lists):
    assert agreements("ordering=-signed_on&state=FL&status=listed")[-1] == "Broward County Sheriff's Office WSO"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("state=XX", "state"),
        ("state=12", "state"),
        ("jurisdiction=99999", "jurisdiction"),
        ("jurisdiction=Broward", "jurisdiction"),
        ("reach=own", "reach"),
        ("reach=far&jurisdiction=12011", "reach"),
        ("model=XYZ", "model"),
        ("status=active", "status"),
        ("kind=police", "kind"),
        ("signed_from=last year", "signed_from"),
        ("signed_to=2025-1-1", "signed_to"),
        ("as_of=yesterday", "as_of"),
        ("as_of=２０２６-05-18", "as_of"),
        ("as_of=2026-5-0018", "as_of"),
        ("as_of=2999-01-01", "as_of"),
        ("updated_since=soon", "updated_since"),
        ("updated_since=05/06/2026", "updated_since"),
        ("updated_since=2026-5-8", "updated_since"),
        ("updated_since=2026-W20-1", "updated_since"),
        ("ordering=color", "ordering"),
        ("q=%00", "q"),
    ],
)
def test_a_bad_value_is_named_with_a_sentence(broward, query, parameter):
    for filterset in (AgreementFilter, AgencyFilter):
        found = filterset(QueryDict(query))
        assert not found.is_valid()
        assert list(found.sentences) == [parameter]
        assert found.sentences[parameter][0]


def test_unknown_parameters_are_named_for_the_api_and_left_out_of_links():
    found = AgreementFilter(QueryDict("utm_source=x&model=TFM&page=2&q="))
    assert found.unknown_parameters(also_known=["page"]) == ["utm_source"]
    assert found.known_parameters.urlencode() == "model=TFM"


def test_an_agreement_has_the_status_and_date_of_the_day_asked_for():
    agreement = AgreementFactory(standing=None)
    StandingFactory(agreement=agreement, starts_on=date(2025, 3, 6), ends_on=date(2026, 5, 18))
    StandingFactory(agreement=agreement, starts_on=date(2026, 5, 18), status="missing", signed_on=date(2025, 2, 27))
    (before,) = AgreementFilter(QueryDict("as_of=2026-05-17"), Agreement.objects.all()).qs
    (after,) = AgreementFilter(QueryDict("as_of=2026-05-18"), Agreement.objects.all()).qs
    assert (before.status, before.signed_on) == ("listed", date(2025, 2, 26))
    assert (after.status, after.signed_on) == ("missing", date(2025, 2, 27))


@pytest.mark.parametrize(
    "moment",
    ["2026-05-18", "2026-05-18T12:00:00Z", "2026-05-18 12:00", "2026-05-18T12:00:00.384450-05:00"],
)
def test_a_moment_is_written_from_the_year_on(moment):
    assert AgreementFilter({"updated_since": moment}).sentences == {}


def test_changes_of_an_agency_are_found_by_any_id_that_it_had():
    event = ChangeEventFactory()
    event.agency.former_ids.create(public_id="2f2f2f")
    ChangeEventFactory()
    for public_id in (event.agency.public_id, "2f2f2f"):
        assert list(ChangeFilter({"agency": public_id}, ChangeEvent.objects.all()).qs) == [event]
    assert list(ChangeFilter({"agency": "nobody"}).sentences) == ["agency"]
