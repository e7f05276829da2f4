"""Who and why, what each number means, what is wrong in ICE's lists, and what is kept of a reader."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate

from agreements.caching import public_page
from agreements.days import today
from agreements.lists import Lists
from agreements.misprints import misprints
from agreements.models import (
    Agreement,
    LaterList,
    ListKind,
    LocalPolicy,
    ProposedChange,
    Revision,
    Snapshot,
    SourceCorrection,
    StateLaw,
    Status,
)
from agreements.tables import csv_response
from jurisdictions.models import Agency, AgencyAlias, Jurisdiction
from portal.views.home import national_numbers


@public_page()
def about(request: HttpRequest) -> HttpResponse:
    """What the site holds, counted now, and how; who runs it, if the operator says so."""
    counts = dict(Snapshot.objects.order_by().values_list("kind").annotate(count=Count("pk")))
    context = {
        "lists": Lists.on(today()),
        "held": {
            "participating": counts.get(ListKind.PARTICIPATING, 0),
            "pending": counts.get(ListKind.PENDING, 0),
            "laws": StateLaw.objects.published().count(),
            "policies": LocalPolicy.objects.published().count(),
            "areas": Jurisdiction.objects.with_pages().count(),
        },
        "alone": approved_alone(),
        "operator": settings.OPERATOR,
        "contact": settings.CONTACT,
        "has_security_contact": bool(settings.SECURITY_CONTACT),
    }
    return render(request, "portal/about.html", context)


@public_page()
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of a reader. tests/portal/test_privacy.py holds each sentence against what the program does."""
    context = {"lists": Lists.on(today()), "leave_host": urlsplit(settings.LEAVE_URL).hostname.removeprefix("www.")}
    return render(request, "portal/privacy.html", context)


@public_page("format")
def errors(request: HttpRequest) -> HttpResponseBase:
    """What we found wrong in ICE's lists, counted from the lists as printed, and our corrections as CSV too."""
    found = misprints(request.data_version)
    if request.known_parameters.get("format", "").lower() == "csv":
        return csv_response("corrections", CORRECTION_COLUMNS, map(correction_row, found.corrections))
    return render(request, "portal/errors.html", {"lists": Lists.on(today()), "found": found})


ALONE_AT_MOST = 100  # changes by one reviewer that the page names, the newest first


class Alone(NamedTuple):
    """A change that the person who wrote it approved: of what, when, and why nobody else did."""

    named: str
    on: date
    because: str


def approved_alone() -> list[Alone]:
    """All of them, of records and of decisions on ICE's lists, the newest first."""
    revisions = Revision.objects.approved_alone()[:ALONE_AT_MOST]
    decisions = ProposedChange.objects.seconded_alone()[:ALONE_AT_MOST]
    found = [
        Alone(str(each.record or each.named), localdate(each.decided_at), each.alone_because) for each in revisions
    ]
    found += [Alone(str(each), localdate(each.seconded_at), each.alone_because) for each in decisions]
    return sorted(found, key=lambda each: each.on, reverse=True)[:ALONE_AT_MOST]


CORRECTION_COLUMNS = (
    "state", "agency", "program_model", "signed_on", "field", "wrong", "right", "reason", "source",
)  # fmt: skip


def correction_row(correction: SourceCorrection) -> tuple:
    return (
        correction.state, correction.agency, correction.program_model, correction.signed_on, correction.field,
        correction.wrong, correction.right, correction.reason, correction.source.url if correction.source else "",
    )  # fmt: skip


@public_page()
def method(request: HttpRequest) -> HttpResponse:
    """Each count's definition beside the count itself."""
    listed = Agreement.objects.listed_on(today()).values("agency")
    lists = Lists.on(today())
    later = list(LaterList.objects.after(lists.newest).select_related("source"))
    context = {
        "lists": lists,
        "later": {"count": len(later), "last": later[-1]} if later else None,
        "numbers": national_numbers(),
        "statuses": [(status, Agreement.objects.on(today()).filter(status=status).count()) for status in Status],
        "snapshots": Snapshot.objects.aggregate(
            participating=Count("pk", filter=Q(kind=ListKind.PARTICIPATING)),
            pending=Count("pk", filter=Q(kind=ListKind.PENDING)),
        ),
        "placements": Agency.objects.filter(pk__in=listed).aggregate(
            decided=Count("pk", filter=Q(placement=Agency.Placement.DECIDED)),
            in_question=Count("pk", filter=Q(placement=Agency.Placement.IN_QUESTION)),
            statewide=Count("pk", filter=Q(placement=Agency.Placement.STATEWIDE)),
        ),
        "spellings": AgencyAlias.objects.count(),
        "agencies_known": Agency.objects.count(),
        "areas": dict.fromkeys(Jurisdiction.Kind.values, 0)
        | {
            row["kind"]: row["count"]
            for row in Jurisdiction.objects.with_pages().order_by().values("kind").annotate(count=Count("pk"))
        },
    }
    return render(request, "portal/method.html", context)
