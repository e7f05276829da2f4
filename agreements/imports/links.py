"""The addresses of agreements, freed of what mail filters, browsers and archives wrap around them."""

import re
from functools import lru_cache
from urllib.parse import parse_qs, quote, urlsplit

HOST = "www.ice.gov"
"""The only host that a document address may have: every agreement listed so far is a file there."""

SAFELINKS = ".safelinks.protection.outlook.com"
DEEPEST_WRAPPING = 8  # a link copied from mail to mail is wrapped again; three is the most seen

_EXTENSION = re.compile(r"[a-z-]+-extension://+[^/]+/+(?P<inner>.*)", re.IGNORECASE | re.DOTALL)
_ARCHIVE = re.compile(
    r"(https?:/+)?web\.archive\.org/+web/+\d{4,14}(?:[a-z]{2}_)?/+(?P<inner>.*)", re.IGNORECASE | re.DOTALL
)
_SCHEME = re.compile(r"https?:/+", re.IGNORECASE)
_BARE = re.compile(r"(?:www\.)?ice\.gov/", re.IGNORECASE)
_IN_PATHS = "/%:@!$&'()*+,;=~"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def looks_like_address(text: str) -> bool:
    """Whether a cell's text is itself an address, as on the lists kept from ICE's page."""
    text = text.strip()
    return bool(_SCHEME.match(text) or _BARE.match(text) or _EXTENSION.match(text))


@lru_cache(maxsize=8192)
def clean(raw: str) -> str:
    """The document's own address on www.ice.gov, "" if `raw` does not lead there.

    Nothing but host and path is kept: a query could carry somebody's mail address, as those of mail filters do.
    Cleaning a cleaned address changes nothing.
    """
    address = "".join(character for character in raw if character.isprintable()).strip()
    for _ in range(DEEPEST_WRAPPING):
        inner = _unwrapped(address)
        if inner == address:
            break
        address = inner
    else:
        return ""
    if _BARE.match(address):
        address = "https://" + address
    scheme = _SCHEME.match(address)
    if not scheme:
        return ""
    # One slash or three after the scheme: both stand in ICE's lists.
    try:
        parts = urlsplit("https://" + address[scheme.end() :])
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    if host != HOST.removeprefix("www.") or port not in (None, 80, 443) or "@" in parts.netloc:
        return ""
    path = re.sub(r"/{2,}", "/", parts.path)
    if path in ("", "/") or "\\" in path or {".", ".."} & set(path.split("/")):
        return ""
    return "https://" + HOST + quote(_STRAY_PERCENT.sub("%25", path), safe=_IN_PATHS)


def _unwrapped(address: str) -> str:
    """The address inside one layer of wrapping, `address` itself if there is none."""
    for wrapping in (_EXTENSION, _ARCHIVE):
        if found := wrapping.fullmatch(address):
            return found["inner"].strip()
    if SAFELINKS in address.lower():
        try:
            parts = urlsplit(address)
            if (parts.hostname or "").endswith(SAFELINKS):
                return parse_qs(parts.query).get("url", [""])[0].strip()
        except ValueError:
            return address
    return address
