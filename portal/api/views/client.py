"""The command-line client, for whoever fetches it."""

from __future__ import annotations

from hashlib import blake2s

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from portal.client import NAME, for_site
from portal.views.errors import among_answers

from .described import origin


def etag(request: HttpRequest) -> str:
    return f'"{blake2s(for_site(origin(request)).encode(), digest_size=12).hexdigest()}"'


@among_answers
@require_safe
@cache_control(public=True, no_cache=True)
@condition(etag_func=etag)
def client(request: HttpRequest) -> HttpResponse:
    """One file of Python that needs nothing else, asks this portal, and says so: `python3 portal287g.py --help`."""
    headers = {"Content-Disposition": content_disposition_header(True, NAME)}
    return HttpResponse(for_site(origin(request)), content_type="text/x-python; charset=utf-8", headers=headers)
