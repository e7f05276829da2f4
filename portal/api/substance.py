"""What of a record is more than what each new list of ICE's renews.

A list prints some 1,800 agreements again. Each of them, and its agency, then names the newest list that printed it: as
records they are others than before, and a mirror has to take them, though nothing happened that anybody would call a
change. What is left of a record without those parts is its substance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]


def substance(kind: str, record: Record) -> Record:
    """The record without what a list renews, and without `updated_at`, which says when and not what."""
    kept = {name: value for name, value in record.items() if name != "updated_at"}
    return LEAVING_OUT.get(kind, dict)(kept)


def of_agreement(record: Record) -> Record:
    del record["last_snapshot"]
    return record | {"sources": without_lists(record["sources"])}


def of_agency(record: Record) -> Record:
    spellings = [spelling | {"last_printed_on": None} for spelling in record["spellings"]]
    return record | {"spellings": spellings, "sources": without_lists(record["sources"])}


def without_lists(sources: list[Record]) -> list[Record]:
    return [source for source in sources if not source["snapshot"]]


LEAVING_OUT: dict[str, Callable[[Record], Record]] = {"agreement": of_agreement, "agency": of_agency}
