"""What it means at a stop, at booking and at release: from agreements, from the state's law, from general law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from agreements.models import Bound
from agreements.powers import MOMENTS, Document, Moment, powers_of
from agreements.topics import Topic as LawTopic
from jurisdictions.models import Source

from .agencies import Entry
from .policies import PolicyHere, sentences_of
from .rules import LawBook, Rule

RULES_SHOWN = 5
"""Of a moment; the state's page has all."""

RELEVANT = (
    LawTopic.AGREEMENTS,
    LawTopic.DETAINERS,
    LawTopic.JAIL_TRANSFERS,
    LawTopic.STATUS_INQUIRIES,
    LawTopic.ICE_ACCESS_TO_JAILS,
    LawTopic.SANCTUARY_BAN,
    LawTopic.STATE_IMMIGRATION_CRIME,
)
"""Topics whose rules a place's page tells in full sentences."""

MOMENT_OF_POLICY = {
    LawTopic.STATUS_INQUIRIES: Moment.STREET,
    LawTopic.ICE_ACCESS_TO_JAILS: Moment.BOOKING,
    LawTopic.DETAINERS: Moment.RELEASE,
    LawTopic.JAIL_TRANSFERS: Moment.RELEASE,
}


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence and what says so: the agencies that have the agreement, a rule of the state, a policy, general law."""

    sentence: SafeString
    source: Document | Source
    entries: tuple[Entry, ...] = ()
    rule: Rule | None = None
    policy: PolicyHere | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """A moment at which a reader may meet the powers, and what is known of it here."""

    moment: Moment
    title: str
    sayings: tuple[Saying, ...]


def moment_of(rule: Rule) -> Moment | None:
    """When a reader meets the rule; None for what is told elsewhere."""
    binds = rule.provision.binds
    match rule.topic:
        case LawTopic.DETAINERS | LawTopic.JAIL_TRANSFERS:
            return Moment.RELEASE
        case LawTopic.ICE_ACCESS_TO_JAILS:
            return Moment.BOOKING
        case LawTopic.STATUS_INQUIRIES if Bound.LOCAL_POLICE in binds or Bound.EVERYONE in binds:
            return Moment.STREET
        case LawTopic.STATUS_INQUIRIES if Bound.SHERIFFS_AND_JAILS in binds:
            return Moment.BOOKING
        case LawTopic.STATE_IMMIGRATION_CRIME if Bound.EVERYONE in binds:
            return Moment.STREET
    return None


def moments_of_policy(each: PolicyHere) -> set[Moment]:
    return {MOMENT_OF_POLICY[topic] for topic in each.policy.topics if topic in MOMENT_OF_POLICY}


def meaning_of(
    models: Mapping[str, Sequence[Entry]], law: LawBook, policies: Sequence[PolicyHere]
) -> tuple[Meaning, ...]:
    """`models`: for each program model on the list of the day, the agencies that have it."""
    meanings = []
    for moment, title in MOMENTS.items():
        powers = [power for power in powers_of("", *models) if power.moment == moment]
        by_agreement = [
            Saying(conditional_escape(power.sentence), power.source, tuple(models[power.model]))
            for power in powers
            if power.model
        ]
        rules = [
            Saying(rule.statement, rule.law.main_source, rule=rule) for rule in law.rules if moment_of(rule) == moment
        ]
        local = [
            Saying(conditional_escape(sentences_of(each.area, [each])[0]), each.policy.main_source, policy=each)
            for each in policies
            if moment in moments_of_policy(each)
        ]
        anywhere = [Saying(conditional_escape(power.sentence), power.source) for power in powers if not power.model]
        meanings.append(
            Meaning(
                moment,
                str(title),
                (*by_agreement, *rules[:RULES_SHOWN], *local, *anywhere),
            )
        )
    return tuple(meanings)
