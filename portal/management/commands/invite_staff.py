from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts import second_factor
from portal.accounts.invitations import VALID_DAYS, invite
from portal.roles import ADMINISTRATOR, ROLES


class Command(BaseCommand):
    help = (
        "Make an account of the staff and print a one-time link, by which the person chooses a password and a second "
        "factor. For an account that exists, --again takes both away and prints a new link."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", help="the name typed at sign-in")
        parser.add_argument("--email", default="", help="where administrators reach the person")
        parser.add_argument("--group", action="append", choices=list(ROLES), help="a role; may be given several times")
        parser.add_argument("--again", action="store_true", help="the account exists: start its sign-in anew")
        parser.add_argument("--address", help="how the portal is reached, such as https://portal.example.org")

    @transaction.atomic
    def handle(
        self, *args, name: str, email: str, group: list[str] | None, again: bool, address: str | None, **options
    ):
        users = get_user_model().objects
        user = users.filter(username__iexact=name).first()
        if user and not again:
            raise CommandError(f"{user.username} has an account. With --again its sign-in starts anew.")
        if again and not user:
            raise CommandError(f"Nobody is called {name}.")
        if not user:
            user = users.model(username=name, email=email, is_staff=True)
            user.set_unusable_password()
            user.full_clean()
            user.save()
            group = group or [ADMINISTRATOR]
        user.groups.add(*Group.objects.filter(name__in=group or []))
        second_factor.take_away(user)
        link = f"{(address or _likely_address()).rstrip('/')}{invite(user)}"
        roles = ", ".join(user.groups.order_by("name").values_list("name", flat=True)) or "no role"
        self.stdout.write(f"{user.username} ({roles}) is invited. The link works once, for {VALID_DAYS} days:\n{link}")


def _likely_address() -> str:
    """The first host of ALLOWED_HOSTS; a machine of one's own is asked on the port that `make run` uses."""
    if settings.IS_LOCAL:
        return "http://127.0.0.1:8000"
    host = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host.lstrip(".") not in ("", "*")), "localhost")
    return f"https://{host}"
