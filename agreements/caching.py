"""Public pages are functions of (data version, address, language, day): browsers and caches may keep them.

A page is asked again after five minutes; while nothing changed the answer is 304 and costs one query.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, time
from functools import cache, wraps
from pathlib import Path
from time import time as clock

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import parse_http_date_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from jurisdictions.models import DataVersion

from .days import today

MAX_AGE = 5 * 60  # seconds
SERVING_SINCE = float(os.environ.get("SERVING_SINCE") or clock())
"""When this release began to serve, in seconds; the same for all workers of a server (portal/serve.py)."""
CODE = ("agreements", "jurisdictions", "portal", "templates", "static", "locale")


def public_page(*parameters: str, rests_on: Callable[[], str] = str) -> Callable:
    """Decorate a view that reads only what is public and only these parameters of the address.

    `rests_on` names the state of what the view reads beside the facts, such as files.

    The view finds them in `request.known_parameters`; whatever else a shared link carries takes no part in anything.
    The decorated view names them in `parameters`.
    """

    def decorate(view: Callable) -> Callable:
        @require_safe
        @wraps(view)
        def answer(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
            request.known_parameters = known(request.GET, parameters)
            request.data_version = DataVersion.objects.current()
            etag = etag_of(request, rests_on())
            # Who names the ETag was shown the page. `*` is anything: only a page that there is meets it, see
            # Django's ConditionalGetMiddleware.
            is_named = etag in request.headers.get("If-None-Match", "")
            response = (is_named and get_conditional_response(request, etag=etag)) or view(request, *args, **kwargs)
            if response.status_code in (200, 301, 304):
                response.headers["ETag"] = etag
                patch_cache_control(response, public=True, max_age=MAX_AGE)
            else:
                response.headers["Cache-Control"] = "no-store"
            return response

        answer.parameters = parameters
        return answer

    return decorate


def known(asked: QueryDict, parameters: tuple[str, ...]) -> QueryDict:
    """The parameters named, in that order, where they say something."""
    found = QueryDict(mutable=True)
    for name in parameters:
        if value := asked.get(name, "").strip():
            found[name] = value
    return found


def etag_of(request: HttpRequest, also: str = "") -> str:
    address = f"{request.scheme}://{request.get_host()}{request.path}?{request.known_parameters.urlencode()}"
    version = request.data_version
    # After a restore another change may have come to the same number.
    facts = (str(version.number), str(version.number and version.changed_at.timestamp()))
    parts = (release(), *facts, address, get_language(), today().isoformat(), also)
    return f'"{hashlib.blake2b(chr(0).join(parts).encode(), digest_size=12).hexdigest()}"'


@cache
def release() -> str:
    """Names this version of the code: another one may show the same facts differently."""
    total = hashlib.blake2b(digest_size=8)
    for folder in CODE:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in {".py", ".html", ".css", ".js", ".svg", ".mo"}:
                total.update(str(path.relative_to(settings.BASE_DIR)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def last_modified(version: DataVersion) -> int | None:
    """The second in which answers became what they are: the facts changed, the day began, or this release to serve.

    No two states of one installation share it, so it names a state as an ETag does, to who gives it back exactly (see
    `heed_our_date_alone`). None before the first load, and where it has not come yet: facts changed twice in a second.
    """
    if not version.number:
        return None
    midnight = timezone.make_aware(datetime.combine(today(), time.min))
    second = int(max(version.changed_at.timestamp(), midnight.timestamp(), SERVING_SINCE))
    return second if second <= clock() else None


def heed_our_date_alone(request: HttpRequest, modified: int | None) -> None:
    """Forget an If-Modified-Since that is not the very Last-Modified of the answer.

    Any other date says nothing: after a restore or with an earlier release facts may be older than an answer that
    somebody holds, and clocks differ.
    """
    given = request.META.get("HTTP_IF_MODIFIED_SINCE")
    if given is not None and (modified is None or parse_http_date_safe(given) != modified):
        del request.META["HTTP_IF_MODIFIED_SINCE"]
