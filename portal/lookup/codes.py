"""ZIP codes, GEOIDs and OCD-IDs: what they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from jurisdictions.models import AreaName, Jurisdiction, ZipArea

from .held import names_held
from .hits import Found, Hit, Problem, areas_held

# The last five digits, also in "Davie FL 33324-1234" and "333241234"; a house number before them is not a ZIP code.
ZIP_CODE = re.compile(r"(?:^|[\s,])(\d{5})(?:[-\s]?\d{4})?$")
ZIP_CODE_FIRST = re.compile(r"(\d{5})(?:-\d{4})?[\s,]+(\D.*)")
GEOID = re.compile(r"(?:(geoid|fips)\W*)?(\d{2}|\d{5}|\d{7}|\d{10})", re.IGNORECASE)
# Of the armed forces; the same five digits may be a county's GEOID (09110 in Connecticut, 34001 in New Jersey).
MILITARY_ZIP_CODE = re.compile(r"09[0-8]\d\d|340\d\d|96[2-6]\d\d")
OCD_ID = re.compile(r"ocd-division/[\w:/~.-]+")


def by_code(asked: str) -> Found | None:
    """ZIP code, GEOID or OCD-ID; None if it is none of these. Five digits are a ZIP code first, then a county."""
    code = GEOID.fullmatch(asked)
    if code and code[1]:
        return by_geoid(asked, code[2])
    if zip_code := ZIP_CODE.search(asked):
        found = by_zip(asked, zip_code[1])
        if found.hits or zip_code[1] != asked:
            return found
        county = by_geoid(asked, asked)
        if county and MILITARY_ZIP_CODE.fullmatch(asked):
            return replace(found, suggestions=county.hits)
        return county or found
    if code:
        return by_geoid(asked, code[2])
    if OCD_ID.fullmatch(asked.lower()):
        area = (
            Jurisdiction.objects.filter(ocd_id=asked.lower())
            .order_by("geoid")
            .select_related("state", "same_as__state")
            .first()
        )
        return areas_found(asked, [area.canonical]) if area else None
    return None


def by_zip(asked: str, zip_code: str) -> Found:
    """The counties that a ZIP code touches, however small the share of its addresses."""
    rows = list(
        ZipArea.objects.filter(zip=zip_code)
        .order_by("-share", "county")
        .values_list("county", "share", "post_office_city")
    )
    city = rows[0][2] if rows else ""
    shares = {county: share for county, share, _city in rows if county}
    if not shares:
        problem = Problem.ZIP_NOT_COVERED if rows else Problem.ZIP_UNKNOWN
        return Found(asked=asked, zip=zip_code, post_office_city=city, problem=problem)
    names = names_held()
    held = areas_held(shares, names)
    held |= areas_held([area.same_as_id for area in held.values() if area.same_as_id], names)
    hits = tuple(Hit(area=held[held[county].same_as_id or county], share=share) for county, share in shares.items())
    return Found(asked=asked, zip=zip_code, post_office_city=city, hits=hits, hit_count=len(hits))


def by_geoid(asked: str, geoid: str) -> Found | None:
    return areas_found(asked, areas) if (areas := areas_of_geoid(geoid)) else None


def areas_of_geoid(geoid: str) -> list[Jurisdiction]:
    """The area of a GEOID, also one of an older list; for a CDP's, those that govern it. Empty if there is none."""
    if area := Jurisdiction.objects.select_related("state", "same_as__state").filter(pk=geoid).first():
        return [area.canonical]
    names = AreaName.objects.filter(cdp_geoid=geoid) | AreaName.objects.filter(kind="former_geoid", name=geoid)
    led_to = Jurisdiction.objects.filter(pk__in=names.values("leads_to")).select_related("state", "same_as__state")
    return list({area.canonical.pk: area.canonical for area in led_to}.values())


def areas_found(asked: str, areas: Iterable[Jurisdiction]) -> Found:
    hits = tuple(Hit(area=area) for area in areas)
    return Found(asked=asked, hits=hits, hit_count=len(hits))
