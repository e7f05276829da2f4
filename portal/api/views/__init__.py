"""Answers that join areas, agencies and agreements."""

from .areas import JurisdictionViewSet
from .described import NotHere, Schema, docs
from .files import Bulk, BulkFile, BulkManifest
from .lookup import Lookup
from .status import Root, Status

__all__ = [
    "Bulk",
    "BulkFile",
    "BulkManifest",
    "JurisdictionViewSet",
    "Lookup",
    "NotHere",
    "Root",
    "Schema",
    "Status",
    "docs",
]
