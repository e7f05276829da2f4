"""The data for others: a call and its true answer, the files, and how to keep in step."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext_lazy as _
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
A_MEGABYTE = 1_000_000

TABLES = {
    "agreements": _("Agreements, with the status on the day"),
    "agencies": _("Agencies, and what each covers"),
    "counties": _("Counties: the answer of each in short, on a map"),
    "laws": _("State laws"),
    "provisions": _("Parts of state laws, by topic"),
    "policies": _("Local policies"),
    "designations": _("Federal labels"),
    "checks": _("When we looked for laws and policies, and what we found"),
    "snapshots": _("ICE's lists that we hold"),
    "events": _("Changes"),
    "jurisdictions": _("States, counties, cities, towns"),
    "sources": _("Sources"),
    "earlier": _("Agreements before our first list, from other documents"),
    "later": _("Lists of ICE's that others hold and we do not"),
    "dictionary": _("What each column means"),
}
"""What the files hold, by table."""
FORMS = {"csv": "CSV", "jsonl": "JSON Lines", "geojson": "GeoJSON", "schema": _("Schema")}


def version_of_files() -> str:
    """Names the newest files; nothing where there are none."""
    return bulk.newest_version()


@public_page(rests_on=version_of_files)
def data(request: HttpRequest) -> HttpResponse:
    """The page. What it shows of a call is what the API answers now."""
    area = Jurisdiction.objects.filter(pk=EXAMPLE).first()
    lines = answer_of(request, EXAMPLE).splitlines() if area else []
    held = bulk.manifest() if bulk.is_built() else None
    context = {
        "base": request.build_absolute_uri("/api/v1/"),
        "example": area,
        "answer": "\n".join(lines[:LINES_SHOWN]),
        "lines_left": max(0, len(lines) - LINES_SHOWN),
        "lists": Lists.on(today()),
        "tables": tables_of(held) if held else [],
        "held": held,
        "built_on": held and date.fromisoformat(held["version"].partition(".")[0]),
        "earlier_versions": bulk.versions()[-2::-1] if held else [],
        "calls_a_minute": settings.CALLS_A_MINUTE,
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


def tables_of(held: dict) -> list[dict]:
    """Each table of the files with its rows and a file, or None, in each form, in the order of the manifest."""
    tables: dict[str, dict] = {}
    for each in held["files"]:
        name = each["table"]
        if name not in TABLES or each["format"] not in FORMS:
            continue  # written by another release, which knew more
        table = tables.setdefault(
            name, {"name": name, "title": TABLES[name], "rows": each["rows"], "files": dict.fromkeys(FORMS.values())}
        )
        table["files"][FORMS[each["format"]]] = {**each, "size": size_in_words(each["bytes"])}
    return list(tables.values())


def size_in_words(count: int) -> str:
    """ "684 kB", "2.4 MB": as numbers are written here in both languages."""
    return f"{count / 1e6:.1f} MB" if count >= A_MEGABYTE else f"{max(1, round(count / 1000))} kB"
