"""Faults on demand."""

import smtplib
import time

import pytest
import requests

from tests.integrations.sandbox.conftest import Client

VERIFY = "/turnstile/v0/siteverify"


def test_a_fault_answers_in_place_of_the_service_as_often_as_ordered(sandbox: Client) -> None:
    sandbox.order(
        "mms", status=503, body="<h1>away</h1>", headers={"Retry-After": "7", "content-type": "text/html"}, times=2
    )
    for _ in range(2):
        answer = sandbox.mms("POST", "/parties", {"email": "anna@example.com"})
        assert (answer.status_code, answer.text) == (503, "<h1>away</h1>")
        assert (answer.headers["Retry-After"], answer.headers["Content-Type"]) == ("7", "text/html")
    assert sandbox.parties() == []
    assert sandbox.create()["created"] is True


def test_a_fault_without_times_holds_until_it_is_deleted(sandbox: Client) -> None:
    sandbox.order("turnstile", status=500)
    assert [sandbox.call("POST", VERIFY, json={}).status_code for _ in range(5)] == [500] * 5
    assert sandbox.call("DELETE", "/faults").status_code == 204
    assert sandbox.verify(secret="s", response="token")["success"] is True


def test_a_body_alone_is_a_strange_answer_with_status_200(sandbox: Client) -> None:
    sandbox.order("turnstile", body="not JSON")
    answer = sandbox.call("POST", VERIFY, json={})
    assert (answer.status_code, answer.text) == (200, "not JSON")


def test_faults_of_a_service_act_in_order_and_leave_the_others_alone(sandbox: Client) -> None:
    sandbox.order("mms", status=500, times=1)
    sandbox.order("mms", status=429, times=1)
    assert sandbox.verify(secret="s", response="token")["success"] is True
    assert [sandbox.mms("GET", "/parties/1").status_code for _ in range(3)] == [500, 429, 404]


def test_pending_faults_are_listed_with_the_times_that_are_left(sandbox: Client) -> None:
    sandbox.order("mms", status=503, times=3)
    sandbox.mms("GET", "/parties/1")
    rest: dict[str, object] = {"delay_ms": 0, "body": None, "drop": False, "headers": {}}
    assert sandbox.call("GET", "/faults").json() == [{"service": "mms", "status": 503, "times": 2, **rest}]


def test_a_delayed_service_answers_late_but_as_usual(sandbox: Client) -> None:
    sandbox.order("mms", delay_ms=300)
    started = time.monotonic()
    assert sandbox.create()["created"] is True
    assert time.monotonic() - started >= 0.3


def test_a_dropped_connection_gives_no_answer_at_all(sandbox: Client) -> None:
    sandbox.order("mms", drop=True, times=1)
    with pytest.raises(requests.ConnectionError):
        sandbox.mms("POST", "/parties", {"email": "anna@example.com"})
    assert sandbox.parties() == []


def test_a_client_that_hangs_up_during_the_delay_does_no_harm(sandbox: Client) -> None:
    sandbox.order("mms", delay_ms=300, drop=True, times=1)
    with pytest.raises(requests.ReadTimeout):
        sandbox.mms("GET", "/parties/1", timeout=0.1)
    time.sleep(0.4)
    assert sandbox.create()["created"] is True


def test_the_widget_script_stays_well(sandbox: Client) -> None:
    sandbox.order("turnstile", status=500, times=1)
    assert sandbox.call("GET", "/turnstile/v0/api.js").status_code == 200
    assert sandbox.call("POST", VERIFY, json={}).status_code == 500


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        ({"status": 550, "body": "no such\r\n mailbox für dich"}, (550, b"no such mailbox f?r dich")),
        ({"status": 451}, (451, b"fault on demand")),
        ({"body": "later"}, (451, b"later")),
    ],
)
def test_a_refused_mail_is_not_received(sandbox: Client, fault: dict[str, object], reply: tuple[int, bytes]) -> None:
    sandbox.order("smtp", times=1, **fault)
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        sandbox.send()
    assert refusal.value.args == reply
    assert sandbox.inbox() == []
    sandbox.send()
    assert len(sandbox.inbox()) == 1


def test_a_dropped_smtp_connection_receives_nothing(sandbox: Client) -> None:
    sandbox.order("smtp", drop=True, times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        sandbox.send()
    assert sandbox.inbox() == []


def test_a_delayed_mail_is_received(sandbox: Client) -> None:
    sandbox.order("smtp", delay_ms=300)
    started = time.monotonic()
    sandbox.send()
    assert time.monotonic() - started >= 0.3
    assert len(sandbox.inbox()) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "the body must be a JSON object"),
        ({}, "service must be one of mms, turnstile, smtp"),
        ({"service": "redis"}, "service must be one of mms, turnstile, smtp"),
        ({"service": ["mms"]}, "service must be one of mms, turnstile, smtp"),
        ({"service": "mms", "status": "503"}, "status must be a number from 200 to 599"),
        ({"service": "mms", "status": 99}, "status must be a number from 200 to 599"),
        ({"service": "smtp", "status": 250}, "status must be a number from 400 to 599 for smtp"),
        ({"service": "mms", "delay_ms": -1}, "delay_ms must be a number of milliseconds"),
        ({"service": "mms", "body": {}}, "body must be a string"),
        ({"service": "mms", "drop": 1}, "drop must be true or false"),
        ({"service": "mms", "times": 0}, "times must be a number from 1 up"),
        ({"service": "mms", "times": True}, "times must be a number from 1 up"),
        (
            {"service": "mms", "headers": {"Retry-After": 7}},
            "headers must be an object of strings without control characters",
        ),
        (
            {"service": "mms", "headers": {"X": "a\r\nY: b"}},
            "headers must be an object of strings without control characters",
        ),
        ({"service": "mms", "state": 503}, "unknown key: state"),
    ],
)
def test_a_wrong_order_is_refused_with_the_reason(sandbox: Client, body: object, message: str) -> None:
    answer = sandbox.call("POST", "/faults", json=body)
    assert (answer.status_code, answer.json()) == (400, {"error": {"message": message}})
    assert sandbox.call("GET", "/faults").json() == []


def test_null_counts_as_absent(sandbox: Client) -> None:
    sandbox.order("mms", status=503, body=None, times=None)
    assert sandbox.mms("GET", "/parties/1").status_code == 503


def test_reset_forgets_everything(sandbox: Client) -> None:
    sandbox.create()
    sandbox.send()
    sandbox.verify(secret="s", response="token")
    sandbox.order("mms", status=503)
    assert sandbox.call("POST", "/reset").status_code == 204
    assert (sandbox.parties(), sandbox.inbox(), sandbox.call("GET", "/faults").json()) == ([], [], [])
    assert sandbox.verify(secret="s", response="token")["success"] is True
    assert sandbox.create()["created"] is True
