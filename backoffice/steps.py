"""What staff can do with a lead: the buttons on its page."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trail.models import Action
from trail.recording import record
from waitlist import pipeline
from waitlist.choices import CrmUpdateKind, CrmUpdateStatus, MailStatus
from waitlist.models import Mail, WaitlistEntry


class Step(NamedTuple):
    """A button.

    ``is_open`` says whether it is offered, from an entry of ``WaitlistEntryAdmin.get_queryset``; ``take`` says in words
    what came of it, and whether that is what was wanted. A step with ``consequences`` is asked for once more, with
    these words.
    """

    label: str | Promise
    icon: str
    action: Action
    is_open: Callable[[WaitlistEntry], bool]
    take: Callable[[WaitlistEntry], tuple[bool, str]]
    consequences: Callable[[WaitlistEntry], str] | None = None

    @property
    def asks_first(self) -> bool:
        """Whether the button leads to the page with the consequences."""
        return self.consequences is not None


def take(request: HttpRequest, entry: WaitlistEntry, name: str) -> tuple[bool, str]:
    """Take the step ``name`` (a key of STEPS) and record it in the trail: both or neither."""
    step = STEPS[name]
    with transaction.atomic():
        worked, message = step.take(entry)
        record(request, step.action, target=entry, waitlist=entry.waitlist, step=name, worked=worked)
    return worked, message


def _resend(entry: WaitlistEntry) -> tuple[bool, str]:
    if not _wants_mail(entry):
        return False, _("This person wants no more mail. Nothing was sent.")
    if entry.is_confirmed:
        return False, _("The address is confirmed already. Nothing was sent.")
    if not pipeline.renew_confirmation(entry):
        return False, _(
            "This address has had enough mails for now (one in ten minutes, three a day). Nothing was sent."
        )
    if Mail.objects.filter(signup__entry=entry, status=MailStatus.HELD).exists():
        return True, _("The list has used up its mails of this hour: the confirmation goes out as soon as it may.")
    return True, _("The confirmation mail is on its way.")


def _retry(entry: WaitlistEntry) -> tuple[bool, str]:
    going = pipeline.retry_crm(entry) + sum(pipeline.retry(signup) for signup in entry.signups.all())
    return (True, _("It is being tried again.")) if going else (False, _("Nothing had failed."))


def _customer(entry: WaitlistEntry) -> tuple[bool, str]:
    if pipeline.make_customer(entry):
        return True, _("The CRM learns that this is a customer.")
    return False, _("The CRM has been told before.")


def _unsubscribe(entry: WaitlistEntry) -> tuple[bool, str]:
    if not pipeline.unsubscribe(entry):
        return False, _("This lead is unsubscribed already.")
    if entry.unsubscribe_token():
        return True, _("Unsubscribed. The CRM learns of it.")
    return True, _("Unsubscribed here. The CRM has given no key for it: unsubscribe the person there yourself.")


def _consequences_of_unsubscribing(entry: WaitlistEntry) -> str:
    words = [_("This person gets no more mail. Nobody can take that back for them.")]
    if entry.unsubscribe_token():
        words.append(_("The CRM learns of it."))
    else:
        words.append(_("The CRM has given no key for it and will not learn of it: unsubscribe the person there too."))
    return " ".join(words)


# What is offered is judged by rows that the page has loaded anyway.


def _has_failed(entry: WaitlistEntry) -> bool:
    mails = (mail for signup in entry.signups.all() for mail in signup.mails.all())
    return any(update.status == CrmUpdateStatus.FAILED for update in entry.crm_updates.all()) or any(
        mail.status == MailStatus.FAILED for mail in mails
    )


def _may_become_customer(entry: WaitlistEntry) -> bool:
    return entry.is_confirmed and all(update.kind != CrmUpdateKind.CUSTOMER for update in entry.crm_updates.all())


def _wants_mail(entry: Any) -> bool:
    return bool(entry.unsubscribed_at is None)


STEPS = {
    "resend": Step(
        gettext_lazy("Send the confirmation again"),
        "forward_to_inbox",
        Action.LEAD,
        lambda entry: not entry.is_confirmed and _wants_mail(entry),
        _resend,
    ),
    "retry": Step(gettext_lazy("Try what failed again"), "sync", Action.CRM_RETRY, _has_failed, _retry),
    "customer": Step(gettext_lazy("Make a customer"), "handshake", Action.LEAD, _may_become_customer, _customer),
    "unsubscribe": Step(
        gettext_lazy("Unsubscribe"),
        "unsubscribe",
        Action.LEAD,
        _wants_mail,
        _unsubscribe,
        _consequences_of_unsubscribing,
    ),
}
