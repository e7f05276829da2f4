"""Everything public in a database, as plain values without ids and clock times, to compare two databases."""

from agreements.facts import export
from agreements.models import (
    Agreement,
    ChangeEvent,
    FederalDesignation,
    Listing,
    LocalPolicy,
    Snapshot,
    Standing,
    StateLaw,
)
from jurisdictions.models import Agency, AgencyAlias, Coverage, Source


def public_facts() -> dict[str, list]:
    """Each table as a sorted list of values; records name each other by what they say."""
    digests = dict(Listing.objects.values_list("pk", "digest"))
    agencies = {
        agency.pk: (agency.state.usps, agency.name, min(alias.name for alias in agency.aliases.all()))
        for agency in Agency.objects.select_related("state").prefetch_related("aliases")
    }
    agreements = {row.pk: (*agencies[row.agency_id], row.program_model) for row in Agreement.objects.all()}
    snapshots = dict(Snapshot.objects.values_list("pk", "sha256"))

    def table(rows, *names, **named):
        """Rows as tuples: plain fields by name, and those that name another record through its mapping."""
        mappings = named.values()
        return sorted(
            (
                *map(str, row[: len(names)]),
                *(str(mapping.get(key)) for mapping, key in zip(mappings, row[len(names) :], strict=True)),
            )
            for row in rows.values_list(*names, *named)
        )

    return {
        "agencies": table(
            Agency.objects.all(),
            "state_id",
            "name",
            "kind",
            "placement",
            "placement_reason",
            "printed_county_id",
            "name_is_editors",
            "placement_is_editors",
        ),
        "coverages": table(
            Coverage.objects.all(),
            "jurisdiction_id",
            "extent",
            "why",
            "note",
            source_id={source.pk: source for source in Source.objects.all()},
            agency_id=agencies,
        ),
        "aliases": table(
            AgencyAlias.objects.all(),
            "state_printed",
            "name",
            "folded",
            "first_printed_on",
            "last_printed_on",
            "reason",
            agency_id=agencies,
        ),
        "agreements": table(
            Agreement.objects.all(),
            "program_model",
            "ended_on",
            "first_listed_on",
            "first_known_on",
            agency_id=agencies,
        ),
        "snapshots": sorted(
            (kind, position, sha256, str(columns), tuple((number, digests[pk]) for number, pk in rows))
            for kind, position, sha256, columns, rows in Snapshot.objects.values_list(
                "kind", "position", "sha256", "columns", "rows"
            )
        ),
        "listings": table(
            Listing.objects.all(),
            "kind",
            "digest",
            "first_position",
            "last_position",
            "state",
            "agency_name",
            "agency_type",
            "county",
            "program_model",
            "signed_on",
            "moa_url",
            "addendum_url",
            "corrected",
            "problems",
            "match_rule",
            "match_reason",
            agreement_id=agreements,
            first_snapshot_id=snapshots,
            last_snapshot_id=snapshots,
        ),
        "standings": table(
            Standing.objects.all(),
            "status",
            "starts_on",
            "ends_on",
            "since",
            "last_listed_on",
            "signed_on",
            "moa_url",
            "addendum_url",
            agreement_id=agreements,
            listing_id=digests,
        ),
        "events": table(
            ChangeEvent.objects.all(),
            "kind",
            "took_effect_on",
            "seen_on",
            "origin",
            "before",
            "after",
            agency_id=agencies,
            agreement_id=agreements,
            snapshot_id=snapshots,
            law_id=_keys(StateLaw),
            policy_id=_keys(LocalPolicy),
            designation_id=_keys(FederalDesignation),
        ),
        **{table: sorted(tuple(map(str, row.values())) for row in export.ROWS[table]()) for table in WRITTEN},
    }


WRITTEN = (
    *("state_laws", "provisions", "local_policies", "designations", "rule_citations", "checks"),
    *("guide_facts", "model_powers", "timeline_events", "glossary_terms", "guide_citations"),
    *("earlier_agreements", "later_lists"),
)


def _keys(model) -> dict[int, str]:
    return dict(model.objects.values_list("pk", "key"))


def differences(one: dict[str, list], other: dict[str, list]) -> dict[str, tuple[list, list]]:
    """What only one of two databases holds, by table (at most five each)."""
    found = {}
    for table in one:
        if one[table] != other[table]:
            left, right = set(one[table]), set(other[table])
            found[table] = (sorted(left - right)[:5], sorted(right - left)[:5])
    return found
