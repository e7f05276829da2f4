"""What must hold between two answers of the API, whatever the records are. Each law gives what breaks it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from agreements.days import today
from portal.api.description import description

from .wire import Application, Call

LISTS = ("agreements", "agencies", "jurisdictions", "laws", "policies", "designations", "snapshots", "events")
IDS = {"jurisdictions": "geoid"}
LARGE = 20_000
"""Records of a list that is not read whole."""


class Reader:
    """Reads the API as a partner does."""

    def __init__(self, application: Application):
        self.application = application

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of an answer; AssertionError if it is none."""
        return json.loads(self.text(path, **parameters))

    def text(self, path: str, **parameters: Any) -> str:
        target = f"/api/v1/{path}{'?' if parameters else ''}{urlencode(parameters)}"
        return self.at(target)

    def at(self, target: str) -> str:
        answer = self.application.answer(Call(target, target.encode()))
        assert answer.status == 200, f"{target} answered {answer.status}: {answer.body[:300]!r}"
        return answer.body.decode()

    def status(self, target: str) -> int:
        return self.application.answer(Call(target, target.encode())).status

    def all(self, path: str, **parameters: Any) -> list[dict]:
        lines = self.text(path, **parameters, format="jsonl").splitlines()
        return [json.loads(line) for line in lines]


Law = Callable[[Reader, str, Random], Iterator[str]]


def every_page_together_is_the_count(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """Pages hold each record once, as many as `count` says, and `next` and `previous` lead through them and back."""
    size = random.randint(1, 1_000)
    first = reader.get(f"{kind}/", page_size=size)
    if first["count"] > LARGE:
        size, first = 1_000, reader.get(f"{kind}/", page_size=1_000, state="FL")
    seen, page, number = [], first, 1
    while True:
        seen += [record[IDS.get(kind, "id")] for record in page["results"]]
        if not page["next"]:
            break
        address = urlsplit(page["next"])
        following = json.loads(reader.at(f"{address.path}?{address.query}"))
        back = urlsplit(following["previous"])
        if json.loads(reader.at(f"{back.path}?{back.query}"))["results"] != page["results"]:
            yield f"{kind}: `previous` of page {number + 1} of {size} is not page {number}"
        page, number = following, number + 1
    if len(seen) != first["count"]:
        yield f"{kind}: {len(seen)} records on {number} pages of {size}, count says {first['count']}"
    if len(set(seen)) != len(seen):
        yield f"{kind}: a record stands on two pages of {size}"


def all_forms_have_the_same_records(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """CSV and JSON Lines hold, in the same order, the records that JSON counts."""
    where = {} if kind in {"snapshots", "designations"} else {"state": random.choice(["FL", "TX", "CA", "VA"])}
    name = IDS.get(kind, "id")
    page = reader.get(f"{kind}/", **where, page_size=1_000)
    lines = reader.all(f"{kind}/", **where)
    rows = list(csv.DictReader(io.StringIO(reader.text(f"{kind}/", **where, format="csv"))))
    if not page["count"] == len(lines) == len(rows):
        yield f"{kind} {where}: {page['count']} in JSON, {len(lines)} in JSON Lines, {len(rows)} in CSV"
    for listed, line, row in zip(page["results"], lines, rows, strict=False):
        if listed != line:
            yield f"{kind} {where}: {listed[name]} in JSON is not the same in JSON Lines"
        if row[name] != listed[name]:
            yield f"{kind} {where}: {listed[name]} in JSON where CSV has {row[name]}"
        if list(row) != list(listed):
            yield f"{kind}: CSV has other columns than a record has fields"


def fields_keep_what_was_there(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """`fields=` takes parts of a record away and changes nothing else."""
    whole = reader.get(f"{kind}/", page_size=20)["results"]
    if not whole:
        return
    names = random.sample(list(whole[0]), random.randint(1, len(whole[0])))
    part = reader.get(f"{kind}/", page_size=20, fields=",".join(names))["results"]
    if part != [{name: value for name, value in record.items() if name in names} for record in whole]:
        yield f"{kind}: fields={','.join(names)} gives other records"


def a_record_is_what_its_list_says(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """Each id answers, with the same record as in the list; its page answers too."""
    for listed in random.sample(found := reader.get(f"{kind}/", page_size=200)["results"], min(3, len(found))):
        alone = reader.get(f"{kind}/{listed[IDS.get(kind, 'id')]}/")
        alone.pop("meta")
        if alone != listed:
            differing = [name for name in {*alone, *listed} if alone.get(name) != listed.get(name)]
            yield f"{kind}/{listed[IDS.get(kind, 'id')]}/ and the list differ in {differing}"
        for target in links(listed):
            if (status := reader.status(target)) not in {200, 301}:
                yield f"{kind}: {target} answered {status}"


def links(record: Any) -> Iterator[str]:
    """The addresses of ours in a record: those of its own page and of records in it."""
    if isinstance(record, dict):
        for name, value in record.items():
            if name in {"url", "answer_url", "rows_url", "page"} and isinstance(value, str):
                address = urlsplit(value)
                if address.hostname in {"localhost", None}:
                    yield address.path + (f"?{address.query}" if address.query else "")
            else:
                yield from links(value)
    elif isinstance(record, list):
        for value in record[:3]:
            yield from links(value)


def today_is_the_day_unless_given(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """`as_of` today is the same as none, where a list speaks of each day."""
    if kind not in {"agreements", "agencies"}:
        return
    plain = reader.get(f"{kind}/", page_size=100)
    dated = reader.get(f"{kind}/", page_size=100, as_of=today().isoformat())
    if (plain["count"], plain["results"]) != (dated["count"], dated["results"]):
        yield f"{kind}: as_of={today()} is not what stands without it"


def later_days_know_no_less(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """What was known on a day is known on every later one."""
    if kind not in {"agreements", "agencies"}:
        return
    days = sorted(date.fromordinal(random.randint(date(2020, 12, 1).toordinal(), today().toordinal())) for _ in "abcd")
    known = [{record["id"] for record in reader.all(f"{kind}/", as_of=day, fields="id")} for day in days]
    for (day, before), (later, after) in pairwise(zip(days, known, strict=True)):
        if not before <= after:
            yield f"{kind}: known on {day} and not on {later}: {sorted(before - after)[:5]}"


def a_filter_only_takes_away(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """With one more filter a list holds no record that it did not hold before."""
    name = IDS.get(kind, "id")
    if kind == "jurisdictions":
        base: dict[str, str] = {"state": random.choice(["FL", "VA", "TX"])}
        more = [{"kind": "county"}, {"q": "san"}, {"q": "%"}]
    else:
        base = {}
        more = {
            "agreements": [
                {"model": "TFM"},
                {"status": "listed"},
                {"state": "FL"},
                {"q": "county"},
                {"kind": "sheriff"},
            ],
            "agencies": [{"model": "JEM"}, {"reach": "county"}, {"state": "tx"}, {"q": "police"}],
            "laws": [{"state": "IL"}, {"legal_status": "enacted"}, {"q": "detainer"}],
            "policies": [{"state": "CA"}, {"stance": "limits"}, {"q": "resolution"}],
            "designations": [{"state": "CA"}, {"q": "city"}],
            "snapshots": [{"kind": "participating"}, {"published_from": "2025-01-01"}],
            "events": [{"state": "FL"}, {"from": "2025-06-01"}],
        }[kind]
    every = {record[name] for record in reader.all(f"{kind}/", **base, fields=name)}
    left = None
    for given in more:
        target = f"/api/v1/{kind}/?{urlencode({**base, **given, 'format': 'jsonl', 'fields': name})}"
        answer = reader.application.answer(Call("filtered", target.encode()))
        if answer.status == 400:
            continue  # a list need not know each of these
        kept = {json.loads(line)[name] for line in answer.body.splitlines()}
        if not kept <= every:
            yield f"{target} holds {sorted(kept - every)[:5]}, which the list without it does not"
        left = kept if left is None else left & kept
    together = {key: value for given in more for key, value in given.items()}
    if len(together) == len(more):
        target = f"/api/v1/{kind}/?{urlencode({**base, **together, 'format': 'jsonl', 'fields': name})}"
        answer = reader.application.answer(Call("filtered", target.encode()))
        if answer.status == 200 and not {json.loads(line)[name] for line in answer.body.splitlines()} <= (
            left or set()
        ):
            yield f"{target} holds what its filters one by one do not"


def an_order_orders(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """`ordering=` sorts, its reverse sorts the other way, and no record is lost over it."""
    name = IDS.get(kind, "id")
    for by in orderings(kind):
        where = {"state": "FL"} if kind == "jurisdictions" else {}
        target = f"{kind}/"
        up = reader.all(target, **where, ordering=by)
        down = reader.all(target, **where, ordering=f"-{by}")
        if {record[name] for record in up} != {record[name] for record in down}:
            yield f"{kind}: ordering={by} and its reverse hold other records"
        for direction, records in (("", up), ("-", down)):
            values = [value for record in records if isinstance(value := record.get(by), (int, str))]
            numbers = all(isinstance(value, int) for value in values) or by in {"signed_on", "published_on", "geoid"}
            if numbers and values != sorted(values, reverse=bool(direction)):
                yield f"{kind}: ordering={direction}{by} does not order"


def orderings(kind: str) -> Iterator[str]:
    """What a list can be sorted by, from the description."""
    for parameter in description()["paths"][f"/api/v1/{kind}/"]["get"]["parameters"]:
        if parameter["name"] == "ordering":
            schema = parameter["schema"]
            words = schema.get("enum") or schema.get("items", {}).get("enum", ())
            yield from (word for word in words if not word.startswith("-"))


def statistics_add_up(reader: Reader, kind: str, random: Random) -> Iterator[str]:
    """The total of the statistics is the count of the list with the same filters."""
    if kind != "agreements":
        return
    for given in ({}, {"state": random.choice(["FL", "TX", "VA"])}, {"as_of": "2025-06-30", "model": "TFM"}):
        stats = reader.get("stats/agreements/", **given)
        count = reader.get("agreements/", **given, page_size=1)["count"]
        total = stats.get("count", stats.get("total"))
        if total is not None and total != count:
            yield f"stats/agreements/ {given} says {total}, the list {count}"


LAWS: tuple[Law, ...] = (
    every_page_together_is_the_count,
    all_forms_have_the_same_records,
    fields_keep_what_was_there,
    a_record_is_what_its_list_says,
    today_is_the_day_unless_given,
    later_days_know_no_less,
    a_filter_only_takes_away,
    an_order_orders,
    statistics_add_up,
)


def broken(reader: Reader, law: Law, kind: str, random: Random) -> list[str]:
    """What breaks a law in a list; an answer that is none is told too."""
    try:
        return list(law(reader, kind, random))
    except AssertionError as refusal:
        return [f"{law.__name__}: {refusal}"]
