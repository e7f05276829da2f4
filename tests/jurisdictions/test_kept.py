"""What a worker keeps of the facts: when it goes, and how much room it takes."""

from datetime import UTC, datetime

import orjson

from jurisdictions.api.kept import Kept, compact

NOW = datetime(2026, 5, 18, tzinfo=UTC)
FIRST, SECOND = ("facts", 1, NOW), ("facts", 2, NOW)
RESTORED = ("facts", 1, NOW.replace(year=2027))
ELSEWHERE = ("other facts", 1, NOW)


def kept(*values, together=100):
    held = Kept(together)
    for facts, name, size in values:
        held.put((facts, name), f"{name} of {facts[1]}", size)
    return held


def names(held):
    return [name for _facts, name in held._values]


def test_it_goes_when_the_facts_have_changed():
    held = kept((FIRST, "list", 10), (FIRST, "records", 20), (SECOND, "list", 10))
    assert held.get((FIRST, "records")) is None
    assert held.get((SECOND, "list")) == "list of 2"
    assert held.size == 10


def test_a_copy_put_back_is_other_facts_though_its_number_is_the_same():
    held = kept((FIRST, "list", 10))
    assert held.get((RESTORED, "list")) is None
    held.put((RESTORED, "list"), "restored", 10)
    assert (held.get((FIRST, "list")), held.get((RESTORED, "list"))) == (None, "restored")


def test_what_is_kept_of_another_database_stays():
    held = kept((ELSEWHERE, "list", 10), (FIRST, "list", 10), (SECOND, "list", 10))
    assert held.get((ELSEWHERE, "list")) == "list of 1"


def test_what_nobody_asked_for_lately_makes_room():
    held = kept(*((FIRST, name, 30) for name in "abc"))
    held.get((FIRST, "a"))
    held.put((FIRST, "d"), "new", 30)
    assert names(held) == ["c", "a", "d"]
    held.put((FIRST, "c"), "grown", 60)
    assert (names(held), held.size) == (["d", "c"], 90)
    held.put((FIRST, "c"), "larger than all may be", 101)
    assert (names(held), held.size) == (["d"], 30)


def test_what_is_kept_long_is_a_copy_in_its_own_room():
    written = orjson.dumps(["x" * 3_000])
    assert compact(written) == written
    assert compact(written) is not written
