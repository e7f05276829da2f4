"""Small workbooks like ICE's, written for a test: as bytes, so that a test can also spoil them."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink

PARTICIPATING = (
    "STATE",
    "LAW ENFORCEMENT AGENCY",
    "TYPE",
    "COUNTY",
    "SUPPORT TYPE",
    "SIGNED",
    "MOA",
    "ADDENDUM",
)
PENDING = ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "MOA")
FROM_THE_PAGE = ("STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE", "SIGNED", "MOA")
"""The five columns of the lists kept from ICE's web page before February 2025: dates and addresses are text."""

MOA = "https://www.ice.gov/doclib/287gMOA/ClayCoSheriffsOfficeFL_TFM_MOA_02262025.pdf"

CLAY = {
    "STATE": "FLORIDA",
    "LAW ENFORCEMENT AGENCY": "Clay County Sheriff's Office",
    "TYPE": "County",
    "COUNTY": "Clay County",
    "SUPPORT TYPE": "Task Force Model",
    "SIGNED": datetime(2025, 2, 26),  # noqa: DTZ001  spreadsheet dates have no zone
    "MOA": "link",
}
"""A row as ICE prints it, by heading."""

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def clay(**cells: object) -> dict[str, object]:
    """The row CLAY with other cells: clay(SIGNED=None, SUPPORT_TYPE="Jail Enforcement Model")."""
    return CLAY | {heading.replace("_", " "): value for heading, value in cells.items()}


def workbook(
    rows: Iterable[Mapping[str, object]] = (CLAY,),
    columns: Sequence[str | None] = PARTICIPATING,
    *,
    links: Mapping[str, str] | None = None,
    worksheet: str = "Sheet1",
    modified: datetime | None = None,
    first_row: int = 1,
) -> bytes:
    """A workbook of one worksheet: the header in `first_row`, a row for each mapping from heading to value.

    `links` are hyperlinks by cell or range ("G2", "G2:G9"); without any, each "link" under MOA leads to MOA.
    """
    book = Workbook()
    fill(book.active, rows, columns, links=links, first_row=first_row)
    book.active.title = worksheet
    return saved(book, modified=modified)


def fill(sheet, rows, columns=PARTICIPATING, *, links=None, first_row=1):
    """Writes header, rows and links into a worksheet of openpyxl."""
    for place, heading in enumerate(columns, start=1):
        sheet.cell(first_row, place, heading)
    linked = dict(links or {})
    for number, row in enumerate(rows, start=first_row + 1):
        for place, heading in enumerate(columns, start=1):
            cell = sheet.cell(number, place, row.get(heading))
            if links is None and heading == "MOA" and cell.value == "link":
                linked[cell.coordinate] = MOA
    for reference, target in linked.items():
        # Past openpyxl's own setter, which makes a link of one cell and writes its target into an empty one.
        sheet[reference.partition(":")[0]]._hyperlink = Hyperlink(ref=reference, target=target)


def saved(book: Workbook, *, modified: datetime | None = None) -> bytes:
    """The bytes of a workbook; `modified` is its stamp instead of this moment."""
    stream = io.BytesIO()
    book.save(stream)
    if modified is None:
        return stream.getvalue()
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{modified:%Y-%m-%dT%H:%M:%SZ}</dcterms:modified>'
        "</cp:coreProperties>"
    )
    return with_parts(stream.getvalue(), {"docProps/core.xml": core})


def with_parts(data: bytes, parts: Mapping[str, str | bytes | None]) -> bytes:
    """The workbook with some members of its archive replaced, added, or (None) left out.

    The archive's own clock stands still: the same workbook written twice is the same file, byte for byte.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(member(name), old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(member(name), content)
    return stream.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    """A member of an archive without the moment at which it was written."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def part(data: bytes, name: str) -> str:
    """One member of a workbook's archive, as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def with_sheet_xml(xml: str) -> bytes:
    """A workbook whose one worksheet is written by hand: `xml` is what stands inside <worksheet>."""
    sheet = f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{xml}</worksheet>'
    return with_parts(workbook(links={}), {"xl/worksheets/sheet1.xml": sheet})


def with_shared_strings(xml: str, texts: str) -> bytes:
    """As `with_sheet_xml`, with a table of texts for `<c t="s">`: `texts` is what stands inside <sst>."""
    data = with_sheet_xml(xml)
    relation = f'<Relationship Id="texts" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    relations = part(data, "xl/_rels/workbook.xml.rels").replace("</Relationships>", relation)
    table = f'<sst xmlns="{MAIN}">{texts}</sst>'
    return with_parts(data, {"xl/_rels/workbook.xml.rels": relations, "xl/sharedStrings.xml": table})


def inline(reference: str, text: str) -> str:
    """A cell written by hand, its text inside it."""
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def header_xml(columns: Sequence[str] = PARTICIPATING) -> str:
    """The header row, written by hand."""
    cells = "".join(inline(f"{letter}1", heading) for letter, heading in zip("ABCDEFGH", columns, strict=False))
    return f'<row r="1">{cells}</row>'
