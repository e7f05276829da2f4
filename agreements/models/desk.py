"""The sheet review desk: one of ICE's lists under review, and each change that it proposes."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Agency, DataVersion

from .snapshot import ListKind, Snapshot


def _person(**options) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", **options
    )


class ImportRun(models.Model):
    """One loading of one of ICE's lists: read, compared with what is held, reviewed, applied, perhaps undone.

    `workbook` keeps the list as it was read, so that it can be compared anew whenever the facts have changed, and
    loaded again after it was undone. What a person decides on its changes becomes a verdict or a correction on apply.
    """

    class State(models.TextChoices):
        REVIEWING = "reviewing", _("Under review")
        APPLIED = "applied", _("Applied")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Discarded")

    state = models.CharField(max_length=10, choices=State, default=State.APPLIED, db_index=True)
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=13, choices=ListKind, blank=True)
    published_on = models.DateField(null=True, blank=True, help_text="The day ICE published it, as far as we can tell.")
    half = models.CharField("half day", max_length=3, blank=True)
    said_kind = models.CharField(max_length=13, blank=True, help_text="Which list it is, where a person said so.")
    said_published_on = models.DateField(null=True, blank=True, help_text="Its day, where a person said so.")
    workbook = models.BinaryField(null=True, help_text="The list as read, compressed. Empty where a command loaded it.")
    row_count = models.PositiveIntegerField(default=0)
    base_version = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Version of the public facts with which it was compared."
    )
    compared_at = models.DateTimeField(null=True, blank=True)
    checks = models.JSONField(default=list, help_text='What was checked: {"name", "ok", "says"} each.')
    doubts = models.JSONField(default=list, help_text="Contradictions that stop until a person settles them.")
    doubts_settled = models.JSONField(default=list, help_text="Contradictions that a person answered; last, why.")
    problems = models.JSONField(default=list, help_text="Cells that could not be read: [row, column, value, sentence].")
    counts = models.JSONField(default=dict, help_text="Events by kind.")
    replaced = models.JSONField(
        default=list, help_text="Earlier decisions that its decisions took the place of, to be put back on undo."
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = _person(help_text="Empty: a command.")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = _person(help_text="Empty: a command.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = _person()
    undone_because = models.CharField(max_length=300, blank=True)
    snapshot = models.ForeignKey(Snapshot, models.SET_NULL, null=True, blank=True, related_name="import_runs")

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=models.Q(state="reviewing"),
                name="a_list_is_reviewed_once_at_a_time",
                violation_error_message=_("This list is already under review."),
            ),
        ]

    def __str__(self):
        return f"{self.file_name}, {timezone.localtime(self.applied_at or self.uploaded_at):%Y-%m-%d %H:%M}"

    @property
    def is_under_review(self) -> bool:
        return self.state == self.State.REVIEWING

    @property
    def is_applied(self) -> bool:
        return self.state == self.State.APPLIED

    @property
    def is_stale(self) -> bool:
        """Whether the public facts changed since it was compared with them: what it proposes may be wrong by now."""
        return self.is_under_review and self.base_version != DataVersion.objects.current().number

    @property
    def doubts_open(self) -> list[str]:
        """Doubts that nobody has settled yet."""
        return [doubt for doubt in self.doubts if doubt not in self.doubts_settled]

    @property
    def may_apply(self) -> list[str]:
        """What stands in the way of applying it, each a sentence; empty if nothing does."""
        if not self.is_under_review:
            return [f"This list was already {self.get_state_display().lower()}."]
        found = []
        if self.is_stale:
            found.append("The portal's facts changed since this list was compared with them. Compare it again.")
        found += self.doubts_open
        changes = ProposedChange.objects.filter(run=self)
        if count := changes.filter(decision=ProposedChange.Decision.OPEN).count():
            found.append("1 change waits for a decision." if count == 1 else f"{count:,} changes wait for a decision.")
        unseconded = changes.unseconded().count()
        if unseconded:
            found.append(
                "1 change waits for a second person."
                if unseconded == 1
                else f"{unseconded:,} changes wait for a second person."
            )
        return found


class ProposedChangeQuerySet(models.QuerySet):
    def open(self):
        """Changes on which nobody has decided."""
        return self.filter(decision=ProposedChange.Decision.OPEN)

    def certain(self):
        """Changes that need no judgment: they say what ICE's list prints."""
        return self.filter(is_certain=True)

    def unseconded(self):
        """Changes that were decided and still need a second person. One that is put off needs none yet."""
        waiting = [ProposedChange.Decision.OPEN, ProposedChange.Decision.LATER]
        return self.filter(needs_second=True, seconded_at=None).exclude(decision__in=waiting)

    def seconded_alone(self):
        """Decisions, public by now, that the person who took them seconded; the newest first."""
        applied = self.filter(run__state=ImportRun.State.APPLIED).exclude(seconded_at=None)
        return applied.exclude(alone_because="").order_by("-seconded_at")

    def put_off(self):
        """Changes of applied lists that somebody postponed: they still need someone."""
        waiting = [ProposedChange.Decision.OPEN, ProposedChange.Decision.LATER]
        return self.filter(decision__in=waiting, run__state=ImportRun.State.APPLIED, written_at=None)

    def decided_since(self):
        """Changes of applied lists that were put off, are decided by now, and wait to be written."""
        waiting = [ProposedChange.Decision.OPEN, ProposedChange.Decision.LATER]
        return self.filter(run__state=ImportRun.State.APPLIED, written_at=None).exclude(decision__in=waiting)


class ProposedChange(models.Model):
    """One thing that a list under review would change, and what a person decided on it."""

    class Kind(models.TextChoices):
        APPEARED = "appeared", _("Appeared")
        BACK = "back", _("Back on the list")
        PENDING = "pending", _("Listed as pending")
        NO_LONGER_PENDING = "no_longer_pending", _("No longer listed as pending")
        MISSING = "missing", _("Missing from this list")
        NO_LONGER_LISTED = "no_longer_listed", _("No longer listed")
        RENAMED = "renamed", _("Renamed or respelt")
        RENAMED_PERHAPS = "renamed_perhaps", _("Renamed, perhaps")
        MERGED = "merged", _("Two records become one")
        SPLIT = "split", _("One record becomes two")
        MODEL_ADDED = "model_added", _("Model added")
        MODEL_DROPPED = "model_dropped", _("Model dropped")
        MODEL_SWITCHED = "model_switched", _("Model switched")
        RE_SIGNED = "re_signed", _("Signed again")
        DATE_CHANGED = "date_changed", _("Signing date changed")
        TYPE_CHANGED = "type_changed", _("Type changed")
        COUNTY_CHANGED = "county_changed", _("County changed")
        STATE_CHANGED = "state_changed", _("State changed")
        LINK_POSTED = "link_posted", _("Document posted")
        LINK_LOST = "link_lost", _("Document link lost")
        LINK_REPLACED = "link_replaced", _("Document link replaced")
        PLACEMENT = "placement", _("Place in question")
        REPEATED_ROW = "repeated_row", _("Repeated row")
        JUNK_ROW = "junk_row", _("Row that cannot be read")

    class Decision(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        EDITED = "edited", _("Edited")
        LINKED = "linked", _("Linked to another agency")
        SAME = "same", _("Same agency")
        DIFFERENT = "different", _("Different agencies")
        PLACED = "placed", _("Placed")
        LATER = "later", _("Later")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="proposed")
    number = models.PositiveIntegerField(help_text="Its place among the changes of the run.")
    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=400, help_text="Names the change from one comparison to the next.")
    agency = models.ForeignKey(Agency, models.SET_NULL, null=True, blank=True, related_name="+")
    agency_name = models.CharField(max_length=200, blank=True, help_text="As this list prints it.")
    state = models.CharField(max_length=2, blank=True, help_text="USPS.")
    program_model = models.CharField(max_length=60, blank=True)
    row = models.PositiveIntegerField(null=True, blank=True, help_text="The sheet's own row number.")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    confidence = models.FloatField(default=1.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    reason = models.CharField(max_length=400, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    is_certain = models.BooleanField(default=False)
    needs_second = models.BooleanField(default=False)

    decision = models.CharField(max_length=10, choices=Decision, default=Decision.OPEN)
    choice = models.JSONField(default=dict, blank=True, help_text="What was chosen: an agency, a place, a value.")
    note = models.CharField(max_length=300, blank=True)
    decided_by = _person()
    decided_at = models.DateTimeField(null=True, blank=True)
    seconded_by = _person()
    seconded_at = models.DateTimeField(null=True, blank=True)
    alone_because = models.CharField(
        "why one reviewer",
        max_length=300,
        blank=True,
        help_text="Where an administrator seconded their own decision: why nobody else could. Shown publicly.",
    )
    written_at = models.DateTimeField(
        null=True, blank=True, help_text="When the decision was acted on. Empty while it may still be changed."
    )

    objects = ProposedChangeQuerySet.as_manager()

    class Meta:
        ordering = ["run", "number"]
        indexes = [models.Index(fields=["run", "kind", "decision"], name="proposed_run_kind_decision")]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="one_proposed_change_per_number"),
            models.CheckConstraint(
                condition=models.Q(seconded_by=None)
                | ~models.Q(seconded_by=models.F("decided_by"))
                | ~models.Q(alone_because=""),
                name="a_second_is_another_person",
                violation_error_message=_("You decided this yourself, so somebody else has to second it."),
            ),
        ]

    def __str__(self):
        about = ", ".join(filter(None, [self.agency_name, self.state, self.program_model]))
        return f"{self.get_kind_display()}: {about}"

    @property
    def allowed_decisions(self) -> tuple[str, ...]:
        """What a person may decide on a change of this kind."""
        return ALLOWED[self.kind]

    @property
    def is_open(self) -> bool:
        return self.decision == self.Decision.OPEN

    @property
    def waits_for_a_second(self) -> bool:
        return self.needs_second and not self.seconded_at and self.decision not in (self.Decision.OPEN, "later")


_ROW = ("accepted", "rejected", "edited", "linked", "later")
_VALUE = ("accepted", "rejected", "edited", "later")
_FACT = ("accepted", "later")

ALLOWED: dict[str, tuple[str, ...]] = {
    "appeared": _ROW,
    "back": _ROW,
    "model_added": _ROW,
    "pending": _ROW,
    "model_switched": ("accepted", "edited", "linked", "later"),
    "no_longer_pending": _FACT,
    "missing": _FACT,
    "no_longer_listed": _FACT,
    "model_dropped": _FACT,
    "renamed": ("accepted", "different", "edited", "later"),
    "renamed_perhaps": ("same", "different", "linked", "later"),
    "merged": _FACT,
    "split": _FACT,
    "re_signed": _VALUE,
    "date_changed": _VALUE,
    "type_changed": _VALUE,
    "county_changed": _VALUE,
    "state_changed": _VALUE,
    "link_posted": _VALUE,
    "link_lost": _VALUE,
    "link_replaced": _VALUE,
    "placement": ("placed", "accepted", "later"),
    "repeated_row": ("accepted", "edited", "later"),
    "junk_row": ("accepted", "edited", "later"),
}
"""What may be decided on each kind of change. `accepted`: as ICE's list says."""
