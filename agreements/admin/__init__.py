"""The staff's side of lists and agreements, of the review desk, of laws, policies, federal labels and the guide."""

from . import desk, guide, lists, reviews, revisions, rules

__all__ = ["desk", "guide", "lists", "reviews", "revisions", "rules"]
