"""/about/: what the site holds, counted now, and what it says of whoever runs it."""

import re

import pytest

from agreements.models import ListKind, LocalPolicy, Snapshot, StateLaw
from jurisdictions.models import Jurisdiction
from tests.factories import StateFactory


@pytest.mark.facts
@pytest.mark.parametrize("language", ["", "/es"])
def test_what_the_site_holds_is_counted(client, language):
    held = client.get(f"{language}/about/").text.split('<h2 id="holds">')[1].split("<h2")[0]
    counted = [
        Snapshot.objects.filter(kind=ListKind.PARTICIPATING).count(),
        Snapshot.objects.filter(kind=ListKind.PENDING).count(),
        StateLaw.objects.published().count(),
        LocalPolicy.objects.published().count(),
        Jurisdiction.objects.filter(same_as=None).count(),
    ]
    for number in counted:
        assert number
        assert re.search(rf"(?<![\w,]){number:,} \w", held), number


@pytest.mark.django_db
def test_an_empty_site_says_that_it_holds_no_list(client):
    assert "We hold no list of ICE's yet." in client.get("/about/").text


@pytest.mark.django_db
def test_the_site_names_whoever_runs_it_only_where_the_operator_does(client, settings):
    page = client.get("/about/").text
    assert "has not been entered here" in page
    assert "Write to us" not in page
    assert "security.txt" not in page
    settings.OPERATOR = "A <Library>"
    settings.CONTACT = "mailto:desk@portal.example"
    settings.SECURITY_CONTACT = "mailto:security@portal.example"
    page = client.get("/about/").text
    assert "A &lt;Library&gt; runs this site." in page
    assert '<a href="mailto:desk@portal.example" rel="noreferrer">Write to us</a>' in page
    assert 'href="/.well-known/security.txt"' in page
    assert "has not been entered here" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "/es"])
def test_what_the_page_leads_to_is_there(client, language):
    StateFactory(name="Florida", usps="FL", slug="fl")
    main = client.get(f"{language}/about/").text.split("<main")[1].split("</main>")[0]
    for address in re.findall(r'href="(/[^"]+)"', main):
        assert client.get(address).status_code == 200, address
