"""The rights card on paper."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("sheet", ["A4", "Letter"])
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_card_fits_one_sheet_with_its_documents_spelled_out(page, prefix, sheet):
    page.goto(f"{prefix}/rights/")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=sheet))) == 1
