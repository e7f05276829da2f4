"""The answer for a place or a state on a day: the headline, what it means, who reaches it, its rules, what changed.

Pages and the API show the same objects; an answer is a function of what is held, the day, and the language that is
active. A place costs at most eight queries and a state thirteen, however many agencies and rules reach it.
"""

from .agencies import GROUP_ORDER, STATUS_ORDER, Entry
from .changes import CHANGES_SHOWN, TELLING_CHANGES
from .labels import Label, Labels
from .lines import SIGNS, Line, Mark, Topic
from .meaning import Meaning, Saying
from .place import PlaceAnswer, answer_for
from .policies import PolicyBook, PolicyHere
from .rules import Doubt, LawBook, Rule, TopicRules
from .sources import Sources
from .state import CountyRow, StateAnswer, state_answer

__all__ = [
    "CHANGES_SHOWN",
    "GROUP_ORDER",
    "SIGNS",
    "STATUS_ORDER",
    "TELLING_CHANGES",
    "CountyRow",
    "Doubt",
    "Entry",
    "Label",
    "Labels",
    "LawBook",
    "Line",
    "Mark",
    "Meaning",
    "PlaceAnswer",
    "PolicyBook",
    "PolicyHere",
    "Rule",
    "Saying",
    "Sources",
    "StateAnswer",
    "Topic",
    "TopicRules",
    "answer_for",
    "state_answer",
]
