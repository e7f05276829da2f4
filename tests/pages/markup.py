"""What is wrong with the markup of a page: by the HTML standard, and for whoever has it read aloud."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser

REFERENCES = (
    "aria-activedescendant",
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-errormessage",
    "aria-labelledby",
    "aria-owns",
    "for",
    "form",
    "headers",
    "list",
)
"""Attributes that name other elements of the page by their ids."""
FIELDS = {"input", "select", "textarea"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
PRESSED = {"a", "button"}
# What may stand within a sentence, and the elements that hold nothing else.
BLOCKS = HEADINGS | {
    *("address", "article", "aside", "blockquote", "details", "dl", "div", "fieldset", "figure", "footer", "form"),
    *("header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"),
}
SENTENCES = (HEADINGS - {"h1"}) | {
    *("h1", "p", "pre", "abbr", "b", "bdi", "button", "cite", "code", "em", "i", "label", "legend", "q", "small"),
    *("span", "strong", "sub", "sup", "time"),
}
LISTS = {"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}}
OBSOLETE = {"acronym", "big", "center", "font", "marquee", "strike", "tt"}


def faults(text: str, language: str) -> list[str]:
    """Each fault as a short line; an empty list for a page that is in order. `language` is that of the page."""
    parser = HTMLParser(namespace_html_elements=False)
    page = parser.parse(text)
    found = [f"line {position[0]}: {code} {values or ''}".strip() for position, code, values in parser.errors]
    for check in (_language, _ids, _headings, _tables, _fields, _names, _nesting, _parts, _inline):
        found += check(page, language)
    return found


def _language(page: Element, language: str) -> Iterator[str]:
    if page.get("lang") != language:
        yield f"the page's lang is {page.get('lang')}"
    if not said(page.find("head/title")):
        yield "no title"
    for each in page.iter():
        if each.get("lang", "en") not in {"en", "es"}:
            yield f"lang={each.get('lang')}"


def _ids(page: Element, language: str) -> Iterator[str]:
    ids = Counter(each.get("id") for each in page.iter() if each.get("id") is not None)
    for name, times in ids.items():
        if times > 1:
            yield f"{times} elements with the id {name}"
        if not name or re.search(r"\s", name):
            yield f"the id '{name}' is no name"
    for each in page.iter():
        for attribute in REFERENCES:
            for name in each.get(attribute, "").split():
                if name not in ids:
                    yield f"{attribute} names {name}, which is not there"
        target = each.get("href", "")
        if target.startswith("#") and target[1:] not in ids:
            yield f"a link leads to {target}, which is not there"


def _headings(page: Element, language: str) -> Iterator[str]:
    levels = [int(each.tag[1]) for each in page.iter() if each.tag in HEADINGS]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"headings begin {levels[:3]}, with {levels.count(1)} of the first level"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"an h{after} comes after an h{before}"
    for each in page.iter():
        if each.tag in HEADINGS and not said(each):
            yield f"an empty {each.tag}"


def _tables(page: Element, language: str) -> Iterator[str]:
    for table in page.iter("table"):
        caption = table.find("caption")
        if caption is None or not said(caption):
            yield "a table without a caption"
        if not list(table.iter("th")):
            yield "a table without headings"
        for heading in table.iter("th"):
            if heading.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
                yield f"a table heading without scope: {said(heading)}"
        rows = [each for part in table.iter() if part.tag in {"thead", "tbody", "tfoot"} for each in part]
        widths = {sum(int(cell.get("colspan", 1)) for cell in row) for row in rows}
        if len(widths) > 1 and not any(cell.get("rowspan") for row in rows for cell in row):
            yield f"a table whose rows are {sorted(widths)} wide: {said(caption)}"


def _fields(page: Element, language: str) -> Iterator[str]:
    labelled = {each.get("for") for each in page.iter("label") if said(each)}
    within = {id(field) for label in page.iter("label") for field in label.iter() if field.tag in FIELDS}
    for field in page.iter():
        if field.tag not in FIELDS or field.get("type") in {"hidden", "submit"}:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby")
        if not (named or field.get("id") in labelled or id(field) in within):
            yield f"a field without a label: {field.get('name')}"
    for group in page.iter("fieldset"):
        if not len(group) or group[0].tag != "legend" or not said(group[0]):
            yield "a group of fields without a legend"


def _names(page: Element, language: str) -> Iterator[str]:
    inner = {id(part) for svg in page.iter() if local(svg) == "svg" for part in svg.iter() if part is not svg}
    for each in page.iter():
        tag = local(each)
        if tag in {"a", "button", "summary"} and not (said(each) or each.get("aria-label")):
            yield f"a {tag} that says nothing: {each.attrib}"
        if tag == "img" and each.get("alt") is None:
            yield f"a picture without words: {each.get('src')}"
        if tag == "svg" and id(each) not in inner and each.get("aria-hidden") != "true":
            title = next((part for part in each.iter() if local(part) == "title"), None)
            if not (each.get("aria-label") or each.get("aria-labelledby") or (title is not None and said(title))):
                yield "a drawing without a name"
        unheard = [part for part in each.iter() if local(part) in PRESSED | FIELDS and part.get("tabindex") != "-1"]
        if each.get("aria-hidden") == "true" and unheard:
            yield "something to press in what nobody hears"
    parts = list(page.iter("nav"))
    if len(parts) > 1 and not all(each.get("aria-label") or each.get("aria-labelledby") for each in parts):
        yield "several navigations, one of them without a name"


def _nesting(page: Element, language: str) -> Iterator[str]:
    for each in page.iter():
        tag = local(each)
        within = [local(part) for part in each.iter()][1:]
        if tag in PRESSED and (wrong := (PRESSED | FIELDS | {"label", "summary"}).intersection(within)):
            yield f"{sorted(wrong)} within a {tag}"
        if tag in SENTENCES and (wrong := BLOCKS.intersection(within)):
            yield f"{sorted(wrong)} within a {tag}: {said(each)[:60]}"
        if tag in LISTS and (wrong := {local(child) for child in each} - LISTS[tag]):
            yield f"{sorted(wrong)} directly in a {tag}"
        if tag in LISTS and not len(each):
            yield f"an empty {tag}"
        if tag == "details" and (not len(each) or each[0].tag != "summary"):
            yield "details without a summary"
        if tag in OBSOLETE:
            yield f"{tag} is out of use"


def _parts(page: Element, language: str) -> Iterator[str]:
    for tag in ("main", "title"):
        found = list(page.iter(tag))
        if len(found) != 1:
            yield f"{len(found)} {tag}"
    if page.get("class") is None and page.find("body/main") is None:
        yield "main stands in something else"


def _inline(page: Element, language: str) -> Iterator[str]:
    for each in page.iter():
        for attribute in each.attrib:
            if attribute == "style" or attribute.startswith("on"):
                yield f"{attribute} in a {local(each)}: the page's policy forbids it"
        if local(each) == "script" and each.get("type") != "application/ld+json" and (each.text or "").strip():
            yield "a script within the page: its policy forbids it"


def local(element: Element) -> str:
    """The name of an element without its namespace: drawings have one. "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def said(element: Element | None) -> str:
    """The words that are read aloud of an element."""
    if element is None or element.get("aria-hidden") == "true":
        return ""
    own = element.get("aria-label") or (element.get("alt", "") if local(element) == "img" else "")
    parts = [own or element.text or ""]
    for child in element:
        parts += [said(child), child.tail or ""]
    return " ".join("".join(parts).split())
