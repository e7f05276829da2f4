"""The data for others: a call and its true answer, the files, and how to keep in step."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.utils import translation
from rest_framework.utils import json

from agreements.caching import public_page
from agreements.days import today
from agreements.lists import Lists
from jurisdictions.models import Jurisdiction
from portal.api import bulk
from portal.api.views import JurisdictionViewSet

EXAMPLE = "12011"
"""Broward County, Florida: two models, agencies inside it and of the state, a law that requires."""

LINES_SHOWN = 40


def version_of_files() -> str:
    """Names the newest files; nothing where there are none."""
    return bulk.newest_version()


@public_page(rests_on=version_of_files)
def data(request: HttpRequest) -> HttpResponse:
    """The page. What it shows of a call is what the API answers now."""
    area = Jurisdiction.objects.filter(pk=EXAMPLE).first()
    lines = answer_of(request, EXAMPLE).splitlines() if area else []
    context = {
        "base": request.build_absolute_uri("/api/v1/"),
        "example": area,
        "answer": "\n".join(lines[:LINES_SHOWN]),
        "lines_left": max(0, len(lines) - LINES_SHOWN),
        "lists": Lists.on(today()),
        "files": files(),
        "held": bulk.manifest() if bulk.is_built() else None,
        "version": request.data_version,
    }
    return render(request, "portal/data.html", context)


def answer_of(request: HttpRequest, geoid: str) -> str:
    """The answer of an area as the API gives it, line by line."""
    asked = RequestFactory().get(f"/api/v1/jurisdictions/{geoid}/answer/", secure=request.is_secure())
    asked.META["HTTP_HOST"] = request.get_host()
    view = JurisdictionViewSet.as_view({"get": "answer"}, detail=True, throttle_classes=[])
    with translation.override("en"):  # the API has one language
        response = view(asked, geoid=geoid)
    if hasattr(response, "render"):
        response.render()
    return json.dumps(json.loads(response.content), ensure_ascii=False, indent=2)


def files() -> list[dict]:
    """Each table of the newest files with its rows and its forms, in the order in which they were written."""
    tables: dict[str, dict] = {}
    for each in bulk.manifest()["files"] if bulk.is_built() else ():
        table = tables.setdefault(each["table"], {"name": each["table"], "rows": each["rows"], "forms": {}})
        table["forms"][each["format"]] = {"name": each["name"], "bytes": each["bytes"]}
    return list(tables.values())
