"""Sending: what became different since a webhook's cursor becomes a delivery, and a delivery is sent until it is taken.

`manage.py send_webhooks` does one round each minute. The database is asked by one thread; others do nothing but call,
so a receiver that hangs keeps nobody else waiting. Each webhook is held while it is worked on, by a row of its own that
says until when: a second round at the same time, on this machine or another, passes it over, and one that was killed
lets go by the clock. What was sent and not noted any more is sent once more under the same id.
"""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from rest_framework.utils import json

from . import ledger, webhook_secrets
from .ledger import Change, Cursor
from .ledger_models import LedgerTurn
from .webhook_line import Line, Outcome
from .webhook_models import KEPT, Webhook, WebhookDelivery, WebhookTry

logger = logging.getLogger(__name__)

MOST_CHANGES = 100
"""In one delivery: some 20 kB. The longest ids that there may be would make it 100 kB."""
LOOKED_AT_ONCE = 50
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60))
"""After the first try that fails, after the second, and so on: ten tries in a little more than three days."""
JITTER = 0.1
"""By so much of itself a wait is longer at random, so that what failed together does not come back together."""
LONGEST_WAIT = timedelta(days=1)
"""That a receiver may ask for with Retry-After."""
AT_ONCE = 8
"""Calls at the same time."""
HELD = timedelta(minutes=1)
"""How long a round keeps a webhook: longer than a call may last."""
SECONDS = 50
"""In which a round begins new calls: the timer starts the next one after a minute."""
AGENT = "local-police-and-ice-webhooks/1.0"


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery as it goes out now."""

    webhook: int
    delivery: int
    tries: int
    """How many there were before this one."""
    sent_at: datetime
    url: str
    headers: dict[str, str]
    body: bytes


class Round:
    """One look at all webhooks: what is due is sent. `site` is how addresses begin, https://portal.example."""

    def __init__(self, site: str, *, line: Line | None = None, seconds: float = SECONDS, at_once: int = AT_ONCE):
        self.site = site.rstrip("/")
        self.line = line or Line()
        self.seconds = seconds
        self.at_once = at_once
        self.holder = secrets.token_hex(16)
        self.turn: LedgerTurn | None = None
        self.counts: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """How many were `delivered`, how many tries `failed`, of how many webhooks the portal itself `broke`."""
        ends = time.monotonic() + self.seconds
        try:
            self.turn = ledger.catch_up()
        except ledger.Busy:
            logger.warning("Facts are being written just now: what became different is told next time.")
        except Exception:
            self.broke("The ledger cannot be read: only what is under way is sent.")
        due = deque(Webhook.objects.due(timezone.now(), self.newest).values_list("pk", flat=True))
        calls: dict[Future[Outcome], Letter] = {}
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="webhook") as pool:
            while calls or (due and time.monotonic() < ends):
                while due and len(calls) < self.at_once and time.monotonic() < ends:
                    if letter := self.next_of(due.popleft()):
                        calls[pool.submit(self.line.post, letter.url, letter.headers, letter.body)] = letter
                done, _others = wait(calls, return_when=FIRST_COMPLETED) if calls else ((), ())
                for call in done:
                    letter = calls.pop(call)
                    if self.note(letter, call):
                        due.append(letter.webhook)
        for pk in due:  # out of time: the next round goes on with them
            Webhook.objects.let_go(pk, self.holder)
        tidy(timezone.now())
        return self.counts

    # -- What is to be sent -------------------------------------------------------------------------------------------

    def next_of(self, pk: int) -> Letter | None:
        """What a webhook is to be sent now; None where there is nothing, or another round is at it."""
        try:
            now = timezone.now()
            if not Webhook.objects.hold(pk, self.holder, now, now + HELD):
                return None
            webhook = Webhook.objects.due(now, self.newest).select_related("key").filter(pk=pk).first()
            delivery = webhook and (self.waiting(webhook, now) or self.made(webhook))
            if letter := delivery and self.letter(webhook, delivery, now):
                return letter
            Webhook.objects.let_go(pk, self.holder)
        except Exception:
            # Whatever it is: the others get theirs.
            self.broke(f"Webhook {pk} could not be looked at.")
        return None

    def waiting(self, webhook: Webhook, now: datetime) -> WebhookDelivery | None:
        """A trial that staff asked for, or else what is under way, where it is due."""
        waiting = webhook.deliveries.filter(state=WebhookDelivery.State.WAITING, next_at__lte=now)
        if not webhook.is_active:
            waiting = waiting.filter(what=WebhookDelivery.What.TRIAL)
        return waiting.order_by("-what", "pk").first()

    def made(self, webhook: Webhook) -> WebhookDelivery | None:
        """A new delivery of what became different since the webhook's cursor, which moves on with it.

        None where nothing did that the webhook asks for, or the ledger cannot be read just now.
        """
        if not self.turn or not webhook.is_active or webhook.open_delivery:
            return None
        before, found = self.found(webhook)
        delivery = None
        with transaction.atomic():
            moved = Webhook.objects.filter(pk=webhook.pk, cursor=before, held_by=self.holder)
            if not moved.update(cursor=str(found.cursor)):
                return None  # another round has been quicker
            if found.told or found.is_lost:
                delivery = WebhookDelivery(
                    webhook=webhook,
                    changes=len(found.told),
                    after="" if found.is_lost else before,
                    next_cursor=str(found.cursor),
                    next_at=timezone.now(),
                )
                delivery.body = self.body(delivery, found)
                delivery.save()
        return delivery

    def found(self, webhook: Webhook) -> tuple[str, Found]:
        """The cursor that the webhook stands at, and what it is to be told of what was noted since."""
        try:
            cursor = Cursor.read(webhook.cursor) if webhook.cursor else Cursor.at(self.turn)
            return webhook.cursor, self.after(cursor, webhook)
        except (ledger.NoCursor, ledger.Stranger):
            # The ledger is not the one that it was. Nobody knows what became different, so the copy begins anew.
            return webhook.cursor, Found([], Cursor.at(self.turn), is_lost=True)

    def after(self, cursor: Cursor, webhook: Webhook) -> Found:
        """What the webhook is to be told of that was noted after a cursor, as much as one delivery holds.

        Raises ledger.Stranger.
        """
        found = Found([], cursor, has_more=True)
        while found.has_more and len(found.told) <= MOST_CHANGES - LOOKED_AT_ONCE:
            page = ledger.changes_after(
                found.cursor,
                LOOKED_AT_ONCE,
                webhook.kinds,
                self.turn,
                substantial=not webhook.is_told_of_renewals,
                noted_only=True,
            )
            told = [each for each in self.told(page.changes) if is_for(webhook, each)]
            found = Found(found.told + told, page.cursor, has_more=page.has_more)
        return found

    def told(self, changes: list[Change]) -> list[dict]:
        """What a delivery says of each change: which record, what became of it, and where it is read."""
        states = {}
        for kind in {change.key[0] for change in changes}:
            ids = [change.key[1] for change in changes if change.key[0] == kind and change.state.digest]
            states |= {(kind, each["id"]): state_of(each) for each in ledger.shown(kind, self.site, ids)}
        return [self.told_of(change, states) for change in changes]

    def told_of(self, change: Change, states: dict[ledger.Key, str | None]) -> dict:
        kind, public_id = change.key
        is_gone_since = change.state.digest and change.key not in states  # a moment ago
        return {
            "kind": kind,
            "id": public_id,
            "change": "withdrawn" if is_gone_since else change.name,
            "merged_into": change.state.merged_into or None,
            "substantial": bool(is_gone_since or change.is_substantial),
            "state": states.get(change.key),
            "url": f"{self.site}{reverse(f'api:{kind}-detail', args=[public_id])}",
        }

    def body(self, delivery: WebhookDelivery, found: Found) -> str:
        changes = f"{self.site}{reverse('api:changes')}"
        return message(
            WebhookDelivery.What.CHANGES,
            {
                "data_version": self.turn.data_version,
                "after": delivery.after or None,
                "next_cursor": delivery.next_cursor,
                "has_more": found.has_more,
                "is_lost": found.is_lost,
                "changes_url": f"{changes}?after={delivery.after}" if delivery.after else changes,
                "changes": found.told,
            },
        )

    def letter(self, webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> Letter | None:
        """A delivery with its headers. None, and the webhook rests, where it cannot be signed."""
        try:
            signing = webhook.secrets_at(now)
        except webhook_secrets.Unreadable:
            webhook.become(
                Webhook.State.RESTING,
                "Its secret cannot be read: SECRET_KEY is another one. Renew the secret, hand it over, send again.",
            )
            return None
        body, timestamp = delivery.body.encode(), int(now.timestamp())
        signatures = [webhook_secrets.signature(each, delivery.message, timestamp, body) for each in signing]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"{AGENT} (+{self.site}/api/v1/docs/)",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "Idempotency-Key": delivery.message,
            "webhook-id": delivery.message,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }
        return Letter(webhook.pk, delivery.pk, delivery.tries, now, webhook.url, headers, body)

    # -- What came of it ----------------------------------------------------------------------------------------------

    def note(self, letter: Letter, call: Future[Outcome]) -> bool:
        """Write down how a call ended; whether the webhook may be sent more at once."""
        try:
            outcome = call.result()
        except Exception:
            self.broke(f"Webhook {letter.webhook} could not be called.")
            outcome = Outcome(None, 0, problem="The portal itself failed; its log says more.")
        try:
            with transaction.atomic():
                noted = settle(letter, outcome, timezone.now())
            self.counts["delivered" if outcome.is_taken else "failed"] += 1
            if outcome.is_taken and noted:
                return True
            Webhook.objects.let_go(letter.webhook, self.holder)
        except Exception:
            self.broke(f"What came of webhook {letter.webhook} could not be noted: it is sent once more.")
        return False

    @property
    def newest(self) -> str:
        """The cursor that the ledger stands at; empty where it cannot be read."""
        return str(Cursor.at(self.turn)) if self.turn else ""

    def broke(self, says: str) -> None:
        self.counts["broke"] += 1
        logger.exception(says)


@dataclass(frozen=True, slots=True)
class Found:
    """Changes that a webhook is to be told of, and the cursor after them and those that it did not ask for."""

    told: list[dict]
    cursor: Cursor
    has_more: bool = False
    is_lost: bool = False
    """Whether nobody knows what became different since the webhook's cursor."""


def state_of(record: dict) -> str | None:
    """The postal abbreviation of a record's state; None for ICE's lists, which are of the whole country."""
    return record.get("state") or (record.get("agency") or {}).get("state")


def is_for(webhook: Webhook, told: dict) -> bool:
    """Whether a change is of the webhook's states. A record that is gone, or a list, is of none: all are told of it."""
    return not webhook.states or told["state"] is None or told["state"] in webhook.states


def beginning() -> str:
    """The cursor of the present, at which a webhook begins: what was noted before is not told."""
    newest = LedgerTurn.objects.newest()
    return str(Cursor.at(newest)) if newest else ""


def message(what: str, data: dict) -> str:
    """The body of a delivery."""
    now = timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"type": what, "timestamp": now, "data": data}, ensure_ascii=False, separators=(",", ":"))


def trial(webhook: Webhook) -> WebhookDelivery:
    """A message that says nothing, for the next round: signed and logged like any other, tried once."""
    waiting = webhook.deliveries.filter(what=WebhookDelivery.What.TRIAL, state=WebhookDelivery.State.WAITING)
    return waiting.first() or WebhookDelivery.objects.create(
        webhook=webhook,
        what=WebhookDelivery.What.TRIAL,
        body=message(WebhookDelivery.What.TRIAL, {"name": webhook.name}),
        next_at=timezone.now(),
    )


def settle(letter: Letter, outcome: Outcome, now: datetime) -> bool:
    """Note a try and what follows from it; False where another process has noted one of this delivery meanwhile."""
    State = WebhookDelivery.State
    WebhookTry.objects.create(
        delivery_id=letter.delivery,
        at=letter.sent_at,
        status=outcome.status,
        milliseconds=outcome.milliseconds,
        problem=outcome.problem,
        answer=outcome.answer,
    )
    delivery = WebhookDelivery.objects.select_related("webhook").get(pk=letter.delivery)
    webhook, is_trial = delivery.webhook, delivery.what == WebhookDelivery.What.TRIAL
    tries = letter.tries + 1
    if outcome.is_taken:
        after = {"state": State.DELIVERED, "next_at": None, "settled_at": now, "body": ""}
    elif is_trial or outcome.is_gone or tries > len(WAITS):
        after = {"state": State.FAILED, "next_at": None, "settled_at": now}
    else:
        wait = WAITS[letter.tries] * (1 + JITTER * random.random())
        asked = min(timedelta(seconds=outcome.retry_after), LONGEST_WAIT)
        after = {"next_at": now + max(wait, asked)}
    unchanged = WebhookDelivery.objects.filter(pk=delivery.pk, state=State.WAITING, tries=letter.tries)
    if not unchanged.update(tries=tries, **after):
        return False
    if outcome.is_gone:
        webhook.become(Webhook.State.GONE, "It answered 410, Gone: it wants no more of them.")
    elif after.get("state") == State.FAILED and not is_trial:
        webhook.become(Webhook.State.RESTING, f"{tries} tries failed, the last of them: {said(outcome)}"[:300])
    return True


def said(outcome: Outcome) -> str:
    return outcome.problem or f"it answered {outcome.status}."


def tidy(now: datetime) -> None:
    """What was settled long ago goes, and old secrets that sign no more; the others are kept under today's SECRET_KEY.

    Where there is nothing to do nothing is written: an import may have the database for itself just now.
    """
    calls = WebhookTry.objects.filter(at__lt=now - KEPT)
    settled = WebhookDelivery.objects.filter(settled_at__lt=now - KEPT).exclude(
        what=WebhookDelivery.What.CHANGES, state=WebhookDelivery.State.FAILED, webhook__in=Webhook.objects.in_use()
    )
    for over in (calls, settled):
        if over.exists():
            over.delete()
    silent = Webhook.objects.filter(old_secret_until__lte=now)
    if silent.exists():
        silent.update(old_secret="", old_secret_until=None)
    for webhook in Webhook.objects.in_use():
        with suppress(webhook_secrets.Unreadable):
            anew = webhook_secrets.sealed_anew(webhook.secret)
            if anew != webhook.secret:
                Webhook.objects.filter(pk=webhook.pk, secret=webhook.secret).update(secret=anew)
