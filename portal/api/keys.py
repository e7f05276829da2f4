"""Who sends a key: `Authorization: Bearer <key>`. A key only lifts the limit; answers are the same without one."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic

from django.db import connection
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from .key_models import PartnerKey, digest
from .throttling import ByAddress

READ_AGAIN = 30  # seconds
"""So long a worker may go on taking a key that was revoked, and not know a new one."""
SCHEME = "bearer"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Key:
    """A key in force."""

    number: int
    calls_a_minute: int


class KeysInForce:
    """All keys in force by their digests, read again every half minute: a call with a key asks the database nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def get(self, key: str) -> Key | None:
        database = connection.settings_dict["NAME"]
        with self._lock:
            if self._database != database or monotonic() - self._read_at > READ_AGAIN:
                rows = PartnerKey.objects.in_force().values_list("sha256", "pk", "calls_a_minute")
                self._held = {sha256: Key(number, calls) for sha256, number, calls in rows}
                self._read_at, self._database = monotonic(), database
            return self._held.get(digest(key))

    def forget(self) -> None:
        self._held: dict[str, Key] = {}
        self._read_at, self._database = 0.0, None


keys_in_force = KeysInForce()


class ByKey(BaseAuthentication):
    """Takes the caller's key, if they send one. Another scheme, such as a proxy's own, is none of ours."""

    def authenticate(self, request: Request) -> tuple[None, Key] | None:
        """Raises AuthenticationFailed (401) of a key that is not in force: silence would look like a low limit.

        Whoever tries keys is counted by their address, like everybody.
        """
        scheme, _space, key = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != SCHEME:
            return None
        key = key.strip()
        found = keys_in_force.get(key) if 0 < len(key) <= LONGEST else None
        if found is not None:
            return None, found
        throttle = ByAddress()
        if not throttle.allow_request(request._request, None):
            raise Throttled(throttle.wait())
        raise AuthenticationFailed(
            "This key is not in force: it was revoked, or not copied whole. Leave it out to call without one, or ask"
            " us for another."
        )

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
