"""The staff's side: every record can be looked at and found, edits leave their trace, nobody else comes in."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import (
    Agreement,
    AgreementCitation,
    AgreementFormerId,
    Check,
    DesignationCitation,
    EventCitation,
    FactCitation,
    FederalDesignation,
    FoldedDecisions,
    GlossaryTerm,
    GuideFact,
    ImportRun,
    LawCitation,
    LegalReview,
    LocalPolicy,
    ModelPower,
    PolicyCitation,
    PowerCitation,
    ProposedChange,
    Provision,
    Revision,
    SourceCorrection,
    StateLaw,
    TermCitation,
    TimelineEvent,
    Verdict,
)
from jurisdictions.models import (
    Agency,
    AgencyFormerId,
    BundledRecord,
    Coverage,
    DataVersion,
    Jurisdiction,
    Source,
    ZipArea,
)
from portal.models import MistakeReport, PartnerKey, Webhook, WebhookDelivery
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    AreaNameFactory,
    ChangeEventFactory,
    CheckFactory,
    CountyFactory,
    DesignationFactory,
    EarlierAgreementFactory,
    GlossaryTermFactory,
    GuideFactFactory,
    LaterListFactory,
    LegalReviewFactory,
    LocalPolicyFactory,
    ModelPowerFactory,
    PlaceFactory,
    ProvisionFactory,
    SnapshotFactory,
    SourceFactory,
    StateFactory,
    StateLawFactory,
    TimelineEventFactory,
)

MODELS = [
    model
    for app in ("jurisdictions", "agreements")
    for model in apps.get_app_config(app).get_models()
    if not model.__name__.startswith("Historical")
]
RULES = [StateLaw, LocalPolicy, FederalDesignation, Check]
GUIDE = [GuideFact, ModelPower, TimelineEvent, GlossaryTerm, LegalReview]
ADDABLE = [Coverage, Source, AgreementCitation, SourceCorrection, Verdict, *RULES, *GUIDE]
EDITABLE = [Agency, *ADDABLE]

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def staff(admin_client):
    return admin_client


def make_one_of_each(number: int) -> None:
    county = CountyFactory()
    PlaceFactory(counties=[county])
    AreaNameFactory(leads_to=county)
    ZipArea.objects.create(zip=f"{33000 + number}", county=county, share=1, residential_share=1)
    agency = AgencyFactory(covers=[county])
    agreement = AgreementFactory(agency=agency)
    ChangeEventFactory(agreement=agreement, snapshot=SnapshotFactory())
    source = SourceFactory()
    AgreementCitation.objects.create(agreement=agreement, source=source)
    AgencyFormerId.objects.create(public_id=f"aaaa{number:02}", agency=agency)
    AgreementFormerId.objects.create(public_id=f"bbbb{number:02}", agreement=agreement)
    BundledRecord.objects.create(table="agencies", key=str(number), digest="0" * 64)
    run = ImportRun.objects.create(file_name=f"list {number}", sha256="0" * 64, snapshot=SnapshotFactory())
    ProposedChange.objects.create(run=run, number=1, kind="appeared", subject=str(number), agency_name=f"A {number}")
    FoldedDecisions.objects.get_or_create(pk=FoldedDecisions.ONLY)
    Verdict.objects.create(answer="same", state="FL", name=f"A {number}", reason="it is", decided_on=date(2026, 5, 20))
    SourceCorrection.objects.create(
        state="FL", agency=f"A {number}", field="county", wrong="Pop", right="Pope", reason="misprint"
    )
    provision = ProvisionFactory()
    policy = LocalPolicyFactory(jurisdictions=[county])
    designation = DesignationFactory(jurisdiction=county)
    LawCitation.objects.create(law=provision.law, source=source)
    PolicyCitation.objects.create(policy=policy, source=source)
    DesignationCitation.objects.create(designation=designation, source=source)
    CheckFactory(jurisdiction=county)
    FactCitation.objects.create(fact=GuideFactFactory(), source=source)
    PowerCitation.objects.create(power=ModelPowerFactory(), source=source)
    EventCitation.objects.create(event=TimelineEventFactory(), source=source)
    TermCitation.objects.create(term=GlossaryTermFactory(), source=source)
    LegalReviewFactory()
    EarlierAgreementFactory()
    LaterListFactory(published_on=date(2026, 10, 1) + timedelta(days=number))
    Revision.objects.create(
        law=provision.law, changes={"title": "A bill"}, base_version=provision.law.updated_at, reason="its title"
    )
    MistakeReport.objects.create(page="/us/fl/", record="Florida", wrong=f"Line {number} is wrong")
    key = PartnerKey(name=f"Newsroom {number}")
    key.issue()
    key.save()
    webhook = Webhook.objects.create(name=key.name, url="https://hooks.example.org/")
    WebhookDelivery.objects.create(webhook=webhook, state=WebhookDelivery.State.FAILED)
    DataVersion.objects.bump()


@pytest.fixture
def one_of_each(db):
    make_one_of_each(0)


def test_every_model_is_registered():
    assert [model for model in MODELS if not admin.site.is_registered(model)] == []


@each_model
def test_a_table_opens_is_searched_and_costs_the_same_however_long_it_is(staff, one_of_each, model):
    def queries(query):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = staff.get(address(model, "changelist"), query)
        assert response.status_code == 200
        return len(captured)

    queries({})  # the first visit reads content types
    before = queries({})
    for number in range(1, 8):
        make_one_of_each(number)
    assert queries({}) == before
    if admin.site.get_model_admin(model).search_fields:
        assert queries({"q": "County 0"}) <= before


@each_model
def test_a_record_opens(staff, one_of_each, model):
    record = model.objects.first()
    assert staff.get(address(model, "change", record.pk)).status_code == 200
    assert staff.get(address(model, "history", record.pk)).status_code == 200


@each_model
def test_what_may_be_added_is_what_no_list_brings(staff, one_of_each, model):
    assert staff.get(address(model, "add")).status_code == (200 if model in ADDABLE else 403)


@each_model
def test_every_choice_of_many_is_made_by_typing(model):
    """No page offers every area or every agency in one select."""
    many = {Jurisdiction, Agency, Source}
    model_admin = admin.site.get_model_admin(model)
    if model not in EDITABLE:
        return
    for field in model._meta.get_fields():
        if getattr(field, "related_model", None) in many and field.many_to_one and field.editable:
            assert field.name in (*model_admin.autocomplete_fields, *model_admin.readonly_fields), field


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "agreements/agreement/", "jurisdictions/agency/1/change/", "account/password/"])
def test_a_stranger_is_led_to_sign_in(client, path):
    response = client.get(f"/admin/{path}")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/account/login/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/find/", "/us/", "/agencies/", "/agreements/", "/api/v1/", "/api/v1/agreements/"]
)
def test_a_public_page_sets_no_cookie_and_knows_no_account(staff, path):
    response = staff.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


# -- Agencies -------------------------------------------------------------------------------------------------------


@pytest.fixture
def agency(db):
    return AgencyFactory(name="Broward County Sheriffs Office", covers=[CountyFactory(geoid="12011")])


def form_of(agency, covers=(), **changes):
    """What the page of an agency sends, with these changes; `covers` are areas added."""
    existing = list(agency.coverages.all())
    form = {
        "name": agency.name,
        "kind": agency.kind,
        "state": agency.state_id,
        "placement": agency.placement,
        "placement_reason": agency.placement_reason,
        "coverages-TOTAL_FORMS": len(existing) + len(covers),
        "coverages-INITIAL_FORMS": len(existing),
        "aliases-TOTAL_FORMS": 0,
        "aliases-INITIAL_FORMS": 0,
    }
    rows = [(coverage.pk, coverage.jurisdiction_id, coverage.why) for coverage in existing]
    rows += [("", area.pk, "editor") for area in covers]
    for index, (pk, area, why) in enumerate(rows):
        form |= {
            f"coverages-{index}-id": pk,
            f"coverages-{index}-agency": agency.pk,
            f"coverages-{index}-jurisdiction": area,
            f"coverages-{index}-extent": "whole",
            f"coverages-{index}-why": why,
        }
    return form | changes


def save(staff, agency, **changes):
    response = staff.post(address(Agency, "change", agency.pk), form_of(agency, **changes))
    assert response.status_code == 302, response.context["errors"]
    agency.refresh_from_db()


def test_a_name_that_an_editor_chose_is_the_editors(staff, agency):
    save(staff, agency, name="Broward County Sheriff's Office")
    assert (agency.name_is_editors, agency.placement_is_editors) == (True, False)


def test_a_placement_that_an_editor_changed_is_the_editors(staff, agency):
    save(staff, agency, placement="in_question")
    assert (agency.name_is_editors, agency.placement_is_editors) == (False, True)


def test_an_area_added_makes_the_placement_the_editors(staff, agency):
    save(staff, agency, covers=[PlaceFactory()])
    assert agency.placement_is_editors
    assert agency.coverages.count() == 2


def test_saving_without_a_change_decides_nothing(staff, agency):
    save(staff, agency)
    assert (agency.name_is_editors, agency.placement_is_editors) == (False, False)


def test_an_edit_is_one_row_of_history_with_its_editor_and_makes_old_answers_stale(staff, agency, admin_user):
    before, version = agency.history.count(), DataVersion.objects.current().number
    save(staff, agency, name="Broward County Sheriff's Office", covers=[PlaceFactory()])
    assert agency.history.count() == before + 1
    assert agency.history.first().history_user == admin_user
    assert DataVersion.objects.current().number > version


def test_an_area_changed_on_its_own_makes_the_placement_the_editors(staff, agency):
    coverage = agency.coverages.get()
    form = {"agency": agency.pk, "jurisdiction": coverage.jurisdiction_id, "extent": "part", "why": "editor"}
    assert staff.post(address(Coverage, "change", coverage.pk), form).status_code == 302
    agency.refresh_from_db()
    assert agency.placement_is_editors


def test_a_statute_without_its_page_is_refused_in_words(staff, agency):
    area = PlaceFactory()
    form = {"agency": agency.pk, "jurisdiction": area.pk, "extent": "whole", "why": "statute"}
    response = staff.post(address(Coverage, "add"), form)
    assert "Name the statute or page that says so." in response.text


# -- Agreements and decisions ---------------------------------------------------------------------------------------


def test_an_end_is_not_typed_in_but_proposed_with_its_source(staff, db):
    agreement = AgreementFactory()
    page = staff.get(address(Agreement, "change", agreement.pk))
    assert "ended_on" not in page.context["adminform"].form.fields
    assert reverse("admin:agreements_revision_end", args=[agreement.pk]) in page.text


def test_an_edit_is_undone_from_the_records_history(staff, agency):
    agency.save()  # what is to come back
    earlier = agency.history.first()
    save(staff, agency, name="Another Name", placement="in_question")
    version = DataVersion.objects.current().number
    page = f"{address(Agency, 'history', agency.pk)}{earlier.pk}/"
    assert staff.get(page).status_code == 200
    assert staff.post(page, form_of(earlier.instance)).status_code == 302
    agency.refresh_from_db()
    assert (agency.name, agency.placement) == ("Broward County Sheriffs Office", "decided")
    assert (agency.name_is_editors, agency.placement_is_editors) == (False, False)
    assert DataVersion.objects.current().number > version


def test_a_verdict_carries_who_decided(staff, admin_user):
    form = {"answer": "different", "state": "GA", "name": "Lee County Sheriff's Office", "other_state": "GA",
            "other_name": "Levy County Sheriff's Office", "reason": "two counties", "decided_on": "2026-05-20",
            "places": "[]"}  # fmt: skip
    response = staff.post(address(Verdict, "add"), form)
    assert response.status_code == 302, response.context["errors"]
    assert Verdict.objects.get().decided_by == admin_user


@pytest.mark.parametrize(
    "path",
    [
        "/admin/jurisdictions/jurisdiction/?state=%00",
        "/admin/agreements/importrun/?kind=a%00b",
        "/admin/agreements/revision/find/sources/?q=%00",
        "/admin/jurisdictions/agency/?%00=1",
    ],
)
def test_nul_in_an_address_or_a_form_is_refused_before_a_database_refuses_it(staff, db, path):
    assert staff.get(path).status_code == 400
    assert staff.post("/admin/jurisdictions/source/add/", {"title": "a\0b"}).status_code == 400


def test_a_source_is_refused_in_words(staff, db):
    form = {"title": "Statute", "publisher": "State", "url": "https://example.org/a", "retrieved_on": "9999-12-31",
            "published_on": "", "language": "Engl.", "archived_url": "", "sha256": "abc"}  # fmt: skip
    said = refusal(staff, Source, form)
    for sentence in ("This day has not come yet.", "such as en or es.", "A SHA-256 has 64 digits"):
        assert sentence in said
    form |= {"retrieved_on": "2026-03-01", "published_on": "2026-03-02", "language": "es", "sha256": ""}
    assert "It cannot be read before it is published." in refusal(staff, Source, form)
    assert staff.post(address(Source, "add"), form | {"published_on": "2026-03-01"}).status_code == 302


@pytest.mark.parametrize("typed", ["abc", "1e999", "9" * 30, "-1"])
def test_what_is_no_id_is_no_valid_choice_and_no_failure(staff, florida, typed):
    form = law_form(florida, main_source=typed, jurisdiction=typed)
    assert "Select a valid choice. That choice is not one of the available choices." in refusal(staff, StateLaw, form)


def test_a_record_of_the_desk_has_no_second_address(staff, db):
    response = staff.get("/admin/agreements/importrun/1/", follow=True)
    assert response.status_code == 404


def test_choices_while_typing_are_told_apart_by_state(staff, db):
    CountyFactory(geoid="12133", name="Washington County")
    query = {"app_label": "jurisdictions", "model_name": "coverage", "field_name": "jurisdiction", "term": "washington"}
    choices = staff.get("/admin/autocomplete/", query).json()["results"]
    assert [choice["text"] for choice in choices] == ["Washington County, Florida (12133)"]


@pytest.mark.facts
def test_tables_of_the_bundled_facts_have_what_is_looked_for():
    """The reference tables are large; the search must still reach each record."""
    from django.test import RequestFactory

    request = RequestFactory().get("/admin/")
    for model, term in [(Jurisdiction, "12011"), (Agency, "Broward County Sheriff"), (ZipArea, "33324")]:
        model_admin = admin.site.get_model_admin(model)
        found, _may_repeat = model_admin.get_search_results(request, model_admin.get_queryset(request), term)
        assert found.exists()


# -- Laws, policies and labels --------------------------------------------------------------------------------------


def law_form(area, **changes):
    """What the page of a new law sends: Florida's SB 168, a draft without parts."""
    return {
        "jurisdiction": area.pk, "key": "fl-sb-168-2019", "title": "Florida SB 168 (2019)", "citation": "",
        "instrument": "statute", "stance": "requires_cooperation", "effect_on_287g": "", "legal_status": "enacted",
        "enacted_on": "2019-06-14", "effective_on": "2019-07", "ended_on": "", "summary_en": "Jails must help.",
        "summary_es": "", "translation": "missing", "doubt_en": "", "doubt_es": "", "state": "draft",
        "main_source": "", "checked_on": "2026-11-24", "next_check_on": "", "confidence": "high",
        "provisions-TOTAL_FORMS": 0, "provisions-INITIAL_FORMS": 0, "citations-TOTAL_FORMS": 0,
        "citations-INITIAL_FORMS": 0, **changes,
    }  # fmt: skip


def part(index, **fields):
    """A provision as a part of the law's page."""
    fields = {"id": "", "topic": "detainers", "effect": "requires", "binds": ["sheriffs_and_jails"], "section": "",
              "effective_on": "", "statement_en": "Jails must hold.", "statement_es": "", "place": index,
              **fields}  # fmt: skip
    return {f"provisions-{index}-{name}": value for name, value in fields.items()}


@pytest.fixture
def florida(db):
    return StateFactory()


def refusal(staff, model, form, *pk):
    response = staff.post(address(model, "change" if pk else "add", *pk), form)
    assert response.status_code == 200, "it was saved"
    assert model.objects.filter(pk__in=pk).count() == len(pk) == model.objects.count()
    return response.text


@pytest.mark.parametrize("model", [StateLaw, LocalPolicy, FederalDesignation, Check])
def test_each_field_says_what_belongs_in_it(staff, db, model):
    context = staff.get(address(model, "add")).context
    parts = [formset.formset.empty_form for formset in context["inline_admin_formsets"]]
    for form in (context["adminform"].form, *parts):
        shown = {name: field for name, field in form.fields.items() if not field.widget.is_hidden and name != "DELETE"}
        assert [name for name, field in shown.items() if not field.help_text] == []


def test_a_law_is_entered_with_parts_and_sources_on_one_page(staff, florida):
    source, other = SourceFactory(), SourceFactory()
    version = DataVersion.objects.current().number
    form = law_form(
        florida,
        main_source=source.pk,
        **part(0),
        **part(1, topic="sanctuary_ban", effect="forbids", binds=["local_governments"], effective_on="2019-10-01"),
        **{"provisions-TOTAL_FORMS": 2, "citations-TOTAL_FORMS": 1, "citations-0-id": "", "citations-0-page": "3",
           "citations-0-source": other.pk, "citations-0-quote": "shall", "citations-0-field": "citation"},
    )  # fmt: skip
    response = staff.post(address(StateLaw, "add"), form)
    assert response.status_code == 302, response.context["errors"]
    law = StateLaw.objects.get()
    assert (law.start_first, law.start_last) == (date(2019, 7, 1), date(2019, 7, 31))
    assert [(each.topic, each.effect, each.binds) for each in law.provisions.all()] == [
        ("detainers", "requires", ["sheriffs_and_jails"]),
        ("sanctuary_ban", "forbids", ["local_governments"]),
    ]
    assert law.citations.get().source == other
    assert law.history.count() == 1
    assert DataVersion.objects.current().number > version
    assert staff.get("/laws/fl-sb-168-2019/").status_code == 404


def test_nothing_is_published_without_a_source_and_the_form_says_so(staff, florida):
    said = refusal(staff, StateLaw, law_form(florida, state="published"))
    assert "Nothing is published without a source. Choose the main source first." in said


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"enacted_on": "June 2019"}, "“June 2019” is no date. Write 2025", id="no date"),
        pytest.param({"effective_on": "2019-02-30"}, "“2019-02-30” is no day of the calendar.", id="no such day"),
        pytest.param({"ended_on": "2018"}, "It cannot end (2018) before it starts (2019-07).", id="ends first"),
        pytest.param({"key": "tx-sb-168-2019"}, "Begin the key with “fl-”", id="key of another state"),
        pytest.param({"summary_en": ""}, "This field is required.", id="no words"),
    ],
)
def test_a_law_is_refused_in_words(staff, florida, changes, sentence):
    assert sentence in refusal(staff, StateLaw, law_form(florida, **changes))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"binds": []}, "This field is required.", id="binds nobody"),
        pytest.param({"topic": "resources"}, "Select a valid choice.", id="a topic that only policies have"),
        pytest.param({"effective_on": "soon"}, "“soon” is no date.", id="no date"),
    ],
)
def test_a_part_is_refused_in_words(staff, florida, changes, sentence):
    form = law_form(florida, **part(0, **changes), **{"provisions-TOTAL_FORMS": 1})
    assert sentence in refusal(staff, StateLaw, form)


def test_a_key_is_permanent_and_what_follows_from_the_dates_is_only_shown(staff, florida):
    law = StateLawFactory(jurisdiction=florida, key="fl-sb-168-2019")
    page = staff.get(address(StateLaw, "change", law.pk)).text
    assert 'name="key"' not in page
    assert "from 2019-06-14; no end known" in page
    assert not [name for name in ("start_first", "start_last", "end_first") if f'name="{name}"' in page]


def test_an_english_text_changed_alone_leaves_the_spanish_out_of_date(staff, florida):
    law = StateLawFactory(jurisdiction=florida, key="fl-sb-168-2019")
    form = law_form(florida, state="published", main_source=law.main_source_id, translation="machine",
                    summary_es=law.summary_es, title=law.title, enacted_on=law.enacted_on)  # fmt: skip
    assert staff.post(address(StateLaw, "change", law.pk), form | {"reason": "It says so."}).status_code == 302
    assert Revision.objects.get().changes["translation"] == "out_of_date"


@pytest.mark.parametrize("model", [Provision, LawCitation, PolicyCitation, DesignationCitation, FactCitation])
def test_parts_are_written_on_the_page_of_their_record_alone(staff, one_of_each, model):
    """On a page of its own a part of a published record would change past the person who approves changes."""
    part_of_it = model.objects.first()
    assert staff.post(address(model, "change", part_of_it.pk), {"page": "9"}).status_code == 403
    assert staff.post(address(model, "delete", part_of_it.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("state", "status"), [("draft", 200), ("published", 403), ("withdrawn", 403)])
def test_only_a_draft_is_deleted(staff, florida, state, status):
    law = StateLawFactory(jurisdiction=florida, state=state)
    assert staff.get(address(StateLaw, "delete", law.pk)).status_code == status


def test_a_policy_is_entered_with_its_topics_by_ticking(staff, florida):
    broward, source = CountyFactory(geoid="12011"), SourceFactory()
    form = {
        "state_area": florida.pk, "key": "fl-broward-detainers-2018", "jurisdictions": [broward.pk],
        "government": "Broward County", "government_type": "county", "title": "Resolution 2018-1", "citation": "",
        "instrument": "resolution", "stance": "limits_cooperation", "printed_topics": ["detainers", "287g_ban"],
        "legal_status": "in_force", "adopted_on": "2018", "ended_on": "", "summary_en": "No holds. 2018.",
        "summary_es": "", "translation": "missing", "doubt_en": "", "doubt_es": "", "state": "draft",
        "main_source": source.pk, "checked_on": "2026-11-24", "next_check_on": "", "confidence": "high",
        "citations-TOTAL_FORMS": 0, "citations-INITIAL_FORMS": 0,
    }  # fmt: skip
    response = staff.post(address(LocalPolicy, "add"), form)
    assert response.status_code == 302, response.context["errors"]
    policy = LocalPolicy.objects.get()
    assert policy.topics == ["287g", "detainers"]
    assert [*policy.jurisdictions.all()] == [broward]


def test_a_label_is_not_removed_before_it_is_listed(staff, florida):
    form = {
        "list": "doj-eo-14287", "key": "doj-eo-14287-12011", "jurisdiction": CountyFactory(geoid="12011").pk,
        "printed_name": "Broward County", "printed_type": "county", "listed_on": "2025-08-05",
        "removed_on": "2025-08-05", "state": "draft", "confidence": "high", "citations-TOTAL_FORMS": 0,
        "citations-INITIAL_FORMS": 0,
    }  # fmt: skip
    said = refusal(staff, FederalDesignation, form)
    assert "It cannot be taken off the list before it was put on it." in said


def test_a_check_says_what_was_looked_for(staff, florida):
    form = {"jurisdiction": florida.pk, "subject": "detainers", "looked_on": "2026-11-24", "where": "Session laws",
            "found": "nothing"}  # fmt: skip
    version = DataVersion.objects.current().number
    assert staff.post(address(Check, "add"), form).status_code == 302
    assert Check.objects.get().subject == "detainers"
    assert DataVersion.objects.current().number > version
    assert "already exists" in staff.post(address(Check, "add"), form).text
