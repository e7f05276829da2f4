"""What the guide is made of: facts, what each program model lets officers do, a timeline, a glossary."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from jurisdictions.models import Citation
from jurisdictions.periods import PartialDate

from ..days import today
from ..querysets import EditorialQuerySet, FactQuerySet, LegalReviewQuerySet, PowerQuerySet
from .editorial import Confidence, Editorial, PartialDateField

OWN_PAGE = RegexValidator(
    r"^/[^/\s]\S*$", _("An address of this portal begins with one slash, such as /agreements/?state=CA.")
)

COUNTED = (
    "A number that our own records give is never typed: write {agreements?status=listed&as_of=2026-05-18} and the "
    "like, and the page counts and links it (docs/guide.md)."
)


class Counting:
    """Mixed into records whose texts hold counts: each can be made, and the Spanish counts what the English does."""

    TEXTS = ("sentence_en", "sentence_es", "doubt_en", "doubt_es")

    def clean(self):
        # It counts these records' agreements and laws, so that it cannot be imported before them.
        from ..counted import refusals, same_counts

        super().clean()
        wrong = [
            f"{self._meta.get_field(name).verbose_name}: {sentence}"
            for name in self.TEXTS
            for sentence in refusals(getattr(self, name))
        ]
        if self.sentence_es and not same_counts(self.sentence_en, self.sentence_es):
            wrong.append("The Spanish has to count the same as the English.")
        if wrong:
            raise ValidationError(wrong)


class GuideFact(Counting, Editorial):
    """One sentence of the guide, as its source has it on a day."""

    class Section(models.TextChoices):
        """For editors; pages have headings of their own (portal/guide/pages.py)."""

        WHAT_IS = "what_is", "What 287(g) is"
        MODELS = "models", "The models"
        HOW_IT_WORKS = "how_it_works", "How it works"
        HISTORY = "history", "History"
        NUMBERS = "numbers", "Numbers"
        ARGUMENTS_FOR = "arguments_for", "What supporters say"
        ARGUMENTS_AGAINST = "arguments_against", "What critics say"
        RESEARCH = "research", "Research"
        COURT_CASES = "court_cases", "Court cases"
        MONEY = "money", "Money"
        TRAINING = "training", "Training"
        OVERSIGHT = "oversight", "Oversight"
        STATE_AND_LOCAL_POWER = "state_and_local_power", "What states may do"
        DETAINERS_AND_WARRANTS = "detainers_and_warrants", "Detainers and warrants"
        RIGHTS = "rights", "Rights"
        LOS_ANGELES = "los_angeles", "Los Angeles"
        WORDS = "glossary_extra", "Words"

    class Verdict(models.TextChoices):
        """What became of a claim that is often made."""

        CONFIRMED = "confirmed", _("Confirmed")
        CORRECTED = "corrected", _("Corrected")
        UNCONFIRMED = "unconfirmed", _("Not confirmed")

    key = models.SlugField(max_length=60, unique=True, help_text="Permanent: its section and its matter, hw-48.")
    section = models.CharField(max_length=24, choices=Section)
    as_of = PartialDateField("as of", help_text="What the sentence speaks of: 2025, 2025-03 or 2025-03-06.")
    sentence_en = models.TextField("sentence", help_text=f"One plain sentence in words of our own. {COUNTED}")
    sentence_es = models.TextField("sentence in Spanish", blank=True)
    shown_by = models.CharField(
        "our own list",
        max_length=300,
        blank=True,
        validators=[OWN_PAGE],
        help_text="The page of this portal that shows it, where one does: /agreements/?state=CA.",
    )
    claim_en = models.CharField(
        "claim", max_length=200, blank=True, help_text="What is often said of it, which the sentence answers."
    )
    claim_es = models.CharField("claim in Spanish", max_length=240, blank=True)
    verdict = models.CharField(
        "what became of the claim",
        max_length=12,
        choices=Verdict,
        blank=True,
        help_text="What is not confirmed never stands as a fact: only the page of claims shows it, marked so.",
    )
    history = HistoricalRecords(excluded_fields=["updated_at"])

    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["section", "key"]
        constraints = [
            Editorial.published_with_source(),
            models.CheckConstraint(
                condition=models.Q(claim_en="", verdict="") | (~models.Q(claim_en="") & ~models.Q(verdict="")),
                name="a_claim_has_a_verdict",
                violation_error_message=_("A claim and what became of it belong together: give both or neither."),
            ),
        ]

    def __str__(self):
        return self.key

    def get_absolute_url(self) -> str:
        """Leads to the page of the guide that says it, without a language prefix."""
        return f"/guide/facts/{self.key}/"

    @property
    def stands(self) -> bool:
        """Whether a page may say it as a fact."""
        return self.is_published and self.verdict != self.Verdict.UNCONFIRMED

    @property
    def rests_on_one_report(self) -> bool:
        return self.confidence != Confidence.HIGH


class FactCitation(Citation):
    """Where else a fact was read."""

    fact = models.ForeignKey(GuideFact, models.CASCADE, related_name="citations")


class ModelPower(Editorial):
    """Whether officers under a program model may do one thing. A yes is a ceiling: state law may forbid it."""

    class Model(models.TextChoices):
        NONE = "none", _("No agreement")
        JEM = "JEM", _("Jail Enforcement Model")
        WSO = "WSO", _("Warrant Service Officer")
        TFM = "TFM", _("Task Force Model")
        TTFM = "TTFM", _("Tribal Task Force Model")

    class Setting(models.TextChoices):
        STREET = "street", _("On the street")
        BOOKING = "booking", _("At booking")
        JAIL = "jail", _("In jail")
        RELEASE = "release", _("At release")
        COURT = "court", _("In court")

    class Moment(models.TextChoices):
        """When a reader may meet the power, as pages of places have it."""

        STREET = "street", _("Stopped on the street")
        BOOKING = "booking", _("Booked into jail")
        RELEASE = "release", _("Due to be released")

    class Allowed(models.TextChoices):
        YES = "yes", _("Yes")
        LIMITED = "limited", _("It depends")
        NO = "no", _("No")

    key = models.SlugField(max_length=60, unique=True, help_text="Permanent: the model and the power, jem-detainer.")
    model = models.CharField(max_length=4, choices=Model)
    setting = models.CharField(max_length=8, choices=Setting)
    act = models.SlugField(max_length=40, help_text="The same word on each model's row of the same power: detainer.")
    place = models.PositiveSmallIntegerField(help_text="Its line in the table, the first of the setting first.")
    power_en = models.CharField("power", max_length=160, help_text="What an officer does: “Issue a detainer”.")
    power_es = models.CharField("power in Spanish", max_length=200, blank=True)
    allowed = models.CharField(max_length=7, choices=Allowed)
    note_en = models.CharField("note", max_length=200, blank=True, help_text="On what it depends, or who says so.")
    note_es = models.CharField("note in Spanish", max_length=240, blank=True)
    told_at = models.CharField(
        "told at",
        max_length=8,
        choices=Moment,
        blank=True,
        help_text="Where pages of places, agencies and agreements tell it, under “What it means”; empty: they do not.",
    )
    sentence_en = models.CharField("sentence", max_length=300, blank=True, help_text="What these pages say of it.")
    sentence_es = models.CharField("sentence in Spanish", max_length=360, blank=True)
    history = HistoricalRecords(excluded_fields=["updated_at"])

    objects = PowerQuerySet.as_manager()

    class Meta:
        ordering = ["place", "act", "model"]
        constraints = [
            Editorial.published_with_source(),
            models.UniqueConstraint(
                fields=["model", "act"],
                name="a_model_has_one_answer_for_an_act",
                violation_error_message=_("This model has an answer for this act already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(allowed="limited") | ~models.Q(note_en=""),
                name="what_depends_says_on_what",
                violation_error_message=_("Say in a note on what it depends."),
            ),
            models.CheckConstraint(
                condition=models.Q(told_at="", sentence_en="") | (~models.Q(told_at="") & ~models.Q(sentence_en="")),
                name="a_power_that_is_told_has_its_sentence",
                violation_error_message=_("A moment and its sentence belong together: give both or neither."),
            ),
        ]

    def __str__(self):
        return f"{self.get_model_display()}: {self.power_en}"

    def get_absolute_url(self) -> str:
        """The page that sets the models side by side, without a language prefix."""
        return "/guide/models/"

    @property
    def is_settled(self) -> bool:
        """Whether a source says it well enough to print a yes or a no."""
        return self.confidence != Confidence.LOW


class PowerCitation(Citation):
    """Where else a power was read; `field` is "sentence" where it proves what pages of places say."""

    power = models.ForeignKey(ModelPower, models.CASCADE, related_name="citations")


class TimelineEvent(Counting, Editorial):
    """What happened to 287(g) on a day, a month or a year, in a sentence."""

    key = models.SlugField(max_length=80, unique=True, help_text="Permanent: 2012-06-25-arizona.")
    happened_on = PartialDateField(blank=False, help_text="As its source gives it: 2002, 2011-01 or 2012-06-25.")
    sentence_en = models.TextField("sentence", help_text=f"One short sentence in the present tense. {COUNTED}")
    sentence_es = models.TextField("sentence in Spanish", blank=True)
    shown_by = models.CharField(
        "our own page",
        max_length=300,
        blank=True,
        validators=[OWN_PAGE],
        help_text="The page of this portal about it, where there is one: /laws/md-sb-245-2026/.",
    )
    history = HistoricalRecords(excluded_fields=["updated_at"])

    objects = EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["happened_on", "key"]
        constraints = [Editorial.published_with_source()]

    def __str__(self):
        return self.key

    def get_absolute_url(self) -> str:
        """Its line of the timeline, without a language prefix."""
        return f"/guide/history/#{self.key}"

    @property
    def when(self) -> PartialDate:
        return PartialDate.parse(self.happened_on)


class EventCitation(Citation):
    """Where else an event was read of."""

    event = models.ForeignKey(TimelineEvent, models.CASCADE, related_name="citations")


class GlossaryTerm(Editorial):
    """A word of the field and what it means, in both languages."""

    key = models.SlugField(max_length=60, unique=True, help_text="Permanent: the end of its address, #detainer.")
    term_en = models.CharField("term", max_length=80)
    term_es = models.CharField("term in Spanish", max_length=100, blank=True)
    definition_en = models.TextField("definition", help_text="One or two plain sentences in words of our own.")
    definition_es = models.TextField("definition in Spanish", blank=True)
    history = HistoricalRecords(excluded_fields=["updated_at"])

    objects = EditorialQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [Editorial.published_with_source()]

    def __str__(self):
        return self.term_en

    def get_absolute_url(self) -> str:
        """Its place in the glossary, without a language prefix."""
        return f"/glossary/#{self.key}"


class TermCitation(Citation):
    """Where else a term is explained."""

    term = models.ForeignKey(GlossaryTerm, models.CASCADE, related_name="citations")


class LegalReview(models.Model):
    """A lawyer has read the rights card; the newest stands on it. Until there is one the card says that nobody has."""

    reviewer = models.CharField(
        max_length=200, help_text="As it is printed on the card: the lawyer's name and where they are admitted."
    )
    reviewed_on = models.DateField("reviewed on")
    note = models.TextField(
        "what was said", blank=True, help_text="For the staff: which sentences were read, and what was changed."
    )
    history = HistoricalRecords()

    objects = LegalReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_on", "-pk"]

    def __str__(self):
        return f"{self.reviewer}, {self.reviewed_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """The card, without a language prefix."""
        return "/rights/"

    def clean(self):
        if self.reviewed_on and self.reviewed_on > today():
            raise ValidationError({"reviewed_on": "That day lies ahead."})
