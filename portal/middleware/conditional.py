"""304 for pages that have not changed, by their ETag or by exactly their Last-Modified."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware import http
from django.utils.http import parse_http_date_safe

from agreements.caching import heed_our_date_alone


class ConditionalGetMiddleware(http.ConditionalGetMiddleware):
    """Django's, but for a date that no answer of ours gave out."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        heed_our_date_alone(request, parse_http_date_safe(response.headers.get("Last-Modified", "")))
        return super().process_response(request, response)
