"""Mails, read as the mail server got them, and what its refusals lead to."""

import re
import smtplib
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from integrations.errors import PermanentError, Reason, TransientError
from integrations.sandbox import RunningSandbox
from tests.factories import make_entry, make_mail
from tests.outside import fault, heal, inbox
from waitlist import pipeline
from waitlist.models import Mail, WaitlistEntry

pytestmark = pytest.mark.django_db


def queued(kind: str = "confirmation", *, unsubscribe_token: str | None = "tok-1", **entry: Any) -> Mail:
    signup = make_entry(**{"email": "martin@maier.at", **entry}).latest_signup()
    signup.unsubscribe_token = unsubscribe_token
    signup.save()
    return make_mail(signup, kind)


def delivered(sandbox: RunningSandbox, mail: Mail) -> dict[str, Any]:
    pipeline.deliver(mail.pk, last_attempt=False)
    mail.refresh_from_db()
    assert (mail.status, mail.last_error) == ("sent", "")
    assert mail.sent_at
    return inbox(sandbox)[-1]


@pytest.mark.parametrize("kind", ["confirmation", "confirmation_renewed"])
def test_the_confirmation_has_the_link_in_both_parts(sandbox: RunningSandbox, kind: str) -> None:
    mail = delivered(sandbox, queued(kind))

    entry = WaitlistEntry.objects.get()
    link = f"http://127.0.0.1:8000/confirm/{entry.confirmation_token}"
    assert (mail["to"], mail["from"]) == ("martin@maier.at", "Mario von kurzum <mario@kurzum.example>")
    assert mail["subject"]
    assert link in mail["text"]
    assert f'href="{link}"' in mail["html"]
    assert "&quot;" not in mail["text"]
    assert 'lang="de"' in mail["html"]


@pytest.mark.parametrize("kind", ["confirmation", "already_confirmed"])
def test_a_mail_can_be_unsubscribed_from_with_one_click(sandbox: RunningSandbox, kind: str) -> None:
    mail = delivered(sandbox, queued(kind))

    url = "http://127.0.0.1:8000/unsubscribe/tok-1"
    assert mail["headers"]["List-Unsubscribe"] == f"<{url}>"
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in mail["text"]
    assert url in mail["html"]


def test_without_a_token_there_is_nothing_to_unsubscribe_with(sandbox: RunningSandbox) -> None:
    mail = delivered(sandbox, queued(unsubscribe_token=None))

    assert not [name for name in mail["headers"] if name.startswith("List-")]
    assert "unsubscribe" not in mail["text"] + mail["html"]


def test_the_founder_is_told_with_a_link_to_the_lead(sandbox: RunningSandbox) -> None:
    mail = delivered(sandbox, queued("founder_notice", message="Bin <b>dabei</b>", phone="+436641234567"))

    assert (mail["to"], mail["headers"]["Reply-To"]) == ("founder@kurzum.example", "martin@maier.at")
    for part in (mail["text"], mail["html"]):
        assert "Muster GmbH" in part
        assert "martin@maier.at" in part
        assert "+436641234567" in part
        assert f"/admin/waitlist/waitlistentry/{WaitlistEntry.objects.get().pk}/change/" in part
    assert "Bin <b>dabei</b>" in mail["text"]
    assert "Bin &lt;b&gt;dabei&lt;/b&gt;" in mail["html"]
    assert "List-Unsubscribe" not in mail["headers"]


def test_nobody_can_advertise_to_a_third_person_through_the_form(sandbox: RunningSandbox) -> None:
    spam = "Buy at https://spam.example now"
    mail = delivered(sandbox, queued(company_name=spam, message=spam, display_name=spam))

    assert "spam.example" not in mail["subject"] + mail["text"] + mail["html"]


def test_a_sent_mail_is_not_sent_again(sandbox: RunningSandbox) -> None:
    mail = queued()
    delivered(sandbox, mail)

    pipeline.deliver(mail.pk, last_attempt=False)

    assert len(inbox(sandbox)) == 1


def test_a_repeated_mail_carries_the_same_message_id(sandbox: RunningSandbox) -> None:
    mail = queued()
    delivered(sandbox, mail)
    Mail.objects.update(status="queued", sent_at=None)  # a worker killed before it could note the success
    delivered(sandbox, mail)

    ids = {message["headers"]["Message-ID"] for message in inbox(sandbox)}
    assert len(ids) == 1
    assert re.fullmatch(r"<[^@>]+@kurzum\.example>", ids.pop())


@pytest.mark.parametrize(
    ("what", "reason"),
    [({"status": 451, "body": "greylisted"}, "server_error"), ({"drop": True}, "unreachable")],
)
def test_a_passing_refusal_is_tried_again(sandbox: RunningSandbox, what: dict[str, Any], reason: str) -> None:
    fault(sandbox, "smtp", **what)
    mail = queued()

    with pytest.raises(TransientError):
        pipeline.deliver(mail.pk, last_attempt=False)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts, mail.last_error) == ("queued", 1, reason)

    heal(sandbox)
    delivered(sandbox, mail)


def test_the_last_attempt_marks_the_mail_failed(sandbox: RunningSandbox) -> None:
    fault(sandbox, "smtp", status=451)
    mail = queued()

    with pytest.raises(TransientError):
        pipeline.deliver(mail.pk, last_attempt=True)

    mail.refresh_from_db()
    assert mail.status == "failed"


def test_a_refused_address_is_marked_and_can_be_retried(sandbox: RunningSandbox) -> None:
    fault(sandbox, "smtp", status=550, body="no such user")
    mail = queued()

    pipeline.deliver(mail.pk, last_attempt=False)

    mail.refresh_from_db()
    assert (mail.status, mail.last_error) == ("failed", "rejected")
    heal(sandbox)
    assert mail.signup
    assert pipeline.retry(mail.signup) is True
    delivered(sandbox, mail)


@pytest.mark.parametrize(
    ("raised", "kind", "reason"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.at": (550, b"unknown")}), PermanentError, Reason.REJECTED),
        (smtplib.SMTPRecipientsRefused({"a@b.at": (450, b"busy")}), TransientError, Reason.SERVER_ERROR),
        (smtplib.SMTPSenderRefused(553, b"", "a@b.at"), PermanentError, Reason.REJECTED),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), TransientError, Reason.UNAUTHORIZED),
        (smtplib.SMTPServerDisconnected(), TransientError, Reason.UNREACHABLE),
        (ConnectionRefusedError(), TransientError, Reason.UNREACHABLE),
        (TimeoutError(), TransientError, Reason.TIMEOUT),
        (AnymailRecipientsRefused(), PermanentError, Reason.REJECTED),
        (AnymailAPIError(), TransientError, Reason.SERVER_ERROR),
    ],
)
def test_every_way_to_fail_says_whether_trying_again_helps(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, kind: type[Exception], reason: Reason
) -> None:
    def fail(_: object) -> None:
        raise raised

    monkeypatch.setattr(EmailMultiAlternatives, "send", fail)
    mail = queued()

    if kind is TransientError:
        with pytest.raises(TransientError) as caught:
            pipeline.deliver(mail.pk, last_attempt=False)
        assert caught.value.reason is reason
    else:
        pipeline.deliver(mail.pk, last_attempt=False)

    mail.refresh_from_db()
    assert mail.status == ("queued" if kind is TransientError else "failed")
    assert mail.last_error == reason


def test_an_error_of_our_own_is_tried_again(settings: Settings, sandbox: RunningSandbox) -> None:
    settings.EMAIL_BACKEND = "no.such.Backend"
    mail = queued()

    with pytest.raises(ImportError):
        pipeline.deliver(mail.pk, last_attempt=False)

    mail.refresh_from_db()
    assert (mail.status, mail.last_error) == ("queued", "internal")
