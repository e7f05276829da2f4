"""Look for new lists on ICE's page and put them before the staff."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from agreements.desk.decisions import accept_certain
from agreements.desk.runs import apply_run, compare, open_run
from agreements.imports.fetching import FetchedList, FetchError, Shelf, fetch_lists, note_fetch
from agreements.imports.sheet import NotASheet
from agreements.models import ImportRun, Snapshot


class Command(BaseCommand):
    help = (
        "Looks for new lists on the page named in ICE_LISTS_PAGE and puts each under review at the desk. With "
        "FETCH_APPLIES=1 a list of which nothing is doubtful is applied at once."
    )

    def handle(self, **options):
        folder = Path(settings.DATA_DIR) / "sheets"
        lists: list[dict] = []
        failed: list[str] = []
        try:
            shelf = Shelf(folder)
            with shelf.alone():
                try:
                    fetched = fetch_lists(
                        settings.ICE_LISTS_PAGE,
                        shelf,
                        hosts=settings.FETCH_HOSTS,
                        agent=settings.FETCH_AGENT,
                        pause=settings.FETCH_PAUSE,
                    )
                except FetchError as error:
                    fetched = []
                    failed.append(str(error))
                for one in fetched:
                    try:
                        said = self._to_the_desk(one)
                    except (NotASheet, ValidationError) as refusal:
                        said = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
                        failed.append(f"{one.file_name}: {said}")
                    lists.append({"file": one.file_name, "kind": one.link.kind, "sha256": one.sha256, "says": said})
                    self.stdout.write(f"{one.file_name}: {said}")
                says = " ".join(failed) or f"{len(lists)} list{'' if len(lists) == 1 else 's'} looked at."
                note_fetch(shelf.folder, ok=not failed, says=says, lists=lists)
        except FetchError as error:  # another fetch is running: its word is the one to keep
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"What is fetched cannot be kept in {folder}: {error.strerror or error}.") from None
        if failed:
            raise CommandError(" ".join(failed))

    def _to_the_desk(self, one: FetchedList) -> str:
        """Put a list under review, and apply it if that is allowed and nothing is doubtful; says what became of it."""
        if held := Snapshot.objects.filter(sha256=one.sha256).first():
            return f"already held, as the {held.kind} list of {held.published_on}"
        earlier = ImportRun.objects.filter(sha256=one.sha256).order_by("-pk").first()
        if earlier and earlier.state in (ImportRun.State.UNDONE, ImportRun.State.DISCARDED):
            return "was put away by the staff; not opened again"
        run = open_run(one.path.read_bytes(), one.file_name)
        doubtful = doubts_about(run, one.link.kind)
        if doubtful or not settings.FETCH_APPLIES:
            return f"under review: {' '.join(doubtful) or 'nothing is doubtful; staff apply it.'}"
        if run.is_stale:
            run = compare(run)
            if doubtful := doubts_about(run, one.link.kind):
                return f"under review: {' '.join(doubtful)}"
        accept_certain(run, by=None)
        counts = apply_run(run, by=None)
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "nothing changed"
        return f"applied: {told}"


def doubts_about(run: ImportRun, kind: str) -> list[str]:
    """Why a fetched list is left to the staff, each a sentence; empty if nothing about it is doubtful."""
    found = []
    if run.kind != kind:
        found.append(f"The page calls it {kind}, but it reads as {run.kind}.")
    if run.uploaded_by_id or run.proposed.exclude(decided_by=None).exists():
        found.append("The staff are at it already.")
    found += run.doubts
    found += [check["says"] for check in run.checks if not check["ok"] and check["says"] not in found]
    if count := run.proposed.filter(is_certain=False).count() + run.proposed.filter(needs_second=True).count():
        found.append("1 change needs a person." if count == 1 else f"{count:,} changes need a person.")
    if run.problems:
        cells = len(run.problems)
        found.append("1 cell could not be read." if cells == 1 else f"{cells:,} cells could not be read.")
    return found
