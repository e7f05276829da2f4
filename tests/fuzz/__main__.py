"""Fuzz the portal on both databases: python -m tests.fuzz [sqlite] [postgresql] [--cases N] [--seed N] [--only WORD]

The seed is printed; the same seed on the same code and facts makes the same calls. Ends with 1 if anything was found.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.__main__ import DATABASES, ROOT, embedded_server, own_database

CASES = 2_000
FUZZED = "FUZZED_DATABASE"
"""Set in the process that fuzzes one database."""
ENOUGH_ROUNDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the portal with all facts.")
    parser.add_argument("databases", nargs="*", choices=[*DATABASES, []], help="both unless given")
    parser.add_argument("--cases", type=int, default=CASES, help=f"calls from the description ({CASES:,})")
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run")
    parser.add_argument("--only", default="", help="operations with this word, and nothing else")
    options = parser.parse_args()
    options.seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    if FUZZED in os.environ:
        return fuzz(options)
    results = [database_fuzzed(name, options) for name in options.databases or DATABASES]
    return max(results)


def database_fuzzed(name: str, options: argparse.Namespace) -> int:
    """The exit code of a process that fuzzes this database; Django's settings hold one database for a process."""
    print(f"\n== {DATABASES[name]}, seed {options.seed} ==", flush=True)
    given = os.environ.get("DATABASE_URL", "")
    if name == "sqlite":
        url = "sqlite:///:memory:"
    else:
        url = own_database(given if given.startswith("postgres") else embedded_server())
    arguments = [f"--cases={options.cases}", f"--seed={options.seed}", f"--only={options.only}"]
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, FUZZED: name, "DJANGO_SETTINGS_MODULE": "portal.settings"},
    ).returncode


def fuzz(options: argparse.Namespace) -> int:
    import tests.environment  # noqa: F401 - before Django reads its settings

    os.environ["ACCESS_LOG"] = "false"
    import django

    django.setup()
    logging.disable(logging.CRITICAL)

    from django.core.management import call_command
    from django.test import override_settings

    from portal.api import throttling
    from tests import facts

    # The limit of calls a minute has tests of its own; here it would answer for the rest.
    for throttle in vars(throttling).values():
        if isinstance(throttle, type) and hasattr(throttle, "allow_request"):
            throttle.allow_request = lambda *args: True
    with (
        tempfile.TemporaryDirectory() as folder,
        facts.own_copy() as database,
        facts.as_default(database),
        override_settings(DATA_DIR=Path(folder)),
    ):
        call_command("build_bulk", stdout=io.StringIO())
        return told(options, facts.address(database))


def told(options: argparse.Namespace, database_url: str) -> int:
    """Run all parts and print what each found; 1 if anything."""
    from . import described, hostile, known, laws, pages, server
    from .wire import Application

    application = Application()
    values = known.values()
    values["after"] = [known.cursor(application)]
    found = 0

    findings, start = described.Findings(), time.monotonic()
    of_description(findings, values, options)
    found += printed("calls from the API's description", findings, start, detail=True)
    if options.only:
        return bool(found)

    findings, start = described.Findings(), time.monotonic()
    calls = [*corpus(application, values)]
    for call in calls:
        answer = application.answer(call)
        label = f"{call.method[:10]} {call.path[:60]}"
        findings.count(label, answer.status)
        for fault in hostile.faults(call, answer):
            findings.blame(label, fault, f"{call.name}: {call.target[:300]!r} {call.body[:100]!r}\n{answer.error}")
    found += printed("hostile calls", findings, start)

    findings, start = described.Findings(), time.monotonic()
    pages.run(findings, application, most=options.cases // 2, seed=options.seed)
    found += printed("queries and forms to pages", findings, start)

    start, broken = time.monotonic(), []
    dice = random.Random(options.seed)
    reader = laws.Reader(application)
    for law in laws.LAWS:
        for kind in laws.LISTS:
            broken += laws.broken(reader, law, kind, dice)
    print(f"\n{len(laws.LAWS)} laws of {len(laws.LISTS)} lists: {len(broken)} broken, {time.monotonic() - start:.0f} s")
    print(*(f"  {each}" for each in broken), sep="\n", end="\n" if broken else "")

    findings, start = described.Findings(), time.monotonic()
    few = random.Random(options.seed).sample(calls, min(len(calls), options.cases // 2))
    bodies = [call for call in calls if call.method == "POST" and call.body]
    server.run(findings, database_url, [*few, *bodies])
    found += printed("hostile calls to the production server (0: it hung up)", findings, start)
    return bool(found + len(broken))


def of_description(findings, values: dict, options: argparse.Namespace) -> None:
    """First the limits of every parameter, then as many calls by chance as are missing, the same for each operation."""
    from schemathesis import GenerationMode

    from . import described

    every = described.operations(lambda label: options.only in label)
    for operation in every:
        for case in described.limits(operation, values):
            described.send(findings, case)
    at_limits = findings.cases
    for round_number in range(ENOUGH_ROUNDS):  # an address without parameters has few calls, the others make up for it
        missing = options.cases - (findings.cases - at_limits)
        if missing <= 0:
            return
        most = -(-missing // (2 * len(every)))
        for operation in every:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                seed = options.seed + round_number
                described.run(findings, operation, mode, values, most=most, seed=seed)


def corpus(application, values: dict) -> Iterator:
    """The hostile calls to one address of each kind."""
    from . import hostile, known
    from .wire import Call

    paths = [
        *("status/", "lookup/", "stats/agreements/", "changes/", "bulk/"),
        *("jurisdictions/", "agencies/", "agreements/", "laws/", "policies/", "designations/", "snapshots/", "events/"),
        *(f"{family}/{known.path_of(family, values)}/" for family in ("agreements", "agencies", "laws", "snapshots")),
        *("jurisdictions/12011/", "jurisdictions/12011/answer/", "jurisdictions/48/answer/"),
        f"snapshots/{known.path_of('snapshots', values)}/rows/",
        *("bulk/agreements.csv", "bulk/counties.geojson"),
    ]
    parameters = {}
    for path in paths:
        refusal = application.answer(Call("its parameters", f"/api/v1/{path}?nonsense=1".encode()))
        parameters[path.encode()] = json.loads(refusal.body).get("known_parameters", [])
    return hostile.calls(parameters)


def printed(title: str, findings, start: float, *, detail: bool = False) -> int:
    """Say what was called and what is wrong; the number of faults."""
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(findings.statuses.items()))
    seconds = time.monotonic() - start
    print(f"\n{findings.cases:,} {title}, {seconds:.0f} s: {len(findings.faults)} faults. {statuses}", flush=True)
    if detail:
        for operation, counts in findings.by_operation.items():
            answers = ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
            print(f"  {operation:<46} {sum(counts.values()):>5}  {answers}")
    for (operation, fault), call in sorted(findings.faults.items()):
        print(f"  {operation}: {fault}\n    {call[:3_000]}")
    sys.stdout.flush()
    return len(findings.faults)


if __name__ == "__main__":
    sys.exit(main())
