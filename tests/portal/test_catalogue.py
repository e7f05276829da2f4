"""The Spanish catalogue: what is compiled is what was written, and a translation keeps what stands in the original."""

import re

import polib
import pytest
from django.conf import settings

MESSAGES = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
WRITTEN = [entry for entry in polib.pofile(MESSAGES / "django.po") if entry.translated()]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
ELEMENT = re.compile(r"</?[a-z]+")


def texts(entry) -> dict:
    return entry.msgstr_plural or {0: entry.msgstr}


def test_the_compiled_catalogue_is_the_written_one():
    """`manage.py compilemessages` makes it, and it is committed, so that a reader's machine needs no gettext."""
    compiled = {(entry.msgctxt, entry.msgid): texts(entry) for entry in polib.mofile(MESSAGES / "django.mo")}
    assert compiled == {(entry.msgctxt, entry.msgid): texts(entry) for entry in WRITTEN}


@pytest.mark.parametrize("kept", [PLACEHOLDER, ELEMENT], ids=["placeholders", "elements"])
def test_a_translation_keeps_the_placeholders_and_elements_of_the_original(kept):
    for entry in WRITTEN:
        allowed = {tuple(sorted(kept.findall(text))) for text in (entry.msgid, entry.msgid_plural or entry.msgid)}
        for text in texts(entry).values():
            assert tuple(sorted(kept.findall(text))) in allowed, (entry.msgid, text)
