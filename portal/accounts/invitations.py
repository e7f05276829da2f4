"""One-time links by which an invited person chooses a password."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

VALID_DAYS = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)


class _Keys(PasswordResetTokenGenerator):
    """Keys signed over the password, the e-mail and the last sign-in: each of them ends with its first use."""

    key_salt = "portal.accounts.invitations"


keys = _Keys()


def invite(user: AbstractBaseUser) -> str:
    """Take the password of `user` away and return the path of a new link. Earlier links and sessions end."""
    user.set_unusable_password()  # a new random mark each time, over which the key is signed
    user.save(update_fields=["password"])
    # In the query: that is the part of an address which no log holds.
    query = urlencode({"for": urlsafe_base64_encode(force_bytes(user.pk)), "key": keys.make_token(user)})
    return f"{reverse('account_invitation')}?{query}"


def invited(for_whom: str, key: str) -> AbstractBaseUser | None:
    """Whom a link invites; None for a link that was used, is too old, or was never given out."""
    try:
        pk = force_str(urlsafe_base64_decode(for_whom))
        user = get_user_model().objects.filter(pk=pk, is_active=True, is_staff=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user and keys.check_token(user, key) else None


def send(user: AbstractBaseUser, link: str) -> bool:
    """E-mail the link; False where the portal sends no e-mail or the account has no address."""
    if not (settings.SENDS_EMAIL and user.email):
        return False
    send_mail(
        "Your account for Local police and ICE",
        f"Hello {user.get_short_name() or user.get_username()},\n\n"
        f"an account was made for you. Your name there is {user.get_username()}. Choose a password here:\n\n{link}\n\n"
        f"The link works once, for {VALID_DAYS} days. Then you set up a second factor: an app on your phone or a "
        "passkey.\n",
        None,
        [user.email],
    )
    return True
