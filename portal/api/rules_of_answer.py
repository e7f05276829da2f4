"""Laws, policies, federal labels and checks inside the answer of an area."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework import serializers

from agreements.api.rule_serializers import PARTIAL, TextRecord, text
from agreements.models import Check, Effect, FederalDesignation, RuleStanding, Stance
from agreements.rules import start_of
from agreements.topics import LAW_TOPICS, Topic
from jurisdictions.api.serializers import AreaBrief
from portal.answers import PlaceAnswer, PolicyHere, Rule, StateAnswer

MARKS = ["yes", "no", "looked", "unchecked"]


class RuleInForce(serializers.Serializer):
    """A provision as it stood on the day: in force, perhaps, blocked by a court, or enacted and still to come."""

    law = serializers.CharField(help_text="For laws/{key}/.")
    title = serializers.CharField()
    citation = serializers.CharField(help_text="The section where a source names it, else the law's citation.")
    effect = serializers.ChoiceField(choices=Effect.choices)
    binds = serializers.ListField(child=serializers.CharField())
    standing = serializers.ChoiceField(choices=RuleStanding.choices)
    since = serializers.CharField(help_text=f"From when on: the effective date, else that of enactment. {PARTIAL}")
    statement = TextRecord()
    url = serializers.CharField(help_text="The page.")


class LawsOfTopic(serializers.Serializer):
    """What a state's law says about one act on the day. `looked` is never a no: somebody looked and found nothing."""

    topic = serializers.ChoiceField(choices=[(topic.value, topic.label) for topic in LAW_TOPICS])
    mark = serializers.ChoiceField(choices=MARKS)
    looked_on = serializers.DateField(allow_null=True, help_text="When somebody last looked for such laws.")
    rules = RuleInForce(many=True)


class PolicyInForce(serializers.Serializer):
    """A local policy that holds or may hold on the day."""

    policy = serializers.CharField(help_text="For policies/{key}/.")
    title = serializers.CharField()
    government = serializers.CharField()
    geoid = serializers.CharField(allow_null=True, help_text="Of the area whose government's it is.")
    stance = serializers.ChoiceField(choices=Stance.choices)
    topics = serializers.ListField(child=serializers.ChoiceField(choices=Topic.choices))
    standing = serializers.ChoiceField(choices=RuleStanding.choices)
    since = serializers.CharField(help_text=f"The date of adoption. {PARTIAL}")
    summary = TextRecord()
    url = serializers.CharField(help_text="The page.")


class LabelOnTheDay(serializers.Serializer):
    """What a federal list says of the area, its counties or its state: a federal claim, not proof of a policy."""

    designation = serializers.CharField(allow_null=True, help_text="For designations/{key}/; null: not on the list.")
    list = serializers.ChoiceField(choices=FederalDesignation.List.choices)
    jurisdiction = AreaBrief()
    mark = serializers.ChoiceField(choices=MARKS, help_text="`no` only of a list that is held whole.")
    listed_on = serializers.DateField(allow_null=True)
    removed_on = serializers.DateField(allow_null=True, help_text="Only if that was by `as_of`.")
    sentence = serializers.CharField()


class CheckRecord(serializers.Serializer):
    """Somebody looked for a rule on a day. Nothing found is never a no."""

    geoid = serializers.CharField(source="jurisdiction_id")
    subject = serializers.CharField(help_text="A topic, or local_policy.")
    looked_on = serializers.DateField()
    found = serializers.ChoiceField(choices=Check.Found.choices)
    where = serializers.CharField()


def rules_of(found: PlaceAnswer | StateAnswer, request: HttpRequest) -> dict[str, Any]:
    """The parts of AnswerRecord that speak of rules. No query: the answer holds them all."""
    return {
        "state_law": [
            {
                "topic": each.topic,
                "mark": each.mark,
                "looked_on": each.looked_on,
                "rules": [rule_record(rule, request) for rule in each.rules],
            }
            for each in found.law.topics
        ],
        "local_policies": [policy_record(each, request) for each in policies_of(found)],
        "designations": [
            {
                "designation": label.designation and label.designation.key,
                "list": label.list,
                "jurisdiction": label.area,
                "mark": label.mark,
                "listed_on": label.designation and label.designation.listed_on,
                "removed_on": removed_by(label.designation, found.day),
                "sentence": label.sentence,
            }
            for label in found.labels.labels
        ],
        "checks": [*found.law.checks.values(), *getattr(found.policies, "checks", {}).values()],
    }


def policies_of(found: PlaceAnswer | StateAnswer) -> list[PolicyHere]:
    """Of a place its own and its county's, of a county those inside it too, of a state all in it."""
    if isinstance(found, StateAnswer):
        return [each for government in found.policies.governments for each in government.policies]
    return [*found.policies.current, *found.policies.inside]


def removed_by(designation: FederalDesignation | None, day):
    return designation.removed_on if designation and not designation.listed_by(day) else None


def rule_record(rule: Rule, request: HttpRequest) -> dict[str, Any]:
    return {
        "law": rule.law.key,
        "title": rule.law.title,
        "citation": rule.citation,
        "effect": rule.effect,
        "binds": rule.provision.binds,
        "standing": rule.standing,
        "since": start_of(rule.provision),
        "statement": text(rule.provision, "statement"),
        "url": request.build_absolute_uri(rule.law.get_absolute_url()),
    }


def policy_record(each: PolicyHere, request: HttpRequest) -> dict[str, Any]:
    policy = each.policy
    return {
        "policy": policy.key,
        "title": policy.title,
        "government": policy.government,
        "geoid": each.area and each.area.pk,
        "stance": policy.stance,
        "topics": policy.topics,
        "standing": each.standing,
        "since": each.dated,
        "summary": text(policy, "summary"),
        "url": request.build_absolute_uri(policy.get_absolute_url()),
    }
