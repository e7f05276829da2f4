"""What day it is, and how old a list may be."""

from datetime import date, timedelta

from django.utils import timezone

STALE_AFTER = timedelta(days=14)
"""A newest list older than this is said to be old, on every page."""


def today() -> date:
    """Today in America/New_York (settings.TIME_ZONE)."""
    return timezone.localdate()


def is_stale(newest_list: date, on: date) -> bool:
    return on - newest_list > STALE_AFTER
