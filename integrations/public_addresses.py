"""HTTPS to public addresses only, for URLs that somebody has typed: this machine reaches more than he does."""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

HTTPS_PORT = 443
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class NotPublic(requests.RequestException):
    """The URL is not HTTPS, or its host has an address that is not public."""


class PublicAddressAdapter(HTTPAdapter):
    """Connects to the very address that was checked, for a name may resolve to another one a moment later.

    The certificate is still checked against the name. Raises NotPublic.
    """

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """The pool of the checked address instead of the name's."""
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(request, verify, cert)
        name = host_params["host"]
        if host_params["scheme"] != "https" or not name:
            raise NotPublic
        address = _public_address(name, host_params["port"] or HTTPS_PORT)
        return {**host_params, "host": address}, {**pool_kwargs, "server_hostname": name, "assert_hostname": name}

    def add_headers(self, request: requests.PreparedRequest, **kwargs: Any) -> None:
        """The name, which the connection no longer knows."""
        request.headers["Host"] = urlsplit(str(request.url)).netloc.rpartition("@")[2]


def _public_address(name: str, port: int) -> str:
    """The preferred address of ``name``. Raises NotPublic where any is not public, ConnectionError without one."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise requests.ConnectionError from error
    addresses = [str(address[0]) for *_, address in found]
    if not all(map(_is_public, addresses)):
        raise NotPublic
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    # The others, 6to4 and Teredo may each carry an IPv4 address that is not public.
    return ip.is_global and ip in _GLOBAL_UNICAST and ip.sixtofour is None and ip.teredo is None
