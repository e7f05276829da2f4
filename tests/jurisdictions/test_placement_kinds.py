import pytest

from jurisdictions.models import Agency
from jurisdictions.placement import KINDS, classify


def test_the_kinds_are_those_that_an_agency_may_have():
    assert set(KINDS) == set(Agency.Kind.values)


@pytest.mark.parametrize(
    ("state", "name", "agency_type", "kind"),
    [
        ("TX", "Jim Wells County Sheriff's Office", "county", "sheriff"),  # sheriff
        ("FL", "Jacksonville Sheriff's Office", "county", "sheriff"),  # sheriff named for a city
        ("MO", "Christian County Sherrif's Office", "county", "sheriff"),  # sheriff misspelt
        ("MI", "Berrian County Sheriff's Offic", "county", "sheriff"),  # office cut short
        ("FL", "Gulfport PD", "municipality", "municipal_police"),  # PD
        ("FL", "New Port Richey Polce Department", "municipality", "municipal_police"),  # police misspelt
        ("FL", "Orange Park Police Department", "municipality", "municipal_police"),  # a town called Park
        ("TX", "Hollywood Park Police Department", "municipality", "municipal_police"),  # another Park
        ("FL", "Pembroke Park Police Department", "municipality", "municipal_police"),  # a third Park
        ("FL", "Daytona Beach Shores Public Safety", "municipality", "municipal_police"),  # public safety
        ("VA", "Gordonsville Department of Public Safety", "county", "municipal_police"),  # town's DPS
        ("PA", "Benton Borough Police Department", "municipality", "municipal_police"),  # borough
        ("PA", "Mahoning TWP Police Department - Montour", "municipality", "township_police"),  # Twp
        ("TX", "Marshall Police Department", "municipality", "municipal_police"),  # Marshall is no marshal
        ("TX", "College Station Police Department", "municipality", "municipal_police"),  # a college's town
        ("PA", "State College Borough Police Department", "municipality", "municipal_police"),  # State College
        ("CO", "Pueblo Police Department", "municipality", "municipal_police"),  # Pueblo is no tribe
        ("MO", "Airport Drive Police Department", "municipality", "municipal_police"),  # Airport Drive
        ("MO", "Country Club Hills Police Department", "municipality", "municipal_police"),  # Country is no county
        ("NY", "Nassau County Police Department", "county", "county_police"),  # county police
        ("MO", "Saint Charles County Police Department", "municipality", "county_police"),  # by name, not by type
        ("MO", "North County Police Cooperative", "municipality", "joint_police"),  # cooperative
        ("PA", "Northwest Regional Police Department", "municipality", "joint_police"),  # regional police
        ("MI", "Metro Police Authority of Genesee County", "county", "joint_police"),  # police authority
        ("NV", "Las Vegas Metropolitan Police Department", "county", "joint_police"),  # city and county
        ("AR", "16th Judicial Distric Drug Task Force", "state", "joint_police"),  # drug task force
        ("TX", "Saint Hedwig Marshal's Office", "municipality", "marshal"),  # town marshal
        ("LA", "Ward 5 Marshal's Office", "municipality", "marshal"),  # ward marshal
        ("LA", "Louisiana Office of the State Fire Marshal", "state", "state_other"),  # fire marshal is none
        ("FL", "Gulf County BOCC", "county", "corrections"),  # commissioners sign for their jail
        ("OK", "Okmulgee County Criminal Justice Authority", "county", "corrections"),  # a jail's trust
        ("PA", "Cambria County Prison", "county", "corrections"),  # county prison
        ("VA", "Southwest Virginia Regional Jail Authority", "county", "corrections"),  # regional jail
        ("LA", "Louisiana Department of Public Safety & Corrections", "state", "corrections"),  # state prisons
        ("VA", "Virginia DOC Law Enforcement Services", "state", "corrections"),  # DOC
        ("AK", "Department of Corrections", "state", "corrections"),  # state's name left out
        ("WV", "West Virginia State Police Department", "state", "state_police"),  # state police
        ("LA", "Louisiana State Patrol", "state", "state_police"),  # state patrol
        ("MP", "CNMI Department of Public Safety", "state", "state_police"),  # a territory's
        ("GU", "Guam Police Department", "state", "state_police"),  # a territory's police
        ("MT", "MT Dept of Justice", "state", "state_other"),  # postal abbreviation
        ("MS", "Mississippi Attorney General's Office", "state", "state_other"),  # attorney general
        ("FL", "Florida Department of Lottery Services", "state", "state_other"),  # lottery
        ("FL", "Office of Agricultural Law Enforcement", "state", "state_other"),  # no place in its name
        ("FL", "District Board of Trustees of Pensacola State College", "state", "campus"),  # college typed state
        ("FL", "Florida A&M University Board of Trustees", "municipality", "campus"),  # trustees
        ("FL", "New College of Florida Police Department", "municipality", "campus"),  # New College
        ("OK", "Caney Valley Public Schools Police Department", "municipality", "school"),  # schools
        ("PA", "Pennsylvania State Constable's Office, Cooke Township", "municipality", "constable"),  # no state agency
        ("PA", "Coolspring Township Constbales Office", "county", "constable"),  # constables misspelt
        ("TX", "Galveston County Constable's Office Pct.1", "county", "constable"),  # Pct.1
        ("FL", "Office of the State Attorney, 20th Judicial Circuit", "state", "prosecutor"),  # circuit's attorney
        ("TX", "Parker County (County) Attorney's Office", "county", "prosecutor"),  # county attorney
        (
            "TX",
            "Kleberg County Attorney's Specialized Crimes & Narcotics Task Force",
            "county",
            "prosecutor",
        ),  # his task force
        ("FL", "Sanford Airport Police Department", "municipality", "port_transit"),  # airport
        ("FL", "Lee County Port Authority Police", "county", "port_transit"),  # port authority
        ("AZ", "Navajo Nation Police Department", "municipality", "tribal"),  # nation
        ("PR", "Puerto Rico Police Bureau", "state", "state_police"),  # a bureau
        ("MD", "Marlow Heights Special Police Department", "municipality", "other"),  # special police
    ],
)
def test_the_name_says_what_kind_of_agency_it_is(state, name, agency_type, kind):
    assert classify(name, agency_type=agency_type, state=state) == kind


@pytest.mark.parametrize("agency_type", ["county", "municipality", "state", ""])
def test_ices_type_does_not_change_what_a_sheriff_is(agency_type):
    assert classify("Harford County Sheriff's Office", agency_type=agency_type, state="MD") == "sheriff"
