from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from jurisdictions.models import Citation, Jurisdiction
from jurisdictions.periods import InForce, PartialDate, in_force_on

from ..querysets import LawQuerySet, ProvisionQuerySet
from ..topics import Topic
from .editorial import BY_DATES, Dated, Editorial, PartialDateField, RuleStanding


class Stance(models.TextChoices):
    """What an instrument does to cooperation with immigration enforcement; of the instrument, not of a place."""

    REQUIRES = "requires_cooperation", _("Requires cooperation")
    ENCOURAGES = "encourages_cooperation", _("Encourages cooperation")
    LIMITS = "limits_cooperation", _("Limits cooperation")
    PROHIBITS = "prohibits_cooperation", _("Prohibits cooperation")
    MIXED = "mixed", _("Mixed")
    NEUTRAL = "neutral", _("Neutral")


class Effect(models.TextChoices):
    """What a provision does to the act that its topic names, for those whom it binds."""

    REQUIRES = "requires", _("requires")
    ENCOURAGES = "encourages", _("encourages")
    ALLOWS = "allows", _("allows")
    LIMITS = "limits", _("limits")
    FORBIDS = "forbids", _("forbids")


class StateLaw(Editorial, Dated):
    """A state's law, order, ruling or bill about cooperation with federal immigration enforcement."""

    class Instrument(models.TextChoices):
        STATUTE = "statute", _("Statute")
        EXECUTIVE_ORDER = "executive_order", _("Executive order")
        ATTORNEY_GENERAL = "attorney_general_guidance", _("Attorney general's guidance")
        COURT_RULING = "court_ruling", _("Court ruling")
        CONSTITUTIONAL = "constitutional", _("Constitutional provision")
        AGENCY_POLICY = "agency_policy", _("State agency's policy")
        BILL = "bill", _("Bill, not law")

    class LegalStatus(models.TextChoices):
        ENACTED = "enacted", _("Enacted")
        PROPOSED = "proposed", _("Introduced; outcome not confirmed")
        ENJOINED = "enjoined", _("Blocked by a court")
        VETOED = "vetoed", _("Vetoed")
        REPEALED = "repealed", _("Repealed")
        EXPIRED = "expired", _("Expired")

    class EffectOn287g(models.TextChoices):
        REQUIRED_SHERIFFS = "required_sheriffs", _("Sheriffs or jails must sign or seek an agreement")
        REQUIRED_ALL = "required_all", _("All agencies must sign an agreement")
        PERMITTED = "permitted", _("Agreements are allowed")
        RESTRICTED = "restricted", _("Agreements are restricted")
        BANNED = "banned", _("Agreements are banned")

    key = models.SlugField(max_length=80, unique=True, help_text="Permanent: state-bill-year, such as tx-sb-8-2025.")
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="laws", limit_choices_to={"kind": "state"}, verbose_name="state"
    )
    title = models.CharField(max_length=200)
    citation = models.CharField(max_length=200, blank=True)
    instrument = models.CharField(max_length=30, choices=Instrument)
    stance = models.CharField(max_length=24, choices=Stance)
    legal_status = models.CharField(max_length=10, choices=LegalStatus)
    enacted_on = PartialDateField(help_text="2025, 2025-03 or 2025-03-06; for a veto the day of the veto.")
    effective_on = PartialDateField(help_text="Where unknown, the day of enactment counts, and the page says so.")
    ended_on = PartialDateField(help_text="The first day no longer in force.")
    is_unconfirmed = models.BooleanField(
        "not confirmed to be in force",
        default=False,
        help_text="Tick where it waits for something not seen to happen, or one source alone says that it became law. "
        "Pages then say “perhaps in force”, never “in force”; say why under doubt.",
    )
    summary_en = models.TextField("summary")
    summary_es = models.TextField("summary in Spanish", blank=True)
    effect_on_287g = models.CharField("effect on 287(g)", max_length=18, choices=EffectOn287g, blank=True)
    history = HistoricalRecords(excluded_fields=["updated_at"])

    objects = LawQuerySet.as_manager()

    class Meta:
        ordering = ["jurisdiction__name", "-enacted_on", "title"]
        constraints = [Editorial.published_with_source()]

    def __str__(self):
        return f"{self.jurisdiction.usps} {self.title}"

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The page's address without a language prefix."""
        return f"/laws/{self.key}/"

    def derive(self) -> None:
        """Set the days that start and end may mean. Without an effective date the day of enactment counts.

        A law not confirmed to be in force is never certainly so, however exact its dates.
        """
        is_over = self.legal_status in (self.LegalStatus.REPEALED, self.LegalStatus.EXPIRED)
        read_on = self.main_source and (self.main_source.published_on or self.main_source.retrieved_on)
        self.set_days(self.effective_on or self.enacted_on, self.ended_on, is_over=is_over, read_on=read_on)
        if self.is_unconfirmed:
            self.start_last = None

    @property
    def is_rule(self) -> bool:
        """Bills, vetoed bills and bills that died never are in force."""
        return self.legal_status in (self.LegalStatus.ENACTED, self.LegalStatus.ENJOINED, self.LegalStatus.REPEALED)

    @property
    def dated_by_enactment(self) -> bool:
        """Whether no effective date is known, so that pages say that the day of enactment is meant."""
        return bool(self.enacted_on and not self.effective_on)

    def standing_on(self, day) -> RuleStanding:
        return rule_standing(self, self.dates_on(day))


def rule_standing(law: StateLaw, dates: InForce) -> RuleStanding:
    """What can be said of a law, or of a provision with dates of its own, whose dates say `dates` of the day."""
    if not law.is_rule:
        return RuleStanding.NEVER
    if law.legal_status == StateLaw.LegalStatus.ENJOINED and dates in (InForce.CERTAIN, InForce.UNCERTAIN):
        return RuleStanding.BLOCKED
    return BY_DATES[dates]


class Bound(models.TextChoices):
    """Whom a provision binds."""

    SHERIFFS_AND_JAILS = "sheriffs_and_jails", _("sheriffs and jails")
    LOCAL_POLICE = "local_police", _("local police")
    STATE_AGENCIES = "state_agencies", _("state agencies")
    LOCAL_GOVERNMENTS = "local_governments", _("local governments")
    SCHOOLS_AND_HOSPITALS = "schools_and_hospitals", _("schools and hospitals")
    COURTS = "courts", _("courts")
    EVERYONE = "everyone", _("everyone")


class Provision(models.Model):
    """What one part of a law does, about one act, to those whom it binds."""

    law = models.ForeignKey(StateLaw, models.CASCADE, related_name="provisions")
    topic = models.CharField(max_length=24, choices=Topic)
    effect = models.CharField(max_length=10, choices=Effect)
    binds = models.JSONField(default=list, help_text="Whom it binds: values of Bound, such as sheriffs_and_jails.")
    section = models.CharField(max_length=120, blank=True)
    effective_on = PartialDateField(help_text="Only where it differs from the law's.")
    statement_en = models.CharField("statement", max_length=200)
    statement_es = models.CharField("statement in Spanish", max_length=220, blank=True)
    place = models.PositiveSmallIntegerField(default=0, help_text="Order within the law.")
    history = HistoricalRecords()

    objects = ProvisionQuerySet.as_manager()

    class Meta:
        ordering = ["law", "place"]

    def __str__(self):
        return f"{self.law.key}: {self.get_topic_display()}, {self.get_effect_display()}"

    def standing_on(self, day) -> RuleStanding:
        """By its own date where it has one, else by its law's."""
        own = PartialDate.parse(self.effective_on)
        if own is None or (self.law.is_unconfirmed and own.first_day <= day):
            return self.law.standing_on(day)
        dates = in_force_on(
            day,
            start_first=own.first_day,
            start_last=own.last_day,
            end_first=self.law.end_first,
            end_last=self.law.end_last,
        )
        return rule_standing(self.law, dates)


class LawCitation(Citation):
    """Where a law's or a provision's fact was read."""

    law = models.ForeignKey(StateLaw, models.CASCADE, related_name="citations")
    provision = models.ForeignKey(Provision, models.CASCADE, null=True, blank=True, related_name="citations")
