import re

import pytest
from django.core.management import CommandError, call_command

from tests import staff


def run(capsys) -> dict[str, str]:
    """What the command prints: the password, the app's key, a recovery code."""
    call_command("demo_staff")
    printed = capsys.readouterr().out
    patterns = {"password": r"password: +(\S+)", "key": r"app: ([A-Z2-7]+)", "recovery": r"works once: (\d+)"}
    return {name: re.search(pattern, printed)[1] for name, pattern in patterns.items()}


def enter(client, password: str, code: str) -> int:
    """Sign in as `demo`; the status of the first page of the staff's side."""
    client.post("/admin/account/login/", {"username": "demo", "password": password})
    client.post("/admin/account/login/code/", {"code": code})
    return client.get("/admin/").status_code


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["key", "recovery"])
def test_what_is_printed_opens_the_admin(client, capsys, code):
    printed = run(capsys)
    given = staff.code(printed["key"]) if code == "key" else printed["recovery"]
    assert enter(client, printed["password"], given) == 200


@pytest.mark.django_db
def test_a_second_run_gives_the_same_account_a_new_sign_in(client, capsys, django_user_model):
    first, second = run(capsys), run(capsys)
    assert django_user_model.objects.get().check_password(second["password"])
    assert first["password"] != second["password"]
    assert enter(client, second["password"], staff.code(first["key"])) == 302


def test_no_such_account_on_a_public_site(settings):
    settings.IS_LOCAL, settings.ALLOWED_HOSTS = False, ["portal.example"]
    with pytest.raises(CommandError, match=r"portal\.example"):
        call_command("demo_staff")
