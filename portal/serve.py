"""The production server: python -m portal.serve [--host ADDRESS] [--port N] [--workers N] [--threads N]

granian serves the WSGI application in a few processes with a few threads each. Its own access log is off, since that
one prints addresses and queries; portal/middleware/access_log.py writes ours.
"""

import argparse
import os

from granian import Granian
from granian.constants import Interfaces


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m portal.serve", description="Serve the portal.")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    # Python runs one thread of a process at a time: a worker for each core, and a second thread or two in each so that
    # a slow download does not keep readers waiting.
    parser.add_argument("--workers", type=int, default=int(os.environ.get("WORKERS", os.cpu_count() or 2)))
    parser.add_argument("--threads", type=int, default=int(os.environ.get("THREADS", "3")))
    options = parser.parse_args()
    Granian(
        "portal.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        # Threads keep their database connection, so they are not dropped after a quiet half minute.
        blocking_threads_idle_timeout=600,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


if __name__ == "__main__":
    main()
