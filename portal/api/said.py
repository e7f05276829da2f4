"""How an answer is told as data: each sentence in English and in Spanish, each fact with its documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import override

from agreements.api.serializers import list_source
from agreements.lists import Lists
from agreements.localised import spanish_of
from agreements.models import ListKind, Snapshot
from agreements.powers import Document
from jurisdictions.api.serializers import source
from jurisdictions.models import Agency, Jurisdiction, Source
from portal.answers import Sources
from portal.telling import plain

IN_ENGLISH_ONLY = '<span lang="en">'
"""How a page marks a text that has no Spanish, or whose Spanish is behind."""


class Said(str):
    """What is said in the language that is active."""

    __slots__ = ()

    @classmethod
    def of(cls, markup: Any) -> Said:
        """A sentence as a page has it, without its markup; nothing of what a Spanish page shows in English."""
        text = str(markup)
        return cls("" if text.startswith(IN_ENGLISH_ONLY) else plain(text))


def said_of_record(record: Any, field: str, language: str) -> Said:
    """`summary`, `statement` or `doubt` of a record as its editors wrote it; "" where no Spanish says the same."""
    return Said(getattr(record, f"{field}_en") if language == "en" else spanish_of(record, field))


def in_both_languages(tell: Callable[[str], Any]) -> Any:
    """What `tell` makes for each language ("en", "es"), as one: whatever was `Said` becomes {"en": …, "es": …}."""
    with override("en"):
        english = tell("en")
    with override("es"):
        spanish = tell("es")
    return _joined(english, spanish)


def _joined(english: Any, spanish: Any) -> Any:
    if isinstance(english, Said):
        return {"en": str(english), "es": str(spanish)}
    if isinstance(english, dict):
        return {name: _joined(value, spanish[name]) for name, value in english.items()}
    if isinstance(english, list):
        return [_joined(*each) for each in zip(english, spanish, strict=True)]
    return english


class Telling:
    """What the telling of one answer in one language needs: the language, addresses, and the documents it names."""

    def __init__(self, request: HttpRequest, lists: Lists, language: str, held: HeldLists):
        self.absolute = request.build_absolute_uri
        self.lists = lists
        self.language = language
        self.held = held
        self.documents = Sources()
        """Those that the page numbers, in its order."""

    def cited(self, documents: Iterable[Document | Source]) -> list[dict[str, Any]]:
        """Documents that the page numbers where it says this."""
        documents = list(documents)
        for document in documents:
            self.documents.number(document)
        return shown(documents)

    def of_record(self, record: Any, field: str) -> Said:
        return said_of_record(record, field, self.language)


class HeldLists:
    """ICE's lists that speak for the day, as sources. A query for each kind, when first asked."""

    def __init__(self, lists: Lists):
        self.lists = lists
        self._held: dict[str, list[dict]] = {}

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The newest list of the kind, or nothing where none is held."""
        if kind not in self._held:
            snapshots = Snapshot.objects.filter(kind=kind).defer("rows", "columns")
            snapshot = snapshots.newest_on(self.lists.day)
            self._held[kind] = [list_source(snapshot)] if snapshot else []
        return self._held[kind]

    @property
    def participating(self) -> list[dict[str, Any]]:
        return self.of(ListKind.PARTICIPATING)


def shown(documents: Iterable[Document | Source]) -> list[dict[str, Any]]:
    """Each document once, as SourceRecord shows it."""
    found = dict.fromkeys(Document.of(each) if isinstance(each, Source) else each for each in documents)
    return [source(each.title, each.publisher, url=each.url or None, retrieved_on=each.read_on) for each in found]


def agency_record(agency: Agency) -> dict[str, Any]:
    """As AgencyBrief shows it; with its state at hand."""
    return {
        "id": agency.public_id,
        "name": agency.name,
        "kind": agency.kind,
        "state": agency.state.usps,
        "placement": agency.placement,
    }


def area_record(area: Jurisdiction) -> dict[str, Any]:
    return {"geoid": area.pk, "kind": area.kind, "name": area.name, "title": Said(area.full_name)}
