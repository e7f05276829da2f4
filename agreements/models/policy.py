from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from jurisdictions.models import Citation, Jurisdiction
from jurisdictions.periods import InForce

from ..querysets import DesignationQuerySet, PolicyQuerySet
from ..topics import topics_of_policy
from .editorial import BY_DATES, Dated, Editorial, PartialDateField, RuleStanding
from .law import Stance


class LocalPolicy(Editorial, Dated):
    """A county's, city's or other local government's own rule about cooperation with immigration enforcement."""

    class Instrument(models.TextChoices):
        ORDINANCE = "ordinance", _("Ordinance")
        RESOLUTION = "resolution", _("Resolution")
        EXECUTIVE_ORDER = "executive_order", _("Executive order")
        SHERIFF_POLICY = "sheriff_policy", _("Sheriff's policy")
        POLICE_POLICY = "police_policy", _("Police policy")
        CHARTER = "charter", _("Charter")
        COURT_SETTLEMENT = "court_settlement", _("Court settlement")
        COURT_ORDER = "court_order", _("Judge's order")
        AGREEMENT = "agreement", _("Agreement or memorandum")
        STATE_LAW_ONLY = "state_law_only", _("State law only")
        DESIGNATION = "designation", _("Designation")

    class LegalStatus(models.TextChoices):
        IN_FORCE = "in_force", _("In force when last seen")
        CHALLENGED = "challenged", _("Challenged; outcome not known")
        SUPERSEDED = "superseded", _("Superseded")
        REPEALED = "repealed", _("Repealed")
        PROPOSED = "proposed", _("Proposed; outcome not confirmed")

    key = models.SlugField(max_length=90, unique=True, help_text="Permanent: state-place-matter-year.")
    state_area = models.ForeignKey(
        Jurisdiction,
        models.PROTECT,
        related_name="local_policies_within",
        limit_choices_to={"kind": "state"},
        verbose_name="state",
    )
    jurisdictions = models.ManyToManyField(
        Jurisdiction, related_name="local_policies", blank=True, help_text="The government whose policy it is."
    )
    government = models.CharField(max_length=120, help_text="Its official name.")
    government_type = models.CharField(max_length=30, help_text="county, city, town, village, borough, parish …")
    title = models.CharField(max_length=200)
    citation = models.CharField(max_length=200, blank=True)
    instrument = models.CharField(max_length=20, choices=Instrument)
    stance = models.CharField(max_length=24, choices=Stance)
    printed_topics = models.JSONField(default=list, help_text="As the record's source of facts names them.")
    topics = models.JSONField(default=list, editable=False, help_text="In the vocabulary shared with laws.")
    legal_status = models.CharField(max_length=10, choices=LegalStatus)
    adopted_on = PartialDateField(help_text="For a proposal: the day of the step described, not of adoption.")
    ended_on = PartialDateField()
    summary_en = models.TextField("summary")
    summary_es = models.TextField("summary in Spanish", blank=True)
    history = HistoricalRecords(excluded_fields=["updated_at"])

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "local policies"
        ordering = ["state_area__name", "government", "-adopted_on", "title"]
        constraints = [Editorial.published_with_source()]

    def __str__(self):
        return f"{self.government}, {self.title}"

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The page's address without a language prefix."""
        return f"/policies/{self.key}/"

    def derive(self) -> None:
        """Set what follows from the printed topics and dates."""
        self.topics = topics_of_policy(self.printed_topics)
        is_over = self.legal_status in (self.LegalStatus.SUPERSEDED, self.LegalStatus.REPEALED)
        read_on = self.main_source and (self.main_source.published_on or self.main_source.retrieved_on)
        self.set_days(self.adopted_on, self.ended_on, is_over=is_over, read_on=read_on)

    def standing_on(self, day) -> RuleStanding:
        if self.legal_status == self.LegalStatus.PROPOSED:
            return RuleStanding.NEVER
        dates = self.dates_on(day)
        if self.legal_status == self.LegalStatus.CHALLENGED and dates in (InForce.CERTAIN, InForce.UNCERTAIN):
            return RuleStanding.CHALLENGED
        return BY_DATES[dates]


class PolicyCitation(Citation):
    """Where a policy's fact was read."""

    policy = models.ForeignKey(LocalPolicy, models.CASCADE, related_name="citations")


class FederalDesignation(Editorial):
    """A place named on a federal list of "sanctuary jurisdictions": a federal claim, not proof of a local policy."""

    class List(models.TextChoices):
        DOJ = "doj-eo-14287", _("Justice Department's list under Executive Order 14287")
        DHS = "dhs-sanctuary-jurisdictions", _("Homeland Security's list of May 2025, withdrawn")

    key = models.SlugField(max_length=60, unique=True, help_text="<list>-<geoid>")
    list = models.CharField(max_length=30, choices=List)
    listed_on = models.DateField()
    removed_on = models.DateField(null=True, blank=True, help_text="The first day no longer on the list.")
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="designations")
    printed_name = models.CharField(max_length=120)
    printed_type = models.CharField(max_length=10, help_text="state, county or city, as the list has it.")
    history = HistoricalRecords(excluded_fields=["updated_at"])

    objects = DesignationQuerySet.as_manager()

    class Meta:
        ordering = ["list", "jurisdiction"]
        constraints = [Editorial.published_with_source()]

    def __str__(self):
        return f"{self.printed_name} on {self.get_list_display()}"

    def get_absolute_url(self) -> str:
        """The page of the area, which shows its labels, without a language prefix."""
        return self.jurisdiction.get_absolute_url()

    def listed_by(self, day) -> bool:
        """Whether it stood on the list on `day`, as far as the record knows."""
        return self.listed_on <= day and (self.removed_on is None or day < self.removed_on)

    @property
    def list_is_complete(self) -> bool:
        """The withdrawn list is held in part and never proves a "no"."""
        return self.list == self.List.DOJ


class DesignationCitation(Citation):
    """Where a designation was read."""

    designation = models.ForeignKey(FederalDesignation, models.CASCADE, related_name="citations")


class Check(models.Model):
    """Somebody looked for a rule of a place about a subject on a day. "Nothing found" is this, never a "no"."""

    class Found(models.TextChoices):
        YES = "yes", _("Found")
        NOTHING = "nothing", _("Nothing found")

    LOCAL_POLICY = "local_policy"

    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="checks")
    subject = models.CharField(max_length=40, help_text="A topic, local_policy, or a list.")
    looked_on = models.DateField()
    where = models.CharField(max_length=300)
    found = models.CharField(max_length=7, choices=Found)

    class Meta:
        ordering = ["jurisdiction", "subject", "-looked_on"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "subject", "looked_on"], name="one_check_a_day"),
        ]

    def __str__(self):
        return f"{self.jurisdiction}, {self.subject}, {self.looked_on}: {self.get_found_display()}"
