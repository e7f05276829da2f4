"""How agreements, agencies with their lists, and ICE's lists become records of the API."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Left

from agreements import programs
from agreements.models import Agreement, AgreementCitation, AgreementFormerId, Listing, Snapshot, Status
from jurisdictions.api.serializers import source
from jurisdictions.api.shapes import (
    AgencyShape,
    Shape,
    day_or_none,
    former_ids,
    grouped,
    moment,
    of,
    source_columns,
    source_of,
)
from jurisdictions.models import Agency, DataVersion

from .serializers import ICE, ID_LENGTH, AgencyWithLists, AgreementRecord, SnapshotRecord, list_brief, list_source

Run = tuple[str, int, int]
"""Lists of a kind, one after the other, that printed one row: the kind, the first and the last by their numbers."""


class HeldList:
    """One of ICE's lists, with what records say of it. Few of all lists are the first or the last of a page's rows."""

    def __init__(self, row: Any):
        self.published_on: date = row.published_on
        self.kind: str = row.kind
        self.row = row

    @cached_property
    def brief(self) -> dict:
        return list_brief(self.row)

    @cached_property
    def source(self) -> dict:
        return list_source(self.row)


class HeldLists:
    """The lists that we hold, without their rows, as they are seen from a day."""

    def __init__(self, day: date, version: DataVersion | None = None):
        """`version` allows to keep the lists in memory for as long as it is the facts' version."""
        if version is None or not version.number:
            self.lists, self.places = read_lists()
        else:
            self.lists, self.places = kept_lists(
                str(connection.settings_dict["NAME"]), version.number, version.changed_at
            )
        self.known = bisect_right(self.lists, day, key=attrgetter("published_on"))
        """How many were published by the day: the first ones."""
        self.newest = {held.kind: place for place, held in enumerate(self.lists[: self.known])}

    def first_and_last_of(self, runs: Iterable[Run]) -> tuple[HeldList | None, HeldList | None]:
        """The oldest and the newest list by the day that printed any of these rows."""
        first, last = self.known, -1
        for kind, begins, ends in runs:
            begin = self.places[begins]
            if begin < self.known:
                end = self.places[ends]
                first = min(first, begin)
                last = max(last, end if end < self.known else self.newest[kind])
        return (self.lists[first], self.lists[last]) if last >= 0 else (None, None)


def read_lists() -> tuple[list[HeldList], dict[int, int]]:
    """Every list in the order of time, and the place in it of each by its number in the database. One query."""
    rows = Snapshot.objects.order_by("published_on", "position").values_list(
        "pk", "published_on", "kind", "file_name", "sha256", named=True
    )
    lists, places = [], {}
    for place, row in enumerate(rows):
        lists.append(HeldList(row))
        places[row.pk] = place
    return lists, places


@lru_cache(maxsize=2)
def kept_lists(database: str, number: int, changed_at: datetime) -> tuple[list[HeldList], dict[int, int]]:
    return read_lists()


def runs_of(listings: QuerySet, owner: str) -> dict[int, list[Run]]:
    """The printed rows, without their cells, of each owner. One query."""
    rows = listings.order_by("pk").values_list(owner, "kind", "first_snapshot_id", "last_snapshot_id")
    return grouped((row[0], row[1:]) for row in rows)


class AgreementShape(Shape):
    """Agreements with their status, dates and documents on the day."""

    record = AgreementRecord
    queryset = Agreement.objects.for_listing()
    is_kept = True
    columns = (
        "pk", "public_id", "agency_id", "agency__public_id", "agency__name", "agency__kind", "agency__state__usps",
        "agency__placement", "program_model", "status", "status_since", "signed_on", "moa_url", "addendum_url",
        "ended_on", "ended_source_id", *source_columns("ended_source"), "first_listed_on", "last_listed_on",
        "updated_at",
    )  # fmt: skip

    def known(self) -> QuerySet:
        return self.queryset.on(self.day)

    def fetch(self, pks) -> None:
        self.lists = HeldLists(self.day, self.version)
        self.runs = runs_of(Listing.objects.filter(**of(pks, "agreement"), agreement__isnull=False), "agreement_id")
        self.former = former_ids(AgreementFormerId, "agreement", pks)
        citations = AgreementCitation.objects.filter(**of(pks, "agreement")).order_by("pk")
        self.cited = grouped(
            (agreement, source_of(*columns))
            for agreement, *columns in citations.values_list("agreement_id", *source_columns("source"))
        )
        self.names = {code: str(name) for code, name in programs.NAMES.items()}
        if "agency" in self.expand:
            agencies = Agency.objects.filter(**of(pks, "agreements")).distinct().order_by()
            shape = AgencyShape(self.day, self.origin)
            rows = list(shape.rows(agencies))
            self.agencies = {row.pk: shown for row, shown in zip(rows, shape.shown(rows), strict=True)}

    def show(self, row) -> dict[str, Any]:
        runs = self.runs.get(row.pk, [])
        first, last = self.lists.first_and_last_of(runs)
        listed = row.first_listed_on
        return {
            "id": row.public_id,
            "agency": self.agencies[row.agency_id] if "agency" in self.expand else agency_brief(row),
            "program_model": row.program_model,
            "program_model_name": self.names.get(row.program_model, row.program_model),
            "status": row.status,
            "status_since": row.status_since.isoformat(),
            "signed_on": day_or_none(row.signed_on),
            "moa_url": row.moa_url,
            "addendum_url": row.addendum_url,
            "ended_on": day_or_none(row.ended_on) if row.status == Status.ENDED else None,
            "first_listed_on": listed.isoformat() if listed and listed <= self.day else None,
            "last_listed_on": day_or_none(row.last_listed_on),
            "first_snapshot": first and first.brief,
            "last_snapshot": last and last.brief,
            "former_ids": self.former.get(row.pk, []),
            "url": f"{self.origin}/agreements/{row.public_id}/",
            "sources": [*self.sources(row, last), *self.cited.get(row.pk, [])],
            "updated_at": moment(row.updated_at),
        }

    def sources(self, row, last: HeldList | None) -> Iterator[dict]:
        """The list, the documents that it links, and what says that the agreement ended."""
        if last:
            yield last.source
        if row.moa_url:
            yield source("Memorandum of agreement", ICE, url=row.moa_url)
        if row.addendum_url:
            yield source("Addendum to the memorandum of agreement", ICE, url=row.addendum_url)
        if row.status == Status.ENDED and row.ended_source_id:
            yield source_of(*(getattr(row, column) for column in source_columns("ended_source")))


def agency_brief(row) -> dict[str, Any]:
    """The agency of an agreement's row as AgencyBrief describes it."""
    return {
        "id": row.agency__public_id,
        "name": row.agency__name,
        "kind": row.agency__kind,
        "state": row.agency__state__usps,
        "placement": row.agency__placement,
    }


class AgencyWithListsShape(AgencyShape):
    """Agencies with the newest list that prints them, and with their agreements where these are wanted."""

    record = AgencyWithLists
    is_kept = True

    def known(self) -> QuerySet:
        agreements = Agreement.objects.on(self.day).filter(agency=OuterRef("pk"))
        return super().known().filter(Exists(agreements))

    def fetch(self, pks) -> None:
        super().fetch(pks)
        known = Agreement.objects.on(self.day).filter(**of(pks, "agency")).order_by("program_model")
        self.known_agreements = grouped(
            (row.agency_id, row)
            for row in known.values_list(
                "pk", "agency_id", "public_id", "program_model", "status", "status_since", "signed_on", "moa_url",
                "addendum_url", named=True,
            )
        )  # fmt: skip
        self.lists = HeldLists(self.day, self.version)
        listings = Listing.objects.filter(**of(pks, "agreement__agency"), agreement__isnull=False)
        self.runs = runs_of(listings, "agreement_id")

    def show(self, row) -> dict[str, Any]:
        shown = super().show(row)
        if "agreements" in self.expand:
            shown["agreements"] = [agreement_brief(each) for each in self.known_agreements.get(row.pk, [])]
        return shown

    def sources(self, row) -> list[dict]:
        known = self.known_agreements.get(row.pk, [])
        runs = chain.from_iterable(self.runs.get(each.pk, []) for each in known)
        _first, last = self.lists.first_and_last_of(runs)
        return ([last.source] if last else []) + super().sources(row)


def agreement_brief(row) -> dict[str, Any]:
    """An agreement as AgreementBrief describes it."""
    return {
        "id": row.public_id,
        "program_model": row.program_model,
        "status": row.status,
        "status_since": row.status_since.isoformat(),
        "signed_on": day_or_none(row.signed_on),
        "moa_url": row.moa_url,
        "addendum_url": row.addendum_url,
    }


class SnapshotShape(Shape):
    """ICE's lists themselves."""

    record = SnapshotRecord
    queryset = Snapshot.objects.order_by("-position", "kind")
    columns = (
        "pk", "sha256", "kind", "published_on", "half", "file_name", "worksheet", "columns", "row_count", "loaded_at",
    )  # fmt: skip

    def known(self) -> QuerySet:
        return self.queryset.filter(published_on__lte=self.day)

    def of_ids(self, ids: Collection[str]) -> QuerySet:
        return self.known().alias(short_id=Left("sha256", ID_LENGTH)).filter(short_id__in=ids)

    def show(self, row) -> dict[str, Any]:
        short_id, day = row.sha256[:ID_LENGTH], row.published_on.isoformat()
        return {
            "id": short_id,
            "kind": row.kind,
            "published_on": day,
            "half": row.half,
            "file_name": row.file_name,
            "sha256": row.sha256,
            "worksheet": row.worksheet,
            "columns": row.columns,
            "row_count": row.row_count,
            "rows_url": f"{self.origin}/api/v1/snapshots/{short_id}/rows/",
            "url": f"{self.origin}/changes/?view=days&from={day}&to={day}",
            "sources": [list_source(row)],
            "updated_at": moment(row.loaded_at),
        }


def printed_rows(numbered: list[list[int]]) -> Iterator[dict]:
    """Rows as PrintedRow describes them, from a part of Snapshot.rows. One query."""
    listings = Listing.objects.filter(pk__in={listing for _number, listing in numbered}).values_list(
        "pk", "cells", "links", "agreement__public_id", "match_rule", "corrected"
    )
    printed = {pk: columns for pk, *columns in listings}
    for number, pk in numbered:
        cells, links, agreement, match_rule, corrected = printed[pk]
        yield {
            "number": number,
            "cells": cells,
            "links": links,
            "agreement": agreement,
            "match_rule": match_rule,
            "corrected": corrected,
        }
