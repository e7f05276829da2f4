"""The public contract of the API in short: what must not be lost or changed without a word.

contract.json beside this file holds it as it was last told in docs/api-changes.md. After a change of the API:

    .venv/bin/python -m tests.portal.api.contract

writes it anew, and refuses to where something was lost or changed and the change log has no new entry.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import django

PATH = Path(__file__).with_name("contract.json")
ENTRY = re.compile(r"^### ([0-9]+\.[0-9]+\.[0-9]+)$", re.M)


def contract(document: dict) -> dict[str, dict]:
    """Operations with their parameters and statuses, and records with their fields."""
    operations = {}
    for path, methods in sorted(document["paths"].items()):
        for method, told in sorted(methods.items()):
            operations[f"{method.upper()} {path}"] = {
                "name": told["operationId"],
                **{f"parameter {each['name']}": in_short(each["schema"]) for each in told["parameters"]},
                **{f"status {status}": ", ".join(media_types(answer)) for status, answer in told["responses"].items()},
            }
    records = {
        name: {field: in_short(told) for field, told in schema["properties"].items()}
        if "properties" in schema
        else {"": in_short(schema)}
        for name, schema in sorted(document["components"]["schemas"].items())
        if not name.startswith(("PartOf", "Paginated"))
    }
    return {"operations": operations, "records": records}


def media_types(answer: dict) -> list[str]:
    return sorted(answer.get("content", {}) or ([answer["$ref"].rpartition("/")[2]] if "$ref" in answer else []))


def in_short(schema: dict) -> str:
    """A type without the words that explain it."""
    return json.dumps(without_words(schema), sort_keys=True, separators=(",", ":")).replace("#/components/schemas/", "")


def without_words(schema: object) -> object:
    if isinstance(schema, dict):
        return {name: without_words(each) for name, each in schema.items() if name not in {"description", "title"}}
    return [without_words(each) for each in schema] if isinstance(schema, list) else schema


def lost(before: dict, after: dict) -> Iterator[str]:
    """What clients relied on, and what is no more or is no more the same."""
    for part in ("operations", "records"):
        for name, told in before[part].items():
            if name not in after[part]:
                yield f"{name} is gone"
                continue
            for each, kind in told.items():
                now = after[part][name].get(each)
                if now != kind:
                    yield f"{name}: {each} was {kind}, {'is gone' if now is None else f'is {now}'}"


def newest_entry(change_log: str) -> str:
    return ENTRY.findall(change_log)[0]


def held() -> dict:
    return json.loads(PATH.read_text(encoding="utf-8"))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import_module("tests.environment")  # before Django's settings
    django.setup()
    from portal.api import prose
    from portal.api.description import description

    now = contract(description())
    entry = newest_entry(prose.text("changes"))
    if PATH.exists() and held()["entry"] == entry and (broken := [*lost(held(), now)]):
        print(*broken, "The change log has no new entry for this.", sep="\n", file=sys.stderr)
        if "--unpublished" not in sys.argv:
            return 1
    PATH.write_text(json.dumps({"entry": entry, **now}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
