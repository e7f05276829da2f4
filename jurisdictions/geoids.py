"""GEOIDs: the Census's codes of states (2 digits), counties (5), places (7) and county subdivisions (10).

The first two digits are the state's FIPS code. A subdivision's first five are its county; a place's code does not say
which county it lies in.
"""

STATE_FIPS = {
    "AL": "01", "AK": "02", "AZ": "04", "AR": "05", "CA": "06", "CO": "08", "CT": "09", "DE": "10", "DC": "11",
    "FL": "12", "GA": "13", "HI": "15", "ID": "16", "IL": "17", "IN": "18", "IA": "19", "KS": "20", "KY": "21",
    "LA": "22", "ME": "23", "MD": "24", "MA": "25", "MI": "26", "MN": "27", "MS": "28", "MO": "29", "MT": "30",
    "NE": "31", "NV": "32", "NH": "33", "NJ": "34", "NM": "35", "NY": "36", "NC": "37", "ND": "38", "OH": "39",
    "OK": "40", "OR": "41", "PA": "42", "RI": "44", "SC": "45", "SD": "46", "TN": "47", "TX": "48", "UT": "49",
    "VT": "50", "VA": "51", "WA": "53", "WV": "54", "WI": "55", "WY": "56",
    "AS": "60", "GU": "66", "MP": "69", "PR": "72", "VI": "78",
}  # fmt: skip
STATE_USPS = {fips: usps for usps, fips in STATE_FIPS.items()}

# The US post serves them, but they are countries of their own: Micronesia, the Marshall Islands, Palau.
NOT_COVERED = {"64": "FM", "68": "MH", "70": "PW"}

KIND_BY_LENGTH = {2: "state", 5: "county", 7: "place", 10: "county_subdivision"}


def kind_of(geoid: str) -> str:
    """The kind of area that a GEOID of this length names; "" for anything else."""
    return KIND_BY_LENGTH.get(len(geoid), "") if geoid.isascii() and geoid.isdigit() else ""


def state_of(geoid: str) -> str:
    """The state's two digits."""
    return geoid[:2]


def state_fips(state: str) -> str:
    """The two digits for "FL", "fl" or "12"; "" for a state that is none of the 56."""
    state = state.strip().upper()
    return STATE_FIPS.get(state) or (state if state in STATE_USPS else "")
