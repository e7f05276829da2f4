"""The ledger of public ids that were given up, so that no address ever stops answering.

An agency or agreement that loses its rows, by a merge or because a list is withdrawn, leaves its id here with the
printed names that it had. The id leads to whoever prints those names today; it says "gone" while nobody does. Where a
record of these names comes again, it takes the id back, and with it what editors had chosen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from agreements.models import Agreement, AgreementCitation, AgreementFormerId, ChangeEvent
from jurisdictions.models import Agency, AgencyFormerId, Coverage, FormerId, Source
from jurisdictions.names import fold

Name = tuple[str, str]
"""State (USPS) and folded name."""


class Ledger:
    """The ids given up, with what is asked of them while lists are folded."""

    def __init__(self):
        self.agencies = list(AgencyFormerId.objects.order_by("pk"))
        self.agreements = list(AgreementFormerId.objects.order_by("pk"))
        self.taken_back: dict[int, FormerId] = {}  # by identity: one that is not written yet has no other
        self._indexes: dict[type[FormerId], dict[Name, list]] = {}
        self.ended_agencies: dict[int, AgencyFormerId] = {}
        self.ended_agreements: dict[int, AgreementFormerId] = {}

    def borrowed(self) -> dict[int, set[Name]]:
        """For each agency the names that it has from those that ended in it: not its own, should they part again."""
        found: dict[int, set[Name]] = defaultdict(set)
        for former in self.agencies:
            if former.agency_id:
                found[former.agency_id] |= names_of(former)
        return found

    def take_back_agency(self, names: set[Name]) -> AgencyFormerId | None:
        """The id of an agency that had most of these names, which leaves the ledger."""
        return self._take_back(self._alike(AgencyFormerId, self.agencies, names), names)

    def take_back_agreement(self, names: set[Name], program_model: str) -> AgreementFormerId | None:
        """The id of the agreement of this model that an agency of these names had, which leaves the ledger."""
        alike = self._alike(AgreementFormerId, self.agreements, names)
        return self._take_back([former for former in alike if former.program_model == program_model], names)

    def _alike(self, model: type[FormerId], entries: list, names: set[Name]) -> list:
        """The entries that have one of the names and were not taken back yet."""
        if model not in self._indexes:
            self._indexes[model] = defaultdict(list)
            for former in entries:
                for name in names_of(former):
                    self._indexes[model][name].append(former)
        found = {id(former): former for name in names for former in self._indexes[model].get(name, ())}
        return [former for key, former in found.items() if key not in self.taken_back]

    def _take_back(self, alike: list, names: set[Name]):
        if not alike:
            return None
        # Of two the one with more of the names; of equals a record's own id before one that only led to it.
        former = max(alike, key=lambda one: (len(names_of(one) & names), bool(one.was), one.pk or 0))
        self.taken_back[id(former)] = former
        return former

    # -- Giving up ----------------------------------------------------------------------------------------------------

    def give_up_agencies(self, lost: Iterable[int], names: Mapping[int, set[Name]]) -> None:
        """Enter agencies that have lost their rows. `names` are those that each had, by its pk."""
        rows = Agency.objects.filter(pk__in=list(lost)).select_related("state").order_by("pk")
        for agency in rows.prefetch_related("coverages__source"):
            own = names.get(agency.pk) or {(agency.state.usps, fold(agency.name))}
            former = AgencyFormerId(public_id=agency.public_id, names=written(own), was=chosen_of_agency(agency))
            self.agencies.append(former)
            self._indexes.pop(AgencyFormerId, None)
            self.ended_agencies[agency.pk] = former

    def give_up_agreements(self, lost: Iterable[int], names: Mapping[int, set[Name]]) -> None:
        """As `give_up_agencies`, for agreements; `names` are those of their agencies, by the agency's pk."""
        rows = (
            Agreement.objects.filter(pk__in=list(lost)).select_related("agency__state", "ended_source").order_by("pk")
        )
        for agreement in rows.prefetch_related("citations__source"):
            agency = agreement.agency
            own = names.get(agency.pk) or {(agency.state.usps, fold(agency.name))}
            former = AgreementFormerId(
                public_id=agreement.public_id,
                program_model=agreement.program_model,
                names=written(own),
                was=chosen_of_agreement(agreement),
            )
            self.agreements.append(former)
            self._indexes.pop(AgreementFormerId, None)
            self.ended_agreements[agreement.pk] = former

    # -- Whom each id leads to ----------------------------------------------------------------------------------------

    def keep(self, agency_of: Callable[[Name], int | None], agreement_of: Callable[[int, str], int | None]) -> None:
        """Write the ledger: each id leads to the agency that prints its names now, and to that one's agreement.

        An id without names leads where it led, and on to the heir of that record should it have ended.
        """
        for model, field, entries, ended in (
            (AgencyFormerId, "agency_id", self.agencies, self.ended_agencies),
            (AgreementFormerId, "agreement_id", self.agreements, self.ended_agreements),
        ):
            taken_back = [former.pk for former in self.taken_back.values() if isinstance(former, model) and former.pk]
            model.objects.filter(pk__in=taken_back).delete()
            # Those with names first: the others may follow one of them.
            for former in sorted(entries, key=lambda former: not former.names):
                if id(former) in self.taken_back:
                    continue
                now = getattr(former, field)
                if former.names:
                    heir = self._heir(former, agency_of)
                    if heir and model is AgreementFormerId:
                        heir = agreement_of(heir, former.program_model)
                else:
                    heir = getattr(ended[now], field) if now in ended else now
                if former.pk is None or now != heir:
                    setattr(former, field, heir)
                    former.save()
        self.taken_back.clear()

    def _heir(self, former: FormerId, agency_of: Callable[[Name], int | None]) -> int | None:
        votes = Counter(agency for name in names_of(former) if (agency := agency_of(name)))
        return min(votes, key=lambda agency: (-votes[agency], agency)) if votes else None


def names_of(former: FormerId) -> set[Name]:
    return {(state, folded) for state, folded in former.names}


def written(names: Iterable[Name]) -> list[list[str]]:
    return [list(name) for name in sorted(names)]


# -- What editors had chosen ------------------------------------------------------------------------------------------


def chosen_of_agency(agency: Agency) -> dict:
    """What an editor chose of an agency, and under which number it was held, so that its history is found again."""
    was: dict = {"pk": agency.pk}
    if agency.name_is_editors:
        was["name"] = agency.name
    if agency.placement_is_editors:
        was["placement"] = {
            "kind": agency.kind,
            "placement": agency.placement,
            "placement_reason": agency.placement_reason,
            "printed_county_id": agency.printed_county_id,
        }
        was["coverages"] = [
            [one.jurisdiction_id, one.extent, one.why, one.note, _source(one.source)] for one in agency.coverages.all()
        ]
    return was


def chosen_of_agreement(agreement: Agreement) -> dict:
    """What editors wrote of an agreement: its end and its citations, with their sources."""
    was: dict = {"pk": agreement.pk}
    if agreement.ended_on:
        was["ended_on"] = agreement.ended_on.isoformat()
        was["ended_source"] = _source(agreement.ended_source)
    if citations := [[_source(one.source), one.field, one.page, one.quote] for one in agreement.citations.all()]:
        was["citations"] = citations
    return was


def agency_again(former: AgencyFormerId, agency: Agency, free: Callable[[int], bool]) -> list[Coverage]:
    """Give an agency that is being made its former id and what editors had chosen; returns its areas to write."""
    was = former.was
    agency.public_id = former.public_id
    if was.get("pk") and free(was["pk"]):
        agency.pk = was["pk"]
    if "name" in was:
        agency.name, agency.name_is_editors = was["name"], True
    if "placement" in was:
        agency.placement_is_editors = True
        for name, value in was["placement"].items():
            setattr(agency, name, value)
    return [
        Coverage(agency=agency, jurisdiction_id=geoid, extent=extent, why=why, note=note, source=_held(source))
        for geoid, extent, why, note, source in was.get("coverages", ())
    ]


def agreement_again(
    former: AgreementFormerId, agreement: Agreement, free: Callable[[int], bool]
) -> list[AgreementCitation]:
    """As `agency_again`, for an agreement; returns its citations to write."""
    was = former.was
    agreement.public_id = former.public_id
    if was.get("pk") and free(was["pk"]):
        agreement.pk = was["pk"]
    if source := _held(was.get("ended_source")):
        agreement.ended_on, agreement.ended_source = was["ended_on"], source
    return [
        AgreementCitation(agreement=agreement, source=source, field=field, page=page, quote=quote)
        for named, field, page, quote in was.get("citations", ())
        if (source := _held(named))
    ]


def _source(source: Source | None) -> list[str] | None:
    """A source as the ledger names it, in any database: address, title, day."""
    return source and [source.url, source.title, source.retrieved_on.isoformat()]


def _held(named: list[str] | None) -> Source | None:
    if not named:
        return None
    url, title, day = named
    return Source.objects.filter(url=url, title=title, retrieved_on=day).first()


def forget_merges(public_ids: Iterable[str]) -> None:
    """Drop the events that say of these agencies that they became another: they are records again."""
    ids = list(public_ids)
    if ids:
        ChangeEvent.objects.filter(kind=ChangeEvent.Kind.MERGED, before__public_id__in=ids).delete()
