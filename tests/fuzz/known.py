"""Values that exist in the database at hand, so that calls find something."""

from __future__ import annotations

from agreements.models import Agreement, ChangeEvent, FederalDesignation, LocalPolicy, Snapshot, StateLaw
from jurisdictions.models import Agency, Jurisdiction
from portal.api import bulk

from .described import Known
from .wire import Application, Call

FEW = 12
DAYS = ("2020-12-31", "2021-01-13", "2023-06-30", "2025-02-28", "2026-01-01")
WORDS = ("sheriff", "county", "%", "_", "São", "o'brien", "a b c", "\\", "*")
STATES = ("FL", "fl", "TX", "PR", "VA", "CA")
ZIPS = ("33324", "33324-1234", "10001", "00601", "99999")


def values() -> Known:
    """By "laws key" for a part of an address, by "state" for a parameter."""
    areas = Jurisdiction.objects.order_by("geoid").values_list("geoid", flat=True)
    geoids = [*areas[:: max(1, len(areas) // FEW)], "12", "12011", "48"]
    return {
        "agreements public_id": some(Agreement, "public_id"),
        "agencies public_id": some(Agency, "public_id"),
        "laws key": some(StateLaw, "key"),
        "policies key": some(LocalPolicy, "key"),
        "designations key": some(FederalDesignation, "key"),
        "events key": some(ChangeEvent, "key"),
        "snapshots id": [sha256[:12] for sha256 in some(Snapshot, "sha256")],
        "jurisdictions geoid": geoids,
        "jurisdiction": geoids,
        "county": [geoid for geoid in geoids if len(geoid) == 5],
        "agency": some(Agency, "public_id"),
        "state": [*STATES],
        "zip": [*ZIPS],
        "q": [*WORDS],
        **{name: [*DAYS] for name in ("as_of", "signed_from", "signed_to", "from", "to", "updated_since")},
        **{name: [*DAYS] for name in ("published_from", "published_to")},
        "page": ["1", "2", "3", "100000"],
        "page_size": ["1", "2", "20", "100"],
        "format": ["json", "csv", "jsonl"],
        "agreements expand": ["agency", "agency,agency"],
        "agencies expand": ["agreements"],
        "fields": ["id", "id,url", "url,sources,updated_at"],
        "jurisdictions fields": ["geoid,name", "name,kind,population"],
        "agreements fields": ["id,status,model,agency"],
        **files(),
    }


def files() -> Known:
    """Those of all records, if they are written."""
    if not bulk.is_built():
        return {}
    held = bulk.manifest()
    return {"bulk name": [each["name"] for each in held["files"]], "bulk version": [held["version"]]}


def some(model: type, name: str) -> list[str]:
    return [*map(str, model.objects.order_by("pk").values_list(name, flat=True)[:FEW])]


def path_of(family: str, known: Known) -> str:
    """An id of a record of this family."""
    return next(values[0] for name, values in known.items() if name.startswith(f"{family} ") and values)


def cursor(application: Application) -> str:
    """A cursor that changes/ gave out."""
    import json

    answer = application.answer(Call("a cursor", b"/api/v1/changes/?page_size=1"))
    return json.loads(answer.body).get("next_cursor", "")
