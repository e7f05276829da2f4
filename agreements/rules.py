"""What is said of a law or a policy on a day: its dates as they are known, its standing. Fixed sentences."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jurisdictions.periods import PartialDate

from .models import LocalPolicy, Provision, RuleStanding, StateLaw
from .sentences import day_in_words

if TYPE_CHECKING:
    Rule = StateLaw | LocalPolicy


def date_in_words(text: str) -> str:
    """ "2025", "March 2025" or "6 March 2025": as much as the source gives; "" for no date."""
    when = PartialDate.parse(text)
    if when is None:
        return ""
    if when.is_exact:
        return day_in_words(when.first_day)
    return date_format(when.first_day, "YEAR_MONTH_FORMAT") if len(text) == len("2025-03") else text


def date_as_known(text: str) -> str:
    """The same, and that the day is not known where it is not."""
    when = PartialDate.parse(text)
    if when is None:
        return _("not known")
    said = date_in_words(text)
    return said if when.is_exact else _("%(date)s; the day is not known") % {"date": said}


def start_of(rule: Rule | Provision) -> str:
    """The printed date from which it counts, of a provision its own or its law's; "" where none is known."""
    if isinstance(rule, Provision):
        return rule.effective_on or start_of(rule.law)
    return rule.adopted_on if isinstance(rule, LocalPolicy) else rule.effective_on or rule.enacted_on


def since(rule: Rule | Provision) -> str:
    """ "since 6 March 2025", "since 2025; the day is not known", "enacted 14 June 2019; effective date not known"."""
    text = start_of(rule)
    if not text:
        return _("date not known")
    law = rule.law if isinstance(rule, Provision) else rule
    own = isinstance(rule, Provision) and rule.effective_on
    if isinstance(law, StateLaw) and law.dated_by_enactment and not own:
        return _("enacted %(date)s; effective date not known") % {"date": date_in_words(text)}
    return _("since %(date)s") % {"date": date_as_known(text)}


def when(rule: Rule | Provision, standing: RuleStanding, day: date | None = None) -> str:
    """The same; of a rule that is still to come "from 1 December 2026", of a blocked one the date that it bears.

    A block is told with `day` as on that day, else as when the law was last read of.
    """
    text = start_of(rule)
    if standing == RuleStanding.NOT_YET and text:
        return _("from %(date)s") % {"date": date_as_known(text)}
    if standing == RuleStanding.BLOCKED:
        # "Blocked since" its date would say that a court had blocked it on that day.
        dated = _("dated %(date)s") % {"date": date_in_words(text)} if text else _("date not known")
        law = rule.law if isinstance(rule, Provision) else rule
        return dated if day is None or was_seen_blocked(law, day) else f"{dated}; {day_of_block_not_known()}"
    return since(rule)


def was_seen_blocked(law: StateLaw, day: date) -> bool:
    """Whether the law that a court has blocked was read of as blocked by `day`: no record has the day of the block."""
    return (law.checked_on or law.main_source.retrieved_on) <= day


def day_of_block_not_known() -> str:
    return _("the day it was blocked is not known to us")


def standing_word(rule: Rule | Provision, standing: RuleStanding) -> str:
    """How it stands, in a word or two: of a policy nobody says more than that it held when last seen."""
    if isinstance(rule, LocalPolicy) and standing == RuleStanding.IN_FORCE:
        return str(LocalPolicy.LegalStatus.IN_FORCE.label)
    return str(standing.label)


def was_enacted_by(law: StateLaw, day: date) -> bool:
    """Whether the law, though not in force, was there on the day."""
    enacted = PartialDate.parse(law.enacted_on)
    return bool(enacted and enacted.last_day <= day)


def known_by(law: StateLaw, day: date) -> bool:
    """Whether a bill, or what became of it, was known on the day: by its date, else by that of its source."""
    dated = PartialDate.parse(law.enacted_on)
    source = law.main_source
    read_on = source.published_on or source.retrieved_on
    return (dated.last_day if dated else read_on) <= day or read_on <= day


def standing_known(rule: Rule, day: date) -> RuleStanding:
    """Its standing on its own page: of a rule without a start, nobody can say that it was not in force yet."""
    standing = rule.standing_on(day)
    return RuleStanding.UNCERTAIN if standing == RuleStanding.NOT_YET and not start_of(rule) else standing


def about(rule: Rule, day: date) -> str:
    """What we know of the rule on `day`, in a sentence or two."""
    standing = standing_known(rule, day)
    words = {
        "day": day_in_words(day),
        "date": date_as_known(start_of(rule)),
        "end": date_as_known(rule.ended_on),
        "veto": date_as_known(getattr(rule, "enacted_on", "")),
    }
    return _template(rule, standing, day) % words


def _template(rule: Rule, standing: RuleStanding, day: date) -> str:
    match standing:
        case RuleStanding.IN_FORCE if isinstance(rule, LocalPolicy):
            return _("Adopted: %(date)s. No source that we read says that it has ended.")
        case RuleStanding.IN_FORCE if rule.dated_by_enactment:
            return _("Enacted: %(date)s. The day it took effect is not known.")
        case RuleStanding.IN_FORCE:
            return _("In force since %(date)s.")
        case RuleStanding.UNCERTAIN if getattr(rule, "is_unconfirmed", False):
            return _("We could not confirm that it is in force. Its start: %(date)s.")
        case RuleStanding.UNCERTAIN if not start_of(rule):
            return _("Whether it was in force on %(day)s is not certain. We know no date of its start.")
        case RuleStanding.UNCERTAIN if rule.end_first and not rule.ended_on:
            return _("Whether it was in force on %(day)s is not certain. It ended on a day that is not known.")
        case RuleStanding.UNCERTAIN:
            return _("Whether it was in force on %(day)s is not certain. Its start: %(date)s.")
        case RuleStanding.BLOCKED if was_seen_blocked(rule, day):
            return _("A court had blocked its main part when we last read of it. Other parts may be in force.")
        case RuleStanding.BLOCKED:
            return _(
                "A court had blocked its main part when we last read of it. The day it was blocked is not known to us,"
                " so we cannot say whether it was in force on %(day)s."
            )
        case RuleStanding.CHALLENGED:
            return _("It is challenged, in court or by the state. We do not know the outcome.")
        case RuleStanding.NOT_YET:
            return _("Not in force on %(day)s. Its start: %(date)s.")
        case RuleStanding.ENDED if rule.ended_on:
            return _("No longer in force. Its end: %(end)s.")
        case RuleStanding.ENDED:
            return _("No longer in force. The day of its end is not known.")
    return _never(rule)


def _never(rule: Rule) -> str:
    match rule.legal_status:
        case StateLaw.LegalStatus.VETOED:
            return _("Vetoed: %(veto)s. It did not become law.")
        case StateLaw.LegalStatus.EXPIRED:
            return _("The bill ended without becoming law.")
        case _status if isinstance(rule, LocalPolicy):
            return _("Proposed; outcome not confirmed. We do not count it as a policy.")
    return _("Introduced; outcome not confirmed. We do not count it as law.")
