"""The lines of a headline: a topic, one of four statuses, fixed sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.lists import Lists
from agreements.sentences import day_in_words, model_in_a_sentence


class Mark(StrEnum):
    """The four statuses of a fact, and no more."""

    YES = "yes"
    NO = "no"
    LOOKED = "looked"
    UNCHECKED = "unchecked"


SIGNS = {Mark.YES: "●", Mark.NO: "○", Mark.LOOKED: "?", Mark.UNCHECKED: "…"}


class Topic(StrEnum):
    """The lines of a headline, in their order."""

    LOCAL = "local"
    STATE_AGENCIES = "state_agencies"
    STATE_LAW = "state_law"
    LOCAL_POLICY = "local_policy"

    @property
    def label(self) -> str:
        return str(TOPIC_LABELS[self])


TOPIC_LABELS = {
    Topic.LOCAL: gettext_lazy("Police and sheriff here"),
    Topic.STATE_AGENCIES: gettext_lazy("State agencies"),
    Topic.STATE_LAW: gettext_lazy("State law"),
    Topic.LOCAL_POLICY: gettext_lazy("Local policy"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the headline. YES stands only on the line it belongs to."""

    topic: Topic
    mark: Mark
    word: str
    """The answer in a word or two: "Yes", "Not on the list"; "" where only the sentence can say."""
    sentences: tuple[str, ...]
    agencies: int = 0
    """How many agencies of this line are on the list."""


def before_the_first_list(topic: Topic, lists: Lists) -> Line:
    """No list speaks for the day, so neither yes nor no can be said."""
    sentence = (
        _("We hold no list before %(first)s.") % {"first": day_in_words(lists.first)}
        if lists.first
        else _("We hold no list of ICE's yet.")
    )
    return Line(topic, Mark.UNCHECKED, "", (sentence,))


def models_in_words(models: Iterable[str]) -> str:
    """ "street enforcement, jail warrants": without ICE's names for them, which stand elsewhere on the page."""
    return ", ".join(model_in_a_sentence(model).split(" (")[0] for model in models)


def in_a_row(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = words
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
