"""The fixed sentences about an agreement: never free prose, reviewed once in each language."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from .comparison import Group
from .models import ChangeEvent, Status

if TYPE_CHECKING:
    from .lists import Lists
    from .models import Agreement

MODEL_IN_A_SENTENCE = {
    "TFM": pgettext_lazy("inside a sentence", "street enforcement (Task Force Model)"),
    "JEM": pgettext_lazy("inside a sentence", "jail screening (Jail Enforcement Model)"),
    "WSO": pgettext_lazy("inside a sentence", "jail warrants (Warrant Service Officer)"),
}

CURRENT = frozenset({Status.LISTED, Status.MISSING, Status.PENDING})
"""Statuses of what stands or may stand; the others are of the past."""


def day_in_words(day: date) -> str:
    """ "18 May 2026", "18 de mayo de 2026"."""
    return date_format(day, "j F Y" if get_language() == "en" else "DATE_FORMAT")


def model_in_a_sentence(code: str) -> str:
    return MODEL_IN_A_SENTENCE.get(code, code)


def not_listed(agency: str, lists: Lists) -> str:
    """An agency, or whatever stands for one in the sentence, that was not on the list which speaks for the day."""
    return _("%(agency)s was not on ICE's list of %(list)s. This does not mean that it never helps ICE.") % {
        "agency": agency,
        "list": day_in_words(lists.listed),
    }


def about(agreement: Agreement, lists: Lists, *, has_another_listed: bool = False) -> str:
    """What we know of the agreement on the day of `lists`. Takes an agreement from `AgreementQuerySet.on(day)`.

    `has_another_listed`: the agency has another agreement on the list, so that only this one can be said to be missing.
    """
    words = {
        "agency": agreement.agency.name,
        "model": model_in_a_sentence(agreement.program_model),
        "signed": agreement.signed_on and day_in_words(agreement.signed_on),
        "list": lists.listed and day_in_words(lists.listed),
        "pending_list": lists.pending and day_in_words(lists.pending),
        "until": agreement.last_listed_on and day_in_words(agreement.last_listed_on),
        "since": day_in_words(agreement.status_since),
        "source": agreement.ended_source if agreement.status == Status.ENDED else "",
    }
    return _template(agreement, has_another_listed) % words


def _template(agreement: Agreement, has_another_listed: bool) -> str:
    match agreement.status:
        case Status.LISTED if agreement.signed_on:
            return _(
                "%(agency)s has a %(model)s agreement with ICE, signed %(signed)s. It was on ICE's list of %(list)s."
            )
        case Status.LISTED:
            return _("%(agency)s has a %(model)s agreement with ICE. It was on ICE's list of %(list)s.")
        case Status.MISSING if has_another_listed:
            return _(
                "The %(model)s agreement of %(agency)s was on ICE's list until %(until)s and not on the list of"
                " %(list)s. ICE does not say why."
            )
        case Status.MISSING:
            return _(
                "%(agency)s was on ICE's list until %(until)s and not on the list of %(list)s. ICE does not say why."
            )
        case Status.NO_LONGER_LISTED if has_another_listed:
            return _(
                "The %(model)s agreement of %(agency)s was on ICE's list until %(until)s and on no list since"
                " %(since)s. ICE does not say why."
            )
        case Status.NO_LONGER_LISTED:
            return _(
                "%(agency)s was on ICE's list until %(until)s and on no list since %(since)s. ICE does not say why."
            )
        case Status.ENDED:
            return _("%(agency)s's agreement ended on %(since)s, according to %(source)s.")
        case Status.PENDING:
            return _("%(agency)s applied; ICE listed it as pending on %(pending_list)s.")
        case _other:
            return _("%(agency)s applied; ICE listed it as pending, and no longer does since %(since)s.")


# -- Changes ----------------------------------------------------------------------------------------------------------

AGENCY_TYPES = {
    "county": pgettext_lazy("type that ICE prints", "county"),
    "municipality": pgettext_lazy("type that ICE prints", "municipality"),
    "state": pgettext_lazy("type that ICE prints", "state agency"),
}

Kind = ChangeEvent.Kind


def about_change(event: ChangeEvent) -> str:
    """What changed, in one or two sentences. Takes an event from `ChangeEventQuerySet.for_listing()`.

    A list is named by its day. We say where we saw a change; of a change of a list the sentence never says why.
    """
    if event.subject_field == "agency":
        return _of_an_agency(event)
    if event.subject_field == "designation":
        return _of_a_label(event)
    return _of_a_rule(event)


def _of_an_agency(event: ChangeEvent) -> str:
    before, after = event.before, event.after
    words = {
        "agency": after.get("name") or before.get("name") or event.agency.name,
        "model": model_in_a_sentence(event.agreement.program_model) if event.agreement else "",
        "list": day_in_words(event.seen_on),
        "signed": day_in_words(event.took_effect_on) if event.took_effect_on else "",
        "since": day_in_words(event.took_effect_on or event.seen_on),
        "source": str(event.agreement.ended_source or "") if event.kind == Kind.ENDED and event.agreement else "",
        "before": _value(before),
        "after": _value(after),
    }
    return _change_template(event, before, after) % words


def _value(state: dict) -> str:
    """A field's value inside a sentence, of the first field that has one."""
    for name, value in state.items():
        if not value:
            continue
        if name == "signed_on":
            return day_in_words(date.fromisoformat(value))
        if name == "agency_type":
            return str(AGENCY_TYPES.get(value, value))
        return model_in_a_sentence(value) if name == "program_model" else str(value)
    return ""


def _change_template(event: ChangeEvent, before: dict, after: dict) -> str:
    was, now = any(before.values()), any(after.values())
    match event.kind:
        case Kind.PENDING:
            return _("%(agency)s was on ICE's list of pending agencies of %(list)s, for %(model)s.")
        case Kind.NO_LONGER_PENDING:
            return _(
                "%(agency)s was no longer on ICE's list of pending agencies of %(list)s, for %(model)s. ICE does not"
                " say why."
            )
        case Kind.APPEARED if event.took_effect_on:
            return _("%(agency)s joined ICE's list of %(list)s: %(model)s, signed %(signed)s.")
        case Kind.APPEARED:
            return _("%(agency)s joined ICE's list of %(list)s: %(model)s.")
        case Kind.MODEL_ADDED if event.took_effect_on:
            return _(
                "%(agency)s has one more kind of agreement on ICE's list of %(list)s: %(model)s, signed %(signed)s."
            )
        case Kind.MODEL_ADDED:
            return _("%(agency)s has one more kind of agreement on ICE's list of %(list)s: %(model)s.")
        case Kind.BACK:
            return _("The %(model)s agreement of %(agency)s was back on ICE's list of %(list)s.")
        case Kind.MISSING:
            return _(
                "The %(model)s agreement of %(agency)s was on the list before and not on ICE's list of %(list)s. ICE"
                " does not say why."
            )
        case Kind.NO_LONGER_LISTED:
            return _(
                "The %(model)s agreement of %(agency)s was on none of ICE's lists from %(since)s to %(list)s. ICE does"
                " not say why."
            )
        case Kind.MODEL_DROPPED:
            return _(
                "The %(model)s agreement of %(agency)s was not on ICE's list of %(list)s. The list has another"
                " agreement of this agency. ICE does not say why."
            )
        case Kind.MODEL_SWITCHED:
            return _("ICE's list of %(list)s has %(after)s for %(agency)s. The list before had %(before)s.")
        case Kind.ENDED:
            return _("The %(model)s agreement of %(agency)s ended on %(since)s, according to %(source)s.")
        case Kind.RENAMED:
            return _(
                "ICE's list of %(list)s prints “%(after)s”. The list before printed “%(before)s”. It is one agency."
            )
        case Kind.MERGED:
            return _("Two records of ours became one: %(agency)s. We hold them to be one agency.")
        case Kind.RE_SIGNED:
            return _(
                "On ICE's list of %(list)s the %(model)s agreement of %(agency)s has a later signing date: %(after)s."
                " The list before had %(before)s."
            )
        case Kind.DATE_CHANGED if was and now:
            return _(
                "ICE changed the signing date of the %(model)s agreement of %(agency)s from %(before)s to %(after)s, on"
                " its list of %(list)s."
            )
        case Kind.DATE_CHANGED if now:
            return _(
                "ICE's list of %(list)s gives a signing date for the %(model)s agreement of %(agency)s: %(after)s. The"
                " list before gave none that can be."
            )
        case Kind.DATE_CHANGED:
            return _(
                "ICE's list of %(list)s gives no signing date that can be for the %(model)s agreement of %(agency)s."
                " The list before gave %(before)s."
            )
        case Kind.TYPE_CHANGED | Kind.COUNTY_CHANGED:
            return _type_or_county(event.kind, was, now)
        case Kind.LINK_CHANGED if was and now:
            return _(
                "ICE's list of %(list)s links another document for the %(model)s agreement of %(agency)s than the list"
                " before."
            )
        case Kind.LINK_CHANGED if now:
            return _("ICE's list of %(list)s links a document for the %(model)s agreement of %(agency)s.")
        case Kind.LINK_CHANGED:
            return _(
                "ICE's list of %(list)s links no document for the %(model)s agreement of %(agency)s. The list before"
                " did."
            )
    return _("We corrected our record of %(agency)s.")


def _type_or_county(kind: str, was: bool, now: bool) -> str:
    if kind == Kind.TYPE_CHANGED:
        if was and now:
            return _("ICE's list of %(list)s prints the type “%(after)s” for %(agency)s; the list before “%(before)s”.")
        if now:
            return _("ICE's list of %(list)s prints the type “%(after)s” for %(agency)s; the list before printed none.")
        return _("ICE's list of %(list)s prints no type for %(agency)s; the list before “%(before)s”.")
    if was and now:
        return _("ICE's list of %(list)s prints “%(after)s” as the county of %(agency)s; the list before “%(before)s”.")
    if now:
        return _("ICE's list of %(list)s prints “%(after)s” as the county of %(agency)s; the list before printed none.")
    return _("ICE's list of %(list)s prints no county for %(agency)s; the list before “%(before)s”.")


def _of_a_rule(event: ChangeEvent) -> str:
    is_law = event.law is not None
    words = {
        "rule": event.subject_name,
        "state": event.state.name,
        "day": day_in_words(event.took_effect_on or event.seen_on),
    }
    return _rule_template(event.kind, is_law, dated=event.took_effect_on is not None) % words


def _rule_template(kind: str, is_law: bool, *, dated: bool) -> str:
    match kind:
        case Kind.ENACTED if is_law:
            return _("A law of %(state)s was enacted on %(day)s: %(rule)s.")
        case Kind.ENACTED:
            return _("A local policy in %(state)s was adopted on %(day)s: %(rule)s.")
        case Kind.IN_EFFECT if is_law:
            return _("A law of %(state)s took effect on %(day)s: %(rule)s.")
        case Kind.IN_EFFECT:
            return _("A local policy in %(state)s took effect on %(day)s: %(rule)s.")
        case Kind.ENJOINED:
            return _("A court had blocked it when we read of it on %(day)s: %(rule)s (%(state)s).")
        case Kind.AMENDED:
            return _("It was amended on %(day)s: %(rule)s (%(state)s).")
        case Kind.REPEALED if dated:
            return _("It was repealed on %(day)s: %(rule)s (%(state)s).")
        case Kind.REPEALED:
            return _("It had been repealed when we read of it on %(day)s: %(rule)s (%(state)s).")
        case Kind.SUPERSEDED if dated:
            return _("Another policy took its place on %(day)s: %(rule)s (%(state)s).")
        case Kind.SUPERSEDED:
            return _("Another policy had taken its place when we read of it on %(day)s: %(rule)s (%(state)s).")
    return _("We corrected our record of it: %(rule)s (%(state)s).")


def _of_a_label(event: ChangeEvent) -> str:
    label = event.designation
    words = {
        "area": label.printed_name,
        "state": event.state.name,
        "day": day_in_words(event.took_effect_on or event.seen_on),
        "list": label.get_list_display(),
    }
    if event.kind == Kind.LABEL_LISTED:
        return _("%(area)s (%(state)s) was put on a federal list on %(day)s: %(list)s.") % words
    if label.list == label.List.DHS:
        return _("%(area)s (%(state)s) was on a federal list that was gone by %(day)s: %(list)s.") % words
    if event.kind == Kind.LABEL_REMOVED:
        return _("%(area)s (%(state)s) was taken off a federal list on %(day)s: %(list)s.") % words
    return _("We corrected our record of it: %(rule)s (%(state)s).") % {**words, "rule": label.printed_name}


# -- Two lists laid beside one another --------------------------------------------------------------------------------

IN_SHORT = {
    Group.JOINED: ngettext_lazy("%(count)s agreement joined", "%(count)s agreements joined", "number"),
    Group.LEFT: ngettext_lazy("%(count)s agency left the list", "%(count)s agencies left the list", "number"),
    Group.DROPPED: ngettext_lazy(
        "%(count)s agreement dropped by an agency that keeps another kind",
        "%(count)s agreements dropped by agencies that keep another kind",
        "number",
    ),
    Group.SWITCHED: ngettext_lazy("%(count)s switched kind", "%(count)s switched kind", "number"),
    Group.RENAMED: ngettext_lazy("%(count)s renamed", "%(count)s renamed", "number"),
    Group.STATE: ngettext_lazy(
        "%(count)s printed under another state", "%(count)s printed under another state", "number"
    ),
    Group.DATE: ngettext_lazy("%(count)s date changed by ICE", "%(count)s dates changed by ICE", "number"),
    Group.TYPE: ngettext_lazy("%(count)s type changed by ICE", "%(count)s types changed by ICE", "number"),
    Group.COUNTY: ngettext_lazy("%(count)s county changed by ICE", "%(count)s counties changed by ICE", "number"),
    Group.LINK: ngettext_lazy("%(count)s link changed by ICE", "%(count)s links changed by ICE", "number"),
}

MEANS = {
    Group.JOINED: gettext_lazy("On the later list and not on the earlier one."),
    Group.LEFT: gettext_lazy(
        "On the earlier list, with no agreement on the later one. ICE does not say why. An agency may come back; only"
        " after three lists without it do we say that it is no longer listed."
    ),
    Group.DROPPED: gettext_lazy(
        "The later list has another kind of agreement of the same agency. ICE does not say why."
    ),
    Group.SWITCHED: gettext_lazy("One kind of agreement is gone and another has come, of one and the same agency."),
    Group.RENAMED: gettext_lazy("Printed under another name, and the same agency all the same. Not a departure."),
    Group.STATE: gettext_lazy("The same agency, which ICE printed under another state before."),
    Group.DATE: gettext_lazy("In rows that both lists print under the same name."),
    Group.TYPE: gettext_lazy("In rows that both lists print under the same name."),
    Group.COUNTY: gettext_lazy("In rows that both lists print under the same name."),
    Group.LINK: gettext_lazy("Links to the signed document, in rows that both lists print under the same name."),
}


def in_short(group: Group, count: int) -> str:
    """ "203 agreements joined", "2 renamed"."""
    return str(IN_SHORT[group] % {"number": count, "count": f"{count:,}"})
