"""What every answer says to browsers and caches, and what none says."""

import re

import pytest
from django.http import HttpResponse
from django.template.loader import get_template
from django.test import Client

from portal.middleware import headers

# Each page and each call of the API that a reader can reach without typing.
WITHOUT_FACTS = ["/healthz", "/robots.txt", "/no-such-page/", "/es/no-such-page/"]
PAGES = ["/", "/find/", "/us/", "/us/fl/", "/us/fl/broward-county/", "/us/fl/davie/", "/agencies/", "/agreements/"]
PAGES += ["/about/method/"]
API = ["/api/v1/", "/api/v1/agreements/?page_size=5", "/api/v1/jurisdictions/12011/answer/", "/api/v1/status/"]


def check_public(response):
    assert not response.cookies
    assert not re.search("cookie|accept-language", response.headers.get("Vary", ""), re.I)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in response.headers["Permissions-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", WITHOUT_FACTS)
def test_public_answers_carry_the_headers_and_no_cookie(client, address):
    check_public(client.get(address))


@pytest.mark.facts
@pytest.mark.parametrize("address", [*PAGES, *(f"/es{page}" for page in PAGES), *API])
def test_pages_and_api_carry_the_headers_and_no_cookie(client, address):
    # A browser with an old cookie and another language gets the same page as everybody.
    client.cookies["sessionid"] = "left from somewhere"
    response = client.get(address, headers={"Accept-Language": "es, en;q=0.5"})
    assert response.status_code == 200
    check_public(response)
    spanish = address.startswith("/es/")
    assert response.headers["Content-Language"] == ("es" if spanish else "en")


@pytest.mark.facts
def test_who_asks_for_the_headers_alone_gets_those_that_come_with_the_answer(client):
    texts = ["/api/v1/docs/", "/es/api/v1/docs/mirror/", "/changes/feed.json", "/us/fl/davie/"]
    for address in [*WITHOUT_FACTS, *texts]:
        whole, headers_alone = client.get(address), client.head(address)
        assert headers_alone.content == b""
        assert (headers_alone.status_code, dict(headers_alone.headers)) == (whole.status_code, dict(whole.headers))
        if etag := whole.headers.get("ETag"):
            for method in ("get", "head"):
                assert getattr(client, method)(address, headers={"If-None-Match": etag}).status_code == 304
        else:
            assert "no-store" in whole.headers["Cache-Control"], address


def test_a_wrong_host_is_refused_with_the_same_headers(client):
    response = client.get("/healthz", headers={"Host": "evil.example"})
    assert response.status_code == 400
    check_public(response)


@pytest.mark.django_db
def test_staff_forms_work_in_a_browser_that_checks_them():
    """Django compares Origin or Referer with the host: Referrer-Policy under /admin/ must let the browser send them."""
    client = Client(enforce_csrf_checks=True)
    page = client.get("/admin/account/login/")
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    cookie = page.cookies["csrftoken"]
    assert cookie["path"] == "/admin/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]
    form = {"username": "nobody", "password": "wrong", "csrfmiddlewaretoken": token}
    assert client.post("/admin/account/login/", form).status_code == 200
    assert client.post("/admin/account/login/", {**form, "csrfmiddlewaretoken": ""}).status_code == 403


def test_hsts_is_the_operators_choice(client, settings):
    assert "Strict-Transport-Security" not in client.get("/healthz", secure=True).headers
    settings.SECURE_HSTS_SECONDS = 3600
    assert Client().get("/healthz", secure=True).headers["Strict-Transport-Security"] == "max-age=3600"


def test_an_inline_style_is_allowed_by_its_hash():
    # echo -n 'p{}' | openssl dgst -sha256 -binary | base64
    assert headers.style_hash("p{}") == "'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='"


@pytest.mark.parametrize(
    ("method", "path", "caching"),
    [
        pytest.param("GET", "/us/fl/", "public, no-cache", id="a page: kept, asked after"),
        pytest.param("POST", "/find/", "no-store, private", id="an answer to what somebody typed"),
        pytest.param("GET", "/admin/", "no-store, private", id="a staff page"),
    ],
)
def test_without_a_word_of_the_view_caching_is_cautious(rf, method, path, caching):
    middleware = headers.HeadersMiddleware(lambda request: HttpResponse())
    assert middleware(rf.generic(method, path)).headers["Cache-Control"] == caching


def test_the_views_own_word_on_caching_stands(rf):
    middleware = headers.HeadersMiddleware(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60"}))
    assert middleware(rf.get("/")).headers["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize("name", ["400.html", "404.html", "500.html"])
def test_error_pages_have_no_inline_script_or_style_attribute(name):
    page = get_template(name).render()
    assert "<script>" not in page
    assert not re.search(r"\sstyle=|\son\w+=", page)
