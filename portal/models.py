"""What readers send us. The portal owns no facts: a report is a question about one, for the staff."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .api.key_models import PartnerKey  # noqa: F401 - so that Django finds its table
from .api.ledger_models import LedgerEntry, LedgerTurn  # noqa: F401 - so that Django finds their tables
from .api.webhook_models import Webhook, WebhookDelivery, WebhookTry  # noqa: F401 - so that Django finds their tables

LONGEST_PATH = 300


class MistakeReportQuerySet(models.QuerySet):
    def waiting(self):
        """Reports that nobody has answered yet: new ones and those in hand."""
        return self.filter(state__in=MistakeReport.OPEN)

    def sent_since(self, moment: datetime):
        return self.filter(sent_at__gte=moment)

    def keep(self, *, record: str, language: str, **said: str | date | None) -> MistakeReport:
        """Store what a reader sent, once however often it is sent; the database holds apart what comes at one moment.

        `said` are the fields that the reader filled in or that came with the form.
        """
        digest = hashlib.blake2b(repr(sorted(said.items())).encode(), digest_size=16).hexdigest()
        return self.get_or_create(digest=digest, defaults={"record": record, "language": language, **said})[0]


class MistakeReport(models.Model):
    """What a reader says is wrong on a page. Neither their name nor their address on the network is known.

    `contact` is what they chose to leave for an answer. It is gone once the report is closed: the database refuses a
    closed report that still has one.
    """

    class State(models.TextChoices):
        NEW = "new", "New"
        IN_HAND = "in_hand", "In hand"
        MENDED = "mended", "Mended"
        NO_MISTAKE = "no_mistake", "No mistake"

    OPEN = (State.NEW, State.IN_HAND)

    class Fact(models.TextChoices):
        ANSWER = "answer", _("The answer at the top of the page")
        MEANING = "meaning", _("What it means")
        AGENCIES = "agencies", _("Which agencies have an agreement")
        AGREEMENT = "agreement", _("An agreement: its kind, date or document")
        COVERS = "covers", _("Where an agency works")
        NAME = "name", _("A name")
        POLICY = "policy", _("A written local policy")
        LAW = "law", _("The law of a state")
        LABEL = "label", _("A federal label")
        CHANGE = "change", _("What changed, and when")
        NUMBER = "number", _("A number, a table or a map")
        SOURCE = "source", _("A source or a link")
        WORDS = "words", _("Words that are hard to read, or a translation")
        OTHER = "other", _("Something else")

    page = models.CharField(
        max_length=LONGEST_PATH, blank=True, help_text="The path of the page in English; empty if none was named."
    )
    record = models.CharField(max_length=300, blank=True, help_text="What the page is about, by its name that day.")
    as_of = models.DateField("day of the page", null=True, blank=True, help_text="If it was not that of the report.")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="en")
    fact = models.CharField(max_length=12, choices=Fact, default=Fact.OTHER)
    wrong = models.TextField("what is wrong", max_length=2000)
    proof_url = models.URLField("proof", max_length=500, blank=True)
    contact = models.CharField(
        max_length=200, blank=True, help_text="Only to ask back or to answer. Closing the report deletes it."
    )
    # The same words sent twice are one report, while nobody has read it. It goes with the first change of state, since
    # a phone number could be guessed from it.
    digest = models.CharField(max_length=32, unique=True, null=True, editable=False)  # noqa: DJ001 - NULLs are never alike
    sent_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    note = models.TextField(
        blank=True, max_length=4000, help_text="What was looked at and what was done. Only the staff read it."
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MistakeReportQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["state", "-sent_at"], name="report_state_sent")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["new", "in_hand"]) | models.Q(contact=""),
                name="a_closed_report_has_no_contact",
                violation_error_message="A closed report keeps no contact.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["new", "in_hand"], closed_at=None)
                | (models.Q(state__in=["mended", "no_mistake"]) & models.Q(closed_at__isnull=False)),
                name="a_closed_report_says_when",
                violation_error_message="A closed report says when it was closed, an open one does not.",
            ),
        ]

    def __str__(self):
        return f"{self.get_fact_display()}: {self.record or self.page or 'no page named'}"

    @property
    def is_closed(self) -> bool:
        return self.state not in self.OPEN

    def settle(self, state: str, *, by: models.Model | None) -> None:
        """Give the report a state and keep who did; one that is closed loses the reader's contact. Saves it."""
        self.state = state
        self.handled_by = by
        if state != self.State.NEW:
            self.digest = None
        if self.is_closed:
            self.contact = ""
            self.closed_at = self.closed_at or timezone.now()
        else:
            self.closed_at = None
        self.save()
