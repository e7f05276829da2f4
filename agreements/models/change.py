from django.db import models
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Agency, Jurisdiction

from ..querysets import ChangeEventQuerySet
from .agreement import Agreement
from .snapshot import Snapshot


class ChangeEvent(models.Model):
    """Something that changed, as the public sees it: at the source, in law, or by our own correction."""

    class Kind(models.TextChoices):
        PENDING = "pending", _("Listed as pending")
        NO_LONGER_PENDING = "no_longer_pending", _("No longer listed as pending")
        APPEARED = "appeared", _("Appeared on ICE's list")
        MISSING = "missing", _("Missing from the newest list")
        NO_LONGER_LISTED = "no_longer_listed", _("No longer listed")
        BACK = "back", _("Back on ICE's list")
        ENDED = "ended", _("Ended")
        RENAMED = "renamed", _("Printed under another name")
        MERGED = "merged", _("Two records became one")
        MODEL_ADDED = "model_added", _("Added a model")
        MODEL_DROPPED = "model_dropped", _("Dropped a model")
        MODEL_SWITCHED = "model_switched", _("Switched model")
        RE_SIGNED = "re_signed", _("Signed again")
        DATE_CHANGED = "date_changed", _("Signing date changed by ICE")
        TYPE_CHANGED = "type_changed", _("Agency type changed by ICE")
        COUNTY_CHANGED = "county_changed", _("County changed by ICE")
        LINK_CHANGED = "link_changed", _("Document link changed by ICE")
        CORRECTED = "corrected", _("Our correction")
        ENACTED = "enacted", _("Enacted or adopted")
        IN_EFFECT = "in_effect", _("In effect")
        ENJOINED = "enjoined", _("Blocked by a court")
        AMENDED = "amended", _("Amended")
        REPEALED = "repealed", _("Repealed")
        SUPERSEDED = "superseded", _("Superseded")
        LABEL_LISTED = "label_listed", _("Put on a federal list")
        LABEL_REMOVED = "label_removed", _("Taken off a federal list")

    class Origin(models.TextChoices):
        ICE_LIST = "ice_list", _("ICE's list")
        RECORD = "record", _("law or policy record")
        SOURCE = "source", _("another source")
        CORRECTION = "correction", _("our correction")

    key = models.CharField(max_length=16, unique=True, help_text="Names the event in its address, the same for ever.")
    agency = models.ForeignKey(Agency, models.CASCADE, null=True, blank=True, related_name="changes")
    agreement = models.ForeignKey(Agreement, models.CASCADE, null=True, blank=True, related_name="changes")
    law = models.ForeignKey("agreements.StateLaw", models.CASCADE, null=True, blank=True, related_name="changes")
    policy = models.ForeignKey("agreements.LocalPolicy", models.CASCADE, null=True, blank=True, related_name="changes")
    designation = models.ForeignKey(
        "agreements.FederalDesignation", models.CASCADE, null=True, blank=True, related_name="changes"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    took_effect_on = models.DateField(null=True, blank=True, help_text="Where known: such as the day of signing.")
    seen_on = models.DateField(help_text="The day of the list or source in which we saw it.")
    origin = models.CharField(max_length=10, choices=Origin)
    snapshot = models.ForeignKey(Snapshot, models.CASCADE, null=True, blank=True, related_name="changes")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ChangeEventQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_on", "agency__name", "kind"]
        indexes = [models.Index(fields=["-seen_on", "kind"], name="change_seen_kind")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agency__isnull=False)
                | models.Q(law__isnull=False)
                | models.Q(policy__isnull=False)
                | models.Q(designation__isnull=False),
                name="a_change_is_of_something",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.subject}, {self.seen_on}"

    def get_absolute_url(self) -> str:
        return f"/changes/{self.key}/"

    @property
    def subject_field(self) -> str:
        """Which of the columns says what changed: law, policy or designation, else agency."""
        return next((name for name in ("law", "policy", "designation") if getattr(self, f"{name}_id")), "agency")

    @property
    def subject(self):
        """What changed: a law, a policy, a designation, else the agency."""
        return getattr(self, self.subject_field)

    @property
    def state(self) -> Jurisdiction:
        """The state in which it changed."""
        if self.law:
            return self.law.jurisdiction
        if self.policy:
            return self.policy.state_area
        if self.designation:
            area = self.designation.jurisdiction
            return area if area.is_state else area.state
        return self.agency.state

    @property
    def subject_name(self) -> str:
        """What changed by its name, without its state."""
        if self.law:
            return self.law.title
        if self.designation:
            return self.designation.printed_name
        return str(self.policy or self.agency.name)
