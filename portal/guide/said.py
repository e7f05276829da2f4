"""The guide's records as a page says them: in the reader's language, counted, with numbered sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Prefetch
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from agreements.counted import counted
from agreements.localised import spanish_of
from agreements.models import EarlierAgreement, GlossaryTerm, GuideFact, ModelPower, TimelineEvent, Translation
from jurisdictions.models import DataVersion, Source

from .pages import Part

Record = GuideFact | ModelPower | TimelineEvent | GlossaryTerm


@dataclass(frozen=True, slots=True)
class Guide:
    """Every published record of the guide, each with its main source and its citations. Nobody changes them."""

    facts: Mapping[str, GuideFact]
    """By key; what is not confirmed too, which only the page of claims may say."""
    powers: tuple[ModelPower, ...]
    events: tuple[TimelineEvent, ...]
    terms: tuple[GlossaryTerm, ...]
    shown_by_year: Mapping[int, int]
    """Agencies with an agreement that documents show, by year, before and beside our own lists."""

    @classmethod
    def read(cls) -> Guide:
        """Nine queries."""

        def published(model: type) -> Iterable:
            cited = model._meta.get_field("citations").related_model.objects.select_related("source").order_by("pk")
            return (
                model.objects.published()
                .select_related("main_source")
                .prefetch_related(Prefetch("citations", cited, to_attr="cited"))
            )

        return cls(
            {fact.key: fact for fact in published(GuideFact)},
            tuple(published(ModelPower).order_by("place", "act")),
            tuple(sorted(published(TimelineEvent), key=lambda event: (event.when.first_day, event.key))),
            tuple(published(GlossaryTerm)),
            EarlierAgreement.objects.agencies_by_year(),
        )

    @classmethod
    def of(cls, version: DataVersion) -> Guide:
        """The records as of a version of the facts, held in memory; before the first load nothing is held."""
        if not version.number:
            return cls.read()
        return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at)


@lru_cache(maxsize=2)
def _held(database: str, number: int, changed_at: datetime) -> Guide:
    return Guide.read()


@dataclass(frozen=True, slots=True)
class Said:
    """A record on a page: its sentence, the numbers of its sources there, and what limits it."""

    record: Record
    sentence: SafeString
    sources: tuple[int, ...]
    doubt: SafeString

    @property
    def is_less_sure(self) -> bool:
        return self.record.confidence != "high"

    @property
    def is_of_a_law(self) -> bool:
        """Whether the page of ours that shows it is a law's; else it is a list."""
        return self.record.shown_by.startswith("/laws/")

    @property
    def is_study(self) -> bool:
        """What limits a study or a poll is no doubt about what it found."""
        return getattr(self.record, "section", "") == GuideFact.Section.RESEARCH


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a page with what it says."""

    id: str
    heading: str
    facts: tuple[Said, ...]


class Reading:
    """One page in the making: gives each document one number, in the order in which the page first names them."""

    def __init__(self, version: DataVersion):
        self.version = version
        self.guide = Guide.of(version)
        self.documents: dict[Source, int] = {}
        self.translations: set[str] = set()

    def chapters(self, parts: Iterable[Part]) -> list[Chapter]:
        """The parts with their facts. What is not published, or stands unconfirmed, is left out; so are empty parts."""
        found = [Chapter(part.id, str(part.heading), tuple(self.facts(part.facts))) for part in parts]
        return [chapter for chapter in found if chapter.facts]

    def facts(self, keys: Iterable[str]) -> Iterator[Said]:
        for key in keys:
            fact = self.guide.facts.get(key)
            if fact and fact.stands:
                yield self.said(fact)

    def said(self, record: Record, field: str = "sentence") -> Said:
        """A record with its sources, which get their numbers here."""
        self.translations.add(record.translation)
        sources = dict.fromkeys((record.main_source, *(citation.source for citation in record.cited)))
        return Said(
            record,
            self.text(record, field),
            tuple(self.number(source) for source in sources),
            self.text(record, "doubt"),
        )

    def text(self, record: Record, field: str) -> SafeString:
        """In the reader's language with its numbers counted; English where there is no Spanish, marked as English."""
        english = getattr(record, f"{field}_en")
        if get_language() == "en" or not english:
            return counted(english, self.version)
        if spanish := spanish_of(record, field):
            return counted(spanish, self.version)
        return format_html('<span lang="en">{}</span>', counted(english, self.version))

    def number(self, source: Source) -> int:
        return self.documents.setdefault(source, len(self.documents) + 1)

    @property
    def sources(self) -> list[Source]:
        """The documents that the page names, in the order of their numbers."""
        return list(self.documents)

    @property
    def is_machine_translated(self) -> bool:
        return Translation.MACHINE in self.translations
