"""Read: the only file that knows about Excel.

The workbook's XML is read straight from its archive with expat. openpyxl's ordinary mode builds a styled object for
each cell and link, which costs several times as much; its `read_only` mode and calamine leave out the hyperlinks, and
the hyperlinks are the agreements. What is read here equals what openpyxl reads, value for value and type for type,
but: a number shown as elapsed hours (`[h]:mm`) stays a number, a formula keeps its cached value beside it, and a link
on an empty cell does not become the cell's text.

Whatever is in the file, the answer is a Sheet or one sentence: the size of the file, the number of its members, each
member, all of them together, cells and characters are bounded before they are held, and a document type declaration
(the only way to entities) is refused.
"""

import hashlib
import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from xml.parsers import expat

from .columns import ENOUGH, NEEDED, PRINTED, column_key, find_columns, repeated_columns

Cell = str | int | float | bool | dict | None

MAX_FILE = 8 * 1024**2  # bytes; the largest list so far is 0.2 MB
MAX_MEMBERS = 1_000
MAX_MEMBER = 12 * 1024**2  # bytes once unpacked; the largest so far is 0.9 MB
MAX_UNPACKED = 24 * 1024**2
MAX_RATIO = 200  # of a member's size unpacked to packed; Excel's own reach about 30
RATIO_MATTERS_FROM = 1024**2  # below this a high ratio does no harm
MAX_CELLS = 400_000
MAX_COLUMNS = 256
MAX_ROW_NUMBER = 1_048_576  # Excel's own
MAX_CELL_TEXT = 32_767  # Excel's own
MAX_TEXT = 24_000_000  # characters, over all cells: one long text may be shared by many
MAX_STRINGS = 200_000
MAX_ELEMENTS = 100_000  # of a part that only lists other parts
MAX_DEPTH = 100  # of elements in each other; Excel's own reach about 10
MAX_WORKSHEETS = 50
MAX_LINKS = 65_530  # Excel's own, of one worksheet
MAX_STYLES = 65_490  # Excel's own
MAX_MERGED = 20_000  # ranges of one worksheet
MAX_FORMAT_CODE = 255  # Excel's own; characters
HEADER_WITHIN = 10  # rows from the top: the header is in row 1, a title above it is tolerated

CHOOSE = "choose the .xlsx file that ICE publishes."


class NotASheet(ValueError):
    """The file is not a list of 287(g) agreements. `str()` is one sentence for the person who chose it."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as printed, before any tidying.

    `number` is the spreadsheet's own: the header is row 1. A cell is a str, int, float, bool or None, or one of
    `{"d": "2025-05-08T00:00:00"}` (a date; a time of day alone is `{"d": "09:30:00"}`), `{"e": "#N/A"}` (a spreadsheet
    error), `{"f": "=A2", "v": "link"}` (a formula, with the value last computed where the file holds one).
    `links` has the raw target of the hyperlink on each column that has one, `#place` included.
    """

    number: int
    cells: tuple[Cell, ...]
    links: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list as published: the header's cells, and every row below it that is not wholly empty, hidden ones too.

    Columns with nothing in them at the right edge are left out (their number changes from day to day and says nothing);
    a blank heading inside stays, as "". Each row has as many cells as there are columns.
    `modified` is the workbook's own stamp, in UTC; None where it has none.
    """

    file_name: str
    sha256: str
    worksheet: str
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    modified: datetime | None = None


def read_sheet(path_or_bytes: str | Path | bytes, file_name: str | None = None) -> Sheet:
    """The list in a workbook, given by its path or its bytes. Raises NotASheet."""
    if isinstance(path_or_bytes, bytes | bytearray | memoryview):
        data = bytes(path_or_bytes)
    else:
        path = Path(path_or_bytes)
        file_name = path.name if file_name is None else file_name
        if path.is_dir():
            raise NotASheet(f"{path.name} is a folder, not a workbook; {CHOOSE}")
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    _refuse_other_kinds_of_file(data)
    archive = None
    try:
        with _Archive(data) as archive:
            found = _the_list_of(archive)
            modified = _modified(archive)
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ArithmeticError,  # an offset beyond any file
        LookupError,
        RuntimeError,
        ValueError,
    ) as error:
        if isinstance(error, NotASheet):
            raise
        if getattr(error, "code", None) == _NO_MEMORY:  # expat's own way to say so
            raise MemoryError from error
        where = f" in its part “{shown(archive.at)}”" if archive and archive.at else ""
        if line := getattr(error, "lineno", 0):
            where += f", line {line:,}"
        raise NotASheet(f"This workbook is damaged or cut short{where}; download it again.") from error
    worksheet, columns, rows = found
    return Sheet(
        file_name=printable(file_name or ""),
        sha256=hashlib.sha256(data).hexdigest(),
        worksheet=worksheet,
        columns=columns,
        rows=rows,
        modified=modified,
    )


_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]


def printable(file_name: str) -> str:
    """The last part of a file's name, without folders of either kind and without what cannot be printed."""
    name = PurePath(file_name.replace("\\", "/").replace("\0", "")).name
    return "".join(letter for letter in name if letter.isprintable())


def shown(name: str, longest: int = 60) -> str:
    """A name out of the file, fit to stand in a sentence."""
    name = "".join(letter if letter.isprintable() else "�" for letter in name)
    return name if len(name) <= longest else f"{name[:longest]}…"


# -- What kind of file this is ----------------------------------------------------------------------------------------

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a compound file: .xls, or a workbook under a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def _refuse_other_kinds_of_file(data: bytes) -> None:
    start = data[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "ignore").encode("utf-8", "ignore")
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise NotASheet(f"This file is empty; {CHOOSE}")
    if len(data) > MAX_FILE:
        raise NotASheet(f"This file is larger than {MAX_FILE // 1024**2} MB, which no list of ICE's is; {CHOOSE}")
    if data.startswith(b"PK"):
        return
    if start.startswith(b"%pdf"):
        raise NotASheet(f"This is a PDF, not a workbook; {CHOOSE}")
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED in data:
            raise NotASheet("This workbook is protected by a password; save it without one and try again.")
        raise NotASheet("This is a workbook in the old .xls format; open it and save it as .xlsx.")
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
        raise NotASheet(f"This is a web page, not a workbook; {CHOOSE}")
    if start.startswith(b"<"):
        raise NotASheet(f"This is an XML file, not a workbook; {CHOOSE}")
    if b"\0" not in start and any(mark in start for mark in (b",", b";", b"\t")):
        raise NotASheet(f"This is a text file (CSV), which has lost the links to the agreements; {CHOOSE}")
    raise NotASheet(f"This is not an Excel workbook; {CHOOSE}")


# -- The archive ------------------------------------------------------------------------------------------------------


_TOO_DEEP = f"This workbook nests its elements far deeper than Excel does; {CHOOSE}"
_SWOLLEN = "The part “{}” of this workbook unpacks to far more than any list of ICE's holds; " + CHOOSE


class _Archive:
    """The members of a workbook, unpacked only within bounds."""

    def __init__(self, data: bytes):
        # Counted before zipfile reads the directory, which would hold one object for each entry.
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise NotASheet(f"This file holds more than {MAX_MEMBERS:,} parts, which no workbook needs; {CHOOSE}")
        self.left = MAX_UNPACKED
        self.at = ""  # the member read last: where a damage lies
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        self.members: dict[str, zipfile.ZipInfo] = {}
        folded: set[str] = set()
        for info in self.zip.infolist():
            name = info.orig_filename
            if name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in name.split("/"):
                raise NotASheet(f"This file holds a part named “{shown(name)}”, which no workbook does; {CHOOSE}")
            # Excel reads names without case; of two programs each might take another of the two.
            if name.casefold() in folded:
                raise NotASheet(f"This file holds the part “{shown(name)}” twice, which no workbook does; {CHOOSE}")
            folded.add(name.casefold())
            self.members[name] = info

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *_error: object) -> None:
        self.zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def read(self, name: str) -> bytes:
        """A member's bytes; what the archive claims of its size is not trusted. KeyError if there is no such member."""
        self.at = name
        info = self.members[name]
        if info.flag_bits & 0x1:
            raise NotASheet("This workbook is protected by a password; save it without one and try again.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotASheet("This workbook is packed in a way that Excel does not use; open it and save it as .xlsx.")
        limit = min(MAX_MEMBER, self.left)
        swollen = info.file_size > RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if swollen or info.file_size > limit:
            raise NotASheet(_SWOLLEN.format(shown(name)))
        with self.zip.open(info) as stream:
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise NotASheet(_SWOLLEN.format(shown(name)))
        self.left -= len(content)
        return content


# -- XML --------------------------------------------------------------------------------------------------------------


def _parser() -> expat.XMLParserType:
    """An expat parser that names elements "namespace}local", joins text, and refuses a document type declaration."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def refuse(*_declaration: object) -> None:
        raise NotASheet(f"This workbook declares XML entities, which Excel never does; {CHOOSE}")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part, in order: its local name and its attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(found) >= MAX_ELEMENTS:
            raise NotASheet(f"This workbook lists far more parts than any list of ICE's has; {CHOOSE}")
        found.append((tag.rpartition("}")[2], attributes))

    parser.StartElementHandler = start
    parser.Parse(content, True)
    return found


def _relations(archive: _Archive, part: str) -> Iterator[tuple[str, str, str]]:
    """The relationships of a part: id, last word of the type, raw target."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", name + ".rels")
    if path not in archive:
        return
    for tag, attributes in _elements(archive.read(path)):
        if tag == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            yield attributes.get("Id", ""), kind, attributes.get("Target", "")


def _part(base: str, target: str) -> str:
    """The name of the member to which a part's relationship leads."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target)).lstrip("/")


# -- The workbook -----------------------------------------------------------------------------------------------------


def _the_list_of(archive: _Archive) -> tuple[str, tuple[str, ...], tuple[SheetRow, ...]]:
    """The name of the one worksheet that holds such a list, its columns and its rows."""
    book = next((_part("", target) for _, kind, target in _relations(archive, "") if kind == "officeDocument"), "")
    if not book.endswith("workbook.xml") or book not in archive:
        other = ".xlsb" if book.endswith(".bin") else "another kind of document"
        raise NotASheet(f"This is {other}, not an Excel workbook (.xlsx); {CHOOSE}")

    names: list[tuple[str, str, bool]] = []
    epoch = datetime(1899, 12, 30)  # noqa: DTZ001  spreadsheet dates have no zone
    for tag, attributes in _elements(archive.read(book)):
        if tag == "sheet":
            number = next((value for key, value in attributes.items() if key.endswith("}id")), "")
            names.append((attributes.get("name", ""), number, attributes.get("state", "visible") != "visible"))
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            epoch = datetime(1904, 1, 1)  # noqa: DTZ001

    parts: dict[str, str] = {}
    strings: list[str] = []
    dates: set[str] = set()
    for number, kind, target in _relations(archive, book):
        if kind == "worksheet":
            parts[number] = _part(book, target)
        elif kind == "sharedStrings":
            strings = _shared_strings(archive.read(_part(book, target)))
        elif kind == "styles":
            dates = _date_styles(archive.read(_part(book, target)))

    if len(names) > MAX_WORKSHEETS:
        raise NotASheet(f"This workbook has more than {MAX_WORKSHEETS} worksheets; {CHOOSE}")
    lists, hidden_lists, others = [], [], 0
    for name, number, is_hidden in names:
        if number in parts:
            grid = _Grid(archive, parts[number], name, strings, dates, epoch)
            header_row = _header_row(grid.rows)
            if header_row:
                (hidden_lists if is_hidden else lists).append((name, grid, header_row))
            elif grid.rows:
                others += 1
    if len(lists) > 1:
        twins = " and ".join(f"“{shown(name)}”" for name, *_ in lists[:2])
        raise NotASheet(f"This workbook has such a list on both {twins}; leave only one of them and try again.")
    if not lists:
        if hidden_lists:
            raise NotASheet(
                f"The list stands on the hidden worksheet “{shown(hidden_lists[0][0])}”, which nobody sees who opens "
                "the workbook; unhide it there if it is the right one and try again."
            )
        if not others:
            raise NotASheet(f"This workbook is empty; {CHOOSE}")
        raise NotASheet(
            "This workbook holds another table: no row near the top reads STATE, LAW ENFORCEMENT AGENCY, SUPPORT TYPE; "
            + CHOOSE
        )
    name, grid, header_row = lists[0]
    columns, rows = grid.below(header_row)
    _refuse_lost_columns(columns, rows)
    return name, columns, rows


def _refuse_lost_columns(columns: tuple[str, ...], rows: tuple[SheetRow, ...]) -> None:
    places = find_columns(columns)
    if twice := repeated_columns(columns):
        raise NotASheet(f"This list has two {twice[0]} columns; remove the wrong one and try again.")
    lost = [key for key in NEEDED if key not in places]
    if "signed" in places and "moa" not in places:
        lost.append("moa")
    moa = places.get("moa", -1)
    if "signed" not in places and ("addendum" in places or any(moa in row.links for row in rows)):
        # Only a participating list has an ADDENDUM column, or links; without SIGNED it would pass for a pending one.
        lost.append("signed")
    if lost:
        named = " and ".join(PRINTED[key] for key in lost)
        strange = [f"“{shown(heading)}”" for heading in columns if heading.strip() and not column_key(heading)]
        if not strange:
            raise NotASheet(f"This list has no {named} column; download it again or ask ICE for a whole one.")
        raise NotASheet(
            f"This list has no {named} column; of its headings we do not know {', '.join(strange[:3])}: "
            "write the name that we know over the one that means it and try again, or download the list again."
        )


def _header_row(rows: Mapping[int, Mapping[int, Cell]]) -> int:
    """The number of the header row, 0 if there is none: the row near the top with the most known headings."""
    best = max(
        (number for number in rows if number <= HEADER_WITHIN),
        key=lambda number: (len(find_columns(map(_heading, rows[number].values()))), -number),
        default=0,
    )
    return best if best and len(find_columns(map(_heading, rows[best].values()))) >= ENOUGH else 0


def _heading(cell: Cell) -> str:
    return cell if isinstance(cell, str) else ""


def _shared_strings(content: bytes) -> list[str]:
    """The workbook's table of texts. Runs of different looks are joined; how a reading is pronounced is left out."""
    strings: list[str] = []
    text: list[str] = []
    parser = _parser()
    pronounced = False
    depth = 0

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal pronounced, depth
        depth += 1
        if depth > MAX_DEPTH:
            raise NotASheet(_TOO_DEEP)
        local = tag.rpartition("}")[2]
        if local == "t":
            if not pronounced:
                parser.CharacterDataHandler = text.append
        elif local == "si":
            text.clear()
        elif local == "rPh":
            pronounced = True

    def end(tag: str) -> None:
        nonlocal pronounced, depth
        depth -= 1
        local = tag.rpartition("}")[2]
        if local == "t":
            parser.CharacterDataHandler = None
        elif local == "rPh":
            pronounced = False
        elif local == "si":
            if len(strings) >= MAX_STRINGS:
                raise NotASheet(f"This workbook holds far more texts than any list of ICE's; {CHOOSE}")
            strings.append(_text(text))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)
    return strings


def _text(pieces: list[str]) -> str:
    text = "".join(pieces)
    if len(text) > MAX_CELL_TEXT:
        raise NotASheet(f"This workbook has a text that is too long for a cell of Excel's; {CHOOSE}")
    return text.replace("x005F_", "")  # the escape of an underscore


# Number formats that Excel knows by number, and that show a date or a time of day; 46 counts hours beyond a day.
_BUILTIN_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 47}
_NOT_DRAWN = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.IGNORECASE)  # quoted words, colours, locales
_ELAPSED = re.compile(r"\[(hh?|mm?|ss?)\]", re.IGNORECASE)
_DATE_LETTER = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)


def _date_styles(content: bytes) -> set[str]:
    """The numbers of the cell styles that show a number as a date, as a cell names its style."""
    dates: dict[int, bool] = {}  # of the workbook's own number formats
    styles: set[str] = set()
    inside = False
    parser = _parser()
    count = depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside, count, depth
        depth += 1
        if depth > MAX_DEPTH:
            raise NotASheet(_TOO_DEEP)
        local = tag.rpartition("}")[2]
        if local == "numFmt":
            dates[int(attributes.get("numFmtId", 0))] = _shows_date(attributes.get("formatCode", ""))
        elif local == "cellXfs":
            inside = True
        elif local == "xf" and inside:
            number = int(attributes.get("numFmtId", 0))
            if dates.get(number, number in _BUILTIN_DATES):
                styles.add(str(count))
            count += 1
        if count > MAX_STYLES or len(dates) > MAX_STYLES:
            raise NotASheet(f"This workbook has more cell styles than Excel allows; {CHOOSE}")

    def end(tag: str) -> None:
        nonlocal inside, depth
        depth -= 1
        if tag.rpartition("}")[2] == "cellXfs":
            inside = False

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)
    return styles


def _shows_date(code: str) -> bool:
    if len(code) > MAX_FORMAT_CODE:
        return False  # none that Excel would write; the patterns below take their time over a long one
    drawn = _NOT_DRAWN.sub("", code.split(";")[0])
    return bool(_DATE_LETTER.search(drawn)) and not _ELAPSED.search(drawn)


# -- The worksheet ----------------------------------------------------------------------------------------------------


class _Grid:
    """The cells and hyperlinks of one worksheet. What the worksheet declares of its own size is not read."""

    def __init__(
        self, archive: _Archive, part: str, name: str, strings: list[str], dates: set[str], epoch: datetime
    ) -> None:
        self.name = name
        self.merged: list[tuple[int, int, int, int]] = []
        self.rows: dict[int, dict[int, Cell]] = {}
        self.links: dict[int, dict[int, str]] = {}
        self.strings = strings
        self.dates = dates
        self.epoch = epoch
        self.held = 0
        self.characters = 0
        linked = self._parse(archive.read(part))
        if linked:
            targets = {number: target for number, kind, target in _relations(archive, part) if kind == "hyperlink"}
            self._bind(linked, targets)

    def _parse(self, content: bytes) -> list[dict[str, str]]:
        """Fills `rows`; returns the attributes of each hyperlink."""
        linked: list[dict[str, str]] = []
        places: dict[str, int] = {}  # letters of a column -> its place, from 0
        row_number = place = depth = 0
        kind = style = ""
        value: str | None = None
        formula: str | None = None
        inline: list[str] | None = None
        text: list[str] = []
        in_cell = pronounced = False
        parser = _parser()
        # Bound once: the namespace of the root is that of every element that counts, whatever its prefix.
        tags: dict[str, str] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal row_number, place, depth, kind, style, value, formula, inline, in_cell, pronounced
            depth += 1
            if depth > MAX_DEPTH:
                raise NotASheet(_TOO_DEEP)
            name = tags.get(tag)
            if name == "c":
                in_cell = True
                kind = attributes.get("t", "n")
                style = attributes.get("s", "0")
                value = formula = inline = None
                reference = attributes.get("r")
                if reference is None:
                    place += 1
                else:
                    letters = reference.rstrip("0123456789")
                    place = places.get(letters, -1)
                    if place < 0:
                        place = places[letters] = _column(letters)
                    row_number = _row(reference[len(letters) :])
            elif name == "row":
                number = attributes.get("r")
                row_number = row_number + 1 if number is None else _row(number)
                place = -1
            elif name is None:
                if not tags:
                    namespace = tag.rpartition("}")[0]
                    for local in ("row", "c", "v", "f", "is", "t", "rPh", "hyperlink", "mergeCell"):
                        tags[f"{namespace}}}{local}" if namespace else local] = local
            elif name == "hyperlink":
                if len(linked) >= MAX_LINKS:
                    raise NotASheet(f"This workbook holds far more links than any list of ICE's; {CHOOSE}")
                linked.append(attributes)
            elif name == "mergeCell":
                if len(self.merged) >= MAX_MERGED:
                    raise NotASheet(f"This workbook merges far more cells than any list of ICE's; {CHOOSE}")
                self.merged.append(_corners(attributes.get("ref", "")))
            elif in_cell:
                if name in ("v", "f"):
                    text.clear()
                    parser.CharacterDataHandler = text.append
                    if name == "f":
                        formula = ""
                elif name == "is":
                    inline = []
                elif name == "rPh":
                    pronounced = True
                elif name == "t" and inline is not None and not pronounced:
                    parser.CharacterDataHandler = inline.append

        def end(tag: str) -> None:
            nonlocal value, formula, depth, in_cell, pronounced
            depth -= 1
            name = tags.get(tag)
            if name == "v":
                parser.CharacterDataHandler = None
                value = "".join(text)
            elif name == "c":
                in_cell = False
                if value or formula is not None or inline is not None:
                    try:
                        cell = self._cell(kind, style, value, formula, inline)
                    except (ValueError, LookupError) as error:
                        if isinstance(error, NotASheet):
                            raise
                        raise NotASheet(
                            f"Cell {_reference(row_number, place)} of “{shown(self.name)}” is damaged; "
                            "download the workbook again."
                        ) from error
                    self._hold(row_number, place, cell)
            elif name == "f":
                parser.CharacterDataHandler = None
                formula = "=" + "".join(text)
            elif name == "t":
                parser.CharacterDataHandler = None
            elif name == "rPh":
                pronounced = False

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.Parse(content, True)
        return linked

    def _hold(self, row: int, place: int, cell: Cell) -> None:
        if cell is None:
            return
        self.held += 1
        if isinstance(cell, str):
            self.characters += len(cell)
        if self.held > MAX_CELLS or self.characters > MAX_TEXT:
            raise NotASheet(f"This workbook holds far more cells or more text than any list of ICE's; {CHOOSE}")
        cells = self.rows.setdefault(row, {})
        if place in cells:
            raise NotASheet(
                f"Cell {_reference(row, place)} stands twice on “{shown(self.name)}”, as in no workbook of Excel's; "
                f"{CHOOSE}"
            )
        cells[place] = cell

    def _cell(self, kind: str, style: str, value: str | None, formula: str | None, inline: list[str] | None) -> Cell:
        if formula is not None:
            cached = self._cell(kind, style, value, None, None) if value else None
            return {"f": _text([formula])} if cached is None else {"f": _text([formula]), "v": cached}
        if kind == "s":
            number = int(value or "")
            if number < 0:
                raise ValueError(value)
            return self.strings[number]
        if kind == "n":
            number = _number(value or "")
            if not math.isfinite(number):
                return {"e": "#NUM!"}
            return _date(number, self.epoch) if style in self.dates else number
        if kind == "inlineStr":
            return None if inline is None else _text(inline)
        if kind == "str":
            return _text([value or ""])
        if kind == "b":
            return value in ("1", "true")
        if kind == "e":
            return {"e": _text([value or ""])}
        if kind == "d":
            return {"d": datetime.fromisoformat(value or "").replace(tzinfo=None).isoformat()}
        raise ValueError(kind)

    def _bind(self, linked: list[dict[str, str]], targets: Mapping[str, str]) -> None:
        """Puts each hyperlink on its cell, or on the cells of its range that lie in rows with something in them."""
        last = max(self.rows, default=0)
        for attributes in linked:
            number = next((value for key, value in attributes.items() if key.endswith("}id")), None)
            target = targets.get(number, "") if number else ""
            if place := attributes.get("location"):
                target += "#" + place
            if not target:
                continue
            if len(target) > MAX_CELL_TEXT:
                raise NotASheet(f"This workbook has a link that is too long to be an address; {CHOOSE}")
            first_column, first_row, last_column, last_row = _corners(attributes.get("ref", ""))
            for row in range(first_row, min(last_row, last) + 1):
                for column in range(first_column, min(last_column, MAX_COLUMNS - 1) + 1):
                    self.held += 1
                    if self.held > MAX_CELLS:
                        raise NotASheet(f"This workbook holds far more links than any list of ICE's; {CHOOSE}")
                    self.links.setdefault(row, {})[column] = target

    def _spread_merged(self, header_row: int) -> None:
        """Gives every cell of a merged range below the header what its first cell shows, as a reader sees it."""
        last = max(self.rows)
        for first_column, first_row, last_column, last_row in self.merged:
            cell = self.rows.get(first_row, {}).get(first_column)
            if first_row <= header_row or cell is None:
                continue
            target = self.links.get(first_row, {}).get(first_column)
            for row in range(first_row, min(last_row, last) + 1):
                for column in range(first_column, min(last_column, MAX_COLUMNS - 1) + 1):
                    self.held += 1
                    if self.held > MAX_CELLS:
                        raise NotASheet(f"This workbook merges far more cells than any list of ICE's; {CHOOSE}")
                    if row not in self.rows:
                        continue
                    self.rows[row].setdefault(column, cell)
                    if target:
                        self.links.setdefault(row, {}).setdefault(column, target)

    def below(self, header_row: int) -> tuple[tuple[str, ...], tuple[SheetRow, ...]]:
        """The header's cells as printed, and the rows under it."""
        self._spread_merged(header_row)
        header = self.rows[header_row]
        numbers = [number for number in sorted(self.rows) if number > header_row and _says_something(self.rows[number])]
        width = 1 + max(
            max(place for number in [header_row, *numbers] for place in self.rows[number]),
            max((place for number in numbers for place in self.links.get(number, ())), default=0),
        )
        if width > MAX_COLUMNS:
            stray = min(number for number in [header_row, *numbers] if max(self.rows[number], default=0) >= MAX_COLUMNS)
            raise NotASheet(
                f"This list has more than {MAX_COLUMNS} columns, as cell {_reference(stray, max(self.rows[stray]))} "
                "shows; remove what is not ICE's and try again."
            )
        if len(numbers) * width > MAX_CELLS:
            raise NotASheet(f"This workbook holds far more cells than any list of ICE's; {CHOOSE}")
        columns = tuple(_as_heading(header.get(place)) for place in range(width))
        everywhere = range(width)
        rows = tuple(
            SheetRow(number, tuple(map(self.rows[number].get, everywhere)), self.links.get(number, {}))
            for number in numbers
        )
        return columns, rows


def _says_something(cells: Mapping[int, Cell]) -> bool:
    return any(not isinstance(cell, str) or cell.strip() for cell in cells.values())


def _as_heading(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return str(next(iter(cell.values()))) if isinstance(cell, dict) else str(cell)


def _reference(row: int, place: int) -> str:
    """A cell as Excel names it: row 2, place 0 is "A2"."""
    letters = ""
    place += 1
    while place > 0:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"


def _column(letters: str) -> int:
    """The place of a column from 0: "A" is 0. ValueError beyond Excel's last, "XFD"."""
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise ValueError(letters)
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def _row(digits: str) -> int:
    """ValueError unless `digits` is one of Excel's row numbers."""
    number = int(digits) if len(digits) <= 7 else 0
    if not 1 <= number <= MAX_ROW_NUMBER:
        raise ValueError(digits)
    return number


def _corners(reference: str) -> tuple[int, int, int, int]:
    """First column, first row, last column, last row of "G2" or "G2:H9"; columns count from 0."""
    first, _, last = reference.replace("$", "").partition(":")
    corners = []
    for corner in (first, last or first):
        letters = corner.rstrip("0123456789")
        corners += [_column(letters), _row(corner[len(letters) :])]
    return corners[0], corners[1], corners[2], corners[3]


def _number(text: str) -> int | float:
    """A number as openpyxl reads it; a whole one that JSON would write as 1e+22 as an integer.

    PostgreSQL gives such a number back as an integer, SQLite as a float: the same row would be two.
    """
    if len(text) > 18 or "." in text or "E" in text or "e" in text:
        number = float(text)
        return int(number) if 1e16 <= abs(number) < math.inf else number
    return int(text)


def _date(serial: float, epoch: datetime) -> dict[str, str]:
    """A spreadsheet's serial number as a date; the error that Excel would show where there is no such day."""
    day, fraction = divmod(serial, 1)
    part = timedelta(milliseconds=round(fraction * 86_400_000))
    if 0 <= serial < 1 and not part.days:
        return {"d": (epoch + part).time().isoformat()}
    if 0 < serial < 60 and epoch.year == 1899:
        day += 1  # Excel holds that 1900 was a leap year: serials below 60 are one day off
    try:
        return {"d": (epoch + timedelta(days=day) + part).isoformat()}
    except OverflowError:
        return {"e": "#VALUE!"}


def _modified(archive: _Archive) -> datetime | None:
    """When the workbook says it was last saved."""
    part = next((_part("", target) for _, kind, target in _relations(archive, "") if kind == "core-properties"), "")
    if part not in archive:
        return None
    text: list[str] = []
    parser = _parser()

    def start(tag: str, _attributes: dict[str, str]) -> None:
        parser.CharacterDataHandler = text.append if tag.endswith("}modified") else None

    def end(_tag: str) -> None:
        parser.CharacterDataHandler = None

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(archive.read(part), True)
        stamp = datetime.fromisoformat("".join(text).strip())
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, NotASheet):
            raise
        return None  # the list itself can still be read
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
