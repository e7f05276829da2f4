from django.db import models
from django.utils.translation import gettext_lazy as _

from ..labels import area_name
from ..querysets import JurisdictionQuerySet, LiesInQuerySet

NO_STATES = frozenset({"AS", "DC", "GU", "MP", "PR", "VI"})
"""Postal abbreviations of territories and of the federal district."""


def area_path(slug: str, state: str | None = None) -> str:
    """The page's address without a language prefix; `state` is the slug of its state, None for a state itself."""
    return f"/us/{state}/{slug}/" if state else f"/us/{slug}/"


class Jurisdiction(models.Model):
    """A government's area: a state or territory, a county or equivalent, a place, a county subdivision.

    Reference geography: built by `build_geography`, never edited by hand.
    """

    class Kind(models.TextChoices):
        STATE = "state", _("State or territory")
        COUNTY = "county", _("County or equivalent")
        PLACE = "place", _("City, town or village")
        COUNTY_SUBDIVISION = "county_subdivision", _("Town or township")
        TRIBAL_AREA = "tribal_area", _("Tribal area")

    geoid = models.CharField("GEOID", max_length=10, primary_key=True, help_text="Census id: 2, 5, 7 or 10 digits.")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=120, help_text="As the Census prints it, such as “Davie town”.")
    short_name = models.CharField(max_length=120, help_text="The bare name, such as “Davie”.")
    legal_type = models.CharField(max_length=60, blank=True, help_text="The kind as printed, such as “town”.")
    slug = models.SlugField(max_length=140, db_index=False, help_text="Stored, never recomputed.")
    state = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="areas")
    usps = models.CharField(max_length=2, blank=True, help_text="Postal abbreviation; states and territories only.")
    ocd_id = models.CharField("OCD-ID", max_length=160, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(null=True, blank=True)
    same_as = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="also",
        help_text="The other GEOID of one and the same government, whose page this one leads to.",
    )
    counties = models.ManyToManyField("self", through="LiesIn", symmetrical=False, related_name="parts")

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        ordering = ["geoid"]
        indexes = [models.Index(fields=["state", "kind"], name="area_state_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["state", "slug"],
                condition=models.Q(same_as=None),
                name="one_page_per_state_and_slug",
                violation_error_message=_("Another area of this state already has this address."),
            ),
            models.UniqueConstraint(
                fields=["usps"], condition=~models.Q(usps=""), name="one_state_per_postal_abbreviation"
            ),
        ]

    def __str__(self):
        return self.full_name

    def get_absolute_url(self) -> str:
        """The page's address without a language prefix."""
        if self.is_state:
            return area_path(self.slug)
        area = self.canonical
        return area_path(area.slug, area.state.slug)

    @property
    def is_state(self) -> bool:
        return self.kind == self.Kind.STATE

    @property
    def is_one_of_the_50(self) -> bool:
        """A state, and no territory or district, of which all the rest speaks as of a state."""
        return self.is_state and self.usps not in NO_STATES

    @property
    def is_county(self) -> bool:
        return self.kind == self.Kind.COUNTY

    @property
    def canonical(self) -> "Jurisdiction":
        """The area whose page speaks for this one."""
        return self.same_as or self

    @property
    def full_name(self) -> str:
        """As a heading, in the reader's language: "Broward County" or "Condado de Broward", "Burton township".

        Towns and cities go by their bare name: "Davie".
        """
        if self.kind == self.Kind.PLACE:
            return self.short_name
        return area_name(self.name) if self.kind == self.Kind.COUNTY else self.name


class LiesIn(models.Model):
    """A county that a place or subdivision lies in. Rank 1 is the county where most of its people live."""

    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="lies_in")
    county = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="holds")
    rank = models.PositiveSmallIntegerField()
    population_2020 = models.PositiveIntegerField(null=True)

    objects = LiesInQuerySet.as_manager()

    class Meta:
        ordering = ["jurisdiction", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "county"], name="a_place_lies_in_a_county_once"),
        ]

    def __str__(self):
        return f"{self.jurisdiction_id} in {self.county_id}"


class AreaName(models.Model):
    """A name people type that is no government's own: "Dade", "LA", a CDP. Several rows of a name, several answers."""

    name = models.CharField(max_length=120)
    folded = models.CharField(max_length=120, db_index=True, help_text="Without case, accents and punctuation.")
    kind = models.CharField(max_length=30, help_text="cdp, former place, nickname, old county …")
    state = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="+")
    leads_to = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="other_names")
    cdp_geoid = models.CharField("GEOID of the CDP", max_length=10, blank=True, db_index=True)
    note = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["name", "leads_to"]

    def __str__(self):
        return self.name

    @property
    def is_cdp(self) -> bool:
        return self.kind == "cdp"


class ZipArea(models.Model):
    """A county that a USPS ZIP touches, with its share of the ZIP's addresses (HUD's crosswalk, December 2025)."""

    zip = models.CharField("ZIP", max_length=5, db_index=True)
    county = models.ForeignKey(
        Jurisdiction, models.CASCADE, null=True, related_name="zips", help_text="Empty where we cover no county of it."
    )
    share = models.FloatField(help_text="Part of all addresses, 0 to 1.")
    residential_share = models.FloatField(help_text="Part of homes, 0 to 1; 0 for post-office boxes.")
    post_office_city = models.CharField(max_length=60, blank=True, help_text="The post office's city, no municipality.")
    state_usps = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["zip", "-share"]
        constraints = [models.UniqueConstraint(fields=["zip", "county"], name="a_zip_touches_a_county_once")]

    def __str__(self):
        return f"{self.zip} {self.county_id}"
