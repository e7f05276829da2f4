"""From any public page to its record in the admin: /admin/open/<kind>/<id>/, or /admin/open/?page=<public address>."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from agreements.models import (
    Agreement,
    AgreementFormerId,
    ChangeEvent,
    FederalDesignation,
    GlossaryTerm,
    GuideFact,
    LocalPolicy,
    ModelPower,
    Snapshot,
    StateLaw,
    TimelineEvent,
)
from jurisdictions.models import Agency, AgencyFormerId, Jurisdiction

RECORDS: dict[str, tuple[type[models.Model], str]] = {
    "agency": (Agency, "public_id"),
    "agreement": (Agreement, "public_id"),
    "law": (StateLaw, "key"),
    "policy": (LocalPolicy, "key"),
    "designation": (FederalDesignation, "key"),
    "place": (Jurisdiction, "pk"),
    "snapshot": (Snapshot, "sha256__startswith"),
    "change": (ChangeEvent, "key"),
    "fact": (GuideFact, "key"),
    "power": (ModelPower, "key"),
    "event": (TimelineEvent, "key"),
    "term": (GlossaryTerm, "key"),
}
"""How the id in an address names a record of each kind."""

FORMER = {"agency": (AgencyFormerId, "agency"), "agreement": (AgreementFormerId, "agreement")}


def open_record(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Leads to the record's page; a former id leads to the record that stands for it now. 404 for what is not held."""
    if kind not in RECORDS or not name:
        raise Http404
    model, field = RECORDS[kind]
    record = model.objects.filter(**{field: name}).only("pk").first() or _heir(kind, name)
    if record is None:
        raise Http404
    return _to(record)


def open_page(request: HttpRequest) -> HttpResponse:
    """Leads to the record that a public page is about, the address as copied from the browser."""
    typed = request.GET.get("page", "").strip()
    record = _record_of(urlsplit(typed).path)
    if record is None:
        messages.error(request, f"No record belongs to the address “{typed[:200]}”. Copy it from its public page.")
        return HttpResponseRedirect(reverse("admin:index"))
    return _to(record)


def _record_of(path: str) -> models.Model | None:
    """The record of a public page by its path, in either language; None for a page that is about no record."""
    try:
        page = resolve(f"/{path.lstrip('/').removeprefix('es/')}")
    except Resolver404:
        return None
    if page.url_name in RECORDS and page.url_name != "place":
        model, field = RECORDS[page.url_name]
        name = page.kwargs.get("public_id") or page.kwargs.get("key")
        return model.objects.filter(**{field: name}).first() or _heir(page.url_name, name)
    if page.url_name == "guide-fact":
        return GuideFact.objects.filter(key=page.kwargs["key"]).first()
    if page.url_name == "state":
        return Jurisdiction.objects.states().filter(slug=page.kwargs["state"]).first()
    if page.url_name == "place":
        return Jurisdiction.objects.filter(state__slug=page.kwargs["state"], slug=page.kwargs["slug"]).first()
    return None


def _heir(kind: str, name: str) -> models.Model | None:
    if kind not in FORMER:
        return None
    model, record = FORMER[kind]
    former = model.objects.select_related(record).filter(public_id=name).first()
    return getattr(former, record) if former else None


def _to(record: models.Model) -> HttpResponseRedirect:
    meta = record._meta
    return HttpResponseRedirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk]))
