"""State laws: the states compared by topic, the list, the page of each. What each says of a day and no more."""

import csv
import io
import re
from datetime import date

import pytest

from agreements.models import Check, LawCitation
from agreements.topics import LAW_TOPICS
from agreements.views import ROWS_ON_A_PAGE
from tests.factories import (
    ChangeEventFactory,
    CheckFactory,
    ProvisionFactory,
    SourceFactory,
    StateFactory,
    StateLawFactory,
)
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.django_db

LIST_QUERIES = 5  # data version, count, a page of laws, their provisions, states of the form
COMPARE_QUERIES = 4  # data version, states, provisions with their laws, checks
PAGE_QUERIES = 5  # data version, the law, provisions, citations, changes


@pytest.fixture
def florida():
    return StateFactory()


@pytest.fixture
def texas():
    return StateFactory(geoid="48", name="Texas", usps="TX")


def rows_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


# -- States compared by topic


def test_the_laws_open_as_a_comparison_of_states_by_topic(client, florida, texas):
    law = StateLawFactory(jurisdiction=florida, title="SB 168", effective_on="2019-07-01")
    ProvisionFactory(law=law, section="Fla. Stat. 908.105")
    CheckFactory(jurisdiction=texas)
    StateFactory(geoid="66", name="Guam", usps="GU")
    response = client.get("/laws/?topic=detainers")
    text = text_of(response)
    assert "Requires Florida" in text
    assert "No record found Texas looked on 24 November 2026" in text
    assert "Not checked yet Guam" in text
    assert (
        "Florida Requires Jails must hold a person on a detainer. Requires: sheriffs and jails · since 1 July 2019 · "
        "SB 168 · Fla. Stat. 908.105" in text
    )
    for topic in LAW_TOPICS:
        assert str(topic.label) in text


def test_without_a_topic_the_first_is_shown_and_each_is_a_link_away(client, florida):
    response = client.get("/laws/")
    assert heading(response) == "State laws What each state's law says on: 287(g) agreements"
    assert set(re.findall(r'href="\?topic=(\w+)"', response.text)) >= set(LAW_TOPICS[1:])


def test_a_topic_that_only_policies_have_compares_nothing(client, florida):
    response = client.get("/laws/?topic=resources")
    assert heading(response) == "List of state laws"
    assert "0 records" in text_of(response)


@pytest.mark.parametrize(
    ("legal_status", "dates", "shown"),
    [
        pytest.param("enacted", {"effective_on": "2019-07-01"}, "Florida Requires Jails must", id="in force"),
        pytest.param("enacted", {"effective_on": "2026"}, "Florida Perhaps in force Perhaps in force:", id="year"),
        pytest.param("enacted", {"effective_on": "2027"}, "Florida Not yet in force Not yet in force:", id="later"),
        pytest.param("enjoined", {}, "Florida Blocked by a court Blocked by a court: Jails must", id="blocked"),
        pytest.param("repealed", {"ended_on": "2024"}, "Florida No longer in force No longer in force:", id="repealed"),
        pytest.param("proposed", {}, "Florida No law found Introduced; outcome not confirmed: Jails", id="bill"),
        pytest.param("vetoed", {}, "Florida No law found Vetoed: Jails must", id="vetoed"),
    ],
)
def test_what_is_not_in_force_is_never_shown_as_if_it_were(client, florida, legal_status, dates, shown):
    ProvisionFactory(law=StateLawFactory(jurisdiction=florida, legal_status=legal_status, **dates))
    text = text_of(client.get("/laws/?topic=detainers&as_of=2026-11-24"))
    assert shown in text
    assert ("Requires Florida" in text) == (shown == "Florida Requires Jails must")


def test_a_comparison_is_of_the_day(client, florida):
    law = StateLawFactory(jurisdiction=florida, effective_on="2026-01-01", legal_status="enacted")
    ProvisionFactory(law=law)
    before, after = (text_of(client.get(f"/laws/?topic=detainers&as_of={day}")) for day in ("2025-12-31", "2026-01-01"))
    assert "Requires Florida" not in before
    assert "Not yet in force" in before
    assert "Requires Florida" in after


@pytest.mark.parametrize(
    ("law", "day", "seen"),
    [
        pytest.param({"enacted_on": "2025-06-20", "effective_on": "2026-01-01"}, "2025-06-19", False, id="to come"),
        pytest.param({"enacted_on": "2025-06-20", "effective_on": "2026-01-01"}, "2025-06-20", True, id="enacted"),
        pytest.param({"enacted_on": "2025-06-20", "legal_status": "proposed"}, "2025-06-19", False, id="later bill"),
        pytest.param({"enacted_on": "2025-06-20", "legal_status": "vetoed"}, "2025-06-20", True, id="vetoed"),
    ],
)
def test_what_came_later_than_the_day_is_no_part_of_it(client, florida, law, day, seen):
    ProvisionFactory(law=StateLawFactory(jurisdiction=florida, **law))
    CheckFactory(jurisdiction=florida)
    text = text_of(client.get(f"/laws/?topic=detainers&as_of={day}"))
    assert ("Jails must hold" in text) == seen
    assert ("No record found for this day Florida looked on 24 November 2026" in text) == (not seen)


def test_a_part_with_a_later_date_of_its_own_is_not_in_force_with_its_law(client, florida):
    law = StateLawFactory(jurisdiction=florida, effective_on="2026-01-01")
    ProvisionFactory(law=law, effective_on="2026-10-01")
    assert "Florida Not yet in force" in text_of(client.get("/laws/?topic=detainers&as_of=2026-02-01"))
    assert "Requires Florida" in text_of(client.get("/laws/?topic=detainers&as_of=2026-10-01"))


def test_an_effective_date_that_is_not_known_is_said_and_the_day_of_enactment_stands_in(client, florida):
    ProvisionFactory(law=StateLawFactory(jurisdiction=florida, enacted_on="2019-06-14", effective_on=""))
    text = text_of(client.get("/laws/?topic=detainers"))
    assert "enacted 14 June 2019; effective date not known" in text


def test_the_file_of_a_comparison_has_a_line_for_each_part_and_for_each_state_without(client, florida, texas):
    ProvisionFactory(law=StateLawFactory(jurisdiction=florida, key="fl-a-2019"))
    CheckFactory(jurisdiction=texas)
    StateFactory(geoid="66", name="Guam", usps="GU")
    rows = rows_of(client.get("/laws/?topic=detainers&format=csv"))
    assert [(row["state"], row["standing"], row["effect"], row["looked_on"]) for row in rows] == [
        ("FL", "in_force", "requires", ""),
        ("GU", "not_checked", "", ""),
        ("TX", "no_record_found", "", "2026-11-24"),
    ]
    assert rows[0]["page"] == "http://testserver/laws/fl-a-2019/"


def test_a_comparison_costs_the_same_however_many_laws_there_are(client, florida, texas, django_assert_num_queries):
    for number in range(6):
        ProvisionFactory(law=StateLawFactory(jurisdiction=(florida, texas)[number % 2]))
        Check.objects.get_or_create(
            jurisdiction=florida, subject="detainers", looked_on=date(2026, 11, 1 + number), where="x", found="nothing"
        )
    with django_assert_num_queries(COMPARE_QUERIES):
        assert client.get("/laws/?topic=detainers").status_code == 200


# -- The list


def test_the_list_shows_every_record_with_its_standing_today(client, florida):
    StateLawFactory(jurisdiction=florida, title="The statute", effective_on="2019-07-01")
    StateLawFactory(jurisdiction=florida, title="The bill", legal_status="proposed")
    text = text_of(client.get("/laws/?view=list"))
    assert "2 records" in text
    assert "The statute Fla. Stat." in text
    assert "In force since 1 July 2019" in text
    assert "Florida Introduced; outcome not confirmed" in text


@pytest.mark.parametrize(
    "query",
    ["state=FL", "effect=requires", "stance=requires_cooperation", "legal_status=enacted", "q=detainer+statute",
     "topic=detainers&view=list", "topic=detainers&effect=requires", "jurisdiction=12", "instrument=statute",
     "as_of=2020-01-01&state=fl"],
)  # fmt: skip
def test_each_filter_finds_the_law(client, florida, texas, query):
    ProvisionFactory(law=StateLawFactory(jurisdiction=florida, title="The statute", summary_en="On a detainer."))
    bill = StateLawFactory(jurisdiction=texas, title="The bill", legal_status="proposed", instrument="bill",
                           stance="limits_cooperation", summary_en="Would limit.")  # fmt: skip
    ProvisionFactory(law=bill, topic="data_privacy", effect="limits")
    text = text_of(client.get(f"/laws/?{query}"))
    assert "1 record " in text
    assert "The statute" in text
    assert "The bill" not in text


def test_topic_and_effect_are_of_one_and_the_same_part(client, florida):
    law = StateLawFactory(jurisdiction=florida)
    ProvisionFactory(law=law, topic="detainers", effect="requires")
    ProvisionFactory(law=law, topic="sanctuary_ban", effect="forbids", place=1)
    assert "0 records" in text_of(client.get("/laws/?topic=detainers&effect=forbids"))
    assert "1 record " in text_of(client.get("/laws/?topic=sanctuary_ban&effect=forbids"))


@pytest.mark.parametrize(
    ("law", "found"),
    [
        pytest.param({"effective_on": "2019-07-01"}, True, id="in force"),
        pytest.param({"effective_on": "2020"}, True, id="perhaps"),
        pytest.param({"legal_status": "enjoined"}, True, id="blocked"),
        pytest.param({"effective_on": "2021"}, False, id="not yet"),
        pytest.param({"legal_status": "repealed", "ended_on": "2020-03-01"}, False, id="ended that day"),
        pytest.param({"legal_status": "repealed", "ended_on": "2020-03-02"}, True, id="ended the day after"),
        pytest.param({"legal_status": "proposed"}, False, id="bill"),
        pytest.param({"legal_status": "vetoed"}, False, id="vetoed"),
        pytest.param({"legal_status": "expired"}, False, id="expired"),
    ],
)
def test_as_of_keeps_what_is_in_force_that_day_or_may_be(client, florida, law, found):
    StateLawFactory(jurisdiction=florida, **law)
    assert ("1 record " in text_of(client.get("/laws/?as_of=2020-03-01&view=list"))) == found
    assert "1 record " in text_of(client.get("/laws/?view=list"))


def test_with_a_day_a_topic_is_of_a_part_in_force_that_day(client, florida):
    ProvisionFactory(law=StateLawFactory(jurisdiction=florida), effective_on="2026-10")
    assert "0 records" in text_of(client.get("/laws/?topic=detainers&view=list&as_of=2026-09-30"))
    assert "1 record " in text_of(client.get("/laws/?topic=detainers&view=list&as_of=2026-10-01"))


@pytest.mark.parametrize("query", ["topic=none", "as_of=soon", "as_of=2999-01-01", "state=ZZ", "legal_status=x"])
def test_a_bad_value_gets_a_sentence_and_status_400(client, florida, query):
    response = client.get(f"/laws/?{query}")
    assert response.status_code == 400
    assert "This list cannot be shown as asked." in text_of(response)


def test_unknown_parameters_are_ignored(client, florida):
    response = client.get("/laws/?utm_source=letter")
    assert response.status_code == 200
    assert "letter" not in response.text


def test_the_file_holds_exactly_what_the_list_shows(client, florida):
    StateLawFactory.create_batch(ROWS_ON_A_PAGE + 1, jurisdiction=florida)
    StateLawFactory(jurisdiction=florida, legal_status="proposed")
    StateLawFactory(jurisdiction=florida, state="draft", main_source=None)
    rows = rows_of(client.get("/laws/?legal_status=enacted&format=csv"))
    assert len(rows) == ROWS_ON_A_PAGE + 1
    assert f"{len(rows)} records" in text_of(client.get("/laws/?legal_status=enacted"))
    assert {row["standing"] for row in rows} == {"in_force"}


def test_the_list_costs_the_same_however_long_it_is(client, florida, django_assert_num_queries):
    for _ in range(9):
        ProvisionFactory(law=StateLawFactory(jurisdiction=florida))
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/laws/?view=list")


# -- One law


def test_a_page_says_what_it_says_when_to_whom_and_who_says_so(client, florida):
    source = SourceFactory(title="A digest of SB 168", publisher="The Senate")
    law = StateLawFactory(jurisdiction=florida, title="SB 168", citation="ch. 2019-102", effective_on="2019-07-01",
                          main_source=source, doubt_en="The last page was not read.")  # fmt: skip
    provision = ProvisionFactory(law=law)
    LawCitation.objects.create(law=law, provision=provision, source=SourceFactory(title="Statutes"), quote="shall")
    ChangeEventFactory(agreement=None, agency=None, law=law, kind="in_effect", seen_on=date(2019, 7, 1))
    response = client.get(law.get_absolute_url())
    text = text_of(response)
    assert heading(response) == "SB 168 Florida · Statute · ch. 2019-102"
    for said in (
        "On this day In force In force since 1 July 2019.",
        "What is not certain. The last page was not read.",
        "We last read its source on 24 November 2026.",
        "Holding people on a detainer Requires Jails must hold a person on a detainer. Fla. Stat. 908.105 sheriffs and"
        " jails since 1 July 2019",
        "Enacted 14 June 2019",
        "In effect 1 July 2019",
        "A digest of SB 168. The Senate. Read 24 November 2026.",
        "Statutes. A public body. Read 24 November 2026. (Holding people on a detainer) shall",
        "1 July 2019 In effect",
    ):
        assert said in text, said
    assert f'href="/api/v1/laws/{law.key}/"' in response.text


@pytest.mark.parametrize(
    ("law", "day", "said"),
    [
        ({"effective_on": "2025"}, "2025-06-01", "Whether it was in force on 1 June 2025 is not certain. Its start:"),
        ({"effective_on": "2025"}, "2026-01-01", "In force since 2025; the day is not known."),
        ({"effective_on": "2025-03"}, "2026-01-01", "In force since March 2025; the day is not known."),
        ({"effective_on": ""}, "2026-01-01", "Enacted: 14 June 2019. The day it took effect is not known."),
        ({"enacted_on": ""}, "2026-11-24", "is not certain. We know no date of its start."),
        ({"effective_on": "2026-10-01"}, "2026-01-01", "Not in force on 1 January 2026. Its start: 1 October 2026."),
        (
            {"legal_status": "enjoined"}, "2026-11-24",
            "A court had blocked its main part when we last read of it. Other parts may be in force.",
        ),
        (
            {"legal_status": "enjoined"}, "2026-11-23",
            "The day it was blocked is not known to us, so we cannot say whether it was in force on 23 November 2026.",
        ),
        ({"legal_status": "vetoed"}, "2026-01-01", "Vetoed: 14 June 2019. It did not become law."),
        ({"legal_status": "expired"}, "2026-01-01", "The bill ended without becoming law."),
        ({"legal_status": "proposed"}, "2026-01-01", "Introduced; outcome not confirmed. We do not count it as law."),
        ({"legal_status": "repealed", "ended_on": "2024"}, "2026-01-01", "No longer in force. Its end: 2024; the day"),
        ({"is_unconfirmed": True}, "2026-01-01", "We could not confirm that it is in force."),
    ],
)  # fmt: skip
def test_a_day_is_told_as_far_as_the_dates_go(client, florida, law, day, said):
    law = StateLawFactory(jurisdiction=florida, **law)
    assert said in text_of(client.get(f"{law.get_absolute_url()}?as_of={day}"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/laws/?view=list", "Blocked by a court dated 14 June 2019"),
        ("/laws/?view=list&as_of=2026-11-23", "dated 14 June 2019; the day it was blocked is not known to us"),
        ("/laws/?topic=detainers", "· dated 14 June 2019 · "),
        ("/laws/?topic=detainers&as_of=2020-01-01", "dated 14 June 2019; the day it was blocked is not known to us"),
        ("/laws/act-1/", "sheriffs and jails dated 14 June 2019"),
        ("/laws/act-1/?as_of=2020-01-01", "dated 14 June 2019; the day it was blocked is not known to us"),
    ],
)
def test_nobody_is_told_that_a_court_blocked_a_law_on_the_day_that_the_law_bears(client, florida, address, said):
    ProvisionFactory(law=StateLawFactory(jurisdiction=florida, key="act-1", legal_status="enjoined"))
    text = text_of(client.get(address))
    assert said in text
    assert "since 14 June 2019" not in text


def test_links_from_a_past_day_lead_to_that_day(client, florida):
    own = ProvisionFactory(law=StateLawFactory(jurisdiction=florida)).law.get_absolute_url()
    for address in ("/laws/?topic=detainers", "/laws/?view=list"):
        assert f'href="{own}?as_of=2020-01-01"' in client.get(f"{address}&as_of=2020-01-01").text
        assert f'href="{own}"' in client.get(address).text
    page = client.get(f"{own}?as_of=2020-01-01").text
    for link in ("/us/fl/?as_of=2020-01-01", "/laws/?as_of=2020-01-01", "/laws/?topic=detainers&amp;as_of=2020-01-01"):
        assert f'href="{link}"' in page
    assert 'href="/us/fl/"' in client.get(f"{own}?as_of=2999-01-01").text  # a day refused is not carried on


def test_what_happened_after_the_day_is_not_in_its_history(client, florida):
    law = StateLawFactory(jurisdiction=florida)
    ChangeEventFactory(agreement=None, agency=None, law=law, kind="enjoined", seen_on=date(2026, 3, 1))
    assert "1 March 2026" not in text_of(client.get(f"{law.get_absolute_url()}?as_of=2026-02-28"))
    assert "1 March 2026 Blocked by a court" in text_of(client.get(f"{law.get_absolute_url()}?as_of=2026-03-01"))


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_published_has_no_page_and_is_in_no_list(client, florida, state):
    law = StateLawFactory(jurisdiction=florida, state=state, title="Not to be read")
    ProvisionFactory(law=law)
    event = ChangeEventFactory(agreement=None, agency=None, law=law, kind="enacted", seen_on=date(2019, 6, 14))
    for address in (law.get_absolute_url(), f"/es{law.get_absolute_url()}", event.get_absolute_url()):
        assert client.get(address).status_code == 404
    for address in ("/laws/?topic=detainers", "/laws/?view=list", "/changes/", "/laws/?q=read&format=csv"):
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"Not to be read" not in body


def test_a_page_costs_the_same_however_much_it_shows(client, florida, django_assert_num_queries):
    law = StateLawFactory(jurisdiction=florida)
    for place in range(5):
        provision = ProvisionFactory(law=law, place=place, effective_on="2026")
        LawCitation.objects.create(law=law, provision=provision, source=SourceFactory())
    for kind in ("enacted", "in_effect", "enjoined"):
        ChangeEventFactory(agreement=None, agency=None, law=law, kind=kind)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(law.get_absolute_url())


def test_spanish_is_shown_while_it_says_what_the_english_says(client, florida):
    law = StateLawFactory(jurisdiction=florida)
    page = client.get(f"/es{law.get_absolute_url()}").text
    assert law.summary_es in page
    assert "Una máquina tradujo el texto" in page
    law.translation = "out_of_date"
    law.save()
    response = client.get(f"/es{law.get_absolute_url()}")
    assert f'<span lang="en">{law.summary_en}</span>' in response.text
    assert law.summary_es not in response.text
    assert "La traducción está desactualizada" in response.text


# -- Among the changes


def test_a_change_in_law_stands_among_the_changes_and_has_a_page(client, florida, texas):
    ChangeEventFactory()  # of an agency
    law = StateLawFactory(jurisdiction=texas, title="Texas SB 8")
    event = ChangeEventFactory(agreement=None, agency=None, law=law, kind="in_effect", seen_on=date(2026, 1, 1))
    ChangeEventFactory(agreement=None, agency=None, law=law, kind="enacted", seen_on=date(2026, 1, 1))
    text = text_of(client.get("/changes/"))
    assert "2 January" not in text
    assert "In effect: Texas SB 8, TX" in text
    assert "In effect: Texas SB 8" in text_of(client.get("/changes/?state=TX"))
    assert "Texas SB 8" not in text_of(client.get("/changes/?state=FL"))
    assert "Texas SB 8" in text_of(client.get("/changes/?jurisdiction=48"))
    response = client.get(event.get_absolute_url())
    assert heading(response) == "In effect Texas SB 8, Texas"
    assert f'href="{law.get_absolute_url()}"' in response.text
    assert "Enacted" in text_of(response)
    rows = rows_of(client.get("/changes/?state=TX&format=csv"))
    assert [(row["state"], row["agency"], row["law"]) for row in rows] == [("TX", "", law.key)] * 2
