"""Nobody works under /admin/ with a password alone.

This stands before every view, so that no address, no form and no lookup while typing can go around it.
"""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from portal.accounts.second_factor import Standing, standing

from . import is_admin

WITHOUT = ("account_login", "account_logout", "account_invitation", "admin:jsi18n")
"""Names of addresses that a session may ask whatever its standing."""
TO_SET_ONE_UP = ("account_set_up", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate")
"""Names of the only other addresses that an account without a second factor may ask."""


class SecondFactorMiddleware:
    """Leads a session without a second factor to set one up, or to sign in again; everything else waits."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_admin(request) and request.user.is_authenticated and not _is_one_of(request, WITHOUT):
            match standing(request):
                case Standing.NOT_GIVEN:
                    logout(request)
                    messages.info(request, "Sign in again: your account's second factor has changed.")
                    return redirect_to_login(_page(request), reverse("account_login"))
                case Standing.NONE_YET if not _is_one_of(request, TO_SET_ONE_UP):
                    return HttpResponseRedirect(f"{reverse('account_set_up')}?{urlencode({'next': _page(request)})}")
        return self.get_response(request)


def _is_one_of(request: HttpRequest, names: tuple[str, ...]) -> bool:
    return request.path_info in {reverse(name) for name in names}


def _page(request: HttpRequest) -> str:
    """Where to go on afterwards: the page asked for; after a form or a script's question, the first page."""
    return request.get_full_path() if request.method == "GET" else reverse("admin:index")
