import pytest
from django.core.management import CommandError, call_command


def run(capsys) -> str:
    """The password that the command prints."""
    call_command("demo_staff")
    return capsys.readouterr().out.split()[-1]


@pytest.mark.django_db
def test_the_printed_password_opens_the_admin(client, capsys):
    password = run(capsys)
    assert client.post("/admin/account/login/", {"username": "demo", "password": password}).status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
def test_a_second_run_gives_the_same_account_a_new_password(client, capsys, django_user_model):
    first, second = run(capsys), run(capsys)
    assert first != second
    assert django_user_model.objects.get().check_password(second)


def test_no_such_account_on_a_public_site(settings):
    settings.IS_LOCAL, settings.ALLOWED_HOSTS = False, ["portal.example"]
    with pytest.raises(CommandError, match=r"portal\.example"):
        call_command("demo_staff")
