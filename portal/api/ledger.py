"""Which records the API shows, and when each last became different: what lets a mirror stay in step.

The ledger keeps the digest of each record as its own address shows it. After each change of the facts all records are
looked through, and those that differ are noted under a new turn (`catch_up`). So nothing that changes a record can pass
it by, whoever changed it and by whatever way. A second digest, of the record without what each new list renews
(substance.py), tells what is another record for a person from what is one for a mirror alone.

Who reads writes nothing. Where the ledger is behind, since a day began or a process broke off, the reader is given what
is noted and then what differs from it, worked out in memory: the same answer, whether it has been noted yet or not.
What is told so may be gone before anybody notes it. So the reader's cursor remembers which records it was, and they are
told again as they are then.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from agreements.api.records import records
from agreements.caching import release
from agreements.days import today
from agreements.models import AgreementFormerId
from jurisdictions.models import AgencyFormerId, BundledRecord, DataVersion

from .ledger_models import LedgerEntry, LedgerTurn
from .renderers import to_json
from .substance import substance

Kind = LedgerEntry.Kind
Key = tuple[str, str]
"""The kind of a record and its id."""
NOBODY: Key = ("", "")

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
    return hashlib.blake2b(to_json(record), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class State:
    """What is said of a record: its digest while it is shown, else the id that it became."""

    digest: str = ""
    merged_into: str = ""
    substance: str = field(default="", compare=False)
    """The digest of the record without what each new list renews. What belongs there may differ by release."""


def states(held: Collection[Key]) -> Iterator[tuple[Key, State]]:
    """Of each record that is shown, of each id that was given up, and of what is `held` and is gone."""
    met: set[Key] = set()
    for kind in LISTS:
        for record in shown(kind):
            key = (kind.value, record["id"])
            met.add(key)
            yield key, State(digest(record), substance=digest(substance(kind, record)))
    for kind, (model, heir) in FORMER_IDS.items():
        for former, into in model.objects.order_by("pk").values_list("public_id", heir):
            key = (kind.value, former)
            if key not in met:
                met.add(key)
                yield key, State(merged_into=into or "")
    for key in held:
        if key not in met:
            yield key, State()


NOT_HELD = LedgerEntry()
"""What stands in the place of the entry of a record that has none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that is not as the ledger has it."""

    key: Key
    state: State
    held: LedgerEntry

    @property
    def is_told(self) -> bool:
        """Whether it is another record. Otherwise this release reckons the substance of records in another way."""
        return self.held is NOT_HELD or self.state != State(self.held.digest, self.held.merged_into)

    @property
    def is_new(self) -> bool:
        """Whether it was not shown before."""
        return bool(self.state.digest) and not self.held.digest

    @property
    def is_substantial(self) -> bool:
        """Whether more differs than what each new list renews."""
        return self.is_told and (not self.state.digest or self.state.substance != self.held.substance)

    def noted(self, turn: LedgerTurn) -> LedgerEntry:
        """The record's entry once it is noted under this turn."""
        kind, record = self.key
        return LedgerEntry(
            kind=kind,
            record=record,
            turn_id=turn.number if self.is_told else self.held.turn_id,
            since=turn.number if self.is_new or not self.held.since else self.held.since,
            substance_turn=turn.number if self.is_substantial else self.held.substance_turn,
            digest=self.state.digest,
            substance=self.state.substance,
            merged_into=self.state.merged_into,
        )


def differences() -> Iterator[Difference]:
    """What is not as the ledger has it."""
    held = {(entry.kind, entry.record): entry for entry in LedgerEntry.objects.all()}
    for key, state in states(held):
        difference = Difference(key, state, held.get(key, NOT_HELD))
        if difference.is_told or state.substance != difference.held.substance:
            yield difference


# -- Noting it --------------------------------------------------------------------------------------------------------

PATIENCE = 10.0
"""Seconds to wait for who is writing facts."""
NO_LOCK = "55P03"  # SQLSTATE of PostgreSQL: lock_not_available


class Busy(RuntimeError):
    """Facts are being written just now, and that takes long."""


def catch_up(patience: float = PATIENCE) -> LedgerTurn:
    """Bring the ledger up to date; the turn that it now stands at. Two queries where it is up to date.

    Records are looked through while others may write. Where facts changed meanwhile it begins anew; Busy is raised
    after a few times, and where somebody writes for longer than `patience`. Nothing is lost then: whoever comes next
    notes it. Not for who reads: it writes.
    """
    for _try in range(TRIES):
        newest = LedgerTurn.objects.newest()
        if newest and is_up_to_date(newest, DataVersion.objects.current()):
            return newest
        waiting = unnoted(newest)
        try:
            with _alone(patience):
                # No facts change while this is held: what is noted is exactly what this version shows.
                if _follows_from(LedgerTurn.objects.newest()) == waiting.follows_from:
                    return _note(waiting)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) == NO_LOCK or "locked" in str(error):
                break
            raise
    raise Busy("Facts are being written just now. Try again when that is over.")


@contextmanager
def _alone(patience: float) -> Iterator[None]:
    """A transaction in which nobody else changes facts. OperationalError where others do for longer than `patience`."""
    milliseconds = int(patience * 1000)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")
                DataVersion.objects.take_turn()
                yield
            return
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
        try:
            with transaction.atomic():
                DataVersion.objects.take_turn()
                yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def _note(waiting: Unnoted) -> LedgerTurn:
    _facts, _stands_at, version, day, code = waiting.follows_from
    turn = LedgerTurn.objects.create(data_version=version, day=day, release=code, basis=waiting.basis)
    LedgerEntry.objects.bulk_create(
        [each.noted(turn) for each in waiting.found],
        batch_size=WRITTEN_AT_ONCE,
        update_conflicts=True,
        unique_fields=["kind", "record"],
        update_fields=["turn", "since", "substance_turn", "digest", "substance", "merged_into"],
    )
    return turn


def is_up_to_date(turn: LedgerTurn, version: DataVersion) -> bool:
    return _basis(turn) == (version.number, today(), release())


def _basis(turn: LedgerTurn) -> tuple[int, date, str]:
    return turn.data_version, turn.day, turn.release


# -- What is not noted yet --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unnoted:
    """What differs from the ledger as of a turn."""

    follows_from: tuple = ()
    """The turn, the facts, the day and the release."""
    found: Sequence[Difference] = ()
    """In the order in which records are looked through."""
    differences: Sequence[Difference] = ()
    """Those that are told, by kind and id."""
    is_sure: bool = True
    """Whether no facts changed while it was worked out."""

    @property
    def data_version(self) -> int:
        return self.follows_from[-3] if self.follows_from else 0

    @property
    def basis(self) -> str:
        """A short name of what it follows from, the same for every process."""
        if not self.follows_from:
            return ""
        (_database, changed_at), *more = self.follows_from
        # What is not sure is of no moment that could be noted or come again.
        return hashlib.blake2s(repr((changed_at, *more, self.is_sure)).encode(), digest_size=4).hexdigest()


KEPT = 2
"""Of what this process has worked out, the newest: one for readers, one for a ledger that is just being noted."""
LONGEST_FOR_ANOTHER = 5.0
"""Seconds to wait for another thread that is looking through the records for the same reason."""
_kept: OrderedDict[tuple, Unnoted] = OrderedDict()
_under_way: dict[tuple, Future[Unnoted]] = {}
_lock = Lock()


def unnoted(turn: LedgerTurn | None) -> Unnoted:
    """What a ledger that stands at `turn` does not say yet. Nothing is written; kept until it is another."""
    for _try in range(TRIES):
        follows_from = _follows_from(turn)
        if turn and _basis(turn) == follows_from[-3:]:
            return Unnoted()
        found = _worked_out_once(turn, follows_from)
        if found.is_sure:
            break
    return found


def _worked_out_once(turn: LedgerTurn | None, follows_from: tuple) -> Unnoted:
    """By this thread or by another one that is at it; nobody waits for another question's answer, nor for long."""
    with _lock:
        if follows_from in _kept:
            return _kept[follows_from]
        under_way = _under_way.get(follows_from)
        if under_way is None:
            ours = _under_way[follows_from] = Future()
    if under_way is not None:
        with suppress(Exception):  # too long, or in vain: what another thread failed at is its own affair
            return under_way.result(LONGEST_FOR_ANOTHER)
        return _worked_out(turn, follows_from)
    try:
        found = _worked_out(turn, follows_from)
        ours.set_result(found)
    except BaseException:
        ours.set_exception(RuntimeError("The records could not be looked through."))
        raise
    finally:
        with _lock:
            del _under_way[follows_from]
    return found


def _worked_out(turn: LedgerTurn | None, follows_from: tuple) -> Unnoted:
    with translation.override("en"):  # the API has one language, whatever this thread spoke last
        found = list(differences())
    told = sorted((each for each in found if each.is_told), key=lambda each: each.key)
    # Facts change and are committed together with their version: if it is the same, none came in between.
    is_sure = _follows_from(turn) == follows_from
    waiting = Unnoted(follows_from, found, told, is_sure)
    if is_sure and waiting.data_version:  # without one nothing says whether facts are still the same
        with _lock:
            _kept[follows_from] = waiting
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return waiting


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
    """A cursor of another installation, or of what this one was before it was put back to an older backup.

    Or of what was told before it was noted, was never noted, and was too much for the cursor to remember, if it did.
    """


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a moment that was not noted yet."""

    basis: str
    """The moment (Unnoted.basis)."""
    keys: tuple[Key, ...] | None
    """Every record; None where they were too many to remember."""

    def and_also(self, keys: Collection[Key]) -> Told:
        if self.keys is None:
            return self
        together = tuple(dict.fromkeys((*self.keys, *keys)))
        return Told(self.basis, together if len(_written(together)) <= ROOM else None)


ROOM = 2_000
"""Characters of a cursor for ids: of a hundred records or so."""
TOO_MANY = "*"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read: all turns before `number`, and of that turn all entries up to `entry` (None: all).

    Where they were told of what is not noted yet: which records, in `told`, and in their order all up to `seen`.
    """

    number: int = 0
    mark: str = ""
    entry: int | None = None
    told: Told | None = None
    seen: Key = NOBODY

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
            raise Stranger(text) if EARLIER_FORM.fullmatch(written) else NoCursor(text)
        number, mark, entry, basis, seen, keys = parts.groups()
        told = basis and Told(basis, None if keys == TOO_MANY else tuple(map(_key, keys.split("~"))))
        cursor = cls(int(number), mark, int(entry) if entry else None, told, _key(seen) if seen else NOBODY)
        if str(cursor) != text or len(keys or "") > ROOM:
            raise NoCursor(text)
        is_the_beginning = not cursor.number and not mark
        if not is_the_beginning and not LedgerTurn.objects.filter(number=cursor.number, mark=mark).exists():
            raise Stranger(text)
        return cursor

    def __str__(self) -> str:
        written = f"{self.number}.{self.mark}"
        if self.entry is not None:
            written += f".{self.entry}"
        if self.told is not None:
            keys = TOO_MANY if self.told.keys is None else _written(self.told.keys)
            written += f"~{self.told.basis}~{_written([self.seen] if self.seen != NOBODY else ())}~{keys}"
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")

    @property
    def is_told_as_noted(self) -> bool:
        """Whether what was told before it was noted has been noted just so: then it comes again as entries."""
        turns = LedgerTurn.objects.filter(number__gt=self.number, basis=self.told.basis)
        return turns.exists()

    def entries(self) -> QuerySet[LedgerEntry]:
        """What has been noted since, in the order in which it was."""
        later = Q(turn__gt=self.number)
        if self.entry is not None:
            later |= Q(turn=self.number, pk__gt=self.entry)
        return LedgerEntry.objects.filter(later).select_related("turn").order_by("turn", "pk")

    def is_before(self, turn: int, entry: int) -> bool:
        """Whether what this turn noted of an entry comes after it."""
        if turn == self.number and self.entry is not None:
            return entry > self.entry
        return turn > self.number

    @property
    def substantial(self) -> Q:
        """Keeps entries of which more became different after it than what each new list renews."""
        later = Q(substance_turn__gt=self.number)
        if self.entry is not None:
            later |= Q(substance_turn=self.number, pk__gt=self.entry)
        return later


KEY = rf"(?:{'|'.join(Kind.values)})\.[-a-z0-9_]+"
FORM = re.compile(
    rf"([0-9]{{1,18}})\.([0-9a-f]{{0,12}})(?:\.([0-9]{{1,18}}))?"
    rf"(?:~([0-9a-f]{{8}})~({KEY})?~(\*|{KEY}(?:~{KEY})*))?"
)

EARLIER_FORM = re.compile(r"[0-9]{1,18}\.[0-9a-f]{0,12}\.[0-9a-f]{8}\.[a-z]+\.[-a-z0-9_]+")
"""Of a cursor within what was not noted, until November 2026: it did not remember which records were told."""


def _written(keys: Collection[Key]) -> str:
    return "~".join(map(".".join, keys))


def _key(written: str) -> Key:
    kind, _dot, record = written.partition(".")
    return kind, record


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a record: created, updated, merged or withdrawn."""

    key: Key
    state: State
    is_new: bool
    is_substantial: bool
    """Whether more became different than what each new list renews."""
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


def changes_after(
    cursor: Cursor,
    size: int,
    kinds: Collection[str],
    turn: LedgerTurn | None,
    *,
    substantial: bool = False,
    noted_only: bool = False,
) -> Page:
    """The next changes: those that are noted, in the order of their turns, then those that are not, by kind and id.

    `turn` is the newest. `substantial` leaves out the records of which only that became different what each new list
    renews. `noted_only` leaves out what is not noted yet; a cursor is short then, and remembers nothing. Records that
    the cursor remembers, and that were not noted as they were told, come first, all at once. Raises Stranger.
    """
    waiting = Unnoted() if noted_only else unnoted(turn)
    waits = {each.key for each in waiting.differences}
    page, told = [], cursor.told
    if told is not None and (told.basis != waiting.basis or not waiting.data_version):
        page = [] if cursor.is_told_as_noted else _told_again(cursor, turn, waiting)
        cursor, told = Cursor(cursor.number, cursor.mark, cursor.entry), None
    entries = cursor.entries()
    if kinds:
        entries = entries.filter(kind__in=kinds)
    if substantial:
        entries = entries.filter(cursor.substantial)
    found = list(entries[: size + 1])
    page += [
        Change(
            (entry.kind, entry.record),
            State(entry.digest, entry.merged_into),
            cursor.is_before(entry.since, entry.pk),
            cursor.is_before(entry.substance_turn, entry.pk),
            entry.turn.data_version,
        )
        for entry in found[:size]
    ]
    end, has_more = Cursor.at(turn), len(found) > size
    if has_more:
        end = Cursor.at(found[size - 1].turn, found[size - 1].pk)
    else:
        known = {change.key for change in page} | set((told and told.keys) or ())
        rest = [
            Change(
                each.key,
                each.state,
                each.is_new or each.held.since > cursor.number,
                each.is_substantial or each.held.substance_turn > cursor.number,
                waiting.data_version,
            )
            for each in waiting.differences
            if (not kinds or each.key[0] in kinds) and each.key not in known and each.key > cursor.seen
        ]
        if substantial:
            rest = [each for each in rest if each.is_substantial]
        more = rest[: size - len(found)]
        page += more
        has_more = len(more) < len(rest)
        end = replace(end, seen=more[-1].key if more else cursor.seen)
    # Whatever was found first, a record is shown as it is now: not as it was noted, where it differs from that.
    unsure = [change.key for change in page if change.key in waits]
    if unsure or told:
        told = (told or Told(waiting.basis, ())).and_also(unsure)
    return Page(page, has_more, replace(end, told=told) if told else replace(end, seen=NOBODY))


def _told_again(cursor: Cursor, turn: LedgerTurn | None, waiting: Unnoted) -> list[Change]:
    """Every record of which the cursor remembers what was never noted, as it is now. Raises Stranger."""
    if cursor.told.keys is None:
        raise Stranger(str(cursor))
    differing = {each.key: each for each in waiting.differences}
    ids = {record for _kind, record in cursor.told.keys}
    noted = {(entry.kind, entry.record): entry for entry in LedgerEntry.objects.filter(record__in=ids)}
    version = waiting.data_version or (turn.data_version if turn else 0)
    changes = []
    for key in cursor.told.keys:
        if key in differing:
            state = differing[key].state
        elif key in noted:
            state = State(noted[key].digest, noted[key].merged_into)
        else:
            state = State()
        was_shown = key in noted and noted[key].is_shown
        changes.append(Change(key, state, is_new=not was_shown, is_substantial=True, data_version=version))
    return changes


def geography() -> str:
    """Names the areas that are held, which change only with a release: the digest of their tables."""
    held = BundledRecord.objects.filter(table="geography", key="tables").values_list("digest", flat=True).first()
    return held or ""
