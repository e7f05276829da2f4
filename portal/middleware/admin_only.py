"""Django's middleware for sessions, forms and accounts, acting under /admin/ alone.

A public page therefore has no `request.user` and no `request.session`: code that reaches for one fails in the first
test instead of setting a cookie for a reader or adding `Vary: Cookie` to an answer that caches should share.
Each class is still a subclass of Django's, which the admin's system checks look for.
"""

from collections.abc import Callable

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponseBase
from django.middleware import csrf
from simple_history.middleware import HistoryRequestMiddleware as history

from . import is_admin


class AdminOnly:
    """Mixed into a middleware class: a request for another part of the site passes it untouched."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return super().__call__(request) if is_admin(request) else self.get_response(request)


class SessionMiddleware(AdminOnly, sessions.SessionMiddleware):
    """Staff sessions."""


class CsrfViewMiddleware(AdminOnly, csrf.CsrfViewMiddleware):
    """The token in staff forms. Public forms change nothing and carry none."""

    def process_view(self, request, *view):
        return super().process_view(request, *view) if is_admin(request) else None


class AuthenticationMiddleware(AdminOnly, auth.AuthenticationMiddleware):
    """`request.user` for staff."""


class MessageMiddleware(AdminOnly, messages.MessageMiddleware):
    """ "Saved" and other messages to staff."""


def HistoryRequestMiddleware(get_response: Callable) -> Callable:
    """Tells the history of a record which member of staff changed it."""
    with_history = history(get_response)
    return lambda request: (with_history if is_admin(request) else get_response)(request)
