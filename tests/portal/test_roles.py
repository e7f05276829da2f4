"""Who may do what: docs/roles.md says it, and every page of the staff's side answers so."""

import re
from functools import cache

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from portal import roles
from tests.portal.test_admin import make_one_of_each
from tests.staff import member, signed_in

ACTIONS = ("look", "add", "change", "delete")


@cache
def written() -> dict[str, dict[str, set[str]]]:
    """The table of docs/roles.md: for each kind of record and role, what it may do."""
    text = (settings.BASE_DIR / "docs" / "roles.md").read_text()
    table = re.findall(r"^\| (.+) \|$", text.split("## Pages")[1], re.MULTILINE)
    head, _line, *rows = [[cell.strip() for cell in row.split(" | ")] for row in table]
    return {
        row[0]: {
            role: set() if said == "-" else set(said.split(", ")) for role, said in zip(head[1:], row[1:], strict=True)
        }
        for row in rows
    }


def kinds() -> list[str]:
    """Each registered model by its name in the admin; what is written in words twice, as a draft and published."""
    names = []
    for model in admin.site._registry:
        name = str(model._meta.verbose_name)
        names += [f"{name}, draft", f"{name}, published"] if is_record(model) else [name]
    return sorted(names)


def is_record(model) -> bool:
    return model._meta.label_lower in {f"agreements.{name}" for name in roles.RECORDS}


def model_of(kind: str):
    name = kind.removesuffix(", draft").removesuffix(", published")
    return next(model for model in admin.site._registry if model._meta.verbose_name == name)


def one(kind: str):
    """A record of this kind."""
    model = model_of(kind)
    if model._meta.app_label == "auth":
        return member("editor") if model is not Group else Group.objects.first()
    make_one_of_each(0)
    record = model.objects.first()
    if is_record(model):
        record.state = kind.rsplit(", ", 1)[1]
        record.save()
    return record


def allowed(client: Client, kind: str, record) -> set[str]:
    """What the pages of `kind` let the person do who is signed in to `client`, found out by asking each of them."""
    model = model_of(kind)
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = {
        "look": [reverse(f"{base}_changelist"), reverse(f"{base}_change", args=[record.pk])],
        "add": [reverse(f"{base}_add")],
        "delete": [reverse(f"{base}_delete", args=[record.pk])],
    }
    found = set()
    for action, addresses in pages.items():
        statuses = {client.get(address).status_code for address in addresses}
        assert statuses in ({200}, {403}), (kind, action, statuses)
        if statuses == {200}:
            found.add(action)
    # A change is asked for with a form that is not complete: it is refused as a form, or as a person.
    status = client.post(reverse(f"{base}_change", args=[record.pk]), {}).status_code
    assert status in (200, 302, 400, 403), (kind, status)
    return found | ({"change"} if status != 403 else set())


def test_the_table_names_every_kind_of_record_and_every_role():
    assert sorted(written()) == kinds()
    assert {tuple(row) for row in written().values()} == {tuple(roles.ROLES)}
    assert {action for row in written().values() for cell in row.values() for action in cell} <= set(ACTIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", kinds())
def test_every_page_answers_as_the_table_says(kind):
    record = one(kind)
    found = {}
    for role in roles.ROLES:
        client = Client()
        signed_in(client, role)
        found[role] = allowed(client, kind, record)
    assert found == written()[kind]


@pytest.mark.django_db
def test_staff_without_a_role_and_strangers_see_nothing(client):
    for kind in kinds():
        model = model_of(kind)
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert Client().get(address)["Location"].startswith("/admin/account/login/")
    signed_in(client, "")
    for kind in kinds():
        model = model_of(kind)
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert {client.get(reverse(f"{base}_{page}")).status_code for page in ("changelist", "add")} == {403}
