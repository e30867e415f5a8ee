"""Log lines for machines in production and for people under DEBUG, without personal data in both.

Everything logs through the standard library; the formatters here give each line its fields.
"""

import datetime as dt
import logging
import re
import traceback

from django.http import HttpRequest
from structlog.contextvars import merge_contextvars
from structlog.dev import ConsoleRenderer
from structlog.processors import JSONRenderer
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

# What ``extra`` may add to a line. A library's own extras may hold a whole request or a job's arguments.
FIELDS = ("method", "route", "status", "duration_ms", "enqueued_job_id", "enqueued_task", "error")
# Our own lines name the route; whoever else logs a path must not log the token in it.
SECRET_PATHS = re.compile(r"/(confirm|unsubscribe)/+[^/\s]+", re.IGNORECASE)


def json_lines() -> logging.Formatter:
    """One JSON object for each line."""
    return _lines(JSONRenderer())


def readable_lines() -> logging.Formatter:
    """The same fields for people; frames of an exception take lines of their own."""
    return _lines(ConsoleRenderer(colors=False))


class ExceptionsOnly(logging.Filter):
    """For Django's lines about failed requests: one without an exception tells less than the request's own."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


def route_of(request: HttpRequest) -> str | None:
    """The pattern of the request's address, such as ``confirm/<uuid:token>``; None where no view has it."""
    return request.resolver_match.route if request.resolver_match else None


def _lines(renderer: Processor) -> logging.Formatter:
    return ProcessorFormatter(
        processors=[
            _head,
            merge_contextvars,
            ExtraAdder(allow=FIELDS),
            _job_of_the_queue,
            _route_instead_of_path,
            _frames_instead_of_exception,
            _without_tokens,
            ProcessorFormatter.remove_processors_meta,
            renderer,
        ]
    )


def _head(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    written_at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
    return {"timestamp": written_at, "level": record.levelname.lower(), "logger": record.name, **event}


def _job_of_the_queue(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The queue's own lines about a job are written outside of its context (``config.tracing``)."""
    job = getattr(event["_record"], "job", None)
    if isinstance(job, dict):
        event.setdefault("job_id", job.get("id"))
        event.setdefault("task", job.get("task_name"))
    return event


def _route_instead_of_path(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Django ends the lines about a refused or failed request with its path, which is a visitor's free text."""
    request = getattr(event["_record"], "request", None)
    if isinstance(request, HttpRequest):
        path = request.path.encode("unicode_escape").decode()
        if event["event"].endswith(f": {path}"):
            event["event"] = f"{event['event'].removesuffix(path)}{route_of(request)}"
    return event


def _frames_instead_of_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Of an exception the type and frames, never the text: PostgreSQL's quotes the values of the failing row.

    Below ERROR an exception is a foreseen one, such as a refused request, and its frames would only be noise.
    """
    info = event.pop("exc_info", None)
    if info and event["_record"].levelno >= logging.ERROR:
        event["exception"] = "\n".join(_frames(info[1]))
    return event


def _frames(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    # A wrapper of database errors may be both the cause and the context of one: such a ring is left where it closes.
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}, raised in")
        lines += [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return lines


def _without_tokens(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = SECRET_PATHS.sub(r"/\1/[redacted]", value)
    return event
