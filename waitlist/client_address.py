"""Whose request it is, behind any number of proxies."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The visitor's IP address; None where the server was given none (a Unix socket without proxies).

    Every trusted proxy appends the address it was called from to X-Forwarded-For, so behind N of them the
    Nth entry from the right is the visitor's. What stands left of it is the visitor's own invention.
    """
    hops = settings.TRUSTED_PROXY_COUNT
    if hops:
        entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(entries) >= hops and (address := _parsed(entries[-hops])):
            return address
    return _parsed(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str | None) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one IPv6 connection is given."""
    if address is None:
        return "unknown"
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((ip, 64), strict=False)) if isinstance(ip, ipaddress.IPv6Address) else address


def _parsed(entry: str) -> str | None:
    """The address in ``entry``, which some proxies write with a port or in brackets."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return str(mapped or ip)
