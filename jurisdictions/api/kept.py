"""What a worker keeps in its memory of the facts, for as long as they stay as they are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

Facts = tuple[str, int, datetime]
"""Which facts: the database, their version's number, and when they came to it. A restored copy may have had the number
before; another database may have it, too."""
Key = tuple[Facts, Hashable]
"""The facts, and what is kept of them."""
Value = TypeVar("Value")


def compact(written: bytes) -> bytes:
    """The same bytes in just the room that they need, for what is kept long.

    orjson writes into more room than it gives back in a way that others can use: of 36 MB of records that a worker kept
    it held 195 MB.
    """
    return bytes(memoryview(written))


class Kept(Generic[Value]):
    """Values by what they follow from, up to a size together. Those that nobody asked for lately make room.

    When the facts of a database have changed, all that was kept of it goes.
    """

    def __init__(self, together: int):
        self.together = together
        self.size = 0
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._facts: dict[str, Facts] = {}
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep the value; of one that grew, its new size. One that is larger than all may be is not kept."""
        with self._lock:
            self._make_way(key[0])
            self._drop(key)
            if size > self.together:
                return
            self._values[key] = value, size
            self.size += size
            while self.size > self.together:
                self._drop(next(iter(self._values)))

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self.size = 0

    def _make_way(self, facts: Facts) -> None:
        """Drop what follows from other facts of this database."""
        database, *_version = facts
        if self._facts.get(database) == facts:
            return
        self._facts[database] = facts
        for key in [key for key in self._values if key[0][0] == database and key[0] != facts]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        if key in self._values:
            self.size -= self._values.pop(key)[1]
