"""What a page says of itself: its address, both languages, a sentence, a picture, data for machines, its citation."""

import json
import re
import struct
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from agreements.days import today
from jurisdictions.models import Jurisdiction
from portal import telling
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    AreaNameFactory,
    CountyFactory,
    PlaceFactory,
    StateFactory,
    StateLawFactory,
)
from tests.pages.kinds import KINDS

SITE = "http://testserver"
LONGEST = 160
HEAVIEST_PICTURE = 10_000  # bytes
PICTURE_SIZE = (1200, 630)

WITHOUT_ADDRESS = {"report", "report-thanks"}  # forms: nothing leads back to what was sent
CARDS = {"embed-state", "embed-place"}  # framed by others; they name the page that they are cut from

PAGES = [
    *(kind.typical for kind in KINDS if kind.status == 200 and kind.route not in WITHOUT_ADDRESS | CARDS),
    "/find/?state=tx&letter=b",
    "/us/ri/foster/",
    "/us/md/?as_of=2026-02-12",
    "/us/fl/davie/?as_of=2020-01-01",
    "/agreements/?state=MD",
    "/laws/?view=list",
]
"""Every kind of page that has an address of its own, and some that are seldom seen."""


class Head(HTMLParser):
    """The head of a page, and the line by which it is cited."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.told: dict[str, list[str]] = {}
        self.links: list[dict] = []
        self.blocks: list[str] = []
        self.cited = ""
        self.within = ""

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if tag == "meta":
            for name in ("name", "property"):
                if name in of:
                    self.told.setdefault(of[name], []).append(of.get("content", ""))
        if tag == "link":
            self.links.append(of)
        if tag == "script":
            self.within = "block" if of.get("type") == "application/ld+json" else "script"
            if self.within == "block":
                self.blocks.append("")
        if tag == "title" and not self.title:  # parts of a drawing have titles too
            self.within = "title"
        if tag == "p" and "cite" in of.get("class", "").split():
            self.within = "cite"

    def handle_endtag(self, tag):
        if tag in {"script", "title", "p"}:
            self.within = ""

    def handle_data(self, data):
        if self.within == "title":
            self.title += data
        if self.within == "block":
            self.blocks[-1] += data
        if self.within == "cite":
            self.cited += data


FEED_TYPES = ["application/atom+xml", "application/feed+json"]


@dataclass
class Told:
    """What a page says of itself, read from its text."""

    text: str
    title: str = ""
    description: str = ""
    canonical: str = ""
    languages: dict = field(default_factory=dict)
    feeds: list = field(default_factory=list)
    card: dict = field(default_factory=dict)
    data: dict = field(default_factory=dict)
    cited: str = ""

    def __post_init__(self):
        head = Head()
        head.feed(self.text)
        self.title, self.cited = head.title, " ".join(head.cited.split())
        assert all(len(values) == 1 for values in head.told.values()), "each thing is said once"
        self.card = {name: values[0] for name, values in head.told.items()}
        self.description = self.card.get("description", "")
        for link in head.links:
            if link["rel"] == "canonical":
                assert not self.canonical
                self.canonical = link["href"]
            if "hreflang" in link:
                self.languages[link["hreflang"]] = link["href"]
            if link.get("type") in FEED_TYPES:
                self.feeds.append((link["type"], link["href"]))
        assert len(head.blocks) <= 1
        self.data = json.loads(head.blocks[0]) if head.blocks else {}


@pytest.fixture
def told(client):
    def read(address: str, status: int = 200) -> Told:
        response = client.get(address)
        assert response.status_code == status, address
        return Told(response.text)

    return read


@pytest.fixture
def davie(db):
    return PlaceFactory(short_name="Davie", counties=[CountyFactory(geoid="12011", name="Broward County")])


# -- Every kind of page, in both languages --------------------------------------------------------------------------


ENDINGS = {"en": " · Local police and ICE", "es": " · Policía local e ICE"}
LOCALES = {"en": "en_US", "es": "es_US"}


@pytest.mark.facts
def test_every_kind_of_page_says_what_it_is_in_both_languages(told, client):
    titles, feeds = set(), set()
    for address in PAGES:
        both = {"en": told(address), "es": told(f"/es{address}")}
        for language, page in both.items():
            assert page.title.endswith(ENDINGS[language]), address
            assert 30 <= len(page.description) <= LONGEST, (address, page.description)
            assert page.card["og:description"] == page.description
            assert page.card["og:title"] in page.title
            assert page.card["og:locale"] == LOCALES[language]
            assert page.card["twitter:card"] == "summary_large_image"
            # It names itself, absolutely; whoever is sent the link sees a picture of ours.
            assert page.canonical == page.card["og:url"] == page.languages[language]
            assert page.languages["x-default"] == page.languages["en"]
            picture = page.card["og:image"]
            assert picture.startswith(f"{SITE}/static/share/")
            assert (settings.BASE_DIR / urlsplit(picture).path.lstrip("/")).exists()
            titles.add(page.title)
            feeds.update(page.feeds)
        assert both["en"].languages == both["es"].languages, address
        assert both["en"].canonical.startswith(f"{SITE}/")
        assert both["es"].canonical == both["en"].canonical.replace(SITE, f"{SITE}/es", 1)
    assert len(titles) >= 2 * len(PAGES) - 4, "lists that were narrowed keep their title, others have one of their own"
    for media_type, feed in feeds:
        assert client.get(feed)["Content-Type"] == f"{media_type}; charset=utf-8", feed


@pytest.mark.facts
@pytest.mark.parametrize("address", ["/us/fl/", "/us/fl/davie/", "/agencies/", "/laws/tx-sb-8-2025/", "/", "/changes/"])
def test_a_page_of_what_changes_names_its_feed(told, address):
    for prefix in ("", "/es"):
        feeds = told(f"{prefix}{address}").feeds
        assert [media_type for media_type, _address in feeds] == FEED_TYPES
        assert {feed.startswith("/es/") for _media_type, feed in feeds} == {bool(prefix)}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nowhere/", "/us/zz/", "/es/laws/nothing/"])
def test_a_page_that_is_not_there_has_no_address_of_its_own(told, address):
    page = told(address, 404)
    assert not page.canonical
    assert not page.languages
    assert not page.cited


@pytest.mark.django_db
def test_an_answer_to_a_form_names_no_address_and_is_cited_nowhere(client, davie):
    page = Told(client.post("/find/", {"q": "nothing like it"}).text)
    assert not page.canonical
    assert not page.cited
    assert not page.data


# -- The address ----------------------------------------------------------------------------------------------------


def test_only_what_changes_the_page_is_part_of_its_address(told, davie):
    AreaNameFactory(name="Ivanhoe", cdp_geoid="1234567", leads_to=davie)
    page = told("/us/fl/davie/?utm_source=mail&from=1234567&as_of=2026-02-12")
    assert page.canonical == f"{SITE}/us/fl/davie/?as_of=2026-02-12"
    assert page.languages["es"] == f"{SITE}/es/us/fl/davie/?as_of=2026-02-12"


def test_how_a_reader_came_stays_when_the_language_changes(client, davie):
    AreaNameFactory(name="Ivanhoe", cdp_geoid="1234567", leads_to=davie)
    body = client.get("/us/fl/davie/?from=1234567").text
    assert '<a class="lang" href="/es/us/fl/davie/?from=1234567"' in body
    assert f'<link rel="canonical" href="{SITE}/us/fl/davie/">' in body


def test_todays_page_has_one_address_with_and_without_its_day(told, davie):
    assert told(f"/us/fl/davie/?as_of={today()}").canonical == f"{SITE}/us/fl/davie/"
    yesterday = today() - timedelta(days=1)
    assert told(f"/us/fl/davie/?as_of={yesterday}").canonical == f"{SITE}/us/fl/davie/?as_of={yesterday}"


@pytest.mark.parametrize("wrong", ["soon", "2999-01-01", "%00"])
def test_a_day_that_cannot_be_shown_makes_no_address(told, davie, wrong):
    assert told(f"/us/fl/davie/?as_of={wrong}", 400).canonical == f"{SITE}/us/fl/davie/"


@pytest.mark.django_db
def test_a_list_of_laws_in_force_is_another_page_than_that_of_all_laws(told):
    assert told(f"/laws/?as_of={today()}&view=list").canonical.endswith(f"as_of={today()}&view=list")
    assert told("/laws/?view=list&page=1").canonical == f"{SITE}/laws/?view=list"


@pytest.mark.django_db
def test_parameters_are_in_one_order_whatever_the_link(told):
    StateFactory()
    one, other = told("/agencies/?kind=sheriff&state=FL"), told("/agencies/?state=FL&kind=sheriff&fbclid=1")
    assert one.canonical == other.canonical


@pytest.mark.django_db
def test_the_address_is_on_the_host_and_scheme_that_were_asked(client, settings):
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    page = Told(client.get("/about/", headers={"Host": "portal.example.org", "X-Forwarded-Proto": "https"}).text)
    assert page.canonical == "https://portal.example.org/about/"
    assert page.card["og:image"] == "https://portal.example.org/static/share/us.png"


# -- Words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param("Short.", "Short.", id="fits"),
        pytest.param("One two three. Four five six seven.", "One two three.", id="whole sentences where they fit"),
        pytest.param("One. Two three four five six seven", "One. Two three four…", id="a short sentence is too little"),
        pytest.param("Under Tex. Gov't Code ch. 752 they do", "Under Tex. Gov't…", id="a short form ends no sentence"),
        pytest.param("In the city of St. Louis and beyond", "In the city of St.…", id="nor does that of a name"),
        pytest.param("one two three four, five six seven", "one two three four…", id="no comma before the dots"),
    ],
)
def test_a_description_ends_with_a_sentence_or_a_word(text, short):
    assert telling.in_short(text, 24 if "Code" not in text and "St." not in text else 20) == short


def test_a_description_is_never_longer_and_never_breaks_a_word():
    text = "Broward County Sheriff's Office and 6 agencies in the county have agreements with ICE " * 4
    short = telling.in_short(text)
    assert len(short) <= LONGEST
    assert text.startswith(short.rstrip("…"))
    assert text[len(short) - 1] == " "


def test_text_of_a_block_is_without_its_markup_and_on_one_line():
    assert telling.plain('  <span lang="en">Bob &amp; Ann&#x27;s</span>\n &lt;b&gt; ') == "Bob & Ann's <b>"


# -- For machines ---------------------------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script>\" onload='x' <!-- &amp; \u2028 Sheriff"


def test_no_name_ends_the_block_that_it_stands_in(client, davie):
    agency = AgencyFactory(name=HOSTILE, covers=[davie])
    agreement = AgreementFactory(agency=agency)
    law = StateLawFactory(title=HOSTILE, citation=HOSTILE)
    for address in (agency.get_absolute_url(), agreement.get_absolute_url(), law.get_absolute_url()):
        text = client.get(address).text
        page = Told(text)
        assert "<script>" not in text
        assert len(re.findall("<script", text)) == 2, "the block, and the one file"
        assert page.title.startswith(" ".join(HOSTILE.split())), "a title is the name as it is"
        assert page.data["breadcrumb"]["itemListElement"][-1]["name"] in page.title
    assert page.data["about"]["name"] == HOSTILE
    assert page.data["about"]["legislationIdentifier"] == HOSTILE


def test_a_place_is_told_as_an_area_with_the_trail_that_leads_to_it(told, davie):
    page = told("/es/us/fl/davie/")
    assert page.data["@context"] == "https://schema.org"
    assert page.data["about"] == {
        "@type": "AdministrativeArea",
        "name": "Davie",
        "identifier": davie.geoid,
        "containedInPlace": {"@type": "AdministrativeArea", "name": "Florida"},
    }
    steps = page.data["breadcrumb"]["itemListElement"]
    assert [(each["position"], each["name"], each.get("item")) for each in steps] == [
        (1, "Estados", f"{SITE}/es/us/"),
        (2, "Florida", f"{SITE}/es/us/fl/"),
        (3, "Condado de Broward", f"{SITE}/es/us/fl/broward-county/"),
        (4, "Davie, Florida", None),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("geoid", "usps", "kind"), [("12", "FL", "State"), ("72", "PR", "AdministrativeArea")])
def test_a_territory_is_no_state(told, geoid, usps, kind):
    StateFactory(geoid=geoid, name=usps, usps=usps)
    assert told(f"/us/{usps.lower()}/").data["about"]["@type"] == kind


def test_an_agency_is_told_as_an_office_of_government(told, davie):
    agency = AgencyFactory(name="Davie Police Department", covers=[davie])
    about = told(agency.get_absolute_url()).data["about"]
    assert (about["@type"], about["name"]) == ("GovernmentOrganization", "Davie Police Department")
    assert about["address"]["addressRegion"] == "FL"


@pytest.mark.facts
@pytest.mark.parametrize(
    "address",
    ["/agencies/", "/agreements/", "/laws/", "/policies/", "/changes/", "/us/", "/about/errors/", "/guide/earlier/"],
)
def test_a_list_is_a_data_set_with_a_file_and_a_licence(told, client, address):
    data = told(address).data["mainEntity"]
    assert data["@type"] == "Dataset"
    assert len(data["description"]) >= 50
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    file = client.get(data["distribution"]["contentUrl"].removeprefix(SITE))
    assert file["Content-Type"].startswith(data["distribution"]["encodingFormat"])
    if address == "/agreements/":
        assert data["temporalCoverage"] == "2021-01-13/2026-05-18"


@pytest.mark.django_db
def test_a_list_that_was_narrowed_is_no_data_set(told):
    StateFactory()
    assert "mainEntity" in told("/agencies/").data
    assert "mainEntity" not in told("/agencies/?state=FL").data


@pytest.mark.parametrize("held", [None, {"version": "2026-11-25.1"}])
def test_the_page_of_all_data_names_the_manifest_once_files_were_built(rf, held):
    request = rf.get("/data/")
    request.resolver_match = SimpleNamespace(view_name="data")
    block = telling.as_data(request, {"held": held}, title="Data", description="All of it", trail="")
    assert ('"contentUrl":"http://testserver/api/v1/bulk/manifest.json"' in block) == bool(held)


# -- To cite --------------------------------------------------------------------------------------------------------


@pytest.mark.facts
@pytest.mark.parametrize(
    ("address", "cited"),
    [
        (
            "/us/fl/broward-county/?as_of=2026-03-01",
            "Cite this page: “Broward County, Florida”. Local police and ICE, 1 March 2026. From ICE's list of 27"
            " February 2026. Data version {}. http://testserver/us/fl/broward-county/?as_of=2026-03-01",
        ),
        (
            "/es/laws/tx-sb-8-2025/?as_of=2026-03-01",
            "Para citar esta página: “Texas SB 8 (2025), Texas”. Policía local e ICE, 1 de marzo de 2026. Versión de"
            " los datos: {}. http://testserver/es/laws/tx-sb-8-2025/?as_of=2026-03-01",
        ),
    ],
)
def test_a_page_says_how_to_cite_it(told, client, address, cited):
    version = client.get("/api/v1/status/").json()["data_version"]
    assert told(address).cited == cited.format(version)


@pytest.mark.facts
@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("/us/fl/", True),
        ("/us/", True),
        ("/map/fl/", True),
        ("/agreements/?state=FL", True),
        ("/laws/", True),
        ("/laws/?view=list", False),
        ("/policies/", False),
        ("/about/", False),
        ("/changes/", False),
    ],
)
def test_the_cited_address_brings_back_this_very_page(told, address, day):
    page = told(address)
    cited = page.cited.rpartition(" ")[2]
    assert cited.endswith(f"as_of={today()}") == day
    assert told(cited.removeprefix(SITE)).title == page.title


# -- Pictures -------------------------------------------------------------------------------------------------------


def size_of(picture: bytes) -> tuple[int, int, int]:
    """Width, height and kind of colour of a PNG."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, _depth, kind = struct.unpack(">IIBB", picture[16:26])
    return width, height, kind


@pytest.mark.facts
def test_every_state_and_the_country_have_a_small_picture():
    slugs = {*Jurisdiction.objects.states().values_list("slug", flat=True), telling.NATION}
    folder = settings.BASE_DIR / "static" / "share"
    assert {path.stem for path in folder.iterdir()} == slugs
    for slug in slugs:
        picture = (folder / f"{slug}.png").read_bytes()
        assert len(picture) <= HEAVIEST_PICTURE, slug
        assert size_of(picture) == (*PICTURE_SIZE, 3), "a palette"


@pytest.mark.facts
@pytest.mark.parametrize(
    ("address", "picture"),
    [
        ("/us/tx/", "tx"),
        ("/es/us/fl/davie/", "fl"),
        ("/laws/tx-sb-8-2025/", "tx"),
        ("/map/ga/", "ga"),
        ("/us/", "us"),
        ("/about/", "us"),
    ],
)
def test_a_link_comes_with_the_picture_of_its_state(told, address, picture):
    assert told(address).card["og:image"] == f"{SITE}/static/share/{picture}.png"


def test_a_state_without_a_picture_has_that_of_the_country(rf):
    assert telling.picture_of(rf.get("/"), "zz") == f"{SITE}/static/share/us.png"
