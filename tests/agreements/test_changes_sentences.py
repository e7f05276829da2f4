"""What is said of a change: a fixed sentence for each kind, in two languages, which never says why."""

from datetime import date

import pytest
from django.utils import translation

from agreements.comparison import Group
from agreements.models import ChangeEvent
from agreements.sentences import about_change, in_short
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    DesignationFactory,
    LocalPolicyFactory,
    SourceFactory,
    StateLawFactory,
)

MODEL = "street enforcement (Task Force Model)"
SIGNED = {"signed_on": "2025-02-26"}


def of_agency(kind: str, **fields) -> ChangeEvent:
    agreement = AgreementFactory(agency=AgencyFactory(name="Davie Police"), standing=None)
    return ChangeEventFactory(agreement=agreement, kind=kind, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        (
            "appeared",
            {"took_effect_on": date(2025, 2, 26)},
            f"Davie Police joined ICE's list of 18 May 2026: {MODEL}, signed 26 February 2025.",
        ),
        ("appeared", {}, f"Davie Police joined ICE's list of 18 May 2026: {MODEL}."),
        (
            "appeared",
            {"after": {"name": "Davie Poilce"}},
            f"Davie Poilce joined ICE's list of 18 May 2026: {MODEL}.",
        ),
        (
            "missing",
            {"before": {"name": "Davie Police"}},
            f"The {MODEL} agreement of Davie Police was on the list before and not on ICE's list of 18 May 2026. ICE"
            " does not say why.",
        ),
        (
            "no_longer_listed",
            {"took_effect_on": date(2026, 4, 30)},
            f"The {MODEL} agreement of Davie Police was on none of ICE's lists from 30 April 2026 to 18 May 2026. ICE"
            " does not say why.",
        ),
        (
            "model_switched",
            {"before": {"program_model": "JEM"}, "after": {"program_model": "TFM"}},
            f"ICE's list of 18 May 2026 has {MODEL} for Davie Police. The list before had jail screening (Jail"
            " Enforcement Model).",
        ),
        (
            "renamed",
            {"before": {"name": "Davy Police"}, "after": {"name": "Davie Police"}},
            "ICE's list of 18 May 2026 prints “Davie Police”. The list before printed “Davy Police”. It is one agency.",
        ),
        (
            "date_changed",
            {"before": SIGNED, "after": {"signed_on": "2025-02-25"}},
            f"ICE changed the signing date of the {MODEL} agreement of Davie Police from 26 February 2025 to 25"
            " February 2025, on its list of 18 May 2026.",
        ),
        (
            "date_changed",
            {"before": {"signed_on": None}, "after": SIGNED},
            f"ICE's list of 18 May 2026 gives a signing date for the {MODEL} agreement of Davie Police: 26 February"
            " 2025. The list before gave none that can be.",
        ),
        (
            "type_changed",
            {"before": {"agency_type": "state"}, "after": {"agency_type": "municipality"}},
            "ICE's list of 18 May 2026 prints the type “municipality” for Davie Police; the list before “state"
            " agency”.",
        ),
        (
            "county_changed",
            {"before": {"county": ""}, "after": {"county": "Broward County"}},
            "ICE's list of 18 May 2026 prints “Broward County” as the county of Davie Police; the list before printed"
            " none.",
        ),
        (
            "link_changed",
            {"before": {"moa_url": "https://www.ice.gov/a.pdf"}, "after": {"moa_url": ""}},
            f"ICE's list of 18 May 2026 links no document for the {MODEL} agreement of Davie Police. The list before"
            " did.",
        ),
    ],
)
def test_a_change_of_a_list_is_told_in_a_fixed_sentence(kind, fields, sentence):
    assert about_change(of_agency(kind, **fields)) == sentence


@pytest.mark.django_db
def test_an_end_names_the_source_that_says_so():
    event = of_agency("ended", took_effect_on=date(2026, 3, 1), origin="source")
    event.agreement.ended_source = SourceFactory(title="Letter of the sheriff", publisher="The sheriff")
    assert "ended on 1 March 2026, according to Letter of the sheriff" in about_change(event)


OF_A_RECORD = {"agreement": None, "agency": None, "origin": "record"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "took_effect_on", "sentence"),
    [
        ("enacted", date(2019, 6, 14), "A law of Florida was enacted on 14 June 2019: SB 168."),
        ("in_effect", date(2019, 7, 1), "A law of Florida took effect on 1 July 2019: SB 168."),
        ("enjoined", None, "A court had blocked it when we read of it on 18 May 2026: SB 168 (Florida)."),
        ("repealed", date(2026, 1, 1), "It was repealed on 1 January 2026: SB 168 (Florida)."),
        ("repealed", None, "It had been repealed when we read of it on 18 May 2026: SB 168 (Florida)."),
    ],
)
def test_a_change_of_law_is_told_by_its_own_day(kind, took_effect_on, sentence):
    law = StateLawFactory(title="SB 168")
    event = ChangeEventFactory(law=law, kind=kind, took_effect_on=took_effect_on, **OF_A_RECORD)
    assert about_change(event) == sentence


@pytest.mark.django_db
def test_a_policy_is_adopted_and_a_label_is_put_on_and_taken_off():
    policy = LocalPolicyFactory(title="Ordinance 1", government="Elmville")
    event = ChangeEventFactory(policy=policy, kind="enacted", took_effect_on=date(2018, 5, 1), **OF_A_RECORD)
    assert about_change(event) == "A local policy in Florida was adopted on 1 May 2018: Elmville, Ordinance 1."
    label = DesignationFactory(jurisdiction=CountyFactory(name="Broward County"))
    event = ChangeEventFactory(
        designation=label, kind="label_removed", took_effect_on=date(2025, 10, 31), **OF_A_RECORD
    )
    assert about_change(event).startswith("Broward County (Florida) was taken off a federal list on 31 October 2025:")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ChangeEvent.Kind.values)
@pytest.mark.parametrize("sides", [({}, {}), (SIGNED, {}), ({}, SIGNED), (SIGNED, {"signed_on": "2025-03-01"})])
def test_every_kind_has_a_sentence_in_both_languages_which_gives_no_cause(kind, sides):
    before, after = ({"name": "Davy Police"}, {"name": "Davie Police"}) if kind == "renamed" else sides
    event = of_agency(kind, before=before, after=after)
    english = about_change(event)
    with translation.override("es"):
        spanish = about_change(event)
    assert "Davie Police" in english
    assert "Davie Police" in spanish
    assert english != spanish
    assert english.endswith(".")
    assert spanish.endswith(".")
    for word in ("because", "due to", "after the law", "porque", "debido"):
        assert word not in f"{english} {spanish}"


@pytest.mark.parametrize("group", Group)
def test_a_count_agrees_with_its_noun_in_both_languages(group):
    assert in_short(group, 1).startswith("1 ")
    assert in_short(group, 1203).startswith("1,203 ")
    with translation.override("es"):
        assert in_short(group, 2).startswith("2 ")
        assert in_short(group, 2) != in_short(group, 1).replace("1", "2") or group in {Group.RENAMED, Group.STATE}
