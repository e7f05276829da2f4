"""A workbook is read as printed, or refused in one sentence that says what to do."""

# ruff: noqa: DTZ001  spreadsheet dates have no zone

import csv
import io
import json
import os
import random
import re
import string
import struct
import tracemalloc
import zipfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import process_time

import openpyxl
import pytest

from agreements.imports import sheet as sheet_module
from agreements.imports.columns import find_columns
from agreements.imports.sheet import NotASheet, read_sheet

from .workbooks import (
    CLAY,
    FROM_THE_PAGE,
    MAIN,
    MOA,
    PARTICIPATING,
    PENDING,
    clay,
    fill,
    header_xml,
    inline,
    part,
    saved,
    with_parts,
    with_shared_strings,
    with_sheet_xml,
    workbook,
)

REAL = os.environ.get("ICE_SHEETS_DIR", "")


def cells_of(data):
    return [row.cells for row in read_sheet(data).rows]


def refusal(data):
    with pytest.raises(NotASheet) as refused:
        read_sheet(data)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert ". " not in sentence, "one sentence"
    assert len(sentence) < 200
    return sentence


# -- What is kept -----------------------------------------------------------------------------------------------------


def test_a_row_is_kept_as_printed_with_its_number_and_its_link():
    sheet = read_sheet(workbook([CLAY]), "participatingAgencies05182026am.xlsx")
    assert sheet.columns == PARTICIPATING
    assert sheet.worksheet == "Sheet1"
    assert sheet.file_name == "participatingAgencies05182026am.xlsx"
    (row,) = sheet.rows
    assert row.number == 2
    assert row.cells == (
        "FLORIDA",
        "Clay County Sheriff's Office",
        "County",
        "Clay County",
        "Task Force Model",
        {"d": "2025-02-26T00:00:00"},
        "link",
        None,
    )
    assert row.links == {6: MOA}


def test_a_path_gives_the_file_its_name_and_the_bytes_their_digest(tmp_path):
    path = tmp_path / "pendingAgencies02112026am.xlsx"
    path.write_bytes(workbook([CLAY], PENDING, links={}))
    sheet = read_sheet(path)
    assert sheet.file_name == path.name
    assert sheet == read_sheet(path.read_bytes(), path.name)
    assert len(sheet.sha256) == 64


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param("TEXAS ", "TEXAS ", id="trailing blank"),
        pytest.param("link\xa0|\xa0addendum", "link\xa0|\xa0addendum", id="no-break spaces"),
        pytest.param("Sheriff’s\nOffice", "Sheriff’s\nOffice", id="curly quote and line break"),
        pytest.param("05/082025", "05/082025", id="date as text"),
        pytest.param(45922, 45922, id="whole number"),
        pytest.param(0.1, 0.1, id="fraction"),
        pytest.param(True, True, id="truth value"),
        pytest.param("#N/A", {"e": "#N/A"}, id="spreadsheet error"),
        pytest.param(datetime(2025, 5, 8, 9, 30), {"d": "2025-05-08T09:30:00"}, id="date and time"),
        pytest.param(datetime(1900, 2, 1), {"d": "1900-02-01T00:00:00"}, id="date before Excel's 29 February 1900"),
        pytest.param(time(9, 30), {"d": "09:30:00"}, id="time of day"),
        pytest.param(timedelta(hours=30), 1.25, id="elapsed hours stay a number"),
        pytest.param("=A2", {"f": "=A2"}, id="formula"),
        pytest.param(None, None, id="empty"),
    ],
)
def test_a_cell_keeps_its_value_and_its_type(value, kept):
    (cells,) = cells_of(workbook([clay(COUNTY=value)]))
    assert cells[3] == kept
    assert type(cells[3]) is type(kept)
    assert json.loads(json.dumps(cells[3])) == kept


def test_a_formula_keeps_the_value_that_was_last_computed():
    formula = "<c r='B2' t='str'><f>A9&amp;B9</f><v>Ely</v></c>"
    xml = f"<sheetData>{header_xml()}<row r='2'>{inline('A2', 'TEXAS')}{formula}</row></sheetData>"
    (cells,) = cells_of(with_sheet_xml(xml))
    assert cells[1] == {"f": "=A9&B9", "v": "Ely"}


def test_a_text_of_several_looks_is_joined_and_its_pronunciation_left_out():
    texts = "<si><r><t>Clay </t></r><r><t>County</t></r><rPh sb='0' eb='1'><t>kurei</t></rPh></si>"
    xml = f'<sheetData>{header_xml()}<row r="2"><c r="A2" t="s"><v>0</v></c></row></sheetData>'
    data = with_shared_strings(xml, texts)
    assert cells_of(data)[0][0] == "Clay County"


def test_cells_and_rows_without_a_place_of_their_own_follow_each_other():
    cell = "<c t='inlineStr'><is><t>{}</t></is></c>"
    header = "".join(cell.format(heading) for heading in PENDING)
    xml = f"<sheetData><row>{header}</row><row>{cell.format('TEXAS')}<c/>{cell.format('County')}</row></sheetData>"
    (row,) = read_sheet(with_sheet_xml(xml)).rows
    assert row.number == 2
    assert row.cells[:3] == ("TEXAS", None, "County")


def test_a_serial_number_beyond_the_calendar_is_the_error_that_excel_shows():
    book = openpyxl.Workbook()
    fill(book.active, [CLAY])
    book.active["F2"] = 99_999_999
    book.active["F2"].number_format = "yyyy-mm-dd"
    assert cells_of(saved(book))[0][5] == {"e": "#VALUE!"}


def test_dates_counted_from_1904_are_read_so():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    fill(book.active, [CLAY])
    assert cells_of(saved(book))[0][5] == {"d": "2025-02-26T00:00:00"}


def test_hidden_rows_are_rows():
    book = openpyxl.Workbook()
    fill(book.active, [clay(STATE=state) for state in ("ALABAMA", "FLORIDA", "TEXAS")])
    book.active.row_dimensions[3].hidden = True
    assert [cells[0] for cells in cells_of(saved(book))] == ["ALABAMA", "FLORIDA", "TEXAS"]


def test_empty_rows_are_left_out_and_the_others_keep_their_numbers():
    rows = [CLAY, {}, {"STATE": " ", "MOA": "\xa0"}, CLAY, {}]
    assert [row.number for row in read_sheet(workbook(rows)).rows] == [2, 5]


def test_empty_columns_at_the_edge_are_left_out_and_a_blank_heading_inside_is_kept():
    columns = ("STATE", None, "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE", None, None)
    sheet = read_sheet(workbook([CLAY], columns))
    assert sheet.columns == ("STATE", "", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE")
    assert all(len(row.cells) == 4 for row in sheet.rows)


def test_a_column_that_ice_adds_is_kept_like_any_other():
    sheet = read_sheet(workbook([clay(NOTES="new")], (*PARTICIPATING, "NOTES")))
    assert sheet.columns[8] == "NOTES"
    assert sheet.rows[0].cells[8] == "new"


def test_a_link_on_a_range_is_on_each_of_its_cells():
    sheet = read_sheet(workbook([CLAY] * 3, links={"G2:G3": MOA, "F4": MOA + "?page=2"}))
    assert [row.links for row in sheet.rows] == [{6: MOA}, {6: MOA}, {5: MOA + "?page=2"}]


def test_a_link_to_a_place_in_a_document_keeps_the_place():
    data = workbook([CLAY])
    xml = part(data, "xl/worksheets/sheet1.xml").replace("<hyperlink ", '<hyperlink location="page=3" ')
    assert read_sheet(with_parts(data, {"xl/worksheets/sheet1.xml": xml})).rows[0].links == {6: MOA + "#page=3"}


def test_the_workbooks_stamp_is_read_in_utc():
    data = workbook(modified=datetime(2026, 5, 18, 11, 29, 17))
    assert read_sheet(data).modified == datetime(2026, 5, 18, 11, 29, 17, tzinfo=UTC)


@pytest.mark.parametrize("core", [None, "<broken", "<a/>"], ids=["absent", "broken", "without a stamp"])
def test_a_list_without_a_stamp_is_still_a_list(core):
    sheet = read_sheet(with_parts(workbook(), {"docProps/core.xml": core}))
    assert sheet.modified is None
    assert len(sheet.rows) == 1


# -- Where the list is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(FROM_THE_PAGE, id="5 columns, from the web page"),
        pytest.param([name for name in PARTICIPATING if name not in ("COUNTY", "ADDENDUM")], id="6 columns"),
        pytest.param(PARTICIPATING[:7], id="7 columns"),
        pytest.param(PARTICIPATING, id="8 columns"),
        pytest.param([name for name in PENDING if name not in ("COUNTY", "MOA")], id="4 columns, pending"),
        pytest.param(PENDING[:5], id="5 columns, pending"),
        pytest.param(PENDING, id="6 columns, pending"),
        pytest.param([f" {name.title()}  " for name in PARTICIPATING], id="case and blanks"),
        pytest.param(PARTICIPATING[::-1], id="another order"),
    ],
)
def test_every_layout_that_ice_has_used_is_read(columns):
    assert read_sheet(workbook([CLAY], columns, links={})).columns == tuple(columns)


def test_a_pending_list_may_be_empty():
    sheet = read_sheet(workbook([], PENDING))
    assert sheet.rows == ()
    assert sheet.columns == PENDING


def test_a_title_above_the_header_is_no_row():
    book = openpyxl.Workbook()
    fill(book.active, [CLAY], first_row=3)
    book.active["A1"] = "287(g) participating agencies"
    sheet = read_sheet(saved(book))
    assert sheet.columns == PARTICIPATING
    assert [row.number for row in sheet.rows] == [4]


def test_another_worksheet_beside_the_list_does_no_harm():
    book = openpyxl.Workbook()
    book.active.append(["Total", "JEM", "TFM"])
    fill(book.create_sheet("Agencies"), [CLAY])
    sheet = read_sheet(saved(book))
    assert (sheet.worksheet, len(sheet.rows)) == ("Agencies", 1)


def test_two_lists_in_one_workbook_are_refused_by_name():
    book = openpyxl.Workbook()
    fill(book.active, [CLAY])
    fill(book.create_sheet("Copy"), [CLAY])
    assert "“Sheet” and “Copy”" in refusal(saved(book))


def test_a_workbook_with_macros_is_read_and_its_macros_are_not():
    types = part(workbook(), "[Content_Types].xml").replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    data = with_parts(workbook(), {"[Content_Types].xml": types, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros"})
    assert len(read_sheet(data, "list.xlsm").rows) == 1


def test_prefixed_elements_and_a_false_dimension_change_nothing():
    plain = part(workbook([clay()], links={}), "xl/worksheets/sheet1.xml")
    absurd = plain.replace('<dimension ref="A1:H2"', '<dimension ref="A1:XFD1048576"')
    assert absurd != plain
    body = absurd.partition("<sheetData>")[2].partition("</sheetData>")[0]
    prefixed = body.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    inside = f'<x:dimension ref="A1:XFD1048576"/><x:sheetData>{prefixed}</x:sheetData>'
    xml = f'<x:worksheet xmlns:x="{MAIN}">{inside}</x:worksheet>'
    data = workbook([clay()], links={})
    for sheet in (absurd, xml):
        assert cells_of(with_parts(data, {"xl/worksheets/sheet1.xml": sheet})) == cells_of(data)


# -- What is refused --------------------------------------------------------------------------------------------------


def encrypted():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(64)


def archive(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"\xef\xbb\xbf \r\n", "empty", id="only blanks"),
        pytest.param(b"%PDF-1.7\n...", "PDF", id="PDF"),
        pytest.param(b"STATE,LAW ENFORCEMENT AGENCY\r\nTEXAS,Ely", "CSV", id="CSV"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), ".xls", id="old Excel"),
        pytest.param(encrypted(), "password", id="under a password"),
        pytest.param(b"<!DOCTYPE html><html><body>Not found</body></html>", "web page", id="an error page"),
        pytest.param(b"\n<html>", "web page", id="a table saved as .xls"),
        pytest.param(b"<?xml version='1.0'?><Workbook/>", "XML", id="XML of Excel 2003"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(40), "not an Excel workbook", id="a picture"),
        pytest.param(b"PK\x03\x04 and then nothing", "damaged", id="cut short at once"),
        pytest.param(archive(), "another kind of document", id="an empty archive"),
        pytest.param(archive(mimetype="application/vnd.oasis.opendocument"), "another kind", id="another office"),
        pytest.param(b"x" * (sheet_module.MAX_FILE + 1), "larger than", id="too large"),
    ],
)
def test_other_kinds_of_file_are_named_and_refused(data, says):
    assert says in refusal(data)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(NotASheet, match="folder"):
        read_sheet(tmp_path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_file_cut_short_is_refused(share):
    data = workbook([CLAY] * 50)
    assert "cut short" in refusal(data[: int(len(data) * share)])


@pytest.mark.parametrize("lost", ["STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE", "SIGNED", "MOA"])
def test_a_lost_column_is_named(lost):
    columns = [name for name in PARTICIPATING if name != lost]
    assert f"has no {lost} column" in refusal(workbook([CLAY], columns, links={}))


def test_a_heading_that_is_not_known_is_named_where_a_column_is_lost():
    columns = ["WHO" if name == "LAW ENFORCEMENT AGENCY" else name for name in PARTICIPATING]
    assert "of its headings we do not know “WHO”: write the name" in refusal(workbook([CLAY], columns, links={}))


def test_headings_in_other_words_are_known():
    heads = ["State", "Law Enforcement Agency (LEA)", "LEA Type", "Parish", "287(g) Model", "Date MOA Signed"]
    assert set(find_columns(heads)) == {"state", "agency", "type", "county", "model", "signed"}


def test_a_participating_list_without_signed_and_addendum_is_known_by_its_links():
    columns = [name for name in PARTICIPATING if name not in ("SIGNED", "ADDENDUM")]
    assert "has no SIGNED column" in refusal(workbook([CLAY], columns))


def test_a_column_that_stands_twice_is_named():
    assert "two STATE columns" in refusal(workbook([CLAY], ("STATE", *PENDING)))


def test_another_table_is_refused():
    columns = ("ZIP", "COUNTY", "RES_RATIO", "TOT_RATIO")
    assert "another table" in refusal(workbook([dict.fromkeys(columns, "12011")], columns))


def test_an_empty_workbook_is_refused():
    assert "empty" in refusal(saved(openpyxl.Workbook()))


def test_a_header_far_down_is_not_looked_for():
    book = openpyxl.Workbook()
    for _ in range(sheet_module.HEADER_WITHIN):
        book.active.append(["text"])
    fill(book.active, [CLAY], first_row=sheet_module.HEADER_WITHIN + 1)
    assert "another table" in refusal(saved(book))


@pytest.mark.parametrize(
    "name", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"]
)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<", id="no XML"),
        pytest.param("\0\0\0", id="zeros"),
        pytest.param(None, id="absent"),
    ],
)
def test_a_damaged_part_is_refused(name, content):
    good = with_shared_strings(f"<sheetData>{header_xml()}</sheetData>", "<si><t>Clay County</t></si>")
    assert read_sheet(good).columns == PARTICIPATING
    assert refusal(with_parts(good, {name: content}))


@pytest.mark.parametrize(
    "declaration",
    [
        pytest.param('<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>', id="entities that swell"),
        pytest.param('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>', id="a file of this machine"),
        pytest.param('<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">', id="a declaration elsewhere"),
    ],
)
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels", "docProps/core.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_declaration_is_refused_in_every_part(declaration, name, encoding):
    xml = part(workbook(), name)
    start = xml.index("?>") + 2 if xml.startswith("<?xml") else 0
    spoilt = (f"<?xml version='1.0' encoding='{encoding}'?>" + declaration + xml[start:]).encode(encoding)
    assert "entities" in refusal(with_parts(workbook(), {name: spoilt}))


# -- Hostile archives -------------------------------------------------------------------------------------------------


def test_a_part_that_swells_is_not_unpacked():
    bomb = with_parts(workbook(), {"xl/worksheets/sheet1.xml": b" " * 20_000_000})
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        assert "unpacks to far more" in refusal(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_part_that_lies_about_its_size_is_refused():
    data = with_parts(workbook(), {"xl/worksheets/sheet1.xml": b" " * 20_000_000})
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        swollen = old.getinfo("xl/worksheets/sheet1.xml")
    true_size = swollen.file_size.to_bytes(4, "little")
    assert data.count(true_size) == 2
    assert refusal(data.replace(true_size, (1000).to_bytes(4, "little")))


def test_parts_that_together_swell_are_refused(monkeypatch):
    monkeypatch.setattr(sheet_module, "MAX_UNPACKED", 3_000)
    assert "unpacks to far more" in refusal(workbook())


def test_an_archive_of_countless_parts_is_refused_before_they_are_listed():
    parts = {f"extra/{number}": b"" for number in range(sheet_module.MAX_MEMBERS + 1)}
    assert "parts" in refusal(with_parts(workbook(), parts))


def test_a_part_under_a_password_is_refused():
    data = bytearray(workbook())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(signature)
        while place >= 0:
            data[place + flags] |= 1
            place = data.find(signature, place + 4)
    assert "password" in refusal(bytes(data))


def test_a_packing_that_excel_does_not_use_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "packed in a way" in refusal(stream.getvalue())


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        pytest.param('<c r="A0" t="b"><v>1</v></c>', "damaged", id="row 0"),
        pytest.param('<c r="A1048577" t="b"><v>1</v></c>', "damaged", id="a row beyond Excel's"),
        pytest.param('<c r="AAAA2" t="b"><v>1</v></c>', "damaged", id="a column beyond Excel's"),
        pytest.param('<c r="XFD2" t="b"><v>1</v></c>', "columns", id="a column far off"),
        pytest.param('<c r="A2" t="s"><v>-1</v></c>', "damaged", id="a text before the first"),
        pytest.param('<c r="A2" t="s"><v>999</v></c>', "damaged", id="a text beyond the last"),
        pytest.param('<c r="A2" t="s"><v>one</v></c>', "damaged", id="a text without a number"),
        pytest.param('<c r="A2"><v>many</v></c>', "damaged", id="a number that is none"),
        pytest.param('<c r="A2" t="zz"><v>1</v></c>', "damaged", id="a type that Excel does not know"),
    ],
)
def test_cells_that_excel_cannot_hold_are_refused(cells, says):
    assert says in refusal(with_sheet_xml(f"<sheetData>{header_xml()}<row r='2'>{cells}</row></sheetData>"))


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400], ids=["huge", "very low", "400 digits"])
def test_a_number_that_json_cannot_hold_is_the_error_that_excel_shows(number):
    xml = f"<sheetData>{header_xml()}<row r='2'><c r='A2'><v>{number}</v></c></row></sheetData>"
    assert cells_of(with_sheet_xml(xml))[0][0] == {"e": "#NUM!"}


@pytest.mark.parametrize("number", ["1e22", "12345678901234567890", "-1.5e16", "9e15", "1e-7", "0.1"])
def test_a_number_is_kept_so_that_both_databases_give_it_back_alike(number):
    """A whole number is written without an exponent, as PostgreSQL's jsonb would write it."""
    cell = read_sheet(with_sheet_xml(f'{header_xml()}<row r="2"><c r="A2"><v>{number}</v></c></row>')).rows[0].cells[0]
    assert cell == float(number)
    assert "e+" not in json.dumps(cell)


def test_a_text_longer_than_a_cell_is_refused():
    assert "too long" in refusal(
        with_sheet_xml(f"<sheetData>{header_xml()}<row r='2'>{inline('A2', 'x' * 32_768)}</row></sheetData>")
    )


def test_too_many_cells_are_refused(monkeypatch):
    monkeypatch.setattr(sheet_module, "MAX_CELLS", 100)
    assert "far more cells" in refusal(workbook([CLAY] * 20))


def test_one_long_text_in_countless_cells_is_refused(monkeypatch):
    monkeypatch.setattr(sheet_module, "MAX_TEXT", 10_000)
    assert "far more cells" in refusal(workbook([clay(STATE="x" * 3_000)] * 5))


def test_a_link_over_the_whole_sheet_costs_no_more_than_its_rows():
    sheet = read_sheet(workbook([CLAY], links={"G2:G1048576": MOA}))
    assert sheet.rows[0].links == {6: MOA}
    assert "far more links" in refusal(workbook([CLAY] * 1700, links={"A1:XFD1048576": MOA}))


@pytest.mark.parametrize(
    ("name", "before", "flood", "says"),
    [
        ("xl/workbook.xml", "</workbook>", "<a/>", "far more parts"),
        ("xl/_rels/workbook.xml.rels", "</Relationships>", '<Relationship Id="" Type="" Target=""/>', "far more parts"),
        ("xl/worksheets/sheet1.xml", "</worksheet>", '<hyperlink ref="A1"/>', "far more links"),
        ("xl/styles.xml", "</cellXfs>", '<xf numFmtId="14"/>', "cell styles"),
    ],
)
def test_a_part_flooded_with_elements_is_refused_before_they_are_held(name, before, flood, says):
    """Each takes some bytes in the file and hundreds in memory."""
    good = workbook()
    flooded = part(good, name).replace(before, flood * (sheet_module.MAX_ELEMENTS + 1) + before)
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(stream := io.BytesIO(), "w") as new:
        for member in old.namelist():
            new.writestr(member, flooded if member == name else old.read(member))
    assert says in refusal(stream.getvalue())


def test_countless_worksheets_are_refused_before_they_are_read():
    good = workbook()
    book = part(good, "xl/workbook.xml")
    one = re.search(r"<sheet [^>]*/>", book)[0]
    flooded = with_parts(good, {"xl/workbook.xml": book.replace(one, one * 51)})
    assert "more than 50 worksheets" in refusal(flooded)


def test_a_number_format_that_no_excel_writes_takes_no_time():
    """A pattern would look for the end of each bracket: minutes for a file of four kilobytes."""
    good = workbook()
    styles = part(good, "xl/styles.xml")
    code = "[" * 200_000
    format_code = f'<numFmts count="1"><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
    spoilt = with_parts(good, {"xl/styles.xml": re.sub("<numFmts.*?</numFmts>|<numFmts[^>]*/>", format_code, styles)})
    assert code in part(spoilt, "xl/styles.xml")
    before = process_time()
    assert len(read_sheet(spoilt).rows) == 1
    assert process_time() - before < 2


@pytest.mark.parametrize("offset", [2**62, 2**63, 2**64 - 1])
def test_a_part_that_lies_beyond_any_file_is_refused(offset):
    data = bytearray(workbook())
    entry = data.find(b"xl/workbook.xml", data.find(b"PK\x01\x02")) - 46  # in the archive's directory
    extra = struct.pack("<HHQ", 1, 8, offset)  # the place of the part, in its long form
    name_length = struct.unpack_from("<H", data, entry + 28)[0]
    struct.pack_into("<H", data, entry + 30, len(extra))
    struct.pack_into("<I", data, entry + 42, 0xFFFFFFFF)
    data[entry + 46 + name_length : entry + 46 + name_length] = extra
    end = data.rfind(b"PK\x05\x06")
    struct.pack_into("<I", data, end + 12, struct.unpack_from("<I", data, end + 12)[0] + len(extra))
    assert "damaged" in refusal(bytes(data))


def test_no_spoilt_file_ends_in_anything_but_a_refusal():
    """Bytes of a real workbook changed at random, and the texts in its parts: a list, or NotASheet."""
    chance = random.Random(287)
    good = workbook([CLAY] * 3)
    sheet_xml = part(good, "xl/worksheets/sheet1.xml")
    refusals = set()
    for turn in range(300):
        if turn % 2:
            spoilt = bytearray(good)
            for _ in range(chance.randint(1, 8)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        else:
            text = list(sheet_xml)
            for _ in range(chance.randint(1, 4)):
                text[chance.randrange(len(text))] = chance.choice(string.printable)
            spoilt = with_parts(good, {"xl/worksheets/sheet1.xml": "".join(text)})
        try:
            read_sheet(bytes(spoilt))
        except NotASheet as refused:
            refusals.add(str(refused))
    assert any("damaged" in sentence for sentence in refusals)


# -- The real lists ---------------------------------------------------------------------------------------------------


def as_openpyxl_reads(path):
    """Columns, rows (number, cells, links) and stamp as openpyxl's ordinary mode gives them."""
    book = openpyxl.load_workbook(path)
    header, *rest = book.worksheets[0].iter_rows()
    width = max(place for row in [header, *rest] for place, cell in enumerate(row, 1) if cell.value is not None)
    rows = []
    for number, row in enumerate(rest, start=2):
        cells, links = [], {}
        for place, cell in enumerate(row[:width]):
            value = cell.value
            if isinstance(value, datetime):
                value = {"d": value.isoformat()}
            elif cell.data_type == "e":
                value = {"e": value}
            cells.append(value)
            if cell.hyperlink:
                inside = cell.hyperlink.location
                links[place] = cell.hyperlink.target + (f"#{inside}" if inside else "")
        if any(value is not None for value in cells):
            rows.append((number, tuple(cells), links))
    return tuple(cell.value or "" for cell in header[:width]), rows, book.properties.modified.replace(tzinfo=UTC)


def real_files():
    with (Path(REAL) / "SERIES.csv").open(newline="") as stream:
        return [Path(REAL) / row["kind"] / row["file"] for row in csv.DictReader(stream)]


SAMPLED = 4  # every fourth list, for openpyxl takes a third of a second over one


@pytest.mark.skipif(not REAL, reason="ICE_SHEETS_DIR names no folder of ICE's workbooks")
@pytest.mark.parametrize("shard", range(SAMPLED))
def test_the_real_lists_are_read_as_openpyxl_reads_them(shard):
    """Value for value and type for type, links and stamps too.

    That each of the others is read as it was when openpyxl read all of them too: test_series.py, against the bundle.
    """
    paths = real_files()[::SAMPLED][shard::SAMPLED]
    assert paths
    for path in paths:
        sheet = read_sheet(path)
        columns, rows, modified = as_openpyxl_reads(path)
        assert sheet.columns == columns, path.name
        assert sheet.modified == modified, path.name
        assert [(row.number, row.cells, row.links) for row in sheet.rows] == rows, path.name
        for row, (_, cells, _) in zip(sheet.rows, rows, strict=True):
            assert [type(cell) for cell in row.cells] == [type(cell) for cell in cells], path.name
