"""Reading never waits for a writer and never writes: a public GET works while somebody else holds the database."""

import sqlite3
from contextlib import closing, contextmanager

import psycopg
from django.conf import settings
from django.db import connection

from tests.facts import address
from tests.portal.test_headers import API, PAGES


@contextmanager
def a_long_write(database: dict):
    """Another connection writes and does not finish; whoever writes in the meantime fails at once."""
    with connection.cursor() as reader:
        if settings.USES_SQLITE:
            reader.execute("PRAGMA busy_timeout=100")
            with closing(sqlite3.connect(database["NAME"], isolation_level=None)) as writer:
                writer.execute("BEGIN IMMEDIATE")
                yield
        else:
            reader.execute("SET lock_timeout = '100ms'")
            tables = ", ".join(f'"{table}"' for table in connection.introspection.table_names())
            with closing(psycopg.connect(address(database))) as writer:
                writer.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
                yield


def test_every_page_can_be_read_while_somebody_writes(client, copy_of_facts, monkeypatch):
    with a_long_write(copy_of_facts):
        for page in (*PAGES, *API, "/readyz"):
            assert client.get(page).status_code == 200, page
        monkeypatch.setattr("portal.api.ledger.release", lambda: "another, under which nothing has been noted")
        assert client.get("/api/v1/changes/?page_size=1").status_code == 200
