"""The maps: the country and each state by county, with the same facts as a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from agreements.caching import public_page
from agreements.filters import asked_day
from agreements.lists import Lists
from jurisdictions.models import Jurisdiction
from jurisdictions.shapes import NATION, STATES, drawings
from portal.answers.counties import Country, InCounty, InState, Shade
from portal.maps.map import path_of, smallest_last


@dataclass(frozen=True, slots=True)
class StateRow:
    """A state or territory in the table beside the map of the country."""

    area: Jurisdiction
    facts: InState
    counties: int
    shades: Mapping[str, int]
    """Counties by how they are drawn, each shade named."""
    path: str
    """Its outline; "" for a territory, which is not on the map."""
    middle: tuple[int, int] | None

    @property
    def with_agencies(self) -> int:
        return self.counties - self.shades[Shade.NONE] - self.shades[Shade.QUESTION]


@public_page("as_of")
def country_map(request: HttpRequest) -> HttpResponse:
    """The country on the list of the day: counties drawn as one area for each class, over the states' outlines."""
    day, refusal = asked_day(request.known_parameters)
    lists = Lists.on(day)
    country = Country.of(request.data_version, day)
    drawing, outlines = drawings()[NATION], drawings()[STATES]
    members: dict[str, list[str]] = defaultdict(list)
    by_state: dict[str, Counter] = defaultdict(Counter)
    for geoid, state in Jurisdiction.objects.counties().with_pages().values_list("geoid", "state"):
        shade = country.county(geoid).shade
        members[shade].append(geoid)
        by_state[state][shade] += 1
    rows = [
        StateRow(
            area=area,
            facts=country.state(area.pk),
            counties=by_state[area.pk].total(),
            shades={shade.value: by_state[area.pk][shade] for shade in Shade},
            path=path_of(outlines.outline([area.pk])),
            middle=outlines.middles.get(area.pk),
        )
        for area in Jurisdiction.objects.states().order_by("name")
    ]
    shown = [shade for shade in Shade if members[shade] or shade in ALWAYS_EXPLAINED]
    context = {
        "lists": lists,
        "refusal": refusal,
        "country": country,
        "drawing": drawing,
        "layers": [(shade, path_of(drawing.outline(members[shade]))) for shade in shown if shade is not Shade.NONE],
        "legend": [(shade, len(members[shade])) for shade in shown],
        "rows": rows,
        "drawn": [row for row in rows if row.path],
        "territories": [row for row in rows if not row.path],
        "counties": sum(row.counties for row in rows),
        "with_agencies": sum(row.with_agencies for row in rows),
        "street_statewide": [row for row in rows if row.facts.statewide_is_on_the_street],
        "other_statewide": [row for row in rows if row.facts.statewide and not row.facts.statewide_is_on_the_street],
        "in_question": [(row.area, row.facts.in_question) for row in rows if row.facts.in_question],
    }
    return render(request, "portal/map.html", context, status=400 if refusal else 200)


ALWAYS_EXPLAINED = frozenset({Shade.STREET_AND_JAIL, Shade.STREET, Shade.JAIL, Shade.NONE})
"""Shades that the legend names even where no county has them."""


@dataclass(frozen=True, slots=True)
class CountyRow:
    """A county on its state's map and in the table beside it."""

    area: Jurisdiction
    facts: InCounty
    path: str


@public_page("as_of")
def state_map(request: HttpRequest, state: str) -> HttpResponse:
    """A state by county, each of them a link. A territory has the table alone: the shapes leave it out."""
    area = get_object_or_404(Jurisdiction.objects.states(), slug=state.lower())
    if state != area.slug:
        asked = request.known_parameters.urlencode()
        address = reverse("state-map", args=[area.slug])
        return HttpResponsePermanentRedirect(f"{address}?{asked}" if asked else address)
    day, refusal = asked_day(request.known_parameters)
    country = Country.of(request.data_version, day)
    drawing = drawings().get(area.pk)
    rows = []
    for county in Jurisdiction.objects.counties().with_pages().filter(state=area).order_by("name"):
        county.state = area
        rings = drawing.outline([county.pk]) if drawing else []
        rows.append((CountyRow(county, country.county(county.pk), path_of(rings)), rings))
    shades = Counter(row.facts.shade for row, _rings in rows)
    context = {
        "lists": Lists.on(day),
        "refusal": refusal,
        "area": area,
        "facts": country.state(area.pk),
        "drawing": drawing,
        "rows": [row for row, _rings in rows],
        "shapes": [row for row, _rings in smallest_last(rows)] if drawing else [],
        "legend": [(shade, shades[shade]) for shade in Shade if shades[shade] or shade in ALWAYS_EXPLAINED],
        "with_agencies": sum(bool(row.facts.agencies) for row, _rings in rows),
    }
    return render(request, "portal/map_state.html", context, status=400 if refusal else 200)
