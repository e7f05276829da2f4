"""Beside the facts of a page stands a link to the report of a mistake in them."""

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from agreements.models import Agreement, ChangeEvent, LocalPolicy, StateLaw

pytestmark = pytest.mark.facts

# From which page to which fact its parts lead. A page of no single record leads to the one fact it lists.
BESIDE_FACTS = {
    "/us/fl/broward-county/": {"meaning", "agencies", "policy", "law", "label", "change", "source"},
    "/us/fl/davie/?as_of=2025-06-20": {"meaning", "agencies", "policy", "law", "label", "change", "source"},
    "/us/tx/": {"law", "number", "agencies", "policy", "label", "change", "source"},
    "/agencies/": {"agencies"},
    "/agreements/?state=FL": {"agreement"},
    "/laws/?state=FL": {"law"},
    "/policies/": {"policy"},
    "/changes/": {"change"},
}


@pytest.mark.parametrize(
    ("language", "address"), [*(("", address) for address in BESIDE_FACTS), ("/es", "/us/fl/davie/?as_of=2025-06-20")]
)
def test_beside_each_fact_a_link_opens_the_form_with_it_named(client, language, address):
    page = client.get(f"{language}{address}")
    assert page.status_code == 200
    links = [unescape(link) for link in re.findall(r'<p class="wrong"><a href="([^"]+)" rel="nofollow">', page.text)]
    form = client.get(links[0]).context["form"]
    path, _, asked = address.partition("?")
    assert form["page"].value() == f"{language}{path}"
    assert (form["as_of"].value() or "") == dict(parse_qsl(asked)).get("as_of", "")
    assert {client.get(link).context["form"]["fact"].value() for link in links} == BESIDE_FACTS[address]
    assert len(links) == len(set(links))


def test_records_found_from_lists_lead_to_a_report_of_their_own(client):
    agreement = Agreement.objects.select_related("agency").first()
    event = ChangeEvent.objects.first()
    law = StateLaw.objects.published().first()
    policy = LocalPolicy.objects.published().first()
    expected = {
        agreement.get_absolute_url(): ("agreement", f"{agreement.agency.name}: {agreement.program_model}"),
        agreement.agency.get_absolute_url(): ("agencies", f"{agreement.agency.name}, {agreement.agency.state.name}"),
        event.get_absolute_url(): ("change", f"{event.get_kind_display()}: {event.subject_name}"),
        law.get_absolute_url(): ("law", str(law)),
        policy.get_absolute_url(): ("policy", str(policy)),
    }
    for address, (fact, record) in expected.items():
        links = re.findall(r'<a href="(/report/[^"]+)" rel="nofollow">', client.get(address).text)
        opened = [client.get(unescape(link)).context for link in links]
        assert {each["record"] for each in opened} == {record}, address
        assert fact in {each["form"]["fact"].value() for each in opened}, address
