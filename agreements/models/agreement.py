from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from jurisdictions.models import Agency, Citation, FormerId, Source
from jurisdictions.public_ids import mint

from ..querysets import AgreementQuerySet
from .snapshot import Listing


class Agreement(models.Model):
    """A memorandum of agreement (MOA) by which ICE delegates powers to an agency under 287(g): agency + program model.

    Its status on a day is derived from the snapshots (`Standing`), never typed in.
    """

    public_id = models.CharField(max_length=6, unique=True, default=mint, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="agreements")
    program_model = models.CharField(max_length=60, help_text="JEM, WSO, TFM, or what else ICE prints.")
    ended_on = models.DateField(
        null=True, blank=True, help_text="Only where a source says that it ended. Leaving ICE's list is not an end."
    )
    ended_source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="agreements_ended")
    first_listed_on = models.DateField(null=True, blank=True, help_text="First participating list that we hold.")
    first_known_on = models.DateField(null=True, blank=True, help_text="First list of either kind that we hold.")
    updated_at = models.DateTimeField(auto_now=True)
    history = HistoricalRecords(excluded_fields=["updated_at", "first_listed_on", "first_known_on"])

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["agency__name", "program_model"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "program_model"],
                name="one_agreement_per_agency_and_model",
                violation_error_message=_("This agency already has an agreement of this model."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_source__isnull=False),
                name="an_end_has_a_source",
                violation_error_message=_("Name the source that says it ended."),
            ),
        ]

    def __str__(self):
        return f"{self.agency}, {self.program_model}"

    def get_absolute_url(self) -> str:
        return f"/agreements/{self.public_id}/"


class AgreementCitation(Citation):
    """Where a fact of an agreement, other than ICE's own list, was read."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="citations")


class AgreementFormerId(FormerId):
    """A public id that an agreement once had. Its address leads to the agreement for ever."""

    agreement = models.ForeignKey(
        Agreement, models.SET_NULL, null=True, blank=True, related_name="former_ids", help_text="Empty: gone."
    )
    program_model = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = "former id of an agreement"
        verbose_name_plural = "former ids of agreements"


class Status(models.TextChoices):
    LISTED = "listed", _("On ICE's list")
    MISSING = "missing", _("Missing from the newest list")
    NO_LONGER_LISTED = "no_longer_listed", _("No longer listed")
    ENDED = "ended", _("Ended")
    PENDING = "pending", _("Pending")
    NO_LONGER_PENDING = "no_longer_pending", _("No longer pending")


class Standing(models.Model):
    """An agreement's status over a run of days, derived from the snapshots: [starts_on, ends_on).

    Runs of one agreement do not overlap; each day has at most one. A new run begins when the status changes or
    when the newest list prints another row, so `listing` is always the newest row known on that day.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="standings")
    status = models.CharField(max_length=18, choices=Status)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, help_text="The first day it no longer holds; empty while it does.")
    since = models.DateField(help_text="The day from which the status is dated: a first list, or the first without it.")
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="+", help_text="The newest row printed by then.")
    last_listed_on = models.DateField(
        null=True, help_text="The last list that showed it, once it is absent; empty while it is on the newest list."
    )
    signed_on = models.DateField(null=True, help_text="Printed on the newest list by then, after our corrections.")
    moa_url = models.URLField(max_length=600, blank=True)
    addendum_url = models.URLField(max_length=600, blank=True)

    class Meta:
        ordering = ["agreement", "starts_on"]
        indexes = [models.Index(fields=["status", "starts_on", "ends_on"], name="standing_status_days")]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "starts_on"], name="one_standing_per_agreement_and_start"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gt=models.F("starts_on")),
                name="a_standing_lasts_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.get_status_display()} from {self.starts_on}"
