"""What the worker does for the back office."""

import logging
from uuid import UUID

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from backoffice import digest, search
from backoffice.exports import making

logger = logging.getLogger(__name__)

# A workbook is waited for: a few tries within minutes. Those of killed workers count too, so that a workbook that
# kills its worker does so only a few times.
EXPORT_ATTEMPTS = 5

RETRY = RetryStrategy(max_attempts=EXPORT_ATTEMPTS - 1, exponential_wait=3)


@app.task(name=making.MAKE_EXPORT, retry=RETRY, pass_context=True)
def make_export(context: JobContext, pk: str) -> None:
    """Make the file of an export; stops for a worker that has to go, and is then done anew."""
    if context.job.attempts >= EXPORT_ATTEMPTS:
        making.give_up(UUID(pk))
        return

    def check() -> None:
        if context.should_abort():
            raise JobAborted

    try:
        making.make(UUID(pk), check)
    except Exception:
        if context.job.attempts + 1 >= EXPORT_ATTEMPTS:
            making.give_up(UUID(pk))
        raise


@app.periodic(cron="23 * * * *")
@app.task(name="remove_expired_exports", queueing_lock="remove_expired_exports")
def remove_expired_exports(timestamp: int) -> None:
    """Every hour: the files of finished exports go after a day, their records stay."""
    if removed := making.remove_expired():
        logger.info("Removed the files of %d exports", removed)


@app.periodic(cron="* * * * *")
@app.task(name="learn_words", queueing_lock="learn_words")
def learn_words(timestamp: int) -> None:
    """Every minute: the search learns the words of new leads."""
    while search.learn_words():
        pass


@app.periodic(cron="*/10 * * * *")
@app.task(name="send_digests", queueing_lock="send_digests")
def send_digests(timestamp: int) -> None:
    """Every ten minutes: the digests that are due. Not by the clock of a cron, which knows no summer time."""
    digest.send_due(timezone.now())
