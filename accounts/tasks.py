"""What the worker does for staff."""

import logging

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts import mails
from accounts.models import Session, User
from trail.models import AuditEvent

logger = logging.getLogger(__name__)

# For about three hours, after 3, 9, 27 ... seconds: a link to a new password is waited for.
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)


@app.task(name=mails.RESET_LINK, retry=RETRY)
def mail_reset_link(pk: str) -> None:
    """Key 0 stands for nobody: it is asked for where there is no such account."""
    for account in User.objects.who_may_log_in().filter(pk=pk):
        mails.reset_mail(account).send()


@app.task(name=mails.INVITATION, retry=RETRY)
def mail_invitation(pk: str) -> None:
    for account in User.objects.who_may_log_in().filter(pk=pk):
        mails.invitation(account).send()


@app.task(name=mails.NOTICE, retry=RETRY)
def mail_notice(pk: str) -> None:
    mails.notice(AuditEvent.objects.get(pk=pk)).send()


@app.periodic(cron="17 4 * * *")
@app.task(name="remove_expired_sessions", queueing_lock="remove_expired_sessions")
def remove_expired_sessions(timestamp: int) -> None:
    """Every night: rows of sessions that are over."""
    count, _by_model = Session.objects.expired().delete()
    if count:
        logger.info("Removed %d expired sessions", count)
