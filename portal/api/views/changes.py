"""What became different since somebody looked last, so that a mirror of all records stays exact."""

from __future__ import annotations

from functools import cached_property
from time import time
from typing import Any

from django.urls import NoReverseMatch, reverse
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from agreements.api.base import Answer
from agreements.api.events import EventRecord
from agreements.api.problems import BadParameters
from agreements.api.rule_serializers import DesignationRecord, LawRecord, PolicyRecord
from agreements.api.serializers import AgencyWithLists, AgreementRecord, SnapshotRecord
from agreements.days import today
from jurisdictions.models import DataVersion
from portal.api import ledger
from portal.api.ledger import Change, Cursor, Key, Kind
from portal.api.ledger_models import LedgerTurn
from portal.api.pagination import LARGEST

PAGE_SIZE = 100
CHANGES = [
    ("created", "It is new, or here again."),
    ("updated", "It is not as it was."),
    ("merged", "Its id leads to another record's, which `merged_into` names; remove it."),
    ("withdrawn", "It is not shown any more; remove it."),
]


class ChangeRecord(serializers.Serializer):
    """What became of a record. Each record comes once, as it is now, however often it changed."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(kind.value, ledger.LISTS[kind]) for kind in Kind])
    change = serializers.ChoiceField(
        choices=CHANGES, help_text="created and updated: put the record in place. merged and withdrawn: remove it."
    )
    merged_into = serializers.CharField(allow_null=True, help_text="The id that leads on, where it was merged.")
    substantial = serializers.BooleanField(
        help_text="False: an update that only brings what each new list of ICE's renews, and `updated_at`."
    )
    data_version = serializers.IntegerField(help_text="Of the facts in which we found it so first.")
    url = serializers.CharField(help_text="The record's address in the API.")
    record = PolymorphicProxySerializer(
        component_name="AnyRecord",
        serializers=[
            AgencyWithLists, AgreementRecord, LawRecord, PolicyRecord, DesignationRecord, SnapshotRecord, EventRecord,
        ],
        resource_type_field_name=None,
        allow_null=True,
        help_text="As its own address shows it; null where there is none any more.",
    )  # fmt: skip


class ChangePage(serializers.Serializer):
    """What became different, in the order in which it did."""

    results = ChangeRecord(many=True)
    has_more = serializers.BooleanField(help_text="Whether something follows. Ask again with `next_cursor` until not.")
    next_cursor = serializers.CharField(help_text="Keep it: the next question begins here. It never goes out of date.")
    geography = serializers.CharField(
        help_text="Names the areas that we hold. Where it is another one, take jurisdictions.jsonl from bulk/ anew."
    )


class LostCursor(APIException):
    """A cursor that this portal, as it is, did not give out."""

    status_code = 410
    default_detail = (
        "This cursor is of another portal, or of a state that this one has no record of, as after a restore."
        " Begin anew: with the files of bulk/ and the changes_cursor of their manifest, or without `after`."
    )


class Changes(Answer, APIView):
    """What became different since you looked last: created, updated, merged, withdrawn.

    Without `after` it begins at the beginning and tells of every record that there is or was. Each answer gives a
    `next_cursor`: keep it, and give it as `after` the next time. Put in place what is created or updated, remove what
    is merged or withdrawn, and your copy is exactly what the lists of this API say today. The manifest of bulk/ has the
    `changes_cursor` of its files, so that a mirror can begin with them.

    Each new list of ICE's makes some 3,300 records other than before: they name it as the newest that printed them.
    `substantial` says of an update whether more than that is different, and `substantial=true` keeps such changes
    only: for who wants to know what happened, not for an exact copy.
    """

    parameters = ("after", "page_size", "kind", "substantial")

    @extend_schema(
        operation_id="changes_list",
        parameters=[
            OpenApiParameter("after", str, description="The `next_cursor` of the answer before; none: the beginning."),
            OpenApiParameter("page_size", int, description=f"Changes in an answer, up to {LARGEST:,}."),
            OpenApiParameter(
                "kind", str, description=f"Only these, with commas between them: {', '.join(map(str, Kind.values))}."
            ),
            OpenApiParameter(
                "substantial",
                bool,
                description="`true`: without updates that bring only what a new list renews. Not for an exact copy.",
            ),
        ],
        responses=ChangePage,
    )
    def get(self, request) -> Response:
        """The next changes after a cursor."""
        for _try in range(ledger.TRIES):
            page, results = self.page()
            # Records are read after it is known which: of the same facts, or the cursor would say another thing.
            if (DataVersion.objects.current().number, today()) == (self.version.number, self.day):
                break
            self.begin_anew()
        return Response(
            {
                "results": results,
                "has_more": page.has_more,
                "next_cursor": str(page.cursor),
                "geography": ledger.geography(),
                "meta": self.meta,
            }
        )

    def page(self) -> tuple[ledger.Page, list[dict[str, Any]]]:
        """The changes, and what is told of each."""
        asked = self.cursor, self.size, self.kinds, self.turn
        try:
            page = ledger.changes_after(*asked, substantial=self.is_substantial)
        except ledger.Stranger:
            raise LostCursor from None
        return page, self.shown(page.changes)

    def begin_anew(self) -> None:
        """Forget what the answer followed from."""
        for name in ("version", "day", "lists", "turn", "last_modified", "etag"):
            vars(self).pop(name, None)

    @cached_property
    def etag(self) -> str:
        # Whether what differs has been noted changes the cursor that is given.
        return f'{super().etag[:-1]}-{self.turn.number if self.turn else 0}"'

    @cached_property
    def last_modified(self) -> int | None:
        """Whether what differs has been noted changes the cursor, too; until it has, no date names the answer."""
        if self.turn is None or not ledger.is_up_to_date(self.turn, self.version):
            return None
        later = [super().last_modified, int(self.turn.turned_at.timestamp()) + 1]
        return max(later) if None not in later and max(later) <= time() else None

    @cached_property
    def turn(self) -> LedgerTurn | None:
        return LedgerTurn.objects.newest()

    def shown(self, changes: list[Change]) -> list[dict[str, Any]]:
        """Each change with its record as it is now; a few queries for each kind, whatever their number."""
        origin = self.request.build_absolute_uri("/").rstrip("/")
        records = {}
        for kind in Kind:
            ids = [change.key[1] for change in changes if change.key[0] == kind and change.state.digest]
            records |= {(kind.value, each["id"]): each for each in ledger.shown(kind, origin, ids)}
        return [self.told(change, records.get(change.key)) for change in changes]

    def told(self, change: Change, record: dict | None) -> dict[str, Any]:
        kind, public_id = change.key
        is_gone_since = bool(change.state.digest) and record is None  # a moment ago
        return {
            "id": public_id,
            "kind": kind,
            "change": "withdrawn" if is_gone_since else change.name,
            "merged_into": change.state.merged_into or None,
            "substantial": is_gone_since or change.is_substantial,
            "data_version": change.data_version,
            "url": self.address_of(change.key),
            "record": record,
        }

    def address_of(self, key: Key) -> str:
        kind, public_id = key
        return self.request.build_absolute_uri(reverse(f"api:{kind}-detail", args=[public_id]))

    @cached_property
    def cursor(self) -> Cursor:
        try:
            cursor = Cursor.read(self.request.query_params.get("after", ""))
            for key in (cursor.told and cursor.told.keys) or ():
                self.address_of(key)
            return cursor
        except (ledger.NoCursor, NoReverseMatch):
            sentence = "Give the next_cursor of an answer of this address, as it came, or leave it out."
            raise BadParameters({"after": sentence}, self.known_parameters) from None
        except ledger.Stranger:
            raise LostCursor from None

    @property
    def size(self) -> int:
        text = self.request.query_params.get("page_size", "") or str(PAGE_SIZE)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if not 1 <= number <= LARGEST:
            sentence = f"Write a whole number from 1 to {LARGEST:,}."
            raise BadParameters({"page_size": sentence}, self.known_parameters)
        return number

    @property
    def kinds(self) -> list[str]:
        """Those that `kind` names; none: all."""
        kinds = [kind for kind in self.request.query_params.get("kind", "").split(",") if kind]
        if wrong := [kind for kind in kinds if kind not in Kind.values]:
            sentence = f"“{', '.join(wrong)}” is none. There are {', '.join(Kind.values)}."
            raise BadParameters({"kind": sentence}, self.known_parameters)
        return kinds

    @property
    def is_substantial(self) -> bool:
        """Whether those are left out of which only that is different what each new list renews."""
        asked = self.request.query_params.get("substantial", "")
        if asked not in {"", "true", "false"}:
            raise BadParameters({"substantial": "Write true or false."}, self.known_parameters)
        return asked == "true"
