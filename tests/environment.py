"""What the tests set before Django reads its settings; pyproject.toml loads this module first (`-p`).

DATABASE_URL of the shell chooses the database; without one the tests run on SQLite, whatever .env says.
`python -m tests` runs them on both.
"""

import os
from pathlib import Path

os.environ["DEBUG"] = "false"
os.environ["SECRET_KEY"] = "tests only"
os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1"
os.environ["COOKIES_SECURE"] = "false"
os.environ["HTTPS_ONLY"] = "false"
os.environ["STATIC_HASHED_NAMES"] = "false"
os.environ["ACCESS_LOG"] = "true"
os.environ["DATA_DIR"] = str(Path(__file__).resolve().parent.parent / "var" / "tests" / "data")
for name in (
    "SECURITY_CONTACT", "OPERATOR", "CONTACT", "LEAVE_URL", "HSTS_SECONDS", "HSTS_SUBDOMAINS", "PROXIES",
    "CSRF_TRUSTED_ORIGINS",
):  # fmt: skip
    os.environ.pop(name, None)
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = "sqlite:///:memory:"
