"""Django's middleware for sessions, forms and accounts, acting under /admin/ alone.

A public page therefore has no `request.user` and no `request.session`: code that reaches for one fails in the first
test instead of setting a cookie for a reader or adding `Vary: Cookie` to an answer that caches should share.
Each class is still a subclass of Django's, which the admin's system checks look for.
"""

from collections.abc import Callable

from allauth.account.middleware import AccountMiddleware as account
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, QueryDict
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


def TextMiddleware(get_response: Callable) -> Callable:
    """Refuses NUL in an address or a form: PostgreSQL neither keeps nor seeks it, and no keyboard types it.

    Forms of Django say so of their own fields; filters, choices and what the desk's scripts ask are held here.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_view(request: HttpRequest, *view) -> None:
        # By now the form was read for its token; a large upload is not read twice.
        if is_admin(request) and (_holds_nul(request.GET) or _holds_nul(request.POST)):
            raise BadRequest("NUL in an address or a form")

    middleware.process_view = process_view
    return middleware


def _holds_nul(said: QueryDict) -> bool:
    return any("\0" in text for name, values in said.lists() for text in (name, *values))


class AuthenticationMiddleware(AdminOnly, auth.AuthenticationMiddleware):
    """`request.user` for staff."""


class MessageMiddleware(AdminOnly, messages.MessageMiddleware):
    """ "Saved" and other messages to staff."""


def HistoryRequestMiddleware(get_response: Callable) -> Callable:
    """Tells the history of a record which member of staff changed it."""
    with_history = history(get_response)
    return lambda request: (with_history if is_admin(request) else get_response)(request)


def AccountMiddleware(get_response: Callable) -> Callable:
    """allauth's: what its forms know of the request, and the way to "confirm that it is you"."""
    with_account = account(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return (with_account if is_admin(request) else get_response)(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return with_account.process_exception(request, exception) if is_admin(request) else None

    middleware.process_exception = process_exception
    return middleware
