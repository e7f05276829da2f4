"""The guide's facts, powers, events and terms: from the bundle into a database, as laws and policies are."""

from __future__ import annotations

from agreements.models import (
    EventCitation,
    FactCitation,
    GlossaryTerm,
    GuideFact,
    ModelPower,
    PowerCitation,
    TermCitation,
    TimelineEvent,
)

from . import export
from .rules import Kind, RulesLoad, whole_records, written

KINDS = (
    Kind("fact", "guide_facts", GuideFact, FactCitation, export.ROWS["guide_facts"]),
    Kind("power", "model_powers", ModelPower, PowerCitation, export.ROWS["model_powers"]),
    Kind("event", "timeline_events", TimelineEvent, EventCitation, export.ROWS["timeline_events"]),
    Kind("term", "glossary_terms", GlossaryTerm, TermCitation, export.ROWS["glossary_terms"]),
)


class GuideLoad(RulesLoad):
    """The part of a load that brings the guide. What staff changed stays, and what the bundle says waits for review."""

    def settle(self) -> None:
        self.load.progress("guide")
        citations, held_citations = self.load.table("guide_citations"), written(export.guide_citation_rows())
        for kind in KINDS:
            bundled = whole_records(kind, self.load.table(kind.table), (), citations)
            held = whole_records(kind, written(kind.rows()), (), held_citations)
            self.settle_kind(kind, bundled, held)
