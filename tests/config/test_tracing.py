"""Log lines of a request and of the jobs that it leads to can be joined."""

import io
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from config import health
from config.logs import json_lines
from integrations.errors import Reason, TransientError
from integrations.sandbox import RunningSandbox
from tests.api import form, post
from tests.conftest import WorkAll
from tests.factories import make_entry
from waitlist import pipeline
from waitlist.jobs import Job, enqueue
from waitlist.models import Waitlist

ReadLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[ReadLines]:
    """What has been logged so far, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_lines())
    loggers = [logging.getLogger(), logging.getLogger("django")]  # that one does not propagate
    for logger in loggers:
        logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_route_and_never_its_path(client: Client, lines: ReadLines) -> None:
    token = make_entry().confirmation_token

    response = client.get(f"/confirm/{token}?email=martin@maier.at")

    [line] = lines()
    assert (line["event"], line["method"], line["route"]) == ("request", "GET", "confirm/<uuid:token>")
    assert (line["status"], line["request_id"]) == (200, response["X-Request-ID"])
    assert 0 < line["duration_ms"] < 10_000
    assert str(token) not in str(line)
    assert "martin" not in str(line)


@pytest.mark.parametrize("path", ["/confirm/half-a-token", "/martin@maier.at", "/api/martin@maier.at"])
def test_a_refused_request_has_no_path_either(client: Client, lines: ReadLines, path: str) -> None:
    assert client.get(path).status_code == 404

    [line] = lines()
    assert line["status"] == 404
    assert "half-a-token" not in str(line)
    assert "martin" not in str(line)


def test_a_failed_request_is_an_error_whose_place_is_told(
    client: Client, lines: ReadLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "martin@maier.at"

    def fail() -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr(health, "_jobs", fail)
    client.raise_request_exception = False
    response = client.get(f"/health?{secret}")

    failure, line = lines()
    assert failure["event"] == "Internal Server Error: health"
    assert "builtins.RuntimeError" in failure["exception"]
    assert (line["event"], line["level"], line["status"]) == ("request", "error", 500)
    assert failure["request_id"] == line["request_id"] == response["X-Request-ID"]
    assert secret not in str(lines())


@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [
        (1, "0123456789abcdef", True),
        (1, "1fd3b1a2-3b7c-4a5e-9a51-6b1c2d3e4f50", True),
        (0, "0123456789abcdef", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "martin@maier.at", False),
        (1, "", False),
    ],
)
def test_only_a_proxys_well_formed_id_is_taken(
    client: Client, settings: Settings, proxies: int, given: str, taken: bool
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies

    answered = client.get("/nothing", headers={"X-Request-ID": given})["X-Request-ID"]

    assert answered == given if taken else str(uuid.UUID(answered)) == answered != given


def test_the_jobs_of_a_request_carry_its_id(
    waitlist: Waitlist, sandbox: RunningSandbox, work: WorkAll, lines: ReadLines
) -> None:
    response = post(form())
    assert response.status_code == 200
    work()

    ours = [line for line in lines() if line.get("request_id") == response["X-Request-ID"]]
    told = [(line["event"], line.get("task"), line.get("enqueued_task")) for line in ours]
    assert told == [
        ("job enqueued", None, "process_signup"),
        ("request", None, None),
        ("job started", "process_signup", None),
        ("job enqueued", "process_signup", "deliver_mail"),
        ("job finished", "process_signup", None),
        ("job started", "deliver_mail", None),
        ("job finished", "deliver_mail", None),
    ]
    assert ours[0]["enqueued_job_id"] == ours[2]["job_id"]
    assert ours[3]["enqueued_job_id"] == ours[5]["job_id"]
    assert [line["attempt"] for line in ours if "attempt" in line] == [1] * 5
    assert all(line["duration_ms"] > 0 for line in ours if line["event"] == "job finished")


@pytest.mark.parametrize(
    ("failure", "level", "error"),
    [
        (TransientError("MMS", Reason.TIMEOUT), "warning", "MMS: timeout (status None)"),
        (RuntimeError("martin@maier.at"), "error", "RuntimeError"),
    ],
)
def test_a_failed_job_says_so_without_an_exceptions_text(
    work: WorkAll, lines: ReadLines, monkeypatch: pytest.MonkeyPatch, failure: Exception, level: str, error: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise failure

    monkeypatch.setattr(pipeline, "deliver", fail)
    enqueue(Job.DELIVER_MAIL, 1)
    work()

    [line] = [line for line in lines() if line["event"] == "job failed"]
    assert (line["level"], line["error"], line["task"], line["attempt"]) == (level, error, "deliver_mail", 1)
    assert ("exception" in line) == (level == "error")
    assert "request_id" not in line
    assert "martin" not in str(lines())
