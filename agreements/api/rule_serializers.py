"""State laws with their provisions, local policies and federal labels as the API shows them."""

from __future__ import annotations

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agreements.models import (
    Confidence,
    DesignationCitation,
    Effect,
    FederalDesignation,
    LawCitation,
    LocalPolicy,
    PolicyCitation,
    Provision,
    RuleStanding,
    Stance,
    StateLaw,
    Translation,
)
from agreements.topics import LAW_TOPICS, Topic
from jurisdictions.api.serializers import AreaBrief, Record, SourceRecord, held_source
from jurisdictions.models import Jurisdiction


class TextRecord(serializers.Serializer):
    """A text in English and in Spanish; empty where there is none."""

    en = serializers.CharField()
    es = serializers.CharField()


def text(record, field: str) -> dict[str, str]:
    return {"en": getattr(record, f"{field}_en"), "es": getattr(record, f"{field}_es")}


class DaysRecord(serializers.Serializer):
    """The days that a date may mean. Null: not known."""

    first_day = serializers.DateField(allow_null=True)
    last_day = serializers.DateField(allow_null=True)


PARTIAL = "A day, a month or a year as the source gives it (2025-03-06, 2025-03, 2025); empty where it is not known."


class EditorialRecord(Record):
    """What every record that editors write carries beside its facts."""

    confidence = serializers.ChoiceField(choices=Confidence.choices)
    doubt = serializers.SerializerMethodField(help_text="What is not certain about it.")
    checked_on = serializers.DateField(allow_null=True, help_text="When somebody last read its source.")
    url = serializers.SerializerMethodField(help_text="The page.")
    sources = serializers.SerializerMethodField(help_text="The main one first.")
    updated_at = serializers.DateTimeField()

    @extend_schema_field(TextRecord)
    def get_doubt(self, record) -> dict[str, str]:
        return text(record, "doubt")

    def get_url(self, record) -> str:
        return self.absolute(record.get_absolute_url())

    @extend_schema_field(SourceRecord(many=True))
    def get_sources(self, record) -> list[dict]:
        held = {record.main_source_id: record.main_source}
        held |= {citation.source_id: citation.source for citation in record.citations.all()}
        return [held_source(each) for each in held.values()]


class RuleRecord(EditorialRecord):
    """What laws and policies share."""

    standing = serializers.SerializerMethodField(help_text="What can be said of it on `as_of`.")
    starts = serializers.SerializerMethodField(help_text="The days on which it may have come into force.")
    ends = serializers.SerializerMethodField(help_text="The days that may be the first no longer in force.")
    summary = serializers.SerializerMethodField()
    translation = serializers.ChoiceField(choices=Translation.choices, help_text="State of the Spanish.")

    @extend_schema_field(serializers.ChoiceField(choices=RuleStanding.choices))
    def get_standing(self, rule: StateLaw | LocalPolicy) -> str:
        return rule.standing_on(self.context["day"]).value

    @extend_schema_field(DaysRecord)
    def get_starts(self, rule: StateLaw | LocalPolicy) -> dict:
        return {"first_day": rule.start_first, "last_day": rule.start_last}

    @extend_schema_field(DaysRecord)
    def get_ends(self, rule: StateLaw | LocalPolicy) -> dict:
        return {"first_day": rule.end_first, "last_day": rule.end_last}

    @extend_schema_field(TextRecord)
    def get_summary(self, rule: StateLaw | LocalPolicy) -> dict[str, str]:
        return text(rule, "summary")


class ProvisionRecord(serializers.Serializer):
    """What one part of a law does to the act that its topic names, for those whom it binds."""

    id = serializers.SerializerMethodField(help_text="The law's id and the provision's place in it.")
    topic = serializers.ChoiceField(choices=[(topic.value, topic.label) for topic in LAW_TOPICS])
    effect = serializers.ChoiceField(choices=Effect.choices)
    binds = serializers.ListField(child=serializers.CharField(), help_text="Only these are bound.")
    section = serializers.CharField(help_text="Empty where no source names it.")
    effective_on = serializers.CharField(help_text=f"Only where it differs from the law's. {PARTIAL}")
    standing = serializers.SerializerMethodField(help_text="On `as_of`; by its own date where it has one.")
    statement = serializers.SerializerMethodField()

    def get_id(self, provision: Provision) -> str:
        return f"{provision.law.key}:{provision.place}"

    @extend_schema_field(serializers.ChoiceField(choices=RuleStanding.choices))
    def get_standing(self, provision: Provision) -> str:
        return provision.standing_on(self.context["day"]).value

    @extend_schema_field(TextRecord)
    def get_statement(self, provision: Provision) -> dict[str, str]:
        return text(provision, "statement")


class LawRecord(RuleRecord):
    """A state's law, order, ruling or bill about cooperation with immigration enforcement."""

    id = serializers.CharField(source="key")
    state = serializers.CharField(source="jurisdiction.usps")
    jurisdiction = AreaBrief()
    title = serializers.CharField()
    citation = serializers.CharField()
    instrument = serializers.ChoiceField(choices=StateLaw.Instrument.choices)
    stance = serializers.ChoiceField(choices=Stance.choices, help_text="Of the law, not of the state.")
    legal_status = serializers.ChoiceField(choices=StateLaw.LegalStatus.choices, help_text="When last read.")
    enacted_on = serializers.CharField(help_text=f"Of a veto, the day of the veto. {PARTIAL}")
    effective_on = serializers.CharField(help_text=f"Where it is empty the day of enactment counts. {PARTIAL}")
    ended_on = serializers.CharField(help_text=f"The first day no longer in force. {PARTIAL}")
    is_unconfirmed = serializers.BooleanField(help_text="Not confirmed to be in force: `standing` is never in_force.")
    effect_on_287g = serializers.ChoiceField(choices=[*StateLaw.EffectOn287g.choices, ("", "")])
    provisions = ProvisionRecord(many=True)

    FIRST = (
        "id", "state", "jurisdiction", "title", "citation", "instrument", "stance", "legal_status", "standing",
    )  # fmt: skip
    prefetches = (
        Prefetch("provisions", Provision.objects.select_related("law__main_source")),
        Prefetch("citations", LawCitation.objects.select_related("source").order_by("pk")),
    )

    def get_fields(self):
        return in_order(super().get_fields(), self.FIRST)


class PolicyRecord(RuleRecord):
    """A local government's own rule about cooperation with immigration enforcement."""

    id = serializers.CharField(source="key")
    state = serializers.CharField(source="state_area.usps")
    jurisdictions = AreaBrief(many=True, help_text="The governments whose policy it is, where they have a GEOID.")
    government = serializers.CharField()
    government_type = serializers.CharField()
    title = serializers.CharField()
    citation = serializers.CharField()
    instrument = serializers.ChoiceField(choices=LocalPolicy.Instrument.choices)
    stance = serializers.ChoiceField(choices=Stance.choices, help_text="Of the policy, not of the place.")
    topics = serializers.ListField(
        child=serializers.ChoiceField(choices=Topic.choices), help_text="In the words that laws have, too."
    )
    legal_status = serializers.ChoiceField(choices=LocalPolicy.LegalStatus.choices, help_text="When last read.")
    adopted_on = serializers.CharField(help_text=f"Of a proposal, the day of the last step known. {PARTIAL}")
    ended_on = serializers.CharField(help_text=f"The first day no longer in force. {PARTIAL}")

    FIRST = (
        "id", "state", "jurisdictions", "government", "government_type", "title", "citation", "instrument", "stance",
        "topics", "legal_status", "standing",
    )  # fmt: skip
    prefetches = (
        Prefetch("jurisdictions", Jurisdiction.objects.order_by("pk")),
        Prefetch("citations", PolicyCitation.objects.select_related("source").order_by("pk")),
    )

    def get_fields(self):
        return in_order(super().get_fields(), self.FIRST)


class DesignationRecord(EditorialRecord):
    """A place named on a federal list of "sanctuary jurisdictions": a federal claim, not proof of a local policy."""

    id = serializers.CharField(source="key")
    list = serializers.ChoiceField(choices=FederalDesignation.List.choices)
    list_is_complete = serializers.BooleanField(help_text="Whether we hold the whole list: only then absence says no.")
    jurisdiction = AreaBrief()
    state = serializers.SerializerMethodField()
    printed_name = serializers.CharField()
    printed_type = serializers.CharField()
    listed_on = serializers.DateField()
    removed_on = serializers.DateField(allow_null=True, help_text="The first day no longer on the list.")
    is_listed = serializers.SerializerMethodField(help_text="Whether it stood on the list on `as_of`.")

    FIRST = (
        "id", "list", "list_is_complete", "jurisdiction", "state", "printed_name", "printed_type", "listed_on",
        "removed_on", "is_listed",
    )  # fmt: skip
    prefetches = (Prefetch("citations", DesignationCitation.objects.select_related("source").order_by("pk")),)

    def get_fields(self):
        return in_order(super().get_fields(), self.FIRST)

    def get_state(self, designation: FederalDesignation) -> str:
        area = designation.jurisdiction
        return area.usps if area.is_state else area.state.usps

    def get_is_listed(self, designation: FederalDesignation) -> bool:
        return designation.listed_by(self.context["day"])


def in_order(fields: dict, first: tuple[str, ...]) -> dict:
    """What names a record before what is said of it."""
    return {name: fields[name] for name in (*first, *fields) if name in fields}
