"""Mails: sibling templates for subject, text and HTML under ``templates/mails/``, sent through Django's mail API."""

import smtplib
from email.utils import parseaddr
from http import HTTPStatus
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from integrations.errors import PermanentError, Reason, TransientError
from waitlist.choices import MailKind
from waitlist.models import Mail, Signup, WaitlistEntry

SERVICE = "mail"
MALFORMED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
SMTP_PERMANENT = 500  # and above: RFC 5321, section 4.2.1


def send(mail: Mail) -> None:
    """Hand ``mail`` to the mail server.

    Raises PermanentError where the server refuses this address or mail for good, otherwise TransientError:
    a wrong password or a full disk is mended sooner or later, and nothing is lost meanwhile.
    """
    message = compose(mail)
    try:
        message.send()
    except AnymailRecipientsRefused:
        raise PermanentError(SERVICE, Reason.REJECTED) from None
    except AnymailAPIError as error:
        raise _by_status(error.status_code, permanent=error.status_code in MALFORMED) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _by_status(max(codes), permanent=min(codes) >= SMTP_PERMANENT) from None
    except smtplib.SMTPAuthenticationError as error:
        raise TransientError(SERVICE, Reason.UNAUTHORIZED, error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise _by_status(error.smtp_code, permanent=error.smtp_code >= SMTP_PERMANENT) from None
    except TimeoutError:
        raise TransientError(SERVICE, Reason.TIMEOUT) from None
    except (OSError, smtplib.SMTPException):
        raise TransientError(SERVICE, Reason.UNREACHABLE) from None


def compose(mail: Mail) -> EmailMultiAlternatives:
    """The message, with the same Message-ID at every attempt."""
    if mail.digest:
        return _digest(mail, **mail.digest)
    signup = mail.signup
    entry = signup.entry if signup else None
    if signup is None or entry is None:
        raise ValueError(f"mail {mail.pk} belongs to a sign-up without an entry")
    to_founder = mail.kind in {MailKind.FOUNDER_NOTICE, MailKind.MAILING_PAUSED}
    unsubscribe_url = None if to_founder else _unsubscribe_url(entry)
    context = _context(mail, signup, entry) | {"unsubscribe_url": unsubscribe_url}
    template = "confirmation" if mail.kind == MailKind.CONFIRMATION_RENEWED else mail.kind
    subject, text, html = (
        render_to_string(f"mails/{template}{suffix}", context) for suffix in (".subject.txt", ".txt", ".html")
    )
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    headers = {"Message-ID": f"<mail-{mail.pk}-{entry.confirmation_token}@{domain}>"}
    if unsubscribe_url:
        # One-click unsubscribing, RFC 8058.
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        to=[mail.waitlist.founder_email if to_founder else signup.email],
        reply_to=[signup.email] if mail.kind == MailKind.FOUNDER_NOTICE else None,
        headers=headers,
    )
    message.attach_alternative(html, "text/html")
    return message


def _digest(mail: Mail, *, subject: str, text: str, html: str) -> EmailMultiAlternatives:
    """The founder's digest, which was composed when its day was over."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    headers = {"Message-ID": f"<mail-{mail.pk}-digest@{domain}>"}
    message = EmailMultiAlternatives(subject=subject, body=text, to=[mail.waitlist.founder_email], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def _context(mail: Mail, signup: Signup, entry: WaitlistEntry) -> dict[str, Any]:
    return {
        "waitlist": mail.waitlist,
        "signup": signup,
        "entry": entry,
        "confirmation_url": _url("confirm", entry.confirmation_token),
        "confirmation_days": settings.CONFIRMATION_DAYS,
        "admin_url": _url("admin:waitlist_waitlistentry_change", entry.pk),
        "waitlist_url": _url("admin:waitlist_waitlist_change", mail.waitlist_id),
        "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
    }


def _url(name: str, key: object) -> str:
    return settings.BASE_URL + reverse(name, args=(key,))


def _unsubscribe_url(entry: WaitlistEntry) -> str | None:
    token = entry.unsubscribe_token()
    return _url("unsubscribe", token) if token else None


def _by_status(status: int | None, *, permanent: bool) -> PermanentError | TransientError:
    if permanent:
        return PermanentError(SERVICE, Reason.REJECTED, status)
    return TransientError(SERVICE, Reason.SERVER_ERROR, status)
