"""What the lists of pages share: a filtered list, a page of it, and what its page says about both."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from jurisdictions.models import Jurisdiction

from ..days import today
from ..filters import REACHES, Parameters
from ..lists import Lists

ROWS_ON_A_PAGE = 50
ROWS_AT_ONCE = 1000
"""Rows that a CSV asks of the database at a time."""


FIELDS = frozenset({
    "q", "state", "model", "status", "kind", "signed_from", "signed_to", "as_of", "from", "to",
    "topic", "effect", "stance", "legal_status",
})  # fmt: skip
"""Parameters that the forms above the lists offer."""


class List:
    """A filtered list, a page of it, and what its page says about both."""

    def __init__(self, request: HttpRequest, filterset: Parameters):
        self.filterset = filterset
        self.is_valid = filterset.is_valid()
        # A list that was asked wrongly shows nothing rather than everything.
        self.rows = filterset.qs if self.is_valid else filterset.queryset.none()
        paginator = Paginator(self.rows, ROWS_ON_A_PAGE)
        asked = request.known_parameters.get("page", "1")
        self.refusal = "" if asked in map(str, paginator.page_range) else _("There is no such page of the list.")
        self.page = paginator.get_page(asked)
        self.count = paginator.count
        self.sentences = filterset.sentences

    @property
    def status(self) -> int:
        return 200 if self.is_valid and not self.refusal else 400

    @property
    def values(self) -> QueryDict:
        """What was asked, for the form to show."""
        return self.filterset.known_parameters

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What was asked by a link and has no field in the form, so that the form keeps it."""
        return [(name, value) for name, value in self.values.items() if name not in FIELDS]

    @property
    def reach_label(self) -> str:
        """How agencies reach the area, in words, where that was asked."""
        return str(dict(REACHES).get(self.values.get("reach"), ""))


def asked_format(request: HttpRequest) -> str:
    """ "csv", or "" for the page; anything else is no known format and is the page too."""
    return "csv" if request.known_parameters.get("format", "").lower() == "csv" else ""


def list_context(found: List) -> dict:
    day = getattr(found.filterset, "day", None) or today()
    return {"found": found, "page": found.page, "lists": Lists.on(day), "area": getattr(found.filterset, "area", None)}


def all_states():
    return Jurisdiction.objects.states().order_by("name").only("geoid", "kind", "name", "usps", "slug")
