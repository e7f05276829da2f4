"""Every published law, policy, label, check and power, read once for each version of the facts and then held in memory.

They are a thousand short records that change with an editor's work, while every page of a place asks for some of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from agreements.models import Check, FederalDesignation, LawCitation, LocalPolicy, Provision, StateLaw
from agreements.powers import Powers, read_powers
from jurisdictions.models import DataVersion, Jurisdiction, Source


@dataclass(frozen=True, slots=True)
class Shelf:
    """The records by the GEOID that they are asked for by. Nobody changes them: other readers hold the same."""

    laws: Mapping[str, tuple[StateLaw, ...]]
    """By state, each with `main_source`."""
    provisions: Mapping[str, tuple[Provision, ...]]
    """By state, in the order of their laws, each with its `law`."""
    further: Mapping[int, tuple[Source, ...]]
    """By provision: the documents cited for it beside its law's main source."""
    policies: Mapping[str, tuple[tuple[LocalPolicy, Jurisdiction], ...]]
    """By area, each with the area as the record has it: a policy of either GEOID of a government stands under both."""
    designations: tuple[FederalDesignation, ...]
    """In the order of list and day, each with `main_source`, `jurisdiction` and its `same_as`."""
    checks: Mapping[str, tuple[Check, ...]]
    """By area, the oldest first."""
    powers: Powers
    """What pages tell that officers may do, by program model."""

    @classmethod
    def read(cls) -> Shelf:
        """Eight queries."""
        laws, provisions, further, policies, checks = (defaultdict(list) for _table in range(5))
        by_id = {}
        for law in StateLaw.objects.published().select_related("main_source", "jurisdiction"):
            by_id[law.pk] = law
            laws[law.jurisdiction_id].append(law)
        for provision in Provision.objects.published().order_by("law", "place"):
            provision.law = by_id[provision.law_id]
            provisions[provision.law.jurisdiction_id].append(provision)
        for citation in LawCitation.objects.exclude(provision=None).select_related("source").order_by("pk"):
            further[citation.provision_id].append(citation.source)
        made_by = LocalPolicy.jurisdictions.through.objects.filter(localpolicy__state="published")
        for row in made_by.select_related("localpolicy__main_source", "jurisdiction").order_by("pk"):
            for geoid in {row.jurisdiction_id, row.jurisdiction.same_as_id} - {None}:
                policies[geoid].append((row.localpolicy, row.jurisdiction))
        designations = (
            FederalDesignation.objects.published()
            .select_related("main_source", "jurisdiction__same_as")
            .order_by("list", "listed_on", "key")
        )
        for check in Check.objects.order_by("looked_on", "pk"):
            checks[check.jurisdiction_id].append(check)
        frozen = ({key: tuple(rows) for key, rows in table.items()} for table in (laws, provisions, further, policies))
        return cls(*frozen, tuple(designations), {geoid: tuple(rows) for geoid, rows in checks.items()}, read_powers())

    @classmethod
    def of(cls, version: DataVersion) -> Shelf:
        """The records as of a version of the facts; before the first load nothing is held."""
        if not version.number:
            return cls.read()
        return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at)


@lru_cache(maxsize=2)
def _held(database: str, number: int, changed_at: datetime) -> Shelf:
    return Shelf.read()
