"""URLs that somebody has typed lead to public addresses only, and to the very ones that were checked."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from unittest.mock import Mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations import public_addresses
from integrations.errors import PermanentError, Reason, TransientError
from integrations.http import call, session

NAME = "hooks.slack.test"


class Https(NamedTuple):
    """A server on loopback that has a certificate for ``NAME``, and the Host headers that it was sent."""

    port: int
    hosts: list[str]


def make_certificate(folder: Path) -> Path:
    """A file with a key and its certificate for ``NAME``, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "certificate.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, *plain)
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Https]:
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hosts.append(self.headers["Host"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Thread(target=server.serve_forever, daemon=True).start()
    session.cache_clear()
    monkeypatch.setattr(session(public_only=True), "verify", str(certificate))
    yield Https(server.server_address[1], hosts)
    session.cache_clear()
    server.shutdown()
    server.server_close()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str, port: int = 443) -> None:
    """Every name has these ``addresses``."""
    families = {4: socket.AF_INET, 6: socket.AF_INET6}
    found = [
        (families[ipaddress.ip_address(address).version], socket.SOCK_STREAM, 6, "", (address, port))
        for address in addresses
    ]
    monkeypatch.setattr(socket, "getaddrinfo", Mock(return_value=found))


def visit(url: str) -> None:
    call("webhook", "GET", url, timeout=2, is_json=False, public_only=True)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.8"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["fd00::1"],
        ["fe80::1"],
        ["::ffff:10.0.0.8"],
        ["64:ff9b::a00:8"],
        ["2002:a00:8::1"],
        ["2001:0:a00:8::1"],
        ["93.184.216.34", "10.0.0.8"],
    ],
    ids=" ".join,
)
def test_nothing_is_sent_to_an_address_that_is_not_public(
    https: Https, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    resolve_to(monkeypatch, *addresses, port=https.port)
    with pytest.raises(PermanentError) as refusal:
        visit(f"https://{NAME}:{https.port}/")
    assert refusal.value.reason == Reason.REJECTED
    assert https.hosts == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
def test_however_loopback_is_written_nothing_is_sent_there(https: Https, host: str) -> None:
    with pytest.raises(PermanentError):
        visit(f"https://{host}:{https.port}/")
    assert https.hosts == []


def test_plain_http_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "93.184.216.34")
    with pytest.raises(PermanentError):
        visit(f"http://{NAME}/")


def test_a_name_without_an_address_is_tried_again_later() -> None:
    with pytest.raises(TransientError):
        visit("https://nowhere.invalid/")


def test_the_address_that_was_checked_is_the_one_that_is_asked(https: Https, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once: a second answer, to another address, would come too late."""
    monkeypatch.setattr(public_addresses, "_is_public", lambda address: address == "127.0.0.1")
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def loopback_at_first(host: str, port: int, *args: object, **kwargs: object) -> object:
        asked.append(host)
        return look_up("127.0.0.1" if host == NAME else host, port, type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", loopback_at_first)
    visit(f"https://{NAME}:{https.port}/")
    assert https.hosts == [f"{NAME}:{https.port}"]
    assert asked.count(NAME) == 1


def test_the_certificate_must_be_the_names(https: Https, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_addresses, "_is_public", lambda _address: True)
    resolve_to(monkeypatch, "127.0.0.1", port=https.port)
    with pytest.raises(TransientError):
        visit(f"https://other.test:{https.port}/")
    assert https.hosts == []
