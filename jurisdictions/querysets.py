"""The questions people ask of areas and agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from .models import Jurisdiction


class JurisdictionQuerySet(models.QuerySet):
    def states(self):
        return self.filter(kind="state")

    def counties(self):
        return self.filter(kind="county")

    def local_governments(self):
        """Places and county subdivisions that have a page of their own."""
        return self.filter(kind__in=["place", "county_subdivision"], same_as=None)

    def with_pages(self):
        """Areas that have a page: every one but the other GEOID of a government already there."""
        return self.filter(same_as=None)

    def by_path(self, usps: str, slug: str):
        """The area at /us/<usps>/<slug>/; empty if there is none."""
        return self.with_pages().filter(state__slug=usps.lower(), slug=slug).select_related("state")

    def in_county(self, county: Jurisdiction):
        """Places and subdivisions where somebody lives inside `county`."""
        from .models import LiesIn

        return self.filter(pk__in=LiesIn.objects.peopled().filter(county=county).values("jurisdiction"))


class LiesInQuerySet(models.QuerySet):
    def peopled(self):
        """Leaves out empty strips: a further county where nobody of the place lives is not the place's own."""
        return self.exclude(population_2020=0, rank__gt=1)


class AgencyQuerySet(models.QuerySet):
    def standing(self):
        """Agencies that were not merged into another."""
        return self.filter(merged_into=None)

    def statewide_in(self, state: Jurisdiction):
        return self.standing().filter(placement="statewide", state=state)

    def in_question_for(self, county: Jurisdiction):
        """Agencies that reach nothing yet and for which ICE prints this county."""
        return self.standing().filter(placement="in_question", printed_county=county)
