"""Names as people print them: tidied, folded, and read for what they say of an agency."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jurisdictions import tables
from jurisdictions.names import MENDED, _mended, fold, near, one_slip, read_agency_name, tidy


@pytest.mark.parametrize(
    ("printed", "tidied"),
    [
        pytest.param("Clay County\xa0 Sheriff’s\nOffice ", "Clay County Sheriff's Office", id="blanks and quotes"),
        pytest.param("Miami–Dade", "Miami-Dade", id="dash"),
        pytest.param(None, "", id="nothing"),
        pytest.param(2025, "2025", id="a number"),
    ],
)
def test_tidy_makes_one_line_of_text(printed, tidied):
    assert tidy(printed) == tidied


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        pytest.param("St. Mary's–Doña Ana", "saint marys dona ana", id="saint, apostrophe, dash, accent"),
        pytest.param("STE. GENEVIEVE", "sainte genevieve", id="capitals"),
        pytest.param("Ft. Walton Beach", "fort walton beach", id="fort"),
        pytest.param("Mt. Holly", "mount holly", id="mount"),
        pytest.param("Stanton", "stanton", id="not within a word"),
        pytest.param("Cut “N” Shoot", "cut n shoot", id="quotes"),
    ],
)
def test_fold_is_the_form_in_which_two_spellings_are_equal(printed, folded):
    assert fold(printed) == folded


@given(st.text(max_size=60))
@example("0\x850")  # a blank that is no ASCII
def test_tidied_and_folded_twice_is_as_once(text):
    assert tidy(tidy(text)) == tidy(text)
    assert fold(fold(text)) == fold(text)
    assert fold(tidy(text)) == fold(text)


@given(st.text(alphabet="abcdefghij O'.,-", max_size=40))
def test_reading_a_name_does_not_depend_on_how_often_it_is_tidied(text):
    assert read_agency_name(tidy(text), "FL") == read_agency_name(text, "FL")


SAME_WORDS = [
    ("FL", "City of Miami Springs Police Department", "Miami Springs Police Department"),
    ("FL", "Town of Palm Beach Police Department", "Palm Beach Police Department"),
    ("FL", "Kenneth City PD", "Kenneth City Police Department"),
    ("FL", "Tampa P.D.", "Tampa Police Department"),
    ("FL", "Panama City Police Dept.", "Panama City Police Department"),
    ("FL", "Boca Raton Police Services Department", "Boca Raton Police Department"),
    ("FL", "Indian River Shores DPS", "Indian River Shores Department of Public Safety"),
    ("FL", "Gulf County BOCC", "Gulf County Board of County Commissioners"),
    ("FL", "Florida Fish & Wildlife Conservation Commission", "Florida Fish and Wildlife Conservation Commission"),
    ("FL", "Miami Dade Corrections and Rehabilitation", "Miami-Dade County Corrections and Rehabilitation"),
    ("FL", "Alachua Police Departent", "Alachua Police Department"),
    ("NY", "Cattaraugus Counry Sheriff's Office", "Cattaraugus County Sheriff's Office"),
    ("MO", "Christian County Sherrif's Office", "Christian County Sheriff's Office"),
    ("OK", "Texas County's Sheriff's Office", "Texas County Sheriff's Office"),
    ("WI", "Waukesha County Sheriff's Department", "Waukesha County Sheriff's Office"),
    ("KS", "Clay Co. Sheriff", "Clay County Sheriff's Office"),
    ("LA", "Lafourche County Sheriff's Office", "Lafourche Parish Sheriff's Office"),
    ("AK", "Department of Corrections", "Alaska Department of Corrections"),
    ("MT", "MT Dept of Justice", "Montana Department of Justice"),
    ("TX", "Office of the Attorney General of Texas", "Texas Office of the Attorney General"),
    ("ID", "Idaho State Police", "Idaho State Police Department"),
    ("WY", "Wyoming Highway State Patrol", "Wyoming State Highway Patrol"),
    ("LA", "Arnaudville Police Department, LA", "Arnaudville Police Department"),
    ("PA", "Unity Township Constable, PA", "Constable Unity Township"),
    ("PA", "Quarryville Police Department", "Quarryville Borough Police Department"),
    ("PA", "Coolspring Twp. Constbales Office", "Coolspring Township Constable's Office"),
    ("PA", "Lower Burrell 4th Ward Constable", "Lower Burrell Fourth Ward Constable's Office"),
    ("TX", "Galveston County Constable's Office Pct.1", "Galveston County Constable Precinct 1"),
    ("NJ", "Monmouth County Sheriff's Office (Addendum)", "Monmouth County Sheriffs Office"),
    ("IL", "La Salle County Sheriff", "LaSalle County Sheriff"),
]


@pytest.mark.parametrize(("state", "one", "other"), SAME_WORDS, ids=[one for _state, one, _other in SAME_WORDS])
def test_respellings_read_alike(state, one, other):
    one, other = read_agency_name(one, state), read_agency_name(other, state)
    assert one.kinds == other.kinds
    assert one.key == other.key or one.squeezed == other.squeezed
    assert len({one.government, other.government} - {""}) < 2


OTHER_AGENCIES = [
    ("NY", "Nassau County Police Department", "Nassau County Sheriff's Office"),
    ("GA", "Monroe Police Department", "Monroe County Police Department"),
    ("TX", "Marshall Police Department", "Marshall County Sheriff's Office"),
    ("FL", "Lake Police Department", "Lake City Police Department"),
    ("FL", "Panama City Police Department", "Panama City Beach Police Department"),
    ("MO", "Oak Grove Police Department", "Oak Grove Village Police Department"),
    ("TX", "Texas City Police Department", "City Police Department"),
    ("OK", "Oklahoma County Sheriff's Office", "County Sheriff's Office"),
    ("PA", "Manheim Borough Police Department", "Manheim Township Police Department"),
    ("PA", "Addison Borough Constable's Office", "Addison Borough Police Department"),
    ("TX", "Bexar County Constable Precinct 3", "Bexar County Constable Precinct 4"),
    ("TX", "Bexar County Constable Precinct 1 Place 2", "Bexar County Constable Precinct 2 Place 1"),
    ("VA", "Roanoke Sheriff's Office", "Roanoke County Sheriff's Office"),
    ("MD", "Baltimore City Sheriff's Office", "Baltimore County Sheriff's Office"),
    ("FL", "Orange County Sheriff's Office", "Orange County Corrections Department"),
    ("FL", "Okaloosa County Sheriff's Office", "Okaloosa County Board of County Commissioners"),
    ("TX", "Parker County (County) Attorney's Office", "Parker County District Attorney's Office"),
    ("AR", "Arkansas Department of Public Safety", "Arkansas Department of Public Safety-Crime Information Center"),
    ("IN", "New Berlin Marshal's Office", "New Berlin Police Department"),
    ("FL", "University of Florida Police Department", "University of North Florida Police Department"),
    ("CA", "Country Club Hills Police Department", "County Club Hills Police"),
]


@pytest.mark.parametrize(("state", "one", "other"), OTHER_AGENCIES, ids=[one for _state, one, _other in OTHER_AGENCIES])
def test_names_of_two_agencies_do_not_read_alike(state, one, other):
    one, other = read_agency_name(one, state), read_agency_name(other, state)
    assert one.key != other.key
    assert one.squeezed != other.squeezed


def test_city_and_county_of_one_name_are_two_governments():
    city = read_agency_name("City of Monroe Attorney's Office", "GA")
    county = read_agency_name("Monroe County Attorney's Office", "GA")
    assert (city.government, county.government) == ("city", "county")


def test_a_code_within_a_name_is_no_state_where_all_is_in_capitals():
    assert read_agency_name("LA SALLE PARISH SHERIFF", "LA").words == ("la", "salle", "sheriff")
    assert read_agency_name("La Paz County Sheriff's Office", "LA").own == ("la", "paz")


def test_a_fire_marshal_is_no_marshal():
    assert "marshal" not in read_agency_name("Louisiana Office of the State Fire Marshal", "LA").kinds


def test_no_real_place_is_mended_into_a_usual_word():
    words = {word for row in tables.read_table("jurisdictions") for word in fold(row[2]).split()}
    words |= {word for row in tables.read_table("area_names") for word in fold(row[0]).split()}
    assert {word for word in words if word not in MENDED and _mended(word) != word} == set()


NEAR = [
    ("Lampass County Sheriff's Office", "Lampasas County Sheriff's Office"),
    ("Somerville County Sheriff's Office", "Somervell County Sheriff's Office"),
    ("Macro Island Police Department", "Marco Island Police Department"),
    ("Green Forks Police Department", "Greens Fork Police Department"),
    ("Ashdown City Police Department", "Ashdown Police Department"),
    ("Rappahannok,Shenandoah, Warren Regional Jail", "Rappahannock, Shenandoah, Warren Regional Jail"),
]


@pytest.mark.parametrize(("one", "other"), NEAR, ids=[one for one, _other in NEAR])
def test_a_slip_away(one, other):
    assert near(read_agency_name(one, "TX"), read_agency_name(other, "TX"))
    assert near(read_agency_name(other, "TX"), read_agency_name(one, "TX"))


FAR = [
    ("Lee County Sheriff's Office", "Levy County Sheriff's Office"),
    ("Clay County Sheriff's Office", "Bay County Sheriff's Office"),
    ("Bexar County Constable Precinct 3", "Bexar County Constable Precinct 4"),
    ("Franklin County Sheriff's Office", "Franklin County Jail"),
    ("Lake City Police Department", "Lake Township Police Department"),
    ("Town of Palm Beach Police Department", "Village of Palm Beach Police Department"),
]


@pytest.mark.parametrize(("one", "other"), FAR, ids=[one for one, _other in FAR])
def test_more_than_a_slip(one, other):
    assert not near(read_agency_name(one, "FL"), read_agency_name(other, "FL"))
    assert not one_slip(read_agency_name(one, "FL"), read_agency_name(other, "FL"))


@pytest.mark.parametrize(
    ("one", "other", "so"),
    [
        pytest.param("Barndall Police Department", "Barnsdall Police Department", True, id="a letter left out"),
        pytest.param("Green Forks Police Department", "Greens Fork Police Department", True, id="an s moved"),
        pytest.param("Lakeland Police Department", "Oakland Police Department", False, id="two cities"),
        pytest.param("Mason Police Department", "Jason Police Department", False, id="the first letter"),
        pytest.param("Lampass County Sheriff", "Lampasas Sheriff's Office", True, id="a letter, and the usual words"),
        pytest.param("Bay County Sheriff", "Day County Sheriff", False, id="a short word"),
    ],
)
def test_one_letter_within_a_word(one, other, so):
    assert one_slip(read_agency_name(one, "TX"), read_agency_name(other, "TX")) is so
