"""Read the lists that we hold anew with today's decisions on names, places and wrong prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agreements.imports.apply import fold_anew
from agreements.imports.matching import Contradiction
from agreements.imports.pipeline import collector_paused
from agreements.models import Agreement
from jurisdictions.models import Agency, AgencyFormerId, Coverage

Told = dict[str, tuple[str, ...]]
"""What is said of each agency by its public id: state and name, kind, placement, areas, models."""


class Command(BaseCommand):
    help = (
        "Reads all lists that we hold anew, with the verdicts and corrections of today, and prints what changes. "
        "Nothing is written without --commit. The next import does the same where a decision changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("--commit", action="store_true", help="write it")

    def handle(self, *, commit: bool, **options):
        with transaction.atomic():
            before = told()
            try:
                with collector_paused():
                    events = fold_anew()
            except Contradiction as contradiction:
                raise CommandError(f"{contradiction} Nothing was written.") from None
            after = told()
            led_on = AgencyFormerId.objects.filter(public_id__in=before.keys() - after.keys())
            heirs = dict(led_on.values_list("public_id", "agency__public_id"))
            if not commit:
                transaction.set_rollback(True)
        lines = list(changes(before, after, heirs))
        for line in lines:
            self.stdout.write(line)
        counts = Counter(event.kind for event in events)
        if counts:
            self.stdout.write("New events: " + ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
        if not lines and not counts:
            self.stdout.write("Nothing changes.")
        if not commit:
            self.stdout.write("Nothing was written. Add --commit to write it.")


def told() -> Told:
    """What the public is told of each agency."""
    areas, models = defaultdict(list), defaultdict(list)
    for agency, name, extent in Coverage.objects.values_list("agency", "jurisdiction__name", "extent"):
        areas[agency].append(f"{name} ({extent})")
    for agency, model in Agreement.objects.values_list("agency", "program_model"):
        models[agency].append(model)
    columns = "pk", "public_id", "state__usps", "name", "kind", "placement"
    return {
        public_id: (f"{usps} {name}", *rest, ", ".join(sorted(areas[pk])), ", ".join(sorted(models[pk])))
        for pk, public_id, usps, name, *rest in Agency.objects.values_list(*columns)
    }


def changes(before: Told, after: Told, heirs: Mapping[str, str]) -> Iterator[str]:
    """A line for each agency that is new, gone, or of which something else is said."""
    for public_id in sorted(before.keys() | after.keys(), key=lambda one: (after.get(one) or before[one], one)):
        was, now = before.get(public_id), after.get(public_id)
        if was is None:
            yield f"new: {now[0]} ({now[4]}), {now[2]} {now[3]}".rstrip()
        elif now is None:
            heir = heirs.get(public_id)
            yield f"gone: {was[0]}" + (f", now one with {after[heir][0]}" if heir else "")
        elif was != now:
            parts = [f"{old or '—'} → {new or '—'}" for old, new in zip(was, now, strict=True) if old != new]
            yield f"changed: {now[0]}: " + "; ".join(parts)
