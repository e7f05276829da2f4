"""Every law and policy of the bundled facts, as its page and the comparisons show it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agreements.days import today
from agreements.models import LocalPolicy, RuleStanding, StateLaw
from agreements.rules import about
from agreements.topics import LAW_TOPICS
from tests.portal.reading import text_of

pytestmark = pytest.mark.facts

PAGE_QUERIES = 5


@pytest.mark.parametrize("language", ["", "/es"])
@pytest.mark.parametrize("model", [StateLaw, LocalPolicy])
def test_every_page_opens_in_both_languages_says_what_it_rests_on_and_costs_the_same(client, model, language):
    records = model.objects.published().select_related("main_source")
    client.get(f"{language}{records[0].get_absolute_url()}")  # the first reader pays for reading the glossary
    for record in records:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"{language}{record.get_absolute_url()}")
        assert response.status_code == 200, record.key
        assert len(queries) <= PAGE_QUERIES, record.key
        body = response.content.decode()
        assert record.main_source.url.replace("&", "&amp;") in body, record.key
        assert "%(" not in body
        assert not re.search(r"\s(style|on\w+)=", body)
        if language and record.translation != "missing":
            assert record.summary_es.split(".")[0] in re.sub(r" (?=[;,)])", "", text_of(response)), record.key


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
