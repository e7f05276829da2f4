"""/glossary/: the words of the field, in the order of the reader's alphabet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from agreements.caching import public_page
from agreements.localised import spanish_of
from agreements.models import GlossaryTerm
from jurisdictions.names import fold
from portal.guide import Reading, Said


@dataclass(frozen=True, slots=True)
class Entry:
    """A term with its meaning; `other` is the same term in the other language, "" where it has none."""

    key: str
    term: str
    is_english: bool
    other: str
    said: Said

    @property
    def initial(self) -> str:
        """The letter that it is found under; a term that begins with a number is found under "#"."""
        first = fold(self.term)[:1].upper()
        return first if first.isalpha() else "#"


@public_page()
def glossary(request: HttpRequest) -> HttpResponse:
    """Every published term by its letter."""
    reading = Reading(request.data_version)
    terms = sorted(reading.guide.terms, key=lambda term: fold(own_and_other(term)[0]))
    entries = [entry_of(term, reading) for term in terms]
    letters = [(letter, list(those)) for letter, those in groupby(entries, key=lambda each: each.initial)]
    return render(request, "guide/glossary.html", {"letters": letters, "reading": reading, "count": len(entries)})


def own_and_other(term: GlossaryTerm) -> tuple[str, str]:
    """The term in the reader's language, in English where there is no Spanish that is up to date; and in the other."""
    spanish = spanish_of(term, "term")
    return (term.term_en, spanish) if get_language() == "en" or not spanish else (spanish, term.term_en)


def entry_of(term: GlossaryTerm, reading: Reading) -> Entry:
    own, other = own_and_other(term)
    return Entry(term.key, own, own == term.term_en, other, reading.said(term, "definition"))
