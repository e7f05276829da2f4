"""Webhooks: where partners are told that records became different, what was sent there, and what came back.

The ledger (ledger_models.py) is the only source. A webhook has at most one delivery under way; what becomes different
meanwhile waits in the ledger, where each record stands once, and is told with the next one. So the order is kept, and a
receiver that is out of reach for days is owed one delivery and a place in the ledger, not thousands of letters.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from . import webhook_secrets
from .key_models import PartnerKey
from .webhook_addresses import LONGEST, check_address
from .webhook_line import LONGEST_PROBLEM

OLD_SECRET_SIGNS = timedelta(days=1)
"""So long a secret that was renewed still signs beside the new one."""
KEPT = timedelta(days=30)
"""How long it is known what was sent and what came back."""


def mint_message() -> str:
    """The id of a delivery; without a full stop, which parts what is signed."""
    return f"msg_{secrets.token_hex(16)}"


class WebhookQuerySet(models.QuerySet):
    def due(self, now: datetime, newest: str) -> WebhookQuerySet:
        """Those for which there is something to send, who has waited longest first. Reads only.

        `newest` is the cursor that the ledger stands at; empty where it cannot be known just now: what became
        different then waits.
        """
        waiting = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), state=WebhookDelivery.State.WAITING)
        under_way = WebhookDelivery.objects.filter(webhook=OuterRef("pk")).under_way()
        changes = Q(Exists(waiting.filter(what=WebhookDelivery.What.CHANGES, next_at__lte=now)))
        if newest:
            changes |= ~Exists(under_way) & ~Q(cursor=newest)
        trial = Q(Exists(waiting.filter(what=WebhookDelivery.What.TRIAL, next_at__lte=now)))
        told = Q(state=Webhook.State.ACTIVE) & changes
        of_a_partner = Q(key=None) | Q(key__revoked_at=None)
        return self.in_use().filter(of_a_partner, trial | told).order_by("looked_at", "pk")

    def in_use(self) -> WebhookQuerySet:
        return self.exclude(state=Webhook.State.REVOKED)

    def hold(self, pk: int, holder: str, now: datetime, until: datetime) -> bool:
        """Keep every other process from sending to this webhook `until` then; False where another one has it."""
        free = Q(held_until=None) | Q(held_until__lt=now) | Q(held_by=holder)
        return bool(self.filter(free, pk=pk).update(held_by=holder, held_until=until, looked_at=now))

    def let_go(self, pk: int, holder: str) -> None:
        self.filter(pk=pk, held_by=holder).update(held_by="", held_until=None)

    def stopped(self) -> WebhookQuerySet:
        """Those that tell nobody anything until somebody of the staff has looked."""
        return self.filter(state__in=[Webhook.State.RESTING, Webhook.State.GONE])


class Webhook(models.Model):
    """An address of a partner's to which `manage.py send_webhooks` tells which records became different."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused by us"
        RESTING = "resting", "Rests: every try failed"
        GONE = "gone", "Ended by the receiver"
        REVOKED = "revoked", "Revoked"

    name = models.CharField(max_length=100, help_text="Whose it is: a newsroom, a law clinic, a researcher's group.")
    contact = models.CharField(
        max_length=200,
        blank=True,
        help_text="How to reach them, should their address answer no more. Staff see it alone.",
    )
    key = models.ForeignKey(
        PartnerKey,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="webhooks",
        verbose_name="partner key",
        help_text="Their key of the API, if they have one. Nothing is sent while it is revoked.",
    )
    url = models.CharField(
        "address",
        max_length=LONGEST,
        validators=[check_address],
        help_text="Where to send it, such as https://hooks.example.org/287g: https, and a name on the public net.",
    )
    kinds = models.JSONField(default=list, blank=True, help_text="Kinds of records; none: all.")
    states = models.JSONField(default=list, blank=True, help_text="Postal abbreviations; none: all.")
    is_told_of_renewals = models.BooleanField(
        "told of renewals",
        default=False,
        help_text=(
            "Also of records in which only what each new list of ICE renews is different, such as the newest list that"
            " printed them: some thousands with each list."
        ),
    )
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE, editable=False)
    why = models.CharField(max_length=300, blank=True, editable=False)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    # Empty where nothing was noted yet when it was issued: then it begins at the first turn that there is.
    cursor = models.TextField(blank=True, editable=False)
    secret = models.TextField(blank=True, editable=False)
    old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="issued_webhooks"
    )
    looked_at = models.DateTimeField(default=timezone.now, editable=False)
    held_by = models.CharField(max_length=32, blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "issued_at"]

    def __str__(self):
        return self.name

    @property
    def is_revoked(self) -> bool:
        return self.state == self.State.REVOKED

    @property
    def is_active(self) -> bool:
        """Whether it is told what becomes different."""
        return self.state == self.State.ACTIVE and self.may_be_called

    @property
    def may_be_called(self) -> bool:
        """Whether anything at all is sent to it, be it a trial."""
        return not (self.is_revoked or (self.key and self.key.is_revoked))

    @property
    def open_delivery(self) -> WebhookDelivery | None:
        """What it has not taken yet."""
        return self.deliveries.under_way().first()

    # -- Secrets ------------------------------------------------------------------------------------------------------

    def issue(self, cursor: str) -> str:
        """Give this record its first secret and its place in the ledger; the secret, which is shown once. Not saved."""
        self.cursor = cursor
        secret = webhook_secrets.mint()
        self.secret = webhook_secrets.sealed(secret)
        return secret

    def renew(self) -> str:
        """Another secret, saved, with the one before signing beside it for a day; the new one, which is shown once."""
        with suppress(webhook_secrets.Unreadable):
            webhook_secrets.opened(self.secret)
            self.old_secret, self.old_secret_until = self.secret, timezone.now() + OLD_SECRET_SIGNS
        secret = webhook_secrets.mint()
        self.secret = webhook_secrets.sealed(secret)
        self.save(update_fields=["secret", "old_secret", "old_secret_until"])
        return secret

    def secrets_at(self, moment: datetime) -> list[str]:
        """What signs at a moment, the newest first. Raises webhook_secrets.Unreadable."""
        found = [webhook_secrets.opened(self.secret)]
        if self.old_secret and self.old_secret_until and moment < self.old_secret_until:
            with suppress(webhook_secrets.Unreadable):  # the new one is what counts
                found.append(webhook_secrets.opened(self.old_secret))
        return found

    # -- What staff do, and what comes of answers ---------------------------------------------------------------------

    def become(self, state: str, why: str = "") -> bool:
        """Another state, saved, unless the record is in this one or was revoked meanwhile; whether it was done."""
        changed = {"state": state, "why": why, "state_since": timezone.now()}
        if state == self.State.REVOKED:
            changed |= {"secret": "", "old_secret": "", "old_secret_until": None}
        others = type(self).objects.filter(pk=self.pk).exclude(state__in=[state, self.State.REVOKED])
        if not others.update(**changed):
            return False
        for name, value in changed.items():
            setattr(self, name, value)
        return True

    @transaction.atomic
    def send_again(self) -> None:
        """Active again, with what is under way due at once and all tries before it."""
        self.become(self.State.ACTIVE)
        self.deliveries.under_way().update(
            state=WebhookDelivery.State.WAITING, tries=0, next_at=timezone.now(), settled_at=None
        )

    @transaction.atomic
    def revoke(self) -> None:
        """End it for good: its secrets are gone, and nothing is sent any more."""
        self.become(self.State.REVOKED)
        waiting = self.deliveries.filter(state=WebhookDelivery.State.WAITING)
        waiting.update(state=WebhookDelivery.State.FAILED, next_at=None, settled_at=timezone.now())


class WebhookDeliveryQuerySet(models.QuerySet):
    def under_way(self) -> WebhookDeliveryQuerySet:
        """What its webhook has not taken yet: of each one at most, the database sees to that. Trials are apart."""
        return self.filter(what=WebhookDelivery.What.CHANGES).exclude(state=WebhookDelivery.State.DELIVERED)

    def with_last_call(self) -> WebhookDeliveryQuerySet:
        """With what the latest try of each brought: `last_status`, `last_problem`, `last_milliseconds`."""
        calls = WebhookTry.objects.filter(delivery=OuterRef("pk"))
        names = ("status", "problem", "milliseconds")
        return self.annotate(**{f"last_{name}": Subquery(calls.values(name)[:1]) for name in names})


class WebhookDelivery(models.Model):
    """One message to a webhook. The same bytes under the same id with each try."""

    class What(models.TextChoices):
        CHANGES = "changes", "Changes"
        TRIAL = "trial", "Trial"

    class State(models.TextChoices):
        WAITING = "waiting", "Waits"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    message = models.CharField(
        "id", max_length=40, unique=True, default=mint_message, help_text="webhook-id and Idempotency-Key."
    )
    what = models.CharField(max_length=10, choices=What, default=What.CHANGES)
    made_at = models.DateTimeField(default=timezone.now)
    body = models.TextField(blank=True, help_text="Empty once it is delivered.")
    changes = models.PositiveIntegerField(default=0, help_text="How many it tells of.")
    after = models.TextField(blank=True)
    next_cursor = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since it was made, or sent again by us.")
    next_at = models.DateTimeField(null=True, help_text="When it is tried next.")
    settled_at = models.DateTimeField(null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["-made_at", "-id"], name="webhook_delivery_made")]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook"],
                condition=Q(what="changes", state__in=["waiting", "failed"]),
                name="one_delivery_under_way_per_webhook",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False) | (~Q(state="waiting") & Q(next_at=None)),
                name="a_webhook_delivery_that_waits_says_until_when",
            ),
        ]

    def __str__(self):
        return self.message


class WebhookTry(models.Model):
    """One call of a webhook, and what came back."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text="Of the answer; none where there was none.")
    milliseconds = models.PositiveIntegerField()
    problem = models.CharField(max_length=LONGEST_PROBLEM, blank=True)
    answer = models.TextField(blank=True, help_text="How the receiver's answer begins.")

    class Meta:
        verbose_name = "try of a delivery"
        verbose_name_plural = "tries of a delivery"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"answered {self.status}" if self.status else self.problem
