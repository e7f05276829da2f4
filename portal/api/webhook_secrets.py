"""Secrets that sign webhooks, and the signatures: https://www.standardwebhooks.com, version 1.

A secret has to be known to sign with it, so no digest will do. It is encrypted with SECRET_KEY: a copy of the database
alone signs nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

MARK = "whsec_"
"""Begins every secret as partners see it, so that libraries know it and a search finds one that leaked."""
BYTES = 32
VERSION = "v1"


class Unreadable(Exception):
    """A secret that was encrypted with a SECRET_KEY which is not ours any more."""


def mint() -> str:
    """A new secret as partners see it: whsec_ and base64."""
    return MARK + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sealed(secret: str) -> str:
    """A secret as it is stored."""
    return _cipher().encrypt(secret.encode()).decode()


def opened(stored: str) -> str:
    """A stored secret as partners see it. Raises Unreadable."""
    try:
        return _cipher().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def sealed_anew(stored: str) -> str:
    """The same secret under today's SECRET_KEY, so that an earlier one may go. Raises Unreadable."""
    today, *_earlier = _ciphers()
    try:
        today.decrypt(stored.encode())
    except InvalidToken:
        return sealed(opened(stored))
    return stored


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """The signature of one call by one secret, as the header webhook-signature has it."""
    key = base64.b64decode(secret.removeprefix(MARK))
    signed = hmac.digest(key, f"{message}.{timestamp}.".encode() + body, "sha256")
    return f"{VERSION},{base64.b64encode(signed).decode()}"


def _cipher() -> MultiFernet:
    return MultiFernet(_ciphers())


def _ciphers() -> list[Fernet]:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"webhook:{key}".encode()).digest())) for key in keys]
