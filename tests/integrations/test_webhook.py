"""Messages to the founder's chat: to public addresses only, and without anything that Slack would interpret."""

import json
import socket
from unittest.mock import Mock

import pytest
import responses
from pytest_django import Settings

from integrations.errors import PermanentError, Reason, TransientError
from integrations.webhook import escape, post_message

URL = "https://hooks.slack.test/services/T0/B0/x"


def resolve_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Every name is ``address``'s."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", Mock(return_value=found))


@pytest.fixture(autouse=True)
def public(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Production, and a public address."""
    settings.DEBUG = False
    resolve_to(monkeypatch, "93.184.216.34")


def test_the_text_arrives_and_slacks_plain_answer_is_fine(network: responses.RequestsMock) -> None:
    network.post(URL, body="ok")
    post_message(URL, "Neuer Lead: *Maier*")
    assert json.loads(network.calls[0].request.body or "") == {"text": "Neuer Lead: *Maier*"}


def test_nothing_in_a_name_becomes_a_mention_or_a_link() -> None:
    assert escape("<!channel> & <https://evil.test|Maier>") == "&lt;!channel&gt; &amp; &lt;https://evil.test|Maier&gt;"


@pytest.mark.parametrize(("status", "error"), [(500, TransientError), (429, TransientError), (404, PermanentError)])
def test_failures_say_whether_trying_again_helps(
    network: responses.RequestsMock, status: int, error: type[Exception]
) -> None:
    network.post(URL, status=status, body="no_service")
    with pytest.raises(error):
        post_message(URL, "text")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])
def test_in_production_private_addresses_are_refused(
    monkeypatch: pytest.MonkeyPatch, network: responses.RequestsMock, address: str
) -> None:
    resolve_to(monkeypatch, address)
    with pytest.raises(PermanentError) as refusal:
        post_message(URL, "text")
    assert refusal.value.reason == Reason.REJECTED
    assert not network.calls


def test_in_production_plain_http_is_refused(network: responses.RequestsMock) -> None:
    with pytest.raises(PermanentError):
        post_message("http://hooks.slack.test/x", "text")
    assert not network.calls
