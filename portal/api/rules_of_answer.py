"""Laws, policies, federal labels, checks and doubts inside the answer of an area."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from agreements.api.rule_serializers import PARTIAL, TextRecord
from agreements.models import Check, Effect, FederalDesignation, LocalPolicy, RuleStanding, Stance, StateLaw
from agreements.rules import start_of
from agreements.topics import LAW_TOPICS, Topic
from jurisdictions.api.serializers import AreaBrief, SourceRecord
from portal.answers import Doubt, Labels, PlaceAnswer, PolicyHere, Rule, StateAnswer
from portal.answers.rules import LawBook
from portal.answers.sentences import found_no_policy, not_checked, older_than_the_rule

from .said import Said, Telling, shown

MARKS = ["yes", "no", "looked", "unchecked"]


class RuleInForce(serializers.Serializer):
    """A provision as it stood on the day: in force, perhaps, blocked by a court, or enacted and still to come."""

    law = serializers.CharField(help_text="For laws/{key}/.")
    provision = serializers.CharField(help_text="The law's id and the provision's place in it.")
    title = serializers.CharField()
    citation = serializers.CharField(help_text="The section where a source names it, else the law's citation.")
    section = serializers.CharField(help_text="Empty where no source names it.")
    effect = serializers.ChoiceField(choices=Effect.choices)
    effect_title = TextRecord()
    binds = serializers.ListField(child=serializers.CharField())
    binds_title = TextRecord(help_text="Whom it binds, in words; empty where nearly everybody.")
    standing = serializers.ChoiceField(choices=RuleStanding.choices)
    standing_title = TextRecord()
    since = serializers.CharField(help_text=f"From when on: the effective date, else that of enactment. {PARTIAL}")
    since_title = TextRecord(help_text="The same in words, such as “since 1 January 2026”.")
    statement = TextRecord(help_text="What it says. `es` is empty where no Spanish says what the English says now.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True)


class LawsOfTopic(serializers.Serializer):
    """What a state's law says about one act on the day. `looked` is never a no: somebody looked and found nothing."""

    topic = serializers.ChoiceField(choices=[(topic.value, topic.label) for topic in LAW_TOPICS])
    title = TextRecord()
    mark = serializers.ChoiceField(choices=MARKS)
    looked_on = serializers.DateField(allow_null=True, help_text="When somebody last looked for such laws.")
    text = TextRecord(help_text="Said where there is no rule; empty where there is one.")
    rules = RuleInForce(many=True)


class MarkedText(serializers.Serializer):
    """A sentence with its mark."""

    mark = serializers.ChoiceField(choices=MARKS)
    text = TextRecord()


class RuleBeside(serializers.Serializer):
    """A law on agreements as a dated fact beside them: neither is said to end the other."""

    law = serializers.CharField(help_text="For laws/{key}/.")
    effect = serializers.ChoiceField(choices=Effect.choices)
    standing = serializers.ChoiceField(choices=RuleStanding.choices)
    since = serializers.CharField(help_text=PARTIAL)
    text = TextRecord()
    list_is_older = TextRecord(help_text="Said where the rule counts from a day after that of the list; else empty.")
    sources = SourceRecord(many=True)


class NotInForce(serializers.Serializer):
    """A bill, a veto, or a rule of the past: not in force on the day."""

    law = serializers.CharField(help_text="For laws/{key}/.")
    title = serializers.CharField()
    legal_status = serializers.ChoiceField(choices=StateLaw.LegalStatus.choices)
    legal_status_title = TextRecord()
    url = serializers.CharField(help_text="The page.")


class PolicyInForce(serializers.Serializer):
    """A local policy that holds or may hold on the day."""

    policy = serializers.CharField(help_text="For policies/{key}/.")
    title = serializers.CharField()
    government = serializers.CharField()
    geoid = serializers.CharField(allow_null=True, help_text="Of the area whose government's it is.")
    area = TextRecord(help_text="The area in a heading; the government's own name where its area is not known.")
    instrument = serializers.ChoiceField(choices=LocalPolicy.Instrument.choices)
    instrument_title = TextRecord()
    stance = serializers.ChoiceField(choices=Stance.choices)
    stance_title = TextRecord()
    topics = serializers.ListField(child=serializers.ChoiceField(choices=Topic.choices))
    standing = serializers.ChoiceField(choices=RuleStanding.choices)
    standing_title = TextRecord(help_text="Of what is proposed or of the past its legal status.")
    since = serializers.CharField(help_text=f"The date of adoption. {PARTIAL}")
    summary = TextRecord(help_text="`es` is empty where no Spanish says what the English says now.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True)


class WithoutPolicy(serializers.Serializer):
    """Areas of which no written policy is known, and when somebody looked; null: nobody has."""

    areas = serializers.ListField(child=serializers.CharField(), help_text="GEOIDs.")
    looked_on = serializers.DateField(allow_null=True)
    mark = serializers.ChoiceField(choices=["looked", "unchecked"])
    text = TextRecord()


class LabelOnTheDay(serializers.Serializer):
    """What a federal list says of the area, its counties or its state: a federal claim, not proof of a policy."""

    designation = serializers.CharField(allow_null=True, help_text="For designations/{key}/; null: not on the list.")
    list = serializers.ChoiceField(choices=FederalDesignation.List.choices)
    jurisdiction = AreaBrief()
    mark = serializers.ChoiceField(choices=MARKS, help_text="`no` only of a list that is held whole.")
    listed_on = serializers.DateField(allow_null=True)
    removed_on = serializers.DateField(allow_null=True, help_text="Only if that was by `as_of`.")
    sentence = serializers.CharField(help_text="Of this area alone; `labels` has the sentences of the page.")
    sources = SourceRecord(many=True)


class LabelSentence(MarkedText):
    """What a list says, areas of the same dates in one sentence."""

    sources = SourceRecord(many=True)


class LabelsOfList(serializers.Serializer):
    """What one federal list says here, in the sentences of the page."""

    list = serializers.CharField()
    title = TextRecord()
    sentences = LabelSentence(many=True)
    doubts = TextRecord(many=True)


class CheckRecord(serializers.Serializer):
    """Somebody looked for a rule on a day. Nothing found is never a no."""

    geoid = serializers.CharField(source="jurisdiction_id")
    subject = serializers.CharField(help_text="A topic, or local_policy.")
    looked_on = serializers.DateField()
    found = serializers.ChoiceField(choices=Check.Found.choices)
    where = serializers.CharField()


class DoubtfulRecord(serializers.Serializer):
    """A record of which something is not certain."""

    kind = serializers.ChoiceField(choices=["law", "policy"])
    id = serializers.CharField(help_text="For laws/{key}/ or policies/{key}/.")
    title = serializers.CharField()
    url = serializers.CharField(help_text="The page.")


class DoubtRecord(serializers.Serializer):
    """Where sources disagree, or a detail of a record is not certain."""

    text = TextRecord()
    records = DoubtfulRecord(many=True)


def laws_of(law: LawBook, telling: Telling) -> list[dict[str, Any]]:
    """All thirteen topics. No query: the answer holds them."""
    return [
        {
            "topic": each.topic.value,
            "title": Said(each.topic.label),
            "mark": each.mark.value,
            "looked_on": each.looked_on,
            "text": Said(each.nothing),
            "rules": [rule_record(rule, telling) for rule in each.rules],
        }
        for each in law.topics
    ]


def nothing_of(law: LawBook) -> list[dict[str, Any]]:
    return [{"mark": mark.value, "text": Said(sentence)} for mark, sentence in law.nothing]


def not_in_force(law: LawBook, telling: Telling) -> list[dict[str, Any]]:
    return [
        {
            "law": each.key,
            "title": each.title,
            "legal_status": each.legal_status,
            "legal_status_title": Said(each.get_legal_status_display()),
            "url": telling.absolute(each.get_absolute_url()),
        }
        for each in (*law.bills, *law.past)
    ]


def rule_record(rule: Rule, telling: Telling) -> dict[str, Any]:
    provision = rule.provision
    return {
        "law": rule.law.key,
        "provision": f"{rule.law.key}:{provision.place}",
        "title": rule.law.title,
        "citation": rule.citation,
        "section": provision.section,
        "effect": provision.effect,
        "effect_title": Said(rule.effect.label),
        "binds": provision.binds,
        "binds_title": Said(rule.bound),
        "standing": rule.standing.value,
        "standing_title": Said(rule.standing.label),
        "since": start_of(provision),
        "since_title": Said(rule.since),
        "statement": telling.of_record(provision, "statement"),
        "url": telling.absolute(rule.law.get_absolute_url()),
        "sources": shown(rule.sources),
    }


def beside(rules: tuple[Rule, ...], telling: Telling) -> list[dict[str, Any]]:
    """The law beside the agreements; the page has it only where a list speaks for the day."""
    if not telling.lists.is_covered:
        return []
    return [
        {
            "law": rule.law.key,
            "effect": rule.effect.value,
            "standing": rule.standing.value,
            "since": start_of(rule.provision),
            "text": Said(rule.sentence),
            "list_is_older": Said(older_than_the_rule(rule.provision, telling.lists)),
            "sources": telling.cited(rule.sources),
        }
        for rule in rules
    ]


def policies_of(found: PlaceAnswer | StateAnswer) -> list[PolicyHere]:
    """Of a place its own and its county's, of a county those inside it too, of a state all in it."""
    if isinstance(found, StateAnswer):
        return [each for government in found.policies.governments for each in government.policies]
    return [*found.policies.current, *found.policies.inside]


def policy_record(each: PolicyHere, telling: Telling) -> dict[str, Any]:
    policy = each.policy
    is_over = each.standing in (RuleStanding.NEVER, RuleStanding.ENDED)
    return {
        "policy": policy.key,
        "title": policy.title,
        "government": policy.government,
        "geoid": each.area and each.area.pk,
        "area": Said(each.area.full_name if each.area else policy.government),
        "instrument": policy.instrument,
        "instrument_title": Said(policy.get_instrument_display()),
        "stance": policy.stance,
        "stance_title": Said(policy.get_stance_display()),
        "topics": policy.topics,
        "standing": each.standing.value,
        "standing_title": Said(policy.get_legal_status_display() if is_over else each.standing.label),
        "since": each.dated,
        "summary": telling.of_record(policy, "summary"),
        "url": telling.absolute(policy.get_absolute_url()),
        "sources": shown([policy.main_source]),
    }


def without_policy(found: PlaceAnswer) -> list[dict[str, Any]]:
    """The area and its counties without a policy, put together by the day when somebody looked."""
    together: dict[Any, list[str]] = {}
    for area, policies, looked_on in found.policies.groups:
        if not policies:
            together.setdefault(looked_on, []).append(area.pk)
    return [
        {
            "areas": geoids,
            "looked_on": looked_on,
            "mark": "looked" if looked_on else "unchecked",
            "text": Said(found_no_policy(looked_on) if looked_on else not_checked()),
        }
        for looked_on, geoids in together.items()
    ]


def designations_of(labels: Labels) -> list[dict[str, Any]]:
    return [
        {
            "designation": label.designation and label.designation.key,
            "list": label.list.value,
            "jurisdiction": {"geoid": label.area.pk, "kind": label.area.kind, "name": label.area.name},
            "mark": label.mark.value,
            "listed_on": label.designation and label.designation.listed_on,
            "removed_on": removed_by(label.designation, labels.day),
            "sentence": label.sentence,
            "sources": shown([label.source]),
        }
        for label in labels.labels
    ]


def labels_of(labels: Labels, telling: Telling) -> list[dict[str, Any]]:
    return [
        {
            "list": each.list.value,
            "title": Said(each.name),
            "sentences": [
                {"mark": mark.value, "text": Said(sentence), "sources": telling.cited(documents)}
                for mark, sentence, documents in each.sentences
            ],
            "doubts": [Said.of(doubt) for doubt in each.doubts],
        }
        for each in labels.by_list
    ]


def removed_by(designation: FederalDesignation | None, day):
    return designation.removed_on if designation and not designation.listed_by(day) else None


def checks_of(found: PlaceAnswer | StateAnswer) -> list[dict[str, Any]]:
    checks = [*found.law.checks.values(), *getattr(found.policies, "checks", {}).values()]
    return [
        {
            "geoid": check.jurisdiction_id,
            "subject": check.subject,
            "looked_on": check.looked_on,
            "found": check.found,
            "where": check.where,
        }
        for check in checks
    ]


def doubts_of(doubts: tuple[Doubt, ...], telling: Telling) -> list[dict[str, Any]]:
    return [
        {
            "text": Said.of(doubt.text),
            "records": [
                {
                    "kind": "law" if isinstance(record, StateLaw) else "policy",
                    "id": record.key,
                    "title": record.title,
                    "url": telling.absolute(record.get_absolute_url()),
                }
                for record in doubt.records
            ],
        }
        for doubt in doubts
    ]
