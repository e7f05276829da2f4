"""The guide: pages that are orders of facts. It owns no facts; each is a record with its source (docs/guide.md)."""

from .pages import PAGES, Page, Part
from .said import Guide, Reading, Said

__all__ = ["PAGES", "Guide", "Page", "Part", "Reading", "Said"]
