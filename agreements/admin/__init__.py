"""The staff's side of lists and agreements, of the review desk, of laws, policies, federal labels and the guide."""

from . import desk, earlier, guide, lists, reviews, revisions, rules

__all__ = ["desk", "earlier", "guide", "lists", "reviews", "revisions", "rules"]
