"""The bundled laws, policies, labels and checks: what can be said on a day, and what is not certain, in words."""

import re
from collections import Counter
from datetime import date

import pytest

from agreements.models import (
    ChangeEvent,
    Check,
    FederalDesignation,
    LawCitation,
    LocalPolicy,
    PolicyCitation,
    Provision,
    RuleStanding,
    StateLaw,
)
from agreements.rules import standing_known
from agreements.topics import LAW_TOPICS
from jurisdictions.models import Jurisdiction

pytestmark = pytest.mark.facts

RULES = (StateLaw, LocalPolicy, FederalDesignation)
IN_FORCE, UNCERTAIN, NOT_YET = RuleStanding.IN_FORCE, RuleStanding.UNCERTAIN, RuleStanding.NOT_YET

DOUBTFUL_LAWS = [
    "ny-budget-immigration-2026",
    "ny-local-cops-local-crimes-act-2026",
    "hi-sb-2057-2026",
    "hi-hb-1870-2026",
    "ma-protect-act-2026",
    "co-hb-1276-2026",
    "va-hb-650-sb-351-2026",
    "wa-sb-5906-2026",
    "in-sea-76-2026",
    "fl-sb-4-c-2025",
    "ga-sb-21-2025",
    "id-hb-659-2026",
    "ky-hb-47-sb-86-2026",
    "la-sb-100-2025",
    "mi-house-sanctuary-bills-2025",
    "mi-senate-package-2026",
    "ri-s-295-h-5724-2025",
    "ms-hb-538-2026",
    "oh-hb-26-2025",
    "oh-hb-200-2025",
    "sc-h-4764-2026",
    "wv-hb-5477-2026",
    "wv-sb-615-2026",
    "nc-sb-153-2026",
    "md-community-trust-act-2026",
    "md-287g-ban-2026",
    "nj-immigrant-trust-law-2026",
    "nj-privacy-protection-act-2026",
    "nj-executive-order-state-property-2026",
    "nj-immigrant-trust-directive-2018",
    "ks-hb-2372-2026",
    "ct-hb-8004-2025",
    "co-hb-1124-2019",
    "wy-hb-133-2025",
    "ok-hb-4156-2024",
    "ia-sf-2340-2024",
    "id-hb-83-2025",
    "tx-sb-4-2023",
    "wi-voces-de-la-frontera-2025",
    "az-prop-314-2024",
    "la-sb-388-2024",
    "ga-hb-1105-2024",
    "ms-sb-2114-2026",
    "az-sb-1070-2010",
    "co-sb-276-2025",
    "ga-jail-nationality-check-2006",
    "ga-sb-20-2009",
    "nd-hb-1303-2025",
    "sc-local-preemption-6-1-170",
    "ut-hb-165-federal-release-notice",
    "ct-sb-397-2026",
    "ny-wells-v-demarco-2018",
    "sc-act-69-2011",
    "fl-sb-1718-2023",
    "nh-sb-62-2025",
    "me-ld-1971-2026",
    "dc-sanctuary-values-2020",
    "tx-sb-8-2025",
]
DOUBTFUL_POLICIES = [
    "ma-boston-trust-act-2014",
    "il-cook-county-detainer-ordinance-2011",
    "ca-san-francisco-chapter-12h-refuge-ordinance-1989",
    "ca-san-francisco-chapter-12i-detainer-ordinance-2013",
    "mn-hennepin-county-sheriff-detainer-directive-2021",
    "mn-st-paul-separation-ordinance",
    "tx-harris-county-287g-end-2017",
    "mi-kent-county-sheriff-warrant-policy-2019",
    "la-orleans-parish-cacho-settlement-2013",
    "dc-sanctuary-values-act-2020",
    "fl-key-west-287g-void-vote-2025",
    "mn-cass-county-287g-void-statement-2026",
    "ma-amherst-resolution-29-information-sharing",
    "ma-greenfield-immigration-executive-order-2017",
    "nm-bernalillo-county-detainer-executive-policy",
    "wa-san-juan-county-detainer-policy",
    "nj-middlesex-county-detainer-policy",
    "ca-culver-city-status-inquiry-resolution",
    "co-pitkin-county-detainer-status-policy",
    "md-baltimore-detainer-executive-order",
    "pa-harrisburg-ice-operations-ordinance-2026",
    "pa-lehigh-county-detainer-judicial-order-policy",
    "al-birmingham-sanctuary-resolution-2017",
    "ga-fulton-county-detainer-resolution-2014",
    "ia-iowa-city-public-safety-resolution-2017",
    "ca-santa-ana-sanctuary-resolution-2016",
    "pa-bellevue-287g-resolution-2025",
    "pa-swissvale-287g-resolution-2025",
    "ca-richmond-sanctuary-contracting-ordinance-2018",
    "wa-seattle-welcoming-city-resolution-2025",
    "fl-south-miami-287g-obligation-lawsuit-2025",
    "co-el-paso-county-state-limits-lawsuit-2024",
    "ks-wyandotte-county-kansas-city-safe-and-welcoming-act-2022",
]


def day(text):
    return date.fromisoformat(text)


def test_all_of_the_compilation_is_here():
    counts = [model.objects.count() for model in (StateLaw, Provision, LocalPolicy, FederalDesignation)]
    assert counts == [154, 327, 286, 276]
    assert StateLaw.objects.published().count() == 154
    assert dict(Counter(LocalPolicy.objects.values_list("state", flat=True))) == {"published": 243, "draft": 43}
    lists = Counter(FederalDesignation.objects.values_list("list", flat=True))
    assert dict(lists) == {"doj-eo-14287": 35, "dhs-sanctuary-jurisdictions": 241}


def test_what_only_a_weak_source_says_is_not_published():
    for model in RULES:
        assert not model.objects.published().filter(confidence="low").exists()
        assert set(model.objects.filter(state="draft").values_list("confidence", flat=True)) <= {"low"}


def test_nothing_is_published_without_a_source_read_on_a_day():
    for model in RULES:
        for record in model.objects.published().select_related("main_source"):
            assert record.main_source.url.startswith("http"), record
            assert record.main_source.publisher, record
            assert record.checked_on, record


def test_a_source_is_described_in_our_own_words():
    """Each is named by its publisher and the record that it proves, not by a headline."""
    for law in StateLaw.objects.select_related("main_source"):
        assert law.main_source.title == f"{law.main_source.publisher} on {law.title}"
    for policy in LocalPolicy.objects.select_related("main_source"):
        assert policy.main_source.title.startswith(f"{policy.main_source.publisher} on {policy.government}, ")
    for label in FederalDesignation.objects.select_related("main_source"):
        assert "list" in label.main_source.title


@pytest.mark.parametrize(("model", "keys"), [(StateLaw, DOUBTFUL_LAWS), (LocalPolicy, DOUBTFUL_POLICIES)])
def test_each_doubt_of_the_compilation_is_said_on_its_record(model, keys):
    silent = [key for key in keys if not model.objects.get(key=key).doubt_en]
    assert silent == []


def test_doubts_are_short_and_in_both_languages():
    for model in RULES:
        for record in model.objects.exclude(doubt_en=""):
            assert record.doubt_es, record.key
            assert record.doubt_en.endswith("."), record.key
            assert record.doubt_en.count(". ") <= 2, record.key
        assert not model.objects.filter(doubt_en="").exclude(doubt_es="").exists()


def test_a_bill_says_that_its_outcome_is_not_confirmed_and_is_never_in_force():
    bills = StateLaw.objects.filter(legal_status="proposed", instrument="bill")
    assert bills.count() == 21
    for bill in bills:
        assert bill.doubt_en.startswith("Introduced; outcome not confirmed.")
    never = StateLaw.objects.filter(legal_status__in=["proposed", "vetoed", "expired"])
    assert {law.standing_on(day("2026-11-25")) for law in never} == {RuleStanding.NEVER}
    assert not StateLaw.objects.standing_on(day("2026-11-25")).filter(pk__in=never).exists()


def test_a_proposal_of_a_city_says_so_and_is_never_in_force():
    proposals = LocalPolicy.objects.filter(legal_status="proposed")
    assert proposals.count() == 12
    for policy in proposals:
        assert policy.doubt_en.startswith("Outcome not confirmed.")
        assert policy.standing_on(day("2026-11-25")) == RuleStanding.NEVER


def test_what_a_court_blocked_is_said_to_be_blocked():
    blocked = StateLaw.objects.filter(legal_status="enjoined")
    assert blocked.count() == 6
    for law in blocked:
        assert law.standing_on(day("2026-11-25")) == RuleStanding.BLOCKED, law.key
        assert law.doubt_en, law.key


@pytest.mark.parametrize(
    "key",
    [
        "ny-budget-immigration-2026",
        "nc-sb-153-2026",
        "md-community-trust-act-2026",
        "ks-hb-2372-2026",
        "la-sb-388-2024",
        "az-prop-314-2024",
        "tn-hb-2018-2026",
    ],
)
def test_a_law_that_is_not_confirmed_is_perhaps_in_force_and_announces_nothing(key):
    law = StateLaw.objects.get(key=key)
    assert law.is_unconfirmed
    assert law.doubt_en
    assert law.standing_on(day("2026-11-25")) == UNCERTAIN
    assert {provision.standing_on(day("2026-11-25")) for provision in law.provisions.all()} == {UNCERTAIN}
    assert not law.changes.exists()


@pytest.mark.parametrize(
    ("key", "walk"),
    [
        ("md-287g-ban-2026", {"2026-02-16": NOT_YET, "2026-02-17": IN_FORCE, "2026-06-01": IN_FORCE}),
        ("md-community-trust-act-2026", {"2026-05-31": NOT_YET, "2026-06-01": UNCERTAIN}),
        ("tx-sb-8-2025", {"2025-12-31": NOT_YET, "2026-01-01": IN_FORCE}),
        ("tx-sb-4-2023", {"2026-05-28": NOT_YET, "2026-05-29": IN_FORCE}),
        ("nm-hb-9-2026", {"2026-05-19": NOT_YET, "2026-05-20": IN_FORCE}),
        (
            "fl-287g-duty-908-11",
            {"2025-01-31": NOT_YET, "2025-02-01": UNCERTAIN, "2025-02-27": UNCERTAIN, "2025-02-28": IN_FORCE},
        ),
        ("fl-sb-4-c-2025", {"2025-02-12": NOT_YET, "2025-02-13": RuleStanding.BLOCKED}),
        ("va-eo-47-2025", {"2025-12-31": IN_FORCE, "2026-01-15": UNCERTAIN, "2026-01-31": RuleStanding.ENDED}),
    ],
)
def test_a_law_on_a_day(key, walk):
    law = StateLaw.objects.get(key=key)
    assert {on: law.standing_on(day(on)) for on in walk} == walk
    for on, standing in walk.items():
        assert StateLaw.objects.standing_on(day(on)).filter(pk=law.pk).exists() == (
            standing not in (NOT_YET, RuleStanding.ENDED)
        )


def test_a_deadline_of_a_provision_comes_after_its_law():
    """Texas: the duty is law from 1 January 2026; sheriffs have until 1 December."""
    deadline = Provision.objects.get(law__key="tx-sb-8-2025", effective_on="2026-12-01")
    assert deadline.standing_on(day("2026-11-25")) == NOT_YET
    assert deadline.standing_on(day("2026-12-01")) == IN_FORCE


def test_baltimore_countys_label_came_and_went():
    label = FederalDesignation.objects.get(key="doj-eo-14287-24005")
    held = [label.listed_by(day(on)) for on in ("2025-08-04", "2025-08-05", "2025-10-30", "2025-10-31")]
    assert held == [False, True, True, False]
    on_the_list = FederalDesignation.objects.published().listed_on(day("2025-08-05")).filter(list="doj-eo-14287")
    assert on_the_list.count() == 35
    memorandum = LocalPolicy.objects.get(key="md-baltimore-county-ice-release-mou-2025")
    assert memorandum.standing_on(day("2025-10-24")) == NOT_YET
    assert memorandum.standing_on(day("2025-10-25")) == IN_FORCE


def test_the_withdrawn_list_was_up_for_three_days_and_says_that_it_is_held_in_part():
    labels = FederalDesignation.objects.filter(list="dhs-sanctuary-jurisdictions")
    assert set(labels.values_list("listed_on", "removed_on")) == {(day("2025-05-29"), day("2025-06-01"))}
    for label in labels:
        assert "took the list down" in label.doubt_en
        assert not label.list_is_complete


def test_san_francisco_stands_on_the_list_as_county_and_as_city_and_is_one_place():
    labels = FederalDesignation.objects.filter(jurisdiction="06075")
    named = {label.key: label.printed_type for label in labels if label.list == "doj-eo-14287"}
    assert named == {"doj-eo-14287-06075": "county", "doj-eo-14287-06075-city": "city"}


@pytest.mark.parametrize(
    ("key", "geoid"),
    [
        ("ma-amherst-resolution-29-information-sharing", "2501370"),
        ("ma-greenfield-immigration-executive-order-2017", "2527060"),
        ("ct-east-haven-police-court-settlement", "0917022910"),
        ("nh-hanover-impartial-policing-ordinance-2020", "3300933860"),
        ("dc-sanctuary-values-act-2020", "11001"),
        ("co-denver-executive-order-142-2017", "08031"),
        ("il-chicago-welcoming-city-ordinance-2012", "1714000"),
        ("il-cook-county-detainer-ordinance-2011", "17031"),
        ("ks-wyandotte-county-kansas-city-safe-and-welcoming-act-2022", "2036000"),
    ],
)
def test_a_policy_is_its_own_governments_and_not_the_countys_around_it(key, geoid):
    policy = LocalPolicy.objects.get(key=key)
    assert [area.pk for area in policy.jurisdictions.all()] == [geoid]


def test_records_stand_on_areas_that_have_a_page():
    for policy in LocalPolicy.objects.prefetch_related("jurisdictions"):
        (area,) = policy.jurisdictions.all()
        assert (area.same_as_id, area.state_id) == (None, policy.state_area_id), policy.key
    assert not FederalDesignation.objects.filter(jurisdiction__same_as__isnull=False).exists()


def test_somebody_looked_for_every_topic_in_every_state():
    states = Jurisdiction.objects.filter(checks__subject="detainers").values_list("usps", flat=True)
    assert len(set(states)) == 52
    assert {"DC", "PR"} <= set(states)
    looked = Check.objects.filter(subject__in=[topic.value for topic in LAW_TOPICS])
    assert looked.count() == 52 * 13
    assert set(looked.values_list("looked_on", flat=True)) == {day("2026-11-24")}
    assert Check.objects.get(jurisdiction__usps="TX", subject="287g").found == "yes"
    # A bill is not a rule: Hawaii's are not in force, so nothing was found.
    assert Check.objects.get(jurisdiction__usps="HI", subject="287g").found == "nothing"


def test_something_was_found_exactly_where_a_published_law_speaks_of_the_topic():
    rules = StateLaw.objects.published().filter(legal_status__in=["enacted", "enjoined", "repealed"])
    speaks = set(Provision.objects.filter(law__in=rules).values_list("law__jurisdiction", "topic"))
    checks = Check.objects.exclude(subject="local_policy")
    assert {(check.jurisdiction_id, check.subject) for check in checks if check.found == "yes"} == speaks


def test_local_policy_was_looked_for_only_where_a_record_stands():
    looked = Check.objects.filter(subject="local_policy")
    assert set(looked.values_list("jurisdiction", flat=True)) == set(
        LocalPolicy.objects.values_list("jurisdictions", flat=True)
    )
    found = set(
        LocalPolicy.objects.published().exclude(legal_status="proposed").values_list("jurisdictions", flat=True)
    )
    assert set(looked.filter(found="yes").values_list("jurisdiction", flat=True)) == found


def test_spanish_is_there_and_says_that_nobody_has_read_it_twice():
    for model in (StateLaw, LocalPolicy):
        assert not model.objects.filter(summary_es="").exists()
        assert set(model.objects.values_list("translation", flat=True)) == {"machine"}
    assert not Provision.objects.filter(statement_es="").exists()


# -- No more than the sources say -------------------------------------------------------------------------------------


def part_of(key: str, place: int) -> Provision:
    return Provision.objects.select_related("law__main_source").get(law__key=key, place=place)


@pytest.mark.parametrize(
    ("key", "place", "walk"),
    [
        # The TRUTH Act's forum is due from 2018, its other duties from 2017.
        ("ca-truth-act-2016", 1, {"2016-12-31": NOT_YET, "2017-01-01": IN_FORCE}),
        ("ca-truth-act-2016", 3, {"2017-12-31": NOT_YET, "2018-01-01": IN_FORCE}),
        # New York's order 170 is of 2017, the rule on buildings of order 170.1.
        ("ny-eo-170-2017", 1, {"2018-01-01": IN_FORCE}),
        ("ny-eo-170-2017", 3, {"2018-04-24": NOT_YET, "2018-04-25": IN_FORCE}),
    ],
)
def test_a_part_that_came_later_than_its_law_has_its_own_day(key, place, walk):
    part = part_of(key, place)
    assert {on: part.standing_on(day(on)) for on in walk} == walk


@pytest.mark.parametrize(
    ("key", "topics"),
    [
        # The county's property, not schools and places of worship.
        ("ca-los-angeles-county-sensitive-locations-policy-2017", ["resources"]),
        ("ny-new-york-city-local-law-58-2014", ["ice_access_to_jails"]),
        ("md-baltimore-safe-spaces-act-2026", ["data_privacy", "resources"]),
        # Notice before release, not the handing over.
        ("md-baltimore-county-ice-release-mou-2025", ["information_sharing"]),
        ("il-cook-county-detainer-ordinance-2011", ["information_sharing", "detainers", "ice_access_to_jails"]),
    ],
)
def test_a_policy_is_about_what_its_source_tells_of_it(key, topics):
    assert LocalPolicy.objects.get(key=key).topics == topics


@pytest.mark.parametrize(
    "key",
    [
        "wa-king-county-detainer-ordinance-2018",
        "il-cook-county-detainer-ordinance-2011",
        "md-baltimore-safe-spaces-act-2026",
        "la-orleans-parish-cacho-settlement-2013",
        "nm-bernalillo-county-detainer-executive-policy",
        "ny-new-york-city-executive-order-13-2026",
        "ny-new-york-city-local-law-58-2014",
        "ny-new-york-city-probation-detainer-law-2017",
    ],
)
def test_a_policy_with_conditions_or_exceptions_limits_and_does_not_prohibit(key):
    assert LocalPolicy.objects.get(key=key).stance == "limits_cooperation"


def test_a_memorandum_and_a_judges_order_are_not_called_executive_orders():
    memorandum = LocalPolicy.objects.get(key="md-baltimore-county-ice-release-mou-2025")
    order = LocalPolicy.objects.get(key="il-cook-county-courthouse-order-2025")
    assert memorandum.get_instrument_display() == "Agreement or memorandum"
    assert order.get_instrument_display() == "Judge's order"
    assert order.doubt_en == ""


def test_a_statement_names_those_of_whom_its_source_is_certain():
    assert part_of("tn-hb-2018-2026", 1).binds == ["sheriffs_and_jails"]
    assert "narrowed to sheriffs" in part_of("tn-hb-2018-2026", 1).law.doubt_en
    assert part_of("md-dignity-not-detention-2021", 3).statement_en.startswith("Police and jails")
    assert "courts" not in part_of("ct-hb-7259-2025", 1).binds
    assert part_of("ct-hb-7259-2025", 2).topic == "information_sharing"
    assert part_of("la-sb-15-2025", 2).topic == "state_immigration_crime"


def test_a_statement_can_be_read_by_itself():
    """On a place's page each stands alone, so none leans on the one before."""
    leaning = re.compile(
        r"^(Its|These|Those|Such|First|Rewrote)\b|\b(such|these|those) (a )?(people|person|agencies|checks)\b"
        r"|\b(this law|this act|these rules|of the agreement)\."
    )
    assert [each for each in Provision.objects.all() if leaning.search(each.statement_en)] == []


@pytest.mark.parametrize(
    ("model", "key", "doubt"),
    [
        (StateLaw, "la-sb-208-2024", "give May 28, 2024, as the day on which it took effect"),
        (StateLaw, "la-sb-15-2025", "One report gives August 1, 2025"),
        (StateLaw, "ca-truth-act-2016", "Sources differ on its start"),
        (StateLaw, "ca-local-detention-contracts", "lets older contracts stand"),
        (StateLaw, "il-way-forward-act-2021", "Public Act 101-0019"),
        (StateLaw, "ny-wells-v-demarco-2018", "one department of the Appellate Division"),
        (StateLaw, "fl-sb-1718-2023", "An order of March 11, 2025"),
        (StateLaw, "ct-trust-act-2013", "a suit by the U.S. Justice Department"),
        (StateLaw, "ct-trust-act-2019", "a suit by the U.S. Justice Department"),
        (StateLaw, "ct-hb-7259-2025", "a suit by the U.S. Justice Department"),
        (LocalPolicy, "la-orleans-parish-cacho-settlement-2013", "a federal suit of February 2026"),
        (LocalPolicy, "md-baltimore-safe-spaces-act-2026", "could not be opened again; it also had a vote of 14-0"),
        (LocalPolicy, "ca-los-angeles-county-sensitive-locations-policy-2017", "leaves out its jails"),
    ],
)
def test_what_another_source_says_otherwise_is_a_doubt_and_no_fact(model, key, doubt):
    record = model.objects.get(key=key)
    assert doubt in record.doubt_en
    assert record.is_published
    assert record.translation == "machine"


def test_what_other_sources_say_is_not_taken_for_the_records_own_date():
    assert StateLaw.objects.get(key="la-sb-208-2024").effective_on == ""
    assert StateLaw.objects.get(key="ca-trust-act-2013").effective_on == ""


def test_a_further_source_is_a_document_read_on_a_day_and_a_parts_is_of_its_own_law():
    citations = [*LawCitation.objects.select_related("source", "provision"), *PolicyCitation.objects.select_related()]
    assert len(citations) > 50
    for each in citations:
        assert each.source.url.startswith("http"), each.source
        assert each.source.retrieved_on == day("2026-11-24"), each.source
        assert each.quote == ""
    assert all(each.provision.law_id == each.law_id for each in citations if getattr(each, "provision", None))


# -- What changed, from the records -----------------------------------------------------------------------------------


def test_events_of_maryland():
    events = ChangeEvent.objects.filter(law__key="md-287g-ban-2026").values_list("kind", "took_effect_on")
    assert set(events) == {("enacted", day("2026-02-17")), ("in_effect", day("2026-02-17"))}
    label = ChangeEvent.objects.filter(designation__key="doj-eo-14287-24005").values_list("kind", "seen_on")
    assert set(label) == {("label_listed", day("2025-08-05")), ("label_removed", day("2025-10-31"))}


def test_every_event_of_a_rule_is_of_a_published_record_and_a_day_that_its_source_names():
    events = ChangeEvent.objects.filter(agency=None).select_related("law", "policy", "designation")
    assert events.count() > 700
    for event in events:
        record = event.subject
        assert record.is_published
        assert event.origin == "record"
        assert event.took_effect_on == event.seen_on <= record.checked_on
        printed = {
            "enacted": lambda r: getattr(r, "enacted_on", None) or getattr(r, "adopted_on", None),
            "in_effect": lambda r: r.effective_on,
            "repealed": lambda r: r.ended_on,
            "superseded": lambda r: r.ended_on,
            "label_listed": lambda r: r.listed_on.isoformat(),
            "label_removed": lambda r: r.removed_on.isoformat(),
        }[event.kind](record)
        assert printed == event.took_effect_on.isoformat(), (record.key, event.kind)


def test_no_event_says_that_a_bill_or_a_blocked_law_is_in_effect():
    in_effect = ChangeEvent.objects.filter(kind="in_effect")
    assert set(in_effect.values_list("law__legal_status", flat=True)) <= {"enacted", "repealed"}
    assert not ChangeEvent.objects.filter(law__legal_status__in=["proposed", "vetoed", "expired"]).exists()
    assert not ChangeEvent.objects.filter(policy__legal_status="proposed").exists()


def test_a_rule_without_a_start_is_never_said_not_to_have_been_in_force():
    """St. Paul's ordinance was sued over in 2025; its date was not found."""
    policy = LocalPolicy.objects.get(key="mn-st-paul-separation-ordinance")
    assert not policy.adopted_on
    assert standing_known(policy, day("2025-01-01")) == UNCERTAIN
    assert not LocalPolicy.objects.standing_on(day("2025-01-01")).filter(pk=policy.pk).exists()
    assert standing_known(policy, day("2026-11-24")) == RuleStanding.CHALLENGED
