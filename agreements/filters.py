"""The filters of lists, shared by the pages and the API so that their links agree.

Each parameter means the same in both. What differs is how a wrong one is answered: a page ignores a parameter that it
does not know and shows a sentence for a bad value; the API refuses both (`unknown_parameters`, `errors`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date
from functools import cached_property, wraps
from typing import ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jurisdictions.geoids import STATE_USPS, kind_of, state_fips
from jurisdictions.models import Agency, AgencyAlias, Jurisdiction, LiesIn
from jurisdictions.names import fold

from .days import today
from .models import (
    Agreement,
    ChangeEvent,
    Effect,
    FederalDesignation,
    LocalPolicy,
    Provision,
    Stance,
    StateLaw,
    Status,
)
from .programs import NAMES as PROGRAM_NAMES
from .querysets import Reach, agencies_reaching
from .topics import Topic

LONGEST_QUERY = 100  # characters; the longest printed name has 93
WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WRITTEN_MOMENT = re.compile(
    WRITTEN_DAY.pattern + r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
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
        if day and not WRITTEN_DAY.fullmatch(str(value).strip()):
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


class AgencyField(forms.CharField):
    """An agency by its id; cleaned to the id that it has now, where it had another one before."""

    default_error_messages = {"unknown": _("We know no agency with this id.")}

    def clean(self, value):
        text = super().clean(value)
        if not text or Agency.objects.filter(public_id=text).exists():
            return text
        now = Agency.objects.filter(former_ids__public_id=text).values_list("public_id", flat=True).first()
        if now is None:
            raise ValidationError(self.error_messages["unknown"], "unknown")
        return now


class DayFilter(filters.Filter):
    field_class = DayField


class StateFilter(filters.Filter):
    """Compares with the state's own key, its FIPS code, so that the database begins with the state."""

    field_class = StateField

    def filter(self, queryset, usps):
        return super().filter(queryset, state_fips(usps)) if usps else queryset


class AreaFilter(filters.Filter):
    field_class = AreaField


class ModelFilter(filters.Filter):
    field_class = ModelField


class OneAgencyFilter(filters.Filter):
    field_class = AgencyField


class SinceFilter(filters.Filter):
    """A moment, 2026-05-18 or 2026-05-18T12:00:00Z, and not as either language writes days: 5/6/2026 is two days."""

    class Field(forms.DateTimeField):
        default_error_messages = {"invalid": _("Write a day such as 2026-05-18, or a moment: 2026-05-18T12:00:00Z.")}

        def clean(self, value):
            moment = super().clean(value)
            if moment and not WRITTEN_MOMENT.fullmatch(str(value).strip()):
                raise ValidationError(self.error_messages["invalid"], "invalid")
            try:
                return moment and moment.astimezone(UTC)
            except OverflowError:  # a moment of the year 1 or 9999 that has no year in UTC
                raise ValidationError(self.error_messages["invalid"], "invalid") from None

    field_class = Field


class Ordering(filters.OrderingFilter):
    """Ends in the id, so that pages of equal rows never overlap."""

    last = "public_id"

    def filter(self, queryset, value):
        # A name that comes again changes nothing, and a database refuses to sort by thousands of columns.
        wanted = list(dict.fromkeys(name for name in value or () if name))
        if not wanted:
            return queryset
        return queryset.order_by(*[self.get_ordering_value(name) for name in wanted], self.last)


MOST_FORMS = 200


def built_once(get_form_class: Callable) -> Callable:
    """Of a FilterSet's method: the class of its form follows from its filters alone, and takes long to build."""
    built: dict[tuple, type[forms.Form]] = {}

    @wraps(get_form_class)
    def get(self: filters.FilterSet) -> type[forms.Form]:
        key = type(self), *self.filters
        form = built.get(key)
        if form is None:
            if len(built) >= MOST_FORMS:
                built.clear()
            form = built[key] = get_form_class(self)
        return form

    return get


class Parameters(filters.FilterSet):
    """A FilterSet that tells what was asked and what is wrong with it."""

    apart: ClassVar[tuple[str, ...]] = ()
    """Parameters that are each a condition of its own on the record: who asks for several gets what their lists have in
    common. Those of which the lists are shortest come first."""

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        queryset: models.QuerySet | None = None,
        *,
        asked_only: bool = False,
        **kwargs,
    ):
        """`asked_only` leaves out filters that `data` does not name: several times as fast, and no form to show."""
        data = data if data is not None else QueryDict()
        if asked_only:
            self.base_filters = {name: each for name, each in self.base_filters.items() if name in data}
        super().__init__(data, queryset, **kwargs)

    @built_once
    def get_form_class(self):
        return super().get_form_class()

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

    @built_once
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

    apart = ("state", "kind", "model", "status")

    q = filters.CharFilter(method="named", max_length=LONGEST_QUERY, label=_("Agency name"))
    state = StateFilter("agency__state", label=_("State"))
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

    apart = ("state", "kind", "placement")

    q = filters.CharFilter(method="named", max_length=LONGEST_QUERY, label=_("Agency name"))
    state = StateFilter("state", label=_("State"))
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
        return super().filter_queryset(queryset.filter(Exists(known)))

    def named(self, queryset, name, value):
        if not fold(value):
            return queryset
        return queryset.filter(Q(name__icontains=value) | spelt_like(value, OuterRef("pk")))

    def in_area(self, queryset, name, area):
        return queryset.filter(self.agencies_of_the_area())

    def nothing_more(self, queryset, name, value):
        """Has acted elsewhere: the day and the agreement's parameters on the whole list, the reach on the area."""
        return queryset


# -- Laws, policies and federal labels ------------------------------------------------------------------------------


class OrderingByKey(Ordering):
    last = "key"


class RuleFilter(Parameters):
    """What the lists of laws, policies and labels share.

    `as_of` keeps what is in force that day, or may be. Without it every published record stands, whatever its status.
    """

    @property
    def day(self) -> date:
        """`as_of`, or today: the day of which each row says how it stands."""
        return ((self.form.is_valid() or True) and self.form.cleaned_data.get("as_of")) or today()

    @property
    def area(self) -> Jurisdiction | None:
        self.form.is_valid()
        return self.form.cleaned_data.get("jurisdiction")

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset.published())

    def standing(self, queryset, name, day):
        return queryset.standing_on(day)


def with_each_word(query: str, *columns: str) -> Q:
    """Every word of `query` stands in one of the columns."""
    found = Q()
    for word in query.split():
        in_one = Q()
        for column in columns:
            in_one |= Q(**{f"{column}__icontains": word})
        found &= in_one
    return found


class LawFilter(RuleFilter):
    """State laws. `topic` and `effect` are of one and the same provision; with `as_of`, of one in force that day."""

    q = filters.CharFilter(method="named", max_length=LONGEST_QUERY, label=_("Words in it"))
    state = StateFilter("jurisdiction", label=_("State"))
    jurisdiction = AreaFilter(method="in_area", label=_("Area (GEOID) whose state's laws are meant"))
    topic = filters.ChoiceFilter(method="nothing_more", choices=Topic.choices, label=_("Topic"))
    effect = filters.ChoiceFilter(method="nothing_more", choices=Effect.choices, label=_("What it does"))
    stance = filters.ChoiceFilter("stance", choices=Stance.choices, label=_("Stance"))
    legal_status = filters.ChoiceFilter("legal_status", choices=StateLaw.LegalStatus.choices, label=_("Legal status"))
    instrument = filters.ChoiceFilter("instrument", choices=StateLaw.Instrument.choices, label=_("Instrument"))
    as_of = DayFilter(method="standing", future=False, label=_("In force on"))
    updated_since = SinceFilter("updated_at", lookup_expr="gte", label=_("Changed here since"))
    ordering = OrderingByKey(
        fields=[
            ("jurisdiction__name", "state"),
            ("title", "title"),
            ("enacted_on", "enacted_on"),
            ("effective_on", "effective_on"),
            ("legal_status", "legal_status"),
            ("updated_at", "updated_at"),
        ],
        label=_("Order"),
    )

    class Meta:
        model = StateLaw
        fields = []

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        asked = {name: value for name in ("topic", "effect") if (value := self.form.cleaned_data.get(name))}
        if not asked:
            return queryset
        provisions = Provision.objects.filter(law=OuterRef("pk"), **asked)
        if day := self.form.cleaned_data.get("as_of"):
            # A year or a month sorts before each of its days, so this is "its first day is not after `day`".
            provisions = provisions.filter(effective_on__lte=day.isoformat())
        return queryset.filter(Exists(provisions))

    def named(self, queryset, name, value):
        return queryset.filter(
            with_each_word(value, "title", "citation", "summary_en", "summary_es", "jurisdiction__name", "key")
        )

    def in_area(self, queryset, name, area):
        return queryset.filter(jurisdiction=area if area.is_state else area.state_id)

    def nothing_more(self, queryset, name, value):
        """Has acted elsewhere: both on one provision."""
        return queryset


AREA_REACHES = [
    (Reach.OWN, _("its own")),
    (Reach.COUNTY, _("its county's")),
    (Reach.INSIDE, _("of a part of it")),
    ("all", _("all of these")),
]


def areas_by_reach(area: Jurisdiction, reach: str) -> Q:
    """The condition on a Jurisdiction: the area itself, its counties, what lies in it; of a state all in it.

    Without `reach` the area and what lies in it.
    """
    wanted = {Reach.OWN, Reach.COUNTY, Reach.INSIDE} if reach == "all" else {reach or Reach.OWN, reach or Reach.INSIDE}
    found = Q(pk__in=[])
    if Reach.OWN in wanted:
        found |= Q(pk=area.pk) | Q(same_as=area)
    if Reach.INSIDE in wanted and area.is_state:
        found |= Q(state=area)
    elif Reach.INSIDE in wanted and area.is_county:
        found |= Q(pk__in=LiesIn.objects.peopled().filter(county=area).values("jurisdiction"))
    if Reach.COUNTY in wanted:
        found |= Q(pk__in=LiesIn.objects.peopled().filter(jurisdiction=area).values("county"))
    return found


class OfGovernments(RuleFilter):
    """What the lists of policies and labels share: an area, and how what is listed belongs to it."""

    @built_once
    def get_form_class(self):
        form = super().get_form_class()

        class Form(form):
            def clean(form):
                cleaned = super().clean()
                if cleaned.get("reach") and not cleaned.get("jurisdiction") and "jurisdiction" not in form.errors:
                    form.add_error("reach", _("Say which area with jurisdiction=GEOID."))
                return cleaned

        return Form

    def areas(self, area: Jurisdiction):
        condition = areas_by_reach(area, self.form.cleaned_data.get("reach") or "")
        return Jurisdiction.objects.filter(condition).values("pk")

    def nothing_more(self, queryset, name, value):
        """Has acted on the area."""
        return queryset


class PolicyFilter(OfGovernments):
    """Local policies."""

    q = filters.CharFilter(method="named", max_length=LONGEST_QUERY, label=_("Words in it"))
    state = StateFilter("state_area", label=_("State"))
    jurisdiction = AreaFilter(method="in_area", label=_("Area (GEOID)"))
    reach = filters.ChoiceFilter(method="nothing_more", choices=AREA_REACHES, label=_("Whose, seen from the area"))
    topic = filters.ChoiceFilter(method="speaks_of", choices=Topic.choices, label=_("Topic"))
    stance = filters.ChoiceFilter("stance", choices=Stance.choices, label=_("Stance"))
    legal_status = filters.ChoiceFilter(
        "legal_status", choices=LocalPolicy.LegalStatus.choices, label=_("Legal status")
    )
    instrument = filters.ChoiceFilter("instrument", choices=LocalPolicy.Instrument.choices, label=_("Instrument"))
    as_of = DayFilter(method="standing", future=False, label=_("In force on"))
    updated_since = SinceFilter("updated_at", lookup_expr="gte", label=_("Changed here since"))
    ordering = OrderingByKey(
        fields=[
            ("state_area__name", "state"),
            ("government", "government"),
            ("title", "title"),
            ("adopted_on", "adopted_on"),
            ("legal_status", "legal_status"),
            ("updated_at", "updated_at"),
        ],
        label=_("Order"),
    )

    class Meta:
        model = LocalPolicy
        fields = []

    def named(self, queryset, name, value):
        return queryset.filter(
            with_each_word(value, "title", "citation", "government", "summary_en", "summary_es", "key")
        )

    def speaks_of(self, queryset, name, topic):
        # As text: SQLite cannot look into a JSON list.
        return queryset.alias(topics_as_text=Cast("topics", TextField())).filter(topics_as_text__contains=f'"{topic}"')

    def in_area(self, queryset, name, area):
        through = LocalPolicy.jurisdictions.through.objects.filter(jurisdiction__in=self.areas(area))
        return queryset.filter(pk__in=through.values("localpolicy"))


class DesignationFilter(OfGovernments):
    """Federal labels. `as_of` keeps what stood on its list that day."""

    q = filters.CharFilter(method="named", max_length=LONGEST_QUERY, label=_("Name"))
    state = StateFilter(method="in_state", label=_("State"))
    jurisdiction = AreaFilter(method="in_area", label=_("Area (GEOID)"))
    reach = filters.ChoiceFilter(method="nothing_more", choices=AREA_REACHES, label=_("Whose, seen from the area"))
    list = filters.ChoiceFilter("list", choices=FederalDesignation.List.choices, label=_("List"))
    as_of = DayFilter(method="standing", future=False, label=_("On the list on"))
    updated_since = SinceFilter("updated_at", lookup_expr="gte", label=_("Changed here since"))
    ordering = OrderingByKey(
        fields=[
            ("printed_name", "name"),
            ("listed_on", "listed_on"),
            ("removed_on", "removed_on"),
            ("updated_at", "updated_at"),
        ],
        label=_("Order"),
    )

    class Meta:
        model = FederalDesignation
        fields = []

    def named(self, queryset, name, value):
        return queryset.filter(with_each_word(value, "printed_name", "key"))

    def in_state(self, queryset, name, usps):
        return queryset.filter(Q(jurisdiction__usps=usps) | Q(jurisdiction__state__usps=usps))

    def in_area(self, queryset, name, area):
        return queryset.filter(jurisdiction__in=self.areas(area))

    def standing(self, queryset, name, day):
        return queryset.listed_on(day)


# -- Changes --------------------------------------------------------------------------------------------------------


def agencies_of(area: Jurisdiction) -> models.QuerySet:
    """Ids of the agencies whose changes are told for an area: those that reach it in any way, also for the whole state,
    and those in question for which ICE prints this county. For a state, all of its agencies.
    """
    if area.is_state:
        return Agency.objects.filter(state=area).values("pk")
    told = Q(placement=Agency.Placement.IN_QUESTION, printed_county=area)
    for reach in Reach:
        told |= Q(pk__in=agencies_reaching(area, reach))
    return Agency.objects.filter(told).values("pk")


class ChangeFilter(Parameters):
    """What changed, newest first: seen from a day to a day, in a state or an area."""

    state = StateFilter(method="in_state", label=_("State"))
    jurisdiction = AreaFilter(method="in_area", label=_("Area (GEOID)"))
    kind = filters.ChoiceFilter(choices=ChangeEvent.Kind.choices, label=_("What changed"))
    agency = OneAgencyFilter("agency__public_id", max_length=6, label=_("Agency"))

    class Meta:
        model = ChangeEvent
        fields = []

    def in_state(self, queryset, name, usps):
        return queryset.filter(
            Q(agency__state__usps=usps)
            | Q(law__jurisdiction__usps=usps)
            | Q(policy__state_area__usps=usps)
            | Q(designation__jurisdiction__usps=usps)
            | Q(designation__jurisdiction__state__usps=usps)
        )

    def in_area(self, queryset, name, area):
        """Of the agencies that reach the area; of the laws of its state; of policies and labels of the area, its
        counties and what lies in it.
        """
        areas = Jurisdiction.objects.filter(areas_by_reach(area, "all")).values("pk")
        policies = LocalPolicy.jurisdictions.through.objects.filter(jurisdiction__in=areas)
        return queryset.filter(
            Q(agency__in=agencies_of(area))
            | Q(law__jurisdiction=area if area.is_state else area.state_id)
            | Q(policy__in=policies.values("localpolicy"))
            | Q(designation__jurisdiction__in=areas)
        )


# "from" is a word of Python's own and cannot stand in the class.
ChangeFilter.base_filters["from"] = DayFilter("seen_on", lookup_expr="gte", future=False, label=_("From"))
ChangeFilter.base_filters["to"] = DayFilter("seen_on", lookup_expr="lte", future=False, label=_("To"))
