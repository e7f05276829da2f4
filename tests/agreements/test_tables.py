import pytest

from agreements.tables import harmless


@pytest.mark.parametrize("sign", "=+-@\t\r\n＝＋－＠")
def test_no_cell_is_run_as_a_formula(sign):
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"


def test_other_cells_stay_as_they_are():
    assert [harmless(cell) for cell in ("a=b", "", None, -1)] == ["a=b", "", "", -1]
