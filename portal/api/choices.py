"""Vocabularies of the API that no model has as a class of its own, by which its description names them."""

from agreements.topics import LAW_TOPICS
from portal.answers import Topic

from .ledger import LISTS, Kind
from .rules_of_answer import MARKS as ALL_MARKS

RECORD_KINDS = [(kind.value, LISTS[kind]) for kind in Kind]
TOPICS_OF_LAWS = [(topic.value, topic.label) for topic in LAW_TOPICS]
LINES = [topic.value for topic in Topic]
MARKS = ALL_MARKS
MARKS_WITHOUT_A_RECORD = ["looked", "unchecked"]
KINDS_IN_DOUBT = ["law", "policy"]
