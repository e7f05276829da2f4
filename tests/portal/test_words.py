"""Hard words of a sentence lead to their meaning, once a page, and nothing else of the sentence changes."""

import pytest
from django.utils.safestring import mark_safe

from jurisdictions.models import DataVersion
from portal.guide.words import WORDS, Explained
from tests.factories import GlossaryTermFactory


@pytest.fixture
def explained(db):
    def make(language="en"):
        return Explained(DataVersion.objects.current(), language)

    GlossaryTermFactory(key="detainer")
    GlossaryTermFactory(key="judicial-warrant", term_en="judicial warrant")
    DataVersion.objects.bump()
    return make


def test_the_first_mention_on_a_page_is_linked_and_no_other(explained):
    page = explained()
    first = page.text("Jails must honor ICE detainers, and a detainer needs no judicial warrant.")
    assert first == (
        'Jails must honor ICE <a class="term" href="#w-detainer">detainers</a>, and a detainer needs no '
        '<a class="term" href="#w-judicial-warrant">judicial warrant</a>.'
    )
    assert page.text("A detainer again.") == "A detainer again."
    assert [term.key for term in page.met] == ["detainer", "judicial-warrant"]


def test_a_sentence_is_escaped_and_a_link_in_it_is_left_alone(explained):
    page = explained()
    assert page.text("<b>detainer") == '&lt;b&gt;<a class="term" href="#w-detainer">detainer</a>'
    page = explained()
    assert page.text(mark_safe('<a href="/x/">detainer</a> detainer')) == (
        '<a href="/x/">detainer</a> <a class="term" href="#w-detainer">detainer</a>'
    )


def test_words_are_met_in_the_language_of_the_sentence(explained):
    page = explained("es")
    assert 'href="#w-detainer">órdenes de retención</a>' in page.text("No cumplir órdenes de retención.")
    page = explained("es")
    english = page.text(mark_safe('<span lang="en">no judicial warrant</span>, sin orden judicial'))
    assert english.count("<a ") == 1
    assert ">judicial warrant</a></span>" in english


@pytest.mark.django_db
def test_before_the_first_load_there_is_nothing_to_explain(django_assert_num_queries):
    with django_assert_num_queries(1):
        page = Explained(DataVersion.objects.current(), "en")
    assert page.text("A detainer.") == "A detainer."


@pytest.mark.facts
def test_every_word_is_in_the_glossary_and_is_met_somewhere(client):
    met = set()
    for address in ("/us/tx/harris-county/", "/laws/tx-sb-8-2025/", "/us/il/cook-county/", "/us/md/baltimore-county/"):
        for prefix in ("", "/es"):
            body = client.get(prefix + address).content.decode()
            for key in WORDS:
                if f'href="#w-{key}"' in body:
                    met.add(key)
                    assert body.count(f'href="#w-{key}"') == body.count(f'id="w-{key}"') == 1
                    assert f'href="{prefix}/glossary/#{key}"' in body
    glossary = client.get("/glossary/").content.decode()
    assert all(f'id="{key}"' in glossary for key in WORDS)
    assert {"detainer", "booking", "judicial-warrant"} <= met
