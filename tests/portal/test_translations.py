"""Spanish is whole: every public sentence is translated, and pages under /es/ show no English but what they mark."""

import html
import os
import re
import shutil
import subprocess
import sys
from functools import cache

import polib
import pytest
from django.conf import settings
from django.utils import translation

from agreements.models import Agreement, ChangeEvent, Standing
from jurisdictions.labels import area_name
from jurisdictions.models import Agency
from portal.templatetags import pages
from tests.portal.reading import heading, text_of

CATALOGUE = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
SOURCES = ("templates", "portal", "agreements", "jurisdictions")
BLANK = re.compile(r"%\(\w+\)s|%%|<[^>]+>")
# Words that are the same in both languages, which a page may well show.
ENOUGH_WORDS = 3


@cache
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE / "django.po"))


def in_spanish(entry: polib.POEntry) -> list[str]:
    return [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]


def in_english(entry: polib.POEntry) -> list[str]:
    return [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]


def key(entry: polib.POEntry) -> tuple:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def test_every_sentence_of_the_site_is_in_the_catalogue(tmp_path):
    """`make messages` puts new ones there, for somebody to translate."""
    for name in SOURCES:
        skipped = shutil.ignore_patterns("__pycache__", "migrations")
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name, ignore=skipped)
    (tmp_path / "locale").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale=es", "--no-location"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        timeout=120,
    )
    said = polib.pofile(str(tmp_path / "locale" / "es" / "LC_MESSAGES" / "django.po"))
    assert {key(entry) for entry in said} - {key(entry) for entry in catalogue()} == set()


def test_nothing_is_untranslated_or_only_guessed():
    assert catalogue().untranslated_entries() == []
    assert catalogue().fuzzy_entries() == []
    assert [entry.msgid for entry in catalogue() if not all(in_spanish(entry))] == []


def test_a_translation_ends_as_the_sentence_does():
    """A full stop lost or won shows where two sentences follow one another."""
    for entry in catalogue():
        for said in in_spanish(entry):
            assert entry.msgid.endswith((".", ":")) == said.endswith((".", ":")), entry.msgid


def test_counties_have_spanish_names_and_other_areas_keep_theirs():
    names = ["Broward County", "Acadia Parish", "Ponce Municipio", "Baltimore city", "Burton township", "County"]
    assert [area_name(name) for name in names] == names
    with translation.override("es"):
        assert [area_name(name) for name in names] == [
            "Condado de Broward",
            "Parroquia de Acadia",
            "Municipio de Ponce",
            *names[3:],
        ]


def test_an_english_name_is_marked_where_the_page_is_not_english():
    assert pages.english("Smith & Sons") == "Smith & Sons"
    with translation.override("es"):
        assert pages.english("Smith & Sons") == '<span lang="en">Smith &amp; Sons</span>'


def test_a_reason_is_translated_and_what_an_editor_wrote_is_marked_as_english():
    with translation.override("es"):
        assert pages.reason("Its name says Broward County.") == "Su nombre dice: Condado de Broward."
        assert pages.reason("The campus is at Pensacola.") == '<span lang="en">The campus is at Pensacola.</span>'


# -- The pages, over the bundled facts --------------------------------------------------------------------------------

PAGES = [
    "/",
    "/?state=zz",
    "/find/",
    "/us/",
    "/us/?as_of=2020-01-01",
    "/us/fl/",
    "/us/md/",
    "/us/md/?as_of=2026-02-12",
    "/us/md/?as_of=2999-01-01",
    "/us/tx/",
    "/us/fl/broward-county/",
    "/us/fl/broward-county/?as_of=2020-01-01",
    "/us/md/baltimore-county/",
    "/us/md/baltimore-county/?from=2414125",
    "/us/la/acadia-parish/",
    "/us/fl/davie/",
    "/us/pa/allegheny-county/",
    "/agencies/",
    "/agencies/?state=zz&status=none",
    "/agencies/?jurisdiction=12011&reach=all",
    "/agreements/",
    "/agreements/?page=9999",
    "/changes/",
    "/changes/?from=2026-04-13&to=2026-05-18",
    "/changes/?from=2021-01-13",
    "/changes/?from=2025-08-01&to=2025-11-01&state=FL",
    "/changes/?from=2026-04-14&to=2026-04-15",
    "/changes/?from=2020-01-01",
    "/changes/?from=2026-05-18&to=2026-04-13",
    "/changes/?view=days&jurisdiction=12011",
    "/about/errors/",
    "/laws/",
    "/laws/?topic=detainers",
    "/laws/?topic=information_sharing&as_of=2024-01-01",
    "/laws/?view=list",
    "/laws/?view=list&state=zz",
    "/laws/tx-sb-8-2025/",
    "/laws/tx-sb-8-2025/?as_of=2025-01-01",
    "/policies/",
    "/policies/?as_of=2020-01-01",
    "/policies/az-pima-county-property-resolution-2026/",
    "/changes/?from=soon",
    "/about/",
    "/about/method/",
    "/about/privacy/",
    "/api/v1/docs/",
    "/no-such-page/",
]
QUESTIONS = ["", "x" * 200, "21228", "00000", "96941", "washington", "brwoard", "zzqx", "davie sheriff", "union"]


def without_english(body: str) -> str:
    """The page without what it marks as English."""
    return re.sub(r'(?s)<(\w+)\b[^>]*\slang="en"[^>]*>.*?</\1>', " ", body)


@cache
def english_words() -> tuple[frozenset[str], list[str]]:
    """What must not be seen on a Spanish page: whole labels, and pieces of sentences between their blanks."""
    labels, pieces = set(), set()
    for entry in catalogue():
        spanish = in_spanish(entry)
        for english in in_english(entry):
            if english in spanish:
                continue
            labels.add(english)
            pieces.update(piece.strip(" .,:;()") for piece in BLANK.split(english))
    return frozenset(labels), sorted(piece for piece in pieces if len(piece.split()) >= ENOUGH_WORDS)


def assert_spanish(response) -> None:
    body = response.content.decode()
    assert '<html lang="es">' in body
    assert response.headers["Content-Language"] == "es"
    labels, pieces = english_words()
    # `code` holds names of parameters and of formats.
    shown = re.sub(r"(?s)<code>.*?</code>", " ", without_english(body))
    texts = {" ".join(html.unescape(text).split()) for text in re.split(r"<[^>]+>", shown)}
    texts |= {html.unescape(text) for text in re.findall(r'(?:aria-label|content)="([^"]*)"', shown)}
    assert texts & labels == set()
    whole = " ".join(texts)
    assert [piece for piece in pieces if piece in whole] == []
    assert "%(" not in whole
    assert not re.search(r"\b(?:January|February|March|April|June|July|August|October) \d{4}\b", whole)


@pytest.mark.facts
@pytest.mark.parametrize("address", PAGES)
def test_a_page_under_es_shows_no_english_sentence(client, address):
    assert_spanish(client.get(f"/es{address}"))


@pytest.mark.facts
@pytest.mark.parametrize("asked", QUESTIONS)
def test_what_is_found_is_told_in_spanish(client, asked):
    response = client.post("/es/find/", {"q": asked})
    assert response.status_code in {200, 400}
    assert_spanish(response)


@pytest.mark.facts
def test_agencies_and_agreements_of_every_status_are_told_in_spanish(client):
    for status in Standing.objects.filter(ends_on=None).order_by().values_list("status", flat=True).distinct():
        agreement = Agreement.objects.filter(standings__status=status, standings__ends_on=None).order_by("pk").first()
        assert_spanish(client.get(f"/es{agreement.get_absolute_url()}"))
        assert_spanish(client.get(f"/es{agreement.agency.get_absolute_url()}"))


@pytest.mark.facts
@pytest.mark.parametrize("placement", Agency.Placement.values)
def test_agencies_of_every_placement_are_told_in_spanish(client, placement):
    for agency in Agency.objects.filter(placement=placement).order_by("pk")[:3]:
        response = client.get(f"/es{agency.get_absolute_url()}")
        assert_spanish(response)
        assert f'<h1><span lang="en">{html.escape(agency.name)}</span>' in response.content.decode()


@pytest.mark.facts
def test_changes_of_every_kind_are_told_in_spanish(client):
    for kind in ChangeEvent.objects.order_by().values_list("kind", flat=True).distinct():
        event = ChangeEvent.objects.filter(kind=kind).order_by("pk").first()
        assert_spanish(client.get(f"/es{event.get_absolute_url()}"))


@pytest.mark.facts
def test_broward_reads_as_the_spanish_reader_needs_it(client):
    response = client.get("/es/us/fl/broward-county/")
    assert heading(response) == "Condado de Broward Florida"
    text = text_of(response)
    assert "Policía y sheriff de aquí Sí Broward County Sheriff's Office" in text
    assert "(“En la calle”, “Órdenes en la cárcel”) y 6 agencias del condado (“En la calle”) tienen acuerdos" in text
    assert "12 agencias estatales tienen acuerdos con ICE" in text
    assert "18 de mayo de 2026" in text
