"""How often each caller called of late: a table in memory that all workers of a machine share.

It is a file of fixed size in a folder that the system keeps in memory (/dev/shm on Linux), mapped into each worker. A
row holds 16 bytes made from the caller's address with a key, when the caller's time is over, and how often they called
in it. One half of the key is in the table and another each day; the other, the installation's secret, is not: neither
alone leads back to an address. Nothing of it is written to a disk. Where there is no such folder, each worker counts
for itself.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import stat
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import blake2s
from pathlib import Path
from time import time

HEAD = struct.Struct("<8sq16s")
"""What the table is, the day of its key (as a number), the key."""
MARK = b"calls-1\0"
ROW = struct.Struct("<16sdQ")
"""Who, the second at which their time is over, how often they called."""
ROWS = 1 << 16
SIZE = HEAD.size + ROWS * ROW.size  # 2 MB
NOBODY = bytes(16)
LONGEST = 60 * 60  # seconds: no caller's time lasts longer
NEIGHBOURS = 16
"""Rows in which one caller may stand. Where all are taken, the row whose time is over first makes way."""
PART = ROWS // 64
"""Rows in which all callers of one wide network stand, so that it cannot push out those of others."""


class Counts:
    """A table of callers. `path` None: of this process alone. `secret`: the half of the key that is kept elsewhere."""

    def __init__(self, path: Path | None = None, secret: str = ""):
        self._secret = secret.encode()
        self._file = None if path is None else _opened(path)
        self._table = mmap.mmap(-1 if self._file is None else self._file, SIZE)
        self._thread = threading.Lock()

    @property
    def is_shared(self) -> bool:
        return self._file is not None

    def count(self, caller: str, seconds: int, day: date, *, within: str = "") -> tuple[int, float]:
        """Count a call. Returns how many there were in the caller's time, this one among them, and when it is over.

        The time begins with the first call and lasts `seconds`. `day` is today: with each day the key of the code
        under which callers stand is another, and what was counted is forgotten. `within` names the wide network of a
        caller to whom addresses without number cost nothing: all its callers stand in one part of the table.
        """
        now = time()
        with self._alone():
            key = self._key(day)
            who = blake2s(caller.encode(), key=key, digest_size=16).digest()
            begin, room = self._part(within, key) if within else (0, ROWS)
            first = int.from_bytes(who[:4], "little")
            places = [HEAD.size + (begin + (first + step) % room) * ROW.size for step in range(NEIGHBOURS)]
            chosen, soonest = places[0], float("inf")
            for place in places:
                held, ends, calls = ROW.unpack_from(self._table, place)
                if not now < ends <= now + LONGEST:
                    if held != NOBODY:  # over, or of a clock that has been put back
                        ROW.pack_into(self._table, place, NOBODY, 0.0, 0)
                    ends = 0.0
                elif held == who:
                    ROW.pack_into(self._table, place, who, ends, calls + 1)
                    return calls + 1, ends
                if ends < soonest:  # of those that are free, the first
                    chosen, soonest = place, ends
            ROW.pack_into(self._table, chosen, who, now + seconds, 1)
            return 1, now + seconds

    def forget(self) -> None:
        """Begin anew, with another key."""
        with self._alone():
            self._table[:] = bytes(SIZE)

    def __bytes__(self) -> bytes:
        """Everything that is kept."""
        return self._table[:]

    @staticmethod
    def _part(within: str, key: bytes) -> tuple[int, int]:
        """The first row of a network's part of the table, which nobody can choose, and how many there are."""
        number = int.from_bytes(blake2s(within.encode(), key=key, digest_size=4).digest(), "little")
        return number % (ROWS // PART) * PART, PART

    def _key(self, day: date) -> bytes:
        mark, of_day, key = HEAD.unpack_from(self._table, 0)
        if mark != MARK or of_day != day.toordinal():
            key = secrets.token_bytes(16)
            self._table[:] = bytes(SIZE)
            HEAD.pack_into(self._table, 0, MARK, day.toordinal(), key)
        return blake2s(self._secret, key=key).digest()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other thread and no other process counts. A process that dies lets go by itself."""
        with self._thread:
            if self._file is None:
                yield
                return
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


def table_of(folder: str, installation: str, secret: str) -> Counts:
    """The table of an installation in a folder that is kept in memory; one of this process alone where it cannot be."""
    if folder and Path(folder).is_dir():
        name = blake2s(f"{installation} {os.geteuid()}".encode(), digest_size=8).hexdigest()
        try:
            return Counts(Path(folder) / f"portal-calls-{name}", secret)
        except OSError:
            return Counts(secret=secret)
    return Counts(secret=secret)


def _opened(path: Path) -> int:
    """The file of a table, made where there is none. PermissionError where another user could read or has made it.

    Another OSError where there is no room for it.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        os.close(file)
        raise PermissionError(f"{path} is not ours alone")
    if found.st_size != SIZE:
        os.ftruncate(file, SIZE)
    try:
        # Where the folder is full, to write into a page that is not there yet would kill the process (SIGBUS).
        if hasattr(os, "posix_fallocate"):  # as on Linux
            os.posix_fallocate(file, 0, SIZE)
    except OSError:
        os.close(file)
        raise
    return file
