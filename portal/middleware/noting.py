"""After a change of the facts the ledger of what the API shows is brought up to date: who made it does not wait.

All records are looked through for that, half a second of one processor. Where a page or a form made the change, that is
done once its answer has been sent; where a command did, at once. If it cannot be done then, because somebody else is
writing facts just now, whoever that is will do it, and until then readers of `changes/` are told all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

logger = logging.getLogger(__name__)

PATIENCE = 0.2
"""Seconds to wait for others in a thread that serves readers."""

_put_off: ContextVar[list[bool] | None] = ContextVar("put_off", default=None)
"""Within a call of the site: where to leave word that facts changed."""


def note_what_changed(**_kwargs) -> None:
    """Receives `facts_changed`, after the commit."""
    word = _put_off.get()
    if word is not None:
        word.append(True)
        return
    from portal.api import ledger

    ledger.catch_up()


class NotedAfterTheAnswer:
    """Notes what a call changed when its answer has been sent."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        word: list[bool] = []
        token = _put_off.set(word)
        try:
            response = self.get_response(request)
        finally:
            _put_off.reset(token)
        if word:
            close = response.close

            def close_and_note() -> None:
                close()
                note_now()

            response.close = close_and_note
        return response


def note_now() -> None:
    """Whatever goes wrong here, the change is made and its answer is sent."""
    from portal.api import ledger

    try:
        ledger.catch_up(PATIENCE)
    except ledger.Busy:
        logger.info("What changed will be noted by who is writing facts just now.")
    except Exception:
        logger.exception("What changed could not be noted; it will be with the next change.")
