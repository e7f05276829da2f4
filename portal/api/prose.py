"""The texts of docs/ that the portal shows as pages, and sentences of the API's description: Markdown as HTML.

CommonMark and tables, read by markdown-it-py. HTML in a text stands as the signs that it is written with, pictures are
left out of it, and a link leads to an address of the portal, to another of these texts or to the web.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import count, pairwise
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token


class Text(NamedTuple):
    """A file of docs/, and what its page is called."""

    file: str
    title: Promise


TEXTS = {
    "walkthroughs": Text("api-walkthroughs.md", _("Walk-throughs: Python, curl, a spreadsheet")),
    "mirror": Text("mirror.md", _("A copy that stays exact")),
    "command-line": Text("command-line.md", _("The command-line client")),
    "webhooks": Text("webhooks.md", _("Webhooks")),
    "changes": Text("api-changes.md", _("Change log, and what may change")),
}
"""By the last part of their address, in the order in which a reader may want them."""
PAGES = {text.file: f"/api/v1/docs/{name}/" for name, text in TEXTS.items()}
NAMES = rf"(?P<name>{'|'.join(TEXTS)})"
"""The last part of their address, for patterns of addresses."""
SITE = "https://portal.example"
"""Stands in the texts for this portal."""

ADDRESS = re.compile(r"/(?!/)|#|https?://")
"""How an address begins that a page may lead to as it stands in its text."""


@cache
def text(name: str) -> str:
    return (settings.BASE_DIR / "docs" / TEXTS[name].file).read_text(encoding="utf-8")


@cache
def edition() -> str:
    """Names the texts as they stand: other words, another name."""
    return hashlib.blake2b("\0".join(map(text, TEXTS)).encode(), digest_size=8).hexdigest()


def as_html(name: str, site: str) -> SafeString:
    """The text with the portal's own address, which `site` names."""
    return mark_safe(_html(name).replace(SITE, escape(site)))  # markdown-it-py escapes all else


@cache
def _html(name: str) -> str:
    """The text as it stands: kept once, not for each name and port by which callers may know the portal."""
    return html(text(name))


def html(source: str) -> str:
    """A whole text: headings that can be linked to, tables that say what they are of and that scroll, code."""
    tokens = MARKDOWN.parse(source)
    name_headings(tokens)
    name_rows(tokens)
    return render(tokens)


def inline(words: str) -> SafeString:
    """A sentence or several, without blocks."""
    return mark_safe(render(MARKDOWN.parseInline(words)))


def render(tokens: list[Token]) -> str:
    for token in tokens:
        if token.children:
            token.children = [*followed(token.children)]
    return MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})


def name_headings(tokens: list[Token]) -> None:
    """Gives each heading an id that no other has, and each table the heading above it."""
    taken: set[str] = set()
    heading = Token("inline", "", 0)
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            heading = inside
            name = first = re.sub(r"[^a-z0-9]+", "-", in_words(heading).lower()).strip("-")
            numbers = count(2)
            while name in taken:
                name = f"{first}-{next(numbers)}"
            taken.add(name)
            token.attrSet("id", name)
        elif token.type == "table_open":
            token.meta["heading"] = heading


def name_rows(tokens: list[Token]) -> None:
    """A column's title names its column, the first cell of a row its row. Where a column stands is for style sheets."""
    for at, token in enumerate(tokens):
        if token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "tr_open" and tokens[at + 1].type == "td_open":
            cell, _inside, end = tokens[at + 1 : at + 4]
            cell.tag = end.tag = "th"
            cell.attrSet("scope", "row")
        token.attrs.pop("style", None)


def in_words(token: Token) -> str:
    """A line without its signs."""
    return MARKDOWN.renderer.renderInlineAsText(token.children, MARKDOWN.options, {})


def followed(tokens: list[Token]) -> Iterator[Token]:
    """The signs of a line; of a link that leads nowhere from a page, as to a file that comes with the code, the words.

    markdown-it-py lets no link stand within a link.
    """
    leads = True
    for token in tokens:
        if token.type == "link_open":
            address = target(str(token.attrs["href"]))
            leads = address is not None
            if address is not None:
                token.attrSet("href", address)
        if leads or token.type not in {"link_open", "link_close"}:
            yield token


def target(address: str) -> str | None:
    """Where a link of a text leads on its page; None where it leads nowhere."""
    file, sign, part = address.partition("#")
    if file in PAGES:
        return f"{PAGES[file]}{sign}{part}"
    return address if ADDRESS.match(address) else None


class Renderer(RendererHTML):
    """Code and tables can be wider than a phone: each scrolls by itself, with the keyboard too."""

    def fence(self, tokens, idx, options, env) -> str:
        code = escape(tokens[idx].content.rstrip())
        return f'<pre tabindex="0" role="group" aria-label="Code"><code>{code}</code></pre>\n'

    code_block = fence

    def table_open(self, tokens, idx, options, env) -> str:
        heading = tokens[idx].meta["heading"]
        named = f'class="scroll" tabindex="0" role="group" aria-label="{escape(in_words(heading))}"'
        return f"<div {named}><table><caption>{render([heading])}</caption>\n"

    def table_close(self, tokens, idx, options, env) -> str:
        return "</table></div>\n"


MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table").disable("image")
