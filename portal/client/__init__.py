"""The command-line client: one file of Python that each portal hands out, with its own address in it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

NAME = "portal287g.py"
SITE = re.compile(r'^SITE = ".*?"  # .*$', re.M)


@cache
def text() -> str:
    return Path(__file__).with_name(NAME).read_text(encoding="utf-8")


def for_site(site: str) -> str:
    """The program for the portal at `site`, https://portal.example."""
    return SITE.sub(lambda _found: f"SITE = {json.dumps(site)}", text(), count=1)
