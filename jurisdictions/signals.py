"""What this package tells those above it, which it does not know."""

from django.dispatch import Signal

facts_changed = Signal()
"""Public facts changed and are committed; or a command has seen to it that they are as they should be."""


def say_that_facts_changed() -> None:
    """Each receiver is told; what one fails at goes to the log."""
    facts_changed.send_robust(sender=None)
