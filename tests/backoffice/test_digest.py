"""How the founder is told of confirmed leads: at once, once a day, in his chat."""

import datetime as dt
import json

import pytest
import responses
import time_machine
from django.test import Client
from pytest_django import Settings

from backoffice.dashboard.numbers import figures
from backoffice.dashboard.period import Period
from backoffice.digest import send_due
from integrations.sandbox import RunningSandbox
from tests.factories import make_entry, make_signup, make_waitlist
from tests.outside import inbox
from waitlist import pipeline
from waitlist.choices import Notices
from waitlist.models import Mail, Waitlist

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 19)
NOON = dt.datetime(2026, 11, 19, 11, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 11, 20, 6, 5, tzinfo=dt.UTC)  # 7:05 in Vienna


@pytest.fixture
def daily(waitlist: Waitlist) -> Waitlist:
    """A list with a digest, on whose day two of three leads have confirmed."""
    Waitlist.objects.update(notices=Notices.DAILY)
    for number in range(3):
        make_entry(
            company_name=f"Firma {number}",
            email=f"{number}@example.com",
            created_at=NOON,
            confirmed_at=NOON if number else None,
        )
    make_signup(created_at=NOON, status="failed")
    return waitlist


def test_the_digest_says_what_the_dashboard_says(daily: Waitlist, sandbox: RunningSandbox) -> None:
    assert send_due(MORNING) == 1
    pipeline.deliver(Mail.objects.get().pk, last_attempt=False)
    mail = inbox(sandbox)[-1]

    counted = figures(Waitlist.objects.all(), Period.of_day(DAY))
    assert (counted.signups, counted.failed) == (4, 1)
    assert mail["to"] == "founder@kurzum.example"
    for text in ("Anmeldungen: 4", "Fehlgeschlagen: 1", "Firma 1", "Firma 2"):
        assert text in mail["text"]
    assert "Firma 0" not in mail["text"]
    entry = Waitlist.objects.get().entries.get(company_name="Firma 1")
    assert f"/admin/waitlist/waitlistentry/{entry.pk}/change/" in mail["html"]


def test_it_goes_out_once_and_not_before_seven(daily: Waitlist) -> None:
    assert send_due(MORNING - dt.timedelta(minutes=10)) == 0
    assert [send_due(MORNING + dt.timedelta(minutes=10 * number)) for number in range(3)] == [1, 0, 0]
    assert Mail.objects.count() == 1


def test_nobody_is_told_that_nothing_happened(daily: Waitlist) -> None:
    make_waitlist("quiet", notices=Notices.DAILY)
    send_due(MORNING)
    assert [mail.waitlist.slug for mail in Mail.objects.all()] == ["kurzum_app"]


@pytest.mark.parametrize(("notices", "kinds"), [("each", ["founder_notice"]), ("daily", []), ("none", [])])
def test_a_confirmed_lead_is_told_as_the_list_says(waitlist: Waitlist, notices: str, kinds: list[str]) -> None:
    Waitlist.objects.update(notices=notices)
    pipeline.confirm(make_entry())
    assert [mail.kind for mail in Mail.objects.all()] == kinds


def test_a_confirmed_lead_is_told_to_the_chat_without_contact(
    waitlist: Waitlist, network: responses.RequestsMock, settings: Settings
) -> None:
    settings.DEBUG = True  # in production the name would have to be a public address
    Waitlist.objects.update(webhook_url="https://hooks.slack.test/x")
    network.post("https://hooks.slack.test/x", body="ok")
    entry = make_entry(company_name="<Maier & Co>", email="m@maier.at", display_name="Martin", utm_campaign="pilot")
    pipeline.post_webhook(entry.pk)

    text = json.loads(network.calls[0].request.body or "")["text"]
    assert "&lt;Maier &amp; Co&gt;" in text
    assert f"/admin/waitlist/waitlistentry/{entry.pk}/change/" in text
    assert "m@maier.at" not in text
    assert "Martin" not in text


@time_machine.travel(NOON)
def test_opening_the_link_is_remembered_once_and_confirms_nothing(client: Client) -> None:
    entry = make_entry()
    path = f"/confirm/{entry.confirmation_token}"
    client.head(path)
    entry.refresh_from_db()
    assert not hasattr(entry, "link_opening")
    client.get(path)
    with time_machine.travel(NOON + dt.timedelta(hours=1)):
        client.get(path)
    entry.refresh_from_db()

    assert entry.link_opening
    assert entry.confirmed_at is None
