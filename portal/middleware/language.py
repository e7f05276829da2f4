"""The language of an answer is part of its address: English at the root, Spanish under /es/."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

SPANISH = "es"


class LanguageFromPathMiddleware:
    """Activates the language that the path names, whatever the browser prefers.

    Django's LocaleMiddleware would add `Vary: Accept-Language` and look for a cookie. Here the same address is the
    same page for everybody, which caches and links rely on.
    """

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        first = request.path_info.removeprefix("/").partition("/")[0]  # `OPTIONS *` names no path at all
        request.LANGUAGE_CODE = SPANISH if first == SPANISH else "en"
        translation.activate(request.LANGUAGE_CODE)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response
