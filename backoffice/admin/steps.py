"""What staff can do with a lead: the buttons on its page."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trail.models import Action
from trail.recording import record
from waitlist import pipeline
from waitlist.choices import CrmUpdateStatus, MailStatus, SignupStatus
from waitlist.models import WaitlistEntry


class Step(NamedTuple):
    """A button; ``take`` says in words what came of it, and whether that is what was wanted."""

    label: str | Promise
    icon: str
    action: Action
    is_open: Callable[[WaitlistEntry], bool]
    take: Callable[[WaitlistEntry], tuple[bool, str]]
    warning: str | Promise = ""


def take(request: HttpRequest, entry: WaitlistEntry, name: str) -> tuple[bool, str]:
    """Take the step ``name`` (a key of STEPS) and record it in the trail."""
    step = STEPS[name]
    worked, message = step.take(entry)
    record(request, step.action, target=entry, waitlist=entry.waitlist, step=name, worked=worked)
    return worked, message


def _resend(entry: WaitlistEntry) -> tuple[bool, str]:
    if pipeline.renew_confirmation(entry):
        return True, _("The confirmation mail is on its way.")
    return False, _("This address has had enough mails for now (one in ten minutes, three a day). Nothing was sent.")


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


def _has_failed(entry: WaitlistEntry) -> bool:
    return (
        entry.crm_updates.filter(status=CrmUpdateStatus.FAILED).exists()
        or entry.signups.filter(status=SignupStatus.FAILED).exists()
        or entry.signups.filter(mails__status=MailStatus.FAILED).exists()
    )


def _wants_mail(entry: Any) -> bool:
    return bool(entry.unsubscribed_at is None)


STEPS = {
    "resend": Step(
        gettext_lazy("Send the confirmation again"),
        "forward_to_inbox",
        Action.LEAD,
        lambda entry: not entry.is_confirmed,
        _resend,
    ),
    "retry": Step(gettext_lazy("Try what failed again"), "sync", Action.CRM_RETRY, _has_failed, _retry),
    "customer": Step(
        gettext_lazy("Make a customer"), "handshake", Action.LEAD, lambda entry: entry.is_confirmed, _customer
    ),
    "unsubscribe": Step(
        gettext_lazy("Unsubscribe"),
        "unsubscribe",
        Action.LEAD,
        _wants_mail,
        _unsubscribe,
        gettext_lazy("Nobody can take this back for the person. Unsubscribe?"),
    ),
}
