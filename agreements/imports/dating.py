"""When a list was published: what its file's name says, held against what is inside."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Literal, Protocol

from .rows import FIRST_YEAR, kind_of
from .sheet import Sheet

Half = Literal["", "am", "mid", "pm"]

HOURS: dict[str, int] = {"": 12, "am": 8, "mid": 12, "pm": 16}
"""The hour at which a list of a half day stands in the order of lists."""

FAR = 30
"""Days: ICE saves a workbook 8 days before publishing it at most, and its newest signature is 23 days older at most."""

QUIET = 60
"""Days without a signature that need another witness to the date: where a workbook has lost its stamp."""

SOON = 8
"""Days from a workbook's last saving to its publication, at most, on all lists seen."""

NO_SLIPS = 3
"""Rows signed after a day that are no slips of the pen any more: no list of ICE's has one such row."""

NAME_SAYS_ANOTHER_KIND = "The file's name says the list is"


@dataclass(frozen=True, slots=True)
class Dating:
    """The day of a list and its place in the order of lists.

    `published_on` is the best reading even while there are doubts, None where nothing says anything. `half` is what the
    name says of the day. `position` orders the lists of one kind: (date and time of day as yyyymmddhhmmss) * 1000 +
    three digits of the file's hash. `doubts` are sentences for a person, each with what settles it; empty if none.
    """

    published_on: date | None
    half: Half
    position: int
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Name:
    """What a file's name says. `saved_at` is an archive's own moment; `day` is None where no date can be read."""

    kind: str = ""
    day: date | None = None
    half: Half = ""
    later: int = 0  # seconds: how far a suffix (B, _b, 2) puts the list after its namesake
    saved_at: datetime | None = None


_ARCHIVED = re.compile(r"(?P<kind>participating|pending)(?:entities|agencies)-(?P<moment>\d{14})")
_PUBLISHED = re.compile(
    r"(?P<kind>participating|pending)[-_ ]?(?:entities|agencies)?[-_ ]?(?P<digits>\d*)[-_ ]?"
    r"(?P<half>am|mid|pm)?_?(?P<suffix>[b-z]|\d)?"
)
_PARTED = re.compile(r"(?<!\d)(?P<m>\d{1,2})[-_.](?P<d>\d{1,2})[-_.](?P<y>20\d\d)(?!\d)")  # 06-02-2026 for 06022026
_SECOND_DOWNLOAD = re.compile(r"\s*\(\d+\)$")  # a browser's own, not ICE's


class Signed(Protocol):
    """A row that says when its agreement was signed."""

    @property
    def signed_on(self) -> date | None: ...


def date_sheet(
    file_name: str,
    sheet: Sheet,
    rows: Iterable[Signed],
    *,
    published: date | None = None,
    today: date | None = None,
) -> Dating:
    """When the list was published. `published`, from a person who looked, settles the day and the doubts on it.

    A workbook that says it was saved after `today` was saved on a machine whose clock is wrong: its stamp says nothing.
    """
    name = _read_name(file_name)
    stamp = sheet.modified.date() if sheet.modified else None
    if stamp and today and stamp > today + timedelta(days=1):
        stamp = None
    rows = list(rows)
    newest = _newest_signing(rows, stamp)
    doubts: list[str] = []
    if published:
        day, doubts = published, _said(published, rows)
    elif name.saved_at:
        day, doubts = _archived(name.saved_at.date(), newest)
    elif name.day:
        day, doubts = _named(name.day, stamp, newest)
    else:
        day, doubts = _unnamed(file_name, stamp, newest)
    if not published and name.kind and name.kind != (kind := kind_of(sheet)):
        settled = f"--published {day} takes it as one" if day else "--published YYYY-MM-DD takes it as one"
        inside = "it has no SIGNED column" if kind == "pending" else "it has a SIGNED column"
        doubts.append(f"{NAME_SAYS_ANOTHER_KIND} {name.kind}, but this is a {kind} list: {inside}; {settled}.")
    return Dating(day, name.half, _position(day, name, sheet.sha256), doubts)


def day_in_name(file_name: str) -> date | None:
    """The day that a file's name says; None where it names none, or bears an archive's own moment."""
    name = _read_name(file_name)
    return None if name.saved_at else name.day


def _read_name(file_name: str) -> _Name:
    stem = _SECOND_DOWNLOAD.sub("", PurePath(file_name).stem.strip()).lower()
    stem = _PARTED.sub(lambda day: f"{int(day['m']):02}{int(day['d']):02}{day['y']}", stem)
    if found := _ARCHIVED.fullmatch(stem):
        moment = _moment(found["moment"], "%Y%m%d%H%M%S")
        return _Name(found["kind"], moment.date() if moment else None, saved_at=moment)
    if found := _PUBLISHED.fullmatch(stem):
        moment = _moment(found["digits"], "%m%d%Y") if len(found["digits"]) == 8 else None
        return _Name(found["kind"], moment.date() if moment else None, found["half"] or "", _later(found["suffix"]))
    return _Name("participating" if "participating" in stem else "pending" if "pending" in stem else "")


def _moment(digits: str, form: str) -> datetime | None:
    try:
        moment = datetime.strptime(digits, form)  # noqa: DTZ007  only the day and the order count
    except ValueError:
        return None
    return moment if moment.year >= FIRST_YEAR else None


def _later(suffix: str | None) -> int:
    """Seconds after the list of the same half day without a suffix: one for B, _b or 2, two for C or 3."""
    if not suffix:
        return 0
    return max(int(suffix) - 1, 0) if suffix.isdigit() else ord(suffix) - ord("a")


def _newest_signing(rows: Iterable[Signed], stamp: date | None) -> date | None:
    """The newest day of signing that the rows bear out.

    A date after the workbook was saved is a slip of the pen, but not in several rows: then the stamp is wrong. Where
    there is none, two rows must say as much.
    """
    days = sorted((row.signed_on for row in rows if row.signed_on), reverse=True)
    if stamp:
        after = sum(day > stamp + timedelta(days=1) for day in days)
        if after < NO_SLIPS:
            return days[after] if after < len(days) else None
    return days[1] if len(days) > 1 else days[0] if days else None


def _said(published: date, rows: Iterable[Signed]) -> list[str]:
    """What speaks against the day that a person said: a slip of theirs would move every fact of the list."""
    later = sorted(row.signed_on for row in rows if row.signed_on and row.signed_on > published)
    if len(later) < NO_SLIPS:
        return []
    return [f"You say {published}, but {len(later):,} agreements in it were signed later, the newest on {later[-1]}."]


def _archived(day: date, newest: date | None) -> tuple[date, list[str]]:
    """An archive's moment stands; its workbooks were written long afterwards, so their stamp says nothing."""
    if newest and newest > day + timedelta(days=1):
        return newest, [
            f"The file's name says {day}, but an agreement in it was signed on {newest}: the list is of that day or "
            f"later; {_settle(newest)}."
        ]
    return day, []


def _named(day: date, stamp: date | None, newest: date | None) -> tuple[date, list[str]]:
    witnesses = []
    if stamp and abs((stamp - day).days) > FAR:
        witnesses.append(f"the workbook was saved on {stamp}")
    if newest and newest > day:
        witnesses.append(f"an agreement in it was signed on {newest}")
    elif newest and not stamp and (day - newest).days > QUIET:
        witnesses.append(f"its newest agreement was signed on {newest}")
    if not witnesses:
        return day, []
    likely = _mended(day, stamp) if stamp else newest
    if newest and likely < newest:
        likely = newest
    return likely, [
        f"The file's name says {day}, but {' and '.join(witnesses)}: the list is likely of {likely}; {_settle(likely)}."
    ]


def _mended(day: date, stamp: date) -> date:
    """The date that a name most likely means: its day with the right year, or month and year, else the stamp's day."""
    for year, month in [(stamp.year, day.month), (stamp.year + 1, day.month), (stamp.year, stamp.month)]:
        try:
            meant = date(year, month, day.day)
        except ValueError:
            continue
        if 0 <= (meant - stamp).days <= SOON:
            return meant
    return stamp


def _unnamed(file_name: str, stamp: date | None, newest: date | None) -> tuple[date | None, list[str]]:
    shown = PurePath(file_name).name[:80]
    nothing = f"The file's name, {shown}, has no date that can be read" if shown else "The file has no name"
    if stamp and (newest is None or (stamp - newest).days <= QUIET):
        return stamp, [f"{nothing}, but the workbook was saved on {stamp}: likely its day; {_settle(stamp)}."]
    if newest:
        saved = f" and the workbook was saved on {stamp}" if stamp else ""
        return newest, [
            f"{nothing}, but its newest agreement was signed on {newest}{saved}: the list is of {newest} or later; "
            f"{_settle(newest)}."
        ]
    if stamp:
        return stamp, [f"{nothing}, but the workbook was saved on {stamp}: likely its day; {_settle(stamp)}."]
    return None, [f"{nothing}, and nothing inside says when the list was published; --published YYYY-MM-DD settles it."]


def _settle(likely: date) -> str:
    return f"--published {likely} settles it (or another YYYY-MM-DD)"


def _position(day: date | None, name: _Name, sha256: str) -> int:
    """Where the list stands among those of its kind: by date, time of day, suffix, and the file's hash at last."""
    if day is None:
        return 0
    if name.saved_at and name.saved_at.date() == day:
        moment = name.saved_at
    else:
        moment = datetime(day.year, day.month, day.day, HOURS[name.half]) + timedelta(seconds=name.later)  # noqa: DTZ001
    return int(moment.strftime("%Y%m%d%H%M%S")) * 1000 + int(sha256[:8], 16) % 1000
