"""The description of the API, its page to read, and what has no address."""

from __future__ import annotations

from urllib.parse import quote

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import render
from django.urls import resolve
from django.utils.http import escape_leading_slashes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.views import APIView

from agreements.api.base import Answer
from agreements.caching import public_page
from portal.api.description import PROBLEM, SCHEMA_TYPE, as_json
from portal.api.examples import description_with_examples, examples
from portal.api.prose import TEXTS, as_html, edition
from portal.api.reading import sections
from portal.views.errors import among_answers


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
    """The description of this API, OpenAPI 3.1, as JSON, with examples that are answers of today."""

    @extend_schema(exclude=True)
    def get(self, request) -> HttpResponse:
        document = description_with_examples(origin(request))
        return HttpResponse(as_json(document), content_type=SCHEMA_TYPE)


def origin(request: HttpRequest) -> str:
    """How the caller names this portal: https://portal.example."""
    return request.build_absolute_uri("/").rstrip("/")


@among_answers
@public_page()
def docs(request: HttpRequest) -> HttpResponse:
    """The API as a page to read: what holds for all of it, and where each address is explained."""
    context = {"sections": sections().values(), "base": f"{origin(request)}/api/v1/", "problem": PROBLEM}
    return render(request, "api/docs.html", context | {"texts": TEXTS})


@among_answers
@public_page()
def docs_of_section(request: HttpRequest, name: str) -> HttpResponse:
    """The addresses of one kind of record: parameters, answers, examples of today, and what each field means."""
    section = sections().get(name)
    if section is None:
        raise Http404("No such section.")
    known = examples(origin(request))
    shown = {each.name: [one for one in known if one.operation == each.name] for each in section.operations}
    context = {"section": section, "sections": sections().values(), "base": f"{origin(request)}/api/v1/"}
    return render(request, "api/section.html", context | {"examples": shown})


@among_answers
@public_page(rests_on=edition)
def docs_text(request: HttpRequest, name: str) -> HttpResponse:
    """A text of docs/ as a page."""
    context = {"title": TEXTS[name].title, "text": as_html(name, origin(request))}
    return render(request, "api/text.html", context)
