"""What each program model lets trained officers do, as pages of places, agencies and agreements tell it.

The sentences are records of the guide (`ModelPower`), each with the document that says so. Every power is a ceiling:
an agreement says what officers may do, not what each of them does; state law may forbid it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Prefetch
from django.utils.safestring import SafeString

from jurisdictions.models import DataVersion, Source

from .localised import in_language
from .models import ModelPower, PowerCitation

Moment = ModelPower.Moment
MOMENTS = {moment: moment.label for moment in Moment}

OF_A_SENTENCE = "sentence"
"""The field of a citation that proves what pages tell, where the main source proves the yes or no."""


@dataclass(frozen=True, slots=True)
class Document:
    """A public document, its publisher, and the day it was read."""

    title: str
    publisher: str
    url: str
    read_on: date

    @classmethod
    def of(cls, source: Source) -> Document:
        return cls(source.title, source.publisher, source.url, source.retrieved_on)


@dataclass(frozen=True, slots=True)
class Power:
    """`model` is empty for what happens with or without an agreement."""

    model: str
    moment: str
    record: ModelPower
    source: Document

    @property
    def sentence(self) -> SafeString:
        """In the reader's language, ready for HTML."""
        return in_language(self.record, "sentence")


Powers = tuple[Power, ...]


def read_powers() -> Powers:
    """Every power that is told, in the order of the guide's table. Two queries."""
    cited = PowerCitation.objects.filter(field=OF_A_SENTENCE).select_related("source").order_by("pk")
    told = (
        ModelPower.objects.told()
        .select_related("main_source")
        .prefetch_related(Prefetch("citations", cited, to_attr="of_the_sentence"))
        .order_by("place", "act", "model")
    )
    return tuple(
        Power(
            "" if record.model == ModelPower.Model.NONE else record.model,
            record.told_at,
            record,
            Document.of(record.of_the_sentence[0].source if record.of_the_sentence else record.main_source),
        )
        for record in told
    )


def powers_of(version: DataVersion, *models: str) -> list[Power]:
    """What officers under these models may do, as of a version of the facts; "" adds what happens anywhere."""
    return among(held_powers(version), models)


def among(powers: Powers, models: Iterable[str]) -> list[Power]:
    """Those of these models."""
    wanted = set(models)
    return [power for power in powers if power.model in wanted]


def held_powers(version: DataVersion) -> Powers:
    """The powers as of a version of the facts, held in memory; before the first load nothing is held."""
    if not version.number:
        return read_powers()
    return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at)


@lru_cache(maxsize=2)
def _held(database: str, number: int, changed_at: datetime) -> Powers:
    return read_powers()
