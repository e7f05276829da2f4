"""Calls that schemathesis makes from the API's description: such as it allows, and such as it forbids."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from rest_framework.utils.encoders import JSONEncoder
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.api.description import description

from .wire import Application

CONFORMANCE: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CHECKS = [*CONFORMANCE, negative_data_rejection]
MOST_PARAMETERS = 3
"""Of a call whose values exist: with more, hardly a record has all that is asked for."""

Known = dict[str, list[str]]
"""Values that exist, by "laws key" for a part of an address, by "state" for a parameter."""


@dataclass
class Findings:
    """What was called, what it answered, and what is wrong: each fault once, with a call that shows it."""

    cases: int = 0
    statuses: Counter = field(default_factory=Counter)
    by_operation: dict[str, Counter] = field(default_factory=dict)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)

    def count(self, operation: str, status: int) -> None:
        self.cases += 1
        self.statuses[status] += 1
        self.by_operation.setdefault(operation, Counter())[status] += 1

    def blame(self, operation: str, fault: str, call: str) -> None:
        self.faults.setdefault((operation, fault), call)


@cache
def schema() -> Any:
    """The description as schemathesis understands it, with the portal in this process to answer."""
    text = json.dumps(description(), cls=JSONEncoder)
    loaded = schemathesis.openapi.from_dict(json.loads(text), config=SchemathesisConfig())
    loaded.app = Application()
    return loaded


def operations(keep: Callable[[str], bool] = lambda label: True) -> list[APIOperation]:
    every = [result.ok() for result in schema().get_all_operations()]
    return [operation for operation in every if keep(operation.label)]


def cases(operation: APIOperation, mode: GenerationMode, known: Known) -> st.SearchStrategy[Case]:
    """Calls of an operation. Most of those that the description allows ask for what exists."""
    made = operation.as_strategy(generation_mode=mode)
    if mode is GenerationMode.NEGATIVE:
        return made

    kind = family(operation)
    possible = words(operation) | {name.removeprefix(f"{kind} "): values for name, values in known.items() if values}
    names = [parameter.name for parameter in operation.query if parameter.name in possible]

    @st.composite
    def plausible(draw: st.DrawFn) -> Case:
        case = draw(made)
        for name in case.path_parameters:
            if (values := known.get(f"{kind} {name}")) and draw(st.integers(0, 4)):
                case.path_parameters = {**case.path_parameters, name: draw(st.sampled_from(values))}
        if names and draw(st.integers(0, 3)):
            few = draw(st.lists(st.sampled_from(names), max_size=MOST_PARAMETERS, unique=True))
            case.query = {name: draw(st.sampled_from(possible[name])) for name in few}
        return case

    return plausible()


def words(operation: APIOperation) -> Known:
    """What the description names as values of the parameters that take one of a few words."""
    methods = description()["paths"].get(operation.path, {})
    found = {}
    for parameter in methods.get(operation.method.lower(), {}).get("parameters", ()):
        schema = parameter["schema"]
        if one_of := schema.get("enum") or schema.get("items", {}).get("enum"):
            found[parameter["name"]] = [*map(str, one_of)]
    return found


def run(
    findings: Findings,
    operation: APIOperation,
    mode: GenerationMode,
    known: Known,
    *,
    most: int,
    seed: int | None = None,
    checks: list[CheckFunction] = CHECKS,
) -> None:
    """Make up to `most` calls of an operation. Without a seed they are the same each time."""

    def call(case: Case) -> None:
        send(findings, case, checks)

    settings = hypothesis.settings(
        max_examples=most,
        phases=[Phase.generate],
        derandomize=seed is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    test = settings(hypothesis.given(case=cases(operation, mode, known))(call))
    with quiet(), suppress(Unsatisfiable):  # nothing is forbidden where there are no parameters
        (test if seed is None else hypothesis.seed(seed)(test))()


def limits(operation: APIOperation, known: Known) -> Iterator[Case]:
    """The calls at the limits of each parameter: the smallest, the longest, one too many, a method too many.

    Where the limit is not that of the id in the address, the id is one that exists.
    """
    with quiet():
        usual = None
        for case in schema().iter_coverage_cases(
            operation,
            generation_modes=list(GenerationMode),
            generation_config=schema().config.generation_for(operation=operation, phase="coverage"),
        ):
            usual = usual or dict(case.path_parameters)
            if case.path_parameters == usual:
                case.path_parameters = {
                    name: known.get(f"{family(operation)} {name}", [value])[0] for name, value in usual.items()
                }
            yield case


def family(operation: APIOperation) -> str:
    """What kind of record an address is of: "laws" for laws/{key}/."""
    return operation.path.removeprefix("/api/v1/").partition("/")[0]


def send(findings: Findings, case: Case, checks: list[CheckFunction] = CHECKS) -> None:
    operation = case.operation.label
    app = schema().app
    response = case.call(headers={"Accept-Encoding": "identity"})
    findings.count(operation, response.status_code)
    if app.error:
        findings.blame(operation, app.error.strip().splitlines()[-1], f"{curl(case)}\n{app.error}")
    try:
        case.validate_response(response, checks=[*such_as_apply(checks, case)])
    except FailureGroup as group:
        for failure in group.exceptions:
            findings.blame(operation, in_short(failure), f"{curl(case)}\n{failure.message}"[:2_000])


def such_as_apply(checks: list[CheckFunction], case: Case) -> Iterator[CheckFunction]:
    """Two things the description says in words: an empty parameter is none, and `fields=` leaves out the others."""
    query = case.query or {}
    for check in checks:
        if check is negative_data_rejection and any(map(says_nothing, query.values())):
            continue
        if check is response_schema_conformance and query.get("fields"):
            continue
        yield check


def says_nothing(value: object) -> bool:
    """Empty, or with an empty part among its commas."""
    parts = value if isinstance(value, list) else str(value).split(",")
    return "" in map(str, parts)


def in_short(failure: Failure) -> str:
    path = "/".join(map(str, getattr(failure, "schema_path", ())))
    return f"{failure.title}: {path or failure.message.splitlines()[0] if failure.message else failure.title}"


def curl(case: Case) -> str:
    return case.as_curl_command(base_url="http://localhost:8000")[:1_000]


class quiet(warnings.catch_warnings):
    """What schemathesis and hypothesis have to say about the description's patterns is no matter of the portal."""

    def __init__(self):
        super().__init__(action="ignore")
