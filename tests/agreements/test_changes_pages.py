"""The page of changes, its files, and the page of one change."""

import csv
import io
import json
from datetime import date, timedelta

import pytest

from agreements.days import today
from agreements.imports.derive import EventFact
from agreements.models import ChangeEvent, Snapshot
from agreements.views import ROWS_ON_A_PAGE, changes
from jurisdictions.models import AgencyFormerId, DataVersion
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    DesignationFactory,
    ListingFactory,
    LocalPolicyFactory,
    ProvisionFactory,
    SnapshotFactory,
    StateFactory,
    StateLawFactory,
)
from tests.portal.reading import heading, text_of

pytestmark = pytest.mark.django_db

COLUMNS = ["STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA"]
PAGE_QUERIES = 14
EVENT_QUERIES = 9


def listed(agency, *snapshots, model="TFM", **printed):
    """An agreement that these lists (neighbours in time) print."""
    agreement = agency.agreements.filter(program_model=model).first() or AgreementFactory(
        agency=agency, program_model=model, standing=None
    )
    ListingFactory(agreement=agreement, first_snapshot=snapshots[0], last_snapshot=snapshots[-1], **printed)
    return agreement


@pytest.fixture
def old():
    return SnapshotFactory(published_on=date(2026, 4, 13), columns=COLUMNS)


@pytest.fixture
def new(old):
    return SnapshotFactory(published_on=date(2026, 5, 18), columns=COLUMNS)


@pytest.fixture
def maryland():
    return StateFactory(geoid="24", name="Maryland", usps="MD")


@pytest.fixture
def world(old, new, maryland):
    """One of each: joined, left, dropped, renamed, re-dated."""
    listed(AgencyFactory(name="Davie Police", kind="municipal_police"), new)
    listed(AgencyFactory(name="Garrett Sheriff", state=maryland), old, model="WSO")
    both = AgencyFactory(name="Butler Sheriff")
    listed(both, old, new)
    listed(both, old, model="JEM")
    respelt = AgencyFactory(name="Levy Sheriff")
    listed(respelt, old, agency_name="Levi Sheriff")
    listed(respelt, new, agency_name="Levy Sheriff")
    dated = AgencyFactory(name="Clay Sheriff")
    listed(dated, old, signed_on=date(2026, 3, 26))
    listed(dated, new, signed_on=date(2026, 3, 24))
    DataVersion.objects.bump()


BOTH = "/changes/?from=2026-04-13&to=2026-05-18"


def rows_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


# -- Two days


def test_two_days_are_told_in_one_line_and_then_by_group(client, world):
    text = text_of(client.get(BOTH))
    assert "ICE's list of 18 May 2026 against that of 13 April 2026" in text
    assert (
        "1 agreement joined · 1 agency left the list · 1 agreement dropped by an agency that keeps another kind ·"
        " 1 renamed · 1 date changed by ICE" in text
    )
    assert "Davie Police, FL: street enforcement, signed 26 February 2025" in text
    assert "Garrett Sheriff, MD: jail warrants" in text
    assert "Butler Sheriff, FL: jail screening still listed: street enforcement" in text
    assert "Levy Sheriff, FL: Levi Sheriff → Levy Sheriff" in text
    assert "Clay Sheriff, FL: street enforcement, 26 March 2026 → 24 March 2026" in text
    assert "The list of 13 April 2026 has 5 agreements, that of 18 May 2026 has 4." in text


def test_any_day_is_spoken_for_by_the_newest_list_of_that_day(client, world):
    assert "ICE's list of 18 May 2026 against that of 13 April 2026" in text_of(
        client.get("/changes/?from=2026-05-17&to=2026-11-24")
    )


def test_what_happened_in_between_and_was_undone_is_no_difference(client, old):
    """An agency that left and came back between the two days stands on both lists."""
    between = SnapshotFactory(published_on=date(2026, 5, 1), columns=COLUMNS)
    new = SnapshotFactory(published_on=date(2026, 5, 18), columns=COLUMNS)
    agency = AgencyFactory(name="Clay Sheriff")
    listed(agency, old)
    listed(agency, new)
    assert "Nothing differs between the two lists." in text_of(client.get(BOTH))
    assert "1 agency left the list" in text_of(client.get(f"/changes/?from=2026-04-13&to={between.published_on}"))


def test_with_the_last_day_alone_its_list_is_laid_beside_the_one_before(client, world):
    assert "ICE's list of 18 May 2026 against that of 13 April 2026" in text_of(client.get("/changes/?to=2026-05-20"))


def test_of_two_lists_on_one_day_the_later_speaks(client, old):
    listed(AgencyFactory(name="Clay Sheriff"), SnapshotFactory(published_on=date(2026, 5, 18), half="am"))
    evening = SnapshotFactory(
        published_on=date(2026, 5, 18), half="pm", position=20260518180000000, columns=COLUMNS, sha256="e" * 64
    )
    listed(AgencyFactory(name="Levy Sheriff"), evening)
    text = text_of(client.get(BOTH))
    assert "Levy Sheriff" in text
    assert "Clay Sheriff" not in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2020-01-01&to=2026-05-18", "We hold no list before 13 April 2026. Choose that day or a later one."),
        ("to=2020-01-01", "We hold no list before 13 April 2026. Choose that day or a later one."),
        (f"from={today() + timedelta(days=1)}", "That day lies ahead. Choose today or an earlier day."),
        (f"to={today() + timedelta(days=1)}", "That day lies ahead. Choose today or an earlier day."),
        ("from=2026-05-18&to=2026-04-13", "This day is before the day in “From”."),
        ("from=soon", "Write the day as year-month-day, such as 2026-05-18."),
        ("view=days&from=soon", "Write the day as year-month-day, such as 2026-05-18."),
        ("kind=unheard_of", "Select a valid choice."),
    ],
)
def test_days_that_cannot_be_compared_get_a_sentence_and_a_way_back(client, world, query, sentence):
    response = client.get(f"/changes/?{query}")
    assert response.status_code == 400
    assert sentence in text_of(response)
    assert '<a href="/changes/">Show the whole list of today</a>' in response.text
    assert "joined" not in text_of(response)


def test_a_page_beyond_the_last_is_refused(client, world):
    response = client.get("/changes/?view=days&page=99")
    assert response.status_code == 400
    assert "There is no such page of the list." in text_of(response)


def test_one_list_for_both_days_is_said(client, world):
    text = text_of(client.get("/changes/?from=2026-04-14&to=2026-04-20"))
    assert (
        "For 14 April 2026 and for 20 April 2026 the newest list that we hold is one and the same, of 13 April 2026."
        in text
    )


def test_without_any_list_the_page_stands(client, db):
    assert client.get("/changes/").status_code == 200
    assert client.get("/changes/?from=2026-01-01").status_code == 200


@pytest.mark.parametrize(
    ("query", "told", "untold"),
    [
        ("state=MD", ["Garrett"], ["Davie", "Butler", "Levy", "Clay"]),
        ("kind=renamed", ["Levy"], ["Garrett", "Davie", "Clay"]),
        ("kind=appeared", ["Davie"], ["Garrett", "Levy"]),
        ("kind=model_added", [], ["Davie", "Garrett", "Levy"]),
        ("kind=missing&state=FL", [], ["Garrett", "Davie"]),
        ("kind=pending", [], ["Davie", "Garrett"]),
    ],
)
def test_a_comparison_is_narrowed_by_state_and_kind(client, world, query, told, untold):
    page = client.get(f"{BOTH}&{query}").text.partition('<h2 id="lists">')[2]
    assert [name for name in told if f"{name} " not in page] == []
    assert [name for name in untold if f"{name} " in page] == []
    assert "5 agreements" not in page  # the whole lists' numbers would mislead here


def test_a_comparison_is_narrowed_to_an_area_and_to_an_agency(client, old, new):
    county = CountyFactory(geoid="12011", name="Broward County")
    inside = AgencyFactory(public_id="a7k2mq", name="Broward Sheriff", covers=[county])
    listed(inside, new)
    listed(AgencyFactory(name="Clay Sheriff"), new)
    for query in ("jurisdiction=12011", "agency=a7k2mq"):
        text = text_of(client.get(f"{BOTH}&{query}"))
        assert "1 agreement joined" in text
        assert "Clay Sheriff" not in text
        assert "Broward" in text


def test_many_of_a_group_are_counted_by_state_and_folded(client, old, new, maryland, monkeypatch):
    for number in range(changes.FEW + 1):
        listed(AgencyFactory(name=f"Sheriff {number}"), new)
    listed(AgencyFactory(name="Garrett Sheriff", state=maryland), new)
    response = client.get(BOTH)
    assert f"Florida {changes.FEW + 1} · Maryland 1" in text_of(response)
    assert "<summary>All by name</summary>" in response.text
    monkeypatch.setattr(changes, "NAMED_AT_MOST", changes.FEW)
    text = text_of(client.get(BOTH))
    assert "These are too many to name on one page." in text
    assert "Sheriff 3" not in text


def test_many_of_one_state_are_named_at_once(client, old, new):
    for number in range(changes.FEW + 1):
        listed(AgencyFactory(name=f"Sheriff {number}"), new)
    response = client.get(f"{BOTH}&state=FL")
    assert "<summary>" not in response.text.partition("<main")[2]
    assert f"Sheriff {changes.FEW}: street enforcement" in text_of(response)


def test_a_law_in_force_stands_beside_what_left_as_its_own_dated_fact(client, world, maryland):
    law = StateLawFactory(jurisdiction=maryland, title="House Bill 444", effective_on="2026-02-17")
    ProvisionFactory(law=law, topic="287g", effect="forbids", section="", statement_en="No agency may have one.")
    text = text_of(client.get(BOTH))
    assert "The law beside what left Maryland: No agency may have one. House Bill 444, since 17 February 2026" in text
    assert "We do not say that one ends the other until a source does." in text
    assert "because" not in text


def test_a_law_of_a_state_that_nobody_left_is_not_beside_it(client, world):
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    ProvisionFactory(law=StateLawFactory(jurisdiction=texas), topic="287g", effect="forbids")
    assert "The law beside what left" not in text_of(client.get(BOTH))


def test_law_policy_and_label_events_of_the_days_stand_apart(client, world):
    inside, before = date(2026, 5, 1), date(2026, 4, 13)
    law, earlier = StateLawFactory(title="A law of May"), StateLawFactory(title="A law of April")
    ChangeEventFactory(agreement=None, agency=None, law=law, kind="enacted", seen_on=inside, origin="record")
    ChangeEventFactory(agreement=None, agency=None, law=earlier, kind="enacted", seen_on=before, origin="record")
    policy = LocalPolicyFactory(title="A policy of May")
    ChangeEventFactory(agreement=None, agency=None, policy=policy, kind="enacted", seen_on=inside, origin="record")
    hidden = StateLawFactory(title="A draft", state="draft")
    ChangeEventFactory(agreement=None, agency=None, law=hidden, kind="enacted", seen_on=inside, origin="record")
    for _each in range(3):
        ChangeEventFactory(
            agreement=None, agency=None, designation=DesignationFactory(), kind="label_listed", seen_on=inside,
            origin="record",
        )  # fmt: skip
    ChangeEventFactory(kind="pending", seen_on=inside)
    ChangeEventFactory(kind="corrected", seen_on=inside, origin="correction")
    text = text_of(client.get(BOTH))
    apart = text.partition("In the same days, apart from these lists")[2]
    assert "A law of May, FL" in apart
    assert "A policy of May, FL" in apart
    assert "3 places put on it ( Justice Department's list" in apart
    assert "1 request came on them" in apart
    assert "Our own corrections" in apart
    assert "A law of April" not in text
    assert "A draft" not in text


def test_what_we_read_otherwise_is_told(client, old, new):
    agency = AgencyFactory(name="Tenaha Police")
    cells = ["FLORIDA", "Tenaha Police", "Municipality", "", "Task Force Model", {"d": "2025-01-07T00:00:00"}, ""]
    listed(agency, old, cells=cells, signed_on=date(2026, 1, 7), corrected=["signed_on"])
    right = [*cells[:5], {"d": "2026-01-07T00:00:00"}, ""]
    listed(agency, new, cells=right, signed_on=date(2026, 1, 7), agency_type="municipality")
    text = text_of(client.get(BOTH))
    assert "1 date changed by ICE" in text
    assert "Tenaha Police, FL: street enforcement, 7 January 2025 → 7 January 2026" in text
    assert "ICE prints “7 January 2025”, we read “7 January 2026”." in text


# -- Files


def test_the_file_of_a_comparison_holds_each_line_of_it(client, world):
    ChangeEventFactory(agreement=AgreementFactory(standing=None), kind="pending", seen_on=date(2026, 5, 1))
    rows = rows_of(client.get(f"{BOTH}&format=csv"))
    assert [(row["change"], row["agency"], row["program_model"]) for row in rows[:5]] == [
        ("dropped", "Butler Sheriff", "JEM"),
        ("date", "Clay Sheriff", "TFM"),
        ("joined", "Davie Police", "TFM"),
        ("renamed", "Levy Sheriff", "TFM"),
        ("left", "Garrett Sheriff", "WSO"),
    ]
    assert {(row["seen_on"], row["compared_with"]) for row in rows[:5]} == {("2026-05-18", "2026-04-13")}
    assert (rows[3]["before"], rows[3]["after"]) == ("name Levi Sheriff", "name Levy Sheriff")
    assert [row["change"] for row in rows[5:]] == ["pending"]


def test_a_formula_in_a_name_is_harmless_in_the_file(client, new, old):
    listed(AgencyFactory(name='=HYPERLINK("http://evil.example")'), new)
    (row,) = rows_of(client.get(f"{BOTH}&format=csv"))
    assert row["agency"].startswith("'=")


def test_json_says_the_same_with_the_counts(client, world):
    told = json.loads(client.get(f"{BOTH}&format=json&state=MD").content)
    assert told["compared"] == {"from": "2026-04-13", "to": "2026-05-18"}
    assert told["counts"]["left"] == 1
    assert [(row["change"], row["agency"]) for row in told["results"]] == [("left", "Garrett Sheriff")]


def test_the_list_by_days_is_a_file_too(client, world):
    ChangeEventFactory(after={"signed_on": "2025-02-26"})
    (row,) = rows_of(client.get("/changes/?view=days&format=csv"))
    assert (row["change"], row["after"]) == ("appeared", "signed_on 2025-02-26")


def test_json_of_the_list_by_days_comes_page_by_page(client, old, new):
    agreement = AgreementFactory()
    ChangeEventFactory.create_batch(ROWS_ON_A_PAGE + 1, agreement=agreement)
    told = json.loads(client.get("/changes/?view=days&format=json&page=2").content)
    assert (told["page"], told["pages"], len(told["results"])) == (2, 2, 1)
    assert told["compared"] is None


# -- Day by day


@pytest.fixture
def three(old, new):
    broward = CountyFactory(geoid="12011", name="Broward County")
    agency = AgencyFactory(public_id="a7k2mq", name="Broward Sheriff", covers=[broward])
    agreement = AgreementFactory(agency=agency)
    ChangeEventFactory(agreement=agreement, seen_on=date(2025, 3, 6))
    ChangeEventFactory(agreement=agreement, kind="missing", seen_on=date(2026, 5, 18))
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    ChangeEventFactory(agreement=AgreementFactory(agency=AgencyFactory(state=texas)))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("&state=FL", 2),
        ("&kind=missing", 1),
        ("&from=2026-01-01", 2),
        ("&to=2025-12-31", 1),
        ("&from=1999-01-01&to=2025-12-31", 1),
        ("&jurisdiction=12011", 2),
        ("&agency=a7k2mq", 2),
    ],
)
def test_changes_day_by_day_are_narrowed_by_day_state_kind_area_and_agency(client, three, query, count):
    assert f"{count} change" in text_of(client.get(f"/changes/?view=days{query}"))


def test_an_area_is_told_of_agencies_of_the_whole_state(client, three):
    patrol = AgencyFactory(name="Highway Patrol", placement="statewide")
    ChangeEventFactory(agreement=AgreementFactory(agency=patrol))
    assert "Highway Patrol" in text_of(client.get("/changes/?view=days&jurisdiction=12011"))


def test_links_between_the_views_keep_what_was_asked(client, world):
    body = client.get(f"{BOTH}&state=MD").text
    assert "?state=MD&amp;from=2026-04-13&amp;to=2026-05-18&amp;view=days" in body
    assert "?state=MD&amp;from=2026-04-13&amp;to=2026-05-18&amp;format=csv" in body
    assert 'href="/us/md/feed/"' in body
    back = client.get("/changes/?view=days&from=2026-04-13&to=2026-05-18").text
    assert '<input type="hidden" name="view" value="days">' in back


@pytest.mark.parametrize("more", [0, 30])
def test_the_page_costs_the_same_whatever_the_number_of_rows(client, world, new, more, django_assert_max_num_queries):
    for number in range(more):
        agency = AgencyFactory(
            name=f"Sheriff {number}",
            state=StateFactory(geoid=f"{60 + number}", usps=f"{'QX'[number // 26]}{chr(65 + number % 26)}"),
        )
        ChangeEventFactory(agreement=listed(agency, new))
    DataVersion.objects.bump()
    for address in (BOTH, "/changes/", "/changes/?view=days", f"{BOTH}&format=csv"):
        with django_assert_max_num_queries(PAGE_QUERIES):
            response = client.get(address)
            assert response.status_code == 200
            b"".join(response)


# -- One change


def test_a_change_shows_before_and_after(client, new):
    agency = AgencyFactory(name="Broward Sheriff")
    event = ChangeEventFactory(
        agreement=AgreementFactory(agency=agency),
        kind="date_changed",
        before={"signed_on": "2025-02-25"},
        after={"signed_on": "2025-02-26"},
    )
    response = client.get(event.get_absolute_url())
    text = text_of(response)
    assert heading(response) == "Signing date changed by ICE Broward Sheriff, Florida"
    assert "from 25 February 2025 to 26 February 2025" in text
    assert "Signed 25 February 2025 26 February 2025" in text
    assert "Where it changed ICE's list" in text
    assert client.get("/changes/nothing/").status_code == 404


def test_a_change_shows_the_rows_as_both_lists_print_them(client, old, new):
    agency = AgencyFactory(name="Levy Sheriff")
    cells = [
        "FLORIDA",
        "Levi Sheriff",
        "County",
        "Levy County",
        "Task Force Model",
        {"d": "2025-02-26T00:00:00"},
        "link",
    ]
    agreement = listed(agency, old, cells=cells, agency_name="Levi Sheriff", links={"6": "https://www.ice.gov/a.pdf"})
    right = [*cells[:1], "Levy Sheriff", *cells[2:]]
    listed(agency, new, cells=right, links={"6": "https://www.ice.gov/a.pdf"})
    Snapshot.objects.filter(pk=old.pk).update(rows=[[812, agreement.listings.order_by("pk").first().pk]])
    event = ChangeEventFactory(
        agreement=None, agency=agency, kind="renamed", snapshot=new, before={"name": "Levi Sheriff"},
        after={"name": "Levy Sheriff"},
    )  # fmt: skip
    response = client.get(event.get_absolute_url())
    text = text_of(response)
    assert "ICE's list of 18 May 2026 prints “Levy Sheriff”. The list before printed “Levi Sheriff”." in text
    assert "Column List of 13 April 2026, row 812 List of 18 May 2026" in text
    assert "LAW ENFORCEMENT AGENCY Levi Sheriff Levy Sheriff" in text
    assert "SIGNED 2025-02-26 2025-02-26" in text
    assert response.text.count("<mark>") == 2
    assert 'href="/changes/?from=2026-04-13&amp;to=2026-05-18"' in response.text
    assert f"/api/v1/snapshots/{new.sha256[:12]}/rows/" in response.text


def test_a_list_without_the_row_says_so(client, old, new):
    agreement = listed(AgencyFactory(), new)
    event = ChangeEventFactory(agreement=agreement, snapshot=new)
    assert "List of 13 April 2026: no row" in text_of(client.get(event.get_absolute_url()))


def test_a_change_is_json_too(client, new):
    event = ChangeEventFactory(kind="date_changed", before={"signed_on": "2025-02-25"}, after={})
    told = json.loads(client.get(f"{event.get_absolute_url()}?format=json").content)
    assert (told["change_id"], told["before"]) == (event.key, {"signed_on": "2025-02-25"})
    assert "gives no signing date that can be" in told["sentence"]


@pytest.mark.parametrize(("kind", "word"), [("appeared", "TFM"), ("renamed", ""), ("renamed", "pending")])
def test_a_change_of_an_agency_that_had_another_id_keeps_its_address(client, new, kind, word):
    """Two records became one: what was seen of the one that went is told of the other."""
    agency = AgencyFactory(name="Clay Sheriff")
    agreement = listed(agency, new) if kind == "appeared" else None
    fact = EventFact(kind, new.published_on, word, sha256=new.sha256)
    event = ChangeEventFactory(
        key=fact.key(agency.public_id), agency=agency, agreement=agreement, kind=kind, snapshot=new
    )
    old_key = fact.key("a7k2mq")
    assert client.get(f"/changes/{old_key}/").status_code == 404
    AgencyFormerId.objects.create(public_id="a7k2mq", agency=agency)
    DataVersion.objects.bump()
    assert client.get(f"/changes/{old_key}/").headers["Location"] == f"/changes/{event.key}/"
    assert client.get(f"/es/changes/{old_key}/").headers["Location"] == f"/es/changes/{event.key}/"
    assert client.get("/changes/0123456789ab/").status_code == 404


def test_a_change_is_a_row_of_the_file_too(client, new):
    event = ChangeEventFactory(kind="date_changed", before={"signed_on": "2025-02-25"})
    ChangeEventFactory()
    (row,) = rows_of(client.get(f"{event.get_absolute_url()}?format=csv"))
    assert (row["change_id"], row["before"]) == (event.key, "signed_on 2025-02-25")


def test_a_change_of_a_draft_has_no_page(client, db):
    event = ChangeEventFactory(
        agreement=None, agency=None, law=StateLawFactory(state="draft"), kind="enacted", origin="record"
    )
    assert client.get(event.get_absolute_url()).status_code == 404


def test_names_from_a_list_are_never_markup(client, old, new):
    agreement = listed(AgencyFactory(name="<script>alert(1)</script>"), new)
    event = ChangeEventFactory(agreement=agreement, snapshot=new, after={"name": "<script>alert(1)</script>"})
    for address in (BOTH, "/changes/", event.get_absolute_url(), "/changes/feed/"):
        assert "<script>" not in client.get(address).text


@pytest.mark.parametrize("kind", ChangeEvent.Kind.values)
def test_a_change_costs_the_same_whatever_its_kind(client, old, new, kind, django_assert_max_num_queries):
    event = ChangeEventFactory(agreement=listed(AgencyFactory(), old, new), kind=kind, snapshot=new)
    with django_assert_max_num_queries(EVENT_QUERIES):
        assert client.get(event.get_absolute_url()).status_code == 200
