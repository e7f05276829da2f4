"""Mistakes that readers report: which page and fact a report is about, how many are taken, what waits for the staff."""

from __future__ import annotations

from datetime import date, timedelta

from django.core import signing
from django.db.models import Count, Q
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation

from agreements.models import Agreement, ChangeEvent, LocalPolicy, StateLaw
from jurisdictions.models import Agency, Jurisdiction
from portal.api.throttling import ByAddress
from portal.middleware.language import SPANISH
from portal.models import LONGEST_PATH, MistakeReport

QUICKEST = timedelta(seconds=3)
"""Nobody reads the form and says what is wrong in less; a machine does."""
SLOWEST = timedelta(hours=24)
MOST_A_DAY = 300
"""From all readers together. More is a flood, which no staff could read."""
OLD_AFTER = timedelta(days=14)


class ReportsByAddress(ByAddress):
    """How many reports one address may send; counted apart from calls of the API, with the same key of the day."""

    scope = "report"
    seconds = 60 * 60
    most = 6


def is_flooded() -> bool:
    """Whether more reports came in a day than anybody could read."""
    return MistakeReport.objects.sent_since(timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY


# -- Which page -----------------------------------------------------------------------------------------------------


def page_named(path: str) -> str:
    """The English path of a public page of ours; "" for anything else, such as an address of another site."""
    path = path.strip().split("?")[0].split("#")[0]
    path = path.removeprefix(f"/{SPANISH}") if path.startswith(f"/{SPANISH}/") else path
    if not path.startswith("/") or path.startswith(("//", "/admin/", "/report/")):
        return ""
    if len(path) > LONGEST_PATH or not path.isprintable():
        return ""
    with translation.override("en"):
        try:
            resolve(path)
        except Resolver404:
            return ""
    return path


def record_of(path: str) -> str:
    """What the page at this English path is about, in words: "Davie, Florida". "" for a page of no single record."""
    with translation.override("en"):
        try:
            page = resolve(path)
        except Resolver404:
            return ""
        named = page.kwargs
        match page.url_name:
            case "state" | "state-map":
                record = Jurisdiction.objects.states().filter(slug=named["state"]).first()
                return record.name if record else ""
            case "place":
                record = Jurisdiction.objects.filter(state__slug=named["state"], slug=named["slug"], same_as=None)
                record = record.select_related("state").first()
                return f"{record.full_name}, {record.state.name}" if record else ""
            case "agency":
                record = Agency.objects.select_related("state").filter(public_id=named["public_id"]).first()
                return f"{record.name}, {record.state.name}" if record else ""
            case "agreement":
                found = Agreement.objects.select_related("agency").filter(public_id=named["public_id"]).first()
                return f"{found.agency.name}: {found.program_model}" if found else ""
            case "law":
                return _named(StateLaw.objects.published().filter(key=named["key"]).first())
            case "policy":
                return _named(LocalPolicy.objects.published().filter(key=named["key"]).first())
            case "change":
                found = ChangeEvent.objects.filter(key=named["key"]).first()
                return f"{found.get_kind_display()}: {found.subject_name}" if found else ""
    return ""


def _named(record) -> str:
    return str(record) if record else ""


USUAL_FACTS = {
    "state": MistakeReport.Fact.ANSWER,
    "place": MistakeReport.Fact.ANSWER,
    "agencies": MistakeReport.Fact.AGENCIES,
    "agency": MistakeReport.Fact.AGENCIES,
    "agreements": MistakeReport.Fact.AGREEMENT,
    "agreement": MistakeReport.Fact.AGREEMENT,
    "laws": MistakeReport.Fact.LAW,
    "law": MistakeReport.Fact.LAW,
    "policies": MistakeReport.Fact.POLICY,
    "policy": MistakeReport.Fact.POLICY,
    "changes": MistakeReport.Fact.CHANGE,
    "change": MistakeReport.Fact.CHANGE,
    "states": MistakeReport.Fact.NUMBER,
    "country-map": MistakeReport.Fact.NUMBER,
    "state-map": MistakeReport.Fact.NUMBER,
}
"""What a report is about unless the reader says otherwise, by the name of the page's address."""


def usual_fact(path: str) -> str:
    """The fact that the page at this English path is there for."""
    if not path:
        return MistakeReport.Fact.OTHER
    with translation.override("en"):
        return USUAL_FACTS.get(resolve(path).url_name, MistakeReport.Fact.OTHER)


def day_named(text: str) -> date | None:
    """The day that an address asked for; None for none, or for what is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# -- When the form was opened ---------------------------------------------------------------------------------------

_signer = signing.TimestampSigner(salt="portal.reports")


def stamp() -> str:
    """Says when the form was opened, signed: it names neither a reader nor a page."""
    return _signer.sign("form")


def is_current(value: str) -> bool:
    """Whether this is a stamp of ours, of the last day."""
    try:
        _signer.unsign(value, max_age=SLOWEST)
    except signing.BadSignature:
        return False
    return True


def was_filled_by_a_person(value: str) -> bool:
    """Whether the form of this stamp was open long enough to be read, and not longer than a day."""
    try:
        _signer.unsign(value, max_age=QUICKEST)
    except signing.SignatureExpired:
        return is_current(value)
    except signing.BadSignature:
        return False
    return False


# -- For the staff --------------------------------------------------------------------------------------------------


def waiting() -> list[tuple[str, str]]:
    """What the first page of the staff says of reports, each sentence with the way to them; what is old comes first."""
    counts = MistakeReport.objects.aggregate(
        new=Count("pk", filter=Q(state=MistakeReport.State.NEW)),
        in_hand=Count("pk", filter=Q(state=MistakeReport.State.IN_HAND)),
        old=Count("pk", filter=Q(state__in=MistakeReport.OPEN, sent_at__lt=timezone.now() - OLD_AFTER)),
    )
    address = reverse("admin:portal_mistakereport_changelist")
    says = {
        "old": (
            f"1 report of a reader has waited for more than {OLD_AFTER.days} days.",
            f"{counts['old']:,} reports of readers have waited for more than {OLD_AFTER.days} days.",
        ),
        "new": ("1 reader reports a mistake.", f"{counts['new']:,} readers report mistakes."),
        "in_hand": ("1 reported mistake is in hand.", f"{counts['in_hand']:,} reported mistakes are in hand."),
    }
    leads_to = {"old": address, **{state: f"{address}?state__exact={state}" for state in ("new", "in_hand")}}
    return [(says[name][counts[name] > 1], leads_to[name]) for name in says if counts[name]]
