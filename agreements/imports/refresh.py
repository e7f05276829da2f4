"""Bring what is derived in line with the lists: standings, events, spellings, names and placements of agencies.

Everything here is a function of listings, snapshots and people's decisions. Rows that come out the same keep their id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from agreements.models import Agreement, ChangeEvent, Standing
from jurisdictions.models import Agency, AgencyAlias, Coverage
from jurisdictions.names import fold as folded

from . import held
from .derive import Run, Series, agency_events, newest_first, spellings, standings
from .placing import Placer

BATCH = 2_000
STANDING_FIELDS = (
    "status",
    "starts_on",
    "ends_on",
    "since",
    "listing_id",
    "last_listed_on",
    "signed_on",
    "moa_url",
    "addendum_url",
)
EVENT_FIELDS = ("kind", "agreement_id", "took_effect_on", "seen_on", "origin", "snapshot_id", "before", "after")


def refresh_derived(
    agencies: Iterable[int] | None = None,
    *,
    placer: Placer | None = None,
    to_place: Iterable[int] = (),
    history: bool = True,
    by: AbstractBaseUser | None = None,
    because: str = "as the newest list prints it",
    progress: Callable[[str], None] = lambda step: None,
) -> list[ChangeEvent]:
    """Derive anew for the agencies named (None: for all); returns the events that are new.

    Without a `placer` names and placements stay as they are; the agencies `to_place` are placed anew also where their
    rows say what they said. With `history`, a change of a name or placement writes one history row, which names `by`
    and `because`; a first load passes False.
    """
    ids = None if agencies is None else sorted(set(agencies))
    if ids == []:
        return []
    series = held.series()
    runs = held.runs_by_agency(ids)
    chosen = Agency.objects.all() if ids is None else Agency.objects.filter(pk__in=ids)
    by_id = {agency.pk: agency for agency in chosen.order_by("pk")}
    agreements: dict[int, dict[str, Agreement]] = {}
    for agreement in Agreement.objects.filter(agency__in=by_id).order_by("pk") if ids else Agreement.objects.all():
        agreements.setdefault(agreement.agency_id, {})[agreement.program_model] = agreement

    progress("standings")
    _refresh_standings(agreements, runs, series, ids)
    progress("events")
    events = _refresh_events(by_id, agreements, runs, series, ids)
    progress("spellings")
    _refresh_aliases(runs, series, ids)
    if placer is not None:
        progress("placements")
        _refresh_agencies(by_id, runs, series, placer, None if ids is None else set(to_place), history, by, because)
    return events


def overwrite(model: type[models.Model], rows: list, fields: Iterable[str]) -> None:
    """Write these fields of whole records that exist: an upsert, since bulk_update's CASE for each field is slow."""
    if rows:
        names = [name.removesuffix("_id") for name in fields]
        model.objects.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, update_fields=names, unique_fields=[model._meta.pk.name]
        )


def _refresh_standings(agreements, runs, series: dict[str, Series], ids) -> None:
    existing: dict[tuple[int, date], tuple] = {}
    rows = Standing.objects.all() if ids is None else Standing.objects.filter(agreement__agency__in=ids)
    for pk, agreement, *values in rows.values_list("pk", "agreement_id", *STANDING_FIELDS):
        existing[agreement, values[1]] = (pk, tuple(values))
    create, update, dated = [], [], []
    for agency, by_model in agreements.items():
        by_agreement: dict[str, list[Run]] = {}
        for run in runs.get(agency, ()):
            by_agreement.setdefault(run.program_model, []).append(run)
        for model, agreement in by_model.items():
            facts = standings(by_agreement.get(model, []), series, agreement.ended_on)
            for fact in facts:
                values = (
                    fact.status,
                    fact.starts_on,
                    fact.ends_on,
                    fact.since,
                    fact.listing,
                    fact.last_listed_on,
                    fact.signed_on,
                    fact.moa_url,
                    fact.addendum_url,
                )
                pk, before = existing.pop((agreement.pk, fact.starts_on), (None, None))
                if before != values:
                    standing = Standing(
                        pk=pk, agreement_id=agreement.pk, **dict(zip(STANDING_FIELDS, values, strict=True))
                    )
                    (update if pk else create).append(standing)
            first_listed = next((fact.starts_on for fact in facts if fact.status == "listed"), None)
            first_known = facts[0].starts_on if facts else None
            if (agreement.first_listed_on, agreement.first_known_on) != (first_listed, first_known):
                agreement.first_listed_on, agreement.first_known_on = first_listed, first_known
                dated.append(agreement)
    Standing.objects.filter(pk__in=[pk for pk, _values in existing.values()]).delete()
    overwrite(Standing, update, STANDING_FIELDS)
    Standing.objects.bulk_create(create, batch_size=BATCH)
    overwrite(Agreement, dated, ["first_listed_on", "first_known_on"])
    changed = {standing.agreement_id for standing in (*create, *update)} | {key[0] for key in existing}
    Agreement.objects.filter(pk__in=changed).update(updated_at=timezone.now())


def _refresh_events(by_id, agreements, runs, series, ids) -> list[ChangeEvent]:
    existing: dict[str, tuple] = {}
    rows = ChangeEvent.objects.exclude(origin__in=["record", "correction"]).exclude(kind="merged")
    if ids is not None:
        rows = rows.filter(agency__in=ids)
    for pk, key, *values in rows.values_list("pk", "key", *EVENT_FIELDS):
        existing[key] = (pk, tuple(values))
    create, update = [], []
    for agency_id, agency in by_id.items():
        by_model = agreements.get(agency_id, {})
        ended = {model: agreement.ended_on for model, agreement in by_model.items() if agreement.ended_on}
        for fact in agency_events(runs.get(agency_id, ()), series, ended):
            agreement = by_model.get(fact.program_model)
            values = (
                fact.kind,
                agreement and agreement.pk,
                fact.took_effect_on,
                fact.seen_on,
                fact.origin,
                fact.snapshot,
                fact.before,
                fact.after,
            )
            key = fact.key(agency.public_id)
            pk, before = existing.pop(key, (None, None))
            if before != values:
                event = ChangeEvent(pk=pk, key=key, agency_id=agency_id, **dict(zip(EVENT_FIELDS, values, strict=True)))
                (update if pk else create).append(event)
    ChangeEvent.objects.filter(pk__in=[pk for pk, _values in existing.values()]).delete()
    overwrite(ChangeEvent, update, EVENT_FIELDS)
    ChangeEvent.objects.bulk_create(create, batch_size=BATCH)
    return create


def _refresh_aliases(runs, series, ids) -> None:
    existing = {}
    rows = AgencyAlias.objects.all() if ids is None else AgencyAlias.objects.filter(agency__in=ids)
    for alias in rows:
        existing[alias.agency_id, alias.state_printed, alias.name] = alias
    create, update = [], []
    for agency, own in runs.items():
        for found in spellings(own, series):
            alias = existing.pop((agency, found.state, found.name), None)
            values = (found.first_printed_on, found.last_printed_on, found.reason[:200])
            if alias is None:
                alias = AgencyAlias(
                    agency_id=agency, state_printed=found.state, name=found.name, folded=folded(found.name)
                )
                create.append(alias)
            elif values != (alias.first_printed_on, alias.last_printed_on, alias.reason):
                update.append(alias)
            alias.first_printed_on, alias.last_printed_on, alias.reason = values
    AgencyAlias.objects.filter(pk__in=[alias.pk for alias in existing.values()]).delete()
    overwrite(AgencyAlias, update, ["first_printed_on", "last_printed_on", "reason"])
    AgencyAlias.objects.bulk_create(create, batch_size=BATCH)


AGENCY_FIELDS = ("name", "kind", "state_id", "placement", "placement_reason", "printed_county_id", "placement_basis")


def _refresh_agencies(
    by_id, runs, series, placer: Placer, anew: set[int] | None, history: bool, by: AbstractBaseUser | None, because: str
) -> None:
    """Name and placement of each agency from its rows, unless an editor chose them.

    One whose rows say of it what they said when it was placed stays as it is, unless it is to be placed `anew` (None:
    all are).
    """
    coverages: dict[int, dict[str, Coverage]] = {}
    for coverage in Coverage.objects.filter(agency__in=by_id):
        coverages.setdefault(coverage.agency_id, {})[coverage.jurisdiction_id] = coverage
    ordered = {agency_id: newest_first(runs.get(agency_id, ()), series) for agency_id in by_id}
    placer.prepare(own[0].state for agency_id, own in ordered.items() if own and not by_id[agency_id].placement_basis)
    changed, create, update, remove = [], [], [], []
    for agency_id, agency in by_id.items():
        own = ordered[agency_id]
        if not own:
            continue
        before = tuple(getattr(agency, name) for name in AGENCY_FIELDS)
        if not agency.name_is_editors:
            agency.name = own[0].name
        basis = placer.basis(own)
        if not agency.placement_is_editors and (anew is None or agency_id in anew or basis != agency.placement_basis):
            placed = placer.place(own)
            agency.placement_basis = basis
            for name, value in placed.fields.items():
                setattr(agency, name, value)
            there = coverages.get(agency_id, {})
            for wanted in placed.coverages:
                coverage = there.pop(wanted["jurisdiction_id"], None)
                if coverage is None:
                    create.append(Coverage(agency_id=agency_id, **wanted))
                elif any(getattr(coverage, name) != value for name, value in wanted.items()):
                    for name, value in wanted.items():
                        setattr(coverage, name, value)
                    update.append(coverage)
            remove += [coverage.pk for coverage in there.values()]
        if before != tuple(getattr(agency, name) for name in AGENCY_FIELDS):
            agency.updated_at = timezone.now()
            changed.append((agency, bool(before[-1])))
    fields = [name.removesuffix("_id") for name in AGENCY_FIELDS] + ["updated_at"]
    known = [agency for agency, was_placed in changed if was_placed]
    if history and known:
        bulk_update_with_history(
            known, Agency, fields, batch_size=500, default_user=by, default_change_reason=because[:100]
        )
    else:
        overwrite(Agency, known, fields)
    overwrite(Agency, [agency for agency, was_placed in changed if not was_placed], fields)
    Coverage.objects.filter(pk__in=remove).delete()
    overwrite(Coverage, update, ["extent", "why", "note", "source"])
    Coverage.objects.bulk_create(create, batch_size=BATCH)
