"""Answers made already, in each worker's memory: the same question about the same facts is worked out once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from threading import Lock

from django.http import HttpResponse, HttpResponseBase

from jurisdictions.api.kept import compact

LARGEST = 2_000_000  # bytes of one answer
TOGETHER = 32_000_000  # bytes of all that one worker holds
MOST = 8_000  # answers; of short ones headers and key take more room than what they say, some 3 kB each


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """The headers that are everybody's, and the body."""

    headers: dict[str, str]
    body: bytes


class HeldAnswers:
    """Answers by what they follow from. Those that nobody asked for lately make room for new ones.

    A key names the version of the facts, so that nothing here ever has to be taken back.
    """

    def __init__(self, together: int = TOGETHER, largest: int = LARGEST, most: int = MOST):
        self.together, self.largest, self.most = together, largest, most
        self.size = 0
        self._held: OrderedDict[Hashable, HeldAnswer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> HeldAnswer | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Hashable, answer: HeldAnswer) -> None:
        if len(answer.body) > self.largest:
            return
        with self._lock:
            self._drop(key)
            self._held[key] = answer
            self.size += len(answer.body)
            while self.size > self.together or len(self._held) > self.most:
                self._drop(next(iter(self._held)))

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self.size = 0

    def _drop(self, key: Hashable) -> None:
        if (answer := self._held.pop(key, None)) is not None:
            self.size -= len(answer.body)

    def keep(self, key: Hashable, response: HttpResponseBase) -> None:
        """Hold a finished answer; not one that is sent bit by bit, since it is long."""
        if not response.streaming:
            self.put(key, HeldAnswer(dict(response.headers), compact(response.content)))
            response.in_coding = partial(self.in_coding, key, response.content)

    def answer(self, key: Hashable) -> HttpResponse | None:
        """The answer that is held."""
        if (held := self.get(key)) is None:
            return None
        response = HttpResponse(held.body, headers=held.headers)
        response.in_coding = partial(self.in_coding, key, held.body)
        return response

    def in_coding(self, key: Hashable, body: bytes, coding: str, code: Callable[[bytes], bytes]) -> bytes:
        """An answer's body as it is sent in a content coding ("br"), which is held beside it: it takes long to make."""
        held = self.get((key, coding))
        if held is None:
            self.put((key, coding), held := HeldAnswer({}, code(body)))
        return held.body


held_answers = HeldAnswers()
