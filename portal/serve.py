"""The production server: python -m portal.serve [--host ADDRESS] [--port N] [--workers N] [--threads N] [--files SITE]

granian serves the WSGI application in a few processes with a few threads each. Its own access log is off, since that
one prints addresses and queries; portal/middleware/access_log.py writes ours.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
FIRST_READERS = 10
"""Seconds after the start in which the files of all records wait, so that nobody's first page does."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m portal.serve", description="Serve the portal.")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    # Python runs one thread of a process at a time: a worker for each core, and a second thread or two in each so that
    # a slow download does not keep readers waiting.
    parser.add_argument("--workers", type=int, default=int(os.environ.get("WORKERS", os.cpu_count() or 2)))
    parser.add_argument("--threads", type=int, default=int(os.environ.get("THREADS", "3")))
    parser.add_argument(
        "--files",
        metavar="SITE",
        default="",
        help="Bring the files of all records up to date meanwhile; addresses in them begin with SITE.",
    )
    options = parser.parse_args()
    os.environ["SERVING_SINCE"] = str(time.time())  # for Last-Modified, which is to be that of all workers
    os.environ["THREADS"] = str(options.threads)  # portal/wsgi.py divides them
    server = Granian(
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
    )
    if options.files:
        files = FilesOfAllRecords(options.files)
        server.on_startup(files.bring_up_to_date)
        server.on_shutdown(files.stop)
    server.serve()


class FilesOfAllRecords:
    """Brought up to date in a process of their own that gives way to every other and ends with the server.

    It does nothing where nothing has changed. Whatever happens to it, the server goes on.
    """

    def __init__(self, site: str):
        self.site = site
        self.process: subprocess.Popen | None = None
        self.is_over = threading.Event()

    def bring_up_to_date(self) -> None:
        threading.Thread(target=self._write, daemon=True).start()

    def stop(self) -> None:
        self.is_over.set()
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def _write(self) -> None:
        if self.is_over.wait(FIRST_READERS):
            return
        command = [sys.executable, str(MANAGE), "build_bulk", "--background", "--site", self.site]
        # In a session of its own: Ctrl+C is for the server, which then ends it.
        self.process = subprocess.Popen(command, start_new_session=True)
        if self.is_over.is_set():
            self.stop()
        self.process.wait()


if __name__ == "__main__":
    main()
