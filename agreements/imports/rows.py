"""Normalise: a sheet's cells become rows with one meaning each. No database, no clock, no files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import us
from rapidfuzz.distance import OSA

from agreements.programs import NAMES as PROGRAM_MODELS
from agreements.programs import models_named, program_model
from jurisdictions.names import fold, tidy

from . import links
from .columns import find_columns
from .sheet import Cell, Sheet, SheetRow

Kind = Literal["participating", "pending"]

FIRST_YEAR = 1996  # of section 287(g) itself: no agreement can be older
LAST_YEAR = 2099  # where the list's own day is not known

LONGEST = {"agency": 200, "county": 80, "model": 60, "moa": 600, "addendum": 600}
"""Characters; a longer cell is none of ICE's names or addresses and is reported instead of kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one printed row says.

    `number` is the sheet's own. `state` is the USPS code, "" if the print is no state; `agency` the name as printed but
    tidied; `agency_type` county, municipality, state or ""; `county` "" where ICE prints none (N/A, #N/A, a blank);
    `program_model` JEM, WSO, TFM, the tidied print of another model, "" where none is printed. `signed_on` is None
    where no date is printed or the printed one cannot be (`signed_note` says why). Addresses are on www.ice.gov or "".
    `corrected` names the fields to which a correction of ours gave another value than ICE's.
    """

    number: int
    state: str
    state_printed: str
    agency: str
    agency_type: str
    county: str
    program_model: str
    signed_on: date | None
    signed_note: str
    moa_url: str
    addendum_url: str
    corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowError:
    """A cell that could not be taken as printed: the row's number, the column's heading, the print, and a sentence."""

    number: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """What was read of a sheet. `corrected`: each correction that gave a row another value, by the row's number."""

    rows: list[Row]
    errors: list[RowError]
    corrected: list[tuple[int, "Correction"]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that ICE prints wrongly and the right one.

    The row is named by what ICE prints: `state_printed` (a state's name or USPS code), `agency` and `model` (a code or
    a print, "" for any). `field` is a field of Row: state, agency, agency_type, county, program_model, signed_on,
    moa_url or addendum_url; `wrong` and `right` are written as a cell would be, dates as 2026-01-20. It applies only
    to rows that still print `wrong` and, with `signed_on`, that day of signing. The field `row` sets the row aside: it
    makes no agreement, and `reason` says why.
    """

    state_printed: str
    agency: str
    model: str
    field: str
    wrong: str
    right: str
    signed_on: date | None = None
    reason: str = ""


COLUMN_OF_FIELD = {
    "state": "state",
    "agency": "agency",
    "agency_type": "type",
    "county": "county",
    "program_model": "model",
    "signed_on": "signed",
    "moa_url": "moa",
    "addendum_url": "addendum",
}
WHOLE_ROW = "row"


def kind_of(sheet: Sheet) -> Kind:
    """Which list this is, by what is inside: only the participating list says when each agreement was signed."""
    return "participating" if "signed" in find_columns(sheet.columns) else "pending"


def normalise(
    sheet: Sheet, *, kind: Kind, corrections: Iterable[Correction] = (), published_on: date | None = None
) -> Normalised:
    """The rows of `sheet`, and what could not be taken as printed. A bad cell never stops the rest.

    A row without an agency is only reported. One without a state or a model is kept and reported, though it makes no
    agreement; so is a row that repeats another (same state, agency and model). `published_on` is the list's own day: a
    later signature is not trusted; without it, only a year beyond LAST_YEAR is not. ValueError if a correction names a
    field that Row does not have.
    """
    return _Normaliser(sheet, kind, corrections, published_on).run()


# -- Cells ------------------------------------------------------------------------------------------------------------

_tidy = lru_cache(maxsize=16_384)(tidy)  # states, types, models and counties stand in hundreds of rows each


def printed(cell: Cell) -> str:
    """What a reader of the sheet sees in a cell, as one line of text. A date is 2025-05-08."""
    if isinstance(cell, dict):
        if "f" in cell:
            return printed(cell.get("v"))
        return tidy(cell["d"].partition("T")[0]) if "d" in cell else tidy(cell["e"])
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _tidy(cell)


_NONE = {"", "n a", "na", "none", "null", "ref", "value", "name", "tbd"}


def _is_none(text: str) -> bool:
    """Whether a print says that there is nothing: ICE writes #N/A, #NA and N/A for a state agency's county."""
    return fold(text) in _NONE


_FORMULA_LINK = re.compile(r'=\s*HYPERLINK\(\s*"([^"]*)"', re.IGNORECASE)


def address_in(row: SheetRow, place: int) -> str:
    """The raw address on a cell: its hyperlink, that of its formula, or the text where that is an address."""
    if raw := row.links.get(place):
        return raw
    cell = row.cells[place]
    if isinstance(cell, dict) and "f" in cell and (found := _FORMULA_LINK.match(cell["f"])):
        return found[1]
    return cell if isinstance(cell, str) and links.looks_like_address(cell) else ""


# -- States -----------------------------------------------------------------------------------------------------------

_COMMONWEALTHS = ("Kentucky", "Massachusetts", "Pennsylvania", "Virginia")
_STATES: dict[str, str] = {}
for _state in [*us.STATES, us.states.DC, *us.states.TERRITORIES]:
    _STATES[fold(_state.name)] = _state.abbr
    _STATES[_state.abbr.lower()] = _state.abbr
_STATES |= {fold(f"State of {state.name}"): state.abbr for state in us.STATES}
_STATES |= {fold(f"Commonwealth of {name}"): us.states.lookup(name).abbr for name in _COMMONWEALTHS}
_STATES |= {
    fold("Washington, D.C."): "DC",
    fold("Washington DC"): "DC",
    fold("D.C."): "DC",
    fold("Commonwealth of the Northern Mariana Islands"): "MP",
    "cnmi": "MP",
    fold("U.S. Virgin Islands"): "VI",
    fold("US Virgin Islands"): "VI",
    fold("United States Virgin Islands"): "VI",
    fold("Commonwealth of Puerto Rico"): "PR",
}
LONGEST_STATE = 60  # characters; "commonwealth of the northern mariana islands" has 44
_ABBREVIATED = {fold(state.ap_abbr): state.abbr for state in us.STATES} | {"cal": "CA", "penn": "PA", "tex": "TX"}
_LONG_NAME = 8  # characters from which two slips of the pen still leave no doubt


@lru_cache(maxsize=1024)
def state_of(text: str) -> tuple[str, bool]:
    """The USPS code of a state or territory as printed, "" if it is none; and whether a misprint was read over.

    A misprint is one slip (a letter more, less, other, or two changed about), two in a longer name, and no other name
    may be nearly as close: "PENNSLYVANIA" and "UTAHJ" are read, "NOUTH DAKOTA" is not.
    """
    name = fold(text)
    # The print itself first: folded, the code MT is Mount.
    if usps := _STATES.get(text.strip().lower()) or _STATES.get(name) or _ABBREVIATED.get(name):
        return usps, False
    if not 4 <= len(name) <= LONGEST_STATE:
        return "", False
    nearest: dict[str, int] = {}
    for known, usps in _STATES.items():
        if len(known) > 2:
            nearest[usps] = min(nearest.get(usps, 99), OSA.distance(name, known))
    (usps, distance), (_, next_distance) = sorted(nearest.items(), key=lambda item: (item[1], item[0]))[:2]
    slips = 2 if len(name) >= _LONG_NAME else 1
    return (usps, True) if distance <= slips and next_distance >= distance + 2 else ("", False)


# -- Agencies --------------------------------------------------------------------------------------------------------

_FOOTNOTES = " *†‡§"  # marks that ICE might put behind a name


def _is_a_name(cell: Cell, text: str) -> bool:
    """Whether a print can name an agency: a spreadsheet's error, a number, a yes or no and "N/A" name none."""
    if isinstance(cell, dict) and "f" in cell:
        cell = cell.get("v")
    letters = any(mark.isalpha() for mark in text)
    return (
        letters and not _is_none(text) and not isinstance(cell, bool) and not (isinstance(cell, dict) and "e" in cell)
    )


# -- Dates ------------------------------------------------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        ["jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"],
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_EPOCH = date(1899, 12, 30)
_SLASHES = str.maketrans("⁄∕／", "///")
_SERIAL = re.compile(r"(?:3[5-9]|4\d)\d{3}")  # a spreadsheet's number of a day, kept as text: 1995 to 2036
_FORMS = [
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ][\d:.]+Z?)?"),
    re.compile(
        r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4}|\d{2})(?: [\d:]+(?: ?[AP]M)?(?: UTC)?)?", re.IGNORECASE
    ),
    re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})(?P<y>(?:19|20)\d{2})"),  # 05/082025, 7/72025
    re.compile(r"(?P<m>\d{2})(?P<d>\d{2})/(?P<y>(?:19|20)\d{2})"),  # 0508/2025
    re.compile(r"(?P<m>\d{2})(?P<d>\d{2})(?P<y>(?:19|20)\d{2})"),  # 05082025
    re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"),  # 20250508
    re.compile(
        r"(?:[a-z]{3,9}\.?,? )?(?P<m>[a-z]{3,9})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})", re.IGNORECASE
    ),
    re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[- ](?P<m>[a-z]{3,9})\.?,?[- ](?P<y>\d{4}|\d{2})", re.IGNORECASE),
]


def date_in(cell: Cell) -> date | None:
    """The date that a cell shows: a date, a spreadsheet's serial number, or a text in one of ICE's forms.

    None if there is none or it can be read in two ways ("112/2025"). Whether such a day can be a signature is not
    asked here.
    """
    if isinstance(cell, dict):
        if "f" in cell:
            return date_in(cell.get("v"))
        return _day(*cell["d"][:10].split("-")) if "-" in cell.get("d", "") else None
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        if cell < 100_000:  # 1899 to 2173
            return _EPOCH + timedelta(days=int(cell)) if cell >= 1 else None
        cell = str(int(cell)).zfill(8)
    text = tidy(cell).strip("'").translate(_SLASHES)
    if _SERIAL.fullmatch(text):
        return _EPOCH + timedelta(days=int(text))
    for form in _FORMS:
        if (found := form.fullmatch(text)) and (day := _day(found["y"], found["m"], found["d"])):
            return day
    return None


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
    full_year = int(year) + 2000 if len(year) == 2 else int(year)
    try:
        return date(full_year, number, int(day))
    except ValueError:
        return None


# -- Rows -------------------------------------------------------------------------------------------------------------

_USUAL_LINK_TEXTS = {"", "link", "link pending", "pending", "addendum", "link addendum", "addendum link", "n a", "na"}


class _Normaliser:
    """One run over one sheet: the columns found, the corrections by agency, the errors so far."""

    def __init__(self, sheet: Sheet, kind: Kind, corrections: Iterable[Correction], published_on: date | None) -> None:
        self.sheet = sheet
        self.places = find_columns(sheet.columns)
        self.dated = kind == "participating"
        self.published_on = published_on
        self.errors: list[RowError] = []
        self.corrected: list[tuple[int, Correction]] = []
        self.corrections: dict[tuple[str, str], list[Correction]] = {}
        for correction in corrections:
            if correction.field not in COLUMN_OF_FIELD and correction.field != WHOLE_ROW:
                raise ValueError(f"{correction.field} is not a field that can be corrected")
            key = (_state_key(correction.state_printed), fold(tidy(correction.agency)))
            self.corrections.setdefault(key, []).append(correction)

    def run(self) -> Normalised:
        rows: list[Row] = []
        first: dict[tuple[str, str, str], int] = {}
        for sheet_row in self.sheet.rows:
            row = self._row(sheet_row)
            if row is None:
                continue
            rows.append(row)
            key = (row.state or row.state_printed, fold(row.agency), row.program_model)
            earlier = first.setdefault(key, row.number)
            if earlier != row.number:
                message = f"This row repeats row {earlier}: the same state, agency and model. Both are kept."
                self._report(row.number, "agency", row.agency, message)
        return Normalised(rows, self.errors, self.corrected)

    def _report(self, number: int, column: str, value: str, message: str) -> None:
        self.errors.append(RowError(number, self.sheet.columns[self.places[column]], value, message))

    def _cell(self, row: SheetRow, column: str) -> Cell:
        place = self.places.get(column)
        return None if place is None else row.cells[place]

    def _row(self, row: SheetRow) -> Row | None:
        cells = {column: row.cells[place] for column, place in self.places.items()}
        addresses = {
            column: address_in(row, self.places[column]) for column in ("moa", "addendum") if column in self.places
        }
        corrected = self._correct(row.number, cells, addresses)

        agency = printed(cells["agency"]).rstrip(_FOOTNOTES)
        if not _is_a_name(cells["agency"], agency) or len(agency) > LONGEST["agency"]:
            message = "This is too long for a name."
            if len(agency) <= LONGEST["agency"]:
                message = "No agency is printed; the row is left out."
            self._report(row.number, "agency", agency[:100], message)
            return None
        state_printed = printed(self._cell(row, "state"))
        state = self._state(row.number, printed(cells["state"]))
        signed_on, note = self._signed(row.number, cells.get("signed"))
        return Row(
            number=row.number,
            state=state,
            state_printed=state_printed,
            agency=agency,
            agency_type=self._agency_type(row.number, printed(cells.get("type"))),
            county=self._county(row.number, cells.get("county")),
            program_model=self._model(row.number, printed(cells["model"])),
            signed_on=signed_on,
            signed_note=note,
            moa_url=self._url(row.number, "moa", cells, addresses),
            addendum_url=self._url(row.number, "addendum", cells, addresses),
            corrected=corrected,
        )

    def _correct(self, number: int, cells: dict[str, Cell], addresses: dict[str, str]) -> tuple[str, ...]:
        """Puts our value into each cell whose print a correction calls wrong; returns the fields so changed."""
        if not self.corrections:
            return ()
        key = (_state_key(printed(cells["state"])), fold(printed(cells["agency"])))
        model = program_model(printed(cells["model"]))
        before, links_before = dict(cells), dict(addresses)
        corrected = []
        for correction in self.corrections.get(key, ()):
            column = COLUMN_OF_FIELD.get(correction.field, "agency")
            if column not in before or (correction.model and program_model(correction.model) != model):
                continue
            if correction.signed_on and date_in(before.get("signed")) != correction.signed_on:
                continue
            if correction.field == WHOLE_ROW:
                set_aside = f"We set this row aside: {correction.reason}"
                self._report(number, "agency", printed(before["agency"])[:100], set_aside)
                corrected.append(WHOLE_ROW)
                self.corrected.append((number, correction))
                continue
            if column in links_before:
                if _same_address(links_before[column], correction.wrong):
                    addresses[column] = correction.right
                    corrected.append(correction.field)
                    self.corrected.append((number, correction))
            elif _same_print(column, before[column], correction.wrong):
                cells[column] = correction.right
                corrected.append(correction.field)
                self.corrected.append((number, correction))
        return tuple(name for name in (*COLUMN_OF_FIELD, WHOLE_ROW) if name in corrected)

    def _state(self, number: int, text: str) -> str:
        usps, misprint = state_of(text)
        if not usps:
            self._report(number, "state", text, "This is no state or territory; the row waits for a person.")
        elif misprint:
            self._report(number, "state", text, f"Read as {us.states.lookup(usps, field='abbr').name}.")
        return usps

    def _model(self, number: int, text: str) -> str:
        model = "" if _is_none(text) else program_model(text)
        if not model:
            self._report(number, "model", text, "No program model is printed; the row makes no agreement.")
        elif model not in PROGRAM_MODELS:
            self._report(number, "model", text[:100], "This program model is not one we know; it is kept as printed.")
        elif (named := models_named(text)) != {model}:
            says = "This names more than one program model; it is read" if named else "Read"
            self._report(number, "model", text[:100], f"{says} as {PROGRAM_MODELS[model]}.")
        return model[: LONGEST["model"]]

    def _agency_type(self, number: int, text: str) -> str:
        if _is_none(text):
            return ""
        word = fold(text)
        # ICE prints "County", "Municipality" ("Muncipality", "Municipal"), "State Agency" and "State".
        for start, agency_type in (("county", "county"), ("mun", "municipality"), ("state", "state")):
            if word.startswith(start):
                return agency_type
        self._report(number, "type", text[:100], "This is none of County, Municipality and State Agency.")
        return ""

    def _county(self, number: int, cell: Cell) -> str:
        text = printed(cell)
        if (isinstance(cell, dict) and "e" in cell) or _is_none(text):
            return ""
        if not any(mark.isalpha() for mark in text) or isinstance(cell, bool):
            self._report(number, "county", text[:100], "This is no name of a county; it is left out.")
            return ""
        if len(text) > LONGEST["county"]:
            self._report(number, "county", text[:100], "This is too long for the name of a county; it is left out.")
            return ""
        return text

    def _signed(self, number: int, cell: Cell) -> tuple[date | None, str]:
        """The day of signing and, where that is None, why."""
        if not self.dated or "signed" not in self.places:
            return None, ""
        text = printed(cell)
        day = date_in(cell)
        if day is None:
            note = "No date is printed." if _is_none(text) else "The print is not a date that can be read in one way."
        elif day.year < FIRST_YEAR:
            note = f"The printed date is before {FIRST_YEAR}, when the law was made."
        elif self.published_on and day > self.published_on:
            note = "The printed date is after the day of the list itself."
        elif day.year > LAST_YEAR:
            note = "The printed year cannot be."
        else:
            return day, ""
        self._report(number, "signed", text[:100], note)
        return None, note

    def _url(self, number: int, column: str, cells: Mapping[str, Cell], addresses: Mapping[str, str]) -> str:
        raw = addresses.get(column, "")
        url = links.clean(raw)
        if raw and (not url or len(url) > LONGEST[column]):
            self._report(number, column, raw[:300], f"This link does not lead to {links.HOST}; it is not shown.")
            return ""
        if not raw and column in self.places:
            text = printed(cells[column])
            if fold(text) not in _USUAL_LINK_TEXTS:
                self._report(number, column, text[:100], "There is no link here, and the print is unusual.")
        return url


def _state_key(text: str) -> str:
    return state_of(tidy(text))[0] or fold(tidy(text))


def _same_print(column: str, cell: Cell, wrong: str) -> bool:
    if column == "signed":
        day = date_in(cell)
        if day is not None:
            return day == date_in(wrong)
    text = printed(cell)
    if _is_none(text) and _is_none(tidy(wrong)):
        return True
    return text.casefold() == tidy(wrong).casefold()


def _same_address(raw: str, wrong: str) -> bool:
    return raw == wrong or (links.clean(raw) == links.clean(wrong) != "") or (not raw and not wrong)
