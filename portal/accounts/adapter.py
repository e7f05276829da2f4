"""What our sign-in does differently from allauth's."""

import base64
import hashlib
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

JUST_SIGNED_IN = 10 * 60
"""Seconds after a password in which the first factor may be set up without asking for the password again."""


class StaffAccountAdapter(DefaultAccountAdapter):
    """Sign-in for people whom an administrator invited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "This name and password do not open an account.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
        "rate_limited": "Too many attempts. Wait five minutes, then try again.",
        "incorrect_code": "This code is not right. Codes of the app change every 30 seconds and work once.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your password.",
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        """Count a password. Apart from codes, which allauth counts as `login_failed`, since the limits differ."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        # What is taken back where the password is right.
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="password_failed", key=key
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        return settings.ACCOUNT_PAGE

    def is_reauthentication_required(self, *, app: str) -> bool:
        """No, where somebody who has no factor yet gave the password a moment ago; otherwise as allauth decides."""
        request = context.request
        if not Authenticator.objects.filter(user_id=request.user.pk).exists():
            records = get_authentication_records(request, request.user)
            recent = time.time() - JUST_SIGNED_IN
            if any(record["method"] == "password" and record["at"] > recent for record in records):
                return False
        return super().is_reauthentication_required(app=app)


class StaffFactorAdapter(DefaultMFAAdapter):
    """Second factors: secrets are encrypted with SECRET_KEY, so that a copy of the database alone opens no account."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": StaffAccountAdapter.error_messages["incorrect_code"],
    }

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; a random one, which no code fits, where it was encrypted with a key that is no longer ours."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return generate_totp_secret()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        return f"Passkey {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"


def _cipher() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor:{key}".encode()).digest())) for key in keys]
    )
