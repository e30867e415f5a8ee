"""The visitor gets a mail, within the caps of his inbox and of the list; so does the founder."""

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone

from integrations.errors import PermanentError, TransientError
from waitlist.choices import Failure, MailKind, MailStatus
from waitlist.jobs import Job, enqueue
from waitlist.mails import send
from waitlist.models import Mail, Signup, Waitlist

logger = logging.getLogger(__name__)


def ask_for_confirmation(signup: Signup, now: dt.datetime, *, first: bool) -> bool:
    """Queue the mail with the link, within the caps of the inbox; beyond the list's it is held back.

    False where the inbox has had its share.
    """
    if not Mail.objects.confirmation_allowed(signup, now):
        return False
    kind = MailKind.CONFIRMATION if first else MailKind.CONFIRMATION_RENEWED
    if Mail.objects.left_in_hour(signup.waitlist, now):
        queue_mail(signup, kind)
        return True
    Mail.objects.create(waitlist=signup.waitlist, signup=signup, kind=kind, status=MailStatus.HELD)
    if not Mail.objects.warned_today(signup.waitlist, now):
        logger.warning("List %s has used up its mails of this hour, the others are held back", signup.waitlist.slug)
        queue_mail(signup, MailKind.MAILING_PAUSED)
    return True


def queue_mail(signup: Signup, kind: MailKind) -> None:
    """Write the mail down and enqueue its delivery."""
    mail = Mail.objects.create(waitlist=signup.waitlist, signup=signup, kind=kind)
    enqueue(Job.DELIVER_MAIL, mail.pk)


def deliver(mail_pk: int, *, last_attempt: bool) -> None:
    """Hand a mail to the mail server, once.

    Raises TransientError where trying again may help. A worker killed between the server's OK and the next
    line sends the mail twice, with the same Message-ID.
    """
    mail = Mail.objects.select_related("waitlist", "signup__entry").get(pk=mail_pk)
    if mail.status == MailStatus.SENT:
        return
    try:
        send(mail)
    except PermanentError as error:
        mail.record_failure(error.reason, final=True)
        logger.error("Mail %s was refused for good: %s", mail.pk, error)
    except TransientError as error:
        mail.record_failure(error.reason, final=last_attempt)
        raise
    except Exception:
        mail.record_failure(Failure.INTERNAL, final=last_attempt)
        raise
    else:
        mail.record_sent(timezone.now())


def let_out_held_mails(now: dt.datetime) -> int:
    """Queue as many held mails as each list has left in this hour, the oldest first; returns how many."""
    let_out = 0
    for waitlist in Waitlist.objects.filter(mails__status=MailStatus.HELD).distinct():
        held = Mail.objects.filter(waitlist=waitlist, status=MailStatus.HELD)
        with transaction.atomic():
            for mail in held.select_for_update()[: Mail.objects.left_in_hour(waitlist, now)]:
                requeue(mail)
                let_out += 1
    return let_out


def requeue(mail: Mail) -> None:
    """Enqueue the delivery of a failed or held mail anew."""
    mail.requeue(timezone.now())
    enqueue(Job.DELIVER_MAIL, mail.pk)
