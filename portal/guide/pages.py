"""Which facts each page of the guide tells, and in what order. Headings are ours; sentences are records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the keys of the facts below it. `id` is the end of its address."""

    id: str
    heading: str | Promise
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`slug` is its permanent address below /guide/, `template` how it lays its parts out."""

    slug: str
    title: str | Promise
    about: str | Promise
    """What the reader finds there, for the index and for search engines: a description, never a claim."""
    parts: tuple[Part, ...] = ()
    template: str = "page"

    @property
    def facts(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.facts


WHAT_IT_IS = Page(
    "what-it-is",
    _("What is a 287(g) agreement?"),
    _("The law, who has to sign, whose officers they are, and how many agreements there are."),
    (
        Part("law", _("A law of 1996"), ("wi-law", "wi-enacted", "wi-ag-dhs", "gl-moa", "wi-purpose", "gl-force")),
        Part("choice", _("Who has to sign"), ("wi-voluntary", "sl-required", "sl-banned", "wi-state-law-limit")),
        Part("without", _("Help without an agreement"), ("wi-no-agreement", "wi-other-forms", "hw-fingerprints")),
        Part("officers", _("Whose officers they are"), ("wi-employees", "wi-supervision", "wi-color")),
        Part("how-many", _("How many there are"), ("nu-2026-05", "mo-mix-2026", "nu-2026-05-states", "nu-counting")),
    ),
)

MODELS = Page(
    "models",
    _("What may officers do?"),
    _("The same stop, the same booking and the same release with no agreement and under each of the three models."),
    (
        Part("three", _("Three models"), ("mo-three", "mo-tfm-street")),
        Part(
            "task-force",
            _("Street enforcement: the Task Force Model"),
            ("mo-tfm", "mo-tfm-ask", "mo-tfm-solely", "mo-tfm-revived"),
        ),
        Part(
            "warrants",
            _("Jail warrants: the Warrant Service Officer model"),
            ("mo-wso", "mo-wso-limits", "mo-wso-start"),
        ),
        Part(
            "jail",
            _("Jail screening: the Jail Enforcement Model"),
            ("mo-jem", "mo-jem-who", "mo-jem-not-street"),
        ),
        Part("tribal", _("A version for tribes"), ("mo-tribal",)),
    ),
    template="models",
)

PRACTICE = Page(
    "practice",
    _("How does it work in practice?"),
    _("Signing up, training, supervision, detainers, two kinds of warrant, who pays and who is liable."),
    (
        Part(
            "signing",
            _("Signing up, and ending it"),
            ("hw-apply", "hw-officers", "hw-pending", "hw-end", "hw-snapshot", "af-homan-2025"),
        ),
        Part("finding", _("Finding people"), ("hw-identify", "hw-fingerprints", "hw-detainer", "hw-nta", "gl-nta")),
        Part("training", _("Training"), ("tr-jem", "tr-wso", "tr-tfm-40", "tr-tfm-4w", "tr-content")),
        Part(
            "supervision",
            _("Supervision and reviews"),
            (
                "wi-supervision",
                "ov-gao-2009",
                "ov-oig-2010",
                "ov-oig-2018",
                "ov-gao-2021",
                "ov-crcl",
                "ov-watchdogs",
            ),
        ),
        Part("detainers", _("Detainers"), ("dw-what", "gl-detainer", "dw-request", "dw-2017", "hw-48")),
        Part("warrants", _("Two kinds of warrant"), ("dw-judicial", "dw-i200", "dw-i205", "dw-home-memo")),
        Part(
            "money",
            _("Who pays"),
            (
                "my-statute",
                "my-split",
                "my-reimburse",
                "my-awards",
                "my-startup",
                "my-obbba",
                "my-obbba-287g",
                "my-fwd",
                "my-dallas",
                "my-pwc",
            ),
        ),
        Part("liability", _("Who is liable"), ("ov-indemnity", "ov-liability", "my-la-14m", "my-melendres")),
    ),
)

HISTORY = Page(
    "history",
    _("How did it come about?"),
    _("A timeline, and the number of agreements on each of ICE's lists that we hold."),
    (
        Part(
            "to-2012",
            _("2002 to 2012"),
            (
                "hi-first",
                "hi-sc-2008",
                "hi-moa-2009",
                "hi-maricopa-2009",
                "hi-2011-72",
                "hi-maricopa-2011",
                "hi-alamance-2012",
                "hi-tfm-end",
                "hi-tfm-end-why",
            ),
        ),
        Part("to-2024", _("2017 to 2024"), ("hi-2017", "hi-biden", "nu-2024-135", "nu-2024-jem", "nu-2024-wso")),
        Part(
            "since-2025",
            _("Since 2025"),
            (
                "hi-eo14159",
                "hi-eo14159-states",
                "hi-fhp-2025",
                "hi-fwc-2025",
                "nu-2025-04",
                "nu-2025-06",
                "nu-2025-06-mix",
                "nu-2025-06-tfm",
                "nu-2025-06-pending",
                "nu-florida-share",
                "nu-desantis-half",
                "nu-2025-09-02",
                "nu-2025-09-17",
            ),
        ),
        Part("officers", _("Officers and goals"), ("nu-6000", "nu-3000", "nu-officers")),
    ),
    template="history",
)

ARGUMENTS = Page(
    "arguments",
    _("What do supporters and critics say?"),
    _("Six statements of each side, each with who made it. They are claims of those named, not findings."),
    (
        Part("supporters", _("Supporters say"), ("af-ice", "af-nsa-2010", "af-fop", "af-dhs", "af-cis", "af-waters")),
        Part("critics", _("Critics say"), ("aa-aclu", "aa-aic", "aa-mcca", "aa-cap", "aa-nyclu", "aa-nyforall")),
    ),
    template="arguments",
)

RESEARCH = Page(
    "research",
    _("What has research found?"),
    _("Studies and polls, each with what limits it. We read summaries and first pages, not whole studies."),
    (
        Part("who", _("Who is found"), ("re-mpi-half", "re-mpi-jail")),
        Part("crime", _("Crime"), ("re-cato", "re-miles-cox", "re-thesis")),
        Part(
            "trust",
            _("Trust and reports of crime"),
            ("re-mpi-reporting", "re-theodore", "re-wong", "re-wong-note", "re-dallas", "af-reporting-cis"),
        ),
        Part("stops", _("Traffic stops"), ("re-tamu",)),
        Part("spending", _("Spending power"), ("my-66b",)),
        Part("polls", _("Polls"), ("re-poll-coop", "re-poll-apnorc", "re-poll-marist-2025", "re-poll-marist-2026")),
    ),
)

COURTS = Page(
    "courts",
    _("What have courts decided?"),
    _("Rulings on detainers, on local arrests, on profiling, and on what states may decide."),
    (
        Part("supreme", _("The Supreme Court"), ("cc-arizona", "cc-anticommandeering", "cc-perdomo")),
        Part("detainers", _("Detainers"), ("cc-galarza", "cc-lunn", "cc-elcenizo", "cc-gonzalez")),
        Part("officers", _("Sheriffs and their officers"), ("cc-santos", "cc-melendres", "cc-chavez")),
        Part("states", _("States and cities against federal orders"), ("cc-illinois",)),
    ),
)

STATES = Page(
    "states",
    _("What may states and cities decide?"),
    _("The rule against federal orders to states, the law on sharing information, state bans and duties, labels."),
    (
        Part("orders", _("Federal orders to states"), ("gl-commandeer", "cc-anticommandeering", "cc-illinois")),
        Part("sharing", _("Sharing information"), ("sl-1373", "wi-no-agreement")),
        Part(
            "bans",
            _("States that ban agreements"),
            ("sl-banned", "sl-california", "sl-washington", "sl-illinois", "sl-maryland", "sl-newyork"),
        ),
        Part("duties", _("States that require them"), ("sl-required", "sl-florida", "sl-georgia", "sl-texas")),
        Part("labels", _("“Sanctuary” and federal lists"), ("sl-sanctuary", "sl-eo14287", "sl-doj-list")),
    ),
)

LOS_ANGELES = Page(
    "los-angeles",
    _("A case: Los Angeles"),
    _("A county without an agreement, and the events of June 2025."),
    (
        Part("agreements", _("No agreement"), ("la-left-2015", "sl-california", "la-no-287g")),
        Part("city", _("The city's own rule"), ("la-ordinance",)),
        Part("june", _("June 2025"), ("la-raids", "la-federal", "la-clashes", "la-guard", "cc-perdomo")),
        Part("before", _("Detainers before"), ("my-la-14m",)),
    ),
)

CLAIMS = Page(
    "claims",
    _("What is often said, and what did we find?"),
    _("Claims about 287(g) that were confirmed, corrected, or that we could not confirm."),
    template="claims",
)

PAGES = {
    page.slug: page
    for page in (
        WHAT_IT_IS,
        MODELS,
        PRACTICE,
        HISTORY,
        ARGUMENTS,
        RESEARCH,
        COURTS,
        STATES,
        LOS_ANGELES,
        CLAIMS,
    )
}
"""In the order of the path through the guide."""

RIGHTS = Page(
    "rights",
    _("Your rights"),
    _("A card to print: at a stop, at the door, in jail, and how a judge's warrant differs from ICE's own."),
    (
        Part("stop", _("If officers stop you"), ("ri-silent", "ri-status", "ri-leave", "ri-search", "ri-papers")),
        Part("door", _("If officers come to the door"), ("ri-door", "dw-home-memo")),
        Part("jail", _("If you are in jail"), ("ri-lawyer", "ri-sign", "dw-what", "hw-48")),
    ),
    template="rights",
)
"""The card at /rights/, which stands apart from the path."""

WARRANTS = (
    Part("judge", _("A judge's warrant"), ("dw-judicial",)),
    Part("ice", _("ICE's own warrant"), ("dw-i200", "dw-i205")),
)
"""The two kinds, as the card sets them side by side."""


FOR_ALL = "ri-all"
"""Whose rights they are: the first line of the card."""


def is_on_the_card(key: str) -> bool:
    """Whether the rights card tells the fact."""
    return key == FOR_ALL or any(key in part.facts for part in (*RIGHTS.parts, *WARRANTS))


def page_of(key: str) -> Page | None:
    """The first page that tells the fact; None where none does."""
    return next((page for page in PAGES.values() if key in page.facts), None)
