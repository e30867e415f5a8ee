"""Siteverify: only a clear yes is a yes."""

import json
from typing import Any

import pytest
import requests
import responses
from pytest_django import Settings

from integrations.turnstile import verify_turnstile_token

URL = "https://turnstile.test/siteverify"
YES: dict[str, Any] = {"success": True, "hostname": "kurzum.example", "action": "waitlist", "error-codes": []}


@pytest.mark.parametrize(("ip", "sent"), [("203.0.113.7", {"remoteip": "203.0.113.7"}), (None, {})])
def test_a_yes_is_a_yes(network: responses.RequestsMock, ip: str | None, sent: dict[str, str]) -> None:
    network.post(URL, json=YES)

    assert verify_turnstile_token("token", ip) is True

    request = network.calls[0].request
    assert json.loads(request.body or "") == {"secret": "secret-key", "response": "token", **sent}
    assert request.headers["Content-Type"] == "application/json"


NO: dict[str, Any] = {
    "rejected": {"success": False, "error-codes": ["invalid-input-response"]},
    "used": {"success": False, "error-codes": ["timeout-or-duplicate"]},
    "unknown code": {"success": False, "error-codes": ["martin@maier.at"]},
    "codes of another shape": {"success": False, "error-codes": "bad"},
    "no codes": {"success": False},
    "success as text": {"success": "true"},
    "success as a number": {"success": 1},
    "no success": {"hostname": "kurzum.example"},
    "a list": [True],
    "a boolean": True,
    "null": None,
}


@pytest.mark.parametrize("answer", NO.values(), ids=NO.keys())
def test_everything_else_is_a_no(
    network: responses.RequestsMock, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    caplog.set_level("INFO")
    network.post(URL, json=answer)

    assert verify_turnstile_token("token", None) is False

    assert "Turnstile" in caplog.text
    assert "martin" not in caplog.text


OUTAGES: dict[str, dict[str, Any]] = {
    "timeout": {"body": requests.ReadTimeout()},
    "refused": {"body": requests.ConnectionError()},
    "500": {"status": 500, "json": YES},
    "403": {"status": 403, "json": YES},
    "HTML": {"body": "<html>"},
    "half a body": {"body": '{"success": tr'},
    "empty": {"body": ""},
}


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES.keys())
def test_an_outage_fails_closed_and_is_logged(
    network: responses.RequestsMock, caplog: pytest.LogCaptureFixture, outage: dict[str, Any]
) -> None:
    network.post(URL, **outage)

    assert verify_turnstile_token("token", "203.0.113.7") is False

    assert "counts as a no" in caplog.text
    assert "secret-key" not in caplog.text


@pytest.mark.parametrize(
    ("hostname", "action", "expected"),
    [
        ("kurzum.example", "waitlist", True),
        ("kurzum.example", "", True),
        ("", "waitlist", True),
        ("other.example", "", False),
        ("", "login", False),
    ],
)
def test_hostname_and_action_must_match_where_configured(
    network: responses.RequestsMock, settings: Settings, hostname: str, action: str, expected: bool
) -> None:
    settings.TURNSTILE_HOSTNAME, settings.TURNSTILE_ACTION = hostname, action
    network.post(URL, json=YES)

    assert verify_turnstile_token("token", None) is expected
