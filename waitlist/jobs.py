"""The job queue, which lives in PostgreSQL: what is enqueued, and what still waits.

Jobs are named here and done in ``waitlist.tasks``, so that the pipeline can enqueue what its own doors run.
"""

import datetime as dt
import logging
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from procrastinate import App
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from structlog.contextvars import get_contextvars

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=models.Model)


class Job(StrEnum):
    """A job's task name; its one argument is the primary key of the row that it works on."""

    PROCESS_SIGNUP = "process_signup"
    DELIVER_MAIL = "deliver_mail"
    UPDATE_CRM = "update_crm"
    POST_WEBHOOK = "post_webhook"


class Backlog(NamedTuple):
    """How the queue stands: seconds that the oldest due job has waited (0 when none does), and failed jobs."""

    oldest_waiting_seconds: float
    failed: int


# For enqueueing only, over Django's own connection: a worker swaps the connector of the app that has the tasks for
# one that knows nothing of Django's transactions.
_queue = App(connector=DjangoConnector())


def enqueue(job: str, pk: int | UUID, *, one_at_a_time: str = "") -> None:
    """Enqueue ``job`` for one row; inside a transaction it commits or rolls back with it.

    Jobs for the same row, or with the same ``one_at_a_time``, run one after the other, never at once.
    """
    # With the request that it serves, however many jobs lie between, for the log lines (``config.tracing``).
    origin = {name: value for name, value in get_contextvars().items() if name == "request_id"}
    job_id = _queue.configure_task(job, allow_unknown=True, lock=one_at_a_time or f"{job}:{pk}").defer(
        pk=str(pk), **origin
    )
    logger.info("job enqueued", extra={"enqueued_job_id": job_id, "enqueued_task": str(job)})


def without_job(rows: models.QuerySet[M], job: Job) -> models.QuerySet[M]:
    """Those of ``rows`` for which no ``job`` waits or runs: what a lost job has left behind."""
    live = ProcrastinateJob.objects.filter(task_name=job, status__in=("todo", "doing"))
    pks = live.annotate(row=KeyTextTransform("pk", "args")).filter(row=Cast(models.OuterRef("pk"), models.TextField()))
    return rows.exclude(models.Exists(pks))


def backlog(now: dt.datetime) -> Backlog:
    """How the queue stands at ``now``."""
    deferred_at = ProcrastinateEvent.objects.filter(job=models.OuterRef("pk"), type="deferred").values("at")[:1]
    due = ProcrastinateJob.objects.filter(status="todo").filter(
        models.Q(scheduled_at=None) | models.Q(scheduled_at__lte=now)
    )
    oldest: dict[str, Any] = due.annotate(since=Coalesce("scheduled_at", models.Subquery(deferred_at))).aggregate(
        at=models.Min("since")
    )
    waiting = (now - oldest["at"]).total_seconds() if oldest["at"] else 0.0
    return Backlog(max(waiting, 0.0), ProcrastinateJob.objects.filter(status="failed").count())
