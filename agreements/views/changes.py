"""What changed: two of ICE's lists laid beside one another, each change on its day, and a page for each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from jurisdictions.models import Agency, AgencyFormerId, Jurisdiction

from ..caching import public_page
from ..comparison import Comparison, Difference, Group, Reading, comparison_of
from ..days import today
from ..filters import ChangeFilter, agencies_of
from ..imports.derive import EventFact
from ..lists import Lists
from ..models import ChangeEvent, Effect, FederalDesignation, Listing, Provision, RuleStanding, Snapshot
from ..programs import PLAIN_NAMES, plain_name
from ..querysets import ChangeEventQuerySet
from ..sentences import MEANS, about_change, day_in_words, in_short
from ..tables import csv_response
from ..topics import Topic
from .listing import ROWS_AT_ONCE, List, all_states

CHANGE_PARAMETERS = (*ChangeFilter.base_filters, "view", "page", "format")

FEW = 12
"""Lines of a group that are shown at once; more are folded away under their states."""

NAMED_AT_MOST = 600
"""Lines of a group that a page holds. Of more it gives each state's number, and the file has them all."""

RULES_SHOWN = 60
"""Changes in law and policy that stand beside a comparison; the list by days has the rest."""

Kind = ChangeEvent.Kind

GROUP_OF = {
    Kind.APPEARED: Group.JOINED,
    Kind.MODEL_ADDED: Group.JOINED,
    Kind.BACK: Group.JOINED,
    Kind.MISSING: Group.LEFT,
    Kind.NO_LONGER_LISTED: Group.LEFT,
    Kind.MODEL_DROPPED: Group.DROPPED,
    Kind.MODEL_SWITCHED: Group.SWITCHED,
    Kind.RENAMED: Group.RENAMED,
    Kind.DATE_CHANGED: Group.DATE,
    Kind.RE_SIGNED: Group.DATE,
    Kind.TYPE_CHANGED: Group.TYPE,
    Kind.COUNTY_CHANGED: Group.COUNTY,
    Kind.LINK_CHANGED: Group.LINK,
}
"""Which group of a comparison answers a question for one kind of change. Of other kinds no two lists tell."""

OF_LABELS = (Kind.LABEL_LISTED, Kind.LABEL_REMOVED)
OF_REQUESTS = (Kind.PENDING, Kind.NO_LONGER_PENDING)
OF_OURS = (Kind.CORRECTED, Kind.MERGED)


# -- What is compared -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """Two days, the list that speaks for each, and what the two lists do not have in common."""

    begin: date
    end: date
    earlier: Snapshot
    later: Snapshot
    comparison: Comparison

    @property
    def is_one_list(self) -> bool:
        return self.earlier.pk == self.later.pk

    @cached_property
    def groups(self) -> list[GroupTold]:
        return [GroupTold(group, self.comparison, lines) for group, lines in self.comparison.groups.items()]

    @property
    def readings(self) -> list[AgencyTold]:
        """What we read otherwise than one of the two lists prints it, by agency."""
        return agencies_told(self.comparison.readings, self.comparison)

    @property
    def links(self) -> dict[str, int]:
        """Document links by what became of them: posted, lost, replaced."""
        return dict(Counter(what_became_of(line) for line in self.comparison.groups.get(Group.LINK, ())))

    @cached_property
    def laws_beside(self) -> list[Provision]:
        """Rules that limit or forbid agreements, of states where one left, in force (or perhaps so) on the later day.

        They stand beside what left as facts with dates of their own. One query, none where nothing left.
        """
        states = {
            self.comparison.agencies[line.agency].state_id
            for group in (Group.LEFT, Group.DROPPED)
            for line in self.comparison.groups.get(group, ())
        }
        if not states:
            return []
        rules = (
            Provision.objects.published()
            .filter(law__jurisdiction__in=states, topic=Topic.AGREEMENTS, effect__in=(Effect.LIMITS, Effect.FORBIDS))
            .select_related("law__jurisdiction", "law__main_source")
            .order_by("law__jurisdiction__name", "law", "place")
        )
        beside = {}
        for rule in rules:
            rule.standing = rule.standing_on(self.end)
            if rule.standing in (RuleStanding.IN_FORCE, RuleStanding.UNCERTAIN, RuleStanding.BLOCKED):
                beside.setdefault((rule.law_id, rule.effect), rule)
        return list(beside.values())


@dataclass(frozen=True)
class GroupTold:
    """A group of a comparison as a page tells it: by state, and in it by agency."""

    group: Group
    comparison: Comparison
    lines: tuple[Difference, ...]

    @property
    def count(self) -> int:
        return self.comparison.count(self.group)

    @property
    def title(self) -> str:
        return in_short(self.group, self.count)

    @property
    def means(self) -> str:
        return str(MEANS[self.group])

    @cached_property
    def states(self) -> list[tuple[Jurisdiction, int, list[AgencyTold]]]:
        """Each state with its count and its agencies, the one with most lines first."""
        by_state: dict[str, list[Difference]] = {}
        states: dict[str, Jurisdiction] = {}
        for line in self.lines:
            state = self.comparison.agencies[line.agency].state
            states[state.pk] = state
            by_state.setdefault(state.pk, []).append(line)
        told = [(states[pk], len(lines), agencies_told(lines, self.comparison)) for pk, lines in by_state.items()]
        return sorted(told, key=lambda each: (-each[1], each[0].name))

    @property
    def is_short(self) -> bool:
        return len(self.lines) <= FEW

    @property
    def is_of_one_state(self) -> bool:
        return len(self.states) == 1

    @property
    def is_too_long(self) -> bool:
        return len(self.lines) > NAMED_AT_MOST


@dataclass(frozen=True)
class AgencyTold:
    """An agency with what is told of it."""

    agency: Agency
    lines: tuple[Difference | Reading, ...]

    @property
    def kinds(self) -> str:
        """ "street enforcement, signed 9 May 2026; jail warrants": of an agency that joined, left or dropped a kind."""
        return "; ".join(map(kind_in_words, self.lines))

    @property
    def keeps(self) -> str:
        """ "jail screening, jail warrants": its other kinds of agreement."""
        return ", ".join(map(lowered_kind, self.lines[0].keeps))


def kind_in_words(line: Difference) -> str:
    kind = lowered_kind(line.models[0])
    if signed_on := line.after.get("signed_on"):
        signed = _("signed %(day)s") % {"day": day_in_words(date.fromisoformat(signed_on))}
        return f"{kind}, {signed}"
    return kind


def lowered_kind(model: str) -> str:
    """A kind of agreement inside a line; one that is new to us as ICE prints it."""
    name = str(plain_name(model))
    return name[:1].lower() + name[1:] if model in PLAIN_NAMES else name


def agencies_told(lines: Iterable[Difference | Reading], comparison: Comparison) -> list[AgencyTold]:
    by_agency: dict[int, list[Difference | Reading]] = {}
    for line in lines:
        by_agency.setdefault(line.agency, []).append(line)
    return [AgencyTold(comparison.agencies[agency], tuple(found)) for agency, found in by_agency.items()]


def what_became_of(line: Difference) -> str:
    """posted, lost or replaced: of the agreement's own document, else of the addendum."""
    name = "moa_url" if "moa_url" in line.before else "addendum_url"
    if not line.before[name]:
        return "posted"
    return "replaced" if line.after[name] else "lost"


class Asked(List):
    """What was asked of the page of changes: filters, two days, one of two views.

    `span` is what the two days come to, None where the page shows the list by days alone. Without days it is the newest
    list against the one before; with `to` alone, the list of that day against the one before.
    """

    def __init__(self, request: HttpRequest):
        events = ChangeEvent.objects.for_listing().newest_first()
        super().__init__(request, ChangeFilter(request.known_parameters, events))
        self.lists = Lists.on(today())
        cleaned = self.filterset.form.cleaned_data
        self.begin, self.end = cleaned.get("from"), cleaned.get("to")
        self.has_days = bool(self.begin or self.end)
        self.is_by_days = request.known_parameters.get("view") == "days"
        if not self.is_by_days and self.is_valid and self.has_days:
            self.sentences = self.sentences | self._days_refused()
            self.is_valid = not self.sentences
        if self.has_days and not self.is_by_days:
            self.refusal = ""  # a comparison has no pages
        version = request.data_version
        self.span = None if self.is_by_days or not self.is_valid else self._span(version)

    def _days_refused(self) -> dict[str, list[str]]:
        first, refused = self.lists.first, {}
        if first is None:
            return {}
        before_all = _("We hold no list before %(day)s. Choose that day or a later one.") % {"day": day_in_words(first)}
        for name, day in (("from", self.begin), ("to", self.end)):
            if day and day < first:
                refused[name] = [before_all]
        if self.begin and self.end and self.begin > self.end:
            refused.setdefault("to", []).append(_("This day is before the day in “From”."))
        return refused

    def _span(self, version) -> Span | None:
        """Two or three queries."""
        if not self.has_days and (self.filterset.form.cleaned_data.get("agency") or self.area):
            return None  # of one agency or area the newest list seldom tells anything
        held = Snapshot.objects.participating().defer("rows")
        end = self.end or today()
        later = held.newest_on(end)
        if later is None:
            return None
        if self.begin:
            earlier = held.newest_on(self.begin)
        else:
            earlier = held.filter(published_on__lt=later.published_on).order_by("-position").first()
        if earlier is None:
            return None
        whole = comparison_of(earlier, later, version)
        return Span(self.begin or earlier.published_on, end, earlier, later, whole.narrowed(self._keeps(whole)))

    def _keeps(self, whole: Comparison):
        """Whether a line is of the state, area, agency and kind asked for."""
        asked = self.filterset.form.cleaned_data
        usps, agency, kind, area = (asked.get(name) for name in ("state", "agency", "kind", "jurisdiction"))
        near = set(agencies_of(area).values_list("pk", flat=True)) if area else None

        def keeps(line: Difference | Reading) -> bool:
            its = whole.agencies[line.agency]
            if (usps and its.state.usps != usps) or (agency and its.public_id != agency):
                return False
            if near is not None and its.pk not in near:
                return False
            if not kind:
                return True
            if isinstance(line, Reading):
                return kind == Kind.CORRECTED
            if GROUP_OF.get(kind) != line.group:
                return False
            return kind not in (Kind.APPEARED, Kind.MODEL_ADDED) or bool(line.keeps) == (kind == Kind.MODEL_ADDED)

        return keeps

    @property
    def area(self) -> Jurisdiction | None:
        return self.filterset.form.cleaned_data.get("jurisdiction")

    @property
    def shows_days(self) -> bool:
        """Whether each change stands on its day, page by page."""
        return self.is_by_days or not self.has_days

    @property
    def carried(self) -> list[tuple[str, str]]:
        kept = [("view", "days")] if self.is_by_days else []
        return [*super().carried, *kept]

    @property
    def is_narrowed(self) -> bool:
        asked = self.filterset.form.cleaned_data
        return any(asked.get(name) for name in ("state", "jurisdiction", "kind", "agency"))

    @cached_property
    def beside(self) -> Beside | None:
        """What else changed between two days that were asked for; None where nothing did."""
        if self.span is None or not self.has_days or (self.span.is_one_list and self.span.begin == self.span.end):
            return None
        return Beside.of(self.filterset.qs, self.span) or None

    @property
    def feed(self) -> str:
        """The address of the feed that tells of what the page is narrowed to."""
        asked = self.filterset.form.cleaned_data if self.is_valid else {}
        path = reverse("feed")
        if area := self.area:
            path = (
                reverse("state-feed", args=[area.slug])
                if area.is_state
                else reverse("place-feed", args=[area.state.slug, area.slug])
            )
        elif usps := asked.get("state"):
            path = reverse("state-feed", args=[usps.lower()])
        return f"{path}?kind={asked['kind']}" if asked.get("kind") else path


@dataclass(frozen=True)
class Beside:
    """What changed between two days other than on ICE's list of participating agencies."""

    rules: tuple[ChangeEvent, ...]
    has_more_rules: bool
    labels: tuple[tuple[str, str, date, int], ...]
    """Kind of change, name of the federal list, day, and how many places."""
    pending: int
    no_longer_pending: int
    ours: tuple[ChangeEvent, ...]

    def __bool__(self) -> bool:
        return bool(self.rules or self.labels or self.pending or self.no_longer_pending or self.ours)

    @classmethod
    def of(cls, events: ChangeEventQuerySet, span: Span) -> Beside:
        """Changes seen after the first day and by the last. Three queries."""
        events = events.filter(seen_on__gt=span.begin, seen_on__lte=span.end)
        rules = list(events.filter(agency=None).exclude(kind__in=OF_LABELS)[: RULES_SHOWN + 1])
        counted = (
            events.filter(kind__in=(*OF_LABELS, *OF_REQUESTS))
            .order_by()
            .values("kind", "designation__list", "seen_on")
            .annotate(count=Count("pk"))
        )
        counts: Counter[str] = Counter()
        labels = []
        for row in sorted(counted, key=lambda row: row["seen_on"], reverse=True):
            if row["kind"] in OF_REQUESTS:
                counts[row["kind"]] += row["count"]
            else:
                name = str(FederalDesignation.List(row["designation__list"]).label)
                labels.append((row["kind"], name, row["seen_on"], row["count"]))
        return cls(
            tuple(rules[:RULES_SHOWN]),
            len(rules) > RULES_SHOWN,
            tuple(labels),
            counts[Kind.PENDING],
            counts[Kind.NO_LONGER_PENDING],
            tuple(events.filter(kind__in=OF_OURS)[:RULES_SHOWN]),
        )


# -- The page -------------------------------------------------------------------------------------------------------


@public_page(*CHANGE_PARAMETERS)
def change_list(request: HttpRequest) -> HttpResponseBase:
    """What changed: /changes/?from=2026-04-13&to=2026-05-18 compares two days, /changes/?view=days tells each day."""
    asked = Asked(request)
    wanted = request.known_parameters.get("format", "").lower()
    if wanted in ("csv", "json") and asked.is_valid:
        return file_of(request, asked, wanted)
    context = {
        "found": asked,
        "page": asked.page,
        "lists": asked.lists,
        "area": asked.area,
        "span": asked.span,
        "beside": asked.beside,
        "kinds": Kind.choices,
        "states": all_states(),
        "agency": agency_asked(asked),
    }
    return render(request, "agreements/change_list.html", context, status=asked.status)


def agency_asked(asked: Asked) -> Agency | None:
    public_id = asked.filterset.form.cleaned_data.get("agency")
    return Agency.objects.select_related("state").filter(public_id=public_id).first() if public_id else None


CHANGE_COLUMNS = (
    "seen_on", "took_effect_on", "state", "agency", "change", "program_model", "before", "after", "origin", "agency_id",
    "change_id", "page", "law", "policy", "designation", "compared_with",
)  # fmt: skip


def file_of(request: HttpRequest, asked: Asked, wanted: str) -> HttpResponseBase:
    """What the page shows, as CSV or JSON: the comparison with what stands beside it, or the changes day by day.

    Of the changes day by day CSV has all, streamed, and JSON those of the page asked for.
    """
    span = asked.span if asked.has_days else None
    if wanted == "csv":
        every = asked.rows.iterator(chunk_size=ROWS_AT_ONCE)
        rows = comparison_rows(request, asked) if span else change_rows(request, every)
        return csv_response("changes", CHANGE_COLUMNS, rows)
    rows = comparison_rows(request, asked) if span else change_rows(request, asked.page.object_list)
    body = {
        "data_version": request.data_version.number,
        "newest_list": asked.lists.newest,
        "compared": span and {"from": span.earlier.published_on, "to": span.later.published_on},
        "counts": span and {group.value: span.comparison.count(group) for group in Group},
        "page": None if span else asked.page.number,
        "pages": None if span else asked.page.paginator.num_pages,
        "results": [dict(zip(CHANGE_COLUMNS, row, strict=True)) for row in rows],
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def change_rows(request: HttpRequest, events: Iterable[ChangeEvent]) -> Iterator[tuple]:
    for event in events:
        agency = event.agency
        yield (
            event.seen_on, event.took_effect_on, event.state.usps, agency.name if agency else "", event.kind,
            event.agreement.program_model if event.agreement else "", in_words(event.before), in_words(event.after),
            event.origin, agency.public_id if agency else "", event.key,
            request.build_absolute_uri(event.get_absolute_url()),
            *(record.key if record else "" for record in (event.law, event.policy, event.designation)),
            None,
        )  # fmt: skip


def comparison_rows(request: HttpRequest, asked: Asked) -> Iterator[tuple]:
    """One row for each line of the comparison, then for each change in law, policy and labels, and of ours."""
    span, comparison = asked.span, asked.span.comparison
    for line in comparison:
        agency = comparison.agencies[line.agency]
        page = f"/agreements/{line.agreement}/" if line.agreement else agency.get_absolute_url()
        yield (
            span.later.published_on, None, agency.state.usps, agency.name, line.group.value, line.models[-1],
            in_words(line.before), in_words(line.after), ChangeEvent.Origin.ICE_LIST.value, agency.public_id, "",
            request.build_absolute_uri(page), "", "", "", span.earlier.published_on,
        )  # fmt: skip
    events = asked.filterset.qs.filter(seen_on__gt=span.begin, seen_on__lte=span.end)
    beside = events.filter(agency=None) | events.filter(kind__in=(*OF_REQUESTS, *OF_OURS))
    yield from change_rows(request, beside.iterator(chunk_size=ROWS_AT_ONCE))


def in_words(state: dict) -> str:
    """ "signed_on 2025-02-26; moa_url https://…" """
    return "; ".join(f"{name} {value}" for name, value in state.items() if value)


# -- One change -----------------------------------------------------------------------------------------------------


@public_page("format")
def change(request: HttpRequest, key: str) -> HttpResponseBase:
    """One change: what was before and after, the rows as both lists print them, and where it was seen."""
    event = ChangeEvent.objects.for_listing().filter(key=key).first()
    if event is None:
        if (heir := known_by_former_id(key)) is None:
            raise Http404("no change has this address")
        return HttpResponsePermanentRedirect(reverse("change", args=[heir.key]))
    wanted = request.known_parameters.get("format", "").lower()
    if wanted == "csv":
        return csv_response("change", CHANGE_COLUMNS, change_rows(request, [event]))
    if wanted == "json":
        (row,) = change_rows(request, [event])
        told = {"sentence": about_change(event), **dict(zip(CHANGE_COLUMNS, row, strict=True))}
        told |= {"before": event.before, "after": event.after, "data_version": request.data_version.number}
        return JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    earlier = list_before(event)
    context = {
        "event": event,
        "sentence": about_change(event),
        "lists": Lists.on(today()),
        "earlier": earlier,
        "fields": [(name, event.before.get(name), event.after.get(name)) for name in {**event.before, **event.after}],
        "printed": printed_rows(event, earlier),
        "same_day": others_of(event).filter(seen_on=event.seen_on).exclude(pk=event.pk).order_by(F("kind")),
    }
    return render(request, "agreements/change.html", context)


def known_by_former_id(key: str) -> ChangeEvent | None:
    """The change that had this address while its agency had another id, as before two records became one.

    An address follows from the agency's id and from what changed, so it can be worked out anew. Two queries.
    """
    former: dict[int, list[str]] = {}
    for agency, public_id in AgencyFormerId.objects.exclude(agency=None).values_list("agency", "public_id"):
        former.setdefault(agency, []).append(public_id)
    if not former:
        return None
    for event in ChangeEvent.objects.for_listing().filter(agency__in=former):
        model = event.agreement.program_model if event.agreement else ""
        # A name that changed on a pending list is told apart from one that changed on the other by this word.
        for word in {model, "pending"} if event.kind == Kind.RENAMED else {model}:
            fact = EventFact(event.kind, event.seen_on, word, sha256=event.snapshot.sha256 if event.snapshot else "")
            if any(fact.key(public_id) == key for public_id in former[event.agency_id]):
                return event
    return None


def others_of(event: ChangeEvent) -> QuerySet:
    return ChangeEvent.objects.for_listing().filter(**{event.subject_field: event.subject})


def list_before(event: ChangeEvent) -> Snapshot | None:
    """The list that the one in which the change was seen is compared with: the one before.

    Of an agreement that is no longer listed, the last one that printed it.
    """
    if event.snapshot is None:
        return None
    before = event.snapshot.published_on
    if event.kind == Kind.NO_LONGER_LISTED and event.took_effect_on:
        before = event.took_effect_on
    older = Snapshot.objects.filter(kind=event.snapshot.kind, published_on__lt=before)
    return older.order_by("-position").first()


@dataclass(frozen=True)
class Printed:
    """Rows of lists laid side by side: above each its list and number, below them cell after cell."""

    rows: tuple[tuple[Snapshot, int | None], ...]
    """List and row number; no number where the list has no such row."""
    lines: tuple[tuple[str, tuple[tuple[str, str], ...], bool], ...]
    """Heading, the cell of each row with its link, and whether they differ."""


def printed_rows(event: ChangeEvent, earlier: Snapshot | None) -> Printed | None:
    """The rows that print the agreement (or, of a rename, the agency) on the list before and on this one."""
    if event.snapshot is None:
        return None
    rows = Listing.objects.select_related("first_snapshot").order_by("pk")
    rows = rows.filter(agreement=event.agreement) if event.agreement else rows.filter(agreement__agency=event.agency)
    shown: list[tuple[Snapshot, int | None]] = []
    cells: list[dict[str, tuple[str, str]]] = []
    for snapshot in (earlier, Snapshot.objects.get(pk=event.snapshot_id)):
        if snapshot is None:
            continue
        numbers = {listing: number for number, listing in snapshot.rows}
        for row in rows.on(snapshot) or [None]:
            shown.append((snapshot, numbers.get(row.pk) if row else None))
            cells.append(as_printed(row) if row else {})
    headings = dict.fromkeys(heading for each in cells for heading in each)
    lines = []
    for heading in headings:
        line = tuple(each.get(heading, ("", "")) for each in cells)
        lines.append((heading, line, len({(text.strip(), link) for text, link in line}) > 1))
    return Printed(tuple(shown), tuple(lines))


def as_printed(row: Listing) -> dict[str, tuple[str, str]]:
    """Below each heading the cell as a reader of the sheet sees it, and its link."""
    return {
        str(heading): (cell_in_words(cell), row.links.get(str(place), ""))
        for place, (heading, cell) in enumerate(zip(row.first_snapshot.columns, row.cells, strict=False))
        if heading
    }


def cell_in_words(cell: object) -> str:
    """A date as 2025-05-08, an error or a formula by what it shows, else the print itself."""
    if isinstance(cell, dict):
        return cell_in_words(cell.get("v")) if "f" in cell else str(cell.get("d", cell.get("e", ""))).partition("T")[0]
    return "" if cell is None else str(cell)
