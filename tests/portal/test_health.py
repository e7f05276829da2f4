from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from agreements.models import Snapshot


def test_alive_asks_nothing_of_the_database(client):
    # No django_db mark: any query would fail this test.
    response = client.get("/healthz")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_ready_once_a_list_is_held(client):
    for day in (date(2026, 4, 13), date(2026, 5, 18)):
        Snapshot.objects.create(
            published_on=day,
            kind="participating",
            position=day.toordinal(),
            sha256=str(day),
            columns=[],
            rows=[],
            row_count=0,
        )
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "database": "ok", "migrations": "applied", "newest_list": "2026-05-18"}
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_while_no_list_is_loaded(client):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": "ok", "migrations": "applied", "newest_list": None}


@pytest.mark.django_db
def test_not_ready_while_migrations_wait(client, monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one"])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "pending"


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away(client, monkeypatch):
    def away(*_):
        raise DatabaseError("the server is away")

    monkeypatch.setattr(MigrationExecutor, "__init__", away)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "unreachable"


def test_robots_keep_out_of_the_staff_rooms_and_of_every_day_of_every_page(client):
    text = client.get("/robots.txt").content.decode()
    assert text.startswith("User-agent: *\n")
    assert "Disallow: /admin/\n" in text
    assert "Disallow: /*?*as_of=\n" in text


def test_security_txt_names_the_operators_contact_or_is_absent(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@portal.example"
    response = client.get("/.well-known/security.txt")
    assert response.headers["Content-Type"].startswith("text/plain")
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@portal.example"
    # RFC 9116: a date that has passed means that the contact may be out of date.
    assert timedelta(days=30) < datetime.fromisoformat(fields["Expires"]) - timezone.now() < timedelta(days=366)
