"""Why an agency is where it is: the sentences of a Placement, and the same in the reader's language.

A reason is stored as English text beside the agency. `translated` knows the sentences below again and says them in the
active language; what an editor wrote stays as written.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext

from ..labels import area_name


def gettext_noop(text: str) -> str:
    """Marks a sentence for makemessages. Django's own asks for settings, which these rules do without."""
    return text


# Decided
BY_NAME = gettext_noop("Its name says %(area)s.")
BY_COUNTY = gettext_noop(
    "%(count)s areas of %(state)s bear its name. One, %(area)s, lies in %(county)s, which ICE prints."
)
BY_COUNTY_ITSELF = gettext_noop("%(count)s areas of %(state)s bear its name. ICE prints %(county)s.")
BY_COUNTY_ALONE = gettext_noop(
    "%(count)s areas of %(state)s bear its name. ICE prints %(county)s, where only %(area)s is."
)
BY_NUMBER = gettext_noop("Its name gives a number alone, and any county may have one. ICE prints %(county)s.")
CITY_SHERIFF = gettext_noop("A sheriff is a county’s officer. %(city)s lies in %(county)s, which ICE prints.")
GROUNDS_BY_COUNTY = gettext_noop("It serves its own grounds. ICE prints %(county)s.")
SLIP = gettext_noop(
    "Nothing in %(state)s bears its name as ICE spells it. Only %(area)s is near, and ICE prints %(county)s."
)
BY_SOURCE = gettext_noop("Its area is given by %(source)s.")
WHOLE_STATE = gettext_noop("By its name an agency of all of %(state)s.")
# … and what ICE prints beside it
MISFIT = gettext_noop("ICE prints %(county)s, which does not fit.")
NO_SUCH_COUNTY = gettext_noop("ICE prints “%(printed)s”, which is no county of %(state)s.")

# In question
UNKNOWN_STATE = gettext_noop("We do not know the state that ICE prints.")
NO_COUNTY_NAMED = gettext_noop("Its name names no county.")
NO_PLACE_NAMED = gettext_noop("Its name names no place.")
NO_SUCH_COUNTY_NAME = gettext_noop("%(state)s has no county of the name it bears.")
NO_SUCH_PLACE_NAME = gettext_noop("%(state)s has no city, town or township of the name it bears.")
SEVERAL_COUNTIES = gettext_noop("It serves several counties. Its name does not say which.")
SEVERAL_GOVERNMENTS = gettext_noop("Several governments run it together. Its name does not say which.")
CAMPUSES = gettext_noop("Its name does not say where its campuses are.")
SCHOOLS = gettext_noop("We hold no bounds of school districts.")
TRIBES = gettext_noop("We hold no tribal areas yet.")
GROUNDS = gettext_noop("Its name does not settle which county its grounds are in.")
UNCLEAR = gettext_noop("Its name does not say which area it serves.")
ANY_NUMBER = gettext_noop("Its name gives a number alone, and any county of %(state)s may have one.")
NO_GOVERNMENT = gettext_noop("%(settlement)s has no government of its own. It lies in %(area)s.")
RIVAL = gettext_noop("ICE prints %(county)s, where a settlement bears the name too. %(area)s lies elsewhere.")
WAVERED = gettext_noop("Its name fits %(areas)s. ICE prints %(county)s and printed %(before)s before.")
NO_PRINT = gettext_noop("Its name fits %(areas)s. ICE prints no county of %(state)s.")
NOT_SETTLED = gettext_noop("Its name fits %(areas)s. ICE prints %(county)s, which does not settle it.")

# Notes on one area
PRECINCT = gettext_noop("Precinct %(number)s.")
WARD = gettext_noop("Ward %(number)s.")
DISTRICT = gettext_noop("District %(number)s.")
PLACE = gettext_noop("Place %(number)s.")
OWN_GROUNDS = gettext_noop("Its own grounds only.")

UNITS = {"precinct": PRECINCT, "ward": WARD, "district": DISTRICT, "place": PLACE}
AFTER = (MISFIT, NO_SUCH_COUNTY)
AREAS = frozenset({"area", "before", "county"})
"""Slots that hold the name of one area."""
IN_A_ROW = re.compile(r"(.+) and ([^()]*(?:\([^()]*\))?)")
"""Areas one after the other; an "and" within brackets is part of a county's name."""
SENTENCES = (
    *(BY_NAME, BY_COUNTY, BY_COUNTY_ALONE, BY_COUNTY_ITSELF, BY_NUMBER, CITY_SHERIFF, GROUNDS_BY_COUNTY, SLIP),
    *(BY_SOURCE, WHOLE_STATE),
    *(UNKNOWN_STATE, NO_COUNTY_NAMED, NO_PLACE_NAMED, NO_SUCH_COUNTY_NAME, NO_SUCH_PLACE_NAME, SEVERAL_COUNTIES),
    *(SEVERAL_GOVERNMENTS, CAMPUSES, SCHOOLS, TRIBES, GROUNDS, UNCLEAR, ANY_NUMBER, NO_GOVERNMENT, RIVAL, WAVERED),
    *(NO_PRINT, NOT_SETTLED, PRECINCT, WARD, DISTRICT, PLACE, OWN_GROUNDS),
)


def translated(text: str) -> str:
    """A stored reason or note in the active language, as it is where it is none of the sentences above."""
    for sentence, after, pattern in _patterns():
        if found := pattern.fullmatch(text):
            words = {slot: _said(slot, value) for slot, value in found.groupdict().items()}
            said = gettext(sentence) % words
            return f"{said} {gettext(after) % words}" if after else said
    return text


def _said(slot: str, value: str) -> str:
    """What stands in a slot, in the active language."""
    if slot in AREAS:
        return area_name(value)
    if slot != "areas" or not (row := IN_A_ROW.fullmatch(value)):
        return value
    first, last = (re.sub(r"(?<=\()[^()]+", lambda name: area_name(name[0]), part) for part in row.groups())
    if more := re.fullmatch(r"(\d+) more", last):
        return gettext("%(first)s and %(count)s more") % {"first": first, "count": more[1]}
    return gettext("%(first)s and %(last)s") % {"first": first, "last": last}


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, str, re.Pattern], ...]:
    """Each sentence, alone and with what may stand after it."""
    # The longer first: a slot of the shorter would swallow what follows.
    pairs = [(sentence, after) for sentence in (BY_NAME, CITY_SHERIFF, BY_NUMBER) for after in AFTER]
    pairs += [(sentence, "") for sentence in SENTENCES]
    return tuple((sentence, after, _pattern(f"{sentence} {after}".strip())) for sentence, after in pairs)


def _pattern(template: str) -> re.Pattern:
    """What `template` says, its slots caught by name; a slot that comes twice is the same each time."""
    pieces, seen = [], set()
    for literal, slot in re.findall(r"([^%]*)(?:%\((\w+)\)s)?", template):
        pieces.append(re.escape(literal))
        if slot:
            pieces.append(f"(?P={slot})" if slot in seen else f"(?P<{slot}>.+?)")
            seen.add(slot)
    return re.compile("".join(pieces))
