"""Turnstile as the sandbox plays it."""

from datetime import UTC, datetime

import pytest

from tests.integrations.sandbox.conftest import Client

VERIFY = "/turnstile/v0/siteverify"


def test_a_token_is_good_once(sandbox: Client) -> None:
    first = sandbox.verify(secret="s", response="token", remoteip="192.0.2.1")
    assert datetime.fromisoformat(first.pop("challenge_ts")).tzinfo == UTC
    assert first == {"success": True, "hostname": "127.0.0.1", "action": "waitlist", "error-codes": []}
    second = sandbox.verify(secret="s", response="token")
    assert (second["success"], second["error-codes"]) == (False, ["timeout-or-duplicate"])
    assert sandbox.verify(secret="s", response="another")["success"] is True


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"response": "token"}, "missing-input-secret"),
        ({"secret": "s"}, "missing-input-response"),
        ({"secret": "s", "response": ""}, "missing-input-response"),
        ({"secret": "s", "response": "fail-please"}, "invalid-input-response"),
        ({"secret": "s", "response": "x" * 2049}, "invalid-input-response"),
        ({"secret": "s", "response": ["token"]}, "invalid-input-response"),
    ],
)
def test_a_refusal_says_why_as_cloudflare_does(sandbox: Client, fields: dict[str, object], code: str) -> None:
    answer = sandbox.verify(**fields)
    assert (answer["success"], answer["error-codes"]) == (False, [code])


def test_a_refused_request_does_not_spend_the_token(sandbox: Client) -> None:
    sandbox.verify(response="token")
    assert sandbox.verify(secret="s", response="token")["success"] is True


def test_form_encoded_requests_are_understood(sandbox: Client) -> None:
    assert sandbox.call("POST", VERIFY, data={"secret": "s", "response": "token"}).json()["success"] is True


def test_broken_json_is_a_bad_request(sandbox: Client) -> None:
    answer = sandbox.call("POST", VERIFY, data=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json() == {"success": False, "error-codes": ["bad-request"]}


def test_the_script_is_served_as_javascript_whatever_its_parameters(sandbox: Client) -> None:
    answer = sandbox.call("GET", "/turnstile/v0/api.js?render=explicit&onload=start")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "window.turnstile =" in answer.text
    assert "Sandbox-Prüfung bestanden" in answer.text
