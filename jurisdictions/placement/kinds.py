"""Which of the sixteen kinds an agency is, by its name. Pure: words only, no geography."""

from __future__ import annotations

import re

from ..names import tidy
from .words import STATE_NAMES, own_names, read, spelled_out

SHERIFF, MUNICIPAL_POLICE, COUNTY_POLICE = "sheriff", "municipal_police", "county_police"
TOWNSHIP_POLICE, JOINT_POLICE, MARSHAL = "township_police", "joint_police", "marshal"
CORRECTIONS, STATE_POLICE, STATE_OTHER = "corrections", "state_police", "state_other"
CAMPUS, SCHOOL, CONSTABLE, PROSECUTOR = "campus", "school", "constable", "prosecutor"
PORT_TRANSIT, TRIBAL, OTHER = "port_transit", "tribal", "other"

KINDS = (
    SHERIFF, MUNICIPAL_POLICE, COUNTY_POLICE, TOWNSHIP_POLICE, JOINT_POLICE, MARSHAL, CORRECTIONS, STATE_POLICE,
    STATE_OTHER, CAMPUS, SCHOOL, CONSTABLE, PROSECUTOR, PORT_TRANSIT, TRIBAL, OTHER,
)  # fmt: skip

CAMPUS_WORDS = re.compile(
    # Not the towns: College Park, College Station, University City, University Park, State College (Pennsylvania).
    r"\b(?:university|college|campus|polytechnic institute)\b"
    r"(?! (?:park|station|place|corner|springs|hill|hills|city|heights|township|borough|village|town|grove)\b)"
)
TOWN_OF_STATE_COLLEGE = re.compile(r"^(?:borough of )?state college\b")
SCHOOL_WORDS = re.compile(
    r"\b(?:public schools?|school district|schools?|isd|cisd|usd|board of education|unified district)\b"
)
TRIBAL_WORDS = re.compile(
    r"\b(?:tribes?|tribal|rancheria|reservation|indian (?:community|nation|colony)|pueblo of|band of|nation)\b"
)
PROSECUTOR_WORDS = re.compile(
    r"\b(?:(?:district|county|states?|city|commonwealths?|prosecuting|circuit) attorneys?|prosecutors?|solicitors?"
    r"|attorneys? office|judicial (?:district|circuit))\b"
)
ATTORNEY_GENERAL = re.compile(r"(?<!district )\battorneys? generals?\b")
TASK_FORCE = re.compile(r"\b(?:task force|strike force|drug unit|major crimes team)\b")
CORRECTIONS_WORDS = re.compile(
    r"\b(?:jails?|corrections?|correctional|detention|prisons?|penitentiary|rehabilitation|probation|parole"
    # In these lists a county's commissioners, or the trust they set up, sign for the jail that they run.
    r"|board of county commissioners|county commissioners|criminal justice authority)\b"
)
PORT_WORDS = re.compile(
    r"\b(?:airports?|airport authority|port authority|seaport|port of \w+|harbor (?:police|department|authority)"
    r"|transit|transportation authority|railroad|railway)\b"
    # Not the village of Airport Drive, Missouri.
    r"(?! drive\b)"
)
REGIONAL_WORDS = re.compile(
    r"\b(?:regional|metropolitan police|metro police|police authority|police cooperative|intermunicipal|joint"
    r"|area police|interlocal|public safety authority|police district)\b"
)
MARSHAL_WORDS = re.compile(r"(?<!fire )\bmarshals\b")
COUNTY_POLICE_WORDS = re.compile(
    r"\b(?:county|parish) (?:(?:metro|metropolitan) )?(?:police|public safety|law enforcement)\b"
)
TOWNSHIP_POLICE_WORDS = re.compile(r"\btownship\b|\btownship of\b")
POLICE_WORDS = re.compile(r"\b(?:police|public safety|law enforcement)\b")
# Not Orange Park or Pembroke Park: there the town is called so.
SPECIAL_POLICE = re.compile(r"\b(?:special|county park|state park|park district|metroparks|hospital) police\b")

# What a state's own body is called right after the state's name. "Florida Atlantic", "Iowa City", "Texas County" and
# "Oklahoma City" are none.
STATE_BODY = (
    r"(?:state (?:police|patrol|highway patrol|highway|troopers?|guard|fire|bureau|department|parks?|marshals?|auditor"
    r"|office|capitol|gaming|game|lottery|board|commission|attorney|military|law)"
    r"|highway (?:state )?patrol|highway department|department|division|bureau|office|army national guard|military"
    r"|national|attorneys? generals?|fish|game|gaming|lottery|wildlife|marine|alcohol(?:ic)?|law enforcement"
    r"|commission|capitol police|conservation|parks and wildlife|liquor|parole|bureau of investigation"
    r"|board of (?:pardons|parole|probation|investigation))"
)
TERRITORY_BODY = r"(?:police|customs)"
TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})

# A name of such words alone names no place: "Department of Corrections", "Office of the Attorney General".
STATE_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        department division bureau office commission board center of the and for | state
        police patrol highway troopers thp public safety law enforcement homeland security national guard military
        criminal investigation investigations crime information standards training narcotics
        corrections correctional rehabilitation parole probation justice attorney attorneys general generals auditor
        fire marshals alcohol alcoholic beverages tobacco control gaming lottery revenue financial services commerce
        insurance health transportation motor vehicles agriculture agricultural environmental protection conservation
        natural resources wildlife fisheries fish game marine
        """,
    )
)
ANY_BODY_WORDS = frozenset(
    {
        *(
            "department",
            "division",
            "bureau",
            "office",
            "commission",
            "board",
            "center",
            "services",
            "of",
            "the",
            "and",
        ),
        *("for", "|", "police", "public", "safety", "law", "enforcement", "general"),
    }
)
STATE_OWNERS = re.compile(
    r"\b(?:state police|state patrol|highway patrol|department|division|bureau|office|national guard)\b"
)
STATE_POLICE_WORDS = re.compile(
    r"\b(?:state police|state patrol|highway patrol|highway state patrol|state troopers?|state highway patrol"
    r"|department of public safety|department of safety(?: and homeland security)?|capitol police|thp)\b"
)
TERRITORY_POLICE = re.compile(r"\bpolice department\b")
# Bodies inside a department of public safety that do not patrol.
STATE_OTHER_WORDS = re.compile(r"\b(?:crime information|information center|standards and training|lottery|gaming)\b")


def classify(name: str, *, agency_type: str = "", state: str = "") -> str:
    """The kind of the agency that ICE prints as `name` under `state` (USPS) with `agency_type` (Row.agency_type).

    By its words alone; ICE's type only tells a state's own "Department of Corrections" from a city's.
    """
    words = read(name, state).words
    if re.search(r"\bconstables\b", words):
        return CONSTABLE
    if CAMPUS_WORDS.search(words) and not TOWN_OF_STATE_COLLEGE.search(words):
        return CAMPUS
    if SCHOOL_WORDS.search(words):
        return SCHOOL
    if is_state_body(name, agency_type=agency_type, state=state):
        return _state_kind(words)
    if TRIBAL_WORDS.search(words):
        return TRIBAL
    if PROSECUTOR_WORDS.search(words) and not re.search(r"\bdrug task force\b|\bprobation\b", words):
        return PROSECUTOR
    if TASK_FORCE.search(words):
        return JOINT_POLICE
    if re.search(r"\bsheriffs\b", words):
        return SHERIFF
    if CORRECTIONS_WORDS.search(words):
        return CORRECTIONS
    if PORT_WORDS.search(words):
        return PORT_TRANSIT
    if SPECIAL_POLICE.search(words):
        return OTHER
    if REGIONAL_WORDS.search(words) and POLICE_WORDS.search(words) and state != "DC":
        return JOINT_POLICE
    if MARSHAL_WORDS.search(words):
        return MARSHAL
    if COUNTY_POLICE_WORDS.search(words):
        return COUNTY_POLICE
    if POLICE_WORDS.search(words):
        return TOWNSHIP_POLICE if TOWNSHIP_POLICE_WORDS.search(words) else MUNICIPAL_POLICE
    return OTHER


def is_state_body(name: str, *, agency_type: str = "", state: str = "") -> bool:
    """Whether the name is that of an agency of the whole state or territory.

    Either its own name begins with the state's and goes on as a state's body does ("Georgia Department of …", "CNMI …",
    "MT Dept …"), or it names no area at all and ICE does not say that a county or a municipality runs it. ICE's "State
    Agency" alone proves nothing: state attorneys of one circuit and colleges stand under it.
    """
    words = spelled_out(name, "")
    bodies = STATE_BODY if state not in TERRITORIES else f"(?:{STATE_BODY}|{TERRITORY_BODY})"
    for own in own_names(state):
        if re.match(rf"{own} {bodies}\b", words):
            return True
    # The postal abbreviation counts in capitals only: "Mt. Vernon Department of Public Safety" is a city's.
    printed = tidy(name)
    if state in STATE_NAMES and printed.startswith(f"{state} "):
        rest = spelled_out(printed[len(state) :], "")
        if re.match(rf"{STATE_BODY}\b", rest):
            return True
    if agency_type not in ("state", ""):
        return False
    own_state = own_names(state)[:1]
    bare = re.sub(rf"\b{own_state[0]}\b", " ", words) if own_state else words
    if not set(bare.split()) <= STATE_WORDS or not STATE_OWNERS.search(bare):
        return False
    # "Office" and "Police Department" say nothing; "Department of Public Safety" is the state's if ICE types it so.
    said = set(bare.split()) - ANY_BODY_WORDS
    return bool(said) or (agency_type == "state" and bool(re.search(r"\bpublic safety\b|\blaw enforcement\b", bare)))


def _state_kind(words: str) -> str:
    if CORRECTIONS_WORDS.search(words) or re.search(r"\bdoc\b", words):
        return CORRECTIONS
    if STATE_OTHER_WORDS.search(words):
        return STATE_OTHER
    if STATE_POLICE_WORDS.search(words) or re.search(r"\bpolice (?:department|bureau)\b", words):
        return STATE_POLICE
    return STATE_OTHER
