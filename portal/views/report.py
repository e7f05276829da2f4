"""/report/: a reader says what is wrong on a page. No name, no cookie; it becomes a ticket for the staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import SuspiciousOperation
from django.core.validators import URLValidator
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from agreements.caching import known, public_page
from agreements.days import today
from portal import reports
from portal.models import MistakeReport

SEE_OTHER = 303
MOST_BYTES = 32_000
"""Of a whole form: four times what its fields take in letters of two bytes, each written as six characters."""
PARAMETERS = ("page", "fact", "as_of")
LONGEST_HIDDEN = 2_000
UNREADABLE = (ValueError, SuspiciousOperation, MultiPartParserError, UnreadablePostError)
"""A length that is no number, thousands of fields, what is no form at all, a network that was gone half way."""


class ProofField(forms.URLField):
    """A public address; "example.org/page" gets its https:// by itself."""

    default_validators = (URLValidator(schemes=["http", "https"]),)


class HiddenField(forms.Field):
    """What came with the form. Nobody typed it, so nobody is told that it is wrong: what is not ours is left out."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: str | None) -> str:
        text = (value or "").strip()
        return text if text.isprintable() and len(text) <= LONGEST_HIDDEN else ""


class ReportForm(forms.Form):
    """What is wrong, on which fact, and optionally a proof and a way to answer."""

    page = HiddenField()
    as_of = HiddenField()
    stamp = HiddenField()
    fact = forms.ChoiceField(label=_("What is it about?"), choices=MistakeReport.Fact.choices)
    wrong = forms.CharField(
        label=_("What is wrong?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("Say in a few words what is wrong."),
            "max_length": _("Say it in at most 2,000 characters."),
        },
    )
    proof = ProofField(
        label=_("Address of a public page that proves it (if you know one)"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": _("This is no address of a web page. Leave it empty if you have none.")},
    )
    contact = forms.CharField(
        label=_("E-mail or phone (only if you want an answer)"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # People do not see it, no key leads to it, and they leave it empty; programs fill in every field.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            del self.fields["website"].widget.attrs["tabindex"]  # shown again, to be emptied
            raise forms.ValidationError(_("This field has to stay empty."))
        return ""

    def clean(self) -> dict[str, Any]:
        if not self.errors and not reports.was_filled_by_a_person(self.cleaned_data["stamp"]):
            raise forms.ValidationError(
                _("That was very quick, or very long ago. Please read it over and press Send once more.")
            )
        return self.cleaned_data


@csrf_exempt  # needs no account, sets no cookie: nobody's rights can be borrowed
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; a POST keeps the report and leads to a page that says so (303)."""
    request.known_parameters = known(request.GET, PARAMETERS)
    if request.method != "POST":
        asked = request.known_parameters.dict()
        page = reports.page_named(asked.get("page", ""))
        fact = asked.get("fact") if asked.get("fact") in MistakeReport.Fact else reports.usual_fact(page)
        return form_page(request, ReportForm(initial={**asked, "fact": fact}), page)
    try:
        length = length_said(request)
        said = request.POST if length <= MOST_BYTES else None
    except UNREADABLE:
        refusal = _("We could not read that. Please use this form.")
        return form_page(request, ReportForm(), "", status=400, refusal=refusal)
    if said is None:
        refusal = _("That is more than we can take. Say it shorter.")
        return form_page(request, ReportForm(), "", status=413, refusal=refusal)
    request.known_parameters = known(said, PARAMETERS)
    form = ReportForm(said)
    if not form.is_valid():
        return form_page(request, form, said.get("page", ""), status=400)
    throttle = reports.ReportsByAddress()
    if not throttle.allow_request(request, None):
        refusal = _("Several reports came from your network within an hour. Please send this one later.")
        response = form_page(request, form, form.cleaned_data["page"], status=429, refusal=refusal)
        response.headers["Retry-After"] = str(round(throttle.wait() or 60))
        return response
    return keep(request, form)


def length_said(request: HttpRequest) -> int:
    """How many bytes the post says it has. ValueError where that is no number that a form can have."""
    said = request.headers.get("Content-Length") or "0"
    if not (said.isascii() and said.isdigit() and len(said) < 20):
        raise ValueError("Content-Length is no number of bytes")
    return int(said)


def keep(request: HttpRequest, form: ReportForm) -> HttpResponse:
    """Store the report, once however often it is sent. What cannot be stored now stays in the form."""
    said = form.cleaned_data
    page = reports.page_named(said["page"])
    as_of = reports.day_named(said["as_of"])
    try:
        if reports.is_flooded():
            refusal = _("More reports came today than we can read. Please send this one tomorrow.")
            return form_page(request, form, page, status=503, refusal=refusal)
        MistakeReport.objects.keep(
            record=reports.record_of(page)[:300],
            language=get_language(),
            page=page,
            as_of=as_of if as_of != today() else None,
            fact=said["fact"],
            wrong=said["wrong"],
            proof_url=said["proof"],
            contact=said["contact"],
        )
    except OperationalError:  # somebody is changing the facts: SQLite has one writer at a time
        refusal = _("We could not keep your report just now. Please press Send again in a minute.")
        return form_page(request, form, page, status=503, refusal=refusal)
    return unkept(HttpResponseRedirect(reverse("report-thanks"), status=SEE_OTHER))


def form_page(
    request: HttpRequest, form: ReportForm, asked_page: str, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    page = reports.page_named(asked_page)
    given = form.data.get("stamp", "") if form.is_bound else ""
    context = {
        "form": form,
        "page": page,
        "record": reports.record_of(page) if page else "",
        "day": reports.day_named(form["as_of"].value() or ""),
        "stamp": given if reports.is_current(given) else reports.stamp(),
        "refusal": refusal or (form.non_field_errors() or [""])[0] if form.is_bound else refusal,
        "private": True,  # no address leads back to a form that somebody fills in
    }
    return unkept(render(request, "portal/report.html", context, status=status))


@public_page()
def thanks(request: HttpRequest) -> HttpResponse:
    """The report is kept. The page says what happens with it."""
    return render(request, "portal/report_thanks.html", {"private": True})


def unkept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
