"""Examples for the API's description: answers of its own views on the facts that are held, cut to a readable length.

Nothing here is typed: which record stands as an example follows from the facts, and so does what it says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation
from rest_framework.utils import json

from agreements.caching import release
from agreements.days import today
from jurisdictions.models import DataVersion

from . import ledger
from .bulk import site_of_settings
from .description import A_FORMAT, BASE, description

SHOWN = 1
"""Records of a list that an example keeps."""
WORDS_SHOWN = 3
"""Of a list of words or numbers."""
ROWS_SHOWN = 2
"""Of a CSV file, with its heading one more."""


@dataclass(frozen=True, slots=True)
class Example:
    """A call and what it answers. `body` is JSON as parsed, text of CSV, or None where the answer has none."""

    operation: str
    method: str
    address: str
    status: int
    media_type: str
    body: Any
    sent: dict[str, str] | None = None

    @property
    def text(self) -> str:
        """The body as a person reads it."""
        if isinstance(self.body, str):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, indent=2)

    @property
    def sent_as_text(self) -> str:
        return json.dumps(self.sent, ensure_ascii=False)


class Caller:
    """Calls the API's views as somebody at `origin` (https://portal.example) would, without counting the calls."""

    def __init__(self, origin: str):
        scheme, _, host = origin.partition("://")
        self.factory = RequestFactory()
        self.site = {"HTTP_HOST": host, "secure": scheme == "https"}

    def __call__(self, path: str, query: dict[str, str] | None = None, sent: dict | None = None) -> HttpResponseBase:
        address = f"{BASE}{path}{'?' if query else ''}{urlencode(query or {}, safe=',:')}"
        if sent is None:
            request = self.factory.get(address, **self.site)
        else:
            request = self.factory.post(address, json.dumps(sent), content_type="application/json", **self.site)
        view, args, kwargs = resolve(f"{BASE}{path}")
        actions = (view.actions,) if getattr(view, "actions", None) else ()
        response = view.cls.as_view(*actions, **view.initkwargs, throttle_classes=[])(request, *args, **kwargs)
        if hasattr(response, "render"):
            response.render()
        return response

    def asked(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        """What an address answers, as data."""
        return json.loads(self(path, query).content)


@lru_cache(maxsize=2)
def _examples(site: str, version: int, changed_at: datetime, day: date, code: str) -> tuple[Example, ...]:
    # The API has one language, whoever asks first: what these calls make is held, and given to others too.
    with translation.override("en"):
        return tuple(made(Caller(site)))


def examples(origin: str) -> tuple[Example, ...]:
    """Those of today's facts, with addresses at `origin`.

    They are made once for each state of the facts, not for each host: that takes a quarter of a second, and Host may
    carry any port.
    """
    version, site = DataVersion.objects.current(), site_of_settings()
    known = _examples(site, version.number, version.changed_at, today(), release())
    return known if origin == site else tuple(replace(each, body=moved(each.body, site, origin)) for each in known)


def moved(value: Any, site: str, origin: str) -> Any:
    """The value with its addresses at `origin` instead of `site`."""
    if isinstance(value, str):
        return value.replace(site, origin)
    if isinstance(value, dict):
        return {name: moved(each, site, origin) for name, each in value.items()}
    if isinstance(value, list):
        return [moved(each, site, origin) for each in value]
    return value


def made(call: Caller) -> Iterator[Example]:
    """Each operation's example, if the facts have one."""

    def example(operation: str, path: str, query: dict | None = None, sent: dict | None = None) -> Example:
        response = call(path, query, sent)
        media = response.headers["Content-Type"].partition(";")[0]
        address = f"{BASE}{path}{'?' if query else ''}{urlencode(query or {}, safe=',:')}"
        if media == A_FORMAT["csv"]:
            body: Any = first_rows(response)
        else:
            body = cut(json.loads(response.content))
        return Example(operation, "POST" if sent else "GET", address, response.status_code, media, body, sent)

    yield example("root", "")
    yield example("get_status", "status/")
    few = {"page_size": str(SHOWN)}
    agreements = example("list_agreements", "agreements/", {"status": "listed", "ordering": "-signed_on", **few})
    yield agreements
    yield example("list_agreements", "agreements/", {"stat": "FL"})
    if found := agreements.body["results"]:
        agreement, agency = found[0], found[0]["agency"]
        yield example("get_agreement", f"agreements/{agreement['id']}/")
        yield example("list_agencies", "agencies/", {"state": agency["state"], "q": agency["name"], **few})
        yield example("get_agency", f"agencies/{agency['id']}/")
        narrow = {"state": agency["state"], "q": agency["name"], "fields": "id,agency,program_model,status,signed_on"}
        yield example("list_agreements", "agreements/", {**narrow, "format": "csv"})
        covered = call.asked(f"agencies/{agency['id']}/")["jurisdictions"]
        if covered:
            area = covered[0]["geoid"]
            yield example("list_jurisdictions", "jurisdictions/", {"state": agency["state"], "kind": "county", **few})
            yield example("get_jurisdiction", f"jurisdictions/{area}/")
            yield example("get_answer", f"jurisdictions/{area}/answer/")
            yield example("lookup", "lookup/", sent={"q": f"{covered[0]['name']}, {agency['state']}"})
    for singular, plural in (
        ("law", "laws"), ("policy", "policies"), ("designation", "designations"), ("snapshot", "snapshots"),
        ("event", "events"),
    ):  # fmt: skip
        listed = example(f"list_{plural}", f"{plural}/", few)
        yield listed
        if found := listed.body["results"]:
            yield example(f"get_{singular}", f"{plural}/{found[0]['id']}/")
        if found and plural == "snapshots":
            yield example("list_snapshot_rows", f"snapshots/{found[0]['id']}/rows/", few)
    yield example("get_statistics", "stats/agreements/", {"status": "listed"})
    yield example("get_statistics", "stats/agreements/", {"by": "month", "from": today().replace(day=1).isoformat()})
    yield example("lookup_zip", "lookup/", {"zip": "0"})
    yield example("get_bulk", "bulk/")
    newest = ledger.LedgerTurn.objects.newest()
    if newest and (newest.data_version, newest.day, newest.release) == (
        DataVersion.objects.current().number, today(), release()
    ):  # fmt: skip
        # A description writes nothing: it shows a page of changes only while the ledger is up to date.
        yield example("list_changes", "changes/", few)


def cut(value: Any) -> Any:
    """The value with the beginning of each list."""
    if isinstance(value, dict):
        return {name: cut(each) for name, each in value.items()}
    if isinstance(value, list):
        kept = SHOWN if value and isinstance(value[0], (dict, list)) else WORDS_SHOWN
        return [cut(each) for each in value[:kept]]
    return value


def first_rows(response: HttpResponseBase) -> str:
    """The heading of a CSV file and its first rows."""
    rows = csv.reader(io.StringIO(response.getvalue().decode(), newline=""))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows):
        if number > ROWS_SHOWN:
            break
        writer.writerow(row)
    return out.getvalue()


def description_with_examples(origin: str) -> dict:
    """The description with what its addresses answer today."""
    document = deepcopy(description())
    by_operation = {
        operation["operationId"]: operation for methods in document["paths"].values() for operation in methods.values()
    }
    for each in examples(origin):
        operation = by_operation[each.operation]
        status = str(each.status)
        media_type = each.media_type
        answer = operation["responses"].get(status, {})
        if "$ref" in answer:
            answer = deepcopy(document["components"]["responses"][status])
            operation["responses"][status] = answer
        content = answer.get("content", {}).get(media_type)
        if content is None:
            continue
        sent = f" with {json.dumps(each.sent, ensure_ascii=False)}" if each.sent else ""
        named = content.setdefault("examples", {})
        named[f"answer{len(named) + 1}"] = {
            "summary": f"{each.method} {each.address}{sent}",
            "value": each.body,
        }
        if each.sent:
            body = operation["requestBody"]["content"]["application/json"]
            body["examples"] = {"question": {"value": each.sent}}
    return document
