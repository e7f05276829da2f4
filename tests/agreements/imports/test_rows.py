"""Cells as ICE prints them become rows with one meaning each; what cannot be read is reported and the rest goes on."""

# ruff: noqa: DTZ001  spreadsheet dates have no zone

import csv
import os
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.imports.rows import Correction, Row, date_in, kind_of, normalise, state_of
from agreements.imports.sheet import Sheet, SheetRow, read_sheet
from agreements.programs import program_model
from jurisdictions.names import tidy

from .workbooks import CLAY, FROM_THE_PAGE, MOA, PARTICIPATING, PENDING, clay, workbook

REAL = os.environ.get("ICE_SHEETS_DIR", "")


def normalised(*rows, columns=PARTICIPATING, links=None, **options):
    """Rows given by heading, through a workbook and back."""
    sheet = read_sheet(workbook(rows, columns, links=links))
    return normalise(sheet, kind=kind_of(sheet), **options)


def only_row(**cells):
    result = normalised(clay(**cells))
    assert result.errors == []
    (row,) = result.rows
    return row


def only_error(**cells):
    """The one error of a row that is kept."""
    result = normalised(clay(**cells))
    assert len(result.rows) == 1
    (error,) = result.errors
    assert error.number == 2
    assert error.message.endswith(".")
    return error


def test_a_row_says_each_thing_once():
    assert only_row() == Row(
        number=2,
        state="FL",
        state_printed="FLORIDA",
        agency="Clay County Sheriff's Office",
        agency_type="county",
        county="Clay County",
        program_model="TFM",
        signed_on=date(2025, 2, 26),
        signed_note="",
        moa_url=MOA,
        addendum_url="",
        corrected=(),
    )


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        pytest.param(PARTICIPATING, "participating", id="today's participating list"),
        pytest.param(FROM_THE_PAGE, "participating", id="the list from the web page"),
        pytest.param(PENDING, "pending", id="today's pending list"),
        pytest.param(PENDING[:3] + PENDING[4:5], "pending", id="the first pending list"),
        pytest.param([name.lower() + " " for name in PARTICIPATING], "participating", id="small letters"),
    ],
)
def test_the_kind_of_a_list_is_told_by_its_signatures(columns, kind):
    assert kind_of(read_sheet(workbook([CLAY], columns, links={}))) == kind


@pytest.mark.parametrize(
    ("printed", "usps"),
    [
        ("TEXAS", "TX"),
        ("TEXAS ", "TX"),
        ("UTAh", "UT"),
        ("New\xa0Hampshire", "NH"),
        ("FL", "FL"),
        ("MT ", "MT"),
        ("GUAM", "GU"),
        ("NORTHERN MARIANA ISLANDS", "MP"),
        ("Commonwealth of the Northern Mariana Islands", "MP"),
        ("PUERTO RICO", "PR"),
        ("U.S. Virgin Islands", "VI"),
        ("AMERICAN SAMOA", "AS"),
        ("DISTRICT OF COLUMBIA", "DC"),
        ("Washington, D.C.", "DC"),
        ("WASHINGTON", "WA"),
        ("State of Washington", "WA"),
        ("Commonwealth of Pennsylvania", "PA"),
        ("Fla.", "FL"),
        ("Tex.", "TX"),
    ],
)
def test_states_and_territories_are_known_by_name_and_code(printed, usps):
    assert state_of(printed) == (usps, False)


@pytest.mark.parametrize(
    ("printed", "usps"),
    [
        ("PENNSLYVANIA", "PA"),
        ("WEST VIRIGINIA", "WV"),
        ("WEST VIRIGINA", "WV"),
        ("MCHIGAN", "MI"),
        ("UTAHJ", "UT"),
        ("TENESSEE", "TN"),
    ],
)
def test_a_misprinted_state_is_read_and_reported(printed, usps):
    assert state_of(printed) == (usps, True)
    error = only_error(STATE=printed)
    assert (error.column, error.value) == ("STATE", printed)
    assert error.message.startswith("Read as ")


@pytest.mark.parametrize("printed", ["NOUTH DAKOTA", "CAROLINA", "ONTARIO", "XX", "?", "TOTAL"])
def test_a_state_that_could_be_two_or_none_is_left_to_a_person(printed):
    assert state_of(printed)[0] == ""
    result = normalised(clay(STATE=printed))
    assert result.rows[0].state == ""
    assert result.rows[0].state_printed == printed
    assert [error.column for error in result.errors] == ["STATE"]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Clay County Sheriff’s Office ", "Clay County Sheriff's Office"),
        ("Clay County  Sheriff's\nOffice", "Clay County Sheriff's Office"),
        ("Clay\xa0County Sheriff's Office", "Clay County Sheriff's Office"),
    ],
)
def test_names_are_tidied_and_not_mended(printed, name):
    assert only_row(LAW_ENFORCEMENT_AGENCY=printed).agency == name


@pytest.mark.parametrize(
    ("printed", "agency_type"),
    [
        ("County ", "county"),
        ("Municipality", "municipality"),
        ("Muncipality ", "municipality"),
        ("Municipal", "municipality"),
        ("State Agency", "state"),
        ("State", "state"),
        ("#NA", ""),
        (None, ""),
    ],
)
def test_types_are_three(printed, agency_type):
    assert only_row(TYPE=printed).agency_type == agency_type


def test_another_type_is_reported():
    assert only_error(TYPE="Tribe").value == "Tribe"


@pytest.mark.parametrize("printed", ["#N/A", "#NA", "N/A", "n/a ", "", None, "-", "#REF!"])
def test_ice_has_many_ways_to_print_no_county(printed):
    assert only_row(COUNTY=printed).county == ""


@pytest.mark.parametrize(
    ("printed", "county"),
    [
        ("Rusk County  ", "Rusk County"),
        ("St. Luice County", "St. Luice County"),
        ("Jefferson Parish", "Jefferson Parish"),
    ],
)
def test_counties_are_tidied_and_not_mended(printed, county):
    assert only_row(COUNTY=printed).county == county


@pytest.mark.parametrize(
    ("printed", "model"),
    [
        ("Task Force Model ", "TFM"),
        ("Task Force Officer", "TFM"),
        ("Jail Enforcement Model", "JEM"),
        ("Jail Enforcment Model ", "JEM"),
        ("Warrant Services Officer", "WSO"),
        ("WARRANT  SERVICE OFFICE", "WSO"),
        ("287(g) Task Force Model", "TFM"),
        ("287g Warrant Service Officer", "WSO"),
        ("WSO", "WSO"),
        ("", ""),
        ("Hybrid  Model ", "Hybrid Model"),
        ("Tsak Force Model", "TFM"),
        ("Warrent Service Officer", "WSO"),
        ("Tribal Task Force Model", "Tribal Task Force Model"),
    ],
)
def test_the_first_word_tells_the_model(printed, model):
    assert program_model(printed) == model


def test_an_unknown_model_is_kept_as_printed_and_reported():
    result = normalised(clay(SUPPORT_TYPE="Hybrid  Model"))
    assert result.rows[0].program_model == "Hybrid Model"
    (error,) = result.errors
    assert (error.column, error.value) == ("SUPPORT TYPE", "Hybrid Model")


@pytest.mark.parametrize(
    ("printed", "says"),
    [
        ("Tsak Force Model", "Read as Task Force Model."),
        ("Task Force Model/Warrant Service Officer", "names more than one program model; it is read as Task Force"),
    ],
)
def test_a_model_that_is_not_read_letter_for_letter_is_reported(printed, says):
    assert says in only_error(SUPPORT_TYPE=printed).message


@pytest.mark.parametrize("printed", ["#VALUE!", "#N/A", "n/a"])
def test_a_spreadsheets_error_is_no_model(printed):
    assert normalised(clay(SUPPORT_TYPE=printed)).rows[0].program_model == ""


@pytest.mark.parametrize("printed", ["#REF!", "N/A", 12345, True, "---", " * "])
def test_what_names_no_agency_makes_none(printed):
    result = normalised(CLAY, clay(LAW_ENFORCEMENT_AGENCY=printed))
    assert [row.number for row in result.rows] == [2]
    assert result.errors[0].message == "No agency is printed; the row is left out."


@pytest.mark.parametrize(
    "printed",
    [
        "\ufeffClay County Sheriff\u2019s Office\u200e",
        "Clay County She\xadriff's Office*",
        "Clay\u2060 County Sheriff's Office \u2020",
    ],
)
def test_marks_that_nobody_sees_and_footnotes_are_no_part_of_a_name(printed):
    assert only_row(LAW_ENFORCEMENT_AGENCY=printed).agency == "Clay County Sheriff's Office"


@pytest.mark.parametrize("printed", [True, 12])
def test_a_county_without_a_letter_is_reported(printed):
    assert only_error(COUNTY=printed).message == "This is no name of a county; it is left out."


def test_a_row_without_an_agency_is_reported_and_the_rest_goes_on():
    result = normalised(CLAY, clay(LAW_ENFORCEMENT_AGENCY=None), clay(SUPPORT_TYPE="Jail Enforcement Model"))
    assert [row.number for row in result.rows] == [2, 4]
    (error,) = result.errors
    assert (error.number, error.column) == (3, "LAW ENFORCEMENT AGENCY")


def test_a_row_without_a_model_is_kept_and_reported():
    result = normalised(CLAY, clay(SUPPORT_TYPE=None))
    assert [row.program_model for row in result.rows] == ["TFM", ""]
    (error,) = result.errors
    assert (error.number, error.column) == (3, "SUPPORT TYPE")


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param({"d": "2025-05-08T00:00:00"}, id="date"),
        pytest.param({"d": "2025-05-08T23:59:00"}, id="date and time"),
        pytest.param(45785, id="serial number"),
        pytest.param(45785.75, id="serial number with a time"),
        pytest.param(20250508, id="eight digits, year first"),
        pytest.param(5082025, id="digits without the leading zero"),
        pytest.param("2025-05-08", id="ISO"),
        pytest.param("2025-05-08 00:00:00", id="ISO with a time"),
        pytest.param("2025-05-08T00:00:00Z", id="ISO with a zone"),
        pytest.param(" 5/8/2025 ", id="American"),
        pytest.param("05/08/25", id="two-digit year"),
        pytest.param("5-8-2025", id="hyphens"),
        pytest.param("5.8.2025", id="full stops"),
        pytest.param("05/082025", id="second slash lost"),
        pytest.param("0508/2025", id="first slash lost"),
        pytest.param("05082025", id="both slashes lost"),
        pytest.param("May 8, 2025", id="month by name"),
        pytest.param("may 8th 2025", id="ordinal"),
        pytest.param("Thursday, May 8, 2025", id="day of the week"),
        pytest.param("Thu, May 8, 2025", id="day of the week cut short"),
        pytest.param("45785", id="serial number as text"),
        pytest.param("'05/08/2025", id="an apostrophe that Excel hides"),
        pytest.param("05\u204408\u20442025", id="slashes of a fraction"),
        pytest.param("05/08/2025 00:00:00 UTC", id="a time and its zone"),
        pytest.param("8 May 2025", id="day first"),
        pytest.param("8-May-25", id="as Excel shows it"),
        pytest.param({"f": "=DATE(2025,5,8)", "v": {"d": "2025-05-08T00:00:00"}}, id="formula"),
    ],
)
def test_a_date_is_read_in_each_form_that_lists_have_had(cell):
    assert date_in(cell) == date(2025, 5, 8)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7/72025", date(2025, 7, 7)),
        ("8/282025", date(2025, 8, 28)),
        ("Sept. 5, 2025", date(2025, 9, 5)),
        ("December 31, 2024", date(2024, 12, 31)),
    ],
)
def test_ices_slips_of_the_pen_are_read(text, day):
    assert date_in(text) == day


@pytest.mark.parametrize(
    "cell",
    [
        "",
        None,
        True,
        0,
        "pending",
        "112/2025",
        "13/13/2025",
        "2/30/2025",
        "2025",
        "May 2025",
        "Foo 8, 2025",
        "1/1/2025 and 2/2/2025",
        {"e": "#N/A"},
        {"d": "09:30:00"},
        {"f": "=A1"},
        10**17,
    ],
)
def test_what_is_no_date_or_could_be_two_is_none(cell):
    assert date_in(cell) is None


@given(st.dates(min_value=date(1996, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_in_every_form(day):
    serial = (day - date(1899, 12, 30)).days
    forms = [{"d": f"{day}T00:00:00"}, serial, f"{day}", f"{day:%m/%d/%Y}", f"{day:%m/%d%Y}", f"{day:%B %d, %Y}"]
    assert {date_in(form) for form in forms} == {day}


@pytest.mark.parametrize(
    ("printed", "says"),
    [
        pytest.param(datetime(5025, 7, 7), "year", id="a year that cannot be"),
        pytest.param(datetime(1986, 5, 8), "before 1996", id="before the law"),
        pytest.param("soon", "not a date", id="a word"),
        pytest.param("112/2025", "one way", id="two days at once"),
        pytest.param(None, "No date", id="nothing"),
    ],
)
def test_a_date_that_cannot_be_a_signature_is_not_trusted(printed, says):
    result = normalised(clay(SIGNED=printed))
    (row,) = result.rows
    assert row.signed_on is None
    assert says in row.signed_note
    (error,) = result.errors
    assert (error.column, error.message) == ("SIGNED", row.signed_note)


@pytest.mark.parametrize(
    ("day", "trusted"),
    [(date(2025, 7, 8), True), (date(2025, 7, 9), False)],
    ids=["the list's own day", "the day after"],
)
def test_a_signature_after_the_lists_own_day_is_not_trusted(day, trusted):
    signed = datetime(day.year, day.month, day.day)
    (row,) = normalised(clay(SIGNED=signed), published_on=date(2025, 7, 8)).rows
    assert row.signed_on == (day if trusted else None)
    assert bool(row.signed_note) is not trusted


def test_a_pending_request_has_no_signature_and_that_is_no_fault():
    result = normalised(clay(MOA="link pending"), columns=PENDING)
    (row,) = result.rows
    assert (row.signed_on, row.signed_note, row.moa_url) == (None, "", "")
    assert result.errors == []


def test_the_list_from_the_web_page_has_its_addresses_in_the_text():
    archived = "https://web.archive.org/web/20210113002027/"
    result = normalised(clay(SIGNED="2020-07-24", MOA=archived + MOA), columns=FROM_THE_PAGE)
    (row,) = result.rows
    assert (row.signed_on, row.moa_url) == (date(2020, 7, 24), MOA)
    assert (row.agency_type, row.county) == ("", "")
    assert result.errors == []


def test_the_hyperlink_counts_and_not_the_text_over_it():
    other = MOA.replace("TFM", "WSO")
    (row,) = normalised(clay(MOA=MOA, ADDENDUM="link"), links={"G2": other, "H2": MOA + "?a=b"}).rows
    assert (row.moa_url, row.addendum_url) == (other, MOA)


def test_a_link_made_by_a_formula_is_a_link():
    assert only_row(MOA=f'=HYPERLINK("{MOA}", "link")').moa_url == MOA


@pytest.mark.parametrize("text", ["link pending", "Link Pending ", "", None, "\xa0", "link\xa0|\xa0addendum"])
def test_a_cell_without_a_link_is_no_address(text):
    result = normalised(clay(MOA=text), links={})
    assert result.rows[0].moa_url == ""
    assert result.errors == []


def test_a_link_to_another_site_is_reported_and_not_kept():
    result = normalised(CLAY, links={"G2": "https://example.com/a.pdf"})
    assert result.rows[0].moa_url == ""
    (error,) = result.errors
    assert (error.column, error.value) == ("MOA", "https://example.com/a.pdf")


def test_an_unusual_text_where_a_link_should_be_is_reported():
    result = normalised(clay(MOA="Cons"), links={})
    assert [error.value for error in result.errors] == ["Cons"]


def test_a_repeated_row_is_kept_and_reported():
    result = normalised(CLAY, clay(SUPPORT_TYPE="Jail Enforcement Model"), clay(STATE="Florida ", SIGNED="7/72025"))
    assert [row.number for row in result.rows] == [2, 3, 4]
    (error,) = result.errors
    assert error.number == 4
    assert "row 2" in error.message


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        pytest.param({"LAW_ENFORCEMENT_AGENCY": "x" * 201}, False, id="agency"),
        pytest.param({"COUNTY": "x" * 81}, True, id="county"),
        pytest.param({"SUPPORT_TYPE": "x" * 61}, True, id="model"),
    ],
)
def test_a_cell_longer_than_any_name_is_reported(cells, kept):
    result = normalised(clay(**cells))
    assert bool(result.rows) is kept
    assert len(result.errors) == 1
    assert all(len(row.program_model) <= 60 and len(row.county) <= 80 for row in result.rows)


def test_columns_are_found_by_name_in_any_order():
    shuffled = normalised(CLAY, columns=PARTICIPATING[::-1])
    assert shuffled == normalised(CLAY)


def test_a_sheet_rebuilt_from_stored_cells_gives_the_same_rows():
    sheet = read_sheet(workbook([CLAY, clay(COUNTY="#N/A", SIGNED="05/082025")]))
    rebuilt = Sheet("", "", "", sheet.columns, tuple(SheetRow(row.number, row.cells, row.links) for row in sheet.rows))
    assert normalise(rebuilt, kind="participating") == normalise(sheet, kind="participating")


# -- Our corrections of what ICE prints -------------------------------------------------------------------------------

AGENCY = "Clay County Sheriff's Office"


@pytest.mark.parametrize(
    ("field", "printed", "wrong", "right", "value"),
    [
        pytest.param("signed_on", datetime(2016, 1, 20), "2016-01-20", "2026-01-20", date(2026, 1, 20), id="date"),
        pytest.param("signed_on", datetime(5025, 7, 7), "5025-07-07", "2025-07-07", date(2025, 7, 7), id="odd year"),
        pytest.param("signed_on", "soon", "Soon", "2025-07-07", date(2025, 7, 7), id="text"),
        pytest.param("state", "NEW YORK", "New York", "FLORIDA", "FL", id="state"),
        pytest.param("county", "Galveston County ", "Galveston County", "Taylor County", "Taylor County", id="county"),
        pytest.param("county", "#N/A", "", "Taylor County", "Taylor County", id="county where none is printed"),
        pytest.param("agency_type", "Municipality", "municipality", "County", "county", id="type"),
        pytest.param("program_model", "Task Force Model", "Task Force Model", "WSO", "WSO", id="model"),
        pytest.param("agency", AGENCY, AGENCY, "Clay County Jail", "Clay County Jail", id="agency"),
    ],
)
def test_a_correction_gives_the_right_value_and_says_so(field, printed, wrong, right, value):
    column = {
        "signed_on": "SIGNED",
        "state": "STATE",
        "county": "COUNTY",
        "agency_type": "TYPE",
        "program_model": "SUPPORT TYPE",
        "agency": "LAW ENFORCEMENT AGENCY",
    }[field]
    cells = CLAY | {column: printed}
    correction = Correction(cells["STATE"], AGENCY, "", field, wrong, right)
    result = normalised(cells, corrections=[correction])
    (row,) = result.rows
    assert getattr(row, field) == value
    assert row.corrected == (field,)
    assert row.state_printed == cells["STATE"]
    assert result.errors == []


def test_a_correction_of_an_address_names_the_address():
    right = MOA.replace("TFM", "WSO")
    (row,) = normalised(CLAY, corrections=[Correction("FL", AGENCY, "TFM", "moa_url", MOA, right)]).rows
    assert (row.moa_url, row.corrected) == (right, ("moa_url",))


@pytest.mark.parametrize(
    "correction",
    [
        pytest.param(Correction("FL", AGENCY, "", "county", "Calhoun County", "Bay County"), id="ICE mended it"),
        pytest.param(Correction("GA", AGENCY, "", "county", "Clay County", "Bay County"), id="another state"),
        pytest.param(Correction("FL", "Clay County", "", "county", "Clay County", "Bay County"), id="another agency"),
        pytest.param(Correction("FL", AGENCY, "WSO", "county", "Clay County", "Bay County"), id="another model"),
        pytest.param(
            Correction("FL", AGENCY, "", "county", "Clay County", "Bay County", date(2020, 1, 1)), id="another signing"
        ),
    ],
)
def test_a_correction_is_quiet_elsewhere(correction):
    (row,) = normalised(CLAY, corrections=[correction]).rows
    assert (row.county, row.corrected) == ("Clay County", ())


def test_a_correction_finds_its_row_however_the_name_is_printed():
    correction = Correction(
        "FLORIDA", "CLAY COUNTY SHERIFF’S OFFICE", "Task Force Model", "county", "clay county", "Bay"
    )
    (row,) = normalised(clay(LAW_ENFORCEMENT_AGENCY="Clay  County Sheriff's Office "), corrections=[correction]).rows
    assert row.county == "Bay"


def test_a_correction_of_a_field_that_rows_lack_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="colour"):
        normalised(CLAY, corrections=[Correction("FL", AGENCY, "", "colour", "a", "b")])


# -- Laws -------------------------------------------------------------------------------------------------------------

CELL = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.builds(lambda text: {"e": text}, st.text(max_size=8)),
    st.builds(lambda day: {"d": day.isoformat()}, st.datetimes()),
    st.builds(lambda time: {"d": time.isoformat()}, st.times()),
    st.builds(lambda text, value: {"f": "=" + text, "v": value}, st.text(max_size=8), st.text(max_size=8)),
)


@given(st.lists(st.tuples(*[CELL] * 8), max_size=4))
def test_whatever_the_cells_hold_each_row_is_kept_or_reported(cells):
    rows = tuple(SheetRow(number, row, {}) for number, row in enumerate(cells, start=2))
    result = normalise(Sheet("", "", "", PARTICIPATING, rows), kind="participating")
    accounted = {row.number for row in result.rows} | {error.number for error in result.errors}
    assert accounted == {row.number for row in rows}
    for row in result.rows:
        assert row.agency == tidy(row.agency) != ""
        assert row.agency_type in ("county", "municipality", "state", "")
        assert (row.signed_on is None) == bool(row.signed_note)


# -- The real lists ---------------------------------------------------------------------------------------------------

# ICE misprints a state's name: the yardstick counts the misprint as a state of its own, we read it.
MISPRINTED_STATE = {
    "participatingAgencies07032025pm.xlsx",
    "participatingAgencies07072025am.xlsx",
    "participatingAgencies07072025pm.xlsx",
    "participatingAgencies08292025pm.xlsx",
    "participatingAgencies02272026am.xlsx",
}


@pytest.mark.skipif(not REAL, reason="ICE_SHEETS_DIR names no folder of ICE's workbooks")
def test_the_real_lists_give_the_counts_that_are_known_of_them():
    with (Path(REAL) / "SERIES.csv").open(newline="") as stream:
        series = list(csv.DictReader(stream))
    assert len(series) == 375
    for known in series:
        sheet = read_sheet(Path(REAL) / known["kind"] / known["file"])
        kind = "pending" if known["note"].startswith("a pending list") else known["kind"]
        assert kind_of(sheet) == kind, known["file"]
        result = normalise(sheet, kind=kind, published_on=date.fromisoformat(known["true_date"]))
        agreements = {(row.state, row.agency.casefold(), row.program_model) for row in result.rows}
        models = Counter(model for *_, model in agreements)
        found = {
            "rows": len(result.rows),
            "agreements": len(agreements),
            "agencies": len({key[:2] for key in agreements}),
            "states": len({key[0] for key in agreements}) + (known["file"] in MISPRINTED_STATE),
            "links": sum(bool(row.moa_url) for row in result.rows),
            "JEM": models["JEM"],
            "WSO": models["WSO"],
            "TFM": models["TFM"],
        }
        assert found == {name: int(known[name]) for name in found}, known["file"]
