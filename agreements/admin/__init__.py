"""The staff's side of lists and agreements, of the review desk, and of laws, policies and federal labels."""

from . import desk, lists, revisions, rules

__all__ = ["desk", "lists", "revisions", "rules"]
