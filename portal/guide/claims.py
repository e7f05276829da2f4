"""What is often said of 287(g), by what became of it: corrected, not confirmed, confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from agreements.localised import in_language
from agreements.models import GuideFact

from .pages import Page, page_of
from .said import Reading, Said

Verdict = GuideFact.Verdict


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said, what holds, and the page of the guide that says more; None where no page says it as a fact."""

    words: SafeString
    holds: Said
    page: Page | None


def claims_of(reading: Reading) -> dict[str, list[Claim]]:
    """By verdict, in the order of the guide's pages; a claim that no page answers stands in the order of keys."""
    facts = [fact for fact in reading.guide.facts.values() if fact.verdict]
    found = {}
    for verdict in (Verdict.CORRECTED, Verdict.UNCONFIRMED, Verdict.CONFIRMED):
        of_verdict = sorted((fact for fact in facts if fact.verdict == verdict), key=_order)
        found[str(verdict)] = [_claim(reading, fact) for fact in of_verdict]
    return found


SECTIONS = list(GuideFact.Section)


def _order(fact: GuideFact) -> tuple[int, str]:
    return SECTIONS.index(GuideFact.Section(fact.section)), fact.key


def _claim(reading: Reading, fact: GuideFact) -> Claim:
    page = page_of(fact.key) if fact.stands else None
    return Claim(in_language(fact, "claim"), reading.said(fact), page)
