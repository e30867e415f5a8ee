"""Log lines keep visitors' data and tokens to themselves."""

import json
import logging
import sys
from typing import Any

from django.test import RequestFactory
from structlog.contextvars import bound_contextvars

from config.logs import json_lines, readable_lines

TOKEN = "5d0b1bb6-3c2b-4f0e-8a57-1df8a2f1c922"


def record(level: int, message: str, *args: object, exc_info: bool = False, **extra: object) -> logging.LogRecord:
    info = sys.exc_info() if exc_info else None
    made = logging.LogRecord("name", level, "file", 1, message, args, info)
    made.__dict__.update(extra)
    return made


def written(*args: Any, **kwargs: Any) -> dict[str, Any]:
    line = json_lines().format(record(*args, **kwargs))
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_line_is_an_object_of_time_level_logger_and_event() -> None:
    line = written(logging.INFO, "%d leads\nfor %s", 3, "Jörg")

    assert line["timestamp"].endswith("+00:00")
    assert (line["level"], line["logger"], line["event"]) == ("info", "name", "3 leads\nfor Jörg")
    assert len(line) == 4


def test_a_line_has_what_its_context_binds_and_of_its_extras_only_known_ones() -> None:
    with bound_contextvars(request_id="0123456789"):
        line = written(logging.INFO, "request", status=200, call_string="send(to='martin@maier.at')")

    assert (line["request_id"], line["status"]) == ("0123456789", 200)
    assert "martin" not in str(line)


def test_the_queues_own_lines_name_the_job_without_its_arguments() -> None:
    job = {"id": 7, "task_name": "deliver_mail", "task_kwargs": {"to": "martin@maier.at"}}

    line = written(logging.ERROR, "given up", job=job)

    assert (line["job_id"], line["task"]) == (7, "deliver_mail")
    assert "martin" not in str(line)


def test_an_exceptions_text_is_left_out_and_its_place_kept() -> None:
    secret = "martin@maier.at"
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise ValueError(secret) from error
    except ValueError:
        line = written(logging.ERROR, "failed", exc_info=True)
        readable = readable_lines().format(record(logging.ERROR, "failed", exc_info=True))

    for text in (line["exception"], readable):
        assert secret not in text
        assert "builtins.ValueError" in text
        assert "builtins.KeyError" in text
        assert "test_logs.py" in text


def test_a_ring_of_causes_is_written_once() -> None:
    error = KeyError()
    try:
        raise ValueError from error
    except ValueError as wrapper:
        error.__cause__ = wrapper
        line = written(logging.ERROR, "failed", exc_info=True)

    assert line["exception"].count("raised in") == 2


def test_a_foreseen_exception_has_no_frames() -> None:
    try:
        raise ValueError("martin@maier.at")
    except ValueError:
        line = written(logging.WARNING, "refused", exc_info=True)

    assert "exception" not in line
    assert "martin" not in str(line)


def test_the_route_stands_where_django_logs_a_path() -> None:
    request = RequestFactory().get("/martin@maier.at/ü")

    line = written(logging.ERROR, "Internal Server Error: %s", "/martin@maier.at/\\xfc", request=request)

    assert line["event"] == "Internal Server Error: None"


def test_tokens_in_paths_are_left_out() -> None:
    line = written(logging.WARNING, "Not Found: %s", f"/confirm/{TOKEN}/renew")

    assert line["event"] == "Not Found: /confirm/[redacted]/renew"
    for path in ("/unsubscribe/secret", "/Confirm/secret", "/confirm//secret", "https://a.example/confirm/secret"):
        assert "secret" not in str(written(logging.WARNING, "Gone: %s", path))
        assert "secret" not in readable_lines().format(record(logging.WARNING, "Gone: %s", path))
