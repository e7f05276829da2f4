"""How well and how fast the look-up finds what people type. Run by hand:

    python -m tests.bench.bench_find [--seed N] [--misses]

A thousand questions are made from the facts by a seeded script: ZIP codes, beginnings of names, names in the forms in
which people write them, and four in ten with one typo. Places and counties are drawn by their population, agencies and
other names evenly. It prints how many find the right record, the time of each, and what the index costs to build.

It reads the database of bundled facts that the tests use, and makes it if there is none.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = {"ZIP": 150, "beginning": 150, "name": 300, "typo": 400}
TOP = 10
FORMS = {"{name}": 7, "{name}, {usps}": 5, "{name} {usps}": 4, "{name}, {state}": 2, "{name} {state}": 2}
SHORT_FORMS = {
    "Saint ": "St ", "St. ": "Saint ", "Fort ": "Ft ", "Mount ": "Mt ", "County": "Co", "Township": "Twp",
    "township": "twp", "Police Department": "PD", "Sheriff's Office": "SO", "Department": "Dept", "North ": "N ",
    "West ": "W ", "Heights": "Hts", "Springs": "Spgs", "ñ": "n", "-": " ",
}  # fmt: skip
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {
    key: row[max(place - 1, 0) : place] + row[place + 1 : place + 2] for row in KEYS for place, key in enumerate(row)
}


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    typed: str
    right: frozenset
    """What may be found: ("area", GEOID) or ("agency", pk)."""
    name: str = ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--misses", action="store_true", help="print the questions whose record was not found")
    options = parser.parse_args()
    os.environ.setdefault("SECRET_KEY", "only for this bench")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from tests import facts

    with facts.as_default(facts.read_only()):
        build()
        measure(random.Random(options.seed), options.misses)


def build() -> None:
    """Print what building the index costs, as a fresh worker does it."""
    from django.db import connection

    from portal.lookup import names_held

    connection.ensure_connection()
    before = memory()
    start = time.perf_counter()
    names = names_held()
    exact = time.perf_counter()
    names.areas.ready()
    names.agencies.ready()
    near = time.perf_counter()
    gc.collect()
    print(
        f"built in {exact - start:.2f} s, trigrams in {near - exact:.2f} s more;"
        f" the process holds {memory() - before:.0f} MB more"
    )


def memory() -> float:
    """Of this process alone, in MB: SQLite's file, which all workers map, does not count."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1000


def measure(chance: random.Random, tell_misses: bool) -> None:
    from portal.find import find, suggest

    questions = Questions(chance).made()
    results: dict[str, list[bool]] = defaultdict(list)
    answered: list[bool] = []
    clocks = {"on the clock": time.perf_counter, "of the processor": time.thread_time}
    times: dict[str, list[float]] = defaultdict(list)
    for question in questions:
        before = [clock() for clock in clocks.values()]
        found = find(question.typed)
        middle = [clock() for clock in clocks.values()]
        hits = suggest(question.typed)
        after = [clock() for clock in clocks.values()]
        for name, *(start, sent, proposed) in zip(clocks, before, middle, after, strict=True):
            times[f"find, {name}"].append(sent - start)
            times[f"suggest, {name}"].append(proposed - sent)
        is_right = right(question, hits)
        results[question.kind].append(is_right)
        if question.kind == "typo":
            answered.append(right(question, (found.hits or found.suggestions)[:TOP]))
        if tell_misses and not is_right:
            print(f"{question.kind:9} {question.typed!r} for {question.name}: {[hit.label for hit in hits][:4]}")
    print(f"{len(questions):,} questions, right record among the first {TOP}:")
    for kind, hits in results.items():
        print(f"  {kind:9} {sum(hits) / len(hits):7.1%} of {len(hits)}")
    print(f"  typo, question sent off: {sum(answered) / len(answered):.1%}")
    for what, taken in times.items():
        taken.sort()
        p50, p95, most = taken[len(taken) // 2], taken[int(len(taken) * 0.95)], taken[-1]
        print(f"  {what:26} p50 {p50 * 1000:.2f} ms, p95 {p95 * 1000:.2f} ms, slowest {most * 1000:.1f} ms")


def right(question: Question, hits) -> bool:
    ids = [("area", hit.area.pk) if hit.area else ("agency", hit.agency.pk) for hit in hits]
    if question.kind == "ZIP":
        return set(ids) == question.right
    if question.kind == "beginning" and not question.right.intersection(ids):
        # Of a hundred Washingtons ten larger ones will do.
        return len(ids) == TOP and all(begins(hit, question) for hit in hits)
    return bool(question.right.intersection(ids))


def begins(hit, question: Question) -> bool:
    """Whether any of its names begins so."""
    from portal.lookup.words import squeezed

    names = [hit.other_name.name] if hit.other_name else []
    if hit.area:
        names += [
            hit.area.name,
            hit.area.short_name,
            hit.area.usps,
            *hit.area.other_names.values_list("name", flat=True),
        ]
        names += hit.area.also.values_list("short_name", flat=True)
    else:
        names += [hit.agency.name, *hit.agency.aliases.values_list("name", flat=True)]
    return any(squeezed(name).startswith(squeezed(question.typed)) for name in names)


class Questions:
    """Makes the questions from what the database holds."""

    def __init__(self, chance: random.Random):
        from jurisdictions.models import Agency, AreaName, Jurisdiction, ZipArea

        self.chance = chance
        areas = Jurisdiction.objects.filter(kind__in=["county", "place", "county_subdivision"])
        self.areas = list(areas.select_related("state").order_by("pk"))
        self.weights = [area.population or 300 for area in self.areas]
        self.agencies = list(Agency.objects.select_related("state").order_by("pk"))
        self.others = list(
            AreaName.objects.exclude(kind="former_geoid").select_related("leads_to", "state").order_by("pk")
        )
        self.leading: dict[tuple, set] = defaultdict(set)
        for other in self.others:
            self.leading[other.name, other.state_id].add(("area", self.page(other.leads_to)))
        self.zips: dict[str, set] = defaultdict(set)
        for part in ZipArea.objects.exclude(county=None):
            self.zips[part.zip].add(("area", part.county_id))

    @staticmethod
    def page(area) -> str:
        return area.same_as_id or ("11001" if area.pk == "11" else area.pk)

    def made(self) -> list[Question]:
        questions = []
        for code in self.chance.sample(sorted(self.zips), QUESTIONS["ZIP"]):
            questions.append(Question("ZIP", code, frozenset(self.zips[code]), code))
        for kind in ("beginning", "name", "typo"):
            while sum(question.kind == kind for question in questions) < QUESTIONS[kind]:
                name, state, ids = self.record()
                typed = getattr(self, kind)(name, state)
                if typed:
                    questions.append(Question(kind, typed, frozenset(ids), f"{name}, {state.usps}"))
        self.chance.shuffle(questions)
        return questions

    def record(self):
        """The name of something, its state, and what it leads to."""
        draw = self.chance.random()
        if draw < 0.1:
            agency = self.chance.choice(self.agencies)
            return agency.name, agency.state, {("agency", agency.pk)}
        if draw < 0.2:
            other = self.chance.choice(self.others)
            return other.name, other.state, self.leading[other.name, other.state_id]
        (area,) = self.chance.choices(self.areas, self.weights)
        is_bare = area.kind == "place" or self.chance.random() < 0.4
        return area.short_name if is_bare else area.name, area.state, {("area", self.page(area))}

    def beginning(self, name: str, state) -> str:
        size = self.chance.randint(4, max(4, len(name) - 1))
        return self.cased(name[:size].strip()) if len(name) > size else ""

    def name(self, name: str, state) -> str:
        return self.cased(self.written(self.shortened(name), state))

    def typo(self, name: str, state) -> str:
        letters = [place for place, letter in enumerate(name) if letter.isalpha()]
        place = self.chance.choice(letters)
        mistake = self.chance.choice(["swap", "drop", "double", "neighbour"])
        letter, after = name[place], name[place + 1 : place + 2]
        neighbours = NEIGHBOURS.get(letter.lower(), "")
        if mistake == "swap" and after.isalpha() and after.lower() != letter.lower():
            wrong = name[:place] + after + letter + name[place + 2 :]
        elif mistake == "drop":
            wrong = name[:place] + name[place + 1 :]
        elif mistake == "neighbour" and neighbours:
            wrong = name[:place] + self.chance.choice(neighbours) + name[place + 1 :]
        else:
            wrong = name[:place] + letter * 2 + name[place + 1 :]
        return self.cased(self.written(wrong, state)) if wrong != name else ""

    def shortened(self, name: str) -> str:
        for long, short in SHORT_FORMS.items():
            if long in name and self.chance.random() < 0.4:
                return name.replace(long, short)
        return name

    def written(self, name: str, state) -> str:
        (form,) = self.chance.choices([*FORMS], FORMS.values())
        return form.format(name=name, usps=state.usps, state=state.name)

    def cased(self, text: str) -> str:
        return text.lower() if self.chance.random() < 0.6 else text


if __name__ == "__main__":
    main()
