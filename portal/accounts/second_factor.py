"""Whether a session was opened with a second factor that still stands."""

from enum import Enum

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes stand in for one of these and are not enough alone."""


class Standing(Enum):
    """How a signed-in session stands with its second factor."""

    GIVEN = "the session was opened with one that the account still has"
    NONE_YET = "the account has none: set one up, nothing else"
    NOT_GIVEN = "the account has one, or had one when the session began: sign in again"


def standing(request: HttpRequest) -> Standing:
    """How the session of `request` stands. One query.

    A session that began before the account had a factor is not trusted once it has one, and a session whose factor
    was taken away (by an administrator, or in another browser) ends: an old session never outlives its proof.
    """
    held = dict(Authenticator.objects.filter(user_id=request.user.pk).values_list("pk", "type"))
    given = [record for record in get_authentication_records(request, request.user) if record.get("method") == "mfa"]
    if any(kind in FACTORS for kind in held.values()):
        return Standing.GIVEN if any(record.get("id") in held for record in given) else Standing.NOT_GIVEN
    return Standing.NOT_GIVEN if given else Standing.NONE_YET


def stamp(request: HttpRequest) -> None:
    """Let this session stand on what its account has now, after its owner set up, renewed or removed a factor here.

    allauth lets nobody do that who did not give the password or a code a moment ago.
    """
    user = request.user
    factor = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).order_by("pk").first()
    if factor:
        record_authentication(request, user, "mfa", id=factor.pk, type=factor.type, reauthenticated=True)
    else:
        records = get_authentication_records(request, user)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [each for each in records if each["method"] != "mfa"]


def take_away(user: AbstractBaseUser) -> int:
    """Remove every factor and the recovery codes of `user`, whose sessions thereby end; how many there were."""
    return Authenticator.objects.filter(user_id=user.pk).delete()[0]
