"""Fixtures of the whole suite.

An ordinary test starts with empty tables (`django_db`). A test marked `facts` reads the bundled facts instead, in one
database that is shared by the whole run and refuses to be written; a test that wants to change them takes
`copy_of_facts`. A test that takes `page` drives Chromium against the production server over a copy of the facts.
"""

import asyncio
import os
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import translation

from agreements import lists
from agreements.api import shapes
from agreements.api.held import held_answers
from agreements.api.selections import members, missed, selections
from jurisdictions.api.shapes import written
from portal.answers import counties, series, shelf
from portal.api.throttling import counts
from tests import facts, site, staff

DATABASE_FIXTURES = {"db", "transactional_db", "facts_database", "copy_of_facts", "site_url"}
SLOW_MACHINE = 20_000
"""Milliseconds in which a page has to show what a test expects of it: four times Playwright's."""
SLOWEST = (
    "tests/agreements/test_series.py",
    "tests/pages/test_desk_in_browser.py",
    "tests/pages/test_access.py",
    "tests/agreements/test_facts_and_staff.py",
    "tests/agreements/desk/test_any_sequence.py",
    "tests/agreements/desk/test_killed.py",
    "tests/portal/api/test_mirror.py",
)


def pytest_addoption(parser):
    parser.addoption("--database-only", action="store_true", help="leave out the tests that no database changes")


def pytest_configure():
    os.environ.setdefault(facts.DIGEST, facts.digest())
    # Attempts to sign in are counted by each test process for itself, not in the one place that workers share.
    # So are calls of the API, of which a test may make many.
    settings.COUNTS_DIR, settings.CALLS_A_MINUTE = "", 100_000
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "attempts"}


def pytest_itemcollected(item):
    """A test reads facts, starts from empty tables, or visits the server with a browser: one of the three."""
    if item.get_closest_marker("facts") and item.get_closest_marker("django_db"):
        raise pytest.UsageError(f"{item.nodeid}: `facts` brings its own database, leave out `django_db`")
    if "page" in item.fixturenames and DATABASE_FIXTURES.intersection(item.fixturenames) - {
        "facts_database",
        "site_url",
    }:
        raise pytest.UsageError(f"{item.nodeid}: what a browser visits has its own database, leave out the test's")
    if "site_url" in item.fixturenames:
        item.add_marker(pytest.mark.browser)


def pytest_collection_modifyitems(config, items):
    """The longest tests come first, so that no process is left with one while the others have finished."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOWEST))
    if config.getoption("database_only"):
        kept = [item for item in items if depends_on_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not depends_on_database(item)])
        items[:] = kept


def depends_on_database(item) -> bool:
    """Whether the test asks a database, and looks at something that could differ from one to another."""
    if item.get_closest_marker("once"):
        return False
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("facts")
    return bool(marked or DATABASE_FIXTURES.intersection(item.fixturenames))


@pytest.fixture(autouse=True)
def _facts_where_marked(request):
    if request.node.get_closest_marker("facts"):
        request.getfixturevalue("portal_with_facts")


@pytest.fixture(scope="session")
def facts_database(django_db_blocker):
    """Settings of the shared database of bundled facts."""
    with django_db_blocker.unblock():
        return facts.read_only()


@pytest.fixture
def portal_with_facts(facts_database, django_db_blocker):
    """The bundled facts, to read."""
    with django_db_blocker.unblock(), facts.as_default(facts_database):
        yield


@pytest.fixture
def copy_of_facts(facts_database, django_db_blocker):
    """The bundled facts in a database of the test's own, to change. Takes a second or so: for few tests."""
    with django_db_blocker.unblock(), facts.own_copy() as database, facts.as_default(database):
        yield database


@pytest.fixture
def admin_client(admin_user):
    """pytest-django's, with a second factor: without one no page of the staff answers."""
    client = Client()
    staff.signed_in(client, user=admin_user)
    return client


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """A test that signs in does not wait for the slow hash that protects real passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _english_again():
    """A page that a test opened under /es/ leaves the tests after it in English."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _empty_caches():
    yield
    for cache in caches.all(initialized_only=True):
        cache.clear()
    counts().forget()
    for held in (counties, series, shelf):
        held._held.cache_clear()
    shapes.kept_lists.cache_clear()
    written.clear()
    selections.clear()
    members.clear()
    missed.clear()
    lists.kept_lists.cache_clear()
    held_answers.clear()


@pytest.fixture(autouse=True, scope="session")
def _no_outside_network():
    """A test that reaches for another machine fails, instead of depending on it."""
    connect = socket.socket.connect

    def local_only(self, address):
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise ConnectionRefusedError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_only)
        yield


@pytest.fixture(scope="session")
def site_database(facts_database):
    """The copy of the facts that the browser's server runs on: a test may change something without touching others."""
    with facts.own_copy() as database:
        yield database


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """Where the browser's server keeps the staff's sessions and writes its log."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def site_url(site_database, site_folder):
    """The address of the portal as readers get it: the production server, its real static files, all bundled facts."""
    with site.served(facts.address(site_database), site_folder) as url:
        yield url


@pytest.fixture
def site_log(site_folder):
    """Reads all that the browser's server has written down until now."""
    return lambda: (site_folder / "server.log").read_text()


@pytest.fixture
def on_the_site(site_url, site_database, django_db_blocker):
    """Calls a function with the database of the browser's server, such as `on_the_site(staff.account, "editor")`.

    In a thread of its own: in this one Playwright's event loop runs, under which Django asks no database.
    """

    def call(function, *args):
        with django_db_blocker.unblock(), facts.as_default(site_database):
            return function(*args)

    with ThreadPoolExecutor(1) as thread:
        yield lambda function, *args: thread.submit(call, function, *args).result()


@pytest.fixture(scope="session")
def _chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SLOW_MACHINE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=site.chromium(),
            # Chromium's sandbox refuses root, as which CI machines often run.
            args=["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [],
        )
        asyncio._set_running_loop(None)
        yield browser
        asyncio._set_running_loop(browser._loop)
        browser.close()


@pytest.fixture(autouse=True)
def _event_loop_for_the_browser_only(request):
    """Let only a test with a browser see Playwright's event loop.

    The loop stays in this thread, halted between two calls, and for Python it still runs. Under a loop Django keeps
    other connections than without one: what an ordinary test writes would escape its transaction.
    """
    if "_chromium" not in request.fixturenames:
        yield
        return
    asyncio._set_running_loop(request.getfixturevalue("_chromium")._loop)
    yield
    asyncio._set_running_loop(None)


@pytest.fixture
def page(_chromium, site_url):
    """A browser tab at phone width, with relative addresses led to the portal. Asking any other host fails the test."""
    context = _chromium.new_context(base_url=site_url, viewport={"width": 360, "height": 740})
    foreign = []

    def local_only(route):
        if route.request.url.startswith((site_url, "data:", "about:")):
            return route.continue_()
        foreign.append(route.request.url)
        return route.abort()

    context.route("**/*", local_only)
    yield context.new_page()
    context.close()
    assert foreign == [], "the page asked other hosts"
