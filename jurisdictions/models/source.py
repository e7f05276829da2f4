import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
SHA256 = re.compile(r"[0-9a-f]{64}")


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

    def clean(self):
        """ValidationError, in sentences, for a day, a language or a digest that cannot be."""
        wrong = {}
        if self.retrieved_on and self.retrieved_on > timezone.localdate():
            wrong["retrieved_on"] = "This day has not come yet."
        elif self.retrieved_on and self.published_on and self.published_on > self.retrieved_on:
            wrong["published_on"] = "It cannot be read before it is published."
        if not LANGUAGE.fullmatch(self.language):
            wrong["language"] = "Write the language as its code, such as en or es."
        if self.sha256 and not SHA256.fullmatch(self.sha256):
            wrong["sha256"] = "A SHA-256 has 64 digits, 0 to 9 and a to f."
        if wrong:
            raise ValidationError(wrong)


class Citation(models.Model):
    """Where in a source a record's fact stands. Each kind of record has a table of its own."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    quote = models.TextField(blank=True)
    page = models.CharField(max_length=40, blank=True)
    field = models.CharField(max_length=60, blank=True, help_text="The record's field that it proves, where known.")

    class Meta:
        abstract = True
