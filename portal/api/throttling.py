"""How many calls one caller may make. Nothing that leads back to a network address is kept."""

from __future__ import annotations

import ipaddress
import re
from functools import cache
from time import time

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from agreements.days import today

from .counts import Counts, table_of

MINUTE = 60  # seconds
NETWORKS_OF_A_SITE = 10
"""Times the limit of one address that a /48 of IPv6 may take: the share of one customer, often for nothing."""
WITH_PORT = re.compile(r"\[(?P<six>[0-9a-fA-F:.]+)\](?::[0-9]+)?|(?P<four>[0-9.]+):[0-9]+")


@cache
def counts() -> Counts:
    """The counts of this installation, shared by its workers."""
    return table_of(settings.COUNTS_DIR, str(settings.DATA_DIR), settings.SECRET_KEY)


class ByAddress(BaseThrottle):
    """So many calls in a minute from one address; who tells a key has the key's own limit instead.

    A caller's minute begins with their first call. Addresses stand under a keyed hash (see `counts`); an IPv6 address
    counts by its /64, the share of one household. Whoever has a /48 has 65,536 of those: together they may make as
    many calls as `NETWORKS_OF_A_SITE` households, and all of a /32 stand in one part of the table.
    """

    scope = "call"
    seconds = MINUTE
    taken = 0
    """Calls in the caller's time, this one among them; 0 before it was counted."""

    @property
    def most(self) -> int:
        return settings.CALLS_A_MINUTE

    def allow_request(self, request: HttpRequest | Request, view: object) -> bool:
        if request.method == "OPTIONS":
            return True  # a browser asks by itself before it calls
        key = getattr(request, "auth", None)
        self.limit = key.calls_a_minute if key else self.most
        if key:
            return self._count(f"key {key.number}") <= self.limit
        household, site, provider = networks(self.get_ident(request))
        if site and self._count(f"site {site}", provider) > self.limit * NETWORKS_OF_A_SITE:
            return False
        return self._count(household, provider) <= self.limit

    def _count(self, caller: str, within: str = "") -> int:
        self.taken, self.ends = counts().count(f"{self.scope} {caller}", self.seconds, today(), within=within)
        return self.taken

    def wait(self) -> float | None:
        """Seconds until the caller's time is over, of a call that was refused."""
        return max(0.0, self.ends - time()) if self.taken else None

    def headers(self) -> dict[str, str]:
        """What a caller may still do. Empty before the call was counted."""
        if not self.taken:
            return {}
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.taken)),
            "RateLimit-Reset": str(max(1, round(self.ends - time()))),
        }


def networks(address: str | None) -> tuple[str, str, str]:
    """The part of an address that stands for one reader, and of IPv6 the /48 and the /32 around it; "" for none."""
    written = (address or "").strip()
    if with_port := WITH_PORT.fullmatch(written):  # as some proxies write it
        written = with_port["six"] or with_port["four"]
    try:
        parsed = ipaddress.ip_address(written)
    except ValueError:
        return "", "", ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped), "", ""
        household, site, provider = (str(ipaddress.IPv6Address(int(parsed) >> rest << rest)) for rest in (64, 80, 96))
        return household, site, provider
    return str(parsed), "", ""
