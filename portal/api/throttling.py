"""How many calls one address may make. Nothing that leads back to an address is kept."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets

from django.core.cache import caches
from django.utils.connection import ConnectionProxy
from rest_framework.throttling import SimpleRateThrottle

from agreements.days import today

DAY = 24 * 60 * 60  # seconds


class ByAddress(SimpleRateThrottle):
    """Counts by a keyed hash of the address. The key is random, new each day, and like the counts only in memory.

    An IPv6 address counts by its /64, the share of one household.
    """

    scope = "address"
    cache = ConnectionProxy(caches, "throttle")

    def get_cache_key(self, request, view) -> str:
        name = f"key-of-{today()}"
        key = self.cache.get_or_set(name, lambda: secrets.token_bytes(16), DAY)
        return hashlib.blake2s(network(self.get_ident(request)).encode(), key=key, digest_size=16).hexdigest()

    def headers(self) -> dict[str, str]:
        """What a caller may still do. Empty before the call was counted."""
        if not hasattr(self, "history"):
            return {}
        oldest = self.history[-1] if self.history else self.now
        return {
            "RateLimit-Limit": str(self.num_requests),
            "RateLimit-Remaining": str(max(0, self.num_requests - len(self.history))),
            "RateLimit-Reset": str(max(1, round(oldest + self.duration - self.now))),
        }


def network(address: str | None) -> str:
    """The part of an address that stands for one reader; "" for what is no address."""
    try:
        parsed = ipaddress.ip_address((address or "").strip())
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
