"""The names of today's facts, built once in each worker and again when the facts change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import DatabaseError, connection

from jurisdictions.models import BundledRecord, DataVersion, Jurisdiction

from .agencies import AgencyNames
from .areas import AreaNames

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Names:
    areas: AreaNames
    agencies: AgencyNames
    states: Mapping[str, Jurisdiction]
    """By FIPS code. Nobody changes them: other readers hold the same."""


@dataclass(frozen=True, slots=True)
class Held:
    """The names of one version of the facts. Areas change with the reference geography only."""

    database: str
    version: tuple
    geography: str | None
    names: Names


_held: Held | None = None
_building = threading.Lock()


def names_held() -> Names:
    """The names as of the facts' version: one query while nothing changed.

    Agencies take some 20 ms to build and areas a quarter of a second, once for each edition of the geography. A
    database that tells no version is read each time.
    """
    global _held
    version = version_of_the_facts()
    if version is None:
        return Names(AreaNames.from_database(), AgencyNames.from_database(), states_by_code())
    database = str(connection.settings_dict["NAME"])
    held = _held
    if held and (held.database, held.version) == (database, version):
        return held.names
    with _building:
        held = _held
        if held and (held.database, held.version) == (database, version):
            return held.names
        geography = BundledRecord.objects.filter(table="geography").values_list("digest", flat=True).first()
        is_same_geography = held and geography and (held.database, held.geography) == (database, geography)
        areas = held.names.areas if is_same_geography else AreaNames.from_database()
        names = Names(areas, AgencyNames.from_database(), states_by_code())
        _held = Held(database, version, geography, names)
        return _held.names


def version_of_the_facts() -> tuple | None:
    """The number of the version and when it began; None before the first load.

    In SQL: every search asks, and a queryset takes ten times as long to become this statement as the database takes
    to run it.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, changed_at FROM {DataVersion._meta.db_table} WHERE id = %s", [DataVersion.ONLY])
        return cursor.fetchone()


def states_by_code() -> dict[str, Jurisdiction]:
    return Jurisdiction.objects.states().in_bulk()


def warm() -> threading.Thread:
    """Read the names in the background, so that the first reader of a new worker need not wait for them."""
    thread = threading.Thread(target=_read_and_hang_up, name="lookup", daemon=True)
    thread.start()
    return thread


def _read_and_hang_up() -> None:
    try:
        names = names_held()
        names.areas.ready()
        names.agencies.ready()
    except DatabaseError as error:  # no tables yet, or no server: the first reader tries again
        logger.warning("The names for looking up could not be read yet: %s", type(error).__name__)
    finally:
        connection.close()
