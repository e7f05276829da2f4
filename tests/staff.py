"""People of the staff in tests: an account of a role, signed in with both factors."""

import itertools
import time
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
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
        user.groups.add(Group.objects.get(name=role))
    return user


def with_app(user) -> str:
    """Give `user` an authenticator app; its secret, which `code` needs."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later. A code works once: take the next for another use."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def signed_in(client: Client, role: str = "administrator", *, user=None):
    """Sign `user`, or a new member with this role, in to `client` as after password and second factor."""
    user = user or member(role)
    if not Authenticator.objects.filter(user=user).exists():
        with_app(user)
    client.force_login(user)
    factor = Authenticator.objects.filter(user=user).first()
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "username": user.get_username()},
        {"method": "mfa", "at": time.time(), "id": factor.pk, "type": factor.type},
    ]
    session.save()
    return user


class Account(NamedTuple):
    """What a person types to sign in on the site that the browser visits: PASSWORD, and a code made from `secret`."""

    name: str
    secret: str


def account(role: str = "administrator") -> Account:
    """A member with an authenticator app, for `on_the_site`. The server there takes real password hashes only."""
    user = member(role, name=f"{role}-{time.monotonic_ns()}")
    user.password = make_password(PASSWORD, hasher=PBKDF2PasswordHasher())
    user.save()
    return Account(user.username, with_app(user))


def sign_in(page, person: Account) -> None:
    """Sign in in a browser's tab that shows the sign-in page, or is led to it."""
    page.get_by_label("Username").fill(person.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(code(person.secret))
    page.get_by_role("button", name="Sign in").click()
