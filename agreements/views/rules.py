"""The pages of state laws and local policies: states compared by topic, lists to narrow and take away, a page each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jurisdictions.models import Jurisdiction

from ..caching import public_page
from ..days import today
from ..filters import LawFilter, PolicyFilter, asked_day
from ..lists import Lists
from ..models import Check, Effect, LocalPolicy, Provision, RuleStanding, Stance, StateLaw
from ..rules import about, known_by, standing_known, was_enacted_by
from ..tables import csv_response
from ..topics import LAW_TOPICS, Topic
from .listing import ROWS_AT_ONCE, List, all_states, asked_format

LAW_PARAMETERS = (*LawFilter.base_filters, "view", "page", "format")
POLICY_PARAMETERS = (*PolicyFilter.base_filters, "page", "format")
OF_A_COMPARISON = frozenset({"topic", "as_of", "format"})
"""What may be asked of the comparison; whatever else is asked, or `view=list`, asks for the list."""


def on_day(day: date) -> Lists:
    """The day for a page that does not rest on ICE's lists."""
    return Lists(day, today(), None, None, None, None)


@public_page(*LAW_PARAMETERS)
def law_list(request: HttpRequest) -> HttpResponseBase:
    """/laws/ compares the states by topic; with filters, or `view=list`, the searchable table: /laws/?state=FL."""
    filterset = LawFilter(request.known_parameters, laws_for_listing())
    topic = request.known_parameters.get("topic", LAW_TOPICS[0])
    if set(request.known_parameters) <= OF_A_COMPARISON and filterset.is_valid() and topic in LAW_TOPICS:
        return law_compare(request, filterset, Topic(topic))
    found = List(request, filterset)
    if asked_format(request) and found.is_valid:
        return csv_response("laws", LAW_COLUMNS, law_rows(request, found))
    for law in found.page.object_list:
        parts = law.provisions.all()
        law.does = [*dict.fromkeys((each.get_topic_display(), each.get_effect_display()) for each in parts)]
    context = {
        "topics": Topic.choices,
        "effects": Effect.choices,
        "stances": Stance.choices,
        "statuses": StateLaw.LegalStatus.choices,
        **rules_context(found),
    }
    return render(request, "agreements/law_list.html", context, status=found.status)


def laws_for_listing():
    return (
        StateLaw.objects.select_related("jurisdiction", "main_source")
        .prefetch_related("provisions")
        .order_by("jurisdiction__name", "-enacted_on", "title", "key")
    )


def rules_context(found: List) -> dict:
    day = found.filterset.day
    for rule in found.page.object_list:
        rule.standing = rule.standing_on(day)
    return {
        "found": found,
        "page": found.page,
        "lists": on_day(day),
        "area": found.filterset.area,
        "states": all_states(),
    }


LAW_COLUMNS = (
    "key", "state", "title", "citation", "instrument", "stance", "legal_status", "standing", "as_of", "enacted_on",
    "effective_on", "ended_on", "provisions", "summary_en", "summary_es", "doubt_en", "confidence", "checked_on",
    "source_publisher", "source_url", "page",
)  # fmt: skip


def law_rows(request: HttpRequest, found: List) -> Iterator[tuple]:
    day = found.filterset.day
    for law in found.rows.iterator(chunk_size=ROWS_AT_ONCE):
        yield (
            law.key, law.jurisdiction.usps, law.title, law.citation, law.instrument, law.stance, law.legal_status,
            law.standing_on(day).value, day, law.enacted_on, law.effective_on, law.ended_on,
            " ".join(f"{each.topic}:{each.effect}" for each in law.provisions.all()), law.summary_en, law.summary_es,
            law.doubt_en, law.confidence, law.checked_on, law.main_source.publisher, law.main_source.url,
            request.build_absolute_uri(law.get_absolute_url()),
        )  # fmt: skip


# -- States compared by topic ---------------------------------------------------------------------------------------

ORDER = tuple(RuleStanding)


@dataclass(slots=True)
class StateOnTopic:
    """What a state's laws say about one topic on a day, and when somebody last looked."""

    state: Jurisdiction
    provisions: list[Provision] = field(default_factory=list)
    check: Check | None = None

    @property
    def standing(self) -> RuleStanding | None:
        """The strongest of its provisions; None without any."""
        return min((each.standing for each in self.provisions), key=ORDER.index, default=None)

    @property
    def effects(self) -> list[str]:
        """What those in force that day do, in the order of Effect."""
        found = {each.effect for each in self.provisions if each.standing == RuleStanding.IN_FORCE}
        return [effect for effect in Effect.values if effect in found]

    @property
    def mark(self) -> str:
        """One of the four statuses, or "" for what a court has blocked or what is not certain: the word says that."""
        match self.standing:
            case RuleStanding.IN_FORCE:
                return "yes"
            case RuleStanding.NOT_YET | RuleStanding.ENDED:
                return "no"
            case RuleStanding.NEVER | None:
                return "looked" if self.check else "unchecked"
        return ""


def states_on_topic(topic: str, day: date) -> list[StateOnTopic]:
    """Every state and territory, by name. Three queries."""
    rows = {state.pk: StateOnTopic(state) for state in all_states()}
    provisions = (
        Provision.objects.published()
        .filter(topic=topic)
        .select_related("law__jurisdiction", "law__main_source")
        .order_by("law__title", "place")
    )
    for provision in provisions:
        provision.standing = provision.standing_on(day)
        if not was_there(provision, day):
            continue
        rows[provision.law.jurisdiction_id].provisions.append(provision)
    for check in Check.objects.filter(subject=topic, jurisdiction__in=rows).order_by("looked_on"):
        rows[check.jurisdiction_id].check = check
    for row in rows.values():
        row.provisions.sort(key=lambda each: ORDER.index(each.standing))
    return [*rows.values()]


def was_there(provision: Provision, day: date) -> bool:
    """What was enacted or introduced later than the day is no part of it."""
    match provision.standing:
        case RuleStanding.NOT_YET:
            return was_enacted_by(provision.law, day)
        case RuleStanding.NEVER:
            return known_by(provision.law, day)
    return True


def law_compare(request: HttpRequest, filterset: LawFilter, topic: Topic) -> HttpResponseBase:
    day = filterset.day
    rows = states_on_topic(topic, day)
    if asked_format(request):
        return csv_response(f"laws-{topic}", COMPARISON_COLUMNS, comparison_rows(request, topic, day, rows))
    does: dict[str, list[StateOnTopic]] = {effect: [] for effect in Effect.values}
    for row in rows:
        for effect in row.effects:
            does[effect].append(row)
    others: dict[RuleStanding, list[StateOnTopic]] = {standing: [] for standing in ORDER}
    for row in rows:
        if row.provisions and not row.effects:
            others[row.standing].append(row)
    looked: dict[date, list[StateOnTopic]] = defaultdict(list)
    for row in rows:
        if row.check and not row.provisions:
            looked[row.check.looked_on].append(row)
    context = {
        "topic": topic,
        "topics": LAW_TOPICS,
        "lists": on_day(day),
        "recorded": [row for row in rows if row.provisions],
        "does": [(effect, found) for effect, found in does.items() if found],
        "others": [(standing, found) for standing, found in others.items() if found],
        "looked": sorted(looked.items()),
        "unchecked": [row for row in rows if not row.provisions and not row.check],
    }
    return render(request, "agreements/law_compare.html", context)


COMPARISON_COLUMNS = (
    "state", "topic", "as_of", "standing", "effect", "binds", "since", "section", "statement_en", "statement_es", "law",
    "title", "citation", "legal_status", "looked_on", "page",
)  # fmt: skip


def comparison_rows(request: HttpRequest, topic: str, day: date, rows: list[StateOnTopic]) -> Iterator[tuple]:
    """A line for each provision; for a state without one, a line that says when somebody looked."""
    for row in rows:
        looked_on = row.check and row.check.looked_on
        for each in row.provisions:
            law = each.law
            yield (
                row.state.usps, topic, day, each.standing.value, each.effect, " ".join(each.binds),
                each.effective_on or law.effective_on or law.enacted_on, each.section, each.statement_en,
                each.statement_es, law.key, law.title, law.citation, law.legal_status, looked_on,
                request.build_absolute_uri(law.get_absolute_url()),
            )  # fmt: skip
        if not row.provisions:
            standing = "no_record_found" if row.check else "not_checked"
            page = request.build_absolute_uri(row.state.get_absolute_url())
            yield (row.state.usps, topic, day, standing, *[""] * 10, looked_on, page)


# -- One law, one policy --------------------------------------------------------------------------------------------


@public_page("as_of")
def law(request: HttpRequest, key: str) -> HttpResponse:
    """A law: what it says in words and part by part, its dates as known, courts, doubts, sources, history."""
    day, refusal = asked_day(request.known_parameters)
    laws = StateLaw.objects.published().select_related("jurisdiction", "main_source").with_one_reviewer()
    record = laws.filter(key=key).first()
    if record is None:
        raise Http404("no law has this address")
    provisions = list(record.provisions.all())
    for each in provisions:
        each.law = record  # its standing follows from its law's
        each.standing = each.standing_on(day)
    context = {"provisions": provisions, **rule_context(record, day, refusal)}
    return render(request, "agreements/law.html", context, status=400 if refusal else 200)


def rule_context(record: StateLaw | LocalPolicy, day: date, refusal: str) -> dict:
    belongs = ("source", "provision") if isinstance(record, StateLaw) else ("source",)
    cited = list(record.citations.select_related(*belongs).order_by("pk"))
    happened = Coalesce("took_effect_on", "seen_on")
    return {
        "rule": record,
        "lists": on_day(day),
        "refusal": refusal,
        "standing": standing_known(record, day),
        "sentence": about(record, day),
        "cited": cited,
        "official": next((each.source.url for each in cited if each.field == "citation" and each.source.url), ""),
        "changes": record.changes.for_listing().alias(happened=happened).filter(happened__lte=day).newest_first(),
    }


@public_page(*POLICY_PARAMETERS)
def policy_list(request: HttpRequest) -> HttpResponseBase:
    """The searchable table of local policies: /policies/?state=NY&topic=detainers."""
    found = List(request, PolicyFilter(request.known_parameters, policies_for_listing()))
    if asked_format(request) and found.is_valid:
        return csv_response("policies", POLICY_COLUMNS, policy_rows(request, found))
    context = {
        "topics": Topic.choices,
        "stances": Stance.choices,
        "statuses": LocalPolicy.LegalStatus.choices,
        **rules_context(found),
    }
    return render(request, "agreements/policy_list.html", context, status=found.status)


GOVERNMENTS = Prefetch("jurisdictions", Jurisdiction.objects.select_related("state", "same_as__state").order_by("pk"))


def policies_for_listing():
    return (
        LocalPolicy.objects.select_related("state_area", "main_source")
        .prefetch_related(GOVERNMENTS)
        .order_by("state_area__name", "government", "-adopted_on", "title", "key")
    )


POLICY_COLUMNS = (
    "key", "state", "government", "government_type", "geoids", "title", "citation", "instrument", "stance",
    "legal_status", "standing", "as_of", "adopted_on", "ended_on", "topics", "summary_en", "summary_es", "doubt_en",
    "confidence", "checked_on", "source_publisher", "source_url", "page",
)  # fmt: skip


def policy_rows(request: HttpRequest, found: List) -> Iterator[tuple]:
    day = found.filterset.day
    for policy in found.rows.iterator(chunk_size=ROWS_AT_ONCE):
        yield (
            policy.key, policy.state_area.usps, policy.government, policy.government_type,
            " ".join(area.pk for area in policy.jurisdictions.all()), policy.title, policy.citation, policy.instrument,
            policy.stance, policy.legal_status, policy.standing_on(day).value, day, policy.adopted_on, policy.ended_on,
            " ".join(policy.topics), policy.summary_en, policy.summary_es, policy.doubt_en, policy.confidence,
            policy.checked_on, policy.main_source.publisher, policy.main_source.url,
            request.build_absolute_uri(policy.get_absolute_url()),
        )  # fmt: skip


@public_page("as_of")
def policy(request: HttpRequest, key: str) -> HttpResponse:
    """A local policy: whose it is, what it says in words, its dates as known, doubts, sources, history."""
    day, refusal = asked_day(request.known_parameters)
    record = policies_for_listing().published().with_one_reviewer().filter(key=key).first()
    if record is None:
        raise Http404("no policy has this address")
    context = {"topics": [Topic(each) for each in record.topics], **rule_context(record, day, refusal)}
    return render(request, "agreements/policy.html", context, status=400 if refusal else 200)
