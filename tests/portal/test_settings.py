import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db.utils import load_backend

SHOW = """
import json, django
from django.conf import settings as s
django.setup()
print(json.dumps({name: getattr(s, name) for name in %r}, default=str))
"""


def started_with(*names: str, **environment: str):
    """The finished process that reads the settings `names` on a machine with this environment, and prints them."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", SHOW % (names,)],
        cwd=settings.BASE_DIR,
        env={**kept, "DJANGO_SETTINGS_MODULE": "portal.settings", "SECRET_KEY": "s", **environment},
        capture_output=True,
        text=True,
    )


def read(*names: str, **environment: str) -> dict:
    done = started_with(*names, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_missing_secret_key_stops_the_start_and_names_itself():
    done = started_with("DEBUG", SECRET_KEY="")
    assert done.returncode != 0
    assert "SECRET_KEY is not set." in done.stderr


def test_the_secret_key_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("from a file")
    assert read("SECRET_KEY", SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == "from a file"


def test_without_an_address_the_database_is_a_file_in_the_data_folder(tmp_path):
    folder = tmp_path / "a+b c%20"
    database = read("DATABASES", DATABASE_URL="", DATA_DIR=str(folder))["DATABASES"]["default"]
    assert database["NAME"] == str(folder / "portal.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert folder.is_dir()


def test_database_url_leads_to_postgresql_with_lasting_connections(tmp_path):
    names = ("DATABASES", "SESSION_ENGINE")
    found = read(*names, DATABASE_URL="postgres://u:p@db:5432/portal", DATA_DIR=str(tmp_path / "unused"))
    database = found["DATABASES"]["default"]
    assert (database["ENGINE"], database["HOST"], database["NAME"]) == ("django.db.backends.postgresql", "db", "portal")
    assert database["CONN_MAX_AGE"] == 600
    assert database["CONN_HEALTH_CHECKS"] is True
    assert found["SESSION_ENGINE"].endswith(".db")
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize("url", ["sqlite:////srv/facts.sqlite3", "postgres://u:p@db/portal"])
def test_a_request_opens_no_transaction_of_its_own(url, tmp_path):
    databases = read("DATABASES", DATABASE_URL=url, DATA_DIR=str(tmp_path))["DATABASES"]
    assert databases["default"]["ATOMIC_REQUESTS"] is False


def test_sessions_and_caches_never_share_the_file_of_facts(tmp_path):
    found = read("SESSION_ENGINE", "SESSION_FILE_PATH", "CACHES", DATABASE_URL="", DATA_DIR=str(tmp_path))
    assert found["SESSION_ENGINE"].endswith(".file")
    assert found["SESSION_FILE_PATH"] == str(tmp_path / "sessions")
    assert (tmp_path / "sessions").stat().st_mode & 0o077 == 0
    assert all("DatabaseCache" not in cache["BACKEND"] for cache in found["CACHES"].values())


def test_with_postgresql_workers_of_several_machines_count_attempts_in_one_table(tmp_path):
    found = read("CACHES", DATABASE_URL="postgres://u:p@db/portal", DATA_DIR=str(tmp_path))["CACHES"]
    assert found["default"]["BACKEND"].endswith("DatabaseCache")
    assert found["default"]["KEY_FUNCTION"] == "portal.accounts.counts.keyed"


def test_invitations_are_e_mailed_where_the_operator_says_how(tmp_path):
    names = ("SENDS_EMAIL", "DEFAULT_FROM_EMAIL")
    assert read(*names, DATA_DIR=str(tmp_path)) == {"SENDS_EMAIL": False, "DEFAULT_FROM_EMAIL": "webmaster@localhost"}
    mail = {"EMAIL_URL": "smtp+tls://u:p@mail.example:587", "EMAIL_FROM": "desk@portal.example"}
    found = read(*names, "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", DATA_DIR=str(tmp_path), **mail)
    assert found == {"SENDS_EMAIL": True, "DEFAULT_FROM_EMAIL": "desk@portal.example", "EMAIL_HOST": "mail.example",
                     "EMAIL_PORT": 587, "EMAIL_USE_TLS": True}  # fmt: skip


def test_an_earlier_secret_key_is_still_read_where_it_is_named(tmp_path):
    found = read("SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS="old,older", DATA_DIR=str(tmp_path))
    assert found["SECRET_KEY_FALLBACKS"] == ["old", "older"]


@pytest.mark.parametrize(
    ("environment", "secure"),
    [
        pytest.param({}, False, id="this machine only"),
        pytest.param({"ALLOWED_HOSTS": "portal.example"}, True, id="a public host"),
        pytest.param({"ALLOWED_HOSTS": "portal.example", "COOKIES_SECURE": "false"}, False, id="said otherwise"),
    ],
)
def test_staff_cookies_need_https_except_on_this_machine(environment, secure, tmp_path):
    found = read("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", DATA_DIR=str(tmp_path), **environment)
    assert found == {"SESSION_COOKIE_SECURE": secure, "CSRF_COOKIE_SECURE": secure}


def test_staff_cookies_stay_under_admin():
    assert settings.SESSION_COOKIE_PATH == settings.CSRF_COOKIE_PATH == "/admin/"
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY


def test_a_public_site_passes_djangos_deployment_check(tmp_path):
    environment = {
        "ALLOWED_HOSTS": "portal.example",
        "SECRET_KEY": "0123456789-not-a-real-one-" * 2,
        "HTTPS_ONLY": "true",
        "HSTS_SECONDS": "31536000",
        "HSTS_SUBDOMAINS": "true",
        "DATA_DIR": str(tmp_path),
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not settings.USES_SQLITE, reason="of SQLite")
def test_sqlite_lets_readers_read_while_somebody_writes(tmp_path):
    database = {**settings.DATABASES["default"], "NAME": str(tmp_path / "facts.sqlite3")}
    writer, reader = (load_backend(database["ENGINE"]).DatabaseWrapper(database, "default") for _ in range(2))
    # Below Django's cursors, which a test without `django_db` may not use.
    writing, reading = (one.get_new_connection(one.get_connection_params()) for one in (writer, reader))
    assert reading.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert reading.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert reading.execute("PRAGMA synchronous").fetchone() == (1,)
    writing.execute("CREATE TABLE fact (told)")
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("INSERT INTO fact VALUES (1)")
    assert reading.execute("SELECT count(*) FROM fact").fetchone() == (0,)
    writing.execute("COMMIT")
    assert reading.execute("SELECT count(*) FROM fact").fetchone() == (1,)
    writing.close()
    reading.close()


@pytest.mark.parametrize(
    ("name", "address"),
    [("LEAVE_URL", "http://news.example/"), ("LEAVE_URL", "javascript:alert(1)"), ("CONTACT", "desk@portal.example")],
)
def test_an_address_for_readers_that_is_none_stops_the_start(name, address, tmp_path):
    done = started_with(name, DATA_DIR=str(tmp_path), **{name: address})
    assert done.returncode != 0
    assert f"{name} is n" in done.stderr
