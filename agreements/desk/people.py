"""Who may do what at the desk."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError

EDITOR, PUBLISHER, ADMINISTRATOR = "editor", "publisher", "administrator"
"""Names of groups; a superuser may do what an administrator may."""


def may_edit(user: AbstractBaseUser) -> bool:
    """Whether a person decides on the changes of a list under review."""
    return _is_one_of(user, EDITOR, PUBLISHER, ADMINISTRATOR)


def may_publish(user: AbstractBaseUser) -> bool:
    """Whether a person applies a list, undoes it, and seconds what others decided."""
    return _is_one_of(user, PUBLISHER, ADMINISTRATOR)


def hold_to_edit(user: AbstractBaseUser) -> None:
    """ValidationError, in a sentence, for somebody who may not decide."""
    if not may_edit(user):
        raise ValidationError("Only an editor, a publisher or an administrator may do this.", code="not_an_editor")


def hold_to_publish(user: AbstractBaseUser) -> None:
    """ValidationError, in a sentence, for somebody who may not publish."""
    if not may_publish(user):
        raise ValidationError("Only a publisher or an administrator may do this.", code="not_a_publisher")


def _is_one_of(user: AbstractBaseUser, *groups: str) -> bool:
    if not (user and user.is_active and user.is_staff):
        return False
    return user.is_superuser or user.groups.filter(name__in=groups).exists()
