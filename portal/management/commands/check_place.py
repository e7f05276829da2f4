from __future__ import annotations

import html
import re
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.html import strip_tags

from agreements.days import today
from agreements.powers import Document
from jurisdictions.models import Jurisdiction, Source
from portal.answers import PlaceAnswer, Topic, answer_for


class Command(BaseCommand):
    help = (
        "Print each sentence of a place's page with the record that it follows from, and each record with its source."
    )

    def add_arguments(self, parser):
        parser.add_argument("geoid", nargs="+", help="GEOIDs of counties, places or county subdivisions.")
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, help="Another day than today.")

    def handle(self, *, geoid, as_of, **options):
        for each in geoid:
            area = Jurisdiction.objects.select_related("state", "same_as__state").filter(pk=each).first()
            if area is None or area.is_state:
                raise CommandError(f"{each} is no county, place or county subdivision.")
            with translation.override("en"):
                self.tell(answer_for(area.canonical, as_of or today()))

    def tell(self, answer: PlaceAnswer) -> None:
        self.stdout.write(f"\n# {answer.area.full_name}, {answer.area.state.name} ({answer.area.pk}) on {answer.day}\n")
        self.stdout.write("\n## The answer\n")
        behind = {
            Topic.LOCAL: agencies(answer.local),
            Topic.STATE_AGENCIES: agencies(answer.of("statewide")),
            Topic.STATE_LAW: [rule_of(rule) for rule in answer.law.headline],
            Topic.LOCAL_POLICY: [policy_of(each) for each in answer.policies.current],
        }
        for line in answer.lines:
            self.stdout.write(f"\n{line.topic.label}: {line.mark}, {line.word or 'no word'}\n")
            for sentence in line.sentences:
                self.stdout.write(f"  {sentence}\n")
            self.records(behind[line.topic])
        self.stdout.write("\n## What it means\n")
        for meaning in answer.meaning:
            self.stdout.write(f"\n{meaning.title}\n")
            for saying in meaning.sayings:
                self.stdout.write(f"  {plain(saying.sentence)}\n")
                record = (
                    [rule_of(saying.rule)]
                    if saying.rule
                    else [policy_of(saying.policy)]
                    if saying.policy
                    else agencies(saying.entries) or ["general law"]
                )
                self.records([*record, *map(source_of, saying.sources)])
        self.stdout.write("\n## The law by topic\n")
        for topic in answer.law.topics:
            said = [rule_of(rule) for rule in topic.rules]
            self.stdout.write(f"\n{topic.topic.label}: {topic.mark}\n")
            self.records(said or [f"looked on {topic.looked_on}, nothing" if topic.looked_on else "nobody looked"])
        for law in (*answer.law.bills, *answer.law.past):
            self.records([f"not in force: {law.key}, {law.legal_status}"])
        self.stdout.write("\n## Local policies\n")
        for each in answer.policies.policies:
            self.stdout.write(f"\n  {plain(each.summary)}\n")
            self.records([policy_of(each), source_of(each.policy.main_source)])
        self.stdout.write("\n## Federal labels\n")
        for label in answer.labels.labels:
            self.stdout.write(f"\n  {label.sentence}\n")
            key = label.designation.key if label.designation else "no entry on a list held whole"
            self.records([key, source_of(label.source)])
        self.stdout.write("\n## Not certain\n")
        for doubt in answer.doubts:
            self.stdout.write(f"\n  {plain(doubt.text)}\n")
            self.records([record.key for record in doubt.records])

    def records(self, records) -> None:
        for record in records:
            self.stdout.write(f"      <- {record}\n")


def plain(markup: str) -> str:
    return html.unescape(strip_tags(markup))


def agencies(entries) -> list[str]:
    """Each agency with its agreements on the list, by the ids in their addresses."""
    return [
        f"{entry.agency.public_id} {entry.agency.name} ({entry.reach}): "
        + ", ".join(f"{each.public_id} {each.program_model} {each.status}" for each in entry.agreements)
        for entry in entries
    ]


def rule_of(rule) -> str:
    provision = rule.provision
    return (
        f"{rule.law.key}, part {provision.place}: {provision.topic} {provision.effect}, {rule.standing};"
        f" enacted {rule.law.enacted_on or '?'}, effective {provision.effective_on or rule.law.effective_on or '?'};"
        f" {rule.law.confidence}; {'; '.join(map(source_of, rule.sources))}"
    )


def policy_of(each) -> str:
    policy = each.policy
    return (
        f"{policy.key}: {policy.stance}, {policy.legal_status}, {each.standing}; dated {policy.adopted_on or '?'};"
        f" {policy.confidence}"
    )


def source_of(source: Document | Source) -> str:
    read_on = source.read_on if isinstance(source, Document) else source.retrieved_on
    return re.sub(r"\s+", " ", f"{source.title}, {source.publisher}, {source.url}, read {read_on}")
