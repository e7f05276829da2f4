"""Pages as the site sends them, read once by each process: all checks of all kinds of page look at the same text."""

from dataclasses import dataclass
from functools import cache

import brotli
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from tests.pages.kinds import TYPED

TAKES_BROTLI = {"Accept-Encoding": "br"}


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer: its text, and the bytes that go over the line where the browser takes Brotli."""

    status: int
    text: str
    bytes: int
    headers: dict[str, str]


@cache
def sent(address: str) -> Sent:
    """The page at an address. Only for tests marked `facts`, whose database nobody changes."""
    with translation.override("en"):  # a client leaves the language of its last page behind
        return _read(Client().get(address, headers=TAKES_BROTLI))


@cache
def answered(kind: str, prefix: str) -> Sent:
    """What the field answers to a text of TYPED, under the prefix of a language."""
    with translation.override("en"):
        return _read(Client().post(f"{prefix}/find/", {"q": TYPED[kind]}, headers=TAKES_BROTLI))


def _read(response: HttpResponse) -> Sent:
    squeezed = response.content
    text = brotli.decompress(squeezed).decode()
    return Sent(response.status_code, text, len(squeezed), dict(response.headers))
