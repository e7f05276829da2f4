"""Cards of an answer in other people's pages, and the page that gives the line for them."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.factories import CountyFactory, StateFactory

CARDS = ["/embed/us/fl/", "/embed/us/fl/broward-county/", "/es/embed/us/fl/davie/"]


def policy_of(response) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))


def may_be_framed(response) -> bool:
    """By anybody; the two headers have to agree, since old browsers read only the first."""
    frames = policy_of(response)["frame-ancestors"]
    assert (frames == "*") is ("X-Frame-Options" not in response.headers)
    return frames == "*"


@pytest.fixture
def broward():
    florida = StateFactory(name="Florida", usps="FL", slug="fl")
    return CountyFactory(name="Broward County", short_name="Broward", slug="broward-county", state=florida)


@pytest.mark.django_db
def test_whatever_a_card_answers_it_may_be_framed(client, broward):
    address = "/embed/us/fl/broward-county/"
    card = client.get(address)
    answers = {
        200: card,
        304: client.get(address, headers={"If-None-Match": card["ETag"]}),
        301: client.get("/embed/us/FL/Broward-County/"),
        400: client.get(f"{address}?as_of=soon"),
        404: client.get("/embed/us/fl/nowhere/"),
        405: client.post(address),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    assert all(may_be_framed(answer) for answer in answers.values())
    assert client.head(address).headers["Content-Security-Policy"] == card["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/", "/us/fl/broward-county/", "/embed/", "/es/embed/", "/embed/us/", "/embed/us/a/b/c/", "/embed/nothing/"],
)
def test_nothing_else_may_be_framed(client, broward, address):
    assert not may_be_framed(client.get(address))


@pytest.mark.django_db
def test_an_error_in_the_making_of_a_card_is_framed_too(broward, monkeypatch):
    monkeypatch.setattr("portal.views.embed.answer_for", None)
    answer = Client(raise_request_exception=False).get("/embed/us/fl/broward-county/")
    assert answer.status_code == 500
    assert may_be_framed(answer)


@pytest.mark.facts
@pytest.mark.parametrize("address", CARDS)
def test_a_card_is_the_answer_of_the_page_with_no_script_and_one_link_out_of_the_frame(client, address):
    card, page = client.get(address), client.get(address.replace("/embed", ""))
    lines = re.compile(r'<dl class="lines">.*?</dl>', re.S)
    assert lines.findall(card.text) == lines.findall(page.text) != []
    assert 'class="note">' in card.text, "the list is old"
    full = f"http://testserver{address.replace('/embed', '')}"
    assert re.findall(r"<a [^>]+>", card.text) == [f'<a href="{full}" target="_blank" rel="noopener">']
    assert f'<link rel="canonical" href="{full}">' in card.text
    assert '<meta name="robots" content="noindex">' in card.text
    assert not re.search(r"<script|<form|<iframe|\son\w+=|\sstyle=", card.text)
    assert not re.search(r'(?:src|rel="stylesheet" href)="', card.text), "it loads nothing"
    assert not card.cookies
    assert policy_of(card)["default-src"] == policy_of(card)["form-action"] == "'none'"
    assert "script-src" not in policy_of(card)


@pytest.mark.facts
def test_a_card_of_a_day_says_so_and_leads_to_the_page_of_that_day(client):
    card = client.get("/embed/us/fl/davie/?as_of=2025-06-20").text
    assert "You are reading what was known for 20 June 2025." in card
    assert 'href="http://testserver/us/fl/davie/?as_of=2025-06-20" target="_blank"' in card
    refused = client.get("/embed/us/fl/davie/?as_of=2999-01-01")
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    assert "This page shows today." in refused.text


@pytest.mark.facts
@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/embed/us/ca/san-francisco/", "/embed/us/ca/san-francisco-county/"),
        (
            "/es/embed/us/CA/San-Francisco/?as_of=2025-06-20&x=1",
            "/es/embed/us/ca/san-francisco-county/?as_of=2025-06-20",
        ),
        ("/embed/us/TX/", "/embed/us/tx/"),
    ],
)
def test_another_address_of_one_government_leads_to_its_card(client, asked, leads_to):
    answer = client.get(asked)
    assert (answer.status_code, answer["Location"]) == (301, leads_to)


@pytest.mark.facts
def test_a_card_is_small(client):
    for address in ("/es/embed/us/tx/", "/es/embed/us/fl/broward-county/", "/embed/us/il/cook-county/"):
        assert len(client.get(address, headers={"Accept-Encoding": "br"}).content) <= 2_500, address


@pytest.mark.facts
@pytest.mark.parametrize(("language", "geoid"), [("", "12011"), ("/es", "1216475"), ("", "48"), ("/es", "12011")])
def test_the_line_for_a_page_leads_to_the_card_that_is_shown_below_it(client, language, geoid):
    page = client.get(f"{language}/embed/?geoid={geoid}")
    line = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.S)[1])
    framed = re.search(r'src="http://testserver([^"]+)"', line)[1]
    assert f'<iframe class="preview" src="{framed}"' in page.text
    assert framed.startswith(f"{language}/embed/us/")
    assert re.search(r'title="[^"]+"', line)
    assert client.get(framed).status_code == 200
    assert policy_of(page)["frame-src"] == "'self'"
    again = client.get(f"{language}/embed/?geoid={geoid}", headers={"If-None-Match": page["ETag"]})
    assert (again.status_code, policy_of(again)["frame-src"]) == (304, "'self'")


@pytest.mark.facts
def test_a_place_and_a_state_lead_to_their_line(client):
    assert 'href="/embed/?geoid=12011"' in client.get("/us/fl/broward-county/").text
    assert 'href="/es/embed/?geoid=48"' in client.get("/es/us/tx/").text


@pytest.mark.django_db
@pytest.mark.parametrize("geoid", ["0", "99999", "x", "%00", "1" * 400, "<b>"])
def test_a_number_of_no_place_is_said_to_be_none(client, geoid):
    page = client.get(f"/embed/?geoid={geoid}")
    assert page.status_code == 400
    assert "We know no place with this number." in page.text
    assert "<b>" not in page.text.split("<main", 1)[1].split("</main>")[0]
