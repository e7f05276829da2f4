"""The questions people ask of lists, agreements and changes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, TruncDate

from jurisdictions.models import AgencyAlias, Coverage, LiesIn
from jurisdictions.names import fold

if TYPE_CHECKING:
    from jurisdictions.models import Agency, Jurisdiction

    from .models import Snapshot


class Reach(StrEnum):
    """How an agency's powers come to bear on a place."""

    OWN = "own"
    COUNTY = "county"
    INSIDE = "inside"
    SPECIAL = "special"
    STATEWIDE = "statewide"


# Agencies placed in a city that are not its own: they act on a campus, at a port, on its trains.
SPECIAL_KINDS = ("campus", "school", "port_transit")


class SnapshotQuerySet(models.QuerySet):
    def participating(self):
        return self.filter(kind="participating")

    def newest_on(self, day: date):
        """The newest list published on or before `day`, of two on one day the later; None if we hold none."""
        return self.filter(published_on__lte=day).order_by("-position").first()


class ListingQuerySet(models.QuerySet):
    """Printed rows."""

    def participating(self):
        return self.filter(kind="participating")

    def on(self, snapshot: Snapshot):
        """The rows of one list."""
        return self.filter(
            kind=snapshot.kind, first_position__lte=snapshot.position, last_position__gte=snapshot.position
        )


def agencies_reaching(area: Jurisdiction, reach: Reach) -> models.QuerySet:
    """Ids of the agencies that reach `area`; those whose placement is in question reach nothing."""
    if reach == Reach.STATEWIDE:
        from jurisdictions.models import Agency

        state = area.pk if area.is_state else area.state_id
        return Agency.objects.filter(placement="statewide", state_id=state).values("pk")
    placed = Coverage.objects.exclude(agency__placement="in_question").values("agency")
    if area.is_state:
        # A state's page shows everything in it as its own.
        return placed.filter(agency__state=area) if reach == Reach.OWN else placed.none()
    here = placed.filter(jurisdiction=area)
    if area.is_county:
        whole = here.filter(extent="whole")
        if reach == Reach.OWN:
            return whole.exclude(agency__kind__in=SPECIAL_KINDS)
        if reach == Reach.INSIDE:
            parts = LiesIn.objects.peopled().filter(county=area).values("jurisdiction")
            return placed.filter(
                Q(jurisdiction=area, extent="part")
                | Q(jurisdiction=area, agency__kind__in=SPECIAL_KINDS)
                | Q(jurisdiction__in=parts)
            ).exclude(agency__in=whole.exclude(agency__kind__in=SPECIAL_KINDS))
        return placed.none()
    own = here.exclude(agency__kind__in=SPECIAL_KINDS)
    if reach == Reach.OWN:
        return own
    if reach == Reach.SPECIAL:
        return here.filter(agency__kind__in=SPECIAL_KINDS)
    if reach == Reach.COUNTY:
        counties = LiesIn.objects.peopled().filter(jurisdiction=area).values("county")
        return (
            placed.filter(jurisdiction__in=counties)
            .exclude(agency__kind__in=SPECIAL_KINDS, extent="part")
            .exclude(agency__in=here)
        )
    return placed.none()


class SecondedQuerySet(models.QuerySet):
    """Records of which a change is approved by a second person."""

    def with_one_reviewer(self):
        """Adds `alone_because` and `alone_on` of the newest change that its author alone approved; None if none was."""
        revisions = self.model._meta.get_field("revisions").related_model
        own = self.model._meta.get_field("revisions").field.name
        alone = (
            revisions.objects.exclude(alone_because="")
            .filter(**{own: OuterRef("pk")})
            .annotate(decided_on=TruncDate("decided_at"))
            .order_by("-decided_at")
        )
        return self.annotate(
            alone_because=Subquery(alone.values("alone_because")[:1]), alone_on=Subquery(alone.values("decided_on")[:1])
        )


class AgreementQuerySet(SecondedQuerySet):
    def on(self, day: date):
        """Agreements known by `day`, each with its `standing` that day: status, since, signed_on, moa_url, listing.

        The join is on the one standing that holds on `day`, so filters on `standing__…` cost nothing more.
        """
        return self.filter(
            Q(standings__ends_on=None) | Q(standings__ends_on__gt=day), standings__starts_on__lte=day
        ).annotate(
            status=F("standings__status"),
            status_since=F("standings__since"),
            last_listed_on=F("standings__last_listed_on"),
            signed_on=F("standings__signed_on"),
            moa_url=F("standings__moa_url"),
            addendum_url=F("standings__addendum_url"),
            listing_id=F("standings__listing_id"),
        )

    def listed_on(self, day: date):
        """Agreements on ICE's newest participating list published on or before `day`."""
        return self.on(day).filter(status="listed")

    def reaching(self, area: Jurisdiction, *reaches: Reach):
        """Agreements of agencies that reach `area` in any of the ways named."""
        wanted = Q(pk__in=[])
        for reach in reaches:
            wanted |= Q(agency__in=agencies_reaching(area, reach))
        return self.filter(wanted)

    def for_listing(self):
        """What a table row shows, in one query."""
        return self.select_related("agency__state").order_by("agency__state__name", "agency__name", "program_model")


class SourceCorrectionQuerySet(models.QuerySet):
    def no_longer_needed(self):
        """Corrections of values that ICE's newest lists do not print (any more).

        They still say how older lists are read: whoever removes one changes what we say of those.
        """
        from .imports.held import as_correction
        from .imports.prints import corrections_at_work
        from .models import Snapshot

        newest = [
            Snapshot.objects.filter(kind=kind).order_by("-position").first() for kind in ("participating", "pending")
        ]
        at_work = corrections_at_work(filter(None, newest))
        return self.filter(pk__in=[one.pk for one in self if as_correction(one) not in at_work])


class ChangeEventQuerySet(models.QuerySet):
    def for_listing(self):
        """What a row of changes shows, in one query; nothing of laws, policies and labels that are not published."""
        public = Q()
        for record in ("law", "policy", "designation"):
            public &= Q(**{f"{record}__isnull": True}) | Q(**{f"{record}__state": "published"})
        return (
            self.filter(public)
            .select_related(
                "agency__state",
                "agreement__ended_source",
                "snapshot",
                "law__jurisdiction",
                "policy__state_area",
                "designation__jurisdiction__state",
                "designation__jurisdiction__same_as__state",
            )
            .defer("snapshot__rows", "snapshot__columns")
        )  # a list's rows are heavy, and no row of changes shows them

    def newest_first(self):
        """By the day we saw them, of one day by state and name."""
        states = Coalesce(
            "agency__state__name",
            "law__jurisdiction__name",
            "policy__state_area__name",
            "designation__jurisdiction__state__name",
            "designation__jurisdiction__name",
        )
        names = Coalesce("agency__name", "law__title", "policy__government", "designation__printed_name")
        return self.order_by("-seen_on", states, names, "kind", "key")

    def of_kind(self, *kinds: str):
        return self.filter(kind__in=kinds)

    def links_lost(self):
        """The agreement's document was linked on the list before, and no longer is."""
        return self.filter(kind="link_changed", after__moa_url="").exclude(before__moa_url="")

    def links_replaced(self):
        """Another document is linked than on the list before."""
        changed = self.filter(kind="link_changed").exclude(before__moa_url="").exclude(after__moa_url="")
        return changed.exclude(before__moa_url=F("after__moa_url"))


class EditorialQuerySet(SecondedQuerySet):
    """Records that editors write; the public sees the published ones."""

    def published(self):
        return self.filter(state="published")


class DatedQuerySet(EditorialQuerySet):
    """Laws and policies: rules with a start and an end that may be known to the year only."""

    never: tuple[str, ...] = ()

    def standing_on(self, day: date):
        """In force, perhaps in force, blocked or challenged on `day`; each row's `standing_on(day)` says which."""
        return (
            self.exclude(legal_status__in=self.never)
            .filter(start_first__lte=day)
            .filter(Q(end_last=None) | Q(end_last__gt=day))
        )


class LawQuerySet(DatedQuerySet):
    never = ("proposed", "vetoed", "expired")


class ProvisionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(law__state="published")


class PolicyQuerySet(DatedQuerySet):
    never = ("proposed",)


class DesignationQuerySet(EditorialQuerySet):
    def listed_on(self, day: date):
        return self.filter(Q(removed_on=None) | Q(removed_on__gt=day), listed_on__lte=day)


class FactQuerySet(EditorialQuerySet):
    """Facts of the guide, and the claims that they answer."""

    def standing(self):
        """What a page may say as a fact: published, and no source left it unconfirmed."""
        return self.published().exclude(verdict="unconfirmed")

    def claims(self):
        """Published facts that answer what is often said."""
        return self.published().exclude(verdict="")


class PowerQuerySet(EditorialQuerySet):
    def told(self):
        """Those that pages of places, agencies and agreements tell, in the order of the moments."""
        return self.published().exclude(told_at="")


class LegalReviewQuerySet(models.QuerySet):
    def newest(self):
        """The review that stands on the card; None while no lawyer has read it."""
        return self.order_by("-reviewed_on", "-pk").first()


class EarlierAgreementQuerySet(models.QuerySet):
    def attested_on(self, day: date):
        """Those that some document shows before or on `day` and some on or after it."""
        return self.filter(attested_from__lte=day, attested_to__gte=day)

    def printed_as(self, agency: Agency) -> list:
        """Those of its state under a name that ICE's lists print for this agency and for no other agency there."""
        of_state = list(self.filter(state=agency.state_id).order_by("attested_from", "key"))
        if not of_state:
            return []
        printed = AgencyAlias.objects.filter(agency__state=agency.state_id).values_list("agency", "folded")
        names = {fold(agency.name), *(name for each, name in printed if each == agency.pk)}
        names -= {name for each, name in printed if each != agency.pk}
        return [record for record in of_state if fold(record.agency_name) in names]

    def agencies_by_year(self) -> dict[int, int]:
        """How many agencies documents show on some day of each year; one with two agreements counts once."""
        shown: dict[int, set] = {}
        for state, agency, first, last in self.values_list("state", "agency_name", "attested_from", "attested_to"):
            for year in range(first.year, last.year + 1):
                shown.setdefault(year, set()).add((state, agency))
        return {year: len(shown[year]) for year in sorted(shown)}

    def for_listing(self):
        """With their states and sources, by state, agency and time."""
        return self.select_related("state", "source").order_by("state__name", "agency_name", "attested_from", "key")


class LaterListQuerySet(models.QuerySet):
    def after(self, day: date | None):
        """Lists published after the newest one that we hold; all of them where we hold none."""
        return self.filter(published_on__gt=day) if day else self.all()
