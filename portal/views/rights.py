"""/rights/: a card with a person's rights, short enough for one printed page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agreements.caching import public_page
from agreements.models import LegalReview
from portal.guide import Reading
from portal.guide.pages import FOR_ALL, RIGHTS, WARRANTS


@public_page()
def rights(request: HttpRequest) -> HttpResponse:
    """The card, each line with its source, and whether a lawyer has read it."""
    reading = Reading(request.data_version)
    context = {
        "page": RIGHTS,
        "first": list(reading.facts([FOR_ALL])),
        "chapters": reading.chapters(RIGHTS.parts),
        "warrants": reading.chapters(WARRANTS),
        "review": LegalReview.objects.newest(),
        "reading": reading,
    }
    return render(request, "guide/rights.html", context)
