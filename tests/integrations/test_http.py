"""The one function for everything outbound: what its errors say, and what its log keeps to itself."""

import datetime as dt
from email.utils import format_datetime

import pytest
import requests
import responses
import time_machine

from integrations import http
from integrations.errors import PermanentError, Reason, TransientError

URL = "https://crm.test/parties"
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def call() -> object:
    return http.call("CRM", "POST", URL, body={"email": "martin@maier.at", "display_name": "Martin Maier"}, timeout=1)


def test_the_answer_is_the_json(network: responses.RequestsMock) -> None:
    network.post(URL, json={"a": [1]})

    assert call() == {"a": [1]}


@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_empty_answer_is_none(network: responses.RequestsMock, status: int) -> None:
    network.post(URL, status=status)

    assert call() is None


@pytest.mark.parametrize(
    ("exception", "reason"),
    [
        (requests.ConnectTimeout(), Reason.TIMEOUT),
        (requests.ReadTimeout(), Reason.TIMEOUT),
        (requests.ConnectionError("refused"), Reason.UNREACHABLE),
        (requests.exceptions.ChunkedEncodingError("half a body"), Reason.UNREACHABLE),
        (requests.exceptions.SSLError(), Reason.UNREACHABLE),
    ],
)
def test_no_answer_is_transient(network: responses.RequestsMock, exception: Exception, reason: Reason) -> None:
    network.post(URL, body=exception)

    with pytest.raises(TransientError) as caught:
        call()

    assert (caught.value.reason, caught.value.status) == (reason, None)


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (429, TransientError, Reason.RATE_LIMITED),
        (500, TransientError, Reason.SERVER_ERROR),
        (503, TransientError, Reason.SERVER_ERROR),
        (400, PermanentError, Reason.REJECTED),
        (401, PermanentError, Reason.UNAUTHORIZED),
        (403, PermanentError, Reason.UNAUTHORIZED),
        (404, PermanentError, Reason.REJECTED),
        (422, PermanentError, Reason.REJECTED),
        (302, PermanentError, Reason.REJECTED),
    ],
)
def test_a_status_says_whether_trying_again_helps(
    network: responses.RequestsMock, status: int, kind: type[Exception], reason: Reason
) -> None:
    network.post(URL, status=status, json={}, headers={"Location": "https://elsewhere.test/"})

    with pytest.raises(kind) as caught:
        call()

    assert isinstance(caught.value, TransientError | PermanentError)
    assert (caught.value.reason, caught.value.status) == (reason, status)


@pytest.mark.parametrize("body", [b"<html>Maintenance</html>", b'{"half', b"\xff\xfe{"])
def test_an_answer_that_is_not_json_is_permanent(network: responses.RequestsMock, body: bytes) -> None:
    network.post(URL, body=body)

    with pytest.raises(PermanentError) as caught:
        call()

    assert caught.value.reason is Reason.BAD_ANSWER


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (format_datetime(NOON + dt.timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(NOON - dt.timedelta(minutes=2), usegmt=True), 0.0),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_read_as_seconds_or_date(
    network: responses.RequestsMock, status: int, header: str, seconds: float | None
) -> None:
    network.post(URL, status=status, headers={"Retry-After": header})

    with time_machine.travel(NOON, tick=False), pytest.raises(TransientError) as caught:
        call()

    assert caught.value.retry_after == seconds


def test_the_log_has_status_and_body_without_the_visitor(
    network: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    network.post(URL, status=422, json={"error": "MARTIN@maier.at of Martin Maier (also x@y.at) is no address"})

    with pytest.raises(PermanentError) as caught:
        call()

    assert "CRM answered 422" in caplog.text
    assert "is no address" in caplog.text
    for secret in ("martin", "maier", "x@y.at"):
        assert secret not in caplog.text.lower()
        assert secret not in str(caught.value).lower()


def test_a_long_body_is_cut_in_the_log(network: responses.RequestsMock, caplog: pytest.LogCaptureFixture) -> None:
    network.post(URL, status=500, body="x" * 100_000)

    with pytest.raises(TransientError):
        call()

    assert len(caplog.text) < 1_000


def test_every_call_has_a_time_limit(network: responses.RequestsMock) -> None:
    network.post(URL, json={})

    call()

    assert network.calls[0].request.req_kwargs["timeout"] == (http.CONNECT_TIMEOUT, 1)  # type: ignore[attr-defined]
