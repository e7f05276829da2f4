"""How laws, policies and federal labels become records of the API (see jurisdictions.api.shapes).

How a rule stands on a day is the record's own knowledge, so these few are read as objects.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from agreements.models import (
    DesignationCitation,
    FederalDesignation,
    LawCitation,
    LocalPolicy,
    PolicyCitation,
    Provision,
    StateLaw,
)
from jurisdictions.api.shapes import Shape, day_or_none, grouped, held_source, moment, of, source_columns, source_of
from jurisdictions.models import Citation, Jurisdiction

from .rule_serializers import DesignationRecord, LawRecord, PolicyRecord


class EditorialShape(Shape):
    """What every record that editors write carries beside its facts."""

    id_column = "key"
    is_kept = True
    citations: type[Citation]
    """Where its further documents are named, by `owner`."""
    owner: str

    def rows(self, queryset: QuerySet) -> QuerySet:
        return queryset

    def fetch(self, pks) -> None:
        cited = self.citations.objects.filter(**of(pks, self.owner)).order_by("pk")
        rows = cited.values_list(f"{self.owner}_id", "source_id", *source_columns("source"))
        self.cited = grouped((pk, (held, source_of(*columns))) for pk, held, *columns in rows)

    def about(self, record) -> dict[str, Any]:
        """What stands in each of these records between its own facts."""
        sources = {record.main_source_id: held_source(record.main_source), **dict(self.cited.get(record.pk, []))}
        return {
            "confidence": record.confidence,
            "doubt": text(record, "doubt"),
            "checked_on": day_or_none(record.checked_on),
            "url": self.origin + record.get_absolute_url(),
            "sources": list(sources.values()),
            "updated_at": moment(record.updated_at),
        }

    def in_force(self, rule: StateLaw | LocalPolicy) -> dict[str, Any]:
        """What laws and policies share beyond that."""
        return {
            "starts": {"first_day": day_or_none(rule.start_first), "last_day": day_or_none(rule.start_last)},
            "ends": {"first_day": day_or_none(rule.end_first), "last_day": day_or_none(rule.end_last)},
            "summary": text(rule, "summary"),
            "translation": rule.translation,
        }


def text(record, name: str) -> dict[str, str]:
    """A text in both languages as TextRecord describes it."""
    return {"en": getattr(record, f"{name}_en"), "es": getattr(record, f"{name}_es")}


def area_brief(area: Jurisdiction) -> dict[str, str]:
    return {"geoid": area.pk, "kind": area.kind, "name": area.name}


class LawShape(EditorialShape):
    """State laws with their provisions."""

    record = LawRecord
    queryset = (
        StateLaw.objects.published().select_related("jurisdiction", "main_source").order_by("jurisdiction__name", "key")
    )
    citations, owner = LawCitation, "law"

    def fetch(self, pks) -> None:
        super().fetch(pks)
        provisions = Provision.objects.filter(**of(pks, "law")).order_by("law_id", "place", "pk")
        self.provisions = grouped((provision.law_id, provision) for provision in provisions)

    def show(self, law: StateLaw) -> dict[str, Any]:
        return {
            "id": law.key,
            "state": law.jurisdiction.usps,
            "jurisdiction": area_brief(law.jurisdiction),
            "title": law.title,
            "citation": law.citation,
            "instrument": law.instrument,
            "stance": law.stance,
            "legal_status": law.legal_status,
            "standing": law.standing_on(self.day).value,
            **self.about(law),
            **self.in_force(law),
            "enacted_on": law.enacted_on,
            "effective_on": law.effective_on,
            "ended_on": law.ended_on,
            "is_unconfirmed": law.is_unconfirmed,
            "effect_on_287g": law.effect_on_287g,
            "provisions": [self.provision(law, each) for each in self.provisions.get(law.pk, [])],
        }

    def provision(self, law: StateLaw, provision: Provision) -> dict[str, Any]:
        provision.law = law  # how it stands may follow from the law
        return {
            "id": f"{law.key}:{provision.place}",
            "topic": provision.topic,
            "effect": provision.effect,
            "binds": provision.binds,
            "section": provision.section,
            "effective_on": provision.effective_on,
            "standing": provision.standing_on(self.day).value,
            "statement": text(provision, "statement"),
        }


class PolicyShape(EditorialShape):
    """Written policies of local governments."""

    record = PolicyRecord
    queryset = (
        LocalPolicy.objects.published().select_related("state_area", "main_source").order_by("state_area__name", "key")
    )
    citations, owner = PolicyCitation, "policy"

    def fetch(self, pks) -> None:
        super().fetch(pks)
        governments = LocalPolicy.jurisdictions.through.objects.filter(**of(pks, "localpolicy"))
        rows = governments.select_related("jurisdiction").order_by("jurisdiction_id")
        self.governments = grouped((row.localpolicy_id, area_brief(row.jurisdiction)) for row in rows)

    def show(self, policy: LocalPolicy) -> dict[str, Any]:
        return {
            "id": policy.key,
            "state": policy.state_area.usps,
            "jurisdictions": self.governments.get(policy.pk, []),
            "government": policy.government,
            "government_type": policy.government_type,
            "title": policy.title,
            "citation": policy.citation,
            "instrument": policy.instrument,
            "stance": policy.stance,
            "topics": policy.topics,
            "legal_status": policy.legal_status,
            "standing": policy.standing_on(self.day).value,
            **self.about(policy),
            **self.in_force(policy),
            "adopted_on": policy.adopted_on,
            "ended_on": policy.ended_on,
        }


class DesignationShape(EditorialShape):
    """Places named on a federal list."""

    record = DesignationRecord
    queryset = (
        FederalDesignation.objects.published()
        .select_related("jurisdiction__state", "jurisdiction__same_as__state", "main_source")
        .order_by("list", "key")
    )
    citations, owner = DesignationCitation, "designation"

    def show(self, label: FederalDesignation) -> dict[str, Any]:
        area = label.jurisdiction
        return {
            "id": label.key,
            "list": label.list,
            "list_is_complete": label.list_is_complete,
            "jurisdiction": area_brief(area),
            "state": area.usps if area.is_state else area.state.usps,
            "printed_name": label.printed_name,
            "printed_type": label.printed_type,
            "listed_on": label.listed_on.isoformat(),
            "removed_on": day_or_none(label.removed_on),
            "is_listed": label.listed_by(self.day),
            **self.about(label),
        }
