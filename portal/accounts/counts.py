"""Where attempts to sign in are counted, for all workers together, and one-time codes are marked as used.

With SQLite in small files beside the sessions, with PostgreSQL in a table. Keys are hashed with SECRET_KEY, so what is
stored names neither an address nor an account. Only the staff's sign-in writes here, never a public page.
"""

import fcntl
from pathlib import Path

from django.core.cache.backends.filebased import FileBasedCache
from django.utils.crypto import salted_hmac


def keyed(key: str, _prefix: str, version: int) -> str:
    """KEY_FUNCTION of the cache: the same key gives the same name, and nobody without SECRET_KEY can tell of what."""
    return salted_hmac("portal.accounts.counts", f"{version}:{key}", algorithm="sha256").hexdigest()


class CountsInFiles(FileBasedCache):
    """Django's file cache, with an `add` of which exactly one of several workers succeeds.

    A lock of a count and "this code was used" both stand on `add`; Django's looks first and writes afterwards.
    """

    def add(self, *args, **kwargs) -> bool:
        self._createdir()
        with (Path(self._dir) / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return super().add(*args, **kwargs)
