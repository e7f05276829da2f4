"""State law, local policies and federal labels on the pages of places and states."""

import re
from datetime import date

import pytest
from django.utils import translation

from agreements.models import LawCitation
from jurisdictions.models import Jurisdiction
from portal.answers import Mark, answer_for, state_answer
from portal.answers.sentences import citation_of
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    CheckFactory,
    CountyFactory,
    DesignationFactory,
    LocalPolicyFactory,
    PlaceFactory,
    ProvisionFactory,
    SnapshotFactory,
    SourceFactory,
    StateFactory,
    StateLawFactory,
)
from tests.portal.reading import text_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def broward():
    SnapshotFactory(published_on=date(2021, 1, 13))
    SnapshotFactory()
    return CountyFactory(geoid="12011", name="Broward County")


@pytest.fixture
def davie(broward):
    return PlaceFactory(geoid="1216475", short_name="Davie", counties=[broward])


def law_line(area, day=TODAY):
    return answer_for(area, day).line["state_law"]


def policy_line(area, day=TODAY):
    return answer_for(area, day).line["local_policy"]


def rule(**fields):
    """Florida's Act 1 requires sheriffs and jails to have agreements from 1 March 2026 on, unless told otherwise."""
    law = {name.removeprefix("law__"): fields.pop(name) for name in [*fields] if name.startswith("law__")}
    law = {"title": "Act 1", "citation": "Act 1", "enacted_on": "2026-01-15", "effective_on": "2026-03-01"} | law
    given = {"topic": "287g", "effect": "requires", "section": ""} | fields
    return ProvisionFactory(law=StateLawFactory(**law), **given)


# -- The headline ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "word", "sentence"),
    [
        pytest.param(
            {},
            "Requires agreements",
            "Florida law requires signing or seeking 287(g) agreements (for sheriffs and jails) since 1 March 2026"
            " (Act 1).",
            id="a duty",
        ),
        pytest.param(
            {"effect": "forbids", "binds": ["everyone"], "section": "Fla. Stat. § 1(a)"},
            "Forbids agreements",
            "Florida law forbids 287(g) agreements since 1 March 2026 (Fla. Stat. § 1(a)).",
            id="a ban, by its section",
        ),
        pytest.param(
            {"effect": "limits", "binds": ["state_agencies"], "law__instrument": "executive_order"},
            "Rules in force",
            "An executive order of Florida limits 287(g) agreements (for state agencies) since 1 March 2026 (Act 1).",
            id="an order that binds state agencies alone",
        ),
        pytest.param(
            {"topic": "detainers", "effect": "forbids", "law__instrument": "court_ruling"},
            "Rules in force",
            "A court ruling in Florida forbids holding people on ICE detainers (for sheriffs and jails) since 1 March"
            " 2026 (Act 1).",
            id="a ruling",
        ),
        pytest.param(
            {"topic": "detainers", "effect": "allows"},
            "Rules in force",
            "Florida law allows holding people on ICE detainers or does not let local rules stop it (for sheriffs and"
            " jails) since 1 March 2026 (Act 1).",
            id="what local rules may not stop",
        ),
        pytest.param(
            {"law__effective_on": ""},
            "Requires agreements",
            "Florida law requires signing or seeking 287(g) agreements (for sheriffs and jails), enacted 15 January"
            " 2026, effective date not known (Act 1).",
            id="known by its enactment alone",
        ),
        pytest.param(
            {"law__citation": "Act 1 (2026), passed over a veto"},
            "Requires agreements",
            "Florida law requires signing or seeking 287(g) agreements (for sheriffs and jails) since 1 March 2026:"
            " Act 1 (2026).",
            id="brackets in the citation",
        ),
        pytest.param(
            {"topic": "data_privacy", "effect": "limits"},
            "Rules in force",
            "Rules in force about: other personal data.",
            id="a topic that the headline only names",
        ),
    ],
)
def test_a_law_in_force_is_told_in_a_fixed_sentence(davie, fields, word, sentence):
    rule(**fields)
    line = law_line(davie)
    assert (line.mark, line.word, line.sentences) == (Mark.YES, word, (sentence,))


@pytest.mark.parametrize(
    ("law", "word", "start"),
    [
        pytest.param({"legal_status": "enjoined"}, "None in force", "Blocked by a court: a rule on", id="enjoined"),
        pytest.param({"is_unconfirmed": True}, "Not certain", "Perhaps in force: Florida law", id="not confirmed"),
        pytest.param(
            {"effective_on": "2026", "enacted_on": "2026"}, "Not certain", "Perhaps in force: Florida law", id="a year"
        ),
        pytest.param(
            {"effective_on": "", "enacted_on": ""}, "Not certain", "Perhaps in force: Florida law", id="no date"
        ),
        pytest.param(
            {"effective_on": "2026-12-01"}, "None in force", "Not in force before 1 December 2026", id="later"
        ),
    ],
)
def test_what_is_not_in_force_for_certain_never_gets_the_sign_of_yes(client, davie, law, word, start):
    rule(**{f"law__{name}": value for name, value in law.items()})
    line = law_line(davie)
    assert line.mark != Mark.YES
    assert line.word == word
    assert line.sentences[0].startswith(start)
    for address in ("/us/fl/davie/", "/us/fl/"):
        body = client.get(address, {"as_of": TODAY}).content.decode()
        section = body[body.index('<h2 id="law">') :]
        section = section[: section.index("</section>")]
        assert "m-yes" not in section, address
        assert re.search("Blocked by a court|Perhaps in force|Not yet in force", section), address


@pytest.mark.parametrize("status", ["proposed", "vetoed", "expired"])
def test_a_bill_is_never_a_rule(client, davie, status):
    rule(law__legal_status=status, law__title="House Bill 9")
    CheckFactory(subject="287g")
    answer = answer_for(davie, TODAY)
    assert answer.law.rules == ()
    assert answer.line["state_law"].mark == Mark.LOOKED
    assert not any(saying.rule for each in answer.meaning for saying in each.sayings)
    for address in ("/us/fl/davie/", "/us/fl/"):
        text = text_of(client.get(address))
        told = text[text.index("Bills, vetoes and past rules: not in force") :]
        assert re.match(r"Bills.*? House Bill 9: (Introduced; outcome not confirmed|Vetoed|Expired)", told), address


def test_an_older_law_on_the_same_act_gives_way_to_the_newer_one(davie):
    rule(topic="detainers", effect="limits", law__title="Old", law__effective_on="2014-01-01", law__enacted_on="2013")
    rule(topic="detainers", effect="forbids", law__title="New")
    assert [each.law.title for each in answer_for(davie, TODAY).law.headline] == ["New"]
    assert len(answer_for(davie, TODAY).law.rules) == 2


# -- Any day --------------------------------------------------------------------------------------------------------


def test_each_day_has_the_law_of_that_day_and_no_more(client, davie):
    rule(effect="forbids", binds=["everyone"], topic="detainers", law__title="Act of March")
    before_it_was_enacted = text_of(client.get("/us/fl/davie/?as_of=2026-01-14"))
    assert "Act 1" not in before_it_was_enacted
    enacted = text_of(client.get("/us/fl/davie/?as_of=2026-02-28"))
    assert "Not in force before 1 March 2026: a rule on holding people on ICE detainers, Act 1." in enacted
    assert "Jails must hold a person on a detainer." not in enacted
    in_force = text_of(client.get("/us/fl/davie/?as_of=2026-03-01"))
    assert "Florida law forbids holding people on ICE detainers since 1 March 2026 (Act 1)." in in_force
    assert "Jails must hold a person on a detainer. Act 1, since 1 March 2026" in in_force


def test_a_part_with_a_date_of_its_own_comes_into_force_by_itself(davie):
    law = StateLawFactory(enacted_on="2025-06-20", effective_on="2026-01-01")
    ProvisionFactory(law=law, topic="287g")
    ProvisionFactory(law=law, topic="287g", effective_on="2026-12-01", section="§ 2")
    standings = [(each.citation, each.standing) for each in answer_for(davie, TODAY).law.on("287g")]
    assert standings == [("Fla. Stat. 908.105", "in_force"), ("§ 2", "not_yet")]


def test_before_the_first_list_the_law_is_told_all_the_same(client, davie):
    rule(law__effective_on="2019-07-01", law__enacted_on="2019-06-14", topic="detainers", effect="requires")
    text = text_of(client.get("/us/fl/davie/?as_of=2020-01-01"))
    assert "Florida law requires holding people on ICE detainers (for sheriffs and jails) since 1 July 2019" in text
    assert "We hold no list before 13 January 2021." in text


# -- Nobody looked, somebody looked ---------------------------------------------------------------------------------


def test_nothing_found_is_said_with_the_day_of_looking_and_nobody_looked_is_said_so(client, davie):
    CheckFactory(subject="detainers")
    CheckFactory(jurisdiction=davie, subject="local_policy")
    answer = answer_for(davie, TODAY)
    assert answer.line["state_law"].mark == Mark.LOOKED
    assert answer.line["local_policy"].sentences == (
        "Davie: We looked on 24 November 2026 and found no written policy that was in force.",
        "Broward County: We have not checked this yet.",
    )
    assert answer.line["local_policy"].mark == Mark.UNCHECKED
    text = text_of(client.get("/us/fl/"))
    assert "Holding people on a detainer No record found (looked on 24 November 2026)" in text
    assert "287(g) agreements Not checked yet" in text
    assert text_of(client.get("/us/fl/davie/")).count("found no rule that was in force about: holding people") == 1


def test_where_nobody_looked_no_page_says_no(client, davie):
    for address in ("/us/fl/davie/", "/us/fl/", "/us/fl/broward-county/"):
        body = client.get(address).content.decode()
        law = body[body.index('<h2 id="law">') :]
        assert "m-no" not in law[: law.index("</section>")]
        assert "We have not checked this yet." in law


# -- Local policies -------------------------------------------------------------------------------------------------


def test_a_town_has_its_own_policies_and_its_countys(client, broward, davie):
    LocalPolicyFactory(jurisdictions=[davie], government="Davie", title="Ordinance of Davie")
    LocalPolicyFactory(
        jurisdictions=[broward],
        government="Broward County",
        title="Order of Broward",
        stance="requires_cooperation",
        printed_topics=["jail_transfers"],
        adopted_on="2025-10",
    )
    line = policy_line(davie)
    assert line.word == "Written policies"
    assert line.sentences == (
        "A written policy of Davie, dated 1 May 2018, limits cooperation with ICE on: holding people on a detainer.",
        "A written policy of Broward County, dated October 2025, requires cooperation with ICE on: handing people over"
        " from jail.",
    )
    assert policy_line(broward).word == "Requires cooperation"
    text = text_of(client.get("/us/fl/broward-county/"))
    assert "1 place in the county has written policies of its own Davie: Ordinance of Davie" in text
    assert text_of(client.get("/us/fl/")).count("Ordinance of Davie") == 1


def test_policies_of_one_kind_are_told_together(davie):
    LocalPolicyFactory(jurisdictions=[davie], government="Davie")
    LocalPolicyFactory(jurisdictions=[davie], government="Davie", printed_topics=["287g_ban"], adopted_on="2017")
    assert policy_line(davie).sentences == (
        "2 written policies of Davie, the first dated 2017, limit cooperation with ICE on: 287(g) agreements; holding"
        " people on a detainer.",
    )


@pytest.mark.parametrize(
    ("fields", "mark", "word"),
    [
        pytest.param({"legal_status": "challenged"}, Mark.UNCHECKED, "Challenged in court", id="challenged"),
        pytest.param({"adopted_on": ""}, Mark.UNCHECKED, "Perhaps in force", id="undated"),
        pytest.param({"legal_status": "proposed"}, Mark.UNCHECKED, "", id="proposed"),
        pytest.param({"legal_status": "repealed", "ended_on": "2020-01-01"}, Mark.UNCHECKED, "", id="repealed"),
        pytest.param({"adopted_on": "2027-01-01"}, Mark.UNCHECKED, "", id="not yet adopted"),
        pytest.param({"state": "draft"}, Mark.UNCHECKED, "", id="draft"),
    ],
)
def test_a_policy_that_is_not_in_force_for_certain_is_never_a_plain_yes(client, davie, fields, mark, word):
    LocalPolicyFactory(jurisdictions=[davie], government="Davie", **fields)
    line = policy_line(davie)
    assert (line.mark, line.word) == (mark, word)
    body = client.get("/us/fl/davie/", {"as_of": TODAY}).content.decode()
    assert "m-yes" not in body[body.index('<h2 id="policy">') : body.index('<h2 id="law">')]


def test_a_proposed_policy_is_named_as_what_it_is(client, davie):
    LocalPolicyFactory(jurisdictions=[davie], title="Bill 7", legal_status="proposed", adopted_on="2026-03-02")
    text = text_of(client.get("/us/fl/davie/"))
    assert re.search("Proposed, or no longer in force Bill 7 .*Proposed; outcome not confirmed", text)
    assert "Bill 7" not in text_of(client.get("/us/fl/davie/?as_of=2026-03-01"))


def test_a_policy_of_the_other_number_of_a_government_is_its_own(broward):
    twin = PlaceFactory(short_name="Browardville", same_as=broward)
    LocalPolicyFactory(jurisdictions=[twin], government="Browardville")
    assert policy_line(broward).mark == Mark.YES


# -- What it means --------------------------------------------------------------------------------------------------


def test_each_sentence_of_what_it_means_has_a_source(client, davie):
    ProvisionFactory()
    LocalPolicyFactory(jurisdictions=[davie], government="Davie")
    AgreementFactory(agency=AgencyFactory(covers=[davie]), program_model="WSO")
    answer = answer_for(davie, TODAY)
    assert all(saying.source for each in answer.meaning for saying in each.sayings)
    body = client.get("/us/fl/davie/").content.decode()
    named = {int(number) for number in re.findall(r'href="#s(\d+)"', body)}
    held = {int(number) for number in re.findall(r'<li id="s(\d+)"', body)}
    assert named == held


def test_a_statement_without_spanish_is_marked_as_english(client, davie):
    ProvisionFactory(statement_es="", statement_en="Jails must wait.")
    assert '<span lang="en">Jails must wait.</span>' in client.get("/es/us/fl/davie/").content.decode()


# -- The law beside agreements --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["listed", "no_longer_listed"])
def test_a_ban_stands_beside_an_agreement_and_ends_nothing(client, broward, status):
    AgreementFactory(
        agency=AgencyFactory(name="Broward Sheriff", covers=[broward]),
        standing__status=status,
        standing__last_listed_on=date(2026, 4, 1),
    )
    rule(effect="forbids", binds=["everyone"], law__effective_on="2026-05-20")
    for address in ("/us/fl/broward-county/?as_of=2026-05-20", "/us/fl/?as_of=2026-05-20"):
        text = text_of(client.get(address))
        assert re.search(
            r"The law beside these agreements Florida law forbids 287\(g\) agreements since 20 May 2026 \(Act 1\)\. \d+"
            " The newest list that we hold for this day, of 18 May 2026, is older than this rule.",
            text,
        )
        assert "We do not say that one ends the other until a source does." in text
    assert "The law beside" not in text_of(client.get("/us/fl/broward-county/?as_of=2026-05-19"))


# -- Federal labels -------------------------------------------------------------------------------------------------


def labels(area, day):
    return [(label.mark, label.sentence) for label in answer_for(area, day).labels.labels]


def test_a_label_is_told_with_its_dates_and_as_a_federal_claim(client, broward):
    DesignationFactory(jurisdiction=broward, removed_on=date(2025, 10, 31))
    assert labels(broward, date(2025, 8, 4)) == []
    assert labels(broward, date(2025, 8, 5)) == [(Mark.YES, "Broward County is on this list since 5 August 2025.")]
    assert labels(broward, date(2025, 10, 31)) == [
        (Mark.NO, "Broward County was put on this list on 5 August 2025 and taken off on 31 October 2025.")
    ]
    text = text_of(client.get("/us/fl/broward-county/"))
    assert "Being on one is a federal claim, not proof of a local policy." in text
    assert text.count("anctuary") == 1


def test_a_complete_list_says_no_and_one_held_in_part_never_does(broward, davie):
    DesignationFactory(jurisdiction=CountyFactory(name="Clay County"), list="dhs-sanctuary-jurisdictions")
    assert labels(davie, TODAY) == []
    DesignationFactory(jurisdiction=CountyFactory(name="Lake County"))
    ((mark, sentence),) = labels(davie, TODAY)
    assert mark == Mark.NO
    assert sentence.startswith("Davie is not on the list of 5 August 2025")
    DesignationFactory(
        jurisdiction=davie,
        printed_name="Davie",
        list="dhs-sanctuary-jurisdictions",
        listed_on=date(2025, 5, 29),
        removed_on=date(2025, 6, 1),
    )
    assert (Mark.YES, "Davie is on this list since 29 May 2025.") in labels(davie, date(2025, 5, 31))
    assert (
        Mark.UNCHECKED,
        "Davie was on this list from 29 May 2025; the whole list was gone by 1 June 2025.",
    ) in labels(davie, TODAY)


def test_labels_of_the_county_and_the_state_are_told_on_a_towns_page(broward, davie):
    DesignationFactory(jurisdiction=broward)
    DesignationFactory(jurisdiction=broward.state, printed_name="Florida", printed_type="state")
    assert [sentence for mark, sentence in labels(davie, TODAY) if mark == Mark.YES] == [
        "Broward County is on this list since 5 August 2025.",
        "The state of Florida is on this list since 5 August 2025.",
    ]


# -- Days, courts, sources ------------------------------------------------------------------------------------------


def test_on_earlier_days_a_page_says_that_the_day_of_a_block_is_not_known(client, davie):
    rule(law__legal_status="enjoined", law__citation="Act 1")
    assert law_line(davie).sentences == ("Blocked by a court: a rule on signing or seeking 287(g) agreements, Act 1.",)
    before = date(2026, 11, 23)  # the day before somebody read that it was blocked
    assert law_line(davie, before).sentences == (
        "Blocked by a court, on a day that is not known to us: a rule on signing or seeking 287(g) agreements, Act 1.",
    )
    for address in ("/us/fl/davie/", "/us/fl/"):
        assert "; the day it was blocked is not known to us" in text_of(client.get(f"{address}?as_of=2026-11-23"))
        assert "is not known to us" not in text_of(client.get(f"{address}?as_of=2026-11-24"))


@pytest.mark.parametrize("address", ["/us/fl/davie/", "/us/fl/", "/es/us/fl/davie/"])
def test_links_to_laws_and_policies_from_a_past_day_lead_to_that_day(client, davie, address):
    language = "/es" if address.startswith("/es/") else ""
    law = rule(topic="detainers", law__doubt_en="Doubtful.", law__doubt_es="Dudoso.").law
    bill = StateLawFactory(legal_status="proposed", enacted_on="2026-01-01")
    policy = LocalPolicyFactory(jurisdictions=[davie])
    for day, carried in (("2026-06-01", "?as_of=2026-06-01"), ("", "")):
        body = client.get(f"{address}?as_of={day}" if day else address).content.decode()
        for record in (law, bill, policy):
            links = set(re.findall(rf'href="({language}{record.get_absolute_url()}[^"]*)"', body))
            assert links == {f"{language}{record.get_absolute_url()}{carried}"}, (address, day)


def test_a_part_with_a_source_of_its_own_is_cited_with_both(client, davie):
    part = rule(topic="detainers", law__main_source=SourceFactory(title="The act in a digest"))
    LawCitation.objects.create(law=part.law, provision=part, source=SourceFactory(title="The code itself"))
    LawCitation.objects.create(law=part.law, source=SourceFactory(title="A report of the signing"))
    for address in ("/us/fl/davie/", "/us/fl/"):
        body = client.get(address).content.decode()
        statement = body[body.index(part.statement_en) :]
        numbers = re.findall(
            r'href="#s(\d+)"', statement[: statement.index("<td>" if address == "/us/fl/" else "</p>")]
        )
        named = [re.search(rf'<li id="s{number}">(.*?)</li>', body)[1] for number in numbers]
        assert ["digest" in named[0], "code itself" in named[1], len(named)] == [True, True, 2], address
        assert "A report of the signing" not in body
    own = text_of(client.get(part.law.get_absolute_url()))
    assert "The code itself. A public body. Read 24 November 2026. (Holding people on a detainer)" in own
    assert "A report of the signing" in own


# -- Doubts and differences -----------------------------------------------------------------------------------------


def test_one_doubt_about_several_records_is_told_once(client, davie):
    ProvisionFactory(law__title="Act 5", law__doubt_en="Sources disagree on the day.")
    for title in ("Order A", "Order B"):
        LocalPolicyFactory(jurisdictions=[davie], title=title, doubt_en="Its text was not read.")
    text = text_of(client.get("/us/fl/davie/"))
    assert "Sources disagree, or a detail is not certain Act 5: Sources disagree on the day." in text
    assert re.search("Order [AB] ; Order [AB]: Its text was not read.", text)
    assert "Its text was not read." not in text_of(client.get("/us/fl/davie/?as_of=2018-04-30"))


def test_answers_differ_where_policies_or_labels_do(broward):
    first, second, third = (CountyFactory(name=f"{name} County") for name in ("Alpha", "Beta", "Gamma"))

    def substances():
        return [answer_for(county, TODAY).substance for county in (first, second, third)]

    assert len(set(substances())) == 1
    for county in (first, second):
        LocalPolicyFactory(jurisdictions=[county], government=county.name)
    one, two, other = substances()
    assert one == two != other
    DesignationFactory(jurisdiction=second)
    one, two, other = substances()
    assert len({one, two, other}) == 3


def test_a_section_is_cited_whole_and_a_law_by_its_first_citation(broward):
    assert citation_of(rule(section="Code § 1; § 2")) == "Code § 1; § 2"
    assert citation_of(rule(law__citation="5 ILCS 805; P.A. 100-463")) == "5 ILCS 805"
    assert citation_of(rule(law__citation="", law__title="The Act")) == "The Act"


def test_parts_of_a_law_that_do_the_same_are_told_as_one_with_all_their_sections_and_all_whom_they_bind(broward):
    law = StateLawFactory(citation="Act 1")
    parts = (
        ("Code § 27A.4", ["sheriffs_and_jails"]),
        ("Code § 27A.4", ["courts"]),
        ("Code ch. 5", ["courts", "local_police"]),
        ("", ["courts"]),
        ("Act § 3", ["courts"]),
    )
    for place, (section, binds) in enumerate(parts):
        ProvisionFactory(law=law, place=place, section=section, binds=binds)
    ProvisionFactory(law=law, section="Code § 1", effect="forbids")

    def told():
        (topic,) = answer_for(broward, TODAY).law.with_rules
        return {(each.effect, each.citation, each.bound) for each in topic.brief}

    sections = "Code § 27A.4, ch. 5; Act 1; Act § 3"
    forbids = ("forbids", "Code § 1", "sheriffs and jails")
    assert told() == {("requires", sections, "sheriffs and jails, courts, local police"), forbids}
    ProvisionFactory(law=law, section="Code § 27A.4", binds=["everyone"])
    assert told() == {("requires", sections, ""), forbids}


def test_another_states_law_is_no_business_of_this_one(broward):
    texas = StateFactory(geoid="48", name="Texas", usps="TX")
    rule(law__jurisdiction=texas)
    assert answer_for(broward, TODAY).law.laws == ()
    assert len(state_answer(Jurisdiction.objects.get(pk="48"), TODAY).law.rules) == 1
