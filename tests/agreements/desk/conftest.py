"""A small world at the desk: three states, people of each role, and lists written as rows."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from agreements.desk import runs
from agreements.imports.sheet import Sheet, SheetRow
from tests.agreements.imports.workbooks import PARTICIPATING, PENDING
from tests.factories import CountyFactory, StateFactory

FIRST_DAY = date(2026, 1, 5)
STATES = {"FL": "FLORIDA", "TX": "TEXAS", "PA": "PENNSYLVANIA"}


def person(name: str, group: str):
    """A member of staff in one group."""
    user = get_user_model().objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


@pytest.fixture
def editor(db):
    return person("Edith", "editor")


@pytest.fixture
def publisher(db):
    return person("Paula", "publisher")


@pytest.fixture
def other_publisher(db):
    return person("Peter", "publisher")


def areas() -> dict:
    """The states and a few counties that the lists of these tests name."""
    states = {
        "FL": StateFactory(geoid="12", name="Florida", usps="FL"),
        "TX": StateFactory(geoid="48", name="Texas", usps="TX"),
        "PA": StateFactory(geoid="42", name="Pennsylvania", usps="PA"),
    }
    for geoid, name, state in (
        ("12019", "Clay County", "FL"),
        ("12075", "Levy County", "FL"),
        ("12071", "Lee County", "FL"),
        ("48207", "Haskell County", "TX"),
        ("42041", "Cumberland County", "PA"),
    ):
        CountyFactory(geoid=geoid, name=name, state=states[state])
    return states


@pytest.fixture
def world(db):
    return areas()


def row(agency, state="FL", model="TFM", *, county="", signed="2025-03-06", moa="", kind="County"):
    """One printed row."""
    names = {"TFM": "Task Force Model", "WSO": "Warrant Service Officer", "JEM": "Jail Enforcement Model"}
    return (
        STATES.get(state, state),
        agency,
        kind,
        county or "#N/A",
        names.get(model, model),
        {"d": f"{signed}T00:00:00"} if signed else None,
        "link" if moa else None,
        None,
        moa,
    )


def sheet(rows, week=0, *, kind="participating", name=""):
    """ICE's list of the week: `week` 0 is the first."""
    day = FIRST_DAY + timedelta(weeks=week)
    columns = PARTICIPATING if kind == "participating" else PENDING
    printed = []
    for number, cells in enumerate(rows, start=2):
        *cells, moa = cells
        if kind == "pending":
            cells = [*cells[:5], None]
        links = {columns.index("MOA"): moa} if moa and kind == "participating" else {}
        printed.append(SheetRow(number, tuple(cells), links))
    prefix = "participatingAgencies" if kind == "participating" else "pendingAgencies"
    sha256 = hashlib.sha256(repr((day, kind, printed, name)).encode()).hexdigest()
    saved = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Sheet(name or f"{prefix}{day:%m%d%Y}.xlsx", sha256, "Sheet1", tuple(columns), tuple(printed), saved)


@pytest.fixture
def load(world, publisher):
    """Puts a list under review and applies it as it stands, every line accepted."""

    def load(rows, week=0, **options):
        run = runs.open_sheet(sheet(rows, week, **options))
        run.proposed.open().update(decision="accepted")
        if run.doubts_open:
            runs.settle(run, "It is a small world.", by=publisher)
        runs.apply_run(run, by=publisher)
        run.refresh_from_db()
        return run

    return load
