"""What was found: areas and agencies, with what tells each from others of its name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jurisdictions.labels import area_name
from jurisdictions.models import Agency, AreaName, Jurisdiction

from .areas import Named, Rank
from .held import Names
from .words import squeezed

LONG = 8  # choices, more of which stand under the names of their states
SMALLEST_SHARE = 0.001  # of the addresses of a ZIP code, that we say as a number

KINDS = {
    ("county", "city"): gettext_lazy("Independent city, a county of its own"),
    ("county", "parish"): "",
    ("county", "borough"): "",
    ("county", "municipio"): "",
    ("place", "city"): gettext_lazy("City"),
    ("place", "town"): gettext_lazy("Town"),
    ("place", "village"): gettext_lazy("Village"),
    ("place", "borough"): gettext_lazy("Borough"),
    ("county_subdivision", "town"): gettext_lazy("Town"),
    ("county_subdivision", "township"): gettext_lazy("Township"),
    ("county_subdivision", "charter township"): gettext_lazy("Township"),
}
"""Kind and legal type of an area in a word; others go by their kind alone."""


class Problem(StrEnum):
    """Why nothing was found, so that the page can say what to do next."""

    BLANK = "blank"
    TOO_LONG = "too_long"
    ZIP_UNKNOWN = "zip_unknown"
    ZIP_NOT_COVERED = "zip_not_covered"
    NO_SUCH_AGENCY = "no_such_agency"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Hit:
    """An area or an agency that was asked for, and how it came to be an answer."""

    area: Jurisdiction | None = None
    agency: Agency | None = None
    other_name: AreaName | None = None  # the name that was typed, where it is no government's own
    counties: tuple[str, ...] = ()  # of a place or township as the Census prints them, to tell it from its namesakes
    share: float | None = None  # of the ZIP code's addresses, 0 to 1

    @property
    def state(self) -> Jurisdiction:
        if self.agency:
            return self.agency.state
        return self.area if self.area.is_state else self.area.state

    @property
    def kind(self) -> str:
        """What it is, in a word or two: "Town", "Independent city"; "" for a county, whose name says it."""
        if self.agency:
            return self.agency.get_kind_display()
        if self.area.is_county and self.area.legal_type in {"", "County"}:
            return ""
        return str(KINDS.get((self.area.kind, self.area.legal_type.lower()), self.area.get_kind_display()))

    @property
    def is_its_state(self) -> bool:
        """Whether its name is all there is to say: "Florida", "District of Columbia"."""
        return self.area is not None and self.area.full_name == self.state.name

    def get_absolute_url(self) -> str:
        """The address of its page, without a language prefix; a CDP's county says whose page it is."""
        if self.agency:
            return self.agency.get_absolute_url()
        path = self.area.get_absolute_url()
        return f"{path}?from={self.other_name.cdp_geoid}" if self.is_cdp else path

    @property
    def share_percent(self) -> str:
        """ "99.6", "<0.1" …; "" for what is no part of a ZIP code."""
        if self.share is None:
            return ""
        return f"{100 * self.share:.1f}".removesuffix(".0") if self.share >= SMALLEST_SHARE else "<0.1"

    @property
    def label(self) -> str:
        """Its name with the state: "Davie, Florida", "Catonsville in Baltimore County, Maryland"."""
        if self.agency:
            return f"{self.agency.name}, {self.state.name}"
        if self.is_cdp:
            return _("%(name)s in %(area)s, %(state)s") % {
                "name": self.other_name.name,
                "area": self.area.full_name,
                "state": self.state.name,
            }
        return self.area.name if self.is_its_state else f"{self.area.full_name}, {self.state.name}"

    @property
    def details(self) -> list[str]:
        """What tells it from others of its name: "Town in Broward County", "also called Dade", "105,691 people"."""
        if self.is_cdp:
            words = {"name": self.other_name.name, "area": self.area.full_name}
            if self.is_governing:
                return [_("%(name)s has no city government; %(area)s governs it") % words]
            return [_("%(name)s lies in %(area)s") % words]
        told = [self.kind]
        if self.counties:
            counties = ", ".join(area_name(county) for county in self.counties)
            told = [f"{self.kind} {_('in %(counties)s') % {'counties': counties}}".strip()]
        if self.other_name:
            told.append(_("also called %(name)s") % {"name": self.other_name.name})
        if self.area and self.area.population and self.share is None:
            told.append(_("%(people)s people") % {"people": f"{self.area.population:,}"})
        if self.share is not None:
            told.append(_("%(percent)s %% of the addresses") % {"percent": self.share_percent})
        return [each for each in told if each]

    @property
    def is_cdp(self) -> bool:
        """Whether the typed name is a place without a government of its own."""
        return bool(self.other_name and self.other_name.cdp_geoid)

    @property
    def is_governing(self) -> bool:
        """Whether we may say that the county governs the CDP: not where a town does, or nobody, or a city since."""
        return self.is_cdp and self.area.is_county and not self.other_name.note


@dataclass(frozen=True)
class Found:
    """What find() found: `hits`, the best first; if there are none, a `problem` and perhaps `suggestions`.

    `hit_count` is larger than len(hits) where only the most likely ones are given; `states` then are those among which
    a reader may choose.
    """

    asked: str = ""
    zip: str = ""
    post_office_city: str = ""
    hits: tuple[Hit, ...] = ()
    hit_count: int = 0
    states: tuple[Jurisdiction, ...] = ()
    problem: Problem | None = None
    suggestions: tuple[Hit, ...] = ()

    @property
    def only(self) -> Hit | None:
        """The one answer; None if there are several or none."""
        return self.hits[0] if len(self.hits) == self.hit_count == 1 else None

    @property
    def left_out(self) -> int:
        return self.hit_count - len(self.hits)

    @property
    def is_long(self) -> bool:
        """Whether the choices are easier to overlook state by state."""
        return len(self.hits) > LONG

    @cached_property
    def by_state(self) -> list[tuple[Jurisdiction, list[Hit]]]:
        """The areas of each state together, the state with the likeliest one first."""
        groups: dict[str, list[Hit]] = {}
        for hit in self.hits:
            if hit.area:
                groups.setdefault(hit.state.pk, []).append(hit)
        return [(hits[0].state, hits) for hits in groups.values()]

    @cached_property
    def agencies(self) -> list[Hit]:
        return [hit for hit in self.hits if hit.agency]


AREA_FIELDS = [field.attname for field in Jurisdiction._meta.concrete_fields]


def areas_held(geoids: Collection[str], names: Names) -> dict[str, Jurisdiction]:
    """The areas by GEOID, each with its state. One query, none for none.

    In SQL, as in `held.version_of_the_facts`: all columns are text or numbers, which need no conversion.
    """
    if not geoids:
        return {}
    columns, places = ", ".join(AREA_FIELDS), ", ".join(["%s"] * len(geoids))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {Jurisdiction._meta.db_table} WHERE geoid IN ({places})", [*geoids])
        rows = cursor.fetchall()
    areas = {}
    for row in rows:
        area = Jurisdiction.from_db(connection.alias, AREA_FIELDS, row)
        if area.state_id:
            area.state = names.states[area.state_id]
        areas[area.pk] = area
    return areas


def area_hits(areas: Sequence[Named], names: Names) -> tuple[Hit, ...]:
    """Hits with what tells them apart: the county of a place, the other name that led to it. One or two queries."""
    geoids = [one.geoid for one in areas]
    held = areas_held(geoids, names)
    led = {one.geoid: one.key for one in areas if one.rank in (Rank.OTHER, Rank.WITHIN)}
    others: dict[str, AreaName] = {}
    # A CDP's row comes last and stays: its page says who governs it.
    for name in AreaName.objects.filter(leads_to__in=led).order_by("cdp_geoid") if led else ():
        if squeezed(name.name) == led[name.leads_to_id]:
            others[name.leads_to_id] = name
    hits = []
    for geoid in geoids:
        if area := held.get(geoid):
            counties = (names.areas.county_name(county) for county in names.areas.counties_of(geoid))
            hits.append(Hit(area=area, other_name=others.get(geoid), counties=tuple(counties)))
    return tuple(hits)


def agency_hits(agencies: Sequence[int], names: Names) -> tuple[Hit, ...]:
    """One query, none for none."""
    held = Agency.objects.in_bulk(agencies) if agencies else {}
    for agency in held.values():
        agency.state = names.states[agency.state_id]
    return tuple(Hit(agency=held[agency]) for agency in agencies if agency in held)
