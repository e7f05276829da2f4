"""The description of the API, its page to read, and what has no address."""

from __future__ import annotations

from urllib.parse import quote

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import render
from django.urls import resolve
from django.utils.http import escape_leading_slashes
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.views import APIView

from agreements.api.base import Answer
from portal.api.description import description_as_json, sections


class NotHere(Answer, APIView):
    """What has no address in the API."""

    is_kept = False

    def initial(self, request, *args, **kwargs) -> None:
        """No method and no parameter makes an address of it."""
        super().initial(request, *args, **kwargs)
        raise NotFound("See /api/v1/ for the addresses that there are.")

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs) -> HttpResponseBase:
        """Never reached."""

    def refuse_bad_parameters(self, request) -> None:
        """Whatever it is asked with."""

    def dispatch(self, request, *args, **kwargs) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"} and not request.path_info.endswith("/"):
            with_slash = resolve(f"{request.path_info}/")
            if getattr(with_slash.func, "cls", None) is not type(self):
                moved = HttpResponsePermanentRedirect(with_a_slash(request))
                moved.headers["Access-Control-Allow-Origin"] = "*"
                return moved
        return super().dispatch(request, *args, **kwargs)


def with_a_slash(request: HttpRequest) -> str:
    """The address asked for with the slash that ends ours."""
    query = request.META.get("QUERY_STRING", "")
    return f"{escape_leading_slashes(quote(request.path))}/{'?' if query else ''}{query}"


class Schema(Answer, APIView):
    """The description of this API, OpenAPI 3, as JSON."""

    @extend_schema(exclude=True)
    def get(self, request) -> HttpResponse:
        return HttpResponse(description_as_json(), content_type="application/vnd.oai.openapi+json")


@cache_control(public=True, max_age=3600)
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The API as a page to read: its addresses, their parameters, and calls to try."""
    base = request.build_absolute_uri("/api/v1/")
    return render(request, "api/docs.html", {"sections": sections(), "base": base})
