"""A published record is not saved but proposed: what its page would write waits for another person as a Revision.

The page is saved as it always is, in a transaction that is then taken back; the difference is the change. So whatever
a record's page can do (its provisions, its sources, its areas) is proposed without a word about it here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from copy import copy

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from jurisdictions.models import DataVersion

from .. import actions
from ..models import EditorialState, Revision
from ..wholes import Whole, taken

DRAFT, PUBLISHED = EditorialState.DRAFT, EditorialState.PUBLISHED
ASKED = ("reason", "written_against")
"""Fields of the form that are no fields of the record."""


class ProposingForm(forms.ModelForm):
    """The form of a record, with why it is changed and against which version that was written."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=actions.REASON_AT_MOST,
        widget=forms.TextInput(attrs={"size": 90}),
        help_text="What the source says, in a sentence. Whoever approves the change reads it. A draft that stays a "
        "draft needs none.",
    )
    written_against = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["written_against"] = self.instance.updated_at.isoformat()

    def clean(self):
        cleaned = super().clean()
        stored = type(self.instance)._default_manager.filter(pk=self.instance.pk).first()
        was = stored.state if stored else DRAFT
        becomes = cleaned.get("state", was)
        if was != DRAFT and becomes == DRAFT:
            self.add_error("state", "What was public once is never a draft again: withdraw it.")
        if (was != DRAFT or becomes != DRAFT) and not cleaned.get("reason", "").strip():
            self.add_error("reason", "Say why, in a sentence: whoever approves it reads this.")
        against = cleaned.get("written_against")
        if stored and against and against != stored.updated_at.isoformat():
            self.add_error(
                None,
                "Somebody changed this record while you wrote. Open it again in another tab, see what changed, and "
                "write yours there.",
            )
        return cleaned


class Rehearsed(Exception):
    """The save of a record's page was only tried: what the record would be. Raised to take the save back."""

    def __init__(self, record: models.Model, before: Whole, after: Whole, reason: str):
        super().__init__(record)
        self.record, self.before, self.after, self.reason = record, before, after, reason


class ProposingAdmin:
    """Mixed into the admin of a record, before DraftingAdmin. Drafts are saved; nobody publishes what they wrote."""

    change_form_template = "admin/desk/record_form.html"
    WHY = ("Your change", {"fields": list(ASKED)})

    def get_fieldsets(self, request: HttpRequest, obj=None):
        shown = super().get_fieldsets(request, obj)
        changes = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [*shown, self.WHY] if changes else shown

    # -- What is shown

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        extra = {**(extra_context or {}), "waiting": (), "rewritten": None}
        rewritten = self._asked_revision(request, object_id)
        if object_id and (record := self.get_object(request, object_id)):
            extra["waiting"] = Revision.of(record).filter(state=Revision.State.IN_REVIEW).select_related("author")
            extra["is_proposed"] = record.state != DRAFT
        if rewritten is None:
            page = super().changeform_view
            return self._proposed(request, lambda: page(request, object_id, form_url, extra))
        return self._rewriting(request, rewritten, object_id, form_url, extra | {"rewritten": rewritten})

    def history_form_view(self, request, object_id, version_id, extra_context=None) -> HttpResponse:
        page = super().history_form_view
        return self._proposed(request, lambda: page(request, object_id, version_id, extra_context))

    def _asked_revision(self, request: HttpRequest, object_id) -> Revision | None:
        """The waiting change of this record that its author asks to write anew."""
        asked = request.GET.get("revision", "")
        if not (object_id and asked.isdecimal() and len(asked) < 12):
            return None
        record = get_object_or_404(self.model, pk=object_id)
        waiting = Revision.of(record).filter(state=Revision.State.IN_REVIEW)
        revision = get_object_or_404(waiting, pk=int(asked))
        if revision.author_id != request.user.pk:
            raise PermissionDenied
        return revision

    def _rewriting(self, request, revision: Revision, object_id, form_url, extra) -> HttpResponse:
        """The record's page as it would be after the change: tried out, shown, and taken back."""
        page = super().changeform_view

        def tried() -> HttpResponse:
            with transaction.atomic():
                record = revision.record
                request.before, version = taken(record), record.updated_at
                actions.apply_changes(
                    record, revision.changes, by=request.user, reason=revision.reason, is_rehearsal=True
                )
                type(record).objects.filter(pk=record.pk).update(updated_at=version)
                response = page(request, object_id, form_url, extra)
                if hasattr(response, "render"):
                    response.render()
                transaction.set_rollback(True)
                return response

        request.rewritten = revision
        try:
            return self._proposed(request, tried)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                messages.error(request, sentence)
            return self._to(revision)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if (revision := getattr(request, "rewritten", None)) is not None:
            field = form.base_fields["reason"] = copy(form.base_fields["reason"])  # its own is every form's
            field.initial = revision.reason
        return form

    # -- What is saved

    def _proposed(self, request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
        """What `page` answers; a save that it only tried becomes a change in review."""
        try:
            with transaction.atomic() if request.method == "POST" else nullcontext():
                if request.method == "POST":
                    DataVersion.objects.take_turn()
                return page()
        except Rehearsed as tried:
            rehearsed = tried
        why = {"by": request.user, "reason": rehearsed.reason}
        try:
            if (rewritten := getattr(request, "rewritten", None)) is not None:
                revision = actions.rewrite(rewritten, rehearsed.before, rehearsed.after, **why)
            else:
                revision = actions.propose(rehearsed.record, rehearsed.before, rehearsed.after, **why)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                messages.warning(request, sentence)
            return HttpResponseRedirect(request.get_full_path())
        messages.success(request, "Handed in for review. Nothing is public before another person approves it.")
        return self._to(revision)

    def save_model(self, request: HttpRequest, obj, form, change) -> None:
        stored = self.model._default_manager.filter(pk=obj.pk).first() if obj.pk else None
        reason = form.cleaned_data.get("reason", "").strip()
        obj._change_reason = reason[:100] or None
        if stored is not None and stored.state != DRAFT:
            request.rehearsal = getattr(request, "before", None) or taken(stored), reason
        elif obj.state == PUBLISHED and not self._is_seconded(request, stored, form):
            request.publishing = reason
            obj.state = DRAFT
        super().save_model(request, obj, form, change)

    def _is_seconded(self, request: HttpRequest, stored, form) -> bool:
        """Whether it is another person's draft that is published as it stands: two people have then read it."""
        forms_of_parts = getattr(request, "forms_of_parts", ())
        written = {name for name in form.changed_data if name not in {"state", *ASKED}}
        return (
            stored is not None
            and not written
            and not any(part.has_changed() for part in forms_of_parts)
            and actions.may_publish_alone(request.user, stored)
        )

    def log_addition(self, request: HttpRequest, obj, message):
        self._settle(request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj, message):
        self._settle(request, obj)
        return super().log_change(request, obj, message)

    def _settle(self, request: HttpRequest, obj) -> None:
        """After all of a page is saved: a change to a public record is taken back and proposed; so is publishing."""
        if rehearsal := getattr(request, "rehearsal", None):
            before, reason = rehearsal
            raise Rehearsed(obj, before, taken(obj), reason)
        if (reason := getattr(request, "publishing", None)) is not None:
            before = taken(obj)
            after = before | {"state": PUBLISHED}
            request.proposed = actions.propose(obj, before, after, by=request.user, reason=reason)

    def response_add(self, request: HttpRequest, obj, *args, **kwargs) -> HttpResponse:
        return self._to_what_was_proposed(request) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj) -> HttpResponse:
        return self._to_what_was_proposed(request) or super().response_change(request, obj)

    def _to_what_was_proposed(self, request: HttpRequest) -> HttpResponse | None:
        revision = getattr(request, "proposed", None)
        if revision is None:
            return None
        messages.success(request, "The draft is saved. It is public once another person has approved it.")
        return self._to(revision)

    def _to(self, revision: Revision) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:agreements_revision_change", args=[revision.pk]))
