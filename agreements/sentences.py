"""The fixed sentences about an agreement: never free prose, reviewed once in each language."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from .models import Status

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
