"""The visitor opens the link and presses the button; the CRM and the founder learn of it."""

from enum import Enum

from django.db import transaction
from django.utils import timezone

from waitlist.choices import CrmUpdateKind, MailKind
from waitlist.models import WaitlistEntry
from waitlist.pipeline.crm import tell_crm
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
        tell_crm(entry, CrmUpdateKind.PROSPECT)
        queue_mail(entry.latest_signup(), MailKind.FOUNDER_NOTICE)
    return Confirmation.CONFIRMED


def renew_confirmation(entry: WaitlistEntry) -> None:
    """Send the link again, where the caps allow another mail and the address is not confirmed yet."""
    with transaction.atomic():
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        if not entry.is_confirmed:
            ask_for_confirmation(entry.latest_signup(), timezone.now(), first=False)


def unsubscribe(entry: WaitlistEntry) -> None:
    """Remember the wish at once; the CRM learns of it by a job."""
    with transaction.atomic():
        if entry.signups.filter(unsubscribed_at=None).update(unsubscribed_at=timezone.now()):
            tell_crm(entry, CrmUpdateKind.UNSUBSCRIBE)
