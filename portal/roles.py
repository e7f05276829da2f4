"""Who may do what on the staff's side: the table that docs/roles.md shows and every migration grants.

A role is a group of stock `auth.User`. What a table of permissions cannot say (nobody approves a change of their own)
is in agreements/actions.py and agreements/desk/.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.models import Group, Permission

RESEARCHER, EDITOR, PUBLISHER = "researcher", "editor", "publisher"
TRANSLATOR, ADMINISTRATOR = "translator", "administrator"
ROLES = {
    RESEARCHER: "looks things up and writes drafts of laws, policies, labels, checks and the guide",
    EDITOR: "edits drafts, proposes changes to what is published, merges and endings, decides on a list's changes",
    PUBLISHER: "approves what others proposed, so publishes and withdraws; applies lists and undoes them",
    TRANSLATOR: "writes the Spanish of laws, policies, labels and the guide; of published ones it is proposed",
    ADMINISTRATOR: "all of this, the accounts of the staff, and the keys and webhooks of partners",
}

VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"
ALL = (VIEW, ADD, CHANGE, DELETE)

GUIDE = ("guidefact", "modelpower", "timelineevent", "glossaryterm")
RECORDS = ("statelaw", "localpolicy", "federaldesignation", *GUIDE)
"""Written in words: what researchers draft, editors edit, publishers publish and translators translate. Who may touch
a published one, or its Spanish alone, is in agreements/admin/drafting.py."""
PARTS = (
    "provision",
    "lawcitation",
    "policycitation",
    "designationcitation",
    "factcitation",
    "powercitation",
    "eventcitation",
    "termcitation",
)
"""Parts of a record, written on its page."""

_DRAFTING = {
    **{f"agreements.{model}": (ADD, CHANGE) for model in RECORDS},
    **{f"agreements.{model}": (ADD, CHANGE, DELETE) for model in PARTS},
    "jurisdictions.source": (ADD,),
}
_EDITING = {
    **{f"agreements.{model}": (ADD, CHANGE, DELETE) for model in (*RECORDS, *PARTS)},
    "agreements.check": (ADD, CHANGE, DELETE),
    "agreements.agreement": (CHANGE,),
    "agreements.agreementcitation": (ADD, CHANGE, DELETE),
    "agreements.verdict": (ADD, CHANGE, DELETE),
    "agreements.sourcecorrection": (ADD, CHANGE, DELETE),
    "agreements.revision": (ADD, CHANGE),
    "agreements.importrun": (ADD, CHANGE),
    "agreements.proposedchange": (CHANGE,),
    "jurisdictions.agency": (CHANGE,),
    "jurisdictions.coverage": (ADD, CHANGE, DELETE),
    "jurisdictions.source": (ADD, CHANGE, DELETE),
    # Readers may have left an address for an answer: only who answers them sees it.
    "portal.mistakereport": (VIEW, CHANGE),
}

TABLE: dict[str, dict[str, Iterable[str]]] = {
    RESEARCHER: _DRAFTING,
    EDITOR: _EDITING,
    PUBLISHER: {**_EDITING, "agreements.legalreview": (ADD, CHANGE, DELETE)},
    TRANSLATOR: {f"agreements.{model}": (CHANGE,) for model in (*RECORDS, "provision")},
    ADMINISTRATOR: {
        **_EDITING,
        "agreements.legalreview": (ADD, CHANGE, DELETE),
        "portal.mistakereport": (VIEW, CHANGE, DELETE),
        "portal.partnerkey": (VIEW, ADD, CHANGE),
        "portal.webhook": (VIEW, ADD, CHANGE),
        "portal.webhookdelivery": (VIEW,),
        "auth.user": (VIEW, ADD, CHANGE),
        "auth.group": (VIEW,),
    },
}
"""For each role: what it may do with a model, beside looking at it. Every role may look at every record of ours."""

OUR_APPS = ("jurisdictions", "agreements")


def may(role: str, model: str, action: str) -> bool:
    """Whether `role` has `action` on `model` ("agreements.statelaw"): what the table says, and looking at records."""
    return action in TABLE[role].get(model, ()) or (action == VIEW and model.split(".")[0] in OUR_APPS)


def grant() -> None:
    """Give each role what the table says and nothing else; makes the groups that are missing. Again changes nothing."""
    labels = {label for rights in TABLE.values() for label in rights}
    labels |= {model._meta.label_lower for app in OUR_APPS for model in apps.get_app_config(app).get_models()}
    permissions = {
        (f"{each.content_type.app_label}.{each.content_type.model}", each.codename): each
        for each in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _made = Group.objects.get_or_create(name=role)
        wanted = [
            permissions[label, f"{action}_{label.split('.')[1]}"]
            for label in labels
            for action in ALL
            if may(role, label, action) and (label, f"{action}_{label.split('.')[1]}") in permissions
        ]
        group.permissions.set(wanted)
