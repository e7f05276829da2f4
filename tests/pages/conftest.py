"""Tabs that several of the browser tests open."""

import pytest


@pytest.fixture
def bare_page(_chromium, site_url):
    """A tab of a browser that runs no script, at phone width."""
    context = _chromium.new_context(
        base_url=site_url, viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    yield context.new_page()
    assert context.cookies() == []
    context.close()
