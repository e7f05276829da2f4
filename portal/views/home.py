"""The first page: one field, how fresh the facts are, the country's numbers, what changed last."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.caching import public_page
from agreements.days import today
from agreements.lists import Lists
from agreements.models import Agreement, ChangeEvent
from jurisdictions.models import Jurisdiction
from portal.answers import TELLING_CHANGES
from portal.find import LONGEST
from portal.maps import tiles

CHANGES_SHOWN = 6


@public_page("state")
def home(request: HttpRequest) -> HttpResponse:
    """`?state=fl` is the form that chooses a state: it leads to that state's page."""
    lost = ""
    if chosen := request.known_parameters.get("state"):
        state = Jurisdiction.objects.states().filter(slug=chosen.lower()).first() if chosen.isalpha() else None
        if state:
            return HttpResponseRedirect(reverse("state", args=[state.slug]))
        lost = _("There is no state or territory with that abbreviation.")
    lists, states = Lists.on(today()), list(Jurisdiction.objects.states().order_by("name"))
    context = {
        "lists": lists,
        "numbers": national_numbers(),
        "states": states,
        "tiles": tiles.tiles(states, agencies_by_state()) if lists.newest else [],
        "drawing": (tiles.WIDTH, tiles.HEIGHT),
        "changes": ChangeEvent.objects.for_listing()
        .filter(kind__in=TELLING_CHANGES)
        .order_by("-seen_on", "agency__state__name", "agency__name", "key")[:CHANGES_SHOWN],
        "longest": LONGEST,
        "lost": lost,
    }
    return render(request, "portal/home.html", context, status=400 if lost else 200)


def agencies_by_state() -> dict[str, int]:
    """Agencies on the newest list, by the USPS code of their state."""
    counted = Agreement.objects.listed_on(today()).order_by().values_list("agency__state__usps")
    return dict(counted.annotate(Count("agency", distinct=True)))


def national_numbers() -> dict[str, int]:
    """What the newest list shows: agreements, agencies, states and territories, and agreements by model."""
    return Agreement.objects.listed_on(today()).aggregate(
        agreements=Count("pk"),
        agencies=Count("agency", distinct=True),
        states=Count("agency__state", distinct=True),
        TFM=Count("pk", filter=Q(program_model="TFM")),
        JEM=Count("pk", filter=Q(program_model="JEM")),
        WSO=Count("pk", filter=Q(program_model="WSO")),
    )
