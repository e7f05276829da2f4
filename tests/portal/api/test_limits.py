"""How many calls a caller may make, and with a partner's key."""

import multiprocessing
import stat
from datetime import date

import pytest
from django.urls import reverse

from jurisdictions.models import DataVersion
from portal.api import keys, throttling
from portal.api.counts import HEAD, PART, ROW, ROWS, Counts, table_of
from portal.api.key_models import PartnerKey

STATUS = "/api/v1/status/"
TODAY = date(2026, 11, 25)


@pytest.fixture
def three_a_minute(settings):
    settings.CALLS_A_MINUTE = 3


@pytest.fixture
def issue(db):
    def issue(**fields):
        record = PartnerKey(name="A newsroom", **fields)
        key = record.issue()
        record.save()
        DataVersion.objects.bump()
        keys.keys_in_force.forget()
        return record, key

    yield issue
    keys.keys_in_force.forget()


def bearer(key):
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


# -- Without a key --------------------------------------------------------------------------------------------------


def test_sixty_calls_a_minute_unless_the_operator_says_otherwise():
    from portal import settings as as_read

    assert as_read.CALLS_A_MINUTE == 60


@pytest.mark.django_db
def test_headers_count_down_and_the_call_too_many_is_told_when_to_come_back(client, three_a_minute):
    answers = [client.get(STATUS) for _ in range(4)]
    assert [each["RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0"]
    assert {each["RateLimit-Limit"] for each in answers} == {"3"}
    assert all(0 < int(each["RateLimit-Reset"]) <= 60 for each in answers)
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert 0 < int(refused["Retry-After"]) <= 61
    assert client.get(STATUS, REMOTE_ADDR="198.51.100.7").status_code == 200, "others call on"


@pytest.mark.django_db
def test_a_minute_later_a_caller_may_call_again(client, three_a_minute, monkeypatch):
    for _ in range(4):
        refused = client.get(STATUS)
    assert refused.status_code == 429
    moment = throttling.time()
    for module in (throttling, __import__("portal.api.counts", fromlist=["time"])):
        monkeypatch.setattr(module, "time", lambda: moment + 61)
    assert client.get(STATUS)["RateLimit-Remaining"] == "2"


@pytest.mark.django_db
def test_an_answer_not_sent_again_counts_and_a_question_of_a_browser_does_not(client, three_a_minute):
    etag = client.get(STATUS)["ETag"]
    unchanged = client.get(STATUS, HTTP_IF_NONE_MATCH=etag)
    assert (unchanged.status_code, unchanged["RateLimit-Remaining"]) == (304, "1")
    for _ in range(5):
        assert client.options(STATUS).status_code == 204
    assert client.head(STATUS)["RateLimit-Remaining"] == "0"


@pytest.mark.django_db
def test_a_caller_cannot_be_another_one_by_saying_so(client, three_a_minute):
    for number in range(3):
        client.get(STATUS, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert client.get(STATUS, HTTP_X_FORWARDED_FOR="203.0.113.99").status_code == 429


@pytest.mark.parametrize(
    ("written", "caller"),
    [
        ("203.0.113.5:4711", "203.0.113.5"),
        ("[2001:db8:1:2::7]:4711", "2001:db8:1:2::"),
        ("[2001:db8:1:2::7]", "2001:db8:1:2::"),
        ("2001:db8:1:2::7", "2001:db8:1:2::"),
        ("203.0.113.5:", ""),
        ("unknown", ""),
    ],
)
def test_a_proxy_may_write_a_port_beside_the_address(written, caller):
    assert throttling.networks(written)[0] == caller


@pytest.mark.django_db
def test_who_has_households_without_number_calls_as_ten_of_them(client, three_a_minute):
    """A /48 of IPv6, which costs nothing, has 65,536 shares of a household."""
    calls = [client.get(STATUS, REMOTE_ADDR=f"2001:db8:7:{number:x}::1") for number in range(31)]
    assert [each.status_code for each in calls] == [200] * 30 + [429]
    assert (calls[-1]["RateLimit-Remaining"], calls[0]["RateLimit-Remaining"]) == ("0", "2")
    assert 0 < int(calls[-1]["Retry-After"]) <= 61
    assert client.get(STATUS, REMOTE_ADDR="2001:db8:8::1").status_code == 200, "the next one calls on"
    assert client.get(STATUS, REMOTE_ADDR="203.0.113.5").status_code == 200


@pytest.mark.django_db
def test_behind_a_proxy_of_ours_the_caller_is_who_the_proxy_says(client, three_a_minute, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for said in ("1.1.1.1, 203.0.113.5", "2.2.2.2, 203.0.113.5", "203.0.113.5"):
        client.get(STATUS, HTTP_X_FORWARDED_FOR=said)
    assert client.get(STATUS, HTTP_X_FORWARDED_FOR="3.3.3.3, 203.0.113.5").status_code == 429
    assert client.get(STATUS, HTTP_X_FORWARDED_FOR="3.3.3.3, 203.0.113.6").status_code == 200


# -- The table that workers share -----------------------------------------------------------------------------------


def count_often(path, times):
    counts = Counts(path)
    for _ in range(times):
        counts.count("call 203.0.113.9", 60, TODAY)


def test_workers_count_a_caller_together(tmp_path):
    path = tmp_path / "calls"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=count_often, args=(path, 300)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert Counts(path).count("call 203.0.113.9", 60, TODAY)[0] == 901


def test_the_table_tells_nobody_who_called_and_begins_anew_each_day(tmp_path):
    counts = Counts(tmp_path / "calls")
    counts.count("call 203.0.113.9", 60, TODAY)
    assert counts.count("call 203.0.113.9", 60, TODAY)[0] == 2
    kept = bytes(counts)
    assert any(kept)
    assert b"203.0.113" not in kept
    assert counts.count("call 203.0.113.9", 60, date(2026, 11, 26))[0] == 1
    assert bytes(counts)[16:32] != kept[16:32], "the key is another"


def test_the_table_without_the_secret_of_the_installation_leads_back_to_nobody(tmp_path):
    counts = Counts(tmp_path / "calls", "a secret")
    counts.count("call 203.0.113.9", 60, TODAY)
    assert Counts(tmp_path / "calls", "a guess").count("call 203.0.113.9", 60, TODAY)[0] == 1
    assert Counts(tmp_path / "calls", "a secret").count("call 203.0.113.9", 60, TODAY)[0] == 2


def test_what_is_over_is_forgotten_and_a_clock_put_back_shuts_nobody_out(tmp_path, monkeypatch):
    counts = Counts(tmp_path / "calls")
    counts.count("call 203.0.113.9", 60, TODAY)
    now = throttling.time()
    for moment in (now + 61, now - 9_000):
        monkeypatch.setattr("portal.api.counts.time", lambda moment=moment: moment)
        assert counts.count("call 203.0.113.9", 60, TODAY)[0] == 1
        assert sum(calls > 0 for _who, _ends, calls in ROW.iter_unpack(bytes(counts)[HEAD.size :])) == 1


def test_callers_without_number_take_no_more_room_and_the_counts_of_a_caller_stay(tmp_path):
    counts = Counts(tmp_path / "calls")
    for number in range(ROWS // 8):
        counts.count(f"call {number}", 60, TODAY)
    assert [counts.count(f"call {number}", 60, TODAY)[0] for number in range(100)] == [2] * 100
    assert (tmp_path / "calls").stat().st_size == len(bytes(counts)) < 2_200_000


def test_a_wide_network_takes_one_part_of_the_table_whatever_it_does(tmp_path):
    counts = Counts(tmp_path / "calls")
    others = [f"call 203.0.113.{number}" for number in range(100)]
    for number in range(3 * PART):
        counts.count(f"call {number}", 60, TODAY, within="2001:db8::")
    assert 0 < sum(calls > 0 for _who, _ends, calls in ROW.iter_unpack(bytes(counts)[HEAD.size :])) <= PART
    for _call in range(2):
        again = [counts.count(other, 60, TODAY)[0] for other in others]
        for number in range(PART, 3 * PART):
            counts.count(f"call {number}", 60, TODAY, within="2001:db8::")
    assert again.count(2) > 80, "one or two of a hundred stand in that part"


def test_a_table_that_others_could_read_or_have_made_is_not_used(tmp_path):
    ours = table_of(str(tmp_path), "/srv/portal", "s")
    assert ours.is_shared
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert not table_of(str(tmp_path), "/srv/portal", "s").is_shared
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    assert not table_of(str(tmp_path), "/srv/portal", "s").is_shared
    assert not (tmp_path / "elsewhere").exists()
    assert table_of(str(tmp_path), "/srv/another", "s").is_shared, "each installation has its own"
    assert not table_of(str(tmp_path / "missing"), "/srv/portal", "s").is_shared


# -- With a key -----------------------------------------------------------------------------------------------------


def test_a_key_lifts_the_limit_and_changes_nothing_else(client, three_a_minute, issue):
    _record, key = issue(calls_a_minute=5)
    plain = client.get(STATUS)
    with_key = [client.get(STATUS, **bearer(key)) for _ in range(6)]
    assert [each.status_code for each in with_key] == [200] * 5 + [429]
    assert with_key[0]["RateLimit-Limit"] == "5"
    assert with_key[0].content == plain.content
    assert with_key[0]["ETag"] == plain["ETag"]
    elsewhere = client.get(STATUS, REMOTE_ADDR="198.51.100.7", **bearer(key))
    assert elsewhere.status_code == 429, "a key is one caller wherever it calls from"
    assert client.get(STATUS)["RateLimit-Remaining"] == "1", "the address keeps its own count"


@pytest.mark.parametrize("wrong", ["pk_nobody-has-this-one", "", "pk_" + "a" * 5000, "pk_\u00e9\x00", "pk_a b c"])
def test_a_key_that_is_not_in_force_is_refused_in_words(client, issue, wrong):
    issue()
    refused = client.get(STATUS, HTTP_AUTHORIZATION=f"Bearer {wrong}")
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert "not in force" in refused.json()["detail"]


def test_who_tries_keys_is_counted_by_their_address(client, three_a_minute, issue):
    answers = [client.get(STATUS, **bearer("pk_guess")).status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]


def test_another_scheme_is_none_of_ours(client, issue):
    assert client.get(STATUS, HTTP_AUTHORIZATION="Basic dTpw").status_code == 200


def test_a_revoked_key_is_refused(client, issue):
    record, key = issue()
    assert client.get(STATUS, **bearer(key)).status_code == 200
    record.revoke()
    keys.keys_in_force.forget()
    assert client.get(STATUS, **bearer(key)).status_code == 401


def test_a_worker_that_never_heard_of_it_refuses_a_revoked_key_within_half_a_minute(client, issue, monkeypatch):
    record, key = issue()
    client.get(STATUS, **bearer(key))
    record.revoke()
    moment = keys.monotonic()
    monkeypatch.setattr(keys, "monotonic", lambda: moment + keys.READ_AGAIN + 1)
    assert client.get(STATUS, **bearer(key)).status_code == 401


def test_a_call_with_a_key_asks_the_database_no_more_than_one_without(client, issue, django_assert_num_queries):
    _record, key = issue()
    client.get(STATUS, **bearer(key))
    etag = client.get(STATUS)["ETag"]
    with django_assert_num_queries(1):
        assert client.get(STATUS, HTTP_IF_NONE_MATCH=etag).status_code == 304
    with django_assert_num_queries(1):
        assert client.get(STATUS, HTTP_IF_NONE_MATCH=etag, **bearer(key)).status_code == 304


def test_scripts_of_other_sites_may_send_a_key(client, db):
    assert "Authorization" in client.options(STATUS)["Access-Control-Allow-Headers"]


# -- Issued by an administrator -------------------------------------------------------------------------------------


def test_an_administrator_issues_a_key_and_sees_it_once(admin_client, client):
    data = {"name": "A newsroom", "contact": "", "calls_a_minute": 900}
    page = admin_client.post(reverse("admin:portal_partnerkey_add"), data)
    record = PartnerKey.objects.get()
    key = page.context["key"]
    assert key in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert key.startswith(record.begins)
    assert key not in repr(record.__dict__), "only its digest is kept"
    keys.keys_in_force.forget()
    assert client.get(STATUS, **bearer(key))["RateLimit-Limit"] == "900"
    later = admin_client.get(reverse("admin:portal_partnerkey_change", args=[record.pk])).content.decode()
    assert record.begins in later
    assert key not in later
    assert record.sha256 not in later


def test_a_key_is_revoked_by_a_button_or_in_the_list_and_never_deleted(admin_client, issue):
    record, _key = issue()
    address = reverse("admin:portal_partnerkey_change", args=[record.pk])
    data = {"name": record.name, "contact": "", "calls_a_minute": 600}
    assert 'name="_revoke"' in admin_client.get(address).content.decode()
    admin_client.post(address, {**data, "_revoke": "1"})
    record.refresh_from_db()
    assert record.is_revoked
    assert 'name="_revoke"' not in admin_client.get(address).content.decode()
    assert "Revoked." in admin_client.get(reverse("admin:portal_partnerkey_history", args=[record.pk])).content.decode()
    other, _key = issue()
    chosen = {"action": "revoke", "_selected_action": [other.pk, record.pk]}
    admin_client.post(reverse("admin:portal_partnerkey_changelist"), chosen)
    other.refresh_from_db()
    assert other.is_revoked
    assert admin_client.post(reverse("admin:portal_partnerkey_delete", args=[other.pk])).status_code == 403
