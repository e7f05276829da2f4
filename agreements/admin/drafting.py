"""What researchers and translators may do with written records, which permissions of a table cannot say.

A researcher writes drafts. A translator writes the Spanish, of published records too. An editor writes all of it.
Of a published record each of them only proposes (agreements/admin/proposing.py), and a publisher approves.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from jurisdictions.admin import ReadOnly

from ..desk.people import may_edit, may_publish
from ..models import EditorialState
from .proposing import ASKED

RESEARCHER, TRANSLATOR = "researcher", "translator"
SPANISH = "_es"


def may_write(user: AbstractBaseUser, record: models.Model | None) -> bool:
    """Whether `user` changes any field of `record`; None is one that is not written yet."""
    is_draft = record is None or record.state == EditorialState.DRAFT
    return may_edit(user) or (is_draft and RESEARCHER in _roles(user))


def may_translate(user: AbstractBaseUser, record: models.Model | None) -> bool:
    """Whether `user` changes the Spanish fields of `record`."""
    return may_write(user, record) or TRANSLATOR in _roles(user)


def _roles(user: AbstractBaseUser) -> frozenset[str]:
    """The groups of `user`, asked for once in a request."""
    if not hasattr(user, "_roles"):
        user._roles = frozenset(user.groups.values_list("name", flat=True))
    return user._roles


def is_spanish(field: str) -> bool:
    return field.endswith(SPANISH) or field == "translation"


def _without(form: type[ModelForm], readonly: Iterable[str]) -> type[ModelForm]:
    """The form without the fields that are only shown: Django keeps those that its class names, to be written."""
    for name in readonly:
        form.base_fields.pop(name, None)
    return form


class DraftingAdmin:
    """Mixed into the admin of a record, before PublicRecordAdmin."""

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or may_translate(request.user, obj))

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        kept = list(super().get_readonly_fields(request, obj))
        if not may_write(request.user, obj):
            return kept + [each for each in self._fields_shown(request, obj) if not is_spanish(each)]
        return kept if may_edit(request.user) else [*kept, "state"]

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return _without(form, self.get_readonly_fields(request, obj))

    def _fields_shown(self, request: HttpRequest, obj) -> list[str]:
        shown = (name for _title, options in self.get_fieldsets(request, obj) for name in options["fields"])
        return [name for name in shown if name not in ASKED]

    def revert_disabled(self, request: HttpRequest, obj=None) -> bool:
        # An earlier state may be a published one, and holds every field.
        return not may_publish(request.user) or super().revert_disabled(request, obj)


class DraftingInline:
    """Mixed into the inline of a record's parts: they are written by whoever writes the record."""

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form = _without(formset.form, self.get_readonly_fields(request, obj))
        return formset

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_add_permission(request, obj) and may_write(request.user, obj)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_change_permission(request, obj) and may_translate(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and may_write(request.user, obj)

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        kept = list(super().get_readonly_fields(request, obj))
        if may_write(request.user, obj):
            return kept
        # Not from get_fields, which asks this method.
        fields = self.fields or self.form._meta.fields
        return kept + [each for each in fields if not is_spanish(each) and each not in kept]


class PartAdmin(ReadOnly):
    """Mixed into the admin of parts, where they are searched; each is written on its record's page.

    So no part of a published record changes past the person who approves the record's changes.
    """
