"""The guide's records: what may be published, what is counted, and how they come from the bundle."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from agreements.actions import approve
from agreements.counted import counted, refusals, same_counts, value_of
from agreements.facts import export, tables
from agreements.facts.guide import KINDS, GuideLoad
from agreements.facts.load import _Load
from agreements.models import (
    FactCitation,
    GlossaryTerm,
    GuideFact,
    ModelPower,
    PowerCitation,
    Revision,
    TimelineEvent,
)
from agreements.powers import powers_of
from jurisdictions.models import DataVersion
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    GlossaryTermFactory,
    GuideFactFactory,
    ModelPowerFactory,
    ProvisionFactory,
    SnapshotFactory,
    SourceFactory,
    StateFactory,
    StateLawFactory,
    TimelineEventFactory,
)
from tests.staff import member, signed_in

pytestmark = pytest.mark.django_db


# -- What may stand ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", [GuideFactFactory, ModelPowerFactory, TimelineEventFactory, GlossaryTermFactory])
def test_nothing_is_published_without_a_source(factory):
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(main_source=None)
    assert factory(main_source=None, state="draft").pk


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"claim_en": "They train for four weeks."}, id="a claim without a verdict"),
        pytest.param({"verdict": "corrected"}, id="a verdict without a claim"),
    ],
)
def test_a_claim_and_its_verdict_belong_together(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        GuideFactFactory(**fields)


def test_what_is_not_confirmed_is_published_as_a_claim_and_never_as_a_fact():
    unconfirmed = GuideFactFactory(claim_en="625 officers were sworn in.", verdict="unconfirmed")
    corrected = GuideFactFactory(claim_en="They train for four weeks.", verdict="corrected")
    draft = GuideFactFactory(state="draft")
    assert set(GuideFact.objects.standing()) == {corrected}
    assert set(GuideFact.objects.claims()) == {unconfirmed, corrected}
    assert not draft.stands


def test_what_depends_says_on_what():
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelPowerFactory(allowed="limited")
    with pytest.raises(ValidationError, match="on what it depends"):
        ModelPowerFactory.build(allowed="limited", main_source=SourceFactory()).full_clean()


def test_a_model_has_one_answer_for_an_act():
    ModelPowerFactory(act="detainer")
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelPowerFactory(act="detainer", key="another")


@pytest.mark.parametrize("address", ["https://example.org/", "//example.org/", "agreements/"])
def test_our_own_list_is_an_address_of_this_portal(address):
    with pytest.raises(ValidationError, match="begins with one slash"):
        GuideFactFactory.build(shown_by=address, main_source=SourceFactory()).full_clean()


# -- What pages of places tell ----------------------------------------------------------------------------------------


def test_pages_tell_what_the_table_of_powers_tells_with_the_source_of_the_sentence():
    told = ModelPowerFactory(
        act="hold", told_at="release", sentence_en="The jail may keep a person.", sentence_es="La cárcel puede retener."
    )
    cited = SourceFactory(title="The rule")
    PowerCitation.objects.create(power=told, source=cited, field="sentence")
    ModelPowerFactory(act="ask", told_at="street", sentence_en="A draft.", state="draft")
    ModelPowerFactory(act="detainer")
    (power,) = powers_of(DataVersion(), "JEM")
    assert (power.moment, power.sentence, power.source.title) == ("release", "The jail may keep a person.", "The rule")
    assert powers_of(DataVersion(), "TFM", "") == []
    with translation.override("es"):
        assert power.sentence == "La cárcel puede retener."


# -- Counts -----------------------------------------------------------------------------------------------------------

LISTED = "status=listed&as_of=2026-05-18"


@pytest.fixture
def world():
    """Four agreements on the list of 18 May 2026: three of Florida, of these two of one sheriff; a law that bans."""
    SnapshotFactory(published_on=date(2026, 5, 18))
    florida, maryland = StateFactory(usps="FL"), StateFactory(geoid="24", usps="MD", name="Maryland")
    sheriff = AgencyFactory(state=florida)
    for agency, model in (
        (sheriff, "TFM"),
        (sheriff, "JEM"),
        (AgencyFactory(state=florida), "TFM"),
        (AgencyFactory(state=maryland), "WSO"),
    ):
        AgreementFactory(agency=agency, program_model=model, standing__starts_on=date(2026, 5, 18))
    for state, effect in (
        (maryland, "banned"),
        (florida, "required_sheriffs"),
        (StateFactory(geoid="48", usps="TX", name="Texas"), "required_all"),
    ):
        ProvisionFactory(law=StateLawFactory(jurisdiction=state, effect_on_287g=effect), topic="287g")


@pytest.mark.parametrize(
    ("unit", "query", "number"),
    [
        ("agreements", LISTED, 4),
        ("agreements", f"{LISTED}&model=TFM", 2),
        ("agreements", "status=listed&as_of=2026-05-17", 0),
        ("agencies", LISTED, 3),
        ("states", LISTED, 2),
        ("share", f"{LISTED}&state=FL", 75),
        ("share", "status=listed&as_of=2026-05-17&state=FL", 0),
        ("banning_states", "topic=287g&as_of=2026-05-18", 1),
        ("requiring_states_named", "topic=287g&as_of=2026-05-18", ("Florida", "Texas")),
    ],
)
def test_a_number_is_counted_from_the_list_that_it_names(world, unit, query, number):
    assert value_of(unit, query, DataVersion()) == number


def test_a_number_leads_to_what_was_counted_in_the_language_of_the_page(world):
    text = f"ICE’s list has {{agreements?{LISTED}}} agreements & more."
    said = counted(text, DataVersion())
    assert said == (
        'ICE’s list has <a href="/agreements/?status=listed&amp;as_of=2026-05-18">4</a> agreements &amp; more.'
    )
    with translation.override("es"):
        assert 'href="/es/agreements/?' in counted(text, DataVersion())


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("There are {agreements}.", "a unit, ?, and the list's query"),
        ("There are {sheriffs?as_of=2026-05-18}.", "“sheriffs” is not counted"),
        ("There are {agreements?status=listed}.", "Say of which day with as_of"),
        ("There are {agreements?stat=FL&as_of=2026-05-18}.", "no parameter stat"),
        ("There are {agreements?state=ZZ&as_of=2026-05-18}.", "state: No state or territory"),
        ("There are {agreements?as_of=2999-01-01}.", "as_of: That day lies ahead"),
        ("Its share is {share?as_of=2026-05-18}.", "A share is a state's"),
    ],
)
def test_a_count_that_cannot_be_made_is_refused_in_a_sentence(text, refusal):
    assert any(refusal in each for each in refusals(text)), refusals(text)


def test_a_count_that_can_no_longer_be_made_breaks_no_page():
    assert counted("There are {sheriffs?as_of=2026-05-18}, {agreements?state=ZZ}.", DataVersion()) == "There are …, …."


def test_a_translation_counts_what_the_english_does():
    assert same_counts("{agreements?as_of=2026-05-18} of {states?as_of=2026-05-18}", "En {states?as_of=2026-05-18}"
                       " hay {agreements?as_of=2026-05-18}")  # fmt: skip
    assert not same_counts("{agreements?as_of=2026-05-18}", "{agreements?as_of=2026-05-17}")


# -- The admin --------------------------------------------------------------------------------------------------------


def form_of(fact, **changes):
    """What the page of a fact sends, with these changes."""
    names = ("section", "as_of", "sentence_en", "sentence_es", "translation", "shown_by", "claim_en", "claim_es",
             "verdict", "doubt_en", "doubt_es", "state", "checked_on", "confidence")  # fmt: skip
    form = {name: getattr(fact, name) or "" for name in names} | {"key": fact.key, "next_check_on": ""}
    form |= {"main_source": fact.main_source_id or "", "citations-TOTAL_FORMS": 0, "citations-INITIAL_FORMS": 0}
    return form | changes


def test_a_draft_is_published_with_a_source_and_not_without(client):
    fact = GuideFactFactory(state="draft", main_source=None)
    page = reverse("admin:agreements_guidefact_change", args=[fact.pk])
    signed_in(client, "publisher")
    refused = client.post(page, form_of(fact, state="published", reason="As the source has it."))
    assert "Nothing is published without a source" in refused.content.decode()
    form = form_of(fact, state="published", main_source=SourceFactory().pk, reason="As the source has it.")
    assert client.post(page, form).status_code == 302
    fact.refresh_from_db()
    assert not fact.is_published
    approve(Revision.objects.get(), by=member("publisher"))
    fact.refresh_from_db()
    assert fact.is_published
    assert fact.history.count() == 3


def test_a_draft_whose_counts_cannot_be_made_is_not_saved(client):
    fact = GuideFactFactory(state="draft")
    page = reverse("admin:agreements_guidefact_change", args=[fact.pk])
    signed_in(client, "editor")
    refused = client.post(page, form_of(fact, sentence_en="There are {agreements?status=listed}."))
    assert "Say of which day" in refused.content.decode()
    refused = client.post(page, form_of(fact, sentence_en="There are {agreements?as_of=2026-05-18}."))
    assert "has to count the same" in refused.content.decode()
    assert fact.history.count() == 1


# -- The bundle -------------------------------------------------------------------------------------------------------


class Bundle:
    """A folder of the guide's tables as this database would write them, to change and load."""

    TABLES = ("sources", "verdicts", "source_corrections", *(kind.table for kind in KINDS), "guide_citations")

    def __init__(self, folder):
        self.folder = folder
        self.rows = {table: [*export.ROWS[table]()] for table in self.TABLES}

    def load(self):
        for table, rows in self.rows.items():
            tables.write_table(table, rows, self.folder)
        load = _Load(self.folder, lambda step: None)
        load.decisions()
        GuideLoad(load).settle()
        load.keep_digests()
        return load.done


@pytest.fixture
def bundle(tmp_path):
    """One record of each kind, a fact with a further source; the database is empty again."""
    fact = GuideFactFactory(claim_en="They train.", verdict="confirmed", shown_by="/agreements/?state=CA")
    FactCitation.objects.create(fact=fact, source=SourceFactory(title="Another"), page="3")
    ModelPowerFactory()
    TimelineEventFactory()
    GlossaryTermFactory()
    bundle = Bundle(tmp_path)
    for model in (GuideFact, ModelPower, TimelineEvent, GlossaryTerm):
        model.objects.all().delete()
        model.history.all().delete()
    return bundle


def test_what_is_exported_loads_as_it_was_and_writes_no_history(bundle):
    bundle.load()
    again = {table: [*export.ROWS[table]()] for table in bundle.TABLES}
    assert again == bundle.rows
    assert GuideFact.objects.count() == ModelPower.objects.count() == TimelineEvent.objects.count() == 1
    assert not GuideFact.history.exists()


def test_a_newer_bundle_changes_what_nobody_edited_with_one_row_of_history(bundle):
    bundle.load()
    bundle.rows["guide_facts"][0]["sentence_en"] = "ICE trains them."
    bundle.load()
    fact = GuideFact.objects.get()
    assert fact.sentence_en == "ICE trains them."
    assert fact.history.count() == 1
    assert fact.citations.get().page == "3"


def test_what_staff_edited_stays_and_what_a_newer_bundle_says_waits_for_review(bundle):
    bundle.load()
    fact = GuideFact.objects.get()
    fact.sentence_en = "Staff say so."
    fact.save()
    bundle.rows["guide_facts"][0]["sentence_en"] = "The bundle says so."
    done = bundle.load()
    fact.refresh_from_db()
    assert fact.sentence_en == "Staff say so."
    assert done.left == [f"guide_facts: {fact.key}"]
    revision = Revision.objects.get()
    assert (revision.record, revision.changes) == (fact, {"sentence_en": "The bundle says so."})


def test_what_a_newer_bundle_dropped_stays_and_is_reported(bundle):
    bundle.load()
    bundle.rows["glossary_terms"] = []
    assert bundle.load().gone == [f"glossary_terms: {GlossaryTerm.objects.get().key}"]
