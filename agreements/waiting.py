"""What needs someone of the staff today, each thing a sentence with the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse

from jurisdictions.models import Agency

from .days import is_stale, today
from .desk.people import may_publish
from .imports.fetching import last_fetch
from .models import (
    FederalDesignation,
    GlossaryTerm,
    GuideFact,
    ImportRun,
    ListKind,
    LocalPolicy,
    ModelPower,
    ProposedChange,
    Revision,
    Snapshot,
    SourceCorrection,
    StateLaw,
    TimelineEvent,
)

NAMED_AT_MOST = 8  # lists under review that get a sentence each
Decision = ProposedChange.Decision

NEEDS_SOMEONE = Q(decision=Decision.OPEN, is_certain=False) | (
    Q(needs_second=True, seconded_at=None) & ~Q(decision__in=[Decision.OPEN, Decision.LATER])
)
"""Changes on which a person's judgment is wanted: doubtful and open, or decided and not seconded."""

WRITTEN = (StateLaw, LocalPolicy, FederalDesignation, GuideFact, ModelPower, TimelineEvent, GlossaryTerm)


@dataclass(frozen=True)
class Waiting:
    """`is_late`: it is overdue or broken, and stands first."""

    says: str
    link: str
    is_late: bool = False


def waiting_for(person) -> list[Waiting]:
    """All that waits, what is late first."""
    found = [
        *_lists(),
        *_fetch(),
        *_reviews(),
        *_put_off(),
        *_decided_since(),
        *_revisions(person),
        *_agencies(),
        *_checks(),
        *_corrections(),
    ]
    return sorted(found, key=lambda one: not one.is_late)


def _lists() -> Iterator[Waiting]:
    newest = Snapshot.objects.filter(kind=ListKind.PARTICIPATING).order_by("-position").only("published_on").first()
    sheets = reverse("admin:agreements_importrun_changelist")
    if newest is None:
        yield Waiting("We hold none of ICE's lists yet. Upload one.", sheets, is_late=True)
    elif is_stale(newest.published_on, today()):
        days = (today() - newest.published_on).days
        yield Waiting(
            f"The newest list that we hold is of {newest.published_on}, {days} days ago. Look for a newer one.",
            sheets,
            is_late=True,
        )


def _fetch() -> Iterator[Waiting]:
    last = last_fetch(Path(settings.DATA_DIR) / "sheets")
    if last and not last.get("ok"):
        day = str(last.get("at", ""))[:10]
        sheets = reverse("admin:agreements_importrun_changelist")
        yield Waiting(f"The last look for new lists failed ({day}): {last.get('says', '')}", sheets, is_late=True)


def _reviews() -> Iterator[Waiting]:
    runs = ImportRun.objects.filter(state=ImportRun.State.REVIEWING).defer("workbook").order_by("published_on", "pk")
    runs = runs.annotate(
        open=Count("proposed", filter=Q(proposed__decision=Decision.OPEN)),
        needing=Count("proposed", filter=of_run(NEEDS_SOMEONE)),
    )
    for run in runs[:NAMED_AT_MOST]:
        address = reverse("admin:agreements_importrun_change", args=[run.pk])
        name = f"ICE's list of {run.get_kind_display().lower()} of {run.published_on}"
        if run.open:
            doubtful = f"{run.needing} of them not certain" if run.needing else "all of them certain"
            says = f"{name} is under review: {_changes(run.open)} to decide on, {doubtful}."
            yield Waiting(says, f"{address}?show={'needs' if run.needing else 'open'}")
        elif run.needing:
            yield Waiting(f"{name} waits for a second person on {_changes(run.needing)}.", f"{address}?show=second")
        else:
            apply = reverse("admin:agreements_importrun_apply", args=[run.pk])
            yield Waiting(f"{name} is decided and waits to be applied.", apply)


def _put_off() -> Iterator[Waiting]:
    rows = (
        ProposedChange.objects.put_off()
        .order_by("run__published_on", "run")
        .values_list("run", "run__published_on")
        .annotate(Count("pk"))
    )
    for run, day, count in rows:
        address = reverse("admin:agreements_importrun_change", args=[run])
        yield Waiting(
            f"{_changes(count).capitalize()} of the list of {day} {'was' if count == 1 else 'were'} put off.",
            f"{address}?show=later",
        )


def _decided_since() -> Iterator[Waiting]:
    rows = (
        ProposedChange.objects.decided_since()
        .order_by("run__published_on", "run")
        .values_list("run", "run__published_on")
        .annotate(Count("pk"))
    )
    for run, day, count in rows:
        address = reverse("admin:agreements_importrun_change", args=[run])
        wait = "waits" if count == 1 else "wait"
        yield Waiting(
            f"{_changes(count).capitalize()} of the list of {day}, decided after it was applied, {wait} to be written.",
            address,
        )


def _revisions(person) -> Iterator[Waiting]:
    in_review = Revision.objects.filter(state=Revision.State.IN_REVIEW)
    own = Q(author=person)
    mine, others = in_review.filter(own).count(), in_review.exclude(own).count()
    address = f"{reverse('admin:agreements_revision_changelist')}?state__exact={Revision.State.IN_REVIEW}"
    if others:
        wait = "waits" if others == 1 else "wait"
        whom = "you" if may_publish(person) else "a publisher"
        yield Waiting(f"{_changes(others).capitalize()} that others proposed {wait} for {whom}.", address)
    if mine:
        wait = "waits" if mine == 1 else "wait"
        yield Waiting(f"{_changes(mine).capitalize()} that you proposed {wait} for somebody else.", address)


def _agencies() -> Iterator[Waiting]:
    count = Agency.objects.filter(placement=Agency.Placement.IN_QUESTION).count()
    if count:
        address = f"{reverse('admin:jurisdictions_agency_changelist')}?placement__exact=in_question"
        says = (
            "1 agency is in question: where it works is not decided."
            if count == 1
            else f"{count:,} agencies are in question: where they work is not decided."
        )
        yield Waiting(says, address)


def _checks() -> Iterator[Waiting]:
    for model in WRITTEN:
        count = model.objects.filter(next_check_on__lte=today()).exclude(state="withdrawn").count()
        if count:
            address = reverse(f"admin:agreements_{model._meta.model_name}_changelist")
            name = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
            yield Waiting(
                f"{count:,} {name} should have been checked again by today.",
                f"{address}?next_check_on__lte={today().isoformat()}",
                is_late=True,
            )


def _corrections() -> Iterator[Waiting]:
    count = SourceCorrection.objects.no_longer_needed().count()
    if count:
        address = f"{reverse('admin:agreements_sourcecorrection_changelist')}?needed=no"
        says = "1 correction is of a value" if count == 1 else f"{count:,} corrections are of values"
        yield Waiting(f"{says} that ICE's newest lists no longer print.", address)


def _changes(count: int) -> str:
    return "1 change" if count == 1 else f"{count:,} changes"


def of_run(wanted: Q) -> Q:
    """A condition on changes as one on their run."""
    return Q(
        *(of_run(part) if isinstance(part, Q) else (f"proposed__{part[0]}", part[1]) for part in wanted.children),
        _connector=wanted.connector,
        _negated=wanted.negated,
    )
