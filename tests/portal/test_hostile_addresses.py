"""Whatever stands in an address: an answer, never an error of ours, on both databases."""

from datetime import date

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from agreements.urls import AGENCY
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    LocalPolicyFactory,
    PlaceFactory,
    SnapshotFactory,
    StateFactory,
    StateLawFactory,
)

pytestmark = pytest.mark.django_db

VALUES = [
    "%00",
    "a%00b",
    "%FF%FE",
    "%F0%9F%98%80",
    "%25_%5C",
    "%D9%A3%D9%A0",
    "1e9",
    "9" * 400,
    "9223372036854775808",
    "true",
    "2026-02-30",
    "9999-12-31",
    "' OR 1=1--",
    "<script>",
    "a+" * 1500,
    "&{name}=2&{name}=3",
]


@pytest.fixture
def world():
    """One of each thing that has a page; gives the paths of each route that names one."""
    SnapshotFactory(published_on=date(2021, 1, 13))
    SnapshotFactory()
    county = CountyFactory(name="Broward County", slug="broward-county")
    PlaceFactory(name="Davie", slug="davie", counties=[county])
    agreement = AgreementFactory(agency=AgencyFactory(state=StateFactory()))
    return {
        "us/<slug:state>/<slug:slug>/": ["us/fl/broward-county/", "us/fl/davie/"],
        "embed/us/<slug:state>/<slug:slug>/": ["embed/us/fl/broward-county/"],
        "us/<slug:state>/<slug:slug>/feed/": ["us/fl/davie/feed/"],
        "us/<slug:state>/<slug:slug>/feed.json": ["us/fl/davie/feed.json"],
        "agreements/<slug:public_id>/": [f"agreements/{agreement.public_id}/"],
        "laws/<slug:key>/": [f"laws/{StateLawFactory().key}/"],
        "policies/<slug:key>/": [f"policies/{LocalPolicyFactory().key}/"],
        "changes/<slug:key>/": [f"changes/{ChangeEventFactory(agency=agreement.agency).key}/"],
        AGENCY: [agreement.agency.get_absolute_url().lstrip("/")],
    }


def public_views(resolver=None, prefix=""):
    """The pages that answer by `public_page`, as (address with <names>, the parameters that they know)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from public_views(pattern, route)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "parameters"):
            yield route, pattern.callback.parameters


def addresses(world):
    """(path, known parameters) of every page that knows any; Florida stands for a state."""
    for route, parameters in public_views():
        if parameters and not route.startswith("api/"):
            for path in world.get(route) or [route.replace("<slug:state>", "fl")]:
                yield f"/{path}", parameters


def asked(parameters):
    """Each value in all parameters at once, where one may hide another's fault, and NUL in each alone."""
    for value in VALUES:
        yield "&".join(f"{name}={value.replace('{name}', name)}" for name in parameters)
    for name in parameters:
        yield f"{name}=%00"


def test_no_value_of_a_known_parameter_breaks_a_page(client, world):
    client.raise_request_exception = False
    answered, broken = set(), []
    for path, parameters in addresses(world):
        for query in asked(parameters):
            response = client.get(f"{path}?{query}")
            content = b"".join(response.streaming_content) if response.streaming else response.content
            if content and response.status_code in (200, 400):
                answered.add(path)
            if response.status_code >= 500:
                broken.append(f"{path}?{query}"[:200])
    assert broken == []
    assert answered == {path for path, _parameters in addresses(world)}
