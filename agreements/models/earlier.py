"""What others say of the time that our own lists do not cover. Never mixed into the status of an agreement."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Agency, Jurisdiction, Source

from ..querysets import EarlierAgreementQuerySet, LaterListQuerySet
from .editorial import Confidence


class EarlierAgreement(models.Model):
    """An agreement known between July 2002 and December 2024, by agency and model era, from a reading of records.

    `attested_from` and `attested_to` are the first and the last day that a document shows it: neither is the day on
    which it ended. Only `ended_on` is, and only where a source gives a day. A reference table: a list of ICE's that
    we hold says more of the days it covers.
    """

    class Model(models.TextChoices):
        JEM = "JEM", _("Jail screening")
        TFM = "TFM", _("Street enforcement")
        WSO = "WSO", _("Jail warrants")
        MIXED = "mixed", _("Street and jail in one agreement")

    key = models.SlugField(max_length=120, unique=True, help_text="State, agency and model; -2 for a second era.")
    state = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="earlier_agreements")
    agency_name = models.CharField(max_length=120)
    agency_kind = models.CharField(max_length=20, choices=Agency.Kind)
    counties = models.JSONField(default=list, help_text="GEOIDs of today's counties; none for an agency of the state.")
    program_model = models.CharField(max_length=5, choices=Model)
    signed_on = models.JSONField(default=list, help_text="Every signing and renewal found, as YYYY-MM-DD.")
    attested_from = models.DateField()
    attested_to = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    ended_how = models.CharField(max_length=200, blank=True, help_text="What a source says, or which list lacks it.")
    named_in = models.TextField(help_text="The documents that the compilation names for it.")
    document_url = models.CharField(max_length=300, help_text="One of them; not opened by us.")
    confidence = models.CharField(max_length=6, choices=Confidence)
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", help_text="Where we read of it.")

    objects = EarlierAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["state__name", "agency_name", "attested_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attested_from__lte=models.F("attested_to")), name="attested_in_the_order_of_days"
            )
        ]

    def __str__(self):
        return f"{self.agency_name}, {self.state}: {self.get_program_model_display()}"

    def get_absolute_url(self) -> str:
        """Its line among the earlier agreements of its state, without a language prefix."""
        return f"/guide/earlier/?state={self.state.usps}#{self.key}"


class LaterList(models.Model):
    """A list that ICE published after the newest one that we hold, as an independent archive of ICE's lists has it."""

    published_on = models.DateField(unique=True)
    file_name = models.CharField(max_length=80)
    row_count = models.PositiveIntegerField(null=True, blank=True, help_text="Where the archive says it.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = LaterListQuerySet.as_manager()

    class Meta:
        ordering = ["published_on"]

    def __str__(self):
        return f"{self.published_on}"
