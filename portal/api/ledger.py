"""Which records the API shows, and when each last became different: what lets a mirror stay in step.

The ledger keeps the digest of each record as its own address shows it. After each change of the facts all records are
looked through, and those that differ are noted under a new turn (`catch_up`). So nothing that changes a record can pass
it by, whoever changed it and by whatever way.

Who reads writes nothing. Where the ledger is behind, since a day began or a process broke off, the reader is given what
is noted and then what differs from it, worked out in memory: the same answer, whether it has been noted yet or not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
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
Key = tuple[str, str]
"""The kind of a record and its id."""

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
TRIES = 3


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


@dataclass(frozen=True, slots=True)
class State:
    """What is said of a record: its digest while it is shown, else the id that it became."""

    digest: str = ""
    merged_into: str = ""


def states(held: Collection[Key]) -> Iterator[tuple[Key, State]]:
    """Of each record that is shown, of each id that was given up, and of what is `held` and is gone."""
    met: set[Key] = set()
    for kind in LISTS:
        for record in shown(kind):
            key = (kind.value, record["id"])
            met.add(key)
            yield key, State(digest(record))
    for kind, (model, heir) in FORMER_IDS.items():
        for former, into in model.objects.order_by("pk").values_list("public_id", heir):
            key = (kind.value, former)
            if key not in met:
                met.add(key)
                yield key, State(merged_into=into or "")
    for key in held:
        if key not in met:
            yield key, State()


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that is not as the ledger has it."""

    key: Key
    state: State
    is_new: bool
    """Whether it was not shown before."""
    since: int
    """The turn that found it new; 0 where that is still to come."""


def differences() -> Iterator[Difference]:
    """What is not as the ledger has it."""
    noted = LedgerEntry.objects.values_list("kind", "record", "digest", "merged_into", "since")
    held = {(kind, record): (State(*state), since) for kind, record, *state, since in noted}
    for key, state in states(held):
        before, since = held.get(key, (State(), 0))
        if key not in held or state != before:
            yield Difference(key, state, bool(state.digest) and not before.digest, since)


# -- Noting it --------------------------------------------------------------------------------------------------------

LONGEST_WAIT = "10s"
"""For a turn on PostgreSQL. SQLite's is the `timeout` of its connection."""
NO_LOCK = "55P03"  # SQLSTATE of PostgreSQL: lock_not_available


class Busy(RuntimeError):
    """Facts are being written just now, and that takes long."""


def catch_up() -> LedgerTurn:
    """Bring the ledger up to date; the turn that it now stands at. Two queries where it is up to date. Raises Busy.

    Not for who reads: it writes.
    """
    newest = LedgerTurn.objects.newest()
    if newest and _basis(newest) == (DataVersion.objects.current().number, today(), release()):
        return newest
    try:
        return _turned()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == NO_LOCK or "locked" in str(error):
            raise Busy("Facts are being written just now. Try again when that is over.") from None
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
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                kind=each.key[0],
                record=each.key[1],
                turn=turn,
                since=turn.number if each.is_new or not each.since else each.since,
                digest=each.state.digest,
                merged_into=each.state.merged_into,
            )
            for each in differences()
        ],
        batch_size=WRITTEN_AT_ONCE,
        update_conflicts=True,
        unique_fields=["kind", "record"],
        update_fields=["turn", "since", "digest", "merged_into"],
    )
    return turn


def _basis(turn: LedgerTurn) -> tuple[int, date, str]:
    return turn.data_version, turn.day, turn.release


# -- What is not noted yet --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unnoted:
    """What differs from the ledger as of a turn, by kind and id. `basis` names turn, facts, day and release."""

    basis: str = ""
    data_version: int = 0
    differences: Sequence[Difference] = ()


_kept: dict[str, tuple[tuple, Unnoted]] = {}
"""The newest that this process has worked out."""
_one_at_a_time = Lock()


def unnoted(turn: LedgerTurn | None) -> Unnoted:
    """What a ledger that stands at `turn` does not say yet. Nothing is written; kept until it is another."""
    follows_from = _follows_from(turn)
    if turn and _basis(turn) == follows_from[-3:]:
        return Unnoted()
    with _one_at_a_time:
        kept = _kept.get("newest")
        if kept and kept[0] == follows_from:
            return kept[1]
        for _try in range(TRIES):
            found = Unnoted(
                hashlib.blake2s(repr(follows_from).encode(), digest_size=4).hexdigest(),
                follows_from[-3],
                sorted(differences(), key=lambda each: each.key),
            )
            # Facts change and are committed together with their version: if it is the same, none came in between.
            before, follows_from = follows_from, _follows_from(turn)
            if before == follows_from:
                if found.data_version:  # without one nothing says whether facts are still the same
                    _kept["newest"] = follows_from, found
                break
        return found


def _follows_from(turn: LedgerTurn | None) -> tuple:
    version = DataVersion.objects.current()
    # A test's facts, or those of a restored copy, may have the same number.
    facts = connection.settings_dict["NAME"], version.number and version.changed_at
    stands_at = (turn.number, turn.mark) if turn else ()
    return facts, stands_at, version.number, today(), release()


# -- Where a mirror has got to ----------------------------------------------------------------------------------------


class NoCursor(ValueError):
    """A text that no answer of ours has given out as a cursor."""


class Stranger(LookupError):
    """A cursor of another installation, or of what this one was before it was put back to an older backup."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read: all turns before `number`, and of that turn all entries up to `entry` (None: all).

    In the midst of what is not noted yet: all turns up to `number`, and of what differed from it on a `basis` all up to
    the record `seen`.
    """

    number: int = 0
    mark: str = ""
    entry: int | None = None
    basis: str = ""
    seen: Key = ("", "")

    @classmethod
    def at(cls, turn: LedgerTurn | None, entry: int | None = None) -> Cursor:
        return cls(turn.number, turn.mark, entry) if turn else cls()

    @classmethod
    def read(cls, text: str) -> Cursor:
        """From the text that an answer gave; an empty one is the beginning. Raises NoCursor, Stranger."""
        if not text:
            return cls()
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            written = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        except (ValueError, binascii.Error):
            raise NoCursor(text) from None
        parts = FORM.fullmatch(written)
        if parts is None:
            raise NoCursor(text)
        number, mark, entry, basis, kind, record = parts.groups()
        cursor = cls(int(number), mark, int(entry) if entry else None, basis or "", (kind or "", record or ""))
        if str(cursor) != text:
            raise NoCursor(text)
        is_the_beginning = not cursor.number and not mark
        if not is_the_beginning and not LedgerTurn.objects.filter(number=cursor.number, mark=mark).exists():
            raise Stranger(text)
        return cursor

    def __str__(self) -> str:
        parts = [str(self.number), self.mark]
        if self.entry is not None:
            parts.append(str(self.entry))
        elif self.basis:
            parts += [self.basis, *self.seen]
        return base64.urlsafe_b64encode(".".join(parts).encode()).decode().rstrip("=")

    def entries(self) -> QuerySet[LedgerEntry]:
        """What has been noted since, in the order in which it was."""
        later = Q(turn__gt=self.number)
        if self.entry is not None:
            later |= Q(turn=self.number, pk__gt=self.entry)
        return LedgerEntry.objects.filter(later).select_related("turn").order_by("turn", "pk")


FORM = re.compile(r"([0-9]{1,18})\.([0-9a-f]{0,12})(?:\.([0-9]{1,18})|\.([0-9a-f]{8})\.([a-z]+)\.([-a-z0-9_]+))?")


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a record: created, updated, merged or withdrawn."""

    key: Key
    state: State
    is_new: bool
    data_version: int

    @property
    def name(self) -> str:
        if not self.state.digest:
            return "merged" if self.state.merged_into else "withdrawn"
        return "created" if self.is_new else "updated"


@dataclass(frozen=True, slots=True)
class Page:
    """Some changes after a cursor, and the cursor after them."""

    changes: list[Change]
    has_more: bool
    cursor: Cursor


def changes_after(cursor: Cursor, size: int, kinds: Collection[str], turn: LedgerTurn | None) -> Page:
    """The next changes: those that are noted, in the order of their turns, then those that are not, by kind and id.

    `turn` is the newest.
    """
    waiting = unnoted(turn)
    entries = cursor.entries()
    if kinds:
        entries = entries.filter(kind__in=kinds)
    found = list(entries[: size + 1])
    page = [
        Change(
            (entry.kind, entry.record),
            State(entry.digest, entry.merged_into),
            _is_new(entry, cursor),
            entry.turn.data_version,
        )
        for entry in found[:size]
    ]
    if len(found) > size:
        return Page(page, True, Cursor.at(found[size - 1].turn, found[size - 1].pk))
    rest = [each for each in waiting.differences if not kinds or each.key[0] in kinds]
    if cursor.basis == waiting.basis:
        rest = rest[bisect_right(rest, cursor.seen, key=lambda each: each.key) :]
    more = rest[: size - len(page)]
    page += [
        Change(each.key, each.state, each.is_new or each.since > cursor.number, waiting.data_version) for each in more
    ]
    if len(more) == len(rest):
        return Page(page, False, Cursor.at(turn))
    end = Cursor.at(turn)
    return Page(page, True, Cursor(end.number, end.mark, None, waiting.basis, more[-1].key) if more else end)


def _is_new(entry: LedgerEntry, cursor: Cursor) -> bool:
    """Whether it was shown first, or again, after the cursor."""
    if entry.since == cursor.number and cursor.entry is not None:
        return entry.pk > cursor.entry
    return entry.since > cursor.number


def geography() -> str:
    """Names the areas that are held, which change only with a release: the digest of their tables."""
    held = BundledRecord.objects.filter(table="geography", key="tables").values_list("digest", flat=True).first()
    return held or ""
