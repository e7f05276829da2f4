"""What every record that editors write has: its state, its source, when it was checked, in which languages."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Agency, Source
from jurisdictions.periods import InForce, PartialDate, in_force_on


def validate_partial_date(text: str) -> None:
    """A year, a month or a day: 2025, 2025-03, 2025-03-06."""
    try:
        PartialDate.parse(text)
    except ValueError as error:
        raise ValidationError(str(error)) from None


class PartialDateField(models.CharField):
    """A date as its source gives it, kept as text. `PartialDate.parse` says which days it may mean."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("validators", [validate_partial_date])
        super().__init__(*args, **kwargs)


class EditorialState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Confidence(models.TextChoices):
    HIGH = "high", _("High: primary text or two independent sources")
    MEDIUM = "medium", _("Medium: one secondary source")
    LOW = "low", _("Low: outcome not seen, or named in a list only")


class Translation(models.TextChoices):
    MISSING = "missing", _("Missing")
    MACHINE = "machine", _("Machine, not read by a second person")
    REVIEWED = "reviewed", _("Reviewed")
    OUT_OF_DATE = "out_of_date", _("Out of date")


class Editorial(models.Model):
    """The row always holds the published version; a change to it is a Revision until somebody approves it."""

    state = models.CharField(
        "editorial state", max_length=10, choices=EditorialState, default=EditorialState.DRAFT, db_index=True
    )
    main_source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The public document that proves the record. Nothing is published without one.",
    )
    checked_on = models.DateField(null=True, blank=True, help_text="When somebody last read the source.")
    next_check_on = models.DateField(null=True, blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    translation = models.CharField("Spanish", max_length=12, choices=Translation, default=Translation.MISSING)
    doubt_en = models.TextField(
        "doubt", blank=True, help_text="What is not certain about the record, in a sentence that the public reads."
    )
    doubt_es = models.TextField("doubt in Spanish", blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @classmethod
    def published_with_source(cls):
        """The database's own rule that nothing is published without a source."""
        return models.CheckConstraint(
            condition=~models.Q(state=EditorialState.PUBLISHED) | models.Q(main_source__isnull=False),
            name="%(app_label)s_%(class)s_published_with_source",
            violation_error_message=_("Nothing is published without a source. Choose the main source first."),
        )

    def derive(self) -> None:
        """Set what follows from what editors write; called whenever the record is saved or loaded."""

    @property
    def is_published(self) -> bool:
        return self.state == EditorialState.PUBLISHED


class RuleStanding(models.TextChoices):
    """What can be said of a law or policy on a day."""

    IN_FORCE = "in_force", _("In force")
    UNCERTAIN = "uncertain", _("Perhaps in force")
    BLOCKED = "blocked", _("Blocked by a court")
    CHALLENGED = "challenged", _("Challenged in court")
    NOT_YET = "not_yet", _("Not yet in force")
    ENDED = "ended", _("No longer in force")
    NEVER = "never", _("Never in force")


class Dated(models.Model):
    """A rule with a start and an end, each perhaps known only to the year: the days that they may mean, for queries."""

    start_first = models.DateField(null=True, editable=False, help_text="First day that its start may mean.")
    start_last = models.DateField(null=True, editable=False, help_text="Last day it may mean; empty if unknown.")
    end_first = models.DateField(null=True, editable=False)
    end_last = models.DateField(null=True, editable=False)

    class Meta:
        abstract = True

    def set_days(self, starts: str, ends: str, *, is_over: bool, read_on) -> None:
        """From the printed dates. No start known: perhaps from the day of its source on, and never certain.

        A rule that is over on a day nobody names may have ended at any time until its source was read.
        """
        start, end = PartialDate.parse(starts), PartialDate.parse(ends)
        self.start_first, self.start_last = (start.first_day, start.last_day) if start else (read_on, None)
        if end:
            self.end_first, self.end_last = end.first_day, end.last_day
        elif is_over:
            self.end_first, self.end_last = self.start_first, read_on
        else:
            self.end_first = self.end_last = None

    def dates_on(self, day) -> InForce:
        """Whether it was in force on `day` as far as its dates tell; whether it is a rule is its legal status."""
        return in_force_on(
            day,
            start_first=self.start_first,
            start_last=self.start_last,
            end_first=self.end_first,
            end_last=self.end_last,
        )


BY_DATES = {
    InForce.NOT_YET: RuleStanding.NOT_YET,
    InForce.UNCERTAIN: RuleStanding.UNCERTAIN,
    InForce.CERTAIN: RuleStanding.IN_FORCE,
    InForce.ENDED: RuleStanding.ENDED,
}


OF_WRITTEN = ("law", "policy", "designation", "fact", "power", "event", "term")
"""The kinds of record that are written in words; their changes go with them."""


def _one_of(*names: str) -> models.Q:
    """Exactly one of these records, or none of them and a name."""
    none = dict.fromkeys(names)
    named = models.Q(**none) & ~models.Q(named="")
    for name in names:
        others = dict.fromkeys(other for other in names if other != name)
        named |= models.Q(**{f"{name}__isnull": False}, **others, named="")
    return named


class RevisionQuerySet(models.QuerySet):
    def approved_alone(self):
        """Those that their author alone approved, newest first, with the public record that each is of."""
        public = models.Q(pk__in=[])
        for name in OF_WRITTEN:
            public |= models.Q(**{f"{name}__state": EditorialState.PUBLISHED})
        public |= ~models.Q(named="")  # agencies and agreements are public as ICE lists them
        records = (*OF_WRITTEN, "law__jurisdiction", "agency__state", "agreement__agency__state")
        return self.exclude(alone_because="").filter(public).select_related(*records).order_by("-decided_at")


class Revision(models.Model):
    """A proposed change to a published record: the fields that change, against which version, by whom and why."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    law = models.ForeignKey("agreements.StateLaw", models.CASCADE, null=True, blank=True, related_name="revisions")
    policy = models.ForeignKey(
        "agreements.LocalPolicy", models.CASCADE, null=True, blank=True, related_name="revisions"
    )
    designation = models.ForeignKey(
        "agreements.FederalDesignation", models.CASCADE, null=True, blank=True, related_name="revisions"
    )
    fact = models.ForeignKey("agreements.GuideFact", models.CASCADE, null=True, blank=True, related_name="revisions")
    power = models.ForeignKey("agreements.ModelPower", models.CASCADE, null=True, blank=True, related_name="revisions")
    event = models.ForeignKey(
        "agreements.TimelineEvent", models.CASCADE, null=True, blank=True, related_name="revisions"
    )
    term = models.ForeignKey("agreements.GlossaryTerm", models.CASCADE, null=True, blank=True, related_name="revisions")
    agency = models.ForeignKey(Agency, models.SET_NULL, null=True, blank=True, related_name="revisions")
    agreement = models.ForeignKey(
        "agreements.Agreement", models.SET_NULL, null=True, blank=True, related_name="revisions"
    )
    named = models.CharField(
        max_length=300,
        blank=True,
        editable=False,
        help_text="What an agency or agreement was called when the change was written: a merge ends the record.",
    )
    changes = models.JSONField(help_text="Field → new value.")
    before = models.JSONField(
        default=dict, blank=True, help_text="Field → the value that it had when the change was written."
    )
    base_version = models.DateTimeField(help_text="updated_at of the record that the change was written against.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    alone_because = models.CharField(
        "why one reviewer",
        max_length=300,
        blank=True,
        help_text="Where an administrator approved their own change: why nobody else could. Shown publicly.",
    )
    refused_because = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=_one_of(*OF_WRITTEN),
                name="a_revision_is_of_one_record",
                violation_error_message=_("A change is of one record: a law, a policy, a label, an agency's name …"),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(reviewer=None)
                | ~models.Q(reviewer=models.F("author"))
                | ~models.Q(alone_because=""),
                name="a_reviewer_is_another_person",
                violation_error_message=_("You wrote this change, so somebody else has to approve it."),
            ),
        ]

    def __str__(self):
        return f"{self.record or self.named}: {self.reason}"

    @property
    def record(self):
        """What it changes; None where a merge has since ended the record (`named` says what it was)."""
        return next(filter(None, (getattr(self, name) for name in (*OF_WRITTEN, "agency", "agreement"))), None)

    @property
    def is_of_written(self) -> bool:
        """Whether it changes a record that is written in words, not what a list of ICE brought."""
        return any(getattr(self, f"{name}_id") for name in OF_WRITTEN)

    @classmethod
    def name_of(cls, model: type[models.Model]) -> str:
        """The field of a revision that names records of `model`, one of OF_WRITTEN."""
        return next(name for name in OF_WRITTEN if cls._meta.get_field(name).related_model is model)

    @classmethod
    def of(cls, record: models.Model) -> models.QuerySet:
        """The changes of this record, newest first."""
        return cls.objects.filter(**{cls.name_of(type(record)): record})
