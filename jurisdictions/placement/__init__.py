"""What an agency is and where it is, from the name that ICE prints. Pure; docs/placement.md says the rules.

>>> gazetteer = Gazetteer.from_tables()
>>> place("Davie Police Department", agency_type="municipality", state="FL", gazetteer=gazetteer).coverages
(Covered(geoid='1216475', extent='whole', why='name', note='', source_url=''),)
"""

from .areas import printed_county
from .kinds import KINDS, classify
from .place import DECIDED, IN_QUESTION, STATEWIDE, Covered, Placement, place, same_area
from .reasons import translated
from .special import SpecialAgency, load_special

__all__ = [
    "DECIDED",
    "IN_QUESTION",
    "KINDS",
    "STATEWIDE",
    "Covered",
    "Placement",
    "SpecialAgency",
    "classify",
    "load_special",
    "place",
    "printed_county",
    "same_area",
    "translated",
]
