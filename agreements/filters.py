"""The filters of the lists of agreements and agencies, shared by the pages and the API so that their links agree.

Each parameter means the same in both. What differs is how a wrong one is answered: a page ignores a parameter that it
does not know and shows a sentence for a bad value; the API refuses both (`unknown_parameters`, `errors`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jurisdictions.geoids import STATE_USPS, kind_of, state_fips
from jurisdictions.models import Agency, AgencyAlias, Jurisdiction
from jurisdictions.names import fold

from .days import today
from .models import Agreement, ChangeEvent, Status
from .programs import NAMES as PROGRAM_NAMES
from .querysets import Reach, agencies_reaching

LONGEST_QUERY = 100  # characters; the longest printed name has 93
OF_THE_AREA = (Reach.OWN, Reach.INSIDE, Reach.SPECIAL)


class DayField(forms.DateField):
    """A day written 2026-05-18, and no other way, so that one day has one address."""

    default_error_messages = {
        "invalid": _("Write the day as year-month-day, such as 2026-05-18."),
        "future": _("That day lies ahead. Choose today or an earlier day."),
    }

    def __init__(self, *, future: bool = True, **kwargs):
        self.future = future
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)

    def clean(self, value):
        day = super().clean(value)
        if day and len(str(value).strip()) != len("2026-05-18"):
            raise ValidationError(self.error_messages["invalid"], "invalid")
        if day and not self.future and day > today():
            raise ValidationError(self.error_messages["future"], "future")
        return day


def asked_day(parameters: Mapping[str, str]) -> tuple[date, str]:
    """The day that `as_of` names and "", or today and a sentence that says why it cannot be that day."""
    try:
        return DayField(future=False, required=False).clean(parameters.get("as_of")) or today(), ""
    except ValidationError as refusal:
        return today(), refusal.messages[0]


class StateField(forms.CharField):
    """A state by its postal abbreviation, in capitals or not; cleaned to capitals."""

    default_error_messages = {"unknown": _("No state or territory has this abbreviation. Write it like FL or PR.")}

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return text
        if text.isdigit() or not (fips := state_fips(text)):
            raise ValidationError(self.error_messages["unknown"], "unknown")
        return STATE_USPS[fips]


class AreaField(forms.CharField):
    """An area by its GEOID; cleaned to the Jurisdiction whose page speaks for it."""

    default_error_messages = {
        "malformed": _("A GEOID has 2, 5, 7 or 10 digits, such as 12011 for Broward County, Florida."),
        "unknown": _("We know no area with this GEOID."),
    }

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        if not kind_of(text):
            raise ValidationError(self.error_messages["malformed"], "malformed")
        area = Jurisdiction.objects.select_related("same_as__state", "state").filter(pk=text).first()
        if area is None:
            raise ValidationError(self.error_messages["unknown"], "unknown")
        return area.canonical


class ModelField(forms.CharField):
    """A program model by its code; one that is new to us, as ICE prints it."""

    default_error_messages = {"unknown": _("No list prints this model. The models are JEM, WSO and TFM.")}

    def clean(self, value):
        text = super().clean(value)
        code = text.upper() if text.upper() in PROGRAM_NAMES else text
        if code and code not in PROGRAM_NAMES and not Agreement.objects.filter(program_model=code).exists():
            raise ValidationError(self.error_messages["unknown"], "unknown")
        return code


class DayFilter(filters.Filter):
    field_class = DayField


class StateFilter(filters.Filter):
    field_class = StateField


class AreaFilter(filters.Filter):
    field_class = AreaField


class ModelFilter(filters.Filter):
    field_class = ModelField


class SinceFilter(filters.Filter):
    """A moment, 2026-05-18 or 2026-05-18T12:00:00Z."""

    class Field(forms.DateTimeField):
        default_error_messages = {"invalid": _("Write a day such as 2026-05-18, or a moment: 2026-05-18T12:00:00Z.")}

    field_class = Field


class Ordering(filters.OrderingFilter):
    """Ends in the id, so that pages of equal rows never overlap."""

    def filter(self, queryset, value):
        if not value:
            return queryset
        return super().filter(queryset, value).order_by(*[self.get_ordering_value(each) for each in value], "public_id")


class Parameters(filters.FilterSet):
    """A FilterSet that tells what was asked and what is wrong with it."""

    def __init__(self, data: Mapping[str, str] | None = None, queryset: models.QuerySet | None = None, **kwargs):
        super().__init__(data if data is not None else QueryDict(), queryset, **kwargs)

    def unknown_parameters(self, also_known: Iterable[str] = ()) -> list[str]:
        """Parameters of the request that are none of ours, for the API to refuse."""
        return sorted(set(self.data) - set(self.form.fields) - set(also_known))

    @cached_property
    def known_parameters(self) -> QueryDict:
        """The request's parameters that are ours and say something, in our order: what a link may carry on."""
        known = QueryDict(mutable=True)
        for name in self.form.fields:
            if value := self.data.get(name, "").strip():
                known[name] = value
        return known

    @property
    def sentences(self) -> dict[str, list[str]]:
        """What is wrong with each bad parameter; empty if all is well."""
        return {name: [str(each) for each in errors] for name, errors in self.form.errors.items()}


class OnADay(Parameters):
    """What both lists share: the day they speak of, and what is asked of where, what and when.

    The queryset given is narrowed to what was known by `day`, then by each parameter.
    """

    @property
    def day(self) -> date:
        """`as_of`, or today. Where `as_of` is not a day we can speak of, today."""
        return ((self.form.is_valid() or True) and self.form.cleaned_data.get("as_of")) or today()

    @property
    def area(self) -> Jurisdiction | None:
        self.form.is_valid()
        return self.form.cleaned_data.get("jurisdiction")

    def get_form_class(self):
        form = super().get_form_class()

        class Form(form):
            def clean(form):
                cleaned = super().clean()
                if cleaned.get("reach") and not cleaned.get("jurisdiction") and "jurisdiction" not in form.errors:
                    form.add_error("reach", _("Say which area with jurisdiction=GEOID."))
                return cleaned

        return Form

    def reaches(self) -> tuple[Reach, ...]:
        """Which ways of reaching the area count; a state's is all of it."""
        wanted = self.form.cleaned_data.get("reach")
        if wanted == "all" or (not wanted and self.area.is_state):
            return tuple(Reach)
        return (Reach(wanted),) if wanted else OF_THE_AREA

    def agencies_of_the_area(self) -> Q:
        """The condition on an agency's id."""
        condition = Q(pk__in=[])
        for reach in self.reaches():
            condition |= Q(pk__in=agencies_reaching(self.area, reach))
        return condition


REACHES = [
    (Reach.OWN, _("covers it")),
    (Reach.COUNTY, _("covers its county")),
    (Reach.INSIDE, _("covers a part of it")),
    (Reach.SPECIAL, _("campus, port or transit in it")),
    (Reach.STATEWIDE, _("covers the state")),
    ("all", _("reaches it in any way")),
]


def spelt_like(query: str, agency: OuterRef) -> Exists:
    """Whether some printed spelling of the agency has every word of `query`."""
    spellings = AgencyAlias.objects.filter(agency=agency)
    for word in fold(query).split():
        spellings = spellings.filter(folded__contains=word)
    return Exists(spellings)


class AgreementFilter(OnADay):
    """Agreements known by `as_of` (today unless given), each with its status that day."""

    q = filters.CharFilter(method="named", max_length=LONGEST_QUERY, label=_("Agency name"))
    state = StateFilter("agency__state__usps", label=_("State"))
    jurisdiction = AreaFilter(method="in_area", label=_("Area (GEOID)"))
    reach = filters.ChoiceFilter(method="nothing_more", choices=REACHES, label=_("How the agency reaches the area"))
    model = ModelFilter("program_model", label=_("Kind of agreement"))
    status = filters.ChoiceFilter("status", choices=Status.choices, label=_("Status"))
    kind = filters.ChoiceFilter("agency__kind", choices=Agency.Kind.choices, label=_("Kind of agency"))
    signed_from = DayFilter("signed_on", lookup_expr="gte", label=_("Signed from"))
    signed_to = DayFilter("signed_on", lookup_expr="lte", label=_("Signed to"))
    as_of = DayFilter(method="nothing_more", future=False, label=_("As of"))
    updated_since = SinceFilter("updated_at", lookup_expr="gte", label=_("Changed here since"))
    ordering = Ordering(
        fields=[
            ("agency__state__name", "state"),
            ("agency__name", "agency"),
            ("program_model", "model"),
            ("status", "status"),
            ("signed_on", "signed_on"),
            ("status_since", "since"),
            ("first_listed_on", "first_listed_on"),
            ("updated_at", "updated_at"),
        ],
        label=_("Order"),
    )

    class Meta:
        model = Agreement
        fields = []

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset.on(self.day))

    def named(self, queryset, name, value):
        if not fold(value):
            return queryset
        return queryset.filter(Q(agency__name__icontains=value) | spelt_like(value, OuterRef("agency")))

    def in_area(self, queryset, name, area):
        return queryset.filter(agency__in=Agency.objects.filter(self.agencies_of_the_area()).values("pk"))

    def nothing_more(self, queryset, name, value):
        """Has acted elsewhere: the day on the whole list, the reach on the area."""
        return queryset


class AgencyFilter(OnADay):
    """Agencies with an agreement known by `as_of`, today unless given.

    `model`, `status` and the signing dates are of one and the same agreement.
    """

    q = filters.CharFilter(method="named", max_length=LONGEST_QUERY, label=_("Agency name"))
    state = StateFilter("state__usps", label=_("State"))
    jurisdiction = AreaFilter(method="in_area", label=_("Area (GEOID)"))
    reach = filters.ChoiceFilter(method="nothing_more", choices=REACHES, label=_("How the agency reaches the area"))
    model = ModelFilter(method="nothing_more", label=_("Kind of agreement"))
    status = filters.ChoiceFilter(method="nothing_more", choices=Status.choices, label=_("Status"))
    kind = filters.ChoiceFilter("kind", choices=Agency.Kind.choices, label=_("Kind of agency"))
    placement = filters.ChoiceFilter("placement", choices=Agency.Placement.choices, label=_("Placement"))
    signed_from = DayFilter(method="nothing_more", label=_("Signed from"))
    signed_to = DayFilter(method="nothing_more", label=_("Signed to"))
    as_of = DayFilter(method="nothing_more", future=False, label=_("As of"))
    updated_since = SinceFilter("updated_at", lookup_expr="gte", label=_("Changed here since"))
    ordering = Ordering(
        fields=[("state__name", "state"), ("name", "agency"), ("kind", "kind"), ("updated_at", "updated_at")],
        label=_("Order"),
    )

    OF_AN_AGREEMENT = {
        "model": "program_model",
        "status": "status",
        "signed_from": "signed_on__gte",
        "signed_to": "signed_on__lte",
    }

    class Meta:
        model = Agency
        fields = []

    def filter_queryset(self, queryset):
        conditions = {
            lookup: value
            for name, lookup in self.OF_AN_AGREEMENT.items()
            if (value := self.form.cleaned_data.get(name)) not in (None, "")
        }
        known = Agreement.objects.on(self.day).filter(agency=OuterRef("pk"), **conditions)
        return super().filter_queryset(queryset.standing().filter(Exists(known)))

    def named(self, queryset, name, value):
        if not fold(value):
            return queryset
        return queryset.filter(Q(name__icontains=value) | spelt_like(value, OuterRef("pk")))

    def in_area(self, queryset, name, area):
        return queryset.filter(self.agencies_of_the_area())

    def nothing_more(self, queryset, name, value):
        """Has acted elsewhere: the day and the agreement's parameters on the whole list, the reach on the area."""
        return queryset


class ChangeFilter(Parameters):
    """What changed, newest first: seen from a day to a day, in a state or an area."""

    state = StateFilter("agency__state__usps", label=_("State"))
    jurisdiction = AreaFilter(method="in_area", label=_("Area (GEOID)"))
    kind = filters.ChoiceFilter(choices=ChangeEvent.Kind.choices, label=_("What changed"))
    agency = filters.CharFilter("agency__public_id", max_length=6, label=_("Agency"))

    class Meta:
        model = ChangeEvent
        fields = []

    def in_area(self, queryset, name, area):
        """Of the agencies that reach the area from near, and those in question for which ICE prints this county."""
        near = Q(pk__in=[])
        for reach in Reach if area.is_state else (Reach.OWN, Reach.COUNTY, Reach.INSIDE, Reach.SPECIAL):
            near |= Q(pk__in=agencies_reaching(area, reach))
        near |= Q(placement=Agency.Placement.IN_QUESTION, printed_county=area)
        return queryset.filter(agency__in=Agency.objects.filter(near).values("pk"))


# "from" is a word of Python's own and cannot stand in the class.
ChangeFilter.base_filters["from"] = DayFilter("seen_on", lookup_expr="gte", label=_("From"))
ChangeFilter.base_filters["to"] = DayFilter("seen_on", lookup_expr="lte", label=_("To"))
