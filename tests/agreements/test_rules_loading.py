"""A newer bundle meets a database in use: what staff edited stays, what the bundle says instead waits for review."""

from datetime import date
from pathlib import Path

import pytest

from agreements.facts import tables
from agreements.facts.export import ROWS
from agreements.facts.load import _Load, load_facts
from agreements.facts.rules import RulesLoad
from agreements.models import (
    ChangeEvent,
    Check,
    FederalDesignation,
    LawCitation,
    LocalPolicy,
    Provision,
    Revision,
    StateLaw,
)
from agreements.rule_events import refresh_rule_events
from jurisdictions.models import Source
from tests.factories import CountyFactory, StateFactory

RULES = ("sources", "state_laws", "provisions", "local_policies", "designations", "rule_citations", "checks")
DECISIONS = ("verdicts", "source_corrections")
SOURCE = "2026-11-24 https://www.example.org/act A page on the act"


@pytest.fixture
def bundle(tmp_path):
    """A bundle with one law of two provisions, one policy, one label and one check, to change and load."""
    StateFactory(geoid="24", name="Maryland", usps="MD")
    CountyFactory(geoid="24005", state_id="24", name="Baltimore County", short_name="Baltimore")
    return Bundle(tmp_path)


class Bundle:
    def __init__(self, folder: Path):
        self.folder = folder
        editorial = {
            "state": "published", "main_source": SOURCE, "checked_on": "2026-11-24", "next_check_on": "",
            "confidence": "high", "translation": "machine", "doubt_en": "", "doubt_es": "",
        }  # fmt: skip
        self.source = {
            "url": "https://www.example.org/act", "title": "A page on the act", "retrieved_on": "2026-11-24",
            "publisher": "A publisher", "published_on": "", "language": "en", "archived_url": "", "sha256": "",
        }  # fmt: skip
        self.law = {
            "key": "md-act-2026", "jurisdiction": "24", "title": "An act", "citation": "HB 444",
            "instrument": "statute", "stance": "prohibits_cooperation", "legal_status": "enacted",
            "enacted_on": "2026-02-17", "effective_on": "2026-02-17", "ended_on": "", "is_unconfirmed": "0",
            "summary_en": "It bans agreements.", "summary_es": "Prohíbe los acuerdos.", "effect_on_287g": "banned",
            **editorial,
        }  # fmt: skip
        self.provisions = [
            {
                "law": "md-act-2026", "place": place, "topic": topic, "effect": "forbids", "binds": ["local_police"],
                "section": "", "effective_on": "", "statement_en": f"No {topic}.", "statement_es": f"Ni {topic}.",
            }
            for place, topic in ((1, "287g"), (2, "detainers"))
        ]  # fmt: skip
        self.policy = {
            "key": "md-baltimore-county-memo-2025", "state_area": "24", "jurisdictions": "24005",
            "government": "Baltimore County", "government_type": "county", "title": "A memorandum", "citation": "",
            "instrument": "resolution", "stance": "limits_cooperation", "printed_topics": ["287g_ban"],
            "legal_status": "in_force", "adopted_on": "2025-10-25", "ended_on": "",
            "summary_en": "A memorandum.", "summary_es": "Un memorando.", **editorial,
        }  # fmt: skip
        self.label = {
            "key": "doj-eo-14287-24005", "list": "doj-eo-14287", "listed_on": "2025-08-05",
            "removed_on": "2025-10-31", "jurisdiction": "24005", "printed_name": "Baltimore County",
            "printed_type": "county", **editorial,
        }  # fmt: skip
        self.citations = []
        self.checks = [
            {
                "jurisdiction": "24", "subject": "287g", "looked_on": "2026-11-24", "where": "Code pages.",
                "found": "yes",
            }
        ]  # fmt: skip

    def load(self):
        rows = {
            "sources": [self.source],
            "state_laws": [self.law],
            "provisions": self.provisions,
            "local_policies": [self.policy],
            "designations": [self.label],
            "rule_citations": self.citations,
            "checks": self.checks,
        }
        for table in RULES + DECISIONS:
            tables.write_table(table, rows.get(table, []), self.folder)
        load = _Load(self.folder, lambda step: None)
        load.decisions()
        RulesLoad(load).settle()
        load.keep_digests()
        return load.done

    def written(self):
        """What the database would export now is what the bundle says."""
        for table in RULES:
            held = [{name: tables.as_text(value) for name, value in row.items()} for row in ROWS[table]()]
            assert held == list(tables.read_table(table, self.folder)), table


def law():
    return StateLaw.objects.get()


@pytest.mark.django_db
def test_a_first_load_brings_everything_and_writes_no_history(bundle):
    assert bundle.load().left == []
    bundle.written()
    assert law().standing_on(date(2026, 2, 17)) == "in_force"
    assert LocalPolicy.objects.get().topics == ["287g"]
    for model in (StateLaw, Provision, LocalPolicy, FederalDesignation, Source):
        assert model.objects.count()
        assert not model.history.exists()


@pytest.mark.django_db
def test_the_same_bundle_again_changes_nothing(bundle):
    bundle.load()
    before = law().updated_at, set(ChangeEvent.objects.values_list("pk", "key", "recorded_at"))
    done = bundle.load()
    assert (done.left, done.gone) == ([], [])
    assert before == (law().updated_at, set(ChangeEvent.objects.values_list("pk", "key", "recorded_at")))
    assert not StateLaw.history.exists()
    assert not Revision.objects.exists()


@pytest.mark.django_db
def test_what_nobody_here_edited_follows_the_bundle_with_one_row_of_history(bundle):
    bundle.load()
    kept = Provision.objects.get(place=1).pk
    bundle.law["effective_on"] = "2026-06-01"
    bundle.provisions[1]["statement_en"] = "No holds."
    bundle.policy["jurisdictions"] = "24"
    bundle.label["removed_on"] = ""
    bundle.load()
    bundle.written()
    assert StateLaw.history.count() == LocalPolicy.history.count() == FederalDesignation.history.count() == 1
    assert Provision.history.count() == 1
    assert Provision.objects.get(place=1).pk == kept
    assert law().start_first == date(2026, 6, 1)
    assert set(law().changes.values_list("kind", "took_effect_on")) == {
        ("enacted", date(2026, 2, 17)),
        ("in_effect", date(2026, 6, 1)),
    }
    assert not ChangeEvent.objects.filter(kind="label_removed").exists()


@pytest.mark.django_db
def test_a_provision_dropped_by_the_bundle_goes_with_it(bundle):
    bundle.load()
    del bundle.provisions[0]
    bundle.load()
    bundle.written()


@pytest.mark.django_db
def test_what_staff_edited_stays_and_the_bundles_words_wait_for_review(bundle):
    bundle.load()
    edited = law()
    edited.summary_en = "What an editor wrote."
    edited.save()
    bundle.law["summary_en"] = "What the bundle says now."
    bundle.law["checked_on"] = "2026-12-24"
    done = bundle.load()
    assert done.left == ["state_laws: md-act-2026"]
    assert law().summary_en == "What an editor wrote."
    revision = Revision.objects.get()
    assert revision.record == edited
    assert revision.state == "in_review"
    assert revision.author is None
    assert revision.changes == {"summary_en": "What the bundle says now.", "checked_on": "2026-12-24"}
    assert bundle.load().left == []  # asked once
    assert Revision.objects.count() == 1


@pytest.mark.django_db
def test_an_edited_provision_is_an_edited_law(bundle):
    bundle.load()
    provision = Provision.objects.get(place=2)
    provision.statement_en = "What an editor wrote."
    provision.save()
    bundle.provisions[0]["effect"] = "limits"
    bundle.policy["jurisdictions"] = "24"
    assert bundle.load().left == ["state_laws: md-act-2026"]
    assert list(Provision.objects.values_list("effect", flat=True)) == ["forbids", "forbids"]
    changes = Revision.objects.get().changes
    assert [row["effect"] for row in changes.pop("provisions")] == ["limits", "forbids"]
    assert changes == {}


@pytest.mark.django_db
def test_what_the_bundle_no_longer_has_is_kept_and_reported(bundle):
    bundle.load()
    bundle.law["key"] = "md-another-act-2026"
    bundle.provisions = []
    assert bundle.load().gone == ["state_laws: md-act-2026"]
    assert StateLaw.objects.count() == 2


@pytest.mark.django_db
def test_what_staff_deleted_does_not_come_back(bundle):
    bundle.load()
    law().delete()
    bundle.load()
    assert not StateLaw.objects.exists()


@pytest.mark.django_db
def test_further_sources_come_with_their_record(bundle):
    bundle.citations = [
        {
            "record": "law", "key": "md-act-2026", "provision": "2", "source": SOURCE, "field": "section",
            "page": "3", "quote": "",
        }
    ]  # fmt: skip
    bundle.load()
    bundle.written()
    citation = LawCitation.objects.get()
    assert citation.provision.place == 2
    bundle.citations[0]["page"] = "4"
    bundle.load()
    bundle.written()


@pytest.mark.django_db
def test_a_check_follows_the_bundle(bundle):
    bundle.load()
    bundle.checks[0]["found"] = "nothing"
    bundle.load()
    assert Check.objects.get().found == "nothing"


def test_events_of_the_whole_bundle_come_out_the_same_again(copy_of_facts):
    before = set(ChangeEvent.objects.values_list("pk", "key", "seen_on", "recorded_at"))
    assert refresh_rule_events() == []
    assert set(ChangeEvent.objects.values_list("pk", "key", "seen_on", "recorded_at")) == before
    assert not load_facts().changed
