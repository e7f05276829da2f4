"""Answers that join areas, agencies and agreements."""

from .areas import JurisdictionViewSet
from .changes import Changes
from .client import client
from .described import NotHere, Schema, docs, docs_of_section, docs_text
from .files import Bulk, BulkFile, BulkManifest
from .lookup import Lookup
from .status import Root, Status

__all__ = [
    "Bulk",
    "BulkFile",
    "BulkManifest",
    "Changes",
    "JurisdictionViewSet",
    "Lookup",
    "NotHere",
    "Root",
    "Schema",
    "Status",
    "client",
    "docs",
    "docs_of_section",
    "docs_text",
]
