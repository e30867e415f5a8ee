"""The worker's doors: each job calls one step of ``waitlist.pipeline``."""

import datetime as dt
import logging
import random
from uuid import UUID

import pghistory
from asgiref.sync import sync_to_async
from django.utils import timezone
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job as QueuedJob

from integrations.errors import PermanentError, TransientError
from waitlist import pipeline
from waitlist.jobs import Job
from waitlist.refusals import collect_refusals

logger = logging.getLogger(__name__)

STALLED_AFTER = 30.0  # seconds without a worker's heartbeat


class TwoDays(BaseRetryStrategy):
    """Trying again for two days: after 10 s, then twice as long each time, at most an hour, give or take a fifth.

    10 + 20 + ... + 2,560 s are 85 minutes; 46 more hours follow.
    """

    FIRST, LONGEST = 10.0, 3600.0  # seconds
    ATTEMPTS = 9 + 46 + 1

    def is_last(self, context: JobContext) -> bool:
        """Whether nobody will try again after this attempt."""
        return context.job.attempts + 1 >= self.ATTEMPTS

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        if isinstance(exception, PermanentError) or job.attempts + 1 >= self.ATTEMPTS:
            return None
        wait = min(self.FIRST * 2**job.attempts, self.LONGEST) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load
        if isinstance(exception, TransientError) and exception.retry_after is not None:
            # The service knows best, but not for longer than all attempts take.
            wait = max(wait, min(exception.retry_after, 24 * self.LONGEST))
        return RetryDecision(retry_at=timezone.now() + dt.timedelta(seconds=wait))


TWO_DAYS = TwoDays()


@app.task(name=Job.PROCESS_SIGNUP, retry=TWO_DAYS, pass_context=True)
def process_signup(context: JobContext, pk: str) -> None:
    with pghistory.context(source=Job.PROCESS_SIGNUP.value, job=context.job.id):
        pipeline.process(UUID(pk), last_attempt=TWO_DAYS.is_last(context))


@app.task(name=Job.DELIVER_MAIL, retry=TWO_DAYS, pass_context=True)
def deliver_mail(context: JobContext, pk: str) -> None:
    pipeline.deliver(int(pk), last_attempt=TWO_DAYS.is_last(context))


@app.task(name=Job.UPDATE_CRM, retry=TWO_DAYS, pass_context=True)
def update_crm(context: JobContext, pk: str) -> None:
    pipeline.update_crm(int(pk), last_attempt=TWO_DAYS.is_last(context))


@app.task(name=Job.POST_WEBHOOK, retry=TWO_DAYS)
def post_webhook(pk: str) -> None:
    pipeline.post_webhook(int(pk))


@app.periodic(cron="* * * * *")
@app.task(name="sweep", queueing_lock="sweep")
async def sweep(timestamp: int) -> None:
    """Every minute: hand on the jobs of killed workers, then the rows whose jobs are gone."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER))
    for job in stalled:
        await app.job_manager.retry_job(job)
    swept = await sync_to_async(pipeline.sweep)()
    await sync_to_async(collect_refusals)()
    if stalled or swept:
        logger.warning("Swept up %d stalled jobs and %d rows without one", len(stalled), swept)
