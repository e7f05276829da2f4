from datetime import datetime, time, timedelta

from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from ..signals import say_that_facts_changed

# Every answer begins with this query; written out it costs a quarter of what the ORM takes to write it each time.
THE_ROW = "SELECT id, number, changed_at FROM jurisdictions_dataversion WHERE id = 1"


class DataVersionManager(models.Manager):
    def current(self) -> "DataVersion":
        """The one row; before the first load, version 0."""
        return next(iter(self.raw(THE_ROW)), None) or DataVersion(pk=DataVersion.ONLY)

    def take_turn(self) -> int:
        """Wait until no other transaction is changing public facts, keep others waiting, and return the version.

        To be called inside a transaction, before what will be changed is read. SQLite's wait by themselves.
        """
        self.get_or_create(pk=DataVersion.ONLY)
        return self.select_for_update().get(pk=DataVersion.ONLY).number

    def bump(self) -> None:
        """Say that public facts changed. Call it inside the transaction that changes them.

        Each version has a second of its own, see `own_second`. After the commit `signals.facts_changed` is sent; where
        a receiver fails, that is logged and undoes nothing.
        """
        now = timezone.now()
        changed = self.filter(pk=DataVersion.ONLY).update(number=F("number") + 1, changed_at=own_second(now))
        if not changed:
            self.create(pk=DataVersion.ONLY, number=1, changed_at=now)
        transaction.on_commit(say_that_facts_changed, robust=True)


def own_second(now: datetime) -> Case:
    """The moment of a version, in a second that neither the version before has nor the beginning of a day.

    `Last-Modified` counts in seconds: two states that share one would share it, and an older answer pass for good.
    """
    second, one = now.replace(microsecond=0), timedelta(seconds=1)
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(second), time.min))
    next_midnight = timezone.make_aware(datetime.combine(timezone.localdate(second) + timedelta(days=1), time.min))
    return Case(
        When(changed_at__lt=second, then=Value(now + one if second == midnight else now)),
        When(changed_at__gte=next_midnight - one, changed_at__lt=next_midnight, then=Value(next_midnight + one)),
        default=F("changed_at") + one,
        output_field=models.DateTimeField(),
    )


class DataVersion(models.Model):
    """How many times the public facts changed. ETags and caches hang on it."""

    ONLY = 1

    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = DataVersionManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_data_version")]

    def __str__(self):
        return str(self.number)


class BundledRecord(models.Model):
    """The digest of the bundled row that a record came from, so that a newer bundle sees what staff changed."""

    table = models.CharField(max_length=40)
    key = models.CharField(max_length=200, help_text="The row's identity, such as a sha256, a key or state + name.")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="one_digest_per_bundled_row")]

    def __str__(self):
        return f"{self.table} {self.key}"
