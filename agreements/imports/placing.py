"""Where the agencies of a list are: the rules of `jurisdictions.placement` over the loaded geography and decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from agreements.models import Verdict
from jurisdictions.gazetteer import Gazetteer
from jurisdictions.models import BundledRecord, Jurisdiction, Source
from jurisdictions.names import fold
from jurisdictions.placement import IN_QUESTION, Covered, SpecialAgency, load_special, place, printed_county, same_area

from .derive import Run


@dataclass(frozen=True, slots=True)
class Placed:
    """Values for an Agency (`fields`) and for each of its Coverages."""

    fields: dict[str, object]
    coverages: tuple[dict[str, object], ...]


class Geography:
    """The gazetteers of the states asked about so far, and which of their names are of one area."""

    def __init__(self):
        self._gazetteers: dict[str, Gazetteer] = {}
        self._same_area: dict[tuple[str, str, str], bool | None] = {}

    def gazetteer(self, state: str) -> Gazetteer:
        self.prepare([state])
        return self._gazetteers[state]

    def prepare(self, states: Iterable[str]) -> None:
        """Read the geography of several states at once."""
        if missing := sorted(set(states) - self._gazetteers.keys()):
            self._gazetteers |= dict.fromkeys(missing, Gazetteer.from_database(missing))

    def same_area(self, state: str, name: str, other: str) -> bool | None:
        """Whether two names are of one area of a state; None if that is not known."""
        key = (state, name, other)
        if key not in self._same_area:
            self._same_area[key] = same_area(state, name, other, self.gazetteer(state))
        return self._same_area[key]


@lru_cache(maxsize=1)
def _geography(digest: str) -> Geography:
    """Read once in a process for each edition of the reference geography."""
    return Geography()


class Placer:
    """Places agencies of any state by their names, ICE's counties, and people's decisions."""

    def __init__(self, geography: Geography, decisions: Iterable[Verdict] = ()):
        self.geography = geography
        self._states = dict(Jurisdiction.objects.states().values_list("usps", "pk"))
        self._decided = {(verdict.state, fold(verdict.name)): verdict for verdict in decisions}
        self._sources: dict[str, Source] = {}

    @classmethod
    def from_database(cls) -> Placer:
        """With the loaded geography and the decisions that people took on where an agency is."""
        edition = BundledRecord.objects.filter(table="geography").values_list("digest", flat=True).first()
        decisions = Verdict.objects.filter(answer=Verdict.Answer.PLACED).order_by("pk")
        return cls(_geography(edition) if edition else Geography(), decisions)

    def same_area(self, state: str, name: str, other: str) -> bool | None:
        return self.geography.same_area(state, name, other)

    def prepare(self, states: Iterable[str]) -> None:
        """Read the geography of several states at once."""
        self.geography.prepare(states)

    def basis(self, rows: Sequence[Run]) -> str:
        """Names all that `place` goes by: while it is the same, so is the answer."""
        newest, counties = rows[0], _counties(rows)
        decision = self._decided.get((newest.state, fold(newest.name)))
        said = (newest.state, newest.name, newest.agency_type, *counties)
        decided = (decision.placement, decision.agency_kind, decision.places, decision.reason) if decision else ()
        return hashlib.blake2b(repr((said, decided)).encode(), digest_size=8).hexdigest()

    def place(self, rows: Sequence[Run]) -> Placed:
        """Where the agency of these rows is. They come newest first: the first gives name and type."""
        newest, counties = rows[0], _counties(rows)
        gazetteer = self.geography.gazetteer(newest.state)
        county = next(filter(None, (printed_county(text, newest.state, gazetteer) for text in counties)), None)
        about = {"state_id": self._states[newest.state], "printed_county_id": county and county.canonical}
        if decision := self._decided.get((newest.state, fold(newest.name))):
            return self._as_decided(decision, about)
        placed = place(
            newest.name,
            agency_type=newest.agency_type,
            counties_printed=counties,
            state=newest.state,
            gazetteer=gazetteer,
        )
        about |= {"kind": placed.kind, "placement": placed.status, "placement_reason": placed.reason[:300]}
        return Placed(about, tuple(self._coverage(covered) for covered in placed.coverages))

    def _as_decided(self, decision: Verdict, about: dict[str, object]) -> Placed:
        about |= {
            "kind": decision.agency_kind,
            "placement": decision.placement,
            "placement_reason": decision.reason[:300],
        }
        if decision.placement == IN_QUESTION:
            return Placed(about, ())
        coverages = tuple(
            {
                "jurisdiction_id": geoid,
                "extent": extent,
                "why": "editor",
                "note": "",
                "source_id": decision.source_id,
            }
            for geoid, extent in decision.places
        )
        return Placed(about, coverages)

    def _coverage(self, covered: Covered) -> dict[str, object]:
        source = self._source(covered.source_url) if covered.source_url else None
        return {
            "jurisdiction_id": covered.geoid,
            "extent": covered.extent,
            "why": covered.why,
            "note": covered.note[:300],
            "source_id": source and source.pk,
        }

    def _source(self, url: str) -> Source:
        """The record of a special agency's source, made when it is first needed."""
        if url not in self._sources:
            named = next(agency for agency in load_special().values() if agency.source_url == url)
            self._sources[url] = _recorded(named)
        return self._sources[url]


def _counties(rows: Sequence[Run]) -> list[str]:
    """The counties that ICE printed for the agency, the newest first."""
    return list(dict.fromkeys(run.county for run in rows if run.county and run.state == rows[0].state))


def _recorded(agency: SpecialAgency) -> Source:
    source, _made = Source.objects.get_or_create(
        url=agency.source_url,
        title=agency.source_title,
        retrieved_on=date.fromisoformat(agency.read_on),
        defaults={"publisher": agency.source_publisher},
    )
    return source
