"""A request as Django gets it from the server's interface."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from config.whole_requests import environ_of


class Headers(dict[str, list[str]]):
    """Like granian's: names in lower case, every name once."""

    def get_all(self, name: str) -> list[str]:
        return self[name]


def request_of(*, body: bytes = b"", path: str = "/", **headers: list[str]) -> WSGIRequest:
    scope: Any = SimpleNamespace(
        method="POST",
        path=path,
        query_string="utm_source=a%20b",
        http_version="1.1",
        scheme="http",
        server="127.0.0.1:8000",
        client="203.0.113.7:50000",
        authority=None,
        headers=Headers({name.replace("__", "-"): values for name, values in headers.items()}),
    )
    return WSGIRequest(environ_of(scope, body))


def test_address_query_path_and_body_are_the_requests() -> None:
    request = request_of(body=b'{"a": 1}', path="/w/ümlaut", content__type=["application/json"])

    assert (request.path, request.GET["utm_source"]) == ("/w/ümlaut", "a b")
    assert request.META["REMOTE_ADDR"] == "203.0.113.7"
    assert (request.content_type, request.read()) == ("application/json", b'{"a": 1}')


def test_a_header_sent_twice_is_one_list() -> None:
    request = request_of(x__forwarded__for=["1.2.3.4", "5.6.7.8"], cookie=["a=1", "b=2"])

    assert request.headers["X-Forwarded-For"] == "1.2.3.4, 5.6.7.8"
    assert request.COOKIES == {"a": "1", "b": "2"}


def test_an_underscore_does_not_pass_for_a_hyphen() -> None:
    request = request_of(x_forwarded_for=["6.6.6.6"], x__forwarded__for=["1.2.3.4"])

    assert request.META["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"


@pytest.mark.parametrize("announced", ["0", "1", "9999", "-1", "x"])
def test_what_has_arrived_counts_whatever_was_announced(announced: str) -> None:
    assert request_of(body=b"abc", content__length=[announced]).read() == b"abc"
