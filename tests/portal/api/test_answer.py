"""The answer as data beside the page of the same area and day: neither says what the other does not."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from urllib.parse import urlsplit

import pytest
from django.core.cache import caches
from django.utils import translation
from django.utils.translation import gettext, ngettext
from rest_framework import serializers

from agreements.rules import date_in_words
from agreements.sentences import day_in_words
from portal.api.answer import AnswerRecord

from .pages import Page, one_line, unexplained

PLACES = [
    pytest.param("12011", "2025-03-06", id="Broward County, when it had joined"),
    pytest.param("48201", "2026-11-24", id="Harris County"),
    pytest.param("17031", "2026-11-24", id="Cook County"),
    pytest.param("06037", "2026-05-18", id="Los Angeles County"),
    pytest.param("24005", "2026-11-24", id="Baltimore County"),
    pytest.param("24510", "2025-09-01", id="Baltimore city, on the Justice Department's list"),
    pytest.param("35001", "2026-06-01", id="Bernalillo County, after the law of its state"),
    pytest.param("3651000", "2026-11-24", id="New York City, in five counties"),
    pytest.param("30069", "2020-06-01", id="Petroleum County, before the first list"),
    pytest.param("0913020810", "2026-11-24", id="a Connecticut town"),
    pytest.param("4201776784", "2026-11-24", id="a Pennsylvania township"),
    pytest.param("0643000", "2025-08-20", id="Long Beach, with policies of its own and its county's"),
    pytest.param("42029", "2026-11-24", id="Chester County, with agencies in question"),
    pytest.param("05119", "2026-11-24", id="Pulaski County, Arkansas: a law whose parts bind different bodies"),
    pytest.param("19153", "2026-11-24", id="Polk County, Iowa: a law with two sections that do the same"),
]
STATES = [
    pytest.param("12", "2026-11-24", id="Florida"),
    pytest.param("24", "2026-02-12", id="Maryland, with nine agreements"),
    pytest.param("35", "2026-11-24", id="New Mexico, with a law after its agreements"),
    pytest.param("29", "2026-11-24", id="Missouri, with a former agency in question"),
    pytest.param("66", "2026-11-24", id="Guam, of which nothing was looked for"),
]

# Words of the page that hold its facts together, by section.
LAYOUT = {
    "": ["in %(county)s, %(state)s", "Back to today", "The law beside these agreements", "Source %(n)s"],
    "answer": ["What this means"],
    "means": ["What it means", "Your rights, on one page to print", "All models side by side"],
    "doubts": ["Sources disagree, or a detail is not certain"],
    "who": [
        "Who has an agreement here", "Agencies of the county", "Agencies of %(area)s", "In question",
        "Agencies of %(counties)s, which reach here too", "On a campus, at a port or in transit here",
        "Cities, towns, precincts and campuses in the county", "Agencies of the state", "Agreement (PDF)", "addendum",
        "no document linked", "The law beside these agreements",
    ],
    "policy": ["Written local policy", "Proposed, or no longer in force", "date not known"],
    "law": [
        "The law of %(state)s", "Bills, vetoes and past rules: not in force", "Thirteen topics, on %(day)s",
        "Sources disagree, or a detail is not certain",
        "Requires, encourages, allows, limits, forbids: what a rule does to the act that the topic names.",
    ],
    "labels": ["Federal labels"],
    "changed": ["What changed here", "What changed with agencies of the whole state"],
    "sources": [
        "Sources", "How we hold ICE's lists", "Read %(day)s.", "GEOID", "%(people)s people (%(year)s)",
        "List of participating agencies, %(day)s. US Immigration and Customs Enforcement (ICE).",
    ],
    "statewide": [
        "Agencies of the state", "They work in all of %(state)s.", "On ICE's list of %(day)s", "Agreement (PDF)",
        "addendum", "no document linked",
    ],
    "numbers": ["In numbers", "Ended"],
    "counties": [
        "Counties", "Agencies on ICE's list of %(day)s, by county",
        "Its own: the sheriff, the jail and whatever else covers the whole county. In it: cities, towns, precincts and"
        " campuses.",
    ],
    "question": ["In question", "ICE prints %(county)s"],
    "gone": ["No longer on the list", "All of them as a table"],
    "policies": ["Local policies", "date not known", "Written policies of counties, cities and towns, on %(day)s"],
}  # fmt: skip
COUNTED = {
    "means": [("%(agency)s and %(more)s more", "%(agency)s and %(more)s more")],
    "who": [
        ("%(agencies)s agency of %(state)s, which works in the whole state",
         "%(agencies)s agencies of %(state)s, which work in the whole state"),
        ("%(places)s other city, town or township", "%(places)s other cities, towns and townships"),
        ("%(agencies)s agency no longer on the list", "%(agencies)s agencies no longer on the list"),
    ],
    "policy": [
        ("%(places)s place in the county has written policies of its own",
         "%(places)s places in the county have written policies of their own"),
    ],
    "numbers": [
        ("<b>%(number)s</b> agency on the list", "<b>%(number)s</b> agencies on the list"),
        ("<b>%(number)s</b> agreement", "<b>%(number)s</b> agreements"),
        ("<b>%(number)s</b> agency pending", "<b>%(number)s</b> agencies pending"),
        ("<b>%(number)s</b> agency missing from the newest list",
         "<b>%(number)s</b> agencies missing from the newest list"),
        ("<b>%(number)s</b> agency with an agreement no longer listed",
         "<b>%(number)s</b> agencies with an agreement no longer listed"),
    ],
    "counties": [
        ("%(counties)s county with no agency on the list", "%(counties)s counties with no agency on the list"),
    ],
}  # fmt: skip
SECTIONS = {
    "": ("jurisdiction", "state", "lies_in", "lists", "as_of", "law_beside", "notes"),
    "answer": ("headline", "lists", "namesakes"),
    "means": ("meaning", "agencies", "state_law", "local_policies", "notes"),
    "doubts": ("doubts",),
    "who": ("jurisdiction", "lies_in", "state", "agencies", "places_without", "in_question", "law_beside", "notes"),
    "policy": ("jurisdiction", "lies_in", "local_policies", "without_policy", "other_policies", "notes"),
    "law": ("jurisdiction", "state", "state_law", "state_law_nothing", "not_in_force", "doubts", "as_of"),
    "labels": ("labels", "notes"),
    "changed": ("changes", "statewide_changes", "notes"),
    "sources": ("sources", "lists", "jurisdiction"),
    "statewide": ("state", "agencies", "lists"),
    "numbers": ("titles of models",),
    "counties": ("counties", "lists", "notes", "titles of models"),
    "question": ("in_question", "notes", "counties"),
    "gone": ("agencies", "in_question", "notes"),
    "policies": ("local_policies", "counties", "notes", "as_of"),
}
"""Which parts of the answer explain which section. "time" is a chart of stats/agreements/ and tested with it; "words"
explains words."""


@pytest.fixture(autouse=True)
def _empty_caches():
    """Facts that nobody changes are read once for all of these tests; who asked how often is forgotten after each."""
    yield
    for counted in caches.all(initialized_only=True):
        counted.clear()


@dataclass
class SideBySide:
    """An answer, and the page of the same area and day in both languages."""

    answer: dict
    pages: dict[str, Page]

    def in_each_language(self):
        for language, page in self.pages.items():
            with translation.override(language):
                yield self.answer, page, language


@pytest.fixture
def side_by_side(client, geoid, day):
    answer = client.get(f"/api/v1/jurisdictions/{geoid}/answer/?as_of={day}").json()
    path = urlsplit(answer["url"]).path
    pages = {"en": client.get(f"{path}?as_of={day}"), "es": client.get(f"/es{path}?as_of={day}")}
    return SideBySide(answer, {language: Page(page.content.decode()) for language, page in pages.items()})


@pytest.mark.facts
@pytest.mark.parametrize(("geoid", "day"), PLACES)
def test_a_place_and_its_answer_say_the_same(side_by_side):
    for answer, page, language in side_by_side.in_each_language():
        page_says_no_more(answer, page, language)
        answer_of_a_place_says_no_more(answer, page, language)
    both_name_the_same_records(answer, page)
    both_number_the_same_documents(answer, page)
    every_sentence_has_a_document(answer)
    assert differs_from_its_description(answer, AnswerRecord()) == []


@pytest.mark.facts
@pytest.mark.parametrize(("geoid", "day"), STATES)
def test_a_state_and_its_answer_say_the_same(client, side_by_side):
    for answer, page, language in side_by_side.in_each_language():
        page_says_no_more(answer, page, language)
        answer_of_a_state_says_no_more(answer, page, language)
    both_number_the_same_documents(answer, page)
    every_sentence_has_a_document(answer)
    for number in answer["numbers"]:
        found = client.get(f"{number['query']}&page_size=1&fields=id").json()
        assert found["count"] == number["count"], number
    if answer["numbers"]:
        last = client.get(answer["through_time"]).json()["results"][-1]
        assert (last["agencies"], last["agreements"]) == tuple(each["count"] for each in answer["numbers"][:2])
    assert differs_from_its_description(answer, AnswerRecord()) == []


def said(value, language: str) -> list[str]:
    """All that a part of the answer says in a language, days in words. What has no Spanish is shown in English."""
    if isinstance(value, dict) and value.keys() == {"en", "es"}:
        return [value[language] or value["en"]]
    if isinstance(value, dict):
        return [each for part in value.values() for each in said(part, language)]
    if isinstance(value, list):
        return [each for part in value for each in said(part, language)]
    if isinstance(value, int):
        return [f"{value:,}", str(value)] if value > 1000 else []  # smaller numbers: see counts_of
    if not isinstance(value, str):
        return []
    return dated(value, language) if DATE.fullmatch(value) else [value]


DATE = re.compile(r"\d{4}(-\d\d){0,2}")


@cache
def dated(text: str, language: str) -> list[str]:
    """A day, month or year as it is, and in words."""
    whole = [day_in_words(date.fromisoformat(text))] if text.count("-") == 2 else []
    return [text, date_in_words(text), *whole]


def part_of(answer: dict, part: str):
    if part != "titles of models":
        return answer[part]
    agreements = [each for entry in answer["agencies"] for each in entry["agreements"]]
    return [*{each["program_model"]: each["title"] for each in agreements}.values()]


@cache
def layout(section: str, language: str) -> frozenset[str]:
    """The words of a section, without what stands between them."""
    with translation.override(language):
        sentences = [gettext(each) for each in LAYOUT.get(section, ())]
        sentences += [ngettext(*each, count) for each in COUNTED.get(section, ()) for count in (1, 2)]
        parts = [one_line(part).strip(" ,.;:()·") for each in sentences for part in re.split(r"%\(\w+\)s|</?b>", each)]
    return frozenset(parts) - {""}


def counts_of(answer: dict, section: str) -> set[int]:
    """The numbers that a section may print: of things that the answer lists."""
    standing = [each for each in answer["agencies"] if statuses(each) & {"listed", "missing", "pending"}]
    match section:
        case "means":
            return {len(each["agencies"]) - 1 for moment in answer["meaning"] for each in moment["sayings"]}
        case "who":
            without = answer["places_without"]
            statewide = [each for each in standing if each["reach"] == "statewide"]
            former = len(answer["agencies"]) - len(standing)
            return {len(statewide), former, len(without["areas"]) if without else 0}
        case "policy":
            here = {answer["jurisdiction"]["geoid"], *(area["geoid"] for area in answer["lies_in"])}
            return {len({each["geoid"] for each in answer["local_policies"]} - here)}
        case "sources":
            return {answer["jurisdiction"]["population"]}
        case "numbers":
            return {each["count"] for each in answer["numbers"]}
        case "counties":
            numbers = {number for each in answer["counties"] for number in (each["own"], each["inside"])}
            return {*numbers, sum(each["own"] + each["inside"] == 0 for each in answer["counties"])}
    return set()


def statuses(entry: dict) -> set[str]:
    return {agreement["status"] for agreement in entry["agreements"]}


def page_says_no_more(answer: dict, page: Page, language: str) -> None:
    assert set(page.sections) <= {*SECTIONS, "time", "words"}
    for name, section in page.sections.items():
        if name in ("time", "words"):
            continue
        phrases = {one_line(each) for part in SECTIONS[name] for each in said(part_of(answer, part), language)}
        if name == "law":
            phrases |= {section_of(rule["citation"]) for topic in answer["state_law"] for rule in topic["rules"]}
        phrases |= {phrase[:1].lower() + phrase[1:] for phrase in phrases}
        phrases = (phrases - {""}) | layout(name, language)
        counts = {str(count) for count in counts_of(answer, name)}
        for statement in section.statements:
            rest = unexplained(statement, phrases)
            assert set(rest.split()) <= counts, (name, statement, rest)


def line_of(rule: dict, language: str) -> str:
    """How the page's line begins that tells of a part of a law, alone or with others that do the same."""
    return rule["effect_title"][language]


def tells(line: str, rule: dict, language: str) -> bool:
    """Whether a line of the page names the section, whom it binds, since when and how it stands."""
    binds = rule["binds_title"][language]
    named = [*binds.split(", "), section_of(rule["citation"]), rule["since_title"][language]]
    named += [rule["standing_title"][language]] if rule["standing"] != "in_force" else []
    return all(one_line(each) in line for each in named)


def section_of(citation: str) -> str:
    """Of "Iowa Code § 27A.9" what a line adds to another section of the same code."""
    return re.split(r"(?=§|\bch\. )", citation, maxsplit=1)[-1]


def answer_of_a_place_says_no_more(answer: dict, page: Page, language: str) -> None:
    sections = page.sections
    expect = Expected(language)
    expect.all(sections["answer"], [line[part] for line in answer["headline"] for part in ("title", "word", "texts")])
    expect.all(sections["answer"], answer["lists"]["texts"], or_in=sections[""])
    expect.all(sections["means"], [[each["title"], each["sayings"], each["absent"]] for each in answer["meaning"]])
    expect.all(sections["doubts"], answer["doubts"])
    expect.all(sections["policy"], [each["text"] for each in answer["without_policy"]])
    here = {answer["jurisdiction"]["geoid"], *(area["geoid"] for area in answer["lies_in"])}
    for each in (*answer["local_policies"], *answer["other_policies"]):
        is_told_in_full = each["geoid"] in here or each in answer["other_policies"]
        expect.all(sections["policy"], [each["title"], each["summary"]] if is_told_in_full else [each["title"]])
        if each["standing"] != "in_force":
            expect.all(sections["policy"], each["standing_title"])
    for topic in answer["state_law"]:
        expect.all(sections["law"], topic["title"] if topic["rules"] else [])
        for rule in topic["rules"]:
            lines = [each for each in sections["law"].statements if line_of(rule, language) in each]
            assert any(tells(each, rule, language) for each in lines), (rule, sections["law"].text)
    expect.all(sections["law"], [answer["state_law_nothing"], answer["not_in_force"]])
    expect.all(sections["labels"], answer["labels"])
    expect.all(sections["changed"], [*answer["changes"], *answer["statewide_changes"]])
    expect.notes(answer, sections)
    assert answer["jurisdiction"]["geoid"] in sections["sources"].text
    assert answer["jurisdiction"]["ocd_id"] in sections["sources"].text
    if people := answer["jurisdiction"]["population"]:
        assert f"{people:,}" in sections["sources"].text
    if answer["lists"]["listed"] is None:
        assert "who" not in sections
        assert (answer["agencies"], answer["law_beside"], answer["places_without"]) == ([], [], None)
        return
    for entry in (*answer["agencies"], *answer["in_question"]):
        expect.all(sections["who"], entry["agency"]["name"])
        is_former = not statuses(entry) & {"listed", "missing", "pending"}
        if entry["reach"] in ("county", "inside") and not is_former:
            expect.all(sections["who"], entry["covers"])
        for agreement in entry["agreements"]:
            expect.all(sections["who"], agreement["title"])
            if agreement["status"] != "listed" and entry["reach"]:
                expect.all(sections["who"], agreement["text"])
            if agreement["signed_on"] and entry["reach"] and not is_former:
                assert day_in_words(date.fromisoformat(agreement["signed_on"])) in sections["who"].text
    expect.all(sections["who"], [each["reason"] for each in answer["in_question"]])
    expect.all(sections["who"], answer["law_beside"])
    if answer["places_without"]:
        expect.all(sections["who"], answer["places_without"])


def answer_of_a_state_says_no_more(answer: dict, page: Page, language: str) -> None:
    sections = page.sections
    expect = Expected(language)
    expect.all(sections["answer"], [line[part] for line in answer["headline"] for part in ("title", "word", "texts")])
    expect.all(sections["answer"], answer["lists"]["texts"], or_in=sections[""])
    if not any(topic["rules"] or topic["looked_on"] for topic in answer["state_law"]):
        expect.all(sections["law"], answer["state_law_nothing"])
    for topic in (each for each in answer["state_law"] if each["rules"] or each["looked_on"]):
        expect.all(sections["law"], [topic["title"], topic["text"]])
        for rule in topic["rules"]:
            expect.all(
                sections["law"],
                [rule[name] for name in ("statement", "effect_title", "binds_title", "since_title", "citation")],
            )
    expect.all(sections["doubts"] if "doubts" in sections else sections["law"], answer["doubts"])
    for policy in answer["local_policies"]:
        expect.all(sections["policies"], [policy["title"], policy["stance_title"]])
    expect.all(sections["labels"], answer["labels"])
    expect.all(sections["changed"], answer["changes"])
    expect.all(sections[""], answer["law_beside"])
    expect.notes(answer, sections)
    for county in answer["counties"]:
        expect.all(sections["counties"], county["title"])
    for entry in answer["agencies"]:
        if entry["reach"] == "statewide" and statuses(entry) & {"listed", "missing", "pending"}:
            expect.all(
                sections["statewide"], [entry["agency"]["name"], [each["title"] for each in entry["agreements"]]]
            )
    gone = [
        agreement["text"][language]
        for entry in (*answer["agencies"], *answer["in_question"])
        for agreement in entry["agreements"]
        if agreement["status"] in ("missing", "no_longer_listed", "ended")
    ]
    told = [each for each in gone if each in sections["gone"].text] if gone else []
    assert len(set(told)) == min(len(set(gone)), 20)
    numbers = {(each["of"], each["program_model"]): each["count"] for each in answer["numbers"]}
    listed = [each for entry in answer["agencies"] + answer["in_question"] for each in entry["agreements"]]
    assert numbers["agreements", None] == sum(each["status"] == "listed" for each in listed)


class Expected:
    """Looks for what the answer says in the text of a section, in the language of the page."""

    def __init__(self, language: str):
        self.language = language

    def all(self, section, part, or_in=None) -> None:
        text = section.text + (f" {or_in.text}" if or_in else "")
        for phrase in self.sentences(part):
            found = one_line(phrase)
            assert found in text or found[:1].lower() + found[1:] in text, (phrase, text[:2000])

    def sentences(self, part) -> list[str]:
        """Texts in both languages, and names: what is no id, day or address, and no code."""
        if isinstance(part, str):
            return [part]
        if isinstance(part, list):
            return [each for value in part for each in self.sentences(value)]
        if part is None:
            return []
        if part.keys() == {"en", "es"}:
            return [part[self.language] or part["en"]]
        texts = [
            each for value in part.values() if isinstance(value, (dict, list)) for each in self.sentences_in(value)
        ]
        return texts + [part[name] for name in ("subject",) if name in part]

    def sentences_in(self, value) -> list[str]:
        if isinstance(value, dict):
            return self.sentences(value)
        return [each for item in value if isinstance(item, (dict, list)) for each in self.sentences(item)]

    def notes(self, answer, sections) -> None:
        for note in answer["notes"]:
            said = note["text"][self.language]
            assert any(said in section.text for section in sections.values()), said


# -- What is named and where it leads -------------------------------------------------------------------------------


def led_to(section, start: str) -> set[str]:
    """Paths of a kind of record, in English, without their queries."""
    paths = {urlsplit(link).path.removeprefix("/es") for link in section.links}
    return {path for path in paths if path.startswith(start) and path.count("/") > 2}


def paths_in(part) -> set[str]:
    """Pages that a part of the answer names."""
    if isinstance(part, list):
        return {each for value in part for each in paths_in(value)}
    if isinstance(part, dict):
        own = {urlsplit(part["url"]).path} if part.get("url") and "publisher" not in part else set()
        return own | {each for value in part.values() for each in paths_in(value)}
    return set()


def of_kind(paths: set[str], start: str) -> set[str]:
    return {path for path in paths if path.startswith(start)}


def both_name_the_same_records(answer: dict, page: Page) -> None:
    sections = page.sections
    assert len(led_to(sections["answer"], "/us/") - {"/us/compare/"}) == len(answer["namesakes"])
    entries = [*answer["agencies"], *answer["in_question"]]
    shown = {path for path in paths_in(entries) if path.startswith("/agencies/")}
    # The page names the agency of a past agreement in its sentence, and links the agreement.
    former = [each for each in answer["agencies"] if not statuses(each) & {"listed", "missing", "pending"}]
    assert led_to(sections["who"], "/agencies/") == shown - {urlsplit(each["agency"]["url"]).path for each in former}
    assert led_to(sections["who"], "/agreements/") == of_kind(paths_in(answer["agencies"]), "/agreements/")
    assert led_to(sections["law"], "/laws/") == of_kind(
        paths_in([answer["state_law"], answer["not_in_force"]]), "/laws/"
    )
    policies = [answer["local_policies"], answer["other_policies"]]
    assert led_to(sections["policy"], "/policies/") == of_kind(paths_in(policies), "/policies/")
    changes = [answer["changes"], answer["statewide_changes"]]
    assert led_to(sections["changed"], "/changes/") == of_kind(paths_in(changes), "/changes/")
    doubts = led_to(sections["doubts"], "/laws/") | led_to(sections["doubts"], "/policies/")
    assert doubts == paths_in(answer["doubts"])
    if answer["places_without"]:
        assert len(answer["places_without"]["areas"]) == len(led_to(sections["who"], "/us/"))


def both_number_the_same_documents(answer: dict, page: Page) -> None:
    printed = [link for link in page.sections["sources"].links if link.startswith("http")]
    ice, *documents = answer["sources"] if answer["lists"]["listed"] else [None, *answer["sources"]]
    assert [document["url"] for document in documents] == printed
    if ice:
        assert ice["published_on"] == answer["lists"]["listed"]
    for document in documents:
        assert document["publisher"]
        assert document["retrieved_on"]


def every_sentence_has_a_document(answer: dict) -> None:
    for moment in answer["meaning"]:
        assert all(saying["sources"] for saying in moment["sayings"])
    for entry in (*answer["agencies"], *answer["in_question"]):
        assert all(agreement["sources"] for agreement in entry["agreements"])
    for part in ("law_beside", "local_policies", "other_policies", "designations"):
        assert all(each["sources"] for each in answer[part]), part
    assert all(rule["sources"] for topic in answer["state_law"] for rule in topic["rules"])
    for line in answer["headline"]:
        assert line["sources"] or line["mark"] in ("looked", "unchecked"), line


# -- Its form -------------------------------------------------------------------------------------------------------


OF_EVERY_ANSWER = ("meta", "coverage")


def differs_from_its_description(data, described, at="answer") -> list[str]:
    """Where data and serializer do not have the same fields, or a value is not of the kind that is described."""
    if isinstance(described, serializers.ListSerializer):
        return [each for item in data for each in differs_from_its_description(item, described.child, f"{at}[]")]
    if data is None:
        return [] if described.allow_null else [f"{at} is null"]
    if isinstance(described, serializers.Serializer):
        data = {name: value for name, value in data.items() if name not in OF_EVERY_ANSWER}
        if list(data) != list(described.fields):
            return [f"{at}: {sorted(set(data) ^ set(described.fields))} or their order"]
        found = (
            differs_from_its_description(data[name], each, f"{at}.{name}") for name, each in described.fields.items()
        )
        return [each for several in found for each in several]
    kinds = {serializers.IntegerField: int, serializers.ListField: list, serializers.BooleanField: bool}
    kind = next((kind for field, kind in kinds.items() if isinstance(described, field)), str)
    if not isinstance(data, kind):
        return [f"{at} is {data!r}"]
    if isinstance(described, serializers.ChoiceField) and data not in described.choices:
        return [f"{at} cannot be {data!r}"]
    return []


@pytest.mark.facts
def test_an_answer_is_in_english_whatever_language_was_active(client):
    with translation.override("es"):
        answer = client.get("/api/v1/jurisdictions/12011/answer/").json()
    assert answer["headline"][0]["label"] == answer["headline"][0]["title"]["en"] == "Police and sheriff here"
    assert answer["headline"][0]["title"]["es"] == "Policía y sheriff de aquí"
    assert answer["headline"][0]["sentences"] == [each["en"] for each in answer["headline"][0]["texts"]]
    assert answer["headline"][0]["sentences"][0].endswith("have agreements with ICE.")


@pytest.mark.facts
@pytest.mark.parametrize(("geoid", "most"), [("12011", 12), ("48", 17)])
def test_an_answer_costs_the_same_however_many_agencies_reach_the_area(
    client, django_assert_max_num_queries, geoid, most
):
    client.get("/api/v1/jurisdictions/24/answer/")  # laws, policies, labels and checks are read once
    with django_assert_max_num_queries(most):
        assert client.get(f"/api/v1/jurisdictions/{geoid}/answer/?as_of=2026-11-20").status_code == 200
