"""What joins log lines: the id of a request, which the jobs that it leads to carry on, and the id of a job."""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from procrastinate import JobContext
from structlog.contextvars import bound_contextvars

from config.logs import route_of
from integrations.errors import ServiceError

logger = logging.getLogger(__name__)

# Nothing that a visitor could hide words in; it ends up in every line.
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestLogMiddleware:
    """Gives each request an id, which its lines have and its answer tells, and writes one line about it.

    The line holds the route, never the path: that may hold a token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = _request_id(request)
        with bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            logger.log(
                logging.INFO if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else logging.ERROR,
                "request",
                extra={
                    "method": request.method,
                    "route": route_of(request),
                    "status": response.status_code,
                    "duration_ms": _milliseconds_since(started),
                },
            )
        response["X-Request-ID"] = request_id
        return response


def _request_id(request: HttpRequest) -> str:
    """The proxy's id, so that its lines can be joined too; a visitor without a proxy gets ours."""
    given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXY_COUNT else ""
    return given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())


async def log_job(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: object) -> Any:
    """Worker middleware: the job's lines have its id and its request's, and tell how each attempt went.

    The request's id travels as an argument (``waitlist.jobs.enqueue``), taken out here before the task is called.
    """
    job = context.job
    names: dict[str, Any] = {"job_id": job.id, "task": job.task_name, "attempt": job.attempts + 1}
    if request_id := job.task_kwargs.pop("request_id", None):
        names["request_id"] = request_id
    with bound_contextvars(**names):
        started = time.perf_counter()
        logger.info("job started")
        try:
            result = await call_next()
        except Exception as error:
            foreseen = isinstance(error, ServiceError)
            logger.log(
                logging.WARNING if foreseen else logging.ERROR,
                "job failed",
                exc_info=error,
                extra={
                    "error": str(error) if foreseen else type(error).__name__,
                    "duration_ms": _milliseconds_since(started),
                },
            )
            raise
        logger.info("job finished", extra={"duration_ms": _milliseconds_since(started)})
        return result


def _milliseconds_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
