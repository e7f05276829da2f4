"""/guide/earlier/: agreements that others show for the years before our lists, apart from every other number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from agreements.caching import public_page
from agreements.models import EarlierAgreement
from agreements.tables import csv_response
from agreements.views.listing import asked_format
from jurisdictions.models import Agency, Jurisdiction
from jurisdictions.names import fold

COLUMNS = (
    "key",
    "state",
    "agency",
    "agency_kind",
    "counties",
    "model",
    "signed",
    "shown_from",
    "shown_to",
    "ended_on",
    "ended_how",
    "named_in",
    "document",
    "confidence",
    "note",
)


@dataclass(frozen=True, slots=True)
class InYear:
    """What documents show on some day of a year. An agency with two agreements counts once."""

    year: int
    agencies: int
    models: list[int]


@dataclass(frozen=True, slots=True)
class InState:
    """What is known of a state: agencies, and the first and the last day that a document shows one of them."""

    area: Jurisdiction
    agencies: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Line:
    """An earlier agreement with today's counties; `agency` is that which ICE's lists print under the same name."""

    record: EarlierAgreement
    counties: list[Jurisdiction]
    agency: Agency | None


@public_page("state", "format")
def earlier(request: HttpRequest) -> HttpResponseBase:
    """Years and states; with `?state=FL` what is known of one, with `?format=csv` all of it as a file."""
    records = list(EarlierAgreement.objects.for_listing())
    asked = request.known_parameters.get("state", "").upper()
    chosen = [record for record in records if record.state.usps == asked] if asked else records
    if asked_format(request) and chosen:
        return csv_response("earlier-agreements", COLUMNS, map(csv_row, chosen))
    context = {
        "models": EarlierAgreement.Model.labels,
        "years": list(by_year(records)),
        "states": list(by_state(records)),
        "count": len(records),
        "source": records[0].source if records else None,
        "refusal": "" if chosen or not asked else _("We know of no earlier agreement in a state of this abbreviation."),
    }
    if asked and chosen:
        context |= {"area": chosen[0].state, "lines": lines_of(chosen)}
    return render(request, "guide/earlier.html", context, status=400 if context["refusal"] else 200)


def by_year(records: Iterable[EarlierAgreement]) -> Iterator[InYear]:
    """Every year from the first to the last that some document shows."""
    records = list(records)
    if not records:
        return
    first = min(record.attested_from.year for record in records)
    last = max(record.attested_to.year for record in records)
    for year in range(first, last + 1):
        shown = [record for record in records if record.attested_from.year <= year <= record.attested_to.year]
        models = Counter(record.program_model for record in shown)
        agencies = {(record.state_id, record.agency_name) for record in shown}
        yield InYear(year, len(agencies), [models[model] for model in EarlierAgreement.Model.values])


def by_state(records: Iterable[EarlierAgreement]) -> Iterator[InState]:
    found: dict[Jurisdiction, list[EarlierAgreement]] = {}
    for record in records:
        found.setdefault(record.state, []).append(record)
    for area, those in found.items():
        agencies = {record.agency_name for record in those}
        first, last = min(each.attested_from for each in those), max(each.attested_to for each in those)
        yield InState(area, len(agencies), first, last)


def lines_of(records: list[EarlierAgreement]) -> list[Line]:
    """The records of one state. A record is led to an agency only where ICE's lists print that very name there."""
    counties = Jurisdiction.objects.in_bulk({geoid for record in records for geoid in record.counties})
    named: dict[str, set[Agency]] = {}
    for agency in Agency.objects.filter(state=records[0].state).prefetch_related("aliases"):
        for name in {agency.name, *(alias.name for alias in agency.aliases.all())}:
            named.setdefault(fold(name), set()).add(agency)
    return [
        Line(
            record,
            [counties[geoid] for geoid in record.counties if geoid in counties],
            next(iter(those)) if len(those := named.get(fold(record.agency_name), set())) == 1 else None,
        )
        for record in records
    ]


def csv_row(record: EarlierAgreement) -> tuple:
    return (
        record.key,
        record.state.usps,
        record.agency_name,
        record.agency_kind,
        ";".join(record.counties),
        record.program_model,
        ";".join(record.signed_on),
        record.attested_from.isoformat(),
        record.attested_to.isoformat(),
        record.ended_on.isoformat() if record.ended_on else "",
        record.ended_how,
        record.named_in,
        record.document_url,
        record.confidence,
        record.note,
    )
