"""The browser and the database in one process."""

import asyncio

import pytest
from django.contrib.auth import get_user_model
from django.db import connection


def running_loop():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def test_a_wrong_address_in_a_browser(page):
    response = page.goto("/es/no-such-page/")
    assert response.status == 404
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "es"
    assert running_loop() is None


@pytest.mark.django_db
@pytest.mark.parametrize("again", [1, 2])
def test_what_a_test_with_a_browser_writes_is_rolled_back(page, again):
    page.goto("/healthz")
    assert connection.in_atomic_block
    get_user_model().objects.create_user("ada")
    page.goto("/robots.txt")
    assert get_user_model().objects.count() == 1
