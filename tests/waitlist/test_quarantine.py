"""Turnstile away: nobody vouches for the visitor, and his sign-up is kept all the same."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from integrations.sandbox import RunningSandbox
from tests.api import form, post
from tests.conftest import WorkAll
from tests.factories import make_signup
from tests.outside import fault, heal, inbox, parties
from waitlist import pipeline
from waitlist.models import Signup
from waitlist.pipeline import intake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("waitlist")]

OUTAGES: list[dict[str, Any]] = [{"status": 503}, {"drop": True}, {"delay_ms": 800}]


@pytest.mark.parametrize("outage", OUTAGES, ids=str)
def test_during_an_outage_a_sign_up_is_kept_but_neither_mailed_nor_synced(
    sandbox: RunningSandbox, outage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.turnstile.TIMEOUT", 0.4)
    fault(sandbox, "turnstile", **outage)

    response = post(form())

    assert response.status_code == 403
    assert response.json()["error"]["code"] == "BOT_DETECTED"
    assert "noch einmal" in response.json()["error"]["message"]
    assert Signup.objects.get().status == "quarantined"
    assert not ProcrastinateJob.objects.exists()
    assert pipeline.sweep() == 0


@pytest.mark.parametrize("verdict", [{"status": 200, "body": '{"success": false}'}, {"status": 403}], ids=str)
def test_a_verdict_is_no_outage(sandbox: RunningSandbox, verdict: dict[str, Any]) -> None:
    fault(sandbox, "turnstile", **verdict)

    assert post(form()).status_code == 403

    assert not Signup.objects.exists()


def test_the_same_token_may_be_sent_again_after_an_outage(sandbox: RunningSandbox) -> None:
    body = form()
    fault(sandbox, "turnstile", status=503)
    assert [post(body).status_code for _ in range(2)] == [403, 403]
    heal(sandbox)

    assert post(body).status_code == 200

    assert [signup.status for signup in Signup.objects.all()] == ["received"]


@pytest.mark.django_db(transaction=True)
def test_a_later_try_that_gets_through_takes_the_kept_one_in(sandbox: RunningSandbox, work: WorkAll) -> None:
    fault(sandbox, "turnstile", status=503)
    post(form(email="m.maier+x@gmail.com"))
    heal(sandbox)
    post(form(email="mmaier@gmail.com"))
    assert Signup.objects.count() == 2

    work()

    assert Signup.objects.get().email == "mmaier@gmail.com"
    assert len(parties(sandbox)) == len(inbox(sandbox)) == 1


def test_an_outage_cannot_be_used_to_fill_the_disk(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "QUARANTINE_IN_ALL", 5)
    fault(sandbox, "turnstile", status=503)

    for number in range(5):
        post(form(), ip=f"203.0.113.{number}")
    assert Signup.objects.count() == intake.QUARANTINE_PER_INBOX
    for number in range(5):
        post(form(email=f"m{number}@maier.at"), ip=f"203.0.113.{number}")
    assert Signup.objects.count() == 5


def test_what_nobody_released_is_deleted_after_a_week() -> None:
    now = timezone.now()
    make_signup(status="quarantined", created_at=now - dt.timedelta(days=7, minutes=1))
    kept = make_signup(status="quarantined", created_at=now - dt.timedelta(days=6, hours=23))

    pipeline.sweep()

    assert Signup.objects.get() == kept


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("action", "status", "mails"), [("release", "processed", 1), ("discard", None, 0)])
def test_the_founder_releases_and_discards(
    admin_client: Client, sandbox: RunningSandbox, work: WorkAll, action: str, status: str | None, mails: int
) -> None:
    signup = make_signup(status="quarantined")
    page = reverse("admin:waitlist_signup_changelist")

    admin_client.post(page, {"action": action, "_selected_action": [str(signup.pk)]})
    work()

    assert [row.status for row in Signup.objects.all()] == ([status] if status else [])
    assert len(inbox(sandbox)) == mails


def test_only_what_is_in_quarantine_is_released_or_discarded() -> None:
    signup = make_signup()

    assert pipeline.release(signup) is False
    assert pipeline.discard(signup) is False

    assert Signup.objects.get() == signup
