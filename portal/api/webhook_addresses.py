"""Which addresses of partners are called: https, a public name, port 443; and which machines never are.

Pure: no name is looked up here, and nothing is called.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

LONGEST = 500
PORT = 443
PRINTABLE = re.compile(r"[!-~]+")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last part begins with a letter: 127.1, 2130706433 and 0x7f.0x1 are ways to write an address of a machine.
NAME = re.compile(rf"(?=.{{4,253}}$)(?:{LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")

NO_PUBLIC_IPV4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # between a provider and its customers
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # the same cable; also where clouds tell a machine its secrets
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # for protocols
        "192.0.2.0/24",  # for documents
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # for measurements
        "198.51.100.0/24",  # for documents
        "203.0.113.0/24",  # for documents
        "224.0.0.0/4",  # to many at once
        "240.0.0.0/4",  # reserved, and to all at once
    )
]
"""Of IANA's registry of special addresses, as read in November 2026, those that are no machine of the public net."""

PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out. Outside lie loopback, link-local, private and multicast addresses, IPv4 in any dress
(::ffff:0:0/96, ::/96) and the common prefixes of NAT64 (64:ff9b::/96, 64:ff9b:1::/48)."""
NO_PUBLIC_IPV6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # for protocols, Teredo among them, which holds an IPv4 address
        "2001:db8::/32",  # for documents
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",  # for documents
    )
]


def is_public(address: str) -> bool:
    """Whether an address of a machine, as numbers, is one of the public net. What is no such address is not."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 4:
        return not any(ip in network for network in NO_PUBLIC_IPV4)
    return ip in PUBLIC_IPV6 and not any(ip in network for network in NO_PUBLIC_IPV6)


def parts_of(url: str) -> tuple[str, str]:
    """The host of an address and what to ask it for. Raises ValidationError, a sentence, of one that is not called."""
    if len(url) > LONGEST:
        raise ValidationError(f"Write an address of at most {LONGEST} characters.")
    if not PRINTABLE.fullmatch(url) or any(letter in url for letter in '\\"<>^`{|}'):
        raise ValidationError(
            "Write the address in plain ASCII, without spaces: a name in other letters in its form with xn--."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValidationError("This is no web address.") from None
    if parts.scheme != "https":
        raise ValidationError("Write an address that begins with https://.")
    if "@" in parts.netloc:
        raise ValidationError("Leave user name and password out: each call is signed instead.")
    if port not in (None, PORT) or parts.netloc.endswith(":"):
        raise ValidationError(f"Only port {PORT} is called, the one of https.")
    if "#" in url:
        raise ValidationError("Leave out the part after #: it is never sent.")
    host = parts.hostname or ""
    if not NAME.fullmatch(host):
        raise ValidationError(
            "Write the name of a host on the public net, such as hooks.example.org: no number, no name without a dot,"
            " and no dot at its end."
        )
    return host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def check_address(url: str) -> None:
    """For a field of a model: raises ValidationError of an address that is not called."""
    parts_of(url)
