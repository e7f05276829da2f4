"""What every answer of the API has in common: strict parameters, a day, a data version, conditional requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from hashlib import blake2s
from typing import Any

import orjson
from django import forms
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import http_date
from rest_framework import mixins, viewsets
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from agreements.caching import last_modified, release
from agreements.days import today
from agreements.filters import DayField
from agreements.lists import Lists
from jurisdictions.api.shapes import AS_JSON, Form, Shape, fields_of
from jurisdictions.models import DataVersion

from .files import Cells, SomeFields, file_of
from .held import held_answers
from .problems import BadParameters, Unchanged, unmet_condition
from .selections import Selection

LICENCE = "CC BY 4.0; documents and lists of the US government: public domain"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"

EXPOSED = (
    "Accept-Ranges, Allow, Content-Disposition, Content-Range, Date, ETag, Last-Modified, Link, Location, Retry-After,"
    " RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, WWW-Authenticate, X-Data-Version, X-Newest-List"
)
"""The headers that a script of another site may read."""

MAY_BE_SENT = "Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, Range"
"""The headers that a script of another site may send."""

CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"}

OF_EVERY_ADDRESS = ("format",)
OF_A_LIST = ("page", "page_size", "fields", "expand")
OF_A_RECORD = ("fields", "expand")


class Filters(BaseFilterBackend):
    """The FilterSets of the pages; what a page would say beside a field is refused here."""

    def filter_queryset(self, request, queryset, view):
        return queryset if view.filterset_class is None else filtered(view, request.query_params, queryset)


def filtered(view: Answer, asked: Mapping[str, str], queryset: QuerySet) -> QuerySet:
    """What these parameters ask for."""
    filterset = view.filterset_class(asked, queryset, asked_only=True)
    if not filterset.is_valid():
        errors = {name: [str(each) for each in sentences] for name, sentences in filterset.errors.items()}
        raise BadParameters(errors, view.known_parameters)
    return filterset.qs


class Answer:
    """Mixed into a view: parameters that it does not know are refused, and an answer that is still good is not sent.

    Every answer follows from the data version, the code, its address and the day.
    """

    parameters: tuple[str, ...] = ()
    """Those that this address takes beside `format`."""
    speaks_of_a_day = False
    """Whether it takes `as_of`."""

    is_kept = True
    """Whether caches may keep the answer and ask again whether it is still good."""

    throttles: Sequence[BaseThrottle] = ()
    waits: list[float | None] | None = None
    """Of throttles that refuse the call; None before they were asked."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        """The answer: one that is at hand if there is one, without any of the machinery that would make it."""
        if request.method == "OPTIONS":
            return self.preflight()
        response = self.at_hand(request)
        if response is None:
            response = super().dispatch(request, *args, **kwargs)
            self.describe(response)
            if self.is_kept and request.method == "GET" and response.status_code == 200 and self.version.number:
                if hasattr(response, "render"):
                    response.render()
                held_answers.keep(self.follows_from, response)
            response = self.weighed(request, response)
            self.part_from(response)
        for throttle in self.throttles:
            for name, value in throttle.headers().items():
                response.headers.setdefault(name, value)
        return response

    def part_from(self, response: HttpResponseBase) -> None:
        """View, request and answer know each other, and would stay until Python looks for circles: by then a few long
        answers fill a small machine. Apart, each goes with the last who needs it.
        """
        self.response = None
        if not response.streaming:
            self.request = None
        if isinstance(response, Response):
            response.add_post_render_callback(lambda rendered: rendered.renderer_context.pop("response", None))

    def at_hand(self, request: HttpRequest) -> HttpResponseBase | None:
        """304 to who names the answer's ETag, or the answer as it was made before; None if it has to be made.

        Both prove that the address is in order: only a good one gets an ETag. A caller who tells a key is for the
        ordinary way, which knows keys.
        """
        with_key = request.headers.get("Authorization", "").lstrip().lower().startswith("bearer")
        if not self.is_kept or request.method not in {"GET", "HEAD"} or with_key:
            return None
        self.ask_throttles(request)
        if self.waits or not self.version.number:
            return None
        held = held_answers.answer(self.follows_from)
        if held is None and self.etag not in request.headers.get("If-None-Match", ""):
            return None
        return self.unmet(request) or held

    def weighed(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer just made, or what its caller's conditions make of it.

        They are weighed last, since only an answer that is in order meets or fails a condition: what is not found is
        not found, also for a caller who asks for news since yesterday (RFC 9110, 13.2.1).
        """
        if not self.is_kept or request.method not in {"GET", "HEAD"} or response.status_code != 200:
            return response
        return self.unmet(request) or response

    def unmet(self, request: HttpRequest) -> HttpResponseBase | None:
        """304 or 412 in place of an answer that is in order; None to a caller who set no condition, or whose holds."""
        if not CONDITIONS & request.META.keys():
            return None
        response = unmet_condition(request, etag=self.etag, last_modified=self.last_modified)
        if response is not None:
            response.headers["Allow"] = self.allowed
            self.describe(response)
        return response

    @property
    def follows_from(self) -> tuple:
        """What the answer is a function of. A test's facts, or those of a restored copy, may have the same number."""
        return connection.settings_dict["NAME"], self.version.changed_at, self.etag

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        self.refuse_bad_parameters(request)
        # A caller with a key has not been asked before; see `at_hand`.
        if self.is_kept and request.method in {"GET", "HEAD"} and self.etag in request.headers.get("If-None-Match", ""):
            unmet = unmet_condition(request, etag=self.etag, last_modified=self.last_modified)
            if unmet is not None and unmet.status_code == 304:
                raise Unchanged

    @property
    def allowed(self) -> str:
        return ", ".join(self.allowed_methods)

    @property
    def default_response_headers(self) -> dict[str, str]:
        # Without DRF's `Vary: Accept`: the form of an answer is a part of its address.
        return {"Allow": self.allowed}

    def check_throttles(self, request: Request) -> None:
        if self.waits is None:
            self.ask_throttles(request)
        if self.waits:
            self.throttled(request, max((wait for wait in self.waits if wait is not None), default=None))

    def ask_throttles(self, request: HttpRequest | Request) -> None:
        """Count the call, once."""
        self.throttles = self.get_throttles()
        self.waits = [throttle.wait() for throttle in self.throttles if not throttle.allow_request(request, self)]

    def preflight(self) -> HttpResponseBase:
        """204: what a browser asks before it sends a request from another site. It is not counted as a call.

        It says nothing of the parameters: a browser shows a page no answer, not even a refusal, after a preflight that
        failed.
        """
        methods = self.allowed
        headers = {
            "Allow": methods,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": MAY_BE_SENT,
            "Access-Control-Max-Age": "86400",
            "Cache-Control": "no-store",
        }
        response = HttpResponse(status=204, headers=headers)
        del response.headers["Content-Type"]
        return response

    def options(self, request: Request, *args, **kwargs) -> HttpResponseBase:
        """Named so that `Allow` does; `dispatch` has answered."""
        return self.preflight()

    @cached_property
    def known_parameters(self) -> set[str]:
        known = {*OF_EVERY_ADDRESS, *self.parameters}
        return known | {"as_of"} if self.speaks_of_a_day else known

    def refuse_bad_parameters(self, request: Request) -> None:
        errors = {}
        for name, values in request.query_params.lists():
            if name not in self.known_parameters:
                errors[name] = "There is no such parameter here."
            elif len(values) > 1:
                errors[name] = "It is given more than once."
        if errors:
            raise BadParameters(errors, self.known_parameters)
        self.day  # noqa: B018 - refuses a bad as_of

    @cached_property
    def day(self) -> date:
        """The day that the answer speaks of: `as_of`, or today."""
        text = self.request.query_params.get("as_of", "") if self.speaks_of_a_day else ""
        if not text:
            return today()
        try:
            return DayField(future=False).clean(text)
        except forms.ValidationError as error:
            raise BadParameters({"as_of": error.messages}, self.known_parameters) from None

    @cached_property
    def lists(self) -> Lists:
        return Lists.of(self.day, self.version)

    @cached_property
    def version(self) -> DataVersion:
        return DataVersion.objects.current()

    @property
    def meta(self) -> dict[str, Any]:
        """What holds for the whole answer."""
        return {
            "data_version": self.version.number,
            "as_of": self.day.isoformat(),
            "newest_list": self.lists.newest and self.lists.newest.isoformat(),
            "licence": LICENCE,
            "licence_url": LICENCE_URL,
        }

    @property
    def coverage(self) -> dict[str, Any]:
        """For a day before the first list that we hold, which is not a day without agreements."""
        if self.lists.is_covered:
            return {}
        return {"coverage": {"from": self.lists.first and self.lists.first.isoformat()}}

    @cached_property
    def last_modified(self) -> int | None:
        """When the facts changed last, the day began (statuses and ages follow from it), or the release to serve."""
        return last_modified(self.version)

    @cached_property
    def etag(self) -> str:
        # Another release of the code may show the same facts differently; after a restore another change may have
        # come to the same number.
        facts = self.version.number and self.version.changed_at.timestamp()
        asked = f"{release()} {facts} {self.request.build_absolute_uri()}"
        address = blake2s(asked.encode(), digest_size=8).hexdigest()
        return f'"{self.version.number}-{today():%Y%m%d}-{address}"'

    def describe(self, response: HttpResponseBase) -> None:
        """Headers that every site may read, and that say of a CSV file, too, what `meta` says in JSON."""
        headers = response.headers
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = EXPOSED
        if not self.is_kept:
            headers["Cache-Control"] = "no-store"
            return
        if response.status_code not in {200, 304}:
            return
        headers.setdefault("ETag", self.etag)
        if self.last_modified is not None:
            headers.setdefault("Last-Modified", http_date(self.last_modified))
        headers.setdefault("Cache-Control", "public, no-cache")
        headers.setdefault("X-Data-Version", str(self.version.number))
        headers.setdefault("Link", f'<{LICENCE_URL}>; rel="license"')
        if response.status_code == 200 and self.lists.newest:
            headers.setdefault("X-Newest-List", self.lists.newest.isoformat())


class RecordViewSet(Answer, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """A list of records with filters, and each of them by its id."""

    filter_backends = [Filters]
    filterset_class = None
    shape_class: type[Shape]
    """What makes the records."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "shape_class" in vars(cls):
            cls.queryset, cls.serializer_class = cls.shape_class.queryset, cls.shape_class.record

    @cached_property
    def known_parameters(self) -> set[str]:
        if self.action != "list":
            return {*OF_A_RECORD, *super().known_parameters}
        filters = self.filterset_class.base_filters if self.filterset_class else {}
        return {*OF_A_LIST, *filters, *super().known_parameters}

    def refuse_bad_parameters(self, request: Request) -> None:
        super().refuse_bad_parameters(request)
        self.expanded = self.named("expand")
        self.wanted = self.named("fields")
        if self.is_a_file and {"page", "page_size"} & set(request.query_params):
            message = "CSV and JSON Lines hold the whole list in one answer. Leave this out."
            raise BadParameters({"page": message}, self.known_parameters)

    def named(self, parameter: str) -> tuple[str, ...]:
        """The names that `fields=` or `expand=` lists, each of which must be one of the record's."""
        names = [name for name in self.request.query_params.get(parameter, "").split(",") if name]
        if not names:
            return ()
        possible = self.shape_class.record.expandable if parameter == "expand" else self.columns
        if wrong := [name for name in names if name not in possible]:
            choices = f"One can name {', '.join(possible)}." if possible else "Nothing can be expanded here."
            raise BadParameters(
                {parameter: f"“{', '.join(wrong)}” is no part of this. {choices}"}, self.known_parameters
            )
        return tuple(names)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a record's fields, in their order."""
        return fields_of(self.shape_class.record, frozenset(getattr(self, "expanded", ())))

    @property
    def is_a_file(self) -> bool:
        """Whether the whole list is asked for, a line for each record."""
        return hasattr(self.request.accepted_renderer, "lines")

    @cached_property
    def shape(self) -> Shape:
        origin = f"{self.request.scheme}://{self.request.get_host()}"
        return self.shape_class(self.day, origin, self.expanded, self.version)

    def list(self, request: Request, *args, **kwargs) -> HttpResponseBase:
        if self.is_a_file and request.method == "HEAD":
            return self.file(None)
        if self.shape.is_kept:
            if self.is_a_file:
                return self.file(self.lines_of_all())
            page = self.paginator.page_of(self.selected(), request, self)
            return self.get_paginated_response([*map(orjson.Fragment, self.shape.written(page, self.form))])
        queryset = self.filter_queryset(self.get_queryset())
        if self.is_a_file:
            return self.file(self.lines(self.shape.stream(queryset)))
        page = self.paginator.page_of(queryset, request, self)
        return self.get_paginated_response([*self.with_fields(self.shape.shown(self.shape.rows(page)))])

    def lines_of_all(self) -> list[bytes]:
        """All records of the list, written."""
        if self.shape.table(self.form) or self.shape.table(AS_JSON):
            return self.shape.written(self.selected(), self.form)
        # Nothing is written yet: the list is read in its order in one go.
        return [*self.shape.write(self.filter_queryset(self.get_queryset()), self.form).values()]

    def selected(self) -> Sequence[int]:
        """The keys of all records of the list, in its order."""
        given, filters = self.request.query_params, self.filterset_class
        asked = {name: text for name in filters.base_filters if (text := given.get(name))}
        filter_these = partial(filtered, self, queryset=self.get_queryset())
        return Selection(self.shape.facts, self.shape_class, asked, filters.apart, filter_these).keys()

    def retrieve(self, request: Request, *args, **kwargs) -> HttpResponseBase:
        row = self.shape.rows(self.one()).first()
        if row is None:
            raise Http404("There is no record of this id.")
        return self.answered(row)

    def one(self) -> QuerySet:
        """The record that the address names, or none."""
        raise NotImplementedError

    def answered(self, row) -> HttpResponseBase:
        """One record as an answer."""
        records = self.shape.shown([row])
        if self.is_a_file:
            return self.file(self.lines(records))
        (record,) = self.with_fields(records)
        return Response({**record, "meta": self.meta})

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Those that were asked for, in their order; all where none were named."""
        return tuple(name for name in self.columns if not self.wanted or name in self.wanted)

    @cached_property
    def form(self) -> Form:
        """How the records of this answer are written."""
        renderer = self.request.accepted_renderer
        if getattr(renderer, "has_cells", False):
            return Cells(renderer, self.fields)
        return SomeFields(self.fields) if self.wanted else AS_JSON

    def with_fields(self, records: Iterable[dict]) -> Iterable[dict]:
        """The records with the fields that were asked for."""
        if not self.wanted:
            return records
        return ({name: record[name] for name in self.fields} for record in records)

    def lines(self, records: Iterable[dict]) -> Iterator[bytes]:
        return self.request.accepted_renderer.lines(self.with_fields(records), self.fields)

    def file(self, lines: Iterable[bytes] | None, columns: Sequence[str] = ()) -> HttpResponseBase:
        """The lines as a file, with these columns or the fields that were asked for. None: its headers alone."""
        renderer = self.request.accepted_renderer
        response = file_of(renderer, lines, columns or self.fields)
        response.headers["Content-Disposition"] = f'attachment; filename="{self.basename}.{renderer.format}"'
        return response
