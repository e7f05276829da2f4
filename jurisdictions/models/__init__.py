"""Who and where: areas, the names that lead to them, agencies, and where a fact was read."""

from .agency import Agency, AgencyAlias, AgencyFormerId, Coverage
from .dataversion import BundledRecord, DataVersion
from .jurisdiction import AreaName, Jurisdiction, LiesIn, ZipArea
from .source import Citation, Source

__all__ = [
    "Agency",
    "AgencyAlias",
    "AgencyFormerId",
    "AreaName",
    "BundledRecord",
    "Citation",
    "Coverage",
    "DataVersion",
    "Jurisdiction",
    "LiesIn",
    "Source",
    "ZipArea",
]
