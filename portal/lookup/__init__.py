"""Every name that leads to an area or an agency, held in each worker's memory, and how what is typed is read.

`names_held()` gives the names of today's facts. `words` reads what was typed, `areas` and `agencies` know the names,
`trigrams` finds those that are spelt nearly so. Nothing here keeps what somebody typed.
"""

from .agencies import AgencyNames
from .areas import AreaNames, Named, Rank
from .held import Names, names_held, warm
from .trigrams import edits_allowed

__all__ = ["AgencyNames", "AreaNames", "Named", "Names", "Rank", "edits_allowed", "names_held", "warm"]
