"""The way of a sign-up, in the order in which it happens. The doors are ``views``, ``pages`` and ``tasks``.

A row is written before anything outside is called; calls happen outside transactions; what they led to is
settled afterwards, together with the job for the next step. A crash anywhere leaves a row that says what is
left to do, and every step may run twice.
"""

import datetime as dt
import hashlib
import logging
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations import mms
from integrations.errors import PermanentError, TransientError
from integrations.turnstile import verify_turnstile_token
from waitlist.choices import Failure, MailKind, MailStatus, SignupStatus
from waitlist.jobs import Job, enqueue
from waitlist.mails import send
from waitlist.models import Mail, Signup, WaitlistEntry
from waitlist.rate_limit import check_rate_limit
from waitlist.turnstile_once import one_at_a_time, verified_once

logger = logging.getLogger(__name__)

ABANDONED_AFTER = dt.timedelta(minutes=2)
SWEEP_SIZE = 500


class RateLimited(Exception):
    """Too many sign-ups from one address; the next one may pass in ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class BotDetected(Exception):
    """Cloudflare does not vouch for the visitor."""


class Confirmation(Enum):
    """What a confirmation link stands for."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ALREADY_CONFIRMED = "already_confirmed"
    EXPIRED = "expired"


# 1. The visitor sends the form.


def accept(fields: dict[str, Any], *, token: str, ip_address: str | None, user_agent: str) -> Signup:
    """Store a valid form (``SignupForm.signup_fields``) of a visitor whom Turnstile vouches for.

    The token is the idempotency key: the same form with the same token gives the first sign-up again.
    Raises RateLimited or BotDetected.
    """
    token_hash = hashlib.sha256(token.encode()).digest()
    with one_at_a_time(token_hash):
        earlier = Signup.objects.filter(token_hash=token_hash).first()
        if earlier is None:
            limit = check_rate_limit(ip_address)
            if not limit.success:
                raise RateLimited(limit.retry_after)
            if verified_once(token_hash, lambda: verify_turnstile_token(token, ip_address)):
                return _store(fields, token_hash=token_hash, ip_address=ip_address, user_agent=user_agent)
            # Redis away, the same form may have come in beside this one and have used the token up.
            earlier = Signup.objects.filter(token_hash=token_hash).first()
    if earlier is None or not earlier.is_same_form(fields):
        raise BotDetected
    return earlier


def _store(fields: dict[str, Any], *, token_hash: bytes, **visitor: str | None) -> Signup:
    """Sign-up and job commit together or not at all."""
    try:
        with transaction.atomic():
            signup = Signup.objects.create(**fields, **visitor, token_hash=token_hash)
            enqueue(Job.PROCESS_SIGNUP, signup.pk)
    except IntegrityError:
        earlier = Signup.objects.filter(token_hash=token_hash).first()
        if earlier is None:
            raise
        return earlier
    return signup


# 2. The CRM gets the party, the list its entry, the visitor a mail.


def process(signup_pk: UUID, *, last_attempt: bool) -> None:
    """Bring a sign-up to the CRM and on the list. Does nothing where that has happened.

    Raises TransientError where trying again may help; ``last_attempt`` says that nobody will.
    """
    signup = Signup.objects.select_related("waitlist", "consent_text").get(pk=signup_pk)
    if signup.status == SignupStatus.PROCESSED:
        return
    try:
        party = mms.create_party(
            email=signup.email,
            display_name=signup.display_name,
            source_project=signup.waitlist.slug,
            consent_ip=signup.ip_address,
            consent_user_agent=signup.user_agent,
            consent_text_version=signup.consent_text.version,
        )
    except PermanentError as error:
        signup.record_failure(error.reason, final=True)
        logger.error("Sign-up %s was refused for good: %s", signup.pk, error)
        return
    except TransientError as error:
        signup.record_failure(error.reason, final=last_attempt)
        raise
    except Exception:
        signup.record_failure(Failure.INTERNAL, final=last_attempt)
        raise
    _settle(signup, party)


def _settle(signup: Signup, party: mms.CreatedParty) -> None:
    """Entry, sign-up and mail commit together; the constraint decides that a party has one entry per list."""
    now = timezone.now()
    with transaction.atomic():
        entry, created = WaitlistEntry.objects.get_or_create(
            waitlist=signup.waitlist,
            mms_party_id=party.party_id,
            defaults={"mms_contact_point_id": party.contact_point_id, **signup.form_data},
        )
        # Locked, so that sign-ups of one address count each other's mails.
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        signup.settle(entry, unsubscribe_token=party.unsubscribe_token, now=now)
        if created:
            _queue_mail(signup, MailKind.CONFIRMATION)
        elif not entry.is_confirmed:
            _renew_confirmation(entry, signup, now)
        elif Mail.objects.already_confirmed_allowed(entry, now):
            _queue_mail(signup, MailKind.ALREADY_CONFIRMED)


def _renew_confirmation(entry: WaitlistEntry, signup: Signup, now: dt.datetime) -> None:
    if Mail.objects.confirmation_allowed(entry, now):
        _queue_mail(signup, MailKind.CONFIRMATION_RENEWED)


def _queue_mail(signup: Signup, kind: MailKind) -> None:
    mail = Mail.objects.create(signup=signup, kind=kind)
    enqueue(Job.DELIVER_MAIL, mail.pk)


def deliver(mail_pk: int, *, last_attempt: bool) -> None:
    """Hand a mail to the mail server, once.

    Raises TransientError where trying again may help. A worker killed between the server's OK and the next
    line sends the mail twice, with the same Message-ID.
    """
    mail = Mail.objects.select_related("signup__entry", "signup__waitlist").get(pk=mail_pk)
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


# 3. The visitor opens the link and presses the button.


def confirmation_of(entry: WaitlistEntry) -> Confirmation:
    """What the entry's link stands for now."""
    if entry.is_confirmed:
        return Confirmation.ALREADY_CONFIRMED
    return Confirmation.OPEN if timezone.now() < entry.link_expires_at() else Confirmation.EXPIRED


def confirm(entry: WaitlistEntry) -> Confirmation:
    """Confirm the address, once, however many presses there are at the same time."""
    state = confirmation_of(entry)
    if state is not Confirmation.OPEN:
        return state
    with transaction.atomic():
        if not WaitlistEntry.objects.filter(pk=entry.pk).confirm(timezone.now()):
            return Confirmation.ALREADY_CONFIRMED
        enqueue(Job.REPORT_PROSPECT, entry.pk)
        _queue_mail(entry.latest_signup(), MailKind.FOUNDER_NOTICE)
    return Confirmation.CONFIRMED


def renew_confirmation(entry: WaitlistEntry) -> None:
    """Send the link again, where the caps allow another mail and the address is not confirmed yet."""
    with transaction.atomic():
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        if not entry.is_confirmed:
            _renew_confirmation(entry, entry.latest_signup(), timezone.now())


# 4. The CRM learns of it.


def report_prospect(entry_pk: int) -> None:
    """Move the confirmed party along the CRM's funnel. Raises ServiceError."""
    mms.update_party_status(WaitlistEntry.objects.get(pk=entry_pk).mms_party_id, "prospect")


# 5. The visitor wants no more mail.


def unsubscribe(signup: Signup) -> None:
    """Remember the wish at once; the CRM learns of it by a job."""
    with transaction.atomic():
        if Signup.objects.filter(pk=signup.pk, unsubscribed_at=None).update(unsubscribed_at=timezone.now()):
            enqueue(Job.UNSUBSCRIBE_PARTY, signup.pk)


def unsubscribe_party(signup_pk: UUID) -> None:
    """Unsubscribe in the CRM. Raises ServiceError."""
    token = Signup.objects.get(pk=signup_pk).unsubscribe_token
    if token:
        mms.unsubscribe(token)


# What failed for good, set going again by the founder; what a killed worker left, by the sweep.


def retry(signup: Signup) -> bool:
    """Set going again, with all attempts, what has failed of a sign-up: the CRM, or mails. False where nothing has."""
    with transaction.atomic():
        failed = Signup.objects.filter(pk=signup.pk, status=SignupStatus.FAILED)
        processing = failed.update(status=SignupStatus.RECEIVED, attempts=0)
        if processing:
            enqueue(Job.PROCESS_SIGNUP, signup.pk)
        mails = signup.mails.filter(status=MailStatus.FAILED).select_for_update()
        for mail in mails:
            mail.requeue()
            enqueue(Job.DELIVER_MAIL, mail.pk)
    return bool(processing or mails)


def sweep() -> int:
    """Enqueue jobs anew for rows that wait for one and have none; returns how many."""
    before = timezone.now() - ABANDONED_AFTER
    signups = list(Signup.objects.abandoned(before).values_list("pk", flat=True)[:SWEEP_SIZE])
    mails = list(Mail.objects.abandoned(before).values_list("pk", flat=True)[:SWEEP_SIZE])
    for signup_pk in signups:
        enqueue(Job.PROCESS_SIGNUP, signup_pk)
    for mail_pk in mails:
        enqueue(Job.DELIVER_MAIL, mail_pk)
    return len(signups) + len(mails)
