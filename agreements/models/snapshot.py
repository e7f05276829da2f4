from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets import ListingQuerySet, SnapshotQuerySet


class ListKind(models.TextChoices):
    PARTICIPATING = "participating", _("Participating agencies")
    PENDING = "pending", _("Pending agencies")


class Snapshot(models.Model):
    """One of ICE's lists as published at one moment. Rebuilds, row for row, from its listings."""

    kind = models.CharField(max_length=13, choices=ListKind)
    published_on = models.DateField()
    half = models.CharField(
        "half day", max_length=3, blank=True, help_text="am, mid or pm, where the file's name says."
    )
    position = models.BigIntegerField(
        help_text="Orders the lists of one kind: date, time of day, then the file's hash."
    )
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64, unique=True)
    worksheet = models.CharField(max_length=60)
    columns = models.JSONField(help_text="The header's cells as printed.")
    rows = models.JSONField(help_text="For each printed row, in order: [its number in the sheet, its listing].")
    row_count = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "position"], name="one_list_per_kind_and_position"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.published_on:%Y-%m-%d}{self.half and ' ' + self.half}"

    @property
    def is_participating(self) -> bool:
        return self.kind == ListKind.PARTICIPATING

    def printed_rows(self) -> list[tuple[int, list, dict[str, str]]]:
        """The sheet's rows as printed: (row number, cells, links by column index), rebuilt from the listings."""
        listings = Listing.objects.in_bulk({listing for _number, listing in self.rows})
        return [(number, listings[pk].cells, listings[pk].links) for number, pk in self.rows]


class Listing(models.Model):
    """One row as printed over consecutive snapshots of one kind, with what we read in it.

    `cells` keep values and types: text, number, boolean or null as they are, {"d": moment}, {"f": formula},
    {"e": error}. The fields below them are what was read after tidying and after our own corrections.
    """

    kind = models.CharField(max_length=13, choices=ListKind)
    digest = models.CharField(max_length=32, help_text="Of header, cells and links.")
    cells = models.JSONField()
    links = models.JSONField(default=dict, help_text="Raw addresses by column index.")
    first_snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="listings_begun", db_index=False)
    last_snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="listings_ended", db_index=False)
    first_position = models.BigIntegerField()
    last_position = models.BigIntegerField()

    state = models.CharField(max_length=2, blank=True, help_text="USPS, after corrections.")
    agency_name = models.CharField(max_length=200, blank=True)
    agency_type = models.CharField(max_length=12, blank=True, help_text="county, municipality or state, as printed.")
    county = models.CharField(max_length=80, blank=True)
    program_model = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField(null=True, help_text="As printed; not trusted while later than the list itself.")
    moa_url = models.URLField(max_length=600, blank=True)
    addendum_url = models.URLField(max_length=600, blank=True)
    corrected = models.JSONField(default=list, help_text="Fields that a correction of ours changed.")
    problems = models.JSONField(default=list, help_text="Cells that could not be read: [column, sentence].")
    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, null=True, related_name="listings", help_text="Empty if unreadable."
    )
    match_rule = models.CharField(max_length=40, blank=True)
    match_reason = models.CharField(max_length=250, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "first_position", "pk"]
        indexes = [
            models.Index(fields=["kind", "last_position"], name="listing_kind_last"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest", "first_position"], name="one_listing_per_run"),
        ]

    def __str__(self):
        return f"{self.agency_name} ({self.program_model})"
