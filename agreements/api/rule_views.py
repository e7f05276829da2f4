"""Laws, policies and federal labels. The docstrings of the views are the public description of the API."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from agreements.filters import DesignationFilter, LawFilter, PolicyFilter

from .base import RecordViewSet
from .rule_shapes import DesignationShape, LawShape, PolicyShape
from .views import AS_OF, FIELDS


class RuleViewSet(RecordViewSet):
    """Published records with a permanent key, which say how they stand on a day. They do not rest on ICE's lists."""

    lookup_field = "key"
    lookup_value_regex = "[-a-z0-9_]+"
    speaks_of_a_day = True
    coverage: dict = {}

    def one(self) -> QuerySet:
        # Not narrowed by `as_of`: a record that is not in force that day says so.
        return self.get_queryset().filter(key=self.kwargs["key"])


@extend_schema(parameters=[FIELDS])
class LawViewSet(RuleViewSet):
    """State laws, orders, rulings and bills, with what each part does and whom it binds.

    `as_of` keeps what is in force that day, or may be; `standing` says which, of a law and of each provision. Without
    it every record stands, whatever its legal status, and `standing` is of today. `topic` and `effect` are of one and
    the same provision. A bill, a veto and a law that a court blocked never stand as `in_force`.
    """

    shape_class = LawShape
    filterset_class = LawFilter

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request, *args, **kwargs):
        """One law by its key, with its provisions."""
        return super().retrieve(request, *args, **kwargs)


@extend_schema(parameters=[FIELDS])
class PolicyViewSet(RuleViewSet):
    """Written policies of counties, cities, towns and other local governments.

    `jurisdiction` finds those of an area and of what lies in it; `reach` narrows or widens that. A place without a
    record may have a policy that we have not found: see `checks` in the answer of an area.
    """

    shape_class = PolicyShape
    filterset_class = PolicyFilter

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request, *args, **kwargs):
        """One policy by its key."""
        return super().retrieve(request, *args, **kwargs)


@extend_schema(parameters=[FIELDS])
class DesignationViewSet(RuleViewSet):
    """Places named on a federal list of "sanctuary jurisdictions". Such a list is a claim, not proof of a policy.

    `as_of` keeps what stood on its list that day. The withdrawn list of May 2025 is held in part.
    """

    shape_class = DesignationShape
    filterset_class = DesignationFilter

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request, *args, **kwargs):
        """One label by its key: the list and the GEOID."""
        return super().retrieve(request, *args, **kwargs)
