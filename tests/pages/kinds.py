"""The list of page kinds: held against budgets, markup and access; `make screenshots` takes pictures of them.

A new kind of page gets its line here. A test fails on a public route without one (test_markup.py), so that no page
escapes the checks that all others pass.
"""

from dataclasses import dataclass

FIRST_FLIGHT = 14_000
"""Bytes that a server may send before it hears from the reader again: a page with its style, compressed."""
LARGEST = 20_000
"""Bytes no page may pass: drawings and long comparisons only."""
LANGUAGES = {"en": "", "es": "/es"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of page. `addresses`: a typical one, then the heaviest and the oddest, in English."""

    name: str
    route: str  # its name in the site map
    addresses: tuple[str, ...]
    most: int = FIRST_FLIGHT
    status: int = 200
    requests: int = 3  # the page, its style, its script

    def __str__(self) -> str:
        return self.name

    @property
    def typical(self) -> str:
        return self.addresses[0]


GUIDE = (
    "what-it-is",
    "models",
    "practice",
    "history",
    "arguments",
    "research",
    "courts",
    "states",
    "los-angeles",
    "claims",
)

KINDS = [
    Kind("home", "home", ("/",)),
    Kind("find", "find", ("/find/", "/find/?state=tx&letter=b")),
    Kind("country", "states", ("/us/", "/us/?as_of=2025-03-01")),
    Kind("state", "state", ("/us/tx/", "/us/fl/")),
    Kind(
        "smaller state",
        "state",
        ("/us/md/?as_of=2026-02-12", "/us/ga/", "/us/ca/", "/us/va/", "/us/ct/", "/us/dc/", "/us/gu/"),
    ),
    Kind(
        "county",
        "place",
        (
            "/us/fl/broward-county/",
            "/us/fl/miami-dade-county/",
            "/us/tx/harris-county/",
            "/us/il/cook-county/",
            "/us/ca/los-angeles-county/",
            "/us/md/baltimore-county/",
            "/us/mt/petroleum-county/",  # nobody lives with fewer records
            "/us/fl/broward-county/?as_of=2020-01-01",  # before the first list
        ),
    ),
    Kind(
        "place",
        "place",
        (
            "/us/fl/davie/",
            "/us/ny/new-york/",
            "/us/ct/hartford/",
            "/us/ri/foster/",  # a town that is a county subdivision
            "/us/fl/davie/?as_of=2025-03-01",
        ),
    ),
    Kind(
        "compare",
        "compare",
        (
            "/us/compare/?a=24005&b=24510",
            "/us/compare/?a=48201&b=06037&c=17031&d=12086",
            "/us/compare/?a=12011",
            "/us/compare/",
        ),
        most=LARGEST,
    ),
    Kind("map", "country-map", ("/map/",), most=LARGEST),
    Kind("state map", "state-map", ("/map/tx/", "/map/ga/", "/map/va/", "/map/gu/"), most=LARGEST),
    Kind("agencies", "agencies", ("/agencies/", "/agencies/?state=FL", "/agencies/?q=nothing+like+it")),
    Kind(
        "agency",
        "agency",
        (
            "/agencies/8rd3dn-broward-county-sheriffs-office/",
            "/agencies/b9nyu8-hopewell-county-sheriffs-office/",  # the longest history
            "/agencies/z6esmk-florida-atlantic-police-department/",  # its place is in question
        ),
    ),
    Kind("agreements", "agreements", ("/agreements/", "/agreements/?state=MD", "/agreements/?status=pending")),
    Kind("agreement", "agreement", ("/agreements/2e3hdj/", "/agreements/3ru8xj/")),
    Kind("laws", "laws", ("/laws/", "/laws/?view=list", "/laws/?topic=detainers")),
    Kind("law", "law", ("/laws/tx-sb-8-2025/", "/laws/ny-budget-immigration-2026/")),
    Kind("policies", "policies", ("/policies/", "/policies/?state=CA")),
    Kind(
        "policy",
        "policy",
        ("/policies/az-pima-county-property-resolution-2026/", "/policies/la-orleans-parish-cacho-settlement-2013/"),
    ),
    Kind("changes", "changes", ("/changes/?view=days&state=MD", "/changes/?view=days")),
    Kind(
        "changes compared",
        "changes",
        ("/changes/?from=2026-04-13&to=2026-05-18", "/changes/", "/changes/?from=2021-01-13&to=2026-05-18"),
        most=LARGEST,
    ),
    Kind("change", "change", ("/changes/02b21ac7145c/", "/changes/1ff833af865c/", "/changes/05961b9fc55e/")),
    Kind("guide", "guide", ("/guide/",)),
    Kind("guide page", "guide-page", tuple(f"/guide/{slug}/" for slug in GUIDE), most=LARGEST),
    Kind("glossary", "glossary", ("/glossary/",), most=LARGEST),
    Kind("numbers", "numbers", ("/guide/numbers/",), most=LARGEST),
    Kind("earlier agreements", "earlier", ("/guide/earlier/", "/guide/earlier/?state=NC"), most=LARGEST),
    Kind("rights card", "rights", ("/rights/",)),
    Kind("data", "data", ("/data/",)),
    Kind("API", "api-docs", ("/api/v1/docs/",), requests=4),
    Kind(
        "addresses of the API",
        "api-docs-section",
        ("/api/v1/docs/addresses/agreements/", "/api/v1/docs/addresses/jurisdictions/"),
        most=LARGEST,
        requests=4,
    ),
    Kind(
        "text on the API",
        "api-docs-text",
        tuple(f"/api/v1/docs/{name}/" for name in ("walkthroughs", "changes", "mirror", "webhooks", "command-line")),
        requests=4,
    ),
    Kind("cards", "embed", ("/embed/",)),
    Kind("line of a card", "embed", ("/embed/?geoid=12011",), requests=4),  # the card itself, in a frame
    Kind("card of a state", "embed-state", ("/embed/us/tx/",)),
    Kind("card of a place", "embed-place", ("/embed/us/fl/broward-county/", "/embed/us/mt/petroleum-county/")),
    Kind("report", "report", ("/report/", "/report/?page=/us/fl/davie/")),
    Kind("reported", "report-thanks", ("/report/thanks/",)),
    Kind("about", "about", ("/about/",)),
    Kind("method", "method", ("/about/method/",)),
    Kind("errors of ICE's lists", "errors", ("/about/errors/",)),
    Kind("privacy", "privacy", ("/about/privacy/",)),
    Kind("not found", "", ("/nowhere/", "/us/zz/", "/laws/no-such-law/"), status=404),
    Kind("refused", "", ("/us/fl/davie/?as_of=soon", "/changes/?from=2020-01-01"), status=400),
]

TYPED = {
    "answers differ": "21228",
    "several": "Washington",
    "agencies": "baltimore county police",
    "did you mean": "brwoard",
    "unknown ZIP": "99999",
    "nothing": "zzqx",
}
"""What readers type into the field, by the kind of page that answers: it has no address of its own."""


def pages() -> list[tuple[Kind, str]]:
    """Every address with its kind, in English."""
    return [(kind, address) for kind in KINDS for address in kind.addresses]


def typical() -> list[str]:
    """One address of each kind."""
    return [kind.typical for kind in KINDS]
