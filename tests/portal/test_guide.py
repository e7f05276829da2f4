"""The guide over the bundled facts: each sentence leads to its source, nothing unconfirmed stands as a fact."""

import html
import re
from calendar import month_name
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
import textstat
from django.conf import settings
from django.utils import translation

from agreements.counted import COUNT
from agreements.models import GuideFact, ModelPower, TimelineEvent
from jurisdictions.models import DataVersion
from portal.guide import PAGES, Guide
from portal.guide.pages import ARGUMENTS
from portal.guide.powers import COLUMNS
from portal.management.commands import guide_claims
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.facts

IN_BOTH = [pytest.param(slug, language, id=f"{language}-{slug}") for slug in PAGES for language in ("en", "es")]
each_page = pytest.mark.parametrize(("slug", "language"), IN_BOTH)
MONTHS = "|".join(month_name[1:])

QUERIES = 4  # the version, the lists of the day


def page(client, slug: str, language: str):
    response = client.get(f"{'/es' if language == 'es' else ''}/guide/{slug}/")
    assert response.status_code == 200
    return response


def body_of(response) -> str:
    """The page's main part without its list of sources, its way to other pages, and how to cite it."""
    text = response.content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    return main[: main.index('<section aria-labelledby="sources">')]


def sources_of(response) -> dict[str, str]:
    """The numbered documents at the end of the page: the number and the item's markup."""
    items = re.findall(r'(?s)<li id="s(\d+)">(.*?)</li>', response.content.decode())
    assert [int(number) for number, _item in items] == list(range(1, len(items) + 1))
    return dict(items)


@cache
def said_in(language: str) -> dict[str, list[str]]:
    """Every sentence of a record that may be said as a fact, without its numbers, by the record's key."""
    with translation.override(language):
        records = [*GuideFact.objects.standing(), *TimelineEvent.objects.published()]
        return {record.key: COUNT.split(getattr(record, f"sentence_{language}"))[::3] for record in records}


# -- Each sentence leads to its source --------------------------------------------------------------------------------


@each_page
def test_every_sentence_carries_a_source_of_the_page(client, slug, language):
    response = page(client, slug, language)
    sources = sources_of(response)
    body = body_of(response)
    told = re.findall(r'(?s)<(li|tr) id="([a-z0-9-]+)">(.*?)</\1>', body)
    assert told
    for _tag, key, markup in told:
        numbers = re.findall(r'href="#s(\d+)"', markup)
        assert numbers, f"{key} names no source"
        assert set(numbers) <= set(sources), key
    for cell in re.findall(r"(?s)<td>(.*?)</td>", body):
        if "<b>" in cell:
            assert re.search(r'href="#s\d+"', cell), cell
    assert all('href="http' in item for item in sources.values())


@each_page
def test_what_is_said_beside_the_facts_is_headings_and_words_about_the_page(client, slug, language):
    """No sentence of the page stands outside a record but those of the templates, which speak of the page."""
    body = body_of(page(client, slug, language))
    outside = re.sub(r'(?s)<(li|tr) id="[a-z0-9-]+">.*?</\1>|<figure.*?</figure>|<details>.*?</details>', " ", body)
    outside = re.sub(r'(?s)<table class="vs.*?</table>|<h[12].*?</h[12]>|<nav.*?</nav>', " ", outside)
    paragraphs = [text for text in re.findall(r"(?s)<p[^>]*>(.*?)</p>", outside) if text.strip()]
    assert len(paragraphs) <= 3
    words = html.unescape(re.sub(r"<[^>]+>", "", " ".join(paragraphs)))
    assert not re.search(r"\d{2,}", re.sub(r"287|June 2025|junio de 2025", "", words))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_fact_that_stands_is_told_on_some_page_of_the_guide_or_on_the_rights_card(client, language):
    read = {slug: text_of(page(client, slug, language)) for slug in PAGES}
    for key, parts in said_in(language).items():
        if key.startswith("ri-"):
            continue
        where = [slug for slug, text in read.items() if all(part.strip() in text for part in map(plain, parts))]
        assert where, key


def plain(text: str) -> str:
    return re.sub(r" (?=[.,:])", "", " ".join(html.unescape(text).split()))


# -- Nothing unconfirmed stands as a fact -----------------------------------------------------------------------------


@each_page
def test_what_is_not_confirmed_is_only_on_the_page_of_claims_and_marked_so(client, slug, language):
    text = text_of(page(client, slug, language))
    unconfirmed = GuideFact.objects.published().filter(verdict="unconfirmed")
    assert unconfirmed.count() == 10
    mark = {"en": "Said, not confirmed:", "es": "Se dice, sin confirmar:"}[language]
    for fact in unconfirmed:
        sentence, claim = getattr(fact, f"sentence_{language}"), getattr(fact, f"claim_{language}")
        assert (sentence in text) is (slug == "claims"), fact.key
        if slug == "claims":
            assert f"{mark} {claim}" in text, fact.key


def test_no_page_orders_a_fact_that_is_not_confirmed_or_not_there():
    stand = set(GuideFact.objects.standing().values_list("key", flat=True))
    ordered = [key for page in PAGES.values() for key in page.facts]
    assert set(ordered) <= stand
    for page in PAGES.values():
        assert len(set(page.facts)) == len([*page.facts]), page.slug


def test_every_claim_is_on_the_page_of_claims_with_what_became_of_it(client):
    text = text_of(page(client, "claims", "en"))
    claims = GuideFact.objects.claims()
    verdicts = Counter(claims.values_list("verdict", flat=True))
    assert verdicts == {"confirmed": 53, "corrected": 16, "unconfirmed": 10}
    for claim in claims:
        assert claim.claim_en in text, claim.key
    for claim in claims.filter(verdict="corrected"):
        assert f"Said: {claim.claim_en} What we found: {plain(COUNT.split(claim.sentence_en)[0])}".strip() in text


# -- Powers, numbers, sides -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_power_that_no_source_settles_is_neither_yes_nor_no(client, language):
    body = body_of(page(client, "models", language))
    words = re.findall(r"<b>(.*?)</b>", body)
    shown = ModelPower.objects.published().filter(model__in=COLUMNS)
    unsettled = {"en": "Not settled", "es": "No está claro"}[language]
    assert words.count(unsettled) == shown.filter(confidence="low").count() > 0
    yes = {"en": "Yes", "es": "Sí"}[language]
    assert words.count(yes) == shown.exclude(confidence="low").filter(allowed="yes").count()
    assert len(words) == shown.count()
    for power in shown.filter(allowed="limited"):
        assert getattr(power, f"note_{language}") in html.unescape(body), power.key


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("what-it-is", "1,843 agreements with 1,549 agencies in 40 states and territories"),
        ("history", "135 agreements in 21 states"),
        ("history", "649 agreements in 40 states"),
        ("history", "79 requests"),
        ("states", "California, Delaware, Illinois, Maine, Maryland, New Jersey, New Mexico, New York, Oregon and"),
    ],
)
def test_numbers_of_our_own_lists_are_counted_and_come_out_as_published_counts_have_them(client, slug, said):
    assert said in text_of(page(client, slug, "en"))


def test_numbers_are_written_as_the_united_states_write_them_in_spanish_too(client):
    assert "1,843" in text_of(page(client, "what-it-is", "es"))


def test_days_are_written_in_the_guide_as_on_every_page():
    for fact in GuideFact.objects.all():
        for text in (fact.sentence_en, fact.claim_en, fact.doubt_en):
            assert not re.search(rf"(?:{MONTHS}) \d{{1,2}}\b", text), (fact.key, "18 May 2026, not May 18, 2026")


def test_no_number_that_our_lists_give_is_typed():
    """A fact that rests on ICE's sheets has its counts in braces; what else is a figure there is a date or a name."""
    ours = GuideFact.objects.standing().filter(main_source__title__startswith="ICE's list")
    assert ours.count() == 14
    for fact in ours:
        typed = re.sub(rf"\{{[^}}]*\}}|\b\d{{1,2}} (?:{MONTHS})\b|\b20\d\d\b|287\(g\)", "", fact.sentence_en)
        assert not re.search(r"\d", typed), (fact.key, typed)


def test_a_number_leads_to_the_list_that_was_counted(client):
    body = body_of(page(client, "what-it-is", "es"))
    (address,) = {html.unescape(each) for each in re.findall(r'href="([^"]*model=JEM[^"]*)"', body)}
    assert address == "/es/agreements/?status=listed&model=JEM&as_of=2026-05-18"
    assert "182" in text_of(client.get(address))


@pytest.mark.parametrize("language", ["en", "es"])
def test_both_sides_have_as_many_statements_and_as_many_words(language):
    facts = Guide.read().facts
    supporters, critics = (
        [getattr(facts[key], f"sentence_{language}") for key in part.facts] for part in ARGUMENTS.parts
    )
    assert len(supporters) == len(critics)
    words = [len(" ".join(side).split()) for side in (supporters, critics)]
    assert min(words) / max(words) > 0.9, words


def test_the_timeline_is_in_the_order_of_days(client):
    days = re.findall(r'<tr id="(\d{4}(?:-\d\d){0,2})-[a-z]', body_of(page(client, "history", "en")))
    assert len(days) == TimelineEvent.objects.published().count()
    assert days == sorted(days)


# -- Plain words -----------------------------------------------------------------------------------------------------

LONGEST_IN_SPANISH = 30  # words of a sentence
LISTS_OF_NAMES = {"sl-banned", "sl-required"}
"""Their last sentence is as long as the number of states that it names."""


def sentences(markup: str) -> list[str]:
    """The facts of a page as sentences, without what is beside them."""
    text = re.sub(
        r"(?s)<small>.*?</small>|<sup>.*?</sup>|<a href=\"/[^\"]*\">(Our list|The law, part by part)</a>", "", markup
    )
    return re.split(r"(?<=[.?:]) +", " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split()))


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_is_read_with_eight_years_of_school(client, slug):
    """US grades by Flesch and Kincaid, of all that the page says. Names of laws, courts and bodies count as words."""
    said = re.findall(r'(?s)<(?:li|tr) id="([a-z0-9-]+)">(.*?)</(?:li|tr)>', body_of(page(client, slug, "en")))
    told = [each for key, markup in said if key not in LISTS_OF_NAMES for each in sentences(markup)]
    assert textstat.flesch_kincaid_grade(" ".join(told)) < 9


def test_no_spanish_sentence_is_long():
    for key, parts in said_in("es").items():
        if key in LISTS_OF_NAMES:
            continue
        for sentence in re.split(r"(?<=[.?:]) +", "1,000".join(parts)):
            assert len(sentence.split()) <= LONGEST_IN_SPANISH, (key, sentence)


# -- The way through, and what a page costs ---------------------------------------------------------------------------


def test_the_index_leads_to_every_page_and_each_page_to_its_neighbours(client):
    index = client.get("/guide/").content.decode()
    path = [f"/guide/{slug}/" for slug in PAGES]
    assert re.findall(r'href="(/guide/[^"#]+)"', index)[: len(path)] == path
    for before, after in pairwise(path):
        assert f'href="{after}" rel="next"' in client.get(before).content.decode()
        assert f'href="{before}" rel="prev"' in client.get(after).content.decode()


def test_a_fact_has_an_address_that_leads_to_where_it_is_told(client):
    assert client.get("/guide/facts/hw-48/")["Location"] == "/guide/practice/#hw-48"
    assert client.get("/es/guide/facts/nu-625/")["Location"] == "/es/guide/claims/#nu-625"
    assert client.get("/guide/facts/none-such/").status_code == 404
    assert client.get("/guide/none-such/").status_code == 404


@each_page
def test_a_page_costs_the_same_whatever_it_tells(client, slug, language, django_assert_max_num_queries):
    page(client, slug, language)  # the first reader of a version pays for reading the records
    with django_assert_max_num_queries(QUERIES):
        page(client, slug, language)


@each_page
def test_a_page_has_one_heading_in_its_language(client, slug, language):
    with translation.override(language):
        assert heading(page(client, slug, language)) == str(PAGES[slug].title)


def test_records_are_read_once_for_each_version_of_the_facts():
    version = DataVersion.objects.current()
    assert Guide.of(version) is Guide.of(version)


# -- Its page in the docs ---------------------------------------------------------------------------------------------


def test_the_docs_say_of_each_claim_where_the_guide_answers_it():
    """`manage.py guide_claims` prints the table anew."""
    told = (settings.BASE_DIR / "docs" / "guide.md").read_text().split("## Claims")[1]
    written = [line for line in told.splitlines() if line.startswith("|")]
    assert written == guide_claims.table()
    assert len(written) == 2 + 79
