"""Sign-in: by invitation, with two factors, and no way around."""

import json
import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from portal.accounts import invitations
from tests.staff import PASSWORD, code, member, signed_in, with_app

pytestmark = pytest.mark.django_db

LOGIN, CODE, SET_UP = "/admin/account/login/", "/admin/account/login/code/", "/admin/account/set-up/"
APP, CODES, INDEX = "/admin/account/app/", "/admin/account/recovery-codes/", "/admin/account/"
STRONG = "seven quiet rivers"


def give_password(client, user, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": user.get_username(), "password": password, **more})


def is_in(client) -> bool:
    """Whether the first page of the staff's side answers."""
    return client.get("/admin/").status_code == 200


# -- Two factors ----------------------------------------------------------------------------------------------------


def test_a_password_and_the_code_of_the_app_open_the_page_asked_for(client):
    user = member("editor")
    secret = with_app(user)
    asked = client.get("/admin/agreements/agreement/")
    assert asked["Location"] == f"{LOGIN}?next=/admin/agreements/agreement/"
    assert give_password(client, user, next="/admin/agreements/agreement/")["Location"].startswith(CODE)
    assert not is_in(client)
    signed = client.post(CODE, {"code": code(secret)})
    assert signed["Location"] == "/admin/agreements/agreement/"
    assert client.get(signed["Location"]).status_code == 200


def test_without_a_second_factor_one_is_set_up_first_and_then_opens_the_admin(client):
    user = member("editor")
    give_password(client, user)
    assert client.get("/admin/")["Location"].startswith(SET_UP)
    assert client.get(SET_UP).status_code == 200
    page = client.get(APP)
    secret = re.search(r'class="key">([A-Z2-7]{32})<', page.text)[1]
    assert "data:image/svg+xml;base64," in page.text
    assert client.post(APP, {"code": "000000" if code(secret) != "000000" else "000001"}).status_code == 200
    assert not is_in(client)
    done = client.post(APP, {"code": code(secret)})
    assert done["Location"] == CODES
    assert len(re.findall(r"<code>\d{8}</code>", client.get(CODES).text)) == 10
    assert is_in(client)


ADMIN_PATHS = [
    "/admin/",
    "/admin/agreements/agreement/",
    "/admin/agreements/agreement/1/change/",
    "/admin/agreements/agreement/1/history/",
    "/admin/jurisdictions/agency/add/",
    "/admin/autocomplete/?app_label=jurisdictions&model_name=coverage&field_name=jurisdiction&term=a",
    "/admin/auth/user/",
    "/admin/r/1/1/",
    "/admin/no-such-page/",
    "/admin/account/",
    "/admin/account/password/",
    "/admin/account/recovery-codes/",
    "/admin/account/recovery-codes/new/",
    "/admin/account/app/remove/",
    "/admin/account/confirm/code/",
]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ADMIN_PATHS)
def test_a_password_alone_opens_nothing(client, path, method):
    """A superuser with a session, and no second factor."""
    client.force_login(member("superuser"))
    answer = getattr(client, method)(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(SET_UP)


@pytest.mark.parametrize("path", [*ADMIN_PATHS, APP, "/admin/account/passkeys/add/", "/admin/account/confirm/"])
def test_a_session_that_did_not_give_the_second_factor_ends(client, path):
    """It began before the account had one, perhaps in the hands of somebody who knew the password alone."""
    user = member("superuser")
    give_password(client, user)
    with_app(user)
    assert client.get(path)["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


def test_between_the_password_and_the_code_there_is_no_session(client):
    user = member()
    with_app(user)
    give_password(client, user)
    assert "_auth_user_id" not in client.session
    assert client.get(INDEX)["Location"].startswith(LOGIN)
    assert client.get(APP)["Location"].startswith(LOGIN)


def test_a_code_works_once(client):
    user = member()
    given = code(with_app(user))
    for expected in (True, False):
        browser = Client()
        give_password(browser, user)
        browser.post(CODE, {"code": given})
        assert is_in(browser) is expected


def test_a_recovery_code_works_once_in_place_of_the_app(client):
    user = signed_in(client)
    confirm(client)
    client.post(f"{CODES}new/")
    recovery = re.search(r"<code>(\d{8})</code>", client.get(CODES).text)[1]
    for expected in (True, False):
        browser = Client()
        give_password(browser, user)
        browser.post(CODE, {"code": recovery})
        assert is_in(browser) is expected


def test_recovery_codes_are_shown_once_with_a_file_of_them(client):
    signed_in(client)
    confirm(client)
    client.post(f"{CODES}new/")
    first = client.get(CODES)
    codes = re.findall(r"<code>(\d{8})</code>", first.text)
    assert len(set(codes)) == 10
    assert 'download="recovery-codes.txt"' in first.text
    assert all(first.text.count(each) == 2 for each in codes)
    again = client.get(CODES).text
    assert not any(each in again for each in codes)
    assert "10 of 10 are left" in again


def test_secrets_of_second_factors_are_not_readable_in_the_database():
    user = member()
    secret = with_app(user)
    assert secret not in json.dumps(list(Authenticator.objects.values_list("data", flat=True)))


def test_after_a_new_secret_key_no_code_is_right_until_the_old_one_is_named(client, settings):
    user = member()
    secret = with_app(user)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    give_password(client, user)
    assert "not right" in client.post(CODE, {"code": code(secret)}).text
    settings.SECRET_KEY_FALLBACKS = [old]
    client.post(CODE, {"code": code(secret, steps=1)})
    assert is_in(client)


# -- Managing one's account -----------------------------------------------------------------------------------------


def confirm(client, password=PASSWORD):
    """Confirm that it is you, as the pages ask before an account is changed."""
    return client.post("/admin/account/confirm/", {"password": password})


@pytest.mark.parametrize("path", [f"{CODES}new/", "/admin/account/app/remove/", "/admin/account/passkeys/add/"])
def test_a_change_of_factors_asks_for_the_password_again(client, path):
    signed_in(client)
    asked = client.get(path)
    assert asked["Location"].startswith("/admin/account/confirm/")
    assert "not your password" in confirm(client, "wrong").text
    confirm(client)
    assert client.get(path).status_code == 200


def test_whoever_removes_the_only_factor_sets_up_another_at_once(client):
    user = signed_in(client)
    confirm(client)
    client.post("/admin/account/app/remove/")
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/admin/")["Location"].startswith(SET_UP)
    assert client.get(APP).status_code == 200


def test_what_a_person_changes_about_their_factors_is_in_the_history_of_the_account(
    client, django_capture_on_commit_callbacks
):
    user = signed_in(client)
    confirm(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{CODES}new/")
    client.post("/admin/account/app/remove/")
    secret = re.search(r'class="key">([A-Z2-7]{32})<', client.get(APP).text)[1]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(APP, {"code": code(secret)})
    entries = LogEntry.objects.filter(object_id=str(user.pk), user=user).order_by("pk")
    assert [str(entry.get_change_message()) for entry in entries] == [
        "Renewed by themselves: Recovery codes",
        "Removed by themselves: TOTP Authenticator",
        "Removed by themselves: Recovery codes",
        "Set up by themselves: TOTP Authenticator",
        "Set up by themselves: Recovery codes",
    ]


def test_new_recovery_codes_leave_their_owner_signed_in(client):
    user = member()
    with_app(user)
    signed_in(client, user=user)
    confirm(client)
    client.post(f"{CODES}new/")
    assert is_in(client)


def test_a_new_password_signs_the_account_out_everywhere_else(client):
    user = signed_in(client)
    elsewhere = Client()
    signed_in(elsewhere, user=user)
    page = client.post("/admin/account/password/", {"oldpassword": PASSWORD, "password1": STRONG, "password2": STRONG})
    assert page["Location"] == INDEX
    assert is_in(client)
    assert not is_in(elsewhere)
    user.refresh_from_db()
    assert user.check_password(STRONG)


@pytest.mark.parametrize("new", ["short", "123456789012", "administrator"])
def test_a_weak_password_is_refused(client, new):
    user = signed_in(client)
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/admin/account/password/", form).status_code == 200
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_options_of_a_passkey_reach_the_page_as_data_that_its_script_reads(client):
    user = signed_in(client)
    confirm(client)
    page = client.get("/admin/account/passkeys/add/").text
    found = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page)[1]
    asked = json.loads(found)["publicKey"]
    assert asked["rp"]["id"] == "testserver"
    assert asked["user"]["name"] == user.email
    assert len(asked["challenge"]) >= 32


def test_a_false_passkey_is_refused(client):
    user = signed_in(client)
    confirm(client)
    client.get("/admin/account/passkeys/add/")
    for credential in ("{}", "[]", '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}', "no json"):
        assert client.post("/admin/account/passkeys/add/", {"name": "x", "credential": credential}).status_code == 200
    assert not Authenticator.objects.filter(user=user, type="webauthn").exists()


def test_signing_out_ends_the_session(client):
    signed_in(client)
    assert is_in(client)
    assert client.get("/admin/account/logout/").status_code == 200  # a question, not an act: links are followed
    assert is_in(client)
    assert client.post("/admin/account/logout/")["Location"] == LOGIN
    assert not is_in(client)


# -- Who is refused -------------------------------------------------------------------------------------------------


REFUSED = "This name and password do not open an account."


def test_wrong_unknown_closed_and_foreign_accounts_are_told_the_same(client):
    closed, outside = member(), member()
    closed.is_active = False
    closed.save()
    outside.is_staff = False
    outside.save()
    known = member()
    for name, password in [
        (known.username, "wrong"),
        ("nobody at all", PASSWORD),
        (closed.username, PASSWORD),
        (outside.username, PASSWORD),
    ]:
        page = client.post(LOGIN, {"username": name, "password": password})
        assert page.status_code == 200
        assert REFUSED in page.text


def test_a_closed_account_is_out_at_once(client):
    user = signed_in(client)
    user.is_active = False
    user.save()
    assert client.get("/admin/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    "elsewhere", ["//example.com/", "https://example.com/", "/\\example.com", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(client, elsewhere):
    user = member()
    secret = with_app(user)
    give_password(client, user, next=elsewhere)
    assert client.post(CODE, {"code": code(secret)})["Location"] == "/admin/"


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "password/reset/",
        "password/reset/key/1-abc/",
        "email/",
        "login/webauthn/",
        "mfa/",
        "social/login/",
        "3rdparty/",
        "confirm-email/abc/",
    ],
)
@pytest.mark.parametrize("prefix", ["/admin/account/", "/accounts/", "/account/"])
def test_there_is_no_sign_up_no_reset_and_no_social_sign_in(client, prefix, path):
    signed_in(client)
    assert client.get(f"{prefix}{path}").status_code == 404


def test_wrong_passwords_lock_one_account_for_a_while_and_say_so(client):
    user, other = member(), member()
    with_app(other)
    for _ in range(5):
        assert REFUSED in give_password(client, user, "wrong").text
    assert "Too many attempts. Wait five minutes" in give_password(client, user).text
    assert give_password(client, other)["Location"].startswith(CODE)


def test_a_name_that_nobody_has_locks_just_so(client):
    statuses = [client.post(LOGIN, {"username": "nobody at all", "password": "wrong"}).text for _ in range(6)]
    assert [REFUSED in text for text in statuses] == [True] * 5 + [False]
    assert "Too many attempts. Wait five minutes" in statuses[5]


def test_a_right_password_is_not_counted(client):
    user = member()
    with_app(user)
    for _ in range(7):
        assert give_password(Client(), user)["Location"].startswith(CODE)


def test_passwords_cannot_close_an_account_for_a_day_and_codes_can(client, monkeypatch):
    """Whoever tries codes knows the password already; whoever tries passwords may be anybody."""
    user = member()
    secret = with_app(user)
    now = time.time()
    for tries in range(50):
        monkeypatch.setattr("time.time", lambda tries=tries: now + tries * 61)
        give_password(client, user, "wrong")
    monkeypatch.setattr("time.time", lambda: now + 50 * 61 + 300)
    assert give_password(client, user)["Location"].startswith(CODE)
    for tries in range(50):
        monkeypatch.setattr("time.time", lambda tries=tries: now + 4000 + tries * 61)
        give_password(client, user)
        client.post(CODE, {"code": "no code"})
    monkeypatch.setattr("time.time", lambda: now + 4000 + 50 * 61 + 300)
    give_password(client, user)
    assert "Too many attempts" in client.post(CODE, {"code": code(secret)}).text


def test_wrong_codes_lock_too(client):
    user = member()
    secret = with_app(user)
    right = code(secret)
    give_password(client, user)
    for _ in range(5):
        assert "not right" in client.post(CODE, {"code": f"{(int(right) + 7) % 1_000_000:06}"}).text
    assert "Too many attempts" in client.post(CODE, {"code": right}).text
    assert not is_in(client)


def test_one_address_trying_many_names_is_stopped(client):
    for number in range(10):
        assert REFUSED in client.post(LOGIN, {"username": f"name {number}", "password": "wrong"}).text
    assert "Too many attempts" in client.post(LOGIN, {"username": "name 11", "password": "wrong"}).text


def test_a_flood_of_sign_ins_is_answered_429(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip", "password_failed": ""}
    statuses = [client.post(LOGIN, {"username": "x", "password": "y"}).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


# -- Invitations ----------------------------------------------------------------------------------------------------


def link_in(text: str) -> str:
    return re.search(r"(/admin/account/invitation/\?\S+?key=[\w-]+)", text.replace("&amp;", "&"))[1]


def invite_by_form(client, **fields):
    form = {"username": "grace", "email": "grace@example.org", "first_name": "Grace", "last_name": "", **fields}
    return client.post("/admin/auth/user/add/", form, follow=True)


def test_an_administrator_invites_and_the_invited_comes_in_with_two_factors(client, django_user_model):
    signed_in(client, "administrator")
    page = invite_by_form(client, groups=[Group.objects.get(name="editor").pk])
    link = link_in(page.text)
    grace = django_user_model.objects.get(username="grace")
    assert (grace.is_staff, grace.is_superuser, grace.has_usable_password()) == (True, False, False)
    assert link not in client.get(f"/admin/auth/user/{grace.pk}/change/").text.replace("&amp;", "&")

    browser = Client()
    opened = browser.get(link)
    assert opened["Location"] == "/admin/account/invitation/"
    assert "grace" in browser.get(opened["Location"]).text
    chosen = browser.post("/admin/account/invitation/", {"new_password1": STRONG, "new_password2": STRONG})
    assert chosen.status_code == 302
    assert browser.get("/admin/")["Location"].startswith(SET_UP)
    secret = re.search(r'class="key">([A-Z2-7]{32})<', browser.get(APP).text)[1]
    browser.post(APP, {"code": code(secret)})
    assert is_in(browser)
    assert browser.get("/admin/agreements/agreement/").status_code == 200


def test_a_link_works_once(client):
    user = member()
    link = invitations.invite(user)
    client.get(link)
    client.post("/admin/account/invitation/", {"new_password1": STRONG, "new_password2": STRONG})
    stranger = Client()
    stranger.get(link)
    again = stranger.get("/admin/account/invitation/")
    assert (again.status_code, "no longer good" in again.text) == (410, True)
    assert stranger.post("/admin/account/invitation/", {"new_password1": "x", "new_password2": "x"}).status_code == 410


def test_a_link_ends_after_three_days_and_with_the_next_one(client, monkeypatch):
    user = member()
    first = invitations.invite(user)
    second = invitations.invite(user)
    assert opens(first) is False
    assert opens(second) is True
    now = invitations.keys._now()
    monkeypatch.setattr(invitations.keys, "_now", lambda: now + timedelta(days=3, minutes=1))
    assert opens(second) is False


def opens(link: str) -> bool:
    browser = Client()
    browser.get(link)
    return browser.get("/admin/account/invitation/").status_code == 200


@pytest.mark.parametrize("query", ["?for=&key=", "?for=MQ&key=abc-def", "?for=%00&key=1-2", "?key=x", ""])
def test_a_made_up_link_opens_nothing(client, query):
    member()
    client.get(f"/admin/account/invitation/{query}")
    assert client.get("/admin/account/invitation/").status_code == 410


def test_a_link_of_a_closed_account_opens_nothing():
    user = member()
    link = invitations.invite(user)
    user.is_active = False
    user.save()
    assert not opens(link)


def test_a_link_alone_does_not_go_round_a_second_factor_that_is_set_up(client):
    user = member()
    with_app(user)
    client.get(invitations.invite(user))
    client.post("/admin/account/invitation/", {"new_password1": STRONG, "new_password2": STRONG})
    assert "_auth_user_id" not in client.session
    assert not is_in(client)


def test_the_key_of_a_link_is_in_no_later_address_and_no_log(client, caplog):
    link = invitations.invite(member())
    key = link.split("key=")[1]
    client.get(link)
    page = client.get("/admin/account/invitation/")
    assert key not in page.text
    assert key not in caplog.text


def test_where_the_portal_sends_e_mail_the_link_goes_to_the_person(client, settings):
    settings.SENDS_EMAIL = True
    signed_in(client, "administrator")
    page = invite_by_form(client)
    assert "key=" not in page.text
    [message] = mail.outbox
    assert message.to == ["grace@example.org"]
    assert opens(link_in(message.body))


def test_start_anew_needs_a_reason_ends_everything_and_is_on_record(client):
    boss = signed_in(client, "administrator")
    user = member("editor")
    theirs = Client()
    signed_in(theirs, user=user)
    page = f"/admin/auth/user/{user.pk}/anew/"
    assert client.post(page, {"reason": ""}).status_code == 200
    assert is_in(theirs)
    done = client.post(page, {"reason": "lost the phone"}, follow=True)
    assert not is_in(theirs)
    assert not Authenticator.objects.filter(user=user).exists()
    assert opens(link_in(done.text))
    entry = LogEntry.objects.get(object_id=str(user.pk))
    assert (entry.user, "lost the phone" in entry.change_message) == (boss, True)


@pytest.mark.parametrize("role", ["researcher", "editor", "publisher", "translator"])
def test_only_administrators_handle_accounts(client, role):
    user = member()
    signed_in(client, role)
    for page in ("", "add/", f"{user.pk}/change/", f"{user.pk}/anew/"):
        assert client.get(f"/admin/auth/user/{page}").status_code == 403
    assert client.post(f"/admin/auth/user/{user.pk}/anew/", {"reason": "mine now"}).status_code == 403


def test_an_administrator_gets_no_power_over_a_superuser_and_cannot_become_one(client, django_user_model):
    boss = signed_in(client, "administrator")
    above = member("superuser")
    assert client.post(f"/admin/auth/user/{above.pk}/anew/", {"reason": "mine"}).status_code == 403
    assert client.post(f"/admin/auth/user/{above.pk}/change/", {"username": "x"}).status_code == 403
    form = {"username": boss.username, "email": "", "first_name": "", "last_name": "", "is_active": "on",
            "is_superuser": "on", "is_staff": "on", "user_permissions": ["1"]}  # fmt: skip
    assert client.post(f"/admin/auth/user/{boss.pk}/change/", form).status_code == 302
    boss.refresh_from_db()
    assert (boss.is_superuser, boss.user_permissions.count()) == (False, 0)


def test_nobody_sets_another_persons_password_and_no_page_shows_secrets(client):
    user = member()
    with_app(user)
    signed_in(client, "superuser")
    assert client.get(f"/admin/auth/user/{user.pk}/password/").status_code in (302, 404)
    assert not [model for model in (Authenticator,) if admin.site.is_registered(model)]
    page = client.get(f"/admin/auth/user/{user.pk}/change/").text
    assert user.password not in page
    assert "has a second factor" in page


def test_the_first_administrator_is_invited_by_a_command(capsys, django_user_model):
    call_command("invite_staff", "ada", "--address", "https://portal.example.org/")
    printed = capsys.readouterr().out
    assert "https://portal.example.org/admin/account/invitation/?" in printed
    ada = django_user_model.objects.get()
    assert [group.name for group in ada.groups.all()] == ["administrator"]
    assert opens(link_in(printed))
    with pytest.raises(CommandError, match="--again"):
        call_command("invite_staff", "Ada")
    with_app(ada)
    call_command("invite_staff", "ada", "--again")
    assert not opens(link_in(printed))
    assert opens(link_in(capsys.readouterr().out))
    assert not Authenticator.objects.exists()


# -- Cookies and headers --------------------------------------------------------------------------------------------


def test_every_cookie_of_the_staff_is_for_admin_only(client):
    user = member()
    secret = with_app(user)
    answers = [
        client.get(LOGIN),
        give_password(client, user),
        client.get(CODE),
        client.post(CODE, {"code": code(secret)}),
    ]
    cookies = [cookie for answer in answers for cookie in answer.cookies.values()]
    assert {cookie.key for cookie in cookies} == {"csrftoken", "sessionid"}
    assert {cookie["path"] for cookie in cookies} == {"/admin/"}


@pytest.mark.parametrize("path", ["/", "/find/", "/us/", "/agreements/", "/api/v1/", "/no-such-page/"])
def test_a_public_page_answers_staff_and_strangers_alike(client, path):
    stranger = Client().get(path)
    signed_in(client)
    answer = client.get(path)
    assert not answer.cookies
    assert not hasattr(answer.wsgi_request, "session")
    assert not hasattr(answer.wsgi_request, "allauth")
    assert (answer.status_code, answer.content) == (stranger.status_code, stranger.content)


OWN_PAGES = [LOGIN, INDEX, SET_UP, APP, "/admin/account/password/", "/admin/account/confirm/", CODES, f"{CODES}new/",
             "/admin/account/passkeys/add/", "/admin/account/app/remove/", "/admin/account/logout/",
             "/admin/account/closed/", "/admin/account/invitation/"]  # fmt: skip


@pytest.mark.parametrize("path", OWN_PAGES)
def test_pages_of_the_account_carry_no_inline_script_or_style(client, path):
    if path != LOGIN:
        signed_in(client)
        confirm(client)
    page = client.get(path, follow=True)
    for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", page.text, re.DOTALL):
        assert "src=" in attributes or "application/json" in attributes, body
    assert not re.search(r"<style|\sstyle=|\son\w+=", page.text)
    assert "script-src 'self';" in page["Content-Security-Policy"]
