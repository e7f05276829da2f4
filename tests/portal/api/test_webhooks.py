"""Partners are told what became different: signed, in order, again until they have taken it, and nowhere else."""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings as configured
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator

from jurisdictions.models import DataVersion
from portal.api import ledger, webhook_line, webhook_secrets, webhooks
from portal.api.description import description
from portal.api.key_models import PartnerKey
from portal.api.ledger_models import LedgerTurn
from portal.api.webhook_addresses import is_public, parts_of
from portal.api.webhook_line import Line
from portal.api.webhook_models import KEPT, Webhook, WebhookDelivery, WebhookTry
from portal.api.webhooks import MOST_CHANGES, WAITS, Round
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    LocalPolicyFactory,
    SnapshotFactory,
    StateFactory,
    StateLawFactory,
)
from tests.staff import signed_in

SITE = "https://portal.example"
HOST = "hooks.example.org"
URL = f"https://{HOST}/287g?for=us"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
State, Sent = Webhook.State, WebhookDelivery.State


def code_for_partners() -> dict:
    """The check that docs/webhooks.md gives to partners."""
    names: dict = {}
    guide = (configured.BASE_DIR / "docs" / "webhooks.md").read_text(encoding="utf-8")
    exec(re.search(r"```python\n(.*?)```", guide, re.S)[1], names)
    return names


# -- A partner's server, on this machine ----------------------------------------------------------------------------


class Receiver(ThreadingHTTPServer):
    """Keeps what comes, and answers as `answers` says, one after the other; then 204."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext):
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.forget()

    def forget(self):
        self.got, self.answers = [], []

    def handle_error(self, request, client_address):
        """A caller that hangs up is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((self.path, headers, body))
        answer = self.server.answers.pop(0) if self.server.answers else 204
        if callable(answer):
            answer(self)
        else:
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *args):
        """Not among the words of the tests."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of HOST with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Receiver(context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def receiver(server):
    server.forget()
    return server


@pytest.fixture
def line(receiver, certificate):
    """A line that takes every name for the receiver's machine, and calls it though it is this one."""
    return line_to(receiver.server_address, certificate)


def line_to(address, certificate, **options) -> Line:
    return Line(
        machines_of=lambda host, seconds: [(socket.AF_INET, address)],
        may_call=lambda machine: True,
        context=ssl.create_default_context(cafile=certificate),
        **options,
    )


# -- A portal with partners -------------------------------------------------------------------------------------------


@pytest.fixture
def florida(db):
    return StateFactory(name="Florida")


@pytest.fixture
def issue(florida):
    """Issues a webhook that begins at the present."""
    DataVersion.objects.bump()
    ledger.catch_up()

    def issue(**fields):
        webhook = Webhook(**{"name": "A newsroom", "url": URL, **fields})
        webhook.said = webhook.issue(webhooks.beginning())
        webhook.save()
        return webhook

    return issue


@pytest.fixture
def send(line):
    def send(**options):
        return Round(SITE, **{"line": line, **options}).run()

    return send


def change(factory=LocalPolicyFactory, **fields):
    """A record that is new, or another than it was."""
    record = factory(**fields)
    DataVersion.objects.bump()
    return record


def told(receiver) -> list[dict]:
    """The `data` of each message that came."""
    return [json.loads(body)["data"] for _path, _headers, body in receiver.got]


def ids(data: dict) -> list[str]:
    return [each["id"] for each in data["changes"]]


def let_time_pass(delivery: WebhookDelivery) -> None:
    """Until the delivery is due."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())


# -- What is told -----------------------------------------------------------------------------------------------------


def test_a_change_comes_once_and_nothing_else_does(issue, send, receiver):
    change(key="before-it-was-issued")
    ledger.catch_up()
    webhook = issue()
    assert send() == {}
    law = change(StateLawFactory)
    assert send() == {"delivered": 1}
    assert send() == {}
    (data,) = told(receiver)
    assert data["changes"] == [
        {
            "kind": "law",
            "id": law.key,
            "change": "created",
            "merged_into": None,
            "substantial": True,
            "state": law.jurisdiction.usps,
            "url": f"{SITE}/api/v1/laws/{law.key}/",
        }
    ]
    assert (data["has_more"], data["is_lost"]) == (False, False)
    assert data["data_version"] == DataVersion.objects.current().number
    webhook.refresh_from_db()
    assert data["next_cursor"] == webhook.cursor == webhooks.beginning()


def test_the_addresses_of_a_message_lead_to_just_what_it_tells_of(issue, send, receiver, client):
    issue()
    policy = change()
    send()
    law = change(StateLawFactory)
    policy.delete()
    DataVersion.objects.bump()
    send()
    first, second = told(receiver)
    assert second["after"] == first["next_cursor"]
    for data in (first, second):
        shown = client.get(data["changes_url"].removeprefix(SITE)).json()["results"]
        assert {each["id"] for each in shown} >= set(ids(second))
    assert {each["id"]: each["change"] for each in second["changes"]} == {law.key: "created", policy.key: "withdrawn"}
    assert client.get(f"/api/v1/laws/{law.key}/").json()["id"] == law.key


def test_only_the_kinds_and_states_that_were_asked_for_and_what_is_of_no_state(issue, send, receiver):
    florida, texas = StateFactory(), StateFactory(geoid="48", name="Texas", usps="TX")
    issue(kinds=["agreement", "law", "snapshot"], states=["TX"])
    sheet = SnapshotFactory()
    for state in (florida, texas):
        agreement = AgreementFactory(agency=AgencyFactory(state=state))
        law = change(StateLawFactory, jurisdiction=state)
    send()
    (data,) = told(receiver)
    states = {(each["kind"], each["id"]): each["state"] for each in data["changes"]}
    assert states == {
        ("agreement", agreement.public_id): "TX",
        ("law", law.key): "TX",
        ("snapshot", sheet.sha256[:12]): None,
    }


def test_what_nobody_asked_for_moves_the_cursor_and_sends_nothing(issue, send, receiver):
    webhook = issue(kinds=["designation"])
    change()
    assert send() == {}
    webhook.refresh_from_db()
    assert webhook.cursor == webhooks.beginning()
    assert not receiver.got


@pytest.mark.parametrize("wanted", [False, True])
def test_what_each_new_list_renews_comes_to_who_asked_for_it(issue, send, receiver, monkeypatch, wanted):
    asked = []
    changes_after = ledger.changes_after
    monkeypatch.setattr(ledger, "changes_after", lambda *a, **b: asked.append(b) or changes_after(*a, **b))
    issue(is_told_of_renewals=wanted)
    change()
    send()
    assert asked == [{"substantial": not wanted, "noted_only": True}]


def test_many_changes_come_in_order_in_messages_of_bounded_size(issue, send, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_CHANGES", 4)
    monkeypatch.setattr(webhooks, "LOOKED_AT_ONCE", 2)
    issue()
    made = [change(StateLawFactory).key for _number in range(9)]
    assert send() == {"delivered": 3}
    data = told(receiver)
    assert [len(each["changes"]) for each in data] == [4, 4, 1]
    assert [each for one in data for each in ids(one)] == sorted(made)
    assert [each["has_more"] for each in data] == [True, True, False]
    assert [each["after"] for each in data[1:]] == [each["next_cursor"] for each in data[:-1]]


def test_a_message_of_as_many_changes_as_there_may_be_is_small(issue, send, receiver):
    issue()
    change(StateLawFactory)
    send()
    (data,) = told(receiver)
    data["changes"] *= MOST_CHANGES
    assert len(webhooks.message("changes", data).encode()) < 20_000


def test_after_a_restore_that_nobody_can_follow_partners_are_told_to_begin_anew(issue, send, receiver):
    issue()
    Webhook.objects.update(cursor=str(ledger.Cursor(7, "0123456789ab")))
    assert send() == {"delivered": 1}
    (data,) = told(receiver)
    assert (data["is_lost"], data["after"], data["changes"]) == (True, None, [])
    assert data["next_cursor"] == webhooks.beginning()


def test_a_webhook_of_a_portal_without_records_begins_with_the_first_of_its_ledger(db, send, receiver):
    webhook = Webhook(name="An early bird", url=URL)
    webhook.issue(webhooks.beginning())
    webhook.save()
    assert webhook.cursor == ""
    change()
    assert send() == {}
    change()
    assert send() == {"delivered": 1}


def test_messages_are_as_the_description_of_the_api_says(issue, send, receiver):
    webhook = issue()
    change(StateLawFactory)
    policy = change()
    send()
    policy.delete()
    DataVersion.objects.bump()
    webhooks.trial(webhook)
    send()
    document = description()
    types = []
    for _path, headers, body in receiver.got:
        message = json.loads(body)
        types.append(message["type"])
        told = document["webhooks"][message["type"]]["post"]
        schema = told["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(message)
        assert schema["properties"]["data"]["required"] == list(message["data"])
        assert {each["name"].lower() for each in told["parameters"]} <= set(headers)
    assert types == ["changes", "trial", "changes"]


# -- Signed ---------------------------------------------------------------------------------------------------------


def test_the_signature_is_that_of_the_standard():
    signed = webhook_secrets.signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signed in (configured.BASE_DIR / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_the_check_that_partners_are_given_takes_our_messages_and_no_others(issue, send, receiver):
    webhook = issue()
    change()
    send()
    path, headers, body = receiver.got[0]
    is_ours = code_for_partners()["is_ours"]
    assert path == "/287g?for=us"
    assert is_ours(webhook.said, headers, body)
    assert headers["idempotency-key"] == headers["webhook-id"]
    assert "." not in headers["webhook-id"]
    assert headers["content-type"] == "application/json"
    sent_at = int(headers["webhook-timestamp"])
    changed = [
        (SECRET, headers, body),
        (webhook.said, headers, body + b" "),
        (webhook.said, headers | {"webhook-id": "msg_another"}, body),
        (webhook.said, headers | {"webhook-timestamp": str(sent_at + 1)}, body),
        (webhook.said, headers | {"webhook-timestamp": "now"}, body),
        (webhook.said, headers | {"webhook-signature": "v1,\u00e9"}, body),
        (webhook.said, headers | {"webhook-signature": headers["webhook-signature"].removeprefix("v1,")}, body),
        (webhook.said, {}, body),
    ]
    assert [is_ours(*each) for each in changed] == [False] * len(changed)


def test_a_message_that_is_sent_again_later_by_somebody_else_is_refused():
    sent_at = int(time.time()) - 3600
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(sent_at),
        "webhook-signature": webhook_secrets.signature(SECRET, "msg_1", sent_at, b"{}"),
    }
    code = code_for_partners()
    assert not code["is_ours"](SECRET, headers, b"{}")
    code["TOLERANCE"] = 7200
    assert code["is_ours"](SECRET, headers, b"{}")


def test_a_renewed_secret_signs_at_once_and_the_old_one_beside_it_for_a_day(issue, send, receiver):
    webhook = issue()
    before, after = webhook.said, webhook.renew()
    change()
    send()
    Webhook.objects.update(old_secret_until=timezone.now())
    change()
    send()
    is_ours = code_for_partners()["is_ours"]
    (_p, both, first), (_p, one, second) = receiver.got
    assert [is_ours(secret, both, first) for secret in (before, after)] == [True, True]
    assert [is_ours(secret, one, second) for secret in (before, after)] == [False, True]
    webhook.refresh_from_db()
    assert (webhook.old_secret, webhook.old_secret_until) == ("", None)


def test_a_copy_of_the_database_signs_nothing(issue):
    webhook = issue()
    stored = Webhook.objects.values().get(pk=webhook.pk)
    key = webhook.said.removeprefix(webhook_secrets.MARK)
    assert len(base64.b64decode(key)) == 32
    for spelt in (key, base64.b64decode(key).hex()):
        assert spelt not in repr(stored)


def test_the_key_of_the_installation_may_change_and_the_earlier_one_go_after_a_round(issue, send, receiver, settings):
    webhook = issue()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    send()
    settings.SECRET_KEY_FALLBACKS = []
    change()
    assert send() == {"delivered": 1}
    _path, headers, body = receiver.got[0]
    assert code_for_partners()["is_ours"](webhook.said, headers, body)


def test_what_cannot_be_signed_is_not_sent_until_the_secret_is_renewed(issue, send, receiver, settings):
    webhook = issue()
    settings.SECRET_KEY = "another key, and nobody kept the one before"
    Webhook.objects.update(old_secret=webhook.secret, old_secret_until=timezone.now() + timedelta(hours=1))
    change()
    assert send() == {}
    webhook.refresh_from_db()
    assert (webhook.state, "Renew the secret" in webhook.why) == (State.RESTING, True)
    assert not receiver.got
    secret = webhook.renew()
    webhook.send_again()
    assert send() == {"delivered": 1}
    _path, headers, body = receiver.got[0]
    assert code_for_partners()["is_ours"](secret, headers, body)


# -- Again until it is taken ------------------------------------------------------------------------------------------


def test_what_is_not_taken_comes_again_later_the_same_with_the_same_id_and_before_what_is_newer(issue, send, receiver):
    webhook = issue()
    receiver.answers = [500, 302]
    first = change()
    assert send() == {"failed": 1}
    delivery = webhook.open_delivery
    waits = (delivery.next_at - timezone.now()).total_seconds()
    assert 30 < waits <= 1.1 * 60
    assert send() == {}, "not before its time"
    second = change()
    let_time_pass(delivery)
    assert send() == {"failed": 1}
    let_time_pass(delivery)
    assert send() == {"delivered": 2}
    *same, _newer = receiver.got
    assert len({(headers["webhook-id"], headers["idempotency-key"], body) for _path, headers, body in same}) == 1
    assert [ids(data) for data in told(receiver)] == [[first.key]] * 3 + [[second.key]]
    assert [each.status for each in delivery.calls.order_by("pk")] == [500, 302, 204]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.body) == (Sent.DELIVERED, 3, "")


def test_waits_grow_over_three_days_and_then_the_webhook_rests_and_nothing_is_lost(issue, send, receiver):
    webhook = issue()
    receiver.answers = [503] * 10
    first = change()
    waits = []
    for _try in range(10):
        send()
        delivery = webhook.open_delivery
        if delivery.next_at:
            waits.append(delivery.next_at - timezone.now())
            let_time_pass(delivery)
    assert len(receiver.got) == 10
    assert len(waits) == len(WAITS) == 9
    assert waits == sorted(waits)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)
    webhook.refresh_from_db()
    assert (webhook.state, webhook.why) == (State.RESTING, "10 tries failed, the last of them: it answered 503.")
    assert delivery.state == Sent.FAILED
    second = change()
    assert send() == {}
    webhook.send_again()
    assert send() == {"delivered": 2}
    assert [ids(data) for data in told(receiver)[-2:]] == [[first.key], [second.key]]
    assert receiver.got[0][1]["webhook-id"] == receiver.got[10][1]["webhook-id"]


def test_410_ends_it_until_staff_wake_it(issue, send, receiver):
    webhook = issue()
    receiver.answers = [410]
    change()
    send()
    webhook.refresh_from_db()
    assert webhook.state == State.GONE
    change()
    assert send() == {}
    webhook.send_again()
    assert send() == {"delivered": 2}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param("7200", 7200, id="seconds"),
        pytest.param("999999999", 24 * 3600, id="no more than a day"),
        pytest.param("0", 60, id="not less than our own wait"),
        pytest.param("soon", 60, id="neither seconds nor a moment"),
    ],
)
def test_retry_after_is_heeded(issue, send, receiver, said, seconds):
    def busy(handler):
        handler.send_response(429)
        handler.send_header("Retry-After", said)
        handler.end_headers()

    receiver.answers = [busy]
    webhook = issue()
    change()
    send()
    assert seconds - 30 < (webhook.open_delivery.next_at - timezone.now()).total_seconds() <= 1.1 * seconds


def test_a_moment_to_come_back_is_understood():
    assert 3000 < webhook_line._seconds(f"{datetime.now(UTC) + timedelta(hours=1):%a, %d %b %Y %H:%M:%S} GMT") <= 3600
    assert webhook_line._seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_who_is_out_of_reach_is_owed_one_message_and_then_each_record_once(issue, send, receiver):
    webhook = issue()
    receiver.answers = [500]
    change()
    send()
    policy = change()
    for words in ("one", "two", "three"):
        policy.title_en = words
        policy.save()
        DataVersion.objects.bump()
        send()
    assert webhook.deliveries.count() == 1
    let_time_pass(webhook.open_delivery)
    assert send() == {"delivered": 2}
    assert ids(told(receiver)[-1]) == [policy.key]
    assert told(receiver)[-1]["changes"][0]["change"] == "created"


def test_a_round_that_was_killed_after_sending_is_made_up_for_with_the_same_id(
    issue, send, receiver, monkeypatch, caplog
):
    issue()
    change()

    def killed(*_args):
        raise OperationalError("the power is off")

    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "settle", killed)
        assert send() == {"broke": 1}
    assert send() == {}, "the round that was killed still holds it"
    Webhook.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert send() == {"delivered": 1}
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.got}) == 1
    assert len(receiver.got) == 2
    assert "sent once more" in caplog.text


def test_while_one_round_sends_another_leaves_it_alone(issue, send, receiver, line):
    webhook = issue()
    change()
    first = Round(SITE, line=line)
    first.turn = ledger.catch_up()
    letter = first.next_of(webhook.pk)
    assert send() == {}
    assert not receiver.got
    call = Future()
    call.set_result(line.post(letter.url, letter.headers, letter.body))
    assert first.note(letter, call), "the first one goes on with what came meanwhile"
    assert first.next_of(webhook.pk) is None
    change()
    assert send() == {"delivered": 1}


def test_a_round_that_is_out_of_time_leaves_the_rest_to_the_next(issue, send, receiver, monkeypatch):
    issue()
    monkeypatch.setattr(webhooks, "MOST_CHANGES", webhooks.LOOKED_AT_ONCE)
    for _ in range(webhooks.LOOKED_AT_ONCE + 1):
        LocalPolicyFactory()
    DataVersion.objects.bump()
    assert send(seconds=0) == {}
    clock = iter([0, 0, 0, *[100] * 10])  # the time is up once the first message is sent
    monkeypatch.setattr(webhooks, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert send() == {"delivered": 1}
    assert told(receiver)[0]["has_more"]
    monkeypatch.undo()
    assert send() == {"delivered": 1}


def test_a_try_that_two_rounds_note_counts_once(issue, line):
    webhook = issue()
    change()
    one = Round(SITE, line=line)
    one.turn = ledger.catch_up()
    letter = one.next_of(webhook.pk)
    failed = webhook_line.Outcome(500, 1)
    assert webhooks.settle(letter, failed, timezone.now())
    assert not webhooks.settle(letter, failed, timezone.now())
    assert webhook.open_delivery.tries == 1
    assert WebhookTry.objects.count() == 2, "but both calls were made"


def test_one_that_hangs_breaks_or_cannot_be_looked_at_hinders_no_other(issue, monkeypatch, caplog):
    for name in ("hangs", "breaks", "unreadable", "fine"):
        issue(name=name, url=f"https://{HOST}/{name}")
    change()
    found, was_told = Round.found, threading.Event()

    class Calls:
        def post(self, url, headers, body):
            match url.rpartition("/")[2]:
                case "hangs":
                    assert was_told.wait(10)
                    return webhook_line.Outcome(None, 10_000, problem="No answer within 10 seconds.")
                case "breaks":
                    raise RuntimeError("a mistake of ours")
                case "fine":
                    was_told.set()
                    return webhook_line.Outcome(200, 1)

    def found_or_not(self, webhook):
        if webhook.name == "unreadable":
            raise ValueError("a mistake of ours")
        return found(self, webhook)

    monkeypatch.setattr(Round, "found", found_or_not)
    assert Round(SITE, line=Calls()).run() == {"delivered": 1, "failed": 2, "broke": 2}
    states = dict(WebhookDelivery.objects.values_list("webhook__name", "state"))
    assert states == {"hangs": Sent.WAITING, "breaks": Sent.WAITING, "fine": Sent.DELIVERED}
    assert len(caplog.records) == 2


def test_while_facts_are_being_written_what_is_under_way_is_sent_and_the_rest_waits(issue, send, receiver, monkeypatch):
    webhook = issue()
    receiver.answers = [500]
    change()
    send()
    let_time_pass(webhook.open_delivery)
    change()

    def busy():
        raise ledger.Busy

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "catch_up", busy)
        assert send() == {"delivered": 1}
    assert send() == {"delivered": 1}


def test_a_round_with_nothing_to_do_writes_nothing(issue, send):
    issue(), issue()
    with CaptureQueriesContext(connection) as asked:
        assert send() == {}
    assert [query["sql"] for query in asked if not query["sql"].startswith("SELECT")] == []
    assert len(asked) < 10


@pytest.mark.parametrize("how", ["paused", "revoked", "its key is revoked"])
def test_what_staff_have_stopped_is_told_nothing(issue, send, receiver, how):
    key = PartnerKey(name="A newsroom")
    key.issue()
    key.save()
    webhook = issue(key=key)
    change()
    match how:
        case "paused":
            webhook.become(State.PAUSED)
        case "revoked":
            webhook.revoke()
        case _:
            key.revoke()
            webhooks.trial(webhook)
    assert send() == {}
    assert not receiver.got
    assert webhook.become(State.ACTIVE) == (how == "paused"), "what is revoked stays so"


def test_a_webhook_has_one_delivery_under_way(issue):
    webhook = issue()
    WebhookDelivery.objects.create(webhook=webhook, state=Sent.FAILED)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookDelivery.objects.create(webhook=webhook, next_at=timezone.now())


def test_a_trial_says_nothing_is_signed_and_is_tried_once_even_where_all_else_rests(issue, send, receiver):
    webhook = issue()
    webhook.become(State.RESTING)
    receiver.answers = [500]
    assert webhooks.trial(webhook) == webhooks.trial(webhook), "pressed twice it is one"
    assert send() == {"failed": 1}
    assert send() == {}
    webhooks.trial(webhook)
    assert send() == {"delivered": 1}
    _path, headers, body = receiver.got[1]
    assert json.loads(body)["type"] == "trial"
    assert json.loads(body)["data"] == {"name": "A newsroom"}
    assert code_for_partners()["is_ours"](webhook.said, headers, body)
    webhook.refresh_from_db()
    assert webhook.state == State.RESTING


def test_what_was_sent_is_known_for_a_month_and_what_is_owed_for_ever(issue, send, receiver):
    owed, taken = issue(name="Owed"), issue(name="Taken", url=URL)
    receiver.answers = [410, 200]
    change()
    send()
    assert (owed.deliveries.count(), taken.deliveries.count(), WebhookTry.objects.count()) == (1, 1, 2)
    long_ago = timezone.now() - KEPT
    WebhookDelivery.objects.update(made_at=long_ago, settled_at=long_ago)
    WebhookTry.objects.update(at=long_ago)
    send()
    still_owed = {each.name for each in Webhook.objects.stopped()}
    assert set(WebhookDelivery.objects.values_list("webhook__name", flat=True)) == still_owed
    assert len(still_owed) == 1
    assert not WebhookTry.objects.exists()


# -- The command ------------------------------------------------------------------------------------------------------


def command(*args) -> str:
    out = StringIO()
    call_command("send_webhooks", *args, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_did_and_nothing_where_it_did_nothing(issue, line, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "Line", lambda: line)
    issue()
    assert command() == ""
    change()
    assert command("--site", "http://localhost:8000") == "1 delivered, 0 not taken.\n"
    assert told(receiver)[0]["changes_url"].startswith("http://localhost:8000/api/v1/changes/?after=")


@pytest.mark.parametrize(
    "site", ["portal.example", "https://elsewhere.example", "https://[portal.example", "https:///"]
)
def test_the_command_refuses_a_site_that_is_not_this_one(db, site):
    with pytest.raises(CommandError):
        command("--site", site)


def test_the_command_says_in_a_sentence_that_the_database_is_away(db, monkeypatch):
    def away(_round):
        raise OperationalError("connection refused")

    monkeypatch.setattr(Round, "run", away)
    with pytest.raises(CommandError, match="The database does not answer"):
        command()


def test_the_command_fails_aloud_where_something_broke(issue, monkeypatch):
    monkeypatch.setattr(ledger, "catch_up", lambda: 1 / 0)
    with pytest.raises(CommandError, match="the log says why"):
        command()


# -- Where it may go --------------------------------------------------------------------------------------------------


NOT_CALLED = [
    "http://hooks.example.org/",
    "ftp://hooks.example.org/",
    "hooks.example.org/287g",
    "https:///287g",
    "https://user@hooks.example.org/",
    "https://user:word@hooks.example.org/",
    "https://hooks.example.org:8443/",
    "https://hooks.example.org:/",
    "https://hooks.example.org:99999/",
    "https://hooks.example.org/#part",
    "https://hooks.example.org/#",
    "https://hooks.example.org./",
    "https://localhost/",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://127.1/",
    "https://0x7f.0x1/",
    "https://0177.0.0.01/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://h\u00f6rer.example/",
    "https://\u24d7ooks.example.org/",
    "https://hooks.example.org/\u00e9",
    "https://hooks%2eexample.org/",
    "https://hooks.example.org\\@localhost/",
    "https://hooks_.example.org/",
    "https://-hooks.example.org/",
    "https://hooks..example.org/",
    "https://hooks.example.org/a b",
    "https://hooks.example.org/\r\nX: y",
    "https://hooks.example.org/\x00",
    f"https://hooks.example.org/{'x' * 500}",
    f"https://{'x' * 64}.example.org/",
    "",
]


def test_an_address_that_is_not_called_is_refused_in_a_sentence():
    for url in NOT_CALLED:
        with pytest.raises(ValidationError) as refused:
            pytest.fail(f"{url!r} is taken for {parts_of(url)}")
        assert refused.value.messages[0].endswith("."), url


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        (URL, HOST, "/287g?for=us"),
        ("https://HOOKS.Example.org", HOST, "/"),
        ("https://hooks.example.org:443/a", HOST, "/a"),
        ("https://xn--hrer-5qa.xn--p1ai/%C3%A9?a=%20", "xn--hrer-5qa.xn--p1ai", "/%C3%A9?a=%20"),
    ],
)
def test_an_address_that_is_called(url, host, target):
    assert parts_of(url) == (host, target)


PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "hooks.example.org", "127.1", "",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"]


def test_machines_of_the_public_net_and_all_others():
    assert [address for address in PRIVATE if is_public(address)] == []
    assert [address for address in PUBLIC if not is_public(address)] == []


def test_this_machine_is_never_called_though_its_address_be_a_public_one(monkeypatch):
    monkeypatch.setattr(webhook_line, "is_public", lambda address: True)
    assert not webhook_line.is_elsewhere((socket.AF_INET, ("127.0.0.1", 443)))
    assert webhook_line.is_elsewhere((999, ("2606:4700::1111", 443, 0, 0))), "no way leads there, so it is not this one"


def test_one_private_machine_among_those_of_a_name_is_enough_and_nothing_is_called(monkeypatch):
    leads_to = [("93.184.215.14", 443), ("10.0.0.5", 443)]
    called = []
    monkeypatch.setattr(socket.socket, "connect", lambda line, address: called.append(address))
    monkeypatch.setattr(webhook_line, "_is_this_one", lambda *_args: False)
    line = Line(machines_of=lambda host, seconds: [(socket.AF_INET, address) for address in leads_to])
    outcome = line.post(URL, {}, b"{}")
    assert outcome.status is None
    assert outcome.problem == f"The name {HOST} leads to 10.0.0.5, which is not on the public net."
    assert not called


def test_what_kept_a_call_from_being_made_fits_into_the_record_of_it():
    host = ".".join(["x" * 62] * 3 + ["y" * 40, "example"])
    machine = (socket.AF_INET6, ("2001:db8:1111:2222:3333:4444:5555:6666", 443, 0, 0))
    outcome = Line(machines_of=lambda host, seconds: [machine]).post(f"https://{host}/", {}, b"{}")
    assert len(outcome.problem) == WebhookTry._meta.get_field("problem").max_length


def test_a_name_is_looked_up_once_and_the_machine_that_was_looked_at_is_called(receiver, certificate, monkeypatch):
    """A name that leads to a public machine first and to a private one a moment later gains nothing."""
    asked = []

    def leads_elsewhere_each_time(host, port, **_options):
        asked.append(host)
        address = receiver.server_address if len(asked) == 1 else ("127.0.0.1", 1)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    monkeypatch.setattr(socket, "getaddrinfo", leads_elsewhere_each_time)
    context = ssl.create_default_context(cafile=certificate)
    looked_at = []
    line = Line(may_call=lambda machine: not looked_at.append(machine), context=context)
    assert line.post(URL, {}, b"{}").is_taken
    assert asked == [HOST]
    assert looked_at == [(socket.AF_INET, receiver.server_address)]


def test_a_line_as_it_is_made_refuses_the_receiver_of_these_tests(receiver, certificate):
    context = ssl.create_default_context(cafile=certificate)
    line = Line(machines_of=lambda host, seconds: [(socket.AF_INET, receiver.server_address)], context=context)
    assert "not on the public net" in line.post(URL, {}, b"{}").problem
    assert not receiver.got


def test_a_name_that_leads_nowhere_or_that_nobody_can_look_up_in_time(monkeypatch):
    def unknown(*_args, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert Line().post(URL, {}, b"").problem == f"The name {HOST} leads to no machine."
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: ended.wait(10))
    assert Line(seconds=0.05).post(URL, {}, b"").problem == "No answer within 0.05 seconds."
    ended.set()


def test_no_proxy_is_asked(line, receiver, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert line.post(URL, {}, b"{}").is_taken


def test_a_certificate_is_of_the_name_and_of_somebody_known(line, receiver):
    other = line.post("https://other.example.org/", {}, b"{}")
    assert "certificate" in other.problem
    unknown = Line(machines_of=line.machines_of, may_call=lambda machine: True).post(URL, {}, b"{}")
    assert "certificate" in unknown.problem
    assert not receiver.got


# -- What comes back --------------------------------------------------------------------------------------------------


def says(raw: bytes):
    """An answer in these bytes, after which the line is cut."""

    def answer(handler):
        handler.wfile.write(raw)
        handler.close_connection = True

    return answer


@pytest.mark.parametrize(
    ("answer", "status", "kept"),
    [
        pytest.param(says(b"HTTP/1.1 200 OK\r\n\r\nthanks"), 200, "thanks", id="until the end of the line"),
        pytest.param(says(b"HTTP/1.1 202 OK\r\nContent-Length: 9\r\n\r\ntha"), 202, "tha", id="cut short"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000), 200, "x" * 1000, id="far too long"),
        pytest.param(
            says(b"HTTP/1.1 500 No\r\n\r\n<b>\x00\x1b[2J\xff</b>"), 500, "<b>  [2J\ufffd</b>", id="signs of control"
        ),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), 200, "", id="a broken body"),
    ],
)
def test_of_an_answer_the_status_counts_and_its_beginning_is_kept(line, receiver, answer, status, kept):
    receiver.answers = [answer]
    outcome = line.post(URL, {}, b"{}")
    assert (outcome.status, outcome.answer, outcome.problem) == (status, kept, "")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(says(b""), id="hangs up"),
        pytest.param(says(b"SSH-2.0-OpenSSH\r\n"), id="another protocol"),
        pytest.param(says(b"HTTP/1.1 2x0 OK\r\n\r\n"), id="no status"),
        pytest.param(says(b"HTTP/1.1 200 " + b"x" * 70_000), id="an endless line"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), id="headers without number"),
    ],
)
def test_what_is_no_answer_is_a_failure(line, receiver, answer):
    receiver.answers = [answer]
    outcome = line.post(URL, {}, b"{}")
    assert (outcome.status, outcome.is_taken) == (None, False)
    assert outcome.problem.endswith(".")


def test_a_receiver_that_gives_a_byte_now_and_then_is_cut_off(receiver, certificate):
    def drip(handler):
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
                handler.wfile.write(bytes([byte]))
                time.sleep(0.02)

    receiver.answers = [drip]
    began = time.monotonic()
    outcome = line_to(receiver.server_address, certificate, seconds=0.2).post(URL, {}, b"{}")
    assert outcome.problem == "No answer within 0.2 seconds."
    assert time.monotonic() - began < 15, "all of it would take twenty seconds"


def test_a_machine_that_takes_the_call_and_says_nothing_is_cut_off(certificate):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        line = line_to(silent.getsockname(), certificate, seconds=0.1)
        assert line.post(URL, {}, b"{}").problem == "No answer within 0.1 seconds."


def test_of_several_machines_the_next_is_called_where_one_does_not_answer(receiver, line):
    line.machines_of = lambda host, seconds: [
        (999, ("a family of addresses that this system has not", 443)),
        (socket.AF_INET, ("127.0.0.1", 1)),
        (socket.AF_INET, receiver.server_address),
    ]
    assert line.post(URL, {}, b"{}").is_taken


# -- What staff do ----------------------------------------------------------------------------------------------------


def form(**changes) -> dict:
    return {"name": "A newsroom", "contact": "", "key": "", "url": URL, "states": "", **changes}


def page_of(webhook) -> str:
    return reverse("admin:portal_webhook_change", args=[webhook.pk])


def test_an_administrator_issues_a_webhook_and_sees_its_secret_once(issue, admin_client, send, receiver):
    filled = form(kinds=["law", "event"], states="ga fl,FL", is_told_of_renewals="on")
    page = admin_client.post(reverse("admin:portal_webhook_add"), filled)
    webhook = Webhook.objects.get()
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert (webhook.kinds, webhook.states, webhook.is_told_of_renewals) == (["law", "event"], ["FL", "GA"], True)
    assert webhook.issued_by.username == "admin"
    later = admin_client.get(page_of(webhook)).content.decode()
    assert secret not in later
    assert webhook.secret not in later
    assert 'value="FL, GA"' in later
    law = change(StateLawFactory)
    send()
    _path, headers, body = receiver.got[0]
    assert code_for_partners()["is_ours"](secret, headers, body)
    assert ids(json.loads(body)["data"]) == [law.key]


@pytest.mark.parametrize(
    ("field", "value"), [("url", "https://10.0.0.1/"), ("states", "FL, XX"), ("kinds", ["place"]), ("name", "")]
)
def test_what_cannot_be_is_said_at_its_field(db, admin_client, field, value):
    page = admin_client.post(reverse("admin:portal_webhook_add"), form(**{field: value}))
    assert field in page.context["adminform"].form.errors
    assert not Webhook.objects.exists()


def test_what_staff_change_is_in_its_history_and_takes_nothing_from_its_place(issue, admin_client):
    old, new = (PartnerKey.objects.create(name=f"{which} key", sha256=which) for which in ("Old", "New"))
    webhook = issue(key=old, is_told_of_renewals=True)
    change()
    ledger.catch_up()
    Webhook.objects.update(cursor=webhooks.beginning())
    admin_client.post(page_of(webhook), form(url="https://new.example.org/", states="TX", key=new.pk))
    after = Webhook.objects.get()
    assert (after.url, after.states) == ("https://new.example.org/", ["TX"])
    assert (after.cursor, after.secret) == (webhooks.beginning(), webhook.secret)
    history = admin_client.get(reverse("admin:portal_webhook_history", args=[webhook.pk])).content.decode()
    assert "https://new.example.org/" in history
    assert HOST in history
    assert f"Partner key: {old} → {new};" in history
    assert "States: none → TX; Told of renewals: yes → no" in history


def buttons(client, webhook) -> set[str]:
    return set(
        re.findall(r'name="(_(?:trial|again|go_on|pause|renew|revoke))"', str(client.get(page_of(webhook)).content))
    )


def press(client, webhook, name):
    answer = client.post(page_of(webhook), form(**{name: "1"}))
    webhook.refresh_from_db()
    return answer


def test_staff_pause_it_let_it_go_on_try_it_renew_its_secret_and_revoke_it(issue, admin_client, send, receiver):
    webhook = issue()
    assert buttons(admin_client, webhook) == {"_trial", "_pause", "_renew", "_revoke"}
    press(admin_client, webhook, "_pause")
    assert buttons(admin_client, webhook) == {"_trial", "_go_on", "_renew", "_revoke"}
    change()
    assert send() == {}
    press(admin_client, webhook, "_trial")
    assert send() == {"delivered": 1}
    press(admin_client, webhook, "_go_on")
    assert send() == {"delivered": 1}
    renewed = press(admin_client, webhook, "_renew")
    assert renewed.context["secret"] != webhook.said
    assert "no-store" in renewed["Cache-Control"]
    assert "signs beside it for 24 hours" in renewed.content.decode()
    press(admin_client, webhook, "_revoke")
    assert (webhook.state, webhook.secret, webhook.old_secret) == (State.REVOKED, "", "")
    assert buttons(admin_client, webhook) == set()
    press(admin_client, webhook, "_go_on")
    assert webhook.state == State.REVOKED
    assert admin_client.post(reverse("admin:portal_webhook_delete", args=[webhook.pk])).status_code == 403
    history = admin_client.get(reverse("admin:portal_webhook_history", args=[webhook.pk])).content.decode()
    for noted in ("Paused.", "A trial", "It goes on", "renewed", "Revoked."):
        assert noted in history


def test_one_that_rests_needs_someone_is_sent_again_and_its_tries_are_shown_escaped(
    issue, admin_client, send, receiver
):
    webhook = issue()
    change()
    receiver.answers = [says(b"HTTP/1.1 410 Gone\r\n\r\n<script>alert(1)</script>")]
    send()
    today = admin_client.get(reverse("admin:index")).content.decode()
    assert "The webhook of A newsroom stopped on" in today
    delivery = webhook.deliveries.get()
    shown = admin_client.get(reverse("admin:portal_webhookdelivery_change", args=[delivery.pk])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    assert "answered 410" in admin_client.get(page_of(webhook)).content.decode()
    chosen = {"action": "send_again", "_selected_action": [webhook.pk]}
    admin_client.post(reverse("admin:portal_webhook_changelist"), chosen)
    assert send() == {"delivered": 1}
    assert "stopped on" not in admin_client.get(reverse("admin:index")).content.decode()


def test_staff_are_told_where_no_timer_sends(issue, admin_client):
    issue()
    change()
    ledger.catch_up()
    assert "does the timer" not in admin_client.get(reverse("admin:index")).content.decode()
    LedgerTurn.objects.update(turned_at=timezone.now() - timedelta(minutes=16))
    assert "does the timer of send_webhooks run?" in admin_client.get(reverse("admin:index")).content.decode()


def test_who_is_no_administrator_sees_nothing_of_webhooks(issue, client):
    webhook = issue()
    webhook.become(State.GONE)
    signed_in(client, "publisher")
    assert client.get(page_of(webhook)).status_code == 403
    assert "webhook" not in client.get(reverse("admin:index")).content.decode().lower()
