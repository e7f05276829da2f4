"""The texts of docs/ that the portal shows as pages: the few signs of Markdown that they use, as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

TEXTS = {"changes": "api-changes.md", "walkthroughs": "api-walkthroughs.md", "mirror": "mirror.md"}
"""By the last part of their address."""
PAGES = {file: f"/api/v1/docs/{name}/" for name, file in TEXTS.items()}
SITE = "https://portal.example"
"""Stands in the texts for this portal."""

BLOCK = re.compile(
    r"^(?P<heading>#{1,4}) (?P<title>[^\n]+)$"
    r"|^```(?P<language>\w*)\n(?P<code>.*?)^```$"
    r"|(?P<table>(?:^\|[^\n]*\n?)+)"
    r"|(?P<list>(?:^(?:- |  )[^\n]*\n?)+)"
    r"|(?P<words>(?:^[^\n]+\n?)+)",
    re.M | re.S,
)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@cache
def text(name: str) -> str:
    return (settings.BASE_DIR / "docs" / TEXTS[name]).read_text(encoding="utf-8")


def blocks_of_code(name: str, language: str) -> list[str]:
    """What the text gives to be run."""
    return [found["code"] for found in BLOCK.finditer(text(name)) if found["language"] == language]


def as_html(name: str, site: str) -> SafeString:
    """The text with the portal's own address, which `site` names."""
    return mark_safe(_html(name).replace(SITE, escape(site)))  # every word has gone through escape


@cache
def _html(name: str) -> str:
    """The text as it stands: kept once, not for each name and port by which callers may know the portal."""
    return "\n".join(blocks(text(name)))


def blocks(source: str) -> Iterator[str]:
    heading = ""
    for found in BLOCK.finditer(source):
        if found["heading"]:
            heading = found["title"]
            level = len(found["heading"])
            yield f'<h{level} id="{anchor(found["title"])}">{inline(found["title"])}</h{level}>'
        elif found["code"] is not None:
            code = escape(found["code"].rstrip())
            yield f'<pre tabindex="0" role="group" aria-label="Code"><code>{code}</code></pre>'
        elif found["table"]:
            yield table(found["table"], heading)
        elif found["list"]:
            items = re.split(r"^- ", found["list"], flags=re.M)[1:]
            yield "<ul>" + "".join(f"<li>{inline(' '.join(each.split()))}</li>" for each in items) + "</ul>"
        else:
            yield f"<p>{inline(' '.join(found['words'].split()))}</p>"


def table(source: str, caption: str) -> str:
    titles, _rule, *rows = (
        [inline(cell.strip()) for cell in line.strip("|").split("|")] for line in source.splitlines()
    )
    headings = "".join(f'<th scope="col">{cell}</th>' for cell in titles)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in rows
    )
    head = f"<caption>{inline(caption)}</caption><thead><tr>{headings}</tr></thead>"
    named = f'class="scroll" tabindex="0" role="group" aria-label="{escape(caption)}"'
    return f"<div {named}><table>{head}<tbody>{body}</tbody></table></div>"


def inline(words: str) -> str:
    marked = CODE.sub(r"<code>\1</code>", escape(words))
    return LINK.sub(link, marked)


def link(found: re.Match) -> str:
    """A link to an address or to a text that is a page too. Others of docs/ come with the code only: their words."""
    words, target = found[1], found[2]
    if target in PAGES:
        target = PAGES[target]
    elif not target.startswith(("/", "#", "https://", "http://")):
        return words
    return f'<a href="{target}">{words}</a>'


def anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
