"""The documents behind a page, numbered in the order in which the page first names them."""

from __future__ import annotations

from collections.abc import Iterator

from agreements.powers import Document
from jurisdictions.models import Source

FIRST = 2
"""ICE's list is number 1."""


class Sources:
    """Gives each document one number, however often it is named. Iterates over what was named."""

    def __init__(self):
        self.documents: dict[Document, int] = {}

    def number(self, source: Document | Source) -> int:
        if isinstance(source, Source):
            source = Document.of(source)
        return self.documents.setdefault(source, FIRST + len(self.documents))

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)
