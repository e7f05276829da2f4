"""Read a workbook in a process of its own, which may be killed without the site noticing.

The reader bounds what it holds (see sheet.py), but a file from outside is never opened in a web worker: a child with
nothing but the standard library and the reader takes it by a pipe, under limits of time, memory, files and further
processes, and gives the list back by another pipe, one line for the list and one for each row. What comes back is
checked like any input: whatever the child does, the answer is a Sheet or NotASheet with one sentence.

The child is a fresh interpreter, never a fork of a process with threads. Where the system refuses a limit (macOS does
for memory), the others and the reader's own bounds remain.
"""

import contextlib
import fcntl
import hashlib
import io
import json
import math
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import BinaryIO

from .sheet import (
    CHOOSE,
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FILE,
    MAX_ROW_NUMBER,
    Cell,
    NotASheet,
    Sheet,
    SheetRow,
    printable,
    read_sheet,
)

MAX_ANSWER = 16 * 1024**2  # bytes; the largest list so far gives 0.6 MB
MAX_LINE = 4 * 1024**2  # bytes: of one row. What a line swells to in memory is bounded by it
MAX_SENTENCE = 500  # characters
AT_ONCE = 2  # children of all workers of this machine together: each may take a whole core and 256 MB
WAIT = 30.0  # seconds for one's turn; a list of ICE's is read in one
MAX_OPEN_FILES = 16  # the interpreter's own, and a codec that it has to look up

TOO_SLOW = f"Reading this workbook takes far longer than any list of ICE's does; {CHOOSE}"
TOO_LARGE = f"Reading this workbook takes far more memory than any list of ICE's does; {CHOOSE}"
TOO_MUCH = f"This workbook holds far more text than any list of ICE's; {CHOOSE}"
BUSY = "Other workbooks are being read just now; try again in a minute."
CRASHED = f"This workbook stops the program that reads it; {CHOOSE}"

_PROJECT = Path(__file__).resolve().parents[2]
# `-I -S`: neither the working directory, the environment nor any installed package has a say in what is imported.
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from agreements.imports.sandbox import child; child()"


def read_in_child(data: bytes, file_name: str, *, seconds: int = 10, megabytes: int = 256) -> Sheet:
    """The list in a workbook, as `read_sheet` reads it, read by a child process under limits. Raises NotASheet."""
    if len(data) > MAX_FILE:
        raise NotASheet(f"This file is larger than {MAX_FILE // 1024**2} MB, which no list of ICE's is; {CHOOSE}")
    return run_child(_CHILD, [str(_PROJECT)], data, file_name, seconds=seconds, megabytes=megabytes)


def run_child(
    program: str, arguments: list[str], data: bytes, file_name: str, *, seconds: int = 10, megabytes: int = 256
) -> Sheet:
    """As `read_in_child`, with the child's program given: its arguments come before the limits."""
    command = [sys.executable, "-I", "-S", "-B", "-c", program, *arguments, str(seconds), str(megabytes)]
    with _turn():
        return _run(command, data, file_name, seconds)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Wait until fewer than AT_ONCE children run on this machine. NotASheet after WAIT seconds.

    Each place is a locked file, so whoever dies leaves it. Where no such file can be had, nobody waits.
    """
    until = time.monotonic() + WAIT
    while True:
        for number in range(AT_ONCE):
            try:
                place = os.open(places() / str(number), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except OSError:
                yield
                return
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(place)
                continue
            try:
                yield
            finally:
                os.close(place)
            return
        if time.monotonic() >= until:
            raise NotASheet(BUSY)
        time.sleep(0.05)


def places() -> Path:
    """The folder of the locks, this user's own. OSError where it is somebody else's."""
    import tempfile  # not among what the child needs

    folder = Path(tempfile.gettempdir(), f"sheet-readers-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(folder)
    return folder


def _run(command: list[str], data: bytes, file_name: str, seconds: int) -> Sheet:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
    except OSError as error:
        raise NotASheet("No workbook can be read just now; try again in a minute.") from error
    try:
        answer = _exchange(process, data, until=time.monotonic() + seconds)
    finally:
        _end(process)
    if process.returncode == -signal.SIGXCPU:
        raise NotASheet(TOO_SLOW)
    if not answer.endswith(b"\n"):
        raise NotASheet(CRASHED)
    return _sheet_from(answer, file_name, hashlib.sha256(data).hexdigest())


def _exchange(process: subprocess.Popen, data: bytes, *, until: float) -> bytes:
    """Give the child its input and take what it answers, both within bounds of size and time."""
    left, answer = memoryview(data), bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, event in ((process.stdin, selectors.EVENT_WRITE), (process.stdout, selectors.EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, event)
        while True:
            ready = selector.select(max(0.0, until - time.monotonic()))
            if time.monotonic() >= until:
                raise NotASheet(TOO_SLOW)
            for key, _ in ready:
                if key.fileobj is process.stdout:
                    piece = os.read(key.fd, 1 << 16)
                    if not piece:
                        return bytes(answer)
                    answer += piece
                    if len(answer) > MAX_ANSWER:
                        raise NotASheet(TOO_MUCH)
                    continue
                with contextlib.suppress(BrokenPipeError):  # the child has gone: what it said is still to be read
                    left = left[os.write(key.fd, left[: 1 << 16]) :] if left else left
                    if left:
                        continue
                selector.unregister(process.stdin)
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.close()


def _end(process: subprocess.Popen) -> None:
    """Kill the child and whatever it started, and take it off the system's list."""
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()
    # A child that ended keeps its number until it is waited for: no other process can have it yet.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# -- What comes back --------------------------------------------------------------------------------------------------


def _sheet_from(answer: bytes, file_name: str, sha256: str) -> Sheet:
    try:
        lines = _objects(answer)
        head = next(lines)
        if isinstance(head, dict) and set(head) == {"refused"}:
            raise NotASheet(_text(head["refused"], MAX_SENTENCE))
        worksheet, columns, modified, count = (head[key] for key in ("worksheet", "columns", "modified", "rows"))
        columns = tuple(_text(column) for column in _list(columns, MAX_COLUMNS))
        rows: list[SheetRow] = []
        before = 0
        for line in lines:
            row = _row(line, len(columns), after=before)
            before = row.number
            rows.append(row)
            if len(rows) * len(columns) > MAX_CELLS:
                raise ValueError("rows")
        if count != len(rows) or not columns:
            raise ValueError("cut short")
        stamp = None if modified is None else datetime.fromisoformat(_text(modified, 40))
        if stamp is not None and stamp.tzinfo is None:
            raise ValueError(modified)
        return Sheet(printable(file_name), sha256, _text(worksheet), columns, tuple(rows), stamp)
    except NotASheet:
        raise
    except (ValueError, TypeError, LookupError, StopIteration, RecursionError, OverflowError) as error:
        raise NotASheet(CRASHED) from error


def _objects(answer: bytes) -> Iterator[object]:
    stream = io.BytesIO(answer)
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise NotASheet(TOO_MUCH)
        yield json.loads(line, parse_constant=_no_number)


def _no_number(name: str) -> object:
    raise ValueError(name)


def _row(line: object, width: int, *, after: int) -> SheetRow:
    number, cells, links = line
    if type(number) is not int or not after < number <= MAX_ROW_NUMBER or len(_list(cells, MAX_COLUMNS)) != width:
        raise ValueError(number)
    bound: dict[int, str] = {}
    for column, target in _list(links, MAX_COLUMNS):
        if type(column) is not int or not 0 <= column < width:
            raise ValueError(column)
        bound[column] = _text(target)
    return SheetRow(number, tuple(map(_cell, cells)), bound)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError(value)
        return value
    if isinstance(value, dict):
        keys = set(value)
        if keys == {"d"}:
            day = _text(value["d"], 40)
            (datetime if "T" in day else time_of_day).fromisoformat(day)
            return {"d": day}
        if keys == {"e"}:
            return {"e": _text(value["e"])}
        if keys == {"f"}:
            return {"f": _text(value["f"])}
        if keys == {"f", "v"} and not (isinstance(value["v"], dict) and "f" in value["v"]):
            return {"f": _text(value["f"]), "v": _cell(value["v"])}
    raise ValueError("cell")


def _text(value: object, longest: int = MAX_CELL_TEXT + 1) -> str:
    """ValueError for what is no text, or none that a database takes: a NUL or half a surrogate pair."""
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise ValueError("text")
    value.encode()
    return value


def _list(value: object, longest: int) -> list:
    if not isinstance(value, list) or len(value) > longest:
        raise ValueError("list")
    return value


# -- In the child -----------------------------------------------------------------------------------------------------


def child() -> None:
    """Read the workbook on standard input, write the list on standard output. The whole life of the child."""
    seconds, megabytes = map(int, sys.argv[-2:])
    limit(seconds, megabytes)
    # A hash that an attacker cannot foresee is Python's default; the collector only costs time in a life this short.
    out = sys.stdout.buffer
    try:
        sheet = read_sheet(sys.stdin.buffer.read(MAX_FILE + 1))
        out.write(
            _line({"worksheet": sheet.worksheet, "columns": sheet.columns, "modified": _stamp(sheet)} | _count(sheet))
        )
        for row in sheet.rows:
            out.write(_line([row.number, row.cells, sorted(row.links.items())]))
        out.flush()
    except NotASheet as refusal:
        _refuse(out, str(refusal))
    except MemoryError:
        _refuse(out, TOO_LARGE)


def limit(seconds: int, megabytes: int) -> None:
    """Bound what this process may take from here on. A limit that the system refuses is left out."""
    bytes_ = megabytes * 1024**2
    for name, value in (
        ("RLIMIT_AS", bytes_),
        ("RLIMIT_DATA", bytes_),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", MAX_OPEN_FILES),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name, None)
        if kind is not None:
            with contextlib.suppress(OSError, ValueError):
                # At the lower limit of time the process is told (SIGXCPU); at the higher it is killed without a word.
                resource.setrlimit(kind, (value, value + 1 if name == "RLIMIT_CPU" else value))


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _count(sheet: Sheet) -> dict[str, int]:
    return {"rows": len(sheet.rows)}


def _stamp(sheet: Sheet) -> str | None:
    return sheet.modified.isoformat() if sheet.modified else None


def _refuse(out: BinaryIO, sentence: str) -> None:
    out.write(_line({"refused": sentence}))
    out.flush()
