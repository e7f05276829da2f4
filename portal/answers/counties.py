"""What stands on ICE's list for each county on a day, and for each state: what the maps draw and their tables say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from django.db import connection
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.programs import PLAIN_NAMES, by_model
from agreements.statistics import covered_counties
from jurisdictions.models import Agency, DataVersion

STREET = "TFM"
JAIL = frozenset({"JEM", "WSO"})


class Shade(StrEnum):
    """How a county is drawn: by the kinds of agreement of its own agencies and of those in it.

    Agencies of the whole state are told apart, since they work in every county. The order is that of legends.
    """

    STREET_AND_JAIL = "b"
    STREET = "s"
    JAIL = "j"
    OTHER = "o"
    QUESTION = "q"
    NONE = "n"

    @property
    def label(self) -> str:
        return str(SHADE_LABELS[self])


SHADE_LABELS = {
    Shade.STREET_AND_JAIL: _("Street and jail agreements"),
    Shade.STREET: _("Street agreements only"),
    Shade.JAIL: _("Jail agreements only"),
    Shade.OTHER: _("Only another kind of agreement"),
    Shade.QUESTION: _("Not certain: an agency that may be here"),
    Shade.NONE: _("No local agency on the list"),
}


def shade_of(models: Iterable[str], *, in_question: bool = False) -> Shade:
    """A model that is new to us counts as another kind; what is not certain is never drawn as none."""
    found = frozenset(models)
    street, jail = STREET in found, bool(JAIL & found)
    if street or jail:
        return Shade.STREET_AND_JAIL if street and jail else Shade.STREET if street else Shade.JAIL
    if found:
        return Shade.OTHER
    return Shade.QUESTION if in_question else Shade.NONE


@dataclass(frozen=True, slots=True)
class InCounty:
    """Agencies on the list that reach a county from within, by the rule of its page."""

    own: int = 0
    """They cover the whole county: the sheriff, the jail."""
    inside: int = 0
    """Cities, towns, precincts and campuses in it."""
    models: tuple[str, ...] = ()
    in_question: int = 0
    """ICE prints the county for them, and we are not certain of their area. They count nowhere else."""

    @property
    def agencies(self) -> int:
        return self.own + self.inside

    @property
    def shade(self) -> Shade:
        return shade_of(self.models, in_question=bool(self.in_question))


EMPTY_COUNTY = InCounty()


@dataclass(frozen=True, slots=True)
class Listed:
    """An agency on the list and the models of its agreements there, in the order of pages."""

    agency: Agency
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InState:
    """Agencies of a state on the list, and what they signed."""

    agencies: int = 0
    models: Mapping[str, int] = field(default_factory=dict)
    """Agreements by model."""
    statewide: tuple[Listed, ...] = ()
    """Agencies that work in all of the state, by name."""
    in_question: tuple[Listed, ...] = ()
    """Agencies whose area is not certain, by name."""

    @property
    def agreements(self) -> int:
        return sum(self.models.values())

    @property
    def other_models(self) -> int:
        """Agreements of models that are new to us."""
        return sum(count for model, count in self.models.items() if model not in PLAIN_NAMES)

    @property
    def statewide_shade(self) -> Shade:
        return shade_of(model for each in self.statewide for model in each.models)

    @property
    def statewide_is_on_the_street(self) -> bool:
        return self.statewide_shade in (Shade.STREET, Shade.STREET_AND_JAIL)


EMPTY_STATE = InState()


@dataclass(frozen=True, slots=True)
class Country:
    """The list of a day by county and by state. Counties and states without an agency on it are left out."""

    counties: Mapping[str, InCounty]
    """By the county's GEOID."""
    states: Mapping[str, InState]
    """By the state's GEOID."""

    def county(self, geoid: str) -> InCounty:
        return self.counties.get(geoid, EMPTY_COUNTY)

    def state(self, geoid: str) -> InState:
        return self.states.get(geoid, EMPTY_STATE)

    @property
    def agencies(self) -> int:
        return sum(state.agencies for state in self.states.values())

    @property
    def agreements(self) -> int:
        return sum(state.agreements for state in self.states.values())

    @property
    def models(self) -> dict[str, int]:
        """Agreements by model, in the order of pages."""
        total = sum((Counter(state.models) for state in self.states.values()), Counter())
        return {model: total[model] for model in sorted(total, key=by_model)}

    @classmethod
    def read(cls, day: date) -> Country:
        """Four queries, whatever the number of agencies."""
        models: dict[int, list[str]] = defaultdict(list)
        for agency, model in Agreement.objects.listed_on(day).order_by().values_list("agency", "program_model"):
            models[agency].append(model)
        agencies = Agency.objects.filter(agreements__in=Agreement.objects.listed_on(day)).distinct()
        agencies = agencies.select_related("printed_county").only(
            "public_id", "name", "kind", "state", "placement", "printed_county__kind", "printed_county__name"
        )
        listed = {
            agency.pk: Listed(agency, tuple(sorted(models[agency.pk], key=by_model)))
            for agency in agencies.order_by("name", "public_id")
        }
        return cls(_by_county(listed), _by_state(listed))

    @classmethod
    def of(cls, version: DataVersion, day: date) -> Country:
        """As of a version of the facts; held in memory for the days that were asked for last."""
        if not version.number:
            return cls.read(day)
        return _held(str(connection.settings_dict["NAME"]), version.number, version.changed_at, day)


@lru_cache(maxsize=8)
def _held(database: str, number: int, changed_at: datetime, day: date) -> Country:
    return Country.read(day)


def _by_county(listed: Mapping[int, Listed]) -> dict[str, InCounty]:
    own: dict[str, set[int]] = defaultdict(set)
    inside: dict[str, set[int]] = defaultdict(set)
    question: dict[str, int] = Counter(
        each.agency.printed_county_id for each in listed.values() if each.agency.is_in_question
    )
    question.pop(None, None)
    for number, covered in covered_counties().items():
        if number in listed:
            for county in covered.own:
                own[county].add(number)
            for county in covered.inside:
                inside[county].add(number)
    return {
        county: InCounty(
            own=len(own[county]),
            inside=len(inside[county] - own[county]),
            models=tuple(
                sorted(
                    {model for number in own[county] | inside[county] for model in listed[number].models}, key=by_model
                )
            ),
            in_question=question.get(county, 0),
        )
        for county in own.keys() | inside.keys() | question.keys()
    }


def _by_state(listed: Mapping[int, Listed]) -> dict[str, InState]:
    members: dict[str, list[Listed]] = defaultdict(list)
    for each in listed.values():
        members[each.agency.state_id].append(each)
    return {
        state: InState(
            agencies=len(own),
            models=Counter(model for each in own for model in each.models),
            statewide=tuple(each for each in own if each.agency.is_statewide),
            in_question=tuple(each for each in own if each.agency.is_in_question),
        )
        for state, own in members.items()
    }
