"""Every law and policy of the bundled facts, as its page and the comparisons show it."""

import re

import brotli
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agreements.days import today
from agreements.models import LocalPolicy, RuleStanding, StateLaw
from agreements.rules import about
from agreements.topics import LAW_TOPICS
from portal.stylesheets import minified
from tests.portal.reading import text_of

pytestmark = pytest.mark.facts

FIRST_FLIGHT = 14_000  # bytes that a server may send before it hears from the reader
PAGE_QUERIES = 5
LISTS = ["/laws/", "/laws/?view=list", "/policies/", *(f"/laws/?topic={topic}" for topic in LAW_TOPICS)]


@pytest.mark.parametrize("language", ["", "/es"])
@pytest.mark.parametrize("model", [StateLaw, LocalPolicy])
def test_every_page_opens_in_both_languages_says_what_it_rests_on_and_costs_the_same(client, model, language):
    for record in model.objects.published().select_related("main_source"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"{language}{record.get_absolute_url()}")
        assert response.status_code == 200, record.key
        assert len(queries) <= PAGE_QUERIES, record.key
        body = response.content.decode()
        assert record.main_source.url.replace("&", "&amp;") in body, record.key
        assert "%(" not in body
        assert not re.search(r"\s(style|on\w+)=", body)
        if language and record.translation != "missing":
            assert record.summary_es.split(".")[0] in text_of(response).replace(" ,", ","), record.key


@pytest.mark.parametrize("model", [StateLaw, LocalPolicy])
@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_published_has_no_page(client, model, state):
    for record in model.objects.filter(state=state):
        assert client.get(record.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_sentence_says_in_force_of_what_is_no_rule_or_is_not_certain(language):
    said = {"en": "In force since", "es": "Vigente desde"}[language]
    with translation.override(language):
        for record in [*StateLaw.objects.published(), *LocalPolicy.objects.published()]:
            sentence = about(record, today())
            certain = record.standing_on(today()) == RuleStanding.IN_FORCE
            assert certain or not sentence.startswith(said), record.key
            assert certain or record.legal_status != "enacted" or record.start_last != record.start_first, record.key


@pytest.mark.parametrize("address", LISTS)
def test_a_list_fits_into_the_first_flight_with_its_style_in_both_languages(client, address):
    style = brotli.compress(minified((settings.BASE_DIR / "static/css/portal.css").read_text()).encode())
    for language in ("", "/es"):
        response = client.get(f"{language}{address}", headers={"Accept-Encoding": "br"})
        assert response.status_code == 200
        assert len(response.content) + len(style) <= FIRST_FLIGHT


@pytest.mark.parametrize("address", [*LISTS[:4], "/laws/tx-sb-8-2025/", "/es/laws/?topic=detainers"])
def test_tables_have_captions_fields_have_labels_and_ids_are_unique(client, address):
    body = client.get(address).content.decode()
    assert body.count("<table") == len(re.findall(r"<caption>\s*\S", body))
    assert not re.findall(r"<th(?! scope=)[\s>]", body)
    fields = set(re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', body))
    assert fields == set(re.findall(r'<label for="([^"]+)"', body))
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert len(ids) == len(set(ids))
    assert len(re.findall(r"<h1[\s>]", body)) == 1


def short(client, topic: str, day: str) -> dict[str, str]:
    """What the short part of a comparison says: the states of each effect."""
    body = client.get(f"/laws/?topic={topic}&as_of={day}").content.decode()
    part = body[body.index('<h2 id="short"') : body.index("</dl>", body.index('<h2 id="short"'))]
    rows = re.findall(r"(?s)<dt>(.*?)</dt><dd>(.*?)</dd>", part)
    return {
        re.sub(r"(?s)<span.*?</span>|<[^>]+>", "", name).strip(): re.sub(r"<[^>]+>", "", says) for name, says in rows
    }


@pytest.mark.parametrize(
    ("state", "day", "effect", "is_there"),
    [
        ("Maryland", "2026-02-16", "Forbids", False),
        ("Maryland", "2026-02-17", "Forbids", True),
        ("New Mexico", "2026-05-19", "Forbids", False),
        ("New Mexico", "2026-05-20", "Forbids", True),
        ("Texas", "2025-12-31", "Requires", False),
        ("Texas", "2026-01-01", "Requires", True),
    ],
)
def test_the_comparison_on_287g_is_of_the_day(client, state, day, effect, is_there):
    assert (state in short(client, "287g", day).get(effect, "")) == is_there


def test_what_is_not_confirmed_blocked_or_a_bill_is_never_among_what_a_state_does(client):
    for topic in LAW_TOPICS:
        says = short(client, topic, f"{today()}")
        for law in StateLaw.objects.published().filter(provisions__topic=topic).select_related("jurisdiction"):
            if law.standing_on(today()) == RuleStanding.IN_FORCE:
                continue
            others = StateLaw.objects.published().filter(jurisdiction=law.jurisdiction, provisions__topic=topic)
            if not any(other.standing_on(today()) == RuleStanding.IN_FORCE for other in others):
                done = [says.get(effect, "") for effect in ("Requires", "Encourages", "Allows", "Limits", "Forbids")]
                assert law.jurisdiction.name not in ", ".join(done).split(", "), (topic, law.key)
