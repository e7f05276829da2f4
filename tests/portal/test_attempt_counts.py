"""Attempts to sign in are counted by all workers together, and what is stored names nobody."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.staff import code, member, with_app

IN_FILES = "portal.accounts.counts.CountsInFiles"
SHARED = {"KEY_FUNCTION": "portal.accounts.counts.keyed", "OPTIONS": {"MAX_ENTRIES": 20_000}}

WORKER = """
import os, sys, time, django
from django.conf import settings
settings.configure(SECRET_KEY="s", CACHES={"default": {
    "BACKEND": "portal.accounts.counts.CountsInFiles", "LOCATION": sys.argv[1],
    "KEY_FUNCTION": "portal.accounts.counts.keyed"}})
django.setup()
from django.core.cache import cache
while time.time() < float(sys.argv[2]):
    pass
print(sum(cache.add(f"code {number}", "used") for number in range(200)))
"""


@pytest.fixture
def in_files(settings, tmp_path):
    """The counts as a portal with SQLite keeps them."""
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": IN_FILES, "LOCATION": tmp_path / "attempts", **SHARED}}
    return tmp_path / "attempts"


@pytest.fixture
def in_a_table(settings, db):
    """The counts as a portal with PostgreSQL keeps them."""
    place = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "staff_attempts"}
    settings.CACHES = {**settings.CACHES, "default": {**place, **SHARED}}
    call_command("createcachetable", verbosity=0)


def test_of_several_workers_one_marks_a_code_as_used(tmp_path):
    from time import time

    start = str(time() + 2)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), start], cwd=settings.BASE_DIR, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    assert sum(int(worker.communicate(timeout=60)[0]) for worker in workers) == 200


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["in_files", "in_a_table"])
def test_a_lock_holds_wherever_the_counts_are_kept(client, request, place):
    request.getfixturevalue(place)
    user = member()
    right = code(with_app(user))
    for _ in range(5):
        client.post("/admin/account/login/", {"username": user.username, "password": "wrong"})
    page = client.post("/admin/account/login/", {"username": user.username, "password": "long enough to pass"})
    assert "Too many attempts" in page.text
    assert right not in page.text


@pytest.mark.django_db
def test_what_is_stored_names_neither_address_nor_account(client, in_files):
    client.post("/admin/account/login/", {"username": "grace", "password": "wrong"}, REMOTE_ADDR="203.0.113.9")
    stored = [path for path in in_files.rglob("*") if path.is_file()]
    assert len(stored) > 1
    for path in stored:
        assert b"203.0.113.9" not in path.read_bytes()
        assert b"grace" not in path.read_bytes()
    names = {path.name for path in stored}
    settings.SECRET_KEY, old = "another", settings.SECRET_KEY
    try:
        client.post("/admin/account/login/", {"username": "grace", "password": "wrong"}, REMOTE_ADDR="203.0.113.9")
    finally:
        settings.SECRET_KEY = old
    assert {path.name for path in in_files.rglob("*.djcache")} > names - {"lock"}, "hashed with the secret key"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/find/", "/us/", "/agreements/", "/api/v1/", "/no-such-page/"])
def test_a_reader_is_never_counted_there(client, in_files, path):
    client.get(path)
    client.post(path, {"q": "33324"})
    assert list(in_files.rglob("*.djcache")) == []
