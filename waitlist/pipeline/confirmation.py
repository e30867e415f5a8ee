"""The visitor opens the link and presses the button; the CRM and the founder learn of it."""

from enum import Enum
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from integrations import mms
from waitlist.choices import MailKind
from waitlist.jobs import Job, enqueue
from waitlist.models import Signup, WaitlistEntry
from waitlist.pipeline.mailing import ask_for_confirmation, queue_mail


class Confirmation(Enum):
    """What a confirmation link stands for."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ALREADY_CONFIRMED = "already_confirmed"
    EXPIRED = "expired"


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
        queue_mail(entry.latest_signup(), MailKind.FOUNDER_NOTICE)
    return Confirmation.CONFIRMED


def renew_confirmation(entry: WaitlistEntry) -> None:
    """Send the link again, where the caps allow another mail and the address is not confirmed yet."""
    with transaction.atomic():
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        if not entry.is_confirmed:
            ask_for_confirmation(entry.latest_signup(), timezone.now(), first=False)


def report_prospect(entry_pk: int) -> None:
    """Move the confirmed party along the CRM's funnel. Raises ServiceError."""
    mms.update_party_status(WaitlistEntry.objects.get(pk=entry_pk).mms_party_id, "prospect")


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
