"""The public pages of this app, one module for each kind of record."""

from .agreements import agency, agency_list, agreement, agreement_list, change, change_list
from .listing import ROWS_ON_A_PAGE

__all__ = ["ROWS_ON_A_PAGE", "agency", "agency_list", "agreement", "agreement_list", "change", "change_list"]
