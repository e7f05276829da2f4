"""What `changes/` remembers of the records that the API shows: which there were, and when each last differed."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils import timezone


def mint_mark() -> str:
    return secrets.token_hex(6)


class LedgerTurnQuerySet(models.QuerySet):
    def newest(self) -> LedgerTurn | None:
        return self.order_by("-number").first()


class LedgerTurn(models.Model):
    """One time at which all records were looked through, of one data version, day and release of the code.

    `mark` is random: a cursor that names number and mark was given out by this very ledger, not by another
    installation nor by one that has since been put back to an older backup.
    """

    number = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=12, default=mint_mark, editable=False)
    data_version = models.PositiveBigIntegerField()
    day = models.DateField()
    release = models.CharField(max_length=40)
    basis = models.CharField(
        max_length=8, blank=True, help_text="Names the turn before, the facts, the day and the release."
    )
    turned_at = models.DateTimeField(default=timezone.now)

    objects = LedgerTurnQuerySet.as_manager()

    def __str__(self):
        return f"{self.number}: data version {self.data_version}, {self.day}"


class LedgerEntry(models.Model):
    """A record that the API shows or showed under this id, and the turn that last found it different."""

    class Kind(models.TextChoices):
        AGENCY = "agency"
        AGREEMENT = "agreement"
        LAW = "law"
        POLICY = "policy"
        DESIGNATION = "designation"
        SNAPSHOT = "snapshot"
        EVENT = "event"

    kind = models.CharField(max_length=11, choices=Kind)
    record = models.CharField(max_length=120, help_text="Its id in the API.")
    turn = models.ForeignKey(LedgerTurn, models.PROTECT, related_name="entries")
    since = models.BigIntegerField(help_text="The turn that found it new, or back again.")
    substance_turn = models.BigIntegerField(
        default=0, help_text="The turn that last found more of it different than what each new list renews."
    )
    digest = models.CharField(max_length=32, blank=True, help_text="Of the record as shown; empty once it is not.")
    substance = models.CharField(
        max_length=32, blank=True, help_text="Digest of the record without what each new list renews."
    )
    merged_into = models.CharField(max_length=120, blank=True, help_text="The id that it became, where it became one.")

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["turn", "id"], name="ledger_turn_id")]
        constraints = [models.UniqueConstraint(fields=["kind", "record"], name="one_ledger_entry_per_record")]

    def __str__(self):
        return f"{self.kind} {self.record}"

    @property
    def is_shown(self) -> bool:
        return bool(self.digest)
