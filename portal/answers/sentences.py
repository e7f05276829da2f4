"""The fixed sentences about laws, local policies and federal labels: never free prose, reviewed once in each language.

A law's sentence says what it does to the act that its topic names; what it says in full is the provision's own
statement, which stands on the state's page and on the law's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy, pgettext_lazy

from agreements.lists import Lists
from agreements.models import Bound, Effect, FederalDesignation, Provision, RuleStanding, Stance, StateLaw
from agreements.rules import date_in_words, start_of, was_seen_blocked
from agreements.sentences import day_in_words
from agreements.topics import Topic
from jurisdictions.periods import PartialDate

Instrument = StateLaw.Instrument
SUBJECTS = {
    Instrument.STATUTE: pgettext_lazy("subject of a sentence", "%(state)s law"),
    Instrument.CONSTITUTIONAL: pgettext_lazy("subject of a sentence", "The constitution of %(state)s"),
    Instrument.EXECUTIVE_ORDER: pgettext_lazy("subject of a sentence", "An executive order of %(state)s"),
    Instrument.ATTORNEY_GENERAL: pgettext_lazy(
        "subject of a sentence", "The guidance of the attorney general of %(state)s"
    ),
    Instrument.COURT_RULING: pgettext_lazy("subject of a sentence", "A court ruling in %(state)s"),
    Instrument.AGENCY_POLICY: pgettext_lazy("subject of a sentence", "A policy of a state agency of %(state)s"),
}

HEADLINE_TOPICS = (
    Topic.AGREEMENTS,
    Topic.DETAINERS,
    Topic.JAIL_TRANSFERS,
    Topic.SANCTUARY_BAN,
    Topic.STATUS_INQUIRIES,
)
ACTS = {
    Topic.AGREEMENTS: pgettext_lazy("act, inside a sentence", "287(g) agreements"),
    Topic.DETAINERS: pgettext_lazy("act, inside a sentence", "holding people on ICE detainers"),
    Topic.JAIL_TRANSFERS: pgettext_lazy("act, inside a sentence", "handing people over to ICE from jail"),
    Topic.SANCTUARY_BAN: pgettext_lazy("act, inside a sentence", "local policies that limit cooperation with ICE"),
    Topic.STATUS_INQUIRIES: pgettext_lazy("act, inside a sentence", "asking about immigration status"),
}
# Some states oblige sheriffs to sign, others to apply or to try: the sentence holds for each.
REQUIRED_AGREEMENTS = pgettext_lazy("act, inside a sentence", "signing or seeking 287(g) agreements")

EVERY_AGENCY = 4
"""A rule that binds as many kinds of body binds police and jails alike, and need not name them."""


def law_sentence(provision: Provision, standing: RuleStanding, day: date) -> str:
    """ "Texas law requires signing or seeking 287(g) agreements since 1 January 2026 (Tex. Gov't Code ch. 753)."

    `standing` is that of `day`.
    """
    law = provision.law
    act = ACTS[Topic(provision.topic)]
    if provision.topic == Topic.AGREEMENTS and provision.effect == Effect.REQUIRES:
        act = REQUIRED_AGREEMENTS
    words = {"act": act, "cited": citation_of(provision).removesuffix(".")}
    if standing == RuleStanding.BLOCKED and not was_seen_blocked(law, day):
        return _("Blocked by a court, on a day that is not known to us: a rule on %(act)s, %(cited)s.") % words
    if standing == RuleStanding.BLOCKED:
        return _("Blocked by a court: a rule on %(act)s, %(cited)s.") % words
    if standing == RuleStanding.NOT_YET:
        words["date"] = date_in_words(start_of(provision))
        return _("Not in force before %(date)s: a rule on %(act)s, %(cited)s.") % words
    words |= {
        "subject": SUBJECTS[law.instrument] % {"state": law.jurisdiction.name},
        "since": since_in_a_sentence(provision),
        "bound": bound_in_a_sentence(provision.binds),
    }
    sentence = effect_template(provision) % words
    # No brackets within brackets.
    cited = _("%(sentence)s: %(cited)s.") if " (" in words["cited"] else _("%(sentence)s (%(cited)s).")
    sentence = cited % {"sentence": sentence, "cited": words["cited"]}
    if standing == RuleStanding.IN_FORCE:
        return sentence
    return _("Perhaps in force: %(sentence)s") % {"sentence": sentence}


def effect_template(provision: Provision) -> str:
    match provision.effect:
        case Effect.REQUIRES:
            return _("%(subject)s requires %(act)s%(bound)s%(since)s")
        case Effect.ENCOURAGES:
            return _("%(subject)s encourages %(act)s%(bound)s%(since)s")
        case Effect.ALLOWS if provision.topic != Topic.AGREEMENTS:
            # A law that bars local rules against holding people has this effect, too, and may give no power to hold.
            return _("%(subject)s allows %(act)s or does not let local rules stop it%(bound)s%(since)s")
        case Effect.ALLOWS:
            return _("%(subject)s allows %(act)s%(bound)s%(since)s")
        case Effect.LIMITS:
            return _("%(subject)s limits %(act)s%(bound)s%(since)s")
    return _("%(subject)s forbids %(act)s%(bound)s%(since)s")


def citation_of(provision: Provision) -> str:
    """The section where a source names it, else the law's first citation, else its title.

    "HB 16 (2021), passed over the governor's veto in December 2021" → "HB 16 (2021)". The law's page has it whole.
    """
    return provision.section or FURTHER.sub("", provision.law.citation) or provision.law.title


FURTHER = re.compile(r"(?:;|, (?:passed|amending|continued|in the package)\b).*")
"""Parallel citations, and remarks on how it was passed."""


def citation_of_parts(provisions: Iterable[Provision]) -> str:
    """Each section once; the code that they share is named with the first: "Iowa Code § 27A.4, § 27A.9"."""
    sections: dict[str, list[str]] = defaultdict(list)
    for citation in dict.fromkeys(map(citation_of, provisions)):
        code, *section = SECTION.split(citation, maxsplit=1)
        sections[code] += section
    return "; ".join(code + ", ".join(found) for code, found in sections.items())


SECTION = re.compile(r"(?=§|\bch\. )")
"""Where the name of a code ends and the number of a section or chapter begins."""


def since_in_a_sentence(provision: Provision) -> str:
    law = provision.law
    if start := provision.effective_on or law.effective_on:
        return _(" since %(date)s") % {"date": date_in_words(start)}
    if law.enacted_on:
        return _(", enacted %(date)s, effective date not known") % {"date": date_in_words(law.enacted_on)}
    return _(" since a date that we do not know")


def bound_in_a_sentence(binds: Iterable[str]) -> str:
    """ " (for sheriffs and jails)"; nothing where it binds everyone or nearly every kind of body."""
    bound = [*binds]
    if not bound or Bound.EVERYONE in bound or len(bound) >= EVERY_AGENCY:
        return ""
    return _(" (for %(whom)s)") % {"whom": whom(bound)}


def whom(binds: Iterable[str]) -> str:
    """ "sheriffs and jails, local police"."""
    return ", ".join(str(Bound(each).label) for each in binds)


# -- Local policies -------------------------------------------------------------------------------------------------

DOES = {
    Stance.LIMITS: ngettext_lazy("limits cooperation with ICE", "limit cooperation with ICE"),
    Stance.PROHIBITS: ngettext_lazy("prohibits cooperation with ICE", "prohibit cooperation with ICE"),
    Stance.REQUIRES: ngettext_lazy("requires cooperation with ICE", "require cooperation with ICE"),
    Stance.ENCOURAGES: ngettext_lazy("encourages cooperation with ICE", "encourage cooperation with ICE"),
    Stance.MIXED: ngettext_lazy(
        "limits some cooperation with ICE and requires other", "limit some cooperation with ICE and require other"
    ),
    Stance.NEUTRAL: ngettext_lazy("speaks of cooperation with ICE", "speak of cooperation with ICE"),
}


def policy_sentence(government: str, stance: str, count: int, topics: Iterable[str], first: str) -> str:
    """ "2 written policies of Cook County, the first dated 2011, limit cooperation with ICE on: sharing information."

    `first` is the earliest printed date of adoption, "" where none is known.
    """
    words = {
        "count": count,
        "government": government,
        "does": DOES[Stance(stance)] % count,
        "topics": "; ".join(lowered(str(Topic(topic).label)) for topic in topics),
        "date": date_in_words(first),
    }
    if count == 1 and first:
        return _("A written policy of %(government)s, dated %(date)s, %(does)s on: %(topics)s.") % words
    if count == 1:
        return _("A written policy of %(government)s, date not known, %(does)s on: %(topics)s.") % words
    if first:
        return (
            _("%(count)s written policies of %(government)s, the first dated %(date)s, %(does)s on: %(topics)s.")
            % words
        )
    return _("%(count)s written policies of %(government)s, dates not known, %(does)s on: %(topics)s.") % words


# -- Federal labels -------------------------------------------------------------------------------------------------


def label_sentence(areas: Sequence[str], label: FederalDesignation, day: date) -> str:
    """Since when areas of the same dates are on the list, or from when to when they were."""
    words = {"area": capfirst(areas[0]), "areas": "; ".join(areas), "listed": day_in_words(label.listed_on)}
    several = len(areas) > 1
    if label.removed_on is None or day < label.removed_on:
        if several:
            return _("On this list since %(listed)s: %(areas)s.") % words
        return _("%(area)s is on this list since %(listed)s.") % words
    words["removed"] = day_in_words(label.removed_on)
    if label.list == FederalDesignation.List.DHS:
        if several:
            return _("On this list from %(listed)s, all of which was gone by %(removed)s: %(areas)s.") % words
        return _("%(area)s was on this list from %(listed)s; the whole list was gone by %(removed)s.") % words
    if several:
        return _("Put on this list on %(listed)s and taken off on %(removed)s: %(areas)s.") % words
    return _("%(area)s was put on this list on %(listed)s and taken off on %(removed)s.") % words


def not_on_list(area: str, listed: date, read: date) -> str:
    return _(
        "%(area)s is not on the list of %(listed)s, nor do we know of a later addition. We last read about it on"
        " %(read)s."
    ) % {"area": area, "listed": day_in_words(listed), "read": day_in_words(read)}


# -- Which list speaks ----------------------------------------------------------------------------------------------


def from_the_list(lists: Lists) -> str:
    """ "From ICE's list of 18 May 2026."; nothing where no list speaks for the day."""
    return _("From ICE's list of %(day)s.") % {"day": day_in_words(lists.listed)} if lists.listed else ""


def of_a_past_day(lists: Lists) -> str:
    """ "You are reading what was known for 12 February 2026."; nothing for today."""
    return _("You are reading what was known for %(day)s.") % {"day": day_in_words(lists.day)} if lists.is_past else ""


def how_old(lists: Lists) -> SafeString:
    """How old the newest list is, once it is stale, ready for HTML; nothing before."""
    if not lists.is_stale:
        return SafeString()
    sentence = ngettext(
        "ICE's newest list that we hold is of <strong>%(day)s</strong>. It is %(days)s day old.",
        "ICE's newest list that we hold is of <strong>%(day)s</strong>. It is %(days)s days old.",
        lists.age_in_days,
    ) % {"day": day_in_words(lists.newest), "days": lists.age_in_days}
    return format_html("{} {}", SafeString(sentence), _("ICE may have published more since."))


def older_than_the_rule(provision: Provision, lists: Lists) -> str:
    """Said of a rule that counts from a day later than that of the list; nothing of others."""
    start = PartialDate.parse(start_of(provision))
    if not (lists.listed and start and start.first_day > lists.listed):
        return ""
    sentence = _(
        "The newest list that we hold for this day, of %(day)s, is older than this rule. We hold no later one."
    )
    return sentence % {"day": day_in_words(lists.listed)}


# -- What somebody looked for ---------------------------------------------------------------------------------------


def found_no_policy(looked_on: date) -> str:
    return _("We looked on %(day)s and found no written policy that was in force.") % {"day": day_in_words(looked_on)}


def found_no_law(looked_on: date) -> str:
    return _("We looked on %(day)s and found no law about this that was in force.") % {"day": day_in_words(looked_on)}


def no_rule_in_force_about(looked_on: date, topics: Iterable[str]) -> str:
    sentence = _("We looked on %(day)s and found no rule that was in force about:") % {"day": day_in_words(looked_on)}
    return f"{sentence} {'; '.join(topics)}."


def not_checked_about(topics: Iterable[str]) -> str:
    return f"{_('Not checked yet:')} {'; '.join(topics)}."


def not_checked() -> str:
    return _("We have not checked this yet.")


def lowered(label: str) -> str:
    """A label inside a sentence; names such as ICE keep their capitals."""
    return label if label[1:2].isupper() or label[:1].isdigit() else label[:1].lower() + label[1:]
