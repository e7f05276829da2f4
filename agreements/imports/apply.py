"""Apply: the only step that writes. One list is held whole or not at all.

A list newer than all we hold is laid at the end: the work is what it changes. An older one is put in its place and all
lists are folded anew, so that the end is the same in whatever order they came; so they are once a person has decided
anew on a name, a place or a wrong print. Records that come out the same keep their ids, and an id that loses its
record leads to the record that took its rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agreements.models import (
    Agreement,
    AgreementCitation,
    ChangeEvent,
    ImportRun,
    Listing,
    Snapshot,
    Standing,
)
from jurisdictions.models import Agency, AgencyAlias, Coverage, DataVersion, Jurisdiction
from jurisdictions.names import fold
from jurisdictions.public_ids import mint_unused

from . import folded, held
from .dating import Dating
from .fold import Entry, Fold, OpenRun, Step, row_digest
from .ids import Ledger, Name, agency_again, agreement_again, forget_merges
from .matching import Question, Register
from .placing import Placer
from .prints import prints_of, problems_by_row, read_as, readable
from .refresh import BATCH, overwrite, refresh_derived
from .rows import Normalised, Row
from .sheet import Sheet, SheetRow

LONGEST_FILE_NAME = Snapshot._meta.get_field("file_name").max_length
LONGEST_WORKSHEET = Snapshot._meta.get_field("worksheet").max_length


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list that was read, with its place in the series. What `apply` writes.

    `normalised` has its rows but for those that the newest list held prints letter for letter.
    """

    sheet: Sheet
    kind: str
    dating: Dating
    normalised: Normalised
    entries: list[Entry] = field(default_factory=list)

    @property
    def position(self) -> int:
        return self.dating.position

    @property
    def order(self) -> tuple:
        return order(self.kind, self.position)

    def rows_by_number(self) -> dict[int, Row]:
        """The rows that could be read. Of the others there is no agreement to speak of."""
        return {row.number: row for row in self.normalised.rows if readable(row)}

    def problems(self) -> dict[int, list[list[str]]]:
        return problems_by_row(self.normalised)


def order(kind: str, position: int) -> tuple:
    """The place of a list among both kinds: by moment; at one moment participating before pending."""
    return position // 1000, kind == "pending", position


def entries_of(sheet: Sheet) -> list[Entry]:
    """The sheet as a sequence: row number and digest of each printed row."""
    return [(row.number, row_digest(sheet.columns, row.cells, row.links)) for row in sheet.rows]


def fold_list(fold: Fold, read: ReadList) -> Step:
    """Lay the list at the end of what is held. Pure."""
    rows = read.rows_by_number()
    return fold.take(read.kind, read.position, read.entries, lambda _digest, number: rows.get(number))


@dataclass(slots=True)
class Applied:
    """What holding a list did: the events that are new, and the names that it puts before a person."""

    snapshot: Snapshot
    events: list[ChangeEvent]
    questions: list[Question]
    run: ImportRun | None = None

    @property
    def counts(self) -> Counter[str]:
        """New events by kind."""
        return Counter(event.kind for event in self.events)


@transaction.atomic
def apply_list(
    read: ReadList,
    step: Step | None,
    *,
    placer: Placer,
    questions: Iterable[Question] = (),
    by=None,
    doubts_settled: Iterable[str] = (),
    run: ImportRun | None = None,
) -> Applied:
    """Hold the list and bring everything derived in line. Returns what that did.

    `step` is the list laid at the end by `fold_list`, with the `questions` that it asked; None if all lists are to be
    folded anew with it. `run` is the review that ends with it; without one a new run says that a command loaded it.
    """
    DataVersion.objects.take_turn()
    snapshot = Snapshot(
        kind=read.kind,
        published_on=read.dating.published_on,
        half=read.dating.half,
        position=read.position,
        file_name=read.sheet.file_name[:LONGEST_FILE_NAME],
        sha256=read.sheet.sha256,
        worksheet=read.sheet.worksheet[:LONGEST_WORKSHEET],
        columns=list(read.sheet.columns),
        rows=[],
        row_count=len(read.entries),
    )
    first_load = not Agency.objects.exists()
    to_place: set[int] = set()
    if step is not None:
        to_place = _named(folded.since().placed)
        affected = _append(snapshot, read, step) | to_place
    else:
        snapshot.save()
        questions = refold(placer, added={snapshot.pk: read}).get(snapshot.pk, [])
        affected = None  # every agency is to be derived again
    folded.keep()
    because = f"as {snapshot.file_name} prints it"
    events = refresh_derived(affected, placer=placer, to_place=to_place, history=not first_load, by=by, because=because)
    if step is None:
        drop_what_no_list_shows()
    applied = Applied(snapshot, events, list(questions))
    applied.run = run or ImportRun(uploaded_by=by)
    note_run(applied, read, by=by, doubts_settled=doubts_settled)
    DataVersion.objects.bump()
    return applied


def note_run(applied: Applied, read: ReadList, *, by, doubts_settled: Iterable[str]) -> None:
    """Write down who held the list, when and what it did."""
    run, snapshot = applied.run, applied.snapshot
    run.state = ImportRun.State.APPLIED
    run.file_name, run.sha256, run.snapshot = snapshot.file_name, snapshot.sha256, snapshot
    run.kind, run.published_on, run.half = snapshot.kind, snapshot.published_on, snapshot.half
    run.row_count = snapshot.row_count
    run.applied_by, run.applied_at = by, timezone.now()
    run.counts = dict(applied.counts)
    if not run.pk:
        run.problems = [[error.number, error.column, error.value, error.message] for error in read.normalised.errors]
        run.doubts_settled = list(doubts_settled)
    run.save()


# -- A list newer than all we hold ------------------------------------------------------------------------------------


def _append(snapshot: Snapshot, read: ReadList, step: Step) -> set[int]:
    """Write the list and the rows it begins; returns the agencies whose derived facts may change."""
    agencies, agreements = _agreements_for(step.begun)
    snapshot.save()
    problems = read.problems()
    cells = {digest: row for (_number, digest), row in zip(read.entries, read.sheet.rows, strict=True)}
    begun = [
        _listing(run, cells[run.digest], problems.get(cells[run.digest].number, []), agreements, snapshot, snapshot)
        for run in step.begun
    ]
    Listing.objects.bulk_create(begun, batch_size=BATCH)
    Listing.objects.filter(pk__in=[run.listing_id for run in step.continued]).update(
        last_snapshot=snapshot, last_position=snapshot.position
    )
    ids = {run.digest: run.listing_id for run in step.continued} | {row.digest: row.pk for row in begun}
    snapshot.rows = [[number, ids[digest]] for number, digest in step.entries]
    snapshot.save(update_fields=["rows"])

    affected = set(agencies.values()) | {agencies.get(run.agency, run.agency) for run in step.stopped}
    if not snapshot.is_participating:
        # Pending counts for sixty days after its newest list, and this is the newest now.
        affected |= {run.agency for run in step.continued}
    affected |= _waiting(snapshot)
    _spellings_printed_again(snapshot)
    return {agency for agency in affected if agency is not None}


def _named(names: Iterable[Name]) -> set[int]:
    """The agencies of these names."""
    names = set(names)
    aliases = AgencyAlias.objects.filter(folded__in=[name for _state, name in names])
    return {
        agency for agency, *name in aliases.values_list("agency", "state_printed", "folded") if tuple(name) in names
    }


def _waiting(snapshot: Snapshot) -> set[int]:
    """Agencies that a list can change though none of their rows begins or stops with it."""
    if not snapshot.is_participating:
        # The expiry to come was derived from the list that this one replaces.
        waiting = Standing.objects.filter(starts_on__gt=snapshot.published_on)
    else:
        waiting = Standing.objects.filter(ends_on=None, status="missing")
    found = set(waiting.values_list("agreement__agency", flat=True))
    # A signing date later than the list that first printed it may be credible by now.
    on_it = Listing.objects.filter(kind=snapshot.kind, last_position=snapshot.position)
    changed = on_it.filter(signed_on__gt=F("first_snapshot__published_on"))
    earlier = (
        Snapshot.objects.filter(kind=snapshot.kind, position__lt=snapshot.position)
        .order_by("-position")
        .values_list("position", "published_on")[:2]
    )
    if earlier and earlier[0][1] == snapshot.published_on:
        # The earlier list of this day no longer counts: what it changed is to be looked at again.
        begun = Standing.objects.filter(starts_on=snapshot.published_on)
        found |= set(begun.values_list("agreement__agency", flat=True))
        changed |= Listing.objects.filter(kind=snapshot.kind, first_position=earlier[0][0])
        if len(earlier) > 1:
            changed |= Listing.objects.filter(kind=snapshot.kind, last_position=earlier[1][0])
    return found | set(changed.values_list("agreement__agency", flat=True))


def _spellings_printed_again(snapshot: Snapshot) -> None:
    """The spellings on this list were last printed today, also those of agencies that nothing else changes."""
    on_it = Listing.objects.filter(kind=snapshot.kind, last_position=snapshot.position).exclude(agreement=None)
    printed = set(on_it.values_list("agreement__agency", "state", "agency_name"))
    earlier = AgencyAlias.objects.filter(last_printed_on__lt=snapshot.published_on)
    again = [
        pk
        for pk, *spelling in earlier.values_list("pk", "agency_id", "state_printed", "name")
        if tuple(spelling) in printed
    ]
    AgencyAlias.objects.filter(pk__in=again).update(last_printed_on=snapshot.published_on)


def _agreements_for(runs: Iterable[OpenRun]) -> tuple[dict[int, int], dict[tuple[int, str], int]]:
    """Agencies and agreements of the runs, made where they are new.

    Returns the agency's id by the register's key (the same, where it was held), and the agreement's id by
    (register's key, model).
    """
    runs = [run for run in runs if run.agency is not None]
    keys = {run.agency for run in runs}
    agencies = {pk: pk for pk in Agency.objects.filter(pk__in=keys).values_list("pk", flat=True)}
    agreements = {
        (agency, model): pk
        for pk, agency, model in Agreement.objects.filter(agency__in=agencies).values_list(
            "pk", "agency_id", "program_model"
        )
    }
    new = {run.agency: run.row for run in reversed(runs) if run.agency not in agencies}
    missing = dict.fromkeys(run.pair for run in runs if run.pair not in agreements)
    if not missing:
        return agencies, agreements
    ledger = Ledger()
    names = _names(runs)
    if ledger.agencies or ledger.agreements:
        for agency, state, name in AgencyAlias.objects.filter(agency__in=agencies).values_list(
            "agency", "state_printed", "folded"
        ):
            names[agency].add((state, name))
    _make_agencies(new, agencies, names, ledger)
    _make_agreements({pair: agencies[pair[0]] for pair in missing}, agreements, names, ledger)
    # An id that was gone leads to whoever prints its names again; the others lead where they led.
    whose = {name: agencies[key] for key in keys for name in names[key]}
    pairs = {(agencies[key], model): pk for (key, model), pk in agreements.items()}
    ledger.agencies = [former for former in ledger.agencies if former.agency_id is None]
    ledger.agreements = [former for former in ledger.agreements if former.agreement_id is None]
    ledger.keep(whose.get, lambda agency, model: pairs.get((agency, model)))
    return agencies, agreements


def _names(runs: Iterable[OpenRun]) -> dict[int, set[Name]]:
    """The printed names of each of the register's agencies."""
    names: dict[int, set[Name]] = defaultdict(set)
    for run in runs:
        if run.row:
            names[run.agency].add((run.row.state, fold(run.row.agency)))
    return names


def _make_agencies(
    rows: Mapping[int, Row], agencies: dict[int, int], names: Mapping[int, set[Name]], ledger: Ledger
) -> None:
    """Make the agencies of these first rows, by the register's keys, each under the id that its names once had."""
    if not rows:
        return
    states = dict(Jurisdiction.objects.states().values_list("usps", "pk"))
    held_now = set(Agency.objects.values_list("pk", flat=True))
    taken = set(Agency.objects.values_list("public_id", flat=True))
    taken |= {former.public_id for former in ledger.agencies}
    made, coverages, again = {}, [], []
    for key, row in sorted(rows.items()):
        made[key] = Agency(name=row.agency, state_id=states[row.state])
        if former := ledger.take_back_agency(names[key]):
            coverages += agency_again(former, made[key], lambda pk: pk not in held_now)
            again.append(former.public_id)
        else:
            made[key].public_id = mint_unused(taken)
    Agency.objects.bulk_create(made.values(), batch_size=BATCH)
    Coverage.objects.bulk_create(coverages)
    forget_merges(again)
    agencies.update({key: agency.pk for key, agency in made.items()})


def _make_agreements(
    pairs: Mapping[tuple[int, str], int],
    agreements: dict[tuple[int, str], int],
    names: Mapping[int, set[Name]],
    ledger: Ledger,
) -> None:
    """Make the agreements of these pairs of the register's key and model, each of the agency with that pk."""
    if not pairs:
        return
    held_now = set(Agreement.objects.values_list("pk", flat=True))
    taken = set(Agreement.objects.values_list("public_id", flat=True))
    taken |= {former.public_id for former in ledger.agreements}
    made, citations = {}, []
    for pair, agency in pairs.items():
        made[pair] = Agreement(agency_id=agency, program_model=pair[1])
        if former := ledger.take_back_agreement(names[pair[0]], pair[1]):
            citations += agreement_again(former, made[pair], lambda pk: pk not in held_now)
        else:
            made[pair].public_id = mint_unused(taken)
    Agreement.objects.bulk_create(made.values(), batch_size=BATCH)
    AgreementCitation.objects.bulk_create(citations)
    agreements.update({pair: agreement.pk for pair, agreement in made.items()})


def _listing(
    run: OpenRun,
    printed: SheetRow,
    problems: list,
    agreements: Mapping[tuple[int, str], int],
    first: Snapshot,
    last: Snapshot,
    pk: int | None = None,
) -> Listing:
    return Listing(
        pk=pk,
        kind=run.kind,
        digest=run.digest,
        cells=list(printed.cells),
        links={str(column): url for column, url in printed.links.items()},
        first_snapshot=first,
        last_snapshot=last,
        first_position=run.first_position,
        last_position=run.last_position,
        problems=problems,
        agreement_id=agreements.get(run.pair) if run.pair else None,
        match_rule=run.rule,
        match_reason=run.reason[:250],
        **read_as(run.row),
    )


# -- A list older than one we hold ------------------------------------------------------------------------------------


def refold(
    placer: Placer,
    added: Mapping[int, ReadList] | None = None,
    without: Iterable[Snapshot] = (),
    stays: Iterable[int] = (),
) -> dict[int, list[Question]]:
    """Fold every list held anew, from the printed cells on, and reconcile listings, agreements and agencies.

    Verdicts and corrections are those of today. `added` has lists whose rows are not written yet, by snapshot id; the
    lists `without` are left out. Of agencies that become one, one of those that `stays` names (by pk) keeps its id. The
    caller refreshes what is derived afterwards. Returns what each added list asks.
    """
    without = [snapshot.pk for snapshot in without]
    added = added or {}
    kept_lists = Snapshot.objects.exclude(pk__in=without)
    snapshots = sorted(kept_lists, key=lambda snapshot: order(snapshot.kind, snapshot.position))
    listings = {row.pk: row for row in Listing.objects.select_related("agreement")}
    sheets = [(read.kind, read.sheet, read.entries) for read in added.values()]
    prints = prints_of(listings.values(), sheets)
    fold, runs, entries = Fold(Register(held.verdicts(), same_area=placer.same_area)), [], {}
    questions: dict[int, list[Question]] = {}
    for snapshot in snapshots:
        if snapshot.pk in added:
            entries[snapshot.pk] = added[snapshot.pk].entries
        else:
            entries[snapshot.pk] = [(number, listings[pk].digest) for number, pk in snapshot.rows]
        asked_before = len(fold.register.questions)
        step = fold.take(
            snapshot.kind, snapshot.position, entries[snapshot.pk], lambda digest, _number: prints[digest].row
        )
        runs += step.begun
        if snapshot.pk in added:
            questions[snapshot.pk] = fold.register.questions[asked_before:]

    _agencies, agreements = _reconcile_agencies(runs, listings.values(), set(stays))
    by_position = {(snapshot.kind, snapshot.position): snapshot for snapshot in snapshots}
    existing = {(row.kind, row.digest, row.first_position): row for row in listings.values()}
    create, update = [], []
    kept: dict[tuple, Listing] = {}
    for run in runs:
        known = existing.get((run.kind, run.digest, run.first_position))
        found = prints[run.digest]
        row = _listing(
            run,
            found.printed,
            found.problems,
            agreements,
            by_position[run.kind, run.first_position],
            by_position[run.kind, run.last_position],
            pk=known and known.pk,
        )
        kept[run.kind, run.digest, run.first_position] = row
        if known is None:
            create.append(row)
        elif any(getattr(known, name) != getattr(row, name) for name in _REFOLDED):
            update.append(row)
    # A run that is cut in two keeps its first half's id; the second half is new.
    Listing.objects.bulk_create(create, batch_size=BATCH)
    overwrite(Listing, update, _REFOLDED)
    at: dict[tuple[str, str], list[Listing]] = defaultdict(list)
    for row in kept.values():
        at[row.kind, row.digest].append(row)
    changed = []
    for snapshot in snapshots:
        rows = []
        for number, digest in entries[snapshot.pk]:
            row = next(
                row for row in at[snapshot.kind, digest] if row.first_position <= snapshot.position <= row.last_position
            )
            rows.append([number, row.pk])
        if rows != snapshot.rows:
            snapshot.rows = rows
            changed.append(snapshot)
    overwrite(Snapshot, changed, ["rows"])
    Snapshot.objects.filter(pk__in=without).update(rows=[])
    _drop_unprinted_listings()
    folded.keep()
    return questions


_REFOLDED = (
    "first_snapshot_id",
    "last_snapshot_id",
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
    "agreement_id",
    "match_rule",
    "match_reason",
)


def _reconcile_agencies(
    runs: Iterable[OpenRun], listings: Iterable[Listing], stays: set[int]
) -> tuple[dict[int, int], dict[tuple[int, str], int]]:
    """Which record each folded agency is: the one that had most of its rows; what is new is made.

    Rows under names that a record only has from another that ended in it count last, so that two that part again are
    who they were. Records that lose their rows enter the ledger of ids.
    """
    ledger = Ledger()
    borrowed = ledger.borrowed()
    held_by: dict[tuple[str, str], set[int]] = defaultdict(set)
    had: dict[int, set[Name]] = defaultdict(set)
    shown_by: dict[tuple[str, str], set[int]] = defaultdict(set)
    before: dict[int, Agreement] = {}
    for row in listings:
        if row.agreement_id:
            held_by[row.kind, row.digest].add(row.agreement.agency_id)
            had[row.agreement.agency_id].add((row.state, fold(row.agency_name)))
            shown_by[row.kind, row.digest].add(row.agreement_id)
            before[row.agreement_id] = row.agreement
    votes: Counter[tuple[int, int]] = Counter()
    own: Counter[tuple[int, int]] = Counter()
    first_rows: dict[int, Row] = {}
    pairs: dict[tuple[int, str], Counter[int]] = {}
    for run in runs:
        if run.agency is None:
            continue
        first_rows.setdefault(run.agency, run.row)
        pairs.setdefault(run.pair, Counter()).update(shown_by[run.kind, run.digest])
        name = run.row.state, fold(run.row.agency)
        for agency in held_by[run.kind, run.digest]:
            votes[run.agency, agency] += 1
            own[run.agency, agency] += name not in borrowed.get(agency, ())
    agencies: dict[int, int] = {}
    taken: set[int] = set()
    for key, agency in sorted(votes, key=lambda one: (one[1] not in stays, -own[one], -votes[one], one[1], one[0])):
        if key not in agencies and agency not in taken:
            agencies[key] = agency
            taken.add(agency)
    names = _names(runs)
    for key in sorted(first_rows.keys() - agencies.keys()):
        # A record whose every row is read as another's stays who it was, if its name is printed anew.
        for agency in sorted(had.keys() - taken):
            if had[agency] & names[key]:
                agencies[key] = agency
                taken.add(agency)
                break
    ledger.give_up_agencies(had.keys() - taken, had)
    new = {key: row for key, row in first_rows.items() if key not in agencies}
    _make_agencies(new, agencies, names, ledger)

    by_agency = {
        (agency, model): pk for pk, agency, model in Agreement.objects.values_list("pk", "agency_id", "program_model")
    }
    agreements = {
        pair: by_agency[agencies[pair[0]], pair[1]] for pair in pairs if (agencies[pair[0]], pair[1]) in by_agency
    }
    lost = before.keys() - set(agreements.values())
    for pair in [pair for pair in pairs if pair not in agreements]:
        # An agreement goes with its rows to the agency that has them now.
        moved = [
            pk
            for pk in lost
            if before[pk].program_model == pair[1] and (pairs[pair][pk] or had[before[pk].agency_id] & names[pair[0]])
        ]
        if moved:
            agreements[pair] = min(moved, key=lambda pk: (-pairs[pair][pk], pk))
            lost.remove(agreements[pair])
            Agreement.objects.filter(pk=agreements[pair]).update(agency_id=agencies[pair[0]])
    ledger.give_up_agreements(lost, had)
    missing = {pair: agencies[pair[0]] for pair in pairs if pair not in agreements}
    _make_agreements(missing, agreements, names, ledger)

    whose = {name: agencies[key] for key, printed in names.items() for name in printed}
    by_pair = {(agencies[key], model): pk for (key, model), pk in agreements.items()}
    ledger.keep(whose.get, lambda agency, model: by_pair.get((agency, model)))
    return agencies, agreements


def _drop_unprinted_listings() -> None:
    """Remove listings that no snapshot prints any more; the standings that rested on them are derived anew."""
    printed = set()
    for rows in Snapshot.objects.values_list("rows", flat=True):
        printed.update(pk for _number, pk in rows)
    gone = set(Listing.objects.values_list("pk", flat=True)) - printed
    Standing.objects.filter(listing__in=gone).delete()
    Listing.objects.filter(pk__in=gone).delete()


def drop_what_no_list_shows() -> None:
    """Remove agreements and agencies without a row, once everything else is derived. The ledger has their ids."""
    for agreement in Agreement.objects.filter(listings=None).select_related("agency"):
        agreement.delete()
    for agency in Agency.objects.filter(agreements=None):
        agency.delete()


@transaction.atomic
def withdraw_list(*snapshots: Snapshot) -> None:
    """Undo the loading of lists: the database is as if they had never been loaded, but for ids that stay reserved."""
    DataVersion.objects.take_turn()
    placer = Placer.from_database()
    refold(placer, without=snapshots)
    for snapshot in snapshots:
        snapshot.delete()
    refresh_derived(placer=placer)
    drop_what_no_list_shows()
    DataVersion.objects.bump()


@transaction.atomic
def fold_anew(stays: Iterable[int] = ()) -> list[ChangeEvent]:
    """Fold all lists that we hold with the decisions and rules of today; returns the events that are new.

    Of agencies that become one, one of those that `stays` names (by pk) keeps its id.
    """
    DataVersion.objects.take_turn()
    placer = Placer.from_database()
    refold(placer, stays=stays)
    events = refresh_derived(placer=placer)
    drop_what_no_list_shows()
    DataVersion.objects.bump()
    return events
