"""Real names from ICE's lists, each a trap of its own. A row: state, name, ICE's county, what we say."""

import csv
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.gazetteer import Gazetteer
from jurisdictions.placement import DECIDED, IN_QUESTION, STATEWIDE, load_special, place, printed_county, same_area
from jurisdictions.placement.special import TABLE


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer.from_tables()


@pytest.fixture(scope="module")
def placed(gazetteer):
    def placed(state, name, *counties, agency_type=""):
        return place(
            name,
            agency_type=agency_type,
            counties_printed=[county for county in counties if county],
            state=state,
            gazetteer=gazetteer,
        )

    return placed


@pytest.fixture(scope="module")
def said(gazetteer):
    def said(placement):
        """ "Davie town, Broward County", "part of Bexar County"; the status where nothing is decided."""
        if placement.status != DECIDED:
            assert placement.coverages == ()
            assert placement.reason
            return placement.status
        return "; ".join(
            ("part of " if covered.extent == "part" else "") + in_its_county(gazetteer.area(covered.geoid))
            for covered in placement.coverages
        )

    def in_its_county(area):
        counties = [gazetteer.area(geoid).name for geoid in area.counties[:1] if area.kind != "county"]
        return ", ".join([area.name, *counties])

    return said


@pytest.mark.parametrize(
    ("state", "name", "county", "expected"),
    [
        ("FL", "Broward County Sheriff's Office", "Broward County", "Broward County"),
        ("FL", "Broward Sheriff's Office", "", "Broward County"),
        ("FL", "Jacksonville Sheriff's Office", "Duval County", "Duval County"),
        ("FL", "Miami Dade Sheriff's Office", "", "Miami-Dade County"),
        ("FL", "St Johns County Sheriff's Office", "", "St. Johns County"),
        ("TX", "Jim Wells Co. Sheriff's Office", "", "Jim Wells County"),
        ("LA", "St. Bernard Parish Sheriff's Office", "Chalmette Parish", "St. Bernard Parish"),
        ("LA", "Lafourche County Sheriff's Office", "Lafourche County", "Lafourche Parish"),
        ("VA", "Hopewell County Sheriff's Office", "Hopewell County", "Hopewell city"),
        ("VA", "Portsmouth County Sheriff's Office", "Portsmouth County", "Portsmouth city"),
        ("VA", "Richmond County Sheriff's Office", "", "Richmond County"),
        ("VA", "Richmond City Sheriff's Office", "", "Richmond city"),
        ("VA", "Roanoke Sheriff's Office", "Roanoke County", "Roanoke County"),
        ("MD", "Baltimore City Sheriff's Office", "", "Baltimore city"),
        ("KS", "Lyon's County Sheriff's Office", "Lyon's County", "Lyon County"),
        ("OK", "Texas County's Sheriff's Office", "Texas County", "Texas County"),
        ("TN", "Metropolitan Moore County Sheriff's Office", "Moore County", "Moore County"),
        ("CO", "Denver Sheriff Department", "", "Denver County"),
        ("NY", "Nassau County Police Department", "Nassau County", "Nassau County"),
        ("MO", "Saint Charles County Police Department", "St. Charles County", "St. Charles County"),
        ("FL", "Miami-Dade Corrections and Rehabilitation", "Miami-Dade County", "Miami-Dade County"),
        ("FL", "Gulf County BOCC", "", "Gulf County"),
        ("FL", "Pasco County Board of County Commissioners/ Pasco County Corrections", "", "Pasco County"),
        ("PA", "County of Franklin / Franklin County Jail", "Franklin County", "Franklin County"),
        ("TX", "Parker County (County) Attorney's Office", "Parker County", "Parker County"),
        ("TX", "Kleberg County Attorney's Specialized Crimes & Narcotics Task Force", "", "Kleberg County"),
        ("HI", "Maui Police Department", "", "Maui County"),
        ("DC", "Metropolitan Police Department", "", "District of Columbia"),
    ],
)
def test_a_countys_agency_covers_the_county_it_names(placed, said, state, name, county, expected):
    assert said(placed(state, name, county, agency_type="county")) == expected


@pytest.mark.parametrize(
    ("state", "name", "county", "expected"),
    [
        ("FL", "Davie Police Department", "", "Davie town, Broward County"),
        ("FL", "City of Miami Police Department", "", "Miami city, Miami-Dade County"),
        ("FL", "Pembroke Park Police Department", "", "Pembroke Park town, Broward County"),
        ("FL", "Port Saint Lucie Police Department", "St. Luice County", "Port St. Lucie city, St. Lucie County"),
        ("FL", "Panama City Police Dept.", "", "Panama City city, Bay County"),
        ("FL", "Kenneth City PD", "", "Kenneth City town, Pinellas County"),
        ("FL", "Florida City Police Department", "", "Florida City city, Miami-Dade County"),
        ("FL", "Indian Creek Village Department of Public Safety", "", "Indian Creek village, Miami-Dade County"),
        ("AR", "Ashdown City Police Department", "", "Ashdown city, Little River County"),
        ("WV", "Village of Clearview Police Department", "Ohio County", "Clearview village, Ohio County"),
        ("NY", "Mohawk Village Police Department", "Herkimber County", "Mohawk village, Herkimer County"),
        ("TX", 'Cut "N" Shoot Police Department', "", "Cut and Shoot city, Montgomery County"),
        ("KY", "Middlesboro Police Department", "Bell County", "Middlesborough city, Bell County"),
        ("SC", "Batesburg-Leesville Police Department", "", "Batesburg-Leesville town, Lexington County"),
        ("LA", "Arnaudville Police Department, LA", "St. Landry County", "Arnaudville town, St. Landry Parish"),
        ("PA", "Dickson City Police Department", "", "Dickson City borough, Lackawanna County"),
        ("PA", "Bradford Police Department", "McKean County", "Bradford city, McKean County"),
        ("NH", "Carroll Police Department", "", "Carroll town, Coos County"),
        ("NH", "Pittsburgh Police Department", "", "Pittsburg town, Coos County"),
        ("ME", "Wells Police Department", "York County", "Wells town, York County"),
        ("WI", "Town of Madison Police Department", "Dane County", "Madison town, Dane County"),
        ("WI", "Madison Police Department", "Dane County", "Madison city, Dane County"),
        ("NY", "Clarkstown Police Department", "Rockland County", "Clarkstown town, Rockland County"),
        ("VA", "Fairfax Police Department", "", "Fairfax city"),  # the county equivalent speaks for the city
        ("MT", "Butte-Silver Bow Law Enforcement", "", "Butte-Silver Bow (balance), Silver Bow County"),
        ("IN", "Waterloo Marshal's Office", "DeKalb County", "Waterloo town, DeKalb County"),
        ("TX", "Smiley City Marshal's Office", "Gonzales County", "Smiley city, Gonzales County"),
        ("MI", "Bath Township Police Department", "", "Bath charter township, Clinton County"),
        ("PA", "East Donegal Township, PA", "Lancaster County", "East Donegal township, Lancaster County"),
    ],
)  # fmt: skip
def test_a_places_agency_covers_the_place_it_names(placed, said, state, name, county, expected):
    assert said(placed(state, name, county, agency_type="municipality")) == expected


@pytest.mark.parametrize(
    ("state", "name", "county", "expected", "misfit"),
    [
        ("GA", "Monroe Police Department", "Monroe County", "Monroe city, Walton County", "Monroe County"),
        ("AL", "Cherokee Police Department", "Cherokee County", "Cherokee town, Colbert County", "Cherokee County"),
        ("TX", "Tye Police Department", "Galveston County", "Tye city, Taylor County", "Galveston County"),
        ("TX", "Yoakum Police Department", "Yoakum County", "Yoakum city, Lavaca County", "Yoakum County"),
        ("AR", "Texarkana Police Department", "Bowie County", "Texarkana city, Miller County", "“Bowie County”"),
    ],
)
def test_the_name_wins_over_a_county_that_does_not_fit_and_says_so(
    placed, said, state, name, county, expected, misfit
):  # fmt: skip
    found = placed(state, name, county, agency_type="municipality")
    assert said(found) == expected
    assert found.coverages[0].why == "name"
    assert f"ICE prints {misfit}, which" in found.reason


def test_of_townships_of_one_name_the_printed_county_chooses(placed, said):
    found = placed("PA", "Carroll Township Police Department", "York County")
    assert said(found) == "Carroll township, York County"
    assert found.coverages[0].why == "ice_county"
    assert found.reason == (
        "3 areas of Pennsylvania bear its name. One, Carroll township, lies in York County, which ICE prints."
    )


def test_what_the_name_says_after_the_township_does_not_disturb(placed, said):
    for name in (
        "Southampton Twp. Cumberland City, Constables Office",
        "Southhampton Twp. Cumberland City, Constables Office",
    ):
        assert said(placed("PA", name, "Cumberland County")) == "Southampton township, Cumberland County"


def test_a_county_that_the_name_itself_gives_chooses_too(placed, said):
    found = placed("PA", "Mahoning TWP Police Department - Montour")
    assert said(found) == "Mahoning township, Montour County"
    assert found.coverages[0].why == "name"


def test_a_township_that_is_the_only_one_of_its_name_needs_no_county(placed, said):
    found = placed("PA", "East Franklin Township Police Department", "Adams County")
    assert said(found) == "East Franklin township, Armstrong County"


@pytest.mark.parametrize(
    ("state", "name", "counties"),
    [
        ("PA", "Derry Township Police Department", []),
        ("PA", "Derry Township Police Department", ["Erie County"]),  # which has no Derry
        ("PA", "Butler Township Police Department", ["Luzerne County", "Butler County"]),  # ICE changed its mind
        ("TX", "Lakeside Police Department", []),
        ("NY", "Camden Police Department", ["Oneida County"]),  # village and town
        ("CT", "Groton Police Department", []),  # city and town
        ("VA", "Richmond Sheriff's Office", []),  # county and city
        ("PA", "Pennsylvania State Constable Office Honey Brook Precinct 1", ["Chester County"]),  # borough, township
    ],
)
def test_a_name_that_fits_several_areas_is_in_question(placed, state, name, counties):
    found = placed(state, name, *counties)
    assert found.status == IN_QUESTION
    assert found.reason.startswith("Its name fits ")


def test_a_county_that_ice_changed_to_another_of_the_name_is_a_question_that_says_both(placed):
    found = placed("PA", "Manor Township Police Department", "Armstrong County", "Lancaster County")
    assert found.status == IN_QUESTION
    assert found.reason.endswith("ICE prints Armstrong County and printed Lancaster County before.")


@pytest.mark.parametrize(
    ("state", "name", "county", "expected"),
    [
        ("PA", "Southhampton Twp. Constables Office", "Cumberland County", "Southampton township, Cumberland County"),
        ("TX", "Neuces County Constable Precinct 5", "Nueces County", "part of Nueces County"),
        ("MO", "Dogulas County Sheriff's Office", "Douglas County", "Douglas County"),
        ("OK", "Barndall Police Department", "Osage County", "Barnsdall city, Osage County"),
    ],
)  # fmt: skip
def test_a_slip_in_the_name_is_mended_only_where_ices_county_agrees(placed, said, state, name, county, expected):
    found = placed(state, name, county)
    assert said(found) == expected
    assert found.coverages[0].why == "ice_county"
    assert "as ICE spells it" in found.reason
    assert placed(state, name).status == IN_QUESTION


@pytest.mark.parametrize(
    ("state", "name", "county"),
    [
        ("OK", "Wichita County Sheriff's Office", "Wichita County"),  # Texas's; Oklahoma's Washita is not meant
        ("TX", "Palmer County Sheriff's Office", "Palmer County"),  # the same slip twice is no evidence
        ("TX", "Trousdale County Sheriff's Office", "Trousdale County"),  # Tennessee's
        ("FL", "Kershaw County Sheriff's Office", "Kershaw County"),  # South Carolina's
        ("FL", "Heritage Creek Police Department", ""),  # Kentucky's
        ("MN", "Freedom County Sheriff's Office", "Freedom County"),  # nobody's
        ("FL", "Waria-labelon County Sheriff's Office", ""),  # nobody's
        ("PA", "Damascus County Constable", "Damascus County"),  # a township's
        ("PA", "East Pennsylvania Township Constable Office", "Cumberland County"),  # perhaps East Pennsboro's
        ("FL", "Pembroke Police Department", ""),  # Park or Pines
        ("MD", "Marlow Heights Police Department", "Prince George's County"),  # has no government of its own
        ("MD", "Marlow Heights Special Police Department", "Prince George's County"),
        ("FL", "Miami-Dade Police Department", ""),  # no city; a county's if ICE types it so
        ("CO", "18th Judicial District Attorney's Office", "Arapahoe County"),  # of several counties
        ("AR", "Pulaski County Regional Detention Facility", "Pulaski County"),
        ("PA", "Lehigh Valley Regional Police Department", "Northampton County"),
        ("TX", "Tarrant County College Police Department", ""),
        ("FL", "Tallahassee State College Police Department", ""),  # a name is no proof of a campus
        ("FL", "University of Florida Police Department", ""),
        ("TX", "Houston ISD Police Department", "Harris County"),
        ("AZ", "Navajo Nation Police Department", "Apache County"),
        ("LA", "Ward 3 Marshal's Office", ""),  # each parish may have one
        ("ZZ", "Davie Police Department", "Broward County"),
        ("FL", "", ""),
        ("FL", "!!!", ""),
        ("FL", "Police Department", ""),
        ("FL", "Office of the Department", ""),
        ("FL", "Sheriff's Office", "Broward County"),
        ("FL", "Constable", ""),
        ("FL", "County", ""),
    ],
)
def test_what_is_not_sure_is_in_question(placed, said, state, name, county):
    assert said(placed(state, name, county, agency_type="municipality")) == IN_QUESTION


def test_a_city_gives_way_where_ice_prints_a_county_with_another_of_its_name(placed, said):
    """Michigan's West Branch is a city in Ogemaw County; Marquette County has a township of the name."""
    assert said(placed("MI", "West Branch Police Department", "Ogemaw County")) == "West Branch city, Ogemaw County"
    assert said(placed("MI", "West Branch Police Department", "Marquette County")) == IN_QUESTION
    assert said(placed("MI", "West Branch Police Department", "Wayne County")) == "West Branch city, Ogemaw County"


@pytest.mark.parametrize(
    ("state", "name", "county", "expected", "note"),
    [
        ("TX", "Bexar County Constable Precinct 3", "Bexar County", "part of Bexar County", "Precinct 3."),
        ("TX", "Galveston County Constable's Office Pct.1", "", "part of Galveston County", "Precinct 1."),
        ("TX", "Kinney County Constable's Office", "", "Kinney County", ""),
        ("TX", "Constable Precinct 4", "Harris County", "part of Harris County", "Precinct 4."),
        ("TN", "Bradley County Constable District 1", "", "Bradley County", "District 1."),
        ("TN", "Tennessee State Constable 4th District", "Polk County", "Polk County", "District 4."),
        ("PA", "Pennsylvania State Constable's Office, Cooke Township", "", "Cooke township, Cumberland County", ""),
        ("PA", "Constable Unity Township", "", "Unity township, Westmoreland County", ""),
        ("PA", "Unity Township Constable, PA", "", "Unity township, Westmoreland County", ""),
        ("PA", "Gaines Township PA State Constable", "", "Gaines township, Tioga County", ""),
        ("PA", "State Constable's Office So Middleton Twp", "", "South Middleton township, Cumberland County", ""),
        ("PA", "Addison Borough Constable's Office, PA", "Somerset County", "Addison borough, Somerset County", ""),
        ("PA", "Lewistown Borough Constable's Office", "Miffin County", "Lewistown borough, Mifflin County", ""),
        ("PA", "Lower Burrell Fourth Ward Constable", "", "part of Lower Burrell city, Westmoreland County", "Ward 4."),
        ("PA", "Office of Constable Erie 6th Ward", "", "part of Erie city, Erie County", "Ward 6."),
        ("PA", "Pennsylvania State Constables Office Cambria County", "", "part of Cambria County", ""),
        ("LA", "Ward 3 Marshal's Office", "Calcasieu Parish", "part of Calcasieu Parish", "Ward 3."),
        ("LA", "Bossier City Marshal", "Bossier Parish", "Bossier City city, Bossier Parish", ""),
        ("LA", "Monroe City Marshal's Office", "", "Monroe city, Ouachita Parish", ""),
    ],
)  # fmt: skip
def test_constables_and_ward_marshals_cover_their_town_ward_precinct_or_district(
    placed, said, state, name, county, expected, note
):
    found = placed(state, name, county)
    assert said(found) == expected
    assert found.coverages[0].note == note


@pytest.mark.parametrize(
    ("state", "name", "agency_type", "county"),
    [
        ("WV", "West Virginia State Police Department", "state", "Washington County"),
        ("AR", "Arkansas State Police Department", "municipality", ""),
        ("ID", "Idaho State Police", "state", "Jerome County"),
        ("AK", "Department of Corrections", "", ""),
        ("TX", "Department of Public Safety- Criminal Investigations Division", "state", ""),
        ("MT", "MT Dept of Justice", "state", ""),
        ("GU", "Office Of The Attorney General", "state", "Kattan District"),
        ("MP", "CNMI Department of Corrections", "state", ""),
        ("LA", "Louisiana Alcohol and Tobacco Control", "municipality", ""),
        ("SC", "South Carolina Law Enforcement Division", "state", ""),
        ("TX", "Texas Parks and Wildlife Department", "state", "Travis County"),
    ],
)
def test_a_states_own_agency_is_statewide_whatever_else_ice_prints(placed, said, state, name, agency_type, county):
    assert said(placed(state, name, county, agency_type=agency_type)) == STATEWIDE


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("FL", "District Board of Trustees of Pensacola State College"),
        ("FL", "Office of the State Attorney Sixth Judicial Circuit"),
        ("FL", "Office of the State Attorney, 20th Judicial Circuit"),
        ("AR", "16th Judicial Distric Drug Task Force"),
        ("TX", "Johnson County District Attorney's Office"),
        ("MI", "Center Line Division of Public Safety and Security"),
        ("PA", "Pennsylvania State Constable's Office, Cooke Township"),
        ("FL", "Florida Atlantic Police Department"),
        ("IA", "Iowa City Department of Public Safety"),
        ("AL", "Mt. Vernon Department of Public Safety"),
        ("OK", "Oklahoma County Sheriff's Office"),
    ],
)
def test_ices_state_agency_makes_nothing_statewide(placed, state, name):
    assert placed(state, name, agency_type="state").status != STATEWIDE


@pytest.mark.parametrize(
    "name",
    [
        "Florida Department of Corrections",
        "Florida Department of Environmental Protection, Division of Law Enforcement",
        "Florida Department of Financial Services, Criminal Investigation Division",
        "Florida Department of Highway Safety and Motor Vehicles, Division of Highway Patrol",
        "Florida Department of Law Enforcement",
        "Florida Department of Lottery Services",
        "Florida Division of Alcoholic Beverages and Tobacco",
        "Florida Fish & Wildlife Conservation Commission",
        "Florida Gaming Control Commission",
        "Florida National Guard",
        "Florida State Guard",
        "Office of Agricultural Law Enforcement",
    ],
)
def test_floridas_twelve_state_agencies_are_statewide(placed, said, name):
    assert said(placed("FL", name, agency_type="state")) == STATEWIDE


def test_every_agency_of_a_statute_or_official_page_is_placed_by_it(placed, gazetteer):
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 41
    for row in rows:
        found = placed(row["state"], row["name"])
        assert found.kind == row["kind"]
        if not row["places"]:
            assert (found.status, found.reason) == (IN_QUESTION, row["note"])
            continue
        assert found.status == DECIDED
        assert {covered.why for covered in found.coverages} == {"statute"}
        assert {covered.source_url for covered in found.coverages} == {row["source_url"]}
        assert all(gazetteer.area(covered.geoid) for covered in found.coverages)
        assert row["source_title"]
        assert row["source_publisher"]
        assert row["read_on"]


def test_a_statutes_agency_is_known_by_other_spellings(placed, said):
    both = "Pasco County; Pinellas County"
    assert said(placed("FL", "Office of the State Attorney Sixth Judical Circuit")) == both
    assert said(placed("FL", "Office of the State Attorney, 6th Judicial Circuit")) == both
    five = said(placed("AR", "16th Judicial Distric Drug Task Force"))
    assert said(placed("AR", "16th Judicial District Drug Task Force")) == five
    assert five.count("County") == 5


def test_another_table_may_stand_in_for_the_projects(gazetteer):
    name = "Albemarle District Jail"
    assert place(name, state="NC", gazetteer=gazetteer, special={}).status == IN_QUESTION
    assert place(name, state="NC", gazetteer=gazetteer, special=load_special()).status == DECIDED


def test_airports_cover_their_own_grounds_only(placed, said):
    assert said(placed("FL", "Melbourne International Airport Police Department")) == "part of Brevard County"
    assert said(placed("FL", "Sarasota Manatee Airport Authority Police Department")) == (
        "part of Manatee County; part of Sarasota County"
    )
    assert said(placed("TX", "San Antonio International Airport Police", "Bexar County")) == "part of Bexar County"
    assert said(placed("TX", "San Antonio International Airport Police")) == IN_QUESTION


def test_a_campus_is_a_part_of_the_city_it_says_it_is_at_or_of_the_county_ice_prints(placed, said):
    at_jacksonville = placed("FL", "Florida State College at Jacksonville Police Department")
    assert said(at_jacksonville) == "part of Jacksonville city, Duval County"
    assert said(placed("FL", "Florida State University Police Department", "Leon County")) == "part of Leon County"


def test_a_campus_that_the_census_counts_as_a_settlement_is_placed_in_its_county(placed, said):
    assert said(placed("FL", "Florida Gulf Coast University Police Department")) == "part of Lee County"


def test_police_named_for_a_county_without_the_word_are_the_countys_if_ice_types_them_so(placed, said):
    found = placed("FL", "Miami-Dade Police Department", agency_type="county")
    assert (found.kind, said(found)) == ("county_police", "Miami-Dade County")


@pytest.mark.parametrize("county", ["", "Broward County"])
def test_broward_has_its_sheriff_and_six_cities_with_or_without_a_printed_county(placed, said, county):
    cities = "Davie town", "Hollywood city", "Coconut Creek city", "Lighthouse Point city", "Pembroke Park town"
    for city in (*cities, "Pembroke Pines city"):
        name = city.removesuffix(" town").removesuffix(" city")
        assert said(placed("FL", f"{name} Police Department", county)) == f"{city}, Broward County"
    assert said(placed("FL", "Broward County Sheriff's Office", county)) == "Broward County"
    assert said(placed("FL", "Florida Atlantic Police Department", county)) == IN_QUESTION


@pytest.mark.parametrize(
    ("state", "text", "expected"),
    [
        ("FL", "Broward County", "Broward County"),
        ("AL", "Dekalb County", "DeKalb County"),
        ("PA", "Lawrence", "Lawrence County"),
        ("MO", "Saint Francois County", "St. Francois County"),
        ("LA", "Union County", "Union Parish"),
        ("VA", "Hopewell County", "Hopewell city"),
        ("AR", "Pulaksi County", "Pulaski County"),
        ("FL", "St. Luice County", "St. Lucie County"),
        ("FL", "Flager County", "Flagler County"),
        ("TX", "Fall County", "Falls County"),  # and not Hall: the first letter stands
        ("OK", "Bryant County", "Bryan County"),
        ("AR", "Pop County", "Pope County"),
        ("MS", "Hinds Couny", "Hinds County"),
        ("LA", "Arcadia County", "Acadia Parish"),
        ("AR", "Bowie County", None),
        ("MO", "North County", None),
        ("GU", "Kattan District", None),
        ("VA", "Richmond", None),
        ("AL", "County", None),
        ("FL", "", None),
    ],
)
def test_the_county_that_ice_prints(gazetteer, state, text, expected):
    found = printed_county(text, state, gazetteer)
    assert (found and found.name) == expected


@pytest.mark.parametrize(
    ("state", "a", "b", "same"),
    [
        ("NY", "Nassau County Sheriff's Office", "Nassau County Sheriff's Department", True),
        ("FL", "Gulfport PD", "Gulfport Police Department", True),
        ("FL", "Levy County Sheriff's Office", "Lee County Sheriff's Office", False),
        ("FL", "Pinellas Park PD", "Pinellas County Sheriff's Office", False),
        ("IN", "Green Forks Police Department", "Greens Fork Police Department", None),
        ("PA", "Union Township Police Department", "Union Township Police Department", None),
        ("TX", "Texas National Guard", "Texas Office of the Attorney General", None),
    ],
)
def test_two_names_are_of_one_area_or_two_only_where_both_say_so(gazetteer, state, a, b, same):
    assert same_area(state, a, b, gazetteer) is same


PIECES = [
    *("Police Department", "Sheriff's Office", "Constable", "Precinct 3", "Ward", "4th", "County", "Township", "Twp."),
    *(
        "City of",
        "Town of",
        "Union",
        "Washington",
        "Erie",
        "PA",
        "/",
        ",",
        "-",
        "Airport",
        "Regional Jail",
        "State",
        "’",
    ),
    *("Pennsylvania", "Department of", "University", "Nation", "District Attorney", "Honey Brook", "№", "(", "|", "*"),
]


@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=8), county=st.text(max_size=12))
def test_whatever_ice_prints_there_is_an_answer_with_a_reason_that_fits(gazetteer, pieces, county):
    found = place(" ".join(pieces), counties_printed=[county], state="PA", gazetteer=gazetteer)
    assert found.status in (DECIDED, IN_QUESTION, STATEWIDE)
    assert (found.status == DECIDED) == bool(found.coverages)
    assert 0 < len(found.reason) <= 300
    assert all(gazetteer.area(covered.geoid).canonical == covered.geoid for covered in found.coverages)


def test_placing_the_new_agencies_of_a_list_takes_a_moment(placed, gazetteer):
    places = [area for area in gazetteer.in_state("TX") if area.kind == "place"][:300]
    placed("TX", "Austin Police Department")  # reads the state's names
    start = perf_counter()
    for area in places:
        placed("TX", f"{area.short_name} Police Department", agency_type="municipality")
    assert perf_counter() - start < 0.5  # a twentieth of that where nothing else runs
