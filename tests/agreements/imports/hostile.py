"""Files that no one should have to read, each written when asked for: what it is called, its bytes, what is to happen.

Used by test_hostile.py, which reads each in a child process, and by tests/bench/bench_hostile.py, which measures them.
"""

import gzip
import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import openpyxl

from .workbooks import (
    CLAY,
    FROM_THE_PAGE,
    MAIN,
    OFFICE,
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

NAME = "LAW ENFORCEMENT AGENCY"
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"


@dataclass(frozen=True)
class Hostile:
    """`says` is part of the sentence with which it is refused; without it the list is read and `reads` has its rows.

    `reads` are the cells of each row that count, by heading.
    """

    write: Callable[[], bytes]
    says: str = ""
    reads: tuple[Mapping[str, object], ...] = ()


ONE = ({"STATE": "FLORIDA", NAME: "Clay County Sheriff's Office", "COUNTY": "Clay County"},)

CASES: dict[str, Hostile] = {}


def refused(says: str) -> Callable:
    def keep(write):
        CASES[write.__name__] = Hostile(write, says)
        return write

    return keep


def read(*rows: Mapping[str, object]) -> Callable:
    def keep(write):
        CASES[write.__name__] = Hostile(write, "", rows or ONE)
        return write

    return keep


def rows_xml(rows: str, after: str = "") -> bytes:
    return with_sheet_xml(f"<sheetData>{header_xml()}{rows}</sheetData>{after}")


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile says that a name is there already; that is what is wanted
        for name, content in members:
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def members_of(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def with_size(data: bytes, name: str, size: int) -> bytes:
    """The archive with a false unpacked size of one member, both where it lies and in the directory."""
    spoilt = bytearray(data)
    raw = name.encode()
    at = spoilt.find(raw)
    while at >= 0:
        for mark, before, field in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
            if spoilt[at - before : at - before + 4] == mark:
                struct.pack_into("<I", spoilt, at - before + field, size)
        at = spoilt.find(raw, at + 1)
    return bytes(spoilt)


# -- Archives ---------------------------------------------------------------------------------------------------------

BOMB = b"<worksheet>" + b" " * (64 * 1024**2)


@refused("unpacks to far more")
def zip_bomb():
    return with_parts(workbook(), {SHEET: BOMB})


@refused("damaged")
def zip_bomb_that_declares_little():
    return with_size(with_parts(workbook(), {SHEET: BOMB}), SHEET, 900)


@refused("unpacks to far more")
def zip_bomb_in_what_says_where_things_are():
    return with_parts(workbook(), {"_rels/.rels": BOMB})


@refused("another kind of document")
def zip_in_a_zip():
    return zipped([("list.xlsx", workbook()), ("again.zip", zipped([("bomb.xml", BOMB)]))])


@refused("damaged")
def part_that_declares_more_than_it_has():
    return with_size(workbook([CLAY] * 40), SHEET, 5_000_000)[:-30]


@refused("unpacks to far more")
def many_parts_that_together_are_a_bomb():
    book = openpyxl.Workbook()
    for number in range(1, 4):
        book.create_sheet(f"More {number}")
    padding = b"<!--" + (b"".join(bytes([65 + i % 26]) * 90 for i in range(120_000))) + b"-->"
    sheet = f'<worksheet xmlns="{MAIN}">'.encode() + padding + b"</worksheet>"
    return with_parts(saved(book), {f"xl/worksheets/sheet{number}.xml": sheet for number in range(1, 5)})


@refused("more than 1,000 parts")
def countless_parts():
    return zipped([(f"xl/{number}.xml", b"") for number in range(60_000)])


@refused("twice")
def part_that_stands_twice():
    other = part(workbook([clay(COUNTY="Duval County")]), SHEET).encode()
    return zipped([*members_of(workbook()), (SHEET, other)])


@refused("twice")
def part_that_stands_twice_in_another_case():
    return zipped([*members_of(workbook()), ("XL/Worksheets/Sheet1.XML", b"<worksheet/>")])


def _climbing(name):
    return lambda: zipped([*members_of(workbook()), (name, b"root::0:0::/:/bin/sh")])


for _id, _name in {
    "climbs": "../../../../etc/passwd",
    "climbs_inside": "xl/../../evil",
    "is_absolute": "/etc/passwd",
    "has_backslashes": "..\\..\\evil.dll",
    "has_a_drive": "C:/evil.dll",
}.items():
    CASES[f"part_whose_name_{_id}"] = Hostile(_climbing(_name), "which no workbook does")


@refused("another kind of document")
def relationship_that_climbs_to_another_file():
    relations = part(workbook(), "_rels/.rels").replace("xl/workbook.xml", "../../../../../etc/passwd")
    return with_parts(workbook(), {"_rels/.rels": relations})


@refused("damaged")
def cut_short():
    return workbook([CLAY] * 200)[:-400]


@refused("damaged")
def cut_at_its_middle():
    data = workbook([CLAY] * 200)
    return data[: len(data) // 2]


@refused("damaged")
def checksum_is_wrong():
    data = bytearray(zipped(members_of(workbook())))
    at = data.find(b"PK\x01\x02", data.find(SHEET.encode()))
    while bytes(data[at + 46 : at + 46 + len(SHEET)]) != SHEET.encode():
        at = data.find(b"PK\x01\x02", at + 4)
    data[at + 16] ^= 0xFF
    return bytes(data)


@read()
def data_descriptors():
    class Unseekable(io.RawIOBase):
        def __init__(self):
            self.held = bytearray()

        def writable(self):
            return True

        def write(self, piece):
            self.held += piece
            return len(piece)

    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members_of(workbook()):
            new.writestr(name, content)
    return bytes(stream.held)


@read()
def stored_without_packing():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as new:
        for name, content in members_of(workbook()):
            new.writestr(name, content)
    return stream.getvalue()


@refused("Excel does not use")
def packed_by_another_method():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as new:
        for name, content in members_of(workbook()):
            new.writestr(name, content)
    return stream.getvalue()


@refused("PDF")
def pdf_that_is_a_workbook_too():
    return b"%PDF-1.7\n" + workbook()


@refused("web page")
def web_page_that_is_a_workbook_too():
    return b"<!doctype html><script>alert(1)</script>" + workbook()


@read()
def workbook_with_a_web_page_behind_it():
    return workbook() + b"<html><script>alert(1)</script>"


# -- Other files ------------------------------------------------------------------------------------------------------


@refused("password")
def encrypted():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(4096)


@refused("old .xls")
def xls_renamed():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "Workbook".encode("utf-16-le") + bytes(4096)


@refused("web page")
def html():
    return b"<html><table><tr><td>STATE</td></tr></table></html>"


@refused("CSV")
def csv():
    return (",".join(PENDING) + "\r\nTEXAS,Ely,County,Ely,Task Force Model,link\r\n").encode()


@refused("CSV")
def csv_in_utf_16():
    return (",".join(PENDING) + "\r\nTEXAS,Ely,County,Ely,Task Force Model,link\r\n").encode("utf-16")


@refused("not an Excel workbook")
def gzip_file():
    return gzip.compress(workbook())


@refused("larger than 8 MB")
def nine_megabytes():
    return b"PK\x03\x04" + bytes(9 * 1024**2)


@refused(".xlsb")
def binary_workbook():
    relations = part(workbook(), "_rels/.rels").replace("xl/workbook.xml", "xl/workbook.bin")
    return with_parts(workbook(), {"_rels/.rels": relations, "xl/workbook.bin": b"\x83\x01\x00"})


# -- XML --------------------------------------------------------------------------------------------------------------


def _with_declaration(declaration: str, body: str = "") -> bytes:
    sheet = part(workbook(), SHEET)
    return with_parts(workbook(), {SHEET: f'<?xml version="1.0"?>{declaration}{body or sheet.partition("?>")[2]}'})


@refused("XML entities")
def entities_that_swell():
    names = [f"<!ENTITY e{number} '{f'&e{number - 1};' * 10}'>" for number in range(1, 10)]
    joined = "".join(names)
    return with_parts(workbook(), {SHEET: f'<!DOCTYPE x [<!ENTITY e0 "ha">{joined}]><worksheet>&e9;</worksheet>'})


@refused("XML entities")
def one_large_entity_many_times():
    entity = '<!DOCTYPE x [<!ENTITY e "' + "h" * 100_000 + '">]>'
    return with_parts(workbook(), {SHEET: f"{entity}<worksheet>{'&e;' * 100_000}</worksheet>"})


@refused("XML entities")
def a_file_of_this_machine_as_an_entity():
    return with_parts(workbook(), {SHEET: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'})


@refused("XML entities")
def declaration_on_another_machine():
    return with_parts(workbook(), {BOOK: '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><workbook/>'})


@read()
def links_to_other_workbooks_and_machines():
    """They are listed as relationships; nothing follows them."""
    relation = (
        f'<Relationship Id="x1" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/>'
        f'<Relationship Id="x2" Type="{OFFICE}/oleObject" Target="\\\\127.0.0.1\\share\\x" TargetMode="External"/>'
        "</Relationships>"
    )
    relations = part(workbook(), "xl/_rels/workbook.xml.rels").replace("</Relationships>", relation)
    return with_parts(workbook(), {"xl/_rels/workbook.xml.rels": relations})


@refused("memory")
def countless_attributes():
    attributes = " ".join(f"a{number:x}=''" for number in range(1_000_000))
    return with_parts(workbook(), {SHEET: f"<worksheet {attributes}/>"})


@refused("nests")
def nested_without_end():
    return with_parts(workbook(), {SHEET: "".join(f"<a{number:x}>" for number in range(1_200_000))})


@read()
def utf_16():
    sheet = part(workbook(), SHEET).partition("?>")[2] or part(workbook(), SHEET)
    return with_parts(workbook(), {SHEET: f'<?xml version="1.0" encoding="UTF-16"?>{sheet}'.encode("utf-16")})


@refused("damaged")
def control_characters():
    return rows_xml(f"<row r='2'>{inline('A2', 'TEX&#1;AS')}</row>")


@refused("damaged")
def nul():
    return rows_xml(f"<row r='2'>{inline('A2', 'TEX' + chr(0) + 'AS')}</row>")


@refused("damaged")
def half_a_surrogate_pair():
    return rows_xml(f"<row r='2'>{inline('A2', 'TEX&#xD800;AS')}</row>")


@read({"STATE": "TEX_x0000_AS"})
def nul_as_excel_escapes_it():
    return rows_xml(f"<row r='2'>{inline('A2', 'TEX_x0000_AS')}</row>")


@read()
def comments_and_instructions_between():
    sheet = part(workbook(), SHEET).replace("<sheetData>", "<!-- &x; --><?run rm?><sheetData>")
    return with_parts(workbook(), {SHEET: sheet})


# -- The shape of the workbook ----------------------------------------------------------------------------------------


def _several(*sheets: tuple[str, str, list]) -> bytes:
    """Worksheets by name, state and rows; None for rows is a worksheet with something else on it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, state, rows in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        if rows is None:
            sheet["A1"] = "Read me"
        else:
            fill(sheet, rows)
    return saved(book)


DECOY = [clay(COUNTY="Decoy County")]


@read()
def hidden_decoy_before_the_list():
    return _several(("Old", "hidden", DECOY), ("Sheet1", "visible", [CLAY]))


@read()
def very_hidden_decoy_after_the_list():
    return _several(("Sheet1", "visible", [CLAY]), ("x", "veryHidden", DECOY))


@refused("hidden worksheet “Secret”")
def list_on_a_hidden_worksheet_alone():
    return _several(("Cover", "visible", None), ("Secret", "hidden", [CLAY]))


@refused("both “One” and “Two”")
def two_lists():
    return _several(("One", "visible", [CLAY]), ("Two", "visible", DECOY))


@read()
def list_on_the_second_sheet():
    return _several(("Cover", "visible", None), ("List", "visible", [CLAY]))


@refused("more than 50 worksheets")
def thousands_of_worksheets():
    sheets = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 5_000))
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'
    return with_parts(workbook(), {BOOK: book})


@refused("both “Sheet1” and “Sheet1”")
def worksheets_of_one_name():
    book = part(workbook(), BOOK).replace("</sheets>", '<sheet name="Sheet1" sheetId="9" r:id="rId1"/></sheets>')
    return with_parts(workbook(), {BOOK: book.replace("<sheets>", f'<sheets xmlns:r="{OFFICE}">')})


@read()
def strict_namespace():
    strict = "http://purl.oclc.org/ooxml/"
    parts = {
        name: content.decode()
        .replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            strict + "officeDocument/relationships",
        )
        .replace(MAIN, strict + "spreadsheetml/main")
        for name, content in members_of(workbook())
    }
    return with_parts(workbook(), parts)


@read()
def wrong_content_types():
    return with_parts(
        workbook(), {"[Content_Types].xml": '<Types><Default Extension="xml" ContentType="a/b"/></Types>'}
    )


@refused("more cell styles")
def countless_styles():
    many = "".join(f"<xf a='{number:x}'/>" for number in range(200_000))
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>{many}</cellXfs></styleSheet>'
    return with_parts(workbook(), {"xl/styles.xml": styles})


@refused("far more texts")
def countless_texts():
    return with_shared_strings(
        f"<sheetData>{header_xml()}</sheetData>", "".join(f"<si><t>{n:x}</t></si>" for n in range(250_000))
    )


@refused("far more cells or more text")
def one_long_text_in_every_cell():
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="s"><v>0</v></c>' for c in "ABCDEFGH") + "</row>"
        for n in range(2, 1_000)
    )
    return with_shared_strings(f"<sheetData>{header_xml()}{rows}</sheetData>", f"<si><t>{'é' * 30_000}</t></si>")


@refused("Cell A2")
def text_beyond_the_last():
    return with_shared_strings(
        f'<sheetData>{header_xml()}<row r="2"><c r="A2" t="s"><v>7</v></c></row></sheetData>', "<si><t>a</t></si>"
    )


@read({"STATE": "TEXAS"})
def phonetic_runs():
    text = "<si><r><t>TEX</t></r><r><t>AS</t></r><rPh sb='0' eb='1'><t>tekisasu</t></rPh></si>"
    return with_shared_strings(
        f'<sheetData>{header_xml()}<row r="2"><c r="A2" t="s"><v>0</v></c></row></sheetData>', text
    )


# -- Cells ------------------------------------------------------------------------------------------------------------


@refused("XFD1048576")
def a_cell_at_the_far_corner():
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    book.active["XFD1048576"] = "x"
    return saved(book)


@read()
def empty_rows():
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 100_003))
    sheet = part(workbook(), SHEET).replace("</sheetData>", f"{empty}</sheetData>")
    return with_parts(workbook(), {SHEET: sheet})


@read({NAME: "x" * 10_000})
def name_of_ten_thousand_characters():
    return workbook([clay(**{NAME: "x" * 10_000})])


@refused("too long for a cell")
def text_of_a_million_characters():
    return rows_xml(f"<row r='2'>{inline('A2', 'x' * 1_000_000)}</row>")


@read({"COUNTY": {"f": "=A2", "v": "FLORIDA"}, "STATE": "FLORIDA"})
def formula_with_its_value():
    return rows_xml(f"<row r='2'>{inline('A2', 'FLORIDA')}<c r='D2' t='str'><f>A2</f><v>FLORIDA</v></c></row>")


@read({"COUNTY": {"f": '=WEBSERVICE("http://127.0.0.1/")'}})
def formula_without_a_value():
    return workbook([clay(COUNTY='=WEBSERVICE("http://127.0.0.1/")')])


@read({"SIGNED": {"d": "2025-02-26T00:00:00"}})
def dates_counted_from_1904():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    fill(book.active, [CLAY])
    return saved(book)


@read(
    {"STATE": "FLORIDA", NAME: "Clay County Sheriff's Office", "SUPPORT TYPE": "Task Force Model"},
    {"STATE": "FLORIDA", NAME: "Clay County Sheriff's Office", "SUPPORT TYPE": "Jail Enforcement Model"},
)
def merged_cells():
    book = openpyxl.load_workbook(io.BytesIO(workbook([CLAY, clay(SUPPORT_TYPE="Jail Enforcement Model", STATE=None)])))
    for reference in ("A2:A3", "B2:B3"):
        book.active.merge_cells(reference)
    return saved(book)


@read()
def merged_title_above_the_header():
    book = openpyxl.load_workbook(io.BytesIO(workbook(first_row=4)))
    book.active["A1"] = "287(g) participating agencies"
    book.active.merge_cells("A1:H2")
    return saved(book)


@refused("merges far more")
def a_million_merged_ranges():
    return rows_xml(
        "", "<mergeCells>" + "".join(f"<mergeCell ref='A{n}:B{n}'/>" for n in range(2, 250_000)) + "</mergeCells>"
    )


@refused("merges far more")
def merged_ranges_over_each_other():
    rows = "".join(f"<row r='{n}'>{inline(f'A{n}', 'TEXAS')}</row>" for n in range(2, 3_000))
    return rows_xml(rows, "<mergeCells>" + "<mergeCell ref='A2:IV1048576'/>" * 5_000 + "</mergeCells>")


@refused("stands twice")
def a_cell_that_stands_twice():
    return rows_xml(f"<row r='2'>{inline('A2', 'TEXAS')}{inline('A2', 'FLORIDA')}</row>")


@read()
def columns_in_another_order():
    return workbook([CLAY], PARTICIPATING[::-1])


@refused("two COUNTY columns")
def a_column_that_stands_twice():
    return workbook([CLAY], [*PARTICIPATING, "County"])


for _missing in ("STATE", NAME, "SUPPORT TYPE", "SIGNED", "MOA"):
    CASES[f"without_{_missing.lower().replace(' ', '_')}"] = Hostile(
        lambda missing=_missing: workbook([CLAY], [name for name in PARTICIPATING if name != missing]),
        f"no {_missing} column",
    )


@read()
def titles_above_the_header():
    return with_parts(
        workbook(first_row=3),
        {
            SHEET: part(workbook(first_row=3), SHEET).replace(
                "<sheetData>",
                f"<sheetData><row r='1'>{inline('A1', 'ICE')}</row><row r='2'>{inline('A2', 'List')}</row>",
            )
        },
    )


@read()
def headings_with_marks_that_nobody_sees():
    headings = {
        "STATE": "\u200fSTA\u200bTE\ufeff",
        NAME: "LAW\nENFORCEMENT\u00a0 AGENCY",
        "COUNTY": "\u202eCOUN\u00adTY",
    }
    row = {headings.get(name, name): value for name, value in CLAY.items()}
    return workbook([row], [headings.get(name, name) for name in PARTICIPATING])


@read({"SIGNED": "02/26/2025"})
def dates_as_text():
    return workbook([clay(SIGNED="02/26/2025")], FROM_THE_PAGE, links={})


@read({"SIGNED": "45714"})
def numbers_as_text():
    return workbook([clay(SIGNED="45714")])


@read({"SIGNED": {"e": "#VALUE!"}})
def serial_before_any_calendar():
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    book.active["F2"] = -99_999_999
    book.active["F2"].number_format = "yyyy-mm-dd"
    return saved(book)


@refused("Cell F2")
def not_a_number():
    return rows_xml("<row r='2'><c r='F2'><v>NaN</v></c></row>")


@refused("Cell F2")
def number_of_many_digits():
    return rows_xml(f"<row r='2'><c r='F2'><v>{'9' * 18}x</v></c></row>")


@read({"STATE": "FLORIDA", "MOA": "link"})
def a_link_that_is_a_script():
    """Kept as printed; rows.py takes addresses of ICE's own host alone."""
    return workbook(links={"G2": "javascript:alert(1)"})


@refused("far more")
def a_link_over_everything_many_times():
    rows = "".join(f"<row r='{n}'>{inline(f'A{n}', 'TEXAS')}</row>" for n in range(2, 3_000))
    links = '<hyperlink ref="A1:XFD1048576" location="x"/>' * 60_000
    return rows_xml(rows, f"<hyperlinks>{links}</hyperlinks>")


@read()
def the_declared_size_is_absurd():
    sheet = part(workbook(), SHEET)
    start = sheet.index("<dimension")
    end = sheet.index("/>", start) + 2
    return with_parts(workbook(), {SHEET: f'{sheet[:start]}<dimension ref="A1:XFD1048576"/>{sheet[end:]}'})


@refused("far more cells")
def countless_cells():
    row = "".join(f"<c r='{c}{{n}}'><v>1</v></c>" for c in "ABCDEFGH")
    rows = "".join(f"<row r='{n}'>{row.replace('{n}', str(n))}</row>" for n in range(2, 52_000))
    return rows_xml(rows)
