"""A reader reports a mistake: no name, no cookie, no script; the staff get a ticket."""

import logging
from datetime import timedelta
from io import BytesIO

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from portal import reports
from portal.models import MistakeReport, MistakeReportQuerySet
from tests.factories import CountyFactory, StateFactory
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
WRONG = "The date of the agreement is of another sheriff."


@pytest.fixture
def broward():
    florida = StateFactory(name="Florida", usps="FL", slug="fl")
    return CountyFactory(name="Broward County", short_name="Broward", slug="broward-county", state=florida)


def opened_before(monkeypatch, ago: timedelta) -> str:
    """The stamp of a form that was opened so long ago."""
    moment = timezone.now().timestamp() - ago.total_seconds()
    with monkeypatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: moment)
        return reports.stamp()


@pytest.fixture
def send(client, monkeypatch):
    """Sends the form as a person does, half a minute after it was opened; other fields by name."""

    def send(**said):
        stamp = opened_before(monkeypatch, timedelta(seconds=30))
        form = {"page": "/us/fl/broward-county/", "fact": "agreement", "wrong": WRONG, "stamp": stamp, **said}
        return client.post("/report/", form)

    return send


def test_each_page_leads_to_the_form_and_the_form_says_which_page_it_is_about(client, broward):
    page = client.get("/us/fl/broward-county/").text
    assert 'href="/report/?page=/us/fl/broward-county/"' in page
    form = client.get("/report/?page=/us/fl/broward-county/")
    assert "Broward County, Florida" in form.text
    assert not form.cookies
    assert form["Cache-Control"] == "no-store"


def test_the_form_in_spanish_is_about_the_same_page(client, broward):
    page = client.get("/es/us/fl/broward-county/").text
    assert 'href="/es/report/?page=/es/us/fl/broward-county/"' in page
    assert "Broward County, Florida" in client.get("/es/report/?page=/es/us/fl/broward-county/").text


def test_a_report_becomes_a_ticket_that_knows_the_page_and_nobody(send, broward):
    answer = send(as_of="2026-02-01")
    assert (answer.status_code, answer["Location"]) == (303, "/report/thanks/")
    assert not answer.cookies
    report = MistakeReport.objects.get()
    assert (report.page, report.record) == ("/us/fl/broward-county/", "Broward County, Florida")
    assert (report.wrong, report.contact, str(report.as_of), report.state) == (WRONG, "", "2026-02-01", "new")


def test_the_same_report_sent_twice_is_one(send, broward):
    send()
    send()
    assert MistakeReport.objects.count() == 1


def test_the_same_report_sent_twice_at_one_moment_is_one(send, broward, monkeypatch):
    """Both ask whether it is there before either has stored it: the database tells them apart."""
    send()
    looks = iter([MistakeReport.DoesNotExist])
    found = MistakeReportQuerySet.get

    def get(self, *args, **kwargs):
        for missed in looks:
            raise missed
        return found(self, *args, **kwargs)

    monkeypatch.setattr(MistakeReportQuerySet, "get", get)
    assert send().status_code == 303
    assert next(looks, None) is None, "nobody looked"
    assert MistakeReport.objects.count() == 1


def test_reports_alike_of_before_the_database_told_them_apart_stay_and_break_nothing(send, broward):
    for _ in range(2):
        MistakeReport.objects.create(page="/us/fl/broward-county/", fact="agreement", wrong=WRONG)
    assert send().status_code == 303
    assert send().status_code == 303
    assert MistakeReport.objects.count() == 3


def test_what_was_read_may_be_reported_anew(send, broward):
    send(contact="reader@example.org")
    report = MistakeReport.objects.get()
    report.settle("no_mistake", by=None)
    assert report.digest is None, "a phone number could be guessed from it"
    send(contact="reader@example.org")
    assert MistakeReport.objects.count() == 2


def test_the_form_opens_with_the_fact_and_the_day_of_the_page(client, broward):
    form = client.get("/report/?page=/us/fl/broward-county/&fact=policy&as_of=2026-02-01").text
    assert '<option value="policy" selected>' in form
    assert "You were reading what was known for 1 February 2026." in form
    assert 'href="/us/fl/broward-county/?as_of=2026-02-01"' in form
    assert '<option value="answer" selected>' in client.get("/report/?page=/us/fl/broward-county/&fact=none").text
    assert '<option value="law" selected>' in client.get("/report/?page=/laws/").text
    assert '<option value="other" selected>' in client.get("/report/?page=/about/").text
    assert client.get("/report/?page=/us/fl/%00/&fact=%00&as_of=%00").status_code == 200


@pytest.mark.parametrize("language", ["", "/es"])
def test_a_report_from_the_form_as_it_is_served_keeps_page_fact_and_day(client, monkeypatch, broward, language):
    asked = f"{language}/report/?page={language}/us/fl/broward-county/&fact=law&as_of=2026-02-01"
    fields = {field.name: field.value() or "" for field in client.get(asked).context["form"]}
    fields |= {"wrong": WRONG, "stamp": opened_before(monkeypatch, timedelta(seconds=30))}
    assert client.post(f"{language}/report/", fields).status_code == 303
    report = MistakeReport.objects.get()
    assert (report.page, report.fact, str(report.as_of)) == ("/us/fl/broward-county/", "law", "2026-02-01")
    assert report.language == (language.strip("/") or "en")


FORM = "application/x-www-form-urlencoded"
HOSTILE = {
    "nothing": (b"", FORM, {}),
    "no form at all": (b'{"wrong": "x"}', "application/json", {}),
    "a kind of form without its parts": (b"wrong=x", "multipart/form-data", {}),
    "parts that never begin": (b"x" * 500, "multipart/form-data; boundary=--", {}),
    "a body that is not text": (b"wrong=\xff\xfe&page=\x80", FORM, {}),
    "escapes that are not text": (b"wrong=%ff%fe&page=/us/%80/&fact=%c0", FORM, {}),
    "half a pair of UTF-16": (b"wrong=%ed%a0%80&page=%ed%a0%80", FORM, {}),
    "NUL in each field": (b"&".join(n + b"=%00" for n in (b"page", b"fact", b"as_of", b"wrong", b"contact")), FORM, {}),
    "ten thousand fields": (b"a&" * 10_000, FORM, {}),
    "more than it may be": (b"wrong=" + b"x" * 40_000, FORM, {}),
    "a length that is no number": (b"wrong=x", FORM, {"CONTENT_LENGTH": "many"}),
    "a length in other digits": (b"wrong=x", FORM, {"CONTENT_LENGTH": "\u0663"}),
    "a negative length": (b"wrong=x", FORM, {"CONTENT_LENGTH": "-7"}),
    "a length beyond all": (b"wrong=x", FORM, {"CONTENT_LENGTH": "9" * 5000}),
    "an unknown alphabet": (b"wrong=x", f"{FORM}; charset=nowhere", {}),
}


@pytest.mark.parametrize("said", HOSTILE)
def test_whatever_is_posted_is_answered_with_a_sentence(client, said):
    body, kind, more = HOSTILE[said]
    answer = client.generic("POST", "/report/", body, content_type=kind, **more)
    assert answer.status_code in (400, 413)
    assert 'role="alert"' in answer.text
    assert answer["Cache-Control"] == "no-store"
    assert not MistakeReport.objects.exists()


def test_a_post_that_breaks_off_is_answered_with_a_sentence(client):
    class Broken(BytesIO):
        def read(self, *_):
            raise OSError("the network is gone")

    answer = client.generic("POST", "/report/", b"wrong=x", FORM, **{"wsgi.input": Broken()})
    assert answer.status_code == 400
    assert "We could not read that." in answer.text


def test_nul_in_what_a_reader_writes_is_refused_in_words(send):
    for field in ("wrong", "contact", "proof"):
        answer = send(**{field: f"{WRONG}\0"})
        assert answer.status_code == 400
        assert f'id="id_{field}_error"' in answer.text
    assert send(page="/us/fl/\0/", as_of="\0").status_code == 303


@pytest.mark.parametrize(
    "page", ["https://example.org/", "//example.org/", "/admin/", "/nowhere/at/all/", "/\0", "x" * 900]
)
def test_what_is_no_page_of_ours_is_not_kept_as_one(send, page):
    assert send(page=page).status_code in (303, 400)
    assert set(MistakeReport.objects.values_list("page", flat=True)) <= {""}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"wrong": ""}, "Say in a few words what is wrong."),
        ({"wrong": "x" * 2001}, "Say it in at most 2,000 characters."),
        ({"proof": "javascript:alert(1)"}, "This is no address of a web page."),
        ({"website": "https://example.org"}, "This field has to stay empty."),
        ({"stamp": "form:1:made-up"}, "That was very quick, or very long ago."),
    ],
)
def test_a_form_that_cannot_be_taken_keeps_what_was_typed_and_says_why(send, said, sentence):
    answer = send(**said)
    assert answer.status_code == 400
    assert sentence in answer.text
    if "wrong" not in said:
        assert WRONG in answer.text
    assert not MistakeReport.objects.exists()


@pytest.mark.parametrize("ago", [timedelta(seconds=1), timedelta(hours=25)])
def test_a_form_sent_at_once_or_a_day_later_is_asked_for_again(send, monkeypatch, ago):
    assert send(stamp=opened_before(monkeypatch, ago)).status_code == 400
    assert not MistakeReport.objects.exists()


def test_more_than_a_form_can_hold_is_refused(client):
    assert client.post("/report/", {"wrong": "x" * 40_000}).status_code == 413


def test_a_network_that_sends_many_waits(send, broward):
    answers = [send(wrong=f"{WRONG} {number}") for number in range(7)]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert MistakeReport.objects.count() == 6


def test_when_more_came_than_anybody_can_read_the_reader_is_told(send, monkeypatch, broward):
    monkeypatch.setattr(reports, "MOST_A_DAY", 1)
    assert send().status_code == 303
    assert send(wrong="Another thing is wrong.").status_code == 503


def test_closing_a_report_deletes_the_contact(send, broward):
    send(contact="reader@example.org")
    staff = Client()
    person = signed_in(staff, "editor")
    report = MistakeReport.objects.get()
    assert "reader@example.org" in staff.get(f"/admin/portal/mistakereport/{report.pk}/change/").text
    staff.post(f"/admin/portal/mistakereport/{report.pk}/change/", {"state": "mended", "note": "The date is mended."})
    report.refresh_from_db()
    assert (report.state, report.contact, report.handled_by) == ("mended", "", person)
    assert report.closed_at


def test_the_ticket_names_the_record_the_fact_and_the_day(send, broward):
    send(fact="policy", as_of="2026-02-01")
    staff = Client()
    signed_in(staff, "editor")
    ticket = staff.get(f"/admin/portal/mistakereport/{MistakeReport.objects.get().pk}/change/").text
    assert "Broward County, Florida" in ticket
    assert "A written local policy" in ticket
    assert "Feb. 1, 2026" in ticket
    assert 'href="/us/fl/broward-county/?as_of=2026-02-01"' in ticket


def test_a_researcher_does_not_see_what_readers_left(broward):
    staff = Client()
    signed_in(staff, "researcher")
    assert staff.get("/admin/portal/mistakereport/").status_code == 403


def test_what_a_reader_writes_is_text_on_the_staffs_page(send, broward):
    send(wrong="<script>alert(1)</script>", proof="https://example.org/?<b>")
    staff = Client()
    signed_in(staff, "editor")
    report = MistakeReport.objects.get()
    text = staff.get(f"/admin/portal/mistakereport/{report.pk}/change/").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_nothing_that_was_typed_reaches_the_log(send, broward, caplog):
    with caplog.at_level(logging.DEBUG):
        send(wrong="My ZIP code is 33324 and my name is Quixote", contact="quixote@example.org")
    assert "33324" not in caplog.text
    assert "uixote" not in caplog.text


def test_the_first_page_of_the_staff_says_that_a_report_waits(send, broward):
    send()
    staff = Client()
    signed_in(staff, "editor")
    assert "1 reader reports a mistake." in staff.get("/admin/").text
