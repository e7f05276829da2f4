"""Changes that a person proposes and another approves: to laws, policies and labels, merges of agencies, endings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from agreements import actions
from agreements.desk import merges
from agreements.desk.people import may_edit, may_publish
from jurisdictions.admin import ReadOnly, area_label
from jurisdictions.models import Agency, AgencyFormerId, Jurisdiction, Source

from ..models import Agreement, Bound, Effect, Revision
from ..models.editorial import OF_WRITTEN
from ..topics import Topic
from ..wholes import AREAS, CITATIONS, PROVISIONS, citation_row, citations_of
from .desk import found, saying
from .lines import Value
from .preview import as_public
from .words import id_typed, marked

State = Revision.State


# -- A change field by field ------------------------------------------------------------------------------------------


@dataclass
class Proposed:
    """A revision as its page shows it: what stands, what would stand, and who may decide."""

    revision: Revision
    person: object

    @cached_property
    def record(self) -> models.Model | None:
        return self.revision.record

    @property
    def kind(self) -> str:
        """What is proposed, in a few words."""
        changes = self.revision.changes
        if merges.MERGED_INTO in changes:
            return "Two agencies are one"
        if merges.UNMERGED in changes:
            return "One agency is two"
        if self.revision.agreement_id or "ended_source" in changes:
            return "An agreement ended" if changes.get("ended_on") else "An agreement did not end"
        return f"A change to a {self.record._meta.verbose_name}" if self.record else "A change"

    @property
    def subject(self) -> str:
        return str(self.record or self.revision.named)

    @property
    def is_in_review(self) -> bool:
        return self.revision.state == State.IN_REVIEW

    @property
    def is_stale(self) -> bool:
        """Whether the record was changed after this was written."""
        return self.is_in_review and self.record is not None and self.record.updated_at != self.revision.base_version

    @property
    def is_mine(self) -> bool:
        return self.revision.author_id is not None and self.revision.author_id == self.person.pk

    @cached_property
    def may_decide(self) -> bool:
        return self.is_in_review and may_publish(self.person) and not self.may_take_back_only

    @cached_property
    def may_take_back_only(self) -> bool:
        """One's own change, where somebody else can approve it."""
        return self.is_mine and actions.reviewers().count() > 1

    @cached_property
    def may_be_undone(self) -> bool:
        """Whether what it replaced can be proposed again with one click."""
        revision = self.revision
        is_applied = revision.state == State.APPROVED and revision.is_of_written and revision.before
        return bool(is_applied) and may_edit(self.person)

    @cached_property
    def may_be_rebuilt(self) -> bool:
        return self.is_stale and self.revision.is_of_written and (self.is_mine or may_edit(self.person))

    @property
    def record_page(self) -> str:
        """The record's page in the admin."""
        meta = self.record._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[self.record.pk])

    @cached_property
    def sources(self) -> list[tuple[Source, str]]:
        """The documents of the record as it would be, each with what of it proves the record; the main one first."""
        if self.record is None or not self.revision.is_of_written:
            return []
        changes = self.revision.changes
        main = changes.get("main_source", self.record.main_source_id)
        rows = changes.get(CITATIONS)
        if rows is None:
            rows = [citation_row(each) for each in citations_of(self.record)]
        held = Source.objects.in_bulk({main, *(row["source"] for row in rows)} - {None})
        said = [(main, "main source"), *((row["source"], _citation(row)) for row in rows)]
        return [(held[pk], words) for pk, words in said if pk in held]

    @cached_property
    def into(self) -> Agency | None:
        """The agency that stays, of a merge."""
        public_id = self.revision.changes.get(merges.MERGED_INTO)
        return Agency.objects.select_related("state").filter(public_id=public_id).first() if public_id else None

    @cached_property
    def agencies(self) -> list[tuple[str, Agency]]:
        """The two of a merge, each with what becomes of it."""
        if self.into is None or self.revision.agency is None:
            return []
        return [("Its id will lead to the other", self.revision.agency), ("Stays", self.into)]

    @cached_property
    def values(self) -> list[Value]:
        """What stands → what would stand, field by field."""
        changes = self.revision.changes
        if merges.MERGED_INTO in changes:
            into = self.into
            return [Value("agency", *marked(self.subject, str(into or changes[merges.MERGED_INTO])))]
        if merges.UNMERGED in changes:
            return [Value("stands alone again", "", changes[merges.UNMERGED])]
        before, found = self._before, []
        for name, value in changes.items():
            if name in (PROVISIONS, CITATIONS):
                found += _parts(name, before.get(name) or (), value or ())
            else:
                words = (_shown(self.record, name, each) for each in (before.get(name), value))
                found.append(Value(_label(self.record, name), *marked(*words)))
        return found

    @cached_property
    def _before(self) -> Mapping[str, object]:
        """The values that would be replaced, as they stood when the change was written, or was last set against them.

        Of a change that kept none (the endings, and what older versions wrote) they are the record's own.
        """
        if self.record is None:
            return self.revision.before
        record = self.record
        if not self.is_in_review and not self.revision.before:
            record = record.history.filter(history_date__lte=self.revision.base_version).first() or record
        found = {}
        for name in self.revision.changes.keys() - self.revision.before.keys():
            field = _field(self.record, name)
            found[name] = getattr(record, field.attname, None) if field else None
        return found | self.revision.before


def _field(record: models.Model | None, name: str) -> models.Field | None:
    try:
        return record._meta.get_field(name) if record else None
    except FieldDoesNotExist:
        return None


def _label(record: models.Model | None, name: str) -> str:
    field = _field(record, name)
    return str(getattr(field, "verbose_name", name.replace("_", " ")))


def _shown(record: models.Model | None, name: str, value: object) -> str:
    """A value of a revision as a person reads it: records by their names, codes by their words."""
    if value in (None, "", []):
        return ""
    if name == AREAS:
        areas = Jurisdiction.objects.select_related("state").in_bulk(value)
        return "; ".join(area_label(areas[geoid]) if geoid in areas else geoid for geoid in value)
    field = _field(record, name)
    if isinstance(field, models.ForeignKey):
        return str(field.related_model.objects.filter(pk=value).first() or value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _parts(name: str, before: Sequence[Mapping], after: Sequence[Mapping]) -> Iterator[Value]:
    """What becomes of each provision, by its place, or of each further source; of those that stay nothing is said."""
    label = "part" if name == PROVISIONS else "further source"
    gone, new = ([row for row in rows if row not in others] for rows, others in ((before, after), (after, before)))
    by_place = {row["place"]: row for row in reversed(new)} if name == PROVISIONS else {}
    held = Source.objects.in_bulk({row["source"] for row in (*gone, *new) if "source" in row})

    def words(row: Mapping | None) -> str:
        if row is None:
            return ""
        return _provision(row) if name == PROVISIONS else f"{held.get(row['source'], row['source'])}: {_citation(row)}"

    for row in gone:
        becomes = by_place.pop(row.get("place"), None)
        if becomes is not None:
            new.remove(becomes)
        yield Value(label, *marked(words(row), words(becomes)))
    for row in new:
        yield Value(label, *marked("", words(row)))


def _provision(row: Mapping) -> str:
    """A provision in a line: its number, topic and effect, whom it binds, what it says."""
    effect, topic = (_word(choices, row.get(name)) for name, choices in (("effect", Effect), ("topic", Topic)))
    said = [f"{row.get('place')}. {topic}: {effect}", row.get("section"), row.get("effective_on")]
    said += [", ".join(_word(Bound, each) for each in row.get("binds") or ())]
    said += [row.get("statement_en"), row.get("statement_es")]
    return " · ".join(str(part) for part in said if part)


def _word(choices: type[models.TextChoices], value: object) -> str:
    return str(dict(choices.choices).get(value, value))


def _citation(row: Mapping) -> str:
    """What a further source proves, and where in it that stands."""
    proves = f"proves: {row['field']}" if row.get("field") else ""
    of = f"of part {row['provision']}" if row.get("provision") is not None else ""
    quote = f"“{row['quote']}”" if row.get("quote") else ""
    return " · ".join(part for part in (quote, row.get("page"), proves, of) if part) or "further source"


# -- Forms ------------------------------------------------------------------------------------------------------------


class EndForm(forms.Form):
    """The day on which a source says that an agreement ended; empty takes an end back."""

    ended_on = forms.DateField(
        label="Ended on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The first day on which it no longer stood. Empty, with no source: it did not end after all.",
    )
    reason = forms.CharField(label="Why", max_length=300, required=False, widget=forms.TextInput(attrs={"size": 70}))


# -- Screens ----------------------------------------------------------------------------------------------------------


@admin.register(Revision)
class RevisionAdmin(ReadOnly, admin.ModelAdmin):
    """What people proposed, in review first."""

    list_display = ["subject", "reason", "state", "author", "created_at", "reviewer", "decided_at"]
    list_filter = ["state", "created_at"]
    list_select_related = [*OF_WRITTEN, "law__jurisdiction", "agency__state", "agreement__agency__state",
                           "author", "reviewer"]  # fmt: skip
    search_fields = ["reason", "named", "law__title", "policy__title", "designation__printed_name"]
    date_hierarchy = "created_at"

    @admin.display(description="record")
    def subject(self, revision: Revision) -> str:
        return str(revision.record or revision.named)

    def get_ordering(self, request):
        return [Case(When(state=State.IN_REVIEW, then=0), default=1), "-created_at"]

    def get_urls(self):
        def screen(address: str, view, name: str):
            return path(address, self.admin_site.admin_view(view), name=f"agreements_revision_{name}")

        return [
            screen("<int:pk>/change/", self.review, "change"),
            screen("<int:pk>/preview/", self.preview, "preview"),
            screen("<int:pk>/preview/es/", partial(self.preview, language="es"), "preview_es"),
            screen("merge/<int:pk>/", self.merge, "merge"),
            screen("unmerge/<int:pk>/", self.unmerge, "unmerge"),
            screen("end/<int:pk>/", self.end, "end"),
            screen("find/sources/", self.find_sources, "sources"),
            # Without Django's nameless address, which leads to "…_change" by another argument than ours has.
            *(each for each in super().get_urls() if each.name and each.name != "agreements_revision_change"),
        ]

    def _page(self, request: HttpRequest, template: str, title: str, **context) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "is_nav_sidebar_enabled": False}
        shared |= {"opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/desk/{template}", shared | context)

    def _to(self, revision: Revision) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:agreements_revision_change", args=[revision.pk]))

    # -- Review

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A proposed change, to be approved or refused by somebody else than its author."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        revision = get_object_or_404(Revision.objects.select_related(*self.list_select_related), pk=pk)
        if request.method == "POST":
            with saying(request):
                revision = self._decided(request, revision)
            return self._to(revision)
        proposed = Proposed(revision, request.user)
        return self._page(request, "revision.html", f"{proposed.kind}: {proposed.subject}", proposed=proposed)

    def _decided(self, request: HttpRequest, revision: Revision) -> Revision:
        """What the button says that was pressed; returns the change to be looked at next."""
        wish, person = request.POST, request.user
        if "take_back" in wish:
            actions.take_back(revision, by=person)
            messages.success(request, "Taken back: the record stays as it is.")
        elif "rebuild" in wish:
            actions.rebuild(revision, by=person)
            messages.success(request, "This is now the change to the record as it stands today. Read it again.")
        elif "undo" in wish:
            revision = actions.propose_undo(revision, by=person)
            messages.success(request, "Proposed: what stood before stands again once another person approves it.")
        elif not may_publish(person):
            raise PermissionDenied
        elif "approve" in wish:
            actions.approve(revision, by=person, alone_because=wish.get("alone_because", ""))
            messages.success(request, "Approved: it is public now.")
        elif "refuse" in wish:
            actions.refuse(revision, by=person, because=wish.get("because", ""))
            messages.success(request, "Refused: the record stays as it is.")
        return revision

    def preview(self, request: HttpRequest, pk: int, language: str = "en") -> HttpResponse:
        """The public page of the record as it would be: exactly the page, of a change that is then taken back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        revision = get_object_or_404(Revision.objects.select_related(*self.list_select_related), pk=pk)
        if not (revision.state == State.IN_REVIEW and revision.is_of_written):
            raise Http404
        with saying(request):
            return as_public(request, revision, language)
        return self._to(revision)

    # -- Propose

    def merge(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose that an agency is the same as another."""
        agency = get_object_or_404(Agency.objects.select_related("state"), pk=pk)
        self._hold_to_propose(request)
        typed = {name: request.POST.get(name, "").strip() for name in ("agency", "stays", "reason", "seek_agency")}
        if request.method == "POST" and "seek" not in request.POST:
            with saying(request):
                other = Agency.objects.filter(public_id=typed["agency"]).first()
                if other is None:
                    raise ValidationError("Choose the other agency.")
                one, into = (other, agency) if typed["stays"] == "this" else (agency, other)
                revision = merges.propose_merge(one, into, by=request.user, reason=typed["reason"])
                messages.success(request, "Proposed. Another person has to approve it before anything changes.")
                return self._to(revision)
        context = {
            "agency": agency,
            "typed": typed,
            "found": [each for each in self._agencies(request, typed["seek_agency"]) if each != agency],
        }
        return self._page(request, "merge.html", f"{agency} is the same agency as …", **context)

    def unmerge(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose that an id that was given up in a merge stands for an agency of its own again."""
        former = get_object_or_404(AgencyFormerId.objects.select_related("agency__state"), pk=pk)
        self._hold_to_propose(request)
        if request.method == "POST":
            with saying(request):
                revision = merges.propose_unmerge(former, by=request.user, reason=request.POST.get("reason", ""))
                messages.success(request, "Proposed. Another person has to approve it before anything changes.")
                return self._to(revision)
        context = {"former": former, "reason": request.POST.get("reason", "")}
        return self._page(request, "unmerge.html", f"Take {former.public_id} apart again", **context)

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose the day on which a source says that an agreement ended."""
        agreements = Agreement.objects.select_related("agency__state", "ended_source")
        agreement = get_object_or_404(agreements, pk=pk)
        self._hold_to_propose(request)
        initial = {"ended_on": agreement.ended_on}
        form = EndForm(request.POST or None, initial=initial)
        seek, chosen = request.POST.get("seek_source", ""), id_typed(request.POST.get("source", ""))
        if request.method == "POST" and "seek" not in request.POST:
            with saying(request):
                if not form.is_valid():
                    raise ValidationError("Write the day as 2026-05-18.")
                source = Source.objects.filter(pk=chosen).first() if chosen else None
                said = form.cleaned_data
                revision = merges.propose_end(
                    agreement, said["ended_on"], source, by=request.user, reason=said["reason"]
                )
                messages.success(request, "Proposed. Another person has to approve it before anything changes.")
                return self._to(revision)
        if not chosen and agreement.ended_source_id:
            chosen = str(agreement.ended_source_id)
        context = {
            "agreement": agreement,
            "form": form,
            "chosen": chosen,
            "seek_source": seek,
            "sources": self._sources(request, seek) or list(Source.objects.filter(pk=chosen or 0)),
        }
        return self._page(request, "end.html", f"{agreement}: ended", **context)

    def find_sources(self, request: HttpRequest) -> HttpResponse:
        """Sources by what somebody types, as choices."""
        if not may_edit(request.user):
            raise Http404
        typed = request.GET.get("q", "").strip()
        return TemplateResponse(
            request, "admin/desk/found_sources.html", {"sources": self._sources(request, typed), "q": typed}
        )

    def _hold_to_propose(self, request: HttpRequest) -> None:
        if not may_edit(request.user):
            raise PermissionDenied

    def _agencies(self, request: HttpRequest, typed: str) -> list[Agency]:
        return found(self.admin_site, request, Agency, typed)

    def _sources(self, request: HttpRequest, typed: str) -> list[Source]:
        return found(self.admin_site, request, Source, typed)
