"""Who may do what at the desk."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

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


def reviewers() -> QuerySet:
    """Everybody who may approve what others proposed or decided."""
    staff = get_user_model().objects.filter(is_active=True, is_staff=True)
    return staff.filter(Q(is_superuser=True) | Q(groups__name__in=[PUBLISHER, ADMINISTRATOR])).distinct()


def may_approve_alone(user: AbstractBaseUser) -> bool:
    """Whether `user` may, with a reason, approve what they wrote: an administrator where nobody else could."""
    return _is_one_of(user, ADMINISTRATOR) and not reviewers().exclude(pk=user.pk).exists()


def hold_to_another(
    user: AbstractBaseUser, author: int | None, alone_because: str, *, did: str = "You wrote this change", act: str
) -> None:
    """ValidationError, in a sentence, for the person who wrote or decided it themselves (the id `author`).

    An administrator may where nobody else could, and `alone_because` says why; the public reads that.
    """
    if author != user.pk:
        return
    if reviewers().exclude(pk=user.pk).exists():
        raise ValidationError(f"{did}, so somebody else has to {act}.", code="own_change")
    if not _is_one_of(user, ADMINISTRATOR):
        raise ValidationError(f"{did} and nobody else may {act}. Ask an administrator.", code="own_change")
    if not alone_because.strip():
        raise ValidationError(f"{did}. Say why nobody else could {act}; the public will see it.", code="own_change")


def _is_one_of(user: AbstractBaseUser, *groups: str) -> bool:
    if not (user and user.is_active and user.is_staff):
        return False
    return user.is_superuser or user.groups.filter(name__in=groups).exists()
