"""The staff's side of lists and agreements, and of laws, policies and federal labels."""

from . import lists, rules

__all__ = ["lists", "rules"]
