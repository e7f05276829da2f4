"""The answer for an area as data: what its page says, and nothing else.

Page and data take their sentences from the same objects (portal/answers/), so neither says what the other does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import serializers

from agreements.api.rule_serializers import TextRecord
from agreements.api.serializers import AgreementBrief
from agreements.models import Agreement, ChangeEvent, ListKind, Status
from agreements.powers import Moment
from agreements.programs import plain_name
from jurisdictions.api.serializers import AgencyBrief, AreaBrief, SourceRecord, source
from jurisdictions.models import Coverage
from jurisdictions.placement import reasons
from portal.answers import Entry, Line, PlaceAnswer, Saying, StateAnswer, Topic
from portal.answers.sentences import from_the_list, how_old, of_a_past_day

from .rules_of_answer import (
    MARKS,
    CheckRecord,
    DoubtRecord,
    LabelOnTheDay,
    LabelsOfList,
    LawsOfTopic,
    MarkedText,
    NotInForce,
    PolicyInForce,
    RuleBeside,
    WithoutPolicy,
    beside,
    checks_of,
    designations_of,
    doubts_of,
    labels_of,
    laws_of,
    not_in_force,
    nothing_of,
    policies_of,
    policy_record,
    without_policy,
)
from .said import HeldLists, Said, Telling, agency_record, area_record, in_both_languages, shown

ICE = "U.S. Immigration and Customs Enforcement"


class AreaHere(AreaBrief):
    """An area by its id and name."""

    title = TextRecord(help_text="Its name in a heading: “Broward County”, “Condado de Broward”.")


class AreaAsked(AreaHere):
    """The area of the answer."""

    ocd_id = serializers.CharField(help_text="Open Civic Data division id; empty where that list has none.")
    population = serializers.IntegerField(allow_null=True)
    population_year = serializers.IntegerField(allow_null=True)


class LineRecord(serializers.Serializer):
    """One line of the headline. `mark`: yes, no, looked (and found nothing), unchecked."""

    topic = serializers.ChoiceField(choices=[topic.value for topic in Topic])
    label = serializers.CharField(help_text="The topic in words.")
    title = TextRecord(help_text="The topic in words.")
    mark = serializers.ChoiceField(choices=MARKS)
    word = TextRecord(help_text="The answer in a word or two; empty where only the sentences can say.")
    sentences = serializers.ListField(child=serializers.CharField(), help_text="In English.")
    texts = TextRecord(many=True, help_text="The same sentences in both languages.")
    agencies = serializers.IntegerField(help_text="Agencies of this line on ICE's list.")
    sources = SourceRecord(many=True)


class SayingRecord(serializers.Serializer):
    """A sentence on what it means, and what says so: an agreement, a rule of the state, a policy; else general law."""

    text = TextRecord()
    program_model = serializers.CharField(allow_null=True, help_text="The model of agreement that lets officers do so.")
    agencies = serializers.ListField(child=serializers.CharField(), help_text="Ids of those that have it here.")
    law = serializers.CharField(allow_null=True, help_text="For laws/{key}/.")
    standing = serializers.CharField(allow_null=True, help_text="Of the law.")
    policy = serializers.CharField(allow_null=True, help_text="For policies/{key}/.")
    sources = SourceRecord(many=True)


class MeaningRecord(serializers.Serializer):
    """A moment at which a reader may meet officers, and what is known of it here."""

    moment = serializers.ChoiceField(choices=Moment.choices)
    title = TextRecord()
    sayings = SayingRecord(many=True)
    absent = TextRecord(help_text="Said of a stop, where no agency here has a street agreement; else empty.")


class CoverHere(AreaHere):
    """An area for which an agency counts here."""

    extent = serializers.ChoiceField(choices=Coverage.Extent.choices)


class AgencyHere(AgencyBrief):
    """An agency with its page."""

    url = serializers.CharField(help_text="The page.")


class AgreementHere(AgreementBrief):
    """An agreement of the agency as it stood on the day."""

    title = TextRecord(help_text="The model in plain words; `meaning` says what it lets officers do.")
    status_title = TextRecord()
    text = TextRecord(help_text="What is known of it.")
    url = serializers.CharField(help_text="The page.")
    sources = SourceRecord(many=True)


class EntryRecord(serializers.Serializer):
    """An agency that reaches the area, and its agreements."""

    agency = AgencyHere()
    reach = serializers.CharField(allow_null=True, help_text="own, county, inside, special, statewide")
    covers = CoverHere(many=True, help_text="For which areas it counts here; none if statewide.")
    agreements = AgreementHere(many=True)


class QuestionRecord(EntryRecord):
    """An agency whose area is not certain."""

    printed_county = serializers.CharField(allow_null=True, help_text="GEOID of the county that ICE prints.")
    reason = TextRecord(help_text="Why it is not certain.")


class PlacesWithout(serializers.Serializer):
    """Places in a county none of whose agencies is on the list, nor may be, and what can be said of them."""

    text = TextRecord()
    areas = AreaHere(many=True)


class ChangeHere(serializers.Serializer):
    """Something that changed, by the day we saw it."""

    id = serializers.CharField(help_text="The page is /changes/{id}/.")
    kind = serializers.ChoiceField(choices=ChangeEvent.Kind.choices)
    title = TextRecord()
    seen_on = serializers.DateField()
    took_effect_on = serializers.DateField(allow_null=True)
    subject = serializers.CharField(help_text="What changed, by its name.")
    agency = serializers.CharField(allow_null=True, help_text="For agencies/{id}/.")
    program_model = serializers.CharField(allow_null=True)
    program_model_title = TextRecord(help_text="The model in plain words; empty where the change is of none.")
    url = serializers.CharField(help_text="The page.")


class NumberRecord(serializers.Serializer):
    """A number of a state, and the query that lists what was counted."""

    of = serializers.CharField(help_text="agencies, agreements, or a status.")
    program_model = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    query = serializers.CharField()


class CountyHere(AreaHere):
    """A county of the state, and how many agencies on the list reach it from within."""

    own = serializers.IntegerField(help_text="They cover the whole county: the sheriff, the jail.")
    inside = serializers.IntegerField(help_text="Cities, towns, precincts and campuses in it.")
    program_models = serializers.ListField(child=serializers.CharField())


class NoteRecord(serializers.Serializer):
    """What holds for a part of the answer."""

    about = serializers.CharField(help_text="The field that it goes with.")
    text = TextRecord()


class ListsRecord(serializers.Serializer):
    """The lists that the answer rests on."""

    listed = serializers.DateField(allow_null=True, help_text="Newest list of participating agencies by `as_of`.")
    pending = serializers.DateField(allow_null=True, help_text="Newest list of pending agencies by `as_of`.")
    newest = serializers.DateField(allow_null=True, help_text="Newest list of participating agencies that we hold.")
    age_in_days = serializers.IntegerField(allow_null=True)
    is_stale = serializers.BooleanField()
    texts = TextRecord(many=True, help_text="Which list speaks, that the day is past, that the newest list is old.")


class AnswerRecord(serializers.Serializer):
    """Who of an area works with ICE on a day, and which rules bear on it: the page of the area as data.

    Each {"en", "es"} is a sentence or a word of the page in English and in Spanish.
    """

    jurisdiction = AreaAsked()
    url = serializers.CharField(help_text="The page.")
    as_of = serializers.DateField()
    headline = LineRecord(many=True)
    state = AreaHere()
    lies_in = AreaHere(many=True, help_text="Counties of a place, the one where most of its people live first.")
    namesakes = AreaHere(many=True, help_text="Other areas of the state with the same name.")
    meaning = MeaningRecord(many=True, help_text="Of a place: at a stop, at booking, at release. Empty for a state.")
    agencies = EntryRecord(many=True, help_text="Agencies that reach the area, or of a state all in it.")
    places_without = PlacesWithout(allow_null=True, help_text="Of a county on a day that a list speaks for.")
    in_question = QuestionRecord(
        many=True,
        help_text="Agencies whose area is not certain; ICE prints this county, or their name fits. They do not count.",
    )
    law_beside = RuleBeside(many=True, help_text="The law on agreements beside those that are or were listed here.")
    state_law = LawsOfTopic(many=True, help_text="All thirteen topics.")
    state_law_nothing = MarkedText(many=True, help_text="The topics without a rule, in sentences.")
    not_in_force = NotInForce(many=True, help_text="Bills, vetoes and past rules.")
    local_policies = PolicyInForce(
        many=True, help_text="Its own and its county's, of a county those inside it too, of a state all in it."
    )
    without_policy = WithoutPolicy(many=True, help_text="The area and its counties, where no policy is known.")
    other_policies = PolicyInForce(many=True, help_text="Proposed, or no longer in force; empty for a state.")
    designations = LabelOnTheDay(many=True)
    labels = LabelsOfList(many=True, help_text="The same federal lists in the sentences of the page.")
    checks = CheckRecord(many=True, help_text="When somebody last looked for laws of the state and policies here.")
    doubts = DoubtRecord(many=True, help_text="Where sources disagree, or a detail is not certain.")
    changes = ChangeHere(many=True, help_text="What changed here, the newest first.")
    statewide_changes = ChangeHere(many=True, help_text="With agencies of the whole state; empty for a state.")
    numbers = NumberRecord(many=True, help_text="Of a state on a day that a list speaks for.")
    counties = CountyHere(many=True, help_text="Of a state on a day that a list speaks for.")
    through_time = serializers.CharField(
        allow_null=True, help_text="Of a state: the address of its numbers through time, by month up to `as_of`."
    )
    notes = NoteRecord(many=True)
    lists = ListsRecord()
    sources = SourceRecord(many=True, help_text="ICE's list, then the documents that the page numbers, in its order.")


def answer_record(found: PlaceAnswer | StateAnswer, request: HttpRequest) -> dict[str, Any]:
    """The answer as AnswerRecord describes it. At most two queries: which of ICE's lists speak for the day."""
    held = HeldLists(found.lists)
    return in_both_languages(lambda language: told(found.unsaid(), Telling(request, found.lists, language, held)))


def told(found: PlaceAnswer | StateAnswer, telling: Telling) -> dict[str, Any]:
    """The answer in the language that is active."""
    area = found.area
    of_the_area = of_a_state if isinstance(found, StateAnswer) else of_a_place
    record = {
        "jurisdiction": {
            **area_record(area),
            "ocd_id": area.ocd_id,
            "population": area.population,
            "population_year": area.population_year,
        },
        "url": telling.absolute(area.get_absolute_url()),
        "as_of": found.day,
        "state": area_record(area if area.is_state else area.state),
        "lies_in": [],
        "namesakes": [],
        "headline": [line_record(line, found, telling) for line in found.lines],
        "meaning": [],
        "agencies": [entry_record(each, telling) for each in found.entries if not each.agency.is_in_question],
        "places_without": None,
        "in_question": [question_record(each, telling) for each in found.all_in_question],
        **of_the_area(found, telling),
        "state_law_nothing": nothing_of(found.law),
        "not_in_force": not_in_force(found.law, telling),
        "local_policies": [policy_record(each, telling) for each in policies_of(found)],
        "designations": designations_of(found.labels),
        "checks": checks_of(found),
        "doubts": doubts_of(found.doubts, telling),
        "changes": [change_record(event, telling) for event in found.changes],
        "lists": lists_record(found),
    }
    record["labels"] = labels_of(found.labels, telling)
    record["notes"] = notes_of(found)
    record["sources"] = [*(telling.held.participating if found.lists.listed else []), *shown(telling.documents)]
    return {name: record[name] for name in ORDER}


ORDER = tuple(AnswerRecord().fields)


def of_a_place(found: PlaceAnswer, telling: Telling) -> dict[str, Any]:
    """What only the page of a county, place or subdivision has. Documents are named in the order of the page."""
    meaning = [
        {
            "moment": str(each.moment),
            "title": Said(each.title),
            "sayings": [saying_record(saying, telling) for saying in each.sayings],
            "absent": Said(each.absent),
        }
        for each in found.meaning
    ]
    law_beside = beside(found.law_beside, telling)
    others = [*found.policies.proposed, *found.policies.ended]
    by_government = [each for _area, policies, _looked_on in found.policies.groups for each in policies]
    telling.cited(each.policy.main_source for each in (*by_government, *others))
    for topic in found.law.with_rules:
        for rule in topic.brief:
            telling.cited(rule.sources)
    without = None
    if found.lists.is_covered and found.area.is_county:
        areas = [area_record(part) for part in found.parts_without]
        without = {"text": Said(found.of_parts_without if areas else ""), "areas": areas}
    return {
        "lies_in": [area_record(county) for county in found.counties],
        "namesakes": [area_record(other) for other in found.namesakes],
        "meaning": meaning,
        "places_without": without,
        "law_beside": law_beside,
        "state_law": laws_of(found.law, telling),
        "without_policy": without_policy(found),
        "other_policies": [policy_record(each, telling) for each in others],
        "statewide_changes": [change_record(event, telling) for event in found.statewide_changes],
        "numbers": [],
        "counties": [],
        "through_time": None,
    }


def of_a_state(found: StateAnswer, telling: Telling) -> dict[str, Any]:
    """What only the page of a state has. Documents are named in the order of the page."""
    for rule in found.law.rules_by_topic:
        telling.cited(rule.sources)
    is_covered = found.lists.is_covered
    through_time = urlencode({"by": "month", "state": found.area.usps, "to": found.day.isoformat()})
    return {
        "law_beside": beside(found.law_beside, telling),
        "state_law": laws_of(found.law, telling),
        "without_policy": [],
        "other_policies": [],
        "statewide_changes": [],
        "numbers": numbers_of(found, telling) if is_covered else [],
        "counties": [
            {
                **area_record(row.county),
                "own": row.own,
                "inside": row.inside,
                "program_models": [*row.models],
            }
            for row in (found.counties if is_covered else ())
        ],
        "through_time": telling.absolute(f"/api/v1/stats/agreements/?{through_time}") if is_covered else None,
    }


def line_record(line: Line, found: PlaceAnswer | StateAnswer, telling: Telling) -> dict[str, Any]:
    documents = []
    if line.topic in (Topic.LOCAL, Topic.STATE_AGENCIES):
        documents = telling.held.participating if found.lists.is_covered else []
    elif line.topic == Topic.STATE_LAW:
        documents = shown(document for rule in found.law.headline or found.law.rules for document in rule.sources)
    elif line.topic == Topic.LOCAL_POLICY:
        documents = shown(each.policy.main_source for each in found.policies.current)
    return {
        "topic": line.topic.value,
        "label": line.topic.label,
        "title": Said(line.topic.label),
        "mark": line.mark.value,
        "word": Said(line.word),
        "sentences": [*line.sentences],
        "texts": [Said(sentence) for sentence in line.sentences],
        "agencies": line.agencies,
        "sources": documents,
    }


def saying_record(saying: Saying, telling: Telling) -> dict[str, Any]:
    return {
        "text": Said.of(saying.sentence),
        "program_model": saying.model or None,
        "agencies": [entry.agency.public_id for entry in saying.entries],
        "law": saying.rule and saying.rule.law.key,
        "standing": saying.rule and saying.rule.standing.value,
        "policy": saying.policy and saying.policy.policy.key,
        "sources": telling.cited(saying.sources),
    }


def entry_record(entry: Entry, telling: Telling) -> dict[str, Any]:
    agency = entry.agency
    return {
        "agency": {**agency_record(agency), "url": telling.absolute(agency.get_absolute_url())},
        "reach": "statewide" if agency.is_statewide else entry.reach and entry.reach.value,
        "covers": [{**area_record(each.jurisdiction), "extent": each.extent} for each in entry.coverages],
        "agreements": [agreement_record(agreement, sentence, telling) for agreement, sentence in entry.told],
    }


def question_record(entry: Entry, telling: Telling) -> dict[str, Any]:
    return {
        **entry_record(entry, telling),
        "printed_county": entry.agency.printed_county_id,
        "reason": reason_of(entry.agency.placement_reason, telling),
    }


def reason_of(stored: str, telling: Telling) -> Said:
    """In Spanish nothing of what an editor wrote in English."""
    said = reasons.translated(stored)
    return Said(said if telling.language == "en" or said != stored else "")


PENDING = frozenset({Status.PENDING, Status.NO_LONGER_PENDING})


def agreement_record(agreement: Agreement, sentence: str, telling: Telling) -> dict[str, Any]:
    documents = [*telling.held.of(ListKind.PENDING if agreement.status in PENDING else ListKind.PARTICIPATING)]
    if agreement.moa_url:
        documents.append(source("Memorandum of agreement", ICE, url=agreement.moa_url))
    if agreement.addendum_url:
        documents.append(source("Addendum to the memorandum of agreement", ICE, url=agreement.addendum_url))
    if agreement.status == Status.ENDED and agreement.ended_source:
        documents += shown([agreement.ended_source])
    return {
        "id": agreement.public_id,
        "program_model": agreement.program_model,
        "status": agreement.status,
        "status_since": agreement.status_since,
        "signed_on": agreement.signed_on,
        "moa_url": agreement.moa_url,
        "addendum_url": agreement.addendum_url,
        "title": Said(plain_name(agreement.program_model)),
        "status_title": Said(Status(agreement.status).label),
        "text": Said(sentence),
        "url": telling.absolute(agreement.get_absolute_url()),
        "sources": documents,
    }


def change_record(event: ChangeEvent, telling: Telling) -> dict[str, Any]:
    return {
        "id": event.key,
        "kind": event.kind,
        "title": Said(event.get_kind_display()),
        "seen_on": event.seen_on,
        "took_effect_on": event.took_effect_on,
        "subject": event.subject_name,
        "agency": event.agency and event.agency.public_id,
        "program_model": event.agreement and event.agreement.program_model,
        "program_model_title": Said(plain_name(event.agreement.program_model) if event.agreement else ""),
        "url": telling.absolute(event.get_absolute_url()),
    }


def numbers_of(found: StateAnswer, telling: Telling) -> list[dict[str, Any]]:
    """The numbers of the state's page, each with the query that lists what was counted."""
    day = {"as_of": found.day.isoformat()} if found.lists.is_past else {}

    def number(of: str, count: int, path: str, **asked: str) -> dict[str, Any]:
        query = urlencode({"state": found.area.usps, **asked, **day})
        return {
            "of": of,
            "program_model": asked.get("model"),
            "count": count,
            "query": telling.absolute(f"/api/v1/{path}/?{query}"),
        }

    by_status: Iterable[tuple[Status, tuple[Entry, ...]]] = (
        (Status.PENDING, found.pending),
        (Status.MISSING, found.missing),
        (Status.NO_LONGER_LISTED, found.no_longer_listed),
        (Status.ENDED, found.ended),
    )
    return [
        number("agencies", len(found.listed), "agencies", status="listed"),
        number("agreements", found.agreements, "agreements", status="listed"),
        *(
            number("agreements", count, "agreements", model=model, status="listed")
            for model, count in found.models.items()
        ),
        *(
            number(status.value, len(entries), "agencies", status=status.value)
            for status, entries in by_status
            if entries
        ),
    ]


def lists_record(found: PlaceAnswer | StateAnswer) -> dict[str, Any]:
    lists = found.lists
    sentences = (of_a_past_day(lists), from_the_list(lists), how_old(lists))
    return {
        "listed": lists.listed,
        "pending": lists.pending,
        "newest": lists.newest,
        "age_in_days": lists.age_in_days,
        "is_stale": lists.is_stale,
        "texts": [Said.of(sentence) for sentence in sentences if sentence],
    }


def notes_of(found: PlaceAnswer | StateAnswer) -> list[dict[str, Any]]:
    """What the page says of its parts as a whole."""
    is_covered = found.lists.is_covered
    notes = [("changes", found.of_no_change), ("labels", found.labels.nothing)]
    if found.labels.labels:
        sentence = _(
            "Lists of what the federal government calls “sanctuary jurisdictions”. Being on one is a federal claim,"
            " not proof of a local policy."
        )
        notes.append(("labels", sentence))
    if is_covered and found.law_beside:
        sentence = _(
            "A law and a list are two facts, each with its own date. We do not say that one ends the other until a"
            " source does."
        )
        notes.append(("law_beside", sentence))
    if is_covered and found.in_question:
        notes.append(("in_question", found.of_those_in_question))
    is_read_by_us = _("Whether a policy limits, prohibits or requires cooperation is our reading; its text decides.")
    if isinstance(found, PlaceAnswer):
        notes.append(("agencies", found.of_nobody))
        sentence = _(
            "Not every officer is trained. An agreement says what officers may do, not what each of them does."
        )
        notes.append(("meaning", sentence))
        notes += [("local_policies", is_read_by_us)] if found.policies.current else []
    else:
        if found.policies.governments:
            sentence = _("Places that are not named here have not been checked yet, or we found nothing there.")
            notes += [("local_policies", is_read_by_us), ("local_policies", sentence)]
        if is_covered and (found.missing or found.former):
            notes.append(("agencies", _("Leaving ICE's list is not an end: ICE does not say why.")))
        if is_covered and found.counties_without:
            notes.append(("counties", _("This does not mean that they never help ICE.")))
    return [{"about": about, "text": Said(sentence)} for about, sentence in notes if sentence]
