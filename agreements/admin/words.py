"""Two texts side by side with the words that differ marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Words = list[str]


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts as HTML: what only the first has is in <del>, what only the second has in <ins>.

    Where one of them is empty nothing is marked: all of it is new, or all of it is gone.
    """
    one, other = _words(before), _words(after)
    if not (one and other):
        return format_html("{}", before), format_html("{}", after)
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return (
        _joined("del", ((kind == "equal", one[start:end]) for kind, start, end, _a, _b in steps)),
        _joined("ins", ((kind == "equal", other[start:end]) for kind, _a, _b, start, end in steps)),
    )


def _words(text: str) -> Words:
    """Words, the spaces and signs between them each on their own: an address differs in a part, not as a whole."""
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _joined(tag: str, parts: Iterable[tuple[bool, Words]]) -> SafeString:
    texts = ((same, "".join(words)) for same, words in parts)
    around = f"<{tag}>{{}}</{tag}>"
    return format_html_join("", "{}", ((text if same else format_html(around, text),) for same, text in texts))
