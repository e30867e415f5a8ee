"""Mails to staff: links to a new password, and notices of what happened to an account."""

from email.utils import parseaddr
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.devices import described
from accounts.models import User
from trail.models import Action, AuditEvent
from waitlist.jobs import enqueue

# Jobs (``accounts.tasks``). A link's one argument is an account's key, a notice's that of the event in the trail: what
# a job says stays in the database for a while.
RESET_LINK = "mail_reset_link"
INVITATION = "mail_invitation"
NOTICE = "mail_notice"
TEMPLATES = {
    Action.LOGIN: "new_device",
    Action.PASSWORD: "password_changed",
    Action.SECOND_FACTOR: "second_factor_changed",
}


def notify(event: AuditEvent) -> None:
    """Have a mail about ``event`` sent to the account that it happened to."""
    enqueue(NOTICE, event.pk)


def invite(account: User) -> None:
    """Have a mail with a link to a first password sent."""
    enqueue(INVITATION, account.pk)


def password_url(account: User) -> str:
    """Where ``account`` can set a new password, once, within ``PASSWORD_RESET_TIMEOUT``."""
    key = {"uidb36": user_pk_to_url_str(account), "key": default_token_generator.make_token(account)}
    return _url("account_reset_password_from_key", **key)


def reset_mail(account: User) -> EmailMultiAlternatives:
    return _link_mail("password_reset", account)


def invitation(account: User) -> EmailMultiAlternatives:
    return _link_mail("invitation", account)


def notice(event: AuditEvent) -> EmailMultiAlternatives:
    """About an event of the kinds that ``TEMPLATES`` has."""
    account = User.objects.get(pk=event.actor_id or event.target_pk)
    context = {
        "event": event,
        "device": described(event.user_agent),
        "account_url": _url("accounts_profile"),
    }
    return _mail(TEMPLATES[Action(event.action)], account, context)


def _link_mail(template: str, account: User) -> EmailMultiAlternatives:
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return _mail(template, account, {"password_url": password_url(account), "hours": hours})


def _mail(template: str, account: User, context: dict[str, Any]) -> EmailMultiAlternatives:
    shared = {
        "account": account,
        "waitlist": {"name": _("Waitlist administration")},  # what the mails' frame is headed with
        "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
    }
    subject, text, html = (
        render_to_string(f"accounts/mails/{template}{suffix}", shared | context)
        for suffix in (".subject.txt", ".txt", ".html")
    )
    message = EmailMultiAlternatives(" ".join(subject.split()), text, to=[account.email])
    message.attach_alternative(html, "text/html")
    return message


def _url(name: str, **arguments: str) -> str:
    return settings.BASE_URL + reverse(name, kwargs=arguments)
