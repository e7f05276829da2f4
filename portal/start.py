"""`make run`: bring the database up to date, then serve. A second start finds everything done and takes seconds."""

import os
import socket
import sys

import django
from django.core.management import call_command
from django.db import OperationalError

from portal import serve


def main() -> None:
    port = int(os.environ.get("PORT", "8000"))
    if is_taken(port):
        sys.exit(f"Port {port} is taken, perhaps by another portal. Choose another one: PORT={port + 1} make run")
    try:
        bring_up_to_date()
    except OSError as error:
        sys.exit(f"{error.filename} cannot be written to: {error.strerror}. DATA_DIR may name another folder.")
    except OperationalError as error:
        sys.exit(f"The database cannot be used: {str(error).strip()}")
    from portal.api.bulk import site_of_settings  # which asks for the settings

    site = site_of_settings(port)
    print(f"\nThe portal is at http://127.0.0.1:{port}/ (Ctrl+C stops it)\n", flush=True)
    # A fresh process: the workers must not inherit this one's database connection.
    os.execv(sys.executable, [sys.executable, "-m", serve.__name__, "--files", site])


def bring_up_to_date() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_facts")


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped. The next start goes on from here.")
