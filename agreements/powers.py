"""What each program model lets trained officers do, in fixed sentences, each with the document that says so.

Every power is a ceiling: an agreement says what officers may do, not what each of them does; state law may forbid it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Moment(StrEnum):
    """When a reader may meet the power."""

    STREET = "street"
    BOOKING = "booking"
    RELEASE = "release"


MOMENTS = {
    Moment.STREET: _("Stopped on the street"),
    Moment.BOOKING: _("Booked into jail"),
    Moment.RELEASE: _("Due to be released"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A public document, its publisher, and the day it was read."""

    title: str
    publisher: str
    url: str
    read_on: date = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Power:
    """`model` is empty for what happens with or without an agreement."""

    model: str
    moment: Moment
    sentence: str
    source: Document


KUER = Document(
    "Report on the agreements of seven Utah sheriffs (30 July 2025)",
    "KUER",
    "https://www.kuer.org/politics-government/2025-07-30/7-utah-sheriffs-offices-now-have-ice-agreements-heres-what-to-know",
)
CRS = Document(
    "In Focus paper IF11898 on the 287(g) program (12 August 2021)",
    "Congressional Research Service",
    "https://www.everycrsreport.com/reports/IF11898.html",
)
ICE_RELEASE = Document(
    "ICE’s release on the Warrant Service Officer program (6 May 2019)",
    "LexisNexis Legal Insights",
    "https://www.lexisnexis.com/community/insights/legal/immigration/b/insidenews/posts/"
    "ice-pushes-detainer-envelope-with-warrant-service-officer-program",
)
FINGERPRINTS = Document(
    "Article on a Ninth Circuit opinion on detainers (17 September 2020)",
    "Center for Immigration Studies",
    "http://cis.org/Arthur/Ninth-Circuit-Issues-ClassAction-Detainer-Opinion",
)
DETAINER_RULE = Document(
    "Practice guide, section 6.15, which quotes 8 C.F.R. 287.7(d)",
    "Law Offices of Norton Tooby",
    "https://nortontooby.com/node/15804",
)

POWERS = (
    Power(
        "TFM",
        Moment.STREET,
        _(
            "Trained officers may ask about immigration status during routine police work and, in some cases, arrest"
            " for it, under ICE's supervision."
        ),
        KUER,
    ),
    Power(
        "",
        Moment.BOOKING,
        _(
            "Fingerprints taken at booking go to the FBI and on to Homeland Security, so ICE can learn of an arrest"
            " with or without an agreement."
        ),
        FINGERPRINTS,
    ),
    Power(
        "JEM",
        Moment.BOOKING,
        _(
            "Trained jail officers may ask people who were booked about their immigration status, check federal"
            " databases and start a removal case."
        ),
        CRS,
    ),
    Power(
        "WSO",
        Moment.BOOKING,
        _(
            "Trained jail officers may serve ICE's own warrants, which no judge signs, on people in their jail. They do"
            " not ask about immigration status."
        ),
        ICE_RELEASE,
    ),
    Power(
        "JEM",
        Moment.RELEASE,
        _(
            "The jail may keep a person for ICE up to 48 hours past release, weekends and holidays not counted. State"
            " law may forbid it."
        ),
        DETAINER_RULE,
    ),
    Power(
        "WSO",
        Moment.RELEASE,
        _("The jail may keep a person for ICE up to 48 hours past release. State law may forbid it."),
        ICE_RELEASE,
    ),
    Power(
        "",
        Moment.RELEASE,
        _(
            "ICE may ask any jail to keep a person up to 48 hours past release, weekends and holidays not counted (a"
            " detainer). No judge signs it. State law may require or forbid the jail to do so."
        ),
        DETAINER_RULE,
    ),
)


def powers_of(*models: str) -> list[Power]:
    """What officers under these models may do; "" adds what happens anywhere."""
    return [power for power in POWERS if power.model in models]
