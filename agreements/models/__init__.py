"""What ICE's lists print and the agreements they show; laws, local policies and federal labels beside them."""

from .agreement import Agreement, AgreementCitation, AgreementFormerId, Standing, Status
from .change import ChangeEvent
from .decision import FoldedDecisions, SourceCorrection, Verdict
from .desk import ImportRun, ProposedChange
from .editorial import Confidence, EditorialState, Revision, RuleStanding, Translation
from .law import Bound, Effect, LawCitation, Provision, Stance, StateLaw
from .policy import Check, DesignationCitation, FederalDesignation, LocalPolicy, PolicyCitation
from .snapshot import Listing, ListKind, Snapshot

__all__ = [
    "Agreement",
    "AgreementCitation",
    "AgreementFormerId",
    "Bound",
    "ChangeEvent",
    "Check",
    "Confidence",
    "DesignationCitation",
    "EditorialState",
    "Effect",
    "FederalDesignation",
    "FoldedDecisions",
    "ImportRun",
    "LawCitation",
    "ListKind",
    "Listing",
    "LocalPolicy",
    "PolicyCitation",
    "ProposedChange",
    "Provision",
    "Revision",
    "RuleStanding",
    "Snapshot",
    "SourceCorrection",
    "Stance",
    "Standing",
    "StateLaw",
    "Status",
    "Translation",
    "Verdict",
]
