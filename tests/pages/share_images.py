"""`make share-images`: the picture that goes with a link to a page of a state, or of the country; static/share/*.png.

Names and outlines only, so that a picture never gets old: nothing in it follows from a list. The name of a state is the
same in both languages. Chromium draws it and hands back its pixels; here they become a PNG of eight colours.
docs/decisions/0014-share-images-are-drawn-once.md says why.
"""

from __future__ import annotations

import base64
import os
import struct
import sys
import zlib
from collections.abc import Iterable
from html import escape

from playwright.sync_api import Page, sync_playwright

from jurisdictions.shapes import STATES, Drawing, drawings
from jurisdictions.tables import COLUMNS, read_table
from portal.maps.map import path_of
from tests import site

FOLDER = site.ROOT / "static" / "share"
NATION = "us"
WIDTH, HEIGHT = 1200, 630
"""Pixels: what those who show links ask for, 1.91 : 1."""
HEAVIEST = 10_000  # bytes
COLOURS = 8

PAGE = """<!doctype html><meta charset="utf-8"><style>
html {{ background: #17394d; color: #fff; font-family: "Liberation Sans", Arial, sans-serif; }}
body {{ margin: 0; width: {width}px; height: {height}px; position: relative; overflow: hidden; }}
svg.map {{ position: absolute; }}
h1 {{ position: absolute; left: 72px; top: 0; bottom: 110px; width: {room}px; margin: 0; display: flex;
  align-items: center; font-size: {size}px; line-height: 1.08; letter-spacing: -.02em; }}
p {{ position: absolute; left: 72px; bottom: 56px; margin: 0; font-size: 32px; display: flex; align-items: center; }}
p svg {{ width: 56px; height: 34px; margin-right: 14px; }}
</style><body>{map}<h1>{name}</h1>
<p><svg viewBox="0 0 56 34"><circle cx="16" cy="17" r="14" fill="#fff"/><circle cx="42" cy="17" r="11.5" fill="none"
stroke="#fff" stroke-width="5"/></svg>Local police and ICE · Policía local e ICE</p>"""

# The picture's pixels as numbers of the colours that occur most, each other one as the nearest of these.
INDEXED = """async ([picture, most]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const parts = colour => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const distance = (a, b) => parts(a).reduce((sum, part, i) => sum + (part - parts(b)[i]) ** 2, 0);
  // One that hardly differs from a colour already taken would waste a place.
  const palette = [];
  for (const [colour] of [...counts].sort((a, b) => b[1] - a[1])) {
    if (palette.length < most && palette.every(taken => distance(colour, taken) > 500)) palette.push(colour);
  }
  const nearest = new Map([...counts.keys()].map(colour => {
    const by = palette.map(taken => distance(colour, taken));
    return [colour, by.indexOf(Math.min(...by))];
  }));
  const indexes = Uint8Array.from(pixels, pixel => nearest.get(pixel));
  let text = "";
  for (let i = 0; i < indexes.length; i += 32768) text += String.fromCharCode(...indexes.subarray(i, i + 32768));
  return [btoa(text), palette.map(parts)];
}"""


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=site.chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for slug, name, drawn in pictures():
            path = FOLDER / f"{slug}.png"
            path.write_bytes(picture(page, name, drawn))
            if path.stat().st_size > HEAVIEST:
                sys.exit(f"{path.name} has {path.stat().st_size:,} bytes; {HEAVIEST:,} are the most.")
            print(f"{path.name} {path.stat().st_size:,} bytes")
        browser.close()


def pictures() -> list[tuple[str, str, str]]:
    """For each state, and for the country: slug, name, and its outline as SVG, "" for a territory without one."""
    rows = [dict(zip(COLUMNS["jurisdictions"], row, strict=True)) for row in read_table("jurisdictions")]
    states = [row for row in rows if row["kind"] == "state"]
    country = drawings()[STATES]
    found = [(NATION, "United States", outlines(country, [row["geoid"] for row in states]))]
    for row in states:
        own = drawings().get(row["geoid"])
        found.append((row["slug"], row["name"], outlines(own, own.rings) if own else ""))
    return found


def outlines(drawing: Drawing, areas: Iterable[str]) -> str:
    """The outline of these areas together, at the right of the picture, as large as there is room."""
    scale = min(580 / drawing.width, 470 / drawing.height)
    width, height = drawing.width * scale, drawing.height * scale
    return (
        f'<svg class="map" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {drawing.width} {drawing.height}"'
        f' style="left: {WIDTH - 64 - width:.0f}px; top: {(HEIGHT - 90 - height) / 2:.0f}px" fill="#3f7390">'
        f'<path d="{path_of(drawing.outline(areas))}"/></svg>'
    )


def picture(page: Page, name: str, drawn: str) -> bytes:
    room = 420 if drawn else 1050
    size = {12: 72, 13: 64}.get(max(map(len, name.split())), 84)
    page.set_content(
        PAGE.format(width=WIDTH, height=HEIGHT, room=room, size=size, map=drawn, name=escape(name)),
    )
    shot = base64.b64encode(page.screenshot()).decode()
    indexes, palette = page.evaluate(INDEXED, [shot, COLOURS])
    return png(base64.b64decode(indexes), palette)


def png(indexes: bytes, palette: list[list[int]]) -> bytes:
    """A PNG with a palette of at most sixteen colours, four bits for each pixel."""
    packed = bytes(left << 4 | right for left, right in zip(indexes[::2], indexes[1::2], strict=True))
    lines = b"".join(b"\0" + packed[start : start + WIDTH // 2] for start in range(0, len(packed), WIDTH // 2))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 4, 3, 0, 0, 0)
    colours = b"".join(map(bytes, palette))
    parts = [(b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


if __name__ == "__main__":
    main()
