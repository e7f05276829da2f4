"""The sheet review desk: upload a list, decide on what it would change, apply it, undo it.

Thin screens over `agreements.desk`: what may be done, and what it does, is said there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property, wraps
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Page, Paginator
from django.db import models, transaction
from django.db.models import Case, Count, Q, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from agreements.desk import decisions, runs
from agreements.desk.people import hold_to_edit, may_approve_alone, may_edit, may_publish
from agreements.desk.reading import ORDER
from agreements.desk.workbook import sheet_of, unpack
from agreements.imports.dating import day_in_name
from agreements.imports.sheet import MAX_FILE, NotASheet, Sheet
from jurisdictions.admin import ReadOnly, area_label
from jurisdictions.models import Agency, Coverage, Jurisdiction

from ..models import FoldedDecisions, ImportRun, ListKind, ProposedChange, Snapshot, SourceCorrection
from ..waiting import NEEDS_SOMEONE, of_run
from .lines import Areas, Line, asked, decide, says_something_new
from .words import id_typed

LINES_AT_ONCE = 60
FOUND_AT_MOST = 12
ROWS_AROUND = 2  # above and below a row as printed
MEGABYTE = 1024**2
FILES_AT_ONCE = 10  # settings.DATA_UPLOAD_MAX_NUMBER_FILES

Decision, State = ProposedChange.Decision, ImportRun.State


# -- What pages show --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tab:
    """A kind of change, or all, with how many there are and how many are open."""

    label: str
    query: str
    count: int
    open: int
    is_chosen: bool


@dataclass
class Review:
    """The page of one list: the lines that the query asks for, and what stands beside them."""

    run: ImportRun
    asked: QueryDict
    person: object

    @cached_property
    def may_edit(self) -> bool:
        return may_edit(self.person)

    @cached_property
    def may_publish(self) -> bool:
        return may_publish(self.person)

    @cached_property
    def kind(self) -> str:
        kind = self.asked.get("kind", "")
        return kind if kind in ORDER else ""

    @cached_property
    def shows(self) -> str:
        """Which of them: "needs" someone, "open", "later", "second" or "" for all."""
        shows = self.asked.get("show", "")
        return shows if shows in self.SHOWN else ""

    SHOWN = {
        "needs": NEEDS_SOMEONE,
        "open": Q(decision=Decision.OPEN),
        "later": Q(decision=Decision.LATER),
        "second": Q(needs_second=True, seconded_at=None) & ~Q(decision__in=[Decision.OPEN, Decision.LATER]),
        "": Q(),
    }

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """For each kind: all, open, open and certain, later, in need of someone, of a second person."""
        rows = (
            self.run.proposed.order_by()
            .values("kind")
            .annotate(
                all=Count("pk"),
                certain=Count("pk", filter=Q(decision=Decision.OPEN, is_certain=True)),
                **{name: Count("pk", filter=wanted) for name, wanted in self.SHOWN.items() if name},
            )
        )
        return {row.pop("kind"): row for row in rows}

    def total(self, name: str) -> int:
        return sum(row[name] for row in self.counts.values())

    @property
    def all(self) -> int:
        return self.total("all")

    @property
    def decided(self) -> int:
        return self.all - self.total("open")

    @property
    def needs(self) -> int:
        return self.total("needs")

    @property
    def later(self) -> int:
        return self.total("later")

    @property
    def second(self) -> int:
        return self.total("second")

    @property
    def certain(self) -> int:
        """How many open changes need no judgment, of the kind that is shown."""
        return self.counts.get(self.kind, {}).get("certain", 0) if self.kind else self.total("certain")

    @property
    def certain_in_all(self) -> int:
        return self.total("certain")

    @cached_property
    def tabs(self) -> list[Tab]:
        shows = {"show": self.shows} if self.shows in ("open", "") and self.shows else {}
        tabs = [
            Tab("Needs you", "?show=needs", self.needs, self.needs, self.shows == "needs" and not self.kind),
            Tab("All", _query(shows), self.all, self.total("open"), not self.kind and self.shows in ("", "open")),
        ]
        for name, label in (("second", "Second person"), ("later", "Later")):
            if count := self.total(name):
                tabs.append(Tab(label, f"?show={name}", count, count, self.shows == name))
        for kind in ORDER:
            if row := self.counts.get(kind):
                label = ProposedChange.Kind(kind).label
                tabs.append(Tab(label, _query({"kind": kind, **shows}), row["all"], row["open"], self.kind == kind))
        return tabs

    @property
    def open_only(self) -> str:
        """The query of the same tab with only what is open, or with all again."""
        kind = {"kind": self.kind} if self.kind else {}
        return _query(kind if self.shows == "open" else {**kind, "show": "open"})

    @cached_property
    def changes(self):
        changes = self.run.proposed.filter(self.SHOWN[self.shows])
        changes = changes.filter(kind=self.kind) if self.kind else changes
        return changes.select_related("agency", "decided_by", "seconded_by")

    @cached_property
    def page(self) -> Page:
        return Paginator(self.changes, LINES_AT_ONCE).get_page(self.asked.get("page"))

    @cached_property
    def pages(self) -> list[tuple[int | str, str]]:
        """Numbers of pages with their queries; "" where some are left out."""
        paginator = self.page.paginator
        kept = {name: value for name, value in (("kind", self.kind), ("show", self.shows)) if value}
        return [
            (number, _query({**kept, "page": number}) if isinstance(number, int) else "")
            for number in paginator.get_elided_page_range(self.page.number)
        ]

    @cached_property
    def in_the_way(self) -> list[dict]:
        """What stands in the way of applying: each a sentence, and where it is dealt with."""
        review = reverse("admin:agreements_importrun_change", args=[self.run.pk])
        where = {
            "Compare": "#compare",
            "decision": f"{review}?show=open",
            "second": f"{review}?show=second",
        }
        found = []
        for sentence in self.run.may_apply:
            target = "#doubts" if sentence in self.run.doubts_open else None
            target = target or next((link for word, link in where.items() if word in sentence), "")
            found.append({"says": sentence, "link": target})
        return found

    @cached_property
    def before(self) -> Snapshot | None:
        """The list before this one, where it is held."""
        snapshots = Snapshot.objects.filter(kind=self.run.kind, published_on__lt=self.run.published_on)
        return snapshots.order_by("-position").only("published_on", "kind", "half").first()

    @property
    def public_changes(self) -> str:
        """The public page of what this list changed."""
        if not (self.run.is_applied and self.run.published_on and self.before):
            return "/changes/"
        days = {"from": self.before.published_on.isoformat(), "to": self.run.published_on.isoformat()}
        return f"/changes/?{urlencode(days)}"

    @property
    def by_decision(self) -> list[tuple[str, int]]:
        rows = self.run.proposed.order_by().values_list("decision").annotate(Count("pk"))
        labels = dict(Decision.choices)
        return sorted(((labels[code], count) for code, count in rows), key=lambda row: -row[1])

    @property
    def by_kind(self) -> list[tuple[str, int, int]]:
        """Each kind with how many changes of it there are, and how many are put off."""
        return [
            (ProposedChange.Kind(kind).label, row["all"], row["later"])
            for kind in ORDER
            if (row := self.counts.get(kind))
        ]

    @cached_property
    def decided_since(self) -> int:
        """Changes that were put off, and decided after the list was applied: written by `apply_later`."""
        return self.run.proposed.decided_since().count()

    @cached_property
    def is_alone(self) -> bool:
        """Whether the person seconds their own decisions, with a reason, since nobody else could."""
        return may_approve_alone(self.person)

    def may_decide(self, change: ProposedChange) -> bool:
        put_off = self.run.is_applied and change.written_at is None
        return self.may_edit and (self.run.is_under_review or put_off)

    def lines(self, changes: Iterable[ProposedChange] | None = None, failed: dict | None = None) -> list[Line]:
        """The lines of the page, or of these changes; `failed` has what could not be saved, by the change's id."""
        changes = list(self.page.object_list if changes is None else changes)
        areas = Areas(changes)
        lines = []
        for change in changes:
            change.run = self.run
            line = Line(change, areas, *(failed or {}).get(change.pk, ()))
            line.may_decide = self.may_decide(change)
            waits = self.may_publish and self.run.is_under_review and change.waits_for_a_second
            line.is_own = waits and change.decided_by_id == self.person.pk
            line.may_second = waits and (not line.is_own or self.is_alone)
            lines.append(line)
        return lines


def _query(said: dict) -> str:
    return f"?{urlencode(said)}" if said else "?"


# -- Forms ------------------------------------------------------------------------------------------------------------


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class Sheets(forms.FileField):
    """One or several files; cleaned to a list."""

    widget = SeveralFiles(attrs={"accept": ".xlsx"})

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(Sheets, self).clean(one, initial) for one in files]


class UploadForm(forms.Form):
    sheets = Sheets(
        label="Lists as ICE publishes them (.xlsx)",
        help_text=f"One or several, at most {FILES_AT_ONCE} at a time and {MAX_FILE // MEGABYTE} MB each. "
        "Nothing is public before somebody applies it.",
    )
    kind = forms.ChoiceField(
        label="Which list",
        choices=[("", "as its name and columns say"), *ListKind.choices],
        required=False,
    )
    published = forms.DateField(
        label="Published on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Only where the file's name does not say.",
    )


class DoubtsForm(forms.Form):
    """What a person who looked says of a list in doubt."""

    published = forms.DateField(
        label="Its day", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(label="Which list", choices=ListKind.choices, required=False)
    reason = forms.CharField(
        label="Why it is right", max_length=300, required=False, widget=forms.TextInput(attrs={"size": 60})
    )


@contextmanager
def saying(request: HttpRequest) -> Iterator[None]:
    """Within the block, what stands against a wish is told to the person, in its own sentences."""
    try:
        yield
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)


def found(site: admin.AdminSite, request: HttpRequest, model: type[models.Model], typed: str) -> list:
    """The first records of a table that match what somebody typed, as the table's own search finds them."""
    if not typed:
        return []
    model_admin = site.get_model_admin(model)
    records, may_repeat = model_admin.get_search_results(request, model_admin.get_queryset(request), typed)
    return list((records.distinct() if may_repeat else records)[:FOUND_AT_MOST])


# -- Screens ----------------------------------------------------------------------------------------------------------


def viewed(method):
    """A screen of one run: only for who may look at runs; the run is found without its workbook."""

    @wraps(method)
    def screen(self, request: HttpRequest, pk: int, *args, **kwargs) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        people = ("uploaded_by", "applied_by", "undone_by", "snapshot")
        run = ImportRun.objects.select_related(*people).defer("workbook", "snapshot__rows", "snapshot__columns")
        return method(self, request, get_object_or_404(run, pk=pk), *args, **kwargs)

    return screen


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, admin.ModelAdmin):
    """Lists at the desk, those under review first, in the order in which ICE published them."""

    list_display = ["list_of", "standing", "file_name", "row_count", "decided", "needs_you", "came"]
    list_filter = ["state", "kind"]
    list_select_related = ["uploaded_by", "applied_by", "undone_by"]
    search_fields = ["file_name", "^sha256"]
    date_hierarchy = "published_on"
    list_per_page = 50
    change_list_template = "admin/desk/sheets.html"

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .defer("workbook")
            .annotate(
                changes_all=Count("proposed"),
                changes_open=Count("proposed", filter=Q(proposed__decision=Decision.OPEN)),
                changes_needing=Count("proposed", filter=of_run(NEEDS_SOMEONE)),
            )
        )

    def get_ordering(self, request):
        under_review_first = Case(When(state=State.REVIEWING, then=0), default=1)
        return [under_review_first, "-published_on", "-uploaded_at", "-pk"]

    @admin.display(description="list", ordering="published_on")
    def list_of(self, run: ImportRun) -> str:
        day = f"{run.published_on:%Y-%m-%d} {run.half}".strip() if run.published_on else run.file_name
        return f"{day}, {run.kind}" if run.kind else day

    @admin.display(description="state", ordering="state")
    def standing(self, run: ImportRun) -> str:
        return run.get_state_display()

    @admin.display(description="decided")
    def decided(self, run: ImportRun) -> str:
        return f"{run.changes_all - run.changes_open:,} of {run.changes_all:,}" if run.changes_all else "–"

    @admin.display(description="needs you")
    def needs_you(self, run: ImportRun) -> int | str:
        return run.changes_needing if run.is_under_review else "–"

    @admin.display(description="came", ordering="uploaded_at")
    def came(self, run: ImportRun) -> str:
        return f"{run.uploaded_at:%Y-%m-%d}, {run.uploaded_by or 'by a command'}"

    def get_urls(self):
        def screen(address: str, view, name: str):
            return path(address, self.admin_site.admin_view(view), name=f"agreements_importrun_{name}")

        return [
            screen("upload/", self.upload, "upload"),
            screen("find/<str:what>/", self.find, "find"),
            screen("<int:pk>/change/", self.review, "change"),
            screen("<int:pk>/line/<int:change>/", self.line, "line"),
            screen("<int:pk>/row/<int:number>/", self.row, "row"),
            screen("<int:pk>/certain/", self.accept_certain, "certain"),
            screen("<int:pk>/second/", self.second, "second"),
            screen("<int:pk>/compare/", self.compare, "compare"),
            screen("<int:pk>/settle/", self.settle, "settle"),
            screen("<int:pk>/apply/", self.apply, "apply"),
            screen("<int:pk>/apply-later/", self.apply_later, "apply_later"),
            screen("<int:pk>/undo/", self.undo, "undo"),
            screen("<int:pk>/discard/", self.discard, "discard"),
            screen("<int:pk>/reopen/", self.reopen, "reopen"),
            # This desk is the page of a record; Django's pattern without a name would lead to its own.
            *(each for each in super().get_urls() if each.name and each.name != "agreements_importrun_change"),
        ]

    def _page(self, request: HttpRequest, template: str, title: str, **context) -> HttpResponse:
        # A review needs the width: the list of tables at the left stays on the pages that lead here.
        shared = {**self.admin_site.each_context(request), "is_nav_sidebar_enabled": False}
        shared |= {"opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/desk/{template}", shared | context)

    def _to(self, run: ImportRun, screen: str = "change", query: str = "", anchor: str = "") -> HttpResponseRedirect:
        address = reverse(f"admin:agreements_importrun_{screen}", args=[run.pk])
        return HttpResponseRedirect(f"{address}{query}{anchor and '#' + anchor}")

    # -- Sheets

    def changelist_view(self, request, extra_context=None):
        context = {"title": "Sheets", "form": UploadForm(), "may_edit": may_edit(request.user)}
        context["is_nav_sidebar_enabled"] = False
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Each file comes in or is refused on its own, those that come in by the day in their names."""
        if not may_edit(request.user):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            if form.errors:
                messages.error(request, "Choose at least one .xlsx file.")
            return HttpResponseRedirect(reverse("admin:agreements_importrun_changelist"))
        files = sorted(form.cleaned_data["sheets"], key=lambda one: day_in_name(one.name) or date.max)
        opened = [run for one in files if (run := self._open(request, one, form.cleaned_data))]
        if len(files) == len(opened) == 1:
            return self._to(opened[0], query="?show=needs")
        return HttpResponseRedirect(reverse("admin:agreements_importrun_changelist"))

    def _open(self, request: HttpRequest, file: UploadedFile, said: dict) -> ImportRun | None:
        try:
            if file.size > MAX_FILE:
                raise NotASheet(
                    f"The file has {file.size / MEGABYTE:.1f} MB; ICE's lists have less than one, and at most "
                    f"{MAX_FILE // MEGABYTE} are read."
                )
            run = runs.open_run(
                file.read(), file.name, by=request.user, kind=said["kind"] or None, published=said["published"]
            )
        except (NotASheet, ValidationError) as refusal:
            sentences = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
            messages.error(request, f"{file.name}: {' '.join(sentences)}")
            return None
        messages.success(request, f"{file.name}: {run.row_count:,} rows are under review. Nothing is public yet.")
        return run

    # -- Review

    @viewed
    def review(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """The list's changes; saved line by line or by the page."""
        review = Review(run, request.GET, request.user)
        if request.method == "POST":
            return self._save(request, review)
        if not review.all and not request.GET and run.is_under_review:
            messages.info(request, "This list changes nothing that we hold.")
        return self._review_page(request, review, review.lines())

    def _review_page(self, request: HttpRequest, review: Review, lines: list[Line]) -> HttpResponse:
        run = review.run
        context = {"review": review, "run": run, "lines": lines, "form": _doubts_form(run), "is_review": True}
        return self._page(request, "review.html", _name_of(run), **context)

    def _save(self, request: HttpRequest, review: Review) -> HttpResponse:
        if not review.may_edit:
            raise PermissionDenied
        shown = [int(pk) for pk in request.POST.getlist("line") if pk.isdecimal()]
        changes = review.run.proposed.select_related("agency", "decided_by", "seconded_by").in_bulk(shown)
        if missing := len(set(shown) - set(changes)):
            messages.warning(request, f"{missing} lines are gone: the list was compared again. Look at it anew.")
        only = request.POST.get("save", "page")
        stood = {pk: (change.decision, change.note) for pk, change in changes.items()}
        failed, saved = {}, 0
        for pk, change in changes.items():
            change.run = review.run
            said = asked(request.POST, change)
            if only == str(pk) or (only == "page" and says_something_new(said, change)):
                if errors := decide(change, said, by=request.user):
                    failed[pk] = (said, errors)
                else:
                    saved += 1
        if request.headers.get("X-Part") == "lines":
            return self._parts(request, review, stood, failed)
        if failed:
            messages.error(request, f"{len(failed)} lines could not be saved; each says why.")
            now = review.run.proposed.select_related("agency", "decided_by", "seconded_by").in_bulk(shown)
            return self._review_page(request, review, review.lines([now[pk] for pk in shown if pk in now], failed))
        if only == "page":
            messages.success(request, f"{saved} lines saved." if saved != 1 else "1 line saved.")
        place = shown.index(int(only)) + 1 if only.isdecimal() and int(only) in shown else len(shown)
        anchor = f"change-{shown[place]}" if place < len(shown) else ""
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return self._to(review.run, query=query, anchor=anchor)

    def _parts(self, request: HttpRequest, review: Review, stood: dict, failed: dict) -> HttpResponse:
        """The lines that are otherwise now, and the counts: for the script, which puts them in their places."""
        now = review.run.proposed.select_related("agency", "decided_by", "seconded_by").in_bulk(list(stood))
        other = [
            change
            for pk, change in now.items()
            if pk in failed or (change.decision, change.note) != stood[pk] or str(pk) == request.POST.get("save")
        ]
        context = {"review": review, "run": review.run, "lines": review.lines(other, failed)}
        return TemplateResponse(request, "admin/desk/parts.html", context)

    @viewed
    def line(self, request: HttpRequest, run: ImportRun, change: int) -> HttpResponse:
        """One change with everything that may be decided on it: link, correct, place."""
        found = run.proposed.select_related("agency", "decided_by", "seconded_by").filter(pk=change).first()
        if found is None:
            messages.warning(request, "That line is gone: the list was compared again. Look at it anew.")
            return self._to(run)
        review = Review(run, request.GET, request.user)
        typed, errors, seeking = {}, [], "seek" in request.POST
        if request.method == "POST":
            if not review.may_edit:
                raise PermissionDenied
            typed = asked(request.POST, found)
            if not seeking:
                errors = decide(found, typed, by=request.user)
                if not errors:
                    back = QueryDict(request.GET.urlencode(), mutable=True)
                    return self._to(run, query=f"?{back.urlencode()}" if back else "", anchor=f"change-{found.pk}")
                found.refresh_from_db()
        (line,) = review.lines([found], {found.pk: (typed, errors)} if typed else None)
        sheet = self._sheet(run) if found.row else None
        context = {
            "review": review,
            "run": run,
            "line": line,
            "kinds": Agency.Kind.choices,
            "placements": Agency.Placement.choices,
            "extents": Coverage.Extent.choices,
            "fields": [choice for choice in SourceCorrection.Field.choices if choice[0] != SourceCorrection.Field.ROW],
            "chosen": _chosen(found, typed),
            "seek_agency": typed.get("seek_agency", ""),
            "seek_area": typed.get("seek_area", ""),
            "agencies": self._agencies(request, typed.get("seek_agency") or found.agency_name),
            "areas": self._areas(request, typed.get("seek_area", "")),
            "printed": _printed(sheet, found.row, 0) if sheet else [],
            "columns": sheet.columns if sheet else (),
        }
        return self._page(request, "line.html", f"{found.get_kind_display()}: {found.agency_name}", **context)

    def find(self, request: HttpRequest, what: str) -> HttpResponse:
        """Agencies or areas by what somebody types, as choices of a line's page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        typed = request.GET.get("q", "").strip()
        seek = {"agencies": self._agencies, "areas": self._areas}.get(what)
        if seek is None:
            raise Http404
        context = {what: seek(request, typed), "pk": request.GET.get("line", "")[:20], "q": typed}
        context["extents"] = Coverage.Extent.choices
        return TemplateResponse(request, f"admin/desk/found_{what}.html", context)

    def _agencies(self, request: HttpRequest, typed: str) -> list[Agency]:
        return found(self.admin_site, request, Agency, typed)

    def _areas(self, request: HttpRequest, typed: str) -> list[tuple[str, str]]:
        return [(area.pk, area_label(area)) for area in found(self.admin_site, request, Jurisdiction, typed)]

    @viewed
    def row(self, request: HttpRequest, run: ImportRun, number: int) -> HttpResponse:
        """A row of the sheet as ICE printed it, with those around it."""
        sheet = self._sheet(run)
        rows = _printed(sheet, number, ROWS_AROUND) if sheet else []
        if not rows:
            raise Http404
        context = {"run": run, "number": number, "rows": rows, "columns": sheet.columns}
        return self._page(request, "row.html", f"Row {number} of {run.file_name}", **context)

    def _sheet(self, run: ImportRun) -> Sheet | None:
        """The list as printed: as it was read, or rebuilt from what is held."""
        if run.workbook:
            return unpack(run.workbook)
        return sheet_of(run.snapshot) if run.snapshot else None

    @viewed
    def accept_certain(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Everything that needs no judgment, of one kind or of all."""

        def act() -> str:
            kind = request.POST.get("kind", "")
            count = decisions.accept_certain(run, by=request.user, kinds=[kind] if kind else None)
            return f"{count:,} changes accepted." if count != 1 else "1 change accepted."

        return self._act(request, run, act)

    @viewed
    def second(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Confirm what a colleague decided."""

        def act() -> str:
            pk = id_typed(request.POST.get("second", ""))
            change = run.proposed.filter(pk=pk or 0).first()
            if change is None:
                raise ValidationError("That line is gone: the list was compared again. Look at it anew.")
            alone_because = request.POST.get(f"alone_because-{change.pk}", "")
            decisions.second(change, by=request.user, alone_because=alone_because)
            return f"You seconded “{change}”."

        return self._act(request, run, act)

    @viewed
    def compare(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Compare the list anew with what is held now."""

        def act() -> str:
            hold_to_edit(request.user)
            runs.compare(run)
            return "Compared with what is held now. Decisions on what is still proposed were kept."

        return self._act(request, run, act)

    @viewed
    def settle(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Say why the list is right in spite of its doubts; with another day, or as the other list, compare it anew."""

        def act() -> str:
            form = DoubtsForm(request.POST)
            if not form.is_valid():
                raise ValidationError("Write the day as 2026-05-18.")
            day, kind = form.cleaned_data["published"], form.cleaned_data["kind"]
            other_day = day if day != run.published_on else None
            other_kind = kind if kind and kind != run.kind else None
            with transaction.atomic():
                settled = runs.settle(run, form.cleaned_data["reason"], by=request.user)
                if other_day or other_kind:
                    runs.compare(settled, published=other_day, kind=other_kind)
            return "The doubts are settled; your reason is kept with the list."

        return self._act(request, run, act)

    def _act(self, request: HttpRequest, run: ImportRun, act: Callable[[], str]) -> HttpResponse:
        """Do something to a run, say what came of it, and lead the person back."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with saying(request):
            messages.success(request, act())
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return self._to(run, "apply" if request.POST.get("to") == "apply" else "change", query=query)

    # -- Apply, undo, discard

    @viewed
    def apply(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """What applying will do and what stands in its way; then the deed."""
        review = Review(run, QueryDict(), request.user)
        if request.method == "POST":
            with saying(request):
                counts = runs.apply_run(run, by=request.user)
                messages.success(request, f"Applied: {sum(counts.values()):,} changes are public now.")
                return self._to(run)
            return self._to(run, "apply")
        context = {"review": review, "run": run, "form": _doubts_form(run)}
        return self._page(request, "apply.html", f"Apply {_name_of(run)}", **context)

    @viewed
    def apply_later(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Write what was decided since on changes that were put off."""

        def act() -> str:
            counts = runs.apply_later(run, by=request.user)
            return f"Written: {sum(counts.values()):,} changes are public now."

        return self._act(request, run, act)

    @viewed
    def undo(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Take an applied list back, with a reason."""
        review = Review(run, QueryDict(), request.user)
        if request.method == "POST":
            with saying(request):
                runs.undo_run(run, by=request.user, because=request.POST.get("because", ""))
                messages.success(request, "Undone: the facts are as if this list had never come.")
                return self._to(run)
        written = {"verdicts": run.verdicts.count(), "corrections": run.corrections.count()}
        later = (
            Snapshot.objects.filter(kind=run.kind, position__gt=run.snapshot.position).count() if run.snapshot else 0
        )
        context = {"review": review, "run": run, "written": written, "later": later}
        return self._page(request, "undo.html", f"Undo {_name_of(run)}", **context)

    @viewed
    def discard(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Put a list under review away."""
        if request.method == "POST":
            with saying(request):
                runs.discard_run(run, by=request.user)
                messages.success(request, "Discarded. It can be opened again from its page.")
            return self._to(run)
        review = Review(run, QueryDict(), request.user)
        return self._page(request, "discard.html", f"Discard {_name_of(run)}", review=review, run=run)

    @viewed
    def reopen(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Put a list that was undone or discarded under review again."""
        if request.method == "POST":
            with saying(request):
                try:
                    again = runs.reopen(run, by=request.user)
                except NotASheet as refusal:
                    raise ValidationError(str(refusal)) from None
                messages.success(request, "Under review again, with the decisions taken then.")
                return self._to(again)
        return self._to(run)


def _doubts_form(run: ImportRun) -> DoubtsForm:
    return DoubtsForm(initial={"published": run.published_on, "kind": run.kind})


def _name_of(run: ImportRun) -> str:
    if not run.published_on:
        return run.file_name
    return f"{run.get_kind_display()}, {run.published_on:%Y-%m-%d}{run.half and ' ' + run.half}"


def _chosen(change: ProposedChange, typed: dict) -> dict:
    """What is filled in on a line's page: what was typed, else what was decided, else what the list suggests."""
    choice = change.choice
    shown = {
        "field": typed.get("field") or choice.get("field", ""),
        "right": typed.get("right") or choice.get("right", ""),
        "kind": typed.get("kind") or choice.get("kind") or change.after.get("kind", ""),
        "placement": typed.get("placement") or choice.get("placement") or Agency.Placement.DECIDED,
    }
    places = typed.get("places") or choice.get("places")
    if not places:
        places = [[geoid, Coverage.Extent.WHOLE] for geoid in change.after.get("areas") or ()]
    areas = Jurisdiction.objects.select_related("state").in_bulk([geoid for geoid, _extent in places])
    shown["places"] = [(geoid, area_label(areas[geoid]), extent) for geoid, extent in places if geoid in areas]
    return shown


def _printed(sheet: Sheet, number: int, around: int) -> list[dict]:
    """Rows of the sheet near a row, each with its cells as text and the addresses of its links."""
    rows = {row.number: row for row in sheet.rows}
    if number not in rows:
        return []
    return [
        {
            "number": row.number,
            "cells": [(_text(cell), row.links.get(place, "")) for place, cell in enumerate(row.cells)],
        }
        for near in range(number - around, number + around + 1)
        if (row := rows.get(near))
    ]


def _text(cell: object) -> str:
    """A cell as a person reads it: a day without its midnight, a formula with what it came to."""
    match cell:
        case {"d": moment}:
            return str(moment).removesuffix("T00:00:00")
        case {"e": error}:
            return str(error)
        case {"f": formula, **rest}:
            return f"{formula} ({rest['v']})" if "v" in rest else str(formula)
        case None:
            return ""
    return str(cell)


@admin.register(ProposedChange)
class ProposedChangeAdmin(ReadOnly, admin.ModelAdmin):
    """What was proposed and decided, across lists; decided on the page of its list."""

    list_display = ["agency_name", "state", "kind", "decision", "note", "decided_by", "run"]
    list_filter = ["decision", "kind", "needs_second"]
    list_select_related = ["run", "decided_by"]
    search_fields = ["agency_name", "=state", "note"]
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("run__workbook")


@admin.register(FoldedDecisions)
class FoldedDecisionsAdmin(ReadOnly, admin.ModelAdmin):
    """With which decisions the lists that we hold were worked out: of use to the programs only."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
