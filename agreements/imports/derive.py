"""What follows from the lists we hold: an agreement's status on each day, and what changed for an agency. Pure.

The definitions are the design's, word for word, in `standing_on`. `standings` only finds the days on which that answer
can change and asks it there, so what is stored is never another truth than what is defined.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

PENDING_COUNTS_FOR = timedelta(days=60)
ABSENT_LISTS = 3
ABSENT_FOR = timedelta(days=14)
RE_SIGNED_AFTER = timedelta(days=31)
FIRST_AGREEMENT_POSSIBLE = date(1996, 9, 30)  # the day section 287(g) became law


@dataclass(frozen=True, slots=True)
class ListPoint:
    """A list we hold, as a point on its series' line."""

    id: int
    kind: str
    position: int
    published_on: date
    sha256: str = ""


class Series:
    """The lists of one kind in order. Of two published on one day only the later counts."""

    def __init__(self, points: Iterable[ListPoint]):
        by_day: dict[date, ListPoint] = {}
        self.day_of: dict[int, date] = {}
        for point in sorted(points, key=lambda point: point.position):
            by_day[point.published_on] = point
            self.day_of[point.position] = point.published_on
        self.points = [by_day[day] for day in sorted(by_day)]
        self.days = [point.published_on for point in self.points]
        self.positions = [point.position for point in self.points]

    def newest_on(self, day: date) -> int | None:
        """Index of the newest list published on or before `day`."""
        index = bisect_right(self.days, day) - 1
        return index if index >= 0 else None

    def span(self, first_position: int, last_position: int) -> range:
        """Indexes of the counting lists from one position to another, both included."""
        return range(bisect_left(self.positions, first_position), bisect_right(self.positions, last_position))


@dataclass(frozen=True, slots=True)
class Run:
    """A listing: one printed row over consecutive lists of one kind."""

    id: int
    kind: str
    first_position: int
    last_position: int
    program_model: str = ""
    name: str = ""
    state: str = ""
    agency_type: str = ""
    county: str = ""
    signed_on: date | None = None
    moa_url: str = ""
    addendum_url: str = ""
    digest: str = ""
    match_reason: str = ""

    def signed_by(self, day: date) -> date | None:
        """The signing date, if it can be trusted on a list of `day`: never later than the list, nor before the law."""
        if self.signed_on and FIRST_AGREEMENT_POSSIBLE <= self.signed_on <= day:
            return self.signed_on
        return None


@dataclass(frozen=True, slots=True)
class StandingFact:
    """An agreement's status over [starts_on, ends_on); fields as the model Standing."""

    status: str
    since: date
    listing: int
    last_listed_on: date | None = None
    signed_on: date | None = None
    moa_url: str = ""
    addendum_url: str = ""
    starts_on: date = date.min
    ends_on: date | None = None

    def holds_from(self, starts_on: date, ends_on: date | None) -> StandingFact:
        return StandingFact(
            self.status,
            self.since,
            self.listing,
            self.last_listed_on,
            self.signed_on,
            self.moa_url,
            self.addendum_url,
            starts_on,
            ends_on,
        )


class Presence:
    """On which lists of one series an agreement is printed, and by which row."""

    def __init__(self, series: Series, runs: Iterable[Run]):
        self.series = series
        self.rows: dict[int, list[Run]] = {}
        for run in runs:
            for index in series.span(run.first_position, run.last_position):
                self.rows.setdefault(index, []).append(run)
        self.indexes = sorted(self.rows)

    def __bool__(self):
        return bool(self.indexes)

    def last_seen(self, index: int) -> int | None:
        """The newest list up to `index` that prints the agreement."""
        at = bisect_right(self.indexes, index) - 1
        return self.indexes[at] if at >= 0 else None

    def began(self, index: int) -> int:
        """The first of the consecutive lists up to `index` that all print it."""
        while index - 1 in self.rows:
            index -= 1
        return index

    def row(self, index: int) -> Run:
        """The row that speaks for the agreement on a list; where it is printed twice, the later signing."""
        day = self.series.days[index]
        return max(
            self.rows[index], key=lambda run: (run.signed_by(day) or date.min, bool(run.moa_url), run.digest, run.id)
        )

    def turns(self) -> Iterable[int]:
        """Indexes of lists on which presence or the printed row may differ from the list before."""
        for index in self.indexes:
            rows = self.rows[index]
            if index - 1 not in self.rows or self.rows[index - 1] != rows:
                yield index
            elif any(run.signed_on and run.signed_on > self.series.days[index - 1] for run in rows):
                yield index  # a signing date becomes credible
            if index + 1 not in self.rows and index + 1 < len(self.series.days):
                yield index + 1


def gone_for_good(series: Series, absent_from: int, index: int) -> bool:
    """Absent from every list since `absent_from`: at least three, the first and last at least 14 days apart."""
    days = series.days
    return index - absent_from + 1 >= ABSENT_LISTS and days[index] - days[absent_from] >= ABSENT_FOR


def gone_for_good_at(series: Series, absent_from: int) -> int | None:
    """Index of the list that turns `missing` into `no longer listed`, if we hold it."""
    for index in range(absent_from + ABSENT_LISTS - 1, len(series.days)):
        if gone_for_good(series, absent_from, index):
            return index
    return None


def standing_on(day: date, listed: Presence, pending: Presence, ended_on: date | None = None) -> StandingFact | None:
    """The agreement's status on `day`, from the lists published by then; None if it was not known by then."""
    newest = listed.series.newest_on(day)
    seen = listed.last_seen(newest) if newest is not None else None
    awaited = _pending_on(day, pending)

    if seen is not None:
        row, seen_on = listed.row(seen), listed.series.days[seen]
        began_on = listed.series.days[listed.began(seen)]
        proof = {
            "listing": row.id,
            "signed_on": row.signed_by(seen_on),
            "moa_url": row.moa_url,
            "addendum_url": row.addendum_url,
        }
        # A source's end holds until a later list shows the agreement anew.
        if ended_on and ended_on <= day and began_on <= ended_on:
            return StandingFact("ended", ended_on, last_listed_on=None if seen == newest else seen_on, **proof)
        if seen == newest:
            return StandingFact("listed", began_on, **proof)
        absent_from = seen + 1
        since = listed.series.days[absent_from]
        if not gone_for_good(listed.series, absent_from, newest):
            return StandingFact("missing", since, last_listed_on=seen_on, **proof)
        if awaited and awaited.status == "pending":
            return awaited
        return StandingFact("no_longer_listed", since, last_listed_on=seen_on, **proof)
    if ended_on and ended_on <= day and (listed or pending):
        row = awaited.listing if awaited else (listed or pending).row((listed or pending).indexes[0]).id
        return StandingFact("ended", ended_on, row)
    return awaited


def _pending_on(day: date, pending: Presence) -> StandingFact | None:
    """Pending, or no longer so, from the pending lists alone."""
    newest = pending.series.newest_on(day)
    seen = pending.last_seen(newest) if newest is not None else None
    if seen is None:
        return None
    days = pending.series.days
    row = pending.row(seen)
    if seen == newest and day - days[newest] <= PENDING_COUNTS_FOR:
        return StandingFact("pending", days[pending.began(seen)], row.id)
    expired_on = days[seen] + PENDING_COUNTS_FOR + timedelta(days=1)
    off_the_list_on = days[seen + 1] if seen < newest else expired_on
    return StandingFact("no_longer_pending", min(expired_on, off_the_list_on), row.id)


def standings(runs: Sequence[Run], series: Mapping[str, Series], ended_on: date | None = None) -> list[StandingFact]:
    """An agreement's statuses through time, in order, each over [starts_on, ends_on), the last one open."""
    listed = Presence(series["participating"], (run for run in runs if run.kind == "participating"))
    pending = Presence(series["pending"], (run for run in runs if run.kind == "pending"))
    days = {listed.series.days[index] for index in listed.turns()}
    days |= {pending.series.days[index] for index in pending.turns()}
    for index in listed.indexes:
        if index + 1 not in listed.rows and index + 1 < len(listed.series.days):
            decisive = gone_for_good_at(listed.series, index + 1)
            if decisive is not None:
                days.add(listed.series.days[decisive])
    for index in pending.indexes:
        # Each pending list that shows it makes it pending for sixty days, also after a longer silence.
        days |= {pending.series.days[index], pending.series.days[index] + PENDING_COUNTS_FOR + timedelta(days=1)}
    if ended_on:
        days.add(ended_on)

    facts: list[tuple[date, StandingFact]] = []
    for day in sorted(days):
        fact = standing_on(day, listed, pending, ended_on)
        if fact and (not facts or facts[-1][1] != fact):
            facts.append((day, fact))
    ends = [*(day for day, _fact in facts[1:]), None]
    return [fact.holds_from(day, end) for (day, fact), end in zip(facts, ends, strict=False)]


@dataclass(frozen=True, slots=True)
class EventFact:
    """Something that changed for an agency; fields as the model ChangeEvent."""

    kind: str
    seen_on: date
    program_model: str = ""
    snapshot: int | None = None
    sha256: str = ""
    took_effect_on: date | None = None
    origin: str = "ice_list"
    before: dict = field(default_factory=dict, hash=False)
    after: dict = field(default_factory=dict, hash=False)

    def key(self, agency_public_id: str) -> str:
        """The event's name in its address: the same whenever and wherever it is derived for this agency."""
        identity = (agency_public_id, self.kind, self.program_model, self.sha256, self.seen_on.isoformat())
        return hashlib.blake2b("|".join(identity).encode(), digest_size=6).hexdigest()


def agency_events(
    runs: Sequence[Run], series: Mapping[str, Series], ended: Mapping[str, date] | None = None
) -> list[EventFact]:
    """What changed for one agency from list to list, in order. A series begins with its first list: no event there."""
    listed_series, pending_series = series["participating"], series["pending"]
    by_model: dict[str, list[Run]] = {}
    for run in runs:
        by_model.setdefault(run.program_model, []).append(run)
    listed = {
        model: Presence(listed_series, [run for run in rows if run.kind == "participating"])
        for model, rows in by_model.items()
    }
    pending = {
        model: Presence(pending_series, [run for run in rows if run.kind == "pending"])
        for model, rows in by_model.items()
    }
    events = [
        *_listing_events(listed_series, listed),
        *_pending_events(pending_series, pending, listed),
        *_rename_events(series, runs),
    ]
    for model, ended_on in (ended or {}).items():
        events.append(EventFact("ended", ended_on, model, took_effect_on=ended_on, origin="source"))
    return sorted(events, key=lambda event: (event.seen_on, event.kind, event.program_model))


def _listing_events(series: Series, listed: Mapping[str, Presence]) -> Iterable[EventFact]:
    turns = sorted({index for presence in listed.values() for index in presence.turns()} - {0})
    for index in turns:
        point = series.points[index]
        about = {"seen_on": point.published_on, "snapshot": point.id, "sha256": point.sha256}
        before = {model for model, presence in listed.items() if index - 1 in presence.rows}
        after = {model for model, presence in listed.items() if index in presence.rows}
        lost, gained = sorted(before - after), sorted(after - before)
        for left, joined in zip(lost, gained, strict=False):
            signed_on = listed[joined].row(index).signed_by(point.published_on)
            yield EventFact(
                "model_switched",
                **about,
                program_model=joined,
                took_effect_on=signed_on,
                before={"program_model": left},
                after={"program_model": joined},
            )
        switched = min(len(lost), len(gained))
        for model in gained[switched:]:
            returned = listed[model].indexes[0] < index
            kind = "back" if returned else "model_added" if before else "appeared"
            signed_on = listed[model].row(index).signed_by(point.published_on)
            yield EventFact(
                kind, **about, program_model=model, took_effect_on=signed_on, after=_printed(listed[model], index)
            )
        for model in lost[switched:]:
            kind = "model_dropped" if after else "missing"
            yield EventFact(kind, **about, program_model=model, before=_printed(listed[model], index - 1))
        for model in sorted(before & after):
            yield from _row_events(listed[model], index, model, about)
    for model, presence in sorted(listed.items()):
        for index in presence.indexes:
            if index + 1 in presence.rows or index + 1 >= len(series.days):
                continue
            decisive = gone_for_good_at(series, index + 1)
            # A return before the decisive list means that it never was gone for good.
            if decisive is None or any(index + 1 < later <= decisive for later in presence.indexes):
                continue
            point = series.points[decisive]
            yield EventFact(
                "no_longer_listed",
                point.published_on,
                model,
                point.id,
                point.sha256,
                took_effect_on=series.days[index + 1],
                before=_printed(presence, index),
            )


def _printed(presence: Presence, index: int) -> dict:
    row = presence.row(index)
    signed_on = row.signed_by(presence.series.days[index])
    return {"name": row.name, "signed_on": signed_on.isoformat() if signed_on else None, "moa_url": row.moa_url}


def _row_events(presence: Presence, index: int, model: str, about: dict) -> Iterable[EventFact]:
    """What ICE changed in the row of an agreement that stays listed."""
    old, new = presence.row(index - 1), presence.row(index)
    old_signed, new_signed = old.signed_by(presence.series.days[index - 1]), new.signed_by(presence.series.days[index])
    if old_signed != new_signed:
        moved = abs(new_signed - old_signed) if old_signed and new_signed else timedelta(0)
        yield EventFact(
            "re_signed" if moved > RE_SIGNED_AFTER and new_signed > old_signed else "date_changed",
            **about,
            program_model=model,
            took_effect_on=new_signed,
            before={"signed_on": old_signed and old_signed.isoformat()},
            after={"signed_on": new_signed and new_signed.isoformat()},
        )
    for kind, names in (
        ("type_changed", ("agency_type",)),
        ("county_changed", ("county",)),
        ("link_changed", ("moa_url", "addendum_url")),
    ):
        before = {name: getattr(old, name) for name in names}
        after = {name: getattr(new, name) for name in names}
        if before != after:
            yield EventFact(kind, **about, program_model=model, before=before, after=after)


def _pending_events(
    series: Series, pending: Mapping[str, Presence], listed: Mapping[str, Presence]
) -> Iterable[EventFact]:
    for model, presence in sorted(pending.items()):
        for index in sorted(set(presence.turns()) - {0}):
            was, now = index - 1 in presence.rows, index in presence.rows
            point = series.points[index]
            newest = listed[model].series.newest_on(point.published_on)
            on_the_list = newest is not None and newest in listed[model].rows
            if was == now or on_the_list:
                continue
            name = presence.row(index if now else index - 1).name
            kind = "pending" if now else "no_longer_pending"
            yield EventFact(
                kind,
                point.published_on,
                model,
                point.id,
                point.sha256,
                **{"after" if now else "before": {"name": name}},
            )


def _rename_events(series: Mapping[str, Series], runs: Sequence[Run]) -> Iterable[EventFact]:
    """A list that prints the agency under none of the names of the list before it."""
    for kind, line in series.items():
        names: dict[int, set[str]] = {}
        for run in runs:
            if run.kind == kind:
                for index in line.span(run.first_position, run.last_position):
                    names.setdefault(index, set()).add(run.name)
        seen = sorted(names)
        for earlier, later in pairwise(seen):
            if names[earlier] == names[later] or names[earlier] & names[later]:
                continue
            point = line.points[later]
            yield EventFact(
                "renamed",
                point.published_on,
                "" if kind == "participating" else kind,
                point.id,
                point.sha256,
                before={"name": min(names[earlier])},
                after={"name": min(names[later])},
            )


@dataclass(frozen=True, slots=True)
class Spelling:
    """A printed name of an agency and the first and last day that a list shows it."""

    state: str
    name: str
    first_printed_on: date
    last_printed_on: date
    reason: str


def spellings(runs: Iterable[Run], series: Mapping[str, Series]) -> list[Spelling]:
    """Each printed name of an agency, in the order in which it first appeared."""
    found: dict[tuple[str, str], list] = {}
    for run in sorted(runs, key=lambda run: (run.first_position, run.kind, run.digest)):
        first = series[run.kind].day_of[run.first_position]
        last = series[run.kind].day_of[run.last_position]
        known = found.setdefault((run.state, run.name), [first, last, run.match_reason])
        known[0], known[1] = min(known[0], first), max(known[1], last)
    return [Spelling(state, name, first, last, reason) for (state, name), (first, last, reason) in found.items()]


def newest_first(runs: Iterable[Run], series: Mapping[str, Series]) -> list[Run]:
    """An agency's rows, those first that a newest list still prints, participating before pending. The first names it.

    The order changes only as a row begins or stops: rows that go on keep their rank while lists come and go. Of names
    printed side by side the one that came later leads, also where a list prints every row anew (a column more).
    """
    runs = list(runs)
    named: dict[str, int] = {}
    for run in runs:
        named[run.name] = min(named.get(run.name, run.first_position), run.first_position)

    def rank(run: Run):
        line = series[run.kind]
        stands = bool(line.positions) and run.last_position >= line.positions[-1]
        participating = run.kind == "participating"
        last = 0 if stands else run.last_position
        return stands, stands and participating, last, participating, run.first_position, named[run.name], run.digest

    return sorted(runs, key=rank, reverse=True)
