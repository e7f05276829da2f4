"""The page that shows developers every component: there only where DEBUG is set."""

import re

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from portal.views.components import TOKENS, components
from tests.factories import AgencyFactory, AgreementFactory, CountyFactory, SnapshotFactory


def shown() -> str:
    response = components(RequestFactory().get("/components/"))
    assert response.status_code == 200
    return response.content.decode()


def test_readers_do_not_find_it():
    with pytest.raises(Resolver404):
        resolve("/components/")


@pytest.mark.django_db
def test_it_shows_the_four_signs_the_banner_and_a_table_from_the_templates_of_the_pages():
    SnapshotFactory()
    AgreementFactory(agency=AgencyFactory(name="Broward Sheriff", covers=[CountyFactory()]))
    body = shown()
    for sign in ("yes", "no", "looked", "unchecked"):
        assert f'<div class="line"><dt><span class="m m-{sign}"' in body
    assert '<table class="cards">' in body
    assert "Broward Sheriff" in body
    assert "ICE may have published more since." in body
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_without_facts_it_still_shows_what_needs_none():
    assert '<form class="filters"' in shown()


def test_it_names_each_colour_of_the_style_and_no_other():
    style = (settings.BASE_DIR / "static/css/portal.css").read_text()
    light = style[: style.index("@media (prefers-color-scheme: dark)")]
    assert re.findall(r"--([\w-]+):", light) == [name for name, _use in TOKENS]
