"""Bodies that do not come, come slowly, are too large or lie about themselves, over real sockets."""

import json
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from config.whole_requests import BODY_SECONDS, THREADS
from dev.addresses import Addresses
from tests.api import form

pytestmark = [pytest.mark.slow, pytest.mark.alone]

STATIC = Path(__file__).resolve().parents[2] / "static" / "waitlist"
VALID = json.dumps(form(turnstileToken="over-a-socket")).encode()


def opened(site: Addresses, *headers: str, body: bytes = b"") -> socket.socket:
    """A connection over which a sign-up has begun."""
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=BODY_SECONDS + 5)
    head = ("POST /api/waitlist HTTP/1.1", f"Host: 127.0.0.1:{site.port}", "Content-Type: application/json", *headers)
    connection.sendall("\r\n".join((*head, "", "")).encode() + body)
    return connection


def answer(connection: socket.socket) -> tuple[int, dict[str, object] | None]:
    """Status and body of the answer, once the server has closed the connection; (0, None) where it only did that."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    if not received:
        return 0, None
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body) if body else None


def error_code(body: dict[str, object] | None) -> object:
    error = (body or {}).get("error")
    return error.get("code") if isinstance(error, dict) else None


def test_silent_connections_hold_nobody_up_and_are_closed(site: Addresses) -> None:
    with ExitStack() as stack:
        started = time.monotonic()
        silent = [stack.enter_context(opened(site, "Content-Length: 500", body=b'{"name"')) for _ in range(5 * THREADS)]

        sent = requests.post(f"{site.web}/api/waitlist", json=form(), timeout=5)
        assert sent.status_code == 200
        assert time.monotonic() - started < BODY_SECONDS / 2, "others had to wait"

        for connection in silent:
            status, body = answer(connection)
            assert (status, error_code(body)) == (400, "VALIDATION_ERROR")
        assert time.monotonic() - started < BODY_SECONDS + 2


def test_a_trickle_does_not_buy_time(site: Addresses) -> None:
    with opened(site, "Content-Length: 500") as connection:
        started = time.monotonic()
        try:
            while time.monotonic() - started < BODY_SECONDS + 2:
                connection.sendall(b" ")
                time.sleep(0.25)
        except OSError:
            pass

        assert time.monotonic() - started < BODY_SECONDS + 2, "the connection is still open"


def test_a_slow_connection_that_makes_it_is_served(site: Addresses) -> None:
    with opened(site, f"Content-Length: {len(VALID)}", "Connection: close") as connection:
        for start in range(0, len(VALID), 100):
            time.sleep(0.2)
            connection.sendall(VALID[start : start + 100])

        assert answer(connection)[0] == 200


@pytest.mark.parametrize("size", [17_000, 1_000_000, 3_000_000])
def test_a_large_body_is_refused_at_once(site: Addresses, size: int) -> None:
    with opened(site, f"Content-Length: {size}", "Connection: close") as connection:
        started = time.monotonic()
        with suppress(OSError):  # refused before its end
            connection.sendall(b" " * size)
        status, body = answer(connection)

    assert status == 0 or (status, error_code(body)) == (400, "VALIDATION_ERROR")
    assert status or size > 1_000_000, "no answer to a body that was read"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Length: 5"], VALID),
        (["Content-Length: 0"], VALID),
        (["Content-Length: -1"], VALID),
        (["Content-Length: many"], VALID),
        (["Content-Length: 3", "Content-Length: 4"], VALID),
        (["Content-Length: 99999999999999999999"], VALID),
        (["Transfer-Encoding: chunked", "Content-Length: 3"], b"2\r\n{}\r\n0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], b"zz\r\n{}\r\n0\r\n\r\n"),
        (["Transfer-Encoding: gzip, chunked"], b"2\r\n{}\r\n0\r\n\r\n"),
        (["Transfer-Encoding: gzip"], VALID),
        (["Transfer-Encoding: surprise"], VALID),
        (["Content-Encoding: gzip", f"Content-Length: {len(VALID)}"], VALID),
    ],
)
def test_a_body_that_lies_about_itself_is_refused(site: Addresses, headers: list[str], body: bytes) -> None:
    with opened(site, *headers, "Connection: close", body=body) as connection:
        status, _ = answer(connection)

    assert status in {0, 400}


def test_a_chunked_form_is_as_good_as_any(site: Addresses) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (VALID[:50], VALID[50:], b""))
    with opened(site, "Transfer-Encoding: chunked", "Connection: close", body=chunks) as connection:
        assert answer(connection)[0] == 200


def test_a_streamed_answer_arrives_whole(site: Addresses) -> None:
    response = requests.get(f"{site.web}/static/waitlist/form.js", timeout=5)

    assert response.content == (STATIC / "form.js").read_bytes()
    assert requests.head(response.url, timeout=5).content == b""
