"""Which records the API shows, and when each last became different: what lets a mirror stay in step.

The ledger keeps the digest of each record as its own address shows it. It is brought up to date before anything is read
from it, whenever the data version, the day or the code is another than at its last turn: then all records are looked
through, and those that differ are noted under a new turn. So nothing that changes a record can pass it by, whoever
changed it and by whatever way: a list, a person, the clock, a new release.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from agreements.api.records import records
from agreements.caching import release
from agreements.days import today
from agreements.models import AgreementFormerId
from jurisdictions.models import AgencyFormerId, BundledRecord, DataVersion

from .ledger_models import LedgerEntry, LedgerTurn

Kind = LedgerEntry.Kind

LISTS = {
    Kind.AGENCY: "agencies",
    Kind.AGREEMENT: "agreements",
    Kind.LAW: "laws",
    Kind.POLICY: "policies",
    Kind.DESIGNATION: "designations",
    Kind.SNAPSHOT: "snapshots",
    Kind.EVENT: "events",
}
"""The list that shows the records of each kind, in the order in which a first look tells of them."""

FORMER_IDS = {
    Kind.AGENCY: (AgencyFormerId, "agency__public_id"),
    Kind.AGREEMENT: (AgreementFormerId, "agreement__public_id"),
}
WRITTEN_AT_ONCE = 500


# -- Records as the API shows them ------------------------------------------------------------------------------------


def shown(kind: str, origin: str = "", ids: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Each record of a kind as its own address shows it today; those of `ids` where given.

    `origin` is where the addresses in them lead (https://portal.example). Without one they are paths alone, the same
    wherever they are asked for.
    """
    if ids is not None and not ids:
        return iter(())
    return records(LISTS[kind], day=today(), origin=origin, ids=ids)


def digest(record: dict[str, Any]) -> str:
    written = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(written.encode(), digest_size=16).hexdigest()


# -- The ledger -------------------------------------------------------------------------------------------------------

LONGEST_WAIT = "10s"
"""For a turn on PostgreSQL. SQLite's is the `timeout` of its connection."""
NO_LOCK = "55P03"  # SQLSTATE of PostgreSQL: lock_not_available


class Busy(RuntimeError):
    """Facts are being written just now, and that takes long. `str()` is a sentence."""

    def __init__(self):
        super().__init__("A list is being loaded just now. Ask again in a minute.")


def catch_up() -> LedgerTurn:
    """Bring the ledger up to date; the turn that it now stands at. Two queries where it is up to date. Raises Busy."""
    newest = LedgerTurn.objects.newest()
    if newest and _basis(newest) == (DataVersion.objects.current().number, today(), release()):
        return newest
    try:
        return _turned()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == NO_LOCK or "locked" in str(error):
            raise Busy from None
        raise


@transaction.atomic
def _turned() -> LedgerTurn:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
    # No facts change while this is held: what is noted is exactly what this version shows.
    version, day, code = basis = DataVersion.objects.take_turn(), today(), release()
    newest = LedgerTurn.objects.newest()
    if newest and _basis(newest) == basis:
        return newest  # another process has been quicker
    turn = LedgerTurn.objects.create(data_version=version, day=day, release=code)
    _note(turn)
    return turn


def _basis(turn: LedgerTurn) -> tuple:
    return turn.data_version, turn.day, turn.release


@dataclass(frozen=True, slots=True)
class _State:
    """What is said of a record: its digest while it is shown, else the id that it became."""

    digest: str = ""
    merged_into: str = ""


def _note(turn: LedgerTurn) -> None:
    """Write down under this turn what is not as it was."""
    held = {
        (kind, record): (_State(digest, merged_into), since)
        for kind, record, digest, merged_into, since in LedgerEntry.objects.values_list(
            "kind", "record", "digest", "merged_into", "since"
        )
    }
    different = []
    for key, state in _now(held):
        before, since = held.get(key, (None, 0))
        if state == before:
            continue
        if before is None or (state.digest and not before.digest):
            since = turn.number
        different.append(
            LedgerEntry(
                kind=key[0],
                record=key[1],
                turn=turn,
                since=since,
                digest=state.digest,
                merged_into=state.merged_into,
            )
        )
    LedgerEntry.objects.bulk_create(
        different,
        batch_size=WRITTEN_AT_ONCE,
        update_conflicts=True,
        unique_fields=["kind", "record"],
        update_fields=["turn", "since", "digest", "merged_into"],
    )


def _now(held: Collection[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], _State]]:
    """The state of each record that is shown, of each id that was given up, and of what is `held` and is gone."""
    met: set[tuple[str, str]] = set()
    for kind in LISTS:
        for record in shown(kind):
            key = (kind.value, record["id"])
            met.add(key)
            yield key, _State(digest(record))
    for kind, (model, heir) in FORMER_IDS.items():
        for former, into in model.objects.order_by("pk").values_list("public_id", heir):
            key = (kind.value, former)
            if key not in met:
                met.add(key)
                yield key, _State(merged_into=into or "")
    for key in held:
        if key not in met:
            yield key, _State()


# -- Where a mirror has got to ----------------------------------------------------------------------------------------


class NoCursor(ValueError):
    """A text that no answer of ours has given out as a cursor."""


class Stranger(LookupError):
    """A cursor of another installation, or of what this one was before it was put back to an older backup."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read: all turns before `number`, and of that turn all entries up to `entry` (None: all)."""

    number: int = 0
    mark: str = ""
    entry: int | None = None

    @classmethod
    def at(cls, turn: LedgerTurn, entry: int | None = None) -> Cursor:
        return cls(turn.number, turn.mark, entry)

    @classmethod
    def read(cls, text: str) -> Cursor:
        """From the text that an answer gave; an empty one is the beginning. Raises NoCursor, Stranger."""
        if not text:
            return cls()
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            number, mark, *entry = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split(".")
            cursor = cls(_whole(number), mark, _whole(*entry) if entry else None)
        except (TypeError, ValueError, binascii.Error):  # of the parts' number, of characters, of bytes
            raise NoCursor(text) from None
        if str(cursor) != text or not mark.isalnum():
            raise NoCursor(text)
        if not LedgerTurn.objects.filter(number=cursor.number, mark=mark).exists():
            raise Stranger(text)
        return cursor

    def __str__(self) -> str:
        parts = [str(self.number), self.mark] + ([] if self.entry is None else [str(self.entry)])
        return base64.urlsafe_b64encode(".".join(parts).encode()).decode().rstrip("=")

    def entries(self) -> QuerySet[LedgerEntry]:
        """What has become different since, in the order in which it did."""
        later = Q(turn__gt=self.number)
        if self.entry is not None:
            later |= Q(turn=self.number, pk__gt=self.entry)
        return LedgerEntry.objects.filter(later).select_related("turn").order_by("turn", "pk")

    def change(self, entry: LedgerEntry) -> str:
        """What has become of a record since the cursor: created, updated, merged or withdrawn."""
        if not entry.is_shown:
            return "merged" if entry.merged_into else "withdrawn"
        is_new = entry.since > self.number or (
            entry.since == self.number and self.entry is not None and entry.pk > self.entry
        )
        return "created" if is_new else "updated"


def _whole(text: str) -> int:
    """A number as we write it: digits, no more than a database can hold."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError(text)
    return int(text)


def geography() -> str:
    """Names the areas that are held, which change only with a release: the digest of their bundle."""
    held = BundledRecord.objects.filter(table="geography", key="tables").values_list("digest", flat=True).first()
    return held or ""
