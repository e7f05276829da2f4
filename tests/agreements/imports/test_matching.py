"""Whose each printed row is: a test for each rule and each trap, and laws over the bundled lists."""

from __future__ import annotations

import json
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.facts.tables import day_in, read_table
from agreements.imports.matching import (
    EXACT,
    LONGEST_REASON,
    NEAR_NAME,
    NEW,
    SAME_DOCUMENT,
    SAME_WORDS,
    VERDICT,
    LastRow,
    Register,
    Spelling,
    Verdict,
    document_of,
)
from agreements.imports.rows import Row
from jurisdictions.names import fold

DAY = date(2025, 2, 26)
ANOTHER_DAY = date(2025, 7, 1)


def row(agency, state="FL", *, model="TFM", signed=DAY, moa="", number=2):
    moa_url = f"https://www.ice.gov/doclib/287gMOA/{moa}" if moa else ""
    return Row(number, state, state, agency, "county", "", model, signed, "", moa_url, "")


def request(agency, state="FL", *, model="TFM"):
    return row(agency, state, model=model, signed=None)


def same(one, other, state="FL", other_state=None, reason="A person saw it."):
    return Verdict("same", state, one, other_state or state, other, reason)


def different(one, other, state="FL", other_state=None):
    return Verdict("different", state, one, other_state or state, other)


def numbered(rows):
    return [Row(number, *(getattr(row, name) for name in Row.__slots__[1:])) for number, row in enumerate(rows, 2)]


def taken(*lists, verdicts=(), same_area=None):
    """The matches of the last of `lists`; each is the rows of a participating list, or a pair of kind and rows."""
    register = Register(verdicts, same_area)
    matches = []
    for position, rows in enumerate(lists, 1):
        kind, rows = rows if isinstance(rows, tuple) else ("participating", rows)
        matches = register.take(position, kind, numbered(rows))
    return register, matches


def rules(matches):
    return [match.rule for match in matches]


# -- By the name alone ------------------------------------------------------------------------------------------------


def test_the_first_list_is_all_new_agencies():
    _register, matches = taken([row("Clay County Sheriff's Office"), row("Davie Police Department")])
    assert rules(matches) == [NEW, NEW]
    assert len({match.agency for match in matches}) == 2


def test_case_accents_and_punctuation_do_not_matter():
    _register, matches = taken(
        [row("St. Johns County Sheriff's Office"), row("Miami-Dade Sheriff's Office")],
        [row("ST JOHNS COUNTY SHERIFF’S OFFICE"), row("Miami Dade Sheriffs Office")],
    )
    assert rules(matches) == [EXACT, EXACT]


def test_the_same_name_in_another_state_is_another_agency():
    _register, matches = taken([row("Clay County Sheriff's Office")], [row("Clay County Sheriff's Office", "TN")])
    assert rules(matches) == [NEW]


def test_rows_of_two_models_are_one_agency():
    _register, matches = taken([row("Clay County Sheriff's Office"), row("Clay County Sheriff's Office", model="WSO")])
    assert len({match.agency for match in matches}) == 1


def test_both_kinds_of_list_share_their_names():
    _register, matches = taken(("pending", [request("Davie Police Department")]), [row("Davie Police Department")])
    assert rules(matches) == [EXACT]


def test_names_in_the_same_words_are_one_agency_even_side_by_side():
    register, (office, department) = taken(
        [row("Walker County Sheriff's Office", "TX", model="WSO"), row("Walker County Sheriff's Department", "TX")]
    )
    assert office.agency == department.agency
    assert sorted([office.rule, department.rule]) == [NEW, SAME_WORDS]
    again = register.take(2, "participating", [row("Walker County Sheriff's Dept.", "TX")])
    assert (again[0].agency, again[0].rule) == (office.agency, SAME_WORDS)
    assert "Walker County Sheriff's" in again[0].reason


@pytest.mark.parametrize(
    ("state", "known", "printed"),
    [
        pytest.param(
            "NY", "Nassau County Police Department", "Nassau County Sheriff's Office", id="police and sheriff"
        ),
        pytest.param("GA", "Monroe Police Department", "Monroe County Police Department", id="city and county"),
        pytest.param("PA", "Manheim Borough Police", "Manheim Township Police", id="borough and township"),
        pytest.param("TX", "Bexar County Constable Pct 3", "Bexar County Constable Pct 4", id="precincts"),
        pytest.param("FL", "Orange County Sheriff's Office", "Orange County Corrections", id="sheriff and jail"),
    ],
)
def test_offices_of_one_place_are_not_one_agency(state, known, printed):
    _register, matches = taken([row(known, state)], [row(printed, state)])
    assert rules(matches) == [NEW]


def test_same_words_of_two_known_agencies_decide_nothing():
    towns = [row("City of Camden Police Department"), row("Village of Camden Police Department")]
    _register, (match,) = taken(towns, [row("Camden Police Department")])
    assert match.rule == NEW


def test_city_of_and_town_of_one_name_are_two():
    _register, matches = taken([row("City of Camden Police Department")], [row("Town of Camden Police Department")])
    assert rules(matches) == [NEW]


# -- Verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True], ids=["as decided", "the other way"])
def test_a_verdict_holds_both_ways(turned):
    names = ["Brookfield Police Department", "Brookford Police Department"]
    first, second = reversed(names) if turned else names
    register, (match,) = taken([row(first)], [row(second)], verdicts=[same(*names, reason="No Brookfield exists.")])
    assert (match.agency, match.rule, match.reason) == (1, VERDICT, "No Brookfield exists.")
    assert register.questions == []


def test_verdicts_lead_from_name_to_name_even_by_one_never_printed():
    chain = [same("County Jail", "Board of Commissioners"), same("Board of Commissioners", "Gulf County Corrections")]
    _register, (match,) = taken([row("County Jail")], [row("Gulf County Corrections")], verdicts=chain)
    assert match.rule == VERDICT


def test_a_verdict_speaks_for_names_in_the_same_words():
    jail = same("Pasco County Jail", "Pasco County Board of County Commissioners")
    _register, (match,) = taken([row("Pasco County Jail")], [row("Pasco County BOCC")], verdicts=[jail])
    assert match.rule == VERDICT


def test_a_verdict_may_lead_to_another_state():
    moved = same("Cass County Sheriff's Office", "Cass County Sheriff's Office", "MT", "MN")
    lists = [row("Cass County Sheriff's Office", "MT")], [row("Cass County Sheriff's Office", "MN")]
    _register, (match,) = taken(*lists, verdicts=[moved])
    assert (match.agency, match.rule) == (1, VERDICT)


def test_two_names_decided_to_be_one_are_one_on_the_same_new_list():
    _register, matches = taken([row("Old Name"), row("New Name")], verdicts=[same("Old Name", "New Name")])
    assert len({match.agency for match in matches}) == 1


def test_different_forbids_what_a_rule_would_pair():
    names = "Lampass County Sheriff's Office", "Lampasas County Sheriff's Office"
    assert rules(taken([row(names[0])], [row(names[1])])[1]) == [NEAR_NAME]
    register, matches = taken([row(names[0])], [row(names[1])], verdicts=[different(*names)])
    assert rules(matches) == [NEW]
    assert register.questions == []


def test_different_holds_for_every_name_of_the_agency():
    decided = [same("Camden Police", "Camden Town Police"), different("Camden Town Police", "City of Camden Police")]
    _register, matches = taken([row("Camden Police")], [row("City of Camden Police")], verdicts=decided)
    assert rules(matches) == [NEW]


def test_verdicts_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="decided both ways"):
        Register([same("A", "B"), same("B", "C"), different("C", "A")])


def test_a_placed_verdict_says_nothing_of_names():
    _register, matches = taken([row("A")], [row("B")], verdicts=[Verdict("placed", "FL", "A", "", "")])
    assert rules(matches) == [NEW]


# -- Near names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        pytest.param("TX", "Lampass County Sheriff's Office", "Lampasas County Sheriff's Office", id="a letter"),
        pytest.param("TX", "Somerville County Sheriff's Office", "Somervell County Sheriff's Office", id="two letters"),
        pytest.param("FL", "Macro Island Police Department", "Marco Island Police Department", id="letters changed"),
        pytest.param("VA", "Hopewell County Sheriff's Office", "Hopewell Sheriff's Office", id="County of a city"),
        pytest.param(
            "AR", "Ashdown Police Department", "Ashdown City Police Department", id="City said after the name"
        ),
    ],
)
def test_a_slip_of_the_pen_with_the_same_signing_is_the_same_agency(state, before, after):
    _register, (match,) = taken([row(before, state)], [row(after, state)])
    assert (match.agency, match.rule) == (1, NEAR_NAME)
    assert before in match.reason


LEE, LEVY = "Lee County Sheriff's Office", "Levy County Sheriff's Office"


def test_levy_is_never_lee():
    register, matches = taken([row(LEE)], [row(LEVY)])
    assert rules(matches) == [NEW]
    assert [(question.appeared, question.vanished) for question in register.questions] == [(LEVY, LEE)]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        pytest.param([row("Dogulas County Sheriff")], [row("Dogulas County Sheriff"), row("Douglas County Sheriff")],
                     "both stand", id="the old spelling still stands"),
        pytest.param([row("Douglas County Sheriff")], [row("Douglass County Sheriff", signed=ANOTHER_DAY)],
                     "signing", id="another signing"),
        pytest.param([row("Douglas County Sheriff")], [row("Douglass County Sheriff", model="WSO")],
                     "model", id="another model"),
        pytest.param([row("Douglas County Sheriff")], [row("Douglass County Jail")], "office", id="another office"),
        pytest.param([row("Douglas County Sheriff")], [row("Douglass County Sheriff", "GA")], "state", id="a state"),
    ],
)  # fmt: skip
def test_a_near_name_alone_decides_nothing(before, after, why):
    _register, matches = taken(before, after)
    assert matches[-1].rule == NEW, why


def test_two_real_areas_are_never_one():
    names = "Madison County Sheriff's Office", "Marion County Sheriff's Office"

    def both_are_counties(state, one, other):
        assert (state, {one, other}) == ("FL", set(names))
        return False

    register, matches = taken([row(names[0])], [row(names[1])], same_area=both_are_counties)
    assert rules(matches) == [NEW]
    assert len(register.questions) == 1


def test_a_near_name_of_two_that_vanished_is_a_question():
    before = [row("Millar County Sheriff's Office"), row("Millor County Sheriff's Office")]
    register, matches = taken(before, [row("Miller County Sheriff's Office")])
    assert rules(matches) == [NEW]
    assert {question.vanished for question in register.questions} == {line.agency for line in before}


def test_two_near_names_for_one_that_vanished_are_questions():
    after = [row("Millar County Sheriff's Office"), row("Millor County Sheriff's Office")]
    _register, matches = taken([row("Miller County Sheriff's Office")], after)
    assert rules(matches) == [NEW, NEW]


def test_a_row_that_is_back_respelt_after_two_lists_is_recognised():
    kept = row("Clay County Sheriff's Office")
    lists = [kept, row("Lampass County Sheriff")], [kept], [kept], [kept, row("Lampasas County Sheriff")]
    assert rules(taken(*lists)[1]) == [EXACT, NEAR_NAME]


def test_one_row_respelt_is_recognised_while_the_other_keeps_its_name():
    name, slip = "Dallam County Sheriff's Office", "Dalam County Sheriff's Office"
    before = [row(name), row(name, model="WSO", signed=ANOTHER_DAY)]
    _register, matches = taken(before, [before[0], row(slip, model="WSO", signed=ANOTHER_DAY)])
    assert [(match.agency, match.rule) for match in matches] == [(1, EXACT), (1, NEAR_NAME)]


def test_a_letter_is_enough_where_the_day_was_mended_too():
    before, after = row("Barndall Police Department"), row("Barnsdall Police Department", signed=date(2025, 2, 25))
    assert rules(taken([before], [after])[1]) == [NEAR_NAME]


# -- Requests ---------------------------------------------------------------------------------------------------------


def test_a_request_respelt_within_a_word_is_the_same_request():
    before, after = "Spaulding County Sheriff's Office", "Spalding County Sheriff's Office"
    _register, (match,) = taken(("pending", [request(before, "GA")]), ("pending", [request(after, "GA")]))
    assert (match.agency, match.rule) == (1, NEAR_NAME)


def test_a_request_becomes_the_agreement_spelt_right():
    asked, signed = request("Barndall Police Department"), row("Barnsdall Police Department")
    clay = row("Clay County Sheriff's Office")
    for lists in (
        [[clay], ("pending", [asked]), [clay, signed]],
        [[clay], ("pending", [asked]), ("pending", []), [clay, signed]],
    ):
        _register, matches = taken(*lists)
        assert [(match.agency, match.rule) for match in matches] == [(1, EXACT), (2, NEAR_NAME)]


def test_a_request_dropped_before_the_last_list_is_no_evidence():
    asked, signed = request("Barndall Police Department"), row("Barnsdall Police Department")
    clay = row("Clay County Sheriff's Office")
    _register, matches = taken(("pending", [asked]), ("pending", []), [clay], [clay, signed])
    assert matches[-1].rule == NEW


def test_lakeland_asked_and_oakland_signed():
    asked, signed = request("Lakeland Police Department"), row("Oakland Police Department")
    register, matches = taken(("pending", [asked]), [signed])
    assert rules(matches) == [NEW]
    assert [question.evidence for question in register.questions] == ["names 89 % alike"]


# -- Documents --------------------------------------------------------------------------------------------------------


def test_the_document_of_an_agency_now_gone_tells_the_agency():
    before = row("Metro Police Authority", moa="metro_tfm.pdf")
    after = row("Metro Police Authority of Genesee County", signed=ANOTHER_DAY, moa="metro_tfm.pdf")
    _register, (match,) = taken([before], [after])
    assert (match.agency, match.rule) == (1, SAME_DOCUMENT)


def test_a_document_tells_a_misprinted_state():
    name = "Lake Placid Police Department"
    before, after = row(name, "NY", moa="lakeplacid.pdf"), row(name, "FL", moa="LakePlacid.pdf")
    _register, (match,) = taken([before], [after])
    assert (match.agency, match.rule) == (1, SAME_DOCUMENT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([row("Metro Police", moa="a.pdf"), row("Clay County Sheriff", moa="a.pdf")],
                     [row("Metro Police of Genesee County", moa="a.pdf")], id="two had it"),
        pytest.param([row("Metro Police", moa="a.pdf")],
                     [row("Metro Police of Genesee County", moa="a.pdf"), row("Clay County Sheriff", moa="a.pdf")],
                     id="two have it"),
        pytest.param([row("Metro Police", moa="a.pdf"), row("Metro Police", model="WSO")],
                     [row("Metro Police of Genesee County", moa="a.pdf"), row("Metro Police", model="WSO")],
                     id="the agency still stands"),
        pytest.param([row("Okaloosa County Sheriff's Office", moa="a.pdf")],
                     [row("Okaloosa County Corrections", moa="a.pdf")], id="another kind of office"),
        pytest.param([row("Metro Police", moa="a.pdf")], [row("Davie Police", moa="a.pdf")], id="no word in common"),
    ],
)  # fmt: skip
def test_a_document_alone_decides_nothing(before, after):
    _register, matches = taken(before, after)
    assert matches[0].rule == NEW


def test_a_document_is_known_by_its_file_wherever_it_lies():
    assert document_of("https://www.ice.gov/doclib/287gMOA/ClayCo%20FL.pdf") == "clayco fl.pdf"
    assert document_of("https://www.ice.gov/doclib/about/offices/clayco fl.PDF") == "clayco fl.pdf"
    assert document_of("") == ""


# -- Questions --------------------------------------------------------------------------------------------------------


def test_a_step_that_a_person_must_judge_is_asked_with_its_evidence():
    before = row("Okaloosa County Sheriff's Office", model="WSO", moa="okaloosacocommishboard.pdf")
    after = row("Okaloosa County Department of Corrections", model="WSO", moa="okaloosacocommishboard.pdf")
    register, matches = taken([before], [after])
    assert rules(matches) == [NEW]
    (question,) = register.questions
    assert (question.appeared, question.vanished) == (after.agency, before.agency)
    assert question.evidence == "same model and day of signing, same document, a name in common"


def test_the_same_name_in_another_state_is_asked_where_that_state_has_no_such_place():
    name = "Kershaw County Sheriff's Office"
    lists = ("pending", [request(name, "FL")]), ("pending", [request(name, "SC")])
    register, _matches = taken(*lists, same_area=lambda state, one, other: None)
    assert [question.evidence for question in register.questions] == ["same name under FL"]
    register, _matches = taken(*lists, same_area=lambda state, one, other: True)
    assert register.questions == []


def test_agencies_that_come_while_others_go_raise_no_question():
    before = [row("Cobb County Sheriff's Office"), row("Kept Police")]
    register, _matches = taken(before, [row("Kept Police"), row("Tampa Police Department")])
    assert register.questions == []


def test_reasons_fit_where_they_are_kept():
    long = "Long " * 39 + "Police"
    _register, (match,) = taken([row(long)], [row("City of " + long)])
    assert match.rule == SAME_WORDS
    assert len(match.reason) <= LONGEST_REASON


# -- Laws -------------------------------------------------------------------------------------------------------------

POOL = [
    "Lee County Sheriff's Office", "Levy County Sheriff's Office", "Lee County Sheriff's Dept.", "Alachua Police",
    "City of Alachua Police Department", "Town of Alachua Police", "Alachau Police", "Macro Island Police Department",
    "Marco Island Police Department", "Gulf County BOCC", "Gulf County Board of County Commissioners",
    "Gulf County Jail", "Okaloosa County Corrections", "Okaloosa County Sheriff's Office",
]  # fmt: skip
DECIDED = (same("Gulf County Jail", "Gulf County BOCC"), different("Alachua Police", "Town of Alachua Police"))
lines = st.builds(
    row,
    st.sampled_from(POOL),
    st.sampled_from(["FL", "GA"]),
    model=st.sampled_from(["TFM", "WSO"]),
    signed=st.sampled_from([DAY, ANOTHER_DAY]),
    moa=st.sampled_from(["", "a.pdf", "b.pdf"]),
)
printed_lists = st.lists(
    st.tuples(st.sampled_from(["participating", "pending"]), st.lists(lines, max_size=8).map(numbered)), max_size=6
)


def agencies(register):
    return {(spelling.state, fold(spelling.name)): spelling.agency for spelling in register.spellings()}


@given(printed_lists)
def test_a_list_taken_twice_brings_no_agency(lists):
    register = Register(DECIDED)
    for position, (kind, rows) in enumerate(lists, 1):
        first = register.take(position, kind, rows)
        known = register.spellings()
        again = register.take(position, kind, rows)
        assert [match.agency for match in again] == [match.agency for match in first]
        assert {match.rule for match in again} <= {EXACT}
        assert register.spellings() == known


@given(printed_lists, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_answer(lists, randomness):
    register, shuffled = Register(DECIDED), Register(DECIDED)
    for position, (kind, rows) in enumerate(lists, 1):
        matches = dict(zip((line.number for line in rows), register.take(position, kind, rows), strict=True))
        mixed = rows[:]
        randomness.shuffle(mixed)
        for line, match in zip(mixed, shuffled.take(position, kind, mixed), strict=True):
            assert match == matches[line.number]
    assert register.questions == shuffled.questions


def held_after(register, lists, taken_as):
    """What a database keeps of a register's lists: names, and what each agreement printed."""
    held: dict[tuple, int] = {}
    for position, (kind, rows) in enumerate(lists, 1):
        for line, match in zip(rows, taken_as[position - 1], strict=True):
            printed = match.agency, line.state, line.agency, kind, line.program_model, line.signed_on, line.moa_url
            held[printed] = position
    names = {Spelling(*printed[:3]) for printed in held}
    return sorted(names, key=repr), [LastRow(*printed, position) for printed, position in held.items()]


@settings(max_examples=200)
@given(printed_lists.filter(bool), st.booleans(), st.booleans())
def test_a_register_resumed_from_what_is_held_answers_as_one_that_saw_it_all(lists, lazily, unchanged_rows_are_settled):
    register = Register(DECIDED)
    answers = [register.take(position, kind, rows) for position, (kind, rows) in enumerate(lists[:-1], 1)]
    names, rows_held = held_after(register, lists[:-1], answers)
    resumed = Register.resume(
        DECIDED, names, (lambda: rows_held) if lazily else rows_held, register.positions(), same_area=None
    )
    asked_before = len(register.questions)
    kind, rows = lists[-1]
    expected = register.take(len(lists), kind, rows)
    settled = {}
    if unchanged_rows_are_settled:
        known = agencies(resumed)
        settled = {
            line.number: (known[line.state, fold(line.agency)], line.program_model)
            for line in rows
            if (line.state, fold(line.agency)) in known
        }
    new_rows = [line for line in rows if line.number not in settled]
    got = resumed.take(len(lists), kind, new_rows, settled=settled)
    assert got == [match for line, match in zip(rows, expected, strict=True) if line.number not in settled]
    assert resumed.questions == register.questions[asked_before:]
    assert agencies(resumed) == agencies(register)


def test_lists_are_taken_in_order():
    register = Register()
    register.take(2, "participating", [row("Clay County Sheriff's Office")])
    with pytest.raises(ValueError, match="taken already"):
        register.take(1, "participating", [])
    register.take(1, "pending", [])


# -- Over the bundled lists -------------------------------------------------------------------------------------------


@cache
def bundled_lists():
    """Every bundled list as (kind, rows as read then), in order of position over both kinds."""
    listings = {
        int(printed["number"]): Row(
            0,
            printed["state"],
            printed["state"],
            printed["agency_name"],
            printed["agency_type"],
            printed["county"],
            printed["program_model"],
            day_in(printed["signed_on"]),
            "",
            printed["moa_url"],
            printed["addendum_url"],
        )
        for printed in read_table("listings")
        if printed["agreement"]
    }
    ordered = sorted(read_table("snapshots"), key=lambda snapshot: (int(snapshot["position"]), snapshot["kind"]))
    return [
        (snapshot["kind"], [listings[pk] for _number, pk in json.loads(snapshot["rows"]) if pk in listings])
        for snapshot in ordered
    ]


@cache
def bundled_verdicts():
    columns = "answer", "state", "name", "other_state", "other_name", "reason"
    return tuple(Verdict(*(line[column] for column in columns)) for line in read_table("verdicts"))


@pytest.fixture(scope="module")
def whole():
    """The register after all bundled lists, and the rows and matches of the newest participating one."""
    register, newest = Register(bundled_verdicts()), None
    for position, (kind, rows) in enumerate(bundled_lists(), 1):
        matches = register.take(position, kind, rows)
        if kind == "participating":
            newest = rows, matches
    return register, *newest


def test_nothing_in_the_bundled_lists_waits_for_a_person(whole):
    register, _rows, _matches = whole
    undecided = [question for question in register.questions if not question.evidence.startswith("same name under")]
    assert undecided == []


def test_the_newest_bundled_list_prints_two_agencies_under_two_names_each(whole):
    _register, rows, matches = whole
    names: dict[int, set[str]] = {}
    for line, match in zip(rows, matches, strict=True):
        names.setdefault(match.agency, set()).add(fold(line.agency))
    assert sorted(sorted(printed) for printed in names.values() if len(printed) > 1) == [
        ["walker county sheriffs department", "walker county sheriffs office"],
        ["waukesha county sheriffs department", "waukesha county sheriffs office"],
    ]
    assert len(names) == 1549


@pytest.mark.parametrize("every", [5, 16, 40])
def test_fewer_lists_never_make_one_agency_of_two(whole, every):
    register, _rows, _matches = whole
    known = agencies(register)
    sample = Register(bundled_verdicts())
    for position, (kind, rows) in enumerate(bundled_lists()[::every], 1):
        sample.take(position, kind, rows)
    by_agency: dict[int, set[int]] = {}
    for name, agency in agencies(sample).items():
        by_agency.setdefault(agency, set()).add(known[name])
    assert all(len(one) == 1 for one in by_agency.values())
    assert len(by_agency) == len(set().union(*by_agency.values()))
