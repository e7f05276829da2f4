"""`make screenshots` leaves out no kind of page."""

from itertools import product

from tests.pages.kinds import KINDS, LANGUAGES, TYPED
from tests.pages.screenshots import LOOKED_AT_SO, WIDTHS, shots


def test_each_kind_is_pictured_at_both_widths_in_both_languages_under_a_name_of_its_own():
    taken = list(shots([]))
    for kind, (prefix, width) in product(KINDS, product(LANGUAGES.values(), WIDTHS)):
        assert any((shot.address, shot.width) == (f"{prefix}{kind.typical}", width) for shot in taken), kind
    assert {shot.typed for shot in taken} == {"", *TYPED.values()}
    assert len({shot.name for shot in taken}) == len(taken)
    assert set(LOOKED_AT_SO) <= {kind.name for kind in KINDS}


def test_words_choose_kinds():
    assert {shot.name.partition("-")[0] for shot in shots(["law"])} == {"law", "laws"}
