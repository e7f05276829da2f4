"""What became of the names that ICE's lists dropped, month by month: how many were only another spelling. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from .matching import EXACT, NEW, VERDICT

PrintedKey = tuple[str, str, str]
"""State, folded name and program model: an agreement as a list prints it."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Whose a printed agreement is, and by which rule its name was recognised when it was first seen."""

    agency: int
    rule: str


@dataclass(slots=True)
class Month:
    """Counts of printed agreements over the steps from list to list that end in a month.

    Of those `vanished` since the list before, `by_rule` and `by_verdict` are on the list under another name; `switched`
    are gone while another model of the agency came; `gone` is the rest, whether for a day or for good.
    """

    month: str
    lists: int = 0
    appeared: int = 0
    vanished: int = 0
    by_rule: int = 0
    by_verdict: int = 0
    switched: int = 0
    gone: int = 0

    def __add__(self, other: Month) -> Month:
        counts = [field.name for field in fields(self) if field.name != "month"]
        return Month("all", **{name: getattr(self, name) + getattr(other, name) for name in counts})


def series_report(lists: Iterable[tuple[date, Mapping[PrintedKey, Printed]]]) -> list[Month]:
    """One Month for each month with a list after the first; `lists` are those of one kind, in order."""
    months: dict[str, Month] = {}
    before: Mapping[PrintedKey, Printed] | None = None
    rules: dict[tuple[int, str, str], str] = {}
    for published_on, now in lists:
        for (state, name, _model), printed in now.items():
            rules.setdefault((printed.agency, state, name), printed.rule)
        if before is not None:
            month = months.setdefault(f"{published_on:%Y-%m}", Month(f"{published_on:%Y-%m}"))
            _count_step(month, before, now, rules)
        before = now
    return list(months.values())


def _count_step(
    month: Month,
    before: Mapping[PrintedKey, Printed],
    now: Mapping[PrintedKey, Printed],
    rules: Mapping[tuple[int, str, str], str],
) -> None:
    appeared = {key: printed for key, printed in now.items() if key not in before}
    vanished = {key: printed for key, printed in before.items() if key not in now}
    month.lists += 1
    month.appeared += len(appeared)
    month.vanished += len(vanished)
    came = {(printed.agency, key[2]): key for key, printed in appeared.items()}
    stands = {(printed.agency, key[2]): key for key, printed in now.items()}
    for key, printed in vanished.items():
        pair = (printed.agency, key[2])
        if other := came.get(pair) or stands.get(pair):
            # The name that came tells by which rule; where it was known before, the name that went does.
            told = {rules[printed.agency, *name[:2]] for name in (key, other)}
            if VERDICT in told and not told - {VERDICT, NEW, EXACT}:
                month.by_verdict += 1
            else:
                month.by_rule += 1
        elif any(agency == printed.agency for agency, _model in came):
            month.switched += 1
        else:
            month.gone += 1


def as_table(months: Iterable[Month]) -> str:
    """The months and their sum as a Markdown table."""
    months = list(months)
    names = [field.name for field in fields(Month)]
    lines = [
        "| " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "| --- |" + " ---: |" * (len(names) - 1),
    ]
    rows = [*months, sum(months, Month(""))] if months else []
    lines += ["| " + " | ".join(str(getattr(month, name)) for name in names) + " |" for month in rows]
    return "\n".join(lines)
