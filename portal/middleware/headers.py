"""The headers that tell a browser what a page may do: load from, send to, be framed by, say where it came from."""

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponseBase

from portal.stylesheets import minified

from . import is_admin

PERMISSIONS_POLICY = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
    " magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)


def public_policy(*, more: str = "") -> str:
    """The Content-Security-Policy of a public page: its own files, no inline script, nobody else's anything.

    The sign of the site stands in the page as a data: address, which saves a request; a picture cannot run anything.
    """
    styles = " ".join(["'self'", *inline_style_hashes()])
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; "
        "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'{more}"
    )


def page_with_a_card_policy() -> str:
    """Of the page that shows how a card looks in a frame."""
    return public_policy(more="; frame-src 'self'")


def card_policy() -> str:
    """Of the cards of /embed/us/…, the only pages that anybody may frame: no script, no form, one style sheet."""
    styles = f"'self' {style_hash(inline_style(CARD_STYLE))}"
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors *"
    )


CARD_STYLE = "css/embed.css"
CARDS = frozenset({"embed-state", "embed-place"})
"""The cards' addresses by name. No view decides this: it must hold for every answer, one without a body too (304)."""
OTHER_POLICIES = dict.fromkeys(CARDS, card_policy) | {"embed": page_with_a_card_policy}

# Django's admin draws some of its signs from data: addresses.
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@cache
def inline_style_hashes() -> tuple[str, ...]:
    """CSP sources for the style sheets of settings.CSP_INLINE_STYLES, by the hash of their text as it is on disk."""
    return tuple(style_hash(inline_style(path)) for path in settings.CSP_INLINE_STYLES)


@cache
def inline_style(path: str) -> str:
    """The text of a style sheet under static/, as it must stand between <style> and </style>."""
    return minified(Path(finders.find(path)).read_text(encoding="utf-8"))


def style_hash(text: str) -> str:
    """The CSP source that allows a <style> element with exactly this text: 'sha256-…', quotes included."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class HeadersMiddleware:
    """Adds the headers above to every answer, and a cautious Cache-Control; what the view has set stays."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        admin = is_admin(request)
        view = request.resolver_match.view_name if getattr(request, "resolver_match", None) else ""
        policy = ADMIN_POLICY if admin else OTHER_POLICIES.get(view, public_policy)()
        response.headers.setdefault("Content-Security-Policy", policy)
        if view in CARDS:
            response.headers.pop("X-Frame-Options", None)  # of which Django says DENY
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Under /admin/ a browser that sends no referrer sends `Origin: null`, and Django refuses the form.
        response.headers["Referrer-Policy"] = "same-origin" if admin else "no-referrer"
        # An answer to a form holds what somebody typed. Any other public answer may be kept, and asked after (ETag).
        stored = not admin and request.method in {"GET", "HEAD"}
        response.headers.setdefault("Cache-Control", "public, no-cache" if stored else "no-store, private")
        if response.status_code in {204, 304}:
            # Django says 0, which of a 304 would be the length of what the caller holds (RFC 9110, 8.6).
            del response.headers["Content-Length"]
        return response
