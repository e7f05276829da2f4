"""The pages of agencies and agreements: lists that can be narrowed and taken away, and a page for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from jurisdictions.models import Agency, AgencyFormerId

from ..caching import public_page
from ..filters import AgencyFilter, AgreementFilter, asked_day
from ..lists import Lists
from ..models import Agreement, AgreementFormerId, EarlierAgreement, Listing, Standing, Status
from ..powers import MOMENTS, powers_of
from ..programs import PLAIN_NAMES
from ..sentences import about
from ..tables import csv_response
from .listing import ROWS_AT_ONCE, List, all_states, asked_format, list_context

# -- Lists ----------------------------------------------------------------------------------------------------------

AGREEMENT_PARAMETERS = (*AgreementFilter.base_filters, "page", "format")
AGENCY_PARAMETERS = (*AgencyFilter.base_filters, "page", "format")


@public_page(*AGREEMENT_PARAMETERS)
def agreement_list(request: HttpRequest) -> HttpResponseBase:
    """The searchable table of 287(g) agreements: /agreements/?state=FL&model=TFM."""
    found = List(request, AgreementFilter(request.known_parameters, Agreement.objects.for_listing()))
    if asked_format(request) and found.is_valid:
        return csv_response("agreements", AGREEMENT_COLUMNS, agreement_rows(request, found))
    return render(request, "agreements/agreement_list.html", {**choices(), **list_context(found)}, status=found.status)


AGREEMENT_COLUMNS = (
    "state", "agency", "agency_kind", "program_model", "status", "status_since", "signed_on", "first_listed_on",
    "last_listed_on", "moa_url", "addendum_url", "agency_id", "agreement_id", "as_of", "page",
)  # fmt: skip


def agreement_rows(request: HttpRequest, found: List) -> Iterator[tuple]:
    for agreement in found.rows.iterator(chunk_size=ROWS_AT_ONCE):
        agency = agreement.agency
        yield (
            agency.state.usps, agency.name, agency.kind, agreement.program_model, agreement.status,
            agreement.status_since, agreement.signed_on, agreement.first_listed_on, agreement.last_listed_on,
            agreement.moa_url, agreement.addendum_url, agency.public_id, agreement.public_id, found.filterset.day,
            request.build_absolute_uri(agreement.get_absolute_url()),
        )  # fmt: skip


@public_page(*AGENCY_PARAMETERS)
def agency_list(request: HttpRequest) -> HttpResponseBase:
    """The searchable table of agencies: /agencies/?state=FL&kind=campus."""
    filterset = AgencyFilter(request.known_parameters, Agency.objects.all())
    agreements = Agreement.objects.on(filterset.day).order_by("program_model")
    filterset.queryset = (
        filterset.queryset.select_related("state")
        .prefetch_related(Prefetch("agreements", agreements, to_attr="on_the_day"), "coverages__jurisdiction__state")
        .order_by("state__name", "name", "public_id")
    )
    found = List(request, filterset)
    if asked_format(request) and found.is_valid:
        return csv_response("agencies", AGENCY_COLUMNS, agency_rows(request, found))
    return render(request, "agreements/agency_list.html", {**choices(), **list_context(found)}, status=found.status)


AGENCY_COLUMNS = ("state", "agency", "kind", "placement", "covers", "agreements", "agency_id", "as_of", "page")


def agency_rows(request: HttpRequest, found: List) -> Iterator[tuple]:
    for agency in found.rows.iterator(chunk_size=ROWS_AT_ONCE):
        yield (
            agency.state.usps, agency.name, agency.kind, agency.placement,
            " ".join(coverage.jurisdiction_id for coverage in agency.coverages.all()),
            " ".join(f"{each.program_model}:{each.status}" for each in agency.on_the_day),
            agency.public_id, found.filterset.day, request.build_absolute_uri(agency.get_absolute_url()),
        )  # fmt: skip


def choices() -> dict:
    """What the forms of both lists offer."""
    return {
        "states": all_states(),
        "models": list(PLAIN_NAMES),
        "statuses": Status.choices,
        "kinds": Agency.Kind.choices,
    }


CHANGES_SHOWN = 12
"""The newest ones on an agency's page; the page of changes has them all."""


# -- One agency, one agreement --------------------------------------------------------------------------------------


@public_page("as_of")
def agency(request: HttpRequest, public_id: str, slug: str = "") -> HttpResponse:
    """An agency: its agreements on the day, what each lets officers do, history, spellings, each fact's origin."""
    found = Agency.objects.select_related("state", "printed_county__state").filter(public_id=public_id)
    agency = found.first()
    if agency is None:
        former = get_object_or_404(AgencyFormerId.objects.select_related("agency"), public_id=public_id)
        return moved(request, "agency", former.agency) if former.agency else gone(request)
    if slug != agency.slug:
        return moved(request, "agency", agency)
    day, refusal = asked_day(request.known_parameters)
    lists = Lists.on(day)
    agreements = list(Agreement.objects.on(day).filter(agency=agency).select_related("ended_source"))
    agreements.sort(
        key=lambda each: list(PLAIN_NAMES).index(each.program_model) if each.program_model in PLAIN_NAMES else 9
    )
    for each in agreements:
        each.agency = agency
    listed = [each for each in agreements if each.status == Status.LISTED]
    stretches = stretches_of(agreements, lists)
    for each in agreements:
        each.sentence = about(each, lists, has_another_listed=bool(listed) and each not in listed)
        each.stretches = stretches[each.pk]
    powers = powers_of(request.data_version, *(each.program_model for each in listed))
    context = {
        "agency": agency,
        "lists": lists,
        "refusal": refusal,
        "agreements": agreements,
        "listed": listed,
        "powers": [(title, [power for power in powers if power.moment == moment]) for moment, title in MOMENTS.items()],
        "sources": list(dict.fromkeys(power.source for power in powers)),
        "coverages": agency.coverages.select_related("jurisdiction__state", "source").order_by("jurisdiction__name"),
        "earlier": EarlierAgreement.objects.filter(attested_from__lt=lists.first or day).printed_as(agency),
        "spellings": agency.aliases.filter(first_printed_on__lte=day).order_by("-last_printed_on", "name"),
        "changes": agency.changes.filter(seen_on__lte=day).for_listing().newest_first()[:CHANGES_SHOWN],
    }
    return render(request, "agreements/agency.html", context, status=400 if refusal else 200)


def moved(request: HttpRequest, view: str, record: Agency | Agreement) -> HttpResponse:
    """A record has one address; what once led to it still does."""
    address = (
        reverse("agency", args=[record.public_id, record.slug])
        if isinstance(record, Agency)
        else reverse("agreement", args=[record.public_id])
    )
    asked = request.known_parameters.urlencode()
    return HttpResponsePermanentRedirect(f"{address}?{asked}" if asked else address)


def gone(request: HttpRequest) -> HttpResponse:
    """410: an id that was given up, of a record that nothing took the place of. It may come again."""
    return render(request, "agreements/gone.html", status=410)


def stretches_of(agreements: list[Agreement], lists: Lists) -> dict[int, list[Standing]]:
    """For each agreement the runs of days with one status, by the day, newest first; a gap shows as its own run.

    Standings begin anew with each printed row; those of one status that follow one another are shown as one.
    """
    stretches: dict[int, list[Standing]] = defaultdict(list)
    standings = Standing.objects.filter(agreement__in=[each.pk for each in agreements], starts_on__lte=lists.day)
    for standing in standings.order_by("agreement", "starts_on"):
        own = stretches[standing.agreement_id]
        if standing.ends_on and standing.ends_on > lists.day:
            standing.ends_on = None
        if own and own[-1].status == standing.status and own[-1].ends_on == standing.starts_on:
            own[-1].ends_on = standing.ends_on
        else:
            own.append(standing)
    return {pk: own[::-1] for pk, own in stretches.items()}


@public_page("as_of")
def agreement(request: HttpRequest, public_id: str) -> HttpResponse:
    """An agreement: its status on the day, every date and document ever printed, and the rows that print them."""
    day, refusal = asked_day(request.known_parameters)
    known = Agreement.objects.select_related("agency__state", "ended_source").with_one_reviewer()
    record = known.filter(public_id=public_id).first()
    if record is None:
        former = get_object_or_404(AgreementFormerId.objects.select_related("agreement"), public_id=public_id)
        return moved(request, "agreement", former.agreement) if former.agreement else gone(request)
    lists = Lists.on(day)
    on_the_day = Agreement.objects.on(day).filter(pk=record.pk).select_related("agency__state", "ended_source").first()
    others = Agreement.objects.listed_on(day).filter(agency=record.agency).exclude(pk=record.pk)
    if on_the_day:
        on_the_day.sentence = about(
            on_the_day, lists, has_another_listed=on_the_day.status != Status.LISTED and others.exists()
        )
    rows = list(
        Listing.objects.filter(agreement=record, first_snapshot__published_on__lte=day)
        .select_related("first_snapshot", "last_snapshot")
        .order_by("-first_snapshot__published_on", "-first_position", "-pk")
    )
    for row in rows:
        row.seen_to = min(row.last_snapshot.published_on, day)
    powers = powers_of(request.data_version, record.program_model)
    context = {
        "agreement": record,
        "on_the_day": on_the_day,
        "lists": lists,
        "refusal": refusal,
        "rows": rows,
        "signings": signings(rows),
        "documents": documents(rows),
        "stretches": stretches_of([record], lists).get(record.pk, []),
        "powers": [(title, [power for power in powers if power.moment == moment]) for moment, title in MOMENTS.items()],
        "sources": list(dict.fromkeys(power.source for power in powers)),
        "citations": record.citations.select_related("source"),
        "changes": record.changes.filter(seen_on__lte=day).for_listing().order_by("-seen_on", "kind", "key"),
    }
    return render(request, "agreements/agreement.html", context, status=400 if refusal else 200)


def signings(rows: list[Listing]) -> list[tuple]:
    """Every signing date ever printed, newest row first: (date or None, first list, last list that printed it)."""
    found: dict = {}
    for row in rows:
        first, last = row.first_snapshot.published_on, row.seen_to
        if row.signed_on in found:
            first, last = min(first, found[row.signed_on][0]), max(last, found[row.signed_on][1])
        found[row.signed_on] = (first, last)
    return [(signed_on, *seen) for signed_on, seen in found.items() if signed_on or len(found) == 1]


def documents(rows: list[Listing]) -> list[dict]:
    """Every document ever linked: what it is, its address, the raw address if ICE's differs, first and last list."""
    found: dict[tuple, dict] = {}
    for row in rows:
        raw = [*row.links.values()]
        for kind, url in (("moa", row.moa_url), ("addendum", row.addendum_url)):
            if not url:
                continue
            seen = found.setdefault(
                (kind, url),
                {"kind": kind, "url": url, "raw": "", "first": row.first_snapshot.published_on, "last": row.seen_to},
            )
            seen["first"] = min(seen["first"], row.first_snapshot.published_on)
            seen["last"] = max(seen["last"], row.seen_to)
            if not seen["raw"] and url not in raw:
                seen["raw"] = raw_address(kind, row)
    return list(found.values())


def raw_address(kind: str, row: Listing) -> str:
    """The address as ICE printed it: the link of the column that is headed so, else the text of its cell."""
    for index, heading in enumerate(row.first_snapshot.columns):
        if str(heading or "").strip().lower().startswith(kind):
            return str(row.links.get(str(index)) or row.cells[index] or "")
    return ""
