"""Local policies of a place, of its county, and of the places in a county, on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.localised import in_language
from agreements.models import Check, LocalPolicy, RuleStanding, Stance
from agreements.rules import start_of
from agreements.topics import Topic as LawTopic
from jurisdictions.labels import area_name
from jurisdictions.models import Jurisdiction
from jurisdictions.periods import PartialDate

from .lines import Line, Mark, Topic
from .sentences import found_no_policy, not_checked, policy_sentence
from .shelf import Shelf

SHOWN = [RuleStanding.IN_FORCE, RuleStanding.CHALLENGED, RuleStanding.UNCERTAIN]
"""Standings of a policy that holds or may hold, in the order in which pages name them."""


@dataclass(frozen=True, slots=True)
class PolicyHere:
    """A published policy, the area whose government's it is, and its standing on the day."""

    policy: LocalPolicy
    area: Jurisdiction
    standing: RuleStanding

    @property
    def is_plain(self) -> bool:
        return self.standing == RuleStanding.IN_FORCE

    @property
    def summary(self) -> SafeString:
        """In the reader's language, ready for HTML."""
        return in_language(self.policy, "summary")

    @property
    def dated(self) -> str:
        """The printed date of adoption, "" where none is known."""
        return start_of(self.policy)


@dataclass(frozen=True)
class PolicyBook:
    """Policies near an area, seen from a day. Those adopted later than the day are not in it."""

    day: date
    areas: tuple[Jurisdiction, ...]
    """The area itself, then its counties."""
    policies: tuple[PolicyHere, ...]
    """Of these areas, of whatever standing: in force, challenged, uncertain, ended, or never a policy (proposed)."""
    inside: tuple[PolicyHere, ...]
    """Of places in a county: those that hold or may hold."""
    checks: Mapping[str, Check]
    """By GEOID: the newest check for a local policy."""

    @cached_property
    def current(self) -> tuple[PolicyHere, ...]:
        """In force, challenged, or perhaps in force."""
        return tuple(each for each in self.policies if each.standing in SHOWN)

    @cached_property
    def proposed(self) -> tuple[PolicyHere, ...]:
        return tuple(each for each in self.policies if each.standing == RuleStanding.NEVER)

    @cached_property
    def ended(self) -> tuple[PolicyHere, ...]:
        return tuple(each for each in self.policies if each.standing == RuleStanding.ENDED)

    def of(self, area: Jurisdiction) -> tuple[PolicyHere, ...]:
        return tuple(each for each in self.current if each.area.pk == area.pk)

    @property
    def groups(self) -> list[tuple[Jurisdiction, tuple[PolicyHere, ...], date | None]]:
        """The area and its counties, each with its policies and the day when somebody looked for them."""
        looked = {pk: check.looked_on for pk, check in self.checks.items()}
        return [(area, self.of(area), looked.get(area.pk)) for area in self.areas]

    @property
    def inside_by_place(self) -> list[tuple[Jurisdiction, tuple[PolicyHere, ...]]]:
        by_place: dict[Jurisdiction, list[PolicyHere]] = defaultdict(list)
        for each in self.inside:
            by_place[each.area].append(each)
        return [(area, tuple(policies)) for area, policies in by_place.items()]

    @property
    def without(self) -> list[tuple[str, date | None]]:
        """Names of the areas with no policy here, put together by the day when somebody looked; None: nobody did."""
        by_day: dict[date | None, list[str]] = defaultdict(list)
        for area, policies, looked_on in self.groups:
            if not policies:
                by_day[looked_on].append(area.full_name)
        return [(", ".join(names), looked_on) for looked_on, names in by_day.items()]

    @cached_property
    def line(self) -> Line:
        """The headline's line of local policy: of the area and of its counties."""
        told = [sentence for area in self.areas for sentence in sentences_of(self.of(area))]
        if not self.of(self.areas[0]):
            for names, looked_on in self.without:
                sentence = found_no_policy(looked_on) if looked_on else not_checked()
                if told or len(self.without) > 1:
                    sentence = _("%(area)s: %(sentence)s") % {"area": names, "sentence": sentence}
                told.append(sentence)
        sentences = tuple(told)
        if self.current:
            plain = [each for each in self.current if each.is_plain]
            word = stance_word(plain) if plain else str(self.current[0].standing.label)
            return Line(Topic.LOCAL_POLICY, Mark.YES if plain else Mark.UNCHECKED, word, sentences)
        if all(looked_on for _names, looked_on in self.without):
            return Line(Topic.LOCAL_POLICY, Mark.LOOKED, _("None found"), sentences)
        return Line(Topic.LOCAL_POLICY, Mark.UNCHECKED, "", sentences)

    @property
    def doubtful(self) -> list[LocalPolicy]:
        """Those that hold or may hold, and of which something is not certain."""
        return [each.policy for each in self.current if each.policy.doubt_en]

    @property
    def substance(self) -> frozenset:
        """What makes two answers differ: what is known of each topic, and where nothing is."""
        rules = {
            (topic, each.policy.stance, each.standing, each.area.kind)
            for each in self.current
            for topic in each.policy.topics
        }
        return frozenset(rules) | {(self.line.mark,)}


def stance_word(policies: Sequence[PolicyHere]) -> str:
    words = {
        Stance.LIMITS: _("Limits cooperation"),
        Stance.PROHIBITS: _("Prohibits cooperation"),
        Stance.REQUIRES: _("Requires cooperation"),
        Stance.ENCOURAGES: _("Encourages cooperation"),
    }
    stances = {each.policy.stance for each in policies}
    return words.get(stances.pop(), _("Written policies")) if len(stances) == 1 else _("Written policies")


def sentences_of(policies: Iterable[PolicyHere], topics: Collection[LawTopic] = tuple(LawTopic)) -> list[str]:
    """A sentence for each government, standing and stance, which names those of `topics` that its policies have."""
    together: dict[tuple, list[PolicyHere]] = defaultdict(list)
    for each in policies:
        together[each.policy.government, each.standing, each.policy.stance].append(each)
    sentences = []
    for (government, standing, stance), group in together.items():
        printed = {topic for each in group for topic in each.policy.topics}
        dates = sorted(each.dated for each in group if each.dated)
        sentence = policy_sentence(
            area_name(government),
            stance,
            len(group),
            [topic for topic in LawTopic if topic in printed and topic in topics],
            dates[0] if dates else "",
        )
        if standing == RuleStanding.CHALLENGED:
            sentence += " " + _("It is challenged, in court or by the state. We do not know the outcome.")
        elif standing == RuleStanding.UNCERTAIN:
            sentence = _("Perhaps in force: %(sentence)s") % {"sentence": sentence}
        sentences.append(sentence)
    return sentences


def policy_book(
    day: date,
    areas: Sequence[Jurisdiction],
    parts: Sequence[Jurisdiction],
    checks: Mapping[str, Check],
    shelf: Shelf,
) -> PolicyBook:
    """`areas`: the area and its counties; `parts`: places in a county. `checks` by GEOID."""
    here = {area.pk: area for area in areas}
    there = {part.pk: part for part in parts}
    found, policies, inside = [], [], []
    seen = set()
    for area in (*here.values(), *there.values()):
        for policy, _as_recorded in shelf.policies.get(area.pk, ()):
            if (policy.pk, area.pk) in seen:
                continue
            seen.add((policy.pk, area.pk))
            found.append(PolicyHere(policy, area, policy.standing_on(day)))
    for each in found:
        area = each.area
        if area.pk in here:
            if was_known(each, day):
                policies.append(each)
        elif each.standing in SHOWN:
            inside.append(each)
    policies.sort(key=order_of_policy)
    inside.sort(key=lambda each: (each.area.short_name, *order_of_policy(each)))
    return PolicyBook(day, tuple(areas), tuple(policies), tuple(inside), checks)


def was_known(each: PolicyHere, day: date) -> bool:
    """Whether the day comes after its date or its source's, so that the day's page may speak of it."""
    policy = each.policy
    if each.standing != RuleStanding.NEVER:
        return each.standing != RuleStanding.NOT_YET
    dated = PartialDate.parse(policy.adopted_on)
    read_on = policy.main_source.published_on or policy.main_source.retrieved_on
    return (dated.last_day if dated else read_on) <= day or read_on <= day


def order_of_policy(each: PolicyHere) -> tuple:
    standing = SHOWN.index(each.standing) if each.standing in SHOWN else len(SHOWN)
    start = each.policy.start_first
    return (standing, -start.toordinal() if start else 0, each.policy.key)


# -- A state's ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Government:
    """A government in the state with its policies that hold or may hold. `area` is None where its page is not known."""

    name: str
    area: Jurisdiction | None
    policies: tuple[PolicyHere, ...]


@dataclass(frozen=True)
class PoliciesOfState:
    """Local policies of a state's counties, cities and towns on a day."""

    day: date
    governments: tuple[Government, ...]

    @property
    def count(self) -> int:
        return sum(len(each.policies) for each in self.governments)


def policies_of_state(state: Jurisdiction, day: date) -> PoliciesOfState:
    """Two queries."""
    policies = (
        LocalPolicy.objects.published()
        .standing_on(day)
        .filter(state_area=state)
        .select_related("main_source")
        .prefetch_related("jurisdictions")
    )
    by_government: dict[tuple, list[PolicyHere]] = defaultdict(list)
    for policy in policies:
        areas = [*policy.jurisdictions.all()]
        area = areas[0] if len(areas) == 1 and areas[0].same_as_id is None else None
        if area:
            area.state = state
        by_government[policy.government, area].append(PolicyHere(policy, area, policy.standing_on(day)))
    governments = [
        Government(name, area, tuple(sorted(found, key=order_of_policy)))
        for (name, area), found in by_government.items()
    ]
    governments.sort(key=lambda each: each.name)
    return PoliciesOfState(day, tuple(governments))
