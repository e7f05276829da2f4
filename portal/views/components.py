"""/components/: every component of the pages with an example, for those who build them. Only where DEBUG is set."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agreements.caching import public_page
from agreements.days import today
from agreements.lists import Lists
from agreements.models import Agreement
from jurisdictions.models import Coverage, Jurisdiction
from portal.answers import Line, Mark, Sources, Topic, answer_for
from portal.find import LONGEST
from portal.maps import tiles
from portal.views.home import agencies_by_state

OLD = timedelta(days=100)
TOKENS = (
    ("paper", "the page"),
    ("card", "what lies on it: the answer, fields, folded parts"),
    ("ink", "text"),
    ("quiet", "what is beside the point: small print, labels, captions of columns"),
    ("rule", "lines between rows, edges of boxes"),
    ("deep", "header and band of the first page"),
    ("link", "links, buttons, the sign of yes, lines above headings"),
    ("wash", "footer, filters"),
    ("amber", "notes"),
    ("amber-rule", "edges of notes and of doubts"),
    ("focus", "where the keyboard is, and what was refused"),
)
SAID = {
    Mark.YES: ("Yes", "Two agencies have agreements with ICE."),
    Mark.NO: ("Not on the list", "No agency was on ICE's list. This does not mean that they never help ICE."),
    Mark.LOOKED: ("No record found", "We looked and found no written policy that was in force."),
    Mark.UNCHECKED: ("", "We have not checked this yet."),
}
LINES = [
    Line(topic, mark, word, (sentence,)) for topic, (mark, (word, sentence)) in zip(Topic, SAID.items(), strict=True)
]


@public_page("page")
def components(request: HttpRequest) -> HttpResponse:
    """Examples from the real templates; those that need facts take those of one county."""
    lists = Lists.on(today())
    states = list(Jurisdiction.objects.states().order_by("name"))
    county = example_county()
    answer = answer_for(county, today(), lists=lists) if county and lists.is_covered else None
    context = {
        "tokens": TOKENS,
        "lines": LINES,
        "lists": lists,
        "past": Lists.on(today() - OLD),
        "longest": LONGEST,
        "answer": answer,
        "area": county,
        "entries": next(iter(answer.groups.values()), ()) if answer else (),
        "changes": answer.changes if answer else (),
        "sources": Sources(),
        "tiles": tiles.tiles(states, agencies_by_state()) if lists.newest else (),
        "drawing": (tiles.WIDTH, tiles.HEIGHT),
        "page": Paginator(range(100), 10).get_page(request.known_parameters.get("page", 2)),
    }
    return render(request, "portal/components.html", context)


def example_county() -> Jurisdiction | None:
    """The first county, by GEOID, that an agency on the newest list covers; None if there is none."""
    listed = Agreement.objects.listed_on(today()).values("agency")
    found = Coverage.objects.filter(agency__in=listed, jurisdiction__kind="county", jurisdiction__same_as=None)
    first = found.select_related("jurisdiction__state").order_by("jurisdiction__geoid").first()
    return first.jurisdiction if first else None
