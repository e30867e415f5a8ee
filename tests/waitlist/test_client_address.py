"""Whose request it is: no invented X-Forwarded-For entry changes it."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from waitlist.client_address import client_address, network_of

PROXY, VISITOR, INVENTED = "10.0.0.1", "203.0.113.7", "198.51.100.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, PROXY),
        (0, INVENTED, PROXY),
        (1, VISITOR, VISITOR),
        (1, f"{INVENTED}, {VISITOR}", VISITOR),
        (1, f"{INVENTED},{INVENTED} ,{VISITOR}", VISITOR),
        (2, f"{VISITOR}, 10.0.0.2", VISITOR),
        (2, f"{INVENTED}, {VISITOR}, 10.0.0.2", VISITOR),
        (1, f"{VISITOR}:51234", VISITOR),
        (1, "[2001:db8::7]:51234", "2001:db8::7"),
        (1, "2001:DB8::7", "2001:db8::7"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, f"::ffff:{VISITOR}", VISITOR),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "unknown", PROXY),
        (2, VISITOR, PROXY),
        (2, f"unknown, {VISITOR}", PROXY),
    ],
)
def test_hops_are_counted_from_the_right(
    settings: Settings, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=PROXY, headers=headers)) == expected


def test_a_unix_socket_without_proxies_has_no_address() -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None
    assert network_of(None) == "unknown"
