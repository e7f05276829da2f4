"""The questions people ask of areas and agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    pass


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


class LiesInQuerySet(models.QuerySet):
    def peopled(self):
        """Leaves out empty strips: a further county where nobody of the place lives is not the place's own."""
        return self.exclude(population_2020=0, rank__gt=1)
