from allauth.account.apps import AccountConfig
from django.apps import AppConfig


class StaffAccountsConfig(AppConfig):
    """Who works here: stock `auth.User`, invited by an administrator."""

    name = "portal.accounts"
    label = "accounts"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from . import ledger

        ledger.connect()


class SignInConfig(AccountConfig):
    """allauth's sign-in, whose middleware acts under /admin/ alone (portal/middleware/admin_only.py).

    allauth looks for its own middleware by name and stops the start without it; ours wraps that one.
    """

    def ready(self) -> None:
        from allauth.account import checks  # noqa: F401
