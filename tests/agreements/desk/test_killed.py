"""A process that is killed while it applies a list leaves the facts of before or of after, never between."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.conf import settings

from tests import facts

MOMENTS = 20


@contextmanager
def empty_database(tmp_path):
    """The address of an empty database of the kind that this run of the tests is about."""
    if settings.USES_SQLITE:
        yield facts.address({"NAME": str(tmp_path / "killed.sqlite3")})
        return
    name = f"killed_{os.getpid()}"
    with facts.administration() as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield facts.address({"NAME": name})
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed as Unix does")
def test_killed_at_twenty_moments_of_an_apply_the_facts_are_those_before_or_after(tmp_path, db):
    with empty_database(tmp_path) as address:
        done = subprocess.run(
            [sys.executable, "-m", "tests.agreements.desk.killed", str(MOMENTS)],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"},
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    left = json.loads(done.stdout)
    assert [what for _statement, what in left] == ["before"] * MOMENTS + ["after"]
    statements = [statement for statement, _what in left[:-1]]
    assert len(set(statements)) == MOMENTS  # an apply has many more statements than moments
