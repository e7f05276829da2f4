"""Hard words in the sentences of a page: the first mention of each leads to what it means, at the end of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from agreements.models import GlossaryTerm
from jurisdictions.models import DataVersion

from .said import Guide

TAG = re.compile(r"(<[^>]*>)")

# By the keys of the glossary: how sentences of laws, powers and policies write them. Apostrophes come escaped.
WORDS: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    key: {language: re.compile(pattern) for language, pattern in patterns.items()}
    for key, patterns in {
        "287g-agreement": {"en": r"\b287\(g\) agreements?\b", "es": r"\bacuerdos? 287\(g\)"},
        "detainer": {"en": r"\bdetainers?\b", "es": r"\b[Óó]rden(?:es)? de retención\b|\bdetainers?\b"},
        "judicial-warrant": {"en": r"\bjudicial warrants?\b", "es": r"\b[Óó]rden(?:es)? judicial(?:es)?\b"},
        "administrative-warrant": {
            "en": r"\badministrative warrants?\b|\bICE(?:'|&#x27;)s own warrants?\b",
            "es": r"\b[Óó]rden(?:es)? administrativas?\b|\b[Óó]rden(?:es)? de ICE\b",
        },
        "booking": {"en": r"\bbook(?:ed|ing)\b", "es": r"\bingresar en la cárcel\b|\bpersonas ingresadas\b"},
        "sanctuary-policy": {"en": r"\bsanctuary polic(?:y|ies)\b", "es": r"\bpolíticas? santuario\b"},
        "felony": {"en": r"\bfelon(?:y|ies)\b", "es": r"\bdelitos? graves?\b"},
        "custody": {"en": r"\bin custody\b", "es": r"\bbajo custodia\b"},
    }.items()
}


class Explained:
    """The words that a page has met so far. Before the first load of facts there is no glossary, and none is met."""

    def __init__(self, version: DataVersion, language: str):
        self.language = language
        self.terms = {term.key: term for term in Guide.of(version).terms} if version.number else {}
        self.met: list[GlossaryTerm] = []

    def text(self, sentence: str) -> SafeString:
        """The sentence with a link at the first mention on the page of each word; inside other links there is none."""
        parts, inside_a_link, language = [], False, self.language
        for part in TAG.split(conditional_escape(sentence)):
            if part.startswith("<"):
                inside_a_link = part.startswith("<a ") or (inside_a_link and part != "</a>")
                language = "en" if 'lang="en"' in part else self.language if part == "</span>" else language
            elif not inside_a_link:
                part = self._linked(part, language)
            parts.append(part)
        return mark_safe("".join(parts))

    def _linked(self, text: str, language: str) -> str:
        # From the last mention to the first, so that those before it stay where they were found.
        found = []
        for key, patterns in WORDS.items():
            if key in self.terms and (mention := patterns[language].search(text)):
                found.append((mention, key))
        found.sort(key=lambda each: each[0].start(), reverse=True)
        for mention, key in found:
            link = format_html('<a class="term" href="#w-{}">{}</a>', key, mark_safe(mention[0]))
            text = text[: mention.start()] + link + text[mention.end() :]
        self.met += [self.terms.pop(key) for _mention, key in reversed(found)]
        return text
