"""A page of a place or state taken apart: what each of its sections states, and where its links lead."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "line", "link", "meta", "path", "source", "wbr"})
LINES = frozenset(
    {"p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "caption", "summary", "div", "section", "tr", "figure"}
)
"""Elements that begin a statement of their own."""
APART = frozenset({"b", "br", "small"})
NO_STATEMENT = frozenset({"head", "nav", "header", "footer", "script", "style", "thead", "sup", "form", "svg"})
NO_STATEMENT_CLASS = frozenset({"tools", "wrong", "m", "l", "cite"})
"""Links to other forms of the page, marks for eyes only, ways to report a mistake, how to cite."""


@dataclass
class Section:
    """A part of a page: its statements, one for each block of text, and the addresses of its links."""

    statements: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.statements)


class Page(HTMLParser):
    """Sections by the id of their heading; "answer" is the answer itself, "" what stands in no section."""

    def __init__(self, markup: str):
        super().__init__()
        self.sections: dict[str, Section] = defaultdict(Section)
        self.open: list[tuple[str, bool, str]] = []  # element, whether it states something, its section
        self.words: list[str] = []
        self.feed(markup)
        self.finish()

    @property
    def states(self) -> bool:
        return all(states for _tag, states, _section in self.open) and any(tag == "main" for tag, *_ in self.open)

    @property
    def section(self) -> str:
        return self.open[-1][2] if self.open else ""

    def handle_starttag(self, tag, attrs):
        if tag in APART:
            self.words.append(" ")
        if tag in VOID:
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        if tag in LINES:
            self.finish()
        section = self.section
        if tag == "section":
            section = "answer" if "answer" in classes else given.get("aria-labelledby", "")
        states = tag not in NO_STATEMENT and not classes & NO_STATEMENT_CLASS
        self.open.append((tag, states, section))
        if tag == "a" and any(each == "main" for each, *_ in self.open):
            self.sections[section].links.append(given["href"])

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if tag in LINES:
            self.finish()
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.states:
            self.words.append(data)

    def finish(self):
        if said := one_line("".join(self.words)):
            self.sections[self.section].statements.append(said)
        self.words = []


def one_line(text: str) -> str:
    return " ".join(text.split())


def unexplained(statement: str, phrases: Iterable[str]) -> str:
    """What is left of a statement without these phrases and the signs between them.

    Each phrase counts where it stands as whole words; the longest goes first, so that no short one breaks it.
    """
    rest = statement
    for phrase in sorted(phrases, key=len, reverse=True):
        if phrase in rest:
            rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", rest)
    return one_line(re.sub(r"[\s.,;:·()“”/–-]+", " ", rest))
