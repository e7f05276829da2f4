"""One call of a partner's address, within bounds: which machine it reaches, how long it lasts, how much is read.

The name is looked up once and every machine that it leads to is looked at; the call goes to one of these addresses and
nowhere else, so a name that leads elsewhere a moment later changes nothing. No redirect is followed and no proxy asked.
Knows neither the database nor settings.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.core.exceptions import ValidationError

from .webhook_addresses import PORT, is_public, parts_of

SECONDS = 10
"""For all of it: looking up the name, calling, sending, and the answer to its last byte that is read."""
TO_CONNECT = 4
"""Seconds for one machine to take the call, where others are left."""
MACHINES = 4
"""How many of those that a name leads to are called, one after the other, until one takes it."""
LONGEST_ANSWER = 1000
"""Bytes of an answer that are read."""
LONGEST_PROBLEM = 300
"""Characters: the longest names there are, of a host and of the machine it leads to, are cut."""

Machine = tuple[socket.AddressFamily, tuple]
"""A family of addresses and an address in it with its port, as sockets take them."""


class NotCalled(Exception):
    """Nothing was sent; `str()` is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call. `status` is None where there was no answer; then `problem` says why, in a sentence."""

    status: int | None
    milliseconds: int
    problem: str = ""
    answer: str = ""
    retry_after: float = 0
    """Seconds that the receiver asks to be left alone."""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more of them."""
        return self.status == 410


# -- Which machines ---------------------------------------------------------------------------------------------------


def machines_of(host: str, seconds: float) -> list[Machine]:
    """All that the name leads to. Raises NotCalled where it leads nowhere, TimeoutError where nobody knows in time."""
    found: list[list | Exception] = []

    def ask() -> None:
        try:
            found.append(socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    # The system may wait half a minute for its name servers and cannot be asked to hurry.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if not found:
        raise TimeoutError
    if isinstance(found[0], Exception):
        raise NotCalled(f"The name {host} leads to no machine.")
    return list(dict.fromkeys((family, address) for family, _type, _protocol, _name, address in found[0]))


def is_elsewhere(machine: Machine) -> bool:
    """Whether it is one of the public net and not this one."""
    family, address = machine
    return is_public(address[0]) and not _is_this_one(family, address)


def _is_this_one(family: socket.AddressFamily, address: tuple) -> bool:
    """A machine speaks to itself from the address it speaks to. Nothing is sent: a datagram's line only has a route."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
            return probe.getsockname()[0] == address[0]
    except OSError:
        return False  # there is no way to it, which the call itself will find


# -- The call ---------------------------------------------------------------------------------------------------------


class Line:
    """Calls addresses of partners. May be used by several threads at once."""

    def __init__(
        self,
        *,
        machines_of: Callable[[str, float], list[Machine]] = machines_of,
        may_call: Callable[[Machine], bool] = is_elsewhere,
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.machines_of = machines_of
        self.may_call = may_call
        self.context = context or ssl.create_default_context()
        self.seconds = seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send it; never raises because of what is at the other end."""
        began = time.monotonic()
        until = began + self.seconds

        def outcome(status: int | None = None, *, problem: str = "", **said) -> Outcome:
            return Outcome(status, round((time.monotonic() - began) * 1000), problem[:LONGEST_PROBLEM], **said)

        try:
            status, answer, retry_after = self._posted(url, headers, body, until)
        except NotCalled as refusal:
            return outcome(problem=str(refusal))
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= until or isinstance(error, TimeoutError):
                return outcome(problem=f"No answer within {self.seconds:g} seconds.")
            if isinstance(error, ssl.SSLCertVerificationError):
                return outcome(problem=f"Its certificate is not good: {error.verify_message.rstrip('.')}.")
            if isinstance(error, http.client.BadStatusLine | http.client.LineTooLong | ValueError):
                return outcome(problem="What came back is no HTTP, or broke off.")
            return outcome(problem="It cannot be reached, or the line broke before an answer.")
        return outcome(status, answer=answer, retry_after=retry_after)

    def _posted(self, url: str, headers: Mapping[str, str], body: bytes, until: float) -> tuple[int, str, float]:
        try:
            host, target = parts_of(url)
        except ValidationError as refusal:
            raise NotCalled(refusal.messages[0]) from None
        reached = self._reached(host, until)
        try:
            line = self.context.wrap_socket(reached, server_hostname=host, do_handshake_on_connect=False)
        except OSError:
            reached.close()
            raise
        # A receiver that gives a byte now and then never falls silent: at the end of the time the line is cut.
        watch = threading.Timer(max(0.0, until - time.monotonic()), _cut, [line])
        watch.daemon = True
        watch.start()
        try:
            line.settimeout(max(0.1, until - time.monotonic()))
            line.do_handshake()
            connection = http.client.HTTPSConnection(host, context=self.context)
            connection.sock = line
            connection.auto_open = 0  # it would look the name up again
            connection.request("POST", target, body, dict(headers))
            with contextlib.closing(connection.getresponse()) as response:
                return response.status, _beginning(response), _seconds(response.getheader("Retry-After", ""))
        finally:
            watch.cancel()
            line.close()

    def _reached(self, host: str, until: float) -> socket.socket:
        """A line to one of the machines that the name leads to, after all of them have been looked at."""
        machines = self.machines_of(host, max(0.1, until - time.monotonic()))
        for machine in machines:
            if not self.may_call(machine):
                raise NotCalled(f"The name {host} leads to {machine[1][0]}, which is not on the public net.")
        failed: OSError = OSError("It leads to no machine.")
        *_others, last = called = machines[:MACHINES]
        for family, address in called:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                line = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:  # such as IPv6 where the system has none
                failed = error
                continue
            line.settimeout(left if (family, address) == last else min(left, TO_CONNECT))
            try:
                line.connect(address)
                return line
            except OSError as error:
                line.close()
                failed = error
        raise failed


def _cut(line: ssl.SSLSocket) -> None:
    with contextlib.suppress(OSError):
        # Not the method of SSLSocket, which takes the encryption away from under whoever is reading.
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _beginning(response: http.client.HTTPResponse) -> str:
    """How the answer begins, as text without control characters. What breaks off takes nothing from its status."""
    read = bytearray()
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        while piece := response.read1(LONGEST_ANSWER - len(read)):
            read += piece
    text = bytes(read).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text).strip()


def _seconds(retry_after: str) -> float:
    """What the header asks for: seconds or a moment. 0 for none, or for what is neither."""
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10:
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
