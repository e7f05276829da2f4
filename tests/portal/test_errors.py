import pytest
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path

from portal.urls import handler400, handler404, handler500  # noqa: F401  Django looks for them in the URL module
from portal.urls import urlpatterns as real


def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [path("broken/", broken), path("es/broken/", broken), *real]


@pytest.mark.parametrize(("address", "lang"), [("/no-such-page/", "en"), ("/es/no-such-page/", "es")])
def test_a_missing_page_says_so_in_the_language_of_the_path(client, address, lang):
    response = client.get(address)
    assert response.status_code == 404
    assert f'<html lang="{lang}"' in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("address", "lang"), [("/broken/", "en"), ("/es/broken/", "es")])
def test_a_broken_page_says_so_without_the_database(address, lang):
    # No django_db mark: any query would raise again and no page would be made.
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == 500
    assert f'<html lang="{lang}"' in response.content.decode()
    assert "Traceback" not in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_wrong_host_gets_the_page_for_bad_requests(client):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


def test_the_page_for_500_needs_no_request_at_all():
    assert handler500(HttpRequest()).status_code == 500
