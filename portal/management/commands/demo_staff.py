import secrets

from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts import second_factor

NAME = "demo"


class Command(BaseCommand):
    help = (
        "Make the staff account `demo` on this machine, or start its sign-in anew. Its password and its second factor "
        "are printed once."
    )

    def handle(self, *args, **options):
        if not settings.IS_LOCAL:
            raise CommandError(
                "demo_staff is for a portal that only this machine can reach. ALLOWED_HOSTS names others:"
                f" {', '.join(settings.ALLOWED_HOSTS)}. For a public site use `manage.py invite_staff`."
            )
        with transaction.atomic():
            self.stdout.write(self.make_anew())

    def make_anew(self) -> str:
        """What the person needs to sign in, said once."""
        password, secret = secrets.token_urlsafe(12), generate_totp_secret()
        users = get_user_model().objects
        user = users.filter(username=NAME).first() or users.create_superuser(NAME)
        user.is_active = user.is_staff = user.is_superuser = True
        user.set_password(password)
        user.save()
        second_factor.take_away(user)
        TOTP.activate(user, secret)
        codes = RecoveryCodes.activate(user).get_unused_codes()
        return (
            f"Sign in at /admin/ as {NAME}\n"
            f"password:        {password}\n"
            f"second factor:   enter this key in an authenticator app: {secret}\n"
            f"                 or open {get_adapter().build_totp_url(user, secret)}\n"
            f"without an app:  each of these codes works once: {' '.join(codes)}"
        )
