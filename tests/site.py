"""The production server, and the browser that visits it. Run by itself it says whether there is a browser."""

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "tests"
SECONDS_TO_START = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def chromium() -> str:
    """The path of Chromium or Chrome on this machine; CHROMIUM names another."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    found = found or next((path for path in MAC_BROWSERS if Path(path).exists()), None)
    if not found:
        raise FileNotFoundError(
            "The browser tests need Chromium: `apt-get install chromium` on Debian, `brew install --cask chromium` on"
            " a Mac, or set CHROMIUM to the path of a Chromium or Chrome."
        )
    return found


@contextmanager
def served(database_url: str, folder: Path) -> Iterator[str]:
    """Serve the database at `database_url` as `make run` would; `folder` takes the staff's sessions and the log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(collected_static_files()),
        "STATIC_HASHED_NAMES": "true",
    }
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "portal.serve", "--port", str(port), "--workers", "1"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not answers(f"{url}/healthz"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{(folder / 'server.log').read_text()}")
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


def collected_static_files() -> Path:
    """The folder of collected and compressed static files, made once for all processes and kept until they change."""
    total = hashlib.sha256((ROOT / "requirements.txt").read_bytes() + (ROOT / "portal/stylesheets.py").read_bytes())
    for path in sorted((ROOT / "static").rglob("*.*")):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = FOLDER / f"static-{total.hexdigest()[:16]}"
    with (FOLDER / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "staticfiles.json").exists():
            subprocess.run(
                [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
                cwd=ROOT,
                env={**os.environ, "STATIC_ROOT": str(folder), "STATIC_HASHED_NAMES": "true"},
                check=True,
            )
    return folder


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:  # refused, or cut off by a server that is about to start or to stop
        return False


if __name__ == "__main__":
    try:
        chromium()
    except FileNotFoundError as missing:
        sys.exit(str(missing))
