"""Who and where: areas, the names that lead to them, agencies, and where a fact was read."""

from .agency import Agency, AgencyAlias, AgencyFormerId, Coverage, FormerId
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
    "FormerId",
    "Jurisdiction",
    "LiesIn",
    "Source",
    "ZipArea",
]
