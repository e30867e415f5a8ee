"""The job queue, which lives in PostgreSQL: what is enqueued, and what still waits.

Jobs are named here and done in ``waitlist.tasks``, so that the pipeline can enqueue what its own doors run.
"""

import datetime as dt
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast, Coalesce, Concat
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

M = TypeVar("M", bound=models.Model)


class Job(StrEnum):
    """A job's task name; its one argument is the primary key of the row that it works on."""

    PROCESS_SIGNUP = "process_signup"
    DELIVER_MAIL = "deliver_mail"
    REPORT_PROSPECT = "report_prospect"
    UNSUBSCRIBE_PARTY = "unsubscribe_party"


class Backlog(NamedTuple):
    """How the queue stands: seconds that the oldest due job has waited (0 when none does), and failed jobs."""

    oldest_waiting_seconds: float
    failed: int


def enqueue(job: Job, pk: int | UUID) -> None:
    """Enqueue ``job`` for one row; inside a transaction it commits or rolls back with it.

    The lock lets jobs for the same row run one after the other, never at once.
    """
    app.configure_task(job, lock=f"{job}:{pk}").defer(pk=str(pk))


def without_job(rows: models.QuerySet[M], job: Job) -> models.QuerySet[M]:
    """Those of ``rows`` for which no ``job`` waits or runs: what a lost job has left behind."""
    lock = Concat(models.Value(f"{job}:"), Cast(models.OuterRef("pk"), models.TextField()))
    return rows.exclude(models.Exists(ProcrastinateJob.objects.filter(lock=lock, status__in=("todo", "doing"))))


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
