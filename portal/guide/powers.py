"""The table of powers: the same act with no agreement and under each model, setting by setting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.localised import in_language
from agreements.models import ModelPower

from .said import Reading

COLUMNS = (ModelPower.Model.NONE, ModelPower.Model.WSO, ModelPower.Model.JEM, ModelPower.Model.TFM)
"""From the least to the most; the tribal version has no agreement on ICE's lists, so that a fact speaks of it."""

SETTINGS = {
    ModelPower.Setting.STREET: gettext_lazy("The same stop"),
    ModelPower.Setting.BOOKING: gettext_lazy("The same booking into jail"),
    ModelPower.Setting.JAIL: gettext_lazy("Held in jail"),
    ModelPower.Setting.RELEASE: gettext_lazy("The same release"),
    ModelPower.Setting.COURT: gettext_lazy("In court"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a model answers: a word, on what it depends, and the numbers of its sources. Empty where nobody says."""

    model: str
    word: str = ""
    note: str = ""
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    power: SafeString
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    setting: str
    title: str
    lines: tuple[Line, ...]


def word_of(power: ModelPower) -> str:
    """Yes, no or it depends; what no source settles is neither."""
    return str(power.get_allowed_display()) if power.is_settled else _("Not settled")


def table_of(reading: Reading) -> list[Group]:
    """Groups in the order of the settings, lines in that of the records."""
    shown = [power for power in reading.guide.powers if power.model in COLUMNS]
    groups = []
    for setting, title in SETTINGS.items():
        of_setting = [power for power in shown if power.setting == setting]
        lines = tuple(_line(reading, powers) for _act, powers in groupby(of_setting, key=lambda power: power.act))
        if lines:
            groups.append(Group(setting, str(title), lines))
    return groups


def _line(reading: Reading, powers: Iterable[ModelPower]) -> Line:
    by_model = {power.model: power for power in powers}
    first = next(iter(by_model.values()))
    cells = []
    for model in COLUMNS:
        power = by_model.get(model)
        if power is None:
            cells.append(Cell(model))
            continue
        said = reading.said(power, "note")
        cells.append(Cell(model, word_of(power), said.sentence, said.sources))
    return Line(in_language(first, "power"), tuple(cells))
