from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from jurisdictions.signals import facts_changed

from .middleware.noting import note_what_changed


class PortalConfig(AppConfig):
    """The site: puts the two apps together, owns no facts."""

    name = "portal"
    verbose_name = "Readers"

    def ready(self) -> None:
        # The last app with models: when its turn comes, Django has made the permissions of all others and of it.
        post_migrate.connect(grant_roles, sender=self, dispatch_uid="portal.roles")
        facts_changed.connect(note_what_changed, dispatch_uid="portal.ledger")
        import_module("portal.reports_admin")
        import_module("portal.keys_admin")
        import_module("portal.webhooks_admin")


def grant_roles(**_kwargs) -> None:
    """After each migration every role has what portal/roles.py says, for new models too."""
    from django.contrib.auth.models import Group
    from django.db import connection

    from portal.roles import grant

    if Group._meta.db_table in connection.introspection.table_names():  # not after `migrate auth zero`
        grant()
