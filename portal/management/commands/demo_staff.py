import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

NAME = "demo"


class Command(BaseCommand):
    help = "Make the staff account `demo` on this machine, or give it a new password. The password is printed once."

    def handle(self, *args, **options):
        if not settings.IS_LOCAL:
            raise CommandError(
                "demo_staff is for a portal that only this machine can reach. ALLOWED_HOSTS names others:"
                f" {', '.join(settings.ALLOWED_HOSTS)}. For a public site use `manage.py createsuperuser`."
            )
        password = secrets.token_urlsafe(12)
        users = get_user_model().objects
        user = users.filter(username=NAME).first() or users.create_superuser(NAME)
        user.is_active = user.is_staff = user.is_superuser = True
        user.set_password(password)
        user.save()
        self.stdout.write(f"Sign in at /admin/ as {NAME} with the password {password}")
