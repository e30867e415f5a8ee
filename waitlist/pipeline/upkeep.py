"""What has failed for good is set going by the founder; what a killed worker left, by the sweep."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from waitlist.choices import CrmUpdateStatus, MailStatus, SignupStatus
from waitlist.jobs import Job, enqueue
from waitlist.models import CrmUpdate, Mail, Signup, WaitlistEntry
from waitlist.pipeline.crm import enqueue_crm_update
from waitlist.pipeline.intake import enqueue_processing
from waitlist.pipeline.mailing import let_out_held_mails, requeue

QUARANTINE_DAYS = 7
ABANDONED_AFTER = dt.timedelta(minutes=2)
SWEEP_SIZE = 500


def retry(signup: Signup) -> bool:
    """Set going again, with all attempts, what has failed of a sign-up: the CRM, or mails. False where nothing has."""
    with transaction.atomic():
        processing = _receive_again(signup, SignupStatus.FAILED)
        mails = signup.mails.filter(status=MailStatus.FAILED).select_for_update()
        for mail in mails:
            requeue(mail)
    return bool(processing or mails)


def retry_crm(entry: WaitlistEntry) -> int:
    """Set going again what the CRM has refused to learn of an entry; returns how many messages."""
    with transaction.atomic():
        failed = entry.crm_updates.filter(status=CrmUpdateStatus.FAILED).select_for_update()
        for update in failed:
            update.requeue()
            enqueue_crm_update(update)
    return len(failed)


def release(signup: Signup) -> bool:
    """Let a sign-up out of quarantine. False where it is in none."""
    with transaction.atomic():
        return _receive_again(signup, SignupStatus.QUARANTINED)


def discard(signup: Signup) -> bool:
    """Delete a sign-up that is in quarantine. False where it is in none."""
    return bool(Signup.objects.quarantined().filter(pk=signup.pk).delete()[0])


def sweep() -> int:
    """Enqueue anew what waits for a job and has none, let held mails out, empty the quarantine; returns how many."""
    now = timezone.now()
    signups = list(Signup.objects.abandoned(now - ABANDONED_AFTER)[:SWEEP_SIZE])
    mails = list(Mail.objects.abandoned(now - ABANDONED_AFTER)[:SWEEP_SIZE])
    updates = list(CrmUpdate.objects.abandoned(now - ABANDONED_AFTER)[:SWEEP_SIZE])
    for signup in signups:
        enqueue_processing(signup)
    for mail in mails:
        enqueue(Job.DELIVER_MAIL, mail.pk)
    for update in updates:
        enqueue_crm_update(update)
    expired, _ = Signup.objects.quarantined().filter(created_at__lt=now - dt.timedelta(days=QUARANTINE_DAYS)).delete()
    return len(signups) + len(mails) + len(updates) + expired + let_out_held_mails(now)


def _receive_again(signup: Signup, status: SignupStatus) -> bool:
    received = Signup.objects.filter(pk=signup.pk, status=status).update(status=SignupStatus.RECEIVED, attempts=0)
    if received:
        enqueue_processing(signup)
    return bool(received)
