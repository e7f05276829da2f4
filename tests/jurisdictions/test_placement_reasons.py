import pytest
from django.utils import translation

from jurisdictions.placement import reasons, translated


def fill(sentence):
    """The sentence with a value in each slot, as it would be stored."""
    return sentence % {slot: f"<{slot}>" for slot in SLOTS}


SLOTS = ("area", "areas", "before", "city", "count", "county", "number", "printed", "settlement", "source", "state")


@pytest.mark.parametrize("sentence", reasons.SENTENCES)
def test_each_sentence_is_known_again(monkeypatch, sentence):
    monkeypatch.setattr(reasons, "gettext", lambda text: f"[{text}]")
    assert translated(fill(sentence)) == f"[{fill(sentence)}]"


def test_a_sentence_and_what_follows_it_are_said_one_by_one(monkeypatch):
    monkeypatch.setattr(reasons, "gettext", lambda text: f"[{text}]")
    stored = "Its name says Monroe. ICE prints Monroe County, which does not fit."
    assert translated(stored) == "[Its name says Monroe.] [ICE prints Monroe County, which does not fit.]"


def test_names_with_full_stops_do_not_confuse(monkeypatch):
    monkeypatch.setattr(reasons, "gettext", lambda text: text.replace("Its name says", "Su nombre dice"))
    assert translated("Its name says St. Louis County.") == "Su nombre dice St. Louis County."


def test_what_an_editor_wrote_stays_as_written():
    with translation.override("es"):
        assert (
            translated("Its police serve the college’s own grounds.") == "Its police serve the college’s own grounds."
        )


def test_areas_in_a_row_are_said_in_the_readers_language():
    with translation.override("es"):
        assert translated(
            "Its name fits Camden (Oneida County) and Camden (Lewis and Clark County). ICE prints no county of Iowa."
        ) == (
            "Su nombre puede ser el de Camden (Condado de Oneida) y Camden (Condado de Lewis and Clark). ICE no"
            " indica ningún condado de Iowa."
        )
        assert translated("Its name fits A (B County), C and 2 more. ICE prints no county of Ohio.") == (
            "Su nombre puede ser el de A (Condado de B), C y 2 más. ICE no indica ningún condado de Ohio."
        )
