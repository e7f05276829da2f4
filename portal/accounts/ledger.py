"""What a person changes about their own second factors stands in the history of their account, for administrators."""

from allauth.mfa import signals
from django.contrib.admin.models import CHANGE, LogEntry


def connect() -> None:
    for signal, done in (
        (signals.authenticator_added, "Set up"),
        (signals.authenticator_removed, "Removed"),
        (signals.authenticator_reset, "Renewed"),
    ):
        signal.connect(_entry(done), weak=False, dispatch_uid=f"portal.accounts.ledger {done}")


def _entry(done: str):
    def write(*, user, authenticator, **_rest) -> None:
        what = authenticator.get_type_display()
        LogEntry.objects.log_actions(
            user.pk, [user], CHANGE, change_message=f"{done} by themselves: {what}", single_object=True
        )

    return write
