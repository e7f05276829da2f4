"""Hostile and broken files are refused in one sentence or read right, by a child process within its limits."""

import time

import pytest

from agreements.imports.sandbox import CRASHED, read_in_child
from agreements.imports.sheet import NotASheet

from .hostile import CASES


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_refused_in_one_sentence_or_read_right(name):
    case = CASES[name]
    data = case.write()
    start = time.monotonic()
    if case.says:
        with pytest.raises(NotASheet) as refused:
            read_in_child(data, f"{name}.xlsx")
        sentence = str(refused.value)
        assert case.says in sentence
        assert sentence != CRASHED
        assert sentence.endswith(".")
        assert ". " not in sentence, "one sentence"
        assert len(sentence) < 300
        assert sentence.isprintable()
    else:
        sheet = read_in_child(data, f"{name}.xlsx")
        assert len(sheet.rows) == len(case.reads)
        for row, expected in zip(sheet.rows, case.reads, strict=True):
            known = {heading: row.cells[place] for heading, place in by_heading(sheet.columns).items()}
            assert {heading: known[heading] for heading in expected} == dict(expected)
    assert time.monotonic() - start < 12


def by_heading(sheet_columns):
    """Where each of ICE's headings stands, marks that nobody sees set aside."""
    places = {}
    for place, heading in enumerate(sheet_columns):
        seen = "".join(" " if mark.isspace() else mark for mark in heading if mark.isspace() or mark.isprintable())
        places[" ".join(seen.split())] = place
    return places
