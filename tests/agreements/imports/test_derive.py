"""Statuses and events that follow from the lists: the design's definitions, and the world's cases."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.imports.derive import (
    ListPoint,
    Presence,
    Run,
    Series,
    agency_events,
    newest_first,
    spellings,
    standing_on,
    standings,
)

START = date(2025, 3, 1)


def lists(kind, offsets):
    """Lists of one kind published `offsets` days after START."""
    return Series(
        ListPoint(number, kind, number * 10, START + timedelta(days=offset), f"{kind}{number}")
        for number, offset in enumerate(offsets, start=1)
    )


def world(listed=(0, 10, 20, 30, 40), pending=()):
    return {"participating": lists("participating", listed), "pending": lists("pending", pending)}


def run(first, last, *, kind="participating", id=1, model="TFM", **fields):
    return Run(id, kind, first * 10, last * 10, program_model=model, digest=str(id), **fields)


def statuses(runs, series, **kwargs):
    return [(fact.status, (fact.starts_on - START).days) for fact in standings(runs, series, **kwargs)]


def test_an_agreement_on_every_list_is_listed_from_the_first_and_still_is():
    (fact,) = standings([run(1, 5)], world())
    assert (fact.status, fact.starts_on, fact.ends_on, fact.since) == ("listed", START, None, START)


def test_absent_from_the_newest_list_is_missing_from_that_list_on():
    assert statuses([run(1, 4)], world()) == [("listed", 0), ("missing", 40)]


def test_three_lists_over_fourteen_days_make_it_no_longer_listed_dated_from_the_first_of_them():
    facts = standings([run(1, 2)], world())
    assert [(f.status, (f.starts_on - START).days, (f.since - START).days) for f in facts] == [
        ("listed", 0, 0),
        ("missing", 20, 20),
        ("no_longer_listed", 40, 20),
    ]
    assert facts[-1].last_listed_on == START + timedelta(days=10)


def test_many_lists_within_a_fortnight_are_not_enough():
    series = world(listed=(0, 1, 2, 3, 4, 5, 14))
    assert statuses([run(1, 1)], series) == [("listed", 0), ("missing", 1)]
    series = world(listed=(0, 1, 2, 3, 4, 5, 15))
    assert statuses([run(1, 1)], series) == [("listed", 0), ("missing", 1), ("no_longer_listed", 15)]


def test_a_return_lists_the_same_agreement_again_and_the_gap_stays():
    assert statuses([run(1, 1), run(3, 5, id=2)], world()) == [("listed", 0), ("missing", 10), ("listed", 20)]


def test_of_two_lists_on_one_day_the_later_counts():
    assert statuses([run(1, 2)], world(listed=(0, 10, 10))) == [("listed", 0), ("missing", 10)]
    assert statuses([run(2, 2)], world(listed=(0, 10, 10))) == []


def test_pending_counts_for_sixty_days_after_its_list():
    series = world(listed=(0,), pending=(0, 5))
    assert statuses([run(1, 2, kind="pending")], series) == [("pending", 0), ("no_longer_pending", 66)]


def test_a_newer_pending_list_without_it_ends_pending_at_once():
    series = world(listed=(0,), pending=(0, 5, 9))
    assert statuses([run(1, 2, kind="pending")], series) == [("pending", 0), ("no_longer_pending", 9)]


def test_after_a_silence_of_more_than_sixty_days_the_next_list_makes_it_pending_again():
    series = world(listed=(0,), pending=(0, 100))
    assert statuses([run(1, 2, kind="pending")], series) == [
        ("pending", 0),
        ("no_longer_pending", 61),
        ("pending", 100),
        ("no_longer_pending", 161),
    ]


def test_listed_wins_over_pending_and_pending_over_no_longer_listed():
    series = world(listed=(0, 10, 20, 30), pending=(0, 25, 35))
    pending_again = run(2, 3, kind="pending", id=2)
    assert statuses([run(2, 4), run(1, 3, kind="pending", id=2)], series)[:2] == [("pending", 0), ("listed", 10)]
    assert [s for s, _ in statuses([run(1, 1), pending_again], series)] == [
        "listed",
        "missing",
        "pending",
        "no_longer_listed",
    ]


def test_a_source_that_says_ended_is_believed_from_its_date_until_a_later_list_shows_it_anew():
    ended_on = START + timedelta(days=12)
    assert statuses([run(1, 2), run(4, 5, id=2)], world(), ended_on=ended_on) == [
        ("listed", 0),
        ("ended", 12),  # still on the newest list
        ("ended", 20),  # absent from it
        ("listed", 30),
    ]


def test_a_signing_date_later_than_the_list_is_not_trusted_until_a_list_of_that_day():
    signed = START + timedelta(days=15)
    facts = standings([run(1, 5, signed_on=signed)], world())
    assert [(f.signed_on, (f.starts_on - START).days) for f in facts] == [(None, 0), (signed, 20)]
    (never,) = standings([run(1, 5, signed_on=date(5025, 1, 1))], world())
    assert never.signed_on is None


def test_printed_twice_the_later_signing_speaks():
    early, late = START - timedelta(days=90), START - timedelta(days=3)
    (fact,) = standings([run(1, 5, signed_on=early), run(1, 5, id=2, signed_on=late)], world())
    assert (fact.signed_on, fact.listing) == (late, 2)


offsets = st.lists(st.integers(0, 200), min_size=1, max_size=14).map(sorted)


@st.composite
def histories(draw):
    """Any run of lists and any rows on them."""
    series = {"participating": lists("participating", draw(offsets)), "pending": lists("pending", draw(offsets))}
    runs = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["participating", "pending"]))
        count = len(series[kind].day_of)
        first = draw(st.integers(1, count))
        last = draw(st.integers(first, count))
        signed = draw(st.none() | st.integers(-30, 230))
        runs.append(
            run(first, last, kind=kind, id=number, signed_on=None if signed is None else START + timedelta(days=signed))
        )
    ended = draw(st.none() | st.integers(0, 230).map(lambda offset: START + timedelta(days=offset)))
    return series, runs, ended


# A machine busy with other tests draws slowly; that says nothing of the code.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_what_is_stored_is_the_definition_on_every_single_day(history):
    series, runs, ended = history
    listed = Presence(series["participating"], [r for r in runs if r.kind == "participating"])
    pending = Presence(series["pending"], [r for r in runs if r.kind == "pending"])
    facts = standings(runs, series, ended)
    for offset in range(-5, 330):
        day = START + timedelta(days=offset)
        held = [f for f in facts if f.starts_on <= day and (f.ends_on is None or day < f.ends_on)]
        defined = standing_on(day, listed, pending, ended)
        assert len(held) <= 1
        assert (held[0].holds_from(date.min, None) if held else None) == defined


def kinds(runs, series):
    return [(event.kind, event.program_model, (event.seen_on - START).days) for event in agency_events(runs, series)]


def test_the_first_list_is_where_we_begin_and_no_event():
    assert kinds([run(1, 5)], world()) == []


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([run(2, 5)], [("appeared", "TFM", 10)], id="appeared"),
        pytest.param([run(1, 4)], [("missing", "TFM", 40)], id="missing"),
        pytest.param([run(1, 2)], [("missing", "TFM", 20), ("no_longer_listed", "TFM", 40)], id="gone for good"),
        pytest.param([run(1, 1), run(3, 5)], [("missing", "TFM", 10), ("back", "TFM", 20)], id="back"),
        pytest.param([run(1, 5), run(3, 5, id=2, model="WSO")], [("model_added", "WSO", 20)], id="model added"),
        pytest.param([run(1, 5), run(1, 4, id=2, model="WSO")], [("model_dropped", "WSO", 40)], id="model dropped"),
        pytest.param([run(1, 4), run(5, 5, id=2, model="WSO")], [("model_switched", "WSO", 40)], id="model switched"),
        pytest.param(
            [run(1, 4, county="Frankin"), run(5, 5, id=2, county="Franklin")],
            [("county_changed", "TFM", 40)],
            id="county mended",
        ),
        pytest.param(
            [run(1, 4, name="Alachua Police Departent"), run(5, 5, id=2, name="Alachua Police Department")],
            [("renamed", "", 40)],
            id="renamed",
        ),
        pytest.param(
            [run(1, 4, signed_on=START - timedelta(90)), run(5, 5, id=2, signed_on=START - timedelta(88))],
            [("date_changed", "TFM", 40)],
            id="date moved by two days",
        ),
        pytest.param(
            [run(1, 4, signed_on=START - timedelta(90)), run(5, 5, id=2, signed_on=START - timedelta(10))],
            [("re_signed", "TFM", 40)],
            id="signed again",
        ),
    ],
)
def test_each_change_has_its_name(runs, expected):
    assert kinds(runs, world()) == expected


def test_pending_is_an_event_only_while_not_listed():
    series = world(listed=(0, 20), pending=(0, 5, 10, 15))
    assert kinds([run(2, 2), run(2, 2, kind="pending", id=2)], series) == [
        ("pending", "TFM", 5),
        ("no_longer_pending", "TFM", 10),
        ("appeared", "TFM", 20),
    ]


def test_an_event_keeps_its_key_when_derived_again():
    first, again = (agency_events([run(2, 5)], world())[0] for _ in range(2))
    assert first.key("a7k2mq") == again.key("a7k2mq") != first.key("b7k2mq")


def test_each_spelling_has_its_first_and_last_day_and_the_newest_row_names_the_agency():
    runs = [
        run(1, 2, name="Alachua Police Departent", state="FL"),
        run(3, 4, id=2, name="Alachua Police Department", state="FL"),
        run(5, 5, id=3, name="Alachua Police Departent", state="FL"),
    ]
    assert [
        (s.name, (s.first_printed_on - START).days, (s.last_printed_on - START).days) for s in spellings(runs, world())
    ] == [
        ("Alachua Police Departent", 0, 40),
        ("Alachua Police Department", 20, 30),
    ]
    assert newest_first(runs, world())[0].id == 3


def test_a_standing_participating_row_names_the_agency_whatever_came_later_on_a_pending_list():
    series = world(listed=(0, 10), pending=(0, 20))
    rows = [run(1, 2, name="Davie Police Department"), run(1, 2, kind="pending", id=2, name="Town of Davie Police")]
    assert newest_first(rows, series)[0].name == "Davie Police Department"
    dropped = [run(1, 1, name="Davie Police Department"), run(1, 2, kind="pending", id=2, name="Town of Davie Police")]
    assert newest_first(dropped, series)[0].name == "Town of Davie Police"


def test_a_list_that_prints_every_row_anew_gives_no_agency_its_other_name():
    before = [run(1, 3, id=9, name="Walker Sheriff's Department"), run(2, 3, id=1, name="Walker Sheriff's Office")]
    anew = [run(4, 4, id=8, name="Walker Sheriff's Department"), run(4, 4, id=2, name="Walker Sheriff's Office")]
    assert newest_first(before, world())[0].name == "Walker Sheriff's Office"
    assert newest_first([*before, *anew], world())[0].name == "Walker Sheriff's Office"
