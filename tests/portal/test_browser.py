"""The browser and the database in one process."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_wrong_address_in_a_browser(page, language):
    response = page.goto(f"/{'es/' * (language == 'es')}no-such-page/")
    assert response.status == 404
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db
def test_what_a_test_writes_is_rolled_back_also_after_a_browser_was_there(turn):
    assert connection.in_atomic_block
    get_user_model().objects.create_user("ada")
    assert get_user_model().objects.count() == 1
