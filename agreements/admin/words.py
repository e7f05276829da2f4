"""Two texts side by side with the words that differ marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Words = list[str]
Part = tuple[bool, str]
"""Whether both texts have it, and its text."""


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts as HTML: what only the first has is in <del>, what only the second has in <ins>.

    Where one of them is empty nothing is marked: all of it is new, or all of it is gone.
    """
    one, other = _words(before), _words(after)
    if not (one and other):
        return format_html("{}", before), format_html("{}", after)
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    same = [kind == "equal" for kind, *_places in steps]
    for place, (_kind, start, end, _a, _b) in enumerate(steps):
        # A space between two words that differ belongs to them.
        if same[place] and not "".join(one[start:end]).strip() and 0 < place < len(steps) - 1:
            same[place] = False
    return (
        _joined("del", zip(same, (_text(one, start, end) for _kind, start, end, _a, _b in steps), strict=True)),
        _joined("ins", zip(same, (_text(other, start, end) for _kind, _a, _b, start, end in steps), strict=True)),
    )


def _words(text: str) -> Words:
    """Words, and the spaces and signs between them each on their own: an address differs in a part, not as a whole."""
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _text(words: Words, start: int, end: int) -> str:
    return "".join(words[start:end])


def _joined(tag: str, parts: Iterable[Part]) -> SafeString:
    around = f"<{tag}>{{}}</{tag}>"
    runs = ((same, "".join(text for _same, text in run)) for same, run in groupby(parts, key=lambda part: part[0]))
    return format_html_join("", "{}", ((text if same else format_html(around, text),) for same, text in runs if text))


MOST_DIGITS = 19  # of an id: with one more it is past what a column holds


def id_typed(text: str) -> str:
    """The id of a record as a form sends it; "" for what is none, or is none that a table could have."""
    return text if text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS else ""
