"""What ICE's lists print, and the agreements they show."""

from .agreement import Agreement, AgreementCitation, AgreementFormerId, Standing, Status
from .change import ChangeEvent
from .decision import ImportRun, SourceCorrection, Verdict
from .snapshot import Listing, ListKind, Snapshot

__all__ = [
    "Agreement",
    "AgreementCitation",
    "AgreementFormerId",
    "ChangeEvent",
    "ImportRun",
    "ListKind",
    "Listing",
    "Snapshot",
    "SourceCorrection",
    "Standing",
    "Status",
    "Verdict",
]
