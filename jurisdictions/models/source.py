from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Source(models.Model):
    """A public document in which a fact was read, its publisher, and the day it was read."""

    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200)
    url = models.URLField("address", max_length=600, blank=True)
    published_on = models.DateField(null=True, blank=True)
    retrieved_on = models.DateField(help_text="The day we read it.")
    language = models.CharField(max_length=5, default="en")
    archived_url = models.URLField("archived copy", max_length=600, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Only where we hold a copy.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["publisher", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["url", "title", "retrieved_on"],
                name="one_source_per_address_title_and_day",
                violation_error_message=_("This document is already recorded for that day."),
            )
        ]

    def __str__(self):
        return f"{self.title} ({self.publisher})"


class Citation(models.Model):
    """Where in a source a record's fact stands. Each kind of record has a table of its own."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    quote = models.TextField(blank=True)
    page = models.CharField(max_length=40, blank=True)
    field = models.CharField(max_length=60, blank=True, help_text="The record's field that it proves, where known.")

    class Meta:
        abstract = True
