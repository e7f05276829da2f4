"""The public pages of this app, one module for each kind of record."""

from .agreements import agency, agency_list, agreement, agreement_list
from .changes import change, change_list
from .listing import ROWS_ON_A_PAGE
from .rules import law, law_list, policy, policy_list

__all__ = [
    "ROWS_ON_A_PAGE",
    "agency",
    "agency_list",
    "agreement",
    "agreement_list",
    "change",
    "change_list",
    "law",
    "law_list",
    "policy",
    "policy_list",
]
