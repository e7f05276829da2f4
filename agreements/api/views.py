"""Agreements, agencies and ICE's lists. The docstrings of the views are the public description of the API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.settings import api_settings

from agreements.filters import AgencyFilter, AgreementFilter, DayFilter, Ordering, Parameters
from agreements.models import ListKind, Snapshot

from .base import RecordViewSet
from .problems import Gone
from .serializers import PrintedRow
from .shapes import AgencyWithListsShape, AgreementShape, SnapshotShape, printed_rows

PUBLIC_ID = r"[2-9a-z]{6}"
AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="The day to speak of; today unless given.")
FIELDS = OpenApiParameter("fields", str, description="Names of fields to keep, with commas between them.")
EXPAND = OpenApiParameter("expand", str, description="Names of parts to show in full, with commas between them.")


class ByPublicId(RecordViewSet):
    """Records with a public id. One that was given up leads to the record by 301, or is gone (410)."""

    lookup_field = "public_id"
    lookup_value_regex = PUBLIC_ID
    speaks_of_a_day = True

    def retrieve(self, request, *args, **kwargs) -> HttpResponseBase:
        """One record by its id, also by one that it had before (301)."""
        row = self.shape.rows(self.one()).first()
        if row is not None:
            return self.answered(row)
        public_id, model = kwargs["public_id"], self.get_queryset().model
        former = model._meta.get_field("former_ids").related_model.objects.filter(public_id=public_id)
        if found := former.values_list(f"{model._meta.model_name}__public_id", flat=True):
            return self.given_up(request, public_id, found[0])
        raise Http404(f"No list that we hold of {self.day} or before shows a record of this id.")

    def given_up(self, request, public_id: str, now: str | None) -> Response:
        """What an id answers that was given up: 301 to the record that it became, 410 where there is none."""
        if now is None:
            raise Gone()
        address = request.get_full_path().replace(public_id, now, 1)
        return Response({"id": public_id, "merged_into": now}, status=301, headers={"Location": address})

    def one(self) -> QuerySet:
        return self.get_queryset().filter(public_id=self.kwargs["public_id"])


@extend_schema(parameters=[FIELDS, EXPAND])
class AgreementViewSet(ByPublicId):
    """287(g) agreements with their status on a day: listed, missing, no longer listed, ended, pending.

    An agreement is an agency and a program model (JEM, WSO, TFM). `as_of` sets the day, today unless given; without
    `status` all agreements that were known by then stand. `expand=agency` shows the agency in full.
    """

    shape_class = AgreementShape
    filterset_class = AgreementFilter

    def one(self) -> QuerySet:
        return super().one().on(self.day)

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request, *args, **kwargs):
        """One agreement by its id, also by one that it had before (301)."""
        return super().retrieve(request, *args, **kwargs)


@extend_schema(parameters=[FIELDS, EXPAND])
class AgencyViewSet(ByPublicId):
    """Law enforcement agencies that ICE prints on a list, with what each covers and why we say so.

    `model`, `status` and the signing dates ask for agencies with one agreement that has all of these on `as_of`.
    An agency that turned out to be another one is not in the list; its id answers 301 and says which in `merged_into`.
    An id whose agency no list shows any more answers 410.
    `expand=agreements` shows each agency's agreements.
    """

    shape_class = AgencyWithListsShape
    filterset_class = AgencyFilter

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request, *args, **kwargs):
        """One agency by its id, also by one that it had before (301)."""
        return super().retrieve(request, *args, **kwargs)


class OrderingById(Ordering):
    last = "sha256"


class SnapshotFilter(Parameters):
    """ICE's lists of one kind, or of some days."""

    kind = filters.ChoiceFilter("kind", choices=ListKind.choices, label="Participating or pending")
    published_from = DayFilter("published_on", lookup_expr="gte", label="Published from")
    published_to = DayFilter("published_on", lookup_expr="lte", label="Published to")
    ordering = OrderingById(fields=[("position", "published_on"), ("row_count", "row_count")], label="Order")


@extend_schema(parameters=[FIELDS])
class SnapshotViewSet(RecordViewSet):
    """ICE's lists as published, of participating and of pending agencies, newest first.

    The id is the first 12 characters of the file's sha256; the whole of it is understood too.
    """

    shape_class = SnapshotShape
    filterset_class = SnapshotFilter
    lookup_value_regex = "[0-9a-f]{12,64}"
    lookup_field = "id"

    @property
    def known_parameters(self) -> set[str]:
        return OF_ROWS if self.action == "rows" else super().known_parameters

    def one(self) -> QuerySet:
        found = self.get_queryset().filter(sha256__startswith=self.kwargs["id"])
        if len(found.values_list("pk")[:2]) != 1:
            raise Http404("We hold no list of this id.")
        return found

    def retrieve(self, request, *args, **kwargs):
        """One list by its id."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        responses=PrintedRow(many=True),
        filters=False,
        parameters=[OpenApiParameter("fields", exclude=True), OpenApiParameter("expand", exclude=True)],
    )
    @action(detail=True, pagination_class=api_settings.DEFAULT_PAGINATION_CLASS)
    def rows(self, request, *args, **kwargs) -> HttpResponseBase:
        """The rows of a list as ICE printed them, in their order, rebuilt from what is stored.

        As CSV the columns are those of the list, before them the row's number, after them the links of a column.
        """
        snapshot = self.one().get()
        renderer = self.request.accepted_renderer
        if self.is_a_file and renderer.has_cells:
            return self.as_a_sheet(snapshot)
        if self.is_a_file:
            is_read = self.request.method != "HEAD"
            return self.file(renderer.lines(printed_rows(snapshot.rows), ()) if is_read else None)
        page = self.paginate_queryset(snapshot.rows)
        return self.get_paginated_response(list(printed_rows(page)))

    def as_a_sheet(self, snapshot: Snapshot) -> HttpResponseBase:
        if self.request.method == "HEAD":
            return self.file(None)
        rows = list(printed_rows(snapshot.rows))
        headings = unique_headings(snapshot.columns, max((len(row["cells"]) for row in rows), default=0))
        linked = sorted({int(column) for row in rows for column in row["links"]})
        links = {column: f"link of {headings[column]}" for column in linked if column < len(headings)}
        sheet = (
            {
                "row": row["number"],
                **dict(zip(headings, map(plain, row["cells"]), strict=False)),
                **{name: row["links"].get(str(column), "") for column, name in links.items()},
            }
            for row in rows
        )
        columns = ["row", *headings, *links.values()]
        return self.file(self.request.accepted_renderer.lines(sheet, columns), columns)


OF_ROWS = {"format", "page", "page_size"}


def unique_headings(columns: list, width: int) -> list[str]:
    """The headings as printed; one that is blank or comes again is told by its place."""
    headings: list[str] = []
    for place in range(max(width, len(columns))):
        printed = str(plain(columns[place]) or "") if place < len(columns) else ""
        taken = not printed or printed in headings or printed == "row"
        headings.append(f"{printed} (column {place + 1})".strip() if taken else printed)
    return headings


def plain(value: object) -> object:
    """A cell without the mark of its type."""
    return next(iter(value.values()), None) if isinstance(value, dict) else value
