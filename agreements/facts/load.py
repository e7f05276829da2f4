"""Bring a database to the bundled facts. What staff changed is theirs; what the bundle adds is added.

An empty database takes the bundle as it stands. A database that already holds lists takes those it lacks through the
importer's fold, so that it ends as if it had loaded every list itself. Then each record is held against the digest of
the bundled row it came from: unchanged since → updated; edited by staff → left and reported; gone → kept and reported.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

from django.db import models, transaction

from agreements.imports import folded as folded_with
from agreements.imports.apply import ReadList, drop_what_no_list_shows, entries_of, refold
from agreements.imports.dating import Dating
from agreements.imports.fold import row_digest
from agreements.imports.placing import Placer
from agreements.imports.refresh import BATCH, overwrite, refresh_derived
from agreements.imports.rows import Normalised
from agreements.imports.sheet import Sheet, SheetRow
from agreements.models import (
    Agreement,
    AgreementFormerId,
    EarlierAgreement,
    LaterList,
    Listing,
    Snapshot,
    SourceCorrection,
    Verdict,
)
from jurisdictions.imports.geography import load_geography
from jurisdictions.models import (
    Agency,
    AgencyAlias,
    AgencyFormerId,
    BundledRecord,
    Coverage,
    DataVersion,
    Jurisdiction,
    Source,
)
from jurisdictions.names import fold as folded

from . import export, tables
from .guide import GuideLoad
from .rules import RulesLoad
from .tables import day_in

Row = Mapping[str, str]
Progress = Callable[[str], object]


@dataclass(slots=True)
class FactsLoad:
    """What a load did: rows of each table; records that staff edited (`left`) and that the bundle dropped (`gone`)."""

    changed: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def load_facts(folder: Path = tables.DATA, progress: Progress = lambda step: None) -> FactsLoad:
    """Load the reference geography and the bundle, in one transaction; nothing happens if both are already here."""
    with transaction.atomic():
        DataVersion.objects.take_turn()
        progress("geography")
        geography = load_geography()
        bundle = tables.bundle_digest(folder)
        loaded = BundledRecord.objects.filter(table="bundle", key="facts").first()
        if loaded and loaded.digest == bundle:
            if geography.changed:
                DataVersion.objects.bump()
            return FactsLoad(changed=geography.changed)

        load = _Load(folder, progress)
        load.decisions()
        RulesLoad(load).settle()
        GuideLoad(load).settle()
        load.beside_our_lists()
        if Snapshot.objects.exists() or Agency.objects.exists():
            load.into_a_database_in_use()
        else:
            load.into_an_empty_database()
        load.keep_digests()
        BundledRecord.objects.update_or_create(table="bundle", key="facts", defaults={"digest": bundle})
        DataVersion.objects.bump()
        return load.done


class _Sources(dict[str, Source]):
    """The database's sources by the names that the bundle's records give them (`export.source_key`).

    One that staff edited is the one of that address and day; one that staff removed is made once more where a record
    names it. `bundled` are the bundle's sources as values of the model.
    """

    def __init__(self, bundled: Mapping[str, Mapping[str, object]]):
        super().__init__((export.source_key(source), source) for source in Source.objects.all())
        self.bundled = bundled

    def __missing__(self, name: str) -> Source:
        values = self.bundled[name]
        there = Source.objects.filter(url=values["url"], retrieved_on=values["retrieved_on"]).order_by("pk").first()
        self[name] = there if there and values["url"] else Source.objects.create(**values)
        return self[name]


class _Load:
    """One load of a bundle: its tables, the sources that its records name, and the ledger of digests."""

    def __init__(self, folder: Path, progress: Progress):
        self.folder, self.progress = folder, progress
        self.done = FactsLoad(changed=True)
        self.sources: dict[str, Source] = {}
        self.ledger: dict[str, dict[str, str]] = defaultdict(dict)
        for table, key, digest in BundledRecord.objects.values_list("table", "key", "digest"):
            self.ledger[table][key] = digest
        self.digests: dict[tuple[str, str], str] = {}

    def table(self, name: str) -> list[Row]:
        rows = list(tables.read_table(name, self.folder))
        self.done.rows[name] = len(rows)
        return rows

    # -- Records that people write: compared one by one ---------------------------------------------------------------

    def decisions(self) -> None:
        """Sources, verdicts and corrections."""
        self.progress("sources and decisions")
        bundled = self.table("sources")
        self.settle("sources", bundled, _source_key, export.source_rows, Source)
        self.sources = _Sources({_full_source_key(row): self.values(Source, row) for row in bundled})
        self.settle("verdicts", self.table("verdicts"), _verdict_key, export.verdict_rows, Verdict)
        corrections = self.table("source_corrections")
        self.settle("source_corrections", corrections, _correction_key, export.correction_rows, SourceCorrection)

    def beside_our_lists(self) -> None:
        """What others say of the years before our lists, and of lists after them."""
        earlier = self.table("earlier_agreements")
        self.settle("earlier_agreements", earlier, itemgetter("key"), export.earlier_rows, EarlierAgreement)
        later = self.table("later_lists")
        self.settle("later_lists", later, itemgetter("published_on"), export.later_rows, LaterList)

    def settle(
        self,
        table: str,
        rows: Iterable[Row],
        key_of: Callable[[Row], str],
        held_rows: Callable[[], Iterable[dict]],
        model: type[models.Model],
    ) -> None:
        """Add what is new, update what nobody touched, leave what staff edited, keep what the bundle no longer has."""
        held = {}
        for row in held_rows():
            written = {column: tables.as_text(value) for column, value in row.items()}
            held[key_of(written)] = written
        objects = {}
        if held:
            names = tables.COLUMNS[table]
            attributes = {name: model._meta.get_field(name).attname for name in names if name != "source"}
            for record in model.objects.all():
                own = {name: tables.as_text(getattr(record, attribute)) for name, attribute in attributes.items()}
                objects[key_of(own)] = record
        create = []
        keys = set()
        for row in rows:
            key, digest = key_of(row), tables.row_digest(row)
            keys.add(key)
            self.digests[table, key] = digest
            known = self.ledger[table].get(key)
            now = tables.row_digest(held[key]) if key in held else None
            if now == digest or known == digest:
                continue  # the same, or not changed by the bundle since staff edited or removed it
            if now is None and known is None:
                create.append(model(**self.values(model, row)))
            elif now is not None and now == known:
                for name, value in self.values(model, row).items():
                    setattr(objects[key], name, value)
                objects[key].save()
            else:
                self.done.left.append(f"{table}: {key}")
        model.objects.bulk_create(create, batch_size=BATCH)
        self.done.gone += [f"{table}: {key}" for key in sorted(self.ledger[table].keys() - keys)]

    def values(self, model: type[models.Model], row: Row) -> dict[str, object]:
        """A bundled row as values of a model's fields; areas by their GEOID, so that none is read."""
        columns = {name: model._meta.get_field(name) for name in row}
        return {
            column.attname if column.related_model is Jurisdiction else name: self.value(column, row[name])
            for name, column in columns.items()
        }

    def value(self, column: models.Field, text: str) -> object:
        if column.related_model is Jurisdiction:
            return text or None
        if isinstance(column, models.ForeignKey):
            return self.sources[text] if text else None
        if isinstance(column, models.JSONField):
            return json.loads(text) if text else []
        if isinstance(column, models.DateField):
            return day_in(text)
        if isinstance(column, models.BooleanField):
            return text == "1"
        if isinstance(column, models.IntegerField):
            return int(text) if text else None
        return text

    def keep_digests(self) -> None:
        """Write down what each record's bundled row said."""
        BundledRecord.objects.bulk_create(
            (BundledRecord(table=table, key=key, digest=digest) for (table, key), digest in self.digests.items()),
            update_conflicts=True,
            update_fields=["digest"],
            unique_fields=["table", "key"],
            batch_size=BATCH,
        )

    # -- An empty database --------------------------------------------------------------------------------------------

    def into_an_empty_database(self) -> None:
        self.progress("agencies")
        states = dict(Jurisdiction.objects.states().values_list("usps", "pk"))
        bundled = self.table("agencies")
        agencies = {row["public_id"]: self.agency(row, states) for row in bundled}
        Agency.objects.bulk_create(agencies.values(), batch_size=BATCH)
        coverages = self.table("coverages")
        Coverage.objects.bulk_create(
            (self.coverage(row, agencies[row["agency"]]) for row in coverages), batch_size=BATCH
        )

        self.progress("agreements")
        rows = self.table("agreements")
        agreements = {row["public_id"]: self.agreement(row, agencies[row["agency"]]) for row in rows}
        Agreement.objects.bulk_create(agreements.values(), batch_size=BATCH)
        self.former_ids(agencies, agreements)
        self.lists(agreements)
        folded_with.keep()
        for key, digest in self.editorial_digests(bundled, coverages, rows).items():
            self.digests[key] = digest
        refresh_derived(placer=None, history=False, progress=self.progress)

    def former_ids(
        self, agencies: Mapping[str, Agency], agreements: Mapping[str, Agreement], taken: Iterable[str] = ()
    ) -> None:
        """The ids that the bundle gave up, each to its heir: `agencies` and `agreements` are by the bundle's ids."""
        taken = set(taken)
        former: dict[str, list] = {"agency": [], "agreement": []}
        for row in self.table("former_ids"):
            if row["public_id"] in taken:
                continue
            values = {"public_id": row["public_id"], "names": json.loads(row["names"]), "was": json.loads(row["was"])}
            if row["record"] == "agency":
                former["agency"].append(AgencyFormerId(agency=agencies.get(row["heir"]), **values))
            else:
                values |= {"agreement": agreements.get(row["heir"]), "program_model": row["program_model"]}
                former["agreement"].append(AgreementFormerId(**values))
        AgencyFormerId.objects.bulk_create(former["agency"])
        AgreementFormerId.objects.bulk_create(former["agreement"])

    def agency(self, row: Row, states: Mapping[str, str]) -> Agency:
        return Agency(
            public_id=row["public_id"],
            state_id=states[row["state"]],
            name=row["name"],
            name_is_editors=row["name_is_editors"] == "1",
            kind=row["kind"],
            placement=row["placement"],
            placement_reason=row["placement_reason"],
            placement_basis=row["placement_basis"],
            placement_is_editors=row["placement_is_editors"] == "1",
            printed_county_id=row["printed_county"] or None,
        )

    def coverage(self, row: Row, agency: Agency) -> Coverage:
        return Coverage(
            agency=agency,
            jurisdiction_id=row["jurisdiction"],
            extent=row["extent"],
            why=row["why"],
            note=row["note"],
            source=self.sources[row["source"]] if row["source"] else None,
        )

    def agreement(self, row: Row, agency: Agency) -> Agreement:
        return Agreement(
            public_id=row["public_id"],
            agency=agency,
            program_model=row["program_model"],
            ended_on=day_in(row["ended_on"]),
            ended_source=self.sources[row["ended_source"]] if row["ended_source"] else None,
        )

    def lists(self, agreements: Mapping[str, Agreement]) -> None:
        self.progress("lists")
        snapshots, sequences = {}, {}
        for row in self.table("snapshots"):
            snapshots[row["sha256"]] = _snapshot(row)
            sequences[row["sha256"]] = json.loads(row["rows"])
        for sha256, snapshot in snapshots.items():
            snapshot.row_count = len(sequences[sha256])
        Snapshot.objects.bulk_create(snapshots.values(), batch_size=BATCH)

        self.progress("printed rows")
        listings = {}
        for row in self.table("listings"):
            first, last = snapshots[row["first_snapshot"]], snapshots[row["last_snapshot"]]
            cells, links = json.loads(row["cells"]), json.loads(row["links"])
            listings[int(row["number"])] = Listing(
                kind=first.kind,
                digest=row_digest(first.columns, cells, links),
                cells=cells,
                links=links,
                first_snapshot=first,
                last_snapshot=last,
                first_position=first.position,
                last_position=last.position,
                state=row["state"],
                agency_name=row["agency_name"],
                agency_type=row["agency_type"],
                county=row["county"],
                program_model=row["program_model"],
                signed_on=day_in(row["signed_on"]),
                moa_url=row["moa_url"],
                addendum_url=row["addendum_url"],
                corrected=json.loads(row["corrected"]),
                problems=json.loads(row["problems"]),
                agreement=agreements[row["agreement"]] if row["agreement"] else None,
                match_rule=row["match_rule"],
                match_reason=row["match_reason"],
            )
        Listing.objects.bulk_create(listings.values(), batch_size=BATCH)
        for sha256, snapshot in snapshots.items():
            snapshot.rows = [[number, listings[listing].pk] for number, listing in sequences[sha256]]
        overwrite(Snapshot, list(snapshots.values()), ["rows"])

    # -- A database in use --------------------------------------------------------------------------------------------

    def into_a_database_in_use(self) -> None:
        newest_agency = Agency.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        newest_agreement = Agreement.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        snapshots, listings = self.table("snapshots"), self.table("listings")
        placer = Placer.from_database()
        self.progress("lists")
        refold(placer, added=self.missing_lists(snapshots, listings))
        refresh_derived(placer=placer, progress=self.progress)
        drop_what_no_list_shows()

        self.progress("agencies")
        bundled, agreements = self.table("agencies"), self.table("agreements")
        found = self.same_agencies(agreements, listings)
        self.take_over_ids(bundled, agreements, found, newest_agency, newest_agreement)
        self.editors_choices(bundled, self.table("coverages"), agreements, found)
        refresh_derived(placer=placer)

    def missing_lists(self, snapshots: Iterable[Row], listings: Iterable[Row]) -> dict[int, ReadList]:
        """The lists that the database lacks, their rows as printed; their snapshots are written here."""
        prints = {int(row["number"]): row for row in listings}
        here = set(Snapshot.objects.values_list("sha256", flat=True))
        added = {}
        for row in snapshots:
            if row["sha256"] in here:
                continue
            snapshot = _snapshot(row)
            rows = []
            for number, listing in json.loads(row["rows"]):
                links = {int(column): url for column, url in json.loads(prints[listing]["links"]).items()}
                rows.append(SheetRow(number, tuple(json.loads(prints[listing]["cells"])), links))
            snapshot.row_count = len(rows)
            snapshot.save()
            columns = tuple(snapshot.columns)
            sheet = Sheet(snapshot.file_name, snapshot.sha256, snapshot.worksheet, columns, tuple(rows))
            dating = Dating(snapshot.published_on, snapshot.half, snapshot.position)
            added[snapshot.pk] = ReadList(sheet, snapshot.kind, dating, Normalised([], []), entries_of(sheet))
        return added

    def same_agencies(self, agreements: Iterable[Row], listings: Iterable[Row]) -> dict[str, Agency]:
        """The database's agency for each bundled one: the one that has most of its spellings."""
        owner = {row["public_id"]: row["agency"] for row in agreements}
        spelt = {
            (row["state"], folded(row["agency_name"]), owner[row["agreement"]]) for row in listings if row["agreement"]
        }
        held: dict[tuple[str, str], set[int]] = defaultdict(set)
        for alias in AgencyAlias.objects.all():
            held[alias.state_printed, alias.folded].add(alias.agency_id)
        votes: dict[str, Counter[int]] = defaultdict(Counter)
        for state, name, public_id in sorted(spelt):
            votes[public_id].update(held[state, name])
        here = Agency.objects.in_bulk()
        return {
            public_id: here[min(count, key=lambda pk: (-count[pk], pk))] for public_id, count in votes.items() if count
        }

    def take_over_ids(
        self,
        bundled: Iterable[Row],
        agreements: Iterable[Row],
        found: Mapping[str, Agency],
        newest_agency: int,
        newest_agreement: int,
    ) -> None:
        """A record that this load made takes the bundle's id; an older one keeps its own, and both lead to it."""
        agencies_taken = set(Agency.objects.values_list("public_id", flat=True))
        agencies_taken |= set(AgencyFormerId.objects.values_list("public_id", flat=True))
        names: dict[int, list[list[str]]] = defaultdict(list)
        for agency_id, state, name in AgencyAlias.objects.order_by("state_printed", "folded").values_list(
            "agency", "state_printed", "folded"
        ):
            if [state, name] not in names[agency_id]:
                names[agency_id].append([state, name])
        for row in bundled:
            agency = found.get(row["public_id"])
            if agency is None or row["public_id"] in agencies_taken:
                continue
            agencies_taken.add(row["public_id"])
            if agency.pk > newest_agency:
                agency.public_id = row["public_id"]
                agency.save_without_historical_record(update_fields=["public_id"])
            else:
                AgencyFormerId.objects.create(public_id=row["public_id"], agency=agency, names=names[agency.pk])

        here = {(row.agency_id, row.program_model): row for row in Agreement.objects.all()}
        agreements_taken = {row.public_id for row in here.values()}
        agreements_taken |= set(AgreementFormerId.objects.values_list("public_id", flat=True))
        heirs = {}
        for row in agreements:
            agency = found.get(row["agency"])
            agreement = agency and here.get((agency.pk, row["program_model"]))
            if agreement is None:
                continue
            heirs[row["public_id"]] = agreement
            if row["public_id"] in agreements_taken:
                continue
            agreements_taken.add(row["public_id"])
            if agreement.pk > newest_agreement:
                agreement.public_id = row["public_id"]
                agreement.save_without_historical_record(update_fields=["public_id"])
            else:
                AgreementFormerId.objects.create(
                    public_id=row["public_id"],
                    agreement=agreement,
                    program_model=agreement.program_model,
                    names=names[agency.pk],
                )
        self.former_ids(found, heirs, taken=agencies_taken | agreements_taken)

    def editors_choices(
        self,
        bundled: Iterable[Row],
        coverages: Iterable[Row],
        agreements: Iterable[Row],
        found: Mapping[str, Agency],
    ) -> None:
        """Names, placements and ends that an editor of the bundle chose, where nobody here chose otherwise."""
        wanted = self.editorial_digests(bundled, coverages, agreements)
        held_ids = {agency.pk: public_id for public_id, agency in found.items()}
        agency_rows, coverage_rows, agreement_rows = _rows_under_bundled_ids(held_ids)
        now = self.editorial_digests(agency_rows, coverage_rows, agreement_rows)
        covered: dict[str, list[Row]] = defaultdict(list)
        for row in coverages:
            covered[row["agency"]].append(row)
        for row in bundled:
            key = ("agencies", row["public_id"])
            agency = found.get(row["public_id"])
            if agency and self.may_take(key, wanted[key], now.get(key)):
                self.take_agency(row, agency, covered[row["public_id"]], found)
        for row in agreements:
            key = ("agreements", f"{row['agency']} {row['program_model']}")
            agency = found.get(row["agency"])
            if agency and self.may_take(key, wanted[key], now.get(key)):
                agreement = Agreement.objects.filter(agency=agency, program_model=row["program_model"]).first()
                if agreement:
                    agreement.ended_on = day_in(row["ended_on"])
                    agreement.ended_source = self.sources[row["ended_source"]] if row["ended_source"] else None
                    agreement.save()
        self.digests |= wanted

    def may_take(self, key: tuple[str, str], wanted: str, now: str | None) -> bool:
        """Whether the bundle chose something else than before, and nobody here chose otherwise."""
        known = self.ledger[key[0]].get(key[1], NOTHING_CHOSEN[key[0]])
        if wanted in (now, known):
            return False
        if now == known:
            return True
        self.done.left.append(": ".join(key))
        return False

    def take_agency(self, row: Row, agency: Agency, covered: Iterable[Row], found: Mapping[str, Agency]) -> None:
        agency.name_is_editors = row["name_is_editors"] == "1"
        if agency.name_is_editors:
            agency.name = row["name"]
        agency.placement_is_editors = row["placement_is_editors"] == "1"
        if agency.placement_is_editors:
            agency.kind, agency.placement = row["kind"], row["placement"]
            agency.placement_reason = row["placement_reason"]
            agency.printed_county_id = row["printed_county"] or None
            agency.coverages.all().delete()
            Coverage.objects.bulk_create(self.coverage(one, agency) for one in covered)
        agency.save()

    def editorial_digests(
        self, bundled: Iterable[Row], coverages: Iterable[Row], agreements: Iterable[Row]
    ) -> dict[tuple[str, str], str]:
        """What an editor chose of each agency and agreement; what is derived from the lists takes no part."""
        covered: dict[str, list] = defaultdict(list)
        for row in coverages:
            covered[row["agency"]].append([row[name] for name in ("jurisdiction", "extent", "why", "note", "source")])
        digests = {}
        for row in bundled:
            chosen = {}
            if row["name_is_editors"] == "1":
                chosen["name"] = row["name"]
            if row["placement_is_editors"] == "1":
                chosen |= {name: row[name] for name in ("kind", "placement", "placement_reason", "printed_county")}
                chosen["coverages"] = json.dumps(sorted(covered[row["public_id"]]))
            digests["agencies", row["public_id"]] = tables.row_digest(chosen)
        for row in agreements:
            chosen = {name: row[name] for name in ("ended_on", "ended_source")}
            digests["agreements", f"{row['agency']} {row['program_model']}"] = tables.row_digest(chosen)
        return digests


NOTHING_CHOSEN = {
    "agencies": tables.row_digest({}),
    "agreements": tables.row_digest({"ended_on": "", "ended_source": ""}),
}
"""What `editorial_digests` gives for a record of which no editor chose anything."""


def _rows_under_bundled_ids(public_ids: Mapping[int, str]) -> tuple[list[Row], list[Row], list[Row]]:
    """The database's agencies, coverages and agreements as the bundle would write them, under the bundle's ids."""
    bundled = {agency.public_id: public_ids[agency.pk] for agency in Agency.objects.filter(pk__in=public_ids)}

    def written(rows: Iterable[dict], name: str) -> list[Row]:
        found = []
        for row in rows:
            if row[name] in bundled:
                row = {column: tables.as_text(value) for column, value in row.items()}
                row[name] = bundled[row[name]]
                found.append(row)
        return found

    return (
        written(export.agency_rows(), "public_id"),
        written(export.coverage_rows(), "agency"),
        written(export.agreement_rows(), "agency"),
    )


def _snapshot(row: Row) -> Snapshot:
    return Snapshot(
        sha256=row["sha256"],
        kind=row["kind"],
        published_on=day_in(row["published_on"]),
        half=row["half"],
        position=int(row["position"]),
        file_name=row["file_name"],
        worksheet=row["worksheet"],
        columns=json.loads(row["columns"]),
        rows=[],
    )


def _full_source_key(row: Row) -> str:
    return f"{row['retrieved_on']} {row['url']} {row['title']}"


def _source_key(row: Row) -> str:
    return _ledger_key(_full_source_key(row))


def _verdict_key(row: Row) -> str:
    return _ledger_key(" | ".join(row[name] for name in ("answer", "state", "name", "other_state", "other_name")))


def _correction_key(row: Row) -> str:
    return _ledger_key(" | ".join(row[name] for name in ("state", "agency", "program_model", "field", "wrong")))


def _ledger_key(name: str) -> str:
    """A record's name as the ledger can hold it: two long ones that begin alike stay two."""
    return name if len(name) <= 200 else f"{name[:160]} {hashlib.sha256(name.encode()).hexdigest()[:32]}"
