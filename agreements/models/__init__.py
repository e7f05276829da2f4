"""What ICE's lists print and the agreements they show; beside them laws, local policies, federal labels, the guide."""

from .agreement import Agreement, AgreementCitation, AgreementFormerId, Standing, Status
from .change import ChangeEvent
from .decision import FoldedDecisions, SourceCorrection, Verdict
from .desk import ImportRun, ProposedChange
from .earlier import EarlierAgreement, LaterList
from .editorial import Confidence, EditorialState, Revision, RuleStanding, Translation
from .guide import (
    EventCitation,
    FactCitation,
    GlossaryTerm,
    GuideFact,
    LegalReview,
    ModelPower,
    PowerCitation,
    TermCitation,
    TimelineEvent,
)
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
    "EarlierAgreement",
    "EditorialState",
    "Effect",
    "EventCitation",
    "FactCitation",
    "FederalDesignation",
    "FoldedDecisions",
    "GlossaryTerm",
    "GuideFact",
    "ImportRun",
    "LaterList",
    "LawCitation",
    "LegalReview",
    "ListKind",
    "Listing",
    "LocalPolicy",
    "ModelPower",
    "PolicyCitation",
    "PowerCitation",
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
    "TermCitation",
    "TimelineEvent",
    "Translation",
    "Verdict",
]
