"""Write the public facts of a database as the bundle that comes with the project."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from pathlib import Path

from django.db import models

from agreements.models import (
    Agreement,
    AgreementFormerId,
    Check,
    DesignationCitation,
    EarlierAgreement,
    EventCitation,
    FactCitation,
    FederalDesignation,
    GlossaryTerm,
    GuideFact,
    LaterList,
    LawCitation,
    Listing,
    LocalPolicy,
    ModelPower,
    PolicyCitation,
    PowerCitation,
    Provision,
    Snapshot,
    SourceCorrection,
    StateLaw,
    TermCitation,
    TimelineEvent,
    Verdict,
)
from jurisdictions.models import Agency, AgencyFormerId, Coverage, Source

from . import tables


def export_facts(folder: Path = tables.DATA) -> dict[str, int]:
    """Write every table; returns the rows of each. Accounts, history, import runs and what is derived stay out."""
    folder.mkdir(parents=True, exist_ok=True)
    return {table: tables.write_table(table, rows(), folder) for table, rows in ROWS.items()}


def source_key(source: Source | None) -> str:
    """A source as other records name it: its day, its address and its title."""
    return f"{source.retrieved_on.isoformat()} {source.url} {source.title}" if source else ""


def source_rows() -> Iterator[dict]:
    # Sorted here: databases differ in how they order capitals and signs.
    for source in sorted(Source.objects.all(), key=lambda source: (source.url, source.title, source.retrieved_on)):
        yield {column: getattr(source, column) for column in tables.COLUMNS["sources"]}


def verdict_rows() -> Iterator[dict]:
    verdicts = Verdict.objects.select_related("source")
    for verdict in verdicts.order_by("answer", "state", "name", "other_state", "other_name"):
        row = {column: getattr(verdict, column) for column in tables.COLUMNS["verdicts"]}
        yield row | {"source": source_key(verdict.source)}


def correction_rows() -> Iterator[dict]:
    corrections = SourceCorrection.objects.select_related("source")
    for correction in corrections.order_by("state", "agency", "program_model", "field", "wrong"):
        row = {column: getattr(correction, column) for column in tables.COLUMNS["source_corrections"]}
        yield row | {"source": source_key(correction.source)}


def agency_rows() -> Iterator[dict]:
    for agency in Agency.objects.select_related("state").order_by("public_id"):
        yield {
            "public_id": agency.public_id,
            "state": agency.state.usps,
            "name": agency.name,
            "name_is_editors": agency.name_is_editors,
            "kind": agency.kind,
            "placement": agency.placement,
            "placement_reason": agency.placement_reason,
            "placement_basis": agency.placement_basis,
            "placement_is_editors": agency.placement_is_editors,
            "printed_county": agency.printed_county_id,
        }


def coverage_rows() -> Iterator[dict]:
    coverages = Coverage.objects.select_related("agency", "source")
    for coverage in coverages.order_by("agency__public_id", "jurisdiction"):
        yield {
            "agency": coverage.agency.public_id,
            "jurisdiction": coverage.jurisdiction_id,
            "extent": coverage.extent,
            "why": coverage.why,
            "note": coverage.note,
            "source": source_key(coverage.source),
        }


def agreement_rows() -> Iterator[dict]:
    for agreement in Agreement.objects.select_related("agency", "ended_source").order_by("public_id"):
        yield {
            "public_id": agreement.public_id,
            "agency": agreement.agency.public_id,
            "program_model": agreement.program_model,
            "ended_on": agreement.ended_on,
            "ended_source": source_key(agreement.ended_source),
        }


def former_id_rows() -> Iterator[dict]:
    """Ids that were given up: the id that each leads to, "" where the record is gone."""
    for record, model in (("agency", AgencyFormerId), ("agreement", AgreementFormerId)):
        for former in model.objects.select_related(record).order_by("public_id"):
            heir = getattr(former, record)
            yield {
                "record": record,
                "public_id": former.public_id,
                "heir": heir and heir.public_id,
                "program_model": getattr(former, "program_model", ""),
                "names": former.names,
                # Under which number a database held it is that database's own affair.
                "was": {name: value for name, value in former.was.items() if name != "pk"},
            }


def _numbers() -> dict[int, int]:
    """Each listing's number in the file: by kind, first list and print, the same in every database."""
    ordered = Listing.objects.order_by("kind", "first_position", "digest").values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(ordered, start=1)}


def snapshot_rows() -> Iterator[dict]:
    numbers = _numbers()
    for snapshot in Snapshot.objects.order_by("kind", "position"):
        row = {column: getattr(snapshot, column) for column in tables.COLUMNS["snapshots"]}
        yield row | {"rows": [[number, numbers[pk]] for number, pk in snapshot.rows]}


def listing_rows() -> Iterator[dict]:
    numbers = _numbers()
    # Not joined: each snapshot carries all its rows, which thousands of listings would fetch again and again.
    snapshots = dict(Snapshot.objects.values_list("pk", "sha256"))
    agreements = dict(Agreement.objects.values_list("pk", "public_id"))
    named = {"number", "first_snapshot", "last_snapshot", "agreement"}
    for listing in Listing.objects.order_by("kind", "first_position", "digest"):
        yield {name: getattr(listing, name) for name in tables.COLUMNS["listings"] if name not in named} | {
            "number": numbers[listing.pk],
            "first_snapshot": snapshots[listing.first_snapshot_id],
            "last_snapshot": snapshots[listing.last_snapshot_id],
            "agreement": agreements.get(listing.agreement_id),
        }


def law_rows() -> Iterator[dict]:
    for law in sorted(StateLaw.objects.select_related("main_source"), key=attrgetter("key")):
        row = {column: getattr(law, column) for column in tables.COLUMNS["state_laws"] if column != "jurisdiction"}
        yield row | {"jurisdiction": law.jurisdiction_id, "main_source": source_key(law.main_source)}


def provision_rows() -> Iterator[dict]:
    provisions = Provision.objects.select_related("law").order_by("place", "pk")
    for provision in sorted(provisions, key=attrgetter("law.key")):
        row = {column: getattr(provision, column) for column in tables.COLUMNS["provisions"]}
        yield row | {"law": provision.law.key}


def policy_rows() -> Iterator[dict]:
    policies = LocalPolicy.objects.select_related("main_source").prefetch_related("jurisdictions")
    related = {"state_area", "jurisdictions", "main_source"}
    for policy in sorted(policies, key=attrgetter("key")):
        yield {name: getattr(policy, name) for name in tables.COLUMNS["local_policies"] if name not in related} | {
            "state_area": policy.state_area_id,
            "jurisdictions": " ".join(sorted(area.pk for area in policy.jurisdictions.all())),
            "main_source": source_key(policy.main_source),
        }


def designation_rows() -> Iterator[dict]:
    for label in sorted(FederalDesignation.objects.select_related("main_source"), key=attrgetter("key")):
        row = {column: getattr(label, column) for column in tables.COLUMNS["designations"] if column != "jurisdiction"}
        yield row | {"jurisdiction": label.jurisdiction_id, "main_source": source_key(label.main_source)}


def rule_citation_rows() -> Iterator[dict]:
    """Further sources of a law (perhaps of one provision, by its place), a policy or a designation."""
    rows = []
    for record, model in (("designation", DesignationCitation), ("law", LawCitation), ("policy", PolicyCitation)):
        related = (record, "source", "provision") if record == "law" else (record, "source")
        for citation in model.objects.select_related(*related):
            provision = getattr(citation, "provision", None)
            rows.append(
                {
                    "record": record,
                    "key": getattr(citation, record).key,
                    "provision": "" if provision is None else str(provision.place),
                    "source": source_key(citation.source),
                    "field": citation.field,
                    "page": citation.page,
                    "quote": citation.quote,
                }
            )
    yield from sorted(rows, key=lambda row: tuple(row.values()))


def check_rows() -> Iterator[dict]:
    for check in sorted(Check.objects.all(), key=attrgetter("jurisdiction_id", "subject", "looked_on")):
        row = {column: getattr(check, column) for column in tables.COLUMNS["checks"] if column != "jurisdiction"}
        yield row | {"jurisdiction": check.jurisdiction_id}


def guide_rows(model: type[models.Model], table: str) -> Iterator[dict]:
    """Facts, powers, events or terms of the guide."""
    for record in sorted(model.objects.select_related("main_source"), key=attrgetter("key")):
        row = {column: getattr(record, column) for column in tables.COLUMNS[table]}
        yield row | {"main_source": source_key(record.main_source)}


def guide_citation_rows() -> Iterator[dict]:
    """Further sources of the guide's records."""
    rows = []
    cited = (("event", EventCitation), ("fact", FactCitation), ("power", PowerCitation), ("term", TermCitation))
    for record, model in cited:
        for citation in model.objects.select_related(record, "source"):
            row = {column: getattr(citation, column) for column in ("field", "page", "quote")}
            named = {"record": record, "key": getattr(citation, record).key, "source": source_key(citation.source)}
            rows.append(named | row)
    yield from sorted(rows, key=lambda row: tuple(row.values()))


def earlier_rows() -> Iterator[dict]:
    for earlier in sorted(EarlierAgreement.objects.select_related("source"), key=attrgetter("key")):
        row = {column: getattr(earlier, column) for column in tables.COLUMNS["earlier_agreements"]}
        yield row | {"state": earlier.state_id, "source": source_key(earlier.source)}


def later_rows() -> Iterator[dict]:
    for later in LaterList.objects.select_related("source").order_by("published_on"):
        row = {column: getattr(later, column) for column in tables.COLUMNS["later_lists"]}
        yield row | {"source": source_key(later.source)}


ROWS = {
    "sources": source_rows,
    "verdicts": verdict_rows,
    "source_corrections": correction_rows,
    "agencies": agency_rows,
    "coverages": coverage_rows,
    "agreements": agreement_rows,
    "former_ids": former_id_rows,
    "snapshots": snapshot_rows,
    "listings": listing_rows,
    "state_laws": law_rows,
    "provisions": provision_rows,
    "local_policies": policy_rows,
    "designations": designation_rows,
    "rule_citations": rule_citation_rows,
    "checks": check_rows,
    "guide_facts": partial(guide_rows, GuideFact, "guide_facts"),
    "model_powers": partial(guide_rows, ModelPower, "model_powers"),
    "timeline_events": partial(guide_rows, TimelineEvent, "timeline_events"),
    "glossary_terms": partial(guide_rows, GlossaryTerm, "glossary_terms"),
    "guide_citations": guide_citation_rows,
    "earlier_agreements": earlier_rows,
    "later_lists": later_rows,
}
