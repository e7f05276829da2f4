"""What the API says of state laws, local policies and federal labels: the name, type and meaning of fields."""

from __future__ import annotations

from rest_framework import serializers

from agreements.models import (
    Confidence,
    Effect,
    FederalDesignation,
    LocalPolicy,
    RuleStanding,
    Stance,
    StateLaw,
    Translation,
)
from agreements.topics import LAW_TOPICS, Topic
from jurisdictions.api.serializers import AreaBrief, Record, SourceRecord


class TextRecord(serializers.Serializer):
    """A text in English and in Spanish; empty where there is none."""

    en = serializers.CharField()
    es = serializers.CharField()


class DaysRecord(serializers.Serializer):
    """The days that a date may mean. Null: not known."""

    first_day = serializers.DateField(allow_null=True)
    last_day = serializers.DateField(allow_null=True)


PARTIAL = "A day, a month or a year as the source gives it (2025-03-06, 2025-03, 2025); empty where it is not known."


class EditorialRecord(Record):
    """What every record that editors write carries beside its facts."""

    confidence = serializers.ChoiceField(choices=Confidence.choices)
    doubt = TextRecord(help_text="What is not certain about it.")
    checked_on = serializers.DateField(allow_null=True, help_text="When somebody last read its source.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True, help_text="The main one first.")
    updated_at = serializers.DateTimeField()


class RuleRecord(EditorialRecord):
    """What laws and policies share."""

    standing = serializers.ChoiceField(choices=RuleStanding.choices, help_text="What can be said of it on `as_of`.")
    starts = DaysRecord(help_text="The days on which it may have come into force.")
    ends = DaysRecord(help_text="The days that may be the first no longer in force.")
    summary = TextRecord()
    translation = serializers.ChoiceField(choices=Translation.choices, help_text="State of the Spanish.")


class ProvisionRecord(serializers.Serializer):
    """What one part of a law does to the act that its topic names, for those whom it binds."""

    id = serializers.CharField(help_text="The law's id and the provision's place in it.")
    topic = serializers.ChoiceField(choices=[(topic.value, topic.label) for topic in LAW_TOPICS])
    effect = serializers.ChoiceField(choices=Effect.choices)
    binds = serializers.ListField(child=serializers.CharField(), help_text="Only these are bound.")
    section = serializers.CharField(help_text="Empty where no source names it.")
    effective_on = serializers.CharField(help_text=f"Only where it differs from the law's. {PARTIAL}")
    standing = serializers.ChoiceField(
        choices=RuleStanding.choices, help_text="On `as_of`; by its own date where it has one."
    )
    statement = TextRecord()


class LawRecord(RuleRecord):
    """A state's law, order, ruling or bill about cooperation with immigration enforcement."""

    id = serializers.CharField()
    state = serializers.CharField()
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

    def get_fields(self):
        return in_order(super().get_fields(), self.FIRST)


class PolicyRecord(RuleRecord):
    """A local government's own rule about cooperation with immigration enforcement."""

    id = serializers.CharField()
    state = serializers.CharField()
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

    def get_fields(self):
        return in_order(super().get_fields(), self.FIRST)


class DesignationRecord(EditorialRecord):
    """A place named on a federal list of "sanctuary jurisdictions": a federal claim, not proof of a local policy."""

    id = serializers.CharField()
    list = serializers.ChoiceField(choices=FederalDesignation.List.choices)
    list_is_complete = serializers.BooleanField(help_text="Whether we hold the whole list: only then absence says no.")
    jurisdiction = AreaBrief()
    state = serializers.CharField()
    printed_name = serializers.CharField()
    printed_type = serializers.CharField()
    listed_on = serializers.DateField()
    removed_on = serializers.DateField(allow_null=True, help_text="The first day no longer on the list.")
    is_listed = serializers.BooleanField(help_text="Whether it stood on the list on `as_of`.")

    FIRST = (
        "id", "list", "list_is_complete", "jurisdiction", "state", "printed_name", "printed_type", "listed_on",
        "removed_on", "is_listed",
    )  # fmt: skip

    def get_fields(self):
        return in_order(super().get_fields(), self.FIRST)


def in_order(fields: dict, first: tuple[str, ...]) -> dict:
    """What names a record before what is said of it."""
    return {name: fields[name] for name in (*first, *fields) if name in fields}
