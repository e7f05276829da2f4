"""A state's law on a day: what each provision does, whether it was in force, and what is only a bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.localised import in_language
from agreements.models import Bound, Check, Effect, LocalPolicy, Provision, RuleStanding, StateLaw
from agreements.rules import date_in_words, known_by, since, start_of, was_enacted_by, when
from agreements.sentences import day_in_words
from agreements.topics import LAW_TOPICS
from agreements.topics import Topic as LawTopic
from jurisdictions.models import Jurisdiction, Source

from .lines import Line, Mark, Topic
from .sentences import (
    EVERY_AGENCY,
    HEADLINE_TOPICS,
    citation_of,
    citation_of_parts,
    found_no_law,
    law_sentence,
    lowered,
    no_rule_in_force_about,
    not_checked,
    not_checked_about,
    whom,
)
from .shelf import Shelf

STANDING_ORDER = [
    RuleStanding.IN_FORCE,
    RuleStanding.CHALLENGED,
    RuleStanding.UNCERTAIN,
    RuleStanding.BLOCKED,
    RuleStanding.NOT_YET,
]
HOLDS = frozenset({RuleStanding.IN_FORCE, RuleStanding.UNCERTAIN})
"""Standings of a rule that was, or perhaps was, in force."""
EFFECT_ORDER = [*Effect.values]
SENTENCES_IN_HEADLINE = 3
POLICE = frozenset({Bound.SHERIFFS_AND_JAILS, Bound.LOCAL_POLICE, Bound.EVERYONE})


@dataclass(frozen=True, slots=True)
class Rule:
    """A provision of a published law, and its standing on the day: in force, uncertain, blocked, not yet."""

    provision: Provision
    standing: RuleStanding
    day: date
    sources: tuple[Source, ...]
    """The law's main source, then the documents that were cited for this part of it."""

    @property
    def law(self) -> StateLaw:
        return self.provision.law

    @property
    def topic(self) -> LawTopic:
        return LawTopic(self.provision.topic)

    @property
    def effect(self) -> Effect:
        return Effect(self.provision.effect)

    @property
    def statement(self) -> SafeString:
        """What it says, in the reader's language, ready for HTML."""
        return in_language(self.provision, "statement")

    @property
    def citation(self) -> str:
        return citation_of(self.provision)

    @property
    def since(self) -> str:
        """ "since 1 January 2026"; if not yet in force "from 1 December 2026"; if blocked its date alone."""
        if self.standing == RuleStanding.NOT_YET:
            return _("from %(date)s") % {"date": date_in_words(start_of(self.provision))}
        if self.standing == RuleStanding.BLOCKED:
            return when(self.provision, self.standing, self.day)
        return since(self.provision)

    @property
    def bound(self) -> str:
        """ "sheriffs and jails, local police"; "" where nearly everybody is bound."""
        binds = self.provision.binds
        return "" if Bound.EVERYONE in binds or len(binds) >= EVERY_AGENCY else whom(binds) if binds else ""

    @property
    def is_plain(self) -> bool:
        """In force for certain: every other standing is said in words."""
        return self.standing == RuleStanding.IN_FORCE

    @property
    def sentence(self) -> str:
        """The fixed sentence; only for topics that have one."""
        return law_sentence(self.provision, self.standing, self.day)


@dataclass(frozen=True, slots=True)
class RuleInParts:
    """Parts of one law that do the same to one act, as they stand on the day, since the same day: told as one."""

    parts: tuple[Rule, ...]

    @property
    def law(self) -> StateLaw:
        return self.parts[0].law

    @property
    def effect(self) -> Effect:
        return self.parts[0].effect

    @property
    def standing(self) -> RuleStanding:
        return self.parts[0].standing

    @property
    def since(self) -> str:
        return self.parts[0].since

    @property
    def is_plain(self) -> bool:
        return self.parts[0].is_plain

    @property
    def citation(self) -> str:
        return citation_of_parts([part.provision for part in self.parts])

    @property
    def bound(self) -> str:
        """Whom one of them or another binds; "" where one alone binds nearly everybody."""
        if not all(part.bound for part in self.parts):
            return ""
        return whom(dict.fromkeys(each for part in self.parts for each in part.provision.binds))

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(dict.fromkeys(source for part in self.parts for source in part.sources))


@dataclass(frozen=True, slots=True)
class TopicRules:
    """One of the thirteen topics in a state on a day. `looked_on`: when somebody looked for laws about it, or None."""

    topic: LawTopic
    rules: tuple[Rule, ...]
    looked_on: date | None

    @property
    def mark(self) -> Mark:
        if any(rule.is_plain for rule in self.rules):
            return Mark.YES
        return Mark.LOOKED if self.looked_on and not self.rules else Mark.UNCHECKED

    @property
    def nothing(self) -> str:
        """What is said where there is no rule; nothing where there is one."""
        if self.rules:
            return ""
        if self.looked_on:
            return _("No record found (looked on %(day)s)") % {"day": day_in_words(self.looked_on)}
        return _("Not checked yet")

    @property
    def brief(self) -> list[RuleInParts]:
        """One for each law, effect, standing and start: the lines of a compact table."""
        together: dict[tuple, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            together[rule.law.key, rule.effect, rule.standing, rule.since].append(rule)
        return [RuleInParts(tuple(parts)) for parts in together.values()]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is not certain about records, in words that stand on their own pages too."""

    records: tuple[StateLaw | LocalPolicy, ...]
    text: SafeString


@dataclass(frozen=True)
class LawBook:
    """What is held of a state's law, seen from a day. Rules enacted later than the day are not in it."""

    state: Jurisdiction
    day: date
    laws: tuple[StateLaw, ...]
    """Every published law, order, ruling and bill, whatever its legal status."""
    rules: tuple[Rule, ...]
    """Provisions in force, perhaps in force, blocked by a court, or enacted and not yet in force on the day."""
    checks: Mapping[str, Check]
    """The newest check of each topic."""

    @cached_property
    def topics(self) -> tuple[TopicRules, ...]:
        """All thirteen, in their order."""
        by_topic: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            by_topic[rule.topic].append(rule)
        return tuple(
            TopicRules(topic, tuple(by_topic[topic]), self.checks[topic].looked_on if topic in self.checks else None)
            for topic in LAW_TOPICS
        )

    @property
    def rules_by_topic(self) -> tuple[Rule, ...]:
        """In the order of the topics."""
        return tuple(rule for topic in self.topics for rule in topic.rules)

    @property
    def with_rules(self) -> tuple[TopicRules, ...]:
        return tuple(each for each in self.topics if each.rules)

    @property
    def found_nothing(self) -> dict[date, tuple[TopicRules, ...]]:
        """Topics on which somebody looked and found no rule, by the day of looking."""
        by_day: dict[date, list[TopicRules]] = defaultdict(list)
        for each in self.topics:
            if not each.rules and each.looked_on:
                by_day[each.looked_on].append(each)
        return {day: tuple(topics) for day, topics in sorted(by_day.items())}

    @property
    def not_looked(self) -> tuple[TopicRules, ...]:
        return tuple(each for each in self.topics if not each.rules and not each.looked_on)

    @property
    def nothing(self) -> list[tuple[Mark, str]]:
        """Of which topics no rule was found, and which nobody has checked, each in a sentence with its mark."""
        told = [
            (Mark.LOOKED, no_rule_in_force_about(day, [lowered(str(each.topic.label)) for each in topics]))
            for day, topics in self.found_nothing.items()
        ]
        if self.not_looked:
            topics = [lowered(str(each.topic.label)) for each in self.not_looked]
            is_all = len(topics) == len(self.topics)
            told.append((Mark.UNCHECKED, not_checked() if is_all else not_checked_about(topics)))
        return told

    def on(self, *topics: LawTopic) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.topic in topics)

    @cached_property
    def on_agreements(self) -> tuple[Rule, ...]:
        """One rule for each law and effect on 287(g) agreements that holds or perhaps holds on the day."""
        (agreements,) = (each for each in self.topics if each.topic == LawTopic.AGREEMENTS)
        return tuple(told.parts[0] for told in agreements.brief if told.standing in HOLDS)

    @property
    def restricting(self) -> tuple[Rule, ...]:
        """Those that limit or forbid agreements."""
        return tuple(rule for rule in self.on_agreements if rule.effect in (Effect.LIMITS, Effect.FORBIDS))

    @cached_property
    def bills(self) -> tuple[StateLaw, ...]:
        """Introduced with an outcome that is not confirmed, as far as known by the day. They are no rules."""
        return tuple(law for law in self.laws if law.legal_status == "proposed" and known_by(law, self.day))

    @cached_property
    def past(self) -> tuple[StateLaw, ...]:
        """Vetoed, expired, repealed or ended by the day."""
        return tuple(
            law
            for law in self.laws
            if (law.legal_status in ("vetoed", "expired") and known_by(law, self.day))
            or law.standing_on(self.day) == RuleStanding.ENDED
        )

    @cached_property
    def headline(self) -> tuple[Rule, ...]:
        """The rules that the headline tells: on each headline topic the first of each effect.

        An older law on an act is left out where a newer one in force binds all whom it binds; what bears on agreements
        is always told.
        """
        found: dict[tuple, Rule] = {}
        for topic in HEADLINE_TOPICS:
            told: list[Rule] = []
            for rule in self.on(topic):
                covered = topic != LawTopic.AGREEMENTS and any(
                    newer.is_plain and set(rule.provision.binds) <= set(newer.provision.binds) for newer in told
                )
                if rule.standing != RuleStanding.NOT_YET and not covered:
                    told.append(rule)
                    found.setdefault((topic, rule.effect, rule.is_plain), rule)
        plain = [rule for rule in found.values() if rule.is_plain]
        others = [rule for rule in found.values() if not rule.is_plain]
        return tuple((plain + others)[:SENTENCES_IN_HEADLINE])

    @cached_property
    def line(self) -> Line:
        """The headline's line of the state's law."""
        sentences = tuple(rule.sentence for rule in self.headline)
        looked = [check.looked_on for topic, check in self.checks.items() if topic in LAW_TOPICS]
        if certain := [each for each in self.with_rules if any(rule.is_plain for rule in each.rules)]:
            if not any(rule.is_plain for rule in self.headline):
                about = "; ".join(lowered(str(each.topic.label)) for each in certain)
                sentences = (_("Rules in force about: %(topics)s.") % {"topics": about}, *sentences)
            return Line(Topic.STATE_LAW, Mark.YES, self.word, sentences)
        if any(rule.standing in HOLDS for rule in self.rules):
            sentences = sentences or (_("No rule was in force for certain; what there is stands below."),)
            return Line(Topic.STATE_LAW, Mark.UNCHECKED, _("Not certain"), sentences)
        if self.rules:
            to_come = [rule for rule in self.rules if rule.topic in HEADLINE_TOPICS and rule not in self.headline]
            sentences += tuple(dict.fromkeys(rule.sentence for rule in to_come))[:SENTENCES_IN_HEADLINE]
            sentences = sentences or (_("No rule was in force; what is blocked or still to come stands below."),)
            return Line(Topic.STATE_LAW, Mark.LOOKED if looked else Mark.UNCHECKED, _("None in force"), sentences)
        if looked:
            return Line(Topic.STATE_LAW, Mark.LOOKED, _("None found"), (found_no_law(max(looked)),))
        return Line(Topic.STATE_LAW, Mark.UNCHECKED, "", (not_checked(),))

    @property
    def word(self) -> str:
        """What it does to agreements of police and jails, if it does one thing only."""
        effects = {
            rule.effect for rule in self.on_agreements if rule.is_plain and POLICE.intersection(rule.provision.binds)
        }
        words = {
            Effect.REQUIRES: _("Requires agreements"),
            Effect.ALLOWS: _("Allows agreements"),
            Effect.LIMITS: _("Limits agreements"),
            Effect.FORBIDS: _("Forbids agreements"),
        }
        told = effects - {Effect.ENCOURAGES}
        return words[told.pop()] if len(told) == 1 else _("Rules in force")

    def doubtful(self, rules: Iterable[Rule]) -> list[StateLaw]:
        """The laws of these rules of which something is not certain.

        What is still to come on the day has its doubts on its own page.
        """
        laws = dict.fromkeys(rule.law for rule in rules if rule.standing != RuleStanding.NOT_YET)
        return [law for law in laws if law.doubt_en]


def doubts_of(records: Iterable[StateLaw | LocalPolicy]) -> tuple[Doubt, ...]:
    """The same doubt about several records is told once."""
    by_text: dict[tuple[str, str], list] = defaultdict(list)
    for record in records:
        by_text[record.doubt_en, record.doubt_es].append(record)
    return tuple(Doubt(tuple(found), in_language(found[0], "doubt")) for found in by_text.values())


def law_book(state: Jurisdiction, day: date, checks: Mapping[str, Check], shelf: Shelf) -> LawBook:
    """`checks`: of the state, the newest by subject."""
    rules = []
    for provision in shelf.provisions.get(state.pk, ()):
        standing = provision.standing_on(day)
        if standing == RuleStanding.NOT_YET and not was_enacted_by(provision.law, day):
            continue  # What was enacted later than the day is no part of that day.
        if standing in STANDING_ORDER:
            sources = (provision.law.main_source, *shelf.further.get(provision.pk, ()))
            rules.append(Rule(provision, standing, day, sources))
    rules.sort(key=order_of_rule)
    return LawBook(state, day, shelf.laws.get(state.pk, ()), tuple(rules), checks)


def order_of_rule(rule: Rule) -> tuple:
    """What is in force first, then what binds police and jails, then the newest law, then as the law has it."""
    start = rule.law.start_first or date.min
    return (
        STANDING_ORDER.index(rule.standing),
        not POLICE.intersection(rule.provision.binds),
        -start.toordinal(),
        rule.law.key,
        EFFECT_ORDER.index(rule.effect),
        rule.provision.place,
    )
