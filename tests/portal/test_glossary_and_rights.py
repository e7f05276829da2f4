"""The glossary and the rights card: each line a record with its source, in both languages."""

import re
from datetime import date, timedelta

import pytest

from agreements.days import today
from agreements.models import GlossaryTerm, GuideFact, LegalReview
from jurisdictions.models import DataVersion
from portal.guide.pages import FOR_ALL, RIGHTS, WARRANTS
from tests import staff as people
from tests.factories import GlossaryTermFactory, LegalReviewFactory
from tests.portal.reading import heading, text_of

bundled = pytest.mark.facts
both_languages = pytest.mark.parametrize("prefix", ["", "/es"])
ON_THE_CARD = [FOR_ALL, *(key for part in (*RIGHTS.parts, *WARRANTS) for key in part.facts)]


def documents_of(body: str) -> set[str]:
    return set(re.findall(r'<li id="(s\d+)">', body))


# -- Glossary -------------------------------------------------------------------------------------------------------


@bundled
@both_languages
def test_every_term_has_its_place_its_meaning_and_a_source_of_the_page(client, prefix):
    body = client.get(f"{prefix}/glossary/").content.decode()
    documents = documents_of(body)
    for term in GlossaryTerm.objects.published():
        entry = re.search(rf'(?s)<div id="{term.key}">.*?</div>', body)
        assert entry, term.key
        links = re.findall(r'href="#(s\d+)"', entry[0])
        assert links, term.key
        assert set(links) <= documents, term.key
        assert f'lang="{"en" if prefix else "es"}"' in entry[0], term.key  # the word in the other language


@bundled
@both_languages
def test_terms_stand_in_the_order_of_the_readers_alphabet_below_letters_that_lead_to_them(client, prefix):
    body = client.get(f"{prefix}/glossary/").content.decode()
    letters = re.findall(r'<li><a href="#(\w+)">', body[body.index('class="letters"') :])
    assert letters == sorted(letters, key=lambda letter: "" if letter == "numbers" else letter)
    assert re.findall(r'<h2 id="(\w+)">', body) == [*letters, "sources"]
    numbers = [int(each) for each in re.findall(r'href="#s(\d+)"', body)]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(documents_of(body)) + 1))


def test_a_term_whose_spanish_is_behind_is_shown_in_english_marked_so(client, db):
    GlossaryTermFactory(key="detainer", translation="out_of_date")
    body = client.get("/es/glossary/").content.decode()
    entry = re.search(r'(?s)<div id="detainer">.*?</div>', body)[0]
    assert '<span lang="en">detainer</span>' in entry
    assert '<span lang="en">A form in which ICE asks' in entry


# -- The rights card ------------------------------------------------------------------------------------------------


@bundled
@both_languages
def test_each_line_of_the_card_is_a_record_with_its_source_one_click_away(client, prefix):
    body = client.get(f"{prefix}/rights/").content.decode()
    documents = documents_of(body)
    card = body[body.index("<article") : body.index("</article>")]
    lines = dict(re.findall(r'(?s)<(?:li|p) id="([\w-]+)">(.*?)</(?:li|p)>', card))
    assert list(lines) == ON_THE_CARD
    for key, line in lines.items():
        assert set(re.findall(r'href="#(s\d+)"', line)) & documents, key
    assert heading(client.get(f"{prefix}/rights/")) == ("Sus derechos" if prefix else "Your rights")


@bundled
def test_every_fact_about_rights_is_on_the_card_and_its_own_address_leads_there(client):
    facts = GuideFact.objects.standing().filter(section="rights")
    assert {fact.key for fact in facts} <= set(ON_THE_CARD)
    assert client.get("/guide/facts/ri-silent/").headers["Location"] == "/rights/#ri-silent"


@bundled
def test_nobody_is_told_to_call_whom_no_source_names(client):
    text = text_of(client.get("/rights/"))
    assert "None of our sources names a directory of lawyers or a telephone number" in text
    assert not re.search(r"\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}", text)


def test_the_card_says_whether_a_lawyer_has_read_it(client, db):
    assert "General information, not legal advice. Not yet reviewed by a lawyer." in text_of(client.get("/rights/"))
    LegalReviewFactory(reviewer="An earlier reader", reviewed_on=date(2026, 1, 1))
    LegalReviewFactory()
    DataVersion.objects.bump()
    text = text_of(client.get("/rights/"))
    assert "A lawyer read this card on 24 November 2026: A member of the bar of Florida." in text
    assert "Not yet reviewed" not in text
    assert "An earlier reader" not in text


@pytest.mark.parametrize(("role", "status"), [("publisher", 302), ("editor", 403), ("translator", 403)])
def test_a_review_is_entered_by_those_who_publish_and_not_before_it_was_made(client, db, role, status):
    people.signed_in(client, role)
    ahead = client.post(
        "/admin/agreements/legalreview/add/", {"reviewer": "A", "reviewed_on": today() + timedelta(days=2)}
    )
    if status == 302:
        assert "That day lies ahead." in ahead.text
    version = DataVersion.objects.current().number
    entered = {"reviewer": "A member of the bar of Florida", "reviewed_on": "2026-11-24", "note": "All of it."}
    assert client.post("/admin/agreements/legalreview/add/", entered).status_code == status
    if status == 302:
        assert LegalReview.objects.newest().history.count() == 1
        assert DataVersion.objects.current().number == version + 1
    else:
        assert not LegalReview.objects.exists()
