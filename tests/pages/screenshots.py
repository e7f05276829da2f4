"""`make screenshots`: a picture of each kind of page, to be looked at; var/screenshots/index.html shows all.

Each kind of kinds.py at the width of a phone and of a desk, in both languages, from the production server over the
bundled facts; some also in the dark, in forced colours, on paper, in text twice as large, with the menu open. Words
choose the kinds that have one of them in their name: make screenshots ARGS="law policy".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from playwright.sync_api import Browser, Page, sync_playwright

import tests.environment  # noqa: F401  before Django reads its settings
from tests import site
from tests.pages.kinds import KINDS, LANGUAGES, TYPED

FOLDER = site.ROOT / "var" / "screenshots"
WIDTHS = (360, 1280)
TALLEST = 6_000  # pixels; the end of a list of thousands shows nothing new
LOOKS = {
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "paper": {},
    "large": {},
    "menu": {},
}
LOOKED_AT_SO = ("home", "state", "county", "compare", "map", "agreements", "law", "report", "rights card")
"""Kinds of page that are looked at in each of LOOKS too, at the width of a phone and in English."""


@dataclass(frozen=True, slots=True)
class Shot:
    name: str  # "county-es-360"
    address: str  # "" for the answer to what is typed into the field
    typed: str = ""
    width: int = 360
    look: str = ""


def shots(words: list[str]) -> Iterator[Shot]:
    """All pictures of the kinds whose name holds one of the words; without words of all."""
    for kind in KINDS:
        if words and not any(word in kind.name for word in words):
            continue
        plain = kind.name.replace(" ", "-").replace("'", "")
        for language, prefix in LANGUAGES.items():
            for width in WIDTHS:
                yield Shot(f"{plain}-{language}-{width}", f"{prefix}{kind.typical}", width=width)
        if kind.name in LOOKED_AT_SO:
            for look in LOOKS:
                yield Shot(f"{plain}-en-360-{look}", kind.typical, look=look)
    for kind, typed in TYPED.items():
        if not words or any(word in kind for word in words):
            for language, prefix in LANGUAGES.items():
                for width in WIDTHS:
                    yield Shot(f"found-{kind.replace(' ', '-')}-{language}-{width}", f"{prefix}/find/", typed, width)


def take(shot: Shot, page: Page, folder: Path) -> Path:
    """Takes the picture of a page that stands in `page`."""
    if shot.look == "paper":
        page.emulate_media(media="print")
    elif shot.look == "large":
        page.evaluate("document.documentElement.style.fontSize = '200%'")
    elif shot.look == "menu":
        page.locator(".menu summary").click()
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    path = folder / f"{shot.name}.png"
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": shot.width, "height": height})
    return path


def opened(browser: Browser, shot: Shot, url: str) -> Page:
    """The page of a shot in a context of its own, whole."""
    context = browser.new_context(
        base_url=url, viewport={"width": shot.width, "height": 900}, **LOOKS.get(shot.look, {})
    )
    page = context.new_page()
    page.goto(shot.address, wait_until="load")
    if shot.typed:
        page.locator("#q").fill(shot.typed)
        with page.expect_navigation(wait_until="load"):
            page.locator("form.find button").first.click()
    return page


def overview(paths: list[Path]) -> str:
    """A page with all pictures, small, each leading to the large one."""
    pictures = "".join(
        f'<a href="{escape(path.name)}"><img src="{escape(path.name)}" alt="" loading="lazy" width="240"><br>'
        f"{escape(path.stem)}</a>"
        for path in paths
    )
    style = "body{font:14px sans-serif;display:flex;flex-wrap:wrap;gap:16px}a{width:240px}"
    return f'<!doctype html><meta charset="utf-8"><title>Screenshots</title><style>{style}</style>{pictures}'


def main(words: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from tests import facts  # its settings have to be there

    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = []
    with (
        facts.own_copy() as database,
        TemporaryDirectory() as data,
        site.served(facts.address(database), Path(data)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=site.chromium(), args=["--no-sandbox"])
        for shot in shots(words):
            page = opened(browser, shot, url)
            taken.append(take(shot, page, FOLDER))
            page.context.close()
        browser.close()
    (FOLDER / "index.html").write_text(overview(taken), encoding="utf-8")
    print(f"{len(taken)} pictures: {FOLDER / 'index.html'}")
    return 0 if taken else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
