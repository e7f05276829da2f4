"""Fixtures of the whole suite."""

import pytest


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """A test that signs in does not wait for the slow hash that protects real passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
