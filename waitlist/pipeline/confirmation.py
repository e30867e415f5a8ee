"""The visitor opens the link and presses the button; the CRM and the founder learn of it."""

from enum import Enum

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations import webhook
from waitlist.choices import CrmUpdateKind, MailKind, Notices
from waitlist.jobs import Job, enqueue
from waitlist.models import LinkOpening, WaitlistEntry
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
        signup = entry.latest_signup()
        if signup.waitlist.notices == Notices.EACH:
            queue_mail(signup, MailKind.FOUNDER_NOTICE)
        if signup.waitlist.webhook_url:
            enqueue(Job.POST_WEBHOOK, entry.pk)
    return Confirmation.CONFIRMED


def post_webhook(entry_pk: int) -> None:
    """Tell the founder's chat of a confirmed lead: the company, and where to read the rest. Raises ServiceError."""
    entry = WaitlistEntry.objects.select_related("waitlist").get(pk=entry_pk)
    if not entry.waitlist.webhook_url:
        return
    url = settings.BASE_URL + reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,))
    facts = (entry.gewerk, entry.company_size, entry.utm_campaign)
    details = webhook.escape(" · ".join(filter(None, facts)))
    text = _("New lead for %(list)s: *%(company)s*") % {
        "list": webhook.escape(entry.waitlist.name),
        "company": webhook.escape(entry.company_name),
    }
    webhook.post_message(entry.waitlist.webhook_url, f"{text}\n{details}\n<{url}|{_('Open the lead')}>")


def open_link(entry: WaitlistEntry) -> None:
    """Remember when the link was first opened. That confirms nothing: scanners of mail servers open links too."""
    LinkOpening.objects.bulk_create([LinkOpening(entry=entry)], ignore_conflicts=True)


def renew_confirmation(entry: WaitlistEntry) -> bool:
    """Send the link again. False where the caps allow no other mail, or the address is confirmed already."""
    with transaction.atomic():
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        if entry.is_confirmed:
            return False
        return ask_for_confirmation(entry.latest_signup(), timezone.now(), first=False)


def make_customer(entry: WaitlistEntry) -> bool:
    """The founder has won him: the CRM learns of it. False where it has been told before."""
    with transaction.atomic():
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        if entry.crm_updates.filter(kind=CrmUpdateKind.CUSTOMER).exists():
            return False
        tell_crm(entry, CrmUpdateKind.CUSTOMER)
        return True


def unsubscribe(entry: WaitlistEntry) -> bool:
    """Remember the wish at once; the CRM learns of it by a job. False where it is known."""
    with transaction.atomic():
        if not entry.signups.filter(unsubscribed_at=None).update(unsubscribed_at=timezone.now()):
            return False
        tell_crm(entry, CrmUpdateKind.UNSUBSCRIBE)
        return True
