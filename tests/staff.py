"""People of the staff in tests: an account of a role, signed in with both factors."""

import itertools

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

PASSWORD = "long enough to pass"
_numbers = itertools.count(1)


def member(role: str = "administrator", name: str = ""):
    """An account in the group `role`; `"superuser"` and `""` (staff without a group) are taken too."""
    name = name or f"{role or 'nobody'}-{next(_numbers)}"
    user = get_user_model().objects.create_user(
        name, f"{name}@example.org", PASSWORD, is_staff=True, is_superuser=role == "superuser"
    )
    if role not in ("", "superuser"):
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def signed_in(client: Client, role: str = "administrator", *, user=None):
    """Sign `user`, or a new member with this role, in to `client` as after password and second factor."""
    user = user or member(role)
    client.force_login(user)
    return user
