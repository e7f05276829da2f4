"""Pages in a browser, held against what every page must be: nothing past the edge, nobody kept out."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

SEEN = os.environ.get("SCREENSHOTS")
"""A folder for pictures of the pages, to look at."""
AXE = Axe()


def violations(page: Page, *rules: str, within: str | None = None) -> list[tuple[str, str]]:
    """What axe finds wrong: the rule and the first element that breaks it. Without rules all of them.

    The page has to be there already: after a click wait for something of the new one.
    """
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = AXE.run(page, context=within, options=options).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found]


def looked_at(page: Page, name: str, heading: str, *, within: str, height: int = 900) -> None:
    """Checks a page headed `heading`, at the width of a phone and of a desk; axe looks at what lies `within`.

    The heading is waited for: after a click the tab may still hold the page before, or none at all.
    """
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()
    page.wait_for_load_state()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator("html").evaluate("html => html.scrollWidth") <= width, f"{name} at {width}"
        if SEEN:
            page.screenshot(path=Path(SEEN) / f"{name}-{width}.png", full_page=True)
    assert violations(page, within=within) == [], name
