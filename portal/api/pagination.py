"""Pages of a list: count, next, previous, results, and what holds for the whole answer."""

from __future__ import annotations

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from agreements.api.problems import BadParameters

LARGEST = 1_000


class Pages(PageNumberPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = LARGEST
    page_query_description = "Which page, from 1."
    page_size_query_description = f"Records on a page, up to {LARGEST:,}."

    def get_page_size(self, request) -> int:
        return self.positive(request, "page_size", self.page_size, LARGEST)

    def paginate_queryset(self, queryset, request, view=None) -> list:
        return list(self.page_of(queryset, request, view))

    def page_of(self, queryset, request, view):
        """The part of the queryset that the page shows, not read yet; what there is was counted."""
        self.view = view
        size = self.get_page_size(request)
        number = self.positive(request, "page", 1)
        paginator = self.django_paginator_class(queryset, size)
        if number > paginator.num_pages:
            raise BadParameters({"page": f"There are {paginator.num_pages} pages."}, view.known_parameters)
        self.request, self.page = request, paginator.page(number)
        return self.page.object_list

    def positive(self, request, name: str, default: int, largest: int | None = None) -> int:
        text = request.query_params.get(name, "")
        if not text:
            return default
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if number < 1 or (largest and number > largest):
            up_to = f" to {largest:,}" if largest else ""
            raise BadParameters({name: f"Write a whole number from 1{up_to}."}, self.view.known_parameters)
        return number

    def get_paginated_response(self, data: list) -> Response:
        return Response(
            {
                "count": self.page.paginator.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "results": data,
                "meta": self.view.meta,
                **self.view.coverage,
            }
        )

    def get_paginated_response_schema(self, schema: dict) -> dict:
        described = super().get_paginated_response_schema(schema)
        described["properties"] |= {
            "meta": {"$ref": "#/components/schemas/Meta"},
            "coverage": {
                "type": "object",
                "description": "Only for a day before the first list that we hold: an empty list then means unknown.",
                "properties": {"from": {"type": "string", "format": "date", "nullable": True}},
            },
        }
        return described
