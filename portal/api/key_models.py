"""Keys of partners: they lift the limit of calls and do nothing else."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

MARK = "pk_"
"""Begins every key, so that one which got into a place where it should not be is found by a search."""
SHOWN = 8
"""Characters of a key, after its mark, that may be shown: they tell one from another and open nothing."""


class PartnerKeyQuerySet(models.QuerySet):
    def in_force(self) -> PartnerKeyQuerySet:
        return self.filter(revoked_at=None)


class PartnerKey(models.Model):
    """A key that a partner sends with each call of the API. What is kept of it is its sha256: it cannot be shown again.

    A plain digest is enough: the key is 32 random bytes, which nobody can guess, unlike a password.
    """

    name = models.CharField(
        max_length=100, help_text="Whose key it is: a newsroom, a law clinic, a researcher's group."
    )
    contact = models.CharField(
        max_length=200,
        blank=True,
        help_text="How to reach them, should the key have to be changed. Staff see it alone.",
    )
    calls_a_minute = models.PositiveIntegerField(
        "calls a minute", default=600, validators=[MinValueValidator(1), MaxValueValidator(60_000)]
    )
    begins = models.CharField(max_length=len(MARK) + SHOWN, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="issued_keys"
    )
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PartnerKeyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "issued_at"]

    def __str__(self):
        return f"{self.name} ({self.begins}…)"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    def issue(self) -> str:
        """Give this record a new key; returns the key, which only the caller then knows. The record is not saved."""
        key = MARK + secrets.token_urlsafe(32)
        self.begins, self.sha256 = key[: len(MARK) + SHOWN], digest(key)
        return key

    def revoke(self) -> None:
        """End the key for good; workers take no notice of it after some seconds (`portal.api.keys.READ_AGAIN`)."""
        if not self.is_revoked:
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
