from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ..public_ids import mint
from .jurisdiction import Jurisdiction
from .source import Source


def agency_path(public_id: str, name: str) -> str:
    """The page's address without a language prefix. The slug is decoration: the id alone finds the agency."""
    return f"/agencies/{public_id}-{slugify(name)}/"


class Agency(models.Model):
    """A law enforcement agency that ICE prints on one of its lists."""

    class Kind(models.TextChoices):
        SHERIFF = "sheriff", _("Sheriff")
        MUNICIPAL_POLICE = "municipal_police", _("City, town or village police")
        COUNTY_POLICE = "county_police", _("County police")
        TOWNSHIP_POLICE = "township_police", _("Township police")
        JOINT_POLICE = "joint_police", _("Joint or regional police")
        MARSHAL = "marshal", _("Marshal")
        CORRECTIONS = "corrections", _("Jail or corrections")
        STATE_POLICE = "state_police", _("State police")
        STATE_OTHER = "state_other", _("Other state agency")
        CAMPUS = "campus", _("Campus police")
        SCHOOL = "school", _("School police")
        CONSTABLE = "constable", _("Constable")
        PROSECUTOR = "prosecutor", _("Prosecutor")
        PORT_TRANSIT = "port_transit", _("Port, airport or transit police")
        TRIBAL = "tribal", _("Tribal police")
        OTHER = "other", _("Other agency")

    class Placement(models.TextChoices):
        DECIDED = "decided", _("Decided")
        IN_QUESTION = "in_question", _("In question")
        STATEWIDE = "statewide", _("Statewide")

    public_id = models.CharField(max_length=6, unique=True, default=mint, editable=False)
    name = models.CharField(max_length=200, help_text="The newest list's spelling, unless an editor chose one.")
    name_is_editors = models.BooleanField("name chosen by an editor", default=False)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER)
    state = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="agencies", limit_choices_to={"kind": "state"})
    placement = models.CharField(max_length=12, choices=Placement, default=Placement.IN_QUESTION)
    placement_reason = models.CharField(max_length=300, blank=True, help_text="Why it is placed there, or in question.")
    placement_basis = models.CharField(
        max_length=16, blank=True, editable=False, help_text="Names what the placement was derived from."
    )
    placement_is_editors = models.BooleanField("placed by an editor", default=False)
    printed_county = models.ForeignKey(
        Jurisdiction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="printed_for",
        help_text="The county that ICE prints, where it names one of the state; evidence, not an answer.",
    )
    jurisdictions = models.ManyToManyField(Jurisdiction, through="Coverage", related_name="covering_agencies")
    updated_at = models.DateTimeField(auto_now=True)
    history = HistoricalRecords(excluded_fields=["updated_at", "placement_basis"])

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ["name", "public_id"]
        indexes = [models.Index(fields=["state", "placement"], name="agency_state_placement")]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        """The page's address without a language prefix."""
        return agency_path(self.public_id, self.name)

    @property
    def slug(self) -> str:
        return slugify(self.name)

    @property
    def is_statewide(self) -> bool:
        return self.placement == self.Placement.STATEWIDE

    @property
    def is_in_question(self) -> bool:
        return self.placement == self.Placement.IN_QUESTION


class Coverage(models.Model):
    """A jurisdiction that an agency covers, whole or in part, and why we say so."""

    class Extent(models.TextChoices):
        WHOLE = "whole", _("the whole of it")
        PART = "part", _("a part of it: a precinct, a ward, a campus, an airport")

    class Why(models.TextChoices):
        NAME = "name", _("its name")
        ICE_COUNTY = "ice_county", _("the county that ICE prints")
        STATUTE = "statute", _("a statute or official page")
        EDITOR = "editor", _("an editor's decision")

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="coverages")
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="coverages")
    extent = models.CharField(max_length=5, choices=Extent, default=Extent.WHOLE)
    why = models.CharField(max_length=10, choices=Why)
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="coverages")
    history = HistoricalRecords()

    class Meta:
        ordering = ["agency", "jurisdiction"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "jurisdiction"], name="an_agency_covers_an_area_once"),
            models.CheckConstraint(
                condition=~models.Q(why="statute") | models.Q(source__isnull=False),
                name="a_statute_is_named",
                violation_error_message=_("Name the statute or page that says so."),
            ),
        ]

    def __str__(self):
        return f"{self.agency} covers {self.jurisdiction}"


class AgencyAlias(models.Model):
    """A spelling of an agency's name as ICE printed it, and the first and last list that did."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="aliases")
    state_printed = models.CharField(max_length=2, blank=True, help_text="The state it stood under, USPS.")
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=200, db_index=True, help_text="Without case, accents and punctuation.")
    first_printed_on = models.DateField()
    last_printed_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True, help_text="Why this spelling is this agency.")

    class Meta:
        verbose_name_plural = "agency aliases"
        ordering = ["agency", "first_printed_on", "name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "state_printed", "name"], name="a_spelling_once_per_agency")
        ]

    def __str__(self):
        return self.name


class FormerId(models.Model):
    """A public id that a record once had. It leads to its heir for ever, or says that the record is gone.

    `names` are the printed names that the record had: [USPS, folded name] each. Should a record of these names come
    again, as when a merge or an import is undone, it takes the id back, and with it what editors had chosen (`was`).
    """

    public_id = models.CharField(max_length=6, unique=True)
    names = models.JSONField(default=list, blank=True)
    was = models.JSONField(default=dict, blank=True, help_text="What editors had chosen of the record.")

    class Meta:
        abstract = True

    def __str__(self):
        return self.public_id


class AgencyFormerId(FormerId):
    """A public id that an agency once had. Its address leads to the agency for ever."""

    agency = models.ForeignKey(
        Agency, models.SET_NULL, null=True, blank=True, related_name="former_ids", help_text="Empty: gone."
    )

    class Meta:
        verbose_name = "former id of an agency"
        verbose_name_plural = "former ids of agencies"
