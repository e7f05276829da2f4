from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from jurisdictions.models import Agency, Coverage, Jurisdiction, Source
from jurisdictions.names import fold, tidy

from ..querysets import SourceCorrectionQuerySet

AGENCY_TYPES = {"county", "municipality", "state agency", "state"}
MAY_BE_NOTHING = {"agency_type", "county", "moa_url", "addendum_url"}
"""Fields of which the right value may be that there is none."""


class Verdict(models.Model):
    """A person's decision about a name that ICE prints, read by every later import.

    same: it is the agency that is also printed as the other name. different: it is not, however close the names.
    placed: it covers the areas named in `places`.
    """

    class Answer(models.TextChoices):
        SAME = "same", _("the same agency as the other name")
        DIFFERENT = "different", _("not the agency of the other name")
        PLACED = "placed", _("covers these areas")

    answer = models.CharField(max_length=10, choices=Answer)
    state = models.CharField(max_length=2, help_text="USPS of the state that the name is printed under.")
    name = models.CharField(max_length=200, help_text="As printed.")
    other_state = models.CharField(max_length=2, blank=True)
    other_name = models.CharField(max_length=200, blank=True)
    agency_kind = models.CharField(max_length=20, blank=True, help_text="For placed: the agency's kind.")
    placement = models.CharField(max_length=12, blank=True, help_text="For placed: decided, in_question or statewide.")
    places = models.JSONField(default=list, blank=True, help_text='For placed: [["12086", "whole"], …].')
    reason = models.CharField(max_length=300)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="verdicts")
    decided_on = models.DateField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty if bundled."
    )
    run = models.ForeignKey(
        "agreements.ImportRun",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="verdicts",
        help_text="The list in whose review it was decided.",
    )
    revision = models.ForeignKey(
        "agreements.Revision",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="verdicts",
        help_text="The proposed merge that it applies.",
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["state", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "state", "name", "other_state", "other_name"],
                name="one_verdict_per_question",
                violation_error_message=_("This was already decided."),
            )
        ]

    def __str__(self):
        return f"{self.name} ({self.state}): {self.get_answer_display()} {self.other_name}".strip()

    def clean(self):
        """ValidationError, in sentences, where the decision could not be acted on."""
        if self.answer == self.Answer.PLACED:
            self._clean_place()
        else:
            self._clean_names()

    def _clean_names(self) -> None:
        if not (self.other_name and self.other_state):
            raise ValidationError({"other_name": "Name the other agency as ICE prints it, and its state."})
        if (self.state, fold(self.name)) == (self.other_state, fold(self.other_name)):
            raise ValidationError({"other_name": "Both names are the same; there is nothing to decide."})
        from ..imports import held
        from ..imports.matching import Contradiction, Verdicts
        from ..imports.matching import Verdict as Decision

        others = held.verdicts(without=self.pk)
        try:
            Verdicts([*others, Decision(self.answer, self.state, self.name, self.other_state, self.other_name)])
        except Contradiction as contradiction:
            raise ValidationError(str(contradiction), code="contradiction") from None

    def _clean_place(self) -> None:
        if self.agency_kind not in Agency.Kind.values:
            raise ValidationError({"agency_kind": "Say what kind of agency it is."})
        if self.placement not in Agency.Placement.values:
            raise ValidationError({"placement": "Say whether its place is decided, in question or the whole state."})
        if self.placement == Agency.Placement.DECIDED and not self.places:
            raise ValidationError({"places": "Name at least one area that it covers."})
        if self.placement != Agency.Placement.DECIDED and self.places:
            raise ValidationError({"places": "Areas belong to an agency whose place is decided."})
        extents = Coverage.Extent.values
        if any(
            not isinstance(place, list | tuple) or len(place) != 2 or place[1] not in extents for place in self.places
        ):
            raise ValidationError(
                {"places": 'Write each area as its GEOID and "whole" or "part": [["12086", "whole"]].'}
            )
        geoids = [str(geoid) for geoid, _extent in self.places]
        if len(set(geoids)) < len(geoids):
            raise ValidationError({"places": "An area is named twice."})
        known = set(Jurisdiction.objects.filter(pk__in=geoids).values_list("pk", flat=True))
        if unknown := [geoid for geoid in geoids if geoid not in known]:
            raise ValidationError({"places": f"We know no area with the GEOID {', '.join(unknown)}."})


class SourceCorrection(models.Model):
    """A value that ICE prints wrongly, and the right one. Keyed on the wrong value, so quiet once ICE mends it."""

    class Field(models.TextChoices):
        STATE = "state", _("state")
        AGENCY = "agency", _("agency name")
        TYPE = "agency_type", _("type")
        COUNTY = "county", _("county")
        MODEL = "program_model", _("program model")
        SIGNED = "signed_on", _("signing date")
        MOA = "moa_url", _("document address")
        ADDENDUM = "addendum_url", _("address of the addendum")
        ROW = "row", _("the whole row")

    state = models.CharField(
        max_length=60, help_text="USPS of the state as printed; the print itself, where it is no state."
    )
    agency = models.CharField(max_length=200, help_text="The agency as printed.")
    program_model = models.CharField(max_length=60, blank=True, help_text="Empty: whatever the model.")
    signed_on = models.DateField(
        null=True,
        blank=True,
        help_text="Empty: any. Else only rows that print this signing date: a later, true row stays as printed.",
    )
    field = models.CharField(max_length=14, choices=Field)
    wrong = models.CharField(
        max_length=600, blank=True, help_text="What ICE prints, such as 2016-01-20. Empty: ICE prints nothing there."
    )
    right = models.CharField(
        max_length=600, blank=True, help_text="What we use instead. Empty: nothing, as for a row that we set aside."
    )
    reason = models.CharField(max_length=300)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="corrections")
    run = models.ForeignKey(
        "agreements.ImportRun",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="corrections",
        help_text="The list in whose review it was decided.",
    )
    history = HistoricalRecords()

    objects = SourceCorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["state", "agency", "field"]
        constraints = [
            models.UniqueConstraint(
                fields=["state", "agency", "program_model", "field", "wrong"],
                name="one_correction_per_wrong_value",
                violation_error_message=_("This value is already corrected."),
            )
        ]

    def __str__(self):
        return f"{self.agency} ({self.state}): {self.get_field_display()} {self.wrong} → {self.right}"

    def clean(self):
        """ValidationError, in a sentence, where the right value is none or is what ICE prints."""
        from ..imports import links
        from ..imports.rows import date_in, state_of

        wrong, right = tidy(self.wrong), tidy(self.right)
        if self.field == self.Field.ROW:
            if right:
                raise ValidationError({"right": "A row that is set aside has no right value: leave it empty."})
            return
        if wrong.casefold() == right.casefold():
            raise ValidationError({"right": "This is what ICE prints; there is nothing to correct."})
        if not right and self.field not in MAY_BE_NOTHING:
            raise ValidationError({"right": f"Give the right {self.get_field_display()}."})
        if self.field == self.Field.STATE and not state_of(right)[0]:
            raise ValidationError({"right": f"“{right}” is no state or territory."})
        if self.field == self.Field.SIGNED and date_in(right) is None:
            raise ValidationError({"right": "Write the day as 2026-01-20."})
        if self.field == self.Field.TYPE and right and fold(right) not in AGENCY_TYPES:
            raise ValidationError({"right": "ICE's types are County, Municipality and State Agency."})
        if self.field in (self.Field.MOA, self.Field.ADDENDUM) and right and not links.clean(right):
            raise ValidationError({"right": f"The document has to be on {links.HOST}."})


class FoldedDecisions(models.Model):
    """With which decisions of people the lists that we hold were folded: one row, each decision as a list of values."""

    ONLY = 1

    decisions = models.JSONField(default=list)

    class Meta:
        verbose_name = "folded decisions"
        verbose_name_plural = "folded decisions"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="decisions_are_folded_once")]

    def __str__(self):
        return f"{len(self.decisions)} decisions"
