"""Numbers that our own records give: counted when a page is made, and linked to the list that was counted.

A text holds a unit and the parameters of a list, `{agreements?status=listed&as_of=2026-05-18}`, as they stand in the
list's address. The page prints the number, and the number leads to that list.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection, models
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jurisdictions.models import Agency, DataVersion

from .filters import AgencyFilter, AgreementFilter, LawFilter, Parameters
from .models import Agreement, Listing, ListKind, Snapshot, StateLaw, Status

logger = logging.getLogger(__name__)

NOT_COUNTED = "…"
COUNT = re.compile(r"\{(\w+)\?([^{}]*)\}")
Value = int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted: the list by its address's name, its filters, and what is made of the rows that they leave."""

    page: str
    filters: type[Parameters]
    rows: Callable[[], models.QuerySet]
    value: Callable[[models.QuerySet, Parameters], Value]


def _distinct(path: str) -> Callable:
    return lambda rows, _asked: rows.order_by().values(path).distinct().count()


def _share(rows: models.QuerySet, asked: Parameters) -> int:
    """Percent of what the same list holds without its `state`, rounded."""
    whole = asked.known_parameters
    whole.pop("state")
    of_all = AgreementFilter(whole, Agreement.objects.all()).qs.count()
    return round(100 * rows.count() / of_all) if of_all else 0


def _printed(_rows: models.QuerySet, asked: Parameters) -> int:
    """Rows of the newest list of the day as ICE prints them: an agreement printed twice counts twice."""
    said = asked.form.cleaned_data
    kind = ListKind.PENDING if said["status"] == Status.PENDING else ListKind.PARTICIPATING
    snapshot = Snapshot.objects.filter(kind=kind).newest_on(asked.day)
    if snapshot is None:
        return 0
    wanted = {"program_model": said["model"], "state": said["state"]}
    listings = Listing.objects.on(snapshot).filter(**{name: value for name, value in wanted.items() if value})
    shown = set(listings.values_list("pk", flat=True))
    return sum(listing in shown for _number, listing in snapshot.rows)


def _laws(effect: str) -> Callable[[], models.QuerySet]:
    return lambda: StateLaw.objects.filter(effect_on_287g__startswith=effect)


def _names(rows: models.QuerySet, _asked: Parameters) -> tuple[str, ...]:
    return tuple(rows.order_by("jurisdiction__name").values_list("jurisdiction__name", flat=True).distinct())


_AGREEMENTS = ("agreements", AgreementFilter, Agreement.objects.all)
_BANNING = ("laws", LawFilter, _laws(StateLaw.EffectOn287g.BANNED))
_REQUIRING = ("laws", LawFilter, _laws("required"))

UNITS: Mapping[str, Unit] = {
    "agreements": Unit(*_AGREEMENTS, lambda rows, _asked: rows.count()),
    "agencies": Unit("agencies", AgencyFilter, Agency.objects.all, lambda rows, _asked: rows.count()),
    "states": Unit(*_AGREEMENTS, _distinct("agency__state")),
    "share": Unit(*_AGREEMENTS, _share),
    "rows": Unit(*_AGREEMENTS, _printed),
    "banning_states": Unit(*_BANNING, _distinct("jurisdiction")),
    "banning_states_named": Unit(*_BANNING, _names),
    "requiring_states": Unit(*_REQUIRING, _distinct("jurisdiction")),
    "requiring_states_named": Unit(*_REQUIRING, _names),
}
"""Of laws only those count whose record says that agreements are banned, or required of sheriffs or of all."""


def counted(text: str, version: DataVersion) -> SafeString:
    """The text as HTML, with each number counted in this version of the facts and linked to what was counted."""
    parts, end = [], 0
    for found in COUNT.finditer(text):
        unit, query = found.groups()
        parts += [conditional_escape(text[end : found.start()]), _linked(unit, query, version)]
        end = found.end()
    return mark_safe("".join([*parts, conditional_escape(text[end:])]))  # each part is escaped


def _linked(unit: str, query: str, version: DataVersion) -> str:
    try:
        value = value_of(unit, query, version)
    except (KeyError, ValueError):
        # No editor can save such a text; if a list has lost a parameter since, the page says less rather than nothing.
        logger.exception("A text of the guide counts {%s?%s}, which cannot be counted.", unit, query)
        return NOT_COUNTED
    address = f"{reverse(UNITS[unit].page)}?{QueryDict(query).urlencode()}"
    return format_html('<a href="{}">{}</a>', address, _said(unit, value))


def _said(unit: str, value: Value) -> str:
    if isinstance(value, tuple):
        if len(value) < 2:
            return "".join(value)
        return _("%(some)s and %(last)s") % {"some": ", ".join(value[:-1]), "last": value[-1]}
    number = f"{value:,}"  # as the United States write it, in Spanish too
    return f"{number}%" if unit == "share" else number


def value_of(unit: str, query: str, version: DataVersion) -> Value:
    """What is counted. KeyError for a unit, ValueError for parameters, that an editor's text may not have."""
    if not version.number:
        return _count(unit, query)
    return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at, unit, query)


@lru_cache(maxsize=256)
def _held(database: str, number: int, changed_at: datetime, unit: str, query: str) -> Value:
    return _count(unit, query)


def _count(unit: str, query: str) -> Value:
    asked = UNITS[unit].filters(QueryDict(query), UNITS[unit].rows())
    if not asked.is_valid():
        raise ValueError(str(asked.sentences))
    return UNITS[unit].value(asked.qs, asked)


def refusals(text: str) -> list[str]:
    """What is wrong with the counts in a text, in sentences for its editor."""
    found = []
    if any(sign in COUNT.sub("", text) for sign in "{}"):
        found.append("A count is written {agreements?status=listed&as_of=2026-05-18}: a unit, ?, and the list's query.")
    for unit, query in COUNT.findall(text):
        if unit not in UNITS:
            found.append(f"“{unit}” is not counted. The units are {', '.join(UNITS)}.")
            continue
        asked = UNITS[unit].filters(QueryDict(query), UNITS[unit].rows())
        if unknown := asked.unknown_parameters():
            found.append(f"The list has no parameter {', '.join(unknown)}.")
        found += [f"{name}: {each}" for name, sentences in asked.sentences.items() for each in sentences]
        if "as_of" not in asked.data:
            found.append("Say of which day with as_of: a fact is of a day, and today's number is another tomorrow.")
        if unit == "share" and "state" not in asked.data:
            found.append("A share is a state's: say which with state=FL.")
    return found


def same_counts(one: str, other: str) -> bool:
    """Whether two texts count the same, in whatever order: a translation counts what the English does."""
    return sorted(COUNT.findall(one)) == sorted(COUNT.findall(other))
