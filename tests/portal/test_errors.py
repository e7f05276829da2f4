import sqlite3

import psycopg
import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path

from portal.urls import handler400, handler404, handler500  # noqa: F401  Django looks for them in the URL module
from portal.urls import urlpatterns as real
from portal.views.errors import database_is_away


def broken(request):
    raise RuntimeError("broken on purpose")


def without_a_database(request):
    try:
        sqlite3.connect("/no/such/folder/portal.sqlite3")
    except sqlite3.Error as refusal:
        raise OperationalError(*refusal.args) from refusal


AWAY = "away/", "es/away/", "api/v1/away/"
urlpatterns = [
    *(path(address, without_a_database) for address in AWAY),
    path("broken/", broken),
    path("es/broken/", broken),
    *real,
]


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


@pytest.mark.parametrize("address", ["", "changes/", "addresses/agreements/", "portal287g.py"])
def test_a_page_under_api_refuses_another_method_as_the_answers_do(client, db, address):
    refused = client.delete(f"/api/v1/docs/{address}")
    assert (refused.status_code, refused.json()["status"]) == (405, 405)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Allow"] == "GET, HEAD"


def test_a_wrong_host_gets_the_page_for_bad_requests(client):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


def test_the_page_for_500_needs_no_request_at_all():
    assert handler500(HttpRequest()).status_code == 500


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("address", "lang"), [("/away/", "en"), ("/es/away/", "es")])
def test_a_page_without_its_database_says_when_to_come_back(address, lang):
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert response.headers["Cache-Control"] == "no-store"
    assert f'<html lang="{lang}"' in response.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_program_is_told_of_a_database_that_is_away_as_of_any_problem():
    response = Client(raise_request_exception=False).get("/api/v1/away/")
    assert (response.status_code, response.json()["status"]) == (503, 503)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Retry-After"] == "10"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("cause", "is_away"),
    [
        pytest.param(psycopg.OperationalError("server closed the connection"), True, id="the connection is cut"),
        pytest.param(psycopg.errors.AdminShutdown(), True, id="PostgreSQL is being stopped"),
        pytest.param(psycopg.errors.TooManyConnections(), True, id="PostgreSQL takes no more callers"),
        pytest.param(psycopg.errors.StatementTooComplex(), False, id="we asked PostgreSQL too much"),
    ],
)
def test_only_a_database_that_does_not_answer_is_away(cause, is_away):
    exception = OperationalError()
    exception.__cause__ = cause
    assert database_is_away(exception) is is_away


def test_a_table_that_is_not_there_is_an_error_of_ours():
    exception = OperationalError()
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(":memory:").execute("SELECT 1 FROM nowhere")
    exception.__cause__ = raised.value
    assert not database_is_away(exception)
    assert database_is_away(InterfaceError("connection already closed"))
