"""The threads of a worker that may wait for somebody slow: all but one, which has an answer for everybody else."""

from __future__ import annotations

import os
from threading import BoundedSemaphore


def lending(threads: int) -> BoundedSemaphore:
    """Lends so many threads but one; the only one of a worker that has no other."""
    return BoundedSemaphore(max(1, threads - 1))


lent = lending(int(os.environ.get("THREADS", "3")))
"""Of this worker."""
