"""What it means at a stop, at booking and at release: from agreements, from the state's law, from general law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.lists import Lists
from agreements.models import Bound, RuleStanding
from agreements.powers import MOMENTS, Document, Moment, Powers, among
from agreements.sentences import day_in_words
from agreements.topics import Topic as LawTopic
from jurisdictions.models import Source

from .agencies import Entry
from .policies import PolicyHere, sentences_of
from .rules import LawBook, Rule

STREET = "TFM"
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

TOPICS_OF_POLICY = {
    Moment.STREET: (LawTopic.STATUS_INQUIRIES,),
    Moment.BOOKING: (LawTopic.ICE_ACCESS_TO_JAILS,),
    Moment.RELEASE: (LawTopic.DETAINERS, LawTopic.JAIL_TRANSFERS),
}


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence and what says so: the agencies that have the agreement, a rule of the state, a policy, general law."""

    sentence: SafeString
    source: Document | Source
    entries: tuple[Entry, ...] = ()
    model: str = ""
    """The program model that lets officers do so; of agencies only."""
    rule: Rule | None = None
    policy: PolicyHere | None = None

    @property
    def sources(self) -> tuple[Document | Source, ...]:
        return self.rule.sources if self.rule else (self.source,)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A moment at which a reader may meet the powers, and what is known of it here."""

    moment: Moment
    title: str
    sayings: tuple[Saying, ...]
    absent: str = ""
    """Of a stop, where no agency on the list has a street agreement: a sentence that says so."""


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


def meaning_of(
    models: Mapping[str, Sequence[Entry]],
    law: LawBook,
    policies: Sequence[PolicyHere],
    powers: Powers,
    lists: Lists,
) -> tuple[Meaning, ...]:
    """`models`: for each program model on the list of the day, the agencies that have it."""
    told = among(powers, ("", *models))
    meanings = []
    for moment, title in MOMENTS.items():
        by_agreement, anywhere = [], []
        for power in told:
            if power.moment == moment and power.model:
                entries = tuple(models[power.model])
                by_agreement.append(Saying(power.sentence, power.source, entries, power.model))
            elif power.moment == moment:
                anywhere.append(Saying(power.sentence, power.source))
        sayings = (
            *by_agreement,
            *[each for rule in law.rules if (each := of_rule(rule, moment))][:RULES_SHOWN],
            *[each for policy in policies if (each := of_policy(policy, moment))],
            *anywhere,
        )
        absent = no_street_agreement(lists) if moment == Moment.STREET and STREET not in models else ""
        meanings.append(Meaning(moment, str(title), sayings, absent))
    return tuple(meanings)


def no_street_agreement(lists: Lists) -> str:
    """Nothing where no list speaks for the day."""
    if not lists.is_covered:
        return ""
    sentence = _("No agency that reaches this place has a street agreement on ICE's list of %(day)s.")
    return sentence % {"day": day_in_words(lists.listed)}


def of_rule(rule: Rule, moment: Moment) -> Saying | None:
    """What is not yet in force means nothing for the reader of that day."""
    if rule.standing == RuleStanding.NOT_YET or moment_of(rule) != moment:
        return None
    return Saying(rule.statement, rule.law.main_source, rule=rule)


def of_policy(each: PolicyHere, moment: Moment) -> Saying | None:
    topics = TOPICS_OF_POLICY[moment]
    if not any(topic in each.policy.topics for topic in topics):
        return None
    (sentence,) = sentences_of([each], topics)
    return Saying(conditional_escape(sentence), each.policy.main_source, policy=each)
