"""The words by which areas stand in addresses: /us/fl/davie/. Chosen once, then stored; an address is permanent.

A county goes by its full name (`broward-county`). A place or county subdivision takes the shortest of four forms that
no other area of its state shares: bare name, with legal type, with county, with GEOID. For the bare name places win
over subdivisions.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

# Addresses below a state that are no area.
RESERVED = frozenset({"feed", "agencies", "changes", "map", "compare"})

APOSTROPHES = str.maketrans("", "", "'’‘ʻ`")


def slug(text: str) -> str:
    """ "Doña Ana County" -> "dona-ana-county", "Prince George's County" -> "prince-georges-county"."""
    ascii_text = unicodedata.normalize("NFKD", text.translate(APOSTROPHES)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def forms(short_name: str, legal_type: str, county_slug: str, geoid: str) -> tuple[str, str, str, str]:
    """The four forms of a place's or subdivision's slug, shortest first."""
    typed = slug(f"{short_name} {legal_type}")
    return slug(short_name), typed, f"{typed}-{county_slug}", f"{typed}-{county_slug}-{geoid}"


def assign(
    places: Mapping[str, Sequence[str]], subdivisions: Mapping[str, Sequence[str]], taken: Collection[str] = ()
) -> dict[str, str]:
    """Choose a slug for each area of one state.

    Both mappings lead from GEOID to `forms`. `taken` are the slugs already given away in that state: its counties and
    whatever stood in an earlier edition. ValueError if even the form with the GEOID is taken.
    """
    chosen: dict[str, str] = {}
    used = RESERVED.union(taken)
    waiting = {**places, **subdivisions}
    among_places = Counter(form[0] for form in places.values())
    among_all = Counter(form[0] for form in waiting.values())
    for level in range(4):
        shared = among_all if level == 0 else Counter(form[level] for form in waiting.values())
        for geoid, form in waiting.items():
            rivals = among_places if level == 0 and geoid in places else shared
            if rivals[form[level]] == 1 and form[level] not in used:
                chosen[geoid] = form[level]
        used |= set(chosen.values())
        waiting = {geoid: form for geoid, form in waiting.items() if geoid not in chosen}
    if waiting:
        raise ValueError(f"no slug is left for {', '.join(sorted(waiting))}")
    return chosen
